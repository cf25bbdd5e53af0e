"""Published counts of who took part: by attribute and group, at one or several stages, with no row a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coprep.data.figures import read_figure
from coprep.data.frames import Frame, open_frame
from coprep.data.labels import label
from coprep.data.printed import PrintedCounts
from coprep.data.process.tables.columns import known_label
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly

__all__ = ["PublishedCounts", "read_counts"]

_COLUMNS = ("attribute", "group", "count", "stage", "total")

Printed = Mapping[str, Mapping[str | None, Any]]
"""The figures of one stage as they were printed; None is a group without a name."""


@dataclass(frozen=True, slots=True)
class PublishedCounts:
    """Counts as they were published; `PrintedCounts` says what they mean.

    Attributes
    ----------
    by_stage : mapping
        Stage ("" where none is named) to attribute to group to the figure that was printed.
    totals : mapping
        (stage, attribute) to the published number of people, where it was given.
    notes : tuple of str
        Blocks whose groups do not add up to their published total, and rows that were left out.
    """

    by_stage: Mapping[str, Printed]
    totals: Mapping[tuple[str, str], int] = field(default_factory=dict)
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
        """Attribute to group to number of people at a stage; by default the only one, or the last."""
        reader = self._reader(self._stage(stage), None)
        reader.every(self.by_stage[self._stage(stage)])
        return {attribute: dict(groups) for attribute, groups in reader.printed.items()}

    def total(self, stage: str | None = None) -> dict[str, float]:
        """Attribute to the published number of people at a stage, where one was given."""
        name = self._stage(stage)
        return {attribute: n for (at, attribute), n in self.totals.items() if at == name}

    def tally(
        self,
        stage: str | None = None,
        *,
        attributes: Collection[str] | None = None,
        overlapping: Collection[str] | None = None,
    ) -> Tally:
        """The counts of a stage, with what is wrong in them; ``overlapping`` as for `PrintedCounts`."""
        name = self._stage(stage)
        block = self.by_stage[name]
        reader = self._reader(name, overlapping)
        found = reader.every({a: block[a] for a in block if attributes is None or a in attributes})
        return Tally(found, notes=tuple(reader.notes), printed=True)

    def _reader(self, stage: str, overlapping: Collection[str] | None) -> PrintedCounts:
        totals = {attribute: n for (at, attribute), n in self.totals.items() if at == stage}
        return PrintedCounts("counts", totals, overlapping, stage=stage)

    def _stage(self, stage: str | None) -> str:
        return next(reversed(tuple(self.by_stage))) if stage is None else stage


def read_counts(counts: Any) -> PublishedCounts:
    """Published counts from a table (attribute, group, count, and stage, total) or nested mappings.

    Raises
    ------
    InputError
        Where columns are missing, a group stands twice, and for all that `PrintedCounts` refuses.
    """
    if isinstance(counts, PublishedCounts):
        return counts
    if isinstance(counts, Mapping) and all(isinstance(v, Mapping) for v in counts.values()):
        counts = _rows_of(counts)
    frame = open_frame(counts, what="counts")
    blocks, totals, notes = _blocks(_columns(frame))
    published = PublishedCounts(blocks, totals)
    problems = Problems()
    for stage in blocks:
        try:
            tally = published.tally(stage)
        except InputError as error:
            problems.take(error)
            continue
        notes += [*tally.notes, *_apart(stage, tally, totals)]
    problems.raise_if_any()
    return PublishedCounts(blocks, totals, tuple(dict.fromkeys(notes)))


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


def _columns(frame: Frame) -> dict[str, Sequence[Any]]:
    """The cells by the names of `_COLUMNS`; blank where there is no such column."""
    held = {c: n for c in _COLUMNS for n in frame.columns if n.strip().casefold() == c}
    problems = Problems()
    for need in ("attribute", "group", "count"):
        if need not in held:
            close = nearest(need, frame.columns)
            problems.add(
                f"counts have no column {need!r}; they have {listed(frame.columns, most=8)}.",
                code="missing_column",
                param=f"counts.{need}",
                got=frame.columns,
                expected=_COLUMNS,
                hint=f"rename {show(close)} to {need!r}, if that is what it holds."
                if close
                else None,
            )
    problems.raise_if_any()
    cells = frame.collect(tuple(held.values()))
    rows = len(cells[held["group"]])
    if not rows:
        raise InputError.of("counts have no rows.", code="empty_table", param="counts", got=0)
    return {c: cells[held[c]] if c in held else [None] * rows for c in _COLUMNS}


def _blocks(
    cells: Mapping[str, Sequence[Any]],
) -> tuple[dict[str, dict[str, dict[str | None, Any]]], dict[tuple[str, str], int], list[str]]:
    """Figures by stage, attribute and group, totals by stage and attribute, and a note on rows left out."""
    problems = Problems()
    blocks: dict[str, dict[str, dict[str | None, Any]]] = {}
    said: dict[tuple[str, str], set[int]] = {}
    blank: dict[str, list[str]] = {}
    left = twice = 0
    for attribute, group, count, stage, total in zip(*(cells[c] for c in _COLUMNS), strict=True):
        name, at = label(attribute), label(stage) or ""
        if name is None or (known_label(count) is None and label(group) is None):
            left += 1
            continue
        if known_label(count) is None:
            blank.setdefault(name, []).append(str(label(group)))
            continue
        block = blocks.setdefault(at, {}).setdefault(name, {})
        twice += label(group) in block
        block[label(group)] = count
        if known_label(total) is not None:
            said.setdefault((at, name), set()).update(_people(total, name, problems))
    if twice:
        problems.add(
            f"counts: {twice:,} rows repeat a group of an attribute at a stage.",
            code="duplicate_key",
            param="counts.group",
            got=twice,
            hint="give each group one row an attribute and stage.",
        )
    for (at, name), numbers in said.items():
        if len(numbers) > 1:
            where = f"{show(name)} at stage {show(at)}" if at else show(name)
            problems.add(
                f"counts give {where} different totals: {listed(sorted(numbers))}.",
                code="different_totals",
                param="counts.total",
                got=tuple(sorted(numbers)),
                hint="the total is how many people took part; write the same one beside every group.",
            )
    for name, groups in blank.items():
        problems.add(
            f"counts give no number for {listed(dict.fromkeys(groups))} in {show(name)}; "
            "a number that is not printed is not 0.",
            code="missing_count",
            param="counts.count",
            hint="write 0 where there was nobody; where the number is withheld or not known, leave the attribute out.",
        )
    if not blocks and not blank:
        problems.add("counts name no attribute with a count.", code="empty_table", param="counts")
    problems.raise_if_any()
    rows = "1 row that names" if left == 1 else f"{left:,} rows that name"
    notes = [f"counts: {rows} no attribute, or neither group nor count, left out."] if left else []
    return blocks, {key: numbers.pop() for key, numbers in said.items() if numbers}, notes


def _people(total: Any, attribute: str, problems: Problems) -> tuple[int, ...]:
    """The whole number of people that a total says; none where it is a problem."""
    try:
        value = read_figure(total, where=f"the total of {show(attribute)}").value
    except InputError as error:
        problems.take(error)
        return ()
    if value < 1 or value != int(value):
        problems.add(
            f"the total of {show(attribute)} is {show(total)}; expected a whole number from 1.",
            code="bad_total",
            param="counts.total",
            got=total,
        )
        return ()
    return (int(value),)


def _apart(stage: str, tally: Tally, totals: Mapping[tuple[str, str], int]) -> list[str]:
    """A note where the attributes of a stage add to different numbers of people and no total says which is right."""
    sums = {
        name: sum(c.n for c in (*one.cells.values(), one.unknown))
        for name, one in tally.attributes.items()
    }
    if len({n for name, n in sums.items() if (stage, name) not in totals}) < 2:
        return []
    at = f" ({plainly(stage)})" if stage else ""
    told = ", ".join(f"{plainly(name)} {n:,}" for name, n in sums.items())
    return [f"Attributes{at} add to different numbers of people: {told}."]
