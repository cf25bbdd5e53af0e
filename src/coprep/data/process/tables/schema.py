"""Says which tables and columns a process may have, and what must be true of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from coprep.data.frames import Frame, open_frame
from coprep.data.process.coded import KINDS
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show

ColumnKind = Literal[
    "id",  # what other tables name; the words for "we do not know" name nobody
    "person",  # an id of participants; words for nobody in particular name nobody
    "idea",  # an id of ideas
    "session",  # an id of sessions, where there is such a table
    "group",  # a label; the words for "we do not know" are unknown
    "label",  # a label as it stands
    "choice",  # one of a few words
    "number",
    "answer",  # a number, or Yes and No as 1 and 0
    "flag",  # Yes or No
    "moment",  # a day, with or without a time
    "text",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what its cells are, whether every row must say it, and what a number may be."""

    kind: ColumnKind
    filled: bool = False
    not_negative: bool = False
    choices: tuple[str, ...] = ()
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its columns, those it needs ("a|b" is one of two), and those that make a row
    unique.

    ``others`` says what further columns are: groups (attributes of people), labels, or unused.
    """

    columns: Mapping[str, Column]
    needs: tuple[str, ...]
    key: tuple[str, ...] = ()
    repeated: str = "drop the repeated rows."
    others: Literal["group", "label", "unused"] = "unused"

    def column(self, name: str) -> Column:
        """What is said of a column; of further ones, what `others` says."""
        return self.columns.get(name) or Column("group" if self.others == "group" else "label")


STATUS: Mapping[str, float] = {
    "submitted": np.nan,
    "shortlisted": np.nan,
    "adopted": 1.0,
    "delivered": 1.0,
    "rejected": 0.0,
    "merged": np.nan,
}
"""What each status says about adoption: 1 yes, 0 no, nan not yet decided."""

_IDEA = Column("idea", filled=True)
_PERSON = Column("person")
_GROUP = Column("group")
_LABEL = Column("label")
_TEXT = Column("text")
_FLAG = Column("flag")
_MOMENT = Column("moment")
_ANSWER = Column("answer")
_KNOWN = Column("number", not_negative=True, hint="leave the cell empty where it is not known.")
_WEIGHT = Column("number", not_negative=True, hint="a weight is 0 or more; leave it empty for 1.")

TABLES: Mapping[str, TableSpec] = {
    "participants": TableSpec(
        {
            "participant_id": Column(
                "person", filled=True, hint="number the people; any text will do."
            ),
            "weight": Column(
                "number",
                filled=True,
                not_negative=True,
                hint="give everybody a weight of 0 or more, or leave the column out.",
            ),
            "came_with": _LABEL,
            "invited_at": _MOMENT,
            "active": _FLAG,
            "is_host": _FLAG,
        },
        needs=("participant_id",),
        key=("participant_id",),
        others="group",
    ),
    "ideas": TableSpec(
        {
            "idea_id": Column("id", filled=True, hint="number the ideas; any text will do."),
            "author_id": _PERSON,
            "text": _TEXT,
            "language": _LABEL,
            "topic": _GROUP,
            "area": _GROUP,
            "stage": _GROUP,
            "created_at": _MOMENT,
            "cost": _KNOWN,
            "support": _KNOWN,
            "status": Column("choice", choices=tuple(STATUS)),
            "is_host": _FLAG,
            "merged_into": Column("idea"),
        },
        needs=("idea_id",),
        key=("idea_id",),
    ),
    "idea_authors": TableSpec(
        {
            "idea_id": _IDEA,
            "participant_id": _PERSON,
            "share": Column(
                "number",
                not_negative=True,
                hint="give parts of 1, or leave the column out for equal shares.",
            ),
        },
        needs=("idea_id", "participant_id"),
        key=("idea_id", "participant_id"),
    ),
    "beneficiaries": TableSpec(
        {
            "idea_id": _IDEA,
            "attribute": _LABEL,
            "group": _GROUP,
            "weight": _WEIGHT,
            "source": _LABEL,
        },
        needs=("idea_id", "attribute", "group"),
        key=("idea_id", "attribute", "group"),
    ),
    "ratings": TableSpec(
        {
            "participant_id": Column(
                "person",
                filled=True,
                hint="number anonymous voters, so that one person's votes can be told from "
                "another's.",
            ),
            "idea_id": _IDEA,
            "value": _ANSWER,
            "kind": Column("choice", choices=KINDS),
            "shown": _FLAG,
            "at": _MOMENT,
        },
        needs=("participant_id", "idea_id", "value"),
        key=("participant_id", "idea_id", "kind"),
        repeated="keep the last vote where people could change their mind.",
    ),
    "turns": TableSpec(
        {
            "turn_id": Column("id", filled=True, hint="number the turns; any text will do."),
            "session_id": Column("session"),
            "participant_id": _PERSON,
            "n_words": _KNOWN,
            "seconds": _KNOWN,
            "text": _TEXT,
            "reply_to": Column("id"),
            "order": Column("number"),
        },
        needs=("turn_id", "session_id", "participant_id"),
        key=("turn_id",),
        repeated="number the turns through all sessions, not anew in each.",
    ),
    "responses": TableSpec(
        {
            "idea_id": _IDEA,
            "at": _MOMENT,
            "kind": _LABEL,
            "responder_role": _LABEL,
            "outcome": _LABEL,
        },
        needs=("idea_id", "at"),
    ),
    "attendance": TableSpec(
        {"participant_id": _PERSON, "session_id": Column("session"), "stage": _LABEL},
        needs=("participant_id", "session_id|stage"),
        key=("participant_id", "session_id", "stage"),
    ),
    "sessions": TableSpec(
        {
            "session_id": Column("id", filled=True, hint="number the sessions; any text will do."),
            "stage": _LABEL,
            "date": _MOMENT,
            "start": _LABEL,
            "end": _LABEL,
        },
        needs=("session_id",),
        key=("session_id",),
        others="label",
    ),
    "experience": TableSpec(
        {"participant_id": _PERSON, "item": _LABEL, "value": _ANSWER, "at": _MOMENT},
        needs=("participant_id", "item", "value"),
        key=("participant_id", "item", "at"),
        repeated="keep one answer a person and item, or say on which day each was given.",
    ),
    "milestones": TableSpec(
        {
            "name": Column("label", hint="say what is to be reached."),
            "due": _MOMENT,
            "done": _MOMENT,
            "stage": _LABEL,
        },
        needs=("name", "due|done"),
        key=("name",),
    ),
    "outcomes": TableSpec(
        {
            "idea_id": Column("idea"),
            "topic": _GROUP,
            "attribute": _LABEL,
            "group": _GROUP,
            "measure": Column("label", hint="say what was measured."),
            "before": Column("number"),
            "after": Column("number"),
            "at": _MOMENT,
        },
        needs=("measure", "after", "idea_id|topic"),
        key=("idea_id", "topic", "attribute", "group", "measure", "at"),
    ),
    "priorities": TableSpec(
        {
            "participant_id": _PERSON,
            "topic": _GROUP,
            "value": _ANSWER,
            "kind": Column("choice", choices=("points", "rank", "score")),
        },
        needs=("participant_id", "topic", "value"),
        key=("participant_id", "topic"),
    ),
    "targets": TableSpec(
        {
            "role": Column("label", hint="say for which role the seats are."),
            "attribute": _LABEL,
            "group": _LABEL,
            "seats": Column("number", not_negative=True, hint="say how many seats there are."),
        },
        needs=("role", "seats"),
        key=("role", "attribute", "group"),
    ),
    "need": TableSpec(
        {"topic": _GROUP, "attribute": _LABEL, "group": _GROUP, "weight": _WEIGHT},
        needs=("topic", "attribute", "group"),
        key=("topic", "attribute", "group"),
    ),
}

ALIASES: Mapping[str, str] = {
    "idea_beneficiary": "beneficiaries",
    "idea_beneficiaries": "beneficiaries",
    "idea_author": "idea_authors",
    "authors": "idea_authors",
    "needs": "need",
}


@dataclass(slots=True)
class Layout:
    """One table that was handed in: the frame's name for each column of the model, and the rest."""

    table: str
    frame: Frame
    columns: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def spec(self) -> TableSpec:
        """What is said of the table."""
        return TABLES[self.table]


class Lists(Frame):
    """Lists of cells of one length, by column name; no engine is needed to read them."""

    __slots__ = ("_lists",)

    def __init__(self, lists: Mapping[str, Sequence[Any]], what: str) -> None:
        self._lists = lists
        self.what = what

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(self._lists)

    @property
    def is_lazy(self) -> bool:
        """Never: the rows are here."""
        return False

    def renamed(self, names: Mapping[str, str]) -> Lists:
        """The table with some columns called otherwise; one that had such a name is left out."""
        covered = set(names.values()) - set(names)
        kept = {name: cells for name, cells in self._lists.items() if name not in covered}
        return Lists({names.get(name, name): cells for name, cells in kept.items()}, self.what)

    def numbered(self, name: str) -> Lists:
        """The table with its rows numbered from 1 in a further column."""
        return Lists({name: list(range(1, self.rows() + 1)), **self._lists}, self.what)

    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self._lists.values()), ()))

    def collect(self, columns: Sequence[str]) -> dict[str, list[Any]]:
        """The values of some columns, row by row."""
        return {name: list(self._lists[name]) for name in columns}


def open_table(value: Any, what: str) -> Frame:
    """Any table; lists of cells of one length are taken as they are."""
    if isinstance(value, Mapping) and value:
        lists = {str(name): cells for name, cells in value.items()}
        plain = all(type(cells) in {list, tuple} for cells in lists.values())
        if plain and len(lists) == len(value) and len({len(c) for c in lists.values()}) == 1:
            return Lists(lists, what)
    return open_frame(value, what=what)


def lay_out(table: str, value: Any, problems: Problems) -> Layout | None:
    """Find a table's columns, forgiving case and punctuation; None where it cannot be."""
    try:
        frame = open_table(value, table)
        names = frame.columns
    except InputError as error:
        problems.take(error)
        return None
    spec = TABLES[table]
    found = _find(names, spec)
    left = tuple(name for name in names if name not in found.values())
    missing = [need for need in spec.needs if not set(need.split("|")) & set(found)]
    for need in missing:
        _missing(table, need, names, left, problems)
    taken = {_plain(name) for name in found}
    twice = sorted({name for name in left if _plain(name) in taken})
    if twice:
        problems.add(
            f"{table} has several columns that could be the same one: {listed(twice)}.",
            code="duplicate_column",
            param=table,
            got=tuple(twice),
            hint="keep one of them and rename or drop the others.",
        )
    return None if missing or twice else Layout(table, frame, found, left)


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _find(names: tuple[str, ...], spec: TableSpec) -> dict[str, str]:
    """The frame's name for each column of the model that it has."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(_plain(name), name)
    found = {name: name if name in names else by_plain.get(_plain(name)) for name in spec.columns}
    return {name: column for name, column in found.items() if column is not None}


def _missing(
    table: str, need: str, names: Sequence[str], left: Sequence[str], problems: Problems
) -> None:
    wanted = need.split("|")
    close = next((c for c in (nearest(name, left) for name in wanted) if c), None)
    hint = f"rename {show(close)} to {wanted[0]!r}, if that is what it holds." if close else None
    if close is None and (table, need) == ("participants", "participant_id"):
        hint = (
            "give every person a row and a number or code of its own: "
            "1, 2, 3 in a column 'participant_id' will do."
        )
    held = f"; it has {listed(names, most=12)}" if names else ""
    problems.add(
        f"{table} has no column {' or '.join(show(name) for name in wanted)}{held}.",
        code="missing_column",
        param=f"{table}.{wanted[0]}",
        got=tuple(names),
        expected=tuple(TABLES[table].columns),
        hint=hint,
    )
