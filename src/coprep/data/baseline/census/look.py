"""Look into a file before its format is known: its kind, its first rows, and all rows."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal

from coprep.data.files import seems_to_be
from coprep.errors import InputError, MissingExtraError
from coprep.host import long_fields
from coprep.wording.labels import show

SEPARATORS = ",;\t|"
_HEAD = 80
_BEGIN = 65_536
_LARGEST_JSON = 500_000_000
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_WORKBOOK = "an Excel workbook"


@dataclass(frozen=True)
class Look:
    """A file that was opened: readers recognise it by what they see here, and never by its name.

    Attributes
    ----------
    path : Path
        The file.
    kind : {"text", "json", "workbook", "parquet"}
        What its bytes are.
    encoding : str
        Of a text: UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1252.
    separator : str
        Of a text: the one that most of its first lines agree about.
    sheet : sequence of rows
        Of a workbook: the cells of the sheet that was chosen, as text.
    """

    path: Path
    kind: Literal["text", "json", "workbook", "parquet"]
    encoding: str = "utf-8"
    separator: str = ","
    sheet: Sequence[Sequence[str]] = field(default=())

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name

    @cached_property
    def head(self) -> list[list[str]]:
        """The first rows, cells without outer blanks."""
        return [[cell.strip() for cell in row] for row in itertools.islice(self.rows(), _HEAD)]

    @cached_property
    def header(self) -> list[str]:
        """The first row that is not empty."""
        return next((row for row in self.head if any(row)), [])

    @cached_property
    def begin(self) -> str:
        """The first characters of a text."""
        if self.kind not in ("text", "json"):
            return ""
        with self.open() as text:
            return text.read(_BEGIN)

    @cached_property
    def content(self) -> Any:
        """The content of a JSON file."""
        try:
            with self.open() as text:
                return json.loads(text.read(_LARGEST_JSON))
        except (ValueError, RecursionError) as error:
            raise _unreadable(self.name, f"its JSON is damaged: {show(str(error))}") from None

    @cached_property
    def ends_with_line(self) -> bool:
        """Whether the last line of a text is ended, as it is in a file that was not cut off."""
        if self.kind != "text":
            return True
        with self.path.open("rb") as raw:
            raw.seek(-1, 2)
            return raw.read(1) in b"\r\n" or self.encoding == "utf-16"

    def open(self) -> AbstractContextManager[IO[str]]:
        """The text, from its beginning."""
        return _opened(self.path, self.encoding)

    def rows(self) -> Iterator[list[str]]:
        """All rows as text, in the file's order; each call begins anew."""
        if self.kind == "workbook":
            yield from (list(row) for row in self.sheet)
            return
        if self.kind == "parquet":
            yield from _parquet_rows(self.path)
            return
        try:
            with self.open() as text, long_fields():
                lines = (line.replace("\x00", "") for line in text)
                yield from csv.reader(lines, delimiter=self.separator)
        except csv.Error as error:
            raise _unreadable(self.name, str(error)) from None


def _opened(path: Path, encoding: str) -> IO[str]:
    errors = "strict" if encoding.startswith("utf-8") else "replace"
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
    if packed:
        unpacked: Any = gzip.open(path, "rb")  # noqa: SIM115  (closed with the text around it)
        return io.TextIOWrapper(unpacked, encoding=encoding, errors=errors, newline="")
    return path.open(encoding=encoding, errors=errors, newline="")


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    """The names of the columns, then all rows as text, a batch at a time."""
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet", f"Reading {path.name}") from None
    try:
        with pq.ParquetFile(path) as table:
            yield list(table.schema_arrow.names)
            for batch in table.iter_batches(batch_size=20_000):
                columns = [[_written(v) for v in column.to_pylist()] for column in batch.columns]
                yield from map(list, zip(*columns, strict=True))
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        raise _unreadable(
            path.name, f"it is no readable Parquet file: {show(str(error))}"
        ) from None


def look_at(path: Path) -> Look:
    """Open a file and see what it is.

    Raises
    ------
    InputError
        For an empty file, and for one that holds neither text nor a table.
    """
    try:
        return _looked(path)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path.name, f"it cannot be opened: {show(str(error))}") from None


def _looked(path: Path) -> Look:
    with path.open("rb") as raw:
        begin = raw.read(_BEGIN)
    if not begin.strip():
        raise InputError.of(f"{path.name} is empty.", code="empty_table", param="path")
    if begin.startswith(_PARQUET):
        return Look(path, "parquet")
    packed = begin.startswith(_GZIP)
    whole = path.read_bytes() if begin[:2] == b"PK" else begin
    seems = None if packed else seems_to_be(whole)
    if seems is not None and seems[0] == _WORKBOOK:
        return Look(path, "workbook", sheet=_cells(path))
    if seems is not None:
        what, hint = seems
        raise InputError.of(
            f"{path.name} is no table: it seems to be {what}.",
            code="not_text",
            param="path",
            got=what,
            hint=hint.format(stem=path.stem),
        )
    encoding = _encoding(path)
    with _opened(path, encoding) as text:
        shown = text.read(_BEGIN)
    if _is_binary(shown):
        raise InputError.of(
            f"{path.name} holds binary data, and no table.", code="not_text", param="path"
        )
    stripped = shown.lstrip("\ufeff \t\r\n")
    if stripped[:1] in ("[", "{"):
        return Look(path, "json", encoding)
    return Look(path, "text", encoding, _separator(shown))


def _encoding(path: Path) -> str:
    """How the whole file is written: a byte far down can tell that it is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as raw:
        begin = raw.read(2)
    if begin in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    opener: Any = gzip.open if begin == _GZIP else open
    try:
        with opener(path, "rb") as raw:
            while piece := raw.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _is_binary(text: str) -> bool:
    controls = sum(ord(c) < 32 and c not in "\t\n\v\f\r\x1a" for c in text)
    return controls > max(3, len(text) // 50)


def _separator(begin: str) -> str:
    """The separator that gives the most rows of one width, and the widest of those."""
    lines = begin.splitlines()[:_HEAD]
    if len(lines) > 1 and len(begin) >= _BEGIN:
        lines.pop()
    filled = [line for line in lines if line.strip()]
    if len(filled) > 1 and all("\t" in line for line in filled):
        return "\t"  # Eurostat's keys hold commas, and titles hold anything
    scores = {}
    for separator in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            continue
        counts = Counter(width for width in widths if width > 1)
        scores[separator] = max((number * width for width, number in counts.items()), default=0)
    return max(scores, key=lambda separator: scores[separator], default=",")


def _cells(path: Path) -> list[list[str]]:
    """The cells of the one sheet that holds a table, as text.

    Raises
    ------
    InputError
        Where several sheets hold one.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {
            sheet.title: [
                [_written(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
            ]
            for sheet in book.worksheets
        }
        book.close()
    except Exception as error:  # noqa: BLE001  (the package's errors have no common type)
        raise _unreadable(path.name, f"it is no readable workbook: {show(str(error))}") from None
    tables = {title: rows for title, rows in sheets.items() if _figures(rows) >= 2}
    if len(tables) > 1:
        # Offices put the figures on one sheet, and notes, contents and metadata on others.
        widest = {t: r for t, r in tables.items() if _figures(r) >= 4}
        tables = widest or tables
    if len(tables) == 1:
        return next(iter(tables.values()))
    if not tables:
        raise InputError.of(
            f"no sheet of {path.name} holds a table with figures.", code="empty_table", param="path"
        )
    raise InputError.of(
        f"{path.name} holds tables on {len(tables)} sheets: {', '.join(map(show, tables))}.",
        code="several_sheets",
        param="path",
        expected=tuple(tables),
        hint="save the sheet you mean as a file of its own.",
    )


def _written(cell: object) -> str:
    """A cell as it would be written in a text table."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _figures(rows: Sequence[Sequence[str]]) -> int:
    """How many rows hold a figure beside a label."""
    return sum(
        any(c.replace(".", "").replace(",", "").isdigit() for c in row[1:]) for row in rows[:200]
    )


def _unreadable(name: str, why: str) -> InputError:
    return InputError.of(
        f"{name} cannot be read: {why}.",
        code="unreadable_file",
        param="path",
        hint="download it again, or save it again as CSV.",
    )
