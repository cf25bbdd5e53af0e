"""Tables that tidycensus writes: a row an estimate, or a row a place."""

from __future__ import annotations

import itertools

from coprep.data.baseline.census.acs_columns import NUMERALS, acs_columns, path_of_line
from coprep.data.baseline.census.acs_labels import COLUMN, TABLES, keys_of
from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import FileRows, maybe_at

_VARIABLE = "variable"


def recognise(look: Look) -> bool:
    """Whether the header is GEOID, NAME and either variable with estimate or value, or codes of
    columns.
    """
    header = [cell.casefold() for cell in look.header]
    if not {"geoid", "name"} <= set(header):
        return False
    tall = _VARIABLE in header and bool({"estimate", "value"} & set(header))
    return tall or any(COLUMN.fullmatch(cell) for cell in look.header)


def read(look: Look) -> LongTable:
    """The table, tall or wide."""
    header = look.header
    code = maybe_at(header, "GEOID") or 0
    name = maybe_at(header, "NAME") or 0
    start = look.head.index(header) + 1
    if _VARIABLE not in [cell.casefold() for cell in header]:
        found = acs_columns(header, {})

        def wide(cells: list[str]) -> Row:
            return Row(Area(cells[code].strip(), cells[name].strip()), cells)

        return LongTable(
            found.dimensions, found.columns, FileRows(look, start, len(header), wide),
            NUMERALS, named=found.named, ignored=found.ignored, source="U.S. Census Bureau",
        )  # fmt: skip
    return _tall(look, header, start, (code, name))


def _tall(look: Look, header: list[str], start: int, place: tuple[int, int]) -> LongTable:
    variable = maybe_at(header, _VARIABLE) or 0
    value = maybe_at(header, "estimate", "value") or 0
    codes = dict.fromkeys(
        cells[variable].strip()
        for cells in itertools.islice(look.rows(), start, None)
        if len(cells) > variable
    )
    dimensions, keys, named = _meanings(list(codes))

    def make(cells: list[str]) -> Row:
        area = Area(cells[place[0]].strip(), cells[place[1]].strip())
        return Row(area, cells, keys=keys[cells[variable].strip()])

    return LongTable(
        dimensions=dimensions,
        columns=(Column(value, moe_at=maybe_at(header, "moe")),),
        rows=FileRows(look, start, len(header), make),
        numerals=NUMERALS,
        named=named,
        source="U.S. Census Bureau",
    )


def _meanings(codes: list[str]) -> tuple[tuple[str, ...], dict[str, dict[str, Category]], bool]:
    """What each variable is broken down by; a name that somebody gave is a category of its own."""
    tables: dict[str, dict[str, str]] = {}
    keys: dict[str, dict[str, Category]] = {}
    dimensions: dict[str, None] = {}
    for code in codes:
        found = COLUMN.fullmatch(code)
        if found is None:
            keys[code] = {_VARIABLE: Category(code)}
            dimensions.setdefault(_VARIABLE)
        else:
            tables.setdefault(found[1], {})[found[2]] = code
    for table, lines in tables.items():
        paths = {line: path_of_line(table, line, "") for line in lines}
        names, of_lines = keys_of(table, paths)
        dimensions |= dict.fromkeys(names)
        keys |= {lines[line]: of_lines[line] for line in lines}
    named = (
        bool(tables) and _VARIABLE not in dimensions and all(table in TABLES for table in tables)
    )
    return tuple(dimensions), keys, named
