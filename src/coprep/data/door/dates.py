"""Whether things happened in an order that is possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprep.data.door.desk import Desk, of_rows
from coprep.data.ledger import Ideas, Responses, SmallTable

__all__ = ["check_dates", "last_day"]


def _before(desk: Desk, place: str, what: str, early: NDArray[np.datetime64], late: NDArray[np.datetime64]) -> None:
    """A problem where ``late`` lies on a day before ``early``; hours are not compared, as clocks and zones differ."""
    n = int((late.astype("datetime64[D]") < early.astype("datetime64[D]")).sum())
    if n:
        desk.problems.add(
            f"{place.partition('.')[0]}: {of_rows(n)} dated before {what}.",
            code="dates_out_of_order",
            param=place,
            got=n,
            hint="check day and month, and the year; write dates as year-month-day.",
        )


def check_dates(desk: Desk, ideas: Ideas | None, responses: Responses | None, sessions: SmallTable | None) -> None:
    """Answers and votes after the idea they are about; sessions that end after they start."""
    if ideas is not None and responses is not None:
        known = responses.idea >= 0
        created = ideas.created_at[responses.idea[known]]
        _before(desk, "responses.at", "the idea they answer", created, responses.at[known])
    if ideas is not None and desk.has("ratings", "at") and not desk.is_counted("ratings"):
        idea = desk.look_up("ratings", "idea_id", desk.ideas)
        known = idea >= 0
        at = desk.cells("ratings").moments("at")[known]
        _before(desk, "ratings.at", "the idea they rate", ideas.created_at[idea[known]], at)
    if sessions is not None and desk.has("sessions", "end"):
        _session_times(desk)


def _session_times(desk: Desk) -> None:
    quiet = desk.aside()
    start, end = quiet.cells("sessions").moments("start"), quiet.cells("sessions").moments("end")
    if len(quiet.problems):
        return
    n = int((end < start).sum())
    if n:
        desk.problems.add(
            f"sessions: {of_rows(n)} that end before they start.",
            code="dates_out_of_order",
            param="sessions.end",
            got=n,
            hint="write start and end with their day, such as 2026-11-23T18:00.",
        )


def last_day(*moments: NDArray[np.datetime64]) -> np.datetime64:
    """The latest of all moments; NaT where there is none."""
    known = [m[~np.isnat(m)] for m in moments]
    found = [part.max() for part in known if len(part)]
    return np.datetime64(max(found) if found else "NaT", "s")
