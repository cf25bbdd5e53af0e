"""Follows the groups of one attribute through the arrivals, and continues from where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from coprep.findings import encode
from coprep.metrics._checks import Bools, Ints
from coprep.representation._inputs import Compared
from coprep.representation._options import Options
from coprep.representation._watching.arrivals import Arrivals, Members, members_of
from coprep.representation._watching.evidence import (
    Course,
    Nulls,
    Parties,
    ShareSums,
    parties_of,
    share_limits,
)


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One attribute: its groups, which of them can be compared, and their course so far.

    The course begins where an earlier one ended; ``stand`` is where it ends, as plain data.
    """

    item: Compared
    comparable: Bools
    course: Course
    stand: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attribute(self) -> str:
        """What the attribute is called."""
        return self.item.profile.attribute

    @property
    def groups(self) -> tuple[str, ...]:
        """The baseline's groups, in its order."""
        return self.item.profile.groups

    @property
    def last(self) -> Ints:
        """The last time, as a place among all."""
        return np.array([self.course.looks - 1], dtype=np.intp)


def follow(
    item: Compared,
    arrivals: Arrivals,
    options: Options,
    before: Mapping[str, Any] | None,
) -> Followed:
    """The course of one attribute through the arrivals, after what was before."""
    profile = item.profile
    inside = profile.shares > 0
    only = int(inside.sum()) < 2 and not item.overlapping
    comparable = inside & (not only)
    members = members_of(item, arrivals.values[profile.attribute], options)
    known = members.known
    if not item.overlapping:
        # People in groups to which the baseline gives no share stand outside the comparison.
        for one, held in zip(members.inside, inside, strict=True):
            known = known if held else known & ~one
    nulls = Nulls.around(
        np.where(comparable, profile.shares, np.nan),
        np.where(comparable, profile.standard_errors, 0.0),
        np.where(comparable, profile.rounding, 0.0),
        options.band,
        options.alpha,
    )
    start = before or {"x": [0] * len(profile.groups), "n": 0, "unknown": 0}
    x = np.array([_counted(one & known, arrivals) for one in members.inside], dtype=np.int64)
    x = x.reshape(len(profile.groups), arrivals.looks) + np.array(start["x"])[:, None]
    n = _counted(known, arrivals) + start["n"]
    unknown = _counted(members.unknown, arrivals) + start["unknown"]
    stand: dict[str, Any] = {
        "x": x[:, -1].tolist(),
        "n": int(n[-1]),
        "unknown": int(unknown[-1]),
    }
    course = Course(nulls, x, n, unknown, options.population)
    if arrivals.event is not None:
        course, weighed = _with_parties(course, arrivals, members, known, options, before)
        stand |= weighed
    return Followed(item, comparable, course, stand)


def _counted(who: Bools, arrivals: Arrivals) -> Ints:
    """How many of some people had come by each time."""
    return np.cumsum(np.bincount(arrivals.look[who], minlength=arrivals.looks)).astype(np.int64)


def _with_parties(
    course: Course,
    arrivals: Arrivals,
    members: Members,
    known: Bools,
    options: Options,
    before: Mapping[str, Any] | None,
) -> tuple[Course, dict[str, Any]]:
    """The course with evidence by party, and what it takes to continue it."""
    event = arrivals.event
    late = arrivals.late
    if event is None or late is None:
        return course, {}
    largest = 0 if before is None else int(before["largest"])
    came = parties_of(members.inside, known, event, late, arrivals.look, largest)
    nulls = course.nulls
    held = []
    for group in range(len(came.inside)):
        earlier = () if before is None else before["parties"][group]
        held.append(Parties.of(came, group, earlier))
    kept = 1 - options.confidence
    lows = []
    highs = []
    sums = []
    for group in range(len(held)):
        one = ShareSums() if before is None else ShareSums(**before["sums"][group])
        low, high = share_limits(came, group, course.looks, kept * nulls.spent, one)
        lows.append(low)
        highs.append(high)
        sums.append(asdict(one))
    followed = Course(
        nulls,
        course.x,
        course.n,
        course.unknown,
        None,
        tuple(held),
        (np.array(lows), np.array(highs)),
    )
    stand = {
        "parties": [one.stand() for one in held],
        "largest": int(came.largest.max(initial=largest)),
        "sums": encode(sums),
    }
    return followed, stand
