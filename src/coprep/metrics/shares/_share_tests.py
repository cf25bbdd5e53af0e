"""Whether a count could come from a fair draw: exact, mid-p, score and likelihood-ratio tests of one share.

Every test can answer as a p-value, as its natural logarithm or as its logarithm to base 10: with large counts
the p-value itself is too small for a computer's number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, choice, inputs, out, within
from coprep.metrics._tails import binomial_log_cdf, binomial_log_pmf, binomial_log_sf, deviance

__all__ = [
    "binomial_test",
    "likelihood_ratio_test",
    "mid_p_test",
    "score_test",
]

ALTERNATIVES = ("two-sided", "less", "greater")
SCALES = ("p", "log", "log10")
_TIE = 1e-7  # relative: probabilities this close are one probability, as in R


def scaled(log_p: Floats, scale: str) -> Floats:
    """A natural logarithm of a p-value as the scale asked for; p is at most 1."""
    log_p = np.minimum(log_p, 0.0)
    if scale == "p":
        return out(np.exp(log_p))
    return out(log_p / np.log(10) if scale == "log10" else log_p)


def asked(alternative: str, scale: str) -> None:
    """Check the two words that every test takes."""
    choice(alternative, "alternative", ALTERNATIVES)
    choice(scale, "scale", SCALES)


def doubled(log_less: Floats, log_greater: Floats) -> Floats:
    """Twice the smaller tail, in logarithms; above 0 in the middle, where `scaled` cuts it."""
    return np.asarray(np.minimum(log_less, log_greater) + np.log(2))


def normal_log_p(z: Floats, alternative: str) -> Floats:
    """The log p-value of a standard normal statistic."""
    if alternative == "two-sided":
        return np.asarray(special.log_ndtr(-np.abs(z)) + np.log(2))
    return np.asarray(special.log_ndtr(z if alternative == "less" else -z))


def _given(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Whole counts, totals and baseline shares, checked."""
    x, n, share = inputs(x=(x, "whole"), n=(n, "whole"), share=(share, "share"))
    within(x, n, ("x", "n"))
    return x, np.where(n > 0, n, np.nan), share


def _other_end(x: Floats, n: Floats, share: Floats) -> Floats:
    """The nearest count on the other side of the expected one that is no likelier than x.

    The answer is n + 1 or -1 where there is none.
    """
    limit = binomial_log_pmf(x, n, share) + np.log1p(_TIE)
    below = x < n * share
    near = np.where(
        below, np.ceil(n * share) - 1, np.floor(n * share) + 1
    )  # likelier, or on this side
    far = np.where(below, n + 1, -1.0)  # not likelier
    while True:
        wide = np.abs(far - near) > 1
        if not wide.any():
            return far
        middle = np.floor((near + far) / 2)
        unlikely = binomial_log_pmf(middle, n, share) <= limit
        far = np.where(wide & unlikely, middle, far)
        near = np.where(wide & ~unlikely, middle, near)


def _minimum_likelihood(x: Floats, n: Floats, share: Floats) -> Floats:
    """Log probability of all counts that are no likelier than x; above 0 for the likeliest, where `scaled` cuts it."""
    other = _other_end(x, n, share)
    below = x < n * share
    low, high = np.where(below, x, other), np.where(below, other, x)
    return np.asarray(
        np.logaddexp(binomial_log_cdf(low, n, share), binomial_log_sf(high, n, share))
    )


@np.errstate(all="ignore")
def binomial_test(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    alternative: str = "two-sided",
    rule: str = "doubled",
    scale: str = "p",
) -> Floats:
    """How often would a fair draw give a count as far out as this one? Exact.

    Parameters
    ----------
    x, n : array_like
        People of the group, and all participants whose group is known; whole numbers.
    share : array_like
        The group's baseline share, 0 to 1.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        "less" asks for x or fewer, "greater" for x or more.
    rule : {"doubled", "minimum-likelihood"}, default "doubled"
        How two sides become one p-value: twice the smaller tail, which agrees with the exact interval at every
        level, or all counts that are no likelier than x, as R's ``binom.test`` has it.
    scale : {"p", "log", "log10"}, default "p"
        What is returned; logarithms do not underflow.

    Returns
    -------
    float or ndarray
        p-values or their logarithms; nan where n is 0 or the share unknown.

    Raises
    ------
    InputError
        For fractional counts, counts above n, shares outside 0 to 1 and unknown words.

    References
    ----------
    Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26, 404-413.
    Sterne, T. E. (1954). Some remarks on confidence or fiducial limits. Biometrika 41, 275-278.

    Examples
    --------
    >>> round(float(binomial_test(3, 40, 0.15, alternative="less")), 4)
    0.1302
    >>> round(float(binomial_test(367, 33357, 0.0417316, scale="log10")), 2)
    -240.99

    """
    asked(alternative, scale)
    choice(rule, "rule", ("doubled", "minimum-likelihood"))
    x, n, share = _given(x, n, share)
    if alternative == "less":
        return scaled(binomial_log_cdf(x, n, share), scale)
    if alternative == "greater":
        return scaled(binomial_log_sf(x, n, share), scale)
    if rule == "minimum-likelihood":
        return scaled(_minimum_likelihood(x, n, share), scale)
    return scaled(doubled(binomial_log_cdf(x, n, share), binomial_log_sf(x, n, share)), scale)


@np.errstate(all="ignore")
def mid_p_test(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    alternative: str = "two-sided",
    scale: str = "p",
) -> Floats:
    """How often would a fair draw give a count further out, counting half of the draws that tie?

    Less conservative than the exact test; its false alarms keep to the level only on average.

    Parameters
    ----------
    x, n, share, alternative, scale
        As in `binomial_test`; two sides are twice the smaller tail.

    Returns
    -------
    float or ndarray
        p-values or their logarithms; nan where n is 0 or the share unknown.

    Raises
    ------
    InputError
        For fractional counts, counts above n, shares outside 0 to 1, and unknown words.

    References
    ----------
    Agresti, A. and Gottard, A. (2007). Nonconservative exact small-sample inference for discrete data. Computational
    Statistics & Data Analysis 51, 6447-6458.

    Examples
    --------
    >>> round(float(mid_p_test(3, 40, 0.15, alternative="less")), 4)
    0.0894

    """
    asked(alternative, scale)
    x, n, share = _given(x, n, share)
    half = binomial_log_pmf(x, n, share) - np.log(2)
    less = np.logaddexp(binomial_log_cdf(x - 1, n, share), half)
    greater = np.logaddexp(binomial_log_sf(x + 1, n, share), half)
    return scaled(
        {"less": less, "greater": greater}.get(alternative, doubled(less, greater)), scale
    )


@np.errstate(all="ignore")
def score_test(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    alternative: str = "two-sided",
    scale: str = "p",
) -> Floats:
    """How often would a fair draw give a count as far out, by the normal approximation?

    Parameters
    ----------
    x, n, share, alternative, scale
        As in `binomial_test`; fractional counts are accepted. The statistic is `adjusted_residual`.

    Returns
    -------
    float or ndarray
        p-values or their logarithms; nan where n is 0 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, unknown words, and shapes that do not fit together.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.

    Examples
    --------
    >>> round(float(score_test(3, 40, 0.15)), 4)
    0.184

    """
    asked(alternative, scale)
    x, n, share = inputs(x=(x, "nonnegative"), n=(n, "nonnegative"), share=(share, "share"))
    within(x, n, ("x", "n"))
    inside = (n > 0) & (share > 0) & (share < 1)
    z = (x - n * share) / np.sqrt(np.where(inside, n * share * (1 - share), np.nan))
    return scaled(normal_log_p(z, alternative), scale)


@np.errstate(all="ignore")
def likelihood_ratio_test(
    x: ArrayLike, n: ArrayLike, share: ArrayLike, *, scale: str = "p"
) -> tuple[Floats, Floats]:
    """How much likelier is the observed share than the baseline share, and how often would chance do that?

    Parameters
    ----------
    x, n, share, scale
        As in `score_test`.

    Returns
    -------
    statistic : float or ndarray
        Twice the log likelihood ratio; chi-square with one degree of freedom under a fair draw.
    p_value : float or ndarray
        Two-sided, on the scale asked for.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, unknown words, and shapes that do not fit together.

    References
    ----------
    Wilks, S. S. (1938). The large-sample distribution of the likelihood ratio for testing composite hypotheses. Annals
    of Mathematical Statistics 9, 60-62.

    Examples
    --------
    >>> statistic, p = likelihood_ratio_test(3, 40, 0.15)
    >>> round(float(statistic), 3), round(float(p), 3)
    (2.098, 0.147)

    """
    choice(scale, "scale", SCALES)
    x, n, share = inputs(x=(x, "nonnegative"), n=(n, "nonnegative"), share=(share, "share"))
    within(x, n, ("x", "n"))
    n = np.where((n > 0) & (share > 0) & (share < 1), n, np.nan)
    statistic = 2 * (deviance(x, n * share) + deviance(n - x, n * (1 - share)))
    return out(statistic), scaled(normal_log_p(np.sqrt(statistic), "two-sided"), scale)
