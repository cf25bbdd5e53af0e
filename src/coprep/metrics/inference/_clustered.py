"""Least squares with errors that know rows come from the same people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import stdtr, stdtrit

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, numbers, share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Correction = Literal["CR0", "CR1", "CR2"]
_KINDS = ("CR0", "CR1", "CR2")
_SATURATED = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredFit:
    """Coefficients with cluster-robust uncertainty.

    Attributes
    ----------
    coef, se, df : array of shape (p,)
        Estimates, standard errors, degrees of freedom of the t distribution.
    covariance : array of shape (p, p)
        Of the coefficients.
    clusters : tuple of int
        Number of clusters in each direction.
    n : int
        Number of rows.
    kind : str
        Small-sample correction used.
    """

    coef: Floats
    se: Floats
    df: Floats
    covariance: Floats
    clusters: tuple[int, ...]
    n: int
    kind: str

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper t limits of each coefficient."""
        half = stdtrit(self.df, 0.5 + share(confidence, "confidence") / 2.0) * self.se
        return self.coef - half, self.coef + half

    @property
    def p_value(self) -> Floats:
        """Two-sided p value of each coefficient being 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2.0 * stdtr(self.df, -np.abs(self.coef / self.se)))


def clustered_ols(
    y: ArrayLike,
    x: ArrayLike,
    clusters: ArrayLike,
    *,
    second: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    kind: Correction = "CR2",
) -> ClusteredFit:
    """Least squares whose standard errors allow rows of the same person to move together.

    Parameters
    ----------
    y : array of shape (n,)
        Response.
    x : array of shape (n, p) or (n,)
        Regressors; no intercept is added.
    clusters : array of int of shape (n,)
        Who each row comes from, coded from 0.
    second : array of int of shape (n,), optional
        A second direction of clustering, such as ideas beside voters.
    weights : array of shape (n,), optional
        Inverse variances of the rows.
    kind : {"CR0", "CR1", "CR2"}
        No correction; times ``G / (G - 1)``; bias-reduced, with Satterthwaite degrees of freedom.
        The first two use ``G - 1`` degrees.

    Returns
    -------
    ClusteredFit
        A coefficient is nan where the regressors do not identify it.

    Raises
    ------
    InputError
        For arrays of different lengths, codes that are not whole, and unknown corrections.

    Notes
    -----
    CR2 scales each cluster's residuals by ``(I - H_gg)**(-1/2)``; only p x p matrices per cluster
    are formed. In two directions the covariances are added and that of their intersection is taken
    away; where a variance is then not positive, the larger one-way variance stands. Degrees of
    freedom are the smaller of the two.

    References
    ----------
    Bell, R. & McCaffrey, D. (2002). Bias reduction in standard errors for linear regression with
    multi-stage samples. Survey Methodology 28(2), 169-181. Pustejovsky, J. & Tipton, E. (2018).
    Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed
    effects models. JBES 36(4), 672-683.
    Cameron, A. C., Gelbach, J. & Miller, D. (2011). Robust inference with multiway clustering. JBES
    29(2), 238-249.

    Examples
    --------
    >>> fit = clustered_ols([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 1, 1], kind="CR1")
    >>> float(fit.coef[0]), float(fit.se[0])
    (2.5, 1.0)
    """
    choice(kind, "kind", _KINDS)
    response = numbers(y, "y", ndim=1)
    design = numbers(x, "x", ndim=(1, 2))
    design = design.reshape(len(design), -1)
    if len(design) != len(response):
        raise InputError.of(
            f"x has {len(design):,} rows; y has {len(response):,}.", code="length", param="x"
        )
    first = codes(clusters, "clusters", n=len(response))
    if weights is not None:
        root = np.sqrt(numbers(weights, "weights", "nonnegative", ndim=1))
        if len(root) != len(response):
            raise InputError.of(
                f"weights have {len(root):,} items.", code="length", param="weights"
            )
        response = response * root
        design = design * root[:, None]
    directions = [_dense(first)]
    if second is not None:
        other = _dense(codes(second, "second", n=len(response)))
        directions += [other, _dense(directions[0] * (other.max() + 1) + other)]
    return _fitted(response, design, directions, kind)


def _fitted(y: Floats, x: Floats, directions: list[Ints], kind: str) -> ClusteredFit:
    p = x.shape[1]
    sizes = tuple(int(d.max()) + 1 for d in directions[:2])
    values, vectors = np.linalg.eigh(x.T @ x)
    if values[0] <= _SATURATED * max(values[-1], np.finfo(float).tiny):
        nothing = np.full(p, np.nan)
        return ClusteredFit(nothing, nothing, nothing, np.full((p, p), np.nan), sizes, len(y), kind)
    root = vectors / np.sqrt(values)
    coef = root @ (root.T @ (x.T @ y))
    z = x @ root
    parts = [_sandwich(z, y - x @ coef, group, root, kind) for group in directions]
    covariance, df = parts[0]
    if len(parts) == 3:
        covariance = _two_way(parts[0][0], parts[1][0], parts[2][0])
        df = np.minimum(df, parts[1][1])
    return ClusteredFit(coef, np.sqrt(np.diag(covariance)), df, covariance, sizes, len(y), kind)


def _sandwich(
    z: Floats, residual: Floats, group: Ints, root: Floats, kind: str
) -> tuple[Floats, Floats]:
    """Covariance and degrees of freedom in one direction; z is the design made orthonormal by
    ``root``.
    """
    count = int(group.max()) + 1
    p = z.shape[1]
    scores = np.stack([np.bincount(group, z[:, j] * residual, count) for j in range(p)], axis=1)
    if kind != "CR2":
        meat = scores.T @ scores
        factor = count / (count - 1) if kind == "CR1" and count > 1 else 1.0
        covariance = root @ meat @ root.T * factor if count > 1 else np.full((p, p), np.nan)
        return covariance, np.full(p, float(count - 1))
    gram = np.empty((count, p, p))
    for i in range(p):
        for j in range(p):
            gram[:, i, j] = np.bincount(group, z[:, i] * z[:, j], count)
    adjust = _inverse_root(gram)
    scores = np.einsum("gij,gj->gi", adjust, scores)
    covariance = root @ (scores.T @ scores) @ root.T if count > 1 else np.full((p, p), np.nan)
    return covariance, np.array([_satterthwaite(gram, adjust, row) for row in root])


def _inverse_root(gram: Floats) -> Floats:
    """``(I - gram)**(-1/2)`` of each cluster; directions a cluster alone determines are left
    out.
    """
    values, vectors = np.linalg.eigh(gram)
    left = 1.0 - values
    scale = np.where(left > _SATURATED, 1.0 / np.sqrt(np.maximum(left, _SATURATED)), 0.0)
    return np.asarray(np.einsum("gik,gk,gjk->gij", vectors, scale, vectors))


def _satterthwaite(gram: Floats, adjust: Floats, contrast: Floats) -> float:
    """Degrees of freedom of the variance of one contrast under independent rows."""
    t = adjust @ contrast
    u = np.einsum("gij,gj->gi", gram, t)
    diagonal = (t * u).sum(axis=1)
    lost = (u**2).sum(axis=1)
    cross = u.T @ u
    trace = diagonal.sum() - lost.sum()
    square = (diagonal**2).sum() - 2.0 * (diagonal * lost).sum() + (cross**2).sum()
    return float(trace**2 / square) if square > 0 else np.nan


def _two_way(first: Floats, second: Floats, both: Floats) -> Floats:
    combined = first + second - both
    variance = np.diag(combined)
    larger = np.maximum(np.diag(first), np.diag(second))
    np.fill_diagonal(combined, np.where(variance > 0, variance, larger))
    return combined


def clustered_slope(
    products: ArrayLike, squares: ArrayLike, *, kind: Correction = "CR2"
) -> ClusteredFit:
    """The slope of y on one regressor x, from each person's sums alone.

    Scores are ``products - slope * squares``: in residual form, since plain sums of ``products**2``
    contain the effect itself and cover too often.
    """
    choice(kind, "kind", _KINDS)
    product = numbers(products, "products", ndim=1)
    square = numbers(squares, "squares", "nonnegative", ndim=1)
    if len(product) != len(square):
        raise InputError.of(
            "products and squares differ in length.", code="length", param="squares"
        )
    if (product[square == 0] != 0).any():
        raise InputError.of("products must be 0 where squares are.", param="products")
    product = product[square > 0]
    square = square[square > 0]
    count = len(square)
    total = square.sum()
    if count < 2:
        nothing = np.full(1, np.nan)
        slope = product / square if count else nothing
        return ClusteredFit(slope, nothing, nothing, np.full((1, 1), np.nan), (count,), count, kind)
    slope = product.sum() / total
    scores = product - slope * square
    gram = (square / total)[:, None, None]
    df = float(count - 1)
    if kind == "CR2":
        adjust = _inverse_root(gram)
        scores = scores * adjust[:, 0, 0]
        df = _satterthwaite(gram, adjust, np.ones(1))
    factor = count / (count - 1) if kind == "CR1" else 1.0
    variance = factor * (scores**2).sum() / total**2
    return ClusteredFit(
        np.array([slope]),
        np.array([np.sqrt(variance)]),
        np.array([df]),
        np.array([[variance]]),
        (count,),
        count,
        kind,
    )


def _dense(group: Ints) -> Ints:
    """Codes without gaps."""
    return np.asarray(np.unique(group, return_inverse=True)[1].reshape(-1), dtype=np.intp)
