"""Labels that name ages: every wording of one band means the same band, and numbers that are no ages mean none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.age_bands import all_bands, band_of, bands, holding, merged

CLOSED = (
    "{a}-{b}",
    "{a} to {b}",
    "{a} – {b}",
    "Aged {a} to {b} years",
    "{a}-{b} yrs",
    "Y{a}-{b}",
    "Young ({a}-{b})",
    "{a} bis {b} Jahre",
    "between {a} and {b}",
    "{a}-{b} years old",
)
OPEN = ("{a}+", "{a} and over", "{a} or over", "≥{a}", "from {a}", "Y_GE{a}", "{a} years and over", "{a} plus", "{a} ans et plus", "{a} y más", "{a} Jahre und mehr", "{a} or older")  # fmt: skip
BELOW = ("under {a}", "<{a}", "younger than {a}", "Y_LT{a}", "less than {a} years", "unter {a}")


@given(st.integers(0, 90), st.integers(1, 20), st.sampled_from(CLOSED))
def test_every_wording_of_a_band_names_its_ages(low, width, wording):
    band = band_of(wording.format(a=low, b=low + width))
    assert (band.low, band.high) == (low, low + width + 1)


@given(st.integers(1, 99), st.sampled_from(OPEN))
def test_every_wording_of_an_open_band_goes_on_for_ever(low, wording):
    band = band_of(wording.format(a=low))
    assert (band.low, band.high) == (low, math.inf)


@given(st.integers(1, 99), st.sampled_from(BELOW))
def test_every_wording_of_the_youngest_ends_below_its_number(high, wording):
    band = band_of(wording.format(a=high))
    assert (band.low, band.high) == (0, high)


@given(st.integers(0, 80), st.integers(1, 20))
def test_intervals_of_pandas_hold_the_whole_years_inside(low, width):
    high = low + width
    assert band_of(f"[{low}, {high})").high == high
    assert band_of(f"({low}, {high}]").low == low + 1
    assert band_of(f"({low}.0, {high}.0]").high == high + 1


@pytest.mark.parametrize(
    "label", ["Asian", "Female", "Yes, limited a lot", "-8", "1985", "2 children", "Quintile 1"]
)
def test_what_names_no_age_is_no_band(label):
    assert band_of(label) is None


def test_bands_that_share_an_age_are_none():
    assert bands(["16-25", "25-65"]) is None
    assert all_bands(["16-25", "25-65"]) is not None


def test_numbers_alone_are_no_bands():
    assert bands([str(decile) for decile in range(1, 11)]) is None


def test_a_finer_band_lies_in_one_and_a_crossing_one_in_none():
    census = bands(["16-24", "25-64", "65+"])
    assert holding(band_of("70+"), census).group == "65+"
    assert holding(band_of("25-39"), census).group == "25-64"
    assert holding(band_of("60-69"), census) is None


def test_crossing_bands_are_merged_at_the_edges_they_share():
    ours = bands(["16-24", "25-39", "40-59", "60+"])
    theirs = bands(["16-24", "25-34", "35-64", "65+"])
    assert [band.group for band in merged(ours, theirs)] == ["16-24", "25+"]


@given(st.lists(st.integers(1, 90), min_size=1, max_size=6, unique=True), st.data())
def test_merged_bands_hold_every_band_of_both(edges, data):
    edges = sorted({0, *edges})
    kept = data.draw(st.lists(st.sampled_from(edges), unique=True))
    ours = bands(_labels(edges))
    theirs = bands(_labels(sorted({0, *kept})))
    if ours is None or theirs is None:
        return
    together = merged(ours, theirs)
    for band in (*ours, *theirs):
        assert holding(band, together) is not None


def _labels(edges):
    closed = [f"{low}-{high - 1}" for low, high in zip(edges, edges[1:], strict=False)]
    return [*closed, f"{edges[-1]}+"]
