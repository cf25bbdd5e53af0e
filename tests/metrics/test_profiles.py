"""Whole distributions against their baseline: tests, effect sizes and limits of all shares."""

import math
from functools import partial
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.shares import (
    cohens_w,
    cohens_w_interval,
    goodness_of_fit_test,
    multinomial_interval,
    proportion_interval,
    residual,
)
from reference import agree, params
from strategies import PROFILES

pytestmark = pytest.mark.slow

chi_square_test = goodness_of_fit_test
g_test = partial(goodness_of_fit_test, method="g")


def exact_multinomial_test(*args, **options):
    return goodness_of_fit_test(*args, method="exact", **options).p_value


def monte_carlo_multinomial_test(*args, **options):
    return goodness_of_fit_test(*args, method="monte-carlo", **options).p_value


def three(test):
    return test.statistic, test.df, test.p_value


@pytest.mark.parametrize("case", params("representation", "03_goodness_of_fit", "gof_"))
def test_goodness_of_fit_agrees_with_r(case):
    x, P = np.array(case["inputs"]["counts"]), np.array(case["inputs"]["baseline"])
    n = x.sum()
    pearson, g = chi_square_test(x, P), g_test(x, P)
    got = {
        "chisq": pearson.statistic,
        "df": pearson.df,
        "p": pearson.p_value,
        "log10_p": pearson.log10_p_value,
        "g_stat": g.statistic,
        "g_p": g.p_value,
        "pearson_residuals": residual(x, n, P, kind="pearson"),
        "adjusted_residuals": residual(x, n, P),
        "cohens_w": cohens_w(x, P),
        "cohens_w_bias_adjusted": cohens_w(x, P, adjusted=True),
        "cohens_w_ci95": cohens_w_interval(x, P),
    }
    exact = {
        "exact_multinomial_p_prob_order": "probability",
        "exact_multinomial_p_chisq_order": "chi-square",
    }
    for name, want in case["expected"].items():
        value = exact_multinomial_test(x, P, order=exact[name]) if name in exact else got[name]
        agree(value, want, case["rel_tol"], absolute=1e-12)


@pytest.mark.parametrize(
    "case", params("representation", "03_goodness_of_fit", "exact_multinomial")
)
def test_exact_multinomial_agrees_with_enumeration_in_r(case):
    x, P = case["inputs"]["counts"], case["inputs"]["baseline"]
    agree(exact_multinomial_test(x, P), case["expected"]["prob_order"], case["rel_tol"])
    agree(
        exact_multinomial_test(x, P, order="chi-square"),
        case["expected"]["chisq_order"],
        case["rel_tol"],
    )


@given(PROFILES, st.randoms(use_true_random=False))
def test_order_and_units_of_the_baseline_do_not_matter(profile, random):
    x, weights = (np.array(part, float) for part in profile)
    order = list(range(len(x)))
    random.shuffle(order)
    once = three(chi_square_test(x, weights))
    agree(three(chi_square_test(x[order], weights[order])), once, 1e-9, absolute=1e-12)
    agree(three(chi_square_test(x, weights / weights.sum())), once, 1e-9, absolute=1e-12)
    agree(
        g_test(2 * x, weights).statistic,
        2 * g_test(x, weights).statistic,
        1e-9,
        absolute=1e-9,
    )
    agree(cohens_w(3 * x, weights), cohens_w(x, weights), 1e-9, absolute=1e-12)


@given(PROFILES)
def test_residuals_partials_and_statistic_are_one_family(profile):
    x, weights = (np.array(part, float) for part in profile)
    n, P = x.sum(), weights / weights.sum()
    agree(
        (residual(x, n, P, kind="pearson") ** 2).sum(),
        chi_square_test(x, P).statistic,
        1e-9,
        absolute=1e-12,
    )
    agree(
        (residual(x, n, P, kind="partial-cv") ** 2).sum(), cohens_w(x, P) ** 2, 1e-9, absolute=1e-15
    )


@settings(max_examples=30, deadline=None)
@given(PROFILES, st.floats(0.5, 0.99))
def test_interval_of_w_holds_w_and_inverts_the_noncentral_distribution(profile, level):
    x, weights = (np.array(part, float) for part in profile)
    test = chi_square_test(x, weights)
    low, high = cohens_w_interval(x, weights, confidence=level)
    assert 0 <= low <= high
    if 1e-6 < test.statistic < 1e4:
        for limit, tail in ((low, (1 + level) / 2), (high, (1 - level) / 2)):
            if limit > 0:
                agree(stats.ncx2.cdf(test.statistic, test.df, limit**2 * x.sum()), tail, 1e-6)


def test_exact_test_equals_a_plain_list_of_outcomes():
    x, P = np.array([1, 0, 4, 2]), np.array([0.1, 0.2, 0.3, 0.4])
    n = x.sum()
    outcomes = np.array([o for o in product(range(n + 1), repeat=4) if sum(o) == n])
    probability = stats.multinomial.pmf(outcomes, n, P)
    assert math.isclose(probability.sum(), 1, rel_tol=1e-12)
    want = probability[probability <= stats.multinomial.pmf(x, n, P) * (1 + 1e-7)].sum()
    agree(exact_multinomial_test(x, P), want, 1e-12)


def test_random_draws_approach_the_exact_test():
    x, P = [6, 1, 9, 4], [0.25, 0.25, 0.25, 0.25]
    for order in ("probability", "chi-square"):
        exact = exact_multinomial_test(x, P, order=order)
        drawn = monte_carlo_multinomial_test(x, P, order=order, draws=40_000, rng=3)
        assert abs(drawn - exact) < 4 * math.sqrt(exact * (1 - exact) / 40_000)
    again = monte_carlo_multinomial_test(x, P, rng=3)
    assert again == monte_carlo_multinomial_test(x, P, rng=3)


def test_every_draw_is_counted_once_in_blocks_too():
    groups = 1_000  # two thousand profiles are held at a time
    typical = monte_carlo_multinomial_test(np.ones(groups), np.ones(groups), draws=4_500, rng=1)
    assert typical == 1, "no draw is closer to the baseline than the baseline itself"
    assert monte_carlo_multinomial_test([50, 0], [1, 1], draws=99, rng=1) == 0.01, (
        "none is as far, and the observed one counts"
    )


def test_groups_without_a_baseline_share():
    assert chi_square_test([10, 20, 3], [0.4, 0.6, 0]).statistic == np.inf
    assert chi_square_test([10, 20, 3], [0.4, 0.6, 0]).p_value == 0
    assert chi_square_test([10, 20, 3], [0.4, 0.6, 0]).log10_p_value == -np.inf
    assert cohens_w([10, 20, 3], [0.4, 0.6, 0]) == np.inf
    assert np.isnan(cohens_w_interval([10, 20, 3], [0.4, 0.6, 0])).all()
    empty = chi_square_test([10, 20, 0], [0.4, 0.6, 0])
    assert three(empty) == three(chi_square_test([10, 20], [0.4, 0.6]))
    assert exact_multinomial_test([1, 2, 0], [0.4, 0.6, 0]) == exact_multinomial_test(
        [1, 2], [0.4, 0.6]
    )
    assert exact_multinomial_test([1, 2, 1], [0.4, 0.6, 0]) == 0
    assert three(g_test([10, 20, 0], [0.4, 0.6, 0])) == three(g_test([10, 20], [0.4, 0.6]))
    assert three(g_test([10, 20, 3], [0.4, 0.6, 0]))[::2] == (np.inf, 0)
    for test in (
        chi_square_test,
        g_test,
    ):  # the only group there could be, and somebody outside it
        assert three(test([9, 1], [1, 0])) == (np.inf, 0, 0)
        assert three(test([9, 0], [1, 0])) == (0, 0, 1)


def test_nobody_and_one_group():
    for test in (chi_square_test, g_test):
        nobody = test([0, 0], [0.4, 0.6])
        assert np.isnan(nobody.statistic) and np.isnan(nobody.p_value)
        assert three(test([4, 6], [0.4, 0.6])) == (0, 1, 1)
        assert test([4, 6], [0.4, 0.6]).log10_p_value == 0
    assert math.isnan(exact_multinomial_test([0, 0], [0.4, 0.6]))
    assert three(chi_square_test([9], [1.0])) == (0, 0, 1)
    assert chi_square_test([[3, 4], [0, 0], [5, 9]], [1, 1]).p_value.shape == (3,)


def test_log_p_does_not_underflow_with_many_people():
    test = chi_square_test([10**9, 0, 0], [0.2, 0.3, 0.5])
    # two degrees of freedom: the tail is exp(-x/2)
    agree(test.log10_p_value, -test.statistic / 2 / np.log(10), 1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: chi_square_test([1, 2, 3], [0.5, 0.5]), "3 groups and baseline 2"),
        (lambda: chi_square_test([1, -2], [0.5, 0.5]), "counts has -2.0"),
        (
            lambda: chi_square_test([1, np.nan], [0.5, 0.5]),
            "counts has 1 missing or infinite of 2",
        ),
        (lambda: chi_square_test([1, 2], [0, 0]), "baseline adds to 0"),
        (lambda: goodness_of_fit_test([1, 2], [1, 2], method="fisher"), "method must be one of"),
        (lambda: chi_square_test(3, [0.5, 0.5]), "at least one dimension"),
        (lambda: exact_multinomial_test([100] * 10, [0.1] * 10), "ways; at most 2,000,000"),
        (lambda: exact_multinomial_test([1.5, 2], [0.5, 0.5]), "whole numbers"),
        (
            lambda: exact_multinomial_test([1, 2], [0.5, 0.5], order="size"),
            "order must be one of",
        ),
        (lambda: monte_carlo_multinomial_test([1, 2], [0.5, 0.5], draws=0), "draws"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize("case", params("representation", "21_evenness_and_simultaneous", "simci"))
def test_simultaneous_limits_agree_with_statsmodels(case):
    i = case["inputs"]
    got = multinomial_interval(i["counts"], confidence=1 - i["alpha"], method=i["method"])
    agree(np.stack(got, axis=1), case["expected"]["ci"], case["rel_tol"], absolute=1e-12)


@pytest.mark.parametrize("method", ["sison-glaz", "goodman"])
@pytest.mark.parametrize("counts", [[9, 14, 0, 77], [1, 1, 1], [400, 20, 3, 1, 90, 7]])
@pytest.mark.parametrize("alpha", [0.01, 0.1])
def test_both_methods_agree_with_statsmodels_at_other_levels(counts, alpha, method):
    from statsmodels.stats.proportion import multinomial_proportions_confint

    want = multinomial_proportions_confint(counts, alpha=alpha, method=method.replace("-", ""))
    got = multinomial_interval(counts, confidence=1 - alpha, method=method)
    agree(np.stack(got, axis=1), np.clip(want, 0, 1), 1e-7, absolute=1e-12)


METHODS = ("bonferroni-exact", "sison-glaz", "goodman")


@given(st.lists(st.integers(0, 400), min_size=2, max_size=9).filter(sum))
def test_simultaneous_limits_hold_the_shares(counts):
    p = np.array(counts) / sum(counts)
    for method in METHODS:
        low, high = multinomial_interval(counts, method=method)
        assert (0 <= low).all() and (low <= p + 1e-12).all(), method
        assert (p <= high + 1e-12).all() and (high <= 1).all(), method


@pytest.mark.parametrize("method", METHODS)
def test_profiles_are_taken_together(method):
    profiles = np.array([[[9, 14, 0], [1, 1, 1]], [[0, 0, 0], [400, 3, 20]]])
    low, high = multinomial_interval(profiles, method=method)
    assert low.shape == high.shape == profiles.shape
    for place in np.ndindex(2, 2):
        alone = multinomial_interval(profiles[place], method=method)
        np.testing.assert_array_equal((low[place], high[place]), alone)
    assert np.isnan([low[1, 0], high[1, 0]]).all()


def test_exact_limits_share_the_level_among_the_groups():
    counts = np.array([3, 10, 27])
    for x, low, high in zip(counts, *multinomial_interval(counts, confidence=0.94), strict=True):
        assert (low, high) == pytest.approx(proportion_interval(x, 40, confidence=0.98))


def test_exact_limits_hold_together_at_least_as_often_as_they_say():
    n, shares = 12, np.array([0.1, 0.25, 0.65])
    every = np.array([o for o in product(range(n + 1), repeat=3) if sum(o) == n])
    low, high = multinomial_interval(every, confidence=0.9)
    held = ((low <= shares) & (shares <= high)).all(axis=1)
    assert stats.multinomial.pmf(every[held], n, shares).sum() >= 0.9


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: multinomial_interval([1, 2], method="wald"), "method must be one of"),
        (lambda: multinomial_interval([1.5, 2]), "whole numbers"),
        (lambda: multinomial_interval([1, 2], confidence=[0.9, 0.95]), "must be a number"),
        (lambda: multinomial_interval(3), "at least one dimension"),
    ],
)
def test_limits_of_what_is_no_profile_are_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
