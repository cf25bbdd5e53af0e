"""Holds published counts of who took part, at one or several stages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coprep.data.frames import open_frame
from coprep.data.labels import known_label, label
from coprep.data.printed import PrintedCounts, is_blank
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

_COLUMNS = ("attribute", "group", "count", "stage", "total")

Printed = Mapping[str, Mapping[str | None, Any]]
"""The figures of one stage as they were printed; None is a group without a name."""


@dataclass(frozen=True, slots=True)
class PublishedCounts:
    """Counts as they were published; `PrintedCounts` says what they mean.

    ``by_stage`` has for each stage ("" where none is named) the figures that were printed, and
    ``totals`` for each stage and attribute the published number of people, where it was given.
    """

    by_stage: Mapping[str, Printed]
    totals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def stages(self) -> tuple[str, ...]:
        """The named stages, in the order of the table."""
        return tuple(stage for stage in self.by_stage if stage)

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes of all stages, in the order of the table."""
        return tuple(dict.fromkeys(name for block in self.by_stage.values() for name in block))

    def counts(self, stage: str | None = None) -> dict[str, dict[str, float]]:
        """Attribute to group to number of people at a stage; by default the last."""
        reader = self._reader(stage, None)
        reader.every(self.by_stage[reader.stage])
        return {attribute: dict(groups) for attribute, groups in reader.printed.items()}

    def total(self, stage: str | None = None) -> dict[str, float]:
        """Attribute to the published number of people at a stage, where one was given."""
        reader = self._reader(stage, None)
        return {attribute: reader.stated(attribute) or 0 for attribute in reader.total}

    def tally(
        self,
        stage: str | None = None,
        *,
        attributes: Collection[str] | None = None,
        overlapping: Collection[str] | None = None,
    ) -> Tally:
        """The counts of a stage; ``overlapping`` as for `PrintedCounts`."""
        reader = self._reader(stage, overlapping)
        block = self.by_stage[reader.stage]
        found = reader.every({a: block[a] for a in block if attributes is None or a in attributes})
        return Tally(found, notes=tuple(reader.notes), printed=True)

    def _reader(self, stage: str | None, overlapping: Collection[str] | None) -> PrintedCounts:
        name = tuple(self.by_stage)[-1] if stage is None else stage
        return PrintedCounts("counts", self.totals.get(name, {}), overlapping, stage=name)


def read_counts(counts: Any) -> PublishedCounts:
    """Published counts from a table (attribute, group, count, and stage, total) or nested mappings.

    Raises an InputError with everything that is wrong in any stage.
    """
    if isinstance(counts, PublishedCounts):
        return counts
    if isinstance(counts, Mapping) and all(isinstance(v, Mapping) for v in counts.values()):
        counts = _rows_of(counts)
    problems = Problems()
    published, notes = _blocks(_columns(counts), problems)
    for stage in published.by_stage:
        try:
            tally = published.tally(stage)
        except InputError as error:
            problems.take(error)
            continue
        notes += tally.notes
        notes += _different_sums(stage, tally, published.totals.get(stage, {}))
    problems.raise_if_any()
    unique = {note.text: note for note in notes}
    return PublishedCounts(published.by_stage, published.totals, tuple(unique.values()))


def _rows_of(counts: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """A table from {attribute: {group: count}} or {stage: {attribute: {group: count}}}."""
    deep = all(isinstance(v, Mapping) for block in counts.values() for v in block.values())
    rows = [
        (attribute, group, n, stage)
        for stage, blocks in (counts.items() if deep else [("", counts)])
        for attribute, groups in blocks.items()
        for group, n in groups.items()
    ]
    return {name: [row[i] for row in rows] for i, name in enumerate(_COLUMNS[:4])}


def _columns(counts: Any) -> dict[str, Sequence[Any]]:
    """The cells by the names of `_COLUMNS`; blank where there is no such column."""
    frame = open_frame(counts, what="counts")
    held = {c: n for c in _COLUMNS for n in frame.columns if n.strip().casefold() == c}
    problems = Problems()
    for need in _COLUMNS[:3]:
        if need not in held:
            close = nearest(need, frame.columns)
            hint = f"rename {show(close)} to {need!r}, if that is what it holds."
            problems.add(
                f"counts have no column {need!r}; they have {listed(frame.columns, most=8)}.",
                code="missing_column",
                param=f"counts.{need}",
                got=frame.columns,
                expected=_COLUMNS,
                hint=hint if close else None,
            )
    problems.raise_if_any()
    cells = frame.collect(tuple(held.values()))
    rows = len(cells[held["group"]])
    if not rows:
        raise InputError.of("counts have no rows.", code="empty_table", param="counts", got=0)
    return {c: cells[held[c]] if c in held else [None] * rows for c in _COLUMNS}


def _blocks(
    cells: Mapping[str, Sequence[Any]], problems: Problems
) -> tuple[PublishedCounts, list[Note]]:
    """Figures by stage, attribute and group, totals, and what was left out."""
    blocks: dict[str, dict[str, dict[str | None, Any]]] = {}
    said: dict[str, dict[str, list[Any]]] = {}
    left_out = 0
    repeated = 0
    filled = 0
    before: tuple[str, str] | None = None
    for attribute, group, count, stage, total in zip(*(cells[c] for c in _COLUMNS), strict=True):
        name = label(attribute)
        at = label(stage) or ""
        blank = is_blank(count)
        if name is None and before is not None and before[1] == at and label(group) and not blank:
            # Merged cells name the attribute once a block.
            name = before[0]
            filled += 1
        if name is None or (blank and label(group) is None):
            left_out += 1
            continue
        before = (name, at)
        block = blocks.setdefault(at, {}).setdefault(name, {})
        repeated += label(group) in block
        # A frame holds an empty cell as nan, which is no figure that somebody wrote.
        block[label(group)] = None if blank else count
        totals = said.setdefault(at, {}).setdefault(name, [])
        if known_label(total) is not None and total not in totals:
            totals.append(total)
    if repeated:
        problems.add(
            f"counts: {count_of(repeated, 'row')} repeat a group of an attribute at a stage.",
            code="duplicate_key",
            param="counts.group",
            got=repeated,
            hint="give each group one row an attribute and stage.",
        )
    for at, by_attribute in said.items():
        for name, totals in by_attribute.items():
            if len(totals) > 1:
                where = f"{show(name)} at stage {show(at)}" if at else show(name)
                problems.add(
                    f"counts give {where} different totals: {listed(sorted(totals, key=str))}.",
                    code="different_totals",
                    param="counts.total",
                    got=tuple(totals),
                    hint="the total is how many people took part; "
                    "write the same one beside every group.",
                )
    if not blocks:
        problems.add("counts name no attribute with a count.", code="empty_table", param="counts")
    notes = []
    if left_out:
        template = "counts: {rows} without attribute, or with neither group nor count, left out."
        notes.append(Note.of("rows_left_out", template, rows=counted(left_out, "row")))
    if filled:
        template = "counts: {rows} without attribute read as of the one above, as in merged cells."
        notes.append(Note.of("attribute_filled", template, rows=counted(filled, "row")))
    first = {
        at: {name: totals[0] for name, totals in by_attribute.items() if totals}
        for at, by_attribute in said.items()
    }
    return PublishedCounts(blocks, first), notes


def _different_sums(stage: str, tally: Tally, totals: Mapping[str, Any]) -> list[Note]:
    """A note where attributes add to different numbers and no total says which is right."""
    sums = {
        name: sum(c.n for c in (*one.cells.values(), one.unknown))
        for name, one in tally.attributes.items()
    }
    if len({n for name, n in sums.items() if name not in totals}) < 2:
        return []
    at = f" ({plainly(stage)})" if stage else ""
    told = ", ".join(f"{plainly(name)} {n:,}" for name, n in sums.items())
    text = f"Attributes{at} add to different numbers of people: {told}."
    return [Note("different_sums", text, {"stage": stage, "people": sums})]
