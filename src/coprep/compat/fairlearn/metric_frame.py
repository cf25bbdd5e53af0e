"""`MetricFrame`: any metric for all groups at once, as fairlearn gives it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from coprep.compat.fairlearn import bootstrap
from coprep.compat.fairlearn.disaggregated import (
    Data,
    Disaggregated,
    Errors,
    Method,
    Metric,
    disaggregate,
)
from coprep.compat.fairlearn.inputs import (
    Features,
    duplicate,
    one_a_row,
    read_features,
    same_length,
)

Function = Callable[..., Any]


class MetricFrame:
    """What is a metric in each group, and how far are groups apart?

    What the members give depends on how the metrics were given and on control features:

    ========= ================= ==================================
    metrics   control features  `overall` and all comparisons
    ========= ================= ==================================
    function  none              the number itself
    function  given             a series, a row a stratum
    dict      none              a series, a row a metric
    dict      given             a frame, a row a stratum
    ========= ================= ==================================

    Parameters
    ----------
    metrics : callable or dict of callables
        Called as ``f(y_true, y_pred, **sample_params)`` with the rows of each group.
    y_true : array-like, shape (n,) or (n, k)
        True labels or numbers.
    y_pred : array-like, shape (n,) or (n, k)
        Predictions.
    sensitive_features : array-like, shape (n,) or (n, k), dict, Series or DataFrame
        Whose combinations are the groups. Names are text; without any they are
        ``sensitive_feature_0`` and so on. Missing values are refused.
    control_features : as sensitive_features, optional
        Whose combinations are strata: groups are compared within each.
    sample_params : dict, optional
        Columns that a metric takes beside the labels, such as ``{"sample_weight": [...]}``; of a
        dict of metrics a dict of such by metric.
    n_boot : int, optional
        Number of bootstrap draws; `ci_quantiles` is needed too.
    ci_quantiles : list of float, optional
        Quantiles between 0 and 1, exclusive, of what the draws give.
    random_state : int or numpy.random.RandomState, optional
        Where draws begin.

    Raises
    ------
    ValueError
        If columns differ in length, names of features are not text or stand twice, values of
        features are missing, or a bootstrap is asked for by halves.

    Notes
    -----
    Groups stand in order of their values. A combination that has no rows is nan. Where coprep would
    say that a number is not defined, a `CoprepWarning` says so, and fairlearn's number is given.

    Examples
    --------
    >>> from coprep.compat.fairlearn import selection_rate
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 0]
    >>> y_pred = [1, 1, 0, 1, 0, 0, 1, 1]
    >>> sex = ["f", "f", "f", "f", "m", "m", "m", "m"]
    >>> frame = MetricFrame(
    ...     metrics=selection_rate, y_true=y_true, y_pred=y_pred, sensitive_features=sex
    ... )
    >>> frame.by_group.to_dict()
    {'f': 0.75, 'm': 0.5}
    >>> float(frame.overall), float(frame.difference())
    (0.625, 0.25)
    """

    def __init__(
        self,
        *,
        metrics: Function | Mapping[str, Function],
        y_true: ArrayLike,
        y_pred: ArrayLike,
        sensitive_features: Features,
        control_features: Features | None = None,
        sample_params: Mapping[str, Any] | None = None,
        n_boot: int | None = None,
        ci_quantiles: list[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        same_length(y_true, y_pred)
        truth = one_a_row(y_true)
        predicted = one_a_row(y_pred)
        if truth.size == 0:
            raise ValueError("There are no rows: y_true is empty.")
        rows = len(truth)
        sensitive = read_features(sensitive_features, base="sensitive_feature_", rows=rows)
        control: dict[str, list[Any]] = {}
        if control_features is not None:
            control = read_features(control_features, base="control_feature_", rows=rows)
        for name in sensitive:
            if name in control:
                raise ValueError(duplicate(name))
        data = Data(
            metrics=_read_metrics(metrics, sample_params, rows),
            y_true=truth,
            y_pred=predicted,
            features=pd.DataFrame({**control, **sensitive}),
            sensitive=list(sensitive),
            control=list(control),
        )
        self._one_function = not isinstance(metrics, Mapping)
        self._sensitive_levels = data.sensitive
        self._control_levels = data.control or None
        self._n_boot = n_boot
        self._ci_quantiles = ci_quantiles
        self._result = disaggregate(data, np.arange(rows))
        self._draws: list[Disaggregated] = []
        if bootstrap.check(n_boot, ci_quantiles):
            self._draws = bootstrap.bootstrap(data, int(n_boot or 0), random_state)
            # Metrics that have no quantiles are refused here and not when they are asked for.
            self._overall_ci = self._quantiles(lambda result: result.overall)
            self._by_group_ci = self._quantiles(lambda result: result.by_group, by_group=True)

    @property
    def overall(self) -> Any:
        """The metrics of all rows, or of all rows of each stratum."""
        return self._told(self._result.overall)

    @property
    def by_group(self) -> Any:
        """The metrics of each group: a series, or a frame of a dict of metrics."""
        return self._told_by_group(self._result.by_group)

    @property
    def control_levels(self) -> list[str] | None:
        """Names of the levels of the index of `by_group` that are control features."""
        return self._control_levels

    @property
    def sensitive_levels(self) -> list[str]:
        """Names of the levels of the index of `by_group` that are sensitive features."""
        return self._sensitive_levels

    @property
    def n_boot(self) -> int | None:
        """The number of bootstrap draws."""
        return self._n_boot

    @property
    def ci_quantiles(self) -> list[float] | None:
        """The quantiles that were asked for."""
        return self._ci_quantiles

    def group_min(self, errors: Errors = "raise") -> Any:
        """What is the lowest of all groups?

        Parameters
        ----------
        errors : {"raise", "coerce"}
            Refuse metrics that are no single number, or make them nan.

        Returns
        -------
        scalar, Series or DataFrame
            As the table above says, in the unit of the metric.
        """
        _check_errors(errors)
        return self._told(self._result.lowest(errors))

    def group_max(self, errors: Errors = "raise") -> Any:
        """What is the highest of all groups?

        Parameters
        ----------
        errors : {"raise", "coerce"}
            Refuse metrics that are no single number, or make them nan.

        Returns
        -------
        scalar, Series or DataFrame
            As the table above says, in the unit of the metric.
        """
        _check_errors(errors)
        return self._told(self._result.highest(errors))

    def difference(self, method: Method = "between_groups", errors: Errors = "coerce") -> Any:
        """How far are groups apart at most?

        Parameters
        ----------
        method : {"between_groups", "to_overall"}
            Between any two groups, or between a group and all rows (of its stratum).
        errors : {"raise", "coerce"}
            Refuse metrics that are no single number, or make them nan.

        Returns
        -------
        scalar, Series or DataFrame
            As the table above says, from 0, in the unit of the metric.
        """
        _check_errors(errors)
        _check_method(method)
        self._result.warn_of_single_groups()
        return self._told(self._result.difference(method, errors))

    def ratio(self, method: Method = "between_groups", errors: Errors = "coerce") -> Any:
        """What is the smallest ratio of two groups, the smaller on top?

        Parameters
        ----------
        method : {"between_groups", "to_overall"}
            Between any two groups, or between a group and all rows (of its stratum).
        errors : {"raise", "coerce"}
            Refuse metrics that are no single number, or make them nan.

        Returns
        -------
        scalar, Series or DataFrame
            As the table above says, at most 1.
        """
        _check_errors(errors)
        _check_method(method)
        self._result.warn_of_single_groups()
        return self._told(self._result.ratio(method, errors))

    @property
    def overall_ci(self) -> list[Any]:
        """Quantiles of `overall`, one of its kind for each."""
        self._check_bootstrapped()
        return [self._told(table) for table in self._overall_ci]

    @property
    def by_group_ci(self) -> list[Any]:
        """Quantiles of `by_group`, one of its kind for each."""
        self._check_bootstrapped()
        return [self._told_by_group(table) for table in self._by_group_ci]

    def group_min_ci(self) -> list[Any]:
        """Give quantiles of `group_min`, one of its kind for each."""
        self._check_bootstrapped()
        return self._quantiles_told(lambda result: result.lowest())

    def group_max_ci(self) -> list[Any]:
        """Give quantiles of `group_max`, one of its kind for each."""
        self._check_bootstrapped()
        return self._quantiles_told(lambda result: result.highest())

    def difference_ci(self, method: Method = "between_groups") -> list[Any]:
        """Give quantiles of `difference`, one of its kind for each.

        Parameters
        ----------
        method : {"between_groups", "to_overall"}
            As in `difference`.

        Returns
        -------
        list
            One entry a quantile.
        """
        _check_method(method)
        self._check_bootstrapped()
        return self._quantiles_told(lambda result: result.difference(method, "raise"))

    def ratio_ci(self, method: Method = "between_groups") -> list[Any]:
        """Give quantiles of `ratio`, one of its kind for each.

        Parameters
        ----------
        method : {"between_groups", "to_overall"}
            As in `ratio`.

        Returns
        -------
        list
            One entry a quantile.
        """
        _check_method(method)
        self._check_bootstrapped()
        return self._quantiles_told(lambda result: result.ratio(method, "raise"))

    def _told(self, table: pd.DataFrame) -> Any:
        """Give numbers of strata in the form that the metrics and features were given in."""
        if self._control_levels is None:
            numbers = table.iloc[0].rename(None)
            if self._one_function:
                return numbers.iloc[0]
            return numbers
        return self._told_by_group(table)

    def _told_by_group(self, table: pd.DataFrame) -> Any:
        """Give numbers of rows in the form that the metrics were given in."""
        if self._one_function:
            return table.iloc[:, 0].copy()
        return table.copy()

    def _quantiles(
        self, of: Callable[[Disaggregated], pd.DataFrame], *, by_group: bool = False
    ) -> list[pd.DataFrame]:
        """Give quantiles of one table over all draws."""
        like = self._result.overall.index
        if by_group:
            like = self._result.by_group.index
        return bootstrap.quantiles(
            [of(draw) for draw in self._draws],
            self._ci_quantiles or [],
            like=like,
            skip_missing=by_group or self._control_levels is not None,
        )

    def _quantiles_told(self, of: Callable[[Disaggregated], pd.DataFrame]) -> list[Any]:
        """Give quantiles of a comparison in the form that it has itself."""
        return [self._told(table) for table in self._quantiles(of)]

    def _check_bootstrapped(self) -> None:
        """Refuse to give quantiles that were not asked for."""
        if not self._draws:
            raise ValueError(
                "Could not compute confidence intervals: Bootstrapping parameters n_boot and"
                " ci_quantiles were not specified in the MetricFrame constructor."
            )


def _read_metrics(metrics: Any, sample_params: Any, rows: int) -> dict[str, Metric]:
    """Give each function its name and the columns that it takes beside the labels."""
    _check_params(sample_params)
    params = sample_params or {}
    if not isinstance(metrics, Mapping):
        name = getattr(metrics, "__name__", None)
        metric = _metric(metrics, params, rows)
        if name is None:
            warnings.warn("Supplied 'func' had no __name__ attribute", stacklevel=3)
            name = "metric"
        return {name: metric}
    if not set(params) <= set(metrics):
        raise ValueError("Keys in 'sample_params' do not match those in 'metric'")
    return {
        name: _metric(function, params.get(name, {}), rows) for name, function in metrics.items()
    }


def _metric(function: Any, params: Any, rows: int) -> Metric:
    """Check a function and its columns; a column that is None is not passed on."""
    if function is None:
        raise ValueError("Found 'None' instead of metric function")
    if not callable(function):
        raise ValueError("Object passed as metric function not callable")
    _check_params(params)
    columns = {name: np.asarray(value) for name, value in params.items() if value is not None}
    for name, column in columns.items():
        if column.ndim != 1:
            raise ValueError(f"Sample parameter '{name}' must have one value a row.")
        same_length(range(rows), column)
    return Metric(function, columns)


def _check_params(params: Any) -> None:
    """Refuse sample parameters without names."""
    if params is not None and not isinstance(params, Mapping):
        raise ValueError("Sample parameters must be a dictionary")


def _check_errors(errors: str) -> None:
    """Refuse other ways to treat what cannot be compared."""
    if errors not in get_args(Errors):
        known = list(get_args(Errors))
        raise ValueError(f"Invalid error value specified. Valid values are {known}")


def _check_method(method: str) -> None:
    """Refuse other ways to compare."""
    if method not in get_args(Method):
        raise ValueError(f"Unrecognised comparison method: {method}")
