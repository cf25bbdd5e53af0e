"""Says in a sentence or two who is called out now, and who was before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coprep.findings import Finding, Verdict
from coprep.representation._watching.words import Standing
from coprep.wording.names import named
from coprep.wording.numbers import count_of

_MOST_NAMED = 6
_OPEN = frozenset(
    {
        Standing.CANNOT_TELL.value,
        Standing.TURNED_BY_UNKNOWN.value,
        Standing.RESTS_ON_ONE.value,
    }
)


def headline(findings: Sequence[Finding], *, band: Any) -> str:
    """The answer, from what the findings hold."""
    shown = [f for f in findings if not f.details.get("protected")]
    told = [f for f in shown if f.verdict is not Verdict.NOT_ASSESSABLE]
    if not told:
        return "Nothing can be said yet." if shown or not findings else "Protected: not shown."
    said: list[str] = []
    flags = [f for f in told if f.verdict.is_flag]
    if flags:
        said.append(f"Called out: {_listed([_since(f) for f in flags])}.")
    else:
        said.append("No group is called out.")
    past = [f for f in told if not f.verdict.is_flag and f.values.get("alarm")]
    if past:
        were = "was" if len(past) == 1 else "were"
        said.append(f"{_listed([_name(f) for f in past])} {were} before, and would not be now.")
    differ = [f for f in told if f.values.get("state") == Standing.DIFFERS.value]
    if differ:
        said.append(f"Measurably off, but by their count within the band: {_names(differ)}.")
    in_line = [f for f in told if f.verdict is Verdict.IN_LINE]
    low, high = band
    if in_line:
        said.append(
            f"Shown to lie within {low:g} to {high:g} times their share: {_names(in_line)}."
        )
    open_ = sum(f.values.get("state") in _OPEN for f in told)
    if open_:
        are = "is" if open_ == 1 else "are"
        said.append(f"{count_of(open_, 'group')} {are} still open.")
    return " ".join(said)


def _name(finding: Finding) -> str:
    called = str(finding.details.get("called") or "")
    return named(str(finding.group), str(finding.attribute), called=called)


def _names(findings: Sequence[Finding]) -> str:
    return _listed([_name(f) for f in findings])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    first = list(names[:_MOST_NAMED])
    if more > 0:
        return f"{', '.join(first)} and {more:,} more"
    return ", ".join(first)


def _since(finding: Finding) -> str:
    """A group, which way, and since when."""
    values = finding.values
    said = f"{_name(finding)}, {finding.verdict.label}"
    at = values.get("alarm_at")
    if at is None:
        return said
    when = values.get("alarm_date")
    date = f" ({when})" if when else ""
    return f"{said} since arrival {int(at):,}{date}"
