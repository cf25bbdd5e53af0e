"""Scores of people with little data, drawn towards the mean as far as the data ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, ndtr, ndtri

from coprep.errors import InputError
from coprep.metrics._checks import Floats, codes, numbers, share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkScores:
    """Each person's raw and shrunken score.

    Attributes
    ----------
    mean : float
        What scores are drawn towards.
    between, within : float
        Variance between people, and of one observation about its person (nan where it is not one
        number). ``between`` 0 means that people do not differ detectably.
    raw, shrunk, spread : arrays of shape (people,)
        Raw score, its posterior mean, and the posterior standard deviation; nan for people without
        data.
    n : array of shape (people,)
        Observations of each.
    exceeds : callable
        Posterior probability, for each person, of a true score above a threshold.
    """

    mean: float
    between: float
    within: float
    raw: Floats
    shrunk: Floats
    spread: Floats
    n: Floats
    exceeds: Callable[[float], Floats]


def random_intercepts(
    values: ArrayLike, people: ArrayLike, *, size: int | None = None
) -> ShrunkScores:
    """Typical scores of people with one observation or many, by restricted maximum likelihood."""
    raw, n, inside, total = _summed(values, people, size)
    there = n > 0
    ratio = _least(lambda r: _reml(r, raw[there], n[there], inside, total))
    mean, within = _given_ratio(ratio, raw[there], n[there], inside, total)
    return _normal(
        mean, ratio * within, raw, within / np.where(there, n, np.nan), n=n, within=within
    )


def between_interval(
    values: ArrayLike, people: ArrayLike, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Limits of the variance between people, from the profile of the restricted likelihood."""
    raw, n, inside, total = _summed(values, people, None)
    raw = raw[n > 0]
    n = n[n > 0]
    reach = float(ndtri(0.5 + share(confidence, "confidence") / 2.0)) ** 2
    ratio = _least(lambda r: _reml(r, raw, n, inside, total))
    within = _given_ratio(ratio, raw, n, inside, total)[1]
    if not within > 0:
        return ratio * within, ratio * within

    def height(between: float) -> float:
        """Of the variance between people, with the variance inside that suits it best."""
        low = np.log(within) - 7.0
        high = np.log(within) + 7.0
        for _ in range(60):
            a = high - _GOLDEN * (high - low)
            b = low + _GOLDEN * (high - low)
            at_a, at_b = (
                _restricted(between, float(np.exp(x)), raw, n, inside, total) for x in (a, b)
            )
            low, high = (low, b) if at_a <= at_b else (a, high)
        return _restricted(between, float(np.exp((low + high) / 2)), raw, n, inside, total)

    best = ratio * within
    top = height(best) + reach
    low = 0.0 if not height(0.0) > top else _crossing(height, top, inside=best, outside=best * 1e-8)
    return low, _crossing(
        height, top, inside=max(best, within * 1e-8), outside=max(best, within) * 1e6
    )


def _restricted(
    between: float, within: float, raw: Floats, n: Floats, inside: float, total: int
) -> float:
    """Minus twice the restricted log likelihood, up to a constant."""
    ratio = between / within
    weight = n / (1.0 + n * ratio)
    mean = (weight * raw).sum() / weight.sum()
    left = inside + (weight * (raw - mean) ** 2).sum()
    return float(
        (total - 1) * np.log(within)
        + left / within
        + np.log1p(n * ratio).sum()
        + np.log(weight.sum())
    )


def _crossing(
    height: Callable[[float], float], top: float, *, inside: float, outside: float
) -> float:
    """Where a function passes ``top`` between a point inside and one outside, halving on the log
    scale.
    """
    a = np.log(inside)
    b = np.log(outside)
    for _ in range(60):
        middle = (a + b) / 2
        a, b = (middle, b) if height(float(np.exp(middle))) <= top else (a, middle)
    return float(np.exp(a))


def _summed(
    values: ArrayLike, people: ArrayLike, size: int | None
) -> tuple[Floats, Floats, float, int]:
    """Mean and number of observations of each person, the sum of squares inside people, and all
    observations.
    """
    y = numbers(values, "values", ndim=1)
    person = codes(people, "people", n=len(y), size=size)
    count = size if size is not None else int(person.max()) + 1
    n = np.bincount(person, minlength=count).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = np.bincount(person, y, count) / n
    if (n > 0).sum() < 2 or len(y) == (n > 0).sum():
        raise InputError.of(
            "random intercepts need at least 2 people, and one of them with 2 observations or "
            "more.",
            param="people",
        )
    return raw, n, float(((y - raw[person]) ** 2).sum()), len(y)


def _given_ratio(
    ratio: float, raw: Floats, n: Floats, inside: float, total: int
) -> tuple[float, float]:
    """Mean, and variance of one observation about its person."""
    weight = n / (1.0 + n * ratio)
    mean = float((weight * raw).sum() / weight.sum())
    return mean, (inside + float((weight * (raw - mean) ** 2).sum())) / (total - 1)


def _reml(ratio: float, raw: Floats, n: Floats, inside: float, total: int) -> float:
    """Minus twice the restricted log likelihood, up to a constant, at between / within =
    ``ratio``.
    """
    weight = n / (1.0 + n * ratio)
    mean = (weight * raw).sum() / weight.sum()
    left = inside + (weight * (raw - mean) ** 2).sum()
    if left <= 0:
        return -np.inf
    return float((total - 1) * np.log(left) + np.log1p(n * ratio).sum() + np.log(weight.sum()))


def _least(objective: Callable[[float], float]) -> float:
    """Where a function of a number from 0 is least: a search over orders of magnitude, then golden
    section.
    """
    grid = np.r_[0.0, np.logspace(-8, 8, 161)]
    values = np.array([objective(x) for x in grid])
    best = int(values.argmin())
    if best == 0:
        return 0.0
    low = np.log(grid[max(best - 1, 1)])
    high = np.log(grid[min(best + 1, len(grid) - 1)])
    for _ in range(80):
        a = high - _GOLDEN * (high - low)
        b = low + _GOLDEN * (high - low)
        if objective(float(np.exp(a))) <= objective(float(np.exp(b))):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def _normal(
    mean: float, between: float, raw: Floats, variance: Floats, *, n: Floats, within: float
) -> ShrunkScores:
    factor = (
        between / (between + variance) if between > 0 else np.where(np.isnan(variance), np.nan, 0.0)
    )
    shrunk = mean + factor * (raw - mean)
    spread = np.sqrt(factor * variance)

    def exceeds(threshold: float) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (shrunk - threshold) / spread
        return np.where(np.isnan(shrunk), np.nan, np.where(spread > 0, ndtr(z), shrunk > threshold))

    return ShrunkScores(mean, between, within, raw, shrunk, spread, n, exceeds)


def normal_shrinkage(estimates: ArrayLike, errors: ArrayLike) -> ShrunkScores:
    """The true values behind estimates of different precision, by restricted maximum likelihood."""
    y = numbers(estimates, "estimates", ndim=1)
    se = numbers(errors, "errors", "nonnegative", ndim=1)
    if len(y) != len(se):
        raise InputError.of("estimates and errors differ in length.", code="length", param="errors")
    if len(y) < 2 or (se == 0).any():
        raise InputError.of(
            "shrinkage needs at least 2 estimates, with errors above 0.", param="errors"
        )
    unit = float(np.mean(se**2))

    def objective(ratio: float) -> float:
        precision = 1.0 / (ratio * unit + se**2)
        mean = (precision * y).sum() / precision.sum()
        fit = (precision * (y - mean) ** 2).sum()
        return float(fit - np.log(precision).sum() + np.log(precision.sum()))

    between = _least(objective) * unit
    precision = 1.0 / (between + se**2)
    mean = float((precision * y).sum() / precision.sum())
    return _normal(mean, between, y, se**2, n=np.ones(len(y)), within=np.nan)


def shrink_rates(hits: ArrayLike, trials: ArrayLike) -> ShrunkScores:
    """What are people's true shares, when some had two tries and some two hundred?

    Parameters
    ----------
    hits, trials : arrays of shape (people,)
        Whole numbers from 0, hits at most trials.

    Returns
    -------
    ShrunkScores
        ``between`` is the variance of true shares.

    Raises
    ------
    InputError
        For hits or trials that are not whole, hits above trials, and where nobody had a trial.

    Notes
    -----
    Beta-binomial empirical Bayes by maximum likelihood in the mean and the precision ``a + b`` of
    the beta law; the posterior is ``Beta(a + hits, b + trials - hits)``. Where the likelihood is
    highest without spread, everybody's shrunken share is the mean.

    References
    ----------
    Skellam, J. G. (1948). A probability distribution derived from the binomial distribution by
    regarding the probability of success as variable between the sets of trials. JRSS B 10(2),
    257-261.

    Examples
    --------
    >>> shrink_rates([0, 1, 9, 10], [10, 10, 10, 10]).shrunk.round(2).tolist()
    [0.02, 0.12, 0.88, 0.98]
    """
    x = numbers(hits, "hits", "nonnegative", ndim=1)
    n = numbers(trials, "trials", "nonnegative", ndim=1)
    if len(x) != len(n) or (x > n).any() or (x != np.floor(x)).any() or (n != np.floor(n)).any():
        raise InputError.of(
            "hits and trials must be whole numbers, hits at most trials.", param="hits"
        )
    if not n.sum():
        raise InputError.of("nobody had a trial.", code="empty", param="trials")
    with np.errstate(invalid="ignore"):
        raw = x / n
    mean, inverse = _beta_fit(x, n)
    if inverse == 0.0:
        flat = np.where(n > 0, mean, np.nan)
        zero = np.where(n > 0, 0.0, np.nan)
        return ShrunkScores(
            mean,
            0.0,
            np.nan,
            raw,
            flat,
            zero,
            n,
            lambda t: np.where(n > 0, float(mean > t), np.nan),
        )
    a = mean / inverse
    b = (1.0 - mean) / inverse
    up = a + x
    down = b + n - x
    shrunk = np.where(n > 0, up / (up + down), np.nan)
    spread = np.sqrt(shrunk * (1.0 - shrunk) / (up + down + 1.0))
    between = mean * (1.0 - mean) / (a + b + 1.0)

    def exceeds(threshold: float) -> Floats:
        at = min(max(threshold, 0.0), 1.0)
        return np.where(n > 0, 1.0 - betainc(up, down, at), np.nan)

    return ShrunkScores(mean, between, np.nan, raw, shrunk, spread, n, exceeds)


def _beta_fit(x: Floats, n: Floats) -> tuple[float, float]:
    """Mean and ``1 / (a + b)`` of greatest likelihood; 0 for the latter means no spread.

    The likelihood is written with rising factorials, whose terms need only how many people had more
    than j hits, misses and trials: exact down to no spread, at a cost that does not grow with
    people.
    """
    pooled = float(x.sum() / n.sum())
    if pooled in (0.0, 1.0):
        return pooled, 0.0
    j = np.arange(n.max())
    hits, misses, trials = (_more_than(v, len(j)) for v in (x, n - x, n))

    def best_mean(inverse: float) -> float:
        low = 0.0
        high = 1.0
        for _ in range(60):
            mean = (low + high) / 2
            score = (hits / (mean + j * inverse) - misses / (1.0 - mean + j * inverse)).sum()
            low, high = (mean, high) if score > 0 else (low, mean)
        return (low + high) / 2

    def minus(inverse: float) -> float:
        mean = best_mean(inverse)
        terms = hits * np.log(mean + j * inverse) + misses * np.log(1.0 - mean + j * inverse)
        return float(-(terms - trials * np.log1p(j * inverse)).sum())

    inverse = _least(minus)
    return best_mean(inverse), inverse


def _more_than(values: Floats, size: int) -> Floats:
    """How many values are above 0, 1, ... size - 1."""
    at_least = np.cumsum(np.bincount(values.astype(np.intp), minlength=size + 1)[::-1])[::-1]
    return np.asarray(at_least[1 : size + 1], dtype=float)


def shrink_means(
    values: ArrayLike,
    people: ArrayLike | None = None,
    *,
    errors: ArrayLike | None = None,
    size: int | None = None,
) -> ShrunkScores:
    """What are people's typical scores, when some have one observation and some have many?

    Parameters
    ----------
    values : array_like of shape (n,)
        Observations, or with ``errors`` one estimate each.
    people : array_like of int of shape (n,), optional
        Whose observation it is, codes from 0.
    errors : array_like of shape (n,), optional
        Standard errors of the estimates, in place of ``people``.
    size : int, optional
        Number of people when the last may have no observation.

    Returns
    -------
    ShrunkScores
        Raw and shrunken scores; nan for people without observations.

    Raises
    ------
    InputError
        For both or neither of ``people`` and ``errors``, arrays of different lengths, fewer than
        two people, and nobody with two observations.

    Notes
    -----
    Random intercepts: scores vary normally about a common mean, and observations about their
    person's score. Variances by restricted maximum likelihood.

    References
    ----------
    Patterson, H. D. & Thompson, R. (1971). Recovery of inter-block information when block sizes are
    unequal. Biometrika 58(3), 545-554.
    Morris, C. N. (1983). Parametric empirical Bayes inference. JASA 78(381), 47-55.

    Examples
    --------
    >>> found = shrink_means([1.0, 3.0, 9.0, 11.0], [0, 0, 1, 1])
    >>> found.shrunk.round(3).tolist()
    [2.125, 9.875]
    >>> shrink_means([2.0, 10.0], errors=[1.0, 1.0]).shrunk.round(3).tolist()
    [2.125, 9.875]
    """
    values = numbers(values, "values", ndim=1)
    if (people is None) == (errors is None):
        raise InputError.of(
            "either people or errors is expected: observations, or estimates with their errors.",
            param="people",
        )
    if errors is not None:
        return normal_shrinkage(values, errors)
    return random_intercepts(values, people, size=size)  # type: ignore[arg-type]
