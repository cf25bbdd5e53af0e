"""Test whether a group's share has changed between two times, of two sets of people or of the same."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Bools, Floats, choice, inputs, within
from coprep.metrics._results import ALTERNATIVES, TestResult, tested
from coprep.metrics._tails import binomial_log_cdf, binomial_log_pmf, normal_log_p
from coprep.metrics.shares._finite_population import hypergeometric_test

ChangeMethod = Literal["exact", "mid-p", "score"]

_HALVINGS = 64


def change_test(
    before: ArrayLike,
    n_before: ArrayLike,
    after: ArrayLike,
    n_after: ArrayLike,
    *,
    both: ArrayLike | None = None,
    ratio: ArrayLike = 1.0,
    method: ChangeMethod = "exact",
    alternative: Literal["two-sided", "less", "greater"] = "two-sided",
) -> TestResult[Floats]:
    """How often would a group's share change as much if it had only changed by this ratio?

    Parameters
    ----------
    before, n_before, after, n_after : array_like
        People in the group and all people, at both times.
    both : array_like, optional
        Of the same people asked twice, how many were in the group both times; ``n_before`` and
        ``n_after`` are then the same.
    ratio : array_like, default 1.0
        The null: the later share is so many times the earlier one.
    method : {"exact", "mid-p", "score"}, default "exact"
        Fisher's exact test, or McNemar's of the same people, both for a ratio of 1 alone; "mid-p"
        of McNemar's, which counts half of what is as likely as what was seen; the score test for
        any ratio.
    alternative : {"two-sided", "less", "greater"}
        Whether the later share is more, or less, than the null's.

    Returns
    -------
    TestResult
        ``statistic`` is z of the score test, else the difference of the shares. nan where nobody
        is there at one of the times, and of the score test where nobody is in the group at both.

    Raises
    ------
    InputError
        For counts above their totals, people who cannot be the same, and methods that do not go
        with the ratio or with who was asked.

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics 40, 513-517. McNemar, Q. (1947). Note on the sampling error of the difference
    between correlated proportions or percentages. Psychometrika 12, 153-157. Fagerland, M. W.,
    Lydersen, S. and Laake, P. (2013). The McNemar test for binary matched-pairs data: mid-p and
    asymptotic are better than exact conditional. BMC Medical Research Methodology 13, 91.

    Examples
    --------
    Ten of 80 people before and 17 of the same 80 after, eight of them both times:

    >>> round(float(change_test(10, 80, 17, 80, both=8).p_value), 4)
    0.0654
    """
    choice(method, "method", get_args(ChangeMethod))
    choice(alternative, "alternative", ALTERNATIVES)
    x1, n1, x2, n2, phi = inputs(
        before=(before, "whole"),
        n_before=(n_before, "whole"),
        after=(after, "whole"),
        n_after=(n_after, "whole"),
        ratio=(ratio, "nonnegative"),
    )
    within(x1, n1, ("before", "n_before"))
    within(x2, n2, ("after", "n_after"))
    if method != "score" and (phi != 1).any():
        raise InputError.of(
            "exact tests are of no change at all; of another ratio there is the score test.",
            code="misplaced",
            param="ratio",
            hint='pass method="score".',
        )
    with np.errstate(all="ignore"):
        gap = x2 / n2 - x1 / n1
        if both is not None:
            pairs = _pairs(x1, n1, x2, n2, both)
            if method == "score":
                z = paired_score(*pairs, phi)
                return tested(z, normal_log_p(z, alternative), "score")
            return tested(gap, _mcnemar(pairs, method, alternative), method)
        if method == "mid-p":
            raise InputError.of(
                "mid-p is of the same people asked twice.",
                code="misplaced",
                param="method",
                hint='pass both=, or method="exact".',
            )
        if method == "score":
            z = score(x1, n1, x2, n2, phi)
            return tested(z, normal_log_p(z, alternative), "score")
        log_p = hypergeometric_test(
            x2,
            n2,
            x1 + x2,
            np.maximum(n1 + n2, 1.0),
            alternative=alternative,
            rule="minimum-likelihood",
            scale="log",
        )
        return tested(gap, np.where(np.isnan(gap), np.nan, log_p), "exact")


Pairs = tuple[Floats, Floats, Floats, Floats]
"""In the group both times, only before, only after, at neither time."""


def _pairs(x1: Floats, n1: Floats, x2: Floats, n2: Floats, both: ArrayLike) -> Pairs:
    """The four kinds of people who were asked twice."""
    (twice,) = inputs(both=(both, "whole"))
    twice = np.array(np.broadcast_to(twice, x1.shape))
    bad = (n1 != n2) | (twice > np.minimum(x1, x2)) | (x1 + x2 - twice > n1)
    if bad.any():
        raise InputError.of(
            "these cannot be the same people twice: both times there must be as many, and those in "
            "the group both times are part of those of each.",
            code="not_the_same_people",
            param="both",
        )
    return twice, x1 - twice, x2 - twice, n1 - x1 - x2 + twice


def _mcnemar(pairs: Pairs, method: str, alternative: str) -> Floats:
    """Log p of those who changed: each is as likely to have come as to have gone."""
    _, gone, come, _ = pairs
    changed = gone + come
    half = np.full(changed.shape, 0.5)
    tails = []
    for count in (come, gone):
        log_p = binomial_log_cdf(count, changed, half)
        if method == "mid-p":
            part = binomial_log_pmf(count, changed, half) - np.log(2)
            log_p = log_p + np.log1p(-np.exp(part - log_p))
        tails.append(log_p)
    few_came, few_gone = tails
    if alternative == "less":
        return np.asarray(few_came)
    if alternative == "greater":
        return np.asarray(few_gone)
    return np.asarray(np.minimum(np.log(2) + np.minimum(few_came, few_gone), 0.0))


@np.errstate(all="ignore")
def score(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, phi: Floats, spread: Floats | float = 0.0
) -> Floats:
    """The z of a later share of ``phi`` times the earlier one; ``spread`` is phi's relative error.

    Its variance takes the shares that fit best under the null.
    """
    total = n1 + n2
    k2 = total * phi
    k1 = -(n2 * phi + x2 + n1 + x1 * phi)
    k0 = x1 + x2
    first = np.clip(2 * k0 / (-k1 + np.sqrt(np.maximum(k1**2 - 4 * k2 * k0, 0.0))), 0.0, 1.0)
    second = np.clip(phi * first, 0.0, 1.0)
    variance = second * (1 - second) / n2 + phi**2 * first * (1 - first) / n1
    variance = variance + (phi * first * spread) ** 2
    return _standardised(x2 / n2 - phi * x1 / n1, variance, (x1 + x2 > 0) & (n1 > 0) & (n2 > 0))


@np.errstate(all="ignore")
def paired_score(
    both: Floats,
    gone: Floats,
    come: Floats,
    neither: Floats,
    phi: Floats,
    spread: Floats | float = 0.0,
) -> Floats:
    """The same of the same people twice; at a ratio of 1 its square is McNemar's statistic."""
    n = both + gone + come + neither
    low = -n
    high = n / np.maximum(phi, 1e-300)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        slope = (
            (1 - phi) * both / (n + middle * (1 - phi))
            + come / (n + middle)
            - phi * gone / (n - middle * phi)
        )
        low = np.where(slope > 0, middle, low)
        high = np.where(slope > 0, high, middle)
    mu = (low + high) / 2
    held = both / (n + mu * (1 - phi))
    left = gone / (n - mu * phi)
    came = come / (n + mu)
    # Whoever was not seen may still fit best where the null asks for them.
    came = np.where(come > 0, came, np.maximum(phi * left - (1 - phi) * held, 0.0))
    left = np.where(gone > 0, left, np.maximum(((1 - phi) * held + came) / phi, 0.0))
    variance = ((1 - phi) ** 2 * held + came + phi**2 * left) / n
    variance = variance + (phi * (held + left) * spread) ** 2
    error = (both + come - phi * (both + gone)) / n
    return _standardised(error, variance, (both + gone + come > 0) & (n > 0))


def _standardised(error: Floats, variance: Floats, asked: Bools) -> Floats:
    """Error by its standard error; without variance 0 for none, else infinite."""
    certain = np.where(error == 0, 0.0, np.sign(error) * np.inf)
    z = np.where(variance > 0, error / np.sqrt(variance), certain)
    return np.asarray(np.where(asked, z, np.nan))


def change_limits(
    x1: Floats,
    n1: Floats,
    x2: Floats,
    n2: Floats,
    *,
    both: Floats | None = None,
    spread: Floats | float = 0.0,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """The ratios of the later to the earlier share that the score test does not reject."""
    bound = float(special.ndtri(0.5 + confidence / 2))

    def z(place: Floats) -> Floats:
        phi = place / (1 - place)
        if both is None:
            return score(x1, n1, x2, n2, phi, spread)
        pairs = (both, x1 - both, x2 - both, n1 - x1 - x2 + both)
        return paired_score(*pairs, phi, spread)

    with np.errstate(all="ignore"):
        ratio = (x2 / n2) / (x1 / n1)
        estimate = np.where(x1 == 0, 1.0, ratio / (1 + ratio))
        # Both ends at once: where the score, which falls along the ratios, crosses either bound.
        target = np.stack([np.full_like(estimate, bound), np.full_like(estimate, -bound)])
        low = np.stack([np.zeros_like(estimate), estimate])
        high = np.stack([estimate, np.ones_like(estimate)])
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            above = z(middle) > target
            low = np.where(above, middle, low)
            high = np.where(above, high, middle)
        middle = (low + high) / 2
        ends = middle / (1 - middle)
        unknown = (n1 == 0) | (n2 == 0) | (x1 + x2 == 0)
        lower = np.where(x2 == 0, 0.0, ends[0])
        upper = np.where(x1 == 0, np.inf, ends[1])
        return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)


def mover_difference(
    first: Floats,
    first_limits: tuple[Floats, Floats],
    second: Floats,
    second_limits: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """Limits of the second less the first, from the limits of each (Zou and Donner 2008)."""
    gap = second - first
    low = gap - np.hypot(second - second_limits[0], first_limits[1] - first)
    high = gap + np.hypot(second_limits[1] - second, first - first_limits[0])
    return np.asarray(low), np.asarray(high)
