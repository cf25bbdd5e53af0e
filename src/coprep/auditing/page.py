"""Turn an audit into its page: what is told first, what in full, and what is left to the annex."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coprep.auditing.crossings import is_set_aside
from coprep.auditing.group_names import GroupNames
from coprep.auditing.page_change import change_view
from coprep.auditing.page_charts import (
    compared_at,
    felt_charts,
    funnels_of,
    ladder_chart,
    lottery_charts,
    needs_chart,
    sessions_chart,
    stage_lines,
    told_chart,
)
from coprep.auditing.page_commitments import (
    day_of,
    milestones_view,
    outcome_rows,
    seat_rows,
    watched_sentence,
)
from coprep.auditing.principle import Principle
from coprep.auditing.question import Status
from coprep.findings import Finding, Note, Verdict
from coprep.report.audit_page import (
    AuditPage,
    FileRow,
    FindingView,
    Gap,
    Matrix,
    MatrixCell,
    MatrixGroup,
    MatrixRow,
    PrincipleView,
    Step,
    audit_page,
)
from coprep.report.sentences import aim_of
from coprep.wording.escape import shorten
from coprep.wording.names import opening, plainly
from coprep.wording.numbers import count_of, times

if TYPE_CHECKING:
    from coprep.auditing.result import Audit

_IN_FULL = 3
_STEPS = 5
_GAPS = 8
_NOTES = 40
_CALLED = {
    "adoption": "Adopted at equal outside support",
    "words": "Words a head",
    "ideas": "Ideas a head",
    "self_serving": "Ideas for one’s own group",
    "in_group": "Votes for one’s own group",
    "priorities": "Whose priorities were taken up",
    "voice": "Largest single voice in {rest}",
    "representation": "Who came, beside who lives there",
    "intersections": "Who came, by two attributes together",
    "attendance": "Who came to {rest}",
    "responses": "Answered, and how soon",
    "outcome": "Whose support the outcome carries",
}
_SELECTED = {
    "open": "open call",
    "random": "drawn by lot",
    "quota": "filled to quotas",
}
_CELLS = {
    Status.ACT: MatrixCell("act", "▲ act"),
    Status.IN_LINE: MatrixCell("ok", "● in line"),
    Status.CANNOT_TELL: MatrixCell("unk", "○ ?"),
    Status.NOT_ASSESSABLE: MatrixCell("na", "too few"),
    Status.NOT_SHOWN: MatrixCell("na", "not shown"),
}
_PAIRS = "intersections"
_WHO_CAME = ("representation", _PAIRS)
_NOT_COMPARED = ("other_answers", "outside_comparison")
"""Codes of notes on people whom the baseline has no group for."""
_QUOTA = "quota_not_tested"
_NOT_ASKED = MatrixCell("none", "–")


def page_of(audit: Audit) -> str:
    """The page of an audit as HTML."""
    names = GroupNames(audit.settings.get("labels") or {})
    shown, annexed = lottery_charts(audit, names)
    return audit_page(
        AuditPage(
            title=audit.title,
            facts=_facts(audit),
            sources=_sources(audit),
            headline=audit.headline,
            principles=[_principle(audit, one, names, shown) for one in audit.principles],
            impact=_impact(audit, names),
            steps=_steps(audit),
            funnels=funnels_of(audit),
            milestones=milestones_view(audit),
            outcomes=outcome_rows(audit, names),
            change=change_view(audit.change, audit.family, called),
            gaps=[Gap(**row) for row in list(audit.gaps.records())[:_GAPS]],
            certainty=_certainty(audit),
            conflicts=[row["sentence"] for row in audit.conflicts.records()],
            matrix=_matrix(audit),
            annex_charts=annexed,
            notes=_notes(audit),
            methods=audit.methods(),
            files=_read_from(audit),
        )
    )


def _facts(audit: Audit) -> str:
    """Place, how people came in, how many people, ideas and sessions, and when."""
    people = next(audit.people.records(), None) if len(audit.people) else None
    ideas = audit.impact.get("ideas")
    said = [_SELECTED.get(str(audit.settings.get("selection")), "")]
    counts = [
        count_of(people["n"], "person", "people") if people else "",
        count_of(ideas, "idea") if ideas else "",
        count_of(len(audit.sessions), "session") if len(audit.sessions) else "",
    ]
    said.append(", ".join(filter(None, counts)))
    days = sorted(row["date"] for row in audit.sessions.records() if row.get("date"))
    if days:
        said.append(
            f"{day_of(days[0])} to {day_of(days[-1])}" if days[0] != days[-1] else day_of(days[0])
        )
    return " · ".join(filter(None, said))


def _sources(audit: Audit) -> list[str]:
    against = audit.settings.get("compared_with") or ()
    lines = [f"Compared with: {'; '.join(against)}."] if against else []
    sources = audit.settings.get("sources") or ()
    return lines + [shorten(str(line), 200) for line in sources]


def _impact(audit: Audit, names: GroupNames) -> list[str]:
    """What came of it, in sentences; nothing where there are no ideas."""
    found = audit.impact
    if not found:
        return []
    ideas = found["ideas"]
    if not found["status_known"]:
        return [f"Of {count_of(ideas, 'idea')} nobody recorded what became of them."]
    adopted = found["adopted"]
    delivered = found["delivered"]
    said = [f"{adopted:,} of {ideas:,} ideas{_percent(adopted, ideas)} were adopted"]
    if delivered:
        said[0] += f" and {delivered:,}{_percent(delivered, ideas)} delivered."
    else:
        said[0] += ". Nothing has been delivered yet."
    if found["undecided"]:
        said.append(f"{count_of(found['undecided'], 'idea')} wait for a decision.")
    authors = found.get("authors")
    none = found.get("authors_none_adopted")
    if authors and none is not None:
        by_role = [
            f"{row['none_adopted']} of {row['authors']} {names.counted('role', row['role'])}"
            for row in audit.impact_by_role.records()
            if row["authors"]
        ]
        rest = f": {_listed(by_role)}." if by_role else "."
        said.append(
            f"{none:,} of the {count_of(authors, 'person', 'people')} who wrote an idea saw none "
            f"adopted{rest}"
        )
    if delivered and not len(audit.outcomes):
        said.append("Whether what was delivered changed anything, and for whom, was not recorded.")
    return said


def _percent(part: int, whole: int) -> str:
    return f" ({part / whole:.0%})" if whole >= 10 else ""


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _steps(audit: Audit) -> list[Step]:
    """At most five things to do, each once, one a time word first."""
    seen: dict[tuple[str, str], Step] = {}
    for row in audit.steps.records():
        seen.setdefault((row["when"], row["text"]), Step(row["when"], row["text"]))
    several = list(seen.values())
    first_of_each = {step.when: step for step in reversed(several)}
    chosen = [step for step in several if first_of_each[step.when] is step]
    rest = [step for step in several if step not in chosen]
    kept = [*chosen, *rest][:_STEPS]
    return [step for step in several if step in kept]


def _certainty(audit: Audit) -> list[str]:
    asked = audit.settings.get("m", 0)
    threshold = audit.settings.get("threshold") or 0.0
    band = audit.settings["band"]
    material = audit.settings["material"]
    q = float(audit.settings["q"])
    acts = [row for row in audit.family.records() if row["status"] == Status.ACT]
    promised = ""
    if len(acts) > 1 and q * audit.settings["selected"] < 1:
        promised = (
            f"Of the {len(acts)} patterns named, fewer than one is expected to be due to chance. "
        )
    elif acts:
        promised = (
            f"Of patterns that are named in this way, at most {100 * q:g} in 100 are expected to "
            "be due to chance. "
        )
    return [
        f"Each of {count_of(asked, 'question')} was compared with what would be seen if group did "
        "not matter. A question counts as a pattern only if its chance is small enough among all "
        f"that was asked{f' (here at most {100 * threshold:.2g} in 100)' if threshold else ''}, and "
        f"if the difference is large enough to matter (outside {band[0]:g} to {band[1]:g} times, or "
        f"{material:g} in 100). Ranges in brackets are {audit.settings['confidence']:.0%} ranges "
        f"for that one number. {promised}A pattern is about groups, never about a "
        "person, and is no proof of a cause.",
        "What is called in line is shown for each question by itself. What people did is compared "
        "with the people on the list; only who came is compared with the community.",
    ]


def _notes(audit: Audit) -> list[str]:
    rules = audit.settings.get("read_by") or ()
    texts = [*rules, *_quotas(audit.notes)]
    texts += [note.text for note in audit.notes if note.code != _QUOTA]
    more = len(texts) - _NOTES
    return texts[:_NOTES] + ([f"… and {more:,} more notes."] if more > 0 else [])


def _quotas(notes: Sequence[Note]) -> list[str]:
    """Which attributes were quotas, a line a comparison: they are reported and not tested."""
    found: dict[str, list[str]] = {}
    for note in notes:
        if note.code == _QUOTA:
            part = str(note.values.get("part") or "")
            found.setdefault(part, []).append(plainly(str(note.values["attribute"])))
    lines = []
    for part, names in found.items():
        were = "was a quota" if len(names) == 1 else "were quotas"
        line = f"{opening(_listed(names))} {were}: agreement is by design and not tested."
        lines.append(f"{part}: {line}" if part else line)
    return lines


def _read_from(audit: Audit) -> list[FileRow]:
    """The files that were read, with what tells whether they are still the same."""
    files = audit.settings.get("files") or ()
    return [FileRow(shorten(file["name"], 120), file["sha256"]) for file in files]


# -- a principle -----------------------------------------------------------------------------------


def _principle(
    audit: Audit, principle: Principle, names: GroupNames, charts: Sequence[Any]
) -> PrincipleView:
    name = principle.name
    full, also = _told(principle)
    return PrincipleView(
        name=name.capitalize(),
        anchor=name,
        question=principle.question,
        headline=principle.headline,
        act=principle.act,
        alike=principle.alike,
        open=principle.open,
        asked=principle.act + principle.alike + principle.open,
        before=_before(audit, names) if name == "diversity" else (),
        ladder=ladder_chart(audit, names) if name == "equality" else None,
        charts=charts if name == "diversity" else (),
        stages=stage_lines(audit, principle, names) if name == "accessibility" else None,
        needs=needs_chart(audit) if name == "accessibility" else None,
        told=told_chart(audit, names) if name == "reciprocity" else None,
        findings=[_in_full(finding) for finding in full],
        felt=felt_charts(audit, principle, names) if name == "reciprocity" else (),
        also=also,
        in_line=_in_line(audit, principle),
        cannot_tell=_cannot_tell(principle),
        sessions=sessions_chart(audit) if name == "accessibility" else None,
        seats=seat_rows(audit, names) if name == "diversity" else (),
    )


def _before(audit: Audit, names: GroupNames) -> list[str]:
    """Who is compared, who could not be, and since when somebody could be called missing."""
    outside = [note.text for note in audit.notes if note.code in _NOT_COMPARED]
    return [*_public(audit), *outside, *watched_sentence(audit, names)]


def _public(audit: Audit) -> list[str]:
    public = audit.settings.get("public")
    roles = audit.settings.get("roles") or ()
    compared = any(part.kind == "representation" for part in audit.parts)
    if public is None or len(roles) < 2 or not compared:
        return []
    return [
        f"{public:,} members of the public, beside the community. Others have no census to be "
        "compared with."
    ]


def _told(principle: Principle) -> tuple[list[Finding], list[str]]:
    """The findings told in full, and those in a sentence; one for each question about all groups."""
    wholes = {_question(f) for f in principle.findings if f.group is None}
    told = [f for f in principle.findings if f.group is None or _question(f) not in wholes]
    return told[:_IN_FULL], [compared_at(f) + f.reading for f in told[_IN_FULL:]]


def _question(finding: Finding) -> tuple[Any, Any]:
    return finding.details.get("indicator"), finding.attribute


def _in_full(finding: Finding) -> FindingView:
    return FindingView(
        title=compared_at(finding) + str(finding.details.get("title") or ""),
        reading=finding.reading,
        innocent=str(finding.details.get("innocent") or ""),
        next_step=finding.next_step,
    )


def _in_line(audit: Audit, principle: Principle) -> list[str]:
    """What is shown to be alike, an indicator a sentence."""
    alike = [r for r in audit.family.records() if _is(r, principle, Status.IN_LINE)]
    by_indicator: dict[str, list[dict[str, Any]]] = {}
    for row in alike:
        by_indicator.setdefault(row["indicator"], []).append(row)
    band = audit.settings["band"]
    within = "a fifth" if band == (0.8, 1.25) else f"{band[0]:g} to {band[1]:g} times"
    said = []
    for rows in by_indicator.values():
        attributes = [plainly(row["attribute"] or "") for row in rows]
        asks = called(rows[0])
        by = f" by {_listed(attributes)}" if any(attributes) else ""
        if rows[0]["question"] == "voice":
            said.append(f"{asks}: too little above what equal chances give to matter.")
            continue
        limit = "5 in 100" if rows[0]["question"] == "in_group" else within
        said.append(f"{asks}{by}: shown to differ by less than {limit}.")
    lone = [f for f in audit.findings if _shown_alone(f, principle)]
    groups = list(dict.fromkeys(str(f.details["label"]) for f in lone))
    if groups:
        labels = _listed(groups[:8])
        said.append(f"{labels[:1].upper()}{labels[1:]}: within {within} of their share.")
    return said


def _shown_alone(finding: Finding, principle: Principle) -> bool:
    """A group in line with the community in an attribute that is not in line as a whole."""
    details = finding.details
    return (
        details.get("principle") == principle.name
        and finding.verdict is Verdict.IN_LINE
        and details.get("status") != Status.IN_LINE
    )


def _is(row: dict[str, Any], principle: Principle, status: Status) -> bool:
    return bool(row["principle"] == principle.name and row["status"] == status)


def _cannot_tell(principle: Principle) -> list[str]:
    """The three that a reader would ask about first, and how many more there are."""
    judged = [f for f in principle.cannot_tell if f.p_adjusted is not None]
    unclear = [f for f in judged if not is_set_aside(f)]
    unclear.sort(key=lambda f: f.p_adjusted or 0.0)
    said: dict[tuple[Any, Any], str] = {}
    for finding in unclear:
        sentence = _undecided(finding)
        if sentence and len(said) < _IN_FULL:
            said.setdefault(_question(finding), sentence)
    more = principle.open - len(said)
    lies = "lies" if more == 1 else "lie"
    rest = [f"{count_of(more, 'more question')} {lies} within what chance gives (annex)."]
    return [*said.values(), *(rest if more > 0 else [])]


def _undecided(finding: Finding) -> str:
    """What was seen, and from where on a gap would have shown."""
    if not finding.reading:
        return ""
    seen = finding.values.get("detectable")
    caveats = " ".join(note.text for note in finding.caveats if note.code == "not_among_all_asked")
    shows = ""
    if finding.question in _WHO_CAME and finding.values.get("detectable_ratio"):
        least = math.ceil(finding.values["detectable_ratio"] * finding.values["expected"])
        shows = f"Below {least:,} would show." if least else "Too few came to show a gap."
    if seen is not None and math.isfinite(float(seen)) and finding.estimate is not None:
        if finding.estimate.unit == "ratio":
            shows = f"Only {times(float(seen))} times or more would have been seen reliably."
        else:
            shows = f"Only {float(seen):.0f} in 100 or more would have been seen reliably."
    return " ".join(filter(None, (finding.reading, caveats, shows)))


# -- everything asked ------------------------------------------------------------------------------


def called(row: Mapping[str, Any]) -> str:
    """What a question of the family asks, in everyday words."""
    about = row["about"] or ""
    if row["question"] == "experience":
        return opening(about)
    said = _CALLED[row["question"]].format(rest=plainly(about))
    return f"{said} ({plainly(about)})" if row["question"] in _WHO_CAME and about else said


def _matrix(audit: Audit) -> Matrix:
    rows = list(audit.family.records())
    aims = {_question(f): aim for f in audit.findings if (aim := aim_of(f))}
    single = [r["attribute"] for r in rows if r["question"] != _PAIRS]
    attributes = list(dict.fromkeys(name for name in single if name is not None))
    groups = []
    for principle in audit.principles:
        own = [r for r in rows if r["principle"] == principle.name]
        lines: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
        for row in own:
            pair = None
            if row["question"] == _PAIRS:
                pair = row["attribute"]
            lines.setdefault((row["indicator"], pair), []).append(row)
        shown = [_matrix_row(asked, attributes, aims) for asked in lines.values()]
        if shown:
            groups.append(MatrixGroup(principle.name.capitalize(), shown))
    return Matrix([opening(name) for name in attributes], groups)


def _matrix_row(
    asked: Sequence[Mapping[str, Any]],
    attributes: Sequence[str],
    aims: Mapping[tuple[Any, Any], str],
) -> MatrixRow:
    """An indicator with what became of it in each attribute; a quota is reported and not tested.

    A pair of attributes has a line of its own.
    """
    first = asked[0]
    if first["question"] == _PAIRS:
        cell = _CELLS[Status(first["status"])]
        return MatrixRow(f"{called(first)}: {plainly(first['attribute'])}", [cell], len(attributes))
    cells = {row["attribute"]: _CELLS[Status(row["status"])] for row in asked}
    for (indicator, name), aim in aims.items():
        if indicator == asked[0]["indicator"]:
            cells[name] = MatrixCell("na", f"◇ {aim}")
    if None in cells:  # asked once for all attributes
        return MatrixRow(called(asked[0]), [cells[None]], max(len(attributes), 1))
    return MatrixRow(called(asked[0]), [cells.get(name, _NOT_ASKED) for name in attributes])
