"""Count people by the baseline's groups of several attributes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.frames import open_frame
from coprep.data.labels import label
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Note
from coprep.metrics._checks import Ints
from coprep.representation._counted_tables import as_counts
from coprep.representation._inputs import Compared, columns_for, compared, is_published
from coprep.representation._options import Options
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly


@dataclass(frozen=True, slots=True)
class Joint:
    """People by the groups of several attributes, a row for every combination that occurs.

    ``codes`` has a column an attribute: the place of the group in the baseline, -1 where it is not
    known, or outside the comparison. ``also`` holds the values of further columns.
    """

    found: tuple[Compared, ...]
    notes: tuple[Note, ...]
    codes: Ints
    n: Ints
    also: tuple[tuple[Any, ...], ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """What people are counted by."""
        return tuple(item.profile.attribute for item in self.found)


def joint_counts(
    participants: Any, baseline: Baseline, options: Options, *, also: Sequence[str] = ()
) -> Joint:
    """People counted by all attributes together, and by the values of further columns.

    Published counts tell one attribute alone. Raises an InputError with every problem found.
    """
    found, notes = compared(participants, baseline, options)
    _no_overlap(found)
    counts = as_counts(participants, baseline, options.total)
    if isinstance(counts, Tally) or is_published(counts):
        return _of_one(found, notes, also)
    frame = open_frame(participants)
    columns = columns_for(frame, baseline, options)
    attributes = [item.profile.attribute for item in found]
    by = [columns[attribute] for attribute in attributes]
    counted = frame.count([*by, *(column for column in also if column not in by)])
    # A further column may be an attribute's own.
    places = {name: at for at, name in enumerate((*by, *(c for c in also if c not in by)))}
    codes = np.full((len(counted), len(found)), -1, dtype=np.intp)
    for at, item in enumerate(found):
        place = _places(item)
        codes[:, at] = [place.get(label(key[at]), -1) for key in counted.keys]
    # Several labels can mean one group; combinations stand in an order that no engine decides.
    people: dict[tuple[Any, ...], int] = {}
    for key, code, n in zip(counted.keys, codes.tolist(), counted.n.tolist(), strict=True):
        row = (*code, *(key[places[name]] for name in also))
        people[row] = people.get(row, 0) + n
    rows = sorted(people, key=lambda row: (*row[: len(found)], *map(str, row[len(found) :])))
    return Joint(
        found,
        notes,
        np.array([row[: len(found)] for row in rows], dtype=np.intp).reshape(len(rows), len(found)),
        np.array([people[row] for row in rows], dtype=np.intp),
        tuple(tuple(row[len(found) + at] for row in rows) for at in range(len(also))),
    )


def places_of(joint: Joint) -> list[dict[str | None, int]]:
    """For each attribute the place of the group that a label means, where the group has a share."""
    return [
        {name: at for name, at in _places(item).items() if item.profile.shares[at] > 0}
        for item in joint.found
    ]


def _places(item: Compared) -> dict[str | None, int]:
    """The place of the group that each label of the participants means."""
    groups = {group: at for at, group in enumerate(item.profile.groups)}
    return {name: groups[placed[0]] for name, placed in item.matched.placed.items()}


def _no_overlap(found: Sequence[Compared]) -> None:
    """Refuse attributes where one person is in several groups: they have no cells."""
    problems = Problems()
    for item in found:
        if item.overlapping:
            problems.add(
                f"people can be in several groups of {show(item.profile.attribute)}; "
                "every person must be in one.",
                code="overlapping",
                param="attributes",
                got=item.profile.attribute,
                hint="name the other attributes with attributes=[...], or give one option of it as "
                "an attribute of yes and no.",
            )
    problems.raise_if_any()


def _of_one(found: tuple[Compared, ...], notes: tuple[Note, ...], also: Sequence[str]) -> Joint:
    """Published counts of one attribute."""
    if len(found) > 1 or also:
        names = listed([plainly(item.profile.attribute) for item in found], quoted=False)
        raise InputError.of(
            f"published counts tell each of {names} alone, and not how they go together.",
            code="no_joint_counts",
            param="participants",
            hint="give a table with one row a person, or name one attribute with attributes=[...].",
        )
    (item,) = found
    n = [item.matched.groups[group].n for group in item.profile.groups]
    codes = np.arange(len(n), dtype=np.intp)
    unknown = item.matched.unknown.n
    return Joint(
        found, notes, np.append(codes, -1)[:, None], np.asarray([*n, unknown], dtype=np.intp)
    )
