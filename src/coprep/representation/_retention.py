"""Judges who went on from one stage to the next, given who was there before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from coprep.metrics._checks import Bools, Floats
from coprep.metrics._tails import (
    binomial_log_cdf,
    binomial_log_sf,
    hypergeometric_log_cdf,
    hypergeometric_log_sf,
)
from coprep.metrics.groups._two_proportions import ratio_score, two_proportion_interval

Band = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Retention:
    """How many of each group went on, beside everybody else.

    All arrays have an entry a group: ``before`` of ``all_before`` were there, ``after`` of
    ``all_after`` of these went on.
    """

    before: Floats
    all_before: Floats
    after: Floats
    all_after: Floats

    @property
    def own(self) -> Floats:
        """The share of the group that went on."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.after / self.before

    @property
    def others(self) -> Floats:
        """The share of everybody else that went on."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self.all_after - self.after) / (self.all_before - self.before)

    @property
    def ratio(self) -> Floats:
        """The first over the second; nan where nobody else went on."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.others > 0, self.own / self.others, np.nan)

    @property
    def nested(self) -> Bools:
        """Whether those who went on can all have been there before.

        Where any group is larger than before, people came in between, and some of any other group
        may have, too.
        """
        return np.full(len(self.after), bool((self.after <= self.before).all()))

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Score limits of the ratio (Koopman 1984); nan where they do not exist."""
        at = self.nested & (self.before > 0) & (self.before < self.all_before)
        low, high = np.full((2, len(at)), np.nan)
        if at.any():
            low[at], high[at] = two_proportion_interval(
                self.after[at],
                self.before[at],
                (self.all_after - self.after)[at],
                (self.all_before - self.before)[at],
                measure="ratio",
                method="koopman",
                confidence=confidence,
            )
        return low, high

    def p_value(self) -> Floats:
        """Two-sided, against everybody having had the same chance to go on.

        Given how many were there and how many went on, a group's number is hypergeometric: twice
        the smaller tail.
        """
        at = self.nested & (self.before > 0) & (self.before < self.all_before)
        p = np.full(len(at), np.nan)
        given = tuple(v[at] for v in (self.after, self.all_after, self.before, self.all_before))
        tails = np.minimum(hypergeometric_log_cdf(*given), hypergeometric_log_sf(*given))
        p[at] = np.minimum(1.0, 2 * np.exp(tails))
        return p

    def p_in_line(self, band: Band) -> Floats:
        """The largest of the one-sided p-values against a ratio outside the band.

        Score tests of both edges; and, since these find too much where nearly everybody goes on, the
        exact tests of the group against the others' rate at each edge, and of the others against the
        group's.
        """
        data = (
            self.after,
            self.before,
            self.all_after - self.after,
            self.all_before - self.before,
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = (
                ratio_score(np.full(len(self.after), edge / (1 + edge)), *data) for edge in band
            )
            own, others = self.own, self.others
        stayed, there, rest, all_others = data
        exact = (
            _so_many(stayed, there, band[0] * others),
            _so_few(stayed, there, band[1] * others),
            _so_few(rest, all_others, own / band[0]),
            _so_many(rest, all_others, own / band[1]),
        )
        p = np.maximum.reduce([ndtr(-low), ndtr(high), *exact])
        at = self.nested & (self.before > 0) & (self.before < self.all_before)
        return np.where(at, np.nan_to_num(p, nan=1.0), np.nan)

    def one_fewer(self) -> Retention:
        """The same had one person less of each group gone on."""
        there = self.after >= 1
        return Retention(self.before, self.all_before, self.after - there, self.all_after - there)

    def answered(self, unknown_before: float, unknown_after: float, *, most: bool) -> Retention:
        """The same had people of unknown group been told apart, with as many (or few) of the group
        among those who went on as is plausible: half to twice its share before.
        """
        share = self.before / np.maximum(self.all_before, 1)
        lost = unknown_before - unknown_after
        few = np.floor(0.5 * share * lost)
        many = np.ceil(np.minimum(1, 2 * share) * lost)
        least = np.floor(0.5 * share * unknown_after)
        largest = np.ceil(np.minimum(1, 2 * share) * unknown_after)
        stayed = largest if most else least
        gone = few if most else many
        return Retention(
            self.before + stayed + gone,
            self.all_before + unknown_before,
            self.after + stayed,
            self.all_after + unknown_after,
        )


def _so_many(x: Floats, n: Floats, rate: Floats) -> Floats:
    """P(so many or more) at a rate; 0 where no rate is so high."""
    return np.where(rate > 1, 0.0, np.exp(binomial_log_sf(x, n, np.clip(rate, 0, 1))))


def _so_few(x: Floats, n: Floats, rate: Floats) -> Floats:
    """P(so few or fewer) at a rate; 0 where no rate is so high."""
    return np.where(rate > 1, 0.0, np.exp(binomial_log_cdf(x, n, np.clip(rate, 0, 1))))
