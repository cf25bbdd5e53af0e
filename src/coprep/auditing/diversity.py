"""Ask of diversity: were the people who live here in the room?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprep.auditing.crossings import p_of_pair, pairs_of
from coprep.auditing.question import Question, smallest_p
from coprep.auditing.who_took_part import Comparison
from coprep.findings import Finding
from coprep.results import Result

REPRESENTATION = "representation"
INTERSECTIONS = "intersections"


def questions(compared: Sequence[Comparison]) -> Iterator[Question]:
    """A question a comparison and attribute, then one a pair of attributes: are the groups there as
    a fair lottery would give?
    """
    for one in compared:
        attributes = dict.fromkeys(finding.attribute for finding in one.answer.findings)
        for attribute in attributes:
            findings = tuple(f for f in one.answer.findings if f.attribute == attribute)
            p_value = smallest_p(findings)
            yield _question(REPRESENTATION, one.about, attribute, one.answer, findings, p_value)
        for pair, cells in pairs_of(one.crossed).items():
            p_value = p_of_pair(cells)
            yield _question(INTERSECTIONS, one.about, pair, one.crossed, cells, p_value)


def _question(
    name: str,
    about: str,
    attribute: str | None,
    part: Result | None,
    findings: tuple[Finding, ...],
    p_value: float | None,
) -> Question:
    return Question(
        principle="diversity",
        name=name,
        about=about,
        attribute=attribute,
        part=part,
        findings=findings,
        p_value=p_value,
    )
