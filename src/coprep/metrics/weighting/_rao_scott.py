"""Whether a weighted or clustered profile fits its baseline: Rao and Scott's second-order test."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, numbers
from coprep.metrics._tails import chi2_log_sf
from coprep.metrics.shares._share_tests import SCALES, scaled

__all__ = ["RaoScottTest", "rao_scott_test", "shares_of_totals"]


class RaoScottTest(NamedTuple):
    """Pearson's statistic of estimated totals, with its distribution under the design.

    Attributes
    ----------
    statistic : float
        sum (total - share of the sum)^2 / (share of the sum).
    scale, df : float
        The statistic over ``scale`` is about chi-square with ``df`` degrees of freedom.
    p_value : float
        On the scale asked for.

    """

    statistic: float
    scale: float
    df: float
    p_value: float


def _given(totals: ArrayLike, covariance: ArrayLike) -> tuple[Floats, Floats]:
    """Totals and their covariance matrix, checked."""
    x = numbers(totals, "totals", "nonnegative", ndim=1)
    matrix = numbers(covariance, "covariance", "real", ndim=2)
    if matrix.shape != (len(x), len(x)) or not np.allclose(matrix, matrix.T):
        raise InputError.of(
            f"covariance has the shape {matrix.shape}; a symmetric matrix of {len(x)} by {len(x)} is expected.",
            code="shape",
            param="covariance",
        )
    return x, matrix


@np.errstate(all="ignore")
def shares_of_totals(totals: ArrayLike, covariance: ArrayLike) -> tuple[Floats, Floats]:
    """Which shares do estimated totals give, and how do these vary together?

    Parameters
    ----------
    totals : array_like
        Estimated (weighted) total of each group.
    covariance : array_like
        Their design covariance matrix.

    Returns
    -------
    shares, covariance : ndarray
        The shares and their covariance matrix, to first order; nan where the totals add to 0.

    Raises
    ------
    InputError
        For negative totals, and a covariance that is not symmetric or does not fit them.

    Examples
    --------
    >>> shares, covariance = shares_of_totals([30.0, 70.0], [[20.0, -5.0], [-5.0, 25.0]])
    >>> shares.tolist(), covariance.round(6).tolist()
    ([0.3, 0.7], [[0.001415, -0.001415], [-0.001415, 0.001415]])

    """
    x, matrix = _given(totals, covariance)
    size = x.sum() if x.sum() > 0 else np.nan
    shares = x / size
    jacobian = (np.eye(len(x)) - shares[:, None]) / size
    return shares, jacobian @ matrix @ jacobian.T


@np.errstate(all="ignore")
def rao_scott_test(
    totals: ArrayLike, covariance: ArrayLike, baseline: ArrayLike, *, scale: str = "p"
) -> RaoScottTest:
    """Does a weighted or clustered profile differ from the baseline by more than its design allows?

    Parameters
    ----------
    totals : array_like
        Estimated (weighted) total of each group, one vector.
    covariance : array_like
        Their design covariance matrix, clusters and strata taken into account.
    baseline : array_like
        Shares or population counts of the same groups; only their proportions matter, and all are above 0.
    scale : {"p", "log", "log10"}, default "p"
        How the p-value is returned.

    Returns
    -------
    RaoScottTest
        Second-order corrected: Satterthwaite's moments of the design covariance; nan where nothing varies.

    Raises
    ------
    InputError
        For a matrix that does not fit the totals, and groups without baseline share.

    References
    ----------
    Rao, J. N. K. and Scott, A. J. (1981). Journal of the American Statistical Association 76, 221-230; (1984).
    Annals of Statistics 12, 46-60.

    Examples
    --------
    >>> import numpy as np
    >>> x, n = np.array([30.0, 5.0, 5.0]), 40.0
    >>> design = n * (np.diag(x / n) - np.outer(x / n, x / n))  # a simple random draw
    >>> test = rao_scott_test(x, design, [0.34, 0.33, 0.33])
    >>> round(test.statistic, 2), test.p_value < 1e-4
    (29.96, True)

    """
    choice(scale, "scale", SCALES)
    x, matrix = _given(totals, covariance)
    weights = numbers(baseline, "baseline", "positive", ndim=1)
    if len(weights) != len(x):
        raise InputError.of(
            f"baseline has {len(weights)} groups and totals {len(x)}.",
            code="length",
            param="baseline",
        )
    shares, size = weights / weights.sum(), x.sum()
    root = np.sqrt(size * shares)
    gap = (x - size * shares) / root
    # the derivative of each gap by each total: its own count, the expected count, and the unit it is measured in
    slope = np.eye(len(x)) / root[:, None] - (shares / root + gap / (2 * size))[:, None]
    design = slope @ matrix @ slope.T
    first, second = np.trace(design), np.trace(design @ design)
    statistic = float(gap @ gap)
    if not first > 0:
        unknown = float("nan")
        return RaoScottTest(statistic, unknown, unknown, unknown)
    factor, df = float(second / first), float(first**2 / second)
    log_p = chi2_log_sf(np.array(statistic / factor), np.array(df))
    return RaoScottTest(statistic, factor, df, float(scaled(log_p, scale)))
