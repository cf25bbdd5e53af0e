"""Opening the door: tables are laid out, read one after the other, and checked against each other."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.frames import is_frame
from coprep.data.process.tables.contents import Contents
from coprep.data.process.tables.ideas import read_authorship, read_beneficiaries, read_ideas
from coprep.data.process.tables.order_of_dates import check_dates, check_votes
from coprep.data.process.tables.others import (
    read_attendance,
    read_experience,
    read_need,
    read_priorities,
    read_sessions,
)
from coprep.data.process.tables.participants import read_people
from coprep.data.process.tables.ratings import read_ratings
from coprep.data.process.tables.reader import Desk, no_rows
from coprep.data.process.tables.schema import TABLES, Layout, lay_out
from coprep.data.process.tables.turns import read_responses, read_talk
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show

__all__ = ["baselines_of", "open_tables"]


def open_tables(
    given: Mapping[str, Any],
    baselines: Mapping[str, Baseline],
    scale: tuple[float, float] | None,
    known_groups: Mapping[str, Collection[str]],
    problems: Problems,
) -> tuple[Contents, list[str]]:
    """The contents of all tables, and what was noted; what is wrong goes to ``problems``."""
    layouts: dict[str, Layout] = {}
    for table, value in given.items():
        layout = None if value is None else lay_out(table, value, problems)
        if layout is not None and not layout.frame.is_lazy and not _has_rows(layout, problems):
            continue
        if layout is not None:
            layouts[table] = layout
    desk = Desk(layouts, problems)
    also = {name: list(b.groups(name)) for b in baselines.values() for name in b.attributes}
    for name, groups in known_groups.items():
        also[name] = [*also.get(name, ()), *groups]
    contents = _read(desk, also, _sound_scale(scale, problems))
    if "participants" not in layouts and given.get("participants") is not None:
        # Nobody can say which groups there are before that table can be read.
        problems.found[:] = [
            p for p in problems.found if p.code not in {"unknown_attribute", "unknown_group"}
        ]
    desk.notes += _unused(layouts)
    return contents, desk.notes


def _has_rows(layout: Layout, problems: Problems) -> bool:
    if layout.frame.rows():
        return True
    no_rows(layout.table, problems)
    return False


def _read(
    desk: Desk, also: Mapping[str, Collection[str]], scale: tuple[float, float] | None
) -> Contents:
    people = read_people(desk)
    ideas = read_ideas(desk)
    authorship = read_authorship(desk, ideas)
    sessions, responses = read_sessions(desk), read_responses(desk)
    topics = () if ideas is None else ideas.topics
    contents = Contents(
        people=people,
        ideas=ideas,
        authorship=authorship,
        beneficiaries=read_beneficiaries(desk, people, also),
        ratings=read_ratings(desk, authorship, scale),
        talk=read_talk(desk, sessions),
        responses=responses,
        sessions=sessions,
        attendance=read_attendance(desk, sessions),
        experience=read_experience(desk),
        priorities=read_priorities(desk, topics),
        need=read_need(desk, people, also, topics),
        tables=tuple(name for name in TABLES if name in desk.layouts),
    )
    check_dates(desk, contents)
    if contents.ratings is not None:
        contents.ratings.check = partial(check_votes, ideas=ideas, invited=people.invited_at)
    return contents


def _sound_scale(scale: Any, problems: Problems) -> tuple[float, float] | None:
    if scale is None:
        return None
    try:
        low, high = (float(bound) for bound in scale)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        problems.add(
            "scale must be the lowest and the highest score, such as (1, 5).",
            param="scale",
            expected="(low, high)",
        )
        return None
    return low, high


def _unused(layouts: Mapping[str, Layout]) -> list[str]:
    """A note for each table with columns that nothing reads."""
    notes = []
    for table, layout in layouts.items():
        spec = TABLES[table]
        if spec.others != "unused" or not layout.others:
            continue
        left = [name for name in spec.optional if name not in layout.columns]
        close = {name: nearest(name, left) for name in layout.others}
        hints = [
            f"{show(name)} may be meant as {show(near)}" for name, near in close.items() if near
        ]
        text = f"{table}: columns not used: {listed(layout.others, most=8)}"
        notes.append(f"{text} ({'; '.join(hints)})." if hints else f"{text}.")
    return notes


def baselines_of(value: Any, problems: Problems) -> dict[str, Baseline]:
    """Baselines by name, from one, from several by name, or from a table."""
    if value is None:
        return {}
    if isinstance(value, Baseline):
        return {"baseline": value}
    if (
        isinstance(value, Mapping)
        and value
        and all(isinstance(b, Baseline) for b in value.values())
    ):
        return {str(name): b for name, b in value.items()}
    try:
        if isinstance(value, Mapping) and all(
            isinstance(groups, Mapping) for groups in value.values()
        ):
            return {"baseline": Baseline.from_counts(value)}
        if is_frame(value) or isinstance(value, Mapping):
            return {"baseline": _from_frame(value)}
    except InputError as error:
        problems.take(error)
        return {}
    problems.add(
        f"baseline must be a Baseline, several by name, or a data frame; got {type(value).__name__!r}.",
        code="bad_baseline",
        param="baseline",
        got=type(value).__name__,
        hint="make one with Baseline.from_counts({'sex': {'Female': 510, 'Male': 490}}).",
    )
    return {}


def _from_frame(value: Any) -> Baseline:
    from coprep.data.frames import open_frame

    columns = open_frame(value, what="baseline").columns
    return Baseline.from_frame(
        value, **{name: name for name in ("count", "share", "moe") if name in columns}
    )
