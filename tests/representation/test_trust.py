"""The promises of a verdict on a small grid with fixed seeds; the full study is studies/representation.py."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.metrics.inference import adjust_p_values

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location(
    "representation_study", ROOT / "studies" / "representation.py"
)
study = importlib.util.module_from_spec(spec)
spec.loader.exec_module(study)

GRID = {
    "two_groups": lambda: study.enumerate_pairs((20, 100, 1000), (0.005, 0.02, 0.18, 0.5, 0.6)),
    "many_groups": lambda: study.many_groups((20, 50, 500), draws=20_000),
    "baseline_error": lambda: study.enumerate_baseline_error((20, 100), (0.02, 0.1, 0.5), (0.1,)),
    "small_population": lambda: study.enumerate_small_population((100, 300), (0.1, 0.5)),
    "weighted": lambda: study.weighted((50, 200), (0.05, 0.3), draws=1_000),
    "coverage": lambda: study.coverage((10, 50), points=199),
}


@pytest.mark.parametrize("name", GRID)
def test_promises_are_kept(name):
    rows = list(GRID[name]())
    assert rows
    assert study.check({name: rows}) == []


def test_the_committed_study_keeps_them_too():
    found = json.loads(
        (ROOT / "studies" / "results" / "representation.json").read_text(encoding="utf-8")
    )
    assert set(found) == set(study.STUDIES)
    assert study.check(found) == []


def test_power_is_what_the_guide_says():
    rows = {(r["n"], r["share"]): r for r in study.enumerate_pairs((100, 500), (0.1, 0.5))}
    assert rows[500, 0.1]["power_under_half"] > 0.95
    assert rows[500, 0.5]["power_in_line"] > 0.95
    assert rows[100, 0.1]["power_in_line"] == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_the_study_adjusts_as_the_library_does(p):
    assert np.allclose(study.holm(np.array([p]))[0], adjust_p_values(p, method="holm"))


@pytest.mark.study
@pytest.mark.parametrize("name", study.STUDIES)
def test_promises_are_kept_on_the_full_grid(name):
    assert study.check({name: list(study.STUDIES[name]())}) == []
