"""Effects and tests of a stack of two-by-two tables: Mantel-Haenszel, CMH, Breslow-Day.

A stack is an array of shape (strata, 2, 2): two groups (first the one compared, then the reference)
by outcome (yes, no), as in ``[[a, b], [c, d]]``.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    weights: ArrayLike | None = None,
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
    weights : array_like of shape (strata,), optional
        How much each row of a stratum counts, from 0. Of weighted rows, `tables` has as many as
        they are worth, and this what one of those weighs.

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
    for the ratio, Robins, Breslow and Greenland for the odds ratio. A difference without variance, because each group says all yes or all no, has the
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
        found = mantel_haenszel_risk_difference(tables, confidence=confidence, weights=weights)
    elif measure == "ratio":
        found = mantel_haenszel_risk_ratio(tables, confidence=confidence, weights=weights)
    else:
        found = mantel_haenszel_odds_ratio(tables, confidence=confidence, weights=weights)
    return MantelHaenszel(*found)


@dataclass(frozen=True, slots=True)
class _Stack:
    """The four cells of each stratum with anybody in it, and how much one of its rows counts."""

    a: Floats
    b: Floats
    c: Floats
    d: Floats
    weight: Floats

    @classmethod
    def of(cls, tables: ArrayLike, weights: ArrayLike | None) -> _Stack:
        stack = numbers(tables, "tables", "nonnegative")
        if stack.ndim == 2:
            stack = stack[None]
        if stack.ndim != 3 or stack.shape[1:] != (2, 2):
            raise InputError.of(
                f"tables has the shape {stack.shape}; (strata, 2, 2) expected.",
                code="shape",
                param="tables",
            )
        weight = np.ones(len(stack))
        if weights is not None:
            weight = numbers(weights, "weights", "nonnegative", ndim=1)
        if len(weight) != len(stack):
            raise InputError.of(
                f"weights has {len(weight):,} items; {len(stack):,} strata expected.",
                code="length",
                param="weights",
            )
        made = cls(stack[:, 0, 0], stack[:, 0, 1], stack[:, 1, 0], stack[:, 1, 1], weight)
        return made.at(stack.sum(axis=(1, 2)) > 0)

    def at(self, strata: Any) -> _Stack:
        """Some of the strata."""
        return _Stack(*(getattr(self, name)[strata] for name in self.__slots__))

    @property
    def n(self) -> Floats:
        return self.a + self.b + self.c + self.d

    @property
    def n1(self) -> Floats:
        return self.a + self.b

    @property
    def n0(self) -> Floats:
        return self.c + self.d


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


def mantel_haenszel_odds_ratio(
    tables: ArrayLike, *, confidence: float = 0.95, weights: ArrayLike | None = None
) -> Triple:
    """The common odds ratio and its interval, with the variance of Robins, Breslow & Greenland
    (1986).
    """
    s = _Stack.of(tables, weights)
    agree = (s.a + s.d) / s.n
    differ = (s.b + s.c) / s.n
    above = s.weight * s.a * s.d / s.n
    below = s.weight * s.b * s.c / s.n
    value = _quotient(above.sum(), below.sum())
    parts = (
        (agree * above, 2 * above.sum() ** 2),
        (agree * below + differ * above, 2 * above.sum() * below.sum()),
        (differ * below, 2 * below.sum() ** 2),
    )
    variance = sum(_quotient((s.weight * part).sum(), whole) for part, whole in parts)
    return _log_interval(value, variance, confidence)


def mantel_haenszel_risk_ratio(
    tables: ArrayLike, *, confidence: float = 0.95, weights: ArrayLike | None = None
) -> Triple:
    """The common ratio of rates and its interval, with the variance of Greenland & Robins
    (1985).
    """
    s = _Stack.of(tables, weights)
    above = (s.weight * s.a * s.n0 / s.n).sum()
    below = (s.weight * s.c * s.n1 / s.n).sum()
    spread = s.weight**2 * (s.n1 * s.n0 * (s.a + s.c) - s.a * s.c * s.n) / s.n**2
    variance = _quotient(spread.sum(), above * below)
    return _log_interval(_quotient(above, below), variance, confidence)


def mantel_haenszel_risk_difference(
    tables: ArrayLike, *, confidence: float = 0.95, weights: ArrayLike | None = None
) -> Triple:
    """The common difference of rates and its interval, with the variance of Sato (1989).

    Right for few large and for many small strata. Where the variance is 0, because each group says
    all yes or all no, the interval is that of tables with one yes and one no more in each group,
    spread over the strata that have both groups, as Agresti and Caffo (2000) add to a single table.
    """
    z = _normal(confidence)
    stack = _Stack.of(tables, weights)
    value, variance = _sato(stack)
    centre = value
    if variance == 0:  # all yes or all no in each group
        both = stack.at(stack.n1 * stack.n0 > 0)
        one = both.n / both.n.sum()
        more = _Stack(both.a + one, both.b + one, both.c + one, both.d + one, both.weight)
        centre, variance = _sato(more)
    half = z * np.sqrt(variance)
    return value, float(max(centre - half, -1.0)), float(min(centre + half, 1.0))


def _sato(s: _Stack) -> tuple[float, float]:
    """The common difference of rates and its variance."""
    total = (s.weight * s.n1 * s.n0 / s.n).sum()
    value = _quotient((s.weight * (s.a * s.n0 - s.c * s.n1) / s.n).sum(), total)
    square = s.weight**2
    p = square * (s.n1**2 * s.c - s.n0**2 * s.a + s.n1 * s.n0 * (s.n0 - s.n1) / 2) / s.n**2
    q = square * (s.a * (s.n0 - s.c) + s.c * (s.n1 - s.a)) / (2 * s.n)
    return value, _quotient(value * p.sum() + q.sum(), total**2)


def _chi_square_test(statistic: float, df: int, method: str) -> TestResult[float]:
    """A chi-square statistic with its p value; nan stays nan."""
    from scipy.special import chdtrc

    p_value = float(chdtrc(df, statistic))
    return TestResult(statistic, p_value, log10_of(p_value), float(df), method)


def cochran_mantel_haenszel_test(
    tables: ArrayLike, *, weights: ArrayLike | None = None
) -> TestResult[float]:
    """Whether the groups' rates could be equal within every stratum; no continuity correction.

    Cochran (1954), Biometrics 10, 417-451; Mantel & Haenszel (1959).
    """
    s = _Stack.of(tables, weights)
    s = s.at(s.n > 1)
    yes = s.a + s.c
    beyond = s.weight * (s.a - s.n1 * yes / s.n)
    variance = s.weight**2 * s.n1 * s.n0 * yes * (s.b + s.d) / (s.n**2 * (s.n - 1))
    statistic = _quotient(beyond.sum() ** 2, variance.sum())
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
    s = _Stack.of(tables, None)
    s = s.at(np.minimum.reduce([s.n1, s.n0, s.a + s.c, s.b + s.d], initial=np.inf) > 0)
    df = max(len(s.a) - 1, 0)
    ratio = float("nan")
    if df > 0:
        cells = np.stack([s.a, s.b, s.c, s.d], axis=1).reshape(-1, 2, 2)
        ratio = mantel_haenszel_odds_ratio(cells)[0]
    if not 0 < ratio < np.inf:
        return _chi_square_test(float("nan"), df, "breslow-day")
    fitted = _fitted(s.a, s.b, s.c, s.d, ratio)
    yes = s.a + s.c
    variance = 1 / (
        1 / fitted + 1 / (s.n1 - fitted) + 1 / (yes - fitted) + 1 / (s.d - s.a + fitted)
    )
    beyond = s.a - fitted
    statistic = (beyond**2 / variance).sum() - beyond.sum() ** 2 / variance.sum()
    return _chi_square_test(float(statistic), df, "breslow-day")
