"""NISRA 2011 bulk files: figures under codes, which a second file beside them (DESC) explains."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Category, Column, LongTable
from coprep.data.baseline.census.look import Look, look_at
from coprep.data.baseline.census.tidy import Places, tidy_table
from coprep.errors import CoprepError, InputError

_CODE = re.compile(r"[A-Z]{2,4}\d{2,4}[A-Z]*NI\d{4}")
_DESCRIPTION = "ColumnVariableDescription"
_MOST_FILES = 500
_LARGEST = 5_000_000


def recognise(look: Look) -> bool:
    """Whether the header is GeographyCode and codes of columns."""
    header = look.header
    return (
        len(header) > 1
        and header[0] == "GeographyCode"
        and all(_CODE.fullmatch(cell) for cell in header[1:])
    )


def read(look: Look) -> LongTable:
    """The table: counts and percentages side by side, told apart by their unit."""
    header = look.header
    described = _described(look, header[1])
    columns: list[Column] = []
    dimensions: dict[str, None] = {}

    for at, code in enumerate(header[1:], start=1):
        if code not in described:
            raise InputError.of(
                f"the DESC file beside {look.name} does not describe {code}.",
                code="unknown_column",
                param="path",
                got=code,
            )
        unit, text = described[code]
        dimension, colon, label = text.partition(": ")
        keys = {dimension: Category(label)} if colon else {}
        dimensions |= dict.fromkeys(keys)
        columns.append(Column(at, keys, unit))
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(code=0),
        dimensions=(),
        columns=columns,
        more_dimensions=dimensions,
        source="Census 2011, Northern Ireland",
        date="2011",
    )


def _described(look: Look, code: str) -> dict[str, tuple[str, str]]:
    """Unit and description of each code, from the file beside this one that has them."""
    files = sorted(look.path.parent.iterdir())[:_MOST_FILES]
    for file in files:
        if file == look.path or not file.is_file() or file.stat().st_size > _LARGEST:
            continue
        if file.suffix.casefold() not in (".csv", ".txt"):
            continue
        try:
            beside = look_at(file)
        except CoprepError:
            continue
        if _DESCRIPTION not in beside.header:
            continue
        found = {
            cells[0].strip(): (cells[1].strip(), cells[3].strip())
            for cells in beside.rows()
            if len(cells) >= 4
        }
        if code in found:
            return found
    raise InputError.of(
        f"the columns of {look.name} are codes, and no file beside it describes {code}.",
        code="no_codebook",
        param="path",
        hint="put the file whose name holds DESC, from the same download, into the same folder.",
    )
