"""conditional_demographic_disparity: is a group a larger share of those rejected than of those accepted?"""

from __future__ import annotations

from typing import Any

from coprep.data.rows import Missing
from coprep.fairness._catalogue import METRICS
from coprep.fairness._disparity import DisparityReading
from coprep.fairness._group_table import GroupTable
from coprep.fairness._options import options_of
from coprep.fairness._rows_for import data_for
from coprep.fairness.metric import MetricResult
from coprep.metrics.groups._classification import Undefined

__all__ = ["conditional_demographic_disparity"]


def conditional_demographic_disparity(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    control_features: Any = None,
    group: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> MetricResult:
    """Is a group a larger share of those rejected than of those accepted, like compared with like?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was accepted.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed.
    control_features : the same, optional
        The conditioning strata; without any this is demographic disparity.
    group : label, optional
        The group the number is about; by default the one with the largest disparity, whose
        interval, p value and noise floor allow for its being the largest of so many. All are in
        ``by_group``.
    sample_weight, pos_label, missing, undefined, confidence
        As in `demographic_parity_difference`; with ``undefined="skip"`` strata are left out where
        nobody was accepted, or nobody rejected.

    Returns
    -------
    MetricResult
        From -1 to 1; above 0 the group is a larger share of the rejected.

    Notes
    -----
    In each stratum the group's share of the rejected minus its share of the accepted; then the
    average over strata, weighted by their size. The sign is the point: it may turn when strata are
    told apart.

    References
    ----------
    Wachter, S., Mittelstadt, B. & Russell, C. (2021). Why fairness cannot be automated. Computer
    Law & Security Review 41, 105567.

    Examples
    --------
    >>> table = GroupTable.from_counts({"f": {"selected": 12, "total": 40}, "m": {"selected": 48, "total": 80}})
    >>> round(float(conditional_demographic_disparity(table, group="f")), 3)
    0.267
    """
    selection = METRICS["selection_rate"]
    options = options_of(selection, undefined=undefined, confidence=confidence)
    data = data_for(
        selection,
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    table = data if isinstance(data, GroupTable) else GroupTable.counted(data)
    return MetricResult.of(DisparityReading(table, options, group))
