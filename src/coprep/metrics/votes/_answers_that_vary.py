"""Which votes carry information once people and ideas with a single answer are set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._checks import codes, zero_one

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def informative_cells(person: ArrayLike, idea: ArrayLike, value: ArrayLike) -> NDArray[np.bool_]:
    """Which cells remain once people and ideas with only yes or only no are set aside, again and
    again?
    """
    y = zero_one(value, "value")
    who = codes(person, "person", n=len(y))
    what = codes(idea, "idea", n=len(y))
    keep = np.ones(len(y), dtype=bool)
    while keep.any():
        mixed = keep.copy()
        for code in (who, what):
            seen = np.bincount(code[keep], minlength=int(code.max()) + 1)
            yes = np.bincount(code[keep], y[keep], int(code.max()) + 1)
            mixed &= ((yes > 0) & (yes < seen))[code]
        if (mixed == keep).all():
            break
        keep = mixed
    return keep
