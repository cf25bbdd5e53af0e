"""Draws without replacement from few people."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.shares import equivalence_test, proportion_interval, proportion_test
from coprep.metrics.shares._finite_population import hypergeometric_test
from reference import agree, params

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", params("representation", "07_finite_population"))
def test_inference_agrees_with_r(case):
    i = case["inputs"]
    x, N, K, n = i["x"], i["N"], i["K"], i["n"]
    mean = n * K / N
    sd = np.sqrt(mean * (1 - K / N) * (N - n) / max(N - 1, 1))

    def p(**options):
        return proportion_test(x, n, K / N, population=N, **options).p_value

    shares = np.array(proportion_interval(x, n, population=N))
    got = {
        "expected": mean,
        "sd": sd,
        "support": (max(0, n + K - N), min(n, K)),
        "p_less": p(alternative="less"),
        "p_greater": p(alternative="greater"),
        "p_two_sided_minlik": p(rule="minimum-likelihood"),
        "fisher_two_sided": p(rule="minimum-likelihood"),
        "midp_less": p(method="mid-p", alternative="less"),
        "binomial_p_less": proportion_test(x, n, K / N, alternative="less").p_value,
        "z_fpc": (x - mean) / sd if sd else np.nan,
        "group_size_ci95": shares * N,
        "group_share_ci95": shares,
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"], absolute=1e-13)


def test_hypergeometric_tails_equal_sums_over_every_small_draw():
    rng = np.random.default_rng(1)
    for N, K, n in product((7, 30, 61), (0, 1, 5), (1, 4, 7)):
        low, high = max(0, n + K - N), min(n, K)
        x = int(rng.integers(low, high + 1))
        pmf = stats.hypergeom.pmf(np.arange(low, high + 1), N, K, n)
        less = hypergeometric_test(x, n, K, N, alternative="less")
        agree(less, pmf[: x - low + 1].sum(), 1e-10)
        greater = hypergeometric_test(x, n, K, N, alternative="greater")
        agree(greater, pmf[x - low :].sum(), 1e-10)


def test_hypergeometric_logarithms_do_not_underflow():
    got = hypergeometric_test(0, 50_000, 60_000, 120_000, alternative="less", scale="log")
    # every one of the 50,000 drawn comes from the other 60,000
    steps = np.log((60_000 - np.arange(50_000)) / (120_000 - np.arange(50_000))).sum()
    agree(got, steps, 1e-12)


def test_hypergeometric_approaches_the_binomial_in_a_large_population():
    got = hypergeometric_test(130, 1000, 180_000_000, 1_000_000_000, scale="log")
    agree(got / np.log(10), proportion_test(130, 1000, 0.18).log10_p_value, 1e-5)


def test_group_size_interval_keeps_exactly_the_sizes_that_pass_both_tests():
    N, n = 40, 12
    for x in range(n + 1):
        keeps = [
            K
            for K in range(x, N - (n - x) + 1)
            if stats.hypergeom.cdf(x, N, K, n) >= 0.025
            and stats.hypergeom.sf(x - 1, N, K, n) >= 0.025
        ]
        agree(proportion_interval(x, n, population=N), (keeps[0] / N, keeps[-1] / N), 1e-15)
        upper = proportion_interval(x, n, population=N, side="upper", confidence=0.975)
        agree(upper, (0, keeps[-1] / N), 1e-15)


def test_band_in_a_small_population_steps_over_whole_people():
    tests = equivalence_test(11, 80, 40 / 300, population=300)
    agree(tests.under, stats.hypergeom.cdf(11, 300, 32, 80), 1e-10)
    agree(tests.over, stats.hypergeom.sf(10, 300, 50, 80), 1e-10)
    agree(tests.not_below, stats.hypergeom.sf(10, 300, 31, 80), 1e-10)
    agree(tests.not_above, stats.hypergeom.cdf(11, 300, 51, 80), 1e-10)
    # 0.8 x 35 is 28, whatever floating point makes of it
    agree(
        equivalence_test(3, 20, 0.35, population=100).under,
        stats.hypergeom.cdf(3, 100, 28, 20),
        1e-10,
    )


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ((5, 4, 10, 20), "x must not be greater than n"),
        ((3, 4, 2, 20), "x must not be greater than group_size"),
        ((1, 30, 10, 20), "n must not be greater than population"),
        ((1, 4, 30, 20), "group_size must not be greater than population"),
        ((0, 15, 10, 20), "people outside the group"),
        ((0.5, 4, 10, 20), "whole numbers"),
        ((1, 4, 10, -20), "whole numbers above 0"),
        (("one", 4, 10, 20), "a number or an array of numbers"),
    ],
)
def test_counts_that_do_not_fit_are_refused(given_, words):
    with pytest.raises(InputError, match=words):
        hypergeometric_test(*given_)


def test_half_of_the_draws_that_tie_are_counted():
    size, k, n = 30, 11, 8
    x = np.arange(n + 1)
    pmf = stats.hypergeom.pmf(x, size, k, n)
    less, greater = np.cumsum(pmf) - pmf / 2, np.cumsum(pmf[::-1])[::-1] - pmf / 2
    test = hypergeometric_test
    agree(test(x, n, k, size, rule="mid-p", alternative="less"), less, 1e-9)
    agree(test(x, n, k, size, rule="mid-p", alternative="greater"), greater, 1e-9)
    agree(test(x, n, k, size, rule="mid-p"), np.minimum(2 * np.minimum(less, greater), 1), 1e-9)


def test_minimum_likelihood_adds_up_every_draw_no_likelier_than_the_observed_one():
    for size, k, n in product((1, 6, 11), (0, 1, 3, 5, 10), (1, 2, 5, 9)):
        if k > size or n > size:
            continue
        x = np.arange(max(0, n + k - size), min(n, k) + 1)
        pmf = stats.hypergeom.pmf(x, size, k, n)
        want = [pmf[pmf <= p * (1 + 1e-7)].sum() for p in pmf]
        agree(
            hypergeometric_test(x, n, k, size, rule="minimum-likelihood"),
            want,
            1e-9,
        )
