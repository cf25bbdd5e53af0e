"""Tally: how many people, and what weights, the labels of each attribute hold; it adds up across sites and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coprep.data.counting import (
    AttributeTally,
    Counter,
    check_columns,
    everybody,
    from_options,
    taken_apart,
)
from coprep.data.frames import open_frame
from coprep.data.printed import PrintedCounts, warn_of_misprints
from coprep.errors import InputError
from coprep.wording.labels import listed, show

_LEAST = 1e-100


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
    printed : bool
        Whether these are the figures of a report, which may leave groups out.

    Examples
    --------
    >>> one = Tally.from_published({"sex": {"Female": 12, "Male": 9}})
    >>> (one + one).attributes["sex"].cells["Female"].n
    24
    """

    attributes: Mapping[str, AttributeTally]
    weighted: bool = False
    notes: tuple[str, ...] = ()
    printed: bool = False

    def __add__(self, other: Tally) -> Tally:
        if set(self.attributes) != set(other.attributes):
            odd = sorted(set(self.attributes) ^ set(other.attributes))
            raise InputError.of(
                f"only one of two tallies has {listed(odd)}.", code="different_attributes"
            )
        both = {name: one + other.attributes[name] for name, one in self.attributes.items()}
        notes = tuple(dict.fromkeys((*self.notes, *other.notes)))
        return Tally(both, self.weighted or other.weighted, notes, self.printed or other.printed)

    def renamed(self, names: Mapping[str, str]) -> Tally:
        """A copy in which attributes are called otherwise."""
        both = {names.get(old, old): one for old, one in self.attributes.items()}
        return replace(
            self, attributes={new: replace(one, attribute=new) for new, one in both.items()}
        )

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
        check_columns(opened, columns, options, weight, person)
        counter = Counter(opened, weight)
        found: dict[str, AttributeTally] = {}
        for attribute, column in columns.items():
            cells, unknown = counter.by_label(column)
            several = attribute in overlapping
            found[attribute] = (
                taken_apart(attribute, cells, unknown)
                if several
                else AttributeTally(attribute, cells, unknown)
            )
        for attribute, by_label in options.items():
            found[attribute] = from_options(attribute, by_label, counter)
        if all(everybody((*t.cells.values(), t.unknown)).n == 0 for t in found.values()):
            raise InputError.of(f"{what} has no rows.", code="no_rows", param=what)
        largest = max(
            (c.w for t in found.values() for c in (*t.cells.values(), t.unknown)), default=0.0
        )
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
        reader = PrintedCounts(what, total, overlapping)
        found = reader.every(counts)
        warn_of_misprints(reader.notes)
        return cls(found, notes=tuple(reader.notes), printed=True)
