"""Which place, day, measure and level of a file is meant: asked for, or the only one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coprep.data.baseline.census.concepts import attribute_name, same_attribute
from coprep.data.baseline.census.long_table import Area, Category, Column, Keys, LongTable, Row
from coprep.data.labels import fold
from coprep.errors import InputError
from coprep.wording.labels import listed, nearest, show

_MOST_AREAS = 2_000_000
_NAMED = 12
_FEW = 20
_PERCENT = re.compile(
    r"%|percent|\bpct|_pct|\brate\b|proportion|\bshare|prozent|anteil|pourcent", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks of a file."""

    area: tuple[str, ...] | None = None
    date: str | None = None
    measure: str | None = None
    level: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Contents:
    """What a file holds, from one way through it, without its figures."""

    areas: dict[Area, None] = field(default_factory=dict)
    dates: dict[str, None] = field(default_factory=dict)
    measures: dict[str, None] = field(default_factory=dict)
    categories: dict[str, dict[Category, None]] = field(default_factory=dict)
    rows: int = 0
    signs: dict[str, None] = field(default_factory=dict)


def contents_of(table: LongTable) -> Contents:
    """Go through a file once."""
    found = Contents()
    for name in table.dimensions:
        found.categories[name] = {}
    for column in table.columns:
        found.measures.setdefault(column.measure)
        if column.date:
            found.dates.setdefault(column.date)
        for name, category in column.keys.items():
            found.categories[name].setdefault(category)
    finds_out = table.numerals.style == "find out"
    at = [column.at for column in table.columns]
    for row in table.rows:
        found.rows += 1
        found.areas.setdefault(row.area)
        if row.date:
            found.dates.setdefault(row.date)
        if row.measure:
            found.measures.setdefault(row.measure)
        for name, category in row.keys.items():
            found.categories[name].setdefault(category)
        if finds_out:
            for place in at:
                cell = row.cell(place)
                if ("." in cell or "," in cell) and len(found.signs) < _MOST_AREAS:
                    found.signs.setdefault(cell)
        if len(found.areas) > _MOST_AREAS:
            break
    if len(found.measures) > 1:
        found.measures.pop("", None)
    if not found.rows:
        raise InputError.of(
            "the file has no rows of figures below its header.", code="empty_table", param="path"
        )
    return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """The part of a file that is meant."""

    areas: tuple[Area, ...]
    date: str
    measure: str
    where: Mapping[str, Category]

    @property
    def is_percent(self) -> bool:
        """Whether the measure is a percentage."""
        return _PERCENT.search(self.measure) is not None

    def takes(self, row: Row) -> bool:
        """Whether a row belongs to it, apart from its place."""
        if row.date and self.date and row.date != self.date:
            return False
        if row.measure and self.measure and row.measure != self.measure:
            return False
        return self.fits(row.keys)

    def takes_column(self, column: Column) -> bool:
        """Whether a column belongs to it."""
        if column.date and self.date and column.date != self.date:
            return False
        if column.measure and self.measure and column.measure != self.measure:
            return False
        return self.fits(column.keys)

    def fits(self, keys: Keys) -> bool:
        """Whether all categories that were chosen are those of a row or column."""
        if not self.where:
            return True
        return all(keys[name] == category for name, category in self.where.items() if name in keys)


def choose(table: LongTable, contents: Contents, asked: Asked) -> Chosen:
    """The part of a file that is meant.

    Raises
    ------
    InputError
        Where the file holds several of something and none was asked for, or what was asked for is
        not there.
    """
    where = {_dimension(name, table, contents): value for name, value in asked.where.items()}
    chosen = {name: _category(name, value, contents) for name, value in where.items()}
    for name in table.choices:
        if name not in chosen and name in table.usual:
            usual = [
                c for c in contents.categories[name] if fold(c.label) == fold(table.usual[name])
            ]
            if usual:
                chosen[name] = usual[0]
        if name not in chosen and len(contents.categories[name]) > 1:
            raise _several(
                attribute_name(name), "where", [_called(c) for c in contents.categories[name]]
            )
    dates = sorted(contents.dates) or [table.date] * bool(table.date)
    measures = [name for name in contents.measures if name]
    if asked.date and not dates:
        raise _none_named("date", asked.date)
    if asked.measure and not measures:
        raise _none_named("measure", asked.measure)
    date = _one("date", asked.date, dates) if contents.dates or asked.date else ""
    measure = _measure(asked.measure, measures) if measures else ""
    there = _at_level(list(contents.areas), asked.level)
    if asked.area is None and 1 < len(there) <= _FEW:
        there = _with_people(table, there)
    areas = _areas(there, asked.area)
    return Chosen(areas, date, measure, chosen)


def _measure(asked: str | None, there: list[str]) -> str:
    """The measure that is meant; counts, where percentages are all that stands beside them."""
    if asked is None and len(there) > 1:
        counts = [name for name in there if not _PERCENT.search(name)]
        if len(counts) == 1:
            return counts[0]
    return _one("measure", asked, there)


def _one(param: str, asked: str | None, there: Sequence[str]) -> str:
    """The date or the measure that is meant."""
    if asked is None:
        if len(there) == 1:
            return there[0]
        raise _several(param, param, there)
    alike = [name for name in there if fold(name) == fold(asked)]
    if not alike and param == "date":
        alike = [name for name in there if name.startswith(asked) or asked in name.split("-")]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise _several(param, param, alike)
    raise _not_there(param, asked, there)


def _several(what: str, param: str, there: Iterable[str]) -> InputError:
    names = list(there)
    example = names[-1] if param == "date" else names[0]
    hint = f"pass {param}={show(example)}, or another of them."
    if param == "where":
        hint = f"pass where={{{show(what)}: {show(example)}}}, or another of them."
    return InputError.of(
        f"the file holds {len(names):,} of {what}: {listed(names, most=_NAMED)}; say which one is "
        f"meant.",
        code=f"several_{param}s" if param != "where" else "several_categories",
        param=param,
        expected=tuple(names[:1000]),
        hint=hint,
    )


def _not_there(param: str, asked: object, there: Sequence[str]) -> InputError:
    close = nearest(asked, there[:20_000])
    return InputError.of(
        f"the file has no {param} {show(asked)}; it has {listed(there, most=_NAMED)}.",
        code=f"unknown_{param}",
        param=param,
        got=asked,
        expected=tuple(there[:1000]),
        hint=f"did you mean {show(close)}?" if close else None,
    )


def _none_named(param: str, asked: str) -> InputError:
    return InputError.of(
        f"the file names no {param}, so {show(asked)} cannot be chosen.",
        code=f"unknown_{param}",
        param=param,
        got=asked,
        hint=f"leave {param} out, if the file is of {show(asked)}.",
    )


def _dimension(asked: str, table: LongTable, contents: Contents) -> str:
    there = [name for name in contents.categories if same_attribute(asked, name)]
    if there:
        return there[0]
    raise _not_there("where", asked, [attribute_name(name) for name in table.dimensions])


def _called(category: Category) -> str:
    return category.label or category.code


def _category(name: str, asked: str, contents: Contents) -> Category:
    there = list(contents.categories[name])
    for key in ("code", "label"):
        alike = [c for c in there if fold(getattr(c, key)) == fold(str(asked))]
        if len(alike) == 1:
            return alike[0]
    totals = [c for c in there if c.kind == "total"]
    if fold(str(asked)) == "total" and len(totals) == 1:
        return totals[0]
    raise _not_there("where", asked, [_called(category) for category in there])


def _at_level(areas: list[Area], asked: str | None) -> list[Area]:
    """The areas of one level, where the file says levels and one was asked for."""
    levels = list(dict.fromkeys(area.level for area in areas if area.level))
    if asked is None or asked in ("broad", "detailed"):
        return areas
    alike = [level for level in levels if fold(level) == fold(asked)]
    if alike:
        return [area for area in areas if area.level in alike]
    raise _not_there("level", asked, [*levels, "broad", "detailed"])


def _with_people(table: LongTable, there: list[Area]) -> list[Area]:
    """The areas in which anybody lives, if there is only one; else all of them."""
    inhabited: set[Area] = set()
    for row in table.rows:
        cells = (row.cells[column.at] for column in table.columns if column.at < len(row.cells))
        if any(cell.strip(" 0.,") for cell in cells):
            inhabited.add(row.area)
        if len(inhabited) > 1:
            return there
    return [area for area in there if area in inhabited] or there


def _areas(there: list[Area], asked: tuple[str, ...] | None) -> tuple[Area, ...]:
    """The areas that are meant."""
    if asked is None:
        if len(there) == 1:
            return (there[0],)
        raise _several("area", "area", [area.said for area in there])
    found = [_area(name, there) for name in asked]
    twice = [area.said for area in found if found.count(area) > 1]
    if twice:
        raise InputError.of(
            f"area names {show(twice[0])} twice.", code="duplicate_area", param="area", got=twice[0]
        )
    return tuple(found)


def _area(asked: str, there: list[Area]) -> Area:
    """The one area of a code or a name; parts of a name are taken only where they fit a single
    area.
    """
    wanted = fold(asked)
    ways = (
        [a for a in there if a.code and fold(a.code) == wanted],
        [a for a in there if fold(a.name) == wanted or fold(a.said) == wanted],
        [a for a in there if _ending(a.code) == wanted],
        [a for a in there if _begins(fold(a.name), wanted)],
    )
    for alike in ways:
        if len(alike) == 1:
            return alike[0]
        if alike:
            levels = {area.level for area in alike}
            hint = "pass its code"
            if len(levels) == len(alike):
                hint = f"pass its code, or level={show(alike[0].level)}"
            raise InputError.of(
                f"{show(asked)} fits {len(alike):,} areas: "
                f"{listed([a.said for a in alike], most=_NAMED)}.",
                code="several_areas",
                param="area",
                got=asked,
                expected=tuple(a.said for a in alike[:1000]),
                hint=f"{hint}; to add them up, pass a list of codes.",
            )
    close = nearest(asked, [a.name or a.code for a in there[:20_000]])
    raise InputError.of(
        f"the file has no area {show(asked)}; it has "
        f"{listed([a.said for a in there], most=_NAMED)}.",
        code="unknown_area",
        param="area",
        got=asked,
        expected=tuple(a.said for a in there[:1000]),
        hint=f"did you mean {show(close)}?" if close else None,
    )


def _ending(code: str) -> str:
    """The code of a place without the prefix that says its level, as in 1400000US06001400100."""
    head, us, tail = code.partition("US")
    return fold(tail) if us and head.isdigit() else fold(code)


def _begins(name: str, wanted: str) -> bool:
    """Whether a name is longer only by what stands behind a comma, semicolon or bracket."""
    return name.startswith(wanted) and name[len(wanted) :].lstrip()[:1] in {",", ";", "("}
