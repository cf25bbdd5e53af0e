"""GENESIS flat files (Destatis, regional offices, Zensus): numbered columns a variable."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from coprep.data.baseline.census.long_table import Area, Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import FileRows, cell_at, maybe_at
from coprep.errors import InputError

_ATTRIBUTE = re.compile(r"(\d+)_(?:variable_attribute_code|auspraegung_code)", re.IGNORECASE)
_AREA = re.compile(r"KREISE|GEO|DLAND|DINSG|GEMEIN|REGB|STLA|BLAND", re.IGNORECASE)
_PERCENT = ("prozent", "percent", "%")
_NUMERALS = Numerals(
    style="comma",
    words={
        "-": "missing", ".": "missing", "...": "missing", "x": "suppressed", "/": "suppressed",
        "()": "missing",
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Variable:
    """Where one numbered variable stands: its own code and label, and those of its attribute."""

    code: int
    label: int
    attribute_code: int
    attribute_label: int


def recognise(look: Look) -> bool:
    """Whether the header holds statistics_code (Statistik_Code) and numbered attributes."""
    header = [cell.casefold() for cell in look.header]
    begin = header[:1] in (["statistics_code"], ["statistik_code"])
    return begin and any(_ATTRIBUTE.fullmatch(cell) for cell in header)


def read(look: Look) -> LongTable:
    """The table: one column of values in the new form, a column a measure in the old one."""
    header = look.header
    start = look.head.index(header) + 1
    variables = _variables(header)
    names = _names(look, start, variables)
    time = maybe_at(header, "time", "Zeit")
    value = maybe_at(header, "value")
    unit = maybe_at(header, "value_unit")
    measure = maybe_at(header, "value_variable_label")
    known: dict[tuple[str, ...], Category] = {}

    def make(cells: list[str]) -> Row:
        area = Area()
        keys: dict[str, Category] = {}
        for v in variables:
            own, code, label = (
                cells[at].strip() for at in (v.code, v.attribute_code, v.attribute_label)
            )
            if _AREA.match(own):
                area = Area(code, label, cells[v.label].strip())
            else:
                # The total has no code, whatever word stands for it.
                kind: Kind = "group" if code else "total"
                key = (own, code, label)
                keys[names[own, cells[v.label].strip()]] = known.setdefault(
                    key, Category(label, code, kind)
                )
        in_unit = cell_at(cells, unit)
        said = cell_at(cells, measure)
        return Row(
            area=area,
            cells=cells,
            date=cell_at(cells, time),
            keys=keys,
            measure=f"{said} (percent)" if in_unit.casefold() in _PERCENT else said,
            scale=1000.0 if in_unit == "1000" else 1.0,
        )

    columns = [Column(value)] if value is not None else [
        Column(at, measure=cell) for at, cell in enumerate(header) if "__" in cell
    ]  # fmt: skip
    return LongTable(
        dimensions=tuple(dict.fromkeys(names.values())),
        columns=tuple(columns),
        rows=FileRows(look, start, len(header), make),
        numerals=_NUMERALS,
        source="GENESIS",
    )


def _variables(header: Sequence[str]) -> list[_Variable]:
    found = []
    for cell in header:
        numbered = _ATTRIBUTE.fullmatch(cell)
        if numbered is None:
            continue
        old = "auspraegung" in cell.casefold()
        own, part = ("Merkmal", "Auspraegung") if old else ("variable", "variable_attribute")
        places = [
            maybe_at(header, f"{numbered[1]}_{word}_{what}")
            for word in (own, part)
            for what in ("Code", "Label")
        ]
        if None in places:
            raise InputError.of(
                f"the columns of variable {numbered[1]} are not complete.",
                code="unknown_column",
                param="path",
            )
        found.append(_Variable(*(at for at in places if at is not None)))
    return found


def _names(look: Look, start: int, variables: Sequence[_Variable]) -> dict[tuple[str, str], str]:
    """The name of each variable: its label, with its code where two gradings have one label."""
    pairs = dict.fromkeys(
        (cells[v.code].strip(), cells[v.label].strip())
        for cells in itertools.islice(look.rows(), start, None)
        if any(cells)
        for v in variables
        if len(cells) > v.label and not _AREA.match(cells[v.code].strip())
    )
    labels = [label for _, label in pairs]
    return {
        (code, label): label if labels.count(label) == 1 else f"{label} ({code})"
        for code, label in pairs
    }
