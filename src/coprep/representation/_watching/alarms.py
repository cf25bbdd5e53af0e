"""Finds when each group was first called out, against parity and against the band."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from coprep.metrics._checks import Bools, Floats, Ints
from coprep.representation._options import Options
from coprep.representation._watching.arrivals import (
    Arrivals,
)
from coprep.representation._watching.asked import Asked, Null, is_watched
from coprep.representation._watching.course import Followed
from coprep.representation._watching.evidence import first_times, flagged


def families(followed: Sequence[Followed], options: Options) -> list[list[int]]:
    """The attributes whose groups share alpha."""
    if options.family == "all":
        return [list(range(len(followed)))]
    return [[place] for place in range(len(followed))]


def ways(asked: Asked) -> tuple[str, ...]:
    return ("under", "over") if asked.direction == "both" else ("under",)


def evidence_of_tests(
    followed: Sequence[Followed],
    family: Sequence[int],
    asked: Asked,
    null: str,
    of: Callable[[int, str], Floats],
) -> Floats:
    """Evidence of every test of a family, a row a test; nan where a group is not watched."""
    rows = []
    for place in family:
        watched = is_watched(followed[place], asked)[:, None]
        for way in ways(asked):
            kind = way if null == "parity" else f"{way}_band"
            rows.append(np.where(watched, of(place, kind), np.nan))
    return np.concatenate(rows)


def first_alarms_of(
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    options: Options,
    asked: Asked,
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """By null, attribute and group the first alarm: arrival, date, ratio and which way."""
    found: dict[str, Any] = {}
    for null in get_args(Null):
        earlier = {} if before is None else before[null]
        by_attribute = {one.attribute: dict(earlier.get(one.attribute, {})) for one in followed}
        found[null] = by_attribute
        for family in families(followed, options):
            tests = [
                (place, group, way)
                for place in family
                for way in ways(asked)
                for group in range(len(followed[place].groups))
            ]
            times = _first_alarms(followed, family, options, asked, null)
            for (place, group, way), look in sorted(
                zip(tests, times.tolist(), strict=True), key=lambda pair: pair[1]
            ):
                one = followed[place]
                held = by_attribute[one.attribute]
                name = one.groups[group]
                if look < 0 or name in held:
                    continue
                course = one.course
                share = float(course.nulls.share[group])
                held[name] = [
                    int(arrived[look]),
                    came.said(look),
                    float(course.x[group, look] / course.n[look] / share),
                    way,
                ]
    return found


def _first_alarms(
    followed: Sequence[Followed],
    family: Sequence[int],
    options: Options,
    asked: Asked,
    null: str,
) -> Ints:
    """The first time at which each test of a family is an alarm; -1 where none is."""
    low, high = options.band
    looks = followed[family[0]].course.looks
    tests = len(ways(asked)) * sum(len(followed[place].groups) for place in family)

    def possible(starts: Ints, ends: Ints) -> Bools:
        """What may be an alarm between two times, by what speaks for it most."""

        def most(place: int, kind: str) -> Floats:
            return followed[place].course.most(kind, starts, ends)

        log_e = evidence_of_tests(followed, family, asked, null, most)
        gates = []
        for place in family:
            course = followed[place].course
            for way in ways(asked):
                x, n = course.counts(way, starts, ends)
                gates.append(_beyond(x, n, course.nulls.share, way, low, high))
        return np.asarray(flagged(log_e, options.alpha) & np.concatenate(gates))

    return first_times(possible, tests, looks)


def _beyond(x: Any, n: Any, share: Floats, way: str, low: float, high: float) -> Any:
    """Whether the ratio lies beyond the band."""
    with np.errstate(all="ignore"):
        ratio = x / n / share[:, None]
        return ratio < low if way == "under" else ratio > high
