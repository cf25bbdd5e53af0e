"""One rate of each group of a table: its value, how sure that is, and why it may be undefined.

With strata a group's rate is directly standardised: the average of its rates in the strata,
weighted by how many of everybody's rows (of the denominator's kind) are in each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.metrics.groups._classification import CONFUSION_RATES
from coprep.metrics.groups._rate_moments import (
    added_observations,
    agresti_caffo_moments,
    log_ratio_moments,
)
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.fairness._group_table import GroupTable

Floats = NDArray[np.float64]
Moments = tuple[Floats, Floats]
_CELL = {"TN": (0, 0), "FP": (0, 1), "FN": (1, 0), "TP": (1, 1)}
PARTS = {"balanced_accuracy": ("true_positive_rate", "true_negative_rate")}
"""Rates that are the mean of others."""
AGREEMENT = "agreement"  # what is known of labels of which none is called positive
TWO = "two labels"
ALIKE = {"accuracy": math.inf, "error_rate": math.inf, "balanced_accuracy": 2}
"""Rates to which it does not matter which label is positive, and how many labels there may be."""
NEEDS = {"selection_rate": {"y_pred"}, "rejection_rate": {"y_pred"}, "base_rate": {"y_true"}}


class Score:
    """One rate of each group, or of each group's complement, along the last axis.

    Attributes
    ----------
    rate, size : array of shape (..., k)
        The (standardised) rate, nan where undefined, and the number of equally weighted rows it is
        worth.
    """

    def __init__(self, rate: Floats, size: Floats) -> None:
        self.rate = rate
        self.size = size

    @cached_property
    def moments(self) -> Moments:
        """Centre and variance, shrunken towards 1/2 by one success and one failure."""
        return self.moments_for(0.0)

    def moments_for(self, critical: float, towards: float = 0.5) -> Moments:
        """Centre and variance for intervals of so many standard errors, shrunken the more the wider they are.

        What goes beyond one success and one failure is shrunken towards the rate of everybody.
        """
        added = added_observations(critical)
        return self._where_known(
            agresti_caffo_moments(self.rate, self.size, added=added, towards=towards)
        )

    @cached_property
    def log_moments(self) -> Moments:
        """Centre and variance of the logarithm, for bootstrap intervals of ratios."""
        return self._where_known(log_ratio_moments(self.rate, self.size))

    def _where_known(self, moments: Moments) -> Moments:
        lost = np.isnan(self.rate)
        if not lost.any():
            return moments
        return np.where(lost, np.nan, moments[0]), np.where(lost, np.nan, moments[1])

    def at(self, places: Any) -> Score:
        """The groups at some places."""
        return Score(self.rate[..., places], self.size[..., places])


class OddsScore(Score):
    """A ratio of two counts that are no part of one another, by its logarithm with half a case
    added to each.
    """

    def __init__(self, rate: Floats, size: Floats, log_moments: Moments) -> None:
        super().__init__(rate, size)
        self.log_moments = log_moments

    def moments_for(self, critical: float, towards: float = 0.5) -> Moments:  # noqa: ARG002 - nothing more is added
        """By the delta method from the logarithm."""
        centre = np.exp(self.log_moments[0])
        return centre, centre**2 * self.log_moments[1]

    def at(self, places: Any) -> Score:
        """The groups at some places."""
        logs = (self.log_moments[0][..., places], self.log_moments[1][..., places])
        return OddsScore(self.rate[..., places], self.size[..., places], logs)


class MeanScore(Score):
    """The average of independent rates of the same groups."""

    def __init__(self, parts: Sequence[Score]) -> None:
        self.parts = tuple(parts)
        rate = np.asarray(sum(part.rate for part in parts)) / len(parts)
        centre, variance = self.moments
        with np.errstate(divide="ignore", invalid="ignore"):
            super().__init__(rate, centre * (1 - centre) / variance)

    def moments_for(self, critical: float, towards: float = 0.5) -> Moments:  # noqa: ARG002 - parts have their own
        """Averages of the parts' centres; their variances add up."""
        k = len(self.parts)
        centres, variances = zip(*(part.moments_for(critical) for part in self.parts), strict=True)
        return np.asarray(sum(centres)) / k, np.asarray(sum(variances)) / k**2

    @cached_property
    def log_moments(self) -> Moments:
        """By the delta method."""
        centre, variance = self.moments
        return np.log(centre), variance / centre**2

    def at(self, places: Any) -> Score:
        """The groups at some places."""
        return MeanScore([part.at(places) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which groups and strata of a table are compared (of how many that have rows), and why others are not.

    ``left_out`` are groups that are too small, not known, or without rows; ``skipped`` those
    without a defined rate.
    """

    groups: NDArray[np.intp]
    strata: NDArray[np.intp]
    asked: int
    undefined: tuple[str, ...]
    skipped: tuple[Any, ...]
    left_out: tuple[Any, ...]


def _summed(cells: Floats, names: Sequence[str]) -> Floats:
    return np.asarray(sum(cells[(..., *_CELL[name])] for name in names))


def _squared(squares: Floats, names: Sequence[str]) -> Floats:
    """Sums of squared weights, where a cell that is named twice has doubled weights."""
    return np.asarray(
        sum(names.count(name) ** 2 * squares[(..., *_CELL[name])] for name in dict.fromkeys(names))
    )


def _share_size(p: Floats, variance: Floats, kish: Floats) -> Floats:
    """Rows of weight 1 with the same variance; where that is 0, as many as the weights alone are
    worth.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, p * (1 - p) / variance, kish)


def _one(weights: Floats, squares: Floats, name: str, across: Floats) -> Score:
    """One rate of cells of shape (..., strata, groups, 2, 2), standardised to the strata shares
    ``across``.
    """
    rate = CONFUSION_RATES[name]
    x = _summed(weights, rate.numerator)
    n = _summed(weights, rate.denominator)
    if weights is squares and x.shape[-2] == 1 and rate.is_share and rate.counts_rows:
        with np.errstate(divide="ignore", invalid="ignore"):
            return Score((x / n)[..., 0, :], n[..., 0, :])
    qx = _squared(squares, rate.numerator)
    qn = _squared(squares, rate.denominator)
    if not rate.is_share:
        return _odds(x[..., 0, :], n[..., 0, :], qx[..., 0, :], qn[..., 0, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        variance = ((1 - p) ** 2 * qx + p**2 * np.maximum(qn - qx, 0.0)) / n**2
        kish = n**2 / qn
        variance = np.maximum(
            variance, p * (1 - p) / kish
        )  # linearisation is too sure of few, very unequal rows
        if x.shape[-2] > 1:  # and many strata of few rows each lose a row's worth in each
            variance = np.maximum(variance, p * (1 - p) / np.maximum(kish - 1, 1.0))
        used = across > 0
        total = np.where(used, across * p, 0.0).sum(axis=-2)
        total = np.where(used.any(axis=-2), total, np.nan)
        spread = np.where(used, across**2 * variance, 0.0).sum(axis=-2)
        worth = 1 / np.where(used, across**2 / kish, 0.0).sum(axis=-2)
        size = _share_size(total, spread, worth)
    return Score(total, np.where(np.isnan(total), 0.0, size))


def _odds(x: Floats, n: Floats, qx: Floats, qn: Floats) -> Score:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = x / n
        a = np.where(qx > 0, x**2 / qx, 0.0)
        b = np.where(qn > 0, n**2 / qn, 0.0)
        # The weight of one case; 1 where there are none of one kind.
        weight = np.where((a > 0) & (b > 0), (x / a) / (n / b), 1.0)
    lost = np.isnan(rate)
    centre = np.where(lost, np.nan, np.log((a + 0.5) / (b + 0.5) * weight))
    variance = np.where(lost, np.nan, 1 / (a + 0.5) + 1 / (b + 0.5))
    return OddsScore(rate, a + b, (centre, variance))


def _shares(weights: Floats, name: str) -> Floats:
    """Of everybody the rate could apply to, the share in each stratum: shape (..., strata, 1)."""
    n = _summed(weights, CONFUSION_RATES[name].denominator).sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(n / n.sum(axis=-2, keepdims=True))


def shares_of(weights: Floats, name: str) -> Floats:
    """Of everybody the rate could apply to, the share in each group."""
    parts = [
        _summed(weights, CONFUSION_RATES[part].denominator).sum(axis=0)
        for part in PARTS.get(name, (name,))
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sum(n / n.sum() for n in parts)) / len(parts)


def _others(cells: Floats) -> Floats:
    """For each group the sum over all others; added up, not subtracted, so that nothing stays 0."""
    before = np.zeros_like(cells)
    after = np.zeros_like(cells)
    np.cumsum(cells[..., :-1, :, :], axis=-3, out=before[..., 1:, :, :])
    np.cumsum(cells[..., :0:-1, :, :], axis=-3, out=after[..., 1:, :, :])
    return before + after[..., ::-1, :, :]


def _same(cells: Floats) -> Floats:
    return cells


def _all(cells: Floats) -> Floats:
    return np.asarray(cells.sum(axis=-3, keepdims=True))


_TOGETHER: dict[str, Callable[[Floats], Floats]] = {"groups": _same, "rest": _others, "all": _all}


def score(weights: Floats, squares: Floats, name: str, *, of: str = "groups") -> Score:
    """One rate from cells of shape (..., strata, groups, 2, 2), all standardised to the same strata.

    ``of`` is "groups", "rest" (for each group everybody else) or "all" (one number).
    """
    bring = _TOGETHER[of]
    w = bring(weights)
    q = w if squares is weights else bring(squares)
    scores = [_one(w, q, part, _shares(weights, part)) for part in PARTS.get(name, (name,))]
    return scores[0] if len(scores) == 1 else MeanScore(scores)


def choose(table: GroupTable, name: str, *, undefined: str, min_group_size: int) -> Chosen:
    """Which groups and strata enter the comparison of one rate, by the policy for 0/0 and for small
    groups.
    """
    _can_tell(table, name)
    parts = PARTS.get(name, (name,))
    present = table.weights.sum(axis=(0, 2, 3)) > 0
    big = table.rows.sum(axis=(0, 2, 3)) >= min_group_size
    wanted = present & big & table.known
    asked = np.flatnonzero(wanted)
    groups = asked
    strata = np.arange(len(table.strata))
    if undefined == "skip":
        known = [_known(table, part) for part in parts]
        ever = np.logical_and.reduce([each[:, asked].any(axis=0) for each in known])
        groups = asked[ever]
        if len(strata) > 1 and len(groups):
            always = np.logical_and.reduce([each[:, groups].all(axis=1) for each in known])
            strata = np.flatnonzero(always)
    reasons = _reasons(table, parts, asked, strict=undefined == "strict")
    if len(strata) < len(table.strata):
        gone = [table.strata[s] for s in sorted(set(range(len(table.strata))) - set(strata))]
        strata_said = count_of(len(gone), "stratum that lacks", "strata that lack")
        reasons.append(f"{strata_said} a group left out: {listed(gone)}.")
    return Chosen(
        groups,
        strata,
        len(asked),
        tuple(reasons),
        tuple(table.groups[g] for g in asked if g not in groups),
        tuple(table.groups[g] for g in np.flatnonzero(~wanted)),
    )


def _can_tell(table: GroupTable, name: str) -> None:
    lacking = NEEDS.get(name, {"y_true", "y_pred"}) - table.has
    labels = 2 if TWO in table.has else 3
    agrees = AGREEMENT in table.has and ALIKE.get(name, 0) >= labels
    if lacking and not agrees:
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


def _known(table: GroupTable, part: str) -> NDArray[np.bool_]:
    """In which strata and groups a rate is not 0/0; FN/FP without false positives is infinite and
    known.
    """
    rate = CONFUSION_RATES[part]
    return np.asarray(_summed(table.weights, (*rate.numerator, *rate.denominator)) > 0)


def _reasons(
    table: GroupTable, parts: Sequence[str], groups: NDArray[np.intp], *, strict: bool
) -> list[str]:
    """What is 0/0, in words: the group, the rate and the denominator that is 0."""
    reasons = []
    for part in parts:
        known = _known(table, part)
        used = known.sum(axis=1) > 0
        for g in groups[(used[:, None] & ~known[:, groups]).any(axis=0) | ~used.any()]:
            holes = used & ~known[:, g]
            where = ""
            if not holes[used].all():  # only in some strata, which "skip" leaves out
                if not strict:
                    continue
                where = f" in {listed([table.strata[s] for s in np.flatnonzero(holes)])}"
            lacks = f"has no {CONFUSION_RATES[part].of}{where}"
            group = table.groups[g]
            whose = "everybody together" if group is None else f"group {show(group)}"
            reasons.append(f"{whose} {lacks}, so its {part} is undefined.")
    return reasons
