"""Counts people by the labels of several attributes at once, in one pass over their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from coprep.data.counting import AttributeTally, Cell, check_columns, everybody
from coprep.data.frames import Frame
from coprep.data.labels import label
from coprep.data.tally import Tally, check_weights
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, show

_MOST_PEOPLE = 1e15
Labels = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class JointTally:
    """People by every combination of labels that occurs, in an order that no engine decides.

    ``labels`` has one label an attribute, None where nothing is said; ``also`` the values of
    further columns; ``cells`` how many people they are.
    """

    attributes: tuple[str, ...]
    labels: tuple[Labels, ...]
    cells: tuple[Cell, ...]
    also: tuple[tuple[Any, ...], ...] = ()
    weighted: bool = False
    printed: bool = False

    @property
    def tally(self) -> Tally:
        """The counts of each attribute on its own."""
        found: dict[str, AttributeTally] = {}
        for at, attribute in enumerate(self.attributes):
            by_label: dict[str | None, list[Cell]] = {}
            for labels, cell in zip(self.labels, self.cells, strict=True):
                by_label.setdefault(labels[at], []).append(cell)
            unknown = everybody(by_label.pop(None, []))
            cells = {str(name): everybody(parts) for name, parts in by_label.items()}
            found[attribute] = AttributeTally(attribute, dict(sorted(cells.items())), unknown)
        return Tally(found, self.weighted)

    @classmethod
    def from_frame(
        cls,
        frame: Frame,
        *,
        columns: Mapping[str, str],
        also: Sequence[str] = (),
        weight: str | None = None,
        person: str | None = None,
    ) -> JointTally:
        """Count a table with one row a person; ``columns`` says which column holds each attribute.

        Raises an InputError with every problem found.
        """
        check_columns(frame, columns, {}, weight, person)
        for column in also:
            if not frame.has(column):
                raise frame.unknown_column(column)
        by = list(dict.fromkeys([*columns.values(), *also]))
        unusable = 0
        if weight is None:
            counted = frame.count(by)
            cells = [Cell.of(n) for n in counted.n.tolist()]
        else:
            counted, unusable = frame.weigh(by, weight)
            sums = (counted.sums[name].tolist() for name in ("w", "w2", "heaviest"))
            cells = [Cell(*given) for given in zip(counted.n.tolist(), *sums, strict=True)]
        if not len(counted):
            raise InputError.of(f"{frame.what} has no rows.", code="no_rows", param=frame.what)
        place = {column: at for at, column in enumerate(by)}
        # A value stands in many combinations; True and 1 are not the same one.
        told = {
            (type(value), value): label(value)
            for value in {(type(v), v): v for key in counted.keys for v in key}.values()
        }
        rows = [
            (
                tuple(
                    told[type(value), value]
                    for value in (key[place[column]] for column in columns.values())
                ),
                tuple(key[place[column]] for column in also),
                cell,
            )
            for key, cell in zip(counted.keys, cells, strict=True)
        ]
        made = cls._of(tuple(columns), rows, weighted=weight is not None)
        if weight is not None:
            check_weights(made.tally.attributes, frame, weight, unusable)
        return made

    @classmethod
    def from_counts(
        cls, counts: Mapping[Any, Any], attributes: Sequence[str], *, what: str = "participants"
    ) -> JointTally:
        """Counts as a report prints them: ``{("Female", "16-34"): 12, ...}``, labels in the order of
        the attributes.
        """
        problems = Problems()
        rows: list[tuple[Labels, tuple[Any, ...], Cell]] = []
        for key, n in counts.items():
            if not isinstance(key, tuple) or len(key) != len(attributes):
                problems.add(
                    f"the counts of {what} name {show(key)}; "
                    f"a label for each of {listed(attributes, most=6)} is expected.",
                    code="bad_crossing",
                    param=what,
                    got=key,
                    hint='such as ("Female", "16-34"), in the order of attributes=[...].',
                )
            elif not _is_count(n):
                problems.add(
                    f"{what} has {show(n)} people in {listed(map(str, key))}; "
                    "whole numbers from 0 are expected.",
                    code="not_a_count",
                    param=what,
                    got=n,
                )
            else:
                rows.append((tuple(label(one) for one in key), (), Cell.of(int(n))))
        problems.raise_if_any()
        if not rows:
            raise InputError.of(f"{what} has no counts.", code="no_rows", param=what)
        return cls._of(tuple(attributes), rows, printed=True)

    @classmethod
    def _of(
        cls,
        attributes: tuple[str, ...],
        rows: Iterable[tuple[Labels, tuple[Any, ...], Cell]],
        *,
        weighted: bool = False,
        printed: bool = False,
    ) -> JointTally:
        """Combinations of the same labels added up, and put in order."""
        together: dict[tuple[Labels, tuple[Any, ...]], Cell] = {}
        for labels, also, cell in rows:
            together[labels, also] = together.get((labels, also), Cell()) + cell
        keys = sorted(together, key=lambda key: tuple(map(_in_order, (*key[0], *key[1]))))
        return cls(
            attributes,
            tuple(labels for labels, _ in keys),
            tuple(together[key] for key in keys),
            tuple(also for _, also in keys),
            weighted,
            printed,
        )


def _in_order(value: Any) -> tuple[bool, str]:
    """Missing values last, others by their text."""
    return value is None, str(value)


def _is_count(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    people = float(value)
    return 0 <= people <= _MOST_PEOPLE and people == people // 1
