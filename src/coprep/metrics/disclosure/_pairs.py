"""Choose hidden rows of a list by a rule that tells nothing when it is known.

Which rows go together is fixed beforehand, by an order that no count decides: the first two, the
next two, and so on. Two rows are hidden where either is small, so that whoever knows the rule
cannot tell which of them it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class List:
    """Counts of a list, by column and in public order.

    Attributes
    ----------
    counts : sequence of ndarray of int
        The columns; the sum of each is taken to be known.
    unseen : sequence of int
        By column, how many are in no row, where the known sum holds them too.
    least : int
        The smallest count that may be shown.
    """

    counts: Sequence[Ints]
    unseen: Sequence[int]
    least: int

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.counts[0])

    @property
    def small(self) -> Bools:
        """Rows of which some count is too small to be shown."""
        found = np.zeros(self.rows, bool)
        for column in self.counts:
            found |= (column > 0) & (column < self.least)
        return found

    @property
    def few_unseen(self) -> bool:
        """Whether those in no row are few.

        That they are in no row is told, so that they are one at least; with as many as ``least``
        among them, that many numbers are possible.
        """
        return any(0 < n <= self.least for n in self.unseen)

    def enough(self, run: Sequence[int]) -> bool:
        """Whether the rows of a run leave one another enough numbers.

        Of two rows that add to ``least + 2`` each may be any of ``least`` numbers from one on with
        the other making up the sum. A longer run was made from one that was not enough, which is
        known too; twice ``least`` beside it leaves that many.
        """
        with_unseen = run[0] == 0 and any(self.unseen)
        if len(run) == 1 and not with_unseen:
            return False
        needed = self.least + 2 if len(run) == 2 else 2 * self.least + 1
        for column, unseen in zip(self.counts, self.unseen, strict=True):
            inside = column[run]
            hidden = int(inside.sum())
            least = needed
            is_small = ((inside > 0) & (inside < self.least)).any()
            if with_unseen:
                hidden += unseen
                least = 2 * self.least + 2
                is_small |= 0 < unseen <= self.least
            if is_small and hidden < least:
                return False
        return True


def hidden_in_pairs(counts: List, forced: Bools) -> tuple[Bools, bool]:
    """Which rows go, and whether nothing at all may be shown, sums neither."""
    least = counts.least
    if counts.rows == 1 and not any(counts.unseen):
        return forced | counts.small, bool(counts.small.any())
    for column, unseen in zip(counts.counts, counts.unseen, strict=True):
        if 0 < column.sum() + unseen < least:
            return np.ones(counts.rows, bool), True
    hidden = forced.copy()
    small = counts.small
    for pair in _pairs(counts.rows):
        hidden[pair] |= small[pair].any()
    if counts.rows % 2:
        # The last goes with the two before it, which go without it.
        hidden[-3:] |= small[-1]
    if counts.few_unseen:
        hidden[0] = True
    while True:
        short = [run for run in _runs(hidden) if not counts.enough(run)]
        if not short:
            return hidden, False
        for run in short:
            if run[-1] + 1 < counts.rows:
                hidden[run[-1] + 1] = True
            elif run[0] > 0:
                hidden[run[0] - 1] = True
            else:
                return hidden, True


def _pairs(rows: int) -> Iterator[slice]:
    """The rows that go together; where their number is odd, the last is in none."""
    for start in range(0, rows - 1, 2):
        yield slice(start, start + 2)


def _runs(hidden: Bools) -> Iterator[list[int]]:
    """Hidden rows that follow one another."""
    run: list[int] = []
    for row in range(len(hidden)):
        if hidden[row]:
            run.append(row)
        elif run:
            yield run
            run = []
    if run:
        yield run
