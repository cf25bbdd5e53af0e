"""Counts people by label: one label a cell, several in a cell, or a column an option."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from coprep.data.frames import Frame
from coprep.data.labels import fold, is_unknown, label
from coprep.errors import Problems
from coprep.wording.labels import listed, show

_SEVERAL = re.compile(r"\s*[;|]\s*")
_TICKED = frozenset({"yes", "y", "1", "x", "✓", "✔", "ticked", "selected", "checked"})
_UNTICKED = frozenset({"no", "n", "0", "unticked", "not ticked", "not selected", "unchecked"})


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows, sum of weights and of squared weights, the heaviest weight, and weights by cluster."""

    n: int = 0
    w: float = 0.0
    w2: float = 0.0
    heaviest: float = 0.0
    clusters: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.n + other.n,
            self.w + other.w,
            self.w2 + other.w2,
            max(self.heaviest, other.heaviest),
            _summed(self.clusters, other.clusters, 1.0),
        )

    def __sub__(self, part: Cell) -> Cell:
        """What is left without a part; the heaviest may have been in it."""
        return Cell(
            max(0, self.n - part.n),
            max(0.0, self.w - part.w),
            max(0.0, self.w2 - part.w2),
            self.heaviest,
            _summed(self.clusters, part.clusters, -1.0),
        )

    @classmethod
    def of(cls, n: int) -> Cell:
        """The cell of ``n`` people who each count once."""
        return cls(n, float(n), float(n), float(n > 0))


def _summed(
    one: Mapping[str, float], other: Mapping[str, float], sign: float
) -> Mapping[str, float]:
    """Weights by cluster, added up or taken away; clusters without weight are left out."""
    if not other:
        return one
    total = dict(one)
    for name, weight in other.items():
        total[name] = total.get(name, 0.0) + sign * weight
    return {name: weight for name, weight in total.items() if weight > 0}


def everybody(cells: Iterable[Cell]) -> Cell:
    """All cells added up."""
    several = list(cells)
    clusters: dict[str, float] = {}
    for cell in several:
        for name, weight in cell.clusters.items():
            clusters[name] = clusters.get(name, 0.0) + weight
    return Cell(
        sum(cell.n for cell in several),
        sum((cell.w for cell in several), 0.0),
        sum((cell.w2 for cell in several), 0.0),
        max((cell.heaviest for cell in several), default=0.0),
        clusters,
    )


@dataclass(frozen=True, slots=True)
class AttributeTally:
    """Counts by the labels of one attribute; they add up.

    ``unknown`` are people whose label says nothing. Where one person can have several labels,
    ``known_by`` has for each label everybody of whom it is known whether they have it, and
    ``together`` what every set of labels holds, so that labels which turn out to mean one group
    count a person once. ``ranges`` has for labels whose figure is withheld the fewest and the most
    people it can stand for. ``printed_alone`` says that a report gave one group and the total, so that
    everybody else is in another.
    """

    attribute: str
    cells: Mapping[str, Cell]
    unknown: Cell = Cell()
    known_by: Mapping[str, Cell] | None = None
    printed_alone: bool = False
    together: Mapping[tuple[str, ...], Cell] | None = None
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def completed(self, other: str) -> AttributeTally:
        """Of a report that printed one of two groups and the total: the rest are in the other."""
        return AttributeTally(self.attribute, {**self.cells, other: self.unknown})

    def as_yes_or_no(self) -> AttributeTally:
        """Of a report that printed one of many groups and the total: of others nothing is known."""
        total = everybody((*self.cells.values(), self.unknown))
        return AttributeTally(
            self.attribute, self.cells, Cell(), dict.fromkeys(self.cells, total), printed_alone=True
        )

    def extremes(self) -> Iterator[AttributeTally]:
        """The counts with each withheld figure, one after the other, as small and as large as it
        can be.
        """
        for name, ends in self.ranges.items():
            for n in ends:
                yield replace(self, cells={**self.cells, name: Cell.of(n)})

    @property
    def overlapping(self) -> bool:
        """Whether one person can have several labels."""
        return self.known_by is not None

    def known(self, name: str) -> Cell:
        """Everybody of whom it is known whether they have this label."""
        if self.known_by is None:
            return everybody(self.cells.values())
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
        cells = _added(self.cells, other.cells)
        unknown = self.unknown + other.unknown
        return AttributeTally(self.attribute, cells, unknown, known_by, together=both)


def _widest(cells: Iterable[Cell]) -> Cell:
    return max(cells, key=lambda c: c.n, default=Cell())


def _added(one: Mapping[str, Cell], two: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name: one.get(name, Cell()) + two.get(name, Cell()) for name in sorted({*one, *two})}


def check_columns(
    frame: Frame,
    columns: Mapping[str, str],
    options: Mapping[str, Mapping[str, str]],
    weight: str | None,
    person: str | None,
    cluster: str | None = None,
) -> None:
    """Refuse columns that are not there, weights that are no numbers, people in several rows."""
    problems = Problems()
    named = [*columns.values(), *(c for by in options.values() for c in by.values())]
    for column in dict.fromkeys([*named, *filter(None, (weight, person, cluster))]):
        if not frame.has(column):
            problems.take(frame.unknown_column(column))
    if weight is not None and frame.has(weight) and not frame.is_number(weight):
        problems.add(
            f"the weights in {show(weight)} are not numbers.",
            code="bad_weights",
            param="weight",
            got=weight,
        )
    if cluster is not None and frame.has(cluster):
        counted = frame.count([cluster])
        units = zip(counted.keys, counted.n.tolist(), strict=True)
        alone = sum(n for (unit,), n in units if label(unit) is None)
        if alone:
            problems.add(
                f"{alone:,} rows have no {show(cluster)}.",
                code="missing_unit",
                param="cluster",
                hint="give people who came alone a cluster of their own.",
            )
    if person is not None and frame.has(person):
        ids, rows = frame.repeated(person)
        if ids:
            problems.add(
                f"{ids:,} ids in {show(person)} stand in more than one row ({rows:,} rows).",
                code="duplicate_person",
                param="person",
                hint="keep one row a person; contributions and speaking turns are counted "
                "elsewhere.",
            )
    problems.raise_if_any()


class CountsByLabel(Protocol):
    """Whatever can count people by the labels of a column."""

    def by_label(self, column: str) -> tuple[dict[str, Cell], Cell]:
        """What each label holds, and the people whose label says nothing."""
        ...


class Counter:
    """Counts a frame's rows by label, with weights if there are any."""

    def __init__(self, frame: Frame, weight: str | None, cluster: str | None = None) -> None:
        self.frame: Frame = frame
        self.weight: str | None = weight
        self.cluster: str | None = cluster
        self.unusable: int = 0

    def by_label(self, column: str) -> tuple[dict[str, Cell], Cell]:
        """What each label holds, and the rows whose label says nothing."""
        if self.cluster is not None:
            return self._by_cluster(column, self.cluster)
        if self.weight is None:
            counted = self.frame.count([column])
            parts = [Cell.of(n) for n in counted.n.tolist()]
        else:
            counted, unusable = self.frame.weigh([column], self.weight)
            self.unusable = max(self.unusable, unusable)
            sums = (counted.sums[name].tolist() for name in ("w", "w2", "heaviest"))
            parts = [Cell(*given) for given in zip(counted.n.tolist(), *sums, strict=True)]
        cells: dict[str, Cell] = {}
        unknown = Cell()
        for (value,), part in zip(counted.keys, parts, strict=True):
            name = label(value)
            if name is None:
                unknown = unknown + part
            else:
                cells[name] = cells.get(name, Cell()) + part
        return dict(sorted(cells.items())), unknown

    def _by_cluster(self, column: str, cluster: str) -> tuple[dict[str, Cell], Cell]:
        """The same with the weight of each cluster among them."""
        counted, unusable = self.frame.weigh([column, cluster], self.weight)
        self.unusable = max(self.unusable, unusable)
        sums = (counted.sums[name].tolist() for name in ("w", "w2", "heaviest"))
        parts: dict[str | None, list[Cell]] = {}
        for key, n, w, w2, most in zip(counted.keys, counted.n.tolist(), *sums, strict=True):
            part = Cell(n, w, w2, most, {label(key[1]) or "": w})
            parts.setdefault(label(key[0]), []).append(part)
        unknown = everybody(parts.pop(None, []))
        named = sorted((str(name), everybody(cells)) for name, cells in parts.items())
        return dict(named), unknown


def taken_apart(attribute: str, cells: Mapping[str, Cell], unknown: Cell) -> AttributeTally:
    """Cells such as "a; b" taken apart; a person counts once for each label."""
    parts: dict[str, Cell] = {}
    together: dict[tuple[str, ...], Cell] = {}
    known = Cell()
    for text, cell in cells.items():
        names = {label(p) for p in _SEVERAL.split(text)} - {None}
        told = sorted(str(n) for n in names if not is_unknown(str(n)))
        if not told:
            unknown = unknown + cell
            continue
        known = known + cell
        together[tuple(told)] = together.get(tuple(told), Cell()) + cell
        for name in told:
            parts[name] = parts.get(name, Cell()) + cell
    known_by = dict.fromkeys(sorted(parts), known)
    return AttributeTally(
        attribute, dict(sorted(parts.items())), unknown, known_by, together=together
    )


def from_options(
    attribute: str, by_label: Mapping[str, str], counter: CountsByLabel
) -> AttributeTally:
    """One column an option. Blanks are "not ticked" where nothing says no, else unknown."""
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
        cells[name] = everybody(values[v] for v in yes)
        told = everybody(values.values())
        known[name] = told if no else told + blank
    problems.raise_if_any()
    return AttributeTally(attribute, cells, Cell(), known)
