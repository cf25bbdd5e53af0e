"""Show a question in one coding only, where two of them beside one another would tell of few people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from itertools import combinations
from typing import Any, TypeVar

from coprep.data.nested_labels import is_finer
from coprep.findings import Note
from coprep.report.disclosure.suppression import Together
from coprep.table import Table
from coprep.view import FACE, View

R = TypeVar("R", bound=View)
Groups = frozenset[str]
_ONCE = (
    "Shown in one comparison only, so that several beside one another do not tell of few "
    "people: {attributes:labels}."
)


def codings(views: Sequence[View], min_count: int) -> dict[str, Groups]:
    """The groups with which each attribute is shown that stands in several codings; none to leave
    it out.

    Two baselines may list other groups, and one question may be asked in finer and coarser groups.
    Where a count is small in any of them, differences between them would tell, so that the last
    coding of an attribute is shown, and the coarser of two attributes.
    """
    found: dict[str, list[Groups]] = {}
    small: set[str] = set()
    for view in views:
        for attribute, counts in _counts(view).items():
            found.setdefault(attribute, []).append(frozenset(counts))
            if any(0 < n < min_count for n in counts.values() if n is not None):
                small.add(attribute)
    kept = {
        attribute: sets[-1]
        for attribute, sets in found.items()
        if attribute in small and len(set(sets)) > 1
    }
    for one, other in combinations(found, 2):
        if not {one, other} & small:
            continue
        coarse = found[one][-1]
        fine = found[other][-1]
        if is_finer(fine, coarse):
            kept[other] = frozenset()
        elif is_finer(coarse, fine):
            kept[one] = frozenset()
    return kept


def _counts(view: View) -> dict[str, dict[str, int | None]]:
    """The counts of the groups of each attribute that is compared with a baseline."""
    listed = view.listed_by
    if listed is None or not {listed, "attribute", "group"} <= set(view.rows.names):
        return {}
    found: dict[str, dict[str, int | None]] = {}
    for row in view.rows.records():
        if row[listed] is not None and row[listed] == row[listed]:
            found.setdefault(row["attribute"], {})[row["group"]] = row[view.count_columns[0]]
    return found


def in_one_coding(result: R, together: Together) -> R:
    """A result without the attributes that are shown elsewhere, in other groups."""
    gone = sorted(
        attribute
        for attribute, counts in _counts(result).items()
        if attribute in together.codings and together.codings[attribute] != frozenset(counts)
    )
    if not gone:
        return result
    changes: dict[str, Any] = {
        field.name: _without(getattr(result, field.name), gone)
        for field in fields(result)
        if field.name not in FACE and isinstance(getattr(result, field.name), Table)
    }
    return replace(
        result,
        rows=_without(result.rows, gone),
        findings=tuple(f for f in result.findings if f.attribute not in gone),
        notes=(
            *(note for note in result.notes if note.values.get("attribute") not in gone),
            Note.of("told_once", _ONCE, attributes=gone),
        ),
        **changes,
    )


def _without(table: Table, attributes: Collection[str]) -> Table:
    if "attribute" not in table.names:
        return table
    return table.where(name not in attributes for name in table["attribute"])
