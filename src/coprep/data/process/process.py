"""Process: the tables of one co-production process, checked once, and what is counted from them."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.baseline.baseline import Baseline
from coprep.data.counting import AttributeTally, from_options, taken_apart
from coprep.data.files import ReadFile
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
from coprep.data.process.published import read_counts
from coprep.data.process.settings import Settings
from coprep.data.process.tables.contents import WHENCE, Contents, described, missing
from coprep.data.process.tables.participants import PeopleCounter
from coprep.data.process.tables.read import baselines_of, read_tables
from coprep.data.process.tables.same_groups import same_groups
from coprep.data.process.wide import wide_tables
from coprep.data.reading import Reading
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Note
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

_MOST_CELLS = 200_000_000
_ROLE = "role"


class Process:
    """One co-production process: who took part, what they proposed, for whom, and what became of
    it.

    Pass whatever tables there are; all are optional, on any supported engine (pandas, Polars,
    PyArrow, DuckDB, Dask, PySpark, Ibis). They are checked together, and everything that is wrong
    is said in one error.

    Parameters
    ----------
    participants : data frame, optional
        ``participant_id`` and one column an attribute (such as age_band, gender, area, role); also
        ``weight``, ``came_with``, ``invited_at``, ``active``, ``is_host``. An empty cell or
        "prefer not to say" is
        an unknown group, and is kept. Hosts (facilitators, organisers) run the process and are none
        of its people: their ideas are host ideas, their turns and votes nobody's.
    ideas : data frame, optional
        ``idea_id``; also author_id, text, language, topic, area, stage, created_at, cost, support
        (a published total), status (submitted, shortlisted, adopted, delivered, rejected, merged),
        is_host, merged_into.
    idea_authors : data frame, optional
        ``idea_id``, ``participant_id``; also share, for co-authors.
    beneficiaries : data frame, optional
        ``idea_id``, ``attribute``, ``group``: whom an idea is for; also weight (1), source. A group
        called "everyone" names them all.
    ratings : data frame, optional
        ``participant_id``, ``idea_id``, ``value``; also kind (approve, choose_one, score, agree,
        rank, points), shown, at. No row means not shown; shown and not supported is 0.
    turns : data frame, optional
        ``turn_id``, ``session_id``, ``participant_id``; also n_words, seconds, text, reply_to,
        order.
    responses : data frame, optional
        ``idea_id``, ``at``; also kind, responder_role, outcome.
    attendance : data frame, optional
        ``participant_id`` and ``session_id`` or ``stage``.
    sessions : data frame, optional
        ``session_id``; also stage, date, start, end, and any further column (place, language,
        provisions).
    experience : data frame, optional
        ``participant_id``, ``item``, ``value``: what people said about taking part; also at.
    priorities : data frame, optional
        ``participant_id``, ``topic``, ``value``: what people said matters to them; also kind
        (score, points, or rank: 1 is what matters most).
    need : data frame, optional
        ``topic``, ``attribute``, ``group``; also weight: who needs what a topic is about.
    outcomes : data frame, optional
        ``measure``, ``after`` and ``idea_id`` or ``topic``; also before, attribute, group, at: what
        was measured of what was delivered, and for whom.
    milestones : data frame, optional
        ``name`` and ``due`` or ``done``; also stage: what was to be reached by which day, and when
        it was.
    targets : data frame, optional
        ``role``, ``seats``; also attribute and group: how many seats the process means for
        practitioners, leaders and others, who have no census to be compared with.
    baseline : Baseline, mapping of str to Baseline, or data frame, optional
        What the community looks like; a frame has columns attribute, group and count or share.
    title : str
        What the process is called.
    selection : {"open", "random", "quota"}
        How people came in.
    quotas : sequence of str
        Attributes that were filled to targets.
    scale : pair of float, optional
        The lowest and highest score there can be.
    from_votes : sequence of str
        Attributes that were worked out from the votes themselves, such as opinion groups. Others
        that tell the same groups are found, and count as such too.
    sources : sequence of str
        Where the tables are from.
    budget : float, optional
        What there was to spend, in the currency of the ideas' costs.
    stages : mapping, optional
        For stages at which people came in another way, or that have a baseline of their own: stage
        to ``{"selection": ..., "quotas": [...], "baseline": ..., "population": ...}``.
    reading : mapping, optional
        How participants are to be read: ``columns``, ``person``, ``weight``, ``cluster``,
        ``overlapping``, ``recode``, ``unknown``, ``outside``, ``labels``, as in ``process.toml``.
    population : int, optional
        How many people there are to draw from, where they are few (a village, a school).
    own_votes_automatic : bool
        Whether the platform casts votes for authors on their own ideas: these say nothing about how
        people see their ideas.

    Raises
    ------
    InputError
        With every problem found: unknown ids, repeated keys, values off their scale, groups nobody
        knows, dates out of order, missing columns. Counts are given, never a person's id or row.

    Examples
    --------
    >>> process = Process(
    ...     participants={"participant_id": ["a", "b"], "area": ["North", None]},
    ...     ideas={"idea_id": [1, 2], "author_id": ["a", "a"]},
    ... )
    >>> process.grouping("area").n_unknown
    1
    >>> process.ledger("ideas").amounts
    array([2., 0.])
    """

    def __init__(
        self,
        participants: Any = None,
        ideas: Any = None,
        idea_authors: Any = None,
        beneficiaries: Any = None,
        ratings: Any = None,
        turns: Any = None,
        responses: Any = None,
        attendance: Any = None,
        sessions: Any = None,
        experience: Any = None,
        priorities: Any = None,
        need: Any = None,
        baseline: Any = None,
        *,
        outcomes: Any = None,
        milestones: Any = None,
        targets: Any = None,
        title: str = "",
        selection: Literal["open", "random", "quota"] = "open",
        quotas: Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        from_votes: Sequence[str] = (),
        sources: Sequence[str] = (),
        budget: float | None = None,
        stages: Mapping[str, Mapping[str, Any]] | None = None,
        reading: Reading | Mapping[str, Any] | None = None,
        population: int | None = None,
        own_votes_automatic: bool = False,
    ) -> None:
        settings = Settings.of(
            title=title,
            selection=selection,
            quotas=quotas,
            from_votes=from_votes,
            sources=sources,
            budget=budget,
            stages=stages,
            reading=reading,
            population=population,
            own_votes_automatic=own_votes_automatic,
        )
        self._start(settings)
        self._read(
            {
                "participants": participants,
                "ideas": ideas,
                "idea_authors": idea_authors,
                "beneficiaries": beneficiaries,
                "ratings": ratings,
                "turns": turns,
                "responses": responses,
                "attendance": attendance,
                "sessions": sessions,
                "experience": experience,
                "priorities": priorities,
                "need": need,
                "outcomes": outcomes,
                "milestones": milestones,
                "targets": targets,
            },
            baseline,
            scale,
        )

    @classmethod
    def of_tables(
        cls,
        tables: Mapping[str, Any],
        *,
        known_groups: Mapping[str, Collection[str]] | None = None,
        baseline: Any = None,
        scale: tuple[float, float] | None = None,
        notes: Sequence[Note] = (),
        **settings: Any,
    ) -> Process:
        """A process from a reader's tables; nobody need belong to ``known_groups``."""
        process = cls._empty(Settings.of(**settings), notes)
        process._read(tables, baseline, scale, known_groups)
        return process

    @classmethod
    def of_contents(
        cls,
        contents: Contents,
        *,
        baseline: Any = None,
        notes: Sequence[Note] = (),
        **settings: Any,
    ) -> Process:
        """A process from contents that are known to be sound; nothing is checked."""
        process = cls._empty(Settings.of(**settings), notes)
        process._contents = contents
        process._baselines = baselines_of(baseline, Problems())
        return process

    @classmethod
    def from_counts(
        cls,
        counts: Any,
        baseline: Any = None,
        *,
        title: str = "",
        selection: Literal["open", "random", "quota"] = "open",
        quotas: Sequence[str] = (),
        sources: Sequence[str] = (),
        stages: Mapping[str, Mapping[str, Any]] | None = None,
        reading: Reading | Mapping[str, Any] | None = None,
        population: int | None = None,
    ) -> Process:
        """A process of which only published counts are known.

        Parameters
        ----------
        counts : data frame or mapping
            A table with columns attribute, group, count, and optionally stage and total; or
            ``{attribute: {group: count}}``; or the same by stage.
        baseline, title, selection, quotas, sources, stages, reading, population
            As for `Process`; what is said of columns has no meaning here.

        Examples
        --------
        >>> process = Process.from_counts({"sex": {"Female": 12, "Male": 9}})
        >>> process.counts()
        {'sex': {'Female': 12, 'Male': 9}}
        """
        return cls.of_counts(
            counts,
            baseline,
            title=title,
            selection=selection,
            quotas=quotas,
            sources=sources,
            stages=stages,
            reading=reading,
            population=population,
        )

    @classmethod
    def of_counts(cls, counts: Any, baseline: Any = None, **settings: Any) -> Process:
        """A process from published counts, with every setting that `Settings` knows."""
        process = cls._empty(Settings.of(**settings))
        problems = Problems()
        _people_only(process.reading, problems)
        process._baselines = baselines_of(baseline, problems)
        try:
            published = read_counts(counts)
            process._contents = Contents(published=published, tables=("counts",))
            process._notes += published.notes
        except InputError as error:
            problems.take(error)
        process._check_settings(problems)
        problems.raise_if_any()
        return process

    @classmethod
    def from_wide(
        cls,
        frame: Any,
        *,
        rows: Literal["people", "ideas"],
        raters: Sequence[str] | None = None,
        ideas: Sequence[str] | None = None,
        participants: Any = None,
        kind: str | None = None,
        votes: str | None = None,
        words: Mapping[str, float | None] | None = None,
        baseline: Any = None,
        title: str = "",
        selection: Literal["open", "random", "quota"] = "open",
        quotas: Sequence[str] = (),
        scale: tuple[float, float] | None = None,
    ) -> Process:
        """A process from one wide sheet; `account` tells how its columns were understood.

        Parameters
        ----------
        frame : data frame
            With ``rows="people"``, a row a person: an id, attributes, and one column an idea that
            holds the person's rating. With ``rows="ideas"``, a row an idea: an id, author, topic,
            text and so on, whom it is for ("beneficiaries", or "for: age" to name the attribute;
            several separated by commas), and one column a rater.
        rows : {"people", "ideas"}
            What a row is.
        raters, ideas : sequence of str, optional
            The columns that hold ratings. By default those in which every filled cell is a number,
            a tick or a word of agreement; totals, statuses and running numbers are none. Where that
            may be a mistake (a column that is nearly a rating, numbers that may be totals, no
            rating at all) it is an error that asks.
        participants : data frame, optional
            With ``rows="ideas"``, the attributes of authors and raters.
        kind : str, optional
            What the ratings are (approve, choose_one, score, agree, rank, points); by default what
            they look like.
        votes : str, optional
            With ``rows="people"``, the column whose cells list the ideas that a person ticked.
        words : mapping of str to float or None, optional
            What words of answers mean, such as ``{"Maybe": 0.5, "abstain": None}``; None is no
            answer.
        baseline, title, selection, quotas, scale
            As for `Process`.

        Examples
        --------
        >>> people = {"Name": ["a", "b"], "Area": ["North", "South"]}
        >>> sheet = people | {"Benches": [1, 0], "Trees": [1, None]}
        >>> for line in Process.from_wide(sheet, rows="people").account()[-4:]:
        ...     print(line)
        “Name” is read as participant_id.
        2 columns read as ratings of ideas: “Benches”, “Trees”.
        1 column read as attributes of people: “Area”.
        ratings say no kind: values 0 and 1 are read as “approve”.
        """
        tables, notes = wide_tables(
            frame,
            rows=rows,
            raters=raters,
            ideas=ideas,
            participants=participants,
            kind=kind,
            votes=votes,
            words=words,
        )
        return cls.of_tables(
            tables,
            baseline=baseline,
            scale=scale,
            notes=notes,
            title=title,
            selection=selection,
            quotas=quotas,
        )

    @classmethod
    def _empty(cls, settings: Settings, notes: Sequence[Note] = ()) -> Process:
        process = cls.__new__(cls)
        process._start(settings, notes)
        return process

    def _start(self, settings: Settings, notes: Sequence[Note] = ()) -> None:
        self._settings = settings
        self._contents = Contents()
        self._notes: list[Note] = list(notes)
        self._baselines: Mapping[str, Baseline] = {}
        self._scale: tuple[float, float] | None = None
        self._files: tuple[ReadFile, ...] = ()

    def _read(
        self,
        given: Mapping[str, Any],
        baseline: Any,
        scale: tuple[float, float] | None,
        known_groups: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Read and check all tables; raises with everything that is wrong."""
        problems = Problems()
        self._scale = scale
        self._baselines = baselines_of(baseline, problems)
        self._contents, notes = read_tables(
            given, self._baselines, scale, known_groups or {}, self.reading, problems
        )
        self._notes += notes
        self._find_same_groups()
        handed_in = {table for table, value in given.items() if value is not None}
        self._check_settings(problems, handed_in - set(self.tables))
        problems.raise_if_any()

    def _find_same_groups(self) -> None:
        """Attributes that tell the same groups as one made from the votes are made from them too."""
        found = same_groups(self._contents.people, self._settings.from_votes)
        for name, like in found.items():
            template = (
                "{name:label} tells the same groups as {like:label}, which were worked out from "
                "the votes: it counts as worked out from them too."
            )
            self._notes.append(Note.of("same_as_from_votes", template, name=name, like=like))
        self._settings = replace(self._settings, from_votes=(*self._settings.from_votes, *found))

    def _check_settings(self, problems: Problems, lost: Collection[str] = ()) -> None:
        """Check the settings, apart from what only tables that were lost would tell."""
        in_baselines = (name for b in self._baselines.values() for name in b.attributes)
        known = (*self.attributes, *self.reading.ticks, *in_baselines)
        self._settings.check(
            None if "participants" in lost else known,
            None if {"attendance", "sessions"} & set(lost) else self.stages,
            tuple(self._baselines),
            problems,
        )

    def without_baselines(self) -> Process:
        """The same process with nobody to compare its people with but one another."""
        process = copy.copy(self)
        process._baselines = {}
        return process

    def noting(self, notes: Sequence[Note]) -> Process:
        """The same process with further notes, in front of its own."""
        process = copy.copy(self)
        process._notes = [*notes, *self._notes]
        return process

    def read_from(self, files: Sequence[ReadFile]) -> Process:
        """The same process, saying which files it was read from."""
        process = copy.copy(self)
        process._files = tuple(files)
        return process

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
        return self._settings.whole.selection

    @property
    def quotas(self) -> tuple[str, ...]:
        """The attributes that were filled to targets."""
        return self._settings.whole.quotas

    @property
    def settings(self) -> Settings:
        """Everything that was said of the process beside its tables."""
        return self._settings

    @property
    def reading(self) -> Reading:
        """How participants are to be read."""
        return self._settings.reading

    @property
    def from_votes(self) -> tuple[str, ...]:
        """The attributes that were worked out from the votes themselves."""
        return self._settings.from_votes

    @property
    def own_votes_automatic(self) -> bool:
        """Whether the platform casts votes for authors on their own ideas."""
        return self._settings.own_votes_automatic

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the tables are from."""
        return self._settings.sources

    @property
    def files(self) -> tuple[ReadFile, ...]:
        """The files that it was read from, with what tells whether they are still the same."""
        return self._files

    @property
    def budget(self) -> float | None:
        """What there was to spend, in the currency of the ideas' costs."""
        return self._settings.budget

    @property
    def scale(self) -> tuple[float, float] | None:
        """The lowest and highest score there can be, where that was said."""
        return self._scale

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that were handed in."""
        return self._contents.tables

    @property
    def notes(self) -> tuple[Note, ...]:
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
        """Who is public, practitioner or leader; None without a column ``role``."""
        return self.grouping(_ROLE) if _ROLE in self._contents.people.attributes else None

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """Participants' weights, if they were given."""
        return self._contents.people.numbers.get("weight")

    @property
    def active(self) -> NDArray[np.float64] | None:
        """1 contributed, 0 only on the list, nan unknown; None where nothing was said."""
        return self._contents.people.numbers.get("active")

    @property
    def invited_at(self) -> NDArray[np.datetime64]:
        """When each person was invited; NaT unknown."""
        return self._contents.people.invited_at

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

        The groups are those of ``grouping(attribute)`` in its order, then named groups that nobody
        belongs to.
        """
        n = len(self.ideas or ())
        named = self._contents.beneficiaries.get(attribute)
        if named is None:
            grouping = self.grouping(attribute)
            return np.zeros((n, len(grouping.groups))), grouping.groups
        if n * len(named.groups) > _MOST_CELLS:
            raise InputError.of(
                f"{n:,} ideas by {len(named.groups):,} groups of {show(attribute)} is too large a "
                "table.",
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
            kind = ratings.kinds[0]
        if kind is None or kind not in ratings.kinds:
            raise InputError.choice("kind", kind, ratings.kinds or KINDS)
        found = ratings.of_kind(kind)
        written = None if self.ideas is None else self.ideas.created_at
        return found if found.at is None else replace(found, written=written)

    def ledger(self, currency: str) -> Ledger:
        """How much each person has of ideas, adoptions, words, turns, seconds or votes."""
        if currency not in CURRENCIES:
            raise InputError.choice("currency", currency, CURRENCIES)
        amounts = self._contents.amounts(currency)
        if amounts is None:
            lacking = WHENCE[currency]
            if currency == "adoptions" and not len(self.authorship):
                lacking = "authors"
            raise missing(self._contents, lacking, f"{currency} are counted from it")
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
    def outcomes(self) -> SmallTable | None:
        """What changed: idea, topic, attribute, group, measure, before, after."""
        return self._contents.outcomes

    @property
    def milestones(self) -> SmallTable | None:
        """What was to be reached: name, stage, due, done."""
        return self._contents.milestones

    @property
    def targets(self) -> SmallTable | None:
        """Seats that were meant for a role: role, attribute, group, seats."""
        return self._contents.targets

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
        """The latest moment any table names, such as the day of the export; NaT for none."""
        moments = [] if self.ideas is None else [self.ideas.created_at]
        moments += [] if self.responses is None else [self.responses.at]
        dates = None if self.sessions is None else self.sessions["date"]
        moments += [dates.astype("datetime64[s]")] if isinstance(dates, np.ndarray) else []
        known = [part[~np.isnat(part)] for part in moments]
        latest = [part.max() for part in known if len(part)]
        return np.datetime64(max(latest) if latest else "NaT", "s")

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages for which `counts` knows who was there, in the order of the tables."""
        if self._contents.published is not None:
            return self._contents.published.stages
        there = () if self.attendance is None else self.attendance["stage"]
        held = () if self.sessions is None else self.sessions["stage"]
        seen = {stage for stage in there if stage is not None}
        return tuple(str(s) for s in dict.fromkeys((*held, *there)) if s in seen)

    def counts(self, stage: str | None = None) -> dict[str, dict[str, float]]:
        """How many people there were by attribute and group, of one stage or of the whole process.

        People whose group is unknown are counted under ``"unknown"``.
        """
        published = self._contents.published
        if published is not None:
            self._check_stage(stage)
            return published.counts(stage)
        found: dict[str, dict[str, float]] = {}
        for name, one in self.tally(stage).attributes.items():
            found[name] = {group: cell.n for group, cell in one.cells.items()}
            if one.unknown.n:
                found[name]["unknown"] = one.unknown.n
        return found

    def tally(
        self,
        stage: str | None = None,
        *,
        attributes: Collection[str] | None = None,
        overlapping: Collection[str] = (),
        among: NDArray[np.bool_] | None = None,
    ) -> Tally:
        """The counts of a stage as `representation.assess` takes them; what is wrong in published
        ones is an error.

        In attributes of ``overlapping`` one person can be in several groups. ``among`` says who of
        the people is counted.
        """
        published = self._contents.published
        self._check_stage(stage)
        if published is not None:
            return published.tally(stage, attributes=attributes, overlapping=overlapping)
        there = self.there(stage)
        if among is not None:
            there = there & among
        counter = PeopleCounter(self._contents.people, there)
        ticks = self.reading.ticks
        columns = {column for options in ticks.values() for column in options.values()}
        found: dict[str, AttributeTally] = {}
        for name in (*(a for a in self.attributes if a not in columns), *ticks):
            if attributes is not None and name not in attributes:
                continue
            if name in ticks:
                found[name] = from_options(name, ticks[name], counter)
                continue
            cells, unknown = counter.by_label(name)
            several = name in {*overlapping, *self.reading.overlapping}
            make = taken_apart if several else AttributeTally
            found[name] = make(name, cells, unknown)
        return Tally(found, weighted=self.weights is not None)

    def _check_stage(self, stage: str | None) -> None:
        if stage is not None and stage not in self.stages:
            raise InputError.choice("stage", stage, self.stages or ("no stage",))

    def there(self, stage: str | None) -> NDArray[np.bool_]:
        """Which people were there at a stage; everybody where none is named."""
        came = self.attendance
        if stage is None or came is None:
            return np.ones(len(self.people), dtype=bool)
        there = np.zeros(len(self.people), dtype=bool)
        rows = np.array([s == stage for s in came["stage"]], dtype=bool)
        there[np.asarray(came["person"], dtype=np.intp)[rows]] = True
        return there

    def totals(self, stage: str | None = None) -> dict[str, float] | None:
        """The published number of people by attribute, of a stage or the last; None for none."""
        self._check_stage(stage)
        published = self._contents.published
        return None if published is None else (published.total(stage) or None)

    def selection_at(self, stage: str | None = None) -> tuple[str, tuple[str, ...]]:
        """How people came in at a stage, and the attributes that were filled to targets there."""
        said = self._settings.at(stage)
        return said.selection, said.quotas

    def baselines_at(self, stage: str | None = None) -> dict[str, Baseline]:
        """The baselines that a stage is compared with, by name.

        Those that its settings name; a stage that names none has all that no other stage names.
        """
        named = self._settings.at(stage).baselines
        taken = {name for one in self._settings.stages.values() for name in one.baselines}
        wanted = named or [name for name in self._baselines if name not in taken]
        return {name: self._baselines[name] for name in wanted}

    def has(self, name: str) -> bool:
        """Whether the process holds something `require` can ask for."""
        return bool(self._baselines) if name == "baseline" else self._contents.holds(name)

    def require(self, *names: str, why: str = "") -> None:
        """Raise one error that names everything missing of ``names``, what it is for, and how to
        supply it.

        Names are those of the tables, and authors, topics, adopted, costs, text, created_at, words,
        seconds, baseline.
        """
        problems = Problems()
        for name in names:
            if not self.has(name):
                problems.take(missing(self._contents, name, why))
        problems.raise_if_any()

    def account(self) -> tuple[str, ...]:
        """What was understood, a line each: people, attributes, ideas, ballots, then the notes."""
        return (*described(self._contents), *(note.text for note in self.notes))


def _people_only(reading: Reading, problems: Problems) -> None:
    """Refuse what is said of columns where there are only counts."""
    said = {
        "columns": reading.columns,
        "person": reading.person,
        "weight": reading.weight,
        "cluster": reading.cluster,
        "overlapping": reading.ticks,
    }
    for name, value in said.items():
        if value:
            problems.add(
                f"{name} says how a table of people is read, and there are only published counts.",
                code="misplaced",
                param=name,
                hint="leave it out, or put in participants.csv with one row a person.",
            )
