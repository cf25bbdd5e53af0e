"""Calibration by group and over groups that overlap, from its definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.groups._calibration import calibration_by_group, multicalibration_error


def world(seed, n=300):
    rng = np.random.default_rng(seed)
    score = rng.random(n)
    return (rng.random(n) < score).astype(int), score, rng.integers(0, 3, n), rng.integers(1, 4, n)


@given(st.integers(0, 10**6), st.sampled_from(["uniform", "quantile"]))
@settings(max_examples=20)
def test_bins_by_hand(seed, strategy):
    y, s, g, w = world(seed)
    found = calibration_by_group(y, s, g, bins=4, strategy=strategy, weights=w)
    assert found.weight.sum() == pytest.approx(w.sum()) and len(found.edges) == 5
    for k in range(3):
        error = 0
        for b in range(4):
            upper = s <= found.edges[b + 1] if b == 3 else s < found.edges[b + 1]
            at = (g == k) & (s >= found.edges[b]) & upper
            assert found.mean_score[k, b] == pytest.approx(np.average(s[at], weights=w[at]))
            assert found.positive_rate[k, b] == pytest.approx(np.average(y[at], weights=w[at]))
            error += w[at].sum() * abs(found.mean_score[k, b] - found.positive_rate[k, b])
        assert found.expected_error[k] == pytest.approx(error / w[g == k].sum())
        mine = g == k
        assert found.in_the_large[k] == pytest.approx(
            np.average(y[mine] - s[mine], weights=w[mine])
        )


def test_scores_at_the_limits_and_empty_groups():
    found = calibration_by_group([1, 0], [1.0, 0.0], [0, 0], size=2)
    assert found.weight[0, [0, 9]].tolist() == [1, 1] and found.expected_error[0] == 0
    assert np.isnan(found.expected_error[1]) and np.isnan(found.positive_rate[1]).all()
    same = calibration_by_group([1, 0], [0.3, 0.3], [0, 0], strategy="quantile")
    assert same.weight.tolist() == [[2.0]] and same.expected_error[0] == pytest.approx(0.2)


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_multicalibration_by_hand(seed):
    y, s, g, w = world(seed)
    member = np.column_stack([g == 0, g == 1, s > 0.5, np.ones(len(s))]).astype(int)
    found = multicalibration_error(y, s, member, bins=5, weights=w)
    expected = np.zeros((4, 5))
    for k in range(4):
        for b in range(5):
            at = (member[:, k] == 1) & (np.minimum((s * 5).astype(int), 4) == b)
            expected[k, b] = (w[at] * (y - s)[at]).sum() / w.sum()
    assert found.deficit == pytest.approx(expected)
    assert found.value == pytest.approx(np.abs(expected).max())
    assert abs(found.deficit[found.group, found.bin]) == found.value


def test_nothing_weighs_nothing():
    found = multicalibration_error([1, 0], [0.5, 0.5], [[1], [1]], weights=[0, 0])
    assert np.isnan(found.value) and (found.group, found.bin) == (-1, -1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: calibration_by_group([1], [2.0], [0]), "probabilities from 0 to 1"),
        (lambda: calibration_by_group([1], [0.5], [0], bins=0), "bins must be"),
        (lambda: calibration_by_group([1], [0.5], [0], strategy="x"), "strategy must be one of"),
        (lambda: multicalibration_error([1], [0.5], [[2]]), "0 or 1"),
        (lambda: multicalibration_error([1], [0.5], [[1], [0]]), "1 rows"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_scores_on_the_limit_of_a_bin_belong_to_the_upper_one():
    scores = np.arange(10) / 10
    found = calibration_by_group(np.zeros(10), scores, np.zeros(10, dtype=int), bins=10)
    assert found.weight[0].tolist() == [1.0] * 10  # 0.3 too, although 3 * 0.1 is more than 0.3
