"""Ask of one yes-or-no fact about people, such as having come: does its share differ by group?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep import fairness
from coprep.auditing.asking import Asking
from coprep.auditing.question import Principle, Question, asked
from coprep.data.process.coded import Grouping
from coprep.errors import InputError
from coprep.findings import Estimate, Finding, Verdict
from coprep.results import Result

LEAST = 5
"""A group of fewer people is not compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """Whether something is so of each person; nan where it is not known of them."""

    question: str
    holds: NDArray[np.float64]
    about: str


def question_of(asking: Asking, principle: Principle, attribute: str, fact: Fact) -> Question:
    """The share of whom a fact holds, compared between the groups of an attribute."""
    grouping = asking.process.grouping(attribute)
    return asked(
        principle,
        fact.question,
        attribute,
        lambda: _compared(asking, grouping, fact),
        lambda part: (_told(part, grouping, fact),),
        about=fact.about,
    )


def _compared(asking: Asking, grouping: Grouping, fact: Fact) -> Result:
    known = (grouping.codes >= 0) & ~np.isnan(fact.holds)
    sizes = np.bincount(grouping.codes[known], minlength=len(grouping.groups))
    if (sizes >= LEAST).sum() < 2:
        raise InputError.of(
            f"fewer than two groups have {LEAST} people or more.", code="too_few_people"
        )
    answers = fact.holds[known].astype(int)
    groups = np.array(grouping.groups, dtype=object)[grouping.codes[known]]
    return fairness.group_metrics(
        answers,
        answers,
        sensitive_features={grouping.attribute: groups},
        metrics=["selection_rate"],
        material=asking.material,
        confidence=asking.confidence,
        rng=asking.rng,
    )


def _told(part: Result, grouping: Grouping, fact: Fact) -> Finding:
    """The gap between the lowest and the highest group, with its counts."""
    row = next(part.rows.records())
    lowest = row["lowest_group"]
    highest = row["highest_group"]
    counts = {
        name: _count(grouping, fact, group) for name, group in (("", lowest), ("other_", highest))
    }
    values = {f"{name}{what}": n for name, of in counts.items() for what, n in of.items()}
    found = part.findings[0]
    return Finding(
        question=fact.question,
        attribute=grouping.attribute,
        group=lowest,
        verdict=Verdict.PATTERN if found.verdict.is_flag else found.verdict,
        estimate=Estimate(
            -100 * row["gap"],
            -100 * row["high"],
            -100 * row["low"],
            part.settings["confidence"],
            "",
            "points",
        ),
        p_value=row["p_value"],
        p_adjusted=row["p_adjusted"],
        n=int(row["n"]),
        details={"about": (fact.about,), "detectable": row["noise_floor"]},
        values={**values, "other": highest, "about": fact.about},
    )


def _count(grouping: Grouping, fact: Fact, group: str) -> dict[str, int]:
    asked_of = (grouping.codes == grouping.groups.index(group)) & ~np.isnan(fact.holds)
    return {"yes": int(fact.holds[asked_of].sum()), "of": int(asked_of.sum())}
