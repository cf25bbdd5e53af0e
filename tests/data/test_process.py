"""A process: its tables checked together, and what is counted from them."""

import pickle

import numpy as np
import pandas as pd
import pytest

import coprep
from coprep.data.baseline.baseline import Baseline
from coprep.data.process.coded import CURRENCIES
from coprep.data.process.process import Process
from coprep.errors import InputError
from told import texts


def tables():
    return {
        "participants": pd.DataFrame(
            {
                "participant_id": ["c", "a", "b", "d"],
                "area": ["South", "North", "North", "prefer not to say"],
                "religion": ["None", "None", "Yes", None],
                "role": ["public", "public", "leader", "public"],
            }
        ),
        "ideas": pd.DataFrame(
            {
                "idea_id": [3, 1, 2],
                "author_id": ["a", None, "c"],
                "topic": ["Homes", "Parks", None],
                "status": ["adopted", "rejected", "merged"],
                "merged_into": [None, None, 3],
                "created_at": ["2026-01-03", "2026-01-01", "2026-01-02"],
                "cost": ["100", None, "50"],
            }
        ),
        "beneficiaries": pd.DataFrame(
            {
                "idea_id": [1, 2, 3],
                "attribute": ["area", "Area", "area"],
                "group": ["north", "everyone", "South"],
            }
        ),
        "ratings": pd.DataFrame(
            {
                "participant_id": ["a", "a", "b", "c", "d"],
                "idea_id": [3, 1, 3, 2, 1],
                "value": [1, 0, 1, 1, 0],
            }
        ),
        "turns": pd.DataFrame(
            {
                "turn_id": ["t1", "t2", "t3"],
                "session_id": ["s", "s", "s"],
                "participant_id": ["a", "b", "a"],
                "text": ["one two", "three", "four five six"],
                "reply_to": [None, "t1", "t2"],
            }
        ),
    }


def test_people_are_sorted_and_unknown_is_a_value():
    process = Process(**tables())
    assert process.people == ("a", "b", "c", "d")
    area = process.grouping("area")
    assert (area.groups, area.codes.tolist()) == (("North", "South"), [0, 0, 1, -1])
    assert (area.sizes.tolist(), area.n_unknown, len(area)) == ([2, 1], 1, 4)
    assert process.grouping("religion").groups == ("None", "Yes")
    assert process.roles().groups == ("leader", "public")
    assert process.counts() == {
        "area": {"North": 2, "South": 1, "unknown": 1},
        "religion": {"None": 2, "Yes": 1, "unknown": 1},
        "role": {"leader": 1, "public": 3},
    }


def test_ideas_are_in_the_order_of_their_ids():
    ideas = Process(**tables()).ideas
    assert ideas.ids == ("1", "2", "3")
    assert [ideas.topics[t] if t >= 0 else None for t in ideas.topic] == ["Parks", None, "Homes"]
    assert ideas.adopted.tolist() == [0, 1, 1]  # 2 was merged into 3 and shares its fate
    assert ideas.merged_into.tolist() == [-1, 2, -1]
    assert np.isnan(ideas.cost[0]) and ideas.cost[1:].tolist() == [50, 100]
    assert ideas.created_at.astype(str).tolist() == [
        "2026-01-01T00:00:00",
        "2026-01-02T00:00:00",
        "2026-01-03T00:00:00",
    ]
    assert ideas.text is None


def test_beneficiaries_follow_the_groups_of_the_attribute():
    process = Process(**tables())
    weights, groups = process.beneficiaries("area")
    assert groups == ("North", "South")
    assert weights.tolist() == [[1, 0], [1, 1], [0, 1]]
    assert process.named_attributes == ("area",)
    nothing, groups = process.beneficiaries("religion")
    assert nothing.shape == (3, 2) and not nothing.any() and groups == ("None", "Yes")


def test_a_group_of_the_community_that_did_not_come_can_be_named():
    given = tables()
    given["beneficiaries"].loc[0, "group"] = "West"
    with pytest.raises(InputError, match="1 row for 'West' in 'area', which no participant has"):
        Process(**given)
    process = Process(
        **given, baseline=Baseline.from_counts({"area": {"North": 5, "South": 5, "West": 5}})
    )
    weights, groups = process.beneficiaries("area")
    assert groups == ("North", "South", "West")
    assert weights[0].tolist() == [0, 0, 1]


def test_ballots_are_sorted_and_know_own_ideas():
    ballots = Process(**tables()).ballots()
    assert ballots.person.tolist() == [0, 0, 1, 2, 3]
    assert ballots.idea.tolist() == [0, 2, 2, 1, 0]
    assert ballots.value.tolist() == [0, 1, 1, 1, 0]
    assert ballots.is_self.tolist() == [False, True, False, True, False]
    assert (ballots.kind, ballots.shown_known, len(ballots)) == ("approve", True, 5)
    assert ballots.person.dtype == np.int32 and ballots.value.dtype == np.float32
    assert ballots.complete() is ballots
    assert ballots.where(~ballots.is_self).value.tolist() == [0, 1, 0]


def test_a_ballot_of_approvals_alone_can_be_completed():
    given = tables()
    given["ratings"] = given["ratings"][given["ratings"]["value"] == 1].assign(kind="approve")
    ballots = Process(**given).ballots()
    assert not ballots.shown_known
    full = ballots.complete()
    assert full.person.tolist() == [0, 0, 1, 1, 2, 2]
    assert full.idea.tolist() == [
        1,
        2,
        1,
        2,
        1,
        2,
    ]  # idea 1 got no vote: it may not have been on the ballot
    assert full.value.tolist() == [0, 1, 0, 1, 1, 0]
    assert full.is_self.tolist() == [False, True, False, False, True, False]
    whole = ballots.complete(np.ones(3, dtype=bool))
    assert len(whole) == 9 and whole.value.sum() == 3


def test_values_that_float32_would_round_are_kept():
    given = tables()
    given["ratings"] = given["ratings"].assign(value=[176.58, 1.5, 2.5, 3.5, 4.5])
    assert Process(**given).ballots().value.tolist() == [1.5, 176.58, 2.5, 3.5, 4.5]


def test_ledgers_in_every_currency():
    process = Process(**tables())
    expected = {
        "ideas": [1, 0, 1, 0],
        "adoptions": [1, 0, 1, 0],
        "words": [5, 1, 0, 0],
        "turns": [2, 1, 0, 0],
        "votes": [1, 1, 1, 0],
    }
    for currency, amounts in expected.items():
        assert process.ledger(currency).amounts.tolist() == amounts, currency
    sums, unknown = process.ledger("ideas").by_group(process.grouping("area"))
    assert (sums.tolist(), unknown) == ([1, 1], 0)
    with pytest.raises(InputError, match="this process has no seconds") as raised:
        process.ledger("seconds")
    assert raised.value.code == "missing_table"
    with pytest.raises(InputError, match="did you mean 'words'"):
        process.ledger("word")
    assert set(expected) | {"seconds"} == set(CURRENCIES)


def test_co_authors_share_an_idea():
    given = tables()
    given["idea_authors"] = pd.DataFrame(
        {
            "idea_id": [1, 1, 2, 3, 3],
            "participant_id": ["a", "b", "c", "a", "b"],
            "share": [3, 1, None, None, 1],
        }
    )
    wrote = Process(**given).authorship
    assert wrote.idea.tolist() == [0, 0, 1, 2, 2]
    assert wrote.person.tolist() == [0, 1, 2, 0, 1]
    assert wrote.share.tolist() == [0.75, 0.25, 1, 0.5, 0.5]
    given["idea_authors"] = pd.DataFrame({"idea_id": [3], "participant_id": ["b"]})
    with pytest.raises(
        InputError, match="1 idea with an author_id that idea_authors does not list"
    ):
        Process(**given)


def test_an_idea_without_author_is_a_note():
    process = Process(**tables())
    assert "without a known author: 1 idea of 3." in texts(process.notes)


def test_turns_are_in_order_and_know_what_they_answer():
    given = tables()
    given["turns"] = given["turns"].iloc[[2, 0, 1]].assign(order=[3, 1, 2])
    turns = Process(**given).turns
    assert turns.ids == ("t1", "t2", "t3")
    assert turns.words.tolist() == [2, 1, 3]
    assert turns.reply_to.tolist() == [-1, 0, 1]
    assert turns.person.tolist() == [0, 1, 0]


def test_rows_that_name_nobody_are_left_out_and_said():
    given = tables()
    given["attendance"] = {"participant_id": ["a", None, "b"], "stage": ["design", "design", None]}
    given["experience"] = {
        "participant_id": ["a", None, "b"],
        "item": ["valued", "valued", None],
        "value": [1, 5, 3],
    }
    given["idea_authors"] = {"idea_id": [3, 3, 2], "participant_id": ["a", None, "c"]}
    given["need"] = {
        "topic": ["Homes", "Homes"],
        "attribute": ["area", "area"],
        "group": ["North", None],
    }
    process = Process(**given)
    assert process.counts("design")["role"] == {"leader": 0, "public": 1}
    assert process.experience["value"].tolist() == [1] and process.experience["item"] == ("valued",)
    for note in (
        "attendance: left out 2 rows without a participant, or with neither session nor stage.",
        "experience: left out 2 rows without participant, item or value.",
        "idea_authors: left out 1 row without a participant_id; the others share the idea.",
        "need: left out 1 row without topic, attribute or group.",
    ):
        assert note in texts(process.notes)


def test_words_for_we_do_not_know_are_no_people():
    process = Process(ideas={"idea_id": [1, 2, 3], "author_id": ["unknown", "N/A", "a"]})
    assert process.people == ("a",)
    assert "without a known author: 2 ideas of 3." in texts(process.notes)
    with pytest.raises(InputError, match="1 row without a participant_id"):
        Process({"participant_id": ["a", "unknown"]})


@pytest.mark.parametrize(
    ("people", "author"), [(["001", "002"], "1"), ([1, 2], "2.0"), (["Ann", "Bob"], " ann")]
)
def test_ids_that_are_nearly_the_same_are_told_without_being_quoted(people, author):
    with pytest.raises(InputError) as raised:
        Process(
            {"participant_id": people}, {"idea_id": ["x", "y"], "author_id": [author, "nobody"]}
        )
    assert "1 of 2 would be found but for capitals, blanks, leading zeros" in raised.value.hint
    assert "ann" not in str(raised.value).casefold() and "nobody" not in str(raised.value)


def test_people_whose_ids_differ_in_writing_alone_are_noted():
    process = Process({"participant_id": ["P1", "p1", "p2"]})
    assert any(
        note.startswith("participants: 1 participant_id differ") for note in texts(process.notes)
    )


def test_other_tables_are_checked_although_one_cannot_be_read():
    given = tables()
    given["participants"] = given["participants"].rename(
        columns={"participant_id": "particpant_id"}
    )
    given["ratings"] = given["ratings"].assign(kind="approve", value=[1, 0, 1, 1, 9])
    given["turns"]["turn_id"] = "t1"
    with pytest.raises(InputError) as raised:
        Process(**given, quotas=["area"])
    assert [p.code for p in raised.value.problems] == [
        "missing_column",
        "off_scale",
        "duplicate_key",
    ]


def test_shares_that_are_no_parts_of_one_are_noted():
    given = tables()
    given["idea_authors"] = {
        "idea_id": [3, 3, 2, 2],
        "participant_id": ["a", "b", "c", "a"],
        "share": [60, 40, 0.3, None],
    }
    process = Process(**given)
    assert process.authorship.share.tolist() == [0.5, 0.5, 0.6, 0.4]
    assert "idea_authors: 1 idea with shares missing or 0: counted as equal shares." in texts(
        process.notes
    )
    assert "idea_authors: 1 idea whose shares do not add to 1: scaled so that they do." in texts(
        process.notes
    )


def test_an_idea_for_everyone_may_name_a_group_as_well():
    given = tables()
    given["beneficiaries"] = {
        "idea_id": [1, 1],
        "attribute": ["area", "area"],
        "group": ["everyone", "North"],
        "weight": [1, 3],
    }
    assert Process(**given).beneficiaries("area")[0][0].tolist() == [3, 1]


def test_merges_that_say_two_things_or_too_little_are_noted():
    given = tables()
    given["ideas"]["status"] = ["rejected", "merged", "adopted"]
    process = Process(**given)
    assert process.ideas.adopted[1] == 0
    assert "ideas: 1 idea merged, but not said into which: what became of it is unknown." in texts(
        process.notes
    )
    assert any(
        "1 idea with a status of its own and a merged_into" in note for note in texts(process.notes)
    )


def test_topics_follow_the_spelling_of_the_ideas():
    given = tables()
    given["priorities"] = {
        "participant_id": ["a", "b"],
        "topic": ["homes ", "Park"],
        "value": [1, 2],
    }
    process = Process(**given)
    assert process.priorities.topics == ("Homes", "Park")
    assert (
        "priorities: 1 topic that no idea is filed under: “Park” (“Park” may be meant as “Parks”)."
        in texts(process.notes)
    )


def test_dates_that_cannot_be_are_refused():
    given = tables()
    given["participants"]["invited_at"] = ["2026-01-02"] * 3 + [None]
    given["ratings"]["at"] = ["2026-01-04"] * 4 + ["2026-01-01"]
    given["sessions"] = {
        "session_id": ["s", "r"],
        "stage": ["design", "review"],
        "date": ["2026-01-01", "2026-02-01"],
        "start": ["2026-01-01T10:00", "2026-02-03T10:00"],
        "end": ["2026-01-01T09:00", "12:00"],
    }
    given["attendance"] = {
        "participant_id": ["a", "b"],
        "session_id": ["s", "r"],
        "stage": ["design", "design"],
    }
    with pytest.raises(InputError) as raised:
        Process(**given)
    text = str(raised.value)
    for part in (
        "sessions: 1 row that end before they start",
        "sessions: 1 row that start on another day than their date",
        "attendance: 1 row with a stage that is not the stage of their session",
        "attendance: 1 row dated before the invitation of the participant",
    ):
        assert part in text, part
    given = tables()
    given["participants"]["invited_at"] = "2026-01-02"
    given["ideas"].loc[1, "author_id"] = "b"  # written on the first of January
    with pytest.raises(
        InputError, match="ideas: 1 row dated before the invitation of their author"
    ) as raised:
        Process(**given)
    assert "uninvited" in raised.value.hint


def test_a_clock_without_zone_may_be_a_day_off():
    ideas = {"idea_id": [1], "created_at": ["2026-01-01T23:30-05:00"]}
    Process(ideas=ideas, responses={"idea_id": [1], "at": ["2026-01-01"]})
    with pytest.raises(InputError, match="dated before the idea they answer"):
        Process(ideas=ideas, responses={"idea_id": [1], "at": ["2025-12-31"]})
    with pytest.raises(InputError, match="dated before the idea they answer"):
        Process(ideas=ideas, responses={"idea_id": [1], "at": ["2026-01-01T12:00-05:00"]})


def test_names_and_remarks_are_not_listed():
    remarks = [f"remark {i}" for i in range(40)]
    process = Process(
        {
            "participant_id": range(40),
            "remarks": remarks,
            "email": [f"P{i % 30}@x.org" for i in range(40)],
            "area": ["N", "S"] * 20,
        }
    )
    told = "\n".join(process.account())
    assert "remark 1" not in told and "@x.org" not in told and "“N”, “S”" in told


def test_numbers_are_numbers():
    given = tables()
    given["ideas"]["cost"] = ["yes", True, "1,000"]
    with pytest.raises(InputError, match="ideas: 3 of 3 cells of 'cost' are not a number"):
        Process(**given)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stages": {"design": 3}}, "stages must be a mapping"),
        ({"stages": ["design"]}, "stages must be a mapping"),
        ({"stages": {"design": {"quota": ["area"]}}}, "did you mean 'quotas'"),
        ({"quotas": 3}, "quotas must be a list of names"),
        ({"ratings": [1, 2]}, "ratings has no column 'value'; it has '0'"),
        ({"ratings": "ratings.csv"}, "read the file first"),
    ],
)
def test_what_is_no_setting_and_no_table_is_said(settings, message):
    with pytest.raises(InputError, match=message):
        Process(**(tables() | settings))


def test_everything_wrong_is_said_at_once():
    given = tables()
    given["participants"] = pd.concat([given["participants"], given["participants"].iloc[[0]]])
    given["ideas"].loc[0, "author_id"] = "zoe"
    given["ideas"].loc[1, "status"] = "rejectd"
    given["beneficiaries"].loc[0, "group"] = "Nroth"
    given["beneficiaries"].loc[1, "attribute"] = "arae"
    given["ratings"].loc[0, "idea_id"] = 33
    given["ratings"].loc[1, "participant_id"] = "yan"
    given["ratings"].loc[4, "value"] = 5
    given["ratings"]["kind"] = "approve"
    given["responses"] = pd.DataFrame({"idea_id": [1, 3], "at": ["2025-12-01", "2026-02-01"]})
    given["sessions"] = pd.DataFrame({"session": ["s"]})
    given["need"] = pd.DataFrame({"topic": [], "attribute": [], "group": []})
    with pytest.raises(InputError) as raised:
        Process(**given, selection="opn", quotas=["aera"])
    error = raised.value
    codes = [problem.code for problem in error.problems]
    assert codes.count("unknown_participant") == 2
    for code in (
        "duplicate_key",
        "unknown_choice",
        "unknown_group",
        "unknown_attribute",
        "unknown_idea",
        "off_scale",
        "dates_out_of_order",
        "missing_column",
        "empty_table",
    ):
        assert code in codes, code
    text = str(error)
    for hint in (
        "did you mean 'North'",
        "did you mean 'area'",
        "did you mean 'rejected'",
        "did you mean 'open'",
    ):
        assert hint in text
    assert "rename 'session' to 'session_id'" in text
    assert "1 idea that ideas lacks, in 1 row: '33'" in text
    for person in ("zoe", "yan"):
        assert person not in text


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("ratings", "value", "often", "ratings: 1 of 5 cells of 'value' are not a number"),
        ("ratings", "value", np.inf, "1 row off the scale"),
        ("ratings", "participant_id", None, "ratings: 1 row without a participant_id"),
        ("ratings", "idea_id", None, "ratings: 1 row without an idea_id"),
        ("ideas", "created_at", "31/01/2026", "ideas: 1 of 3 cells of 'created_at' are not a date"),
        ("ideas", "cost", "-5", "1 row with a negative or infinite cost"),
        ("ideas", "idea_id", None, "ideas: 1 row without an idea_id"),
        ("ideas", "merged_into", 9, "merged_into names 1 idea that ideas lacks"),
        ("participants", "participant_id", None, "participants: 1 row without a participant_id"),
        ("turns", "turn_id", "t2", "turns: 1 row too many"),
    ],
)
def test_bad_cells_are_refused_with_their_number(table, column, value, message):
    given = tables()
    frame = given[table].astype(object)
    frame.iloc[0, frame.columns.get_loc(column)] = value
    given[table] = frame
    with pytest.raises(InputError, match=message):
        Process(**given)


def test_merges_in_a_circle_are_refused():
    given = tables()
    given["ideas"]["merged_into"] = [1, 2, 3]
    with pytest.raises(InputError, match="3 ideas merged in a circle"):
        Process(**given)


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("approve", [1, 0, 2, 1, 1], "off the scale of 'approve'"),
        ("agree", [1, 0, -2, 1, 1], "off the scale of 'agree'"),
        ("rank", [1, 2.5, 1, 1, 1], "off the scale of 'rank'"),
        ("points", [1, 2, -1, 1, 1], "off the scale of 'points'"),
        ("choose_one", [1, 1, 1, 1, 1], "1 participant with several choices"),
        ("aprove", [1, 1, 1, 1, 1], "did you mean 'approve'"),
    ],
)
def test_values_off_their_scale_are_refused(kind, values, message):
    given = tables()
    given["ratings"] = given["ratings"].assign(value=values, kind=kind)
    with pytest.raises(InputError, match=message):
        Process(**given)


def test_a_stated_scale_binds_scores():
    given = tables()
    given["ratings"] = given["ratings"].assign(value=[1, 5, 3, 2, 4], kind="score")
    assert Process(**given, scale=(1, 5)).ledger("votes").amounts.tolist() == [2, 1, 1, 1]
    with pytest.raises(InputError, match="1 row off the scale of 'score', which is 1 to 4"):
        Process(**given, scale=(1, 4))
    with pytest.raises(InputError, match="scale must be"):
        Process(**given, scale=(5, 1))


def test_kinds_are_understood_from_values_and_said():
    given = tables()
    given["ratings"]["value"] = [1, -1, 0, 1, -1]
    process = Process(**given)
    assert process.kinds == ("agree",)
    assert "ratings say no kind: values -1, 0 and 1 are read as “agree”." in texts(process.notes)
    given["ratings"]["value"] = [1, 2, 3, 4, 5]
    assert Process(**given).kinds == ("score",)
    given["ratings"] = pd.DataFrame(
        {"participant_id": ["a", "b", "c"], "idea_id": [1, 1, 2], "value": [1, 1, 1]}
    )
    assert Process(**given).kinds == ("choose_one",)


def test_several_kinds_need_to_be_named():
    given = tables()
    given["ratings"] = pd.concat(
        [
            given["ratings"].assign(kind="approve"),
            given["ratings"].assign(kind="score", value=[3, 4, 5, 1, 2]),
        ]
    )
    process = Process(**given)
    assert process.kinds == ("approve", "score")
    assert process.ballots("score").value.tolist() == [4, 3, 5, 1, 2]
    assert process.ledger("votes").amounts.tolist() == [3, 2, 2, 1]
    with pytest.raises(InputError, match="kind must be one of 'approve', 'score'"):
        process.ballots()


def test_shown_tells_passes_from_unseen():
    given = tables()
    given["ratings"] = given["ratings"].assign(
        value=[1, None, None, 1, None], shown=[1, 1, 0, 1, None]
    )
    process = Process(**given)
    assert process.ballots().value.tolist() == [0, 1, 1]
    assert process.ballots().shown_known
    assert "ratings: left out 1 row of ideas that were not shown." in texts(process.notes)
    assert "ratings: read as not shown: 1 row without a value." in texts(process.notes)
    given["ratings"].loc[0, "shown"] = 0
    with pytest.raises(InputError, match="1 row with a value for an idea that was not shown"):
        Process(**given)


def test_sessions_attendance_and_stages():
    given = tables()
    given["sessions"] = pd.DataFrame(
        {
            "session_id": ["s1", "s2"],
            "stage": ["design", "review"],
            "date": ["2026-03-01", "2026-05-01"],
            "place": ["Hall", None],
        }
    )
    given["turns"]["session_id"] = "s1"
    given["attendance"] = pd.DataFrame(
        {"participant_id": ["a", "b", "a"], "session_id": ["s1", "s1", "s2"]}
    )
    process = Process(**given)
    assert process.stages == ("design", "review")
    assert process.counts("review")["area"] == {"North": 1, "South": 0}
    assert process.sessions["place"] == ("Hall", None)
    assert str(process.last_day) == "2026-05-01T00:00:00"
    with pytest.raises(InputError, match="stage must be one of 'design', 'review'"):
        process.counts("desing")
    given["attendance"].loc[0, "session_id"] = "s9"
    given["turns"].loc[1:, "session_id"] = "s3"
    with pytest.raises(InputError) as raised:
        Process(**given)
    assert "attendance: 1 session that sessions lacks, in 1 row: 's9'." in str(raised.value)
    assert "turns: 1 session that sessions lacks, in 2 rows: 's3'." in str(raised.value)


def test_small_tables():
    given = tables()
    given["experience"] = pd.DataFrame(
        {"participant_id": ["a", "b"], "item": ["felt_valued"] * 2, "value": [4, "Yes"]}
    )
    given["priorities"] = pd.DataFrame(
        {"participant_id": ["b", "a"], "topic": ["Homes", "Parks"], "value": [2, 1]}
    )
    given["need"] = pd.DataFrame(
        {"topic": ["Homes"], "attribute": ["area"], "group": ["South"], "weight": [2]}
    )
    process = Process(**given)
    assert process.experience["value"].tolist() == [4, 1]
    assert process.priorities.topics == ("Homes", "Parks")
    assert process.priorities.person.tolist() == [1, 0]
    assert process.need("area").weights.tolist() == [[0, 2]]
    assert process.need("religion") is None
    given["need"].loc[0, "group"] = "Sooth"
    with pytest.raises(InputError, match="did you mean 'South'"):
        Process(**given)


def test_require_names_everything_missing():
    process = Process(participants=tables()["participants"])
    with pytest.raises(InputError) as raised:
        process.require("ratings", "topics", why="people's votes are compared within topics")
    assert [problem.param for problem in raised.value.problems] == ["ratings", "topics"]
    assert "people's votes are compared within topics" in str(raised.value)
    process.require("participants")
    with pytest.raises(InputError, match="name must be one of"):
        process.require("rating")
    assert not process.has("baseline")


def test_without_participants_people_are_those_named_elsewhere():
    given = tables()
    process = Process(ideas=given["ideas"], ratings=given["ratings"])
    assert process.people == ("a", "b", "c", "d")
    assert process.attributes == ()
    with pytest.raises(InputError, match="has no participants"):
        process.grouping("area")


def test_without_an_ideas_table_ideas_are_known_by_id():
    process = Process(ratings=tables()["ratings"])
    assert process.ideas.ids == ("1", "2", "3")
    assert "no ideas table: 3 ideas known by id alone." in texts(process.notes)


def test_column_names_forgive_case_and_unused_ones_are_told():
    given = tables()
    given["ideas"] = given["ideas"].rename(columns={"idea_id": "Idea ID", "author_id": "author"})
    process = Process(ideas=given["ideas"], participants=given["participants"])
    assert process.ideas.ids == ("1", "2", "3")
    assert any("“author” may be meant as “author_id”" in note for note in texts(process.notes))


def test_published_counts():
    process = Process.from_counts(
        {
            "attribute": ["age", "age", "sex", "sex"] * 2,
            "group": ["16-29", "30+", "F", "M"] * 2,
            "count": [9, 10, 9, 9, 3, 2, 3, 2],
            "stage": ["selected"] * 4 + ["attended"] * 4,
            "total": [18] * 4 + [5] * 4,
        },
        Baseline.from_shares({"sex": {"F": 51, "M": 49}}),
    )
    assert process.stages == ("selected", "attended")
    off = "The groups of age (selected) add to 19, the published total is 18; the source does not add up, and 19 is used."
    assert texts(process.notes) == [off]
    with pytest.warns(coprep.CoprepWarning) as warned:
        audit = coprep.audit(
            process, {"here": Baseline.from_shares({"age": {"16-29": 30, "30+": 70}})}
        )
    assert [str(w.message) for w in warned] == [off]
    assert [note for note in texts(audit.notes) if "18" in note] == [off]
    assert process.counts("selected")["age"] == {"16-29": 9, "30+": 10}
    assert process.counts() == process.counts("attended")
    assert process.totals("selected") == {"age": 18, "sex": 18}
    assert process.attributes == ("age", "sex")
    nested = Process.from_counts(
        {"invited": {"sex": {"F": 10, "M": 12}}, "came": {"sex": {"F": 1, "M": 2}}}
    )
    assert nested.counts("invited") == {"sex": {"F": 10, "M": 12}} and nested.totals("came") is None
    for bad in (
        {"sex": {"F": -1}},
        {"attribute": ["a", "a"], "group": ["x", "x"], "count": [1, 1]},
        {"a": [1]},
    ):
        with pytest.raises(InputError):
            Process.from_counts(bad)


def printed(groups, stage=None, total=None, attribute="sex"):
    """A table of one attribute as a report prints it."""
    n = len(groups)
    rows = {"attribute": [attribute] * n, "group": list(groups), "count": list(groups.values())}
    return rows | {"stage": [stage] * n, "total": [total] * n}


def test_published_counts_are_read_as_reports_print_them():
    """The door reads figures by the same rule as `assess` does, whole tables and plain mappings alike."""
    process = Process.from_counts(printed({"F": "55%", "M": "45%"}, "came", "40"))
    assert process.counts("came") == {"sex": {"F": 22, "M": 18}}
    assert Process.from_counts({"sex": {"F": "55% of 40", "M": "18 of 40"}}).counts() == {
        "sex": {"F": 22, "M": 18}
    }
    process = Process.from_counts({"sex": {"F": "1,234", "M": 1000, None: 3}})
    assert process.counts() == {"sex": {"F": 1234, "M": 1000, "unknown": 3}}
    assert process.tally().attributes["sex"].unknown.n == 3


def test_a_total_among_published_groups_is_no_group():
    process = Process.from_counts(
        {"sex": {"F": 12, "M": 9, "Total": 21}, "help": {"All": 5, "Some": 3}}
    )
    assert process.counts() == {"sex": {"F": 12, "M": 9}, "help": {"All": 5, "Some": 3}}
    assert "The row “Total” of sex is a total and was not taken as a group." in texts(process.notes)
    # The rows of a table are people, whatever they are called.
    people = Process(
        participants={"participant_id": list("abcd"), "help": ["All", "All", "Some", "None"]}
    )
    assert people.tally().attributes["help"].cells["All"].n == 2


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            printed({"F": 2.5, "M": 2}, "came"),
            ["'sex' at stage 'came': 'F' is 2.5", "whole number of people"],
        ),
        (printed({"F": "x", "M": 2}), ["'sex': 'F' is 'x'", "expected a number from 0"]),
        (printed({"F": 30, "M": 2}, "came", 18), ["is 30, more than the 18 who took part"]),
        (
            printed({"F": "45.9%"}, None, 123),
            ["45.9% of 123, which no whole number of people gives"],
        ),
        (printed({"F": "45.9%"}), ["45.9%, but of how many?"]),
        (printed({"F": 1}, "came", "many"), ["the total of 'sex' at stage 'came' is 'many'"]),
        (printed({"F": 1, "female": 1, "Female": 2}), ["'Female' stands twice in 'sex'"]),
        (printed({"F": 1}) | {"total": [2.5]}, ["the total of 'sex' is 2.5"]),
        (
            {"attribute": ["a", "a"], "group": ["x", "y"], "count": [1, 1], "total": [2, 3]},
            ["different totals: 2, 3"],
        ),
    ],
)
def test_wrong_published_counts_are_refused_at_the_door(counts, words):
    with pytest.raises(InputError) as caught:
        Process.from_counts(counts)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_groups_that_overlap_are_refused_only_where_they_are_compared_as_apart():
    """The door cannot know whether people could tick several; the baseline does."""
    process = Process.from_counts(printed({"Urdu": 15, "Polish": 14}, None, 18, "language"))
    assert "can be only where people can be in several groups" in texts(process.notes)[0]
    several = {"language": {"Urdu": 30, "Polish": 40, "Total": 100}}
    assert coprep.audit(process, Baseline.from_counts(several, overlapping=["language"])).table[
        "count"
    ].tolist() == [15, 14]
    with pytest.raises(InputError, match="add to 29, more than the 18"):
        coprep.audit(process, Baseline.from_counts({"language": {"Urdu": 30, "Polish": 40}}))


def test_selection_can_differ_by_stage():
    counts = {"invited": {"sex": {"F": 10, "M": 12}}, "selected": {"sex": {"F": 2, "M": 2}}}
    process = Process.from_counts(
        counts, selection="open", stages={"selected": {"selection": "quota", "quotas": ["sex"]}}
    )
    assert process.selection_at("invited") == ("open", ())
    assert process.selection_at("selected") == ("quota", ("sex",))
    with pytest.raises(InputError, match="stages must be one of"):
        Process.from_counts(counts, stages={"selcted": {"selection": "open"}})


def test_hostile_labels_stay_labels():
    given = tables()
    hostile = "<script>\n\u202eالجنوب"
    given["participants"]["area"] = [hostile, "North", "North", "=1+1"]
    given["beneficiaries"]["group"] = ["North", "everyone", "=1+1"]
    process = Process(**given)
    assert "=1+1" in process.grouping("area").groups
    assert all("\n" not in line and "\u202e" not in line for line in process.account())


def test_messages_and_notes_never_name_a_person():
    given = tables()
    given["participants"]["participant_id"] = ["jane@example.org", "a", "b", "d"]
    with pytest.raises(InputError) as raised:
        Process(**given)
    assert "jane" not in str(raised.value)
    given = tables()
    names = {"a": "ann@x.org", "b": "bob@x.org", "c": "cyd@x.org", "d": "dee@x.org"}
    for table, column in (
        ("participants", "participant_id"),
        ("ideas", "author_id"),
        ("ratings", "participant_id"),
        ("turns", "participant_id"),
    ):
        given[table][column] = given[table][column].map(names)
    process = Process(**given)
    told = "\n".join(
        (*process.account(), repr(process), repr(process.ballots()), repr(process.turns))
    )
    assert "@x.org" not in told and "four five six" not in told


def test_a_process_can_be_pickled():
    process = Process(**tables())
    again = pickle.loads(pickle.dumps(process))
    assert again.account() == process.account()


def test_many_groups_are_refused_only_where_they_do_not_fit():
    n = 20_000
    people = pd.DataFrame({"participant_id": range(n), "street": [f"street {i}" for i in range(n)]})
    ideas = pd.DataFrame({"idea_id": range(n)})
    named = pd.DataFrame(
        {"idea_id": range(n), "attribute": "street", "group": [f"street {i}" for i in range(n)]}
    )
    process = Process(people, ideas, beneficiaries=named)
    with pytest.raises(InputError, match="20,000 ideas by 20,000 groups") as raised:
        process.beneficiaries("street")
    assert raised.value.code == "too_many_groups"


@pytest.mark.parametrize("bad", [3, "participants.csv", {"participant_id": ["a"], "x": [1, 2]}])
def test_what_is_no_table_is_refused(bad):
    with pytest.raises(InputError):
        Process(participants=bad)


def test_a_process_without_a_title_shows_no_empty_one():
    counted = Process.from_counts({"sex": {"Female": 2}})
    assert repr(counted) == "Process(0 people, 0 ideas; counts)"
    assert repr(Process.from_counts({"sex": {"Female": 2}}, title="Parks")).startswith(
        "Process('Parks': 0 people"
    )
