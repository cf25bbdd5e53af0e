"""Scores by group against reference values, scikit-free brute force and scipy."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.groups._scores import (
    area_between,
    auc_by_group,
    brier_by_group,
    kolmogorov_smirnov,
    roc_points,
    wasserstein_distance,
)

CASES = json.loads(
    (Path(__file__).parents[1] / "oracles" / "fairness" / "oracle.json").read_text()
)["cases"]
rows = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(0, 2), st.integers(1, 3)),
    min_size=2,
    max_size=40,
)


def brute_auc(y, s, w):
    wins = total = 0.0
    for i in np.flatnonzero(y == 1):
        for j in np.flatnonzero(y == 0):
            wins += w[i] * w[j] * ((s[i] > s[j]) + 0.5 * (s[i] == s[j]))
            total += w[i] * w[j]
    return wins / total if total else np.nan


@pytest.mark.parametrize("name", [k for k, c in CASES.items() if c["kind"] == "scores"])
def test_reference_values(name):
    case = CASES[name]
    labels, group = np.unique(case["groups"], return_inverse=True)
    y, s = np.array(case["y_true"]), np.array(case["scores"])
    auc, brier = auc_by_group(y, s, group), brier_by_group(y, s, group)
    mean = np.bincount(group, s) / np.bincount(group)
    ours = {"overall.roc_auc": auc_by_group(y, s, np.zeros(len(y))).value[0]}
    for i, label in enumerate(labels):
        ours[f"by_group.roc_auc[{label}]"] = auc.value[i]
        ours[f"by_group.brier[{label}]"] = brier.value[i]
        ours[f"by_group.mean_score[{label}]"] = mean[i]
    curves = [roc_points(y[group == i], s[group == i]) for i in range(len(labels))]
    ours["abroca"] = np.max(
        [area_between(a, b) for k, a in enumerate(curves) for b in curves[k + 1 :]]
    )
    for key, value in case["exact"].items():
        assert ours[key] == pytest.approx(float(value), abs=1e-12, nan_ok=True), key


@given(rows)
@settings(max_examples=60)
def test_auc_counts_pairs(cells):
    y, s, g, w = np.array(cells).T
    found = auc_by_group(y, s, g, weights=w, size=3)
    for k in range(3):
        at = g == k
        assert found.value[k] == pytest.approx(brute_auc(y[at], s[at], w[at]), nan_ok=True)
    assert found.n.tolist() == np.bincount(g, minlength=3).tolist()


@given(rows)
@settings(max_examples=40)
def test_auc_only_sees_order(cells):
    y, s, g, _ = np.array(cells).T
    now = auc_by_group(y, s, g, size=3).value
    assert auc_by_group(y, np.exp(s), g, size=3).value == pytest.approx(now, nan_ok=True)
    assert auc_by_group(1 - y, -s, g, size=3).value == pytest.approx(now, nan_ok=True)
    assert auc_by_group(y, -s, g, size=3).value == pytest.approx(1 - now, nan_ok=True)


def test_delong_errors_match_the_spread_over_samples():
    rng = np.random.default_rng(0)
    values, errors = [], []
    for _ in range(400):
        y = np.arange(80) % 2
        found = auc_by_group(y, rng.normal(size=80) + 0.8 * y, np.zeros(80))
        values.append(found.value[0])
        errors.append(found.se[0])
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.08)


def test_auc_of_half_normal_shift():
    rng = np.random.default_rng(0)
    y = np.arange(40_000) % 2
    found = auc_by_group(y, rng.normal(size=40_000) + y, np.zeros(40_000))
    assert found.value[0] == pytest.approx(stats.norm.cdf(1 / np.sqrt(2)), abs=4 * found.se[0])


def numeric_abroca(a, b):
    """Two monotone polylines compared on a very fine grid, away from their steps."""
    grid = (np.arange(200_000) + 0.5) / 200_000
    values = []
    for x, y in (a, b):
        x, y = np.asarray(x), np.asarray(y)
        at = np.searchsorted(x, grid, side="right") - 1
        slope = (y[at + 1] - y[at]) / (x[at + 1] - x[at])
        values.append(y[at] + slope * (grid - x[at]))
    return np.abs(values[0] - values[1]).mean()


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_area_between_curves_is_exact(seed):
    rng = np.random.default_rng(seed)
    curves = []
    for _ in range(2):
        y = np.r_[0, 1, rng.integers(0, 2, 12)]
        curves.append(roc_points(y, rng.integers(0, 5, 14)))
    assert area_between(*curves) == pytest.approx(numeric_abroca(*curves), abs=2e-5)
    assert (
        area_between(*curves) == area_between(*curves[::-1])
        and area_between(curves[0], curves[0]) == 0
    )


def test_area_is_at_least_the_difference_of_areas():
    rng = np.random.default_rng(4)
    y, s, g = rng.integers(0, 2, 200), rng.normal(size=200), rng.integers(0, 2, 200)
    curves = [roc_points(y[g == k], s[g == k]) for k in (0, 1)]
    auc = auc_by_group(y, s, g).value
    assert area_between(*curves) >= abs(auc[0] - auc[1]) - 1e-12


def test_crossing_curves_do_not_cancel():
    steep, flat = ([0, 0, 0.5, 1], [0, 0.5, 0.5, 1]), ([0, 0.5, 0.5, 1], [0, 0, 1, 1])
    assert area_between(steep, flat) == pytest.approx(numeric_abroca(steep, flat), abs=2e-5)
    crossed = area_between(([0, 1], [0, 1]), ([0, 0.25, 0.75, 1], [0, 0.5, 0.5, 1]))
    assert crossed == pytest.approx(2 * 0.5 * 0.25 * 0.5)


def test_weights_are_rows_for_curves_and_brier():
    rng = np.random.default_rng(1)
    y, s, w = rng.integers(0, 2, 30), rng.random(30).round(1), rng.integers(1, 4, 30)
    twice = [np.repeat(v, w) for v in (y, s)]
    assert area_between(roc_points(y, s, weights=w), roc_points(*twice)) == pytest.approx(
        0, abs=1e-12
    )
    mine = brier_by_group(y, s, np.zeros(30), weights=w).value
    assert mine == pytest.approx(brier_by_group(*twice, np.zeros(len(twice[0]))).value)


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=15),
    st.lists(st.integers(-5, 5), min_size=1, max_size=15),
)
@settings(max_examples=60)
def test_distances_match_scipy(x, y):
    assert wasserstein_distance(x, y) == pytest.approx(stats.wasserstein_distance(x, y))
    apart = [abs(np.mean(np.array(x) <= t) - np.mean(np.array(y) <= t)) for t in [*x, *y]]
    assert kolmogorov_smirnov(x, y) == pytest.approx(max(apart))
    assert wasserstein_distance(x, x) == 0 == kolmogorov_smirnov(y, y)
    assert wasserstein_distance(np.array(x) + 3, x) == pytest.approx(3)


def test_distance_weights_are_rows():
    x, y, u, v = [1, 2, 5], [2, 3], [1, 2, 3], [4, 1]
    for distance in (wasserstein_distance, kolmogorov_smirnov):
        assert distance(x, y, weights=(u, v)) == pytest.approx(
            distance(np.repeat(x, u), np.repeat(y, v))
        )
        assert np.isnan(distance(x, y, weights=([0, 0, 0], None)))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: auc_by_group([0, 2], [0.1, 0.2], [0, 0]), "0 or 1"),
        (lambda: auc_by_group([0], [0.1, 0.2], [0, 0]), "2 expected"),
        (lambda: auc_by_group([0, 1], [0.1, np.nan], [0, 0]), "missing"),
        (lambda: auc_by_group([0, 1], [0.1, 0.2], [0, 0], weights=[1]), "weights has 1 items"),
        (lambda: brier_by_group([0, 1], [0.1, 1.2], [0, 0]), "probabilities from 0 to 1"),
        (lambda: area_between(([0, 1], [0]), ([0, 1], [0, 1])), "as many false"),
        (lambda: area_between(([1, 0], [0, 1]), ([0, 1], [0, 1])), "must not fall"),
        (lambda: wasserstein_distance([], [1]), "empty"),
        (lambda: wasserstein_distance([1], [1], weights=([1, 2], None)), "one number a value"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
