"""Confidence limits of a share, its ratio and difference, and all shares of a profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out, vector, within
from coprep.metrics._checks import share as share_of
from coprep.metrics._results import Interval
from coprep.metrics.shares._finite_population import group_sizes

ProportionMethod = Literal[
    "exact",
    "wilson",
    "jeffreys",
    "mid-p",
    "wilson-cc",
    "agresti-coull",
    "jeffreys-raw",
    "agresti-coull-raw",
]
MultinomialMethod = Literal["bonferroni-exact", "goodman", "sison-glaz"]
Side = Literal["both", "lower", "upper"]
_HALVINGS = 60
_ONE_BY_ONE = 64  # widths, in people, among which the approximation need not rise steadily
Limits = tuple[Floats, Floats]


def _exact(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Clopper-Pearson: the shares at which x or more, x or fewer, has probability ``tail``."""
    low = np.where(x > 0, special.betaincinv(x, n - x + 1, tail), 0.0)
    high = np.where(x < n, special.betainccinv(x + 1, n - x, tail), 1.0)
    return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


def _jeffreys_raw(x: Floats, n: Floats, tail: Floats) -> Limits:
    """Equal-tailed limits of the posterior under the prior Beta(1/2, 1/2)."""
    a = x + 0.5
    b = n - x + 0.5
    low = special.betaincinv(a, b, tail)
    high = special.betainccinv(a, b, tail)
    return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


def _jeffreys(x: Floats, n: Floats, tail: Floats) -> Limits:
    """The same with 0 below no count and 1 above a full one."""
    low, high = _jeffreys_raw(x, n, tail)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def _score_roots(x: Floats, n: Floats, z: Floats) -> Limits:
    """The two shares whose score statistic at x is +z and -z."""
    centre = x + z * z / 2
    scale = n + z * z
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
    upper_tail = special.betainc
    lower_tail = special.betaincc
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


_LIMITS: dict[str, Callable[[Floats, Floats, Floats], Limits]] = {
    "exact": _exact,
    "wilson": _wilson,
    "jeffreys": _jeffreys,
    "mid-p": _mid_p,
    "wilson-cc": _wilson_cc,
    "agresti-coull": _agresti_coull,
    "jeffreys-raw": _jeffreys_raw,
    "agresti-coull-raw": _agresti_coull_raw,
}


def _interval_probability(low: Floats, high: Floats, mean: Floats) -> Floats:
    """P(low <= X <= high) of Poisson counts."""

    def cdf(x: Floats) -> Floats:
        return np.where(x >= 0, special.gammaincc(np.maximum(x, 0) + 1, mean), 0.0)

    return np.asarray(cdf(high) - cdf(low - 1))


def _factorial_moments(low: Floats, high: Floats, mean: Floats) -> list[Floats]:
    """The first four factorial moments of Poisson counts cut to low..high."""
    inside = _interval_probability(low, high, mean)
    moments = []
    for r in range(1, 5):
        lost = _interval_probability(low - r, low - 1, mean) - _interval_probability(
            high - r + 1, high, mean
        )
        moments.append(mean**r * (1 + lost / inside))
    return moments


def _edgeworth(low: Floats, high: Floats, counts: Floats, n: float) -> float:
    """The density of the sum of the cut counts at n, by an Edgeworth expansion."""
    f1, f2, f3, f4 = _factorial_moments(low, high, counts)
    m2 = f2 + f1 - f1**2
    m3 = f3 + f2 * (3 - 3 * f1) + f1 - 3 * f1**2 + 2 * f1**3
    m4 = (
        f4
        + f3 * (6 - 4 * f1)
        + f2 * (7 - 12 * f1 + 6 * f1**2)
        + f1
        - 4 * f1**2
        + 6 * f1**3
        - 3 * f1**4
    )
    spread = m2.sum()
    skew = m3.sum() / spread**1.5
    excess = (m4 - 3 * m2**2).sum() / spread**2
    z = (n - f1.sum()) / np.sqrt(spread)
    series = 1 + skew * (z**3 - 3 * z) / 6 + excess * (z**4 - 6 * z**2 + 3) / 24
    series += skew**2 * (z**6 - 15 * z**4 + 45 * z**2 - 15) / 72
    return float(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * series / np.sqrt(spread))


def _coverage(width: float, counts: Floats, n: float) -> float:
    """About the probability that every count is within ``width`` of the observed one: 0 for none, 1
    for n.
    """
    if width <= 0 or width >= n:
        return float(width > 0)
    low = np.maximum(counts - width, 0)
    high = np.minimum(counts + width, n)
    log_pmf = n * np.log(n) - n - special.gammaln(n + 1)
    inside = np.log(_interval_probability(low, high, counts)).sum()
    return float(np.exp(inside - log_pmf) * _edgeworth(low, high, counts, n))


def _first_wide_enough(counts: Floats, n: float, level: float) -> float:
    """The smallest width whose coverage is above ``level``: one by one while small, then by
    halving.
    """
    for width in range(1, _ONE_BY_ONE + 1):
        if _coverage(width, counts, n) > level:
            return float(width)
    low = float(_ONE_BY_ONE)
    high = min(2.0 * _ONE_BY_ONE, n)
    while _coverage(high, counts, n) <= level:
        low = high
        high = min(2 * high, n)
    while high - low > 1:
        middle = np.floor((low + high) / 2)
        low, high = (low, middle) if _coverage(middle, counts, n) > level else (middle, high)
    return high


def _sison_glaz(counts: Floats, n: float, alpha: float) -> Limits:
    """Limits of one width for all groups."""
    high = _first_wide_enough(counts, n, 1 - alpha)
    below = _coverage(high - 1, counts, n)
    above = _coverage(high, counts, n)
    extra = (1 - alpha - below) / (above - below)
    width = (high - 1) / n
    return np.maximum(counts / n - width, 0.0), np.minimum(counts / n + width + 2 * extra / n, 1.0)


@np.errstate(all="ignore")
def proportion_interval(
    x: ArrayLike,
    n: ArrayLike,
    *,
    method: ProportionMethod = "exact",
    side: Side = "both",
    population: ArrayLike | None = None,
    confidence: ArrayLike = 0.95,
) -> Interval[Floats]:
    """Between which limits does the group's true share lie, given x of n?

    Parameters
    ----------
    x, n : array_like
        People of the group, 0 to n, and all people. Effective (fractional) numbers are accepted.
    method : str, default "exact"
        "exact" (Clopper-Pearson: never covers less than its level), "wilson" (score), "jeffreys",
        "mid-p", "wilson-cc" (continuity-corrected), "agresti-coull" (cut at 0 and 1);
        "jeffreys-raw" without the convention of 0 at x = 0 and 1 at x = n, "agresti-coull-raw"
        uncut.
    side : {"both", "lower", "upper"}, default "both"
        "lower" gives a one-sided lower limit and 1, "upper" gives 0 and a one-sided upper limit.
    population : array_like, optional
        How many people there are, if they were drawn without replacement from so few that it
        matters; whole numbers, and method "exact".
    confidence : array_like, default 0.95
        Between 0 and 1; broadcasts, so that each group may have its own.

    Returns
    -------
    Interval
        Shares; nan where n is 0. With ``population``, shares that whole people make.

    Raises
    ------
    InputError
        For counts below 0 or above n, levels outside 0 to 1, unknown methods, and a population
        that is smaller than n or comes with another method.

    Notes
    -----
    The continuity correction is kept at x = n/2, where R's ``prop.test`` drops it.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    JASA 22, 209-212.
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika 26, 404-413.
    Buonaccorsi, J. P. (1987). A note on confidence intervals for proportions in finite
    populations. The American Statistician 41, 215-218.
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Statistical Science 16, 101-133.
    Agresti, A. and Gottard, A. (2007). Nonconservative exact small-sample inference for discrete
    data. Computational Statistics & Data Analysis 51, 6447-6458.

    Examples
    --------
    >>> low, high = proportion_interval(10, 99)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0495, 0.1779)
    >>> village = proportion_interval(10, 99, population=120)
    >>> round(float(village.low), 4), round(float(village.high), 4)
    (0.0833, 0.1333)
    """
    choice(method, "method", get_args(ProportionMethod))
    choice(side, "side", get_args(Side))
    sides = 2 if side == "both" else 1
    if population is not None:
        if method != "exact":
            raise InputError.of(
                f"method is {method!r}; with a population only 'exact' is known.", param="method"
            )
        low, high = group_sizes(x, n, population, confidence=confidence, sides=sides)
        size = np.asarray(population, dtype=float)
        low = low / size
        high = high / size
        known = ~np.isnan(low)
    else:
        x, n, level = inputs(
            x=(x, "nonnegative"), n=(n, "nonnegative"), confidence=(confidence, "inside")
        )
        within(x, n, ("x", "n"))
        n = np.where(n > 0, n, np.nan)
        low, high = _LIMITS[method](x, n, (1 - level) / sides)
        known = np.isfinite(x + n)
    if side == "upper":
        low = np.zeros_like(low)
    if side == "lower":
        high = np.ones_like(high)
    return Interval(out(np.where(known, low, np.nan)), out(np.where(known, high, np.nan)))


@np.errstate(all="ignore")
def ratio_interval(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    method: ProportionMethod = "exact",
    baseline_se: ArrayLike = 0.0,
    confidence: ArrayLike = 0.95,
) -> Interval[Floats]:
    """Between which limits does the representation ratio lie, the baseline's error included?

    Parameters
    ----------
    x, n : array_like
        People of the group and all people; effective (fractional) numbers are accepted.
    share : array_like
        The group's baseline share, 0 to 1.
    method : str, default "exact"
        The interval for x of n; see `proportion_interval`.
    baseline_se : array_like, default 0
        Standard error of the baseline share.
    confidence : array_like, default 0.95
        Between 0 and 1.

    Returns
    -------
    Interval
        Ratios; ``high`` is inf where the data do not exclude a baseline share of 0. nan where n or
        the baseline share is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and unknown methods.

    Notes
    -----
    MOVER: the limits of both shares are combined as if either were estimated alone. Unlike
    Fieller's limits and those of the log ratio, it holds for an absent group.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012). Statistical Methods in Medical Research 21, 347-359.

    Examples
    --------
    >>> low, high = ratio_interval(13, 150, 0.18)
    >>> round(float(low), 3), round(float(high), 3)
    (0.261, 0.798)
    >>> low, high = ratio_interval(0, 60, 0.08, baseline_se=0.0122, method="wilson")
    >>> float(low), round(float(high), 3)
    (0.0, 0.788)
    """
    x, n, share, se, level = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
        confidence=(confidence, "inside"),
    )
    low, high = proportion_interval(x, n, confidence=level, method=method)
    known = np.where(share > 0, share, np.nan)
    low = low / known
    high = high / known
    uncertain = se > 0
    if uncertain.any():
        limits = mover_ratio(x, n, share, baseline_se=se, confidence=level, method=method)
        low = np.where(uncertain, limits[0], low)
        high = np.where(uncertain, limits[1], high)
    return Interval(out(low), out(high))


@np.errstate(all="ignore")
def difference_interval(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    method: ProportionMethod = "exact",
    baseline_se: ArrayLike = 0.0,
    confidence: ArrayLike = 0.95,
) -> Interval[Floats]:
    """Between which limits does the difference of a group's two shares lie?

    Parameters
    ----------
    x, n, share, method, baseline_se, confidence
        As in `ratio_interval`.

    Returns
    -------
    Interval
        Differences in shares, -1 to 1; nan where n is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and unknown methods.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702: MOVER.

    Examples
    --------
    >>> low, high = difference_interval(13, 150, 0.18, baseline_se=0.0073, method="wilson")
    >>> round(float(low), 4), round(float(high), 4)
    (-0.1314, -0.0356)
    """
    p, share, (l1, u1), (l2, u2) = _pair(
        x, n, share, baseline_se=baseline_se, confidence=confidence, method=method
    )
    gap = p - share
    low = gap - np.hypot(p - l1, u2 - share)
    high = gap + np.hypot(u1 - p, share - l2)
    return Interval(out(low), out(high))


def _pair(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike,
    method: ProportionMethod,
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
def mover_ratio(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike,
    confidence: ArrayLike = 0.95,
    method: ProportionMethod = "exact",
) -> tuple[Floats, Floats]:
    """Limits of the ratio of x/n to an uncertain baseline share, by MOVER.

    With limits (l, u) of the observed share p and (L, U) of the baseline share P, the limits solve
    (p - r P)^2 = (p - l)^2 + r^2 (U - P)^2 and (p - r P)^2 = (u - p)^2 + r^2 (P - L)^2. The lower
    one exists for every U; it is computed without the cancellation of its textbook form, where U
    near 2P divides 0 by 0.
    """
    p, share, (l1, u1), (l2, u2) = _pair(
        x, n, share, baseline_se=baseline_se, confidence=confidence, method=method
    )
    share = np.where(share > 0, share, np.nan)
    product = p * share
    lower = l1 * (2 * p - l1)
    upper = u1 * (2 * p - u1)
    low_root = np.sqrt(np.maximum(product**2 - lower * u2 * (2 * share - u2), 0.0))
    nothing = np.where(np.isnan(l1 + share), np.nan, 0.0)
    low = np.where(l1 > 0, lower / (product + low_root), nothing)
    scale = l2 * (2 * share - l2)
    high_root = np.sqrt(np.maximum(product**2 - upper * scale, 0.0))
    endless = np.where(np.isnan(u1 + l2 + share), np.nan, np.inf)
    high = np.where(l2 > 0, (product + high_root) / scale, endless)
    return out(low), out(high)


@np.errstate(all="ignore")
def multinomial_interval(
    counts: ArrayLike,
    *,
    method: MultinomialMethod = "bonferroni-exact",
    confidence: float = 0.95,
) -> Interval[Floats]:
    """Between which limits do the true shares of all groups lie together?

    Parameters
    ----------
    counts : array_like
        People of each group along the last axis, whole numbers; groups exclude each other.
    method : {"bonferroni-exact", "goodman", "sison-glaz"}, default "bonferroni-exact"
        Exact limits of every share at a level divided by the number of groups, which never hold
        less often than they say; score limits at that level, narrower and about right; or one
        width for all groups, narrow where there are seven or more.
    confidence : float, default 0.95
        Probability that all intervals hold their share.

    Returns
    -------
    Interval
        Shares, 0 to 1, in the shape of ``counts``; nan where nobody came.

    Raises
    ------
    InputError
        For fractional counts, a confidence that is not one number between 0 and 1, and unknown
        methods.

    References
    ----------
    Goodman, L. A. (1965). Technometrics 7, 247-254.
    Sison, C. P. and Glaz, J. (1995). Journal of the American Statistical Association 90, 366-369.

    Examples
    --------
    >>> low, high = multinomial_interval([10, 29, 28, 32], method="sison-glaz")
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.192, 0.182, 0.222], [0.207, 0.399, 0.389, 0.429])
    """
    choice(method, "method", get_args(MultinomialMethod))
    x = vector(counts, "counts", "whole")
    alpha = 1 - share_of(confidence, "confidence")
    n = np.broadcast_to(x.sum(axis=-1, keepdims=True), x.shape)
    if method == "bonferroni-exact":
        return proportion_interval(x, n, confidence=1 - alpha / x.shape[-1])
    if method == "goodman":
        known = np.where(n > 0, n, np.nan)
        low, high = _score_roots(x, known, -special.ndtri(alpha / x.shape[-1] / 2))
        return Interval(np.where(x == 0, 0.0, low) + 0 * known, np.minimum(high, 1.0))
    limits = [
        _sison_glaz(row, float(row.sum()), alpha)
        if row.sum() > 0
        else np.full((2, len(row)), np.nan)
        for row in x.reshape(-1, x.shape[-1])
    ]
    both = np.array(limits).reshape(*x.shape[:-1], 2, x.shape[-1])
    return Interval(both[..., 0, :], both[..., 1, :])
