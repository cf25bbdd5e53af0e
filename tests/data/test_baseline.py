"""Baselines: what is read, what is refused, and what recoding and joining do."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep import Baseline, InputError
from coprep.data.printed import counts_behind, read_figure
from coprep.representation import assess

COUNTS = {"age": {"16-24": 100, "25-29": 100, "30+": 800}, "sex": {"Female": 510, "Male": 490}}


def test_counts_become_shares_and_size():
    b = Baseline.from_counts(COUNTS, source="Census", area="Leeds", date="2021")
    assert b.attributes == ("age", "sex")
    assert b.shares("sex") == {"Female": 0.51, "Male": 0.49}
    assert b.counts("sex") == {"Female": 510, "Male": 490}
    assert b.moe("sex") is None
    assert b.described == "Census, Leeds, 2021"
    assert list(b.to_frame().columns) == ["attribute", "group", "count", "share", "moe"]
    assert "Census" in repr(b)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10**9), min_size=2))
def test_shares_add_to_one(counts):
    if sum(counts.values()) == 0:
        return
    assert math.isclose(sum(Baseline.from_counts({"g": counts}).shares("g").values()), 1)


def test_percentages_carry_their_rounding_and_fractions_that_add_up_do_not():
    assert Baseline.from_shares({"g": {"A": 41, "B": 59}}).profile("g").rounding == 0.005
    assert Baseline.from_shares({"g": {"A": "41.0%", "B": "59%"}}).profile("g").rounding == 0.005
    assert Baseline.from_shares({"g": {"A": 41.2, "B": 58.8}}).profile("g").rounding == 0.0005
    assert Baseline.from_shares({"g": {"A": 0.41, "B": 0.59}}).profile("g").rounding == 0
    thirds = Baseline.from_shares({"g": {"A": 0.33, "B": 0.33, "C": 0.33}})
    assert thirds.profile("g").rounding == 0.005
    assert "add to 99.0%" in thirds.notes[0].text
    assert Baseline.from_shares({"g": {"A": 41, "B": 59}}, rounding=0).profile("g").rounding == 0


def test_a_size_gives_counts():
    assert Baseline.from_shares({"g": {"A": 25, "B": 75}}, size=200).counts("g") == {
        "A": 50,
        "B": 150,
    }


def test_margins_of_error_follow_from_independent_counts():
    b = Baseline.from_counts(
        {"g": {"A": 900, "B": 100}}, moe={"g": {"A": 20, "B": 77.45966692414834}}
    )
    # the delta method: both sides of a yes and no have one margin
    moe = math.hypot(100 * 20, 900 * 77.45966692414834) / 1000**2
    assert math.isclose(b.moe("g")["A"], moe, rel_tol=1e-9)
    assert math.isclose(b.moe("g")["B"], moe, rel_tol=1e-9)
    with pytest.raises(InputError, match="'B' in 'g' have no margin of error"):
        Baseline.from_counts({"g": {"A": 900, "B": 100}}, moe={"g": {"A": 20}})


def test_groups_are_recoded_and_merged():
    b = Baseline.from_counts(COUNTS, moe={a: dict.fromkeys(g, 10) for a, g in COUNTS.items()})
    merged = b.recode({"age": {"16-24": "under 30", "25-29": "under 30"}})
    assert merged.groups("age") == ("under 30", "30+")
    assert merged.counts("age")["under 30"] == 200
    assert [n.text for n in merged.notes] == [
        "In age, “16-24”, “25-29” were merged into “under 30”."
    ]
    assert list(merged.account()["treatment"]) == ["group"] * 4 + ["note"]
    # 200 of all, with margins of 10 each: the others' margin enters too
    n = sum(COUNTS["age"].values())
    rest = 10 * math.sqrt(len(COUNTS["age"]) - 2)
    both = math.hypot((n - 200) * 10 * math.sqrt(2), 200 * rest) / n**2
    assert math.isclose(merged.moe("age")["under 30"], both)
    with pytest.raises(
        InputError, match=r"(?s)no group of the baseline is called '16-25'.*did you mean '16-24'"
    ):
        b.recode({"16-25": "young"})


def test_baselines_join_unless_they_overlap():
    age, sex = (
        Baseline.from_counts({"age": COUNTS["age"]}, source="A"),
        Baseline.from_counts({"sex": COUNTS["sex"]}, source="B"),
    )
    both = age | sex
    assert both.attributes == ("age", "sex")
    assert both.source == "A; B"
    with pytest.raises(InputError, match="both baselines describe 'age'"):
        both | age
    with pytest.raises(InputError, match="a population and a target"):
        age | Baseline.from_counts({"sex": COUNTS["sex"]}, kind="target")


def test_microdata_gives_a_joint_table(engine):
    frame = pd.DataFrame(
        {"sex": ["F", "F", "M", None], "age": ["y", "o", "o", "y"], "w": [1.0, 2.0, 3.0, 4.0]}
    )
    b = Baseline.from_microdata(engine(frame), attributes=["sex", "age"], weight="w")
    assert b.joint("sex", "age") == {("F", "o"): 2.0, ("F", "y"): 1.0, ("M", "o"): 3.0}
    assert b.counts("sex") == {"F": 3.0, "M": 3.0}
    assert "4 people of the baseline have an unknown group" in b.notes[-1].text
    with pytest.raises(InputError, match="no joint table"):
        Baseline.from_counts(COUNTS).joint("sex", "age")


def test_a_tidy_table_is_read(engine):
    frame = pd.DataFrame(
        {
            "attribute": ["sex", "sex", "age", "age"],
            "group": ["F", "M", "y", "o"],
            "count": [5, 5, 2, 8],
        }
    )
    b = Baseline.from_frame(engine(frame))
    assert b.shares("age") == {"y": 0.2, "o": 0.8}
    with pytest.raises(InputError, match="stands twice"):
        Baseline.from_frame(pd.concat([frame, frame[:1]]))
    with pytest.raises(InputError, match="no column 'grup'"):
        Baseline.from_frame(frame, group="grup")


def test_totals_and_unknown_groups_are_left_out_and_said():
    b = Baseline.from_counts({"g": {"A": 3, "B": 7, "Total": 10, "Not stated": 4}})
    assert b.groups("g") == ("A", "B")
    assert len(b.notes) == 2


def test_unknown_attributes_name_the_nearest():
    with pytest.raises(InputError, match="(?s)does not describe 'Sexes'.*did you mean 'sex'"):
        Baseline.from_counts(COUNTS).shares("Sexes")


@pytest.mark.parametrize(
    "text, value", [("1,234", 1234), (" 55 % ", 55), ("22 of 40", 22), (3.5, 3.5), (np.int64(3), 3)]
)
def test_figures_are_read_as_people_write_them(text, value):
    assert read_figure(text, where="x").value == value


@pytest.mark.parametrize(
    "text", ["", "many", None, True, -1, float("nan"), float("inf"), "1e999", [1]]
)
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(InputError, match="x is"):
        read_figure(text, where="x")


@given(st.integers(1, 2000), st.data())
def test_the_count_behind_a_percentage_is_found(total, data):
    count = data.draw(st.integers(0, total))
    found = counts_behind(round(100 * count / total, 1), total=total, decimals=1)
    assert found is not None
    assert found[0] <= count <= found[1]


@pytest.mark.parametrize("name", ["(unknown)", "[Unknown]", "prefer not to say", "", "  "])
def test_no_group_of_a_baseline_shares_its_name_with_the_row_of_the_unknown(name):
    b = Baseline.from_counts({"g": {"A": 50, "B": 40, "C": 10}})
    for rules in ({"C": name}, {"g": {"C": name}}):
        with pytest.raises(
            InputError, match="'C' in 'g' cannot be called .*unknown group"
        ) as caught:
            b.recode(rules)
        assert caught.value.code == "unknown_is_no_group"
    dropped = Baseline.from_counts({"g": {"A": 50, "B": 40, name or None: 10}})
    assert dropped.groups("g") == ("A", "B") and "it is not a group" in dropped.notes[0].text


def test_labels_that_mean_unknown_are_one_row_and_no_other_is():
    b = Baseline.from_counts({"g": {"A": 50, "B": 50}})
    people = {
        "g": ["A"] * 5 + ["B"] * 3 + ["(unknown)", "Unknown", None, "(unknown) ", "unknown x"]
    }
    rows = assess(people, b, unknown=(), unmatched="row").rows
    assert list(zip(rows["group"], rows["count"], strict=True)) == [
        ("A", 5),
        ("B", 3),
        ("unknown x", 1),
        ("(unknown)", 4),
    ]
