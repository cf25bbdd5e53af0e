"""Sheets that people make and programs re-save: titles, figures, dates, and columns that are not what they seem."""

import openpyxl
import pytest

from coprep import Baseline, InputError, audit, read_participants, read_process
from coprep.cli import main

AGE = Baseline.from_counts({"age": {"16-29": 25, "30-64": 50, "65+": 25}})
SEX = Baseline.from_counts({"sex": {"Female": 51, "Male": 49}})


def form(folder, header, rows, name="responses.csv"):
    """A Google Forms export."""
    lines = [f"2026/03/02 10:{i % 60:02d}:00,{row}" for i, row in enumerate(rows)]
    path = folder / name
    path.write_text("\n".join([f"Timestamp,{header}", *lines]) + "\n", encoding="utf-8")
    return path


def workbook(folder, rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for block in merged:
        book.active.merge_cells(block)
    path = folder / "book.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["Age group", "Number", "%"],
            ["16-29", "<5", "*"],
            ["30-64", 20, "60%"],
            ["65+", 0, "0%"],
        ],
        [["Monitoring"], [], ["Group", "Count"], ["Female", 12], ["Male", "<5"], ["Total", 15]],
        [["Sex", "People"], ["Female", 120], ["Male", 95]],
    ],
)
def test_figures_by_group_are_no_people(tmp_path, rows):
    with pytest.raises(InputError) as caught:
        read_participants(workbook(tmp_path, rows), baseline=SEX)
    assert caught.value.code == "table_of_counts"
    assert "counts.csv" in str(caught.value)


def test_titles_merged_cells_and_a_total_are_no_people(tmp_path):
    rows = [["Our assembly"], [], ["Ref", "Sex", "Ward"], ["A1", "Female", "Hulme"]]
    rows += [["A2", "Male", None], ["A3", "Female", "Moss Side"], ["Total", 3, None]]
    people = read_participants(workbook(tmp_path, rows, ["A1:C1", "C4:C5"]), baseline=SEX)
    assert len(people) == 3
    assert people.frame["sex"].tolist() == ["Female", "Male", "Female"]
    assert "2 rows above the header, not read" in str(people)


def test_formulas_without_values_are_refused(tmp_path):
    rows = [["Ref", "Sex"], ["A", "=B9"], ["B", "=B9"]]
    with pytest.raises(InputError, match="formulas without values"):
        read_participants(workbook(tmp_path, rows), baseline=SEX)


def test_a_day_and_month_that_can_be_changed_about_is_asked_only_where_it_matters(tmp_path):
    path = form(tmp_path, "Date of birth", ["03/04/1980", "25/12/1996", "12/11/1995", "1950-01-01"])
    people = read_participants(path, baseline=AGE).answer({"people": {"day": "2025-12-01"}})
    one = people.sign_ups.compared["age"]
    assert {group: one.count(group) for group in AGE.groups("age")} == {
        "16-29": 1,
        "30-64": 1,
        "65+": 1,
    }
    # Born on 12 November or 11 December 1995: 30 or 29.
    assert [question.rows for question in people.questions if question.key == "(row 4)"] == [(4,)]
    assert "1995" not in str(people)


def test_dates_of_birth_in_a_workbook(tmp_path):
    from datetime import datetime

    rows = [["Name", "Date of birth"], ["A", datetime(1990, 5, 5)], ["B", datetime(1940, 1, 1)]]
    people = read_participants(workbook(tmp_path, rows), baseline=AGE)
    decided = people.answer({"people": {"day": "2026-01-01"}})
    assert decided.frame["age"].tolist() == ["30-64", "65+"]
    for made in (people, decided):
        assert "1990" not in str(made) + str(made.mapping) + made._repr_html_()


def test_postcodes_are_no_codes_and_never_shown(tmp_path):
    census = Baseline.from_counts({"area": {"Hulme": 50, "Moss Side": 50}})
    path = form(tmp_path, "Where do you live?", ["Hulme"] * 5 + ["Moss Side"] * 5 + ["M14", "M15"])
    people = read_participants(path, baseline=census)
    assert [question.key for question in people.questions] == ["(written)"]
    path = form(tmp_path, "Which area?", ["M14", "M15", "M16"], "other.csv")
    told = read_participants(path, baseline=census)
    assert "M15" not in str(told) + str(told.mapping)


def test_of_two_columns_the_one_with_the_name_is_taken_else_it_is_asked(tmp_path):
    path = form(tmp_path, "Sex,Sex at birth", ["Female,Male", "Male,Male", "Female,Female"])
    named = read_participants(path, baseline=SEX)
    assert named.frame["sex"].tolist() == ["Female", "Male", "Female"]
    path = form(tmp_path, "Your sex,Sex at birth", ["Female,Male", "Male,Male", "Female,Female"])
    people = read_participants(path, baseline=SEX)
    assert [question.section for question in people.questions] == ["columns"]
    with pytest.raises(InputError):
        _ = people.frame
    decided = people.answer({"columns": {"Sex at birth": "ignore"}})
    assert decided.frame["sex"].tolist() == ["Female", "Male", "Female"]


def test_a_yes_to_another_question_is_no_attribute(tmp_path):
    census = Baseline.from_counts({"disability": {"Yes": 20, "No": 80}})
    path = form(tmp_path, "Are you a carer?,Will you come?", ["Yes,No", "No,Yes"])
    assert not read_participants(path, baseline=census).sign_ups.compared


def test_separators_alone_are_an_empty_cell(tmp_path):
    path = form(tmp_path, "Sex (tick all that apply)", ["Female", '", "', "Male"])
    people = read_participants(path, baseline=SEX)
    assert people.frame["sex"].tolist() == ["Female", None, "Male"]


def test_all_five_kinds_of_nothing_are_told_apart(tmp_path):
    header = (
        "start;who/ethnic;who/ethnic/white;who/ethnic/asian;who/ethnic/prefer_not_to_say;_id;_uuid"
    )
    rows = ["a;white;1;0;0;1;u1", "b;;0;0;0;2;u2", "c;;;;;3;u3", "d;asian;0;1;0;4;u4"]
    rows += ["e;prefer_not_to_say;0;0;1;5;u5"]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    census = Baseline.from_counts({"ethnic group": {"White": 80, "Asian": 20}})
    one = read_participants(path, baseline=census).sign_ups.compared["ethnic group"]
    found = [(place.kind, place.why) for place in one.places.values()]
    assert found[0] == ("group", "spelling")
    assert found[1] == ("open", "not ticked")
    assert found[2] == ("unknown", "not asked")
    assert found[3] == ("group", "spelling")
    assert found[4] == ("unknown", "declined")


def test_what_was_not_decided_stands_on_the_page(tmp_path, capsys):
    rows = ["Female"] * 6 + ["Male"] * 5 + ["something else"]
    form(tmp_path, "What is your sex?", rows)
    (tmp_path / "baseline.csv").write_text("attribute,group,count\nsex,Female,51\nsex,Male,49\n")
    assert main(["check", str(tmp_path)]) == 0
    out = tmp_path / "page.html"
    assert main(["audit", str(tmp_path), "--out", str(out)]) == 0
    assert "was not decided" in capsys.readouterr().out
    assert "something else" not in out.read_text(encoding="utf-8")
    # In Python nothing is counted before it is decided.
    with pytest.raises(InputError, match="another answer"):
        read_process(tmp_path)
    mapping = tmp_path / "mapping.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('"(written)" = ""', '"(written)" = "(outside)"'))
    result = audit(read_process(tmp_path))
    assert result.parts[0].table["count"].tolist()[:2] == [6, 5]


def test_targets_are_never_tested(tmp_path):
    form(tmp_path, "What is your sex?", ["Female"] * 20 + ["Male"] * 2)
    target = Baseline.from_counts({"sex": {"Female": 11, "Male": 11}}, kind="target")
    people = read_participants(tmp_path / "responses.csv", baseline=target)
    assert people.baseline.kind == "target"


def test_what_somebody_says_of_a_file_is_done(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes("Ref|Sex|Came\n1|Frau|ja\n2|Männer|nein\n3|Frau|ja\n".encode("cp1252"))
    files = {"separator": "|", "encoding": "cp1252"}
    stage = {"column": "Came", "attended": ["ja"]}
    people = read_participants(
        path, baseline=SEX, mapping={"files": files, "people": {"stage": stage}}
    )
    assert people.frame["sex"].tolist() == ["Female", "Male", "Female"]
    assert people.frame["stage"].tolist() == ["attended", "registered", "attended"]
    with pytest.raises(InputError, match="encoding"):
        read_participants(path, mapping={"files": {"encoding": "cp125"}})
    with pytest.raises(InputError, match="codebook"):
        read_participants(path, mapping={"files": {"codebook": "none.csv"}})
    fewer = read_participants(path, baseline=SEX, mapping={"files": {**files, "header_rows": 2}})
    assert len(fewer) == 2


def test_weights_are_used(tmp_path):
    form(tmp_path, "What is your sex?,w", ["Female,1"] * 3 + ["Male,2"] * 3)
    (tmp_path / "baseline.csv").write_text("attribute,group,count\nsex,Female,51\nsex,Male,49\n")
    (tmp_path / "mapping.toml").write_text('[people]\nweight = "w"\n')
    assert list(read_process(tmp_path).weights) == [1, 1, 1, 2, 2, 2]


def test_one_fact_a_line_for_screen_readers(tmp_path, capsys):
    form(tmp_path, "What is your sex?", ["Female"] * 3 + ["Male"] * 3 + ["other"])
    (tmp_path / "baseline.csv").write_text("attribute,group,count\nsex,Female,51\nsex,Male,49\n")
    main(["check", str(tmp_path), "--plain"])
    told = capsys.readouterr().out
    assert "people, sex, Female: 3" in told
    assert "people, sex, (open): 1" in told


def test_two_digits_where_a_year_is_asked_are_no_age(tmp_path):
    path = form(tmp_path, "Year of birth", ["1990", "85", "2030", "199"])
    people = read_participants(path, baseline=AGE)
    one = people.sign_ups.compared["age"]
    assert sum(one.count(group) for group in AGE.groups("age")) == 0
    keys = {question.key for question in people.questions}
    assert {"day", "(row 3)", "(row 4)", "(row 5)"} <= keys
    decided = people.answer(
        {"people": {"day": "2026-01-01"}, "words": {"age": {"(row 3)": "1985"}}}
    )
    assert decided.sign_ups.compared["age"].count("30-64") == 2


def test_detailed_answers_of_the_census_form_are_their_broad_groups(tmp_path):
    white = "White"
    asian = "Asian, Asian British or Asian Welsh"
    black = "Black, Black British, Black Welsh, Caribbean or African"
    mixed = "Mixed or Multiple ethnic groups"
    other = "Other ethnic group"
    census = Baseline.from_counts(
        {"ethnic group": dict.fromkeys((white, asian, black, mixed, other), 20)}
    )
    said = {
        "White British": white,
        "White - Irish": white,
        "White: Gypsy or Irish Traveller": white,
        "Asian or Asian British - Indian": asian,
        "Asian or Asian British - African": None,
        "Black African": black,
        "Mixed: White and Asian": mixed,
        "Any other ethnic group": other,
        "British": None,
    }
    path = form(tmp_path, "Ethnicity", said)
    places = read_participants(path, baseline=census).sign_ups.compared["ethnic group"].places
    found = [place.groups[0] if place.kind == "group" else None for place in places.values()]
    assert found == list(said.values())


def test_yes_is_shown_however_few_said_it(tmp_path):
    census = Baseline.from_counts({"disability": {"Disabled": 18, "Not disabled": 82}})
    path = form(tmp_path, "Are you disabled?", ["Yes"] * 2 + ["No"] * 2)
    people = read_participants(path, baseline=census)
    assert {q.key: q.suggestion for q in people.questions} == {
        "Yes": "Disabled",
        "No": "Not disabled",
    }


@pytest.mark.parametrize(
    "cells",
    [
        ["a@example.org", "b@example.org", "c@example.org"],
        ["0161 496 0000", "0161 496 0001", "+44 161 496 0002"],
        ["M14 5XX", "m1 1ae", "OL1 2AB"],
        [f"I would like to come but I cannot walk up stairs {n}" for n in range(4)],
    ],
)
def test_what_is_private_is_seen_by_its_values(tmp_path, cells):
    path = form(tmp_path, "Question 7,Sex", [f"{cell},Female" for cell in cells])
    people = read_participants(path, baseline=SEX)
    roles = {one.name: one.role for one in people.sign_ups.form.fields}
    assert roles["Question 7"] == "private"


def test_a_form_in_another_language(tmp_path):
    path = tmp_path / "antworten.csv"
    rows = ["Zeitstempel;Ihr Geschlecht;Ihr Alter;Vorname"]
    rows += ["02.03.2026 10:01:00;weiblich;34;A", "02.03.2026 10:02:00;männlich;71;B"]
    path.write_bytes("\n".join(rows).encode("cp1252"))
    people = read_participants(path, baseline=SEX | AGE)
    assert people.sign_ups.form.platform == "Google Forms"
    assert people.frame.values.tolist() == [["Female", "30-64"], ["Male", "65+"]]
