"""Knows how sure one can be of a gap between groups: variances, simultaneous intervals, the gap noise makes.

The largest gap between k rates is never negative, so its percentile bootstrap interval cannot contain 0. Here
all pairs of groups get intervals that hold together, and the interval of the gap follows from those.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._numbers import Floats, Ints, number, numbers, share, whole

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_DRAWS = 1_024  # replicates at a time

__all__ = [
    "added_observations",
    "agresti_caffo_moments",
    "effective_size",
    "expected_gap",
    "fieller_limits",
    "gap_interval",
    "largest_t",
    "linearised_variance",
    "log_ratio_moments",
    "max_t_critical",
    "ratio_gap_interval",
    "sidak_critical",
    "studentised_range_quantile",
    "studentised_range_sf",
    "wilson_bounds",
]


def linearised_variance(
    numerator: ArrayLike, denominator: ArrayLike, numerator_squares: ArrayLike, denominator_squares: ArrayLike
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

    Notes
    -----
    Taylor linearisation of a ratio of totals: ``[(1-r)^2 q1 + r^2 (q - q1)] / denominator^2`` with q1 and q the sums
    of squares. With weights of 1 it is ``r (1-r) / n``.

    Examples
    --------
    >>> float(linearised_variance(5, 10, 5, 10))
    0.025
    """
    above, below = numbers(numerator, "numerator", "nonnegative"), numbers(denominator, "denominator", "nonnegative")
    q1 = numbers(numerator_squares, "numerator_squares", "nonnegative")
    q = numbers(denominator_squares, "denominator_squares", "nonnegative")
    with np.errstate(divide="ignore", invalid="ignore"):
        r = above / below
        return np.asarray(((1 - r) ** 2 * q1 + r**2 * np.maximum(q - q1, 0.0)) / below**2)[()]


def effective_size(
    numerator: ArrayLike, denominator: ArrayLike, numerator_squares: ArrayLike, denominator_squares: ArrayLike
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


def wilson_bounds(rate: ArrayLike, size: ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
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


@lru_cache(maxsize=512)
def studentised_range_sf(q: float, k: int) -> float:
    """How often would the range of k standard normal numbers exceed q?

    Parameters
    ----------
    q : float
        From 0.
    k : int
        How many numbers, from 2.

    Returns
    -------
    float
        From 0 to 1.

    Notes
    -----
    Infinite degrees of freedom: ``1 - k * integral of phi(z) [Phi(z) - Phi(z - q)]^(k-1)``.

    References
    ----------
    Tukey, J. (1953). The problem of multiple comparisons. Kramer, C. (1956). Biometrics 12, 307-310.

    Examples
    --------
    >>> round(studentised_range_sf(3.314493, 3), 5)
    0.05
    """
    from scipy.special import ndtr

    if not q >= 0:
        raise InputError.of(f"q is {q}; a number from 0 expected.", param="q", got=q)
    whole(k, "k", low=2)
    grid = np.linspace(-9.0, 9.0, 1201)  # the largest of the k; beyond it has no density to speak of
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    # Phi(z) - Phi(z - q), from the side on which neither is near 1
    inner = np.where(grid > 0, ndtr(q - grid) - ndtr(-grid), ndtr(grid) - ndtr(grid - q))
    inside = k * float((density * np.maximum(inner, 0.0) ** (k - 1)).sum()) * float(grid[1] - grid[0])
    return min(max(1.0 - inside, 0.0), 1.0)


@lru_cache(maxsize=512)
def studentised_range_quantile(confidence: float, k: int) -> float:
    """Which range do k standard normal numbers stay below with this probability?

    Parameters
    ----------
    confidence : float
        Between 0 and 1.
    k : int
        How many numbers, from 2.

    Returns
    -------
    float
        The critical value of all pairwise comparisons, to be divided by the square root of 2.

    Examples
    --------
    >>> round(studentised_range_quantile(0.95, 3), 4)
    3.3145
    """
    share(confidence, "confidence")
    if whole(k, "k", low=2) == 2:
        return NormalDist().inv_cdf(0.5 + confidence / 2) * 2**0.5
    low, high = 0.0, 20.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - studentised_range_sf(middle, k) < confidence else (low, middle)
    return (low + high) / 2


def sidak_critical(confidence: float, comparisons: int) -> float:
    """The normal critical value at which several two-sided intervals hold together.

    Parameters
    ----------
    confidence : float
        Joint level.
    comparisons : int
        How many intervals, from 1.

    Returns
    -------
    float
        Quantile of the standard normal.

    References
    ----------
    Sidak, Z. (1967). Rectangular confidence regions for the means of multivariate normal distributions. JASA 62.

    Examples
    --------
    >>> round(sidak_critical(0.95, 1), 4), round(sidak_critical(0.95, 10), 4)
    (1.96, 2.7996)
    """
    each = share(confidence, "confidence") ** (1 / whole(comparisons, "comparisons", low=1))
    return NormalDist().inv_cdf(0.5 + each / 2)


def _front(centre: Floats, variance: Floats, *, uncertain: bool) -> Ints:
    """Groups that no other beats on both a high centre and a small (or large) variance, and the runners-up.

    A pair's limit rises with the centre of one side and falls (or rises) with both variances, so that the
    largest limit over pairs of different groups is attained within these.
    """
    cost = -variance if uncertain else variance
    order = np.lexsort((cost, -centre))
    chosen = []
    for _ in range(2):
        least = np.minimum.accumulate(np.r_[np.inf, cost[order]])
        ahead = cost[order] < least[:-1]
        chosen.append(order[ahead])
        order = order[~ahead]
    return np.concatenate(chosen)


def _limit(centre: Floats, variance: Floats, critical: float) -> float:
    """The largest ``c_i - c_j + critical * sqrt(v_i + v_j)`` over pairs of different groups."""
    above = _front(centre, variance, uncertain=critical > 0)
    below = _front(-centre, variance, uncertain=critical > 0)
    limits = centre[above][:, None] - centre[below] + critical * np.sqrt(variance[above][:, None] + variance[below])
    limits[above[:, None] == below] = -np.inf
    return float(limits.max())


def gap_interval(centre: ArrayLike, variance: ArrayLike, critical: float) -> tuple[float, float]:
    """Between which limits does the gap between the highest and the lowest of k numbers lie?

    Parameters
    ----------
    centre, variance : array of shape (k,)
        Estimates and their variances, two or more.
    critical : float
        Standard errors to each side in each pair, such as ``studentised_range_quantile(0.95, k) / 2**0.5``.

    Returns
    -------
    tuple of two floats
        Limits, from 0.

    Notes
    -----
    With simultaneous intervals ``l_ij <= p_i - p_j <= u_ij`` the gap lies between ``max(0, max l_ij)`` and
    ``max abs``. Groups that cannot attain either are not paired, so that ten thousand groups are no burden.

    Examples
    --------
    >>> [round(x, 4) for x in gap_interval([0.3095, 0.5976], [0.005088, 0.002933], 1.959964)]
    [0.1126, 0.4636]
    """
    c, v = _several(centre, variance)
    half = number(critical, "critical", low=0.0)
    return max(0.0, _limit(c, v, -half)), max(0.0, _limit(c, v, half))


def _several(centre: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    c, v = numbers(centre, "centre", ndim=1), numbers(variance, "variance", "nonnegative", ndim=1)
    if len(c) < 2 or len(c) != len(v):
        raise InputError.of("centre and variance must have two or more numbers each, as many as one another.")
    return c, v


def fieller_limits(
    above: tuple[ArrayLike, ArrayLike], below: tuple[ArrayLike, ArrayLike], critical: float
) -> tuple[Floats, Floats]:
    """Between which limits do ratios of two independent estimates lie?

    Parameters
    ----------
    above, below : pair of arrays
        Estimates from 0 and their variances, of the numerators and of the denominators.
    critical : float
        Standard errors to each side.

    Returns
    -------
    tuple of two arrays
        The ratios r for which ``above - r * below`` is within ``critical`` standard errors of 0, from 0 to inf.

    Notes
    -----
    A limit is on the far side of 1 exactly where the interval of the difference leaves out 0.

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. JRSS B 16, 175-185.

    Examples
    --------
    >>> low, high = fieller_limits((0.5, 0.0025), (0.5, 0.0025), 1.96)
    >>> round(float(low), 4), round(float(high), 4)
    (0.7545, 1.3254)
    """
    square = number(critical, "critical", low=0.0) ** 2
    (a, va), (b, vb) = (tuple(np.asarray(part, dtype=float) for part in pair) for pair in (above, below))
    first, last, middle = b**2 - square * vb, a**2 - square * va, a * b
    root = np.sqrt(np.maximum(middle**2 - first * last, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(last <= 0, 0.0, last / (middle + root))
        high = np.where(first <= 0, np.inf, (middle + root) / first)
    return low, high


def ratio_gap_interval(centre: ArrayLike, variance: ArrayLike, critical: float) -> tuple[float, float]:
    """Between which limits does the ratio of the lowest to the highest of k numbers lie?

    Parameters
    ----------
    centre, variance : array of shape (k,)
        Estimates from 0 and their variances, two or more.
    critical : float
        Standard errors to each side in each pair, as for `gap_interval`.

    Returns
    -------
    tuple of two floats
        Limits, from 0 to 1.

    Notes
    -----
    `gap_interval` with Fieller's limits of the ratio of each pair.

    Examples
    --------
    >>> [round(x, 4) for x in ratio_gap_interval([0.3095, 0.5976], [0.005088, 0.002933], 1.959964)]
    [0.2788, 0.7908]
    """
    c, v = _several(centre, variance)
    half = number(critical, "critical", low=0.0)
    limits = []
    for place, uncertain in ((0, False), (1, True)):
        above, below = _front(c, v, uncertain=uncertain), _front(-c, v, uncertain=uncertain)
        pairs = fieller_limits((c[above][:, None], v[above][:, None]), (c[below], v[below]), half)[place]
        pairs[above[:, None] == below] = 0.0
        limits.append(float(pairs.max()))
    return (1 / limits[1] if limits[1] > 0 else 1.0), min(1.0, 1 / limits[0] if limits[0] > 0 else 1.0)


def max_t_critical(
    centre: ArrayLike,
    variance: ArrayLike,
    replicate_centres: ArrayLike,
    replicate_variances: ArrayLike,
    *,
    confidence: float = 0.95,
) -> float:
    """How many standard errors does the worst pair of groups stray, at most, in so many of the replicates?

    Parameters
    ----------
    centre, variance : array of shape (k,)
        Estimates and variances of the data.
    replicate_centres, replicate_variances : array of shape (draws, k)
        The same of each bootstrap replicate; nan where a replicate lost the group, which is then not paired.
    confidence : float
        Joint level.

    Returns
    -------
    float
        Critical value for `gap_interval`.

    Notes
    -----
    The quantile, over replicates, of the largest studentised error of any pair: the max-t bootstrap.

    References
    ----------
    Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(20_000, 3))
    >>> round(max_t_critical(np.zeros(3), np.ones(3), x, np.ones_like(x)), 1)  # 3.314 / sqrt(2)
    2.3
    """
    c, v = numbers(centre, "centre", ndim=1), numbers(variance, "variance", "nonnegative", ndim=1)
    drawn = numbers(replicate_centres, "replicate_centres", "any", ndim=2)
    spread = numbers(replicate_variances, "replicate_variances", "any", ndim=2)
    if len(c) < 2 or drawn.shape != spread.shape or not len(c) == len(v) == drawn.shape[1]:
        raise InputError.of("replicates must have one column for each of two or more groups.", code="shape")
    largest = [
        _largest_error(drawn[start : start + _DRAWS] - c, spread[start : start + _DRAWS])
        for start in range(0, len(drawn), _DRAWS)
    ]
    return float(np.sqrt(np.quantile(np.concatenate(largest), share(confidence, "confidence"))))


def _largest_error(error: Floats, variance: Floats) -> Floats:
    """Of each replicate the largest squared studentised error of a pair; single precision is ample for a quantile."""
    d, v = (np.ascontiguousarray(part.T, dtype=np.float32) for part in (error, variance))
    largest = np.zeros(d.shape[1], dtype=np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(len(d) - 1):
            pair = d[i + 1 :] - d[i]
            pair *= pair
            pair /= v[i + 1 :] + v[i]
            np.fmax(largest, np.fmax.reduce(pair, axis=0), out=largest)
    return largest.astype(np.float64)


def largest_t(centre: ArrayLike, variance: ArrayLike) -> float:
    """How many standard errors apart are the two groups that differ most clearly?

    Parameters
    ----------
    centre, variance : array of shape (k,)
        Estimates and their variances, two or more.

    Returns
    -------
    float
        From 0; times the square root of 2 it is a studentised range, see `studentised_range_sf`.

    Examples
    --------
    >>> largest_t([0.0, 3.0, 4.0], [0.5, 0.5, 8.0])
    3.0
    """
    c, v = _several(centre, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = [np.fmax.reduce((c[i + 1 :] - c[i]) ** 2 / (v[i + 1 :] + v[i])) for i in range(len(c) - 1)]
    return float(np.sqrt(np.nanmax([0.0, *squares])))


def expected_gap(rate: float, sizes: ArrayLike) -> float:
    """How large would the gap be, on average, if all groups had the same rate?

    Parameters
    ----------
    rate : float
        The common rate, from 0 to 1.
    sizes : array of shape (k,)
        (Effective) rows of each group, above 0; two or more groups.

    Returns
    -------
    float
        Expected ``max - min`` of the observed rates.

    Notes
    -----
    ``E[max] - E[min]`` is the integral of ``1 - prod F_a - prod (1 - F_a)`` over the possible rates. F_a is the
    exact binomial distribution up to 400 rows and the normal one above.

    Examples
    --------
    >>> round(expected_gap(0.5, [50] * 20), 2)
    0.26
    """
    from scipy.special import bdtr, ndtr

    p = number(rate, "rate", low=0.0, high=1.0)
    n = numbers(sizes, "sizes", "nonnegative", ndim=1)
    if len(n) < 2 or bool((n <= 0).any()):
        raise InputError.of("sizes must hold two or more numbers above 0.", param="sizes")
    if p in (0.0, 1.0):
        return 0.0
    reach = 8 * np.sqrt(p * (1 - p) / n.min()) + 1 / n.min()
    grid = np.linspace(max(0.0, p - reach), min(1.0, p + reach), 2_001)
    grid = (grid[1:] + grid[:-1]) / 2
    log_below, log_above = np.zeros_like(grid), np.zeros_like(grid)
    distinct, times = np.unique(n, return_counts=True)
    with np.errstate(divide="ignore"):
        for size, repeat in zip(distinct, times, strict=True):
            if size <= 400:
                below = bdtr(np.floor(grid * size), max(1, round(size)), p)
            else:
                below = ndtr((grid - p) / np.sqrt(p * (1 - p) / size))
            log_below += repeat * np.log(below)
            log_above += repeat * np.log1p(-below)
    return float((1 - np.exp(log_below) - np.exp(log_above)).sum() * (grid[1] - grid[0]))
