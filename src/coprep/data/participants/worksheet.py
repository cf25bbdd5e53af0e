"""The cells of a sign-up file as text, with the rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from coprep.data.baseline.census.look import Look, look_at
from coprep.errors import InputError
from coprep.wording.labels import listed, show

_WORKBOOK = b"PK"
_MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """One table of a file, before anything is known of its columns.

    Attributes
    ----------
    path : Path
        The file.
    rows : tuple of tuples of str
        All cells, without outer blanks; row 0 is row 1 of the spreadsheet.
    title : str
        The sheet of a workbook; empty for a text file.
    separator, encoding : str
        Of a text file.
    dates : frozenset of (int, int)
        Row and column of cells that a spreadsheet holds as dates.
    others : mapping of str to int
        The other sheets of the workbook, with how many cells they hold.
    """

    path: Path
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    separator: str = ""
    encoding: str = ""
    dates: frozenset[tuple[int, int]] = frozenset()
    others: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name

    def cell(self, row: int, column: int) -> str:
        """A cell; empty where the row is shorter."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    @property
    def width(self) -> int:
        """How many columns there are."""
        return max(map(len, self.rows), default=0)


def open_sheets(path: Path, separator: str = "", encoding: str = "") -> tuple[Sheet, ...]:
    """The tables of a file: one of a text, several of a workbook.

    ``separator`` and ``encoding`` of a text are told by its content where they are not said.

    Raises
    ------
    InputError
        For a file that holds no table: empty, binary, damaged.
    """
    with path.open("rb") as raw:
        begin = raw.read(2)
    if begin == _WORKBOOK:
        sheets = _workbook(path)
        if sheets:
            return sheets
    look = look_at(path)
    if look.kind not in ("text", "parquet"):
        raise InputError.of(
            f"{path.name} holds no table of people.",
            code="not_a_table",
            param="path",
            expected="a CSV file or a workbook, as exported",
        )
    if encoding:
        look = replace(look, encoding=_known_encoding(encoding))
    if separator:
        look = replace(look, separator=separator)
    return (_text(look),)


def _known_encoding(name: str) -> str:
    """The encoding of a name, if Python knows it."""
    try:
        codecs.lookup(name)
    except LookupError:
        raise InputError.choice(
            "encoding", name, ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")
        ) from None
    return name


def _text(look: Look) -> Sheet:
    """The table of a text file; a first line such as ``sep=;`` is no row of it."""
    separator = look.separator
    if look.kind == "parquet":
        separator = ""
    rows = tuple(tuple(cell.strip() for cell in row) for row in look.rows())
    while rows and not any(rows[-1]):
        rows = rows[:-1]
    if not rows:
        raise InputError.of(f"{look.name} is empty.", code="empty_table", param="path")
    if any("\ufffd" in cell for row in rows[:200] for cell in row):
        raise InputError.of(
            f"{look.name} holds signs that are no text of its encoding ({look.encoding}).",
            code="not_text",
            param="path",
            hint="save it again as CSV in UTF-8.",
        )
    if look.kind == "text" and _ends_inside_quotes(look):
        raise InputError.of(
            f"{look.name} ends inside quotation marks: it was cut off, or a mark is missing.",
            code="cut_off",
            param="path",
            hint="export it again.",
        )
    return Sheet(look.path, rows, separator=separator, encoding=look.encoding)


def _ends_inside_quotes(look: Look) -> bool:
    """Whether the number of quotation marks is odd, as in no whole CSV file."""
    with look.open() as text:
        return sum(line.count('"') for line in text) % 2 == 1


def _workbook(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a workbook that hold cells, merged ones filled."""
    import zipfile

    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            if not any(name.startswith("xl/") for name in archive.namelist()):
                return ()
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # noqa: BLE001  (the package's errors have no common type)
        raise InputError.of(
            f"{path.name} is no readable workbook: {show(str(error))}.",
            code="unreadable_file",
            param="path",
            hint="open it in a spreadsheet program and save it again.",
        ) from None
    found = [_sheet(path, sheet) for sheet in book.worksheets if sheet.max_row < _MOST_ROWS]
    sizes = {sheet.title: sum(map(bool, sum(sheet.rows, ()))) for sheet in found}
    _formulas_without_values(path, found)
    return tuple(
        Sheet(
            path,
            sheet.rows,
            sheet.title,
            dates=sheet.dates,
            others={t: n for t, n in sizes.items() if t != sheet.title and n},
        )
        for sheet in found
        if sizes[sheet.title]
    )


def _sheet(path: Path, sheet: Any) -> Sheet:
    cells: list[list[str]] = []
    dates: set[tuple[int, int]] = set()
    for row, values in enumerate(sheet.iter_rows(values_only=True)):
        cells.append([_written(value).strip() for value in values])
        dates |= {(row, at) for at, value in enumerate(values) if isinstance(value, date)}
    for block in sheet.merged_cells.ranges:
        # A block over rows is one answer for all of them; a title over columns stays one cell.
        if block.min_col == block.max_col and block.max_row <= len(cells):
            text = cells[block.min_row - 1][block.min_col - 1]
            for row in range(block.min_row - 1, block.max_row):
                cells[row][block.min_col - 1] = text
    while cells and not any(cells[-1]):
        cells.pop()
    return Sheet(path, tuple(map(tuple, cells)), sheet.title, dates=frozenset(dates))


def _written(value: object) -> str:
    """A cell as it would be written in a text table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _formulas_without_values(path: Path, sheets: list[Sheet]) -> None:
    """Refuse a column of formulas that no program has worked out: its cells look empty."""
    import openpyxl

    empty = [
        (sheet, at)
        for sheet in sheets
        for at in range(sheet.width)
        if not any(sheet.cell(row, at) for row in range(1, len(sheet.rows)))
    ]
    if not empty:
        return
    book = openpyxl.load_workbook(path, read_only=True)
    bad = []
    for sheet, at in empty:
        column = book[sheet.title].iter_rows(min_row=2, min_col=at + 1, max_col=at + 1)
        if any(cell.data_type == "f" for row in column for cell in row):
            bad.append(sheet.cell(0, at) or f"column {at + 1}")
    book.close()
    if bad:
        raise InputError.of(
            f"{path.name}: {listed(bad)} holds formulas without values.",
            code="formulas_without_values",
            param="path",
            got=tuple(bad),
            hint="open the workbook in a spreadsheet program and save it.",
        )
