"""One scheme of groups in terms of another, with every decision said."""

import pytest

from coprep import Baseline, Crosswalk
from coprep.errors import InputError

AGES = Baseline.from_counts({"age": {"0-15": 20, "16-17": 4, "18-19": 6, "20-24": 10, "25+": 60}})


def test_bands_are_made_of_finer_ones():
    made = Crosswalk.age_bands(["0-15", "16-24", "25+"]).apply(AGES, "age")
    assert made.counts("age") == {"0-15": 20, "16-24": 20, "25+": 60}
    merged = made.account().query("treatment == 'merged'")
    assert list(merged["item"]) == ["0-15", "16-17", "18-19", "20-24", "25+"]
    assert merged["count"].sum() == 100


def test_a_band_across_two_is_never_split_silently():
    with pytest.raises(InputError, match="several bands: '0-17', '18-24'"):
        Crosswalk.age_bands(["0-17", "18-24", "25+"]).labels(["16-19"])
    parts = {"16-19": {"0-17": 0.5, "18-24": 0.5}}
    b = Baseline.from_counts({"age": {"16-19": 10, "20+": 90}}, moe={"age": {"16-19": 2, "20+": 0}})
    split = Crosswalk.split({**parts, "20+": {"18-24": 1.0}}, source="assumed")
    made = split.apply(b, "age")
    assert made.counts("age") == {"0-17": 5, "18-24": 95}
    assert made.shares("age") == pytest.approx({"0-17": 0.05, "18-24": 0.95})
    assert any("assumed" in note.text for note in made.notes)


@pytest.mark.parametrize(
    "weights", [{"a": 0.5, "b": 0.4}, {"a": -0.5, "b": 1.5}, {}, {"a": float("nan")}]
)
def test_shares_of_a_split_add_to_1(weights):
    with pytest.raises(InputError, match="add to 1"):
        Crosswalk.split({"x": weights}, source="somewhere")


def test_a_split_needs_its_source():
    with pytest.raises(InputError, match="source"):
        Crosswalk.split({"x": {"a": 1.0}}, source=" ")


def test_people_cannot_be_split():
    with pytest.raises(InputError, match="in parts"):
        Crosswalk.split({"x": {"a": 0.5, "b": 0.5}}, source="s").labels(["x"])


def test_unknown_groups_are_all_named():
    b = Baseline.from_counts({"colour": {"red": 1, "green": 2, "blue": 3}})
    with pytest.raises(InputError) as caught:
        Crosswalk.recode({"red": "warm"}).apply(b, "colour")
    assert len(caught.value.problems) == 2


def test_bands_that_overlap_are_refused():
    with pytest.raises(InputError, match="without overlap"):
        Crosswalk.age_bands(["16-25", "25-64"])


@pytest.mark.parametrize("name", Crosswalk.names())
def test_every_ready_one_has_a_source(name):
    ready = Crosswalk.ready(name)
    assert len(ready.source) > 20
    for old in ready.rules:
        assert sum(ready.parts(old).values()) == 1


def test_a_misspelt_name_gets_the_nearest():
    with pytest.raises(InputError, match="age bands, UK"):
        Crosswalk.ready("age bands UK")


def test_2021_and_2011_are_each_others_inverse():
    there = Crosswalk.ready("ethnic group, England and Wales: 2021 to 2011")
    back = Crosswalk.ready("ethnic group, England and Wales: 2011 to 2021")
    for old, new in there.labels(there.rules).items():
        again = back.labels([new])[new]
        assert again == ("White: Other White" if old == "White: Roma" else old)


class TestSeveralAnswers:
    TICKED = (["White"], ["Asian"], ["White", "Asian"], [])
    FIVE = Crosswalk.ready("ethnic group 2021, England and Wales: 20 to 5")

    def test_it_is_asked(self):
        with pytest.raises(InputError, match="1 people ticked several groups"):
            self.FIVE.people(self.TICKED)

    def test_each_or_mixed(self):
        asian = "Asian, Asian British or Asian Welsh"
        assert self.FIVE.people(self.TICKED, several="each")[2] == ("White", asian)
        assert self.FIVE.people(self.TICKED, several="mixed")[2] == (
            "Mixed or Multiple ethnic groups",
        )

    def test_two_parts_of_one_group_are_one(self):
        got = self.FIVE.people([["White: Irish", "White: Roma"]])
        assert got == [("White",)]

    def test_another_word_is_refused(self):
        with pytest.raises(InputError, match="several"):
            self.FIVE.people(self.TICKED, several="first")
