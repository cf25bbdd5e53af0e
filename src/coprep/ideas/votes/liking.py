"""Knows how a ballot of any kind says how much somebody likes an idea, as a number that is higher for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas.judging.common import Scale, points, units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Ballots

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = ["YES_OR_NO", "liking", "liking_scale"]

YES_OR_NO = frozenset({"agree", "approve", "choose_one"})
"""Kinds of ballot on which one can only say yes or no."""


def liking(ballots: Ballots) -> tuple[Floats, Bools]:
    """How much is liked, and on which ballots anything is said: a pass says nothing, nor does an idea not ranked."""
    value = np.asarray(ballots.value, dtype=float)
    if ballots.kind == "rank":
        return -value, value > 0
    said = value != 0 if ballots.kind == "agree" else np.ones(len(value), dtype=np.bool_)
    return (value > 0).astype(float) if ballots.kind in YES_OR_NO else value, said


def liking_scale(ballots: Ballots, material: float | None) -> tuple[Scale, float]:
    """The scale of a ballot's differences, and what to multiply its values by.

    Yes or no counts in percentage points; other ballots in units of their own, of which a twentieth of what was used
    does not matter.
    """
    if ballots.kind in YES_OR_NO:
        return points(5.0 if material is None else material), 100.0
    value = np.asarray(ballots.value, dtype=float)
    span = float(value.max() - value.min()) if len(value) else 0.0
    unit = (
        "places"
        if ballots.kind == "rank"
        else "points given"
        if ballots.kind == "points"
        else "scale points"
    )
    return units((span / 20 or 1.0) if material is None else material, unit), 1.0
