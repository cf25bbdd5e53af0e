"""Recognises tables that are counts already: `value_counts()` of pandas, and a row a group with its count.

A table of people has a row a person; read as one, such counts would be a handful of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.frames import Frame, is_frame, open_frame
from coprep.data.label_matching import match_labels, spelt_alike
from coprep.data.labels import label
from coprep.data.process.published import read_counts
from coprep.errors import InputError
from coprep.findings import distinct
from coprep.wording.labels import listed

_TIDY = ("attribute", "group", "count")
COUNTS = ("count", "n", "size", "freq", "frequency", "people", "participants")
_GROUPS = ("group", "groups", "label", "category")
_MOST_ROWS = 10_000  # counts by group are short; a longer table is not looked into


def as_counts(
    participants: Any, baseline: Baseline, total: int | Mapping[str, int] | None = None
) -> Any:
    """Published counts, or a tally of them, where that is what was passed; else what was passed."""
    if _is_series(participants):
        return _of_series({_name_of(participants, baseline): participants}, baseline)
    if isinstance(participants, Mapping):
        if participants and all(_is_series(values) for values in participants.values()):
            return _of_series(participants, baseline)
        return participants
    if not is_frame(participants):
        return participants
    frame = open_frame(participants)
    alike = spelt_alike(_TIDY, frame.columns)
    described = spelt_alike(_TIDY, baseline.attributes)
    if all(alike.values()) and not any(described.values()):
        published = read_counts(_with_total(frame, alike, total))
        if len(published.stages) > 1:
            raise InputError.of(
                f"these counts are of several stages: {listed(published.stages)}.",
                code="several_stages",
                param="participants",
                hint="pass the rows of one stage, or make a Process of them and audit it.",
            )
        if not any(published.totals.values()):
            return next(iter(published.by_stage.values()))
        tally = published.tally()
        return replace(tally, notes=distinct((*published.notes, *tally.notes)))
    return _of_two_columns(participants, baseline)


def _with_total(
    frame: Frame, alike: Mapping[str, str | None], total: int | Mapping[str, int] | None
) -> dict[str, list[Any]]:
    """The columns of a tidy table, with the total that was given beside it."""
    cells = frame.collect(frame.columns)
    if total is not None:
        cells = {name: values for name, values in cells.items() if name.casefold() != "total"}
        named = [label(value) for value in cells[str(alike["attribute"])]]
        said = total if isinstance(total, Mapping) else dict.fromkeys(filter(None, named), total)
        cells["total"] = [said.get(name or "") for name in named]
    return cells


def seems_counted(columns: Sequence[str]) -> bool:
    """Whether the columns of a table say that its rows are groups with their counts."""
    named = {str(column).strip().casefold() for column in columns}
    return bool(named & set(COUNTS)) and bool(named & {*_GROUPS, "attribute"})


def _is_series(value: Any) -> bool:
    return (
        type(value).__module__.partition(".")[0] == "pandas"
        and hasattr(value, "index")
        and (getattr(value, "ndim", 0) == 1 and hasattr(value, "items"))
    )


def _name_of(series: Any, baseline: Baseline) -> str:
    """The attribute of a lone series: its index has its name."""
    only = baseline.attributes[0]
    return str(series.index.name or (series.name if series.name not in COUNTS else None) or only)


def _of_series(columns: Mapping[Any, Any], baseline: Baseline) -> Any:
    """Counts by label where every series counts the labels of its index; else the columns."""
    alike = spelt_alike([label(name) or "" for name in columns], baseline.attributes)
    for name, series in columns.items():
        attribute = alike[label(name) or ""]
        groups = () if attribute is None else baseline.groups(attribute)
        if not _counts_its_index(series, groups):
            return dict(columns)
    return {
        name: {_plain(key): _plain(value) for key, value in series.items()}
        for name, series in columns.items()
    }


def _counts_its_index(series: Any, groups: Sequence[str]) -> bool:
    """Whether a series holds a number for each of some labels, which its index has."""
    if getattr(series.dtype, "kind", "O") not in "iuf" or not len(series):
        return False
    if not series.index.is_unique or type(series.index).__name__ == "RangeIndex":
        return False
    if series.name in ("count", "proportion"):
        return True
    found = match_labels([str(label(key)) for key in series.index], groups)
    return 2 * sum(match is not None for match in found.values()) > len(found)


def _of_two_columns(participants: Any, baseline: Baseline) -> Any:
    """Counts from a table of an attribute's groups and a count, one row each, as of Polars."""
    frame = open_frame(participants)
    if frame.is_lazy or len(frame.columns) != 2 or not 0 < frame.rows() <= _MOST_ROWS:
        return participants
    named = {str(column).strip().casefold(): column for column in frame.columns}
    count = next((named[word] for word in COUNTS if word in named), None)
    if count is None or not frame.is_number(count):
        return participants
    other = next(column for column in frame.columns if column != count)
    attribute = spelt_alike([other], baseline.attributes)[other]
    if attribute is None and len(baseline.attributes) == 1 and spelt_alike([other], _GROUPS)[other]:
        attribute = baseline.attributes[0]
    if attribute is None:
        return participants
    cells = frame.collect(frame.columns)
    labels = [label(value) for value in cells[other]]
    if len(set(labels)) < len(labels):
        return participants
    return {attribute: dict(zip(labels, map(_plain, cells[count]), strict=True))}


def _plain(value: Any) -> Any:
    """A value as plain Python data, of intervals their text."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, (int, float, str)) or value is None:
        return value
    return str(value)
