"""Read who endorsed whom, and what each person gave to each group beyond exposure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.eligibility import exposure_note, host_note, noted, self_votes
from coprep.ideas._votes.ballot_rule import supported
from coprep.ideas._votes.support import ideas_of, quantile_classes
from coprep.metrics.participation._association import homophily
from coprep.wording.labels import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats, Ints
    from coprep.metrics.participation._association import HomophilyIndices as Homophily

_MOST_GROUPS = 1_000
_MOST_SCORES = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Who gave what to whom: endorsements or replies, one entry a giver and taker."""

    giver: Ints
    taker: Ints
    weight: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Endorsed:
    """Links between people, what they were shown (or None), and what was left out."""

    links: Links
    seen: Links | None
    noun: str  # "endorsements" or "replies"
    exclusions: dict[str, int]
    notes: tuple[Note, ...]


def endorsements(
    process: Process, kind: str | None, *, exposure: bool, threshold: float | None = None
) -> Endorsed:
    """Support for ideas, passed on to their authors by their shares."""
    process.require("ratings", "authors", why="an endorsement goes from a voter to an author")
    read = process.ballots(kind)
    hosts = ideas_of(process).is_host
    own = self_votes(read)
    ballots = own.ballots.where(~hosts[own.ballots.idea])
    if ballots.kind == "score" and threshold is None:
        raise InputError.of(
            "scores are no endorsements; which of them count as support is not known.",
            code="not_endorsements",
            param="kind",
            got="score",
            hint="in_group compares scores; or pass threshold=, the lowest score that does.",
        )
    yes, rule = supported(read, threshold)
    yes = yes[~read.is_self][~hosts[own.ballots.idea]]
    seen = None
    if exposure and ballots.shown_known:
        seen = _to_authors(process, ballots.person, ballots.idea)
    return Endorsed(
        links=_to_authors(process, ballots.person[yes], ballots.idea[yes]),
        seen=seen,
        noun="endorsements",
        exclusions={"self_votes": own.removed, "host_ideas": int(hosts.sum())},
        notes=noted(_rule_note(read.kind, rule), own.note, host_note(hosts), exposure_note(read)),
    )


def _rule_note(kind: str, rule: str) -> Note | None:
    """What counted as an endorsement, where the kind of ballot does not say it."""
    if kind in {"approve", "choose_one"}:
        return None
    return Note("support_rule", f"An endorsement is {rule}.", {"kind": kind, "support": rule})


def _to_authors(process: Process, person: NDArray[Any], idea: NDArray[Any]) -> Links:
    """One link a (person, author of the idea), weighted by the author's share; oneself left out."""
    authors = process.authorship
    start = np.searchsorted(authors.idea, idea)
    many = np.searchsorted(authors.idea, idea, side="right") - start
    row = np.repeat(np.arange(len(idea)), many)
    at = start[row] + np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    giver = np.asarray(person, dtype=np.intp)[row]
    taker = authors.person[at]
    other = giver != taker
    return Links(giver[other], taker[other], authors.share[at][other])


def replies(process: Process) -> Endorsed:
    """Who replied to whom, a link a turn that replies."""
    process.require("turns", why="replies are counted from them")
    turns = process.turns
    if turns is None or not (turns.reply_to >= 0).any():
        raise InputError.of(
            "no turn says what it replies to.",
            code="no_replies",
            param="turns",
            expected="a column reply_to that holds a turn_id",
            hint="add the column reply_to to turns.",
        )
    answers = turns.reply_to >= 0
    giver = turns.person[answers]
    taker = turns.person[turns.reply_to[answers]]
    counts = (giver >= 0) & (taker >= 0) & (giver != taker)
    out = int((~counts).sum())
    text = f"{out:,} replies to oneself, or from or to somebody unknown, are left out."
    note = Note("replies_left_out", text, {"replies": out})
    return Endorsed(
        links=Links(giver[counts], taker[counts], np.ones(int(counts.sum()))),
        seen=None,
        noun="replies",
        exclusions={"replies": out},
        notes=noted(note if out else None),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What each person who endorses gives to each group."""

    groups: tuple[str, ...]
    codes: Ints
    table: Floats  # (people, groups) endorsements
    beyond: Floats  # (people, groups) beyond what exposure alone would give
    given: Floats  # per person
    strata: Ints  # people alike in how much they endorse
    sizes: Ints  # people who endorse, by group
    everybody: Ints
    takers: int
    by_exposure: bool
    noun: str
    exclusions: dict[str, int]
    notes: tuple[Note, ...]

    @property
    def mixing(self) -> Floats:
        """Endorsements from each group to each group."""
        table = np.zeros((len(self.groups), len(self.groups)))
        np.add.at(table, self.codes, self.table)
        return table

    @property
    def indices(self) -> Homophily:
        """Coleman's and the other indices, against what everybody gives each group."""
        return homophily(self.mixing, self.everybody)


def network_of(process: Process, attribute: str, endorsed: Endorsed) -> Network:
    """Who gives to whom, by the groups of an attribute."""
    grouping = process.grouping(attribute)
    codes = np.asarray(grouping.codes)
    groups = len(grouping.groups)
    links = endorsed.links
    known = (codes[links.giver] >= 0) & (codes[links.taker] >= 0)
    people, row = np.unique(links.giver[known], return_inverse=True)
    if groups > _MOST_GROUPS or groups * len(people) > _MOST_SCORES:
        raise InputError.of(
            f"{groups:,} groups of {show(attribute)} are too many to hold side by side.",
            code="too_many_groups",
            param="attribute",
            got=groups,
            hint="bring groups together first.",
        )
    shape = (len(people), groups)
    taken = codes[links.taker[known]]
    table = _summed(row.reshape(-1), taken, links.weight[known], shape)
    total = table.sum(axis=1)
    expected = np.zeros_like(table)
    if endorsed.seen is not None:
        expected = total[:, None] * _exposed(people, codes, endorsed.seen, groups)
    lost = int((~known).sum())
    text = f"{lost:,} {endorsed.noun} from or to people of unknown group are left out."
    note = Note("unknown_group", text, {endorsed.noun: lost})
    return Network(
        groups=grouping.groups,
        codes=codes[people],
        table=table,
        beyond=table - expected,
        given=total,
        strata=np.unique(quantile_classes(total, 5), return_inverse=True)[1].astype(np.intp),
        sizes=np.bincount(codes[people], minlength=groups),
        everybody=np.asarray(grouping.sizes, dtype=np.intp),
        takers=len(np.unique(links.taker[known])),
        by_exposure=endorsed.seen is not None,
        noun=endorsed.noun,
        exclusions={**endorsed.exclusions, "of_unknown_group": lost},
        notes=(*endorsed.notes, *noted(note if lost else None)),
    )


def _summed(row: Ints, column: Ints, weight: Floats, shape: tuple[int, int]) -> Floats:
    sums = np.bincount(row * shape[1] + column, weight, minlength=shape[0] * shape[1])
    return sums.reshape(shape).astype(float)


def _exposed(people: Ints, codes: Ints, seen: Links, groups: int) -> Floats:
    """Share of what each person was shown that is by authors of each group."""
    row = np.searchsorted(people, seen.giver)
    inside = (row < len(people)) & (codes[seen.taker] >= 0)
    inside[inside] &= people[row[inside]] == seen.giver[inside]
    taken = codes[seen.taker[inside]]
    table = _summed(row[inside], taken, seen.weight[inside], (len(people), groups))
    return np.asarray(table / table.sum(axis=1, keepdims=True))
