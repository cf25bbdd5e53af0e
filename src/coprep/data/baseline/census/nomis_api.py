"""Nomis API tables: a row a cell, with codes and names of everything in columns of their own."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import Dimension, Places, maybe_at, tidy_table

_NEEDED = {"GEOGRAPHY_NAME", "OBS_VALUE"}
_NO_DIMENSION = {"GEOGRAPHY", "DATE", "MEASURES", "OBS_STATUS", "OBS_CONF", "RECORD", "URN", "FREQ"}


def recognise(look: Look) -> bool:
    """Whether the header holds GEOGRAPHY_NAME and OBS_VALUE."""
    return {cell.upper() for cell in look.header} >= _NEEDED


def read(look: Look) -> LongTable:
    """The table: every NAME_NAME column beside place, date and measure is a dimension."""
    header = [cell.upper() for cell in look.header]
    dimensions = []
    for at, name in enumerate(header):
        stem = name.removesuffix("_NAME")
        if stem == name or stem in _NO_DIMENSION:
            continue
        title = "category" if stem in ("CELL", "C_CELL") else stem.removeprefix("C_")
        code = maybe_at(header, f"{stem}_CODE", stem)
        dimensions.append(Dimension(title.replace("_", " ").capitalize(), at, code))
    return tidy_table(
        look,
        start=look.head.index(look.header) + 1,
        width=len(header),
        places=Places(
            code=maybe_at(header, "GEOGRAPHY_CODE"),
            name=maybe_at(header, "GEOGRAPHY_NAME"),
            level=maybe_at(header, "GEOGRAPHY_TYPE"),
            date=maybe_at(header, "DATE_NAME", "DATE"),
            measure=maybe_at(header, "MEASURES_NAME"),
            flag=None,
        ),
        dimensions=dimensions,
        columns=[Column(header.index("OBS_VALUE"))],
        named=all(d.name != "Category" for d in dimensions),
        source="Nomis",
    )
