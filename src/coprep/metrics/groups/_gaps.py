"""The gap between groups: its interval, and how large it is if nobody differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, number, numbers, share
from coprep.metrics._results import Interval
from coprep.metrics.groups._critical_values import studentised_range_quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def _front(centre: Floats, variance: Floats, *, uncertain: bool) -> Ints:
    """Groups that no other beats on both a high centre and a small (or large) variance, and the
    runners-up.

    A pair's limit rises with the centre of one side and falls (or rises) with both variances, so
    that the largest limit over pairs of different groups is attained within these.
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


def gap_interval(
    rates: ArrayLike,
    variances: ArrayLike,
    *,
    measure: Literal["difference", "ratio"] = "difference",
    confidence: float = 0.95,
) -> Interval[float]:
    """Between which limits does the gap between the highest and the lowest of k rates lie?

    Parameters
    ----------
    rates, variances : array_like of shape (k,)
        Estimates and their variances, two or more; from 0 for the ratio.
    measure : {"difference", "ratio"}, default "difference"
        Highest less lowest, or lowest over highest.
    confidence : float, default 0.95
        Probability that the intervals of all pairs hold together.

    Returns
    -------
    Interval
        Differences from 0, or ratios from 0 to 1.

    Raises
    ------
    InputError
        For fewer than two rates, arrays of different lengths, negative variances, and a confidence
        outside 0 to 1.

    Notes
    -----
    The largest gap is never negative, so that its own bootstrap interval could not hold 0. Here
    every pair gets an interval, by Tukey and Kramer (Fieller's limits for ratios), and the interval
    of the gap follows from those.

    References
    ----------
    Tukey, J. (1953). The problem of multiple comparisons.
    Kramer, C. (1956). Biometrics 12, 307-310.
    Fieller, E. C. (1954). Some problems in interval estimation. JRSS B 16, 175-185.

    Examples
    --------
    >>> low, high = gap_interval([0.31, 0.60, 0.45], [0.005, 0.003, 0.004])
    >>> round(low, 3), round(high, 3)
    (0.08, 0.5)
    """
    choice(measure, "measure", ("difference", "ratio"))
    k = len(numbers(rates, "rates", ndim=1))
    share(confidence, "confidence")
    critical = studentised_range_quantile(float(confidence), max(k, 2)) / 2**0.5
    limits = gap_limits if measure == "difference" else ratio_gap_limits
    return Interval(*limits(rates, variances, critical))


def gap_limits(centre: ArrayLike, variance: ArrayLike, critical: float) -> tuple[float, float]:
    """Limits of the gap between the highest and the lowest of k numbers, pairs taken together."""
    c, v = _several(centre, variance)
    half = number(critical, "critical", low=0.0)
    return max(0.0, _limit(c, v, -half)), max(0.0, _limit(c, v, half))


def _several(centre: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Estimates and their variances, checked: two or more."""
    c = numbers(centre, "centre", ndim=1)
    v = numbers(variance, "variance", "nonnegative", ndim=1)
    if len(c) < 2 or len(c) != len(v):
        raise InputError.of(
            "centre and variance must have two or more numbers each, as many as one another."
        )
    return c, v


def fieller_limits(
    above: tuple[ArrayLike, ArrayLike], below: tuple[ArrayLike, ArrayLike], critical: float
) -> tuple[Floats, Floats]:
    """Fieller's limits of ratios of independent estimates, given with their variances; 0 to inf.

    A limit is on the far side of 1 exactly where the interval of the difference leaves out 0.
    """
    square = number(critical, "critical", low=0.0) ** 2
    a, va = (np.asarray(part, dtype=float) for part in above)
    b, vb = (np.asarray(part, dtype=float) for part in below)
    first = b**2 - square * vb
    last = a**2 - square * va
    middle = a * b
    root = np.sqrt(np.maximum(middle**2 - first * last, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(last <= 0, 0.0, last / (middle + root))
        high = np.where(first <= 0, np.inf, (middle + root) / first)
    return low, high


def ratio_gap_limits(
    centre: ArrayLike, variance: ArrayLike, critical: float
) -> tuple[float, float]:
    """The same of the lowest over the highest, with Fieller's limits of each pair."""
    c, v = _several(centre, variance)
    half = number(critical, "critical", low=0.0)
    limits = []
    for place, uncertain in ((0, False), (1, True)):
        above = _front(c, v, uncertain=uncertain)
        below = _front(-c, v, uncertain=uncertain)
        highest = (c[above][:, None], v[above][:, None])
        pairs = fieller_limits(highest, (c[below], v[below]), half)[place]
        pairs[above[:, None] == below] = 0.0
        limits.append(float(pairs.max()))
    low, high = (1 / limit if limit > 0 else 1.0 for limit in reversed(limits))
    return low, min(1.0, high)


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
    ``E[max] - E[min]`` is the integral of ``1 - prod F_a - prod (1 - F_a)`` over the possible
    rates. F_a is the exact binomial distribution up to 400 rows and the normal one above.

    References
    ----------
    Tippett, L. H. C. (1925). On the extreme individuals and the range of samples taken from a
    normal population. Biometrika 17, 364-387.

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
    log_below = np.zeros_like(grid)
    log_above = np.zeros_like(grid)
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
