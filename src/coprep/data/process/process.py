"""Process: the tables of one co-production process, checked together once, and everything counted from them."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from coprep.data.baseline.baseline import Baseline
from coprep.data.process.answers import Answers
from coprep.data.process.published import read_counts
from coprep.data.process.settings import Settings
from coprep.data.process.tables.contents import Contents
from coprep.data.process.tables.read import baselines_of, open_tables
from coprep.errors import InputError, Problems

__all__ = ["Process"]


class Process(Answers):
    """One co-production process: who took part, what they proposed, for whom, and what became of it.

    Pass whatever tables there are; all are optional, on any supported engine (pandas, Polars, PyArrow, DuckDB, Dask,
    PySpark, Ibis). They are checked together, and everything that is wrong is said in one error.

    Parameters
    ----------
    participants : data frame, optional
        ``participant_id`` and one column an attribute (such as age_band, gender, area, role); also ``weight``,
        ``invited_at``, ``active``. An empty cell or "prefer not to say" is an unknown group, and is kept.
    ideas : data frame, optional
        ``idea_id``; also author_id, text, language, topic, area, stage, created_at, cost, support (a published total),
        status (submitted, shortlisted, adopted, delivered, rejected, merged), is_host, merged_into.
    idea_authors : data frame, optional
        ``idea_id``, ``participant_id``; also share, for co-authors.
    beneficiaries : data frame, optional
        ``idea_id``, ``attribute``, ``group``: whom an idea is for; also weight (1), source. A group called
        "everyone" names them all.
    ratings : data frame, optional
        ``participant_id``, ``idea_id``, ``value``; also kind (approve, choose_one, score, agree, rank, points), shown,
        at. No row means not shown; shown and not supported is 0.
    turns : data frame, optional
        ``turn_id``, ``session_id``, ``participant_id``; also n_words, seconds, text, reply_to, order.
    responses : data frame, optional
        ``idea_id``, ``at``; also kind, responder_role, outcome.
    attendance : data frame, optional
        ``participant_id`` and ``session_id`` or ``stage``.
    sessions : data frame, optional
        ``session_id``; also stage, date, start, end, and any further column (place, language, provisions).
    experience : data frame, optional
        ``participant_id``, ``item``, ``value``: what people said about taking part.
    priorities : data frame, optional
        ``participant_id``, ``topic``, ``value``: what people said matters to them.
    need : data frame, optional
        ``topic``, ``attribute``, ``group``; also weight: who needs what a topic is about.
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
        Attributes that were worked out from the votes themselves, such as opinion groups.
    sources : sequence of str
        Where the tables are from.
    budget : float, optional
        What there was to spend, in the currency of the ideas' costs.
    stages : mapping, optional
        For stages at which people came in another way: stage to ``{"selection": ..., "quotas": [...]}``.

    Raises
    ------
    InputError
        With every problem found: unknown ids, repeated keys, values off their scale, groups nobody knows, dates out
        of order, missing columns. Counts are given, never a person's id or row.

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
        title: str = "",
        selection: Literal["open", "random", "quota"] = "open",
        quotas: Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        from_votes: Sequence[str] = (),
        sources: Sequence[str] = (),
        budget: float | None = None,
        stages: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        given = {
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
        }
        self._start(
            Settings.of(
                title=title,
                selection=selection,
                quotas=quotas,
                from_votes=from_votes,
                sources=sources,
                budget=budget,
                stages=stages,
            )
        )
        self._open(given, baseline, scale, {})

    @classmethod
    def of_tables(
        cls,
        tables: Mapping[str, Any],
        *,
        known_groups: Mapping[str, Collection[str]],
        baseline: Any = None,
        scale: tuple[float, float] | None = None,
        notes: Sequence[str] = (),
        **settings: Any,
    ) -> Process:
        """A process from a reader's tables, which may name groups that nobody who took part belongs to."""
        process = cls._empty(Settings.of(**settings), notes)
        process._open(tables, baseline, scale, known_groups)
        return process

    @classmethod
    def of_contents(
        cls, contents: Contents, *, baseline: Any = None, notes: Sequence[str] = (), **settings: Any
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
    ) -> Process:
        """A process of which only published counts are known.

        Parameters
        ----------
        counts : data frame or mapping
            A table with columns attribute, group, count, and optionally stage and total; or
            ``{attribute: {group: count}}``; or the same by stage.
        baseline, title, selection, quotas, sources, stages
            As for `Process`.

        Examples
        --------
        >>> process = Process.from_counts({"sex": {"Female": 12, "Male": 9}})
        >>> process.counts()
        {'sex': {'Female': 12, 'Male': 9}}
        """
        settings = Settings.of(
            title=title, selection=selection, quotas=quotas, sources=sources, stages=stages
        )
        process = cls._empty(settings)
        problems = Problems()
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
            With ``rows="people"``, a row a person: an id, attributes, and one column an idea that holds the person's
            rating. With ``rows="ideas"``, a row an idea: an id, author, topic, text and so on, whom it is for
            ("beneficiaries", or "for: age" to name the attribute; several separated by commas), and one column a rater.
        rows : {"people", "ideas"}
            What a row is.
        raters, ideas : sequence of str, optional
            The columns that hold ratings. By default those in which every filled cell is a number, a tick or a word
            of agreement.
        participants : data frame, optional
            With ``rows="ideas"``, the attributes of authors and raters.
        kind : str, optional
            What the ratings are (approve, choose_one, score, agree, rank, points); by default what they look like.
        baseline, title, selection, quotas, scale
            As for `Process`.

        Examples
        --------
        >>> sheet = {"Name": ["a", "b"], "Area": ["North", "South"], "Benches": [1, 0], "Trees": [1, None]}
        >>> for line in Process.from_wide(sheet, rows="people").account()[-4:]:
        ...     print(line)
        'Name' is read as participant_id.
        2 columns read as ratings of ideas: 'Benches', 'Trees'.
        1 column read as attributes of people: 'Area'.
        ratings say no kind: values 0 and 1 are read as 'approve'.
        """
        from coprep.data.process.wide import from_wide

        return from_wide(
            frame,
            rows=rows,
            raters=raters,
            ideas=ideas,
            participants=participants,
            kind=kind,
            baseline=baseline,
            title=title,
            selection=selection,
            quotas=quotas,
            scale=scale,
        )

    @classmethod
    def _empty(cls, settings: Settings, notes: Sequence[str] = ()) -> Process:
        process = cls.__new__(cls)
        process._start(settings, notes)
        return process

    def _start(self, settings: Settings, notes: Sequence[str] = ()) -> None:
        self._settings = settings
        self._contents = Contents()
        self._notes = list(notes)
        self._baselines: Mapping[str, Baseline] = {}

    def _open(
        self,
        given: Mapping[str, Any],
        baseline: Any,
        scale: tuple[float, float] | None,
        known_groups: Mapping[str, Collection[str]],
    ) -> None:
        problems = Problems()
        self._baselines = baselines_of(baseline, problems)
        self._contents, notes = open_tables(given, self._baselines, scale, known_groups, problems)
        self._notes += notes
        lost = {table for table, value in given.items() if value is not None} - set(self.tables)
        self._check_settings(problems, lost)
        problems.raise_if_any()

    def _check_settings(self, problems: Problems, lost: Collection[str] = ()) -> None:
        """Note what is wrong with the settings, apart from what only tables that could not be read would tell."""
        described = (name for baseline in self._baselines.values() for name in baseline.attributes)
        self._settings.check(
            None if "participants" in lost else (*self.attributes, *described),
            None if {"attendance", "sessions"} & set(lost) else self.stages,
            problems,
        )

    def noting(self, notes: Sequence[str]) -> Process:
        """The same process with further notes, in front of its own."""
        process = copy.copy(self)
        process._notes = [*notes, *self._notes]
        return process
