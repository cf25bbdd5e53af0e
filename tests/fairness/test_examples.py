"""Every public function shows itself at work, names the source of its formula, and is a real definition."""

from __future__ import annotations

import inspect

import pytest

from coprep import fairness

OFFERED = {name: getattr(fairness, name) for name in fairness.__all__}
FUNCTIONS = [name for name, thing in OFFERED.items() if inspect.isfunction(thing)]


def test_the_list_is_small():
    assert len(OFFERED) == 28
    assert dir(fairness) == sorted(OFFERED)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_a_definition_with_a_signature_of_its_own(name):
    function = OFFERED[name]
    assert function.__code__.co_name == function.__name__ == name
    assert f"def {name}(" in inspect.getsource(function)
    kinds = {p.kind for p in inspect.signature(function).parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD not in kinds


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_shows_itself_at_work_and_says_what_it_is_asked(name):
    text = OFFERED[name].__doc__
    assert ">>> " in text
    assert "Parameters\n" in text
    assert "?" in text.splitlines()[0] or name == "make_derived_metric"


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"make_derived_metric"}))
def test_every_function_names_the_source_of_its_formula(name):
    told = OFFERED[name].__doc__.partition("    References\n    ----------\n")[2]
    words = told.replace("(", " ").replace(")", " ").replace(".", " ").split()
    assert any(word.isdigit() and len(word) == 4 for word in words)


@pytest.mark.parametrize("name", sorted(fairness.METRICS))
def test_every_metric_has_its_formula_and_source(name):
    metric = fairness.METRICS[name]
    assert metric.name == name
    assert metric.formula
    assert name == "count" or any(char.isdigit() for char in metric.source)
