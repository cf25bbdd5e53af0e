"""Exposure and top places by group against the reference ranking and definitions."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.groups._ranking import (
    expected_normalised_kl,
    exposure_by_group,
    normalised_discounted_kl,
    position_exposure,
    rank_positions,
)

pytestmark = pytest.mark.slow

CASE = json.loads((Path(__file__).parents[1] / "oracles" / "fairness" / "oracle.json").read_text())[
    "cases"
]["k01_ranking"]
orders = st.lists(st.integers(0, 2), min_size=1, max_size=30)


def test_reference_ranking():
    group = np.array([ord(g) - ord("a") for g in CASE["groups"]])
    found, exact = exposure_by_group(CASE["scores"], group), CASE["exact"]
    assert found.mean == pytest.approx(
        [exact["mean_exposure[a]"], exact["mean_exposure[b]"]], abs=1e-12
    )
    assert np.ptp(found.mean) == pytest.approx(exact["exposure_difference"], abs=1e-12)
    assert found.mean.min() / found.mean.max() == pytest.approx(exact["exposure_ratio"], abs=1e-12)


def test_ties_share_what_their_places_get():
    found = exposure_by_group([5, 3, 3, 1], [0, 0, 1, 1])
    shared = (1 / np.log2(3) + 1 / np.log2(4)) / 2
    assert found.mean == pytest.approx([(1 + shared) / 2, (shared + 1 / np.log2(5)) / 2])
    assert rank_positions([5, 3, 3, 1])[0].tolist() == [1, 2.5, 2.5, 4]
    swapped = exposure_by_group([5, 3, 3, 1], [0, 1, 0, 1])
    assert swapped.mean == pytest.approx(found.mean)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=25), st.randoms()
)
def test_order_given_does_not_matter(items, random):
    score, group = np.array(items).T
    order = list(range(len(score)))
    random.shuffle(order)
    now, then = (
        exposure_by_group(score, group, size=3),
        exposure_by_group(score[order], group[order], size=3),
    )
    assert then.mean == pytest.approx(now.mean, nan_ok=True)
    assert now.share.sum() == pytest.approx(1)
    assert exposure_by_group(np.exp(score), group, size=3).mean == pytest.approx(
        now.mean, nan_ok=True
    )


def test_laws_of_attention():
    assert position_exposure([1, 2, 3], discount="reciprocal").tolist() == [
        1,
        0.5,
        pytest.approx(1 / 3),
    ]
    assert position_exposure([1, 2, 3], discount="geometric", stop=0.25).tolist() == pytest.approx(
        [0.25, 0.1875, 0.140625]
    )
    assert position_exposure([1, 2, 3], cutoff=2)[2] == 0 and position_exposure(
        3.0
    ) == pytest.approx(0.5)


def test_exposure_against_merit():
    found = exposure_by_group([2, 1], [0, 1], merit=[1.0, 1 / np.log2(3)], size=3)
    assert found.per_merit[:2] == pytest.approx([1, 1]) and np.isnan(found.per_merit[2])
    assert np.isnan(exposure_by_group([2, 1], [0, 1]).per_merit).all()


@given(orders)
def test_divergence_by_hand(order):
    target = np.array([0.5, 0.3, 0.2])
    total = weights = 0
    for i in range(1, len(order) + 1):
        share = np.array([order[:i].count(g) / i for g in range(3)])
        kl = sum(p * np.log(p / q) for p, q in zip(share, target, strict=True) if p)
        total += kl / np.log2(i + 1)
        weights += 1 / np.log2(i + 1)
    assert normalised_discounted_kl(order, target=target, size=3) == pytest.approx(total / weights)


@given(orders, st.randoms(use_true_random=False), st.booleans())
def test_tied_items_share_their_places(order, random, even):
    groups = np.array(order)
    scores = np.sort([random.randrange(1, 6) for _ in order])[::-1].astype(float)
    target = np.array([1, 1, 1]) / 3 if even else np.array([0.5, 0.3, 0.2])
    total = weights = 0.0
    for i in range(1, len(groups) + 1):
        limit = scores[i - 1]
        above, level = scores > limit, scores == limit
        share = [((groups == g) & above).sum() for g in range(3)]
        left = i - above.sum()
        share = (
            np.array(
                [
                    c + left * ((groups == g) & level).sum() / level.sum()
                    for g, c in enumerate(share)
                ]
            )
            / i
        )
        some = share > 0
        total += (share[some] * np.log(share[some] / target[some])).sum() / np.log2(1 + i)
        weights += 1 / np.log2(1 + i)
    assert normalised_discounted_kl(groups, target=target, size=3, scores=scores) == pytest.approx(
        total / weights, abs=1e-12
    )


@given(st.lists(st.integers(0, 3), min_size=1, max_size=3).filter(lambda sizes: 0 < sum(sizes) < 7))
def test_the_mean_over_all_orders(sizes):
    label = np.repeat(np.arange(len(sizes)), sizes)
    for target in (None, np.arange(1, len(sizes) + 1) / sum(range(1, len(sizes) + 1))):
        every = [
            normalised_discounted_kl(order, target=target, size=len(sizes))
            for order in set(permutations(label.tolist()))
        ]
        assert expected_normalised_kl(sizes, target=target) == pytest.approx(
            np.mean(every), abs=1e-12
        )


def test_edges():
    assert expected_normalised_kl([1, 1], target=[1.0, 0.0]) == np.inf
    assert (
        normalised_discounted_kl([0, 0]) == 0
        and normalised_discounted_kl([0, 1], target=[1.0, 0.0]) == np.inf
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: exposure_by_group([1, 2], [0]), "2 expected"),
        (lambda: exposure_by_group([1, 2], [0, 0], merit=[1]), "merit has 1 items"),
        (lambda: position_exposure([0]), "numbers from 1"),
        (lambda: position_exposure([1], discount="linear"), "discount must be one of"),
        (lambda: position_exposure([1], cutoff=0), "cutoff must be"),
        (lambda: normalised_discounted_kl([0, 1], target=[0.5, 0.6]), "add up to 1"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
