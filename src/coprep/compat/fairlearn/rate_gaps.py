"""Rates of one kind compared between groups: their largest difference and smallest ratio."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from coprep.compat.fairlearn.derived import DerivedMetric
from coprep.compat.fairlearn.disaggregated import Method
from coprep.compat.fairlearn.inputs import Features
from coprep.compat.fairlearn.rates import (
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)


def true_positive_rate_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How far apart are true positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> true_positive_rate_difference(
    ...     [1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups
    ... )
    0.5
    """
    compare = DerivedMetric(true_positive_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def true_positive_rate_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """What is the smallest ratio of two true positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> true_positive_rate_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(true_positive_rate, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def true_negative_rate_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How far apart are true negative rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> true_negative_rate_difference(
    ...     [1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups
    ... )
    0.5
    """
    compare = DerivedMetric(true_negative_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def true_negative_rate_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """What is the smallest ratio of two true negative rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> true_negative_rate_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(true_negative_rate, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def false_positive_rate_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How far apart are false positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> false_positive_rate_difference(
    ...     [1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups
    ... )
    0.5
    """
    compare = DerivedMetric(false_positive_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def false_positive_rate_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """What is the smallest ratio of two false positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> false_positive_rate_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.0
    """
    compare = DerivedMetric(false_positive_rate, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def false_negative_rate_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """How far apart are false negative rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> false_negative_rate_difference(
    ...     [1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups
    ... )
    0.5
    """
    compare = DerivedMetric(false_negative_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def false_negative_rate_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
) -> float:
    """What is the smallest ratio of two false negative rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, at most two.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar, optional
        The positive label; when None it is 1, and labels must be 0 and 1, or -1 and 1.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> false_negative_rate_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.0
    """
    compare = DerivedMetric(false_negative_rate, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def selection_rate_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = 1,
) -> float:
    """How far apart are selection rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, which are not used.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar
        The label that counts as selected.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> selection_rate_difference([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.3333333333333333
    """
    compare = DerivedMetric(selection_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )


def selection_rate_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Any = 1,
) -> float:
    """What is the smallest ratio of two selection rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, which are not used.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    pos_label : scalar
        The label that counts as selected.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> selection_rate_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(selection_rate, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            pos_label=pos_label,
        )
    )
