"""How a fair draw without replacement behaves: hypergeometric tests and intervals for villages and workplaces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coprep.metrics._checks import Floats, choice, inputs, out, positions, within
from coprep.metrics._counts import last_that_fits
from coprep.metrics._tails import (
    hypergeometric_log_cdf,
    hypergeometric_log_pmf,
    hypergeometric_log_sf,
)
from coprep.metrics.shares._equivalence import BandTests, band_tests, edges
from coprep.metrics.shares._share_tests import SCALES, asked, doubled, scaled

__all__ = [
    "FairDraw",
    "fair_draw",
    "finite_equivalence_test",
    "finite_population_factor",
    "group_size_interval",
    "hypergeometric_test",
]

_TIE = 1e-7


class FairDraw(NamedTuple):
    """What a fair draw of n from a population would give of one group.

    Attributes
    ----------
    expected, sd : float or ndarray
        Mean and standard deviation of the group's count.
    low, high : float or ndarray
        The smallest and the largest count that can happen.

    """

    expected: Floats
    sd: Floats
    low: Floats
    high: Floats


def _given(
    x: ArrayLike, n: ArrayLike, group_size: ArrayLike, population: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Counts that fit into one another: x of n drawn, group_size of population; x inside what can happen."""
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


@np.errstate(all="ignore")
def finite_population_factor(n: ArrayLike, population: ArrayLike) -> Floats:
    """By what factor is the variance of a share smaller because people are drawn without replacement?

    Parameters
    ----------
    n, population : array_like
        People drawn and people there; n at most the population.

    Returns
    -------
    float or ndarray
        (N - n)/(N - 1): 0 where everybody came, 1 for one person, N/(N - 1) for nobody; nan for a population of one.

    Raises
    ------
    InputError
        For a population that is no whole number above 0, and more people drawn than there are.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, 3rd ed., chapter 3. Wiley.

    Examples
    --------
    >>> round(float(finite_population_factor(60, 300)), 4)
    0.8027

    """
    n, size = inputs(n=(n, "nonnegative"), population=(population, "people"))
    within(n, size, ("n", "population"))
    return out((size - n) / np.where(size > 1, size - 1, np.nan))


@np.errstate(all="ignore")
def fair_draw(n: ArrayLike, group_size: ArrayLike, population: ArrayLike) -> FairDraw:
    """How many of a group of ``group_size`` would a fair draw of n from the population give?

    Parameters
    ----------
    n, group_size, population : array_like
        People drawn, people of the group, people in all; whole numbers.

    Returns
    -------
    FairDraw
        ``expected``, ``sd``, ``low`` and ``high``.

    Raises
    ------
    InputError
        For fractional numbers, and more people drawn, or in the group, than there are.

    References
    ----------
    Johnson, N. L., Kemp, A. W. & Kotz, S. (2005). Univariate Discrete Distributions, 3rd ed., chapter 6. Wiley.

    Examples
    --------
    >>> draw = fair_draw(60, 45, 300)
    >>> float(draw.expected), round(float(draw.sd), 3), float(draw.low), float(draw.high)
    (9.0, 2.478, 0.0, 45.0)

    """
    n, k, size = inputs(
        n=(n, "whole"), group_size=(group_size, "whole"), population=(population, "people")
    )
    within(n, size, ("n", "population"))
    within(k, size, ("group_size", "population"))
    mean = n * k / size
    factor = np.where(size > 1, (size - n) / (size - 1), 0.0)
    sd = np.sqrt(mean * (1 - k / size) * factor)
    return FairDraw(out(mean), out(sd), out(np.maximum(0, n + k - size)), out(np.minimum(n, k)))


def _minimum_likelihood(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log probability of all counts no likelier than x, found by halving on the far side of the mode."""
    limit = hypergeometric_log_pmf(x, n, k, size) + np.log1p(_TIE)
    mean, lowest, highest = n * k / size, np.maximum(0, n + k - size), np.minimum(n, k)
    below = x < mean
    near = np.where(below, np.ceil(mean) - 1, np.floor(mean) + 1)
    far = np.where(below, highest + 1, lowest - 1)
    while (np.abs(far - near) > 1).any():
        wide = np.abs(far - near) > 1
        middle = np.floor((near + far) / 2)
        unlikely = hypergeometric_log_pmf(middle, n, k, size) <= limit
        far, near = np.where(wide & unlikely, middle, far), np.where(wide & ~unlikely, middle, near)
    low, high = np.where(below, x, far), np.where(below, far, x)
    cdf, sf = hypergeometric_log_cdf(low, n, k, size), hypergeometric_log_sf(high, n, k, size)
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
    """How often would a fair draw from this small population give a count as far out as this one? Exact.

    Parameters
    ----------
    x, n : array_like
        People of the group among the n drawn; whole numbers.
    group_size, population : array_like
        People of the group and people in all, of whom the n were drawn; whole numbers.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        "less" asks for x or fewer, "greater" for x or more.
    rule : {"doubled", "minimum-likelihood", "mid-p"}, default "doubled"
        Two sides as twice the smaller tail or as all counts no likelier than x; "mid-p" counts half the
        probability of x itself, and doubles the smaller tail.
    scale : {"p", "log", "log10"}, default "p"
        What is returned; logarithms do not underflow.

    Returns
    -------
    float or ndarray
        p-values or their logarithms; nan where n is 0.

    Raises
    ------
    InputError
        For counts that do not fit into one another, such as more of the group drawn than there are.

    References
    ----------
    Fisher, R. A. (1935). Journal of the Royal Statistical Society 98, 39-82.
    Lancaster, H. O. (1961). Significance tests in discrete distributions. JASA 56, 223-234.

    Examples
    --------
    >>> round(float(hypergeometric_test(3, 60, 45, 300, alternative="less")), 4)
    0.0084

    """
    asked(alternative, scale)
    choice(rule, "rule", ("doubled", "minimum-likelihood", "mid-p"))
    x, n, k, size = _given(x, n, group_size, population)
    if rule == "mid-p":
        half = hypergeometric_log_pmf(x, n, k, size) - np.log(2)
        less = np.logaddexp(hypergeometric_log_cdf(x - 1, n, k, size), half)
        greater = np.logaddexp(hypergeometric_log_sf(x + 1, n, k, size), half)
    elif rule == "minimum-likelihood" and alternative == "two-sided":
        return scaled(_minimum_likelihood(x, n, k, size), scale)
    else:
        less, greater = hypergeometric_log_cdf(x, n, k, size), hypergeometric_log_sf(x, n, k, size)
    return scaled(
        {"less": less, "greater": greater}.get(alternative, doubled(less, greater)), scale
    )


def _keeps(k: Floats, x: Floats, n: Floats, size: Floats, limit: Floats) -> NDArray[np.bool_]:
    """Whether x or fewer has a log probability of ``limit`` or more with k people in the group."""
    return np.asarray(hypergeometric_log_cdf(x, n, k, size) >= limit - 1e-12)


def _last_kept(x: Floats, n: Floats, size: Floats, tail: Floats) -> Floats:
    """The largest group size that `_keeps`; the guess is Wilson's limit with the variance of the draw."""
    shape, given = x.shape, [array.ravel() for array in (x, n, size, np.log(tail))]
    x, n, size, _ = given
    z2 = special.ndtri(tail.ravel()) ** 2 * (size - n) / np.maximum(size - 1, 1)
    spread = np.sqrt(z2 * (z2 / 4 + (x + 0.5) * np.maximum(n - x - 0.5, 0) / n))
    guess = np.round(size * (x + 0.5 + z2 / 2 + spread) / (n + z2))
    return last_that_fits(_keeps, guess, x, size - (n - x), *given).reshape(shape)


@np.errstate(all="ignore")
def group_size_interval(
    x: ArrayLike, n: ArrayLike, population: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats]:
    """For which group sizes would x of n be no surprise to a fair draw from this population?

    Where the group's size is known, this is not an interval for it: it is the set of sizes for which the draw would
    count as fair. Divide by the population for shares.

    Parameters
    ----------
    x, n : array_like
        People of the group among the n drawn; whole numbers.
    population : array_like
        People in all, of whom the n were drawn.
    confidence : array_like, default 0.95
        1 minus twice the level of each of the two one-sided tests that are inverted.

    Returns
    -------
    low, high : float or ndarray
        Whole numbers from x to population - (n - x); nan where n is 0.

    Raises
    ------
    InputError
        For fractional counts, counts above n, and more people drawn than there are.

    References
    ----------
    Konijn, H. S. (1973). Statistical Theory of Sample Survey Design and Analysis. North-Holland. Buonaccorsi, J. P.
    (1987). The American Statistician 41, 215-218.

    Examples
    --------
    >>> low, high = group_size_interval(3, 60, 300)
    >>> float(low), float(high)
    (4.0, 39.0)

    """
    x, n, size, level = inputs(
        x=(x, "whole"),
        n=(n, "whole"),
        population=(population, "people"),
        confidence=(confidence, "inside"),
    )
    within(n, size, ("n", "population"))
    within(x, n, ("x", "n"))
    tail = (1 - level) / 2
    high = _last_kept(x, n, size, tail)
    low = size - _last_kept(n - x, n, size, tail)
    known = np.where(n > 0, 0.0, np.nan)
    return out(low + known), out(high + known)


@np.errstate(all="ignore")
def finite_equivalence_test(
    x: ArrayLike,
    n: ArrayLike,
    group_size: ArrayLike,
    population: ArrayLike,
    *,
    band: tuple[float, float] = (0.8, 1.25),
    scale: str = "p",
) -> BandTests:
    """Is a fair draw from a group L to U times this size excluded, in a small population?

    Parameters
    ----------
    x, n, group_size, population
        As in `hypergeometric_test`.
    band : (float, float), default (0.8, 1.25)
        The ratios L and U between which a difference does not matter.
    scale : {"p", "log", "log10"}, default "p"
        What is returned.

    Returns
    -------
    BandTests
        As in `equivalence_test`; nan where n or the group size is 0.

    Raises
    ------
    InputError
        For counts that do not fit into one another, bands that do not hold 1, and unknown words.

    Notes
    -----
    With K people in the group: ``under`` is tested at ceil(L K), ``over`` at floor(U K), ``not_below`` and
    ``not_above`` one person further out, at ceil(L K) - 1 and floor(U K) + 1, all kept between 0 and the population.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
    Johnson, N. L., Kemp, A. W. & Kotz, S. (2005). Univariate Discrete Distributions, 3rd ed., chapter 6. Wiley.

    Examples
    --------
    >>> tests = finite_equivalence_test(11, 80, 40, 300)
    >>> round(float(tests.equivalence), 3)
    0.236

    """
    low, high = edges(band)
    choice(scale, "scale", SCALES)
    x, n, k, size = _given(x, n, group_size, population)
    k = np.where(k > 0, k, np.nan)
    below, above = np.ceil(positions(low * k)), np.minimum(np.floor(positions(high * k)), size)
    one_less, one_more = np.maximum(below - 1, 0), np.minimum(above + 1, size)
    return band_tests(
        hypergeometric_log_cdf(x, n, below, size),
        hypergeometric_log_sf(x, n, above, size),
        hypergeometric_log_sf(x, n, one_less, size),
        hypergeometric_log_cdf(x, n, one_more, size),
        scale,
    )
