"""Bounds on a share where the group of some people is unknown."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Rule, choice, inputs, out, within
from coprep.metrics._results import Interval
from coprep.metrics.shares._proportions import proportion_interval
from coprep.wording.labels import show

BoundsMethod = Literal["imbens-manski", "conservative"]


def _given(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, **more: tuple[ArrayLike, Rule]
) -> tuple[Floats, ...]:
    """Count in the group, people of unknown group and all people, checked together with
    ``more``.
    """
    x, known, unknown, *others = inputs(
        x=(x, "nonnegative"), known=(known, "nonnegative"), unknown=(unknown, "nonnegative"), **more
    )
    within(x, known, ("x", "known"))
    return x, unknown, np.where(known + unknown > 0, known + unknown, np.nan), *others


def _assumed(ratio: tuple[float, float]) -> tuple[float, float]:
    """The two assumed ratios, checked: 0 <= low <= high."""
    try:
        low, high = (float(value) for value in ratio)
    except (TypeError, ValueError):
        low = high = np.nan
    if not 0 <= low <= high < np.inf:
        raise InputError.of(
            f"assumed_ratio is {show(ratio)}; two numbers are expected, the smaller first, such as "
            "(0.5, 2).",
            param="assumed_ratio",
            got=ratio,
        )
    return low, high


@np.errstate(all="ignore")
def share_bounds(
    x: ArrayLike,
    known: ArrayLike,
    unknown: ArrayLike,
    *,
    share: ArrayLike = np.nan,
    assumed_ratio: tuple[float, float] | None = None,
) -> Interval[Floats]:
    """Between which shares does the group's share of everybody lie, whatever the unknown people
    are?

    Parameters
    ----------
    x : array_like
        People known to be of the group.
    known, unknown : array_like
        People whose group is known, and people whose group is not.
    share : array_like, optional
        The group's baseline share; needed with ``assumed_ratio``.
    assumed_ratio : (float, float), optional
        Bounds on the representation ratio of the group among the unknown people, such as (0.5, 2),
        which make the answer sharper. None assumes nothing.

    Returns
    -------
    Interval
        Shares of all ``known + unknown`` people; nan where there is nobody. Divide by the baseline
        share for ratios.

    Raises
    ------
    InputError
        For counts below 0 or above the known, shares outside 0 to 1, and assumed ratios that are
        not in order.

    References
    ----------
    Manski, C. F. (1989). Journal of Human Resources 24, 343-360.

    Examples
    --------
    >>> low, high = share_bounds(12, 80, 20)
    >>> float(low), float(high)
    (0.12, 0.32)

    """
    x, u, total, share = _given(x, known, unknown, share=(share, "share"))
    if assumed_ratio is None:
        return Interval(out(x / total), out((x + u) / total))
    least, most = _assumed(assumed_ratio)
    fewest = np.where(u > 0, u * np.minimum(least * share, 1.0), 0)
    greatest = np.where(u > 0, u * np.minimum(most * share, 1.0), 0)
    return Interval(out((x + fewest) / total), out((x + greatest) / total))


@np.errstate(all="ignore")
def _critical(width: Floats, level: Floats) -> Floats:
    """The C that solves Phi(C + width) - Phi(-C) = level, by halving."""
    low = np.zeros_like(width)
    high = np.broadcast_to(special.ndtri((1 + level) / 2), width.shape).copy()
    for _ in range(60):
        middle = (low + high) / 2
        short = special.ndtr(middle + width) - special.ndtr(-middle) < level
        low = np.where(short, middle, low)
        high = np.where(short, high, middle)
    return high


@np.errstate(all="ignore")
def bounds_interval(
    x: ArrayLike,
    known: ArrayLike,
    unknown: ArrayLike,
    *,
    method: BoundsMethod = "imbens-manski",
    confidence: ArrayLike = 0.95,
) -> Interval[Floats]:
    """Between which limits does the true share lie, counting chance and the unknown people?

    Parameters
    ----------
    x, known, unknown
        As in `share_bounds`.
    method : {"imbens-manski", "conservative"}, default "imbens-manski"
        By large-sample theory, for the true share and not for both bounds; or exact limits of the
        lower and of the upper bound, each at half the level.
    confidence : array_like, default 0.95
        Between 0 and 1.

    Returns
    -------
    Interval
        Shares of all ``known + unknown`` people; nan where there is nobody.

    Raises
    ------
    InputError
        For counts below 0 or above the known, levels outside 0 to 1, and unknown methods.

    Notes
    -----
    (l - C s_l, u + C s_u) with Phi(C + (u - l)/max(s_l, s_u)) - Phi(-C) = confidence.

    References
    ----------
    Imbens, G. W. and Manski, C. F. (2004). Econometrica 72, 1845-1857.

    Examples
    --------
    >>> low, high = bounds_interval(12, 80, 20)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0665, 0.3967)
    """
    choice(method, "method", get_args(BoundsMethod))
    x, u, total, level = _given(x, known, unknown, confidence=(confidence, "inside"))
    if method == "conservative":
        low = proportion_interval(x, total, confidence=level).low
        return Interval(low, proportion_interval(x + u, total, confidence=level).high)
    low = x / total
    high = (x + u) / total
    s_low = np.sqrt(low * (1 - low) / total)
    s_high = np.sqrt(high * (1 - high) / total)
    width = np.where(u > 0, (high - low) / np.maximum(s_low, s_high), 0.0)
    c = _critical(width, level)
    return Interval(out(np.maximum(low - c * s_low, 0.0)), out(np.minimum(high + c * s_high, 1.0)))


def imbens_manski_interval(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, *, confidence: ArrayLike = 0.95
) -> Interval[Floats]:
    """`bounds_interval` by large-sample theory."""
    return bounds_interval(x, known, unknown, confidence=confidence)


@np.errstate(all="ignore")
def parity_among_unknown(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, share: ArrayLike
) -> Floats:
    """What share of the unknown people would have to be of the group for it to reach its baseline
    share?

    Parameters
    ----------
    x, known, unknown
        As in `share_bounds`.
    share : array_like
        The group's baseline share P, 0 to 1.

    Returns
    -------
    float or ndarray
        (P n - x)/u; divide by P for the ratio among the unknown. Below 0 or above 1 no answer of
        theirs gives parity. nan where nobody is unknown.

    Raises
    ------
    InputError
        For counts below 0 or above the known, and shares outside 0 to 1.

    References
    ----------
    Manski, C. F. (1989). Journal of Human Resources 24, 343-360.

    Examples
    --------
    >>> round(float(parity_among_unknown(12, 80, 20, 0.18)), 3)
    0.3

    """
    x, u, total, share = _given(x, known, unknown, share=(share, "share"))
    return out((share * total - x) / np.where(u > 0, u, np.nan))


@np.errstate(all="ignore")
def sign_identified(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, share: ArrayLike
) -> NDArray[np.str_]:
    """Whether the unknown people could turn "under" into "over": about them, not about chance."""
    x, u, total, share = _given(x, known, unknown, share=(share, "share"))
    expected = share * total
    conditions = [x + u < expected, x > expected, (u == 0) & (x == expected)]
    answer: NDArray[np.str_] = np.select(conditions, ["under", "over", "parity"], "not identified")
    return answer
