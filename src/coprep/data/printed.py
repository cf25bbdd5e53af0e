"""Counts as reports print them (numbers, percentages, a total) read into tallies, with all that is wrong in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from coprep.data.attribute_tally import AttributeTally, Cell, everybody
from coprep.data.figures import Figure, counts_behind, read_figure
from coprep.data.labels import AMBIGUOUS_TOTALS, TOTALS, fold, label
from coprep.errors import InputError, Problems, warn
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

__all__ = ["PrintedCounts", "warn_of_misprints"]

# A published block may exceed the stated total by a misprint; by more than this it is another kind of table.
_MISPRINT = 0.06
_OFF = "the source does not add up"


def _misprint(total: float) -> float:
    return max(1.0, _MISPRINT * total)


def warn_of_misprints(notes: Iterable[str]) -> None:
    """Warn of each of ``notes`` that tells of a source which does not add up, once."""
    for note in dict.fromkeys(notes):
        if _OFF in note:
            warn(note)


class PrintedCounts:
    """Reads counts as reports print them, and collects what is wrong.

    Parameters
    ----------
    what : str
        What to call the counts in messages.
    total : int or mapping of str to int, optional
        How many took part, of all attributes or of each.
    overlapping : collection of str, optional
        Attributes in which one person can be in several groups; None where that is not known yet, so that groups
        which add to more than the total are noted and not refused.
    stage : str
        At which stage, for sentences.

    Attributes
    ----------
    notes : list of str
        What does not add up or was worked out, in sentences.
    printed : dict
        By attribute and group, the people that were printed: without those whom only the total tells of.
    """

    def __init__(
        self,
        what: str,
        total: int | Mapping[str, int] | None,
        overlapping: Collection[str] | None,
        *,
        stage: str = "",
    ) -> None:
        self.what: str = what
        self.total: int | Mapping[str, int] | None = total
        self.overlapping: Collection[str] | None = overlapping
        self.stage: str = stage
        self.problems: Problems = Problems()
        self.notes: list[str] = []
        self.printed: dict[str, dict[str, int]] = {}

    def every(self, counts: Any) -> dict[str, AttributeTally]:
        """One tally an attribute; raises with every problem found."""
        if not isinstance(counts, Mapping) or not all(
            isinstance(v, Mapping) for v in counts.values()
        ):
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
                self.problems.add(
                    f"the attribute {show(raw)} stands twice or has no name.",
                    code="duplicate_attribute",
                )
                continue
            found[attribute] = self._one(attribute, groups)
        if not self.problems and not any(t.cells or t.unknown.n for t in found.values()):
            self.problems.add(f"{self.what} counts nobody.", code="no_rows", param=self.what)
        self.problems.raise_if_any()
        return found

    def _where(self, attribute: str) -> str:
        """An attribute as it was given, with the stage, for errors."""
        return f"{show(attribute)} at stage {show(self.stage)}" if self.stage else show(attribute)

    def _plainly(self, attribute: str) -> str:
        """An attribute as people say it, with the stage, for notes."""
        return f"{plainly(attribute)} ({plainly(self.stage)})" if self.stage else plainly(attribute)

    def _stated(self, attribute: str, figures: Iterable[Figure]) -> int | None:
        total = self.total.get(attribute) if isinstance(self.total, Mapping) else self.total
        said = {f.total for f in figures if f.total is not None}
        if len(said) > 1:
            self.problems.add(
                f"the figures of {self._where(attribute)} are out of different totals: {listed(sorted(said))}.",
                code="different_totals",
                param=attribute,
            )
        if total is None and said:
            total = said.pop()
        if total is not None and (isinstance(total, bool) or total < 1 or int(total) != total):
            self.problems.add(
                f"the total of {self._where(attribute)} is {show(total)}; expected a whole number from 1.",
                code="bad_total",
                param="total",
                got=total,
            )
            return None
        return None if total is None else int(total)

    def _one(self, attribute: str, groups: Mapping[Any, Any]) -> AttributeTally:
        figures, nameless = self._figures(attribute, groups)
        total = self._stated(attribute, [*figures.values(), *nameless])
        row = self._total_row(attribute, figures, nameless)
        if row is not None:
            everyone = self._count(attribute, row, figures.pop(row), total)
            total = everyone if total is None else total
        counts = {name: self._count(attribute, name, f, total) for name, f in figures.items()}
        unknown = sum(self._count(attribute, None, f, total) for f in nameless)
        cells = {name: Cell.of(n) for name, n in counts.items()}
        self.printed[attribute] = counts | (
            {"unknown": unknown + counts.get("unknown", 0)} if nameless else {}
        )
        if self.overlapping is not None and attribute in self.overlapping:
            return self._overlapping(attribute, cells, total, unknown)
        rest = self._rest(attribute, cells, total, unknown)
        alone = len(cells) == 1 and not unknown and rest > 0
        return AttributeTally(attribute, cells, Cell.of(unknown + rest), printed_alone=alone)

    def _figures(
        self, attribute: str, groups: Mapping[Any, Any]
    ) -> tuple[dict[str, Figure], list[Figure]]:
        """The readable figures by label, and those of groups without a name."""
        figures: dict[str, Figure] = {}
        nameless: list[Figure] = []
        spelt: set[str] = set()
        for raw, value in groups.items():
            name = label(raw)
            try:
                figure = read_figure(value, where=f"{self._where(attribute)}: {show(raw)}")
            except InputError as error:
                self.problems.take(error)
                continue
            if name is None:
                nameless.append(figure)
            elif fold(name) in spelt:
                self.problems.add(
                    f"{show(name)} stands twice in {self._where(attribute)}.",
                    code="duplicate_group",
                    got=name,
                )
            else:
                spelt.add(fold(name))
                figures[name] = figure
        return figures, nameless

    def _total_row(
        self, attribute: str, figures: Mapping[str, Figure], nameless: Iterable[Figure]
    ) -> str | None:
        """The label of a row that is the total of the others, if there is one."""
        name = next((g for g in figures if fold(g) in TOTALS), None)
        if name is None or len(figures) < 2 or any(f.percent for f in figures.values()):
            return None
        value = figures[name].value
        over = sum(f.value for f in (*figures.values(), *nameless)) - 2 * value
        several = self.overlapping is not None and attribute in self.overlapping
        # "All" may be an answer of its own ("All of it"): it names a total only where the others add to it.
        fits = not over if fold(name) in AMBIGUOUS_TOTALS else over <= _misprint(value)
        if value < 1 or not (several or fits):
            return None
        self.notes.append(
            f"The row {show(name)} of {self._plainly(attribute)} is a total and was not taken as a group."
        )
        return name

    def _count(self, attribute: str, name: str | None, figure: Figure, total: int | None) -> int:
        where = f"{self._where(attribute)}: {show(name)}"
        if figure.percent:
            return self._behind(attribute, name, figure, total)
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

    def _behind(self, attribute: str, name: str | None, figure: Figure, total: int | None) -> int:
        where = f"{self._where(attribute)}: {show(name)}"
        if total is None:
            self.problems.add(
                f"{where} is {figure.value:g}%, but of how many?",
                code="missing_total",
                param="total",
                hint='write "55% of 40", or give the total: total=, in a table the column total.',
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
                f"{show(name)} ({self._plainly(attribute)}): {figure.value:g}% of {total:,} can be {low:,} to "
                f"{high:,} people; {count:,} is used."
            )
        return count

    def _rest(
        self, attribute: str, cells: Mapping[str, Cell], total: int | None, unknown: int
    ) -> int:
        """How many people of the total the groups leave over."""
        added = everybody(cells.values()).n + unknown
        if total is None or added == total:
            return 0
        if added < total and len(cells) == 1:
            return total - added
        if added < total:
            self.notes.append(
                f"The groups of {self._plainly(attribute)} add to {added:,}, the total is {total:,}; "
                f"the other {total - added:,} {'is' if total - added == 1 else 'are'} counted as unknown."
            )
            return total - added
        if added - total > _misprint(total) and self.overlapping is None:
            self.notes.append(
                f"The groups of {self._plainly(attribute)} add to {added:,}, more than the {total:,} who took part; "
                "that can be only where people can be in several groups."
            )
            return 0
        if added - total > _misprint(total):
            self.problems.add(
                f"the groups of {self._where(attribute)} add to {added:,}, more than the {total:,} who took part.",
                code="count_above_total",
                param=attribute,
                got=added,
                expected=total,
                hint=f"if people can be in several groups, pass overlapping=[{show(attribute)}].",
            )
        self.notes.append(
            f"The groups of {self._plainly(attribute)} add to {added:,}, the published total is {total:,}; "
            f"{_OFF}, and {added:,} is used."
        )
        return 0

    def _overlapping(
        self, attribute: str, cells: Mapping[str, Cell], total: int | None, unknown: int
    ) -> AttributeTally:
        if total is None:
            self.problems.add(
                f"people can be in several groups of {self._where(attribute)}, so how many took part?",
                code="missing_total",
                param="total",
                hint=f"give total={{{show(attribute)}: number of people}}.",
            )
            total = 0
        known = Cell.of(max(0, total - unknown))
        return AttributeTally(attribute, cells, Cell.of(unknown), dict.fromkeys(cells, known))
