"""Framing: word lists, hand-coded checks before any verdict, support by others, real statements."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas._texts.lexicon import Lexicon, languages, shipped
from coprep.ideas._texts.words import words_of
from coprep.ideas.framing import framing
from coprep.results import Result

REFERENCE = os.environ.get("COPREP_REFERENCE_DATA")


def world(seed=1, *, authors=100, first=0.0, penalty=0.0, language=None, groups=("young", "older")):
    """Ideas of which a group's share ``first`` is in the first person; others support these less."""
    rng = np.random.default_rng(seed)
    personal = rng.random(authors) < np.where(np.arange(authors) % 2 == 0, 0.2 + first, 0.2)
    texts = [
        "I want a bench near my house for my dog"
        if p
        else "A bench near the bus stop for everyone here"
        for p in personal
    ]
    person = np.repeat(np.arange(authors), 20)
    idea = np.concatenate([rng.choice(authors, 20, replace=False) for _ in range(authors)])
    yes = rng.random(len(person)) < 0.7 - penalty * personal[idea]
    ideas = {
        "idea_id": [f"i{a}" for a in range(authors)],
        "author_id": [f"p{a}" for a in range(authors)],
        "text": texts,
    }
    if language is not None:
        ideas["language"] = language
    process = Process(
        participants={
            "participant_id": [f"p{a}" for a in range(authors)],
            "age": [groups[a % len(groups)] for a in range(authors)],
        },
        ideas=ideas,
        ratings={
            "participant_id": [f"p{p}" for p in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": yes.astype(int).tolist(),
            "kind": ["approve"] * len(person),
        },
    )
    return process, personal


def coded(personal, n=60, *, wrong=0):
    return {
        f"i{i}": {"first person": bool(personal[i]) != (i < wrong), "community": not personal[i]}
        for i in range(n)
    }


def rows(result, part, term="first person"):
    return [r for r in result.rows.records() if r["part"] == part and r["term"] == term]


def test_without_hand_coded_ideas_nothing_is_judged():
    process, _ = world(first=0.5, penalty=0.3)
    found = framing(process, attribute="age", rng=1)
    assert {f.verdict for f in found.findings} == {"not_assessable"}
    style = rows(found, "style")
    assert style[0]["effect"] == pytest.approx(-style[1]["effect"])
    assert "a description, not a verdict" in style[0]["reading"]
    assert rows(found, "support")[0]["effect"] < -20


def test_with_enough_agreement_it_is_judged_but_never_as_bias():
    process, personal = world(first=0.6, penalty=0.3)
    found = framing(process, attribute="age", coded=coded(personal), rng=1)
    style = {r["group"]: r for r in rows(found, "style")}
    assert style["young"]["verdict"] == "pattern"
    assert style["young"]["low"] < style["young"]["effect"] < style["young"]["high"]
    assert "never on its own a sign of bias" in style["young"]["reading"]
    support = rows(found, "support")[0]
    assert support["verdict"] == "pattern"
    assert support["low"] < -30 < support["high"]
    assert found.agreement["alpha"][0] == pytest.approx(1.0)


def test_poor_agreement_or_few_coded_ideas_are_refused():
    process, personal = world(first=0.6)
    poor = framing(process, attribute="age", coded=coded(personal, wrong=20), rng=1)
    assert "agree too little" in rows(poor, "style")[0]["reading"]
    few = framing(process, attribute="age", coded=coded(personal, 49), rng=1)
    assert "49 hand-coded ideas" in rows(few, "style")[0]["reading"]


def test_innocent_styles_are_no_pattern():
    for seed in range(8):
        process, personal = world(seed)
        found = framing(process, attribute="age", coded=coded(personal), draws=299, rng=seed)
        assert not [f for f in found.findings if f.verdict == "pattern"]


def test_mentions_of_own_and_other_groups():
    process, _ = world()
    found = framing(
        process,
        attribute="age",
        lexicon={"young": ["dog", "skate*"], "older": ["bench", "bus stop"]},
        rng=1,
    )
    own = {r["group"]: r for r in rows(found, "style", "own group")}
    assert own["older"]["rate"] > own["young"]["rate"]
    assert len(rows(found, "style", "other groups")) == 2
    with pytest.raises(InputError, match="no groups of 'age'"):
        framing(process, attribute="age", lexicon={"yuong": ["dog"]})
    with pytest.raises(InputError, match="no attribute"):
        framing(process, lexicon={"young": ["dog"]})


def test_other_languages_are_left_out():
    process, _ = world(language=["en"] * 60 + ["de"] * 40)
    assert "40 ideas left out: not in English." in map(str, framing(process, rng=1).notes)
    with pytest.raises(InputError, match="language must be one of"):
        framing(process, language="xx")


def test_we_may_leave_out_the_reader():
    process = Process(
        participants={"participant_id": ["a", "b"]},
        ideas={
            "idea_id": ["1", "2"],
            "author_id": ["a", "b"],
            "text": ["We on our street", "Everyone, all residents"],
        },
    )
    assert any(
        '50% of the community words were forms of "we"' in note
        for note in map(str, framing(process, rng=1).notes)
    )


@pytest.mark.parametrize("language", languages())
def test_word_lists_are_sound(language):
    lists = shipped(language)
    groups = (lists.first_person, lists.we, lists.community)
    assert all(groups)
    assert lists.note
    flat = [term for terms in groups for term in terms]
    assert len(flat) == len(set(flat))
    lexicon = Lexicon.of({"a": lists.first_person, "b": lists.we, "c": lists.community})
    for position, terms in enumerate(groups):
        for term in terms:
            assert lexicon.count(words_of(term.replace("*", "x")))[position] >= 1


def test_lexicon_matches_words_beginnings_and_several_words():
    lexicon = Lexicon.of({"young": ["youth", "school*", "skate park"], "older": ["day centre"]})
    assert lexicon.count(words_of("Schools and youth: a skate park, a day centre. Preschool!")) == [
        3,
        1,
    ]
    assert lexicon.find(words_of("a skate")) == []
    assert Lexicon.of({"a": ["park", "park bench"]}).count(["park", "bench"]) == [1]
    for bad in ("youth", ["youth"], {"young": "youth"}, {"young": 3}, None):
        with pytest.raises(InputError):
            Lexicon.of(bad)
    with pytest.raises(InputError, match="holds no word"):
        Lexicon.of({"young": ["...", "ok"]})


def test_bad_codes_are_refused():
    process, _ = world()
    for bad in ({"nobody": {"first person": True}}, {"i1": True}, [1]):
        with pytest.raises(InputError):
            framing(process, coded=bad)
    with pytest.raises(InputError, match="text"):
        framing(
            Process(
                participants={"participant_id": ["a"]}, ideas={"idea_id": ["1"], "author_id": ["a"]}
            )
        )


def test_few_or_hidden_groups_and_round_trip():
    process, _ = world(groups=("a", "b", "c"))
    found = framing(process, attribute="age", rng=4)
    assert found == framing(process, attribute="age", rng=4)
    assert Result.from_dict(json.loads(found.to_json())) == found
    assert not [p for p in process.people if f'"{p}"' in found.to_json()]
    alone, _ = world(groups=("x",))
    assert not rows(framing(alone, attribute="age", rng=1), "style")


@pytest.mark.skipif(REFERENCE is None, reason="needs the reference data: set COPREP_REFERENCE_DATA")
def test_first_person_statements_of_a_real_conversation():
    from coprep.data.process.readers.polis import read_polis

    process = read_polis(Path(REFERENCE) / "polis" / "american-assembly.bowling-green")
    row = next(framing(process, rng=1).rows.records())
    assert (row["n_ideas"], row["n_people"]) == (34, 24)
    assert row["effect"] == pytest.approx(-9.6, abs=0.05)
    assert row["low"] == pytest.approx(-16.9, abs=0.6)
    assert row["high"] == pytest.approx(-2.7, abs=0.9)


def test_both_parts_share_one_chance_of_an_alarm():
    process, personal = world(3, first=0.15)
    both = framing(process, attribute="age", coded=coded(personal), rng=1)
    style_alone = framing(_without_ratings(process), attribute="age", coded=coded(personal), rng=1)
    alone = [r["p_adjusted"] for r in rows(style_alone, "style")]
    assert [r["p_adjusted"] for r in rows(both, "style")] == pytest.approx(
        [min(1.0, 2 * p) for p in alone]
    )


def _without_ratings(process):
    ideas = process.ideas
    author = dict(
        zip(process.authorship.idea.tolist(), process.authorship.person.tolist(), strict=True)
    )
    group = process.grouping("age")
    return Process(
        participants={
            "participant_id": process.people,
            "age": [group.groups[k] for k in group.codes],
        },
        ideas={
            "idea_id": ideas.ids,
            "author_id": [process.people[author[i]] for i in range(len(ideas))],
            "text": ideas.text,
        },
    )


def test_intervals_of_few_authors_are_wide_enough():
    """Six authors a side whose first-person rates differ widely, but not by group: intervals hold 0 in 19 of 20."""
    held = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        personal = rng.poisson(2.0 * rng.gamma(1.0, 1.0, 12))
        process = Process(
            participants={"participant_id": range(12), "age": ["young", "older"] * 6},
            ideas={
                "idea_id": range(12),
                "author_id": range(12),
                "text": ["bench " * 20 + "I " * int(n) for n in personal],
            },
        )
        row = rows(framing(process, attribute="age", draws=299, rng=seed), "style")[0]
        held.append(row["low"] <= 0 <= row["high"])
    assert np.mean(held) >= 0.93
