"""make_derived_metric: any function of labels and predictions, compared between groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from coprep.data.columns import one_column
from coprep.data.rows import Missing, read_rows
from coprep.errors import InputError
from coprep.fairness._catalogue import Method
from coprep.fairness._number_reading import NumberReading
from coprep.fairness._numbers import (
    function_of,
    must_be_of_a_group,
    numbers_by_group,
    parameters_of,
)
from coprep.fairness._options import Options
from coprep.fairness.metric import MetricResult
from coprep.metrics._checks import choice
from coprep.metrics.groups._classification import Undefined
from coprep.wording.labels import show

__all__ = ["make_derived_metric"]

Transform = Literal["difference", "ratio", "group_min", "group_max"]
_TRANSFORMS = ("difference", "ratio", "group_min", "group_max")
_OURS = ("method", "reference", "missing", "undefined")


def make_derived_metric(
    *,
    metric: Callable[..., float],
    transform: Transform,
    sample_param_names: Sequence[str] | None = ("sample_weight",),
) -> DerivedMetric:
    """Compare any function of labels and predictions between groups.

    Parameters
    ----------
    metric : callable
        Called as ``metric(y_true, y_pred, ...)`` with the rows of one group.
    transform : {"difference", "ratio", "group_min", "group_max"}
        What is done with the groups.
    sample_param_names : sequence of str, optional
        Keywords of ``metric`` that have one value a row.

    Returns
    -------
    DerivedMetric
        Called as ``f(y_true, y_pred, sensitive_features=..., method=..., ...)``; other keywords go
        to ``metric``. Its answer is a `MetricResult` without interval, because nothing is known of
        the error of ``metric``.

    Raises
    ------
    InputError
        Where ``metric`` is no function or ``transform`` unknown.

    Examples
    --------
    >>> longest = make_derived_metric(metric=lambda y, p: max(p), transform="difference")
    >>> longest([0, 0, 0], [1, 5, 2], sensitive_features=["a", "a", "b"]).value
    3.0
    """
    if not callable(metric):
        raise InputError.of(f"metric is {show(metric)}; a function expected.", param="metric")
    choice(transform, "transform", _TRANSFORMS)
    _must_be_free(metric)
    return DerivedMetric(metric, transform, tuple(sample_param_names or ()))


class DerivedMetric:
    """A function of rows, compared between groups; see `make_derived_metric`."""

    def __init__(
        self, metric: Callable[..., float], transform: Transform, by_row: tuple[str, ...]
    ) -> None:
        self.metric: Callable[..., float] = metric
        self.transform: Transform = transform
        self.by_row: tuple[str, ...] = by_row
        self.__name__: str = f"{getattr(metric, '__name__', 'metric')}_{transform}"

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        method: Method = "between_groups",
        reference: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        **others: Any,
    ) -> MetricResult:
        """The difference, ratio, lowest or highest of what the function gives for each group."""
        each = {name: values for name, values in others.items() if name in self.by_row}
        fixed = {name: value for name, value in others.items() if name not in self.by_row}
        given = {"y_true": y_true, "y_pred": y_pred, **each}
        columns = {name: one_column(v, name) for name, v in given.items() if v is not None}
        rows = read_rows(others=columns, sensitive_features=sensitive_features, missing=missing)
        choice(method, "method", ("between_groups", "to_overall", "to_reference"))
        choice(undefined, "undefined", ("strict", "skip"))
        if reference is not None:
            method = "to_reference"
        name = getattr(self.metric, "__name__", "metric")
        numbers = numbers_by_group(
            rows,
            function_of(self.metric, columns, fixed),
            lacking=f"a defined {name}",
            unit="number",
        )
        options = Options(
            between=self.transform, method=method, reference=reference, undefined=undefined
        )
        return MetricResult.of(NumberReading(name, numbers, options))


def _must_be_free(metric: Callable[..., float]) -> None:
    """The keywords of the comparison are not those of the metric."""
    must_be_of_a_group(metric, "metric")
    for keyword in _OURS:
        if keyword in parameters_of(metric):
            raise InputError.of(
                f"{keyword} is a keyword of the metric and of the comparison.",
                param="metric",
                hint="fix it first with functools.partial, under another name.",
            )
