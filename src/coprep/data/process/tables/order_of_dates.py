"""Whether things happened in an order that is possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Ideas
from coprep.data.process.tables.contents import Contents
from coprep.data.process.tables.reader import Desk
from coprep.wording.numbers import count_of

__all__ = ["check_dates", "check_votes", "last_day"]

_Moments = NDArray[np.datetime64]


def _before(
    desk: Desk, place: str, what: str, early: _Moments, late: _Moments, *other: str
) -> None:
    """A problem where ``late`` lies on a day before ``early``; hours are not compared, as clocks and zones differ.

    Where only one of the columns ``place`` and ``other`` says its time zone, a day more is allowed.
    """
    slack = int(len({desk.zoned(*name.split(".")) for name in (place, *other)}) > 1)
    n = int((late.astype("datetime64[D]") + slack < early.astype("datetime64[D]")).sum())
    if n:
        desk.problems.add(
            f"{place.partition('.')[0]}: {count_of(n, 'row')} dated before {what}.",
            code="dates_out_of_order",
            param=place,
            got=n,
            hint="leave invited_at empty for people who came uninvited, or check day and month, and the year."
            if "invitation" in what
            else "check day and month, and the year; write dates as year-month-day.",
        )


def check_dates(desk: Desk, held: Contents) -> None:
    """Answers and votes come after the idea they are about, people after their invitation, ends after starts."""
    ideas, responses, invited = held.ideas, held.responses, held.people.invited_at
    if ideas is not None and responses is not None:
        known = responses.idea >= 0
        created = ideas.created_at[responses.idea[known]]
        _before(
            desk,
            "responses.at",
            "the idea they answer",
            created,
            responses.at[known],
            "ideas.created_at",
        )
    if not desk.is_counted("ratings"):
        check_votes(desk, ideas, invited)
    if ideas is not None and len(held.authorship):
        wrote = held.authorship
        _before(
            desk,
            "ideas.created_at",
            "the invitation of their author",
            invited[wrote.person],
            ideas.created_at[wrote.idea],
            "participants.invited_at",
        )
    if held.sessions is not None:
        _session_times(desk)
    if held.sessions is not None and held.attendance is not None:
        _came_uninvited(desk, held, invited)


def check_votes(desk: Desk, ideas: Ideas | None, invited: _Moments) -> None:
    """Votes come after the idea they are about, and after their voter was invited."""
    if not desk.has("ratings", "at"):
        return
    at = desk.cells("ratings").moments("at")
    idea = desk.look_up("ratings", "idea_id", desk.ideas)
    person = desk.look_up("ratings", "participant_id", desk.people)
    if ideas is not None:
        known = idea >= 0
        _before(
            desk,
            "ratings.at",
            "the idea they rate",
            ideas.created_at[idea[known]],
            at[known],
            "ideas.created_at",
        )
    known = person >= 0
    _before(
        desk,
        "ratings.at",
        "the invitation of their voter",
        invited[person[known]],
        at[known],
        "participants.invited_at",
    )


def _came_uninvited(desk: Desk, held: Contents, invited: _Moments) -> None:
    if held.sessions is None or held.attendance is None:
        return
    day = dict(zip(held.sessions["session"], held.sessions["date"], strict=True))
    came = np.array(
        [day.get(s, np.datetime64("NaT")) for s in held.attendance["session"]],
        dtype="datetime64[s]",
    )
    person = np.asarray(held.attendance["person"], dtype=np.intp)
    _before(
        desk,
        "attendance.session_id",
        "the invitation of the participant",
        invited[person],
        came,
        "participants.invited_at",
        "sessions.date",
    )


def _session_times(desk: Desk) -> None:
    """Sessions end after they start, and start on their day; starts and ends that are no dates are left alone."""
    cells = desk.cells("sessions")
    start, end, date = (
        cells.dates_among("start"),
        cells.dates_among("end"),
        cells.dates_among("date"),
    )
    _impossible(desk, int((end < start).sum()), "end before they start", "sessions.end")
    days = [moments.astype("datetime64[D]") for moments in (start, date)]
    known = ~np.isnat(days[0]) & ~np.isnat(days[1])
    far = np.abs((days[0] - days[1])[known].astype(np.int64)) > int(
        cells.zoned("start") != cells.zoned("date")
    )
    _impossible(desk, int(far.sum()), "start on another day than their date", "sessions.start")


def _impossible(desk: Desk, n: int, what: str, place: str) -> None:
    if n:
        desk.problems.add(
            f"sessions: {count_of(n, 'row')} that {what}.",
            code="dates_out_of_order",
            param=place,
            got=n,
            hint="write start and end with their day, such as 2026-11-23T18:00.",
        )


def last_day(*moments: NDArray[np.datetime64]) -> np.datetime64:
    """The latest of all moments; NaT where there is none."""
    known = [m[~np.isnat(m)] for m in moments]
    found = [part.max() for part in known if len(part)]
    return np.datetime64(max(found) if found else "NaT", "s")
