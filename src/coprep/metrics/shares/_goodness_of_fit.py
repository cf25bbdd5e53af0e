"""Goodness of fit of a whole profile, and its effect size."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, numbers, out, vector, whole
from coprep.metrics._results import Interval, TestResult, log10_of, tested
from coprep.metrics._streams import RNG, stream
from coprep.metrics._tails import chi2_log_sf, deviance
from coprep.metrics.shares._outcomes import (
    countable,
    draws_of,
    enumerate_sums,
    log_probability,
    number_of_outcomes,
)

_TIE = 1e-7  # relative: outcomes this close are equally extreme
_DOUBLINGS = 200
_MOST_OUTCOMES = 2_000_000

FitTest = Literal["chi-square", "g", "exact", "monte-carlo"]
Order = Literal["probability", "chi-square"]


def profile(counts: ArrayLike, baseline: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Counts, their sum (nan for nobody) and baseline shares that add to 1, along the last axis."""
    counts = vector(counts, "counts")
    weights = vector(baseline, "baseline")
    if counts.shape[-1] != weights.shape[-1]:
        raise InputError.of(
            f"counts has {counts.shape[-1]} groups and baseline {weights.shape[-1]}; one number "
            "each is expected.",
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
    """Pearson's statistic; a group without baseline share adds inf with anybody in it, else
    nothing.
    """
    expected = n[..., None] * shares
    parts = np.where(
        expected > 0, (counts - expected) ** 2 / expected, np.where(counts > 0, np.inf, 0.0)
    )
    return np.asarray(np.where(np.isnan(n), np.nan, parts.sum(axis=-1)))


def _degrees(shares: Floats) -> Floats:
    """Groups with a baseline share, minus one."""
    return np.asarray((shares > 0).sum(axis=-1) - 1.0)


@np.errstate(all="ignore")
def cohens_w(counts: ArrayLike, baseline: ArrayLike, *, adjusted: bool = False) -> Floats:
    """How far is the profile from its baseline, whatever the number of people?

    For one attribute with a known population table it is also the coefficient of variation of the
    groups' participation rates.

    Parameters
    ----------
    counts, baseline
        As in `goodness_of_fit_test`.
    adjusted : bool, default False
        Take off what chance alone adds on average.

    Returns
    -------
    float or ndarray
        sqrt(X2/n), or sqrt(max(0, X2/n - (k-1)/n)); 0 and above, inf where a group came that the
        baseline lacks.

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
    """The noncentrality at which a value up to ``statistic`` has probability ``level``; 0 where
    there is none.
    """
    from scipy.optimize import elementwise
    from scipy.stats import ncx2

    def above(value: Floats, statistic: Floats, df: Floats, level: Floats) -> Floats:
        central = special.gammainc(df / 2, statistic / 2)
        return np.asarray(np.where(value > 0, ncx2.cdf(statistic, df, value), central) - level)

    low = np.zeros_like(statistic)
    high = np.maximum(statistic, 1.0)
    for _ in range(_DOUBLINGS):
        if not (more := above(high, statistic, df, level) > 0).any():
            break
        low = np.where(more, high, low)
        high = np.where(more, 2 * high, high)
    some = special.gammainc(df / 2, statistic / 2) > level
    found = elementwise.find_root(
        above, (low, high), args=(statistic, df, level), tolerances={"xrtol": 1e-14}
    )
    return np.where(some, found.x, 0.0)


@np.errstate(all="ignore")
def cohens_w_interval(
    counts: ArrayLike, baseline: ArrayLike, *, confidence: ArrayLike = 0.95
) -> Interval[Floats]:
    """Between which effect sizes w could the true one lie?

    Parameters
    ----------
    counts, baseline
        As in `goodness_of_fit_test`.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    Interval
        By inverting the noncentral chi-square distribution; nan where nobody came, where there is
        one group, and where the statistic is infinite.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    Notes
    -----
    Counts that fit better than chance nearly always would have both limits at 0: no effect size
    makes so good a fit likely. That is not to say that the effect is known to be 0, least of all
    with few people.

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
    statistic = _chi_square(counts, n, shares)
    df = _degrees(shares)
    (level,) = inputs(confidence=(confidence, "inside"))
    statistic, df, level, n = (np.array(v) for v in np.broadcast_arrays(statistic, df, level, n))
    known = np.isfinite(statistic) & (df > 0)
    limits = []
    for tail in ((1 + level) / 2, (1 - level) / 2):
        value = np.full(statistic.shape, np.nan)
        value[known] = _noncentrality(statistic[known], df[known], tail[known])
        limits.append(out(np.sqrt(value / n)))
    return Interval(*limits)


@np.errstate(all="ignore")
def _oddness(counts: Floats, n: int, shares: Floats, order: str) -> Floats:
    """How extreme outcomes are, larger being more so: minus log probability, or Pearson's
    statistic.
    """
    if order == "chi-square":
        return _chi_square(counts, np.full(counts.shape[:-1], float(n)), shares)
    part, constant = log_probability(n, shares, None)
    return -np.asarray(sum(part(g, counts[..., g]) for g in range(len(shares)))) - constant


def _limit(observed: Floats, order: str) -> float:
    """The least oddness that counts as not below the observed one."""
    return (
        float(observed - _TIE) if order == "probability" else float(observed * (1 - _TIE) - 1e-12)
    )


def _over_all(counts: Floats, n: int, shares: Floats, order: str) -> float:
    """How much of the probability of all profiles is in those as odd as this one."""
    outcomes = number_of_outcomes(n, len(shares))
    if outcomes > _MOST_OUTCOMES:
        raise InputError.of(
            f"{n:,} people fall into {len(shares)} groups in {outcomes:,.0f} ways; at most "
            f"{_MOST_OUTCOMES:,} are tried.",
            code="too_many_outcomes",
            param="method",
            hint="use method='monte-carlo'",
        )
    part, constant = log_probability(n, shares, None)

    def pearson(group: int, count: Floats) -> Floats:
        expected = n * shares[group]
        if expected == 0:
            return np.where(count > 0, np.inf, 0.0)
        return np.asarray((count - expected) ** 2 / expected)

    log_p, statistic = enumerate_sums(n, len(shares), [part, pearson])
    oddness = statistic if order == "chi-square" else -log_p - constant
    hit = oddness >= _limit(_oddness(counts, n, shares, order), order)
    return float(min(1.0, np.exp(log_p[hit] + constant).sum()))


def _over_draws(
    counts: Floats, n: int, shares: Floats, order: str, *, draws: int, rng: RNG
) -> float:
    """(1 + profiles as odd) / (1 + draws)."""
    limit = _limit(_oddness(counts, n, shares, order), order)
    generator = stream(rng, "multinomial test")
    hits = 0
    block = max(1, 2_000_000 // len(shares))
    for start in range(0, draws, block):
        profiles = draws_of(n, shares, None, min(block, draws - start), generator)
        hits += int((_oddness(profiles, n, shares, order) >= limit).sum())
    return (1 + hits) / (1 + draws)


@np.errstate(all="ignore")
def goodness_of_fit_test(
    counts: ArrayLike,
    baseline: ArrayLike,
    *,
    method: FitTest = "chi-square",
    order: Order | None = None,
    draws: int = 9999,
    rng: RNG = None,
) -> TestResult[Floats]:
    """Does the whole profile differ from the baseline by more than chance?

    Parameters
    ----------
    counts : array_like
        People of each group along the last axis; groups exclude each other. One vector of whole
        numbers for "exact" and "monte-carlo".
    baseline : array_like
        The groups' shares or population counts, in the same order; only their proportions matter.
    method : {"chi-square", "g", "exact", "monte-carlo"}, default "chi-square"
        Pearson's test; the likelihood-ratio test; over all profiles that so many people can make,
        up to two million; over random profiles.
    order : {"probability", "chi-square"}, optional
        What makes a profile odd for the last two: a small probability (the default of "exact"), or
        a large value of Pearson's statistic (that of "monte-carlo").
    draws : int, default 9999
        Random profiles.
    rng : int, numpy Generator or None
        Seed or generator for them.

    Returns
    -------
    TestResult
        ``statistic``: sum (x - nP)^2/(nP), 2 sum x log(x/(nP)), or minus the logarithm of the
        profile's probability; ``df``: groups with a baseline share, minus one, for the first two.
        inf and a p value of 0 where somebody came from a group that the baseline lacks; nan where
        nobody came.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, a baseline that adds to 0, unknown
        words, and more profiles than "exact" goes through.

    References
    ----------
    Pearson, K. (1900). Philosophical Magazine 50, 157-175.
    Woolf, B. (1957). The log likelihood ratio test (the G-test). Annals of Human Genetics 21,
    397-409.
    Tate, M. W. & Hyer, L. A. (1973). Inaccuracy of the X2 test of goodness of fit when expected
    frequencies are small. JASA 68, 836-841.
    Radlow, R. & Alf, E. F. (1975). An alternate multinomial assessment of the accuracy of the
    chi-square test of goodness of fit. JASA 70, 811-813.
    Hope, A. C. A. (1968). A simplified Monte Carlo significance test procedure. JRSS B 30, 582-598.

    Examples
    --------
    >>> test = goodness_of_fit_test([30, 5, 5], [0.34, 0.33, 0.33])
    >>> round(float(test.statistic), 2), float(test.df), round(float(test.log10_p_value), 2)
    (29.96, 2.0, -6.51)
    >>> test = goodness_of_fit_test([4, 0, 1], [0.5, 0.3, 0.2], method="exact")
    >>> round(float(test.p_value), 5)
    0.35125
    """
    choice(method, "method", get_args(FitTest))
    if method in ("exact", "monte-carlo"):
        usual = "probability" if method == "exact" else "chi-square"
        odd = choice(usual if order is None else order, "order", get_args(Order))
        numbers(counts, "counts", "whole", ndim=1)
        numbers(baseline, "baseline", "nonnegative", ndim=1)
        x, _, shares = profile(counts, baseline)
        countable(x)
        people = round(float(x.sum()))
        if people == 0:
            return tested(np.asarray(np.nan), np.asarray(np.nan), method)
        if method == "exact":
            p_value = _over_all(x, people, shares, odd)
        else:
            made = whole(draws, "draws", low=1)
            p_value = _over_draws(x, people, shares, odd, draws=made, rng=rng)
        statistic = out(_oddness(x, people, shares, odd))
        found = out(p_value)
        return TestResult(statistic, found, log10_of(found), out(np.nan), method)
    x, n, shares = profile(counts, baseline)
    if method == "chi-square":
        statistic = _chi_square(x, n, shares)
    else:
        expected = n[..., None] * shares
        parts = np.where(expected > 0, deviance(x, expected), np.where(x > 0, np.inf, 0.0))
        statistic = np.where(np.isnan(n), np.nan, 2 * parts.sum(axis=-1))
    df = _degrees(shares)
    log_p = np.where(np.isinf(statistic), -np.inf, chi2_log_sf(statistic, df))
    # A single group cannot deviate.
    return tested(statistic, np.where(statistic == 0, 0.0, log_p), method, df=df)
