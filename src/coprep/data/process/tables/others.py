"""Reads who was there, how it felt, and what mattered to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprep.data.label_matching import spelt_alike
from coprep.data.process.coded import Priorities, Responses, SmallTable
from coprep.data.process.tables.columns import Coded
from coprep.data.process.tables.rankings import ask_direction
from coprep.data.process.tables.reader import Reader, Rows
from coprep.findings import counted
from coprep.wording.labels import nearest


def read_sessions(reader: Reader) -> SmallTable | None:
    """The meetings: session, stage, date, start, end, and every further column as labels."""
    if not reader.has("sessions"):
        return None
    rows = reader.rows("sessions")
    session = rows.labels("session_id").text()
    reader.sessions = tuple(name or "" for name in session)
    rows.no_repeats()
    others = reader.layouts["sessions"].others
    labels = {name: rows.labels(name).text() for name in ("stage", "start", "end", *others)}
    stage = labels.pop("stage")
    return {"session": session, "stage": stage, "date": rows.moments("date"), **labels}


def read_attendance(reader: Reader, sessions: SmallTable | None) -> SmallTable | None:
    """Who came to what: person, session, stage (that of the session where none is said)."""
    if not reader.has("attendance"):
        return None
    rows = reader.rows("attendance")
    person = rows.places("participant_id")
    session = rows.labels("session_id")
    stage = rows.labels("stage")
    stages = stage.text()
    if sessions is not None and rows.has("session_id"):
        of_session = (*sessions["stage"], None)
        held = [of_session[place] for place in rows.places("session_id")]
        _one_stage(reader, stages, held)
        stages = tuple(own if own is not None else of for own, of in zip(stages, held, strict=True))
    # A missing session or stage is a value of its own here.
    rows.no_repeats(session_id=session.codes + 1, stage=stage.codes + 1)
    keep = (person >= 0) & ((session.codes >= 0) | (stage.codes >= 0))
    why = "without a participant, or with neither session nor stage"
    reader.left_out("attendance", keep | rows.by_host("participant_id"), why)
    return {
        "person": person[keep],
        "session": _kept(session.text(), keep),
        "stage": _kept(stages, keep),
    }


def _one_stage(reader: Reader, said: Sequence[str | None], of_session: Sequence[object]) -> None:
    pairs = zip(said, of_session, strict=True)
    n = sum(own is not None and of is not None and own != of for own, of in pairs)
    reader.refuse(
        "attendance.stage",
        "stage_mismatch",
        "with a stage that is not the stage of their session",
        n,
        hint="leave the stage out where the session is named.",
    )


def _kept(values: Sequence[str | None], keep: NDArray[np.bool_]) -> tuple[str | None, ...]:
    return tuple(value for value, k in zip(values, keep, strict=True) if k)


def read_experience(reader: Reader) -> SmallTable | None:
    """What people said about taking part: person, item, value."""
    if not reader.has("experience"):
        return None
    rows = reader.rows("experience")
    person = rows.places("participant_id")
    item = rows.labels("item")
    value = rows.numbers("value")
    at = rows.moments("at")
    # A missing day is a day of its own here.
    reader.no_repeats("experience", [person, item.codes, _days(at)])
    keep = (person >= 0) & (item.codes >= 0) & ~np.isnan(value)
    told = keep | rows.by_host("participant_id")
    reader.left_out("experience", told, "without participant, item or value")
    last = _last_of_each(person, item.codes, at, keep)
    template = "experience: {rows} replaced by a later answer of the same person to the same item."
    reader.note_some("earlier_answers", template, rows=int((keep & ~last).sum()))
    keep = last
    return {"person": person[keep], "item": _kept(item.text(), keep), "value": value[keep]}


def _days(at: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """A number for each different moment; missing ones share one."""
    return np.unique(at.astype(np.int64), return_inverse=True)[1].reshape(-1).astype(np.intp)


def _last_of_each(
    person: NDArray[np.intp],
    item: NDArray[np.intp],
    at: NDArray[np.datetime64],
    among: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which rows are a person's last answer to an item; undated ones come before dated ones."""
    rows = np.flatnonzero(among)
    moment = np.where(np.isnat(at), np.iinfo(np.int64).min, at.astype(np.int64))
    ordered = rows[np.lexsort((moment[rows], item[rows], person[rows]))]
    is_last = np.ones(len(ordered), dtype=bool)
    is_last[:-1] = (person[ordered][1:] != person[ordered][:-1]) | (
        item[ordered][1:] != item[ordered][:-1]
    )
    found = np.zeros(len(among), dtype=bool)
    found[ordered[is_last]] = True
    return found


def read_outcomes(reader: Reader) -> SmallTable | None:
    """What changed: idea (a place, -1 for none), topic, attribute, group, measure, before, after."""
    if not reader.has("outcomes"):
        return None
    rows = reader.rows("outcomes")
    idea = rows.places("idea_id") if rows.has("idea_id") else np.full(rows.n, -1, dtype=np.intp)
    labels = {name: rows.labels(name) for name in ("topic", "attribute", "group", "measure")}
    # A missing idea, topic, attribute, group or day is a value of its own here.
    key = [idea + 1, *(column.codes + 1 for column in labels.values())]
    key.append(_days(rows.moments("at")))
    reader.no_repeats("outcomes", key)
    after = rows.numbers("after")
    keep = (labels["measure"].codes >= 0) & ~np.isnan(after)
    keep &= (idea >= 0) | (labels["topic"].codes >= 0)
    reader.left_out("outcomes", keep, "without measure, value after, or what they are about")
    told = {name: _kept(column.text(), keep) for name, column in labels.items()}
    return {
        "idea": idea[keep],
        **told,
        "before": rows.numbers("before")[keep],
        "after": after[keep],
    }


def read_priorities(reader: Reader, topics: tuple[str, ...]) -> Priorities | None:
    """What people said matters to them."""
    if not reader.has("priorities"):
        return None
    rows = reader.rows("priorities")
    person = rows.places("participant_id")
    value = rows.numbers("value")
    topic = tied_topics(reader, "priorities", topics)
    rows.no_repeats(topic=topic.codes)
    value = _more_is_more(reader, rows, value)
    keep = (person >= 0) & (topic.codes >= 0) & ~np.isnan(value)
    told = keep | rows.by_host("participant_id")
    reader.left_out("priorities", told, "without participant, topic or value")
    return Priorities(person[keep], topic.codes[keep], topic.labels, value[keep])


def _more_is_more(reader: Reader, rows: Rows, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of which more is more: places are turned round, the last of all becoming 1."""
    kind = rows.labels("kind")
    ranked = np.array([*(name == "rank" for name in kind.labels), False], dtype=bool)[kind.codes]
    unsaid = np.where(kind.codes < 0, rows.labels("participant_id").codes, -1)
    ask_direction(reader, "priorities", unsaid, value, rows.weights)
    wrong = ranked & ((value < 0) | (value != np.floor(value)))
    reader.refuse(
        "priorities.value",
        "off_scale",
        "with a rank that is no place: 1 (best), 2, 3 ..., or 0 for not ranked",
        rows.count(wrong & ~np.isnan(value)),
        hint="correct the values, or name their kind: points, rank, score.",
    )
    last = float(np.nanmax(np.where(ranked, value, 0.0), initial=0.0))
    return np.where(ranked & (value > 0), last + 1 - value, value)


def tied_topics(reader: Reader, table: str, topics: tuple[str, ...]) -> Coded:
    """Topics by the names that ideas give them; those that no idea has are noted."""
    column = reader.rows(table).labels("topic")
    if not topics:
        return column
    tied = spelt_alike(column.labels, topics)
    apart = [name for name, own in tied.items() if own is None]
    if apart:
        close = nearest(apart[0], topics)
        meant = " ({first:label} may be meant as {close:label})" if close else ""
        reader.note(
            "topics_without_ideas",
            "{table}: {n} that no idea is filed under: {topics:labels}" + meant + ".",
            table=table,
            n=counted(len(apart), "topic"),
            topics=apart,
            first=apart[0],
            close=close,
        )
    return column.translated([tied[name] or name for name in column.labels])


def read_responses(reader: Reader) -> Responses | None:
    """The answers that ideas were given."""
    if not reader.has("responses"):
        return None
    rows = reader.rows("responses")
    at = rows.moments("at")
    undated = int(np.isnat(at).sum())
    template = "responses: the day is unknown in {rows}."
    reader.note_some("undated_responses", template, rows=undated)
    return Responses(
        idea=rows.places("idea_id"),
        at=at,
        kind=rows.labels("kind").text(),
        outcome=rows.labels("outcome").text(),
        responder_role=rows.labels("responder_role").text(),
    )
