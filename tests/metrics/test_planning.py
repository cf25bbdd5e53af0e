"""What a number of people can show, and how many are needed."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.planning import _power as planning
from coprep.metrics.planning import _recruiting as recruiting
from coprep.metrics.planning import _seats as seats
from coprep.metrics.shares import _in_line as in_line

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"


def cases(start, name="10_planning.json"):
    found = json.loads((ORACLES / name).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(start)]


def same(got, want, rel_tol, absolute=0.0):
    np.testing.assert_allclose(
        np.array(got, float), np.array(want, float), rtol=rel_tol, atol=absolute
    )


@pytest.mark.parametrize("case", cases("power"))
def test_power_agrees_with_r(case):
    i = case["inputs"]
    n, P, r = i["n"], i["baseline_share"], i["true_ratio"]
    share = planning.detectable_share(n, P, alpha=i["alpha"], power=i["power_target"])
    got = {
        "critical_count": planning.critical_count(n, P, alpha=i["alpha"]),
        "actual_size": planning.shortfall_power(n, P, 1.0, alpha=i["alpha"]),
        "exact_power": planning.shortfall_power(n, P, r, alpha=i["alpha"]),
        "normal_power": planning.shortfall_power(n, P, r, alpha=i["alpha"], method="normal"),
        "arcsine_power": planning.shortfall_power(n, P, r, alpha=i["alpha"], method="arcsine"),
        "min_detectable_share_80": share,
        "min_detectable_ratio_80": share / P,
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("ssize"))
def test_people_needed_agree_with_a_search_in_r(case):
    i = case["inputs"]
    plan = (i["baseline_share"], i["true_ratio"])
    options = {"alpha": i["alpha"], "power": i["power"]}
    needed = planning.people_needed(*plan, **options)
    normal = planning.approximate_people_needed(*plan, **options)
    got = {
        "exact_first_n": needed.first_n,
        "exact_stable_n": needed.stable_n,
        "normal_n": normal,
        "normal_n_ceiling": np.ceil(normal),
        "arcsine_n": planning.approximate_people_needed(*plan, **options, method="arcsine"),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("absence"))
def test_absence_says_something_from_here_on(case):
    i = case["inputs"]
    assert (
        planning.absence_informative_n(i["baseline_share"], alpha=i["alpha"])
        == case["expected"]["n"]
    )


@pytest.mark.parametrize("case", cases("recruits"))
def test_recruits_for_all_groups(case):
    i, e = case["inputs"], case["expected"]
    plan = recruiting.recruits_for_all(i["counts"], i["baseline"], target_ratio=i["target_ratio"])
    assert plan.total == e["total"]
    assert plan.minimum_by_group.tolist() == e["minimum_by_group"]
    assert plan.spare == e["spare"]


@pytest.mark.parametrize("case", cases("rep_", "06_representation_metrics.json"))
def test_recruits_from_one_group(case):
    i = case["inputs"]
    got = recruiting.recruits_needed(i["x"], i["n"], i["baseline_share"])
    assert got == case["expected"]["extra_recruits_all_from_group"]


@pytest.mark.parametrize("case", cases("quota"))
def test_seats(case):
    for method, want in case["expected"].items():
        got = seats.target_seats(
            case["inputs"]["baseline"], case["inputs"]["seats"], method=method.replace("_", "-")
        )
        assert got.tolist() == want


DESIGNS = st.tuples(st.integers(1, 3000), st.floats(1e-4, 0.98), st.floats(0.001, 0.2))


@given(DESIGNS)
def test_critical_count_is_the_last_that_keeps_the_level(design):
    n, P, alpha = design
    c = planning.critical_count(n, P, alpha=alpha)
    assert c == -1 or stats.binom.cdf(c, n, P) <= alpha * (1 + 1e-9)
    assert stats.binom.cdf(c + 1, n, P) > alpha * (1 - 1e-9)


@given(DESIGNS, st.integers(1, 8))
def test_detectable_ratio_gives_its_power_at_the_verdicts_own_level(design, groups):
    n, P, alpha = design
    c = planning.verdict_critical_count(n, P, groups=groups, alpha=alpha)
    r = planning.detectable_ratio(n, P, groups=groups, alpha=alpha)
    if c < 0:
        assert np.isnan(r)
        return
    assert 2 * stats.binom.cdf(c, n, P) * groups <= alpha * (1 + 1e-9)
    assert c < 0.8 * n * P
    assert 2 * stats.binom.cdf(c + 1, n, P) * groups > alpha * (
        1 - 1e-9
    ) or c + 1 >= 0.8 * n * P * (1 - 1e-9)
    same(stats.binom.cdf(c, n, r * P), 0.8, 1e-8)


@pytest.mark.parametrize(("P", "r"), [(0.03, 0.4), (0.3, 0.5), (0.9, 0.7), (0.6, 0.0), (0.02, 0.0)])
def test_people_needed_equal_a_full_search(P, r):
    n = np.arange(1, 3000)
    power = planning.shortfall_power(n, P, r)
    enough = power >= 0.8
    needed = planning.people_needed(P, r)
    assert needed.first_n == n[np.argmax(enough)]
    assert needed.stable_n == n[np.flatnonzero(~enough)[-1]] + 1


@pytest.mark.parametrize("P", [0.95, 0.85, 0.79, 0.5, 0.3])
@pytest.mark.parametrize("band", [(0.8, 1.25), (0.5, 1.5), (0.7, 1.1)])
def test_smallest_n_in_line_equals_a_full_search(P, band):
    def possible(n):
        x = np.arange(n + 1)
        not_below = stats.binom.sf(x - 1, n, band[0] * P) <= 0.05
        not_above = stats.binom.cdf(x, n, min(band[1] * P, 1)) <= 0.05
        return (not_below & not_above).any()

    first = next(n for n in itertools.count(1) if possible(n))
    assert in_line.smallest_n_in_line(P, band=band) == first


@given(st.floats(1e-6, 0.7), st.floats(0.01, 0.2))
def test_no_smaller_number_is_in_line(P, alpha):
    n = in_line.smallest_n_in_line(P, alpha=alpha)

    def possible(n):
        highest = stats.binom.ppf(1 - alpha, n, 0.8 * P)  # the first counts not below
        x = np.arange(max(highest - 1, 0), highest + 3)
        not_below = stats.binom.sf(x - 1, n, 0.8 * P) <= alpha
        return (not_below & (stats.binom.cdf(x, n, 1.25 * P) <= alpha)).any()

    assert possible(n)
    assert not any(possible(n - k) for k in range(1, min(60, int(n))))


def test_ten_thousand_groups_are_planned_at_once():
    share = np.linspace(1e-5, 0.9, 10_000)
    assert planning.detectable_ratio(5000, share, groups=10_000).shape == (10_000,)
    assert in_line.smallest_n_in_line(share).shape == (10_000,)
    assert planning.detectable_ratio(10**9, 1e-12) != planning.detectable_ratio(10**9, 0.5)


def test_large_plans_stay_cheap():
    needed = planning.people_needed(0.5, [0.997, 0.99])
    normal = planning.approximate_people_needed(0.5, [0.997, 0.99])
    same(needed.first_n, normal, 0.01)
    assert (needed.stable_n >= needed.first_n).all()


GROUPS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 100)), min_size=1, max_size=5)


@given(GROUPS, st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_recruits_are_enough_and_one_fewer_is_not(groups, target):
    counts, shares = (
        np.array([g[0] for g in groups], float),
        np.array([g[1] for g in groups], float),
    )
    shares = shares / shares.sum()
    plan = recruiting.recruits_for_all(counts, shares, target_ratio=target)

    def needs(m):
        return np.ceil(np.round(np.maximum(target * shares * (counts.sum() + m) - counts, 0), 9))

    assert needs(plan.total).sum() <= plan.total
    assert (needs(plan.total) == plan.minimum_by_group).all()
    assert all(needs(m).sum() > m for m in range(int(plan.total)))


def test_a_target_nobody_can_meet_is_infinite():
    assert recruiting.recruits_for_all([1, 2], [2**0.5, 1]).total == np.inf
    assert recruiting.recruits_needed(3, 10, 1.0) == np.inf
    assert recruiting.recruits_needed(10, 10, 1.0) == 0
    assert recruiting.recruits_for_all([0, 0], [1, 1]).total == 0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(sum), st.integers(0, 300))
def test_seats_add_up_and_every_method_is_fair_to_equals(sizes, total):
    for method in ("largest-remainder", "webster", "jefferson"):
        got = seats.target_seats(sizes, total, method=method)
        assert got.sum() == total and (got >= 0).all()
        assert all(
            got[i] >= got[j]
            for i in range(len(got))
            for j in range(len(got))
            if sizes[i] > sizes[j]
        )
        doubled = seats.target_seats([2 * s for s in sizes], total, method=method)
        assert (doubled == got).all()
    quota = np.array(sizes) / sum(sizes) * total
    assert (np.abs(seats.target_seats(sizes, total) - quota) < 1 + 1e-9).all()


def test_ties_go_to_the_group_listed_first():
    for method in ("largest-remainder", "webster", "jefferson"):
        assert seats.target_seats([0.1, 0.3, 0.1, 0.5], 1, method=method).tolist() == [0, 0, 0, 1]
        assert seats.target_seats([1 / 3, 1 / 3, 1 / 3], 4, method=method).tolist() == [2, 1, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: planning.critical_count(10.5, 0.2), "whole numbers from 0"),
        (lambda: planning.people_needed(0.2, 1.2), "ratio has 1.2"),
        (lambda: planning.verdict_critical_count(50, 0.2, groups=0.5), "groups has 0.5"),
        (lambda: planning.detectable_ratio(50, 0.2, groups=0.5), "groups has 0.5"),
        (lambda: in_line.smallest_n_in_line(0.2, band=(1.0, 1.25)), "room on both sides"),
        (lambda: recruiting.recruits_for_all([1, 2], [0.5, 0.3, 0.2]), "one each for every group"),
        (
            lambda: recruiting.recruits_for_all([1, 2], [0.5, 0.5], target_ratio=2),
            "target_ratio has 2.0",
        ),
        (lambda: seats.target_seats([0.5, -0.5], 10), "baseline has -0.5"),
        (lambda: seats.target_seats([0.5, 0.5], 9.5), "seats"),
        (lambda: seats.target_seats([0, 0], 9), "adds to 0"),
        (lambda: seats.target_seats([1, 2], 9, method="hare"), "method must be one of"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_what_cannot_be_planned_is_nan():
    assert np.isnan(planning.people_needed(0.2, 1.0).first_n)
    assert np.isnan(in_line.smallest_n_in_line(0.0))
    assert np.isnan(planning.detectable_ratio(0, 0.2))
    assert np.isnan(planning.detectable_ratio(50, np.nan))
    assert np.isnan(planning.detectable_share(3, 0.01)), "even nobody of three would not show"
    assert planning.critical_count(3, 0.01) == -1
    assert planning.absence_informative_n(0.0) == np.inf
