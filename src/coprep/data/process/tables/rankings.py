"""Tells rankings from scores: values that are 1, 2, 3 ... once each have a direction to ask for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.tables.reader import Reader
from coprep.wording.numbers import count_of

_MOST = 0.5
_LEAST_VALUES = 2
_LEAST_PEOPLE = 3


def rankers(
    person: NDArray[np.intp], value: NDArray[np.float64], times: NDArray[np.int64]
) -> tuple[int, int]:
    """How many people gave 1 to k once each (0 for what they left out), and of how many with two
    values or more.

    ``times`` says how often a row stands for that person and value.

    >>> person = np.array([0, 0, 0, 1, 1, 1])
    >>> rankers(person, np.array([1.0, 3.0, 2.0, 4.0, 4.0, 1.0]), np.ones(6, np.int64))
    (1, 2)
    """
    used = (person >= 0) & (value != 0) & ~np.isnan(value)
    person = person[used]
    value = value[used]
    times = times[used]
    n = int(person.max(initial=-1)) + 1
    each = np.bincount(person, times, minlength=n)
    highest = np.zeros(n)
    np.maximum.at(highest, person, value)
    distinct = np.unique(np.stack([person, value]), axis=1)
    values = np.bincount(distinct[0].astype(np.intp), minlength=n)
    strange = (value < 1) | (value != np.floor(value))
    odd = np.bincount(person[strange], minlength=n) > 0
    answered = each >= _LEAST_VALUES
    ranked = answered & ~odd & (values == each) & (highest == each)
    return int(ranked.sum()), int(answered.sum())


def ask_direction(
    reader: Reader,
    table: str,
    person: NDArray[np.intp],
    value: NDArray[np.float64],
    times: NDArray[np.int64],
) -> None:
    """Refuse values that look like a ranking and do not say whether 1 is best or worst."""
    ranked, answered = rankers(person, value, times)
    if ranked >= _LEAST_PEOPLE and ranked > _MOST * answered:
        reader.problems.add(
            f"{table} say no kind, and {ranked:,} of {count_of(answered, 'person', 'people')} gave "
            "1, 2, 3 ... once each: is 1 the best place, or the lowest score?",
            code="kind_needed",
            param=f"{table}.kind",
            got=ranked,
            expected=("rank", "score"),
            hint="say kind 'rank' where 1 is the best, and 'score' where more is better.",
        )
