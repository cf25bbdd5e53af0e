"""The command as an officer meets it: from two files to a finding, and what stands in the way."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

import coprep
from coprep import Baseline, InputError, read_participants
from coprep.cli import main

DATA = Path(__file__).parent.parent / "data"
EXPORTS = DATA / "sign_ups"
SEX = DATA / "census_files" / "TS008_sex_2_ltla_gm.csv"


@pytest.fixture
def sign_ups(tmp_path):
    """A folder with a form's export and a census file, as downloaded."""
    folder = tmp_path / "sign-ups"
    folder.mkdir()
    shutil.copy(EXPORTS / "01-google-forms" / "responses.csv", folder)
    shutil.copy(SEX, folder / "TS008-2021-3.csv")
    return folder


def people_table(folder, question, answers, census=None):
    """A form's export with one question, and a baseline beside it."""
    folder.mkdir(exist_ok=True)
    rows = "\n".join(f'2026/03/02 10:{i % 60:02d}:00,"{a}"' for i, a in enumerate(answers))
    (folder / "responses.csv").write_text(f"Timestamp,{question}\n{rows}\n", encoding="utf-8")
    if census:
        lines = "\n".join(f"{a},{g},{n}" for a, groups in census.items() for g, n in groups.items())
        (folder / "baseline.csv").write_text(f"attribute,group,count\n{lines}\n", encoding="utf-8")
    return folder


def edit(folder, *pairs):
    """Change lines of the mapping as a person does: the one file that is edited."""
    file = folder / "mapping.toml"
    text = file.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


def test_an_officer_gets_from_two_files_to_a_finding_with_three_commands(sign_ups, tmp_path):
    assert main(["check", str(sign_ups), "--area", "Manchester"]) in (0, 3)
    edit(
        sign_ups,
        ('repeats = ""', 'repeats = "last"'),
        ('"(written)" = ""', '"(written)" = "(unknown)"'),
    )
    assert main(["check", str(sign_ups)]) == 0
    page = tmp_path / "page.html"
    assert main(["audit", str(sign_ups), "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "Female" in text
    assert "p01@example.org" not in text
    assert "Non-binary" not in text


def test_one_file_needs_no_folder(tmp_path, capsys):
    file = tmp_path / "people.xlsx"
    shutil.copy(EXPORTS / "02-ms-forms" / "responses.xlsx", file)
    out = tmp_path / "page.html"
    said = ["audit", str(file), "--baseline", str(SEX), "--area", "Manchester", "--out", str(out)]
    assert main(said) == 0
    assert out.exists()


def test_the_second_run_adds_nothing_and_tells_what_answers_changed(sign_ups, capsys):
    main(["check", str(sign_ups), "--area", "Manchester"])
    edit(
        sign_ups,
        ('repeats = ""', 'repeats = "last"'),
        ('"(written)" = ""', '"(written)" = "(unknown)"'),
    )
    before = (sign_ups / "mapping.toml").read_bytes()
    capsys.readouterr()
    assert main(["check", str(sign_ups)]) == 0
    told = capsys.readouterr().out
    assert (sign_ups / "mapping.toml").read_bytes() == before
    assert "2 answers of yours" in told
    assert "No question is open." in told
    assert re.search(r"1 +0 +open", told)


def test_the_same_files_give_the_same_bytes(sign_ups, capsys):
    assert main(["check", str(sign_ups), "--area", "Manchester"]) in (0, 3)
    first = capsys.readouterr().out
    text = (sign_ups / "mapping.toml").read_bytes()
    (sign_ups / "mapping.toml").unlink()
    main(["check", str(sign_ups), "--area", "Manchester"])
    assert capsys.readouterr().out == first
    assert (sign_ups / "mapping.toml").read_bytes() == text


def test_a_deleted_line_is_asked_again_and_lines_are_only_added(sign_ups):
    main(["check", str(sign_ups), "--area", "Manchester"])
    file = sign_ups / "mapping.toml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("repeats")]
    file.write_text("\n".join(kept) + "\n")
    main(["check", str(sign_ups)])
    again = file.read_text().splitlines()
    assert 'repeats = ""' in again
    rest = iter(again)
    assert all(line in rest for line in kept)  # in their order


def test_every_line_of_the_mapping_is_toml_and_narrow_enough(sign_ups):
    main(["check", str(sign_ups), "--area", "Manchester"])
    text = (sign_ups / "mapping.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    assert found["people"]["repeats"] == ""
    assert found["columns"]["Email Address"] == "private"
    assert found["baseline"]["sex"]["area"] == "E08000003"
    assert not [
        line
        for line in text.splitlines()
        if line.startswith("#") and len(line) > 80 and "=" not in line
    ]


def test_what_is_printed_is_80_columns_wide(sign_ups, capsys):
    main(["check", str(sign_ups), "--area", "Manchester"])
    assert not [line for line in capsys.readouterr().out.splitlines() if len(line) > 80]


def test_dry_run_writes_nothing_and_fresh_keeps_answers(sign_ups):
    main(["check", str(sign_ups), "--area", "Manchester", "--dry-run"])
    assert not (sign_ups / "mapping.toml").exists()
    main(["check", str(sign_ups), "--area", "Manchester"])
    edit(sign_ups, ('repeats = ""', 'repeats = "first"  # as agreed'))
    main(["check", str(sign_ups), "--fresh"])
    assert tomllib.loads((sign_ups / "mapping.toml").read_text())["people"]["repeats"] == "first"
    assert "as agreed" in (sign_ups / "mapping.toml.bak").read_text()


def test_json_holds_account_questions_and_mapping_and_nothing_else(sign_ups, capsys):
    main(["check", str(sign_ups), "--area", "Manchester", "--json", "-"])
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"account", "questions", "mapping"}
    assert {question["key"] for question in told["questions"]} == {"repeats", "(written)"}


def test_a_refusal_is_json_too(tmp_path, capsys):
    (tmp_path / "empty.csv").write_text("")
    assert main(["check", str(tmp_path), "--json", "-"]) == 2
    assert json.loads(capsys.readouterr().out)["refused"][0]["what"]


def test_several_areas_and_none_asked_for_are_named(sign_ups, capsys):
    assert main(["check", str(sign_ups)]) == 2
    assert "Manchester" in capsys.readouterr().err


# -- what would turn a verdict is asked, and waits


def test_a_yes_is_not_taken_for_the_group_and_waits(tmp_path, capsys):
    answers = ["No"] * 77 + ["Yes, limited a little"] * 23 + ["Yes, limited a lot"] * 20
    census = {"disability": {"Disabled": 19_000, "No": 81_000}}
    folder = people_table(tmp_path / "dis", "Are you disabled?", answers, census)
    assert main(["audit", str(folder), "--out", str(tmp_path / "p.html")]) == 3
    assert not (tmp_path / "p.html").exists()
    assert main(["check", str(folder)]) == 3
    told = capsys.readouterr()
    assert "could change a verdict" in told.out.lower()
    text = (folder / "mapping.toml").read_text(encoding="utf-8")
    assert '# "Yes, limited a little" = "Disabled"  # 23 people? a yes' in text
    # Suggestions do nothing until their sign of comment is removed.
    assert main(["audit", str(folder), "--out", str(tmp_path / "p.html")]) == 3
    edit(folder, ('# "Yes, limited', '"Yes, limited'))
    assert main(["check", str(folder)]) == 0
    assert main(["audit", str(folder), "--out", str(tmp_path / "p.html")]) == 0
    assert "43" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_next_year_only_what_is_new_is_asked(tmp_path, capsys):
    census = {"disability": {"Disabled": 19_000, "No": 81_000}}
    question = "Are you disabled?"
    old = people_table(
        tmp_path / "old", question, ["No"] * 80 + ["Yes, limited a lot"] * 20, census
    )
    main(["check", str(old)])
    edit(old, ('# "Yes, limited a lot"', '"Yes, limited a lot"'))
    answers = ["No"] * 77 + ["Yes, limited a little"] * 23 + ["Yes, limited a lot"] * 20
    new = people_table(tmp_path / "new", question, answers, census)
    capsys.readouterr()
    assert main(["check", str(new), "--mapping", str(old / "mapping.toml")]) == 3
    told = capsys.readouterr().out
    assert "1 QUESTION IS OPEN" in told
    assert "36%" in told or "35.8%" in told
    text = (new / "mapping.toml").read_text(encoding="utf-8")
    assert '"Yes, limited a lot" = "Disabled"' in text
    assert text.count("Yes, limited a little") >= 1
    edit(new, ('# "Yes, limited a little"', '"Yes, limited a little"'))
    assert main(["check", str(new)]) == 0


def test_bands_that_cross_are_asked_for(tmp_path, capsys):
    answers = ["16-24"] * 22 + ["25-39"] * 40 + ["40-59"] * 38 + ["60+"] * 20
    census = {"age": {"16-24": 15, "25-34": 25, "35-64": 40, "65+": 20}}
    folder = people_table(tmp_path / "bands", "How old are you?", answers, census)
    assert main(["check", str(folder)]) == 3
    assert '"16-24", "25+"' in capsys.readouterr().out
    edit(folder, ("# bands = ", "bands = "))
    assert main(["check", str(folder)]) in (0, 3)
    process = coprep.read_process(folder)
    assert process.counts()["age"] == {"16-24": 22, "25+": 98}


@pytest.mark.parametrize(
    ("answers", "census", "counts"),
    [
        (
            ["Man"] * 30 + ["Woman"] * 25 + ["Female"] * 15,
            ("Female", "Male"),
            {"Female": 40, "Male": 30},
        ),
        (["F"] * 3 + ["Male"] * 4 + ["M"] * 5, ("Female", "Male"), {"Female": 3, "Male": 9}),
    ],
)
def test_words_of_a_list_are_their_groups(tmp_path, answers, census, counts):
    folder = people_table(
        tmp_path / "sex", "What is your sex?", answers, {"sex": dict.fromkeys(census, 50)}
    )
    assert main(["check", str(folder)]) == 0
    assert coprep.read_process(folder).counts()["sex"] == counts


def test_years_of_birth_need_a_day_and_codes_are_no_ages(tmp_path):
    answers = [str(year) for year in range(1945, 2005)] + ["999"]
    census = {"age": {"16-29": 25, "30-44": 25, "45-59": 25, "60+": 25}}
    folder = people_table(tmp_path / "born", "What is your year of birth?", answers, census)
    assert main(["check", str(folder)]) == 3
    edit(folder, ('day = ""', "day = 2026-01-01"), ('"(row 62)" = ""', '"(row 62)" = "(unknown)"'))
    assert main(["check", str(folder)]) == 0
    counts = coprep.read_process(folder).counts()["age"]
    by_hand = {"16-29": 0, "30-44": 0, "45-59": 0, "60+": 0}
    for year in range(1945, 2005):
        age = 2026 - year
        by_hand[
            "16-29" if age < 30 else "30-44" if age < 45 else "45-59" if age < 60 else "60+"
        ] += 1
    assert counts == by_hand | {"unknown": 1}


# -- privacy


def test_a_word_of_four_is_hidden_and_of_five_is_shown(tmp_path, capsys):
    census = {"sex": {"Female": 50, "Male": 50}}
    for number, shown in ((4, False), (5, True)):
        answers = ["Female"] * 6 + ["Male"] * 6 + ["Xenogender"] * number
        folder = people_table(tmp_path / f"n{number}", "What is your sex?", answers, census)
        main(["check", str(folder), "--json", str(tmp_path / f"{number}.json")])
        main(["audit", str(folder), "--out", str(tmp_path / "p.html")])
        told = capsys.readouterr()
        everything = (
            told.out
            + told.err
            + (folder / "mapping.toml").read_text(encoding="utf-8")
            + (tmp_path / f"{number}.json").read_text(encoding="utf-8")
        )
        assert ("Xenogender" in everything) is shown


def test_a_person_may_type_the_word_into_the_mapping(tmp_path):
    census = Baseline.from_counts({"sex": {"Female": 50, "Male": 50}})
    folder = people_table(tmp_path / "w", "What is your sex?", ["Female"] * 3 + ["Femme fatale"])
    people = read_participants(
        folder / "responses.csv",
        baseline=census,
        mapping={"words": {"sex": {"Femme fatale": "Female"}}},
    )
    assert people.frame["sex"].tolist() == ["Female"] * 4


# -- what is not known in the mapping


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[peple]\n", "peple"),
        ('[people]\nrepeat = "last"\n', "repeats"),
        ('[people]\nrepeats = "latest"\n', "last"),
        ('[words.sex]\n"Woman" = "Femal"\n', "Female"),
        ('[columns]\n"How would you describe your gender?" = "secret"\n', "private"),
        ("[people\n", "cannot be read"),
    ],
)
def test_what_means_nothing_is_an_error_with_the_nearest(sign_ups, capsys, line, told):
    (sign_ups / "mapping.toml").write_text(line, encoding="utf-8")
    assert main(["check", str(sign_ups), "--area", "Manchester"]) == 2
    assert told in capsys.readouterr().err


def test_a_key_with_two_values_names_both_files(sign_ups, capsys):
    main(["check", str(sign_ups), "--area", "Manchester"])
    edit(sign_ups, ('"(written)" = ""', 'Non-binary = "(unknown)"'))
    (sign_ups / "process.toml").write_text('recode = {sex = {"Non-binary" = "Male"}}\n')
    assert main(["check", str(sign_ups)]) == 2
    told = capsys.readouterr().err
    assert "mapping.toml" in told
    assert "process.toml" in told


def test_reading_keys_of_process_toml_stay_valid(sign_ups):
    (sign_ups / "process.toml").write_text(
        'title = "Our assembly"\nunknown = ["Non-binary"]\nperson = "Email Address"\n'
    )
    main(["check", str(sign_ups), "--area", "Manchester"])
    edit(sign_ups, ('repeats = ""', 'repeats = "last"'))
    process = coprep.read_process(sign_ups)
    assert process.title == "Our assembly"
    assert process.counts()["sex"] == {"Female": 5, "Male": 4, "unknown": 2}


# -- the same in Python


def test_participants_are_never_changed_and_answers_are_checked(sign_ups):
    census = coprep.read_baseline(SEX, area="Manchester")
    people = read_participants(sign_ups / "responses.csv", baseline=census)
    assert len(people.questions) == 2
    answered = people.answer(
        {"people": {"repeats": "last"}, "words": {"sex": {"(written)": "(unknown)"}}}
    )
    assert len(people.questions) == 2
    assert not answered.questions
    assert 'repeats = "last"' in str(answered.mapping)
    with pytest.raises(InputError, match="repeats"):
        people.answer({"people": {"repeat": "last"}})
    with pytest.raises(InputError, match="Female"):
        people.answer({"words": {"sex": {"(written)": "Femal"}}})
    result = coprep.representation.assess(answered, answered.baseline)
    assert result.table["count"].tolist()[:2] == [5, 4]


def test_the_mapping_read_back_gives_the_same_people(sign_ups, tmp_path):
    census = coprep.read_baseline(SEX, area="Manchester")
    people = read_participants(sign_ups / "responses.csv", baseline=census)
    answered = people.answer(
        {"people": {"repeats": "last"}, "words": {"sex": {"(written)": "(unknown)"}}}
    )
    answered.mapping.save(tmp_path / "m.toml")
    again = read_participants(
        sign_ups / "responses.csv", baseline=census, mapping=tmp_path / "m.toml"
    )
    assert again.frame.equals(answered.frame)
    assert dict(again.mapping)["people"]["repeats"] == "last"


def test_an_open_question_that_could_turn_a_verdict_stops_what_counts(tmp_path):
    answers = ["No"] * 77 + ["Yes, limited a little"] * 43
    folder = people_table(tmp_path / "d", "Are you disabled?", answers)
    census = Baseline.from_counts({"disability": {"Disabled": 19, "No": 81}})
    people = read_participants(folder / "responses.csv", baseline=census)
    with pytest.raises(InputError) as caught:
        _ = people.frame
    assert caught.value.code == "open_question"
    with pytest.raises(InputError):
        coprep.representation.assess(people, people.baseline)
    with pytest.raises(InputError):
        read_participants(folder / "responses.csv", baseline=census, mapping={})
    decided = people.answer({"words": {"disability": {"Yes, limited a little": "(other answers)"}}})
    assert decided.frame["disability"].tolist().count("(other answers)") == 43


def test_a_notebook_shows_three_captioned_tables(sign_ups):
    census = coprep.read_baseline(SEX, area="Manchester")
    shown = read_participants(sign_ups / "responses.csv", baseline=census)._repr_html_()
    assert shown.count("<caption>") == 3
    assert "<script" not in shown


def test_a_template_is_a_process_once_it_is_filled_in(tmp_path, capsys):
    folder = tmp_path / "ours"
    assert main(["template", str(folder)]) == 0
    assert main(["template", str(folder)]) == 2
    keep = {"participants.csv", "baseline.csv"}
    for file in folder.glob("*.csv"):
        if file.name not in keep:
            file.unlink()
    header = (folder / "participants.csv").read_text().strip()
    sex = header.split(",").index("sex")
    row = ["" for _ in header.split(",")]
    rows = []
    for number in range(1, 7):
        row[0] = str(number)
        row[sex] = "Female" if number % 2 else "Male"
        row[header.split(",").index("weight")] = "1"
        rows.append(",".join(row))
    (folder / "participants.csv").write_text("\n".join([header, *rows]) + "\n")
    (folder / "baseline.csv").write_text("attribute,group,count\nsex,Female,51\nsex,Male,49\n")
    assert main(["audit", str(folder), "--out", str(tmp_path / "p.html")]) == 0


def test_a_baseline_file_as_downloaded_is_read_in_a_folder_of_tables(tmp_path):
    (tmp_path / "participants.csv").write_text(
        "participant_id,sex\n1,Female\n2,Male\n", encoding="utf-8"
    )
    shutil.copy(SEX, tmp_path / "baseline.csv")
    (tmp_path / "process.toml").write_text('baseline = {area = "Manchester"}\n')
    process = coprep.read_process(tmp_path)
    (baseline,) = process.baselines.values()
    assert baseline.counts("sex") == {"Female": 277_877.0, "Male": 274_061.0}


def test_a_column_that_was_taken_for_want_of_an_answer_is_no_decision(tmp_path):
    rows = "\n".join(f"2026/03/02 10:{i:02d}:00,Female,Male" for i in range(6))
    header = "Timestamp,Your sex,Sex at birth"
    (tmp_path / "responses.csv").write_text(f"{header}\n{rows}\n", encoding="utf-8")
    (tmp_path / "baseline.csv").write_text("attribute,group,count\nsex,Female,51\nsex,Male,49\n")
    for _ in range(2):
        assert main(["check", str(tmp_path)]) == 3
        assert main(["audit", str(tmp_path), "--out", str(tmp_path / "p.html")]) == 3
    edit(tmp_path, ('"Sex at birth" = ""', '"Sex at birth" = "ignore"'))
    assert main(["check", str(tmp_path)]) == 0
    assert coprep.read_process(tmp_path).counts()["sex"] == {"Female": 6}
