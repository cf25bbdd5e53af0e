"""Every exact value of the reference cases, under both policies for 0/0, to 1e-12."""

from __future__ import annotations

import functools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from compared import compared
from coprep.errors import InputError
from coprep.fairness import METRICS, GroupTable
from coprep.metrics.groups import _classification as classification
from coprep.metrics.groups import _stratified as stratified
from coprep.metrics.groups import _two_proportions as pairs

CASES = json.loads((Path(__file__).parents[1] / "oracles/fairness/oracle.json").read_text())[
    "cases"
]
OURS = {"precision": "positive_predictive_value"}
PER_RATE = re.compile(
    r"(?P<pairwise>pairwise\.)?(?P<rate>\w+)\.(?P<what>difference|ratio|group_min|group_max)(?P<over>_to_overall)?"
    r"\.(?P<policy>strict|defined)"
)


def number(value):
    return float(value)


def same(found, wanted):
    wanted = number(wanted)
    if math.isnan(wanted) or math.isinf(wanted):
        return str(float(found)) == str(wanted)
    return float(found) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def values(case, package):
    """What another package returned for a case, errors left out."""
    return {
        key: found["value"]
        for key, found in case["anchors"].get(package, {}).items()
        if "value" in found
    }


def columns(case):
    if "cells" not in case:
        return {
            **case.get("attributes", {"g": case.get("groups")}),
            **{k: case[k] for k in ("y_true", "y_pred")},
        }
    frame = dict(zip(case["columns"], zip(*case["cells"], strict=True), strict=True))
    return {("g" if name == "groups" else name): list(values) for name, values in frame.items()}


def table(case, *, y_true=True, pos_label=None):
    return counted(case["id"], y_true, case.get("pos_label") if pos_label is None else pos_label)


@functools.cache
def counted(case_id, y_true, pos_label):
    case = CASES[case_id]
    data = columns(case)
    features = sorted(case["attributes"], reverse=True) if "attributes" in case else ["g"]
    if "sample_weight" in case:
        data["w"] = case["sample_weight"]
    return GroupTable.from_frame(
        data,
        sensitive_features=features,
        y_true="y_true" if y_true and "y_true" in data else None,
        y_pred="y_pred",
        control_features="control" if "control" in data else (),
        sample_weight="w" if "w" in data else None,
        count="count" if "count" in data else None,
        pos_label=pos_label,
        missing="drop",
    )


def label(counts, text):
    """The group that a key such as ``by_group.accuracy[f|w]`` names."""
    for group in counts.groups:
        parts = group if isinstance(group, tuple) else (group,)
        if "|".join(parts) == text:
            return group
    raise AssertionError(text)


BINARY = [k for k, c in CASES.items() if c["kind"] in ("binary", "adverse_impact", "intersection")]


@pytest.mark.parametrize("case_id", BINARY)
def test_rates_by_group_and_overall_are_exact(case_id):
    case, checked = CASES[case_id], 0
    counts = table(case)
    for key, wanted in case["exact"].items():
        found = re.fullmatch(r"(by_group|overall)\.(\w+)(?:\[(.*)\])?", key)
        if not found:
            continue
        where, rate, group = found.groups()
        rate, checked = OURS.get(rate, rate), checked + 1
        if rate == "rows":
            assert counts.group_sizes[label(counts, group)] == wanted
        elif rate == "weight":
            at = counts.groups.index(label(counts, group))
            assert same(counts.weights[:, at].sum(), wanted)
        elif where == "overall":
            assert same(compared(rate, counts), wanted), key
        else:
            assert same(compared(rate, counts).by_group[label(counts, group)], wanted), key
    assert checked


@pytest.mark.parametrize("policy", ["strict", "defined"])
@pytest.mark.parametrize("case_id", BINARY)
def test_gaps_ratios_and_extremes_are_exact_under_both_policies(case_id, policy):
    case, checked = CASES[case_id], 0
    for key, wanted in case["exact"].items():
        found = PER_RATE.fullmatch(key)
        if not found or found["policy"] != policy:
            continue
        counts = table(case, y_true=not found["pairwise"])
        name = f"{OURS.get(found['rate'], found['rate'])}_{found['what']}"
        result = compared(
            name,
            counts,
            undefined="strict" if policy == "strict" else "skip",
            **({"method": "to_overall"} if found["over"] else {}),
        )
        compares = found["what"] in ("difference", "ratio")
        checked += 1
        left = len(counts.groups) - len(result.skipped) - len(result.not_compared)
        if compares and left < 2:
            assert math.isnan(result)  # with one group nothing is compared, and the result says so
            assert result.undefined
            continue
        assert same(result, wanted), (key, float(result), wanted)
    assert checked


@pytest.mark.parametrize("case_id", ["n04_single_group", "n07_single_row"])
def test_the_numbers_alone_have_a_spread_of_zero_over_one_group(case_id):
    exact = CASES[case_id]["exact"]
    for key, wanted in exact.items():
        found = PER_RATE.fullmatch(key)
        if not found or found["what"] not in ("difference", "ratio"):
            continue
        rate = number(exact[f"by_group.{found['rate']}[a]"])
        compare = (
            classification.group_difference
            if found["what"] == "difference"
            else classification.group_ratio
        )
        overall = rate if found["over"] else None
        policy = "strict" if found["policy"] == "strict" else "skip"
        assert same(compare([rate], overall=overall, undefined=policy), wanted), key


@pytest.mark.parametrize(
    "case_id", [k for k in BINARY if "equalized_odds_ratio.mean.strict" in CASES[k]["exact"]]
)
def test_equalized_odds_are_exact(case_id):
    case = CASES[case_id]
    counts = table(case)
    for key, wanted in case["exact"].items():
        found = re.fullmatch(
            r"equalized_odds_(difference|ratio)\.(mean|worst_case)\.(strict|defined)", key
        )
        if found and len(counts.groups) > 1:
            undefined = "strict" if found[3] == "strict" else "skip"
            result = compared(
                f"equalized_odds_{found[1]}", counts, agg=found[2], undefined=undefined
            )
            assert same(result, wanted), key


SIGNED = {
    "statistical_parity_difference": "demographic_parity_difference",
    "disparate_impact": "demographic_parity_ratio",
    "equal_opportunity_difference": "equal_opportunity_difference",
    "false_positive_rate_difference": "false_positive_rate_difference",
    "predictive_parity_difference": "predictive_parity_difference",
    "average_odds_difference": "average_odds_difference",
    "average_odds_error": "average_odds_error",
}


@pytest.mark.parametrize(
    "case_id", [k for k in BINARY if any(e.startswith("signed.") for e in CASES[k]["exact"])]
)
def test_signed_two_sided_metrics_compare_everybody_else_with_the_reference(case_id):
    case, checked = CASES[case_id], 0
    counts = table(case)
    reference = label(counts, str(case["privileged"]))
    for key, wanted in case["exact"].items():
        if key.startswith("signed."):
            result = compared(SIGNED[key[7:]], counts, method="one_vs_rest", reference=reference)
            assert same(result, wanted), (key, float(result), wanted)
            checked += 1
    assert checked


@pytest.mark.parametrize("case_id", [k for k, c in CASES.items() if c["kind"] == "adverse_impact"])
def test_adverse_impact_numbers(case_id):
    case = CASES[case_id]
    exact, counts = case["exact"], table(case)
    worse, better = (counts.groups.index(case[side]) for side in ("disadvantaged", "privileged"))
    selected, total = counts.rows[0, :, 0, 1], counts.rows[0].sum(axis=(1, 2))
    four = (selected[worse], total[worse], selected[better], total[better])
    assert same(classification.impact_ratios(selected / total)[worse], exact["impact_ratio"])
    assert same(compared("impact_ratio", counts), exact["impact_ratio"])
    assert same(classification.selection_shortfall(selected, total)[worse], exact["shortfall"])
    assert same(pairs.two_proportion_z(*four), exact["two_sd.z"])
    assert same(
        2 * (math.asin(math.sqrt(four[0] / four[1])) - math.asin(math.sqrt(four[2] / four[3]))),
        exact["cohens_h"],
    )
    if "fisher_exact.p" in exact:
        assert same(pairs.two_rate_p_value(*four), exact["fisher_exact.p"])
    assert (classification.impact_ratios(selected / total)[worse] < 0.8) == exact[
        "four_fifths_violation"
    ]


@pytest.mark.parametrize(
    "case_id", [k for k, c in CASES.items() if "differential_fairness.raw" in c["exact"]]
)
def test_differential_fairness(case_id):
    exact, counts = CASES[case_id]["exact"], table(CASES[case_id])
    outcomes = counts.weights.sum(axis=(0, 2))
    assert same(
        classification.differential_fairness(outcomes, concentration=0),
        exact["differential_fairness.raw"],
    )
    assert same(
        classification.differential_fairness(outcomes), exact["differential_fairness.smoothed"]
    )


@pytest.mark.parametrize("case_id", [k for k, c in CASES.items() if c["kind"] == "conditional"])
def test_conditional_metrics(case_id):
    case = CASES[case_id]
    exact, counts = case["exact"], table(case)
    worse = counts.groups.index(case["disadvantaged"])
    better = counts.groups.index(case["privileged"])
    selected, total = counts.rows[:, :, 0, 1], counts.rows.sum(axis=(2, 3))
    assert same(
        classification.conditional_demographic_disparity(selected, total)[worse],
        exact["conditional_demographic_disparity"],
    )
    everybody = classification.demographic_disparity(selected.sum(axis=0), total.sum(axis=0))
    assert same(everybody[worse], exact["demographic_disparity"])
    for s, stratum in enumerate(counts.strata):
        within = classification.demographic_disparity(selected[s], total[s])
        assert same(within[worse], exact[f"demographic_disparity[{stratum}]"])
        for g, group in enumerate(counts.groups):
            assert same(selected[s, g] / total[s, g], exact[f"selection_rate[{stratum},{group}]"])
    order = [worse, better]
    stack = np.stack([selected[:, order], (total - selected)[:, order]], axis=-1)
    assert same(
        stratified.mantel_haenszel_odds_ratio(stack)[0], exact["mantel_haenszel_odds_ratio"]
    )
    assert same(
        stratified.mantel_haenszel_risk_difference(stack)[0],
        exact["mantel_haenszel_risk_difference"],
    )
    anchors = values(case, "stats")
    if "cmh_test.p" in anchors:
        assert stratified.cochran_mantel_haenszel_test(stack).p_value == pytest.approx(
            anchors["cmh_test.p"], rel=1e-9
        )
        low, high = stratified.mantel_haenszel_odds_ratio(stack)[1:]
        assert [low, high] == pytest.approx(anchors["odds_ratio_ci95"], rel=1e-9)
        assert stratified.mantel_haenszel_risk_ratio(stack)[0] == pytest.approx(
            anchors["mantel_haenszel_risk_ratio"]
        )


def test_three_valued_labels_one_class_against_the_rest():
    case = CASES["t06_three_valued_labels"]
    exact = case["exact"]
    for value in (0, 1, 2):
        counts = table(case, pos_label=value)
        for rate in ("selection_rate", "true_positive_rate"):
            for group, found in compared(rate, counts).by_group.items():
                assert same(found, exact[f"by_group.{rate}[{group},{value}]"])
    with pytest.raises(InputError, match="0, 1, 2"):
        table(case)


FAIRLEARN = re.compile(
    r"(\w+?_(?:difference|ratio))\.(between_groups|to_overall)(?:\.(mean|worst_case))?"
)
RATES = {
    word: metric.rates for metric in METRICS.values() for word in (metric.name, *metric.synonyms)
}
WRONG_THERE = {"t01_string_labels"}  # its flat parity functions compare string labels with 1


@pytest.mark.parametrize(
    "case_id", [k for k in BINARY if "fairlearn" in CASES[k]["anchors"] and k not in WRONG_THERE]
)
def test_the_same_call_gives_fairlearns_number_where_that_is_defined(case_id):
    case = CASES[case_id]
    counts = table(case)
    present = [group for group, n in counts.group_sizes.items() if n]
    odds = ("true_positive_rate", "false_positive_rate") if "y_true" in counts.has else ()
    undefined_rates = {
        r for r in odds if any(math.isnan(compared(r, counts).by_group[g]) for g in present)
    }
    for key, wanted in values(case, "fairlearn").items():
        found = FAIRLEARN.fullmatch(key)
        if not found or len(present) == 1:
            continue
        name, method, agg = found.groups()
        if undefined_rates & set(RATES[name.rpartition("_")[0]]):
            assert math.isnan(
                compared(name, counts, method=method)
            )  # there 0/0 counts as 0, here it is undefined
            continue
        if RATES[name.rpartition("_")[0]][0] != "selection_rate" and "y_true" not in counts.has:
            continue
        use = counts if name.startswith("equal") else table(case, y_true=False)
        assert same(compared(name, use, method=method, **({"agg": agg} if agg else {})), wanted), (
            key
        )
