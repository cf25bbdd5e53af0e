"""Indicator: what is asked of every attribute, of which tables, and which findings answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from coprep.auditing.asking import Asking
from coprep.auditing.question import Principle, Question, asked
from coprep.findings import Finding
from coprep.results import Result


def all_findings(part: Result) -> tuple[Finding, ...]:
    """Every finding of an answer."""
    return part.findings


def every(findings: tuple[Finding, ...]) -> Iterable[Finding]:
    """All findings of a question lead it: the smallest of their p values selects it."""
    return findings


def of_all_groups(findings: tuple[Finding, ...]) -> Iterable[Finding]:
    """Only the finding about all groups together leads."""
    return (finding for finding in findings if finding.group is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One thing that is asked of every attribute.

    ``needs`` names what the process must hold, in the words of `Process.has`.
    """

    principle: Principle
    name: str
    needs: tuple[str, ...]
    ask: Callable[[Asking, str], Result]
    judged: Callable[[Result], tuple[Finding, ...]] = all_findings
    leading: Callable[[tuple[Finding, ...]], Iterable[Finding]] = every

    def questions(self, asking: Asking) -> Iterator[Question]:
        """One question an attribute; none where a table is missing."""
        if not all(asking.process.has(name) for name in self.needs):
            return
        for attribute in asking.attributes:
            yield asked(
                self.principle,
                self.name,
                attribute,
                partial(self.ask, asking, attribute),
                self.judged,
                self.leading,
            )
