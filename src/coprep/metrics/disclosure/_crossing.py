"""Suppression in tables whose published sums cross, by integer programs.

Knows linear constraints and nothing of where counts come from; `disclosure` is the way in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be protected: counts, sums, small and hidden cells, prices, and the smallest count
    shown.
    """

    flat: Ints
    lines: Bools
    primary: Bools
    veil: Bools
    price: NDArray[np.float64]
    least: int

    @property
    def bounded(self) -> Ints:
        """The small counts that some sum tells about."""
        found: Ints = np.flatnonzero(self.primary & self.lines.any(axis=0))
        return found


def _caps(flat: Ints, lines: Bools) -> NDArray[np.float64]:
    """The most each cell can be: the smallest sum it is part of."""
    totals = np.where(lines, (lines @ flat)[:, None], np.inf)
    caps: NDArray[np.float64] = np.min(totals, axis=0, initial=np.inf)
    return caps


def solved_bounds(flat: Ints, mask: Bools, lines: Bools) -> dict[int, tuple[float, float]]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    cells = np.flatnonzero(mask)
    caps = _caps(flat, lines)[cells]
    sums = (lines[:, cells] @ flat[cells]).astype(float)
    published = LinearConstraint(lines[:, cells].astype(float), sums, sums)
    limits = Bounds(np.zeros(len(cells)), caps)
    kinds = np.ones(len(cells), np.int64)
    bounds: dict[int, tuple[float, float]] = {int(c): (0.0, np.inf) for c in cells[np.isinf(caps)]}
    for position in np.flatnonzero(np.isfinite(caps)):
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(cells))
            aim[position] = sign
            found: Any = milp(aim, constraints=published, bounds=limits, integrality=kinds)
            ends.append(float(np.round(sign * found.fun)))
        bounds[int(cells[position])] = (ends[0], ends[1])
    return bounds


def hide_jointly(task: Task) -> Bools:
    """The fewest cells, then the cheapest, that let every small count be two numbers far enough
    apart.
    """
    primary = task.bounded
    if not len(primary):
        return task.veil
    solved = _solve(task, task.veil, primary, whole=True)
    return hide_in_turn(task) if solved is None else task.veil | solved[0]


def hide_in_turn(task: Task) -> Bools:
    """One small count after another, each at least cost given what is hidden already.

    Tables that were found to agree with all sums are remembered by the least and most they have in
    each cell: they prove many small counts safe at once.
    """
    chosen = task.veil.copy()
    least = task.flat.astype(float)
    most = task.flat.astype(float)
    for cell in task.bounded[np.argsort(task.flat[task.bounded], kind="stable")]:
        if most[cell] - least[cell] >= task.least - 1:
            continue
        open_ = task.bounded[(most - least)[task.bounded] < task.least - 1]
        solved = _solve(task, chosen, np.array([cell]), whole=False, reward=open_)
        if solved is None:
            chosen |= task.lines[task.lines[:, cell]].any(axis=0)
            continue
        chosen |= solved[0]
        least = np.minimum(least, solved[1].min(axis=0))
        most = np.maximum(most, solved[1].max(axis=0))
    return chosen


def _solve(
    task: Task, veil: Bools, primary: Ints, *, whole: bool, reward: Ints | None = None
) -> tuple[Bools, NDArray[np.float64]] | None:
    """Cells to hide besides, and the tables that prove it; None where hiding all cells would not
    do.

    For each small count, two tables that agree with all sums and differ in it by at least ``least -
    1``; a table may differ from the truth only in hidden cells. ``whole`` pays once for each cell
    that is hidden (an integer program); else for each unit by which a cell differs, with a little
    back for moving the ``reward`` cells.
    """
    from scipy.optimize import Bounds, milp
    from scipy.sparse import block_diag, csr_array, hstack

    cells = task.flat.size
    tables = 2 * len(primary)
    # Unknowns: by how much each table lies above and below the truth in each cell; then whether a
    # cell is hidden.
    # A difference of ``least - 1`` in one cell never needs a larger step in another.
    rise = np.minimum(_caps(task.flat, task.lines) - task.flat, task.least - 1.0)
    fall = np.minimum(task.flat, task.least - 1.0)
    room = np.concatenate([np.tile(rise, tables), np.tile(fall, tables)])
    sums = block_diag([csr_array(task.lines.astype(float))] * tables, format="csr")
    same = hstack([sums, -sums, csr_array((sums.shape[0], cells))], format="csr")
    gaps = _gaps(primary, cells, tables)
    apart = hstack([gaps, -gaps, csr_array((len(primary), cells))], format="csr")
    rules: list[Any] = [(same, 0.0, 0.0), (apart, task.least - 1.0, np.inf)]
    if whole:
        rules.append((_only_hidden(room, cells), -np.inf, 0.0))
        aim = np.concatenate(
            [np.zeros(len(room)), np.where(veil, 0.0, 1 + task.price.sum() + task.price)]
        )
    else:
        aim = np.concatenate([_per_unit(veil, task.price, reward, cells), np.zeros(cells)])
    found: Any = milp(
        aim,
        constraints=rules,
        bounds=Bounds(
            np.concatenate([np.zeros(len(room)), veil]), np.concatenate([room, np.ones(cells)])
        ),
        integrality=np.ones(len(aim), np.int64),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    steps = np.round(found.x[: len(room)]).reshape(2, tables, cells)
    moves = steps[0] - steps[1]
    hide: Bools = found.x[-cells:] > 0.5 if whole else (moves != 0).any(axis=0)
    return hide, task.flat + moves


def _gaps(primary: Ints, cells: int, tables: int) -> Any:
    """For each small count: its cell in the first of its two tables less its cell in the second."""
    from scipy.sparse import csr_array

    first = 2 * np.arange(len(primary)) * cells + primary
    rows = np.repeat(np.arange(len(primary)), 2)
    columns = np.column_stack([first, first + cells]).ravel()
    signs = np.tile([1.0, -1.0], len(primary))
    return csr_array((signs, (rows, columns)), shape=(len(primary), cells * tables))


def _only_hidden(room: NDArray[np.float64], cells: int) -> Any:
    """A table differs from the truth only where a cell is hidden: step - room x hidden <= 0."""
    from scipy.sparse import csr_array, eye_array, hstack

    size = len(room)
    where = csr_array((-room, (np.arange(size), np.arange(size) % cells)), shape=(size, cells))
    return hstack([eye_array(size), where], format="csr")


def _per_unit(
    veil: Bools, price: NDArray[np.float64], reward: Ints | None, cells: int
) -> NDArray[np.float64]:
    """What a step costs, up and down, in the first and the second table; never worth hiding a cell
    for.
    """
    cost = np.where(veil, 0.0, 1 + price)
    back = np.zeros(cells)
    if reward is not None:
        back[reward] = 0.5 / (len(reward) + 1)
    return np.concatenate([cost - back, cost + back, cost + back, cost - back])
