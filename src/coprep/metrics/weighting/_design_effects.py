"""How many people a weighted sample is worth: design effects and effective numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, Rule, inputs, out

__all__ = ["effective_share_n", "kish_design_effect", "kish_effective_n", "weighted_share"]


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
        n sum(w^2) / (sum w)^2, 1 for equal weights; one plus the squared coefficient of variation of the weights.
        nan where the weights add to 0.

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
def weighted_share(group_w: ArrayLike, rest_w: ArrayLike) -> Floats:
    """What share of the weight is the group's?

    Parameters
    ----------
    group_w, rest_w : array_like
        Sum of weights in the group and among everybody else.

    Returns
    -------
    float or ndarray
        0 to 1; nan where the weights add to 0.

    Raises
    ------
    InputError
        For sums of weights below 0, and shapes that do not fit together.

    Examples
    --------
    >>> float(weighted_share(3, 9))
    0.25

    """
    g, r = _sums(group_w=group_w, rest_w=rest_w)
    return out(g / np.where(g + r > 0, g + r, np.nan))


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
        p(1-p)/v, people; Kish's effective number where the share p is 0 or 1. nan where the weights add to 0.

    Raises
    ------
    InputError
        For sums of weights below 0, and shapes that do not fit together.

    Notes
    -----
    v = [(1-p)^2 sum w^2 in the group + p^2 sum w^2 in the rest] / (sum w)^2, the variance of the weighted share to
    first order.

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
