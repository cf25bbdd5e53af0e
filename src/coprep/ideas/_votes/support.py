"""Read who supports which idea from any kind of ballot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.ideas._judging.effects import Scale, points, units
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_groups,
    enough_votes,
    first_refusal,
    labels_from_outside,
    labels_not_from_ballot,
)
from coprep.ideas._votes.ballot_rule import supported
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots, Grouping, Ideas
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

MOST_GROUPS = 1_000
"""More groups than this are not compared one by one."""

YES_OR_NO = frozenset({"agree", "approve", "choose_one"})
"""Kinds of ballot on which one can only say yes or no."""


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """Who said yes to what, one entry a (person, idea) pair that is known."""

    person: Ints
    idea: Ints
    yes: Bools
    people: int
    ideas: int
    shown_known: bool  # whether a missing pair was not shown; if not, it is a no of a voter
    own: int = 0  # pairs left out because people supported (or rated) their own ideas
    rule: str = ""  # what counted as support, in words

    @property
    def voters(self) -> Bools:
        """Per person: whether anything is known of them here."""
        return np.asarray(np.bincount(self.person, minlength=self.people) > 0)

    @property
    def given(self) -> Floats:
        """Per person: how many ideas they support."""
        return np.bincount(self.person[self.yes], minlength=self.people).astype(float)

    @property
    def supporters(self) -> Ints:
        """Per idea: how many people support it."""
        return np.bincount(self.idea[self.yes], minlength=self.ideas)

    def complete(self) -> Support:
        """With a no for every idea on the ballot that a voter did not choose."""
        if self.shown_known:
            return self
        voters = np.flatnonzero(self.voters)
        ideas = np.flatnonzero(self.supporters > 0)
        return replace(
            self,
            person=np.repeat(voters, len(ideas)),
            idea=np.tile(ideas, len(voters)),
            yes=self.matrix(voters)[:, ideas].ravel(),
            shown_known=True,
        )

    def matrix(self, voters: Ints) -> Bools:
        """Support as a table of the named voters by all ideas (one byte a cell)."""
        row = np.full(self.people, -1, dtype=np.intp)
        row[voters] = np.arange(len(voters))
        table = np.zeros((len(voters), self.ideas), dtype=np.bool_)
        chosen = self.yes & (row[self.person] >= 0)
        table[row[self.person[chosen]], self.idea[chosen]] = True
        return table

    def merged(self, merged_into: Ints) -> Support:
        """Support after merging: answers go to the end of the chain, once a person.

        A person who supports several ideas that became one supports it once; so does one who
        supports some of them and not others. Ideas that were merged have no answers of their own
        any more. Chains end, see `Ideas.merged_into`.
        """
        into = np.asarray(merged_into)
        if not (into >= 0).any():
            return self
        end = np.where(into >= 0, into, np.arange(len(into)))
        while (into[end] >= 0).any():
            end = end[end]
        pairs = np.stack([self.person, end[self.idea]])
        pair, row = np.unique(pairs, axis=1, return_inverse=True)
        yes = np.bincount(row.reshape(-1), self.yes, minlength=pair.shape[1]) > 0
        person, idea = pair.astype(np.intp)
        return replace(self, person=person, idea=idea, yes=np.asarray(yes))


def ideas_of(process: Process) -> Ideas:
    """The ideas of a process, or an error where it has none."""
    process.require("ideas")
    found = process.ideas
    if found is None:
        raise InputError.of("this process has no ideas.", code="missing_table", param="ideas")
    return found


def grouping_of(process: Process, attribute: str, most: int = MOST_GROUPS) -> Grouping:
    """Who belongs to which group, or an error where there are too many to compare."""
    grouping = process.grouping(attribute)
    if len(grouping.groups) > most:
        raise InputError.of(
            f"{show(attribute)} has {len(grouping.groups):,} groups; at most {most:,} can be "
            "compared.",
            code="too_many_groups",
            param="attribute",
            got=len(grouping.groups),
            expected=most,
            hint="is it an id? Bring groups together first, such as ages into bands.",
        )
    return grouping


def read_support(process: Process, *, threshold: float | None = None, own: bool = False) -> Support:
    """Support as yes or no, with people's votes for their own ideas left out unless ``own``."""
    ballots = process.ballots()
    keep = np.ones(len(ballots), dtype=np.bool_) if own else ~np.asarray(ballots.is_self)
    yes, rule = supported(ballots, threshold)
    ideas = process.ideas
    return Support(
        person=np.asarray(ballots.person, dtype=np.intp)[keep],
        idea=np.asarray(ballots.idea, dtype=np.intp)[keep],
        yes=yes[keep],
        people=len(process.people),
        ideas=0 if ideas is None else len(ideas.ids),
        shown_known=bool(ballots.shown_known),
        own=int((~keep).sum()),
        rule=rule,
    )


def preference(ballots: Ballots) -> tuple[Floats, Bools]:
    """How much is liked (higher is more), and on which ballots anything is said.

    A pass says nothing, nor does an idea that was not ranked.
    """
    value = np.asarray(ballots.value, dtype=float)
    if ballots.kind == "rank":
        return -value, value > 0
    said = np.ones(len(value), dtype=np.bool_)
    if ballots.kind == "agree":
        said = value != 0
    return (value > 0).astype(float) if ballots.kind in YES_OR_NO else value, said


def preference_scale(ballots: Ballots, material: float | None) -> tuple[Scale, float]:
    """The scale of a ballot's differences, and what to multiply its values by.

    Yes or no counts in percentage points; other ballots in units of their own, of which a twentieth
    of what was used does not matter.
    """
    if ballots.kind in YES_OR_NO:
        return points(5.0 if material is None else material), 100.0
    if material is None:
        value = np.asarray(ballots.value, dtype=float)
        span = float(np.ptp(value)) if len(value) else 0.0
        material = span / 20 or 1.0
    unit = {"rank": "places", "points": "points given"}.get(ballots.kind, "scale points")
    return units(material, unit), 1.0


def membership(process: Process, grouping: Grouping) -> Floats:
    """Ideas x groups: share of an idea's known authors; nan where no author's group is known."""
    ideas = process.ideas
    table = np.zeros((0 if ideas is None else len(ideas.ids), len(grouping.groups)))
    authors = process.authorship
    code = np.asarray(grouping.codes)[authors.person]
    known = code >= 0
    np.add.at(table, (authors.idea[known], code[known]), authors.share[known])
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0))


def lead_authors(process: Process) -> Ints:
    """Per idea the author with the largest share, the first of equals; -1 without one."""
    ideas = process.ideas
    authors = process.authorship
    lead = np.full(0 if ideas is None else len(ideas.ids), -1, dtype=np.intp)
    # the best author of an idea is written last
    order = np.lexsort((-authors.person, authors.share, authors.idea))
    lead[np.asarray(authors.idea)[order]] = np.asarray(authors.person)[order]
    return lead


def outside_support(support: Support, member: Floats, codes: Ints) -> tuple[Floats, Ints]:
    """Per idea the share of people outside its authors' groups who support it; and how many.

    People and authors of unknown group count as neither inside nor outside. Where it is not known
    who was shown what, every voter outside could have supported the idea.
    """
    inside = np.asarray(np.nan_to_num(member) > 0)
    known_author: Bools = np.zeros(len(member), dtype=np.bool_)
    if member.shape[1]:
        known_author = np.asarray(~np.isnan(member).any(axis=1))
    code = np.asarray(codes)[support.person]
    outside = np.asarray((code >= 0) & known_author[support.idea])
    outside[outside] = ~inside[support.idea[outside], code[outside]]
    yes = np.bincount(support.idea[outside & support.yes], minlength=support.ideas).astype(float)
    if support.shown_known:
        asked = np.bincount(support.idea[outside], minlength=support.ideas)
    else:
        sizes = np.bincount(codes[support.voters & (codes >= 0)], minlength=member.shape[1])
        asked = np.where(known_author, ((~inside) * sizes).sum(axis=1), 0)
    share = np.divide(yes, asked, out=np.full(len(yes), np.nan), where=asked > 0)
    return share, asked.astype(np.intp)


def share_of_support(support: Support) -> Floats:
    """Per idea the share of those shown it who support it; nan where nobody was."""
    asked = np.full(support.ideas, int(support.voters.sum()))
    if support.shown_known:
        asked = np.bincount(support.idea, minlength=support.ideas)
    nothing = np.full(support.ideas, np.nan)
    return np.asarray(np.divide(support.supporters, asked, out=nothing, where=asked > 0))


def activity_strata(support: Support, people: Ints, *, generosity: bool = True) -> Ints:
    """Strata of people alike in activity: fifths by ideas supported within fifths by ideas shown.

    Without ``generosity`` by ideas shown only, for questions in which saying yes less often is
    itself an answer.
    """
    shown = np.bincount(support.person, minlength=support.people)[people].astype(float)
    given = support.given[people]
    outer = quantile_classes(shown, 5)
    strata = outer * 5
    if generosity:
        for part in np.unique(outer):
            members = outer == part
            strata[members] += quantile_classes(given[members], 5)
    return np.unique(strata, return_inverse=True)[1].astype(np.intp)


def quantile_classes(values: Floats, parts: int) -> Ints:
    """Quantile class of each value; equal values share a class."""
    if not len(values):
        return np.zeros(0, dtype=np.intp)
    edges = np.unique(np.quantile(values, np.arange(1, parts) / parts))
    return np.searchsorted(edges, values, side="left").astype(np.intp)


def votes_refusal(process: Process, grouping: Grouping, support: Support) -> str | None:
    """Why groups cannot be compared by these votes, or None."""
    codes = np.asarray(grouping.codes)
    voted = codes[support.voters]
    sizes = np.bincount(voted[voted >= 0], minlength=len(grouping.groups))
    name = grouping.attribute
    yes = support.yes
    return first_refusal(
        labels_from_outside(process, name),
        labels_not_from_ballot(support.person[yes], support.idea[yes], codes, attribute=name),
        enough_groups(sizes, who="voters", least=LEAST_RATERS),
        enough_votes(len(support.person)),
    )
