"""The examples in docstrings of functions that are made, which a collector of tests does not find by itself."""

from __future__ import annotations

import doctest

import pytest

from coprep import fairness

OFFERED = {name: getattr(fairness, name) for name in fairness.__all__}
MADE = [
    name
    for name, thing in OFFERED.items()
    if getattr(thing, "__code__", None) and thing.__code__.co_name != name
]


def test_no_family_of_made_functions_is_left_out():
    kinds = ("rates", "parity", "scores", "calibration", "regression")
    made = {OFFERED[name].__module__.rpartition(".")[2] for name in MADE}
    assert made == set(kinds) and len(MADE) > 130


@pytest.mark.parametrize("name", MADE)
def test_every_metric_shows_itself_at_work(name):
    runner = doctest.DocTestRunner(verbose=False)
    for example in doctest.DocTestFinder(recurse=False).find(
        OFFERED[name], name, module=False, globs=dict(OFFERED)
    ):
        runner.run(example)
    assert (runner.tries, runner.failures) == (5, 0)


@pytest.mark.parametrize("name", MADE)
def test_every_metric_names_the_source_of_its_formula(name):
    told = OFFERED[name].__doc__.partition("    References\n    ----------\n")[2]
    assert any(
        year.isdigit() and len(year) == 4
        for year in told.replace("(", " ").replace(")", " ").split()
    )
