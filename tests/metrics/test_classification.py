"""Confusion rates and what is made of them: definitions, identities, edges, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coprep.errors import InputError
from coprep.metrics.groups import _classification as c

tables = arrays(
    np.int64, st.tuples(st.integers(2, 6), st.just(2), st.just(2)), elements=st.integers(0, 40)
)


def test_every_rate_is_its_definition():
    tn, fp, fn, tp = 5.0, 1.0, 2.0, 4.0
    found = {
        name: float(c.confusion_rate([[tn, fp], [fn, tp]], name)) for name in c.CONFUSION_RATES
    }
    assert found == pytest.approx(
        {
            "selection_rate": 5 / 12,
            "rejection_rate": 7 / 12,
            "base_rate": 6 / 12,
            "true_positive_rate": 4 / 6,
            "false_negative_rate": 2 / 6,
            "false_positive_rate": 1 / 6,
            "true_negative_rate": 5 / 6,
            "positive_predictive_value": 4 / 5,
            "false_discovery_rate": 1 / 5,
            "negative_predictive_value": 5 / 7,
            "false_omission_rate": 2 / 7,
            "f1_score": 8 / 11,
            "accuracy": 9 / 12,
            "error_rate": 3 / 12,
            "treatment_balance": 2.0,
        }
    )
    assert float(c.confusion_rate([[tn, fp], [fn, tp]], "balanced_accuracy")) == pytest.approx(
        (4 / 6 + 5 / 6) / 2
    )


def test_a_rate_of_nothing_is_nan_and_errors_without_the_other_kind_are_infinite():
    empty = np.zeros((2, 2))
    assert all(math.isnan(c.confusion_rate(empty, name)) for name in c.CONFUSION_RATES)
    assert c.confusion_rate([[3, 0], [2, 1]], "treatment_balance") == math.inf


def test_counts_of_thousands_of_millions_do_not_overflow():
    big = np.full((3, 2, 2), 10**9, dtype=np.int64)
    assert c.confusion_rate(big, "accuracy").tolist() == [0.5] * 3
    assert c.demographic_disparity(big[:, 0, 1], big.sum(axis=(1, 2))).tolist() == [0.0] * 3
    assert c.selection_shortfall([10**9, 3 * 10**9], [4 * 10**9, 4 * 10**9]).tolist() == [
        10**9,
        -(10**9),
    ]


@given(tables)
def test_complements_add_up_and_gaps_of_complements_are_equal(counts):
    for rate, other in (
        ("true_positive_rate", "false_negative_rate"),
        ("false_positive_rate", "true_negative_rate"),
        ("positive_predictive_value", "false_discovery_rate"),
        ("negative_predictive_value", "false_omission_rate"),
        ("accuracy", "error_rate"),
        ("selection_rate", "rejection_rate"),
    ):
        one, two = c.confusion_rate(counts, rate), c.confusion_rate(counts, other)
        total = one + two
        assert np.allclose(total[~np.isnan(total)], 1.0)
        assert np.array_equal(np.isnan(one), np.isnan(two))
        for policy in ("strict", "skip"):
            gaps = [float(c.group_difference(x, undefined=policy)) for x in (one, two)]
            assert gaps[0] == pytest.approx(gaps[1], abs=1e-12, nan_ok=True)


@given(tables, st.integers(2, 5))
def test_doubling_people_changes_no_rate_and_permuting_groups_no_gap(counts, times):
    for rate in c.CONFUSION_RATES:
        one, more = c.confusion_rate(counts, rate), c.confusion_rate(counts * times, rate)
        assert np.allclose(one, more, equal_nan=True)
        mixed = one[np.random.default_rng(0).permutation(len(one))]
        for function in (c.group_difference, c.group_ratio):
            assert np.array_equal(function(one), function(mixed), equal_nan=True)


@given(arrays(float, st.integers(2, 8), elements=st.floats(0.01, 1.0)))
def test_gaps_and_ratios_agree_with_the_pairs_they_are_made_of(rates):
    pairs = [(a, b) for a in rates for b in rates]
    assert float(c.group_difference(rates)) == pytest.approx(max(abs(a - b) for a, b in pairs))
    assert float(c.group_ratio(rates)) == pytest.approx(min(a / b for a, b in pairs))
    overall = rates.mean()
    assert float(c.group_difference(rates, overall=overall)) == pytest.approx(
        max(abs(a - overall) for a in rates)
    )
    wanted = min(min(a / overall, overall / a) for a in rates)
    assert float(c.group_ratio(rates, overall=overall)) == pytest.approx(wanted)


def test_an_undefined_rate_makes_the_gap_undefined_unless_it_may_be_skipped():
    rates = [0.2, math.nan, 0.5]
    assert math.isnan(c.group_difference(rates))
    assert math.isnan(c.group_ratio(rates))
    assert float(c.group_difference(rates, undefined="skip")) == pytest.approx(0.3)
    assert float(c.group_ratio(rates, undefined="skip")) == 0.4
    assert math.isnan(c.group_difference([math.nan, math.nan], undefined="skip"))
    assert math.isnan(c.group_ratio([0.0, 0.0]))


def test_stacks_of_groups_are_compared_at_once():
    rates = np.array([[0.1, 0.4], [0.5, math.nan]])
    assert np.array_equal(
        c.group_difference(rates), [0.30000000000000004, math.nan], equal_nan=True
    )


def test_impact_ratios_against_the_highest_and_a_reference():
    assert c.impact_ratios([0.6, 0.3, math.nan])[:2].tolist() == [1.0, 0.5]
    assert c.impact_ratios([0.6, 0.3], reference=1).tolist() == [2.0, 1.0]
    assert np.isnan(c.impact_ratios([0.0, 0.0])).all()


@given(tables)
def test_disparities_and_shortfalls_sum_to_nothing(counts):
    selected, total = counts[:, 0, 1], counts.sum(axis=(1, 2))
    if 0 < selected.sum() < total.sum():
        assert float(c.demographic_disparity(selected, total).sum()) == pytest.approx(0, abs=1e-9)
        assert float(c.selection_shortfall(selected, total).sum()) == pytest.approx(0, abs=1e-6)


def test_conditional_disparity_averages_strata_by_size_and_may_turn_its_sign():
    selected = np.array([[80, 18], [2, 25]])
    total = np.array([[100, 20], [10, 100]])
    within = c.demographic_disparity(selected, total)
    assert c.conditional_demographic_disparity(selected, total) == pytest.approx(
        (120 * within[0] + 110 * within[1]) / 230
    )
    crude = c.demographic_disparity(selected.sum(axis=0), total.sum(axis=0))
    assert crude[0] < 0 < c.conditional_demographic_disparity(selected, total)[0]


def test_a_stratum_without_rejections_is_undefined_unless_it_may_be_skipped():
    selected, total = [[5, 5], [2, 4]], [[5, 5], [6, 6]]
    assert np.isnan(c.conditional_demographic_disparity(selected, total)).all()
    skipped = c.conditional_demographic_disparity(selected, total, undefined="skip")
    assert skipped.tolist() == c.demographic_disparity([2, 4], [6, 6]).tolist()


def test_differential_fairness_smooths_over_the_datas_outcomes_and_ignores_empty_groups():
    assert c.differential_fairness([[0, 6], [6, 0]], concentration=0) == math.inf
    assert c.differential_fairness([[0, 6], [6, 0]]) == pytest.approx(math.log(6.5 / 0.5))
    assert c.differential_fairness([[3, 6], [3, 6], [0, 0]]) == 0.0
    assert math.isnan(c.differential_fairness([[0, 0], [0, 0]]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: c.confusion_rate([[1, 2], [3, 4]], "recall"),
        lambda: c.confusion_rate([1, 2, 3, 4], "accuracy"),
        lambda: c.confusion_rate([[1, -2], [3, 4]], "accuracy"),
        lambda: c.confusion_rate([["a", "b"], ["c", "d"]], "accuracy"),
        lambda: c.confusion_rate([[1, math.nan], [3, 4]], "accuracy"),
        lambda: c.group_difference(0.5),
        lambda: c.group_difference([]),
        lambda: c.group_ratio([0.5, 0.2], undefined="drop"),
        lambda: c.impact_ratios([0.5, 0.2], reference=2),
        lambda: c.demographic_disparity([3, 1], [2, 4]),
        lambda: c.demographic_disparity([3, 1], [4]),
        lambda: c.conditional_demographic_disparity([1, 1], [2, 2]),
        lambda: c.differential_fairness([[1, 2]], concentration=-1),
        lambda: c.selection_shortfall("a", [1]),
    ],
)
def test_bad_input_is_refused_in_words(call):
    with pytest.raises(InputError):
        call()
