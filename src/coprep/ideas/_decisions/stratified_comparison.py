"""Compare how two kinds of ideas fare, like with like, authors being the units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas._judging.effects import effective_number
from coprep.metrics.inference._resampling import monte_carlo_p, sign_flip_test

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.metrics._checks import Bools, Floats, Ints


_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class StratifiedComparison:
    """Common effects over strata, with errors that know ideas come from the same authors.

    Errors are of the logarithm for ratios; nan where an effect is 0, infinite or undefined.
    """

    odds_ratio: float = _NAN  # Mantel-Haenszel estimates
    rate_ratio: float = _NAN
    difference: float = _NAN  # from -1 to 1
    se_log_odds: float = _NAN
    se_log_rate: float = _NAN
    se_difference: float = _NAN
    without_one: float = _NAN  # the odds ratio without the author who moves it most
    clusters: int = 0  # authors
    df: float = 1.0  # equally active authors that those on the smaller side are worth, less one


def compare_within_strata(
    member: Floats, y: Floats, stratum: Ints, cluster: Ints
) -> StratifiedComparison:
    """Effects of membership on a yes within strata.

    Each effect solves ``sum over pairs (i in, j out) of h(y_i, y_j) / n = 0`` over strata of n
    ideas, such as ``h = y_i (1 - y_j) - psi (1 - y_i) y_j`` for the odds ratio psi. Pairs that
    share an author's idea move together, so the variance of the sum is that of pairs added up by
    the author of i, plus that by the author of j, less that of single pairs, which were counted
    twice. It holds for few large strata and for many small ones.

    >>> member = np.repeat([1.0, 1.0, 0.0, 0.0], [3, 1, 1, 3])
    >>> y = np.repeat([1.0, 0.0, 1.0, 0.0], [3, 1, 1, 3])
    >>> one = np.zeros(8, dtype=int)
    >>> round(compare_within_strata(member, y, one, np.arange(8)).odds_ratio, 6)
    9.0
    """
    if not len(y):
        return StratifiedComparison()
    block = _coded(stratum)
    who = _coded(cluster)
    people = int(who.max()) + 1
    table = _table(member, y, block)
    a, b, c, d = table
    odds, rate, difference = _effects(table)
    pairs = _Pairs(member, y, block, who, table)
    with np.errstate(divide="ignore", invalid="ignore"):
        # each h by the fates of i and j: both yes, only i, only j, neither
        h_odds = np.array([0.0, 1.0, -odds, 0.0])
        h_rate = np.array([1.0 - rate, 1.0, -rate, 0.0])
        h_gap = np.array([0.0, 1.0, -1.0, 0.0]) - difference
        odds_se, moves = pairs.error(h_odds, _total(a * d, table))
        rate_se, _ = pairs.error(h_rate, _total(a * (c + d), table))
        gap_se, _ = pairs.error(h_gap, _total((a + b) * (c + d), table))
    without = _NAN
    if people > 1:
        rest = who != int(np.argmax(np.abs(np.nan_to_num(moves))))
        without = _effects(_table(member[rest], y[rest], block[rest]))[0]
    # an author of thirty ideas is not thirty authors, and leaves fewer than as many degrees of
    # freedom
    sides = min(effective_number(np.bincount(who, weights)) for weights in (member, 1.0 - member))
    return StratifiedComparison(
        odds_ratio=odds,
        rate_ratio=rate,
        difference=difference,
        se_log_odds=odds_se,
        se_log_rate=rate_se,
        se_difference=gap_se,
        without_one=without,
        clusters=people,
        df=max(float(np.nan_to_num(sides)) - 1.0, 1.0),
    )


def _coded(values: Ints) -> Ints:
    return np.asarray(np.unique(values, return_inverse=True)[1].reshape(-1), dtype=np.intp)


def _table(member: Floats, y: Floats, block: Ints) -> Floats:
    """Cells a, b, c, d (in and yes, in and no, out and yes, out and no) of each stratum."""
    cells = (member * y, member * (1 - y), (1 - member) * y, (1 - member) * (1 - y))
    size = int(block.max(initial=0)) + 1
    return np.stack(
        [np.bincount(block, weights=cell, minlength=size).astype(float) for cell in cells]
    )


def _total(parts: Floats, table: Floats) -> float:
    """Sum over strata of parts / n."""
    n = table.sum(axis=0)
    return float(np.divide(parts, n, out=np.zeros(len(n)), where=n > 0).sum())


def _effects(table: Floats) -> tuple[float, float, float]:
    """Odds ratio, rate ratio and difference."""
    a, b, c, d = table
    inside = np.float64(_total(a * (c + d), table))
    outside = np.float64(_total(c * (a + b), table))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.float64(_total(a * d, table)) / _total(b * c, table)
        difference = (inside - outside) / _total((a + b) * (c + d), table)
        return float(odds), float(inside / outside), float(difference)


class _Pairs:
    """Sums of h over pairs of an idea in and an idea out of the group, by whose idea is in them."""

    def __init__(self, member: Floats, y: Floats, block: Ints, who: Ints, table: Floats) -> None:
        self.member = member
        self.y = y
        self.who = who
        self.table = table
        self.mine = table[:, block]
        self.n = self.mine.sum(axis=0)

    def error(self, h: Floats, scale: float) -> tuple[float, Floats]:
        """Standard error of the sum of h by ``scale``, and each author's part of the sum."""
        both, first, second, neither = h
        a, b, c, d = self.mine
        inside = (
            self.member
            / self.n
            * (self.y * (both * c + first * d) + (1 - self.y) * (second * c + neither * d))
        )
        outside = (
            (1 - self.member)
            / self.n
            * (self.y * (both * a + second * b) + (1 - self.y) * (first * a + neither * b))
        )
        by_first, by_second = _by(np.stack([inside, outside], axis=1), self.who).T
        a, b, c, d = self.table
        squares = both**2 * a * c + first**2 * a * d + second**2 * b * c + neither**2 * b * d
        n = self.table.sum(axis=0)
        twice = np.divide(squares, n**2, out=np.zeros(len(n)), where=n > 0).sum()
        people = len(by_first)
        variance = (
            ((by_first**2).sum() + (by_second**2).sum() - twice) * people / max(people - 1, 1)
        )
        found = scale > 0 and np.isfinite(variance) and variance > 0
        return float(np.sqrt(variance) / scale) if found else _NAN, by_first + by_second


@dataclass(frozen=True, slots=True, eq=False)
class Flips:
    """P values of no effect from flipping the signs of authors' scores, by group."""

    p_value: Floats
    p_adjusted: Floats
    draws: int


def score_test(
    member: Floats,
    y: Floats,
    stratum: Ints,
    cluster: Ints,
    *,
    draws: int = 9_999,
    rng: Generator | None = None,
) -> Flips:
    """Does fate depend on membership, given the stratum? ``member`` has a column a group.

    The score of an idea is (member - stratum mean)(y - stratum mean). Within a stratum of n ideas
    the sum of scores varies ``n / (n - 1)`` times as much as its squares say, since means were
    taken from the same ideas: flipped scores are enlarged by the root of that. Authors whose every
    idea stands alone in its stratum say nothing.
    """
    block = _coded(stratum)
    size = np.bincount(block)
    given = _centred(member, block) * _centred(y[:, None], block)
    larger = np.sqrt(size / np.maximum(size - 1, 1))[block][:, None]
    return flip_test(given.sum(axis=0), given * larger, cluster, draws=draws, rng=rng)


def flip_test(
    observed: Floats,
    scores: Floats,
    cluster: Ints,
    *,
    draws: int = 9_999,
    rng: Generator | None = None,
) -> Flips:
    """Is a sum further from 0 than sums of ``scores`` with authors' signs flipped?"""
    test = sign_flip_test(_by(scores, _coded(cluster)), draws=draws, rng=rng, keep=True)
    drawn = np.abs(np.asarray(test.null))
    spread = np.asarray(test.spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        tops = np.where(spread > 0, drawn / spread, 0.0).max(axis=1)
        seen = np.where(spread > 0, np.abs(observed) / spread, np.nan)
    slack = 1.0 - 1e-10
    hits = (drawn >= np.abs(observed) * slack).sum(axis=0).astype(float)
    top_hits = (tops[:, None] >= seen * slack).sum(axis=0).astype(float)
    p_value = monte_carlo_p(hits, test.draws, exact=test.exact)
    p_adjusted = monte_carlo_p(top_hits, test.draws, exact=test.exact)
    nothing = spread == 0
    return Flips(
        np.where(nothing, np.nan, p_value), np.where(nothing, np.nan, p_adjusted), test.draws
    )


def _by(values: Floats, by: Ints) -> Floats:
    return np.stack([np.bincount(by, weights=column) for column in values.T], axis=1).astype(
        np.float64
    )


def _centred(values: Floats, block: Ints) -> Floats:
    size = np.bincount(block)
    return np.asarray(values - (_by(values, block) / np.maximum(size, 1)[:, None])[block])


def mixed(member: Floats, stratum: Ints) -> Bools:
    """Which ideas are in a stratum that holds both kinds: only those can be compared."""
    block = np.unique(stratum, return_inverse=True)[1].reshape(-1)
    inside, outside = (np.bincount(block, weights=part) for part in (member, 1 - member))
    return np.asarray(((inside > 0) & (outside > 0))[block])
