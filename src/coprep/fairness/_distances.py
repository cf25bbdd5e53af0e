"""Distances between whole groups: of their ROC curves, of their scores, of their decisions; and what chance gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from coprep.data.rows import Rows
from coprep.fairness._catalogue import METRICS
from coprep.fairness._number_reading import NumberReading
from coprep.fairness._numbers import (
    Numbers,
    in_units,
    numbers_by_group,
    quantity_of,
    sizes_of,
    truth_of,
)
from coprep.fairness._permutation import Chance, Deck, Expected, binned
from coprep.metrics.groups import _scores as scoring
from coprep.metrics.groups._calibration import score_bins
from coprep.metrics.shares._distances import furthest_pair

if TYPE_CHECKING:
    from coprep.fairness._options import Options

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]
Curve = tuple[Floats, Floats]
Thing = TypeVar("Thing")
_FEW = 6  # groups of which every two are compared
# Up to how many groups so many different scores are told apart by shuffles.
_SOME = 10
_FINE = 4_096
_COARSE = 1_024


def distance_reading(name: str, rows: Rows, options: Options) -> NumberReading:
    """The largest distance of two groups, by the name of its metric."""
    rows = replace(rows, weight=in_units(rows))
    if name == "total_variation_distance":
        return _of_decisions(rows, options)
    return _of_scores(name, rows, options)


# -- ROC curves ------------------------------------------------------------------------------------


def roc_curve(rows: Rows, at: Any) -> Curve:
    """The ROC curve of some rows."""
    weight = None if rows.weight is None else rows.weight[at]
    return scoring.roc_points(truth_of(rows)[at], rows.numbers["y_pred"][at], weights=weight)


def abroca_reading(rows: Rows, options: Options) -> NumberReading:
    """The largest area between two groups' ROC curves; each group's number is the area under its
    own.
    """
    rows = replace(rows, weight=in_units(rows))
    auc = METRICS["roc_auc_score"]
    numbers = numbers_by_group(
        rows, quantity_of(auc.name), lacking=auc.lacking, unit="area", bounds=(-math.inf, math.inf)
    )
    plain = NumberReading("abroca", numbers, options)
    return _pairwise(
        plain, rows, lambda at: roc_curve(rows, at), scoring.area_between, _expected_of_curves
    )


def _expected_of_curves(rows: Rows, codes: Codes, size: int, base: int) -> Expected:
    """Labels are shuffled among rows of one true label: each group keeps its numbers of positives
    and of negatives.
    """
    y = truth_of(rows).astype(np.intp)
    score, _ = binned(rows.numbers["y_pred"], _FINE if size <= _SOME else _COARSE)
    deck = Deck.of(codes, size, score, rows.weight, strata=y)
    bins = int(score.max()) + 1
    cell = y[deck.order] * bins + score[deck.order]
    weight = None if rows.weight is None else rows.weight[deck.order]
    dealt_base = base if base < 0 else int(deck.place[base])

    def largest(labels: Codes) -> float:
        places = labels * 2 * bins + cell
        cells = np.bincount(places, weight, size * 2 * bins).reshape(size, 2, bins).astype(float)
        curves = [_curve_of(part) for part in cells]
        middle = lambda: _curve_of(cells.sum(axis=0))  # noqa: E731
        return _furthest(curves, scoring.area_between, middle, dealt_base)[0]

    return deck.expected("abroca", largest, work=(bins + 5_000) * size * (size + 1))


def _curve_of(cells: Floats) -> Curve:
    """The ROC curve of the weight of negatives and of positives at each score, lowest first."""
    some = cells[:, cells.any(axis=0)][:, ::-1]
    rates = np.cumsum(some, axis=1) / some.sum(axis=1, keepdims=True)
    return np.r_[0.0, rates[0]], np.r_[0.0, rates[1]]


# -- scores ----------------------------------------------------------------------------------------


def _of_scores(name: str, rows: Rows, options: Options) -> NumberReading:
    """Wasserstein or Kolmogorov and Smirnov; each group's number is its mean score."""
    metric = METRICS[name]
    measure = scoring.kolmogorov_smirnov
    if name == "wasserstein_distance":
        measure = scoring.wasserstein_distance
    numbers = numbers_by_group(
        rows, quantity_of("mean_score"), lacking=metric.lacking, unit=metric.unit
    )

    def scores_of(at: Codes) -> tuple[Any, Any]:
        weight = None if rows.weight is None else rows.weight[at]
        return rows.numbers["y_pred"][at], weight

    def apart(first: tuple[Any, Any], second: tuple[Any, Any]) -> float:
        return measure(first[0], second[0], weights=(first[1], second[1]))

    def expected(rows: Rows, codes: Codes, size: int, base: int) -> Expected:
        return _expected_of_scores(name, rows, codes, size, base)

    return _pairwise(NumberReading(name, numbers, options), rows, scores_of, apart, expected)


_STREAMS = {
    "wasserstein_distance": "wasserstein distance",
    "kolmogorov_smirnov": "kolmogorov_smirnov distance",
}  # names of the random streams


def _expected_of_scores(name: str, rows: Rows, codes: Codes, size: int, base: int) -> Expected:
    steps = name == "kolmogorov_smirnov"
    fine = size <= _SOME or steps  # which compares all groups at once
    place, values = binned(rows.numbers["y_pred"], _FINE if fine else _COARSE)
    deck = Deck.of(codes, size, place, rows.weight)
    cell = place[deck.order]
    weight = None if rows.weight is None else rows.weight[deck.order]
    bins = len(values)
    width = np.diff(values)
    dealt_base = base if base < 0 else int(deck.place[base])

    def between(one: Floats, other: Floats) -> float:
        return float(np.abs(one - other) @ width)

    def largest(labels: Codes) -> float:
        cells = np.bincount(labels * bins + cell, weight, size * bins).reshape(size, bins)
        sums = np.cumsum(cells, axis=1)
        below = (sums / sums[:, -1:])[:, :-1]
        if not steps:
            return _furthest([*below], between, lambda: below.mean(axis=0), dealt_base)[0]
        if dealt_base < 0:
            return float(np.ptp(below, axis=0).max(initial=0.0))
        return float(np.abs(below - below[dealt_base]).max(initial=0.0))

    return deck.expected(_STREAMS[name], largest, work=bins * size * (size + 2))


# -- decisions of several kinds --------------------------------------------------------------------


def _of_decisions(rows: Rows, options: Options) -> NumberReading:
    """Total variation; each group's number is its distance from everybody."""
    metric = METRICS["total_variation_distance"]
    decision = rows.decisions["y_pred"]
    groups = rows.groups
    codes = groups.codes.astype(np.intp)
    size = len(groups.labels)
    kinds = len(decision.labels)
    weight = np.ones(rows.n) if rows.weight is None else rows.weight
    cells = np.bincount(codes * kinds + decision.codes, weight, size * kinds).reshape(size, kinds)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = cells / cells.sum(axis=1, keepdims=True)
        everybody = cells.sum(axis=0) / cells.sum()
    nothing = np.full(size, np.nan)
    numbers = Numbers(
        groups.labels,
        0.5 * np.abs(shares - everybody).sum(axis=1),
        nothing,
        sizes_of(codes, size),
        math.nan,
        nothing,
        metric.lacking,
        metric.unit,
        rows.dropped,
    )
    plain = NumberReading(metric.name, numbers, options)
    if math.isnan(plain.value):
        return plain
    used = plain.compared
    base = plain.base if plain.base < 0 else used.tolist().index(plain.base)
    value, first, second = _furthest([*shares[used]], _half_apart, lambda: everybody, base)
    if options.agg == "mean":
        value = _mean_apart(shares[used])
    some, renamed = _among(rows, codes, used)
    chance = Chance(lambda: _expected_of_decisions(some, renamed, len(used), base, options.agg))
    ends = (groups.labels[used[first]], groups.labels[used[second]])
    return plain.valued(value, groups=ends, chance=chance)


def _expected_of_decisions(rows: Rows, codes: Codes, size: int, base: int, agg: str) -> Expected:
    decision = rows.decisions["y_pred"]
    kinds = len(decision.labels)
    deck = Deck.of(codes, size, decision.codes, rows.weight)
    cell = decision.codes.astype(np.intp)[deck.order]
    weight = None if rows.weight is None else rows.weight[deck.order]
    whole = np.bincount(cell, weight, kinds) / (rows.n if weight is None else weight.sum())
    dealt_base = base if base < 0 else int(deck.place[base])

    def apart(labels: Codes) -> float:
        cells = np.bincount(labels * kinds + cell, weight, size * kinds).reshape(size, kinds)
        dealt = cells / cells.sum(axis=1, keepdims=True)
        if agg == "mean":
            return _mean_apart(dealt)
        return _furthest([*dealt], _half_apart, lambda: whole, dealt_base)[0]

    return deck.expected("total variation distance", apart, work=kinds * size * size)


def _half_apart(one: Floats, other: Floats) -> float:
    return 0.5 * float(np.abs(one - other).sum())


def _mean_apart(shares: Floats) -> float:
    """The mean over all pairs of rows of half the sum of absolute differences."""
    each = (np.abs(shares[i + 1 :] - shares[i]).sum() for i in range(len(shares) - 1))
    return 0.5 * float(sum(each)) / math.comb(len(shares), 2)


# -- any two groups --------------------------------------------------------------------------------


def _pairwise(
    plain: NumberReading,
    rows: Rows,
    of: Callable[[Codes], Thing],
    apart: Callable[[Thing, Thing], float],
    expected: Callable[[Rows, Codes, int, int], Expected],
) -> NumberReading:
    """The same with the largest distance of any two groups (or of any from the reference) for its
    value.
    """
    codes = rows.groups.codes.astype(np.intp)
    size = len(plain.labels)
    nothing = np.full(size, np.nan)
    numbers = replace(plain.numbers, se=nothing, chance_se=nothing)
    if math.isnan(plain.value):
        return plain.valued(math.nan, numbers=numbers)
    used = plain.compared
    order = np.argsort(codes, kind="stable")
    members = np.split(order, np.cumsum(sizes_of(codes, size))[:-1])
    base = plain.base if plain.base < 0 else used.tolist().index(plain.base)
    things = [of(members[i]) for i in used]
    value, first, second = _furthest(things, apart, lambda: of(_some(rows)), base)
    ends = (plain.labels[used[first]], plain.labels[used[second]])
    some, renamed = _among(rows, codes, used)
    chance = Chance(lambda: expected(some, renamed, len(used), base))
    return plain.valued(value, numbers=numbers, groups=ends, chance=chance)


def _furthest(
    things: list[Thing],
    apart: Callable[[Thing, Thing], float],
    middle: Callable[[], Thing],
    base: int,
) -> tuple[float, int, int]:
    """The largest distance of any two, or of any from the one at ``base``, and whose it is; many
    need a ``middle``.
    """
    if base >= 0:
        return max(
            (apart(thing, things[base]), i, base) for i, thing in enumerate(things) if i != base
        )
    radius = [math.inf] * len(things)
    if len(things) >= _FEW:
        centre = middle()
        radius = [apart(thing, centre) for thing in things]
    return furthest_pair(lambda i, j: apart(things[i], things[j]), radius)


def _some(rows: Rows) -> Codes:
    """About a thousand rows in the middle of everybody's: every so many by score, of either
    label.
    """
    score = rows.numbers["y_pred"]
    order = np.lexsort((score, rows.flags.get("y_true", score)))
    return np.unique(np.r_[order[:: max(1, len(order) // 1_000)], order[-1]])


def _among(rows: Rows, codes: Codes, used: Codes) -> tuple[Rows, Codes]:
    """The rows of some groups alone, and the groups coded anew."""
    place = np.full(int(codes.max()) + 2, -1)
    place[used] = np.arange(len(used))
    keep = place[codes] >= 0
    return rows.at(keep, rows.dropped), place[codes][keep]


# -- calibration -----------------------------------------------------------------------------------


def calibration_chance(rows: Rows, options: Options) -> Chance | None:
    """What the expected calibration errors of groups come to by chance: labels are shuffled among rows of one score bin.

    Each group keeps its scores, on which calibration depends.
    """
    if options.between == "by_group" or options.method == "to_reference":
        return None
    return Chance(lambda: _expected_calibration_gap(rows, options))


def _expected_calibration_gap(rows: Rows, options: Options) -> Expected:
    deck, gap, weight, bins = dealt_in_bins(rows, 10)
    size = int(deck.labels.max()) + 1
    whole = np.abs(np.bincount(deck.strata, gap)).sum() / weight.sum()

    def apart(labels: Codes) -> float:
        missed = np.bincount(labels * bins + deck.strata, gap, size * bins).reshape(size, bins)
        error = np.abs(missed).sum(axis=1) / np.bincount(labels, weight, size)
        if options.between == "group_max":
            return float(error.max())
        if options.between == "group_min":
            return float(error.min())
        if options.between == "ratio":
            return float(error.min() / error.max()) if error.max() else math.nan
        between_groups = options.method == "between_groups"
        return float(np.ptp(error) if between_groups else np.abs(error - whole).max())

    return deck.expected("expected calibration error", apart, work=bins * size)


def dealt_in_bins(rows: Rows, bins: int) -> tuple[Deck, Floats, Floats, int]:
    """A deck with the score bins as strata, what scores miss of each row's outcome, the weights,
    and how many bins.
    """
    y = truth_of(rows)
    score = rows.numbers["y_pred"]
    weight = in_units(rows)
    weight = np.ones(rows.n) if weight is None else weight
    place = score_bins(score, bins)
    there, codes = np.unique(rows.groups.codes, return_inverse=True)
    deck = Deck.of(codes.astype(np.intp), len(there), score, y, weight, strata=place)
    return deck, (weight * (y - score))[deck.order], weight[deck.order], int(place.max()) + 1
