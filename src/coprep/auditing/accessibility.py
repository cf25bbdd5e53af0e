"""Ask of accessibility: who of the list came to each stage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coprep.auditing.asking import Asking
from coprep.auditing.question import Question
from coprep.auditing.took_part import Fact, question_of

ATTENDANCE = "attendance"


def questions(asking: Asking) -> Iterator[Question]:
    """One question a stage and attribute: did as many of each group come?"""
    came = asking.process.attendance
    if came is None or not len(asking.process.people):
        return
    for stage in asking.process.stages:
        there = asking.process.there(stage).astype(np.float64)
        fact = Fact(ATTENDANCE, there, stage)
        for attribute in asking.attributes:
            yield question_of(asking, "accessibility", attribute, fact)
