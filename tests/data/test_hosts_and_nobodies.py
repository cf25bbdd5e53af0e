"""Who is none of the people of a process: its hosts, and nobody in particular."""

import numpy as np
import pandas as pd
import pytest

from coprep.data.process.process import Process
from coprep.data.process.tables.same_groups import tells_the_same
from coprep.errors import InputError
from coprep.ideas import consensus, dominance

PEOPLE = [f"p{i}" for i in range(40)]


def codes(process):
    return [note.code for note in process.notes]


def talk(host="facilitator"):
    """Every second turn is the host's; the others are 40 people's, eight a session."""
    rng = np.random.default_rng(3)
    speakers = [
        host if k % 2 == 0 else PEOPLE[rng.integers(s * 8, s * 8 + 8)]
        for s in range(5)
        for k in range(60)
    ]
    return {
        "turn_id": list(range(300)),
        "session_id": [f"s{i // 60}" for i in range(300)],
        "participant_id": speakers,
        "n_words": rng.integers(5, 60, 300).tolist(),
    }


@pytest.mark.parametrize("said", ["flag", "role"])
def test_a_host_is_no_dominant_voice(said):
    people = {"participant_id": [*PEOPLE, "facilitator"], "gender": [*["f", "m"] * 20, None]}
    if said == "flag":
        people["is_host"] = [*["no"] * 40, "yes"]
    else:
        people["role"] = [*["public"] * 40, "Facilitator"]
    process = Process(people, turns=talk())
    assert process.people == tuple(sorted(PEOPLE))
    assert process.grouping("gender").n_unknown == 0
    assert said == "flag" or process.grouping("role").groups == ("public",)
    assert {"hosts", "rows_of_hosts"} <= set(codes(process))
    assert "turns_without_speaker" not in codes(process)
    found = dominance(process, attribute="gender", currency="words", draws=199, rng=1)
    voice = next(f for f in found.findings if f.question == "dominance.voice")
    assert voice.verdict != "pattern"


def test_who_says_is_host_is_believed_before_the_role():
    people = {
        "participant_id": ["a", "b"],
        "role": ["public", "moderator"],
        "is_host": ["no", "no"],
    }
    assert Process(people).people == ("a", "b")


def test_ideas_votes_and_turns_of_hosts_are_kept_apart():
    process = Process(
        {"participant_id": ["a", "b", "h"], "is_host": [False, False, True], "weight": [1, 2, 3]},
        {"idea_id": [1, 2, 3, 4], "author_id": ["h", "a", None, None]},
        idea_authors={"idea_id": [3, 3, 4], "participant_id": ["h", "b", "h"]},
        ratings={
            "participant_id": ["a", "h", "h", "b"],
            "idea_id": [1, 1, 2, 2],
            "value": [1, 1, 1, 0],
        },
        attendance={"participant_id": ["a", "h"], "stage": ["design", "design"]},
    )
    assert process.ideas.is_host.tolist() == [True, False, False, True]
    assert process.authorship.idea.tolist() == [1, 2]
    assert process.ballots().person.tolist() == [0, 1]
    assert process.weights.tolist() == [1, 2]
    assert len(process.attendance["person"]) == 1
    assert not {"rows_left_out", "ideas_without_author"} & set(codes(process))


@pytest.mark.parametrize(
    "word", ["Anonymous", "Deleted user", "[deleted]", "Guest", "Anonyme", "Usuario eliminado"]
)
def test_nobody_in_particular_is_no_person(word):
    n = 60
    process = Process(
        {"participant_id": [*(f"p{i}" for i in range(0, n, 2)), word]},
        {"idea_id": range(n), "author_id": [word if i % 2 else f"p{i}" for i in range(n)]},
    )
    assert len(process.people) == 30 and process.ledger("ideas").amounts.max() == 1
    assert codes(process).count("nobody_in_particular") == 2
    assert f"“{word}”" in "".join(process.account())


def test_numbered_guests_are_people():
    process = Process(ideas={"idea_id": [1, 2], "author_id": ["Guest 1", "Guest 2"]})
    assert process.people == ("Guest 1", "Guest 2")


def test_several_anonymous_voters_cannot_be_told_apart():
    with pytest.raises(InputError, match="ratings: 2 rows without a participant_id") as raised:
        Process(ratings={"participant_id": ["Anonymous"] * 2, "idea_id": [1, 2], "value": [1, 1]})
    assert "number anonymous voters" in raised.value.hint


def test_hosts_and_nobodies_on_an_engine():
    duckdb = pytest.importorskip("duckdb")
    people = pd.DataFrame(
        {"participant_id": ["a", "b", "h"], "is_host": ["no", "no", "yes"], "area": ["N", "S", "S"]}
    )
    turns = pd.DataFrame(
        {"turn_id": [1, 2, 3], "session_id": "s", "participant_id": ["a", "h", "Guest"]}
    )
    with duckdb.connect() as engine:
        process = Process(engine.from_df(people), turns=engine.from_df(turns))
        assert process.people == ("a", "b")
        assert process.grouping("area").codes.tolist() == [0, 1]
        assert process.ledger("turns").amounts.tolist() == [1, 0]
        by_role = engine.from_df(people.drop(columns="is_host").assign(role=["x", "x", "host"]))
        assert Process(by_role).people == ("a", "b")


def noise(n=120, m=40, seed=4):
    """Votes without groups, and people parted by what the votes alone say."""
    rng = np.random.default_rng(seed)
    votes = rng.choice([1, -1], (n, m))
    axis = np.linalg.svd(votes - votes.mean(0), full_matrices=False)[0][:, 0]
    ratings = pd.DataFrame(
        [(i, j, int(votes[i, j]), "agree") for i in range(n) for j in range(m)],
        columns=["participant_id", "idea_id", "value", "kind"],
    )
    return axis, ratings


@pytest.mark.parametrize("other", ["renamed", "finer", "nearly"])
def test_groups_made_from_votes_are_so_under_any_name(other):
    axis, ratings = noise()
    cluster = np.where(axis > 0, "left", "right")
    segment = {
        "renamed": np.where(axis > 0, "segment 2", "segment 1"),
        "finer": np.where(axis > 0.1, "far", cluster),
        "nearly": np.where(np.arange(len(axis)) < 3, "left", cluster),
    }[other]
    people = pd.DataFrame(
        {
            "participant_id": range(len(axis)),
            "opinion_group": cluster,
            "segment": segment,
            "area": ["North", "South"] * 60,
        }
    )
    process = Process(people, ratings=ratings, from_votes=["opinion_group"])
    assert process.from_votes == ("opinion_group", "segment")
    assert "same_as_from_votes" in codes(process)
    found = consensus(process, attribute="segment", draws=99, rng=1, bridging=False)
    assert set(found.table["verdict"]) == {"not_assessable"}


def test_groups_are_told_the_same_only_by_enough_people():
    people = {"participant_id": range(8), "a": ["x", "y"] * 4, "b": ["u", "v"] * 4}
    process = Process(people, from_votes=["a"])
    assert process.from_votes == ("a",)
    assert not tells_the_same(process.grouping("a"), process.grouping("b"))
