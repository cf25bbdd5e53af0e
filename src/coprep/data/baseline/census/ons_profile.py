"""ONS "Build a custom area profile": shares of a drawn area beside those of a country."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import FileRows, header_at

_HEADER = ("Variable", "Category", "Unit", "Base population")


def recognise(look: Look) -> bool:
    """Whether a row holds Variable, Category, areas, Unit and Base population."""
    at = header_at(look, *_HEADER)
    return at is not None and look.head[at][:2] == ["Variable", "Category"]


def read(look: Look) -> LongTable:
    """The table: a row a category, an area a column; each area becomes rows of its own."""
    at = header_at(look, *_HEADER) or 0
    header = look.head[at]
    unit = header.index("Unit")
    names = sorted({row[0] for row in look.head[at + 1 :] if len(row) > unit})
    rows = [
        Row(
            area=Area("", header[place]),
            cells=[cells[place]],
            keys={cells[0].strip(): Category(cells[1].strip())},
            measure=cells[unit].strip(),
        )
        for cells in _below(look, at)
        for place in range(2, unit)
    ]
    return LongTable(
        dimensions=tuple(names),
        columns=(Column(0),),
        rows=rows,
        percentages=all(row.measure == "%" for row in rows),
        source=look.head[1][0] if len(look.head) > 1 and look.head[1] else "",
    )


def _below(look: Look, at: int) -> list[list[str]]:
    found: list[list[str]] = []

    def keep(cells: list[str]) -> None:
        found.append(cells)

    list(FileRows(look, at + 1, len(look.head[at]), keep))
    return found
