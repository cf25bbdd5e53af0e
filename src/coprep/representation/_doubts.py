"""Asks of each verdict whether one person fewer, or people of unknown group, would take it away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from coprep.data.counting import Cell
from coprep.findings import Verdict
from coprep.representation._clusters import FEWEST
from coprep.representation._judge import Bools, Counts, Floats, judge
from coprep.representation._options import Options

AMONG_UNKNOWN = (0.5, 2.0)
"""Representation ratios among people of unknown group, as far off as is plausible."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Which verdicts would not stand: an entry for each group."""

    one_fewer: Bools
    unknown: Bools
    few_heavy: Bools
    few_clusters: Bools

    @property
    def any(self) -> Bools:
        """Which verdicts would not stand for whatever reason."""
        return self.one_fewer | self.unknown | self.few_heavy | self.few_clusters

    @classmethod
    def none(cls, groups: int) -> Doubts:
        """No doubt on any group."""
        return cls(*(np.zeros(groups, dtype=bool) for _ in range(4)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What verdicts rest on: counts, and how far adjustment raised each p-value."""

    counts: Counts
    raised: Floats  # adjusted over raw p-value, against parity
    raised_in_line: Floats

    def still_flags(self, changed: Counts, options: Options, *, under: bool) -> Bools:
        """Where the changed counts give the same flag."""
        judged = judge(changed, options)
        low, high = options.band
        with np.errstate(invalid="ignore"):
            beyond = judged.ratio < low if under else judged.ratio > high
            return np.asarray(beyond & (judged.p_value * self.raised <= options.alpha))

    def still_in_line(self, changed: Counts, options: Options) -> Bools:
        """Where the changed counts are shown to lie within the band, too."""
        p_in_line = judge(changed, options).p_in_line * self.raised_in_line
        return np.asarray(p_in_line <= options.alpha)


def doubts(
    evidence: Evidence, found: tuple[Verdict, ...], unknown: Cell, options: Options
) -> Doubts:
    """Which of the verdicts ``found`` would not stand.

    Fewer clusters than `FEWEST` give none. ``over`` needs two people, and must hold with one fewer. No verdict rests on a few heavy
    weights, of the group or of all others. Every verdict must hold whatever people of unknown group
    would answer, as long as their ratio lies within `AMONG_UNKNOWN`.
    """
    under = np.array([v is Verdict.UNDER for v in found])
    over = np.array([v is Verdict.OVER for v in found])
    in_line = np.array([v is Verdict.IN_LINE for v in found])
    nothing = Doubts.none(len(found))
    one_fewer = nothing.one_fewer
    if over.any():
        holds = evidence.still_flags(_one_fewer(evidence.counts), options, under=False)
        one_fewer = over & ~(holds & (evidence.counts.x >= 2))
    turned = nothing.unknown
    if unknown.n and (under | over | in_line).any():
        fewest = _answered(evidence.counts, unknown, most=False)
        most = _answered(evidence.counts, unknown, most=True)
        turned = under & ~evidence.still_flags(most, options, under=True)
        turned = turned | (over & ~evidence.still_flags(fewest, options, under=False))
        if in_line.any():
            stays = evidence.still_in_line(fewest, options) & evidence.still_in_line(most, options)
            turned = turned | (in_line & ~stays)
    counts = evidence.counts
    few_heavy = counts.rests_on_few | counts.others.rests_on_few
    few = np.full(len(found), 0 < counts.clusters < FEWEST)
    few_heavy = few_heavy & ~turned & ~few
    return Doubts(one_fewer & ~turned & ~few_heavy & ~few, turned & ~few, few_heavy, few)


def _one_fewer(counts: Counts) -> Counts:
    """The counts if one person of each group, of average weight, had not come."""
    there = counts.x >= 1
    x = np.where(there, counts.x, 1.0)
    weight = np.where(there, counts.weights / x, 0.0)
    square = np.where(there, counts.squares / x, 0.0)
    return replace(
        counts,
        x=counts.x - there,
        n=counts.n - there,
        weights=counts.weights - weight,
        squares=counts.squares - square,
        all_weights=counts.all_weights - weight,
        all_squares=counts.all_squares - square,
    )


def _answered(counts: Counts, unknown: Cell, *, most: bool) -> Counts:
    """The counts if people of unknown group had answered, as few or as many of each group as is
    plausible.

    The group and all others taken together both keep to `AMONG_UNKNOWN`; people are whole.
    """
    low, high = AMONG_UNKNOWN
    rest = 1 - counts.share
    joined = float(unknown.n)
    if counts.population is not None:
        joined = float(np.clip(counts.population - counts.n.max(), 0, joined))
    if most:
        share = np.minimum(high * counts.share, 1 - low * rest)
        people = np.ceil(share * joined)
    else:
        share = np.maximum(low * counts.share, 1 - high * rest)
        people = np.floor(share * joined)
    x = counts.x + people
    if counts.population is not None:
        there = np.floor(counts.share * counts.population)
        x = np.minimum(x, np.maximum(there, counts.x))
    return replace(
        counts,
        x=x,
        n=counts.n + joined,
        weights=counts.weights + share * unknown.w,
        squares=counts.squares + share * unknown.w2,
        all_weights=counts.all_weights + unknown.w,
        all_squares=counts.all_squares + unknown.w2,
    )
