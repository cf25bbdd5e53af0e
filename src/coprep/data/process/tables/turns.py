"""Reads who said how much, and in answer to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Turns, totals
from coprep.data.process.tables.columns import positions
from coprep.data.process.tables.reader import Reader, Rows

_WHO = "participant_id"


@dataclass(slots=True)
class Talk:
    """Turns, words and seconds a person; turns on an engine are fetched when asked."""

    turns: NDArray[np.float64]
    words: NDArray[np.float64] | None
    seconds: NDArray[np.float64] | None
    rows: Turns | None
    reader: Reader | None = None

    def fetch(self) -> Turns:
        """The turns, row by row."""
        if self.rows is None and self.reader is not None:
            reader = self.reader.aside()
            self.rows = _turn_rows(reader)
            reader.problems.raise_if_any()
        return _no_turns() if self.rows is None else self.rows


def _no_turns() -> Turns:
    none = np.empty(0, np.intp)
    nothing = np.empty(0)
    return Turns((), none, (), none, nothing, nothing, None, none, nothing)


def read_talk(reader: Reader) -> Talk | None:
    """The turns, counted by person: on their engine, unless words are known by text alone."""
    if not reader.has("turns"):
        return None
    if reader.is_counted("turns") and not _words_from_text(reader):
        return _count_turns(reader)
    turns = _turn_rows(reader)
    known = turns.person >= 0
    _without_speaker(reader, int((~known & ~reader.rows("turns").by_host(_WHO)).sum()))
    n = len(reader.people)

    def total(amount: NDArray[np.float64]) -> NDArray[np.float64] | None:
        if np.isnan(amount).all():
            return None
        return totals(turns.person[known], np.nan_to_num(amount[known]), n)

    each = np.bincount(turns.person[known], minlength=n).astype(np.float64)
    return Talk(each, total(turns.words), total(turns.seconds), turns)


def _without_speaker(reader: Reader, n: int) -> None:
    template = "turns: in nobody's account: {rows} without a known speaker."
    reader.note_some("turns_without_speaker", template, rows=n)


def _words_from_text(reader: Reader) -> bool:
    """Whether words have to be counted in the text, which an engine cannot do."""
    layout = reader.layouts["turns"]
    if "text" not in layout.columns:
        return False
    column = layout.columns.get("n_words")
    return column is None or layout.frame.unusable(column)[0] > 0


def _count_turns(reader: Reader) -> Talk:
    """Checks and counts on the table's own engine."""
    layout = reader.layouts["turns"]
    ids, _ = reader.counted("turns", ["turn_id"])
    ids.labels("turn_id")
    values, rows = layout.frame.repeated(layout.columns["turn_id"])
    reader.repeated("turns", rows - values)
    amounts = []
    for column in ("n_words", "seconds"):
        if column in layout.columns:
            lacking, bad = layout.frame.unusable(layout.columns[column])
            ids.out_of_range(column, bad)
            if lacking < layout.frame.rows():
                amounts.append(column)
    counted, sums = reader.counted("turns", ["participant_id"], sums=amounts)
    person = counted.places("participant_id")
    if reader.has("sessions"):
        reader.counted("turns", ["session_id"])[0].places("session_id")
    known = person >= 0
    _without_speaker(reader, counted.count(~known & ~counted.by_host(_WHO)))
    n = len(reader.people)
    found = {name: totals(person[known], total[known], n) for name, total in sums.items()}
    each = totals(person[known], counted.weights[known], n)
    return Talk(each, found.get("n_words"), found.get("seconds"), None, reader)


def _turn_rows(reader: Reader) -> Turns:
    """The turns, in the order of session and place."""
    rows = reader.rows("turns")
    ids = rows.labels("turn_id")
    session = rows.labels("session_id")
    rows.no_repeats()
    if reader.has("sessions"):
        rows.places("session_id")
    given = np.arange(rows.n)
    order = rows.numbers("order")
    order = np.where(np.isnan(order), given.astype(np.float64), order)
    sequence = np.lexsort((given, order, session.codes))
    text = rows.text("text")
    words = rows.numbers("n_words")
    if text is not None:
        counted = np.array([np.nan if t is None else float(len(t.split())) for t in text])
        words = np.where(np.isnan(words), counted, words)
    names = ids.text()
    return Turns(
        ids=tuple(names[i] or "" for i in sequence),
        session=session.codes[sequence],
        sessions=session.labels,
        person=rows.places("participant_id")[sequence],
        words=words[sequence],
        seconds=rows.numbers("seconds")[sequence],
        text=None if text is None else tuple(text[i] for i in sequence),
        reply_to=_answered(reader, rows, sequence),
        order=order[sequence],
    )


def _answered(reader: Reader, rows: Rows, sequence: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each turn, in sequence, the place in sequence of the turn it answers."""
    ids = rows.labels("turn_id")
    reply_to = rows.labels("reply_to")
    place_of_row = np.empty(rows.n, dtype=np.intp)
    place_of_row[sequence] = np.arange(rows.n)
    place_of_id = np.full(len(ids.labels) + 1, -1, dtype=np.intp)
    place_of_id[ids.codes] = place_of_row
    place_of_id[-1] = -1  # turns without an id wrote theirs here
    answered, _ = positions(reply_to, ids.labels)
    found = place_of_id[answered]
    lost = int(((found < 0) & (reply_to.codes >= 0)).sum())
    template = "turns: answers to a turn that is not in the table: {rows}."
    reader.note_some("answers_without_turn", template, rows=lost)
    return found[sequence]
