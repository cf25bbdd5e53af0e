"""False alarms, coverage and power of the detectors in worlds with a known answer; the grid is studies/ideas.py."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("ideas_study", ROOT / "studies" / "ideas.py")
study = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = study
spec.loader.exec_module(study)

CELLS = list(study.cells())
WORLDS = 200
HARD = {
    "own benefit": "need and specialisation",
    "outside support": "loyal voters",
    "outside support, two groups": "loyal voters",
    "own ideas": "shared tastes",
    "rivals": "need and specialisation",
    "in-group, approvals": "capped ballots",
    "in-group, by authors": "shared tastes",
    "in-group, choose one": "popularity and activity follow the group",
    "in-group, scores": "shared tastes",
    "endorsements": "popularity and activity follow the group",
    "blocs": "nothing",
    "dominance, ideas": "active and loud authors with pet causes",
    "dominance, words": "nothing",
    "dominance, votes": "shared tastes",
    "agenda": "active and loud authors with pet causes",
    "adoption": "active and loud authors with pet causes",
    "responses": "need and specialisation",
    "outcome": "unseen ideas",
    "priorities": "groups missing, not at random",
    "consensus": "shared tastes",
    "vocabulary": "active and loud authors with pet causes",
}


@pytest.mark.parametrize("detector", HARD)
def test_false_alarms_in_200_worlds_without_bias(detector):
    name = HARD[detector]
    row = study.cell(
        detector, name, study.NULLS[name], WORLDS, draws=199, planted=False, first=10_000
    )
    assert row["assessed"] >= 0.9 * WORLDS
    assert row["alarm_lower"] <= 0.06
    assert row["pattern_lower"] <= 0.01
    if row["covered"] is not None:
        assert row["covered"] >= 0.89  # 93% less the 99.9% margin of 200 draws


@pytest.mark.parametrize(
    ("detector", "planted"),
    [
        ("own benefit", "20% of ideas, 300 people"),
        ("in-group, approvals", "20%, 300 people"),
        ("in-group, choose one", "20%, 300 people"),
        ("in-group, scores", "20%"),
        ("adoption", "40% less likely"),
        ("responses", "rate times 0.4"),
        ("outside support", "40% less"),
    ],
)
def test_what_was_planted_is_found(detector, planted):
    strengths = study.DETECTORS[detector].planted[planted]
    row = study.cell(detector, planted, strengths, 20, draws=199, planted=True)
    assert row["pattern"] >= 0.8
    if row["covered"] is not None:
        assert row["covered"] >= 0.75
        assert row["effect"] == pytest.approx(row["truth"], abs=4)


@pytest.mark.parametrize(("detector", "name", "strengths", "planted"), CELLS)
def test_every_cell_of_the_study_can_be_drawn(detector, name, strengths, planted):
    row = study.cell(detector, name, strengths, 1, draws=19, planted=planted)
    assert row["worlds"] == 1


def test_seeds_are_fixed():
    again = [study.once("adoption", study.DETECTORS["adoption"].base, (1, 2), 49) for _ in range(2)]
    assert again[0] == again[1]


def test_the_results_are_of_the_whole_study():
    held = json.loads(study.RESULTS.read_text(encoding="utf-8"))
    assert {(row["detector"], row["world"]) for row in held} == {
        (d, name) for d, name, _, _ in CELLS
    }
    assert min(row["worlds"] for row in held) >= 1_000


def test_over_all_worlds_fewer_than_one_in_a_hundred_show_a_pattern():
    held = [
        row for row in json.loads(study.RESULTS.read_text(encoding="utf-8")) if not row["planted"]
    ]
    for detector in study.DETECTORS:
        shown = [row["pattern"] for row in held if row["detector"] == detector]
        assert sum(shown) / len(shown) < 0.01, detector


def test_misses_are_told():
    """Where the study misses a target, the page that shows it says so and why."""
    held = json.loads(study.RESULTS.read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    for row in held:
        if study.missed(row):
            assert f"*{row['detector']}*, {row['world']}" in page


@pytest.mark.study
@pytest.mark.parametrize(("detector", "name", "strengths", "planted"), CELLS)
def test_the_full_study_meets_its_targets(detector, name, strengths, planted):
    row = study.cell(
        detector, name, strengths, 1_000, draws=study.DETECTORS[detector].draws, planted=planted
    )
    told = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    assert not study.missed(row) or f"*{detector}*, {name}" in told
