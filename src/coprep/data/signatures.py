"""What a file that is no text seems to be, by its first bytes: names lie, as in a workbook renamed to .csv."""

from __future__ import annotations

import io
import zipfile

__all__ = ["seems_to_be"]

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
