"""DfE "explore education statistics" files: stacked levels of places, a Total in every filter."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Area, Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import COMMON, Meaning, Numerals
from coprep.data.baseline.census.tidy import FileRows, column_at

_FIXED = {
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name",
    "region_name", "region_code",
    "old_la_code", "la_name", "new_la_code", "version",
}  # fmt: skip
_WORDS: dict[str, Meaning] = {
    "low": "zero",
    "k": "suppressed",
    "u": "missing",
    "c": "suppressed",
    "x": "missing",
    "z": "not_applicable",
}
_BY_LEVEL = (
    ("new_la_code", "la_name"),
    ("region_code", "region_name"),
    ("country_code", "country_name"),
)


def recognise(look: Look) -> bool:
    """Whether the header holds time_period, time_identifier and geographic_level."""
    return {"time_period", "time_identifier", "geographic_level"} <= set(look.header)


def read(look: Look) -> LongTable:
    """The table: filters hold words, indicators figures or symbols."""
    header = look.header
    start = look.head.index(header) + 1
    free = [
        at for at, name in enumerate(header) if name not in _FIXED and not _is_other_place(name)
    ]
    indicators = [at for at in free if _holds_figures(look, at)]
    filters = [at for at in free if at not in indicators]
    time = column_at(header, "time_period")
    level = column_at(header, "geographic_level")
    pairs = [
        (header.index(c), header.index(n)) for c, n in _BY_LEVEL if c in header and n in header
    ]
    known: dict[tuple[int, str], Category] = {}

    def make(cells: list[str]) -> Row:
        area = next(
            (
                Area(cells[c].strip(), cells[n].strip(), cells[level].strip())
                for c, n in pairs
                if cells[c].strip()
            ),
            Area(),
        )
        keys = {}
        for at in filters:
            text = cells[at].strip()
            kind: Kind = "total" if text.casefold() == "total" else "group"
            keys[header[at]] = known.setdefault((at, text), Category(text, kind=kind))
        return Row(area, cells, cells[time].strip(), keys)

    return LongTable(
        dimensions=tuple(header[at] for at in filters),
        columns=tuple(Column(at, measure=header[at]) for at in indicators),
        rows=FileRows(look, start, len(header), make),
        numerals=Numerals(style="point", words=_WORDS),
        source="Department for Education",
    )


def _is_other_place(name: str) -> bool:
    return name.endswith(("_code", "_name")) and any(
        word in name
        for word in ("lad", "school", "trust", "ward", "constituency", "lep", "urn", "pcon")
    )


def _holds_figures(look: Look, at: int) -> bool:
    """Whether the first rows of a column hold figures, or symbols in their place."""
    cells = [row[at] for row in look.head[1:] if len(row) > at and row[at]]
    numbers = [
        cell for cell in cells if cell.replace(".", "").replace(",", "").lstrip("-").isdigit()
    ]
    others = [cell for cell in cells if cell not in numbers]
    return bool(numbers) and all(c.casefold() in _WORDS or c.casefold() in COMMON for c in others)
