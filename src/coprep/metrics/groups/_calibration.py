"""Calibration of scores: in every group, at every score, in groups that overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, numbers, whole
from coprep.metrics.groups._group_means import GroupEstimates, as_if_one_of_each, group_means
from coprep.metrics.groups._scores import must_be_probabilities, scored_rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class GroupCalibration:
    """What scores promise and what comes of it, by group and score bin.

    Attributes
    ----------
    edges : array of shape (bins + 1,)
        Limits of the bins.
    weight : array of shape (groups, bins)
        Rows, or weight, in each.
    mean_score, positive_rate : arrays of shape (groups, bins)
        Mean score and share of positives; nan in empty bins.
    expected_error : array of shape (groups,)
        Mean over bins, weighted by their rows, of the distance between the two.
    in_the_large : array of shape (groups,)
        Share of positives minus mean score: above 0, scores promise too little for the group.
    """

    edges: Floats
    weight: Floats
    mean_score: Floats
    positive_rate: Floats
    expected_error: Floats
    in_the_large: Floats


def calibration_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    groups: ArrayLike,
    *,
    bins: int = 10,
    strategy: Literal["uniform", "quantile"] = "uniform",
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupCalibration:
    """Does a score mean the same in every group?

    Parameters
    ----------
    y_true, y_score, groups, weights, size
        As for `score_by_group`; scores from 0 to 1.
    bins : int
        Number of score bins.
    strategy : {"uniform", "quantile"}
        Bins of equal width, or of equally many rows of all groups together.

    Returns
    -------
    GroupCalibration

    Raises
    ------
    InputError
        For outcomes other than 0 and 1, scores outside 0 to 1, arrays of different lengths, and
        unknown strategies.

    Notes
    -----
    The expected error of a small group is above 0 even with perfect scores, and the more bins the
    higher.

    References
    ----------
    Dawid, A. P. (1982). The well-calibrated Bayesian. JASA 77, 605-610.
    Naeini, M., Cooper, G. & Hauskrecht, M. (2015). Obtaining well calibrated probabilities using
    Bayesian binning. AAAI.

    Examples
    --------
    >>> found = calibration_by_group([0, 1, 1, 1], [0.2, 0.8, 0.2, 0.8], [0, 0, 1, 1], bins=2)
    >>> found.in_the_large.round(6).tolist()
    [-0.0, 0.5]
    """
    y, score, label, w, count = scored_rows(y_true, y_score, groups, weights, size)
    must_be_probabilities(score)
    edges = _edges(score, bins, strategy)
    place = _places(score, edges)
    cell = label * (len(edges) - 1) + place
    shape = (count, len(edges) - 1)
    cells = count * shape[1]
    weight, scored, came, given = (
        np.bincount(cell, values, cells).reshape(shape).astype(float)
        for values in (w, w * score, w * y, w if weights is None else numbers(weights, "weights"))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        total = weight.sum(axis=1)
        return GroupCalibration(
            edges=edges,
            weight=given,
            mean_score=scored / weight,
            positive_rate=came / weight,
            expected_error=np.abs(came - scored).sum(axis=1) / total,
            in_the_large=(came - scored).sum(axis=1) / total,
        )


def calibration_in_the_large(
    y_true: ArrayLike,
    y_score: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """The mean of outcome minus score: above 0, scores promise too little for the group."""
    y, score, label, w, count = scored_rows(y_true, y_score, groups, weights, size)
    mean = group_means(score, label, weights=w, size=count).value
    found = group_means(y - score, label, weights=w, size=count)
    return as_if_one_of_each(found, 1 - mean, -mean, label, w)


def score_bins(score: Floats, bins: int) -> Ints:
    """Which of so many bins of equal width each score lies in."""
    return _places(score, _edges(score, bins, "uniform"))


def _places(score: Floats, edges: Floats) -> Ints:
    return np.clip(np.searchsorted(edges, score, side="right") - 1, 0, len(edges) - 2)


def _edges(score: Floats, bins: int, strategy: str) -> Floats:
    choice(strategy, "strategy", ("uniform", "quantile"))
    count = whole(bins, "bins", low=1)
    if strategy == "uniform":
        return (
            np.arange(count + 1) / count
        )  # exactly what 0.3 is; equal steps would make 0.30000000000000004
    edges = np.unique(np.quantile(score, np.linspace(0.0, 1.0, count + 1)))
    return edges if len(edges) > 1 else np.array([edges[0], np.nextafter(edges[0], 2.0)])


@dataclass(frozen=True, slots=True, eq=False)
class MulticalibrationError:
    """The group and score bin where promises and outcomes are furthest apart, for how many.

    Attributes
    ----------
    value : float
        Largest absolute ``share of all rows * (share of positives - mean score)``.
    deficit : array of shape (groups, bins)
        The same with its sign, for each: above 0, scores promise too little.
    group, bin : int
        Where it is largest; -1 where nothing is defined.
    """

    value: float
    deficit: Floats
    group: int
    bin: int


def multicalibration_error(
    y_true: ArrayLike,
    y_score: ArrayLike,
    members: ArrayLike,
    *,
    bins: int = 10,
    weights: ArrayLike | None = None,
) -> MulticalibrationError:
    """Is there any group, at any score, for which scores promise too much or too little?

    Parameters
    ----------
    y_true : array of 0 and 1 of shape (n,)
        Outcomes.
    y_score : array of shape (n,)
        Probabilities.
    members : array of 0 and 1 of shape (n, groups)
        Groups may overlap.
    bins : int
        Score bins of equal width.
    weights : array of shape (n,), optional
        From 0.

    Returns
    -------
    MulticalibrationError

    Raises
    ------
    InputError
        For outcomes and members other than 0 and 1, scores outside 0 to 1, and arrays of different
        lengths.

    Notes
    -----
    ``max over g, b of |sum_{i in g, b} w_i (y_i - s_i)| / sum(w)``: scaled by size, so that a handful of rows
    cannot make the maximum. It is above 0 by chance alone.

    References
    ----------
    Hebert-Johnson, U., Kim, M., Reingold, O. & Rothblum, G. (2018). Multicalibration: calibration
    for the (computationally-identifiable) masses. ICML.

    Examples
    --------
    >>> found = multicalibration_error([1, 1, 0, 0], [0.5] * 4, [[1, 1], [1, 0], [0, 1], [0, 0]], bins=1)
    >>> found.value, found.group
    (0.25, 0)
    """
    y, score, _, w, _ = scored_rows(
        y_true, y_score, np.zeros(np.size(y_score), dtype=int), weights, 1
    )
    must_be_probabilities(score)
    member = numbers(members, "members", ndim=2)
    if len(member) != len(y) or not np.isin(member, (0.0, 1.0)).all():
        raise InputError.of(f"members must be 0 or 1, with {len(y):,} rows.", param="members")
    edges = _edges(score, bins, "uniform")
    place = _places(score, edges)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = w * (y - score) / w.sum()
    deficit = np.stack(
        [np.bincount(place, gap * column, len(edges) - 1) for column in member.T]
    ).astype(float)
    if not w.sum():
        return MulticalibrationError(float("nan"), deficit, -1, -1)
    group, at = np.unravel_index(np.abs(deficit).argmax(), deficit.shape)
    return MulticalibrationError(float(np.abs(deficit).max()), deficit, int(group), int(at))
