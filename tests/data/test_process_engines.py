"""The same process on every engine: equal counts, and tables on an engine are counted there."""

import numpy as np
import pandas as pd
import pytest

from coprep.data.frames import Frame
from coprep.data.process.process import Process
from coprep.errors import InputError
from told import texts


def frames():
    rng = np.random.default_rng(7)
    people = pd.DataFrame(
        {
            "participant_id": [f"p{i}" for i in range(60)],
            "area": rng.choice(["North", "South", None], 60),
            "sex": rng.choice(["F", "M"], 60),
        }
    )
    ideas = pd.DataFrame(
        {
            "idea_id": [f"i{i}" for i in range(25)],
            "author_id": [f"p{i}" for i in rng.integers(0, 60, 25)],
            "topic": rng.choice(["a", "b"], 25),
            "status": rng.choice(["adopted", "rejected"], 25),
        }
    )
    pairs = rng.choice(60 * 25, 500, replace=False)
    ratings = pd.DataFrame(
        {
            "participant_id": [f"p{k // 25}" for k in pairs],
            "idea_id": [f"i{k % 25}" for k in pairs],
            "value": rng.integers(0, 2, 500),
        }
    )
    turns = pd.DataFrame(
        {
            "turn_id": [f"t{i}" for i in range(80)],
            "session_id": rng.choice(["s1", "s2"], 80),
            "participant_id": [f"p{i}" for i in rng.integers(0, 60, 80)],
            "n_words": rng.integers(1, 90, 80),
        }
    )
    return {"participants": people, "ideas": ideas, "ratings": ratings, "turns": turns}


def test_every_engine_gives_the_same_process(engine):
    plain = Process(**frames())
    process = Process(**{name: engine(frame) for name, frame in frames().items()})
    assert process.people == plain.people
    for attribute in ("area", "sex"):
        assert process.grouping(attribute).groups == plain.grouping(attribute).groups
        assert np.array_equal(process.grouping(attribute).codes, plain.grouping(attribute).codes)
    for currency in ("ideas", "adoptions", "votes", "turns", "words"):
        assert np.array_equal(process.ledger(currency).amounts, plain.ledger(currency).amounts), (
            currency
        )
    ours, theirs = process.ballots(), plain.ballots()
    for field in ("person", "idea", "value", "is_self"):
        assert np.array_equal(getattr(ours, field), getattr(theirs, field)), field
    assert process.turns.words.sum() == plain.turns.words.sum()


def test_what_is_odd_is_odd_on_every_engine(engine):
    given = frames()
    turns = (
        given["turns"]
        .head(6)
        .assign(
            n_words=[3.0, None, 5, 2, 2, 2], participant_id=["p1", "p1", None, "p2", "p2", "p2"]
        )
    )
    turns["text"] = ["a b c", "d e", "f", "g", "h", "i"]
    ratings = given["ratings"].assign(value=[np.nan, 1] + [0] * 498)

    def build(turns, **more):
        return Process(
            engine(given["participants"]), engine(given["ideas"]), turns=engine(turns), **more
        )

    process = build(turns, ratings=engine(ratings))
    assert process.ledger("words").amounts.sum() == 11
    assert "turns: in nobody's account: 1 row without a known speaker." in texts(process.notes)
    assert "ratings: read as not shown: 1 row without a value." in texts(process.notes)
    assert build(turns.drop(columns="n_words")).ledger("words").amounts.sum() == 8
    assert not build(turns.drop(columns="text").assign(n_words=np.nan)).has("words")
    for flawed, message in (
        (turns.assign(n_words=[1.0, -1, 2, 2, 2, 2]), "1 row with a negative or infinite n_words"),
        (turns.assign(turn_id=[None, "b", "c", "d", "e", "f"]), "turns: 1 row without a turn_id"),
    ):
        with pytest.raises(InputError, match=message):
            build(flawed)
    with pytest.raises(InputError, match="2 sessions that sessions lacks, in 6 rows"):
        build(
            turns.assign(session_id=["x", "y"] * 3),
            sessions=engine(pd.DataFrame({"session_id": ["s1"]})),
        )
    with pytest.raises(InputError, match="ratings: 500 of 500 cells of 'value' are not a number"):
        build(turns, ratings=engine(ratings.assign(value="often")))
    with pytest.raises(InputError, match="ratings has no rows"):
        build(turns, ratings=engine(ratings.head(0)))


def test_votes_before_their_idea_are_found_when_they_are_fetched(engine):
    given = frames()
    ideas = given["ideas"].assign(created_at="2026-02-01")
    ratings = given["ratings"].assign(at=["2026-01-01"] * 3 + ["2026-03-01"] * 497)
    with pytest.raises(InputError, match="ratings: 3 rows dated before the idea they rate"):
        Process(engine(given["participants"]), engine(ideas), ratings=engine(ratings)).ballots()


def _lazy(frame):
    import polars as pl

    return pl.from_pandas(frame).lazy()


@pytest.mark.parametrize("engine", ["polars-lazy", "duckdb", "dask"], indirect=True)
def test_votes_and_words_are_counted_without_collecting_rows(engine, monkeypatch):
    given = {name: engine(frame) for name, frame in frames().items()}
    collected, longest = [], [0]
    plain, answer = Frame.collect, Frame._answer

    def spy(self, columns):
        collected.append(self.what)
        return plain(self, columns)

    def measured(self, *args):
        found = answer(self, *args)
        if self.what in {"ratings", "turns"}:
            longest.append(max(map(len, found.values())))
        return found

    monkeypatch.setattr(Frame, "collect", spy)
    monkeypatch.setattr(Frame, "_answer", measured)
    process = Process(**given)
    process.ledger("votes")
    process.ledger("words")
    assert "ratings" not in collected and "turns" not in collected
    assert (
        max(longest) <= 120 < len(frames()["ratings"])
    )  # a row a person and value, never a row a vote
    process.grouping("area")
    process.ballots()
    assert "ratings" in collected


@pytest.mark.parametrize(
    "flaw", ["repeated vote", "unknown voter", "unknown idea", "off scale", "repeated turn"]
)
def test_an_engines_tables_are_checked_too(flaw):
    given = frames()
    ratings, turns = given["ratings"], given["turns"]
    if flaw == "repeated vote":
        given["ratings"] = pd.concat([ratings, ratings.iloc[:2]])
        message = "ratings: 2 rows too many"
    elif flaw == "unknown voter":
        ratings.loc[[0, 1], "participant_id"] = "nobody"
        message = "ratings: 1 participant id that participants lacks, in 2 rows"
    elif flaw == "unknown idea":
        ratings.loc[[0, 1, 2], "idea_id"] = "i99"
        message = "ratings: 1 idea that ideas lacks, in 3 rows: 'i99'"
    elif flaw == "off scale":
        given["ratings"] = ratings.assign(kind="approve")
        given["ratings"].loc[0, "value"] = 7
        message = "ratings: 1 row off the scale of 'approve'"
    else:
        given["turns"] = pd.concat([turns, turns.iloc[:1]])
        message = "turns: 1 row too many"
    for put in (lambda frame: frame, _lazy):
        with pytest.raises(InputError, match=message):
            Process(**{name: put(frame) for name, frame in given.items()})


def test_a_million_ratings_take_seconds():
    from time import perf_counter

    rng = np.random.default_rng(1)
    keys = rng.choice(20_000 * 200, 1_000_000, replace=False)
    people = np.array([f"p{i}" for i in range(20_000)])
    ratings = pd.DataFrame(
        {
            "participant_id": people[keys // 200],
            "idea_id": keys % 200,
            "value": rng.integers(0, 2, len(keys)),
        }
    )
    start = perf_counter()
    process = Process(
        {"participant_id": list(people)}, {"idea_id": list(range(200))}, ratings=ratings
    )
    assert process.ledger("votes").amounts.sum() == ratings["value"].sum()
    assert perf_counter() - start < 20  # about 2 on an idle machine
