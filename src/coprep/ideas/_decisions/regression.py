"""Fit the regressions asked for a second opinion, with errors by author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from coprep.host import quiet

if TYPE_CHECKING:
    from coprep.metrics._checks import Bools, Floats, Ints

Errors = Literal["logistic", "exchangeable"]

_UNKNOWN = (float("nan"), float("nan"))


def dummies(codes: Ints) -> Floats:
    """Indicator columns for all values but the first; a column no row carries is left out."""
    values = np.unique(codes)
    return np.asarray(codes[:, None] == values[None, 1:], dtype=np.float64)


def independent(x: Floats) -> Bools:
    """Which columns add something to those before them.

    >>> independent(np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 2.0, 5.0]])).tolist()
    [True, False, True]
    """
    if len(x) < x.shape[1]:
        return np.zeros(x.shape[1], dtype=np.bool_)
    size = np.maximum(np.sqrt((x**2).sum(axis=0)), np.finfo(float).tiny)
    left = np.abs(np.diag(np.linalg.qr(x / size, mode="r")))
    return np.asarray(left > 1e-8)


def log_odds(y: Floats, x: Floats, clusters: Ints, errors: Errors) -> tuple[float, float]:
    """Log odds ratio of the last column of ``x`` and its error; nan if not identified.

    ``"logistic"`` is maximum likelihood with clustered errors, times ``G / (G - 1) * (n - 1) / (n -
    k)`` for G clusters; ``"exchangeable"`` generalised estimating equations in which rows of one
    cluster share a working correlation (Liang & Zeger 1986).

    >>> x = np.array([[1.0, 0], [1, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1], [1, 1]])
    >>> y = np.array([0.0, 0, 0, 1, 0, 1, 1, 1])
    >>> round(float(np.exp(log_odds(y, x, np.arange(8), "logistic")[0])), 6)
    9.0
    """
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    n, k = x.shape
    if n < k or np.linalg.matrix_rank(x) < k:
        return _UNKNOWN
    options = {"disp": 0, "maxiter": 50, "tol": 1e-10, "warn_convergence": False}
    covariance = {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    few = n <= k or len(np.unique(clusters)) < 2
    # Separation shows in that nothing converges.
    with quiet(module=r"(statsmodels|scipy|numpy)\b"):
        try:
            fit = Logit(y, x).fit(**options, **({} if few else covariance))
        except (PerfectSeparationError, np.linalg.LinAlgError):
            return _UNKNOWN
        if not fit.mle_retvals["converged"]:
            return _UNKNOWN
        if errors == "exchangeable":
            alike = GEE(y, x, groups=clusters, family=Binomial(), cov_struct=Exchangeable())
            together: Any = alike.fit(start_params=fit.params, ctol=1e-10, maxiter=100)
            return float(together.params[-1]), float(together.bse[-1])
        if few:
            return float(fit.params[-1]), float("nan")
        return float(fit.params[-1]), float(fit.bse[-1])
