"""How margins of error combine: sums, shares, ratios and products of census estimates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out

# The factors that statistical offices print, rounded as they print them.
_PRINTED = {0.90: 1.645, 0.95: 1.960, 0.99: 2.576}


def _squares(estimates: Floats, moes: Floats, zeros: str) -> Floats:
    """Squared margins that count towards one sum."""
    zero = estimates == 0
    if zeros == "all" or not zero.any():
        return moes**2
    kept = np.unique(moes[zero]) if zeros == "unique" else moes[zero].max(keepdims=True)
    return np.concatenate([moes[~zero], kept]) ** 2


@np.errstate(all="ignore")
def moe_sum(estimates: ArrayLike, moes: ArrayLike, *, zeros: str = "largest") -> Floats:
    """What is the margin of error of a sum of estimates?

    Parameters
    ----------
    estimates, moes : array_like
        Estimates and their margins, the parts of one sum along the last axis.
    zeros : {"largest", "all", "unique"}, default "largest"
        Which margins of estimates of 0 count: only the largest, once (Census Bureau), all of them,
        or each different one once.

    Returns
    -------
    float or ndarray
        Root of the sum of squares; one axis less.

    Raises
    ------
    InputError
        For estimates or margins below 0, no estimates, and unknown words.

    References
    ----------
    U.S. Census Bureau (2018). Understanding and Using American Community Survey Data: What All Data
    Users Need to Know, chapter 8.

    Examples
    --------
    >>> round(float(moe_sum([0, 0, 0, 30, 15], [100, 50, 35, 5, 3])), 2)
    100.17

    """
    choice(zeros, "zeros", ("largest", "all", "unique"))
    estimates, moes = inputs(estimates=(estimates, "nonnegative"), moes=(moes, "nonnegative"))
    estimates = np.atleast_1d(estimates)
    moes = np.atleast_1d(moes)
    if estimates.shape[-1] == 0:
        raise InputError.of(
            "estimates is empty; one part or more is expected.", code="empty", param="estimates"
        )
    rows = zip(
        estimates.reshape(-1, estimates.shape[-1]), moes.reshape(-1, moes.shape[-1]), strict=True
    )
    sums = np.array([_squares(e, m, zeros).sum() for e, m in rows])
    return out(np.sqrt(sums).reshape(estimates.shape[:-1]))


def _parts(
    numerator: ArrayLike,
    denominator: ArrayLike,
    moe_numerator: ArrayLike,
    moe_denominator: ArrayLike,
) -> tuple[Floats, Floats, Floats, Floats]:
    """The four numbers of a quotient, checked; a denominator of 0 becomes nan."""
    a, b, ma, mb = inputs(
        numerator=(numerator, "nonnegative"),
        denominator=(denominator, "nonnegative"),
        moe_numerator=(moe_numerator, "nonnegative"),
        moe_denominator=(moe_denominator, "nonnegative"),
    )
    return a, np.where(b > 0, b, np.nan), ma, mb


@np.errstate(all="ignore")
def moe_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    moe_numerator: ArrayLike,
    moe_denominator: ArrayLike,
) -> Floats:
    """What is the margin of error of a ratio whose numerator is no part of its denominator?

    Parameters
    ----------
    numerator, denominator : array_like
        The two estimates.
    moe_numerator, moe_denominator : array_like
        Their margins of error, of one level.

    Returns
    -------
    float or ndarray
        sqrt(Ma^2 + (a/b)^2 Mb^2)/b, at the same level; nan for a denominator of 0.

    Raises
    ------
    InputError
        For estimates or margins below 0, and shapes that do not fit together.

    References
    ----------
    U.S. Census Bureau (2018), chapter 8; see `moe_sum`.

    Examples
    --------
    >>> round(float(moe_ratio(226840, 203119, 5557, 5070)), 3)
    0.039

    """
    a, b, ma, mb = _parts(numerator, denominator, moe_numerator, moe_denominator)
    return out(np.hypot(ma, a / b * mb) / b)


@np.errstate(all="ignore")
def moe_share(
    numerator: ArrayLike,
    denominator: ArrayLike,
    moe_numerator: ArrayLike,
    moe_denominator: ArrayLike,
) -> Floats:
    """What is the margin of error of a share, the numerator being part of the denominator?

    Parameters
    ----------
    numerator, denominator : array_like
        Estimate of the group and of the total.
    moe_numerator, moe_denominator : array_like
        Their margins of error, of one level; 0 for a total that is controlled to a count.

    Returns
    -------
    float or ndarray
        sqrt(Ma^2 - s^2 Mb^2)/b, at the same level, or `moe_ratio` where that root does not exist;
        nan for a denominator of 0.

    Raises
    ------
    InputError
        For estimates or margins below 0, and shapes that do not fit together.

    References
    ----------
    U.S. Census Bureau (2018), chapter 8; see `moe_sum`.

    Examples
    --------
    >>> round(float(moe_share(203119, 630498, 5070, 831)), 3)
    0.008

    """
    a, b, ma, mb = _parts(numerator, denominator, moe_numerator, moe_denominator)
    radicand = ma**2 - (a / b * mb) ** 2
    return out(
        np.where(radicand > 0, np.sqrt(np.maximum(radicand, 0)), np.hypot(ma, a / b * mb)) / b
    )


@np.errstate(all="ignore")
def moe_shares(estimates: Floats, moes: Floats, moe_total: float | None = None) -> Floats:
    """Margins of each part's share of the sum of all parts.

    With a margin of the total of its own, by `moe_share`; else by the delta method for parts that
    were estimated independently, sqrt((1 - 2p) Mi^2 + p^2 sum M^2)/T, by which two parts of a whole
    have one margin.
    """
    total = float(estimates.sum())
    if moe_total is not None:
        return np.asarray(moe_share(estimates, total, moes, moe_total))
    share = estimates / total
    whole = float(moe_sum(estimates, moes)) ** 2
    return np.asarray(np.sqrt(np.maximum((1 - 2 * share) * moes**2 + share**2 * whole, 0)) / total)
