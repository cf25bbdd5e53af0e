"""Whether a weighted or clustered profile fits its baseline: Rao and Scott's second-order test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import numbers
from coprep.metrics._results import TestResult, scaled
from coprep.metrics._tails import chi2_log_sf


@dataclass(frozen=True, slots=True, eq=False)
class RaoScottTest(TestResult[float]):
    """Pearson's statistic of estimated totals, with its distribution under the design.

    Attributes
    ----------
    statistic : float
        sum (x - nP)^2/(nP) of the totals.
    p_value, log10_p_value : float
        Of the statistic over ``scale`` on ``df`` degrees of freedom.
    df : float
        Satterthwaite degrees of freedom.
    method : str
        "rao-scott".
    scale : float
        By how much the design inflates the statistic.
    """

    scale: float


@np.errstate(all="ignore")
def rao_scott_test(totals: ArrayLike, covariance: ArrayLike, baseline: ArrayLike) -> RaoScottTest:
    """Does a weighted or clustered profile differ from the baseline by more than its design allows?

    Parameters
    ----------
    totals : array_like
        Estimated (weighted) total of each group, one vector.
    covariance : array_like
        Their design covariance matrix, clusters and strata taken into account.
    baseline : array_like
        Shares or population counts of the same groups; only their proportions matter, and all are
        above 0.

    Returns
    -------
    RaoScottTest
        Second-order corrected: Satterthwaite's moments of the design covariance; nan where nothing
        varies.

    Raises
    ------
    InputError
        For a matrix that does not fit the totals, and groups without baseline share.

    References
    ----------
    Rao, J. N. K. and Scott, A. J. (1981). Journal of the American Statistical Association 76,
    221-230; (1984). Annals of Statistics 12, 46-60.

    Examples
    --------
    >>> import numpy as np
    >>> x, n = np.array([30.0, 5.0, 5.0]), 40.0
    >>> design = n * (np.diag(x / n) - np.outer(x / n, x / n))  # a simple random draw
    >>> test = rao_scott_test(x, design, [0.34, 0.33, 0.33])
    >>> round(test.statistic, 2), test.p_value < 1e-4
    (29.96, True)

    """
    x = numbers(totals, "totals", "nonnegative", ndim=1)
    matrix = numbers(covariance, "covariance", "real", ndim=2)
    if matrix.shape != (len(x), len(x)) or not np.allclose(matrix, matrix.T):
        raise InputError.of(
            f"covariance has the shape {matrix.shape}; a symmetric matrix of {len(x)} by {len(x)} "
            "is expected.",
            code="shape",
            param="covariance",
        )
    weights = numbers(baseline, "baseline", "positive", ndim=1)
    if len(weights) != len(x):
        raise InputError.of(
            f"baseline has {len(weights)} groups and totals {len(x)}.",
            code="length",
            param="baseline",
        )
    shares = weights / weights.sum()
    size = x.sum()
    root = np.sqrt(size * shares)
    gap = (x - size * shares) / root
    # The derivative of each gap by each total: its own count, the expected count, and the unit it
    # is measured in.
    slope = np.eye(len(x)) / root[:, None] - (shares / root + gap / (2 * size))[:, None]
    design = slope @ matrix @ slope.T
    first = np.trace(design)
    second = np.trace(design @ design)
    statistic = float(gap @ gap)
    if not first > 0:
        unknown = float("nan")
        return RaoScottTest(statistic, unknown, unknown, unknown, "rao-scott", unknown)
    factor = float(second / first)
    df = float(first**2 / second)
    log_p = chi2_log_sf(np.array(statistic / factor), np.array(df))
    return RaoScottTest(
        statistic,
        float(scaled(log_p, "p")),
        float(scaled(log_p, "log10")),
        df,
        "rao-scott",
        factor,
    )
