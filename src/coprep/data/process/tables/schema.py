"""Which tables and columns a process may have, and what each column means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coprep.data.frames import Frame
from coprep.data.process.tables.in_memory import open_table
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show

__all__ = ["ALIASES", "TABLES", "Layout", "TableSpec", "lay_out"]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The columns of one table.

    Attributes
    ----------
    required, optional : tuple of str
        Column names; a required entry such as ``"session_id|stage"`` needs one of the two.
    others : str
        What further columns are: ``"attributes"``, ``"labels"`` or ``"unused"``.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    others: str = "unused"

    @property
    def known(self) -> tuple[str, ...]:
        """All columns of the data model, single names."""
        return (*(name for entry in self.required for name in entry.split("|")), *self.optional)


TABLES: Mapping[str, TableSpec] = {
    "participants": TableSpec(
        ("participant_id",), ("weight", "invited_at", "active"), "attributes"
    ),
    "ideas": TableSpec(
        ("idea_id",),
        (
            "author_id",
            "text",
            "language",
            "topic",
            "area",
            "stage",
            "created_at",
            "cost",
            "support",
            "status",
            "is_host",
            "merged_into",
        ),
    ),
    "idea_authors": TableSpec(("idea_id", "participant_id"), ("share",)),
    "beneficiaries": TableSpec(("idea_id", "attribute", "group"), ("weight", "source")),
    "ratings": TableSpec(("participant_id", "idea_id", "value"), ("kind", "shown", "at")),
    "turns": TableSpec(
        ("turn_id", "session_id", "participant_id"),
        ("n_words", "seconds", "text", "reply_to", "order"),
    ),
    "responses": TableSpec(("idea_id", "at"), ("kind", "responder_role", "outcome")),
    "attendance": TableSpec(("participant_id", "session_id|stage")),
    "sessions": TableSpec(("session_id",), ("stage", "date", "start", "end"), "labels"),
    "experience": TableSpec(("participant_id", "item", "value")),
    "priorities": TableSpec(("participant_id", "topic", "value")),
    "need": TableSpec(("topic", "attribute", "group"), ("weight",)),
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
    """One table that was handed in, with the frame's own name for each column of the data model.

    Attributes
    ----------
    table : str
    frame : Frame
    columns : dict
        Model name to the frame's name.
    others : tuple of str
        The frame's further columns.
    """

    table: str
    frame: Frame
    columns: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def lay_out(table: str, value: Any, problems: Problems) -> Layout | None:
    """Find a table's columns, forgiving case and punctuation; None (and problems) where required ones lack."""
    try:
        frame = open_table(value, table)
        names = frame.columns
    except InputError as error:
        problems.take(error)
        return None
    spec = TABLES[table]
    found = _find(names, spec)
    missing = [
        entry for entry in spec.required if not any(name in found for name in entry.split("|"))
    ]
    for entry in missing:
        _missing(table, entry, names, [n for n in names if n not in found.values()], problems)
    twice = sorted(
        {n for n in names if _plain(n) in {_plain(k) for k in found} and n not in found.values()}
    )
    if twice:
        problems.add(
            f"{table} has several columns that could be the same one: {listed(twice)}.",
            code="duplicate_column",
            param=table,
            got=tuple(twice),
            hint="keep one of them and rename or drop the others.",
        )
    if missing or twice:
        return None
    return Layout(table, frame, found, tuple(n for n in names if n not in found.values()))


def _find(names: tuple[str, ...], spec: TableSpec) -> dict[str, str]:
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(_plain(name), name)
    exact = set(names)
    found = {name: name if name in exact else by_plain.get(_plain(name), "") for name in spec.known}
    return {name: column for name, column in found.items() if column}


def _missing(
    table: str, entry: str, names: tuple[str, ...], left: list[str], problems: Problems
) -> None:
    wanted = entry.split("|")
    close = next((c for c in (nearest(name, left) for name in wanted) if c), None)
    problems.add(
        f"{table} has no column {' or '.join(show(name) for name in wanted)}"
        + (f"; it has {listed(names, most=12)}." if names else "."),
        code="missing_column",
        param=f"{table}.{wanted[0]}",
        got=names,
        expected=TABLES[table].known,
        hint=f"rename {show(close)} to {wanted[0]!r}, if that is what it holds."
        if close
        else _NUMBER_THEM
        if (table, wanted[0]) == ("participants", "participant_id")
        else None,
    )


_NUMBER_THEM = "give every person a row and a number or code of its own: 1, 2, 3 in a column 'participant_id' will do."
