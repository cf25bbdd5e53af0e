"""Which group a label means: what is plainly the same, and nothing that is a guess."""

from pathlib import Path

import pytest

from coprep.data.label_matching import WORDS, match_labels
from coprep.data.labels.unknown_words import NOT_ASKED, UNKNOWN_WORDS


def found(label, groups):
    match = match_labels([label], groups)[label]
    return match and (match.group, match.how)


AGES = ["16-24", "25-64", "65+"]


@pytest.mark.parametrize(
    ("label", "group", "how"),
    [
        ("16 to 24", "16-24", "band"),
        ("Aged 16 to 24 years", "16-24", "band"),
        ("65 and over", "65+", "band"),
        ("70+", "65+", "finer band"),
        ("38 years", "25-64", "finer band"),
        ("38", "25-64", "age"),
        ("64.9", "25-64", "age"),
    ],
)
def test_ages_go_into_the_band_that_holds_them(label, group, how):
    assert found(label, AGES) == (group, how)


@pytest.mark.parametrize("label", ["1985", "2003", "999", "-9", "60-70", "12", "under 18"])
def test_numbers_that_are_no_ages_and_bands_that_cross_are_not_put_anywhere(label):
    assert found(label, AGES) is None


@pytest.mark.parametrize(
    ("label", "group"),
    [("Man", "Male"), ("WOMAN ", "Female"), ("f", "Female"), ("M;", "Male"), ("Men+", "Male")],
)
def test_words_for_the_sexes_mean_the_group(label, group):
    assert found(label, ["Female", "Male"]) == (group, "word")


@pytest.mark.parametrize("label", ["Non-binary", "Femal", "Trans woman", "Other"])
def test_what_is_only_like_a_group_means_none(label):
    assert found(label, ["Female", "Male"]) is None


def test_a_word_needs_both_of_its_pair():
    assert found("No", ["N", "S", "E", "W"]) is None
    assert found("n", ["Yes", "No"]) == ("No", "word")


def test_forms_that_end_in_a_semicolon_are_their_label():
    assert found("White;", ["White", "Asian"]) == ("White", "spelling")
    assert found("Didsbury (East)", ["Didsbury East", "Hulme"]) == ("Didsbury East", "spelling")
    assert found("Hulme Ward", ["Didsbury East", "Hulme"]) is None


def test_two_groups_that_are_spelt_alike_are_never_guessed_between():
    assert found("ab", ["A B", "a-b", "C"]) is None
    assert found("woman", ["Women", "Female", "Male"]) is None


def test_signs_that_carry_meaning_are_not_punctuation():
    assert found("65", ["65+", "Other"]) is None


def test_the_page_on_answers_lists_every_word():
    page = (Path(__file__).parents[2] / "docs" / "who-counts.md").read_text(encoding="utf-8")
    plain = " ".join(page.split())
    words = {*UNKNOWN_WORDS, *NOT_ASKED, *(word for words in WORDS.values() for word in words)}
    assert not [word for word in words if word not in plain]
