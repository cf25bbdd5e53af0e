"""Wide sheets: what is guessed, and where a guess that is right nine times in ten stops."""

import numpy as np
import pandas as pd
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError

# Small copies of the layouts of form and platform exports; the cells are made up.
TICKS = {
    "Timestamp": ["2025/01/01 10:00", "2025/01/01 10:01", "2025/01/01 10:02"],
    "Username": ["a", "b", "c"],
    "Area": ["North", "South", "South"],
    "Which ideas do you support?": ["Trees, Paths", "Paths, Benches, Trees", "Trees"],
}
QUESTIONS = {
    "Question": ["Trees?", "Paths?", "Benches?"],
    "Author": ["Anonymous", "Anonymous", "Bob"],
    "Upvotes": [14, 9, 2],
    "Downvotes": [1, 0, 3],
    "Score": [13, 9, -1],
    "Answered": [True, False, True],
    "Date": ["2025-01-01"] * 3,
}
FORM = {
    "Area": ["N", "S", "N", "S", "N"],
    "Trees": [1, 0, 1, 0, 1],
    "Paths": [0, 1, 1, 0, 1],
}


def of_people(sheet, **options):
    return Process.from_wide(pd.DataFrame(sheet), rows="people", **options)


def test_ticks_in_one_cell_are_asked_about_and_read():
    with pytest.raises(InputError, match="no column of the sheet holds ratings") as raised:
        of_people(TICKS)
    assert "votes='Which ideas do you support?'" in raised.value.hint
    process = of_people(TICKS, votes="Which ideas do you support?")
    assert process.people == ("a", "b", "c") and process.attributes == ("Area",)
    assert process.ideas.ids == ("Benches", "Paths", "Trees")
    assert (process.kinds, len(process.ballots())) == (("approve",), 6)


def test_ticks_that_hold_commas_are_parted_at_semicolons():
    sheet = {"ID": [1, 2], "Votes": ["Trees, tall; Paths", "Trees, tall"]}
    assert of_people(sheet, votes="Votes").ideas.ids == ("Paths", "Trees, tall")


def test_totals_of_ideas_are_no_people():
    process = Process.from_wide(pd.DataFrame(QUESTIONS), rows="ideas")
    assert process.people == ("Bob",) and "ratings" not in process.tables
    assert process.ideas.support.tolist() == [14, 9, 2]


@pytest.mark.parametrize(
    "columns",
    [
        {"Alpha": [1, 5], "Beta": [2, 3]},
        {"Alpha": [1, 5], "Beta": [2, 3], "Gamma": [120, 80]},
    ],
)
def test_numbers_that_may_be_totals_are_asked_about(columns):
    sheet = {"Idea": ["Trees", "Paths"]} | columns
    with pytest.raises(InputError, match="may be people's ratings or something else") as raised:
        Process.from_wide(pd.DataFrame(sheet), rows="ideas")
    assert "Alpha" not in str(raised.value)
    said = Process.from_wide(pd.DataFrame(sheet), rows="ideas", raters=["Alpha"], kind="score")
    assert said.people == ("Alpha",)
    assert not Process.from_wide(pd.DataFrame(sheet), rows="ideas", raters=[]).has("ratings")


@pytest.mark.parametrize(
    "name", ["Response ID", "id", "poll_id", "Row", "Timestamp", "Number of it"]
)
def test_running_numbers_rate_nothing(name):
    process = of_people({name: [1, 2, 3, 4, 5]} | FORM)
    assert process.ideas.ids == ("Paths", "Trees") and process.kinds == ("approve",)


@pytest.mark.parametrize("odd", ["Maybe", "abstain", "3 or so"])
def test_a_column_that_is_nearly_a_rating_is_asked_about(odd):
    sheet = FORM | {"Benches": [1, 0, 1, 0, odd]}
    with pytest.raises(InputError, match="'Benches' holds ratings but for") as raised:
        of_people(sheet)
    assert f"words={{{odd!r}: None}}" in raised.value.hint
    process = of_people(sheet, words={odd.upper(): 0.0})
    assert process.ballots().value[process.ballots().idea == 0].tolist() == [1, 0, 1, 0, 0]
    none = of_people(sheet, words={odd: None})
    assert len(none.ballots()) == len(process.ballots()) - 1
    assert of_people(sheet, ideas=["Trees"]).ideas.ids == ("Trees",)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["5 - love it", "1 - hate it", "3", "4: fine", "2 (meh)"], [5, 1, 3, 4, 2]),
        (["3,5", "2,0", "4", "1,5", "5"], [3.5, 2, 4, 1.5, 5]),
        (["👍", "👎", "👍", "👎", "👍"], [1, 0, 1, 0, 1]),
        (["Oui", "Non", "oui", "non", "oui"], [1, 0, 1, 0, 1]),
        (
            [
                "Strongly agree",
                "Somewhat agree",
                "Neutral",
                "Somewhat disagree",
                "Strongly disagree",
            ],
            [5, 4, 3, 2, 1],
        ),
        (
            ["Strongly agree", "Agree", "Somewhat agree", "Disagree", "Strongly disagree"],
            [7, 6, 5, 2, 1],
        ),
    ],
)
def test_answers_as_forms_write_them(cells, values):
    process = of_people({"Name": list("abcde"), "Trees": cells})
    assert process.ballots().value.tolist() == values


@pytest.mark.parametrize("word", ["Unknown", "n/a", "-", "?", "Anonymous"])
def test_ideas_of_unknown_authors_are_read(word):
    sheet = {"Idea": ["Trees", "Paths"], "Author": [word, "ann"]}
    process = Process.from_wide(pd.DataFrame(sheet), rows="ideas")
    assert process.people == ("ann",) and len(process.authorship) == 1


def test_a_platforms_statuses_are_no_votes():
    rng = np.random.default_rng(1)
    sheet = pd.DataFrame(
        {
            "ID": range(1, 9),
            "Title": [f"Idea {i}" for i in range(8)],
            "Val. Fin.": "Yes",
            "Selected": rng.choice(["Yes", "No"], 8),
            "Show to valuators": "No",
            "Author username": [f"u{i}" for i in range(8)],
        }
    )
    process = Process.from_wide(sheet, rows="ideas")
    assert "ratings" not in process.tables and len(process.people) == 8
