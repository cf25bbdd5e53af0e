"""Intervals of gaps hold the true gap as often as they say: small always, in full with ``-m study``."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def load():
    spec = importlib.util.spec_from_file_location(
        "fairness_coverage", ROOT / "studies/fairness_coverage.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


STUDY = load()


def allowed(gap, sims):
    """The bounds asked for, widened by three standard errors of the simulation."""
    low, high = (0.94, 0.99) if gap == 0 else (0.93, 1.0)
    slack = 3 * np.sqrt(0.05 * 0.95 / sims)
    return low - slack, min(1.0, high + slack)


@pytest.mark.parametrize("place", range(len(STUDY.GRID)))
def test_simultaneous_intervals_in_small(place):
    setting = STUDY.GRID[place]
    found = STUDY.row(setting, STUDY.selection, "selection_rate", "simultaneous", 150, place)
    low, high = allowed(setting.gap, 150)
    assert low <= found["coverage"] <= high
    assert found["mean_gap_seen"] >= setting.gap - 0.02
    if setting.gap == 0:
        assert found["above_zero"] <= 0.12
        assert found["noise_floor"] == pytest.approx(found["mean_gap_seen"], rel=0.15)


def test_the_bootstrap_in_small():
    found = STUDY.row(
        STUDY.GRID[3],
        STUDY.selection,
        "selection_rate",
        "bootstrap",
        100,
        0,
        resamples=200,
    )
    low, _ = allowed(0, 100)
    assert found["coverage"] >= low


def test_weights_and_equalized_odds_in_small():
    for draw, metric in (
        (STUDY.weighted, "selection_rate"),
        (STUDY.labelled, "equalized_odds"),
    ):
        found = STUDY.row(STUDY.GRID[3], draw, metric, "simultaneous", 120, 5)
        assert found["coverage"] >= allowed(0, 120)[0]


def test_the_kept_results_are_within_bounds():
    kept = json.loads((ROOT / "studies/results/fairness_coverage.json").read_text())["rows"]
    assert len(kept) == 2 * len(STUDY.GRID) + 6
    for row in kept:
        low, high = (0.94, 0.99) if row["true_gap"] == 0 else (0.93, 1.0)
        noise = 2 * np.sqrt(0.05 * 0.95 / row["sims"])
        assert low - noise <= row["coverage"] <= high + noise, row


@pytest.mark.study
def test_the_whole_grid():
    for row in STUDY.study(1_000):
        low, high = allowed(row["true_gap"], 1_000)
        assert low <= row["coverage"] <= high, row
