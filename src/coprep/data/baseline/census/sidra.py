"""Answers of SIDRA (IBGE, Brazil): JSON records, of which the first is the header."""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Area, Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Meaning, Numerals

_WORDS: dict[str, Meaning] = {
    "-": "zero",
    "..": "not_applicable",
    "...": "missing",
    "x": "suppressed",
}

_PLACES = ("brasil", "município", "unidade da federação", "região", "territorial")


def recognise(look: Look) -> bool:
    """Whether the file is SIDRA's list of records, whose first one is the header."""
    if look.kind != "json" or not look.begin.lstrip("\ufeff \r\n\t").startswith("["):
        return False
    content = look.content
    first = content[0] if content else None
    return isinstance(first, dict) and {"NC", "V", "D1N"} <= set(first)


def read(look: Look) -> LongTable:
    """The records: each D is a dimension, of which one is the place, one the year and one the
    variable.
    """
    head, *records = look.content
    roles: dict[str, str] = {}
    for key, name in head.items():
        if key.startswith("D") and key.endswith("N"):
            roles[key] = _role(str(name).casefold())
    dimensions = [str(head[key]) for key, role in roles.items() if not role]
    rows = []
    for record in records:
        area = Area()
        date = ""
        measure = ""
        keys = {}
        for key, role in roles.items():
            code = str(record[f"{key[:-1]}C"])
            label = str(record[key])
            if role == "area":
                area = Area(code, label, str(record.get("NN", "")))
            elif role == "date":
                date = label
            elif role == "measure":
                measure = label
            else:
                kind: Kind = "total" if label.casefold() == "total" else "group"
                keys[str(head[key])] = Category(label, code, kind)
        unit = str(record.get("MN", ""))
        said = f"{measure} (percent)" if unit == "%" and "percent" not in measure else measure
        rows.append(Row(area, [str(record["V"])], date, keys, said))
    return LongTable(
        tuple(dimensions),
        (Column(0),),
        rows,
        Numerals(style="point", words=_WORDS),
        source="IBGE, SIDRA",
    )


def _role(name: str) -> str:
    """What a dimension of this name holds: places, days, the variable, or groups."""
    if any(word in name for word in _PLACES):
        return "area"
    if name in ("ano", "mês", "trimestre"):
        return "date"
    return "measure" if name == "variável" else ""
