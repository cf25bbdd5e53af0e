"""Intervals of rates, gaps and ratios, and tests over strata: other packages, brute force, coverage in small."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from coprep.errors import InputError
from coprep.metrics.groups import (
    _critical_values as critical_values,
)
from coprep.metrics.groups import (
    _gaps as gaps,
)
from coprep.metrics.groups import (
    _rate_moments as rate_moments,
)
from coprep.metrics.groups import (
    _stratified as stratified,
)
from coprep.metrics.groups import _two_proportions as pairs

pytestmark = pytest.mark.slow

CASES = json.loads((Path(__file__).parents[1] / "oracles/fairness/oracle.json").read_text())[
    "cases"
]
PAIRS = [
    (12, 40, 48, 80),
    (3, 10, 8, 20),
    (11400, 20000, 12000, 20000),
    (0, 10, 5, 20),
    (10, 10, 5, 20),
]


@pytest.mark.parametrize("k", [2, 3, 10, 50])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_the_studentised_range_is_scipys(k, confidence):
    found = critical_values.studentised_range_quantile(confidence, k)
    assert found == pytest.approx(stats.studentized_range.ppf(confidence, k, np.inf), rel=1e-6)
    assert critical_values.studentised_range_sf(found, k) == pytest.approx(1 - confidence, rel=1e-9)


def test_two_groups_need_the_normal_quantile_and_ten_thousand_are_no_burden():
    assert critical_values.studentised_range_quantile(0.95, 2) == pytest.approx(
        stats.norm.ppf(0.975) * math.sqrt(2), rel=1e-12
    )
    assert 8.4 < critical_values.studentised_range_quantile(0.95, 10_000) < 8.6


def brute(c, v, critical):
    half = critical * np.sqrt(v[:, None] + v)
    off = ~np.eye(len(c), dtype=bool)
    d = c[:, None] - c
    return max(0.0, (d - half)[off].max()), np.maximum(np.abs(d - half), np.abs(d + half))[
        off
    ].max()


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=2, max_size=9),
    st.sampled_from([0.5, 1.96, 3.3]),
)
def test_the_gap_interval_is_that_of_all_pairs(groups, critical):
    c, v = (np.array(x, dtype=float) for x in zip(*groups, strict=True))
    assert gaps.gap_limits(c, v, critical) == pytest.approx(brute(c, v, critical))


@pytest.mark.parametrize(
    ("rate", "sizes"), [(0.5, [50] * 20), (0.05, [600, 300, 100, 60, 30]), (0.3, [900, 5000])]
)
def test_the_expected_gap_is_that_of_simulated_groups(rate, sizes):
    drawn = np.random.default_rng(5).binomial(sizes, rate, (100_000, len(sizes))) / np.array(sizes)
    spread = drawn.max(axis=1) - drawn.min(axis=1)
    assert gaps.expected_gap(rate, sizes) == pytest.approx(spread.mean(), rel=0.01)


def test_nobody_or_everybody_selected_leaves_no_noise():
    assert gaps.expected_gap(0.0, [10, 20]) == gaps.expected_gap(1.0, [10, 20]) == 0.0


def test_wilson_is_statsmodels_and_exact_at_the_ends():
    for x, n in ((3, 10), (0, 12), (12, 12), (500, 1000)):
        low, high = rate_moments.wilson_bounds(x / n, n, confidence=0.9)
        assert (float(low), float(high)) == pytest.approx(
            proportion_confint(x, n, 0.1, "wilson"), abs=1e-12
        )


def test_weighted_variance_is_that_of_the_rows():
    rng = np.random.default_rng(3)
    w, y = rng.lognormal(size=400), rng.random(400) < 0.3
    r = (w * y).sum() / w.sum()
    wanted = ((w * (y - r)) ** 2).sum() / w.sum() ** 2
    sums = ((w * y).sum(), w.sum(), (w**2 * y).sum(), (w**2).sum())
    assert float(rate_moments.linearised_variance(*sums)) == pytest.approx(wanted)
    kish = w.sum() ** 2 / (w**2).sum()
    assert float(rate_moments.effective_size(*sums)) == pytest.approx(
        min(r * (1 - r) / wanted, kish)
    )
    heavy = np.where(y, w, 1.0)
    tied = ((heavy * y).sum(), heavy.sum(), (heavy**2 * y).sum(), (heavy**2).sum())
    rate = tied[0] / tied[1]
    assert float(rate_moments.effective_size(*tied)) == pytest.approx(
        rate * (1 - rate) / rate_moments.linearised_variance(*tied)
    )
    assert float(rate_moments.effective_size(7, 20, 7, 20)) == pytest.approx(20)
    assert float(rate_moments.effective_size(0, w.sum(), 0, (w**2).sum())) == pytest.approx(
        w.sum() ** 2 / (w**2).sum()
    )
    assert float(rate_moments.effective_size(0, 0, 0, 0)) == 0


def test_the_max_t_critical_value_matches_the_studentised_range_for_normal_groups():
    x = np.random.default_rng(1).normal(size=(40_000, 6))
    found = critical_values.max_t_critical(
        np.zeros(6), np.ones(6), x, np.ones_like(x), confidence=0.9
    )
    assert found == pytest.approx(
        critical_values.studentised_range_quantile(0.9, 6) / math.sqrt(2), rel=0.02
    )


def test_a_replicate_that_lost_a_group_leaves_it_out():
    x = np.random.default_rng(1).normal(size=(500, 3))
    lost = x.copy()
    lost[:, 2] = np.nan
    two = critical_values.max_t_critical([0, 0], [1, 1], x[:, :2], np.ones((500, 2)))
    assert critical_values.max_t_critical([0, 0, 0], [1, 1, 1], lost, np.ones((500, 3))) == two


@pytest.mark.parametrize(
    ("ours", "theirs"), [("agresti-caffo", "agresti-caffo"), ("newcombe", "newcomb")]
)
@pytest.mark.parametrize("pair", PAIRS)
def test_difference_intervals_are_statsmodels(pair, ours, theirs):
    low, high = pairs.two_proportion_interval(*pair, method=ours)
    assert (low, high) == pytest.approx(
        confint_proportions_2indep(*pair, method=theirs, compare="diff"), abs=1e-12
    )


@pytest.mark.parametrize("pair", PAIRS[:3])
def test_score_intervals_hold_exactly_the_values_that_the_score_does_not_reject(pair):
    for compare, interval, score in (
        ("diff", pairs.two_proportion_interval, pairs._difference_score),
        ("ratio", pairs.rate_ratio_interval, lambda v, *d: pairs.ratio_score(v / (1 + v), *d)),
    ):
        data = [np.float64(x) for x in pair]
        for end, z in zip(interval(*pair, confidence=0.9), (1, -1), strict=True):
            assert float(score(np.float64(end), *data)) == pytest.approx(
                z * stats.norm.ppf(0.95), rel=1e-6
            ), compare


@pytest.mark.parametrize("pair", [PAIRS[0], PAIRS[1], PAIRS[3], PAIRS[4]])
def test_the_score_interval_of_a_ratio_is_statsmodels(pair):
    found = pairs.rate_ratio_interval(*pair)
    assert found == pytest.approx(
        confint_proportions_2indep(*pair, method="score", compare="ratio"), abs=1e-9
    )


def test_limits_where_a_group_had_no_success_or_nobody():
    low, high = pairs.rate_ratio_interval(5, 10, 0, 20)
    assert high == math.inf
    assert low > 1
    assert np.isnan(pairs.rate_ratio_interval(0, 10, 0, 20)).all()
    assert np.isnan(pairs.rate_ratio_interval(0, 10, 3, 20, method="log")).all()
    assert np.isnan(pairs.two_proportion_interval(0, 0, 3, 20)).all()
    assert pairs.log_ratio_z(0, 10, 3, 20) == -math.inf


def test_pairs_of_groups_are_compared_at_once():
    low, high = pairs.two_proportion_interval([12, 3], [40, 10], 48, 80)
    assert low.shape == high.shape == (2,)
    assert pairs.two_proportion_z([12, 3], [40, 10], 48, 80).shape == (2,)


@pytest.mark.parametrize("case_id", ["a01_eeoc_example", "a03_practical_not_statistical"])
def test_tests_of_two_rates_are_scipys(case_id):
    case = CASES[case_id]
    counts = {(g, y): n for g, y, n in case["cells"]}
    x1, x2 = (counts[case[side], 1] for side in ("disadvantaged", "privileged"))
    n1, n2 = (x + counts[case[side], 0] for x, side in ((x1, "disadvantaged"), (x2, "privileged")))
    told = {
        key: found["value"] for key, found in case["anchors"]["stats"].items() if "value" in found
    }
    assert pairs.two_rate_p_value(x1, n1, x2, n2) == pytest.approx(
        told["fisher_exact.p"], rel=1e-12
    )
    assert pairs.two_rate_p_value(x1, n1, x2, n2, method="boschloo") == pytest.approx(
        told["boschloo_exact.p"], rel=1e-6
    )
    assert pairs.two_rate_p_value(x1, n1, x2, n2, method="z") == pytest.approx(
        told["z_pooled.p"], rel=1e-9
    )
    assert pairs.rate_ratio_interval(x1, n1, x2, n2, method="log") == pytest.approx(
        told["ratio_ci95.log"]
    )
    assert pairs.rate_ratio_interval(x1, n1, x2, n2) == pytest.approx(told["ratio_ci95.score"])


def test_exact_tests_with_nothing_to_compare():
    assert math.isnan(pairs.two_rate_p_value(0, 0, 3, 10))
    assert pairs.two_rate_p_value(0, 5, 0, 10) == 1.0


@pytest.mark.parametrize("seed", range(6))
def test_stratified_effects_are_statsmodels(seed):
    stack = np.random.default_rng(seed).integers(1, 40, (6, 2, 2)).astype(float)
    theirs = StratifiedTable(list(stack))
    value, low, high = stratified.mantel_haenszel_odds_ratio(stack)
    assert value == pytest.approx(theirs.oddsratio_pooled)
    assert (low, high) == pytest.approx(theirs.oddsratio_pooled_confint())
    assert stratified.mantel_haenszel_risk_ratio(stack)[0] == pytest.approx(theirs.riskratio_pooled)
    cmh = theirs.test_null_odds(correction=False)
    ours = stratified.cochran_mantel_haenszel_test(stack)
    assert (ours.statistic, ours.p_value) == pytest.approx((cmh.statistic, cmh.pvalue))
    homogeneous = theirs.test_equal_odds(adjust=True)
    bd = stratified.breslow_day_test(stack)
    assert (bd.statistic, bd.p_value) == pytest.approx((homogeneous.statistic, homogeneous.pvalue))


def test_stratified_limits_hold_the_truth_as_often_as_they_say():
    rng, hit, n = np.random.default_rng(0), np.zeros(2), 800
    for _ in range(n):
        n1, n0, p0 = rng.integers(8, 40, 8), rng.integers(8, 40, 8), rng.uniform(0.1, 0.5, 8)
        a, c = rng.binomial(n1, p0 * 1.4), rng.binomial(n0, p0)
        _, low, high = stratified.mantel_haenszel_risk_ratio(
            np.stack([a, n1 - a, c, n0 - c], axis=1).reshape(-1, 2, 2)
        )
        hit[0] += low <= 1.4 <= high
        a = rng.binomial(n1, p0 + 0.1)
        _, low, high = stratified.mantel_haenszel_risk_difference(
            np.stack([a, n1 - a, c, n0 - c], axis=1).reshape(-1, 2, 2)
        )
        hit[1] += low <= 0.1 <= high
    assert ((hit / n > 0.93) & (hit / n < 0.975)).all()


def test_one_table_is_a_stack_of_one_and_empty_strata_say_nothing():
    table = [[10, 20], [5, 40]]
    assert stratified.mantel_haenszel_odds_ratio(table)[0] == pytest.approx(10 * 40 / (20 * 5))
    padded = [table, [[0, 0], [0, 0]], [[0, 0], [3, 4]]]
    for effect in (
        stratified.mantel_haenszel_odds_ratio,
        stratified.mantel_haenszel_risk_difference,
    ):
        assert effect(padded)[0] == pytest.approx(effect(table)[0])
    assert math.isnan(stratified.breslow_day_test(table).p_value)
    assert math.isnan(stratified.cochran_mantel_haenszel_test([[[3, 0], [4, 0]]]).p_value)


def test_ratios_without_success_have_no_limits_and_big_counts_do_not_overflow():
    value, low, high = stratified.mantel_haenszel_odds_ratio([[[0, 5], [5, 5]]])
    assert value == 0
    assert math.isnan(low)
    assert math.isnan(high)
    big = np.full((3, 2, 2), 10**9)
    assert stratified.cochran_mantel_haenszel_test(big).p_value == pytest.approx(1.0)
    assert stratified.breslow_day_test(big).statistic == pytest.approx(0.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: gaps.gap_limits([0.1], [0.1], 2.0),
        lambda: gaps.gap_limits([0.1, 0.2], [0.1], 2.0),
        lambda: gaps.gap_limits([0.1, 0.2], [0.1, -1.0], 2.0),
        lambda: gaps.expected_gap(1.5, [10, 10]),
        lambda: gaps.expected_gap(0.5, [10, 0]),
        lambda: critical_values.studentised_range_quantile(1.0, 3),
        lambda: critical_values.studentised_range_quantile(0.95, 1),
        lambda: critical_values.studentised_range_sf(-1.0, 3),
        lambda: critical_values.sidak_critical(0.95, 0),
        lambda: critical_values.max_t_critical([0, 0], [1, 1], np.zeros((5, 3)), np.zeros((5, 3))),
        lambda: pairs.two_proportion_z(5, 3, 1, 2),
        lambda: pairs.two_proportion_z([1, 2], 3, [1, 2, 3], 4),
        lambda: pairs.two_rate_p_value(1.5, 3, 1, 2),
        lambda: pairs.two_rate_p_value(1, 3, 1, 2, method="barnard"),
        lambda: pairs.rate_ratio_interval(1, 3, 1, 2, confidence=95),
        lambda: pairs.two_proportion_interval(1, 3, 1, 2, method="wald"),
        lambda: stratified.mantel_haenszel_odds_ratio([1, 2, 3]),
        lambda: stratified.breslow_day_test([[[1, -2], [3, 4]]]),
    ],
)
def test_bad_input_is_refused_in_words(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize(
    ("yes", "other", "value"), [(True, False, 1.0), (True, True, 0.0), (False, False, 0.0)]
)
def test_groups_that_say_all_yes_or_all_no_are_not_certain(yes, other, value):
    sizes = (3, 2)
    tables = [[[n * yes, n * (not yes)], [n * other, n * (not other)]] for n in sizes]
    found, low, high = stratified.mantel_haenszel_risk_difference(
        [*tables, [[0, 0], [1, 3]]]
    )  # the last stratum compares nobody
    assert found == value
    pooled = (5 * yes + 1) / 7 - (5 * other + 1) / 7  # one yes and one no more among five
    assert -1 <= low < pooled < high <= 1
    assert low <= value <= high
    assert high - low > 0.5
