"""How much dissimilarity a fair draw gives by chance alone: its expectation, spread and exact p-value."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, numbers, out, vector, whole, within
from coprep.metrics._streams import stream
from coprep.metrics._tails import binomial_log_pmf, hypergeometric_log_pmf
from coprep.metrics.shares._outcomes import (
    countable,
    draws_of,
    enumerate_sums,
    log_probability,
    number_of_outcomes,
)

__all__ = [
    "DissimilarityTest",
    "dissimilarity_test",
    "expected_dissimilarity",
    "mean_absolute_deviation",
]

_CELLS = 20_000_000  # draws times groups that a test makes unasked
_TIE = 1e-9  # absolute, in shares: dissimilarities this close are equal


class DissimilarityTest(NamedTuple):
    """An observed dissimilarity beside what a fair draw of the same size gives.

    Attributes
    ----------
    observed : float
        D, 0 to 1.
    expected : float
        Its mean over fair draws.
    excess : float
        Observed minus expected.
    sd : float
        Its standard deviation over fair draws.
    standardised : float
        Excess over sd; nan where the draw has no choice.
    p_value : float
        How often a fair draw gives as much.
    method : str
        "exact", over all outcomes, or "monte-carlo".
    draws : int
        Outcomes gone through or draws made.

    """

    observed: float
    expected: float
    excess: float
    sd: float
    standardised: float
    p_value: float
    method: str
    draws: int


@np.errstate(all="ignore")
def mean_absolute_deviation(
    n: ArrayLike, share: ArrayLike, *, population: ArrayLike | None = None
) -> Floats:
    """How far is a group's count in a fair draw from its expected count, on average?

    Parameters
    ----------
    n : array_like
        People drawn; whole numbers.
    share : array_like
        The group's baseline share, 0 to 1.
    population : array_like, optional
        People there, if they are drawn without replacement; share times population is rounded to whole people.

    Returns
    -------
    float or ndarray
        E|X - nP|, in people.

    Raises
    ------
    InputError
        For fractional people, shares outside 0 to 1, vectors that do not fit, and more people drawn than there are.

    Notes
    -----
    De Moivre's closed form 2 m C(n,m) P^m (1-P)^(n-m+1) with m = floor(nP) + 1; without replacement
    2 m (N-K-n+m)/N P(X=m).

    References
    ----------
    Diaconis, P. and Zabell, S. (1991). Closed form summation for classical distributions: variations on a theme of
    De Moivre. Statistical Science 6, 284-302.

    Examples
    --------
    >>> round(float(mean_absolute_deviation(9, 0.2)), 4)
    0.9664

    """
    n, share = inputs(n=(n, "whole"), share=(share, "share"))
    if population is None:
        return out(_binomial_deviation(n, share))
    n, share, size = inputs(
        n=(n, "whole"), share=(share, "share"), population=(population, "people")
    )
    within(n, size, ("n", "population"))
    return out(_hypergeometric_deviation(n, np.round(share * size), size))


def _binomial_deviation(n: Floats, share: Floats) -> Floats:
    """De Moivre's formula in logarithms."""
    m = np.floor(n * share) + 1
    value = 2 * m * (1 - share) * np.exp(binomial_log_pmf(m, n, share))
    return np.asarray(np.where((share == 0) | (share == 1) | (m > n), 0.0, value) + 0 * n * share)


def _hypergeometric_deviation(n: Floats, k: Floats, size: Floats) -> Floats:
    """The same without replacement."""
    m = np.floor(n * k / size) + 1
    value = 2 * m * (size - k - n + m) / size * np.exp(hypergeometric_log_pmf(m, n, k, size))
    return np.asarray(np.where(m > np.minimum(n, k), 0.0, value))


def _baseline(baseline: ArrayLike, name: str = "baseline") -> tuple[Floats, Floats]:
    """Shares or counts as given, and as shares that add to 1."""
    given = numbers(baseline, name, "nonnegative", ndim=1)
    if not given.sum() > 0:
        raise InputError.of(
            f"{name} adds to 0; at least one group above 0 is expected.", param=name
        )
    return given, given / given.sum()


@np.errstate(all="ignore")
def expected_dissimilarity(
    n: ArrayLike, baseline: ArrayLike, *, replacement: bool = True
) -> Floats:
    """How much dissimilarity does a perfectly fair draw of n people give on average?

    Parameters
    ----------
    n : array_like
        People drawn; whole numbers.
    baseline : array_like
        Shares or population counts of the groups, one vector.
    replacement : bool, default True
        False takes ``baseline`` as the people there, of whom n are drawn; they must be whole numbers.

    Returns
    -------
    float or ndarray
        E[D], 0 to 1; one minus it is the expected Rose index. nan for n = 0.

    Raises
    ------
    InputError
        For fractional people, a baseline that adds to 0, and more people drawn than there are.

    References
    ----------
    Gerring, J., Jerzak, C. T. and Öncel, E. (2024). American Political Science Review 118, 784. Carrington, W. J. and
    Troske, K. R. (1997). Journal of Business & Economic Statistics 15, 402-409.

    Examples
    --------
    >>> round(float(expected_dissimilarity(9, [0.8, 0.2])), 4)
    0.1074

    """
    given, shares = _baseline(baseline)
    (n,) = inputs(n=(n, "whole"))
    rows = n[..., None]
    if replacement:
        deviation = _binomial_deviation(*np.broadcast_arrays(rows, shares))
    else:
        vector(given, "baseline", "whole")
        within(n, np.broadcast_to(given.sum(), n.shape), ("n", "the people of the baseline"))
        deviation = _hypergeometric_deviation(*np.broadcast_arrays(rows, given, given.sum()))
    return out(deviation.sum(axis=-1) / 2 / np.where(n > 0, n, np.nan))


def _given(
    counts: ArrayLike, baseline: ArrayLike, *, replacement: bool
) -> tuple[Floats, int, Floats, Floats | None]:
    """Whole counts, their sum, shares, and group sizes where these limit the draw."""
    x = numbers(counts, "counts", "whole", ndim=1)
    given, shares = _baseline(baseline)
    if len(x) != len(given):
        raise InputError.of(
            f"counts has {len(x)} groups and baseline {len(given)}; one number each is expected.",
            code="length",
            param="baseline",
        )
    countable(x, None if replacement else given)
    if replacement:
        return x, round(float(x.sum())), shares, None
    vector(given, "baseline", "whole")
    within(x, given, ("counts", "the people of the baseline"))
    return x, round(float(x.sum())), shares, given


@np.errstate(all="ignore")
def _moments(
    d: Floats, probability: Floats, expected: float, observed: float
) -> tuple[float, float]:
    """Standard deviation of D and the probability of the observed D or more."""
    variance = float((probability * (d - expected) ** 2).sum() / probability.sum())
    return variance**0.5, float(min(1.0, probability[d >= observed - _TIE].sum()))


def dissimilarity_test(
    counts: ArrayLike,
    baseline: ArrayLike,
    *,
    replacement: bool = True,
    method: str = "auto",
    max_outcomes: int = 1_000_000,
    draws: int | None = None,
    rng: int | Generator | None = None,
) -> DissimilarityTest:
    """Is the participants' profile further from the baseline than a fair draw would be?

    Parameters
    ----------
    counts : array_like
        People of each group, one vector of whole numbers.
    baseline : array_like
        Shares or population counts of the same groups.
    replacement : bool, default True
        False takes ``baseline`` as the people there, drawn without replacement.
    method : {"auto", "exact", "monte-carlo"}, default "auto"
        Go through all outcomes, or draw at random; "auto" goes through all where there are at most ``max_outcomes``.
    max_outcomes : int, default 1,000,000
        C(n+k-1, k-1) outcomes up to which all are gone through.
    draws : int, optional
        Random draws otherwise; None makes 9999, or fewer with more than 2,000 groups, but never below 999.
    rng : int, numpy Generator or None
        Seed or generator for them.

    Returns
    -------
    DissimilarityTest
        The expectation is exact by either method; a Monte-Carlo p-value is (1 + hits)/(1 + draws).

    Raises
    ------
    InputError
        For vectors that do not fit together, and "exact" beyond ``max_outcomes``.

    References
    ----------
    Gerring, J., Jerzak, C. T. and Öncel, E. (2024). American Political Science Review 118, 784. Carrington, W. J. and
    Troske, K. R. (1997). Journal of Business & Economic Statistics 15, 402-409.
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics
    and Molecular Biology 9(1), 39.

    Examples
    --------
    >>> test = dissimilarity_test([4, 0, 2], [0.25, 0.5, 0.25])
    >>> test.observed, round(test.expected, 4), round(test.p_value, 4), test.method
    (0.5, 0.2264, 0.0371, 'exact')

    """
    choice(method, "method", ("auto", "exact", "monte-carlo"))
    x, n, shares, sizes = _given(counts, baseline, replacement=replacement)
    most = whole(max_outcomes, "max_outcomes", low=1)
    draws = max(999, min(9999, _CELLS // len(x))) if draws is None else whole(draws, "draws", low=1)
    outcomes = number_of_outcomes(n, len(x))
    if method == "exact" and outcomes > most:
        raise InputError.of(
            f"{n:,} people fall into {len(x)} groups in {outcomes:,.0f} ways; at most {most:,} are gone through.",
            code="too_many_outcomes",
            param="max_outcomes",
            hint='use method="monte-carlo"',
        )
    if n == 0:
        unknown = float("nan")
        return DissimilarityTest(unknown, unknown, unknown, unknown, unknown, unknown, "exact", 0)
    exact = method == "exact" or (method == "auto" and outcomes <= most)
    observed = float(np.abs(x / n - shares).sum() / 2)
    expected = float(
        expected_dissimilarity(n, shares if sizes is None else sizes, replacement=sizes is None)
    )
    if exact:
        sd, p = _over_all(n, shares, sizes, expected, observed)
    else:
        sd, p = _over_draws(n, shares, sizes, expected, observed, draws=draws, rng=rng)
    standardised = (observed - expected) / sd if sd > 0 else float("nan")
    named, made = ("exact", round(outcomes)) if exact else ("monte-carlo", draws)
    return DissimilarityTest(
        observed, expected, observed - expected, sd, standardised, p, named, made
    )


@np.errstate(all="ignore")
def _over_all(
    n: int, shares: Floats, sizes: Floats | None, expected: float, observed: float
) -> tuple[float, float]:
    """Spread and p-value over every outcome."""
    part, constant = log_probability(n, shares, sizes)

    def gap(group: int, count: Floats) -> Floats:
        return np.asarray(np.abs(count / n - shares[group]) / 2)

    log_p, d = enumerate_sums(n, len(shares), [part, gap])
    return _moments(d, np.exp(log_p + constant), expected, observed)


def _over_draws(
    n: int,
    shares: Floats,
    sizes: Floats | None,
    expected: float,
    observed: float,
    *,
    draws: int,
    rng: int | Generator | None,
) -> tuple[float, float]:
    """Spread and p-value over random draws."""
    generator, found = stream(rng, "dissimilarity"), []
    block = max(1, 2_000_000 // len(shares))
    for start in range(0, draws, block):
        drawn = draws_of(n, shares, sizes, min(block, draws - start), generator)
        found.append(np.abs(drawn / n - shares).sum(axis=-1) / 2)
    d = np.concatenate(found)
    sd = float(np.sqrt(((d - expected) ** 2).mean()))
    return sd, (1 + int((d >= observed - _TIE).sum())) / (1 + draws)
