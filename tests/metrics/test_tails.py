"""Logarithms of tails too small for a number, against whole-number arithmetic and closed forms."""

import math

import numpy as np
import pytest
from scipy import stats

from coprep.metrics import _tails


def log_share(above, below):
    """Logarithm of a quotient of whole numbers of any size."""
    shift = max(above.bit_length() - 900, 0), max(below.bit_length() - 900, 0)
    return (
        math.log(above >> shift[0])
        - math.log(below >> shift[1])
        + (shift[0] - shift[1]) * math.log(2)
    )


@pytest.mark.parametrize(
    ("n", "x"), [(2_000, 900), (2_000, 1_500), (2_000, 1_999), (3_000, 1_200), (900, 899)]
)
@pytest.mark.parametrize("tenths", [1, 2, 3])
def test_deep_binomial_tails_are_sums_of_whole_numbers(n, x, tenths):
    # the chance of x or more, times 10 to the n, is a whole number
    total = sum(math.comb(n, k) * tenths**k * (10 - tenths) ** (n - k) for k in range(x, n + 1))
    want = log_share(total, 10**n)
    assert _tails.binomial_log_sf(x, n, tenths / 10) == pytest.approx(want, rel=1e-12)
    # everybody else: n - x or fewer of a group of the other tenths
    assert _tails.binomial_log_cdf(n - x, n, 1 - tenths / 10) == pytest.approx(want, rel=1e-11)


@pytest.mark.parametrize(
    ("size", "k", "n", "x"),
    [(4_000, 1_000, 2_000, 20), (4_000, 3_000, 2_000, 1_990), (3_000, 1_500, 700, 3)],
)
def test_deep_draws_without_replacement_are_sums_of_whole_numbers(size, k, n, x):
    ways = [
        math.comb(k, i) * math.comb(size - k, n - i)
        for i in range(max(0, n + k - size), min(n, k) + 1)
    ]
    first = max(0, n + k - size)
    every = math.comb(size, n)
    assert _tails.hypergeometric_log_cdf(x, n, k, size) == pytest.approx(
        log_share(sum(ways[: x - first + 1]), every), rel=1e-10, abs=1e-13
    )
    assert _tails.hypergeometric_log_sf(x, n, k, size) == pytest.approx(
        log_share(sum(ways[x - first :]), every), rel=1e-10, abs=1e-13
    )


@pytest.mark.parametrize("statistic", [1_400.0, 3_000.0, 1e5])
@pytest.mark.parametrize("half_df", [1, 2, 5, 20])
def test_deep_chi_square_tails_have_a_closed_form_at_even_degrees(statistic, half_df):
    half = statistic / 2  # exp(-x/2) times the first terms of exp(x/2)
    want = -half + math.log(math.fsum(half**j / math.factorial(j) for j in range(half_df)))
    assert _tails.chi2_log_sf(statistic, 2 * half_df) == pytest.approx(want, rel=1e-13)


def test_nearly_impossible_and_nearly_certain_counts_keep_their_digits():
    nobody = _tails.binomial_log_pmf(np.array(0.0), np.array(1e15), np.array(1e-20))
    assert nobody == pytest.approx(-1e-5, rel=1e-12)  # n log(1 - p)
    assert _tails.binomial_log_pmf(np.array(0.0), np.array(0.0), np.array(0.3)) == 0
    x = np.arange(41.0)
    for p in (0.0, 0.03, 0.5, 0.97, 1.0):
        got = _tails.binomial_log_pmf(x, np.array(40.0), np.array(p))
        assert got == pytest.approx(stats.binom.logpmf(x, 40, p), rel=1e-11, abs=1e-14)
    assert (
        _tails.binomial_log_pmf(np.array([-1.0, 41.0]), np.array(40.0), np.array(0.3)) == -np.inf
    ).all()


def test_deep_tails_of_a_million_people_take_no_time():
    import time

    rng = np.random.default_rng(0)
    share = rng.uniform(0.001, 0.02, 200)
    x = np.floor(1e6 * share * rng.uniform(0.1, 0.5, 200))
    start = time.process_time()
    found = _tails.binomial_log_cdf(x, np.full(200, 1e6), share)
    assert time.process_time() - start < 1
    assert (found < 0).all()
