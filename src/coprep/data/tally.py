"""Tally: counts by the labels of several attributes; it adds up across sites and days."""

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
from coprep.data.frames import Frame, open_frame
from coprep.data.printed import PrintedCounts, warn_of_misprints
from coprep.errors import InputError
from coprep.findings import Note, distinct
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
    notes : tuple of Note
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
    notes: tuple[Note, ...] = ()
    printed: bool = False

    def __add__(self, other: Tally) -> Tally:
        if set(self.attributes) != set(other.attributes):
            odd = sorted(set(self.attributes) ^ set(other.attributes))
            raise InputError.of(
                f"only one of two tallies has {listed(odd)}.", code="different_attributes"
            )
        both = {name: one + other.attributes[name] for name, one in self.attributes.items()}
        return Tally(
            both,
            self.weighted or other.weighted,
            distinct((*self.notes, *other.notes)),
            self.printed or other.printed,
        )

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
        cluster: str | None = None,
        overlapping: Sequence[str] = (),
        options: Mapping[str, Mapping[str, str]] | None = None,
        what: str = "participants",
    ) -> Tally:
        """Count a table with one row a person; on a lazy engine only counts come back.

        ``columns`` says which column holds each attribute; ``person`` is a column of ids, where one
        that stands twice is an error, ``cluster`` one of households, schools or meetings.
        Attributes of ``overlapping`` have cells with several labels, as ``"a; b"``; those of
        ``options`` a column an option: ``{attribute: {label: column}}``.
        Raises an InputError with every problem found.
        """
        opened = open_frame(frame, what=what)
        options = options or {}
        check_columns(opened, columns, options, weight, person, cluster)
        counter = Counter(opened, weight, cluster)
        found: dict[str, AttributeTally] = {}
        for attribute, column in columns.items():
            cells, unknown = counter.by_label(column)
            make = taken_apart if attribute in overlapping else AttributeTally
            found[attribute] = make(attribute, cells, unknown)
        for attribute, by_label in options.items():
            found[attribute] = from_options(attribute, by_label, counter)
        if all(everybody((*t.cells.values(), t.unknown)).n == 0 for t in found.values()):
            raise InputError.of(f"{what} has no rows.", code="no_rows", param=what)
        check_weights(found, opened, weight, counter.unusable)
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

        A figure may also be ``"55% of 40"`` or ``"22 of 40"``, or ``"55%"`` where ``total`` is
        given; what the groups leave of the total is counted as unknown. In attributes of
        ``overlapping`` one person can be in several groups. Raises an InputError with every problem
        found.
        """
        reader = PrintedCounts(what, total, overlapping)
        found = reader.every(counts)
        warn_of_misprints(reader.notes)
        return cls(found, notes=tuple(reader.notes), printed=True)


def check_weights(
    found: Mapping[str, AttributeTally], frame: Frame, weight: str | None, unusable: int
) -> None:
    """Refuse weights that are missing, or that no sum can hold."""
    if unusable:
        raise InputError.of(
            f"{unusable:,} of {frame.rows():,} weights in {show(weight)} are "
            "missing, "
            "infinite or negative.",
            code="bad_weights",
            param="weight",
            expected="finite weights from 0",
            hint="drop these rows or give them a weight before; 0 leaves a person out.",
        )
    cells = (c for one in found.values() for c in (*one.cells.values(), one.unknown))
    largest = max((cell.w for cell in cells), default=0.0)
    if weight is not None and not _LEAST <= largest <= 1 / _LEAST:
        raise InputError.of(
            f"the weights in {show(weight)} add to {largest:g}; "
            "such numbers cannot be reckoned with.",
            code="bad_weights",
            param="weight",
            hint="scale them so that they add to the number of people; "
            "a scale changes nothing else.",
        )
