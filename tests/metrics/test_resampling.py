"""Sign-flips, bootstraps and the jackknife against enumeration, closed forms and their own laws."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.inference import _bootstrap as bootstrap
from coprep.metrics.inference._bootstrap import cell_bootstrap, cluster_bootstrap, jackknife
from coprep.metrics.inference._resampling import adjusted_hits, monte_carlo_p, sign_flip_test

pytestmark = pytest.mark.slow

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"
scores = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=1, max_size=9)


def test_enumeration_reaches_the_published_p_value():
    case = json.loads((ORACLES / "self_benefit_signflip_exact.json").read_text())["expected"]
    found = sign_flip_test(case["per_author"])
    assert found.exact and found.draws == 256
    assert found.statistic == pytest.approx(case["score"], abs=1e-9)
    assert found.p_value == pytest.approx(case["p_two_sided"], abs=1e-12)


@given(scores, st.sampled_from(["two-sided", "greater", "less"]))
def test_same_as_brute_force(values, alternative):
    x = np.array(values)
    sums = np.array([np.dot(signs, x) for signs in product([-1, 1], repeat=len(x))])
    turn = {"two-sided": np.abs, "greater": lambda v: v, "less": lambda v: -v}[alternative]
    expected = np.mean(turn(sums) >= turn(x.sum()) - 1e-9)
    assert sign_flip_test(x, alternative=alternative).p_value == pytest.approx(expected)


@given(scores, st.randoms())
def test_order_scale_and_sign_do_not_matter(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    now = sign_flip_test(values, exact_up_to=0, draws=199, rng=3)
    assert sign_flip_test(shuffled, exact_up_to=0, draws=199, rng=3).p_value == now.p_value
    assert (
        sign_flip_test(4 * np.array(values), exact_up_to=0, draws=199, rng=3).p_value == now.p_value
    )
    assert sign_flip_test(-np.array(values)).p_value == sign_flip_test(values).p_value


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_several_sums_are_widened_standardised_and_adjusted_as_by_brute_force(alternative):
    turn = {"two-sided": np.abs, "greater": np.array, "less": np.negative}[alternative]
    x = np.random.default_rng(2).normal(size=(7, 3)) * [1.0, 1e3, 1e-3]
    left = np.array([1.0, 0.81, 0.49])
    found = sign_flip_test(x, alternative=alternative, left=left, keep=True)
    spread = np.sqrt((x**2).sum(axis=0))
    sums = np.array(list(product([-1, 1], repeat=7))) @ x / np.sqrt(left)
    now = turn(x.sum(axis=0))
    assert found.p_value == pytest.approx((turn(sums) >= now - 1e-9 * spread).mean(axis=0))
    largest = turn(sums / spread).max(axis=1)
    assert found.p_adjusted == pytest.approx([(largest >= t - 1e-9).mean() for t in now / spread])
    assert found.null.shape == (128, 3) and np.sort(found.null, axis=0) == pytest.approx(
        np.sort(sums, axis=0)
    )
    assert (found.centre == 0).all() and found.spread == pytest.approx(spread)


@pytest.mark.parametrize("units", [3, 8, 9, 16, 17])
def test_as_many_signs_are_drawn_as_were_asked_for_and_each_is_a_fair_coin(units, monkeypatch):
    import coprep.metrics.inference._resampling as module

    monkeypatch.setattr(module, "_CHUNK", 1_000)
    scores = 4.0 ** np.arange(units)  # every pattern has a sum of its own
    drawn = sign_flip_test(scores, exact_up_to=0, draws=2_001, rng=1, keep=True)
    assert drawn.draws == len(drawn.null) == 2_001
    bits = ((drawn.null + scores.sum()) / 2)[:, None] // scores % 4
    assert np.isin(bits, (0, 1)).all()
    assert bits.mean(axis=0) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2_001))
    if units < 10:
        listed = sign_flip_test(scores, keep=True).null
        assert len(listed) == len(np.unique(listed)) == 2**units


def test_draws_agree_with_enumeration():
    x = np.array([2.0, 1.5, -0.5, 0.7, 1.1, -0.2, 0.9, 0.4, 0.3, -0.6])
    exact = sign_flip_test(x).p_value
    drawn = sign_flip_test(x, exact_up_to=0, draws=40_000, rng=1)
    assert drawn.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 40_000))
    assert not drawn.exact and drawn.draws == 40_000


def test_the_largest_of_many_is_adjusted_and_a_single_one_is_not():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 30))
    many = sign_flip_test(x)
    assert (many.p_adjusted >= many.p_value - 1e-12).all()
    assert many.p_adjusted.min() > 3 * many.p_value.min()
    one = sign_flip_test(x[:, 0])
    assert one.p_adjusted == one.p_value == pytest.approx(many.p_value[0])


def test_false_alarms_are_at_their_level():
    rng = np.random.default_rng(5)
    p = np.array([sign_flip_test(rng.standard_t(3, size=12)).p_value for _ in range(1500)])
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_units_without_a_score_change_nothing():
    assert sign_flip_test([1, 2, 0, 3, 0]).p_value == sign_flip_test([1, 2, 3]).p_value
    nothing = sign_flip_test([0.0, 0.0])
    assert (nothing.p_value, nothing.p_adjusted, nothing.statistic) == (1.0, 1.0, 0.0)


def test_kept_draws_have_the_right_spread():
    x = np.arange(1.0, 31.0)
    kept = sign_flip_test(x, draws=20_000, rng=2, keep=True)
    assert kept.null.shape == (20_000,)
    assert kept.null.std() == pytest.approx(kept.spread, rel=0.02)
    assert kept.null.mean() == pytest.approx(0, abs=4 * kept.spread / np.sqrt(20_000))


def test_monte_carlo_p_is_never_zero():
    assert monte_carlo_p([0, 9], 9).tolist() == [0.1, 1.0]
    assert monte_carlo_p(1, 4, exact=True) == 0.25


def test_cell_bootstrap_has_the_moments_of_the_row_bootstrap():
    counts = np.array([40, 10, 0, 50])
    drawn = cell_bootstrap(counts, resamples=20_000, rng=1)
    assert (drawn.sum(axis=1) == 100).all() and (drawn[:, 2] == 0).all()
    assert drawn.mean(axis=0) == pytest.approx(counts, abs=0.2)
    share = counts / 100
    assert drawn.var(axis=0) == pytest.approx(100 * share * (1 - share), rel=0.06)


def test_cell_bootstrap_keeps_each_stratum_whole():
    drawn = cell_bootstrap([[3, 4], [0, 0], [5, 0]], resamples=50, rng=1)
    assert (drawn.sum(axis=2) == [7, 0, 5]).all()


def test_cluster_bootstrap_matches_direct_resampling():
    sums = np.array([[1.0, 2.0], [3.0, 1.0], [10.0, 1.0], [0.0, 1.0]])
    drawn = cluster_bootstrap(sums, resamples=40_000, rng=4)
    assert drawn.mean(axis=0) == pytest.approx(sums.sum(axis=0), rel=0.02)
    assert drawn.var(axis=0) == pytest.approx(4 * sums.var(axis=0), rel=0.05)


def test_cluster_bootstrap_within_strata_never_mixes_them():
    sums = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [0, 1]])
    drawn = cluster_bootstrap(sums, strata=[0, 0, 1, 1, 1], resamples=100, rng=4)
    assert (drawn == [2, 3]).all()


def test_jackknife_of_a_mean_is_its_standard_error():
    x = np.random.default_rng(1).normal(size=40)
    found = jackknife(np.column_stack([x, np.ones(40)]), lambda t: t[:, 0] / t[:, 1])
    assert found.value == pytest.approx(x.mean())
    assert found.se == pytest.approx(x.std(ddof=1) / np.sqrt(40))
    assert found.bias == pytest.approx(0, abs=1e-12)
    assert abs(found.leave_out - found.value).argmax() == abs(x - x.mean()).argmax()


def test_jackknife_takes_the_bias_of_a_plain_variance_out():
    x = np.random.default_rng(1).exponential(size=12)
    sums = np.column_stack([x, x**2, np.ones(12)])
    found = jackknife(sums, lambda t: t[:, 1] / t[:, 2] - (t[:, 0] / t[:, 2]) ** 2)
    assert found.value == pytest.approx(x.var())
    assert found.value - found.bias == pytest.approx(x.var(ddof=1))
    without = [np.delete(x, i).var() for i in range(12)]
    assert found.leave_out == pytest.approx(without)
    assert found.se == pytest.approx(
        np.sqrt(11 / 12 * ((np.array(without) - np.mean(without)) ** 2).sum())
    )


@pytest.mark.parametrize("held", [1, 12, 1_000])
def test_people_are_resampled_as_often_as_was_asked_whatever_the_blocks(held, monkeypatch):
    monkeypatch.setattr(bootstrap, "_CHUNK", held)
    drawn = cluster_bootstrap(
        [1.0, 1.0, 2.0, 2.0, 2.0], strata=[0, 0, 1, 1, 1], resamples=11, rng=3
    )
    assert drawn.tolist() == [8.0] * 11


def test_jackknife_of_several_statistics():
    x = np.random.default_rng(1).normal(size=(10, 2))
    found = jackknife(x, lambda t: t * 2)
    assert found.leave_out.shape == (10, 2) and found.se.shape == (2,)


def test_streams_differ_by_name_and_repeat_by_seed():
    assert stream(1, "a").random() == stream(1, "a").random() != stream(1, "b").random()
    assert seed_of(None) != seed_of(None)
    assert seed_of(np.random.default_rng(1)) == seed_of(np.random.default_rng(1))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sign_flip_test([]), "empty"),
        (lambda: sign_flip_test([1, np.nan]), "1 missing or infinite of 2"),
        (lambda: sign_flip_test(["a"]), "array of numbers"),
        (lambda: sign_flip_test([[1, 2], [3]]), "array of numbers"),
        (lambda: sign_flip_test([1j]), "array of numbers"),
        (lambda: sign_flip_test([[[1]]]), "3 dimensions"),
        (lambda: sign_flip_test([1], alternative="larger"), "alternative must be one of"),
        (lambda: sign_flip_test([1], draws=0), "draws must be a whole number from 1"),
        (lambda: sign_flip_test([1], exact_up_to=30), "at most 20"),
        (lambda: sign_flip_test(np.ones(30), rng="x"), "rng must be"),
        (lambda: seed_of(True), "rng must be"),
        (lambda: cell_bootstrap([-1, 2]), "numbers from 0"),
        (lambda: cell_bootstrap([0.5, 2]), "whole"),
        (lambda: cell_bootstrap([3.5, 2]), "whole"),
        (lambda: cell_bootstrap([3, 2], resamples=0), "resamples must be a whole number from 1"),
        (lambda: cluster_bootstrap([3, 2], resamples=0), "resamples must be a whole number from 1"),
        (lambda: cluster_bootstrap([1, 2], strata=[0]), "2 expected"),
        (
            lambda: cluster_bootstrap([1, 2], strata=[0.5, 1]),
            "strata has 0.5; whole numbers from 0",
        ),
        (lambda: jackknife([1], lambda t: t), "at least 2 people"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(0, 2**32))
def test_enumeration_and_draws_never_give_zero(n, seed):
    x = np.random.default_rng(seed).normal(size=n) + 3
    assert 0 < sign_flip_test(x, draws=99, rng=seed).p_value <= 1


def test_a_statistic_without_bounds_is_reached_only_by_others_without():
    maxima = np.array([1.0, np.inf, 2.0, np.inf])
    assert adjusted_hits(maxima, np.array([np.inf, 2.0, -np.inf])).tolist() == [2.0, 3.0, 4.0]
