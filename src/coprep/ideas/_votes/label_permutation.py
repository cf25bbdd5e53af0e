"""Exchange people's labels, where each person's part of a sum is a look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._streams import stream
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.inference._resampling import adjusted_hits, largest, monte_carlo_p

if TYPE_CHECKING:
    from coprep.metrics._checks import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """P values of relabelling people, pooled and by group; adjusted by the largest of these."""

    pooled: float
    pooled_adjusted: float
    group: Floats
    group_adjusted: Floats
    family: int  # how many statistics were adjusted for one another
    draws: int
    strata: int
    lone: int  # people in strata of one group only, where nothing can be exchanged


def relabelled(
    score: Floats,
    codes: Ints,
    *,
    strata: Ints,
    solve: Floats | None = None,
    counted: Bools,
    draws: int,
    seed: int,
    name: str = "labels",
) -> Chance:
    """Relabel people within strata; ``score`` (people, groups) is what each adds if labelled so.

    ``solve`` turns the groups' sums into their effects; ``counted`` are the groups that are shown.
    """
    order = np.lexsort((*score.T[::-1], codes, strata))
    score = score[order]
    codes = codes[order]
    strata = strata[order]
    people, groups = score.shape
    turned = np.eye(groups) if solve is None else solve.T
    flat = score.ravel()
    offset = np.arange(people) * groups

    def statistic(rows: Ints) -> Floats:
        values = flat[rows + offset]
        place = rows + groups * np.arange(len(rows))[:, None]
        sums = np.bincount(place.ravel(), values.ravel(), minlength=len(rows) * groups)
        sums = sums.reshape(-1, groups)
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
    null = np.asarray(test.null)
    here = np.asarray(test.statistic)
    centre = null.mean(axis=0)
    spread = null.std(axis=0)
    usable = np.r_[True, counted] & (spread > 1e-12 * np.maximum(np.abs(here), 1e-300))
    adjusted = np.full(1 + groups, np.nan)
    if usable.any():
        away = np.abs(null[:, usable] - centre[usable]) / spread[usable]
        found = np.abs(here - centre)[usable] / spread[usable]
        hits = adjusted_hits(largest(away), found)
        adjusted[usable] = monte_carlo_p(hits, len(null), exact=test.exact)
    p = np.asarray(test.p_value)
    pairs = np.unique(strata * groups + codes)
    kinds = np.bincount(pairs // groups, minlength=int(strata.max()) + 1)
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
