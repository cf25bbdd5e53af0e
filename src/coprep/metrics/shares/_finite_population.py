"""How a fair draw without replacement behaves: hypergeometric tests and group sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coprep.metrics._checks import Floats, choice, inputs, out, within
from coprep.metrics._counts import last_that_fits
from coprep.metrics._results import asked, scaled
from coprep.metrics._tails import (
    doubled,
    hypergeometric_log_cdf,
    hypergeometric_log_pmf,
    hypergeometric_log_sf,
)

_TIE = 1e-7  # relative: probabilities this close are one probability, as in R


def draw_of(
    x: ArrayLike, n: ArrayLike, group_size: ArrayLike, population: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Counts that fit into one another: x of n drawn, group_size of population; x inside what can
    happen.
    """
    x, n, k, size = inputs(
        x=(x, "whole"),
        n=(n, "whole"),
        group_size=(group_size, "whole"),
        population=(population, "people"),
    )
    within(n, size, ("n", "population"))
    within(k, size, ("group_size", "population"))
    within(x, n, ("x", "n"))
    within(x, k, ("x", "group_size"))
    within(n - x, size - k, ("people outside the group", "those in the population"))
    return x, np.where(n > 0, n, np.nan), k, size


def _minimum_likelihood(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log probability of all counts no likelier than x, found by halving on the far side of the
    mode.
    """
    limit = hypergeometric_log_pmf(x, n, k, size) + np.log1p(_TIE)
    mean = n * k / size
    lowest = np.maximum(0, n + k - size)
    highest = np.minimum(n, k)
    below = x < mean
    near = np.where(below, np.ceil(mean) - 1, np.floor(mean) + 1)
    far = np.where(below, highest + 1, lowest - 1)
    while (np.abs(far - near) > 1).any():
        wide = np.abs(far - near) > 1
        middle = np.floor((near + far) / 2)
        unlikely = hypergeometric_log_pmf(middle, n, k, size) <= limit
        far = np.where(wide & unlikely, middle, far)
        near = np.where(wide & ~unlikely, middle, near)
    low = np.where(below, x, far)
    high = np.where(below, far, x)
    cdf = hypergeometric_log_cdf(low, n, k, size)
    sf = hypergeometric_log_sf(high, n, k, size)
    everything = np.where(np.isnan(x * n * k * size), np.nan, 0.0)
    return np.asarray(np.where((x == mean) | (low + 1 >= high), everything, np.logaddexp(cdf, sf)))


@np.errstate(all="ignore")
def hypergeometric_test(
    x: ArrayLike,
    n: ArrayLike,
    group_size: ArrayLike,
    population: ArrayLike,
    *,
    alternative: str = "two-sided",
    rule: str = "doubled",
    scale: str = "p",
) -> Floats:
    """How often a fair draw from this small population gives a count as far out. Exact."""
    asked(alternative, scale)
    choice(rule, "rule", ("doubled", "minimum-likelihood", "mid-p"))
    x, n, k, size = draw_of(x, n, group_size, population)
    if rule == "mid-p":
        half = hypergeometric_log_pmf(x, n, k, size) - np.log(2)
        less = np.logaddexp(hypergeometric_log_cdf(x - 1, n, k, size), half)
        greater = np.logaddexp(hypergeometric_log_sf(x + 1, n, k, size), half)
    elif rule == "minimum-likelihood" and alternative == "two-sided":
        return scaled(_minimum_likelihood(x, n, k, size), scale)
    else:
        less = hypergeometric_log_cdf(x, n, k, size)
        greater = hypergeometric_log_sf(x, n, k, size)
    return scaled(
        {"less": less, "greater": greater}.get(alternative, doubled(less, greater)), scale
    )


def _keeps(k: Floats, x: Floats, n: Floats, size: Floats, limit: Floats) -> NDArray[np.bool_]:
    """Whether x or fewer has a log probability of ``limit`` or more with k people in the group."""
    return np.asarray(hypergeometric_log_cdf(x, n, k, size) >= limit - 1e-12)


def _last_kept(x: Floats, n: Floats, size: Floats, tail: Floats) -> Floats:
    """The largest group size that `_keeps`; the guess is Wilson's limit with the variance of the
    draw.
    """
    shape = x.shape
    given = [array.ravel() for array in (x, n, size, np.log(tail))]
    x, n, size, _ = given
    z2 = special.ndtri(tail.ravel()) ** 2 * (size - n) / np.maximum(size - 1, 1)
    spread = np.sqrt(z2 * (z2 / 4 + (x + 0.5) * np.maximum(n - x - 0.5, 0) / n))
    guess = np.round(size * (x + 0.5 + z2 / 2 + spread) / (n + z2))
    return last_that_fits(_keeps, guess, x, size - (n - x), *given).reshape(shape)


@np.errstate(all="ignore")
def group_sizes(
    x: ArrayLike, n: ArrayLike, population: ArrayLike, *, confidence: ArrayLike, sides: int = 2
) -> tuple[Floats, Floats]:
    """The smallest and the largest group for which x of n is no surprise to a fair draw."""
    x, n, size, level = inputs(
        x=(x, "whole"),
        n=(n, "whole"),
        population=(population, "people"),
        confidence=(confidence, "inside"),
    )
    within(n, size, ("n", "population"))
    within(x, n, ("x", "n"))
    tail = (1 - level) / sides
    high = _last_kept(x, n, size, tail)
    low = size - _last_kept(n - x, n, size, tail)
    known = np.where(n > 0, 0.0, np.nan)
    return out(low + known), out(high + known)


def group_size_interval(
    x: ArrayLike, n: ArrayLike, population: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats]:
    """Group sizes at which both tails keep to half of what the confidence leaves."""
    return group_sizes(x, n, population, confidence=confidence)
