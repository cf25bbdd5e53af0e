"""Critical counts, power, detectable ratios and sample sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, Rule, choice, inputs, out, positions
from coprep.metrics._counts import fewest_for_lower, highest_critical
from coprep.metrics._tails import binomial_log_cdf
from coprep.metrics.shares._equivalence import edges

PowerMethod = Literal["exact", "normal", "arcsine"]


@dataclass(frozen=True, slots=True, eq=False)
class SampleSize:
    """How many people a test needs; exact power rises in the shape of a saw.

    Attributes
    ----------
    first_n : float or ndarray
        The smallest number of people with the power asked for.
    stable_n : float or ndarray
        The number from which on no larger one has less.
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


@np.errstate(all="ignore")
def critical_count(
    n: ArrayLike,
    share: ArrayLike,
    *,
    groups: ArrayLike = 1,
    band: tuple[float, float] | None = None,
    alpha: ArrayLike = 0.05,
) -> Floats:
    """Up to which count is a shortfall shown?

    Parameters
    ----------
    n : array_like
        People; whole numbers.
    share : array_like
        The group's baseline share, 0 to 1.
    groups : array_like, default 1
        How many groups are tested together; the level is divided by it (Bonferroni).
    band : (float, float), optional
        None: the one-sided exact test. Ratios that do not matter: the count at which the library
        would say under-represented, by the two-sided exact test and a ratio below the band.
    alpha : array_like, default 0.05
        Level.

    Returns
    -------
    float or ndarray
        People; -1 where not even an absence shows anything, nan where n is 0.

    Raises
    ------
    InputError
        For fractional people, shares and levels outside 0 to 1, and bands that do not hold 1.

    References
    ----------
    Chernick, M. R. & Liu, C. Y. (2002). The saw-toothed behavior of power versus sample size and
    software solutions: single binomial proportion using exact methods. The American Statistician
    56, 149-155.
    Dunn, O. J. (1961). Multiple comparisons among means. JASA 56, 52-64.

    Examples
    --------
    >>> float(critical_count(100, 0.18)), float(critical_count(100, 0.18, band=(0.8, 1.25)))
    (11.0, 10.0)
    """
    n, share, level, groups = _design(n, share, alpha, groups=(groups, "rank"))
    return out(_critical(n, share, level / groups, band))


def _critical(n: Floats, share: Floats, level: Floats, band: tuple[float, float] | None) -> Floats:
    """The highest count shown to be too few: one-sided, or two-sided and with a ratio below the
    band.
    """
    if band is None:
        return highest_critical(n, share, level)
    low, _ = edges(band)
    count = highest_critical(n, share, level / 2)
    return np.asarray(np.minimum(count, np.ceil(positions(low * n * share)) - 1))


@np.errstate(all="ignore")
def power(
    n: ArrayLike,
    share: ArrayLike,
    ratio: ArrayLike,
    *,
    method: PowerMethod = "exact",
    alpha: ArrayLike = 0.05,
) -> Floats:
    """How probably would a group at ``ratio`` times its baseline share be shown to fall short?

    Parameters
    ----------
    n : array_like
        People; whole numbers.
    share : array_like
        The group's baseline share, 0 to 1.
    ratio : array_like
        Its true representation ratio, from 0.
    method : {"exact", "normal", "arcsine"}, default "exact"
        The exact test, or one of two approximations.
    alpha : array_like, default 0.05
        One-sided level.

    Returns
    -------
    float or ndarray
        From 0 to 1; nan where n is 0 and where the true share would be above 1.

    Raises
    ------
    InputError
        For fractional people, shares and levels outside 0 to 1, and unknown methods.

    References
    ----------
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions.
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences.

    Examples
    --------
    >>> round(float(power(701, 0.18, 0.8)), 3)
    0.822
    """
    choice(method, "method", get_args(PowerMethod))
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


@np.errstate(all="ignore")
def _by_formula(
    share: Floats, ratio: Floats, level: Floats, power: Floats, *, method: str
) -> Floats:
    """People for a one-sided test by formula, not rounded up."""
    true = ratio * share
    z_alpha = -special.ndtri(level)
    z_power = special.ndtri(power)
    if method == "arcsine":
        return out(((z_alpha + z_power) / _arcsine_gap(share, true)) ** 2)
    spread = z_alpha * np.sqrt(share * (1 - share)) + z_power * np.sqrt(true * (1 - true))
    return out((spread / (share - true)) ** 2)


def _saw(share: float, ratio: float, level: float, power: float) -> tuple[float, float]:
    """First and stable number for one plan.

    Every count c is critical for a run of numbers of people; power is highest at the run's first
    and lowest at its last. Only counts near the one of the normal formula can decide.
    """
    if np.isnan(share):
        return float("nan"), float("nan")
    people = float(_by_formula(*np.array([share, ratio, level, power]), method="normal"))
    near = people * share * ratio
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


def sample_size(
    share: ArrayLike,
    ratio: ArrayLike,
    *,
    method: PowerMethod = "exact",
    alpha: ArrayLike = 0.05,
    power: ArrayLike = 0.8,
) -> SampleSize:
    """How many people are needed to show a shortfall of this size?

    Parameters
    ----------
    share : array_like
        The group's baseline share, 0 to 1.
    ratio : array_like
        The true ratio that is to be found, 0 to 1.
    method : {"exact", "normal", "arcsine"}, default "exact"
        The exact test, whose power rises in the shape of a saw; or one of two approximations.
    alpha : array_like, default 0.05
        One-sided level.
    power : array_like, default 0.8
        Probability with which it is to be found.

    Returns
    -------
    SampleSize
        ``first_n`` and ``stable_n``, which agree and are not rounded up for an approximation; nan
        for a ratio of 1 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For shares, levels and power outside 0 to 1, ratios above 1, and unknown methods.

    References
    ----------
    Chernick, M. R. & Liu, C. Y. (2002). The saw-toothed behavior of power versus sample size and
    software solutions: single binomial proportion using exact methods. The American Statistician
    56, 149-155.
    Fleiss, J. L. (1981). Statistical Methods for Rates and Proportions.
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences.

    Examples
    --------
    >>> needed = sample_size(0.18, 0.8)
    >>> float(needed.first_n), float(needed.stable_n)
    (659.0, 701.0)
    >>> round(float(sample_size(0.18, 0.8, method="normal").first_n))
    664
    """
    choice(method, "method", get_args(PowerMethod))
    share, ratio, level, power = inputs(
        share=(share, "share"),
        ratio=(ratio, "share"),
        alpha=(alpha, "inside"),
        power=(power, "inside"),
    )
    share = np.where((share > 0) & (share < 1) & (ratio < 1), share, np.nan)
    if method != "exact":
        about = _by_formula(share, ratio, level, power, method=method)
        return SampleSize(about, about)
    plans = zip(share.flat, ratio.flat, level.flat, power.flat, strict=True)
    found = np.array([_saw(*(float(value) for value in plan)) for plan in plans])
    first, stable = found.T.reshape(2, *share.shape)
    return SampleSize(out(first), out(stable))


@np.errstate(all="ignore")
def smallest_n_absence(share: ArrayLike, *, alpha: ArrayLike = 0.05) -> Floats:
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
    Hanley, J. A. & Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right?
    Interpreting zero numerators. JAMA 249, 1743-1745.

    Examples
    --------
    >>> float(smallest_n_absence(0.1))
    29.0

    """
    share, level = inputs(share=(share, "share"), alpha=(alpha, "inside"))
    n = np.maximum(np.ceil(positions(np.log(level) / np.log1p(-share))), 1.0)
    return out(np.where(share > 0, n, np.where(np.isnan(share), np.nan, np.inf)))
