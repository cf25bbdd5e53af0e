"""How two independent groups of people compare in one share: two waves, two pools, invited and attending."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, Rule, inputs, out, within
from coprep.metrics._tails import log_choose
from coprep.metrics.shares._finite_population import hypergeometric_test
from coprep.metrics.shares._proportions import proportion_interval
from coprep.metrics.shares._share_tests import normal_log_p, scaled

__all__ = [
    "ConditionalOddsRatio",
    "conditional_odds_ratio",
    "fisher_test",
    "newcombe_interval",
    "share_ratio_interval",
    "two_share_test",
]

_HALVINGS = 100
_WIDEST = 700.0  # log odds ratios beyond this overflow


class ConditionalOddsRatio(NamedTuple):
    """Odds ratio of two shares given the margins of their table.

    Attributes
    ----------
    odds_ratio : float or ndarray
        Conditional maximum likelihood estimate, 0 to inf.
    low, high : float or ndarray
        Exact limits.

    """

    odds_ratio: Floats
    low: Floats
    high: Floats


def _pair(
    a: ArrayLike,
    n: ArrayLike,
    b: ArrayLike,
    m: ArrayLike,
    *,
    confidence: ArrayLike = 0.95,
    rule: Rule = "nonnegative",
) -> tuple[Floats, ...]:
    """Both pairs of counts and the level, checked; a total of 0 becomes nan."""
    a, n, b, m, level = inputs(
        a=(a, rule), n=(n, rule), b=(b, rule), m=(m, rule), confidence=(confidence, "inside")
    )
    within(a, n, ("a", "n"))
    within(b, m, ("b", "m"))
    return a, np.where(n > 0, n, np.nan), b, np.where(m > 0, m, np.nan), level


@np.errstate(all="ignore")
def two_share_test(a: ArrayLike, n: ArrayLike, b: ArrayLike, m: ArrayLike) -> tuple[Floats, Floats]:
    """Do two shares differ by more than chance? Chi-square test without continuity correction.

    Parameters
    ----------
    a, n : array_like
        People of the group, and all, in the first wave.
    b, m : array_like
        The same in the second.

    Returns
    -------
    statistic, p_value : float or ndarray
        With one degree of freedom, two-sided; nan where the group is nobody or everybody in both, or a total is 0.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, and shapes that do not fit together.

    References
    ----------
    Pearson, K. (1900). Philosophical Magazine 50, 157-175.
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions.

    Examples
    --------
    >>> statistic, p = two_share_test(5, 500, 20, 700)
    >>> round(float(statistic), 3), round(float(p), 4)
    (4.931, 0.0264)

    """
    a, n, b, m, _ = _pair(a, n, b, m)
    pooled = (a + b) / (n + m)
    z = (a / n - b / m) / np.sqrt(
        pooled * (1 - pooled) * (1 / n + 1 / m)
    )  # 0 by 0 where nobody or everybody is in
    return out(z**2), scaled(normal_log_p(z, "two-sided"), "p")


def fisher_test(
    a: ArrayLike, n: ArrayLike, b: ArrayLike, m: ArrayLike, *, scale: str = "p"
) -> Floats:
    """Do two shares differ by more than chance? Fisher's exact test, two-sided by minimum likelihood.

    Parameters
    ----------
    a, n, b, m : array_like
        As in `two_share_test`; whole numbers.
    scale : {"p", "log", "log10"}, default "p"
        What is returned; logarithms do not underflow.

    Returns
    -------
    float or ndarray
        p-values or their logarithms; nan where a total is 0.

    Raises
    ------
    InputError
        For fractional counts, counts above their totals, and unknown words.

    References
    ----------
    Fisher, R. A. (1935). Journal of the Royal Statistical Society 98, 39-82.

    Examples
    --------
    >>> round(float(fisher_test(0, 25, 4, 30)), 4)
    0.1174

    """
    a, n, b, m = inputs(a=(a, "whole"), n=(n, "whole"), b=(b, "whole"), m=(m, "whole"))
    within(a, n, ("a", "n"))
    within(b, m, ("b", "m"))
    everybody = np.where(n + m > 0, n + m, 1.0)
    p = hypergeometric_test(a, n, a + b, everybody, rule="minimum-likelihood", scale=scale)
    return out(np.where(m > 0, p, np.nan))


@np.errstate(all="ignore")
def newcombe_interval(
    a: ArrayLike, n: ArrayLike, b: ArrayLike, m: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats]:
    """Between which values could the difference of two true shares lie?

    Parameters
    ----------
    a, n, b, m : array_like
        As in `two_share_test`; effective (fractional) numbers are accepted.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    low, high : float or ndarray
        a/n - b/m, -1 to 1: Newcombe's hybrid of two Wilson intervals; nan where a total is 0.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, levels outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine 17, 873-890.

    Examples
    --------
    >>> low, high = newcombe_interval(0, 25, 4, 30)
    >>> round(float(low), 3), round(float(high), 3)
    (-0.297, 0.022)

    """
    a, n, b, m, level = _pair(a, n, b, m, confidence=confidence)
    l1, u1 = proportion_interval(a, n, confidence=level, method="wilson")
    l2, u2 = proportion_interval(b, m, confidence=level, method="wilson")
    p, q = a / n, b / m
    return out(p - q - np.hypot(p - l1, u2 - q)), out(p - q + np.hypot(u1 - p, q - l2))


@np.errstate(all="ignore")
def share_ratio_interval(
    a: ArrayLike, n: ArrayLike, b: ArrayLike, m: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats, Floats]:
    """How many times the second share is the first, and between which values could that lie?

    Parameters
    ----------
    a, n, b, m : array_like
        As in `two_share_test`.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    ratio, low, high : float or ndarray
        (a/n)/(b/m), and Wald limits of its logarithm; the limits are nan where a count is 0.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, levels outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Katz, D. et al. (1978). Biometrics 34, 469-474.

    Examples
    --------
    >>> [round(float(value), 3) for value in share_ratio_interval(5, 500, 20, 700)]
    [0.35, 0.132, 0.926]

    """
    a, n, b, m, level = _pair(a, n, b, m, confidence=confidence)
    ratio = a / n / np.where(b > 0, b / m, np.nan)
    x, y = np.where(a > 0, a, np.nan), np.where(b > 0, b, np.nan)
    half = special.ndtri((1 + level) / 2) * np.sqrt(1 / x - 1 / n + 1 / y - 1 / m)
    return out(ratio), out(ratio * np.exp(-half)), out(ratio * np.exp(half))


def _log_weights(n: float, m: float, both: float) -> tuple[Floats, Floats]:
    """Possible counts in the first wave given the margins, and their log weights at even odds."""
    x = np.arange(max(0.0, both - m), min(n, both) + 1)
    return x, log_choose(np.full(len(x), n), x) + log_choose(np.full(len(x), m), both - x)


def _solve(values: Floats, x: Floats, weights: Floats, target: float) -> float:
    """The odds ratio at which the mean of ``values``, which falls with x, meets ``target``."""
    low, high = -_WIDEST, _WIDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        tilted = weights + middle * x
        probability = np.exp(tilted - tilted.max())
        value = float((probability * values).sum() / probability.sum())
        low, high = (middle, high) if value > target else (low, middle)
    return float(np.exp((low + high) / 2))


def _one(a: float, n: float, b: float, m: float, level: float) -> tuple[float, float, float]:
    """Estimate and limits of one table."""
    if np.isnan(a + n + b + m):
        return float("nan"), float("nan"), float("nan")
    if a + b in {0, n + m}:
        return float("nan"), 0.0, float("inf")
    x, weights = _log_weights(n, m, a + b)
    tail = (1 - level) / 2
    estimate = 0.0 if a == x[0] else float("inf") if a == x[-1] else _solve(-x, x, weights, -a)
    low = 0.0 if a == x[0] else _solve((x < a).astype(float), x, weights, 1 - tail)
    high = float("inf") if a == x[-1] else _solve((x <= a).astype(float), x, weights, tail)
    return estimate, low, high


@np.errstate(all="ignore")
def conditional_odds_ratio(
    a: ArrayLike, n: ArrayLike, b: ArrayLike, m: ArrayLike, *, confidence: ArrayLike = 0.95
) -> ConditionalOddsRatio:
    """How many times the odds of the second share are those of the first, and between which values? Exact.

    Parameters
    ----------
    a, n, b, m : array_like
        As in `fisher_test`; whole numbers.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    ConditionalOddsRatio
        ``odds_ratio``, ``low``, ``high``; the estimate is nan and the limits are 0 and inf where the group is nobody or
        everybody in both waves.

    Raises
    ------
    InputError
        For fractional counts, counts above their totals, and levels outside 0 to 1.

    References
    ----------
    Fisher, R. A. (1935). Journal of the Royal Statistical Society 98, 39-82.

    Examples
    --------
    >>> found = conditional_odds_ratio(5, 500, 20, 700)
    >>> round(float(found.odds_ratio), 3), round(float(found.low), 3), round(float(found.high), 3)
    (0.344, 0.1, 0.952)

    """
    arrays = _pair(a, n, b, m, confidence=confidence, rule="whole")
    rows = [
        _one(*(float(value) for value in row))
        for row in zip(*(v.ravel() for v in arrays), strict=True)
    ]
    table = np.array(rows, dtype=float).reshape(*arrays[0].shape, 3)
    return ConditionalOddsRatio(out(table[..., 0]), out(table[..., 1]), out(table[..., 2]))
