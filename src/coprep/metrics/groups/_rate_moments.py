"""How sure one can be of one group's rate: variances under weights, moments that hold at 0 and 1, Wilson limits."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._checks import Floats, number, numbers, share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def linearised_variance(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_squares: ArrayLike,
    denominator_squares: ArrayLike,
) -> Floats:
    """How much would a weighted rate vary between samples?

    Parameters
    ----------
    numerator, denominator : array
        Sums of weights of the rows that did, and of all that could have.
    numerator_squares, denominator_squares : array
        Sums of squared weights of the same rows.

    Returns
    -------
    float or array
        Variance of ``numerator / denominator``; nan where the denominator is 0.

    Raises
    ------
    InputError
        For sums below 0.

    Notes
    -----
    Taylor linearisation of a ratio of totals: ``[(1-r)^2 q1 + r^2 (q - q1)] / denominator^2`` with q1 and q the sums
    of squares. With weights of 1 it is ``r (1-r) / n``.

    References
    ----------
    Woodruff, R. S. (1971). A simple method for approximating the variance of a complicated estimate. JASA 66, 411-414.

    Examples
    --------
    >>> float(linearised_variance(5, 10, 5, 10))
    0.025
    """
    above, below = (
        numbers(numerator, "numerator", "nonnegative"),
        numbers(denominator, "denominator", "nonnegative"),
    )
    q1 = numbers(numerator_squares, "numerator_squares", "nonnegative")
    q = numbers(denominator_squares, "denominator_squares", "nonnegative")
    with np.errstate(divide="ignore", invalid="ignore"):
        r = above / below
        return np.asarray(((1 - r) ** 2 * q1 + r**2 * np.maximum(q - q1, 0.0)) / below**2)[()]


def effective_size(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_squares: ArrayLike,
    denominator_squares: ArrayLike,
) -> Floats:
    """How many equally weighted rows would tell as much about this rate?

    Parameters
    ----------
    numerator, denominator, numerator_squares, denominator_squares : array
        As in `linearised_variance`.

    Returns
    -------
    float or array
        The smaller of ``r (1-r) / variance`` and Kish's ``(sum w)^2 / sum w^2``, which is too large where weights
        and outcomes are related; 0 without rows.

    Raises
    ------
    InputError
        For sums below 0.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> float(effective_size(5, 10, 5, 10))
    10.0
    """
    variance = linearised_variance(numerator, denominator, numerator_squares, denominator_squares)
    above, below = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = above / below
        kish = below**2 / np.asarray(denominator_squares, dtype=float)
        size = np.where(variance > 0, np.minimum(r * (1 - r) / variance, kish), kish)
    return np.where(below > 0, size, 0.0)[()]


def added_observations(critical: float) -> float:
    """How many pairs of observations are added to each of two groups that are compared?

    Parameters
    ----------
    critical : float
        Standard errors to each side.

    Returns
    -------
    float
        A quarter of ``critical**2``, at least 1.

    Raises
    ------
    InputError
        For a critical value below 0.

    Notes
    -----
    One rate asks for ``critical**2`` added observations (Agresti & Coull); a comparison of two shares them out. At
    95% and one pair that is Agresti and Caffo's one success and one failure. Many groups are compared at critical
    values of 3 and more, so far out that these leave groups of a handful too sure of themselves: of thirty equal
    groups of five, more than a third of samples would then show a gap.

    References
    ----------
    Agresti, A. & Coull, B. (1998). Approximate is better than "exact" for interval estimation of binomial
    proportions. The American Statistician 52, 119-126.

    Examples
    --------
    >>> added_observations(1.96), added_observations(4.0)
    (1.0, 4.0)
    """
    return max(1.0, number(critical, "critical", low=0.0) ** 2 / 4)


def agresti_caffo_moments(
    rate: ArrayLike, size: ArrayLike, *, strata: int = 1, added: float = 1.0, towards: float = 0.5
) -> tuple[Floats, Floats]:
    """The shrunken rate and its variance from which pairwise intervals are built.

    Parameters
    ----------
    rate, size : array
        Rates from 0 to 1 and (effective) numbers of rows; a rate of nothing may be nan.
    strata : int
        Over how many strata the added observations of a comparison are shared out.
    added : float
        Pairs of observations added to each group, from 1; see `added_observations`.
    towards : float
        Share of successes among those beyond the first pair, such as the rate of all groups: one success and one
        failure are Agresti and Caffo's, and what is added for many comparisons should not make groups alike where
        rates are low or high.

    Returns
    -------
    tuple of two arrays
        ``p = (x + 1 + 2 (added - 1) towards) / (n + 2 added)`` and ``p (1 - p) / (n + 2 added)``.

    References
    ----------
    Agresti, A. & Caffo, B. (2000). Simple and effective confidence intervals for proportions and differences of
    proportions result from adding two successes and two failures. The American Statistician 54, 280-288.

    Examples
    --------
    >>> [round(float(x), 4) for x in agresti_caffo_moments(0.3, 40)]
    [0.3095, 0.0051]
    """
    n = np.asarray(size, dtype=float)
    x = np.where(n > 0, np.asarray(rate, dtype=float) * n, 0.0)
    more = n + 2 * added / strata
    centre = (x + (1 + 2 * (added - 1) * towards) / strata) / more
    return centre, centre * (1 - centre) / more


def log_ratio_moments(rate: ArrayLike, size: ArrayLike) -> tuple[Floats, Floats]:
    """The logarithm of a rate and its variance, with half a success and half a failure added.

    Parameters
    ----------
    rate, size : array
        Rates from 0 to 1 and (effective) numbers of rows.

    Returns
    -------
    tuple of two arrays
        ``log((x + 0.5) / (n + 1))`` and ``1/(x + 0.5) - 1/(n + 1)``, which is above 0 even where all succeeded.

    References
    ----------
    Walter, S. (1975). The distribution of Levin's measure of attributable risk. Biometrika 62, 371-372.

    Examples
    --------
    >>> [round(float(x), 4) for x in log_ratio_moments(0.3, 40)]
    [-1.1878, 0.0556]
    """
    n = np.asarray(size, dtype=float)
    x = np.where(n > 0, np.asarray(rate, dtype=float) * n, 0.0)
    return np.log((x + 0.5) / (n + 1)), 1 / (x + 0.5) - 1 / (n + 1)


def wilson_bounds(
    rate: ArrayLike, size: ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Between which limits does a rate lie?

    Parameters
    ----------
    rate, size : array
        Rates from 0 to 1 and (effective) numbers of rows, not necessarily whole.
    confidence : float
        Level of each interval.

    Returns
    -------
    tuple of two arrays
        Lower and upper limits; nan where the rate is.

    Raises
    ------
    InputError
        For a confidence outside 0 to 1.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.

    Examples
    --------
    >>> [round(float(x), 4) for x in wilson_bounds(0.3, 40)]
    [0.1807, 0.4543]
    """
    p, n = np.asarray(rate, dtype=float), np.asarray(size, dtype=float)
    z = NormalDist().inv_cdf(0.5 + share(confidence, "confidence") / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = np.where(p == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(p == 1, 1.0, np.minimum(centre + half, 1.0))
    return low, high
