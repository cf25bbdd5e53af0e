"""Knows what a table says of one rate in each group: its value, how sure that is, and why it may be undefined.

With strata a group's rate is directly standardised: the average of its rates in the strata, weighted by how many
of everybody's rows (of the denominator's kind) are in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError, listed, show
from coprep.fairness.grouptable import GroupTable
from coprep.metrics.classification import CONFUSION_RATES
from coprep.metrics.gaps import agresti_caffo_moments, log_ratio_moments

__all__ = ["NEEDS", "Chosen", "Score", "choose", "score", "shares_of"]

Floats = NDArray[np.float64]
_CELL = {"TN": (0, 0), "FP": (0, 1), "FN": (1, 0), "TP": (1, 1)}
INNER = {"balanced_accuracy": ("true_positive_rate", "true_negative_rate")}
NEEDS = {"selection_rate": {"y_pred"}, "rejection_rate": {"y_pred"}, "base_rate": {"y_true"}}


@dataclass(frozen=True, slots=True)
class Score:
    """One rate of each group, or of each group's complement, along the last axis.

    Attributes
    ----------
    rate, size : array of shape (..., k)
        The (standardised) rate, nan where undefined, and the number of equally weighted rows it is worth.
    centre, variance : array
        Shrunken towards 1/2, for intervals of differences.
    log_centre, log_variance : array
        The same of the logarithm, for intervals of ratios.
    """

    rate: Floats
    size: Floats
    centre: Floats
    variance: Floats
    log_centre: Floats
    log_variance: Floats

    def at(self, places: Any) -> Score:
        """The groups at some places."""
        return Score(*(getattr(self, name)[..., places] for name in Score.__slots__))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which groups and strata of a table are compared (of how many that have rows), and why others are not."""

    groups: NDArray[np.intp]
    strata: NDArray[np.intp]
    asked: int
    undefined: tuple[str, ...]
    skipped: tuple[Any, ...]
    absent: tuple[Any, ...]
    small: tuple[Any, ...]


def _summed(cells: Floats, names: Sequence[str]) -> Floats:
    return np.asarray(sum(cells[(..., *_CELL[name])] for name in names))


def _share_size(p: Floats, variance: Floats, kish: Floats) -> Floats:
    """Rows of weight 1 with the same variance; where that is 0, as many as the weights alone are worth."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, p * (1 - p) / variance, kish)


def _one(weights: Floats, squares: Floats, name: str, across: Floats) -> Score:
    """One rate of cells of shape (..., strata, groups, 2, 2), standardised to the strata shares ``across``."""
    rate = CONFUSION_RATES[name]
    x, n = _summed(weights, rate.numerator), _summed(weights, rate.denominator)
    qx, qn = _summed(squares, rate.numerator), _summed(squares, rate.denominator)
    if not rate.is_share:
        return _odds(x[..., 0, :], n[..., 0, :], qx[..., 0, :], qn[..., 0, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        variance = ((1 - p) ** 2 * qx + p**2 * np.maximum(qn - qx, 0.0)) / n**2
        kish = n**2 / qn
        used = across > 0
        total = np.where(used, across * p, 0.0).sum(axis=-2)
        total = np.where(used.any(axis=-2), total, np.nan)
        spread = np.where(used, across**2 * variance, 0.0).sum(axis=-2)
        worth = 1 / np.where(used, across**2 / kish, 0.0).sum(axis=-2)
        size = _share_size(total, spread, worth)
    size = np.where(np.isnan(total), 0.0, size)
    linear, logs = agresti_caffo_moments(total, size), log_ratio_moments(total, size)
    lost = np.isnan(total)
    return Score(total, size, *(np.where(lost, np.nan, part) for part in (*linear, *logs)))


def _odds(x: Floats, n: Floats, qx: Floats, qn: Floats) -> Score:
    """A ratio of two counts that are no part of one another, by its logarithm with half a case added to each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = x / n
        a, b = (np.where(q > 0, v**2 / q, 0.0) for v, q in ((x, qx), (n, qn)))
        kind = np.where((x > 0) & (a > 0), x / a, 1.0) / np.where((n > 0) & (b > 0), n / b, 1.0)
    log_centre = np.log((a + 0.5) / (b + 0.5) * kind)
    log_variance = 1 / (a + 0.5) + 1 / (b + 0.5)
    centre = np.exp(log_centre)
    lost = np.isnan(rate)
    parts = (centre, centre**2 * log_variance, log_centre, log_variance)
    return Score(rate, a + b, *(np.where(lost, np.nan, part) for part in parts))


def _mean(scores: Sequence[Score]) -> Score:
    """The average of independent rates of the same groups."""
    if len(scores) == 1:
        return scores[0]
    k = len(scores)
    rate, centre = (np.asarray(sum(getattr(s, n) for s in scores)) / k for n in ("rate", "centre"))
    variance = np.asarray(sum(s.variance for s in scores)) / k**2
    with np.errstate(divide="ignore", invalid="ignore"):
        size = centre * (1 - centre) / variance
        return Score(rate, size, centre, variance, np.log(centre), variance / centre**2)


def _shares(weights: Floats, name: str) -> Floats:
    """Of everybody the rate could apply to, the share in each stratum: shape (..., strata, 1)."""
    n = _summed(weights, CONFUSION_RATES[name].denominator).sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(n / n.sum(axis=-2, keepdims=True))


def shares_of(weights: Floats, name: str) -> Floats:
    """Of everybody the rate could apply to, the share in each group."""
    parts = [_summed(weights, CONFUSION_RATES[part].denominator).sum(axis=0) for part in INNER.get(name, (name,))]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sum(n / n.sum() for n in parts)) / len(parts)


def _others(cells: Floats) -> Floats:
    """For each group the sum over all others; added up, not subtracted, so that nothing stays 0."""
    before, after = np.zeros_like(cells), np.zeros_like(cells)
    np.cumsum(cells[..., :-1, :, :], axis=-3, out=before[..., 1:, :, :])
    np.cumsum(cells[..., :0:-1, :, :], axis=-3, out=after[..., 1:, :, :])
    return before + after[..., ::-1, :, :]


def score(weights: Floats, squares: Floats, name: str, *, of: str = "groups") -> Score:
    """One rate from cells of shape (..., strata, groups, 2, 2), all standardised to the same strata.

    ``of`` is "groups", "rest" (for each group everybody else) or "all" (one number).
    """
    scores = []
    cells = (weights, squares)
    for part in INNER.get(name, (name,)):
        across = _shares(weights, part)
        if of == "all":
            used = tuple(c.sum(axis=-3, keepdims=True) for c in cells)
        elif of == "rest":
            used = tuple(_others(c) for c in cells)
        else:
            used = cells
        scores.append(_one(used[0], used[1], part, across))
    return _mean(scores)


def choose(table: GroupTable, name: str, *, undefined: str, min_group_size: int) -> Chosen:
    """Which groups and strata enter the comparison of one rate, by the policy for 0/0 and for small groups."""
    _can_tell(table, name)
    parts = INNER.get(name, (name,))
    present = table.weights.sum(axis=(0, 2, 3)) > 0
    big = table.rows.sum(axis=(0, 2, 3)) >= min_group_size
    asked = np.flatnonzero(present & big)
    groups, strata = asked, np.arange(len(table.strata))
    if undefined == "skip":
        ever = np.logical_and.reduce([_below(table, part)[:, asked].sum(axis=0) > 0 for part in parts])
        groups = asked[ever]
        if len(strata) > 1 and len(groups):
            strata = np.flatnonzero(
                np.logical_and.reduce([(_below(table, part)[:, groups] > 0).all(axis=1) for part in parts])
            )
    reasons = _reasons(table, parts, asked, strict=undefined == "strict")
    if len(strata) < len(table.strata):
        gone = [table.strata[s] for s in sorted(set(range(len(table.strata))) - set(strata.tolist()))]
        reasons.append(f"{len(gone):,} strata that lack a group were left out: {listed(gone)}.")
    return Chosen(
        groups,
        strata,
        len(asked),
        tuple(reasons),
        tuple(table.groups[g] for g in asked if g not in groups),
        tuple(table.groups[g] for g in np.flatnonzero(~present)),
        tuple(table.groups[g] for g in np.flatnonzero(present & ~big)),
    )


def _can_tell(table: GroupTable, name: str) -> None:
    lacking = NEEDS.get(name, {"y_true", "y_pred"}) - table.has
    if lacking:
        raise InputError.of(
            f"{name} needs {' and '.join(sorted(lacking))}, which the table was made without.",
            code="missing",
            param=min(lacking),
        )
    if name == "treatment_balance" and len(table.strata) > 1:
        raise InputError.of(
            "treatment equality compares FN with FP and is no rate, so it cannot be averaged over strata.",
            param="control_features",
            hint="ask for each stratum by itself with GroupTable.in_stratum.",
        )


def _below(table: GroupTable, part: str) -> Floats:
    """The denominators of a rate, by stratum and group."""
    return _summed(table.weights, CONFUSION_RATES[part].denominator)


def _reasons(table: GroupTable, parts: Sequence[str], groups: NDArray[np.intp], *, strict: bool) -> list[str]:
    """What is 0/0, in words: the group, the rate and the denominator that is 0."""
    reasons = []
    for part in parts:
        below, of = _below(table, part), CONFUSION_RATES[part].of
        used = below.sum(axis=1) > 0
        for g in groups[((below[:, groups] == 0) & used[:, None]).any(axis=0) | ~used.any()]:
            holes = used & (below[:, g] == 0)
            where: str | None = ""
            if not holes[used].all():
                where = f" in {listed([table.strata[s] for s in np.flatnonzero(holes)])}" if strict else None
            if where is not None:
                reasons.append(f"group {show(table.groups[g])} has no {of}{where}, so its {part} is undefined.")
    return reasons
