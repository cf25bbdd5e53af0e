"""How many people a weighted sample is worth: design effects and effective numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, Rule, inputs, out
from coprep.metrics._results import Interval
from coprep.metrics.shares._proportions import proportion_interval


def _sums(**given: ArrayLike) -> tuple[Floats, ...]:
    """Sums of weights and of squared weights, checked."""
    checked: dict[str, tuple[ArrayLike, Rule]] = {
        name: (value, "nonnegative") for name, value in given.items()
    }
    return inputs(**checked)


@np.errstate(all="ignore")
def kish_design_effect(n: ArrayLike, sum_w: ArrayLike, sum_w2: ArrayLike) -> Floats:
    """By what factor do unequal weights inflate the variance of a mean?

    Parameters
    ----------
    n : array_like
        People, zero weights included.
    sum_w, sum_w2 : array_like
        Sum of their weights and of their squared weights.

    Returns
    -------
    float or ndarray
        n sum(w^2) / (sum w)^2, 1 for equal weights; one plus the squared coefficient of variation
        of the weights. nan where the weights add to 0.

    Raises
    ------
    InputError
        For sums of weights below 0, and shapes that do not fit together.

    References
    ----------
    Kish, L. (1965). Survey Sampling.

    Examples
    --------
    >>> round(float(kish_design_effect(4, 6, 14)), 4)
    1.5556

    """
    n, w, w2 = _sums(n=n, sum_w=sum_w, sum_w2=sum_w2)
    return out(n * w2 / np.where(w > 0, w, np.nan) ** 2)


@np.errstate(all="ignore")
def kish_effective_n(sum_w: ArrayLike, sum_w2: ArrayLike) -> Floats:
    """How many equally weighted people are these weights worth?

    Parameters
    ----------
    sum_w, sum_w2 : array_like
        Sum of the weights and of the squared weights.

    Returns
    -------
    float or ndarray
        (sum w)^2 / sum(w^2), people; nan where the weights add to 0.

    Raises
    ------
    InputError
        For sums of weights below 0, and shapes that do not fit together.

    References
    ----------
    Kish, L. (1965). Survey Sampling.

    Examples
    --------
    >>> round(float(kish_effective_n(6, 14)), 4)
    2.5714

    """
    w, w2 = _sums(sum_w=sum_w, sum_w2=sum_w2)
    return out(w**2 / np.where(w2 > 0, w2, np.nan))


@np.errstate(all="ignore")
def effective_share_n(
    group_w: ArrayLike, group_w2: ArrayLike, rest_w: ArrayLike, rest_w2: ArrayLike
) -> Floats:
    """How many equally weighted people would estimate this group's share as precisely?

    Parameters
    ----------
    group_w, group_w2 : array_like
        Sum of weights and of squared weights in the group.
    rest_w, rest_w2 : array_like
        The same among everybody else.

    Returns
    -------
    float or ndarray
        p(1-p)/v, people; Kish's effective number where the share p is 0 or 1. nan where the weights
        add to 0.

    Raises
    ------
    InputError
        For sums of weights below 0, and shapes that do not fit together.

    Notes
    -----
    v = [(1-p)^2 sum w^2 in the group + p^2 sum w^2 in the rest] / (sum w)^2, the variance of the
    weighted share to first order.

    References
    ----------
    Kish, L. (1965). Survey Sampling.
    Korn, E. L. and Graubard, B. I. (1998). Survey Methodology 24, 193-201.

    Examples
    --------
    >>> float(effective_share_n(25, 25, 75, 75))
    100.0

    """
    g, g2, r, r2 = _sums(group_w=group_w, group_w2=group_w2, rest_w=rest_w, rest_w2=rest_w2)
    total = np.where(g + r > 0, g + r, np.nan)
    inside = (g > 0) & (r > 0)
    of_share = g * r * total**2 / (r**2 * g2 + g**2 * r2)
    return out(np.where(inside, of_share, total**2 / (g2 + r2)))


@np.errstate(all="ignore")
def korn_graubard_interval(
    share: ArrayLike,
    effective_n: ArrayLike,
    *,
    n: ArrayLike | None = None,
    degrees_of_freedom: ArrayLike | None = None,
    confidence: ArrayLike = 0.95,
) -> Interval[Floats]:
    """Between which shares could the true one lie, given a weighted or clustered sample?

    Exact limits at the effective number of people instead of the number who came.

    Parameters
    ----------
    share : array_like
        The weighted share, 0 to 1.
    effective_n : array_like
        Effective number of people, p(1-p) over the design variance of p; see `effective_share_n`.
    n, degrees_of_freedom : array_like, optional
        People and design degrees of freedom (clusters minus strata). If both are given, the
        effective number is multiplied by the squared ratio of the t quantiles with n - 1 and with
        these degrees of freedom.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    Interval
        Shares; nan where the effective number is 0.

    Raises
    ------
    InputError
        For shares and levels outside 0 to 1, and an effective number below 0.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1998). Survey Methodology 24, 193-201.

    Examples
    --------
    >>> low, high = korn_graubard_interval(0.25, 60.0)
    >>> round(float(low), 3), round(float(high), 3)
    (0.147, 0.379)

    """
    corrected = n is not None and degrees_of_freedom is not None
    share, size, level, people, df = inputs(
        share=(share, "share"),
        effective_n=(effective_n, "nonnegative"),
        confidence=(confidence, "inside"),
        n=(np.nan if n is None else n, "positive"),
        degrees_of_freedom=(
            np.nan if degrees_of_freedom is None else degrees_of_freedom,
            "positive",
        ),
    )
    if corrected:
        tail = (1 - level) / 2
        size = size * (special.stdtrit(people - 1, tail) / special.stdtrit(df, tail)) ** 2
    return proportion_interval(share * size, size, confidence=level)
