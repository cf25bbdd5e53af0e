"""Say since when a group could be called missing, where people's invitations are dated."""

from __future__ import annotations

from typing import Any

import numpy as np

from coprep.auditing.asking import Asking
from coprep.auditing.shared_attributes import shared_attributes
from coprep.errors import InputError
from coprep.representation import monitor
from coprep.table import ColumnKind, Table

WATCHED: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "since": "text",
    "people": "count",
    "alarm": "text",
    "alarm_at": "count",
    "alarm_date": "text",
    "now": "text",
}
_INVITED = "invited_at"
_LEAST_DAYS = 2


def watched_of(asking: Asking) -> Table:
    """The public in the order of their invitations, beside the first baseline: who fell behind when.

    A row a group. Its e-values are valid at any time, so they enter no family of the page. Empty
    where days of invitation, a community or people are not known, and where somebody's answers would
    have to be placed first.
    """
    none = Table.from_records([], WATCHED)
    process = asking.process
    baseline = next(iter(asking.baselines.values()), None)
    days = process.invited_at
    if baseline is None or baseline.kind != "population" or process.has("published"):
        return none
    selection, quotas = process.selection_at(None)
    among = np.ones(len(days), dtype=bool) if asking.public is None else asking.public
    among = among & ~np.isnat(days)
    if selection != "open" or quotas or len(np.unique(days[among])) < _LEAST_DAYS:
        return none
    named, _ = shared_attributes(process.counts(), baseline, None)
    several = process.reading.several
    tied = {ours: theirs for ours, theirs in named.items() if ours not in several}
    frame: dict[str, Any] = {_INVITED: days[among].astype("datetime64[D]").astype(str).tolist()}
    for ours, theirs in tied.items():
        grouping = process.grouping(ours)
        labels = (*grouping.groups, None)
        frame[theirs] = [labels[code] for code in grouping.codes[among]]
    if not tied:
        return none
    try:
        found = monitor(
            frame,
            baseline,
            attributes=list(tied.values()),
            order=_INVITED,
            confidence=asking.confidence,
            band=asking.band,
            population=asking.population,
        )
    except InputError:
        # What stands against it is told of the comparison itself.
        return none
    since = min(frame[_INVITED])
    return Table.from_records(
        [
            {
                "attribute": row["attribute"],
                "group": row["group"],
                "since": since,
                "people": row["total"],
                "alarm": row["parity_alarm"],
                "alarm_at": row["parity_alarm_at"],
                "alarm_date": row["parity_alarm_date"],
                "now": row["verdict"],
            }
            for row in found.rows.records()
        ],
        WATCHED,
    )
