"""A sheet that somebody made: title rows, one or two rows of header, and no platform's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, header_at, joined, separated
from coprep.data.participants.form import Drop, Form, Signature
from coprep.data.participants.headers import unique
from coprep.data.participants.worksheet import Sheet
from coprep.data.totals import ALMOST_CERTAIN
from coprep.errors import InputError

_IDS = frozenset(
    {"id", "participant_id", "participant id", "person_id", "person id", "ref", "reference"}
    | {"respondent", "respondent id", "no", "no.", "number", "#", "row"}
)


def recognise(sheet: Sheet) -> bool:
    """Whether there is a header above rows of answers; this is asked last."""
    return _header(sheet) is not None


_FIGURE = re.compile(r"[<>~≤]?\s?\d[\d,. ]*%?|\*|\[?[cxz]\]?|-|–|\.\.")


def is_counts(sheet: Sheet) -> bool:
    """Whether a sheet holds figures by group, some of which may be withheld, and no row a person."""
    at = header_at(sheet)
    rows = [row for row in sheet.rows[at + 1 :] if sum(map(bool, row)) > 1]
    header = [cell for cell in sheet.rows[at] if cell]
    if len(rows) < 2 or len(header) > 8:
        return False
    labels = [next((cell for cell in row if cell), "") for row in rows]
    figures = [all(_FIGURE.fullmatch(cell) for cell in _others(row) if cell) for row in rows]
    withheld = any(re.match(r"[<≤]\s?\d", cell) for row in rows for cell in row)
    named = any(_COUNTS.search(cell) for cell in header)
    words = sum(not _FIGURE.fullmatch(label) for label in labels)
    different = len(set(labels)) == len(labels)
    return (
        sum(figures) * 4 >= len(rows) * 3
        and words * 2 > len(rows)
        and different
        and (withheld or named)
    )


_COUNTS = re.compile(
    r"\b(count|counts|number|n|no\.? of|total|people|participants|attendees|respondents|%|"
    r"per ?cent|percentage|share)\b|%",
    re.IGNORECASE,
)


def _others(row: Sequence[str]) -> list[str]:
    """The cells of a row behind its first filled one."""
    filled = [at for at, cell in enumerate(row) if cell]
    return list(row[filled[0] + 1 :]) if filled else []


def read(sheet: Sheet, header_rows: int | None = None) -> Form:
    """The columns, each under its header; a cell above two columns names both.

    ``header_rows`` says how many rows the header has, where somebody knows better.
    """
    header = _header(sheet)
    if header is None:
        raise InputError.of(f"{sheet.name} holds no header.", code="no_header", param="path")
    if is_counts(sheet):
        raise InputError.of(
            f"{sheet.name} holds figures by group, and no row a person.",
            code="table_of_counts",
            param="path",
            expected="one row a person",
            hint="save it as counts.csv with the columns attribute, group and count, beside a "
            'baseline.csv: coprep audit reads such a folder, also with "<5" where a figure is '
            "withheld.",
        )
    two = _second_header(sheet, header)
    if header_rows is not None:
        two = header_rows > 1
    rows = header_rows or (2 if two else 1)
    names = unique(_names(sheet, header, two=two))
    first_row = header + rows
    fields = []
    for one in fields_of(sheet, names, first_row, system=_IDS | {"weight"}):
        at = one.columns[0]
        if one.role == "answer":
            if separated(sheet, at, first_row, ";") or _parted(sheet, at, first_row):
                one = replace(one, kind="several", separator=";")
            elif joined(sheet, one.name, at, first_row):
                one = replace(one, kind="several", separator=", ")
        fields.append(one)
    ids = [one.columns[0] for one in fields if fold(one.name) in ("participant_id", "person_id")]
    told = f"no platform's columns; header in row {header + rows}"
    if header:
        told = f"{header} row{'s' if header > 1 else ''} above the header, not read; {told}"
    return Form(
        "A table of your own",
        told,
        first_row,
        rows,
        tuple(fields),
        id=ids[0] if ids else None,
        drops=_totals(sheet, names, first_row),
    )


def _header(sheet: Sheet) -> int | None:
    """The row of column names, if words stand there and rows below it."""
    at = header_at(sheet)
    cells = [cell for cell in sheet.rows[at] if cell] if sheet.rows else []
    below = any(any(row) for row in sheet.rows[at + 1 :])
    numbers = sum(cell.replace(".", "").isdigit() for cell in cells)
    return at if below and cells and numbers * 2 <= len(cells) else None


def _second_header(sheet: Sheet, header: int) -> bool:
    """Whether the header has gaps that the row below it names."""
    below = header + 1
    if below + 1 >= len(sheet.rows):
        return False
    gaps = [at for at in range(sheet.width) if not sheet.cell(header, at)]
    named = [at for at in gaps if sheet.cell(below, at)]
    later = {sheet.cell(row, at) for at in named for row in range(below + 1, len(sheet.rows))}
    return bool(named) and all(sheet.cell(below, at) not in later for at in named)


def _names(sheet: Sheet, header: int, *, two: bool) -> Sequence[str]:
    if not two:
        return [sheet.cell(header, at) for at in range(sheet.width)]
    names: list[str] = []
    above = ""
    for at in range(sheet.width):
        above = sheet.cell(header, at) or above
        below = sheet.cell(header + 1, at)
        names.append(f"{above}: {below}" if below and above else above or below)
    return names


def _parted(sheet: Sheet, at: int, first_row: int) -> bool:
    cells = [sheet.cell(row, at) for row in range(first_row, len(sheet.rows))]
    return any(";" in cell.rstrip("; ") for cell in cells)


def _totals(sheet: Sheet, names: Sequence[str], first_row: int) -> tuple[Drop, ...]:
    """A last row that is called a total is no person."""
    last = len(sheet.rows) - 1
    if last < first_row or fold(sheet.cell(last, 0)) not in ALMOST_CERTAIN:
        return ()
    word = fold(sheet.cell(last, 0))
    return (Drop(names[0], 0, frozenset({word}), "a row of totals"),)


SIGNATURE = Signature("A table of your own", recognise, read)
