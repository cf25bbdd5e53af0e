"""SuperWEB2 tables (Scotland's Census, ABS TableBuilder): categories across, places down."""

from __future__ import annotations

from dataclasses import replace

from coprep.data.baseline.census.long_table import Category, Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import Dimension, Places, tidy_table
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
    below = [cell for cell in look.head[place] if cell]
    labels = len(below)  # columns of labels before the figures: the place, then what else is down
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
    columns = []
    for at in range(labels, width):
        keys: dict[str, Category] = {}
        for line in lines:
            last = min(at, len(line) - 1)
            label = next((line[i] for i in range(last, labels - 1, -1) if line[i]), "")
            if not label:
                raise InputError.of(
                    f"no category stands above the figures of column {at + 1}.",
                    code="unreadable_file",
                    param="path",
                    hint="the file may have been changed: download it again.",
                )
            keys[line[0]] = Category(label)
        columns.append(Column(at, keys))
    title = next((row[0] for row in look.head[3:6] if row and row[0]), "")
    if labels > 1:
        look = replace(look, kind="workbook", sheet=_filled_down(look, place, labels))
    return tidy_table(
        look,
        start=place + 1,
        width=width,
        most=width,
        places=Places(name=0, split=_code_or_name),
        dimensions=[Dimension(below[i], label_at=i) for i in range(1, labels)],
        columns=columns,
        more_dimensions=[line[0] for line in lines],
        until=_end,
        source=title,
        universe=_counting(look),
    )


def _place_line(look: Look) -> int:
    """The line below the categories, on which only the dimensions of the rows are named."""
    for at in range(1, len(look.head) - 1):
        row = look.head[at]
        before = look.head[at - 1]
        named = sum(map(bool, row))
        only = named and all(row[:named]) and not any(row[named:])
        wider = sum(map(bool, before)) > named + 1
        figures = any(cell.replace(",", "").isdigit() for cell in look.head[at + 1][named:])
        if only and wider and figures:
            return at
    raise InputError.of(
        "no line of categories with the name of the places below it was found.",
        code="empty_table",
        param="path",
        hint="download the table with the places in rows.",
    )


def _filled_down(look: Look, place: int, labels: int) -> list[list[str]]:
    """All rows; a label that is written once for the rows below it stands in each of them."""
    found: list[list[str]] = []
    held = [""] * labels
    for number, cells in enumerate(look.rows()):
        row = list(cells)
        is_figure = any(cell.strip() for cell in row[labels:])
        if number > place and is_figure:
            first = next((i for i in range(labels) if row[i].strip()), labels)
            # A new outer label begins its inner ones anew.
            row[:first] = held[:first]
            held = row[:labels]
        found.append(row)
    return found


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
