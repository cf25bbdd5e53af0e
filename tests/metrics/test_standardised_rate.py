"""Directly standardised rates with Fay and Feuer's gamma limits."""

import numpy as np
import pytest
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.weighting import standardised_rate
from reference import agree, params


@pytest.mark.parametrize("case", params("representation", "12_kish_and_rates", "fay_feuer"))
def test_the_rate_and_its_limits_agree_with_r(case):
    i, want = case["inputs"], case["expected"]
    found = standardised_rate(
        i["participants"], i["population"], i["standard"], confidence=i["conf"]
    )
    agree(found.rate, want["adjusted_rate"], case["rel_tol"])
    agree(found.crude, want["crude_rate"], case["rel_tol"])
    agree([found.low, found.high], want["ci"], case["rel_tol"])


def test_with_one_group_the_limits_are_poissons_exact_ones():
    found = standardised_rate([7], [1000], [1])
    agree(found.low, stats.chi2.ppf(0.025, 14) / 2000, 1e-10)
    agree(found.high, stats.chi2.ppf(0.975, 16) / 2000, 1e-10)


def test_nobody_and_groups_that_are_not_there():
    none = standardised_rate([0, 0], [50, 50], [1, 1])
    assert (none.rate, none.low) == (0, 0) and 0 < none.high < 0.1
    assert np.isnan(standardised_rate([1, 0], [50, 0], [1, 1]).rate)
    agree(standardised_rate([1, 0], [50, 0], [1, 0]).rate, 0.02, 1e-12)


def test_the_place_as_its_own_standard_gives_the_crude_rate():
    found = standardised_rate([3, 9, 4], [100, 200, 300], [100, 200, 300])
    agree(found.rate, found.crude, 1e-12)


def test_limits_cover():
    rng = np.random.default_rng(3)
    people = np.array([400, 900, 250])
    standard = np.array([0.5, 0.2, 0.3])
    true = np.array([0.02, 0.01, 0.03])
    hit = 0
    for _ in range(400):
        found = standardised_rate(rng.poisson(people * true), people, standard)
        hit += found.low <= standard @ true <= found.high
    assert stats.binom.cdf(hit, 400, 0.95) > 0.01


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([1, 2], [5], [1, 1]), "one each for every group"),
        (([1], [5], [0]), "adds to 0"),
        (([1.5], [5], [1]), "whole numbers"),
        (([1], [-5], [1]), "from 0"),
    ],
)
def test_bad_numbers_are_refused(given, words):
    with pytest.raises(InputError, match=words):
        standardised_rate(*given)
