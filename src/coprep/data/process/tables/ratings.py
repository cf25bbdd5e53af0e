"""Who answered what to which idea: ratings, checked against their scale and sorted into ballots by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold
from coprep.data.process.coded import KINDS, Authorship, Ballots
from coprep.data.process.tables.columns import Cells, Coded, coded, known_label
from coprep.data.process.tables.reader import Desk, no_rows
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

__all__ = ["Ratings", "ballots_of", "read_ratings"]

_SCALES: Mapping[str, tuple[str, tuple[float, ...] | None]] = {
    "agree": ("-1 (against), 0 (pass) or 1 (for)", (-1.0, 0.0, 1.0)),
    "approve": ("0 or 1", (0.0, 1.0)),
    "choose_one": ("0 or 1", (0.0, 1.0)),
    "points": ("0 or more", None),
    "rank": ("1 (best), 2, 3 ..., or 0 for shown and not ranked", None),
    "score": ("a number on the scale", None),
}


@dataclass(slots=True)
class Ratings:
    """All ballots of a process, by kind; for a table on an engine, what was counted there and how to fetch the rest.

    Attributes
    ----------
    kinds : tuple of str
    votes : array of float, one a person
        Votes cast, all kinds together.
    ballots : dict
        Those already in memory.
    desk : Desk or None
        Where ballots of a table on an engine are fetched from.
    check : callable, optional
        What else is checked once they have been fetched.
    """

    kinds: tuple[str, ...]
    votes: NDArray[np.float64]
    ballots: dict[str, Ballots]
    desk: Desk | None = None
    authorship: Authorship | None = None
    scale: tuple[float, float] | None = None
    check: Callable[[Desk], None] | None = None

    def of_kind(self, kind: str) -> Ballots:
        """The ballots of one kind."""
        if kind not in self.ballots and self.desk is not None and self.authorship is not None:
            desk = self.desk.aside()
            fetched = _read_rows(desk, self.authorship, self.scale)
            if self.check is not None:
                self.check(desk)
            desk.problems.raise_if_any()
            self.ballots.update(fetched.ballots)
        return self.ballots[kind]


def read_ratings(
    desk: Desk, authorship: Authorship, scale: tuple[float, float] | None
) -> Ratings | None:
    """Ballots from the ratings table; a table on an engine is checked and counted there and fetched when asked."""
    if not desk.has("ratings"):
        return None
    if desk.is_counted("ratings"):
        return _count_rows(desk, authorship, scale)
    return _read_rows(desk, authorship, scale)


def _read_rows(desk: Desk, authorship: Authorship, scale: tuple[float, float] | None) -> Ratings:
    cells = desk.cells("ratings")
    person, idea = desk.persons("ratings"), desk.of_ideas("ratings")
    _nameless(desk, int((cells.ids("participant_id").codes < 0).sum()))
    value, kind = cells.answers("value"), cells.labels("kind")
    shown = cells.flags("shown")
    said_shown = cells.has("shown")
    row_kind, names = _kinds(desk, kind, value, person)
    value = _passed(desk, value, shown, said_shown)
    keep = (person >= 0) & (idea >= 0) & ~np.isnan(value) & (shown != 0)
    result: dict[str, Ballots] = {}
    for code, name in enumerate(names):
        _in_scale(desk, name, value[(row_kind == code) & ~np.isnan(value)], None, scale)
        rows = keep & (row_kind == code)
        found = ballots_of(
            person[rows],
            idea[rows],
            value[rows],
            name,
            authorship=authorship,
            n_people=len(desk.people),
            n_ideas=len(desk.ideas),
            said_shown=said_shown,
        )
        _sound_ballots(desk, found)
        result[name] = found
    votes = np.zeros(len(desk.people))
    for ballots in result.values():
        votes += np.bincount(ballots.person[ballots.cast], minlength=len(votes))
    return Ratings(names, votes, result)


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
) -> Ballots:
    """Sorted ballots with own ideas marked."""
    key = person * np.int64(max(n_ideas, 1)) + idea
    order = np.argsort(key, kind="stable")
    if (key[1:] >= key[:-1]).all():
        order = np.arange(len(key))
    key = key[order]
    own = np.sort(authorship.person * np.int64(max(n_ideas, 1)) + authorship.idea)
    value = value[order]
    small = value.astype(np.float32)
    exact = bool((small == value).all())
    return Ballots(
        person=person[order].astype(np.int32),
        idea=idea[order].astype(np.int32),
        value=small if exact else value,
        kind=kind,
        is_self=_among(key, own),
        shown_known=said_shown or kind in {"agree", "score"} or bool((value == 0).any()),
        n_people=n_people,
        n_ideas=n_ideas,
    )


def _among(keys: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.asarray(ordered[place] == keys)


def _nameless(desk: Desk, blank: int) -> None:
    if blank:
        desk.problems.add(
            f"ratings: {count_of(blank, 'row')} without a participant_id.",
            code="missing_id",
            param="ratings.participant_id",
            got=blank,
            hint="number anonymous voters, so that one person's votes can be told from another's.",
        )


def _kinds(
    desk: Desk,
    kind: Coded,
    value: NDArray[np.float64],
    person: NDArray[np.intp],
    rows: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Each row's kind; rows without one take the kind that the values look like."""
    folded = [fold(name).replace(" ", "_").replace("-", "_") for name in kind.labels]
    strange = [name for name, known in zip(kind.labels, folded, strict=True) if known not in KINDS]
    if strange:
        _unknown_kinds(desk, kind, strange, rows)
    codes = np.array([*(KINDS.index(f) if f in KINDS else -1 for f in folded), -1], dtype=np.intp)[
        kind.codes
    ]
    unsaid = codes < 0
    if unsaid.any() and not strange:
        guess = _looks_like(value[unsaid], person[unsaid], None if rows is None else rows[unsaid])
        codes = np.where(unsaid, KINDS.index(guess), codes)
        desk.notes.append(f"ratings say no kind: values {_GUESSED[guess]} are read as {guess!r}.")
    used = np.unique(codes[codes >= 0])
    lookup = np.full(len(KINDS) + 1, -1, dtype=np.intp)
    lookup[used] = np.arange(len(used))
    return lookup[codes], tuple(KINDS[code] for code in used)


def _unknown_kinds(
    desk: Desk, kind: Coded, strange: list[str], rows: NDArray[np.int64] | None
) -> None:
    odd = np.isin(kind.codes, [kind.labels.index(name) for name in strange])
    close = nearest(strange[0], KINDS)
    desk.problems.add(
        f"ratings: {count_of(int(odd.sum() if rows is None else rows[odd].sum()), 'row')} of kind {listed(strange)}; "
        f"a kind is one of {listed(KINDS, most=len(KINDS))}.",
        code="unknown_choice",
        param="ratings.kind",
        got=tuple(strange[:3]),
        expected=KINDS,
        hint=f"did you mean {show(close)}?" if close else None,
    )


_GUESSED = {
    "approve": "0 and 1",
    "choose_one": "that are a single 1 a person",
    "agree": "-1, 0 and 1",
    "score": "on a wider scale",
}


def _looks_like(
    value: NDArray[np.float64], person: NDArray[np.intp], rows: NDArray[np.int64] | None
) -> str:
    seen = set(np.unique(value[~np.isnan(value)]).tolist())
    if seen <= {0.0, 1.0}:
        chosen = (value == 1) & (person >= 0)
        ones = np.bincount(person[chosen], None if rows is None else rows[chosen])
        single = seen == {1.0} and len(ones) > 1 and bool((ones <= 1).all())
        return "choose_one" if single else "approve"
    return "agree" if seen <= {-1.0, 0.0, 1.0} else "score"


def _passed(
    desk: Desk,
    value: NDArray[np.float64],
    shown: NDArray[np.float64],
    said_shown: bool,
    rows: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Values with 0 where an idea was shown and passed over; rows that say nothing are noted."""
    weight = np.ones(len(value), dtype=np.int64) if rows is None else rows
    blank = np.isnan(value)
    passed = blank & (shown == 1)
    hidden = int(weight[(shown == 0) & ~blank & (value != 0)].sum())
    if hidden:
        desk.problems.add(
            f"ratings: {count_of(hidden, 'row')} with a value for an idea that was not shown.",
            code="rated_unseen",
            param="ratings.shown",
            got=hidden,
            hint="set shown to 1, or drop the value.",
        )
    lost = int(weight[blank & ~passed & (shown != 0)].sum())
    if lost:
        desk.notes.append(f"ratings: read as not shown: {count_of(lost, 'row')} without a value.")
    unseen = int(weight[shown == 0].sum())
    if said_shown and unseen:
        desk.notes.append(
            f"ratings: left out {count_of(unseen, 'row')} of ideas that were not shown."
        )
    return np.where(passed, 0.0, value)


def _in_scale(
    desk: Desk,
    kind: str,
    value: NDArray[np.float64],
    rows: NDArray[np.int64] | None,
    scale: tuple[float, float] | None,
) -> None:
    """A problem where values are off their scale; ``rows`` says how many ratings each value stands for."""
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
    n = int(bad.sum() if rows is None else rows[bad].sum())
    if n:
        desk.problems.add(
            f"ratings: {count_of(n, 'row')} off the scale of {kind!r}, which is {words}: {listed(np.unique(value[bad]))}.",
            code="off_scale",
            param="ratings.value",
            got=n,
            expected=words,
            hint="correct the values, or name their kind: " + ", ".join(KINDS) + ".",
        )


def _sound_ballots(desk: Desk, ballots: Ballots) -> None:
    person, idea = ballots.person, ballots.idea
    extra = int(((person[1:] == person[:-1]) & (idea[1:] == idea[:-1])).sum())
    _repeats(desk, extra)
    if ballots.kind == "choose_one":
        chosen = np.bincount(person[ballots.value == 1], minlength=1)
        _one_choice(desk, int((chosen > 1).sum()))


def _repeats(desk: Desk, extra: int) -> None:
    if extra:
        desk.problems.add(
            f"ratings: {count_of(extra, 'row')} too many: each participant and idea may have one row only of a kind.",
            code="duplicate_key",
            param="ratings",
            got=extra,
            hint="keep the last vote where people could change their mind.",
        )


def _one_choice(desk: Desk, several: int) -> None:
    if several:
        desk.problems.add(
            f"ratings: {count_of(several, 'participant')} with several choices on choose_one ballots.",
            code="off_scale",
            param="ratings.kind",
            got=several,
            hint="if people could tick several ideas, the kind is 'approve'.",
        )


def _count_rows(desk: Desk, authorship: Authorship, scale: tuple[float, float] | None) -> Ratings:
    """Checks and counts on the table's own engine: by person, kind and value, then by idea."""
    layout = desk.layouts["ratings"]
    names = [c for c in ("participant_id", "value", "kind", "shown") if c in layout.columns]
    counted = layout.frame.count([layout.columns[c] for c in names])
    columns: dict[str, list[object]] = {
        name: [key[i] for key in counted.keys] for i, name in enumerate(names)
    }
    cells = Cells.of_columns("ratings", columns, desk.problems, counted.n)
    if not cells.n:
        no_rows("ratings", desk.problems)
    who = cells.ids("participant_id")
    person = desk.look_up_persons("ratings", who, counted.n)
    _nameless(desk, int(counted.n[who.codes < 0].sum()))
    ideas = layout.frame.count([layout.columns["idea_id"]])
    desk.look_up_ideas("ratings", coded([key for (key,) in ideas.keys], read=known_label), ideas.n)
    value, shown = cells.answers("value"), cells.flags("shown")
    row_kind, kinds = _kinds(desk, cells.labels("kind"), value, person, counted.n)
    value = _passed(desk, value, shown, cells.has("shown"), counted.n)
    keep = (person >= 0) & ~np.isnan(value) & (shown != 0)
    votes = np.zeros(len(desk.people))
    for code, kind in enumerate(kinds):
        valued = (row_kind == code) & ~np.isnan(value)
        _in_scale(desk, kind, value[valued], counted.n[valued], scale)
        rows = keep & valued
        cast = rows if kind in {"agree", "score"} else rows & (value > 0)
        votes += np.bincount(person[cast], counted.n[cast], minlength=len(votes))
        if kind == "choose_one":
            _one_choice(desk, int((np.bincount(person[cast], counted.n[cast]) > 1).sum()))
    _no_repeated_pairs(desk)
    return Ratings(kinds, votes, {}, desk, authorship, scale)


def _no_repeated_pairs(desk: Desk) -> None:
    layout = desk.layouts["ratings"]
    columns = [
        layout.columns[c] for c in ("participant_id", "idea_id", "kind") if c in layout.columns
    ]
    _repeats(desk, layout.frame.rows() - layout.frame.distinct(columns))
