"""How a share compares with a baseline share that is itself an estimate: MOVER, Fieller, log-delta and z tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, inputs, out, within
from coprep.metrics.shares._proportions import proportion_interval
from coprep.metrics.shares._share_tests import asked, normal_log_p, scaled

__all__ = [
    "baseline_z_test",
    "fieller_ratio",
    "log_delta_ratio",
    "mover_difference",
    "mover_ratio",
    "ratio_statistic",
    "ratio_test",
    "standard_error_log_ratio",
]

Limits = tuple[Floats, Floats]


@np.errstate(all="ignore")
def ratio_statistic(
    observed: ArrayLike,
    effective_n: ArrayLike,
    share: ArrayLike,
    *,
    ratio: ArrayLike = 1.0,
    baseline_se: ArrayLike = 0.0,
) -> Floats:
    """How many standard errors is the observed share from ``ratio`` times an uncertain baseline share?

    Parameters
    ----------
    observed : array_like
        The group's share of the participants, weighted if need be, 0 to 1.
    effective_n : array_like
        Effective number of people; their number where nothing is weighted.
    share : array_like
        The group's baseline share P, 0 to 1.
    ratio : array_like, default 1
        The ratio R that is tested: 1 for parity, or an edge of the band. R P is cut at 1.
    baseline_se : array_like, default 0
        Standard error of the baseline share, such as its 90% margin over 1.645.

    Returns
    -------
    float or ndarray
        A standard normal statistic, negative where there are too few; nan where its variance is 0.

    Raises
    ------
    InputError
        For shares outside 0 to 1, standard errors below 0, and shapes that do not fit together.

    Notes
    -----
    z = (p - R P) / sqrt(R P (1 - R P)/n_eff + R^2 SE^2).

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
    U.S. Census Bureau (2018). Understanding and Using American Community Survey Data: What All Data Users Need to Know,
    chapter 7.

    Examples
    --------
    >>> round(float(ratio_statistic(13 / 150, 150, 0.18, baseline_se=0.012 / 1.645)), 4)
    -2.898

    """
    observed, size, share, se, ratio = inputs(
        observed=(observed, "share"),
        effective_n=(effective_n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
        ratio=(ratio, "positive"),
    )
    size = np.where(size > 0, size, np.nan)
    null = np.minimum(ratio * share, 1.0)
    variance = null * (1 - null) / size + (ratio * se) ** 2
    return out(
        (observed - null) / np.sqrt(np.where((variance > 0) & (share > 0), variance, np.nan))
    )


@np.errstate(all="ignore")
def ratio_test(
    observed: ArrayLike,
    effective_n: ArrayLike,
    share: ArrayLike,
    *,
    ratio: ArrayLike = 1.0,
    baseline_se: ArrayLike = 0.0,
    alternative: str = "two-sided",
    scale: str = "p",
) -> Floats:
    """How often would chance and the baseline's error give a share as far from ``ratio`` times the baseline's?

    Parameters
    ----------
    observed, effective_n, share, ratio, baseline_se
        As in `ratio_statistic`.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        "less" is evidence that the true ratio is below ``ratio``.
    scale : {"p", "log", "log10"}, default "p"
        What is returned; logarithms do not underflow.

    Returns
    -------
    float or ndarray
        p-values or their logarithms.

    Raises
    ------
    InputError
        For shares outside 0 to 1, standard errors below 0, unknown words, and shapes that do not fit together.

    References
    ----------
    As in `ratio_statistic`.

    Examples
    --------
    >>> round(float(ratio_test(13 / 150, 150, 0.18, baseline_se=0.012 / 1.645)), 5)
    0.00376

    """
    asked(alternative, scale)
    z = ratio_statistic(observed, effective_n, share, ratio=ratio, baseline_se=baseline_se)
    return scaled(normal_log_p(z, alternative), scale)


@np.errstate(all="ignore")
def baseline_z_test(
    observed: ArrayLike,
    share: ArrayLike,
    *,
    observed_se: ArrayLike,
    baseline_se: ArrayLike = 0.0,
    degrees_of_freedom: ArrayLike | None = None,
    alternative: str = "two-sided",
) -> tuple[Floats, Floats]:
    """Does a share with a design-based standard error differ from an external estimate with its own?

    Parameters
    ----------
    observed, share : array_like
        The estimated and the external share.
    observed_se, baseline_se : array_like
        Their standard errors, 0 or more.
    degrees_of_freedom : array_like, optional
        Degrees of freedom of the design; Student's t instead of the normal distribution.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        "less" is evidence that the estimated share is below the external one.

    Returns
    -------
    statistic, p_value : float or ndarray
        Difference over the root of the summed squared standard errors; nan where both are 0.

    Raises
    ------
    InputError
        For shares outside 0 to 1, standard errors below 0, unknown words, and shapes that do not fit together.

    References
    ----------
    U.S. Census Bureau (2018). Understanding and Using American Community Survey Data: What All Data Users Need to Know,
    chapter 7.

    Examples
    --------
    >>> t, p = baseline_z_test(0.1436, 0.28, observed_se=0.0212, degrees_of_freedom=21)
    >>> round(float(t), 2), bool(p < 1e-4)
    (-6.43, True)

    """
    asked(alternative, "p")
    normal = degrees_of_freedom is None
    observed, share, se, base, df = inputs(
        observed=(observed, "share"),
        share=(share, "share"),
        observed_se=(observed_se, "nonnegative"),
        baseline_se=(baseline_se, "nonnegative"),
        degrees_of_freedom=(
            np.nan if degrees_of_freedom is None else degrees_of_freedom,
            "positive",
        ),
    )
    total = np.hypot(se, base)
    t = (observed - share) / np.where(total > 0, total, np.nan)
    if normal:
        return out(t), scaled(normal_log_p(t, alternative), "p")
    if alternative == "two-sided":
        return out(t), out(2 * special.stdtr(df, -np.abs(t)))
    return out(t), out(special.stdtr(df, t if alternative == "less" else -t))


def _pair(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike,
    method: str,
) -> tuple[Floats, Floats, Limits, Limits]:
    """The two shares and their limits: those of x of n, and P -/+ z SE inside 0 to 1."""
    x, n, share, se, level = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
        confidence=(confidence, "inside"),
    )
    mine = proportion_interval(x, n, confidence=level, method=method)
    half = special.ndtri((1 + level) / 2) * se
    return x / n, share, mine, (np.maximum(share - half, 0.0), np.minimum(share + half, 1.0))


@np.errstate(all="ignore")
def mover_difference(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike = 0.95,
    method: str = "exact",
) -> tuple[Floats, Floats]:
    """Between which differences in shares could the true one lie, with an uncertain baseline?

    Parameters
    ----------
    x, n : array_like
        People of the group and all people; effective (fractional) numbers are accepted.
    share : array_like
        The estimated baseline share, 0 to 1.
    baseline_se : array_like
        Its standard error.
    confidence : array_like, default 0.95
        Confidence level.
    method : str, default "exact"
        The interval for x of n; see `proportion_interval`.

    Returns
    -------
    low, high : float or ndarray
        Differences in shares, -1 to 1; nan where n is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, unknown words, and shapes that do not fit together.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> low, high = mover_difference(13, 150, 0.18, baseline_se=0.0073, method="wilson")
    >>> round(float(low), 4), round(float(high), 4)
    (-0.1314, -0.0356)

    """
    p, share, (l1, u1), (l2, u2) = _pair(
        x, n, share, baseline_se=baseline_se, confidence=confidence, method=method
    )
    gap = p - share
    return out(gap - np.hypot(p - l1, u2 - share)), out(gap + np.hypot(u1 - p, share - l2))


@np.errstate(all="ignore")
def mover_ratio(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike = 0.95,
    method: str = "exact",
) -> tuple[Floats, Floats]:
    """Between which representation ratios could the true one lie, with an uncertain baseline?

    Works for an absent group, and is the interval of `ratio_interval` where the baseline has no error.

    Parameters
    ----------
    x, n, share, baseline_se, confidence, method
        As in `mover_difference`.

    Returns
    -------
    low, high : float or ndarray
        Ratios; ``high`` is inf where the baseline's lower limit is 0: the data do not exclude a share so small.
        nan where n or the baseline share is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, unknown words, and shapes that do not fit together.

    Notes
    -----
    With limits (l, u) of the observed share p and (L, U) of the baseline share P, the limits solve
    (p - r P)^2 = (p - l)^2 + r^2 (U - P)^2 and (p - r P)^2 = (u - p)^2 + r^2 (P - L)^2. The lower one exists for
    every U; it is computed without the cancellation of its textbook form, where U near 2P divides 0 by 0.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012). Statistical Methods in Medical Research 21, 347-359.

    Examples
    --------
    >>> low, high = mover_ratio(0, 60, 0.08, baseline_se=0.0122, method="wilson")
    >>> float(low), round(float(high), 3)
    (0.0, 0.788)

    """
    p, share, (l1, u1), (l2, u2) = _pair(
        x, n, share, baseline_se=baseline_se, confidence=confidence, method=method
    )
    share = np.where(share > 0, share, np.nan)
    product, lower, upper = p * share, l1 * (2 * p - l1), u1 * (2 * p - u1)
    low_root = np.sqrt(np.maximum(product**2 - lower * u2 * (2 * share - u2), 0.0))
    low = np.where(
        l1 > 0, lower / (product + low_root), np.where(np.isnan(l1 + share), np.nan, 0.0)
    )
    scale = l2 * (2 * share - l2)
    high_root = np.sqrt(np.maximum(product**2 - upper * scale, 0.0))
    known = ~np.isnan(u1 + l2 + share)
    high = np.where(l2 > 0, (product + high_root) / scale, np.where(known, np.inf, np.nan))
    return out(low), out(high)


@np.errstate(all="ignore")
def fieller_ratio(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike = 0.95,
) -> tuple[Floats, Floats]:
    """Between which ratios could the true one lie, by Fieller's theorem?

    For comparison: an absent group gives the empty width [0, 0], and nothing follows where the baseline share is not
    clearly above 0. `mover_ratio` has neither weakness.

    Parameters
    ----------
    x, n, share, baseline_se, confidence
        As in `mover_difference`.

    Returns
    -------
    low, high : float or ndarray
        Ratios; nan where the set is unbounded, and where n is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. JRSS B 16, 175-185.

    Examples
    --------
    >>> low, high = fieller_ratio(13, 150, 0.18, baseline_se=0.0073)
    >>> round(float(low), 3), round(float(high), 3)
    (0.231, 0.738)

    """
    x, n, share, se, level = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
        confidence=(confidence, "inside"),
    )
    within(x, n, ("x", "n"))
    p, z2 = x / n, special.ndtri((1 + level) / 2) ** 2
    lead = share**2 - z2 * se**2
    lead = np.where(lead > 0, lead, np.nan)
    root = np.sqrt(np.maximum((p * share) ** 2 - lead * (p**2 - z2 * p * (1 - p) / n), 0.0))
    return out((p * share - root) / lead), out((p * share + root) / lead)


@np.errstate(all="ignore")
def standard_error_log_ratio(
    x: ArrayLike, n: ArrayLike, share: ArrayLike, *, baseline_se: ArrayLike = 0.0
) -> Floats:
    """What is the standard error of the logarithm of the ratio, to first order?

    Parameters
    ----------
    x, n, share, baseline_se
        As in `mover_difference`.

    Returns
    -------
    float or ndarray
        sqrt((1-p)/x + (SE/P)^2); nan where x, n or the baseline share is 0, for there is no such number.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Katz, D. et al. (1978). Biometrics 34, 469-474.

    Examples
    --------
    >>> round(float(standard_error_log_ratio(13, 150, 0.18, baseline_se=0.0073)), 3)
    0.268

    """
    x, n, share, se = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
    )
    within(x, n, ("x", "n"))
    x, share = np.where(x > 0, x, np.nan), np.where(share > 0, share, np.nan)
    return out(np.sqrt((1 - x / n) / x + (se / share) ** 2))


@np.errstate(all="ignore")
def log_delta_ratio(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike = 0.95,
) -> tuple[Floats, Floats]:
    """Between which ratios could the true one lie, by the normal approximation to the log ratio?

    For comparison: it has no answer for an absent group; `mover_ratio` has.

    Parameters
    ----------
    x, n, share, baseline_se, confidence
        As in `mover_difference`.

    Returns
    -------
    low, high : float or ndarray
        Ratios; nan where x, n or the baseline share is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Katz, D. et al. (1978). Biometrics 34, 469-474.

    Examples
    --------
    >>> low, high = log_delta_ratio(13, 150, 0.18, baseline_se=0.0073)
    >>> round(float(low), 3), round(float(high), 3)
    (0.285, 0.814)

    """
    x, n, share, base, level = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
        confidence=(confidence, "inside"),
    )
    se = standard_error_log_ratio(x, n, share, baseline_se=base)
    half = special.ndtri((1 + level) / 2) * se
    ratio = x / n / share
    return out(ratio * np.exp(-half)), out(ratio * np.exp(half))
