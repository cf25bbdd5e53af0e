"""e-Stat tables (Japan): lines of keys, a line VALUE, then pairs of code and label columns."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Meaning, Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, tidy_table

_WORDS: dict[str, Meaning] = {"-": "zero", "***": "missing", "x": "suppressed", "…": "missing"}


def _value_line(look: Look) -> int | None:
    return next(
        (at for at, row in enumerate(look.head) if row and row[0] == "VALUE" and len(row) <= 1),
        None,
    )


def recognise(look: Look) -> bool:
    """Whether a line VALUE stands above a header that begins with tab_code or cat01_code."""
    at = _value_line(look)
    return (
        at is not None
        and len(look.head) > at + 1
        and any("_code" in cell for cell in look.head[at + 1])
    )


def read(look: Look) -> LongTable:
    """The table below VALUE: pairs of a code column and a label column."""
    at = (_value_line(look) or 0) + 1
    header = look.head[at]
    value = header.index("value")
    places = Places()
    dimensions: list[Dimension] = []
    for place in range(value - 1):
        code = header[place].removesuffix("_code")
        if code == header[place]:
            continue
        if code == "area":
            places = Places(place, place + 1, None, places.date, places.measure)
        elif code == "time":
            places = Places(places.code, places.name, None, place + 1, places.measure)
        elif code == "tab":
            places = Places(places.code, places.name, None, places.date, place + 1)
        else:
            dimensions.append(Dimension(header[place + 1], place + 1, place))
    return tidy_table(
        look, start=at + 1, width=value + 1, places=places, dimensions=dimensions,
        columns=[Column(value)],
        numerals=Numerals(style="point", words=_WORDS), source="e-Stat",
    )  # fmt: skip
