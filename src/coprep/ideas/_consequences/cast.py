"""Votes as numbers: what every voter gave to every idea, and which of them they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.data.process.coded import MOST_PAIRS
from coprep.errors import InputError

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots
    from coprep.metrics._checks import Bools, Floats, Ints

YES_OR_NO = frozenset({"agree", "approve", "choose_one"})
_DENSE = 0.1


@dataclass(frozen=True, eq=False)
class Cast:
    """Voters by ideas.

    ``value`` and ``shown`` are sparse; ``shown`` is None where everybody saw everything. ``low``
    and ``high`` are the ends of what one voter can give to one idea.
    """

    value: Any
    shown: Any
    low: float
    high: float

    @property
    def people(self) -> int:
        """How many voters."""
        return int(self.value.shape[0])

    @property
    def ideas(self) -> int:
        """How many ideas."""
        return int(self.value.shape[1])

    def of(self, voters: Bools) -> Cast:
        """The votes of some."""
        if voters.all():
            return self
        shown = None if self.shown is None else self.shown[voters]
        return Cast(self.value[voters], shown, self.low, self.high)

    @cached_property
    def squares(self) -> Floats:
        """The sum over voters of every two ideas' values multiplied."""
        return gram(self.value, np.ones(self.people))

    def seen_by(self) -> Floats:
        """How many voters each idea was shown to."""
        if self.shown is None:
            return np.full(self.ideas, float(self.people))
        return np.asarray(self.shown.sum(axis=0), dtype=float).ravel()


def cast_votes(
    ballots: Ballots, voters: Ints, ideas: Ints, scale: tuple[float, float] | None = None
) -> Cast:
    """The votes of some voters on some ideas, by what each kind of ballot says.

    Support is 1 or 0 (disagreeing and passing are 0), points and scores are themselves, ranks are
    Borda places: the last place is 0, and who is not ranked shares the places that are left. Where
    it is not known who was shown what, everybody saw everything.
    """
    from scipy.sparse import csr_array

    n = len(voters)
    m = len(ideas)
    row = _positions(voters, ballots.n_people)[ballots.person]
    column = _positions(ideas, ballots.n_ideas)[ballots.idea]
    keep = (row >= 0) & (column >= 0)
    row = row[keep]
    column = column[keep]
    given = np.asarray(ballots.value, dtype=float)[keep]
    value = (given > 0).astype(float) if ballots.kind in YES_OR_NO else given
    shown = None
    if ballots.shown_known and len(value) < n * m:
        shown = csr_array((np.ones(len(value)), (row, column)), shape=(n, m))
    if ballots.kind == "rank":
        value, row, column = _borda(given, row, column, (n, m), shown)
    cast = csr_array((value, (row, column)), shape=(n, m))
    cast.eliminate_zeros()
    return Cast(cast, shown, *_ends(ballots.kind, value, m, scale))


def _ends(
    kind: str, value: Floats, ideas: int, scale: tuple[float, float] | None
) -> tuple[float, float]:
    """The least and the most that one voter can give to one idea."""
    if kind in YES_OR_NO:
        return 0.0, 1.0
    if kind == "rank":
        return 0.0, float(ideas - 1)
    if kind == "points":
        return 0.0, float(value.max(initial=1.0))
    if scale is not None:
        return float(scale[0]), float(scale[1])
    return float(value.min(initial=np.inf)), float(value.max(initial=-np.inf))


def _positions(chosen: Ints, size: int) -> Ints:
    """Where each of all is among the chosen; -1 for the others."""
    at = np.full(size, -1, dtype=np.intp)
    at[chosen] = np.arange(len(chosen))
    return at


def _borda(
    given: Floats, row: Ints, column: Ints, shape: tuple[int, int], shown: Any
) -> tuple[Floats, Ints, Ints]:
    """Borda places of everybody and every idea they were shown."""
    n, m = shape
    if n * m > MOST_PAIRS:
        raise InputError.of(
            f"{n:,} rankings of {m:,} ideas are {n * m:,} places; at most {MOST_PAIRS:,} are held.",
            code="too_many_pairs",
            param="ratings",
            got=n * m,
            expected=MOST_PAIRS,
            hint="ask about one district, topic or stage at a time.",
        )
    ranked = given > 0
    offered = np.full(n, float(m))
    if shown is not None:
        offered = np.asarray(shown.sum(axis=1), dtype=float).ravel()
    named = np.bincount(row[ranked], minlength=n)
    rest = np.maximum(offered - named - 1, 0) / 2
    places = np.repeat(rest[:, None], m, axis=1)
    places[row[ranked], column[ranked]] = offered[row[ranked]] - given[ranked]
    if shown is None:
        where = np.indices(shape).reshape(2, -1)
        return places.ravel(), where[0], where[1]
    return places[row, column], row, column


def gram(table: Any, weights: Floats) -> Floats:
    """The sum over rows of weight times row times row, of a sparse table."""
    n, m = table.shape
    if table.nnz < _DENSE * n * m:
        return np.asarray((table.T @ (table * weights[:, None])).toarray(), dtype=float)
    total = np.zeros((m, m))
    block = max(1, 4_000_000 // max(m, 1))
    for start in range(0, n, block):
        rows = table[start : start + block].toarray()
        total += rows.T @ (rows * weights[start : start + block, None])
    return total
