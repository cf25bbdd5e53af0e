"""Reads Loomio's export of a group: its members, discussions, comments and polls in one CSV file."""

from __future__ import annotations

import csv
import io
import re
from os import PathLike
from typing import Any

from coprep.data.files import Columns, as_path, columns_of, read_text
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.host import long_fields
from coprep.wording.labels import listed

_SECTION = re.compile(r"([A-Z][a-z]+) \((\d+)\)")
_NEEDED = {
    "Discussions": ("id", "author"),
    "Comments": ("id", "discussion", "author"),
    "Polls": ("id", "author"),
    "Memberships": ("user",),
}


def read_loomio(path: str | PathLike[str]) -> Process:
    r"""Who takes part in a group, who speaks, and who puts proposals?

    Parameters
    ----------
    path : path
        The CSV file that Loomio exports for a group.

    Returns
    -------
    Process
        Members are the participants, with ``admin`` as an attribute. Polls (proposals among them)
        are ideas. The opening text of a discussion and its comments are turns, a session a
        discussion. What people chose in polls is not in the export: there are no ballots.

    Raises
    ------
    InputError
        Where the file has none of the export's sections, or one of them lacks a column.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "export.csv"
    >>> lines = (
    ...     *("Export for Gardeners", "", "Discussions (1)", "Id,Author,Title,Description"),
    ...     *("1,7,Trees,Where shall we plant?", "", "Comments (1)"),
    ...     *("Id,Discussion,Author,Body", "5,1,8,By the school"),
    ... )
    >>> _ = file.write_text("\n".join(lines))
    >>> read_loomio(file).ledger("turns").amounts
    array([1., 1.])
    """
    file = as_path(path)
    sections = _sections(read_text(file), file.name)
    members = sections.get("Memberships")
    polls = sections.get("Polls")
    notes: list[Note] = []
    stances = len(next(iter(sections.get("Stances", {}).values()), []))
    if stances:
        template = "left out: {votes} in polls; the export does not say what was chosen."
        notes.append(Note.of("choices_unknown", template, votes=counted(stances, "vote")))
    turns = _turns(sections)
    return Process.of_tables(
        {
            "participants": None if members is None else _people(members, polls, turns),
            "ideas": None if polls is None else _ideas(polls),
            "turns": turns,
        },
        notes=notes,
        title=file.stem,
        sources=("Loomio",),
    )


def _sections(text: str, name: str) -> dict[str, Columns]:
    """The tables of the file by name, under their headings in lower case; empty ones are left out."""
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    with long_fields():
        rows = list(csv.reader(io.StringIO(text.replace("\x00", ""), newline="")))
    for row in rows:
        begins = _SECTION.fullmatch(row[0].strip()) if row and not any(row[1:]) else None
        if begins is not None:
            current = found.setdefault(begins[1], [])
        elif any(cell.strip() for cell in row):
            current.append([cell.strip() for cell in row])
    tables = {
        section: columns_of(
            [[cell.casefold() for cell in lines[0]], *lines[1:]], f"{name} {section}"
        )
        for section, lines in found.items()
        if len(lines) > 1
    }
    if not set(tables) & set(_NEEDED):
        raise InputError.of(
            f"{name} has none of the sections {listed(_NEEDED)} of Loomio's export.",
            code="unreadable_file",
            param=name,
            got=tuple(found),
            expected=tuple(_NEEDED),
            hint="export the group's data as CSV, and pass the file as it is.",
        )
    for section, needed in _NEEDED.items():
        lacking = [column for column in needed if column not in tables.get(section, needed)]
        if lacking:
            raise InputError.of(
                f"{name}: section {section} has no column {listed(lacking)}; it has "
                f"{listed(tables[section], most=12)}.",
                code="missing_column",
                param=f"{section}.{lacking[0]}",
            )
    return tables


def _column(table: Columns, name: str) -> list[str | None]:
    return table.get(name, [None] * len(next(iter(table.values()))))


def _people(
    members: Columns, polls: Columns | None, turns: dict[str, list[Any]] | None
) -> dict[str, list[Any]]:
    """Members once each, then people who wrote and are members no more."""
    admin: dict[str | None, str | None] = {}
    for person, is_admin in zip(members["user"], _column(members, "admin"), strict=True):
        if person is not None:
            admin[person] = "true" if "true" in {is_admin, admin.get(person)} else is_admin
    wrote = [] if polls is None else polls["author"]
    spoke = [] if turns is None else turns["participant_id"]
    others = dict.fromkeys(name for name in (*wrote, *spoke) if name is not None)
    ids = [*admin, *(name for name in others if name not in admin)]
    return {"participant_id": ids, "admin": [admin.get(name) for name in ids]}


def _ideas(polls: Columns) -> dict[str, list[Any]]:
    texts = zip(_column(polls, "title"), _column(polls, "details"), strict=True)
    return {
        "idea_id": polls["id"],
        "author_id": polls["author"],
        "text": [" ".join(part for part in pair if part) or None for pair in texts],
        "created_at": _moments(_column(polls, "created at")),
    }


def _moments(cells: list[str | None]) -> list[str | None]:
    """Moments without the name of their zone, which the export always writes in UTC."""
    return [None if cell is None else cell.removesuffix(" UTC") for cell in cells]


def _turns(sections: dict[str, Columns]) -> dict[str, list[Any]] | None:
    """The opening texts of discussions, then the comments."""
    table: dict[str, list[Any]] = {
        name: [] for name in ("turn_id", "session_id", "participant_id", "text")
    }
    for section, session, text in (
        ("Discussions", "id", "description"),
        ("Comments", "discussion", "body"),
    ):
        rows = sections.get(section)
        if rows is not None:
            table["turn_id"] += [f"{section.casefold()[:-1]} {cell}" for cell in rows["id"]]
            table["session_id"] += rows[session]
            table["participant_id"] += rows["author"]
            table["text"] += _column(rows, text)
    return table if table["turn_id"] else None
