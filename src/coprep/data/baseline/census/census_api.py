"""Answers of the Census Data API: a list of rows as JSON, header first, places last; also P.L.
94-171.
"""

from __future__ import annotations

from coprep.data.baseline.census.acs_columns import NUMERALS, acs_columns
from coprep.data.baseline.census.acs_labels import COLUMN
from coprep.data.baseline.census.long_table import Area, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.errors import InputError


def recognise(look: Look) -> bool:
    """Whether the file is a list of lists whose first row holds codes of columns."""
    if look.kind != "json" or not look.begin.lstrip("\ufeff \r\n\t").startswith("["):
        return False
    content = look.content
    first = content[0] if content else None
    return isinstance(first, list) and any(COLUMN.fullmatch(str(cell)) for cell in first)


def read(look: Look) -> LongTable:
    """The table: columns that are neither codes nor NAME make the code of the place."""
    header = [str(cell) for cell in look.content[0]]
    figures = {at for at, cell in enumerate(header) if COLUMN.fullmatch(cell)}
    name = header.index("NAME") if "NAME" in header else None
    places = [at for at in range(len(header)) if at not in figures and at != name]
    found = acs_columns(header, {})
    rows: list[Row] = []
    for number, line in enumerate(look.content[1:], start=2):
        if not isinstance(line, list) or len(line) != len(header):
            raise InputError.of(
                f"{look.name}, row {number:,} is not as wide as its header.",
                code="cut_row",
                param="path",
                hint="the file may have been cut off: download it again.",
            )
        cells = ["" if cell is None else str(cell) for cell in line]
        code = "".join(cells[at] for at in places)
        rows.append(Row(Area(code, cells[name] if name is not None else code), cells))
    return LongTable(
        dimensions=found.dimensions,
        columns=found.columns,
        rows=rows,
        numerals=NUMERALS,
        named=found.named,
        ignored=found.ignored,
        source="U.S. Census Bureau",
    )
