"""Knows which two of many things are furthest apart, without measuring every two."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._checks import numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["furthest_pair"]


def furthest_pair(
    distance: Callable[[int, int], float], to_centre: ArrayLike
) -> tuple[float, int, int]:
    """Which two things are furthest apart?

    Parameters
    ----------
    distance : callable
        From two places to how far apart these things are. No detour may be shorter: ``d(i, j) <= d(i, c) + d(c, j)``.
    to_centre : array of shape (things,)
        How far each is from one and the same thing, of any kind. The nearer that lies to the middle, the fewer pairs
        are measured; ``inf`` measures every pair.

    Returns
    -------
    distance, first, second
        Exactly the largest; of several such pairs the last. ``-inf, -1, -1`` for fewer than two things.

    Raises
    ------
    InputError
        For distances to the centre that are missing or negative.

    Notes
    -----
    Two things are no further apart than both of their distances to the centre together, so those whose sum falls short
    of what was found already are not measured.

    References
    ----------
    Burkhard, W. A. & Keller, R. M. (1973). Some approaches to best-match file searching. Communications of the ACM 16,
    230-236.

    Examples
    --------
    >>> places = [0.0, 1.0, 5.0, 2.0]
    >>> furthest_pair(lambda i, j: abs(places[i] - places[j]), [2.0, 1.0, 3.0, 0.0])
    (5.0, 0, 2)
    """
    radius = numbers(
        np.minimum(np.asarray(to_centre, dtype=float), _FAR), "to_centre", "nonnegative", ndim=1
    )
    order = np.argsort(-radius, kind="stable").tolist()
    best = (-np.inf, -1, -1)
    for at, i in enumerate(order):
        for j in order[:at]:  # the furthest out first, so that the rest can only be nearer
            if (radius[i] + radius[j]) * _SLACK < best[0]:
                break
            best = max(best, (distance(min(i, j), max(i, j)), min(i, j), max(i, j)))
    return best


_FAR = 1e300
_SLACK = 1 + 1e-9  # rounding leaves no pair out
