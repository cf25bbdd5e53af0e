"""Two rates: tests that they are equal, limits of their difference and ratio."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, out, share
from coprep.metrics._results import Interval, TestResult, log10_of, tested
from coprep.metrics._tails import normal_log_p
from coprep.metrics.shares._finite_population import hypergeometric_test
from coprep.metrics.shares._proportions import proportion_interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

TwoProportionTest = Literal["fisher", "boschloo", "score", "log-ratio"]
TwoProportionMethod = Literal["miettinen-nurminen", "koopman", "newcombe", "agresti-caffo", "log"]
RateTest = Literal["z", "log-ratio", "fisher", "boschloo"]
Limits = tuple[Floats, Floats]
_METHODS = {
    "difference": ("miettinen-nurminen", "newcombe", "agresti-caffo"),
    "ratio": ("miettinen-nurminen", "koopman", "log"),
}
_MOST_EXACT = 2e9  # rows of two groups that fit the whole numbers of the exact tests


def _pairs(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Successes and totals of both groups, checked and of one shape."""
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
    return arrays[0], arrays[1], arrays[2], arrays[3]


def _critical(confidence: float) -> float:
    """Standard errors to each side."""
    return NormalDist().inv_cdf(0.5 + share(confidence, "confidence") / 2)


def two_proportion_z(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """Pooled z of two rates, below 0 where the first is lower."""
    a, m, c, n = _pairs(x1, n1, x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + c) / (m + n)
        return np.asarray((a / m - c / n) / np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n)))[()]


def log_ratio_z(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """Z of the logarithm of the ratio of two rates; -inf where the first group had no success."""
    a, m, c, n = _pairs(x1, n1, x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + c) / (m + n)
        return np.asarray(
            np.log((a / m) / (c / n)) / np.sqrt((1 - pooled) / pooled * (1 / m + 1 / n))
        )[()]


def two_proportion_test(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    method: TwoProportionTest = "fisher",
) -> TestResult[Floats]:
    """How often would rates as far apart as these arise if both groups had the same chance?

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Successes and totals of the group compared and of its reference; whole numbers for the
        exact tests.
    method : {"fisher", "boschloo", "score", "log-ratio"}, default "fisher"
        Fisher's exact test, two-sided by minimum likelihood; Boschloo's, more powerful and slow
        above a few hundred rows; pooled z ("two standard deviations" in discrimination law, its
        square the chi-square test without correction); z of the logarithm of the impact ratio.

    Returns
    -------
    TestResult
        Two-sided. ``statistic`` is the difference of the rates for the exact tests, z otherwise,
        below 0 where the first rate is lower. nan where a group is empty; of "score" where
        everybody, or nobody, succeeded; p of "log-ratio" where either group had no success.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, shapes that do not fit together, unknown methods,
        and exact tests of fractional or very many counts.

    References
    ----------
    Hazelwood School District v. United States, 433 U.S. 299 (1977), note 14.
    Boschloo, R. D. (1970). Raised conditional level of significance for the 2 x 2-table when
    testing the equality of two probabilities. Statistica Neerlandica 24, 1-9.
    Morris, S. & Lobsenz, R. (2000). Significance tests and confidence intervals for the adverse
    impact ratio. Personnel Psychology 53, 89-111.

    Examples
    --------
    >>> round(float(two_proportion_test(12, 40, 48, 80).p_value), 6)
    0.003409
    >>> round(float(two_proportion_test(12, 40, 48, 80, method="score").statistic), 4)
    -3.0984
    """
    choice(method, "method", get_args(TwoProportionTest))
    parts = _pairs(x1, n1, x2, n2)
    if method in ("score", "log-ratio"):
        z = np.asarray((two_proportion_z if method == "score" else log_ratio_z)(*parts))
        return tested(z, normal_log_p(np.where(np.isinf(z), np.nan, z), "two-sided"), method)
    _must_be_countable(*parts)
    a, m, c, n = parts
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = a / m - c / n
    if method == "fisher":
        everybody = np.maximum(m + n, 1.0)
        log_p = hypergeometric_test(a, m, a + c, everybody, rule="minimum-likelihood", scale="log")
        return tested(gap, np.where(np.isnan(gap), np.nan, log_p), method)
    tables = zip(*(part.ravel() for part in parts), strict=True)
    values = np.array([_boschloo(*map(int, table)) for table in tables], dtype=float)
    p_value = values.reshape(gap.shape)
    return TestResult(
        out(gap), out(p_value), log10_of(p_value), out(np.full(gap.shape, np.nan)), method
    )


def two_rate_p_value(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, method: RateTest = "fisher"
) -> Floats:
    """Two-sided p value by one of the tests of `two_proportion_test`, the score test named "z"."""
    choice(method, "method", get_args(RateTest))
    if method in ("fisher", "boschloo"):
        _must_be_countable(*_pairs(x1, n1, x2, n2), instead="z")
    named: TwoProportionTest = "score" if method == "z" else method
    return two_proportion_test(x1, n1, x2, n2, method=named).p_value


def _must_be_countable(
    a: Floats, m: Floats, c: Floats, n: Floats, *, instead: str = "score"
) -> None:
    """Refuse counts that an exact test cannot go through."""
    if any(bool((part != np.floor(part)).any()) for part in (a, m, c, n)):
        raise InputError.of(
            f"exact tests need whole counts; use method='{instead}' for weighted ones.", param="x1"
        )
    if m.max(initial=0.0) + n.max(initial=0.0) > _MOST_EXACT:
        raise InputError.of(
            f"exact tests take at most {_MOST_EXACT:,.0f} rows.",
            code="too_many_rows",
            param="n1",
            hint=f"use method='{instead}', which says the same of so many.",
        )


def _boschloo(a: int, m: int, c: int, n: int) -> float:
    """Two-sided p value of one table by Boschloo's test of scipy's."""
    from scipy import stats

    if m == 0 or n == 0:
        return float("nan")
    if a + c in (0, m + n):
        return 1.0
    return float(stats.boschloo_exact([[a, c], [m - a, n - c]]).pvalue)


def two_proportion_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    measure: Literal["difference", "ratio"] = "difference",
    method: TwoProportionMethod = "miettinen-nurminen",
    confidence: float = 0.95,
) -> Interval[Floats]:
    """Between which limits does the difference, or the ratio, of two rates lie?

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Successes and totals of the group compared and of its reference.
    measure : {"difference", "ratio"}, default "difference"
        ``x1/n1 - x2/n2``, or ``(x1/n1) / (x2/n2)``.
    method : {"miettinen-nurminen", "koopman", "newcombe", "agresti-caffo", "log"}
        Score limits, for both measures; "koopman" (the same without the factor for few people) for
        the ratio; "newcombe" (Wilson's limits combined) and "agresti-caffo"
        for the difference; "log" for the ratio, nan where either group had no success.
    confidence : float, default 0.95
        Between 0 and 1.

    Returns
    -------
    Interval
        Differences from -1 to 1, or ratios from 0 to inf; nan where a group is empty, and of a
        ratio where neither had a success.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, levels outside 0 to 1, and methods that are
        unknown or not for the measure.

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics 40, 513-517.
    Katz, D. et al. (1978). Biometrics 34, 469-474.
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine
    4, 213-226.
    Newcombe, R. (1998). Interval estimation for the difference between independent proportions.
    Statistics in Medicine 17, 873-890 (method 10).
    Agresti, A. & Caffo, B. (2000). The American Statistician 54, 280-288.

    Examples
    --------
    >>> low, high = two_proportion_interval(12, 40, 48, 80, method="newcombe")
    >>> round(float(low), 4), round(float(high), 4)
    (-0.4559, -0.1108)
    >>> low, high = two_proportion_interval(12, 40, 48, 80, measure="ratio", method="log")
    >>> round(float(low), 4), round(float(high), 4)
    (0.3014, 0.8294)
    """
    choice(measure, "measure", tuple(_METHODS))
    choice(method, "method", _METHODS[measure])
    parts = _pairs(x1, n1, x2, n2)
    limits = _difference_limits if measure == "difference" else _ratio_limits
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = limits(parts, method, confidence)
    return Interval(out(low), out(high))


def _difference_limits(
    parts: tuple[Floats, Floats, Floats, Floats], method: str, confidence: float
) -> Limits:
    """Limits of the first rate less the second; nan where a group is empty."""
    a, m, c, n = parts
    z = _critical(confidence)
    if method == "agresti-caffo":
        low, high = _agresti_caffo(a, m, c, n, z)
    elif method == "newcombe":
        low, high = _newcombe(a, m, c, n, confidence)
    else:
        low, high = _score_limits(_difference_score, parts, z, (-1.0, 1.0), a / m - c / n)
    empty = (m == 0) | (n == 0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def _ratio_limits(
    parts: tuple[Floats, Floats, Floats, Floats], method: str, confidence: float
) -> Limits:
    """Limits of the first rate over the second; nan where nothing is known of one of them."""
    a, m, c, n = parts
    z = _critical(confidence)
    ratio = (a / m) / (c / n)
    unknown = (m == 0) | (n == 0)
    if method == "log":
        half = z * np.sqrt(1 / a - 1 / m + 1 / c - 1 / n)
        low = ratio * np.exp(-half)
        high = ratio * np.exp(half)
        unknown |= (a == 0) | (c == 0)
    else:
        widened: Floats | float = 1.0
        if method == "koopman":
            widened = np.sqrt((m + n - 1) / (m + n))  # takes back the factor for few people
        # phi = t / (1 - t) maps ratios from 0 to inf onto 0 to 1, where bisection works
        place = np.where(c == 0, 1.0, ratio / (1 + ratio))
        found = _score_limits(ratio_score, parts, z * widened, (0.0, 1.0), place)
        low = np.where(a == 0, 0.0, found[0] / (1 - found[0]))
        high = np.where(c == 0, np.inf, found[1] / (1 - found[1]))
        unknown |= (a == 0) & (c == 0)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def rate_ratio_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    method: TwoProportionMethod = "miettinen-nurminen",
    confidence: float = 0.95,
) -> Interval[Floats]:
    """`two_proportion_interval` of the ratio."""
    return two_proportion_interval(
        x1, n1, x2, n2, measure="ratio", method=method, confidence=confidence
    )


def _agresti_caffo(a: Floats, m: Floats, c: Floats, n: Floats, z: float) -> Limits:
    """Wald limits with one success and one failure added to each group."""
    p = (a + 1) / (m + 2)
    q = (c + 1) / (n + 2)
    half = z * np.sqrt(p * (1 - p) / (m + 2) + q * (1 - q) / (n + 2))
    return np.maximum(p - q - half, -1.0), np.minimum(p - q + half, 1.0)


def _newcombe(a: Floats, m: Floats, c: Floats, n: Floats, confidence: float) -> Limits:
    """Wilson's limits of both rates, put together."""
    p = a / m
    q = c / n
    p_low, p_high = proportion_interval(a, m, confidence=confidence, method="wilson")
    q_low, q_high = proportion_interval(c, n, confidence=confidence, method="wilson")
    return p - q - np.hypot(p - p_low, q_high - q), p - q + np.hypot(p_high - p, q - q_low)


def _difference_score(delta: Floats, a: Floats, m: Floats, c: Floats, n: Floats) -> Floats:
    """The z of ``p1 - p2 = delta`` with the rates that fit best under it (closed form of the
    cubic).
    """
    p = a / m
    q = c / n
    theta = n / m
    k3 = 1 + theta
    k2 = -(1 + theta + p + theta * q + delta * (theta + 2))
    k1 = delta**2 + delta * (2 * p + theta + 1) + p + theta * q
    k0 = -p * delta * (1 + delta)
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
    """Error by its standard error; without variance 0 for none, else infinite."""
    certain = np.where(error == 0, 0.0, np.sign(error) * np.inf)
    return np.where(variance > 0, error / np.sqrt(variance), certain)


def _score_limits(
    score: Callable[..., Floats],
    data: tuple[Floats, ...],
    z: Floats | float,
    span: tuple[float, float],
    estimate: Floats,
) -> Limits:
    """Where the score, which falls along ``span``, crosses z and -z: bisection on all pairs at
    once.
    """
    limits = []
    for target, ends in ((z, (span[0], estimate)), (-z, (estimate, span[1]))):
        low, high = (np.array(np.broadcast_to(e, estimate.shape), dtype=float) for e in ends)
        for _ in range(60):
            middle = (low + high) / 2
            above = score(middle, *data) > target
            low = np.where(above, middle, low)
            high = np.where(above, high, middle)
        limits.append((low + high) / 2)
    return limits[0], limits[1]


def ratio_score(place: Floats, a: Floats, m: Floats, c: Floats, n: Floats) -> Floats:
    """The z of ``p1 / p2 = phi`` with the rates that fit best under it (closed form of the
    quadratic).
    """
    phi = place / (1 - place)
    total = m + n
    k2 = total * phi
    k1 = -(m * phi + a + n + c * phi)
    k0 = a + c
    second = np.clip(2 * k0 / (-k1 + np.sqrt(np.maximum(k1**2 - 4 * k2 * k0, 0.0))), 0.0, 1.0)
    first = np.clip(phi * second, 0.0, 1.0)
    variance = (first * (1 - first) / m + phi**2 * second * (1 - second) / n) * total / (total - 1)
    return _standardised(a / m - phi * c / n, variance)
