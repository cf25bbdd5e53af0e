"""Who takes part, and which groups they belong to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold
from coprep.data.process.coded import Grouping
from coprep.data.process.tables.columns import Coded, coded, known_label
from coprep.data.process.tables.reader import PERSON_COLUMNS, Desk, no_rows, plain_id
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

__all__ = ["People", "names_people", "read_people"]

_FEW = 20


def names_people(grouping: Grouping) -> bool:
    """Whether what is called an attribute looks like names, numbers or remarks of single people, never to be quoted."""
    k, n = len(grouping.groups), int((grouping.codes >= 0).sum())
    return k > 2 and (k == n or (k > _FEW and 2 * k > n))


class People:
    """The people of a process and their attributes; an attribute of a table on an engine is fetched when asked.

    Parameters
    ----------
    ids : tuple of str
        Sorted.
    groupings : dict
        Attribute to `Grouping`, for those already read.
    desk : Desk, optional
        Where the other ``attributes`` are fetched from.
    attributes : tuple of str, optional
        All of them, in the order of the table; by default those of ``groupings``.
    """

    def __init__(
        self,
        ids: tuple[str, ...],
        groupings: dict[str, Grouping],
        desk: Desk | None = None,
        attributes: tuple[str, ...] | None = None,
    ) -> None:
        self.ids: tuple[str, ...] = ids
        self._groupings, self._desk = groupings, desk
        self.attributes: tuple[str, ...] = tuple(groupings) if attributes is None else attributes
        self.numbers: dict[str, NDArray[np.float64]] = {}
        self.invited_at: NDArray[np.datetime64] = np.full(len(ids), np.datetime64("NaT", "s"))

    def grouping(self, attribute: str) -> Grouping:
        """Who belongs to which group of one attribute."""
        if attribute not in self._groupings and self._desk is not None:
            self._groupings[attribute] = self._fetch(self._desk, attribute)
        return self._groupings[attribute]

    def _fetch(self, desk: Desk, attribute: str) -> Grouping:
        layout = desk.layouts["participants"]
        key = layout.columns["participant_id"]
        values = layout.frame.collect((key, attribute))
        ids = coded(values[key], read=known_label)
        return _grouped(
            attribute, coded(values[attribute], read=known_label), ids.codes, len(self.ids)
        )

    def __len__(self) -> int:
        return len(self.ids)


def _grouped(attribute: str, groups: Coded, row_person: NDArray[np.intp], n: int) -> Grouping:
    codes = np.full(n, -1, dtype=np.intp)
    known = row_person >= 0
    codes[row_person[known]] = groups.codes[known]
    return Grouping(attribute, groups.labels, codes)


def read_people(desk: Desk) -> People:
    """The people of all tables: those in participants, or everybody named anywhere where there is no such table."""
    if not desk.has("participants"):
        ids = desk.all_labels(PERSON_COLUMNS.items())
        desk.people = ids
        return People(ids, {})
    attributes = desk.layouts["participants"].others
    if desk.is_counted("participants"):
        return _counted_people(desk, attributes)
    cells = desk.cells("participants")
    ids_of_rows = cells.ids("participant_id")
    desk.people = ids_of_rows.labels
    sound = _ids_are_sound(desk, ids_of_rows.codes)
    n = len(desk.people)
    groupings = {
        name: _grouped(name, cells.groups(name), ids_of_rows.codes, n) for name in attributes
    }
    people = People(desk.people, groupings)
    if sound:
        _extras(desk, people, ids_of_rows.codes)
    _odd_spellings(desk, groupings)
    return people


def _ids_are_sound(desk: Desk, codes: NDArray[np.intp]) -> bool:
    blank = int((codes < 0).sum())
    if blank:
        desk.problems.add(
            f"participants: {count_of(blank, 'row')} of {len(codes):,} have no participant_id.",
            code="missing_id",
            param="participants.participant_id",
            got=blank,
            hint="number the people; any text will do.",
        )
    desk.no_repeats("participants", [codes], "participant_id")
    alike = len(desk.people) - len({plain_id(name) for name in desk.people})
    if alike:
        desk.notes.append(
            f"participants: {count_of(alike, 'participant_id')} differ from another only by capitals, blanks, leading "
            "zeros or a final '.0', and count as people of their own."
        )
    return not blank and len(desk.people) == len(codes)


def _counted_people(desk: Desk, attributes: tuple[str, ...]) -> People:
    layout = desk.layouts["participants"]
    key = layout.columns["participant_id"]
    ids = coded(layout.frame.collect((key,))[key], read=known_label)
    desk.people = ids.labels
    if not len(ids.codes):
        no_rows("participants", desk.problems)
    sound = _ids_are_sound(desk, ids.codes)
    people = People(desk.people, {}, desk, attributes)
    if sound and any(
        desk.has("participants", column) for column in ("weight", "invited_at", "active")
    ):
        layout.others = ()
        _extras(desk, people, desk.cells("participants").ids("participant_id").codes)
        layout.others = attributes
    return people


def _extras(desk: Desk, people: People, row_person: NDArray[np.intp]) -> None:
    """Weights, invitation days and activity, in the order of the people."""
    cells = desk.cells("participants")
    for column, read in (("weight", cells.numbers), ("active", cells.flags)):
        if cells.has(column):
            values = np.empty(len(people))
            values[row_person] = read(column)
            people.numbers[column] = values
    people.invited_at[row_person] = cells.moments("invited_at")
    weight = people.numbers.get("weight")
    bad = 0 if weight is None else int((~np.isfinite(weight) | (weight < 0)).sum())
    if bad:
        desk.problems.add(
            f"participants: {count_of(bad, 'weight')} are missing, negative or not finite.",
            code="bad_weight",
            param="participants.weight",
            got=bad,
            hint="give everybody a weight of 0 or more, or leave the column out.",
        )


def _odd_spellings(desk: Desk, groupings: dict[str, Grouping]) -> None:
    for name, grouping in groupings.items():
        if names_people(grouping):
            continue
        folded: dict[str, list[str]] = {}
        for group in grouping.groups:
            folded.setdefault(fold(group), []).append(group)
        alike = [group for names in folded.values() if len(names) > 1 for group in names]
        if alike:
            desk.notes.append(
                f"{show(name)} spells what may be one group in several ways: {listed(alike, most=4)}."
            )
