"""One rule for what a label is, when two are the same, and what an age band means."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.labels import bands, fold, label, match


@pytest.mark.parametrize(
    "value, expected",
    [
        (None, None),
        (float("nan"), None),
        (np.float64("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        ("", None),
        ("  \t\n", None),
        ("None", "None"),
        ("No", "No"),
        ("  Asian \u00a0 British ", "Asian British"),
        ("Cafe\u0301", "Café"),
        (True, "Yes"),
        (np.bool_(False), "No"),
        ("TRUE", "Yes"),
        ("false", "No"),
        (3, "3"),
        (3.0, "3"),
        (np.int64(3), "3"),
        (Decimal("3.0"), "3"),
        (2.5, "2.5"),
        (float("inf"), "inf"),
        (dt.date(2021, 3, 21), "2021-03-21"),
        (b"abc", "abc"),
    ],
)
def test_a_value_becomes_its_label(value, expected):
    assert label(value) == expected


@given(st.text())
def test_a_label_is_its_own_label_and_stays_on_one_line(text):
    once = label(text)
    assert once is None or (label(once) == once and len(once.splitlines()) == 1)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_matching_prefers_the_exact_spelling_and_refuses_to_choose():
    assert match(["a", "A"], ["a", "A"]) == {"a": "a", "A": "A"}
    assert match(["AB"], ["ab", "aB"]) == {"AB": None}
    assert match(["IMD 1–2"], ["IMD 1-2"]) == {"IMD 1–2": "IMD 1-2"}


@pytest.mark.parametrize(
    "groups, limits",
    [
        (["16-24", "25-44", "45 and over"], [(16, 25), (25, 45), (45, np.inf)]),
        (["Aged 4 years and under", "Aged 5 to 9 years", "10+"], [(0, 5), (5, 10), (10, np.inf)]),
        (["under 18", "18–64", "65 plus"], [(0, 18), (18, 65), (65, np.inf)]),
        (["<30", ">29"], [(0, 30), (30, np.inf)]),
    ],
)
def test_age_bands_are_read(groups, limits):
    assert [(b.low, b.high) for b in bands(groups)] == limits


@pytest.mark.parametrize("groups", [["Male", "Female"], ["16-30", "25-44"], ["30-16"], []])
def test_what_is_no_set_of_bands_is_none(groups):
    assert bands(groups) is None
