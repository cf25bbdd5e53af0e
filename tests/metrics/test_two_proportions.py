"""Two rates: tests and limits of their difference and ratio, alone and within strata."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from coprep.errors import InputError
from coprep.metrics.groups import mantel_haenszel, two_proportion_interval, two_proportion_test
from reference import agree, params
from strategies import TWO_BY_TWO

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", params("representation", "06_representation_metrics", "two_wave"))
def test_two_waves_agree_with_r(case):
    a, n, b, m = table = [case["inputs"][name] for name in "anbm"]
    score = two_proportion_test(*table, method="score")
    with np.errstate(all="ignore"):
        ratio = np.divide(a / n, b / m)
    log = two_proportion_interval(*table, measure="ratio", method="log")
    got = {
        "chisq": score.statistic**2,
        "p": score.p_value,
        "fisher_p": two_proportion_test(*table).p_value,
        "diff_newcombe": two_proportion_interval(*table, method="newcombe"),
        "risk_ratio_wald": (ratio, *log),
    }
    # The conditional odds ratio of one table is scipy.stats.contingency.odds_ratio's.
    gone = {"fisher_cond_mle_or", "fisher_or_ci"}
    for name, want in case["expected"].items():
        if name not in gone:
            agree(got[name], want, case["rel_tol"], absolute=1e-12)


def score(first, gap, low, high, table):
    """The z of ``gap(p1, p2) = 0`` with variances at the likeliest second rate for which it holds."""
    a, m, c, n = table

    def unlikely(q):
        p = min(max(first(q), 0.0), 1.0)
        parts = ((a, p), (m - a, 1 - p), (c, q), (n - c, 1 - q))
        return -sum(x * math.log(max(v, 1e-300)) for x, v in parts if x)

    q = optimize.minimize_scalar(
        unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}
    ).x
    q = min((q, low, high), key=unlikely)
    p = first(q)
    return gap(a / m, c / n), p * (1 - p) / m, q * (1 - q) / n, (m + n) / (m + n - 1)


SEVERAL = TWO_BY_TWO.filter(lambda table: table[1] > 1 and table[3] > 1)


@given(SEVERAL, st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=40)
def test_score_limits_of_a_difference_are_where_the_restricted_score_is_z(table, level):
    limits = two_proportion_interval(*table, confidence=level)
    for limit, sign in zip(limits, (1, -1), strict=True):
        if abs(limit) > 1 - 1e-6:
            continue
        error, v1, v2, factor = score(
            lambda q, d=limit: q + d,
            lambda p, q, d=limit: p - q - d,
            max(0.0, -limit),
            min(1.0, 1 - limit),
            table,
        )
        z = error / math.sqrt((v1 + v2) * factor)
        assert z == pytest.approx(sign * stats.norm.ppf(0.5 + level / 2), rel=1e-3)


@given(SEVERAL, st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=40)
def test_score_limits_of_a_ratio_are_where_the_restricted_score_is_z(table, level):
    limits = two_proportion_interval(*table, measure="ratio", confidence=level)
    for limit, sign in zip(limits, (1, -1), strict=True):
        if not 0 < limit < np.inf:
            continue
        error, v1, v2, factor = score(
            lambda q, r=limit: q * r,
            lambda p, q, r=limit: p - q * r,
            0.0,
            min(1.0, 1 / limit),
            table,
        )
        z = error / math.sqrt((v1 + limit**2 * v2) * factor)
        assert z == pytest.approx(sign * stats.norm.ppf(0.5 + level / 2), rel=1e-3)


@given(SEVERAL)
@settings(max_examples=20)
def test_limits_hold_the_estimate_and_turn_with_the_groups(table):
    a, m, c, n = table
    turned = (c, n, a, m)
    for method in ("miettinen-nurminen", "newcombe"):
        low, high = two_proportion_interval(*table, method=method)
        assert -1 <= low <= a / m - c / n + 1e-12 and a / m - c / n - 1e-12 <= high <= 1
        agree(two_proportion_interval(*turned, method=method), (-high, -low), 0, absolute=1e-9)
    low, high = two_proportion_interval(*table, measure="ratio")
    if a or c:
        with np.errstate(divide="ignore"):
            got = two_proportion_interval(*turned, measure="ratio")
            agree(got, 1 / np.array([high, low]), 1e-6)
            ratio = np.divide(a / m, c / n)
        assert low <= ratio * (1 + 1e-9) and ratio <= high * (1 + 1e-9)


@given(TWO_BY_TWO)
def test_limits_of_a_log_ratio_are_those_of_the_delta_method(table):
    a, n, b, m = table
    low, high = two_proportion_interval(*table, measure="ratio", method="log", confidence=0.9)
    if a == 0 or b == 0:
        assert np.isnan([low, high]).all()
        return
    ratio = (a / n) / (b / m)
    error = np.sqrt((1 - a / n) / a + (1 - b / m) / b)
    agree(np.log([ratio / low, high / ratio]), stats.norm.ppf(0.95) * error, 1e-6, absolute=1e-9)


def test_nobody_and_nothing():
    assert two_proportion_interval(0, 10, 3, 20, measure="ratio").low == 0
    assert np.isnan(two_proportion_interval(3, 10, 0, 0, measure="ratio")).all()
    assert np.isnan(two_proportion_interval(0, 0, 3, 9, measure="ratio")).all()
    assert np.isnan(two_proportion_interval(3, 10, 0, 0)).all()
    assert np.isnan(two_proportion_interval(3, 10, 0, 20, measure="ratio", method="log")).all()


@pytest.mark.parametrize("method", ["fisher", "boschloo"])
def test_exact_tests_without_anything_to_tell_apart(method):
    for table in ((0, 5, 0, 9), (5, 5, 9, 9)):
        assert two_proportion_test(*table, method=method).p_value == 1
    for table in ((0, 0, 3, 9), (3, 9, 0, 0)):
        assert np.isnan(two_proportion_test(*table, method=method).p_value)
    # one yes and one no of one person each: as likely as not, whatever the chance, if at all
    p = two_proportion_test(1, 1, 0, 1, method=method).p_value
    assert p == pytest.approx({"fisher": 1.0, "boschloo": 0.5}[method])


@pytest.mark.parametrize("yes", [(0, 0), (5, 8)])
def test_rates_of_nobody_or_everybody_cannot_be_told_apart(yes):
    found = two_proportion_test(yes[0], 5, yes[1], 8, method="score")
    assert np.isnan(found.statistic) and np.isnan(found.p_value)
    assert two_proportion_test(yes[0], 5, yes[1], 8).p_value == 1


@given(TWO_BY_TWO)
def test_fishers_p_of_many_tables_is_that_of_each(table):
    a, m, c, n = table
    found = two_proportion_test([a, 0], [m, m], [[c], [n]], n).p_value
    assert found.shape == (2, 2)
    agree(found[0, 0], stats.fisher_exact([[a, m - a], [c, n - c]])[1], 1e-6)
    agree(found[1, 1], stats.fisher_exact([[0, m], [n, 0]])[1], 1e-6)


def test_tests_by_the_normal_distribution():
    a, m, c, n = 12, 40, 48, 80
    pooled = 60 / 120
    z = (a / m - c / n) / math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    found = two_proportion_test(a, m, c, n, method="score")
    agree((found.statistic, found.p_value), (z, 2 * stats.norm.sf(abs(z))), 1e-12)
    z = math.log((a / m) / (c / n)) / math.sqrt((1 - pooled) / pooled * (1 / m + 1 / n))
    found = two_proportion_test(a, m, c, n, method="log-ratio")
    agree((found.statistic, found.p_value), (z, 2 * stats.norm.sf(abs(z))), 1e-12)
    agree(found.log10_p_value, np.log10(found.p_value), 1e-12)
    nothing = two_proportion_test(0, m, c, n, method="log-ratio")
    assert nothing.statistic == -np.inf and np.isnan(nothing.p_value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: two_proportion_test([1, 9], 5, 1, 5), "above the total in at least one pair"),
        (lambda: two_proportion_test(1, 5, [1, 9], 5), "above the total in at least one pair"),
        (lambda: two_proportion_test(1, 1.5e9, 1, 1.5e9), "at most 2,000,000,000 rows"),
        (lambda: two_proportion_test(0.5, 4, 1, 2), "whole counts"),
        (lambda: two_proportion_test(1, 4, 1, 2, method="z"), "method must be one of"),
        (lambda: two_proportion_test([1, 2], 4, [1, 2, 3], 4), "shapes that fit together"),
        (lambda: two_proportion_interval(1, 4, 1, 2, method="log"), "method must be one of"),
        (lambda: two_proportion_interval(1, 4, 1, 2, measure="odds"), "measure must be one of"),
        (lambda: two_proportion_interval(1, 4, 1, 2, confidence=95), "confidence must lie between"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


STACK = [[[10, 20], [5, 40]], [[3, 9], [6, 30]]]


@pytest.mark.parametrize(
    ("measure", "value"), [("difference", 0.0), ("ratio", 1.0), ("odds-ratio", 1.0)]
)
def test_equal_rates_within_strata_have_no_effect_whatever_the_strata_are(measure, value):
    stack = [[[10, 30], [5, 15]], [[6, 4], [60, 40]], [[0, 0], [0, 0]]]
    found = mantel_haenszel(stack, measure=measure)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.low < value < found.high


def test_one_stratum_gives_the_plain_measures():
    one = [[[10, 20], [5, 40]]]
    assert mantel_haenszel(one).value == pytest.approx(10 / 30 - 5 / 45)
    assert mantel_haenszel(one, measure="ratio").value == pytest.approx((10 / 30) / (5 / 45))
    assert mantel_haenszel(one, measure="odds-ratio").value == pytest.approx(10 * 40 / (20 * 5))
    log = two_proportion_interval(10, 30, 5, 45, measure="ratio", method="log")
    found = mantel_haenszel(one, measure="ratio")
    agree((found.low, found.high), log, 1e-9)


def test_groups_that_change_places_turn_the_effect():
    turned = [table[::-1] for table in STACK]
    there = mantel_haenszel(STACK)
    back = mantel_haenszel(turned)
    agree((back.value, back.low, back.high), (-there.value, -there.high, -there.low), 1e-9)
    for measure in ("ratio", "odds-ratio"):
        there = mantel_haenszel(STACK, measure=measure)
        back = mantel_haenszel(turned, measure=measure)
        want = (1 / there.value, 1 / there.high, 1 / there.low)
        agree((back.value, back.low, back.high), want, 1e-9)


def test_an_effect_without_both_groups_is_undefined():
    for measure in ("difference", "ratio", "odds-ratio"):
        found = mantel_haenszel([[[3, 4], [0, 0]]], measure=measure)
        assert np.isnan([found.value, found.low, found.high]).all(), measure
        nobody = mantel_haenszel(np.zeros((2, 2, 2)), measure=measure)
        assert np.isnan([nobody.value, nobody.low, nobody.high]).all(), measure
    with pytest.raises(InputError, match=r"\(strata, 2, 2\) expected"):
        mantel_haenszel([1, 2, 3])
