"""Eurostat TSV files: a key column of codes joined by commas, then a column a year."""

from __future__ import annotations

from coprep.data.baseline.census.cube import role_of_name, total_kind
from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import FileRows

_CHOSEN = {"unit", "freq", "indic_de", "indic"}


def recognise(look: Look) -> bool:
    """Whether the first cell holds the names of the key, the last two divided by a backslash."""
    return look.separator == "\t" and bool(look.header) and "\\" in look.header[0]


def read(look: Look) -> LongTable:
    """The table: years across, or places across in the transposed form."""
    names, _, across = look.header[0].partition("\\")
    dimensions = [name.strip() for name in names.split(",")]
    places_across = role_of_name(across) == "area" or across.strip().casefold() == "geo"
    place = next((at for at, name in enumerate(dimensions) if role_of_name(name) == "area"), None)
    time = next((at for at, name in enumerate(dimensions) if role_of_name(name) == "date"), None)
    names_left = [n for at, n in enumerate(dimensions) if at not in (place, time)]
    header = look.header

    def keys_of(cells: list[str]) -> list[str]:
        return [part.strip() for part in cells[0].split(",")]

    known: dict[tuple[str, str], Category] = {}

    def category(name: str, code: str) -> Category:
        return known.setdefault((name, code), Category(code, code, total_kind(code)))

    def make(cells: list[str]) -> Row:
        parts = keys_of(cells)
        keys = {n: category(n, parts[at]) for at, n in enumerate(dimensions) if n in names_left}
        area = Area(parts[place], parts[place]) if place is not None else Area()
        return Row(area, cells, parts[time] if time is not None else "", keys)

    rows: FileRows | list[Row] = FileRows(look, look.head.index(header) + 1, len(header), make)
    columns = [
        Column(at, date="" if places_across else name) for at, name in enumerate(header) if at
    ]
    if places_across:
        rows = [
            Row(Area(name, name), [row.cells[at]], row.date, row.keys)
            for row in rows
            for at, name in enumerate(header)
            if at
        ]
        columns = [Column(0)]
    return LongTable(
        dimensions=tuple(names_left),
        columns=tuple(columns),
        rows=rows,
        numerals=Numerals(style="point"),
        choices=tuple(name for name in names_left if name in _CHOSEN),
        source="Eurostat",
    )
