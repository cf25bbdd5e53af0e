"""REDCap: record_id, events and instruments; a checkbox has a column ``name___code`` an option."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, header_at, names_of
from coprep.data.participants.form import Field, Form, Signature
from coprep.data.participants.headers import folded
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"}
    | {"redcap_data_access_group", "redcap_survey_identifier"}
)
_BOX = re.compile(r"(.+)___(.+)")
_NEVER_OPENED = frozenset({"0", ""})

Entry = Mapping[str, str]


def recognise(sheet: Sheet) -> bool:
    """Whether REDCap's own columns are there, or checkboxes as it names them."""
    header = folded(sheet.rows[header_at(sheet)])
    own = any(name.startswith("redcap_") for name in header)
    forms = any(name.endswith("_complete") for name in header)
    boxes = any(_BOX.fullmatch(name) for name in header)
    return own or (forms and boxes) or (header[:1] == ("record_id",) and forms)


def read(sheet: Sheet) -> Form:
    """The questions with their words, from the data dictionary beside the export."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    plain = [fold(name) for name in names]
    dictionary, file = _dictionary(sheet)
    fields = tuple(_fields(sheet, names, header + 1, dictionary))
    event = plain.index("redcap_event_name") if "redcap_event_name" in plain else None
    return Form(
        "REDCap",
        "record_id, events and instruments, checkboxes as name___code; one header row",
        header + 1,
        1,
        fields,
        id=0,
        event=_first_event(sheet, event, header + 1, fields),
        codebook=file,
    )


def _first_event(
    sheet: Sheet, at: int | None, first_row: int, fields: Sequence[Field]
) -> tuple[int, str] | None:
    """The event in which questions about the person were answered: the only one, or none."""
    if at is None:
        return None
    events: dict[str, int] = {}
    answers = [one for one in fields if one.role == "answer" and one.kind == "one"]
    for row in range(first_row, len(sheet.rows)):
        name = sheet.cell(row, at)
        said = any(sheet.cell(row, i) for one in answers for i in one.columns)
        events[name] = events.get(name, 0) + said
    with_answers = [name for name, number in events.items() if number]
    return (at, with_answers[0] if len(with_answers) == 1 else "")


def _fields(
    sheet: Sheet, names: Sequence[str], first_row: int, dictionary: Mapping[str, Entry]
) -> Iterator[Field]:
    boxes: dict[str, list[tuple[int, str]]] = {}
    for at, name in enumerate(names):
        found = _BOX.fullmatch(name)
        if found:
            boxes.setdefault(found[1], []).append((at, found[2]))
    inside = {at for columns in boxes.values() for at, _ in columns}
    plain = [fold(name) for name in names]
    forms = frozenset(name for name in plain if name.endswith("_complete"))
    for one in fields_of(sheet, names, first_row, system=_SYSTEM | forms, skip=inside):
        entry = dictionary.get(one.name, {})
        codes = _choices(entry.get("choices", ""))
        free = entry.get("type") in ("text", "notes") and entry.get("validation") == ""
        yield Field(
            one.name,
            one.columns,
            role="private" if free and not _numbers(sheet, one, first_row) else one.role,
            text=entry.get("label", ""),
            kind="one" if codes else None,
            codes=codes,
            choices=frozenset(codes.values()),
            asked_where=_asked(plain, entry),
        )
    for stem, columns in boxes.items():
        entry = dictionary.get(stem, {})
        words = _choices(entry.get("choices", ""))
        options = tuple(
            words.get(code.replace("_", "-"), words.get(code, code)) for _, code in columns
        )
        complete = _asked(plain, entry) or _only_form(plain)
        yield Field(
            stem,
            tuple(at for at, _ in columns),
            kind="ticks",
            text=entry.get("label", ""),
            options=options,
            choices=frozenset(options) if words else frozenset(),
            ticked="0/1",
            asked_where=complete,
        )


def _numbers(sheet: Sheet, one: Field, first_row: int) -> bool:
    cells = [sheet.cell(row, one.columns[0]) for row in range(first_row, len(sheet.rows))]
    return all(cell.replace("-", "").replace(".", "").isdigit() for cell in cells if cell)


def _asked(plain: Sequence[str], entry: Entry) -> tuple[int, frozenset[str]] | None:
    """The column that says whether the form of a question was ever opened."""
    name = f"{fold(entry.get('form', ''))}_complete"
    return (plain.index(name), _NEVER_OPENED) if name in plain else None


def _only_form(plain: Sequence[str]) -> tuple[int, frozenset[str]] | None:
    forms = [at for at, name in enumerate(plain) if name.endswith("_complete")]
    return (forms[0], _NEVER_OPENED) if len(forms) == 1 else None


def _choices(text: str) -> dict[str, str]:
    """Codes and words of ``1, White | 2, Asian, including South Asian``: only the first comma parts
    them.
    """
    found = {}
    for part in text.split("|"):
        code, comma, word = part.partition(",")
        if comma:
            found[code.strip()] = word.strip()
    return found


_ENTRIES = {
    "variable/field name": "name",
    "field_name": "name",
    "form name": "form",
    "form_name": "form",
    "field type": "type",
    "field_type": "type",
    "field label": "label",
    "field_label": "label",
    "choices,calculations,or slider labels": "choices",
    "select_choices_or_calculations": "choices",
}


def _dictionary(sheet: Sheet) -> tuple[dict[str, Entry], str]:
    """The data dictionary beside an export, and the file's name."""
    for path in sorted(sheet.path.parent.glob("*.csv")):
        if path == sheet.path:
            continue
        try:
            with path.open(encoding="utf-8-sig", newline="") as text:
                rows = list(csv.reader(text))
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
        keys = [_ENTRIES.get(fold(name), "") for name in (rows[0] if rows else [])]
        if {"name", "choices"} <= set(keys):
            entries = [dict(zip(keys, row, strict=False)) for row in rows[1:]]
            return {entry["name"]: entry for entry in entries if entry.get("name")}, path.name
    return {}, ""


SIGNATURE = Signature("REDCap", recognise, read)
