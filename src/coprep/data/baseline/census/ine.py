"""INE Spain CSV files: code and name of a place in one cell, dots between thousands."""

from __future__ import annotations

import re

from coprep.data.baseline.census.concepts import attribute_name
from coprep.data.baseline.census.cube import role_of_name
from coprep.data.baseline.census.long_table import Column, Kind, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, tidy_table

_PLACES = {
    "municipios",
    "provincias",
    "comunidades y ciudades autónomas",
    "comunidades autónomas",
    "islas",
    "secciones",
}
_PLACES |= {"total nacional", "comunidades y provincias"}
_DATES = {"periodo", "año", "anualidad"}


def recognise(look: Look) -> bool:
    """Whether columns are Spanish places, Periodo and Total, the last one, apart by semicolons or
    tabs.
    """
    names = [cell.casefold() for cell in look.header]
    return (
        look.separator in ";\t"
        and names[-1:] == ["total"]
        and bool(_DATES & set(names))
        and (bool(_PLACES & set(names)) or "sexo" in names)
    )


def read(look: Look) -> LongTable:
    """The table; the places may be nested columns, of which the innermost that is filled counts."""
    header = look.header
    names = [cell.casefold() for cell in header]
    place = next((at for at in range(len(names) - 1, -1, -1) if names[at] in _PLACES), None)
    date = next((at for at, name in enumerate(names) if name in _DATES), None)
    dimensions = [
        Dimension(header[at], at, kind=_kind)
        for at, name in enumerate(names[:-1])
        if at != date and name not in _PLACES
    ]
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(name=place, date=date, split=_split),
        dimensions=dimensions,
        columns=[Column(len(header) - 1)],
        numerals=Numerals(style="dotted thousands"),
        choices=tuple(d.name for d in dimensions if role_of_name(attribute_name(d.name)) == "unit"),
        source="INE",
    )


def _split(cell: str) -> tuple[str, str]:
    """Code and name, as in 28079 Madrid."""
    found = re.fullmatch(r"(\d{2,10})\s+(.+)", cell.strip())
    return (found[1], found[2]) if found else ("", cell.strip())


def _kind(_code: str, label: str) -> Kind:
    return "total" if label.casefold() in ("total", "ambos sexos", "todas las edades") else "group"
