"""Rates of one set of rows: how many are counted, selected, and rightly or wrongly so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from coprep.compat.fairlearn.inputs import same_length, squeezed, usable_weights, weights_of
from coprep.compat.fairlearn.undefined import undefined


@dataclass(frozen=True)
class _Confusion:
    """Weight of rows by what they are and what was predicted of them."""

    true_positive: float
    false_negative: float
    false_positive: float
    true_negative: float


def true_positive_rate(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How many of the truly positive rows are predicted positive (sensitivity, recall)?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label. When None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        TP / (TP + FN), from 0 to 1. Where no row is truly positive it is 0 as in fairlearn, with a
        `CoprepWarning`, since coprep would say nan.

    Raises
    ------
    ValueError
        If labels are more than two, or the positive label cannot be told.

    Examples
    --------
    >>> true_positive_rate([1, 1, 1, 0], [1, 0, 1, 1])
    0.6666666666666666
    """
    cells = _confusion(y_true, y_pred, sample_weight, pos_label)
    positives = cells.true_positive + cells.false_negative
    return _of("true_positive_rate", cells.true_positive, positives, "no row is truly positive")


def true_negative_rate(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How many of the truly negative rows are predicted negative (specificity)?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label. When None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        TN / (TN + FP), from 0 to 1. Where no row is truly negative it is 0 as in fairlearn, with a
        `CoprepWarning`, since coprep would say nan.

    Raises
    ------
    ValueError
        If labels are more than two, or the positive label cannot be told.

    Examples
    --------
    >>> true_negative_rate([0, 0, 0, 0, 1], [0, 0, 0, 1, 1])
    0.75
    """
    cells = _confusion(y_true, y_pred, sample_weight, pos_label)
    negatives = cells.true_negative + cells.false_positive
    return _of("true_negative_rate", cells.true_negative, negatives, "no row is truly negative")


def false_positive_rate(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How many of the truly negative rows are predicted positive (fall-out)?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label. When None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        FP / (TN + FP), from 0 to 1. Where no row is truly negative it is 0 as in fairlearn, with a
        `CoprepWarning`, since coprep would say nan.

    Raises
    ------
    ValueError
        If labels are more than two, or the positive label cannot be told.

    Examples
    --------
    >>> false_positive_rate([0, 0, 0, 0, 1], [0, 0, 0, 1, 1])
    0.25
    """
    cells = _confusion(y_true, y_pred, sample_weight, pos_label)
    negatives = cells.true_negative + cells.false_positive
    return _of("false_positive_rate", cells.false_positive, negatives, "no row is truly negative")


def false_negative_rate(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How many of the truly positive rows are predicted negative (miss rate)?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label. When None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        FN / (TP + FN), from 0 to 1. Where no row is truly positive it is 0 as in fairlearn, with a
        `CoprepWarning`, since coprep would say nan.

    Raises
    ------
    ValueError
        If labels are more than two, or the positive label cannot be told.

    Examples
    --------
    >>> false_negative_rate([1, 1, 1, 1, 0], [1, 1, 1, 0, 1])
    0.25
    """
    cells = _confusion(y_true, y_pred, sample_weight, pos_label)
    positives = cells.true_positive + cells.false_negative
    return _of("false_negative_rate", cells.false_negative, positives, "no row is truly positive")


def selection_rate(
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    *,
    pos_label: Any = 1,
    sample_weight: ArrayLike | None = None,
) -> float:
    """How many rows are predicted positive?

    Parameters
    ----------
    y_true : array-like or None
        Not used; it stands here so that all metrics are called alike.
    y_pred : array-like, shape (n,)
        Predicted labels, any number of them.
    pos_label : scalar
        The label that counts as selected.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.

    Returns
    -------
    float
        Share of rows, or of weight, that is selected, from 0 to 1. Nan where weights add up to 0,
        with a `CoprepWarning`.

    Raises
    ------
    ValueError
        If there are no rows.

    Examples
    --------
    >>> selection_rate([0, 1, 1, 0], ["yes", "no", "yes", "yes"], pos_label="yes")
    0.75
    """
    predicted = squeezed(y_pred)
    if predicted.size == 0:
        raise ValueError("Empty y_pred passed to selection_rate function.")
    if predicted.dtype.kind in "US" and not isinstance(pos_label, (str, bytes)):
        undefined("selection_rate", f"labels are text, and none can equal {pos_label!r}", 0.0)
    selected = np.asarray(predicted == pos_label)
    weights = weights_of(sample_weight, len(selected))
    return _mean("selection_rate", selected, weights)


def mean_prediction(
    y_true: ArrayLike | None, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
) -> float:
    """What is predicted on average?

    Parameters
    ----------
    y_true : array-like or None
        Not used; it stands here so that all metrics are called alike.
    y_pred : array-like, shape (n,)
        Predicted numbers.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.

    Returns
    -------
    float
        The weighted mean, in the unit of the predictions. Nan where there are no rows or weights
        add up to 0, with a `CoprepWarning`.

    Examples
    --------
    >>> mean_prediction(None, [0, 1, 2, 3], [1, 1, 1, 3])
    2.0
    """
    predicted = squeezed(y_pred)
    return _mean("mean_prediction", predicted, weights_of(sample_weight, len(predicted)))


def count(y_true: ArrayLike, y_pred: ArrayLike) -> int:
    """How many rows are there?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, which are counted.
    y_pred : array-like, shape (n,)
        Predicted labels, which must be as many.

    Returns
    -------
    int
        The number of rows, from 0.

    Raises
    ------
    ValueError
        If there are not as many labels as predictions.

    Examples
    --------
    >>> count([1, 0, 1], [1, 1, 1])
    3
    """
    same_length(y_true, y_pred)
    return len(np.asarray(y_true))


def _confusion(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None, pos_label: Any
) -> _Confusion:
    """Count rows by their two labels."""
    truth, predicted = paired_labels(y_true, y_pred)
    positive = positive_label(np.concatenate((truth, predicted)), pos_label)
    weights = usable_weights(sample_weight, len(truth))
    is_positive = np.asarray(truth == positive)
    is_selected = np.asarray(predicted == positive)
    return _Confusion(
        true_positive=float(weights[is_positive & is_selected].sum()),
        false_negative=float(weights[is_positive & ~is_selected].sum()),
        false_positive=float(weights[~is_positive & is_selected].sum()),
        true_negative=float(weights[~is_positive & ~is_selected].sum()),
    )


def paired_labels(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give labels as two columns, refusing scores and a mix of words and numbers."""
    truth = squeezed(y_true)
    predicted = squeezed(y_pred)
    same_length(truth, predicted)
    if truth.size == 0:
        raise ValueError("There are no rows: y_true is empty.")
    if truth.ndim != 1 or predicted.ndim != 1:
        raise ValueError("Labels must be one a row; y_true or y_pred has several columns.")
    for name, column in (("y_true", truth), ("y_pred", predicted)):
        if column.dtype == object and bool(pd.isna(column).any()):
            raise ValueError(f"{name} has missing labels.")
        if column.dtype.kind == "f" and bool((column != np.floor(column)).any()):
            raise ValueError(f"{name} must hold labels, and holds continuous numbers.")
    if _is_text(truth) != _is_text(predicted):
        raise ValueError("y_true and y_pred must both be text or both be numbers.")
    return truth, predicted


def _is_text(column: NDArray[Any]) -> bool:
    """Whether labels are words; a column of objects is what its first value is."""
    if column.dtype == object:
        return isinstance(column[0], str)
    return column.dtype.kind in "US"


def positive_label(labels: NDArray[Any], pos_label: Any) -> Any:
    """Give the positive label; all others count as negative."""
    found = np.unique(labels).tolist()
    if pos_label is None:
        if {0, 1}.issuperset(found) or {-1, 1}.issuperset(found):
            return 1
        raise ValueError("If pos_label is not specified, values must be from {0, 1} or {-1, 1}")
    if len(found) > 2:
        raise ValueError("Must have no more than two unique y values")
    if len(found) == 2 and pos_label not in found:
        raise ValueError("Must have pos_label in y values")
    return pos_label


def _of(name: str, part: float, whole: float, otherwise: str) -> float:
    """Give a part of a whole; of nothing it is 0 by convention."""
    if whole == 0:
        return undefined(name, otherwise, 0.0)
    return part / whole


def _mean(name: str, values: NDArray[Any], weights: NDArray[Any]) -> float:
    """Give a weighted mean; of no weight it is nan."""
    weighted = np.dot(values, weights)
    total = weights.sum()
    if total == 0:
        return undefined(name, "weights add up to 0", float("nan"))
    return float(weighted / total)
