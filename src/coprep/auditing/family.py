"""Select among all questions of a page, so that few of the patterns it names are false.

Families of hypotheses are selected by Benjamini and Hochberg's rule over their smallest p values;
within a selected family a group is named only at the level that was selected at.

References
----------
Benjamini Y, Bogomolov M (2014). Selective inference on multiple families of hypotheses. Journal of
the Royal Statistical Society B 76(1), 297-318.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coprep.auditing.question import Question, Status
from coprep.findings import Finding, Verdict

_ALIKE = (Verdict.IN_LINE, Verdict.NO_MATERIAL_DIFFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All questions with their status: ``asked`` could be assessed, ``selected`` passed.

    ``threshold`` is the level at which groups of selected questions are named.
    """

    q: float
    asked: int
    selected: int
    threshold: float
    adjusted: tuple[float | None, ...]
    statuses: tuple[Status, ...]


def family_of(questions: Sequence[Question], q: float) -> Family:
    """Select over the page and say of every question what became of it."""
    p_values = [question.p_value for question in questions]
    known = np.array([p for p in p_values if p is not None], dtype=float)
    asked = len(known)
    ordered = np.sort(known)
    passing = np.flatnonzero(ordered <= q * np.arange(1, asked + 1) / max(asked, 1))
    selected = int(passing[-1]) + 1 if len(passing) else 0
    threshold = q * selected / asked if asked else 0.0
    adjusted = iter(_benjamini_hochberg(known))
    return Family(
        q=q,
        asked=asked,
        selected=selected,
        threshold=threshold,
        adjusted=tuple(None if p is None else float(next(adjusted)) for p in p_values),
        statuses=tuple(_status(question, threshold) for question in questions),
    )


def is_told(question: Question, finding: Finding, threshold: float) -> bool:
    """Whether a finding is named as a pattern on a page that selected at ``threshold``."""
    return (
        question.p_value is not None
        and question.p_value <= threshold
        and finding.verdict.is_flag
        and finding.p_adjusted is not None
        and finding.p_adjusted <= threshold
    )


def _status(question: Question, threshold: float) -> Status:
    judged = [f for f in question.findings if f.verdict is not Verdict.NOT_ASSESSABLE]
    if question.p_value is None or not judged:
        return Status.NOT_ASSESSABLE
    if any(is_told(question, finding, threshold) for finding in judged):
        return Status.ACT
    if all(finding.verdict in _ALIKE for finding in judged):
        return Status.IN_LINE
    return Status.CANNOT_TELL


def _benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    from coprep.metrics.inference import adjust_p_values

    return np.asarray(adjust_p_values(p_values, method="bh")) if len(p_values) else p_values
