"""Question: one thing asked of one attribute, with the detector's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict
from coprep.results import Result

Principle = Literal["equality", "diversity", "accessibility", "reciprocity"]
PRINCIPLES: tuple[Principle, ...] = ("equality", "diversity", "accessibility", "reciprocity")
ASKS: dict[Principle, str] = {
    "equality": "Did everybody’s contribution count?",
    "diversity": "Were the people who live here in the room?",
    "accessibility": "Could everybody stay to the end?",
    "reciprocity": "Did people get something back?",
}
"""What each principle asks, in everyday words."""


class Status(StrEnum):
    """What the page says of a question as a whole."""

    ACT = "act"
    IN_LINE = "in_line"
    CANNOT_TELL = "cannot_tell"
    NOT_ASSESSABLE = "not_assessable"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One indicator asked of one attribute.

    Attributes
    ----------
    principle : str
    name : str
        What is asked, such as ``"adoption"`` or ``"attendance"``.
    about : str
        Of what it is asked, such as a stage; empty where it is asked once.
    attribute : str or None
        None where one question stands for all attributes.
    part : Result or None
        What the detector answered; None where the tables do not allow the question.
    findings : tuple of Finding
        One a group; those among the detector's that this question is about.
    p_value : float or None
        The smallest of the question's p values after adjustment within it; None where nothing
        could be assessed.
    refusal : Note or None
        Why the detector could not be asked.
    """

    principle: Principle
    name: str
    about: str = ""
    attribute: str | None = None
    part: Result | None = None
    findings: tuple[Finding, ...] = ()
    p_value: float | None = None
    refusal: Note | None = None

    @property
    def indicator(self) -> str:
        """The name with what it is about, such as ``"attendance:review"``."""
        return f"{self.name}:{self.about}" if self.about else self.name


def asked(
    principle: Principle,
    name: str,
    attribute: str | None,
    ask: Callable[[], Result],
    judged: Callable[[Result], tuple[Finding, ...]],
    leading: Callable[[tuple[Finding, ...]], Iterable[Finding]] = lambda found: found,
    about: str = "",
) -> Question:
    """A question put to a detector; what the tables do not allow is a refusal and no error.

    ``judged`` takes the findings that the question is about from the answer, and ``leading`` those
    of them by whose p values it is selected.
    """
    try:
        part = ask()
    except InputError as error:
        note = Note(error.code, error.problems[0].what)
        return Question(
            principle=principle, name=name, about=about, attribute=attribute, refusal=note
        )
    findings = judged(part)
    return Question(
        principle=principle,
        name=name,
        about=about,
        attribute=attribute,
        part=part,
        findings=findings,
        p_value=smallest_p(leading(findings)),
    )


def smallest_p(findings: Iterable[Finding]) -> float | None:
    """The smallest adjusted p value among findings that could be assessed."""
    found = [
        f.p_adjusted
        for f in findings
        if f.verdict is not Verdict.NOT_ASSESSABLE and f.p_adjusted is not None
    ]
    return min(found) if found else None
