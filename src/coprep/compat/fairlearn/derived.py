"""Makes one number of a metric of groups, for tools that want a function with one number."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias, get_args

from numpy.typing import ArrayLike

from coprep.compat.fairlearn.inputs import Features
from coprep.compat.fairlearn.metric_frame import MetricFrame

Transform: TypeAlias = Literal["difference", "group_min", "group_max", "ratio"]


@dataclass(frozen=True)
class DerivedMetric:
    """A metric, and what is made of its numbers by group."""

    metric: Callable[..., Any]
    transform: Transform
    sample_param_names: Sequence[str] = ("sample_weight",)

    def __call__(
        self,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        sensitive_features: Features,
        **params: Any,
    ) -> Any:
        """Give the number; `method` goes to the comparison, all else to the metric."""
        how = {name: params.pop(name) for name in ("method",) if name in params}
        columns = {name: params.pop(name) for name in self.sample_param_names if name in params}
        frame = MetricFrame(
            metrics={"metric": partial(self.metric, **params)},
            y_true=y_true,
            y_pred=y_pred,
            sensitive_features=sensitive_features,
            sample_params={"metric": columns},
        )
        if self.transform == "difference":
            return frame.difference(**how).iloc[0]
        if self.transform == "ratio":
            return frame.ratio(**how).iloc[0]
        if self.transform == "group_min":
            return frame.group_min().iloc[0]
        return frame.group_max().iloc[0]


def make_derived_metric(
    *,
    metric: Callable[..., Any],
    transform: Transform,
    sample_param_names: Sequence[str] | None = None,
) -> Callable[..., Any]:
    """Which function compares a metric between groups?

    Parameters
    ----------
    metric : callable
        Called as ``f(y_true, y_pred, **params)``; it may not have a parameter called `method`.
    transform : {"difference", "group_min", "group_max", "ratio"}
        What is made of the numbers by group, as by the method of `MetricFrame` of that name.
    sample_param_names : sequence of str, optional
        Parameters that have a value a row and are split by group; `sample_weight` when None.

    Returns
    -------
    callable
        Called as ``f(y_true, y_pred, *, sensitive_features, **params)``, where a difference or
        ratio also takes `method`. It gives one number.

    Raises
    ------
    ValueError
        If the metric cannot be called or has a parameter called `method`, or there is no such
        transform.

    Examples
    --------
    >>> from coprep.compat.fairlearn import selection_rate
    >>> gap = make_derived_metric(metric=selection_rate, transform="difference")
    >>> float(gap([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=["a", "a", "b", "b"]))
    0.5
    """
    if not callable(metric):
        raise ValueError("Supplied metric object must be callable")
    if "method" in inspect.signature(metric).parameters:
        raise ValueError(
            "Callables which accept a 'method' argument may not be passed to "
            "make_derived_metric(). Please use functools.partial()"
        )
    if transform not in get_args(Transform):
        raise ValueError(f"Transform must be one of {list(get_args(Transform))}")
    if sample_param_names is None:
        return DerivedMetric(metric, transform)
    return DerivedMetric(metric, transform, sample_param_names)
