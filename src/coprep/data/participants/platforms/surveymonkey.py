"""SurveyMonkey: Respondent ID and Collector ID, and a second row with the options."""

from __future__ import annotations

from collections.abc import Iterator

from coprep.data.labels import fold
from coprep.data.participants.columns import header_at
from coprep.data.participants.form import Field, Form, Role, Signature
from coprep.data.participants.headers import folded, is_private, unique
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"respondent id", "collector id", "start date", "end date", "date created", "date modified"}
    | {"collector", "respondent_id", "collector_id", "date_created", "date_modified"}
)
_PRIVATE = frozenset(
    {"ip address", "email address", "first name", "last name", "custom data 1", "ip_address"}
    | {"email_address", "first_name", "last_name", "custom_1"}
)
_OPEN = frozenset({"open-ended response", "open ended response"})
_ONE = frozenset({"response", "", *_OPEN})


def recognise(sheet: Sheet) -> bool:
    """Whether the first column is SurveyMonkey's own."""
    header = folded(sheet.rows[header_at(sheet)])
    return (
        len(header) > 1
        and header[0] in ("respondent id", "respondent_id")
        and len(sheet.rows) > header_at(sheet) + 1
    )


def read(sheet: Sheet) -> Form:
    """The questions; of ticks each option has a column, which holds the option or nothing."""
    header = header_at(sheet)
    second = header + 1
    two = not sheet.cell(second, 0)
    first_row = header + 2 if two else header + 1
    fields = tuple(_fields(sheet, header, first_row, two=two))
    told = "Respondent ID, Collector ID; " + ("two header rows" if two else "one header row")
    return Form("SurveyMonkey", told, first_row, 2 if two else 1, fields)


def _fields(sheet: Sheet, header: int, first_row: int, *, two: bool) -> Iterator[Field]:
    """The fields: a question's name stands once, above the first of its columns."""
    names = unique([sheet.cell(header, at) for at in range(sheet.width)])
    starts = [at for at in range(sheet.width) if sheet.cell(header, at) or not two]
    for start, end in zip(starts, [*starts[1:], sheet.width], strict=True):
        columns = tuple(range(start, end))
        name = names[start]
        options = tuple(sheet.cell(header + 1, at) if two else "" for at in columns)
        if fold(name) in _SYSTEM or fold(name) in _PRIVATE or is_private(name):
            role: Role = "system" if fold(name) in _SYSTEM else "private"
            filled = _filled(sheet, first_row, columns)
            yield Field(name, columns, role=role if filled else "empty")
            continue
        written = tuple(at for at, option in zip(columns, options, strict=True) if _is_own(option))
        chosen = tuple(at for at in columns if at not in written)
        yield from _question(sheet, first_row, name, chosen, written, header, two=two)


def _is_own(option: str) -> bool:
    return "please specify" in fold(option) or fold(option).startswith("other (")


def _question(
    sheet: Sheet,
    first_row: int,
    name: str,
    chosen: tuple[int, ...],
    written: tuple[int, ...],
    header: int,
    *,
    two: bool,
) -> Iterator[Field]:
    for at in written:
        role: Role = "private" if _filled(sheet, first_row, (at,)) else "empty"
        yield Field(f"{name}: {sheet.cell(header + 1, at)}", (at,), role=role)
    if not chosen:
        return
    options = tuple(sheet.cell(header + 1, at) if two else "" for at in chosen)
    if not _filled(sheet, first_row, chosen):
        yield Field(name, chosen, role="empty")
    elif any(fold(option) in _OPEN for option in options):
        # People typed these: a number may be an age, anything else is theirs.
        numbers = all(_is_number(sheet, first_row, at) for at in chosen)
        yield Field(name, chosen, role="answer" if numbers else "private", kind="number")
    elif len(chosen) > 1:
        yield Field(
            name, chosen, kind="ticks", options=options, choices=frozenset(options), written=written
        )
    else:
        yield Field(name, chosen, kind="one", written=written)


def _filled(sheet: Sheet, first_row: int, columns: tuple[int, ...]) -> bool:
    return any(sheet.cell(row, at) for at in columns for row in range(first_row, len(sheet.rows)))


def _is_number(sheet: Sheet, first_row: int, at: int) -> bool:
    cells = [sheet.cell(row, at) for row in range(first_row, len(sheet.rows))]
    return sum(cell.isdigit() for cell in cells) * 2 > sum(map(bool, cells))


SIGNATURE = Signature("SurveyMonkey", recognise, read)
