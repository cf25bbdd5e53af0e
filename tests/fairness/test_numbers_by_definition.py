"""Intervals, p values, noise floors and numbers needed, each held against its definition or another package."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint

from compared import compared
from coprep import InputError
from coprep import fairness as f
from coprep.fairness import GroupTable
from coprep.fairness._rate_comparison import replicates

Z = stats.norm.ppf(0.975)
ODDS = {
    "a": {"TN": 40, "FP": 8, "FN": 12, "TP": 30},
    "b": {"TN": 35, "FP": 15, "FN": 6, "TP": 24},
    "c": {"TN": 20, "FP": 5, "FN": 9, "TP": 11},
}


def selections(**groups):
    """A table of (selected, total) by group."""
    return GroupTable.from_counts({g: {"selected": x, "total": n} for g, (x, n) in groups.items()})


def agresti_caffo(x, n):
    """One success and one failure added."""
    p = (x + 1) / (n + 2)
    return p, p * (1 - p) / (n + 2)


# -- limits --------------------------------------------------------------------------------------------------


def _log_odds(cell):
    return math.log((cell["FN"] + 0.5) / (cell["FP"] + 0.5)), 1 / (cell["FN"] + 0.5) + 1 / (
        cell["FP"] + 0.5
    )


def test_limits_of_treatment_equality_are_those_of_the_logarithm_of_fn_over_fp():
    table = GroupTable.from_counts({g: ODDS[g] for g in "ab"})
    (a, va), (b, vb) = (_log_odds(ODDS[g]) for g in "ab")
    half = Z * math.sqrt(va + vb)
    ratio = compared("treatment_equality_ratio", table, reference="b")
    assert (ratio.low, ratio.high) == pytest.approx(
        (math.exp(a - b - half), math.exp(a - b + half))
    )
    between = compared("treatment_equality_ratio", table)
    assert (between.low, between.high) == pytest.approx(
        (math.exp(b - a - half), min(1.0, math.exp(b - a + half)))
    )
    clear = GroupTable.from_counts({"a": ODDS["a"], "b": {"TN": 35, "FP": 30, "FN": 6, "TP": 24}})
    c, vc = math.log(6.5 / 30.5), 1 / 6.5 + 1 / 30.5
    assert compared("treatment_equality_ratio", clear).high == pytest.approx(
        math.exp(c - a + Z * math.sqrt(va + vc))
    )
    apart = compared("treatment_equality_difference", table, reference="b")
    half = Z * math.sqrt(math.exp(2 * a) * va + math.exp(2 * b) * vb)
    centre = math.exp(a) - math.exp(b)
    assert (apart.low, apart.high) == pytest.approx((centre - half, centre + half))
    listed = compared("treatment_equality_ratio", table).to_frame().set_index("group")
    assert listed.loc["a", ["low", "high"]].tolist() == pytest.approx(
        [math.exp(a - Z * math.sqrt(va)), math.exp(a + Z * math.sqrt(va))]
    )


@pytest.mark.parametrize("fn", [0, 7])
@pytest.mark.parametrize("fp", [0, 5])
def test_weights_of_one_size_leave_treatment_equality_as_it_is(fn, fp):
    y_true = [1] * fn + [0] * fp + [1, 0] + [1] * 4 + [0] * 9
    y_pred = [0] * fn + [1] * fp + [1, 0] + [0] * 4 + [1] * 9
    groups = ["a"] * (fn + fp + 2) + ["b"] * 13
    plain = compared("treatment_equality_ratio", y_true, y_pred, sensitive_features=groups)
    for weight in (0.25, 1000.0):
        w = np.full(len(groups), weight)
        weighted = compared(
            "treatment_equality_ratio", y_true, y_pred, sensitive_features=groups, sample_weight=w
        )
        assert [weighted.low, weighted.high] == pytest.approx([plain.low, plain.high], nan_ok=True)


def test_limits_of_balanced_accuracy_join_those_of_both_rates():
    moments = {}
    for g in "ab":
        cell = ODDS[g]
        (p, vp), (q, vq) = (
            agresti_caffo(cell[hit], cell[hit] + cell[miss])
            for hit, miss in (("TP", "FN"), ("TN", "FP"))
        )
        moments[g] = (p + q) / 2, (vp + vq) / 4
    table = GroupTable.from_counts({g: ODDS[g] for g in "ab"})
    found = compared("balanced_accuracy_difference", table, reference="b")
    centre, half = (
        moments["a"][0] - moments["b"][0],
        Z * math.sqrt(moments["a"][1] + moments["b"][1]),
    )
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half))
    listed = compared("balanced_accuracy", table).to_frame().set_index("group").loc["a"]
    size = moments["a"][0] * (1 - moments["a"][0]) / moments["a"][1]
    assert (listed["low"], listed["high"]) == pytest.approx(
        proportion_confint(listed["value"] * size, size, method="wilson")
    )


def test_limits_of_a_standardised_rate_are_those_of_as_many_rows_as_it_is_worth():
    cells = {
        "x": {"a": (3, 12), "b": (9, 20), "c": (6, 6)},
        "y": {"a": (10, 15), "b": (4, 25), "c": (9, 9)},
    }
    table = GroupTable.from_counts(
        {
            s: {g: {"selected": k, "total": n} for g, (k, n) in groups.items()}
            for s, groups in cells.items()
        }
    )
    n = {s: sum(total for _, total in groups.values()) for s, groups in cells.items()}
    share = {s: size / sum(n.values()) for s, size in n.items()}
    listed = compared("selection_rate", table).to_frame().set_index("group")
    for g in "abc":
        rates = {s: cells[s][g][0] / cells[s][g][1] for s in cells}
        rate = sum(share[s] * rates[s] for s in cells)
        variance = sum(
            share[s] ** 2 * rates[s] * (1 - rates[s]) / (cells[s][g][1] - 1) for s in cells
        )
        worth = 1 / sum(
            share[s] ** 2 / cells[s][g][1] for s in cells
        )  # of a group all of whom are selected
        size = rate * (1 - rate) / variance if variance else worth
        assert listed.loc[g, "value"] == pytest.approx(rate)
        assert listed.loc[g, ["low", "high"]].tolist() == pytest.approx(
            [*proportion_confint(rate * size, size, method="wilson")]
        )


SELECTED = {"a": (30, 60), "b": (20, 70), "c": (33, 50)}


def _shrunken(x, n, critical):
    """Agresti and Caffo's, and towards everybody's rate what a larger critical value asks for besides."""
    overall = sum(x for x, _ in SELECTED.values()) / sum(n for _, n in SELECTED.values())
    added = max(1.0, critical**2 / 4)
    p = (x + 1 + 2 * (added - 1) * overall) / (n + 2 * added)
    return p, p * (1 - p) / (n + 2 * added)


def _against_the_rest(critical):
    """For each group its share, and the moments of its rate and of that of all others."""
    everybody = [sum(column) for column in zip(*SELECTED.values(), strict=True)]
    for x, n in SELECTED.values():
        rest = _shrunken(everybody[0] - x, everybody[1] - n, critical)
        yield n / everybody[1], _shrunken(x, n, critical), rest


def _fieller(first, second, critical):
    """The ratios that leave ``first - ratio * second`` within so many standard errors of 0."""
    (a, va), (b, vb) = first, second
    return sorted(np.roots([b**2 - critical**2 * vb, -2 * a * b, a**2 - critical**2 * va]).real)


@pytest.mark.parametrize("method", ["one_vs_rest", "to_overall"])
def test_limits_of_the_largest_difference_from_others_hold_for_all_groups(method):
    critical = stats.norm.ppf((1 + 0.95 ** (1 / 3)) / 2)
    lows, highs = [], []
    for share, (a, va), (b, vb) in _against_the_rest(critical):
        part = 1 - share if method == "to_overall" else 1.0  # everybody are the group and the rest
        lows.append(part * (a - b - critical * math.sqrt(va + vb)))
        highs.append(part * (a - b + critical * math.sqrt(va + vb)))
    found = compared("demographic_parity_difference", selections(**SELECTED), method=method)
    assert found.low == pytest.approx(max(0.0, *lows, *(-high for high in highs)))
    assert found.high == pytest.approx(max(map(abs, lows + highs)))
    assert found.low > 0


@pytest.mark.parametrize("method", ["one_vs_rest", "to_overall"])
def test_limits_of_the_smallest_ratio_to_others_are_fiellers(method):
    critical = stats.norm.ppf((1 + 0.95 ** (1 / 3)) / 2)
    limits = []
    for share, group, rest in _against_the_rest(critical):
        pair = _fieller(group, rest, critical)
        if (
            method == "to_overall"
        ):  # everybody's rate over the group's, of which the group itself is a part
            pair = [1 / (share + (1 - share) / ratio) for ratio in pair]
        limits.append(pair)
    found = compared("demographic_parity_ratio", selections(**SELECTED), method=method)
    assert found.high == pytest.approx(min(1.0, *(min(high, 1 / low) for low, high in limits)))
    assert found.low == pytest.approx(min(min(low, 1 / high) for low, high in limits))
    assert found.high < 1


@pytest.mark.parametrize(
    "options", [{"reference": "b", "method": "one_vs_rest"}, {"reference": "b"}]
)
def test_limits_against_one_reference_are_signed(options):
    table = selections(a=(30, 60), b=(20, 70))
    first, second = agresti_caffo(30, 60), agresti_caffo(20, 70)
    gap, ratio = (
        compared(f"demographic_parity_{form}", table, **options) for form in ("difference", "ratio")
    )
    centre, half = first[0] - second[0], Z * math.sqrt(first[1] + second[1])
    assert (gap.low, gap.high) == pytest.approx((centre - half, centre + half))
    assert (ratio.low, ratio.high) == pytest.approx(_fieller(first, second, Z))


@pytest.mark.parametrize(
    "options", [{"method": "to_overall"}, {"method": "one_vs_rest"}, {"reference": "a"}]
)
def test_a_bootstrap_of_many_rows_has_the_limits_of_the_formula(options):
    table = selections(a=(1200, 4000), b=(1500, 4000))
    found = compared("demographic_parity_difference", table, **options)
    drawn = found.interval(method="bootstrap", resamples=4000)
    assert drawn.high - drawn.low == pytest.approx(found.high - found.low, rel=0.06)


def test_replicates_of_weighted_rows_have_the_moments_of_the_bootstrap_of_the_rows():
    rng = np.random.default_rng(5)
    decided, weight = rng.integers(0, 2, 300), rng.gamma(2.0, 3.0, 300)
    table = GroupTable.from_arrays(
        None, decided, sensitive_features=["a", "b"] * 150, sample_weight=weight
    )
    totals, squares = replicates(table, 20_000, 1)
    variance = (
        table.squares - table.weights**2 / table.n
    )  # of a sum over a multinomial's share of 300 rows
    some = table.rows > 0
    assert (totals.mean(axis=0)[some] / table.weights[some]).tolist() == pytest.approx(
        [1.0] * some.sum(), rel=0.01
    )
    assert (totals.var(axis=0)[some] / variance[some]).tolist() == pytest.approx(
        [1.0] * some.sum(), rel=0.05
    )
    assert squares.mean(axis=0)[some].tolist() == pytest.approx(
        table.squares[some].tolist(), rel=0.01
    )
    assert (totals >= 0).all()


# -- p values ------------------------------------------------------------------------------------------------


def two_sided(first, second):
    (a, va), (b, vb) = agresti_caffo(*first), agresti_caffo(*second)
    return 2 * stats.norm.sf(abs(a - b) / math.sqrt(va + vb))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "to_overall"},
        {"method": "one_vs_rest"},
        {"reference": "a"},
        {"reference": "b"},
    ],
)
def test_two_groups_make_one_comparison_whatever_they_are_compared_with(options):
    found = compared("demographic_parity_difference", selections(a=(30, 60), b=(20, 60)), **options)
    assert found.p_value == pytest.approx(two_sided((30, 60), (20, 60)), rel=1e-6)


def test_two_groups_that_are_not_everybody_make_two_comparisons():
    table = selections(a=(30, 60), b=(20, 60), c=(2, 4))
    found = compared(
        "demographic_parity_difference", table, method="one_vs_rest", min_group_size=10
    )
    clearest = min(two_sided((30, 60), (22, 64)), two_sided((20, 60), (32, 64)))
    assert found.p_value == pytest.approx(1 - (1 - clearest) ** 2, rel=1e-6)
    assert found.not_compared == ("c",)


@pytest.mark.parametrize("form", ["difference", "ratio"])
@pytest.mark.parametrize("k", [2, 3, 150])
@pytest.mark.parametrize(
    "options", [{}, {"method": "to_overall"}, {"method": "one_vs_rest"}, {"reference": "g1"}]
)
def test_intervals_leave_out_no_difference_from_where_the_p_value_says(options, k, form):
    groups = {f"g{i}": (40 + 3 * (i % 2), 100) for i in range(k)} | {
        "g0": (60 if k < 100 else 72, 100)
    }
    found = compared(f"demographic_parity_{form}", selections(**groups), **options)
    p, none = found.p_value, 0.0 if form == "difference" else 1.0
    assert 1e-9 < p < 0.5
    surer, less = found.interval(1 - 0.98 * p), found.interval(1 - 1.02 * p)
    assert surer.low <= none <= surer.high
    assert not less.low <= none <= less.high


# -- noise floors --------------------------------------------------------------------------------------------

SIZES, POOLED = np.array([40, 60, 100]), 0.3


def _expected(metric, seed=8):
    """The metric's mean over draws in which every group has the rate of all."""
    rates = np.random.default_rng(seed).binomial(SIZES, POOLED, size=(20_000, 3)) / SIZES
    return metric(rates).mean()


def _overall(rates):
    return (rates * SIZES).sum(axis=1, keepdims=True) / SIZES.sum()


def _rest(rates):
    return (_overall(rates) * SIZES.sum() - rates * SIZES) / (SIZES.sum() - SIZES)


def _ratio(rates, other):
    return (np.minimum(rates, other) / np.maximum(rates, other)).min(axis=1)


@pytest.mark.parametrize(
    ("options", "against"),
    [
        ({"method": "to_overall"}, _overall),
        ({"method": "one_vs_rest"}, _rest),
        ({"reference": "b"}, lambda rates: rates[:, 1:2]),
    ],
)
@pytest.mark.parametrize("small", [{}, {"d": (3, 10)}])
def test_noise_floors_are_what_chance_gives_on_average(options, against, small):
    table = selections(
        **{g: (int(n * POOLED), int(n)) for g, n in zip("abc", SIZES, strict=True)}, **small
    )
    options = {**options, "min_group_size": 20}  # the small one changes next to nothing
    others = [0, 2] if "reference" in options else [0, 1, 2]
    gap = compared("demographic_parity_difference", table, **options).noise_floor
    assert gap == pytest.approx(
        _expected(lambda r: np.abs(r - against(r))[:, others].max(axis=1)), rel=0.04
    )
    ratio = compared("demographic_parity_ratio", table, **options).noise_floor
    assert ratio == pytest.approx(
        _expected(lambda r: _ratio(r[:, others], np.broadcast_to(against(r), r.shape)[:, others])),
        rel=0.04,
    )


def test_the_noise_floor_of_treatment_equality_is_what_chance_gives():
    cells = {g: {"TN": 10, "FP": 60, "FN": 90, "TP": 10} for g in "abc"}
    false = np.random.default_rng(2).binomial(150, 0.6, size=(20_000, 3))
    odds = false / (150 - false)
    ratio = compared("treatment_equality_ratio", GroupTable.from_counts(cells)).noise_floor
    assert ratio == pytest.approx((odds.min(axis=1) / odds.max(axis=1)).mean(), rel=0.04)


def test_the_noise_floor_of_epsilon_is_that_of_the_rarer_outcome():
    table = selections(**{g: (int(n * POOLED), int(n)) for g, n in zip("abc", SIZES, strict=True)})
    ratio = _expected(lambda r: r.min(axis=1) / r.max(axis=1))
    assert compared("differential_fairness", table).noise_floor == pytest.approx(
        -math.log(ratio), rel=0.04
    )


# -- epsilon -------------------------------------------------------------------------------------------------


def test_limits_of_epsilon_are_those_of_the_ratio_of_either_outcome():
    cells = {"a": (30, 60), "b": (45, 80), "c": (10, 40)}
    found = compared("differential_fairness", selections(**cells))
    other = selections(**{g: (n - x, n) for g, (x, n) in cells.items()})
    each = [
        compared("demographic_parity_ratio", t).interval(math.sqrt(0.95))
        for t in (selections(**cells), other)
    ]  # two ratios, whose intervals are to hold together
    assert found.high == pytest.approx(max(-math.log(e.low) for e in each))
    assert found.low == pytest.approx(max(-math.log(e.high) for e in each))


# -- conditional disparity -----------------------------------------------------------------------------------

STRATA = {
    "x": {"a": (12, 30), "b": (9, 20), "c": (4, 25)},
    "y": {"a": (5, 18), "b": (10, 40), "c": (9, 12)},
}


def _stratified(cells, **absent):
    counts = {
        s: {g: {"selected": x, "total": n} for g, (x, n) in groups.items()}
        for s, groups in cells.items()
    }
    return GroupTable.from_counts({s: {**groups, **absent} for s, groups in counts.items()})


def _disparity(group):
    """Its value, the standard deviation by which intervals are made, and that of chance alone."""
    everybody = sum(n for groups in STRATA.values() for _, n in groups.values())
    value = variance = chance = 0.0
    for groups in STRATA.values():
        x, n = groups[group]
        accepted, total = (sum(column) for column in zip(*groups.values(), strict=True))
        rejected, weight = total - accepted, total / everybody
        value += weight * ((n - x) / rejected - x / accepted)
        for count, size in (
            (n - x, rejected),
            (x, accepted),
        ):  # the pair is added once, shared out over two strata
            p = (count + 1 / 2) / (size + 2 / 2)
            variance += weight**2 * p * (1 - p) / (size + 2 / 2)
        drawn = stats.hypergeom(
            total, n, rejected
        ).var()  # of the group among the rejected, margins held
        chance += weight**2 * drawn * (1 / rejected + 1 / accepted) ** 2
    return value, max(math.sqrt(variance), math.sqrt(chance)), math.sqrt(chance)


def test_a_named_groups_disparity_has_the_limits_and_p_value_of_its_definition():
    found = f.conditional_demographic_disparity(_stratified(STRATA), group="b")
    value, spread, chance = _disparity("b")
    assert found == pytest.approx(value)
    assert (found.low, found.high) == pytest.approx((value - Z * spread, value + Z * spread))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(value) / chance))
    assert found.noise_floor == pytest.approx(stats.halfnorm.mean(scale=chance))
    listed = found.to_frame().set_index("group")
    for g in "abc":
        value, spread, _ = _disparity(g)
        assert listed.loc[g, ["value", "low", "high"]].tolist() == pytest.approx(
            [value, value - Z * spread, value + Z * spread]
        )


def test_the_largest_disparity_allows_for_its_being_the_largest():
    found = f.conditional_demographic_disparity(_stratified(STRATA))
    each = {g: _disparity(g) for g in "abc"}
    assert found == pytest.approx(max(value for value, _, _ in each.values()))
    critical = stats.norm.ppf((1 + 0.95 ** (1 / 3)) / 2)
    assert found.low == pytest.approx(
        max(0.0, *(value - critical * spread for value, spread, _ in each.values()))
    )
    assert found.high == pytest.approx(
        max(value + critical * spread for value, spread, _ in each.values())
    )
    t = max(abs(value) / chance for value, _, chance in each.values())
    assert found.p_value == pytest.approx(1 - (1 - 2 * stats.norm.sf(t)) ** 3)


def test_a_declared_group_without_rows_changes_no_disparity():
    plain = f.conditional_demographic_disparity(_stratified(STRATA))
    absent = f.conditional_demographic_disparity(_stratified(STRATA, d={"selected": 0, "total": 0}))
    assert (absent, absent.low, absent.high, absent.p_value) == pytest.approx(
        (plain, plain.low, plain.high, plain.p_value)
    )
    assert absent.noise_floor == pytest.approx(plain.noise_floor, rel=0.04)  # other draws
    assert math.isnan(absent.by_group["d"])
    assert absent.groups == plain.groups


def test_a_group_that_is_nowhere_compared_leaves_the_test_of_the_others():
    cells = {
        "x": {"a": (12, 30), "b": (9, 20), "c": (0, 0)},
        "y": {"a": (0, 0), "b": (0, 0), "c": (0, 9)},
    }
    found = f.conditional_demographic_disparity(_stratified(cells), undefined="skip")
    assert 0 < found.p_value < 1
    assert found.undefined == (
        "everybody or nobody was selected in 'y', so the shares compared are 0/0 there.",
    )


def test_groups_that_share_no_stratum_have_no_test():
    cells = {"x": {"a": (3, 9), "b": (0, 0)}, "y": {"a": (0, 0), "b": (4, 8)}}
    found = f.conditional_demographic_disparity(_stratified(cells))
    assert found == 0
    assert math.isnan(found.p_value)


# -- gaps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "of"), [("selection_rate", "n"), ("true_positive_rate", "positive")]
)
def test_numbers_needed_are_those_of_another_package(metric, of):
    table = GroupTable.from_counts({g: ODDS[g] for g in "ab"})
    rows = f.group_metrics(
        table, metrics=["selection_rate", "true_positive_rate"], material=20.0
    ).table
    row = rows.set_index("metric").loc[metric]
    n = sum(sum(ODDS[g].values()) for g in "ab")
    positive = sum(ODDS[g]["TP"] + ODDS[g]["FN"] for g in "ab")
    hits = sum(ODDS[g]["TP"] + (ODDS[g]["FP"] if of == "n" else 0) for g in "ab")
    rate, share = (hits / n, 1.0) if of == "n" else (hits / positive, positive / n)
    effect = 0.2 / math.sqrt(rate * (1 - rate))
    needed = NormalIndPower().solve_power(
        effect, alpha=0.05 / 2, power=0.8
    )  # two gaps are looked at
    assert row["needed_per_group"] == pytest.approx(needed / share, abs=1.0)


def test_where_nobody_is_selected_numbers_needed_rest_on_the_gap_that_matters():
    row = f.group_metrics(selections(a=(0, 30), b=(0, 40)), material=20.0).table.iloc[0]
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert row["needed_per_group"] == math.ceil((0.2 * 0.8 + 0.0) * (z / 0.2) ** 2)


def test_a_base_rate_beside_decisions_is_described_and_not_judged():
    found = f.group_metrics(GroupTable.from_counts(ODDS), metrics="base_rate")
    assert not found.findings
    assert found.table["verdict"].isna().all()
    assert found.table["needed_per_group"].isna().all()


def test_a_row_of_gaps_has_the_groups_the_rates_and_both_intervals_as_shares():
    table = selections(a=(12, 40), b=(48, 80), c=(18, 45))
    row = f.group_metrics(table).table.iloc[0]
    gap = compared("demographic_parity_difference", table)
    inner = gap.interval(0.9)
    assert (row["lowest_group"], row["lowest_rate"]) == ("a", pytest.approx(0.3))
    assert (row["highest_group"], row["highest_rate"]) == ("b", pytest.approx(0.6))
    assert row["gap"] == pytest.approx(0.3)
    assert (row["low"], row["high"]) == pytest.approx((gap.low, gap.high))
    assert (row["inner_low"], row["inner_high"]) == pytest.approx((inner.low, inner.high))
    assert row["noise_floor"] == pytest.approx(gap.noise_floor)
    assert row["ratio"] == pytest.approx(0.5)
    assert (row["n"], row["smallest"]) == (165, 12)


@pytest.mark.parametrize(("material", "verdict"), [(24.9, "disparity"), (25.0, "inconclusive")])
def test_a_gap_as_large_as_what_may_not_matter_does_not(material, verdict):
    found = f.group_metrics(selections(a=(200, 400), b=(100, 400)), material=material)
    assert found.findings[0].verdict.value == verdict


def test_one_group_that_is_left_is_compared_with_none():
    cells = {"a": {"TN": 9, "FP": 3, "FN": 4, "TP": 6}, "b": {"TN": 8, "FP": 2, "FN": 0, "TP": 0}}
    found = f.group_metrics(
        GroupTable.from_counts(cells), metrics="true_positive_rate", undefined="skip"
    )
    assert found.findings[0].verdict.value == "not_assessable"


def test_no_rows_at_all_cannot_be_judged():
    found = f.group_metrics(selections(a=(0, 0), b=(0, 0)))
    assert found.table.iloc[0]["smallest"] == 0
    assert found.findings[0].verdict.value == "not_assessable"


# -- labels --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint64, bool, object])
def test_zero_may_be_the_positive_label(kind):
    decided, groups = np.array([0, 0, 1, 0, 1, 1]).astype(kind), list("aaabbb")
    found = compared("selection_rate", None, decided, sensitive_features=groups, pos_label=0)
    assert found.by_group == pytest.approx({"a": 2 / 3, "b": 1 / 3})


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint8, float])
@pytest.mark.parametrize("wrong", [2, 3])
def test_numbers_other_than_zero_and_one_need_a_positive_label(kind, wrong):
    with pytest.raises(InputError, match=f"y_pred has the values 0, 1, {wrong}"):
        compared(
            "selection_rate",
            None,
            np.array([0, 1, wrong, 1]).astype(kind),
            sensitive_features=list("aabb"),
        )


def test_a_positive_label_that_is_no_flag_is_refused():
    with pytest.raises(InputError, match="pos_label 2 does not occur"):
        compared(
            "selection_rate", None, np.array([0, 1, 1]), sensitive_features=list("aab"), pos_label=2
        )


@pytest.mark.parametrize("other", [list, np.array])
def test_flags_are_compared_with_flags_however_they_come(other):
    y_true, y_pred, groups = np.array([0, 1, 1, 0]), other([0, 1, 0, 1]), list("aabb")
    assert compared("accuracy", y_true, y_pred, sensitive_features=groups).by_group == {
        "a": 1.0,
        "b": 0.0,
    }
    assert compared("accuracy", y_pred, y_true, sensitive_features=groups).by_group == {
        "a": 1.0,
        "b": 0.0,
    }
    assert compared("true_positive_rate", y_true, y_pred, sensitive_features=groups).by_group == {
        "a": 1.0,
        "b": 0.0,
    }


def test_accuracy_of_flags_against_words_is_refused():
    with pytest.raises(InputError, match="the same labels"):
        compared("accuracy", [True, False, True], ["x", "y", "x"], sensitive_features=list("aab"))
    with pytest.raises(InputError, match="the same labels"):
        compared(
            "accuracy",
            np.array([1, 0, 1]),
            np.array(["x", "y", "x"]),
            sensitive_features=list("aab"),
        )


# -- adverse impact ------------------------------------------------------------------------------------------


def test_weighted_adverse_impact_takes_rows_for_what_they_are_worth():
    rng = np.random.default_rng(3)
    groups, decided = np.repeat(["a", "b", "c"], [80, 60, 50]), rng.integers(0, 2, 190)
    weight = rng.choice([1.0, 4.0], 190)
    found = f.adverse_impact(
        None, decided, sensitive_features=groups, sample_weight=weight, test="z"
    ).table
    for g, row in found.set_index("group").iterrows():
        w, x = weight[groups == g], decided[groups == g]
        rate = (w * x).sum() / w.sum()
        variance = (w**2 * (x - rate) ** 2).sum() / w.sum() ** 2
        size = min(rate * (1 - rate) / variance, w.sum() ** 2 / (w**2).sum())
        assert (row["low"], row["high"]) == pytest.approx(
            proportion_confint(rate * size, size, method="wilson")
        )


@pytest.mark.parametrize("test", ["fisher", "boschloo"])
def test_exact_tests_of_weighted_rows_are_refused_even_where_weights_are_whole(test):
    with pytest.raises(InputError, match="rows are weighted"):
        f.adverse_impact(
            None,
            [1, 0, 1, 0] * 5,
            sensitive_features=list("aabb") * 5,
            sample_weight=[2] * 20,
            test=test,
        )


def test_a_declared_group_without_rows_is_told_of_and_not_compared():
    found = f.adverse_impact(selections(a=(12, 40), b=(48, 80), c=(0, 0)))
    row = found.table.set_index("group").loc["c"]
    assert math.isnan(row["selection_rate"])
    assert any("has no rows and is not compared: “c”" in note.text for note in found.notes)
    assert found.impact_ratio == pytest.approx(0.5)
    assert found.picture.band == (0.8, 1.25)
    assert found.picture.null == 1.0


def test_why_an_impact_ratio_is_not_assessable_is_said():
    nobody = f.adverse_impact(selections(a=(0, 40), b=(0, 80)))
    assert (
        nobody.findings[0].reading == "Nobody was selected, or everybody: “b” cannot be compared."
    )
    none = f.adverse_impact(selections(a=(0, 40), b=(20, 80)), test="log-ratio")
    assert "the test by logarithms says nothing" in none.findings[0].reading


# -- stratified effects --------------------------------------------------------------------------------------


def test_the_crude_difference_is_that_of_all_rows():
    cells = {"x": {"a": (12, 30), "b": (9, 20)}, "y": {"a": (5, 18), "b": (10, 70)}}
    row = f.stratified_effect(_stratified(cells), reference="b").table.iloc[0]
    assert row["crude_difference"] == pytest.approx(100 * (17 / 48 - 19 / 90))


@pytest.mark.parametrize(
    ("a", "verdict", "said"),
    [
        (
            700,
            "disparity",
            "is selected more often than “b” by 20.0 percentage points, more than chance explains.",
        ),
        (
            300,
            "disparity",
            "is selected less often than “b” by 20.0 percentage points, more than chance explains.",
        ),
        (
            501,
            "no_material_difference",
            "more often than “b” by 0.1 percentage points, too little to matter.",
        ),
        (
            499,
            "no_material_difference",
            "less often than “b” by 0.1 percentage points, too little to matter.",
        ),
        (455, "inconclusive", "less often than “b” by 4.5 percentage points; the data cannot tell"),
    ],
)
def test_readings_within_strata_say_which_side_and_how_sure(a, verdict, said):
    table = _stratified({"x": {"a": (a, 1000), "b": (500, 1000)}})
    found = f.stratified_effect(table, reference="b")
    assert found.findings[0].verdict.value == verdict
    assert said in found.findings[0].reading
    assert found.picture.null == 0.0
