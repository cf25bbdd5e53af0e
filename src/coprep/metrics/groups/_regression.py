"""How wrong numeric predictions are, group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers
from coprep.metrics.groups._group_means import GroupEstimates, grouped_rows, linearised, mean_error

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_ADDED = 10  # rows; with fewer, small groups of equal squared errors are found apart too often
RegressionError = Literal[
    "mean_error", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2_score"
]


def regression_errors(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    groups: ArrayLike,
    *,
    error: RegressionError = "mean_absolute_error",
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """How wrong the predictions are for each group, with linearised errors."""
    choice(error, "error", get_args(RegressionError))
    y, label, w, count = grouped_rows(y_true, groups, weights, size, param="y_true")
    left = numbers(y_pred, "y_pred", ndim=1)
    if len(left) != len(y):
        raise InputError.of(
            f"y_pred has {len(left):,} items; {len(y):,} expected.", code="length", param="y_pred"
        )
    left = left - y

    def mean(values: Floats) -> Floats:
        return np.asarray(np.bincount(label, w * values, count) / np.bincount(label, w, count))

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if error in ("mean_error", "mean_absolute_error"):
            each = left if error == "mean_error" else np.abs(left)
            return linearised(mean(each), each - mean(each)[label], label, w)
        square = mean(left**2)
        influence = left**2 - square[label]
        if error in ("mean_squared_error", "root_mean_squared_error"):
            found = _not_too_sure(linearised(square, influence, label, w), left**2, w)
            if error == "mean_squared_error":
                return found
            root = np.sqrt(square)
            se = np.where(root > 0, found.se / (2.0 * root), np.nan)
            return GroupEstimates(root, se, found.n, found.df)
        apart = (y - mean(y)[label]) ** 2
        varied = mean(apart)
        varied = np.where(varied > 0, varied, np.nan)
        change = (square[label] / varied[label] * (apart - varied[label]) - influence) / varied[
            label
        ]
        return linearised(1.0 - square / varied, change, label, w)


def _not_too_sure(found: GroupEstimates, squares: Floats, w: Floats) -> GroupEstimates:
    """Means of squared errors with standard errors as if some rows as spread as everybody's had been
    seen in each group.

    A few squared errors that happen to be small hardly vary, so that a small group would seem surer
    the further it is below the others.
    """
    together = np.zeros(len(w), dtype=np.intp)
    beyond = squares - np.average(squares, weights=w)
    error, freedom = mean_error(beyond, together, w, 1)
    spread = error[0] ** 2 * (freedom[0] + 1.0)
    worth = found.freedom + 1.0
    added = (worth**2 * found.se**2 + _ADDED * spread) / (worth * (worth + _ADDED))
    se = np.sqrt(np.maximum(found.se**2, added))
    return GroupEstimates(found.value, se, found.n, found.df)
