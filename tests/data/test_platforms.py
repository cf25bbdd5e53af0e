"""Files of participation platforms, and wide sheets."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprep.data.process.process import Process
from coprep.data.process.readers import read_decidim, read_pabulib, read_polis
from coprep.errors import InputError
from told import texts

PB = """META
key;value
description;Small vote
num_projects;3
num_votes;4
budget;1000
vote_type;approval
PROJECTS
project_id;cost;votes;name;category;target;selected
1;100;2;"Park; with a pond";green,sport;children,seniors;1
2;200;1;""\"Konik""\" playground;sport;children,animals;0
3;300;2;Library;culture;;2
VOTES
voter_id;vote;age;sex;neighborhood
11;1,2;9;F;North
12;1,3;70;M;South
13;3;40;;
14;;200;F;North
"""


def _pb(tmp_path, text=PB):
    path = tmp_path / "small.pb"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pabulib_file(tmp_path):
    process = read_pabulib(_pb(tmp_path))
    assert (process.title, process.budget, process.kinds) == ("Small vote", 1000, ("approve",))
    assert process.people == ("11", "12", "13", "14")
    assert process.ideas.text[:2] == ("Park; with a pond", '"Konik" playground')
    assert process.ideas.adopted.tolist() == [1, 0, 1]
    assert process.ideas.topics == ("culture", "green", "sport")
    age = process.grouping("age_group")
    assert [age.groups[c] if c >= 0 else None for c in age.codes] == [
        "children",
        "seniors",
        "adults",
        None,
    ]
    weights, groups = process.beneficiaries("age_group")
    assert groups == ("adults", "children", "seniors")
    assert weights.tolist() == [[0, 1, 1], [0, 1, 0], [0, 0, 0]]
    assert len(process.ballots()) == 5 and not process.ballots().shown_known
    assert len(process.ballots().complete()) == 9
    for part in (
        "“animals” (1 project)",
        "1 project selected or paid for another reason",
        "1 age not between",
    ):
        assert any(part in note for note in texts(process.notes)), part


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PROJECTS\n", "PROJEKTS\n", "no section 'PROJECTS'"),
        ("voter_id;vote", "voterid;vote", "did you mean 'voterid'"),
        ("13;3;", "13;33;", "1 idea that ideas lacks, in 1 row: '33'"),
        ("vote_type;approval", "vote_type;cumulative", "have no column 'points'"),
        ("vote_type;approval", "vote_type;aproval", "did you mean 'approval'"),
        ("12;1,3;", "11;1,3;", "participants: 1 row too many"),
    ],
)
def test_flawed_pabulib_files_are_refused(tmp_path, old, new, message):
    assert old in PB
    with pytest.raises(InputError, match=message):
        read_pabulib(_pb(tmp_path, PB.replace(old, new)))


def test_pabulib_ballots_of_every_kind(tmp_path):
    ranked = read_pabulib(_pb(tmp_path, PB.replace("approval", "ordinal")))
    assert ranked.ballots().value.tolist() == [1, 2, 1, 2, 1] and ranked.kinds == ("rank",)
    one = PB.replace("approval", "choose-1").replace("11;1,2;", "11;1;").replace("12;1,3;", "12;3;")
    assert read_pabulib(_pb(tmp_path, one)).kinds == ("choose_one",)
    points = PB.replace("approval", "cumulative").replace(
        "voter_id;vote;age", "voter_id;vote;points;age"
    )
    points = (
        points.replace("11;1,2;", "11;1,2;3,1;")
        .replace("12;1,3;", "12;1,3;2,2;")
        .replace("13;3;", "13;3;4;")
    )
    points = points.replace("14;;", "14;;;")
    assert read_pabulib(_pb(tmp_path, points)).ballots().value.tolist() == [3, 1, 2, 2, 4]
    with pytest.raises(InputError, match="1 ballots give another number of points"):
        read_pabulib(_pb(tmp_path, points.replace(";3,1;", ";3;")))


def test_pabulib_files_as_they_are_written_elsewhere(tmp_path):
    text = PB.replace("category;target;selected", "categories;targets;proposer").replace(
        ";1\n2;200;", ";Ann Lee\n2;200,5;"
    )
    text = text.replace("sport;children,animals;0", "sport;Children,animals;none").replace(
        "budget;1000", "budget;1000,5"
    )
    text = text.replace("11;1,2;9;F;North", "11;1,2;9;F;none").replace("culture;;2", "None;;")
    process = read_pabulib(_pb(tmp_path, text))
    assert process.budget == 1000.5 and process.ideas.cost.tolist() == [100, 200.5, 300]
    assert process.ideas.topics == ("green", "sport")
    assert process.beneficiaries("age_group")[0][1].tolist() == [0, 1, 0]
    # Of those who propose nothing else is known.
    assert process.counts()["neighborhood"] == {"North": 1, "South": 1, "unknown": 3}
    assert len(process.authorship) == 1
    assert "PROJECTS: the word none is read as an empty cell in 2 cells." in texts(process.notes)
    assert "VOTES: the word none is read as an empty cell in 1 cell." in texts(process.notes)
    assert "Ann Lee" not in "\n".join(process.account())


def test_pabulib_scores_may_be_below_zero(tmp_path):
    scores = PB.replace("approval", "scoring\ndefault_score;-1").replace(
        "voter_id;vote;age", "voter_id;vote;points;age"
    )
    scores = (
        scores.replace("11;1,2;", "11;1,2;3,-1;")
        .replace("12;1,3;", "12;1,3;2,0;")
        .replace("13;3;", "13;3;-4;")
    )
    process = read_pabulib(_pb(tmp_path, scores.replace("14;;", "14;;;")))
    assert process.kinds == ("score",) and process.ballots().value.tolist() == [3, -1, 2, 0, -4]
    assert "META gives projects that a ballot does not list a score of “-1”: not used." in texts(
        process.notes
    )


EDITS = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.integers(0, 12),
        st.sampled_from(["", ";", ",", '"', "\n", "\t", "\x00", "-1", "9", "e", "nan", "é\u202e"]),
    ),
    max_size=5,
)


def _edited(text, edits):
    for place, length, new in edits:
        at = place % (len(text) + 1)
        text = text[:at] + new + text[at + length :]
    return text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(EDITS, st.sampled_from(["pb", "comments.csv", "participants-votes.csv", "summary.csv"]))
def test_damaged_files_are_read_or_refused(tmp_path, edits, which):
    try:
        if which == "pb":
            process = read_pabulib(_pb(tmp_path, _edited(PB, edits)))
        else:
            file = _polis(tmp_path) / which
            file.write_text(_edited(file.read_text(encoding="utf-8"), edits), encoding="utf-8")
            process = read_polis(tmp_path)
    except InputError as error:
        said = str(error)
    else:
        said = "\n".join(process.account())
    assert said and "\u202e" not in said


def _polis(tmp_path, sign=1, votes=True):
    (tmp_path / "comments.csv").write_text(
        "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,is-seed,comment-body\n"
        "1518501496471,x,0,7,2,1,1,true,Welcome\n"
        '1518501496471,x,1,1,1,1,1,false,"More buses, please"\n'
        "1518501496471,x,2,2,1,0,-1,false,Spam\n",
        encoding="utf-8",
    )
    wide = "participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2\n"
    wide += f"1,x1,0,1,3,2,1,{-sign},{sign},{sign}\n2,x2,1,1,2,1,1,{sign},{-sign},\n3,x3,,0,2,1,0,{sign},0,\n"
    (tmp_path / "participants-votes.csv").write_text(wide, encoding="utf-8")
    (tmp_path / "summary.csv").write_text("topic,Buses\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("sign", [1, -1])
def test_a_polis_export(tmp_path, sign):
    process = read_polis(_polis(tmp_path, sign))
    assert (process.title, process.kinds, process.from_votes) == (
        "Buses",
        ("agree",),
        ("opinion_group",),
    )
    assert process.people == ("1", "2", "3", "7")
    assert process.ideas.ids == ("0", "1") and process.ideas.is_host.tolist() == [True, False]
    ballots = process.ballots()
    assert ballots.value.tolist() == [-1, 1, 1, -1, 1, 0]
    assert ballots.is_self.tolist() == [False, True, False, False, False, False]
    assert "left out: 1 statement that moderators rejected." in texts(process.notes)
    assert (
        "votes are written with -1 for agreement; they were turned round." in texts(process.notes)
    ) == (sign == -1)
    assert str(process.ideas.created_at[0]) == "2018-02-13T05:58:16"


def test_polis_votes_one_a_row_count_the_last(tmp_path):
    _polis(tmp_path)
    (tmp_path / "participants-votes.csv").unlink()
    with pytest.raises(InputError, match="neither 'participants-votes.csv' nor 'votes.csv'"):
        read_polis(tmp_path)
    (tmp_path / "votes.csv").write_text(
        "timestamp,comment-id,voter-id,vote\n20,0,1,-1\n10,0,1,1\n30,1,1,1\n30,0,2,1\n30,1,2,-1\n30,0,3,1\n31,1,3,0\n",
        encoding="utf-8",
    )
    process = read_polis(tmp_path)
    assert process.ballots().value.tolist() == [-1, 1, 1, -1, 1, 0]
    assert "left out: 1 vote that people changed later; the last counts." in texts(process.notes)


def test_a_polis_download_names_its_report_and_counts_seconds(tmp_path):
    _polis(tmp_path)
    for name, new in (
        ("comments.csv", "comments.csv"),
        ("participants-votes.csv", "participant-votes.csv"),
        ("summary.csv", "summary.csv"),
    ):
        text = (tmp_path / name).read_text(encoding="utf-8").replace("1518501496471", "1518501496")
        (tmp_path / name).unlink()
        (tmp_path / f"2026-01-01-r7abc-{new}").write_text(
            text.replace("topic,Buses", 'topic,"Buses, ""now"""'), encoding="utf-8"
        )
    (tmp_path / "2026-01-01-r7abc-comment-groups.csv").write_text(
        "comment-id\n1\n", encoding="utf-8"
    )
    process = read_polis(tmp_path)
    assert process.title == 'Buses, "now"'
    assert str(process.ideas.created_at[0]) == "2018-02-13T05:58:16"
    assert process.ballots().value.tolist() == [-1, 1, 1, -1, 1, 0]
    (tmp_path / "2026-01-02-r7abc-comments.csv").write_text(
        "comment-id,author-id\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="holds several exports"):
        read_polis(tmp_path)


def test_polis_columns_of_other_exports(tmp_path):
    _polis(tmp_path)
    for name in ("comments.csv", "participants-votes.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        head, rest = text.split("\n", 1)
        if name == "participants-votes.csv":
            head, rest = head + ",n-pass", "".join(line + ",9\n" for line in rest.splitlines())
        (tmp_path / name).write_text(head.replace("-", "_") + "\n" + rest, encoding="utf-8")
    process = read_polis(tmp_path)
    assert process.ballots().value.tolist() == [-1, 1, 1, -1, 1, 0]
    assert process.from_votes == ("opinion_group",)
    assert "left out: 1 vote on rejected or unlisted statements." in texts(process.notes)


def test_polis_people_can_be_given_attributes(tmp_path):
    known = pd.DataFrame({"xid": ["x3", "x1"], "area": ["North", "South"]})
    process = read_polis(_polis(tmp_path), participants=known)
    area = process.grouping("area")
    assert [area.groups[c] if c >= 0 else None for c in area.codes] == [
        "South",
        None,
        "North",
        None,
    ]
    by_id = pd.DataFrame({"participant_id": [7, 2], "area": ["North", "South"]})
    assert read_polis(_polis(tmp_path), participants=by_id).grouping("area").codes.tolist() == [
        -1,
        1,
        -1,
        0,
    ]


def test_decidim_tables():
    proposals = pd.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "author": ["ann", None, "ann", "org"],
            "source": ["citizen", "meeting", "official", "organization"],
            "title": ["Trees", "Benches", "Plan", "Buses"],
            "body": ["Plant", "Put", None, "Run"],
            "category": ["green", "green", "city", "move"],
            "district": ["A", "B", None, "A"],
            "state": ["accepted", "rejected", "not_answered", "evaluating"],
            "votes": [4, 0, 2, None],
            "published_at": ["01/02/2026", "02/02/2026 10:30", "2026-02-03 09:00:00 UTC", None],
            "answered_at": ["2026-03-01", None, None, None],
        }
    )
    comments = pd.DataFrame(
        {
            "id": [9, 8, 7],
            "proposal_id": [1, 1, 99],
            "author": ["zed", "ann", "zed"],
            "body": ["a b", "c", "d"],
            "reply_to": [None, 9, None],
        }
    )
    process = read_decidim(proposals, comments)
    assert process.people == ("ann (citizen)", "ann (official)", "meeting proposal 2", "org", "zed")
    ideas = process.ideas
    assert ideas.adopted[:2].tolist() == [1, 0] and np.isnan(ideas.adopted[2:]).all()
    assert ideas.is_host.tolist() == [False, False, True, False]
    assert ideas.support[:3].tolist() == [4, 0, 2]
    assert ideas.areas == ("A", "B")
    assert ideas.created_at[:3].astype(str).tolist() == [
        "2026-02-01T00:00:00",
        "2026-02-02T10:30:00",
        "2026-02-03T09:00:00",
    ]
    assert len(process.responses) == 1 and process.turns.words.tolist() == [2, 1]
    assert "left out: 1 comment on proposals that are not in the table." in texts(process.notes)
    with pytest.raises(InputError, match="proposals have no column 'proposal_id' or 'id'"):
        read_decidim(proposals.drop(columns="id"))


def test_decidim_citizens_without_a_name_are_unknown_authors_and_meetings_are_not():
    """Thirty proposals of nobody knows how many citizens are no thirty citizens."""
    proposals = pd.DataFrame(
        {
            "id": range(40),
            "author": ["ann"] * 2 + [None] * 38,
            "source": ["citizen"] * 32 + ["meeting"] * 4 + ["official"] * 2 + ["survey", None],
            "state": ["accepted", "rejected"] * 20,
        }
    )
    process = read_decidim(proposals)
    assert process.people == (
        "ann",
        *sorted(f"meeting proposal {i}" for i in range(32, 36)),
        *("official proposal 36", "official proposal 37"),
    )
    assert sorted(np.unique(process.authorship.idea)) == sorted(
        process.ideas.ids.index(str(i)) for i in [0, 1, *range(32, 38)]
    )
    assert process.ideas.is_host.sum() == 2
    assert any(
        "author unknown: 31 proposals (30 of source “citizen”, 1 of source “survey”)" in note
        for note in texts(process.notes)
    )
    assert any(
        "(4 of source “meeting”, 2 of source “official”) each count as an author of their own"
        in note
        for note in texts(process.notes)
    )


def _decidim_rows():
    common = {
        "category": {"id": 4, "name": {"en": "", "ca": "Verd"}},
        "state": "",
        "withdrawn": False,
        "votes": 1,
        "answer": {"en": ""},
    }
    people, meetings, home = (
        "https://x.org/profiles/ann",
        "https://x.org/processes/p/f/2/meetings/7",
        "https://x.org/",
    )
    rows = [
        {
            "id": 11,
            "author": {"id": [1], "url": [people]},
            "title": {"en": "", "ca": "Arbres"},
            "state": "accepted",
        },
        {
            "id": 12,
            "author": {"id": [1, 2], "url": [people, people]},
            "title": {"en": "Buses", "machine_translations": {"ca": "B."}},
        },
        {
            "id": 13,
            "author": {"id": [1], "url": [home]},
            "title": {"en": "Plan"},
            "state": "rejected",
            "answer": {"en": "Too dear"},
        },
        {
            "id": 14,
            "author": {"id": [1], "url": [meetings]},
            "title": {"machine_translations": {"en": "Benches"}},
            "withdrawn": True,
        },
    ]
    when = {"published_at": "2026-02-03 09:00:00 +0100", "answered_at": None}
    return [common | when | row for row in rows]


def _decidim_comments():
    url = "https://x.org/processes/p/f/1/proposals/12"
    kind = (
        "Decidim::Proposals::Proposal",
        "Decidim::Comments::Comment",
        "Decidim::Meetings::Meeting",
    )
    return pd.DataFrame(
        {
            "id": [11, 12, 13, 14],
            "author/id": [1, 9, 2, 2],
            "body": ["a b", "c", "d", "e"],
            "commentable_id": [11, 11, 11, 77],
            "commentable_type": [kind[0], kind[1], kind[2], kind[1]],
            "root_commentable_url": [url.replace("12", "11"), None, None, url],
        }
    )


def test_a_decidim_export_by_the_platform_itself(tmp_path):
    file = tmp_path / "proposals.json"
    file.write_text(json.dumps(_decidim_rows()), encoding="utf-8")
    process = read_decidim(file, _decidim_comments())
    # One person, the organisation and a meeting share the number 1.
    assert process.people == ("1", "2", "9", "meeting 1", "official 1")
    source = process.grouping("source")
    assert [source.groups[c] if c >= 0 else None for c in source.codes] == [
        "citizen",
        "citizen",
        None,
        "meeting",
        "official",
    ]
    ideas = process.ideas
    assert ideas.is_host.tolist() == [False, False, True, False]
    assert ideas.text == ("Arbres", "Buses", "Plan", "Benches") and ideas.topics == ("Verd",)
    assert ideas.adopted.tolist()[:3:2] == [1, 0] and np.isnan(ideas.adopted[[1, 3]]).all()
    assert process.ledger("ideas").amounts.tolist() == [1.5, 0.5, 0, 1, 1]
    assert str(ideas.created_at[0]) == "2026-02-03T08:00:00"
    turns = process.turns
    assert turns.sessions == ("proposal 11", "proposal 12") and turns.session.tolist() == [0, 0, 1]
    assert turns.reply_to.tolist() == [
        -1,
        0,
        -1,
    ]  # the comment with a proposal's number is answered, not the proposal
    assert "undecided because their authors withdrew them: 1 proposal." in texts(process.notes)
    assert "left out: 1 comment on proposals that are not in the table." in texts(process.notes)


def test_a_decidim_file_that_is_no_table_is_refused(tmp_path):
    for content in ("{}", "[1]", "[", "[]"):
        (tmp_path / "p.json").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="no JSON list of objects"):
            read_decidim(tmp_path / "p.json")


def test_wide_sheets_of_answers_in_words():
    sheet = pd.DataFrame(
        {
            "Name": ["ann", "bob", "cyd"],
            "How many children?": [1, 0, 2],
            "Benches": ["Agree", "disagree", "Pass"],
            "Trees": ["Strongly agree", "Neither agree nor disagree", "prefer not to say"],
            "Buses": ["Agree", "n/a", "Disagree"],
        }
    )
    process = Process.from_wide(sheet, rows="people")
    assert process.kinds == ("agree", "score") and process.attributes == ("How many children?",)
    assert process.ballots("agree").value.tolist() == [1, -1, 0]
    assert process.ballots("score").value.tolist() == [
        4,
        5,
        3,
        2,
    ]  # Buses are answered on the scale of Trees


def test_a_wide_sheet_never_takes_sums_for_people_nor_tells_names():
    sheet = pd.DataFrame(
        {
            "ID": ["P1", "P2"],
            "Proposed by": ["ann", "bob, ann"],
            "Who benefits": ["Everyone", "South"],
            "ann": [5, "n/a"],
            "bob": ["-", 4],
            "Votes": [9, 8],
            "Average": [4.5, 4],
        }
    )
    people = pd.DataFrame({"participant_id": ["ann", "bob"], "area": ["North", "South"]})
    process = Process.from_wide(sheet, rows="ideas", participants=people)
    assert process.ballots().value.tolist() == [5, 4] and process.ideas.support.tolist() == [9, 8]
    assert process.beneficiaries("area")[0].tolist() == [[1, 1], [0, 1]]
    told = "\n".join(process.account())
    assert "2 columns read as ratings by a person each, from the sheet's column 4 to 5." in told
    assert "columns not used: “Average”." in told and "1 idea with several authors" in told
    assert "ann" not in told and "bob" not in told
    sheet["bob"] = ["good", 4]
    with pytest.raises(InputError, match="1 of 3 cells of 'value' are not a number"):
        Process.from_wide(sheet, rows="ideas", participants=people)


def test_a_wide_sheet_of_people():
    sheet = pd.DataFrame(
        {
            "Name": ["ann", "bob", "cyd"],
            "Area": ["North", "South", None],
            "Age": [20, 30, 40],
            "Trees": [1, None, 0],
            "Buses": ["x", "no", None],
        }
    )
    process = Process.from_wide(sheet, rows="people")
    assert process.attributes == ("Area", "Age")
    assert process.ideas.ids == ("Buses", "Trees")
    ballots = process.ballots()
    assert (ballots.person.tolist(), ballots.idea.tolist(), ballots.value.tolist()) == (
        [0, 0, 1, 2],
        [0, 1, 0, 1],
        [1, 1, 0, 0],
    )
    told = "\n".join(process.account())
    for part in (
        "“Name” is read as participant_id",
        "2 columns read as ratings of ideas: “Trees”, “Buses”",
        "read as attributes of people: “Area”, “Age”",
    ):
        assert part in told
    assert Process.from_wide(sheet, rows="people", ideas=["Trees"]).ideas.ids == ("Trees",)
    with pytest.raises(InputError, match="did you mean 'Trees'"):
        Process.from_wide(sheet, rows="people", ideas=["Treees"])


def test_a_wide_sheet_of_ideas():
    sheet = pd.DataFrame(
        {
            "Proposal": ["P1", "P2"],
            "Author": ["ann; bob", "cyd"],
            "Theme": ["green", "move"],
            "For: area": ["North", "North, South"],
            "ann": [5, 3],
            "bob": [None, 4],
            "Remarks": ["good", "so"],
        }
    )
    people = pd.DataFrame(
        {"participant_id": ["ann", "bob", "cyd"], "area": ["North", "South", "South"]}
    )
    process = Process.from_wide(sheet, rows="ideas", participants=people, scale=(1, 5))
    assert process.authorship.share.tolist() == [0.5, 0.5, 1]
    assert process.beneficiaries("area")[0].tolist() == [[1, 0], [1, 1]]
    assert process.ballots().value.tolist() == [5, 3, 4]
    assert process.ideas.topics == ("green", "move")
    assert "columns not used: “Remarks”." in texts(process.notes)
    with pytest.raises(InputError, match="did you mean 'area'"):
        Process.from_wide(
            sheet.rename(columns={"For: area": "For: aera"}), rows="ideas", participants=people
        )
    with pytest.raises(InputError, match="rows must be one of"):
        Process.from_wide(sheet, rows="idea")


class TestRealFiles:
    """Known answers of the reference data."""

    @pytest.mark.parametrize(
        ("name", "people", "ideas"),
        [("2020_Ursynow", 10105, 121), ("2018_Rembertow", 1517, 31), ("2023_Wesola", 1181, 29)],
    )
    def test_warsaw(self, reference_data, name, people, ideas):
        process = read_pabulib(reference_data / "pabulib_warsaw" / f"Poland_Warszawa_{name}.pb")
        assert (len(process.people), len(process.ideas)) == (people, ideas)
        assert process.named_attributes == ("age_group",)
        assert not any("META says" in note for note in texts(process.notes))

    @pytest.mark.parametrize(
        ("form", "own", "other"), [("S5", 0.3731481481, 0.1533950617), ("SN", 0.58, 0.39)]
    )
    def test_zurich_own_district(self, reference_data, form, own, other):
        process = read_pabulib(
            reference_data / "pabulib_zurich_experiment" / f"Switzerland_Zurich_{form}.pb"
        )
        ballots = process.ballots().complete()
        weights, groups = process.beneficiaries("district_preference")
        assert groups == process.grouping("district_preference").groups
        mine = (
            weights[ballots.idea, process.grouping("district_preference").codes[ballots.person]] > 0
        )
        assert ballots.value[mine].mean() == pytest.approx(own, abs=1e-6 if form == "S5" else 0.006)
        assert ballots.value[~mine].mean() == pytest.approx(
            other, abs=1e-6 if form == "S5" else 0.006
        )
        assert process.priorities.topics == ("Culture", "Nature", "Transportation")

    def test_zurich_points_and_ranks(self, reference_data):
        folder = reference_data / "pabulib_zurich_experiment"
        points = read_pabulib(folder / "Switzerland_Zurich_D10.pb").ballots()
        assert points.kind == "points" and np.bincount(points.person, points.value).max() == 10
        assert read_pabulib(folder / "Switzerland_Zurich_S5R.pb").ballots().value.max() == 5

    def test_bowling_green(self, reference_data):
        process = read_polis(reference_data / "polis" / "american-assembly.bowling-green")
        assert len(process.ideas) == 607
        assert process.ledger("ideas").amounts.max() == 89
        ballots = process.ballots()
        assert (ballots.value[ballots.is_self] == 1).mean() == pytest.approx(
            0.975, abs=0.001
        )  # 0.983 with rejected statements
        assert (ballots.value[~ballots.is_self] == 1).mean() == pytest.approx(0.485, abs=0.003)

    @pytest.mark.parametrize(
        "name",
        [
            "15-per-hour-seattle",
            "bg2050-volunteers",
            "brexit-consensus",
            "london.youth.policing",
            "vtaiwan.uberx",
        ],
    )
    def test_polis_exports(self, reference_data, name):
        process = read_polis(reference_data / "polis" / name)
        ballots = process.ballots()
        assert set(np.unique(ballots.value)) <= {-1, 0, 1}
        assert not any("turned round" in note for note in texts(process.notes))
        assert ballots.value[ballots.is_self].mean() > ballots.value[~ballots.is_self].mean()
        if name == "bg2050-volunteers":
            assert process.ideas.is_host.sum() == 24

    def test_barcelona(self, reference_data):
        folder = reference_data / "decidim_barcelona_pam"
        process = read_decidim(folder / "proposals.csv", folder / "comments.csv")
        assert len(process.ideas) == 10860 and len(process.turns) == 18192
        source, wrote = process.grouping("source"), process.authorship
        rates = {
            g: process.ideas.adopted[wrote.idea[source.codes[wrote.person] == k]].mean()
            for k, g in enumerate(source.groups)
        }
        expected = {
            "citizen": 0.6522496,
            "meeting": 0.7581147,
            "official": 0.9569231,
            "organization": 0.7674706,
        }
        assert rates == pytest.approx(expected, abs=1e-6)
        assert process.ideas.is_host.sum() == 1300
        assert len(process.ideas.areas) == 10

    def test_debates_by_plain_tables(self, reference_data):
        turns = pd.read_csv(reference_data / "debates_2016_turns" / "turns.csv")
        people = (
            turns[["speaker", "gender"]]
            .drop_duplicates()
            .rename(columns={"speaker": "participant_id"})
        )
        process = Process(
            people,
            turns=pd.DataFrame(
                {
                    "turn_id": turns["debate"] + "-" + turns["turn"].astype(str),
                    "session_id": turns["debate"],
                    "participant_id": turns["speaker"],
                    "n_words": turns["n_words"],
                }
            ),
        )
        words, _ = process.ledger("words").by_group(process.grouping("gender"))
        assert words[0] / words.sum() == pytest.approx(0.2934455338531614)

    def test_skating_by_plain_tables(self, reference_data):
        scores = pd.read_csv(reference_data / "figure_skating" / "judge_totals_2016-17.csv")
        scores = scores[scores["judge_nation"].notna()]
        judges = scores[["judge_id", "judge_nation"]].drop_duplicates("judge_id")
        process = Process(
            {
                "participant_id": judges["judge_id"].tolist(),
                "nation": judges["judge_nation"].tolist(),
            },
            {"idea_id": sorted(set(scores["performance_id"]))},
            ratings={
                "participant_id": scores["judge_id"].tolist(),
                "idea_id": scores["performance_id"].tolist(),
                "value": scores["judge_total"].tolist(),
                "kind": ["score"] * len(scores),
            },
        )
        assert process.ballots().value.dtype == np.float64
        assert process.ballots().value.sum() == pytest.approx(scores["judge_total"].sum())

    def test_wroclaw_by_plain_tables(self, reference_data):
        folder = reference_data / "pabulib_wroclaw"
        votes = pd.read_csv(folder / "wroclaw_2015_up_to_150_votes_aggregated.csv")
        projects = pd.read_csv(folder / "wroclaw_2015_up_to_150_projects.csv")
        rows = votes.loc[votes.index.repeat(votes["n_votes"])].reset_index(drop=True)
        process = Process(
            {"participant_id": list(range(len(rows))), "area": rows["voter_area"].tolist()},
            {"idea_id": projects["project_id"].tolist(), "area": projects["project_area"].tolist()},
            ratings={
                "participant_id": list(range(len(rows))),
                "idea_id": rows["project_id"].tolist(),
                "value": [1] * len(rows),
            },
        )
        assert process.kinds == ("choose_one",) and len(process.people) == 108_499
        area, ideas, ballots = process.grouping("area"), process.ideas, process.ballots()
        own = np.array([ideas.areas[a] if a >= 0 else "" for a in ideas.area])[ballots.idea]
        mine = np.array([*area.groups, "?"])[area.codes[ballots.person]]
        assert (own == mine)[area.codes[ballots.person] >= 0].mean() == pytest.approx(
            0.538, abs=0.001
        )
        assert int((area.codes >= 0).sum()) == 31_742
