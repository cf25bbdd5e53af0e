"""Choose which rows are withheld, so that no small count comes back from totals.

A block is the rows whose counts add up to a known number: an attribute, usually. Within it, the
rows that share a ``total`` are the people whose group is known; the rest (unknown, outside the
baseline) make up everybody. Groups that no row shows are what a known whole has beyond the rows:
they are protected as a row that is hidden already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.metrics.disclosure._suppression import protected_cells, small_counts
from coprep.metrics.disclosure._suppression import suppress as hidden_cells
from coprep.table import Table

Block = tuple[Any, ...]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a table mean for disclosure.

    Attributes
    ----------
    counts : tuple of str
        Columns whose small values identify people.
    groupings : tuple of tuple of str
        Sets of columns within which counts add up to known sums.
    total : str or None
        The column with the number of people that ``counts[0]`` is a part of.
    wholes : mapping of str to str
        For counts of people who are in one row each, the column that tells how many there are with
        those in no row: that number, a share of it, or labels, of which the row of all together has
        none.
    """

    counts: tuple[str, ...]
    groupings: tuple[tuple[str, ...], ...]
    total: str | None
    wholes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        table: Table,
        counts: Sequence[str],
        within: Sequence[str | tuple[str, ...]],
        wholes: Mapping[str, str] | None = None,
    ) -> Layout:
        """The layout of one table, given what its kind of result says of its columns."""
        one = tuple(c for c in within if isinstance(c, str))
        several = [c for c in within if not isinstance(c, str)]
        groupings: list[tuple[str, ...]] = [(name,) for name in one]
        if one and not several:
            groupings = [one]
        return cls(
            tuple(c for c in counts if c in table.names and c != "total"),
            tuple(tuple(g) for g in (*groupings, *several) if set(g) <= set(table.names)),
            "total" if "total" in table.names else None,
            {
                name: told
                for name, told in (wholes or {}).items()
                if {name, told} <= set(table.names)
            },
        )

    def unseen(self, table: Table, rows: Sequence[int]) -> list[int]:
        """Per count how many people no row of a block shows; 0 where that is not told."""
        return [
            _unseen(table, rows, name, self.wholes[name]) if name in self.wholes else 0
            for name in self.counts
        ]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What goes.

    Attributes
    ----------
    rows : frozenset of int
        Rows that are not shown.
    totals : frozenset of Block
        Blocks in which the number of people with a known group would tell, and every share of it.
    """

    rows: frozenset[int]
    totals: frozenset[Block]


def blocks_of(table: Table, grouping: Sequence[str]) -> dict[Block, list[int]]:
    """The rows of each block."""
    found: dict[Block, list[int]] = {}
    for row in range(len(table)):
        found.setdefault(tuple(table[c][row] for c in grouping), []).append(row)
    return found


def _unseen(table: Table, rows: Sequence[int], name: str, told: str) -> int:
    """What the whole of a count has beyond the rows; 0 where rows do not tell of one and the same
    whole.
    """
    counts, tells = [table[name][row] for row in rows], [table[told][row] for row in rows]
    known = [(count, by) for count, by in zip(counts, tells, strict=True) if count is not None]
    if table.kinds[told] == "text":
        wholes = {count for count, by in known if by is None}
        parts = sum(count for count, by in known if by is not None)
        if not any(by is not None for _, by in known):
            return 0
    else:
        share = table.kinds[told] == "number"
        wholes = {
            round(count / by) if share else by
            for count, by in known
            if count and by and math.isfinite(by)
        }
        parts = sum(count for count, _ in known)
    return max(wholes.pop() - parts, 0) if len(wholes) == 1 else 0


def withhold(table: Table, layout: Layout, min_count: int) -> Withheld:
    """Find the rows that must not be shown."""
    counts = [_whole(table[c]) for c in layout.counts]
    hidden = np.zeros(len(table), bool)
    for column in layout.counts:
        hidden |= np.array([v is None for v in table[column]], bool)
    if not counts or not len(table):
        return Withheld(frozenset(np.flatnonzero(hidden).tolist()), frozenset())
    if len(layout.groupings) == 1:
        return _by_block(table, layout, counts, hidden, min_count)
    lines = _lines(table, layout.groupings)
    hidden = _settle(hidden, counts, lambda _: lines, min_count)
    return Withheld(frozenset(np.flatnonzero(hidden).tolist()), frozenset())


def _whole(values: Sequence[Any]) -> Ints:
    """Counts as whole numbers, rounded up so that a fraction of a person is somebody; missing as 0."""
    numbers = [0.0 if v is None or not math.isfinite(v) else max(v, 0.0) for v in values]
    return np.ceil(numbers).astype(np.int64)


def _lines(table: Table, groupings: Sequence[Sequence[str]]) -> Bools:
    rows = [block for grouping in groupings for block in blocks_of(table, grouping).values()]
    lines = np.zeros((len(rows), len(table)), bool)
    for line, block in zip(lines, rows, strict=True):
        line[block] = True
    return lines


def _settle(
    hidden: Bools, counts: Sequence[Ints], lines: Callable[[int], Bools], min_count: int
) -> Bools:
    """Hide a row for any of its counts, until every column is protected by the rows hidden for all."""
    for _ in range(1 + len(hidden)):
        before = hidden
        for i, column in enumerate(counts):
            hidden = _enough(hidden, column, lines(i), min_count)
        for i, column in enumerate(counts):
            hidden = hidden_cells(
                column, lines(i), min_count=min_count, hidden=hidden, cost=_cost(column)
            )
        if (hidden == before).all():
            break
    return hidden


def _enough(hidden: Bools, column: Ints, lines: Bools, min_count: int) -> Bools:
    """Hide one more row where all that are hidden together are too few people to be told of."""
    hidden = hidden.copy()
    for line in lines:
        veiled = int(column[line & hidden].sum())
        left = np.flatnonzero(line & ~hidden & (column > 0))
        if 0 < veiled < min_count and len(left):
            hidden[left[np.argmin(column[left])]] = True
    return hidden


def _cost(column: Ints) -> NDArray[np.float64]:
    """What it costs to hide a row: its count; that nobody came is hidden last."""
    return np.where(column == 0, float(column.sum()) + 1, column)


# -- block by block
# ------------------------------------------------------------------------------------------------


def _by_block(
    table: Table, layout: Layout, counts: Sequence[Ints], hidden: Bools, min_count: int
) -> Withheld:
    totals: set[Block] = set()
    hidden = hidden.copy()
    for block, rows in blocks_of(table, layout.groupings[0]).items():
        unseen = layout.unseen(table, rows)
        some = [any(0 < n < min_count for n in unseen)] if any(unseen) else []
        part = _Part(
            [
                np.append(column[rows], unseen[i] if some else []).astype(np.int64)
                for i, column in enumerate(counts)
            ],
            [
                *(table[layout.total][row] if layout.total else None for row in rows),
                *(None for _ in some),
            ],
            min_count,
        )
        veil, without_total = part.solve(np.append(hidden[rows], some).astype(bool))
        hidden[rows] = veil[: len(rows)]
        if without_total:
            totals.add(block)
    return Withheld(frozenset(np.flatnonzero(hidden).tolist()), frozenset(totals))


@dataclass(frozen=True, slots=True)
class _Part:
    """One block: its counts by column, the totals that the first is a part of, the smallest count
    shown.
    """

    counts: Sequence[Ints]
    totals: Sequence[int | None]
    least: int

    def solve(self, hidden: Bools) -> tuple[Bools, bool]:
        """What to hide, and whether the totals must go as well."""
        lines, pairs = self._lines()
        veil = _settle(
            hidden | self._small_pairs(pairs), self.counts, self._or_all(lines), self.least
        )
        if self._is_safe(veil, lines, pairs):
            return veil, False
        whole = np.ones((1, len(hidden)), bool)
        veil = _settle(hidden | self._small_pairs(pairs), self.counts, lambda _: whole, self.least)
        return veil, True

    def _lines(self) -> tuple[Bools, Bools]:
        """Sums of the first count that are known besides everybody, and the rows that are a yes or
        no each.

        Where people may be in several rows, counts do not add up to their total: then the others
        are the rest of the total, row by row.
        """
        known: dict[int, Bools] = {}
        for total in {t for t in self.totals if t is not None}:
            known[total] = np.array([t == total for t in self.totals])
        parts = [mask for total, mask in known.items() if self.counts[0][mask].sum() == total]
        pairs = np.zeros(len(self.totals), bool)
        for total, mask in known.items():
            if self.counts[0][mask].sum() != total:
                pairs |= mask
        rest = np.array([t is None for t in self.totals])
        lines = [mask for mask in (*parts, rest) if mask.any()]
        return np.array(lines).reshape(len(lines), len(self.totals)), pairs

    def _or_all(self, lines: Bools) -> Callable[[int], Bools]:
        whole = np.ones((1, len(self.totals)), bool)
        return lambda column: lines if column == 0 else whole

    def _small_pairs(self, pairs: Bools) -> Bools:
        others = np.array([(t or 0) for t in self.totals]) - self.counts[0]
        return pairs & small_counts(np.maximum(others, 0), self.least)

    def _is_safe(self, veil: Bools, lines: Bools, pairs: Bools) -> bool:
        if any(t is not None and 0 < t < self.least for t in self.totals):
            return False
        narrow = [t is not None and t < self.least - 1 for t in self.totals]
        if (pairs & veil & narrow).any():
            return False
        for i, column in enumerate(self.counts):
            small = small_counts(column, self.least)
            if i == 0:
                small = small & ~pairs
            if not protected_cells(column, veil, self._or_all(lines)(i), min_count=self.least)[
                small
            ].all():
                return False
        return True
