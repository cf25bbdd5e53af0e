"""Cubes, a figure for every combination of categories, as rows of a table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.data.baseline.census.long_table import Area, Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.labels import fold

_AREA = frozenset(
    {
        "region",
        "geo",
        "area",
        "municipality",
        "county",
        "counties",
        "administrative counties",
        "municipios",
        "kommune",
    }
    | {
        "provincias",
        "nuts",
        "country",
        "state",
        "province",
        "district",
        "territory",
        "regions",
        "geopolitical entity",
    }
    | {
        "geopolitical entity (reporting)",
        "kommuner",
        "alue",
        "kreis",
        "regios",
        "地域",
        "地域(2020)",
        "wijken en buurten",
    }
    | {
        "ref_area",
        "reference area",
        "local authority",
        "provinces",
        "län",
        "fylke",
        "time and region",
        "c_area",
    }
)
_DATE = frozenset(
    {
        "time",
        "year",
        "period",
        "date",
        "periodo",
        "år",
        "vuosi",
        "jahr",
        "time period",
        "time_period",
        "perioden",
    }
    | {
        "censusyear",
        "census year",
        "tlist(a1)",
        "quarter",
        "month",
        "ano",
        "año",
        "tid",
        "anno",
        "rok",
        "時間軸",
    }
)
_MEASURE = frozenset(
    {
        "contents",
        "contentscode",
        "statistic",
        "statistics",
        "statistic label",
        "information",
        "measure",
        "indicator",
    }
    | {"tiedot", "observations", "variable", "unidad de medida", "tables"}
)
_UNIT = frozenset({"unit", "unit of measure", "freq", "time frequency", "frequency"})
_CODED = re.compile(r"([A-Z]{0,4}\d[\w.]*|[A-Z]{2}\d?[A-Z\d]*)\s+(\S.*)")


@dataclass(frozen=True, slots=True)
class CubeDimension:
    """A dimension with codes and labels; ``role`` is area, date, measure, or empty where the file
    does not say.
    """

    name: str
    label: str
    categories: Sequence[tuple[str, str]]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Cube:
    """The figure and the flag of each combination, the last dimension fastest."""

    dimensions: Sequence[CubeDimension]
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _CubeRows:
    cube: Cube
    roles: Mapping[int, str]
    categories: Sequence[Sequence[Category]]
    areas: Sequence[Area]

    def __iter__(self) -> Iterator[Row]:
        sizes = [range(len(d.categories)) for d in self.cube.dimensions]
        names = [d.label for d in self.cube.dimensions]
        for places, (value, flag) in zip(itertools.product(*sizes), self.cube.cells, strict=True):
            area = Area()
            date = ""
            measure = ""
            keys: dict[str, Category] = {}
            for at, place in enumerate(places):
                role = self.roles.get(at, "")
                category = self.categories[at][place]
                if role == "area":
                    area = self.areas[place]
                elif role == "date":
                    date = category.label
                elif role == "measure":
                    measure = category.label
                else:
                    keys[names[at]] = category
            yield Row(area, [value], date, keys, measure, flag="" if flag == ":" else flag)


def cube_table(cube: Cube, *, numerals: Numerals | None = None, **about: Any) -> LongTable:
    """A cube as a table: its places down, everything else as categories."""
    roles = roles_of(cube.dimensions)
    categories = [[_category(code, label) for code, label in d.categories] for d in cube.dimensions]
    place = next((at for at, role in roles.items() if role == "area"), None)
    areas = (
        [_area(code, label) for code, label in cube.dimensions[place].categories]
        if place is not None
        else []
    )
    names = [d.label for at, d in enumerate(cube.dimensions) if at not in roles]
    choices = tuple(name for name in names if fold(name) in _UNIT)
    return LongTable(
        dimensions=tuple(names),
        columns=(Column(0),),
        rows=_CubeRows(cube, roles, categories, areas),
        numerals=numerals or Numerals(style="point"),
        choices=choices,
        **about,
    )


def roles_of(dimensions: Sequence[CubeDimension]) -> dict[int, str]:
    """Which dimension holds places, days and measures: as the file says, or else by its name."""
    roles = {at: d.role for at, d in enumerate(dimensions) if d.role}
    for role, names in (("area", _AREA), ("date", _DATE), ("measure", _MEASURE)):
        if role in roles.values():
            continue
        for at, d in enumerate(dimensions):
            if at not in roles and (fold(d.label) in names or fold(d.name) in names):
                roles[at] = role
                break
    return roles


def role_of_name(name: str) -> str:
    """What a column of this name is for: area, date, measure, unit, or nothing of these."""
    folded = fold(name)
    for role, names in (("area", _AREA), ("date", _DATE), ("measure", _MEASURE), ("unit", _UNIT)):
        if folded in names:
            return role
    return ""


def total_kind(code: str, _label: str = "") -> Kind:
    """Codes of statistical offices for everybody."""
    return "total" if code in ("TOTAL", "T", "_T", "TOT", "T001038", "T001019") else "group"


def _category(code: str, label: str) -> Category:
    return Category(label, code, total_kind(code))


def _area(code: str, label: str) -> Area:
    """A place whose label may begin with its code."""
    coded = _CODED.fullmatch(label)
    if coded and (code in ("", label) or code == coded[1]):
        return Area(coded[1], coded[2])
    return Area("" if code == label else code, label)
