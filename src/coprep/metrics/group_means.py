"""One number for each group of rows, with its standard error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._numbers import Floats, Ints, codes, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["GroupEstimates", "group_means"]


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
    values: ArrayLike, groups: ArrayLike, *, weights: ArrayLike | None = None, size: int | None = None
) -> GroupEstimates:
    """What is the mean of each group?

    Parameters
    ----------
    values : array of shape (n,)
        Numbers.
    groups : array of int of shape (n,)
        Codes from 0.
    weights : array of shape (n,), optional
        From 0.
    size : int, optional
        Number of groups when the last may be empty.

    Returns
    -------
    GroupEstimates
        Nan for a group without rows or weight; no error for one with a single row.

    Raises
    ------
    InputError
        For arrays of different lengths, negative weights, and codes that are not whole.

    Notes
    -----
    Linearised error ``sqrt(sum(w**2 (x - mean)**2)) / sum(w)``, times ``sqrt(n / (n - 1))``.

    References
    ----------
    Woodruff, R. S. (1971). A simple method for approximating the variance of a complicated estimate. JASA 66, 411-414.

    Examples
    --------
    >>> found = group_means([1, 3, 5], [0, 0, 1])
    >>> found.value.tolist(), found.se.round(6).tolist()
    ([2.0, 5.0], [1.0, nan])
    """
    x, label, w, count = grouped_rows(values, groups, weights, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(label, w * x, count) / np.bincount(label, w, count)
    return linearised(mean, x - mean[label], label, w)


def grouped_rows(
    values: ArrayLike, groups: ArrayLike, weights: ArrayLike | None, size: int | None, *, param: str = "values"
) -> tuple[Floats, Ints, Floats, int]:
    """Values, group codes, weights and the number of groups, all checked."""
    x = numbers(values, param, ndim=1)
    label = codes(groups, "groups", n=len(x), size=size)
    w = np.ones(len(x)) if weights is None else numbers(weights, "weights", "nonnegative", ndim=1)
    if len(w) != len(x):
        raise InputError.of(f"weights has {len(w):,} items; {len(x):,} expected.", code="length", param="weights")
    return x, label, w, size if size is not None else int(label.max()) + 1


def linearised(value: Floats, influence: Floats, label: Ints, w: Floats) -> GroupEstimates:
    """Estimates with errors from the influence of each row on its group's number."""
    count = len(value)
    n = np.bincount(label, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.bincount(label, (w * influence) ** 2, count)) / np.bincount(label, w, count)
        se = np.where(n > 1, spread * np.sqrt(n / (n - 1.0)), np.nan)
    return GroupEstimates(np.asarray(value, dtype=float), se, n.astype(np.intp))
