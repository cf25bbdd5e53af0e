"""Adverse impact, conditional disparity, stratified effects, epsilon: by hand, by edges, by what is kept."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from compared import compared
from coprep.errors import InputError
from coprep.fairness import (
    GroupTable,
    adverse_impact,
    conditional_demographic_disparity,
    differential_fairness,
    group_metrics,
    stratified_effect,
)
from coprep.loading import from_json
from coprep.metrics.groups._two_proportions import rate_ratio_interval, two_rate_p_value

HIRED = GroupTable.from_counts(
    {
        "white": {"selected": 48, "total": 80},
        "black": {"selected": 12, "total": 40},
        "other": {"selected": 5, "total": 9},
    },
    attributes="race",
)
STRATA = GroupTable.from_counts(
    {
        "arts": {"f": {"selected": 20, "total": 80}, "m": {"selected": 5, "total": 20}},
        "law": {"f": {"selected": 10, "total": 20}, "m": {"selected": 40, "total": 80}},
    }
)


def rows_of(result):
    return {row["group"]: row for row in result.rows.records()}


def test_impact_ratios_tests_and_shortfall_of_each_group():
    found = adverse_impact(HIRED)
    black = rows_of(found)["black"]
    assert found.compared_with == "white"
    assert found.impact_ratio == black["impact_ratio"] == 0.5
    assert black["below_threshold"] is True
    assert (black["ratio_low"], black["ratio_high"]) == pytest.approx(
        rate_ratio_interval(12, 40, 48, 80)
    )
    assert black["p_value"] == pytest.approx(two_rate_p_value(12, 40, 48, 80))
    assert black["shortfall"] == pytest.approx(65 / 129 * 40 - 12)
    assert black["verdict"] == "disparity"
    assert rows_of(found)["other"]["verdict"] == "inconclusive"
    assert rows_of(found)["white"]["verdict"] is None
    assert "below 0.8" in found.findings[0].reading


def test_adjustment_counts_the_groups_and_tests_can_be_chosen():
    found = rows_of(adverse_impact(HIRED, test="z"))
    assert found["black"]["p_adjusted"] == pytest.approx(2 * found["black"]["p_value"])
    assert (
        rows_of(adverse_impact(HIRED, test="boschloo"))["black"]["p_value"]
        < rows_of(adverse_impact(HIRED))["black"]["p_value"]
    )


def test_a_reference_small_groups_and_unknowns_are_told():
    found = adverse_impact(
        None,
        [1, 0] * 60 + [1, None],
        sensitive_features=["a"] * 60 + ["b"] * 57 + ["c"] * 3 + [None, "a"],
        reference="b",
        min_share=0.1,
        missing="drop",
    )
    assert found.compared_with == "b"
    assert found.unknown == 2
    assert any(
        "2 rows were left out because values are missing" in note.text for note in found.notes
    )
    assert any("1 group is too small and is not compared: “c”" in note.text for note in found.notes)
    assert rows_of(found)["c"]["verdict"] is None
    assert rows_of(found)["a"]["verdict"] is not None


def test_a_large_sample_can_clear_a_group_and_nobody_selected_cannot_be_judged():
    same = GroupTable.from_counts(
        {"a": {"selected": 12000, "total": 20000}, "b": {"selected": 11400, "total": 20000}}
    )
    assert rows_of(adverse_impact(same))["b"]["verdict"] == "no_material_difference"
    nobody = GroupTable.from_counts(
        {"a": {"selected": 0, "total": 20}, "b": {"selected": 0, "total": 20}}
    )
    assert {f.verdict.value for f in adverse_impact(nobody).findings} == {"not_assessable"}
    assert math.isnan(adverse_impact(nobody).impact_ratio)


def test_weighted_rows_use_their_effective_size():
    rng = np.random.default_rng(0)
    g, p = rng.choice(["a", "b"], 400), rng.integers(0, 2, 400)
    with pytest.raises(InputError, match="whole counts"):
        adverse_impact(None, p, sensitive_features=g, sample_weight=rng.lognormal(size=400))
    weighted = adverse_impact(
        None, p, sensitive_features=g, sample_weight=rng.lognormal(size=400), test="z"
    )
    plain = adverse_impact(None, p, sensitive_features=g)
    row, other = weighted.findings[0].estimate, plain.findings[0].estimate
    assert row.high - row.low > other.high - other.low


@pytest.mark.parametrize("result", [adverse_impact(HIRED), stratified_effect(STRATA)])
def test_results_are_kept_drawn_and_protected(result):
    import matplotlib.pyplot as plt

    assert from_json(result.to_json()) == result
    assert "<table" in result._repr_html_()
    plt.close(result.plot().figure)
    safe = result.protect(6)
    assert len(safe.rows) == len(result.rows)


def test_small_cells_are_hidden_in_a_protected_copy():
    safe = rows_of(adverse_impact(HIRED).protect(5))
    assert safe["other"]["selected"] is None or math.isnan(safe["other"]["selected"])
    assert math.isnan(safe["other"]["impact_ratio"])


def test_conditional_disparity_takes_strata_into_account():
    crude = conditional_demographic_disparity(STRATA.without_strata(), group="f")
    within = conditional_demographic_disparity(STRATA, group="f")
    assert crude > 0.1
    assert within == pytest.approx(0.0)
    assert within.low < 0 < within.high
    assert crude.low > 0
    assert sum(within.by_group.values()) == pytest.approx(0)
    assert crude.groups == ("f",)
    assert conditional_demographic_disparity(STRATA.without_strata()).groups == ("f",)
    assert crude.p_value < 0.05 < within.p_value
    assert crude.noise_floor > 0


def test_conditional_disparity_from_rows_and_its_edges():
    rows = pd.DataFrame({"g": list("aabb") * 5, "s": [0] * 10 + [1] * 10, "p": [1, 0, 0, 1, 1] * 4})
    found = conditional_demographic_disparity(
        None, rows["p"], sensitive_features=rows["g"], control_features=rows["s"]
    )
    assert found.metric == "conditional_demographic_disparity"
    full = GroupTable.from_counts(
        {
            "x": {"a": {"selected": 5, "total": 5}, "b": {"selected": 2, "total": 2}},
            "y": {"a": {"selected": 1, "total": 4}, "b": {"selected": 3, "total": 4}},
        }
    )
    strict = conditional_demographic_disparity(full, group="a")
    assert math.isnan(strict)
    assert "in 'x'" in strict.undefined[0]
    assert conditional_demographic_disparity(full, group="a", undefined="skip") == pytest.approx(
        0.5
    )
    alone = conditional_demographic_disparity(
        GroupTable.from_counts({"a": {"selected": 1, "total": 4}})
    )
    assert math.isnan(alone)
    assert "one group" in alone.undefined[0]
    with pytest.raises(InputError, match="group must be one of"):
        conditional_demographic_disparity(STRATA, group="x")
    with pytest.raises(InputError, match="analytic"):
        conditional_demographic_disparity(STRATA).interval(method="bootstrap")
    assert conditional_demographic_disparity(STRATA).to_frame()["high"].notna().all()


def test_coverage_of_the_conditional_disparity_in_small():
    rng, hit, n = np.random.default_rng(7), 0, 300
    total = np.array([[60, 40], [50, 90], [30, 80]])
    chance = np.array([[0.3, 0.3], [0.5, 0.5], [0.2, 0.2]])
    for _ in range(n):
        selected = rng.binomial(total, chance)
        cells = np.zeros((3, 2, 2, 2), dtype=int)
        cells[:, :, 0, 1], cells[:, :, 0, 0] = selected, total - selected
        found = compared(
            "conditional_demographic_disparity", GroupTable.from_counts(cells), group=0
        )
        hit += found.low <= 0 <= found.high
    assert 0.92 <= hit / n <= 0.985


def test_epsilon_is_the_largest_log_ratio_of_either_outcome():
    counts = {"a": {"selected": 9, "total": 10}, "b": {"selected": 5, "total": 10}}
    table = GroupTable.from_counts(counts)
    raw = differential_fairness(table, concentration=0)
    assert raw == pytest.approx(math.log(0.5 / 0.1))
    assert raw.groups == ("a", "b")
    assert 0 <= raw.low <= raw <= raw.high
    assert differential_fairness(table) == pytest.approx(math.log((5.5 / 11) / (1.5 / 11)))
    assert raw.noise_floor > 0
    assert math.isnan(
        differential_fairness(GroupTable.from_counts({"a": {"selected": 9, "total": 10}}))
    )
    crossed = differential_fairness(
        None, [1, 0, 1, 0], sensitive_features={"s": list("ffmm"), "r": list("xyxy")}
    )
    assert len(crossed.n) == 4


def test_stratified_effects_turn_a_crude_difference():
    found = stratified_effect(STRATA, reference="m")
    row = rows_of(found)["f"]
    assert found.compared_with == "m"
    assert row["crude_difference"] == pytest.approx(-15)
    assert row["risk_difference"] == pytest.approx(0, abs=1e-9)
    assert row["odds_ratio"] == pytest.approx(1)
    assert row["strata"] == 2
    assert found.findings[0].verdict.value == "inconclusive"
    assert "−15.0" in found.findings[0].caveats[0].text


def test_stratified_effects_that_are_clear_absent_or_uneven():
    clear = GroupTable.from_counts(
        {
            s: {"f": {"selected": 100, "total": 400}, "m": {"selected": 200, "total": 400}}
            for s in "xyz"
        }
    )
    found = stratified_effect(clear, reference="m").findings[0]
    assert found.verdict.value == "disparity"
    assert "less often than “m” by 25.0 percentage points" in found.reading
    apart = GroupTable.from_counts(
        {"x": {"f": {"selected": 1, "total": 4}}, "y": {"m": {"selected": 1, "total": 4}}}
    )
    assert stratified_effect(apart).findings[0].verdict.value == "not_assessable"
    uneven = GroupTable.from_counts(
        {
            "x": {"f": {"selected": 100, "total": 400}, "m": {"selected": 200, "total": 400}},
            "y": {"f": {"selected": 200, "total": 400}, "m": {"selected": 100, "total": 400}},
        }
    )
    assert any(
        "not the same in all strata" in c.text
        for c in stratified_effect(uneven).findings[0].caveats
    )


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: adverse_impact(HIRED, reference="green"), "reference must be one of"),
        (lambda: adverse_impact(HIRED, test="barnard"), "test must be one of"),
        (lambda: adverse_impact(HIRED, threshold=80), "threshold"),
        (lambda: adverse_impact(HIRED, min_share=0.9), "two groups"),
        (lambda: adverse_impact(None, [1, 0], sensitive_features=["a", "a"]), "two groups"),
        (lambda: stratified_effect(None, [1, 0], sensitive_features=["a", "a"]), "two groups"),
        (lambda: stratified_effect(STRATA, reference="x"), "reference must be one of"),
        (lambda: stratified_effect(None, [1, 0]), "which groups"),
        (lambda: differential_fairness(HIRED, concentration=-1), "concentration"),
        (lambda: differential_fairness(None, [1, 0]), "which groups"),
        (
            lambda: conditional_demographic_disparity(None, None, sensitive_features=["a"]),
            "needs y_pred",
        ),
    ],
)
def test_bad_input_is_refused_in_words(call, why):
    with pytest.raises(InputError, match=why):
        call()


def test_the_stratified_effect_of_weighted_rows_is_not_that_of_the_rows():
    rng = np.random.default_rng(4)
    group = np.repeat(["a", "b"], 200)
    stratum = np.tile(["x", "y"], 200)
    share = np.where(group == "a", 0.5, np.where(stratum == "x", 0.5, 0.2))
    decided = (rng.random(400) < share).astype(int)
    options = {"sensitive_features": group, "control_features": stratum}

    def effect(weight=None):
        table = GroupTable.from_arrays(None, decided, sample_weight=weight, **options)
        return stratified_effect(table).table["risk_difference"].iloc[0]

    assert effect(np.full(400, 2.0)) == pytest.approx(effect())
    # Where only the stratum without a gap weighs anything to speak of, hardly a gap is left.
    heavy = effect(np.where(stratum == "x", 1.0, 1e-6))
    alone = GroupTable.from_arrays(
        None,
        decided[stratum == "x"],
        sensitive_features=group[stratum == "x"],
        control_features=stratum[stratum == "x"],
    )
    assert heavy == pytest.approx(
        stratified_effect(alone).table["risk_difference"].iloc[0], rel=1e-3
    )


@pytest.mark.parametrize(
    "counts", [(2, 3, 25, 30), (1, 3, 25, 60), (3, 5, 15, 20), (12, 50, 15, 50)]
)
def test_four_fifths_exactly_are_not_below_four_fifths(counts):
    few, of_few, many, of_many = (10_000 * n for n in counts)
    table = GroupTable.from_counts(
        {"a": {"selected": few, "total": of_few}, "b": {"selected": many, "total": of_many}}
    )
    row = adverse_impact(table).table.set_index("group").loc["a"]
    assert row["impact_ratio"] == pytest.approx(0.8)
    assert not row["below_threshold"]
    assert row["verdict"] == "inconclusive"


@pytest.mark.parametrize(("small", "share"), [(7, 0.07), (29, 0.29), (2, 0.02)])
def test_a_group_of_exactly_the_least_share_is_compared(small, share):
    table = GroupTable.from_counts(
        {"a": {"selected": 1, "total": small}, "b": {"selected": 9, "total": 100 - small}}
    )
    assert len(adverse_impact(table, min_share=share).findings) == 1


def test_the_test_by_logarithms_says_nothing_where_nobody_was_selected():
    table = GroupTable.from_counts(
        {"a": {"selected": 0, "total": 1}, "b": {"selected": 1, "total": 2}}
    )
    finding = adverse_impact(table, test="log-ratio").findings[0]
    assert finding.verdict.value == "not_assessable"
    assert (
        "0.0% of “a” were selected, against 50.0% of “b”; the test by logarithms says nothing"
        in finding.reading
    )
    assert math.isnan(two_rate_p_value(0, 5, 3, 5, method="log-ratio"))


def test_a_reference_of_whom_nobody_was_selected_has_a_ratio_without_limit():
    table = GroupTable.from_counts(
        {"a": {"selected": 50, "total": 100}, "b": {"selected": 0, "total": 100}}
    )
    found = adverse_impact(table, reference="b")
    row = found.table.set_index("group").loc["a"]
    assert row["impact_ratio"] == math.inf
    assert row["verdict"] == "disparity"
    assert found.findings[0].details["direction"] == "above"
    assert found.findings[0].reading == (
        "50.0% of “a” were selected, against 0.0% of “b”, above 1.25 and more than chance explains."
    )
    assert compared("impact_ratio", table, reference="b") == math.inf


def test_impact_ratios_are_of_the_groups_that_are_compared():
    table = GroupTable.from_counts(
        {
            "a": {"selected": 1, "total": 3},
            "b": {"selected": 2, "total": 3},
            "c": {"selected": 1, "total": 1},
        }
    )
    found = compared("impact_ratio", table, min_group_size=2)
    assert found == 0.5


def _by_chance(rng, rates, size):
    selected = rng.binomial(size, rates)
    cells = np.zeros((*selected.shape, 2, 2), dtype=int)
    cells[..., 0, 1], cells[..., 0, 0] = selected, size - selected
    return GroupTable.from_counts(cells)


def test_chance_alone_seldom_gives_the_largest_conditional_disparity_a_low_p_value():
    rng = np.random.default_rng(3)
    found = [
        compared("conditional_demographic_disparity", _by_chance(rng, [[0.3] * 8, [0.6] * 8], 40))
        for _ in range(300)
    ]
    assert np.mean([one.p_value <= 0.05 for one in found]) < 0.08
    assert np.mean([one.low > 0 for one in found]) < 0.08
    assert np.mean([float(one) for one in found]) == pytest.approx(
        np.mean([one.noise_floor for one in found]), rel=0.1
    )


def test_interval_and_test_of_a_conditional_disparity_agree_where_few_are_accepted():
    rng = np.random.default_rng(5)
    found = [_by_chance(rng, [[0.05] * 2, [0.1] * 2], 30) for _ in range(400)]
    found = [compared("conditional_demographic_disparity", one, undefined="skip") for one in found]
    found = [one for one in found if not math.isnan(one)]
    assert all((one.low > 0) == (one.p_value < 0.05) for one in found)
    assert np.mean([one.low > 0 for one in found]) < 0.07


@pytest.mark.parametrize("scale", [1e-3, 1_000.0])
def test_what_weights_add_up_to_makes_no_difference(scale):
    rng = np.random.default_rng(1)
    group, stratum, chosen = rng.integers(0, 3, 60), rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    for metric, keywords in (
        (conditional_demographic_disparity, {"control_features": stratum, "group": 0}),
        (conditional_demographic_disparity, {"control_features": stratum}),
        (differential_fairness, {}),
    ):
        plain = metric(None, chosen, sensitive_features=group, **keywords)
        scaled = metric(
            None, chosen, sensitive_features=group, sample_weight=np.full(60, scale), **keywords
        )
        for name in ("value", "low", "high", "p_value", "noise_floor"):
            assert getattr(scaled, name) == pytest.approx(getattr(plain, name), rel=1e-9), name


def test_epsilon_is_never_below_nothing_and_says_why_only_where_it_is_undefined():
    everybody = GroupTable.from_counts(
        {"a": {"selected": 2, "total": 2}, "b": {"selected": 2, "total": 2}}
    )
    found = compared("differential_fairness", everybody, concentration=0.0)
    assert (found, found.undefined) == (0.0, ())
    assert [math.copysign(1, x) for x in (found.low, found.noise_floor)] == [1.0, 1.0]
    alone = compared(
        "differential_fairness", GroupTable.from_counts({"a": {"selected": 2, "total": 3}})
    )
    assert alone.undefined == ("one group only, 'a': nothing was compared.",)


def test_strata_in_which_everybody_or_nobody_is_selected_are_said_to_be_such():
    same = {"a": {"selected": 4, "total": 4}, "b": {"selected": 9, "total": 9}}
    apart = {"a": {"selected": 1, "total": 4}, "b": {"selected": 0, "total": 0}}
    known = stratified_effect(GroupTable.from_counts({"s": same, "t": apart})).findings[0]
    assert (
        known.reading
        == "Where both “a” and “b” are, nobody was selected, or everybody: they cannot be compared."
    )
    none = {"a": {"selected": 0, "total": 0}, "b": {"selected": 3, "total": 9}}
    never = stratified_effect(GroupTable.from_counts({"s": none, "t": apart})).findings[0]
    assert never.reading == "“a” and “b” have no stratum in which they can be compared."


def test_titles_say_names_of_attributes_plainly():
    rows = {"age_band": ["a", "b"] * 20, "imd_decile": ["x", "x", "y", "y"] * 10}
    said = [0, 1, 1, 1] * 10
    crossed = {name: pd.Series(values) for name, values in rows.items()}
    assert (
        adverse_impact(said, said, sensitive_features=crossed).title
        == "Impact ratios of age band x IMD decile"
    )
    one = {"age_band": rows["age_band"]}
    found = stratified_effect(
        said, said, sensitive_features=one, control_features=rows["imd_decile"]
    )
    assert found.title == "Groups of age band compared with “a” within strata"
    assert (
        group_metrics(said, said, sensitive_features=crossed).title
        == "How groups of age band and IMD decile fare"
    )
