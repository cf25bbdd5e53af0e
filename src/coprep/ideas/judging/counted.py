"""Knows how many people stand behind a count of ideas: a count by one author tells about that person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fewest_authors"]


def fewest_authors(author: NDArray[np.intp], *which: NDArray[np.bool_]) -> int:
    """Different authors of some ideas; of several sets, those of the set that has fewest, empty sets aside.

    Parameters
    ----------
    author : array of int, one an idea
        Who wrote it; -1 unknown, and nobody.
    which : arrays of bool, one an idea
        The sets that are counted in one row.

    Returns
    -------
    int
        0 where no idea is counted or no author known.

    Examples
    --------
    >>> author, adopted = np.array([0, 0, 1, -1]), np.array([True, True, False, False])
    >>> fewest_authors(author, adopted), fewest_authors(author, adopted | True), fewest_authors(author, adopted & False)
    (1, 2, 0)
    """
    counts = [len(np.unique(author[rows & (author >= 0)])) for rows in which]
    return min((n for n in counts if n), default=0)
