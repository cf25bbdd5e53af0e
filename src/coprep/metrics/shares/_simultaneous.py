"""Between which shares all groups could lie at once: simultaneous intervals for one profile."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, numbers

__all__ = ["simultaneous_intervals"]

_ONE_BY_ONE = 64  # widths, in people, among which the approximation need not rise steadily


def _goodman(counts: Floats, n: float, alpha: float) -> tuple[Floats, Floats]:
    """Score limits at the level alpha over the number of groups."""
    square = special.ndtri(alpha / len(counts) / 2) ** 2
    centre, scale = counts + square / 2, n + square
    high = (centre + np.sqrt(square * (square / 4 + counts * (n - counts) / n))) / scale
    return np.where(counts > 0, counts**2 / n / scale / high, 0.0), np.minimum(high, 1.0)


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
    skew, excess = m3.sum() / spread**1.5, (m4 - 3 * m2**2).sum() / spread**2
    z = (n - f1.sum()) / np.sqrt(spread)
    series = 1 + skew * (z**3 - 3 * z) / 6 + excess * (z**4 - 6 * z**2 + 3) / 24
    series += skew**2 * (z**6 - 15 * z**4 + 45 * z**2 - 15) / 72
    return float(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * series / np.sqrt(spread))


def _coverage(width: float, counts: Floats, n: float) -> float:
    """About the probability that every count is within ``width`` of the observed one: 0 for none, 1 for n."""
    if width <= 0 or width >= n:
        return float(width > 0)
    low, high = np.maximum(counts - width, 0), np.minimum(counts + width, n)
    log_pmf = n * np.log(n) - n - special.gammaln(n + 1)
    inside = np.log(_interval_probability(low, high, counts)).sum()
    return float(np.exp(inside - log_pmf) * _edgeworth(low, high, counts, n))


def _first_wide_enough(counts: Floats, n: float, level: float) -> float:
    """The smallest width whose coverage is above ``level``: one by one while small, then by halving."""
    for width in range(1, _ONE_BY_ONE + 1):
        if _coverage(width, counts, n) > level:
            return float(width)
    low, high = float(_ONE_BY_ONE), min(2.0 * _ONE_BY_ONE, n)
    while _coverage(high, counts, n) <= level:
        low, high = high, min(2 * high, n)
    while high - low > 1:
        middle = np.floor((low + high) / 2)
        low, high = (low, middle) if _coverage(middle, counts, n) > level else (middle, high)
    return high


def _sison_glaz(counts: Floats, n: float, alpha: float) -> tuple[Floats, Floats]:
    """Limits of one width for all groups."""
    high = _first_wide_enough(counts, n, 1 - alpha)
    below, above = _coverage(high - 1, counts, n), _coverage(high, counts, n)
    extra = (1 - alpha - below) / (above - below)
    width = (high - 1) / n
    return np.maximum(counts / n - width, 0.0), np.minimum(counts / n + width + 2 * extra / n, 1.0)


_METHODS: dict[str, Callable[[Floats, float, float], tuple[Floats, Floats]]] = {
    "sison-glaz": _sison_glaz,
    "goodman": _goodman,
}


@np.errstate(all="ignore")
def simultaneous_intervals(
    counts: ArrayLike, *, confidence: float = 0.95, method: str = "sison-glaz"
) -> tuple[Floats, Floats]:
    """Between which shares do the true shares of all groups lie together?

    Parameters
    ----------
    counts : array_like
        People of each group, one vector of whole numbers; groups exclude each other.
    confidence : float, default 0.95
        Probability that all intervals hold their share, about.
    method : {"sison-glaz", "goodman"}, default "sison-glaz"
        One width for all, narrow where there are seven groups or more; or score intervals with a Bonferroni level,
        better for few groups.

    Returns
    -------
    low, high : ndarray
        Shares, 0 to 1; nan where nobody came.

    Raises
    ------
    InputError
        For fractional counts, a confidence that is not one number between 0 and 1, and unknown methods.

    References
    ----------
    Sison, C. P. and Glaz, J. (1995). Journal of the American Statistical Association 90, 366-369. Goodman, L. A.
    (1965). Technometrics 7, 247-254.

    Examples
    --------
    >>> low, high = simultaneous_intervals([10, 29, 28, 32])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.192, 0.182, 0.222], [0.207, 0.399, 0.389, 0.429])

    """
    choice(method, "method", tuple(_METHODS))
    x = numbers(counts, "counts", "whole", ndim=1)
    (level,) = inputs(confidence=(confidence, "inside"))
    if level.ndim:
        raise InputError.of("confidence must be one number.", param="confidence", got=confidence)
    if not x.sum() > 0:
        return np.full(len(x), np.nan), np.full(len(x), np.nan)
    return _METHODS[method](x, float(x.sum()), float(1 - level))
