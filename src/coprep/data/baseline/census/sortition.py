"""Quota files of sortition tools: least and most seats of each group, as targets."""

from __future__ import annotations

import itertools

from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import FileRows
from coprep.errors import InputError
from coprep.wording.labels import show


def recognise(look: Look) -> bool:
    """Whether the header is feature, value (or category, feature), min and max."""
    return [cell.casefold() for cell in look.header[:4]] in (
        ["feature", "value", "min", "max"],
        ["category", "feature", "min", "max"],
    )


def read(look: Look) -> LongTable:
    """The table: the middle of least and most seats is the target of a group."""
    start = look.head.index(look.header) + 1
    names = dict.fromkeys(
        cells[0].strip()
        for cells in itertools.islice(look.rows(), start, None)
        if cells and cells[0].strip()
    )

    def make(cells: list[str]) -> Row:
        try:
            least = float(cells[2])
            most = float(cells[3])
        except ValueError:
            raise _bad(look, cells) from None
        if not 0 <= least <= most:
            raise _bad(look, cells)
        key = {cells[0].strip(): Category(cells[1].strip())}
        return Row(
            Area(),
            [f"{(least + most) / 2:g}"],
            keys=key,
            flag=f"{cells[2].strip()} to {cells[3].strip()} seats",
        )

    return LongTable(
        dimensions=tuple(names),
        columns=(Column(0),),
        rows=FileRows(look, start, 4, make),
        kind="target",
        source="quotas",
    )


def _bad(look: Look, cells: list[str]) -> InputError:
    return InputError.of(
        f"{look.name}: {show(cells[1])} of {show(cells[0])} has {show(cells[2])} to "
        f"{show(cells[3])} seats; "
        "a least and a most number were expected.",
        code="not_a_number",
        param="path",
    )
