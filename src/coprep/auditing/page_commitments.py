"""Put milestones, seats, outcomes and alarms into words for the page of an audit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from coprep.auditing.commitments import DONE, IN_TIME, LATE, OVERDUE
from coprep.auditing.group_names import GroupNames
from coprep.report.audit_page import MilestoneView, OutcomeRow, SeatRow
from coprep.wording.names import opening, plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.auditing.result import Audit

_KINDS = {IN_TIME: "ok", DONE: "ok", LATE: "late", OVERDUE: "late"}


def milestones_view(audit: Audit) -> list[MilestoneView]:
    """The milestones in the order of their days."""
    return [_milestone(row) for row in audit.milestones.records()]


def _milestone(row: Mapping[str, Any]) -> MilestoneView:
    state = row["state"]
    days = count_of(row["days"], "day") if row["days"] else ""
    said = {
        IN_TIME: f"done in time, {day_of(row['done'])}" if row["done"] else "",
        DONE: "done; no day was set",
        LATE: f"done {days} late, {day_of(row['done'])}" if row["done"] else "",
        OVERDUE: f"overdue by {days}",
    }
    return MilestoneView(
        day=day_of(row["due"] or row["done"]),
        name=row["name"],
        state=said.get(state, "still open"),
        kind=_KINDS.get(state, "open"),
    )


def day_of(moment: str) -> str:
    """A day as people write it: 3 May 2026."""
    day = date.fromisoformat(moment[:10])
    return f"{day.day} {day:%B %Y}"


def seat_rows(audit: Audit, names: GroupNames) -> list[SeatRow]:
    """Seats meant and filled, by role and group."""
    return [_seats(row, names) for row in audit.targets.records()]


def _seats(row: Mapping[str, Any], names: GroupNames) -> SeatRow:
    name = opening(names.of("role", row["role"]))
    if row["attribute"]:
        name += f": {names.of(row['attribute'], row['group'])}"
    missing = row["seats"] - row["filled"]
    unknown = row["unknown"]
    if row["filled"] and missing <= 0:
        say = "filled" if missing == 0 else f"{-missing:,.0f} more than meant"
    elif unknown:
        say = f"cannot tell: of {unknown:,} the group is not known"
    elif not row["filled"]:
        say = "nobody" if row["seats"] else "none was meant"
    else:
        say = f"{missing:,.0f} empty"
    return SeatRow(name, f"{row['seats']:,.0f}", f"{row['filled']:,}", say)


def outcome_rows(audit: Audit, names: GroupNames) -> list[OutcomeRow]:
    """What was measured before and after, by measure and group."""
    return [_outcome(row, names) for row in audit.outcomes.records()]


def _outcome(row: Mapping[str, Any], names: GroupNames) -> OutcomeRow:
    group = "everybody"
    if row["group"]:
        group = names.of(row["attribute"] or "", row["group"])
    before = "not recorded"
    change = "cannot tell"
    if not math.isnan(row["before"]):
        before = f"{row['before']:,.4g}"
        change = f"{row['least']:+,.4g}"
        if row["most"] != row["least"]:
            change += f" to {row['most']:+,.4g}"
    return OutcomeRow(plainly(row["measure"]), group, before, f"{row['after']:,.4g}", change)


def watched_sentence(audit: Audit, names: GroupNames) -> list[str]:
    """Since when groups could be called missing, in the order of the alarms."""
    rows = list(audit.watched.records())
    if not rows:
        return []
    people = max(row["people"] or 0 for row in rows)
    first = f"Watched by day of invitation since {day_of(rows[0]['since'])}:"
    alarms = [row for row in rows if row["alarm"]]
    alarms.sort(key=lambda row: row["alarm_at"])
    if not alarms:
        return [f"{first} no alarm in {count_of(people, 'person', 'people')}."]
    told = []
    for row in alarms:
        who = names.of(row["attribute"], row["group"])
        still = "" if row["now"] == row["alarm"] else ", and are not called out now"
        told.append(
            f"{who} fell behind on {day_of(row['alarm_date'])}, after {row['alarm_at']:,} people"
            f"{still}"
        )
    return [
        f"{first} {'; '.join(told)}. Fewer came than chance explains; by how much is told below."
    ]
