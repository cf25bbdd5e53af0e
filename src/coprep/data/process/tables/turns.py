"""Who said how much, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Responses, SmallTable, Turns, totals
from coprep.data.process.tables.columns import Coded, coded, known_label
from coprep.data.process.tables.others import look_up_sessions
from coprep.data.process.tables.reader import Desk, no_rows
from coprep.wording.numbers import count_of

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


def read_talk(desk: Desk, sessions: SmallTable | None) -> Talk | None:
    """The turns table, counted by person: on its engine if it has one, unless words are known by text alone."""
    if not desk.has("turns"):
        return None
    if desk.is_counted("turns") and not _words_from_text(desk):
        return _count_turns(desk, sessions)
    rows = _turn_rows(desk)
    if sessions is not None:
        look_up_sessions(desk, "turns", desk.cells("turns").ids("session_id"), sessions)
    known = rows.person >= 0
    _nobodys(desk, int((~known).sum()))
    n = len(desk.people)

    def total(amount: NDArray[np.float64]) -> NDArray[np.float64] | None:
        if np.isnan(amount).all():
            return None
        return totals(rows.person[known], np.nan_to_num(amount[known]), n)

    turns = np.bincount(rows.person[known], minlength=n).astype(np.float64)
    return Talk(turns, total(rows.words), total(rows.seconds), rows)


def _nobodys(desk: Desk, silent: int) -> None:
    if silent:
        desk.notes.append(
            f"turns: in nobody's account: {count_of(silent, 'row')} without a known speaker."
        )


def _words_from_text(desk: Desk) -> bool:
    """Whether words have to be counted in the text, which an engine cannot do."""
    layout = desk.layouts["turns"]
    if "text" not in layout.columns:
        return False
    return (
        "n_words" not in layout.columns or layout.frame.unusable(layout.columns["n_words"])[0] > 0
    )


def _count_turns(desk: Desk, sessions: SmallTable | None) -> Talk:
    layout = desk.layouts["turns"]
    amounts: dict[str, str] = {}
    for column in (c for c in ("n_words", "seconds") if c in layout.columns):
        lacking, bad = layout.frame.unusable(layout.columns[column])
        _bad_amounts(desk, column, bad)
        if lacking < layout.frame.rows():
            amounts[column] = layout.columns[column]
    counted = layout.frame.count([layout.columns["participant_id"]], sums=amounts)
    if not len(counted):
        no_rows("turns", desk.problems)
    person = desk.look_up_persons(
        "turns", coded([key for (key,) in counted.keys], read=known_label), counted.n
    )
    if sessions is not None:
        held = layout.frame.count([layout.columns["session_id"]])
        names = coded([key for (key,) in held.keys], read=known_label)
        look_up_sessions(desk, "turns", names, sessions, held.n)
    known = person >= 0
    _nobodys(desk, int(counted.n[~known].sum()))
    n = len(desk.people)
    sums = {name: totals(person[known], total[known], n) for name, total in counted.sums.items()}
    turns = totals(person[known], counted.n[known], n)
    values, rows = layout.frame.repeated(layout.columns["turn_id"])
    _repeated_turns(desk, rows - values)
    ids = layout.frame.count([layout.columns["turn_id"]])
    _nameless_turns(desk, int(ids.n[[known_label(key) is None for (key,) in ids.keys]].sum()))
    return Talk(turns, sums.get("n_words"), sums.get("seconds"), None, desk)


def _repeated_turns(desk: Desk, extra: int) -> None:
    if extra:
        desk.problems.add(
            f"turns: {count_of(extra, 'row')} too many: each turn_id may have one row only.",
            code="duplicate_key",
            param="turns",
            got=extra,
            hint="number the turns through all sessions, not anew in each.",
        )


def _nameless_turns(desk: Desk, blank: int) -> None:
    if blank:
        desk.problems.add(
            f"turns: {count_of(blank, 'row')} without a turn_id.",
            code="missing_id",
            param="turns.turn_id",
            got=blank,
            hint="number the turns; any text will do.",
        )


def _turn_rows(desk: Desk) -> Turns:
    cells = desk.cells("turns")
    ids, session, person = cells.ids("turn_id"), cells.ids("session_id"), desk.persons("turns")
    known_ids = ids.codes[ids.codes >= 0]
    _nameless_turns(desk, len(ids.codes) - len(known_ids))
    _repeated_turns(desk, len(known_ids) - len(np.unique(known_ids)))
    text = cells.text("text")
    order = cells.numbers("order")
    order = np.where(np.isnan(order), np.arange(cells.n, dtype=np.float64), order)
    sequence = np.lexsort((np.arange(cells.n), order, session.codes))
    words = _words(desk, cells.numbers("n_words"), text)
    answered = _answered(desk, ids, cells.ids("reply_to"), sequence)
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


def _words(
    desk: Desk, words: NDArray[np.float64], text: tuple[str | None, ...] | None
) -> NDArray[np.float64]:
    """Words as given; counted in the text where they are not."""
    if text is not None:
        counted = np.array([np.nan if t is None else float(len(t.split())) for t in text])
        words = np.where(np.isnan(words), counted, words)
    return _amount(desk, "n_words", words)


def _amount(desk: Desk, column: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    _bad_amounts(desk, column, int(((values < 0) | np.isinf(values)).sum()))
    return values


def _bad_amounts(desk: Desk, column: str, bad: int) -> None:
    if bad:
        desk.problems.add(
            f"turns: {count_of(bad, 'row')} with negative or infinite {column}.",
            code="out_of_range",
            param=f"turns.{column}",
            got=bad,
            hint="leave the cell empty where it is not known.",
        )


def _answered(
    desk: Desk, ids: Coded, reply_to: Coded, sequence: NDArray[np.intp]
) -> NDArray[np.intp]:
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
        desk.notes.append(
            f"turns: answers to a turn that is not in the table: {count_of(lost, 'row')}."
        )
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
    at = cells.moments("at")
    undated = int(np.isnat(at).sum())
    if undated:
        desk.notes.append(f"responses: the day is unknown in {count_of(undated, 'row')}.")
    return Responses(
        idea=desk.of_ideas("responses"),
        at=at,
        kind=cells.labels("kind").text(),
        outcome=cells.labels("outcome").text(),
        responder_role=cells.labels("responder_role").text(),
    )
