"""Nomis bulk files: a row a place, and a column a category whose name says all of it."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Category, Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import Places, tidy_table
from coprep.errors import InputError
from coprep.wording.labels import show

_PLACES = ("date", "geography", "geography code")
_MEASURE = "; measures: "


def recognise(look: Look) -> bool:
    """Whether the header begins with date, geography, geography code and goes on with Name:
    Category.
    """
    header = [cell.casefold() for cell in look.header]
    return tuple(header[:3]) == _PLACES and any(":" in cell for cell in header[3:])


def read(look: Look) -> LongTable:
    """The table: columns of one dimension, or of several whose names are joined by semicolons."""
    header = look.header
    columns: list[Column] = []
    dimensions: dict[str, None] = {}
    ignored: list[tuple[str, str]] = []
    for at, name in enumerate(header[3:], start=3):
        column = _column(at, name)
        if column is None:
            ignored.append((name, "no column of figures"))
            continue
        columns.append(column)
        dimensions |= dict.fromkeys(column.keys)
    lost = [name for name, _ in ignored if _holds_figures(look, header.index(name))]
    if len({bool(column.measure) for column in columns}) > 1:
        raise InputError.of(
            "some columns name their measure and others do not.",
            code="unreadable_file",
            param="path",
            hint="the file may have been changed: download it again.",
        )
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(code=2, name=1, date=0),
        dimensions=(),
        columns=columns,
        more_dimensions=dimensions,
        ignored=tuple(ignored),
        remarks=tuple(f"the column {show(name)} holds figures and was not read." for name in lost),
        source="Census, Nomis",
    )


def _holds_figures(look: Look, at: int) -> bool:
    """Whether the first rows of a column hold whole numbers."""
    cells = [row[at] for row in look.head[1:] if len(row) > at and row[at]]
    return bool(cells) and all(cell.isdigit() for cell in cells)


def _column(at: int, name: str) -> Column | None:
    """The column of a name such as Sex: All persons; Age: Total; measures: Value."""
    labels, _, measure = name.partition(_MEASURE)
    keys: dict[str, Category] = {}
    for part in labels.split("; "):
        dimension, colon, label = part.partition(":")
        label = label.strip()
        if not colon or not label:
            return None
        keys[dimension.strip()] = Category(label, kind="total" if _is_total(label) else "group")
    return Column(at, keys, measure)


def _is_total(label: str) -> bool:
    """The totals of the whole table: Total, All categories: Age, All usual residents; White: Total
    is a sub-total.
    """
    first = label.casefold()
    return first == "total" or first.startswith(
        ("total: ", "all categories", "all usual residents")
    )
