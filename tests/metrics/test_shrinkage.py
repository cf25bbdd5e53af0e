"""Shrunken scores against lme4, direct likelihoods and what shrinkage promises."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from coprep.errors import InputError
from coprep.metrics.inference._shrinkage import (
    between_interval,
    normal_shrinkage,
    random_intercepts,
    shrink_rates,
)

pytestmark = pytest.mark.slow

CASE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "ideas" / "r_shrinkage.json").read_text()
)


def test_random_intercepts_of_unbalanced_scores():
    found = random_intercepts(CASE["inputs"]["y"], CASE["inputs"]["author"])
    expected, tolerance = CASE["expected"], CASE["tolerance"]
    assert found.mean == pytest.approx(expected["mu"], abs=tolerance)
    assert found.between == pytest.approx(expected["var_between"], abs=tolerance)
    assert found.within == pytest.approx(expected["var_within"], abs=tolerance)
    assert found.shrunk == pytest.approx(list(expected["shrunk"].values()), abs=tolerance)
    assert found.raw == pytest.approx(list(expected["raw"].values()), abs=1e-9)


def test_balanced_scores_have_the_textbook_answer():
    y = np.random.default_rng(0).normal(size=(8, 5)) + np.arange(8)[:, None]
    found = random_intercepts(y.ravel(), np.repeat(np.arange(8), 5))
    within, between = y.var(axis=1, ddof=1).mean(), y.mean(axis=1).var(ddof=1)
    assert found.within == pytest.approx(within, rel=1e-6)
    assert found.between == pytest.approx(between - within / 5, rel=1e-6)
    assert found.mean == pytest.approx(y.mean())


def test_people_who_do_not_differ_are_all_alike():
    y = np.array([[1, 2, 3], [3, 1, 2], [2, 3, 1]]) * 1.0
    found = random_intercepts(y.ravel(), np.repeat(np.arange(3), 3), size=4)
    assert (
        found.between == 0
        and found.shrunk[:3] == pytest.approx(2)
        and found.spread[:3] == pytest.approx(0)
    )
    assert np.isnan(found.shrunk[3]) and np.isnan(found.exceeds(1)[3])
    assert found.exceeds(1.5)[:3].tolist() == [1, 1, 1] and found.exceeds(2.5)[:3].tolist() == [
        0,
        0,
        0,
    ]


@given(st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=20)
def test_units_carry_through(shift, scale):
    y, who = CASE["inputs"]["y"], CASE["inputs"]["author"]
    now, then = random_intercepts(y, who), random_intercepts(scale * np.array(y) + shift, who)
    assert then.shrunk == pytest.approx(scale * now.shrunk + shift, abs=1e-6)
    assert then.between == pytest.approx(scale**2 * now.between, rel=1e-4)


def test_posterior_tail_is_normal():
    found = random_intercepts(CASE["inputs"]["y"], CASE["inputs"]["author"])
    assert found.exceeds(0.2) == pytest.approx(1 - stats.norm.cdf(0.2, found.shrunk, found.spread))


def test_normal_shrinkage_maximises_the_restricted_likelihood():
    rng = np.random.default_rng(4)
    se = rng.uniform(0.3, 1.5, 30)
    y = 2 + rng.normal(0, 0.8, 30) + rng.normal(0, se)
    found = normal_shrinkage(y, se)

    def minus(t):
        v = t + se**2
        m = (y / v).sum() / (1 / v).sum()
        return ((y - m) ** 2 / v).sum() + np.log(v).sum() + np.log((1 / v).sum())

    best = optimize.minimize_scalar(
        minus, bounds=(0, 5), method="bounded", options={"xatol": 1e-10}
    )
    assert found.between == pytest.approx(best.x, abs=1e-6)
    weight = 1 / (found.between + se**2)
    assert found.mean == pytest.approx((weight * y).sum() / weight.sum())
    assert found.shrunk == pytest.approx(found.mean + found.between * weight * (y - found.mean))
    assert found.spread == pytest.approx(np.sqrt(found.between * se**2 * weight))
    assert normal_shrinkage([1.0, 1.1, 0.9], [1.0, 1.0, 1.0]).between == 0


def test_beta_binomial_maximises_its_likelihood():
    rng = np.random.default_rng(1)
    n = rng.integers(1, 30, 200)
    x = rng.binomial(n, rng.beta(2, 5, 200))
    found = shrink_rates(x, n)

    def minus(theta):
        a, b = np.exp(theta)
        return -stats.betabinom.logpmf(x, n, a, b).sum()

    best = optimize.minimize(
        minus, [0.5, 1.5], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}
    )
    a, b = np.exp(best.x)
    assert found.mean == pytest.approx(a / (a + b), abs=1e-6)
    assert found.between == pytest.approx(stats.beta.var(a, b), rel=1e-4)
    assert found.shrunk == pytest.approx((a + x) / (a + b + n), abs=1e-5)
    assert found.exceeds(0.5) == pytest.approx(stats.beta.sf(0.5, a + x, b + n - x), abs=1e-4)
    assert found.spread == pytest.approx(stats.beta.std(a + x, b + n - x), abs=1e-4)


def test_naming_three_quarters_names_innocents_and_shrinkage_does_not():
    rng = np.random.default_rng(8)
    n = rng.integers(1, 9, 300)
    x = rng.binomial(n, 0.45)
    found = shrink_rates(x, n)
    assert (found.raw >= 0.75).sum() > 15 and (found.shrunk >= 0.75).sum() == 0


def test_shares_at_the_edges():
    nobody = shrink_rates([0, 0], [5, 3])
    assert nobody.mean == nobody.between == 0 and (nobody.shrunk == 0).all()
    same = shrink_rates([5, 5, 5, 5, 0], [10, 10, 10, 10, 0])
    assert same.between == 0 and same.shrunk[:4] == pytest.approx(0.5) and np.isnan(same.shrunk[4])
    assert same.exceeds(0.4)[:4].tolist() == [1, 1, 1, 1] and np.isnan(same.exceeds(0.4)[4])
    split = shrink_rates([0, 0, 1, 1], [1, 1, 1, 1])
    assert split.mean == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: random_intercepts([1, 2], [0, 1]), "2 observations or more"),
        (lambda: random_intercepts([1, 2], [0, 0]), "at least 2 people"),
        (lambda: random_intercepts([1, 2], [0]), "2 expected"),
        (lambda: normal_shrinkage([1, 2], [1]), "differ in length"),
        (lambda: normal_shrinkage([1, 2], [1, 0]), "above 0"),
        (lambda: normal_shrinkage([1], [1]), "at least 2"),
        (lambda: shrink_rates([2], [1]), "hits at most trials"),
        (lambda: shrink_rates([0.5], [1]), "whole numbers"),
        (lambda: shrink_rates([0], [0]), "nobody had a trial"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_interval_of_the_variance_between_people_is_that_of_a_dense_likelihood():
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(12), rng.integers(1, 7, 12))
    y = rng.normal(0, 1, len(person)) + rng.normal(0, 0.9, 12)[person]
    same = (person[:, None] == person).astype(float)

    def height(between, within):
        v = between * same + within * np.eye(len(y))
        inverse, ones = np.linalg.inv(v), np.ones(len(y))
        precision = ones @ inverse @ ones
        left = y - (ones @ inverse @ y) / precision
        return np.linalg.slogdet(v)[1] + np.log(precision) + left @ inverse @ left

    def profile(between):
        return min(height(between, w) for w in np.linspace(0.3, 4, 800))

    top = min(profile(b) for b in np.linspace(0, 3, 61)) + 3.841459
    low, high = between_interval(y, person)
    assert low == 0.0 or profile(low) == pytest.approx(top, abs=0.01)
    assert profile(high) == pytest.approx(top, abs=0.01)
    assert between_interval(y, person, confidence=0.5)[1] < high
