"""What an answer says of itself agrees: value, limits, p value, ratio, groups, and the roads to each number."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from coprep.errors import InputError
from coprep.fairness import METRICS, GroupTable, group_metrics, metric

OPTIONS = {
    "between": ("difference", "ratio", "group_min", "group_max", "by_group"),
    "method": ("to_overall", "to_reference", "one_vs_rest"),
    "reference": ("a", "b"),
    "agg": ("mean", "signed_mean"),
    "undefined": ("skip",),
    "min_group_size": (6,),
    "interval": ("bootstrap", None),
    "confidence": (0.8,),
    "control_features": ("strata",),
    "sample_weight": ("weights",),
}
PAIRS = [
    {first: one, second: other}
    for first, second in itertools.combinations(OPTIONS, 2)
    for one in OPTIONS[first]
    for other in OPTIONS[second]
]
RATES = [name for name, of in METRICS.items() if of.kind == "rate"]
OTHERS = [name for name, of in METRICS.items() if of.kind in ("score", "error")]
pytestmark = pytest.mark.slow
NEAR = 0.003  # p values so near 5% may fall on either side by rounding


def world(seed, *, numbers=False):
    """Rows of three groups, one of them small, in two strata, with weights."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers((4, 15, 15), (10, 60, 60))
    group = np.repeat(["c", "a", "b"], sizes)
    n = len(group)
    truth = (rng.random(n) < rng.uniform(0.2, 0.8)).astype(int)
    score = np.clip(0.3 * truth + rng.uniform(0.0, 0.7, n) + 0.2 * (group == "a"), 0.01, 0.99)
    return {
        "y_true": truth,
        "y_pred": score.round(3) if numbers else (score > rng.uniform(0.3, 0.7)).astype(int),
        "sensitive_features": group,
        "strata": rng.choice(["x", "y"], n),
        "weights": rng.lognormal(0, 0.5, n).round(2),
    }


def asked_of(name, rows, options):
    """The metric with options; columns are called by their names. None where they do not fit together."""
    given = {key: rows[key] for key in ("y_true", "y_pred", "sensitive_features")}
    named = {
        option: rows[value] if value in ("strata", "weights") else value
        for option, value in options.items()
    }
    if "bootstrap" in options.values():
        named |= {"resamples": 60, "rng": 1}
    try:
        return metric(name, **given, **named)
    except InputError as error:
        assert error.problems[0].param in (*OPTIONS, "y_pred", "name"), error
        return None


def holds_together(found, options):
    value, low, high = found.value, found.low, found.high
    if math.isnan(value):
        assert found.undefined, "no reason"
        assert math.isnan(low) and math.isnan(high)
        return
    assert math.isnan(low) == math.isnan(high)
    assert not low > value + 1e-12 and not high < value - 1e-12
    assert all(group in found.by_group for group in found.groups)
    signed = options.get("reference") is not None
    if found.between == "difference" and not signed and options.get("agg") != "signed_mean":
        assert value >= 0 and not low < 0
    if found.between == "ratio" and not signed:
        assert 0 <= value <= 1 + 1e-12
    if found.between == "ratio":
        assert not low < 0


@pytest.mark.parametrize("name", [*RATES, *OTHERS])
def test_every_two_options_fit_together_or_are_refused_in_words(name):
    answered = 0
    for seed, options in enumerate(PAIRS):
        found = asked_of(name, world(seed % 12, numbers=name in OTHERS), options)
        if found is not None:
            holds_together(found, options)
            answered += 1
    assert answered > len(PAIRS) / 4


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"reference": "a"},
        {"method": "to_overall"},
        {"method": "one_vs_rest", "reference": "b"},
        {"sample_weight": "weights"},
        {"control_features": "strata"},
        {"control_features": "strata", "sample_weight": "weights"},
        {"min_group_size": 12},
        {"min_group_size": 12, "reference": "a", "sample_weight": "weights"},
    ],
)
@pytest.mark.parametrize("name", [name for name in RATES if len(METRICS[name].rates) == 1])
def test_difference_ratio_and_p_value_of_two_groups_say_the_same(name, options):
    """Of more groups with a reference, difference and ratio may be those of different groups."""
    if name == "treatment_equality":
        pytest.skip("a ratio of counts is tested by its logarithm, and its difference is not")
    shown = 0
    for seed in range(20):
        rows = world(100 + seed)
        two = rows["sensitive_features"] != "c"
        rows = {key: column[two] for key, column in rows.items()}
        gap = asked_of(name, rows, {**options, "between": "difference"})
        ratio = asked_of(name, rows, {**options, "between": "ratio"})
        if gap is None or math.isnan(gap) or math.isnan(ratio) or abs(gap.p_value - 0.05) < NEAR:
            continue
        clear = gap.p_value < 0.05
        shown += clear
        assert gap.p_value == pytest.approx(ratio.p_value)
        assert (gap.low > 0 or gap.high < 0) == clear
        assert (ratio.low > 1 or ratio.high < 1) == clear
        if "reference" in options:
            assert np.sign(gap) == np.sign(round(ratio - 1, 12))
        if not options:
            rates = sorted(gap.by_group.values())
            assert gap == pytest.approx(rates[-1] - rates[0])
            assert ratio == pytest.approx(rates[0] / rates[-1])
    assert shown or name not in ("selection_rate", "accuracy")


@pytest.mark.parametrize("name", OTHERS)
def test_the_limits_of_a_gap_of_numbers_leave_out_none_where_its_p_value_does(name):
    for seed in range(12):
        found = asked_of(name, world(200 + seed, numbers=True), {})
        if math.isnan(found.p_value) or math.isnan(found.low) or abs(found.p_value - 0.05) < NEAR:
            continue
        assert (found.low > 0) == (found.p_value < 0.05)


@pytest.mark.parametrize("name", ["equalized_odds", "conditional_use_accuracy"])
@pytest.mark.parametrize("options", [{}, {"reference": "a"}, {"reference": "b"}])
@pytest.mark.parametrize("between", ["difference", "ratio"])
def test_of_two_rates_value_limits_and_groups_are_those_of_the_further_apart(
    name, options, between
):
    for seed in range(15):
        rows = world(300 + seed)
        found = asked_of(name, rows, {**options, "between": between})
        each = [
            asked_of(rate, rows, {**options, "between": between}) for rate in METRICS[name].rates
        ]
        if math.isnan(found):
            continue
        sizes = [abs(float(one)) for one in each]
        if between == "ratio":
            sizes = [math.inf if one <= 0 else abs(math.log(one)) for one in each]
        worse = each[sizes.index(max(sizes))]
        assert found == pytest.approx(worse.value) and found.groups == worse.groups
        one = worse.interval(0.95**0.5)  # of two that hold together
        if options:
            assert (found.low, found.high) == pytest.approx((one.low, one.high))
        else:
            side = 1 if between == "difference" else -1
            assert side * found.low >= side * one.low - 1e-12
            assert side * found.high >= side * one.high - 1e-12


@pytest.mark.parametrize("options", [{}, {"reference": "a"}, {"undefined": "skip"}])
@pytest.mark.parametrize("stratified", [False, True])
def test_there_is_one_number_on_every_road(options, stratified):
    """From rows, from a table, from tables of parts, and by the verbs of group_metrics."""
    rates = [name for name in RATES if len(METRICS[name].rates) == 1]
    if stratified:
        rates.remove("treatment_equality")
    for seed in range(3):
        rows = world(400 + seed)
        given = {key: rows[key] for key in ("y_true", "y_pred", "sensitive_features")}
        if stratified:
            given["control_features"] = rows["strata"]
        table = GroupTable.from_arrays(**given)
        first = np.arange(len(rows["y_true"])) % 2 == 0
        halves = [{key: column[part] for key, column in given.items()} for part in (first, ~first)]
        summed = sum(GroupTable.from_arrays(**half) for half in halves)
        many = group_metrics(**given, metrics=rates, **options)
        verbs = {"difference": many.difference(), "ratio": many.ratio()}
        for name, (between, told) in itertools.product(rates, verbs.items()):
            number = metric(name, **given, between=between, **options)
            others = [metric(name, one, between=between, **options) for one in (table, summed)]
            for other in (*others, many.metric(name, between=between)):
                assert float(other) == pytest.approx(float(number), nan_ok=True)
                assert other.low == pytest.approx(number.low, nan_ok=True)
            assert told[name] == pytest.approx(float(number), nan_ok=True)
        comparison = "within strata" if stratified else "all rows"
        for row in many.rows.records():
            if row["comparison"] == comparison:
                number = metric(row["metric"], **given, **options)
                assert row["gap"] == pytest.approx(float(number), nan_ok=True)
                assert row["p_value"] == pytest.approx(number.p_value, nan_ok=True)
