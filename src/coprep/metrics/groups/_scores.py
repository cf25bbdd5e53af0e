"""Scores by group: how well they rank and predict, and how differently they are distributed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, numbers, zero_one
from coprep.metrics.groups._group_means import (
    GroupEstimates,
    as_if_one_of_each,
    group_means,
    grouped_rows,
    mean_error,
)
from coprep.metrics.groups._regression import RegressionError, regression_errors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Score = Literal[
    "roc_auc",
    "brier",
    "log_loss",
    "mean",
    "mean_error",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2_score",
]


def scored_rows(
    y_true: ArrayLike,
    y_score: ArrayLike,
    groups: ArrayLike,
    weights: ArrayLike | None,
    size: int | None,
) -> tuple[Floats, Floats, Ints, Floats, int]:
    score, label, w, count = grouped_rows(y_score, groups, weights, size, param="y_score")
    return zero_one(y_true, "y_true", n=len(score)), score, label, w, count


def auc_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """The area under each group's ROC curve, from one sort of all groups, with its error.

    Errors are DeLong's, averaged with Hanley and McNeil's as if that had come from two more rows of
    the rarer label: a few rows in perfect order are no certainty. Weighted rows count as the equal
    ones they are worth, and not at all without weight. nan without positives or negatives.
    """
    y, score, label, w, count = scored_rows(y_true, y_score, groups, weights, size)
    positive = y == 1
    above, below = _weight_beside(score, label, np.where(positive, 0.0, w))
    wins = below + 0.5 * (_total(label, np.where(positive, 0.0, w), count)[label] - below - above)
    upside, downside = _weight_beside(score, label, np.where(positive, w, 0.0))
    losses = upside + 0.5 * (
        _total(label, np.where(positive, w, 0.0), count)[label] - upside - downside
    )
    p = _total(label, w * positive, count)
    n = _total(label, w * ~positive, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        placement = np.where(positive, wins / n[label], losses / p[label])
        auc = np.bincount(label[positive], (w * placement)[positive], count) / p
        auc = np.where((p > 0) & (n > 0), auc, np.nan)
        sides = [
            _placements(placement - auc[label], label, np.where(side, w, 0.0), count)
            for side in (positive, ~positive)
        ]
        (of_p, rows_p, df_p), (of_n, rows_n, df_n) = sides
        fewer = np.minimum(rows_p, rows_n)
        variance = (fewer * (of_p + of_n) + 2 * _variance_of_shape(auc, rows_p, rows_n)) / (
            fewer + 2
        )
    rows = np.bincount(label, minlength=count).astype(np.intp)
    return GroupEstimates(auc, np.sqrt(variance), rows, np.minimum(df_p, df_n))


def _placements(away: Floats, label: Ints, w: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Of rows of one label: the variance of their mean placement, how many equal rows they are
    worth, and its df.
    """
    error, df = mean_error(away, label, w, count)
    few = np.bincount(label, w > 0, count) < 2
    df = np.where(few, 0.0, df)
    return np.where(few, np.nan, error**2), df + 1.0, df


def _variance_of_shape(auc: Floats, positives: Floats, negatives: Floats) -> Floats:
    """Hanley and McNeil's variance at the area shrunken by one success and one failure."""
    fewer = np.minimum(positives, negatives)
    a = (auc * fewer + 1) / (fewer + 2)
    both_positives = a / (2 - a)
    both_negatives = 2 * a**2 / (1 + a)
    spread = (
        a * (1 - a)
        + (positives - 1) * (both_positives - a**2)
        + (negatives - 1) * (both_negatives - a**2)
    )
    return np.asarray(spread / (positives * negatives))


def _total(label: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(label, values, count).astype(float)


def _weight_beside(score: Floats, label: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """For each row, the weight in its group strictly above and strictly below its score."""
    order = np.lexsort((score, label))
    s = score[order]
    g = label[order]
    w = weight[order]
    cumulative = np.r_[0.0, np.cumsum(w)]
    new_group = np.flatnonzero(np.r_[True, g[1:] != g[:-1]])
    new_block = np.flatnonzero(np.r_[True, (g[1:] != g[:-1]) | (s[1:] != s[:-1])])
    in_group = np.searchsorted(new_group, np.arange(len(s)), side="right") - 1
    in_block = np.searchsorted(new_block, np.arange(len(s)), side="right") - 1
    group_end = np.r_[new_group[1:], len(s)]
    block_end = np.r_[new_block[1:], len(s)]
    above = np.empty(len(s))
    below = np.empty(len(s))
    above[order] = cumulative[group_end[in_group]] - cumulative[block_end[in_block]]
    below[order] = cumulative[new_block[in_block]] - cumulative[new_group[in_group]]
    return above, below


def roc_points(
    y_true: ArrayLike, y_score: ArrayLike, *, weights: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Shares of negatives and of positives at or above each threshold."""
    y, score, _, w, _ = scored_rows(
        y_true, y_score, np.zeros(np.size(y_score), dtype=int), weights, 1
    )
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
    positives = np.cumsum((w * y)[order])[last]
    negatives = np.cumsum((w * (1.0 - y))[order])[last]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.r_[0.0, negatives] / negatives[-1], np.r_[0.0, positives] / positives[-1]


def area_between(first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]) -> float:
    """The area between two curves of (false, true) positive rates; nan where either is
    undefined.
    """
    curves = [
        tuple(numbers(part, "curve", "any", ndim=1) for part in curve) for curve in (first, second)
    ]
    if any(len(x) != len(y) for x, y in curves):
        raise InputError.of(
            "each curve needs as many false as true positive rates.", code="length", param="first"
        )
    if any(np.isnan(part).any() for curve in curves for part in curve):
        return float("nan")
    if any((np.diff(x) < 0).any() for x, _ in curves):
        raise InputError.of("false positive rates must not fall along a curve.", param="first")
    grid = np.unique(np.concatenate([x for x, _ in curves]))
    (a0, a1), (b0, b1) = (_along(x, y, grid) for x, y in curves)
    start = a0 - b0
    end = a1 - b1
    width = np.diff(grid)
    size = np.abs(start) + np.abs(end)
    crossing = start * end < 0
    plain = 0.5 * size * width
    crossed = (
        np.divide(start**2 + end**2, 2.0 * size, out=np.zeros_like(size), where=crossing) * width
    )
    return float(np.where(crossing, crossed, plain).sum())


def _along(x: Floats, y: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Values of a curve just after the start and just before the end of each piece of the grid."""
    places, first = np.unique(x, return_index=True)
    last = np.r_[first[1:], len(x)] - 1
    left = y[first]
    right = y[last]
    piece = np.searchsorted(places, grid[:-1], side="right") - 1
    width = places[piece + 1] - places[piece]
    slope = (left[piece + 1] - right[piece]) / width
    return right[piece] + slope * (grid[:-1] - places[piece]), right[piece] + slope * (
        grid[1:] - places[piece]
    )


def brier_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """The mean squared distance of scores, taken as probabilities, from outcomes."""
    y, score, label, w, count = scored_rows(y_true, y_score, groups, weights, size)
    must_be_probabilities(score)
    mean = group_means(score, label, weights=w, size=count).value
    found = group_means((score - y) ** 2, label, weights=w, size=count)
    return as_if_one_of_each(found, (1 - mean) ** 2, mean**2, label, w)


def log_loss_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """How surprising outcomes are, given the scores as probabilities; inf for what was
    impossible.
    """
    y, score, label, w, count = scored_rows(y_true, y_score, groups, weights, size)
    must_be_probabilities(score)
    given = np.where(y == 1, score, 1.0 - score)
    impossible = given == 0
    found = group_means(-np.log(np.where(impossible, 1.0, given)), label, weights=w, size=count)
    mean = group_means(score, label, weights=w, size=count).value
    with np.errstate(divide="ignore"):
        found = as_if_one_of_each(found, -np.log(mean), -np.log1p(-mean), label, w)
    never = np.bincount(label, w * impossible, count) > 0
    return GroupEstimates(
        np.where(never, np.inf, found.value), np.where(never, np.nan, found.se), found.n, found.df
    )


def must_be_probabilities(score: Floats) -> None:
    if (score < 0).any() or (score > 1).any():
        worst = score[(score < 0) | (score > 1)][0]
        raise InputError.of(
            f"y_score holds {worst:g}; probabilities from 0 to 1 expected.", param="y_score"
        )


def _distributions(
    first: ArrayLike, second: ArrayLike, weights: tuple[ArrayLike | None, ArrayLike | None]
) -> tuple[Floats, Floats, Floats]:
    """All values in order and both distribution functions at each."""
    x = numbers(first, "first", ndim=1)
    y = numbers(second, "second", ndim=1)
    u, v = (
        np.ones(len(values)) if given is None else numbers(given, "weights", "nonnegative", ndim=1)
        for values, given in zip((x, y), weights, strict=True)
    )
    if len(u) != len(x) or len(v) != len(y):
        raise InputError.of("weights need one number a value.", code="length", param="weights")
    grid = np.unique(np.r_[x, y])
    at_x = np.searchsorted(grid, x)
    at_y = np.searchsorted(grid, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        f = np.cumsum(np.bincount(at_x, u, len(grid))) / u.sum()
        g = np.cumsum(np.bincount(at_y, v, len(grid))) / v.sum()
    return grid, f, g


def wasserstein_distance(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: tuple[ArrayLike | None, ArrayLike | None] = (None, None),
) -> float:
    """How far scores would have to be moved, on average."""
    grid, f, g = _distributions(first, second, weights)
    return (
        float((np.abs(f - g)[:-1] * np.diff(grid)).sum())
        if not np.isnan(f[0] + g[0])
        else float("nan")
    )


def kolmogorov_smirnov(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: tuple[ArrayLike | None, ArrayLike | None] = (None, None),
) -> float:
    """The largest distance of the shares above a threshold."""
    _, f, g = _distributions(first, second, weights)
    return float(np.abs(f - g).max())


def score_distance(
    first: ArrayLike,
    second: ArrayLike,
    *,
    distance: Literal["wasserstein", "kolmogorov-smirnov"] = "wasserstein",
    weights: tuple[ArrayLike | None, ArrayLike | None] = (None, None),
) -> float:
    """How far apart are the scores of two groups?

    Parameters
    ----------
    first, second : array_like of shape (n,), (m,)
        Scores of each group.
    distance : {"wasserstein", "kolmogorov-smirnov"}, default "wasserstein"
        How far scores would have to be moved, on average, in their unit; or how far apart the
        shares above a threshold are where they differ most.
    weights : tuple of two array_like or None
        Weights of either group's scores, from 0.

    Returns
    -------
    float
        From 0; at most 1 for "kolmogorov-smirnov". nan where a group has no weight.

    Raises
    ------
    InputError
        For missing numbers, no numbers, weights that do not fit, and unknown distances.

    References
    ----------
    Vallender, S. S. (1974). Calculation of the Wasserstein distance between probability
    distributions on the line. Theory of Probability and its Applications 18, 784-786.
    Smirnov, N. (1948). Table for estimating the goodness of fit of empirical distributions. Annals
    of Mathematical Statistics 19, 279-281.

    Examples
    --------
    >>> score_distance([0.0, 1.0], [0.5, 1.5])
    0.5
    """
    choice(distance, "distance", ("wasserstein", "kolmogorov-smirnov"))
    if distance == "wasserstein":
        return wasserstein_distance(first, second, weights=weights)
    return kolmogorov_smirnov(first, second, weights=weights)


def abroca(
    y_true: ArrayLike, y_score: ArrayLike, groups: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """How large is the area between the ROC curves of groups, at most?

    Parameters
    ----------
    y_true : array_like of 0 and 1 of shape (n,)
        Outcomes.
    y_score : array_like of shape (n,)
        Scores; higher means more likely positive.
    groups : array_like of int of shape (n,)
        Codes from 0, of two groups or more.
    weights : array_like of shape (n,), optional
        From 0.

    Returns
    -------
    float
        From 0 to 1, the largest of all pairs; nan where a group has no positives or no negatives.

    Raises
    ------
    InputError
        For outcomes other than 0 and 1, arrays of different lengths, and fewer than two groups.

    References
    ----------
    Gardner, J., Brooks, C. & Baker, R. (2019). Evaluating the fairness of predictive student models
    through slicing analysis. LAK19, 225-234.

    Examples
    --------
    >>> abroca([0, 1, 0, 1], [0.2, 0.8, 0.7, 0.3], [0, 0, 1, 1])
    1.0
    """
    y, score, label, w, _ = scored_rows(y_true, y_score, groups, weights, None)
    there = np.unique(label)
    if len(there) < 2:
        raise InputError.of("groups has one group; two or more are expected.", param="groups")
    curves = []
    for group in there:
        mine = label == group
        curves.append(roc_points(y[mine], score[mine], weights=w[mine]))
    return float(max(area_between(*pair) for pair in combinations(curves, 2)))


def score_by_group(
    y_true: ArrayLike | None,
    y_score: ArrayLike,
    groups: ArrayLike,
    *,
    score: Score,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> GroupEstimates:
    """How good, or how high, are the scores or predictions of each group?

    Parameters
    ----------
    y_true : array_like of shape (n,) or None
        Outcomes: 0 and 1 for "roc_auc", "brier" and "log_loss", numbers for errors; None for
        "mean".
    y_score : array_like of shape (n,)
        Scores (probabilities for "brier" and "log_loss"), or predicted numbers.
    groups : array_like of int of shape (n,)
        Codes from 0.
    score : str
        "roc_auc", "brier", "log_loss", "mean", or an error of predictions: "mean_error",
        "mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2_score".
    weights : array_like of shape (n,), optional
        From 0.
    size : int, optional
        Number of groups when the last may be empty.

    Returns
    -------
    GroupEstimates
        A number and its standard error a group; nan for a group that has none.

    Raises
    ------
    InputError
        For outcomes and scores that the score cannot be worked out from, arrays of different
        lengths, negative weights, codes that are not whole, and unknown scores.

    Notes
    -----
    Ties count one half in the area under the curve, whose errors are DeLong's with Hanley and
    McNeil's for few rows. Other errors are linearised, ``sqrt(sum(h**2 e**2 / (1 - 2 h +
    sum(h**2))))`` with h the row's share of its group's weight; of two labels as if one more row of
    each had been seen.

    References
    ----------
    Hanley, J. A. & McNeil, B. J. (1982). The meaning and use of the area under a receiver operating
    characteristic curve. Radiology 143, 29-36.
    DeLong, E. R., DeLong, D. M. & Clarke-Pearson, D. L. (1988). Comparing the areas under two or
    more correlated receiver operating characteristic curves. Biometrics 44(3), 837-845.
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly
    Weather Review 78(1), 1-3.
    Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14, 107-114.
    Woodruff, R. S. (1971). A simple method for approximating the variance of a complicated
    estimate. JASA 66, 411-414.
    Agresti, A. & Caffo, B. (2000). The American Statistician 54, 280-288.

    Examples
    --------
    >>> score_by_group([0, 1, 0, 1, 1], [0.1, 0.9, 0.6, 0.4, 0.5], [0, 0, 1, 1, 1],
    ...                score="roc_auc").value.tolist()
    [1.0, 0.0]
    >>> score_by_group(None, [1, 3, 5], [0, 0, 1], score="mean").value.tolist()
    [2.0, 5.0]
    """
    choice(score, "score", get_args(Score))
    if score == "mean":
        if y_true is not None:
            raise InputError.of("y_true must be None for the mean of scores.", param="y_true")
        return group_means(y_score, groups, weights=weights, size=size)
    if y_true is None:
        raise InputError.of(f"y_true is None; {score} needs outcomes.", param="y_true")
    if score in _OF_OUTCOMES:
        return _OF_OUTCOMES[score](y_true, y_score, groups, weights=weights, size=size)
    return regression_errors(
        y_true, y_score, groups, error=cast("RegressionError", score), weights=weights, size=size
    )


_OF_OUTCOMES: dict[str, Callable[..., GroupEstimates]] = {
    "roc_auc": auc_by_group,
    "brier": brier_by_group,
    "log_loss": log_loss_by_group,
}
