"""Reads who takes part, and which groups they belong to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coprep.data.counting import Cell
from coprep.data.labels import fold, known_label
from coprep.data.process.coded import Grouping
from coprep.data.process.tables.columns import NO_MOMENT, Coded, coded, positions
from coprep.data.process.tables.nobody import person_label
from coprep.data.process.tables.reader import Reader, Rows, plain_id
from coprep.data.reading import Reading

_FEW = 20
_LEAST = 1e-100  # squares of smaller weights vanish, those of larger ones than 1e100 overflow
_ROLE = "role"
_HOSTING = frozenset({"facilitator", "host", "moderator", "organiser", "organizer"})


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
        self._written: dict[str, Grouping] = {}
        self._reader = reader
        self.attributes: tuple[str, ...] = tuple(groupings) if attributes is None else attributes
        self.numbers: dict[str, NDArray[np.float64]] = {}
        self.invited_at: NDArray[np.datetime64] = np.full(len(ids), NO_MOMENT)
        # Of each person the number of those who came together; None where nothing is known of it.
        self.came_with: NDArray[np.intp] | None = None

    def grouping(self, attribute: str) -> Grouping:
        """Who belongs to which group of one attribute."""
        if attribute not in self._groupings and self._reader is not None:
            layout = self._reader.layouts["participants"]
            key = layout.columns["participant_id"]
            cells = layout.frame.collect((key, attribute))
            ids, _ = positions(coded(cells[key], read=person_label), self.ids)
            groups = coded(cells[attribute], read=known_label)
            self.add(attribute, groups, ids, self._reader.reading)
        return self._groupings[attribute]

    def add(
        self, attribute: str, labels: Coded, person: NDArray[np.intp], reading: Reading
    ) -> None:
        """Keep an attribute as it was written, and as it is to be read."""
        written = _grouped(attribute, labels, person, len(self))
        self._written[attribute] = written
        self._groupings[attribute] = written
        if reading.renames(attribute):
            read = labels.translated(reading.read(attribute, labels.labels))
            self._groupings[attribute] = _grouped(attribute, read, person, len(self))

    def as_written(self, attribute: str) -> Grouping:
        """The labels of one attribute before any is renamed or taken for unknown."""
        return self._written.get(attribute) or self.grouping(attribute)

    def __len__(self) -> int:
        return len(self.ids)


class PeopleCounter:
    """Counts some of the people by their labels as written, with weights and company."""

    def __init__(self, people: People, there: NDArray[np.bool_]) -> None:
        self._people = people
        self._there = there
        self._weights: NDArray[np.float64] | None = people.numbers.get("weight")

    def by_label(self, column: str) -> tuple[dict[str, Cell], Cell]:
        """What each label holds, and the people whose label says nothing."""
        grouping = self._people.as_written(column)
        groups = len(grouping.groups)
        codes = np.where(grouping.codes < 0, groups, grouping.codes)[self._there]
        n = np.bincount(codes, minlength=groups + 1).tolist()
        weights = np.ones(len(codes)) if self._weights is None else self._weights[self._there]
        w = np.bincount(codes, weights, minlength=groups + 1).tolist()
        w2 = np.bincount(codes, weights**2, minlength=groups + 1).tolist()
        heaviest = np.zeros(groups + 1)
        np.maximum.at(heaviest, codes, weights)
        # For each group the weight of everybody who came together, by their number.
        together: list[dict[str, float]] = [{} for _ in range(groups + 1)]
        if self._people.came_with is not None:
            many = int(self._people.came_with.max(initial=0)) + 1
            used, at = np.unique(
                codes * many + self._people.came_with[self._there], return_inverse=True
            )
            sums = np.bincount(at.reshape(-1), weights, minlength=len(used))
            for key, weight in zip(used.tolist(), sums.tolist(), strict=True):
                together[key // many][str(key % many)] = weight
        *cells, unknown = map(Cell, n, w, w2, heaviest.tolist(), together)
        return dict(zip(grouping.groups, cells, strict=True)), unknown


def _grouped(attribute: str, groups: Coded, person: NDArray[np.intp], n: int) -> Grouping:
    """Groups in the order of the people; ``person`` says whose row each is, -1 nobody's."""
    codes = np.full(n, -1, dtype=np.intp)
    known = person >= 0
    if not known.all():
        used = set(groups.codes[known].tolist())
        names = [name if code in used else None for code, name in enumerate(groups.labels)]
        groups = groups.translated(names)
    codes[person[known]] = groups.codes[known]
    return Grouping(attribute, groups.labels, codes)


def read_people(reader: Reader) -> People:
    """The people in participants, or everybody whom any table names where there is none."""
    if not reader.has("participants"):
        reader.people = reader.all_ids("person")
        return People(reader.people, {})
    rows = reader.rows("participants")
    ids = rows.labels("participant_id")
    reader.hosts = _hosts(reader, rows, ids)
    reader.people = tuple(name for name in ids.labels if name not in reader.hosts)
    person, _ = positions(ids, reader.people)
    rows.no_repeats()
    _ids_alike(reader)
    attributes = reader.layouts["participants"].others
    if reader.is_counted("participants"):
        people = People(reader.people, {}, reader, attributes)
    else:
        people = People(reader.people, {}, attributes=attributes)
        for name in attributes:
            people.add(name, rows.labels(name), person, reader.reading)
        _odd_spellings(reader, {name: people.grouping(name) for name in attributes})
    _read_numbers(people, rows, person)
    return people


def _hosts(reader: Reader, rows: Rows, ids: Coded) -> frozenset[str]:
    """Who runs the process, as said; where nothing is said, those whose role says it."""
    hosting = rows.numbers("is_host") == 1
    by_role = _ROLE in reader.layouts["participants"].others and not rows.has("is_host")
    if by_role:
        role = rows.labels(_ROLE) if rows.has(_ROLE) else _fetched(reader, _ROLE)
        hosts = [fold(name).rstrip("s") in _HOSTING for name in role.labels]
        hosting = np.array([*hosts, False], dtype=bool)[role.codes]
    found = {ids.labels[code] for code in ids.codes[hosting & (ids.codes >= 0)]}
    why = ", by their role; a column is_host says otherwise" if by_role else ""
    template = "participants: {hosts}, not counted among those who take part" + why + "."
    reader.note_some("hosts", template, hosts=len(found))
    return frozenset(found)


def _fetched(reader: Reader, column: str) -> Coded:
    """A further column of participants on an engine, row by row as their ids are."""
    frame = reader.layouts["participants"].frame
    return coded(frame.collect((column,))[column], read=known_label)


def _read_numbers(people: People, rows: Rows, person: NDArray[np.intp]) -> None:
    """Weights, activity, company and invitation days, in the order of the people."""
    known = person >= 0
    if rows.has("came_with"):
        codes = rows.labels("came_with").codes[known]
        # Whoever names nobody came alone.
        people.came_with = int(codes.max(initial=-1)) + 1 + np.arange(len(people), dtype=np.intp)
        people.came_with[person[known][codes >= 0]] = codes[codes >= 0]
    for column in ("weight", "active"):
        if rows.has(column):
            values = np.full(len(people), np.nan)
            values[person[known]] = rows.numbers(column)[known]
            people.numbers[column] = values
            _check_sum(column, values, rows)
    people.invited_at[person[known]] = rows.moments("invited_at")[known]


def _check_sum(column: str, values: NDArray[np.float64], rows: Rows) -> None:
    """Refuse weights that no sum can hold, or that leave everybody out."""
    largest = values.max(initial=0.0, where=~np.isnan(values))
    if column == "weight" and len(values) and not _LEAST <= largest <= 1 / _LEAST:
        rows.out_of_scale(column, float(largest))


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
