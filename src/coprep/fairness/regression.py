"""Knows how wrong numeric predictions are for each group, and how far apart groups are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from coprep.fairness._compare_numbers import ANYWHERE, NumberFunction, Quantity, comparing_numbers
from coprep.fairness._measured import Measured
from coprep.fairness.grouped import Form
from coprep.metrics.groups._group_means import GroupEstimates
from coprep.metrics.groups._regression import RegressionError, regression_errors

__all__ = [
    "mean_absolute_error",
    "mean_absolute_error_difference",
    "mean_absolute_error_group_max",
    "mean_absolute_error_ratio",
    "mean_error",
    "mean_error_difference",
    "mean_squared_error",
    "mean_squared_error_difference",
    "mean_squared_error_group_max",
    "mean_squared_error_ratio",
    "r2_score",
    "r2_score_difference",
    "r2_score_group_min",
    "root_mean_squared_error",
    "root_mean_squared_error_difference",
    "root_mean_squared_error_group_max",
    "root_mean_squared_error_ratio",
]


def _quantity(error: RegressionError) -> Quantity:
    def quantity(
        rows: Measured, codes: np.ndarray[Any, np.dtype[np.intp]], size: int
    ) -> GroupEstimates:
        y, p = rows.columns["y_true"], rows.columns["y_pred"]
        return regression_errors(y, p, codes, error=error, weights=rows.weight, size=size)

    return quantity


def _made(
    name: str, error: RegressionError, form: Form, question: str, shown: str
) -> NumberFunction:
    needs = "outcomes that vary" if error == "r2_score" else "rows with weight"
    unit = "share explained" if error == "r2_score" else "units of the outcome"
    unit = "squared units" if error == "mean_squared_error" else unit
    bounds = {"mean_error": ANYWHERE, "r2_score": (-math.inf, 1.0)}.get(error, (0.0, math.inf))
    return comparing_numbers(
        name,
        form,
        _quantity(error),
        question,
        shown,
        needs=needs,
        unit=unit,
        module="regression",
        bounds=bounds,
    )


mean_error: NumberFunction = _made(
    "mean_error", "mean_error", "overall", "Is too much or too little predicted, on average?", "0.0"
)
mean_error_difference: NumberFunction = _made(
    "mean_error_difference",
    "mean_error",
    "difference",
    "Is one group predicted too much and another too little?",
    "1.0",
)
mean_absolute_error: NumberFunction = _made(
    "mean_absolute_error",
    "mean_absolute_error",
    "overall",
    "How far off are predictions, on average?",
    "1.5",
)
mean_absolute_error_difference: NumberFunction = _made(
    "mean_absolute_error_difference",
    "mean_absolute_error",
    "difference",
    "How much more are some groups mispredicted?",
    "1.0",
)
mean_absolute_error_ratio: NumberFunction = _made(
    "mean_absolute_error_ratio",
    "mean_absolute_error",
    "ratio",
    "What is the smallest error as a share of the largest?",
    "0.5",
)
mean_absolute_error_group_max: NumberFunction = _made(
    "mean_absolute_error_group_max",
    "mean_absolute_error",
    "group_max",
    "How far off is the worst predicted group?",
    "2.0",
)
mean_squared_error: NumberFunction = _made(
    "mean_squared_error",
    "mean_squared_error",
    "overall",
    "How far off are predictions, in mean squares?",
    "3.0",
)
mean_squared_error_difference: NumberFunction = _made(
    "mean_squared_error_difference",
    "mean_squared_error",
    "difference",
    "How much do mean squared errors differ?",
    "3.0",
)
mean_squared_error_ratio: NumberFunction = _made(
    "mean_squared_error_ratio",
    "mean_squared_error",
    "ratio",
    "What is the smallest mean squared error over the largest?",
    "0.333",
)
mean_squared_error_group_max: NumberFunction = _made(
    "mean_squared_error_group_max",
    "mean_squared_error",
    "group_max",
    "Which is the largest mean squared error?",
    "4.5",
)
root_mean_squared_error: NumberFunction = _made(
    "root_mean_squared_error",
    "root_mean_squared_error",
    "overall",
    "How far off are predictions, large errors counting more?",
    "1.732",
)
root_mean_squared_error_difference: NumberFunction = _made(
    "root_mean_squared_error_difference",
    "root_mean_squared_error",
    "difference",
    "How much do root mean squared errors differ between groups?",
    "0.897",
)
root_mean_squared_error_ratio: NumberFunction = _made(
    "root_mean_squared_error_ratio",
    "root_mean_squared_error",
    "ratio",
    "What is the smallest root mean squared error as a share of the largest?",
    "0.577",
)
root_mean_squared_error_group_max: NumberFunction = _made(
    "root_mean_squared_error_group_max",
    "root_mean_squared_error",
    "group_max",
    "Which is the largest root mean squared error of any group?",
    "2.121",
)
r2_score: NumberFunction = _made(
    "r2_score",
    "r2_score",
    "overall",
    "Which share of the variance do predictions explain?",
    "0.429",
)
r2_score_difference: NumberFunction = _made(
    "r2_score_difference",
    "r2_score",
    "difference",
    "How much better are some groups predicted than others?",
    "0.471",
)
r2_score_group_min: NumberFunction = _made(
    "r2_score_group_min",
    "r2_score",
    "group_min",
    "How well is the worst predicted group predicted?",
    "0.1",
)
