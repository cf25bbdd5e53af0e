"""Columns of an export as fields, where the platform says nothing more of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from coprep.data.labels import fold, known_label
from coprep.data.participants.form import Ask, Field, Role
from coprep.data.participants.headers import (
    asks_several,
    holds_private,
    is_free,
    is_private,
    unique,
)
from coprep.data.participants.worksheet import Sheet

_CONSENT = re.compile(
    r"\b(consent|agree to take part|agree to participate|do you agree|happy to take part)\b",
    re.IGNORECASE,
)
_NO = frozenset({"no", "n", "false", "0", "i do not agree", "i do not consent", "do not agree"})


def header_at(sheet: Sheet) -> int:
    """The row of column names: the first that is about as wide as the table, below any title."""
    filled = [sum(map(bool, row)) for row in sheet.rows[:50]]
    widest = max(filled, default=0)
    wide = (at for at, number in enumerate(filled[:30]) if number * 2 > widest)
    return next(wide, 0)


def names_of(sheet: Sheet, row: int) -> tuple[str, ...]:
    """The names of all columns, from one row of header."""
    return unique([sheet.cell(row, at) for at in range(sheet.width)])


def fields_of(
    sheet: Sheet,
    names: Sequence[str],
    first_row: int,
    *,
    system: Collection[str] = (),
    private: Collection[str] = (),
    skip: Collection[int] = (),
) -> Iterator[Field]:
    """A field a column; ``system`` and ``private`` are folded names that the platform knows."""
    for at, name in enumerate(names):
        if at in skip:
            continue
        yield Field(name, (at,), role=_role(sheet, name, at, first_row, system, private))


def _role(
    sheet: Sheet,
    name: str,
    at: int,
    first_row: int,
    system: Collection[str],
    private: Collection[str],
) -> Role:
    cells = [sheet.cell(row, at) for row in range(first_row, len(sheet.rows))]
    filled = any(cells)
    if fold(name) in private or is_private(name):
        return "private" if filled else "empty"
    if fold(name) in system:
        return "system" if filled else "empty"
    if not filled:
        return "empty"
    return "private" if is_free(name) or holds_private(cells) else "answer"


def filled_rows(sheet: Sheet, first_row: int) -> tuple[int, ...]:
    """The rows below the header that hold anything."""
    return tuple(row for row in range(first_row, len(sheet.rows)) if any(sheet.rows[row]))


def is_consent(text: str) -> bool:
    """Whether a question asks if people agree to take part.

    >>> is_consent("Do you agree to take part?"), is_consent("Age")
    (True, False)
    """
    return bool(_CONSENT.search(text))


def consent(
    sheet: Sheet, names: Sequence[str], texts: Sequence[str], first_row: int
) -> tuple[int, tuple[int, ...]] | None:
    """The column that asks whether people agree to take part, and the rows that say no."""
    for at, (name, text) in enumerate(zip(names, texts, strict=True)):
        if not (is_consent(text) or fold(name.rpartition("/")[2]) == "consent"):
            continue
        rows = filled_rows(sheet, first_row)
        return at, tuple(row for row in rows if fold(sheet.cell(row, at)) in _NO)
    return None


def refusals(
    sheet: Sheet, column: str, at: int, rows: Sequence[int], answers: Collection[int]
) -> tuple[tuple[int, ...], tuple[Ask, ...]]:
    """Who said no and answered nothing else, and a question about those who answered all the same."""
    silent = tuple(
        row for row in rows if not any(sheet.cell(row, one) for one in answers if one != at)
    )
    spoke = tuple(row for row in rows if row not in silent)
    if not spoke:
        return silent, ()
    ask = Ask(
        "refused",
        spoke,
        f'said no to "{column}" and answered all the same. Do they count?',
        {"drop": "they are left out", "keep": "they count"},
        {"drop": "drop", "keep": "keep"},
        suggestion="drop",
        reason="they did not agree to take part",
    )
    return silent, (ask,)


def separated(sheet: Sheet, at: int, first_row: int, separator: str) -> bool:
    """Whether every answer of a column ends with a separator, as ticks do."""
    cells = [sheet.cell(row, at) for row in range(first_row, len(sheet.rows))]
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(cell.endswith(separator) for cell in filled)


def joined(sheet: Sheet, name: str, at: int, first_row: int, separator: str = ", ") -> bool:
    """Whether cells of a column hold several answers: its header says so, or parts recur alone."""
    cells = [sheet.cell(row, at) for row in range(first_row, len(sheet.rows))]
    if asks_several(name):
        return True
    alone = {fold(cell) for cell in cells if cell and separator not in cell}
    several = [cell for cell in cells if separator in cell]
    parts = [[fold(part) for part in cell.split(separator)] for cell in several]
    return bool(parts) and all(set(words) <= alone for words in parts) and len(alone) < 40


def is_answered(cell: str) -> bool:
    """Whether a cell says something of the person."""
    return known_label(cell) is not None
