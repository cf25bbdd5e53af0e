"""Knows how two rates compare: intervals of their difference and ratio, and tests that they are equal.

All functions take successes and totals of two groups, first the one compared, then the reference, and work on
arrays of pairs.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

__all__ = [
    "log_ratio_z",
    "rate_difference_interval",
    "rate_ratio_interval",
    "two_proportion_z",
    "two_rate_p_value",
]

DifferenceMethod = Literal["agresti-caffo", "newcombe", "miettinen-nurminen"]
RatioMethod = Literal["log", "miettinen-nurminen"]
RateTest = Literal["z", "log-ratio", "fisher", "boschloo"]


_MOST_EXACT = 2e9  # rows of two groups that fit the whole numbers of the exact tests


def _pairs(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    given = {"x1": x1, "n1": n1, "x2": x2, "n2": n2}
    try:
        arrays = np.broadcast_arrays(
            *(numbers(value, name, "nonnegative") for name, value in given.items())
        )
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError.of(
            "x1, n1, x2 and n2 must have shapes that fit together.", code="shape"
        ) from None
    if bool((arrays[0] > arrays[1]).any() or (arrays[2] > arrays[3]).any()):
        raise InputError.of(
            "successes are above the total in at least one pair.", code="count_above_total"
        )
    a, b, c, d = arrays
    return a, b, c, d


def _critical(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + share(confidence, "confidence") / 2)


def two_proportion_z(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """How many standard errors apart are two rates ("two standard deviations" in discrimination law)?

    Parameters
    ----------
    x1, n1, x2, n2 : array
        Successes and totals.

    Returns
    -------
    float or array
        Pooled z, below 0 where the first rate is lower; nan where everybody, or nobody, succeeded.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, and shapes that do not fit together.

    References
    ----------
    Hazelwood School District v. United States, 433 U.S. 299 (1977), note 14.

    Examples
    --------
    >>> round(float(two_proportion_z(12, 40, 48, 80)), 4)
    -3.0984
    """
    a, m, c, n = _pairs(x1, n1, x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + c) / (m + n)
        return np.asarray((a / m - c / n) / np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n)))[()]


def log_ratio_z(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """How many standard errors is the logarithm of the impact ratio from 0?

    Parameters
    ----------
    x1, n1, x2, n2 : array
        Successes and totals.

    Returns
    -------
    float or array
        z; -inf where the first group had no success.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, and shapes that do not fit together.

    References
    ----------
    Morris, S. & Lobsenz, R. (2000). Significance tests and confidence intervals for the adverse impact ratio.
    Personnel Psychology 53, 89-111.

    Examples
    --------
    >>> round(float(log_ratio_z(12, 40, 48, 80)), 4)
    -3.5794
    """
    a, m, c, n = _pairs(x1, n1, x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + c) / (m + n)
        return np.asarray(
            np.log((a / m) / (c / n)) / np.sqrt((1 - pooled) / pooled * (1 / m + 1 / n))
        )[()]


def two_rate_p_value(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, method: RateTest = "fisher"
) -> Floats:
    """How often would rates as far apart as these arise if both groups had the same chance?

    Parameters
    ----------
    x1, n1, x2, n2 : array
        Successes and totals; whole numbers for the exact tests.
    method : {"z", "log-ratio", "fisher", "boschloo"}
        Pooled z, z of the log ratio, Fisher's exact test, Boschloo's exact test (more powerful, slow above a few
        hundred rows).

    Returns
    -------
    float or array
        Two-sided p value; nan where a group is empty, and of the logarithm where either group had no success.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, unknown methods, and exact tests of fractional or very many counts.

    References
    ----------
    Boschloo, R. D. (1970). Raised conditional level of significance for the 2 x 2-table when testing the equality
    of two probabilities. Statistica Neerlandica 24, 1-9.

    Examples
    --------
    >>> round(float(two_rate_p_value(12, 40, 48, 80)), 6)
    0.003409
    """
    choice(method, "method", ("z", "log-ratio", "fisher", "boschloo"))
    parts = _pairs(x1, n1, x2, n2)
    if method in ("z", "log-ratio"):
        from scipy.special import ndtr

        z = (two_proportion_z if method == "z" else log_ratio_z)(*parts)
        return np.where(np.isinf(z), np.nan, 2 * ndtr(-np.abs(z)))[()]
    if any(bool((part != np.floor(part)).any()) for part in parts):
        raise InputError.of(
            "exact tests need whole counts; use method='z' for weighted ones.", param="x1"
        )
    if float(sum(part.max(initial=0.0) for part in (parts[1], parts[3]))) > _MOST_EXACT:
        raise InputError.of(
            f"exact tests take at most {_MOST_EXACT:,.0f} rows.",
            code="too_many_rows",
            param="n1",
            hint="use method='z', which says the same of so many.",
        )
    tables = zip(*(part.ravel() for part in parts), strict=True)
    values = [_exact_p(method, *map(int, table)) for table in tables]
    return np.reshape(values, parts[0].shape)[()]


def _exact_p(method: str, a: int, m: int, c: int, n: int) -> float:
    from scipy import stats

    if m == 0 or n == 0:
        return float("nan")
    table = [[a, m - a], [c, n - c]]
    if a + c in (0, m + n):
        return 1.0
    found = (
        stats.fisher_exact(np.array(table))
        if method == "fisher"
        else stats.boschloo_exact(np.transpose(table))
    )
    return float(found.pvalue)


def rate_difference_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    method: DifferenceMethod = "miettinen-nurminen",
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Between which limits does the difference of two rates lie?

    Parameters
    ----------
    x1, n1, x2, n2 : array
        Successes and totals.
    method : {"agresti-caffo", "newcombe", "miettinen-nurminen"}
        Which interval.
    confidence : float
        Level.

    Returns
    -------
    tuple of two floats or arrays
        Limits of ``x1/n1 - x2/n2``, from -1 to 1; nan where a group is empty.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, levels outside 0 to 1, and unknown methods.

    References
    ----------
    Agresti, A. & Caffo, B. (2000). The American Statistician 54, 280-288.
    Newcombe, R. (1998). Interval estimation for the difference between independent proportions. Statistics in
    Medicine 17, 873-890 (method 10).
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine 4, 213-226.

    Examples
    --------
    >>> low, high = rate_difference_interval(12, 40, 48, 80, method="newcombe")
    >>> round(float(low), 4), round(float(high), 4)
    (-0.4559, -0.1108)
    """
    choice(method, "method", ("agresti-caffo", "newcombe", "miettinen-nurminen"))
    a, m, c, n = _pairs(x1, n1, x2, n2)
    z = _critical(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "agresti-caffo":
            low, high = _agresti_caffo(a, m, c, n, z)
        elif method == "newcombe":
            low, high = _newcombe(a, m, c, n, z)
        else:
            low, high = _score_limits(
                _difference_score, (a, m, c, n), z, (-1.0, 1.0), a / m - c / n
            )
        empty = (m == 0) | (n == 0)
    return tuple(np.where(empty, np.nan, limit)[()] for limit in (low, high))  # type: ignore[return-value]


def _agresti_caffo(a: Floats, m: Floats, c: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    p, q = (a + 1) / (m + 2), (c + 1) / (n + 2)
    half = z * np.sqrt(p * (1 - p) / (m + 2) + q * (1 - q) / (n + 2))
    return np.maximum(p - q - half, -1.0), np.minimum(p - q + half, 1.0)


def _wilson(x: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    centre, half = x + z**2 / 2, z * np.sqrt(x * (n - x) / n + z**2 / 4)
    return (centre - half) / (n + z**2), (centre + half) / (n + z**2)


def _newcombe(a: Floats, m: Floats, c: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    p, q = a / m, c / n
    (p_low, p_high), (q_low, q_high) = _wilson(a, m, z), _wilson(c, n, z)
    return p - q - np.hypot(p - p_low, q_high - q), p - q + np.hypot(p_high - p, q - q_low)


def _difference_score(delta: Floats, a: Floats, m: Floats, c: Floats, n: Floats) -> Floats:
    """The z of ``p1 - p2 = delta`` with the rates that fit best under it (closed form of the cubic)."""
    p, q, theta = a / m, c / n, n / m
    k3, k2 = 1 + theta, -(1 + theta + p + theta * q + delta * (theta + 2))
    k1, k0 = delta**2 + delta * (2 * p + theta + 1) + p + theta * q, -p * delta * (1 + delta)
    v = k2**3 / (27 * k3**3) - k2 * k1 / (6 * k3**2) + k0 / (2 * k3)
    u = np.copysign(np.sqrt(np.maximum(k2**2 / (9 * k3**2) - k1 / (3 * k3), 0.0)), v)
    cosine = np.divide(v, u**3, out=np.ones_like(v), where=u != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    first = np.clip(
        2 * u * np.cos(angle) - k2 / (3 * k3), np.maximum(delta, 0.0), np.minimum(1 + delta, 1.0)
    )
    second = np.clip(first - delta, 0.0, 1.0)
    total = m + n
    variance = (first * (1 - first) / m + second * (1 - second) / n) * total / (total - 1)
    return _standardised(p - q - delta, variance)


def _standardised(error: Floats, variance: Floats) -> Floats:
    return np.where(
        variance > 0, error / np.sqrt(variance), np.where(error == 0, 0.0, np.sign(error) * np.inf)
    )


def _score_limits(
    score: Callable[..., Floats],
    data: tuple[Floats, ...],
    z: float,
    span: tuple[float, float],
    estimate: Floats,
) -> tuple[Floats, Floats]:
    """Where the score, which falls along ``span``, crosses z and -z: bisection on all pairs at once."""
    limits = []
    for target, ends in ((z, (span[0], estimate)), (-z, (estimate, span[1]))):
        low, high = (np.array(np.broadcast_to(e, estimate.shape), dtype=float) for e in ends)
        for _ in range(60):
            middle = (low + high) / 2
            above = score(middle, *data) > target
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        limits.append((low + high) / 2)
    return limits[0], limits[1]


def rate_ratio_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    method: RatioMethod = "miettinen-nurminen",
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Between which limits does the ratio of two rates lie?

    Parameters
    ----------
    x1, n1, x2, n2 : array
        Successes and totals.
    method : {"log", "miettinen-nurminen"}
        Which interval; the logarithmic one is nan where either group had no success.
    confidence : float
        Level.

    Returns
    -------
    tuple of two floats or arrays
        Limits of ``(x1/n1) / (x2/n2)``, from 0 to inf; nan where a group is empty or neither had a success.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, levels outside 0 to 1, and unknown methods.

    References
    ----------
    Katz, D. et al. (1978). Biometrics 34, 469-474.
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine 4, 213-226.

    Examples
    --------
    >>> low, high = rate_ratio_interval(12, 40, 48, 80, method="log")
    >>> round(float(low), 4), round(float(high), 4)
    (0.3014, 0.8294)
    """
    choice(method, "method", ("log", "miettinen-nurminen"))
    a, m, c, n = _pairs(x1, n1, x2, n2)
    z = _critical(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (a / m) / (c / n)
        if method == "log":
            half = z * np.sqrt(1 / a - 1 / m + 1 / c - 1 / n)
            low, high = ratio * np.exp(-half), ratio * np.exp(half)
        else:
            # phi = t / (1 - t) maps ratios from 0 to inf onto 0 to 1, where bisection works
            place = np.where(c == 0, 1.0, ratio / (1 + ratio))
            found = _score_limits(_ratio_score, (a, m, c, n), z, (0.0, 1.0), place)
            low, high = found[0] / (1 - found[0]), found[1] / (1 - found[1])
            low, high = np.where(a == 0, 0.0, low), np.where(c == 0, np.inf, high)
        unknown = (
            (m == 0)
            | (n == 0)
            | ((a == 0) & (c == 0))
            | ((method == "log") & ((a == 0) | (c == 0)))
        )
    return tuple(np.where(unknown, np.nan, limit)[()] for limit in (low, high))  # type: ignore[return-value]


def _ratio_score(place: Floats, a: Floats, m: Floats, c: Floats, n: Floats) -> Floats:
    """The z of ``p1 / p2 = phi`` with the rates that fit best under it (closed form of the quadratic)."""
    phi = place / (1 - place)
    total = m + n
    k2, k1, k0 = total * phi, -(m * phi + a + n + c * phi), a + c
    second = np.clip(2 * k0 / (-k1 + np.sqrt(np.maximum(k1**2 - 4 * k2 * k0, 0.0))), 0.0, 1.0)
    first = np.clip(phi * second, 0.0, 1.0)
    variance = (first * (1 - first) / m + phi**2 * second * (1 - second) / n) * total / (total - 1)
    return _standardised(a / m - phi * c / n, variance)
