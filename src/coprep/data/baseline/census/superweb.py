"""SuperWEB2 tables (Scotland's Census, ABS TableBuilder): categories across, places down."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Category, Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import Places, tidy_table
from coprep.errors import InputError


def recognise(look: Look) -> bool:
    """Whether the first line names the program, or the table is counted as its tables are."""
    first = look.header[0] if look.header else ""
    counting = any(row[0].startswith("Counting:") for row in look.head[:12] if row)
    return first.startswith("SuperWEB2") or counting


def read(look: Look) -> LongTable:
    """The table: one or more lines of categories, each with its dimension first, then the line of
    the place.
    """
    place = _place_line(look)
    lines: list[list[str]] = []
    above = place - 1
    while above >= 0 and sum(map(bool, look.head[above])) > 1:
        lines.insert(0, look.head[above])
        above -= 1
    if any(cell.isdigit() for line in lines for cell in line):
        raise InputError.of(
            "figures stand where the categories should.",
            code="unreadable_file",
            param="path",
            hint="the file may have been changed: download it again.",
        )
    width = max(at for line in lines for at, cell in enumerate(line) if cell) + 1
    dimensions = [line[0] for line in lines]
    columns = []
    for at in range(1, width):
        keys: dict[str, Category] = {}
        for line in lines:
            label = next(line[i] for i in range(min(at, len(line) - 1), -1, -1) if line[i])
            keys[line[0]] = Category(label)
        columns.append(Column(at, keys))
    title = next((row[0] for row in look.head[3:6] if row and row[0]), "")
    return tidy_table(
        look,
        start=place + 1,
        width=width,
        most=width,
        places=Places(name=0, split=_code_or_name),
        dimensions=(),
        columns=columns,
        more_dimensions=dimensions,
        until=_end,
        source=title,
        universe=_counting(look),
    )


def _place_line(look: Look) -> int:
    """The line below the categories, on which only the place's dimension is named."""
    for at in range(1, len(look.head)):
        row = look.head[at]
        before = look.head[at - 1]
        if len(row) and row[0] and not any(row[1:]) and sum(map(bool, before)) > 2:
            return at
    raise InputError.of(
        "no line of categories with the name of the places below it was found.",
        code="empty_table",
        param="path",
        hint="download the table with the places in rows.",
    )


def _code_or_name(cell: str) -> tuple[str, str]:
    """A place whose cell is one word with digits is a code."""
    text = cell.strip()
    return (text, text) if text.isalnum() and any(c.isdigit() for c in text) else ("", text)


def _end(cells: list[str]) -> bool:
    """Whether a line is below the table."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) < 2 or cells[0].strip() == "INFO"


def _counting(look: Look) -> str:
    lines = (row[0] for row in look.head[:15] if row)
    return next(
        (line.removeprefix("Counting:").strip() for line in lines if line.startswith("Counting:")),
        "",
    )
