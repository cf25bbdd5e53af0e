"""Resampling tests: the result they share, and sign flips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.random import Generator

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, whole
from coprep.metrics._results import TestResult, log10_of
from coprep.metrics._streams import RNG, stream

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES = ("two-sided", "greater", "less")
_CHUNK = 4_000_000
_TIES = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class ResamplingTest(TestResult[float | Floats]):
    """What a resampling test found; arrays of m where m statistics were tested together, else
    floats.

    Attributes
    ----------
    statistic, p_value, log10_p_value : float or array
        Of the data; p values that count draws at least as extreme, the data among them.
    df : float
        nan.
    method : str
        What was dealt out again: "permutation", "sign-flips" or "fixed-margins".
    p_adjusted : float or array
        With the largest of all statistics compared: allows for having tested several.
    centre, spread : float or array
        Mean and standard deviation of the draws.
    draws : int
        Draws, or all arrangements.
    exact : bool
        Whether all arrangements were gone through.
    null : array, optional
        The draws, where they were to be kept.
    largest : array, optional
        The largest standardised statistic of each draw.
    """

    p_adjusted: float | Floats
    centre: float | Floats
    spread: float | Floats
    draws: int
    exact: bool
    null: Floats | None = None
    largest: Floats | None = None


def resampled(
    statistic: Any,
    p_value: Any,
    p_adjusted: Any,
    centre: Any,
    spread: Any,
    *,
    method: str,
    draws: int,
    exact: bool,
    null: Floats | None = None,
    largest: Floats | None = None,
) -> ResamplingTest:
    """A result, with the logarithm of its p value."""
    return ResamplingTest(
        statistic,
        p_value,
        log10_of(p_value),
        np.nan,
        method,
        p_adjusted,
        centre,
        spread,
        draws,
        exact,
        null,
        largest,
    )


def monte_carlo_p(hits: ArrayLike, draws: int, *, exact: bool = False) -> Floats:
    """P values from numbers of draws at least as extreme as what was observed."""
    count = numbers(hits, "hits", "nonnegative")
    total = whole(draws, "draws", low=1)
    return count / total if exact else (1.0 + count) / (1.0 + total)


def at_least_as_extreme(
    drawn: Floats, observed: Floats, slack: Floats, alternative: str
) -> NDArray[np.bool_]:
    """Whether each draw is as extreme as what was observed, ties included; an undefined draw
    counts.
    """
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
    slack = np.where(np.isinf(slack), 0.0, slack)  # where draws do not vary
    found = len(ordered) - np.searchsorted(ordered, observed - slack, side="left")
    return np.asarray(found, dtype=float)


def unwrap(values: Floats, single: bool) -> float | Floats:
    """A float where one statistic was asked for, else the array."""
    return float(values[..., 0]) if single else values


def unwrapped(draws: Floats, single: bool) -> Floats:
    """One number a draw where one statistic was asked for, else the rows."""
    return draws[:, 0] if single else draws


def sign_flip_test(
    scores: ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    left: ArrayLike = 1.0,
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
    left : float or array of shape (m,)
        What part of the variance of each statistic the fit behind the scores has left in them,
        above 0 to 1; drawn sums are widened by its root. 1 for scores that no fit has made smaller.
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

    Raises
    ------
    InputError
        For unknown words, draws that are no whole number from 1, and an ``exact_up_to`` above 20.

    Notes
    -----
    Exact when the scores of each unit are symmetric about 0 and independent between units;
    otherwise a score test robust to heteroscedasticity, valid as the number of units grows.
    Enumeration includes the identity.

    References
    ----------
    Hemerik, J., Goeman, J. J. & Finos, L. (2020). Robust testing in generalized linear models by
    sign flipping score contributions. JRSS B 82(3), 841-864.

    Examples
    --------
    >>> sign_flip_test([1, 2, 3, 4]).p_value
    0.125
    """
    given = numbers(scores, "scores", ndim=(1, 2))
    choice(alternative, "alternative", ALTERNATIVES)
    whole(draws, "draws", low=1)
    if whole(exact_up_to, "exact_up_to") > 20:
        raise InputError.of(
            f"exact_up_to is {exact_up_to}; at most 20 allowed.", param="exact_up_to"
        )
    single = given.ndim == 1
    units = given.reshape(len(given), -1)
    units = units[(units != 0).any(axis=1)]
    units = units[np.lexsort(units.T[::-1])] if len(units) else units
    exact = len(units) <= exact_up_to
    blocks = (
        _all_signs(len(units))
        if exact
        else _random_signs(len(units), draws, stream(rng, "sign flips"))
    )
    total = units.sum(axis=0)
    with np.errstate(over="ignore"):
        spread = np.sqrt((units**2).sum(axis=0))
    root = np.sqrt(numbers(left, "left", "positive", ndim=(0, 1)))
    drawn = ((2.0 * (block @ units) - total) / root for block in blocks)
    size = np.abs(units).sum(axis=0)
    return _against(
        total,
        drawn,
        spread=spread,
        size=size,
        alternative=alternative,
        exact=exact,
        keep=keep,
        single=single,
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
        hits = np.zeros(len(total))
        maxima = []
        kept = []
        for block in drawn:
            hits += at_least_as_extreme(block, total, _TIES * size, alternative).sum(axis=0)
            maxima.append(largest(towards(block / spread, alternative)))
            kept.extend([block] if keep else [])
    tops = np.concatenate(maxima)
    p_adjusted = monte_carlo_p(adjusted_hits(tops, observed), len(tops), exact=exact)
    undefined = spread == 0
    return resampled(
        statistic=unwrap(total, single),
        p_value=unwrap(monte_carlo_p(hits, len(tops), exact=exact), single),
        p_adjusted=unwrap(np.where(undefined, 1.0, p_adjusted), single),
        centre=unwrap(np.zeros(len(total)), single),
        spread=unwrap(spread, single),
        method="sign-flips",
        draws=len(tops),
        exact=exact,
        null=unwrapped(np.concatenate(kept), single) if keep else None,
    )


def _all_signs(n: int) -> Iterator[Floats]:
    """Every pattern of n zeros and ones, in blocks; the last is all ones, which is what was
    observed.
    """
    step = max(1, _CHUNK // max(n, 1))
    shifts = np.arange(n)
    for start in range(0, 1 << n, step):
        patterns = np.arange(start, min(start + step, 1 << n))
        yield ((patterns[:, None] >> shifts) & 1).astype(float)


def _random_signs(n: int, draws: int, generator: Generator) -> Iterator[Floats]:
    """Random patterns of n zeros and ones, in blocks of bounded memory."""
    step = max(1, _CHUNK // n)
    width = -(-n // 8)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        packed = np.frombuffer(generator.bytes(rows * width), dtype=np.uint8).reshape(rows, width)
        yield np.unpackbits(packed, axis=1, count=n).astype(float)
