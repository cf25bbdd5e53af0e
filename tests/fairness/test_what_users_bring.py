"""What users of other packages bring: their labels, containers, tables of counts, and the answers that are right."""

from __future__ import annotations

import array
import collections
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from coprep.errors import InputError
from coprep.fairness import (
    GroupTable,
    adverse_impact,
    demographic_parity_difference,
    demographic_parity_ratio,
    differential_fairness,
    equalized_odds_difference,
    equalized_odds_ratio,
    group_metrics,
    inequality,
    make_derived_metric,
    metric,
    stratified_effect,
)
from coprep.metrics.groups import mantel_haenszel
from coprep.metrics.groups._regression import regression_errors

# men: 80 of 100 who should be selected are, 20 of 100 others; women: 40 of 100, and 20 of 100
TRUE = [1] * 100 + [0] * 100 + [1] * 100 + [0] * 100
PRED = [1] * 80 + [0] * 20 + [1] * 20 + [0] * 80 + [1] * 40 + [0] * 60 + [1] * 20 + [0] * 80
SEX = ["m"] * 200 + ["f"] * 200


# -- numbers and verdicts ----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"method": "one_vs_rest"}])
def test_the_worse_of_two_rates_goes_by_size_whatever_its_sign(options):
    gap = equalized_odds_difference(TRUE, PRED, sensitive_features=SEX, reference="m", **options)
    assert gap == pytest.approx(-0.4) and gap.high < 0
    ratio = equalized_odds_ratio(TRUE, PRED, sensitive_features=SEX, reference="f", **options)
    assert ratio == pytest.approx(2.0)
    use = metric("conditional_use_accuracy", TRUE, PRED, sensitive_features=SEX, reference="m")
    assert use == pytest.approx(80 / 140 - 80 / 100)


def test_one_group_left_by_skipping_was_compared_with_none():
    rows = ([1, 0, 1, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 1, 0, 1])
    asked = {"sensitive_features": list("aaaabbbb"), "undefined": "skip"}
    for between in ("difference", "ratio"):
        found = metric("true_positive_rate", *rows, between=between, **asked)
        assert math.isnan(found) and "nothing was compared" in found.undefined[-1]
    boot = equalized_odds_difference(*rows, interval="bootstrap", **asked)
    assert math.isnan(boot.low) and "undefined" in repr(boot)


def test_the_verbs_of_many_metrics_obey_what_was_asked():
    group = ["a"] * 100 + ["b"] * 100 + ["c"] * 3
    chosen = [1] * 50 + [0] * 50 + [1] * 40 + [0] * 60 + [1] * 3
    found = group_metrics(None, chosen, sensitive_features=group, min_group_size=10)
    assert found.difference()["selection_rate"] == pytest.approx(0.1) == found.table["gap"][0]


def test_the_reference_of_adverse_impact_is_judged_too():
    hired = {name: {"selected": k, "total": 100} for name, k in (("w", 20), ("b", 60), ("a", 21))}
    found = adverse_impact(GroupTable.from_counts(hired), reference="w")
    rows = found.table.set_index("group")
    assert rows.loc["w", "impact_ratio"] == found.impact_ratio == pytest.approx(1 / 3)
    assert rows.loc["w", "compared_with"] == "b" and rows.loc["b", "compared_with"] == "w"
    assert list(rows["verdict"]) == ["disparity", "disparity", "inconclusive"]
    assert rows.loc["w", "p_adjusted"] == rows.loc["b", "p_adjusted"]  # it is the same pair
    for low, high in (("ratio_low", "ratio_high"), ("inner_low", "inner_high")):
        assert rows.loc["w", low] == pytest.approx(1 / rows.loc["b", high])
    readings = {finding.group: finding.reading for finding in found.findings}
    assert "below 0.8" in readings["w"] and "above 1.25" in readings["b"]


@pytest.mark.parametrize("selected", [60, 50])
def test_a_reference_that_is_the_highest_or_ties_with_it_has_no_verdict(selected):
    hired = {"a": {"selected": 60, "total": 100}, "b": {"selected": selected, "total": 100}}
    found = adverse_impact(GroupTable.from_counts(hired), reference="a")
    assert [finding.group for finding in found.findings] == ["b"]


def test_an_all_clear_beside_a_reference_needs_both_sides():
    hired = {"a": {"selected": 9000, "total": 20000}, "b": {"selected": 9900, "total": 20000}}
    found = adverse_impact(GroupTable.from_counts(hired), reference="a")
    assert {f.verdict.value for f in found.findings} == {"no_material_difference"}
    assert all("between 0.8 and 1.25" in f.reading for f in found.findings)
    few = {"a": {"selected": 20, "total": 100}, "b": {"selected": 26, "total": 100}}
    found = adverse_impact(GroupTable.from_counts(few), reference="a")
    assert {f.verdict.value for f in found.findings} == {"inconclusive"}


def test_sex_race_and_both_are_one_call_and_one_family():
    rng = np.random.default_rng(4)
    sex = rng.choice(["f", "m"], 600)
    race = rng.choice(["x", "y", "z"], 600, p=[0.55, 0.42, 0.03])
    chosen = rng.random(600) < 0.3 + 0.3 * (sex == "m")
    features = {"sex": sex, "race": race}
    found = adverse_impact(None, chosen, sensitive_features=features, min_share=0.05)
    rows = found.table
    assert list(rows["attribute"].unique()) == ["sex", "race", "sex x race"]
    assert list(rows["attribute"].value_counts(sort=False)) == [2, 3, 6]
    alone = adverse_impact(None, chosen, sensitive_features={"sex": sex}).table
    for column in ("selected", "impact_ratio", "ratio_low", "p_value", "shortfall"):
        assert list(rows[column][:2]) == pytest.approx(list(alone[column]), nan_ok=True)
    tested = rows["p_value"].notna().sum()
    assert tested == 1 + 1 + 3
    assert rows["p_adjusted"].min() == pytest.approx(tested * rows["p_value"].min())
    assert any("“f x z”, “m x z”" in note.text for note in found.notes)
    with pytest.raises(InputError, match="a tuple with a label for each of 2 attributes"):
        adverse_impact(None, chosen, sensitive_features=features, reference="m")
    told = adverse_impact(None, chosen, sensitive_features=features, reference=("m", "x"))
    assert set(told.table["compared_with"][told.table["group"] == "y"]) == {"x"}


def test_disparate_impact_of_a_public_report():
    """120 of 157 against 80 of 577."""
    chosen = [1] * 120 + [0] * 37 + [1] * 80 + [0] * 497
    group = ["p"] * 157 + ["u"] * 577
    ratio = demographic_parity_ratio(None, chosen, sensitive_features=group, reference="u")
    assert ratio == pytest.approx(5.512738853503185)
    assert 1 < ratio.noise_floor < 1.2  # on the side of 1 where the ratio is
    back = demographic_parity_ratio(None, chosen, sensitive_features=group, reference="p")
    assert back == pytest.approx(1 / ratio)
    assert 1 / back.noise_floor == pytest.approx(ratio.noise_floor, rel=0.02)


def test_a_lone_member_of_a_group_is_no_precise_gap():
    group = ["a"] * 30 + ["b"] * 30 + ["c"]
    gap = demographic_parity_difference(None, [0] * 60 + [1], sensitive_features=group)
    assert gap == 1.0 and gap.low == 0


def test_rows_of_weight_zero_are_not_there():
    p, g, w = [1, 0, 0, 0, 1, 1, 1, 0], list("aaaabbbb"), [1.0] * 8
    without = differential_fairness(None, p, sensitive_features=g, sample_weight=w)
    more = differential_fairness(
        None, p + [1, 0, 1], sensitive_features=g + list("aab"), sample_weight=w + [0.0] * 3
    )
    assert more == pytest.approx(float(without))


@pytest.mark.parametrize("name", ["selection_rate", "mean_score"])
def test_a_reference_too_small_to_be_compared_is_said_to_be(name):
    rows = {"sensitive_features": ["a"] * 60 + ["b"], "reference": "b", "min_group_size": 20}
    found = metric(name, None, [1] * 30 + [0] * 31, **rows)
    assert math.isnan(found)
    assert "reference group 'b' is not among those compared" in found.undefined[0]


def test_everybody_together_is_no_group_called_none():
    found = metric("true_positive_rate", [0, 0], [1, 0], between="by_group")
    assert found.undefined[0].startswith("everybody together has no rows with a positive y_true")


# -- squared errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mean_squared_error", "root_mean_squared_error"])
@pytest.mark.parametrize("sizes", [(100, 30, 15), (100, 8)])
def test_groups_of_equal_squared_errors_are_seldom_found_apart(name, sizes):
    group = np.repeat(np.arange(len(sizes)), sizes)
    alarms = 0
    for seed in range(150):
        error = np.random.default_rng([17, seed]).normal(size=len(group))
        found = metric(name, np.zeros(len(group)), error, sensitive_features=group)
        assert (found.low > 0) == (found.p_value < 0.05)
        alarms += found.p_value < 0.05
    assert alarms <= 0.06 * 150


def test_errors_of_squared_errors_are_never_below_those_of_the_group_itself():
    rng = np.random.default_rng(2)
    error = np.r_[rng.normal(size=40), 3 * rng.normal(size=40)]
    group = np.repeat([0, 1], 40)
    found = regression_errors(np.zeros(80), error, group, error="mean_squared_error")
    own = [np.std(part**2, ddof=1) / np.sqrt(40) for part in np.split(error, 2)]
    assert found.se[1] == pytest.approx(own[1])
    assert found.se[0] > own[0]
    heavy = regression_errors(
        np.zeros(80), error, group, error="mean_squared_error", weights=np.full(80, 7.0)
    )
    assert heavy.se == pytest.approx(found.se)
    exact = regression_errors(
        [1, 2, 3, 5], [1, 2, 3, 4], [0, 0, 1, 1], error="root_mean_squared_error"
    )
    assert exact.value.tolist() == pytest.approx([0, np.sqrt(0.5)]) and np.isnan(exact.se[0])


# -- labels ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nobody",
    [
        [0] * 4,
        (0,) * 4,
        np.zeros(4, dtype=int),
        np.zeros(4, dtype=bool),
        np.zeros(4, dtype=np.float32),
        pd.Series([0] * 4),
        pl.Series([0] * 4),
        pa.array([0] * 4),
        [-1] * 4,
        np.full(4, -1.0),
    ],
    ids=lambda column: type(column).__name__,
)
def test_a_label_that_nobody_has_is_a_result_and_no_slip(nobody):
    rows = {"sensitive_features": list("aabb"), "pos_label": 1}
    assert demographic_parity_difference(None, nobody, **rows) == 0.0
    ratio = demographic_parity_ratio(None, nobody, **rows)
    assert math.isnan(ratio) and ratio.undefined


def test_true_labels_vouch_for_the_label_that_nobody_was_given():
    rows = {"sensitive_features": list("aabb"), "pos_label": "yes"}
    assert demographic_parity_difference(["yes", "no"] * 2, ["no"] * 4, **rows) == 0.0
    with pytest.raises(InputError, match="does not occur"):
        demographic_parity_difference(None, ["no"] * 4, **rows)


def test_parts_in_which_nobody_is_positive_or_nobody_is_at_all_add_up():
    def day(people):
        return GroupTable.from_frame(
            pd.DataFrame(people, columns=["sex", "hired"]),
            sensitive_features="sex",
            y_pred="hired",
            pos_label="yes",
            labels=("no", "yes"),
        )

    days = [[("f", "no"), ("m", "no")], [], [("m", "yes"), ("d", "no")]]
    whole = day([row for rows in days for row in rows])
    assert sum(map(day, days)) == whole
    assert day([]) + day(days[0]) == day(days[0])
    assert math.isnan(demographic_parity_difference(day([])))
    assert group_metrics(day([])).findings[0].verdict.value == "not_assessable"
    with pytest.raises(InputError, match="at least two groups"):
        adverse_impact(day([]))
    with pytest.raises(InputError, match="'maybe'; one of labels='no', 'yes' expected"):
        day([("f", "maybe")])
    with pytest.raises(InputError, match="pos_label 'yes' does not occur in labels"):
        GroupTable.from_arrays(
            None, ["no"], sensitive_features=["a"], pos_label="yes", labels=["no", "ja"]
        )


@pytest.mark.parametrize("options", [{}, {"pos_label": 1}])
@pytest.mark.parametrize("scores", [[0.1, 0.7, 0.4, 0.9], [0.1, 0.7, 0.4, 1.0]])
def test_scores_given_as_decisions_are_told_what_they_are(scores, options):
    with pytest.raises(InputError, match="look like scores") as caught:
        demographic_parity_difference(None, scores, sensitive_features=list("aabb"), **options)
    assert "pos_label=0" not in str(caught.value) and "threshold" in str(caught.value)


def test_both_columns_of_predict_proba_are_told_which_to_take():
    both = np.array([[0.1, 0.9], [0.6, 0.4]] * 2)
    rows = {"sensitive_features": list("aabb")}
    for name in ("roc_auc_score", "selection_rate", "mean_score"):
        with pytest.raises(InputError, match=r"take that of the positive one: \[:, 1\]"):
            metric(name, [0, 1, 0, 1], both, **rows)
    with pytest.raises(InputError, match=r"\[:, 1\]"):
        group_metrics([0, 1, 0, 1], [0, 1, 0, 1], y_score=both, metrics="roc_auc_score", **rows)


def test_several_positive_labels_are_told_what_to_pass():
    with pytest.raises(InputError, match=r"numpy\.isin"):
        metric("selection_rate", None, [0, 1, 2], sensitive_features=list("aab"), pos_label=[0, 1])


# -- containers --------------------------------------------------------------------------------------


class Tensor:
    """What says itself which array it holds, and nothing else."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)


@pytest.mark.parametrize(
    "wrap",
    [
        collections.deque,
        Tensor,
        lambda v: Tensor(np.reshape(v, (-1, 1))),
        lambda v: array.array("i", v),
        lambda v: memoryview(np.array(v)),
        lambda v: dict(enumerate(v)).values(),
        tuple,
    ],
)
def test_whatever_holds_values_is_a_column(wrap):
    chosen, group = [1, 0, 1, 1, 0, 0], [1, 1, 1, 2, 2, 2]
    found = demographic_parity_difference(None, wrap(chosen), sensitive_features=wrap(group))
    assert found == pytest.approx(1 / 3)
    assert metric("mean_score", None, wrap(chosen), sensitive_features=wrap(group)) == found
    assert metric("mean_absolute_error", wrap(chosen), wrap(group), sensitive_features=group)


def test_a_tensor_of_two_columns_makes_two_features():
    groups = Tensor(np.array([list("aabb"), list("xyxy")]).T)
    found = group_metrics(None, [1, 0, 1, 1], sensitive_features=groups)
    assert found.by_group.index.names == ["group_0", "group_1"] and len(found.by_group) == 4
    masked = np.ma.MaskedArray(["a", "b", "b"], [False, False, True])
    with pytest.raises(InputError, match="missing in 1 of 3"):
        demographic_parity_difference(None, [1, 0, 1], sensitive_features=masked)


# -- counts ------------------------------------------------------------------------------------------

ANSWER = {"sex": ["f", "m"], "applicants": [40, 80], "hired": [12, 48]}
COLUMNS = {"selected": "hired", "total": "applicants"}


def duckdb_table(rows):
    duckdb = pytest.importorskip("duckdb")
    return duckdb.from_arrow(pa.table(rows))


@pytest.mark.parametrize("wrap", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, duckdb_table])
def test_a_query_with_a_row_a_group_is_a_table(wrap):
    told = GroupTable.from_counts(
        {"f": {"selected": 12, "total": 40}, "m": {"selected": 48, "total": 80}}, attributes="sex"
    )
    assert GroupTable.from_counts(wrap(ANSWER), **COLUMNS) == told
    assert adverse_impact(told).impact_ratio == 0.5


def test_the_columns_of_a_table_of_counts_may_be_named():
    rows = pd.DataFrame(
        {
            "Sex": ["f", "m", "f", "m"],
            "year": [1, 1, 2, 2],
            "selected": [1, 2, 3, 4],
            "total": [5, 6, 7, 8],
        }
    )
    by_year = GroupTable.from_counts(rows, attributes="Sex", controls="year")
    assert by_year.strata == ("1", "2") and by_year.controls == ("year",)
    summed = GroupTable.from_counts(rows, attributes="Sex")  # rows of one group add up
    assert summed == by_year.without_strata()
    crossed = GroupTable.from_counts(rows, attributes=["Sex", "year"])
    assert crossed.group_sizes[("m", "2")] == 8
    cells = pd.DataFrame(
        {"sex": ["f", "m"], "TN": [1, 2], "FP": [3, 4], "FN": [5, 6], "TP": [7, 8]}
    )
    assert GroupTable.from_counts(cells).rows[0, 1].tolist() == [[2, 4], [6, 8]]
    assert metric("true_positive_rate", GroupTable.from_counts(cells), between="by_group").n == {
        "f": 16,
        "m": 20,
    }


@pytest.mark.parametrize("flag", [lambda v: v, lambda v: v > 0])
def test_a_crosstab_of_groups_by_decision_is_a_table(flag):
    chosen = flag(np.array(PRED))
    sex = pd.Series(SEX, name="sex")
    told = GroupTable.from_arrays(None, chosen, sensitive_features=sex)
    assert GroupTable.from_counts(pd.crosstab(sex, chosen)) == told
    two = pd.crosstab([sex, pd.Series(TRUE, name="fit")], chosen)
    assert GroupTable.from_counts(two).by_attribute("sex").group_sizes == told.group_sizes


@pytest.mark.parametrize(
    ("rows", "options", "why"),
    [
        (ANSWER, {}, "no column 'selected', 'total'.*total='applicants'"),
        ({**ANSWER, "race": ["x", "y"]}, COLUMNS, "which columns make the groups.*'sex', 'race'"),
        ({**ANSWER, "hired": [12, 48.5]}, COLUMNS, "whole numbers"),
        ({**ANSWER, "hired": [12, 99]}, COLUMNS, "99 selected of 80"),
        ({**ANSWER, "sex": ["f", None]}, COLUMNS, "names nothing"),
        (ANSWER, {**COLUMNS, "attributes": "sexx"}, "no column 'sexx'.*did you mean 'sex'"),
        (ANSWER, {**COLUMNS, "groups": ["f", "m"]}, "leave out groups"),
    ],
)
def test_tables_of_counts_that_do_not_fit_are_refused_in_words(rows, options, why):
    with pytest.raises(InputError, match=f"(?s){why}"):
        GroupTable.from_counts(pd.DataFrame(rows), **options)


def test_everybody_is_no_group_beside_the_groups():
    rows = {"f": {"selected": 3, "total": 9}, "m": {"selected": 4, "total": 8}}
    for name in ("Total", "all"):
        with pytest.raises(InputError, match="no group of its own"):
            GroupTable.from_counts({**rows, name: {"selected": 7, "total": 17}})
    GroupTable.from_counts({**rows, "x": {"selected": 7, "total": 17}})  # chance, in so few rows
    large = {name: {"selected": k, "total": 400} for name, k in (("a", 9), ("b", 8), ("c", 7))}
    with pytest.raises(InputError, match="no group of its own"):
        GroupTable.from_counts({**large, "x": {"selected": 24, "total": 1200}})


# -- strata and weights ------------------------------------------------------------------------------


def stratified_world(seed, n=400):
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n, p=[0.4, 0.6])
    stratum = rng.choice(["x", "y", "z"], n, p=[0.5, 0.3, 0.2])
    rate = pd.Series(stratum).map({"x": 0.2, "y": 0.5, "z": 0.7}).to_numpy()
    chosen = (rng.random(n) < rate).astype(int)
    weight = rng.lognormal(0, 1, n) * np.where(stratum == "y", 3.0, 1.0)
    columns = {"sensitive_features": group, "control_features": stratum}
    return chosen, columns, weight


def test_weights_of_one_size_leave_a_stratified_effect_as_it_is():
    chosen, columns, _ = stratified_world(1)
    plain = stratified_effect(None, chosen, **columns)
    heavy = stratified_effect(None, chosen, **columns, sample_weight=np.full(400, 3.5))
    for name in plain.rows.names:
        mine, theirs = plain.rows[name][0], heavy.rows[name][0]
        assert theirs == mine or theirs == pytest.approx(mine, rel=1e-9)


def test_a_weighted_difference_within_strata_is_that_of_weighted_rates():
    chosen, columns, weight = stratified_world(2)
    found = stratified_effect(None, chosen, **columns, sample_weight=weight, reference="b").rows
    rows = pd.DataFrame({**columns, "y": chosen, "w": weight})
    rows["hit"] = rows["y"] * rows["w"]
    sums = rows.groupby(["control_features", "sensitive_features"])[["w", "hit"]].sum().unstack()
    counts = sums["w"]["a"] * sums["w"]["b"] / sums["w"].sum(axis=1)
    rates = sums["hit"] / sums["w"]
    wanted = ((rates["a"] - rates["b"]) * counts).sum() / counts.sum()
    assert found["risk_difference"][0] == pytest.approx(100 * wanted)
    whole = sums.sum()
    crude = whole["hit"]["a"] / whole["w"]["a"] - whole["hit"]["b"] / whole["w"]["b"]
    assert found["crude_difference"][0] == pytest.approx(100 * crude)


def test_weighted_strata_without_a_difference_are_seldom_called_apart():
    alarms = 0
    covered = 0
    for seed in range(200):
        chosen, columns, weight = stratified_world(seed)
        rows = stratified_effect(None, chosen, **columns, sample_weight=weight).rows
        alarms += rows["p_value"][0] < 0.05
        covered += rows["low"][0] <= 0 <= rows["high"][0]
    assert alarms <= 0.08 * 200 and covered >= 0.92 * 200


@pytest.mark.parametrize("measure", ["difference", "ratio", "odds-ratio"])
def test_strata_weigh_what_their_rows_weigh(measure):
    tables = [[[10, 20], [5, 40]], [[8, 9], [1, 12]], [[3, 30], [7, 22]]]
    plain = mantel_haenszel(tables, measure=measure)
    assert mantel_haenszel(tables, measure=measure, weights=[2.0] * 3) == pytest.approx(plain)
    first = mantel_haenszel(tables, measure=measure, weights=[1, 0, 0])
    assert first == pytest.approx(mantel_haenszel(tables[:1], measure=measure))
    with pytest.raises(InputError, match="3 strata expected"):
        mantel_haenszel(tables, measure=measure, weights=[1, 2])


# -- scores, functions, and what is refused ----------------------------------------------------------


def test_mean_scores_need_no_labels():
    found = metric("mean_score", None, [0.1, 0.3], sensitive_features=["a", "b"])
    assert found.by_group == {"a": 0.1, "b": 0.3}


def test_inequality_of_probabilities_is_that_of_their_benefits():
    y, p = np.array([0, 1, 1, 0]), np.array([0.2, 0.7, 0.4, 0.6])
    benefit = (p - y + 1) / (p - y + 1).mean()
    wanted = np.mean(benefit * np.log(benefit))
    assert inequality(p - y + 1, index="theil").value == pytest.approx(wanted)


@pytest.mark.parametrize("function", [demographic_parity_difference, metric, equalized_odds_ratio])
@pytest.mark.parametrize("named", [False, True])
def test_a_comparison_is_no_metric_of_a_group(function, named):
    wanted = {"gap": function} if named else function
    with pytest.raises(InputError, match="compares groups itself"):
        group_metrics([1, 0], [1, 0], sensitive_features=["a", "b"], metrics=wanted)
    with pytest.raises(InputError, match="compares groups itself"):
        make_derived_metric(metric=function, transform="difference")


def test_functions_that_give_no_number_are_refused_in_words():
    for gives in (np.eye(2), None, "0.5"):
        derived = make_derived_metric(metric=lambda y, p, gives=gives: gives, transform="ratio")
        with pytest.raises(InputError, match="one number expected"):
            derived([1, 0], [1, 0], sensitive_features=["a", "b"])


def test_decisions_of_several_kinds_are_told_apart_by_distance():
    y = [1, 3, 1, 3, 2, 2, 3, 0, 0, 2, 1, 1, 2, 0, 3, 1, 2, 2]
    g = list("bbabbaaaaababbabaa")
    shares = pd.crosstab(pd.Series(g), pd.Series(y), normalize="index")
    wanted = (shares.loc["a"] - shares.loc["b"]).abs().sum() / 2
    assert metric("total_variation_distance", None, y, sensitive_features=g) == pytest.approx(
        wanted
    )
    several = group_metrics(
        [1, 2, 3, 1], [1, 2, 1, 1], sensitive_features=list("aabb"), metrics="accuracy"
    )
    assert list(several.by_group["accuracy"]) == [1.0, 0.5]


def test_missing_groups_and_decisions_are_refused_or_counted():
    for groups in (pd.Series(["a", "a", "b", np.nan]), ["a", "a", "b", np.nan]):
        with pytest.raises(InputError, match="missing in 1 of 4 rows"):
            metric("count", [1, 2, 3, 4], sensitive_features=groups)
        found = metric("count", [1, 2, 3, 4], sensitive_features=groups, missing="drop")
        assert found.dropped["rows"] == 1
    found = metric(
        "selection_rate", None, [1, np.nan, 0, 1], sensitive_features=list("aabb"), missing="drop"
    )
    assert found.by_group["a"] == 1.0 and found.dropped["y_pred"] == 1
