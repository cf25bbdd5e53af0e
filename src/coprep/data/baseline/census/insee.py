"""INSEE infra-communal bases: three partitions of age, two samples, weighted counts."""

from __future__ import annotations

import re

from coprep.data.baseline.census.long_table import Category, Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Places, maybe_at, tidy_table

_AGES = re.compile(r"([PC])(\d\d)_POP(\d\d)(\d\d|P)")
_SEX = re.compile(r"([PC])(\d\d)_POP([HF])")
_SEX_BY_AGE = re.compile(r"([PC])(\d\d)_([HF])(\d\d)(\d\d|P)")
_TOTAL = re.compile(r"P(\d\d)_POP")
_NO_PLACE = {
    "IRIS",
    "COM",
    "TYP_IRIS",
    "LAB_IRIS",
    "REG",
    "DEP",
    "UU2020",
    "LIBCOM",
    "LIBIRIS",
    "CODGEO",
    "LIBGEO",
}


def recognise(look: Look) -> bool:
    """Whether the header holds IRIS or CODGEO and a column of the population."""
    names = set(look.header)
    return bool({"IRIS", "CODGEO"} & names) and any(_TOTAL.fullmatch(name) for name in names)


def read(look: Look) -> LongTable:
    """The table: columns of the main sample; H and F are men and women, as INSEE calls them."""
    header = look.header
    columns: list[Column] = []
    ignored: list[tuple[str, str]] = []
    year = next((m[1] for name in header if (m := _TOTAL.fullmatch(name))), "")
    for at, name in enumerate(header):
        if name in _NO_PLACE:
            continue
        age, sex, both = (form.fullmatch(name) for form in (_AGES, _SEX, _SEX_BY_AGE))
        if _TOTAL.fullmatch(name):
            columns.append(Column(at))
        elif age and age[1] == "P":
            columns.append(Column(at, {"age": Category(_band(age[3], age[4]), name)}))
        elif sex and sex[1] == "P":
            columns.append(Column(at, {"sex": Category(sex[3], name)}))
        elif both and both[1] == "P":
            keys = {"age": Category(_band(both[4], both[5])), "sex": Category(both[3])}
            columns.append(Column(at, keys))
        else:
            why = (
                "the supplementary sample: another universe"
                if name.startswith("C")
                else "another subject"
            )
            ignored.append((name, why))
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(
            code=maybe_at(header, "IRIS", "CODGEO"), name=maybe_at(header, "LIBIRIS", "LIBGEO")
        ),
        dimensions=(),
        columns=columns,
        more_dimensions=("age", "sex"),
        numerals=Numerals(style="comma", words={"s": "suppressed", "nd": "missing"}),
        ignored=tuple(ignored),
        source="INSEE",
        date=f"20{year}",
    )


def _band(low: str, high: str) -> str:
    return f"{int(low)}+" if high == "P" else f"{int(low)}-{int(high)}"
