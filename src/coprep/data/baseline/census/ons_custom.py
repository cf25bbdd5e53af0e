"""ONS Census 2021 custom datasets: pairs of code and label columns, then one of counts.

NISRA's flexible table builder has the same layout, with the word Label behind the second of each
pair.
"""

from __future__ import annotations

from coprep.data.baseline.census.long_table import Column, Kind, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.tidy import Dimension, Places, tidy_table

_COUNTS = {"observation", "count"}


def recognise(look: Look) -> bool:
    """Whether the header is of pairs, X Code and X, and ends in Observation or Count."""
    header = look.header
    return (
        len(header) >= 5
        and len(header) % 2 == 1
        and header[-1].casefold() in _COUNTS
        and all(_is_pair(header[i], header[i + 1]) for i in range(0, len(header) - 1, 2))
    )


def _is_pair(code: str, label: str) -> bool:
    stem = label.casefold().removesuffix(" label")
    return code.casefold() == f"{stem} code"


def read(look: Look) -> LongTable:
    """The table: the first pair is the place, each other one a dimension."""
    header = look.header
    dimensions = [
        Dimension(header[i + 1].removesuffix(" Label").removesuffix(" label"), i + 1, i, _kind)
        for i in range(2, len(header) - 1, 2)
    ]
    return tidy_table(
        look,
        start=look.head.index(header) + 1,
        width=len(header),
        places=Places(code=0, name=1),
        dimensions=dimensions,
        columns=[Column(len(header) - 1)],
        source="Census 2021",
    )


def _kind(code: str, _label: str) -> Kind:
    """Code -8 is for people to whom a question was not put; 0 is a category like any other."""
    return "not_applicable" if code == "-8" else "group"
