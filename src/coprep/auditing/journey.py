"""Count people and ideas from step to step, from the list to what was delivered."""

from __future__ import annotations

import numpy as np

from coprep.auditing.impact import Impact
from coprep.data.process.process import Process
from coprep.table import ColumnKind, Table

_STEPS: dict[str, ColumnKind] = {"step": "text", "n": "count", "people": "count"}


def people_by_stage(process: Process) -> Table:
    """How many people were on the list and at each stage; published totals where only these are."""
    totals = process.totals()
    if totals is not None:
        records = [_published(process, stage) for stage in process.stages]
        return Table.from_records([r for r in records if r["n"] is not None], _STEPS)
    if not len(process.people):
        return Table.from_records([], _STEPS)
    records = [{"step": "list", "n": len(process.people), "people": len(process.people)}]
    for stage in process.stages:
        there = int(process.there(stage).sum())
        records.append({"step": stage, "n": there, "people": there})
    return Table.from_records(records, _STEPS)


def _published(process: Process, stage: str) -> dict[str, object]:
    """The people of a stage: the largest published total of its attributes."""
    totals = process.totals(stage) or {}
    there = int(max(totals.values())) if totals else None
    return {"step": stage, "n": there, "people": there}


def ideas_by_step(process: Process, impact: Impact | None) -> Table:
    """How many ideas were written, answered, adopted and delivered, and by how many people."""
    ideas = process.ideas
    if impact is None or ideas is None:
        return Table.from_records([], _STEPS)
    counted = ~ideas.is_host
    steps = {"written": counted}
    if process.responses is not None:
        answered = np.zeros(len(ideas), dtype=bool)
        answered[process.responses.idea] = True
        steps["answered"] = counted & answered
    if impact.status_known:
        steps["adopted"] = counted & (ideas.adopted == 1)
        steps["delivered"] = counted & np.array([s == "delivered" for s in ideas.status])
    wrote = process.authorship
    records = [
        {
            "step": step,
            "n": int(these.sum()),
            "people": len(np.unique(wrote.person[these[wrote.idea]])),
        }
        for step, these in steps.items()
    ]
    return Table.from_records(records, _STEPS)
