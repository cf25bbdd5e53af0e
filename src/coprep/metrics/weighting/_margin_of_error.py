"""How margins of error combine: sums, shares, ratios and products of census estimates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out

__all__ = [
    "moe_at",
    "moe_cv",
    "moe_product",
    "moe_ratio",
    "moe_share",
    "moe_share_fell_back",
    "moe_sum",
    "moe_to_se",
    "rounding_se",
]

# The factors that statistical offices print, rounded as they print them.
_PRINTED = {0.90: 1.645, 0.95: 1.960, 0.99: 2.576}


def _factor(level: Floats) -> Floats:
    """Standard errors in a margin of this level: the printed ones at 90, 95 and 99%."""
    result = special.ndtri((1 + level) / 2)
    for printed, z in _PRINTED.items():
        result = np.where(np.isclose(level, printed, rtol=0, atol=1e-12), z, result)
    return np.asarray(result)


@np.errstate(all="ignore")
def moe_to_se(moe: ArrayLike, *, confidence: ArrayLike = 0.90) -> Floats:
    """What standard error belongs to a margin of error?

    Parameters
    ----------
    moe : array_like
        Margin of error, in the estimate's unit.
    confidence : array_like, default 0.90
        Level of the margin: 90% for the American Community Survey.

    Returns
    -------
    float or ndarray
        moe / 1.645 at 90%, 1.960 at 95%, 2.576 at 99%, the printed factors; the normal quantile at other levels.

    Raises
    ------
    InputError
        For margins below 0, and levels outside 0 to 1.

    References
    ----------
    U.S. Census Bureau (2018), chapter 7; see `moe_sum`.

    Examples
    --------
    >>> round(float(moe_to_se(0.012)), 5)
    0.00729

    """
    moe, level = inputs(moe=(moe, "nonnegative"), confidence=(confidence, "inside"))
    return out(moe / _factor(level))


@np.errstate(all="ignore")
def moe_at(moe: ArrayLike, *, confidence: ArrayLike, given: ArrayLike = 0.90) -> Floats:
    """What is a margin of error at another level of confidence?

    Parameters
    ----------
    moe : array_like
        Margin of error.
    confidence : array_like
        The level wanted.
    given : array_like, default 0.90
        The level of ``moe``.

    Returns
    -------
    float or ndarray
        The margin at ``confidence``, by the printed factors (1.645, 1.960, 2.576).

    Raises
    ------
    InputError
        For margins below 0, and levels outside 0 to 1.

    References
    ----------
    U.S. Census Bureau (2018), chapter 7; see `moe_sum`.

    Examples
    --------
    >>> round(float(moe_at(1.645, confidence=0.95)), 6)
    1.96

    """
    moe, level, wanted = inputs(
        moe=(moe, "nonnegative"), given=(given, "inside"), confidence=(confidence, "inside")
    )
    return out(moe / _factor(level) * _factor(wanted))


@np.errstate(all="ignore")
def moe_cv(estimate: ArrayLike, moe: ArrayLike, *, confidence: ArrayLike = 0.90) -> Floats:
    """How large is the standard error beside the estimate?

    Parameters
    ----------
    estimate, moe : array_like
        Estimate and its margin of error.
    confidence : array_like, default 0.90
        Level of the margin.

    Returns
    -------
    float or ndarray
        Standard error over estimate; times 100 for percent. nan for an estimate of 0.

    Raises
    ------
    InputError
        For estimates or margins below 0, and levels outside 0 to 1.

    References
    ----------
    U.S. Census Bureau (2018), chapter 7; see `moe_sum`.

    Examples
    --------
    >>> round(100 * float(moe_cv(0.9, 0.07473)), 2)
    5.05

    """
    estimate, moe, level = inputs(
        estimate=(estimate, "nonnegative"),
        moe=(moe, "nonnegative"),
        confidence=(confidence, "inside"),
    )
    return out(moe / _factor(level) / np.where(estimate > 0, estimate, np.nan))


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
        Which margins of estimates of 0 count: only the largest, once (Census Bureau), all of them, or each
        different one once.

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
    U.S. Census Bureau (2018). Understanding and Using American Community Survey Data: What All Data Users Need to
    Know, chapter 8.

    Examples
    --------
    >>> round(float(moe_sum([0, 0, 0, 30, 15], [100, 50, 35, 5, 3])), 2)
    100.17

    """
    choice(zeros, "zeros", ("largest", "all", "unique"))
    estimates, moes = inputs(estimates=(estimates, "nonnegative"), moes=(moes, "nonnegative"))
    estimates, moes = np.atleast_1d(estimates), np.atleast_1d(moes)
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
def moe_share_fell_back(
    numerator: ArrayLike,
    denominator: ArrayLike,
    moe_numerator: ArrayLike,
    moe_denominator: ArrayLike,
) -> Floats:
    """Does the margin of a share have to be taken from the formula for a ratio?

    Parameters
    ----------
    numerator, denominator, moe_numerator, moe_denominator
        As in `moe_share`.

    Returns
    -------
    float or ndarray
        1 where Ma^2 - s^2 Mb^2 is not positive, else 0; nan for a denominator of 0.

    Raises
    ------
    InputError
        For estimates or margins below 0, and shapes that do not fit together.

    References
    ----------
    U.S. Census Bureau (2018), chapter 8; see `moe_sum`.

    Examples
    --------
    >>> float(moe_share_fell_back(900, 1000, 20, 80))
    1.0

    """
    a, b, ma, mb = _parts(numerator, denominator, moe_numerator, moe_denominator)
    return out(np.where(np.isnan(b), np.nan, ma**2 - (a / b * mb) ** 2 <= 0))


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
        sqrt(Ma^2 - s^2 Mb^2)/b, at the same level, or `moe_ratio` where that root does not exist; nan for a
        denominator of 0.

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
def moe_product(
    first: ArrayLike, second: ArrayLike, moe_first: ArrayLike, moe_second: ArrayLike
) -> Floats:
    """What is the margin of error of a product of two estimates, such as people times a share?

    Parameters
    ----------
    first, second : array_like
        The two estimates.
    moe_first, moe_second : array_like
        Their margins of error, of one level.

    Returns
    -------
    float or ndarray
        sqrt(a^2 Mb^2 + b^2 Ma^2), at the same level.

    Raises
    ------
    InputError
        For estimates or margins below 0, and shapes that do not fit together.

    References
    ----------
    U.S. Census Bureau (2018), chapter 8; see `moe_sum`.

    Examples
    --------
    >>> round(float(moe_product(1000, 0.25, 40, 0.02)), 2)
    22.36

    """
    a, b, ma, mb = inputs(
        first=(first, "nonnegative"),
        second=(second, "nonnegative"),
        moe_first=(moe_first, "nonnegative"),
        moe_second=(moe_second, "nonnegative"),
    )
    return out(np.hypot(a * mb, b * ma))


@np.errstate(all="ignore")
def rounding_se(step: ArrayLike) -> Floats:
    """What standard error does a share carry that was printed rounded?

    Parameters
    ----------
    step : array_like
        The unit of rounding, as a share: 0.01 for whole percentages.

    Returns
    -------
    float or ndarray
        step/sqrt(12): the true share lies anywhere within half a unit with equal chance.

    Raises
    ------
    InputError
        For a step below 0.

    References
    ----------
    JCGM 100:2008, Guide to the Expression of Uncertainty in Measurement, F.2.2.1.

    Examples
    --------
    >>> round(float(rounding_se(0.01)), 5)
    0.00289

    """
    (step,) = inputs(step=(step, "nonnegative"))
    return out(step / np.sqrt(12))
