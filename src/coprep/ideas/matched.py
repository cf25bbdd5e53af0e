"""Knows how two kinds of ideas fare like with like (Mantel-Haenszel), when authors and not ideas are the units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Matched", "matched", "mixed", "scores"]

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Matched:
    """Common effects over strata, with errors by leaving out one cluster at a time.

    Attributes
    ----------
    odds_ratio, rate_ratio, difference : float
        Mantel-Haenszel estimates; the difference from -1 to 1.
    se_log_odds, se_log_rate, se_difference : float
        Jackknife standard errors over clusters, of the logarithm for ratios; nan where undefined without somebody.
    without_one : float
        The odds ratio without the cluster that moves it most.
    clusters : int
        Clusters that were left out in turn.
    df : int
        Clusters on the smaller side, less one.
    """

    odds_ratio: float = _NAN
    rate_ratio: float = _NAN
    difference: float = _NAN
    se_log_odds: float = _NAN
    se_log_rate: float = _NAN
    se_difference: float = _NAN
    without_one: float = _NAN
    clusters: int = 0
    df: int = 1


def matched(member: Floats, y: Floats, stratum: Ints, cluster: Ints) -> Matched:
    """Effects of membership on a yes within strata.

    Parameters
    ----------
    member : array, one an idea
        1 for the group compared, 0 for the others; a share for ideas of several authors.
    y : array, one an idea
        1 for yes, 0 for no.
    stratum, cluster : array of int, one an idea
        Ideas of one stratum are compared; ideas of one cluster (author) go together.

    Returns
    -------
    Matched

    Notes
    -----
    With one idea a cell ``[[a, b], [c, d]]`` of a stratum of ``n`` is a sum of ``member * y`` and so on, the odds
    ratio ``sum(ad/n) / sum(bc/n)``. Leaving out a cluster changes only the strata it is in.

    Examples
    --------
    >>> member = np.repeat([1.0, 1.0, 0.0, 0.0], [3, 1, 1, 3])
    >>> y = np.repeat([1.0, 0.0, 1.0, 0.0], [3, 1, 1, 3])
    >>> round(matched(member, y, np.zeros(8, dtype=int), np.arange(8)).odds_ratio, 6)
    9.0
    """
    if not len(y):
        return Matched()
    block = np.unique(stratum, return_inverse=True)[1].reshape(-1)
    who = np.unique(cluster, return_inverse=True)[1].reshape(-1)
    blocks, people = int(block.max()) + 1, int(who.max()) + 1
    cells = np.stack([member * y, member * (1 - y), (1 - member) * y, (1 - member) * (1 - y)], axis=1)
    tables = _added(cells, block, blocks)
    pair, row = np.unique(who * blocks + block, return_inverse=True)
    theirs = _added(cells, row.reshape(-1), len(pair))
    where, whose = pair % blocks, pair // blocks
    whole = _sums(tables)
    change = _sums(np.maximum(tables[where] - theirs, 0.0)) - whole[where]
    total = whole.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, without = _effects(total), _effects(total + _added(change, whose, people))
        errors = np.sqrt((people - 1) / people * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
        moved = np.abs(without[:, 0] - value[0])
    most = int(np.argmax(np.nan_to_num(moved, nan=np.inf)))
    sides = [len(np.unique(who[member > 0])), len(np.unique(who[member < 1]))]
    return Matched(
        odds_ratio=float(np.exp(value[0])),
        rate_ratio=float(np.exp(value[1])),
        difference=float(value[2]),
        se_log_odds=float(errors[0]),
        se_log_rate=float(errors[1]),
        se_difference=float(errors[2]),
        without_one=float(np.exp(without[most, 0])) if people > 1 else float("nan"),
        clusters=people,
        df=max(min(sides) - 1, 1),
    )


def _added(values: Floats, by: Ints, size: int) -> Floats:
    columns = [np.bincount(by, weights=values[:, j], minlength=size) for j in range(values.shape[1])]
    return np.stack(columns, axis=1)


def _sums(tables: Floats) -> Floats:
    """Per table: ad/n, bc/n, a(c+d)/n, c(a+b)/n and (a+b)(c+d)/n; 0 for an empty one."""
    a, b, c, d = tables.T
    n = a + b + c + d
    parts = np.stack([a * d, b * c, a * (c + d), c * (a + b), (a + b) * (c + d)], axis=1)
    return np.asarray(np.divide(parts, n[:, None], out=np.zeros(parts.shape), where=n[:, None] > 0))


def _effects(sums: Floats) -> Floats:
    """Log odds ratio, log rate ratio and difference from the five sums (last axis)."""
    ad, bc, above, below, weight = np.moveaxis(sums, -1, 0)
    return np.stack([np.log(ad) - np.log(bc), np.log(above) - np.log(below), (above - below) / weight], axis=-1)


def scores(member: Floats, y: Floats, stratum: Ints, cluster: Ints) -> Floats:
    """Per cluster the sum of (member - its stratum mean)(y - its stratum mean): a score of no effect, to flip.

    ``member`` may have a column a group.
    """
    block = np.unique(stratum, return_inverse=True)[1].reshape(-1)
    who = np.unique(cluster, return_inverse=True)[1].reshape(-1)
    columns = member if member.ndim == 2 else member[:, None]
    given = _centred(columns, block) * _centred(y[:, None], block)
    return _added(given, who, int(who.max(initial=-1)) + 1)


def _centred(values: Floats, block: Ints) -> Floats:
    size = np.bincount(block)
    return values - (_added(values, block, len(size)) / np.maximum(size, 1)[:, None])[block]


def mixed(member: Floats, stratum: Ints) -> Bools:
    """Which ideas are in a stratum that holds both kinds: only those can be compared."""
    block = np.unique(stratum, return_inverse=True)[1].reshape(-1)
    inside, outside = (np.bincount(block, weights=part) for part in (member, 1 - member))
    return np.asarray(((inside > 0) & (outside > 0))[block])
