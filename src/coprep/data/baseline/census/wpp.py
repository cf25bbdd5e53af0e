"""UN World Population Prospects: thousands by age and sex, variants and years in one file."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import FileRows, cell_at, column_at, maybe_at

_NEEDED = {"LocID", "Location", "Variant", "AgeGrp", "PopTotal"}


def recognise(look: Look) -> bool:
    """Whether the header holds LocID, Location, Variant, AgeGrp and PopTotal."""
    return set(look.header) >= _NEEDED


def read(look: Look) -> LongTable:
    """The table: one column of men, one of women, one of both, all in thousands."""
    header = look.header
    place, name, variant, time, age = (
        column_at(header, cell) for cell in ("LocID", "Location", "Variant", "Time", "AgeGrp")
    )
    level = maybe_at(header, "LocTypeName")
    known: dict[str, Category] = {}

    def make(cells: list[str]) -> Row:
        keys = {
            "age": known.setdefault(cells[age], Category(cells[age].strip())),
            "Variant": known.setdefault(cells[variant], Category(cells[variant].strip())),
        }
        kind = cell_at(cells, level)
        area = Area(cells[place].strip(), cells[name].strip(), kind)
        return Row(area, cells, cells[time].strip(), keys, scale=1000.0)

    columns = [
        Column(column_at(header, "PopMale"), {"sex": Category("Male")}),
        Column(column_at(header, "PopFemale"), {"sex": Category("Female")}),
        Column(column_at(header, "PopTotal"), {"sex": Category("Total", kind="total")}),
    ]
    return LongTable(
        dimensions=("age", "Variant", "sex"),
        columns=tuple(columns),
        rows=FileRows(look, look.head.index(header) + 1, len(header), make),
        numerals=Numerals(style="point"),
        choices=("Variant",),
        usual={"Variant": "Medium"},
        source="United Nations, World Population Prospects",
        remarks=("The file counts in thousands; figures here are persons.",),
    )
