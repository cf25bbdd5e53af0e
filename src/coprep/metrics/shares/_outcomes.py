"""Sums over every way in which n people can fall into k groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats
from coprep.metrics._tails import log_choose

_MOST_PEOPLE = 1e15
_MOST_TO_DRAW_FROM = 1e9

Parts = Callable[[int, Floats], Floats]  # group, its counts -> its term


def number_of_outcomes(n: float, k: int) -> float:
    """C(n+k-1, k-1), or the n + 1 counts of a single group where these are more; inf beyond
    1e15.
    """
    value = max(float(special.comb(n + k - 1, k - 1)), n + 1.0)
    return value if value < 1e15 else float("inf")


def countable(counts: Floats, sizes: Floats | None = None) -> None:
    """Refuse more people than can be drawn at random."""
    if not counts.sum() <= _MOST_PEOPLE:
        raise InputError.of(
            f"counts add to {counts.sum():g}; at most {_MOST_PEOPLE:g} people are expected.",
            param="counts",
            got=float(counts.sum()),
        )
    if sizes is not None and not sizes.sum() < _MOST_TO_DRAW_FROM:
        raise InputError.of(
            f"baseline adds to {sizes.sum():g} people; fewer than {_MOST_TO_DRAW_FROM:g} can be "
            "drawn from without replacement.",
            param="baseline",
            got=float(sizes.sum()),
            hint="pass replacement=True, which hardly differs in a population so large",
        )


def enumerate_sums(n: int, k: int, terms: Sequence[Parts]) -> list[Floats]:
    """For every outcome of n people in k groups, the sum over groups of each of ``terms``.

    Groups are added one by one; each step multiplies the table by the counts that are still
    possible.
    """
    left = np.array([n])
    sums = [np.zeros(1) for _ in terms]
    for group in range(k - 1):
        repeat = left + 1
        rows = np.repeat(np.arange(len(left)), repeat)
        count = np.arange(len(rows)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
        table = np.arange(n + 1, dtype=float)
        sums = [
            total[rows] + term(group, table)[count] for total, term in zip(sums, terms, strict=True)
        ]
        left = left[rows] - count
    table = np.arange(n + 1, dtype=float)
    return [total + term(k - 1, table)[left] for total, term in zip(sums, terms, strict=True)]


def log_probability(n: float, shares: Floats, sizes: Floats | None) -> tuple[Parts, float]:
    """The log probability of an outcome as a sum over groups and a constant: multinomial, or
    without replacement.
    """
    if sizes is None:
        logs = np.log(np.where(shares > 0, shares, 1.0))

        def multinomial(group: int, count: Floats) -> Floats:
            value = count * logs[group] - special.gammaln(count + 1)
            return np.where((shares[group] > 0) | (count == 0), value, -np.inf)

        return multinomial, float(special.gammaln(n + 1))
    whole = -float(log_choose(sizes.sum(keepdims=True), np.array([float(n)]))[0])
    return lambda group, count: log_choose(np.asarray(sizes[group]), count), whole


def draws_of(
    n: int, shares: Floats, sizes: Floats | None, draws: int, rng: np.random.Generator
) -> Floats:
    """Counts of ``draws`` fair draws of n people: one row a draw."""
    if sizes is None:
        return rng.multinomial(n, shares, size=draws).astype(float)
    drawn = rng.multivariate_hypergeometric(
        sizes.astype(np.int64), n, size=draws, method="marginals"
    )
    return drawn.astype(float)
