"""Make a copy of a result that is safe to publish.

Which rows go is decided by `suppression`, what that does to tables by `redaction`, which named
values are too few people by `values`. What findings, notes and further fields would tell of a
hidden row is decided here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from coprep.findings import Finding, Note, Verdict
from coprep.pictures import Forest, Picture
from coprep.report.disclosure.codings import in_one_coding
from coprep.report.disclosure.few_labels import DROPPED, LEFT_OUT, without_few_labels
from coprep.report.disclosure.left_out import figures_of, without_figures, without_one_person
from coprep.report.disclosure.redaction import Plan, called_or_group, discreet, few, quiet
from coprep.report.disclosure.suppression import Together
from coprep.report.disclosure.values import (
    DESIGN,
    is_few,
    is_harmless,
    named,
    undeclared_or_few,
    without_few,
)
from coprep.report.sentences import aim_of
from coprep.table import Table
from coprep.view import FACE, View
from coprep.wording.escape import quoted
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

R = TypeVar("R", bound=View)

PROTECTED = "protected"
"""Code of the notes that say what was hidden."""
# Settings that are numbers and were asked for; any other is taken for one that was found.
_ASKED_FOR = frozenset(
    {"alpha", "band", "budget", "confidence", "draws", "least_ideas", "material", "min_group_size"}
    | {"min_size", "population", "protected", "resamples", "rng", "scale", "threshold", "voice"}
)
# Details of what a finding would be without one person: two of them tell that person's part.
_WITHOUT_ONE = frozenset({"robustness"})
# Numbers of a comparison that are told beside a hidden row, whoever took part.
_ASKED = frozenset({"alpha", "band", "confidence", "high", "level", "low", "material", "times"})


def protect(result: R, min_count: int, together: Together) -> R:
    """Hide counts from 1 to ``min_count`` - 1 in one result, and what would give them back.

    In rows with a small count, and in those that are hidden with them, all numbers are missing
    except those that tell nothing of the count; the verdict is ``not_assessable``. Findings and
    notes that would tell are replaced or left out, and a note says what was hidden.
    """
    result = in_one_coding(without_few_labels(result, min_count), together)
    result = without_one_person(result)
    if not result.count_columns and not result.counts_nobody:
        return without_figures(result, min_count)
    plan = Plan.of(result, min_count, together)
    changes: dict[str, Any] = {
        "rows": plan.rows(),
        "findings": tuple(_finding(_without_runs(f), plan) for f in result.findings),
        "notes": _notes(plan),
        "picture": _picture(plan),
        "settings": {
            **_settings(plan),
            "protected": {"min_count": min_count, "rows_hidden": len(plan.withheld.rows)},
        },
    }
    for field in fields(result):
        if field.name not in FACE and field.name not in result.keep_when_protected:
            changes[field.name] = _extra(getattr(result, field.name), plan)
    return replace(result, **changes)


def _settings(plan: Plan) -> dict[str, Any]:
    """What was asked for; numbers that were found go where a row is hidden."""
    if not plan.any:
        return dict(plan.result.settings)
    return {
        name: v for name, v in plan.result.settings.items() if name in _ASKED_FOR or _is_word(v)
    }


def _is_word(value: Any) -> bool:
    """Whether a setting is no number, nor holds one."""
    if isinstance(value, Mapping):
        return all(map(_is_word, value.values()))
    if isinstance(value, tuple):
        return all(map(_is_word, value))
    return not isinstance(value, (int, float)) or isinstance(value, bool)


def _picture(plan: Plan) -> Picture | None:
    """The picture; what it says of the whole goes where a row is hidden."""
    picture = plan.result.picture
    if not isinstance(picture, Forest):
        return picture
    return replace(picture, absent="not shown", below=None if plan.any else picture.below)


def _notes(plan: Plan) -> list[Note]:
    """The notes that tell nothing, and what was hidden."""
    own = {PROTECTED, DROPPED}
    said = [note for note in plan.result.notes if note.code not in own]
    kept = [note for note in said if not _tells(note, plan)]
    dropped = [note for note in plan.result.notes if note.code == DROPPED][:1]
    if len(kept) < len(said):
        dropped = [LEFT_OUT]
    return [*kept, *_account(plan), *dropped]


def _account(plan: Plan) -> list[Note]:
    """What was hidden, and why."""
    if plan.min_count == 1:
        return []
    counts = f"counts from 1 to {plan.min_count - 1}"
    if plan.min_count == 2:
        counts = "counts of 1"
    start = "Protected for publication: "
    if not plan.any:
        text = f"{start}there was nothing to hide, no row has {counts}."
        return [Note(PROTECTED, text, {"min_count": plan.min_count})]
    labels = dict.fromkeys(label for block in plan.touched for label in block if label is not None)
    where = f" in {quoted(list(map(plainly, labels)))}" if labels else ""
    hidden = len(plan.withheld.rows)
    rows = len(plan.result.rows)
    text = (
        f"{start}{hidden:,} of {rows:,} rows{where} are not shown. They have {counts}, or are hidden "
        "so that a smaller group cannot be worked out from the totals."
    )
    lost = figures_of(plan.result.rows) - figures_of(plan.rows())
    text += f" {count_of(lost, 'figure')} of the table {'is' if lost == 1 else 'are'} left out."
    values = {"min_count": plan.min_count, "hidden": hidden, "rows": rows, "labels": list(labels)}
    said = [Note(PROTECTED, text, values)]
    if plan.withheld.totals:
        text = (
            f"{start}where few answers are unknown, totals would tell, so shares are left out too."
        )
        said.append(Note(PROTECTED, text))
    return said


def _tells(note: Note, plan: Plan) -> bool:
    """Whether a note holds a number that must not be told: small, of a hidden row, or a share.

    A note without a code of its own does not say what it quotes, so it is not published.
    """
    if note.code == "note":
        return True
    for name, value in named(note.values):
        if is_few(name, value, plan.min_count, DESIGN):
            return True
        if not plan.any or isinstance(value, bool) or is_harmless(name, _ASKED):
            continue
        if isinstance(value, float) or value in plan.hidden_counts:
            return True
    return False


def _without_runs(finding: Finding) -> Finding:
    """A finding without the answers that leave one person out."""
    kept = {name: v for name, v in finding.details.items() if name not in _WITHOUT_ONE}
    return replace(finding, details=kept) if len(kept) < len(finding.details) else finding


# -- findings --------------------------------------------------------------------------------------


def _finding(finding: Finding, plan: Plan) -> Finding:
    quoted_beside = plan.parts_gone and bool(plan.result.parts_of_counts)
    if quoted_beside:
        # What goes from all rows may be quoted beside what stays.
        said = quiet(
            called_or_group(finding) or finding.attribute, finding.verdict, aim_of(finding)
        )
        finding = replace(
            finding, reading=said, caveats=(), next_step="", details=_design(finding), values={}
        )
    if not plan.any:
        return finding if quoted_beside else _without_few(finding, plan.min_count)
    place = plan.place_of(finding)
    if place == "hidden":
        return _withheld(finding, few(called_or_group(finding), plan.min_count))
    if place == "total":
        name = called_or_group(finding) or finding.attribute
        return _withheld(finding, quiet(name, finding.verdict, aim_of(finding)), finding.verdict)
    if place == "beside" and finding.group is None:
        name = "this question"
        if finding.attribute is not None:
            name = quoted([plainly(finding.attribute)])
        what = "what would tell of them is not shown"
        return _withheld(finding, f"Some groups of {name} are protected; {what}.")
    mixed = place == "beside" or plan.mixes_attributes
    told = replace(
        finding,
        p_adjusted=None if mixed else finding.p_adjusted,
        caveats=tuple(caveat for caveat in finding.caveats if not _tells(caveat, plan)),
        details=_design(finding) if mixed else finding.details,
    )
    return _without_few(told, plan.min_count)


def _without_few(finding: Finding, least: int) -> Finding:
    """A finding that is shown, without what it tells of few people besides its row's counts."""
    safe = replace(
        finding,
        n=None if finding.n is not None and 0 < finding.n < least else finding.n,
        caveats=tuple(c for c in finding.caveats if not undeclared_or_few(c, least)),
        details=without_few(finding.details, least),
    )
    if not undeclared_or_few(finding, least):
        return safe
    # The same numbers may stand in its next step, and in details that are text, such as a reason.
    numbers = {name: v for name, v in safe.details.items() if not isinstance(v, str)}
    return replace(
        safe,
        reading=discreet(finding, least),
        next_step="",
        details={**dict.fromkeys(safe.details), **numbers, **_design(finding)},
        values=without_few(finding.values, least),
    )


def _withheld(finding: Finding, reading: str, verdict: Verdict = Verdict.NOT_ASSESSABLE) -> Finding:
    """A finding of which nothing is told but where it stands."""
    return Finding(
        finding.question,
        finding.attribute,
        finding.group,
        verdict,
        reading=reading,
        details={**_design(finding), "protected": True},
    )


def _design(finding: Finding) -> dict[str, Any]:
    """The details that do not depend on who came: what is not tested, what a group is called."""
    return {name: finding.details[name] for name in ("aim", "called") if finding.details.get(name)}


# -- whatever else a kind of result holds ----------------------------------------------------------


def _extra(value: Any, plan: Plan) -> Any:
    """A field of a result besides its face: what could tell of a hidden row is blanked."""
    if isinstance(value, View):
        return value._protected_with(plan.min_count, plan.together)
    if isinstance(value, Table):
        return plan.other(value)
    inside: tuple[Any, ...] = ()
    if isinstance(value, Mapping):
        inside = tuple(value.values())
    elif isinstance(value, tuple):
        inside = value
    if inside and all(isinstance(v, (Table, View)) for v in inside):
        safe = [_extra(v, plan) for v in inside]
        return dict(zip(value, safe, strict=True)) if isinstance(value, Mapping) else tuple(safe)
    if not plan.any or value is None or isinstance(value, (str, bool)):
        return without_few(value, plan.min_count)
    if isinstance(value, float):
        return math.nan
    return type(value)() if isinstance(value, (tuple, list, dict)) else None
