"""Knows how scores serve each group: ranking power, calibration, distribution, and the area between curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.fairness._compare_numbers import Quantity, ScoreFunction, comparing_scores, numbers_of
from coprep.fairness._measured import Measured, Missing, measured
from coprep.fairness.grouped import Form, GroupedNumber
from coprep.fairness.grouptable import label_text
from coprep.findings import ColumnKind, Result, Table
from coprep.metrics import calibration as calibrating
from coprep.metrics import scores as scoring
from coprep.metrics._numbers import choice
from coprep.metrics.classification import Undefined
from coprep.metrics.group_means import GroupEstimates, group_means

__all__ = [
    "ScoreCalibration",
    "abroca",
    "brier_score",
    "brier_score_difference",
    "brier_score_group_max",
    "calibration",
    "calibration_in_the_large",
    "calibration_in_the_large_difference",
    "expected_calibration_error",
    "expected_calibration_error_difference",
    "expected_calibration_error_group_max",
    "mean_score",
    "mean_score_difference",
    "mean_score_ratio",
    "multicalibration_error",
    "roc_auc_score",
    "roc_auc_score_difference",
    "roc_auc_score_group_max",
    "roc_auc_score_group_min",
    "roc_auc_score_ratio",
    "score_distance",
]

Codes = np.ndarray[Any, np.dtype[np.intp]]
_KINDS: dict[str, ColumnKind] = {
    "group": "text",
    "score_low": "number",
    "score_high": "number",
    "n": "count",
    "weight": "number",
    "mean_score": "number",
    "positive_rate": "number",
}
_BOTH = "rows of both labels"
_ANY = "rows with weight"


def _auc(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    return scoring.auc_by_group(y, s, codes, weights=rows.weight, size=size)


def _brier(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    return scoring.brier_by_group(y, s, codes, weights=rows.weight, size=size)


def _mean(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    return group_means(rows.columns["y_score"], codes, weights=rows.weight, size=size)


def _large(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    left = rows.columns["y_true"] - rows.columns["y_score"]
    return group_means(left, codes, weights=rows.weight, size=size)


def _expected(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    found = calibrating.calibration_by_group(y, s, codes, weights=rows.weight, size=size)
    n = np.bincount(codes, minlength=size).astype(np.intp)
    return GroupEstimates(found.expected_error, np.full(size, np.nan), n)


def _made(name: str, quantity: Quantity, form: Form, question: str, needs: str, unit: str) -> ScoreFunction:
    return comparing_scores(name, form, quantity, question, needs=needs, unit=unit, module="scores")


roc_auc_score = _made(
    "roc_auc_score", _auc, "overall", "How often is a positive scored above a negative?", _BOTH, "share of pairs"
)
roc_auc_score_difference = _made(
    "roc_auc_score_difference", _auc, "difference", "How much better are some groups ranked?", _BOTH, "share of pairs"
)
roc_auc_score_ratio = _made(
    "roc_auc_score_ratio", _auc, "ratio", "What is the smallest AUC as a share of the largest?", _BOTH, "share of pairs"
)
roc_auc_score_group_min = _made(
    "roc_auc_score_group_min", _auc, "group_min", "How well is the worst ranked group ranked?", _BOTH, "share of pairs"
)
roc_auc_score_group_max = _made(
    "roc_auc_score_group_max", _auc, "group_max", "How well is the best ranked group ranked?", _BOTH, "share of pairs"
)
brier_score = _made(
    "brier_score", _brier, "overall", "How far are probabilities from outcomes, in mean squares?", _ANY, "mean square"
)
brier_score_difference = _made(
    "brier_score_difference", _brier, "difference", "How much do Brier scores differ?", _ANY, "mean square"
)
brier_score_group_max = _made(
    "brier_score_group_max", _brier, "group_max", "Which is the worst Brier score of any group?", _ANY, "mean square"
)
mean_score = _made("mean_score", _mean, "overall", "What is the mean score?", _ANY, "score")
mean_score_difference = _made(
    "mean_score_difference", _mean, "difference", "How far apart are the mean scores of groups?", _ANY, "score"
)
mean_score_ratio = _made(
    "mean_score_ratio", _mean, "ratio", "What is the lowest mean score as a share of the highest?", _ANY, "score"
)
calibration_in_the_large = _made(
    "calibration_in_the_large", _large, "overall", "Do scores promise too little (above 0) or too much?", _ANY, "share"
)
calibration_in_the_large_difference = _made(
    "calibration_in_the_large_difference",
    _large,
    "difference",
    "Do scores promise too much to one group and too little to another?",
    _ANY,
    "share",
)
expected_calibration_error = _made(
    "expected_calibration_error", _expected, "overall", "How far are scores from what comes of them?", _ANY, "share"
)
expected_calibration_error_difference = _made(
    "expected_calibration_error_difference",
    _expected,
    "difference",
    "How much worse calibrated are scores for some groups?",
    _ANY,
    "share",
)
expected_calibration_error_group_max = _made(
    "expected_calibration_error_group_max",
    _expected,
    "group_max",
    "How far are scores from what comes of them in the worst group?",
    _ANY,
    "share",
)


def abroca(
    y_true: Any,
    y_score: Any,
    *,
    sensitive_features: Any,
    reference: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """How large is the area between the ROC curves of two groups?

    Parameters
    ----------
    y_true, y_score, sensitive_features, sample_weight, pos_label, missing, undefined, confidence
        As for `roc_auc_score_difference`.
    reference : label, optional
        Compare each group with this one; by default every two groups.

    Returns
    -------
    GroupedNumber
        From 0 to 1: the largest area of any pair; ``by_group`` has the areas under the curves. Without interval.

    Notes
    -----
    Exact. Curves that cross can have the same area under them and a large area between them.

    References
    ----------
    Gardner, J., Brooks, C. & Baker, R. (2019). Evaluating the fairness of predictive student models through
    slicing analysis. LAK19, 225-234.

    Examples
    --------
    >>> abroca([0, 1, 0, 1], [0.1, 0.9, 0.9, 0.1], sensitive_features=["a", "a", "b", "b"]).value
    1.0
    """
    rows = _rows(y_true, y_score, sensitive_features, sample_weight, pos_label=pos_label, missing=missing)

    def distance(first: Codes, second: Codes) -> float:
        curves = [
            scoring.roc_points(rows.columns["y_true"][at], rows.columns["y_score"][at], weights=_weights(rows, at))
            for at in (first, second)
        ]
        return scoring.abroca(*curves)

    plain = GroupedNumber.of(
        "abroca",
        "difference",
        numbers_of(rows, _auc, needs=_BOTH, unit="area"),
        reference=reference,
        undefined=undefined,
        confidence=confidence,
    )
    return _pairwise(plain, rows, distance)


def score_distance(
    y_score: Any,
    *,
    sensitive_features: Any,
    distance: Literal["wasserstein", "kolmogorov_smirnov"] = "wasserstein",
    reference: Any = None,
    sample_weight: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """How differently are scores distributed in two groups?

    Parameters
    ----------
    y_score : array-like of shape (n,)
        Scores.
    sensitive_features, sample_weight, missing, undefined, confidence
        As for `mean_score_difference`.
    distance : {"wasserstein", "kolmogorov_smirnov"}
        How far scores would have to be moved, on average; or the largest demographic parity difference over all
        thresholds.
    reference : label, optional
        Compare each group with this one; by default every two groups.

    Returns
    -------
    GroupedNumber
        The largest distance of any pair; ``by_group`` has the mean scores. Without interval.

    Examples
    --------
    >>> score_distance([0.1, 0.2, 0.6, 0.7], sensitive_features=["a", "a", "b", "b"]).value
    0.5
    """
    choice(distance, "distance", ("wasserstein", "kolmogorov_smirnov"))
    measure = scoring.wasserstein_distance if distance == "wasserstein" else scoring.kolmogorov_smirnov
    rows = measured(
        {"y_score": y_score},
        {},
        sensitive_features=_needed(sensitive_features),
        sample_weight=sample_weight,
        missing=missing,
    )

    def apart(first: Codes, second: Codes) -> float:
        score = rows.columns["y_score"]
        return measure(score[first], score[second], weights=(_weights(rows, first), _weights(rows, second)))

    plain = GroupedNumber.of(
        f"{distance}_distance",
        "difference",
        numbers_of(rows, _mean, needs=_ANY, unit="score"),
        reference=reference,
        undefined=undefined,
        confidence=confidence,
    )
    return _pairwise(plain, rows, apart)


def _needed(sensitive_features: Any) -> Any:
    if sensitive_features is None:
        raise InputError.of("sensitive_features is needed: which groups?", code="missing", param="sensitive_features")
    return sensitive_features


def _rows(y_true: Any, y_score: Any, features: Any, weight: Any, *, pos_label: Any, missing: str) -> Measured:
    return measured(
        {"y_score": y_score},
        {"y_true": y_true},
        sensitive_features=_needed(features),
        sample_weight=weight,
        pos_label=pos_label,
        missing=missing,
    )


def _weights(rows: Measured, at: Codes) -> Any:
    return None if rows.weight is None else rows.weight[at]


def _pairwise(plain: GroupedNumber, rows: Measured, distance: Callable[[Codes, Codes], float]) -> GroupedNumber:
    """The same number with the largest distance of any two groups (or of any from the reference) for its value."""
    numbers = replace(
        plain.numbers,
        se=np.full(rows.size, np.nan),
        chance_se=np.full(rows.size, np.nan),
    )
    value, groups = math.nan, plain.groups
    if not math.isnan(plain.value):
        used = [i for i in range(rows.size) if not math.isnan(numbers.value[i])]
        order = np.argsort(rows.codes, kind="stable")
        members = np.split(order, np.cumsum(np.bincount(rows.codes, minlength=rows.size))[:-1])
        pairs = list(combinations(used, 2))
        if plain.reference is not None:
            base = rows.labels.index(plain.reference)
            pairs = [(i, base) for i in used if i != base]
        value, first, second = max((distance(members[i], members[j]), i, j) for i, j in pairs)
        groups = (rows.labels[first], rows.labels[second])
    return GroupedNumber(
        value, plain.name, plain.form, numbers, groups, plain.method, plain.reference, plain.confidence,
        plain.undefined, plain.skipped, plain.not_compared,
    )  # fmt: skip


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ScoreCalibration(Result):
    """Whether a score means the same in every group: a row a group and score bin.

    Attributes
    ----------
    groups : Table
        For each group the expected calibration error and calibration in the large.
    """

    groups: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "fairness.calibration"
    picture: ClassVar[str] = "lines"
    shown: ClassVar[tuple[str, ...]] = ("group", "score_low", "score_high", "n", "mean_score", "positive_rate")
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("group", "score_low", "score_high")


def calibration(
    y_true: Any,
    y_score: Any,
    *,
    sensitive_features: Any,
    bins: int = 10,
    strategy: Literal["uniform", "quantile"] = "uniform",
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
) -> ScoreCalibration:
    """Does a score mean the same in every group?

    Parameters
    ----------
    y_true, y_score, sensitive_features, sample_weight, pos_label, missing
        As for `roc_auc_score`; scores from 0 to 1.
    bins : int
        Number of score bins.
    strategy : {"uniform", "quantile"}
        Bins of equal width, or of equally many rows of all groups together.

    Returns
    -------
    ScoreCalibration
        ``table`` has columns group, score_low, score_high, n, weight, mean_score and positive_rate.

    Examples
    --------
    >>> found = calibration([0, 1, 1, 1], [0.2, 0.8, 0.2, 0.8], sensitive_features=list("aabb"), bins=2)
    >>> found.rows["positive_rate"]
    (0.0, 1.0, 1.0, 1.0)
    """
    rows = _rows(y_true, y_score, sensitive_features, sample_weight, pos_label=pos_label, missing=missing)
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    options = {"bins": bins, "strategy": strategy, "size": rows.size}
    found = calibrating.calibration_by_group(y, s, rows.codes, weights=rows.weight, **options)
    counted = calibrating.calibration_by_group(y, s, rows.codes, **options)
    records = [
        {
            "group": label_text(label),
            "score_low": float(found.edges[b]),
            "score_high": float(found.edges[b + 1]),
            "n": int(counted.weight[g, b]),
            "weight": float(found.weight[g, b]),
            "mean_score": float(found.mean_score[g, b]),
            "positive_rate": float(found.positive_rate[g, b]),
        }
        for g, label in enumerate(rows.labels)
        for b in range(len(found.edges) - 1)
    ]
    by_group = Table(
        {
            "group": [label_text(label) for label in rows.labels],
            "n": np.bincount(rows.codes, minlength=rows.size).tolist(),
            "expected_calibration_error": found.expected_error.tolist(),
            "calibration_in_the_large": found.in_the_large.tolist(),
        },
        {
            "group": "text",
            "n": "count",
            "expected_calibration_error": "number",
            "calibration_in_the_large": "number",
        },
    )
    lines = {"x": "mean_score", "y": "positive_rate", "series": "group", "low": None, "high": None,
             "xaxis": "mean score of the bin", "yaxis": "share of positives", "reference": None, "step": False}  # fmt: skip
    notes = [f"{k:,} rows left out for missing values." for what, k in rows.dropped.items() if what == "rows"]
    return ScoreCalibration(
        title="Calibration by group",
        rows=Table.from_records(records, _KINDS),
        notes=tuple(notes),
        settings={"bins": bins, "strategy": strategy, "lines": lines},
        groups=by_group,
    )


def multicalibration_error(
    y_true: Any,
    y_score: Any,
    *,
    sensitive_features: Any,
    bins: int = 10,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    confidence: float = 0.95,
) -> GroupedNumber:
    """Is there any group, at any score, for which scores promise too much or too little?

    Parameters
    ----------
    y_true, y_score, sensitive_features, sample_weight, pos_label, missing
        As for `roc_auc_score`; scores from 0 to 1. Groups are the levels of each feature and their crossing.
    bins : int
        Score bins of equal width.
    confidence : float
        Of the intervals of the groups.

    Returns
    -------
    GroupedNumber
        Largest absolute ``share of all rows * (share of positives - mean score)`` of a group and bin;
        ``by_group`` has each group's largest, and ``groups`` the one that attains it. Above 0 by chance alone.

    References
    ----------
    Hebert-Johnson, U., Kim, M., Reingold, O. & Rothblum, G. (2018). Multicalibration: calibration for the
    (computationally-identifiable) masses. ICML.

    Examples
    --------
    >>> multicalibration_error([1, 1, 0, 0], [0.5] * 4, sensitive_features=list("abab"), bins=1).value
    0.0
    """
    rows = _rows(y_true, y_score, sensitive_features, sample_weight, pos_label=pos_label, missing=missing)
    labels, members = _overlapping(rows)
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    found = calibrating.multicalibration_error(y, s, members, bins=bins, weights=rows.weight)
    worst = np.abs(found.deficit).max(axis=1)
    nothing = np.full(len(labels), np.nan)
    plain = numbers_of(rows, _large, needs=_ANY, unit="share of rows")
    n = members.sum(axis=0).astype(np.intp)
    value = np.where(n > 0, worst, np.nan)
    numbers = replace(plain, labels=labels, value=value, se=nothing, chance_se=nothing, n=n)
    return GroupedNumber.of("multicalibration_error", "group_max", numbers, confidence=confidence)


def _overlapping(rows: Measured) -> tuple[tuple[Any, ...], np.ndarray[Any, np.dtype[np.float64]]]:
    """Levels of each feature and, where there are several, of their crossing; who is in each."""
    labels: list[Any] = []
    members = []
    several = len(rows.features) > 1
    for name, column in rows.features.items():
        for i, level in enumerate(column.labels):
            labels.append(f"{name}={level}" if several else level)
            members.append(np.asarray(column.codes) == i)
    if several:
        for i in np.unique(rows.codes):
            labels.append(rows.labels[i])
            members.append(rows.codes == i)
    return tuple(labels), np.stack(members, axis=1).astype(float)
