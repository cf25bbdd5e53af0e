"""Meaning is data: what shows results never reads their sentences to learn what they mean.

A test cannot follow a sentence through every variable. It holds that `report`, `cli` and `auditing` use no
regular expressions, and none of the methods that look into text, but where the list below says what the
text is: a name of a column or a file, never a reading, a note or a title.
"""

import ast
from pathlib import Path

import pytest

import coprep

SRC = Path(coprep.__file__).parent
SHOWS = sorted(
    path
    for place in ("report", "auditing", "cli", "auditing.py")
    for path in ([SRC / place] if place.endswith(".py") else (SRC / place).rglob("*.py"))
    if path.exists()
)
LOOKS = {
    *("startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition"),
    *("split", "rsplit", "splitlines", "find", "rfind", "rindex", "isdigit", "isnumeric"),
}
SENTENCES = {
    *("reading", "readings", "note", "notes", "title", "titles", "text", "texts", "sentence"),
    *("sentences", "headline", "caveat", "caveats", "next_step", "summary", "said"),
}
# (function, what it looks into): text that is no sentence.
NO_SENTENCES = {
    ("columns.py", "name.split('_')"): "the name of a column",
    ("values.py", "name.startswith(_NOT_THERE)"): "the name of a value",
    ("values.py", "name.startswith('effective')"): "the name of a value",
    ("audit.py", "name.removesuffix(file.suffix)"): "the name of a file",
    ("audit.py", "label.partition(':')"): "a word of the command line",
    ("baseline.py", "word.rpartition('=')"): "a word of the command line",
}

# What is being rebuilt. A line goes as soon as it holds: the test says so.
READS_SENTENCES: set[str] = set()


def looks(tree, file):
    """Every place where a module looks into text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if any(alias.name in {"re", "regex"} for alias in names):
                yield node.lineno, "import re"
            case ast.ImportFrom(module="re" | "regex"):
                yield node.lineno, "from re import"
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in LOOKS:
                if (file, ast.unparse(node)) not in NO_SENTENCES:
                    yield node.lineno, ast.unparse(node)
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[where]):
                names = {n.attr for n in ast.walk(where) if isinstance(n, ast.Attribute)}
                names |= {n.id for n in ast.walk(where) if isinstance(n, ast.Name)}
                whole = isinstance(where, (ast.Name, ast.Attribute, ast.Call))
                if whole and names & SENTENCES:
                    yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize(
    "code",
    [
        "import re",
        "from re import match",
        "note.startswith('Only')",
        "[n for n in result.notes if n.text.endswith('.')]",
        "'outside' in note",
        "'outside' not in finding.reading",
        "word in result.title.lower()",
        "result.title.partition(': ')",
        "sorted(notes)[0].split(',')",
    ],
)
def test_looking_into_a_sentence_is_seen(code):
    assert list(looks(ast.parse(code), "any.py"))


@pytest.mark.parametrize(
    "code",
    ["name in columns", "note.code == 'only'", "finding.verdict in {1, 2}", "', '.join(notes)"],
)
def test_what_does_not_look_into_one_is_left_alone(code):
    assert not list(looks(ast.parse(code), "any.py"))


def each():
    why = "being rebuilt; take the name out of the set above"
    late = pytest.mark.xfail(strict=True, reason=why)
    for path in SHOWS:
        name = path.relative_to(SRC).as_posix()
        yield pytest.param(path, id=name, marks=late if name in READS_SENTENCES else ())


@pytest.mark.parametrize("path", list(each()))
def test_nothing_that_shows_results_looks_into_text(path):
    assert not list(looks(ast.parse(path.read_text(encoding="utf-8")), path.name))


def test_what_is_let_through_is_still_there():
    sources = {
        path.name: ast.unparse(ast.parse(path.read_text(encoding="utf-8"))) for path in SHOWS
    }
    assert all(code in sources.get(file, "") for file, code in NO_SENTENCES)
