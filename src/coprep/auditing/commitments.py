"""Hold what a process set out to do against what it did: milestones, seats by role, outcomes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold
from coprep.data.process.coded import Grouping, SmallTable
from coprep.data.process.process import Process
from coprep.ideas._decisions.time_to_response import last_day
from coprep.table import ColumnKind, Table

_MILESTONES: dict[str, ColumnKind] = {
    "name": "text",
    "stage": "text",
    "due": "text",
    "done": "text",
    "state": "text",
    "days": "count",
}
_TARGETS: dict[str, ColumnKind] = {
    "role": "text",
    "attribute": "text",
    "group": "text",
    "seats": "number",
    "filled": "count",
    "unknown": "count",
}
_OUTCOMES: dict[str, ColumnKind] = {
    "measure": "text",
    "attribute": "text",
    "group": "text",
    "n": "count",
    "before": "number",
    "after": "number",
    "least": "number",
    "most": "number",
}
IN_TIME = "in time"
LATE = "late"
DONE = "done"
OPEN = "open"
OVERDUE = "overdue"


def milestones_of(process: Process, until: object) -> Table:
    """Each milestone with what became of it by the last day, and by how many days it is late.

    ``state`` is in time, late, done (no day was set), open or overdue; open where no table names a
    day that overdue could be told by.
    """
    held = process.milestones
    if held is None:
        return Table.from_records([], _MILESTONES)
    due = np.asarray(held["due"], dtype="datetime64[D]")
    done = np.asarray(held["done"], dtype="datetime64[D]")
    no_day = until is None and np.isnat(process.last_day)
    today = (
        np.datetime64("NaT", "D") if no_day else last_day(process, until).astype("datetime64[D]")
    )
    records = []
    for row, name in enumerate(held["name"]):
        state, days = _state(due[row], done[row], today)
        records.append(
            {
                "name": name,
                "stage": held["stage"][row],
                "due": _day(due[row]),
                "done": _day(done[row]),
                "state": state,
                "days": days,
            }
        )
    # In the order of the days that were set; what has none stands where it was done.
    records.sort(key=lambda record: record["due"] or record["done"] or "")
    return Table.from_records(records, _MILESTONES)


def _state(due: np.datetime64, done: np.datetime64, today: np.datetime64) -> tuple[str, int | None]:
    """What became of a milestone, and by how many days it is late."""
    day = np.timedelta64(1, "D")
    if np.isnat(due):
        return DONE, None
    if not np.isnat(done):
        late = int((done - due) / day)
        return (LATE, late) if late > 0 else (IN_TIME, None)
    if not np.isnat(today) and today > due:
        return OVERDUE, int((today - due) / day)
    return OPEN, None


def _day(moment: np.datetime64) -> str | None:
    return None if np.isnat(moment) else str(moment)


def targets_of(process: Process) -> Table:
    """How many of the seats meant for a role, or for one of its groups, were filled.

    Seats are attainment and no test: nobody drew practitioners and leaders from a community.
    ``unknown`` counts the people of the role whose group nobody knows.
    """
    held = process.targets
    roles = process.roles()
    if held is None or roles is None:
        return Table.from_records([], _TARGETS)
    records = []
    seats = np.asarray(held["seats"], dtype=float)
    attributes = {fold(name): name for name in process.attributes}
    for row, role in enumerate(held["role"]):
        attribute = held["attribute"][row]
        group = held["group"][row]
        role_name, among = _those(roles, str(role))
        filled = among
        unknown = 0
        asked = attributes.get(fold(str(attribute)))
        if attribute is not None and asked is None:
            # The people were never asked: the seats cannot be said to be empty.
            filled = np.zeros(len(among), dtype=bool)
            unknown = int(among.sum())
        elif asked is not None:
            grouping = process.grouping(asked)
            group, theirs = _those(grouping, str(group))
            filled = among & theirs
            unknown = int((among & (grouping.codes < 0)).sum())
        records.append(
            {
                "role": role_name,
                "attribute": asked or attribute,
                "group": group,
                "seats": float(seats[row]),
                "filled": int(filled.sum()),
                "unknown": unknown,
            }
        )
    return Table.from_records(records, _TARGETS)


def _those(grouping: Grouping, name: str) -> tuple[str, NDArray[np.bool_]]:
    """A group as its people spell it, and who belongs to it."""
    alike = [code for code, group in enumerate(grouping.groups) if fold(group) == fold(name)]
    spelt = grouping.groups[alike[0]] if alike else name
    return spelt, np.isin(grouping.codes, alike)


def outcomes_of(process: Process) -> Table:
    """What was measured before and after, by measure and group; never summed over measures.

    A row a measure and group: the middle of its values, and the smallest and largest change.
    """
    held = process.outcomes
    if held is None:
        return Table.from_records([], _OUTCOMES)
    kept: dict[tuple[Any, Any, Any], list[int]] = {}
    for row, measure in enumerate(held["measure"]):
        key = (measure, held["attribute"][row], held["group"][row])
        kept.setdefault(key, []).append(row)
    records = [
        {"measure": measure, "attribute": attribute, "group": group, **_measured(held, rows)}
        for (measure, attribute, group), rows in kept.items()
    ]
    return Table.from_records(records, _OUTCOMES)


def _measured(held: SmallTable, rows: list[int]) -> dict[str, Any]:
    """How often something was measured, its medians before and after, and the range of changes."""
    before = np.asarray(held["before"], dtype=float)[rows]
    after = np.asarray(held["after"], dtype=float)[rows]
    change = (after - before)[~np.isnan(before)]
    known = before[~np.isnan(before)]
    return {
        "n": len(rows),
        "before": float(np.median(known)) if len(known) else math.nan,
        "after": float(np.median(after)),
        "least": float(change.min()) if len(change) else math.nan,
        "most": float(change.max()) if len(change) else math.nan,
    }
