"""Findings in order: by attribute, what calls for action first, long lists cut with a count.

Knows how a long list of findings is told in a few lines; nothing of HTML or terminals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coprep.findings import Finding, Verdict
from coprep.report.verdict_symbols import HIDDEN
from coprep.view import View
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

_ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Told:
    """Findings of one attribute: those told in a sentence each, and those only named.

    Attributes
    ----------
    sentences : tuple of Finding
        Each has its own line.
    named : tuple of (Verdict, str, tuple of str, int)
        A verdict, what its groups are held against where that is not tested, at most eight of them,
        and how many more there are.
    """

    sentences: tuple[Finding, ...]
    named: tuple[tuple[Verdict, str, tuple[str, ...], int], ...] = ()


def aim_of(finding: Finding) -> str:
    """What a finding is held against where it is reported and not tested: a quota or a target; else
    "".
    """
    if finding.verdict is not Verdict.NOT_ASSESSABLE:
        return ""
    return HIDDEN if finding.details.get("protected") else str(finding.details.get("aim") or "")


def called(finding: Finding) -> str:
    """What a finding is about, short: its group and, where a group has several, the topic, word or
    pair at hand.
    """
    about = finding.details.get("about", ())
    group = finding.details.get("called") or finding.group
    parts = [group, *(about if isinstance(about, tuple) else (about,))]
    return " · ".join(str(p) for p in parts if p) or finding.question


def asked_of(result: View) -> str:
    """Of which stage a question was asked, and against what: what tells it from its like."""
    stage = result.settings.get("stage")
    against = result.settings.get("against")
    said = [plainly(stage)] if stage else []
    said += [f"against {against}"] if against else []
    name = ", ".join(said) or result.title
    return name[:1].upper() + name[1:]


def rows_hidden(result: View) -> int:
    """How many rows of a protected copy are not shown; 0 for any other result."""
    protected = result.settings.get("protected")
    return int(protected["rows_hidden"]) if isinstance(protected, Mapping) else 0


def headline_of(result: View) -> str:
    """The answer in one sentence; a protected copy does not pass for the whole answer."""
    hidden = rows_hidden(result)
    if not hidden:
        return result.headline
    shown = tuple(f for f in result.findings if not f.details.get("protected"))
    if result.findings and not shown:
        verb = "is" if len(result.findings) == 1 else "are"
        return f"{count_of(len(result.findings), 'result')} {verb} protected and not shown."
    verb = "is" if hidden == 1 else "are"
    rows = f"{count_of(hidden, 'row')} {verb} protected and not shown"
    return f"In what may be published: {replace(result, findings=shown).headline} ({rows}.)"


def notes_besides_headline(result: View) -> list[str]:
    """The notes, without one that the headline has said."""
    return [note.text for note in result.notes if note.text != result.headline]


def by_attribute(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    """Findings gathered by attribute, in the order in which attributes first appear."""
    gathered: dict[str | None, list[Finding]] = {}
    for finding in findings:
        gathered.setdefault(finding.attribute, []).append(finding)
    return gathered


def tell(findings: Sequence[Finding], *, most: int = 10) -> Told:
    """All findings in a sentence each if they are few; else what calls for action, and the others
    by name.
    """
    ordered = _distinct(
        sorted(findings, key=lambda f: _ORDER.index(f.verdict) if not f.verdict.is_flag else -1)
    )
    if len(ordered) <= most:
        return Told(tuple(ordered))
    sentences = [f for f in ordered if f.verdict.is_flag or f.group is None][:most]
    told = set(map(id, sentences))
    return Told(tuple(sentences), tuple(_named([f for f in ordered if id(f) not in told])))


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Each sentence once: a reason why nothing can be judged is often that of every group."""
    first = {(f.reading or id(f)): f for f in reversed(findings)}
    kept = set(map(id, first.values()))
    return [f for f in findings if id(f) in kept]


def _named(findings: Sequence[Finding]) -> Iterable[tuple[Verdict, str, tuple[str, ...], int]]:
    for verdict in _ORDER:
        alike: dict[str, list[str]] = {}
        for finding in findings:
            if finding.verdict is verdict:
                alike.setdefault(aim_of(finding), []).append(called(finding))
        for aim, groups in alike.items():
            yield verdict, aim, tuple(groups[:8]), max(0, len(groups) - 8)


def standing_out(results: Iterable[View]) -> list[Finding]:
    """Findings that call for action: who is missing before who is many, the clearest first."""
    flags = [f for result in results for f in result.findings if f.verdict.is_flag and f.reading]

    def order(finding: Finding) -> tuple[bool, float]:
        chances = (p for p in (finding.p_adjusted, finding.p_value) if p is not None)
        return finding.verdict is Verdict.OVER, next(chances, 1.0)

    return sorted(flags, key=order)


def undecided(results: Iterable[View]) -> list[Finding]:
    """Findings on which the data cannot tell, or which could not be looked at."""
    unsure = (Verdict.INCONCLUSIVE, Verdict.NOT_ASSESSABLE)
    found = [f for result in results for f in result.findings if f.verdict in unsure]
    return [f for f in found if not f.details.get("other_side")]


def next_steps(results: Iterable[View]) -> list[str]:
    """Distinct suggestions, those of findings that call for action first; one for a group that
    several flag alike.
    """
    results = list(results)
    steps: dict[Any, str] = {}
    for f in standing_out(results):
        alone = f.group is None or bool(f.details.get("about"))
        steps.setdefault(
            f.next_step if alone else (f.question, f.attribute, f.group, f.verdict), f.next_step
        )
    others = [f.next_step for r in results for f in r.findings if not f.verdict.is_flag]
    return [step for step in dict.fromkeys([*steps.values(), *others]) if step]
