"""Many small groups, rare outcomes and enormous counts: neither false alarms nor false all-clears."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from compared import compared
from coprep.errors import InputError
from coprep.fairness import GroupTable, adverse_impact, demographic_parity_difference, group_metrics
from coprep.metrics.groups import _critical_values as critical_values
from coprep.metrics.groups import _gaps as gaps
from coprep.metrics.groups import _rate_moments as rate_moments
from coprep.metrics.groups._critical_values import clearest_critical, students_widening
from coprep.metrics.groups._scores import auc_by_group
from coprep.metrics.groups._two_proportions import two_rate_p_value

SIMS = 200
NOTHING_APART = {
    "thirty groups of five": ([5] * 30, 0.5),
    "forty groups of thirty": ([30] * 40, 0.5),
    "one large group and one small, rarely selected": ([500, 20], 0.02),
    "very uneven groups, nearly all selected": ([1000, 500, 200, 100, 50, 30, 20, 10, 8, 5], 0.95),
}


def tables(sizes, rates, seed=3):
    rng = np.random.default_rng(seed)
    for _ in range(SIMS):
        selected = rng.binomial(sizes, rates)
        yield GroupTable.from_counts(
            {
                i: {"selected": int(x), "total": n}
                for i, (x, n) in enumerate(zip(selected, sizes, strict=True))
            }
        )


@pytest.mark.parametrize("form", ["difference", "ratio"])
@pytest.mark.parametrize("method", ["between_groups", "to_overall", "one_vs_rest"])
@pytest.mark.parametrize("name", NOTHING_APART)
def test_equal_groups_are_not_called_apart(name, method, form):
    sizes, rate = NOTHING_APART[name]
    nothing = 0.0 if form == "difference" else 1.0
    alarms = 0
    for table in tables(sizes, rate):
        found = compared(f"demographic_parity_{form}", table, method=method)
        alarms += not math.isnan(found) and not found.low <= nothing <= found.high
    assert alarms / SIMS <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / SIMS)


def test_a_directed_ratio_of_rare_outcomes_is_covered():
    held = 0
    for table in tables([1000, 1000, 1000, 12], [0.5, 0.5, 0.5, 0.8]):
        found = compared("demographic_parity_ratio", table, reference="0")
        truth = 1.6 if found.groups[0] == "3" else 1.0
        held += found.low <= truth <= found.high
    assert held / SIMS >= 0.93 - 3 * math.sqrt(0.07 * 0.93 / SIMS)


@pytest.mark.parametrize("method", ["between_groups", "to_overall", "one_vs_rest"])
@pytest.mark.parametrize("sizes", [[40, 60], [30, 20, 50, 8, 5], [12] * 30])
def test_difference_ratio_and_p_value_say_the_same(sizes, method):
    for table in tables(sizes, np.linspace(0.2, 0.7, len(sizes))):
        gap, ratio = (
            compared(f"demographic_parity_{form}", table, method=method)
            for form in ("difference", "ratio")
        )
        shown = gap.low > 1e-9
        assert (ratio.high < 1 - 1e-9) == shown
        if abs(gap.p_value - 0.05) > 1e-6:
            assert (gap.p_value < 0.05) == shown
        assert gap.low <= gap <= gap.high
        assert ratio.low <= ratio <= ratio.high


def test_more_is_added_the_further_out_the_limits_lie():
    assert (
        rate_moments.added_observations(1.96) == 1.0
    )  # Agresti and Caffo's one and one for a single pair
    assert rate_moments.added_observations(3.6) == pytest.approx(3.24)
    centre, variance = rate_moments.agresti_caffo_moments(0.0, 5, added=3.0)
    assert (float(centre), float(variance)) == pytest.approx((3 / 11, 3 / 11 * 8 / 11 / 11))
    centre, _ = rate_moments.agresti_caffo_moments(0.0, 5, added=3.0, towards=0.1)
    assert float(centre) == pytest.approx((1 + 4 * 0.1) / 11)


def test_everybody_selected_is_no_certainty():
    assert float(rate_moments.log_ratio_moments(1.0, 5)[1]) > 0.01


def brute(c, v, z):
    """Limits of the ratio of lowest to highest by looking at every pair and every ratio."""
    grid = np.exp(np.linspace(-12, 12, 48_001))
    low, high = 0.0, 0.0
    for i in range(len(c)):
        for j in range(len(c)):
            if i != j:
                inside = grid[np.abs(c[i] - grid * c[j]) <= z * np.sqrt(v[i] + grid**2 * v[j])]
                low, high = max(low, inside.min()), max(high, inside.max())
    return 1 / high, min(1.0, 1 / low)


@pytest.mark.parametrize("seed", range(6))
def test_the_ratio_of_extremes_is_that_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    c, v = rng.uniform(0.2, 0.9, 6), rng.uniform(0.0005, 0.003, 6)
    assert gaps.ratio_gap_limits(c, v, 2.5) == pytest.approx(brute(c, v, 2.5), rel=2e-3)


def test_a_denominator_that_may_be_nothing_leaves_the_ratio_open():
    low, high = gaps.fieller_limits((0.5, 0.001), (0.1, 0.01), 1.96)
    assert 0 < low < 5
    assert high == math.inf
    low, high = gaps.fieller_limits((0.1, 0.01), (0.5, 0.001), 1.96)
    assert low == 0
    assert 0.2 < high < 1


# -- enormous counts ---------------------------------------------------------------------------------------------------

HUGE = {
    "a": {"TN": 4 * 10**15, "FP": 10**15, "FN": 10**15, "TP": 3 * 10**15},
    "b": {"TN": 3 * 10**15, "FP": 2 * 10**15, "FN": 2 * 10**15, "TP": 3 * 10**15},
}


@pytest.mark.parametrize("scale", [10**2, 10**4, 10**7, 10**9, 10**15])
def test_a_gap_does_not_become_chance_because_it_is_very_clear(scale):
    table = GroupTable.from_counts({"a": {"selected": 3 * scale, "total": 10 * scale}, "b": {"selected": 5 * scale, "total": 10 * scale}})  # fmt: skip
    found = compared("demographic_parity_difference", table)
    assert found == pytest.approx(0.2, abs=1e-12)
    assert found.p_value < 1e-6
    assert group_metrics(table).findings[0].verdict == "disparity"
    assert adverse_impact(table, test="z").findings[0].verdict == "disparity"


def test_the_range_of_normal_numbers_has_no_tail_that_comes_back():
    tail = [
        critical_values.studentised_range_sf(q, 3) for q in (1.0, 3.0, 10.0, 100.0, 2_000.0, 1e8)
    ]
    assert tail == sorted(tail, reverse=True)
    assert tail[-1] < 1e-12


def test_sums_of_enormous_counts_are_exact_or_refused():
    table = GroupTable.from_counts(HUGE)
    assert (table + table).n == 38 * 10**15
    for most in (10**19, 10**40):
        with pytest.raises(InputError, match="can be counted"):
            GroupTable.from_counts({"a": {"selected": 1, "total": most}})
    half = GroupTable.from_counts({"a": {"selected": 0, "total": 3 * 10**18}})
    with pytest.raises(InputError, match="can be counted"):
        half + half
    with pytest.raises(InputError, match="can be counted"):
        GroupTable.from_frame({"g": ["a", "b"], "p": [0, 1], "n": [1e30, 1]}, sensitive_features="g", y_pred="p", count="n")  # fmt: skip


def test_exact_tests_say_when_there_are_too_many_rows_for_them():
    with pytest.raises(InputError, match="method='z'"):
        two_rate_p_value(3 * 10**10, 10**11, 4 * 10**10, 10**11)
    with pytest.raises(InputError, match="test='z'"):
        adverse_impact(GroupTable.from_counts(HUGE))


@pytest.mark.parametrize("weight", [1e200, 1e-200])
def test_weights_whose_squares_are_no_numbers_are_refused(weight):
    with pytest.raises(InputError, match="divide all weights by their mean"):
        demographic_parity_difference(
            None, [1, 0, 1, 0], sensitive_features=list("aabb"), sample_weight=[weight] * 4
        )


def test_tables_add_up_with_sum():
    parts = [GroupTable.from_counts({g: {"selected": 1, "total": 2}}) for g in "aab"]
    assert sum(parts) == parts[0] + parts[1] + parts[2]
    with pytest.raises(TypeError):
        1 + parts[0]


# -- undefined, with a reason ------------------------------------------------------------------------------------------


def test_one_group_left_after_skipping_is_said_and_has_no_limits():
    from coprep.fairness import equal_opportunity_difference

    found = equal_opportunity_difference(
        [1, 1, 0, 0], [1, 0, 0, 0], sensitive_features=list("aabb"), undefined="skip"
    )
    assert math.isnan(found)
    assert math.isnan(found.low)
    assert math.isnan(found.p_value)
    assert "one group only, 'a': nothing was compared." in found.undefined
    assert repr(found)
    assert found.to_dict()["low"] is None


@pytest.mark.parametrize(
    ("metric", "rows", "options", "why"),
    [
        ("demographic_parity_ratio", ([0] * 4, [0] * 4), {}, "selection_rate is 0 in every group"),
        (
            "equalized_odds_ratio",
            ([1, 0, 1, 0], [1, 0, 1, 0]),
            {},
            "false_positive_rate is 0 in every group",
        ),
        ("demographic_parity_ratio", ([0] * 4, [0] * 4), {"reference": "a"}, "0/0"),
        ("demographic_parity_ratio", ([0] * 4, [0] * 4), {"method": "to_overall"}, "0/0"),
        (
            "treatment_equality_difference",
            ([1] * 4, [0] * 4),
            {},
            "infinite in more than one group",
        ),
        ("treatment_equality_ratio", ([1] * 4, [0] * 4), {}, "infinite/infinite"),
    ],
)
def test_nothing_over_nothing_has_a_reason(metric, rows, options, why):
    found = compared(
        metric, GroupTable.from_arrays(*rows, sensitive_features=list("aabb")), **options
    )
    assert math.isnan(found)
    assert why in " ".join(found.undefined)


@pytest.mark.parametrize("kind", ["array", "pandas", "polars", "arrow"])
def test_a_frame_or_array_with_a_single_column_is_a_column(kind):
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    wrap = {
        "array": lambda x: np.array(x).reshape(-1, 1),
        "pandas": lambda x: pd.DataFrame({"x": x}),
        "polars": lambda x: pl.DataFrame({"x": x}),
        "arrow": lambda x: pa.table({"x": x}),
    }[kind]
    p, g, w = [1, 0, 1, 1], list("aabb"), [1.0, 2.0, 3.0, 4.0]
    found = demographic_parity_difference(
        None, wrap(p), sensitive_features=wrap(g), sample_weight=wrap(w)
    )
    assert found == demographic_parity_difference(None, p, sensitive_features=g, sample_weight=w)
    with pytest.raises(InputError, match="dimensions"):
        demographic_parity_difference(None, np.ones((4, 2)), sensitive_features=g)


def test_ten_thousand_groups_are_no_burden_for_adverse_impact():
    rng = np.random.default_rng(1)
    group = rng.integers(0, 10_000, 60_000)
    found = adverse_impact(None, rng.integers(0, 2, 60_000), sensitive_features=group, test="z")
    assert len(found.rows) == len(np.unique(group))


# -- numbers other than rates ------------------------------------------------------------------------------------------


def errors(sizes, draw, rng):
    group = np.repeat(np.arange(len(sizes)), sizes)
    return np.zeros(len(group)), draw(rng, len(group)), group


@pytest.mark.parametrize(
    ("name", "sizes", "draw", "nothing"),
    [
        ("mean_absolute_error_difference", [5] * 20, lambda rng, n: rng.normal(1, 1, n), 0.0),
        (
            "mean_absolute_error_difference",
            [300, 100, 30, 10, 5],
            lambda rng, n: rng.normal(1, 1, n),
            0.0,
        ),
        ("mean_squared_error_ratio", [10] * 5, lambda rng, n: rng.normal(1, 1, n), 1.0),
    ],
)
def test_few_rows_are_not_taken_for_many(name, sizes, draw, nothing):
    rng, alarms = np.random.default_rng(5), 0
    for _ in range(SIMS):
        y, p, group = errors(sizes, draw, rng)
        found = compared(name, y, p, sensitive_features=group)
        alarms += not found.low - 1e-12 <= nothing <= found.high + 1e-12
        assert (found.p_value < 0.05) == (
            found.low > 1e-9 if nothing == 0 else found.high < 1 - 1e-9
        )
    assert alarms / SIMS <= 0.07 + 3 * math.sqrt(0.05 * 0.95 / SIMS)


def test_a_few_rows_in_perfect_order_are_no_certainty():
    y = [0, 0, 1, 1] * 10 + [0, 0, 1, 1]
    score = [0.1, 0.6, 0.5, 0.9] * 10 + [0.1, 0.2, 0.8, 0.9]
    found = compared(
        "roc_auc_score_difference", y, score, sensitive_features=["many"] * 40 + ["few"] * 4
    )
    assert found.by_group["few"] == 1.0
    assert found.low == 0.0
    assert found.high == 1.0  # a gap of more is impossible
    assert found.p_value > 0.05
    auc = auc_by_group([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], [0] * 4)
    assert auc.se[0] > 0.1
    assert auc.freedom.tolist() == [1.0]


def test_widening_is_students():
    for df in (1, 3, 30):
        wide = float(students_widening(2.3, df))
        assert wide * 2.3 == pytest.approx(stats.t.isf(stats.norm.sf(2.3), df), rel=1e-9)
    assert students_widening(2.3, [math.inf, 0.0, -1.0]).tolist() == [1.0, math.inf, math.inf]
    assert float(students_widening(0.0, 4)) == 1.0
    assert clearest_critical(lambda _: True) >= 64
    assert clearest_critical(lambda _: False) < 1e-8
