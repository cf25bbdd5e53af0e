"""Knows how often exchanging people's labels gives a sum as far out, when each person's part is a look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._streams import stream
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.inference._resampling import adjusted_hits, largest, monte_carlo_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Chance", "relabelled"]


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """How often relabelling people gives as much.

    Attributes
    ----------
    pooled, pooled_adjusted : float
        For all groups together; adjusted by the largest of this and of the groups that can be shown.
    group, group_adjusted : arrays of shape (groups,)
        For each group; adjusted in the same way.
    family : int
        How many statistics were adjusted for one another.
    draws : int
        Relabellings.
    strata, lone : int
        How many strata, and how many people are in strata of one group only, where nothing can be exchanged.
    """

    pooled: float
    pooled_adjusted: float
    group: Floats
    group_adjusted: Floats
    family: int
    draws: int
    strata: int
    lone: int


def relabelled(
    score: Floats,
    codes: Ints,
    *,
    strata: Ints,
    solve: Floats | None = None,
    counted: NDArray[np.bool_],
    draws: int,
    seed: int,
    name: str = "labels",
) -> Chance:
    """Relabel people within strata: one look-up a person a draw, for all groups together and for each.

    Parameters
    ----------
    score : array of shape (people, groups)
        What each person adds if labelled so.
    codes, strata : arrays of int of shape (people,)
        Labels, exchanged within strata.
    solve : array of shape (groups, groups), optional
        Turns the groups' sums into the statistics of the groups.
    counted : array of bool of shape (groups,)
        Groups whose p values are adjusted for one another.
    draws, seed, name
        Relabellings, and the stream they are drawn from.

    Returns
    -------
    Chance
    """
    order = np.lexsort((*score.T[::-1], codes, strata))
    score, codes, strata = score[order], codes[order], strata[order]
    people, groups = score.shape
    turned = np.eye(groups) if solve is None else solve.T
    flat, offset = score.ravel(), np.arange(people) * groups

    def statistic(rows: Ints) -> Floats:
        values = flat[rows + offset]
        place = rows + groups * np.arange(len(rows))[:, None]
        sums = np.bincount(place.ravel(), values.ravel(), minlength=len(rows) * groups).reshape(
            -1, groups
        )
        return np.concatenate([sums.sum(axis=1, keepdims=True), sums @ turned], axis=1)

    test = permutation_test(
        statistic,
        codes,
        strata=strata,
        draws=draws,
        rng=stream(seed, name),
        keep=True,
        standardise=False,
    )
    null, here = np.asarray(test.null), np.asarray(test.statistic)
    centre, spread = null.mean(axis=0), null.std(axis=0)
    usable = np.r_[True, counted] & (spread > 1e-12 * np.maximum(np.abs(here), 1e-300))
    adjusted = np.full(1 + groups, np.nan)
    if usable.any():
        away = np.abs(null[:, usable] - centre[usable]) / spread[usable]
        found = np.abs(here - centre)[usable] / spread[usable]
        adjusted[usable] = monte_carlo_p(
            adjusted_hits(largest(away), found), len(null), exact=test.exact
        )
    p = np.asarray(test.p_value)
    kinds = np.bincount(
        np.unique(strata * groups + codes) // groups, minlength=int(strata.max()) + 1
    )
    return Chance(
        pooled=float(p[0]),
        pooled_adjusted=float(adjusted[0] if usable[0] else p[0]),
        group=np.where(usable, p, np.nan)[1:],
        group_adjusted=adjusted[1:],
        family=max(int(usable.sum()), 1),
        draws=test.draws,
        strata=int((kinds > 0).sum()),
        lone=int((kinds[strata] == 1).sum()),
    )
