"""Distances between distributions, and what chance alone gives."""

import math
from functools import partial
from itertools import product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from coprep.errors import InputError
from coprep.metrics.groups import group_ratio
from coprep.metrics.shares import (
    cohens_w,
    dissimilarity,
    dissimilarity_test,
    distance,
    representation_ratio,
)
from coprep.metrics.shares._dissimilarity import _over_all, expected_dissimilarity
from coprep.metrics.shares._distances import DistanceMethod
from reference import agree, params
from strategies import PROFILES

pytestmark = pytest.mark.slow


def rates(x, P):
    """Participation of each group, up to a factor that they share."""
    return representation_ratio(x, np.sum(x), np.array(P) / np.sum(P))


def ratio_of_rates(x, P):
    return group_ratio(rates(x, P))


def least_over_mean(x, P):
    return rates(x, P).min() / rates(x, P).mean()


@pytest.mark.parametrize("case", params("representation", "04_divergences"))
def test_divergences_agree_with_r(case):
    x, P = case["inputs"]["counts"], case["inputs"]["baseline"]
    shannon = distance(x, P, method="jensen-shannon")
    hellinger = distance(x, P, method="hellinger")
    p, shares = np.array(x) / np.sum(x), np.array(P) / np.sum(P)
    got = {
        "tv_dissimilarity": dissimilarity(x, P),
        "rose_index": 1 - dissimilarity(x, P),
        "l2": distance(x, P, method="gallagher") * np.sqrt(2),
        "gallagher": distance(x, P, method="gallagher"),
        "max_abs": np.abs(p - shares).max(),
        "kl_participants_from_baseline": distance(x, P, method="kl"),
        "kl_baseline_from_participants": distance(x, P, method="kl-reversed"),
        "jeffreys_psi": distance(x, P, method="jeffreys"),
        "js_nats": shannon,
        "js_bits": shannon / np.log(2),
        "js_distance_base2": np.sqrt(shannon / np.log(2)),
        "hellinger": hellinger,
        "bhattacharyya_coefficient": 1 - hellinger**2,
        "chi2_divergence_w2": cohens_w(x, P) ** 2,
        "cohens_w": cohens_w(x, P),
        "min_max_participation_ratio": ratio_of_rates(x, P),
        "min_mean_participation_ratio": least_over_mean(x, P),
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"], absolute=1e-15)


@pytest.mark.parametrize("case", params("representation", "18_platform_rscore"))
def test_platform_scores(case):
    groups = list(case["inputs"]["population"])
    x = [case["inputs"]["participants"].get(group, 0) for group in groups]
    P = [case["inputs"]["population"][group] for group in groups]
    got = {
        "min_max_participation_ratio": ratio_of_rates(x, P),
        "min_mean_participation_ratio": least_over_mean(x, P),
        "proportional_similarity": 1 - dissimilarity(x, P),
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"])


@pytest.mark.parametrize(
    "case", params("representation", "15_expected_dissimilarity", "expected_rose")
)
def test_expected_dissimilarity_of_a_fair_draw(case):
    n, P, e = case["inputs"]["n"], case["inputs"]["baseline"], case["expected"]
    mean = expected_dissimilarity(n, P)
    got = {
        "expected_tv": mean,
        "expected_rose": 1 - mean,
        "expected_tv_closed_form": mean,
        "drc_expected_representation": 1 - mean,
    }
    if "sd_tv_exact" in e:  # the spread, and how often chance gives its own mean or more
        shares = np.array(P)
        got["sd_tv_exact"], got["p_tv_at_least_mean"] = _over_all(
            n, shares, None, float(mean), float(mean)
        )
    for name, want in e.items():
        agree(got[name], want, case["rel_tol"])


@pytest.mark.parametrize(
    "case", params("representation", "15_expected_dissimilarity", "rose_observed")
)
def test_observed_dissimilarity_against_chance(case):
    test = dissimilarity_test(case["inputs"]["counts"], case["inputs"]["baseline"])
    got = {
        "tv": test.statistic,
        "rose": 1 - test.statistic,
        "expected_tv": test.expected,
        "excess_tv": test.excess,
        "sd_tv": test.sd,
        "standardised_excess": test.standardised,
        "p_tv_exact": test.p_value,
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"])


@pytest.mark.parametrize(
    "case", params("representation", "15_expected_dissimilarity", "expected_tv_finite")
)
def test_expected_dissimilarity_without_replacement(case):
    n, sizes = case["inputs"]["n"], case["inputs"]["group_sizes"]
    got = {
        "expected_tv": expected_dissimilarity(n, sizes, replacement=False),
        "expected_tv_binomial": expected_dissimilarity(n, sizes),
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"])


def test_published_values_of_descriptive_representation():
    (case,) = [p.values[0] for p in params("representation", "15_expected_dissimilarity", "drc")]
    i, e = case["inputs"], case["expected"]
    test = dissimilarity_test(list(i["counts"].values()), list(i["baseline"].values()))
    got = {
        "expected_representation": 1 - test.expected,
        "observed_representation": 1 - test.statistic,
        "relative": -test.excess,
        "sd_monte_carlo": test.sd,
    }
    for name, want in e.items():
        agree(got[name], want, case["rel_tol"])


DISTANCES = (
    dissimilarity,
    *(partial(distance, method=name) for name in get_args(DistanceMethod)),
)


@given(PROFILES, st.randoms(use_true_random=False))
def test_distances_do_not_care_for_order_or_doubling_and_vanish_on_the_baseline(profile, random):
    x, weights = (np.array(part, float) for part in profile)
    order = list(range(len(x)))
    random.shuffle(order)
    for apart in DISTANCES:
        once = apart(x, weights)
        assert once >= 0
        agree(apart(x[order], weights[order]), once, 1e-9, absolute=1e-15)
        agree(apart(2 * x, 5 * weights), once, 1e-9, absolute=1e-15)
        assert apart(weights, weights) == 0


@given(PROFILES)
def test_distances_know_each_other(profile):
    x, weights = (np.array(part, float) for part in profile)
    p, P = x / x.sum(), weights / weights.sum()
    d = dissimilarity(x, P)
    shannon = distance(x, P, method="jensen-shannon")
    root = np.sqrt(shannon / np.log(2))
    agree(root, jensenshannon(p, P, base=2), 1e-6, absolute=1e-7)
    kl = distance(x, P, method="kl")
    agree(kl, stats.entropy(p, P), 1e-6, absolute=1e-12)
    back = distance(x, P, method="kl-reversed")
    agree(distance(x, P, method="jeffreys"), kl + back, 1e-12)
    h = distance(x, P, method="hellinger")
    assert h**2 <= d * (1 + 1e-9) + 1e-12 and d <= math.sqrt(2) * h * (1 + 1e-9) + 1e-12
    assert d <= math.sqrt(kl / 2) * (1 + 1e-9) + 1e-12, "Pinsker"


def test_expectation_stays_exact_for_large_numbers():
    n = 10**9
    got = expected_dissimilarity(n, [0.5, 0.5])
    agree(
        got, math.sqrt(1 / (2 * math.pi * n)), 1e-8
    )  # half the mean deviation of a normal, per person
    tiny = expected_dissimilarity(n, [1e-12, 1 - 1e-12])
    agree(tiny, 2e-12 * math.exp(-1e-3), 1e-4)  # Poisson with mean 0.001; 1 - 1e-12 is rounded
    assert expected_dissimilarity(5, [3, 2], replacement=False) == 0


def test_exact_test_equals_a_plain_list_without_replacement():
    x, sizes = np.array([3, 0, 3]), np.array([4, 5, 3])
    n, P = 6, sizes / sizes.sum()
    outcomes = [o for o in product(range(7), repeat=3) if sum(o) == n and all(np.array(o) <= sizes)]
    ways = np.array(
        [math.prod(math.comb(s, c) for s, c in zip(sizes, o, strict=True)) for o in outcomes]
    )
    probability = ways / ways.sum()
    d = np.array([abs(np.array(o) / n - P).sum() / 2 for o in outcomes])
    test = dissimilarity_test(x, sizes, replacement=False)
    agree(test.expected, (probability * d).sum(), 1e-12)
    agree(test.sd, math.sqrt((probability * (d - test.expected) ** 2).sum()), 1e-10)
    agree(test.p_value, probability[d >= test.statistic - 1e-9].sum(), 1e-12)


@pytest.mark.parametrize("replacement", [True, False])
def test_random_draws_approach_the_exact_test(replacement):
    x, sizes = [9, 2, 4, 5], [40, 30, 20, 10]
    exact = dissimilarity_test(x, sizes, replacement=replacement, method="exact")
    drawn = dissimilarity_test(
        x, sizes, replacement=replacement, method="monte-carlo", draws=40_000, rng=5
    )
    assert drawn.expected == exact.expected
    assert abs(drawn.p_value - exact.p_value) < 4 * math.sqrt(exact.p_value / 40_000)
    agree(drawn.sd, exact.sd, 0.02)
    options = {"replacement": replacement, "method": "monte-carlo", "draws": 500, "rng": 5}
    again = dissimilarity_test(x, sizes, **options)
    assert again.p_value == dissimilarity_test(x, sizes, **options).p_value


def test_every_draw_is_counted_once_in_blocks_too():
    groups = 1_000  # two thousand profiles are held at a time
    test = dissimilarity_test(np.ones(groups), np.ones(groups), draws=4_500, rng=1)
    assert test.p_value == 1 and test.draws == 4_500, (
        "no draw is closer to the baseline than the baseline itself"
    )


def test_many_people_are_drawn_at_random():
    test = dissimilarity_test([500, 300, 200, 0, 0], [0.5, 0.3, 0.1, 0.05, 0.05], rng=1, draws=999)
    assert test.method == "monte-carlo" and test.draws == 999
    assert test.p_value == 1 / 1000


def test_nobody_and_a_draw_without_choice():
    assert math.isnan(dissimilarity_test([0, 0], [0.4, 0.6]).p_value)
    everybody = dissimilarity_test([3, 2], [3, 2], replacement=False)
    assert everybody.statistic == everybody.expected == everybody.sd == 0
    assert math.isnan(everybody.standardised) and everybody.p_value == 1
    assert np.isnan(expected_dissimilarity(0, [0.4, 0.6]))
    assert np.isnan(dissimilarity([0, 0], [0.4, 0.6]))
    assert np.isnan(distance([0, 0], [0.4, 0.6], method="kl"))
    assert dissimilarity([[3, 4], [0, 5]], [1, 1]).shape == (2,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dissimilarity([1, 2], [1, 2, 3]), "2 groups and baseline 3"),
        (lambda: distance([1, 2], [1, 2], method="euclid"), "method must be one of"),
        (lambda: dissimilarity_test([1, 2], [1, 2, 3]), "2 groups and baseline 3"),
        (
            lambda: dissimilarity_test([4, 2], [3, 2], replacement=False),
            "people of the baseline",
        ),
        (
            lambda: dissimilarity_test([4, 1], [3, 2], replacement=False),
            "counts must not be greater than the people",
        ),
        (lambda: dissimilarity_test([4, 1], [3, 2], method="fast"), "method must be one of"),
        (lambda: dissimilarity_test([1, 2], [0.4, 0.6], replacement=False), "whole numbers"),
        (lambda: dissimilarity_test([900] * 9, [1] * 9, method="exact"), "are gone through"),
        (lambda: expected_dissimilarity(9, [0, 0]), "adds to 0"),
        (
            lambda: expected_dissimilarity(9, [3, 2], replacement=False),
            "n must not be greater",
        ),
        (lambda: dissimilarity_test([1e16], [1.0]), "1e15 at most"),
        (
            lambda: dissimilarity_test([1, 2], [1e9, 2], replacement=False),
            "replacement=True",
        ),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
