"""U.S. population estimates by county: race, origin and sex in the names of columns."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import FileRows, cell_at, column_at, maybe_at

RACES = {
    "WA": "White alone",
    "BA": "Black alone",
    "IA": "American Indian alone",
    "AA": "Asian alone",
    "NA": "Native Hawaiian alone",
    "TOM": "Two or more",
}
_COLUMN = re.compile(r"(TOT|(NH|H)?(WA|BA|IA|AA|NA|TOM)?(C)?)_(MALE|FEMALE|POP)")
_ALONE_OR_COMBINED = re.compile(r"(NH|H)?(WA|BA|IA|AA|NA)C_(MALE|FEMALE)")
_ORIGINS = {"NH": "Not Hispanic", "H": "Hispanic"}
_SEXES = {"MALE": "Male", "FEMALE": "Female"}
_YEARS = {"1": "census", "2": "estimates base"}


def recognise(look: Look) -> bool:
    """Whether the header holds CTYNAME or STNAME, TOT_POP and columns of races by sex."""
    names = {cell.upper() for cell in look.header}
    return {"TOT_POP", "TOT_MALE"} <= names and bool({"CTYNAME", "STNAME"} & names)


def read(look: Look) -> LongTable:
    """The table: alone columns only, since those of a race alone or in combination overlap."""
    header = [cell.upper() for cell in look.header]
    columns: list[Column] = []
    ignored: list[tuple[str, str]] = []
    for at, code in enumerate(header):
        if _ALONE_OR_COMBINED.fullmatch(code):
            ignored.append((code, "alone or in combination: these overlap"))
            continue
        found = _COLUMN.fullmatch(code)
        if found:
            columns.append(Column(at, _keys(found[2] or "", found[3] or "", found[5])))
    state = maybe_at(header, "STATE")
    county = maybe_at(header, "COUNTY")
    name = maybe_at(header, "CTYNAME", "STNAME")
    outer = maybe_at(header, "STNAME")
    year = maybe_at(header, "YEAR")
    age = maybe_at(header, "AGEGRP")

    def make(cells: list[str]) -> Row:
        code = "".join(cells[at].strip() for at in (state, county) if at is not None)
        inner = cells[name].strip() if name is not None else code
        around = f", {cells[outer].strip()}" if outer is not None and outer != name else ""
        keys = {} if age is None else {"age": _age(cells[age].strip())}
        day = cell_at(cells, year)
        return Row(Area(code, f"{inner}{around}"), cells, _YEARS.get(day, day), keys)

    column_at(header, "TOT_POP")
    return LongTable(
        dimensions=("sex", "age", "race", "Hispanic origin"),
        columns=tuple(columns),
        rows=FileRows(look, look.head.index(look.header) + 1, len(header), make),
        numerals=Numerals(style="point", words={}),
        ignored=tuple(ignored),
        source="U.S. Census Bureau, population estimates",
        remarks=("YEAR may be a code: 1 is the census, 2 the base, 3 the first July.",),
    )


def _keys(origin: str, race: str, sex: str) -> dict[str, Category]:
    """What a column is broken down by; NA is a race, and never a missing one."""
    keys: dict[str, Category] = {}
    if sex in _SEXES:
        keys["sex"] = Category(_SEXES[sex])
    if race:
        keys["race"] = Category(RACES[race], race)
    if origin:
        keys["Hispanic origin"] = Category(_ORIGINS[origin], origin)
    return keys


def _age(code: str) -> Category:
    """The band of a code: 0 (in some vintages 99) is everybody, 1 to 18 are bands of five years."""
    if code in ("0", "99"):
        return Category("All ages", code, "total")
    low = (int(code) - 1) * 5
    return Category(f"{low}+" if code == "18" else f"{low}-{low + 4}", code)
