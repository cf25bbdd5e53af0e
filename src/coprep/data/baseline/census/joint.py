"""The joint table of a census table that holds every combination of its attributes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from coprep.data.baseline.census.breakdown import Breakdown
from coprep.data.baseline.census.cells import Cells, Key
from coprep.data.baseline.census.long_table import Category, LongTable

_MOST = 200_000
_OFF = 0.005


def joint_cells(
    table: LongTable, cells: Cells, parts: Sequence[Breakdown]
) -> dict[tuple[str, ...], float] | None:
    """People by all attributes at once; None where the table does not cross them, or has gaps."""
    places = {part.dimension: table.dimensions.index(part.dimension) for part in parts}
    sizes = [len(part.categories) for part in parts]
    combinations = 1
    for size in sizes:
        combinations *= size
    if len(parts) < 2 or combinations > _MOST:
        return None
    others = [at for at in range(len(table.dimensions)) if at not in places.values()]
    rest = _rest(cells, others, places)
    if rest is None:
        return None
    joint: dict[tuple[str, ...], float] = {}
    for names in itertools.product(*(part.categories for part in parts)):
        key: list[Category | None] = list(rest)
        for part, name in zip(parts, names, strict=True):
            key[places[part.dimension]] = part.categories[name]
        cell = cells.here.get(tuple(key))
        if cell is None or not cell.found or cell.hidden or cell.missing:
            return None
        joint[names] = cell.value
    total = sum(cell.value for cell in parts[0].groups.values())
    return joint if abs(sum(joint.values()) - total) <= max(_OFF * total, 5) else None


def _rest(cells: Cells, others: Sequence[int], places: dict[str, int]) -> Key | None:
    """What the other dimensions are in the crossed cells: one category each, or none."""
    crossed = [key for key in cells.here if all(key[at] is not None for at in places.values())]
    if not crossed:
        return None
    for at in others:
        if len({key[at] for key in crossed}) > 1:
            return None
    return crossed[0]
