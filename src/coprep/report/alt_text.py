"""Describe a picture in words, for those who do not see it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coprep.findings import Verdict
from coprep.pictures import Histogram, Lines, Matrix, Picture, Slope
from coprep.report.verdict_symbols import worded
from coprep.view import View
from coprep.wording.escape import shorten
from coprep.wording.numbers import number

_MOST = 12
_KINDS = {
    "forest": "Estimates with their intervals",
    "bars": "Bars",
    "lines": "Lines",
    "matrix": "A grid of shaded squares",
    "histogram": "A histogram",
    "slope": "Lines between the places of two lists",
    "squares": "Shaded squares, one a cell",
}


def alternative(result: View, records: Sequence[Mapping[str, Any]]) -> str:
    """Say in words what the picture of these rows shows."""
    picture = result.picture
    assert picture is not None, "only a result with a picture is drawn"
    names = _label(picture)
    about = f"{_KINDS[picture.kind]} of {len(records):,} {'row' if len(records) == 1 else 'rows'}"
    if isinstance(picture, Slope):
        rows = "; ".join(_two_places(r, picture) for r in records[:_MOST])
    else:
        rows = "; ".join(_row(r, names, picture.value) for r in records[:_MOST])
    if len(records) > _MOST:
        rows += f"; and {len(records) - _MOST:,} more"
        rows = "; ".join([*_tally(records), rows])
    return f"{about}: {shorten(picture.axis or result.title, 120)}. {rows}."


def _label(picture: Picture) -> tuple[str, ...]:
    """The columns by which a row is called."""
    match picture:
        case Lines():
            return (picture.x,)
        case Matrix():
            return (picture.row,)
        case Histogram():
            return (picture.low,)
        case _:
            return picture.label


def _row(record: Mapping[str, Any], names: Sequence[str], value: str) -> str:
    name = shorten(", ".join(str(record[n]) for n in names), 60)
    figure = record[value]
    told = math.nan if figure is None else float(figure)
    words = f"{name} {'not shown' if math.isnan(told) else number(told)}"
    verdict = record.get("verdict")
    said = worded(verdict, record.get("aim"))
    return f"{words}, {said}" if said else words


def _two_places(record: Mapping[str, Any], picture: Slope) -> str:
    """A row by its places in both lists, and whether it is on them."""
    name = shorten(", ".join(str(record[n]) for n in picture.label), 60)
    said = []
    for place, chosen in (
        (picture.before, picture.chosen_before),
        (picture.after, picture.chosen_after),
    ):
        on_list = "chosen" if record[chosen] else "not chosen"
        said.append("not shown" if record[place] is None else f"place {record[place]}, {on_list}")
    return f"{name} from {said[0]} to {said[1]}"


def _tally(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    seen = Counter((r.get("verdict"), r.get("aim")) for r in records)
    for verdict in Verdict:
        for (value, aim), times in seen.items():
            if value == verdict:
                yield f"{times:,} {worded(verdict, aim)}"
