"""Read when, where and on what ideas were put: topic, stage, session, week, language and area."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.ideas._votes.support import ideas_of, lead_authors

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Ints

CONTEXTS = ("topic", "stage", "session", "week", "language", "area")
"""What ideas may be compared within; any of them, or several."""

LEAST_IN_A_WEEK = 10
"""Weeks of fewer ideas are joined to the week before."""

PLACES: Mapping[str, str] = {
    "topic": "on the same topic",
    "stage": "at the same stage",
    "session": "of the same session",
    "week": "of the same week",
    "language": "in the same language",
    "area": "for the same area",
}


def names_of(within: object) -> tuple[str, ...]:
    """The contexts asked for: one name, several, or none.

    >>> names_of("topic"), names_of(["week", "topic"]), names_of(None)
    (('topic',), ('week', 'topic'), ())
    """
    if within is None:
        return ()
    several = tuple(within) if isinstance(within, Sequence) and not isinstance(within, str) else ()
    names = several or (within,)
    for name in names:
        if name not in CONTEXTS:
            raise InputError.choice("within", name, (*CONTEXTS, None))
    return tuple(dict.fromkeys(str(name) for name in names))


def place_of(names: Sequence[str]) -> str:
    """Where ideas are compared, in words.

    >>> place_of(("topic", "stage")), place_of(())
    ('on the same topic at the same stage', 'in this process')
    """
    return " ".join(PLACES[name] for name in names) or "in this process"


def context_of(process: Process, name: str) -> Ints:
    """The code of each idea in a context; -1 where it is unknown."""
    return _CODES[name](process)


def contexts_of(process: Process, names: Sequence[str]) -> Ints:
    """The code of each idea in several contexts at once; -1 where one of them is unknown."""
    codes = [context_of(process, name) for name in names]
    if not codes:
        return np.zeros(len(ideas_of(process)), dtype=np.intp)
    table = np.stack(codes, axis=1)
    both = np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)
    return np.where((table >= 0).all(axis=1), both, -1).astype(np.intp)


def recorded(process: Process) -> dict[str, Ints]:
    """The contexts in which ideas are known to differ, and the code of each idea."""
    found = {name: context_of(process, name) for name in CONTEXTS}
    return {name: codes for name, codes in found.items() if len(np.unique(codes[codes >= 0])) > 1}


def _topic(process: Process) -> Ints:
    return np.asarray(ideas_of(process).topic, dtype=np.intp)


def _stage(process: Process) -> Ints:
    return np.asarray(ideas_of(process).stage, dtype=np.intp)


def _area(process: Process) -> Ints:
    return np.asarray(ideas_of(process).area, dtype=np.intp)


def _session(process: Process) -> Ints:
    """The session of an idea's author, where that is the only one they came to."""
    lead = lead_authors(process)
    return np.where(lead >= 0, session_of_people(process)[lead], -1).astype(np.intp)


def session_of_people(process: Process) -> Ints:
    """The session each person came to; -1 for none, or for more than one."""
    only = np.full(len(process.people), -1, dtype=np.intp)
    held = process.attendance
    if held is None:
        return only
    session = np.array([label or "" for label in held["session"]], dtype=object).astype(str)
    person = np.asarray(held["person"], dtype=np.intp)[session != ""]
    codes = np.unique(session[session != ""], return_inverse=True)[1].reshape(-1)
    pairs = np.unique(np.stack([person, codes]), axis=1)
    came = np.bincount(pairs[0], minlength=len(only))
    once = came[pairs[0]] == 1
    only[pairs[0][once]] = pairs[1][once]
    return only


def _week(process: Process) -> Ints:
    """The week in which an idea was written, weeks of few ideas joined to the week before."""
    written = ideas_of(process).created_at
    known = ~np.isnat(written)
    codes = np.full(len(written), -1, dtype=np.intp)
    if known.any():
        day = (written[known] - written[known].min()).astype("timedelta64[D]").astype(np.int64)
        codes[known] = _joined(day // 7)
    return codes


def _joined(week: Ints) -> Ints:
    """Codes of weeks, a new one only where the one before has enough ideas and so has the rest."""
    weeks, many = np.unique(week, return_counts=True)
    code = np.zeros(len(weeks), dtype=np.intp)
    held = 0
    for place, count in enumerate(many.tolist()):
        left = int(many[place:].sum())
        full = held >= LEAST_IN_A_WEEK and left >= LEAST_IN_A_WEEK
        code[place] = code[place - 1] + int(full) if place else 0
        held = count if full else held + count
    return np.asarray(code[np.searchsorted(weeks, week)])


def _language(process: Process) -> Ints:
    languages = ideas_of(process).language
    if languages is None:
        return np.full(len(ideas_of(process)), -1, dtype=np.intp)
    spoken = sorted({label for label in languages if label is not None})
    code = {label: place for place, label in enumerate(spoken)}
    return np.array([-1 if x is None else code[x] for x in languages], dtype=np.intp)


_CODES: Mapping[str, Callable[[Process], Ints]] = {
    "topic": _topic,
    "stage": _stage,
    "session": _session,
    "week": _week,
    "language": _language,
    "area": _area,
}
