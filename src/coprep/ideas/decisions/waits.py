"""Knows how long ideas waited for a first answer, which still wait, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging.common import LEAST_SHOWN
from coprep.ideas.judging.counted import fewest_authors
from coprep.ideas.votes.backing import ideas_of, lead_authors, membership
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping, Ideas, Responses
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Waits", "answers_table", "waits"]

_DAY = np.timedelta64(1, "D")
_ANSWERS: dict[str, ColumnKind] = {
    "group": "text",
    "answer": "text",
    "n_ideas": "count",
    "share": "number",
    "n_authors": "count",
}


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Ideas of participants and how long each waited, one entry an idea.

    Attributes
    ----------
    ideas : array of int
        Positions.
    days : array of float
        Until the first answer, or until ``until`` for what still waits.
    answered : array of bool
        Whether there was an answer by then.
    member : array (ideas, groups)
        Share of authors in each group; nan unknown.
    author, topic : array of int
        Lead author; topic, -1 unknown.
    until : datetime64
        The day at which waiting is cut off.
    exclusions : mapping
        What was left out, and how much of it.
    """

    ideas: Ints
    days: Floats
    answered: Bools
    member: Floats
    author: Ints
    topic: Ints
    until: np.datetime64
    exclusions: Mapping[str, int]


def waits(process: Process, grouping: Grouping, until: object = None) -> Waits:
    """How long each idea waited for its first answer; a merged idea is answered when the one it went into is."""
    process.require("responses")
    ideas, told = ideas_of(process), process.responses
    if told is None:
        raise InputError.of(
            "this process has no responses.", code="missing_table", param="responses"
        )
    lead = lead_authors(process)
    answered, first = _first(ideas, told)
    end = _until(process, until)
    created = ideas.created_at
    dated, undated = ~np.isnat(created), answered & np.isnat(first)
    later = dated & (created > end)
    keep = dated & ~undated & ~later & ~ideas.is_host & (lead >= 0)
    if not keep.any():
        raise InputError.of(
            "no idea of a known author has a day on which it was made, so waiting cannot be measured.",
            code="missing",
            param="created_at",
            hint="the ideas table needs 'created_at', and 'author_id' or a table of authors.",
        )
    done = answered & ~np.isnat(first) & (first <= end)
    last = np.where(done, first, end)
    days = (last - created) / _DAY
    return Waits(
        ideas=np.flatnonzero(keep),
        days=np.maximum(days[keep].astype(float), 0.0),
        answered=done[keep],
        member=membership(process, grouping)[keep],
        author=lead[keep],
        topic=np.asarray(ideas.topic)[keep],
        until=end,
        exclusions={
            "ideas by the organisers": int(ideas.is_host.sum()),
            "ideas without an author": int(((lead < 0) & ~ideas.is_host).sum()),
            "ideas without a day": int((~dated & ~ideas.is_host & (lead >= 0)).sum()),
            "ideas answered on an unknown day": int(
                (undated & dated & ~ideas.is_host & (lead >= 0)).sum()
            ),
            "ideas made after the last day": int((later & ~ideas.is_host & (lead >= 0)).sum()),
        },
    )


def _first(ideas: Ideas, told: Responses) -> tuple[Bools, NDArray[np.datetime64]]:
    """Whether each idea was ever answered, and when first (NaT: on an unknown day)."""
    far = np.iinfo(np.int64).max
    answered: Bools = np.bincount(told.idea, minlength=len(ideas)) > 0
    first = np.full(len(ideas), far, dtype=np.int64)
    known = ~np.isnat(told.at)
    np.minimum.at(first, told.idea[known], told.at[known].astype("datetime64[s]").astype(np.int64))
    into = np.asarray(ideas.merged_into)
    merged = np.flatnonzero(into >= 0)
    for _ in range(len(merged)):
        before = first.copy()
        first[merged] = np.minimum(first[merged], first[into[merged]])
        answered[merged] |= answered[into[merged]]
        if (before == first).all():
            break
    when = np.full(len(ideas), np.datetime64("NaT", "s"), dtype="datetime64[s]")
    when[first < far] = first[first < far].astype("datetime64[s]")
    return answered, when


def _until(process: Process, until: object) -> np.datetime64:
    try:
        end: np.datetime64 = np.datetime64(str(process.last_day if until is None else until), "s")
    except ValueError:
        end = np.datetime64("NaT")
    if np.isnat(end):
        raise InputError.of(
            f"until must be a day such as '2024-05-31'; not {show(until)}.",
            param="until",
            got=str(until),
        )
    return end


def answers_table(process: Process, grouping: Grouping, found: Waits) -> Table:
    """What ideas were answered, by group: the outcome where one is given, else the kind; "none" for those waiting."""
    told = process.responses
    last: dict[int, str] = {}
    if told is not None:
        order = np.lexsort((told.at.astype("datetime64[s]").astype(np.int64), told.idea))
        for row in order:
            kind, outcome = told.kind[row], told.outcome[row]
            last[int(told.idea[row])] = (
                ", ".join(word for word in (outcome, kind) if word) or "answered"
            )
    said = [
        last.get(int(i), "answered") if done else "none"
        for i, done in zip(found.ideas, found.answered, strict=True)
    ]
    records = []
    for k, group in enumerate(grouping.groups):
        inside = np.nan_to_num(found.member[:, k]) > 0.5
        if len(np.unique(found.author[inside])) < LEAST_SHOWN:
            continue
        mine = [word for word, here in zip(said, inside, strict=True) if here]
        for word in sorted(set(mine), key=lambda w: (w == "none", w)):
            n = mine.count(word)
            records.append(
                {
                    "group": group,
                    "answer": word,
                    "n_ideas": n,
                    "share": n / len(mine),
                    "n_authors": fewest_authors(
                        found.author[inside], np.array([w == word for w in mine])
                    ),
                }
            )
    return Table.from_records(records, _ANSWERS)
