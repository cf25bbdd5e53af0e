"""Small areas that each belong to one category, added up to districts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coprep.data.baseline.census.long_table import Area, Category, Row
from coprep.errors import InputError
from coprep.wording.labels import show


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """One row a district and category of one dimension, from a row a small area."""

    rows: Iterable[Row]
    dimensions: tuple[str, ...]

    def __iter__(self) -> Iterator[Row]:
        people: dict[tuple[Area, str, Category], float] = {}
        for row in self.rows:
            try:
                count = float(row.cells[0])
            except ValueError:
                raise InputError.of(
                    f"a small area of {show(row.area.said)} has {show(row.cells[0])} people.",
                    code="not_a_number",
                    param="path",
                ) from None
            for name in self.dimensions:
                key = (row.area, name, row.keys[name])
                people[key] = people.get(key, 0.0) + count
        for (area, name, category), count in people.items():
            yield Row(area, [f"{count:.15g}"], keys={name: category})
