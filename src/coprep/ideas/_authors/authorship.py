"""Read who wrote which idea in which topic, and which ideas had to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.effects import Reason, effective_number
from coprep.ideas._judging.eligibility import (
    LEAST_AUTHORS,
    enough_groups,
    enough_ideas,
    enough_voices,
    first_refusal,
    labels_from_outside,
    left_out_notes,
)
from coprep.ideas._votes.contexts import contexts_of, names_of
from coprep.ideas._votes.support import grouping_of, ideas_of, membership
from coprep.metrics.participation._own_benefit import mixed_blocks
from coprep.wording.labels import show
from coprep.wording.templates import counted

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints


MOST_CELLS = 50_000_000
"""More ideas x groups (or authors) than this are refused rather than held in memory."""

MOST_GROUPS = 500
"""An attribute of more groups tells people apart rather than groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Authored:
    """Ideas with a known author's group, a row each."""

    attribute: str  # whose groups
    # the attribute's groups, then those that ideas name and nobody belongs to
    groups: tuple[str, ...]
    idea: Ints  # position among the process's ideas
    member: Floats  # (ideas, groups) what part of the authorship is in each group; rows add to 1
    block: Ints  # topic (or stage, or both) within which ideas are compared
    # author, or people linked by joint ideas, coded from 0: what is exchanged and resampled
    team: Ints
    authors: Ints  # people with a known group who wrote one of these ideas, per group
    total: int  # how many people those are
    left_out: dict[str, int]  # ideas left out, by reason
    # why the groups cannot be compared at all: they were made from the same votes
    circular: str | None

    def __len__(self) -> int:
        return len(self.idea)

    def where(self, keep: Bools) -> Authored:
        """Some of the ideas; counts of people stay those of all."""
        return replace(
            self,
            idea=self.idea[keep],
            member=self.member[keep],
            block=self.block[keep],
            team=self.team[keep],
        )

    @property
    def per_team(self) -> Floats:
        """Ideas of each team."""
        return np.bincount(self.team).astype(float)

    @property
    def n_effective(self) -> float:
        """How many equally active authors (or teams) these are worth."""
        return effective_number(self.per_team)

    @property
    def mixed(self) -> Bools:
        """Which ideas stand in a block with authors of more than one group."""
        return mixed_blocks(self.member, self.block) > 0

    def refusal(self) -> str | None:
        """Why groups of authors cannot be compared here, or None."""
        return self.circular or first_refusal(
            enough_ideas(len(self)), enough_groups(self.authors), enough_voices(self.per_team)
        )

    def group_refusal(self, code: int) -> Reason | None:
        """Why one group cannot be compared with the others, or None."""
        n = int(self.authors[code])
        if n >= LEAST_AUTHORS:
            return None
        verb = "is" if n == 1 else "are"
        return Reason.of(
            f"only {{authors}} of this group {verb} known", authors=counted(n, "author")
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was left out, a note a reason."""
        return left_out_notes(self.left_out.items())


def teams(idea: Ints, person: Ints, n_ideas: int, n_people: int) -> Ints:
    """Per idea who wrote it, people who wrote together taken as one; -1 without.

    >>> import numpy as np
    >>> teams(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]), 4, 3).tolist()
    [0, 0, 1, -1]
    """
    found = np.full(n_ideas, -1, dtype=np.intp)
    if len(np.unique(idea)) == len(idea):
        found[idea] = person
    else:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        ends = (idea, person + n_ideas)
        size = n_ideas + n_people
        graph = coo_array((np.ones(len(idea), dtype=np.int8), ends), shape=(size, size))
        found[idea] = connected_components(graph, directed=False)[1][idea]
    has = found >= 0
    found[has] = np.unique(found[has], return_inverse=True)[1]
    return found


def authored(
    process: Process,
    attribute: str,
    within: str | Sequence[str] | None,
    *,
    groups: Sequence[str] = (),
    unknown: bool = False,
) -> Authored:
    """The ideas of a process whose authors' groups are known, in their topics."""
    process.require("participants", "ideas", "authors")
    grouping = grouping_of(process, attribute, MOST_GROUPS)
    ideas = ideas_of(process)
    wrote = process.authorship
    labels = tuple(groups) or grouping.groups
    if len(labels) > MOST_GROUPS or len(ideas) * len(labels) > MOST_CELLS:
        raise InputError.of(
            f"{show(attribute)} has {len(labels):,} groups; with {len(ideas):,} ideas that is too "
            "many to compare.",
            code="too_many_groups",
            param="attribute",
            hint="bring rare groups together first.",
        )
    member = np.zeros((len(ideas), len(labels)))
    member[:, : len(grouping.groups)] = membership(process, grouping)
    member[np.isnan(member).any(axis=1)] = np.nan
    names = names_of(within)
    block = contexts_of(process, names)
    team = teams(wrote.idea, wrote.person, len(ideas), len(process.people))
    nameless: Bools = np.asarray(np.isnan(member).any(axis=1))
    if unknown:
        nameless = np.zeros(len(ideas), dtype=np.bool_)
    reasons: dict[str, Bools] = {
        "written by the organisers": ideas.is_host,
        "no author is known": team < 0,
        f"no {' or '.join(names)} is known": block < 0,
        "the author's group is unknown": nameless,
    }
    keep, left_out = kept(reasons)
    people = np.unique(wrote.person[keep[wrote.idea]])
    codes = grouping.codes[people]
    gate = labels_from_outside(process, attribute)
    return Authored(
        attribute=attribute,
        groups=labels,
        idea=np.flatnonzero(keep),
        member=member[keep],
        block=_dense(block[keep]),
        team=_dense(team[keep]),
        authors=np.bincount(codes[codes >= 0], minlength=len(labels)),
        total=int((codes >= 0).sum()),
        left_out=left_out,
        circular=gate.refusal,
    )


def kept(reasons: dict[str, Bools]) -> tuple[Bools, dict[str, int]]:
    """Which ideas can be used; and how many not, each under its first reason."""
    left_out = {}
    keep = ~np.zeros_like(next(iter(reasons.values())))
    for reason, bad in reasons.items():
        left_out[reason] = int((keep & bad).sum())
        keep &= ~bad
    return keep, left_out


def _dense(codes: Ints) -> Ints:
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.intp)


def most_influential(products: Floats, squares: Floats) -> int:
    """The team whose ideas move ``sum(products) / sum(squares)`` most; -1 without.

    >>> import numpy as np
    >>> most_influential(np.array([1.0, 5.0, 1.0]), np.array([1.0, 1.0, 1.0]))
    1
    """
    score = products.sum()
    scale = squares.sum()
    rest = scale - squares
    usable = (squares > 0) & (rest > 1e-12 * scale)
    if not usable.any():
        return -1
    without = np.divide(score - products, rest, out=np.full(len(rest), np.nan), where=usable)
    return int(np.nanargmax(np.abs(without - score / scale)))
