"""Knows who endorsed whom, and what each person gave to each group beyond what they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging import gates
from coprep.ideas.judging.common import quote
from coprep.ideas.votes.backing import cut, ideas_of
from coprep.metrics.participation._association import Homophily, homophily

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.process import Process

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Given", "Net", "endorsed", "indices_of", "net_of", "replies"]

_MOST_GROUPS = 1_000
_MOST_SCORES = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Who endorsed whom, and what chance would have given by what each was shown (or None)."""

    giver: Ints
    taker: Ints
    weight: Floats
    seen: tuple[Ints, Ints, Floats] | None
    noun: str
    exclusions: dict[str, int]
    notes: tuple[str, ...]


def endorsed(process: Process, kind: str | None, *, exposure: bool) -> Given:
    """Support for ideas, passed on to their authors by their shares."""
    process.require("ratings", "authors", why="an endorsement goes from a voter to an author")
    read, hosts = process.ballots(kind), ideas_of(process).is_host
    own = gates.self_votes(read)
    ballots = own.ballots.where(~hosts[own.ballots.idea])
    if ballots.kind == "score":
        raise InputError.of(
            "scores are no endorsements; which of them count as support is not known.",
            code="not_endorsements",
            param="kind",
            got="score",
            hint="in_group compares scores.",
        )
    yes = ballots.value > 0
    giver, taker, weight = _to_authors(process, ballots.person[yes], ballots.idea[yes])
    seen = (
        _to_authors(process, ballots.person, ballots.idea)
        if exposure and ballots.shown_known
        else None
    )
    notes = [own.note, gates.host_note(hosts), gates.exposure_note(read)]
    return Given(
        giver,
        taker,
        weight,
        seen,
        "endorsements",
        {"self_votes": own.removed, "host_ideas": int(hosts.sum())},
        tuple(note for note in notes if note),
    )


def _to_authors(
    process: Process, person: NDArray[Any], idea: NDArray[Any]
) -> tuple[Ints, Ints, Floats]:
    """One entry a (person, author of the idea), weighted by the author's share; oneself left out."""
    authors = process.authorship
    start = np.searchsorted(authors.idea, idea)
    many = np.searchsorted(authors.idea, idea, side="right") - start
    row = np.repeat(np.arange(len(idea)), many)
    at = start[row] + np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    giver, taker = np.asarray(person, dtype=np.intp)[row], authors.person[at]
    other = giver != taker
    return giver[other], taker[other], authors.share[at][other]


def replies(process: Process) -> Given:
    """Who replied to whom, a row a turn that replies."""
    process.require("turns", why="replies are counted from them")
    turns = process.turns
    if turns is None or not (turns.reply_to >= 0).any():
        raise InputError.of(
            "no turn says what it replies to.",
            code="noreplies",
            param="turns",
            expected="a column reply_to that holds a turn_id",
            hint="add the column reply_to to turns.",
        )
    answers = turns.reply_to >= 0
    giver, taker = turns.person[answers], turns.person[turns.reply_to[answers]]
    counts = (giver >= 0) & (taker >= 0) & (giver != taker)
    out = int(len(counts) - counts.sum())
    note = (
        (f"{out:,} replies to oneself, or from or to somebody unknown, are left out.",)
        if out
        else ()
    )
    giver, taker = giver[counts], taker[counts]
    return Given(giver, taker, np.ones(len(giver)), None, "replies", {"replies": out}, note)


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """What each person gives to each group: ``table`` (people, groups), ``beyond`` what exposure alone would give."""

    groups: tuple[str, ...]
    codes: Ints
    table: Floats
    beyond: Floats
    given: Floats
    strata: Ints
    sizes: Ints
    everybody: Ints
    takers: int
    by_exposure: bool
    noun: str
    exclusions: dict[str, int]
    notes: tuple[str, ...]


def net_of(process: Process, attribute: str, given: Given) -> Net:
    """Who gives to whom, by the groups of an attribute."""
    grouping = process.grouping(attribute)
    codes, groups = np.asarray(grouping.codes), len(grouping.groups)
    known = (codes[given.giver] >= 0) & (codes[given.taker] >= 0)
    people, row = np.unique(given.giver[known], return_inverse=True)
    if groups > _MOST_GROUPS or groups * len(people) > _MOST_SCORES:
        raise InputError.of(
            f"{groups:,} groups of {quote(attribute)} are too many to hold side by side.",
            code="too_many_groups",
            param="attribute",
            got=groups,
            hint="bring groups together first.",
        )
    table = _summed(
        row.reshape(-1), codes[given.taker[known]], given.weight[known], (len(people), groups)
    )
    total, expected = table.sum(axis=1), np.zeros_like(table)
    if given.seen is not None:
        expected = total[:, None] * _exposed(people, codes, given.seen, groups)
    lost = int((~known).sum())
    note = (
        f"{lost:,} {given.noun} from or to people of unknown group are left out." if lost else None
    )
    return Net(
        groups=grouping.groups,
        codes=codes[people],
        table=table,
        beyond=table - expected,
        given=total,
        strata=np.unique(cut(total, 5), return_inverse=True)[1].reshape(-1).astype(np.intp),
        sizes=np.bincount(codes[people], minlength=groups),
        everybody=np.asarray(grouping.sizes, dtype=np.intp),
        takers=len(np.unique(given.taker[known])),
        by_exposure=given.seen is not None,
        noun=given.noun,
        exclusions={**given.exclusions, "of_unknown_group": lost},
        notes=(*given.notes, note) if note else given.notes,
    )


def _summed(row: Ints, column: Ints, weight: Floats, shape: tuple[int, int]) -> Floats:
    return (
        np.bincount(row * shape[1] + column, weight, minlength=shape[0] * shape[1])
        .reshape(shape)
        .astype(float)
    )


def _exposed(people: Ints, codes: Ints, seen: tuple[Ints, Ints, Floats], groups: int) -> Floats:
    """Share of what each person was shown that is by authors of each group."""
    giver, taker, weight = seen
    row = np.searchsorted(people, giver)
    inside = (row < len(people)) & (codes[taker] >= 0)
    inside[inside] &= people[row[inside]] == giver[inside]
    table = _summed(row[inside], codes[taker[inside]], weight[inside], (len(people), groups))
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def indices_of(net: Net) -> Homophily:
    """Coleman's and the other indices of a network, against what everybody gives each group."""
    mixing = np.zeros((len(net.groups), len(net.groups)))
    np.add.at(mixing, net.codes, net.table)
    return homophily(mixing, net.everybody)
