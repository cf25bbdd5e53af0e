"""Make an audit safe to publish: its parts protected, and what tables told of few people left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from coprep.auditing.question import Status
from coprep.auditing.rows import rows_of
from coprep.findings import Finding, Note, Verdict, distinct
from coprep.report.disclosure.values import undeclared_or_few
from coprep.representation import Representation
from coprep.results import Result
from coprep.table import Table

if TYPE_CHECKING:
    from coprep.auditing.result import Audit

A = TypeVar("A", bound="Audit")

_LEFT_OUT = (
    "impact_by_role",
    "ladder",
    "told",
    "needs",
    "answered",
    "conflicts",
    "sessions",
    "targets",
    "watched",
)
"""Tables whose small counts could be worked out from one another."""
_HIDDEN = "Not shown, because few people are concerned."
_OF_THE_PAGE = (
    *("principle", "indicator", "asked", "of", "label", "stage", "against", "status"),
    *("p_page", "title", "innocent", "when"),
)
"""What the page adds to the details of a finding."""
_SENTENCES = frozenset({"title", "innocent", "when"})
_OF_PEOPLE = ("authors", "authors_none_adopted")


def protected(audit: A, min_count: int, together: Any) -> A:
    """A copy whose parts are protected and whose page tells nothing that a part does not tell."""
    parts = tuple(part._protected_with(min_count, together) for part in audit.parts)
    findings = tuple(_findings(audit, parts, min_count))
    withheld = [f for f in findings if f.details.get("status") == Status.NOT_SHOWN]
    hidden = {_of(f) for f in withheld}
    without: dict[str, Any] = dict.fromkeys(_LEFT_OUT, Table({}, {}))
    steps = [row for row in audit.steps.records() if findings[row["finding"]].estimate is not None]
    note = Note(
        "protected",
        f"Protected for publication: counts below {min_count}, and what would give them back, are "
        "not shown, and tables of roles, needs and answers, and what moved since an earlier audit, "
        "are left out.",
        {"min_count": min_count},
    )
    return replace(
        audit,
        rows=rows_of(findings, parts),
        findings=findings,
        notes=distinct((note, *_notes(audit, parts, min_count))),
        settings={
            **audit.settings,
            "read_by": (),  # rules may name labels that few people gave
            "protected": {"min_count": min_count, "rows_hidden": len(withheld)},
        },
        family=_family(audit, hidden),
        parts=parts,
        change=None,  # its numbers of then were not protected
        impact=_impact(audit.impact, min_count),
        people=_journey(audit.people, min_count),
        ideas=_journey(audit.ideas, min_count),
        steps=Table.from_records(steps, audit.steps.kinds),
        **without,
    )


def _of(finding: Finding) -> tuple[Any, Any]:
    """The question that a finding is about."""
    return finding.details.get("indicator"), finding.attribute


def _findings(audit: Audit, parts: tuple[Result, ...], min_count: int) -> Iterator[Finding]:
    """Each finding as the protected part still tells it."""
    place = {(r["indicator"], r["attribute"]): r["part"] for r in audit.family.records()}
    for finding in audit.findings:
        part = place.get(_of(finding))
        if part is None:
            yield finding
        elif "yes" in finding.values:
            yield _hidden(finding) if _few_behind(finding, min_count) else finding
        else:
            yield _as_told(finding, audit.parts[part], parts[part])


def _few_behind(finding: Finding, min_count: int) -> bool:
    """Whether a small count stands behind a share of people, or could be worked out from it."""
    values = finding.values
    counts = []
    for before in ("", "other_"):
        yes = values[f"{before}yes"]
        of = values[f"{before}of"]
        counts += [yes, of - yes, of]
    return any(0 < n < min_count for n in counts)


def _as_told(finding: Finding, before: Result, after: Result) -> Finding:
    """A finding that its protected part still tells in full, or one that tells nothing."""
    full = _same(finding, before)
    kept = _same(finding, after)
    if full is None or kept is None:
        return _hidden(finding)
    if kept.details.get("protected"):
        return replace(_hidden(finding), reading=kept.reading, values=_counts_left(kept, after))
    own = {name: finding.details[name] for name in _OF_THE_PAGE if name in finding.details}
    if kept.reading == full.reading and kept.values == full.values:
        return replace(finding, details={**kept.details, **own})
    # Something of it was left out: what is left is told as the part tells it.
    told = {name: value for name, value in own.items() if name not in _SENTENCES}
    return replace(kept, verdict=finding.verdict, details={**kept.details, **told})


def _counts_left(finding: Finding, part: Result) -> dict[str, Any]:
    """The counts that a protected part still shows of a group."""
    if not isinstance(part, Representation):
        return {}
    for row in part.rows.records():
        if (row["attribute"], row["group"]) == (finding.attribute, finding.group):
            shown = {"participants": row["count"], "total": row["total"]}
            return {name: n for name, n in shown.items() if n is not None}
    return {}


def _same(finding: Finding, part: Result) -> Finding | None:
    """A part's own finding about the same question and group."""
    for one in part.findings:
        same = one.group == finding.group and one.question == finding.question
        about = one.details.get("about") == finding.details.get("about")
        if same and about and finding.attribute in (None, one.attribute):
            return one
    return None


def _hidden(finding: Finding) -> Finding:
    kept = ("principle", "indicator", "asked", "of", "label", "stage", "against")
    return Finding(
        question=finding.question,
        attribute=finding.attribute,
        group=finding.group,
        verdict=Verdict.NOT_ASSESSABLE,
        estimate=None,
        p_value=None,
        p_adjusted=None,
        n=None,
        reading=_HIDDEN,
        details={
            **{name: finding.details.get(name) for name in kept},
            "status": str(Status.NOT_SHOWN),
            "protected": True,
        },
    )


def _family(audit: Audit, hidden: set[tuple[Any, Any]]) -> Table:
    """The questions; those in which something is hidden without numbers and status."""
    records = []
    for row in audit.family.records():
        if (row["indicator"], row["attribute"]) in hidden:
            row = {
                **row,
                "p": None,
                "p_bh": None,
                "selected": None,
                "n_groups": None,
                "status": str(Status.NOT_SHOWN),
                "protected": True,
            }
        records.append(row)
    return Table.from_records(records, audit.family.kinds)


def _notes(audit: Audit, parts: tuple[Result, ...], min_count: int) -> list[Note]:
    """Notes that name no few people; those of parts as the protected parts tell them."""
    of_parts = {note.text for part in audit.parts for note in part.notes}
    own = [note for note in audit.notes if note.values.get("part") is None]
    kept = [n for n in own if n.text not in of_parts and not undeclared_or_few(n, min_count)]
    told = [n for part in parts if part.kind == "representation" for n in part.notes]
    return [*kept, *told]


def _impact(impact: Mapping[str, Any], min_count: int) -> dict[str, Any]:
    """What came of the ideas, without numbers of few authors."""
    authors = impact.get("authors", 0)
    none = impact.get("authors_none_adopted", 0)
    few = any(0 < n < min_count for n in (authors, none, authors - none))
    return {k: None if few and k in _OF_PEOPLE else v for k, v in impact.items()}


def _journey(table: Table, min_count: int) -> Table:
    """The steps, or none where a step has few people or lost few."""
    if not len(table):
        return table
    people = [n for n in table["people"] if n is not None]
    lost = [abs(a - b) for a, b in pairwise(people)]
    few = any(0 < n < min_count for n in (*people, *lost))
    return Table.from_records([], table.kinds) if few else table
