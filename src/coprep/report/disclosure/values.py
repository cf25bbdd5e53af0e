"""Tell which of the named values of a note, a finding or a detail are too few people to be told.

Protection goes by names and numbers and never reads a sentence. A whole number whose name is not
known to be harmless counts people, so that a new name is protected until somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coprep.findings import Finding, Note

# Numbers that do not depend on who took part: what was asked for, and how it was worked out.
DESIGN = frozenset(
    {"alpha", "attributes", "band", "bands", "baselines", "bins", "comparisons", "confidence"}
    | {
        "decimals",
        "depth",
        "draws",
        "expected",
        "family",
        "files",
        "groups",
        "level",
        "low",
        "high",
    }
    | {
        "material",
        "metrics",
        "min_count",
        "pairs",
        "places",
        "position",
        "questions",
        "rank",
        "recruits",
        "resamples",
    }
    | {"rng", "runs", "seed", "shortfall", "strata", "tables", "threshold", "times", "worlds"}
    | {"stages", "year"}
)
# Numbers of things that people made or did, which a finding may tell where its row is shown.
THINGS = DESIGN | frozenset(
    {"adopted", "answers", "ballots", "cells", "columns", "comments", "cost", "days", "ideas"}
    | {"projects", "proposals", "ratings", "seats", "statements", "terms", "topics", "turns"}
    | {"uses", "votes", "words"}
)
# Thresholds, and people who are not there yet.
_NOT_THERE = ("least", "min_", "at_least", "below", "fewer_than", "more", "most", "needed")


def tells_of_few(
    values: Mapping[str, Any], min_count: int, harmless: frozenset[str] = THINGS
) -> bool:
    """Whether any of the named values is a number of people from 1 to ``min_count`` - 1.

    >>> tells_of_few({"authors": 2, "ideas": 3}, 5), tells_of_few({"least": 2, "ideas": 3}, 5)
    (True, False)
    """
    return any(is_few(name, one, min_count, harmless) for name, one in named(values))


_LIMITS = frozenset({"small_groups"})
"""Codes of notes that say of hidden groups how few people they are at most, which is one number too
few.
"""


def undeclared_or_few(said: Finding | Note, min_count: int) -> bool:
    """Whether a sentence quotes so few people, or does not say what it quotes."""
    if isinstance(said, Note) and said.code in _LIMITS:
        return True
    if not said.values and (said.code == "note" if isinstance(said, Note) else said.reading):
        return True
    return tells_of_few(said.values, min_count)


def named(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every number and text in plain data, each with the innermost name it stands under."""
    for name, value in values.items():
        for one in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(one, Mapping):
                yield from named(one)
            else:
                yield str(name), one


def is_harmless(name: str, harmless: frozenset[str]) -> bool:
    """Whether a number of this name counts nobody who took part."""
    return name in harmless or name.startswith(_NOT_THERE)


def is_few(name: str, value: Any, min_count: int, harmless: frozenset[str] = THINGS) -> bool:
    """Whether a value is a number of people, or of whatever a run rests on, too small to be told."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < min_count:
        return False
    if isinstance(value, float):
        return name.startswith("effective")
    return not is_harmless(name, harmless)


def without_few(details: Any, min_count: int, name: str = "") -> Any:
    """Details without numbers of few people.

    >>> without_few({"voters_of_unknown_group": 3, "ideas": 3}, 5)
    {'voters_of_unknown_group': None, 'ideas': 3}
    """
    if isinstance(details, Mapping):
        return {key: without_few(value, min_count, str(key)) for key, value in details.items()}
    if isinstance(details, (tuple, list)):
        return type(details)(without_few(value, min_count, name) for value in details)
    return None if is_few(name, details, min_count) else details
