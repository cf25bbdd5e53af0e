"""How far a share could be from the one observed: confidence intervals for shares and for what follows from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, choice, inputs, out, within

__all__ = [
    "korn_graubard_interval",
    "log_disparity_interval",
    "proportion_interval",
    "ratio_interval",
]

_METHODS = (
    "exact",
    "wilson",
    "jeffreys",
    "mid-p",
    "wilson-cc",
    "agresti-coull",
    "jeffreys-raw",
    "agresti-coull-raw",
)
_HALVINGS = 60
Limits = tuple[Floats, Floats]


def _exact(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Clopper-Pearson: the shares at which x or more, x or fewer, has probability ``tail``."""
    low = np.where(x > 0, special.betaincinv(x, n - x + 1, tail), 0.0)
    high = np.where(x < n, special.betainccinv(x + 1, n - x, tail), 1.0)
    return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


def _jeffreys_raw(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Equal-tailed limits of the posterior under the prior Beta(1/2, 1/2)."""
    a, b = x + 0.5, n - x + 0.5
    low, high = special.betaincinv(a, b, tail), special.betainccinv(a, b, tail)
    return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


def _jeffreys(x: Floats, n: Floats, tail: Floats) -> Limits:
    """The same with 0 below no count and 1 above a full one."""
    low, high = _jeffreys_raw(x, n, tail)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def _score_roots(x: Floats, n: Floats, z: Floats) -> Limits:
    """The two shares whose score statistic at x is +z and -z."""
    centre, scale = x + z * z / 2, n + z * z
    high = (centre + z * np.sqrt(x * (n - x) / n + z * z / 4)) / scale
    return (
        x * x / n / scale / high,
        high,
    )  # the low one from the product of the roots: no cancellation


def _wilson(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Wilson's score limits."""
    low, high = _score_roots(x, n, -special.ndtri(tail))
    return low, np.where(x == n, 1.0, high)


def _wilson_cc(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Wilson's limits with the continuity correction of half a person on either side."""
    z = -special.ndtri(tail)
    low = _score_roots(np.clip(x - 0.5, 0, n), n, z)[0]
    high = _score_roots(np.clip(x + 0.5, 0, n), n, z)[1]
    return low, np.where(x == n, 1.0, high)


def _agresti_coull_raw(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Wald limits after z squared over two have been added to both sides; may leave 0 to 1."""
    z = -special.ndtri(tail)
    total = n + z * z
    centre = (x + z * z / 2) / total
    half = z * np.sqrt(centre * (1 - centre) / total)
    return centre - half, centre + half


def _agresti_coull(x: Floats, n: Floats, tail: Floats) -> Limits:
    """The same, cut at 0 and 1."""
    low, high = _agresti_coull_raw(x, n, tail)
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _halve(low: Floats, high: Floats, x: Floats, n: Floats, tail: Floats, *, upper: bool) -> Floats:
    """The share between ``low`` and ``high`` whose mid-p tail at x is ``tail``."""
    upper_tail, lower_tail = special.betainc, special.betaincc
    part = lower_tail if upper else upper_tail
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        value = (part(x, n - x + 1, middle) + part(x + 1, n - x, middle)) / 2
        outside = value < tail  # the middle is too far out
        high = np.where(outside if upper else ~outside, middle, high)
        low = np.where(outside if upper else ~outside, low, middle)
    return (low + high) / 2


def _mid_p(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Limits at which half the probability of x is counted into the tail."""
    outer_low, outer_high = _exact(x, n, tail)
    inner = np.where((x > 0) & (x < n), x, n / 2)  # the ends have closed forms
    low = _halve(outer_low, inner / n, inner, n, tail, upper=False)
    high = _halve(inner / n, outer_high, inner, n, tail, upper=True)
    one_sided = 2 * tail
    low = np.where(x == 0, 0.0, np.where(x == n, np.exp(np.log(one_sided) / n), low))
    return low, np.where(x == n, 1.0, np.where(x == 0, -np.expm1(np.log(one_sided) / n), high))


_LIMITS = {
    "exact": _exact,
    "wilson": _wilson,
    "jeffreys": _jeffreys,
    "mid-p": _mid_p,
    "wilson-cc": _wilson_cc,
    "agresti-coull": _agresti_coull,
    "jeffreys-raw": _jeffreys_raw,
    "agresti-coull-raw": _agresti_coull_raw,
}


@np.errstate(all="ignore")
def proportion_interval(
    x: ArrayLike,
    n: ArrayLike,
    *,
    confidence: ArrayLike = 0.95,
    method: str = "exact",
    side: str = "both",
) -> tuple[Floats, Floats]:
    """Between which shares could the group's true share lie, given x of n?

    Parameters
    ----------
    x, n : array_like
        People of the group, 0 to n, and all people. Effective (fractional) numbers are accepted.
    confidence : array_like, default 0.95
        Confidence level, between 0 and 1; broadcasts, so that each group may have its own.
    method : str, default "exact"
        "exact" (Clopper-Pearson: never covers less than its level), "wilson" (score), "jeffreys", "mid-p",
        "wilson-cc" (continuity-corrected), "agresti-coull" (cut at 0 and 1); "jeffreys-raw" without the
        convention of 0 at x = 0 and 1 at x = n, "agresti-coull-raw" uncut.
    side : {"both", "lower", "upper"}, default "both"
        "lower" gives a one-sided lower limit and 1, "upper" gives 0 and a one-sided upper limit.

    Returns
    -------
    low, high : float or ndarray
        Shares; nan where n is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, levels outside 0 to 1 and unknown methods.

    Notes
    -----
    The continuity correction is kept at x = n/2, where R's ``prop.test`` drops it.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26, 404-413.
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Statistical Science 16, 101-133.
    Agresti, A. and Gottard, A. (2007). Nonconservative exact small-sample inference for discrete data. Computational
    Statistics & Data Analysis 51, 6447-6458.

    Examples
    --------
    >>> low, high = proportion_interval(10, 99)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0495, 0.1779)

    """
    choice(method, "method", _METHODS)
    choice(side, "side", ("both", "lower", "upper"))
    x, n, level = inputs(
        x=(x, "nonnegative"), n=(n, "nonnegative"), confidence=(confidence, "inside")
    )
    within(x, n, ("x", "n"))
    n = np.where(n > 0, n, np.nan)
    low, high = _LIMITS[method](x, n, (1 - level) / (2 if side == "both" else 1))
    known = np.isfinite(x + n)
    low = np.where(known, 0.0 if side == "upper" else low, np.nan)
    high = np.where(known, 1.0 if side == "lower" else high, np.nan)
    return out(low), out(high)


@np.errstate(all="ignore")
def ratio_interval(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    confidence: ArrayLike = 0.95,
    method: str = "exact",
) -> tuple[Floats, Floats]:
    """Between which representation ratios could the true one lie, the baseline share being exact?

    Parameters
    ----------
    x, n : array_like
        As in `proportion_interval`.
    share : array_like
        The group's baseline share, 0 to 1, known without error; see `mover_ratio` for one with a margin.
    confidence, method
        As in `proportion_interval`.

    Returns
    -------
    low, high : float or ndarray
        Ratios; nan where n or the baseline share is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, unknown words, and shapes that do not fit together.

    References
    ----------
    As in `proportion_interval` and `representation_ratio`.

    Examples
    --------
    >>> low, high = ratio_interval(13, 150, 0.18)
    >>> round(float(low), 3), round(float(high), 3)
    (0.261, 0.798)

    """
    x, n, share, level = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        confidence=(confidence, "inside"),
    )
    low, high = proportion_interval(x, n, confidence=level, method=method)
    share = np.where(share > 0, share, np.nan)
    return out(low / share), out(high / share)


@np.errstate(all="ignore")
def log_disparity_interval(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    confidence: ArrayLike = 0.95,
    method: str = "exact",
) -> tuple[Floats, Floats]:
    """Between which log disparities could the true one lie, the baseline share being exact?

    Parameters
    ----------
    x, n, share, confidence, method
        As in `ratio_interval`.

    Returns
    -------
    low, high : float or ndarray
        Differences of log odds; -inf below an absent group, inf above a group that is everybody.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, unknown words, and shapes that do not fit together.

    References
    ----------
    Qi, M. et al. (2021). JAMIA Open 4(3), ooab077.
    As in `proportion_interval`.

    Examples
    --------
    >>> low, high = log_disparity_interval(13, 150, 0.18, method="wilson")
    >>> round(float(low), 3), round(float(high), 3)
    (-1.4, -0.277)

    """
    x, n, share, level = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        confidence=(confidence, "inside"),
    )
    low, high = proportion_interval(x, n, confidence=level, method=method)
    base = special.logit(np.where((share > 0) & (share < 1), share, np.nan))
    return out(special.logit(low) - base), out(special.logit(high) - base)


@np.errstate(all="ignore")
def korn_graubard_interval(
    share: ArrayLike,
    effective_n: ArrayLike,
    *,
    n: ArrayLike | None = None,
    degrees_of_freedom: ArrayLike | None = None,
    confidence: ArrayLike = 0.95,
) -> tuple[Floats, Floats]:
    """Between which shares could the true one lie, given a weighted or clustered sample?

    Exact limits at the effective number of people instead of the number who came.

    Parameters
    ----------
    share : array_like
        The weighted share, 0 to 1.
    effective_n : array_like
        Effective number of people, p(1-p) over the design variance of p; see `effective_share_n`.
    n, degrees_of_freedom : array_like, optional
        People and design degrees of freedom (clusters minus strata). If both are given, the effective number is
        multiplied by the squared ratio of the t quantiles with n - 1 and with these degrees of freedom.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    low, high : float or ndarray
        Shares; nan where the effective number is 0.

    Raises
    ------
    InputError
        For shares and levels outside 0 to 1, and an effective number below 0.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1998). Survey Methodology 24, 193-201.

    Examples
    --------
    >>> low, high = korn_graubard_interval(0.25, 60.0)
    >>> round(float(low), 3), round(float(high), 3)
    (0.147, 0.379)

    """
    corrected = n is not None and degrees_of_freedom is not None
    share, size, level, people, df = inputs(
        share=(share, "share"),
        effective_n=(effective_n, "nonnegative"),
        confidence=(confidence, "inside"),
        n=(np.nan if n is None else n, "positive"),
        degrees_of_freedom=(
            np.nan if degrees_of_freedom is None else degrees_of_freedom,
            "positive",
        ),
    )
    if corrected:
        tail = (1 - level) / 2
        size = size * (special.stdtrit(people - 1, tail) / special.stdtrit(df, tail)) ** 2
    return proportion_interval(share * size, size, confidence=level)
