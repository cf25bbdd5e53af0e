"""One rule for what a label is, when two are the same, and what an age band means."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.label_matching import spelt_alike
from coprep.data.labels import fold, label


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


def test_names_are_matched_by_their_exact_spelling_first_and_never_by_choice():
    assert spelt_alike(["a", "A"], ["a", "A"]) == {"a": "a", "A": "A"}
    assert spelt_alike(["AB"], ["ab", "aB"]) == {"AB": None}
    assert spelt_alike(["IMD 1–2"], ["IMD 1-2"]) == {"IMD 1–2": "IMD 1-2"}
