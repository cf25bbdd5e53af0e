"""What people of unknown group could change: bounds on a share, and what they would have to be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Rule, inputs, out, within
from coprep.metrics.shares._proportions import proportion_interval
from coprep.wording.labels import show

__all__ = [
    "conservative_bounds_interval",
    "imbens_manski_interval",
    "parity_among_unknown",
    "share_bounds",
    "sign_identified",
]


def _given(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, **more: tuple[ArrayLike, Rule]
) -> tuple[Floats, ...]:
    """Count in the group, people of unknown group and all people, checked together with ``more``."""
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
            f"assumed_ratio is {show(ratio)}; two numbers are expected, the smaller first, such as (0.5, 2).",
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
) -> tuple[Floats, Floats]:
    """Between which shares does the group's share of everybody lie, whatever the unknown people are?

    Parameters
    ----------
    x : array_like
        People known to be of the group.
    known, unknown : array_like
        People whose group is known, and people whose group is not.
    share : array_like, optional
        The group's baseline share; needed with ``assumed_ratio``.
    assumed_ratio : (float, float), optional
        Bounds on the representation ratio of the group among the unknown people, such as (0.5, 2), which make the
        answer sharper. None assumes nothing.

    Returns
    -------
    low, high : float or ndarray
        Shares of all ``known + unknown`` people; nan where there is nobody. Divide by the baseline share for ratios.

    Raises
    ------
    InputError
        For counts below 0 or above the known, shares outside 0 to 1, and assumed ratios that are not in order.

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
        return out(x / total), out((x + u) / total)
    least, most = _assumed(assumed_ratio)
    low, high = np.minimum(least * share, 1.0), np.minimum(most * share, 1.0)
    return out((x + np.where(u > 0, u * low, 0)) / total), out(
        (x + np.where(u > 0, u * high, 0)) / total
    )


@np.errstate(all="ignore")
def conservative_bounds_interval(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats]:
    """Between which shares could the true one lie, counting both chance and the unknown people? Exact ends.

    Parameters
    ----------
    x, known, unknown
        As in `share_bounds`.
    confidence : array_like, default 0.95
        Confidence level.

    Returns
    -------
    low, high : float or ndarray
        The exact lower limit with no unknown person in the group, the exact upper limit with all of them in it.

    Raises
    ------
    InputError
        For counts below 0 or above the known, and levels outside 0 to 1.

    References
    ----------
    Manski, C. F. (1989). Journal of Human Resources 24, 343-360.
    Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> low, high = conservative_bounds_interval(12, 80, 20)
    >>> round(float(low), 3), round(float(high), 3)
    (0.064, 0.421)

    """
    x, u, total, level = _given(x, known, unknown, confidence=(confidence, "inside"))
    low = proportion_interval(x, total, confidence=level)[0]
    return low, proportion_interval(x + u, total, confidence=level)[1]


@np.errstate(all="ignore")
def _critical(width: Floats, level: Floats) -> Floats:
    """The C that solves Phi(C + width) - Phi(-C) = level, by halving."""
    low, high = (
        np.zeros_like(width),
        np.broadcast_to(special.ndtri((1 + level) / 2), width.shape).copy(),
    )
    for _ in range(60):
        middle = (low + high) / 2
        short = special.ndtr(middle + width) - special.ndtr(-middle) < level
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high


@np.errstate(all="ignore")
def imbens_manski_interval(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, *, confidence: ArrayLike = 0.95
) -> tuple[Floats, Floats]:
    """Between which shares could the true one lie, counting chance and unknown people, by large-sample theory?

    Covers the true share, not the whole interval between the bounds, so it is narrower than exact ends.

    Parameters
    ----------
    x, known, unknown, confidence
        As in `conservative_bounds_interval`.

    Returns
    -------
    low, high : float or ndarray
        Shares, cut at 0 and 1; nan where there is nobody.

    Raises
    ------
    InputError
        For counts below 0 or above the known, and levels outside 0 to 1.

    Notes
    -----
    (l - C s_l, u + C s_u) with Phi(C + (u - l)/max(s_l, s_u)) - Phi(-C) = confidence.

    References
    ----------
    Imbens, G. W. and Manski, C. F. (2004). Econometrica 72, 1845-1857.

    Examples
    --------
    >>> low, high = imbens_manski_interval(12, 80, 20)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0665, 0.3967)

    """
    x, u, total, level = _given(x, known, unknown, confidence=(confidence, "inside"))
    low, high = x / total, (x + u) / total
    s_low, s_high = np.sqrt(low * (1 - low) / total), np.sqrt(high * (1 - high) / total)
    widest = np.maximum(s_low, s_high)
    width = np.where(u > 0, (high - low) / widest, 0.0)
    c = _critical(width, level)
    return out(np.maximum(low - c * s_low, 0.0)), out(np.minimum(high + c * s_high, 1.0))


@np.errstate(all="ignore")
def parity_among_unknown(
    x: ArrayLike, known: ArrayLike, unknown: ArrayLike, share: ArrayLike
) -> Floats:
    """What share of the unknown people would have to be of the group for it to reach its baseline share?

    Parameters
    ----------
    x, known, unknown
        As in `share_bounds`.
    share : array_like
        The group's baseline share P, 0 to 1.

    Returns
    -------
    float or ndarray
        (P n - x)/u; divide by P for the ratio among the unknown. Below 0 or above 1 no answer of theirs gives parity.
        nan where nobody is unknown.

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
    """Is it settled whether the group's share is below or above its baseline share, whatever the unknown people are?

    About these people, not about chance.

    Parameters
    ----------
    x, known, unknown, share
        As in `parity_among_unknown`.

    Returns
    -------
    ndarray of str
        "under", "over", "parity" (nobody is unknown and the shares are equal) or "not identified".

    Raises
    ------
    InputError
        For counts below 0 or above the known, and shares outside 0 to 1.

    References
    ----------
    Manski, C. F. (1989). Journal of Human Resources 24, 343-360.

    Examples
    --------
    >>> str(sign_identified(12, 80, 20, 0.18)), str(sign_identified(40, 50, 0, 0.5))
    ('not identified', 'over')

    """
    x, u, total, share = _given(x, known, unknown, share=(share, "share"))
    expected = share * total
    conditions = [x + u < expected, x > expected, (u == 0) & (x == expected)]
    answer: NDArray[np.str_] = np.select(conditions, ["under", "over", "parity"], "not identified")
    return answer
