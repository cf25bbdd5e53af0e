"""List what was not collected: what nobody can say without it, and the table to collect it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coprep.auditing.impact import is_delivered
from coprep.data.baseline.baseline import Baseline
from coprep.data.process.process import Process
from coprep.table import ColumnKind, Table

MOST = 8
_COLUMNS: dict[str, ColumnKind] = {
    "what": "text",
    "cannot_say": "text",
    "table": "text",
    "columns": "text",
}


@dataclass(frozen=True, slots=True)
class _Gap:
    what: str
    cannot_say: str
    table: str
    columns: str
    is_there: Callable[[Process], bool]


def _column(table: str, column: str) -> Callable[[Process], bool]:
    def is_there(process: Process) -> bool:
        held = getattr(process, table)
        return held is not None and column in held and any(v is not None for v in held[column])

    return is_there


def _asked(item: str) -> Callable[[Process], bool]:
    def is_there(process: Process) -> bool:
        said = process.experience
        return said is not None and any(one == item for one in said["item"])

    return is_there


def _kinds(process: Process) -> bool:
    answers = process.responses
    return answers is not None and any(kind is not None for kind in answers.kind)


def _invited(process: Process) -> bool:
    return bool((~np.isnat(process.invited_at)).any())


def _delivered(process: Process) -> bool:
    ideas = process.ideas
    return ideas is not None and bool(is_delivered(ideas).any())


def _roles(process: Process) -> tuple[str, ...]:
    roles = process.roles()
    return () if roles is None else roles.groups


def _no_need_or(table: str, no_need: Callable[[Process], bool]) -> Callable[[Process], bool]:
    """Whether a table is there, or nothing that it would tell of has happened."""
    return lambda process: process.has(table) or no_need(process)


_GAPS: tuple[_Gap, ...] = (
    _Gap(
        "Who lives here",
        "whether the people in the room are like the community",
        "baseline",
        "attribute, group, count",
        lambda process: process.has("baseline"),
    ),
    _Gap(
        "Who took part, person by person",
        "whether anybody's contribution counted less, and who stayed to the end",
        "participants",
        "participant_id and a column an attribute, role, access_need, invited_at",
        lambda process: process.has("participants"),
    ),
    _Gap(
        "Who came to which session",
        "whether everybody could stay to the end",
        "attendance",
        "participant_id, session_id",
        lambda process: process.has("attendance"),
    ),
    _Gap(
        "Ideas, and what became of them",
        "whether anything came of it, and for whom",
        "ideas",
        "idea_id, author_id, topic, status",
        lambda process: process.has("adopted"),
    ),
    _Gap(
        "Who was answered, and when",
        "whether people were told what became of their ideas",
        "responses",
        "idea_id, at, kind",
        lambda process: process.has("responses"),
    ),
    _Gap(
        "How people found it",
        "whether people felt heard, and whether some felt it less",
        "experience",
        "participant_id, item, value",
        lambda process: process.has("experience"),
    ),
    _Gap(
        "Who said how much",
        "whether a few or one group held the floor",
        "turns",
        "turn_id, session_id, participant_id, n_words",
        lambda process: process.has("turns"),
    ),
    _Gap(
        "Support for ideas",
        "whether ideas were adopted for their support",
        "ratings",
        "participant_id, idea_id, value",
        lambda process: process.has("ratings"),
    ),
    _Gap(
        "Whom ideas are for",
        "whether ideas serve those who wrote them",
        "beneficiaries",
        "idea_id, attribute, group",
        lambda process: process.has("beneficiaries"),
    ),
    _Gap(
        "What people said matters to them",
        "whether what was adopted lies on their priorities",
        "priorities",
        "participant_id, topic, value",
        lambda process: process.has("priorities"),
    ),
    _Gap(
        "Access needs",
        "whether sessions had what people needed",
        "participants",
        "access_need",
        lambda process: "access_need" in process.attributes,
    ),
    _Gap(
        "What sessions provided",
        "whether sessions had what people needed",
        "sessions",
        "provisions",
        _column("sessions", "provisions"),
    ),
    _Gap(
        "Whether people were paid or had costs met",
        "whether taking part was affordable for everybody",
        "experience",
        "item = was_paid",
        _asked("was_paid"),
    ),
    _Gap(
        "Whether people were told what changed",
        "whether the circle was closed",
        "experience",
        "item = told_what_changed",
        _asked("told_what_changed"),
    ),
    _Gap(
        "Whether people had training or support",
        "whether everybody could take part as an equal",
        "experience",
        "item = had_training",
        _asked("had_training"),
    ),
    _Gap(
        "Who was invited",
        "whether those missing were asked",
        "participants",
        "invited_at",
        _invited,
    ),
    _Gap(
        "What changed where ideas were delivered",
        "whether what was delivered changed anything, and for whom",
        "outcomes",
        "idea_id or topic, measure, before, after, attribute, group",
        _no_need_or("outcomes", lambda process: not _delivered(process)),
    ),
    _Gap(
        "Seats meant for practitioners and leaders",
        "whether their mix is what was meant",
        "targets",
        "role, seats, and attribute, group where seats are for a group",
        _no_need_or("targets", lambda process: len(_roles(process)) < 2),
    ),
    _Gap("The kind of answer", "whether reasons were given", "responses", "kind", _kinds),
)


_TOGETHER = _Gap(
    "How attributes go together among those who live here",
    "whether people of two groups at once, such as young women, are missing",
    "baseline",
    "a column an attribute, and count: a row for every combination",
    lambda process: len(process.attributes) < 2,
)


def gaps_of(process: Process, baselines: Mapping[str, Baseline]) -> Table:
    """A row for each thing that would have answered a question and is not there, most useful first."""
    missing = [gap for gap in _GAPS if not gap.is_there(process)]
    if baselines:
        missing = [gap for gap in missing if gap.table != "baseline"]
    # Where a whole table is missing, its single columns are not worth a line of their own.
    whole = {gap.table for gap in missing if not _is_detail(gap)}
    kept = [gap for gap in missing if not _is_detail(gap) or gap.table not in whole]
    crossed = any(one.cells is not None for one in baselines.values())
    if baselines and not crossed and not _TOGETHER.is_there(process):
        kept.append(_TOGETHER)
    records = [
        {"what": g.what, "cannot_say": g.cannot_say, "table": g.table, "columns": g.columns}
        for g in kept
    ]
    return Table.from_records(records, _COLUMNS)


def _is_detail(gap: _Gap) -> bool:
    """Whether a gap is one column or one item of a table that other gaps ask for as a whole."""
    return any(other.table == gap.table and other is not gap for other in _GAPS[: _GAPS.index(gap)])
