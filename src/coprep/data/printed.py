"""Counts as reports print them (numbers, percentages, a total) read into tallies, with all that is wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coprep.data.attribute_tally import AttributeTally, Cell, everybody
from coprep.data.figures import Figure, counts_behind, read_figure
from coprep.data.labels import fold, label
from coprep.errors import InputError, Problems, listed, show

__all__ = ["PrintedCounts"]

# A published block may exceed the stated total by a misprint; by more than this it is another kind of table.
_MISPRINT = 0.06


class PrintedCounts:
    """Reads counts as reports print them, and collects what is wrong."""

    def __init__(self, what: str, total: int | Mapping[str, int] | None, overlapping: Sequence[str]) -> None:
        self.what: str = what
        self.total: int | Mapping[str, int] | None = total
        self.overlapping: tuple[str, ...] = tuple(overlapping)
        self.problems: Problems = Problems()
        self.notes: list[str] = []

    def every(self, counts: Any) -> dict[str, AttributeTally]:
        """One tally an attribute; raises with every problem found."""
        if not isinstance(counts, Mapping) or not all(isinstance(v, Mapping) for v in counts.values()):
            raise InputError.of(
                f"published counts of {self.what} are given as {{attribute: {{group: number}}}}.",
                code="not_counts",
                param=self.what,
                hint='for example {"sex": {"Female": 12, "Male": 9}}.',
            )
        if not counts:
            self.problems.add(f"{self.what} has no attributes.", code="no_rows", param=self.what)
        found: dict[str, AttributeTally] = {}
        for raw, groups in counts.items():
            attribute = label(raw) or ""
            if not attribute or attribute in found:
                self.problems.add(f"the attribute {show(raw)} stands twice or has no name.", code="duplicate_attribute")
                continue
            found[attribute] = self._one(attribute, groups)
        if not self.problems and not any(t.cells or t.unknown.n for t in found.values()):
            self.problems.add(f"{self.what} counts nobody.", code="no_rows", param=self.what)
        self.problems.raise_if_any()
        return found

    def _stated(self, attribute: str, figures: Iterable[Figure]) -> int | None:
        total = self.total.get(attribute) if isinstance(self.total, Mapping) else self.total
        said = {f.total for f in figures if f.total is not None}
        if len(said) > 1:
            self.problems.add(
                f"the figures of {show(attribute)} are out of different totals: {listed(sorted(said))}.",
                code="different_totals",
                param=attribute,
            )
        if total is None and said:
            total = said.pop()
        if total is not None and (isinstance(total, bool) or total < 1 or int(total) != total):
            self.problems.add(
                f"the total of {show(attribute)} is {show(total)}; expected a whole number from 1.",
                code="bad_total",
                param="total",
                got=total,
            )
            return None
        return None if total is None else int(total)

    def _one(self, attribute: str, groups: Mapping[Any, Any]) -> AttributeTally:
        figures: dict[str, Figure] = {}
        spelt: set[str] = set()
        unknown = 0
        for raw, value in groups.items():
            name = label(raw)
            try:
                figure = read_figure(value, where=f"{show(attribute)}: {show(raw)}")
            except InputError as error:
                self.problems.take(error)
                continue
            if name is None:
                unknown += int(figure.value)
            elif fold(name) in spelt:
                self.problems.add(f"{show(name)} stands twice in {show(attribute)}.", code="duplicate_group", got=name)
            else:
                spelt.add(fold(name))
                figures[name] = figure
        total = self._stated(attribute, figures.values())
        cells = {name: Cell.of(self._count(attribute, name, f, total)) for name, f in figures.items()}
        if attribute in self.overlapping:
            return self._overlapping(attribute, cells, total, unknown)
        rest = self._rest(attribute, cells, total, unknown)
        alone = len(cells) == 1 and not unknown and rest > 0
        return AttributeTally(attribute, cells, Cell.of(unknown + rest), printed_alone=alone)

    def _count(self, attribute: str, name: str, figure: Figure, total: int | None) -> int:
        where = f"{show(attribute)}: {show(name)}"
        if figure.percent:
            return self._behind(where, figure, total)
        if figure.value != int(figure.value):
            self.problems.add(
                f"{where} is {figure.value:g}; expected a whole number of people.",
                code="fractional_count",
                param=attribute,
                got=figure.value,
                hint='is it a percentage? Write "55%" and give total=, or "55% of 40".',
            )
        if total is not None and figure.value > total:
            self.problems.add(
                f"{where} is {figure.value:g}, more than the {total:,} who took part.",
                code="count_above_total",
                param=attribute,
                got=figure.value,
                expected=total,
            )
        return int(figure.value)

    def _behind(self, where: str, figure: Figure, total: int | None) -> int:
        if total is None:
            self.problems.add(
                f"{where} is {figure.value:g}%, but of how many?",
                code="missing_total",
                param="total",
                hint='give total=, or write "55% of 40".',
            )
            return 0
        found = counts_behind(figure.value, total=total, decimals=figure.decimals)
        if found is None:
            self.problems.add(
                f"{where} is {figure.value:g}% of {total:,}, which no whole number of people gives.",
                code="impossible_percentage",
                param=where,
                got=figure.value,
                hint="is the total right? The source may leave some people out of the percentages.",
            )
            return 0
        low, high = found
        count = min(max(round(figure.value * total / 100), low), high)
        if low < high:
            self.notes.append(
                f"{where}: {figure.value:g}% of {total:,} can be {low:,} to {high:,} people; {count:,} is used."
            )
        return count

    def _rest(self, attribute: str, cells: Mapping[str, Cell], total: int | None, unknown: int) -> int:
        """How many people of the total the groups leave over."""
        added = everybody(cells.values()).n + unknown
        if total is None or added == total:
            return 0
        if added < total and len(cells) == 1:
            return total - added
        if added < total:
            self.notes.append(
                f"The groups of {show(attribute)} add to {added:,}, the total is {total:,}; "
                f"the other {total - added:,} are counted as unknown."
            )
            return total - added
        if added - total > max(1, _MISPRINT * total):
            self.problems.add(
                f"the groups of {show(attribute)} add to {added:,}, more than the {total:,} who took part.",
                code="count_above_total",
                param=attribute,
                got=added,
                expected=total,
                hint=f"if people can be in several groups, pass overlapping=[{attribute!r}].",
            )
        self.notes.append(
            f"The groups of {show(attribute)} add to {added:,}, the published total is {total:,}; "
            f"the source does not add up, and {added:,} is used."
        )
        return 0

    def _overlapping(
        self, attribute: str, cells: Mapping[str, Cell], total: int | None, unknown: int
    ) -> AttributeTally:
        if total is None:
            self.problems.add(
                f"people can be in several groups of {show(attribute)}, so how many took part?",
                code="missing_total",
                param="total",
                hint=f"give total={{{attribute!r}: number of people}}.",
            )
            total = 0
        known = Cell.of(max(0, total - unknown))
        return AttributeTally(attribute, cells, Cell.of(unknown), dict.fromkeys(cells, known))
