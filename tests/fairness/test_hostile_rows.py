"""Rows that nobody meant to pass: names that collide, masks, mixed labels, and what is said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from coprep.errors import InputError
from coprep.fairness import (
    GroupTable,
    demographic_parity_difference,
    equalized_odds_difference,
    group_metrics,
)

PRED = [1, 0, 1, 0, 1, 1]
GROUP = list("aabbbb")


def test_a_feature_and_a_control_of_one_name_keep_their_own_missing_values():
    group = pd.Series([None, "a", "b", "b", "a", "b"], name="age")
    stratum = pd.Series(list("uuvvuv"), name="age")
    for features, controls in ((group, stratum), (stratum, group)):
        with pytest.raises(InputError, match="age is missing in 1 of 6 rows"):
            demographic_parity_difference(
                None, PRED, sensitive_features=features, control_features=controls
            )
        found = GroupTable.from_arrays(
            None, PRED, sensitive_features=features, control_features=controls, missing="drop"
        )
        assert found.n == 5
        assert found.dropped == {"rows": 1, "age": 1}


def test_missing_values_are_counted_apart_from_the_rows_that_were_left_out():
    found = GroupTable.from_arrays(
        None,
        [None, 0, 1, 0, 1, 1],
        sensitive_features={"rows": [None, None, "a", "b", "a", "b"]},
        missing="drop",
    )
    assert found.dropped == {"rows": 2, "y_pred": 1, "'rows'": 2}


def test_missing_values_are_counted_in_rows_wherever_rows_are_counted():
    rows = pd.DataFrame({"sex": ["f", None, None, None, "m"], "hired": [1, 0, 0, 1, 0]})
    counted = {"sex": ["f", None, None, "m"], "hired": [1, 0, 1, 0], "people": [1, 2, 1, 1]}
    asked = {"sensitive_features": "sex", "y_pred": "hired", "missing": "drop"}
    eager = GroupTable.from_frame(rows, **asked)
    assert eager.dropped == {"rows": 3, "sex": 3}
    assert GroupTable.from_frame(pl.from_pandas(rows).lazy(), **asked).dropped == eager.dropped
    assert GroupTable.from_frame(counted, count="people", **asked).dropped == eager.dropped
    with pytest.raises(InputError, match="sex is missing in 3 of 5 rows"):
        GroupTable.from_frame(counted, count="people", **{**asked, "missing": "raise"})


def test_what_numpy_masks_is_missing():
    mask = [True, False, False, False, False, False]
    for column in (
        {"y_pred": np.ma.array(PRED, mask=mask)},
        {"sensitive_features": np.ma.array(PRED, mask=mask)},
    ):
        given = {"y_pred": PRED, "sensitive_features": GROUP, **column}
        with pytest.raises(InputError, match="missing in 1 of 6 rows"):
            demographic_parity_difference(None, **given)
        assert demographic_parity_difference(None, **given, missing="drop").dropped["rows"] == 1
    weights = np.ma.array(np.ones(6), mask=mask)
    with pytest.raises(InputError, match="sample_weight is missing in 1 of 6 rows"):
        demographic_parity_difference(None, PRED, sensitive_features=GROUP, sample_weight=weights)
    nothing_masked = np.ma.array(PRED, mask=False)
    assert demographic_parity_difference(None, nothing_masked, sensitive_features=GROUP) == 0.25


@pytest.mark.parametrize(
    "weights",
    [
        pa.array([1.0] * 6),
        pa.chunked_array([[1.0] * 2, [1.0] * 4]),
        pa.array([True] * 6),
        pl.Series([1] * 6),
    ],
    ids=["arrow", "chunks", "arrow bool", "polars"],
)
def test_weights_come_from_any_library(weights):
    assert (
        demographic_parity_difference(None, PRED, sensitive_features=GROUP, sample_weight=weights)
        == 0.25
    )


def test_missing_weights_of_arrow_are_missing():
    weights = pa.array([None, 1.0, 1.0, 1.0, 1.0, 1.0])
    with pytest.raises(InputError, match="sample_weight is missing in 1 of 6 rows"):
        demographic_parity_difference(None, PRED, sensitive_features=GROUP, sample_weight=weights)


@pytest.mark.parametrize(
    "weights",
    [list("111111"), np.array(list("111111")), np.ones(6) + 1j, pd.to_datetime(["2020-01-01"] * 6)],
    ids=["texts", "text array", "complex", "dates"],
)
def test_weights_are_numbers(weights):
    with pytest.raises(InputError, match="sample_weight must be a column of numbers"):
        demographic_parity_difference(None, PRED, sensitive_features=GROUP, sample_weight=weights)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            {"sensitive_features": {1: GROUP, "1": list("xyxyxy")}},
            "more than one is called '1'",
        ),
        ({"sensitive_features": np.zeros((6, 0))}, "has no columns"),
        ({"sensitive_features": GROUP, "pos_label": np.array([1])}, "one label expected"),
        ({"sensitive_features": [1, True] * 3}, "which would become one"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(given, why):
    with pytest.raises(InputError, match=why):
        demographic_parity_difference(None, PRED, **given)


def test_large_unsigned_groups_are_told_apart():
    groups = np.array([2**63, 2**63 + 1] * 3, dtype=np.uint64)
    found = demographic_parity_difference(None, [1, 0] * 3, sensitive_features=groups)
    assert found.by_group == {str(2**63): 1.0, str(2**63 + 1): 0.0}


def test_records_are_a_frame():
    records = [{"sex": "f", "hired": 1}, {"sex": "m", "hired": 0}]
    found = GroupTable.from_frame(records, sensitive_features="sex", y_pred="hired")
    assert found.group_sizes == {"f": 1, "m": 1}


def test_counts_beyond_what_floats_tell_apart_stay_exact():
    total = 2**53 + 1
    assert GroupTable.from_counts({"a": {"selected": 1, "total": total}}).group_sizes == {
        "a": total
    }


@pytest.mark.parametrize("names", [("sex", "age"), ("sex", "age", "race")])
def test_names_of_several_attributes_ask_for_labels_in_as_many_parts(names):
    counts = {group: {"selected": 1, "total": 3} for group in ("ab", "cd")}
    with pytest.raises(InputError, match=f"attributes has {len(names)} names"):
        GroupTable.from_counts(counts, attributes=names)
    crossed = {group: {"selected": 1, "total": 3} for group in (("f", "old"), ("m", "old"))}
    table = GroupTable.from_counts(crossed, attributes=("sex", "age"))
    assert table.by_attribute("age").group_sizes == {"old": 6}


def test_tables_are_equal_only_if_all_they_say_is():
    def table(labels, **others):
        return GroupTable.from_arrays(None, [1, 0], sensitive_features=labels, **others)

    numbers = table([1, 2])
    assert numbers == table([1, 2])
    assert hash(numbers) == hash(table([1, 2]))
    for other in (
        table(["1", "3"]),
        table({"sex": [1, 2]}),
        table([1, 2], sample_weight=[1, 2]),
        "a table",
    ):
        assert numbers != other
    assert numbers != GroupTable.from_arrays([0, 0], [1, 0], sensitive_features=[1, 2])


@pytest.mark.parametrize(
    "features",
    [["1", "1 ."] * 2, {"one": ["a x b", "a"] * 2, "two": ["c", "b x c"] * 2}],
    ids=["a number and more", "crossed labels of one text"],
)
def test_groups_whose_labels_read_alike_stay_apart(features):
    found = group_metrics(None, [1, 0, 1, 0], sensitive_features=features)
    assert sorted(found.by_group["selection_rate"].dropna()) == [0.0, 1.0]
    assert found.group_max()["selection_rate"] - found.group_min()["selection_rate"] == 1.0
    assert found.difference()["selection_rate"] == 1.0


def test_a_feature_may_be_called_like_a_label():
    frame = pd.DataFrame({"y_true": GROUP})
    assert equalized_odds_difference(PRED, PRED, sensitive_features=frame) == 0.0
