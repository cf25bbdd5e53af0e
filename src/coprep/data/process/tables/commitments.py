"""Reads what a process set out to do: its milestones, and the seats it meant for each role."""

from __future__ import annotations

import numpy as np

from coprep.data.process.coded import SmallTable
from coprep.data.process.tables.reader import Reader


def read_milestones(reader: Reader) -> SmallTable | None:
    """What was to be reached: name, stage, the day it was due and the day it was done."""
    if not reader.has("milestones"):
        return None
    rows = reader.rows("milestones")
    name = rows.labels("name")
    rows.no_repeats()
    due = rows.moments("due")
    done = rows.moments("done")
    stage = rows.labels("stage").text()
    named = name.codes >= 0
    keep = named & ~(np.isnat(due) & np.isnat(done))
    reader.left_out("milestones", keep, "without name, or without the day due and the day done")
    return {
        "name": tuple(one for one, kept in zip(name.text(), keep, strict=True) if kept),
        "stage": tuple(one for one, kept in zip(stage, keep, strict=True) if kept),
        "due": due[keep],
        "done": done[keep],
    }


def read_targets(reader: Reader) -> SmallTable | None:
    """How many seats were meant for a role, in all or for one group of an attribute."""
    if not reader.has("targets"):
        return None
    rows = reader.rows("targets")
    columns = {name: rows.labels(name) for name in ("role", "attribute", "group")}
    # A row without attribute is about the whole role, which is a value of its own here.
    reader.no_repeats("targets", [column.codes + 1 for column in columns.values()])
    seats = rows.numbers("seats")
    half = (columns["attribute"].codes >= 0) != (columns["group"].codes >= 0)
    reader.refuse(
        "targets.group",
        "half_named",
        "with an attribute and no group, or a group and no attribute",
        rows.count(half),
        hint="name both (gender, Woman), or leave both empty for all seats of the role.",
    )
    keep = (columns["role"].codes >= 0) & ~np.isnan(seats)
    reader.left_out("targets", keep, "without role or seats")
    told = {name: column.where(keep).text() for name, column in columns.items()}
    return {**told, "seats": seats[keep]}
