"""StatLine tables of Statistics Netherlands: codes padded with blanks."""

from __future__ import annotations

from coprep.data.baseline.census.cube import total_kind
from coprep.data.baseline.census.long_table import Column, Kind, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, maybe_at, tidy_table


def recognise(look: Look) -> bool:
    """Whether the header begins with ID and holds RegioS or Perioden."""
    return look.header[:1] == ["ID"] and "Perioden" in look.header


def read(look: Look) -> LongTable:
    """The table: keys are codes padded with blanks, and every column behind the period is a
    measure.
    """
    header = look.header
    period = header.index("Perioden")
    area = maybe_at(header, "RegioS", "WijkenEnBuurten")
    dimensions = [
        Dimension(name, code_at=at, kind=_kind)
        for at, name in enumerate(header[:period])
        if at and at != area
    ]
    columns = [Column(at, measure=header[at]) for at in range(period + 1, len(header))]
    return tidy_table(
        look, start=look.head.index(header) + 1, width=len(header), places=Places(code=area,
        date=period),
        dimensions=dimensions, columns=columns, numerals=Numerals(style="comma"),
        source="Statistics Netherlands, StatLine",
    )  # fmt: skip


def _kind(code: str, label: str) -> Kind:
    return (
        "total"
        if code in ("10000", "T001038", "T001019") or code.startswith("T00")
        else total_kind(code, label)
    )
