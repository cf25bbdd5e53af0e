"""Seats: places by group, ties that are told, quotas that a pool can fill, and the tables programs read."""

import csv
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep import Baseline, from_json, read_baseline
from coprep.errors import InputError
from coprep.metrics.planning import apportion
from coprep.representation import Seats, seats

TOWN = Baseline.from_counts(
    {"sex": {"Female": 510, "Male": 490}, "age": {"16-29": 200, "30-59": 500, "60+": 300}},
    area="Northam",
)


def people(*kinds):
    rows = [(sex, age) for n, sex, age in kinds for _ in range(n)]
    return pd.DataFrame(rows, columns=["sex", "age"])


def test_each_attribute_is_divided_on_its_own():
    found = seats(TOWN, seats=24)
    by_group = dict(zip(found.rows["group"], found.rows["seats"], strict=True))
    assert by_group == {"Female": 12, "Male": 12, "16-29": 5, "30-59": 12, "60+": 7}
    assert found.rows["minimum"] == found.rows["maximum"] == found.rows["seats"]
    assert found.rows["in_pool"] == (None,) * 5
    assert found.headline == "24 seats divided by largest remainders (Hamilton)."
    only = seats(TOWN, seats=24, attributes="age")
    assert only.rows["group"] == ("16-29", "30-59", "60+")


def test_a_tie_is_told_and_goes_to_the_group_listed_first():
    even = Baseline.from_shares({"ward": {"North": 0.5, "South": 0.5}})
    found = seats(even, seats=5)
    assert found.rows["seats"] == (3, 2)
    assert found.rows["tied"] == (True, True)
    (note,) = [note for note in found.notes if note.code == "tie"]
    assert list(note.values["groups"]) == ["North", "South"]


def test_groups_without_a_seat_are_named():
    found = seats(Baseline.from_shares({"k": {"A": 0.97, "B": 0.03}}), seats=10)
    assert "Without a seat (k): “B”." in found.headline
    assert seats(Baseline.from_shares({"k": {"A": 0.97, "B": 0.03}}), seats=10, minimum=1).rows[
        "seats"
    ] == (9, 1)


def test_slack_widens_quotas_but_not_below_the_minimum():
    found = seats(TOWN, seats=6, attributes="age", minimum=1, slack=2)
    assert found.rows["seats"] == (1, 3, 2)
    assert found.rows["minimum"] == (1, 1, 1)
    assert found.rows["maximum"] == (3, 5, 4)


def test_a_pool_that_can_fill_the_quotas():
    pool = people(
        (6, "Female", "30-59"), (2, "Male", "16-29"), (1, "Male", "30-59"), (4, "male", "60+")
    )
    found = seats(TOWN, seats=10, pool=pool)
    assert "The pool can fill all quotas together." in found.headline
    assert found.rows["in_pool"] == (6, 7, 2, 7, 4)
    assert found.possible["minimum_possible"] == found.rows["minimum"]


def test_quotas_that_conflict_though_each_could_be_filled():
    """All young people are women and all older people are men."""
    pool = people((5, "Female", "16-29"), (5, "Female", "30-59"), (9, "Male", "60+"))
    each = seats(TOWN, seats=10, pool=pool)
    assert all(
        there >= low for there, low in zip(each.rows["in_pool"], each.rows["minimum"], strict=True)
    )
    (note,) = [note for note in each.notes if note.code == "quotas_conflict"]
    assert note.values["change"] == 4
    assert "The pool cannot fill all quotas together." in each.headline
    low = np.array(each.possible["minimum_possible"])
    high = np.array(each.possible["maximum_possible"])
    asked = np.array(each.rows["seats"])
    assert (asked - low).sum() + (high - asked).sum() == 4


def test_people_of_unknown_group_fill_no_quota_and_can_be_chosen():
    pool = people((5, "Female", "16-29"), (5, "Male", "30-59"), (3, "prefer not to say", "60+"))
    found = seats(TOWN, seats=6, pool=pool, attributes=["sex"])
    assert found.rows["in_pool"] == (5, 5)
    (note,) = [note for note in found.notes if note.code == "unknown_group"]
    assert note.text == "In the pool the sex of 3 people is unknown: they fill no quota of it."
    assert found.possible["minimum_possible"] == (3, 3)


def test_several_groups_at_once_are_divided_against_everybody_else():
    spoken = Baseline.from_shares(
        {"language": {"Urdu": 0.3, "Polish": 0.2, "English": 0.9}}, overlapping=["language"]
    )
    found = seats(spoken, seats=10)
    assert found.rows["seats"] == (3, 2, 9)
    assert {note.code for note in found.notes} >= {"overlapping"}


def test_a_target_is_divided_like_a_community():
    target = Baseline.from_counts({"sex": {"Female": 3, "Male": 1}}, kind="target")
    assert seats(target, seats=8).rows["seats"] == (6, 2)


@pytest.mark.parametrize(
    ("form", "head"),
    [
        ("feature,value", "feature,value,min,max,min_flex,max_flex"),
        ("category,name", "category,name,min,max,min_flex,max_flex"),
        ("category,feature", "category,feature,min,max"),
    ],
)
def test_quota_tables_have_the_form_that_programs_read(tmp_path, form, head):
    found = seats(TOWN, seats=24, slack=1)
    path = found.save_quotas(tmp_path / "features.csv", form)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == head
    assert lines[1].split(",")[:4] == ["sex", "Female", "11", "13"]
    assert len(list(csv.reader(lines))) == 6


def test_a_quota_table_is_read_back_as_a_target(tmp_path):
    path = seats(TOWN, seats=24).save_quotas(tmp_path / "features.csv")
    target = read_baseline(path)
    assert target.kind == "target"
    assert seats(target, seats=24).rows["seats"] == seats(TOWN, seats=24).rows["seats"]


def test_flex_is_what_the_pool_can_fill(tmp_path):
    pool = people((5, "Female", "16-29"), (5, "Female", "30-59"), (9, "Male", "60+"))
    table = seats(TOWN, seats=10, pool=pool).quotas()
    assert (table["min_flex"] <= table["min"]).all()
    assert (table["max_flex"] >= table["max"]).all()
    assert ((table["min_flex"] < table["min"]) | (table["max_flex"] > table["max"])).any()


def test_everything_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        seats(TOWN, seats=0, method="hare", minimum=-1, slack=0.5)
    assert {problem.param for problem in caught.value.problems} == {
        "seats",
        "method",
        "minimum",
        "slack",
    }
    with pytest.raises(InputError, match="does not describe 'agee'"):
        seats(TOWN, seats=5, attributes=["agee"])
    with pytest.raises(InputError, match="'age': 1 seats for each of 3 groups"):
        seats(TOWN, seats=2, method="huntington-hill")
    with pytest.raises(InputError, match="tell each of sex, age alone"):
        counts = {"sex": {"Female": 9, "Male": 9}, "age": {"16-29": 9, "30-59": 9, "60+": 0}}
        seats(TOWN, seats=2, pool=counts)
    with pytest.raises(InputError, match="the pool has 3 people for 9 seats"):
        seats(TOWN, seats=9, pool=people((3, "Female", "60+")))
    with pytest.raises(InputError, match="form must be one of"):
        seats(TOWN, seats=9).quotas("min,max")


def test_it_comes_back_from_json_and_can_be_drawn():
    found = seats(TOWN, seats=24, pool=people((40, "Female", "16-29"), (40, "Male", "60+")))
    assert from_json(found.to_json()) == found
    assert isinstance(found, Seats)
    axes = found.plot()
    assert len(axes.patches) == 5
    assert "<table" in found.to_html()
    assert found.findings == ()


def test_what_tells_of_a_small_combination_is_hidden():
    """How many young men there are decides what is possible, though all margins are large."""
    copies = []
    for few in (1, 2, 3, 4):
        pool = people(
            (few, "Male", "16-29"),
            (20, "Female", "16-29"),
            (30 - few, "Male", "60+"),
            (20, "Female", "30-59"),
        )
        found = seats(TOWN, seats=20, minimum=4, pool=pool)
        assert found.possible["smallest_combination"][0] == few
        copies.append(found.protect())
    assert set(copies[0].possible["minimum_possible"]) == {None}
    assert all(copy.possible == copies[0].possible for copy in copies)
    assert not any(
        "moves" in note.text or "quotas_conflict" in note.code for note in copies[0].notes
    )
    assert copies[0].quotas()["min_flex"].tolist() == list(copies[0].rows["minimum"])


def test_small_counts_of_the_pool_are_hidden():
    pool = people((2, "Female", "16-29"), (9, "Male", "30-59"), (20, "Female", "60+"))
    safe = seats(TOWN, seats=8, pool=pool).protect()
    by_group = dict(zip(safe.rows["group"], safe.rows["in_pool"], strict=True))
    assert by_group["16-29"] is None
    assert safe.rows["seats"] == seats(TOWN, seats=8).rows["seats"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 500), min_size=2, max_size=6),
    st.integers(6, 40),
    st.sampled_from(["hamilton", "webster", "jefferson", "huntington-hill"]),
    st.randoms(use_true_random=False),
)
def test_renaming_and_reordering_change_nothing(sizes, places, method, random):
    names = [f"g{i}" for i in range(len(sizes))]
    order = list(range(len(sizes)))
    random.shuffle(order)
    plain = seats(
        Baseline.from_counts({"k": dict(zip(names, sizes, strict=True))}),
        seats=places,
        method=method,
    )
    turned = seats(
        Baseline.from_counts({"k": {f"renamed {i}": sizes[i] for i in order}}),
        seats=places,
        method=method,
    )
    assert list(plain.rows["seats"]) == apportion(sizes, places, method=method).tolist()
    settled = [i for i in range(len(sizes)) if not plain.rows["tied"][i]]
    other = {i: turned.rows["seats"][at] for at, i in enumerate(order)}
    assert all(other[i] == plain.rows["seats"][i] for i in settled)


@pytest.mark.parametrize("method", ["hamilton", "webster", "huntington-hill", "jefferson"])
def test_options_that_may_be_combined_are(method):
    pool = people((20, "Female", "16-29"), (20, "Male", "30-59"), (20, "Female", "60+"))
    for minimum, slack in itertools.product([0, 1, 3], [0, 1, 9]):
        made = seats(TOWN, seats=20, method=method, minimum=minimum, slack=slack, pool=pool)
        found = made.table
        assert (made.possible_table["minimum_possible"] <= found["minimum"]).all()
        assert (made.possible_table["maximum_possible"] >= found["maximum"]).all()
        assert (found["minimum"] <= found["seats"]).all()
        assert (found["maximum"] >= found["seats"]).all()
        assert found.groupby("attribute")["seats"].sum().eq(20).all()
