"""Names are said to people as people say them, in titles, headings, columns and sentences."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import coprep
from coprep.wording.names import opening, plainly
from reference import SAMPLES

PEOPLE = pd.DataFrame({"imd_decile": ["1"] * 30 + ["2"] * 10})
LIVES_THERE = coprep.Baseline.from_shares({"imd_decile": {"1": 0.5, "2": 0.5}})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("imd_decile", "IMD decile"),
        ("IMD_Decile", "IMD Decile"),
        ("age", "age"),
        ("long_term_illness", "long term illness"),
        ("", ""),
        ("it's", "it's"),
        ("a\nb", "a\\nb"),
    ],
)
def test_a_name_is_said_plainly(name, said):
    assert plainly(name) == said


def test_a_long_name_ends_in_an_ellipsis():
    assert plainly("x_" * 100).endswith("…")


def test_a_name_that_opens_a_sentence_has_a_capital():
    assert opening("age_band") == "Age band" and opening("") == ""


def test_what_people_read_never_has_a_raw_name(tmp_path):
    """Sentences, notes, headings, tables and settings say it plainly; data keep the name as it was given."""
    who = {
        "imd_decile": {"1": 30, "2": 9, "9": 2, None: 2},
        "age_band": {"16-29": 3},
        "left_out": {"x": 1},
    }
    lives = coprep.Baseline.from_shares(
        {
            "imd_decile": {"1": "50.1%", "2": "50%", "unknown": "0%"},
            "age_band": {"16-29": 20, "30+": 80},
            "lives_in": {"a": 60, "b": 40},
        }
    )
    result = coprep.representation.assess(
        who, lives, total={"age_band": 43}, unmatched="row", selection="quota", quotas=["age_band"]
    )
    shown = {
        "summary": result.summary(),
        "page": re.sub("<[^>]*>", " ", result.to_html()),
        "text": "\n".join(
            str(result).splitlines()[:2]
            + [line.split("  ")[0] for line in str(result).splitlines()]
        ),
        "fragment": re.sub("<[^>]*>", " ", result._repr_html_()),
        "markdown": result.save(tmp_path / "a.md").read_text(encoding="utf-8").replace("\\_", "_"),
        "protected": result.protect().summary(),
        "account": "\n".join(note.text for note in lives.notes),
    }
    for where, text in shown.items():
        for raw in ("imd_decile", "age_band", "left_out", "lives_in"):
            assert raw not in text, (where, raw)
    assert set(result.rows["attribute"]) == {"imd_decile", "age_band"}
    assert (
        '"imd_decile"' in result.to_json()
        and "imd_decile" in result.save(tmp_path / "a.csv").read_text()
    )
    plt.close("all")
    assert {t.get_text() for t in result.plot().texts} >= {"IMD decile"}
    plt.close("all")


def test_notes_of_an_audit_say_which_comparison_they_are_about():
    stages = {"sent": {"sex": {"F": 30, "M": 25, "unknown": 9}}, "came": {"sex": {"F": 12, "M": 9}}}
    lives = coprep.Baseline.from_shares({"sex": {"F": 51, "M": 49}})
    notes = [note.text for note in coprep.audit(coprep.Process.from_counts(stages), lives).notes]
    told = [note for note in notes if "of unknown group" in note]
    assert len(told) == 1
    assert told[0].startswith("Who took part: sent: Sex: 9 of 64")


def test_pages_and_summaries_say_names_plainly():
    result = coprep.representation.assess(PEOPLE, LIVES_THERE)
    page = result.to_html()
    assert ">IMD decile<" in page
    assert ">imd_decile<" not in page and ">imd decile<" not in page
    assert "(IMD decile)" in result.findings[0].reading


@pytest.mark.parametrize(
    "detector", ["agenda", "dominance", "framing", "outcome", "priorities", "responses", "rivals"]
)
def test_titles_say_names_plainly(detector):
    process = coprep.read_process(SAMPLES / "recovery-programme")
    found = getattr(coprep.ideas, detector)(process, attribute="age_band")
    assert found.title.endswith("by age band")
