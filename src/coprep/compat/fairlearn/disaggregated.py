"""Metrics of groups, and of all rows of a stratum, side by side and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprep.compat.fairlearn.undefined import within
from coprep.errors import warn

Method: TypeAlias = Literal["between_groups", "to_overall"]
Errors: TypeAlias = Literal["raise", "coerce"]


@dataclass(frozen=True)
class Metric:
    """A function of labels and predictions, with what else it takes a row."""

    function: Callable[..., Any]
    params: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Data:
    """Rows that metrics are worked out of, and the features that part them."""

    metrics: Mapping[str, Metric]
    y_true: NDArray[Any]
    y_pred: NDArray[Any]
    features: pd.DataFrame
    sensitive: list[str]
    control: list[str]


@dataclass(frozen=True)
class Disaggregated:
    """A row a stratum in `overall`, a row a group of a stratum in `by_group`, a column a metric.

    A stratum is a combination of control features; without any all rows are one.
    """

    overall: pd.DataFrame
    by_group: pd.DataFrame
    control: list[str]

    def lowest(self, errors: Errors = "raise") -> pd.DataFrame:
        """The lowest of the groups of each stratum."""
        return self._over_groups(_scalars(self.by_group, errors), "min")

    def highest(self, errors: Errors = "raise") -> pd.DataFrame:
        """The highest of the groups of each stratum."""
        return self._over_groups(_scalars(self.by_group, errors), "max")

    def difference(self, method: Method, errors: Errors = "coerce") -> pd.DataFrame:
        """The largest distance between two groups, or between a group and its stratum."""
        if method == "between_groups":
            return self.highest(errors) - self.lowest(errors)
        groups = _scalars(self.by_group, errors)
        return self._over_groups((groups - self._of_stratum(errors)).abs(), "max")

    def ratio(self, method: Method, errors: Errors = "coerce") -> pd.DataFrame:
        """The smallest ratio of two groups, or of a group and its stratum, the smaller on top."""
        if method == "between_groups":
            lowest = self.lowest(errors)
            highest = self.highest(errors)
            _warn_of_zeros(lowest, highest)
            return lowest / highest
        groups = _scalars(self.by_group, errors)
        strata = self._of_stratum(errors)
        _warn_of_zeros(groups, strata)
        ratios = groups / strata
        return self._over_groups(ratios.where(~(ratios > 1), 1 / ratios), "min")

    def warn_of_single_groups(self) -> None:
        """Warn where a stratum has one group only, so that there was nothing to compare."""
        there = self.by_group.notna().any(axis=1).to_numpy()
        groups = np.bincount(self._strata()[there], minlength=len(self.overall))
        if (groups == 1).any():
            warn(
                "Only one group has rows, so that nothing was compared; "
                "a difference of 0 and a ratio of 1 are fairlearn's convention."
            )

    def _strata(self) -> NDArray[Any]:
        """Where in `overall` the stratum of each group stands."""
        if not self.control:
            return np.zeros(len(self.by_group), dtype=np.intp)
        index: Any = self.by_group.index
        strata_of_groups = index.droplevel(
            [name for name in index.names if name not in self.control]
        )
        strata: NDArray[Any] = self.overall.index.get_indexer(strata_of_groups)
        return strata

    def _of_stratum(self, errors: Errors) -> pd.DataFrame:
        """The numbers of its stratum beside each group."""
        strata = _scalars(self.overall, errors)
        return strata.iloc[self._strata()].set_axis(self.by_group.index)

    def _over_groups(self, groups: pd.DataFrame, function: Literal["min", "max"]) -> pd.DataFrame:
        """The lowest or highest in each stratum, of groups that have a number."""
        return groups.groupby(self._strata()).agg(function).set_axis(self.overall.index)


def disaggregate(data: Data, rows: NDArray[Any]) -> Disaggregated:
    """Work every metric out for each stratum and each of its groups, of some of the rows."""
    return Disaggregated(
        overall=_by_level(data, rows, data.control),
        by_group=_by_level(data, rows, data.control + data.sensitive),
        control=data.control,
    )


def _by_level(data: Data, rows: NDArray[Any], names: list[str]) -> pd.DataFrame:
    """Work every metric out for each combination of features; combinations without rows are nan."""
    if not names:
        return _table(data, [_values(data, rows)], pd.RangeIndex(1))
    grouped = data.features.iloc[rows].groupby(names)
    index = grouped.size().index
    codes = grouped.ngroup().to_numpy()
    ends = np.cumsum(np.bincount(codes))[:-1]
    pieces = np.split(rows[np.argsort(codes, kind="stable")], ends)
    values = []
    for group, piece in zip(index, pieces, strict=True):
        with within(group):
            values.append(_values(data, piece))
    table = _table(data, values, index)
    if isinstance(index, pd.MultiIndex):
        return table.reindex(pd.MultiIndex.from_product(index.levels, names=names))
    return table


def _values(data: Data, rows: NDArray[Any]) -> NDArray[Any]:
    """Call every metric with some of the rows."""
    values = [
        metric.function(
            data.y_true[rows],
            data.y_pred[rows],
            **{name: param[rows] for name, param in metric.params.items()},
        )
        for metric in data.metrics.values()
    ]
    if all(np.isscalar(value) for value in values):
        return pd.Series(values).to_numpy()
    # An array is one cell, whatever its shape.
    cells = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        cells[position] = value
    return cells


def _table(data: Data, values: list[NDArray[Any]], index: pd.Index[Any]) -> pd.DataFrame:
    """Set the numbers of all groups below each other."""
    cells = np.vstack(values)
    if cells.dtype == object:
        # Each column finds its own type again.
        return pd.DataFrame(cells.tolist(), index=index, columns=list(data.metrics))
    return pd.DataFrame(cells, index=index, columns=list(data.metrics))


def _scalars(table: pd.DataFrame, errors: Errors) -> pd.DataFrame:
    """Refuse cells that cannot be compared, or make them nan."""
    scalars = table.copy()
    for name in table:
        if table[name].dtype != "object":
            continue
        alone = table[name].map(lambda cell: cell is None or bool(np.isscalar(cell)))
        if errors == "raise" and not alone.all():
            raise ValueError(
                "Metric frame contains non-scalar cells. Please remove non-scalar columns from your"
                " metric frame or use parameter errors='coerce'."
            )
        scalars[name] = table[name].where(alone & table[name].notna(), np.nan).infer_objects()
    return scalars


def _warn_of_zeros(parts: pd.DataFrame, wholes: pd.DataFrame) -> None:
    """Warn of ratios of 0 to 0."""
    zeros = ((parts == 0) & (wholes == 0)).any()
    if zeros.any():
        names = ", ".join(str(name) for name in zeros.index[zeros])
        warn(f"The ratio of {names} is 0 to 0 somewhere, which is not defined.")
