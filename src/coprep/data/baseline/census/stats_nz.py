"""Stats NZ: Datafinder files of pairs of places, and the large downloads that hold codes alone."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Category, Column, Kind, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, tidy_table
from coprep.data.totals import is_total_word

_CODE = re.compile(r"(SA\d|TA|RC|MB|Ward)\w*_code_(\w+)", re.IGNORECASE)
_NAME = re.compile(r"(SA\d|TA|RC|MB|Ward)\w*_name_(\w+)", re.IGNORECASE)
_GRID = re.compile(r"\w*(easting|northing|latitude|longitude)\w*", re.IGNORECASE)
_NUMERALS = Numerals(
    style="point",
    words={"-999": "suppressed", "..c": "suppressed", "..s": "suppressed"},
    hidden=(0.0, 5.0),
    base=3,
)
_TOTALS = {"9999", "99999", "999999", "9"}


def recognise(look: Look) -> bool:
    """Whether the header holds codes and names of places with what they are for, or is that of a
    large download.
    """
    header = look.header
    pairs = sum(bool(_CODE.fullmatch(cell)) for cell in header)
    return _is_large(look) or (pairs > 0 and any(map(_NAME.fullmatch, header)))


def _is_large(look: Look) -> bool:
    names = [cell.casefold() for cell in look.header]
    return names[:1] == ["year"] and names[-1:] == ["count"] and "area" in names and len(names) >= 4


def read(look: Look) -> LongTable:
    """The table; counts are rounded to 3 at random, and cells of under 6 people are hidden."""
    if _is_large(look):
        return _large(look)
    header = look.header
    codes = [at for at, cell in enumerate(header) if _CODE.fullmatch(cell)]
    names = [at for at, cell in enumerate(header) if _NAME.fullmatch(cell)]
    used = {*codes, *names}
    columns: list[Column] = []
    ignored: list[tuple[str, str]] = []
    for at, cell in enumerate(header):
        if at in used:
            continue
        if _GRID.fullmatch(cell):
            ignored.append((cell, "a coordinate"))
        else:
            kind: Kind = "total" if is_total_word(cell) else "group"
            columns.append(Column(at, {"group": Category(cell, kind=kind)}))
    # A row of commuters is a pair of places: the second one is a breakdown of the first.
    others = [Dimension(header[n], n, c) for c, n in zip(codes[1:], names[1:], strict=True)]
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(codes[0], names[0]),
        dimensions=others,
        columns=columns,
        more_dimensions=("group",),
        numerals=_NUMERALS,
        named=False,
        sparse=True,
        ignored=tuple(ignored),
        source="Stats NZ",
    )


def _large(look: Look) -> LongTable:
    header = look.header
    names = [cell.casefold() for cell in header]
    area = names.index("area")
    dimensions = [
        Dimension(
            header[at], code_at=at, kind=lambda code, _: "total" if code in _TOTALS else "group"
        )
        for at in range(1, len(header) - 1)
        if at != area
    ]
    ethnic = tuple(d.name for d in dimensions if d.name.casefold().startswith("ethnic"))
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(code=area, date=0),
        dimensions=dimensions,
        columns=[Column(len(header) - 1)],
        numerals=_NUMERALS,
        overlapping=ethnic,
        source="Stats NZ",
    )
