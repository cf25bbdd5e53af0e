"""What can be asked of a process once its tables have been read: people, groups, ideas, ballots, who has how much."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from coprep.data.baseline.baseline import Baseline
from coprep.data.process.coded import (
    CURRENCIES,
    KINDS,
    Authorship,
    Ballots,
    Grouping,
    Ideas,
    Ledger,
    Need,
    Priorities,
    Responses,
    SmallTable,
    Turns,
)
from coprep.data.process.settings import Settings
from coprep.data.process.tables.contents import WHENCE, Contents, described, missing
from coprep.data.process.tables.order_of_dates import last_day
from coprep.data.tally import AttributeTally, Cell, Tally
from coprep.errors import InputError, Problems
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

__all__ = ["Answers"]

_MOST_CELLS = 200_000_000
_ROLE = "role"


class Answers:
    """The questions a `coprep.Process` answers; it is made by its tables, its counts or a reader."""

    _settings: Settings
    _contents: Contents
    _notes: list[str]
    _baselines: Mapping[str, Baseline]

    def __repr__(self) -> str:
        held = f"{len(self.people):,} people, {count_of(len(self.ideas or ()), 'idea')}"
        called = f"{show(self.title)}: " if self.title else ""
        return f"Process({called}{held}; {', '.join(self.tables) or 'no tables'})"

    @property
    def title(self) -> str:
        """What the process is called."""
        return self._settings.title

    @property
    def selection(self) -> str:
        """How people came in: open, random or quota."""
        return self._settings.selection

    @property
    def quotas(self) -> tuple[str, ...]:
        """The attributes that were filled to targets."""
        return self._settings.quotas

    @property
    def from_votes(self) -> tuple[str, ...]:
        """The attributes that were worked out from the votes themselves."""
        return self._settings.from_votes

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the tables are from."""
        return self._settings.sources

    @property
    def budget(self) -> float | None:
        """What there was to spend, in the currency of the ideas' costs."""
        return self._settings.budget

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that were handed in."""
        return self._contents.tables

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, read in a particular way, or looked odd."""
        return tuple(self._notes)

    @property
    def people(self) -> tuple[str, ...]:
        """Participant ids, sorted."""
        return self._contents.people.ids

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes by which people can be told apart, in the order of the table."""
        published = self._contents.published
        return self._contents.people.attributes if published is None else published.attributes

    def grouping(self, attribute: str) -> Grouping:
        """Who belongs to which group of ``attribute``; unknown is code -1."""
        if attribute not in self._contents.people.attributes:
            known = self._contents.people.attributes
            if not known:
                raise missing(self._contents, "participants", f"{show(attribute)} is asked of them")
            raise InputError.choice("attribute", attribute, known)
        return self._contents.people.grouping(attribute)

    def roles(self) -> Grouping | None:
        """Who is public, practitioner or leader; None where participants have no column ``role``."""
        return self.grouping(_ROLE) if _ROLE in self._contents.people.attributes else None

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """Participants' weights, if they were given."""
        return self._contents.people.numbers.get("weight")

    @property
    def active(self) -> NDArray[np.float64] | None:
        """1 for those who contributed, 0 for those only on the list, nan unknown; None where nothing was said."""
        return self._contents.people.numbers.get("active")

    @property
    def ideas(self) -> Ideas | None:
        """The ideas; None where no table names any."""
        return self._contents.ideas

    @property
    def authorship(self) -> Authorship:
        """Who wrote which idea; without rows where no author is known."""
        return self._contents.authorship

    @property
    def named_attributes(self) -> tuple[str, ...]:
        """The attributes in which beneficiaries were named."""
        return tuple(self._contents.beneficiaries)

    def beneficiaries(self, attribute: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Whom each idea is for: weights (ideas by groups, 0 for not named) and the groups.

        The groups are those of ``grouping(attribute)`` in its order, then named groups that nobody belongs to.
        """
        named = self._contents.beneficiaries.get(attribute)
        n = len(self.ideas or ())
        if named is None:
            grouping = self.grouping(attribute)
            return np.zeros((n, len(grouping.groups))), grouping.groups
        if n * len(named.groups) > _MOST_CELLS:
            raise InputError.of(
                f"{n:,} ideas by {len(named.groups):,} groups of {show(attribute)} is too large a table.",
                code="too_many_groups",
                param="attribute",
                got=len(named.groups),
                hint="bring groups together first.",
            )
        return named.matrix(n), named.groups

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of ballot there are."""
        return () if self._contents.ratings is None else self._contents.ratings.kinds

    def ballots(self, kind: str | None = None) -> Ballots:
        """Who answered what to which idea; ``kind`` is needed where there are several."""
        ratings = self._contents.ratings
        if ratings is None:
            raise missing(self._contents, "ratings", "ballots are counted from them")
        if kind is None and len(ratings.kinds) == 1:
            return ratings.of_kind(ratings.kinds[0])
        if kind not in ratings.kinds:
            raise InputError.choice("kind", kind, ratings.kinds or KINDS)
        return ratings.of_kind(kind)

    def ledger(self, currency: str) -> Ledger:
        """How much each person has of a currency: ideas, adoptions (authors' shares), words, turns, seconds, votes."""
        if currency not in CURRENCIES:
            raise InputError.choice("currency", currency, CURRENCIES)
        amounts = self._contents.amounts(currency)
        if amounts is None:
            name = (
                "authors"
                if currency == "adoptions" and not len(self.authorship)
                else WHENCE[currency]
            )
            raise missing(self._contents, name, f"{currency} are counted from it")
        return Ledger(currency, amounts)

    @property
    def responses(self) -> Responses | None:
        """What ideas were answered."""
        return self._contents.responses

    @property
    def turns(self) -> Turns | None:
        """Who spoke when; fetched from its engine the first time."""
        talk = self._contents.talk
        return None if talk is None else talk.fetch()

    @property
    def priorities(self) -> Priorities | None:
        """What people said matters to them."""
        return self._contents.priorities

    def need(self, attribute: str) -> Need | None:
        """Who needs what a topic is about, in one attribute; None where nothing was stated."""
        return self._contents.need.get(attribute)

    @property
    def experience(self) -> SmallTable | None:
        """What people said about taking part: person, item, value."""
        return self._contents.experience

    @property
    def attendance(self) -> SmallTable | None:
        """Who came to what: person, session, stage."""
        return self._contents.attendance

    @property
    def sessions(self) -> SmallTable | None:
        """The meetings: session, stage, date, start, end and further columns."""
        return self._contents.sessions

    @property
    def baseline(self) -> Baseline | None:
        """What the community looks like: the first of `baselines`."""
        return next(iter(self._baselines.values()), None)

    @property
    def baselines(self) -> Mapping[str, Baseline]:
        """All baselines by name, the one to use first."""
        return dict(self._baselines)

    @property
    def last_day(self) -> np.datetime64:
        """The latest moment any table names, such as the day of the export; NaT where there is none."""
        moments = [] if self.ideas is None else [self.ideas.created_at]
        moments += [] if self.responses is None else [self.responses.at]
        dates = None if self.sessions is None else self.sessions["date"]
        moments += [dates.astype("datetime64[s]")] if isinstance(dates, np.ndarray) else []
        return last_day(*moments)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages for which `counts` knows who was there, in the order of the tables."""
        if self._contents.published is not None:
            return self._contents.published.stages
        came = self._contents.attendance
        held = () if self.sessions is None else self.sessions["stage"]
        there = () if came is None else came["stage"]
        seen = {stage for stage in there if stage is not None}
        return tuple(str(s) for s in dict.fromkeys((*held, *there)) if s in seen)

    def counts(self, stage: str | None = None) -> dict[str, dict[str, float]]:
        """How many people there were by attribute and group, of one stage or of the whole process.

        People whose group is unknown are counted under ``"unknown"``.
        """
        published = self._contents.published
        self._check_stage(stage)
        if published is not None:
            return published.counts(stage)
        counted = {
            name: _counted(self.grouping(name), self._there(stage)) for name in self.attributes
        }
        return {
            name: sizes | ({"unknown": unknown} if unknown else {})
            for name, (sizes, unknown) in counted.items()
        }

    def _check_stage(self, stage: str | None) -> None:
        if stage is not None and stage not in self.stages:
            raise InputError.choice("stage", stage, self.stages or ("no stage",))

    def _there(self, stage: str | None) -> NDArray[np.bool_]:
        """Which people were there at a stage; everybody where none is named."""
        came = self._contents.attendance
        if stage is None or came is None:
            return np.ones(len(self.people), dtype=bool)
        there = np.zeros(len(self.people), dtype=bool)
        rows = np.array([s == stage for s in came["stage"]], dtype=bool)
        there[np.asarray(came["person"], dtype=np.intp)[rows]] = True
        return there

    def tally(
        self,
        stage: str | None = None,
        *,
        attributes: Collection[str] | None = None,
        overlapping: Collection[str] = (),
    ) -> Tally:
        """The counts of a stage as `representation.assess` takes them; what is wrong in published ones is an error.

        In attributes of ``overlapping`` one person can be in several groups.
        """
        published = self._contents.published
        self._check_stage(stage)
        if published is not None:
            return published.tally(stage, attributes=attributes, overlapping=overlapping)
        wanted = [name for name in self.attributes if attributes is None or name in attributes]
        counted = {name: _counted(self.grouping(name), self._there(stage)) for name in wanted}
        return Tally(
            {name: _tally(name, sizes, unknown) for name, (sizes, unknown) in counted.items()}
        )

    def totals(self, stage: str | None = None) -> dict[str, float] | None:
        """The published number of people by attribute, of one stage or of the last; None where none was published."""
        self._check_stage(stage)
        published = self._contents.published
        return None if published is None else (published.total(stage) or None)

    def selection_at(self, stage: str | None = None) -> tuple[str, tuple[str, ...]]:
        """How people came in at a stage, and the attributes that were filled to targets there."""
        return self._settings.at(stage)

    def has(self, name: str) -> bool:
        """Whether the process holds something `require` can ask for."""
        return bool(self._baselines) if name == "baseline" else self._contents.holds(name)

    def require(self, *names: str, why: str = "") -> None:
        """Raise one error that names everything missing of ``names``, what it is for, and how to supply it.

        Names are those of the tables, and authors, topics, adopted, costs, text, created_at, words, seconds, baseline.
        """
        problems = Problems()
        for name in names:
            if not self.has(name):
                problems.take(missing(self._contents, name, why))
        problems.raise_if_any()

    def account(self) -> tuple[str, ...]:
        """What was understood, a line each: tables, attributes with their groups, kinds of ballot, then the notes."""
        return (*described(self._contents), *self.notes)


def _counted(grouping: Grouping, there: NDArray[np.bool_]) -> tuple[dict[str, float], int]:
    """People by group, and how many there are of unknown group."""
    codes = grouping.codes[there]
    sizes = np.bincount(codes[codes >= 0], minlength=len(grouping.groups))
    return {group: int(n) for group, n in zip(grouping.groups, sizes, strict=True)}, int(
        (codes < 0).sum()
    )


def _tally(attribute: str, sizes: Mapping[str, float], unknown: int) -> AttributeTally:
    return AttributeTally(
        attribute, {group: Cell.of(int(n)) for group, n in sizes.items()}, Cell.of(unknown)
    )
