"""The table of counts: every way to make one gives the same, it adds up, and bad input is refused in words."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compared import compared
from coprep import fairness
from coprep.errors import InputError
from coprep.fairness import GroupTable, demographic_parity_difference, equalized_odds_difference

ROWS = pd.DataFrame(
    {
        "sex": ["f", "m", "f", "m", "f", "m", "m"],
        "dept": ["A", "A", "B", "B", "A", "B", "A"],
        "y_true": [1, 0, 1, 1, 0, 0, 1],
        "y_pred": [1, 1, 0, 0, 1, 0, 1],
        "w": [1.0, 2.0, 3.0, 0.5, 1.0, 2.5, 4.0],
    }
)
COLUMNS = {"y_true": "y_true", "y_pred": "y_pred"}


def same_counts(one, two):
    assert [str(g) for g in one.groups] == [str(g) for g in two.groups]
    assert [str(s) for s in one.strata] == [str(s) for s in two.strata]
    for name in ("rows", "weights", "squares"):
        assert np.allclose(getattr(one, name), getattr(two, name), rtol=1e-12)
    return True


@pytest.fixture(scope="module")
def by_hand():
    cells = np.zeros((2, 2, 2, 2))
    for row in ROWS.itertuples():
        cells["AB".index(row.dept), "fm".index(row.sex), row.y_true, row.y_pred] += row.w
    return cells


def test_every_engine_counts_the_same(engine, by_hand):
    table = GroupTable.from_frame(
        engine(ROWS),
        sensitive_features="sex",
        control_features="dept",
        sample_weight="w",
        **COLUMNS,
    )
    assert np.allclose(table.weights, by_hand, rtol=1e-12)
    assert table.rows.sum() == len(ROWS)
    assert table.groups == ("f", "m")
    assert table.strata == ("A", "B")


def test_lazy_engines_count_the_same_with_missing_values_and_counts(engine):
    holes = ROWS.assign(sex=[None, *ROWS["sex"][1:]], people=[3, 1, 2, 5, 1, 1, 4])
    table = GroupTable.from_frame(
        engine(holes), sensitive_features="sex", count="people", missing="drop", **COLUMNS
    )
    assert table.group_sizes == {"f": 3, "m": 11}
    assert dict(table.dropped)["rows"] == 3


def test_counts_are_added_up_as_whole_numbers_on_every_engine(engine):
    people = [2**53 + 1, 2**53 + 1, 10**18 + 7, 1, 0, 2 * 10**18 + 3, 1]
    cells = np.zeros((1, 2, 2, 2), dtype=object)
    for row, k in zip(ROWS.itertuples(), people, strict=True):
        cells[0, "fm".index(row.sex), row.y_true, row.y_pred] += k
    table = GroupTable.from_frame(
        engine(ROWS.assign(people=people)), sensitive_features="sex", count="people", **COLUMNS
    )
    assert (table.rows == cells).all()
    assert table.n == sum(people)
    assert not table.weighted


def test_alike_rows_with_large_counts_are_each_added(engine):
    alike = pd.concat(
        [ROWS.iloc[:1].assign(people=2**53 + 1)] * 3, ignore_index=True
    )  # an engine finds one, thrice
    table = GroupTable.from_frame(
        engine(alike), sensitive_features="sex", count="people", **COLUMNS
    )
    assert table.n == 3 * (2**53 + 1)


def test_weighted_counts_are_added_up_as_whole_numbers():
    rows = {"g": ["a", "b", "a"], "p": [1, 0, 1], "k": [2**53 + 1, 3, 2], "w": [0.5, 2.0, 0.25]}
    table = GroupTable.from_frame(
        rows, sensitive_features="g", y_pred="p", count="k", sample_weight="w"
    )
    assert table.group_sizes == {"a": 2**53 + 3, "b": 3}
    assert table.weights[0, 1].sum() == 6.0
    assert table.squares[0, 1].sum() == 12.0


@pytest.mark.parametrize(
    ("k", "why"), [(None, "missing"), (1.5, "whole"), (-1.0, "from 0"), (5e18, "at most")]
)
def test_counts_that_are_none_are_refused_on_every_engine(engine, k, why):
    frame = pd.DataFrame({"g": ["a", "b", "a", "a"], "p": [1, 0, 1, 1], "k": [1.0, 2.0, k, k]})
    with pytest.raises(InputError, match=why):
        GroupTable.from_frame(engine(frame), sensitive_features="g", y_pred="p", count="k")


def test_alike_rows_of_too_many_in_all_are_refused_on_every_engine(engine):
    frame = pd.DataFrame({"g": ["a", "b", "a"], "p": [1, 0, 1], "k": [3 * 10**18, 1, 3 * 10**18]})
    with pytest.raises(InputError, match="6e\\+18 rows"):
        GroupTable.from_frame(engine(frame), sensitive_features="g", y_pred="p", count="k")


@pytest.mark.parametrize(
    "column",
    [
        lambda v: v,
        tuple,
        np.array,
        pd.Series,
        pd.Categorical,
        pd.Index,
        lambda v: pd.Series(v, dtype="category"),
        lambda v: pd.Series(v, dtype="string"),
        pl.Series,
        lambda v: pl.Series(v, dtype=pl.Categorical),
        lambda v: pl.Series(v, dtype=pl.Enum(["f", "m"])),
        pa.array,
        lambda v: pa.array(v).dictionary_encode(),
        lambda v: pa.chunked_array([v[:3], v[3:]]),
        lambda v: np.array(v, dtype=object),
    ],
)
def test_every_kind_of_column_gives_the_same_groups(column):
    plain = GroupTable.from_arrays(
        ROWS["y_true"].tolist(), ROWS["y_pred"].tolist(), sensitive_features=ROWS["sex"].tolist()
    )
    found = GroupTable.from_arrays(
        ROWS["y_true"].tolist(),
        ROWS["y_pred"].tolist(),
        sensitive_features=column(ROWS["sex"].tolist()),
    )
    assert found.groups == ("f", "m")
    assert np.array_equal(found.rows, plain.rows)


@pytest.mark.parametrize(
    "flags",
    [
        np.array,
        lambda v: np.array(v, dtype=bool),
        lambda v: np.array(v, dtype=np.int8),
        lambda v: np.array(v, dtype=np.uint64),
        lambda v: np.array(v, dtype=float),
        lambda v: pd.Series(v, dtype="Int64"),
        lambda v: pd.Series(v, dtype="boolean"),
        lambda v: pd.Series(v, dtype="category"),
        lambda v: pl.Series([bool(x) for x in v]),
        lambda v: pa.array(v),
        lambda v: [bool(x) for x in v],
        lambda v: [np.bool_(x) for x in v],
    ],
)
def test_every_kind_of_zero_and_one_is_understood(flags):
    y_true, y_pred = ROWS["y_true"].tolist(), ROWS["y_pred"].tolist()
    plain = GroupTable.from_arrays(y_true, y_pred, sensitive_features=ROWS["sex"].tolist())
    found = GroupTable.from_arrays(
        flags(y_true), flags(y_pred), sensitive_features=ROWS["sex"].tolist()
    )
    assert np.array_equal(found.rows, plain.rows)


def test_published_counts_make_the_table_that_rows_would():
    rows = GroupTable.from_arrays(
        [1, 0, 1, 1, 0], [1, 1, 0, 1, 0], sensitive_features=list("aabba")
    )
    mapping = GroupTable.from_counts(
        {"a": {"TN": 1, "FP": 1, "FN": 0, "TP": 1}, "b": {"tn": 0, "fp": 0, "fn": 1, "tp": 1}}
    )
    array = GroupTable.from_counts([[[1, 1], [0, 1]], [[0, 0], [1, 1]]], groups=["a", "b"])
    assert rows == mapping == array
    assert hash(rows) == hash(mapping)
    assert rows != GroupTable.from_counts([[[1, 1], [0, 1]], [[0, 0], [1, 2]]], groups=["a", "b"])
    frame = GroupTable.from_frame(
        {
            "g": list("aabbab"),
            "t": [0, 0, 1, 1, 1, 0],
            "p": [0, 1, 0, 1, 1, 0],
            "k": [1, 1, 1, 1, 1, 0],
        },
        sensitive_features="g",
        y_true="t",
        y_pred="p",
        count="k",
    )
    assert same_counts(rows, frame)


def test_published_counts_by_stratum():
    table = GroupTable.from_counts(
        {"A": {"f": {"selected": 1, "total": 4}}, "B": {"m": {"selected": 2, "total": 3}}},
        controls="dept",
    )
    assert table.strata == ("A", "B")
    assert table.controls == ("dept",)
    assert table.without_strata().group_sizes == {"f": 4, "m": 3}
    assert table.in_stratum("A").group_sizes == {"f": 4, "m": 0}


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 1), st.integers(0, 1)),
        min_size=2,
        max_size=30,
    ),
    st.data(),
)
def test_parts_add_up_to_the_whole(rows, data):
    cut = data.draw(st.integers(1, len(rows) - 1))

    def counted(part):
        g, y, p = zip(*part, strict=True)
        return GroupTable.from_arrays(list(y), list(p), sensitive_features=list(g))

    whole = counted(rows)
    assert counted(rows[:cut]) + counted(rows[cut:]) == whole
    assert counted(rows[cut:]) + counted(rows[:cut]) == whole
    shuffled = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))]
    assert counted(shuffled) == whole


def test_adding_sums_what_was_dropped_and_refuses_other_tables():
    one = GroupTable.from_arrays([1, 0], [1, None], sensitive_features=["a", "b"], missing="drop")
    assert dict((one + one).dropped) == {"rows": 2, "y_pred": 2}
    with pytest.raises(InputError, match="attributes"):
        one + GroupTable.from_arrays([1], [1], sensitive_features={"sex": ["f"]})
    with pytest.raises(TypeError):
        one + 1


def test_integer_weights_are_repeated_rows_and_real_ones_keep_their_squares():
    repeated = ROWS.loc[ROWS.index.repeat([2, 1, 3, 1, 1, 2, 1])].reset_index(drop=True)
    plain = GroupTable.from_frame(repeated, sensitive_features="sex", **COLUMNS)
    weighted = GroupTable.from_frame(
        ROWS.assign(w=[2, 1, 3, 1, 1, 2, 1]), sensitive_features="sex", sample_weight="w", **COLUMNS
    )
    assert np.array_equal(plain.weights, weighted.weights)
    assert weighted.weighted
    assert not plain.weighted
    assert weighted.squares.sum() == sum(k * k for k in [2, 1, 3, 1, 1, 2, 1])


def test_crossed_attributes_list_every_combination_and_come_apart_again():
    table = GroupTable.from_frame(ROWS, sensitive_features=["sex", "dept"], **COLUMNS)
    assert table.groups == (("f", "A"), ("f", "B"), ("m", "A"), ("m", "B"))
    assert table.by_attribute("sex") == GroupTable.from_frame(
        ROWS, sensitive_features="sex", **COLUMNS
    )
    assert same_counts(
        table.by_attribute("dept"),
        GroupTable.from_frame(ROWS, sensitive_features="dept", **COLUMNS),
    )
    as_array = GroupTable.from_arrays(
        ROWS["y_true"].to_numpy(),
        ROWS["y_pred"].to_numpy(),
        sensitive_features=ROWS[["sex", "dept"]].to_numpy(),
    )
    assert as_array.attributes == ("group_0", "group_1")
    assert same_counts(as_array, table)
    with pytest.raises(InputError, match="attribute must be one of"):
        table.by_attribute("age")


def test_too_many_combinations_are_listed_only_where_they_occur():
    n = 400
    ids = [np.arange(n), np.arange(n)[::-1]]
    table = GroupTable.from_arrays(
        np.ones(n, int), np.ones(n, int), sensitive_features={"a": ids[0], "b": ids[1]}
    )
    assert len(table.groups) == n
    assert ("0", "399") in table.groups
    with pytest.raises(InputError, match="too many cells"):
        GroupTable.from_arrays(
            np.ones(3000, int),
            np.ones(3000, int),
            sensitive_features=np.arange(3000),
            control_features=np.arange(3000) * 7,
        )


def test_declared_but_absent_levels_are_listed_with_nothing_and_left_out_of_the_gap():
    sex = pd.Categorical(["f", "m", "f", "m"], categories=["f", "x", "m"])
    gap = demographic_parity_difference(None, [1, 0, 1, 1], sensitive_features=sex)
    assert gap.n == {"f": 2, "x": 0, "m": 2}
    assert math.isnan(gap.by_group["x"])
    assert float(gap) == 0.5
    assert gap.not_compared == ("x",)


def test_groups_of_zero_weight_are_as_absent():
    gap = demographic_parity_difference(
        None, [1, 0, 1, 0], sensitive_features=list("aabc"), sample_weight=[1, 1, 2, 0]
    )
    assert float(gap) == 0.5
    assert gap.not_compared == ("c",)


def test_groups_of_mixed_types_are_named_by_the_one_rule_and_in_order():
    groups = ["b", 10, "10", 2, True, 2.5, "é", "a", -3, b"z", "B", " a ", "n/a"]
    table = GroupTable.from_arrays([1] * 13, [1] * 13, sensitive_features=groups)
    assert table.groups == ("-3", "2", "2.5", "10", "B", "Yes", "a", "z", "é", "(unknown)")
    assert table.group_sizes["10"] == table.group_sizes["a"] == table.group_sizes["B"] == 2


def test_hostile_labels_and_names_are_only_labels():
    rows = {"y_true": [0, 1, 0, 1], "count": [1, 1, 0, 0], "w": [1, 0, 1, 0]}
    table = GroupTable.from_frame(
        rows, sensitive_features=["y_true", "count"], y_true="w", y_pred="count"
    )
    assert table.attributes == ("y_true", "count")
    odd = ["<script>", "a b", "ab", "\u202ex"]
    gap = demographic_parity_difference(None, [1, 0, 1, 0], sensitive_features=odd)
    assert set(gap.n) == set(odd)
    assert "\n" not in repr(gap)


def test_weights_and_codes_beyond_a_million_rows_are_counted_in_pieces():
    n = 150_000
    rng = np.random.default_rng(0)
    g, y, p, w = (
        rng.integers(0, 300, n),
        rng.integers(0, 2, n),
        rng.integers(0, 2, n),
        rng.random(n),
    )
    table = GroupTable.from_arrays(y, p, sensitive_features=g, sample_weight=w)
    wanted = np.zeros((300, 2, 2))
    np.add.at(wanted, (g, y, p), w)
    assert np.allclose(table.weights[0], wanted, rtol=1e-12)
    shifted = GroupTable.from_arrays(y, p, sensitive_features=g * 1_000_003 - 5)
    assert np.array_equal(shifted.rows.sum(), n)
    assert shifted.groups[0] == "-5"


def test_counts_of_thousands_of_millions():
    big = 3 * 10**9
    table = GroupTable.from_counts(
        {
            "a": {"TN": big, "FP": big, "FN": big, "TP": big},
            "b": {"TN": 0, "FP": 1, "FN": 1, "TP": big},
        }
    )
    assert table.group_sizes["a"] == 4 * big
    gap = compared("equalized_odds_difference", table + table)
    assert gap.by_group["b"] == pytest.approx(1.0)
    assert 0.4 < gap.low <= gap <= gap.high <= 1


def test_ten_thousand_groups():
    rng = np.random.default_rng(0)
    g = np.arange(40_000) % 10_000
    gap = demographic_parity_difference(None, rng.integers(0, 2, 40_000), sensitive_features=g)
    assert float(gap) == 1.0
    assert 0 <= gap.low <= gap.noise_floor <= 1


MISSING = [1, None, 0, 1]


@pytest.mark.parametrize(
    "values",
    [
        MISSING,
        np.array([1, np.nan, 0, 1]),
        pd.array(MISSING, dtype="Int64"),
        pl.Series(MISSING),
        pa.array(MISSING),
    ],
)
def test_missing_values_raise_and_are_counted_when_dropped(values):
    for role in ("y_true", "y_pred"):
        rows = {"y_true": [1, 0, 0, 1], "y_pred": [1, 1, 0, 0], role: values}
        with pytest.raises(InputError, match=f"{role} is missing in 1 of 4 rows"):
            GroupTable.from_arrays(**rows, sensitive_features=list("abab"))
        table = GroupTable.from_arrays(**rows, sensitive_features=list("abab"), missing="drop")
        assert dict(table.dropped) == {"rows": 1, role: 1}
        with pytest.raises(InputError):
            GroupTable.from_arrays(**rows, sensitive_features=list("abab"), missing="category")


@pytest.mark.parametrize(
    "groups",
    [
        ["a", None, "b", "a"],
        pd.Categorical(["a", None, "b", "a"]),
        pl.Series(["a", None, "b", "a"], dtype=pl.Categorical),
        pa.array(["a", None, "b", "a"]),
        pl.Series(["a", None, "b", "a"], dtype=pl.Enum(["a", "b"])),
    ],
)
def test_missing_groups_raise_are_dropped_or_make_a_group(groups):
    call = {"y_true": [1, 0, 0, 1], "y_pred": [1, 1, 0, 0]}
    with pytest.raises(InputError, match="group is missing in 1 of 4 rows"):
        GroupTable.from_arrays(**call, sensitive_features=groups)
    dropped = GroupTable.from_arrays(**call, sensitive_features=groups, missing="drop")
    assert dropped.group_sizes == {"a": 2, "b": 1}
    kept = GroupTable.from_arrays(**call, sensitive_features=groups, missing="category")
    assert kept.group_sizes == {"a": 2, "b": 1, "(missing)": 1}


def test_a_metric_does_not_look_at_what_it_does_not_need():
    assert (
        float(
            demographic_parity_difference(
                [None, "x", 7, 1], [1, 0, 1, 1], sensitive_features=list("aabb")
            )
        )
        == 0.5
    )


@pytest.mark.parametrize(
    ("y_true", "y_pred", "pos_label", "why"),
    [
        (["yes", "no"], ["yes", "no"], None, "'no', 'yes'"),
        ([1, -1], [1, 1], None, "-1, 1"),
        ([0, 1], [0.2, 0.8], None, "0.2, 0.8"),
        ([0, 2], [0, 2], None, "0, 2"),
        (["yes", "no"], ["yes", "no"], "Yes", "does not occur"),
        (["yes", "no"], [1, 0], "yes", "y_pred"),
        (["1", "0"], ["1", "0"], None, "'0', '1'"),
        (["1", "0"], ["1", "0"], 1, "does not occur"),
    ],
)
def test_labels_that_are_not_understood_are_an_error_that_lists_them(
    y_true, y_pred, pos_label, why
):
    with pytest.raises(InputError, match=why):
        equalized_odds_difference(
            y_true, y_pred, sensitive_features=["a", "b"], pos_label=pos_label
        )


def test_a_column_may_lack_the_positive_label_if_the_other_explains_its_values():
    table = GroupTable.from_arrays(
        ["yes", "no", "no"], ["no", "no", "no"], sensitive_features=list("aab"), pos_label="yes"
    )
    assert compared("selection_rate", table) == 0.0
    assert compared("base_rate", table).by_group == {"a": 0.5, "b": 0.0}
    minus = GroupTable.from_arrays(
        [-1, 1, -1], [1, 1, -1], sensitive_features=list("aab"), pos_label=1
    )
    assert compared("selection_rate", minus).by_group == {"a": 1.0, "b": 0.0}


SERIES = pd.Series([1, 0, 1])


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (
            {
                "y_true": SERIES,
                "y_pred": SERIES.set_axis([3, 4, 5]),
                "sensitive_features": list("aab"),
            },
            "different indexes",
        ),
        (
            {
                "y_true": SERIES,
                "y_pred": SERIES,
                "sensitive_features": pd.DataFrame({"g": list("aab")}, index=[2, 1, 0]),
            },
            "different indexes",
        ),
        ({"y_true": [1, 0], "y_pred": [1, 0, 1], "sensitive_features": list("aab")}, "3 rows"),
        ({"y_true": [], "y_pred": [], "sensitive_features": []}, "no rows"),
        ({"y_true": None, "y_pred": None, "sensitive_features": list("aab")}, "both None"),
        ({"y_true": "101", "y_pred": [1, 0, 1], "sensitive_features": list("aab")}, "column"),
        ({"y_true": 1, "y_pred": [1, 0, 1], "sensitive_features": list("aab")}, "column"),
        (
            {"y_true": [1, 0, 1], "y_pred": [1, 0, 1], "sensitive_features": [["a"], ["b"], ["c"]]},
            "told apart",
        ),
        (
            {"y_true": [1, 0, 1], "y_pred": np.zeros((3, 2)), "sensitive_features": list("aab")},
            "dimensions",
        ),
        (
            {
                "y_true": [1, 0, 1],
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "missing": "ignore",
            },
            "missing must be one of",
        ),
        (
            {
                "y_true": [1, 0, 1],
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "sample_weight": [1, -1, 1],
            },
            "from 0",
        ),
        (
            {
                "y_true": [1, 0, 1],
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "sample_weight": [1, np.inf, 1],
            },
            "finite",
        ),
        (
            {
                "y_true": [1, 0, 1],
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "sample_weight": [1, np.nan, 1],
            },
            "missing in 1",
        ),
        (
            {
                "y_true": [1, 0, 1],
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "sample_weight": ["x", 1, 1],
            },
            "numbers",
        ),
        (
            {
                "y_true": [1, 0, 1],
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "sample_weight": np.ones((3, 2)),
            },
            "one expected",
        ),
        (
            {
                "y_true": [None] * 3,
                "y_pred": [1, 0, 1],
                "sensitive_features": list("aab"),
                "missing": "drop",
            },
            "no row is complete",
        ),
    ],
)
def test_rows_that_do_not_fit_are_refused_in_words(call, why):
    with pytest.raises(InputError, match=why):
        GroupTable.from_arrays(**call)


@pytest.mark.parametrize(
    ("counts", "options", "why"),
    [
        ({}, {}, "empty"),
        ({"a": {"selected": 5, "total": 3}}, {}, "5 selected of 3"),
        ({"a": {"selected": 1.5, "total": 3}}, {}, "whole"),
        ({"a": {"TP": 1}}, {}, "TN, FP, FN and TP"),
        ({"a": 7}, {}, "expected"),
        (
            {"a": {"selected": 1, "total": 3}, "b": {"TN": 1, "FP": 1, "FN": 1, "TP": 1}},
            {},
            "some groups",
        ),
        ({"a": {"selected": 1, "total": 3}}, {"groups": ["a"]}, "leave out"),
        ([[1, 2], [3, 4]], {}, "shape"),
        ([[[1, -2], [3, 4]]], {}, "whole numbers from 0"),
        ([[["x", "y"], ["z", "q"]]], {}, "whole numbers"),
        ([[[1, 2], [3, 4]]], {"groups": ["a", "b"]}, "1 different"),
        ([[[1, 2], [3, 4]]] * 2, {"groups": ["a", "a"]}, "2 different"),
    ],
)
def test_counts_that_are_none_are_refused_in_words(counts, options, why):
    with pytest.raises(InputError, match=why):
        GroupTable.from_counts(counts, **options)


def test_frames_without_the_column_or_with_bad_counts_are_refused():
    with pytest.raises(InputError, match="did you mean 'sex'"):
        GroupTable.from_frame(ROWS, sensitive_features="sexx", **COLUMNS)
    for counts, why in (([1.5] * 7, "whole"), ([-1] * 7, "from 0"), ([None] * 7, "missing")):
        with pytest.raises(InputError, match=why):
            GroupTable.from_frame(
                ROWS.assign(k=counts), sensitive_features="sex", count="k", **COLUMNS
            )
    with pytest.raises(InputError, match="no rows"):
        GroupTable.from_frame(
            pl.from_pandas(ROWS).lazy().filter(pl.col("sex") == "x"),
            sensitive_features="sex",
            **COLUMNS,
        )


def test_a_table_keeps_what_it_is_made_of_and_cannot_be_changed():
    table = GroupTable.from_frame(
        ROWS, sensitive_features="sex", control_features="dept", **COLUMNS
    )
    assert repr(table) == "<GroupTable: 7 rows; 2 groups of 'sex' in 2 strata of 'dept'>"
    with pytest.raises(ValueError, match="read-only"):
        table.rows[0, 0, 0, 0] = 7
    again = GroupTable.from_table(
        table.to_table(),
        groups=table.groups,
        strata=table.strata,
        attributes=["sex"],
        controls=["dept"],
    )
    assert again == table
    assert table.to_frame()["rows"].sum() == 7
    with pytest.raises(InputError, match="stratum must be one of"):
        table.in_stratum("C")


def test_a_table_without_labels_says_what_a_metric_lacks():
    table = GroupTable.from_arrays(None, [1, 0], sensitive_features=["a", "b"])
    with pytest.raises(InputError, match="needs y_true"):
        compared("equalized_odds_difference", table)
    with pytest.raises(InputError, match="needs y_pred"):
        compared("selection_rate", GroupTable.from_arrays([1, 0], sensitive_features=["a", "b"]))
    with pytest.raises(InputError, match="there is no metric"):
        compared("demographic_party", table)


hostile = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=3), st.lists(st.integers(0, 1), max_size=3),
    st.lists(st.one_of(st.none(), st.integers(-2, 2), st.text(max_size=1), st.floats(), st.booleans()), max_size=4),
    st.dictionaries(st.text(max_size=2), st.lists(st.integers(0, 1), max_size=3), max_size=2),
)  # fmt: skip


@given(hostile, hostile, hostile, hostile, hostile)
def test_whatever_is_given_there_is_a_number_or_an_input_error(
    y_true, y_pred, groups, control, weight
):
    try:
        found = equalized_odds_difference(
            y_true,
            y_pred,
            sensitive_features=groups,
            control_features=control,
            sample_weight=weight,
        )
    except InputError:
        return
    assert math.isnan(found) or 0 <= found <= 1
    assert repr(found)


@pytest.mark.parametrize("n", [1, 2, 3, 262_144, 262_147])
@pytest.mark.parametrize("k", [1, 2, 63, 64, 65])
def test_cells_are_the_plain_count_however_many_rows_and_groups(n, k):
    rng = np.random.default_rng(n + k)
    group, y_true, y_pred = (
        rng.integers(0, k, n).astype(np.int8),
        *rng.integers(0, 2, (2, n)).astype(np.int8),
    )
    plain = np.zeros((1, k, 2, 2), dtype=int)
    np.add.at(plain, (0, group, y_true, y_pred), 1)
    codes = pd.Categorical.from_codes(group, [f"g{i}" for i in range(k)])
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=codes)
    assert np.array_equal(table.rows, plain)
    strided = np.stack([y_true, y_pred], axis=1)
    alone = GroupTable.from_arrays(None, strided[:, 1], sensitive_features=codes)
    assert np.array_equal(alone.rows.sum(axis=2), plain.sum(axis=2))


TEXT = ["b", "a", "c", "a", "b", "b"]


def _text_columns():
    shared = pl.Series(["z", *TEXT, "y"]).cast(
        pl.Categorical
    )  # its pool holds more than these six rows do
    return {
        "object": pd.Series(TEXT, dtype=object),
        "str": pd.Series(TEXT, dtype="str"),
        "arrow": pa.array(TEXT),
        "chunked": pa.chunked_array([TEXT[:2], TEXT[2:]]),
        "polars": pl.Series(TEXT),
        "polars categories": shared[1:-1],
    }


@pytest.mark.parametrize(
    "engine", ["object", "str", "arrow", "chunked", "polars", "polars categories"]
)
def test_labels_are_in_order_however_the_engine_numbers_them(engine):
    y_true, y_pred, weight = [1, 0, 1, 1, 0, 0], [1, 1, 0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    column = _text_columns()[engine]
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=column, sample_weight=weight)
    assert table.groups == ("a", "b", "c")
    assert table.rows[0].tolist() == [[[0, 1], [0, 1]], [[1, 1], [0, 1]], [[0, 0], [1, 0]]]
    assert table.weights[0].sum(axis=(1, 2)).tolist() == [6.0, 12.0, 3.0]
    strata = GroupTable.from_arrays(
        y_true, y_pred, sensitive_features=y_true, control_features=column
    )
    assert strata.strata == ("a", "b", "c")
    assert strata.rows.sum(axis=(1, 2, 3)).tolist() == [2, 3, 1]
    both = GroupTable.from_arrays(y_true, sensitive_features={"one": column, "two": y_pred})
    assert both.group_sizes == {
        ("a", "0"): 0,
        ("a", "1"): 2,
        ("b", "0"): 1,
        ("b", "1"): 2,
        ("c", "0"): 1,
        ("c", "1"): 0,
    }


LONG = 250_000  # rows: several pieces


@pytest.mark.parametrize("engine", ["str", "arrow", "polars"])
@pytest.mark.parametrize("k", [3, 400])
def test_long_text_is_coded_in_pieces_without_a_trace(engine, k):
    rng = np.random.default_rng(k)
    group, y_pred = rng.integers(0, k, LONG), rng.integers(0, 2, LONG)
    group[: LONG // 2] = np.minimum(group[: LONG // 2], k - 2)  # a label of the second half alone
    group[[5, LONG - 5]] = -1
    text = np.array([*(f"g{i:03}" for i in range(k)), None], dtype=object)[group]
    column = {
        "str": lambda: pd.Series(text, dtype="str"),
        "arrow": lambda: pa.array(text),
        "polars": lambda: pl.Series(text),
    }
    table = GroupTable.from_arrays(
        None, y_pred, sensitive_features=column[engine](), missing="category"
    )
    assert table.groups == (*(f"g{i:03}" for i in range(k)), "(missing)")
    plain = np.zeros((k + 1, 2), dtype=int)
    np.add.at(plain, (np.where(group < 0, k, group), y_pred), 1)
    assert np.array_equal(table.rows[0].sum(axis=1), plain)


def test_arrow_columns_of_other_kinds_are_read_as_pandas_reads_them():
    numbers = pa.array([0.5, float("nan"), 2.0, None])
    table = GroupTable.from_arrays([1, 0, 1, 1], sensitive_features=numbers, missing="category")
    assert table.group_sizes == {"0.5": 1, "2": 1, "(missing)": 2}
    with pytest.raises(InputError, match="group holds values that cannot be told apart"):
        GroupTable.from_arrays([1, 0], sensitive_features=pa.array([["a"], ["b"]]))


def test_values_that_mean_the_same_make_one_group():
    mixed = np.array([Decimal("2.5"), "x", 2.5, 1], dtype=object)
    table = GroupTable.from_arrays([1, 0, 1, 1], sensitive_features=mixed)
    assert table.group_sizes == {"1": 1, "2.5": 2, "x": 1}


def test_groups_missing_in_polars_text_are_kept_apart():
    for kind in (pl.String, pl.Categorical):
        column = pl.Series(["b", None, "a", "b"]).cast(kind)
        table = GroupTable.from_arrays([1, 0, 1, 1], sensitive_features=column, missing="category")
        assert table.group_sizes == {"a": 1, "b": 2, "(missing)": 1}


@pytest.mark.parametrize("engine", ["polars", "duckdb", "dask"])
def test_columns_still_with_their_engine_are_refused_in_words(engine):
    frame = pd.DataFrame({"g": list("aabb"), "p": [1, 0, 1, 0]})
    if engine == "polars":
        import polars as pl

        lazy = pl.from_pandas(frame).lazy()
        column = lazy.select("p")
    elif engine == "duckdb":
        lazy = pytest.importorskip("duckdb").from_df(frame)
        column = lazy["p"]
    else:
        lazy = pytest.importorskip("dask.dataframe").from_pandas(frame, npartitions=2)
        column = lazy["p"]
    with pytest.raises(InputError, match="GroupTable.from_frame"):
        fairness.demographic_parity_difference(None, column, sensitive_features=frame["g"])
    with pytest.raises(InputError, match="GroupTable.from_frame"):
        fairness.demographic_parity_difference(None, frame["p"], sensitive_features=lazy)
    with pytest.raises(InputError, match="GroupTable.from_frame"):
        compared("mean_prediction", None, column)
    table = GroupTable.from_frame(lazy, sensitive_features="g", y_pred="p")
    assert compared("demographic_parity_difference", table) == 0


def test_names_of_several_controls_ask_for_strata_of_several_labels():
    cells = {"f": {"selected": 1, "total": 4}, "m": {"selected": 2, "total": 3}}
    with pytest.raises(InputError, match="controls has 2 names, and 'A' is no tuple of 2 labels"):
        GroupTable.from_counts({"A": cells, "B": cells}, controls=["dept", "year"])
    assert GroupTable.from_counts(cells, controls=["dept", "year"]).controls == ()


def test_strata_that_are_skipped_leave_weighted_rates_as_if_they_had_never_been():
    rows = pd.concat([ROWS] * 3, ignore_index=True)
    rows["w"] = np.arange(1.0, len(rows) + 1)
    rows.loc[len(rows)] = ["f", "C", 1, 1, 9.0]  # a stratum with one group only
    how = {"sensitive_features": "sex", "control_features": "dept", "sample_weight": "w"}
    with_it = GroupTable.from_frame(rows, **how, **COLUMNS)
    without = GroupTable.from_frame(rows[rows["dept"] != "C"], **how, **COLUMNS)
    one, two = (
        compared("demographic_parity_difference", t, undefined="skip") for t in (with_it, without)
    )
    assert (one, one.low, one.high) == pytest.approx((two, two.low, two.high))


def test_what_was_dropped_from_two_tables_adds_up():
    parts = [
        GroupTable.from_arrays(None, pred, sensitive_features={"g": groups}, missing="drop")
        for pred, groups in (
            ([1, None, 0], ["a", "b", "b"]),
            ([1, 0, 0, None], ["a", None, "b", None]),
        )
    ]
    assert (parts[0] + parts[1]).dropped == {"rows": 3, "y_pred": 2, "g": 2}
    assert (parts[1] + parts[0]).dropped == {"rows": 3, "y_pred": 2, "g": 2}


def test_one_weight_that_is_missing_is_dropped():
    found = GroupTable.from_arrays(
        None,
        [1, 0, 1],
        sensitive_features=["a", "b", "a"],
        sample_weight=[1.0, 2.0, None],
        missing="drop",
    )
    assert found.dropped == {"rows": 1, "sample_weight": 1}
    assert found.weights.sum() == 3


@pytest.mark.parametrize("extreme", [1e200, 1e-200])
def test_one_weight_that_cannot_be_squared_is_refused(extreme):
    with pytest.raises(InputError, match="sums of its squares") as refused:
        GroupTable.from_arrays(
            None, [1, 0, 1], sensitive_features=["a", "b", "a"], sample_weight=[1.0, 2.0, extreme]
        )
    assert f"sample_weight has {extreme:g};" in str(refused.value)


@pytest.mark.parametrize("flag", [True, False])
def test_a_column_of_one_flag_is_crossed_as_one_level(flag):
    features = {"old": np.array([flag] * 3), "sex": np.array(["f", "m", "f"])}
    assert GroupTable.from_arrays(None, [1, 0, 1], sensitive_features=features).group_sizes == {
        ("Yes" if flag else "No", "f"): 2,
        ("Yes" if flag else "No", "m"): 1,
    }


def test_integers_far_apart_are_groups_like_others():
    groups = np.array([-(10**15), 7, -(10**15), 10**15])
    found = GroupTable.from_arrays(None, [1, 0, 1, 1], sensitive_features=groups)
    assert found.group_sizes == {str(-(10**15)): 2, "7": 1, str(10**15): 1}


def test_accuracy_of_scores_is_refused():
    with pytest.raises(InputError, match="turn scores into decisions"):
        compared("accuracy", [0.2, 0.7, 0.3], [0.2, 0.7, 0.4], sensitive_features=["a", "b", "b"])
