"""Reads people in the order in which they came, gathered into the times at which one can look."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.baseline.baseline import Baseline
from coprep.data.counting import AttributeTally, Cell
from coprep.data.frames import Frame, open_frame
from coprep.data.labels import fold, is_unknown, label
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.metrics._checks import Bools, Ints
from coprep.representation._counted_tables import as_counts
from coprep.representation._inputs import Compared, as_read, columns_for, is_published, tallied
from coprep.representation._options import Options
from coprep.wording.labels import show

_SEVERAL = re.compile(r"\s*[;|]\s*")

OrderKind = str
"""What `order` holds: "row" (no column), "number" or "time"."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """People as they came: `look` is the place of each one's time among all times, from 0.

    ``when`` holds those times where a column tells them; ``event`` the party that each came with,
    and ``late`` whether others of the party came before.
    """

    people: int
    look: Ints
    looks: int
    when: NDArray[Any] | None
    order: OrderKind
    values: Mapping[str, Sequence[Any]]
    event: Ints | None = None
    late: Bools | None = None

    @property
    def arrived(self) -> Ints:
        """How many had come by each time."""
        return np.cumsum(np.bincount(self.look, minlength=self.looks)).astype(np.intp)

    def said(self, look: int) -> str | None:
        """A time in words; None where only the order of rows tells it."""
        if self.when is None:
            return None
        return said_time(self.when[look])


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Who of the arrivals is in each group of an attribute, and of whom that is known."""

    inside: tuple[Bools, ...]
    known: Bools
    unknown: Bools


def said_time(value: Any) -> str:
    """A date or a number of `order` in words."""
    if isinstance(value, np.datetime64):
        text = str(value.astype("datetime64[s]"))
        return text.removesuffix("T00:00:00").replace("T", " ")
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


def read_arrivals(
    arrivals: Any,
    baseline: Baseline,
    options: Options,
    *,
    order: str | None,
    cluster: str | None,
) -> tuple[Arrivals, Tally]:
    """The arrivals in order, and the same people counted by label."""
    counts = as_counts(arrivals, baseline, options.total)
    if isinstance(counts, Tally) or is_published(counts):
        raise InputError.of(
            "arrivals are counts by group, which do not tell who came when.",
            code="not_arrivals",
            param="arrivals",
            hint="give a table with one row a person, in the order in which they came; counts at "
            "one time are for representation.assess.",
        )
    asked = as_read(arrivals, options)
    tally = tallied(arrivals, baseline, asked.overlapping, asked)
    frame = open_frame(arrivals, what="arrivals")
    columns = columns_for(frame, baseline, options)
    further = [name for name in (order, cluster) if name is not None]
    problems = Problems()
    for name in further:
        if not frame.has(name):
            problems.take(frame.unknown_column(name))
    if order is None and frame.is_lazy:
        problems.add(
            "these arrivals are in an engine whose rows have no order.",
            code="no_order",
            param="order",
            hint="name the column that says when people came: order='registered'.",
        )
    problems.raise_if_any()
    held = frame.collect(list(dict.fromkeys([*columns.values(), *further])))
    kind, when, look, by_time = _times(held, order, frame)
    values = {a: [held[c][row] for row in by_time] for a, c in columns.items()}
    party = None
    if cluster is not None:
        party = _codes([held[cluster][row] for row in by_time])
    if order is None and party is not None:
        look = _runs(party)
    looks = int(look[-1]) + 1 if len(look) else 0
    found = Arrivals(len(look), look, looks, when, kind, values)
    if party is None:
        return found, tally
    event, late = _events(look, party)
    return replace(found, event=event, late=late), tally


def _times(
    held: Mapping[str, Sequence[Any]], order: str | None, frame: Frame
) -> tuple[OrderKind, NDArray[Any] | None, Ints, Ints]:
    """What the order is told by, its times, each person's place among them, and the rows by time."""
    people = len(next(iter(held.values()), ()))
    if order is None:
        rows = np.arange(people, dtype=np.intp)
        return "row", None, rows, rows
    given = held[order]
    kind, times = _comparable(given, order, frame)
    when, place = np.unique(times, return_inverse=True)
    by_time = np.argsort(place, kind="stable").astype(np.intp)
    return kind, when, place[by_time].astype(np.intp), by_time


def _comparable(given: Sequence[Any], order: str, frame: Frame) -> tuple[OrderKind, NDArray[Any]]:
    """Dates or numbers that tell the order; everything that is wrong with them at once."""
    distinct: dict[Any, int] = {}
    place = np.array([distinct.setdefault(value, len(distinct)) for value in given], dtype=np.intp)
    nothing = np.array([label(value) is None for value in distinct], dtype=bool)
    missing = int(nothing[place].sum()) if len(place) else 0
    if missing:
        raise InputError.of(
            f"{missing:,} of {len(given):,} {frame.what} have nothing in {show(order)}: it is not "
            "known when they came.",
            code="missing_order",
            param="order",
            hint="leave these rows out, and say how many they were.",
        )
    if all(isinstance(v, Real) and not isinstance(v, (bool, np.bool_)) for v in distinct):
        return "number", np.asarray(given, dtype=float)
    try:
        return "time", np.array([_moment(v) for v in distinct], dtype="datetime64[us]")[place]
    except (ValueError, TypeError):
        raise InputError.of(
            f"{show(order)} must say when people came, as dates or as numbers; it holds something "
            "else.",
            code="bad_order",
            param="order",
            expected="dates such as 2024-03-05, or numbers",
            hint="turn text into dates first, such as with pandas.to_datetime: 5/3/2024 is a day "
            "in March to some, and in May to others.",
        ) from None


def _moment(value: Any) -> Any:
    """A date as NumPy takes it: times with a zone are brought to one."""
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, (date, np.datetime64)):
        return value
    if isinstance(value, str):
        read = datetime.fromisoformat(value.strip())
        return _moment(read)
    raise TypeError


def _codes(values: Sequence[Any]) -> Ints:
    """The party of each person as a number; whoever has none came alone."""
    known: dict[Any, int] = {}
    seen: dict[Any, int | None] = {}
    codes = np.empty(len(values), dtype=np.intp)
    alone = 0
    for row, value in enumerate(values):
        if value not in seen:
            name = label(value)
            seen[value] = None if name is None else known.setdefault(name, len(known))
        code = seen[value]
        if code is None:
            alone -= 1
            code = alone
        codes[row] = code
    return codes


def _runs(party: Ints) -> Ints:
    """Without a column of times, one can look when a party has come in full: after its last row."""
    new = np.ones(len(party), dtype=np.intp)
    new[1:] = party[1:] != party[:-1]
    return (np.cumsum(new) - 1).astype(np.intp)


def _events(look: Ints, party: Ints) -> tuple[Ints, Bools]:
    """What of a party came at one time, and whether the party had begun to come before."""
    who = party - party.min(initial=0)
    parties = int(who.max(initial=0)) + 1
    _, event = np.unique(look * parties + who, return_inverse=True)
    started = np.full(parties, np.iinfo(np.intp).max, dtype=np.intp)
    np.minimum.at(started, who, look)
    return event.astype(np.intp), np.asarray(look > started[who])


def members_of(item: Compared, values: Sequence[Any], options: Options) -> Members:
    """Who is in each group of one attribute, of people in their order."""
    groups = item.profile.groups
    meaning: dict[Any, tuple[tuple[int, ...], int]] = {}
    codes = np.empty(len(values), dtype=np.intp)
    seen: dict[Any, int] = {}
    for row, given in enumerate(values):
        # A number that is missing is unlike every other one.
        value = None if isinstance(given, float) and math.isnan(given) else given
        code = seen.get(value)
        if code is None:
            code = len(seen)
            seen[value] = code
            meaning[code] = _meaning(item, value, options)
        codes[row] = code
    inside = []
    for place in range(len(groups)):
        holds = np.array([place in meaning[c][0] for c in range(len(seen))], dtype=bool)
        inside.append(holds[codes] if seen else np.zeros(0, dtype=bool))
    state = np.array([meaning[c][1] for c in range(len(seen))], dtype=np.intp)
    states = state[codes] if seen else np.zeros(0, dtype=np.intp)
    return Members(tuple(inside), states == _KNOWN, states == _UNKNOWN)


_KNOWN = 1
_UNKNOWN = 0
_OUTSIDE = 2


def _meaning(item: Compared, value: Any, options: Options) -> tuple[tuple[int, ...], int]:
    """The groups that a cell stands for, and whether its group is known, unknown or outside."""
    matched = item.matched
    text = label(value)
    if text is None:
        return (), _UNKNOWN
    names = [text]
    if item.overlapping:
        names = [name for name in map(label, _SEVERAL.split(text)) if name is not None]
    placed = [group for name in names for group in matched.placed.get(name, ())]
    if placed:
        return tuple({item.profile.groups.index(group) for group in placed}), _KNOWN
    renamed = {fold(old): new for old, new in _flat(options.recode, item).items()}
    called = {str(label(renamed.get(fold(name), name))) for name in names}
    if item.overlapping and any(
        name in matched.unmatched and not is_unknown(name) for name in called
    ):
        return (), _KNOWN
    if called & {*matched.unmatched, *matched.outside}:
        return (), _OUTSIDE
    return (), _UNKNOWN


def _flat(recode: Mapping[str, Any], item: Compared) -> dict[str, Any]:
    """The labels to rename in one attribute."""
    rules = {old: new for old, new in recode.items() if not isinstance(new, Mapping)}
    own = recode.get(item.profile.attribute)
    return rules | dict(own) if isinstance(own, Mapping) else rules


def tally_to_plain(tally: Tally) -> dict[str, Any]:
    """Counts by label as plain data, to be continued from."""
    return {
        name: {
            "cells": {text: cell.n for text, cell in one.cells.items()},
            "unknown": one.unknown.n,
            "known": None if one.known_by is None else one.known("").n,
            "together": None
            if one.together is None
            else [[list(labels), cell.n] for labels, cell in one.together.items()],
        }
        for name, one in tally.attributes.items()
    }


def tally_from_plain(data: Mapping[str, Any]) -> Tally:
    """Counts by label as `tally_to_plain` wrote them."""
    found: dict[str, AttributeTally] = {}
    for name, one in data.items():
        cells = {text: Cell.of(n) for text, n in one["cells"].items()}
        known = None
        together = None
        if one["known"] is not None:
            known = dict.fromkeys(sorted(cells), Cell.of(one["known"]))
        if one["together"] is not None:
            together = {tuple(labels): Cell.of(n) for labels, n in one["together"]}
        found[name] = AttributeTally(name, cells, Cell.of(one["unknown"]), known, together=together)
    return Tally(found)
