"""Gates refuse for the right reason, and let sound data through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.process.process import Process
from coprep.ideas._judging import eligibility


def test_too_few_groups_are_named_with_what_is_needed():
    assert eligibility.enough_groups([5, 5]).passed
    assert not eligibility.enough_groups([50, 4]).passed
    assert "no group has" in eligibility.enough_groups([4, 4]).reason
    assert (
        "only 1 group has 10 raters or more"
        in eligibility.enough_groups([10, 9], who="raters", least=10).reason
    )


@pytest.mark.parametrize(("n", "passes"), [(19, False), (20, True)])
def test_twenty_ideas_are_enough(n, passes):
    assert eligibility.enough_ideas(n).passed is passes


def test_one_idea_is_said_in_the_singular():
    assert eligibility.enough_ideas(1).refusal.startswith("there is only 1 idea;")


@pytest.mark.parametrize(
    ("amounts", "passes"),
    [([1] * 8, True), ([1] * 7, False), ([60] + [1] * 40, False), ([], False)],
)
def test_effective_number_of_authors(amounts, passes):
    assert eligibility.enough_voices(amounts).passed is passes


def test_one_author_is_said_plainly():
    assert eligibility.enough_voices([3]).reason == "there is only one of the authors"


def test_first_refusal_is_that_of_the_first_gate_that_failed():
    assert eligibility.first_refusal(
        eligibility.enough_ideas(30), eligibility.enough_votes(7), eligibility.enough_ideas(1)
    ).startswith("there are only 7 votes")
    assert eligibility.first_refusal(eligibility.enough_ideas(30)) is None


def _ballots(rng, voters=60, ideas=12, groups=3):
    person = np.repeat(np.arange(voters), 4)
    idea = np.concatenate([rng.choice(ideas, 4, replace=False) for _ in range(voters)])
    return person, idea, rng.integers(0, groups, voters)


def test_labels_that_follow_from_the_idea_are_found():
    rng = np.random.default_rng(1)
    idea = rng.integers(0, 9, 300)
    codes = idea % 3  # every idea's voters carry one label
    assert not eligibility.labels_not_from_ballot(np.arange(300), idea, codes).passed
    codes[::10] = rng.integers(0, 3, 30)
    assert eligibility.labels_not_from_ballot(np.arange(300), idea, codes).passed


def test_labels_that_list_the_groups_voted_for_are_found():
    rng = np.random.default_rng(2)
    person, idea, _ = _ballots(rng, voters=400)
    member = np.eye(3)[np.arange(12) % 3]
    sets = np.zeros((400, 3), dtype=bool)
    sets[person, idea % 3] = True
    codes = sets @ np.array([1, 2, 4])
    assert eligibility.labels_not_from_ballot(person, idea, codes).passed
    assert not eligibility.labels_not_from_ballot(person, idea, codes, member=member).passed


@given(st.integers(0, 2**32 - 1))
def test_labels_from_elsewhere_pass_whatever_the_votes(seed):
    rng = np.random.default_rng(seed)
    person, idea, codes = _ballots(rng)
    assert eligibility.labels_not_from_ballot(
        person, idea, codes, member=np.eye(3)[np.arange(12) % 3]
    ).passed


def test_ideas_with_few_supporters_do_not_prove_a_leak():
    person, idea = np.arange(20), np.repeat(np.arange(10), 2)
    assert eligibility.labels_not_from_ballot(person, idea, idea % 2).passed


def _process(**more):
    people = [f"p{i}" for i in range(6)]
    return Process(
        participants={"participant_id": people, "opinion": list("aabbab")},
        ideas={"idea_id": ["i", "j"], "author_id": ["p0", "p1"]},
        ratings={
            "participant_id": [*people, "p0"],
            "idea_id": ["i"] * 6 + ["j"],
            "value": [1, 0, 0, 1, 0, 1, 1],
        },
        **more,
    )


def test_groups_clustered_from_the_votes_are_refused():
    assert eligibility.labels_from_outside(_process(), "opinion").passed
    gate = eligibility.labels_from_outside(_process(from_votes=["opinion"]), "opinion")
    assert not gate.passed and "clustered from the same votes" in gate.reason


def test_self_votes_are_removed_and_counted():
    found = eligibility.self_votes(_process().ballots())
    assert found.removed == 1 and len(found.ballots) == 6 and not found.ballots.is_self.any()
    assert found.own_rate == 1.0
    assert found.note.text == (
        "1 vote of people for their own ideas was left out (100% of them in support, against 50% of all other votes)."
    )


def test_hosts_unknown_and_exposure_are_said_only_where_there_is_something_to_say():
    assert eligibility.host_note(np.zeros(3, dtype=bool)) is None
    assert (
        eligibility.host_note(np.array([True, False])).text
        == "1 idea by the organisers was left out."
    )
    assert eligibility.unknown_note(0, 10) is None
    assert "7 of 10 people (70%)" in eligibility.unknown_note(7, 10).text
    assert (
        "2 ideas were seen by fewer than 5 people"
        in eligibility.exposure_note(_seen([9, 3, 2])).text
    )
    assert eligibility.exposure_note(_seen([4, 4])) is None


def _seen(counts):
    people = [f"p{i}" for i in range(max(counts))]
    rows = [(p, f"i{j}") for j, n in enumerate(counts) for p in people[:n]]
    return Process(
        participants={"participant_id": people},
        ideas={"idea_id": [f"i{j}" for j in range(len(counts))]},
        ratings={
            "participant_id": [p for p, _ in rows],
            "idea_id": [i for _, i in rows],
            "value": [k % 2 for k in range(len(rows))],
            "shown": [True] * len(rows),
        },
    ).ballots()


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_bounds_hold_the_share_of_the_known(part, rest, unknown):
    low, high = eligibility.share_bounds(part, part + rest, unknown)
    if part + rest > 0:
        assert low <= part / (part + rest) * (1 + 1e-12) and part / (part + rest) <= high * (
            1 + 1e-12
        )
    assert np.isnan(eligibility.share_bounds(0, 0, 0)[0])
