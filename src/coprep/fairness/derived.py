"""Knows the plain numbers that stand beside metrics, and how any function of rows becomes a metric by group."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coprep.errors import InputError
from coprep.fairness._columns import one_column
from coprep.fairness._compare_numbers import DerivedMetric, numbers_of
from coprep.fairness._measured import Measured, Missing, measured
from coprep.fairness._rows import _length
from coprep.fairness.grouped import Form, GroupedNumber, Method
from coprep.metrics._checks import choice
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._group_means import GroupEstimates, group_means
from coprep.wording.labels import show

__all__ = ["count", "make_derived_metric", "mean_prediction"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
_TRANSFORMS = ("difference", "ratio", "group_min", "group_max")


def mean_prediction(
    y_true: Any,  # noqa: ARG001 - the same arguments as every other metric
    y_pred: Any,
    sample_weight: Any = None,
    *,
    sensitive_features: Any = None,
    missing: Missing = "raise",
    confidence: float = 0.95,
) -> GroupedNumber:
    """What is predicted, on average?

    Parameters
    ----------
    y_true : ignored
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Numbers.
    sample_weight : array-like of shape (n,), optional
        Weights from 0.
    sensitive_features : array-like, data frame, mapping or 2-D array, optional
        The groups; several columns are crossed.
    missing : {"raise", "drop", "category"}
        What to do with missing values.
    confidence : float
        Level of the intervals of the groups.

    Returns
    -------
    GroupedNumber
        The mean of everybody; each group's is in ``by_group``.

    Examples
    --------
    >>> mean_prediction(None, [1, 2, 6], sensitive_features=["a", "a", "b"]).by_group
    {'a': 1.5, 'b': 6.0}
    """
    rows = measured(
        {"y_pred": y_pred},
        {},
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        missing=missing,
    )

    def quantity(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
        return group_means(rows.columns["y_pred"], codes, weights=rows.weight, size=size)

    numbers = numbers_of(rows, quantity, needs="rows with weight", unit="units of the prediction")
    return GroupedNumber.of("mean_prediction", "overall", numbers, confidence=confidence)


def count(
    y_true: Any, y_pred: Any = None, *, sensitive_features: Any = None, missing: Missing = "raise"
) -> GroupedNumber:
    """How many rows are there?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,)
        Anything with one value a row; only how many there are is looked at.
    sensitive_features : array-like, data frame, mapping or 2-D array, optional
        The groups; several columns are crossed.
    missing : {"raise", "drop", "category"}
        What to do with missing features.

    Returns
    -------
    GroupedNumber
        All rows; each group's are in ``by_group``.

    Examples
    --------
    >>> count([1, 0, 1], sensitive_features=["a", "a", "b"]).by_group
    {'a': 2.0, 'b': 1.0}
    """
    both = (("y_true", y_true), ("y_pred", y_pred))
    given = {name: one_column(values, name) for name, values in both if values is not None}
    if not given:
        raise InputError.of(
            "y_true and y_pred are both None; one is needed.", code="missing", param="y_true"
        )
    n = _length([*given.items()])
    rows = measured(
        {"y_true": np.ones(n)}, {}, sensitive_features=sensitive_features, missing=missing
    )

    def quantity(_: Measured, codes: Codes, size: int) -> GroupEstimates:
        counted = np.bincount(codes, minlength=size).astype(np.intp)
        return GroupEstimates(counted.astype(np.float64), np.full(size, np.nan), counted)

    return GroupedNumber.of(
        "count", "overall", numbers_of(rows, quantity, needs="rows", unit="rows")
    )


def make_derived_metric(
    *,
    metric: Callable[..., float],
    transform: str,
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
        Called as ``f(y_true, y_pred, sensitive_features=..., method=..., ...)``; other keywords go to ``metric``.
        Its answer is a `GroupedNumber` without interval, because nothing is known of the error of ``metric``.

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
    form: Form = choice(transform, "transform", _TRANSFORMS)  # type: ignore[assignment]
    name = f"{getattr(metric, '__name__', 'metric')}_{form}"
    by_row = tuple(sample_param_names or ())
    _must_be_free(metric, name)

    def function(
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        method: Method = "between_groups",
        reference: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        **others: Any,
    ) -> GroupedNumber:
        each = {
            "y_true": y_true,
            "y_pred": y_pred,
            **{k: v for k, v in others.items() if k in by_row},
        }
        fixed = {k: v for k, v in others.items() if k not in by_row}
        columns = {k: one_column(v, k) for k, v in each.items() if v is not None}
        n = _length([*columns.items()])
        place = np.arange(n, dtype=np.float64)
        rows = measured(
            {"place": place}, {}, sensitive_features=sensitive_features, missing=missing
        )
        arrays = {
            k: v.to_numpy() if hasattr(v, "to_numpy") else np.asarray(v) for k, v in columns.items()
        }

        def quantity(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
            at = rows.columns["place"].astype(np.intp)
            members = [at[codes == g] for g in range(size)]
            value = np.array(
                [_applied(metric, arrays, rows, fixed) if len(rows) else np.nan for rows in members]
            )
            return GroupEstimates(
                value, np.full(size, np.nan), np.bincount(codes, minlength=size).astype(np.intp)
            )

        numbers = numbers_of(
            rows, quantity, needs=f"a defined {name.removesuffix(form)[:-1]}", unit="number"
        )
        return GroupedNumber.of(
            name, form, numbers, method=method, reference=reference, undefined=undefined
        )

    function.__name__ = function.__qualname__ = name
    return function


def _applied(
    metric: Callable[..., float],
    arrays: dict[str, np.ndarray[Any, Any]],
    rows: Codes,
    fixed: dict[str, Any],
) -> float:
    part = {name: values[rows] for name, values in arrays.items()}
    first = [part.pop(name, None) for name in ("y_true", "y_pred")]
    return float(metric(*first, **part, **fixed))


def _must_be_free(metric: Callable[..., float], name: str) -> None:
    """The keywords of the comparison are not those of the metric."""
    try:
        taken = set(inspect.signature(metric).parameters)
    except (TypeError, ValueError):  # some functions of other languages do not say
        return
    for keyword in ("method", "reference", "missing", "undefined", "sensitive_features"):
        if keyword in taken:
            raise InputError.of(
                f"{name} cannot be made: {keyword} is a keyword of the metric and of the comparison.",
                param="metric",
                hint="fix it first with functools.partial, under another name.",
            )
