"""Effects and tests of a stack of two-by-two tables: Mantel-Haenszel, CMH, Breslow-Day.

A stack is an array of shape (strata, 2, 2): two groups (first the one compared, then the reference)
by outcome (yes, no), as in ``[[a, b], [c, d]]``.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, share
from coprep.metrics._results import TestResult, log10_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Triple = tuple[float, float, float]


class MantelHaenszel(NamedTuple):
    """An effect that is common to all strata.

    Attributes
    ----------
    value : float
        Difference, ratio or odds ratio.
    low, high : float
        Its limits; nan where the effect is 0, infinite or undefined on a logarithmic scale.
    """

    value: float
    low: float
    high: float


def mantel_haenszel(
    tables: ArrayLike,
    *,
    measure: Literal["difference", "ratio", "odds-ratio"] = "difference",
    confidence: float = 0.95,
) -> MantelHaenszel:
    """How do the rates of two groups compare, like with like?

    Parameters
    ----------
    tables : array_like of shape (strata, 2, 2)
        Counts by group (first the one compared) and outcome (first yes).
    measure : {"difference", "ratio", "odds-ratio"}, default "difference"
        Of the rates, or of the odds.
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    MantelHaenszel
        ``value``, ``low``, ``high``; nan where no stratum has both groups.

    Raises
    ------
    InputError
        For tables that are not a stack of 2 by 2, negative counts, and levels outside 0 to 1.

    Notes
    -----
    Strata are weighted by ``n1 n0 / n``. Variances: Sato for the difference, Greenland and Robins
    for the ratio, Robins, Breslow and Greenland (statsmodels' ``StratifiedTable``) for the odds
    ratio. A difference without variance, because each group says all yes or all no, has the
    interval of tables with one yes and one no more in each group.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.
    Greenland, S. & Robins, J. (1985). Biometrics 41, 55-68.
    Robins, J., Breslow, N. & Greenland, S. (1986). Biometrics 42, 311-323.
    Sato, T. (1989). On the variance estimator for the Mantel-Haenszel risk difference. Biometrics
    45, 1323-1324.
    Agresti, A. & Caffo, B. (2000). The American Statistician 54, 280-288.

    Examples
    --------
    >>> found = mantel_haenszel([[[10, 20], [5, 40]], [[3, 9], [6, 30]]])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.176, 0.017, 0.335)
    """
    choice(measure, "measure", ("difference", "ratio", "odds-ratio"))
    if measure == "difference":
        return MantelHaenszel(*mantel_haenszel_risk_difference(tables, confidence=confidence))
    if measure == "ratio":
        return MantelHaenszel(*mantel_haenszel_risk_ratio(tables, confidence=confidence))
    return MantelHaenszel(*mantel_haenszel_odds_ratio(tables, confidence=confidence))


def _stack(tables: ArrayLike) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The four cells of each stratum with anybody in it, and their sum."""
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
    """Standard errors to each side."""
    return NormalDist().inv_cdf(0.5 + share(confidence, "confidence") / 2)


def _quotient(above: float, below: float) -> float:
    """One number by another; 0/0 is nan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.true_divide(above, below))


def _log_interval(value: float, variance: float, confidence: float) -> Triple:
    """A ratio and its limits from the variance of its logarithm."""
    if not 0 < value < np.inf or not np.isfinite(variance):
        return value, float("nan"), float("nan")
    half = _normal(confidence) * np.sqrt(variance)
    return value, float(value * np.exp(-half)), float(value * np.exp(half))


def _stratified_table(parts: tuple[Floats, ...]) -> Any:
    """Statsmodels' table of the strata given by their four cells."""
    from statsmodels.stats.contingency_tables import StratifiedTable

    return StratifiedTable(np.stack(parts[:4]).reshape(2, 2, -1))


def mantel_haenszel_odds_ratio(tables: ArrayLike, *, confidence: float = 0.95) -> Triple:
    """The common odds ratio and its interval."""
    stack = _stack(tables)
    if not len(stack[0]):
        return _log_interval(float("nan"), float("nan"), confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        table = _stratified_table(stack)
        value = float(table.oddsratio_pooled)
        variance = float(table.logodds_pooled_se) ** 2
    return _log_interval(value, variance, confidence)


def mantel_haenszel_risk_ratio(tables: ArrayLike, *, confidence: float = 0.95) -> Triple:
    """The common ratio of rates and its interval, with the variance of Greenland & Robins
    (1985).
    """
    a, b, c, d, n = _stack(tables)
    n1 = a + b
    n0 = c + d
    above = (a * n0 / n).sum()
    below = (c * n1 / n).sum()
    spread = ((n1 * n0 * (a + c) - a * c * n) / n**2).sum()
    return _log_interval(_quotient(above, below), _quotient(spread, above * below), confidence)


def mantel_haenszel_risk_difference(tables: ArrayLike, *, confidence: float = 0.95) -> Triple:
    """The common difference of rates and its interval, with the variance of Sato (1989).

    Right for few large and for many small strata. Where the variance is 0, because each group says
    all yes or all no, the interval is that of tables with one yes and one no more in each group,
    spread over the strata that have both groups, as Agresti and Caffo (2000) add to a single table.
    """
    z = _normal(confidence)
    stack = _stack(tables)
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
    n1 = a + b
    n0 = c + d
    total = (n1 * n0 / n).sum()
    value = _quotient((a * n0 / n - c * n1 / n).sum(), total)
    p = ((n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2).sum()
    q = ((a * (n0 - c) / n + c * (n1 - a) / n) / 2).sum()
    return value, _quotient(value * p + q, total**2)


def _chi_square_test(statistic: float, df: int, method: str) -> TestResult[float]:
    """A chi-square statistic with its p value; nan stays nan."""
    from scipy.special import chdtrc

    p_value = float(chdtrc(df, statistic))
    return TestResult(statistic, p_value, log10_of(p_value), float(df), method)


def cochran_mantel_haenszel_test(tables: ArrayLike) -> TestResult[float]:
    """Whether the groups' rates could be equal within every stratum; no continuity correction.

    Cochran (1954), Biometrics 10, 417-451; Mantel & Haenszel (1959).
    """
    stack = _stack(tables)
    several = stack[4] > 1
    statistic = float("nan")
    if several.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            table = _stratified_table(tuple(part[several] for part in stack))
            statistic = float(table.test_null_odds(correction=False).statistic)
    return _chi_square_test(statistic, 1, "cochran-mantel-haenszel")


def _fitted(a: Floats, b: Floats, c: Floats, d: Floats, ratio: float) -> Floats:
    """The first cell of each table if its odds ratio were ``ratio`` and its margins stayed."""
    n1 = a + b
    yes = a + c
    second = 1 - ratio
    first = ratio * (n1 + yes) + (d - a)
    last = -ratio * n1 * yes
    if abs(second) < 1e-12:
        return np.asarray(-last / first)
    root = np.sqrt(np.maximum(first**2 - 4 * second * last, 0.0))
    # The root inside the margins, without cancellation.
    return np.asarray(-2 * last / (first + root))


def breslow_day_test(tables: ArrayLike) -> TestResult[float]:
    """Whether the odds ratio could be the same in every stratum, with Tarone's correction.

    Strata with an empty margin say nothing and are left out; nan where the common odds ratio is 0,
    infinite or undefined, or fewer than two strata are left. Breslow & Day (1980), Statistical
    Methods in Cancer Research I; Tarone (1985), Biometrika 72, 91-95.
    """
    a, b, c, d, _ = _stack(tables)
    keep = np.minimum.reduce([a + b, c + d, a + c, b + d], initial=np.inf) > 0
    a, b, c, d = (part[keep] for part in (a, b, c, d))
    df = max(len(a) - 1, 0)
    ratio = float("nan")
    if df > 0:
        ratio = mantel_haenszel_odds_ratio(np.stack([a, b, c, d], axis=1).reshape(-1, 2, 2))[0]
    if not 0 < ratio < np.inf:
        return _chi_square_test(float("nan"), df, "breslow-day")
    fitted = _fitted(a, b, c, d, ratio)
    n1 = a + b
    yes = a + c
    variance = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (yes - fitted) + 1 / (d - a + fitted))
    statistic = ((a - fitted) ** 2 / variance).sum() - (a - fitted).sum() ** 2 / variance.sum()
    return _chi_square_test(float(statistic), df, "breslow-day")
