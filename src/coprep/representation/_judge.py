"""Judges one attribute: intervals, tests and verdicts for each of its groups, from counts alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from coprep.findings import Verdict
from coprep.metrics.shares._baseline_error import baseline_tails
from coprep.metrics.shares._equivalence import finite_equivalence_test
from coprep.metrics.shares._finite_population import group_size_interval, hypergeometric_test
from coprep.metrics.shares._proportions import ProportionMethod, mover_ratio, proportion_interval
from coprep.metrics.shares._share_tests import binomial_test
from coprep.metrics.weighting._design_effects import effective_share_n, kish_effective_n
from coprep.representation._options import Band, Options
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
    def sizes(self) -> Floats:
        """People of each group in the population."""
        return np.round(self.share * (self.population or 0))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the data say of each group, before adjustment.

    ``p_value`` is two-sided, against parity; ``p_beyond`` one-sided, against a ratio no further out
    than the band's edge on the side where the ratio lies; ``p_in_line`` the larger of the two
    one-sided p-values against a ratio outside the band.
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
    less, greater = _tails(counts, 1.0)
    under, over, not_below, not_above = _band_tails(counts, options.band)
    p_value = np.minimum(1.0, 2 * np.minimum(less, greater))
    p_beyond = np.select([ratio < options.band[0], ratio > options.band[1]], [under, over], 1.0)
    low, high = ratio_interval(counts, options.confidence, options.interval)
    inner_low, inner_high = ratio_interval(counts, 1 - 2 * options.alpha, options.interval)
    p_in_line = np.maximum(not_below, not_above)
    return Judged(
        ratio=ratio,
        low=low,
        high=high,
        inner_low=inner_low,
        inner_high=inner_high,
        p_value=p_value,
        log10_p=_log10(counts, p_value),
        p_beyond=np.where(np.isnan(ratio), np.nan, p_beyond),
        p_in_line=np.where(np.isnan(ratio), np.nan, p_in_line),
    )


def _tails(counts: Counts, ratio: float) -> tuple[Floats, Floats]:
    """P(this low) and P(this high) if the ratio were ``ratio``."""
    if counts.is_hypergeometric:
        given = (counts.x, counts.n, counts.sizes, counts.population or 0)
        less, greater = (hypergeometric_test(*given, alternative=a) for a in ("less", "greater"))
        return np.asarray(less), np.asarray(greater)
    n = counts.effective_n
    everybody = np.isinf(n)
    low, high = baseline_tails(
        np.where(everybody, 0, np.nan_to_num(counts.effective_x)),
        np.where(everybody, 0, np.nan_to_num(n)),
        counts.share,
        ratio=ratio,
        standard_error=counts.baseline_se,
        rounding=counts.rounding,
    )
    # Where everybody took part nothing is left to chance: a share is below, at or above, for sure.
    low = np.where(everybody, counts.observed >= ratio * counts.share, low)
    high = np.where(everybody, counts.observed <= ratio * counts.share, high)
    # Nobody of an absent group came to show what weight its people carry: their absence cannot be
    # weighed.
    low = np.where(counts.absent_unweighed, 1.0, low)
    return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


def _band_tails(counts: Counts, band: Band) -> tuple[Floats, Floats, Floats, Floats]:
    """One-sided p-values against: not under, not over, below the band, above the band."""
    if counts.is_hypergeometric:
        tests = finite_equivalence_test(
            counts.x, counts.n, counts.sizes, counts.population or 0, band=band
        )
        reachable = np.floor(band[1] * counts.sizes) < (counts.population or 0)
        return _within_reach(tests.under, tests.over, tests.not_below, tests.not_above, reachable)
    under, not_below = _tails(counts, band[0])
    not_above, over = _tails(counts, band[1])
    # An estimated share may be smaller than it looks, so that a large ratio is within reach.
    estimated = counts.baseline_se > 0
    chance = ndtr((1 / band[1] - counts.share) / np.where(estimated, counts.baseline_se, 1))
    not_above = np.where(estimated, np.minimum(not_above, chance), not_above)
    reachable = (band[1] * (counts.share + counts.rounding) < 1) | estimated
    return _within_reach(under, over, not_below, not_above, reachable)


def _within_reach(
    under: Floats, over: Floats, not_below: Floats, not_above: Floats, reachable: Bools
) -> tuple[Floats, Floats, Floats, Floats]:
    """The p-values; a ratio above 1 / share cannot be, and is excluded without data."""
    return (
        np.asarray(under),
        np.where(reachable, over, 1.0),
        np.asarray(not_below),
        np.where(reachable, not_above, 0.0),
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
    is_pair: bool,
    doubt: Bools | None = None,
) -> tuple[Verdict, ...]:
    """One verdict a group, from adjusted p-values; nan where it is not to have one.

    ``doubt`` says which would not stand if one person, or those of unknown group, were counted
    otherwise.
    """
    alpha = options.alpha
    doubts = np.zeros(len(ratios), dtype=bool) if doubt is None else doubt
    found = [
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
    ]
    # Two groups are one test: the complement of a flagged group is never called in line.
    if is_pair and any(v.is_flag for v in found):
        return tuple(Verdict.INCONCLUSIVE if v is Verdict.IN_LINE else v for v in found)
    return tuple(found)
