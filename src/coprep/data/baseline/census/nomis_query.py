"""Nomis query downloads: a title, what was asked for, a table, a note on disclosure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import FileRows, Places, tidy_table
from coprep.errors import InputError

_SIGN = re.compile(r"\[from nomis on ", re.IGNORECASE)
_PLACE = re.compile(
    r"area|authorit|ward|region|district|geograph|parish|constituenc|countr|county|layer|oa\b"
    r"|mnemonic|place",
    re.IGNORECASE,
)
_FILTER = re.compile(r"^([^:]+?)\s*:\s*$")


def recognise(look: Look) -> bool:
    """Whether one of the first lines says that the table is from Nomis."""
    return any(_SIGN.search(cell) for row in look.head[:6] for cell in row)


def read(look: Look) -> LongTable:
    """The table: places down and categories across, or the other way round."""
    at = _header_at(look)
    header = look.head[at]
    while header and not header[-1]:
        header = header[:-1]
    asked = _asked(look.head[:at])
    if _PLACE.search(header[0]):
        return _places_down(look, at, header, asked)
    return _places_across(look, at, header, asked)


def _header_at(look: Look) -> int:
    """The first line with at least two cells after the lines of what was asked for."""
    for at, row in enumerate(look.head):
        cells = [cell for cell in row if cell]
        if len(cells) >= 2 and not _FILTER.match(row[0]) and row[0]:
            return at
    raise InputError.of(
        "the file holds no table below the lines of what was asked for.",
        code="empty_table",
        param="path",
    )


def _asked(lines: Sequence[Sequence[str]]) -> dict[str, str]:
    """What was asked for: Population, Units, Date and the categories that were chosen."""
    found: dict[str, str] = {"title": lines[0][0] if lines and lines[0] else ""}
    for row in lines:
        name = _FILTER.match(row[0]) if row else None
        if name and len(row) > 1 and row[1]:
            found[name[1].strip().casefold()] = row[1]
    return found


def _dimension(asked: dict[str, str]) -> str:
    """What the table is broken down by, from its title, without what is fixed above the table."""
    _, dash, title = asked["title"].partition(" - ")
    names = re.split(r" by ", title if dash else asked["title"], flags=re.IGNORECASE)
    names = [name.strip() for name in names if name.strip().casefold() not in asked]
    return " by ".join(names) or "category"


def _end(cells: list[str]) -> bool:
    """Whether a line is part of the note below the table."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) < 2 or not cells[0].strip()


def _places_down(look: Look, at: int, header: list[str], asked: dict[str, str]) -> LongTable:
    dimension = _dimension(asked)
    coded = len(header) > 1 and header[1].casefold() == "mnemonic"
    first = 2 if coded else 1
    columns = [
        Column(i, {dimension: Category(name)}) for i, name in enumerate(header[first:], first)
    ]
    figures = [row for row in look.head[at + 1 :] if len(row) > first and row[0] and row[first]]
    return tidy_table(
        look,
        start=at + 1,
        width=len(header),
        places=Places(code=1, name=0) if coded else Places(name=0, split=_split),
        dimensions=(),
        columns=columns,
        more_dimensions=(dimension,),
        until=_end,
        percentages=bool(figures) and all(_is_hundred(row[first]) for row in figures),
        **_about(asked),
    )


def _split(cell: str) -> tuple[str, str]:
    """Code and name of a place, as in E01005690 : Salford 009C."""
    code, colon, name = cell.partition(" : ")
    return (code.strip(), name.strip()) if colon else ("", cell.strip())


def _is_hundred(cell: str) -> bool:
    return cell.rstrip("%").strip() in ("100", "100.0", "100.00")


def _about(asked: dict[str, str]) -> dict[str, Any]:
    return {
        "date": asked.get("date", ""),
        "universe": asked.get("population", ""),
        "source": f"{asked['title']}, Nomis",
    }


def _places_across(look: Look, at: int, header: list[str], asked: dict[str, str]) -> LongTable:
    dimension = header[0]
    place = Area("", asked.get("area", asked.get("geography", "")) or asked["title"])
    lines: list[list[str]] = []

    def keep(cells: list[str]) -> None:
        lines.append(cells)

    list(FileRows(look, at + 1, len(header), keep, _end))
    rows: list[Row] = []
    for i, name in enumerate(header[1:], start=1):
        percent = name.strip() in ("%", "percent")
        year = re.fullmatch(r"\d{4}", name.strip())
        area = place if percent or year else Area("", name)
        rows += [
            Row(
                area=area,
                cells=[cells[i]],
                date=name.strip() if year else "",
                keys={dimension: Category(cells[0].strip())},
                measure="percent" if percent else "value",
            )
            for cells in lines
        ]
    return LongTable((dimension,), (Column(0),), rows, **_about(asked))
