"""Names are said to people as people say them, in titles, headings, columns and sentences."""

import pandas as pd
import pytest

import coprep
from coprep.names import plainly
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


def test_pages_and_summaries_say_names_plainly():
    result = coprep.representation.assess(PEOPLE, LIVES_THERE)
    page = result.to_html()
    assert ">IMD decile<" in page
    assert ">imd_decile<" not in page and ">imd decile<" not in page
    assert "(IMD decile)" in result.findings[0].reading


@pytest.mark.parametrize("detector", ["agenda", "dominance", "framing", "outcome", "priorities", "responses", "rivals"])
def test_titles_say_names_plainly(detector):
    process = coprep.read_process(SAMPLES / "recovery-programme")
    found = getattr(coprep.ideas, detector)(process, attribute="age_band")
    assert found.title.endswith("by age band")
