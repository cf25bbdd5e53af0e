"""Knows the effects and tests of a stack of two-by-two tables: Mantel-Haenszel, CMH, Breslow-Day.

A stack is an array of shape (strata, 2, 2): two groups (first the one compared, then the reference) by outcome
(yes, no), as in ``[[a, b], [c, d]]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, numbers, share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "StratifiedTest",
    "breslow_day_test",
    "cochran_mantel_haenszel_test",
    "mantel_haenszel_odds_ratio",
    "mantel_haenszel_risk_difference",
    "mantel_haenszel_risk_ratio",
]

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class StratifiedTest:
    """A test over strata.

    Attributes
    ----------
    statistic : float
        Chi-square.
    df : int
        Degrees of freedom.
    p_value : float
        From 0 to 1; nan where no stratum carries information.
    """

    statistic: float
    df: int
    p_value: float


def _stack(tables: ArrayLike) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    stack = numbers(tables, "tables", "nonnegative")
    if stack.ndim == 2:
        stack = stack[None]
    if stack.ndim != 3 or stack.shape[1:] != (2, 2):
        raise InputError.of(
            f"tables has the shape {stack.shape}; (strata, 2, 2) expected.",
            code="shape",
            param="tables",
        )
    stack = stack[stack.sum(axis=(1, 2)) > 0]
    a, b, c, d = (stack[:, i, j] for i in (0, 1) for j in (0, 1))
    return a, b, c, d, a + b + c + d


def _normal(confidence: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + share(confidence, "confidence") / 2)


def _chi2_sf(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def _quotient(above: float, below: float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.true_divide(above, below))


def _log_interval(value: float, variance: float, confidence: float) -> Triple:
    if not 0 < value < np.inf or not np.isfinite(variance):
        return value, float("nan"), float("nan")
    half = _normal(confidence) * np.sqrt(variance)
    return value, float(value * np.exp(-half)), float(value * np.exp(half))


def mantel_haenszel_odds_ratio(tables: ArrayLike, *, confidence: float = 0.95) -> Triple:
    """How do the odds of two groups compare, like with like?

    Parameters
    ----------
    tables : array of shape (strata, 2, 2)
        Counts by group (first the one compared) and outcome (first yes).
    confidence : float
        Level of the interval.

    Returns
    -------
    tuple of three floats
        The common odds ratio and its interval; the interval is nan where the ratio is 0, infinite or undefined.

    Raises
    ------
    InputError
        For tables that are not a stack of 2 by 2, negative counts, and levels outside 0 to 1.

    Notes
    -----
    ``sum(ad/n) / sum(bc/n)``; variance of the logarithm by Robins, Breslow & Greenland (1986).

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.
    Robins, J., Breslow, N. & Greenland, S. (1986). Biometrics 42, 311-323.

    Examples
    --------
    >>> [round(x, 3) for x in mantel_haenszel_odds_ratio([[[10, 20], [5, 40]], [[3, 9], [6, 30]]])]
    [2.932, 1.155, 7.446]
    """
    a, b, c, d, n = _stack(tables)
    r, s = a * d / n, b * c / n
    p, q = (a + d) / n, (b + c) / n
    R, S = r.sum(), s.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (
            (p * r).sum() / (2 * R**2)
            + (p * s + q * r).sum() / (2 * R * S)
            + (q * s).sum() / (2 * S**2)
        )
    return _log_interval(_quotient(R, S), float(variance), confidence)


def mantel_haenszel_risk_ratio(tables: ArrayLike, *, confidence: float = 0.95) -> Triple:
    """How do the rates of two groups compare as a ratio, like with like?

    Parameters
    ----------
    tables : array of shape (strata, 2, 2)
        Counts by group (first the one compared) and outcome (first yes).
    confidence : float
        Level of the interval.

    Returns
    -------
    tuple of three floats
        The common ratio of rates and its interval.

    Raises
    ------
    InputError
        For tables that are not a stack of 2 by 2, negative counts, and levels outside 0 to 1.

    Notes
    -----
    Variance of the logarithm by Greenland & Robins (1985).

    References
    ----------
    Greenland, S. & Robins, J. (1985). Biometrics 41, 55-68.

    Examples
    --------
    >>> [round(x, 3) for x in mantel_haenszel_risk_ratio([[[10, 20], [5, 40]], [[3, 9], [6, 30]]])]
    [2.357, 1.112, 4.998]
    """
    a, b, c, d, n = _stack(tables)
    n1, n0 = a + b, c + d
    above, below = (a * n0 / n).sum(), (c * n1 / n).sum()
    spread = ((n1 * n0 * (a + c) - a * c * n) / n**2).sum()
    return _log_interval(_quotient(above, below), _quotient(spread, above * below), confidence)


def mantel_haenszel_risk_difference(tables: ArrayLike, *, confidence: float = 0.95) -> Triple:
    """How do the rates of two groups differ, like with like?

    Parameters
    ----------
    tables : array of shape (strata, 2, 2)
        Counts by group (first the one compared) and outcome (first yes).
    confidence : float
        Level of the interval.

    Returns
    -------
    tuple of three floats
        The common difference of rates, from -1 to 1, and its interval.

    Raises
    ------
    InputError
        For tables that are not a stack of 2 by 2, negative counts, and levels outside 0 to 1.

    Notes
    -----
    Strata are weighted by ``n1 n0 / n``; variance by Sato (1989), right for few large and many small strata. Where that
    is 0, because each group says all yes or all no, the interval is that of tables with one yes and one no more in each
    group, spread over the strata that have both groups, as Agresti and Caffo (2000) add to a single table.

    References
    ----------
    Agresti, A. & Caffo, B. (2000). The American Statistician 54, 280-288.
    Sato, T. (1989). On the variance estimator for the Mantel-Haenszel risk difference. Biometrics 45, 1323-1324.

    Examples
    --------
    >>> [round(x, 3) for x in mantel_haenszel_risk_difference([[[10, 20], [5, 40]], [[3, 9], [6, 30]]])]
    [0.176, 0.017, 0.335]
    """
    z, stack = _normal(confidence), _stack(tables)
    value, variance = _sato(stack)
    centre = value
    if variance == 0:  # all yes or all no in each group
        a, b, c, d, n = (part[(stack[0] + stack[1]) * (stack[2] + stack[3]) > 0] for part in stack)
        one = n / n.sum()
        centre, variance = _sato((a + one, b + one, c + one, d + one, n + 4 * one))
    half = z * np.sqrt(variance)
    return value, float(max(centre - half, -1.0)), float(min(centre + half, 1.0))


def _sato(stack: tuple[Floats, ...]) -> tuple[float, float]:
    """The common difference of rates and its variance."""
    a, b, c, d, n = stack
    n1, n0 = a + b, c + d
    total = (n1 * n0 / n).sum()
    value = _quotient((a * n0 / n - c * n1 / n).sum(), total)
    p = ((n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2).sum()
    q = ((a * (n0 - c) / n + c * (n1 - a) / n) / 2).sum()
    return value, _quotient(value * p + q, total**2)


def cochran_mantel_haenszel_test(tables: ArrayLike) -> StratifiedTest:
    """Could the groups' rates be equal within every stratum?

    Parameters
    ----------
    tables : array of shape (strata, 2, 2)
        Counts by group and outcome.

    Returns
    -------
    StratifiedTest
        Chi-square on one degree of freedom, without continuity correction.

    Raises
    ------
    InputError
        For tables that are not a stack of 2 by 2, and negative counts.

    References
    ----------
    Cochran, W. G. (1954). Biometrics 10, 417-451. Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.

    Examples
    --------
    >>> test = cochran_mantel_haenszel_test([[[10, 20], [5, 40]], [[3, 9], [6, 30]]])
    >>> round(test.statistic, 3), round(test.p_value, 3)
    (5.224, 0.022)
    """
    a, b, c, d, n = _stack(tables)
    keep = n > 1
    a, b, c, d, n = (part[keep] for part in (a, b, c, d, n))
    n1, n0, yes, no = a + b, c + d, a + c, b + d
    excess = (a - n1 * yes / n).sum()
    statistic = _quotient(excess**2, (n1 * n0 * yes * no / (n**2 * (n - 1))).sum())
    return StratifiedTest(statistic, 1, _chi2_sf(statistic, 1))


def _fitted(a: Floats, b: Floats, c: Floats, d: Floats, ratio: float) -> Floats:
    """The first cell of each table if its odds ratio were ``ratio`` and its margins stayed."""
    n1, yes = a + b, a + c
    second, first, last = 1 - ratio, ratio * (n1 + yes) + (d - a), -ratio * n1 * yes
    if abs(second) < 1e-12:
        return np.asarray(-last / first)
    root = np.sqrt(np.maximum(first**2 - 4 * second * last, 0.0))
    return np.asarray(
        -2 * last / (first + root)
    )  # the root inside the margins, without cancellation


def breslow_day_test(tables: ArrayLike) -> StratifiedTest:
    """Could the odds ratio be the same in every stratum?

    Parameters
    ----------
    tables : array of shape (strata, 2, 2)
        Counts by group and outcome. Strata with an empty margin say nothing and are left out.

    Returns
    -------
    StratifiedTest
        Chi-square with Tarone's correction on ``strata - 1`` degrees of freedom; nan where the common odds
        ratio is 0, infinite or undefined, or fewer than two strata are left.

    Raises
    ------
    InputError
        For tables that are not a stack of 2 by 2, and negative counts.

    References
    ----------
    Breslow, N. & Day, N. (1980). Statistical Methods in Cancer Research I, pp. 142-146. IARC.
    Tarone, R. (1985). On heterogeneity tests based on efficient scores. Biometrika 72, 91-95.

    Examples
    --------
    >>> test = breslow_day_test([[[10, 20], [5, 40]], [[3, 9], [6, 30]]])
    >>> round(test.statistic, 3), test.df, round(test.p_value, 3)
    (0.76, 1, 0.383)
    """
    a, b, c, d, _n = _stack(tables)
    keep = np.minimum.reduce([a + b, c + d, a + c, b + d], initial=np.inf) > 0
    a, b, c, d = (part[keep] for part in (a, b, c, d))
    df = len(a) - 1
    ratio = (
        mantel_haenszel_odds_ratio(np.stack([a, b, c, d], axis=1).reshape(-1, 2, 2))[0]
        if df > 0
        else np.nan
    )
    if not 0 < ratio < np.inf:
        return StratifiedTest(float("nan"), max(df, 0), float("nan"))
    fitted = _fitted(a, b, c, d, ratio)
    n1, yes, rest = a + b, a + c, d - a
    variance = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (yes - fitted) + 1 / (rest + fitted))
    statistic = ((a - fitted) ** 2 / variance).sum() - (a - fitted).sum() ** 2 / variance.sum()
    return StratifiedTest(float(statistic), df, _chi2_sf(float(statistic), df))
