"""Between which factors the base weights must be allowed to move so that all totals are reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, number
from coprep.metrics._results import Interval
from coprep.metrics.weighting._cells import Cells, in_cells


def calibration_bounds(
    base: ArrayLike,
    totals: Sequence[ArrayLike],
    *,
    groups: ArrayLike | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Interval[float]:
    """By which factors must base weights be allowed to change so that all totals can be reached?

    Parameters
    ----------
    base, totals, groups
        As for `rake`.
    low, high : float, optional
        A lower bound that is wanted, for which the smallest upper one is sought, or the other way
        round. With both, whether these are wide enough. With neither, the pair with the smallest
        ratio.

    Returns
    -------
    Interval
        Factors, 1 for a weight that keeps its share of the total; nan where no weights from 0 up
        (and within what was given) reach all totals: the totals contradict the people at hand.

    Raises
    ------
    InputError
        For a group with a total in which nobody has a weight, and bounds that are no factors.

    Notes
    -----
    A linear program. The smallest ratio is one as well once weights are divided by the lower bound
    (Charnes and Cooper 1962); where some weights must be 0 it is infinite, and the pair is 0 and
    the smallest upper bound.

    References
    ----------
    Deville, J.-C. and Särndal, C.-E. (1992). Journal of the American Statistical Association 87,
    376-382, section 2 (why bounds).
    Charnes, A. and Cooper, W. W. (1962). Naval Research Logistics Quarterly 9, 181-186.

    Examples
    --------
    Twelve women and eight men, where half of the community are women:

    >>> low, high = calibration_bounds([12, 8], [[0.5, 0.5]])
    >>> round(low, 3), round(high, 3)
    (0.833, 1.25)

    """
    cells = in_cells(base, totals, groups)
    if low is None and high is None:
        return _closest(cells)
    least = 0.0
    most = np.inf
    if low is not None:
        least = number(low, "low", low=0.0)
    if high is not None:
        most = number(high, "high", low=0.0)
    if high is None:
        most = _one_bound(cells, (least, None), sign=1.0)
    elif low is None:
        least = _one_bound(cells, (0.0, most), sign=-1.0)
    elif not attainable(cells, least, most):
        return _NONE
    return _found(least, most)


_NONE = Interval(float("nan"), float("nan"))


def _found(low: float, high: float) -> Interval[float]:
    """Two bounds, or none where one of them is not known."""
    if np.isnan(low) or np.isnan(high):
        return _NONE
    return Interval(low, high)


def attainable(cells: Cells, low: float = 0.0, high: float = np.inf) -> bool:
    """Whether factors within these bounds reach all totals."""
    if low > high:
        return False
    nothing = np.zeros(len(cells.base))
    return _solve(nothing, _shares(cells), _wanted(cells), (low, high)) is not None


def _shares(cells: Cells) -> Any:
    """What a factor of 1 of each cell adds to each group's share of the total."""
    return (cells.design() * (cells.scaled / cells.total)[:, None]).T


def _wanted(cells: Cells) -> Floats:
    """The share of every group of every attribute, in a row."""
    return np.concatenate(cells.totals) / cells.total


def _solve(
    cost: Floats, equal: Any, to: Floats, bounds: Any, below: Any = None, least: Any = None
) -> Floats | None:
    """The cheapest solution of a linear program; None where there is none."""
    from scipy.optimize import linprog

    answer = linprog(cost, A_ub=below, b_ub=least, A_eq=equal, b_eq=to, bounds=bounds)
    if answer.x is None or answer.status != 0:
        return None
    return np.asarray(answer.x, dtype=float)


def _closest(cells: Cells) -> Interval[float]:
    """The pair of bounds with the smallest ratio."""
    from scipy.sparse import csr_array, eye_array, hstack

    size = len(cells.base)
    nothing = csr_array((size, 1))
    wanted = _wanted(cells)[:, None]
    # Unknown are the factors over the lower bound, one over the lower bound, and the ratio.
    equal: Any = hstack([_shares(cells), csr_array(-wanted), csr_array(np.zeros_like(wanted))])
    below: Any = hstack([eye_array(size), nothing, csr_array(-np.ones((size, 1)))])
    cost = np.concatenate([np.zeros(size + 1), [1.0]])
    bounds = [(1.0, None)] * size + [(0.0, None), (1.0, None)]
    found = _solve(cost, equal, np.zeros(equal.shape[0]), bounds, below, np.zeros(size))
    if found is not None and found[size] > 0:
        return Interval(float(1 / found[size]), float(found[size + 1] / found[size]))
    return _found(0.0, _one_bound(cells, (0.0, None), sign=1.0))


def _one_bound(cells: Cells, within: tuple[float, float | None], sign: float) -> float:
    """The bound that is not given: the largest factor made small, or the smallest made large."""
    from scipy.sparse import csr_array, eye_array, hstack

    size = len(cells.base)
    equal: Any = hstack([_shares(cells), csr_array((len(_wanted(cells)), 1))])
    below: Any = hstack([sign * eye_array(size), csr_array(-sign * np.ones((size, 1)))])
    cost = np.concatenate([np.zeros(size), [sign]])
    bounds = [within] * size + [within]
    found = _solve(cost, equal, _wanted(cells), bounds, below, np.zeros(size))
    if found is None:
        return float("nan")
    return float(found[size])
