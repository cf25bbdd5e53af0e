"""Whatever is handed in, a process either is made or says in an InputError what is wrong."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.process.process import Process
from coprep.errors import InputError

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.just(10**30),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(
        [
            "a",
            "b",
            "A ",
            "",
            "unknown",
            "None",
            "1",
            "2026-01-02",
            "31/12/2026",
            "everyone",
            "<b>",
            "\u202e",
            "x" * 300,
        ]
    ),
    st.text(max_size=5),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=3),
    st.lists(st.integers(0, 1), max_size=2),
    st.just(np.float32(1.5)),
    st.just(pd.NA),
    st.just(pd.Timestamp("2026-01-01", tz="Europe/London")),
)
COLUMNS = {
    "participants": ["participant_id", "area", "weight", "invited_at", "active"],
    "ideas": [
        "idea_id",
        "author_id",
        "topic",
        "status",
        "merged_into",
        "created_at",
        "cost",
        "is_host",
        "text",
    ],
    "idea_authors": ["idea_id", "participant_id", "share"],
    "beneficiaries": ["idea_id", "attribute", "group", "weight"],
    "ratings": ["participant_id", "idea_id", "value", "kind", "shown", "at"],
    "turns": ["turn_id", "session_id", "participant_id", "n_words", "text", "reply_to", "order"],
    "responses": ["idea_id", "at", "kind"],
    "attendance": ["participant_id", "session_id", "stage"],
    "sessions": ["session_id", "stage", "date", "start", "end", "place"],
    "experience": ["participant_id", "item", "value"],
    "priorities": ["participant_id", "topic", "value"],
    "need": ["topic", "attribute", "group", "weight"],
}


@st.composite
def anything(draw):
    tables = {}
    for table, columns in COLUMNS.items():
        if draw(st.booleans()):
            kept = [c for c in columns if draw(st.integers(0, 9)) > 0]
            n = draw(st.integers(0, 4))
            tables[table] = {c: draw(st.lists(CELLS, min_size=n, max_size=n)) for c in kept}
    return tables


@given(anything(), st.booleans())
def test_nothing_but_an_input_error_leaves_the_door(tables, framed):
    if framed:
        tables = {
            name: pd.DataFrame({c: pd.Series(v, dtype=object) for c, v in table.items()})
            for name, table in tables.items()
        }
    try:
        process = Process(**tables)
    except InputError as error:
        said = error
    else:
        said = None
    if said is not None:
        assert said.problems and all(problem.what for problem in said.problems)
        assert len(str(said)) < 20_000
        return
    process.account()
    for attribute in process.attributes:
        assert len(process.grouping(attribute)) == len(process.people)


IDS = st.sampled_from(["a", "b", "c"])
PAIRS = st.lists(
    st.tuples(IDS, st.sampled_from(["1", "2"]), st.integers(0, 1)),
    max_size=6,
    unique_by=lambda t: t[:2],
)


@given(PAIRS, st.permutations(range(3)), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_people_change_nothing(pairs, order, random):
    people = {"participant_id": ["a", "b", "c"], "area": ["x", "y", None]}
    ideas = {"idea_id": ["1", "2"], "author_id": ["a", "b"]}

    def build(rows, names, positions):
        ratings = {
            "participant_id": [names[p] for p, _, _ in rows],
            "idea_id": [i for _, i, _ in rows],
            "value": [v for _, _, v in rows],
            "kind": ["approve"] * len(rows),
        }
        return Process(
            {
                "participant_id": [names[people["participant_id"][i]] for i in positions],
                "area": [people["area"][i] for i in positions],
            },
            {"idea_id": ideas["idea_id"], "author_id": [names[a] for a in ideas["author_id"]]},
            ratings=ratings if rows else None,
        )

    same = {name: name for name in "abc"}
    first = build(pairs, same, range(3))
    shuffled = random.sample(pairs, len(pairs))
    second = build(shuffled, same, order)
    renamed = build(pairs, {"a": "A1", "b": "B1", "c": "C1"}, range(3))
    for other in (second, renamed):
        assert np.array_equal(other.grouping("area").codes, first.grouping("area").codes)
        assert np.array_equal(other.ledger("ideas").amounts, first.ledger("ideas").amounts)
        if pairs:
            assert np.array_equal(other.ballots().value, first.ballots().value)
            assert np.array_equal(other.ballots().is_self, first.ballots().is_self)
