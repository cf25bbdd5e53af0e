"""Holds everything that was read of a process, and says what is there and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import (
    Authorship,
    Ideas,
    Need,
    Priorities,
    Responses,
    SmallTable,
    totals,
)
from coprep.data.process.published import PublishedCounts
from coprep.data.process.tables.groups import Named
from coprep.data.process.tables.ideas import no_authors
from coprep.data.process.tables.participants import People, names_people
from coprep.data.process.tables.ratings import Ratings
from coprep.data.process.tables.turns import Talk
from coprep.errors import InputError
from coprep.wording.escape import quoted
from coprep.wording.numbers import count_of


@dataclass(slots=True)
class Contents:
    """Everything a process holds, as the door understood it."""

    people: People = field(default_factory=lambda: People((), {}))
    ideas: Ideas | None = None
    authorship: Authorship = field(default_factory=no_authors)
    beneficiaries: dict[str, Named] = field(default_factory=dict)
    ratings: Ratings | None = None
    talk: Talk | None = None
    responses: Responses | None = None
    sessions: SmallTable | None = None
    attendance: SmallTable | None = None
    experience: SmallTable | None = None
    outcomes: SmallTable | None = None
    milestones: SmallTable | None = None
    targets: SmallTable | None = None
    priorities: Priorities | None = None
    need: dict[str, Need] = field(default_factory=dict)
    published: PublishedCounts | None = None
    tables: tuple[str, ...] = ()

    def amounts(self, currency: str) -> NDArray[np.float64] | None:
        """How much of a currency each person has; None where the tables do not tell."""
        if currency in {"ideas", "adoptions"}:
            return self._credit(currency)
        if currency == "votes":
            return None if self.ratings is None else self.ratings.votes
        found: NDArray[np.float64] | None = getattr(self.talk, currency, None)
        return found

    def _credit(self, currency: str) -> NDArray[np.float64] | None:
        """Authors' shares of ideas, or of those that were adopted."""
        wrote = self.authorship
        if self.ideas is None or not len(wrote):
            return None
        part = wrote.share
        if currency == "adoptions":
            if np.isnan(self.ideas.adopted).all():
                return None
            part = part * (self.ideas.adopted[wrote.idea] == 1)
        return totals(wrote.person, part, len(self.people))

    def holds(self, name: str) -> bool:
        """Whether something of `WHAT` is there."""
        if name not in WHAT:
            raise InputError.choice("name", name, tuple(WHAT))
        return bool(WHAT[name][0](self))


def _of_ideas(test: Callable[[Ideas], bool]) -> Callable[[Contents], bool]:
    return lambda held: held.ideas is not None and test(held.ideas)


WHAT: Mapping[str, tuple[Callable[[Contents], bool], str]] = {
    "participants": (
        lambda held: "participants" in held.tables,
        "pass participants=, a table with participant_id and one column an attribute.",
    ),
    "came_with": (
        lambda held: held.people.came_with is not None,
        "give participants a column came_with: their household, school or meeting.",
    ),
    "ideas": (_of_ideas(lambda ideas: len(ideas) > 0), "pass ideas=, a table with idea_id."),
    "authors": (
        lambda held: len(held.authorship) > 0,
        "give ideas an author_id, or pass idea_authors= with idea_id and participant_id.",
    ),
    "topics": (_of_ideas(lambda ideas: bool(ideas.topics)), "give ideas a topic."),
    "adopted": (
        _of_ideas(lambda ideas: not np.isnan(ideas.adopted).all()),
        "give ideas a status: adopted, delivered or rejected.",
    ),
    "costs": (_of_ideas(lambda ideas: not np.isnan(ideas.cost).all()), "give ideas a cost."),
    "text": (_of_ideas(lambda ideas: ideas.text is not None), "give ideas a text."),
    "created_at": (
        _of_ideas(lambda ideas: not np.isnat(ideas.created_at).all()),
        "give ideas a created_at day.",
    ),
    "beneficiaries": (
        lambda held: bool(held.beneficiaries),
        "pass beneficiaries=, a table with idea_id, attribute and group: whom each idea is for.",
    ),
    "ratings": (
        lambda held: held.ratings is not None,
        "pass ratings=, a table with participant_id, idea_id and value.",
    ),
    "turns": (
        lambda held: held.talk is not None,
        "pass turns=, a table with turn_id, session_id and participant_id.",
    ),
    "words": (
        lambda held: held.talk is not None and held.talk.words is not None,
        "pass turns= with n_words or text.",
    ),
    "seconds": (
        lambda held: held.talk is not None and held.talk.seconds is not None,
        "pass turns= with seconds.",
    ),
    "responses": (
        lambda held: held.responses is not None,
        "pass responses=, a table with idea_id and at.",
    ),
    "attendance": (
        lambda held: held.attendance is not None,
        "pass attendance=, a table with participant_id and session_id or stage.",
    ),
    "sessions": (
        lambda held: held.sessions is not None,
        "pass sessions=, a table with session_id.",
    ),
    "experience": (
        lambda held: held.experience is not None,
        "pass experience=, a table with participant_id, item and value.",
    ),
    "outcomes": (
        lambda held: held.outcomes is not None,
        "pass outcomes=, a table with idea_id or topic, measure, before and after.",
    ),
    "milestones": (
        lambda held: held.milestones is not None,
        "pass milestones=, a table with name, due, done and stage.",
    ),
    "targets": (
        lambda held: held.targets is not None,
        "pass targets=, a table with role and seats, and attribute and group where seats are for "
        "a group.",
    ),
    "priorities": (
        lambda held: held.priorities is not None,
        "pass priorities=, a table with participant_id, topic and value.",
    ),
    "need": (lambda held: bool(held.need), "pass need=, a table with topic, attribute and group."),
    "baseline": (
        lambda _: False,
        "pass baseline=, such as Baseline.from_counts({'sex': {'Female': 510, 'Male': 490}}).",
    ),
    "published": (
        lambda held: held.published is not None,
        "pass published counts with Process.from_counts.",
    ),
}
"""What can be asked for: whether it is there, and how to supply it."""

WHENCE: Mapping[str, str] = {
    "ideas": "authors",
    "adoptions": "adopted",
    "votes": "ratings",
    "turns": "turns",
    "words": "words",
    "seconds": "seconds",
}
"""What each currency is counted from."""


def missing(held: Contents, name: str, why: str) -> InputError:
    """The error for something that is needed and not there."""
    return InputError.of(
        f"this process has no {name}" + (f"; {why}." if why else "."),
        code="missing_table",
        param=name,
        got=held.tables,
        expected=name,
        hint=WHAT[name][1],
    )


def described(held: Contents) -> tuple[str, ...]:
    """What was understood, a line each: people, attributes, ideas, whom they are for, ballots."""
    lines = []
    if len(held.people):
        lines.append(f"{count_of(len(held.people), 'person', 'people')}.")
    for name in held.people.attributes:
        grouping = held.people.grouping(name)
        groups = count_of(len(grouping.groups), "group")
        unknown = f", {grouping.n_unknown:,} unknown" if grouping.n_unknown else ""
        examples = f" ({quoted(grouping.groups, most=3)})" if grouping.groups else ""
        if names_people(grouping):
            examples = "; they look like names or remarks of single people and are not listed"
        lines.append(f"attribute {quoted([name])}: {groups}{unknown}{examples}.")
    if held.ideas is not None:
        authors = count_of(len(np.unique(held.authorship.person)), "author")
        topics = count_of(len(held.ideas.topics), "topic")
        lines.append(f"{count_of(len(held.ideas), 'idea')} by {authors}, {topics}.")
    lines += [f"beneficiaries named in {quoted([name])}." for name in held.beneficiaries]
    if held.ratings is not None:
        votes = f"{held.ratings.votes.sum():,.0f} votes cast"
        lines.append(f"ballots of kind {quoted(held.ratings.kinds)}: {votes}.")
    if held.published is not None:
        lines += [f"published counts of {quoted([name])}." for name in held.published.attributes]
    return tuple(lines)
