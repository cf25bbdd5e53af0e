"""Microsoft Forms: ID, Start time and Completion time, then a column a question."""

from __future__ import annotations

from dataclasses import replace

from coprep.data.participants.columns import (
    fields_of,
    header_at,
    names_of,
    separated,
)
from coprep.data.participants.form import Form, Signature
from coprep.data.participants.headers import folded, is_free
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"id", "start time", "completion time", "last modified time", "total points", "quiz feedback"}
    | {"grade posted time", "language"}
)
_PRIVATE = frozenset({"email", "name", "email1", "name1", "responder"})


def recognise(sheet: Sheet) -> bool:
    """Whether the first columns are Microsoft's own."""
    header = folded(sheet.rows[header_at(sheet)])
    return header[:3] == ("id", "start time", "completion time")


def read(sheet: Sheet) -> Form:
    """The questions; each tick ends with a semicolon."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    fields = []
    for one in fields_of(sheet, names, header + 1, system=_SYSTEM, private=_PRIVATE):
        if one.role == "answer" and separated(sheet, one.columns[0], header + 1, ";"):
            one = replace(one, kind="several", separator=";")
        # Forms puts a number behind a question that stands twice.
        if one.role == "answer" and is_free(one.name.rstrip("0123456789")):
            one = replace(one, role="private")
        fields.append(one)
    email = [one.columns[0] for one in fields if folded([one.name])[0] in ("email", "email1")]
    told = "ID, Start time, Completion time"
    notes: tuple[str, ...] = ()
    said = {sheet.cell(row, at) for at in email for row in range(header + 1, len(sheet.rows))}
    if said == {"anonymous"}:
        notes = ('Email is "anonymous" in every row: it finds no repeats',)
    return Form(
        "Microsoft Forms",
        told,
        header + 1,
        1,
        tuple(fields),
        id=_emails(sheet, email),
        notes=notes,
    )


def _emails(sheet: Sheet, columns: list[int]) -> int | None:
    """The column of e-mail addresses, where people had to sign in."""
    for at in columns:
        if any("@" in cells[at] for cells in sheet.rows if at < len(cells)):
            return at
    return None


SIGNATURE = Signature("Microsoft Forms", recognise, read)
