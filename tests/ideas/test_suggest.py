"""Suggested beneficiaries: suggestions only, with how far the words can be trusted."""

import json

import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas.suggest_beneficiaries import suggest_beneficiaries
from coprep.results import Result

LEXICON = {"young": ["youth", "school*", "skate park"], "older": ["day centre", "bench*"]}


def world(texts, named=()):
    n = len(texts)
    tables = {
        "participants": {"participant_id": ["a", "b"], "age": ["young", "older"]},
        "ideas": {"idea_id": [f"i{i}" for i in range(n)], "text": list(texts)},
    }
    if named:
        tables["beneficiaries"] = {
            "idea_id": [i for i, _ in named],
            "attribute": ["age"] * len(named),
            "group": [g for _, g in named],
        }
    return Process(**tables)


def test_suggestions_with_precision_and_recall():
    texts = ["A skate park by the school", "Benches", "A bus", "Youth club and a day centre", None]
    found = suggest_beneficiaries(
        world(texts, [("i0", "young"), ("i2", "young"), ("i1", "young")]),
        attribute="age",
        lexicon=LEXICON,
    )
    pairs = list(zip(found.suggestions["idea_id"], found.suggestions["group"], strict=True))
    assert pairs == [("i0", "young"), ("i1", "older"), ("i3", "young"), ("i3", "older")]
    assert found.suggestions["matches"][0] == "skate park, school"
    assert set(found.suggestions["source"]) == {"lexicon"}
    young, older = found.rows.records()
    assert (young["suggested"], young["named"], young["both"]) == (2, 3, 1)
    assert (young["precision"], young["recall"]) == (1.0, pytest.approx(1 / 3))
    assert older["precision"] == 0.0
    assert any("Suggestions only" in note.text for note in found.notes)
    assert any("1 idea had no text." in note.text for note in found.notes)


def test_nothing_matches():
    found = suggest_beneficiaries(world(["x", "y"]), attribute="age", lexicon=LEXICON)
    assert len(found.suggestions) == 0
    assert "2 ideas matched no word." in map(str, found.notes)
    assert Result.from_dict(json.loads(found.to_json())) == found


def test_bad_lexicons():
    with pytest.raises(InputError, match="no groups of 'age'"):
        suggest_beneficiaries(world(["x"]), attribute="age", lexicon={"yung": ["x"]})
    with pytest.raises(InputError, match="lexicon must be a mapping"):
        suggest_beneficiaries(world(["x"]), attribute="age", lexicon=["young"])
    with pytest.raises(InputError):
        suggest_beneficiaries(world(["x"]), attribute="sex", lexicon=LEXICON)
