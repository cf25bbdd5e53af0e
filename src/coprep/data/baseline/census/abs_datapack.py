"""ABS DataPacks: a row a place, short codes of columns that end in M, F or P."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Category, Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Places, tidy_table

_COLUMN = re.compile(r"(.+?)(?:_C(\d\d))?_([MFP])$")
_PLACE = re.compile(r"region_id|[A-Z0-9]{2,6}_(CODE|MAINCODE|NAME)_\d{4}", re.IGNORECASE)
_AGE = re.compile(
    r"Age_(\d+)_(\d+)_yr|Age_(\d+)_?(?:ov|yr_over|yrs?_ov)?|Age_psns?_.*", re.IGNORECASE
)
_SEXES = {"M": "Males", "F": "Females"}


def recognise(look: Look) -> bool:
    """Whether the first column is a code of regions and the others come in threes of M, F and P."""
    header = look.header
    if len(header) < 4 or not _PLACE.fullmatch(header[0]):
        return False
    ends = [m[3] for cell in header[1:] if (m := _COLUMN.fullmatch(cell))]
    return len(ends) > 0.8 * (len(header) - 1) and set(ends) == {"M", "F", "P"}


def read(look: Look) -> LongTable:
    """The table: ages and sexes, and where the pack is of another subject its own short names."""
    header = look.header
    subject = any(re.search(r"_C\d\d_", cell) for cell in header[1:]) or not any(
        c.startswith("Age_") for c in header
    )
    columns: list[Column] = []
    ignored: list[tuple[str, str]] = []
    for at, cell in enumerate(header):
        found = _COLUMN.fullmatch(cell)
        if found is None:
            continue
        keys: dict[str, Category] = {"sex": Category("Persons", "P", "total")}
        if found[3] in _SEXES:
            keys = {"sex": Category(_SEXES[found[3]], found[3])}
        age = _AGE.fullmatch(found[1])
        if found[1] in ("Tot_P", "Tot", "P_Tot", "Total"):
            pass
        elif age and age[1]:
            keys["age"] = Category(f"{int(age[1])}-{int(age[2])}", found[1])
        elif age and age[3]:
            keys["age"] = Category(f"{int(age[3])}+", found[1])
        elif subject:
            keys["group"] = Category(
                found[1].replace("_", " "),
                found[1],
                "total" if found[1].startswith("Tot") else "group",
            )
        else:
            ignored.append((cell, "another subject: one pack holds many, which overlap"))
            continue
        columns.append(Column(at, keys, date=f"20{found[2]}" if found[2] else ""))
    dimensions = dict.fromkeys(name for column in columns for name in column.keys)
    return tidy_table(
        look, start=look.head.index(header) + 1, width=len(header), places=Places(code=0),
        dimensions=(),
        columns=columns, more_dimensions=dimensions, numerals=Numerals(style="point", base=3),
        named="group" not in dimensions, ignored=tuple(ignored),
        source="Australian Bureau of Statistics",
    )  # fmt: skip
