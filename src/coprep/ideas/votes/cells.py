"""Knows which answers count when groups are compared: who was shown what, whose ideas they are, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging.gates import Gate, exposure_note, host_note, self_votes, unknown_note
from coprep.ideas.votes.backing import Backing, activity_strata, ideas_of, lead_authors, membership
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["LINKS", "Cells", "cells_of"]

Link = Literal["auto", "author", "beneficiary"]
LINKS = ("auto", "author", "beneficiary")

_MODES = {"choose_one": "choice", "score": "rating"}
_MOST_GROUPS = 1_000
_MOST_MEMBER = 200_000_000
_MOST_SCORES = 50_000_000
_REST = "\x00groups without ideas"
_RULES = {
    "agree": "Agreement counts as support; disagreement and passing do not.",
    "points": "Any point given counts as support.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The answers that are compared, one entry a (person, idea) pair that was shown.

    Attributes
    ----------
    person, idea : arrays of int of shape (cells,)
        Codes from 0 without gaps, of the people of known group and the ideas that count.
    value : array of shape (cells,)
        0 or 1 for votes and choices, else the rating (higher is better).
    mode : {"vote", "choice", "rating"}
        How it is fitted.
    codes : array of int of shape (people,)
        Group of each person.
    member : array of shape (ideas, groups)
        How far each idea is of each group, 0 to 1.
    listed : array of int of shape (groups,)
        How many people of each group there are in the process, voters or not.
    topic, author : arrays of int of shape (ideas,)
        Topic and leading author of each idea, -1 unknown.
    groups : tuple of str
        The groups' labels.
    attribute, link : str
        Which attribute; whether ideas are ``"author"`` 's or ``"beneficiary"`` 's.
    everyone : bool
        Whether every person was shown every idea.
    strangers : Cells or None
        The answers of people whose group is unknown, to the same ideas.
    exclusions : mapping
        What was left out and how much of it.
    notes : tuple of str
        The same in sentences.
    """

    person: Ints
    idea: Ints
    value: Floats
    mode: str
    codes: Ints
    member: Floats
    listed: Ints
    topic: Ints
    author: Ints
    groups: tuple[str, ...]
    attribute: str
    link: str
    everyone: bool
    strangers: Cells | None
    exclusions: Mapping[str, int]
    notes: tuple[str, ...]

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

    def not_too_many_groups(self) -> Gate:
        """Whether there are few enough groups with ideas to hold them side by side."""
        many = int((self.member > 0).any(axis=0).sum())
        reason = f"there are {many:,} groups with ideas, too many to hold side by side"
        fits = many <= _MOST_GROUPS and many * self.people <= _MOST_SCORES
        return Gate("groups", fits, reason, "bring them together into fewer")

    def narrowed(self) -> Cells:
        """The same with all groups that no idea is of merged into one: they have no own ideas to prefer."""
        owned: Bools = np.asarray((self.member > 0).any(axis=0))
        if (~owned).sum() < 2:
            return self
        place = np.where(owned, np.cumsum(owned) - 1, owned.sum())
        groups = (*(g for g, own in zip(self.groups, owned, strict=True) if own), _REST)
        member = np.concatenate([self.member[:, owned], np.zeros((self.ideas, 1))], axis=1)
        strangers = (
            None
            if self.strangers is None
            else replace(self.strangers, member=member, groups=groups)
        )
        listed = np.r_[self.listed[owned], self.listed[~owned].sum()]
        return replace(
            self,
            codes=place[self.codes],
            member=member,
            listed=listed,
            groups=groups,
            strangers=strangers,
        )

    def strata(self) -> Ints:
        """Strata of people alike in activity; labels are exchanged within these."""
        yes = self.value > 0 if self.mode == "vote" else np.zeros(len(self.value), dtype=np.bool_)
        backed = Backing(self.person, self.idea, yes, self.people, self.ideas, True, 0, "")
        return activity_strata(backed, np.arange(self.people))


def cells_of(
    process: Process, *, attribute: str, kind: str | None, link: Link, as_given: bool = False
) -> Cells:
    """Everything that was answered by people of known group to ideas that are of known groups.

    With ``as_given`` points stay points; otherwise they are read as support or none.
    """
    grouping = process.grouping(attribute)
    ideas = ideas_of(process)
    process.require("ratings")
    by = _link(process, attribute, link)
    read = process.ballots(kind)
    mode, rule = ("rating", None) if as_given and read.kind == "points" else _mode(read)
    notes = [rule, exposure_note(read)]
    full = read if mode == "choice" else read.complete()
    own = self_votes(full)
    member = _member(process, attribute, by, len(grouping.groups))
    known = np.asarray(~np.isnan(member).any(axis=1), dtype=np.bool_)
    counts = known & ~ideas.is_host
    answered = np.bincount(own.ballots.idea, minlength=len(ideas)) > 0
    silent = int((answered & ~known & ~ideas.is_host).sum())
    notes += [own.note, host_note(ideas.is_host & answered), _silent_note(silent, by)]
    ballots = own.ballots.where(counts[own.ballots.idea])
    voters = ballots.voters
    unknown = int((grouping.codes[voters] < 0).sum())
    notes.append(unknown_note(unknown, len(voters), who="voters", attribute=attribute))
    return _packed(
        ballots,
        mode,
        codes=np.asarray(grouping.codes, dtype=np.intp),
        member=np.where(known[:, None], member, 0.0),
        listed=np.asarray(grouping.sizes, dtype=np.intp),
        topic=np.asarray(ideas.topic, dtype=np.intp),
        author=lead_authors(process),
        groups=grouping.groups,
        attribute=attribute,
        link=by,
        exclusions={
            "self_votes": own.removed,
            "host_ideas": int((ideas.is_host & answered).sum()),
            "ideas_of_unknown_group": silent,
            "voters_of_unknown_group": unknown,
        },
        notes=tuple(note for note in notes if note),
    )


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


def _silent_note(n: int, link: str) -> str | None:
    if not n:
        return None
    what = "an author of known group" if link == "author" else "a group it is for"
    return f"{count_of(n, 'idea')} without {what} {'is' if n == 1 else 'are'} left out."


def _mode(ballots: Ballots) -> tuple[str, str | None]:
    """How ballots of a kind are fitted, and what that means in words."""
    if ballots.kind != "rank":
        return _MODES.get(ballots.kind, "vote"), _RULES.get(ballots.kind)
    if bool((ballots.value == 0).any()) or not ballots.shown_known:
        return "vote", "Being ranked at all counts as support."
    return "rating", "A place counts as minus its number, so that a better place is higher."


def _packed(
    ballots: Ballots,
    mode: str,
    *,
    codes: Ints,
    member: Floats,
    listed: Ints,
    topic: Ints,
    author: Ints,
    groups: tuple[str, ...],
    attribute: str,
    link: str,
    exclusions: Mapping[str, int],
    notes: tuple[str, ...],
) -> Cells:
    """Recode people and ideas without gaps; the answers of people of unknown group go apart."""
    value = np.asarray(ballots.value, dtype=float)
    value = (
        -value
        if ballots.kind == "rank"
        else (value > 0).astype(float)
        if mode != "rating"
        else value
    )
    person, idea = (
        np.asarray(ballots.person, dtype=np.intp),
        np.asarray(ballots.idea, dtype=np.intp),
    )
    here = codes[person] >= 0
    offered, _ = np.unique(idea, return_counts=True)
    place = np.full(len(member), -1, dtype=np.intp)
    place[offered] = np.arange(len(offered))
    whole = Cells(
        person=person,
        idea=place[idea],
        value=value,
        mode=mode,
        codes=codes,
        member=member[offered],
        listed=listed,
        topic=topic[offered],
        author=author[offered],
        groups=groups,
        attribute=attribute,
        link=link,
        everyone=not ballots.shown_known,
        strangers=None,
        exclusions=exclusions,
        notes=notes,
    )
    known, strangers = _only(whole, here), _only(whole, ~here) if not here.all() else None
    return replace(known, strangers=strangers)


def _only(cells: Cells, rows: Bools) -> Cells:
    """Some rows, with people recoded; ideas keep their codes."""
    people, person = np.unique(cells.person[rows], return_inverse=True)
    full = cells.everyone or len(person) == len(people) * cells.ideas
    return replace(
        cells,
        person=person.reshape(-1).astype(np.intp),
        idea=cells.idea[rows],
        value=cells.value[rows],
        codes=cells.codes[people],
        everyone=full,
    )
