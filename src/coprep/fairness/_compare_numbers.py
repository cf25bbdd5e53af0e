"""Knows the functions that compare a number of each group: their keywords, said once, and their docstrings."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from coprep.errors import InputError
from coprep.fairness._measured import Measured, Missing, measured
from coprep.fairness._number_docs import NUMBERS, SCORES, documented
from coprep.fairness._shuffles import Chance
from coprep.fairness.grouped import Form, GroupedNumber, Method, Numbers
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._group_means import GroupEstimates

__all__ = [
    "ANYWHERE",
    "Bounds",
    "DerivedMetric",
    "NumberFunction",
    "Quantity",
    "ScoreFunction",
    "comparing_numbers",
    "comparing_scores",
    "numbers_of",
]

Quantity = Callable[[Measured, "np.ndarray[Any, np.dtype[np.intp]]", int], GroupEstimates]
"""From rows, group codes and the number of groups to a number of each group."""
ChanceOf = Callable[[Measured, Form, Method], Chance | None]
"""What shuffled labels make of a comparison, for numbers whose errors are not known."""
Bounds = tuple[float, float]
ANYWHERE: Bounds = (-math.inf, math.inf)


class ScoreFunction(Protocol):
    """A comparison of scores between groups."""

    def __call__(
        self,
        y_true: Any,
        y_score: Any = None,
        *,
        sensitive_features: Any = None,
        method: Method = "between_groups",
        reference: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        confidence: float = 0.95,
        y_pred: Any = None,
    ) -> GroupedNumber: ...


class NumberFunction(Protocol):
    """A comparison of numeric predictions between groups."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any = None,
        method: Method = "between_groups",
        reference: Any = None,
        sample_weight: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        confidence: float = 0.95,
    ) -> GroupedNumber: ...


class DerivedMetric(Protocol):
    """A function of rows, compared between groups."""

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any,
        method: Method = "between_groups",
        reference: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        **others: Any,
    ) -> GroupedNumber: ...


def numbers_of(
    rows: Measured, quantity: Quantity, *, needs: str, unit: str, bounds: Bounds = ANYWHERE
) -> Numbers:
    """A number of each group and of everybody."""
    found = quantity(rows, rows.codes, rows.size)
    overall = quantity(rows, np.zeros(len(rows.codes), dtype=np.intp), 1)
    value, se, df = np.asarray(found.value), np.asarray(found.se), found.freedom
    return Numbers(
        rows.labels, value, se, found.n, float(overall.value[0]), se, needs, unit, rows.dropped, df, df, bounds,
        float(overall.se[0]), float(overall.freedom[0]),
    )  # fmt: skip


def _needs_groups(form: Form, sensitive_features: Any) -> None:
    if form != "overall" and sensitive_features is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
        )


def _one_of(y_score: Any, y_pred: Any) -> Any:
    """Scores under either name."""
    if y_score is not None and y_pred is not None:
        raise InputError.of(
            "y_score and y_pred are two names for the scores; pass one.", param="y_pred"
        )
    return y_pred if y_score is None else y_score


def comparing_scores(
    name: str,
    form: Form,
    quantity: Quantity,
    question: str,
    shown: str,
    *,
    needs: str,
    unit: str,
    module: str,
    bounds: Bounds = ANYWHERE,
    chance: ChanceOf | None = None,
) -> ScoreFunction:
    """A function of binary labels and scores; ``shown`` is what it gives for the example of its docstring."""

    def function(
        y_true: Any,
        y_score: Any = None,
        *,
        sensitive_features: Any = None,
        method: Method = "between_groups",
        reference: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        confidence: float = 0.95,
        y_pred: Any = None,
    ) -> GroupedNumber:
        _needs_groups(form, sensitive_features)
        rows = measured(
            {"y_score": _one_of(y_score, y_pred)},
            {"y_true": y_true},
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
        found = GroupedNumber.of(
            name,
            form,
            numbers_of(rows, quantity, needs=needs, unit=unit, bounds=bounds),
            method=method,
            reference=reference,
            undefined=undefined,
            confidence=confidence,
        )
        if chance is None:
            return found
        return found.valued(found.value, chance=chance(rows, form, found.method))  # type: ignore[arg-type]

    text = documented(name, form, question, SCORES, shown)
    made: ScoreFunction = _named(function, name, text, module)
    return made


def comparing_numbers(
    name: str,
    form: Form,
    quantity: Quantity,
    question: str,
    shown: str,
    *,
    needs: str,
    unit: str,
    module: str,
    bounds: Bounds = ANYWHERE,
) -> NumberFunction:
    """A function of numeric outcomes and predictions; ``shown`` is what it gives for its docstring's example."""

    def function(
        y_true: Any,
        y_pred: Any,
        *,
        sensitive_features: Any = None,
        method: Method = "between_groups",
        reference: Any = None,
        sample_weight: Any = None,
        missing: Missing = "raise",
        undefined: Undefined = "strict",
        confidence: float = 0.95,
    ) -> GroupedNumber:
        _needs_groups(form, sensitive_features)
        rows = measured(
            {"y_true": y_true, "y_pred": y_pred},
            {},
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            missing=missing,
        )
        return GroupedNumber.of(
            name,
            form,
            numbers_of(rows, quantity, needs=needs, unit=unit, bounds=bounds),
            method=method,
            reference=reference,
            undefined=undefined,
            confidence=confidence,
        )

    text = documented(name, form, question, NUMBERS, shown)
    made: NumberFunction = _named(function, name, text, module)
    return made


def _named(function: Any, name: str, text: str, module: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__module__ = f"coprep.fairness.{module}"
    function.__doc__ = text
    return function
