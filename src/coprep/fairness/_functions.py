"""Knows the call that all metric functions share, and makes each of them from its name and a sentence."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from coprep.errors import InputError
from coprep.fairness._compare import Method
from coprep.fairness._rows import gather
from coprep.fairness._scores import ALIKE, INNER, NEEDS
from coprep.fairness.grouptable import GroupTable, Missing
from coprep.fairness.measures import MEASURES
from coprep.fairness.result import MetricResult
from coprep.metrics.classification import CONFUSION_RATES, Undefined
from coprep.metrics.streams import RNG

__all__ = [
    "Averaging",
    "Comparing",
    "ComparingBoth",
    "Describing",
    "Rating",
    "averaging",
    "comparing",
    "comparing_both",
    "describing",
    "rating",
    "table_for",
]

Agg = Literal["worst_case", "mean"]
Interval = Literal["simultaneous", "bootstrap"]


class Describing(Protocol):
    """A function that gives everybody's rate, and each group's."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any = None,
        *,
        sensitive_features: Any = None,
        control_features: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        min_group_size: int = 0,
        confidence: float = 0.95,
    ) -> MetricResult: ...


class Rating(Protocol):
    """The same, for the rates whose weights and positive label fairlearn takes by position."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        *,
        sensitive_features: Any = None,
        control_features: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        min_group_size: int = 0,
        confidence: float = 0.95,
    ) -> MetricResult: ...


class Comparing(Protocol):
    """A function that compares groups on one rate."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any = None,
        *,
        sensitive_features: Any,
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
    ) -> MetricResult: ...


class ComparingBoth(Protocol):
    """A function that compares groups on two rates and brings both together."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        method: Method = "between_groups",
        agg: Agg = "worst_case",
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
    ) -> MetricResult: ...


class Averaging(Protocol):
    """A function that compares everybody else with a reference group on two rates."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        reference: Any,
        control_features: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        confidence: float = 0.95,
        interval: Interval | None = "simultaneous",
        rng: RNG = 0,
    ) -> MetricResult: ...


def table_for(
    name: str,
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
) -> GroupTable:
    """The counts one metric needs: a column that plays no part in it is not looked at."""
    needed: set[str] = set().union(*(NEEDS.get(rate, {"y_true", "y_pred"}) for rate in MEASURES[name].rates))
    given = {n: v for n, v in (("y_true", y_true), ("y_pred", y_pred)) if n in needed}
    for column, values in given.items():
        if values is None:
            raise InputError.of(f"{name} needs {column}.", code="missing", param=column)
    rows = gather(
        given.get("y_true"),
        given.get("y_pred"),
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
        alike=min(ALIKE.get(rate, 0) for rate in MEASURES[name].rates),
    )
    return GroupTable.counted(rows)


def describing(name: str, question: str) -> Describing:
    """The function of a rate, or of the highest or lowest rate of the groups."""

    def function(
        y_true: Any,
        y_pred: Any = None,
        *,
        sensitive_features: Any = None,
        control_features: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        min_group_size: int = 0,
        confidence: float = 0.95,
    ) -> MetricResult:
        table = table_for(
            name,
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            control_features=control_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
        return MetricResult.of(table, name, undefined=undefined, min_group_size=min_group_size, confidence=confidence)

    made: Describing = _named(function, name, question, _DESCRIBING)
    return made


def rating(name: str, question: str) -> Rating:
    """The function of a rate that fairlearn calls with weights and label by position."""
    described = describing(name, question)

    def function(
        y_true: Any,
        y_pred: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        *,
        sensitive_features: Any = None,
        control_features: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        min_group_size: int = 0,
        confidence: float = 0.95,
    ) -> MetricResult:
        return described(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            control_features=control_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
            undefined=undefined,
            min_group_size=min_group_size,
            confidence=confidence,
        )

    made: Rating = _named(function, name, question, _DESCRIBING)
    return made


def comparing(name: str, question: str) -> Comparing:
    """The function of a difference or ratio between groups."""

    def function(
        y_true: Any,
        y_pred: Any = None,
        *,
        sensitive_features: Any,
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
        table = table_for(
            name,
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            control_features=control_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
        return MetricResult.of(
            table,
            name,
            method=method,
            reference=reference,
            undefined=undefined,
            min_group_size=min_group_size,
            confidence=confidence,
            interval=interval,
            rng=rng,
        )

    made: Comparing = _named(function, name, question, _COMPARING)
    return made


def comparing_both(name: str, question: str) -> ComparingBoth:
    """The function of a difference or ratio on two rates."""

    def function(
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        method: Method = "between_groups",
        agg: Agg = "worst_case",
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
        table = table_for(
            name,
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            control_features=control_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
        return MetricResult.of(
            table,
            name,
            method=method,
            agg=agg,
            reference=reference,
            undefined=undefined,
            min_group_size=min_group_size,
            confidence=confidence,
            interval=interval,
            rng=rng,
        )

    made: ComparingBoth = _named(
        function, name, question, _COMPARING.replace("    reference : ", _AGG + "    reference : ", 1)
    )
    return made


def averaging(name: str, question: str) -> Averaging:
    """The function of everybody else against a reference group on two rates."""

    def function(
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        reference: Any,
        control_features: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        confidence: float = 0.95,
        interval: Interval | None = "simultaneous",
        rng: RNG = 0,
    ) -> MetricResult:
        table = table_for(
            name,
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            control_features=control_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
        return MetricResult.of(
            table,
            name,
            method="one_vs_rest",
            reference=reference,
            undefined=undefined,
            confidence=confidence,
            interval=interval,
            rng=rng,
        )

    made: Averaging = _named(function, name, question, _AVERAGING)
    return made


def _named(function: Any, name: str, question: str, rest: str) -> Any:
    """The function under its own name, with a docstring that says its question, formula and keywords."""
    metric = MEASURES[name]
    parts = [part for rate in metric.rates for part in INNER.get(rate, (rate,))]
    formulas = []
    for part in parts:
        rate = CONFUSION_RATES[part]
        formulas.append(f"``{part} = ({' + '.join(rate.numerator)}) / ({' + '.join(rate.denominator)})``")
    compared = {
        "rate": "of everybody; each group's is in ``by_group``.",
        "difference": "compared as the largest minus the smallest, or the largest distance.",
        "ratio": "compared as the smallest over the largest, or the smallest ratio.",
        "group_min": "the lowest of the groups.",
        "group_max": "the highest of the groups.",
    }[metric.form]
    function.__name__ = function.__qualname__ = name
    function.__module__ = f"coprep.fairness.{'rates' if metric.rates[0] in name else 'parity'}"
    function.__doc__ = f"{question}\n{rest}\n    Notes\n    -----\n    {'; '.join(formulas)}, {compared}\n"
    return function


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
_DESCRIBING = _ROWS.replace("mapping or 2-D array", "mapping or 2-D array, optional") + _COMMON + _RETURNS
_INTERVAL = """    interval : {"simultaneous", "bootstrap"} or None
        How the interval is made, when it is asked for.
    rng : int or numpy Generator
        Seed of the bootstrap.
"""
_COMPARING = _ROWS + _METHOD + _COMMON + _INTERVAL + _RETURNS
_AVERAGING = (
    _ROWS + _REFERENCE + _COMMON[: _COMMON.index("    min_group_size")] + _COMMON[_COMMON.index("    confidence") :]
)
_AVERAGING += _INTERVAL + _RETURNS
