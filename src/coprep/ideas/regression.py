"""Knows the odds of a yes given other things, with errors that know ideas come from the same authors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Odds", "clustered_logit", "dummies", "exchangeable_logit", "independent"]

_TOO_FAR = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Odds:
    """Coefficients on the log-odds scale.

    Attributes
    ----------
    coef, se : array of shape (p,)
        Estimates and author-clustered standard errors; nan where the data separate or do not identify them.
    alpha : float
        Working correlation among ideas of one author; nan where none was fitted.
    """

    coef: Floats
    se: Floats
    alpha: float = float("nan")


def dummies(codes: Ints) -> Floats:
    """Indicator columns for all values but the first; a column no row carries is left out."""
    values = np.unique(codes)
    return np.asarray(codes[:, None] == values[None, 1:], dtype=np.float64)


def independent(x: Floats) -> NDArray[np.bool_]:
    """Which columns add something to those before them.

    >>> independent(np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 2.0, 5.0]])).tolist()
    [True, False, True]
    """
    if len(x) < x.shape[1]:
        return np.zeros(x.shape[1], dtype=np.bool_)
    size = np.maximum(np.sqrt((x**2).sum(axis=0)), np.finfo(float).tiny)
    left = np.abs(np.diag(np.linalg.qr(x / size, mode="r")))
    return np.asarray(left > 1e-8)


def clustered_logit(y: Floats, x: Floats, clusters: Ints, *, steps: int = 50) -> Odds:
    """Maximum-likelihood logistic regression, sandwich errors by cluster.

    Notes
    -----
    Newton steps; the covariance is multiplied by ``G / (G - 1) * (n - 1) / (n - p)``. Where a coefficient runs
    away (complete separation) or the design is singular everything is nan.

    Examples
    --------
    >>> x = np.array([[1.0, 0], [1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1], [1, 1]])
    >>> fit = clustered_logit(np.array([0.0, 0, 0, 1, 0, 1, 1, 1]), x, np.arange(8))
    >>> round(float(np.exp(fit.coef[1])), 6)
    9.0
    """
    if len(y) != len(x) or len(y) != len(clusters):
        raise InputError.of("y, x and clusters differ in length.", code="length", param="x")
    beta, nothing = np.zeros(x.shape[1]), np.full(x.shape[1], np.nan)
    for _ in range(steps):
        p = _chance(x @ beta)
        bread = x.T @ (x * (p * (1 - p))[:, None])
        if np.linalg.matrix_rank(bread) < len(beta):
            return Odds(nothing, nothing)
        step = np.linalg.solve(bread, x.T @ (y - p))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
        if np.abs(x @ beta).max() > _TOO_FAR * 2:
            return Odds(nothing, nothing)
    p = _chance(x @ beta)
    group = np.unique(clusters, return_inverse=True)[1]
    count, (n, k) = int(group.max()) + 1, x.shape
    score = np.stack([np.bincount(group, x[:, j] * (y - p), count) for j in range(k)], axis=1)
    inverse = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
    if count < 2 or n <= k:
        return Odds(beta, nothing)
    covariance = inverse @ (score.T @ score) @ inverse * count / (count - 1) * (n - 1) / (n - k)
    return Odds(beta, np.sqrt(np.diag(covariance)))


def _chance(eta: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(eta))


def exchangeable_logit(y: Floats, x: Floats, clusters: Ints) -> Odds:
    """Generalised estimating equations: ideas of one author share a working correlation.

    References
    ----------
    Liang, K.-Y. & Zeger, S. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
    """
    import statsmodels.api as sm

    nothing = np.full(x.shape[1], np.nan)
    if not np.isfinite(clustered_logit(y, x, clusters).coef).all():
        return Odds(nothing, nothing)
    order = np.argsort(clusters, kind="stable")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit: Any = sm.GEE(
            y[order],
            x[order],
            groups=clusters[order],
            family=sm.families.Binomial(),
            cov_struct=sm.cov_struct.Exchangeable(),
        ).fit()
    alpha = float(np.asarray(fit.cov_struct.dep_params).reshape(-1)[0])
    return Odds(np.asarray(fit.params), np.asarray(fit.bse), alpha)
