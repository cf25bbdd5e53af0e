"""Divide a number of seats by shares: Hamilton, Webster, Huntington-Hill, Jefferson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Bools, Floats, choice, numbers, positions, whole

ApportionMethod = Literal["hamilton", "webster", "huntington-hill", "jefferson"]
_TIE = 1e-9  # relative: quotients, and remainders, this close are equal


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Seats by group, and which groups a lot could have given one more or one fewer."""

    given: Floats
    tied: Bools


def divided(shares: Floats, seats: int, method: ApportionMethod, minimum: int) -> Division:
    """Seats divided by shares that are all above 0 and add to 1."""
    if method == "hamilton":
        return _by_remainders(shares, seats, minimum)
    return _by_quotients(shares, seats, minimum, method)


def _by_remainders(shares: Floats, seats: int, minimum: int) -> Division:
    """Whole parts of the quotas first, then one seat each to the largest remainders.

    Groups whose quota falls short of the minimum get it, and the rest share what is left.
    """
    given = np.full(len(shares), float(minimum))
    tied = np.zeros(len(shares), dtype=np.bool_)
    open_ = np.ones(len(shares), dtype=np.bool_)
    while open_.any():
        left = seats - given[~open_].sum()
        quota = positions(shares[open_] / shares[open_].sum() * left)
        short = quota < minimum
        if not short.any():
            places = np.flatnonzero(open_)
            given[open_] = np.floor(quota)
            remainder = np.round(quota - np.floor(quota), 9)
            # a tie goes to the group listed first
            order = np.argsort(-remainder, kind="stable")
            more = round(seats - given.sum())
            given[places[order[:more]]] += 1
            if 0 < more < len(order):
                last_in = remainder[order[more - 1]]
                next_out = remainder[order[more]]
                tied[places] = (remainder == last_in) & (last_in == next_out)
            break
        open_[np.flatnonzero(open_)[short]] = False
    return Division(given, tied)


def _divisor(seats: Floats, method: ApportionMethod) -> Floats:
    """What a share is divided by once a group has this many seats."""
    if method == "webster":
        return seats + 0.5
    if method == "jefferson":
        return seats + 1
    return np.sqrt(seats * (seats + 1))


@np.errstate(divide="ignore")
def _by_quotients(shares: Floats, seats: int, minimum: int, method: ApportionMethod) -> Division:
    """One seat at a time to the largest share / divisor of the seats so far."""
    least = np.full(len(shares), float(minimum))
    # Starts below the final numbers: whatever the minima take, this much of the rest is a group's.
    free = seats - max(minimum, 1) * len(shares)
    given = np.maximum(np.floor(shares * free - len(shares)), least)
    for _ in range(round(seats - given.sum())):
        quotient = shares / _divisor(given, method)
        given[np.argmax(quotient >= quotient.max() * (1 - _TIE))] += 1
    held = given > least
    last_in = np.where(held, shares / _divisor(np.maximum(given - 1, 0), method), np.inf)
    next_out = shares / _divisor(given, method)
    tied = np.zeros(len(shares), dtype=np.bool_)
    if next_out.max() >= last_in.min() * (1 - _TIE):
        may_go = last_in <= last_in.min() * (1 + _TIE)
        may_come = next_out >= next_out.max() * (1 - _TIE)
        tied = np.asarray(may_go | may_come)
    return Division(given, tied)


def apportion(
    baseline: ArrayLike, seats: int, *, method: ApportionMethod = "hamilton", minimum: int = 0
) -> Floats:
    """How many of the seats should each group have?

    Parameters
    ----------
    baseline : array_like
        Shares or population counts of the groups, one vector; only their proportions matter.
    seats : int
        Seats to divide, 0 or more.
    method : {"hamilton", "webster", "huntington-hill", "jefferson"}, default "hamilton"
        Whole parts and then the largest remainders (Vinton, Hare); or one seat after the other to
        the highest quotient of share and divisor: k + 1/2 after k seats (Sainte-Lague),
        sqrt(k (k + 1)), which gives every group a seat first, or k + 1 (D'Hondt), which favours
        large groups.
    minimum : int, default 0
        The least that every group with a baseline share gets.

    Returns
    -------
    ndarray
        Whole numbers that add up to ``seats``. A tie goes to the group that is listed first.

    Raises
    ------
    InputError
        For an empty or negative baseline, seats and minima that are no whole number, fewer seats
        than the minima ask for, and Huntington-Hill's method with fewer seats than groups.

    References
    ----------
    Balinski, M. L. & Young, H. P. (1982). Fair Representation: Meeting the Ideal of One Man, One
    Vote. Yale University Press.

    Examples
    --------
    >>> apportion([0.108, 0.302, 0.275, 0.315], 99).tolist()
    [11.0, 30.0, 27.0, 31.0]
    >>> apportion([0.02, 0.38, 0.6], 10, minimum=1).tolist()
    [1.0, 3.0, 6.0]
    >>> apportion([0.765, 0.136, 0.047, 0.03, 0.017, 0.005], 25, method="huntington-hill").tolist()
    [18.0, 3.0, 1.0, 1.0, 1.0, 1.0]
    """
    choice(method, "method", get_args(ApportionMethod))
    shares = numbers(baseline, "baseline", "nonnegative", ndim=1)
    seats = whole(seats, "seats")
    least = whole(minimum, "minimum")
    if not shares.sum() > 0:
        raise InputError.of(
            "baseline adds to 0; at least one group above 0 is expected.", param="baseline"
        )
    there = shares > 0
    groups = int(there.sum())
    first = least
    if method == "huntington-hill":
        first = max(least, 1)
    if first * groups > seats and (least or seats):
        raise InputError.of(
            f"{first:,} seats for each of {groups:,} groups are more than {seats:,}.",
            code="too_few_seats",
            param="minimum" if least else "method",
            got=least if least else method,
            hint="take more seats, merge groups, or ask for a smaller minimum; 'webster' and "
            "'hamilton' may give a small group none.",
        )
    given = np.zeros(len(shares))
    given[there] = divided(shares[there] / shares.sum(), seats, method, least).given
    return given
