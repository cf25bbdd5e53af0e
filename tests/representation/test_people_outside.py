"""Whoever cannot be compared never becomes an absence: labels, other answers, unknown, outside."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep
from coprep import Baseline, InputError, Process
from coprep.representation import assess

SEX = Baseline.from_shares({"sex": {"Female": 51, "Male": 49}})
AGES = Baseline.from_counts({"age": {"16-24": 150, "25-34": 200, "35-64": 400, "65+": 250}})


def counts(result):
    if result.kind == "audit":
        result = next(part for part in result.parts if part.kind == "representation")
    return dict(zip(result.table["group"], result.table["count"], strict=True))


def people(**columns):
    return pd.DataFrame(
        {name: sum(([k] * n for k, n in c.items()), []) for name, c in columns.items()}
    )


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return caught.value


def audited(answers, baseline):
    return coprep.audit(Process(people_table(answers), baseline=baseline))


def people_table(answers):
    frame = people(**answers)
    return frame.assign(participant_id=[str(i) for i in range(len(frame))])


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"Man": 30, "Woman": 25, "Female": 15}, {"Female": 40, "Male": 30}),
        ({"F": 40, "Female": 41, "M": 36, "Male": 33}, {"Female": 81, "Male": 69}),
        ({"women;": 7, " MALE ": 5}, {"Female": 7, "Male": 5}),
    ],
)
def test_words_for_one_group_are_one_group_everywhere(answers, found):
    assert counts(assess({"sex": answers}, SEX)) == found
    assert counts(assess(people(sex=answers), SEX)) == found
    audit = audited({"sex": answers}, SEX)
    assert {g: n for g, n in counts(audit).items() if n} == found
    assert any("which means the same" in note.text for note in audit.notes) or "women;" in answers


@pytest.mark.parametrize("label", ["65 and over", "65+", "≥65", "Aged 65 years and over", "Y_GE65"])
def test_bands_that_mean_the_same_are_the_same(label):
    found = counts(assess({"age": {"16 to 24": 13, "25-34": 10, "35-64": 50, label: 30}}, AGES))
    assert found == {"16-24": 13, "25-34": 10, "35-64": 50, "65+": 30}


def test_finer_bands_are_put_into_those_of_the_baseline():
    result = assess({"age": {"16-24": 9, "25-29": 3, "30-34": 4, "35-64": 9, "70+": 5}}, AGES)
    assert counts(result) == {"16-24": 9, "25-34": 7, "35-64": 9, "65+": 5}
    assert any(note.code == "labels_in_bands" for note in result.notes)


@pytest.mark.parametrize("ask", [assess, lambda a, b: assess(a, b, unmatched="row")])
def test_bands_that_cross_show_both_lists_and_what_both_can_be_merged_into(ask):
    answers = {"16-24": 9, "25-39": 30, "40-59": 40, "60+": 20}
    error = refusal(lambda: ask({"age": answers}, AGES))
    assert error.code == "crossing_bands"
    for word in ("'25-39', '40-59', '60+'", "'25-34', '35-64', '65+'", "'16-24', '25+'"):
        assert word in str(error)
    rules = dict(re.findall(r"'([^']+)': '([^']+)'", error.hint))
    merged = AGES.recode({"age": rules})
    assert counts(ask({"age": answers}, merged)) == {"16-24": 9, "25+": 90}
    with pytest.raises(InputError, match="cross"):
        audited({"age": answers}, AGES)


@pytest.mark.parametrize("values", [[1960, 1999, 2003], [200, 333, 45], [999, 30, 40], [-9, 30]])
def test_numbers_that_are_no_ages_are_refused_in_words(values):
    frame = pd.DataFrame({"age": values})
    error = refusal(lambda: assess(frame, AGES, unmatched="row"))
    assert error.code == "not_an_age"
    assert ("years of birth" in error.hint) == (1960 in values)
    assert "recode" not in error.hint


def test_a_code_for_a_missing_age_can_be_said_to_be_unknown():
    result = assess(pd.DataFrame({"age": [999, 30, 40]}), AGES, unknown=["999"])
    assert counts(result)["(unknown)"] == 1


@pytest.mark.parametrize("day", ["2026-05-09", "09-May", "May-09", "9 May 2026"])
def test_days_where_groups_should_be_are_said(day):
    assert refusal(lambda: assess({"age": {day: 3, "16-24": 4}}, AGES)).code == "date_for_a_group"
    table = {"age": {day: 30, "10-14": 40}}
    assert refusal(lambda: Baseline.from_counts(table)).code == "date_for_a_group"


def test_an_audit_refuses_whom_it_could_have_counted_as_somebody():
    error = refusal(lambda: audited({"sex": {"Female": 12, "Lad": 20, "Male": 8}}, SEX))
    assert error.code == "unmatched_groups"
    for word in ("'Lad'", "20 people", "turn the verdict", "outside=[", "unknown=["):
        assert word in str(error)


def test_other_answers_that_turn_nothing_are_a_row_a_note_and_a_count_in_the_headline():
    audit = audited({"sex": {"Female": 30, "Male": 31, "Non-binary": 1, "Agender": 1}}, SEX)
    assert counts(audit) == {"Female": 30, "Male": 31, "other answers": 2}
    assert "Outside the comparison: 2 (sex)." in audit.headline
    note = next(note for note in audit.notes if note.code == "other_answers")
    assert "2 participants" in note.text
    assert "Agender" not in note.text  # one person's own word is not printed


def test_people_are_knowingly_outside_and_in_no_share():
    answers = {"Female": 12, "Male": 8, "Non-binary": 20}
    for outside in (["Non-binary"], ["non binary"], {"sex": ["Non-binary"]}):
        result = assess({"sex": answers}, SEX, outside=outside)
        assert counts(result) == answers
        assert set(result.table["total"].dropna()) == {20}
        assert "Outside the comparison: 20 (sex)." in result.headline
    audit = coprep.audit(Process.from_counts({"sex": answers}), SEX, outside=["Non-binary"])
    assert counts(audit) == answers
    assert refusal(lambda: assess({"sex": answers}, SEX, outside=["Male"])).code == (
        "outside_is_a_group"
    )
    other = refusal(lambda: assess({"sex": answers}, SEX, outside={"age": ["Non-binary"]}))
    assert other.code == "unmatched_groups"


@pytest.mark.parametrize(
    "word",
    ["Race Unknown", "Not disclosed", "Not provided", "Decline to state", "Unknown/not reported"]
    + ["Prefer not to state", "NA", "-9 Not answered", "I'd rather not say", "keine Angabe"]
    + ["Don't know / refused", "Ethnicity not stated", "(Not known)", "Prefer not to say;"],
)
def test_common_words_for_unknown_are_unknown(word):
    found = counts(assess({"sex": {"Female": 12, "Male": 8, word: 3}}, SEX))
    assert found == {"Female": 12, "Male": 8, "(unknown)": 3}


@pytest.mark.parametrize(
    "word", ["None", "Other", "Not religious", "Prefer to self-describe", "No"]
)
def test_answers_are_no_words_for_unknown(word):
    lives = Baseline.from_shares({"religion": {"Christian": 50, "Muslim": 10, "Hindu": 40}})
    error = refusal(lambda: assess({"religion": {"Christian": 5, word: 3}}, lives))
    assert error.code == "unmatched_groups"
    assert "unknown=[" in error.hint


def test_words_that_are_added_do_not_replace_the_built_in_ones():
    answers = {"Female": 12, "Male": 8, "no idea": 3, "Prefer not to say": 2}
    assert counts(assess({"sex": answers}, SEX, unknown=["No idea"]))["(unknown)"] == 5


@pytest.mark.parametrize("label", ["16", "12-17", "Black, Mixed", "Mixed; Black"])
def test_no_hint_by_spelling_where_a_number_a_band_or_ticks_are_meant(label):
    groups = {"16-25": 40, "26-64": 30, "Mixed": 20, "Black": 10}
    lives = Baseline.from_shares({"g": groups})
    hint = refusal(lambda: assess({"g": {label: 3, "Mixed": 4}}, lives)).hint
    assert f"'{label}': '" not in hint


@pytest.mark.parametrize(
    ("label", "groups"),
    [
        ("Unemployed", {"Employed": 60, "Retired": 40}),
        ("Not disabled", {"Disabled": 20, "No": 80}),
        ("Austria", {"Australia": 50, "Elsewhere": 50}),
        ("South East", {"South West": 50, "North": 50}),
    ],
)
def test_no_hint_names_a_group_that_is_only_spelt_alike(label, groups):
    lives = Baseline.from_shares({"g": groups})
    assert f"'{label}': '" not in refusal(lambda: assess({"g": {label: 9}}, lives)).hint


def test_ticks_with_commas_are_read_where_every_piece_is_a_group():
    lives = Baseline.from_shares(
        {"e": {"White": 80, "Asian": 12, "Black": 6, "Mixed": 5}}, overlapping=["e"]
    )
    answers = people(e={"White": 8, "Black, Mixed": 2})
    assert counts(assess(answers, lives)) == {"White": 8, "Asian": 0, "Black": 2, "Mixed": 2}
    odd = people(e={"White": 8, "Black, Klingon": 2})
    assert "'Black, Klingon'" in str(refusal(lambda: assess(odd, lives)))


def test_more_people_than_the_baseline_knows_are_told():
    lives = Baseline.from_counts({"t": {"Owner": 15, "Renter": 9}})
    notes = assess({"t": {"Owner": 10, "Renter": 12}}, lives).notes
    assert any(note.code == "more_than_live_there" and "9" in note.text for note in notes)


# -- counts that come as tables ------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        lambda s: {"sex": s.value_counts()},
        lambda s: s.value_counts(),
        lambda s: pd.DataFrame({"sex": ["Female", "Male"], "count": [24, 45]}),
        lambda s: pd.DataFrame(
            {"Attribute": ["sex", "sex"], "group": ["Female", "Male"], "count": [24, 45]}
        ),
        lambda s: pd.DataFrame(
            {"attribute": ["sex", None], "group": ["Female", "Male"], "count": [24, 45]}
        ),
    ],
)
def test_counts_by_group_are_no_people(given):
    rows = pd.Series(["Female"] * 24 + ["Male"] * 45, name="sex")
    assert counts(assess(given(rows), SEX)) == {"Female": 24, "Male": 45}


def test_value_counts_of_ages_count_people_and_ages_of_people_stay_ages():
    ages = pd.Series([20, 20, 33, 70], name="age")
    expected = {"16-24": 2, "25-34": 1, "35-64": 0, "65+": 1}
    assert counts(assess({"age": ages.value_counts()}, AGES)) == expected
    assert counts(assess({"age": ages}, AGES)) == expected
    assert counts(assess(pd.DataFrame({"age": [24, 45]}), AGES))["16-24"] == 1


def test_a_total_beside_a_tidy_table_counts():
    table = pd.DataFrame({"attribute": ["sex"] * 2, "group": ["F", "M"], "count": ["55%", "45%"]})
    for total in (40, {"sex": 40}):
        assert counts(assess(table, SEX, total=total)) == {"Female": 22, "Male": 18}


def test_no_message_tells_a_birthday_or_somebodys_own_words():
    born = pd.DataFrame({"age": pd.to_datetime(["1985-03-02", "1990-01-01"])})
    assert "1985" not in str(refusal(lambda: assess(born, AGES)))
    words = "Trans woman (I use a wheelchair, call me on 0161 000 0000)"
    frame = people(sex={"Female": 3, "Male": 3, words: 1, "X": 2})
    for call in (lambda: assess(frame, SEX), lambda: audited({"sex": {"Male": 3, words: 4}}, SEX)):
        error = refusal(call)
        assert "wheelchair" not in str(error) and "wheelchair" not in str(error.got)
        assert "words of their own" in str(error)


# -- figures as they are printed -----------------------------------------------------------------


def test_figures_that_add_to_a_hundred_beside_another_total_are_asked_about():
    for total in (150, 40):
        error = refusal(lambda total=total: assess({"sex": {"F": 51, "M": 49}}, SEX, total=total))
        assert error.code in ("percentages_or_people", "count_above_total")
        assert "percentages" in str(error)
    known = assess({"sex": {"F": 51, "M": 49, "unknown": 50}}, SEX, total=150)
    assert counts(known)["(unknown)"] == 50


@pytest.mark.parametrize("figure", ["<5", "under 5", "1-4", "≤4", "fewer than 5"])
def test_withheld_counts_are_ranges(figure):
    lives = Baseline.from_shares({"g": {"F": 51, "M": 48, "Other": 1}})
    result = assess({"g": {"F": 23, "M": 41, "Other": figure}}, lives)
    note = next(note for note in result.notes if note.code == "withheld_count")
    assert (note.values["low"], note.values["high"]) == (1, 4)


def test_a_verdict_that_depends_on_a_withheld_figure_is_taken_back():
    lives = Baseline.from_shares({"g": {"F": 45, "M": 45, "Other": 10}})
    small = assess({"g": {"F": 30, "M": 29, "Other": 0}}, lives).table
    assert small["verdict"].tolist()[2] == "under"
    result = assess({"g": {"F": 30, "M": 29, "Other": "0-9"}}, lives)
    assert result.table["verdict"].tolist()[2] == "inconclusive"
    assert any(note.code == "withheld_could_turn" for note in result.notes) or (
        counts(result)["Other"] > 0
    )


@pytest.mark.parametrize("figure", ["[c]", "..", "*"])
def test_a_withheld_figure_is_no_zero_and_ends_where_the_total_does(figure):
    lives = Baseline.from_shares({"g": {"F": 50, "M": 40, "Other": 10}})
    result = assess({"g": {"F": 23, "M": 31, "Other": figure}}, lives, total=57)
    assert counts(result) == {"F": 23, "M": 31, "Other": 3}


def test_percentages_become_whole_numbers_that_add_to_the_total():
    lives = Baseline.from_shares({"g": {"a": 34, "b": 33, "c": 33}})
    result = assess({"g": {"a": "33%", "b": "33%", "c": "33%"}}, lives, total=150)
    assert sum(counts(result).values()) == 150
    odd = assess({"g": {"a": "34%", "b": "34%", "c": "33%"}}, lives, total=250)
    assert sum(counts(odd).values()) == 250
    assert not any(note.code == "source_does_not_add_up" for note in odd.notes)
    ages = dict(zip("abcdef", ["3%", "11%", "14%", "24%", "28%", "18%"], strict=True))
    six = Baseline.from_shares({"g": dict.fromkeys("abcdef", 1 / 6)})
    assert counts(assess({"g": ages}, six, total=150))["(unknown)"] == 2


def test_figures_beside_their_percentages_are_read():
    result = assess({"sex": {"F": "306 (86%)", "M": "14% (50)"}}, SEX)
    assert counts(result) == {"Female": 306, "Male": 50}


def test_points_that_may_be_thousands_are_asked_about():
    for call in (
        lambda: Baseline.from_counts({"sex": {"F": "1.200", "M": "900"}}),
        lambda: assess({"sex": {"F": "1.200", "M": "900"}}, SEX),
    ):
        assert refusal(call).code == "ambiguous_thousands"


# -- nobody vanishes -----------------------------------------------------------------------------

SAID = st.sampled_from(
    ["Female", "male", "WOMAN", "m", "Non-binary", "Agender", "n/a", "Prefer not to say", "Unknown"]
)


def spelt(label, how):
    changes = {
        "as it is": label,
        "upper": label.upper(),
        "blanks": f"  {label} ",
        "mark": label + ";",
    }
    return changes[how]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(SAID, st.integers(0, 30)), min_size=1, max_size=9, unique_by=lambda x: x[0]),
    st.sampled_from(["as it is", "upper", "blanks", "mark"]),
    st.randoms(use_true_random=False),
)
def test_everybody_is_somewhere_however_labels_are_written_and_ordered(answers, how, random):
    if not any(n for _, n in answers):
        return
    rows = [label for label, n in answers for _ in range(n)]
    result = assess(pd.DataFrame({"sex": rows}), SEX, unmatched="row", outside=["Agender"])
    assert sum(result.table["count"]) == len(rows)
    random.shuffle(rows)
    again = assess(
        pd.DataFrame({"sex": [spelt(row, how) for row in rows]}),
        SEX,
        unmatched="row",
        outside=["Agender"],
    )
    assert result.table["count"].tolist()[:2] == again.table["count"].tolist()[:2]
    assert result.table["verdict"].tolist()[:2] == again.table["verdict"].tolist()[:2]
    assert sum(again.table["count"]) == len(rows)


# -- folders -------------------------------------------------------------------------------------

SHARES = "attribute,group,share\ngender,Female,51\ngender,Male,49\n"


def folder(path, **files):
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return coprep.read_process(path)


def test_attributes_named_once_a_block_are_filled_down(tmp_path):
    counted = "attribute,group,count\ngender,Female,12\n,Male,8\n"
    process = folder(tmp_path, counts_csv=counted, baseline_csv=SHARES)
    assert counts(coprep.audit(process)) == {"Female": 12, "Male": 8}
    assert any(note.code == "attribute_filled" for note in process.notes)


def test_people_without_ids_are_numbered_with_a_note(tmp_path):
    process = folder(tmp_path, participants_csv="Gender\nF\nM\nF\n", baseline_csv=SHARES)
    assert counts(coprep.audit(process)) == {"Female": 2, "Male": 1}
    assert any(note.code == "rows_numbered" for note in process.notes)


def test_ids_are_needed_where_other_tables_name_people(tmp_path):
    with pytest.raises(InputError, match="participant_id"):
        folder(
            tmp_path,
            participants_csv="Gender\nF\nM\n",
            ratings_csv="participant_id,idea_id,value\n1,a,1\n",
            ideas_csv="idea_id\na\n",
        )


def test_thousands_with_points_are_asked_about_in_folders(tmp_path):
    table = "attribute;group;count\nsex;Female;1.200\nsex;Male;900\n"
    with pytest.raises(InputError, match="is that thousands"):
        folder(tmp_path, participants_csv="Sex\nF\nM\n", baseline_csv=table)


def test_a_file_of_respondents_is_not_taken_for_answers_to_ideas(tmp_path):
    with pytest.raises(InputError, match=r"rename 'respondents.csv' to 'participants.csv'"):
        folder(tmp_path, respondents_csv="id,Gender\n1,Male\n")


def test_a_folder_says_in_which_attributes_people_tick_several(tmp_path):
    process = folder(
        tmp_path,
        counts_csv="attribute,group,count,total\nlanguages,Urdu,5,40\nlanguages,English,39,40\n",
        baseline_csv="attribute,group,share\nlanguages,Urdu,12\nlanguages,English,93\n",
        process_toml='overlapping = ["languages"]\n',
    )
    assert counts(coprep.audit(process)) == {"Urdu": 5, "English": 39}


def test_formulas_without_values_are_not_read_as_empty(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "participants"
    for row in (["participant_id", "gender"], [1, "=A2"], [2, "Male"]):
        sheet.append(row)
    book.save(tmp_path / "people.xlsx")
    with pytest.raises(InputError, match="holds 1 formula without values"):
        coprep.read_process(tmp_path / "people.xlsx")


def test_rows_of_those_who_were_not_asked_are_left_out_with_a_note(tmp_path):
    lives = Baseline.from_counts({"q": {"-8 Does not apply": 40_000, "None": 30, "Degree": 50}})
    assert lives.groups("q") == ("None", "Degree")
    assert any("40,000" in note.text for note in lives.notes)
    shares = Baseline.from_shares(
        {
            "r": {"No religion": "37.2%", "Christian": "46.2%", "Muslim": "6.5%"}
            | {"Other": "4.1%", "Not answered": "6.0%"}
        }
    ).shares("r")
    assert shares["Christian"] == pytest.approx(0.462 / 0.94)
