"""How many invitations bring enough people, with a stated chance, for one group and for several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from coprep.metrics._checks import Floats, inputs, number, out
from coprep.metrics._counts import fewest_for_lower

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_ALL_BUT_SURE = 1e-13
_ROUNDS = 32  # bisections of the logarithm of a gain


@np.errstate(all="ignore")
def invitations_needed(
    needed: ArrayLike, response_rate: ArrayLike, *, chance: ArrayLike = 0.9
) -> Floats:
    """How many people must be invited so that enough of them probably come?

    Need divided by rate is reached only about every other time.

    Parameters
    ----------
    needed : array_like
        How many are to come; whole numbers.
    response_rate : array_like
        The chance that somebody who is invited comes, 0 to 1.
    chance : array_like, default 0.9
        How sure it is to be that so many come, between 0 and 1.

    Returns
    -------
    float or ndarray
        The fewest invitations; 0 where nobody is needed, inf where nobody ever comes.

    Raises
    ------
    InputError
        For fractions of people, and rates and chances outside 0 to 1.

    Notes
    -----
    The smallest k with P(Binomial(k, rate) >= needed) >= chance: people decide for themselves.
    Households that come or stay away together need more.

    References
    ----------
    Johnson, N. L., Kemp, A. W. and Kotz, S. (2005). Univariate Discrete Distributions, 3rd edition,
    chapter 3.

    Examples
    --------
    Ten people of a group that answers one invitation in ten:

    >>> float(invitations_needed(10, 0.1))
    140.0
    >>> invitations_needed(10, 0.1, chance=[0.5, 0.9, 0.95]).tolist()
    [97.0, 140.0, 154.0]
    """
    needed, rate, sure = inputs(
        needed=(needed, "whole"),
        response_rate=(response_rate, "share"),
        chance=(chance, "inside"),
    )
    safe = np.where((rate > 0) & (rate < 1) & (needed > 0), rate, 0.5)
    fewest = fewest_for_lower(np.maximum(needed, 1) - 1, safe, 1 - sure)
    fewest = np.where(rate >= 1, needed, fewest)
    fewest = np.where(rate > 0, fewest, np.inf)
    unknown = np.isnan(needed) | np.isnan(rate)
    return out(np.where(unknown, np.nan, np.where(needed > 0, fewest, 0.0)))


@np.errstate(all="ignore")
def invitations_together(
    needed: ArrayLike, response_rate: ArrayLike, *, chance: float = 0.9
) -> Floats:
    """The fewest invitations by group with which every group gets enough people at once.

    The chance that all of them do is at least ``chance``. Rates are above 0.
    """
    needed, rate = inputs(needed=(needed, "whole"), response_rate=(response_rate, "share"))
    sure = number(chance, "chance", low=0.0, high=1.0)
    asking = (needed > 0) & (rate < 1)
    found = np.where(needed > 0, needed, 0.0)
    if not asking.any():
        return np.asarray(found)
    found[asking] = _cheapest(needed[asking], rate[asking], float(np.log(sure)))
    return np.asarray(found)


def _cheapest(needed: Floats, rate: Floats, goal: float) -> Floats:
    """Invitations with the smallest sum at which the logarithms of the chances add to the goal.

    The logarithm of a group's chance is concave in its invitations, so that the cheapest plan gives
    every next invitation to the group that gains most: all groups stop at one common gain.
    """

    def log_chance(invited: Floats) -> Floats:
        return np.asarray(np.log1p(-special.betaincc(needed, invited - needed + 1, rate)))

    def gain(invited: Floats) -> Floats:
        return np.asarray(log_chance(invited + 1) - log_chance(invited))

    # Each group alone must reach the goal; that one all but surely has enough, no plan asks for.
    least = np.asarray(invitations_needed(needed, rate, chance=np.exp(goal)))
    most = np.asarray(fewest_for_lower(needed - 1, rate, np.full(len(needed), _ALL_BUT_SURE)))
    most = np.maximum(most, least) + 1

    def stopping(common: float) -> Floats:
        """The first number of invitations from which on another one gains less than this."""
        low = least.copy()
        high = most.copy()
        while (high > low).any():
            middle = np.floor((low + high) / 2)
            small = gain(middle) < common
            high = np.where(small & (high > low), middle, high)
            low = np.where(~small & (high > low), middle + 1, low)
        return low

    small = -60.0
    large = 0.0
    for _ in range(_ROUNDS):
        between = (small + large) / 2
        if log_chance(stopping(float(np.exp(between)))).sum() >= goal:
            small = between
        else:
            large = between
    invited = stopping(float(np.exp(large)))
    while log_chance(invited).sum() < goal:
        invited[np.argmax(gain(invited))] += 1
    return invited
