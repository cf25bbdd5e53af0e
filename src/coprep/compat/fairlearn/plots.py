"""Draws models side by side by two metrics, and ROC curves by group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from coprep.compat.fairlearn.derived import DerivedMetric
from coprep.compat.fairlearn.inputs import Features, merged, same_length, squeezed
from coprep.compat.fairlearn.rates import positive_label
from coprep.compat.fairlearn.scores import roc_curve
from coprep.compat.fairlearn.undefined import undefined

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_model_comparison(
    *,
    y_preds: ArrayLike | Mapping[str, ArrayLike],
    y_true: ArrayLike | None = None,
    sensitive_features: Features | None = None,
    x_axis_metric: Callable[..., float] | None = None,
    y_axis_metric: Callable[..., float] | None = None,
    ax: Axes | None = None,
    axis_labels: bool | Sequence[str] = True,
    point_labels: bool | list[str] = False,
    point_labels_position: Sequence[float] = (0, 0),
    legend: bool = False,
    show_plot: bool = False,
    **kwargs: Any,
) -> Axes:
    """How do models compare by two metrics?

    Parameters
    ----------
    y_preds : array-like, shape (models, n), or dict of array-like
        Predictions of each model; of one model a single row.
    y_true : array-like, shape (n,)
        True labels or numbers.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    x_axis_metric, y_axis_metric : callable
        Called as ``f(y_true, y_pred, sensitive_features=...)``, or without the features where it
        does not take them. Each gives one number.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when None.
    axis_labels : bool or two strings
        Names of the metrics, none, or those given.
    point_labels : bool or list of str
        Keys or numbers of the models, none, or those given.
    point_labels_position : two numbers
        How far labels stand from points, in units of the metrics.
    legend : bool
        Whether to draw a legend, for which `label` is given.
    show_plot : bool
        Whether to show the figure.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If columns do not fit together, or an option is not what it may be.

    Examples
    --------
    >>> from coprep.compat.fairlearn import mean_prediction, selection_rate_difference
    >>> ax = plot_model_comparison(
    ...     y_preds={"old": [1, 0, 1, 0], "new": [1, 1, 1, 0]},
    ...     y_true=[1, 0, 1, 1],
    ...     sensitive_features=["a", "a", "b", "b"],
    ...     x_axis_metric=mean_prediction,
    ...     y_axis_metric=selection_rate_difference,
    ... )
    >>> ax.get_ylabel()
    'selection rate difference'
    """
    if y_true is None or sensitive_features is None:
        raise ValueError("y_true and sensitive_features must be given.")
    if x_axis_metric is None or y_axis_metric is None:
        raise ValueError("x_axis_metric and y_axis_metric must be given.")
    truth = squeezed(y_true)
    groups = merged(sensitive_features)
    names, predictions = _models(y_preds)
    same_length(truth, groups, predictions[0])
    _check_options(axis_labels, legend, show_plot, point_labels_position)
    if isinstance(point_labels, list):
        if len(point_labels) != len(predictions):
            raise ValueError("point_labels must be one for each model.")
        names = point_labels
    elif not isinstance(point_labels, bool):
        raise ValueError("point_labels must be true, false or a list of labels.")

    x = [_number(x_axis_metric, truth, row, groups) for row in predictions]
    y = [_number(y_axis_metric, truth, row, groups) for row in predictions]

    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots(layout="constrained")[1]
    if axis_labels is True:
        axis_labels = (_metric_name(x_axis_metric), _metric_name(y_axis_metric))
    if axis_labels:
        ax.set_xlabel(axis_labels[0])
        ax.set_ylabel(axis_labels[1])
    if point_labels is not False:
        for position, name in enumerate(names):
            right = x[position] + point_labels_position[0]
            ax.text(right, y[position] + point_labels_position[1], str(name))
    ax.scatter(x, y, **kwargs)
    if legend:
        ax.legend()
    if show_plot:
        plt.show()
    return ax


def plot_roc_curve_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    sensitive_features: Features,
    ax: Axes | None = None,
    plot_overall: bool = True,
    plot_chance_level: bool = True,
    pos_label: Any = None,
    title: str | None = None,
) -> Axes:
    """How well do scores tell labels apart in each group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, two.
    y_score : array-like, shape (n,)
        Scores, higher for the positive label.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups; rows without a value are in no group.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when None.
    plot_overall : bool
        Whether to draw the curve of all rows.
    plot_chance_level : bool
        Whether to draw the diagonal.
    pos_label : scalar, optional
        The positive label. When None it is 1, and labels must be 0 and 1, or -1 and 1.
    title : str, optional
        The title of the axes.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn; the area under each curve stands in the legend. A group with one label
        has no curve and a `CoprepWarning`.

    Raises
    ------
    ValueError
        If columns do not fit together, labels are more than two, or the positive one cannot be
        told.

    Examples
    --------
    >>> ax = plot_roc_curve_by_group(
    ...     [0, 1, 0, 1], [0.2, 0.7, 0.6, 0.4], sensitive_features=["a", "a", "b", "b"]
    ... )
    >>> [line.get_label() for line in ax.get_lines()][1:]
    ['Overall (AUC = 0.75)', 'a (AUC = 1.00)', 'b (AUC = 0.00)']
    """
    truth = squeezed(y_true)
    scores = squeezed(y_score)
    groups = merged(sensitive_features)
    same_length(truth, scores, groups)
    label = positive_label(truth, pos_label)
    positive = np.asarray(truth == label)

    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots(layout="constrained")[1]
    if plot_chance_level:
        ax.plot([0, 1], [0, 1], linestyle="--", color="0.8", label="Chance level (AUC = 0.50)")
    if plot_overall:
        _draw_curve(ax, "Overall", positive, scores)
    for group in sorted(pd.unique(groups[~pd.isna(groups)])):
        there = groups == group
        _draw_curve(ax, str(group), positive[there], scores[there])
    ax.set(
        xlabel=f"False Positive Rate (Positive label: {label})",
        ylabel=f"True Positive Rate (Positive label: {label})",
        xlim=(-0.01, 1.01),
        ylim=(-0.01, 1.01),
        aspect="equal",
    )
    ax.legend(loc="lower right")
    if title is not None:
        ax.set_title(title)
    return ax


def _models(y_preds: Any) -> tuple[Sequence[Any], NDArray[Any]]:
    """Give names of models, and a row of predictions for each."""
    if isinstance(y_preds, Mapping):
        return list(y_preds), np.array(list(y_preds.values()))
    # As there, a bare row is a model, though its names are as many as its entries.
    names = range(len(y_preds))
    predictions = np.array(y_preds)
    if predictions.ndim > 2:
        raise ValueError("y_preds must be a row of predictions for each model.")
    return names, np.atleast_2d(predictions)


def _check_options(
    axis_labels: Any, legend: Any, show_plot: Any, point_labels_position: Any
) -> None:
    """Refuse options that are not what they may be."""
    if isinstance(axis_labels, (list, tuple)):
        if len(axis_labels) != 2:
            raise ValueError("axis_labels must be two strings, for x and y.")
    elif not isinstance(axis_labels, bool):
        raise ValueError("axis_labels must be true, false or two strings.")
    for name, option in (("legend", legend), ("show_plot", show_plot)):
        if not isinstance(option, bool):
            raise ValueError(f"{name} must be true or false, not {option!r}.")
    if not isinstance(point_labels_position, (list, tuple)) or len(point_labels_position) != 2:
        raise ValueError("point_labels_position must be two numbers.")
    if not all(isinstance(shift, (int, float)) for shift in point_labels_position):
        raise ValueError("point_labels_position must be two numbers.")


def _number(
    metric: Callable[..., float],
    truth: NDArray[Any],
    predicted: NDArray[Any],
    groups: NDArray[Any],
) -> float:
    """Call a metric with the groups, or without where it does not take them."""
    try:
        return metric(truth, predicted, sensitive_features=groups)
    except TypeError:
        return metric(truth, predicted)


def _metric_name(metric: Any) -> str:
    """Say in words what a metric is."""
    if isinstance(metric, DerivedMetric):
        name = f"{getattr(metric.metric, '__name__', 'metric')}, {metric.transform}"
        return name.replace("_", " ")
    name = getattr(metric, "__qualname__", "") or getattr(metric, "__name__", "") or repr(metric)
    return name.replace("_", " ")


def _draw_curve(ax: Axes, name: str, positive: NDArray[Any], scores: NDArray[Any]) -> None:
    """Draw one curve, with the area under it in the legend."""
    curve = roc_curve(positive, scores)
    area = curve.area()
    if np.isnan(area):
        undefined(f"The ROC curve of {name}", "y_true holds one label there", area)
    ax.plot(curve.fpr, curve.tpr, label=f"{name} (AUC = {area:0.2f})")
