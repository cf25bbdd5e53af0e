"""Count what two tables of one process tell differently; nothing is dropped for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from coprep.auditing.impact import is_delivered
from coprep.data.process.process import Process
from coprep.table import ColumnKind, Table

_COLUMNS: dict[str, ColumnKind] = {"what": "text", "n": "count", "of": "count", "sentence": "text"}


def contradictions_of(process: Process) -> Table:
    """A row a contradiction: how many of how many."""
    found = [row for row in _all(process) if row["n"]]
    return Table.from_records(found, _COLUMNS)


def _all(process: Process) -> Iterator[dict[str, Any]]:
    yield from _turns_of_absent_people(process)
    yield from _answers_against_the_decision(process)
    yield from _delivered_without_an_answer(process)
    yield from _adopted_beyond_the_budget(process)


def _row(what: str, n: int, of: int, sentence: str) -> dict[str, Any]:
    return {"what": what, "n": n, "of": of, "sentence": sentence}


def _turns_of_absent_people(process: Process) -> Iterator[dict[str, Any]]:
    turns = process.turns
    came = process.attendance
    if turns is None or came is None:
        return
    there = {
        (int(person), session)
        for person, session in zip(came["person"], came["session"], strict=True)
        if session is not None
    }
    # Attendance by stage alone says nothing of a session.
    covered = {session for _, session in there}
    judged = [
        (int(person), turns.sessions[session])
        for person, session in zip(turns.person, turns.session, strict=True)
        if person >= 0 and session >= 0 and turns.sessions[session] in covered
    ]
    absent = sum(pair not in there for pair in judged)
    yield _row(
        "turns_of_absent_people",
        absent,
        len(judged),
        f"{absent:,} of {len(judged):,} turns are by people whom attendance does not name for that "
        "session: either the register is not complete, or speakers were mistaken for one another.",
    )


def _answers_against_the_decision(process: Process) -> Iterator[dict[str, Any]]:
    answers = process.responses
    ideas = process.ideas
    if answers is None or ideas is None:
        return
    says_adopted = np.array([outcome == "adopted" for outcome in answers.outcome], dtype=bool)
    against = int((says_adopted & (ideas.adopted[answers.idea] == 0)).sum())
    yield _row(
        "answers_against_the_decision",
        against,
        int(says_adopted.sum()),
        f"{against:,} of {int(says_adopted.sum()):,} answers say “adopted” of ideas whose status is "
        "rejected.",
    )


def _delivered_without_an_answer(process: Process) -> Iterator[dict[str, Any]]:
    answers = process.responses
    ideas = process.ideas
    if answers is None or ideas is None:
        return
    delivered = is_delivered(ideas)
    unanswered = delivered.copy()
    unanswered[answers.idea] = False
    yield _row(
        "delivered_without_an_answer",
        int(unanswered.sum()),
        int(delivered.sum()),
        f"{int(unanswered.sum()):,} of {int(delivered.sum()):,} delivered ideas have no answer.",
    )


def _adopted_beyond_the_budget(process: Process) -> Iterator[dict[str, Any]]:
    ideas = process.ideas
    if process.budget is None or ideas is None:
        return
    adopted = (ideas.adopted == 1) & (ideas.merged_into < 0)
    spent = float(np.nansum(ideas.cost[adopted]))
    if spent > process.budget:
        yield _row(
            "adopted_beyond_the_budget",
            int(adopted.sum()),
            int(adopted.sum()),
            f"The ideas adopted cost {spent:,.0f}, and the budget is {process.budget:,.0f}.",
        )
