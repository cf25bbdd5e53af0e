"""Ask what became of ideas, step by step, and say outright where nothing came of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.findings import Note
from coprep.ideas._decisions.acknowledgements import only_answers
from coprep.ideas._decisions.time_to_response import WaitingCurve, first_answers, last_day
from coprep.ideas._judging.judge import LEAST_SHOWN, hidden_groups
from coprep.ideas._votes.support import grouping_of, ideas_of, lead_authors, membership
from coprep.pictures import Bars
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.coded import Ideas
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

STEPS: Mapping[str, frozenset[str]] = {
    "submitted": frozenset(),
    "shortlisted": frozenset({"shortlisted", "adopted", "delivered"}),
    "adopted": frozenset({"adopted", "delivered"}),
    "delivered": frozenset({"delivered"}),
}
"""The steps of an idea, and the statuses that have reached each; every idea was submitted."""

_OUTCOME = "outcome"
_REST = "(unknown, or groups of fewer than 5 people)"
_ROUNDING = 1e-9
_DAY = np.timedelta64(1, "D")
_ROWS: dict[str, ColumnKind] = {
    "source": "text",
    "attribute": "text",
    "group": "text",
    "who": "text",
    "step": "text",
    "ideas": "number",
    "share": "number",
    "of_step_before": "number",
    "lost": "number",
    "n_authors": "count",
    "cost": "number",
}
_ANSWERED: dict[str, ColumnKind] = {
    "source": "text",
    "n_ideas": "count",
    "n_authors": "count",
    "decided": "count",
    "adopted": "count",
    "adopted_share": "number",
    "answered": "count",
    "median_days": "number",
}
_CHANGES: dict[str, ColumnKind] = {
    "measure": "text",
    "about": "text",
    "attribute": "text",
    "group": "text",
    "before": "number",
    "after": "number",
    "change": "number",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Pipeline(Result):
    """What became of ideas: a row a step for everybody's ideas, then for each group's and the
    organisers'.

    Attributes
    ----------
    rows : Table
        ``source`` (public or organisers), ``attribute`` and ``group`` (missing for all together),
        ``step`` (submitted, shortlisted, adopted, delivered, outcome), ``ideas`` that reached it
        (authors of several groups count in parts), ``share`` of those submitted, ``of_step_before``
        (share of those that reached the step before), ``lost`` since then, ``n_authors`` with at
        least one idea there, ``cost`` of these ideas where costs are known.
    answered : Table
        The public's ideas beside the organisers': how many, of how many authors; ``decided`` and
        ``adopted`` of them; ``answered``, and ``median_days`` until half had an answer (Kaplan-
        Meier; infinite where fewer have, nan where no days are known).
    changes : Table
        What changed by measure and group, as recorded in ``outcomes``; never summed over measures.
    """

    answered: Table = field(default_factory=lambda: Table({}, _ANSWERED))
    changes: Table = field(default_factory=lambda: Table({}, _CHANGES))

    kind: ClassVar[str] = "ideas.pipeline"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "who": ("Whose ideas", "text"),
        "step": ("Step", "text"),
        "ideas": ("Ideas", "number"),
        "share": ("Of all submitted", "percent"),
        "of_step_before": ("Of the step before", "percent"),
        "n_authors": ("Authors", "count"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "who",
        "step",
        "ideas",
        "share",
        "of_step_before",
        "n_authors",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_authors",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("source", "attribute", "group", "who", "step")

    @property
    def headline(self) -> str:
        """What came of the public's ideas, in one sentence."""
        return next((n.text for n in self.notes if n.code == "impact"), super().headline)


def pipeline(
    process: Process,
    *,
    attribute: str | None = None,
    until: object = None,
    answers: Sequence[str] | None = None,
) -> Pipeline:
    """What became of ideas, from submission to outcome, and what was lost on the way?

    Parameters
    ----------
    process : Process
        With ideas; their statuses, authors, costs, the responses and the outcomes as far as known.
    attribute : str, optional
        Also give every step for each of its groups, by the authors of ideas.
    until : date or text, optional
        The day at which waiting for an answer is cut off; by default the latest any table names.
    answers : sequence of str, optional
        The kinds of response that are answers, see `responses`.

    Returns
    -------
    Pipeline
        A description; nothing is judged, since nobody can say what share would be enough. The
        headline says what came of the ideas, also where that is nothing.

    Raises
    ------
    InputError
        Where there are no ideas, or the attribute is not known.

    Notes
    -----
    An idea that reached a step has passed those before it; a merged idea shares the fate of the
    idea it was merged into. Shortlists are a step only where some idea's status says so, as
    rejected ideas do not tell whether they were on one. Ideas of the organisers are counted apart.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA
    53(282), 457-481.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> process = Process(
    ...     ideas={
    ...         "idea_id": [1, 2, 3],
    ...         "author_id": ["a", "b", "b"],
    ...         "status": ["rejected", "submitted", "rejected"],
    ...     }
    ... )
    >>> pipeline(process).headline
    'Nothing came of it: of 3 ideas none was adopted; 2 were rejected and 1 is undecided.'
    """
    ideas = ideas_of(process)
    funnel = _Funnel.of(process, ideas)
    public = ~ideas.is_host
    rows = funnel.rows("public", None, None, public.astype(float))
    hidden = 0
    if attribute is not None:
        grouping = grouping_of(process, attribute)
        member = np.nan_to_num(membership(process, grouping)) * public[:, None]
        shown = np.flatnonzero(grouping.sizes >= LEAST_SHOWN)
        hidden = len(grouping.groups) - len(shown)
        for k in shown:
            rows += funnel.rows("public", attribute, grouping.groups[k], member[:, k])
        rest = public - member[:, shown].sum(axis=1)
        if (rest > _ROUNDING).any():
            rows += funnel.rows("public", attribute, None, rest, _REST)
    if ideas.is_host.any():
        rows += funnel.rows("organisers", None, None, ideas.is_host.astype(float))
    answered, notes = _answered(process, ideas, until, answers)
    changes = _changes(process)
    by = "" if attribute is None else f", by {plainly(attribute)}"
    return Pipeline(
        title=f"What became of ideas{by}",
        rows=Table.from_records(rows, _ROWS),
        notes=(*_impact(ideas, funnel, changes), *notes, *hidden_groups(hidden)),
        settings={
            "attribute": attribute,
            "until": None if until is None else str(until),
            "answers": answers,
        },
        picture=Bars(label=("who", "step"), value="share", axis="share of the ideas submitted"),
        answered=Table.from_records(answered, _ANSWERED),
        changes=Table.from_records(changes, _CHANGES),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Funnel:
    """Which ideas reached which step, and what each would cost."""

    reached: Mapping[str, Bools]
    cost: Floats
    author: Ints

    @classmethod
    def of(cls, process: Process, ideas: Ideas) -> _Funnel:
        """The steps that the process tells of."""
        end = _end_of_merges(ideas)
        status = np.array([ideas.status[i] or "" for i in end], dtype=object)
        told = set(status.tolist())
        reached = {"submitted": np.ones(len(ideas), dtype=np.bool_)}
        if told & {"adopted", "delivered", "rejected", "shortlisted"}:
            for step in ("shortlisted", "adopted", "delivered"):
                if step != "shortlisted" or step in told:
                    reached[step] = np.isin(status, list(STEPS[step]))
        recorded = _with_outcome(process, ideas)
        if recorded is not None and "delivered" in reached:
            reached[_OUTCOME] = reached["delivered"] & recorded[end]
        return cls(reached, np.asarray(ideas.cost, dtype=float), lead_authors(process))

    def rows(
        self, source: str, attribute: str | None, group: str | None, part: Floats, who: str = ""
    ) -> list[dict[str, Any]]:
        """A row a step for ideas of which ``part`` (0 to 1 each) is somebody's."""
        found: list[dict[str, Any]] = []
        whole = float(part.sum())
        before = whole
        for step, here in self.reached.items():
            ideas = float(part[here].sum())
            mine = here & (part > _ROUNDING)
            cost = float((part * self.cost)[mine & ~np.isnan(self.cost)].sum())
            authors = self.author[mine]
            found.append(
                {
                    "source": source,
                    "attribute": attribute,
                    "group": group,
                    "who": who
                    or group
                    or ("the organisers" if source != "public" else "everybody"),
                    "step": step,
                    "ideas": ideas,
                    "share": _part(ideas, whole),
                    "of_step_before": _part(ideas, before),
                    "lost": before - ideas,
                    "n_authors": len(np.unique(authors[authors >= 0])),
                    "cost": cost if (mine & ~np.isnan(self.cost)).any() else None,
                }
            )
            before = ideas
        return found


def _part(n: float, whole: float) -> float:
    return n / whole if whole > 0 else math.nan


def _end_of_merges(ideas: Ideas) -> Ints:
    """Each idea, or the one at the end of the chain it was merged into; chains end."""
    into = np.asarray(ideas.merged_into)
    end = np.where(into >= 0, into, np.arange(len(into)))
    while (into[end] >= 0).any():
        end = end[end]
    return end.astype(np.intp)


def _with_outcome(process: Process, ideas: Ideas) -> Bools | None:
    """Which ideas an outcome is recorded of, by themselves or by their topic; None without any."""
    table = process.outcomes
    if table is None:
        return None
    found = np.isin(np.arange(len(ideas)), np.asarray(table["idea"], dtype=np.intp))
    topics = {
        topic
        for topic, idea in zip(table["topic"], table["idea"], strict=True)
        if topic is not None and idea < 0
    }
    of_topic = [code >= 0 and ideas.topics[code] in topics for code in ideas.topic]
    return np.asarray(found | np.array(of_topic, dtype=np.bool_))


def _changes(process: Process) -> list[dict[str, Any]]:
    """What was recorded as changed, a row a measure, group and idea or topic."""
    table = process.outcomes
    if table is None:
        return []
    ids = ideas_of(process).ids
    columns = ("idea", "topic", "attribute", "group", "measure", "before", "after")
    rows = []
    for idea, topic, attribute, group, measure, before, after in zip(
        *(table[name] for name in columns), strict=True
    ):
        rows.append(
            {
                "measure": measure,
                "about": ids[int(idea)] if int(idea) >= 0 else topic,
                "attribute": attribute,
                "group": group,
                "before": float(before),
                "after": float(after),
                "change": float(after) - float(before),
            }
        )
    return rows


def _answered(
    process: Process, ideas: Ideas, until: object, answers: Sequence[str] | None
) -> tuple[list[dict[str, Any]], tuple[Note, ...]]:
    """The public's and the organisers' ideas side by side, in adoption and in time to answer."""
    notes: tuple[Note, ...] = ()
    done = np.zeros(len(ideas), dtype=np.bool_)
    days = np.full(len(ideas), np.nan)
    if process.responses is not None:
        told, notes = only_answers(process.responses, answers)
        done, first = first_answers(ideas, told)
        if not np.isnat(ideas.created_at).all():
            end = last_day(process, until)
            in_time = done & ~np.isnat(first) & (first <= end)
            days = np.asarray((np.where(in_time, first, end) - ideas.created_at) / _DAY)
            days[(done & np.isnat(first)) | (days < 0)] = np.nan
            done = done & (np.isnat(first) | in_time)
    lead = lead_authors(process)
    rows = []
    for source, these in (("public", ~ideas.is_host), ("organisers", ideas.is_host)):
        if not these.any():
            continue
        decided = these & ~np.isnan(ideas.adopted)
        adopted = decided & (ideas.adopted == 1)
        dated = these & ~np.isnan(days)
        curve = WaitingCurve.of(days[dated], done[dated]) if dated.any() else None
        author = lead[these]
        rows.append(
            {
                "source": source,
                "n_ideas": int(these.sum()),
                "n_authors": len(np.unique(author[author >= 0])),
                "decided": int(decided.sum()),
                "adopted": int(adopted.sum()),
                "adopted_share": _part(float(adopted.sum()), float(decided.sum())),
                "answered": int((done & these).sum()),
                "median_days": math.nan if curve is None else curve.median,
            }
        )
    return rows, notes


def _impact(ideas: Ideas, funnel: _Funnel, changes: Sequence[Mapping[str, Any]]) -> list[Note]:
    """What came of the public's ideas, outright, and of how many authors."""
    public = ~ideas.is_host
    n = int(public.sum())
    found: list[Note] = []
    if not n:
        return [Note("impact", "Nobody but the organisers submitted an idea.", {"ideas": 0})]
    if "adopted" not in funnel.reached:
        text = (
            f"What became of {count_of(n, 'idea')} is not recorded: no status says adopted, "
            "delivered or rejected."
        )
        return [Note("impact", text, {"ideas": n})]
    adopted = int((funnel.reached["adopted"] & public).sum())
    delivered = int((funnel.reached["delivered"] & public).sum())
    rejected = int((public & (ideas.adopted == 0)).sum())
    values = {
        "ideas": n,
        "adopted": adopted,
        "delivered": delivered,
        "rejected": rejected,
        "undecided": n - adopted - rejected,
    }
    rest = f"{_were(rejected)} rejected and {_are(n - adopted - rejected)} undecided."
    text = f"Nothing came of it: of {count_of(n, 'idea')} none was adopted; {rest}"
    if adopted:
        built = "nothing has been delivered yet"
        if delivered:
            built = f"{delivered:,} of these {'has' if delivered == 1 else 'have'} been delivered"
        text = f"Of {count_of(n, 'idea')} {_were(adopted)} adopted and {built}; {rest}"
    found.append(Note("impact", text, values))
    authors = funnel.author[public & (funnel.author >= 0)]
    if len(authors):
        heard = funnel.author[public & (funnel.author >= 0) & funnel.reached["adopted"]]
        total = len(np.unique(authors))
        none = total - len(np.unique(heard))
        text = f"{none:,} of {count_of(total, 'author')} had no idea adopted."
        found.append(Note("authors_without", text, {"authors": none, "of": total}))
    if delivered and not changes:
        text = "Whether what was delivered changed anything, and for whom, was not recorded."
        found.append(Note("outcome_unknown", text))
    return found


def _were(n: int) -> str:
    return f"{n:,} {'was' if n == 1 else 'were'}"


def _are(n: int) -> str:
    return f"{n:,} {'is' if n == 1 else 'are'}"
