"""Draws without replacement, margins of error, effective numbers."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.shares import _finite_population as finite_population
from coprep.metrics.shares import _share_tests as share_tests
from coprep.metrics.weighting import _margin_of_error as margins
from coprep.metrics.weighting._design_effects import (
    effective_share_n,
    kish_design_effect,
    kish_effective_n,
    weighted_share,
)

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"


def cases(name, start=""):
    found = json.loads((ORACLES / name).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(start)]


def same(got, want, rel_tol, absolute=0.0):
    np.testing.assert_allclose(
        np.array(got, float), np.array(want, float), rtol=rel_tol, atol=absolute
    )


@pytest.mark.parametrize("case", cases("07_finite_population.json"))
def test_hypergeometric_inference_agrees_with_r(case):
    i = case["inputs"]
    x, N, K, n = i["x"], i["N"], i["K"], i["n"]
    test = finite_population.hypergeometric_test
    draw = finite_population.fair_draw(n, K, N)
    sizes = np.array(finite_population.group_size_interval(x, n, N))
    got = {
        "expected": draw.expected,
        "sd": draw.sd,
        "support": (draw.low, draw.high),
        "p_less": test(x, n, K, N, alternative="less"),
        "p_greater": test(x, n, K, N, alternative="greater"),
        "p_two_sided_minlik": test(x, n, K, N, rule="minimum-likelihood"),
        "fisher_two_sided": test(x, n, K, N, rule="minimum-likelihood"),
        "midp_less": test(x, n, K, N, rule="mid-p", alternative="less"),
        "binomial_p_less": share_tests.binomial_test(x, n, K / N, alternative="less"),
        "z_fpc": (x - draw.expected) / draw.sd if draw.sd else np.nan,
        "group_size_ci95": sizes,
        "group_share_ci95": sizes / N,
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"], absolute=1e-13)


@pytest.mark.parametrize("case", cases("08_baseline_moe.json", "moe_sum"))
def test_margin_of_a_sum(case):
    estimates, moes = case["inputs"]["estimates"], case["inputs"]["moes"]
    got = {
        "estimate": np.sum(estimates),
        "moe_all": margins.moe_sum(estimates, moes, zeros="all"),
        "moe_zero_largest": margins.moe_sum(estimates, moes),
        "moe_zero_unique": margins.moe_sum(estimates, moes, zeros="unique"),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("08_baseline_moe.json", "moe_prop"))
def test_margin_of_a_share(case):
    i = case["inputs"]
    parts = (i["num"], i["den"], i["moe_num"], i["moe_den"])
    moe = margins.moe_share(*parts)
    share = i["num"] / i["den"]
    got = {
        "share": share,
        "moe": moe,
        "se90": margins.moe_to_se(moe),
        "cv_percent": 100 * margins.moe_cv(share, moe),
        "moe95": margins.moe_at(moe, confidence=0.95),
        "ratio_moe": margins.moe_ratio(*parts),
        "used_ratio_formula": margins.moe_share_fell_back(*parts),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


def test_margins_printed_in_the_handbook():
    (case,) = [p.values[0] for p in cases("08_baseline_moe.json", "moe_handbook")]
    e = case["expected"]
    women, women_moe = 203119, margins.moe_sum([135173, 43104, 24842], [3860, 2642, 1957])
    men, men_moe = 226840, margins.moe_sum([156720, 44613, 25507], [4222, 2819, 2259])
    got = {
        "sum_estimate": women,
        "sum_moe_rounded": round(float(women_moe)),
        "share_rounded": round(women / 630498, 3),
        "share_moe_rounded": round(float(margins.moe_share(women, 630498, women_moe, 831)), 3),
        "ratio_men_to_women_rounded": round(men / women, 3),
        "ratio_moe_rounded": round(float(margins.moe_ratio(men, women, men_moe, women_moe)), 3),
    }
    assert set(got) == set(e)
    for name, want in e.items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("12_kish_and_rates.json", "kish"))
def test_design_effect_of_unequal_weights(case):
    w, e = np.array(case["inputs"]["weights"], float), case["expected"]
    deff = kish_design_effect(len(w), w.sum(), (w**2).sum())
    same(deff, e["deff"], case["rel_tol"])
    same(kish_effective_n(w.sum(), (w**2).sum()), e["ess"], case["rel_tol"])
    same(deff - 1, e["cv2"], case["rel_tol"], absolute=1e-12)


@pytest.mark.parametrize("level", [0.5, 0.68, 0.8, 0.999])
def test_margins_at_levels_that_nobody_prints_are_normal_quantiles(level):
    same(margins.moe_to_se(3.0, confidence=level), 3.0 / stats.norm.ppf(0.5 + level / 2), 1e-12)


def test_margins_at_printed_levels_are_those_of_the_offices():
    for level, z in ((0.90, 1.645), (0.95, 1.960), (0.99, 2.576)):
        same(margins.moe_to_se(3.0, confidence=level), 3.0 / z, 1e-15)
        same(margins.moe_at(3.0, confidence=level), 3.0 / 1.645 * z, 1e-15)
    assert np.isnan(margins.moe_cv(0, 3.0))


def test_moe_sum_works_along_the_last_axis():
    got = margins.moe_sum([[0, 0, 3], [1, 2, 3]], [[5, 5, 12], [3, 4, 12]], zeros="unique")
    same(got, [13, 13], 1e-15)


def test_hypergeometric_tails_equal_sums_over_every_small_draw():
    rng = np.random.default_rng(1)
    for N, K, n in product((7, 30, 61), (0, 1, 5), (1, 4, 7)):
        low, high = max(0, n + K - N), min(n, K)
        x = int(rng.integers(low, high + 1))
        pmf = stats.hypergeom.pmf(np.arange(low, high + 1), N, K, n)
        less = finite_population.hypergeometric_test(x, n, K, N, alternative="less")
        same(less, pmf[: x - low + 1].sum(), 1e-10)
        greater = finite_population.hypergeometric_test(x, n, K, N, alternative="greater")
        same(greater, pmf[x - low :].sum(), 1e-10)


def test_hypergeometric_logarithms_do_not_underflow():
    got = finite_population.hypergeometric_test(
        0, 50_000, 60_000, 120_000, alternative="less", scale="log"
    )
    # every one of the 50,000 drawn comes from the other 60,000
    steps = np.log((60_000 - np.arange(50_000)) / (120_000 - np.arange(50_000))).sum()
    same(got, steps, 1e-12)


def test_hypergeometric_approaches_the_binomial_in_a_large_population():
    got = finite_population.hypergeometric_test(130, 1000, 180_000_000, 1_000_000_000, scale="log")
    same(got, share_tests.binomial_test(130, 1000, 0.18, scale="log"), 1e-5)


def test_group_size_interval_keeps_exactly_the_sizes_that_pass_both_tests():
    N, n = 40, 12
    for x in range(n + 1):
        keeps = [
            K
            for K in range(x, N - (n - x) + 1)
            if stats.hypergeom.cdf(x, N, K, n) >= 0.025
            and stats.hypergeom.sf(x - 1, N, K, n) >= 0.025
        ]
        assert tuple(finite_population.group_size_interval(x, n, N)) == (keeps[0], keeps[-1])


def test_band_in_a_small_population_steps_over_whole_people():
    tests = finite_population.finite_equivalence_test(11, 80, 40, 300)
    same(tests.under, stats.hypergeom.cdf(11, 300, 32, 80), 1e-10)
    same(tests.over, stats.hypergeom.sf(10, 300, 50, 80), 1e-10)
    same(tests.not_below, stats.hypergeom.sf(10, 300, 31, 80), 1e-10)
    same(tests.not_above, stats.hypergeom.cdf(11, 300, 51, 80), 1e-10)
    # 0.8 x 35 is 28, whatever floating point makes of it
    same(
        finite_population.finite_equivalence_test(3, 20, 35, 100).under,
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
        finite_population.hypergeometric_test(*given_)


@given(
    st.lists(st.tuples(st.floats(0.01, 9), st.booleans()), min_size=2, max_size=12),
    st.sampled_from([1.0, 1e-4, 1e4]),
)
def test_effective_number_is_that_of_the_linearised_variance(people, unit):
    w, y = (np.array(part, float) for part in zip(*people, strict=True))
    p, v = (w * y).sum() / w.sum(), w * unit
    same(weighted_share((v * y).sum(), (v * (1 - y)).sum()), p, 1e-9, absolute=1e-12)
    sums = [(v**power * kind).sum() for kind in (y, 1 - y) for power in (1, 2)]
    got = effective_share_n(*sums)
    if 0 < y.sum() < len(y):
        same(got, p * (1 - p) / (((w * (y - p)) ** 2).sum() / w.sum() ** 2), 1e-6)
    else:  # nothing varies: as many as the weights are worth
        same(got, w.sum() ** 2 / (w**2).sum(), 1e-9)
    same(kish_effective_n(v.sum(), (v**2).sum()), w.sum() ** 2 / (w**2).sum(), 1e-9)
    same(
        kish_design_effect(len(v), v.sum(), (v**2).sum()),
        len(w) * (w**2).sum() / w.sum() ** 2,
        1e-9,
    )


def test_half_of_the_draws_that_tie_are_counted():
    size, k, n = 30, 11, 8
    x = np.arange(n + 1)
    pmf = stats.hypergeom.pmf(x, size, k, n)
    less, greater = np.cumsum(pmf) - pmf / 2, np.cumsum(pmf[::-1])[::-1] - pmf / 2
    test = finite_population.hypergeometric_test
    same(test(x, n, k, size, rule="mid-p", alternative="less"), less, 1e-9)
    same(test(x, n, k, size, rule="mid-p", alternative="greater"), greater, 1e-9)
    same(test(x, n, k, size, rule="mid-p"), np.minimum(2 * np.minimum(less, greater), 1), 1e-9)


def test_the_only_person_is_drawn_or_not():
    for n, k in ((0, 1), (1, 1), (1, 0)):
        draw = finite_population.fair_draw(n, k, 1)
        assert draw == (n * k, 0, n * k, n * k)
    assert np.isnan(finite_population.finite_population_factor(1, 1))
    assert finite_population.finite_population_factor(1, 2) == 1
    with pytest.raises(InputError, match="group_size must not be greater than population"):
        finite_population.fair_draw(1, 3, 2)


def test_no_weight_is_worth_an_unknown_number():
    for nothing in (
        weighted_share(0, 0),
        kish_effective_n(0, 0),
        kish_design_effect(3, 0, 0),
        effective_share_n(0, 0, 0, 0),
    ):
        assert np.isnan(nothing)
    assert np.isnan(kish_design_effect(3, 0, 1)) and np.isnan(kish_effective_n(1, 0))
    assert np.isnan(effective_share_n(0, 1, 0, 1))


def test_minimum_likelihood_adds_up_every_draw_no_likelier_than_the_observed_one():
    for size, k, n in product((1, 6, 11), (0, 1, 3, 5, 10), (1, 2, 5, 9)):
        if k > size or n > size:
            continue
        x = np.arange(max(0, n + k - size), min(n, k) + 1)
        pmf = stats.hypergeom.pmf(x, size, k, n)
        want = [pmf[pmf <= p * (1 + 1e-7)].sum() for p in pmf]
        same(
            finite_population.hypergeometric_test(x, n, k, size, rule="minimum-likelihood"),
            want,
            1e-9,
        )


def test_equal_weights_are_worth_their_number_and_unequal_ones_less():
    assert effective_share_n(30, 30, 70, 70) == 100
    assert effective_share_n(0, 0, 70, 70) == 70
    assert effective_share_n(30, 40, 70, 90) < 100
    assert np.isnan(effective_share_n(0, 0, 0, 0))
