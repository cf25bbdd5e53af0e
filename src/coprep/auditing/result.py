"""Audit: the answer to everything that was asked of one process, by principle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from coprep.auditing.change import Change
from coprep.auditing.principle import Principle
from coprep.auditing.question import ASKS, PRINCIPLES, Status
from coprep.findings import Finding, Verdict
from coprep.report.sentences import headline_of
from coprep.representation._headline import any_differs
from coprep.representation._result import people_outside
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.numbers import count_of

FAMILY: dict[str, ColumnKind] = {
    "principle": "text",
    "indicator": "text",
    "question": "text",
    "about": "text",
    "attribute": "text",
    "p": "number",
    "p_bh": "number",
    "selected": "truth",
    "status": "text",
    "n_groups": "count",
    "part": "count",
}
STEPS: dict[str, ColumnKind] = {"when": "text", "text": "text", "finding": "count"}


def _no_rows() -> Table:
    return Table({}, {})


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Audit(Result):
    """A whole process, read through equality, diversity, accessibility and reciprocity.

    Attributes
    ----------
    family : Table
        A row a question: principle, indicator, attribute, p (the smallest of its groups after
        adjustment), p_bh, selected, status (act, in_line, cannot_tell, not_assessable), n_groups,
        and the position of its answer in ``parts``.
    parts : tuple of Result
        Every detector's own answer, untouched.
    impact : mapping
        What came of the ideas: ideas, adopted, delivered, rejected, undecided, authors and how many
        of them have none adopted. Empty where there are no ideas.
    impact_by_role : Table
        The same for authors of each role.
    people, ideas : Table
        How many people and ideas there were from step to step.
    ladder : Table
        Each role's share of the list, of what was said and written, and of what came of it.
    told : Table
        What the authors of each role were told about their ideas.
    needs : Table
        Access needs, and how many sessions of each stage provided for them.
    answered : Table
        How many of each group answered each question about taking part.
    sessions : Table
        The meetings: when, where, in which language, what was provided, how many came.
    gaps : Table
        What was not collected, what nobody can say without it, and the table for it.
    conflicts : Table
        What two tables tell differently, counted.
    milestones : Table
        What was to be reached by when, and whether it was: in time, late, done, open or overdue.
    targets : Table
        Seats meant for roles other than the public, and how many were filled; never tested.
    watched : Table
        Since when each group could be called missing, where invitations are dated; valid however
        often one looks.
    outcomes : Table
        What was measured before and after by measure and group, never summed over measures.
    steps : Table
        What to do next: when, what, and the position of the finding it follows from.
    change : Change or None
        What moved since an earlier audit, where one was given.
    """

    family: Table = field(default_factory=_no_rows)
    parts: tuple[Result, ...] = ()
    impact: Mapping[str, Any] = field(default_factory=dict)
    impact_by_role: Table = field(default_factory=_no_rows)
    people: Table = field(default_factory=_no_rows)
    ideas: Table = field(default_factory=_no_rows)
    ladder: Table = field(default_factory=_no_rows)
    told: Table = field(default_factory=_no_rows)
    needs: Table = field(default_factory=_no_rows)
    answered: Table = field(default_factory=_no_rows)
    sessions: Table = field(default_factory=_no_rows)
    gaps: Table = field(default_factory=_no_rows)
    conflicts: Table = field(default_factory=_no_rows)
    milestones: Table = field(default_factory=_no_rows)
    targets: Table = field(default_factory=_no_rows)
    watched: Table = field(default_factory=_no_rows)
    outcomes: Table = field(default_factory=_no_rows)
    steps: Table = field(default_factory=_no_rows)
    change: Change | None = None

    kind: ClassVar[str] = "audit"
    shown: ClassVar[tuple[str, ...]] = (
        "principle",
        "indicator",
        "attribute",
        "group",
        "estimate",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("count", "total")

    @property
    def principles(self) -> tuple[Principle, ...]:
        """Equality, diversity, accessibility and reciprocity, each with what is said of it."""
        return tuple(self._principle(name) for name in PRINCIPLES)

    def _principle(self, name: str) -> Principle:
        own = [f for f in self.findings if f.details.get("principle") == name]
        statuses = [r["status"] for r in self.family.records() if r["principle"] == name]
        act = tuple(f for f in own if f.verdict.is_flag)
        alike = tuple(f for f in own if f.details.get("status") == Status.IN_LINE)
        unclear = tuple(f for f in own if f.verdict is Verdict.INCONCLUSIVE)
        counts = {status: statuses.count(status) for status in Status}
        return Principle(
            name=name,
            question=ASKS[name],  # type: ignore[index]
            headline=self._said(name, act, counts),
            findings=act,
            in_line=alike,
            cannot_tell=unclear,
            act=counts[Status.ACT],
            alike=counts[Status.IN_LINE],
            open=counts[Status.CANNOT_TELL],
            refused=counts[Status.NOT_ASSESSABLE] + counts[Status.NOT_SHOWN],
        )

    def _outside(self, name: str) -> list[str]:
        """How many people could not be compared with the community, at the last stage of which
        this is so.
        """
        who = [part for part in self.parts if part.kind == "representation"]
        told = [list(people_outside(part.notes)) for part in who if name == "diversity"]
        return next((lines for lines in reversed(told) if lines), [])

    def _said(self, name: str, act: tuple[Finding, ...], counts: Mapping[Status, int]) -> str:
        """What carries a principle: a pattern, else a difference beyond chance, else why neither."""
        if not act and self._differing(name):
            return self._differing(name)
        told = _headline(act, counts)
        return " ".join([told, *self._outside(name)]) if told else self._attained(name)

    def _attained(self, name: str) -> str:
        """What is said where nothing could be tested: quotas and targets, or what is missing."""
        who = [part for part in self.parts if part.kind == "representation"]
        if name == "diversity" and who:
            return headline_of(who[-1])
        return "Nothing could be asked; see what was not collected."

    def _differing(self, name: str) -> str:
        """Which groups differ from the community beyond chance, though by too little for a pattern."""
        who = [part for part in self.parts if part.kind == "representation"]
        differing = [part for part in who if any_differs(part.findings)]
        return headline_of(differing[-1]) if name == "diversity" and differing else ""

    @property
    def headline(self) -> str:
        """How many questions call for action, what became of the others, and how many people could
        not be compared with the community.
        """
        statuses = list(self.family["status"]) if len(self.family) else []
        refused = statuses.count(Status.NOT_ASSESSABLE) + statuses.count(Status.NOT_SHOWN)
        asked = len(statuses) - refused
        if not asked:
            return self._attained("diversity")
        act = statuses.count(Status.ACT)
        alike = statuses.count(Status.IN_LINE)
        unclear = statuses.count(Status.CANNOT_TELL)
        if act:
            calls = "call" if act > 1 else "calls"
            first = f"{count_of(act, 'pattern')} {calls} for action, of {count_of(asked, 'question')} asked."
        else:
            first = f"No pattern was found in {count_of(asked, 'question')} asked."
        rest = [f"In {alike} groups are shown to be alike" if alike else ""]
        rest += [
            f"in {unclear} a difference could hide that these numbers are too small to show"
            if unclear
            else ""
        ]
        said = "; ".join(part for part in rest if part)
        if said:
            first += f" {said[:1].upper()}{said[1:]}."
        return " ".join([first, *self._outside("diversity")])

    def methods(self) -> str:
        """How this was made, in a paragraph to paste into a report.

        Examples
        --------
        >>> from coprep import Baseline, Process, audit
        >>> process = Process.from_counts({"sex": {"Female": 12, "Male": 9}})
        >>> found = audit(process, Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}}))
        >>> found.methods()
        'The tables of this process were read and analysed with coprep ...'
        """
        from coprep.auditing.methods import paragraph_of

        return paragraph_of(self)

    def to_html(self) -> str:
        """One self-contained page: two minutes first, then each principle, then everything asked."""
        from coprep.auditing.page import page_of

        return page_of(self)

    def _published(self) -> tuple[Result, ...]:
        """The parts, which the page shows beside one another."""
        return tuple(one for part in self.parts for one in part._published())

    def _protected_with(self, min_count: int, together: Any) -> Self:
        """A copy of which every part is protected, and what tables told of few people left out."""
        from coprep.auditing.protected import protected

        return protected(self, min_count, together)


def _headline(act: tuple[Finding, ...], counts: Mapping[Status, int]) -> str:
    """The titles of the first findings, or why there is none; empty where nothing was asked."""
    if act:
        titles = list(dict.fromkeys(str(f.details.get("title") or f.reading) for f in act))
        return f"{'; '.join(titles[:2])}."
    asked = counts[Status.IN_LINE] + counts[Status.CANNOT_TELL]
    if not asked and counts[Status.NOT_SHOWN]:
        return "Not shown, because few people are concerned."
    if not asked:
        return ""
    alike = counts[Status.IN_LINE]
    if alike:
        return (
            f"No pattern was found; in {alike} of {asked} questions groups are shown to be alike."
        )
    return "No pattern was found; these numbers are too small to show that groups are alike."
