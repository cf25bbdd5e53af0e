"""Reads who answered what to which idea: ratings, checked, as ballots by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import KINDS, Authorship, Ballots
from coprep.data.process.tables.rankings import ask_direction
from coprep.data.process.tables.reader import Reader, Rows
from coprep.errors import InputError
from coprep.wording.labels import listed
from coprep.wording.numbers import count_of

MOST_BALLOTS = 20_000_000
_BYTES_A_BALLOT = 270  # measured: the texts of both ids, their codes, and the ballots made of them

Scale = tuple[float, float]
"""The lowest and the highest score there can be."""

_SCALES: Mapping[str, tuple[str, tuple[float, ...] | None]] = {
    "agree": ("-1 (against), 0 (pass) or 1 (for)", (-1.0, 0.0, 1.0)),
    "approve": ("0 or 1", (0.0, 1.0)),
    "choose_one": ("0 or 1", (0.0, 1.0)),
    "points": ("0 or more", None),
    "rank": ("1 (best), 2, 3 ..., or 0 for shown and not ranked", None),
    "score": ("a number on the scale", None),
}
_GUESSED = {
    "approve": "0 and 1",
    "choose_one": "that are a single 1 a person",
    "agree": "-1, 0 and 1",
    "score": "on a wider scale",
}
_ANY_ANSWER = frozenset({"agree", "score"})  # kinds of which every row is a vote cast


@dataclass(slots=True)
class Ratings:
    """All ballots of a process, by kind; of a table on an engine, what was counted there.

    ``votes`` are those each person cast, of all kinds together. ``ballots`` are those in memory;
    the others are fetched from ``reader``, and checked by ``check`` besides.
    """

    kinds: tuple[str, ...]
    votes: NDArray[np.float64]
    ballots: dict[str, Ballots]
    reader: Reader | None = None
    authorship: Authorship | None = None
    scale: Scale | None = None
    check: Callable[[Reader], None] | None = None

    def of_kind(self, kind: str) -> Ballots:
        """The ballots of one kind; refused where they would not fit in memory."""
        if kind not in self.ballots and self.reader is not None and self.authorship is not None:
            rows = self.reader.layouts["ratings"].frame.rows()
            if rows > MOST_BALLOTS:
                raise InputError.of(
                    f"{rows:,} ballots lie on an engine, and this question needs each of them: "
                    f"about {rows * _BYTES_A_BALLOT / 1e9:,.0f} GB of memory; at most "
                    f"{MOST_BALLOTS:,} are fetched.",
                    code="too_many_ballots",
                    param="ratings",
                    got=rows,
                    expected=MOST_BALLOTS,
                    hint="ask about one district, topic or stage at a time, or draw voters at "
                    "random beforehand; how many votes each person cast is counted on the engine "
                    "(process.ledger('votes')).",
                )
            reader = self.reader.aside()
            fetched = _read_rows(reader, self.authorship, self.scale)
            if self.check is not None:
                self.check(reader)
            reader.problems.raise_if_any()
            self.ballots.update(fetched.ballots)
        return self.ballots[kind]


def read_ratings(reader: Reader, authorship: Authorship, scale: Scale | None) -> Ratings | None:
    """Ballots from the ratings; on an engine they are counted there, and fetched when asked."""
    if not reader.has("ratings"):
        return None
    if reader.is_counted("ratings"):
        return _count_rows(reader, authorship, scale)
    return _read_rows(reader, authorship, scale)


def _read_rows(reader: Reader, authorship: Authorship, scale: Scale | None) -> Ratings:
    rows = reader.rows("ratings")
    person = rows.places("participant_id")
    idea = rows.places("idea_id")
    row_kind, value, kinds = _kinds_and_values(reader, rows)
    keep = (person >= 0) & (idea >= 0) & ~np.isnan(value) & (rows.numbers("shown") != 0)
    votes = np.zeros(len(reader.people))
    result: dict[str, Ballots] = {}
    for code, kind in enumerate(kinds):
        _in_scale(reader, rows, kind, value, (row_kind == code) & ~np.isnan(value), scale)
        here = keep & (row_kind == code)
        found = ballots_of(
            person[here],
            idea[here],
            value[here],
            kind,
            authorship=authorship,
            n_people=len(reader.people),
            n_ideas=len(reader.ideas),
            said_shown=rows.has("shown"),
            at=rows.moments("at")[here] if rows.has("at") else None,
        )
        again = (found.person[1:] == found.person[:-1]) & (found.idea[1:] == found.idea[:-1])
        reader.repeated("ratings", int(again.sum()))
        if kind == "choose_one":
            _one_choice(reader, np.bincount(found.person[found.value == 1], minlength=1))
        votes += np.bincount(found.person[found.cast], minlength=len(votes))
        result[kind] = found
    return Ratings(kinds, votes, result)


def _count_rows(reader: Reader, authorship: Authorship, scale: Scale | None) -> Ratings:
    """Checks and counts on the table's own engine: by person, kind and value, then by idea."""
    layout = reader.layouts["ratings"]
    names = [c for c in ("participant_id", "value", "kind", "shown") if c in layout.columns]
    rows, _ = reader.counted("ratings", names)
    person = rows.places("participant_id")
    reader.counted("ratings", ["idea_id"])[0].places("idea_id")
    row_kind, value, kinds = _kinds_and_values(reader, rows)
    keep = (person >= 0) & ~np.isnan(value) & (rows.numbers("shown") != 0)
    votes = np.zeros(len(reader.people))
    for code, kind in enumerate(kinds):
        valued = (row_kind == code) & ~np.isnan(value)
        _in_scale(reader, rows, kind, value, valued, scale)
        cast = keep & valued
        if kind not in _ANY_ANSWER:
            cast &= value > 0
        counts = np.bincount(person[cast], rows.weights[cast], minlength=len(votes))
        votes += counts
        if kind == "choose_one":
            _one_choice(reader, counts)
    key = [layout.columns[c] for c in layout.spec.key if c in layout.columns]
    reader.repeated("ratings", layout.frame.rows() - layout.frame.distinct(key))
    return Ratings(kinds, votes, {}, reader, authorship, scale)


def ballots_of(
    person: NDArray[np.intp],
    idea: NDArray[np.intp],
    value: NDArray[np.float64],
    kind: str,
    *,
    authorship: Authorship,
    n_people: int,
    n_ideas: int,
    said_shown: bool = False,
    at: NDArray[np.datetime64] | None = None,
) -> Ballots:
    """Sorted ballots with own ideas marked."""
    key = person * np.int64(max(n_ideas, 1)) + idea
    in_order = bool((key[1:] >= key[:-1]).all())
    order = np.arange(len(key)) if in_order else np.argsort(key, kind="stable")
    own = np.sort(authorship.person * np.int64(max(n_ideas, 1)) + authorship.idea)
    value = value[order]
    with np.errstate(over="ignore"):  # a number that has no small form is told by it
        small = value.astype(np.float32)
    exact = bool((small == value).all())
    return Ballots(
        person=person[order].astype(np.int32),
        idea=idea[order].astype(np.int32),
        value=small if exact else value,
        kind=kind,
        is_self=_among(key[order], own),
        shown_known=said_shown or kind in _ANY_ANSWER or bool((value == 0).any()),
        n_people=n_people,
        n_ideas=n_ideas,
        at=None if at is None else at[order],
    )


def _among(keys: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.asarray(ordered[place] == keys)


def _kinds_and_values(
    reader: Reader, rows: Rows
) -> tuple[NDArray[np.intp], NDArray[np.float64], tuple[str, ...]]:
    """Each row's kind and value, and the kinds there are; what was shown and passed over is 0."""
    value = rows.numbers("value")
    kind = rows.labels("kind")
    codes = np.array([*(KINDS.index(name) for name in kind.labels), -1], dtype=np.intp)[kind.codes]
    unsaid = codes < 0
    strange = any(problem.param == "ratings.kind" for problem in reader.problems.found)
    if unsaid.any() and not strange:
        guess = _looks_like(rows, value, unsaid)
        if guess == "score":
            person = np.where(unsaid, rows.labels("participant_id").codes, -1)
            ask_direction(reader, "ratings", person, value, rows.weights)
        codes = np.where(unsaid, KINDS.index(guess), codes)
        reader.note(
            "kind_guessed",
            "ratings say no kind: values {values} are read as {kind:label}.",
            values=_GUESSED[guess],
            kind=guess,
        )
    used = np.unique(codes[codes >= 0])
    place = np.full(len(KINDS) + 1, -1, dtype=np.intp)
    place[used] = np.arange(len(used))
    return place[codes], _passed(reader, rows, value), tuple(KINDS[code] for code in used)


def _looks_like(rows: Rows, value: NDArray[np.float64], which: NDArray[np.bool_]) -> str:
    """The kind that the values of some rows look like."""
    seen = set(np.unique(value[which & ~np.isnan(value)]).tolist())
    if seen <= {0.0, 1.0}:
        person = rows.places("participant_id")
        chosen = which & (value == 1) & (person >= 0)
        ones = np.bincount(person[chosen], rows.weights[chosen])
        single = seen == {1.0} and len(ones) > 1 and bool((ones <= 1).all())
        return "choose_one" if single else "approve"
    return "agree" if seen <= {-1.0, 0.0, 1.0} else "score"


def _passed(reader: Reader, rows: Rows, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with 0 where an idea was shown and passed over; rows that say nothing are noted."""
    shown = rows.numbers("shown")
    blank = np.isnan(value)
    passed = blank & (shown == 1)
    reader.refuse(
        "ratings.shown",
        "rated_unseen",
        "with a value for an idea that was not shown",
        rows.count((shown == 0) & ~blank & (value != 0)),
        hint="set shown to 1, or drop the value.",
    )
    reader.note_some(
        "ratings_without_value",
        "ratings: read as not shown: {rows} without a value.",
        rows=rows.count(blank & ~passed & (shown != 0)),
    )
    reader.note_some(
        "rows_left_out",
        "ratings: left out {rows} of ideas that were not shown.",
        rows=rows.count(shown == 0),
    )
    return np.where(passed, 0.0, value)


def _in_scale(
    reader: Reader,
    rows: Rows,
    kind: str,
    value: NDArray[np.float64],
    which: NDArray[np.bool_],
    scale: Scale | None,
) -> None:
    """Tell of values, in some rows, that are off the scale of their kind."""
    words, allowed = _SCALES[kind]
    bad = ~np.isfinite(value)
    if allowed is not None:
        bad |= ~np.isin(value, allowed)
    elif kind in {"points", "rank"}:
        bad |= value < 0
        if kind == "rank":
            bad |= value != np.floor(value)
    elif scale is not None:
        words = f"{scale[0]:g} to {scale[1]:g}"
        bad |= (value < scale[0]) | (value > scale[1])
    bad &= which
    n = rows.count(bad)
    if n:
        reader.problems.add(
            f"ratings: {count_of(n, 'row')} off the scale of {kind!r}, which is {words}: "
            f"{listed(np.unique(value[bad]))}.",
            code="off_scale",
            param="ratings.value",
            got=n,
            expected=words,
            hint="correct the values, or name their kind: " + ", ".join(KINDS) + ".",
        )


def _one_choice(reader: Reader, choices: NDArray[Any]) -> None:
    """Tell of people with several choices on ballots that allow one."""
    reader.refuse(
        "ratings.kind",
        "off_scale",
        "with several choices on choose_one ballots",
        int((choices > 1).sum()),
        noun="participant",
        hint="if people could tick several ideas, the kind is 'approve'.",
    )
