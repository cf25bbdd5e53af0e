"""Scores and errors compared between groups: their extremes, largest difference, smallest ratio."""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import ArrayLike

from coprep.compat.fairlearn.derived import DerivedMetric
from coprep.compat.fairlearn.disaggregated import Method
from coprep.compat.fairlearn.inputs import Features
from coprep.compat.fairlearn.scores import (
    Average,
    Outputs,
    ZeroDivision,
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    zero_one_loss,
)


def accuracy_score_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
) -> float:
    """How far apart are accuracies?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        Shares when true, sums of weights when false.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> accuracy_score_difference([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1], sensitive_features=groups)
    0.3333333333333333
    """
    compare = DerivedMetric(accuracy_score, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            normalize=normalize,
        )
    )


def accuracy_score_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
) -> float:
    """What is the smallest ratio of two accuracies?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        Shares when true, sums of weights when false.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> accuracy_score_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(accuracy_score, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            normalize=normalize,
        )
    )


def accuracy_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
) -> float:
    """What is the lowest of accuracies by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        Shares when true, sums of weights when false.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> accuracy_score_group_min([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1], sensitive_features=groups)
    0.3333333333333333
    """
    compare = DerivedMetric(accuracy_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            normalize=normalize,
        )
    )


def zero_one_loss_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
) -> float:
    """How far apart are error rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        Shares when true, sums of weights when false.

    Returns
    -------
    float
        From 0 to 1; 0 where all groups are alike. In a single group 0 as in fairlearn, with a
        `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> zero_one_loss_difference([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1], sensitive_features=groups)
    0.33333333333333337
    """
    compare = DerivedMetric(zero_one_loss, "difference")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            normalize=normalize,
        )
    )


def zero_one_loss_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
) -> float:
    """What is the smallest ratio of two error rates?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : {"between_groups", "to_overall"}
        Between any two groups, or between a group and all rows.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        Shares when true, sums of weights when false.

    Returns
    -------
    float
        From 0 to 1; 1 where all groups are alike. In a single group 1 as in fairlearn, with a
        `CoprepWarning`; nan where it is 0 to 0.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> zero_one_loss_ratio([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(zero_one_loss, "ratio")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            method=method,
            sample_weight=sample_weight,
            normalize=normalize,
        )
    )


def zero_one_loss_group_max(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
) -> float:
    """What is the highest of error rates by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        Shares when true, sums of weights when false.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> zero_one_loss_group_max([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1], sensitive_features=groups)
    0.6666666666666667
    """
    compare = DerivedMetric(zero_one_loss, "group_max")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            normalize=normalize,
        )
    )


def balanced_accuracy_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    adjusted: bool = False,
) -> float:
    """What is the lowest of balanced accuracies by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    adjusted : bool
        Whether 0 is what chance gives, and not 1 / number of labels.

    Returns
    -------
    float
        From 0 to 1, below 0 too when adjusted.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> balanced_accuracy_score_group_min(
    ...     [1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups
    ... )
    0.75
    """
    compare = DerivedMetric(balanced_accuracy_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            adjusted=adjusted,
        )
    )


def precision_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = "binary",
    zero_division: ZeroDivision = "warn",
) -> float:
    """What is the lowest of precisions by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    labels : array-like, optional
        Labels that are averaged over; all that occur when None.
    pos_label : scalar
        The positive label of two.
    average : {"binary", "micro", "macro", "weighted"}
        The positive label alone, or how labels are averaged.
    zero_division : "warn" or float
        What a share of nothing is; "warn" is 0 with a `CoprepWarning`.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> precision_score_group_min([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(precision_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            labels=labels,
            pos_label=pos_label,
            average=average,
            zero_division=zero_division,
        )
    )


def recall_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = "binary",
    zero_division: ZeroDivision = "warn",
) -> float:
    """What is the lowest of recalls by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    labels : array-like, optional
        Labels that are averaged over; all that occur when None.
    pos_label : scalar
        The positive label of two.
    average : {"binary", "micro", "macro", "weighted"}
        The positive label alone, or how labels are averaged.
    zero_division : "warn" or float
        What a share of nothing is; "warn" is 0 with a `CoprepWarning`.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> recall_score_group_min([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.5
    """
    compare = DerivedMetric(recall_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            labels=labels,
            pos_label=pos_label,
            average=average,
            zero_division=zero_division,
        )
    )


def roc_auc_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    max_fpr: float | None = None,
) -> float:
    """What is the lowest of areas under ROC curves by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels, two; the greater is positive.
    y_pred : array-like, shape (n,)
        Scores, higher for the positive label.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    max_fpr : float, optional
        How far the curve is used, standardised (McClish, 1989); all of it when None.

    Returns
    -------
    float
        From 0 to 1; groups with one label are passed over, with a `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> roc_auc_score_group_min(
    ...     [1, 1, 0, 1, 0, 0], [0.9, 0.3, 0.4, 0.8, 0.5, 0.1], sensitive_features=groups
    ... )
    0.5
    """
    compare = DerivedMetric(roc_auc_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            max_fpr=max_fpr,
        )
    )


def mean_absolute_error_group_max(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    multioutput: Outputs = "uniform_average",
) -> float:
    """What is the highest of mean absolute errors by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True numbers.
    y_pred : array-like, shape (n,)
        Predicted numbers.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    multioutput : {"uniform_average"} or array-like
        How several outputs are averaged.

    Returns
    -------
    float
        From 0, in the unit of `y_true`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> mean_absolute_error_group_max(
    ...     [3, 5, 2, 1, 4, 4], [2, 5, 2, 4, 4, 1], sensitive_features=groups
    ... )
    2.0
    """
    compare = DerivedMetric(mean_absolute_error, "group_max")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            multioutput=multioutput,
        )
    )


def mean_squared_error_group_max(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    multioutput: Outputs = "uniform_average",
) -> float:
    """What is the highest of mean squared errors by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True numbers.
    y_pred : array-like, shape (n,)
        Predicted numbers.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    multioutput : {"uniform_average"} or array-like
        How several outputs are averaged.

    Returns
    -------
    float
        From 0, in the unit of `y_true` squared.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> mean_squared_error_group_max(
    ...     [3, 5, 2, 1, 4, 4], [2, 5, 2, 4, 4, 1], sensitive_features=groups
    ... )
    6.0
    """
    compare = DerivedMetric(mean_squared_error, "group_max")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            multioutput=multioutput,
        )
    )


def r2_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    multioutput: Outputs | Literal["variance_weighted"] = "uniform_average",
    force_finite: bool = True,
) -> float:
    """What is the lowest of coefficients of determination by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True numbers.
    y_pred : array-like, shape (n,)
        Predicted numbers.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    multioutput : {"uniform_average", "variance_weighted"} or array-like
        How several outputs are averaged.
    force_finite : bool
        Whether a constant `y_true` gives 1 or 0, and not nan or -inf.

    Returns
    -------
    float
        At most 1; groups of one row are passed over, with a `CoprepWarning`.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> r2_score_group_min([3, 5, 1, 1, 4, 4], [2, 5, 2, 1, 4, 3], sensitive_features=groups)
    0.75
    """
    compare = DerivedMetric(r2_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            multioutput=multioutput,
            force_finite=force_finite,
        )
    )


def f1_score_group_min(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = "binary",
    zero_division: ZeroDivision = "warn",
) -> float:
    """What is the lowest of F1 scores by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Predicted labels.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    labels : array-like, optional
        Labels that are averaged over; all that occur when None.
    pos_label : scalar
        The positive label of two.
    average : {"binary", "micro", "macro", "weighted"}
        The positive label alone, or how labels are averaged.
    zero_division : "warn" or float
        What a share of nothing is; "warn" is 0 with a `CoprepWarning`.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> f1_score_group_min([1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], sensitive_features=groups)
    0.6666666666666666
    """
    compare = DerivedMetric(f1_score, "group_min")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            labels=labels,
            pos_label=pos_label,
            average=average,
            zero_division=zero_division,
        )
    )


def log_loss_group_max(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Features,
    method: Method | None = None,
    sample_weight: ArrayLike | None = None,
    normalize: bool = True,
    labels: ArrayLike | None = None,
) -> float:
    """What is the highest of log losses by group?

    Parameters
    ----------
    y_true : array-like, shape (n,)
        True labels.
    y_pred : array-like, shape (n,)
        Probabilities of the greater of two labels, or one a label.
    sensitive_features : array-like, dict, Series or DataFrame
        Whose combinations are the groups.
    method : str, optional
        Taken as there, without effect.
    sample_weight : array-like, shape (n,), optional
        Weights; equal when None.
    normalize : bool
        The mean when true, the sum when false.
    labels : array-like, optional
        All labels there are; needed where a group has one only.

    Returns
    -------
    float
        From 0, in nats.

    Examples
    --------
    >>> groups = ["a", "a", "a", "b", "b", "b"]
    >>> log_loss_group_max(
    ...     [1, 1, 0, 1, 0, 0], [0.9, 0.5, 0.4, 0.8, 0.5, 0.1], sensitive_features=groups
    ... )
    0.43644443999458743
    """
    compare = DerivedMetric(log_loss, "group_max")
    return float(
        compare(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            normalize=normalize,
            labels=labels,
        )
    )
