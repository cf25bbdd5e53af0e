"""What a finding rests on names the votes wherever votes were looked at, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from coprep import ideas
from coprep.simulate.world import world


@pytest.fixture(scope="module")
def process():
    return world(rng=3, people=150, ideas=120, words=20, own_is="author", seen=0.6)[0]


def counted(process, detector, question=None, **options):
    found = getattr(ideas, detector)(process, attribute="group", rng=1, **options).findings
    chosen = [f for f in found if question in (None, f.question)]
    assert chosen
    return [f.details["n"].get("votes") for f in chosen]


def others(process):
    """Votes for ideas that are not one's own."""
    ballots = process.ballots()
    return ballots.where(~ballots.is_self)


def codes(process):
    return process.grouping("group").codes


def test_own_ideas_counts_every_vote_the_expectation_comes_from(process):
    assert set(counted(process, "own_ideas", draws=99)) == {len(process.ballots())}


def test_rivals_counts_votes_for_ideas_of_others(process):
    assert set(counted(process, "rivals", draws=99)) == {len(others(process))}


def test_in_group_counts_all_votes_then_those_of_each_group(process):
    left = others(process)
    each = np.bincount(codes(process)[left.person])
    assert counted(process, "in_group", draws=99)[:3] == [len(left), *each]


def test_homophily_counts_endorsements_and_no_replies(process):
    left = others(process)
    yes = left.value > 0
    each = np.bincount(codes(process)[left.person[yes]])
    assert counted(process, "homophily", draws=99) == [int(yes.sum()), *each]


def test_adoption_counts_answers_of_people_outside_the_authors_group(process):
    left, author = others(process), np.empty(len(process.ideas), dtype=int)
    author[process.authorship.idea] = process.authorship.person
    outside = codes(process)[left.person] != codes(process)[author[left.idea]]
    assert set(counted(process, "adoption", draws=99)) == {int(outside.sum())}


def test_outside_support_counts_answers_of_people_outside(process):
    left, author = others(process), np.empty(len(process.ideas), dtype=int)
    author[process.authorship.idea] = process.authorship.person
    outside = codes(process)[left.person] != codes(process)[author[left.idea]]
    assert counted(process, "self_serving", "outside_support", draws=99)[0] == int(outside.sum())


def test_framing_counts_the_answers_behind_support(process):
    assert set(counted(process, "framing", "framing_support", draws=99)) == {len(others(process))}


@pytest.mark.parametrize("detector", ["agenda", "vocabulary", "responses"])
def test_no_votes_are_named_where_none_are_looked_at(process, detector):
    assert set(counted(process, detector)) == {None}
