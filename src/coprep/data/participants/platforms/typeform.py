"""Typeform: # or Response ID first, Start Date, Submit Date and Network ID at the end."""

from __future__ import annotations

from dataclasses import replace

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, filled_rows, header_at, joined, names_of
from coprep.data.participants.form import Ask, Form, Signature
from coprep.data.participants.headers import folded
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"#", "response id", "token", "start date", "start date (utc)", "submit date", "tags"}
    | {"submit date (utc)", "response type", "stage date (utc)", "ending", "score"}
)
_PRIVATE = frozenset({"network id", "respondent"})
_LAST = frozenset({"submit date", "submit date (utc)"})


def recognise(sheet: Sheet) -> bool:
    """Whether Typeform's columns are there."""
    header = folded(sheet.rows[header_at(sheet)])
    return "network id" in header and any(name in header for name in _LAST)


def read(sheet: Sheet) -> Form:
    """The questions; a partial response is one that was started and not sent."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    fields = []
    for one in fields_of(sheet, names, header + 1, system=_SYSTEM, private=_PRIVATE):
        if one.role == "answer" and joined(sheet, one.name, one.columns[0], header + 1):
            one = replace(one, kind="several", separator=", ")
        fields.append(one)
    plain = [fold(name) for name in names]
    rows: tuple[int, ...] = ()
    if "response type" in plain:
        at = plain.index("response type")
        rows = tuple(
            row
            for row in filled_rows(sheet, header + 1)
            if fold(sheet.cell(row, at)) in ("partial", "started", "incomplete")
        )
    ask = Ask(
        "unfinished",
        rows,
        "started and did not send the form. Do they count?",
        {"keep": "they count, with the answers they gave", "drop": "they are left out"},
        {"keep": "keep", "drop": "drop"},
    )
    told = "Network ID and Submit Date; one header row"
    return Form("Typeform", told, header + 1, 1, tuple(fields), asks=(ask,) if rows else ())


SIGNATURE = Signature("Typeform", recognise, read)
