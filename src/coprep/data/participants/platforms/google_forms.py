"""Google Forms: the first column is Timestamp, then a column a question."""

from __future__ import annotations

import re
from dataclasses import replace

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, header_at, joined, names_of
from coprep.data.participants.form import Form, Signature
from coprep.data.participants.worksheet import Sheet

# The heading is in the language of the form's owner.
_TIMESTAMP = frozenset(
    {"timestamp", "zeitstempel", "horodateur", "marca temporal", "informazioni cronologiche"}
    | {"tijdstempel", "sygnatura czasowa", "tidsstämpel", "carimbo de data/hora", "tidsstempel"}
)
_MOMENT = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}.*\d{1,2}[:.]\d{2}")
_EMAIL = frozenset({"email address", "email", "e-mail address", "e-mail", "username"})


def recognise(sheet: Sheet) -> bool:
    """Whether the first column is Google's own, and holds moments."""
    at = header_at(sheet)
    first = [sheet.cell(row, 0) for row in range(at + 1, len(sheet.rows))]
    return fold(sheet.cell(at, 0)) in _TIMESTAMP and all(
        _MOMENT.match(cell) for cell in first if cell
    )


def read(sheet: Sheet) -> Form:
    """The questions; ticks stand in one cell, joined by a comma and a blank."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    fields = []
    for one in fields_of(sheet, names, header + 1, system=_TIMESTAMP):
        at = one.columns[0]
        # Google's own sheet has a column without a name for each question that was deleted.
        if one.role == "answer" and joined(sheet, one.name, at, header + 1):
            one = replace(one, kind="several", separator=", ")
        fields.append(one)
    emails = [one.columns[0] for one in fields if fold(one.name) in _EMAIL]
    return Form(
        "Google Forms",
        "first column Timestamp, then questions",
        header + 1,
        1,
        tuple(fields),
        id=emails[0] if emails else None,
    )


SIGNATURE = Signature("Google Forms", recognise, read)
