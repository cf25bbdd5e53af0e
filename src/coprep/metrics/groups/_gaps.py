"""Knows how sure one can be of a gap between groups: its interval, its clearest pair, the gap noise makes.

The largest gap between k rates is never negative, so its percentile bootstrap interval cannot contain 0. Here
all pairs of groups get intervals that hold together, and the interval of the gap follows from those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, number, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


__all__ = [
    "expected_gap",
    "fieller_limits",
    "gap_interval",
    "largest_t",
    "ratio_gap_interval",
]


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
    limits = (
        centre[above][:, None]
        - centre[below]
        + critical * np.sqrt(variance[above][:, None] + variance[below])
    )
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

    Raises
    ------
    InputError
        For fewer than two estimates, arrays of different lengths, negative variances, and a critical value below 0.

    Notes
    -----
    With simultaneous intervals ``l_ij <= p_i - p_j <= u_ij`` the gap lies between ``max(0, max l_ij)`` and
    ``max abs``. Groups that cannot attain either are not paired, so that ten thousand groups are no burden.

    References
    ----------
    Tukey, J. (1953). The problem of multiple comparisons. Kramer, C. (1956). Biometrics 12, 307-310.

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
        raise InputError.of(
            "centre and variance must have two or more numbers each, as many as one another."
        )
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

    Raises
    ------
    InputError
        For a critical value below 0.

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
    (a, va), (b, vb) = (
        tuple(np.asarray(part, dtype=float) for part in pair) for pair in (above, below)
    )
    first, last, middle = b**2 - square * vb, a**2 - square * va, a * b
    root = np.sqrt(np.maximum(middle**2 - first * last, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(last <= 0, 0.0, last / (middle + root))
        high = np.where(first <= 0, np.inf, (middle + root) / first)
    return low, high


def ratio_gap_interval(
    centre: ArrayLike, variance: ArrayLike, critical: float
) -> tuple[float, float]:
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

    Raises
    ------
    InputError
        For fewer than two estimates, arrays of different lengths, negative variances, and a critical value below 0.

    Notes
    -----
    `gap_interval` with Fieller's limits of the ratio of each pair.

    References
    ----------
    Tukey, J. (1953). The problem of multiple comparisons. Kramer, C. (1956). Biometrics 12, 307-310.
    Fieller, E. C. (1954). Some problems in interval estimation. JRSS B 16, 175-185.

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
        pairs = fieller_limits((c[above][:, None], v[above][:, None]), (c[below], v[below]), half)[
            place
        ]
        pairs[above[:, None] == below] = 0.0
        limits.append(float(pairs.max()))
    return (1 / limits[1] if limits[1] > 0 else 1.0), min(
        1.0, 1 / limits[0] if limits[0] > 0 else 1.0
    )


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

    Raises
    ------
    InputError
        For fewer than two estimates, arrays of different lengths, and negative variances.

    References
    ----------
    Tukey, J. (1953). The problem of multiple comparisons. Kramer, C. (1956). Biometrics 12, 307-310.

    Examples
    --------
    >>> largest_t([0.0, 3.0, 4.0], [0.5, 0.5, 8.0])
    3.0
    """
    c, v = _several(centre, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = [
            np.fmax.reduce((c[i + 1 :] - c[i]) ** 2 / (v[i + 1 :] + v[i]))
            for i in range(len(c) - 1)
        ]
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

    Raises
    ------
    InputError
        For a rate outside 0 to 1, and fewer than two sizes above 0.

    Notes
    -----
    ``E[max] - E[min]`` is the integral of ``1 - prod F_a - prod (1 - F_a)`` over the possible rates. F_a is the
    exact binomial distribution up to 400 rows and the normal one above.

    References
    ----------
    Tippett, L. H. C. (1925). On the extreme individuals and the range of samples taken from a normal population.
    Biometrika 17, 364-387.

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
