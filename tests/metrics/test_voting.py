"""Shares of what was adopted and justified representation against published checks and brute force."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coprep.errors import InputError
from coprep.metrics.votes._voting import (
    equal_shares,
    equal_split,
    underserved_coalitions,
)

pytestmark = pytest.mark.slow

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"
votes = hnp.arrays(
    np.int8, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(0, 1)
)


def case_of(name):
    return json.loads((ORACLES / f"{name}.json").read_text())


def test_equal_split_of_three_funded_ideas():
    case = case_of("outcome_equal_split")
    label = np.array([ord(g) - ord("a") for g in case["inputs"]["group"]])
    each = equal_split(case["inputs"]["approvals"], [0, 1, 2], costs=case["inputs"]["cost"])
    expected = case["expected"]
    voters = np.bincount(label)
    share = np.bincount(label, each) / each.sum()
    assert each == pytest.approx(expected["per_person"], abs=1e-12)
    assert share == pytest.approx(list(expected["spend_share"].values()), abs=1e-12)
    ratio = share / (voters / voters.sum())
    assert ratio == pytest.approx(list(expected["ratio"].values()), abs=1e-12)
    some = np.bincount(label, each > 0) / voters
    assert some == pytest.approx(list(expected["at_least_one"].values()), abs=1e-12)


def test_party_lists():
    case = case_of("abc_party_lists")
    approvals = np.zeros((10, 6), dtype=int)
    for voter, ballot in enumerate(case["inputs"]["ballots"]):
        approvals[voter, ballot] = 1
    for committee, checks in case["expected"]["checks"].items():
        adopted = json.loads(committee)
        k = case["inputs"]["k"]
        assert (not underserved_coalitions(approvals, adopted, budget=k)) == checks["ejr+"]
        assert (
            not underserved_coalitions(approvals, adopted, budget=k, nothing_at_all=True)
        ) == checks["jr"]


def violations(approvals, adopted, costs, budget, satisfaction, nothing_at_all):
    """EJR+ up to one project (or JR) straight from its definition: by project, the size of the largest group of
    supporters that deserves more than any of its members got."""
    n = len(approvals)
    value = costs if satisfaction == "cost" else np.ones(len(costs))
    got = approvals[:, adopted] @ value[adopted]
    largest = {}
    for c in set(range(len(costs))) - set(adopted):
        supporters = np.flatnonzero(approvals[:, c])
        if costs[c] > budget:
            continue
        for size in range(1, len(supporters) + 1):
            for group in map(list, combinations(supporters, size)):
                claim = (
                    got[group] + costs[c] if satisfaction == "cost" else (got[group] + 1) * costs[c]
                )
                if nothing_at_all and got[group].any():
                    continue
                if (claim <= budget * size / n + 1e-9).all():
                    largest[c] = size
    return largest


@pytest.mark.parametrize("nothing_at_all", [None, False, True])
@given(votes, st.data())
@settings(max_examples=80, deadline=None)
def test_check_agrees_with_the_definition(nothing_at_all, approvals, data):
    projects = approvals.shape[1]
    costs = np.array(
        data.draw(st.lists(st.integers(1, 5), min_size=projects, max_size=projects)), dtype=float
    )
    adopted = sorted(data.draw(st.sets(st.integers(0, projects - 1))))
    budget = data.draw(st.integers(1, 30))
    satisfaction = data.draw(st.sampled_from(["cost", "count"]))
    options = {} if nothing_at_all is None else {"nothing_at_all": nothing_at_all}
    found = underserved_coalitions(
        approvals, adopted, budget=budget, costs=costs, satisfaction=satisfaction, **options
    )
    told = {coalition.project: len(coalition.voters) for coalition in found}
    assert told == violations(approvals, adopted, costs, budget, satisfaction, nothing_at_all)
    assert [len(coalition.voters) for coalition in found] == sorted(told.values(), reverse=True)
    got = approvals[:, adopted] @ (
        costs[adopted] if satisfaction == "cost" else np.ones(len(adopted))
    )
    for coalition in found:
        assert (
            approvals[coalition.voters, coalition.project].all()
            and coalition.project not in adopted
        )
        assert coalition.deserved == pytest.approx(budget * len(coalition.voters) / len(approvals))
        assert coalition.best_served == got[coalition.voters].max()


@given(votes, st.data())
@settings(max_examples=80, deadline=None)
def test_equal_shares_never_leaves_a_coalition_short(approvals, data):
    projects = approvals.shape[1]
    costs = np.array(
        data.draw(st.lists(st.integers(1, 5), min_size=projects, max_size=projects)), dtype=float
    )
    budget = data.draw(st.integers(1, 12))
    satisfaction = data.draw(st.sampled_from(["cost", "count"]))
    for complete in (False, True):
        adopted = equal_shares(
            approvals, budget=budget, costs=costs, satisfaction=satisfaction, complete=complete
        )
        assert costs[adopted].sum() <= budget + 1e-6 and len(set(adopted)) == len(adopted)
        assert not underserved_coalitions(
            approvals, adopted, budget=budget, costs=costs, satisfaction=satisfaction
        )


def plain_equal_shares(approvals, costs, budget):
    """The textbook loop, without shortcuts, for cost satisfaction."""
    money, adopted = np.full(len(approvals), budget / len(approvals)), []
    while True:
        best = None
        for c in range(len(costs)):
            mine = np.flatnonzero(approvals[:, c])
            if c in adopted or not len(mine) or money[mine].sum() < costs[c] - 1e-9:
                continue
            low, high = 0.0, money[mine].max()
            for _ in range(200):
                middle = (low + high) / 2
                low, high = (
                    (middle, high)
                    if np.minimum(money[mine], middle).sum() < costs[c]
                    else (low, middle)
                )
            key = (round(high / costs[c], 9), -len(mine), costs[c], c)
            best = min(best or (key, high), (key, high))
        if best is None:
            return adopted
        c = best[0][3]
        mine = np.flatnonzero(approvals[:, c])
        money[mine] -= np.minimum(money[mine], best[1])
        adopted.append(c)


@pytest.mark.parametrize("seed", range(25))
def test_equal_shares_follows_the_textbook(seed):
    rng = np.random.default_rng(seed)
    approvals = (rng.random((12, 8)) < 0.35).astype(int)
    costs = rng.integers(1, 9, 8).astype(float)
    ours = equal_shares(approvals, budget=15, costs=costs, complete=False)
    assert ours.tolist() == plain_equal_shares(approvals, costs, 15)


def test_completion_spends_what_is_left():
    approvals = [[1, 0, 0]] * 6 + [[0, 1, 0]] * 3 + [[0, 0, 1]]
    assert equal_shares(approvals, budget=3, complete=False).tolist() == [0]
    assert equal_shares(approvals, budget=3).tolist() == [0, 1, 2]


@given(votes, st.randoms())
@settings(max_examples=30)
def test_order_of_voters_does_not_matter(approvals, random):
    order = list(range(len(approvals)))
    random.shuffle(order)
    assert equal_split(approvals[order], [0]) == pytest.approx(equal_split(approvals, [0])[order])
    now = underserved_coalitions(approvals, [0], budget=2)
    then = underserved_coalitions(approvals[order], [0], budget=2)
    assert [(c.project, len(c.voters)) for c in now] == [(c.project, len(c.voters)) for c in then]
    assert (
        equal_shares(approvals[order], budget=2).tolist()
        == equal_shares(approvals, budget=2).tolist()
    )


def test_a_city_vote_is_quick():
    rng = np.random.default_rng(0)
    approvals = rng.random((10_000, 100)) < rng.uniform(0.02, 0.3, 100)
    costs = rng.integers(10, 200, 100).astype(float)
    top = np.argsort(-approvals.sum(axis=0))[:12]
    coalitions = underserved_coalitions(approvals, top, budget=1500, costs=costs)
    fair = equal_shares(approvals, budget=1500, costs=costs)
    assert not underserved_coalitions(approvals, fair, budget=1500, costs=costs)
    assert all(len(c.voters) * 1500 / 10_000 == pytest.approx(c.deserved) for c in coalitions)


def test_edges():
    assert equal_split([[0, 1], [0, 0]], [0]).tolist() == [0, 0]
    assert equal_split([[1, 1]], np.array([True, False])).tolist() == [1]
    assert equal_split([[1, 1]], []).tolist() == [0]
    assert underserved_coalitions([[1]], [], budget=0.5) == ()
    assert equal_shares([[0, 0]], budget=0).tolist() == []
    assert equal_shares([[1, 0], [1, 1]], budget=1, costs=[0, 1], complete=False).tolist() == [0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: equal_split([[2, 0]], [0]), "0 or 1"),
        (lambda: equal_split([1, 0], [0]), "1 dimensions"),
        (lambda: equal_split([[1, 0]], [5]), "codes below 2"),
        (lambda: equal_split([[1, 0]], [0], costs=[1]), "costs has 1 items; 2 expected"),
        (lambda: equal_split([[1, 0]], [0], costs=[1, -1]), "costs has -1.0"),
        (lambda: equal_shares([[1, 0]], budget=-1), "budget must be a number from 0"),
        (
            lambda: equal_shares([[1, 0]], budget=1, satisfaction="joy"),
            "satisfaction must be one of",
        ),
        (
            lambda: underserved_coalitions(np.zeros((0, 2), bool), [], budget=1),
            "approvals is empty",
        ),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
