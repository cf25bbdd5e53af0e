"""Seats by four methods, quotas a pool can fill, and invitations that bring enough people."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.planning import apportion, invitations_needed, smallest_relaxation
from coprep.metrics.planning._apportionment import divided
from coprep.metrics.planning._invitations import invitations_together
from reference import agree, depth

DIVISORS = {
    "webster": lambda k: k + 0.5,
    "huntington-hill": lambda k: np.sqrt(k * (k + 1)),
    "jefferson": lambda k: k + 1.0,
}
METHODS = ("hamilton", *DIVISORS)
SIZES = st.lists(st.integers(1, 1000), min_size=1, max_size=8)


@pytest.mark.parametrize("case", depth("seats"), ids=str)
def test_seats_agree_with_reference_numbers(case):
    for name in ("largest_remainder", "webster", "jefferson", "huntington_hill"):
        method = {"largest_remainder": "hamilton", "huntington_hill": "huntington-hill"}
        got = apportion(case["shares"], case["seats"], method=method.get(name, name))
        assert got.tolist() == case[name]


def one_by_one(sizes, seats, method, minimum):
    """Highest averages as the definition has them, by exact fractions where they are exact."""
    given = [max(minimum, 1 if method == "huntington-hill" else 0)] * len(sizes)
    for _ in range(seats - sum(given)):
        best = max(range(len(sizes)), key=lambda j: (sizes[j] / DIVISORS[method](given[j]), -j))
        given[best] += 1
    return given


@given(SIZES, st.integers(0, 4), st.integers(0, 120), st.sampled_from(sorted(DIVISORS)))
def test_divisor_methods_are_what_they_are_defined_as(sizes, minimum, more, method):
    seats = max(minimum, 1) * len(sizes) + more
    got = apportion(sizes, seats, method=method, minimum=minimum)
    want = one_by_one(sizes, seats, method, minimum)
    tied = divided(np.array(sizes) / sum(sizes), seats, method, minimum).tied
    differs = got != np.array(want)
    assert got.sum() == seats
    assert not (differs & ~tied).any(), "only a tie may be decided otherwise"


@given(SIZES, st.integers(0, 100), st.sampled_from(sorted(DIVISORS)))
def test_one_more_seat_takes_none_from_anybody(sizes, seats, method):
    seats += len(sizes)
    before = apportion(sizes, seats, method=method)
    assert (apportion(sizes, seats + 1, method=method) >= before).all()


@given(SIZES, st.integers(1, 100))
def test_hamilton_keeps_to_the_quota_and_jefferson_to_its_lower_end(sizes, seats):
    quota = np.array(sizes) / sum(sizes) * seats
    assert (np.abs(apportion(sizes, seats) - quota) < 1 + 1e-9).all()
    assert (apportion(sizes, seats, method="jefferson") > quota - 1 - 1e-9).all()


def test_hamilton_can_take_a_seat_away_when_one_is_added():
    """The Alabama paradox is Hamilton's own; the divisor methods are free of it."""
    sizes = [6, 6, 2]
    assert apportion(sizes, 10).tolist() == [4, 4, 2]
    assert apportion(sizes, 11).tolist() == [5, 5, 1]


@given(SIZES, st.integers(0, 60), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_groups_changes_ties_and_nothing_else(sizes, more, method, random):
    seats = len(sizes) + more
    order = list(range(len(sizes)))
    random.shuffle(order)
    shares = np.array(sizes) / sum(sizes)
    plain = divided(shares, seats, method, 0)
    turned = divided(shares[order], seats, method, 0)
    assert (plain.tied[order] == turned.tied).all()
    settled = ~turned.tied
    assert (plain.given[order][settled] == turned.given[settled]).all()


def test_many_groups_at_their_minimum_leave_the_large_group_what_is_left():
    sizes = [0.9] + [0.005] * 20
    for method in METHODS:
        assert apportion(sizes, 63, method=method, minimum=3).tolist() == [3] * 21
        assert apportion(sizes, 100, method=method, minimum=3).tolist() == [40, *[3] * 20]
    assert (
        apportion([0.5, 0.3, 0.2 / 9] + [0.2 / 9] * 8, 60, method="webster", minimum=3).sum() == 60
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_tie_is_told(method):
    assert divided(np.full(4, 0.25), 6, method, 0).tied.all()
    assert not divided(np.full(4, 0.25), 8, method, 0).tied.any()
    assert not divided(np.array([0.6, 0.4]), 5, method, 0).tied.any()


def test_huntington_hill_needs_a_seat_for_everybody():
    with pytest.raises(InputError, match="1 seats for each of 3 groups are more than 2") as caught:
        apportion([5, 3, 2], 2, method="huntington-hill")
    assert "webster" in caught.value.hint
    assert apportion([5, 3, 2], 0, method="huntington-hill").tolist() == [0, 0, 0]


# -- quotas and a pool -----------------------------------------------------------------------------


def brute(pool, groups, low, high, seats):
    """The smallest relaxation over every panel that can be drawn."""
    best = None
    for panel in itertools.product(*(range(int(n) + 1) for n in pool)):
        if sum(panel) != seats:
            continue
        off = 0
        for at, (few, many) in enumerate(zip(low, high, strict=True)):
            for k, (least, most) in enumerate(zip(few, many, strict=True)):
                there = sum(n for n, row in zip(panel, groups, strict=True) if row[at] == k)
                off += max(0, least - there) + max(0, there - most)
        best = off if best is None else min(best, off)
    return best


QUOTAS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=5),
    st.lists(st.tuples(st.integers(-1, 1), st.integers(-1, 1)), min_size=5, max_size=5),
    st.tuples(QUOTAS, QUOTAS),
    st.integers(0, 5),
)
def test_the_smallest_relaxation_is_the_smallest_of_all_panels(pool, groups, quotas, seats):
    groups = groups[: len(pool)]
    low = [[least for least, _ in each] for each in quotas]
    high = [[least + width for least, width in each] for each in quotas]
    if sum(pool) < seats:
        with pytest.raises(InputError, match="the pool has"):
            smallest_relaxation(pool, groups, low=low, high=high, seats=seats)
        return
    found = smallest_relaxation(pool, groups, low=low, high=high, seats=seats)
    assert found.total == brute(pool, groups, low, high, seats)
    assert found.panel.sum() == seats
    assert (found.panel <= np.array(pool)).all()
    for at, (few, many) in enumerate(zip(found.low, found.high, strict=True)):
        for k in range(2):
            there = sum(n for n, row in zip(found.panel, groups, strict=True) if row[at] == k)
            assert few[k] <= there <= many[k]


def test_quotas_that_are_no_quotas_are_refused():
    with pytest.raises(InputError, match="at least 3 and at most 2"):
        smallest_relaxation([5], [[0]], low=[[3]], high=[[2]], seats=1)
    with pytest.raises(InputError, match="shape"):
        smallest_relaxation([5, 1], [[0]], low=[[0]], high=[[2]], seats=1)


# -- invitations -----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", depth("recruit_invitations"), ids=str)
def test_invitations_agree_with_a_search(case):
    got = invitations_needed(case["needed"], case["response_rate"], chance=case["chance_to_reach"])
    assert got == case["invitations"]
    naive = stats.binom.sf(case["needed"] - 1, case["naive"], case["response_rate"])
    agree(naive, case["chance_with_naive"], 1e-12)


@given(st.integers(1, 300), st.floats(0.001, 1), st.floats(0.01, 0.999))
def test_one_invitation_fewer_is_not_enough(needed, rate, chance):
    invited = float(invitations_needed(needed, rate, chance=chance))
    assert stats.binom.sf(needed - 1, invited, rate) >= chance - 1e-9
    assert stats.binom.sf(needed - 1, invited - 1, rate) < chance + 1e-9


def test_nobody_needed_and_nobody_who_comes():
    assert invitations_needed([0, 3, 3], [0.1, 0.0, 1.0]).tolist() == [0, np.inf, 3]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.floats(0.01, 1)), min_size=1, max_size=6),
    st.floats(0.5, 0.99),
)
def test_all_groups_get_enough_at_once_with_the_chance_that_is_stated(plan, chance):
    needed, rate = np.array(plan).T
    invited = invitations_together(needed, rate, chance=chance)
    together = stats.binom.sf(needed - 1, invited, rate).prod()
    assert together >= chance * (1 - 1e-9)
    for at in np.flatnonzero(invited > needed):
        fewer = invited.copy()
        fewer[at] -= 1
        assert stats.binom.sf(needed - 1, fewer, rate).prod() < chance * (1 + 1e-9)


def test_the_plan_for_several_groups_is_the_cheapest():
    needed = np.array([2, 3, 1])
    rate = np.array([0.3, 0.5, 0.2])
    ranges = (range(n, 30) for n in needed)
    plans = np.array(list(itertools.product(*ranges)))
    enough = stats.binom.sf(needed - 1, plans, rate).prod(axis=1) >= 0.8
    best = plans[enough].sum(axis=1).min()
    assert invitations_together(needed, rate, chance=0.8).sum() == best
