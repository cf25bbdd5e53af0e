"""LimeSurvey: id, submitdate, lastpage and startlanguage, then questions by code or by text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, filled_rows, header_at, names_of
from coprep.data.participants.form import Ask, Field, Form, Signature
from coprep.data.participants.headers import folded
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"id", "response id", "submitdate", "date submitted", "lastpage", "last page", "seed"}
    | {"startlanguage", "start language", "startdate", "date started", "datestamp", "refurl"}
    | {"date last action", "referrer url", "token", "access code"}
)
_PRIVATE = frozenset({"ipaddr", "ip address"})
_SUBMITTED = ("submitdate", "date submitted")
_OPTION = re.compile(r"(.+?)\s?\[(.+)\]")
_TICK = frozenset({"y", "yes"})
_OTHER = "-oth-"


@dataclass
class Codebook:
    """The texts of questions and the words of their codes."""

    name: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


def recognise(sheet: Sheet) -> bool:
    """Whether LimeSurvey's own columns come first."""
    header = folded(sheet.rows[header_at(sheet)])
    return header[:1] in (("id",), ("response id",)) and any(name in header for name in _SUBMITTED)


def read(sheet: Sheet) -> Form:
    """The questions; an empty submitdate is an answer that was not completed."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    book = codebook(sheet)
    fields = tuple(_fields(sheet, names, header + 1, book))
    submitted = next(at for at, name in enumerate(names) if fold(name) in _SUBMITTED)
    open_rows = tuple(
        row for row in filled_rows(sheet, header + 1) if not sheet.cell(row, submitted)
    )
    asks = (
        Ask(
            "unfinished",
            open_rows,
            "did not complete the survey (submitdate is empty). Do they count?",
            {"keep": "they count, with the answers they gave", "drop": "they are left out"},
            {"keep": "keep", "drop": "drop"},
        ),
    )
    return Form(
        "LimeSurvey",
        "id, submitdate, lastpage, startlanguage; one header row",
        header + 1,
        1,
        fields,
        asks=asks if open_rows else (),
        codebook=book.name,
    )


def _fields(sheet: Sheet, names: Sequence[str], first_row: int, book: Codebook) -> Iterator[Field]:
    groups: dict[str, list[tuple[int, str]]] = {}
    written: dict[str, int] = {}
    for at, name in enumerate(names):
        found = _OPTION.fullmatch(name)
        if not found:
            continue
        if fold(found[2]) == "other":
            written[found[1]] = at
        elif _are_ticks(sheet, at, first_row):
            groups.setdefault(found[1], []).append((at, found[2]))
    inside = {at for columns in groups.values() for at, _ in columns} | {*written.values()}
    for one in fields_of(sheet, names, first_row, system=_SYSTEM, private=_PRIVATE, skip=inside):
        codes = dict(book.codes.get(one.name, {}))
        if one.name in written or any(
            sheet.cell(row, one.columns[0]) == _OTHER for row in range(first_row, len(sheet.rows))
        ):
            codes[_OTHER] = "Other"
        yield Field(
            one.name,
            one.columns,
            role=one.role,
            text=book.texts.get(one.name, ""),
            kind="one" if codes else None,
            codes=codes,
            choices=frozenset(codes.values()),
            written=(written[one.name],) if one.name in written else (),
        )
    for stem, columns in groups.items():
        words = book.codes.get(stem, {})
        options = tuple(words.get(option, option) for _, option in columns)
        yield Field(
            stem,
            tuple(at for at, _ in columns),
            kind="ticks",
            text=book.texts.get(stem, ""),
            options=options,
            choices=frozenset(options),
        )
    for stem, at in written.items():
        filled = any(sheet.cell(row, at) for row in range(first_row, len(sheet.rows)))
        yield Field(f"{stem}[other]", (at,), role="private" if filled else "empty")


def _are_ticks(sheet: Sheet, at: int, first_row: int) -> bool:
    cells = {fold(sheet.cell(row, at)) for row in range(first_row, len(sheet.rows))}
    return cells - {"", "n/a", "no", "n", "0"} <= _TICK


def codebook(sheet: Sheet) -> Codebook:
    """The codebook beside an export: a table of question, text, code and answer."""
    for path in sorted(sheet.path.parent.glob("*.csv")):
        if path == sheet.path:
            continue
        try:
            with path.open(encoding="utf-8-sig", newline="") as text:
                rows = list(csv.DictReader(text))
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
        columns = {fold(name): name for name in (rows[0] if rows else {}) if name}
        if {"question", "code", "answer"} <= set(columns):
            return _book(path.name, rows, columns)
    return Codebook()


def _book(name: str, rows: Sequence[Mapping[str, str]], columns: Mapping[str, str]) -> Codebook:
    book = Codebook(name)
    for row in rows:
        question = (row[columns["question"]] or "").strip()
        text = (row.get(columns.get("text", ""), "") or "").strip()
        if text:
            book.texts.setdefault(question, text)
        code = (row[columns["code"]] or "").strip()
        book.codes.setdefault(question, {})[code] = (row[columns["answer"]] or "").strip()
    return book


SIGNATURE = Signature("LimeSurvey", recognise, read)
