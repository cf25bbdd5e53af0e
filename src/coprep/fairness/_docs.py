"""Knows what a metric function says of itself: question, keywords, formula and its source, and an example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coprep.fairness._scores import INNER
from coprep.fairness.measures import Measure
from coprep.metrics.groups._classification import CONFUSION_RATES

__all__ = [
    "AVERAGING",
    "COMPARED",
    "COMPARING",
    "COMPARING_BOTH",
    "DESCRIBING",
    "DWORK",
    "documented",
]

_AGARWAL = "Agarwal, A. et al. (2018). A reductions approach to fair classification. ICML."
_BELLAMY = "Bellamy, R. et al. (2018). AI Fairness 360. arXiv:1810.01943."
_BERK = "Berk, R. et al. (2021). Fairness in criminal justice risk assessments. Sociological Methods & Research 50, 3-44."
_BRODERSEN = (
    "Brodersen, K. et al. (2010). The balanced accuracy and its posterior distribution. ICPR."
)
_CHOULDECHOVA = (
    "Chouldechova, A. (2017). Fair prediction with disparate impact. Big Data 5, 153-163."
)
DWORK = "Dwork, C. et al. (2012). Fairness through awareness. ITCS."
_FOUR_FIFTHS = "29 CFR 1607.4(D). Morris, S. & Lobsenz, R. (2000). Personnel Psychology 53, 89-111."
_HARDT = "Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS."
_RIJSBERGEN = "van Rijsbergen, C. J. (1979). Information Retrieval. Butterworths."

_SOURCES: Mapping[tuple[str, ...], str] = {
    ("selection_rate",): DWORK,
    ("base_rate",): _BERK,
    ("true_positive_rate",): _HARDT,
    ("false_negative_rate",): _HARDT,
    ("false_positive_rate",): _CHOULDECHOVA,
    ("true_negative_rate",): _CHOULDECHOVA,
    ("positive_predictive_value",): _CHOULDECHOVA,
    ("false_discovery_rate",): _CHOULDECHOVA,
    ("negative_predictive_value",): _BERK,
    ("false_omission_rate",): _BERK,
    ("f1_score",): _RIJSBERGEN,
    ("accuracy",): _BERK,
    ("error_rate",): _BERK,
    ("balanced_accuracy",): _BRODERSEN,
    ("treatment_balance",): _BERK,
    ("true_positive_rate", "false_positive_rate"): _HARDT,
    ("false_positive_rate", "true_positive_rate"): _BELLAMY,
    ("positive_predictive_value", "negative_predictive_value"): _BERK,
}
"""Where each rate, or what is made of two, was proposed as a measure of fairness between groups."""
_OWN_SOURCES: Mapping[str, str] = {
    "demographic_parity_difference": _AGARWAL,
    "demographic_parity_ratio": _AGARWAL,
    "impact_ratio": _FOUR_FIFTHS,
}
_EVERYBODY = "Of everybody; each group's is in ``by_group``."
COMPARED = {
    "rate": _EVERYBODY,
    "overall": _EVERYBODY,
    "difference": "The largest minus the smallest of the groups', or the largest distance by another ``method``.",
    "ratio": "The smallest over the largest of the groups', or the smallest ratio by another ``method``.",
    "group_min": "The lowest of the groups'.",
    "group_max": "The highest of the groups'.",
}
_TOGETHER = {
    "worst_case": "The worse of the two, or their mean by ``agg``.",
    "mean": "Distances of everybody else's from the reference group's; their mean.",
    "signed_mean": "Everybody else's minus the reference group's; their mean, in which opposite signs cancel.",
}


def documented(function: Any, metric: Measure, question: str, keywords: str, shown: str) -> Any:
    """The function under the name of its metric, with a docstring; ``shown`` is what it gives for the example."""
    function.__name__ = function.__qualname__ = metric.name
    function.__module__ = (
        f"coprep.fairness.{'rates' if metric.rates[0] in metric.name else 'parity'}"
    )
    source = _OWN_SOURCES.get(metric.name, _SOURCES[metric.rates])
    function.__doc__ = (
        f"{question}\n{keywords}\n    Notes\n    -----\n{_formula(metric)}\n"
        f"\n    References\n    ----------\n    {source}\n{_example(metric, shown)}"
    )
    return function


def _formula(metric: Measure) -> str:
    parts = [part for rate in metric.rates for part in INNER.get(rate, (rate,))]
    sides = ((part, CONFUSION_RATES[part]) for part in parts)
    lines = [
        f"``{part} = ({' + '.join(rate.numerator)}) / ({' + '.join(rate.denominator)})``."
        for part, rate in sides
    ]
    if len(parts) > len(metric.rates):
        lines.append("The mean of both.")
    if not metric.name.startswith("average_odds"):
        lines.append(COMPARED[metric.form])
    if len(metric.rates) > 1:
        lines.append(_TOGETHER[metric.agg])
    return "\n".join(f"    {line}" for line in lines)


def _example(metric: Measure, shown: str) -> str:
    reference = ', reference="a"' if metric.name.startswith("average_odds") else ""
    return _EXAMPLE.format(name=metric.name, reference=reference, shown=shown)


_EXAMPLE = """
    Examples
    --------
    >>> from coprep import fairness
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> group = list("aaaaaabbbbbbb")
    >>> round(fairness.{name}(y_true, y_pred, sensitive_features=group{reference}), 3)
    {shown}
    """
_ROWS = """
    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,)
        Labels and predictions (or decisions): bool, 0/1, or anything with ``pos_label``. One that the metric does
        not depend on is not looked at and may be None.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed.
"""
_COMMON = """    control_features : the same, optional
        Strata within which like is compared with like: each group's rate becomes the average of its rates in the
        strata, weighted by everybody's numbers there.
    sample_weight : array-like of shape (n,), optional
        Weights from 0.
    pos_label : label, optional
        The value that counts as positive; needed unless labels are bool or 0 and 1, or the metric asks only
        whether label and prediction agree.
    missing : {"raise", "drop", "category"}
        What to do with missing values; what was left out is in ``dropped``.
    undefined : {"strict", "skip"}
        A group whose rate is 0/0 makes the answer nan, with the reason in ``undefined``, or is left out and
        listed in ``skipped``.
    min_group_size : int
        Groups with fewer rows are not compared, and listed in ``not_compared``.
    confidence : float
        Level of the interval.
"""
_METHOD = """    method : {"between_groups", "to_overall", "to_reference", "one_vs_rest"}
        What each group is compared with: one another, everybody, one group, or all others pooled.
    reference : label, optional
        A group to compare with; the answer is then signed (or a directed ratio), above 0 (or 1) where the other
        group's rate is higher. With ``method="one_vs_rest"`` the others are pooled.
"""
_AGG = """    agg : {"worst_case", "mean"}
        Whether the larger (for ratios the smaller) of the two comparisons counts, or their mean.
"""
_REFERENCE = """    reference : label
        The group that all others, pooled, are compared with; above 0 the others' rates are higher.
"""
_RETURNS = """
    Returns
    -------
    MetricResult
        A float with ``low``, ``high``, ``by_group``, ``groups``, ``n``, ``noise_floor`` and ``undefined``.

    Raises
    ------
    InputError
        Where columns do not fit together, values are missing or labels are not understood.
"""
DESCRIBING = (
    _ROWS.replace("mapping or 2-D array", "mapping or 2-D array, optional") + _COMMON + _RETURNS
)
_INTERVAL = """    interval : {"simultaneous", "bootstrap"} or None
        How the interval is made, when it is asked for.
    rng : int or numpy Generator
        Seed of the bootstrap.
"""
COMPARING = _ROWS + _METHOD + _COMMON + _INTERVAL + _RETURNS
COMPARING_BOTH = COMPARING.replace("    reference : ", _AGG + "    reference : ", 1)
AVERAGING = (
    _ROWS
    + _REFERENCE
    + _COMMON[: _COMMON.index("    min_group_size")]
    + _COMMON[_COMMON.index("    confidence") :]
)
AVERAGING += _INTERVAL + _RETURNS
