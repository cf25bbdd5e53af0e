"""Pabulib and Decidim files as cities write them: small copies with made-up cells."""

import pandas as pd
import pytest

from coprep import read_decidim, read_pabulib
from coprep.errors import InputError

AREAS = """META
key;value
description;projects of several areas
unit;Wroclaw
num_projects;6
num_votes;3
budget;100000
vote_type;{kind}
PROJECTS
project_id;cost;votes;name;selected;neighborhood;proposer
1;50000;2;A;1;Gaj , Huby;Ann + Bob et Cyd
2;30000;1;B;0;Gaj;Ann
3;20000;1;C;3;Huby;
4;1000;0;D;0;Borek;Anonyme
5;1000;0;E;0;Wroclaw;
6;1000;0;F;0;Old Town;
VOTES
voter_id;neighborhood;vote{more}
1;Gaj;1,2,1{a}
2;Huby;1,2{b}
3;Borek;3{c}
"""


def pb(folder, kind="approval", more="", a="", b="", c=""):
    file = folder / "vote.pb"
    file.write_text(AREAS.format(kind=kind, more=more, a=a, b=b, c=c), encoding="utf-8")
    return read_pabulib(file)


def test_projects_of_several_areas_and_of_the_whole_city(tmp_path):
    process = pb(tmp_path)
    weights, groups = process.beneficiaries("neighborhood")
    place = {group: k for k, group in enumerate(groups)}
    named = [{g for g in groups if row[place[g]]} for row in weights]
    assert named[:4] == [{"Gaj", "Huby"}, {"Gaj"}, {"Huby"}, {"Borek"}]
    assert named[4] >= {"Gaj", "Huby", "Borek"} and named[5] == {"Old Town"}
    note = next(n for n in process.notes if n.code == "areas_without_voters")
    assert note.values["names"] == ("Old Town",)


@pytest.mark.parametrize(
    ("kind", "extra", "values"),
    [
        ("approval", {}, [1, 1, 1, 1, 1]),
        ("ordinal", {}, [1, 2, 1, 2, 1]),
        (
            "cumulative",
            {"more": ";points", "a": ";3,2,1", "b": ";4,-1", "c": ";5"},
            [3, 2, 4, -1, 5],
        ),
    ],
)
def test_a_project_twice_on_a_ballot_counts_once(tmp_path, kind, extra, values):
    process = pb(tmp_path, kind, **extra)
    assert process.ballots().value.tolist() == values
    assert "project_twice" in [note.code for note in process.notes]


def test_paid_from_other_funds_is_adopted_and_proposers_are_authors(tmp_path):
    process = pb(tmp_path)
    assert process.ideas.adopted.tolist() == [1, 0, 1, 0, 0, 0]
    wrote = process.authorship
    assert wrote.idea.tolist() == [0, 0, 0, 1] and wrote.share[0] == pytest.approx(1 / 3)
    assert "nobody_in_particular" in [note.code for note in process.notes]


def deleted(n=12, **columns):
    """Every fourth account is deleted: the organisers' address and no name."""
    gone = [i % 4 == 0 for i in range(n)]
    root = "https://decide.example.org/"
    return pd.DataFrame(
        {
            "id": range(1, n + 2),
            "author/id": [*(str(100 + i) for i in range(n)), "1"],
            "author/name": [*("" if g else f"person {i}" for i, g in enumerate(gone)), "The City"],
            "author/url": [
                *(root if g else f"{root}profiles/p{i}" for i, g in enumerate(gone)),
                root,
            ],
            "title/en": "An idea",
            "state": ["accepted", "rejected"] * (n // 2) + ["accepted"],
        }
        | columns
    )


def test_deleted_accounts_are_not_the_city():
    process = read_decidim(deleted())
    assert process.counts() == {"source": {"citizen": 9, "official": 1, "unknown": 3}}
    assert process.ideas.is_host.sum() == 1
    assert "deleted_accounts" in [note.code for note in process.notes]


def test_amendments_are_no_ideas_of_their_own():
    process = read_decidim(deleted(is_amend=["true", *["false"] * 12]))
    assert len(process.ideas) == 12 and "amendments" in [note.code for note in process.notes]


def test_states_of_ones_own_are_asked_about_and_read():
    table = deleted(state=["Under way"] * 13)
    with pytest.raises(InputError, match="13 rows with a state of 'Under way'") as raised:
        read_decidim(table)
    assert "states={'Under way': 'adopted'}" in raised.value.hint
    assert read_decidim(table, states={"under way": "adopted"}).ideas.adopted.sum() == 13
    with pytest.raises(InputError, match="states"):
        read_decidim(table, states={"Under way": "done"})
