"""The figures of the places that are meant, added up by the categories they belong to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from coprep.data.baseline.census.choices import Chosen, Contents
from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.numerals import Figure, Numerals, style_of
from coprep.errors import InputError
from coprep.wording.labels import listed, show

Key = tuple[Category | None, ...]
"""A category of each dimension of the table, in its order; None where the cell is not broken down
by it.
"""

_LOOKED_AT = 400
"""So many other places are enough to tell which categories are sums of others."""


@dataclass(slots=True)
class Cell:
    """The figures of one key over all places: their sum, margins, and limits where some were
    hidden.
    """

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    parts: list[tuple[float, float | None]] = field(default_factory=list)
    flags: dict[str, None] = field(default_factory=dict)
    found: int = 0
    hidden: int = 0
    missing: int = 0
    absent: int = 0

    def add(self, figure: Figure, moe: float | None) -> None:
        """One more place."""
        if figure.flag:
            self.flags.setdefault(figure.flag)
        if figure.value is not None:
            self.found += 1
            self.value += figure.value
            self.low += figure.value
            self.high += figure.value
            self.parts.append((figure.value, moe))
        elif figure.why == "suppressed":
            self.hidden += 1
            self.low += figure.low
            self.high += figure.high
        else:
            self.missing += 1


@dataclass(slots=True)
class Cells:
    """All figures that are meant, and the sums over other places of the file, by which totals are
    told.
    """

    chosen: Chosen
    here: dict[Key, Cell]
    everywhere: dict[Key, float]
    margins: bool
    numerals: Numerals
    last: Area | None = None


def cells_of(table: LongTable, contents: Contents, chosen: Chosen) -> Cells:
    """Read the figures that are meant.

    Raises
    ------
    InputError
        For a cell that is no figure, or one that stands twice.
    """
    numerals = table.numerals
    if numerals.style == "find out":
        numerals = replace(
            numerals, style=style_of(contents.signs, semicolons=_is_continental(table))
        )
    columns = [column for column in table.columns if chosen.takes_column(column)]
    meant = frozenset(chosen.areas)
    found = Cells(chosen, {}, {}, any(c.moe_at is not None for c in columns), numerals)
    seen: set[tuple[Area, Key]] = set()
    others: set[Area] = set()
    level = {area.level for area in meant}
    last: Area | None = None
    for row in table.rows:
        last = row.area
        here = row.area in meant
        if not here:
            known = row.area in others
            if not known and (len(others) >= _LOOKED_AT or row.area.level not in level):
                continue
            others.add(row.area)
        if not chosen.takes(row):
            continue
        for column in columns:
            key = _key(table, row, column)
            if here:
                if (row.area, key) in seen:
                    raise _twice(row, key)
                seen.add((row.area, key))
                figure, moe = _read(numerals, row, column)
                found.here.setdefault(key, Cell()).add(figure, moe)
                value = figure.value
            else:
                cell = row.cell(column.at)
                value = numerals.number(cell.strip().partition(" ")[0])  # without a flag
            so_far = found.everywhere.get(key, 0.0)
            found.everywhere[key] = so_far + max(value or 0.0, 0.0) * row.scale
    found.last = last
    _nothing_here(found)
    return found


def _is_continental(table: LongTable) -> bool:
    return getattr(table.rows, "separator", ",") == ";"


def _key(table: LongTable, row: Row, column: Column) -> Key:
    keys: Mapping[str, Category] = row.keys
    if column.keys:
        keys = {**row.keys, **column.keys}
    return tuple(keys.get(name) for name in table.dimensions)


def _read(numerals: Numerals, row: Row, column: Column) -> tuple[Figure, float | None]:
    """The figure of a cell with its margin of error."""
    cell = row.cell(column.at)
    where = f"{show(row.area.said)}, {listed(_labels(row, column), most=4)}"
    figure = numerals.read(cell, where=where)
    if row.scale != 1.0 and figure.value is not None:
        figure = replace(figure, value=figure.value * row.scale)
    if figure.value is not None and figure.value < 0:
        raise InputError.of(
            f"{where} is {figure.value:g}; numbers of people are not negative.",
            code="negative_count",
            param="path",
            got=figure.value,
        )
    flag = row.flag
    if column.flag_at is not None:
        flag = row.cell(column.flag_at).strip()
    if flag and not figure.flag:
        figure = replace(figure, flag=flag)
    if column.moe_at is None:
        return figure, None
    return figure, _margin(numerals, row.cells[column.moe_at].strip(), where)


def _margin(numerals: Numerals, cell: str, where: str) -> float | None:
    """A margin of error: 0 where the figure is controlled, None where none is given."""
    if cell in ("*****", "-555555555", "-555555555.0"):
        return 0.0
    figure = numerals.read(
        cell.removeprefix("±").removeprefix("+/-"), where=f"margin of error of {where}"
    )
    if figure.value is None or not math.isfinite(figure.value):
        return None
    return figure.value


def _labels(row: Row, column: Column) -> list[str]:
    return [category.label for category in {**row.keys, **column.keys}.values()]


def _twice(row: Row, key: Key) -> InputError:
    labels = [category.label for category in key if category is not None]
    return InputError.of(
        f"{show(row.area.said)} has {listed(labels, most=4)} on more than one row.",
        code="duplicate_rows",
        param="path",
        got=tuple(labels),
        hint="the file may hold several tables, or two that were put together: name the one "
        "with where=, or keep one of the rows.",
    )


def _nothing_here(found: Cells) -> None:
    if any(cell.found for cell in found.here.values()):
        return
    areas = listed([area.said for area in found.chosen.areas])
    day = f" on {found.chosen.date}" if found.chosen.date else ""
    raise InputError.of(
        f"the file has no figures of {areas}{day}: every cell is empty or a sign for no figure.",
        code="no_figures",
        param="area",
        hint="choose another area or date.",
    )
