"""Leave out of copies what no hiding of rows can protect: one person's part, and undeclared figures."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any, TypeVar

from coprep.findings import Finding, Note, Verdict
from coprep.table import Table
from coprep.view import FACE, View

R = TypeVar("R", bound=View)

_NOT_DECLARED = Note(
    "protected",
    "Protected for publication: which figures of this answer are about people is not declared, so "
    "that none is shown.",
)
_LABELS = frozenset({"text", "truth"})


def figures_of(table: Table) -> int:
    """How many numbers a table shows."""
    return sum(
        value is not None and not (isinstance(value, float) and math.isnan(value))
        for name in table.names
        if table.kinds[name] in ("count", "number")
        for value in table[name]
    )


def without_one_person(result: R) -> R:
    """A result in which no column and no detail tells one person's part."""
    told = result.of_one_person
    if not told:
        return result
    findings = tuple(
        replace(
            finding,
            details={name: v for name, v in finding.details.items() if name not in told},
            caveats=tuple(note for note in finding.caveats if not set(note.values) & set(told)),
            values={name: v for name, v in finding.values.items() if name not in told},
        )
        for finding in result.findings
    )
    changes: dict[str, Any] = {
        field.name: _blank(getattr(result, field.name), frozenset(told))
        for field in fields(result)
        if isinstance(getattr(result, field.name), Table)
    }
    notes = tuple(note for note in result.notes if not set(note.values) & set(told))
    return replace(result, **changes, findings=findings, notes=notes)


def _blank(table: Table, names: frozenset[str]) -> Table:
    gone = names & set(table.names)
    return table.with_columns({name: [None] * len(table) for name in gone})


def without_figures(result: R, min_count: int) -> R:
    """A copy that says what was asked and holds no figure: nobody said which of them count people."""
    changes: dict[str, Any] = {}
    for field in fields(result):
        value = getattr(result, field.name)
        if isinstance(value, Table):
            changes[field.name] = _labels_only(value)
        elif field.name not in FACE:
            changes[field.name] = _nothing(value)
    findings = tuple(
        Finding(
            f.question, f.attribute, f.group, Verdict.NOT_ASSESSABLE, details={"protected": True}
        )
        for f in result.findings
    )
    settings = {
        **{name: v for name, v in result.settings.items() if isinstance(v, str)},
        "protected": {"min_count": min_count, "rows_hidden": len(result.rows)},
    }
    notes = (_NOT_DECLARED,)
    return replace(
        result, **changes, findings=findings, notes=notes, settings=settings, picture=None
    )


def _labels_only(table: Table) -> Table:
    """A table of which only short texts are left."""
    kept = {name for name in table.names if table.kinds[name] in _LABELS} - {"reading"}
    gone = [name for name in table.names if name not in kept]
    return table.with_columns({name: [None] * len(table) for name in gone})


def _nothing(value: Any) -> Any:
    """The empty value of the same type."""
    if isinstance(value, float):
        return math.nan
    if isinstance(value, (str, bool)) or value is None:
        return value
    if isinstance(value, int):
        return 0
    return type(value)() if isinstance(value, (tuple, list, dict)) else None
