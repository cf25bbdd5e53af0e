"""Indices of Deprivation, File 7: people by the decile of their small area."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.people_by_place import PlaceRows
from coprep.data.baseline.census.tidy import FileRows, Places

_DECILE = re.compile(r"(.+?) Decile \(where 1 is most deprived.*", re.IGNORECASE)
_PEOPLE = re.compile(r"Total population.*", re.IGNORECASE)
_LSOA = re.compile(r"LSOA code \(\d{4}\)", re.IGNORECASE)


def recognise(look: Look) -> bool:
    """Whether the header holds LSOA codes and deciles where 1 is most deprived."""
    header = look.header
    return any(map(_LSOA.fullmatch, header)) and any(map(_DECILE.fullmatch, header))


def read(look: Look) -> LongTable:
    """The people of each district by the decile of their small area."""
    header = look.header
    deciles = {at: _name(m[1]) for at, cell in enumerate(header) if (m := _DECILE.fullmatch(cell))}
    people = next((at for at, cell in enumerate(header) if _PEOPLE.fullmatch(cell)), None)
    code = next(
        at
        for at, cell in enumerate(header)
        if cell.casefold().startswith("local authority district code")
    )
    places = Places(code=code, name=code + 1)
    if people is None:
        raise _without_people(look)
    known: dict[tuple[int, str], Category] = {}

    def make(cells: list[str]) -> Row:
        keys = {
            name: known.setdefault((at, cells[at]), Category(str(int(float(cells[at])))))
            for at, name in deciles.items()
        }
        return Row(places.area(cells), [cells[people].strip()], keys=keys)

    rows = FileRows(look, look.head.index(header) + 1, len(header), make)
    ignored = tuple(
        (cell, "a score or rank of places, and no people")
        for cell in header
        if re.search(r"\b(Score|Rank)\b", cell)
    )
    return LongTable(
        dimensions=tuple(deciles.values()),
        columns=(Column(0),),
        rows=PlaceRows(rows, tuple(deciles.values())),
        numerals=Numerals(style="point"),
        sparse=True,
        ignored=ignored,
        source="Indices of Deprivation, England",
        remarks=("People are counted by the decile of the small area that they live in.",),
    )


def _name(domain: str) -> str:
    return (
        "IMD decile"
        if domain.startswith("Index of Multiple Deprivation")
        else f"{domain.strip()} decile"
    )


def _without_people(look: Look) -> Exception:
    from coprep.errors import InputError

    return InputError.of(
        f"{look.name} holds deciles of small areas without the people in them: a decile is no "
        f"tenth of the people "
        "of a place.",
        code="no_figures",
        param="path",
        hint="download File 7, which holds all ranks, deciles and populations.",
    )
