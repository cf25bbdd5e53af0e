"""Writes empty tables of a process, with a dictionary of their columns."""

from __future__ import annotations

import csv
from pathlib import Path

from coprep.data.process.readers.process_toml import SETTING_KEYS
from coprep.data.process.tables.schema import TABLES, Column
from coprep.errors import InputError
from coprep.wording.labels import listed

_KINDS = {
    "id": "a name or number of its own",
    "person": "an id of participants",
    "idea": "an id of ideas",
    "session": "an id of sessions",
    "group": "a label; empty where it is not known",
    "label": "a label",
    "choice": "one of: {choices}",
    "number": "a number",
    "answer": "a number, or Yes and No",
    "flag": "Yes or No",
    "moment": "a day such as 2026-03-01, with or without a time",
    "text": "text",
}
_EXAMPLES = {"participants": ("age", "sex", "ethnic group", "disability")}
_BASELINE = ("attribute", "group", "count")


def write_template(folder: Path) -> list[str]:
    """Write a table a file, a dictionary and a `process.toml`; nothing that is there is replaced.

    Raises
    ------
    InputError
        Where a file of one of these names is there already.
    """
    tables = {f"{name}.csv": _columns(name) for name in TABLES}
    tables["baseline.csv"] = _BASELINE
    names = [*tables, "dictionary.csv", "process.toml"]
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise InputError.of(
            f"{folder.name} holds {listed(there, most=6)} already.",
            code="file_exists",
            param="folder",
            got=tuple(there),
            hint="name an empty folder.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in tables.items():
            _write(folder / name, [columns])
        _write(folder / "dictionary.csv", _dictionary())
        (folder / "process.toml").write_text(_process_toml(), encoding="utf-8")
    except OSError as error:
        raise InputError.of(
            f"cannot write into {folder}: {error.strerror}.", code="cannot_write", param="folder"
        ) from None
    lines = [f"Written into {folder}:"]
    lines += [f"  {name:<20} {', '.join(columns)}" for name, columns in tables.items()]
    lines += [
        "  dictionary.csv       what goes into each column",
        "  process.toml         how the process was run",
        "Fill in the tables you have and delete the others. participants.csv and baseline.csv are",
        "enough for who took part; what you call the columns beside participant_id is up to you.",
        f"Next:    coprep audit {folder}",
    ]
    return lines


def _columns(table: str) -> tuple[str, ...]:
    return (*TABLES[table].columns, *_EXAMPLES.get(table, ()))


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(rows)


def _dictionary() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("table", "column", "needed", "holds")]
    for table, spec in TABLES.items():
        for name, column in spec.columns.items():
            rows.append((table, name, _needed(spec.needs, name), _holds(column)))
        told = "an attribute of people; rename it, or add others"
        rows += [(table, name, "no", told) for name in _EXAMPLES.get(table, ())]
    rows += [
        ("baseline", "attribute", "yes", "the name of a column of participants, such as age"),
        ("baseline", "group", "yes", "a group, as participants have it"),
        ("baseline", "count", "yes", "how many people live there; or a column share"),
    ]
    return rows


def _needed(needs: tuple[str, ...], name: str) -> str:
    """Whether a table must have a column; "a|b" is one of two."""
    for need in needs:
        if name in need.split("|"):
            return "yes" if need == name else f"this or {need.replace(name, '').strip('|')}"
    return "no"


def _holds(column: Column) -> str:
    told = _KINDS[column.kind].format(choices=", ".join(column.choices))
    return f"{told}; in every row" if column.filled else told


def _process_toml() -> str:
    """All keys of `process.toml`, each behind a sign of comment."""
    lines = ["# How the process was run. Remove the first sign of a line to say it.", ""]
    for key in SETTING_KEYS.values():
        lines += [f"# {key.says}", f"# {key.example}"]
    return "\n".join(lines) + "\n"
