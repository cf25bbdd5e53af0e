"""Own ratings against an independent least-squares fit, and what cannot be predicted."""

import json
from pathlib import Path

import numpy as np
import pytest

from coprep.errors import InputError
from coprep.metrics.votes._own_rating import count_p_value, own_rating_excess

CASE = json.loads(
    (
        Path(__file__).parents[1] / "oracles" / "ideas" / "self_enhancement_round_robin.json"
    ).read_text()
)


def cells():
    table = np.array(
        [[np.nan if v is None else v for v in row] for row in CASE["inputs"]["ratings"]]
    )
    person, idea = np.nonzero(~np.isnan(table))
    return person, idea, table[person, idea], (person == idea).astype(int)


def test_equals_the_independent_fit():
    found = own_rating_excess(*cells())
    people, excess = found.by_person()
    tolerance, expected = CASE["tolerance"], CASE["expected"]
    assert people.tolist() == list(range(7))
    assert excess == pytest.approx(expected["per_person"], abs=tolerance)
    assert excess.mean() == pytest.approx(expected["mean"], abs=tolerance)


def test_plain_excess_is_against_the_mean_of_others():
    person, idea, value, own = cells()
    plain = own_rating_excess(person, idea, value, own).plain
    others = [value[(idea == i) & (person != i)].mean() for i in range(7)]
    assert plain == pytest.approx(
        [value[(person == i) & (idea == i)][0] - others[i] for i in range(7)]
    )


def test_leniency_and_quality_leave_no_excess():
    rng = np.random.default_rng(1)
    leniency, quality = rng.normal(size=12), rng.normal(size=12)
    person, idea = (x.ravel() for x in np.meshgrid(range(12), range(12), indexing="ij"))
    value = leniency[person] + quality[idea] + 0.7 * (person == idea)
    assert own_rating_excess(person, idea, value, person == idea).excess == pytest.approx(
        np.full(12, 0.7)
    )


def test_order_does_not_matter():
    person, idea, value, own = cells()
    order = np.random.default_rng(2).permutation(len(person))
    again = own_rating_excess(person[order], idea[order], value[order], own[order]).by_person()[1]
    assert again == pytest.approx(own_rating_excess(person, idea, value, own).by_person()[1])


def test_what_cannot_be_predicted_is_counted():
    person, idea, value, own = (
        [0, 0, 1, 1, 2, 3],
        [0, 1, 1, 0, 1, 2],
        [5.0, 3, 4, 4, 3, 5],
        [1, 0, 1, 0, 0, 1],
    )
    found = own_rating_excess(person, idea, value, own)
    assert len(found.excess) == 0
    assert found.unusable == 3
    assert len(own_rating_excess([], [], [], []).excess) == 0
    assert own_rating_excess([0], [0], [1.0], [1]).unusable == 1
    assert len(own_rating_excess([0], [0], [1.0], [1]).by_person()[1]) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: own_rating_excess([0], [0], [np.nan], [0]),
        lambda: own_rating_excess([0, 1], [0], [1.0], [0]),
        lambda: own_rating_excess([0, 1], [0, 0], [1.0, 2.0], [0, 2]),
        lambda: own_rating_excess([0, 1], [0, 0], [1.0, 2.0], [0, 1], min_others=0),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(InputError):
        call()


def test_number_of_yes_against_all_ways_votes_can_fall():
    chances = [0.05, 0.3, 0.5, 0.8]
    law = np.zeros(5)
    for votes in np.ndindex(2, 2, 2, 2):
        law[sum(votes)] += np.prod([c if v else 1 - c for v, c in zip(votes, chances, strict=True)])
    for hits in range(5):
        want = min(2 * min(law[: hits + 1].sum(), law[hits:].sum()), 1)
        assert count_p_value(hits, chances) == pytest.approx(want, rel=1e-12)
    many = np.full(2_500, 0.1)
    assert count_p_value(280, many) == pytest.approx(count_p_value(224, many[:2_000]), abs=0.06)
    assert count_p_value(0, []) == 1.0 and count_p_value(3, np.ones(2_001)) == 0.0
    with pytest.raises(InputError):
        count_p_value(1, [1.5])
    for hits in (-1, 3, 0.5):
        with pytest.raises(InputError, match="hits"):
            count_p_value(hits, [0.1, 0.2])
