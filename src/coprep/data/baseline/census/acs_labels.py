"""Give codes and paths of labels in American tables their meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from coprep.data.baseline.census.long_table import Category
from coprep.data.baseline.census.numerals import Meaning

COLUMN = re.compile(r"([A-Z]{1,3}\d{1,6}[A-Z]*(?:_C\d\d)?)_(\d{3,4})(E|M|EA|MA|N|NA|PE|PM)?")
"""The code of a column: table, line, and E for an estimate, M for its margin, N for a count."""
WORDS: Mapping[str, Meaning] = {
    "-222222222": "missing", "-333333333": "missing", "-555555555": "missing",
    "-666666666": "missing",
    "-888888888": "not_applicable", "-999999999": "missing", "-222222222.0": "missing",
    "-333333333.0": "missing", "-666666666.0": "missing", "-888888888.0": "not_applicable",
    "-999999999.0": "missing", "-111111111": "missing",
    "-": "missing", "n": "missing", "(x)": "not_applicable", "**": "missing", "***": "missing",
    "*****": "missing",
}  # fmt: skip
"""Jam values and symbols in place of a figure."""

_RACES = (
    "White alone", "Black or African American alone", "American Indian and Alaska Native alone",
    "Asian alone",
    "Native Hawaiian and Other Pacific Islander alone", "Some Other Race alone",
)  # fmt: skip
_TWO = "Two or More Races"
_TWO_PARTS = (
    "Two races including Some Other Race",
    "Two races excluding Some Other Race, and three or more races",
)
_AGES = (
    "Under 5 years", "5 to 9 years", "10 to 14 years", "15 to 17 years", "18 and 19 years",
    "20 years", "21 years",
    "22 to 24 years", "25 to 29 years", "30 to 34 years", "35 to 39 years", "40 to 44 years",
    "45 to 49 years",
    "50 to 54 years", "55 to 59 years", "60 and 61 years", "62 to 64 years", "65 and 66 years",
    "67 to 69 years",
    "70 to 74 years", "75 to 79 years", "80 to 84 years", "85 years and over",
)  # fmt: skip
_BY_RACE: tuple[tuple[str, ...], ...] = (
    *((race,) for race in _RACES),
    (_TWO,),
    *((_TWO, part) for part in _TWO_PARTS),
)


def _within(outer: str, inner: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return ((outer,), *((outer, *path) for path in inner))


_ORIGINS = ("Not Hispanic or Latino", "Hispanic or Latino")
_BY_AGE = tuple((age,) for age in _AGES)
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "B02001": (("race",), ((), *_BY_RACE)),
    "B03002": (
        ("Hispanic origin", "race"),
        ((), *_within(_ORIGINS[0], _BY_RACE), *_within(_ORIGINS[1], _BY_RACE)),
    ),
    "B01001": (("sex", "age"), ((), *_within("Male", _BY_AGE), *_within("Female", _BY_AGE))),
    "P1": (("race",), ((), ("-",), *((race,) for race in _RACES), (_TWO,))),
    "P2": (
        ("race and Hispanic origin",),
        (
            (),
            ("Hispanic or Latino",),
            ("-",),
            ("-",),
            *((f"{race}, not Hispanic",) for race in _RACES),
            (f"{_TWO}, not Hispanic",),
        ),
    ),
}
"""Dimensions of a table, and the path of each line; () is everybody, ("-",) a sub-total."""


def known_path(table: str, line: str) -> tuple[str, ...] | None:
    """The path of a line of a table that is known here."""
    if table not in TABLES:
        return None
    paths = TABLES[table][1]
    at = int(line) - 1
    return paths[at] if at < len(paths) else None


def path_of(label: str) -> tuple[str, ...]:
    """The path that a label writes, without the words for the estimate and the total.

    >>> path_of("Estimate!!Total:!!Two or More Races:")
    ('Two or More Races',)
    """
    parts = [part.strip().strip(":").strip() for part in label.split("!!")]
    measures = (
        "estimate",
        "margin of error",
        "total",
        "total population",
        "annotation of estimate",
    )
    return tuple(part for part in parts if part and part.casefold() not in measures)


def keys_of(
    table: str, paths: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], dict[str, dict[str, Category]]]:
    """The dimensions of a table, and the categories of each of its lines.

    Two levels whose lower one repeats below every upper one are two dimensions: ages of men, ages
    of women.
    """
    below: dict[str, list[tuple[str, ...]]] = {}
    for path in paths.values():
        if len(path) > 1:
            below.setdefault(path[0], []).append(path[1:])
    inner = [set(found) for found in below.values()]
    crossed = len(inner) > 1 and all(found == inner[0] for found in inner)
    names = TABLES[table][0] if table in TABLES else (table, f"{table} (inner)")
    keys: dict[str, dict[str, Category]] = {}
    for line, path in paths.items():
        keys[line] = {}
        if len(path) == 0:
            continue
        if crossed and len(names) > 1:
            keys[line][names[0]] = Category(path[0], "", path=path[:1])
            if len(path) > 1:
                keys[line][names[1]] = Category(path[-1], "", path=path[1:])
        else:
            keys[line][names[0]] = Category(path[-1], line, path=path)  # pyright: ignore[reportGeneralTypeIssues]
    return (tuple(names) if crossed else names[:1]), keys
