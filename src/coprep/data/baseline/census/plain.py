"""Plain tables: tidy with a column of figures, or wide with a column a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coprep.data.baseline.census.concepts import (
    AREA_CODE,
    AREA_LEVEL,
    AREA_NAME,
    DATE,
    FIGURE,
    MOE,
    SHARE,
    attribute_name,
    is_concept,
)
from coprep.data.baseline.census.long_table import Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import COMMON
from coprep.data.baseline.census.tidy import Dimension, FileRows, Places, cell_at, tidy_table
from coprep.data.totals import is_total_word

_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?")
_CONSTANT = re.compile(r"unit|units|indicator_code|source|note|notes", re.IGNORECASE)
_MEASURE = re.compile(r"measure|statistic|measures", re.IGNORECASE)
_MOST_ABOVE = 15


@dataclass
class _Roles:
    """What each column of a header seems to be for."""

    code: int | None = None
    name: int | None = None
    level: int | None = None
    date: int | None = None
    measure: int | None = None
    margin: int | None = None
    figures: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)


def recognise(look: Look) -> bool:
    """Whether the columns say which hold figures: by name in a tidy table, beside places in a wide
    one.
    """
    at = _header_at(look)
    if at is None:
        return False
    header = look.head[at]
    if _own(header):
        return True
    roles = _roles(look, at)
    tidy = bool(roles.figures) and bool(roles.texts)
    placed = roles.name is not None or roles.code is not None
    return tidy or (placed and not roles.texts and len(roles.numbers) >= 2)


def read(look: Look) -> LongTable:
    """The table, tidy or wide."""
    at = _header_at(look) or 0
    header = look.head[at]
    if _own(header):
        return _own_table(look, at)
    roles = _roles(look, at)
    if roles.figures and roles.texts:
        return _tidy(look, at, roles)
    return _wide(look, at, roles)


def _header_at(look: Look) -> int | None:
    """The first row that is wider than a title: of names, all different, with a row as wide below
    it.
    """
    for at, row in enumerate(look.head[:_MOST_ABOVE]):
        filled = [cell for cell in row if cell]
        below = next((r for r in look.head[at + 1 :] if any(r)), None)
        if len(filled) < 2 or below is None:
            continue
        names = len(set(filled)) == len(filled) and not any(map(_is_number, filled))
        if names and len(below) >= len(filled):
            return at
        if len(filled) > 2:
            return None
    return None


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _own(header: Sequence[str]) -> bool:
    """Whether this is the package's own layout: attribute, group, and count or share."""
    names = {cell.casefold() for cell in header}
    return {"attribute", "group"} <= names and bool({"count", "share"} & names)


def _own_table(look: Look, at: int) -> LongTable:
    names = [cell.casefold() for cell in look.head[at]]
    attribute = names.index("attribute")
    group = names.index("group")
    figure = names.index("count") if "count" in names else names.index("share")
    margin = names.index("moe") if "moe" in names else None
    area = names.index("area") if "area" in names else None
    date = names.index("date") if "date" in names else None
    places = Places(name=area, date=date)
    rows = FileRows(look, at + 1, len(names), lambda _cells: None)
    dimensions: dict[str, None] = {}
    for number, cells in enumerate(look.rows()):
        if number > at and len(cells) > attribute and cells[attribute].strip():
            dimensions.setdefault(cells[attribute].strip())

    def make(cells: list[str]) -> Row | None:
        name = cells[attribute].strip()
        if not name:
            return None
        day = cell_at(cells, date)
        return Row(places.area(cells), cells, day, {name: Category(cells[group].strip())})

    return LongTable(
        dimensions=tuple(dimensions),
        columns=(Column(figure, moe_at=margin),),
        rows=FileRows(look, rows.start, rows.width, make),
        percentages="count" not in names,
    )


def _roles(look: Look, at: int) -> _Roles:
    """What the columns are for, by their names and by what the first rows hold."""
    header = look.head[at]
    below = [row for row in look.head[at + 1 :] if any(row)]
    roles = _Roles()
    for place, name in enumerate(header):
        if not name or _CONSTANT.fullmatch(name):
            continue
        cells = [row[place] for row in below if len(row) > place and row[place]]
        known = [cell for cell in cells if cell.casefold() not in COMMON]
        numbers = bool(known) and all(map(_is_number, known))
        if (
            roles.level is None
            and AREA_LEVEL.fullmatch(name)
            and not numbers
            and _has_place(header)
        ):
            roles.level = place
        elif roles.code is None and AREA_CODE.fullmatch(name):
            roles.code = place
        elif roles.name is None and AREA_NAME.fullmatch(name) and not numbers:
            roles.name = place
        elif roles.date is None and DATE.fullmatch(name):
            roles.date = place
        elif roles.measure is None and _MEASURE.fullmatch(name) and not numbers:
            roles.measure = place
        elif numbers and not is_concept(name):
            _take_number(roles, place, name)
        else:
            roles.texts.append(place)
    return roles


def _has_place(header: Sequence[str]) -> bool:
    return sum(bool(AREA_NAME.fullmatch(n) or AREA_CODE.fullmatch(n)) for n in header) > 1


def _take_number(roles: _Roles, place: int, name: str) -> None:
    if roles.margin is None and MOE.fullmatch(name):
        roles.margin = place
    elif FIGURE.fullmatch(name):
        roles.figures.append(place)
        roles.numbers.append(place)
    else:
        roles.numbers.append(place)


def _tidy(look: Look, at: int, roles: _Roles) -> LongTable:
    header = look.head[at]
    others = [place for place in roles.numbers if place not in roles.figures]
    codes = {}
    for place in roles.texts:
        stem = re.sub(r"[ _]?(code|id)$", "", header[place], flags=re.IGNORECASE)
        if stem != header[place] and stem in header:
            codes[stem] = place
    dimensions = [
        Dimension(header[place], place, codes.get(header[place]))
        for place in roles.texts
        if place not in codes.values()
    ]
    several = len(roles.figures) > 1
    columns = [
        Column(place, measure=header[place] if several else "", moe_at=roles.margin)
        for place in roles.figures
    ]
    shares = all(SHARE.fullmatch(header[place]) for place in roles.figures)
    return tidy_table(
        look,
        start=at + 1,
        width=len(header),
        places=Places(roles.code, roles.name, roles.level, roles.date, roles.measure),
        dimensions=dimensions,
        columns=columns,
        percentages=shares,
        ignored=tuple((header[place], "no column of figures by its name") for place in others),
    )


def _wide(look: Look, at: int, roles: _Roles) -> LongTable:
    header = look.head[at]
    columns = [
        Column(place, {"group": Category(header[place], kind=_kind(header[place]))})
        for place in roles.numbers
    ]
    return tidy_table(
        look,
        start=at + 1,
        width=len(header),
        places=Places(roles.code, roles.name, roles.level, roles.date),
        dimensions=(),
        columns=columns,
        more_dimensions=("group",),
        named=False,
    )


def _kind(name: str) -> Kind:
    return "total" if is_total_word(attribute_name(name)) else "group"
