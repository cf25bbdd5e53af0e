"""Margins of error of counts and shares, as they are taken apart and brought together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep import Baseline
from coprep.representation import assess


def test_merged_groups_keep_the_margins_of_their_counts():
    """Figures of a published question on zero estimates: only the largest of their margins counts."""
    counts = {"a": 0, "b": 0, "c": 0, "d": 30, "e": 15}
    margins = {"a": 100, "b": 50, "c": 35, "d": 5, "e": 3}
    baseline = Baseline.from_counts({"g": counts}, moe={"g": margins})
    merged = baseline.recode({"g": dict.fromkeys("abcd", "all") | {"e": "rest"}}).moe("g")
    assert merged["all"] == pytest.approx(merged["rest"])
    assert merged["all"] == pytest.approx(0.743, abs=0.001)


def test_both_sides_of_a_yes_and_no_have_one_margin_and_one_verdict():
    baseline = Baseline.from_counts(
        {"d": {"Yes": 1200, "No": 8800}}, moe={"d": {"Yes": 210, "No": 1500}}
    )
    margins = baseline.moe("d")
    # the delta method for two independent counts
    assert margins["Yes"] == pytest.approx(np.hypot(8800 * 210, 1200 * 1500) / 10_000**2, rel=1e-12)
    found = assess({"d": {"Yes": 84, "No": 916}}, baseline)
    yes, no = found.table["p_value"]
    assert yes == pytest.approx(no)
    assert found.flagged.empty


def test_the_printed_margin_of_the_total_is_used():
    table = pd.DataFrame(
        {
            "attribute": ["r"] * 4,
            "group": ["Total", "White", "Black", "Other"],
            "count": [10_000, 7_100, 1_900, 1_000],
            "moe": [0, 150, 120, 90],
        }
    )
    margins = Baseline.from_frame(table).moe("r")
    assert list(margins.values()) == pytest.approx([0.015, 0.012, 0.009])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**5)), min_size=2, max_size=6),
    st.integers(1, 5),
)
def test_a_group_and_everybody_else_have_one_margin(parts, split):
    groups = {f"g{i}": count for i, (count, _) in enumerate(parts)}
    moe = {f"g{i}": margin for i, (_, margin) in enumerate(parts)}
    baseline = Baseline.from_counts({"x": groups}, moe={"x": moe})
    names = list(groups)
    first = names[: min(split, len(names) - 1)]
    rules = {name: "first" if name in first else "rest" for name in names}
    merged = baseline.recode({"x": rules}).moe("x")
    assert merged["first"] == pytest.approx(merged["rest"], rel=1e-9, abs=1e-12)


def test_shares_that_add_to_all_have_one_margin_when_two_are_left():
    baseline = Baseline.from_shares(
        {"x": {"a": 0.5, "b": 0.3, "c": 0.2}}, moe={"x": {"a": 0.02, "b": 0.01, "c": 0.03}}
    )
    merged = baseline.recode({"x": {"a": "ab", "b": "ab"}}).moe("x")
    assert merged["ab"] == pytest.approx(merged["c"])
