"""What a number of people can show: critical counts, power, detectable shortfalls, people needed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, Rule, choice, inputs, out, positions
from coprep.metrics._counts import fewest_for_lower, highest_critical
from coprep.metrics._tails import binomial_log_cdf
from coprep.metrics.shares._equivalence import edges

__all__ = [
    "PeopleNeeded",
    "absence_informative_n",
    "approximate_people_needed",
    "critical_count",
    "detectable_ratio",
    "detectable_share",
    "people_needed",
    "shortfall_power",
    "verdict_critical_count",
]


class PeopleNeeded(NamedTuple):
    """How many people a test needs; its power rises in the shape of a saw.

    Attributes
    ----------
    first_n : float or ndarray
        The smallest number with the wanted power.
    stable_n : float or ndarray
        The smallest number from which on the power never falls below the wanted one again.

    """

    first_n: Floats
    stable_n: Floats


def _design(
    n: ArrayLike, share: ArrayLike, alpha: ArrayLike, **more: tuple[ArrayLike, Rule]
) -> tuple[Floats, ...]:
    """People, baseline shares and level, checked together with ``more``."""
    n, share, level, *others = inputs(
        n=(n, "whole"), share=(share, "share"), alpha=(alpha, "inside"), **more
    )
    return np.where(n > 0, n, np.nan), share, level, *others


def critical_count(n: ArrayLike, share: ArrayLike, *, alpha: ArrayLike = 0.05) -> Floats:
    """Up to which count is a shortfall significant? One-sided exact test.

    Parameters
    ----------
    n : array_like
        Participants, a whole number.
    share : array_like
        The group's baseline share, 0 to 1.
    alpha : array_like, default 0.05
        One-sided level.

    Returns
    -------
    float or ndarray
        max{c: P(X <= c) <= alpha}; -1 where even an absent group is no evidence. nan for n = 0.

    Raises
    ------
    InputError
        For fractional numbers of people, and shares and levels outside 0 to 1.

    References
    ----------
    Chernick, M. R. & Liu, C. Y. (2002). The saw-toothed behavior of power versus sample size and software solutions:
    single binomial proportion using exact methods. The American Statistician 56, 149-155.

    Examples
    --------
    >>> float(critical_count(100, 0.18))
    11.0

    """
    n, share, level = _design(n, share, alpha)
    return out(highest_critical(n, share, level))


@np.errstate(all="ignore")
def verdict_critical_count(
    n: ArrayLike,
    share: ArrayLike,
    *,
    groups: ArrayLike = 1,
    alpha: ArrayLike = 0.05,
    band: tuple[float, float] = (0.8, 1.25),
) -> Floats:
    """Up to which count is a group called under-represented?

    Parameters
    ----------
    n, share
        As in `critical_count`.
    groups : array_like, default 1
        Groups tested together, from 1; the level is shared among them.
    alpha : array_like, default 0.05
        Two-sided level of the family.
    band : (float, float), default (0.8, 1.25)
        Ratios that do not matter; the count has to give a ratio below the first.

    Returns
    -------
    float or ndarray
        max{c: 2 P(X <= c) <= alpha/groups and c < L n P}; -1 where even an absent group is no evidence.

    Raises
    ------
    InputError
        For fractional numbers of people, fewer than one group, shares and levels outside 0 to 1, and bands that do not
        hold 1.

    References
    ----------
    Dunn, O. J. (1961). Multiple comparisons among means. JASA 56, 52-64.

    Examples
    --------
    >>> float(verdict_critical_count(100, 0.18, groups=4))
    8.0

    """
    low, _ = edges(band)
    n, share, level, groups = _design(n, share, alpha, groups=(groups, "rank"))
    return out(_called(n, share, level / groups, low))


def _called(n: Floats, share: Floats, level: Floats, low: float) -> Floats:
    """The highest count with a two-sided p-value up to ``level`` and a ratio below ``low``."""
    count = highest_critical(n, share, level / 2)
    return np.asarray(np.minimum(count, np.ceil(positions(low * n * share)) - 1))


@np.errstate(all="ignore")
def _share_for(count: Floats, n: Floats, power: Floats) -> Floats:
    """The true share at which ``count`` or fewer has probability ``power``."""
    possible = count >= 0
    safe = np.where(possible, count, 0.0)
    share = special.betainccinv(safe + 1, np.maximum(n - safe, 1), power)
    return np.asarray(np.where(possible, share, np.nan))


@np.errstate(all="ignore")
def detectable_share(
    n: ArrayLike, share: ArrayLike, *, alpha: ArrayLike = 0.05, power: ArrayLike = 0.8
) -> Floats:
    """How small must a group's true share be for its shortfall to show? One-sided exact test.

    Parameters
    ----------
    n, share, alpha
        As in `critical_count`.
    power : array_like, default 0.8
        Probability with which it is to show.

    Returns
    -------
    float or ndarray
        Share; divide by the baseline share for the ratio. nan where even an absent group would not show.

    Raises
    ------
    InputError
        For fractional numbers of people, and shares, levels and power outside 0 to 1.

    References
    ----------
    Bloom, H. S. (1995). Minimum detectable effects: a simple way to report the statistical power of experimental
    designs. Evaluation Review 19, 547-556.

    Examples
    --------
    >>> round(float(detectable_share(99, 0.12)) / 0.12, 3)
    0.401

    """
    n, share, level, power = _design(n, share, alpha, power=(power, "inside"))
    return out(_share_for(highest_critical(n, share, level), n, power))


@np.errstate(all="ignore")
def detectable_ratio(
    n: ArrayLike,
    share: ArrayLike,
    *,
    groups: ArrayLike = 1,
    alpha: ArrayLike = 0.05,
    power: ArrayLike = 0.8,
    band: tuple[float, float] = (0.8, 1.25),
) -> Floats:
    """Below which true ratio would a group probably be called under-represented, with this many people?

    Parameters
    ----------
    n, share, groups, alpha, band
        As in `verdict_critical_count`: the verdict's own level.
    power : array_like, default 0.8
        What "probably" means.

    Returns
    -------
    float or ndarray
        Ratio r that solves P(X <= c | r P) = power, 0 to 1; nan where even an absent group would not be called.

    Raises
    ------
    InputError
        For fractional numbers of people, fewer than one group, shares, levels and power outside 0 to 1, and bands that
        do not hold 1.

    References
    ----------
    Bloom, H. S. (1995). Minimum detectable effects: a simple way to report the statistical power of experimental
    designs. Evaluation Review 19, 547-556.

    Examples
    --------
    >>> round(float(detectable_ratio(100, 0.18, groups=4)), 3)
    0.36

    """
    low, _ = edges(band)
    n, share, level, groups, power = _design(
        n, share, alpha, groups=(groups, "rank"), power=(power, "inside")
    )
    count = _called(n, share, level / groups, low)
    return out(_share_for(count, n, power) / np.where(share > 0, share, np.nan))


@np.errstate(all="ignore")
def shortfall_power(
    n: ArrayLike,
    share: ArrayLike,
    ratio: ArrayLike,
    *,
    alpha: ArrayLike = 0.05,
    method: str = "exact",
) -> Floats:
    """How probably would a group at ``ratio`` times its baseline share be shown to fall short? One-sided.

    Parameters
    ----------
    n, share, alpha
        As in `critical_count`.
    ratio : array_like
        True representation ratio, 0 or more; 1 gives the actual size of the exact test.
    method : {"exact", "normal", "arcsine"}, default "exact"
        Binomial tail at the critical count, or a normal approximation of the share or of its arcsine.

    Returns
    -------
    float or ndarray
        Probability, 0 to 1; nan where ratio times share is above 1.

    Raises
    ------
    InputError
        For fractional numbers of people, shares and levels outside 0 to 1, ratios below 0, and unknown words.

    References
    ----------
    Chernick, M. R. & Liu, C. Y. (2002). The saw-toothed behavior of power versus sample size and software solutions:
    single binomial proportion using exact methods. The American Statistician 56, 149-155.
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions.
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences.

    Examples
    --------
    >>> round(float(shortfall_power(99, 0.12, 0.25)), 3)
    0.97

    """
    choice(method, "method", ("exact", "normal", "arcsine"))
    n, share, level, ratio = _design(n, share, alpha, ratio=(ratio, "nonnegative"))
    true = np.where(ratio * share <= 1, ratio * share, np.nan)
    if method == "exact":
        return out(np.exp(binomial_log_cdf(highest_critical(n, share, level), n, true)))
    z = special.ndtri(level)
    if method == "arcsine":
        return out(special.ndtr(_arcsine_gap(share, true) * np.sqrt(n) + z))
    spread = np.sqrt(true * (1 - true))
    return out(
        special.ndtr((np.sqrt(n) * (share - true) + z * np.sqrt(share * (1 - share))) / spread)
    )


def _arcsine_gap(share: Floats, true: Floats) -> Floats:
    """Cohen's h: the gap between two shares where their variance is constant."""
    return np.asarray(2 * np.arcsin(np.sqrt(share)) - 2 * np.arcsin(np.sqrt(true)))


def _shortfall(
    share: ArrayLike, ratio: ArrayLike, alpha: ArrayLike, power: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """A plan to find a shortfall, checked."""
    share, ratio, level, power = inputs(
        share=(share, "share"),
        ratio=(ratio, "share"),
        alpha=(alpha, "inside"),
        power=(power, "inside"),
    )
    return np.where((share > 0) & (share < 1) & (ratio < 1), share, np.nan), ratio, level, power


@np.errstate(all="ignore")
def approximate_people_needed(
    share: ArrayLike,
    ratio: ArrayLike,
    *,
    alpha: ArrayLike = 0.05,
    power: ArrayLike = 0.8,
    method: str = "normal",
) -> Floats:
    """About how many people are needed to show a shortfall of this size? One-sided, by formula.

    Parameters
    ----------
    share, ratio, alpha, power
        As in `people_needed`.
    method : {"normal", "arcsine"}, default "normal"
        Which approximation.

    Returns
    -------
    float or ndarray
        People, not rounded up; nan for a ratio of 1 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For shares, levels and power outside 0 to 1, ratios above 1, and unknown words.

    References
    ----------
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions. Cohen, J. (1988). Statistical Power Analysis
    for the Behavioral Sciences.

    Examples
    --------
    >>> round(float(approximate_people_needed(0.18, 0.8)))
    664

    """
    choice(method, "method", ("normal", "arcsine"))
    share, ratio, level, power = _shortfall(share, ratio, alpha, power)
    true = ratio * share
    z_alpha, z_power = -special.ndtri(level), special.ndtri(power)
    if method == "arcsine":
        return out(((z_alpha + z_power) / _arcsine_gap(share, true)) ** 2)
    spread = z_alpha * np.sqrt(share * (1 - share)) + z_power * np.sqrt(true * (1 - true))
    return out((spread / (share - true)) ** 2)


def _saw(share: float, ratio: float, level: float, power: float) -> tuple[float, float]:
    """First and stable number for one plan.

    Every count c is critical for a run of numbers of people; power is highest at the run's first and lowest at its
    last. Only counts near the one of the normal formula can decide.
    """
    if np.isnan(share):
        return float("nan"), float("nan")
    near = float(approximate_people_needed(share, ratio, alpha=level, power=power)) * share * ratio
    margin = 6 * np.sqrt(near)
    first = max(0.0, np.floor(near - margin - 50))
    counts = np.arange(first, near + margin + 200)
    starts = fewest_for_lower(counts, np.full(len(counts), share), np.full(len(counts), level))
    true = np.full(len(counts) - 1, share * ratio)
    best = np.exp(binomial_log_cdf(counts[:-1], starts[:-1], true)) >= power
    worst = np.exp(binomial_log_cdf(counts[:-1], starts[1:] - 1, true)) >= power
    failing = np.flatnonzero(~worst)
    stable = starts[failing[-1] + 1] if failing.size else starts[0]
    return float(starts[np.argmax(best)]), float(stable)


def people_needed(
    share: ArrayLike, ratio: ArrayLike, *, alpha: ArrayLike = 0.05, power: ArrayLike = 0.8
) -> PeopleNeeded:
    """How many people are needed to show a shortfall of this size? One-sided exact test.

    Parameters
    ----------
    share : array_like
        The group's baseline share, 0 to 1.
    ratio : array_like
        The true ratio that is to be found, 0 to 1.
    alpha : array_like, default 0.05
        One-sided level.
    power : array_like, default 0.8
        Probability with which it is to be found.

    Returns
    -------
    PeopleNeeded
        ``first_n`` and ``stable_n``; nan for a ratio of 1 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For shares, levels and power outside 0 to 1, and ratios above 1.

    References
    ----------
    Chernick, M. R. & Liu, C. Y. (2002). The saw-toothed behavior of power versus sample size and software solutions:
    single binomial proportion using exact methods. The American Statistician 56, 149-155.

    Examples
    --------
    >>> needed = people_needed(0.18, 0.8)
    >>> float(needed.first_n), float(needed.stable_n)
    (659.0, 701.0)

    """
    plan = _shortfall(share, ratio, alpha, power)
    found = [
        _saw(*(float(value) for value in each))
        for each in zip(*(a.ravel() for a in plan), strict=True)
    ]
    first, stable = (
        np.array(found, dtype=float)
        .reshape(*plan[0].shape, 2)
        .transpose((-1, *range(plan[0].ndim)))
    )
    return PeopleNeeded(out(first), out(stable))


@np.errstate(all="ignore")
def absence_informative_n(share: ArrayLike, *, alpha: ArrayLike = 0.05) -> Floats:
    """From how many participants on is the absence of a group evidence of anything? One-sided.

    Parameters
    ----------
    share : array_like
        The group's baseline share, 0 to 1.
    alpha : array_like, default 0.05
        One-sided level.

    Returns
    -------
    float or ndarray
        The smallest n with (1-P)^n <= alpha; inf for a baseline share of 0.

    Raises
    ------
    InputError
        For shares and levels outside 0 to 1.

    References
    ----------
    Hanley, J. A. & Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right? Interpreting zero
    numerators. JAMA 249, 1743-1745.

    Examples
    --------
    >>> float(absence_informative_n(0.1))
    29.0

    """
    share, level = inputs(share=(share, "share"), alpha=(alpha, "inside"))
    n = np.maximum(np.ceil(positions(np.log(level) / np.log1p(-share))), 1.0)
    return out(np.where(share > 0, n, np.where(np.isnan(share), np.nan, np.inf)))
