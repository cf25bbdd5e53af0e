"""Who was there, how it felt, what mattered to them, and what each group needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import match
from coprep.data.process.coded import Need, Priorities, SmallTable
from coprep.data.process.tables.columns import Coded, positions
from coprep.data.process.tables.ideas import unknown_groups
from coprep.data.process.tables.participants import People
from coprep.data.process.tables.reader import Desk
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

__all__ = [
    "look_up_sessions",
    "read_attendance",
    "read_experience",
    "read_need",
    "read_priorities",
    "read_sessions",
]


def read_sessions(desk: Desk) -> SmallTable | None:
    """The meetings: session, stage, date, start, end, and every further column as labels."""
    if not desk.has("sessions"):
        return None
    cells = desk.cells("sessions")
    ids = cells.ids("session_id")
    blank = int((ids.codes < 0).sum())
    if blank:
        desk.problems.add(
            f"sessions: {count_of(blank, 'row')} without a session_id.",
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
    session, stage = cells.ids("session_id"), cells.labels("stage")
    person = desk.persons("attendance")
    stages = stage.text()
    if sessions is not None and cells.has("session_id"):
        place = look_up_sessions(desk, "attendance", session, sessions)
        of_session = (*sessions["stage"], None)
        _one_stage(desk, stages, [of_session[p] for p in place])
        stages = tuple(
            s if s is not None else of_session[p] for s, p in zip(stages, place, strict=True)
        )
    desk.no_repeats(
        "attendance",
        [person, session.codes + 1, stage.codes + 1],
        "participant and session or stage",
    )
    keep = (person >= 0) & ((session.codes >= 0) | (stage.codes >= 0))
    _left_out(desk, "attendance", keep, "without a participant, or with neither session nor stage")
    return {
        "person": person[keep],
        "session": _kept(session.text(), keep),
        "stage": _kept(stages, keep),
    }


def look_up_sessions(
    desk: Desk,
    table: str,
    column: Coded,
    sessions: SmallTable,
    rows: NDArray[np.int64] | None = None,
) -> NDArray[np.intp]:
    """Each row's session among ``sessions``; those that are not there are a problem."""
    known = tuple(name if isinstance(name, str) else "" for name in sessions["session"])
    place, strange = positions(column, known)
    if strange:
        lost = (place < 0) & (column.codes >= 0)
        n = int(lost.sum() if rows is None else rows[lost].sum())
        close = nearest(strange[0], known)
        desk.problems.add(
            f"{table}: {count_of(len(strange), 'session')} that sessions lacks, in {count_of(n, 'row')}: {listed(strange)}.",
            code="unknown_session",
            param=f"{table}.session_id",
            got=strange[:3],
            hint=f"did you mean {show(close)}?" if close else "add it to sessions.",
        )
    return place


def _one_stage(desk: Desk, said: Sequence[str | None], of_session: Sequence[object]) -> None:
    n = sum(
        a is not None and b is not None and a != b for a, b in zip(said, of_session, strict=True)
    )
    if n:
        desk.problems.add(
            f"attendance: {count_of(n, 'row')} with a stage that is not the stage of their session.",
            code="stage_mismatch",
            param="attendance.stage",
            got=n,
            hint="leave the stage out where the session is named.",
        )


def _left_out(desk: Desk, table: str, keep: NDArray[np.bool_], why: str) -> None:
    lost = len(keep) - int(keep.sum())
    if lost:
        desk.notes.append(f"{table}: left out {count_of(lost, 'row')} {why}.")


def _kept(values: Sequence[str | None], keep: NDArray[np.bool_]) -> tuple[str | None, ...]:
    return tuple(value for value, k in zip(values, keep, strict=True) if k)


def read_experience(desk: Desk) -> SmallTable | None:
    """What people said about taking part: person, item, value."""
    if not desk.has("experience"):
        return None
    cells = desk.cells("experience")
    person, item = desk.persons("experience"), cells.labels("item")
    desk.no_repeats("experience", [person, item.codes], "participant and item")
    value = cells.answers("value")
    keep = (person >= 0) & (item.codes >= 0) & ~np.isnan(value)
    _left_out(desk, "experience", keep, "without participant, item or value")
    return {"person": person[keep], "item": _kept(item.text(), keep), "value": value[keep]}


def read_priorities(desk: Desk, topics: Sequence[str]) -> Priorities | None:
    """What people said matters to them."""
    if not desk.has("priorities"):
        return None
    cells = desk.cells("priorities")
    person, value = desk.persons("priorities"), cells.answers("value")
    topic = _tied_topics(desk, "priorities", cells.groups("topic"), topics)
    desk.no_repeats("priorities", [person, topic.codes], "participant and topic")
    keep = (person >= 0) & (topic.codes >= 0) & ~np.isnan(value)
    _left_out(desk, "priorities", keep, "without participant, topic or value")
    return Priorities(person[keep], topic.codes[keep], topic.labels, value[keep])


def _tied_topics(desk: Desk, table: str, column: Coded, topics: Sequence[str]) -> Coded:
    """Topics by the names that ideas give them; those that no idea has are noted."""
    if not topics:
        return column
    tied = match(column.labels, topics)
    apart = [name for name, own in tied.items() if own is None]
    if apart:
        close = nearest(apart[0], topics)
        desk.notes.append(
            f"{table}: {count_of(len(apart), 'topic')} that no idea is filed under: {listed(apart)}"
            + (f" ({show(apart[0])} may be meant as {show(close)})." if close else ".")
        )
    named = [tied[name] or name for name in column.labels]
    labels = tuple(sorted(set(named)))
    place = {name: i for i, name in enumerate(labels)}
    return Coded(
        np.array([*(place[name] for name in named), -1], dtype=np.intp)[column.codes], labels
    )


def read_need(
    desk: Desk, people: People, also: Mapping[str, Collection[str]], topics: Sequence[str]
) -> dict[str, Need]:
    """How much each group needs what a topic is about, by attribute."""
    if not desk.has("need"):
        return {}
    cells = desk.cells("need")
    topic = _tied_topics(desk, "need", cells.groups("topic"), topics)
    attribute, group = cells.labels("attribute"), cells.groups("group")
    whole = (topic.codes >= 0) & (attribute.codes >= 0) & (group.codes >= 0)
    _left_out(desk, "need", whole, "without topic, attribute or group")
    weight = np.where(np.isnan(cells.numbers("weight")), 1.0, cells.numbers("weight"))
    if (bad := int(((weight < 0) | np.isinf(weight)).sum())) > 0:
        desk.problems.add(
            f"need: {count_of(bad, 'weight')} are negative or infinite.",
            code="out_of_range",
            param="need.weight",
            got=bad,
            hint="a weight is 0 or more.",
        )
    desk.no_repeats(
        "need", [topic.codes, attribute.codes, group.codes], "topic, attribute and group"
    )
    tied = match(attribute.labels, (*people.attributes, *also))
    for name in (label for label, own in tied.items() if own is None):
        close = nearest(name, people.attributes)
        desk.problems.add(
            f"need: attribute {show(name)}, which participants have no column for.",
            code="unknown_attribute",
            param="need.attribute",
            got=name,
            expected=people.attributes,
            hint=f"did you mean {show(close)}?" if close else None,
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
    lookup = np.array(
        [*(place.get(tied.get(group) or "", -1) for group in column.labels), -1], dtype=np.intp
    )
    return groups, lookup[column.codes]
