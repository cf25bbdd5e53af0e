"""Ask by exchanging authors' labels whether a group's ideas wait otherwise than all others.

Signs of scores can be flipped where a score is as likely to fall short as to go beyond; those of
few ideas of a small group are not: most wait a little longer than expected and some are answered at
once. Whose an idea is can be exchanged whatever the scores look like.

References
----------
Janssen, A. (1997). Studentized permutation tests for non-i.i.d. hypotheses and the generalized
Behrens-Fisher problem. Statistics & Probability Letters 36(1), 9-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas._participation.share_ratio import group_sums
from coprep.ideas._votes.support import quantile_classes
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.inference._resampling import ResamplingTest

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.metrics._checks import Bools, Floats, Ints

_ACTIVITY = 3  # classes of how many ideas authors wrote, within which labels are exchanged


def waiting_by_label(
    days: Floats,
    answered: Bools,
    stratum: Ints,
    author: Ints,
    label: Ints,
    groups: int,
    *,
    draws: int,
    rng: Generator,
) -> ResamplingTest | None:
    """Sums of martingale residuals by group, in their standard errors; None without any answer.

    A residual is 1 for an answered idea, less the hazard it went through; those of a stratum add to
    0. Added up by author they are the log-rank score of any labels at a look-up. ``label`` is each
    idea's author's group, ``groups`` for nobody's.
    """
    who, place = np.unique(author, return_inverse=True)
    place = place.reshape(-1)
    # Whether each idea was answered, less its stratum's hazard by then (Nelson-Aalen).
    residual = np.zeros(len(days))
    for one in np.unique(stratum):
        rows = np.flatnonzero(stratum == one)
        times, many = np.unique(days[rows][answered[rows]], return_counts=True)
        waiting = len(rows) - np.searchsorted(np.sort(days[rows]), times, side="left")
        hazard = np.r_[0.0, np.cumsum(many / waiting)]
        residual[rows] = answered[rows] - hazard[np.searchsorted(times, days[rows], side="right")]
    left = np.asarray(np.bincount(place, residual), dtype=np.float64)
    written = np.bincount(place).astype(np.float64)
    own = np.full(len(who), groups, dtype=np.intp)
    own[place] = label
    squares = left**2
    if not squares.sum() > 0:
        return None

    def in_standard_errors(rows: Ints) -> Floats:
        """The sum of every group by its standard error, for each row of labels."""
        part = group_sums(rows, written, groups) / written.sum()
        inside = group_sums(rows, squares, groups)
        variance = (1 - 2 * part) * inside + part**2 * squares.sum()
        error = np.sqrt(np.maximum(variance, 0.0))
        found = group_sums(rows, left, groups)
        return np.asarray(np.divide(found, error, out=np.zeros_like(found), where=error > 0))

    return permutation_test(
        in_standard_errors,
        own,
        strata=quantile_classes(written, _ACTIVITY),
        centre=0.0,
        standardise=False,
        draws=draws,
        rng=rng,
    )
