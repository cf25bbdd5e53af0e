"""Reads the answers of each row to a question: words, or why there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from coprep.data.label_matching import end_marks_off
from coprep.data.labels import fold
from coprep.data.participants.form import Field
from coprep.data.participants.headers import is_birth
from coprep.data.participants.word_lists import words_of_lists
from coprep.data.participants.worksheet import Sheet

State = Literal["answered", "empty", "not asked", "not ticked", "date", "written"]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its words, or the reason why it has none."""

    state: State
    words: tuple[str, ...] = ()


EMPTY = Said("empty")
NOT_ASKED = Said("not asked")
NOT_TICKED = Said("not ticked")
DATE = Said("date")
_NO_TICK = frozenset({"", "0", "0.0", "no", "n", "false", "unchecked", "not selected"})


def answers(
    sheet: Sheet, field: Field, rows: Iterable[int], groups: Sequence[str] = ()
) -> dict[int, Said]:
    """What each row answers to a question; ``groups`` are answers known beforehand."""
    if field.kind == "ticks":
        return {row: _ticks(sheet, field, row) for row in rows}
    wanted = list(rows)
    at = field.columns[0]
    if field.kind != "several":
        return {row: _one(sheet, field, row, at) for row in wanted}
    cells = {row: sheet.cell(row, at) for row in wanted}
    options = Options(cells.values(), field, groups)
    found: dict[int, Said] = {}
    for row, cell in cells.items():
        words = options.split(cell) if cell else ()
        said = Said("answered", words) if words else EMPTY
        found[row] = _not_put(sheet, field, row) or said
    return found


def _not_put(sheet: Sheet, field: Field, row: int) -> Said | None:
    if field.asked_where is None:
        return None
    at, words = field.asked_where
    return NOT_ASKED if fold(sheet.cell(row, at)) in words else None


def _nothing(sheet: Sheet, field: Field, row: int) -> Said:
    return _not_put(sheet, field, row) or EMPTY


def _one(sheet: Sheet, field: Field, row: int, at: int) -> Said:
    cell = " ".join(sheet.cell(row, at).split())
    if not cell and any(sheet.cell(row, other) for other in field.written):
        # The words stand in a column of their own, which is private.
        return Said("written")
    if not cell:
        return _nothing(sheet, field, row)
    if (row, at) in sheet.dates and not is_birth(field.question):
        return DATE
    if (row, at) in sheet.dates:
        cell = cell[: len("2026-01-31")]
    word = field.codes.get(cell, cell)
    return Said("answered", (word,))


def _ticks(sheet: Sheet, field: Field, row: int) -> Said:
    not_put = _not_put(sheet, field, row)
    if not_put is not None:
        return not_put
    cells = [sheet.cell(row, at) for at in field.columns]
    if field.ticked == "0/1" and not any(cells):
        return NOT_ASKED if len(field.columns) > 1 else EMPTY
    ticked = tuple(
        option
        for option, cell in zip(field.options, cells, strict=True)
        if fold(cell) not in _NO_TICK
    )
    return Said("answered", ticked) if ticked else NOT_TICKED


class Options:
    """The answers of a question of which several stand in a cell, some of which hold the separator.

    An answer is known if it stands alone in a cell, is a group, or stands in a word list.
    """

    def __init__(self, cells: Iterable[str], field: Field, groups: Sequence[str]) -> None:
        self.separator: str = field.separator
        found = [cell for cell in cells if cell]
        bare_sign = field.separator.strip()
        alone = (cell for cell in found if bare_sign not in cell.rstrip(bare_sign + " "))
        counted = Counter(found)
        often = (cell for cell, times in counted.items() if times > 1)
        known = (*alone, *often, *groups, *field.choices, *words_of_lists())
        spelt = {end_marks_off(option): option for option in known if option}
        self.known: set[str] = set(spelt)
        # A cell that can be put together from others is several answers, however often it stands.
        self.known -= {
            plain for plain, text in spelt.items() if len(self._parts(text, without=plain)) > 1
        }

    def split(self, cell: str) -> tuple[str, ...]:
        """The answers of a cell, as they were written."""
        parts = self._parts(cell) or self._pieces(cell)
        return tuple(dict.fromkeys(parts))

    def _pieces(self, cell: str) -> list[str]:
        """Known answers from the left, and what lies between them as one answer."""
        parts = [part for part in cell.split(self.separator) if part.strip(" ,;")]
        found: list[str] = []
        rest: list[str] = []
        at = 0
        while at < len(parts):
            longest = next(
                (
                    end
                    for end in range(len(parts), at, -1)
                    if end_marks_off(self.separator.join(parts[at:end])) in self.known
                ),
                None,
            )
            if longest is None:
                rest.append(parts[at])
                at += 1
                continue
            if rest:
                found.append(self.separator.join(rest))
                rest = []
            found.append(self.separator.join(parts[at:longest]).strip(" ,;"))
            at = longest
        if rest:
            found.append(self.separator.join(rest))
        return [" ".join(part.split()) for part in found]

    def _parts(self, cell: str, without: str = "") -> list[str]:
        """The cell as known answers, the longest first; empty where it is not made of them."""
        parts = [part for part in cell.split(self.separator) if part.strip(" ,;")]
        if not parts:
            return []
        if len(parts) > 60:
            return []
        best: list[list[str] | None] = [None] * (len(parts) + 1)
        best[len(parts)] = []
        for at in range(len(parts) - 1, -1, -1):
            for end in range(len(parts), at, -1):
                piece = self.separator.join(parts[at:end])
                plain = end_marks_off(piece)
                rest = best[end]
                if plain in self.known and plain != without and rest is not None:
                    best[at] = [" ".join(piece.strip(" ,;").split()), *rest]
                    break
        return best[0] or []
