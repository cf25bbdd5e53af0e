"""IPUMS NHGIS tables: codes that a second header row or a codebook beside explains."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coprep.data.baseline.census.acs_columns import NUMERALS
from coprep.data.baseline.census.long_table import Area, Category, Column, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import FileRows, cell_at, maybe_at
from coprep.errors import InputError

_COLUMN = re.compile(r"([A-Z0-9]{3,5}?)(E|M)?(\d{3})")
_OVER_TIME = re.compile(r"([A-Z0-9]{3})([A-Z]{2})(\d{4}|\d{3})([LU])?")
_LABEL = re.compile(r"^(?:Estimates|Margins of Error|Persons|[^:]{1,40}):\s*")
_CODEBOOK = re.compile(
    r"^\s*([A-Z0-9]{3,5}?[EM]?\d{3}|[A-Z0-9]{3}[A-Z]{2}\d{3,4}[LU]?):\s+(.+?)\s*$", re.MULTILINE
)
_LARGEST = 5_000_000


def recognise(look: Look) -> bool:
    """Whether the header begins with GISJOIN."""
    figures = (
        *map(_COLUMN.fullmatch, look.header[1:]),
        *map(_OVER_TIME.fullmatch, look.header[1:]),
    )
    return look.header[:1] == ["GISJOIN"] and any(figures)


def read(look: Look) -> LongTable:
    """The table; a category whose label goes on from another one's is a part of it."""
    header = look.header
    at = look.head.index(header)
    second = look.head[at + 1] if len(look.head) > at + 1 else []
    described = bool(second) and second[0].startswith("GIS Join")
    labels = dict(zip(header, second, strict=False)) if described else _codebook(look)
    over_time = any(map(_OVER_TIME.fullmatch, header)) and not any(map(_COLUMN.fullmatch, header))
    read_columns = _columns
    if over_time:
        read_columns = _columns_over_time
    columns = read_columns(header, labels)
    code = maybe_at(header, "GEO_ID", "GEOID", "GISJOIN") or 0
    name = maybe_at(header, "NAME_E", "NAME")
    names = [maybe_at(header, level) for level in ("TRACT", "COUNTY", "STATE")]
    year = maybe_at(header, "YEAR")

    def make(cells: list[str]) -> Row:
        said = ", ".join(cells[n].strip() for n in names if n is not None and cells[n].strip())
        area = Area(cells[code].strip(), cells[name].strip() if name is not None else said)
        return Row(area, cells, cell_at(cells, year))

    return LongTable(
        dimensions=("group",),
        columns=tuple(columns),
        rows=FileRows(look, at + 1 + described, len(header), make),
        numerals=NUMERALS,
        named=False,
        source="IPUMS NHGIS",
    )


def _columns(header: list[str], labels: Mapping[str, str]) -> list[Column]:
    places = {cell: at for at, cell in enumerate(header)}
    estimates = {cell: m for cell in header if (m := _COLUMN.fullmatch(cell)) and m[2] != "M"}
    _one_table({m[1] for m in estimates.values()})
    missing = [cell for cell in estimates if not labels.get(cell)]
    if missing:
        raise _unexplained(missing[0])
    bare = {cell: _LABEL.sub("", labels[cell]).strip() for cell in estimates}
    first = next(iter(bare.values()))
    whole = [label for label in bare.values() if label.startswith(first)]
    total = first if len(whole) == len(bare) or first.casefold().startswith("total") else ""
    texts = {cell: label.removeprefix(total).strip(" :") for cell, label in bare.items()}
    columns = []
    for cell, found in estimates.items():
        margin = places.get(f"{found[1]}M{found[3]}") if found[2] == "E" else None
        path = _path(texts[cell], list(texts.values()))
        keys = {"group": Category(path[-1], cell, path=path)} if path else {}
        columns.append(Column(places[cell], keys, moe_at=margin))
    return columns


def _columns_over_time(header: list[str], labels: Mapping[str, str]) -> list[Column]:
    """The columns of a time series: a category (AA, AB, ...) in each of several years.

    Columns ending in L and U are the limits of figures that were brought to other boundaries.
    """
    found = {at: m for at, cell in enumerate(header) if (m := _OVER_TIME.fullmatch(cell))}
    figures = {at: m for at, m in found.items() if not m[4]}
    _one_table({m[1] for m in figures.values()})
    columns = []
    for at, match in figures.items():
        label = labels.get(header[at], "")
        if not label:
            raise _unexplained(header[at])
        # "1990: Persons: White" and "Persons: White (1990)" are both written.
        text = label.removeprefix(f"{match[3]}:").removesuffix(f"({match[3]})").strip()
        category = text.rpartition(": ")[2].strip() or text
        is_total = _LABEL.sub("", f"{text}: ").strip() == "" or category.casefold() == "total"
        keys = {}
        if not is_total:
            keys["group"] = Category(category, match[2])
        columns.append(Column(at, keys, date=match[3]))
    return columns


def _one_table(tables: set[str]) -> None:
    if len(tables) > 1:
        raise InputError.of(
            f"the extract holds {len(tables)} tables, one beside the other.",
            code="several_tables",
            param="path",
            hint="make an extract of one table.",
        )


def _unexplained(cell: str) -> InputError:
    return InputError.of(
        f"the columns of the extract are codes such as {cell}, and nothing beside it explains "
        f"them.",
        code="no_codebook",
        param="path",
        hint="put the codebook (.txt) of the extract into the same folder, or ask for "
        "descriptive headers.",
    )


def _path(text: str, others: list[str]) -> tuple[str, ...]:
    """A label behind the longest other label that it goes on from."""
    if not text:
        return ()
    above = [o for o in others if o and o != text and text.startswith(f"{o} ")]
    if not above:
        return (text,)
    outer = max(above, key=len)
    return (*_path(outer, others), text.removeprefix(outer).strip(" :"))


def _codebook(look: Look) -> dict[str, str]:
    """The labels of columns in a codebook that lies beside the file."""
    for file in sorted(look.path.parent.glob("*.txt"))[:100]:
        if file.stat().st_size > _LARGEST:
            continue
        found = dict(_CODEBOOK.findall(file.read_text(encoding="utf-8", errors="replace")))
        if any(cell in found for cell in look.header):
            return found
    return {}
