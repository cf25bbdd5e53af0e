"""One number for each group of rows, with its standard error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, codes, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class GroupEstimates:
    """A number for each group.

    Attributes
    ----------
    value, se : arrays of shape (groups,)
        Estimates and their standard errors; nan where undefined.
    n : array of int of shape (groups,)
        Rows of each group.
    df : array of shape (groups,), optional
        Degrees of freedom behind the errors; by default one fewer than rows.
    """

    value: Floats
    se: Floats
    n: Ints
    df: Floats | None = None

    @property
    def freedom(self) -> Floats:
        """Degrees of freedom behind the errors."""
        return (self.n - 1).astype(np.float64) if self.df is None else self.df


def group_means(
    values: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """The mean of each group; nan without rows or weight, and no error for a single row.

    Linearised error ``sqrt(sum(h**2 (x - mean)**2 / (1 - 2 h + sum(h**2))))``, h the row's share of
    its group's weight: without weights the standard deviation over the root of n.
    """
    x, label, w, count = grouped_rows(values, groups, weights, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(label, w * x, count) / np.bincount(label, w, count)
    return linearised(mean, x - mean[label], label, w)


def grouped_rows(
    values: ArrayLike,
    groups: ArrayLike,
    weights: ArrayLike | None,
    size: int | None,
    *,
    param: str = "values",
) -> tuple[Floats, Ints, Floats, int]:
    """Values, group codes, weights in units that neither vanish nor overflow, and the number of
    groups, all checked.
    """
    x = numbers(values, param, ndim=1)
    label = codes(groups, "groups", n=len(x), size=size)
    w = np.ones(len(x)) if weights is None else numbers(weights, "weights", "nonnegative", ndim=1)
    if len(w) != len(x):
        raise InputError.of(
            f"weights has {len(w):,} items; {len(x):,} expected.", code="length", param="weights"
        )
    w = np.ldexp(w, 1 - np.frexp(w.max(initial=0.0))[1])
    return x, label, w, size if size is not None else int(label.max()) + 1


def linearised(value: Floats, influence: Floats, label: Ints, w: Floats) -> GroupEstimates:
    """Estimates with errors from the influence of each row on its group's number.

    Each row's squared influence is divided by the share of its variance that taking off the
    weighted mean leaves, and degrees of freedom are those of as many equal rows as the weights are
    worth, so that a few heavy rows are not taken for many.
    """
    count = len(value)
    n = np.bincount(label, minlength=count).astype(np.intp)
    several = np.bincount(label, w > 0, count) > 1
    error, df = mean_error(influence, label, w, count)
    se = np.where(several, error, np.nan)
    df = np.where(several, df, 0.0)
    return GroupEstimates(np.asarray(value, dtype=float), se, n, df)


def mean_error(influence: Floats, label: Ints, w: Floats, count: int) -> tuple[Floats, Floats]:
    """The standard error of the weighted mean of each group, from distances to it, and its degrees
    of freedom.

    With h a row's share of its group's weight, ``sum(h**2 e**2 / (1 - 2 h + sum(h**2)))`` is right
    on average where rows vary alike, and ``1 / sum(h**2)`` equal rows are worth as much (Kish);
    without weights this is the variance over the number of rows, with one fewer degrees of freedom.
    """

    def total(values: Floats) -> Floats:
        return np.bincount(label, values, count).astype(float)

    largest = np.zeros(count)
    with np.errstate(invalid="ignore"):  # nan where all of a group's weights are 0
        np.maximum.at(largest, label, np.abs(influence))
    unit = np.exp2(np.frexp(largest)[1] - 1.0)  # so that squares neither vanish nor overflow
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        h = w / total(w)[label]
        squares = total(h**2)
        left = np.where(h < 1, 1.0 - 2.0 * h + squares[label], np.nan)
        each = np.where(w > 0, h**2 / left, 0.0)
        return unit * np.sqrt(total(each * (influence / unit[label]) ** 2)), 1.0 / squares - 1.0


def as_if_one_of_each(
    found: GroupEstimates, positive: Floats, negative: Floats, label: Ints, w: Floats
) -> GroupEstimates:
    """Means over rows of two labels with errors as if one more row of each label had been seen.

    Where one label is rare, a small group often has none of it, its rows hardly differ, and what
    they do not show would pass for certain.
    """
    count = len(found.value)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.bincount(label, w, count) ** 2 / np.bincount(label, w**2, count)
        added = (positive - found.value) ** 2 + (negative - found.value) ** 2
        se = np.sqrt((worth**2 * found.se**2 + added) / (worth * (worth + 2)))
    return GroupEstimates(found.value, se, found.n, found.df)
