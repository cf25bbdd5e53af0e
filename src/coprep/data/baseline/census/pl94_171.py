"""P.L. 94-171 summary files as downloaded: piped, without a header, joined to their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from coprep.data.baseline.census.acs_columns import LEVELS, NUMERALS, acs_columns
from coprep.data.baseline.census.long_table import Area, LongTable, Row
from coprep.data.baseline.census.look import Look, look_at
from coprep.errors import CoprepError, InputError

_FILE = "PLST"
_RECORD = 4  # FILEID, STUSAB, CHARITER, CIFSN, LOGRECNO, then the figures
_FIRST_FIGURE = 5
_SEGMENTS = {"01": (("P1", 71), ("P2", 73)), "02": (("P3", 71), ("P4", 73), ("H1", 3))}
"""The tables of a segment, each with how many figures it has."""
_LAST = {"P1": 9, "P2": 11}
"""Up to which line a table is a partition of everybody; what follows are parts of its last."""
_PLACE = {"level": 2, "component": 4, "record": 7, "code": 8, "name": 87}
_GEO_WIDTH = 97
_LARGEST = 500_000_000


def recognise(look: Look) -> bool:
    """Whether every first cell names the file, and the fourth a segment with figures."""
    rows = [row for row in look.head[:5] if any(row)]
    return bool(rows) and all(
        row[0] == _FILE and len(row) > _FIRST_FIGURE and row[3] in _SEGMENTS for row in rows
    )


def read(look: Look) -> LongTable:
    """The tables of one segment; places are in the file whose name holds "geo"."""
    tables = _SEGMENTS[look.header[3]]
    header = [""] * _FIRST_FIGURE
    for table, lines in tables:
        header += [f"{table}_{line:03d}N" for line in range(1, lines + 1)]
    if len(look.header) != len(header):
        raise InputError.of(
            f"{look.name} has {len(look.header):,} cells a row, where segment "
            f"{look.header[3]} of 2020 has {len(header):,}.",
            code="unknown_layout",
            param="path",
            got=len(look.header),
            expected=len(header),
            hint="files of other years have other columns: take the table from the Census API.",
        )
    kept = [""] * len(header)
    for at, code in enumerate(header):
        last = _LAST.get(code[:2])
        again = code == "P2_001N"  # everybody, as P1_001N
        if last is not None and int(code[3:6]) <= last and not again:
            kept[at] = code
    found = acs_columns(kept, {})
    return LongTable(
        dimensions=found.dimensions,
        columns=found.columns,
        rows=_Records(look, len(header), _places(look)),
        numerals=NUMERALS,
        named=found.named,
        ignored=(*found.ignored, ("the other lines", "combinations of two or more races")),
        source="U.S. Census Bureau, P.L. 94-171 (2020)",
        date="2020",
    )


@dataclass(frozen=True)
class _Records:
    """The rows of a segment with their places; a row without one is an error."""

    look: Look
    width: int
    places: dict[str, Area] = field(repr=False)

    def __iter__(self) -> Iterator[Row]:
        for number, cells in enumerate(self.look.rows(), start=1):
            if not any(cells):
                continue
            if len(cells) != self.width:
                raise InputError.of(
                    f"{self.look.name}, row {number:,} has {len(cells):,} cells; {self.width:,} "
                    f"were expected.",
                    code="cut_row",
                    param="path",
                    got=len(cells),
                    hint="the file may have been cut off: download it again.",
                )
            area = self.places.get(cells[_RECORD].strip())
            if area is not None:
                yield Row(area, cells)


def _places(look: Look) -> dict[str, Area]:
    """The places by record, from the file of places beside this one."""
    state = look.header[1]
    for file in sorted(look.path.parent.iterdir()):
        if file == look.path or not file.is_file() or file.stat().st_size > _LARGEST:
            continue
        try:
            beside = look_at(file)
        except CoprepError:
            continue
        first = beside.header
        if first[:2] != [_FILE, state] or len(first) != _GEO_WIDTH:
            continue
        places: dict[str, Area] = {}
        for cells in beside.rows():
            # Component 00 is the whole place; others are its urban or rural part.
            if len(cells) == _GEO_WIDTH and cells[_PLACE["component"]].strip() == "00":
                code = cells[_PLACE["code"]].strip()
                level = LEVELS.get(cells[_PLACE["level"]].strip(), "")
                record = cells[_PLACE["record"]].strip()
                places[record] = Area(code, cells[_PLACE["name"]].strip(), level)
        return places
    raise InputError.of(
        f"{look.name} names places by record alone, and no file beside it says which they are.",
        code="no_codebook",
        param="path",
        hint=f"put the file of places from the same download ({state.lower()}geo2020.pl) into the "
        "same folder.",
    )
