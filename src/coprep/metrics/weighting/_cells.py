"""Bring base weights and community totals into cells, each with one group of every attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, numbers
from coprep.metrics._checks import codes as whole_codes

# Totals of two attributes may differ by this share of themselves: rounding of shares, no more.
_SAME_TOTAL = 1e-9


@dataclass(frozen=True, slots=True)
class Cells:
    """What weights are made from: cells with their base weight, and totals to be reached.

    ``codes`` has a row a cell and a column an attribute; ``cell`` tells which cell each row of the
    input belongs to, and ``given`` how the input was shaped. A cell with a group whose total is 0
    has no base weight: nobody in it is to be weighted.
    """

    given: Floats
    cell: Ints
    codes: Ints
    base: Floats
    totals: tuple[Floats, ...]

    @property
    def total(self) -> float:
        """The people of the community, or 1 where its totals are shares."""
        return float(self.totals[0].sum())

    @property
    def starts(self) -> Ints:
        """At which column the groups of each attribute begin when all stand in a row."""
        sizes = [len(total) for total in self.totals]
        starts: Ints = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
        return starts

    @property
    def scaled(self) -> Floats:
        """Base weights that add to the total of the community."""
        scaled: Floats = self.base * (self.total / self.base.sum())
        return scaled

    def weighted(self, weights: Floats) -> Floats:
        """The weights of the input's rows, given those of the cells."""
        some = self.base > 0
        factors = np.divide(weights, self.base, out=np.zeros_like(weights), where=some)
        of_rows: Floats = self.given * factors[self.cell].reshape(self.given.shape)
        return of_rows

    def design(self) -> Any:
        """Which groups each cell is in: a sparse matrix of 0 and 1 with a column a group."""
        from scipy.sparse import csr_array

        attributes = self.codes.shape[1]
        rows = np.repeat(np.arange(len(self.base)), attributes)
        columns = (self.codes + self.starts).ravel()
        size = sum(len(total) for total in self.totals)
        return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(self.base), size))

    def sums(self, weights: Floats) -> list[Floats]:
        """The total of every group under these weights of the cells, an array an attribute."""
        return [
            _added(code, weights, len(total))
            for code, total in zip(self.codes.T, self.totals, strict=True)
        ]


def in_cells(
    base: ArrayLike, totals: Sequence[ArrayLike], groups: ArrayLike | None = None
) -> Cells:
    """Base weights by cell, checked against the totals; without ``groups``, base is a joint table."""
    weights = numbers(base, "base", "nonnegative")
    wanted = tuple(
        numbers(total, f"totals[{at}]", "nonnegative", ndim=1) for at, total in enumerate(totals)
    )
    if not wanted:
        raise InputError.of(
            "totals is empty; give the totals of at least one attribute.",
            code="empty",
            param="totals",
        )
    codes = _of_table(weights, wanted) if groups is None else _of_rows(groups, weights, wanted)
    _add_to_the_same(wanted)
    total = float(wanted[0].sum())
    # Totals that differ in the last digits are brought to the first attribute's.
    wanted = tuple(each * (total / each.sum()) for each in wanted)
    shape = tuple(len(each) for each in wanted)
    key = np.ravel_multi_index(tuple(codes.T), shape) if _fits(shape) else _by_sorting(codes)
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    of_cell = cell.ravel().astype(np.intp)
    summed = _added(of_cell, weights.ravel(), len(first))
    for code, of_groups in zip(codes[first].T, wanted, strict=True):
        summed = np.where(of_groups[code] > 0, summed, 0.0)
    cells = Cells(weights, of_cell, codes[first], summed, wanted)
    _nobody_to_weight(cells)
    return cells


def _added(code: Ints, weights: Floats, size: int) -> Floats:
    """The sum of the weights of each code."""
    return np.bincount(code, weights, minlength=size).astype(float)


def _of_table(table: Floats, totals: tuple[Floats, ...]) -> Ints:
    """The groups of every cell of a joint table, an axis an attribute."""
    sizes = tuple(len(total) for total in totals)
    if table.shape != sizes:
        raise InputError.of(
            f"base has the shape {table.shape} and totals have {sizes} groups.",
            code="shape",
            param="base",
            hint="give a joint table with one axis an attribute, or one number a row and groups=.",
        )
    codes: Ints = np.indices(sizes).reshape(len(sizes), -1).T.astype(np.intp)
    return codes


def _of_rows(groups: ArrayLike, base: Floats, totals: tuple[Floats, ...]) -> Ints:
    """The groups of every row, a column an attribute."""
    given = np.asarray(groups)
    columns = given[:, None] if given.ndim == 1 else given
    if base.ndim != 1 or columns.ndim != 2 or columns.shape != (len(base), len(totals)):
        raise InputError.of(
            f"groups has the shape {given.shape}; {len(totals)} attribute(s) for {base.size:,} "
            "rows are expected.",
            code="shape",
            param="groups",
            hint="give a whole number from 0 for each row and attribute.",
        )
    checked = [
        whole_codes(column, f"groups[:, {at}]", size=len(total))
        for at, (column, total) in enumerate(zip(columns.T, totals, strict=True))
    ]
    return np.stack(checked, axis=1)


def _add_to_the_same(totals: tuple[Floats, ...]) -> None:
    """Refuse totals of nobody, and attributes whose totals count different communities."""
    sums = np.array([total.sum() for total in totals])
    if not (sums > 0).all():
        at = int(np.argmin(sums))
        raise InputError.of(
            f"totals[{at}] adds to {sums[at]:g}; a number above 0 is expected.", param="totals"
        )
    off = np.abs(sums - sums[0]) > _SAME_TOTAL * sums[0]
    if off.any():
        at = int(np.argmax(off))
        raise InputError.of(
            f"totals[0] adds to {sums[0]:g} and totals[{at}] to {sums[at]:g}; "
            "one community has one total.",
            code="totals_differ",
            param="totals",
            got=float(sums[at]),
            expected=float(sums[0]),
            hint="divide each attribute's totals by their own sum.",
        )


def _nobody_to_weight(cells: Cells) -> None:
    """Refuse groups of the community that no weight can stand for."""
    lacking = [
        (at, int(group))
        for at, (sums, total) in enumerate(zip(cells.sums(cells.base), cells.totals, strict=True))
        for group in np.nonzero((total > 0) & (sums == 0))[0]
    ]
    if not lacking:
        return
    at, group = lacking[0]
    more = f" (and {len(lacking) - 1:,} more like it)" if len(lacking) > 1 else ""
    raise InputError.of(
        f"totals[{at}] has {cells.totals[at][group]:g} for group {group}, in which nobody has a "
        f"weight{more}.",
        code="absent_group",
        param="totals",
        got=tuple(lacking),
        hint="merge the group with another, or leave the attribute out: no weight can stand for it.",
    )


def _fits(shape: tuple[int, ...]) -> bool:
    """Whether every cell of a table can be numbered."""
    return float(np.prod(np.array(shape, dtype=float))) < 2**62


def _by_sorting(codes: Ints) -> Ints:
    """A number a row, the same for the same groups."""
    _, key = np.unique(codes, axis=0, return_inverse=True)
    return key.ravel().astype(np.intp)
