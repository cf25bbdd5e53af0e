"""Solves together how many people of each group would be their shares, so that the numbers add up."""

from __future__ import annotations

import numpy as np

from coprep.metrics.planning._apportionment import apportion
from coprep.representation._judge import Bools, Counts


def places(counts: Counts, comparable: Bools, *, apart: bool) -> tuple[int | None, ...]:
    """For each group how many of as many people as came would be its share.

    The numbers of an attribute add up to those who came, so that what one group lacks another has
    too many of; ``apart``, where people can be in several groups, each stands alone. None where a
    group is not compared or people carry weights.
    """
    found: list[int | None] = [None] * len(comparable)
    at = np.flatnonzero(comparable)
    if not len(at) or counts.weighted:
        return tuple(found)
    total = counts.n[at]
    share = counts.share[at]
    if apart or len(set(total.tolist())) > 1:
        seats = np.round(share * total)
    else:
        seats = apportion(share, int(total[0]))
    for i, seat in zip(at.tolist(), seats.tolist(), strict=True):
        found[i] = int(seat)
    return tuple(found)
