"""Permutation tests within strata: all arrangements where few, random ones where many."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, numbers, whole
from coprep.metrics._streams import RNG, stream
from coprep.metrics.inference._resampling import (
    ALTERNATIVES,
    Alternative,
    ResamplingTest,
    adjusted_hits,
    at_least_as_extreme,
    largest,
    monte_carlo_p,
    resampled,
    towards,
    unwrap,
    unwrapped,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_CHUNK = 2_000_000
_KEPT = 25_000_000
_TIES = 1e-10


def arrangements(labels: ArrayLike, *, strata: ArrayLike | None = None) -> int:
    """How many different ways are there to deal these labels out within strata?"""
    group, block = _coded(labels, strata)
    total = 1
    for members in _members(block):
        left = len(members)
        for size in np.bincount(group[members]):
            total *= math.comb(left, int(size))
            left -= int(size)
    return total


def _are_few(group: Ints, block: Ints, limit: int) -> bool:
    """Whether there are at most ``limit`` arrangements, without multiplying very large numbers."""
    cells = np.bincount(block * (group.max() + 1) + group)
    log_count = sum(math.lgamma(n + 1) for n in np.bincount(block)) - sum(
        math.lgamma(n + 1) for n in cells
    )
    return log_count < math.log(limit + 1) + 1 and arrangements(group, strata=block) <= limit


def permute_within(
    labels: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    draws: int = 9_999,
    rng: RNG = None,
    chunk: int | None = None,
) -> Iterator[Ints]:
    """Deal labels out again at random within strata, many draws at a time."""
    group, block = _coded(labels, strata)
    step = (
        whole(chunk, "chunk", low=1) if chunk is not None else max(1, _CHUNK // max(len(group), 1))
    )
    return _permuted(group, block, whole(draws, "draws", low=1), stream(rng, "labels"), step)


def _permuted(
    group: Ints, block: Ints, draws: int, generator: Generator, step: int
) -> Iterator[Ints]:
    """Strata of one size are shuffled together, so the cost does not grow with the number of
    strata.
    """
    by_size: dict[int, list[Ints]] = {}
    for members in _members(block):
        if len(np.unique(group[members])) > 1:
            by_size.setdefault(len(members), []).append(members)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = np.tile(group, (rows, 1))
        for stacked in by_size.values():
            where = np.stack(stacked)
            drawn[:, where] = generator.permuted(drawn[:, where], axis=2)
        yield drawn


def _members(block: Ints) -> list[Ints]:
    order = np.argsort(block, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(block[order])) + 1)


def _coded(labels: ArrayLike, strata: ArrayLike | None) -> tuple[Ints, Ints]:
    group = codes(labels, "labels")
    if not len(group):
        raise InputError.of(
            "labels is empty; there is nobody to relabel.", code="empty", param="labels"
        )
    block = (
        np.zeros(len(group), dtype=np.intp)
        if strata is None
        else codes(strata, "strata", n=len(group))
    )
    return group, block


def _every(group: Ints, block: Ints) -> Ints:
    """All arrangements, one a row."""
    rows = group[None, :].copy()
    for members in _members(block):
        dealt = _deals(group[members])
        rows = np.repeat(rows, len(dealt), axis=0)
        rows[:, members] = np.tile(dealt, (len(rows) // len(dealt), 1))
    return rows


def _deals(labels: Ints) -> Ints:
    """All different orders of a few labels."""
    kinds, sizes = np.unique(labels, return_counts=True)
    dealt = np.full((1, len(labels)), kinds[-1])
    for kind, size in zip(kinds[:-1], sizes[:-1], strict=True):
        open_places = [np.flatnonzero(row == kinds[-1]) for row in dealt]
        picks = np.array(list(combinations(range(len(open_places[0])), int(size))))
        new = np.repeat(dealt, len(picks), axis=0)
        where = np.concatenate([places[picks] for places in open_places])
        np.put_along_axis(new, where, kind, axis=1)
        dealt = new
    return dealt


def permutation_test(
    statistic: Callable[[Ints], Floats],
    labels: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    alternative: Alternative = "two-sided",
    centre: float | None = None,
    standardise: bool = True,
    draws: int = 9_999,
    max_exact: int = 20_000,
    rng: RNG = None,
    keep: bool = False,
    chunk: int | None = None,
) -> ResamplingTest:
    """Are labels unrelated to what was measured? Relabel people within strata and see.

    Parameters
    ----------
    statistic : callable
        Takes an array (rows, people) of labels, gives (rows,) or (rows, m) values.
    labels : array of int of shape (people,)
        Codes from 0.
    strata : array of int of shape (people,), optional
        Labels are exchanged within these only.
    alternative : {"two-sided", "greater", "less"}
        Which departures count; two-sided counts distance from ``centre``.
    centre : float, optional
        Where the null lies. None takes the mean of the draws, which are then held in memory.
    standardise : bool
        Divide each statistic by its null spread before the largest is taken; False where the m
        statistics are already z values.
    draws : int
        Number of random relabellings when they are not enumerated.
    max_exact : int
        Up to this many arrangements all are enumerated.
    rng : int, numpy Generator or None
        Seed or generator.
    keep : bool
        Keep the drawn statistics.
    chunk : int, optional
        Most rows handed to ``statistic`` at a time; by default about 2 million labels.

    Returns
    -------
    ResamplingTest

    Raises
    ------
    InputError
        When more than 25 million drawn numbers would have to be kept; for no labels, codes that are
        not whole, strata of another length, and unknown words.

    References
    ----------
    Pitman, E. J. G. (1937). Significance tests which may be applied to samples from any
    populations. Supplement to the Journal of the Royal Statistical Society 4, 119-130.
    Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley.
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology 9(1), 39.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 10.0, 11.0, 12.0])
    >>> permutation_test(lambda g: (g * x).sum(axis=1), [0, 0, 0, 1, 1, 1]).p_value
    0.1
    """
    choice(alternative, "alternative", ALTERNATIVES)
    whole(max_exact, "max_exact")
    whole(1 if chunk is None else chunk, "chunk", low=1)
    group, block = _coded(labels, strata)
    exact = _are_few(group, block, max_exact)
    observed = np.asarray(statistic(group[None, :]), dtype=float)
    rows = _every(group, block) if exact else group[:0]
    if exact:
        step = chunk or max(1, _CHUNK // len(group))
        blocks: Iterator[Ints] = (rows[i : i + step] for i in range(0, len(rows), step))
    else:
        blocks = permute_within(group, strata=block, draws=draws, rng=rng, chunk=chunk)
    drawn = (np.asarray(statistic(rows), dtype=float).reshape(len(rows), -1) for rows in blocks)
    if exact:
        draws = len(rows)
    return _judged(
        observed,
        drawn,
        alternative=alternative,
        centre=centre,
        standardise=standardise,
        draws=draws,
        exact=exact,
        keep=keep,
    )


def _judged(
    observed: Floats,
    drawn: Iterator[Floats],
    *,
    alternative: str,
    centre: float | None,
    standardise: bool,
    draws: int,
    exact: bool,
    keep: bool,
) -> ResamplingTest:
    single = observed.ndim == 1
    now = observed.reshape(-1)
    must_hold = keep or standardise or centre is None
    null: Floats = np.empty((0, now.size))
    if must_hold:
        if now.size * draws > _KEPT:
            raise InputError.of(
                f"{now.size:,} statistics x {draws:,} draws do not fit in memory.",
                param="draws",
                hint="give z values with centre=0 and standardise=False.",
            )
        null = np.concatenate(list(drawn))
        middle = null.mean(axis=0) if centre is None else np.full(now.size, float(centre))
        spread = null.std(axis=0)
        drawn = iter([null])
    else:
        middle = np.full(now.size, float(centre or 0.0))
        spread = np.ones(now.size)
    scale = spread if standardise else np.ones(now.size)
    hits, maxima = _counted(now - middle, (rows - middle for rows in drawn), scale, alternative)
    with np.errstate(divide="ignore", invalid="ignore"):
        turned = towards((now - middle) / scale, alternative)
    p_adjusted = monte_carlo_p(adjusted_hits(maxima, turned), len(maxima), exact=exact)
    p_value = monte_carlo_p(hits, len(maxima), exact=exact)
    undefined = np.isnan(now)
    return resampled(
        statistic=unwrap(now, single),
        p_value=unwrap(np.where(undefined, np.nan, p_value), single),
        p_adjusted=unwrap(
            np.where(undefined, np.nan, np.where(scale == 0, 1.0, p_adjusted)), single
        ),
        centre=unwrap(middle, single),
        spread=unwrap(spread if must_hold else np.full(now.size, np.nan), single),
        method="permutation",
        draws=len(maxima),
        exact=exact,
        null=unwrapped(null, single) if keep else None,
        largest=maxima,
    )


def _counted(
    distance: Floats, drawn: Iterator[Floats], scale: Floats, alternative: str
) -> tuple[Floats, NDArray[np.float64]]:
    """Hits for each statistic, and the largest standardised statistic of each draw."""
    slack = _TIES * np.where(scale > 0, scale, np.abs(distance)) + 1e-14 * np.abs(distance)
    hits = np.zeros(len(distance))
    maxima = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for rows in drawn:
            hits += at_least_as_extreme(rows, distance, slack, alternative).sum(axis=0)
            maxima.append(largest(towards(rows / scale, alternative)))
    return hits, np.concatenate(maxima)


def lookup_sums(table: ArrayLike, labels: Ints) -> Floats:
    """For each relabelling and each pair of groups: the sum of ``table[v, b]`` over people v
    labelled a.
    """
    given = numbers(table, "table", ndim=2)
    groups = given.shape[1]
    sums = np.empty((len(labels), groups, groups))
    for a in range(groups):
        sums[:, a, :] = (labels == a).astype(float) @ given
    return sums
