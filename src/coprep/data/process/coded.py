"""A process as integer codes: people, ideas, who wrote them and who voted for what.

Everything is integer-coded and held in numpy arrays. A code is a position in a tuple of labels; -1
is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError

KINDS = ("agree", "approve", "choose_one", "points", "rank", "score")
"""What a rating's value means: -1/0/1, 0/1, one 1 a person, points, position, or a scale."""

CURRENCIES = ("adoptions", "ideas", "seconds", "turns", "votes", "words")
"""What a person can have more or less of in a process."""

MOST_PAIRS = 50_000_000
"""More voters by ideas are not held side by side; the heaviest question takes 160 bytes a pair."""


def totals(codes: NDArray[np.intp], amounts: NDArray[np.generic], n: int) -> NDArray[np.float64]:
    """The sum of ``amounts`` for each code from 0 to ``n`` - 1."""
    return np.bincount(codes, amounts.astype(np.float64), minlength=n).astype(np.float64)


SmallTable = Mapping[str, "tuple[str | None, ...] | NDArray[np.generic]"]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Who belongs to which group of one attribute.

    Attributes
    ----------
    attribute : str
        The attribute's name.
    groups : tuple of str
        The groups somebody belongs to, sorted; "unknown" is never among them.
    codes : array of intp, one a person
        Position in ``groups``; -1 where the group is unknown.
    """

    attribute: str
    groups: tuple[str, ...]
    codes: NDArray[np.intp]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many people are in each group."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.groups)).astype(np.int64)

    @property
    def n_unknown(self) -> int:
        """How many people's group is unknown."""
        return int((self.codes < 0).sum())

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ideas:
    """The ideas of a process, one position each, in the order of their sorted ids.

    Attributes
    ----------
    ids : tuple of str
        Idea ids, sorted.
    topic, stage, area : array of intp
        Position in ``topics``, ``stages`` and ``areas``; -1 unknown.
    adopted : array of float
        1 adopted or delivered, 0 rejected, nan not decided or unknown. A merged idea shares the
        fate of the idea it was merged into.
    cost : array of float
        In the process's own currency; nan unknown.
    support : array of float
        A published total of supporters, for platforms that keep single votes to themselves; nan
        unknown.
    is_host : array of bool
        Written by the organisers (seeds, official proposals).
    status, text, language : tuple of str or None
        As given; ``text`` and ``language`` are None where the table has no such column.
    created_at : array of datetime64[s]
        NaT unknown.
    merged_into : array of intp
        Position of the idea it was merged into; -1 for none.
    """

    ids: tuple[str, ...]
    topic: NDArray[np.intp]
    topics: tuple[str, ...]
    stage: NDArray[np.intp]
    stages: tuple[str, ...]
    adopted: NDArray[np.float64]
    cost: NDArray[np.float64]
    support: NDArray[np.float64]
    is_host: NDArray[np.bool_]
    status: tuple[str | None, ...]
    created_at: NDArray[np.datetime64]
    text: tuple[str | None, ...] | None
    language: tuple[str | None, ...] | None
    merged_into: NDArray[np.intp]
    area: NDArray[np.intp]
    areas: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Authorship:
    """Who wrote which idea: one row an (idea, author) pair, sorted by idea, then person.

    Attributes
    ----------
    idea, person : array of intp
        Positions among the ideas and the people.
    share : array of float
        What part of the idea is this author's; adds to 1 over an idea's authors. Ideas without a
        known author have no row.
    """

    idea: NDArray[np.intp]
    person: NDArray[np.intp]
    share: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.idea)


@dataclass(frozen=True, eq=False, repr=False)
class Ballots:
    """Who answered what to which idea: one row a (person, idea) pair that was shown, sorted by
    person, then idea.

    Attributes
    ----------
    person, idea : array of int32
        Positions among the people and the ideas.
    value : array of float32 (float64 where float32 would round)
        0 is shown and not supported. ``rank`` counts from 1, the best.
    kind : str
        One of `KINDS`.
    is_self : array of bool
        Whether the person is an author of the idea.
    shown_known : bool
        False where a pair without a row may have been shown and passed over; see `complete`.
    n_people, n_ideas : int
        How many people and ideas the process has.
    at : array of datetime64[s], one a row, optional
        When each answer was given, NaT unknown; None where no table says.
    written : array of datetime64[s], one an idea, optional
        When each idea was written.
    """

    person: NDArray[np.int32]
    idea: NDArray[np.int32]
    value: NDArray[np.float32] | NDArray[np.float64]
    kind: str
    is_self: NDArray[np.bool_]
    shown_known: bool
    n_people: int
    n_ideas: int
    at: NDArray[np.datetime64] | None = None
    written: NDArray[np.datetime64] | None = None

    def __len__(self) -> int:
        return len(self.person)

    @property
    def dated(self) -> bool:
        """Whether it is known of some ideas and voters which came first."""
        if self.at is None or self.written is None:
            return False
        return not (np.isnat(self.at).all() or np.isnat(self.written).all())

    def _not_yet(self, voters: NDArray[np.int32], ideas: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Voters by ideas: whether the idea was written on a day after the person's last vote."""
        if self.at is None or self.written is None:
            return np.zeros((len(voters), len(ideas)), dtype=bool)
        said = ~np.isnat(self.at)
        days = self.at.astype("datetime64[D]").astype(np.int64)
        last = np.full(self.n_people, np.iinfo(np.int64).min)
        np.maximum.at(last, self.person[said], days[said])
        seen_last = np.where(last > np.iinfo(np.int64).min, last, np.iinfo(np.int64).max)
        written = self.written[ideas]
        day = written.astype("datetime64[D]").astype(np.int64)
        late = day[None, :] > seen_last[voters][:, None]
        return np.asarray(late & ~np.isnat(written)[None, :])

    @cached_property
    def voters(self) -> NDArray[np.int32]:
        """The people with at least one row, sorted."""
        return np.unique(self.person)

    def where(self, keep: NDArray[np.bool_]) -> Ballots:
        """The rows for which ``keep`` is true, as ballots of their own."""
        return replace(
            self,
            person=self.person[keep],
            idea=self.idea[keep],
            value=self.value[keep],
            is_self=self.is_self[keep],
            at=None if self.at is None else self.at[keep],
        )

    def complete(self, on_ballot: NDArray[np.bool_] | None = None) -> Ballots:
        """Every voter by every idea on the ballot, with 0 where there was no row; itself where
        shown is known. An idea written on a day after a person's last vote was not shown to them.

        Parameters
        ----------
        on_ballot : array of bool, one an idea, optional
            Which ideas people could vote for. By default those with at least one vote: an idea that
            nobody voted for may never have been on the ballot, and tells nothing about who prefers
            what.

        Raises
        ------
        InputError
            For more than `MOST_PAIRS` voters by ideas: memory is refused before it is taken.
        """
        if self.shown_known or not len(self):
            return self
        offered = np.zeros(self.n_ideas, dtype=bool) if on_ballot is None else on_ballot.copy()
        offered[self.idea] = True
        ideas = np.flatnonzero(offered).astype(np.int32)
        voters = self.voters
        if len(ideas) * len(voters) > MOST_PAIRS:
            raise InputError.of(
                f"{len(voters):,} voters by {len(ideas):,} ideas are {len(ideas) * len(voters):,} "
                "pairs; at most "
                f"{MOST_PAIRS:,} are held side by side.",
                code="too_many_pairs",
                param="ratings",
                got=len(ideas) * len(voters),
                expected=MOST_PAIRS,
                hint="ask about one district, topic or stage at a time, or draw voters at random "
                "beforehand; if it is "
                "known what each voter was shown, hand in the ratings with a column shown.",
            )
        row = np.searchsorted(voters, self.person)
        column = np.searchsorted(ideas, self.idea)
        value = np.zeros((len(voters), len(ideas)), dtype=self.value.dtype)
        own = np.zeros(value.shape, dtype=bool)
        value[row, column] = self.value
        own[row, column] = self.is_self
        every = replace(
            self,
            person=np.repeat(voters, len(ideas)),
            idea=np.tile(ideas, len(voters)),
            value=value.ravel(),
            is_self=own.ravel(),
            shown_known=True,
            at=None,
        )
        if not self.dated:
            return every
        shown = ~self._not_yet(voters, ideas)
        shown[row, column] = True
        return every.where(shown.ravel())

    @property
    def cast(self) -> NDArray[np.bool_]:
        """Whether each row is a vote cast: any answer to a scale or agreement, else above 0."""
        everything = self.kind in {"agree", "score"}
        return np.ones(len(self), dtype=bool) if everything else np.asarray(self.value > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """How much of one currency each person has, in the order of the process's people."""

    currency: str
    amounts: NDArray[np.float64]

    def by_group(self, grouping: Grouping) -> tuple[NDArray[np.float64], float]:
        """The sum in each group, and the sum of the people whose group is unknown."""
        known = grouping.codes >= 0
        sums = totals(grouping.codes[known], self.amounts[known], len(grouping.groups))
        return sums, float(self.amounts[~known].sum())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Responses:
    """What was answered to which idea: one row an answer.

    Attributes
    ----------
    idea : array of intp
    at : array of datetime64[s]
        NaT where the day is unknown.
    kind, outcome, responder_role : tuple of str or None
    """

    idea: NDArray[np.intp]
    at: NDArray[np.datetime64]
    kind: tuple[str | None, ...]
    outcome: tuple[str | None, ...]
    responder_role: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.idea)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Turns:
    """Who spoke, how much, and in answer to whom: one row a turn, in the order of session and
    ``order``.

    Attributes
    ----------
    ids : tuple of str
    session : array of intp
        Position in ``sessions``; -1 unknown.
    person : array of intp
        Position among the people; -1 where the speaker is unknown.
    words, seconds : array of float
        nan unknown.
    text : tuple of str or None
        None where the table holds no text.
    reply_to : array of intp
        Position of the turn it answers; -1 for none.
    order : array of float
        Place within the session, as given; else the order of the rows.
    """

    ids: tuple[str, ...]
    session: NDArray[np.intp]
    sessions: tuple[str, ...]
    person: NDArray[np.intp]
    words: NDArray[np.float64]
    seconds: NDArray[np.float64]
    text: tuple[str | None, ...] | None
    reply_to: NDArray[np.intp]
    order: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Priorities:
    """What people said matters to them: one row a (person, topic) pair; more is more."""

    person: NDArray[np.intp]
    topic: NDArray[np.intp]
    topics: tuple[str, ...]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """How much each group needs what a topic is about, by the process's own evidence.

    Attributes
    ----------
    attribute : str
    topics, groups : tuple of str
    weights : array of float, topics by groups
        0 where nothing was stated.
    """

    attribute: str
    topics: tuple[str, ...]
    groups: tuple[str, ...]
    weights: NDArray[np.float64]
