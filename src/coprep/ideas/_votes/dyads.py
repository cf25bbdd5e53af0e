"""Choose the pairs of person and idea that count when groups are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.effects import Reason
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    Gate,
    enough_groups,
    enough_votes,
    exposure_note,
    host_note,
    labels_from_outside,
    labels_not_from_ballot,
    noted,
    self_votes,
    unknown_note,
)
from coprep.ideas._votes.ballot_rule import mode_of, supported
from coprep.ideas._votes.contexts import recorded
from coprep.ideas._votes.support import Support, activity_strata, ideas_of, lead_authors, membership
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints


Link = Literal["auto", "author", "beneficiary"]
LINKS = ("auto", "author", "beneficiary")

_MOST_GROUPS = 1_000
_MOST_MEMBER = 200_000_000
_MOST_SCORES = 50_000_000
_REST = "\x00groups without ideas"


@dataclass(frozen=True, slots=True, eq=False)
class Dyads:
    """The answers that are compared, one entry a (person, idea) pair that was shown."""

    # (cells,) codes from 0 without gaps, of the people of known group and the ideas that count
    person: Ints
    idea: Ints
    value: Floats  # (cells,) 0 or 1 for votes and choices, else the rating (higher is better)
    mode: str  # how it is fitted
    codes: Ints  # (people,) group of each person
    member: Floats  # (ideas, groups) how far each idea is of each group, 0 to 1
    listed: Ints  # (groups,) how many people of each group there are in the process, voters or not
    contexts: Mapping[str, Ints]  # what ideas are known to differ in: code of each, -1 unknown
    author: Ints  # (ideas,) leading author of each idea, -1 unknown
    groups: tuple[str, ...]  # the groups' labels
    attribute: str
    link: str  # whether ideas are tied to groups by "author" or "beneficiary"
    everyone: bool  # whether every person was shown every idea
    strangers: Dyads | None  # the answers of people whose group is unknown, to the same ideas
    exclusions: Mapping[str, int]  # what was left out and how much of it
    notes: tuple[Note, ...]  # the same in sentences

    @property
    def people(self) -> int:
        """How many people."""
        return len(self.codes)

    @property
    def ideas(self) -> int:
        """How many ideas."""
        return len(self.member)

    @property
    def sizes(self) -> Ints:
        """How many people answered in each group."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.groups))

    @property
    def supporting(self) -> Bools:
        """Which answers say anything: support, or any rating."""
        if self.mode == "rating":
            return np.ones(len(self.value), dtype=np.bool_)
        return np.asarray(self.value > 0)

    @property
    def informative(self) -> Bools:
        """Per idea: whether it is of some groups and not (or less) of others who answered."""
        inside = self.member[:, np.asarray(self.sizes > 0)]
        if not inside.size:
            return np.zeros(self.ideas, dtype=np.bool_)
        return np.asarray(inside.max(axis=1) > inside.min(axis=1))

    @property
    def preposition(self) -> str:
        """How ideas belong to a group: by it or for it."""
        return "by" if self.link == "author" else "for"

    @property
    def merged(self) -> tuple[str, ...]:
        """The label under which groups without ideas were merged by `narrowed`, if any."""
        return tuple(group for group in self.groups if group == _REST)

    def where(self, rows: Bools) -> Dyads:
        """Some rows, with people recoded; ideas keep their codes."""
        people, person = np.unique(self.person[rows], return_inverse=True)
        return replace(
            self,
            person=person.reshape(-1).astype(np.intp),
            idea=self.idea[rows],
            value=self.value[rows],
            codes=self.codes[people],
            everyone=self.everyone or len(person) == len(people) * self.ideas,
        )

    def gates(self, process: Process, *, whole_ballots: bool = False) -> list[Gate]:
        """Gates of questions that compare groups by these answers.

        With ``whole_ballots`` labels that follow from which groups' ideas a ballot holds fail too.
        """
        rating = self.mode == "rating"
        yes = self.supporting
        who = "raters" if rating else "voters"
        gates = [labels_from_outside(process, self.attribute)]
        if not rating:
            leak = labels_not_from_ballot(
                self.person[yes],
                self.idea[yes],
                self.codes,
                member=self.member if whole_ballots else None,
                attribute=self.attribute,
            )
            gates.append(leak)
        gates.append(enough_groups(self.sizes, who=who, least=LEAST_RATERS))
        gates.append(enough_votes(int(yes.sum())))
        return gates

    def not_too_many_groups(self) -> Gate:
        """Whether there are few enough groups with ideas to hold them side by side."""
        many = int((self.member > 0).any(axis=0).sum())
        reason = Reason.of(
            "there are {groups} groups with ideas, too many to hold side by side", groups=many
        )
        fits = many <= _MOST_GROUPS and many * self.people <= _MOST_SCORES
        return Gate("groups", fits, reason, "bring them together into fewer")

    def narrowed(self) -> Dyads:
        """The same with all groups that no idea is of merged into one."""
        owned: Bools = np.asarray((self.member > 0).any(axis=0))
        if (~owned).sum() < 2:
            return self
        place = np.where(owned, np.cumsum(owned) - 1, owned.sum())
        groups = (*(g for g, own in zip(self.groups, owned, strict=True) if own), _REST)
        member = np.concatenate([self.member[:, owned], np.zeros((self.ideas, 1))], axis=1)
        strangers = self.strangers
        if strangers is not None:
            strangers = replace(strangers, member=member, groups=groups)
        return replace(
            self,
            codes=place[self.codes],
            member=member,
            listed=np.r_[self.listed[owned], self.listed[~owned].sum()],
            groups=groups,
            strangers=strangers,
        )

    def strata(self) -> Ints:
        """Strata of people alike in activity; labels are exchanged within these."""
        yes = self.value > 0 if self.mode == "vote" else np.zeros(len(self.value), dtype=np.bool_)
        support = Support(self.person, self.idea, yes, self.people, self.ideas, shown_known=True)
        return activity_strata(support, np.arange(self.people))


def dyads_of(
    process: Process,
    *,
    attribute: str,
    kind: str | None,
    link: Link,
    as_given: bool = False,
    threshold: float | None = None,
) -> Dyads:
    """Everything that was answered by people of known group to ideas that are of known groups.

    What ballots tell is for `mode_of` to say; with ``as_given`` points stay points, and who chose
    one idea said no to all others. People and
    ideas are recoded without gaps; the answers of people of unknown group go apart.
    """
    grouping = process.grouping(attribute)
    ideas = ideas_of(process)
    process.require("ratings")
    by = _link(process, attribute, link)
    read = process.ballots(kind)
    mode, rule = mode_of(read, threshold)
    if as_given and read.kind == "points":
        mode = "rating"
        rule = None
    if as_given and mode == "choice":
        mode = "vote"
    # who chose one idea was shown all, unless some were written later
    full = read if mode == "choice" and not read.dated else read.complete()
    if mode == "rating" and read.kind == "rank":
        full = read.where(np.asarray(read.value > 0))
    own = self_votes(full)
    member = _member(process, attribute, by, len(grouping.groups))
    known = np.asarray(~np.isnan(member).any(axis=1), dtype=np.bool_)
    answered = np.bincount(own.ballots.idea, minlength=len(ideas)) > 0
    silent = int((answered & ~known & ~ideas.is_host).sum())
    counts = known & ~ideas.is_host
    ballots = own.ballots.where(counts[own.ballots.idea])
    unknown = int((grouping.codes[ballots.voters] < 0).sum())
    offered = np.unique(ballots.idea)
    place = np.full(len(ideas), -1, dtype=np.intp)
    place[offered] = np.arange(len(offered))
    dyads = Dyads(
        person=np.asarray(ballots.person, dtype=np.intp),
        idea=place[ballots.idea],
        value=_values(ballots, mode, threshold),
        mode=mode,
        codes=np.asarray(grouping.codes, dtype=np.intp),
        member=np.where(known[:, None], member, 0.0)[offered],
        listed=np.asarray(grouping.sizes, dtype=np.intp),
        contexts={
            name: codes[offered]
            for name, codes in recorded(process).items()
            if name != "area" or not set(ideas.areas) & set(grouping.groups)
        },
        author=lead_authors(process)[offered],
        groups=grouping.groups,
        attribute=attribute,
        link=by,
        everyone=not ballots.shown_known,
        strangers=None,
        exclusions={
            "self_votes": own.removed,
            "host_ideas": int((ideas.is_host & answered).sum()),
            "ideas_of_unknown_group": silent,
            "voters_of_unknown_group": unknown,
        },
        notes=noted(
            rule,
            exposure_note(read),
            own.note,
            host_note(ideas.is_host & answered),
            _silent_note(silent, by),
            unknown_note(unknown, len(ballots.voters), who="voters", attribute=attribute),
        ),
    )
    here = dyads.codes[dyads.person] >= 0
    if here.all():
        return dyads.where(here)
    return replace(dyads.where(here), strangers=dyads.where(~here))


def _values(ballots: Ballots, mode: str, threshold: float | None) -> Floats:
    """Answers as numbers that are higher for more."""
    value = np.asarray(ballots.value, dtype=float)
    if mode == "choice":
        return (value > 0).astype(float)
    if mode == "vote":
        yes = value > 0 if threshold is None else supported(ballots, threshold)[0]
        return yes.astype(float)
    return -value if ballots.kind == "rank" else value


def _link(process: Process, attribute: str, link: str) -> str:
    if link not in LINKS:
        raise InputError.choice("link", link, LINKS)
    named = attribute in process.named_attributes
    if link == "auto":
        link = "beneficiary" if named else "author"
    if link == "beneficiary" and not named:
        raise InputError.of(
            f"no idea says which groups of {show(attribute)} it is for.",
            code="no_beneficiaries",
            param="link",
            got=attribute,
            expected=process.named_attributes,
            hint="hand in a table of beneficiaries, or use link='author'.",
        )
    if link == "author":
        process.require("authors", why="ideas are tied to groups by their authors")
    return link


def _member(process: Process, attribute: str, link: str, groups: int) -> Floats:
    """Ideas x groups, 0 to 1; a row of nan where nothing is known of the idea."""
    if link == "author":
        if len(ideas_of(process)) * groups > _MOST_MEMBER:
            raise InputError.of(
                f"{groups:,} groups of {show(attribute)} are too many to tie ideas to.",
                code="too_many_groups",
                param="attribute",
                got=groups,
                hint="bring groups together first.",
            )
        return membership(process, process.grouping(attribute))
    weights, _ = process.beneficiaries(attribute)
    named = weights.sum(axis=1) > 0
    scaled = weights[:, :groups] / max(float(weights.max(initial=0.0)), 1.0)
    return np.where(named[:, None], scaled, np.nan)


def _silent_note(n: int, link: str) -> Note | None:
    if not n:
        return None
    what = "an author of known group" if link == "author" else "a group it is for"
    verb = "is" if n == 1 else "are"
    return Note(
        "ideas_of_unknown_group",
        f"{count_of(n, 'idea')} without {what} {verb} left out.",
        {"ideas": n},
    )
