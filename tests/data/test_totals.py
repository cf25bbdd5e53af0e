"""Totals and parents are found by what they are; tables without one lose nothing."""

import numpy as np
import pytest

from coprep import Baseline, InputError
from coprep.data.totals import NoGroups, is_total_word, no_groups
from coprep.representation import assess


@pytest.mark.parametrize(
    ("table", "total"),
    [
        ({"Persons": 1000, "Males": 490, "Females": 510}, "Persons"),
        ({"Insgesamt": 100_000, "0-24": 30_000, "25-64": 50_000, "65+": 20_000}, "Insgesamt"),
        ({"Total": 405, "Men+": 195, "Women+": 205}, "Total"),
        ({"Nobody knows": 1234, "a": 1000, "b": 200, "c": 34}, "Nobody knows"),
        ({"0+": 100, "0-15": 30, "16+": 70}, "0+"),
        ({"Kids": 30, "Kids: boys": 14, "Kids: girls": 16}, "Kids"),
    ],
)
def test_a_total_is_found_in_any_language(table, total):
    assert no_groups(table).total == total


@pytest.mark.parametrize(
    "table",
    [
        {"A": 50, "B": 30, "C": 20},
        {"A": 10, "B": 7, "C": 3},
        {"Female": 500, "Male": 500},
        {"All": 500, "Male": 500},
        {"A": 500, "B": 300, "C": 150, "D": 50},
    ],
)
def test_a_sum_by_chance_in_a_small_table_is_no_total(table):
    assert no_groups(table).total is None


def test_a_word_without_the_sum_is_only_noted():
    found = no_groups({"All": 10, "Some": 20, "None": 30})
    assert found.total is None
    assert found.only_worded == ("All",)


def test_parents_beside_their_parts_are_named():
    by_label = no_groups({"White": 903, "White: British": 800, "White: Irish": 103, "Asian": 97})
    assert [(p.group, p.parts) for p in by_label.parents] == [
        ("White", ("White: British", "White: Irish"))
    ]
    by_age = no_groups({"0-79": 9000, "80-84": 600, "85-89": 250, "90+": 150, "85+": 400})
    assert [(p.group, p.parts) for p in by_age.parents] == [("85+", ("85-89", "90+"))]


def test_percentages_that_add_to_two_hundred_hold_a_total():
    assert no_groups({"x": 100, "a": 37.2, "b": 62.8}, percentages=True).total == "x"
    assert no_groups({"a": 37.2, "b": 62.8}, percentages=True).total is None
    assert no_groups({"a": 50, "b": 30, "c": 20}, percentages=True).total is None


def random_tables(size):
    rng = np.random.default_rng(20261130)
    for _ in range(size):
        people = int(10 ** rng.uniform(1, 6.5))
        counts = rng.multinomial(people, rng.dirichlet(np.ones(rng.integers(2, 9))))
        yield people, {f"g{i}": int(n) for i, n in enumerate(counts)}


def test_random_tables_lose_no_group_and_every_total_put_in_is_found():
    for people, table in random_tables(1_000):  # studies/totals.py has ten times as many
        assert no_groups(table) == NoGroups()
        assert no_groups({**table, "Total": people}).total == "Total"
        if people >= 1_000 and len(table) >= 3:
            assert no_groups({"Xqz": people, **table}).total == "Xqz"


@pytest.mark.parametrize("word", ["All", "Sum", "Everyone"])
def test_a_word_that_can_be_an_answer_is_a_total_only_where_the_sum_is_exact(word):
    assert no_groups({word: 12, "Some": 8, "None": 5}).total is None
    assert no_groups({word: 100, "Some": 60, "None": 50}).total is None
    assert no_groups({word: 110, "Some": 60, "None": 50}).total == word


def test_all_other_groups_are_no_total_and_unknown_people_are_none_either():
    assert not is_total_word("All other ethnic groups")
    assert no_groups({"Not stated": 5_000, "0-24": 2_000, "25+": 3_000}).total is None


def test_bands_within_bands_are_no_groups_whatever_their_sum():
    found = no_groups({"0-79": 9000, "80+": 4000, "85+": 1500})
    assert [(p.group, p.parts) for p in found.parents] == [("80+", ("85+",))]


def test_a_baseline_leaves_a_total_out_with_a_note_and_refuses_parents():
    ages = {"Wszyscy": 100_000, "0-24": 30_000, "25-64": 50_000, "65+": 20_000}
    lives = Baseline.from_counts({"age": ages})
    assert lives.groups("age") == ("0-24", "25-64", "65+")
    assert "'Wszyscy'" in lives.notes[0].text or "“Wszyscy”" in lives.notes[0].text
    with pytest.raises(InputError, match="'White' of 'e' stands beside its own parts"):
        Baseline.from_counts({"e": {"White": 903, "White: A": 800, "White: B": 103, "Asian": 97}})
    people = {"sex": {"Persons": 100, "Males": 49, "Females": 51}}
    came = assess(people, Baseline.from_counts({"sex": {"Males": 490, "Females": 510}}))
    assert came.table["count"].tolist() == [49, 51]
    odd = Baseline.from_counts({"answer": {"All": 10, "Some": 20, "None": 30}})
    assert odd.groups("answer") == ("All", "Some", "None")
    assert odd.notes[0].code == "not_a_total"
