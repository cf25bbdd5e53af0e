"""Whole distributions against their baseline."""

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.shares import _goodness_of_fit as gof
from coprep.metrics.shares import _ratios as ratios

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"


def cases(name, start=""):
    found = json.loads((ORACLES / name).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(start)]


def same(got, want, rel_tol, absolute=0.0):
    np.testing.assert_allclose(
        np.array(got, float), np.array(want, float), rtol=rel_tol, atol=absolute
    )


@pytest.mark.parametrize("case", cases("03_goodness_of_fit.json", "gof_"))
def test_goodness_of_fit_agrees_with_r(case):
    x, P = np.array(case["inputs"]["counts"]), np.array(case["inputs"]["baseline"])
    n = x.sum()
    pearson, g = gof.chi_square_test(x, P), gof.g_test(x, P)
    got = {
        "chisq": pearson.statistic,
        "df": pearson.df,
        "p": pearson.p_value,
        "log10_p": gof.chi_square_test(x, P, scale="log10").p_value,
        "g_stat": g.statistic,
        "g_p": g.p_value,
        "pearson_residuals": ratios.pearson_residual(x, n, P),
        "adjusted_residuals": ratios.adjusted_residual(x, n, P),
        "cohens_w": gof.cohens_w(x, P),
        "cohens_w_bias_adjusted": gof.cohens_w(x, P, adjusted=True),
        "cohens_w_ci95": gof.cohens_w_interval(x, P),
    }
    exact = {
        "exact_multinomial_p_prob_order": "probability",
        "exact_multinomial_p_chisq_order": "chi-square",
    }
    for name, want in case["expected"].items():
        value = gof.exact_multinomial_test(x, P, order=exact[name]) if name in exact else got[name]
        same(value, want, case["rel_tol"], absolute=1e-12)


@pytest.mark.parametrize("case", cases("03_goodness_of_fit.json", "exact_multinomial"))
def test_exact_multinomial_agrees_with_enumeration_in_r(case):
    x, P = case["inputs"]["counts"], case["inputs"]["baseline"]
    same(gof.exact_multinomial_test(x, P), case["expected"]["prob_order"], case["rel_tol"])
    same(
        gof.exact_multinomial_test(x, P, order="chi-square"),
        case["expected"]["chisq_order"],
        case["rel_tol"],
    )


PROFILES = st.integers(2, 6).flatmap(
    lambda k: st.tuples(
        st.lists(st.integers(0, 10_000), min_size=k, max_size=k).filter(sum),
        st.lists(st.integers(1, 1000), min_size=k, max_size=k),
    )
)


@given(PROFILES, st.randoms(use_true_random=False))
def test_order_and_units_of_the_baseline_do_not_matter(profile, random):
    x, weights = (np.array(part, float) for part in profile)
    order = list(range(len(x)))
    random.shuffle(order)
    once = gof.chi_square_test(x, weights)
    same(gof.chi_square_test(x[order], weights[order]), once, 1e-9, absolute=1e-12)
    same(gof.chi_square_test(x, weights / weights.sum()), once, 1e-9, absolute=1e-12)
    same(
        gof.g_test(2 * x, weights).statistic,
        2 * gof.g_test(x, weights).statistic,
        1e-9,
        absolute=1e-9,
    )
    same(gof.cohens_w(3 * x, weights), gof.cohens_w(x, weights), 1e-9, absolute=1e-12)


@given(PROFILES)
def test_residuals_partials_and_statistic_are_one_family(profile):
    x, weights = (np.array(part, float) for part in profile)
    n, P = x.sum(), weights / weights.sum()
    same(
        (ratios.pearson_residual(x, n, P) ** 2).sum(),
        gof.chi_square_test(x, P).statistic,
        1e-9,
        absolute=1e-12,
    )
    same((ratios.partial_cv(x, n, P) ** 2).sum(), gof.cohens_w(x, P) ** 2, 1e-9, absolute=1e-15)


@settings(max_examples=30, deadline=None)
@given(PROFILES, st.floats(0.5, 0.99))
def test_interval_of_w_holds_w_and_inverts_the_noncentral_distribution(profile, level):
    x, weights = (np.array(part, float) for part in profile)
    test = gof.chi_square_test(x, weights)
    low, high = gof.cohens_w_interval(x, weights, confidence=level)
    assert 0 <= low <= high
    if 1e-6 < test.statistic < 1e4:
        for limit, tail in ((low, (1 + level) / 2), (high, (1 - level) / 2)):
            if limit > 0:
                same(stats.ncx2.cdf(test.statistic, test.df, limit**2 * x.sum()), tail, 1e-6)


def test_exact_test_equals_a_plain_list_of_outcomes():
    x, P = np.array([1, 0, 4, 2]), np.array([0.1, 0.2, 0.3, 0.4])
    n = x.sum()
    outcomes = np.array([o for o in product(range(n + 1), repeat=4) if sum(o) == n])
    probability = stats.multinomial.pmf(outcomes, n, P)
    assert math.isclose(probability.sum(), 1, rel_tol=1e-12)
    want = probability[probability <= stats.multinomial.pmf(x, n, P) * (1 + 1e-7)].sum()
    same(gof.exact_multinomial_test(x, P), want, 1e-12)


def test_random_draws_approach_the_exact_test():
    x, P = [6, 1, 9, 4], [0.25, 0.25, 0.25, 0.25]
    for order in ("probability", "chi-square"):
        exact = gof.exact_multinomial_test(x, P, order=order)
        drawn = gof.monte_carlo_multinomial_test(x, P, order=order, draws=40_000, rng=3)
        assert abs(drawn - exact) < 4 * math.sqrt(exact * (1 - exact) / 40_000)
    again = gof.monte_carlo_multinomial_test(x, P, rng=3)
    assert again == gof.monte_carlo_multinomial_test(x, P, rng=3)


def test_every_draw_is_counted_once_in_blocks_too():
    groups = 1_000  # two thousand profiles are held at a time
    typical = gof.monte_carlo_multinomial_test(np.ones(groups), np.ones(groups), draws=4_500, rng=1)
    assert typical == 1, "no draw is closer to the baseline than the baseline itself"
    assert gof.monte_carlo_multinomial_test([50, 0], [1, 1], draws=99, rng=1) == 0.01, (
        "none is as far, and the observed one counts"
    )


def test_groups_without_a_baseline_share():
    assert gof.chi_square_test([10, 20, 3], [0.4, 0.6, 0]).statistic == np.inf
    assert gof.chi_square_test([10, 20, 3], [0.4, 0.6, 0]).p_value == 0
    assert gof.chi_square_test([10, 20, 3], [0.4, 0.6, 0], scale="log10").p_value == -np.inf
    assert gof.cohens_w([10, 20, 3], [0.4, 0.6, 0]) == np.inf
    assert np.isnan(gof.cohens_w_interval([10, 20, 3], [0.4, 0.6, 0])).all()
    empty = gof.chi_square_test([10, 20, 0], [0.4, 0.6, 0])
    assert empty == gof.chi_square_test([10, 20], [0.4, 0.6])
    assert gof.exact_multinomial_test([1, 2, 0], [0.4, 0.6, 0]) == gof.exact_multinomial_test(
        [1, 2], [0.4, 0.6]
    )
    assert gof.exact_multinomial_test([1, 2, 1], [0.4, 0.6, 0]) == 0
    assert gof.g_test([10, 20, 0], [0.4, 0.6, 0]) == gof.g_test([10, 20], [0.4, 0.6])
    assert gof.g_test([10, 20, 3], [0.4, 0.6, 0])[::2] == (np.inf, 0)
    for test in (
        gof.chi_square_test,
        gof.g_test,
    ):  # the only group there could be, and somebody outside it
        assert test([9, 1], [1, 0]) == (np.inf, 0, 0)
        assert test([9, 0], [1, 0]) == (0, 0, 1)


def test_nobody_and_one_group():
    for test in (gof.chi_square_test, gof.g_test):
        nobody = test([0, 0], [0.4, 0.6])
        assert np.isnan(nobody.statistic) and np.isnan(nobody.p_value)
        assert test([4, 6], [0.4, 0.6], scale="log10") == (0, 1, 0)
    assert math.isnan(gof.exact_multinomial_test([0, 0], [0.4, 0.6]))
    assert gof.chi_square_test([9], [1.0]) == (0, 0, 1)
    assert gof.chi_square_test([[3, 4], [0, 0], [5, 9]], [1, 1]).p_value.shape == (3,)


def test_log_p_does_not_underflow_with_many_people():
    test = gof.chi_square_test([10**9, 0, 0], [0.2, 0.3, 0.5], scale="log")
    same(test.p_value, -test.statistic / 2, 1e-12)  # two degrees of freedom: the tail is exp(-x/2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gof.chi_square_test([1, 2, 3], [0.5, 0.5]), "3 groups and baseline 2"),
        (lambda: gof.chi_square_test([1, -2], [0.5, 0.5]), "counts has -2.0"),
        (
            lambda: gof.chi_square_test([1, np.nan], [0.5, 0.5]),
            "counts has 1 missing or infinite of 2",
        ),
        (lambda: gof.chi_square_test([1, 2], [0, 0]), "baseline adds to 0"),
        (lambda: gof.chi_square_test([1, 2], [1, 2], scale="ln"), "scale must be one of"),
        (lambda: gof.g_test([1, 2], [1, 2], scale="ln"), "scale must be one of"),
        (lambda: gof.chi_square_test(3, [0.5, 0.5]), "at least one dimension"),
        (lambda: gof.exact_multinomial_test([100] * 10, [0.1] * 10), "ways; at most 2,000,000"),
        (lambda: gof.exact_multinomial_test([1.5, 2], [0.5, 0.5]), "whole numbers"),
        (
            lambda: gof.exact_multinomial_test([1, 2], [0.5, 0.5], order="size"),
            "order must be one of",
        ),
        (lambda: gof.monte_carlo_multinomial_test([1, 2], [0.5, 0.5], draws=0), "draws"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
