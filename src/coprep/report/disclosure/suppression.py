"""Choose which rows are withheld, so that no small count comes back from totals.

A block is the rows whose counts add up to a known number: an attribute, usually. Within it, the
rows that share a ``total`` are the people whose group is known; the rest (unknown, outside the
baseline) make up everybody. Groups that no row shows are what a known whole has beyond the rows:
they are protected as a row that is hidden already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.metrics.disclosure._pairs import List, hidden_in_pairs
from coprep.metrics.disclosure._suppression import suppress as hidden_cells
from coprep.table import Table

Block = tuple[Any, ...]
Key = tuple[Any, Any]
"""An attribute and one of its groups."""
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
    parts : tuple of pairs of str
        A column that is a part of another in its row, or a share of it: how many there are of the
        one and of the rest is counted, too.
    attribute : str or None
        The attribute of all rows, where no column names it.
    """

    counts: tuple[str, ...]
    groupings: tuple[tuple[str, ...], ...]
    total: str | None
    wholes: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[tuple[str, str], ...] = ()
    attribute: str | None = None

    def key(self, table: Table, row: int) -> Key | None:
        """The attribute and the group of a row; None where it is about no group."""
        group = table["group"][row] if "group" in table.names else None
        named = "attribute" in table.names
        attribute = table["attribute"][row] if named else self.attribute
        return None if group is None or attribute is None else (attribute, group)

    @classmethod
    def of(
        cls,
        table: Table,
        counts: Sequence[str],
        within: Sequence[str | tuple[str, ...]],
        wholes: Mapping[str, str] | None = None,
        parts: Sequence[tuple[str, str]] = (),
        attribute: str | None = None,
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
            tuple(pair for pair in parts if set(pair) <= set(table.names)),
            attribute,
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
    groups : frozenset of Key
        Groups of whom the number of people itself is not shown, wherever it stands.
    """

    rows: frozenset[int]
    totals: frozenset[Block]
    groups: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Together:
    """What is published beside one another: the order of groups, and those that are hidden anywhere.

    Attributes
    ----------
    rank : mapping of Key to float
        What is public of the size of a group: its share of the community. Others follow, by name.
    hidden : frozenset of Key
        Groups that are not shown in any table.
    known : mapping of Key to tuple of int
        How many people earlier copies show of a group.
    codings : mapping of str to frozenset of str
        The groups in which an attribute is shown, where it could be shown in several ways.
    """

    rank: Mapping[Key, float] = field(default_factory=dict)
    hidden: frozenset[Key] = frozenset()
    known: Mapping[Key, tuple[int, ...]] = field(default_factory=dict)
    codings: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_known(self, key: Key | None, people: int) -> bool:
        """Whether an earlier copy shows that many people of a group."""
        return key is not None and people in self.known.get(key, ())

    def change(self, key: Key | None, people: int) -> int:
        """The smallest difference to what an earlier copy shows; 0 where there is none."""
        earlier = self.known.get(key, ()) if key is not None else ()
        return min((abs(people - n) for n in earlier if n != people), default=0)

    def order(self, key: Key | None, label: Block) -> tuple[float, str]:
        """Where a row stands among those of its block, whatever its counts."""
        last = math.inf
        share = last if key is None else self.rank.get(key, last)
        return (share, str(label))


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


def withhold(
    table: Table, layout: Layout, min_count: int, together: Together | None = None
) -> Withheld:
    """Find the rows that must not be shown."""
    together = together or Together()
    hidden = {row for row in range(len(table)) if _is_blank(table, layout, row)}
    if not layout.counts or not len(table):
        return Withheld(frozenset(hidden), frozenset())
    if len(layout.groupings) > 1:
        return _crossing(table, layout, min_count, hidden)
    totals: set[Block] = set()
    groups: set[Key] = set()
    grouping = layout.groupings[0] if layout.groupings else None
    if grouping is None:
        loose = _Part(table, layout, range(len(table)), min_count, together).loose(hidden)
        return Withheld(frozenset(loose), frozenset())
    for block, rows in blocks_of(table, grouping).items():
        part = _Part(table, layout, rows, min_count, together)
        people = part.solve(hidden, layout.counts[:1], with_parts=False)
        every = part.solve(hidden | people.rows, layout.counts)
        hidden |= people.rows | every.rows
        totals |= {block} if people.total or every.total else set()
        keys = (layout.key(table, row) for row in people.rows)
        groups |= {key for key in keys if key is not None}
    return Withheld(frozenset(hidden), frozenset(totals), frozenset(groups))


def _is_blank(table: Table, layout: Layout, row: int) -> bool:
    """Whether a row is hidden already."""
    return any(table[name][row] is None for name in layout.counts)


def _whole(values: Iterable[Any]) -> Ints:
    """Counts as whole numbers, rounded up so that a fraction of a person is somebody; missing as 0."""
    numbers = [0.0 if v is None or not math.isfinite(v) else max(v, 0.0) for v in values]
    found: Ints = np.ceil(np.round(numbers, 6)).astype(np.int64)
    return found


def _crossing(table: Table, layout: Layout, min_count: int, hidden: set[int]) -> Withheld:
    """Rows whose counts add up in several ways, found by integer programs."""
    lines = _lines(table, layout.groupings)
    counts = [_whole(table[name]) for name in layout.counts]
    veil = np.isin(np.arange(len(table)), sorted(hidden))
    for _ in range(1 + len(table)):
        before = veil
        for column in counts:
            # That nobody came is hidden last.
            cost = np.where(column == 0, float(column.sum()) + 1, column)
            veil = hidden_cells(column, lines, min_count=min_count, hidden=veil, cost=cost)
        if (veil == before).all():
            break
    return Withheld(frozenset(np.flatnonzero(veil).tolist()), frozenset())


def _lines(table: Table, groupings: Sequence[Sequence[str]]) -> Bools:
    rows = [block for grouping in groupings for block in blocks_of(table, grouping).values()]
    lines = np.zeros((len(rows), len(table)), bool)
    for line, block in zip(lines, rows, strict=True):
        line[block] = True
    return lines


# -- block by block
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gone:
    """Rows of one block that are not shown, and whether its totals go as well."""

    rows: set[int]
    total: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """One block of a table."""

    table: Table
    layout: Layout
    rows: Sequence[int]
    least: int
    together: Together

    def solve(self, hidden: set[int], names: Sequence[str], *, with_parts: bool = True) -> _Gone:
        """What to hide because of some of the counts, beside rows that are hidden already."""
        listed, rest, ticked = self._kinds_of_rows()
        unseen = self._unseen(names)
        total_goes = False
        gone = self._small_rest(rest, names)
        outside = [row for row in rest if self._is_outside(row)]
        if gone & set(outside) and not self._is_enough(outside, names):
            # Who is in no group is the rest of everybody, so that the total of the groups goes.
            total_goes = True
            left = int(self._column(names[0], outside).sum())
            unseen = [left, *unseen[1:]]
        shown_before = {row for row in listed if self._is_known(row)}
        gone |= {row for row in shown_before if any(self._is_small(n, row) for n in names)}
        listed = [row for row in listed if row not in shown_before]
        if listed:
            forced = np.array([self._is_forced(row, hidden) for row in listed])
            columns = [self._column(name, listed) for name in names]
            beside = unseen
            if with_parts:
                columns = [c for name in names for c in self._columns(name, listed)]
                padded = zip(names, unseen, strict=True)
                beside = [n for name, left in padded for n in self._padded(name, left)]
            veil, everything = hidden_in_pairs(List(columns, beside, self.least), forced)
            gone |= {row for row, is_hidden in zip(listed, veil, strict=True) if is_hidden}
            if everything:
                total_goes = True
                gone |= set(self.rows)
        gone |= {row for row in ticked if self._is_forced(row, hidden) or self._is_yes_or_no(row)}
        if any(0 < (self._total(row) or 0) <= self.least for row in ticked):
            return _Gone(set(self.rows), total=True)
        return _Gone(gone, total_goes)

    def loose(self, hidden: set[int]) -> set[int]:
        """What to hide of rows that do not add up: two and two, so that either may be the small one."""
        forced = {row for row in self.rows if self._is_forced(row, hidden)}
        small = {row for row in self.rows for n in self.layout.counts if self._is_small(n, row)}
        order = self._in_order(self.rows)
        last = max(len(order) - 1, 1)
        pairs = [
            set(order[i : i + 2] if i + 3 != len(order) else order[i:]) for i in range(0, last, 2)
        ]
        return forced | {row for pair in pairs if pair & small for row in pair}

    def _kinds_of_rows(self) -> tuple[list[int], list[int], list[int]]:
        """Rows that add up, in public order; those beside them; and those that are a yes or no each.

        A row of all together is beside the others. Where people may be in several rows, counts do
        not add up to their total.
        """
        table = self.table
        grouped = "group" in table.names
        named = grouped and any(table["group"][row] is not None for row in self.rows)
        rest = [row for row in self.rows if named and table["group"][row] is None]
        listed = [row for row in self.rows if row not in set(rest)]
        ticked: list[int] = []
        if self.layout.total is not None:
            known = [row for row in listed if self._total(row) is not None]
            rest += [row for row in listed if self._total(row) is None] if known else []
            sums: dict[Any, list[int]] = {}
            for row in known:
                sums.setdefault(self._total(row), []).append(row)
            first = self.layout.counts[0]
            for total, rows in sums.items():
                if self._column(first, rows).sum() != total:
                    ticked += rows
            listed = [row for row in (known or listed) if row not in set(ticked)]
        return self._in_order(listed), rest, ticked

    def _in_order(self, rows: Sequence[int]) -> list[int]:
        """Rows in an order that no count decides: by the size of their group, then by name."""
        table = self.table
        labels = [
            name
            for name in table.names
            if table.kinds[name] == "text" and name not in ("verdict", "reading")
        ]
        order = {
            row: self.together.order(
                self.layout.key(table, row), tuple(table[name][row] for name in labels)
            )
            for row in rows
        }
        return sorted(rows, key=order.__getitem__)

    def _total(self, row: int) -> int | None:
        return self.table[self.layout.total][row] if self.layout.total else None

    def _is_forced(self, row: int, hidden: set[int]) -> bool:
        key = self.layout.key(self.table, row)
        return row in hidden or key in self.together.hidden or self._has_changed(row)

    def _column(self, name: str, rows: Sequence[int]) -> Ints:
        return _whole(self.table[name][row] for row in rows)

    def _columns(self, name: str, rows: Sequence[int]) -> Iterator[Ints]:
        """A count, and what it is made of by its parts and the shares of it."""
        whole = self._column(name, rows)
        yield whole
        for part in self._parts(name):
            values = [self.table[part][row] for row in rows]
            # Weighted counts are numbers, too; a share is at most 1.
            is_share = self.table.kinds[part] == "number" and all(
                v is None or not v > 1 for v in self.table[part]
            )
            if is_share:
                values = [
                    None if v is None or math.isnan(v) else round(v * n, 6)
                    for v, n in zip(values, whole.tolist(), strict=True)
                ]
            told = np.array([v is not None for v in values], bool)
            inside = np.minimum(_whole(values), whole)
            yield inside
            yield np.where(told, whole - inside, 0)

    def _is_known(self, row: int) -> bool:
        people = self.table[self.layout.counts[0]][row]
        key = self.layout.key(self.table, row)
        return people is not None and self.together.is_known(key, people)

    def _has_changed(self, row: int) -> bool:
        """Whether so few people came or went since an earlier copy that their number would tell."""
        people = self.table[self.layout.counts[0]][row]
        if people is None:
            return False
        return 0 < self.together.change(self.layout.key(self.table, row), people) < self.least

    def _parts(self, name: str) -> list[str]:
        return [part for part, whole in self.layout.parts if whole == name]

    def _padded(self, name: str, unseen: int) -> list[int]:
        """Those in no row, by column; how they divide into parts is not told."""
        return [unseen, *[0] * (2 * len(self._parts(name)))]

    def _unseen(self, names: Sequence[str]) -> list[int]:
        found = dict(
            zip(self.layout.counts, self.layout.unseen(self.table, self.rows), strict=True)
        )
        return [found[name] for name in names]

    def _small_rest(self, rest: Sequence[int], names: Sequence[str]) -> set[int]:
        """Rows beside the others with few people, and then all of them that stand outside.

        A row that stands outside alone is known to be there, so that it goes up to ``least``.
        """
        outside = {row for row in rest if self._is_outside(row)}
        is_few = self._is_few if len(outside) == 1 else self._is_small
        few = {row for row in rest if row not in outside for n in names if self._is_small(n, row)}
        if any(is_few(name, row) for row in outside for name in names):
            few |= outside
        forced = {row for row in outside if self._is_forced(row, set())}
        return few | forced

    def _is_small(self, name: str, row: int) -> bool:
        return any(0 < int(column[0]) < self.least for column in self._columns(name, [row]))

    def _is_few(self, name: str, row: int) -> bool:
        return any(0 < int(column[0]) <= self.least for column in self._columns(name, [row]))

    def _is_outside(self, row: int) -> bool:
        """Whether a row is of people of no group, and not of all together."""
        return "group" not in self.table.names or self.table["group"][row] is not None

    def _is_enough(self, outside: Sequence[int], names: Sequence[str]) -> bool:
        """Whether rows of people of no group protect one another."""
        few = int(self._column(names[0], outside).sum())
        return len(outside) > 1 and few >= self.least + 2

    def _is_yes_or_no(self, row: int) -> bool:
        """Whether few people ticked a row, or few did not."""
        count = int(self._column(self.layout.counts[0], [row])[0])
        other = (self._total(row) or 0) - count
        return 0 < count < self.least or 0 < other < self.least
