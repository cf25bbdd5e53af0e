"""Demographic parity, equal opportunity and equalized odds by name, each as a difference and a ratio."""

from __future__ import annotations

from typing import Any, Literal

from coprep.data.rows import Missing
from coprep.fairness._catalogue import Interval, Method
from coprep.fairness.metric import MetricResult, metric
from coprep.metrics._streams import RNG
from coprep.metrics.groups._classification import Undefined

Two = Literal["worst_case", "mean"]


def demographic_parity_difference(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    method: Method = "between_groups",
    reference: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    rng: RNG = 0,
) -> MetricResult:
    """How far apart are the shares of each group that are selected?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was selected: bool, 0/1, or anything with ``pos_label``.
    sensitive_features, method, reference, control_features, sample_weight, pos_label
        As for `metric`.
    missing, undefined, min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` signed.

    References
    ----------
    Dwork, C. et al. (2012). Fairness through awareness. ITCS.
    Agarwal, A. et al. (2018). A reductions approach to fair classification. ICML.

    Examples
    --------
    >>> round(demographic_parity_difference(None, [1, 1, 0, 1, 0, 0], sensitive_features=list("aaabbb")), 3)
    0.333
    """
    return metric(
        "selection_rate", between="difference", **locals()
    )  # the keywords are those of `metric`


def demographic_parity_ratio(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    method: Method = "between_groups",
    reference: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    rng: RNG = 0,
) -> MetricResult:
    """What is the lowest share selected of any group, as a share of the highest?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was selected: bool, 0/1, or anything with ``pos_label``.
    sensitive_features, method, reference, control_features, sample_weight, pos_label
        As for `metric`.
    missing, undefined, min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` a directed ratio.

    References
    ----------
    Dwork, C. et al. (2012). Fairness through awareness. ITCS.
    Agarwal, A. et al. (2018). A reductions approach to fair classification. ICML.

    Examples
    --------
    >>> demographic_parity_ratio(None, [1, 1, 0, 1, 0, 0], sensitive_features=list("aaabbb")).value
    0.5
    """
    return metric(
        "selection_rate", between="ratio", **locals()
    )  # the keywords are those of `metric`


def equal_opportunity_difference(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    method: Method = "between_groups",
    reference: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    rng: RNG = 0,
) -> MetricResult:
    """Among the positive, how far apart are the groups' shares selected?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or a GroupTable for ``y_true``
        Who should be selected, and who was: bool, 0/1, or anything with ``pos_label``.
    sensitive_features, method, reference, control_features, sample_weight, pos_label
        As for `metric`.
    missing, undefined, min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` signed.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning.
    NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equal_opportunity_difference(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.417
    """
    return metric(
        "true_positive_rate", between="difference", **locals()
    )  # the keywords are those of `metric`


def equal_opportunity_ratio(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    method: Method = "between_groups",
    reference: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    rng: RNG = 0,
) -> MetricResult:
    """Among the positive, what is the lowest share selected over the highest?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or a GroupTable for ``y_true``
        Who should be selected, and who was: bool, 0/1, or anything with ``pos_label``.
    sensitive_features, method, reference, control_features, sample_weight, pos_label
        As for `metric`.
    missing, undefined, min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` a directed ratio.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning.
    NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equal_opportunity_ratio(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.444
    """
    return metric(
        "true_positive_rate", between="ratio", **locals()
    )  # the keywords are those of `metric`


def equalized_odds_difference(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    method: Method = "between_groups",
    agg: Two = "worst_case",
    reference: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    rng: RNG = 0,
) -> MetricResult:
    """How far apart are the groups' true and false positive rates, the worse of the two?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or a GroupTable for ``y_true``
        Who should be selected, and who was: bool, 0/1, or anything with ``pos_label``.
    agg : {"worst_case", "mean"}
        Whether the rate that is further apart counts, or the mean of both.
    sensitive_features, method, reference, control_features, sample_weight, pos_label
        As for `metric`.
    missing, undefined, min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` signed.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning.
    NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equalized_odds_difference(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.417
    """
    return metric(
        "equalized_odds", between="difference", **locals()
    )  # the keywords are those of `metric`


def equalized_odds_ratio(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    method: Method = "between_groups",
    agg: Two = "worst_case",
    reference: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    rng: RNG = 0,
) -> MetricResult:
    """What are the lowest true and false positive rates over the highest, the worse of the two?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or a GroupTable for ``y_true``
        Who should be selected, and who was: bool, 0/1, or anything with ``pos_label``.
    agg : {"worst_case", "mean"}
        Whether the rate that is further apart counts, or the mean of both.
    sensitive_features, method, reference, control_features, sample_weight, pos_label
        As for `metric`.
    missing, undefined, min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` a directed ratio.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning.
    NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equalized_odds_ratio(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.444
    """
    return metric(
        "equalized_odds", between="ratio", **locals()
    )  # the keywords are those of `metric`
