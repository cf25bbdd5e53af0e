"""Votes dealt out again with everybody's number of votes and every idea's kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, whole
from coprep.metrics._streams import RNG, stream
from coprep.metrics.inference._resampling import (
    ALTERNATIVES,
    Alternative,
    ResamplingTest,
    at_least_as_extreme,
    monte_carlo_p,
    resampled,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_WIDEST = 20_000  # different rows of one sum
_LARGEST = 50_000_000  # numbers held while rows are joined


def fixed_margin_matrices(votes: ArrayLike, *, most: int = 100_000) -> NDArray[np.int8] | None:
    """All 0/1 matrices with the row and column totals of this one."""
    table = _votes(votes)
    limit = whole(most, "most", low=1)
    found = np.zeros((1, 0, table.shape[1]), dtype=np.int8)
    left = table.sum(axis=0, dtype=np.int64)[None, :]
    for at, size in enumerate(table.sum(axis=1, dtype=np.int64)):
        rows = _rows(table.shape[1], int(size), _WIDEST)
        if rows is None or len(rows) * len(found) * table.shape[1] > _LARGEST:
            return None
        after = left[:, None, :] - rows[None, :, :]
        remaining = len(table) - at - 1
        fits = ((after >= 0) & (after <= remaining)).all(axis=2)
        which, row = np.nonzero(fits)
        found = np.concatenate([found[which], rows[row][:, None, :]], axis=1)
        left = after[which, row]
    return found if len(found) <= limit else None


def _rows(ideas: int, size: int, limit: int) -> NDArray[np.int8] | None:
    """All rows of ``ideas`` zeros and ones with ``size`` ones."""
    from itertools import combinations
    from math import comb

    if comb(ideas, size) > limit:
        return None
    rows = np.zeros((comb(ideas, size), ideas), dtype=np.int8)
    for at, picked in enumerate(combinations(range(ideas), size)):
        rows[at, list(picked)] = 1
    return rows[::-1]


def _votes(votes: ArrayLike) -> NDArray[np.int8]:
    table = numbers(votes, "votes", ndim=2)
    if not np.isin(table, (0.0, 1.0)).all():
        raise InputError.of("votes must be 0 or 1 everywhere.", param="votes")
    return table.astype(np.int8)


def fixed_margin_draws(
    votes: ArrayLike, *, draws: int = 999, burn_in: int = 100, thin: int = 10, rng: RNG = None
) -> Iterator[NDArray[np.int8]]:
    """Random matrices with the row and column totals of this one."""
    table = _votes(votes)
    generator = stream(rng, "fixed margins")
    wait = whole(burn_in, "burn_in")
    whole(thin, "thin", low=1)
    for _ in range(whole(draws, "draws", low=1)):
        for _ in range(wait):
            table = _traded(table, generator)
        wait = thin
        yield table.copy()


def _traded(table: NDArray[np.int8], generator: Generator) -> NDArray[np.int8]:
    """One round: rows meet in random pairs and deal out afresh the votes only one of the two
    holds.
    """
    half = len(table) // 2
    order = generator.permutation(len(table))
    first = order[:half]
    second = order[half : 2 * half]
    a = table[first]
    b = table[second]
    differ = a != b
    key = np.where(differ, generator.random(a.shape), 2.0)
    rank = np.argsort(np.argsort(key, axis=1), axis=1)
    mine = rank < (differ & (a == 1)).sum(axis=1, keepdims=True)
    traded = table.copy()
    traded[first] = np.where(differ, mine, a)
    traded[second] = np.where(differ, ~mine, b)
    return traded


def fixed_margin_test(
    votes: ArrayLike,
    weights: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    most: int = 20_000,
    draws: int = 999,
    burn_in: int = 100,
    thin: int = 10,
    rng: RNG = None,
) -> ResamplingTest:
    """Is ``sum(votes * weights)`` further out than activity and popularity alone would make it?

    Parameters
    ----------
    votes : array of 0 and 1 of shape (people, ideas)
        Votes; every idea was shown to everybody.
    weights : array of shape (people, ideas)
        Such as 1 where the idea is for the person's own group.
    alternative : {"two-sided", "greater", "less"}
        Two-sided counts distance from the null mean.
    most : int
        Enumerate when there are at most this many matrices, else draw.
    draws, burn_in, thin, rng
        As for `fixed_margin_draws`.

    Returns
    -------
    ResamplingTest

    Raises
    ------
    InputError
        For votes other than 0 and 1, weights of another shape, and unknown words.

    Notes
    -----
    Exact only when tastes are additive: tastes that people share across groups triple its false
    alarms. A second opinion beside relabelling people, never the first.

    References
    ----------
    Snijders, T. A. B. (1991). Enumeration and simulation methods for 0-1 matrices with given
    marginals. Psychometrika 56, 397-417.
    Strona, G. et al. (2014), as in `fixed_margin_draws`.

    Examples
    --------
    >>> found = fixed_margin_test([[1, 0], [0, 1]], [[1, 0], [0, 1]], alternative="greater")
    >>> found.statistic, found.p_value, found.exact
    (2.0, 0.5, True)
    """
    table = _votes(votes)
    weight = numbers(weights, "weights", ndim=2)
    choice(alternative, "alternative", ALTERNATIVES)
    if weight.shape != table.shape:
        raise InputError.of(
            f"weights have shape {weight.shape}; {table.shape} expected.",
            code="length",
            param="weights",
        )
    observed = float((table * weight).sum())
    every = fixed_margin_matrices(table, most=most)
    exact = every is not None
    if every is not None:
        null: Floats = np.einsum("mij,ij->m", every, weight)
    else:
        sampled = fixed_margin_draws(table, draws=draws, burn_in=burn_in, thin=thin, rng=rng)
        null = np.array([float((m * weight).sum()) for m in sampled])
    slack = np.asarray(1e-10 * np.abs(weight).sum())
    distance = np.asarray(observed - null.mean())
    drawn = null - null.mean()
    hits = at_least_as_extreme(drawn, distance, slack, alternative).sum()
    p_value = float(monte_carlo_p(float(hits), len(null), exact=exact))
    return resampled(
        observed,
        p_value,
        p_value,
        float(null.mean()),
        float(null.std()),
        method="fixed-margins",
        draws=len(null),
        exact=exact,
        null=null,
    )
