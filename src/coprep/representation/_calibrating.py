"""Bring people and a community's totals together, and find the weights that reach them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import Literal

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.errors import InputError, Problems
from coprep.metrics._checks import Floats, Ints
from coprep.metrics.weighting import calibrate, calibration_bounds, poststratify, rake
from coprep.representation._joint import Joint
from coprep.wording.labels import listed, show
from coprep.wording.numbers import number

WeightMethod = Literal["rake", "poststratify", "linear", "logit"]
Bounds = tuple[float, float]

_MOST_TRIED = 60  # ways out of a contradiction that are tried, each a linear program
_MOST_TOLD = 3
_ROOM = 0.1  # how much wider than the tightest the bounds of "logit" are where none are given


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What weights are made from: a row for each combination of groups and base weight.

    ``codes`` has a column an attribute, where the place after the last group stands for people of
    no known group; ``totals`` are shares of the community, theirs at the end.
    """

    attributes: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    codes: Ints
    people: Ints
    base: Floats
    totals: tuple[Floats, ...]

    @property
    def start(self) -> Floats:
        """The base weights of all people of a row."""
        return np.asarray(self.base * self.people, dtype=float)

    def without(self, attribute: int) -> Task:
        """The same with one attribute left out."""
        keep = [at for at in range(len(self.attributes)) if at != attribute]
        return replace(
            self,
            attributes=tuple(self.attributes[at] for at in keep),
            groups=tuple(self.groups[at] for at in keep),
            codes=self.codes[:, keep],
            totals=tuple(self.totals[at] for at in keep),
        )

    def merged(self, attribute: int, one: int, other: int) -> Task:
        """The same with two groups of an attribute taken as one."""
        codes = self.codes.copy()
        column = codes[:, attribute]
        column[column == other] = one
        total = self.totals[attribute].copy()
        total[one] += total[other]
        total[other] = 0.0
        totals = list(self.totals)
        totals[attribute] = total
        return replace(self, codes=codes, totals=tuple(totals))


def task_of(joint: Joint, base: Floats) -> Task:
    """People and totals of every attribute; raises with every group that nobody can stand for.

    People of no known group keep the share of the total that they have, so that their weight
    follows their other attributes.
    """
    some = joint.n > 0
    codes = joint.codes[some].copy()
    people = joint.n[some]
    base = base[some]
    start = base * people
    problems = Problems()
    if not start.sum() > 0:
        raise InputError.of(
            "nobody has a base weight above 0.", code="no_rows", param="participants"
        )
    totals = []
    for at, item in enumerate(joint.found):
        shares = np.where(item.profile.shares > 0, item.profile.shares, 0.0)
        column = codes[:, at]
        # Groups without a share stand outside the comparison, as in `assess`.
        column[(column >= 0) & (shares[column] == 0)] = -1
        known = column >= 0
        (held,) = sums_by_group(codes[:, at : at + 1], np.where(known, start, 0.0), [len(shares)])
        _every_group_is_there(problems, joint, at, held, shares)
        unknown = float(start[~known].sum() / start.sum())
        total = (1 - unknown) * shares / shares.sum()
        if unknown > 0:
            total = np.append(total, unknown)
            column[~known] = len(shares)
        totals.append(total)
    problems.raise_if_any()
    return Task(
        attributes=joint.attributes,
        groups=tuple(item.profile.groups for item in joint.found),
        codes=codes,
        people=people,
        base=base,
        totals=tuple(totals),
    )


def _every_group_is_there(
    problems: Problems, joint: Joint, at: int, held: Floats, shares: Floats
) -> None:
    """Note the groups of one attribute that no participant can stand for, and what to do."""
    name = joint.attributes[at]
    groups = joint.found[at].profile.groups
    absent = np.flatnonzero((shares > 0) & (held == 0))
    if not len(absent):
        return
    there = np.flatnonzero(held > 0)
    if not len(there):
        problems.add(
            f"nobody's {show(name)} is known.",
            code="absent_group",
            param="attributes",
            got=name,
            hint="leave the attribute out with attributes=[...].",
        )
        return
    merge = {groups[k]: groups[there[np.argmin(np.abs(there - k))]] for k in absent}
    problems.add(
        f"nobody of {listed([groups[k] for k in absent])} ({name}) took part, "
        f"{number(100 * float(shares[absent].sum() / shares.sum()))}% of the baseline: no weight can "
        "stand for them.",
        code="absent_group",
        param="participants",
        got=tuple(groups[k] for k in absent),
        hint=f"merge groups with baseline.recode({{{name!r}: {merge!r}}}), or another way that makes "
        "sense; or leave the attribute out with attributes=[...].",
    )


def reached(
    task: Task, method: WeightMethod, bounds: Bounds | None, community: Baseline
) -> tuple[Floats, Bounds | None]:
    """The weight of all people of each row, adding to 1, and the bounds that were used.

    Raises an InputError with ways out where no weights reach the totals.
    """
    if method == "poststratify":
        return _poststratified(task, community), None
    given = (task.start, task.totals)
    if method == "logit" and bounds is None:
        tightest = calibration_bounds(*given, groups=task.codes)
        if np.isnan(tightest.low):
            raise _contradiction(task)
        # Where nothing needs to change, the curve needs room all the same.
        bounds = (
            min(tightest.low * (1 - _ROOM), 1 - _ROOM),
            max(tightest.high * (1 + _ROOM), 1 + _ROOM),
        )
    try:
        if method == "rake" and bounds is None:
            return rake(*given, groups=task.codes), None
        distance: Literal["linear", "raking", "logit"] = "raking"
        if method != "rake":
            distance = method
        found = calibrate(*given, groups=task.codes, distance=distance, bounds=bounds)
    except InputError as error:
        if error.code != "out_of_reach":
            raise
        raise _contradiction(task) from None
    return found, bounds


def _poststratified(task: Task, community: Baseline) -> Floats:
    """Weights that reach the joint table of all attributes; of one, its shares."""
    cells = [tuple(row) for row in task.codes.tolist()]
    sizes = [len(groups) for groups in task.groups]
    unknown = np.array([any(c == k for c, k in zip(row, sizes, strict=True)) for row in cells])
    if len(task.attributes) == 1:
        return poststratify(task.start, task.totals[0], groups=task.codes[:, 0])
    table = community.joint(*task.attributes)
    wanted = {
        tuple(groups.index(one) for groups, one in zip(task.groups, cell, strict=True)): float(size)
        for cell, size in table.items()
        if size > 0
    }
    there = {row for row, no in zip(cells, unknown, strict=True) if not no}
    lacking = sorted(set(wanted) - there)
    if lacking:
        share = 100 * sum(wanted[cell] for cell in lacking) / sum(wanted.values())
        told = [
            ", ".join(groups[k] for groups, k in zip(task.groups, cell, strict=True))
            for cell in lacking
        ]
        raise InputError.of(
            f"nobody is in {len(lacking):,} of {len(wanted):,} cells of the joint table "
            f"({number(share)}% of the baseline): {listed(told)}.",
            code="absent_group",
            param="method",
            got=tuple(told),
            hint="use method='rake', which needs somebody in every group and not in every cell; or "
            "merge groups with baseline.recode(...); or weight by fewer attributes.",
        )
    part = float(task.start[unknown].sum() / task.start.sum())
    size = sum(wanted.values())
    order = sorted(wanted)
    totals = np.array([(1 - part) * wanted[cell] / size for cell in order])
    place = {cell: at for at, cell in enumerate(order)}
    # People outside the joint table, and of no known group, are as many as before.
    code = np.array([place.get(cell, len(order)) for cell in cells], dtype=np.intp)
    outside = float(task.start[code == len(order)].sum() / task.start.sum())
    totals *= (1 - outside) / totals.sum()
    if outside > 0:
        totals = np.append(totals, outside)
    return poststratify(task.start, totals, groups=code)


def _contradiction(task: Task) -> InputError:
    """No weights reach all totals: which merger, or which attribute left out, would change that."""
    found: list[_WayOut] = []
    for way in islice(_ways_out(task), _MOST_TRIED):
        other = way.task
        if calibration_bounds(other.start, other.totals, groups=other.codes).low > 0:
            found.append(way)
        if len(found) == _MOST_TOLD:
            break
    rules = [repr(way.rules) for way in found if way.rules]
    fewer = [f"attributes={way.attributes!r}" for way in found if not way.rules]
    told = []
    if rules:
        told.append(
            "merge groups by one of these rules, with baseline.recode(rules) and recode=rules: "
            + "; ".join(rules)
        )
    if fewer:
        told.append("leave an attribute out: " + "; ".join(fewer))
    return InputError.of(
        "the totals contradict the people at hand: no weights above 0 give every group of "
        f"{listed(task.attributes, most=12)} its share at once.",
        code="out_of_reach",
        param="attributes",
        got=task.attributes,
        expected=tuple(way.rules or way.attributes for way in found),
        hint=". Or ".join(told or ["merge small groups, or weight by fewer attributes"]) + ".",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _WayOut:
    """What could be changed so that totals no longer contradict, and the task after it."""

    task: Task
    rules: dict[str, dict[str, str]]
    attributes: list[str]


def _ways_out(task: Task) -> Iterator[_WayOut]:
    """Mergers of neighbours and an attribute left out, then other mergers."""
    for at, name in enumerate(task.attributes):
        for k in range(len(task.groups[at]) - 1):
            yield _merger(task, at, k, k + 1)
        if len(task.attributes) > 1:
            rest = [other for other in task.attributes if other != name]
            yield _WayOut(task.without(at), {}, rest)
    for at, groups in enumerate(task.groups):
        for one, other in combinations(range(len(groups)), 2):
            if other > one + 1:
                yield _merger(task, at, one, other)


def _merger(task: Task, at: int, one: int, other: int) -> _WayOut:
    """Two groups taken as one."""
    groups = task.groups[at]
    rules = {task.attributes[at]: {groups[other]: groups[one]}}
    return _WayOut(task.merged(at, one, other), rules, list(task.attributes))


def sums_by_group(codes: Ints, values: Floats, sizes: Sequence[int]) -> list[Floats]:
    """The sum of values in each group of every attribute, people of no known group left out."""
    found = []
    for column, size in zip(codes.T, sizes, strict=True):
        of_group = np.where(column < 0, size, column)
        sums: Floats = np.bincount(of_group, values, minlength=size + 1).astype(np.float64)
        found.append(sums[:size])
    return found
