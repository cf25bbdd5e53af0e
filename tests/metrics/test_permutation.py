"""Relabelling within strata: enumeration, draws and look-ups against brute force."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.inference._permutation import (
    arrangements,
    lookup_sums,
    permutation_test,
    permute_within,
)

pytestmark = pytest.mark.slow

small = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=6)


def lookup_test(table, labels, **options):
    """The sum over people of their entry under their own label."""
    table = np.asarray(table, dtype=float)
    people = np.arange(len(table))
    return permutation_test(lambda rows: table[people, rows].sum(axis=1), labels, **options)


def everything(labels, strata):
    """All different relabellings, found by trying every order."""
    found = set()
    for order in permutations(range(len(labels))):
        if all(strata[i] == strata[j] for i, j in enumerate(order)):
            found.add(tuple(labels[j] for j in order))
    return np.array(sorted(found))


@given(small)
def test_all_arrangements_once_each(people):
    labels, strata = map(list, zip(*people, strict=True))
    seen = []
    permutation_test(
        lambda rows: seen.append(rows) or rows.sum(axis=1).astype(float),
        labels,
        strata=strata,
        max_exact=10_000,
    )
    listed = np.concatenate(seen[1:])
    expected = everything(labels, strata)
    assert len(listed) == len(expected) == arrangements(labels, strata=strata)
    assert (np.unique(listed, axis=0) == expected).all()


def test_two_groups_agree_with_scipy_exactly():
    x, y = np.array([1.2, 3.4, 2.2, 0.3]), np.array([4.1, 5.0, 3.3])
    pooled = np.r_[x, y]
    ours = permutation_test(
        lambda g: (g * pooled).sum(axis=1), [0] * 4 + [1] * 3, alternative="greater"
    )
    theirs = stats.permutation_test(
        (y, x), lambda a, b: a.sum(), n_resamples=np.inf, alternative="greater"
    )
    assert ours.exact and ours.p_value == pytest.approx(theirs.pvalue)


def test_draws_stay_in_their_stratum_and_keep_its_totals():
    rng = np.random.default_rng(0)
    labels, strata = rng.integers(0, 4, 200), rng.integers(0, 20, 200)
    for rows in permute_within(labels, strata=strata, draws=25, rng=1, chunk=10):
        for s in range(20):
            here = strata == s
            assert (np.sort(rows[:, here], axis=1) == np.sort(labels[here])).all()


def test_every_person_gets_every_label_equally_often():
    rows = np.concatenate(list(permute_within([0, 0, 0, 1], draws=8_000, rng=2)))
    assert rows.mean(axis=0) == pytest.approx(0.25, abs=0.02)


def test_draws_agree_with_enumeration():
    rng = np.random.default_rng(3)
    table, labels = rng.normal(size=(9, 3)), np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    exact = lookup_test(table, labels)
    drawn = lookup_test(table, labels, max_exact=1, draws=30_000, rng=4)
    assert exact.exact and exact.draws == 1680 and not drawn.exact
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.012)
    assert drawn.centre == pytest.approx(exact.centre, abs=0.05)
    assert drawn.spread == pytest.approx(exact.spread, rel=0.03)


def test_lookup_is_the_trace_of_lookup_sums():
    rng = np.random.default_rng(3)
    table, labels = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    sums = lookup_sums(table, labels[None, :])[0]
    assert lookup_test(table, labels, draws=9, rng=0).statistic == pytest.approx(np.trace(sums))
    assert sums.sum(axis=0) == pytest.approx(table.sum(axis=0))


def test_streamed_and_kept_counts_agree():
    rng = np.random.default_rng(8)
    x, labels = rng.normal(size=(40, 6)), np.arange(40) % 2

    def z(rows):
        return (2.0 * rows - 1) @ x / np.sqrt((x**2).sum(axis=0))

    kept = permutation_test(z, labels, centre=0.0, draws=499, rng=1, keep=True, standardise=False)
    streamed = permutation_test(z, labels, centre=0.0, draws=499, rng=1, standardise=False)
    assert (kept.p_value == streamed.p_value).all() and (
        kept.p_adjusted == streamed.p_adjusted
    ).all()
    assert kept.null.shape == (499, 6) and np.isnan(streamed.spread).all()
    assert (streamed.p_adjusted >= streamed.p_value).all()


@pytest.mark.parametrize("chunk", [None, 7, 20, 50])
def test_as_many_draws_as_were_asked_for_whatever_the_blocks(chunk):
    assert sum(len(rows) for rows in permute_within([0, 1, 2], draws=20, rng=1, chunk=chunk)) == 20
    found = permutation_test(
        lambda g: g @ [1.0, 2.0, 4.0], [0, 1, 1], max_exact=0, draws=20, rng=1, chunk=chunk
    )
    assert found.draws == 20 and not found.exact


@pytest.mark.parametrize("chunk", [None, 1, 7, 100])
def test_all_arrangements_are_seen_once_whatever_the_blocks(chunk):
    table, labels = np.arange(1.0, 7.0), [0, 0, 0, 1, 1, 1]
    found = permutation_test(lambda g: g @ table, labels, chunk=chunk, keep=True)
    assert sorted(found.null) == sorted(sum(picked) for picked in combinations(table, 3))
    assert found.draws == 20 and found.exact


def test_enumerated_up_to_the_limit_and_drawn_beyond_it():
    labels, strata = [0, 1, 2, 0, 0, 1], [0, 0, 0, 1, 1, 1]
    assert arrangements(labels, strata=strata) == 18
    for most, exact in ((17, False), (18, True), (19, True)):
        found = permutation_test(
            lambda g: g @ np.arange(6.0), labels, strata=strata, max_exact=most, draws=9, rng=1
        )
        assert found.exact is exact and found.draws == (18 if exact else 9)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_adjusted_p_counts_the_draws_whose_largest_standardised_statistic_is_as_large(alternative):
    turn = {"two-sided": np.abs, "greater": np.array, "less": np.negative}[alternative]
    x = np.random.default_rng(5).exponential(size=(8, 3)) * [
        1.0,
        1e3,
        1e-3,
    ]  # scales must not decide
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    found = permutation_test(
        lambda g: g.astype(float) @ x, labels, alternative=alternative, keep=True
    )
    every = np.array([x[list(picked)].sum(axis=0) for picked in combinations(range(8), 4)])
    scaled = turn((every - every.mean(axis=0)) / every.std(axis=0))
    now = turn((x[4:].sum(axis=0) - every.mean(axis=0)) / every.std(axis=0))
    assert found.p_value == pytest.approx((scaled >= now - 1e-9).mean(axis=0))
    assert found.p_adjusted == pytest.approx([(scaled.max(axis=1) >= t - 1e-9).mean() for t in now])
    assert found.null.shape == (70, 3) and found.largest.shape == (70,)


def test_max_statistic_holds_its_family_wise_level():
    rng, alarms = np.random.default_rng(11), 0
    for _ in range(300):
        x = rng.exponential(size=(20, 8))
        alarms += (
            permutation_test(
                lambda g, x=x: g.astype(float) @ x, np.arange(20) % 2, draws=199, rng=rng
            ).p_adjusted.min()
            <= 0.05
        )
    assert alarms / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_one_group_everywhere_can_show_nothing():
    found = lookup_test([[1.0, 2.0], [3.0, 4.0]], [1, 1])
    assert (found.p_value, found.p_adjusted, found.draws) == (1.0, 1.0, 1)


def test_an_undefined_statistic_stays_undefined():
    found = permutation_test(lambda g: np.full((len(g), 2), [np.nan, 1.0]), [0, 1, 1])
    assert np.isnan(found.p_value[0]) and found.p_value[1] == 1.0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: permutation_test(lambda g: g.sum(1), []), "nobody to relabel"),
        (lambda: permutation_test(lambda g: g.sum(1), [-1, 0]), "numbers from 0"),
        (lambda: permutation_test(lambda g: g.sum(1), [0, 1], strata=[0]), "2 expected"),
        (
            lambda: permutation_test(lambda g: g.sum(1), [0, 1], alternative="x"),
            "alternative must be one of",
        ),
        (lambda: list(permute_within([0, 1], draws=0)), "draws must be"),
        (lambda: list(permute_within([0, 1], chunk=0)), "chunk must be"),
        (lambda: permutation_test(lambda g: g.sum(1), [0, 1], chunk=0), "chunk must be"),
        (lambda: permutation_test(lambda g: g.sum(1), [0, 1], max_exact=-1), "max_exact must be"),
        (
            lambda: permutation_test(lambda g: np.ones((len(g), 10_000)), np.arange(40) % 2),
            "do not fit in memory",
        ),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
