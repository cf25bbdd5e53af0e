"""Who was there, how it felt, what mattered to them, and what each group needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from coprep.data.door.cells import Coded, positions
from coprep.data.door.desk import Desk, of_rows
from coprep.data.door.people import People
from coprep.data.door.proposals import unknown_groups
from coprep.data.labels import match
from coprep.data.ledger import Need, Priorities, SmallTable
from coprep.errors import listed, nearest, show

__all__ = ["read_attendance", "read_experience", "read_need", "read_priorities", "read_sessions"]


def read_sessions(desk: Desk) -> SmallTable | None:
    """The meetings: session, stage, date, start, end, and every further column as labels."""
    if not desk.has("sessions"):
        return None
    cells = desk.cells("sessions")
    ids = cells.labels("session_id")
    blank = int((ids.codes < 0).sum())
    if blank:
        desk.problems.add(
            f"sessions: {of_rows(blank)} without a session_id.",
            code="missing_id",
            param="sessions.session_id",
            got=blank,
        )
    desk.no_repeats("sessions", [ids.codes], "session_id")
    others = {name: cells.labels(name).text() for name in desk.layouts["sessions"].others}
    start, end = cells.labels("start").text(), cells.labels("end").text()
    return {
        "session": ids.text(),
        "stage": cells.labels("stage").text(),
        "date": cells.moments("date"),
        "start": start,
        "end": end,
        **others,
    }


def read_attendance(desk: Desk, sessions: SmallTable | None) -> SmallTable | None:
    """Who came to what: person, session, stage (that of the session where none is said)."""
    if not desk.has("attendance"):
        return None
    cells = desk.cells("attendance")
    session, stage = cells.labels("session_id"), cells.labels("stage")
    person = desk.persons("attendance")
    stages = stage.text()
    if sessions is not None and cells.has("session_id"):
        known = tuple(name for name in sessions["session"] if isinstance(name, str))
        place, strange = positions(session, known)
        if strange:
            close = nearest(strange[0], known)
            desk.problems.add(
                f"attendance: {of_rows(len(strange), 'session')} that sessions lacks: {listed(strange)}.",
                code="unknown_session",
                param="attendance.session_id",
                got=strange[:3],
                hint=f"did you mean {show(close)}?" if close else "add it to sessions.",
            )
        of_session = (*sessions["stage"], None)
        stages = tuple(s if s is not None else of_session[p] for s, p in zip(stages, place, strict=True))
    desk.no_repeats("attendance", [person, session.codes + 1, stage.codes + 1], "participant and session or stage")
    blank = int(((session.codes < 0) & (stage.codes < 0)).sum())
    if blank:
        desk.notes.append(f"attendance: {of_rows(blank)} name neither session nor stage.")
    return {"person": person, "session": session.text(), "stage": stages}


def read_experience(desk: Desk) -> SmallTable | None:
    """What people said about taking part: person, item, value."""
    if not desk.has("experience"):
        return None
    cells = desk.cells("experience")
    person, item = desk.persons("experience"), cells.labels("item")
    desk.no_repeats("experience", [person, item.codes], "participant and item")
    return {"person": person, "item": item.text(), "value": cells.numbers("value")}


def read_priorities(desk: Desk) -> Priorities | None:
    """What people said matters to them."""
    if not desk.has("priorities"):
        return None
    cells = desk.cells("priorities")
    person, topic, value = desk.persons("priorities"), cells.groups("topic"), cells.numbers("value")
    desk.no_repeats("priorities", [person, topic.codes], "participant and topic")
    keep = (person >= 0) & (topic.codes >= 0) & ~np.isnan(value)
    lost = len(keep) - int(keep.sum())
    if lost:
        desk.notes.append(f"priorities: {of_rows(lost)} without person, topic or value are left out.")
    return Priorities(person[keep], topic.codes[keep], topic.labels, value[keep])


def read_need(desk: Desk, people: People, also: Mapping[str, Collection[str]]) -> dict[str, Need]:
    """How much each group needs what a topic is about, by attribute."""
    if not desk.has("need"):
        return {}
    cells = desk.cells("need")
    topic, attribute, group = cells.groups("topic"), cells.labels("attribute"), cells.groups("group")
    weight = np.where(np.isnan(cells.numbers("weight")), 1.0, cells.numbers("weight"))
    if (bad := int(((weight < 0) | np.isinf(weight)).sum())) > 0:
        desk.problems.add(
            f"need: {of_rows(bad, 'weight')} are negative or infinite.",
            code="out_of_range",
            param="need.weight",
            got=bad,
            hint="a weight is 0 or more.",
        )
    desk.no_repeats("need", [topic.codes, attribute.codes, group.codes], "topic, attribute and group")
    tied = match(attribute.labels, (*people.attributes, *also))
    for name in (label for label, own in tied.items() if own is None):
        close = nearest(name, people.attributes)
        desk.problems.add(
            f"need: attribute {show(name)}, which participants have no column for.",
            code="unknown_attribute",
            param="need.attribute",
            got=name,
            expected=people.attributes,
            hint=f"did you mean {close!r}?" if close else None,
        )
    result: dict[str, Need] = {}
    for own in dict.fromkeys(own for own in tied.values() if own is not None):
        codes = [code for code, name in enumerate(attribute.labels) if tied[name] == own]
        rows = np.isin(attribute.codes, codes) & (topic.codes >= 0) & (group.codes >= 0)
        here = people.grouping(own).groups if own in people.attributes else ()
        column = Coded(group.codes[rows], group.labels)
        groups, codes_of_groups = _needy(desk, own, here, also.get(own, ()), column)
        weights = np.zeros((len(topic.labels), len(groups)))
        known = codes_of_groups >= 0
        weights[topic.codes[rows][known], codes_of_groups[known]] = weight[rows][known]
        result[own] = Need(own, topic.labels, groups, weights)
    return result


def _needy(
    desk: Desk, name: str, here: tuple[str, ...], also: Collection[str], column: Coded
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The groups of one attribute that need may name, and each row's place among them."""
    known = tuple(dict.fromkeys((*here, *also)))
    used = [column.labels[code] for code in np.unique(column.codes)]
    tied = match(used, known)
    strange = [group for group in used if tied[group] is None]
    unknown_groups(desk, "need", name, column, strange=strange, known=known)
    groups = (*here, *sorted({group for group in tied.values() if group is not None} - set(here)))
    place = {group: i for i, group in enumerate(groups)}
    lookup = np.array([*(place.get(tied.get(group) or "", -1) for group in column.labels), -1], dtype=np.intp)
    return groups, lookup[column.codes]
