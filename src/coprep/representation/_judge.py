"""Judges one attribute: intervals, tests and verdicts for each of its groups, from counts alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.findings import Verdict
from coprep.metrics.shares._fair_draw import FairDraw
from coprep.metrics.shares._finite_population import group_size_interval
from coprep.metrics.shares._proportions import ProportionMethod, mover_ratio, proportion_interval
from coprep.metrics.shares._share_tests import binomial_test
from coprep.metrics.weighting._design_effects import effective_share_n, kish_effective_n
from coprep.representation._options import Options
from coprep.verdicts import REPRESENTATION, decide

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_TINY = 1e-250
_EVEN = 1e-9


@dataclass(frozen=True, slots=True)
class Counts:
    """Participants and baseline of the groups that can be compared, in arrays of one length."""

    x: Floats  # people in the group
    n: Floats  # people of known group
    weights: Floats  # sums of weights, of squared weights: in the group, then of known group
    squares: Floats
    all_weights: Floats
    all_squares: Floats
    share: Floats  # of the baseline
    baseline_se: Floats
    rounding: Floats  # half a unit of the last printed digit of the share
    weighted: bool = False
    population: int | None = None  # how many there are to draw from, where that is to count

    @property
    def observed(self) -> Floats:
        """Share of participants, weighted where they carry weights; nan without participants."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.weights / self.all_weights if self.weighted else self.x / self.n)

    @property
    def effective_n(self) -> Floats:
        """How many people drawn alike would tell as much; infinite when everybody took part."""
        n = self.n
        if self.weighted:
            # In a small group a few weights make the share's own variance look small by luck, and
            # one test in eight would raise a false alarm; under a fair draw Kish's number is right,
            # so the smaller of the two counts.
            own = effective_share_n(
                self.weights,
                self.squares,
                self.all_weights - self.weights,
                self.all_squares - self.squares,
            )
            n = np.fmin(own, kish_effective_n(self.all_weights, self.all_squares))
        if self.population is None or self.is_hypergeometric:
            return n
        left = np.maximum(self.population - self.n, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(left > 0, n * (self.population - 1) / left, np.inf))

    @property
    def effective_x(self) -> Floats:
        """The observed share of `effective_n`; the count itself where nothing changes it."""
        if not self.weighted and (self.population is None or self.is_hypergeometric):
            return self.x
        with np.errstate(invalid="ignore"):
            return np.asarray(self.observed * self.effective_n)

    @property
    def absent_unweighed(self) -> Bools:
        """Absent groups where people carry different weights."""
        if not self.weighted:
            return np.zeros(len(self.x), dtype=bool)
        uneven = self.all_weights**2 < self.n * self.all_squares * (1 - _EVEN)
        return np.asarray((self.x == 0) & uneven)

    @property
    def is_hypergeometric(self) -> bool:
        """Whether the draw is an exact one from a known, small population."""
        return (
            self.population is not None
            and not self.weighted
            and not self.has_error
            and not self.rounding.any()
        )

    @property
    def has_error(self) -> bool:
        """Whether any baseline share has a standard error."""
        return bool(self.baseline_se.any())

    @property
    def draw(self) -> FairDraw:
        """The fair draw that the counts are held against."""
        n = self.effective_n
        return FairDraw(
            n=np.where(n > 0, n, np.nan),
            share=self.share,
            se=self.baseline_se,
            half=self.rounding,
            population=self.population if self.is_hypergeometric else None,
        )

    @property
    def drawn(self) -> Floats:
        """The people of each group in that draw; their share where everybody took part."""
        return np.where(np.isinf(self.effective_n), self.observed, self.effective_x)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the data say of each group, before adjustment.

    ``p_value`` is two-sided, against parity; ``p_beyond`` one-sided, against a ratio no further out
    than the band's edge on the side where the ratio lies; ``p_in_line`` the largest of the four
    one-sided p-values against a group, or a rest of the attribute, outside the band.
    """

    ratio: Floats
    low: Floats
    high: Floats
    inner_low: Floats
    inner_high: Floats
    p_value: Floats
    log10_p: Floats
    p_beyond: Floats
    p_in_line: Floats


def judge(counts: Counts, options: Options) -> Judged:
    """Intervals and unadjusted tests of every group."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = counts.observed / counts.share
    draw = counts.draw
    x = counts.drawn
    less, greater = draw.parity(x)
    under, over = draw.beyond(x, options.band)
    # Nobody of an absent group came to show what weight its people carry: their absence cannot be
    # weighed.
    less = np.where(counts.absent_unweighed, 1.0, less)
    under = np.where(counts.absent_unweighed, 1.0, under)
    p_value = np.minimum(1.0, 2 * np.minimum(less, greater))
    p_beyond = np.select([ratio < options.band[0], ratio > options.band[1]], [under, over], 1.0)
    low, high = ratio_interval(counts, options.confidence, options.interval)
    inner_low, inner_high = ratio_interval(counts, 1 - 2 * options.alpha, options.interval)
    return Judged(
        ratio=ratio,
        low=low,
        high=high,
        inner_low=inner_low,
        inner_high=inner_high,
        p_value=p_value,
        log10_p=_log10(counts, p_value),
        p_beyond=np.where(np.isnan(ratio), np.nan, p_beyond),
        p_in_line=np.where(np.isnan(ratio), np.nan, draw.in_line(x, options.band)),
    )


def _log10(counts: Counts, p_value: Floats) -> Floats:
    """log10 of the p-value, also where a binomial one is too small for a number."""
    with np.errstate(divide="ignore"):
        log10 = np.log10(p_value)
    plain = not (
        counts.weighted
        or counts.has_error
        or counts.rounding.any()
        or counts.population is not None
    )
    tiny = (p_value < _TINY) & (counts.n > 0)
    if plain and tiny.any():
        log10[tiny] = binomial_test(
            counts.x[tiny], counts.n[tiny], counts.share[tiny], scale="log10"
        )
    return np.asarray(log10)


def share_interval(
    counts: Counts, confidence: float, method: ProportionMethod
) -> tuple[Floats, Floats]:
    """Interval of the participants' share that carries chance, weights and a finite population."""
    if counts.is_hypergeometric and method == "exact":
        size = counts.population or 0
        low, high = group_size_interval(counts.x, counts.n, size, confidence=confidence)
        return np.asarray(low) / size, np.asarray(high) / size
    n = counts.effective_n
    everybody = np.isinf(n)
    n = np.where(everybody, 0, np.nan_to_num(n))
    x = np.where(everybody, 0, np.nan_to_num(counts.effective_x))
    low, high = proportion_interval(np.minimum(x, n), n, confidence=confidence, method=method)
    return np.where(everybody, counts.observed, low), np.where(everybody, counts.observed, high)


def ratio_interval(
    counts: Counts, confidence: float, method: ProportionMethod
) -> tuple[Floats, Floats]:
    """Interval of the ratio with the baseline's error: MOVER for margins, bounds for rounding."""
    low, high = share_interval(counts, confidence, method)
    share = counts.share
    half = counts.rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        low = low / np.minimum(share + half, 1)
        unlimited = np.where(np.isnan(high), np.nan, np.inf)  # where the share may be 0
        high = np.where(share > half, high / (share - half), unlimited)
    at = (counts.baseline_se > 0) & np.isfinite(counts.effective_n) & np.isfinite(counts.observed)
    if at.any():
        low[at], high[at] = mover_ratio(
            np.minimum(counts.effective_x, counts.effective_n)[at],
            counts.effective_n[at],
            share[at],
            baseline_se=np.hypot(counts.baseline_se, half / math.sqrt(3))[at],
            confidence=confidence,
            method=method,
        )
    return np.asarray(low), np.asarray(high)


def verdicts(
    ratios: Floats,
    options: Options,
    p_adjusted: Floats,
    p_in_line: Floats,
    *,
    doubt: Bools | None = None,
) -> tuple[Verdict, ...]:
    """One verdict a group, from adjusted p-values; nan where it is not to have one.

    ``doubt`` says which would not stand if one person, or those of unknown group, were counted
    otherwise.
    """
    alpha = options.alpha
    doubts = np.zeros(len(ratios), dtype=bool) if doubt is None else doubt
    return tuple(
        decide(
            REPRESENTATION,
            ratio,
            options.band,
            p_value=p,
            alpha=alpha,
            shown_small=bool(p_line <= alpha) and not unsettled,
            doubt=bool(unsettled),
        )
        for ratio, p, p_line, unsettled in zip(ratios, p_adjusted, p_in_line, doubts, strict=True)
    )
