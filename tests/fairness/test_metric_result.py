"""The one result: behaves as a float, remembers, says how sure it is, and names what is undefined."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

import coprep.fairness as f
from compared import compared
from coprep.errors import InputError
from coprep.fairness import GroupTable, MetricResult
from coprep.loading import from_json
from coprep.metrics.groups._gaps import expected_gap
from coprep.metrics.groups._two_proportions import two_proportion_interval
from coprep.results import Result

HIRED = GroupTable.from_counts(
    {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
)
ODDS = GroupTable.from_counts(
    {
        "a": {"TN": 40, "FP": 10, "FN": 12, "TP": 38},
        "b": {"TN": 30, "FP": 15, "FN": 20, "TP": 35},
        "c": {"TN": 20, "FP": 4, "FN": 6, "TP": 30},
    }
)


def test_equal_groups_are_two_groups():
    """Nobody reads "0% in “a” and 0% in “a”"."""
    same = GroupTable.from_counts(
        {"a": {"selected": 0, "total": 4}, "b": {"selected": 0, "total": 4}}
    )
    assert compared("demographic_parity_difference", same).groups == ("a", "b")
    found = f.group_metrics([0, 1] * 4, [0] * 8, sensitive_features=["a", "a", "b", "b"] * 2)
    assert "in “a” and 0.0% in “b”" in found.findings[0].reading
    errors = compared(
        "mean_absolute_error_difference", [1.0] * 6, [2.0] * 6, sensitive_features=["a", "b"] * 3
    )
    assert errors.groups == ("a", "b")


def test_it_is_a_float_wherever_a_float_goes():
    gap = compared("demographic_parity_difference", HIRED)
    assert isinstance(gap, float)
    assert gap == 0.3
    assert gap > 0.2
    assert gap + 1 == 1.3
    assert 2 * gap == 0.6
    assert -gap == -0.3
    assert abs(gap) == 0.3
    assert round(gap, 1) == 0.3
    assert hash(gap) == hash(0.3)
    assert f"{gap:.2f}" == "0.30"
    assert f"{gap}" == str(gap) == "0.3"
    assert f"{gap:>8.1%}" == "   30.0%"
    assert np.float64(2) * gap == 0.6
    assert np.asarray([gap, gap]).dtype == np.float64
    assert np.isclose(gap, 0.3)
    assert not np.isnan(gap)
    assert sorted([gap, 0.1]) == [0.1, 0.3]
    assert json.dumps({"gap": gap}) == '{"gap": 0.3}'
    assert math.isnan(
        compared("demographic_parity_difference", HIRED.in_stratum(None), min_group_size=50)
    )


def test_it_is_frozen_and_survives_pickling():
    gap = compared("demographic_parity_difference", HIRED)
    assert dataclasses.is_dataclass(gap)
    with pytest.raises(dataclasses.FrozenInstanceError):
        gap.value = 0.0
    with pytest.raises((AttributeError, TypeError)):
        gap.extra = 1
    again = pickle.loads(pickle.dumps(gap))
    assert again == gap
    assert isinstance(again, MetricResult)
    assert again.to_dict() == gap.to_dict()


def test_it_remembers_groups_counts_and_chance():
    gap = compared("demographic_parity_difference", HIRED)
    assert gap.groups == ("black", "white")
    assert gap.by_group == {"white": 0.6, "black": 0.3}
    assert gap.n == {"white": 80, "black": 40}
    assert gap.denominators == {"white": 80.0, "black": 40.0}
    assert gap.noise_floor == pytest.approx(expected_gap(0.5, [80, 40]))
    assert gap.method == "between_groups"
    assert (gap.metric, gap.between) == ("selection_rate", "difference")
    assert gap.undefined == gap.skipped == gap.not_compared == ()
    assert (
        repr(gap) == "<selection_rate difference: 0.300 [0.112, 0.464]; 0.077 expected from noise>"
    )
    assert compared("true_positive_rate_difference", ODDS).denominators == {
        "a": 50.0,
        "b": 55.0,
        "c": 36.0,
    }


def test_the_interval_of_two_groups_is_agresti_and_caffos_and_folds_at_zero():
    gap = compared("demographic_parity_difference", HIRED)
    low, high = two_proportion_interval(48, 80, 12, 40, method="agresti-caffo")
    assert (gap.low, gap.high) == pytest.approx((low, high), abs=1e-9)
    assert gap.interval(0.9).level == 0.9
    assert gap.interval(0.9).low > gap.low
    close = GroupTable.from_counts(
        {"a": {"selected": 20, "total": 40}, "b": {"selected": 19, "total": 40}}
    )
    assert compared("demographic_parity_difference", close).low == 0.0
    assert compared("demographic_parity_ratio", close).high == 1.0


def test_the_bootstrap_agrees_with_the_analytic_interval_and_repeats_with_its_seed():
    gap = compared("equalized_odds_difference", ODDS)
    one, two, other = (gap.interval(method="bootstrap", rng=seed) for seed in (1, 1, 2))
    assert one == two != other
    assert one.method == "max-t cell bootstrap"
    assert (one.low, one.high) == pytest.approx((gap.low, gap.high), abs=0.03)
    asked = f.demographic_parity_difference(
        None, [1, 0, 1, 1] * 9, sensitive_features=list("aabb") * 9, interval="bootstrap", rng=3
    )
    assert asked.low == asked.interval(method="bootstrap", rng=3).low


def test_no_interval_on_request():
    gap = f.demographic_parity_difference(
        None, [1, 0, 1, 1], sensitive_features=list("aabb"), interval=None
    )
    assert math.isnan(gap.low)
    assert "[" not in repr(gap)


@pytest.mark.parametrize("form", ["difference", "ratio"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "to_overall"},
        {"method": "one_vs_rest"},
        {"reference": "b"},
        {"method": "one_vs_rest", "reference": "b"},
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "demographic_parity",
        "equalized_odds",
        "balanced_accuracy",
        "treatment_equality",
        "conditional_use_accuracy",
    ],
)
def test_every_comparison_has_limits_around_its_value_by_either_method(name, options, form):
    found = compared(f"{name}_{form}", ODDS, **options)
    for method in ("simultaneous", "bootstrap"):
        e = found.interval(method=method)
        assert e.low <= found <= e.high
        assert e.high > e.low
    narrower = found.interval(0.5)
    assert found.low <= narrower.low <= narrower.high <= found.high
    assert 0 <= found.p_value <= 1
    assert found.noise_floor > 0
    assert len(found.groups) in (1, 2)


def test_methods_by_hand():
    rates = {"a": 48 / 100, "b": 50 / 100, "c": 34 / 60}
    overall = 132 / 260
    gap = compared("demographic_parity_difference", ODDS)
    assert gap == pytest.approx(rates["c"] - rates["a"])
    to_overall = compared("demographic_parity_difference", ODDS, method="to_overall")
    assert to_overall == pytest.approx(max(abs(r - overall) for r in rates.values()))
    assert to_overall.groups == ("c",)
    rest = {"a": 84 / 160, "b": 82 / 160, "c": 98 / 200}
    assert compared("demographic_parity_difference", ODDS, method="one_vs_rest") == pytest.approx(
        max(abs(rates[g] - rest[g]) for g in rates)
    )
    assert compared("demographic_parity_difference", ODDS, reference="b") == pytest.approx(
        rates["c"] - rates["b"]
    )
    assert compared("demographic_parity_difference", ODDS, reference="c") == pytest.approx(
        rates["a"] - rates["c"]
    )
    assert compared("demographic_parity_ratio", ODDS, reference="c") == pytest.approx(
        rates["a"] / rates["c"]
    )
    assert compared(
        "demographic_parity_difference", ODDS, reference="c", method="one_vs_rest"
    ) == pytest.approx(rest["c"] - rates["c"])


def test_equalized_odds_worst_case_and_mean():
    tpr = compared("true_positive_rate_difference", ODDS)
    fpr = compared("false_positive_rate_difference", ODDS)
    assert compared("equalized_odds_difference", ODDS) == pytest.approx(max(tpr, fpr))
    assert compared("equalized_odds_difference", ODDS, agg="mean") == pytest.approx((tpr + fpr) / 2)
    wide = compared("equalized_odds_difference", ODDS)
    assert wide.low <= max(tpr.low, fpr.low)
    assert wide.high >= max(tpr.high, fpr.high)


def test_interval_of_everybodys_and_of_the_lowest_rate():
    rate = compared("selection_rate", HIRED)
    assert (rate.low, rate.high) == pytest.approx((0.4119387, 0.5880613), abs=1e-6)
    assert math.isnan(rate.noise_floor)
    lowest = compared("selection_rate_group_min", HIRED)
    assert lowest == 0.3
    assert lowest.groups == ("black",)
    assert lowest.low < 0.1807 < 0.4543 < lowest.high


def test_what_is_undefined_is_named_with_group_and_denominator():
    gap = f.equal_opportunity_difference(
        [1, 0, 0, 0], [1, 0, 0, 1], sensitive_features=list("aabb")
    )
    assert math.isnan(gap)
    assert gap.undefined == (
        "group 'b' has no rows with a positive y_true, so its true_positive_rate is undefined.",
    )
    assert "undefined" in repr(gap)
    assert math.isnan(gap.low)
    assert math.isnan(gap.noise_floor)
    skipped = f.equal_opportunity_difference(
        [1, 0, 0, 0, 1, 1], [1, 0, 0, 1, 0, 1], sensitive_features=list("aabbcc"), undefined="skip"
    )
    assert float(skipped) == 0.5
    assert skipped.skipped == ("b",)
    assert any("'b'" in why for why in skipped.undefined)


def test_one_group_is_undefined_because_nothing_was_compared():
    for name in (
        "demographic_parity_difference",
        "demographic_parity_ratio",
        "equalized_odds_difference",
    ):
        found = compared(name, [1, 0, 1], [1, 0, 0], sensitive_features=["a"] * 3)
        assert math.isnan(found)
        assert any("one group only, 'a': nothing was compared" in why for why in found.undefined)


def test_ratios_of_nothing_and_directed_ratios():
    none = GroupTable.from_counts(
        {"a": {"selected": 0, "total": 5}, "b": {"selected": 0, "total": 9}}
    )
    assert math.isnan(compared("demographic_parity_ratio", none))
    assert compared("demographic_parity_difference", none) == 0
    half = GroupTable.from_counts(
        {"a": {"selected": 0, "total": 5}, "b": {"selected": 4, "total": 9}}
    )
    assert compared("demographic_parity_ratio", half) == 0
    assert compared("demographic_parity_ratio", half, reference="a") == math.inf
    assert compared("demographic_parity_ratio", half, reference="a").high == math.inf
    assert compared("demographic_parity_ratio", half).low == 0


def test_small_groups_are_moved_to_a_list_and_not_compared():
    table = GroupTable.from_counts(
        {g: {"selected": s, "total": n} for g, s, n in (("a", 20, 40), ("b", 10, 40), ("c", 2, 2))}
    )
    assert compared("demographic_parity_difference", table) == 0.75
    kept = compared("demographic_parity_difference", table, min_group_size=10)
    assert kept == 0.25
    assert kept.not_compared == ("c",)
    assert kept.by_group["c"] == 1.0


def test_a_reference_that_is_absent_is_named():
    table = GroupTable.from_counts(
        {g: {"selected": s, "total": n} for g, s, n in (("a", 20, 40), ("b", 10, 40), ("c", 0, 0))}
    )
    found = compared("demographic_parity_difference", table, reference="c")
    assert math.isnan(found)
    assert found.undefined == ("the reference group 'c' has no rows.",)
    with pytest.raises(InputError, match="reference must be one of"):
        compared("demographic_parity_difference", table, reference="z")


STRATA = GroupTable.from_counts(
    {
        "arts": {"f": {"selected": 20, "total": 80}, "m": {"selected": 5, "total": 20}},
        "law": {"f": {"selected": 12, "total": 20}, "m": {"selected": 40, "total": 80}},
    }
)


def test_control_features_compare_like_with_like():
    gap = compared("demographic_parity_difference", STRATA)
    assert gap.by_group == {
        "f": pytest.approx((0.25 + 0.6) / 2),
        "m": pytest.approx((0.25 + 0.5) / 2),
    }
    assert gap == pytest.approx(0.05)
    assert compared("demographic_parity_difference", STRATA.without_strata()) == pytest.approx(0.13)
    assert gap.low == 0.0
    assert compared("demographic_parity_difference", STRATA, method="one_vs_rest") == pytest.approx(
        0.05
    )
    assert compared("demographic_parity_ratio", STRATA) == pytest.approx(0.375 / 0.425)
    with pytest.raises(InputError, match="stratum|strata"):
        compared(
            "treatment_equality_difference", GroupTable.from_counts([[[[1, 2], [3, 4]]] * 2] * 2)
        )


def test_a_stratum_without_a_group_is_undefined_or_left_out():
    table = GroupTable.from_counts(
        {
            "arts": {"f": {"selected": 20, "total": 80}, "m": {"selected": 5, "total": 20}},
            "law": {"f": {"selected": 12, "total": 20}},
        }
    )
    strict = compared("demographic_parity_difference", table)
    assert math.isnan(strict)
    assert strict.undefined == (
        "group 'm' has no rows in 'law', so its selection_rate is undefined.",
    )
    skipped = compared("demographic_parity_difference", table, undefined="skip")
    assert skipped == 0.0
    assert any("'law'" in why for why in skipped.undefined)


def test_weights_widen_intervals_and_equal_weights_do_not():
    rng = np.random.default_rng(0)
    g, p, w = rng.choice(["a", "b"], 800), rng.integers(0, 2, 800), rng.lognormal(0, 1, 800)
    plain = f.demographic_parity_difference(None, p, sensitive_features=g)
    twos = f.demographic_parity_difference(
        None, p, sensitive_features=g, sample_weight=np.full(800, 2.0)
    )
    skewed = f.demographic_parity_difference(None, p, sensitive_features=g, sample_weight=w)
    assert (twos.low, twos.high) == pytest.approx((plain.low, plain.high), abs=1e-9)
    assert skewed.high - skewed.low > 1.2 * (plain.high - plain.low)
    boot = skewed.interval(method="bootstrap", rng=1)
    assert boot.high - boot.low == pytest.approx(skewed.high - skewed.low, rel=0.15)


def test_labels_the_fields_way():
    assert compared(
        "impact_ratio", None, [1, 0, 1, 1], sensitive_features=list("aabb")
    ).by_group == {
        "a": 0.5,
        "b": 1.0,
    }
    rate = compared("selection_rate", None, [1, 0, 1, 1])
    assert rate == 0.75
    assert (
        compared(
            "recall_score_group_min", [1, 1, 1, 1], [1, 0, 1, 1], sensitive_features=list("aabb")
        )
        == 0.5
    )
    yes = compared("selection_rate", None, ["y", "n", "y"], pos_label="y")
    assert yes == pytest.approx(2 / 3)


def test_to_frame_and_to_dict_say_everything_without_nan():
    gap = compared("equalized_odds_difference", ODDS)
    frame = gap.to_frame()
    assert list(frame["metric"].unique()) == ["true_positive_rate", "false_positive_rate"]
    assert len(frame) == 6
    told = json.loads(json.dumps(gap.to_dict(), allow_nan=False))
    assert (told["metric"], told["between"]) == ("equalized_odds", "difference")
    assert len(told["rows"]["columns"]["group"]) == 6
    nothing = compared("demographic_parity_difference", HIRED, min_group_size=100)
    assert nothing.to_dict()["value"] is None


def test_it_shows_draws_and_saves_like_every_other_result(tmp_path):
    gap = compared("equalized_odds_difference", ODDS)
    card = gap
    assert card.value == gap
    assert "equalized odds difference" in card.summary()
    assert "<table" in gap._repr_html_()
    again = from_json(card.to_json())
    assert again == card
    assert again.by_group == card.by_group
    assert again.n == card.n
    assert (again.low, again.high, again.p_value) == (card.low, card.high, card.p_value)
    assert again.to_json() == card.to_json()
    with pytest.raises(InputError, match="not kept"):
        again.interval(0.9)
    assert Result.from_dict(card.to_dict()).headline == card.headline
    assert card.save(tmp_path / "gap.csv").read_text().count("true_positive_rate") == 3
    import matplotlib.pyplot as plt

    axes = gap.plot()
    assert axes.get_xlabel()
    plt.close(axes.figure)


def test_a_protected_card_hides_groups_with_small_cells():
    table = GroupTable.from_counts(
        {g: {"selected": s, "total": n} for g, s, n in (("a", 20, 40), ("b", 2, 40), ("c", 30, 60))}
    )
    safe = compared("demographic_parity_difference", table).protect(5)
    rows = {r["group"]: r for r in safe.rows.records()}
    assert rows["b"]["n"] is None
    assert math.isnan(rows["b"]["value"])
    assert "0.05" not in safe.to_json()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"method": "between"}, "method must be one of"),
        ({"method": "to_reference"}, "needs a reference"),
        ({"method": "to_overall", "reference": "white"}, "leave out reference"),
        ({"undefined": "zero"}, "undefined must be one of"),
        ({"confidence": 95}, "confidence"),
        ({"interval": "percentile"}, "interval must be one of"),
        ({"min_group_size": -1}, "min_group_size"),
        ({"agg": "median"}, "agg must be one of"),
        ({"resamples": 0}, "resamples"),
        ({"rng": -4}, "rng"),
    ],
)
def test_bad_options_are_refused_in_words(options, why):
    with pytest.raises(InputError, match=why):
        compared("demographic_parity_difference", HIRED, **options)


@pytest.mark.parametrize(
    ("name", "options", "idle"),
    [
        ("selection_rate", {"reference": "white"}, "reference"),
        ("selection_rate", {"method": "to_overall", "agg": "mean"}, "method and agg"),
        ("selection_rate_group_min", {"method": "one_vs_rest"}, "method"),
        ("demographic_parity_difference", {"agg": "mean"}, "agg"),
    ],
)
def test_options_that_a_metric_cannot_use_are_refused(name, options, idle):
    with pytest.raises(InputError, match=f"{idle} would play no part in the") as refused:
        compared(name, HIRED, **options)
    assert refused.value.problems[0].hint == f"leave out {idle}, or ask for another metric."


@pytest.mark.parametrize("name", ["conditional_demographic_disparity", "differential_fairness"])
def test_a_bootstrap_that_is_not_offered_is_refused_at_once(name):
    with pytest.raises(InputError, match="analytic interval only"):
        compared(name, HIRED).interval(method="bootstrap")


def test_a_percentile_interval_is_not_offered_and_too_large_a_bootstrap_is_refused():
    gap = compared("demographic_parity_difference", HIRED)
    with pytest.raises(InputError, match="method must be one of"):
        gap.interval(method="percentile")
    with pytest.raises(InputError, match="too many"):
        gap.interval(method="bootstrap", resamples=50_000_000)
    many = GroupTable.from_counts(np.ones((3000, 2, 2), dtype=int))
    with pytest.raises(InputError, match="in pairs"):
        compared("demographic_parity_difference", many).interval(method="bootstrap", resamples=1000)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)),
        min_size=2,
        max_size=5,
    )
)
def test_relabelling_groups_and_swapping_labels_change_what_they_should(cells):
    counts = np.array(cells).reshape(-1, 2, 2)
    table = GroupTable.from_counts(counts)
    renamed = GroupTable.from_counts(counts[::-1], groups=[f"g{i}" for i in range(len(cells))])
    for name in (
        "demographic_parity_difference",
        "equalized_odds_ratio",
        "predictive_parity_difference",
    ):
        one, two = compared(name, table), compared(name, renamed)
        assert float(one) == pytest.approx(float(two), nan_ok=True)
        assert one.high == pytest.approx(two.high, nan_ok=True)
    flipped = GroupTable.from_counts(counts[:, ::-1, ::-1])
    assert float(compared("accuracy_parity_difference", flipped)) == pytest.approx(
        float(compared("accuracy_parity_difference", table)), nan_ok=True
    )
    assert float(compared("true_positive_rate_difference", flipped)) == pytest.approx(
        float(compared("true_negative_rate_difference", table)), nan_ok=True
    )


def test_what_metrics_of_a_table_share_changes_none_of_them():
    cells = np.random.default_rng(3).integers(5, 40, (2, 4, 2, 2))
    names = (
        "equalized_odds_ratio",
        "equal_opportunity_difference",
        "demographic_parity_ratio",
        "equalized_odds_difference",
    )
    asked = (
        {},
        {"method": "to_overall"},
        {"reference": 1},
        {"method": "one_vs_rest", "reference": 2},
        {"min_group_size": 9},
    )
    shared = GroupTable.from_counts(cells)
    for name in (*names, *reversed(names)):
        for options in asked:
            alone = compared(name, GroupTable.from_counts(cells), **options)
            again = compared(name, shared, **options)
            assert again.to_dict() == alone.to_dict()
            how = {"method": "bootstrap", "resamples": 50, "rng": 1}
            assert again.interval(**how) == alone.interval(**how)
    assert shared.kept
    copied = pickle.loads(pickle.dumps(shared))
    assert copied == shared
    assert not copied.kept
    with pytest.raises(ValueError, match="read-only"):
        copied.rows[0] = 0


def test_errors_of_one_kind_alone_are_infinitely_many_and_not_undefined():
    y_true, y_pred, group = (
        [1, 1, 0, 1, 0, 0, 1, 1, 0],
        [0, 1, 0, 0, 1, 1, 1, 1, 0],
        list("aaabbbbcc"),
    )
    strict = compared("treatment_equality_difference", y_true, y_pred, sensitive_features=group)
    assert math.isnan(strict)
    assert strict.undefined == (
        "group 'c' has no false positives, so its treatment_balance is undefined.",
    )
    for name, value in (("difference", math.inf), ("ratio", 0.0)):
        how = {"sensitive_features": group, "between": name}
        skipping = f.metric("treatment_equality", y_true, y_pred, undefined="skip", **how)
        assert (skipping, skipping.skipped) == (value, ("c",))
        how["sensitive_features"] = group[:7]
        without = f.metric("treatment_equality", y_true[:7], y_pred[:7], **how)
        assert (without, without.undefined) == (value, ())


def test_limits_of_the_highest_and_the_lowest_rate_hold_for_all_groups():
    limits = [
        proportion_confint(x, n, alpha=1 - 0.95 ** (1 / 2), method="wilson")
        for x, n in ((48, 80), (12, 40))
    ]
    for form, take in (("group_min", min), ("group_max", max)):
        found = compared(f"selection_rate_{form}", HIRED)
        assert (found.low, found.high) == pytest.approx(
            tuple(take(side) for side in zip(*limits, strict=True))
        )


def test_the_highest_and_the_lowest_rate_name_their_group_and_how_sure_they_are():
    for name, group in (
        ("selection_rate_group_max", "white"),
        ("selection_rate_group_min", "black"),
    ):
        found = compared(name, HIRED)
        assert found.groups == (group,)
        assert found.estimate.method == "Wilson"
        assert found.estimate.unit == "share"


@pytest.mark.parametrize(
    ("options", "how"),
    [
        ({}, "studentised range"),
        ({"method": "to_overall"}, "Sidak"),
        ({"reference": "a"}, "Sidak"),
        ({"interval": "bootstrap"}, "max-t cell bootstrap"),
    ],
)
def test_intervals_say_how_they_were_made(options, how):
    found = compared("demographic_parity_difference", ODDS, **options)
    assert found.estimate.method == how
    assert found.estimate.unit == "points"


def test_a_bootstrap_within_strata_of_few_rows_is_never_narrower_than_the_formula():
    pairs = {"x": (0, 1), "y": (6, 5)}
    counts = {
        s: {g: {"selected": x, "total": 6} for g, x in zip("ab", pair, strict=True)}
        for s, pair in pairs.items()
    }
    found = compared("demographic_parity_difference", GroupTable.from_counts(counts))
    drawn = found.interval(method="bootstrap")
    assert drawn.low <= found.low
    assert drawn.high >= found.high


def test_two_rates_make_one_test_of_both():
    tpr, fpr = (
        compared(f"{rate}_difference", ODDS).p_value
        for rate in ("true_positive_rate", "false_positive_rate")
    )
    assert 0 < min(tpr, fpr) < max(tpr, fpr) < 1
    assert compared("equalized_odds_difference", ODDS).p_value == pytest.approx(
        1 - (1 - min(tpr, fpr)) ** 2
    )


def test_equal_rates_of_one_kind_leave_the_test_of_the_other():
    table = GroupTable.from_counts(
        {
            "a": {"TN": 40, "FP": 10, "FN": 12, "TP": 38},
            "b": {"TN": 40, "FP": 10, "FN": 20, "TP": 30},
        }
    )
    assert compared("false_positive_rate_difference", table).p_value == 1
    alone = compared("true_positive_rate_difference", table).p_value
    assert compared("equalized_odds_difference", table).p_value == pytest.approx(
        1 - (1 - alone) ** 2
    )


def test_where_one_of_two_rates_cannot_be_compared_there_is_no_test():
    both = {"TN": 40, "FP": 10, "FN": 12, "TP": 38}
    table = GroupTable.from_counts({"a": both, "b": {"TN": 30, "FP": 15, "FN": 0, "TP": 0}})
    assert math.isnan(compared("equalized_odds_difference", table, undefined="skip").p_value)


@pytest.mark.parametrize("reference", ["a", "b", "c"])
def test_limits_of_the_average_odds_error_join_the_limits_of_both_sizes(reference):
    how = {"method": "one_vs_rest", "reference": reference}
    limits = []
    for rate in ("false_positive_rate", "true_positive_rate"):
        e = compared(f"{rate}_difference", ODDS, **how).interval(math.sqrt(0.95))
        limits.append((max(0.0, e.low, -e.high), max(abs(e.low), abs(e.high))))
    found = compared("average_odds_error", ODDS, **how)
    assert (found.low, found.high) == pytest.approx(tuple(np.mean(limits, axis=0)))


def test_infinite_numbers_are_written_with_their_sign():
    half = GroupTable.from_counts(
        {"a": {"selected": 0, "total": 4}, "b": {"selected": 2, "total": 4}}
    )
    assert compared("demographic_parity_ratio", half, reference="a").to_dict()["value"] == "inf"


def test_a_card_has_its_title_its_interval_and_a_panel_for_each_of_several_rates():
    card = compared("demographic_parity_difference", HIRED)
    assert card.title == "Selection rate difference"
    assert f"is 0.300 (95% interval {card.low:.3f} to {card.high:.3f})" in card.headline
    assert card.picture.panel is None
    plain = compared("demographic_parity_difference", HIRED, interval=None)
    assert "interval" not in plain.headline
    assert compared("equalized_odds_difference", ODDS).picture.panel == "metric"
