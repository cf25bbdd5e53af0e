"""False alarms, coverage and power of what became of ideas, in worlds with a known answer."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

STUDY = Path(__file__).parents[2] / "studies" / "outcomes.py"
spec = importlib.util.spec_from_file_location("outcomes_study", STUDY)
study = importlib.util.module_from_spec(spec)
spec.loader.exec_module(study)

# 99.9% points of binomials of 200 at 0.05 and at 0.01: a sound detector fails a cell once in a thousand
WORLDS, ALARMS, PATTERNS = 200, 20, 7
CELLS = {
    "adoption": "loud authors",
    "responses": "need and specialisation",
    "outcome": "unseen ideas",
    "priorities": "group missing, not at random",
}


@pytest.mark.parametrize("detector", CELLS)
def test_false_alarms_in_200_worlds_without_a_bias(detector):
    rates = study.cell(detector, study.NULLS[CELLS[detector]], WORLDS, draws=99, first=10_000)
    assert rates["judged"] >= 0.9 * WORLDS
    assert WORLDS * rates["rate"] <= ALARMS
    assert WORLDS * rates["pattern"] <= PATTERNS
    assert rates["coverage"] >= 0.9


def test_consensus_keeps_its_level_over_all_ideas():
    rates = study.cell("consensus", {"people": 60, "ideas": 30, "tastes": 1.0}, 60, draws=99, first=20_000)
    assert 60 * rates["rate"] <= 9


@pytest.mark.parametrize("detector, planted", [("adoption", "20 points"), ("responses", "rate x 0.4")])
def test_a_planted_bias_is_found_among_300_people(detector, planted):
    rates = study.cell(detector, study.PLANTED[detector][planted], 15, draws=199, first=30_000)
    assert rates["pattern"] >= 0.8


@pytest.mark.study
@pytest.mark.parametrize("detector", study.DETECTORS)
def test_no_cell_of_the_full_study_fails(detector):
    assert not study.failures(study.study(1_000, draws=499, detectors=(detector,)))
