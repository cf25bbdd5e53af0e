"""Columns of American tables: data.census.gov, the Census API and wide tidycensus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coprep.data.baseline.census.acs_labels import (
    COLUMN,
    TABLES,
    WORDS,
    keys_of,
    known_path,
    path_of,
)
from coprep.data.baseline.census.long_table import Column
from coprep.data.baseline.census.numerals import Numerals

NUMERALS = Numerals(style="point", words=WORDS)
LEVELS = {
    "010": "nation", "020": "region", "030": "division", "040": "state", "050": "county",
    "060": "county subdivision", "140": "tract", "150": "block group", "160": "place",
    "310": "metropolitan area",
    "400": "urban area", "500": "congressional district", "860": "ZCTA", "950": "school district",
    "970": "school district",
}  # fmt: skip
"""What the first three digits of a GEO_ID say."""


@dataclass(frozen=True, slots=True)
class AcsColumns:
    """The columns of figures, with what they are broken down by."""

    columns: tuple[Column, ...]
    dimensions: tuple[str, ...]
    named: bool
    ignored: tuple[tuple[str, str], ...]


def acs_columns(header: Sequence[str], labels: Mapping[str, str]) -> AcsColumns:
    """The columns of figures of a header of codes; labels by code where the file has them."""
    places = {code: at for at, code in enumerate(header)}
    lines: dict[str, dict[str, str]] = {}
    ignored: list[tuple[str, str]] = []
    for code in header:
        found = COLUMN.fullmatch(code)
        if found is None:
            continue
        table, line, kind = found.groups()
        if kind in ("E", "N", None):
            lines.setdefault(table, {})[line] = code
        elif kind in ("PE", "PM"):
            ignored.append((code, "a percentage beside the count"))
    columns: list[Column] = []
    dimensions: dict[str, None] = {}
    for table, codes in lines.items():
        paths = {
            line: path_of_line(table, line, labels.get(code, "")) for line, code in codes.items()
        }
        for line, path in list(paths.items()):
            if path == ("-",):
                ignored.append((codes[line], "a sub-total"))
                del paths[line]
        names, keys = keys_of(table, paths)
        dimensions |= dict.fromkeys(names)
        for line in paths:
            code = codes[line]
            margin = places.get(f"{code[:-1]}M") if code.endswith("E") else None
            columns.append(Column(places[code], keys[line], moe_at=margin))
    return AcsColumns(
        tuple(columns), tuple(dimensions), all(t in TABLES for t in lines), tuple(ignored)
    )


def path_of_line(table: str, line: str, label: str) -> tuple[str, ...]:
    """The path of a line: as the file writes it, as the table is known, or else its code; line 1 is
    everybody.
    """
    if label:
        return path_of(label)
    known = known_path(table, line)
    if known is not None:
        return known
    return () if int(line) == 1 else (f"{table}_{line}",)


def level_of(geo_id: str) -> str:
    """The level of a place by its GEO_ID.

    >>> level_of("1400000US06001400100")
    'tract'
    """
    head, us, _ = geo_id.partition("US")
    return LEVELS.get(head[:3], "") if us else ""
