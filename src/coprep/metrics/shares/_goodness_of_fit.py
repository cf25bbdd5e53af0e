"""Whether a whole distribution of participants fits its baseline, and how far it is from fitting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, numbers, out, vector, whole
from coprep.metrics._streams import stream
from coprep.metrics._tails import chi2_log_sf, deviance
from coprep.metrics.shares._outcomes import (
    countable,
    draws_of,
    enumerate_sums,
    log_probability,
    number_of_outcomes,
)
from coprep.metrics.shares._share_tests import SCALES, scaled

__all__ = [
    "GoodnessOfFit",
    "chi_square_test",
    "cohens_w",
    "cohens_w_interval",
    "exact_multinomial_test",
    "g_test",
    "monte_carlo_multinomial_test",
]

_TIE = 1e-7  # relative: outcomes this close are equally extreme
_DOUBLINGS = 200


class GoodnessOfFit(NamedTuple):
    """A test of a whole distribution.

    Attributes
    ----------
    statistic : float or ndarray
        0 where every share is its baseline share.
    df : float or ndarray
        Groups of the baseline with a share above 0, minus one.
    p_value : float or ndarray
        On the scale that was asked for.

    """

    statistic: Floats
    df: Floats
    p_value: Floats


def profile(counts: ArrayLike, baseline: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Counts, their sum (nan for nobody) and baseline shares that add to 1, along the last axis."""
    counts, weights = vector(counts, "counts"), vector(baseline, "baseline")
    if counts.shape[-1] != weights.shape[-1]:
        raise InputError.of(
            f"counts has {counts.shape[-1]} groups and baseline {weights.shape[-1]}; one number each is expected.",
            code="length",
            param="baseline",
        )
    total = weights.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise InputError.of(
            "baseline adds to 0; at least one group above 0 is expected.", param="baseline"
        )
    try:
        counts, shares = np.broadcast_arrays(counts, weights / total)
    except ValueError:
        raise InputError.of(
            f"shapes do not fit together: counts {counts.shape}, baseline {weights.shape}.",
            code="shape",
            param="baseline",
        ) from None
    n = counts.sum(axis=-1)
    return counts, np.where(n > 0, n, np.nan), shares


@np.errstate(all="ignore")
def _chi_square(counts: Floats, n: Floats, shares: Floats) -> Floats:
    """Pearson's statistic; a group without baseline share adds inf with anybody in it, else nothing."""
    expected = n[..., None] * shares
    parts = np.where(
        expected > 0, (counts - expected) ** 2 / expected, np.where(counts > 0, np.inf, 0.0)
    )
    return np.asarray(np.where(np.isnan(n), np.nan, parts.sum(axis=-1)))


def _degrees(shares: Floats) -> Floats:
    """Groups with a baseline share, minus one."""
    return np.asarray((shares > 0).sum(axis=-1) - 1.0)


def _p_value(statistic: Floats, df: Floats, scale: str) -> Floats:
    """Upper tail of the chi-square distribution; a single group cannot deviate."""
    log_p = np.where(np.isinf(statistic), -np.inf, chi2_log_sf(statistic, df))
    return scaled(np.where(statistic == 0, 0.0, log_p), scale)


@np.errstate(all="ignore")
def chi_square_test(counts: ArrayLike, baseline: ArrayLike, *, scale: str = "p") -> GoodnessOfFit:
    """Does the whole profile differ from the baseline by more than chance? Pearson's test.

    Parameters
    ----------
    counts : array_like
        People of each group along the last axis; groups exclude each other.
    baseline : array_like
        The groups' shares or population counts, in the same order; only their proportions matter.
    scale : {"p", "log", "log10"}, default "p"
        How the p-value is returned; logarithms do not underflow.

    Returns
    -------
    GoodnessOfFit
        ``statistic`` sum (x - nP)^2/(nP), ``df``, ``p_value``. inf and 0 where somebody came from a group that the
        baseline lacks; nan where nobody came.

    Raises
    ------
    InputError
        For negative counts and vectors that do not fit together.

    References
    ----------
    Pearson, K. (1900). Philosophical Magazine 50, 157-175.

    Examples
    --------
    >>> test = chi_square_test([30, 5, 5], [0.34, 0.33, 0.33], scale="log10")
    >>> round(float(test.statistic), 2), float(test.df), round(float(test.p_value), 2)
    (29.96, 2.0, -6.51)

    """
    choice(scale, "scale", SCALES)
    counts, n, shares = profile(counts, baseline)
    statistic, df = _chi_square(counts, n, shares), _degrees(shares)
    return GoodnessOfFit(out(statistic), out(df), _p_value(statistic, df, scale))


@np.errstate(all="ignore")
def g_test(counts: ArrayLike, baseline: ArrayLike, *, scale: str = "p") -> GoodnessOfFit:
    """Does the whole profile differ from the baseline by more than chance? Likelihood-ratio test.

    Parameters
    ----------
    counts, baseline, scale
        As in `chi_square_test`.

    Returns
    -------
    GoodnessOfFit
        ``statistic`` 2 sum x log(x/(nP)), ``df``, ``p_value``.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, a baseline that adds to 0, and unknown words.

    References
    ----------
    Wilks, S. S. (1938). The large-sample distribution of the likelihood ratio for testing composite hypotheses. Annals
    of Mathematical Statistics 9, 60-62.
    Woolf, B. (1957). The log likelihood ratio test (the G-test). Annals of Human Genetics 21, 397-409.

    Examples
    --------
    >>> round(float(g_test([30, 5, 5], [0.34, 0.33, 0.33]).statistic), 2)
    28.05

    """
    choice(scale, "scale", SCALES)
    counts, n, shares = profile(counts, baseline)
    expected = n[..., None] * shares
    parts = np.where(expected > 0, deviance(counts, expected), np.where(counts > 0, np.inf, 0.0))
    statistic, df = np.where(np.isnan(n), np.nan, 2 * parts.sum(axis=-1)), _degrees(shares)
    return GoodnessOfFit(out(statistic), out(df), _p_value(statistic, df, scale))


@np.errstate(all="ignore")
def cohens_w(counts: ArrayLike, baseline: ArrayLike, *, adjusted: bool = False) -> Floats:
    """How far is the profile from its baseline, whatever the number of people?

    For one attribute with a known population table it is also the coefficient of variation of the groups'
    participation rates.

    Parameters
    ----------
    counts, baseline
        As in `chi_square_test`.
    adjusted : bool, default False
        Take off what chance alone adds on average.

    Returns
    -------
    float or ndarray
        sqrt(X2/n), or sqrt(max(0, X2/n - (k-1)/n)); 0 and above, inf where a group came that the baseline lacks.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences.

    Examples
    --------
    >>> round(float(cohens_w([30, 5, 5], [0.34, 0.33, 0.33])), 3)
    0.866

    """
    counts, n, shares = profile(counts, baseline)
    square = _chi_square(counts, n, shares) / n
    if adjusted:
        square = np.maximum(square - _degrees(shares) / n, 0.0)
    return out(np.sqrt(square))


def _noncentrality(statistic: Floats, df: Floats, level: Floats) -> Floats:
    """The noncentrality at which a value up to ``statistic`` has probability ``level``; 0 where there is none."""
    from scipy.optimize import elementwise
    from scipy.stats import ncx2

    def above(value: Floats, statistic: Floats, df: Floats, level: Floats) -> Floats:
        central = special.gammainc(df / 2, statistic / 2)
        return np.asarray(np.where(value > 0, ncx2.cdf(statistic, df, value), central) - level)

    low, high = np.zeros_like(statistic), np.maximum(statistic, 1.0)
    for _ in range(_DOUBLINGS):
        if not (more := above(high, statistic, df, level) > 0).any():
            break
        low, high = np.where(more, high, low), np.where(more, 2 * high, high)
    some = special.gammainc(df / 2, statistic / 2) > level
    found = elementwise.find_root(
        above, (low, high), args=(statistic, df, level), tolerances={"xrtol": 1e-14}
    )
    return np.where(some, found.x, 0.0)


@np.errstate(all="ignore")
def cohens_w_interval(
    counts: ArrayLike, baseline: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats]:
    """Between which effect sizes w could the true one lie?

    Parameters
    ----------
    counts, baseline
        As in `chi_square_test`.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    low, high : float or ndarray
        By inverting the noncentral chi-square distribution; nan where nobody came, where there is one group, and
        where the statistic is infinite.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    Notes
    -----
    Counts that fit better than chance nearly always would have both limits at 0: no effect size makes so good a fit
    likely. That is not to say that the effect is known to be 0, least of all with few people.

    References
    ----------
    Steiger, J. H. (2004). Psychological Methods 9, 164-182.

    Examples
    --------
    >>> low, high = cohens_w_interval([30, 5, 5], [0.34, 0.33, 0.33])
    >>> round(float(low), 3), round(float(high), 3)
    (0.537, 1.163)

    """
    counts, n, shares = profile(counts, baseline)
    statistic, df = _chi_square(counts, n, shares), _degrees(shares)
    (level,) = inputs(confidence=(confidence, "inside"))
    statistic, df, level, n = (np.array(v) for v in np.broadcast_arrays(statistic, df, level, n))
    known = np.isfinite(statistic) & (df > 0)
    limits = []
    for tail in ((1 + level) / 2, (1 - level) / 2):
        value = np.full(statistic.shape, np.nan)
        value[known] = _noncentrality(statistic[known], df[known], tail[known])
        limits.append(out(np.sqrt(value / n)))
    return limits[0], limits[1]


def _one(counts: ArrayLike, baseline: ArrayLike) -> tuple[Floats, int, Floats]:
    """One vector of whole counts, their sum and the baseline shares."""
    numbers(counts, "counts", "whole", ndim=1)
    numbers(baseline, "baseline", "nonnegative", ndim=1)
    counts, _, shares = profile(counts, baseline)
    countable(counts)
    return counts, round(float(counts.sum())), shares


@np.errstate(all="ignore")
def _oddness(counts: Floats, n: int, shares: Floats, order: str) -> Floats:
    """How extreme outcomes are, larger being more so: minus log probability, or Pearson's statistic."""
    if order == "chi-square":
        return _chi_square(counts, np.full(counts.shape[:-1], float(n)), shares)
    part, constant = log_probability(n, shares, None)
    return -np.asarray(sum(part(g, counts[..., g]) for g in range(len(shares)))) - constant


def _limit(observed: Floats, order: str) -> float:
    """The least oddness that counts as not below the observed one."""
    return (
        float(observed - _TIE) if order == "probability" else float(observed * (1 - _TIE) - 1e-12)
    )


@np.errstate(all="ignore")
def exact_multinomial_test(
    counts: ArrayLike,
    baseline: ArrayLike,
    *,
    order: str = "probability",
    max_outcomes: int = 2_000_000,
) -> float:
    """How often would a fair draw give a profile as odd as this one? Over all possible profiles.

    Parameters
    ----------
    counts, baseline : array_like
        One vector each, as in `chi_square_test`; whole counts.
    order : {"probability", "chi-square"}, default "probability"
        What makes a profile odd: a small probability, or a large value of Pearson's statistic.
    max_outcomes : int, default 2,000,000
        The most profiles to go through; there are C(n+k-1, k-1).

    Returns
    -------
    float
        p-value; nan where nobody came.

    Raises
    ------
    InputError
        If there are more profiles; see `monte_carlo_multinomial_test`. For fractional counts, and vectors that do not
        fit together.

    References
    ----------
    Tate, M. W. & Hyer, L. A. (1973). Inaccuracy of the X2 test of goodness of fit when expected frequencies are small.
    JASA 68, 836-841.
    Radlow, R. & Alf, E. F. (1975). An alternate multinomial assessment of the accuracy of the chi-square test of
    goodness of fit. JASA 70, 811-813.

    Examples
    --------
    >>> round(exact_multinomial_test([4, 0, 1], [0.5, 0.3, 0.2]), 5)
    0.35125

    """
    choice(order, "order", ("probability", "chi-square"))
    counts, n, shares = _one(counts, baseline)
    outcomes = number_of_outcomes(n, len(shares))
    if outcomes > whole(max_outcomes, "max_outcomes", low=1):
        raise InputError.of(
            f"{n:,} people fall into {len(shares)} groups in {outcomes:,.0f} ways; at most {max_outcomes:,} are tried.",
            code="too_many_outcomes",
            param="max_outcomes",
            hint="use monte_carlo_multinomial_test",
        )
    if n == 0:
        return float("nan")
    part, constant = log_probability(n, shares, None)

    def pearson(group: int, count: Floats) -> Floats:
        expected = n * shares[group]
        return (
            np.where(count > 0, np.inf, 0.0)
            if expected == 0
            else (count - expected) ** 2 / expected
        )

    log_p, statistic = enumerate_sums(n, len(shares), [part, pearson])
    oddness = statistic if order == "chi-square" else -log_p - constant
    hit = oddness >= _limit(_oddness(counts, n, shares, order), order)
    return float(min(1.0, np.exp(log_p[hit] + constant).sum()))


def monte_carlo_multinomial_test(
    counts: ArrayLike,
    baseline: ArrayLike,
    *,
    order: str = "chi-square",
    draws: int = 9999,
    rng: int | Generator | None = None,
) -> float:
    """How often would a fair draw give a profile as odd as this one? Over random draws.

    Parameters
    ----------
    counts, baseline, order
        As in `exact_multinomial_test`; Pearson's order is the default here.
    draws : int, default 9999
        Random profiles.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    float
        (1 + profiles as odd)/(1 + draws); nan where nobody came.

    Raises
    ------
    InputError
        For fractional counts, vectors that do not fit together, a baseline that adds to 0, and unknown words.

    References
    ----------
    Hope, A. C. A. (1968). A simplified Monte Carlo significance test procedure. JRSS B 30, 582-598.

    Examples
    --------
    >>> p = monte_carlo_multinomial_test([40, 10, 30, 20], [0.25, 0.25, 0.25, 0.25], rng=1)
    >>> p < 0.001
    True

    """
    choice(order, "order", ("probability", "chi-square"))
    counts, n, shares = _one(counts, baseline)
    draws = whole(draws, "draws", low=1)
    if n == 0:
        return float("nan")
    limit = _limit(_oddness(counts, n, shares, order), order)
    generator = stream(rng, "multinomial test")
    hits = 0
    block = max(1, 2_000_000 // len(shares))
    for start in range(0, draws, block):
        profiles = draws_of(n, shares, None, min(block, draws - start), generator)
        hits += int((_oddness(profiles, n, shares, order) >= limit).sum())
    return (1 + hits) / (1 + draws)
