"""Reads all tables of a process, one after the other, and checks them against each other."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.frames import is_frame, open_frame
from coprep.data.label_matching import spelt_alike
from coprep.data.process.tables import order_of_dates
from coprep.data.process.tables.commitments import read_milestones, read_targets
from coprep.data.process.tables.contents import Contents
from coprep.data.process.tables.groups import read_beneficiaries, read_need
from coprep.data.process.tables.ideas import read_authorship, read_ideas
from coprep.data.process.tables.others import (
    read_attendance,
    read_experience,
    read_outcomes,
    read_priorities,
    read_responses,
    read_sessions,
)
from coprep.data.process.tables.participants import read_people
from coprep.data.process.tables.ratings import read_ratings
from coprep.data.process.tables.reader import Reader
from coprep.data.process.tables.schema import TABLES, Layout, lay_out, open_table
from coprep.data.process.tables.turns import read_talk
from coprep.data.reading import Reading
from coprep.errors import InputError, Problems
from coprep.findings import Note
from coprep.wording.escape import quoted
from coprep.wording.labels import nearest, show


def read_tables(
    given: Mapping[str, Any],
    baselines: Mapping[str, Baseline],
    scale: tuple[float, float] | None,
    known_groups: Mapping[str, Collection[str]],
    reading: Reading,
    problems: Problems,
) -> tuple[Contents, list[Note]]:
    """The contents of all tables, and what was noted; what is wrong goes to ``problems``."""
    layouts: dict[str, Layout] = {}
    reader = Reader(layouts, problems, reading)
    given = {**given, "participants": _named(given.get("participants"), reading, problems)}
    if _needs_no_ids(given):
        given["participants"] = _numbered(given["participants"], reader)
    for table, value in given.items():
        layout = None if value is None else lay_out(table, value, problems)
        if layout is None:
            continue
        if layout.frame.is_lazy or layout.frame.rows():
            layouts[table] = layout
        else:
            reader.no_rows(table)
    also = {name: list(b.groups(name)) for b in baselines.values() for name in b.attributes}
    for name, groups in known_groups.items():
        also[name] = [*also.get(name, ()), *groups]
    contents = _read(reader, also, sound_scale(scale, problems))
    if "participants" not in layouts and given.get("participants") is not None:
        # Nobody can say which groups there are before that table can be read.
        problems.found[:] = [
            p for p in problems.found if p.code not in {"unknown_attribute", "unknown_group"}
        ]
    _note_unused(reader)
    return contents, reader.notes


def _named(participants: Any, reading: Reading, problems: Problems) -> Any:
    """The table of participants with its columns called as they are to be read."""
    own = {
        reading.weight: "weight",
        reading.person: "participant_id",
        reading.cluster: "came_with",
    }
    wanted = {**reading.columns, **{column: name for column, name in own.items() if column}}
    if participants is None or not wanted:
        return participants
    try:
        frame = open_table(participants, "participants")
    except InputError:
        return participants  # which is told of where the table is laid out
    alike = spelt_alike(wanted, frame.columns)
    names: dict[str, str] = {}
    for column, name in wanted.items():
        there = alike[column]
        if there is None:
            problems.take(frame.unknown_column(column, param="columns"))
        elif name in names.values():
            problems.add(
                f"columns gives {show(name)} to more than one column.",
                code="duplicate_attribute",
                param="columns",
                got=name,
                hint="tie one of them.",
            )
        else:
            names[there] = name
    return frame.renamed(names)


def _needs_no_ids(given: Mapping[str, Any]) -> bool:
    """Whether participants are there and no other table says who did what."""
    others = (table for table, value in given.items() if value is not None)
    named = (TABLES[table].columns.values() for table in others if table != "participants")
    return given["participants"] is not None and not any(
        column.kind == "person" for columns in named for column in columns
    )


def _numbered(participants: Any, reader: Reader) -> Any:
    """The table of participants with its rows numbered where it has no ids."""
    try:
        frame = open_table(participants, "participants")
    except InputError:
        return participants  # which is told of where the table is laid out
    alike = spelt_alike(["participant_id"], [name.replace(" ", "_") for name in frame.columns])
    if alike["participant_id"] is not None or frame.is_lazy or not frame.rows():
        return participants
    reader.note(
        "rows_numbered",
        "participants have no column 'participant_id': their rows are numbered, and each of the "
        "{rows} is a person.",
        rows=frame.rows(),
    )
    return frame.numbered("participant_id")


def _read(
    reader: Reader, also: Mapping[str, Collection[str]], scale: tuple[float, float] | None
) -> Contents:
    people = read_people(reader)
    ideas = read_ideas(reader)
    authorship = read_authorship(reader, ideas)
    sessions = read_sessions(reader)
    responses = read_responses(reader)
    attendance = read_attendance(reader, sessions)
    topics = () if ideas is None else ideas.topics
    contents = Contents(
        people=people,
        ideas=ideas,
        authorship=authorship,
        beneficiaries=read_beneficiaries(reader, people, also),
        ratings=read_ratings(reader, authorship, scale),
        talk=read_talk(reader),
        responses=responses,
        sessions=sessions,
        attendance=attendance,
        experience=read_experience(reader),
        outcomes=read_outcomes(reader),
        milestones=read_milestones(reader),
        targets=read_targets(reader),
        priorities=read_priorities(reader, topics),
        need=read_need(reader, people, also, topics),
        tables=tuple(name for name in TABLES if name in reader.layouts),
    )
    invited = people.invited_at
    if ideas is not None:
        order_of_dates.check_ideas(reader, ideas, authorship, responses, invited)
    if sessions is not None:
        order_of_dates.check_sessions(reader, sessions, attendance, invited)
    if contents.ratings is not None:
        check = partial(order_of_dates.check_votes, ideas=ideas, invited=invited)
        if not reader.is_counted("ratings"):
            check(reader)
        contents.ratings.check = check
    return contents


def sound_scale(scale: Any, problems: Problems) -> tuple[float, float] | None:
    """The lowest and the highest score as numbers; what cannot be is told."""
    if scale is None:
        return None
    try:
        low, high = (float(bound) for bound in scale)
    except (TypeError, ValueError):
        low = high = math.nan
    if math.isfinite(low) and math.isfinite(high) and low < high:
        return low, high
    problems.add(
        "scale must be the lowest and the highest score, such as (1, 5).",
        param="scale",
        expected="(low, high)",
    )
    return None


def _note_unused(reader: Reader) -> None:
    """Note the columns that nothing reads, and what they may be meant as."""
    for table, layout in reader.layouts.items():
        if layout.spec.others != "unused" or not layout.others:
            continue
        left = [name for name in layout.spec.columns if name not in layout.columns]
        close = {name: nearest(name, left) for name in layout.others}
        hints = "; ".join(
            f"{quoted([name])} may be meant as {quoted([near])}"
            for name, near in close.items()
            if near
        )
        reader.note(
            "columns_not_used",
            "{table}: columns not used: {columns:labels}" + (" ({meant})." if hints else "."),
            table=table,
            columns=layout.others,
            meant=hints,
        )


def baselines_of(value: Any, problems: Problems) -> dict[str, Baseline]:
    """Baselines by name, from one, from several by name, or from a table."""
    if value is None:
        return {}
    if isinstance(value, Baseline):
        return {"baseline": value}
    try:
        if isinstance(value, Mapping):
            if value and all(isinstance(b, Baseline) for b in value.values()):
                return {str(name): b for name, b in value.items()}
            if all(isinstance(groups, Mapping) for groups in value.values()):
                return {"baseline": Baseline.from_counts(value)}
        if is_frame(value) or isinstance(value, Mapping):
            columns = open_frame(value, what="baseline").columns
            figures = {name: name for name in ("count", "share", "moe") if name in columns}
            return {"baseline": Baseline.from_frame(value, **figures)}
    except InputError as error:
        problems.take(error)
        return {}
    problems.add(
        "baseline must be a Baseline, several by name, or a data frame; "
        f"got {type(value).__name__!r}.",
        code="bad_baseline",
        param="baseline",
        got=type(value).__name__,
        hint="make one with Baseline.from_counts({'sex': {'Female': 510, 'Male': 490}}).",
    )
    return {}
