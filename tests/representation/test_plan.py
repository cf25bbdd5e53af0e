"""Plan: what so many people can show, by the verdict's own law, and how many it takes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep import Baseline, from_json
from coprep.errors import InputError
from coprep.metrics.planning._chances import people_in_line, people_under
from coprep.representation import assess, plan
from reference import agree, depth

BAND = (0.8, 1.25)
TOWN = Baseline.from_counts(
    {"disability": {"Yes": 18, "No": 82}, "age": {"15-29": 24, "30-44": 25, "45-59": 24, "60+": 27}}
)


def chance_of_in_line(n, share, level):
    """By enumeration: the group and everybody else are both shown inside the band."""
    low, high = BAND
    x = np.arange(n + 1)
    lower = max(low * share, 1 - high * (1 - share))
    upper = min(high * share, 1 - low * (1 - share))
    shown = (stats.binom.sf(x - 1, n, lower) <= level) & (stats.binom.cdf(x, n, upper) <= level)
    return stats.binom.pmf(x, n, share)[shown].sum()


def chance_of_under(n, share, level, ratio):
    x = np.arange(n + 1)
    p = 2 * np.minimum(stats.binom.cdf(x, n, share), stats.binom.sf(x - 1, n, share))
    flagged = (p <= level) & (x < BAND[0] * n * share - 1e-9)
    return stats.binom.pmf(x, n, ratio * share)[flagged].sum()


def first_and_stable(chance, power, most):
    hit = np.array([chance(n) >= power for n in range(1, most)])
    return float(np.argmax(hit) + 1), float(np.flatnonzero(~hit)[-1] + 2)


@pytest.mark.parametrize("case", depth("plan_in_line"), ids=str)
def test_people_for_in_line_agree_with_a_search(case):
    """At shares of a half the group's complement counts too: there the search is made anew."""
    share = case["share"]
    level = case["level_of_each_test"]
    want = (case["first_n_80"], case["stable_n_80"])
    if share == 0.5:
        want = first_and_stable(lambda n: chance_of_in_line(n, share, level), 0.8, 500)
        assert want == {0.05: (214, 227), 0.0125: (310, 316)}[level]
    assert people_in_line(share, BAND, level, 0.8) == want
    assert people_in_line(1 - share, BAND, level, 0.8) == want


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    st.floats(0.15, 0.85),
    st.sampled_from([0.05, 0.025, 0.0125]),
    st.sampled_from([0.5, 0.8, 0.9]),
)
def test_first_and_stable_numbers_are_those_of_enumeration(share, level, power):
    found = people_in_line(share, BAND, level, power)
    want = first_and_stable(
        lambda n: chance_of_in_line(n, share, level), power, int(found[1] * 1.3) + 60
    )
    assert found == want


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    st.floats(0.05, 0.8),
    st.floats(0.1, 0.7),
    st.sampled_from([0.05, 0.0125]),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_people_to_find_a_shortfall_are_those_of_enumeration(share, ratio, level, power):
    found = people_under(share, BAND, level, power, ratio=ratio)
    want = first_and_stable(
        lambda n: chance_of_under(n, share, level, ratio), power, int(found[1] * 1.4) + 80
    )
    assert found == want


def test_a_ratio_inside_the_band_is_never_found():
    assert people_under(0.2, BAND, 0.05, 0.8, ratio=0.85) == (np.inf, np.inf)
    assert plan(TOWN, n=50, ratio=0.9).rows["stable_n_under"][0] == np.inf


@pytest.mark.parametrize("case", depth("plan_finite_population"), ids=str)
def test_a_small_population_agrees_with_a_search(case):
    base = Baseline.from_counts(
        {"k": {"A": case["group_size"], "B": case["population"] - case["group_size"]}}
    )
    found = plan(base, n=case["n"], population=case["population"])
    agree(found.rows["detectable_ratio"][0], case["detectable_ratio"], 1e-12)
    there = round(0.5 * case["group_size"])
    chance = stats.hypergeom.cdf(case["critical_count"], case["population"], there, case["n"])
    agree(found.rows["chance_under"][0], chance, 1e-9)
    assert found.rows["stable_n_in_line"][0] <= case["population"]


@pytest.mark.parametrize("case", depth("plan_every_group_in_line"), ids=str)
def test_when_every_group_can_be_in_line_at_once(case):
    shares = case["shares"]
    base = Baseline.from_counts({"k": {f"g{i}": p for i, p in enumerate(shares)}})
    got = plan(base, n=50).overall["smallest_n_in_line"][0]

    def holm_all(x, n):
        p = [
            max(
                stats.binom.sf(k - 1, n, max(0.8 * q, 1 - 1.25 * (1 - q))),
                stats.binom.cdf(k, n, min(1.25 * q, 1 - 0.8 * (1 - q))),
            )
            for k, q in zip(x, shares, strict=True)
        ]
        return (np.sort(p) * np.arange(len(p), 0, -1) <= 0.05).all()

    from coprep.metrics.planning import apportion

    def holds(n):
        return holm_all(apportion(shares, n), n)

    first = next(n for n in range(60, 600) if holds(n))
    if max(shares) < 0.4:
        assert first == case["first_n_where_every_group_can_be_in_line_under_holm"]
    # The first number may hold by luck of rounding: as many in a row as there are groups do not.
    steady = next(n for n in range(first, 600) if all(map(holds, range(n, n + len(shares)))))
    assert got == steady


def test_chances_are_those_of_the_verdicts_themselves():
    """Every count of a pair, assessed and weighed by its chance."""
    n = 150
    base = Baseline.from_counts({"k": {"A": 3, "B": 7}})
    found = plan(base, n=n, ratio=0.6)
    pmf = stats.binom.pmf(np.arange(n + 1), n, 0.6 * 0.3)
    under = sum(
        pmf[k]
        for k in range(n + 1)
        if pmf[k] > 1e-9 and assess({"k": {"A": k, "B": n - k}}, base).rows["verdict"][0] == "under"
    )
    agree(found.rows["chance_under"][0], under, 0, 1e-6)


def test_chance_of_in_line_is_that_of_the_verdicts():
    n = 460
    base = Baseline.from_counts({"k": {"A": 3, "B": 7}})
    found = plan(base, n=n)
    pmf = stats.binom.pmf(np.arange(n + 1), n, 0.3)
    shown = sum(
        pmf[k]
        for k in range(n + 1)
        if pmf[k] > 1e-7
        and assess({"k": {"A": k, "B": n - k}}, base).rows["verdict"][0] == "in_line"
    )
    agree(found.rows["chance_in_line"], [shown, shown], 0, 1e-4)
    assert found.rows["stable_n_in_line"][0] <= n


def test_the_family_and_the_design_effect_are_in_force():
    alone = plan(TOWN, n=120, attributes="disability").rows["stable_n_in_line"][0]
    among = plan(TOWN, n=120, family="all").rows["stable_n_in_line"][0]
    free = plan(TOWN, n=120, adjust="none", family="all").rows["stable_n_in_line"][0]
    assert alone == free == 832
    assert among > alone
    half = plan(TOWN, n=240, attributes="disability", design_effect=2)
    assert half.rows["stable_n_in_line"][0] == 2 * alone
    same = plan(TOWN, n=120, attributes="disability")
    agree(half.rows["chance_under"], same.rows["chance_under"], 1e-12)
    assert "120 drawn one by one" in half.summary()


def test_a_baselines_own_error_can_make_in_line_impossible():
    rough = Baseline.from_counts({"d": {"Yes": 180, "No": 820}}, moe={"d": {"Yes": 60, "No": 60}})
    found = plan(rough, n=500)
    assert found.rows["stable_n_in_line"] == (np.inf, np.inf)
    assert {"never_in_line", "baseline_estimated"} <= {note.code for note in found.notes}
    fine = Baseline.from_counts({"d": {"Yes": 180, "No": 820}}, moe={"d": {"Yes": 15, "No": 15}})
    exact = Baseline.from_counts({"d": {"Yes": 180, "No": 820}})
    needs = [plan(base, n=500).rows["stable_n_in_line"][0] for base in (exact, fine)]
    assert needs[0] < needs[1] < np.inf


def test_the_headline_counts_groups():
    found = plan(TOWN, n=122)
    assert found.headline == (
        "With 122 people a group at 50.0% of its share would be found under-represented with a "
        "chance of 80.0% or more: 3 of 6 groups. Shown in line, if it comes in its share: 0 of 6 "
        "groups."
    )


def test_tiny_groups_large_groups_and_groups_without_a_share():
    base = Baseline.from_counts({"k": {"A": 1, "B": 9998, "C": 1, "D": 0}})
    found = plan(base, n=30)
    assert found.rows["chance_under"][0] == 0
    assert 0 < found.rows["stable_n_in_line"][0] < np.inf
    assert found.rows["reading"][3].endswith("nothing to compare.")
    assert np.isnan(found.rows["detectable_ratio"][0])
    one = plan(Baseline.from_counts({"k": {"A": 5}}), n=30)
    assert one.rows["reading"][0].endswith("nothing to compare.")


def test_people_who_tick_several_are_planned_for_group_by_group():
    spoken = Baseline.from_shares(
        {"language": {"Urdu": 0.3, "Polish": 0.2, "English": 0.9}}, overlapping=["language"]
    )
    found = plan(spoken, n=100)
    assert all(chance >= 0 for chance in found.rows["chance_under"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"n": 0}, "n is 0"),
        ({"n": 10.5}, "n is 10.5"),
        ({"n": 50, "population": 40}, "n is 50, but population is 40"),
        ({"n": 50, "ratio": 1.5}, "ratio is 1.5"),
        ({"n": 50, "power": 0}, "power is 0"),
        ({"n": 50, "design_effect": 0.5}, "design_effect is 0.5"),
        ({"n": 50, "design_effect": 2, "population": 400}, "cannot be given together"),
        ({"n": 50, "attributes": ["agee"]}, "does not describe 'agee'"),
        ({"n": 50, "adjust": "holms"}, "adjust must be one of"),
        ({"n": 50, "band": (1.1, 1.2)}, "band is"),
    ],
)
def test_bad_input_is_refused(asked, words):
    with pytest.raises(InputError, match="(?s)" + words):
        plan(TOWN, **asked)


def test_a_target_is_not_planned_for():
    with pytest.raises(InputError, match="a target") as caught:
        plan(Baseline.from_counts({"k": {"A": 3, "B": 4}}, kind="target"), n=10)
    assert "seats" in caught.value.hint


def test_it_comes_back_from_json_and_hides_nothing():
    found = plan(TOWN, n=122)
    assert from_json(found.to_json()) == found
    assert len(found.plot().patches) == 6
    assert "<table" in found.to_html()
    assert found.protect().rows == found.rows


def test_names_and_order_change_nothing():
    turned = Baseline.from_counts(
        {"x": {"d": 27, "c": 24, "b": 25, "a": 24}, "y": {"No!": 82, "Yes!": 18}}
    )
    one = plan(TOWN, n=90).table.drop(columns=["attribute", "group", "reading"])
    two = plan(turned, n=90).table.drop(columns=["attribute", "group", "reading"])
    agree(one.to_numpy(float), two.to_numpy(float)[::-1], 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("adjust", ["holm", "hommel", "bh", "by", "bonferroni", "none"])
def test_options_that_may_be_combined_are(adjust):
    for family, (population, effect) in itertools.product(
        ["attribute", "all"], [(None, 1.0), (900, 1.0), (None, 1.7)]
    ):
        found = plan(
            TOWN,
            n=150,
            adjust=adjust,
            family=family,
            population=population,
            design_effect=effect,
            ratio=0.7,
        ).table
        assert (found["first_n_in_line"] <= found["stable_n_in_line"]).all()
        assert (found["first_n_under"] <= found["stable_n_under"]).all()
        assert found["chance_under"].between(0, 1).all()
        assert population is None or (found["stable_n_in_line"] <= population).all()
