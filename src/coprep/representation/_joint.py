"""Count people by the baseline's groups of several attributes at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.counting import Cell
from coprep.data.frames import Frame, is_frame, open_frame
from coprep.data.joint_tally import JointTally
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Note
from coprep.metrics._checks import Bools, Floats, Ints
from coprep.representation._counted_tables import COUNTS, as_counts
from coprep.representation._inputs import (
    Compared,
    as_read,
    columns_for,
    compared,
    is_published,
    rows_only,
)
from coprep.representation._options import Options
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

_MOST_ROWS = 10_000  # counts by crossing are short; a longer table is not looked into


@dataclass(frozen=True, slots=True)
class Joint:
    """People by the groups of several attributes, a row for every combination that occurs.

    ``codes`` has a column an attribute: the place of the group in the baseline, -1 where it is not
    known, or outside the comparison; ``outside`` says which is the latter. ``also`` holds the values
    of further columns; ``n`` are people, ``weights`` and ``squares`` sums of their weights,
    ``heaviest`` the largest.
    """

    found: tuple[Compared, ...]
    notes: tuple[Note, ...]
    codes: Ints
    outside: Bools
    n: Ints
    weights: Floats
    squares: Floats
    heaviest: Floats
    also: tuple[tuple[Any, ...], ...] = ()
    weighted: bool = False

    @property
    def attributes(self) -> tuple[str, ...]:
        """What people are counted by."""
        return tuple(item.profile.attribute for item in self.found)


def joint_counts(
    participants: Any, baseline: Baseline, options: Options, *, also: Sequence[str] = ()
) -> Joint:
    """People counted by all attributes together, and by the values of further columns.

    Rows are counted once. Published counts are of crossings, ``{("Female", "16-34"): 12, ...}``, or
    of one attribute alone. Raises an InputError with every problem found.
    """
    options = as_read(participants, options)
    counted = _counted(participants, baseline, options, also)
    if counted is None:
        found, notes = compared(participants, baseline, options)
        _no_overlap(found)
        return _of_one(found, notes, also)
    found, notes = compared(counted.tally, baseline, options)
    _no_overlap(found)
    places = [_places(item) for item in found]
    at = [counted.attributes.index(item.profile.attribute) for item in found]
    aside = [item.matched.left_outside | item.matched.lost for item in found]
    # Several labels can mean one group.
    people: dict[tuple[Any, ...], Cell] = {}
    for labels, values, cell in zip(counted.labels, counted.also, counted.cells, strict=True):
        mine = [labels[i] for i in at]
        code = tuple(place.get(name, -1) for place, name in zip(places, mine, strict=True))
        out = tuple(name in names for names, name in zip(aside, mine, strict=True))
        row = (code, out, values)
        people[row] = people.get(row, Cell()) + cell
    rows = sorted(people, key=lambda row: (row[0], row[1], tuple(map(str, row[2]))))
    shape = (len(rows), len(found))
    return Joint(
        found,
        notes,
        np.array([code for code, _, _ in rows], dtype=np.intp).reshape(shape),
        np.array([out for _, out, _ in rows], dtype=bool).reshape(shape),
        *_sums([people[row] for row in rows]),
        tuple(tuple(values[i] for _, _, values in rows) for i in range(len(also))),
        counted.weighted,
    )


def _counted(
    participants: Any, baseline: Baseline, options: Options, also: Sequence[str]
) -> JointTally | None:
    """People by their labels; None for published counts of attributes, each on its own."""
    if hasattr(participants, "to_dict") and getattr(participants, "ndim", 0) == 1:
        # What pandas answers to groupby(...).size().
        participants = _named_in_order(participants, options)
    attributes = _asked(baseline, options)
    if isinstance(participants, Mapping) and any(isinstance(key, tuple) for key in participants):
        rows_only(weight=options.weight, person=options.person, columns=options.columns)
        return JointTally.from_counts(participants, attributes)
    counts = as_counts(participants, baseline, options.total)
    if isinstance(counts, Tally) or is_published(counts):
        return None
    _no_overlap_asked(baseline, attributes, options)
    frame = open_frame(participants)
    columns = columns_for(frame, baseline, options)
    if not also and is_frame(participants):
        crossings = _crossings_with_counts(frame, columns)
        if crossings is not None:
            return JointTally.from_counts(crossings, tuple(columns))
    return JointTally.from_frame(
        frame, columns=columns, also=also, weight=options.weight, person=options.person
    )


def _asked(baseline: Baseline, options: Options) -> tuple[str, ...]:
    """The attributes people are counted by."""
    return baseline.attributes if options.attributes is None else options.attributes


def _named_in_order(series: Any, options: Options) -> Any:
    """The counts of a pandas Series with a level an attribute, its labels in the order asked for."""
    names = [str(name) for name in series.index.names]
    wanted = options.attributes or ()
    if set(names) != set(wanted) or len(names) < 2:
        return series
    places = [names.index(name) for name in wanted]
    return {
        tuple(key[i] for i in places): getattr(n, "item", lambda n=n: n)()
        for key, n in series.to_dict().items()
    }


def _crossings_with_counts(
    frame: Frame, columns: Mapping[str, str]
) -> dict[tuple[Any, ...], Any] | None:
    """The counts of a table of crossings, each in one row beside how many people are in it."""
    others = [column for column in frame.columns if column not in columns.values()]
    if len(others) != 1 or others[0].strip().casefold() not in COUNTS:
        return None
    if frame.is_lazy or frame.rows() > _MOST_ROWS or not frame.is_number(others[0]):
        return None
    held = frame.collect(frame.columns)
    keys = list(zip(*(held[column] for column in columns.values()), strict=True))
    if len(set(map(str, keys))) < len(keys):
        return None
    return dict(zip(keys, held[others[0]], strict=True))


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


def _no_overlap_asked(baseline: Baseline, attributes: Sequence[str], options: Options) -> None:
    """Refuse attributes that are said to overlap, before anything is counted."""
    problems = Problems()
    for name in attributes:
        profile = baseline.profiles.get(name)
        if name in options.overlapping or (profile is not None and profile.overlapping):
            _overlaps(problems, name)
    problems.raise_if_any()


def _overlaps(problems: Problems, attribute: str) -> None:
    problems.add(
        f"people can be in several groups of {show(attribute)}; every person must be in one.",
        code="overlapping",
        param="attributes",
        got=attribute,
        hint="name the other attributes with attributes=[...], or give one option of it as "
        "an attribute of yes and no.",
    )


def _no_overlap(found: Sequence[Compared]) -> None:
    """Refuse attributes where one person is in several groups: they have no cells."""
    problems = Problems()
    for item in found:
        if item.overlapping:
            _overlaps(problems, item.profile.attribute)
    problems.raise_if_any()


def _of_one(found: tuple[Compared, ...], notes: tuple[Note, ...], also: Sequence[str]) -> Joint:
    """Published counts of one attribute."""
    if len(found) > 1 or also:
        names = listed([plainly(item.profile.attribute) for item in found], quoted=False)
        raise InputError.of(
            f"published counts tell each of {names} alone, and not how they go together.",
            code="no_joint_counts",
            param="participants",
            hint="give a table with one row a person, or counts of crossings, such as "
            "{('Female', '16-34'): 12, ...}.",
        )
    item = next(iter(found))
    cells = [item.matched.groups[group] for group in item.profile.groups]
    codes = np.append(np.arange(len(cells), dtype=np.intp), -1)[:, None]
    outside = np.zeros(codes.shape, dtype=bool)
    return Joint(found, notes, codes, outside, *_sums([*cells, item.matched.unknown]))


def _sums(cells: Sequence[Cell]) -> tuple[Ints, Floats, Floats, Floats]:
    """People, sums of weights and of squared weights, and the largest weight."""
    n = np.array([cell.n for cell in cells], dtype=np.intp)
    weights = np.array([cell.w for cell in cells], dtype=float)
    squares = np.array([cell.w2 for cell in cells], dtype=float)
    return n, weights, squares, np.array([cell.heaviest for cell in cells], dtype=float)
