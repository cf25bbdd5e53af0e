"""PxStat tables of the Central Statistics Office of Ireland: VALUE stands at the end."""

from __future__ import annotations

from coprep.data.baseline.census.cube import role_of_name
from coprep.data.baseline.census.long_table import Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, maybe_at, tidy_table


def recognise(look: Look) -> bool:
    """Whether the header holds Statistic (Label), UNIT and VALUE, the last one at the end."""
    names = [cell.upper() for cell in look.header]
    return (
        names[-1:] == ["VALUE"]
        and "UNIT" in names
        and any(n.startswith("STATISTIC") for n in names)
    )


def read(look: Look) -> LongTable:
    """The table; in its second form a code stands before each label."""
    header = look.header
    names = [cell.upper() for cell in header]
    statistic = maybe_at(header, "Statistic Label", "Statistic")
    coded = {
        at + 1: at
        for at in range(len(names) - 1)
        if names[at].endswith(" CODE") or names[at].startswith(("C0", "TLIST("))
    }
    places = Places(measure=statistic)
    dimensions: list[Dimension] = []
    for at, name in enumerate(header[:-1]):
        if at == statistic or at in coded.values() or names[at] == "UNIT":
            continue
        role = role_of_name(name)
        if role == "area" and places.name is None:
            places = Places(coded.get(at), at, None, places.date, statistic)
        elif role == "date" and places.date is None:
            places = Places(places.code, places.name, None, at, statistic)
        else:
            dimensions.append(Dimension(name, at, coded.get(at)))
    return tidy_table(
        look, start=look.head.index(header) + 1, width=len(header), places=places,
        dimensions=dimensions,
        columns=[Column(len(header) - 1)], numerals=Numerals(style="point"),
        source="Central Statistics Office, Ireland",
    )  # fmt: skip
