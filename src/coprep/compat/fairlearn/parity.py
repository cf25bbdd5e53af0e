"""Fairness criteria: demographic parity, equalized odds and equal opportunity."""

from __future__ import annotations

from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from coprep.compat.fairlearn.derived import DerivedMetric
from coprep.compat.fairlearn.disaggregated import Method
from coprep.compat.fairlearn.inputs import Features
from coprep.compat.fairlearn.metric_frame import MetricFrame
from coprep.compat.fairlearn.rates import (
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)

Aggregate: TypeAlias = Literal["worst_case", "mean"]


def demographic_parity_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
) -> float:
    """How far apart are selection rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, which are not used.
    y_pred : array-like, shape (n,)
        Predicted labels; 1 is selected.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "b", "b"]
    >>> demographic_parity_difference([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(selection_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
        )
    )


def demographic_parity_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
) -> float:
    """What is the smallest ratio of two selection rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, which are not used.
    y_pred : array-like, shape (n,)
        Predicted labels; 1 is selected.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "b", "b"]
    >>> demographic_parity_ratio([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=groups)
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
        )
    )


def equalized_odds_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    agg: Aggregate = "worst_case",
) -> float:
    """How far apart are true and false positive rates, the worse of the two?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels; labels are 0 and 1, or -1 and 1.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    agg : {"worst_case", "mean"}
        The worse of the two rates, or their mean.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "b", "b"]
    >>> equalized_odds_difference([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=groups)
    1.0
    """
    _check_agg(agg)
    frame = _odds(y_true, y_pred, sensitive_features, sample_weight)
    both = frame.difference(method=method)
    if agg == "mean":
        return float(both.mean())
    # Python's own max, since it decides what becomes of a nan.
    return float(max(both))


def equalized_odds_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    agg: Aggregate = "worst_case",
) -> float:
    """What is the smallest ratio of true or of false positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels; labels are 0 and 1, or -1 and 1.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    agg : {"worst_case", "mean"}
        The worse of the two rates, or their mean.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "b", "b"]
    >>> equalized_odds_ratio([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=groups)
    0.0
    """
    _check_agg(agg)
    frame = _odds(y_true, y_pred, sensitive_features, sample_weight)
    both = frame.ratio(method=method)
    if agg == "mean":
        return float(both.mean())
    # Python's own min, since it decides what becomes of a nan.
    return float(min(both))


def equal_opportunity_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
) -> float:
    """How far apart are true positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels; labels are 0 and 1, or -1 and 1.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "b", "b"]
    >>> equal_opportunity_difference([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=groups)
    0.0
    """
    compare = DerivedMetric(true_positive_rate, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
        )
    )


def equal_opportunity_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
) -> float:
    """What is the smallest ratio of two true positive rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels; labels are 0 and 1, or -1 and 1.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "b", "b"]
    >>> equal_opportunity_ratio([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=groups)
    1.0
    """
    compare = DerivedMetric(true_positive_rate, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
        )
    )


def _check_agg(agg: str) -> None:
    """Refuse other ways to join two rates."""
    if agg not in ("worst_case", "mean"):
        raise ValueError(f"agg must be one of 'worst_case' or 'mean', got {agg}")


def _odds(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sensitive_features: Features,
    sample_weight: ArrayLike | None,
) -> MetricFrame:
    """Give true and false positive rates by group."""
    weights = {"sample_weight": sample_weight}
    return MetricFrame(
        metrics={"tpr": true_positive_rate, "fpr": false_positive_rate},
        y_true=y_true,
        y_pred=y_pred,
        sensitive_features=sensitive_features,
        sample_params={"tpr": weights, "fpr": weights},
    )
