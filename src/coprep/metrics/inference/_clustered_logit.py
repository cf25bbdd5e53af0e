"""The odds of a yes given other things, with errors that know which rows come from the same people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, codes, numbers, zero_one

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["ClusteredLogit", "clustered_logit", "exchangeable_logit"]

_TOO_FAR = 50.0
_STEPS = 50
_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredLogit:
    """Coefficients on the log-odds scale.

    Attributes
    ----------
    coef, se : arrays of shape (p,)
        Estimates and cluster-robust standard errors; nan where the data separate or do not identify them.
    alpha : float
        Working correlation among rows of one cluster; nan where none was fitted.
    """

    coef: Floats
    se: Floats
    alpha: float = float("nan")


def clustered_logit(y: ArrayLike, x: ArrayLike, clusters: ArrayLike) -> ClusteredLogit:
    """What do the odds of a yes depend on, when rows of one author go together?

    Parameters
    ----------
    y : array of 0 and 1 of shape (n,)
        Whether the answer was yes.
    x : array of shape (n, p)
        What it may depend on, with a column of ones for the intercept.
    clusters : array of int of shape (n,)
        Who each row belongs to, coded from 0.

    Returns
    -------
    ClusteredLogit

    Raises
    ------
    InputError
        For answers other than 0 and 1, and arrays of different lengths.

    Notes
    -----
    Maximum likelihood by Newton steps; the sandwich covariance is multiplied by ``G / (G - 1) * (n - 1) / (n - p)``
    for G clusters. Where a coefficient runs away (complete separation) or the design is singular all is nan; with one
    cluster, or no more rows than coefficients, the errors are.

    References
    ----------
    Liang, K.-Y. & Zeger, S. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
    Albert, A. & Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression models.
    Biometrika 71, 1-10.

    Examples
    --------
    >>> x = np.array([[1.0, 0], [1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1], [1, 1]])
    >>> fit = clustered_logit([0, 0, 0, 1, 0, 1, 1, 1], x, np.arange(8))
    >>> round(float(np.exp(fit.coef[1])), 6)
    9.0
    """
    answer, design, group = _checked(y, x, clusters)
    (n, k), beta = design.shape, _likeliest(answer, design)
    nothing, count = np.full(k, np.nan), int(group.max()) + 1
    if beta is None:
        return ClusteredLogit(nothing, nothing)
    if count < 2 or n <= k:
        return ClusteredLogit(beta, nothing)
    p = expit(design @ beta)
    score = _by(design * (answer - p)[:, None], group)
    bread = design.T @ (design * (p * (1 - p))[:, None])
    covariance = _sandwich(bread, score) * count / (count - 1) * (n - 1) / (n - k)
    return ClusteredLogit(beta, np.sqrt(np.diag(covariance)))


def exchangeable_logit(y: ArrayLike, x: ArrayLike, clusters: ArrayLike) -> ClusteredLogit:
    """What do the odds of a yes depend on, when rows of one author are equally alike?

    Parameters
    ----------
    y, x, clusters
        As for `clustered_logit`.

    Returns
    -------
    ClusteredLogit

    Raises
    ------
    InputError
        For answers other than 0 and 1, and arrays of different lengths.

    Notes
    -----
    Generalised estimating equations: rows of one cluster share a working correlation, estimated by moments from the
    Pearson residuals; errors are robust to its being wrong, without a small-sample factor.

    References
    ----------
    Liang, K.-Y. & Zeger, S. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.column_stack([np.ones(200), rng.normal(size=200)])
    >>> y = (rng.random(200) < 1 / (1 + np.exp(-x[:, 1]))).astype(float)
    >>> abs(exchangeable_logit(y, x, np.arange(200) // 4).alpha) < 0.2
    True
    """
    answer, design, group = _checked(y, x, clusters)
    beta, nothing = _likeliest(answer, design), np.full(design.shape[1], np.nan)
    if beta is None:
        return ClusteredLogit(nothing, nothing)
    size = np.bincount(group).astype(float)
    alpha = _alike(answer, design, beta, group, size)
    for _ in range(_ROUNDS):
        score, bread = _estimating(answer, design, beta, group, size, alpha)
        step = np.linalg.solve(bread, score.sum(axis=0))
        beta = beta + step
        before, alpha = alpha, _alike(answer, design, beta, group, size)
        if np.abs(step).max() < 1e-10 and abs(alpha - before) < 1e-10:
            break
        if not np.isfinite(beta).all() or np.abs(design @ beta).max() > _TOO_FAR:
            return ClusteredLogit(nothing, nothing)
    score, bread = _estimating(answer, design, beta, group, size, alpha)
    return ClusteredLogit(beta, np.sqrt(np.diag(_sandwich(bread, score))), alpha)


def _checked(y: ArrayLike, x: ArrayLike, clusters: ArrayLike) -> tuple[Floats, Floats, Ints]:
    answer, design = zero_one(y, "y"), numbers(x, "x", ndim=2)
    who = codes(clusters, "clusters")
    if not len(answer) == len(design) == len(who):
        raise InputError.of("y, x and clusters differ in length.", code="length", param="x")
    return answer, design, np.unique(who, return_inverse=True)[1].reshape(-1).astype(np.intp)


def _likeliest(y: Floats, x: Floats) -> Floats | None:
    """Maximum likelihood by Newton steps; None where it is at infinity or not unique."""
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = expit(x @ beta)
        bread = x.T @ (x * (p * (1 - p))[:, None])
        if np.linalg.matrix_rank(bread) < len(beta):
            return None
        step = np.linalg.solve(bread, x.T @ (y - p))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
        if np.abs(x @ beta).max() > _TOO_FAR:
            return None
    return beta


def _alike(y: Floats, x: Floats, beta: Floats, group: Ints, size: Floats) -> float:
    """Correlation of Pearson residuals among rows of one cluster, by moments; 0 where no cluster has two rows."""
    p, parameters = expit(x @ beta), x.shape[1]
    left = (y - p) / np.sqrt(p * (1 - p))
    pairs = float((size * (size - 1)).sum() / 2)
    if pairs <= parameters or len(y) <= parameters:
        return 0.0
    squares = float((left**2).sum())
    products = float((np.bincount(group, left) ** 2).sum() - squares) / 2
    return float(products / (squares / (len(y) - parameters)) / (pairs - parameters))


def _estimating(
    y: Floats, x: Floats, beta: Floats, group: Ints, size: Floats, alpha: float
) -> tuple[Floats, Floats]:
    """Scores by cluster and their derivative, with the inverse of an exchangeable correlation in closed form."""
    p = expit(x @ beta)
    root = np.sqrt(p * (1 - p))
    left, slope = (y - p) / root, x * root[:, None]
    shrink = alpha / (1 + (size - 1) * alpha)
    sums, totals = _by(slope, group), np.bincount(group, left)
    score = (_by(slope * left[:, None], group) - sums * (shrink * totals)[:, None]) / (1 - alpha)
    bread = (slope.T @ slope - (sums * shrink[:, None]).T @ sums) / (1 - alpha)
    return score, bread


def _sandwich(bread: Floats, score: Floats) -> Floats:
    inverse = np.linalg.inv(bread)
    return np.asarray(inverse @ (score.T @ score) @ inverse)


def _by(values: Floats, group: Ints) -> Floats:
    return np.stack([np.bincount(group, column) for column in values.T], axis=1).astype(np.float64)
