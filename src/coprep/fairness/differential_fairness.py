"""differential_fairness: by what factor, at most, does the chance of an outcome differ between two groups?"""

from __future__ import annotations

import math
from typing import Any

from coprep.data.rows import Missing
from coprep.fairness._catalogue import METRICS, Metric
from coprep.fairness._group_table import GroupTable
from coprep.fairness._options import options_of
from coprep.fairness._rate_reading import EpsilonReading
from coprep.fairness._rows_for import data_for
from coprep.fairness.metric import MetricResult
from coprep.metrics._checks import number

__all__ = ["differential_fairness"]

_EPSILON = Metric(
    "differential_fairness",
    "rate",
    "max |log of a ratio of two groups' smoothed chances of either outcome|",
    needs=("y_pred",),
    rates=("selection_rate", "rejection_rate"),
    unit="log ratio",
    bounds=(0.0, math.inf),
)


def differential_fairness(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    concentration: float = 1.0,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    confidence: float = 0.95,
) -> MetricResult:
    """By what factor, at most, does the chance of either outcome differ between two groups (as a logarithm)?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was selected.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed, which is what the measure was made for.
    concentration : float
        Smoothing, in people, spread over the outcomes; 0 for none.
    sample_weight, pos_label, missing, confidence
        As in `demographic_parity_difference`.

    Returns
    -------
    MetricResult
        Epsilon from 0 to inf; ``exp(epsilon)`` is the factor.

    References
    ----------
    Foulds, J., Islam, R., Keya, K. & Pan, S. (2020). An intersectional definition of fairness. ICDE
    2020.

    Examples
    --------
    >>> table = GroupTable.from_counts({"f": {"selected": 12, "total": 40}, "m": {"selected": 48, "total": 80}})
    >>> round(float(differential_fairness(table, concentration=0)), 6)
    0.693147
    """
    smoothing = number(concentration, "concentration", low=0.0)
    options = options_of(METRICS["selection_rate"], confidence=confidence)
    data = data_for(
        METRICS["selection_rate"],
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    table = data if isinstance(data, GroupTable) else GroupTable.counted(data)
    return MetricResult.of(EpsilonReading(table, _EPSILON, options, smoothing))
