"""The detectors in worlds with known truth: a small fixed-seed grid always, the full one under the marker."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load_study():
    spec = importlib.util.spec_from_file_location("self_serving_study", ROOT / "studies" / "self_serving.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


STUDY = load_study()


def lowest(hits, worlds, level=0.999):
    """Lower Clopper-Pearson limit."""
    from scipy.special import betaincinv

    return float(betaincinv(hits, worlds - hits + 1, 1 - level)) if hits else 0.0


def holds(row, *, coverage=0.93):
    """False alarms compatible with 5%, hardly a pattern, intervals that cover."""
    n = row["assessed"]
    assert lowest(round(row["p_at_most_5"] * n), n) <= 0.06
    assert lowest(round(row["pattern"] * row["worlds"]), row["worlds"]) <= 0.01
    if row["covered"] is not None:
        assert 1 - lowest(round((1 - row["covered"]) * n), n) >= coverage


@pytest.mark.parametrize("name", ["need and specialisation", "loud author", "missing groups"])
def test_innocent_worlds_are_left_in_peace(name):
    base = STUDY.size(80) | {"seen": 0.1}
    holds(STUDY.cell(STUDY.own_benefit, 30, 1, base | STUDY.NULLS[name], truth=0.0))


def test_outsiders_who_do_not_mind_are_not_called_against():
    base = STUDY.size(80) | {"need": 0.4} | STUDY.RATED["popularity and generosity"]
    holds(STUDY.cell(STUDY.outside_support, 25, 2, base | {"seen": 0.2}, truth=0.0))


def test_twenty_points_are_seen_with_three_hundred_people():
    base = STUDY.size(300) | {"seen": 0.02, "self_serving": 0.2, "need": 0.3}
    row = STUDY.cell(STUDY.own_benefit, 12, 3, base, truth=20.0)
    assert row["pattern"] >= 0.75
    assert row["effect"] == pytest.approx(20, abs=4)


def test_every_cell_of_the_grid_can_be_drawn():
    names = [(detector, name) for _, detector, name, _, _ in STUDY.cells(20)]
    assert len(names) == len(set(names))
    for ask, _, _, strengths, truth in STUDY.cells(20):
        assert STUDY.cell(ask, 1, 4, strengths, truth=truth)["worlds"] == 1


@pytest.mark.study
@pytest.mark.parametrize("people", [20, 80, 300])
def test_the_full_grid_meets_its_targets(people):
    for ask, detector, name, strengths, truth in STUDY.cells(people):
        row = STUDY.cell(ask, 1000, 20260, strengths, truth=truth)
        if truth == 0.0:
            holds(row)
        elif truth is not None and row["assessed"] > 200:
            assert 0.93 <= row["covered"] <= 0.98, (detector, name, row)
        if people == 300 and name == "planted 20%":
            assert row["pattern"] >= 0.8, (detector, name, row)
