"""Distances between distributions, and what chance alone gives."""

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from coprep.errors import InputError
from coprep.metrics.shares import _dissimilarity as chance
from coprep.metrics.shares import _distances as distances
from coprep.metrics.shares import _goodness_of_fit as gof

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"


def cases(name, start=""):
    found = json.loads((ORACLES / name).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(start)]


def same(got, want, rel_tol, absolute=0.0):
    np.testing.assert_allclose(
        np.array(got, float), np.array(want, float), rtol=rel_tol, atol=absolute
    )


@pytest.mark.parametrize("case", cases("04_divergences.json"))
def test_divergences_agree_with_r(case):
    x, P = case["inputs"]["counts"], case["inputs"]["baseline"]
    shannon = distances.jensen_shannon_divergence
    got = {
        "tv_dissimilarity": distances.dissimilarity(x, P),
        "rose_index": distances.rose_index(x, P),
        "l2": distances.euclidean_distance(x, P),
        "gallagher": distances.gallagher_index(x, P),
        "max_abs": distances.largest_difference(x, P),
        "kl_participants_from_baseline": distances.kl_divergence(x, P),
        "kl_baseline_from_participants": distances.kl_divergence(x, P, reverse=True),
        "jeffreys_psi": distances.jeffreys_divergence(x, P),
        "js_nats": shannon(x, P),
        "js_bits": shannon(x, P, unit="bits"),
        "js_distance_base2": shannon(x, P, unit="distance"),
        "hellinger": distances.hellinger_distance(x, P),
        "bhattacharyya_coefficient": distances.bhattacharyya_coefficient(x, P),
        "chi2_divergence_w2": distances.chi_square_divergence(x, P),
        "cohens_w": gof.cohens_w(x, P),
        "min_max_participation_ratio": distances.participation_ratio_evenness(x, P),
        "min_mean_participation_ratio": distances.participation_ratio_evenness(
            x, P, against="mean"
        ),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"], absolute=1e-15)


@pytest.mark.parametrize("case", cases("18_platform_rscore.json"))
def test_platform_scores(case):
    groups = list(case["inputs"]["population"])
    x = [case["inputs"]["participants"].get(group, 0) for group in groups]
    P = [case["inputs"]["population"][group] for group in groups]
    got = {
        "min_max_participation_ratio": distances.participation_ratio_evenness(x, P),
        "min_mean_participation_ratio": distances.participation_ratio_evenness(
            x, P, against="mean"
        ),
        "proportional_similarity": distances.proportional_similarity(x, P),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("15_expected_dissimilarity.json", "expected_rose"))
def test_expected_dissimilarity_of_a_fair_draw(case):
    n, P, e = case["inputs"]["n"], case["inputs"]["baseline"], case["expected"]
    mean = chance.expected_dissimilarity(n, P)
    got = {
        "expected_tv": mean,
        "expected_rose": 1 - mean,
        "expected_tv_closed_form": mean,
        "drc_expected_representation": 1 - mean,
    }
    if "sd_tv_exact" in e:  # the spread, and how often chance gives its own mean or more
        shares = np.array(P)
        got["sd_tv_exact"], got["p_tv_at_least_mean"] = chance._over_all(
            n, shares, None, float(mean), float(mean)
        )
    for name, want in e.items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("15_expected_dissimilarity.json", "rose_observed"))
def test_observed_dissimilarity_against_chance(case):
    test = chance.dissimilarity_test(case["inputs"]["counts"], case["inputs"]["baseline"])
    got = {
        "tv": test.observed,
        "rose": 1 - test.observed,
        "expected_tv": test.expected,
        "excess_tv": test.excess,
        "sd_tv": test.sd,
        "standardised_excess": test.standardised,
        "p_tv_exact": test.p_value,
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("15_expected_dissimilarity.json", "expected_tv_finite"))
def test_expected_dissimilarity_without_replacement(case):
    n, sizes = case["inputs"]["n"], case["inputs"]["group_sizes"]
    got = {
        "expected_tv": chance.expected_dissimilarity(n, sizes, replacement=False),
        "expected_tv_binomial": chance.expected_dissimilarity(n, sizes),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


def test_published_values_of_descriptive_representation():
    (case,) = [p.values[0] for p in cases("15_expected_dissimilarity.json", "drc")]
    i, e = case["inputs"], case["expected"]
    test = chance.dissimilarity_test(list(i["counts"].values()), list(i["baseline"].values()))
    got = {
        "expected_representation": 1 - test.expected,
        "observed_representation": 1 - test.observed,
        "relative": -test.excess,
        "sd_monte_carlo": test.sd,
    }
    for name, want in e.items():
        same(got[name], want, case["rel_tol"])


PROFILES = st.integers(2, 6).flatmap(
    lambda k: st.tuples(
        st.lists(st.integers(0, 10_000), min_size=k, max_size=k).filter(sum),
        st.lists(st.integers(1, 1000), min_size=k, max_size=k),
    )
)
DISTANCES = (
    distances.dissimilarity,
    distances.euclidean_distance,
    distances.gallagher_index,
    distances.largest_difference,
    distances.kl_divergence,
    distances.jeffreys_divergence,
    distances.jensen_shannon_divergence,
    distances.hellinger_distance,
    distances.chi_square_divergence,
)


@given(PROFILES, st.randoms(use_true_random=False))
def test_distances_do_not_care_for_order_or_doubling_and_vanish_on_the_baseline(profile, random):
    x, weights = (np.array(part, float) for part in profile)
    order = list(range(len(x)))
    random.shuffle(order)
    for distance in DISTANCES:
        once = distance(x, weights)
        assert once >= 0
        same(distance(x[order], weights[order]), once, 1e-9, absolute=1e-15)
        same(distance(2 * x, 5 * weights), once, 1e-9, absolute=1e-15)
        assert distance(weights, weights) == 0


@given(PROFILES)
def test_distances_know_each_other(profile):
    x, weights = (np.array(part, float) for part in profile)
    p, P = x / x.sum(), weights / weights.sum()
    d = distances.dissimilarity(x, P)
    same(1 - d, distances.proportional_similarity(x, P), 1e-12)
    same(
        distances.jensen_shannon_divergence(x, P, unit="distance"),
        jensenshannon(p, P, base=2),
        1e-6,
        absolute=1e-7,
    )
    same(distances.kl_divergence(x, P), stats.entropy(p, P), 1e-6, absolute=1e-12)
    h = distances.hellinger_distance(x, P)
    assert h**2 <= d * (1 + 1e-9) + 1e-12 and d <= math.sqrt(2) * h * (1 + 1e-9) + 1e-12
    assert d <= math.sqrt(distances.kl_divergence(x, P) / 2) * (1 + 1e-9) + 1e-12, "Pinsker"
    same(distances.chi_square_divergence(x, P), gof.cohens_w(x, P) ** 2, 1e-12, absolute=1e-24)


@given(st.integers(1, 400), st.floats(0.001, 0.999))
def test_mean_absolute_deviation_equals_its_sum(n, share):
    x = np.arange(n + 1)
    want = (stats.binom.pmf(x, n, share) * abs(x - n * share)).sum()
    same(chance.mean_absolute_deviation(n, share), want, 1e-8)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_mean_absolute_deviation_without_replacement_equals_its_sum(n, k, rest):
    size = k + rest
    if size < max(n, 1):
        return
    x = np.arange(n + 1)
    want = (stats.hypergeom.pmf(x, size, k, n) * abs(x - n * k / size)).sum()
    same(chance.mean_absolute_deviation(n, k / size, population=size), want, 1e-8, absolute=1e-12)


def test_expectation_stays_exact_for_large_numbers():
    n = 10**9
    got = chance.expected_dissimilarity(n, [0.5, 0.5])
    same(
        got, math.sqrt(1 / (2 * math.pi * n)), 1e-8
    )  # half the mean deviation of a normal, per person
    tiny = chance.expected_dissimilarity(n, [1e-12, 1 - 1e-12])
    same(tiny, 2e-12 * math.exp(-1e-3), 1e-4)  # Poisson with mean 0.001; 1 - 1e-12 is rounded
    assert chance.expected_dissimilarity(5, [3, 2], replacement=False) == 0


def test_exact_test_equals_a_plain_list_without_replacement():
    x, sizes = np.array([3, 0, 3]), np.array([4, 5, 3])
    n, P = 6, sizes / sizes.sum()
    outcomes = [o for o in product(range(7), repeat=3) if sum(o) == n and all(np.array(o) <= sizes)]
    ways = np.array(
        [math.prod(math.comb(s, c) for s, c in zip(sizes, o, strict=True)) for o in outcomes]
    )
    probability = ways / ways.sum()
    d = np.array([abs(np.array(o) / n - P).sum() / 2 for o in outcomes])
    test = chance.dissimilarity_test(x, sizes, replacement=False)
    same(test.expected, (probability * d).sum(), 1e-12)
    same(test.sd, math.sqrt((probability * (d - test.expected) ** 2).sum()), 1e-10)
    same(test.p_value, probability[d >= test.observed - 1e-9].sum(), 1e-12)


@pytest.mark.parametrize("replacement", [True, False])
def test_random_draws_approach_the_exact_test(replacement):
    x, sizes = [9, 2, 4, 5], [40, 30, 20, 10]
    exact = chance.dissimilarity_test(x, sizes, replacement=replacement, method="exact")
    drawn = chance.dissimilarity_test(
        x, sizes, replacement=replacement, method="monte-carlo", draws=40_000, rng=5
    )
    assert drawn.expected == exact.expected
    assert abs(drawn.p_value - exact.p_value) < 4 * math.sqrt(exact.p_value / 40_000)
    same(drawn.sd, exact.sd, 0.02)
    again = chance.dissimilarity_test(
        x, sizes, replacement=replacement, method="monte-carlo", draws=500, rng=5
    )
    assert again == chance.dissimilarity_test(
        x, sizes, replacement=replacement, method="monte-carlo", draws=500, rng=5
    )


def test_every_draw_is_counted_once_in_blocks_too():
    groups = 1_000  # two thousand profiles are held at a time
    test = chance.dissimilarity_test(np.ones(groups), np.ones(groups), draws=4_500, rng=1)
    assert test.p_value == 1 and test.draws == 4_500, (
        "no draw is closer to the baseline than the baseline itself"
    )


def test_many_people_are_drawn_at_random():
    test = chance.dissimilarity_test(
        [500, 300, 200, 0, 0], [0.5, 0.3, 0.1, 0.05, 0.05], rng=1, draws=999
    )
    assert test.method == "monte-carlo" and test.draws == 999
    assert test.p_value == 1 / 1000


def test_nobody_and_a_draw_without_choice():
    assert math.isnan(chance.dissimilarity_test([0, 0], [0.4, 0.6]).p_value)
    everybody = chance.dissimilarity_test([3, 2], [3, 2], replacement=False)
    assert everybody.observed == everybody.expected == everybody.sd == 0
    assert math.isnan(everybody.standardised) and everybody.p_value == 1
    assert np.isnan(chance.expected_dissimilarity(0, [0.4, 0.6]))
    assert np.isnan(distances.dissimilarity([0, 0], [0.4, 0.6]))
    assert np.isnan(distances.kl_divergence([0, 0], [0.4, 0.6]))
    assert distances.dissimilarity([[3, 4], [0, 5]], [1, 1]).shape == (2,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: distances.dissimilarity([1, 2], [1, 2, 3]), "2 groups and baseline 3"),
        (
            lambda: distances.jensen_shannon_divergence([1, 2], [1, 2], unit="hartley"),
            "unit must be one of",
        ),
        (
            lambda: distances.participation_ratio_evenness([1, 2], [1, 2], against="min"),
            "against must be",
        ),
        (lambda: chance.dissimilarity_test([1, 2], [1, 2, 3]), "2 groups and baseline 3"),
        (
            lambda: chance.dissimilarity_test([4, 2], [3, 2], replacement=False),
            "people of the baseline",
        ),
        (
            lambda: chance.dissimilarity_test([4, 1], [3, 2], replacement=False),
            "counts must not be greater than the people",
        ),
        (lambda: chance.dissimilarity_test([4, 1], [3, 2], method="fast"), "method must be one of"),
        (lambda: chance.dissimilarity_test([1, 2], [0.4, 0.6], replacement=False), "whole numbers"),
        (lambda: chance.dissimilarity_test([900] * 9, [1] * 9, method="exact"), "are gone through"),
        (lambda: chance.expected_dissimilarity(9, [0, 0]), "adds to 0"),
        (
            lambda: chance.expected_dissimilarity(9, [3, 2], replacement=False),
            "n must not be greater",
        ),
        (lambda: chance.mean_absolute_deviation(9, 0.5, population=3), "n must not be greater"),
        (lambda: chance.dissimilarity_test([1e16], [1.0]), "1e15 at most"),
        (
            lambda: chance.dissimilarity_test([1, 2], [1e9, 2], replacement=False),
            "replacement=True",
        ),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
