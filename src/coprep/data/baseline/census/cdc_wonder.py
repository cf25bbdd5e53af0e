"""CDC WONDER exports: tabs, totals marked in the column Notes, a footer behind three dashes."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import FileRows, Places, cell_at

_NO_GROUPS = re.compile(
    r"(county|state|census region|census division|year|yearly july.*|hhs region)s?( code)?",
    re.IGNORECASE,
)


def recognise(look: Look) -> bool:
    """Whether the first column is Notes and pairs of X and X Code stand behind it."""
    header = look.header
    codes = [cell for cell in header if cell.endswith(" Code")]
    return header[:1] == ["Notes"] and any(cell.removesuffix(" Code") in header for cell in codes)


def read(look: Look) -> LongTable:
    """The table: rows that Notes marks as totals hold everybody where their cells are empty."""
    header = look.header
    figures = [at for at, cell in enumerate(header) if cell in ("Population", "Births", "Deaths")]
    names = [
        (at, cell, header.index(f"{cell} Code") if f"{cell} Code" in header else None)
        for at, cell in enumerate(header)
        if at and at not in figures and not cell.endswith(" Code")
    ]
    groups = [
        (at, name, code)
        for at, name, code in names
        if not _NO_GROUPS.fullmatch(name) and code is not None
    ]
    place = next((n for n in names if re.fullmatch(r"county|state", n[1], re.IGNORECASE)), None)
    year = next((at for at, name, _ in names if "year" in name.casefold()), None)
    where = Places(code=place[2], name=place[0]) if place else Places()

    def make(cells: list[str]) -> Row | None:
        total = bool(cells[0].strip())
        keys: dict[str, Category] = {}
        for at, name, code in groups:
            label = cells[at].strip()
            kind: Kind = "group" if label else "total"
            if not label and not total:
                return None
            keys[name] = Category(label or "Total", cells[code].strip(), kind)
        area = where.area(cells)
        if place is not None and not area.name:
            return None
        return Row(area, cells, cell_at(cells, year), keys)

    return LongTable(
        dimensions=tuple(name for _, name, _ in groups),
        columns=tuple(Column(at, measure=header[at] if len(figures) > 1 else "") for at in figures),
        rows=FileRows(look, look.head.index(header) + 1, len(header), make, _is_end),
        numerals=Numerals(style="point"),
        source="CDC WONDER",
    )


def _is_end(cells: list[str]) -> bool:
    return cells[0].strip().startswith("---")
