"""The number that each group has, with its error: means, scores, errors of predictions, counts, any function of rows."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.columns import is_unknown
from coprep.data.rows import Rows
from coprep.errors import InputError
from coprep.metrics.groups import _scores as scoring
from coprep.metrics.groups._calibration import calibration_by_group, calibration_in_the_large
from coprep.metrics.groups._group_means import GroupEstimates, group_means
from coprep.metrics.groups._regression import regression_errors

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Quantity = Callable[[Rows, Codes, int], GroupEstimates]
"""From rows, group codes and the number of groups to a number of each group."""
ERRORS = (
    "mean_error",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2_score",
)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What is known of each group before groups are compared.

    Attributes
    ----------
    labels : tuple
        The groups.
    value, se : arrays
        Each group's number and its standard error; nan where undefined or not known.
    n : array of int
        Rows of each group.
    overall : float
        The number of everybody.
    chance_se : array
        Standard error of each group's number if groups did not matter.
    lacking : str
        What a group must have for its number to be defined.
    unit : str
        What the number counts.
    dropped : mapping
        Rows left out, and why.
    df, chance_df : array or None
        Degrees of freedom behind the errors; None where the errors are as good as known.
    bounds : pair of floats
        Between what all such numbers lie.
    overall_se, overall_df : float
        Standard error of everybody's number, and its degrees of freedom.
    """

    labels: tuple[Any, ...]
    value: Floats
    se: Floats
    n: NDArray[np.intp]
    overall: float
    chance_se: Floats
    lacking: str
    unit: str
    dropped: Mapping[str, int]
    df: Floats | None = None
    chance_df: Floats | None = None
    bounds: tuple[float, float] = (-math.inf, math.inf)
    overall_se: float = math.nan
    overall_df: float = math.inf

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which groups are known, in all their parts."""
        return np.array([not is_unknown(label) for label in self.labels])

    @property
    def widest(self) -> float:
        """The largest gap there can be."""
        return self.bounds[1] - self.bounds[0]

    def inside(self, limit: float) -> float:
        """A limit of a number, no further out than such numbers can be."""
        return min(max(limit, self.bounds[0]), self.bounds[1])


def numbers_by_group(
    rows: Rows,
    quantity: Quantity,
    *,
    lacking: str,
    unit: str,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Numbers:
    """A number of each group and of everybody."""
    groups = rows.groups
    found = quantity(rows, groups.codes.astype(np.intp), len(groups.labels))
    everybody = quantity(rows, np.zeros(rows.n, dtype=np.intp), 1)
    se = np.asarray(found.se)
    return Numbers(
        groups.labels,
        np.asarray(found.value),
        se,
        found.n,
        float(everybody.value[0]),
        se,
        lacking,
        unit,
        rows.dropped,
        found.freedom,
        found.freedom,
        bounds,
        float(everybody.se[0]),
        float(everybody.freedom[0]),
    )


def quantity_of(name: str) -> Quantity:
    """The number of each group by the name of its metric."""
    return _error(name) if name in ERRORS else _QUANTITIES[name]


def _error(name: str) -> Quantity:
    def quantity(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
        y = rows.numbers["y_true"]
        predicted = rows.numbers["y_pred"]
        return regression_errors(
            y,
            predicted,
            codes,
            error=name,  # type: ignore[arg-type]
            weights=rows.weight,
            size=size,
        )

    return quantity


def truth_of(rows: Rows) -> Floats:
    """Binary labels as numbers."""
    return rows.flags["y_true"].astype(np.float64)


def _auc(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
    score = rows.numbers["y_pred"]
    return scoring.auc_by_group(truth_of(rows), score, codes, weights=rows.weight, size=size)


def _brier(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
    score = rows.numbers["y_pred"]
    return scoring.brier_by_group(truth_of(rows), score, codes, weights=rows.weight, size=size)


def _log_loss(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
    score = rows.numbers["y_pred"]
    return scoring.log_loss_by_group(truth_of(rows), score, codes, weights=rows.weight, size=size)


def _mean(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
    return group_means(rows.numbers["y_pred"], codes, weights=rows.weight, size=size)


def _in_the_large(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
    score = rows.numbers["y_pred"]
    return calibration_in_the_large(truth_of(rows), score, codes, weights=rows.weight, size=size)


def _calibration_error(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
    score = rows.numbers["y_pred"]
    found = calibration_by_group(truth_of(rows), score, codes, weights=rows.weight, size=size)
    return GroupEstimates(found.expected_error, np.full(size, np.nan), sizes_of(codes, size))


def _count(_: Rows, codes: Codes, size: int) -> GroupEstimates:
    n = sizes_of(codes, size)
    return GroupEstimates(n.astype(np.float64), np.full(size, np.nan), n)


def sizes_of(codes: Codes, size: int) -> NDArray[np.intp]:
    """Rows of each group."""
    return np.bincount(codes, minlength=size).astype(np.intp)


_QUANTITIES: Mapping[str, Quantity] = {
    "roc_auc_score": _auc,
    "brier_score": _brier,
    "log_loss": _log_loss,
    "mean_score": _mean,
    "calibration_in_the_large": _in_the_large,
    "expected_calibration_error": _calibration_error,
    "count": _count,
}


def function_of(
    function: Callable[..., float], columns: Mapping[str, Any], fixed: Mapping[str, Any]
) -> Quantity:
    """A function of the rows of a group, called with the columns' values and with what is fixed."""
    arrays = {
        name: values.to_numpy() if hasattr(values, "to_numpy") else np.asarray(values)
        for name, values in columns.items()
        if values is not None
    }

    def applied(at: Codes) -> float:
        part = {name: values[at] for name, values in arrays.items()}
        first = [part.pop(name, None) for name in ("y_true", "y_pred")]
        found = function(*first, **part, **fixed)
        return as_number(found, getattr(function, "__name__", "metric"))

    def quantity(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
        place = np.arange(rows.n) if rows.place is None else rows.place
        order = np.argsort(codes, kind="stable")
        n = sizes_of(codes, size)
        members = np.split(place[order], np.cumsum(n)[:-1])
        value = np.array([applied(at) if len(at) else math.nan for at in members])
        return GroupEstimates(value, np.full(size, np.nan), n)

    return quantity


def must_be_of_a_group(function: Callable[..., float], param: str) -> None:
    """Refuse a function that compares groups itself: it is no number of one group."""
    if "sensitive_features" in parameters_of(function):
        name = getattr(function, "__name__", "metric")
        raise InputError.of(
            f"{name} compares groups itself and gives no number of a group.",
            code="not_of_a_group",
            param=param,
            hint="pass what it compares, such as 'selection_rate' for demographic parity.",
        )


def parameters_of(function: Callable[..., float]) -> frozenset[str]:
    """The names that a function's arguments have; some functions of other languages do not say."""
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return frozenset()


def as_number(value: Any, name: str) -> float:
    """What a function gave, if it is one number."""
    if np.ndim(value) == 0 and not isinstance(value, (str, bytes)):
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    raise InputError.of(
        f"{name} gives {type(value).__name__} for a group; one number expected.",
        code="not_a_number",
        param="metric",
        hint="coprep.compat.fairlearn.MetricFrame takes functions that give arrays.",
    )


def extremes(rates: Floats) -> tuple[int, int]:
    """Where the lowest and the highest are: two different places, even where all are equal.

    >>> extremes(np.array([0.5, 0.5, np.nan])), extremes(np.array([0.5, 0.2, 0.5]))
    ((0, 1), (1, 2))
    """
    return int(np.nanargmin(rates)), int(np.flatnonzero(rates == np.nanmax(rates))[-1])


def in_units(rows: Rows) -> Floats | None:
    """Weights in a unit in which they can be added up: distances do not depend on it."""
    if rows.weight is None:
        return None
    return np.asarray(np.ldexp(rows.weight, -np.frexp(rows.weight.max())[1]))
