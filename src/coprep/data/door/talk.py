"""Who said how much, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.data.door.cells import Coded, coded
from coprep.data.door.desk import Desk, of_rows
from coprep.data.ledger import Responses, Turns, totals

__all__ = ["Talk", "read_responses", "read_talk"]


@dataclass(slots=True)
class Talk:
    """Turns, words and seconds a person; the turns themselves are fetched when asked from a table on an engine."""

    turns: NDArray[np.float64]
    words: NDArray[np.float64] | None
    seconds: NDArray[np.float64] | None
    rows: Turns | None
    desk: Desk | None = None

    def fetch(self) -> Turns:
        """The turns, row by row."""
        if self.rows is None and self.desk is not None:
            desk = self.desk.aside()
            self.rows = _turn_rows(desk)
            desk.problems.raise_if_any()
        if self.rows is None:
            return _no_turns()
        return self.rows


def read_talk(desk: Desk) -> Talk | None:
    """The turns table, counted by person; a table on an engine is counted there."""
    if not desk.has("turns"):
        return None
    if desk.is_counted("turns"):
        return _count_turns(desk)
    rows = _turn_rows(desk)
    known = rows.person >= 0
    silent = int((~known).sum())
    if silent:
        desk.notes.append(f"turns: {of_rows(silent)} have no known speaker and are in nobody's account.")
    n = len(desk.people)

    def total(amount: NDArray[np.float64]) -> NDArray[np.float64] | None:
        if np.isnan(amount).all():
            return None
        return totals(rows.person[known], np.nan_to_num(amount[known]), n)

    turns = np.bincount(rows.person[known], minlength=n).astype(np.float64)
    return Talk(turns, total(rows.words), total(rows.seconds), rows)


def _count_turns(desk: Desk) -> Talk:
    layout = desk.layouts["turns"]
    amounts: dict[str, str] = {c: layout.columns[c] for c in ("n_words", "seconds") if c in layout.columns}
    counted = layout.frame.count([layout.columns["participant_id"]], sums=amounts)
    person = desk.look_up_persons("turns", coded([key for (key,) in counted.keys]), counted.n)
    known = person >= 0
    n = len(desk.people)
    sums = {name: totals(person[known], total[known], n) for name, total in counted.sums.items()}
    turns = totals(person[known], counted.n[known], n)
    values, rows = layout.frame.repeated(layout.columns["turn_id"])
    _repeated_turns(desk, rows - values)
    return Talk(turns, sums.get("n_words"), sums.get("seconds"), None, desk)


def _repeated_turns(desk: Desk, extra: int) -> None:
    if extra:
        desk.problems.add(
            f"turns: {of_rows(extra)} too many: each turn_id may have one row only.",
            code="duplicate_key",
            param="turns",
            got=extra,
            hint="number the turns through all sessions, not anew in each.",
        )


def _turn_rows(desk: Desk) -> Turns:
    cells = desk.cells("turns")
    ids, session, person = cells.labels("turn_id"), cells.labels("session_id"), desk.persons("turns")
    known_ids = ids.codes[ids.codes >= 0]
    _repeated_turns(desk, len(known_ids) - len(np.unique(known_ids)))
    text = cells.text("text")
    order = cells.numbers("order")
    order = np.where(np.isnan(order), np.arange(cells.n, dtype=np.float64), order)
    sequence = np.lexsort((np.arange(cells.n), order, session.codes))
    words = _words(desk, cells.numbers("n_words"), text)
    answered = _answered(desk, ids, cells.labels("reply_to"), sequence)
    names = ids.text()
    return Turns(
        ids=tuple(names[i] or "" for i in sequence),
        session=session.codes[sequence],
        sessions=session.labels,
        person=person[sequence],
        words=words[sequence],
        seconds=_amount(desk, "seconds", cells.numbers("seconds"))[sequence],
        text=None if text is None else tuple(text[i] for i in sequence),
        reply_to=answered,
        order=order[sequence],
    )


def _words(desk: Desk, words: NDArray[np.float64], text: tuple[str | None, ...] | None) -> NDArray[np.float64]:
    """Words as given; counted in the text where they are not."""
    if text is not None:
        counted = np.array([np.nan if t is None else float(len(t.split())) for t in text])
        words = np.where(np.isnan(words), counted, words)
    return _amount(desk, "n_words", words)


def _amount(desk: Desk, column: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    bad = int(((values < 0) | np.isinf(values)).sum())
    if bad:
        desk.problems.add(
            f"turns: {of_rows(bad)} with negative or infinite {column}.",
            code="out_of_range",
            param=f"turns.{column}",
            got=bad,
            hint="leave the cell empty where it is not known.",
        )
    return values


def _answered(desk: Desk, ids: Coded, reply_to: Coded, sequence: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each turn, in sequence, the place in sequence of the turn it answers."""
    place_of_id = np.full(len(ids.labels) + 1, -1, dtype=np.intp)
    place_of_row = np.empty(len(sequence), dtype=np.intp)
    place_of_row[sequence] = np.arange(len(sequence))
    place_of_id[ids.codes] = place_of_row
    place_of_id[-1] = -1
    known = {name: code for code, name in enumerate(ids.labels)}
    lookup = np.array([*(known.get(name, -1) for name in reply_to.labels), -1], dtype=np.intp)
    found = place_of_id[lookup[reply_to.codes]]
    lost = int(((found < 0) & (reply_to.codes >= 0)).sum())
    if lost:
        desk.notes.append(f"turns: {of_rows(lost)} answer a turn that is not in the table.")
    return found[sequence]


def _no_turns() -> Turns:
    none = np.empty(0, np.intp)
    nothing = np.empty(0)
    return Turns((), none, (), none, nothing, nothing, None, none, nothing)


def read_responses(desk: Desk) -> Responses | None:
    """The answers that ideas were given."""
    if not desk.has("responses"):
        return None
    cells = desk.cells("responses")
    return Responses(
        idea=desk.of_ideas("responses"),
        at=cells.moments("at"),
        kind=cells.labels("kind").text(),
        outcome=cells.labels("outcome").text(),
        responder_role=cells.labels("responder_role").text(),
    )
