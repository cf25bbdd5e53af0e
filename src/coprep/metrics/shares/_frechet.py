"""Between which limits margins alone leave the share of people who are in several groups at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, Rule, inputs, out
from coprep.metrics._results import Interval


def frechet_bounds(share: ArrayLike, *others: ArrayLike) -> Interval[Floats]:
    """How many people can be in all of several groups, where only each group's share is known?

    Parameters
    ----------
    share, *others : array_like
        The share of each group, 0 to 1; they broadcast.

    Returns
    -------
    Interval
        The smallest share, ``max(0, sum - (k - 1))`` of k groups, and the largest, the smallest of
        the shares. No narrower limits hold without knowing more than the margins.

    Raises
    ------
    InputError
        For shares outside 0 to 1.

    References
    ----------
    Fréchet, M. (1951). Sur les tableaux de corrélation dont les marges sont données. Annales de
    l'Université de Lyon A 14, 53-77.

    Examples
    --------
    80% women and 30% young people leave 10% to 30% young women; 18% and 30% leave anything down to
    nobody:

    >>> low, high = frechet_bounds([0.8, 0.18], 0.3)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.1, 0.0], [0.3, 0.18])

    """
    shares = (share, *others)
    given: dict[str, tuple[ArrayLike, Rule]] = {
        f"shares[{at}]": (value, "share") for at, value in enumerate(shares)
    }
    together: Floats = np.stack(np.broadcast_arrays(*inputs(**given)))
    least = together.sum(axis=0) - (len(shares) - 1)
    return Interval(out(np.maximum(least, 0.0)), out(together.min(axis=0)))
