"""Distances that are above 0 by chance alone show what chance gives: the mean over shuffles of the group labels."""

from __future__ import annotations

import math
import pickle
from itertools import permutations

import numpy as np
import pytest

from compared import compared, ranked

Y = np.array([1, 0, 1, 0, 1, 0, 0, 1])
S = np.array([0.15, 0.12, 0.62, 0.65, 0.18, 0.68, 0.62, 0.12])
D = np.array(["yes", "no", "later", "no", "yes", "later", "no", "no"])
G = np.array(list("aababbab"))
THREE = np.array(list("aabbccac"))
W = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0])
BIN = (S > 0.5).astype(int)
ALL = np.zeros(8, dtype=int)


def chance_of(found):
    """What was worked out of chance."""
    return found._reading.chance.found


def _abroca(g, y=Y, s=S, **asked):
    return compared("abroca", y, s, sensitive_features=g, **asked)


def _wasserstein(g, y=Y, s=S, **asked):
    return compared("wasserstein_distance", None, s, sensitive_features=g, **asked)


def _kolmogorov(g, y=Y, s=S, **asked):
    return compared("kolmogorov_smirnov", None, s, sensitive_features=g, **asked)


def _expected_error(g, y=Y, s=S, **asked):
    return compared("expected_calibration_error_difference", y, s, sensitive_features=g, **asked)


def _worst_error(g, y=Y, s=S, **asked):
    return compared("expected_calibration_error_group_max", y, s, sensitive_features=g, **asked)


def _multicalibration(g, y=Y, s=S, **asked):
    return compared("multicalibration_error", y, s, sensitive_features=g, **asked)


def _variation(g, y=Y, s=S, **asked):
    return compared(
        "total_variation_distance",
        None,
        D if len(s) == 8 else (s * 4).astype(int),
        sensitive_features=g,
        **asked,
    )


def _mean_variation(g, **asked):
    return _variation(g, agg="mean", **asked)


def _order(g, y=Y, s=S, **asked):
    return ranked("normalised_discounted_kl", s, sensitive_features=g, **asked)


def _order_without_ties(g, **asked):
    return ranked("normalised_discounted_kl", np.arange(8), sensitive_features=g, **asked)


WEIGHTED = {
    _abroca: Y, _wasserstein: ALL, _kolmogorov: ALL, _variation: ALL, _mean_variation: ALL, _expected_error: BIN,
    _worst_error: BIN, _multicalibration: BIN,
}  # fmt: skip
"""Each number, and inside what group labels are shuffled: what else a group has stays with it."""
SLOW = (_abroca, _order)
EVERY = {**WEIGHTED, _order: ALL, _order_without_ties: ALL}


def every_deal(labels, strata):
    """All different ways to deal labels out inside strata, one by one."""
    if not len(labels):
        return [()]
    of = np.flatnonzero(strata == strata.max())
    rest = strata < strata.max()
    first = sorted({tuple(labels[i] for i in deal) for deal in permutations(of)})
    found = []
    for other in every_deal(labels[rest], strata[rest]):
        for dealt in first:
            row = np.empty_like(labels)
            row[of], row[rest] = dealt, other
            found.append(row)
    return found


@pytest.mark.parametrize("labels", [G, THREE], ids=["two groups", "three groups"])
@pytest.mark.parametrize("number", EVERY)
def test_it_is_the_mean_over_all_ways_to_deal_out_the_labels(number, labels):
    found = number(labels)
    dealt = every_deal(labels, EVERY[number])
    expected = np.mean([float(number(one)) for one in dealt])
    few = len(dealt) <= 400 or number is _order_without_ties
    assert chance_of(found).exact == few
    assert found.noise_floor == pytest.approx(expected, rel=1e-9 if few else 0.06)


@pytest.mark.parametrize("number", WEIGHTED)
def test_weights_stay_with_their_rows(number):
    expected = np.mean(
        [float(number(dealt, sample_weight=W)) for dealt in every_deal(G, EVERY[number])]
    )
    assert number(G, sample_weight=W).noise_floor == pytest.approx(expected)
    assert number(G, sample_weight=np.full(8, 3.0)).noise_floor == pytest.approx(
        number(G).noise_floor
    )


@pytest.mark.parametrize("number", [_abroca, _wasserstein, _kolmogorov])
def test_with_a_reference_it_is_of_distances_from_that_group(number):
    expected = np.mean(
        [float(number(dealt, reference="c")) for dealt in every_deal(THREE, EVERY[number])]
    )
    found = number(THREE, reference="c")
    assert found.noise_floor == pytest.approx(
        expected, rel=1e-9 if chance_of(found).exact else 0.06
    )
    assert found.noise_floor < number(THREE).noise_floor


def test_labels_of_several_features_are_shuffled_together():
    second = np.array(list("xyxxyyxy"))
    pairs = np.array([f"{a}{b}" for a, b in zip(G, second, strict=True)])
    apart = [
        {"one": [p[0] for p in dealt], "two": [p[1] for p in dealt]}
        for dealt in every_deal(pairs, BIN)
    ]
    expected = np.mean([float(_multicalibration(one)) for one in apart])
    assert _multicalibration({"one": G, "two": second}).noise_floor == pytest.approx(
        expected, rel=0.05
    )


def test_to_overall():
    asked = {"method": "to_overall"}
    expected = np.mean([float(_expected_error(dealt, **asked)) for dealt in every_deal(THREE, BIN)])
    assert _expected_error(THREE, **asked).noise_floor == pytest.approx(expected)
    assert math.isnan(
        _expected_error(G, reference="a").noise_floor
    )  # signed, so that chance is as often below 0


def test_of_a_target():
    target = {"a": 0.3, "b": 0.2, "c": 0.5}
    expected = np.mean(
        [float(_order_without_ties(g, target=target)) for g in every_deal(THREE, ALL)]
    )
    assert _order_without_ties(THREE, target=target).noise_floor == pytest.approx(expected)
    tied = np.mean([float(_order(g, target=target)) for g in every_deal(THREE, ALL)])
    assert _order(THREE, target=target).noise_floor == pytest.approx(tied, rel=0.05)


def world(seed, n=300, groups=4):
    """Groups of unequal size, with scores and base rates of their own; calibrated, and no curve differs."""
    rng = np.random.default_rng(seed)
    g = rng.choice(groups, n, p=np.arange(1, groups + 1) / sum(range(1, groups + 1)))
    s = rng.random(n).round(3)
    return g, (rng.random(n) < s).astype(int), s


@pytest.mark.parametrize(
    "number", [n for n in EVERY if n not in (_mean_variation, _order_without_ties)]
)
def test_where_groups_do_not_matter_values_are_on_average_what_chance_gives(number):
    found = [
        number(g, y=y, s=s)
        for g, y, s in (
            world(seed, n=120, groups=3) for seed in range(15 if number in SLOW else 30)
        )
    ]
    values, floors = (
        np.array([float(one) for one in found]),
        np.array([one.noise_floor for one in found]),
    )
    assert abs((values - floors).mean()) < 3.3 * (values - floors).std() / math.sqrt(len(found))
    assert floors.mean() == pytest.approx(values.mean(), rel=0.2)


@pytest.mark.parametrize(("number", "rare"), [(_abroca, True), (_expected_error, False)])
def test_a_base_rate_or_scores_of_its_own_are_no_difference(number, rare):
    """A group with few positives has a rough curve, one with scores in the middle rough bins: that much is chance."""
    values, floors = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        g = np.repeat([0, 1], [400, 100])
        if rare:
            y = (rng.random(500) < np.where(g == 1, 0.06, 0.5)).astype(int)
            s = rng.normal(y)
        else:
            s = np.where(
                g == 1, rng.uniform(0.4, 0.6, 500), rng.choice([0.02, 0.5], 500, p=[0.8, 0.2])
            )
            y = (rng.random(500) < s).astype(int)
        found = number(g, y=y, s=s)
        values.append(float(found))
        floors.append(found.noise_floor)
    away = np.subtract(values, floors)
    assert abs(away.mean()) < 3.3 * away.std() / math.sqrt(len(away))
    assert np.mean(floors) == pytest.approx(np.mean(values), rel=0.25)


@pytest.mark.parametrize(
    "number", [n for n in EVERY if n not in (_mean_variation, _order_without_ties)]
)
def test_names_of_groups_and_the_order_of_rows_do_not_matter(number):
    g, y, s = world(3)
    order = np.random.default_rng(0).permutation(len(g))
    names = np.array(["z", "m", "q", "a"])[g]
    floor = number(g, y=y, s=s).noise_floor
    assert number(names[order], y=y[order], s=s[order]).noise_floor == pytest.approx(
        floor, rel=1e-12
    )


def test_a_difference_that_is_there_stands_out():
    g, y, s = world(5, n=600)
    found = _expected_error(g, y=y, s=np.where(g == 3, s / 2, s))
    assert found > 3 * found.noise_floor
    plain = _wasserstein(g, s=np.where(g == 3, s / 2, s))
    assert plain > 3 * plain.noise_floor


def test_it_is_worked_out_when_asked_for_and_then_kept():
    found = _abroca(G)
    assert "found" not in vars(found._reading.chance)
    floor = found.noise_floor
    assert chance_of(found).value == floor
    again = pickle.loads(pickle.dumps(found))
    assert again.noise_floor == floor and f"{floor:.3f} expected from noise" in repr(again)


def test_the_card_says_how_it_was_found():
    exact, drawn = _abroca(G), _wasserstein(world(1)[0], s=world(1)[2])
    assert exact.noise_floor > 0 and any("is exact" in note.text for note in exact.notes)
    said = f"the mean over {chance_of(drawn).shuffles:,} shuffles"
    assert any(said in note.text for note in drawn.notes)
    assert "chance alone would give about" in exact.headline


@pytest.mark.parametrize("number", [_abroca, _wasserstein, _variation, _expected_error])
def test_nothing_is_said_of_what_is_undefined(number):
    assert math.isnan(number(["x"] * 8).noise_floor)


def test_of_everybodys_error_groups_say_nothing():
    assert math.isnan(
        compared("expected_calibration_error", Y, S, sensitive_features=G).noise_floor
    )


def test_groups_that_are_skipped_or_absent_take_no_part():
    g = np.r_[G, ["d", "d"]]
    y, s = np.r_[Y, [1, 1]], np.r_[S, [0.1, 0.9]]
    found = compared("abroca", y, s, sensitive_features=g, undefined="skip")
    assert found.skipped == ("d",) and found.noise_floor == pytest.approx(_abroca(G).noise_floor)


def test_many_different_scores_are_told_apart_well_enough():
    """Neighbouring scores share a bin where there are more than shuffles tell apart; the mean hardly moves."""
    rng = np.random.default_rng(2)
    n = 6_000
    g, s = np.repeat([0, 1], n // 2), rng.random(n)
    for number, expected in ((_kolmogorov, 0.8687 * math.sqrt(2 / (n // 2))), (_wasserstein, None)):
        floor = number(g, s=s).noise_floor
        other = number(g, s=s.round(3)).noise_floor
        assert floor == pytest.approx(expected or other, rel=0.08)
