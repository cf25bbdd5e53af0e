"""What alone looks like a pattern is none, in worlds of another make; and what is there is found."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

import coprep
from coprep import Process, ideas
from coprep.ideas._judging.effects import at_rate

sys.path.insert(0, str(Path(__file__).parents[2] / "studies"))
import other_worlds

CASES = {case.name: case for case in other_worlds.CASES}
INNOCENT = [
    "own benefit: one group ticks two boxes",
    "own benefit: one group writes for everyone",
    "outside support: one group writes worse",
    "in_group: two sessions, yes votes only",
    "in_group: two sessions, not recorded, yes votes only",
    "homophily: two languages, yes votes only",
    "in_group: one group comes early, yes votes only",
    "homophily: one group comes early, yes votes only",
    "in_group: one group uses half of the scale",
    "in_group: one group tells good from bad twice as well",
    "blocs: votes follow distance, areas known",
    "own_ideas: people like their topic",
    "rivals: people are strict on their topic",
    "adoption: merit, a dozen votes",
    "adoption: seen by more, most votes win",
    "responses: staff slow down",
    "dominance, votes: clubs of five",
    "agenda: topics set by session",
]


@pytest.mark.parametrize("name", INNOCENT)
def test_an_innocent_world_shows_hardly_ever_a_pattern(name):
    told = [other_worlds.look(CASES[name], 500 + seed, 399)["pattern"] for seed in range(8)]
    assert sum(told) <= 1  # two of eight have a chance of 0.3% at 1 in 100


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("outside support: 25 points less", 6),
        ("in_group: 15 points", 7),
        ("responses: half as fast", 4),
        ("agenda: half on home topics", 4),
        ("dominance, ideas: threefold", 3),
        ("own_ideas: 10 of 100", 7),
    ],
)
def test_what_is_planted_is_found(name, least):
    told = [other_worlds.look(CASES[name], 500 + seed, 399)["pattern"] for seed in range(8)]
    assert sum(told) >= least


def test_what_matters_is_the_smaller_of_points_and_of_the_band():
    assert at_rate(0.5).high == 5.0
    assert at_rate(0.095).high == pytest.approx(1.9)
    assert at_rate(0.095, band=(0.5, 3.0)).high == pytest.approx(4.75)
    assert at_rate(0.0).high == 5.0


def shunned(low=0.018, usual=0.052, people=300, many=240):
    """Outsiders support ideas for their author's own group a third as often, where few support any."""
    rng = np.random.default_rng(7)
    group = np.array(["a", "b"] * (people // 2))
    author = np.arange(many) % people
    own = rng.random(many) < 0.5
    named = np.where(own, group[author], np.where(group[author] == "a", "b", "a"))
    outside = group[:, None] != group[author][None, :]
    yes = rng.random((people, many)) < np.where(outside & own[None, :], low, usual)
    person, idea = np.nonzero(np.ones_like(yes))
    return Process(
        participants={"participant_id": list(range(people)), "g": group.tolist()},
        ideas={
            "idea_id": list(range(many)),
            "author_id": author.tolist(),
            "topic": [f"t{j // 60}" for j in range(many)],
        },
        beneficiaries={
            "idea_id": list(range(many)),
            "attribute": ["g"] * many,
            "group": named.tolist(),
        },
        ratings={
            "participant_id": person.tolist(),
            "idea_id": idea.tolist(),
            "value": yes[person, idea].astype(int).tolist(),
            "kind": ["approve"] * len(person),
        },
    )


def test_rare_support_gets_no_all_clear_for_want_of_points():
    found = ideas.self_serving(shunned(), attribute="g", draws=499, rng=1)
    outside = next(f for f in found.findings if f.question == "outside_support")
    assert outside.verdict == "pattern"
    assert outside.estimate.value < 0
    assert "would be usual" in outside.reading
    assert outside.details["material"]["high"] < 1.5
    assert "others agree" not in next(found.two_way.records())["reading"]


def test_nobody_outside_supports_anything_is_no_all_clear():
    nothing = shunned(low=0.0, usual=0.0)
    found = ideas.self_serving(nothing, attribute="g", draws=99, rng=1)
    outside = next(f for f in found.findings if f.question == "outside_support")
    assert outside.verdict == "not_assessable"


def test_a_rule_is_no_choice():
    group = [f"d{i % 4}" for i in range(120)]
    named = {"own": group, "next": [f"d{(i + 1) % 4}" for i in range(120)]}
    for whom in named.values():
        process = Process(
            participants={"participant_id": list(range(120)), "d": group},
            ideas={"idea_id": list(range(120)), "author_id": list(range(120))},
            beneficiaries={"idea_id": list(range(120)), "attribute": ["d"] * 120, "group": whom},
        )
        found = ideas.self_serving(process, attribute="d", within=None, draws=99, rng=1)
        assert {f.verdict.value for f in found.findings} == {"not_assessable"}
        assert "a rule of the process" in found.findings[0].reading


def test_no_other_idea_was_adopted_is_infinite_and_said():
    group = ["a", "b"] * 30
    adopted = [g == "a" and i % 3 == 0 for i, g in enumerate(group)]
    rng = np.random.default_rng(1)
    person, idea = np.nonzero(rng.random((60, 60)) < 0.7)
    process = Process(
        participants={"participant_id": list(range(60)), "g": group},
        ideas={
            "idea_id": list(range(60)),
            "author_id": list(range(60)),
            "status": ["adopted" if a else "rejected" for a in adopted],
        },
        ratings={
            "participant_id": person.tolist(),
            "idea_id": idea.tolist(),
            "value": rng.integers(0, 2, len(person)).tolist(),
            "kind": ["approve"] * len(person),
        },
    )
    found = ideas.adoption(process, attribute="g", draws=499, rng=1)
    rows = {row["group"]: row for row in found.rows.records()}
    assert rows["a"]["effect"] == math.inf
    assert rows["b"]["effect"] == 0.0
    assert 0 < rows["a"]["low"] < rows["a"]["high"] == math.inf
    assert "no other idea was adopted" in rows["a"]["reading"]
    assert "none of these was adopted" in rows["b"]["reading"]
    assert coprep.from_json(found.to_json()) == found


def test_agendas_are_asked_within_stages_that_some_ideas_lack():
    stages = ["s0", None, "s1"] * 20
    process = Process(
        participants={"participant_id": list(range(60)), "g": ["a", "b"] * 30},
        ideas={
            "idea_id": list(range(60)),
            "author_id": list(range(60)),
            "topic": ["t0", "t0", "t1", "t1"] * 15,
            "stage": stages,
        },
    )
    found = ideas.agenda(process, attribute="g", draws=99, rng=1)
    assert any("same stage" in r["name"] for r in found.findings[0].details["robustness"])


def test_dominance_against_the_list_or_the_community_and_by_club():
    people = list(range(80))
    process = Process(
        participants={
            "participant_id": people,
            "g": ["a"] * 60 + ["b"] * 20,
            "club": [f"c{i // 4}" for i in people],
        },
        ideas={"idea_id": people, "author_id": people},
        baseline=None,
    )
    community = {"a": 0.4, "b": 0.6}
    listed = ideas.dominance(process, attribute="g", against="list", baseline=community, rng=1)
    whole = ideas.dominance(process, attribute="g", baseline=community, rng=1)
    assert listed.rows["effect"] == (1.0, 1.0)
    assert whole.findings[0].verdict == "pattern"
    assert "This is about who took part" in whole.findings[0].reading
    clubs = ideas.dominance(process, attribute="g", baseline=community, cluster="club", rng=1)
    wider = clubs.rows["high"][0] - clubs.rows["low"][0]
    assert wider > whole.rows["high"][0] - whole.rows["low"][0]
    voice = ideas.dominance(process, rng=1)
    assert [f.question for f in voice.findings] == ["dominance.voice"]
    assert voice.findings[0].attribute is None
    assert voice.findings[0] == listed.findings[-1]
    with pytest.raises(Exception, match="community"):
        ideas.dominance(process, attribute="g", against="community")


def test_an_agenda_of_people_of_unknown_group_is_not_judged():
    process = Process(
        participants={"participant_id": list(range(60)), "g": [None] * 60},
        ideas={"idea_id": list(range(60)), "author_id": list(range(60)), "topic": ["t"] * 60},
    )
    found = ideas.agenda(process, attribute="g", draws=9, rng=1)
    assert not len(found.rows)
    assert any(note.code == "not_assessable" for note in found.notes)
    assert coprep.from_json(found.to_json()) == found


def test_marks_of_fewer_than_five_people_are_not_told():
    people = list(range(60))
    answered = people[:3] + people[30:]
    process = Process(
        participants={"participant_id": people, "g": ["a"] * 30 + ["b"] * 30},
        experience={
            "participant_id": answered,
            "item": ["felt heard"] * len(answered),
            "value": [1, 1, 1] + [5, 4, 3] * 10,
        },
    )
    rows = {row["group"]: row for row in ideas.experience(process, attribute="g").rows.records()}
    assert rows["a"]["n_people"] == 3
    assert math.isnan(rows["a"]["mean"])
    assert math.isnan(rows["b"]["mean_others"])
    assert math.isnan(rows["b"]["top_others"])
    assert rows["a"]["answered"] == 0.1
    assert rows["a"]["verdict"] == "not_assessable"
