"""AttributeTally: how many people, and what weights, each label of one attribute holds; it adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["AttributeTally", "Cell", "everybody"]


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


def everybody(cells: Iterable[Cell]) -> Cell:
    """All cells added up."""
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
        total = everybody((*self.cells.values(), self.unknown))
        return AttributeTally(
            self.attribute, self.cells, Cell(), dict.fromkeys(self.cells, total), printed_alone=True
        )

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
        cells, unknown = _added(self.cells, other.cells), self.unknown + other.unknown
        return AttributeTally(self.attribute, cells, unknown, known_by, together=both)


def _widest(cells: Iterable[Cell]) -> Cell:
    return max(cells, key=lambda c: c.n, default=Cell())


def _added(one: Mapping[str, Cell], two: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name: one.get(name, Cell()) + two.get(name, Cell()) for name in sorted({*one, *two})}
