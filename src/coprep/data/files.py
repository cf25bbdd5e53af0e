"""Reads tables from disk (encodings, separators, quotes), every cell as it was written."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coprep.errors import InputError, MissingExtraError
from coprep.host import long_fields
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

Columns = dict[str, list[str | None]]
"""A table of text: None where a cell is empty. Words such as "None" and "NA" stay words."""

_LARGEST = 2 * 2**30
_VALUE = re.compile(rb"<v\b[^>]*>[^<]")
_CELL = re.compile(rb"<c\b[^>]*>.*?</c>", re.DOTALL)
_SEPARATORS = ",;\t|"
_LOOKED_AT = 8192
_CONTROLS = frozenset(map(chr, range(1, 32))) - frozenset("\t\n\v\f\r\x1a")


_SHEET = "open it in a spreadsheet program and save the sheet as CSV."
_UNPACK = "unpack it, and pass the table that is in it."
_WRITE = "write its table into a CSV file, with a line of column names."

_BY_BEGINNING: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook or document of old Microsoft Office", _SHEET),
    (b"PAR1\x15", "a Parquet table", "name it {stem}.parquet."),
    (b"ARROW1\x00\x00", "an Arrow (Feather) table", "save it as Parquet or CSV."),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV."),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"%PDF-", "a PDF document", _WRITE),
    (b"\x89PNG\r\n", "a PNG picture", _WRITE),
    (b"\xff\xd8\xff", "a JPEG picture", _WRITE),
    (b"GIF87a", "a GIF picture", _WRITE),
    (b"GIF89a", "a GIF picture", _WRITE),
)
_ZIP = b"PK\x03\x04"
# What an archive holds when it is a document, the first that fits.
_BY_PARTS = (
    ("xl/", "an Excel workbook", _SHEET),
    ("word/", "a Word document", _WRITE),
    ("ppt/", "a PowerPoint presentation", _WRITE),
    ("mimetype", "an OpenDocument file", _SHEET),
)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its name, and the SHA-256 of its bytes."""

    name: str
    sha256: str


def fingerprint(path: Path) -> ReadFile:
    """The name of a file, and the SHA-256 of its bytes."""
    with path.open("rb") as file:
        return ReadFile(path.name, hashlib.file_digest(file, "sha256").hexdigest())


def as_path(path: Any, *, folder: bool = False) -> Path:
    """``path`` as one that exists; the error says what does exist nearby."""
    kind = "folder" if folder else "file"
    try:
        found = Path(path)
        exists = found.is_dir() if folder else found.is_file()
    except (TypeError, ValueError, OSError):
        raise InputError.of(
            f"path must name a {kind}; got {show(path)}.",
            param="path",
            got=str(type(path)),
        ) from None
    if exists:
        return found
    there = sorted(p.name for p in found.parent.iterdir()) if found.parent.is_dir() else []
    close = nearest(found.name, there)
    wrong = "does not exist"
    hint = f"did you mean {show(close)}?" if close else None
    if folder and found.is_file():
        wrong = "is a file"
        hint = "pass the folder that holds it."
    elif found.is_dir():
        wrong = "is a folder"
        hint = None
    raise InputError.of(
        f"{show(str(found), longest=200)} {wrong}; a {kind} was expected.",
        code="no_such_file",
        param="path",
        got=str(found),
        hint=hint,
    )


def check_regular(path: Path) -> None:
    """Refuse what is no file of a size that can be read: a folder, a device, a pipe, a dead link."""
    hint = "put an ordinary file there, or take it away."
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        wrong = f"cannot be read: {why}"
    else:
        if stat.S_ISREG(about.st_mode) and about.st_size <= _LARGEST:
            return
        wrong = "is no file: it is a folder, a device or a pipe"
        if stat.S_ISREG(about.st_mode):
            wrong = f"is too large to be read here ({about.st_size / 2**30:.1f} GB)"
            hint = "read it with DuckDB or another engine, and pass the table in Python."
    raise InputError.of(
        f"{show(path.name)} {wrong}.", code="unreadable_file", param=path.name, hint=hint
    )


def _bytes_of(path: Path) -> bytes:
    """What a file holds."""
    check_regular(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError.of(
            f"{show(path.name)} cannot be read: {error.strerror}.",
            code="unreadable_file",
            param=path.name,
            hint="is it open elsewhere, or yours to read?",
        ) from None


def read_text(path: Path) -> str:
    """The text of a file; one that holds none is an error that says what it seems to be."""
    raw = _bytes_of(path)
    text = _decoded(raw)
    seems = seems_to_be(raw)
    if seems is None and not _is_binary(text):
        return text
    what, hint = seems or ("", "save it again as CSV, from the program that made it.")
    raise InputError.of(
        f"{path.name} is no text{f': it seems to be {what}' if what else ''}.",
        code="not_text",
        param=path.name,
        got=what or "binary data",
        expected="a text table",
        hint=hint.format(stem=path.stem),
    )


def seems_to_be(raw: bytes) -> tuple[str, str] | None:
    """What the bytes of a file seem to be and what to do with it; None where they may be text.

    >>> seems_to_be(b"%PDF-1.7 ...")[0]
    'a PDF document'
    >>> seems_to_be(b"attribute,group,count")
    """
    if raw.startswith(_ZIP):
        return _in_archive(raw)
    return next(
        ((what, hint) for begin, what, hint in _BY_BEGINNING if raw.startswith(begin)), None
    )


def _in_archive(raw: bytes) -> tuple[str, str]:
    """A zip archive, or the kind of document that is one inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        parts = []
    found = (
        (what, hint)
        for begin, what, hint in _BY_PARTS
        if any(part.startswith(begin) for part in parts)
    )
    return next(found, ("a zip archive", _UNPACK))


def _is_binary(text: str) -> bool:
    """Whether control characters are more than strays, as in no text of any encoding."""
    begin = text[:_LOOKED_AT]
    return sum(c in _CONTROLS for c in begin) > max(3, len(begin) // 50)


def _decoded(raw: bytes) -> str:
    """The text of a file: UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _rows(text: str, separator: str, name: str) -> list[list[str]]:
    lines = io.StringIO(text.replace("\x00", ""), newline="")
    try:
        with long_fields():
            return list(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise InputError.of(
            f"{name} is no readable table: {error}.",
            code="unreadable_file",
            param=name,
            hint="save it again as CSV.",
        ) from None


def _said_separator(text: str) -> tuple[str | None, str]:
    """What a first line such as ``sep=;`` says, and the text below it."""
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r'"?sep=(.)"?', first.strip(), re.IGNORECASE)
    return (said[1], rest) if said else (None, text)


def _separator(text: str) -> str:
    """The separator that the header line holds most of, outside quotes."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for i, part in enumerate(header.split('"')) if i % 2 == 0)
    return max(_SEPARATORS, key=bare.count)


def columns_of(rows: Sequence[Sequence[str]], name: str) -> Columns:
    """Columns under their header; missing cells are empty, cells beyond it an error."""
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise InputError.of(f"{name} is empty.", code="empty_table", param=name)
    header = [cell.strip() for cell in rows[0]]
    while header and not header[-1]:
        header.pop()
    twice = sorted({c for c in header if header.count(c) > 1})
    if twice or "" in header:
        what = f"columns of one name: {listed(twice)}" if any(twice) else "a column without a name"
        raise InputError.of(
            f"{name} has {what}.",
            code="duplicate_column",
            param=name,
            hint="give each column a name of its own.",
        )
    wide = sum(any(cell.strip() for cell in row[len(header) :]) for row in rows[1:])
    if wide:
        hint = "put quotes around cells that hold the separator."
        if len(header) == 1:
            hint = "delete what stands above the line of column names, such as a title."
        raise InputError.of(
            f"{name}: {wide:,} rows have more cells than the header's {len(header):,}.",
            code="ragged_rows",
            param=name,
            got=wide,
            hint=hint,
        )
    width = len(header)
    even = [row if len(row) == width else [*row, *[""] * width][:width] for row in rows[1:]]
    columns = zip(*even, strict=True) if even else ((),) * width
    return {
        name: [cell or None for cell in column]
        for name, column in zip(header, columns, strict=True)
    }


def read_csv(path: Path) -> Columns:
    """A text table, comma, semicolon, tab or bar separated."""
    said, text = _said_separator(read_text(path))
    return columns_of(_rows(text, said or _separator(text), path.name), path.name)


def read_parquet(path: Path) -> Any:
    """A Parquet table."""
    import pandas as pd

    check_regular(path)

    try:
        return pd.read_parquet(path)
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet", f"Reading {path.name}") from None
    except Exception as error:  # noqa: BLE001  (the engines' errors have no common type)
        raise InputError.of(
            f"{path.name} is no readable Parquet file: {show(str(error))}.",
            code="unreadable_file",
            param=path.name,
        ) from None


def _check_formulas(path: Path) -> None:
    """Refuse formulas without their values, which would be read as empty cells."""
    lacking = 0
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if not part.startswith("xl/worksheets/"):
                continue
            sheet = archive.read(part)
            if b"<f" in sheet:
                cells = (found[0] for found in _CELL.finditer(sheet))
                lacking += sum(b"<f" in cell and not _VALUE.search(cell) for cell in cells)
    if lacking:
        raise InputError.of(
            f"{path.name} holds {count_of(lacking, 'formula')} without values.",
            code="formulas_without_values",
            param=path.name,
            got=lacking,
            hint="open it in a spreadsheet program, which works them out, and save it.",
        )


def read_sheets(path: Path) -> Mapping[str, Any]:
    """The sheets of a workbook by name, every cell kept as it is; empty sheets are left out."""
    import pandas as pd

    check_regular(path)
    try:
        sheets = pd.read_excel(
            path, sheet_name=None, dtype=object, keep_default_na=False, na_values=[""]
        )
    except Exception as error:  # noqa: BLE001  (the engines' errors have no common type)
        why = show(str(error)) if str(error) else f"the reader gave up ({type(error).__name__})"
        raise InputError.of(
            f"{path.name} is no readable workbook: {why}.",
            code="unreadable_file",
            param=path.name,
        ) from None
    _check_formulas(path)
    return {
        str(name): sheet.dropna(how="all") for name, sheet in sheets.items() if len(sheet.columns)
    }
