"""Reads who takes part, and which groups they belong to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold, known_label
from coprep.data.process.coded import Grouping
from coprep.data.process.tables.columns import NO_MOMENT, Coded, coded
from coprep.data.process.tables.reader import Reader, Rows, plain_id

_FEW = 20


def names_people(grouping: Grouping) -> bool:
    """Whether an attribute looks like names or remarks of single people, never to be quoted."""
    groups = len(grouping.groups)
    known = int((grouping.codes >= 0).sum())
    return groups > 2 and (groups == known or (groups > _FEW and 2 * groups > known))


class People:
    """The people of a process and their attributes; of a table on an engine, fetched when asked.

    ``groupings`` are those already read; the other ``attributes`` are fetched from ``reader``.
    """

    def __init__(
        self,
        ids: tuple[str, ...],
        groupings: dict[str, Grouping],
        reader: Reader | None = None,
        attributes: tuple[str, ...] | None = None,
    ) -> None:
        self.ids: tuple[str, ...] = ids
        self._groupings = groupings
        self._reader = reader
        self.attributes: tuple[str, ...] = tuple(groupings) if attributes is None else attributes
        self.numbers: dict[str, NDArray[np.float64]] = {}
        self.invited_at: NDArray[np.datetime64] = np.full(len(ids), NO_MOMENT)

    def grouping(self, attribute: str) -> Grouping:
        """Who belongs to which group of one attribute."""
        if attribute not in self._groupings and self._reader is not None:
            layout = self._reader.layouts["participants"]
            key = layout.columns["participant_id"]
            cells = layout.frame.collect((key, attribute))
            ids = coded(cells[key], read=known_label).codes
            groups = coded(cells[attribute], read=known_label)
            self._groupings[attribute] = _grouped(attribute, groups, ids, len(self.ids))
        return self._groupings[attribute]

    def __len__(self) -> int:
        return len(self.ids)


def _grouped(attribute: str, groups: Coded, person: NDArray[np.intp], n: int) -> Grouping:
    """Groups in the order of the people; ``person`` says whose row each is."""
    codes = np.full(n, -1, dtype=np.intp)
    known = person >= 0
    codes[person[known]] = groups.codes[known]
    return Grouping(attribute, groups.labels, codes)


def read_people(reader: Reader) -> People:
    """The people in participants, or everybody whom any table names where there is none."""
    if not reader.has("participants"):
        reader.people = reader.all_ids("person")
        return People(reader.people, {})
    rows = reader.rows("participants")
    ids = rows.labels("participant_id")
    reader.people = ids.labels
    rows.no_repeats()
    _ids_alike(reader)
    attributes = reader.layouts["participants"].others
    if reader.is_counted("participants"):
        people = People(reader.people, {}, reader, attributes)
    else:
        n = len(reader.people)
        people = People(
            reader.people,
            {name: _grouped(name, rows.labels(name), ids.codes, n) for name in attributes},
        )
        _odd_spellings(reader, {name: people.grouping(name) for name in attributes})
    if len(reader.people) == rows.n:
        _read_numbers(people, rows, ids.codes)
    return people


def _read_numbers(people: People, rows: Rows, person: NDArray[np.intp]) -> None:
    """Weights, activity and invitation days, in the order of the people."""
    for column in ("weight", "active"):
        if rows.has(column):
            values = np.empty(len(people))
            values[person] = rows.numbers(column)
            people.numbers[column] = values
    people.invited_at[person] = rows.moments("invited_at")


def _ids_alike(reader: Reader) -> None:
    alike = len(reader.people) - len({plain_id(name) for name in reader.people})
    reader.note_some(
        "ids_alike",
        "participants: {participant_ids} differ from another only by capitals, blanks, "
        "leading zeros or a final '.0', and count as people of their own.",
        participant_ids=alike,
    )


def _odd_spellings(reader: Reader, groupings: Mapping[str, Grouping]) -> None:
    for name, grouping in groupings.items():
        if names_people(grouping):
            continue
        folded: dict[str, list[str]] = {}
        for group in grouping.groups:
            folded.setdefault(fold(group), []).append(group)
        alike = [group for names in folded.values() if len(names) > 1 for group in names]
        if alike:
            reader.note(
                "groups_alike",
                "{attribute:label} spells what may be one group in several ways: {groups:labels}.",
                attribute=name,
                groups=alike,
            )
