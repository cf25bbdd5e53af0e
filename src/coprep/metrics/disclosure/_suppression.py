"""Primary and complementary suppression of small counts.

Knows counts and the sums that are published of them; nothing of what they count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError
from coprep.metrics._checks import numbers
from coprep.metrics._results import Interval
from coprep.metrics.disclosure._crossing import (
    Bools,
    Ints,
    Task,
    hide_in_turn,
    hide_jointly,
    solved_bounds,
)
from coprep.wording.labels import show

# Up to this many (primary cells x cells) the fewest cells are found; beyond, one primary cell
# after another.
_JOINTLY = 300


def small_counts(counts: ArrayLike, min_count: int = 5) -> Bools:
    """Which counts would identify people: at least one, and fewer than ``min_count``."""
    table = _counts(counts)
    least = _least(min_count)
    small: Bools = (table > 0) & (table < least)
    return small


def margin_sums(shape: tuple[int, ...]) -> Bools:
    """The sums published beside a table: along each of its dimensions; of a list, its total."""
    cells = np.arange(int(np.prod(shape))).reshape(shape)
    if cells.size == 0:
        return np.zeros((0, 0), bool)
    rows = []
    for axis in range(len(shape)):
        lines = np.moveaxis(cells, axis, -1).reshape(-1, shape[axis])
        rows.append((cells.ravel() == lines[:, :, None]).any(axis=1))
    return np.concatenate(rows) if rows else np.zeros((0, 1), bool)


def feasibility_intervals(
    counts: ArrayLike, hidden: ArrayLike, sums: ArrayLike | None = None
) -> Interval[NDArray[np.float64]]:
    """Between which whole numbers each hidden count must lie, given what is shown and the sums.

    Parameters
    ----------
    counts : array_like of int
        The true table, any shape.
    hidden : array_like of bool
        Which cells are not shown, in the shape of ``counts``.
    sums : array_like of bool, shape (sums, cells), optional
        Which cells (in C order) each published sum adds; by default its margins.

    Returns
    -------
    Interval
        In the shape of ``counts``. A shown cell has its count twice; one that no sum bounds is
        infinite above.

    Raises
    ------
    InputError
        Where shapes do not fit, or a count is not a whole number of at least 0.

    Notes
    -----
    Minimum and maximum of each hidden cell over all tables of whole numbers, none negative, that
    have the same shown cells and sums: two integer programs a cell; read off where no two sums
    share a cell.

    References
    ----------
    .. [1] M. Fischetti, J. J. Salazar (2001). Solving the cell suppression problem on tabular data
       with linear constraints. Management Science 47(7), 1008-1027.

    Examples
    --------
    One cell hidden in a row is no secret:

    >>> low, high = feasibility_intervals([3, 40, 57], [True, False, False])
    >>> low.tolist(), high.tolist()
    ([3.0, 40.0, 57.0], [3.0, 40.0, 57.0])
    """
    table = _counts(counts)
    veil = _mask(hidden, table.shape, "hidden")
    lines = _lines(sums, table.shape)
    low, high = (table.astype(float).ravel() for _ in range(2))
    flat = table.ravel()
    mask = veil.ravel()
    bounds = _listed_bounds if _is_disjoint(lines) else solved_bounds
    for cell, (least, most) in bounds(flat, mask, lines).items():
        low[cell] = least
        high[cell] = most
    return Interval(low.reshape(table.shape), high.reshape(table.shape))


def protected_cells(
    counts: ArrayLike, hidden: ArrayLike, sums: ArrayLike | None = None, *, min_count: int = 5
) -> Bools:
    """Which hidden counts stay hidden: their interval is at least ``min_count - 1`` wide.

    Parameters
    ----------
    counts : array_like of int
        The true table, any shape.
    hidden : array_like of bool
        Which cells are not shown, in the shape of ``counts``.
    sums : array_like of bool, shape (sums, cells), optional
        Which cells each published sum adds; by default its margins.
    min_count : int, default 5
        The smallest count that may be published, besides 0.

    Returns
    -------
    ndarray of bool
        False for cells that are shown.

    Raises
    ------
    InputError
        As `feasibility_intervals`.

    References
    ----------
    .. [1] M. Fischetti, J. J. Salazar (2001). Solving the cell suppression problem on tabular data
       with linear constraints. Management Science 47(7), 1008-1027.

    Examples
    --------
    >>> protected_cells([3, 40, 57], [True, True, False]).tolist()
    [True, True, False]
    """
    low, high = feasibility_intervals(counts, hidden, sums)
    wide: Bools = (high - low >= _least(min_count) - 1) & _mask(hidden, low.shape, "hidden")
    return wide


def suppress(
    counts: ArrayLike,
    sums: ArrayLike | None = None,
    *,
    min_count: int = 5,
    hidden: ArrayLike | None = None,
    cost: ArrayLike | None = None,
) -> Bools:
    """Which cells to hide so that no small count can be worked out from the published sums.

    Parameters
    ----------
    counts : array_like of int
        The true table, any shape.
    sums : array_like of bool, shape (sums, cells), optional
        Which cells (in C order) each published sum adds; by default its margins.
    min_count : int, default 5
        The smallest count that may be published, besides 0.
    hidden : array_like of bool, optional
        Cells that are hidden anyhow.
    cost : array_like of float, optional
        What hiding a cell costs, none negative; by default its count.

    Returns
    -------
    ndarray of bool
        The small counts, what was hidden anyhow, and as few further cells as possible, among these
        the cheapest. Where even hiding all cells of a sum protects nothing, all of them are hidden:
        see `protected_cells`.

    Raises
    ------
    InputError
        Where shapes do not fit, a count is not a whole number of at least 0, or a cost is negative
        or not finite.

    Notes
    -----
    Every small count must keep an interval of width ``min_count - 1`` (`feasibility_intervals`).
    Lists are solved by reading, small tables by one integer program over all small counts [1]_. In
    large tables, one small count is protected after another at least cost; that is as safe, but may
    hide more than is needed.

    References
    ----------
    .. [1] M. Fischetti, J. J. Salazar (2001). Solving the cell suppression problem on tabular data
       with linear constraints. Management Science 47(7), 1008-1027.

    Examples
    --------
    >>> suppress([3, 40, 57]).tolist()
    [True, True, False]
    """
    table = _counts(counts)
    least = _least(min_count)
    lines = _lines(sums, table.shape)
    price = _cost(cost, table)
    primary = small_counts(table, least).ravel()
    veil = (
        primary.copy() if hidden is None else primary | _mask(hidden, table.shape, "hidden").ravel()
    )
    task = Task(table.ravel(), lines, primary, veil, price, least)
    if _is_disjoint(lines):
        chosen = _hide_in_lists(task)
    elif len(task.bounded) * table.size <= _JOINTLY:
        chosen = hide_jointly(task)
    else:
        chosen = hide_in_turn(task)
    return chosen.reshape(table.shape)


# -- checks ----------------------------------------------------------------------------------------


def _counts(counts: ArrayLike) -> Ints:
    """Whole counts; of a table without cells there are none to hide."""
    return numbers(counts, "counts", "whole", empty=True).astype(np.int64)


def _least(min_count: Any) -> int:
    whole = isinstance(min_count, (int, np.integer)) and not isinstance(min_count, bool)
    if not whole or min_count < 1:
        raise InputError.of(
            f"min_count must be a whole number of at least 1; not {show(min_count)}.",
            param="min_count",
            got=min_count,
        )
    return int(min_count)


def _mask(values: ArrayLike, shape: tuple[int, ...], name: str) -> Bools:
    """Yes or no for each cell."""
    mask = numbers(values, name, "zero_one", empty=True).astype(bool)
    if mask.shape != shape:
        raise InputError.of(
            f"{name} must have the shape {shape} of counts; not {mask.shape}.", param=name
        )
    return mask


def _lines(sums: ArrayLike | None, shape: tuple[int, ...]) -> Bools:
    """Which cells each published sum adds."""
    if sums is None:
        return margin_sums(shape)
    lines = numbers(sums, "sums", "zero_one", empty=True).astype(bool)
    cells = int(np.prod(shape))
    if lines.ndim != 2 or lines.shape[1] != cells:
        raise InputError.of(
            f"sums must have the shape (sums, {cells}); not {lines.shape}.", param="sums"
        )
    return lines


def _cost(cost: ArrayLike | None, table: Ints) -> NDArray[np.float64]:
    """What hiding each cell costs."""
    price = numbers(table if cost is None else cost, "cost", "nonnegative", empty=True)
    if price.shape != table.shape:
        raise InputError.of(
            f"cost must have the shape {table.shape} of counts; not {price.shape}.", param="cost"
        )
    return price.ravel()


def _is_disjoint(lines: Bools) -> bool:
    return bool((lines.sum(axis=0) <= 1).all())


# -- lists: sums that share no cell ----------------------------------------------------------------


def _listed_bounds(flat: Ints, mask: Bools, lines: Bools) -> dict[int, tuple[float, float]]:
    """One hidden cell of a sum is known; of several, each may be anything up to what they add
    to.
    """
    bounds: dict[int, tuple[float, float]] = {int(c): (0.0, np.inf) for c in np.flatnonzero(mask)}
    for line in lines:
        cells = np.flatnonzero(mask & line)
        total = float(flat[cells].sum())
        for cell in cells:
            bounds[int(cell)] = (0.0, total) if len(cells) > 1 else (total, total)
    return bounds


def _hide_in_lists(task: Task) -> Bools:
    """Two cells and enough people to share between them; the cheapest cell that brings both, or
    all.
    """
    chosen = task.veil.copy()
    enough = task.least - 1
    for line in task.lines:
        if not (task.primary & line).any():
            continue
        total = task.flat[chosen & line].sum()
        several = (chosen & line).sum() > 1
        if several and total >= enough:
            continue
        helpful = np.flatnonzero(line & ~chosen & (total + task.flat >= enough))
        if len(helpful):
            chosen[helpful[np.argmin(task.price[helpful])]] = True
        else:
            chosen |= line
    return chosen
