"""From how many people on a group can be shown to lie inside the band."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, inputs, out
from coprep.metrics._counts import (
    fewest_for_lower,
    most_for_upper,
    real_fewest_for_lower,
    real_most_for_upper,
)
from coprep.metrics.shares._equivalence import edges

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_RAREST = 1e-13  # below this share no number of people could matter
_LARGEST = 2.0**40  # people of one group


@np.errstate(all="ignore")
def _feasible(
    count: Floats, below: Floats, above: Floats, level: Floats, *, fractions: bool = False
) -> tuple[Floats, Floats]:
    """The numbers of people among which ``count`` is shown to lie inside the band: from, to.

    A share cannot be above one, so that one person outside the group shows that it is not above the
    band.
    """
    capped = above >= 1
    inner = np.where(capped, 0.5, above)
    if fractions:
        fewest = real_fewest_for_lower(count, inner, level)
        most = real_most_for_upper(count, below, level)
    else:
        fewest = fewest_for_lower(count, inner, level)
        most = most_for_upper(count, below, level)
    return np.where(capped, count + 1, fewest), most


def _possible(count: Floats, below: Floats, above: Floats, level: Floats) -> NDArray[np.bool_]:
    """Whether the two numbers of people meet, fractions of people allowed."""
    fewest, most = _feasible(count, below, above, level, fractions=True)
    return np.asarray(fewest <= most)


@np.errstate(all="ignore")
def smallest_n_in_line(
    share: ArrayLike, *, band: tuple[float, float] = (0.8, 1.25), alpha: ArrayLike = 0.05
) -> Floats:
    """From how many participants on could any count show that a group is in line with its baseline?

    Parameters
    ----------
    share : array_like
        The group's baseline share, 0 to 1.
    band : (float, float), default (0.8, 1.25)
        Ratios that do not matter.
    alpha : array_like, default 0.05
        Level of each of the two one-sided exact tests.

    Returns
    -------
    float or ndarray
        The smallest n for which some count rejects both "below the band" and "above it"; nan for a
        baseline share of 0, inf beyond a thousand million million people.

    Raises
    ------
    InputError
        For shares and levels outside 0 to 1, and bands without room on both sides of 1.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> smallest_n_in_line([0.5, 0.18, 0.05]).tolist()
    [64.0, 275.0, 1130.0]

    """
    low, high = edges(band)
    if high == 1 or low == 1:
        raise InputError.of("band must leave room on both sides of 1.", param="band", got=band)
    share, level = inputs(share=(share, "share"), alpha=(alpha, "inside"))
    known = share >= _RAREST
    below = np.where(known, low * share, 0.5)
    above = np.where(known, high * share, 0.6)
    bad = np.zeros(share.shape)
    good = np.ones(share.shape)
    while (growing := ~_possible(good, below, above, level) & (good < _LARGEST)).any():
        bad = np.where(growing, good, bad)
        good = np.where(growing, 2 * good, good)
    known &= good < _LARGEST
    bad = np.where(known, bad, good - 1)
    while (good - bad > 1).any():
        middle = np.where(good - bad > 1, np.floor((good + bad) / 2), good)
        possible = _possible(middle, below, above, level)
        good = np.where(possible, middle, good)
        bad = np.where(possible, bad, middle)
    fewest, most = _feasible(good, below, above, level)
    while (
        short := fewest > most
    ).any():  # a whole number of people may still be missing between the two
        good = np.where(short, good + 1, good)
        fewest, most = _feasible(good, below, above, level)
    return out(np.where(known, fewest, np.where(share > 0, np.inf, np.nan)))
