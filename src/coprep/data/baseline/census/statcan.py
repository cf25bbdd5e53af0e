"""Statistics Canada: census profiles, and ordinary tables of observations."""

from __future__ import annotations

import re

from coprep.data.baseline.census.cube import role_of_name
from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Meaning, Numerals
from coprep.data.baseline.census.profile_outline import ProfileRows
from coprep.data.baseline.census.tidy import (
    Dimension,
    FileRows,
    Places,
    cell_at,
    column_at,
    maybe_at,
    tidy_table,
)

_WORDS: dict[str, Meaning] = {
    "...": "not_applicable", "..": "missing", "x": "suppressed", "f": "suppressed", "": "missing",
}  # fmt: skip
_NUMERALS = Numerals(style="point", words=_WORDS, base=5)
_COUNT = re.compile(r"C\d+_COUNT_(TOTAL|MEN\+|WOMEN\+)|C\d+_COUNT_(HI|LOW)_CI_.*", re.IGNORECASE)
_SEXES = {"MEN+": "Men+", "WOMEN+": "Women+"}
_NO_DIMENSION = {
    "REF_DATE", "GEO", "DGUID", "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID", "VECTOR",
    "COORDINATE", "VALUE",
    "STATUS", "SYMBOL", "TERMINATED", "DECIMALS",
}  # fmt: skip


def is_profile(look: Look) -> bool:
    """Whether the header holds CHARACTERISTIC_ID and CHARACTERISTIC_NAME."""
    return {"CHARACTERISTIC_ID", "CHARACTERISTIC_NAME"} <= set(look.header)


def read_profile(look: Look) -> LongTable:
    """The profile: every block of characteristics is a dimension; columns called SYMBOL are told by
    their place.
    """
    header = look.header
    name = column_at(header, "CHARACTERISTIC_NAME")
    code = column_at(header, "DGUID")
    place = column_at(header, "GEO_NAME")
    level = maybe_at(header, "GEO_LEVEL")
    year = maybe_at(header, "CENSUS_YEAR")
    columns = []
    ignored = []
    for at, cell in enumerate(header):
        found = _COUNT.fullmatch(cell)
        if found and found[1] == "TOTAL":
            flag = at + 1 if header[at + 1 : at + 2] == ["SYMBOL"] else None
            columns.append(Column(at, flag_at=flag))
        elif cell.startswith("C") and "_RATE_" in cell:
            ignored.append((cell, "percentages beside the counts"))

    def make(cells: list[str]) -> Row:
        area = Area(
            cells[code].strip(),
            cells[place].strip(),
            cell_at(cells, level),
        )
        # The name keeps its outer blanks: they are the outline.
        return Row(
            area,
            cells,
            cell_at(cells, year),
            {"": Category(cells[name].rstrip())},
        )

    rows = ProfileRows(FileRows(look, look.head.index(header) + 1, len(header), make))
    return LongTable(
        dimensions=rows.dimensions(), columns=tuple(columns), rows=rows, numerals=_NUMERALS,
        ignored=tuple(ignored), source="Statistics Canada, census profile",
    )  # fmt: skip


def is_table(look: Look) -> bool:
    """Whether the header holds REF_DATE, GEO, VECTOR and VALUE."""
    return {"REF_DATE", "GEO", "VALUE", "COORDINATE"} <= set(look.header)


def read_table(look: Look) -> LongTable:
    """The table: every column that is not the office's own is a dimension."""
    header = look.header
    dimensions = [
        Dimension(name, at)
        for at, name in enumerate(header)
        if name not in _NO_DIMENSION and role_of_name(name) != "unit"
    ]
    factor = maybe_at(header, "SCALAR_FACTOR")
    scales = {"thousands": 1e3, "millions": 1e6, "hundreds": 1e2}
    places = Places(
        code=maybe_at(header, "DGUID"),
        name=column_at(header, "GEO"),
        date=column_at(header, "REF_DATE"),
        measure=maybe_at(header, "UOM"),
    )
    value = column_at(header, "VALUE")
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=value + 1,
        places=places,
        dimensions=dimensions,
        columns=[Column(value, flag_at=maybe_at(header, "STATUS"))],
        numerals=_NUMERALS,
        source="Statistics Canada",
        scale=lambda cells: (
            scales.get(cells[factor].strip().casefold(), 1.0) if factor is not None else 1.0
        ),
    )
