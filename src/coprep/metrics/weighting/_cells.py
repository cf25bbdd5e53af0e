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
from coprep.wording.labels import show

# Totals of two attributes may differ by this share of themselves: rounding of shares, no more.
_SAME_TOTAL = 1e-9
_NUMBERED = 2.0**62  # cells of a table that can each have a number


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
    """Base weights by cell, checked against the totals; a joint table without ``groups``."""
    weights = numbers(base, "base", "nonnegative")
    wanted = tuple(
        numbers(total, f"totals[{at}]", "nonnegative", ndim=1)
        for at, total in enumerate(_listed(totals))
    )
    if groups is None:
        codes = _of_table(weights, wanted)
    else:
        codes = _of_rows(groups, weights, wanted)
    _add_to_the_same(wanted)
    total = float(wanted[0].sum())
    # Totals that differ in the last digits are brought to the first attribute's.
    wanted = tuple(each * (total / each.sum()) for each in wanted)
    shape = tuple(len(each) for each in wanted)
    if float(np.prod(np.array(shape, dtype=float))) < _NUMBERED:
        key = np.ravel_multi_index(tuple(codes.T), shape)
    else:
        key = np.unique(codes, axis=0, return_inverse=True)[1].ravel()
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    of_cell = cell.ravel().astype(np.intp)
    summed = _added(of_cell, weights.ravel(), len(first))
    for code, of_groups in zip(codes[first].T, wanted, strict=True):
        summed = np.where(of_groups[code] > 0, summed, 0.0)
    cells = Cells(weights, of_cell, codes[first], summed, wanted)
    _nobody_to_weight(cells)
    return cells


def _listed(totals: Any) -> list[ArrayLike]:
    """One item an attribute."""
    an_attribute_a_row = isinstance(totals, np.ndarray) and totals.ndim == 2
    if (an_attribute_a_row or isinstance(totals, (list, tuple))) and len(totals) > 0:
        return list(totals)
    raise InputError.of(
        f"totals is {show(totals)}; a list with the totals of each attribute is expected.",
        code="bad_type",
        param="totals",
        hint="totals=[[510, 490], [300, 700]]: two attributes with two groups each",
    )


def group_columns(groups: ArrayLike, rows: int, attributes: int | None = None) -> list[ArrayLike]:
    """A column of groups an attribute, as many as are expected."""
    try:
        given = np.asanyarray(groups)
    except ValueError:
        given = np.zeros(0)
    columns: Any = given[:, None] if given.ndim == 1 else given
    shape = tuple(map(int, columns.shape))
    fits = len(shape) == 2 and shape[0] == rows and shape[1] > 0
    if fits and attributes in (None, shape[1]):
        return list(columns.T)
    raise InputError.of(
        f"groups has the shape {np.shape(given)}; a row for each of {rows:,} and a column for each "
        f"attribute{'' if attributes is None else f' ({attributes})'} are expected.",
        code="shape",
        param="groups",
        hint="give a whole number from 0 for each row and attribute.",
    )


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
    if base.ndim != 1:
        raise InputError.of(
            f"base has {base.ndim} dimensions; with groups=, one number a row is expected.",
            code="shape",
            param="base",
        )
    columns = group_columns(groups, len(base), len(totals))
    checked = [
        whole_codes(column, f"groups[:, {at}]", size=len(total))
        for at, (column, total) in enumerate(zip(columns, totals, strict=True))
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
        hint="merge the group with another, or leave the attribute out.",
    )
