"""calibration: whether a score means the same in every group, by bin and over groups that overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.rows import Missing, Rows
from coprep.fairness._catalogue import METRICS
from coprep.fairness._distances import dealt_in_bins
from coprep.fairness._group_table import label_text
from coprep.fairness._number_reading import NumberReading
from coprep.fairness._numbers import Numbers, sizes_of, truth_of
from coprep.fairness._options import Options
from coprep.fairness._permutation import Chance, Expected
from coprep.fairness._rows_for import data_for
from coprep.fairness._wording import rows_left_out
from coprep.fairness.metric import MetricResult
from coprep.metrics._checks import share
from coprep.metrics.groups._calibration import calibration_by_group
from coprep.pictures import Lines
from coprep.results import Result
from coprep.table import ColumnKind, Table

__all__ = ["ScoreCalibration", "calibration"]

Codes = NDArray[np.intp]
_KINDS: dict[str, ColumnKind] = {
    "group": "text",
    "score_low": "number",
    "score_high": "number",
    "n": "count",
    "weight": "number",
    "mean_score": "number",
    "positive_rate": "number",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ScoreCalibration(Result):
    """Whether a score means the same in every group: a row a group and score bin.

    Attributes
    ----------
    groups : Table
        For each group the expected calibration error and calibration in the large.
    parts : tuple of Result
        The multicalibration error; see `multicalibration_error`.
    """

    groups: Table = field(default_factory=lambda: Table({}, {}))
    parts: tuple[Result, ...] = ()

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
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = (("positive_rate", "n"),)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("group", "score_low", "score_high")

    @property
    def multicalibration_error(self) -> MetricResult:
        """Is there any group, at any score, for which scores promise too much or too little?

        The largest absolute ``share of all rows * (share of positives - mean score)`` of a group
        and bin of equal width, where groups are the levels of each feature and their crossing;
        ``by_group`` has each group's largest. Above 0 by chance alone: ``noise_floor`` is the mean
        over shuffles of the group labels among rows of one score bin, those of all features
        together (Hebert-Johnson, Kim, Reingold & Rothblum 2018, ICML).
        """
        found = self.parts[0]
        assert isinstance(found, MetricResult)
        return found


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
    confidence: float = 0.95,
) -> ScoreCalibration:
    """Does a score mean the same in every group?

    Parameters
    ----------
    y_true, y_score : array-like of shape (n,)
        Labels, and scores from 0 to 1.
    sensitive_features, sample_weight, pos_label, missing, confidence
        As for `metric`.
    bins : int
        Number of score bins.
    strategy : {"uniform", "quantile"}
        Bins of equal width, or of equally many rows of all groups together.

    Returns
    -------
    ScoreCalibration
        ``table`` has columns group, score_low, score_high, n, weight, mean_score and positive_rate;
        ``groups`` has each group's errors, ``multicalibration_error`` the largest of any group and
        bin.

    References
    ----------
    Dawid, A. P. (1982). The well-calibrated Bayesian. JASA 77, 605-610.

    Examples
    --------
    >>> found = calibration([0, 1, 1, 1], [0.2, 0.8, 0.2, 0.8], sensitive_features=list("aabb"), bins=2)
    >>> found.rows["positive_rate"]
    (0.0, 1.0, 1.0, 1.0)
    """
    rows = data_for(
        METRICS["expected_calibration_error"],
        y_true,
        y_score,
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    assert isinstance(rows, Rows)
    y = truth_of(rows)
    score = rows.numbers["y_pred"]
    groups = rows.groups
    codes = groups.codes.astype(np.intp)
    size = len(groups.labels)
    found, unweighted = (
        calibration_by_group(
            y, score, codes, bins=bins, strategy=strategy, weights=weights, size=size
        )
        for weights in (rows.weight, None)
    )
    records = [
        {
            "group": label_text(label),
            "score_low": float(found.edges[b]),
            "score_high": float(found.edges[b + 1]),
            "n": int(unweighted.weight[g, b]),
            "weight": float(found.weight[g, b]),
            "mean_score": float(found.mean_score[g, b]),
            "positive_rate": float(found.positive_rate[g, b]),
        }
        for g, label in enumerate(groups.labels)
        for b in range(len(found.edges) - 1)
    ]
    by_group = Table(
        {
            "group": [label_text(label) for label in groups.labels],
            "n": np.bincount(codes, minlength=size).tolist(),
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
    return ScoreCalibration(
        title="Calibration by group",
        rows=Table.from_records(records, _KINDS),
        notes=tuple(rows_left_out(rows.dropped)),
        settings={"bins": bins, "strategy": strategy},
        picture=Lines(
            x="mean_score",
            y="positive_rate",
            series="group",
            xaxis="mean score of the bin",
            axis="share of positives",
            diagonal="as many positives as scores promise",
        ),
        groups=by_group,
        parts=(_multicalibration(rows, bins, confidence),),
    )


def _multicalibration(rows: Rows, bins: int, confidence: float) -> MetricResult:
    """The largest error of any group and bin."""
    labels: list[Any] = []
    worst = []
    n = []
    for own, codes in _overlapping(rows):
        errors, counted = _largest_errors(rows, codes, len(own), bins)
        labels += own
        worst.append(errors)
        n.append(counted)
    everybody, _ = _largest_errors(rows, np.zeros(rows.n, dtype=np.intp), 1, bins)
    rows_of = np.concatenate(n)
    nothing = np.full(len(labels), np.nan)
    numbers = Numbers(
        tuple(labels),
        np.where(rows_of > 0, np.concatenate(worst), np.nan),
        nothing,
        rows_of,
        float(everybody[0]),
        nothing,
        "rows with weight",
        "share of rows",
        rows.dropped,
        bounds=(0.0, 1.0),
    )
    share(confidence, "confidence")
    options = Options(between="group_max", confidence=confidence)
    plain = NumberReading("multicalibration_error", numbers, options)
    chance = Chance(lambda: _expected_of_overlapping(rows, bins))
    return MetricResult.of(plain.valued(plain.value, chance=chance))


def _largest_errors(
    rows: Rows, codes: Codes, size: int, bins: int
) -> tuple[NDArray[np.float64], Codes]:
    """Each group's largest error in a bin, as a share of all rows, and its rows."""
    found = calibration_by_group(
        truth_of(rows), rows.numbers["y_pred"], codes, bins=bins, weights=rows.weight, size=size
    )
    apart = found.weight * np.abs(found.positive_rate - found.mean_score)
    return np.nan_to_num(apart).max(axis=1) / found.weight.sum(), sizes_of(codes, size)


def _expected_of_overlapping(rows: Rows, bins: int) -> Expected:
    """Labels of all features are shuffled together, so that those who share one level go on sharing
    others.
    """
    dealt, gap, weight, width = dealt_in_bins(rows, bins)
    _, first = np.unique(rows.groups.codes, return_index=True)
    features = [
        (len(own), codes[first][np.argsort(dealt.place)]) for own, codes in _overlapping(rows)
    ]

    def largest(labels: Codes) -> float:
        missed = [
            np.bincount(level[labels] * width + dealt.strata, gap, levels * width)
            for levels, level in features
        ]
        return max(float(np.abs(each).max()) for each in missed) / float(weight.sum())

    cells = sum(levels for levels, _ in features) * width
    return dealt.expected(
        "multicalibration error", largest, work=cells + 5 * len(features) * len(gap)
    )


def _overlapping(rows: Rows) -> Iterator[tuple[list[Any], Codes]]:
    """Levels of each feature and, where there are several, of their crossing; which of them each
    row has.
    """
    several = len(rows.features) > 1
    for name, column in rows.features.items():
        own = [f"{name}={level}" if several else level for level in column.labels]
        yield own, column.codes.astype(np.intp)
    if several:
        groups = rows.groups
        used, codes = np.unique(groups.codes, return_inverse=True)
        yield [groups.labels[i] for i in used], codes.astype(np.intp)
