"""How a number of seats is divided by shares: Hamilton, Webster, Jefferson."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, positions, whole

ApportionMethod = Literal["hamilton", "webster", "jefferson"]
_TIE = 1e-12  # relative: quotients this close are equal


def _hamilton(shares: Floats, seats: int, minimum: int) -> Floats:
    """Whole parts of the quotas first, then one seat each to the largest remainders.

    Groups whose quota falls short of the minimum get it, and the rest share what is left.
    """
    given = np.full(len(shares), float(minimum))
    open_ = np.ones(len(shares), dtype=bool)
    while open_.any():
        left = seats - given[~open_].sum()
        quota = positions(shares[open_] / shares[open_].sum() * left)
        short = quota < minimum
        if not short.any():
            given[open_] = np.floor(quota)
            # a tie goes to the group listed first
            order = np.argsort(-np.round(quota - np.floor(quota), 9), kind="stable")
            given[np.flatnonzero(open_)[order[: round(seats - given.sum())]]] += 1
            break
        open_[np.flatnonzero(open_)[short]] = False
    return given


def _divisor(shares: Floats, seats: int, minimum: int, first: float) -> Floats:
    """One seat at a time to the largest share / (seats so far + first)."""
    # Starts just below the final numbers, where that leaves seats to deal out.
    given = np.maximum(np.floor(shares * seats - len(shares)), float(minimum))
    if given.sum() > seats:
        given[:] = minimum
    for _ in range(round(seats - given.sum())):
        quotient = shares / (given + first)
        given[np.argmax(quotient >= quotient.max() * (1 - _TIE))] += 1
    return given


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
    method : {"hamilton", "webster", "jefferson"}, default "hamilton"
        Whole parts and then the largest remainders; or the highest quotients with divisors
        1, 3, 5, ... or 1, 2, 3, ..., the last of which favours large groups.
    minimum : int, default 0
        The least that every group with a baseline share gets.

    Returns
    -------
    ndarray
        Whole numbers that add up to ``seats``. A tie goes to the group that is listed first.

    Raises
    ------
    InputError
        For an empty or negative baseline, seats and minima that are no whole number, and fewer
        seats than the minima ask for.

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
    if least * there.sum() > seats:
        raise InputError.of(
            f"{least:,} seats for each of {there.sum():,} groups are more than {seats:,}.",
            param="minimum",
            got=least,
        )
    some = shares[there] / shares.sum()
    given = np.zeros(len(shares))
    if method == "hamilton":
        given[there] = _hamilton(some, seats, least)
    else:
        given[there] = _divisor(some, seats, least, 0.5 if method == "webster" else 1.0)
    return given
