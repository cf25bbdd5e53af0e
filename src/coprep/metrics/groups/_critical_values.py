"""Critical values for several comparisons at once: studentised range, Sidak, max-t."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, number, numbers, share, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

_DRAWS = 1_024  # replicates at a time
_CLEAR_ENOUGH = 64.0  # standard errors beyond which no probability is left
_NOTHING = 1e-9


@lru_cache(maxsize=512)
def studentised_range_sf(q: float, k: int) -> float:
    """How often would the range of k standard normal numbers exceed q?

    Infinite degrees of freedom: ``1 - k * integral of phi(z) [Phi(z) - Phi(z - q)]^(k-1)``.
    """
    from scipy.special import ndtr

    if not q >= 0:
        raise InputError.of(f"q is {q}; a number from 0 expected.", param="q", got=q)
    whole(k, "k", low=2)
    grid = np.linspace(
        -9.0, 9.0, 1201
    )  # the largest of the k; beyond it has no density to speak of
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    inside = (
        k
        * float((density * (ndtr(grid) - ndtr(grid - q)) ** (k - 1)).sum())
        * float(grid[1] - grid[0])
    )
    return min(max(1.0 - inside, 0.0), 1.0)


@lru_cache(maxsize=512)
def studentised_range_quantile(confidence: float, k: int) -> float:
    """Which range do k standard normal numbers stay below with this probability?"""
    share(confidence, "confidence")
    if whole(k, "k", low=2) == 2:
        return NormalDist().inv_cdf(0.5 + confidence / 2) * 2**0.5
    low = 0.0
    high = 20.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if 1 - studentised_range_sf(middle, k) < confidence else (low, middle)
        )
    return (low + high) / 2


def sidak_critical(confidence: float, comparisons: int) -> float:
    """The normal critical value at which several two-sided intervals hold together."""
    each = share(confidence, "confidence") ** (1 / whole(comparisons, "comparisons", low=1))
    return NormalDist().inv_cdf(0.5 + each / 2)


def sidak_p_value(smallest: float, comparisons: int) -> float:
    """How often would the smallest of several independent p values be as small?

    >>> round(sidak_p_value(0.01, 3), 6), sidak_p_value(1.0, 2)
    (0.029701, 1.0)
    """
    if smallest >= 1.0:
        return 1.0
    return float(-np.expm1(comparisons * np.log1p(-smallest)))


def max_t_critical(
    centre: ArrayLike,
    variance: ArrayLike,
    replicate_centres: ArrayLike,
    replicate_variances: ArrayLike,
    *,
    confidence: float = 0.95,
) -> float:
    """How many standard errors does the worst pair of groups stray, at most, in so many of the
    replicates?

    The quantile, over replicates, of the largest studentised error of any pair: the max-t
    bootstrap.
    """
    c = numbers(centre, "centre", ndim=1)
    v = numbers(variance, "variance", "nonnegative", ndim=1)
    drawn = numbers(replicate_centres, "replicate_centres", "any", ndim=2)
    spread = numbers(replicate_variances, "replicate_variances", "any", ndim=2)
    if len(c) < 2 or drawn.shape != spread.shape or not len(c) == len(v) == drawn.shape[1]:
        raise InputError.of(
            "replicates must have one column for each of two or more groups.", code="shape"
        )
    largest = [
        _largest_error(drawn[start : start + _DRAWS] - c, spread[start : start + _DRAWS])
        for start in range(0, len(drawn), _DRAWS)
    ]
    return float(np.sqrt(np.quantile(np.concatenate(largest), share(confidence, "confidence"))))


def _largest_error(error: Floats, variance: Floats) -> Floats:
    """Of each replicate the largest squared studentised error of a pair; single precision is ample
    for a quantile.
    """
    d, v = (np.ascontiguousarray(part.T, dtype=np.float32) for part in (error, variance))
    largest = np.zeros(d.shape[1], dtype=np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(len(d) - 1):
            pair = d[i + 1 :] - d[i]
            pair *= pair
            pair /= v[i + 1 :] + v[i]
            np.fmax(largest, np.fmax.reduce(pair, axis=0), out=largest)
    return largest.astype(np.float64)


def students_widening(critical: float, df: ArrayLike) -> Floats:
    """By how much must standard errors that were estimated from few rows be widened?"""
    from scipy.special import ndtr, stdtrit

    z = number(critical, "critical", low=0.0)
    freedom = np.asarray(df, dtype=float)
    if z < _NOTHING:
        return np.ones_like(freedom)[()]
    finite = (freedom > 0) & np.isfinite(freedom)
    far = -stdtrit(np.where(finite, freedom, 1.0), ndtr(-z)) / z
    wide = np.where(np.isfinite(far), np.maximum(far, 1.0), np.inf)
    return np.where(finite, wide, np.where(freedom > 0, 1.0, np.inf))[()]


def clearest_critical(shown: Callable[[float], bool]) -> float:
    """At which critical value would a difference just be shown, so that test and interval agree?"""
    low = 0.0
    high = 4.0
    while shown(high):
        if high >= _CLEAR_ENOUGH:
            return high
        low = high
        high = 2 * high
    while high - low > 1e-12 * high and high > _NOTHING:
        middle = (low + high) / 2
        low, high = (middle, high) if shown(middle) else (low, middle)
    return low
