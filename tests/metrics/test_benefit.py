"""Own-group benefit, breadth and concentration against exact enumeration, closed forms and identities."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.inference._resampling import sign_flip_test
from coprep.metrics.participation._own_benefit import (
    benefit_concentration,
    blocked_matching,
    idea_breadth,
    mixed_blocks,
    own_benefit,
)

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def oracle(name):
    return json.loads((ORACLES / f"{name}.json").read_text())


def one_hot(labels, groups):
    return np.array([[g == label for g in groups] for label in labels], dtype=float)


def many_hot(lists, groups):
    return np.array([[g in named for g in groups] for named in lists], dtype=float)


def signflip_case():
    case = oracle("self_benefit_signflip_exact")
    given_, groups = case["inputs"], case["inputs"]["groups"]
    own = [given_["author_group"][str(a)] for a in given_["author"]]
    topic = np.unique(given_["topic"], return_inverse=True)[1]
    return (
        case,
        many_hot(given_["beneficiaries"], groups),
        one_hot(own, groups),
        topic,
        given_["author"],
    )


def test_own_benefit_equals_exhaustive_enumeration():
    case, benefit, own, topic, author = signflip_case()
    found = own_benefit(benefit, own, topic, author)
    expected, tolerance = case["expected"], case["tolerance"]
    assert found.own_share == pytest.approx(expected["own_benefit_share"], abs=tolerance)
    assert found.score[0] == pytest.approx(expected["score"], abs=tolerance)
    assert found.products[:, 0] == pytest.approx(expected["per_author"], abs=tolerance)
    assert found.excess[0] == pytest.approx(expected["excess_probability"], abs=tolerance)
    test = sign_flip_test(found.products[:, 0])
    assert test.exact
    assert test.p_value == pytest.approx(expected["p_two_sided"], abs=tolerance)


def test_breadth_and_concentration_equal_the_closed_form():
    case = oracle("idea_breadth")
    given_, groups = case["inputs"], list(case["inputs"]["baseline"])
    benefit = many_hot(given_["beneficiaries"], groups)
    shares = [given_["baseline"][g] for g in groups]
    assert idea_breadth(benefit, shares) == pytest.approx(case["expected"]["breadth"], abs=1e-12)
    expected = [np.nan if c is None else c for c in case["expected"]["concentration"]]
    found = benefit_concentration(benefit, one_hot(given_["own_group"], groups), shares)
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_blocked_variance_is_the_exact_permutation_variance():
    from itertools import permutations

    rng = np.random.default_rng(3)
    benefit, own = (
        rng.integers(0, 2, (5, 3)).astype(float),
        one_hot(rng.integers(0, 3, 5), range(3)),
    )
    block = np.array([0, 0, 0, 1, 1])
    found = blocked_matching(benefit, own, block)
    centred = benefit - np.stack([benefit[block == b].mean(axis=0) for b in block])
    all_sums = [
        (centred[list(first) + [3 + i for i in second]] * own).sum()
        for first in permutations(range(3))
        for second in permutations(range(2))
    ]
    assert np.mean(all_sums) == pytest.approx(0, abs=1e-12)
    assert found.variance == pytest.approx(np.var(all_sums))
    assert found.statistic == pytest.approx((centred * own).sum())


@st.composite
def worlds(draw):
    ideas, groups = draw(st.integers(2, 20)), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    benefit = rng.integers(0, 2, (ideas, groups)).astype(float)
    own = one_hot(rng.integers(0, groups, ideas), range(groups))
    return benefit, own, rng.integers(0, 3, ideas), rng.integers(0, max(2, ideas // 2), ideas), rng


@given(worlds())
def test_order_and_names_do_not_matter(world):
    benefit, own, block, author, rng = world
    found = own_benefit(benefit, own, block, author)
    rows, columns = rng.permutation(len(benefit)), rng.permutation(benefit.shape[1])
    again = own_benefit(
        benefit[rows][:, columns], own[rows][:, columns], 7 - block[rows], author[rows]
    )
    assert again.excess[0] == pytest.approx(found.excess[0], nan_ok=True)
    assert again.excess[1:] == pytest.approx(found.excess[1:][columns], nan_ok=True)
    assert sorted(again.products[:, 0]) == pytest.approx(sorted(found.products[:, 0]), abs=1e-9)


@given(worlds())
def test_twice_the_ideas_leave_the_effect(world):
    benefit, own, block, author, _ = world
    found = own_benefit(benefit, own, block, author)
    twice = own_benefit(*(np.concatenate([x, x]) for x in (benefit, own, block, author)))
    assert twice.excess == pytest.approx(found.excess, nan_ok=True)
    assert twice.score == pytest.approx(2 * found.score, abs=1e-9)


@given(worlds())
def test_a_shift_of_a_topic_s_benefits_changes_nothing(world):
    benefit, own, block, author, _ = world
    found = own_benefit(benefit, own, block, author)
    moved = own_benefit(benefit + (block == 1)[:, None] * 2.0, own, block, author)
    assert moved.score == pytest.approx(found.score, abs=1e-9)


def test_ideas_that_all_name_their_authors_group_exceed_by_all():
    own = one_hot([0, 1, 2, 0, 1, 2], range(3))
    assert own_benefit(own, own, np.zeros(6, int), range(6)).excess == pytest.approx(np.ones(4))


def test_a_column_that_everybody_names_is_left_out_only_when_asked():
    own = one_hot([0, 1, 0, 1], range(2))
    benefit = np.column_stack([own[:, 0], np.ones(4)])
    block = np.zeros(4, int)
    assert own_benefit(benefit, own, block, range(4)).excess == pytest.approx([0.5, 1.0, 0.0])
    dropped = own_benefit(benefit, own, block, range(4), drop_constant=True).excess
    assert dropped == pytest.approx([1.0, 1.0, np.nan], nan_ok=True)


def test_benefit_that_follows_need_is_taken_out():
    topic = np.repeat([0, 1], 10)
    own = one_hot(topic, range(2))
    need = np.eye(2)[topic]
    author = np.arange(20)
    everywhere = np.zeros(20, int)
    assert own_benefit(own, own, everywhere, author).excess[0] == pytest.approx(1.0)
    held = own_benefit(own, own, everywhere, author, need=need)
    assert np.isnan(held.excess[0])


def test_nothing_to_compare_is_undefined_not_zero():
    own = one_hot([0, 0, 0], range(2))
    assert np.isnan(own_benefit(own, own, np.zeros(3, int), range(3)).excess).all()
    empty = own_benefit(np.zeros((0, 2)), np.zeros((0, 2)), [], [])
    assert np.isnan(empty.excess).all()
    assert np.isnan(empty.own_share)
    assert np.isnan(blocked_matching(own, own, np.zeros(3, int)).z)
    assert mixed_blocks(np.zeros((0, 2)), []).tolist() == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: own_benefit([[1, 0]], [[1]], [0], [0]),
        lambda: own_benefit([[1, 0]], [[1, 0]], [0, 1], [0]),
        lambda: own_benefit([[1, np.nan]], [[1, 0]], [0], [0]),
        lambda: own_benefit([["a", "b"]], [[1, 0]], [0], [0]),
        lambda: own_benefit([[-1, 0]], [[1, 0]], [0], [0]),
        lambda: idea_breadth([[1, 0]], [1.0]),
        lambda: benefit_concentration([[1, 0]], [[1, 0], [0, 1]], [0.5, 0.5]),
        lambda: mixed_blocks([1, 2], [0, 0]),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(InputError):
        call()
