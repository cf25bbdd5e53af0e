"""Knows the call that all metric functions share, and makes each of them from its name and a sentence."""

from __future__ import annotations

import inspect
from typing import Any, Literal, Protocol

from coprep.errors import InputError
from coprep.fairness._compare import Method
from coprep.fairness._docs import AVERAGING, COMPARING, COMPARING_BOTH, DESCRIBING, documented
from coprep.fairness._rows import gather
from coprep.fairness._scores import ALIKE, NEEDS
from coprep.fairness.grouptable import GroupTable, Missing
from coprep.fairness.measures import MEASURES
from coprep.fairness.result import MetricResult
from coprep.metrics._streams import RNG
from coprep.metrics.groups._classification import Undefined

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
    needed: set[str] = set().union(
        *(NEEDS.get(rate, {"y_true", "y_pred"}) for rate in MEASURES[name].rates)
    )
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


def describing(name: str, question: str, shown: str) -> Describing:
    """The function of a rate, or of the highest or lowest rate of the groups."""
    made: Describing = _function(Describing, name, question, DESCRIBING, shown)
    return made


def rating(name: str, question: str, shown: str) -> Rating:
    """The function of a rate that fairlearn calls with weights and label by position."""
    made: Rating = _function(Rating, name, question, DESCRIBING, shown)
    return made


def comparing(name: str, question: str, shown: str) -> Comparing:
    """The function of a difference or ratio between groups."""
    made: Comparing = _function(Comparing, name, question, COMPARING, shown)
    return made


def comparing_both(name: str, question: str, shown: str) -> ComparingBoth:
    """The function of a difference or ratio on two rates."""
    made: ComparingBoth = _function(ComparingBoth, name, question, COMPARING_BOTH, shown)
    return made


def averaging(name: str, question: str, shown: str) -> Averaging:
    """The function of everybody else against a reference group on two rates."""
    made: Averaging = _function(Averaging, name, question, AVERAGING, shown, method="one_vs_rest")
    return made


_OF_ROWS = (
    "y_true",
    "y_pred",
    "sensitive_features",
    "control_features",
    "sample_weight",
    "pos_label",
    "missing",
)


def _function(kind: type, name: str, question: str, keywords: str, shown: str, **fixed: Any) -> Any:
    """A function with the signature of its kind: keywords that describe rows go to the table, others to the metric."""
    signature = inspect.signature(vars(kind)["__call__"])
    signature = signature.replace(parameters=[*signature.parameters.values()][1:])

    def function(*args: Any, **given: Any) -> MetricResult:
        try:
            bound = signature.bind(*args, **given)
        except TypeError as error:
            raise TypeError(f"{name}(): {error}") from None
        bound.apply_defaults()
        rows = {keyword: bound.arguments.pop(keyword) for keyword in _OF_ROWS}
        return MetricResult.of(table_for(name, **rows), name, **bound.arguments, **fixed)

    function.__dict__["__signature__"] = signature
    return documented(function, MEASURES[name], question, keywords, shown)
