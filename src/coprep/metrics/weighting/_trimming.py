"""Trimming: large weights cut, and what was cut given to the others."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, number, numbers


def trim(
    weights: ArrayLike,
    *,
    high: float,
    low: float = 0.0,
    people: ArrayLike | None = None,
) -> Floats:
    """What are the weights once none is above (or below) a limit?

    Weights beyond a limit are set to it, and the others are multiplied by one factor so that all
    add to what they added to before; again, until none is beyond.

    Parameters
    ----------
    weights : array_like
        Weights, one a person or one for several people of the same weight.
    high : float
        The largest weight allowed, in the unit of the weights; five times their median is usual.
    low : float, default 0.0
        The smallest weight allowed.
    people : array_like, optional
        How many people have each weight; 1 if left out.

    Returns
    -------
    ndarray
        Trimmed weights of the shape of ``weights``. They no longer reach the totals of groups that
        they were made for: that is what trimming costs.

    Raises
    ------
    InputError
        For limits within which weights cannot add to what they add to now.

    References
    ----------
    Potter, F. J. (1990). Proceedings of the Survey Research Methods Section, American Statistical
    Association, 225-230.

    Examples
    --------
    >>> trim([1, 1, 2, 8], high=4)
    array([2., 2., 4., 4.])

    """
    given = numbers(weights, "weights", "nonnegative")
    most = number(high, "high", low=0.0)
    least = number(low, "low", low=0.0)
    size = np.ones_like(given)
    if people is not None:
        size = numbers(people, "people", "nonnegative")
    if size.shape != given.shape:
        raise InputError.of(
            f"people has the shape {size.shape} and weights {given.shape}.",
            code="shape",
            param="people",
        )
    total = float((given * size).sum())
    mean = total / max(float(size.sum()), 1.0)
    if not least <= mean <= most:
        raise InputError.of(
            f"weights are {mean:g} on average; they cannot all lie between {least:g} and {most:g} "
            "and add to what they add to.",
            code="bounds_too_narrow",
            param="high",
            got=(least, most),
            expected=mean,
            hint="the limits must be on both sides of the average.",
        )
    factor = _factor(given, size, (least, most), total)
    return np.clip(given * factor, least, most)


def _factor(weights: Floats, people: Floats, limits: tuple[float, float], total: float) -> float:
    """The one factor at which cut weights add to the total: exact between the points of cutting."""
    least, most = limits
    some = (weights > 0) & (people > 0)
    w = weights[some]
    if not w.size:
        return 1.0
    # Cut weights add to more as the factor grows, along lines that bend where one reaches a limit.
    bends = np.unique(np.concatenate([least / w, most / w]))

    def added(bend: float) -> float:
        return float((people * np.clip(weights * bend, least, most)).sum())

    after = bisect_left(bends, total, key=added)
    if after == 0:
        return float(bends[0])
    if after == len(bends):
        return float(bends[-1])
    before = added(bends[after - 1])
    part = (total - before) / (added(bends[after]) - before)
    return float(bends[after - 1] + part * (bends[after] - bends[after - 1]))
