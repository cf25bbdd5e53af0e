"""Polis: hosts, signs, moderation, and people whom one of its tables leaves out."""

import numpy as np
import pandas as pd
import pytest

from coprep import ideas, read_polis
from coprep.errors import InputError


def codes(process):
    return [note.code for note in process.notes]


def export(folder, *, seeds=30, citizens=30, voters=120, sign=1, seed=2):
    """A host (account 0) who seeds, then citizens with a statement each; the platform agrees for
    authors, and only the host changed some of these votes.
    """
    rng = np.random.default_rng(seed)
    author = [0] * seeds + list(range(1, citizens + 1))
    n = len(author)
    votes = np.where(
        rng.random((voters, n)) < 0.6,
        rng.choice([1, -1, 0], (voters, n), p=[0.5, 0.35, 0.15]),
        np.nan,
    )
    for j, a in enumerate(author):
        votes[a, j] = 1 if a else rng.choice([1, 0, -1], p=[0.6, 0.1, 0.3])
    comments = pd.DataFrame(
        {
            "timestamp": [1_700_000_000_000 + 1000 * j for j in range(n)],
            "comment-id": range(n),
            "author-id": author,
            "agrees": (votes == 1).sum(0),
            "disagrees": (votes == -1).sum(0),
            "moderated": 1,
            "comment-body": [f"Statement {j}" for j in range(n)],
        }
    )
    wide = pd.DataFrame(sign * votes, columns=[str(j) for j in range(n)])
    wide.insert(0, "participant", range(voters))
    comments.to_csv(folder / "comments.csv", index=False)
    wide.to_csv(folder / "participants-votes.csv", index=False)
    return comments, wide


def long_form(wide):
    table = wide.melt("participant", var_name="comment-id", value_name="vote").dropna()
    return table.rename(columns={"participant": "voter-id"})


def test_votes_the_platform_casts_say_nothing_about_authors(tmp_path):
    export(tmp_path)
    process = read_polis(tmp_path)
    assert process.own_votes_automatic
    finding = ideas.own_ideas(process, draws=99, rng=1).findings[0]
    assert finding.verdict == "not_assessable" and "casts votes" in finding.reading


def test_own_votes_are_judged_by_authors_and_not_by_votes(tmp_path):
    """The same votes in plain tables, of which nothing is said: 30 of 31 authors agree throughout."""
    export(tmp_path)
    read = read_polis(tmp_path)
    ballots = read.ballots()
    process_tables = {
        "participants": {"participant_id": list(read.people)},
        "ideas": {
            "idea_id": list(read.ideas.ids),
            "author_id": [read.people[p] for p in read.authorship.person],
        },
        "ratings": {
            "participant_id": [read.people[p] for p in ballots.person],
            "idea_id": [read.ideas.ids[i] for i in ballots.idea],
            "value": ballots.value.tolist(),
            "kind": ["agree"] * len(ballots),
        },
    }
    from coprep import Process

    finding = ideas.own_ideas(Process(**process_tables), draws=99, rng=1).findings[0]
    assert finding.verdict == "not_assessable"
    assert "30 of 31 authors gave all their own ideas one and the same value" in finding.reading


def test_the_first_account_is_asked_about_and_can_be_named(tmp_path):
    export(tmp_path)
    asked = read_polis(tmp_path)
    note = next(n for n in asked.notes if n.code == "first_author")
    assert (note.values["alone"], note.values["statement"]) == (30, "0")
    process = read_polis(tmp_path, hosts=[0])
    assert "first_author" not in codes(process)
    assert process.ideas.is_host.sum() == 30 and "0" not in process.people
    assert len(process.people) == 119 and process.ledger("ideas").amounts.max() == 1
    with pytest.raises(InputError, match="hosts names 1 account that neither wrote nor voted"):
        read_polis(tmp_path, hosts=["x"])


def test_people_below_the_threshold_are_read_from_the_long_table(tmp_path):
    _, wide = export(tmp_path, sign=1)
    long_form(wide).assign(vote=lambda t: -t.vote).to_csv(tmp_path / "votes.csv", index=False)
    whole = read_polis(tmp_path).ballots()
    wide[wide.participant < 100].to_csv(tmp_path / "participants-votes.csv", index=False)
    (tmp_path / "summary.csv").write_text("topic,Buses\nvoters,120\n")
    process = read_polis(tmp_path)
    note = next(n for n in process.notes if n.code == "people_with_few_votes")
    assert note.values["people"] == 20
    assert (process.ballots().value == whole.value).all()
    (tmp_path / "votes.csv").unlink()
    note = next(n for n in read_polis(tmp_path).notes if n.code == "voters_missing")
    assert (note.values["said"], note.values["there"]) == (120, 100)


@pytest.mark.parametrize("word", ["-1", "-1.0", "rejected", "Hidden"])
def test_rejected_statements_go_however_it_is_said(tmp_path, word):
    comments, _ = export(tmp_path)
    said = ["1.0", word, "0", "approved"] + ["1"] * (len(comments) - 4)
    comments.assign(moderated=said).to_csv(tmp_path / "comments.csv", index=False)
    assert len(read_polis(tmp_path).ideas) == len(comments) - 1


def test_strange_words_of_moderation_are_asked_about(tmp_path):
    comments, _ = export(tmp_path)
    comments.assign(moderated="bin").to_csv(tmp_path / "comments.csv", index=False)
    with pytest.raises(InputError, match="60 rows with a moderation of 'bin'"):
        read_polis(tmp_path)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_raw_database_is_read_and_its_sign_found(tmp_path, sign):
    comments, wide = export(tmp_path, sign=sign)
    truth = read_polis(tmp_path).ballots()
    (tmp_path / "participants-votes.csv").unlink()
    names = {"comment-id": "tid", "author-id": "pid", "comment-body": "txt", "moderated": "mod"}
    raw = comments.drop(columns=["agrees", "disagrees"]).rename(
        columns=names | {"timestamp": "created"}
    )
    raw.to_csv(tmp_path / "comments.csv", index=False)
    votes = long_form(wide).rename(columns={"voter-id": "pid", "comment-id": "tid"})
    votes.to_csv(tmp_path / "votes.csv", index=False)
    process = read_polis(tmp_path)
    assert (process.ballots().value == truth.value).all() and process.ideas.text[0] == "Statement 0"
    assert ("votes_turned" in codes(process)) == (sign == -1)
    # Without a vote on anybody's own statement nothing tells.
    wrote = dict(zip(comments["comment-id"], comments["author-id"], strict=True))
    others = votes[votes.pid != votes.tid.astype(int).map(wrote)]
    others.to_csv(tmp_path / "votes.csv", index=False)
    with pytest.raises(InputError, match="whether 1 or -1 is agreement"):
        read_polis(tmp_path)
    assert read_polis(tmp_path, agree=sign).ballots().value.mean() > 0


def test_votes_may_be_words(tmp_path):
    comments, wide = export(tmp_path)
    truth = read_polis(tmp_path).ballots()
    (tmp_path / "participants-votes.csv").unlink()
    votes = long_form(wide)
    words = {1.0: "agree", -1.0: "disagree", 0.0: "skip"}
    votes.assign(vote=votes.vote.map(words)).rename(
        columns={"voter-id": "author", "comment-id": "comment", "vote": "choice"}
    ).to_csv(tmp_path / "votes.csv", index=False)
    comments.drop(columns=["agrees", "disagrees"]).to_csv(tmp_path / "comments.csv", index=False)
    assert (read_polis(tmp_path).ballots().value == truth.value).all()


def test_an_export_whose_sign_cannot_be_checked_says_so(tmp_path):
    comments, wide = export(tmp_path, citizens=3, seeds=0)
    comments.drop(columns=["agrees", "disagrees"]).to_csv(tmp_path / "comments.csv", index=False)
    assert "sign_unchecked" in codes(read_polis(tmp_path))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"participant_id": [1, 1], "area": ["N", "S"]}, "1 participant_id with rows that differ"),
        ({"xid": ["a"], "area": ["N"]}, "tied by xid, which the export does not carry"),
        ({"name": ["a"], "area": ["N"]}, "has neither participant_id nor xid"),
        ({"participant_id": ["zz"], "area": ["N"]}, "nobody's participant_id"),
    ],
)
def test_attributes_that_cannot_be_tied_are_told(tmp_path, table, said):
    export(tmp_path)
    with pytest.raises(InputError, match=said):
        read_polis(tmp_path, participants=pd.DataFrame(table))
