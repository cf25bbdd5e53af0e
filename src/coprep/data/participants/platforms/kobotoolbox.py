"""KoboToolbox and ODK: _id, _uuid and _submission_time; ticks as a summary and a column each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprep.data.labels import fold
from coprep.data.participants.columns import (
    consent,
    fields_of,
    filled_rows,
    header_at,
    names_of,
    refusals,
)
from coprep.data.participants.form import Ask, Drop, Field, Form, Signature
from coprep.data.participants.headers import folded, unique
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"start", "end", "today", "_id", "_uuid", "_submission_time", "_validation_status", "_notes"}
    | {"_status", "_submitted_by", "__version__", "_tags", "_index", "formhub/uuid", "deviceid"}
    | {"meta/instanceid", "instanceid", "meta/instancename", "key", "submissiondate", "audit"}
    | {"subscriberid", "simserial", "phonenumber", "_parent_index", "_parent_table_name"}
)
_PRIVATE = frozenset({"username", "phonenumber", "_geolocation", "_attachments"})
_BAD = "validation_status_not_approved"


def recognise(sheet: Sheet) -> bool:
    """Whether the columns of a submission are there."""
    header = set(folded(sheet.rows[header_at(sheet)]))
    return {"_id", "_uuid"} <= header or {"meta/instanceid", "key"} <= header


def read(sheet: Sheet) -> Form:
    """The questions; of ticks the column of each choice is read, and the summary is not."""
    header = header_at(sheet)
    first_row = header + 1
    names = names_of(sheet, header)
    fields = tuple(_fields(sheet, names, first_row))
    answers = {at for one in fields if one.role == "answer" for at in one.columns}
    drops: list[Drop] = []
    asks: list[Ask] = []
    found = consent(sheet, names, names, first_row)
    if found is not None:
        at, said_no = found
        silent, more = refusals(sheet, names[at], at, said_no, answers)
        asks += more
        if silent and not more:
            said = frozenset(fold(sheet.cell(row, at)) for row in silent)
            why = f'said {{word}} to "{names[at]}" and answered nothing else'
            drops.append(Drop(names[at], at, said, why))
    plain = [fold(name) for name in names]
    if "_validation_status" in plain:
        asks += _not_approved(sheet, plain.index("_validation_status"), first_row)
    return Form(
        "KoboToolbox",
        "_id, _uuid, _submission_time; one header row",
        first_row,
        1,
        fields,
        drops=tuple(drops),
        asks=tuple(asks),
    )


def _not_approved(sheet: Sheet, at: int, first_row: int) -> Iterator[Ask]:
    rows = tuple(
        row
        for row in filled_rows(sheet, first_row)
        if fold(sheet.cell(row, at)) in (_BAD, "not approved")
    )
    if rows:
        yield Ask(
            "not_approved",
            rows,
            "were marked as not approved. Do they count?",
            {"drop": "they are left out", "keep": "they count"},
            {"drop": "drop", "keep": "keep"},
            suggestion="drop",
            reason="somebody who looked at the answers did not approve them",
        )


def _fields(sheet: Sheet, names: Sequence[str], first_row: int) -> Iterator[Field]:
    """Fields by the last part of their path; a choice's path begins with its question's."""
    ticks: dict[int, list[int]] = {}
    for at, name in enumerate(names):
        inside = [i for i, other in enumerate(names) if other.startswith(f"{name}/")]
        if inside and all(_is_flag(sheet, i, first_row) for i in inside):
            ticks[at] = inside
    skip = {i for inside in ticks.values() for i in inside} | set(ticks)
    short = unique([name.rpartition("/")[2] for name in names])
    for one in fields_of(sheet, names, first_row, system=_SYSTEM, private=_PRIVATE, skip=skip):
        at = one.columns[0]
        is_consent = fold(short[at]) == "consent"
        role = "system" if is_consent else one.role
        yield Field(one.name, one.columns, role=role, text=short[at])
    for at, inside in ticks.items():
        options = tuple(names[i].rpartition("/")[2] for i in inside)
        yield Field(
            names[at],
            tuple(inside),
            kind="ticks",
            text=short[at],
            options=options,
            choices=frozenset(options),
            ticked="0/1",
        )


def _is_flag(sheet: Sheet, at: int, first_row: int) -> bool:
    cells = {fold(sheet.cell(row, at)) for row in range(first_row, len(sheet.rows))}
    return cells <= {"", "0", "1", "true", "false", "0.0", "1.0"}


SIGNATURE = Signature("KoboToolbox", recognise, read)
