"""Gather labels that only few people gave into one row, so that no copy shows what one person wrote."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from coprep.findings import Note
from coprep.table import Table
from coprep.view import View

R = TypeVar("R", bound=View)

OTHER = "other answers"
"""The row of labels that few people gave."""
UNKNOWN = "(unknown)"
"""The row of people whose group is not known, under whatever label."""
DROPPED = "notes_left_out"
"""Code of the note that says that notes were left out."""
LEFT_OUT = Note(DROPPED, "Notes with small numbers are left out of this copy.")
# What a note quotes under these names are labels of people.
_LABELS = frozenset({"answers", "group", "groups", "label", "labels"})


def without_few_labels(result: R, min_count: int) -> R:
    """A copy in which labels that fewer than ``min_count`` people gave are one row an attribute.

    A label of the baseline is public. Any other is there only because somebody gave it, so that its
    name alone tells of 1 to ``min_count`` - 1 people, and may be what one of them wrote.
    """
    own: Callable[[int], R] | None = getattr(result, "_few_labels_gathered", None)
    if own is not None:  # a kind whose labels stand in several rows
        return own(min_count)
    listed = result.listed_by
    rows = result.rows
    if listed is None or listed not in rows.names:
        return result
    records = list(rows.records())
    few = [_is_few(record, listed, result.count_columns[0], min_count) for record in records]
    kept: list[dict[str, Any]] = []
    for record, is_few in zip(records, few, strict=True):
        if not is_few:
            kept.append(record)
            continue
        home = next((r for r in kept if _is_other(r, record)), None)
        if home is None:
            kept.append({**record, "group": OTHER, "reading": _reading(record)})
            continue
        for name in result.count_columns:
            if record.get(name) is not None and name != "total":
                home[name] += record[name]
    told = {record["group"] for record in kept} | {OTHER}
    notes = [n for n in result.notes if set(_quoted(n)) <= told or _is_counted(n, min_count)]
    if len(notes) < len(result.notes):
        notes.append(LEFT_OUT)
    return replace(result, rows=Table.from_records(kept, rows.kinds), notes=tuple(notes))


def _is_few(record: dict[str, Any], listed: str, counted: str, min_count: int) -> bool:
    """Whether a row is a label outside the baseline that few people gave."""
    n = record[counted]
    is_public = not math.isnan(record[listed])
    return not is_public and record["group"] != UNKNOWN and n is not None and n < min_count


def _is_other(row: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether a row gathers the few labels of a record's attribute."""
    return row["group"] == OTHER and row.get("attribute") == record.get("attribute")


def _reading(record: dict[str, Any]) -> str | None:
    if record.get("reading") is None:
        return None
    return "Other answers; the baseline has no such groups, so they cannot be compared."


def _quoted(note: Note) -> Iterator[str]:
    """The labels that a note quotes."""
    for name in _LABELS & set(note.values):
        value = note.values[name]
        yield from (
            v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, str)
        )


def _is_counted(note: Note, min_count: int) -> bool:
    """Whether a note says that so many people gave each of the labels it quotes."""
    fewest = note.values.get("fewest")
    return isinstance(fewest, int) and fewest >= min_count
