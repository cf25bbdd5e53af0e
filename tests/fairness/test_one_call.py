"""One call for every number: from rows or a table, by any word, with one rule for groups and one road to each number."""

from __future__ import annotations

import collections
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep
from coprep import fairness
from coprep.errors import InputError
from coprep.fairness import GroupTable, group_metrics, metric
from coprep.loading import from_json
from coprep.representation import assess

RNG = np.random.default_rng(5)
N = 300
G = RNG.choice(list("abc"), N)
Y = RNG.integers(0, 2, N)
P = np.where(RNG.random(N) < 0.7, Y, 1 - Y)
S = np.clip(0.5 * Y + 0.5 * RNG.random(N), 0.01, 0.99)
RATES = [name for name, one in fairness.METRICS.items() if one.kind == "rate"]
SINGLE = [name for name in RATES if len(fairness.METRICS[name].rates) == 1]


# -- a table is taken wherever rows are ------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*RATES, "count", "total_variation_distance"])
def test_a_table_gives_the_numbers_of_its_rows(name):
    table = GroupTable.from_arrays(Y, P, sensitive_features=G)
    for between in ("difference", "ratio"):
        if name == "total_variation_distance" and between == "ratio":
            continue
        found, wanted = (
            metric(name, table, between=between),
            metric(name, Y, P, sensitive_features=G, between=between),
        )
        assert found == pytest.approx(float(wanted), abs=1e-12)
        assert found.by_group == pytest.approx(wanted.by_group)


def test_questions_about_tables_are_those_about_rows():
    rows = {"sensitive_features": {"g": G, "h": RNG.integers(0, 2, N)}}
    table = GroupTable.from_arrays(Y, P, **rows)
    for question in (
        fairness.differential_fairness,
        fairness.conditional_demographic_disparity,
        fairness.demographic_parity_ratio,
        fairness.equalized_odds_difference,
    ):
        assert question(table) == question(Y, P, **rows)
    assert group_metrics(table).rows == group_metrics(Y, P, **rows).rows
    found, wanted = fairness.adverse_impact(table).rows, fairness.adverse_impact(Y, P, **rows).rows
    for name in ("impact_ratio", "p_adjusted", "shortfall", "verdict"):
        assert str(found[name]) == str(wanted[name])
    one, two = fairness.worst_subgroup(table, rng=1), fairness.worst_subgroup(Y, P, rng=1, **rows)
    assert one.overall == two.overall
    assert set(one.rows["violation"]) == set(two.rows["violation"])


@pytest.mark.parametrize(
    "extra",
    [{"y_pred": P}, {"sensitive_features": G}, {"sample_weight": S}, {"pos_label": 1}],
)
def test_rows_and_a_table_together_are_refused(extra):
    table = GroupTable.from_arrays(Y, P, sensitive_features=G)
    for question in (
        lambda **given: metric("selection_rate", table, **given),
        lambda **given: group_metrics(table, **given),
        lambda **given: fairness.adverse_impact(table, **given),
    ):
        with pytest.raises(InputError, match="leave out"):
            question(**extra)


def test_a_table_has_no_scores():
    with pytest.raises(InputError, match="holds counts of decisions"):
        metric("roc_auc_score", GroupTable.from_arrays(Y, P, sensitive_features=G))


# -- groups ----------------------------------------------------------------------------------------------------

SPELT = [
    "Female",
    "male",
    " FEMALE",
    "Male",
    "Non–binary",
    "non-binary",
    "Prefer not to say",
    "n/a",
]


def test_the_same_column_gives_the_same_groups_as_who_came():
    lives_there = coprep.Baseline.from_counts(
        {"sex": {"Female": 500, "Male": 480, "Non-binary": 20}}
    )
    column = [*SPELT, *["Female"] * 3, *["Male"] * 3]
    came = assess(pd.DataFrame({"sex": column}), lives_there)
    counted = {r["group"]: r["count"] for r in came.rows.records()}
    found = fairness.demographic_parity_difference(
        None, [1, 0] * 7, sensitive_features=pd.Series(column, name="sex")
    )
    folded = {group.casefold().replace("–", "-"): n for group, n in found.n.items()}
    assert folded == {group.casefold(): n for group, n in counted.items()}


def test_people_of_unknown_group_are_counted_and_not_compared():
    groups = ["a"] * 50 + ["b"] * 50 + ["prefer not to say"] * 20
    chosen = [1] * 30 + [0] * 20 + [1] * 25 + [0] * 25 + [0] * 20
    found = fairness.demographic_parity_difference(None, chosen, sensitive_features=groups)
    assert found == pytest.approx(0.1)
    assert found.not_compared == ("(unknown)",)
    assert found.by_group["(unknown)"] == 0
    note = next(note for note in found.notes if note.code == "unknown_group")
    assert note.values["rows"] == 20
    score = metric("mean_score", None, np.r_[chosen], sensitive_features=groups)
    assert score == pytest.approx(0.1)
    impact = fairness.adverse_impact(None, chosen, sensitive_features=groups)
    assert impact.unknown == 20
    assert {f.group for f in impact.findings} == {"b"}


def test_missing_is_about_true_nulls_alone():
    for null in (None, math.nan):
        with pytest.raises(InputError, match="missing in 1 of 4"):
            metric("selection_rate", None, [1, 0, 1, 0], sensitive_features=["a", "b", "a", null])
    found = metric("selection_rate", None, [1, 0, 1, 0], sensitive_features=["a", "b", "a", ""])
    assert found.n == {"a": 2, "b": 1, "(unknown)": 1}


def test_a_group_is_found_however_it_is_spelt():
    found = metric("selection_rate", None, [1, 0, 1, 0], sensitive_features=[1, 2.0, 3, "F x"])
    assert (found.by_group[1], found.by_group["2"], found.by_group[3.0]) == (1.0, 0.0, 1.0)
    assert found.n["F x"] == 1
    with pytest.raises(KeyError):
        found.by_group["nobody"]
    signed = fairness.demographic_parity_difference(
        None, [1, 0, 1, 0], sensitive_features=[1, 1, 2, 2], reference=1
    )
    assert signed.groups == ("2",)


@pytest.mark.parametrize(
    "wrap",
    [collections.deque, lambda v: memoryview(np.array(v)), lambda v: type("A", (), {"__array__": lambda self, *a, **k: np.array(v), "__len__": lambda self: len(v)})()],
    ids=["deque", "memoryview", "__array__"],
)  # fmt: skip
def test_anything_that_holds_values_is_a_column(wrap):
    found = fairness.demographic_parity_difference(
        None, wrap([1, 0, 1, 1, 0, 0]), sensitive_features=list("aaabbb")
    )
    assert found == pytest.approx(1 / 3)


# -- many at once ------------------------------------------------------------------------------------------------


def cost(y_true, y_pred, sample_weight=None):
    return float(np.average(np.abs(y_true - y_pred), weights=sample_weight))


@pytest.mark.parametrize("options", [{}, {"reference": "b"}, {"min_group_size": 101}])
def test_verbs_are_the_metrics_with_the_settings_of_the_result(options):
    wanted = {"chosen": "selection_rate", "area": "roc_auc_score", "cost": cost, "n": "count"}
    found = group_metrics(Y, P, y_score=S, sensitive_features=G, metrics=wanted, **options)
    again = from_json(found.to_json())
    for between in ("difference", "ratio", "group_min", "group_max"):
        asked = dict(options)
        if between.startswith("group"):
            asked.pop("reference", None)
        each = getattr(found, between)()
        assert each["chosen"] == pytest.approx(
            float(metric("selection_rate", None, P, sensitive_features=G, between=between, **asked))
        )
        assert each["area"] == pytest.approx(
            float(metric("roc_auc_score", Y, S, sensitive_features=G, between=between, **asked))
        )
        assert getattr(again, between)().equals(each)
    assert found.difference().tolist() == pytest.approx(found.table["gap"].tolist())
    assert found.by_group.loc["a", "cost"] == pytest.approx((Y != P)[G == "a"].mean())
    assert again.by_group.equals(found.by_group)
    judged = {finding.details["metric"] for finding in found.findings}
    assert judged == {"selection_rate"}


def test_functions_take_weights_and_several_features_make_levels():
    weight = RNG.uniform(0.5, 2, N)
    rows = pd.DataFrame({"sex": G, "age": np.where(S > 0.5, "old", "young")})
    found = group_metrics(
        Y, P, sensitive_features=rows, metrics=[cost, "accuracy"], sample_weight=weight,
        control_features=pd.Series(np.where(np.arange(N) % 2, "x", "y"), name="site"),
    )  # fmt: skip
    assert found.by_group.index.names == ["site", "sex", "age"]
    at = (rows["sex"] == "a") & (rows["age"] == "old") & (np.arange(N) % 2 == 1)
    wanted = np.average((Y != P)[at], weights=weight[at])
    assert found.by_group.loc[("x", "a", "old"), "cost"] == pytest.approx(wanted)
    assert found.by_group.loc[("x", "a", "old"), "accuracy"] == pytest.approx(1 - wanted)


def test_a_function_that_gives_no_number_is_refused_in_words():
    with pytest.raises(InputError, match="one number expected"):
        group_metrics(Y, P, sensitive_features=G, metrics=lambda y, p: np.eye(2))


def test_a_verdict_has_a_direction():
    hired = {"a": {"selected": 200, "total": 1000}, "b": {"selected": 600, "total": 1000}}
    table = GroupTable.from_counts(hired)
    for found, wanted in (
        (group_metrics(table, reference="a"), "above"),
        (group_metrics(table, reference="b"), "below"),
        (fairness.adverse_impact(table), "below"),
        (fairness.stratified_effect(table, reference="b"), "below"),
    ):
        (finding,) = found.findings
        assert finding.verdict.value == "disparity"
        assert finding.details["direction"] == wanted
    both = fairness.adverse_impact(table, reference="a").findings  # the reference is judged too
    assert [(f.group, f.details["direction"]) for f in both] == [("a", "below"), ("b", "above")]


# -- one road to each number ---------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(*[st.integers(0, 25)] * 4), min_size=2, max_size=4),
    st.sampled_from(["equalized_odds", "conditional_use_accuracy"]),
    st.sampled_from(["difference", "ratio"]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_worse_of_two_rates_is_one_of_them_and_the_further_apart(cells, name, between, signed):
    """The value, its limits and its groups are those of one rate: the one further from no difference."""
    table = GroupTable.from_counts(np.array(cells).reshape(-1, 2, 2))
    asked = {"between": between, **({"reference": table.groups[0]} if signed else {})}
    found = metric(name, table, **asked)
    each = [metric(rate, table, **asked) for rate in fairness.METRICS[name].rates]
    if math.isnan(found):
        assert any(math.isnan(one) for one in each)
        return

    def size(value):
        if between == "difference":
            return abs(value)
        return abs(math.log(value)) if value else math.inf

    worst = max(each, key=lambda one: size(float(one)))
    assert float(found) == float(worst)
    assert found.groups == worst.groups
    if not math.isnan(found.low):
        assert found.low <= found <= found.high


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("undefined", ["strict", "skip"])
def test_one_group_that_is_left_is_compared_with_none(name, undefined):
    cells = np.array([[[5, 3], [4, 6]], [[0, 0], [0, 0]]])
    found = metric(name, GroupTable.from_counts(cells), undefined=undefined)
    assert math.isnan(found)
    assert found.undefined


def test_files_of_older_versions_are_read():
    kept = json.loads((Path(__file__).parent / "older_results.json").read_text())
    for text in kept:
        found = from_json(json.dumps(text))
        found.summary()
        found.protect()
        assert not {"pattern"} & {finding.verdict.value for finding in found.findings}
    number, grouped, several, impact = map(from_json, map(json.dumps, kept[:4]))
    assert isinstance(number, fairness.MetricResult)
    assert number == 0.5
    assert number.by_group == {"a": 0.5, "b": 1.0}
    assert isinstance(grouped, fairness.MetricResult)
    assert grouped.overall == pytest.approx(0.25)
    assert several.difference()["selection_rate"] == pytest.approx(0.4)
    assert several.table["gap"].tolist() == pytest.approx([0.4, 0.4])
    assert several.overall["selection_rate"] == pytest.approx(0.4)
    assert impact.flagged["group"].tolist() == ["a"]
