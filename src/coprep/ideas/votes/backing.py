"""Knows who backs which idea: support as yes or no from any kind of ballot, seen from outside an idea's own group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging.common import Case, Effect, quote
from coprep.ideas.judging.gates import (
    LEAST_RATERS,
    enough_groups,
    enough_votes,
    first_refusal,
    labels_from_outside,
    labels_not_from_ballot,
)
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping, Ideas
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = [
    "MOST_GROUPS",
    "Backing",
    "activity_strata",
    "backing",
    "cut",
    "few_people",
    "grouping_of",
    "ideas_of",
    "lead_authors",
    "membership",
    "no_group_known",
    "outside_support",
    "share_of_support",
    "votes_refusal",
]


MOST_GROUPS = 1_000
"""More groups than this are not compared one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Backing:
    """Who said yes to what, one entry a (person, idea) pair that is known.

    Attributes
    ----------
    person, idea : array of int
        Positions in the process's people and ideas.
    yes : array of bool
        Whether the person supports the idea.
    people, ideas : int
        How many there are of each in the process.
    shown_known : bool
        Whether pairs that are missing were not shown; if not, a missing pair of a voter is a no.
    own : int
        Pairs left out because people supported (or rated) their own ideas.
    rule : str
        What counted as support, in words.
    """

    person: Ints
    idea: Ints
    yes: Bools
    people: int
    ideas: int
    shown_known: bool
    own: int
    rule: str

    @property
    def voters(self) -> Bools:
        """Per person: whether anything is known of them here."""
        seen: Bools = np.bincount(self.person, minlength=self.people) > 0
        return seen

    @property
    def given(self) -> Floats:
        """Per person: how many ideas they support."""
        return np.bincount(self.person[self.yes], minlength=self.people).astype(float)

    @property
    def supporters(self) -> Ints:
        """Per idea: how many people support it."""
        return np.bincount(self.idea[self.yes], minlength=self.ideas)

    def complete(self) -> Backing:
        """With a no for every idea on the ballot a voter did not choose, where it is not known who was shown what."""
        if self.shown_known:
            return self
        voters, ideas = np.flatnonzero(self.voters), np.flatnonzero(self.supporters > 0)
        yes = self.matrix(voters)[:, ideas].ravel()
        person, idea = np.repeat(voters, len(ideas)), np.tile(ideas, len(voters))
        return replace(self, person=person, idea=idea, yes=yes, shown_known=True)

    def matrix(self, voters: Ints) -> Bools:
        """Support as a table of the named voters by all ideas (one byte a cell)."""
        row = np.full(self.people, -1, dtype=np.intp)
        row[voters] = np.arange(len(voters))
        table = np.zeros((len(voters), self.ideas), dtype=np.bool_)
        chosen = self.yes & (row[self.person] >= 0)
        table[row[self.person[chosen]], self.idea[chosen]] = True
        return table


def ideas_of(process: Process) -> Ideas:
    """The ideas of a process, or an error where it has none."""
    process.require("ideas")
    found = process.ideas
    if found is None:
        raise InputError.of("this process has no ideas.", code="missing_table", param="ideas")
    return found


def grouping_of(process: Process, attribute: str) -> Grouping:
    """Who belongs to which group, or an error where there are more groups than can be compared one by one."""
    grouping = process.grouping(attribute)
    if len(grouping.groups) > MOST_GROUPS:
        raise InputError.of(
            f"{quote(attribute)} has {len(grouping.groups):,} groups; at most {MOST_GROUPS:,} can be compared.",
            code="too_many_groups",
            param="attribute",
            got=len(grouping.groups),
            expected=MOST_GROUPS,
            hint="is it an id? Bring groups together first, such as ages into bands.",
        )
    return grouping


def backing(process: Process, *, threshold: float | None = None, own: bool = False) -> Backing:
    """Support as yes or no, with people's votes for their own ideas left out unless ``own``."""
    ballots = process.ballots()
    value = np.asarray(ballots.value, dtype=float)
    keep = np.ones(len(value), dtype=np.bool_) if own else ~np.asarray(ballots.is_self)
    yes, rule = _support(value, ballots.kind, threshold)
    ideas = process.ideas
    return Backing(
        np.asarray(ballots.person, dtype=np.intp)[keep],
        np.asarray(ballots.idea, dtype=np.intp)[keep],
        yes[keep],
        len(process.people),
        0 if ideas is None else len(ideas.ids),
        bool(ballots.shown_known),
        int((~keep).sum()),
        rule,
    )


def _support(value: Floats, kind: str, threshold: float | None) -> tuple[Bools, str]:
    if threshold is not None:
        if not np.isfinite(threshold):
            raise InputError.of(
                f"threshold must be a number; not {show(threshold)}.", param="threshold"
            )
        return (
            (value <= threshold, f"rank {threshold:g} or better")
            if kind == "rank"
            else (
                value >= threshold,
                f"{threshold:g} or more",
            )
        )
    if kind == "rank":
        raise InputError.of(
            "ballots are ranks; which ranks count as support is not known.",
            code="threshold_needed",
            param="threshold",
            hint="pass threshold=3 to count the first three places.",
        )
    if kind == "score" and len(value):
        middle = (float(value.min()) + float(value.max())) / 2
        return value > middle, f"more than {middle:g}, the middle of the scores given"
    return value > 0, "a vote for the idea"


def membership(process: Process, grouping: Grouping) -> Floats:
    """Ideas x groups: the share of an idea's known authors in each group; nan where no author's group is known."""
    ideas = process.ideas
    table = np.zeros((0 if ideas is None else len(ideas.ids), len(grouping.groups)))
    authors = process.authorship
    code = np.asarray(grouping.codes)[authors.person]
    known = code >= 0
    np.add.at(table, (authors.idea[known], code[known]), authors.share[known])
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0))


def lead_authors(process: Process) -> Ints:
    """Per idea its author, of several the one with the largest share (the first of equals); -1 without one."""
    ideas, authors = process.ideas, process.authorship
    lead = np.full(0 if ideas is None else len(ideas.ids), -1, dtype=np.intp)
    order = np.lexsort((authors.person, -authors.share, authors.idea))
    idea, person = np.asarray(authors.idea)[order], np.asarray(authors.person)[order]
    first = np.ones(len(idea), dtype=np.bool_)
    first[1:] = idea[1:] != idea[:-1]
    lead[idea[first]] = person[first]
    return lead


def outside_support(backed: Backing, member: Floats, codes: Ints) -> tuple[Floats, Ints]:
    """Per idea the share of people outside its authors' groups who support it, and how many those are.

    People and authors of unknown group count as neither inside nor outside. Where it is not known who was
    shown what, every voter outside could have supported the idea.
    """
    inside = np.asarray(np.nan_to_num(member) > 0)
    known_author: Bools = np.zeros(len(member), dtype=np.bool_)
    if member.shape[1]:
        known_author = np.asarray(~np.isnan(member).any(axis=1))
    code = np.asarray(codes)[backed.person]
    outside = np.asarray((code >= 0) & known_author[backed.idea])
    outside[outside] = ~inside[backed.idea[outside], code[outside]]
    yes = np.bincount(backed.idea[outside & backed.yes], minlength=backed.ideas).astype(float)
    if backed.shown_known:
        asked = np.bincount(backed.idea[outside], minlength=backed.ideas)
    else:
        sizes = np.bincount(codes[backed.voters & (codes >= 0)], minlength=member.shape[1])
        asked = np.where(known_author, ((~inside) * sizes).sum(axis=1), 0)
    share = np.divide(yes, asked, out=np.full(len(yes), np.nan), where=asked > 0)
    return share, asked.astype(np.intp)


def share_of_support(backed: Backing) -> Floats:
    """Per idea the share of those shown it who support it; nan where nobody was."""
    if backed.shown_known:
        asked = np.bincount(backed.idea, minlength=backed.ideas)
    else:
        asked = np.full(backed.ideas, int(backed.voters.sum()))
    return np.asarray(
        np.divide(backed.supporters, asked, out=np.full(backed.ideas, np.nan), where=asked > 0)
    )


def activity_strata(
    backed: Backing, people: Ints, *, quantiles: int = 5, generosity: bool = True
) -> Ints:
    """Strata of people alike in activity: quantiles of ideas supported within quantiles of ideas shown.

    Without ``generosity`` by ideas shown only, for questions in which saying yes less often is itself an answer.
    """
    shown = np.bincount(backed.person, minlength=backed.people)[people].astype(float)
    given = backed.given[people]
    outer = cut(shown, quantiles)
    strata = np.zeros(len(people), dtype=np.intp)
    for part in np.unique(outer):
        members = outer == part
        strata[members] = part * quantiles + (cut(given[members], quantiles) if generosity else 0)
    found: Ints = np.unique(strata, return_inverse=True)[1].astype(np.intp)
    return found


def cut(values: Floats, parts: int) -> Ints:
    """Quantile class of each value; equal values share a class."""
    if not len(values):
        return np.zeros(0, dtype=np.intp)
    edges = np.unique(np.quantile(values, np.arange(1, parts) / parts))
    return np.searchsorted(edges, values, side="left").astype(np.intp)


def votes_refusal(process: Process, grouping: Grouping, backed: Backing) -> str | None:
    """Why groups cannot be compared by these votes, or None: labels made from the vote, too few voters or votes."""
    codes = np.asarray(grouping.codes)
    voted = codes[backed.voters]
    sizes = np.bincount(voted[voted >= 0], minlength=len(grouping.groups))
    name, yes = grouping.attribute, backed.yes
    return first_refusal(
        [
            labels_from_outside(process, name),
            labels_not_from_ballot(backed.person[yes], backed.idea[yes], codes, attribute=name),
            enough_groups(sizes, who="voters", least=LEAST_RATERS),
            enough_votes(len(backed.person)),
        ]
    )


def no_group_known(attribute: str) -> Case:
    """The one case of an attribute in which nobody's group is known."""
    return Case(
        group=None,
        effect=Effect(),
        n_people=0,
        n_ideas=0,
        n_effective=float("nan"),
        refusal=f"nobody's {quote(attribute)} is known",
    )


def few_people(n: int, least: int, who: str, plural: str | None = None) -> str | None:
    """Why a group of ``n`` cannot be judged, or None.

    >>> few_people(7, 10, "voter")
    'it has only 7 voters; at least 10 are needed'
    """
    return (
        None
        if n >= least
        else f"it has only {count_of(n, who, plural)}; at least {least} are needed"
    )
