"""Keeps points of each group's course, and how it stood at milestones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Ints
from coprep.representation._options import Options
from coprep.representation._watching.arrivals import (
    Arrivals,
)
from coprep.representation._watching.asked import Asked
from coprep.representation._watching.course import Followed
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show

PATH: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "arrivals": "count",
    "date": "text",
    "count": "count",
    "total": "count",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "log10_e_under": "number",
    "log10_e_under_band": "number",
}
MILESTONES: dict[str, ColumnKind] = {"milestone": "text", **PATH}
_LN10 = math.log(10)
_FIRST_POINT = 20
_LEAST_STEP = 5
_STEP = 1.06


def _grid(most: int) -> Ints:
    """Numbers of arrivals at which the path has a point: the same ones however it was cut."""
    points = [_FIRST_POINT]
    while points[-1] < most:
        points.append(max(points[-1] + _LEAST_STEP, math.ceil(points[-1] * _STEP)))
    return np.array(points, dtype=np.intp)


def path_of(
    before: Table,
    stand: Mapping[str, Any],
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    options: Options,
) -> tuple[Table, bool]:
    """Points of every group's course, and whether the last one is to stay when it goes on."""
    people = int(stand.get("people", 0))
    grid = _grid(int(arrived[-1]))
    place = np.searchsorted(grid, np.concatenate([[people], arrived]), side="right")
    crossed = place[1:] > place[:-1]
    on_grid = bool(crossed[-1])
    points = np.flatnonzero(crossed)
    if not on_grid:
        points = np.append(points, came.looks - 1)
    old = [row for row in before.records() if stand["on_grid"] or row["arrivals"] != people]
    new = _points(followed, came, arrived, points, options)
    order = {
        (one.attribute, group): (at, k)
        for at, one in enumerate(followed)
        for k, group in enumerate(one.groups)
    }
    rows = sorted([*old, *new], key=lambda row: order[row["attribute"], row["group"]])
    return Table.from_records(rows, PATH), on_grid


def _points(
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    looks: Ints,
    options: Options,
) -> list[dict[str, Any]]:
    """Every group at some times."""
    rows = []
    for one in followed:
        course = one.course
        low, high = course.ratio_limits(looks, options.confidence)
        parity = course.evidence("under", looks) / _LN10
        band = course.evidence("under_band", looks) / _LN10
        with np.errstate(all="ignore"):
            ratio = course.x[:, looks] / course.n[looks] / course.nulls.share[:, None]
        for group, name in enumerate(one.groups):
            for at, look in enumerate(looks.tolist()):
                rows.append(
                    {
                        "attribute": one.attribute,
                        "group": name,
                        "arrivals": int(arrived[look]),
                        "date": came.said(look),
                        "count": int(course.x[group, look]),
                        "total": int(course.n[look]),
                        "ratio": ratio[group, at],
                        "ratio_low": low[group, at],
                        "ratio_high": high[group, at],
                        "log10_e_under": parity[group, at],
                        "log10_e_under_band": band[group, at],
                    }
                )
    return rows


def at_milestones(
    before: Table,
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    options: Options,
    asked: Asked,
) -> Table:
    """How each group stood when something happened: at the last time not after it."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in before.records():
        rows.setdefault(row["milestone"], []).append(row)
    for name, at in asked.milestones.items():
        if isinstance(at, str):
            if came.order != "time" or came.when is None:
                raise InputError.of(
                    f"milestone {show(name)} is a date, but nothing says on which dates people "
                    "came.",
                    code="bad_milestone",
                    param="milestones",
                    hint="name the column of dates with order=, or give a number of arrivals.",
                )
            until = np.datetime64(at.replace(" ", "T"))
            if " " not in at:
                until = until + np.timedelta64(1, "D") - np.timedelta64(1, "us")
            look = int(np.searchsorted(came.when, until, side="right")) - 1
        else:
            look = int(np.searchsorted(arrived, at, side="right")) - 1
        if look >= 0:
            points = _points(followed, came, arrived, np.array([look]), options)
            rows[name] = [{"milestone": name, **row} for row in points]
    told = [row for name in asked.milestones for row in rows.get(name, ())]
    return Table.from_records(told, MILESTONES)
