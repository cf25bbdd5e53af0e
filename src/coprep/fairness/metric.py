"""metric: any rate, score or error by group, and how far groups are apart; the three parity criteria by name."""

from __future__ import annotations

from typing import Any, Literal

from coprep.data.rows import Missing
from coprep.fairness._catalogue import (
    METRICS,
    Agg,
    Between,
    Interval,
    Method,
    MetricName,
    Synonym,
    named,
)
from coprep.fairness._metric_result import MetricResult, data_for, measure
from coprep.fairness._options import options_of
from coprep.metrics._streams import RNG
from coprep.metrics.groups._classification import Undefined

__all__ = [
    "METRICS",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "metric",
]

Two = Literal["worst_case", "mean"]


def metric(
    name: MetricName | Synonym,
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    between: Between = "difference",
    reference: Any = None,
    method: Method = "between_groups",
    agg: Agg = "worst_case",
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    resamples: int = 1_000,
    rng: RNG = 0,
) -> MetricResult:
    """How do groups fare by any rate, score or error, and how far are they apart?

    Parameters
    ----------
    name : str
        A name in `METRICS`, such as ``"selection_rate"``, ``"roc_auc_score"``, ``"mean_absolute_error"``, or one of the
        field's other words for it, such as ``"demographic_parity"`` or ``"recall_score"``.
    y_true, y_pred : array-like of shape (n,), or None; or a GroupTable for ``y_true``
        Labels, and predictions, decisions or scores. Labels are bool, 0/1, or anything with ``pos_label``; scores and
        errors take numbers. A column that the metric does not need is not looked at and may be None.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed. Needed unless ``between="by_group"``, or a table is given.
    between : {"difference", "ratio", "group_min", "group_max", "by_group"}
        The largest minus the smallest of the groups' numbers, the smallest over the largest, the smallest, the largest,
        or the number of everybody; ``by_group`` of the answer has each group's in any case.
    reference : label, optional
        A group to compare with; the answer is then signed (or a directed ratio), above 0 (or 1) where the other
        group's number is higher. With ``method="one_vs_rest"`` the others are pooled.
    method : {"between_groups", "to_overall", "to_reference", "one_vs_rest"}
        What each group is compared with: one another, everybody, one group, or (rates) all others pooled.
    agg : {"worst_case", "mean", "signed_mean"}
        Of the two rates of equalized odds and conditional use accuracy: the one that is further apart, the mean size, or
        the mean, in which opposite signs cancel.
    control_features : the same as sensitive_features, optional
        For rates, strata within which like is compared with like: each group's rate becomes the average of its rates in
        the strata, weighted by everybody's numbers there.
    sample_weight : array-like of shape (n,), optional
        Weights from 0.
    pos_label : label, optional
        The value that counts as positive; needed unless labels are bool or 0 and 1, or the metric asks only whether
        label and prediction agree.
    missing : {"raise", "drop", "category"}
        What to do with missing values (None, nan, NA); what was left out is in ``dropped``.
    undefined : {"strict", "skip"}
        A group whose number is 0/0 makes the answer nan, with the reason in ``undefined``, or is left out and listed in
        ``skipped``.
    min_group_size : int
        Groups with fewer rows are not compared, and listed in ``not_compared``.
    confidence : float
        Level of the interval.
    interval : {"simultaneous", "bootstrap"} or None
        How the interval is made, when it is asked for; the bootstrap is of rates.
    resamples : int
        Replicates of the bootstrap.
    rng : int, numpy Generator or None
        Seed of the bootstrap.

    Returns
    -------
    MetricResult
        A float with ``low``, ``high``, ``p_value``, ``noise_floor``, ``by_group``, ``groups``, ``n`` and ``undefined``.

    Raises
    ------
    InputError
        Where columns do not fit together, values are missing, labels are not understood, there is no such metric, or an
        option would play no part in it.

    Notes
    -----
    `METRICS` has the formula and the source of each. Equalized odds compares true and false positive rates,
    ``equalized_odds`` with ``reference=``, ``method="one_vs_rest"`` and ``agg="signed_mean"`` is what aif360 calls average
    odds difference, with ``agg="mean"`` average odds error.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS.
    Bellamy, R. et al. (2018). AI Fairness 360. arXiv:1810.01943.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> group = list("aaaaaabbbbbbb")
    >>> round(metric("true_positive_rate", y_true, y_pred, sensitive_features=group), 3)
    0.417
    >>> metric("recall_score", y_true, y_pred, sensitive_features=group, between="by_group").by_group
    {'a': 0.75, 'b': 0.3333333333333333}
    """
    wanted = named(name)
    options = options_of(
        wanted,
        between=between,
        method=method,
        reference=reference,
        agg=agg,
        undefined=undefined,
        min_group_size=min_group_size,
        confidence=confidence,
        interval=interval,
        resamples=resamples,
        rng=rng,
    )
    data = data_for(
        wanted,
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
        needs_groups=between != "by_group",
    )
    return measure(data, wanted, options)


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
    sensitive_features, method, reference, control_features, sample_weight, pos_label, missing, undefined
        As for `metric`.
    min_group_size, confidence, interval, rng
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
    return metric("selection_rate", between="difference", **locals())


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
    sensitive_features, method, reference, control_features, sample_weight, pos_label, missing, undefined
        As for `metric`.
    min_group_size, confidence, interval, rng
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
    return metric("selection_rate", between="ratio", **locals())


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
    sensitive_features, method, reference, control_features, sample_weight, pos_label, missing, undefined
        As for `metric`.
    min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` signed.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equal_opportunity_difference(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.417
    """
    return metric("true_positive_rate", between="difference", **locals())


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
    sensitive_features, method, reference, control_features, sample_weight, pos_label, missing, undefined
        As for `metric`.
    min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` a directed ratio.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equal_opportunity_ratio(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.444
    """
    return metric("true_positive_rate", between="ratio", **locals())


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
    sensitive_features, method, reference, control_features, sample_weight, pos_label, missing, undefined
        As for `metric`.
    min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` signed.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equalized_odds_difference(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.417
    """
    return metric("equalized_odds", between="difference", **locals())


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
    sensitive_features, method, reference, control_features, sample_weight, pos_label, missing, undefined
        As for `metric`.
    min_group_size, confidence, interval, rng
        As for `metric`.

    Returns
    -------
    MetricResult
        From 0 to 1; with ``reference`` a directed ratio.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> round(equalized_odds_ratio(y_true, y_pred, sensitive_features=list("aaaaaabbbbbbb")), 3)
    0.444
    """
    return metric("equalized_odds", between="ratio", **locals())
