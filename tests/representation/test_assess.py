"""assess: every column of the contract, verdicts by the definition, and what a beginner meets."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import coprep
from coprep import Baseline, CoprepWarning, InputError, Verdict
from coprep.metrics.planning import apportion
from coprep.representation import assess
from reference import SAMPLES

LEEDS = Baseline.from_shares(
    {
        "gender": {"Male": 49.2, "Female": 50.8},
        "age": {"15-29": 24.3, "30-44": 25.1, "45-59": 23.5, "60+": 27.1},
        "disability": {"Yes": 23.0, "No": 77.0},
    },
    area="Leeds",
)
RESPONDENTS = {
    "gender": {"Male": 65, "Female": 56, "Other": 1},
    "age": {"15-29": 28, "30-44": 32, "45-59": 33, "60+": 29},
    "disability": {"Yes": 12, "No": 110},
}
COLUMNS = (
    "attribute group count total share baseline expected difference ratio ratio_low ratio_high ratio_inner_low "
    "ratio_inner_high p_value p_adjusted differs beyond_band verdict detectable_ratio shortfall ratio_unknown_low "
    "ratio_unknown_high parity_among_unknown reading"
).split()


def row(result, group):
    return next(r for r in result.rows.records() if r["group"] == group)


def exact(counts, shares, **options):
    return assess({"g": counts}, Baseline.from_shares({"g": shares}), **options)


def test_leeds_respondents_tell_the_known_story():
    result = assess(RESPONDENTS, LEEDS, unmatched="row")
    assert set(COLUMNS) <= set(result.table.columns)
    disabled = row(result, "Yes")
    assert disabled["verdict"] == "under"
    assert disabled["beyond_band"] is True
    assert round(100 * disabled["difference"], 1) == -13.2
    assert round(disabled["ratio"], 3) == 0.428
    assert row(result, "Other")["verdict"] == "not_assessable"
    assert row(result, "Male")["total"] == 121
    assert [f.group for f in result.findings if f.verdict.is_flag] == ["Yes"]
    assert "Under-represented: “Yes” (disability)." in result.headline
    assert any("outside the comparison" in note.text for note in result.notes)
    assert len(result.flagged) == 1


@given(st.integers(5, 400), st.data())
def test_numbers_are_those_of_scipy(n, data):
    share = data.draw(st.floats(0.02, 0.75))
    x = data.draw(st.integers(0, n))
    one = row(exact({"A": x, "B": n - x}, {"A": share, "B": 1 - share}), "A")
    less, greater = stats.binom.cdf(x, n, share), stats.binom.sf(x - 1, n, share)
    assert math.isclose(one["p_value"], min(1, 2 * min(less, greater)), rel_tol=1e-9)
    assert one["p_adjusted"] == one["p_value"]
    interval = stats.binomtest(x, n).proportion_ci(0.95, "exact")
    assert math.isclose(one["ratio_low"], interval.low / share, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(one["ratio_high"], interval.high / share, rel_tol=1e-9)
    inner = stats.binomtest(x, n).proportion_ci(0.90, "exact")
    assert math.isclose(one["ratio_inner_high"], inner.high / share, rel_tol=1e-9)
    assert math.isclose(one["expected"], n * share)
    assert math.isclose(one["shortfall"], n * share - x, abs_tol=1e-9)


@given(st.lists(st.integers(0, 60), min_size=3, max_size=6), st.integers(0, 2**32 - 1))
def test_verdicts_follow_the_definition(counts, seed):
    n = sum(counts)
    if n == 0:
        return
    shares = np.random.default_rng(seed).dirichlet(np.full(len(counts), 3.0))
    shares[-1] = 1 - shares[:-1].sum()
    names = [f"g{i}" for i in range(len(counts))]
    result = exact(
        dict(zip(names, counts, strict=True)), dict(zip(names, shares.tolist(), strict=True))
    )
    p = [
        min(1, 2 * min(stats.binom.cdf(x, n, s), stats.binom.sf(x - 1, n, s)))
        for x, s in zip(counts, shares)
    ]
    order = np.argsort(p, kind="stable")
    holm = np.empty(len(p))
    holm[order] = np.minimum(1, np.maximum.accumulate(np.sort(p) * np.arange(len(p), 0, -1)))
    line = []
    for x, s in zip(counts, shares):
        rest = 1 - s
        not_above = stats.binom.cdf(x, n, min(1.25 * s, 1)), stats.binom.cdf(x, n, 1 - 0.8 * rest)
        not_below = stats.binom.sf(x - 1, n, 0.8 * s), stats.binom.sf(x - 1, n, 1 - 1.25 * rest)
        line.append(max(*not_above, *not_below))
    order = np.argsort(line, kind="stable")
    holm_line = np.empty(len(line))
    holm_line[order] = np.minimum(
        1, np.maximum.accumulate(np.sort(line) * np.arange(len(line), 0, -1))
    )
    for i, r in enumerate(result.rows.records()):
        ratio = counts[i] / n / shares[i]
        assert math.isclose(r["p_adjusted"], holm[i], rel_tol=1e-8)
        expected = "inconclusive"
        if holm[i] <= 0.05 and ratio < 0.8:
            expected = "under"
        elif holm[i] <= 0.05 and ratio > 1.25:
            fewer = min(stats.binom.cdf(counts[i] - 1, n - 1, shares[i]), 1)
            more = stats.binom.sf(counts[i] - 2, n - 1, shares[i])
            still = min(1, 2 * min(fewer, more)) * holm[i] / p[i] <= 0.05
            holds = still and counts[i] >= 2 and (counts[i] - 1) / (n - 1) / shares[i] > 1.25
            expected = "over" if holds else "inconclusive"
        elif holm_line[i] <= 0.05:
            expected = "in_line"
        assert r["verdict"] == expected
        assert r["differs"] == (holm[i] <= 0.05)


@given(st.permutations(["a", "b", "c", "d"]))
def test_order_and_names_of_groups_do_not_matter(order):
    counts, shares = {"a": 3, "b": 30, "c": 41, "d": 26}, {"a": 0.1, "b": 0.3, "c": 0.25, "d": 0.35}
    plain = exact(counts, shares)
    moved = exact(
        {g: counts[g] for g in order},
        {f"{g}!": shares[g] for g in order},
        recode={g: f"{g}!" for g in order},
    )
    for group in counts:
        one, two = row(plain, group), row(moved, f"{group}!")
        assert math.isclose(one["p_adjusted"], two["p_adjusted"])
        assert one["verdict"] == two["verdict"]


@given(st.integers(1, 20), st.integers(1, 20), st.floats(0.1, 10))
def test_scaling_all_weights_changes_nothing(a, b, scale):
    frame = pd.DataFrame({"g": ["A"] * a + ["B"] * b, "w": np.linspace(1, 2, a + b)})
    base = Baseline.from_shares({"g": {"A": 0.4, "B": 0.6}})
    one = assess(frame, base, weight="w")
    two = assess(frame.assign(w=frame["w"] * scale), base, weight="w")
    for left, right in zip(one.rows.records(), two.rows.records(), strict=True):
        for name in ("share", "ratio", "ratio_low", "ratio_high", "p_value", "detectable_ratio"):
            assert np.isclose(left[name], right[name], rtol=1e-6, equal_nan=True), name


def test_equal_weights_are_no_weights():
    frame = pd.DataFrame({"g": ["A"] * 13 + ["B"] * 137, "w": 2.5})
    base = Baseline.from_shares({"g": {"A": 0.18, "B": 0.82}})
    plain, weighted = row(assess(frame, base), "A"), row(assess(frame, base, weight="w"), "A")
    for name in ("share", "ratio", "ratio_low", "ratio_high", "p_value"):
        assert math.isclose(plain[name], weighted[name], rel_tol=1e-9), name


def test_uneven_weights_widen_the_interval_and_never_make_people():
    frame = pd.DataFrame({"g": ["A"] * 30 + ["B"] * 120, "w": [1.0, 9.0] * 75})
    base = Baseline.from_shares({"g": {"A": 0.2, "B": 0.8}})
    plain, weighted = row(assess(frame, base), "A"), row(assess(frame, base, weight="w"), "A")
    assert weighted["count"] == 30
    assert weighted["total"] == 150
    assert weighted["ratio_high"] - weighted["ratio_low"] > 1.2 * (
        plain["ratio_high"] - plain["ratio_low"]
    )


def test_the_absence_of_a_group_is_weighed_by_the_weights_that_occur():
    frame = pd.DataFrame({"g": ["B"] * 100, "w": [1.0, 3.0] * 50})
    base = Baseline.from_shares({"g": {"A": 0.1, "B": 0.9}})
    assert row(assess(frame, base), "A")["verdict"] == "under"
    assert row(assess(frame, base, weight="w"), "A")["verdict"] == "under"
    assert row(assess(frame.assign(w=2.0), base, weight="w"), "A")["verdict"] == "under"
    one_of_thirty = frame.assign(w=[1.0] * 99 + [30.0])
    assert row(assess(one_of_thirty, base, weight="w"), "A")["verdict"] == "inconclusive"


def test_more_people_with_the_same_shares_say_more():
    small = row(exact({"A": 9, "B": 91}, {"A": 0.18, "B": 0.82}), "A")
    large = row(exact({"A": 90, "B": 910}, {"A": 0.18, "B": 0.82}), "A")
    assert large["p_value"] < small["p_value"]
    assert large["ratio_high"] < small["ratio_high"]
    assert large["detectable_ratio"] > small["detectable_ratio"]


def test_a_margin_of_error_widens_and_vanishes():
    counts = {"g": {"A": 13, "B": 137}}

    def with_moe(moe):
        base = Baseline.from_shares({"g": {"A": 0.18, "B": 0.82}}, moe={"g": {"A": moe, "B": moe}})
        return row(assess(counts, base), "A")

    plain = row(exact(counts["g"], {"A": 0.18, "B": 0.82}), "A")
    tiny, real = with_moe(1e-9), with_moe(0.012)
    for name in ("p_value", "ratio_low", "ratio_high"):
        assert math.isclose(plain[name], tiny[name], rel_tol=1e-5), name
    assert real["p_value"] > plain["p_value"]
    assert real["ratio_high"] > plain["ratio_high"]
    # Donner and Zou 2012 with exact limits of 13 of 150 and .18 -/+ 1.96 * .012 / 1.645, worked by hand
    assert math.isclose(real["ratio_low"], 0.2595, abs_tol=2e-3)


def test_rounded_percentages_are_a_range():
    counts = {"g": {"A": 13, "B": 137}}
    plain = row(exact(counts["g"], {"A": 0.18, "B": 0.82}), "A")
    rounded = row(assess(counts, Baseline.from_shares({"g": {"A": "18%", "B": "82%"}})), "A")
    assert math.isclose(rounded["p_value"], 2 * stats.binom.cdf(13, 150, 0.175), rel_tol=1e-9)
    assert math.isclose(rounded["ratio_high"], plain["ratio_high"] * 0.18 / 0.175, rel_tol=1e-9)
    assert math.isclose(rounded["ratio_low"], plain["ratio_low"] * 0.18 / 0.185, rel_tol=1e-9)


def test_a_small_population_is_drawn_without_replacement():
    base = Baseline.from_counts({"g": {"A": 45, "B": 255}})
    one = row(assess({"g": {"A": 3, "B": 57}}, base, population=300), "A")
    assert math.isclose(one["p_value"], 2 * stats.hypergeom.cdf(3, 300, 45, 60), rel_tol=1e-9)
    everybody = row(assess({"g": {"A": 45, "B": 255}}, base, population=300), "A")
    assert (everybody["ratio"], everybody["verdict"]) == (1.0, "in_line")
    with pytest.raises(InputError, match="60 people took part, but population is 50"):
        assess({"g": {"A": 3, "B": 57}}, base, population=50)


def test_quotas_and_targets_are_attained_not_tested():
    result = assess(RESPONDENTS, LEEDS, unmatched="row", selection="quota", quotas=["disability"])
    assert row(result, "Yes")["verdict"] == "not_assessable"
    assert math.isnan(row(result, "Yes")["p_value"])
    assert "the quota of 23% is 28.1: 16 short" in row(result, "Yes")["reading"]
    assert row(result, "15-29")["p_value"] > 0
    target = Baseline.from_shares({"disability": {"Yes": 0.2, "No": 0.8}}, kind="target")
    aimed = assess({"disability": {"Yes": 12, "No": 110}}, target)
    assert (
        aimed.headline
        == "0 of 2 targets were met; short: “Yes” (disability) by 12; exceeded: “No” (disability) by 12."
    )
    assert not any(f.verdict.is_flag for f in aimed.findings)
    assert "population" not in json.dumps(aimed.to_dict()["findings"])


@pytest.mark.parametrize("said", ["(unknown)", "(Unknown)", "[unknown]"])
@pytest.mark.parametrize("unknown", [["no idea"], ()])
def test_no_group_shares_the_row_of_the_unknown(said, unknown):
    people = pd.DataFrame({"g": ["A"] * 5 + ["B"] * 3 + [said] * 2 + [None] * 4})
    lives_there = Baseline.from_counts({"g": {"A": 50, "B": 50, said: 10}})
    assert lives_there.groups("g") == ("A", "B")
    table = assess(people, lives_there, unknown=unknown, unmatched="row").table
    assert list(table["group"]) == ["A", "B", "(unknown)"]
    assert row(assess(people, lives_there, unknown=unknown), "(unknown)")["count"] == 6


def test_unknown_people_are_left_out_counted_and_bounded():
    result = exact({"A": 12, "B": 68, "Prefer not to say": 20}, {"A": 0.18, "B": 0.82})
    one = row(result, "A")
    assert one["total"] == 80
    assert math.isclose(one["ratio_unknown_low"], 0.12 / 0.18)
    assert math.isclose(one["ratio_unknown_high"], 0.32 / 0.18)
    assert math.isclose(one["parity_among_unknown"], 0.3)
    assert row(result, "(unknown)")["count"] == 20
    low, high = result.findings[0].details["ratio_with_unknown"]
    # Imbens and Manski 2004, published with the reference case of 12 of 80 known and 20 unknown
    assert math.isclose(low * 0.18, 0.066548583388012, rel_tol=1e-8)
    assert math.isclose(high * 0.18, 0.396728499657998, rel_tol=1e-8)


def test_people_who_tick_several_are_separate_yes_or_no_questions():
    frame = pd.DataFrame({"lang": ["Urdu; Welsh", "Urdu", "English", None, "English; Urdu"] * 20})
    base = Baseline.from_shares(
        {"lang": {"Urdu": 0.2, "Welsh": 0.3, "English": 0.95}}, overlapping=["lang"]
    )
    result = assess(frame, base)
    urdu = row(result, "Urdu")
    assert (urdu["count"], urdu["total"], urdu["verdict"]) == (60, 80, "over")
    assert math.isnan(result.overall["dissimilarity"][0])
    assert "several groups" in result.overall["method"][0]


def test_a_person_whose_labels_mean_one_group_counts_once():
    base = Baseline.from_counts(
        {"lang": {"S Asian": 200, "Polish": 100, "Total": 1000}}, overlapping=["lang"]
    )
    frame = pd.DataFrame({"lang": ["Polish; polish"] * 10 + ["S Asian"] * 10})
    assert (
        row(assess(frame, base), "Polish")["count"],
        row(assess(frame, base), "Polish")["total"],
    ) == (10, 20)
    both = pd.DataFrame({"lang": ["Urdu; Hindi"] * 10 + ["Polish"] * 10})
    joined = assess(both, base, recode={"Urdu": "S Asian", "Hindi": "S Asian"})
    assert row(joined, "S Asian")["count"] == 10
    with pytest.raises(InputError, match="would count twice"):
        assess(
            {"lang": {"Urdu": 5, "Hindi": 4}},
            base,
            total=20,
            recode={"Urdu": "S Asian", "Hindi": "S Asian"},
        )


def test_what_could_be_seen_is_asked_of_every_person():
    shares = {"a": 0.12, "b": 0.3, "c": 0.32, "d": 0.26}
    result = exact({"a": 3, "b": 20, "c": 40, "d": 37}, shares)
    expected = coprep.metrics.planning.detectable_ratio(100, 0.12, groups=4)
    assert math.isclose(row(result, "a")["detectable_ratio"], expected)


def test_a_quota_given_as_text_is_one_attribute():
    base = Baseline.from_counts({"sex": {"F": 1, "M": 1}, "se": {"a": 1, "b": 1}})
    counts = {"sex": {"F": 30, "M": 24}, "se": {"a": 3, "b": 50}}
    assert row(assess(counts, base, selection="quota", quotas="sex"), "a")["verdict"] == "under"


def test_labels_of_any_kind_are_recoded():
    base = Baseline.from_counts({"d": {"Disabled": 2, "Not": 8}})
    frame = pd.DataFrame({"d": [True] * 3 + [False] * 5})
    assert (
        row(assess(frame, base, recode={True: "Disabled", False: "Not"}), "Disabled")["count"] == 3
    )
    other = pd.DataFrame({"d": ["Disabled", "Not", "Other"]})
    assert row(assess(other, base, recode={"Other": None}), "(unknown)")["count"] == 1
    numbered = pd.DataFrame({0: ["Disabled", "Not"]})
    assert row(assess(numbered, base, columns={0: "d"}), "Not")["count"] == 1


@pytest.mark.parametrize("n", [8, 25, 100, 800, 5000])
@pytest.mark.parametrize("share", [0.7, 0.82, 0.9, 0.98])
def test_a_majority_is_not_in_line_where_nobody_else_came(n, share):
    others = [(1 - share) * part for part in (0.4, 0.3, 0.2, 0.1)]
    groups = {"most": share, **{f"other {i}": s for i, s in enumerate(others)}}
    several = exact({"most": n, **dict.fromkeys(list(groups)[1:], 0)}, groups)
    pair = exact({"most": n, "rest": 0}, {"most": share, "rest": 1 - share})
    weighted = assess(
        pd.DataFrame({"g": ["most"] * n, "w": np.linspace(0.5, 1.5, n)}),
        Baseline.from_shares({"g": groups}),
        weight="w",
    )
    estimated = assess(
        {"g": {"most": n, "rest": 0}},
        Baseline.from_shares(
            {"g": {"most": share, "rest": 1 - share}}, moe={"g": {"most": 0.01, "rest": 0.01}}
        ),
    )
    for result in (several, pair, weighted, estimated):
        assert "in_line" not in set(result.table["verdict"])


@given(st.integers(1, 3000), st.floats(0.01, 0.99), st.data())
def test_two_groups_are_one_test_of_being_in_line(n, share, data):
    low = int(n * share * 0.7)
    x = data.draw(st.integers(low, min(n, int(n * share * 1.3) + 1)))
    pair = exact({"A": x, "B": n - x}, {"A": share, "B": 1 - share})
    one, other = (f.details["p_in_line_adjusted"] for f in pair.findings)
    assert math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)
    assert len({v == "in_line" for v in pair.table["verdict"]}) == 1


def test_a_flag_on_one_group_takes_nothing_from_another():
    counts = {"a": 2000, "b": 2600, "c": 1250, "d": 150}
    result = exact(counts, {"a": 0.34, "b": 0.4, "c": 0.2, "d": 0.06})
    assert row(result, "d")["verdict"] == "under"
    assert [row(result, g)["verdict"] for g in "abc"] == ["in_line"] * 3


@pytest.mark.parametrize(
    ("shares", "options", "first"),
    [
        ([1 / 3] * 3, {}, 220),
        ([0.25] * 4, {}, 353),
        ([0.25] * 4, {"adjust": "none"}, 224),
        ([0.5, 0.5], {}, 76),
        ([0.18, 0.82], {}, 275),
        ([0.9, 0.1], {}, 535),
        ([0.18, 0.82], {"population": 100}, 77),
    ],
)
def test_people_needed_are_those_of_the_verdict(shares, options, first):
    names = [chr(65 + i) for i in range(len(shares))]

    def asked(n):
        counts = dict(zip(names, apportion(shares, n).astype(int).tolist(), strict=True))
        return exact(counts, dict(zip(names, shares, strict=True)), **options)

    assert asked(60).overall["smallest_n_in_line"][0] == first
    if len(shares) > 2:
        for people in range(first, first + len(shares)):
            assert set(asked(people).table["verdict"]) == {"in_line"}
        assert set(asked(first - 1).table["verdict"]) != {"in_line"}


def test_a_baseline_known_too_roughly_never_shows_anybody_in_line():
    result = assess(
        {"age": {"Young": 190, "Old": 810}},
        Baseline.from_shares(
            {"age": {"Young": 0.18, "Old": 0.82}}, moe={"age": {"Young": 0.08, "Old": 0.08}}
        ),
    )
    whole = result.overall_table.iloc[0]
    assert pd.isna(whole["smallest_n_in_line"])
    assert whole["never_in_line"] == "baseline_error"
    assert "known too roughly" in result.headline
    assert {note.code for f in result.findings for note in f.caveats} == {
        "never_in_line_baseline_error"
    }


# -- weights ---------------------------------------------------------------------------------------


def weighed(groups, weights, shares):
    """Participants of the groups, one after the other, with their weights."""
    people = pd.DataFrame({"g": np.repeat(list(groups), list(groups.values())), "w": weights})
    return assess(people, Baseline.from_shares({"g": shares}), weight="w")


@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-3, 0.2])
@pytest.mark.parametrize(
    "shares", [{"A": 0.45, "B": 0.35, "C": 0.2}, {"A": 0.55, "B": 0.25, "C": 0.2}]
)
def test_absence_is_told_where_no_weight_that_occurs_explains_it(spread, shares):
    weights = 1 + spread * np.random.default_rng(0).uniform(-1, 1, 1000)
    result = weighed({"A": 600, "B": 400}, weights, shares)
    assert row(result, "C")["verdict"] == "under"
    assert row(result, "C")["p_value"] < 1e-50


def test_absence_is_not_told_where_such_weights_occur():
    weights = np.r_[np.ones(999), 70]
    absent = row(weighed({"A": 1000}, weights, {"A": 0.8, "C": 0.2}), "C")
    assert absent["verdict"] == "inconclusive"
    # Of people who count 70 times too much one of 71 is needed: (1 - 0.2 / 70)^1000 by the worst case.
    assert 0.03 < absent["p_value"] / 2 < (1 - 0.2 / 70) ** 1000


@given(st.integers(0, 40), st.floats(0.02, 0.98), st.integers(0, 5))
def test_weights_that_are_nearly_alike_are_no_weights(x, share, seed):
    shares = {"A": share, "B": 1 - share}
    weights = 1 + 1e-12 * np.random.default_rng(seed).uniform(-1, 1, 40)
    found = weighed({"A": x, "B": 40 - x}, weights, shares)
    plain = exact({"A": x, "B": 40 - x}, shares)
    assert list(found.table["verdict"]) == list(plain.table["verdict"])
    assert np.allclose(found.table["p_value"], plain.table["p_value"], atol=1e-8)


@given(st.integers(0, 2**32 - 1), st.integers(10, 200), st.floats(0.05, 0.95), st.floats(0, 1.5))
def test_both_sides_of_a_pair_have_one_p_value_under_weights(seed, n, share, spread):
    generator = np.random.default_rng(seed)
    x = int(generator.binomial(n, share))
    weights = np.exp(spread * generator.standard_normal(n))
    found = weighed({"A": x, "B": n - x}, weights, {"A": share, "B": 1 - share})
    one, other = found.table["p_value"]
    assert math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)


def test_no_verdict_rests_on_a_few_heavy_weights():
    heavy = np.r_[np.full(19, 0.05), 5.0, np.ones(180)]
    result = weighed({"A": 20, "B": 180}, heavy, {"A": 0.3, "B": 0.7})
    assert set(result.table["verdict"]) == {"inconclusive"}
    assert {f.values["state"] for f in result.findings} == {"rests_on_few"}
    assert "few heavy weights decide" in row(result, "A")["reading"]
    alike = weighed({"A": 20, "B": 180}, np.ones(200), {"A": 0.3, "B": 0.7})
    assert row(alike, "A")["verdict"] == "under", "few people are no few heavy weights"


def test_how_many_people_weights_are_worth_is_shown():
    weights = np.r_[np.full(100, 1.0), np.full(100, 3.0)]
    result = weighed({"A": 100, "B": 100}, weights, {"A": 0.25, "B": 0.75})
    worth = 400**2 / (100 + 900)
    assert result.table["effective_n"].tolist() == pytest.approx([worth, worth])
    assert "as telling as 160 people" in row(result, "A")["reading"]
    assert exact({"A": 3, "B": 4}, {"A": 0.5, "B": 0.5}).table["effective_n"].isna().all()


def test_of_a_pair_the_other_side_is_never_in_line():
    result = exact({"A": 80, "B": 920}, {"A": 0.2, "B": 0.8})
    assert row(result, "A")["verdict"] == "under"
    assert row(result, "B")["verdict"] == "inconclusive"
    assert "other side of the same comparison" in row(result, "B")["reading"]


def test_outside_the_baseline_is_outside_the_shares():
    result = exact({"A": 10, "B": 20, "C": 3}, {"A": 0.4, "B": 0.6, "C": 0.0})
    assert row(result, "A")["total"] == 30
    assert row(result, "C")["verdict"] == "not_assessable"
    assert "says nobody is" in row(result, "C")["reading"]


def test_absent_groups_are_shown_with_what_absence_means():
    result = exact({"A": 20}, {"A": 0.9, "B": 0.05, "C": 0.05})
    absent = row(result, "B")
    assert (absent["count"], absent["ratio"]) == (0, 0.0)
    finding = next(f for f in result.findings if f.group == "B")
    assert tuple(map(str, finding.caveats)) == (
        "Nobody came, but among fewer than 59 people that can be chance.",
    )


def test_p_values_too_small_for_a_number_keep_their_logarithm():
    one = row(exact({"A": 367, "B": 32990}, {"A": 0.5, "B": 0.5}), "A")
    assert one["p_value"] == 0
    assert one["log10_p_value"] < -8000
    assert one["verdict"] == "under"


def test_overall_knows_what_chance_gives():
    overall = dict(zip(*[exact({"A": 8, "B": 1}, {"A": 0.8, "B": 0.2}).overall.names, range(99)]))
    assert "dissimilarity" in overall
    whole = next(exact({"A": 8, "B": 1}, {"A": 0.8, "B": 0.2}).overall.records())
    assert math.isclose(whole["expected_by_chance"], 0.1073741824, rel_tol=1e-9)
    assert math.isclose(whole["dissimilarity"], 8 / 9 - 0.8, rel_tol=1e-9)
    assert "exact" in whole["method"].casefold() or "enumerat" in whole["method"].casefold()
    assert whole["smallest_n_in_line"] > 64


def test_settings_reach_the_result_and_json_comes_back():
    result = assess(
        RESPONDENTS, LEEDS, unmatched="row", adjust="bh", interval="wilson", family="all", rng=7
    )
    assert result.settings["rng"] == 7
    assert coprep.from_json(result.to_json()) == result
    assert "NaN" not in result.to_json()
    assert result.findings[0].estimate.method == "Wilson"
    again = assess(
        RESPONDENTS, LEEDS, unmatched="row", adjust="bh", interval="wilson", family="all", rng=7
    )
    assert again == result


def test_dtypes_do_not_change_with_options():
    one = assess(RESPONDENTS, LEEDS, unmatched="row").table.dtypes
    two = assess(
        {"disability": {"Yes": 1}}, LEEDS, total=5, selection="quota", quotas=["disability"]
    ).table.dtypes
    assert one.equals(two)


# -- what a beginner meets in the first ten minutes --------------------------------------------------------------

PEOPLE = pd.DataFrame(
    {"Gender": ["Female"] * 3 + ["Male"] * 5, "age": [17, 20, 30, 40, 50, 60, 70, 16]}
)


def test_another_column_name_is_guessed_from_its_values():
    base = Baseline.from_counts({"Sex": {"Female": 510, "Male": 490}})
    with pytest.raises(InputError, match=r"columns=\{'Gender': 'Sex'\}"):
        assess(PEOPLE, base)
    assert row(assess(PEOPLE, base, columns={"Gender": "Sex"}), "Female")["count"] == 3
    assert (
        row(assess(PEOPLE, Baseline.from_counts({"GENDER": {"Female": 1, "Male": 1}})), "Male")[
            "count"
        ]
        == 5
    )


def test_ages_as_numbers_go_into_the_baselines_bands():
    result = assess(PEOPLE, LEEDS, attributes="age")
    assert [r["count"] for r in result.rows.records()] == [3, 2, 1, 2]
    assert any("put into the baseline's bands" in note.text for note in result.notes)


def test_none_is_a_religion():
    base = Baseline.from_shares({"religion": {"None": 0.4, "Other": 0.6}})
    result = assess(pd.DataFrame({"religion": ["None", "None", "Other", None, ""]}), base)
    assert row(result, "None")["count"] == 2
    assert row(result, "(unknown)")["count"] == 2


def test_a_published_percentage_becomes_people():
    base = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    assert row(assess({"sex": {"Female": "55% of 40"}}, base), "Male")["count"] == 18
    three = Baseline.from_shares({"faith": {"A": 0.2, "B": 0.3, "C": 0.5}})
    only = assess({"faith": {"A": "10% of 40"}}, three)
    assert row(only, "A")["total"] == 40
    assert row(only, "B")["verdict"] == "not_assessable"
    with pytest.raises(InputError, match="no whole number of people gives"):
        assess(
            {"sex": {"Female": "50% of 13"}},
            Baseline.from_shares({"sex": {"Female": 0.5, "Male": 0.5}}),
        )


def test_twenty_five_people_hear_what_could_not_be_shown():
    result = exact({"A": 6, "B": 19}, {"A": 0.3, "B": 0.7})
    assert "with 25 people a shortfall shows reliably only below" in row(result, "A")["reading"]
    assert result.headline.endswith("groups the numbers are too small to tell.")


def test_a_source_that_does_not_add_up_is_noticed():
    base = Baseline.from_shares({"age": {"a": 0.5, "b": 0.5}})
    with pytest.warns(CoprepWarning, match="does not add up"):
        result = assess({"age": {"a": 9, "b": 10}}, base, total=18)
    assert row(result, "a")["total"] == 19


def test_samples_are_as_their_known_answers_say():
    for folder in ("leeds-climate-jury-2019", "kingston-air-quality-2019"):
        base = Baseline.from_frame(pd.read_csv(SAMPLES / folder / "baseline.csv"))
        counts = pd.read_csv(SAMPLES / folder / "counts.csv")
        known = pd.read_csv(SAMPLES / folder / "known_answers.csv")
        for stage, block in counts.groupby("stage"):
            table = {a: dict(zip(g["group"], g["count"])) for a, g in block.groupby("attribute")}
            result = assess(table, base, unmatched="row")
            for answer in known[known["stage"] == stage].itertuples():
                got = next(
                    r
                    for r in result.rows.records()
                    if (r["attribute"], r["group"]) == (answer.attribute, answer.category)
                )
                # respondents of another gender stand outside the baseline; printed gaps are of rounded percentages
                assert abs(100 * got["difference"] - answer.value) < (
                    0.6 if answer.attribute == "gender" else 0.16
                )


def test_findings_speak_of_patterns():
    text = json.dumps(assess(RESPONDENTS, LEEDS, unmatched="row").to_dict()).casefold()
    assert not any(word in text for word in ("selfish", "biased person", "manipulation", "guilty"))
    assert {f.verdict for f in assess(RESPONDENTS, LEEDS, unmatched="row").findings} <= set(Verdict)


def test_groups_that_a_report_does_not_list_are_said_to_be_taken_as_empty():
    community = Baseline.from_shares({"age": {"young": 0.3, "mid": 0.4, "old": 0.3}})
    listed, told = (
        {"age": {"young": 10, "mid": 20}},
        "The published counts of age do not list “old”",
    )
    silent = assess(listed, community)
    assert [
        note.text.startswith(told) and "give its total" in note.text for note in silent.notes
    ] == [True]
    with_total = assess(listed, community, total=33)
    assert (
        sum(
            note.text.startswith(told) and "give its total" not in note.text
            for note in with_total.notes
        )
        == 1
    )
    assert not assess({"age": {"young": 10, "mid": 20, "old": 0}}, community).notes
    rows = pd.DataFrame({"age": ["young"] * 10 + ["mid"] * 20})  # rows are everybody there is
    assert not assess(rows, community).notes


def test_a_perfect_fit_of_few_people_is_not_known_to_be_perfect():
    community = Baseline.from_shares({"sex": {"Female": 0.5, "Male": 0.5}})
    few = next(iter(assess({"sex": {"Female": 1, "Male": 1}}, community).overall.records()))
    assert few["effect_size"] == 0
    assert all(
        few[name] is None or math.isnan(few[name])
        for name in ("effect_size_low", "effect_size_high")
    )
    many = next(iter(assess({"sex": {"Female": 51, "Male": 49}}, community).overall.records()))
    assert many["effect_size_low"] == 0 < many["effect_size_high"]
