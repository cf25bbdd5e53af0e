"""Read a sheet of counts, as councils keep them: a row a group, a column a stage, and no persons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coprep.data.age_bands import band_of
from coprep.data.label_matching import WORDS, end_marks_off
from coprep.data.labels import fold, is_unknown
from coprep.data.participants.worksheet import Sheet, open_sheets
from coprep.data.printed import read_figure
from coprep.data.totals import is_total_word
from coprep.errors import InputError

_SHARE = re.compile(r"%|\bper ?cent|percentage|\bshare\b|proportion|prozent|pourcentage", re.I)
_PEOPLE = re.compile(
    r"\b(number|no\.?|nr\.?|n|count|total|people|persons?|participants?|members?|attend\w*|"
    r"register\w*|registra\w*|invit\w*|respon\w*|applica\w*|applied|select\w*|recruit\w*|"
    r"residents?|volunteers?|"
    r"contribut\w*|came|sign(?:ed)?[ -]?ups?|anzahl|personen|teilnehm\w*|nombre|effectif|"
    r"inscrits?|número|participantes|numero|partecipanti|aantal|deelnemers)\b|#|^$",
    re.IGNORECASE,
)
_TOOK_PART = re.compile(
    r"\b(participa\w*|members?|attend\w*|register\w*|registra\w*|invit\w*|respon\w*|"
    r"applica\w*|applied|"
    r"select\w*|recruit\w*|volunteers?|contribut\w*|came|sign(?:ed)?[ -]?ups?|teilnehm\w*|"
    r"inscrits?|partecipanti|deelnemers)\b",
    re.IGNORECASE,
)
_KNOWN = frozenset(fold(word) for words in WORDS.values() for word in words)
_LEAST = 2
_LONGEST_NOTE = 12
"""A line of more words than this is a remark and no group."""


@dataclass(frozen=True)
class CountsSheet:
    """Counts by attribute and group, and what of the sheet is none.

    Attributes
    ----------
    sheet : Sheet
        Where they stand.
    columns : mapping of str to list of str
        attribute, group, stage, count, a cell a count; counts as they were written.
    totals : int
        Rows of totals, which are left out.
    headings : tuple of str
        What stands above the columns of counts.
    """

    sheet: Sheet
    columns: Mapping[str, list[str]]
    totals: int
    headings: tuple[str, ...]

    @property
    def is_of_participants(self) -> bool:
        """Whether its headings say that people took part, and not that they live somewhere."""
        return any(_TOOK_PART.search(heading) for heading in self.headings)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages, in the order of the columns."""
        return tuple(dict.fromkeys(stage for stage in self.columns["stage"] if stage))


def counts_of(sheet: Sheet) -> CountsSheet | None:
    """The counts of a sheet; None where a row may be a person, or there are no counts."""
    numeric = [at for at in range(1, sheet.width) if _holds_counts(sheet, at)]
    if not numeric:
        return None
    first = next(row for row in range(len(sheet.rows)) if _is_figure(sheet.cell(row, numeric[0])))
    if first == 0:
        return None
    headings = {at: _heading(sheet, at, first) for at in numeric}
    counts = [
        at
        for at in numeric
        if _PEOPLE.search(headings[at]) and not _is_share(sheet, at, headings[at])
    ]
    labels = [
        at
        for at in range(min(numeric))
        if any(sheet.cell(row, at) for row in range(first, len(sheet.rows)))
    ]
    if not counts or not labels or len(labels) > 2:
        return None
    rows, totals = _rows(sheet, labels, counts, first)
    if not _are_groups([(attribute, group) for attribute, group, _ in rows]):
        return None
    stages = _stages([headings[at] for at in counts])
    columns: dict[str, list[str]] = {name: [] for name in ("attribute", "group", "stage", "count")}
    for attribute, group, row in rows:
        for at, stage in zip(counts, stages, strict=True):
            for name, cell in zip(
                columns, (attribute, group, stage, sheet.cell(row, at)), strict=True
            ):
                columns[name].append(cell)
    return CountsSheet(sheet, columns, totals, tuple(headings[at] for at in counts))


def _is_figure(cell: str) -> bool:
    """Whether a cell is a count, or says that a small one is not shown; a percentage is none."""
    if not cell:
        return False
    try:
        figure = read_figure(cell, where="")
    except InputError:
        return False
    return not figure.percent and (figure.is_range or figure.value.is_integer())


def _holds_counts(sheet: Sheet, at: int) -> bool:
    """Whether a column holds counts, some of which may not be shown, below its heading."""
    cells = [sheet.cell(row, at) for row in range(len(sheet.rows))]
    numbers = [cell.replace(",", "").isdigit() for cell in cells]
    if sum(numbers) < _LEAST:
        return False
    below = [cell for cell in cells[numbers.index(True) :] if cell]
    return sum(map(_is_figure, below)) * 4 >= 3 * len(below)


def _heading(sheet: Sheet, at: int, first: int) -> str:
    """What stands above a column, over one row or two; a title over several columns is its own too."""
    parts: list[str] = []
    for row in range(max(0, first - 3), first):
        cell = sheet.cell(row, at)
        left = at
        # A heading over several columns stands in the first of them.
        while not cell and left > 0 and not sheet.cell(first, left).isalpha():
            left -= 1
            cell = sheet.cell(row, left)
        if cell and len(cell.split()) <= _LONGEST_NOTE and cell not in parts:
            parts.append(cell)
    return " ".join(parts)


def _is_share(sheet: Sheet, at: int, heading: str) -> bool:
    """Whether a column holds percentages."""
    own = [sheet.cell(row, at) for row in range(len(sheet.rows))]
    own_heading = heading.split()[-1:] or [""]
    marked = sum(cell.endswith("%") for cell in own)
    return marked >= _LEAST or bool(_SHARE.search(own_heading[0]))


def _rows(
    sheet: Sheet, labels: Sequence[int], counts: Sequence[int], first: int
) -> tuple[list[tuple[str, str, int]], int]:
    """Attribute, group and row of every count, and how many rows are totals.

    An attribute stands in a column of its own, once a block, or as a heading line without figures.
    """
    found: list[tuple[str, str, int]] = []
    totals = 0
    attribute = _above(sheet, labels, first)
    for row in range(
        first if len(labels) == 2 else _heading_row(sheet, labels, first), len(sheet.rows)
    ):
        named = [sheet.cell(row, at) for at in labels]
        has_figure = any(sheet.cell(row, at) for at in counts)
        if len(labels) == 2 and named[0]:
            attribute = named[0]
        group = named[-1]
        if not has_figure:
            if len(labels) == 1 and group and len(group.split()) <= _LONGEST_NOTE:
                attribute = group
            continue
        if is_total_word(group or named[0]) or (len(labels) == 2 and not group):
            totals += 1
            continue
        if group:
            found.append((attribute, group, row))
    return found, totals


def _above(sheet: Sheet, labels: Sequence[int], first: int) -> str:
    """What the column of groups is headed with, which names their attribute where nothing else does."""
    heading = sheet.cell(first - 1, labels[-1]) if first else ""
    return heading or "group"


def _heading_row(sheet: Sheet, labels: Sequence[int], first: int) -> int:
    """The row from which headings of blocks are read: the one above the first figure, if it is one."""
    above = first - 1
    filled = [at for at in range(sheet.width) if sheet.cell(above, at)]
    return above if filled == [labels[0]] else first


def _are_groups(rows: Sequence[tuple[str, str]]) -> bool:
    """Whether labels are groups: each once an attribute, and enough of them such as groups are
    called everywhere (ages, sexes, yes and no), so that a list of persons is never taken for one.
    """
    by_attribute: dict[str, list[str]] = {}
    for attribute, group in rows:
        by_attribute.setdefault(attribute, []).append(group)
    if not rows or any(len(set(map(fold, g))) != len(g) for g in by_attribute.values()):
        return False
    return any(
        sum(map(_is_known_group, groups)) >= max(_LEAST, (len(groups) + 1) // 2)
        for groups in by_attribute.values()
    )


def _is_known_group(label: str) -> bool:
    band = band_of(label)
    return (
        end_marks_off(label) in _KNOWN
        or (band is not None and band.high - band.low > 1)
        or is_unknown(label)
    )


def _stages(headings: Sequence[str]) -> list[str]:
    """The stages that columns of counts are about: what tells their headings apart."""
    if len(headings) == 1:
        return [""]
    words = [heading.split() for heading in headings]
    shared = {word for word in words[0] if all(word in other for other in words)}
    named = [" ".join(word for word in own if word not in shared) for own in words]
    if len(set(named)) == len(named) and all(named):
        return named
    return [f"{heading} ({i})" for i, heading in enumerate(headings, start=1)]


def counts_in(path: Path) -> CountsSheet | None:
    """The sheet of counts of a file; None where it holds none, or cannot be opened."""
    try:
        sheets = open_sheets(path)
    except InputError:
        return None
    return next((found for found in map(counts_of, sheets) if found is not None), None)


def holds_counts(path: Path) -> bool:
    """Whether a path is a file with a sheet of counts."""
    return path.is_file() and counts_in(path) is not None


def counts_and_no_people(path: Path) -> InputError:
    """The error for a sheet of counts where people are read."""
    return InputError.of(
        f"{path.name} holds counts by group, a row a group, and no people.",
        code="table_of_counts",
        param="path",
        expected="a sheet with one row a person",
        hint="coprep audit reads such a sheet as it is, beside a baseline, and there is nothing to "
        "check; or save it as counts.csv with the columns attribute, group and count.",
    )
