"""Ask of reciprocity: who was answered, how people felt, and whose support the outcome carries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coprep import ideas
from coprep.auditing.asking import Asking
from coprep.auditing.indicator import Indicator
from coprep.auditing.question import Question
from coprep.auditing.took_part import Fact, question_of

EXPERIENCE = "experience"
_TOP_TWO = 4.0
"""On a scale of 1 to 5, from here on somebody agrees."""


def questions(asking: Asking) -> Iterator[Question]:
    """Every question of reciprocity that the tables allow, in page order."""
    yield from RESPONSES.questions(asking)
    for item in items(asking):
        fact = Fact(EXPERIENCE, felt(asking, item), item)
        for attribute in asking.attributes:
            yield question_of(asking, "reciprocity", attribute, fact)
    yield from OUTCOME.questions(asking)


def items(asking: Asking) -> tuple[str, ...]:
    """What people were asked about taking part, in the order of the table."""
    said = asking.process.experience
    if said is None or not len(asking.process.people):
        return ()
    return tuple(str(item) for item in dict.fromkeys(said["item"]) if item is not None)


def felt(asking: Asking, item: str) -> NDArray[np.float64]:
    """Whether each person answered with one of the two best marks; nan for no answer."""
    said = asking.process.experience
    found = np.full(len(asking.process.people), np.nan)
    if said is None:
        return found
    rows = np.array([one == item for one in said["item"]], dtype=bool)
    values = np.asarray(said["value"], dtype=float)[rows]
    person = np.asarray(said["person"], dtype=np.intp)[rows]
    found[person] = np.where(np.isnan(values), np.nan, values >= _TOP_TWO)
    return found


RESPONSES = Indicator(
    principle="reciprocity",
    name="responses",
    needs=("responses", "authors"),
    ask=lambda asking, attribute: ideas.responses(
        asking.listed,
        attribute=attribute,
        until=asking.until,
        confidence=asking.confidence,
        band=asking.band,
        draws=asking.draws,
        rng=asking.rng,
    ),
)
OUTCOME = Indicator(
    principle="reciprocity",
    name="outcome",
    needs=("ratings", "adopted"),
    ask=lambda asking, attribute: ideas.outcome(
        asking.listed,
        attribute=attribute,
        confidence=asking.confidence,
        band=asking.band,
        draws=asking.draws,
        rng=asking.rng,
    ),
)
