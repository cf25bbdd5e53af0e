"""Tally: how many people, and what weights, each attribute's labels hold; it adds up across sites and days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.data.figures import Figure, counts_behind, read_figure
from coprep.data.frames import Frame, open_frame
from coprep.data.labels import DEFAULT_UNKNOWN, fold, label, unknown_words
from coprep.errors import InputError, Problems, listed, show

__all__ = ["AttributeTally", "Cell", "Tally"]

_SEVERAL = re.compile(r"\s*[;|]\s*")
_TICKED = frozenset({"yes", "y", "1", "x", "✓", "✔", "ticked", "selected", "checked"})
_UNTICKED = frozenset({"no", "n", "0", "unticked", "not ticked", "not selected", "unchecked"})
# A published block may exceed the stated total by a misprint; by more than this it is another kind of table.
_MISPRINT = 0.06
_LEAST = 1e-100


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows, sum of weights and sum of squared weights."""

    n: int = 0
    w: float = 0.0
    w2: float = 0.0

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.n + other.n, self.w + other.w, self.w2 + other.w2)

    @classmethod
    def of(cls, n: int) -> Cell:
        """The cell of ``n`` people who each count once."""
        return cls(n, float(n), float(n))


def _total(cells: Iterable[Cell]) -> Cell:
    total = Cell()
    for cell in cells:
        total = total + cell
    return total


@dataclass(frozen=True, slots=True)
class AttributeTally:
    """Counts by the labels of one attribute.

    Attributes
    ----------
    attribute : str
        Its name.
    cells : mapping of str to Cell
        What each label holds.
    unknown : Cell
        People whose label says nothing.
    known_by : mapping of str to Cell or None
        For an attribute where one person can have several labels: everybody of whom it is known whether they
        have this one. None where each person has one label.
    printed_alone : bool
        Whether a report gave one group and the total, so that everybody else is in another group.
    together : mapping of tuple of str to Cell or None
        Where people gave several labels each: what every set of labels holds, so that labels which turn out to mean
        one group count a person once.
    """

    attribute: str
    cells: Mapping[str, Cell]
    unknown: Cell = Cell()
    known_by: Mapping[str, Cell] | None = None
    printed_alone: bool = False
    together: Mapping[tuple[str, ...], Cell] | None = None

    def completed(self, other: str) -> AttributeTally:
        """The tally of a report that printed one of two groups and the total: the rest are in the other."""
        return AttributeTally(self.attribute, {**self.cells, other: self.unknown})

    def as_yes_or_no(self) -> AttributeTally:
        """The tally of a report that printed one of many groups and the total: of the other groups nothing is known."""
        total = _total((*self.cells.values(), self.unknown))
        return AttributeTally(self.attribute, self.cells, Cell(), dict.fromkeys(self.cells, total), printed_alone=True)

    @property
    def overlapping(self) -> bool:
        """Whether one person can have several labels."""
        return self.known_by is not None

    def known(self, name: str) -> Cell:
        """Everybody of whom it is known whether they have this label."""
        if self.known_by is None:
            return _total(self.cells.values())
        return self.known_by.get(name, _widest(self.known_by.values()))

    def __add__(self, other: AttributeTally) -> AttributeTally:
        known_by = None
        if self.known_by is not None or other.known_by is not None:
            names = {*self.cells, *other.cells}
            known_by = {n: self.known(n) + other.known(n) for n in sorted(names)}
        both = None
        if self.together is not None and other.together is not None:
            sets = sorted({*self.together, *other.together})
            both = {s: self.together.get(s, Cell()) + other.together.get(s, Cell()) for s in sets}
        cells, unknown = _added(self.cells, other.cells), self.unknown + other.unknown
        return AttributeTally(self.attribute, cells, unknown, known_by, together=both)


def _widest(cells: Iterable[Cell]) -> Cell:
    return max(cells, key=lambda c: c.n, default=Cell())


def _added(one: Mapping[str, Cell], two: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name: one.get(name, Cell()) + two.get(name, Cell()) for name in sorted({*one, *two})}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by the labels of several attributes, each attribute on its own.

    Attributes
    ----------
    attributes : mapping of str to AttributeTally
        The counts.
    weighted : bool
        Whether rows carry weights.
    notes : tuple of str
        What was left out or looked odd.

    Examples
    --------
    >>> one = Tally.from_published({"sex": {"Female": 12, "Male": 9}})
    >>> (one + one).attributes["sex"].cells["Female"].n
    24
    """

    attributes: Mapping[str, AttributeTally]
    weighted: bool = False
    notes: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        if set(self.attributes) != set(other.attributes):
            odd = sorted(set(self.attributes) ^ set(other.attributes))
            raise InputError.of(f"only one of two tallies has {listed(odd)}.", code="different_attributes")
        both = {name: one + other.attributes[name] for name, one in self.attributes.items()}
        return Tally(both, self.weighted or other.weighted, tuple(dict.fromkeys((*self.notes, *other.notes))))

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        columns: Mapping[str, str],
        weight: str | None = None,
        person: str | None = None,
        overlapping: Sequence[str] = (),
        options: Mapping[str, Mapping[str, str]] | None = None,
        what: str = "participants",
    ) -> Tally:
        """Count a table with one row a person; on a lazy engine only counts come back.

        Parameters
        ----------
        frame : data frame
            One row a person.
        columns : mapping of str to str
            For each attribute the column that holds it.
        weight : str, optional
            Column of weights.
        person : str, optional
            Column of ids; one that stands twice is an error.
        overlapping : sequence of str
            Attributes whose cells hold several labels, as ``"a; b"``.
        options : mapping, optional
            Attributes with a column an option: ``{attribute: {label: column}}``.
        what : str
            What to call the table in messages.

        Raises
        ------
        InputError
            With every problem found: columns that are not there, unusable weights, repeated ids, no rows.
        """
        opened = open_frame(frame, what=what)
        options = options or {}
        _check_columns(opened, columns, options, weight, person)
        counter = _Counter(opened, weight)
        found: dict[str, AttributeTally] = {}
        for attribute, column in columns.items():
            cells, unknown = counter.by_label(column)
            several = attribute in overlapping
            found[attribute] = (
                _split(attribute, cells, unknown) if several else AttributeTally(attribute, cells, unknown)
            )
        for attribute, by_label in options.items():
            found[attribute] = _from_options(attribute, by_label, counter)
        largest = max((c.w for t in found.values() for c in (*t.cells.values(), t.unknown)), default=0.0)
        if weight is not None and not counter.unusable and not _LEAST <= largest <= 1 / _LEAST:
            raise InputError.of(
                f"the weights in {show(weight)} add to {largest:g}; such numbers cannot be reckoned with.",
                code="bad_weights",
                param="weight",
                hint="scale them so that they add to the number of people; a scale changes nothing else.",
            )
        if counter.unusable:
            raise InputError.of(
                f"{counter.unusable:,} of {opened.rows():,} weights in {show(weight)} are missing, infinite or "
                "negative.",
                code="bad_weights",
                param="weight",
                expected="finite weights from 0",
                hint="drop these rows or give them a weight before; 0 leaves a person out.",
            )
        if all(_total((*t.cells.values(), t.unknown)).n == 0 for t in found.values()):
            raise InputError.of(f"{what} has no rows.", code="no_rows", param=what)
        return cls(found, weight is not None)

    @classmethod
    def from_published(
        cls,
        counts: Any,
        *,
        total: int | Mapping[str, int] | None = None,
        overlapping: Sequence[str] = (),
        what: str = "participants",
    ) -> Tally:
        """Counts as a report prints them: numbers of people, or percentages with their total.

        Parameters
        ----------
        counts : mapping of str to mapping
            ``{"sex": {"Female": 12, "Male": 9}}``; a figure may also be ``"55% of 40"`` or ``"22 of 40"``, or
            ``"55%"`` where ``total`` is given.
        total : int or mapping of str to int, optional
            How many took part; what the groups leave is counted as unknown.
        overlapping : sequence of str
            Attributes in which one person can be in several groups.
        what : str
            What to call the counts in messages.

        Raises
        ------
        InputError
            With every problem found: no whole number, more than the total, a percentage no count can give.
        """
        reader = _Published(what, total, overlapping)
        found = reader.every(counts)
        return cls(found, weighted=False, notes=tuple(reader.notes))


def _check_columns(
    frame: Frame,
    columns: Mapping[str, str],
    options: Mapping[str, Mapping[str, str]],
    weight: str | None,
    person: str | None,
) -> None:
    problems = Problems()
    named = [*columns.values(), *(c for by in options.values() for c in by.values())]
    for column in dict.fromkeys([*named, *(c for c in (weight, person) if c is not None)]):
        if not frame.has(column):
            problems.take(frame.unknown_column(column))
    if weight is not None and frame.has(weight) and not frame.is_number(weight):
        problems.add(f"the weights in {show(weight)} are not numbers.", code="bad_weights", param="weight", got=weight)
    if person is not None and frame.has(person):
        ids, rows = frame.repeated(person)
        if ids:
            problems.add(
                f"{ids:,} ids in {show(person)} stand in more than one row ({rows:,} rows).",
                code="duplicate_person",
                param="person",
                hint="keep one row a person; contributions and speaking turns are counted elsewhere.",
            )
    problems.raise_if_any()


class _Counter:
    """Counts a frame's rows by label, with weights if there are any."""

    def __init__(self, frame: Frame, weight: str | None) -> None:
        self.frame, self.weight = frame, weight
        self.unusable = 0

    def by_label(self, column: str) -> tuple[dict[str, Cell], Cell]:
        """What each label holds, and the rows whose label says nothing."""
        if self.weight is None:
            counted = self.frame.count([column])
            sums = [(n, float(n), float(n)) for n in counted.n.tolist()]
        else:
            counted, unusable = self.frame.weigh(column, self.weight)
            self.unusable = max(self.unusable, unusable)
            sums = list(zip(counted.n.tolist(), counted.sums["w"].tolist(), counted.sums["w2"].tolist(), strict=True))
        cells: dict[str, Cell] = {}
        unknown = Cell()
        for (value,), (n, w, w2) in zip(counted.keys, sums, strict=True):
            name = label(value)
            if name is None:
                unknown = unknown + Cell(n, w, w2)
            else:
                cells[name] = cells.get(name, Cell()) + Cell(n, w, w2)
        return dict(sorted(cells.items())), unknown


def _split(attribute: str, cells: Mapping[str, Cell], unknown: Cell) -> AttributeTally:
    """Cells such as "a; b" taken apart; a person counts once for each label, and once in what is known."""
    words = unknown_words(DEFAULT_UNKNOWN)
    parts: dict[str, Cell] = {}
    together: dict[tuple[str, ...], Cell] = {}
    known = Cell()
    for text, cell in cells.items():
        names = {label(p) for p in _SEVERAL.split(text)} - {None}
        told = sorted(str(n) for n in names if fold(str(n)) not in words)
        if not told:
            unknown = unknown + cell
            continue
        known = known + cell
        together[tuple(told)] = together.get(tuple(told), Cell()) + cell
        for name in told:
            parts[name] = parts.get(name, Cell()) + cell
    known_by = dict.fromkeys(sorted(parts), known)
    return AttributeTally(attribute, dict(sorted(parts.items())), unknown, known_by, together=together)


def _from_options(attribute: str, by_label: Mapping[str, str], counter: _Counter) -> AttributeTally:
    """One column an option. Blanks are "not ticked" where nothing in the column says no, else unknown."""
    cells: dict[str, Cell] = {}
    known: dict[str, Cell] = {}
    problems = Problems()
    for name, column in by_label.items():
        values, blank = counter.by_label(column)
        yes = [v for v in values if fold(v) in _TICKED or fold(v) == fold(name)]
        no = [v for v in values if fold(v) in _UNTICKED]
        odd = [v for v in values if v not in yes and v not in no]
        if odd:
            problems.add(
                f"{listed(odd)} in {show(column)} is neither a tick nor its absence.",
                code="bad_tick",
                param=column,
                got=tuple(odd),
                expected="Yes or No, 1 or 0, True or False",
            )
        cells[name] = _total(values[v] for v in yes)
        told = _total(values.values())
        known[name] = told if no else told + blank
    problems.raise_if_any()
    return AttributeTally(attribute, cells, Cell(), known)


class _Published:
    """Reads counts as reports print them, and collects what is wrong."""

    def __init__(self, what: str, total: int | Mapping[str, int] | None, overlapping: Sequence[str]) -> None:
        self.what, self.total, self.overlapping = what, total, tuple(overlapping)
        self.problems = Problems()
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
        added = _total(cells.values()).n + unknown
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
