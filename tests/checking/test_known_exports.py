"""Exports of eight platforms, each with what a careful reader finds in it."""

import json
from pathlib import Path

import pytest

from coprep import Baseline, read_participants

EXPORTS = Path(__file__).parent.parent / "data" / "sign_ups"
UNKNOWN = "(unknown)"

# Folder: what the census calls each attribute of the truth, and what somebody decided.
DECIDED = {
    "01-google-forms": (
        {"gender": "gender", "age": "age", "disability": "disability", "ethnicity": "ethnic group"},
        {
            "people": {"repeats": "last"},
            "words": {
                "gender": {},
                "age": {"(row 7)": UNKNOWN, "(written)": UNKNOWN},
                "ethnic group": {"(several)": "(each)", "(written)": UNKNOWN},
            },
        },
    ),
    "02-ms-forms": (
        {"age": "age", "sex": "sex", "carer": "carer", "language": "language"},
        {
            "words": {
                "age": {"(row 5)": UNKNOWN, "Under 16": "Under 16"},
                "language": {"(several)": "(each)"},
            }
        },
    ),
    "03-surveymonkey": (
        {"gender": "gender", "age": "age", "disability": "disability", "carer": "carer"},
        {
            "words": {
                "gender": {"(written)": "Another gender"},
                "disability": {"(several)": "Yes", "(not ticked)": UNKNOWN},
                "carer": {"(not ticked)": UNKNOWN},
            }
        },
    ),
    "04-qualtrics": (
        {"age": "age", "ethnicity": "ethnic group", "place": "place"},
        {
            "people": {"unfinished": "keep", "day": "2026-01-01"},
            "words": {"age": {"(row 11)": UNKNOWN}, "ethnic group": {"(several)": "(each)"}},
        },
    ),
    "05-limesurvey-codes": (
        {"area": "area", "gender": "gender"},
        {"people": {"unfinished": "drop"}},
    ),
    "06-eventbrite": (
        {"gender": "gender", "age": "age"},
        {"people": {"staff": "keep", "quantity": "one", "copies": "keep", "online": "keep"}},
    ),
    "07-kobo-select-multiple": (
        {"gender": "gender", "languages": "languages", "age": "age"},
        {
            "people": {"not_approved": "drop"},
            "words": {"age": {"(row 8)": UNKNOWN}, "languages": {"(several)": "(each)"}},
        },
    ),
    "08-redcap-checkbox": (
        {"gender": "gender", "race": "race"},
        {"words": {"race": {"(several)": "(each)"}}},
    ),
}


def truth_of(folder):
    return json.loads((EXPORTS / folder / "truth.json").read_text(encoding="utf-8"))


def counts_of(truth):
    return truth["counts"].get("registered", truth["counts"])


def people_of(folder):
    truth = truth_of(folder)
    names, answers = DECIDED[folder]
    groups = {name: dict.fromkeys(counts_of(truth)[key], 10.0) for key, name in names.items()}
    file = EXPORTS / folder / truth["file"]
    people = read_participants(file, baseline=Baseline.from_counts(groups))
    return truth, names, people, people.answer(answers)


@pytest.mark.parametrize("folder", DECIDED)
def test_rows_are_people_and_those_left_out(folder):
    truth, _, asked, decided = people_of(folder)
    account = decided.account()
    rows = account[account["part"] == "rows"].set_index("what")["count"]
    left = account[(account["part"] == "rows") & (account["what"] == "left out")]["count"].sum()
    people = truth["people"] if isinstance(truth["people"], int) else truth["people"]["registered"]
    assert rows["read"] == truth["data_rows"]
    assert rows["people"] == people
    assert rows["people"] + left == truth["data_rows"]
    assert asked.sign_ups.form.header_rows == truth["header_rows"]
    assert truth["platform"].startswith(asked.sign_ups.form.platform)


@pytest.mark.parametrize("folder", DECIDED)
def test_groups_hold_who_said_so(folder):
    truth, names, _, decided = people_of(folder)
    for key, name in names.items():
        one = decided.sign_ups.compared[name]
        expected = counts_of(truth)[key]
        assert {group: one.count(group) for group in expected} == expected, name


@pytest.mark.parametrize("folder", DECIDED)
def test_who_says_nothing_is_unknown(folder):
    truth, names, _, decided = people_of(folder)
    unknown = truth["unknown"].get("registered", truth["unknown"])
    for key, name in names.items():
        held = decided.sign_ups.compared[name].number("unknown")
        assert held == sum(unknown.get(key, {}).values()), name


@pytest.mark.parametrize("folder", DECIDED)
def test_nothing_private_is_printed(folder):
    truth, _, asked, decided = people_of(folder)
    private = {
        asked.sign_ups.sheet.cell(row, at)
        for one in asked.sign_ups.form.fields
        if one.role == "private"
        for at in one.columns
        for row in range(asked.sign_ups.form.first_row, len(asked.sign_ups.sheet.rows))
    } - {"", "anonymous", "*******"}
    for made in (asked, decided):
        printed = "\n".join(
            (str(made), str(made.mapping), made._repr_html_(), made.account().to_csv(), repr(made))
        )
        assert not [word for word in private if word in printed]
        assert not [word for word in ("Yorkshire", "Agender", "Roma", "thirty") if word in printed]


def test_the_stage_says_who_came():
    truth, names, _, decided = people_of("06-eventbrite")
    frame = decided.frame
    came = frame[frame["stage"] == "attended"]
    assert len(came) == truth["people"]["attended"]
    for name in names:
        expected = truth["counts"]["attended"][name]
        assert came[name].value_counts().to_dict() == expected


def test_ticks_of_one_question_are_attributes_of_their_own():
    truth = truth_of("05-limesurvey-codes")
    yes_or_no = {"Yes": 10.0, "No": 10.0}
    names = ("renting", "children", "disabled")
    people = read_participants(
        EXPORTS / "05-limesurvey-codes" / truth["file"],
        baseline=Baseline.from_counts(dict.fromkeys(names, yes_or_no)),
    )
    no = {"(not ticked)": "No"}
    decided = people.answer({"people": {"unfinished": "drop"}, "words": dict.fromkeys(names, no)})
    for name in names:
        assert decided.sign_ups.compared[name].count("Yes") == truth["counts"][name]["ticked"]
    assert {q.people for q in people.questions if q.key == "(not ticked)"} == {2}


def test_codes_without_a_codebook_are_never_guessed(tmp_path):
    file = tmp_path / "results.csv"
    file.write_bytes((EXPORTS / "05-limesurvey-codes" / "results-survey.csv").read_bytes())
    census = Baseline.from_counts({"area": {"North": 10, "South": 10}})
    people = read_participants(file, baseline=census)
    assert "area" not in people.sign_ups.compared
    mapped = read_participants(
        file,
        baseline=census,
        mapping={
            "people": {"unfinished": "drop"},
            "columns": {"G01Q01": {"attribute": "area", "kind": "one"}},
            "words": {"area": {"A1": "North", "A2": "South", "A3": "(outside)"}},
        },
    )
    assert mapped.frame["area"].value_counts().to_dict() == {
        "North": 2,
        "South": 2,
        "(outside)": 1,
    }
