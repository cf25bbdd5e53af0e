"""Knows whether scores keep their promises to each group: by bin, on the whole, and over groups that overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import numpy as np

from coprep.fairness._compare_numbers import Quantity, ScoreFunction, comparing_scores, numbers_of
from coprep.fairness._measured import Floats, Measured, Missing
from coprep.fairness._shuffles import Chance, Deck, Expected
from coprep.fairness.grouped import Form, GroupedNumber, Method
from coprep.fairness.grouptable import label_text
from coprep.fairness.scores import scored_rows
from coprep.findings import as_notes
from coprep.metrics.groups._calibration import calibration_by_group, score_bins
from coprep.metrics.groups._calibration import calibration_in_the_large as in_the_large
from coprep.metrics.groups._group_means import GroupEstimates
from coprep.pictures import Lines
from coprep.results import Result
from coprep.table import ColumnKind, Table

__all__ = [
    "ScoreCalibration",
    "calibration",
    "calibration_in_the_large",
    "calibration_in_the_large_difference",
    "expected_calibration_error",
    "expected_calibration_error_difference",
    "expected_calibration_error_group_max",
    "multicalibration_error",
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


def _large(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    return in_the_large(y, s, codes, weights=rows.weight, size=size)


def _expected(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    found = calibration_by_group(y, s, codes, weights=rows.weight, size=size)
    n = np.bincount(codes, minlength=size).astype(np.intp)
    return GroupEstimates(found.expected_error, np.full(size, np.nan), n)


def _chance(rows: Measured, form: Form, method: Method) -> Chance | None:
    """Labels are shuffled among rows of one score bin: each group keeps its scores, and calibration depends on them."""
    if form == "overall" or method == "to_reference":
        return None
    return Chance(lambda: _expected_gap(rows, form, method))


def _expected_gap(rows: Measured, form: Form, method: Method) -> Expected:
    dealt, gap, weight, bins = _in_bins(rows, 10)
    size, whole = (
        int(dealt.labels.max()) + 1,
        np.abs(np.bincount(dealt.strata, gap)).sum() / weight.sum(),
    )

    def apart(labels: Codes) -> float:
        missed = np.bincount(labels * bins + dealt.strata, gap, size * bins).reshape(size, bins)
        error = np.abs(missed).sum(axis=1) / np.bincount(labels, weight, size)
        if form == "group_max":
            return float(error.max())
        return float(np.ptp(error) if method == "between_groups" else np.abs(error - whole).max())

    return dealt.expected("expected calibration error", apart, work=bins * size)


def _in_bins(rows: Measured, bins: int) -> tuple[Deck, Floats, Floats, int]:
    """A deck with the score bins as strata, what scores miss of each row's outcome, the weights, and how many bins."""
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    weight = (
        np.ones(len(y))
        if rows.weight is None
        else np.ldexp(rows.weight, -np.frexp(rows.weight.max())[1])
    )
    place = score_bins(s, bins)
    there, codes = np.unique(rows.codes, return_inverse=True)
    deck = Deck.of(codes.astype(np.intp), len(there), s, y, weight, strata=place)
    return deck, (weight * (y - s))[deck.order], weight[deck.order], int(place.max()) + 1


def _made(name: str, quantity: Quantity, form: Form, question: str, shown: str) -> ScoreFunction:
    large = quantity is _large
    return comparing_scores(
        name,
        form,
        quantity,
        question,
        shown,
        needs="rows with weight",
        unit="share",
        module="calibration",
        bounds=(-1.0, 1.0) if large else (0.0, 1.0),
        chance=None if large else _chance,
    )


calibration_in_the_large: ScoreFunction = _made(
    "calibration_in_the_large",
    _large,
    "overall",
    "Do scores promise too little (above 0) or too much?",
    "-0.125",
)
calibration_in_the_large_difference: ScoreFunction = _made(
    "calibration_in_the_large_difference",
    _large,
    "difference",
    "Do scores promise too much to one group and too little to another?",
    "0.05",
)
expected_calibration_error: ScoreFunction = _made(
    "expected_calibration_error",
    _expected,
    "overall",
    "How far are scores from what comes of them?",
    "0.425",
)
expected_calibration_error_difference: ScoreFunction = _made(
    "expected_calibration_error_difference",
    _expected,
    "difference",
    "How much worse calibrated are scores for some groups?",
    "0.15",
)
expected_calibration_error_group_max: ScoreFunction = _made(
    "expected_calibration_error_group_max",
    _expected,
    "group_max",
    "How far are scores from what comes of them in the worst group?",
    "0.5",
)


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
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "score_low",
        "score_high",
        "n",
        "mean_score",
        "positive_rate",
    )
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

    References
    ----------
    Dawid, A. P. (1982). The well-calibrated Bayesian. JASA 77, 605-610.

    Examples
    --------
    >>> found = calibration([0, 1, 1, 1], [0.2, 0.8, 0.2, 0.8], sensitive_features=list("aabb"), bins=2)
    >>> found.rows["positive_rate"]
    (0.0, 1.0, 1.0, 1.0)
    """
    rows = scored_rows(
        y_true, y_score, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    found, counted = (
        calibration_by_group(
            y, s, rows.codes, bins=bins, strategy=strategy, weights=w, size=rows.size
        )
        for w in (rows.weight, None)
    )
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
    lines = Lines(
        x="mean_score",
        y="positive_rate",
        series="group",
        xaxis="mean score of the bin",
        axis="share of positives",
        diagonal="as many positives as scores promise",
    )
    notes = [
        f"{k:,} rows left out for missing values."
        for what, k in rows.dropped.items()
        if what == "rows"
    ]
    return ScoreCalibration(
        title="Calibration by group",
        rows=Table.from_records(records, _KINDS),
        notes=as_notes(notes),
        settings={"bins": bins, "strategy": strategy},
        picture=lines,
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
        ``by_group`` has each group's largest, and ``groups`` the one that attains it.

    Notes
    -----
    Above 0 by chance alone: ``noise_floor`` is the mean over shuffles of the group labels among rows of one score bin,
    those of all features together.

    References
    ----------
    Hebert-Johnson, U., Kim, M., Reingold, O. & Rothblum, G. (2018). Multicalibration: calibration for the
    (computationally-identifiable) masses. ICML.

    Examples
    --------
    >>> multicalibration_error([1, 1, 0, 0], [0.5] * 4, sensitive_features=list("abab"), bins=1).value
    0.0
    """
    rows = scored_rows(
        y_true, y_score, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    labels: list[Any] = []
    worst, n = [], []
    for own, codes in _overlapping(rows):
        found = calibration_by_group(y, s, codes, bins=bins, weights=rows.weight, size=len(own))
        apart = found.weight * np.abs(found.positive_rate - found.mean_score)
        labels += own
        worst.append(np.nan_to_num(apart).max(axis=1) / found.weight.sum())
        n.append(np.bincount(codes, minlength=len(own)))
    whole = calibration_by_group(
        y, s, np.zeros(len(y), dtype=np.intp), bins=bins, weights=rows.weight, size=1
    )
    apart = whole.weight * np.abs(whole.positive_rate - whole.mean_score)
    rows_of = np.concatenate(n).astype(np.intp)
    value, nothing = (
        np.where(rows_of > 0, np.concatenate(worst), np.nan),
        np.full(len(labels), np.nan),
    )
    plain = numbers_of(rows, _large, needs="rows with weight", unit="share of rows")
    numbers = replace(
        plain,
        labels=tuple(labels),
        value=value,
        overall=float(np.nan_to_num(apart).max() / whole.weight.sum()),
        se=nothing,
        n=rows_of,
        chance_se=nothing,
        df=None,
        chance_df=None,
        bounds=(0.0, 1.0),
    )
    plainly = GroupedNumber.of(
        "multicalibration_error", "group_max", numbers, confidence=confidence
    )
    return plainly.valued(
        plainly.value, chance=Chance(lambda: _expected_of_overlapping(rows, bins))
    )


def _expected_of_overlapping(rows: Measured, bins: int) -> Expected:
    """Labels of all features are shuffled together, so that those who share one level go on sharing others."""
    dealt, gap, weight, width = _in_bins(rows, bins)
    _, first = np.unique(rows.codes, return_index=True)
    features = [
        (len(own), codes[first][np.argsort(dealt.place)]) for own, codes in _overlapping(rows)
    ]

    def largest(labels: Codes) -> float:
        places = (level[labels] * width + dealt.strata for _, level in features)
        missed = (
            np.bincount(place, gap, levels * width)
            for place, (levels, _) in zip(places, features, strict=True)
        )
        return max(float(np.abs(each).max()) for each in missed) / float(weight.sum())

    cells = sum(levels for levels, _ in features) * width
    return dealt.expected(
        "multicalibration error", largest, work=cells + 5 * len(features) * len(gap)
    )


def _overlapping(rows: Measured) -> Iterator[tuple[list[Any], Codes]]:
    """Levels of each feature and, where there are several, of their crossing; which of them each row has."""
    several = len(rows.features) > 1
    for name, column in rows.features.items():
        yield (
            [f"{name}={level}" if several else level for level in column.labels],
            np.asarray(column.codes, np.intp),
        )
    if several:
        used, codes = np.unique(rows.codes, return_inverse=True)
        yield [rows.labels[i] for i in used], codes.astype(np.intp)
