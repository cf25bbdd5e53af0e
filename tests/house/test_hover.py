"""What a person sees in an editor and in `help`: a signature, a docstring, and the `def` one click away."""

import importlib
import inspect
import io
from contextlib import redirect_stdout
from pathlib import Path

import jedi
import pytest

import coprep
from house.names import promised

SRC = Path(coprep.__file__).parent
HERE = jedi.InterpreterEnvironment()

# What is being rebuilt. A line goes as soon as it holds: the test says so.
BLANK: set[str] = set()


def callables(package):
    module = importlib.import_module(package)
    things = {name: getattr(module, name) for name in promised()[package]}
    return {name: thing for name, thing in things.items() if callable(thing)}


def late(name):
    """A package as a parameter; a marker set by the fixture itself would hold for all after it."""
    why = "being rebuilt; take the name out of the set above"
    marks = pytest.mark.xfail(strict=True, reason=why) if name in BLANK else ()
    return pytest.param(name, marks=marks)


@pytest.fixture(scope="module", params=[late(name) for name in promised()])
def package(request):
    return request.param


def in_an_editor(package):
    """The position after each name, as if somebody had typed ``package.name(`` and waits."""
    names = list(callables(package))
    lines = [f"import {package}", *(f"{package}.{name}(" for name in names)]
    for line, name in enumerate(names, start=2):
        # One call a script: an editor has other lines too, but none of them broken.
        code = "\n".join([lines[0], *[""] * (line - 2), lines[line - 1]])
        yield name, jedi.Script(code, environment=HERE), line, len(lines[line - 1])


def test_an_editor_shows_the_signature_as_one_types(package):
    blank = []
    for name, script, line, column in in_an_editor(package):
        thing = callables(package)[name]
        found = script.get_signatures(line, column)
        told = {param.name for signature in found for param in signature.params}
        # A class is called through what it inherits; that there is a signature is enough.
        # What `**options` may hold is shown in its place where it is passed on.
        params = inspect.signature(thing).parameters.values() if inspect.isroutine(thing) else ()
        taken = {param.name for param in params if param.kind is not param.VAR_KEYWORD}
        if not found or not taken <= told:
            blank.append(name)
    assert not blank


def test_an_editor_shows_the_docstring(package):
    blank = []
    for name, script, line, column in in_an_editor(package):
        shown = [thing.docstring(raw=True) for thing in script.help(line, column - 2)]
        if not any(text.strip() for text in shown):
            blank.append(name)
    assert not blank


def test_going_to_the_definition_leads_to_a_def_or_class_of_that_name(package):
    lost = []
    for name, script, line, column in in_an_editor(package):
        found = script.goto(line, column - 2, follow_imports=True)
        heads = [thing.get_line_code().strip() for thing in found]
        inside = all(SRC in Path(str(thing.module_path)).parents for thing in found)
        if not inside or not heads or not heads[0].startswith((f"def {name}", f"class {name}")):
            lost.append(name)
    assert not lost


def test_inspect_and_help_show_the_same(package):
    blank = []
    for name, thing in callables(package).items():
        page = io.StringIO()
        with redirect_stdout(page):
            help(thing)
        summary = (inspect.getdoc(thing) or "").partition("\n")[0]
        source = inspect.getsource(thing).lstrip()
        defined = source.startswith((f"def {name}", f"class {name}", "@"))
        if not summary or summary[:60] not in page.getvalue() or not defined:
            blank.append(name)
        if inspect.isroutine(thing):
            # `*args, **given` would be the signature of a wrapper and tell nothing.
            kinds = [p.kind for p in inspect.signature(thing).parameters.values()]
            if kinds and set(kinds) <= {
                inspect.Parameter.VAR_POSITIONAL,
                inspect.Parameter.VAR_KEYWORD,
            }:
                blank.append(name)
    assert not blank
