"""Docstrings: every public function says what it answers, what it takes and gives, how it is used, and its source."""

import importlib
import inspect
import re

import pytest

TOPICS = tuple(
    f"coprep.metrics.{name}"
    for name in importlib.import_module("coprep.metrics").__all__
    if name.islower()
)
PACKAGES = (
    "coprep",
    *TOPICS,
    "coprep.ideas",
    "coprep.fairness",
    "coprep.compat.fairlearn",
    "coprep.representation",
    "coprep.report",
    "coprep.simulate",
)
ORDER = ("Parameters", "Returns", "Yields", "Raises", "Notes", "References", "Examples")

# Counting, adding up and plumbing of the library: no formula that anybody could be asked for.
PLAIN = {
    "benefit_concentration",
    "idea_breadth",
    "make_derived_metric",
    "recruits_needed",
    "suggest_beneficiaries",
}


def functions(package):
    module = importlib.import_module(package)
    public = ((name, getattr(module, name)) for name in module.__all__)
    return {name: thing for name, thing in public if inspect.isfunction(inspect.unwrap(thing))}


EVERY = [
    pytest.param(thing, id=f"{package}.{name}")
    for package in PACKAGES
    for name, thing in functions(package).items()
]


def sections(function):
    """What stands before the first heading, under the empty name, and under each heading in turn."""
    parts = re.split(r"^(\w+)\n-{3,}$", inspect.getdoc(function) or "", flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def documented(text):
    """Names of the entries of a Parameters section."""
    heads = [line for line in text.splitlines() if re.match(r"[\w*]", line)]
    return {name.strip().lstrip("*") for head in heads for name in head.split(" : ")[0].split(",")}


def test_all_the_packages_were_looked_at():
    assert len(EVERY) > 150
    named = (functions(package) for package in (*TOPICS, "coprep.ideas", "coprep.fairness"))
    assert set().union(*named) > PLAIN


@pytest.mark.parametrize("function", EVERY)
def test_it_begins_with_a_sentence(function):
    first = " ".join(sections(function)[""].split("\n\n")[0].split())
    assert re.fullmatch(r"[A-Z`].*[.?]", first), first


@pytest.mark.parametrize("function", EVERY)
def test_its_parameters_are_those_it_takes(function):
    taken = set(inspect.signature(inspect.unwrap(function)).parameters)
    assert documented(sections(function).get("Parameters", "")) == taken


@pytest.mark.parametrize("function", EVERY)
def test_it_says_what_comes_out_and_shows_it(function):
    found = sections(function)
    out = "Yields" if inspect.isgeneratorfunction(inspect.unwrap(function)) else "Returns"
    assert found.get(out, "").strip()
    assert ">>> " in found.get("Examples", "")


@pytest.mark.parametrize("function", EVERY)
def test_its_sections_are_in_order_and_each_stands_once(function):
    found = re.findall(r"^(\w+)\n-{3,}$", inspect.getdoc(function) or "", flags=re.MULTILINE)
    assert found == sorted(set(found), key=ORDER.index)


@pytest.mark.parametrize("package", [*TOPICS, "coprep.ideas", "coprep.fairness"])
def test_a_formula_names_its_source(package):
    silent = {
        name
        for name, function in functions(package).items()
        if not sections(function).get("References", "").strip()
    }
    assert silent == PLAIN & set(functions(package))
