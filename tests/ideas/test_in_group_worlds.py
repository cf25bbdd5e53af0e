"""False alarms, coverage and power of the in-group premium in worlds with a known answer."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

STUDY = Path(__file__).parents[2] / "studies" / "in_group.py"
spec = importlib.util.spec_from_file_location("in_group_study", STUDY)
study = importlib.util.module_from_spec(spec)
spec.loader.exec_module(study)

# 99.9% points of binomials of 30 at 0.05 and at 0.01: a sound detector fails a cell once in a thousand
WORLDS, ALARMS, PATTERNS = 30, 6, 3


@pytest.mark.parametrize("name", study.NULLS)
def test_false_alarms_in_a_world_without_a_premium(name):
    rates = study.cell(study.NULLS[name], WORLDS, draws=99)
    assert WORLDS * rates["rate"] <= ALARMS and WORLDS * rates["group_rate"] <= ALARMS
    assert WORLDS * rates["pattern"] <= PATTERNS
    assert rates["coverage"] >= 0.8


@pytest.mark.parametrize("kind", ["approve", "choose_one", "score"])
def test_twenty_points_are_found_among_300_people(kind):
    rates = study.cell({"kind": kind, "in_group": 0.2, "people": 300}, 15, draws=99)
    assert rates["power"] >= 0.8
    assert abs(rates["bias"]) < 3 and rates["coverage"] >= 0.7


@pytest.mark.study
@pytest.mark.parametrize("name", study.NULLS)
def test_no_cell_of_the_full_study_fails(name):
    rates = study.cell(study.NULLS[name], 1_000, draws=499)
    assert rates["lower"] <= 0.06 and rates["pattern"] < 0.01
    assert 0.93 <= rates["coverage"] <= 0.97


@pytest.mark.study
@pytest.mark.parametrize("name", study.PLANTED)
def test_intervals_hold_what_was_planted(name):
    rates = study.cell(study.PLANTED[name], 1_000, draws=99)
    assert 0.93 <= rates["coverage"] <= 0.97
