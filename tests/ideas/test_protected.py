"""What somebody who knows the totals can work out from protected copies: of few people, nothing."""

from __future__ import annotations

import numpy as np
import pytest

from coprep import ideas
from coprep.data.process.process import Process
from coprep.findings import Verdict
from coprep.ideas._judging.eligibility import fewest_authors
from coprep.simulate.world import world
from coprep.table import Table

TOTALS = (
    "dominance",
    "homophily",
    "in_group",
    "outcome",
    "own_ideas",
    "rivals",
    "self_serving",
    "agenda",
)


@pytest.fixture(scope="module")
def process():
    """Four people are in a group that is never shown; they wrote seven ideas."""
    made, _ = world(
        rng=5, people=120, ideas=150, groups={"north": 0.55, "south": 0.42, "tiny": 0.03}, topics=5
    )
    grouping, authors = made.grouping("group"), made.authorship
    assert grouping.sizes.tolist() == [66, 50, 4]
    assert (grouping.codes[authors.person] == 2).sum() == 7
    return made


def ask(process, name):
    options = {} if name == "responses" else {"draws": 99}
    return getattr(ideas, name)(process, attribute="group", rng=1, **options)


def told(table, column, where):
    """The number in the row of one group, or None where it is not shown."""
    return next(
        (row[column] for row in table.records() if all(row[k] == v for k, v in where.items())), None
    )


def differences(found):
    """What is left of every whole once the groups that are shown are taken off."""
    rows, left = list(found.rows.records()), []
    blocks = {tuple(row.get(name) for name in ("part", "topic")) for row in rows}
    for part, topic in blocks:
        mine = [row for row in rows if (row.get("part"), row.get("topic")) == (part, topic)]
        groups = [row for row in mine if row["group"] is not None]
        whole = [row for row in mine if row["group"] is None]
        for count in ("n_people", "n_ideas"):
            left += [
                row[count] - sum(other[count] for other in groups)
                for row in whole
                if all(other[count] is not None for other in mine)
            ]
        for share in ("share_of_people", "baseline", "share_of_authors"):
            count = "n_people"
            known = [
                row
                for row in groups
                if row.get(share) is not None and np.isfinite(row[share]) and row[count]
            ]
            if len(known) == 2:
                left.append(
                    round(known[0][count] / known[0][share]) - sum(row[count] for row in known)
                )
        known = [
            row
            for row in groups
            if row.get("authors") is not None and row.get("topic_authors") is not None
        ]
        if len(known) == 2:
            left.append(known[0]["topic_authors"] - sum(row["authors"] for row in known))
    return left


@pytest.mark.parametrize("name", TOTALS)
def test_a_group_that_is_not_shown_is_what_the_total_has_beyond_the_others(process, name):
    """The attempt works on the result as it is; that is why copies hide one group more."""
    assert any(0 < n < 5 for n in differences(ask(process, name)))


@pytest.mark.parametrize("name", TOTALS)
def test_the_total_of_a_protected_copy_gives_no_hidden_group_back(process, name):
    safe = ask(process, name).protect()
    assert not any(0 < n < 5 for n in differences(safe))
    if name == "dominance":  # the whole is told beside the table, too
        row = next(safe.overall.records())
        assert row["contributors"] is None or None in safe.rows["heads"]
    hidden = [f for f in safe.findings if f.verdict is Verdict.NOT_ASSESSABLE]
    assert hidden


@pytest.mark.parametrize("name", TOTALS)
def test_nothing_is_hidden_where_every_group_is_large(name):
    made, _ = world(rng=5, people=200, ideas=300, groups={"north": 0.55, "south": 0.45}, topics=3)
    found = ask(made, name)
    assert found.protect().rows["n_people"] == found.rows["n_people"]


def few_writers():
    """Sixty people vote; of the south two people wrote all twenty-four ideas, of the north thirty wrote one each."""
    rng = np.random.default_rng(0)
    people = [f"p{i:02d}" for i in range(60)]
    area = ["north"] * 30 + ["south"] * 30
    author = people[:30] + [people[30 + i % 2] for i in range(24)]
    named = ["north" if i % 3 else "south" for i in range(30)] + ["south"] * 10 + ["north"] * 14
    what = [f"i{i:02d}" for i in range(54)]
    votes = [(p, i) for p in range(60) for i in range(54)]
    return Process(
        participants={"participant_id": people, "group": area},
        ideas={
            "idea_id": what,
            "author_id": author,
            "created_at": ["2024-04-01"] * 54,
            "topic": [f"t{i % 2}" for i in range(54)],
            "status": [("adopted", "rejected")[i % 2] for i in range(54)],
        },
        beneficiaries={"idea_id": what, "attribute": ["group"] * 54, "group": named},
        ratings={
            "participant_id": [people[p] for p, _ in votes],
            "idea_id": [what[i] for _, i in votes],
            "value": rng.integers(0, 2, len(votes)).tolist(),
            "kind": ["approve"] * len(votes),
        },
        responses={
            "idea_id": what[::2],
            "at": ["2024-05-01"] * 27,
            "outcome": ["accepted" if i < 40 else "refused" for i in range(0, 54, 2)],
        },
    )


def tables(result):
    return {name: value for name, value in vars(result).items() if isinstance(value, Table)}


def test_ideas_by_two_people_are_not_counted_in_what_is_published():
    made = few_writers()
    author = made.ideas and np.repeat(-1, 54)
    author[made.authorship.idea] = made.authorship.person
    south = author >= 30
    assert fewest_authors(author, south) == 2
    found = ideas.in_group(made, attribute="group", link="author", rng=1, draws=99)
    assert told(found.rows, "n_ideas", {"group": "south"}) == 24
    safe = found.protect()
    assert told(safe.rows, "n_ideas", {"group": "south"}) is None
    assert told(safe.rows, "n_ideas", {"group": "north"}) is None  # else the total would tell
    pair = ideas.blocs(made, attribute="group", link="author", rng=1, draws=99)
    assert told(pair.rows, "n_authors", {"group": "north", "idea_group": "south"}) in (2, None)
    assert told(pair.protect().rows, "n_ideas", {"group": "north", "idea_group": "south"}) is None


@pytest.mark.parametrize(
    "name", ["in_group", "blocs", "self_serving", "responses", "adoption", "outcome", "dominance"]
)
def test_no_count_of_ideas_or_people_in_any_table_has_fewer_than_five_people_behind_it(name):
    found = ask(few_writers(), name)
    for table in tables(found.protect()).values():
        for row in table.records():
            counted = [
                row.get(c)
                for c in ("n_authors", "supporters", "n_people", "heads")
                if row.get(c) is not None
            ]
            assert not any(0 < n < 5 for n in counted)


def test_topics_of_which_few_people_s_ideas_were_adopted_are_not_told():
    made, _ = world(rng=3, people=60, ideas=60, groups={"north": 0.6, "south": 0.4}, topics=5)
    found = ask(made, "priorities")
    few = [row["topic"] for row in found.topics.records() if 0 < row["n_authors"] < 5]
    assert few
    safe = {row["topic"]: row for row in found.protect().topics.records()}
    assert all(
        safe[topic][name] is None for topic in few for name in ("n_ideas", "n_adopted", "n_authors")
    )
    assert all(np.isnan(safe[topic]["adopted"]) for topic in few)
    raised = ask(made, "agenda")
    assert any(0 < n < 5 for n in raised.rows["authors_adopted"])
    assert set(raised.protect().rows["ideas_adopted"]) == {None}
