"""Qualtrics: three header rows, the third of which holds ``{"ImportId": ...}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coprep.data.labels import fold
from coprep.data.participants.columns import (
    consent,
    fields_of,
    filled_rows,
    is_consent,
    refusals,
)
from coprep.data.participants.form import Ask, Drop, Field, Form, Signature
from coprep.data.participants.headers import is_free, is_private, unique
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"startdate", "enddate", "status", "progress", "duration (in seconds)", "finished"}
    | {"recordeddate", "responseid", "distributionchannel", "userlanguage", "externalreference"}
    | {"responseset", "_recordid"}
)
_PRIVATE = frozenset(
    {"ipaddress", "recipientlastname", "recipientfirstname", "recipientemail"}
    | {"locationlatitude", "locationlongitude", "externaldatareference"}
)
_NOT_PEOPLE = ("Survey Preview", "Spam", "Survey Test")
# The same as numbers, where "values" were exported.
_NOT_PEOPLE_CODES = frozenset({"1", "2", "8", "9", "12"})
_CHOICE = re.compile(r"^(.*?) - (?:Selected Choice - )?(.+)$", re.DOTALL)


def recognise(sheet: Sheet) -> bool:
    """Whether the third row holds Qualtrics' ids of columns."""
    return len(sheet.rows) > 2 and sum('"ImportId"' in cell for cell in sheet.rows[2]) > 1


def read(sheet: Sheet) -> Form:
    """The questions, previews and spam, refusals, and who stopped before the end."""
    names = unique([sheet.cell(0, at) for at in range(sheet.width)])
    texts = [" ".join(sheet.cell(1, at).split()) for at in range(sheet.width)]
    fields = tuple(_fields(sheet, names, texts))
    answers = {at for one in fields if one.role == "answer" for at in one.columns}
    drops, asks = _not_people(sheet, names, texts, answers)
    return Form(
        "Qualtrics",
        'three header rows, the third {"ImportId": ...}',
        3,
        3,
        fields,
        drops=drops,
        asks=asks,
    )


def _fields(sheet: Sheet, names: Sequence[str], texts: Sequence[str]) -> Iterator[Field]:
    groups: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        numbered = re.fullmatch(r"(.+)_(\d+)", name)
        if numbered and _CHOICE.match(texts[at]):
            groups.setdefault(numbered[1], []).append(at)
    ticks = {stem: columns for stem, columns in groups.items() if _are_ticks(sheet, columns, texts)}
    inside = {at for columns in ticks.values() for at in columns}
    for one in fields_of(sheet, names, 3, system=_SYSTEM, private=_PRIVATE, skip=inside):
        at = one.columns[0]
        role = one.role
        if role == "answer" and (
            one.name.endswith("_TEXT") and not texts[at].casefold().endswith("year of birth?")
        ):
            role = "private"
        if role == "answer" and (is_private(texts[at]) or is_free(texts[at])):
            role = "private"
        if role == "answer" and is_consent(texts[at]):
            role = "system"
        separator = "," if role == "answer" and _is_list(sheet, at) else ""
        yield Field(
            one.name,
            one.columns,
            role=role,
            text=texts[at],
            kind="several" if separator else None,
            separator=separator,
        )
    for stem, columns in ticks.items():
        found = [_CHOICE.sub(r"\1\n\2", texts[at]).split("\n") for at in columns]
        options = tuple(parts[-1].strip() for parts in found)
        question = found[0][0]
        yield Field(
            stem,
            tuple(columns),
            kind="ticks",
            text=question,
            options=options,
            choices=frozenset(options),
        )


def _are_ticks(sheet: Sheet, columns: Sequence[int], texts: Sequence[str]) -> bool:
    """Whether each column of a question holds its own option, or 1, and nothing else."""
    for at in columns:
        found = _CHOICE.match(texts[at])
        option = fold(found[2]) if found else ""
        cells = {fold(sheet.cell(row, at)) for row in range(3, len(sheet.rows))} - {""}
        if not cells <= {option, "1"}:
            return False
    return True


def _is_list(sheet: Sheet, at: int) -> bool:
    """Whether ticks of a column stand in one cell, with commas and no blanks between them."""
    cells = [sheet.cell(row, at) for row in range(3, len(sheet.rows))]
    alone = {cell for cell in cells if cell and "," not in cell}
    several = [cell for cell in cells if "," in cell]
    return bool(several) and all(set(cell.split(",")) <= alone for cell in several)


def _not_people(
    sheet: Sheet, names: Sequence[str], texts: Sequence[str], answers: set[int]
) -> tuple[tuple[Drop, ...], tuple[Ask, ...]]:
    drops: list[Drop] = []
    asks: list[Ask] = []
    plain = [fold(name) for name in names]
    if "status" in plain:
        at = plain.index("status")
        words = frozenset(map(fold, _NOT_PEOPLE))
        coded = {sheet.cell(row, at) for row in range(3, len(sheet.rows))} <= {
            "0", "1", "2", "4", "8", "9", "12", "16", "17", "32", "40", "48", "",
        }  # fmt: skip
        drops.append(Drop(names[at], at, _NOT_PEOPLE_CODES if coded else words, "Status is {word}"))
    found = consent(sheet, names, texts, 3)
    if found is not None:
        at, said_no = found
        silent, more = refusals(sheet, texts[at], at, said_no, answers)
        asks += more
        if silent and not more:
            said = frozenset(fold(sheet.cell(row, at)) for row in silent)
            why = f'said {{word}} to "{texts[at]}" and answered nothing else'
            drops.append(Drop(names[at], at, said, why))
    if "finished" in plain:
        at = plain.index("finished")
        progress = plain.index("progress") if "progress" in plain else None
        rows = tuple(
            row for row in filled_rows(sheet, 3) if fold(sheet.cell(row, at)) in ("false", "0")
        )
        if rows:
            asks.append(_unfinished(sheet, rows, progress))
    return tuple(drops), tuple(asks)


def _unfinished(sheet: Sheet, rows: tuple[int, ...], progress: int | None) -> Ask:
    ask = "stopped before the end. Do they count?"
    if progress is not None and len(rows) == 1:
        ask = f"stopped at {sheet.cell(rows[0], progress)}%. Do they count?"
    return Ask(
        "unfinished",
        rows,
        ask,
        {"keep": "they count, with the answers they gave", "drop": "they are left out"},
        {"keep": "keep", "drop": "drop"},
    )


SIGNATURE = Signature("Qualtrics", recognise, read)
