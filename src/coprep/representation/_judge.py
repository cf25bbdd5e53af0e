"""Judges one attribute: intervals, tests and verdicts for each of its groups, from counts alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

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
_FEW = 10.0  # people of equal weight: fewer are too few to know the spread of weights by
_UNEVEN = 1.5  # people to one of equal weight; below it weights are nearly alike
_A_FIFTH = 0.2


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
    heaviest: Floats | float = 1.0  # weight in the group, and among all others
    heaviest_other: Floats | float = 1.0
    clusters: int = 0  # that people came with; 0 where they came one by one
    design_effect: Floats | float = 1.0  # of these clusters

    @property
    def observed(self) -> Floats:
        """Share of participants, weighted where they carry weights; nan without participants."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.weights / self.all_weights if self.weighted else self.x / self.n)

    @property
    def weighted_n(self) -> Floats:
        """How many people of equal weight who came one by one would tell as much."""
        if not self.weighted:
            return np.asarray(self.n / self.design_effect)
        # In a small group a few weights make the share's own variance look small by luck, and one
        # test in eight would raise a false alarm; under a fair draw Kish's number is right, so the
        # smaller of the two counts.
        own = effective_share_n(
            self.weights,
            self.squares,
            self.all_weights - self.weights,
            self.all_squares - self.squares,
        )
        kish = kish_effective_n(self.all_weights, self.all_squares)
        return np.asarray(np.fmin(own, kish) / self.design_effect)

    @property
    def effective_n(self) -> Floats:
        """How many people drawn alike would tell as much; infinite when everybody took part."""
        n = self.weighted_n
        if self.population is None or self.is_hypergeometric:
            return n
        left = np.maximum(self.population - self.n, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(left > 0, n * (self.population - 1) / left, np.inf))

    @property
    def effective_x(self) -> Floats:
        """The observed share of `effective_n`; the count itself where nothing changes it."""
        alike = not (self.weighted or self.clusters)
        if alike and (self.population is None or self.is_hypergeometric):
            return self.x
        with np.errstate(invalid="ignore"):
            return np.asarray(self.observed * self.effective_n)

    @property
    def is_hypergeometric(self) -> bool:
        """Whether the draw is an exact one from a known, small population."""
        return (
            self.population is not None
            and not self.weighted
            and not self.clusters
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

    @property
    def others(self) -> Counts:
        """Everybody else, taken as one group."""
        return replace(
            self,
            x=self.n - self.x,
            weights=np.maximum(self.all_weights - self.weights, 0),
            squares=np.maximum(self.all_squares - self.squares, 0),
            share=1 - self.share,
            heaviest=self.heaviest_other,
            heaviest_other=self.heaviest,
        )

    @property
    def own_kish(self) -> Floats:
        """How many people of equal weight the group's own are worth."""
        there = self.squares > 0
        return np.where(there, self.weights**2 / np.where(there, self.squares, 1.0), 0.0)

    @property
    def rests_on_few(self) -> Bools:
        """Groups whose weight a few people carry: fewer than 10 of equal weight would tell as much,
        and unequal weights are why; or one has a fifth of it, and twice as much as is usual there.
        """
        if not self.weighted:
            return np.zeros(len(self.x), dtype=bool)
        few = (self.own_kish < _FEW) & (self.x > _UNEVEN * self.own_kish)
        heavy = self.heaviest * self.x > 2 * self.weights
        one = heavy & (self.heaviest >= _A_FIFTH * self.weights)
        return np.asarray((self.x > 0) & (few | one))

    def with_one_more(self) -> tuple[FairDraw, Floats]:
        """The draw and the count by which few are few: as if one more of the heaviest weight had
        come.

        An exact tail asks for one person more than came. Of people who carry unequal weights it
        may be a heavy one: the gamma interval of Fay and Feuer (1997), for a share. Of an absent
        group no weight is known, and the heaviest of all is taken.
        """
        anybody = np.maximum(self.heaviest, self.heaviest_other)
        heaviest = np.where(self.x > 0, self.heaviest, anybody)
        weights = self.weights + heaviest
        rest = np.maximum(self.all_weights - self.weights, 0)
        rest_squares = np.maximum(self.all_squares - self.squares, 0)
        n = effective_share_n(weights, self.squares + heaviest**2, rest, rest_squares)
        n = n / self.design_effect
        with np.errstate(invalid="ignore", divide="ignore"):
            inside = weights / (weights + rest) * n
            if self.population is not None:
                left = np.maximum(self.population - self.n, 0) / (self.population - 1)
                inside = inside / left
                n = n / left
        everybody = np.isinf(self.effective_n)
        x = np.where(everybody, self.observed, np.maximum(inside - 1, 0))
        n = np.where(everybody, np.inf, np.maximum(n - 1, x))
        return replace(self.draw, n=np.where(self.n > 0, n, np.nan)), x


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
    less, greater = _tails(counts, lambda draw, x: draw.parity(x))
    under, over = _tails(counts, lambda draw, x: draw.beyond(x, options.band))
    not_large, not_small = _tails(counts, lambda draw, x: _swapped(draw.outside(x, options.band)))
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
        p_in_line=np.where(np.isnan(ratio), np.nan, np.maximum(not_small, not_large)),
    )


def _swapped(tails: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The second before the first."""
    return tails[1], tails[0]


def _tails(
    counts: Counts, ask: Callable[[FairDraw, Floats], tuple[Floats, Floats]]
) -> tuple[Floats, Floats]:
    """P(so few) and P(so many); with weights the larger of two ways to reckon each."""
    few, many = ask(counts.draw, counts.drawn)
    if counts.weighted:
        few = np.fmax(few, ask(*counts.with_one_more())[0])
        draw, others = counts.others.with_one_more()
        came = np.where(np.isinf(draw.n), 1 - others, draw.n - others)
        many = np.fmax(many, ask(replace(draw, share=counts.share), came)[1])
    return few, many


def _log10(counts: Counts, p_value: Floats) -> Floats:
    """log10 of the p-value, also where a binomial one is too small for a number."""
    with np.errstate(divide="ignore"):
        log10 = np.log10(p_value)
    plain = not (
        counts.weighted
        or counts.clusters
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
