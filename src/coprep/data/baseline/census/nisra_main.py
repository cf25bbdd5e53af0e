"""NISRA main statistics (MS tables): a sheet with counts, and percentages of them below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.errors import InputError

_TITLE = re.compile(r"\bMS-[A-Z]\d{2}[A-Z]?\b")
_PLACE = re.compile(r"geography|geography[ _]*(code|name)?", re.IGNORECASE)
_CODE = re.compile(r"N\d{8}|N\d{2}[A-Z]{2}\d{6}|[A-Z]\d{8}|95[A-Z]{2}\d{2,6}[A-Z]?\d*")
_NOTE = re.compile(r"\s*\[(?:note|Note)s? [\d, ]+\]")
_EVERYBODY = re.compile(r"all\b.*|total.*", re.IGNORECASE)
COUNTS = "Count"
PERCENTAGES = "Percentage"


def recognise(look: Look) -> bool:
    """Whether a title names a table of the main statistics and a header its geography."""
    titles = any(_TITLE.search(cell) for row in look.head[:8] for cell in row[:2])
    return titles and _header_at(look) is not None


def read(look: Look) -> LongTable:
    """Both blocks of the sheet, told apart by what they measure."""
    at = _header_at(look)
    assert at is not None, "recognise has found the header"
    header = [_bare(cell) for cell in look.head[at]]
    title = next(cell for row in look.head for cell in row if _TITLE.search(cell))
    words = _bare(title).partition(_TITLE.search(title)[0])[2].strip(" :-–")  # type: ignore[index]
    # What the table is about stands before what it is broken down by.
    attribute = re.split(r"\s+(?:by|\()\s*|\s+[-–]\s+", words)[0].strip() or "group"
    figures = [i for i, cell in enumerate(header) if cell and not _PLACE.fullmatch(cell)]
    # A category may have the name of the question in front, as in "Religion: Catholic".
    labels = [header[i].rpartition(": ")[2] for i in figures]
    columns = []
    for i, label in zip(figures, labels, strict=True):
        keys = {}
        if not _EVERYBODY.fullmatch(label):
            keys = {attribute: Category(label)}
        columns.append(Column(i, keys))
    places = [i for i, cell in enumerate(header) if _PLACE.fullmatch(cell)]
    return LongTable(
        dimensions=(attribute,),
        columns=tuple(columns),
        rows=_Blocks(look, at, tuple(places)),
        source="Census 2021, Northern Ireland (NISRA)",
        universe=next((label for label in labels if _EVERYBODY.fullmatch(label)), ""),
        date="2021",
    )


def _header_at(look: Look) -> int | None:
    """The first row that names the geography and at least two figures."""
    for at, row in enumerate(look.head[:30]):
        named = [cell for cell in row if _PLACE.fullmatch(_bare(cell))]
        if named and sum(map(bool, row)) >= len(named) + 2:
            return at
    return None


def _bare(cell: str) -> str:
    """A cell without its notes and line breaks."""
    return " ".join(_NOTE.sub("", cell).split())


@dataclass(frozen=True)
class _Blocks:
    """The rows of both blocks; from a line that speaks of percentages on, figures are such."""

    look: Look
    header_at: int
    places: tuple[int, ...]

    def __iter__(self) -> Iterator[Row]:
        # The last line that stands alone above the header says what the first block holds.
        above = [row[0].casefold() for row in self.look.head[: self.header_at] if any(row)]
        measure = COUNTS
        if above and "percentage" in above[-1] and "count" not in above[-1]:
            measure = PERCENTAGES
        for number, cells in enumerate(self.look.rows(), start=1):
            if number <= self.header_at + 1 or not any(cell.strip() for cell in cells):
                continue
            area = self._area(cells)
            if area.code:
                yield Row(area, cells, measure=measure)
                continue
            said = " ".join(cells).casefold()
            if "percentage" in said or "%" in said:
                measure = PERCENTAGES
            elif "count" in said:
                measure = COUNTS
            elif len(cells) > 1 and sum(cell.strip().isdigit() for cell in cells) > 1:
                raise InputError.of(
                    f"{self.look.name}, row {number:,} has figures and no code of a place.",
                    code="unreadable_file",
                    param="path",
                    hint="the file may have been changed: download it again.",
                )

    def _area(self, cells: list[str]) -> Area:
        """The place of a row: one of its cells is a code."""
        held = [cells[i].strip() for i in self.places if i < len(cells)]
        code = next((cell for cell in held if _CODE.fullmatch(cell)), "")
        name = next((_bare(cell) for cell in held if cell and cell != code), code)
        return Area(code, name)
