"""Attributes meet by name, else by their ages and sexes, and never by labels that mean anything."""

from __future__ import annotations

import pytest

from coprep import Baseline, InputError, Process, audit
from coprep.auditing.shared_attributes import shared_attributes

BASELINE = Baseline.from_counts(
    {
        "Age": {"16-29": 25, "30-64": 50, "65+": 25},
        "Sex": {"Female": 51, "Male": 49},
        "Disability": {"Yes": 20, "No": 80},
    }
)


def tied(counts, baseline=BASELINE):
    return shared_attributes(counts, baseline, None)[0]


def test_ages_and_sexes_are_known_by_their_groups():
    counts = {
        "Age band": {"16 to 29": 5, "30 to 64": 6, "65 and over": 2, "Prefer not to say": 1},
        "What is your gender?": {"Women": 6, "Men": 7},
    }
    assert tied(counts) == {"Age band": "Age", "What is your gender?": "Sex"}
    found = audit(Process.from_counts(counts), BASELINE)
    assert {r["attribute"] for r in found.rows.records()} == {"Age", "Sex"}
    notes = [note.values["ours"] for note in found.notes if note.code == "tied_by_groups"]
    assert notes == ["Age band", "What is your gender?"]


def test_yes_and_no_are_not_enough():
    assert tied({"Carer": {"Yes": 5, "No": 9}}) == {}
    with pytest.raises(InputError, match="no attribute in common"):
        audit(Process.from_counts({"Carer": {"Yes": 5, "No": 9}}), BASELINE)


@pytest.mark.parametrize(
    "counts",
    [
        {"Age band": {"18-24": 5, "25-64": 6, "65+": 2}},  # crosses the baseline's bands
        {"Age band": {"16-29": 5}},
        {"A": {"16-29": 5, "30-64": 6}, "B": {"16-29": 5, "30-64": 6}},  # which of them?
        {"Household": {"1": 5, "2": 6}},
        {"Years": {"20": 5, "40": 6, "70": 1}},
        {"Team": {"Red": 5, "Blue": 6}},
    ],
)
def test_what_could_be_another_thing_ties_nothing(counts):
    assert tied(counts) == {}


def test_a_name_goes_before_groups():
    counts = {"age": {"16-29": 5, "30-64": 6}, "Age of caller": {"16-29": 1, "30-64": 9}}
    assert tied(counts) == {"age": "Age"}


def test_two_attributes_of_the_baseline_are_not_guessed_between():
    two = Baseline.from_counts(
        {"Sex": {"Female": 51, "Male": 49}, "Gender": {"Female": 51, "Male": 49}}
    )
    assert tied({"Q3": {"Female": 5, "Male": 6}}, two) == {}
