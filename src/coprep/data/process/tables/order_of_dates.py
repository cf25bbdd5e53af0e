"""Checks that things happened in an order that is possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Authorship, Ideas, Responses, SmallTable
from coprep.data.process.tables.columns import NO_MOMENT
from coprep.data.process.tables.reader import Reader

_Moments = NDArray[np.datetime64]


def _before(
    reader: Reader, place: str, what: str, early: _Moments, late: _Moments, *other: str
) -> None:
    """Tell where ``late`` lies on a day before ``early``; hours are not compared, as clocks and
    zones differ.

    Where only one of the columns ``place`` and ``other`` says its time zone, a day more is allowed.
    """
    slack = int(len({reader.says_zone(name) for name in (place, *other)}) > 1)
    n = int((late.astype("datetime64[D]") + slack < early.astype("datetime64[D]")).sum())
    hint = "check day and month, and the year; write dates as year-month-day."
    if "invitation" in what:
        hint = (
            "leave invited_at empty for people who came uninvited, "
            "or check day and month, and the year."
        )
    reader.refuse(place, "dates_out_of_order", f"dated before {what}", n, hint=hint)


def check_ideas(
    reader: Reader,
    ideas: Ideas,
    authorship: Authorship,
    responses: Responses | None,
    invited: _Moments,
) -> None:
    """Answers come after the idea they are about, ideas after their author was invited."""
    if responses is not None:
        known = responses.idea >= 0
        _before(
            reader,
            "responses.at",
            "the idea they answer",
            ideas.created_at[responses.idea[known]],
            responses.at[known],
            "ideas.created_at",
        )
    _before(
        reader,
        "ideas.created_at",
        "the invitation of their author",
        invited[authorship.person],
        ideas.created_at[authorship.idea],
        "participants.invited_at",
    )


def check_votes(reader: Reader, ideas: Ideas | None, invited: _Moments) -> None:
    """Votes come after the idea they are about, and after their voter was invited."""
    if not reader.has("ratings", "at"):
        return
    rows = reader.rows("ratings")
    at = rows.moments("at")
    if ideas is not None:
        idea = rows.places("idea_id")
        known = idea >= 0
        _before(
            reader,
            "ratings.at",
            "the idea they rate",
            ideas.created_at[idea[known]],
            at[known],
            "ideas.created_at",
        )
    person = rows.places("participant_id")
    known = person >= 0
    _before(
        reader,
        "ratings.at",
        "the invitation of their voter",
        invited[person[known]],
        at[known],
        "participants.invited_at",
    )


def check_sessions(
    reader: Reader, sessions: SmallTable, attendance: SmallTable | None, invited: _Moments
) -> None:
    """Sessions end after they start, on their day, and people came after their invitation."""
    rows = reader.rows("sessions")
    start, end, date = (rows.moments_among(name) for name in ("start", "end", "date"))
    _impossible(reader, int((end < start).sum()), "end before they start", "sessions.end")
    first_day = start.astype("datetime64[D]")
    day = date.astype("datetime64[D]")
    known = ~np.isnat(first_day) & ~np.isnat(day)
    apart = np.abs((first_day - day)[known].astype(np.int64))
    slack = int(rows.says_zone("start") != rows.says_zone("date"))
    n = int((apart > slack).sum())
    _impossible(reader, n, "start on another day than their date", "sessions.start")
    if attendance is not None:
        when = dict(zip(sessions["session"], sessions["date"], strict=True))
        came = np.array(
            [when.get(session, NO_MOMENT) for session in attendance["session"]],
            dtype="datetime64[s]",
        )
        _before(
            reader,
            "attendance.session_id",
            "the invitation of the participant",
            invited[np.asarray(attendance["person"], dtype=np.intp)],
            came,
            "participants.invited_at",
            "sessions.date",
        )


def _impossible(reader: Reader, n: int, what: str, place: str) -> None:
    hint = "write start and end with their day, such as 2026-11-23T18:00."
    reader.refuse(place, "dates_out_of_order", f"that {what}", n, hint=hint)
