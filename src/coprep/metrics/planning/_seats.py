"""How a number of seats is divided by shares: largest remainder, Webster, Jefferson."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers, positions, whole

__all__ = ["target_seats"]

_METHODS = ("largest-remainder", "webster", "jefferson")
_TIE = 1e-12  # relative: quotients this close are equal


def _largest_remainder(shares: Floats, seats: int) -> Floats:
    """Whole parts first, then one seat each to the largest remainders."""
    quota = positions(shares * seats)
    given = np.floor(quota)
    left = round(seats - given.sum())
    order = np.argsort(
        -np.round(quota - given, 9), kind="stable"
    )  # a tie goes to the group listed first
    given[order[:left]] += 1
    return given


def _divisor(shares: Floats, seats: int, first: float) -> Floats:
    """One seat at a time to the largest share/(seats so far + first); starts just below the final numbers."""
    given = np.maximum(np.floor(shares * seats - len(shares)), 0.0)
    if given.sum() > seats:
        given[:] = 0.0
    for _ in range(round(seats - given.sum())):
        quotient = shares / (given + first)
        given[np.argmax(quotient >= quotient.max() * (1 - _TIE))] += 1
    return given


def target_seats(baseline: ArrayLike, seats: int, *, method: str = "largest-remainder") -> Floats:
    """How many of the seats should each group have?

    Parameters
    ----------
    baseline : array_like
        Shares or population counts of the groups, one vector; only their proportions matter.
    seats : int
        Seats to divide, 0 or more.
    method : {"largest-remainder", "webster", "jefferson"}, default "largest-remainder"
        Whole parts and then the largest remainders; or the highest quotients with divisors 1, 3, 5, ... or
        1, 2, 3, ..., the last of which favours large groups.

    Returns
    -------
    ndarray
        Whole numbers that add up to ``seats``. A tie goes to the group that is listed first.

    Raises
    ------
    InputError
        For an empty or negative baseline, and seats that are no whole number.

    References
    ----------
    Balinski, M. L. & Young, H. P. (1982). Fair Representation: Meeting the Ideal of One Man, One Vote. Yale University
    Press.

    Examples
    --------
    >>> target_seats([0.108, 0.302, 0.275, 0.315], 99).tolist()
    [11.0, 30.0, 27.0, 31.0]

    """
    choice(method, "method", _METHODS)
    shares = numbers(baseline, "baseline", "nonnegative", ndim=1)
    seats = whole(seats, "seats")
    if not shares.sum() > 0:
        raise InputError.of(
            "baseline adds to 0; at least one group above 0 is expected.", param="baseline"
        )
    shares = shares / shares.sum()
    if method == "largest-remainder":
        return _largest_remainder(shares, seats)
    return _divisor(shares, seats, 0.5 if method == "webster" else 1.0)
