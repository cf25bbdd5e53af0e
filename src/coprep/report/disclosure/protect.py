"""Make a copy of a result that is safe to publish: small counts, and what gives them back.

Knows what in findings, notes and further fields would tell of a hidden row. Which rows go is
decided by `withholding`, what that does to tables by `veiling`, which cells protect one another by
`coprep.metrics.disclosure`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from coprep.findings import Finding, Note, Verdict
from coprep.metrics.disclosure._suppression import small_counts
from coprep.pictures import Forest, Picture
from coprep.report.disclosure.redaction import Plan, few, quiet, scant
from coprep.report.disclosure.telling import QUOTED, WORDS, tells_of_few, without_few
from coprep.report.sentences import aim_of
from coprep.results import Result
from coprep.table import Table
from coprep.wording.escape import quoted
from coprep.wording.names import plainly

__all__ = ["protect"]

R = TypeVar("R", bound=Result)

_FACE = frozenset(f.name for f in fields(Result))
_ACCOUNT = "Protected for publication: "
_DROPPED = "Notes with small numbers are left out of this copy."
# A whole number that stands alone: no part of a decimal, a range, a code, a percentage or a label.
_ALONE = re.compile(r"(?<![\w.,%/–-])(\d+)(?![\w%]|[.,/–-]\d)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?%")
_ONE = re.compile(
    r"\b(?:one|a single) (?:\w+ )?(?:person|participant|member|respondent|answer|row|idea)\b", re.I
)
_LEVELS = frozenset({"80", "90", "95", "99"})


def protect(result: R, min_count: int = 5) -> R:
    """Hide counts from 1 to ``min_count`` - 1, and what would give them back.

    Parameters
    ----------
    result : Result
        Any result.
    min_count : int, default 5
        The smallest count that may be published, besides 0.

    Returns
    -------
    Result
        Of the same kind. In rows with a small count, and in as few further rows as it takes, all
        numbers are missing except those that tell nothing of the count; the verdict is
        ``not_assessable``. Findings and notes that would tell are replaced or left out, and a note
        says what was hidden.

    Raises
    ------
    InputError
        Where ``min_count`` is not a whole number of at least 1.

    Notes
    -----
    ----- Whoever knows all totals (everybody, and the people with a known group) can still only
    place a hidden count in an interval of width ``min_count - 1`` or more, also where a group is in
    no row at all. Numbers that mix several rows, such as adjusted p-values and an attribute's
    dissimilarity, are left out where a row is hidden. Where so few people's group is unknown that
    the difference of two totals would tell how many, the smaller total goes, with every share of
    it. Counts that are published elsewhere are not known here, and may tell.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> protect(who_came, min_count=10).rows["count"]  # 12 would tell the 9
    (None, None)
    """
    small_counts((), min_count)  # whether it is a count at all
    if _is_protected(result, min_count):
        return result
    plan = Plan.of(result, min_count)
    changes: dict[str, Any] = {
        "rows": plan.rows(),
        "findings": tuple(_finding(f, plan) for f in result.findings),
        "notes": _notes(plan),
        "picture": _picture(plan),
        "settings": {
            **result.settings,
            "protected": {"min_count": min_count, "rows_hidden": len(plan.withheld.rows)},
        },
    }
    for field in fields(result):
        if field.name not in _FACE and field.name not in result.keep_when_protected:
            changes[field.name] = _extra(getattr(result, field.name), plan)
    return replace(result, **changes)


def _is_protected(result: Result, min_count: int) -> bool:
    before = result.settings.get("protected")
    return isinstance(before, Mapping) and int(before["min_count"]) >= min_count


def _picture(plan: Plan) -> Picture | None:
    """The picture; what it says of the whole goes where a row is hidden."""
    picture = plan.result.picture
    if not isinstance(picture, Forest):
        return picture
    return replace(picture, absent="not shown", below=None if plan.any else picture.below)


# -- sentences
# -----------------------------------------------------------------------------------------------------


def _notes(plan: Plan) -> list[Note]:
    """The notes that tell nothing, and what was hidden."""
    own = ("protected", "notes_left_out")
    said = [n for n in plan.result.notes if n.code not in own]
    kept = [n for n in said if not _tells(n.text, plan)]
    before = any(n.code == "notes_left_out" for n in plan.result.notes)
    account = [Note("protected", text) for text in _account(plan)]
    dropped = [Note("notes_left_out", _DROPPED)] if before or len(kept) < len(said) else []
    return [*kept, *account, *dropped]


def _account(plan: Plan) -> list[str]:
    counts = "counts of 1" if plan.min_count == 2 else f"counts from 1 to {plan.min_count - 1}"
    if plan.min_count == 1:
        return []
    if not plan.any:
        return [f"{_ACCOUNT}there was nothing to hide, no row has {counts}."]
    named = dict.fromkeys(label for block in plan.touched for label in block if label is not None)
    where = f" in {quoted(list(map(plainly, named)))}" if named else ""
    size, rows = len(plan.withheld.rows), len(plan.result.rows)
    hidden = f"{size:,} of {rows:,} rows{where} are not shown. They have {counts}, or are hidden so that "
    said = [f"{_ACCOUNT}{hidden}a smaller group cannot be worked out from the totals."]
    if plan.withheld.totals:
        said.append(
            f"{_ACCOUNT}where few answers are unknown, totals would tell, so shares are left out too."
        )
    return said


def _tells(text: str, plan: Plan) -> bool:
    """Whether a sentence holds a number that must not be told: small, or that of a hidden row, or a
    share.
    """
    bare = QUOTED.sub("", text)
    numbers = {int(n) for n in _ALONE.findall(re.sub(r"(?<=\d),(?=\d{3}\b)", "", bare))}
    numbers |= {i for i, word in enumerate(WORDS, start=2) if re.search(rf"\b{word}\b", bare, re.I)}
    if _ONE.search(bare):
        numbers.add(1)
    if plan.any and any(p not in _LEVELS for p in _PERCENT.findall(bare)):
        return True
    if plan.any and any(number in bare for number in _of_the_whole(plan.result)):
        return True
    return any(0 < n < plan.min_count or n in plan.hidden_counts for n in numbers)


def _of_the_whole(result: Result) -> list[str]:
    """Numbers that a result holds besides its table and that are blanked, as sentences write them."""
    held = [
        getattr(result, f.name)
        for f in fields(result)
        if f.name not in (*_FACE, *result.keep_when_protected)
    ]
    numbers = [abs(v) for v in held if isinstance(v, float) and math.isfinite(v)]
    return [f"{v:.{digits}f}" for v in numbers for digits in ((3,) if v in (0.0, 1.0) else (2, 3))]


def _finding(finding: Finding, plan: Plan) -> Finding:
    if not plan.any:
        return _without_few(finding, plan.min_count)
    place = plan.place_of(finding)
    if place == "hidden":
        return _withheld(finding, few(finding.group, plan.min_count))
    if place == "total":
        name = finding.group or finding.attribute
        return _withheld(finding, quiet(name, finding.verdict, aim_of(finding)), finding.verdict)
    if place == "beside" and finding.group is None:
        name = (
            quoted([plainly(finding.attribute)])
            if finding.attribute is not None
            else "this question"
        )
        return _withheld(
            finding, f"Some groups of {name} are protected; what would tell of them is not shown."
        )
    mixed = place == "beside" or plan.mixes_attributes
    told = replace(
        finding,
        p_adjusted=None if mixed else finding.p_adjusted,
        caveats=tuple(c for c in finding.caveats if not _tells(c.text, plan)),
        details=_design(finding) if mixed else finding.details,
    )
    return _without_few(told, plan.min_count)


def _without_few(finding: Finding, least: int) -> Finding:
    """A finding that is shown, without what it tells of few people besides the counts of its row."""
    few_ones = tells_of_few(finding.reading, least)
    return replace(
        finding,
        n=None if finding.n is not None and 0 < finding.n < least else finding.n,
        reading=scant(finding.group, finding.verdict, least, aim_of(finding))
        if few_ones
        else finding.reading,
        caveats=tuple(c for c in finding.caveats if not tells_of_few(c.text, least)),
        next_step="" if tells_of_few(finding.next_step, least) else finding.next_step,
        details=without_few(finding.details, least),
    )


def _withheld(finding: Finding, reading: str, verdict: Verdict = Verdict.NOT_ASSESSABLE) -> Finding:
    details = _design(finding)
    return Finding(
        finding.question,
        finding.attribute,
        finding.group,
        verdict,
        reading=reading,
        details=details,
    )


def _design(finding: Finding) -> dict[str, Any]:
    """The details that do not depend on who came: whether a quota or a target is reported and not
    tested.
    """
    return {"aim": finding.details["aim"]} if finding.details.get("aim") else {}


# -- whatever else a kind of result holds
# --------------------------------------------------------------------------


def _extra(value: Any, plan: Plan) -> Any:
    """A field of a result besides its face: what could tell of a hidden row is blanked."""
    if isinstance(value, Result):
        return protect(value, plan.min_count)
    if isinstance(value, Table):
        return plan.other(value)
    inside = (
        tuple(value.values())
        if isinstance(value, Mapping)
        else value
        if isinstance(value, tuple)
        else ()
    )
    if inside and all(isinstance(v, (Table, Result)) for v in inside):
        safe = [_extra(v, plan) for v in inside]
        return dict(zip(value, safe, strict=True)) if isinstance(value, Mapping) else tuple(safe)
    if not plan.any or value is None or isinstance(value, (str, bool)):
        return without_few(value, plan.min_count)
    if isinstance(value, float):
        return float("nan")
    return type(value)() if isinstance(value, (tuple, list, dict)) else None
