"""Tables of data.census.gov: a row of codes, a row of labels, then a place a row."""

from __future__ import annotations

from coprep.data.baseline.census.acs_columns import NUMERALS, acs_columns, level_of
from coprep.data.baseline.census.acs_labels import COLUMN
from coprep.data.baseline.census.long_table import Area, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import FileRows


def recognise(look: Look) -> bool:
    """Whether the header is GEO_ID, NAME and codes of columns."""
    header = [cell.upper() for cell in look.header]
    return header[:2] == ["GEO_ID", "NAME"] and any(COLUMN.fullmatch(cell) for cell in header)


def read(look: Look) -> LongTable:
    """The table: labels from the second row, where it has one."""
    header = look.header
    at = look.head.index(header)
    second = look.head[at + 1] if len(look.head) > at + 1 else []
    labelled = bool(second) and second[0].casefold() in ("geography", "id")
    labels = dict(zip(header, second, strict=False)) if labelled else {}
    found = acs_columns(header, labels)
    width = max(c.at for c in found.columns) + 1 if found.columns else len(header)

    def make(cells: list[str]) -> Row:
        code = cells[0].strip()
        return Row(Area(code, cells[1].strip(), level_of(code)), cells)

    return LongTable(
        dimensions=found.dimensions,
        columns=found.columns,
        rows=FileRows(look, at + 1 + labelled, width, make),
        numerals=NUMERALS,
        named=found.named,
        ignored=found.ignored,
        source="U.S. Census Bureau",
    )
