"""Draws that can be repeated: named streams, sign-flips, bootstraps of cells and of people, the jackknife."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.random import Generator, SeedSequence

from coprep.errors import InputError, show
from coprep.metrics._numbers import Floats, choice, codes, numbers, whole

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Jackknife",
    "ResamplingTest",
    "cell_bootstrap",
    "cluster_bootstrap",
    "entropy",
    "jackknife",
    "monte_carlo_p",
    "sign_flip_test",
    "stream",
]

RNG = int | Generator | None
Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES = ("two-sided", "greater", "less")
_CHUNK = 4_000_000
_TIES = 1e-10


def entropy(rng: RNG) -> int:
    """One integer that stands for ``rng`` and can be kept in a result.

    Parameters
    ----------
    rng : int, numpy Generator or None
        A seed is returned as it is; a generator gives its next 63 bits; None gives fresh entropy.

    Returns
    -------
    int
        From 0 to 2**63 - 1 unless a larger seed was given.

    Examples
    --------
    >>> entropy(7)
    7
    """
    if rng is None:
        return int(np.random.default_rng().integers(2**63))
    if isinstance(rng, Generator):
        return int(rng.integers(2**63))
    seed: object = rng
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0:
        return int(seed)
    raise InputError.of(
        f"rng must be a whole number from 0, a numpy Generator or None; not {show(rng)}.", param="rng"
    )


def stream(rng: RNG, name: str) -> Generator:
    """A generator of its own for one named use of ``rng``, so that a new use changes no other number.

    Parameters
    ----------
    rng : int, numpy Generator or None
        Seed or generator, see `entropy`.
    name : str
        What the draws are for.

    Returns
    -------
    numpy.random.Generator

    Examples
    --------
    >>> bool(stream(7, "a").random() == stream(7, "a").random())
    True
    """
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(SeedSequence([entropy(rng), key]))


@dataclass(frozen=True, slots=True, eq=False)
class ResamplingTest:
    """What a resampling test found; arrays of m where m statistics were tested together, else floats.

    Attributes
    ----------
    statistic : float or array
        As observed.
    p_value : float or array
        Share of draws at least as extreme, ``(1 + hits) / (1 + draws)``, or exact where all were enumerated.
    p_adjusted : float or array
        The same for the largest of all standardised statistics: controls the chance of any false alarm.
    centre, spread : float or array
        Mean and standard deviation of the statistic under the null.
    draws : int
        Number of draws, or of arrangements enumerated.
    exact : bool
        Whether all arrangements were enumerated.
    null : array of shape (draws,) or (draws, m), or None
        The drawn statistics, where they were asked to be kept.
    largest : array of shape (draws,), or None
        The largest standardised departure of each relabelling; its quantiles make simultaneous intervals.
    """

    statistic: float | Floats
    p_value: float | Floats
    p_adjusted: float | Floats
    centre: float | Floats
    spread: float | Floats
    draws: int
    exact: bool
    null: Floats | None = None
    largest: Floats | None = None


def monte_carlo_p(hits: ArrayLike, draws: int, *, exact: bool = False) -> Floats:
    """P value from the number of draws at least as extreme as what was observed.

    Parameters
    ----------
    hits : array
        Draws at least as extreme as observed.
    draws : int
        Number of draws.
    exact : bool
        Whether all arrangements, the observed one among them, were enumerated.

    Returns
    -------
    array
        ``hits / draws`` if exact, else ``(1 + hits) / (1 + draws)``; above 0 always.

    References
    ----------
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in
    Genetics and Molecular Biology 9(1), 39.

    Examples
    --------
    >>> float(monte_carlo_p(4, 99))
    0.05
    """
    count = numbers(hits, "hits", "nonnegative")
    total = whole(draws, "draws", low=1)
    return count / total if exact else (1.0 + count) / (1.0 + total)


def at_least_as_extreme(
    drawn: Floats, observed: Floats, slack: Floats, alternative: str
) -> NDArray[np.bool_]:
    """Whether each draw is as extreme as what was observed, ties included; an undefined draw counts."""
    if alternative == "two-sided":
        return ~(np.abs(drawn) < np.abs(observed) - slack)
    if alternative == "greater":
        return ~(drawn < observed - slack)
    return ~(drawn > observed + slack)


def towards(values: Floats, alternative: str) -> Floats:
    """``values`` turned so that larger is more extreme."""
    if alternative == "two-sided":
        return np.abs(values)
    return values if alternative == "greater" else -values


def largest(values: Floats) -> Floats:
    """Largest of each row; undefined columns are left out, a row without any gives nan."""
    filled = np.where(np.isnan(values), -np.inf, values)
    top = filled.max(axis=-1, initial=-np.inf)
    return np.where(np.isneginf(top), np.nan, top)


def adjusted_hits(maxima: Floats, observed: Floats) -> Floats:
    """How many of the drawn maxima reach each observed standardised statistic."""
    ordered = np.sort(maxima)
    slack = _TIES * np.maximum(1.0, np.abs(observed))
    found = len(ordered) - np.searchsorted(ordered, observed - slack, side="left")
    return np.asarray(found, dtype=float)


def unwrap(values: Floats, single: bool) -> float | Floats:
    """A float where one statistic was asked for, else the array."""
    return float(values[..., 0]) if single else values


def sign_flip_test(
    scores: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    draws: int = 9_999,
    exact_up_to: int = 15,
    rng: RNG = None,
    keep: bool = False,
) -> ResamplingTest:
    """Is the sum of these scores further from 0 than if each unit's sign were a coin toss?

    Parameters
    ----------
    scores : array of shape (units,) or (units, m)
        One row a unit (a person): its score, or its m scores when m statistics are tested together.
    alternative : {"two-sided", "greater", "less"}
        Which departures count.
    draws : int
        Number of random sign patterns when they are not enumerated.
    exact_up_to : int
        All patterns are enumerated up to this many units with a score other than 0; at most 20.
    rng : int, numpy Generator or None
        Seed or generator. Units are sorted first, so their order does not matter.
    keep : bool
        Keep the drawn sums.

    Returns
    -------
    ResamplingTest
        ``statistic`` is the sum; ``p_adjusted`` refers to the largest standardised sum of the m.

    Notes
    -----
    Exact when the scores of each unit are symmetric about 0 and independent between units; otherwise a score
    test robust to heteroscedasticity, valid as the number of units grows. Enumeration includes the identity.

    References
    ----------
    Hemerik, J., Goeman, J. J. & Finos, L. (2020). Robust testing in generalized linear models by sign
    flipping score contributions. JRSS B 82(3), 841-864.

    Examples
    --------
    >>> sign_flip_test([1, 2, 3, 4]).p_value
    0.125
    """
    given = numbers(scores, "scores", ndim=(1, 2))
    choice(alternative, "alternative", ALTERNATIVES)
    whole(draws, "draws", low=1)
    if whole(exact_up_to, "exact_up_to") > 20:
        raise InputError.of(f"exact_up_to is {exact_up_to}; at most 20 allowed.", param="exact_up_to")
    single = given.ndim == 1
    units = given.reshape(len(given), -1)
    units = units[(units != 0).any(axis=1)]
    units = units[np.lexsort(units.T[::-1])] if len(units) else units
    exact = len(units) <= exact_up_to
    blocks = _all_signs(len(units)) if exact else _random_signs(len(units), draws, stream(rng, "sign flips"))
    total = units.sum(axis=0)
    spread = np.sqrt((units**2).sum(axis=0))
    drawn = (2.0 * (block @ units) - total for block in blocks)
    size = np.abs(units).sum(axis=0)
    return _against(
        total, drawn, spread=spread, size=size, alternative=alternative, exact=exact, keep=keep, single=single
    )


def _against(
    total: Floats,
    drawn: Iterator[Floats],
    *,
    spread: Floats,
    size: Floats,
    alternative: str,
    exact: bool,
    keep: bool,
    single: bool,
) -> ResamplingTest:
    """Count draws as extreme as ``total``, for each statistic and for the largest of them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = towards(total / spread, alternative)
        hits, maxima, kept = np.zeros(len(total)), [], []
        for block in drawn:
            hits += at_least_as_extreme(block, total, _TIES * size, alternative).sum(axis=0)
            maxima.append(largest(towards(block / spread, alternative)))
            kept.extend([block] if keep else [])
    tops = np.concatenate(maxima)
    p_adjusted = monte_carlo_p(adjusted_hits(tops, observed), len(tops), exact=exact)
    undefined = spread == 0
    return ResamplingTest(
        statistic=unwrap(total, single),
        p_value=unwrap(monte_carlo_p(hits, len(tops), exact=exact), single),
        p_adjusted=unwrap(np.where(undefined, 1.0, p_adjusted), single),
        centre=unwrap(np.zeros(len(total)), single),
        spread=unwrap(spread, single),
        draws=len(tops),
        exact=exact,
        null=(np.concatenate(kept)[:, 0] if single else np.concatenate(kept)) if keep else None,
    )


def _all_signs(n: int) -> Iterator[Floats]:
    """Every pattern of n zeros and ones, in blocks; the last is all ones, which is what was observed."""
    step = max(1, _CHUNK // max(n, 1))
    shifts = np.arange(n)
    for start in range(0, 1 << n, step):
        patterns = np.arange(start, min(start + step, 1 << n))
        yield ((patterns[:, None] >> shifts) & 1).astype(float)


def _random_signs(n: int, draws: int, generator: Generator) -> Iterator[Floats]:
    """Random patterns of n zeros and ones, in blocks of bounded memory."""
    step, width = max(1, _CHUNK // n), -(-n // 8)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        packed = np.frombuffer(generator.bytes(rows * width), dtype=np.uint8).reshape(rows, width)
        yield np.unpackbits(packed, axis=1, count=n).astype(float)


def cell_bootstrap(counts: ArrayLike, *, draws: int = 999, rng: RNG = None) -> Floats:
    """Redraw the cells of a count table as the bootstrap of its rows would, without touching the rows.

    Parameters
    ----------
    counts : array of shape (cells,) or (strata, cells)
        Whole numbers from 0. With two dimensions each stratum keeps its own total.
    draws : int
        Number of replicates.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    array of shape (draws, cells) or (draws, strata, cells)
        Replicated counts.

    Notes
    -----
    Rows of one cell are interchangeable, so a multinomial draw of the cells has exactly the law of the row
    bootstrap, at a cost that does not grow with the number of rows.

    Examples
    --------
    >>> cell_bootstrap([[5, 5], [0, 3]], draws=4, rng=1).sum(axis=2).tolist()
    [[10.0, 3.0], [10.0, 3.0], [10.0, 3.0], [10.0, 3.0]]
    """
    table = numbers(counts, "counts", "nonnegative", ndim=(1, 2))
    if (table != np.floor(table)).any():
        raise InputError.of("counts must be whole; for weighted data resample people.", param="counts")
    totals = table.sum(axis=-1, keepdims=True)
    even = np.full(table.shape, 1.0 / table.shape[-1])
    shares = np.divide(table, totals, out=even, where=totals > 0)
    size = (whole(draws, "draws", low=1), *table.shape[:-1])
    drawn = stream(rng, "cells").multinomial(totals[..., 0].astype(np.int64), shares, size=size)
    return drawn.astype(float)


def cluster_bootstrap(
    sums: ArrayLike, *, strata: ArrayLike | None = None, draws: int = 999, rng: RNG = None
) -> Floats:
    """Totals over resampled people: the bootstrap when a person brings many rows.

    Parameters
    ----------
    sums : array of shape (people,) or (people, m)
        What each person contributes to the m totals.
    strata : array of int of shape (people,), optional
        People are resampled within these groups, coded from 0; None resamples all together.
    draws : int
        Number of replicates.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    array of shape (draws,) or (draws, m)
        Totals; apply any formula to them row by row.

    Examples
    --------
    >>> cluster_bootstrap([1, 1, 1], draws=2, rng=0).tolist()
    [3.0, 3.0]
    """
    given = numbers(sums, "sums", ndim=(1, 2))
    n = len(given)
    group = np.zeros(n, dtype=np.intp) if strata is None else codes(strata, "strata", n=n)
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)[group[order]].astype(float)
    start = np.searchsorted(group[order], group[order])
    people = given[order].reshape(n, -1)
    generator, step = stream(rng, "people"), max(1, _CHUNK // n)
    totals = []
    for first in range(0, whole(draws, "draws", low=1), step):
        rows = min(step, draws - first)
        picked = start + (generator.random((rows, n)) * size).astype(np.intp)
        flat = (picked + np.arange(rows)[:, None] * n).ravel()
        totals.append(np.bincount(flat, minlength=rows * n).reshape(rows, n).astype(float) @ people)
    return np.concatenate(totals)[:, 0] if given.ndim == 1 else np.concatenate(totals)


@dataclass(frozen=True, slots=True, eq=False)
class Jackknife:
    """A statistic, its leave-one-person-out values and what follows from them.

    Attributes
    ----------
    value : float or array
        The statistic of all people.
    se : float or array
        Jackknife standard error.
    bias : float or array
        Jackknife estimate of the bias.
    leave_out : array of shape (people,) or (people, m)
        The statistic without each person.
    """

    value: float | Floats
    se: float | Floats
    bias: float | Floats
    leave_out: Floats


def jackknife(sums: ArrayLike, statistic: Callable[[Floats], Floats]) -> Jackknife:
    """How much does the answer hang on single people?

    Parameters
    ----------
    sums : array of shape (people,) or (people, m)
        What each person contributes to the m totals.
    statistic : callable
        Takes totals of shape (k,) or (k, m), gives k values or an array of shape (k, s).

    Returns
    -------
    Jackknife
        The person of largest influence is ``abs(leave_out - value).argmax()``.

    Notes
    -----
    ``se**2 = (n - 1) / n * sum((leave_out - mean(leave_out))**2)``; people whose removal leaves the statistic
    undefined make it nan.

    Examples
    --------
    >>> j = jackknife([[1, 1], [2, 1], [3, 1]], lambda t: t[:, 0] / t[:, 1])
    >>> round(j.se, 6)
    0.57735
    """
    people = numbers(sums, "sums", ndim=(1, 2))
    n = len(people)
    if n < 2:
        raise InputError.of("the jackknife needs at least 2 people.", param="sums", got=n, expected=2)
    total = people.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.asarray(statistic(total[None, ...]), dtype=float)[0]
        without = np.asarray(statistic(total - people), dtype=float)
        mean = without.mean(axis=0)
        se = np.sqrt((n - 1) / n * ((without - mean) ** 2).sum(axis=0))
    bias = (n - 1) * (mean - value)
    if without.ndim == 1:
        return Jackknife(float(value), float(se), float(bias), without)
    return Jackknife(value, se, bias, without)
