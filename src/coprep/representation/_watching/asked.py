"""Check what only `monitor` is asked, at once and before anything is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from coprep.errors import InputError, Problems
from coprep.representation._watching.arrivals import (
    said_time,
)
from coprep.representation._watching.course import Followed
from coprep.wording.labels import listed, nearest, show

Null = Literal["parity", "band"]


Direction = Literal["under", "both"]


_MOST_ARRIVALS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What only `monitor` is asked."""

    order: str | None
    null: Null
    direction: Direction
    watch: tuple[str, ...] | Mapping[str, tuple[str, ...]] | None
    cluster: str | None
    milestones: Mapping[str, int | str]

    @classmethod
    def of(cls, **given: Any) -> Asked:
        """Checked, with everything that is wrong."""
        problems = Problems()
        for name, choices in (("null", get_args(Null)), ("direction", get_args(Direction))):
            if given[name] not in choices:
                problems.take(InputError.choice(name, given[name], choices))
        for name in ("order", "cluster"):
            if given[name] is not None and not isinstance(given[name], str):
                problems.add(
                    f"{name} is {show(given[name])}; expected the name of a column.",
                    code="bad_names",
                    param=name,
                )
        if given["cluster"] is not None and given["population"] is not None:
            problems.add(
                "cluster= and population= cannot be combined: how parties are drawn from few "
                "people is not known.",
                code="misplaced",
                param="population",
                hint="leave population= out; from fewer people than a tenth of the population it "
                "hardly matters.",
            )
        milestones = read_milestones(given["milestones"], problems)
        watch = watched_groups(given["watch"], problems)
        problems.raise_if_any()
        return cls(
            order=given["order"],
            null=given["null"],
            direction=given["direction"],
            watch=watch,
            cluster=given["cluster"],
            milestones=milestones,
        )


def watched_groups(
    given: Any, problems: Problems
) -> tuple[str, ...] | Mapping[str, tuple[str, ...]] | None:
    """The groups to call out, as they were asked for."""
    if given is None:
        return None
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Mapping):
        return {
            str(a): (part,) if isinstance(part, str) else tuple(map(str, part))
            for a, part in given.items()
        }
    try:
        return tuple(map(str, given))
    except TypeError:
        problems.add(
            f"watch is {show(given)}; expected groups in a list, or by attribute.",
            code="bad_names",
            param="watch",
        )
    return None


def read_milestones(given: Any, problems: Problems) -> dict[str, int | str]:
    """What happened when: whole numbers of arrivals, and dates in words."""
    found: dict[str, int | str] = {}
    if not isinstance(given, Mapping):
        problems.add(
            f"milestones is {show(given)}; expected a mapping of names to arrivals or dates.",
            code="bad_mapping",
            param="milestones",
        )
        return found
    for name, at in given.items():
        whole = isinstance(at, (int, np.integer)) and not isinstance(at, bool)
        if whole and 1 <= at <= _MOST_ARRIVALS:
            found[str(name)] = int(at)
            continue
        try:
            # A number that is no arrival is no date either.
            said = "no date" if whole else str(at)
            found[str(name)] = said_time(np.datetime64(said, "s"))
        except (ValueError, TypeError, OverflowError):
            problems.add(
                f"milestone {show(name)} is {show(at)}; expected a number of arrivals from 1, or a "
                "date such as 2024-03-31.",
                code="bad_milestone",
                param="milestones",
                got=at,
            )
    return found


def check_watch(asked: Asked, followed: Sequence[Followed]) -> None:
    """The groups to be called out are there."""
    if asked.watch is None:
        return
    problems = Problems()
    known = {one.attribute: one.groups for one in followed}
    parts: list[tuple[str, str | None]] = []
    if isinstance(asked.watch, Mapping):
        for attribute, groups in asked.watch.items():
            if attribute not in known:
                problems.add(
                    f"watch names {show(attribute)}, which is not followed; these are: "
                    f"{listed(known, most=12)}.",
                    code="unknown_attribute",
                    param="watch",
                    got=attribute,
                )
                continue
            parts += [(group, attribute) for group in groups]
    else:
        parts += [(group, None) for group in asked.watch]
    for group, where in parts:
        there = [g for a, each in known.items() if where in (None, a) for g in each]
        if group not in there:
            close = nearest(group, there)
            problems.add(
                f"watch names {show(group)}, which is no group of the baseline.",
                code="unknown_group",
                param="watch",
                got=group,
                expected=tuple(there),
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def is_watched(one: Followed, asked: Asked) -> Any:
    """Which groups may be called out."""
    if asked.watch is None:
        return one.comparable
    names: Iterable[str] = ()
    if isinstance(asked.watch, Mapping):
        names = asked.watch.get(one.attribute, ())
    else:
        names = asked.watch
    return one.comparable & np.array([group in set(names) for group in one.groups], dtype=bool)
