"""Measure how far outsiders' support of own-benefit ideas is from that of other ideas.

People add something for ideas that name their own group. No outsider of an idea for its author's
own group can add it, while some outsiders of other ideas can: so loyalty alone would make
own-benefit ideas look shunned. There are two ways out. Count only outsiders whom an idea does not
name; with two groups there are none. Or read what people add off the other members of the authors'
groups, who can add it for nothing but own-benefit ideas, and take it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas._judging.effects import Reason
from coprep.wording.numbers import count_of
from coprep.wording.templates import counted

if TYPE_CHECKING:
    from coprep.ideas._authors.outside_support import OutsideSupport
    from coprep.metrics._checks import Bools, Floats, Ints


LEAST_EACH = 5
"""Fewer own-benefit ideas, other ideas beside them, or authors of either, tell nothing."""
_NONE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A difference in support between own-benefit ideas and others, by author."""

    products: Floats  # sums whose ratio of totals is the difference
    squares: Floats
    left: float  # the part of the variance that the blocks' means have not taken up
    # what people add for ideas that name their own group; nan where it did not enter
    premium: float = float("nan")
    ideas: int = 0  # how many ideas were compared

    @property
    def value(self) -> float:
        """The difference, as a part of 1."""
        total = float(self.squares.sum())
        return float(self.products.sum()) / total if total > 0 else float("nan")

    @property
    def left_in_flips(self) -> float:
        """``left`` as flips of signs need it: 1 where it cannot be told."""
        return self.left if 0.0 < self.left <= 1.0 else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Support of ideas, a row each, and which of those name their author's own group."""

    support: OutsideSupport  # what people outside and inside think of each
    # (ideas, 1 + groups) 1 where the idea names its author's own group: any group, then each
    own: Floats
    # (ideas, groups) 1 where the idea names the group: ideas are compared with others for the same
    # groups
    named: Floats
    # (ideas, groups) what part of the authorship is in each group: how well a group writes is no
    # answer to whom it writes for
    member: Floats
    block: Ints  # topic and connected part of the ballots
    team: Ints  # authors, from 0

    def usable(self, j: int) -> Bools:
        """All ideas; for one group those that do not name another group that is their author's."""
        return (
            np.ones(len(self.own), dtype=bool)
            if j == 0
            else (self.own[:, 0] == 0) | (self.own[:, j] > 0)
        )

    def too_few(self, j: int, rows: Bools) -> str | None:
        """Why these ideas cannot be compared, or None."""
        own = self.own[rows, j] > 0
        few = min(int(own.sum()), int((~own).sum()))
        if few < LEAST_EACH:
            which = "name their author's own group" if int(own.sum()) == few else "do not"
            return (
                f"only {count_of(few, 'idea')} with outside support {which}; {LEAST_EACH} are "
                "needed"
            )
        authors = len(np.unique(self.team[rows][own]))
        if authors < LEAST_EACH:
            return Reason.of(
                "ideas that name their author's own group come from only {authors}",
                authors=counted(authors, "author"),
            )
        return None

    def usual(self, j: int) -> float:
        """How much outsiders support other ideas, from 0 to 1; nan where there are none."""
        rows = self.usable(j) & (self.own[:, j] == 0)
        asked = self.support.asked[rows]
        total = float(asked.sum())
        given = float((asked * self.support.outside_plain[rows]).sum())
        return given / total if total > 0 else float("nan")

    def gap(self, j: int, rows: Bools, *, plain: bool = False) -> Gap | None:
        """The difference, what people add for their own group taken out; None if unknown.

        With ``plain`` how generous people are is left in.
        """
        s = self.support
        outside, inside = (s.outside_plain, s.inside_plain) if plain else (s.outside, s.inside)
        apart, staked = self._simple(j, rows, outside, s.staked)
        stake = staked.value
        if not abs(stake) > _NONE:
            return apart
        rows = rows & np.isfinite(inside)
        if self.too_few(j, rows) is not None:
            return None
        (within,) = self._simple(j, rows, inside)
        if not within.squares.sum() > 0:
            return None
        return _combined(apart, within, -stake)

    def unnamed(self, j: int, rows: Bools, *, plain: bool = False) -> Gap | None:
        """The difference among outsiders whom ideas do not name; None if too few."""
        y = self.support.unnamed_plain if plain else self.support.unnamed
        rows = rows & np.isfinite(y)
        return None if self.too_few(j, rows) is not None else self._simple(j, rows, y)[0]

    def _simple(self, j: int, rows: Bools, *measured: Floats) -> list[Gap]:
        """The difference in each measure within blocks and for the same groups."""
        block = np.unique(self.block[rows], return_inverse=True)[1].reshape(-1)
        fixed = _basis(np.column_stack([self.named[rows], self.member[rows]]), block)
        x = _without(fixed, _centred(self.own[rows, j], block))
        taken = np.minimum(1.0 / np.bincount(block)[block] + (fixed**2).sum(axis=1), 1.0)
        total = float((x * x).sum())
        rest = 1.0 - float((x * x * taken).sum()) / total if total > 0 else float("nan")
        count = int(self.team.max(initial=-1)) + 1
        team = self.team[rows]
        ideas = int(rows.sum())
        squares = _summed(team, x * x, count)
        left = [_without(fixed, _centred(y[rows], block)) for y in measured]
        return [Gap(_summed(team, x * y, count), squares, rest, ideas=ideas) for y in left]


def _combined(apart: Gap, within: Gap, times: float) -> Gap:
    """The first difference plus ``times`` the second, by author."""
    scale = times * float(apart.squares.sum() / within.squares.sum())
    noise = within.products - within.value * within.squares
    products = apart.products + times * within.value * apart.squares + scale * noise
    return Gap(products, apart.squares, min(apart.left, within.left), within.value, apart.ideas)


def _basis(given: Floats, block: Ints) -> Floats:
    """Orthonormal columns that span what is given of ideas, beside the blocks' means."""
    columns = np.stack([_centred(column, block) for column in given.T], axis=1)
    vectors, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(vectors[:, sizes > 1e-9 * max(1.0, float(sizes.max(initial=0.0)))])


def _without(basis: Floats, x: Floats) -> Floats:
    """``x`` with the part along the basis taken out."""
    left = x - basis @ (basis.T @ x)
    return np.where(np.abs(left) < 1e-10, 0.0, left)


def _summed(team: Ints, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(team, values, count), dtype=float)


def _centred(values: Floats, block: Ints) -> Floats:
    if not len(values):
        return values
    left = values - (np.bincount(block, values) / np.bincount(block))[block]
    return np.where(np.abs(left) < 1e-12, 0.0, left)
