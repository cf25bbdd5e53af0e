"""Say outright what came of the ideas: adopted, delivered, rejected, and whose."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Ideas
from coprep.data.process.process import Process
from coprep.table import ColumnKind, Table

DELIVERED = "delivered"
WITHDRAWN = "withdrawn"
_BY_ROLE: dict[str, ColumnKind] = {
    "role": "text",
    "authors": "count",
    "adopted": "count",
    "none_adopted": "count",
    "delivered": "count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What became of all ideas but the organisers' own and those withdrawn, which are counted apart.

    ``status_known`` is False where no idea's fate is recorded. ``by_role`` counts authors: how many
    there are, how many have an idea adopted, none adopted, one delivered.
    """

    ideas: int
    adopted: int
    delivered: int
    rejected: int
    undecided: int
    host_ideas: int
    withdrawn: int
    authors: int
    authors_none_adopted: int
    spent: float | None
    budget: float | None
    status_known: bool
    by_role: Table = field(default_factory=lambda: Table({}, {}))

    def numbers(self) -> dict[str, float | bool | None]:
        """All but the table, as plain data."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "by_role"}


def impact_of(process: Process) -> Impact | None:
    """What came of it; None where there are no ideas."""
    ideas = process.ideas
    if ideas is None or not len(ideas):
        return None
    withdrawn = np.array([status == WITHDRAWN for status in ideas.status])
    counted = ~ideas.is_host & ~withdrawn
    adopted = counted & (ideas.adopted == 1)
    delivered = counted & is_delivered(ideas)
    known = bool((~np.isnan(ideas.adopted[counted])).any())
    has_one = _authors_with(process, counted)
    with_adopted = _authors_with(process, adopted)
    cost = ideas.cost[adopted]
    return Impact(
        ideas=int(counted.sum()),
        adopted=int(adopted.sum()),
        delivered=int(delivered.sum()),
        rejected=int((counted & (ideas.adopted == 0)).sum()),
        undecided=int((counted & np.isnan(ideas.adopted)).sum()),
        host_ideas=int(ideas.is_host.sum()),
        withdrawn=int(withdrawn.sum()),
        authors=int(has_one.sum()),
        authors_none_adopted=int((has_one & ~with_adopted).sum()),
        spent=float(np.nansum(cost)) if (~np.isnan(cost)).any() else None,
        budget=process.budget,
        status_known=known,
        by_role=_by_role(process, has_one, with_adopted, _authors_with(process, delivered)),
    )


def is_delivered(ideas: Ideas) -> NDArray[np.bool_]:
    """Which ideas were delivered; a merged idea shares the fate of the idea it went into."""
    own = np.array([status == DELIVERED for status in ideas.status], dtype=bool)
    merged = ideas.merged_into >= 0
    found = own.copy()
    found[merged] |= own[ideas.merged_into[merged]]
    return found


def _authors_with(process: Process, ideas: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which people wrote one of these ideas."""
    wrote = process.authorship
    found = np.zeros(len(process.people), dtype=bool)
    found[wrote.person[ideas[wrote.idea]]] = True
    return found


def _by_role(
    process: Process,
    authors: NDArray[np.bool_],
    adopted: NDArray[np.bool_],
    delivered: NDArray[np.bool_],
) -> Table:
    roles = process.roles()
    records = []
    for code, role in enumerate(() if roles is None else roles.groups):
        theirs = roles.codes == code if roles is not None else authors
        records.append(
            {
                "role": role,
                "authors": int((theirs & authors).sum()),
                "adopted": int((theirs & adopted).sum()),
                "none_adopted": int((theirs & authors & ~adopted).sum()),
                "delivered": int((theirs & delivered).sum()),
            }
        )
    return Table.from_records(records, _BY_ROLE)
