"""Published counts of who took part: by attribute and group, at one or several stages, with no row a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coprep.data.door.cells import Cells
from coprep.data.frames import open_frame
from coprep.errors import InputError, Problems, listed, nearest, show

__all__ = ["PublishedCounts", "read_counts"]

_COLUMNS = ("attribute", "group", "count", "stage", "total")


@dataclass(frozen=True, slots=True)
class PublishedCounts:
    """Counts as they were published.

    Attributes
    ----------
    by_stage : mapping
        Stage ("" where none is named) to attribute to group to count.
    totals : mapping
        (stage, attribute) to the published number of people, where it was given.
    notes : tuple of str
        Blocks whose groups do not add up to their published total, and rows that were left out.
    """

    by_stage: Mapping[str, Mapping[str, Mapping[str, float]]]
    totals: Mapping[tuple[str, str], float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[str, ...]:
        """The named stages, in the order of the table."""
        return tuple(stage for stage in self.by_stage if stage)

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes of all stages, in the order of the table."""
        return tuple(dict.fromkeys(name for block in self.by_stage.values() for name in block))

    def counts(self, stage: str | None = None) -> dict[str, dict[str, float]]:
        """Attribute to group to count at a stage; by default the only one, or the last."""
        return {attribute: dict(groups) for attribute, groups in self.by_stage[self._stage(stage)].items()}

    def total(self, stage: str | None = None) -> dict[str, float]:
        """Attribute to the published number of people at a stage, where one was given."""
        name = self._stage(stage)
        return {attribute: n for (at, attribute), n in self.totals.items() if at == name}

    def _stage(self, stage: str | None) -> str:
        return next(reversed(tuple(self.by_stage))) if stage is None else stage


def read_counts(counts: Any) -> PublishedCounts:
    """Published counts from a table (attribute, group, count, and stage, total) or nested mappings.

    Raises
    ------
    InputError
        Where columns are missing, counts are negative or no numbers, or a group stands twice.
    """
    if isinstance(counts, PublishedCounts):
        return counts
    if isinstance(counts, Mapping) and all(isinstance(v, Mapping) for v in counts.values()):
        counts = _rows_of(counts)
    problems = Problems()
    frame = open_frame(counts, what="counts")
    columns = {c: n for c in _COLUMNS for n in frame.columns if n.strip().casefold() == c}
    for need in ("attribute", "group", "count"):
        if need not in columns:
            close = nearest(need, frame.columns)
            problems.add(
                f"counts have no column {need!r}; they have {listed(frame.columns, most=8)}.",
                code="missing_column",
                param=f"counts.{need}",
                got=frame.columns,
                expected=_COLUMNS,
                hint=f"rename {close!r} to {need!r}, if that is what it holds." if close else None,
            )
    problems.raise_if_any()
    return _published(Cells(frame, "counts", columns, problems), problems)


def _rows_of(counts: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """A table from {attribute: {group: count}} or {stage: {attribute: {group: count}}}."""
    table: dict[str, list[Any]] = {"stage": [], "attribute": [], "group": [], "count": []}
    deep = all(isinstance(v, Mapping) for block in counts.values() for v in block.values())
    for stage, blocks in counts.items() if deep else [("", counts)]:
        for attribute, groups in blocks.items():
            for group, n in groups.items():
                for column, cell in zip(table, (stage, attribute, group, n), strict=True):
                    table[column].append(cell)
    return table


def _published(cells: Cells, problems: Problems) -> PublishedCounts:
    attribute, group, stage = (cells.labels(c).text() for c in ("attribute", "group", "stage"))
    count, total = cells.numbers("count"), cells.numbers("total")
    if not cells.n:
        problems.add("counts have no rows.", code="empty_table", param="counts", got=0)
    for column, values in (("count", count), ("total", total)):
        bad = int(((values < 0) | np.isinf(values)).sum())
        if bad:
            problems.add(
                f"counts: {bad:,} cells of {column!r} are negative or infinite.",
                code="out_of_range",
                param=f"counts.{column}",
                got=bad,
            )
    problems.raise_if_any()
    blocks: dict[str, dict[str, dict[str, float]]] = {}
    totals: dict[tuple[str, str], float] = {}
    twice, left = 0, 0
    for name, g, s, n, of in zip(attribute, group, stage, count, total, strict=True):
        if name is None or g is None or np.isnan(n):
            left += 1
            continue
        block = blocks.setdefault(s or "", {}).setdefault(name, {})
        twice += g in block
        block[g] = _whole(n)
        if not np.isnan(of):
            totals[s or "", name] = _whole(of)
    if twice:
        problems.add(
            f"counts: {twice:,} rows repeat a group of an attribute at a stage.",
            code="duplicate_key",
            param="counts.group",
            got=twice,
            hint="give each group one row an attribute and stage.",
        )
    problems.raise_if_any()
    if not blocks:
        raise InputError.of("counts name no group with a count.", code="empty_table", param="counts")
    notes = [f"counts: {left:,} rows without attribute, group or count are left out."] if left else []
    return PublishedCounts(blocks, totals, (*notes, *_off(blocks, totals)))


def _whole(number: float) -> float:
    return int(number) if number == int(number) else float(number)


def _off(blocks: Mapping[str, Mapping[str, Mapping[str, float]]], totals: Mapping[tuple[str, str], float]) -> list[str]:
    """A note for each block that does not add up to its published total, or to the other attributes' of its stage."""
    notes = []
    for stage, block in blocks.items():
        sums = {name: sum(groups.values()) for name, groups in block.items()}
        at = f" at stage {stage}" if stage else ""
        for name, found in sums.items():
            total = totals.get((stage, name))
            if total is not None and found != total:
                notes.append(f"{name}{at} adds to {found:g}, the published total is {total:g}.")
        untold = {found for name, found in sums.items() if (stage, name) not in totals}
        if len(untold) > 1:
            told = ", ".join(f"{show(name)} {found:g}" for name, found in sums.items())
            notes.append(f"attributes{at} add to different numbers of people: {told}.")
    return notes
