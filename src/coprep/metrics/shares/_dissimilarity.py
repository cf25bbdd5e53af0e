"""Dissimilarity that chance alone gives: its expectation, spread and p value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, numbers, out, vector, whole, within
from coprep.metrics._results import TestResult, log10_of
from coprep.metrics._streams import RNG, stream
from coprep.metrics._tails import binomial_log_pmf, hypergeometric_log_pmf
from coprep.metrics.shares._outcomes import (
    countable,
    draws_of,
    enumerate_sums,
    log_probability,
    number_of_outcomes,
)

DissimilarityMethod = Literal["auto", "exact", "monte-carlo"]
_MOST_OUTCOMES = 1_000_000
_CELLS = 20_000_000  # draws times groups that a test makes unasked
_TIE = 1e-9  # absolute, in shares: dissimilarities this close are equal


@dataclass(frozen=True, slots=True, eq=False)
class DissimilarityTest(TestResult[float]):
    """An observed dissimilarity beside what a fair draw of the same size gives.

    Attributes
    ----------
    statistic : float
        D, 0 to 1.
    p_value, log10_p_value : float
        How often a fair draw gives as much.
    df : float
        nan.
    method : str
        "exact", over all outcomes, or "monte-carlo".
    expected : float
        The mean of D over fair draws, exact by either method.
    excess : float
        Observed minus expected.
    sd : float
        Standard deviation of D over fair draws.
    standardised : float
        Excess over sd; nan where the draw has no choice.
    draws : int
        Outcomes gone through or draws made.
    """

    expected: float
    excess: float
    sd: float
    standardised: float
    draws: int


def _binomial_deviation(n: Floats, share: Floats) -> Floats:
    """E|X - nP| of a binomial count by De Moivre's closed form, in logarithms.

    2 m C(n, m) P^m (1 - P)^(n - m + 1) with m = floor(nP) + 1: Diaconis & Zabell (1991),
    Statistical Science 6, 284-302.
    """
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
    """The mean of D over fair draws of n people, in closed form."""
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
    method: DissimilarityMethod = "auto",
    draws: int | None = None,
    rng: RNG = None,
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
        Go through all outcomes, or draw at random; "auto" goes through all where there are at most
        a million, C(n+k-1, k-1) for n people in k groups.
    draws : int, optional
        Random draws otherwise; None makes 9999, or fewer with more than 2,000 groups, but never
        below 999.
    rng : int, numpy Generator or None
        Seed or generator for them.

    Returns
    -------
    DissimilarityTest
        The expectation is exact by either method; a Monte-Carlo p-value is (1 + hits)/(1 + draws).

    Raises
    ------
    InputError
        For vectors that do not fit together, and "exact" beyond a million outcomes.

    References
    ----------
    Gerring, J., Jerzak, C. T. and Öncel, E. (2024). American Political Science Review 118, 784.
    Carrington, W. J. and
    Troske, K. R. (1997). Journal of Business & Economic Statistics 15, 402-409.
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology 9(1), 39.

    Examples
    --------
    >>> test = dissimilarity_test([4, 0, 2], [0.25, 0.5, 0.25])
    >>> test.statistic, round(test.expected, 4), round(test.p_value, 4), test.method
    (0.5, 0.2264, 0.0371, 'exact')

    """
    choice(method, "method", get_args(DissimilarityMethod))
    x, n, shares, sizes = _given(counts, baseline, replacement=replacement)
    draws = max(999, min(9999, _CELLS // len(x))) if draws is None else whole(draws, "draws", low=1)
    outcomes = number_of_outcomes(n, len(x))
    if method == "exact" and outcomes > _MOST_OUTCOMES:
        raise InputError.of(
            f"{n:,} people fall into {len(x)} groups in {outcomes:,.0f} ways; at most "
            f"{_MOST_OUTCOMES:,} are gone through.",
            code="too_many_outcomes",
            param="method",
            hint='use method="monte-carlo"',
        )
    if n == 0:
        nan = float("nan")
        return DissimilarityTest(nan, nan, nan, nan, "exact", nan, nan, nan, nan, draws=0)
    exact = method == "exact" or (method == "auto" and outcomes <= _MOST_OUTCOMES)
    observed = float(np.abs(x / n - shares).sum() / 2)
    expected = float(
        expected_dissimilarity(n, shares if sizes is None else sizes, replacement=sizes is None)
    )
    if exact:
        sd, p = _over_all(n, shares, sizes, expected, observed)
    else:
        sd, p = _over_draws(n, shares, sizes, expected, observed, draws=draws, rng=rng)
    standardised = (observed - expected) / sd if sd > 0 else float("nan")
    return DissimilarityTest(
        statistic=observed,
        p_value=p,
        log10_p_value=log10_of(p),
        df=np.nan,
        method="exact" if exact else "monte-carlo",
        expected=expected,
        excess=observed - expected,
        sd=sd,
        standardised=standardised,
        draws=round(outcomes) if exact else draws,
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
    rng: RNG,
) -> tuple[float, float]:
    """Spread and p-value over random draws."""
    generator = stream(rng, "dissimilarity")
    found = []
    block = max(1, 2_000_000 // len(shares))
    for start in range(0, draws, block):
        drawn = draws_of(n, shares, sizes, min(block, draws - start), generator)
        found.append(np.abs(drawn / n - shares).sum(axis=-1) / 2)
    d = np.concatenate(found)
    sd = float(np.sqrt(((d - expected) ** 2).mean()))
    return sd, (1 + int((d >= observed - _TIE).sum())) / (1 + draws)
