"""Two rates: score limits against likelihoods maximised by brute force, tests at their edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from coprep.errors import InputError
from coprep.metrics.groups import _pairs as pairs

TABLES = st.tuples(st.integers(2, 40), st.integers(2, 40)).flatmap(
    lambda t: st.tuples(st.integers(0, t[0]), st.just(t[0]), st.integers(0, t[1]), st.just(t[1]))
)


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


@given(TABLES, st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=40)
def test_score_limits_of_a_difference_are_where_the_restricted_score_is_z(table, level):
    for limit, sign in zip(
        pairs.rate_difference_interval(*table, confidence=level), (1, -1), strict=True
    ):
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


@given(TABLES, st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=40)
def test_score_limits_of_a_ratio_are_where_the_restricted_score_is_z(table, level):
    for limit, sign in zip(
        pairs.rate_ratio_interval(*table, confidence=level), (1, -1), strict=True
    ):
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


@given(TABLES)
@settings(max_examples=20)
def test_limits_hold_the_estimate_and_turn_with_the_groups(table):
    a, m, c, n = table
    low, high = pairs.rate_difference_interval(*table)
    assert -1 <= low <= a / m - c / n <= high <= 1
    assert pairs.rate_difference_interval(c, n, a, m) == pytest.approx((-high, -low), abs=1e-9)
    low, high = pairs.rate_ratio_interval(*table)
    if a or c:
        with np.errstate(divide="ignore"):
            assert pairs.rate_ratio_interval(c, n, a, m) == pytest.approx(
                tuple(1 / np.array([high, low])), rel=1e-6
            )
            assert low <= np.divide(a / m, c / n) * (1 + 1e-9) and np.divide(
                a / m, c / n
            ) <= high * (1 + 1e-9)


def test_nobody_and_nothing():
    assert pairs.rate_ratio_interval(0, 10, 3, 20)[0] == 0
    assert (
        np.isnan(pairs.rate_ratio_interval(3, 10, 0, 0)).all()
        and np.isnan(pairs.rate_ratio_interval(0, 0, 3, 9)).all()
    )
    assert np.isnan(pairs.rate_difference_interval(3, 10, 0, 0)).all()
    assert np.isnan(pairs.rate_ratio_interval(3, 10, 0, 20, method="log")).all()


@pytest.mark.parametrize("method", ["fisher", "boschloo"])
def test_exact_tests_without_anything_to_tell_apart(method):
    for table in ((0, 5, 0, 9), (5, 5, 9, 9)):
        assert pairs.two_rate_p_value(*table, method=method) == 1
    for table in ((0, 0, 3, 9), (3, 9, 0, 0)):
        assert np.isnan(pairs.two_rate_p_value(*table, method=method))
    # one yes and one no of one person each: as likely as not, whatever the chance, if at all
    assert pairs.two_rate_p_value(1, 1, 0, 1, method=method) == pytest.approx(
        {"fisher": 1.0, "boschloo": 0.5}[method]
    )


@given(TABLES)
def test_fishers_p_of_many_tables_is_that_of_each(table):
    a, m, c, n = table
    found = pairs.two_rate_p_value([a, 0], [m, m], [[c], [n]], n)
    assert found.shape == (2, 2)
    assert found[0, 0] == pytest.approx(stats.fisher_exact([[a, m - a], [c, n - c]])[1])
    assert found[1, 1] == pytest.approx(stats.fisher_exact([[0, m], [n, 0]])[1])


def test_tests_by_the_normal_distribution():
    a, m, c, n = 12, 40, 48, 80
    pooled = 60 / 120
    z = (a / m - c / n) / math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    assert pairs.two_rate_p_value(a, m, c, n, method="z") == pytest.approx(
        2 * stats.norm.sf(abs(z))
    )
    z = math.log((a / m) / (c / n)) / math.sqrt((1 - pooled) / pooled * (1 / m + 1 / n))
    assert pairs.log_ratio_z(a, m, c, n) == pytest.approx(z)
    assert pairs.two_rate_p_value(a, m, c, n, method="log-ratio") == pytest.approx(
        2 * stats.norm.sf(abs(z))
    )


def test_one_impossible_pair_among_many_is_refused():
    for table in (([1, 9], 5, 1, 5), (1, 5, [1, 9], 5)):
        with pytest.raises(InputError, match="above the total in at least one pair"):
            pairs.two_proportion_z(*table)
    with pytest.raises(InputError, match="at most 2,000,000,000 rows"):
        pairs.two_rate_p_value(1, 1.5e9, 1, 1.5e9)
