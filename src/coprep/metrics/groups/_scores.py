"""Scores by group: how well they rank and predict, and how differently they are distributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, numbers, zero_one
from coprep.metrics.groups._group_means import (
    GroupEstimates,
    as_if_one_of_each,
    group_means,
    grouped_rows,
    mean_error,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "abroca",
    "auc_by_group",
    "brier_by_group",
    "kolmogorov_smirnov",
    "log_loss_by_group",
    "roc_points",
    "wasserstein_distance",
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
    """How often is a positive scored above a negative of the same group?

    Parameters
    ----------
    y_true : array of 0 and 1 of shape (n,)
        Outcomes.
    y_score : array of shape (n,)
        Scores; higher means more likely positive.
    groups : array of int of shape (n,)
        Codes from 0.
    weights : array of shape (n,), optional
        From 0.
    size : int, optional
        Number of groups when the last may be empty.

    Returns
    -------
    GroupEstimates
        Area under the ROC curve; nan for a group without positives or without negatives.

    Raises
    ------
    InputError
        For outcomes other than 0 and 1, and arrays of different lengths.

    Notes
    -----
    Ties count one half. All groups at once, from one sort. Errors are DeLong's, averaged with
    Hanley and McNeil's as if that had come from two more rows of the rarer label: a few rows in perfect order are no
    certainty. Weighted rows count as the equal ones they are worth, and not at all without weight.

    References
    ----------
    Hanley, J. A. & McNeil, B. J. (1982). The meaning and use of the area under a receiver operating characteristic
    curve. Radiology 143, 29-36.

    DeLong, E. R., DeLong, D. M. & Clarke-Pearson, D. L. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. Biometrics 44(3), 837-845.

    Examples
    --------
    >>> auc_by_group([0, 1, 0, 1, 1], [0.1, 0.9, 0.6, 0.4, 0.5], [0, 0, 1, 1, 1]).value.tolist()
    [1.0, 0.0]
    """
    y, score, label, w, count = scored_rows(y_true, y_score, groups, weights, size)
    positive = y == 1
    above, below = _weight_beside(score, label, np.where(positive, 0.0, w))
    wins = below + 0.5 * (_total(label, np.where(positive, 0.0, w), count)[label] - below - above)
    upside, downside = _weight_beside(score, label, np.where(positive, w, 0.0))
    losses = upside + 0.5 * (
        _total(label, np.where(positive, w, 0.0), count)[label] - upside - downside
    )
    p, n = _total(label, w * positive, count), _total(label, w * ~positive, count)
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
    """Of rows of one label: the variance of their mean placement, how many equal rows they are worth, and its df."""
    error, df = mean_error(away, label, w, count)
    few = np.bincount(label, w > 0, count) < 2
    df = np.where(few, 0.0, df)
    return np.where(few, np.nan, error**2), df + 1.0, df


def _variance_of_shape(auc: Floats, positives: Floats, negatives: Floats) -> Floats:
    """Hanley and McNeil's variance at the area shrunken by one success and one failure."""
    fewer = np.minimum(positives, negatives)
    a = (auc * fewer + 1) / (fewer + 2)
    both_positives, both_negatives = a / (2 - a), 2 * a**2 / (1 + a)
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
    s, g, w = score[order], label[order], weight[order]
    cumulative = np.r_[0.0, np.cumsum(w)]
    new_group = np.flatnonzero(np.r_[True, g[1:] != g[:-1]])
    new_block = np.flatnonzero(np.r_[True, (g[1:] != g[:-1]) | (s[1:] != s[:-1])])
    in_group = np.searchsorted(new_group, np.arange(len(s)), side="right") - 1
    in_block = np.searchsorted(new_block, np.arange(len(s)), side="right") - 1
    group_end, block_end = np.r_[new_group[1:], len(s)], np.r_[new_block[1:], len(s)]
    above, below = np.empty(len(s)), np.empty(len(s))
    above[order] = cumulative[group_end[in_group]] - cumulative[block_end[in_block]]
    below[order] = cumulative[new_block[in_block]] - cumulative[new_group[in_group]]
    return above, below


def roc_points(
    y_true: ArrayLike, y_score: ArrayLike, *, weights: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Which shares of negatives and of positives lie at or above each threshold?

    Parameters
    ----------
    y_true : array of 0 and 1 of shape (n,)
        Outcomes.
    y_score : array of shape (n,)
        Scores.
    weights : array of shape (n,), optional
        From 0.

    Returns
    -------
    false_positive_rate, true_positive_rate : arrays of shape (thresholds + 1,)
        From (0, 0) to (1, 1), highest threshold first; nan without negatives or without positives.

    Raises
    ------
    InputError
        For outcomes other than 0 and 1, and arrays of different lengths.

    References
    ----------
    Fawcett, T. (2006). An introduction to ROC analysis. Pattern Recognition Letters 27, 861-874.

    Examples
    --------
    >>> [p.tolist() for p in roc_points([0, 1, 1], [0.2, 0.8, 0.2])]
    [[0.0, 0.0, 1.0], [0.0, 0.5, 1.0]]
    """
    y, score, _, w, _ = scored_rows(
        y_true, y_score, np.zeros(np.size(y_score), dtype=int), weights, 1
    )
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
    positives, negatives = np.cumsum((w * y)[order])[last], np.cumsum((w * (1.0 - y))[order])[last]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.r_[0.0, negatives] / negatives[-1], np.r_[0.0, positives] / positives[-1]


def abroca(first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]) -> float:
    """How large is the area between two ROC curves?

    Parameters
    ----------
    first, second : pair of arrays
        False and true positive rates of each curve, see `roc_points`.

    Returns
    -------
    float
        From 0 to 1; nan where a curve is undefined.

    Raises
    ------
    InputError
        For curves of unequal lengths, and false positive rates that fall along a curve.

    Notes
    -----
    Exact for piecewise linear curves with vertical steps, crossings included. Two curves of the same area may
    have a large area between them.

    References
    ----------
    Gardner, J., Brooks, C. & Baker, R. (2019). Evaluating the fairness of predictive student models through
    slicing analysis. LAK19, 225-234.

    Examples
    --------
    >>> abroca(([0, 0, 1], [0, 1, 1]), ([0, 1], [0, 1]))
    0.5
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
    start, end, width = a0 - b0, a1 - b1, np.diff(grid)
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
    left, right = y[first], y[last]
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
    """How far are scores, taken as probabilities, from outcomes, in mean squares?

    Parameters
    ----------
    y_true, y_score, groups, weights, size
        As for `auc_by_group`; scores from 0 to 1.

    Returns
    -------
    GroupEstimates
        From 0 (certain and right) to 1 (certain and wrong); errors as if one more row of each label, at the group's
        mean score, had been seen.

    Raises
    ------
    InputError
        For outcomes other than 0 and 1, scores outside 0 to 1, and arrays of different lengths.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review
    78(1), 1-3.

    Examples
    --------
    >>> brier_by_group([0, 1], [0.5, 1.0], [0, 1]).value.tolist()
    [0.25, 0.0]
    """
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
    """How surprising are outcomes, given the scores as probabilities?

    Parameters
    ----------
    y_true, y_score, groups, weights, size
        As for `auc_by_group`; scores from 0 to 1.

    Returns
    -------
    GroupEstimates
        Mean of ``-log(probability given to what happened)``: from 0 (certain and right) to ``inf`` where something
        happened that had the probability 0; errors as for `brier_by_group`.

    Raises
    ------
    InputError
        For outcomes other than 0 and 1, scores outside 0 to 1, and arrays of different lengths.

    References
    ----------
    Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14, 107-114.

    Examples
    --------
    >>> log_loss_by_group([0, 1], [0.5, 1.0], [0, 1]).value.round(6).tolist()
    [0.693147, 0.0]
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
    x, y = numbers(first, "first", ndim=1), numbers(second, "second", ndim=1)
    u, v = (
        np.ones(len(values)) if given is None else numbers(given, "weights", "nonnegative", ndim=1)
        for values, given in zip((x, y), weights, strict=True)
    )
    if len(u) != len(x) or len(v) != len(y):
        raise InputError.of("weights need one number a value.", code="length", param="weights")
    grid = np.unique(np.r_[x, y])
    at_x, at_y = np.searchsorted(grid, x), np.searchsorted(grid, y)
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
    """How far would scores of one group have to be moved, on average, to be those of the other?

    Parameters
    ----------
    first, second : arrays of shape (n,) and (m,)
        Scores of two groups.
    weights : pair of arrays, optional
        From 0, of each.

    Returns
    -------
    float
        From 0, in units of the score; nan where a group has no weight.

    Raises
    ------
    InputError
        For values that are not finite, negative weights, and weights of another length.

    Notes
    -----
    ``integral |F - G|``, exact.

    References
    ----------
    Villani, C. (2009). Optimal Transport. Springer.
    Vallender, S. S. (1974). Calculation of the Wasserstein distance between probability distributions on the line.
    Theory of Probability and its Applications 18, 784-786.

    Examples
    --------
    >>> wasserstein_distance([0, 1], [0.5, 1.5])
    0.5
    """
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
    """At the threshold where they differ most, how far apart are the shares of two groups above it?

    Parameters
    ----------
    first, second, weights
        As for `wasserstein_distance`.

    Returns
    -------
    float
        From 0 to 1: the largest demographic parity difference over all thresholds; nan where a group has no weight.

    Raises
    ------
    InputError
        For values that are not finite, negative weights, and weights of another length.

    References
    ----------
    Smirnov, N. (1948). Table for estimating the goodness of fit of empirical distributions. Annals of Mathematical
    Statistics 19, 279-281.

    Examples
    --------
    >>> kolmogorov_smirnov([1, 2, 3], [3, 4, 5])
    0.6666666666666667
    """
    _, f, g = _distributions(first, second, weights)
    return float(np.abs(f - g).max())
