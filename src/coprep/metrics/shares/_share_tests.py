"""Whether a count could come from a fair draw: tests of one share against its baseline share."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, positions, within
from coprep.metrics._results import TestResult, asked, scaled, tested
from coprep.metrics._tails import (
    binomial_log_cdf,
    binomial_log_pmf,
    binomial_log_sf,
    deviance,
    doubled,
    normal_log_p,
)
from coprep.metrics.shares._baseline_error import baseline_tails, ratio_z
from coprep.metrics.shares._finite_population import hypergeometric_test

Alternative = Literal["two-sided", "less", "greater"]
ShareTest = Literal["exact", "mid-p", "score", "likelihood-ratio", "wald"]
Rule = Literal["doubled", "minimum-likelihood"]
_TIE = 1e-7  # relative: probabilities this close are one probability, as in R


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
    """Log probability of all counts that are no likelier than x; above 0 for the likeliest, where
    `scaled` cuts it.
    """
    other = _other_end(x, n, share)
    below = x < n * share
    low = np.where(below, x, other)
    high = np.where(below, other, x)
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
    """How often a fair draw gives a count as far out. Exact, for whole counts."""
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
    """The same with half of the draws that tie; its false alarms keep to the level on average."""
    asked(alternative, scale)
    x, n, share = _given(x, n, share)
    half = binomial_log_pmf(x, n, share) - np.log(2)
    less = np.logaddexp(binomial_log_cdf(x - 1, n, share), half)
    greater = np.logaddexp(binomial_log_sf(x + 1, n, share), half)
    return scaled(
        {"less": less, "greater": greater}.get(alternative, doubled(less, greater)), scale
    )


@np.errstate(all="ignore")
def proportion_test(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    ratio: ArrayLike = 1.0,
    method: ShareTest = "exact",
    alternative: Alternative = "two-sided",
    rule: Rule = "doubled",
    population: ArrayLike | None = None,
    baseline_se: ArrayLike = 0.0,
    df: ArrayLike | None = None,
) -> TestResult[Floats]:
    """How often would a fair draw give a count as far out as this one?

    Parameters
    ----------
    x, n : array_like
        People of the group and all people whose group is known. Effective (fractional) numbers
        are taken, but for "mid-p", ``rule="minimum-likelihood"`` and with a population.
    share : array_like
        The group's baseline share, 0 to 1.
    ratio : array_like, default 1
        The ratio to the baseline share that is tested; 1 is parity. At most everybody is tested:
        ``ratio * share`` is cut at 1.
    method : {"exact", "mid-p", "score", "likelihood-ratio", "wald"}, default "exact"
        Binomial tails (hypergeometric with a population); the same with half of the draws that
        tie; a z test with the variance under parity; twice the log likelihood ratio; a z test, or
        with ``df`` a t test, with the variance of the observed share.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        "less" asks for x or fewer, "greater" for x or more.
    rule : {"doubled", "minimum-likelihood"}, default "doubled"
        How two exact sides become one p value: twice the smaller tail, which agrees with the exact
        interval at every level, or all counts that are no likelier than x, as R's ``binom.test``
        has it.
    population : array_like, optional
        How many people there are, if they were drawn without replacement from so few that it
        matters; the group's part of them is rounded to whole people. For "exact" and "mid-p".
    baseline_se : array_like, default 0
        Standard error of the baseline share, for "exact" (averaged over), "score" and "wald".
    df : array_like, optional
        Degrees of freedom of a design-based "wald" test; none is the normal law.

    Returns
    -------
    TestResult
        ``statistic`` is the count for "exact" and "mid-p", z (or t) for "score" and "wald", and
        chi-square on one degree of freedom for "likelihood-ratio". nan where n is 0, and for
        shares of 0 and 1 where the normal law has no variance.

    Raises
    ------
    InputError
        For counts above n, shares outside 0 to 1, unknown words, fractional counts where whole
        ones are needed, and a population or error that the method does not take.

    Notes
    -----
    For a weighted sample give ``x = p * n_eff`` and ``n = n_eff`` of `effective_share_n`.

    References
    ----------
    Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika 26, 404-413.
    Sterne, T. E. (1954). Some remarks on confidence or fiducial limits. Biometrika 41, 275-278.
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    JASA 22, 209-212.
    Wilks, S. S. (1938). The large-sample distribution of the likelihood ratio for testing composite
    hypotheses. Annals of Mathematical Statistics 9, 60-62.
    Agresti, A. and Gottard, A. (2007). Nonconservative exact small-sample inference for discrete
    data. Computational Statistics & Data Analysis 51, 6447-6458.

    Examples
    --------
    >>> test = proportion_test(3, 40, 0.15, alternative="less")
    >>> round(float(test.p_value), 4)
    0.1302
    >>> round(float(proportion_test(367, 33357, 0.0417316).log10_p_value), 2)
    -240.99
    >>> round(float(proportion_test(3, 40, 0.15, method="score").p_value), 4)
    0.184
    """
    choice(method, "method", get_args(ShareTest))
    asked(alternative, "p")
    choice(rule, "rule", get_args(Rule))
    x, n, share, ratio, se, freedom = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        ratio=(ratio, "nonnegative"),
        baseline_se=(baseline_se, "nonnegative"),
        df=(np.nan if df is None else df, "positive"),
    )
    within(x, n, ("x", "n"))
    _suits(method, population=population, uncertain=bool((se > 0).any()), df=df)
    null = np.minimum(ratio * share, 1.0)
    if population is not None:
        size = np.asarray(population, dtype=float)
        group = np.minimum(np.round(positions(ratio * share * size)), size)
        log_p = hypergeometric_test(
            x,
            n,
            group,
            size,
            alternative=alternative,
            rule="mid-p" if method == "mid-p" else rule,
            scale="log",
        )
        return tested(x + 0 * log_p, log_p, method)
    if method == "mid-p":
        return tested(x, mid_p_test(x, n, null, alternative=alternative, scale="log"), method)
    if method == "exact":
        whole = bool(((x == np.floor(x)) & (n == np.floor(n)) & ~(se > 0)).all())
        if whole or rule == "minimum-likelihood":
            log_p = binomial_test(x, n, null, alternative=alternative, rule=rule, scale="log")
        else:
            low, high = baseline_tails(x, n, share, ratio=ratio, standard_error=se)
            tails = {"less": np.log(low), "greater": np.log(high)}
            log_p = tails.get(alternative, doubled(tails["less"], tails["greater"]))
        return tested(x, log_p, method)
    n = np.where(n > 0, n, np.nan)
    if method == "likelihood-ratio":
        size = np.where((null > 0) & (null < 1), n, np.nan)
        statistic = 2 * (deviance(x, size * null) + deviance(size - x, size * (1 - null)))
        root = np.sign(x - n * null) * np.sqrt(statistic)
        return tested(statistic, normal_log_p(root, alternative), method, df=1.0)
    if method == "score":
        z = ratio_z(x, n, share, ratio, se)
        return tested(z, normal_log_p(z, alternative), method)
    variance = x * (1 - x / n) + (n * ratio * se) ** 2
    z = (x - n * null) / np.sqrt(np.where(variance > 0, variance, np.nan))
    if df is None:
        return tested(z, normal_log_p(z, alternative), method)
    beyond = {"less": z, "greater": -z}.get(alternative, -np.abs(z))
    sides = 2 if alternative == "two-sided" else 1
    return tested(z, np.log(sides * special.stdtr(freedom, beyond)), method, df=freedom)


def _suits(
    method: str, *, population: ArrayLike | None, uncertain: bool, df: ArrayLike | None
) -> None:
    """Refuse what a method cannot take into account."""
    if population is not None and (uncertain or method not in ("exact", "mid-p")):
        raise InputError.of(
            "population goes with method 'exact' or 'mid-p' and a baseline without error.",
            param="population",
        )
    if uncertain and method not in ("exact", "score", "wald"):
        raise InputError.of(
            f"method is {method!r}; the baseline's error is taken by 'exact', 'score' and 'wald'.",
            param="baseline_se",
        )
    if df is not None and method != "wald":
        raise InputError.of(f"method is {method!r}; degrees of freedom go with 'wald'.", param="df")
