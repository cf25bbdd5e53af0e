"""Ask of diversity: were the people who live here in the room?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprep.auditing.question import Question, smallest_p
from coprep.auditing.who_took_part import Comparison

REPRESENTATION = "representation"


def questions(compared: Sequence[Comparison]) -> Iterator[Question]:
    """One question a comparison and attribute: are the groups there as a fair lottery would give?"""
    for one in compared:
        about = ", ".join(filter(None, (one.stage, one.against)))
        attributes = dict.fromkeys(finding.attribute for finding in one.answer.findings)
        for attribute in attributes:
            findings = tuple(f for f in one.answer.findings if f.attribute == attribute)
            yield Question(
                principle="diversity",
                name=REPRESENTATION,
                about=about,
                attribute=attribute,
                part=one.answer,
                findings=findings,
                p_value=smallest_p(findings),
            )
