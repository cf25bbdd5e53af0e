"""How far one group's share lies from its baseline share: ratios, differences, log disparity, residuals.

Every function takes the count ``x`` of a group among ``n`` participants and the group's baseline ``share``,
and broadcasts over groups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, inputs, out, within

__all__ = [
    "adjusted_residual",
    "log_disparity",
    "log_ratio",
    "normalised_parity",
    "odds_ratio",
    "partial_cv",
    "pearson_residual",
    "relative_difference",
    "representation_ratio",
    "share_difference",
    "shortfall_people",
]


def _group(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Counts, totals and baseline shares, checked; a total of 0 becomes nan, for nothing follows from it."""
    x, n, share = inputs(x=(x, "nonnegative"), n=(n, "nonnegative"), share=(share, "share"))
    within(x, n, ("x", "n"))
    return x, np.where(n > 0, n, np.nan), share


def _log_odds(x: Floats, n: Floats, share: Floats) -> Floats:
    """logit(x/n) - logit(share); small gaps keep their digits through the odds ratio minus one."""
    gap = (x - n * share) / ((n - x) * share)  # odds ratio - 1
    direct = np.log(x) - np.log(n - x) - np.log(share) + np.log1p(-share)
    return np.asarray(np.where(np.abs(gap) < 0.5, np.log1p(gap), direct))


@np.errstate(all="ignore")
def representation_ratio(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How many times its baseline share is a group's share of the participants?

    The participation-to-prevalence ratio. The ratio of the group's participation rate to everybody's,
    (x/K)/(n/N), is the same number.

    Parameters
    ----------
    x : array_like
        People of the group among the participants, 0 to n.
    n : array_like
        Participants whose group is known.
    share : array_like
        The group's share of the baseline, 0 to 1.

    Returns
    -------
    float or ndarray
        0 and above; 1 is parity. nan where n or the baseline share is 0: a group that the baseline lacks has
        no ratio.

    Raises
    ------
    InputError
        For counts below 0 or above n and shares outside 0 to 1.

    Notes
    -----
    r = (x/n)/P.

    References
    ----------
    Poon, R. et al. (2013). Journal of Women's Health 22, 604. Scott, P. E. et al. (2018). Journal of the
    American College of Cardiology 71, 1960.

    Examples
    --------
    >>> round(float(representation_ratio(13, 150, 0.18)), 3)
    0.481

    """
    x, n, share = _group(x, n, share)
    return out(x / n / np.where(share > 0, share, np.nan))


@np.errstate(all="ignore")
def log_ratio(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How far is the representation ratio from parity, on a scale where halves and doubles are alike?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        Natural logarithm of the ratio; 0 is parity, -inf for an absent group, nan where there is no ratio.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Qi, M. et al. (2021). JAMIA Open 4(3), ooab077.

    Examples
    --------
    >>> round(float(log_ratio(5, 100, 0.10)), 3)
    -0.693

    """
    return out(np.log(representation_ratio(x, n, share)))


@np.errstate(all="ignore")
def share_difference(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How far is a group's share of the participants from its baseline share?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        x/n - share, between -1 and 1; multiply by 100 for percentage points. nan where n is 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    Examples
    --------
    >>> round(float(share_difference(13, 150, 0.18)), 4)
    -0.0933

    """
    x, n, share = _group(x, n, share)
    return out((x - n * share) / n)


@np.errstate(all="ignore")
def relative_difference(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """By what fraction of its baseline share does a group's share differ?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        The representation ratio minus one, from -1 for an absent group; nan where there is no ratio.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    Examples
    --------
    >>> round(float(relative_difference(13, 150, 0.18)), 3)
    -0.519

    """
    x, n, share = _group(x, n, share)
    return out((x - n * share) / (n * np.where(share > 0, share, np.nan)))


@np.errstate(all="ignore")
def odds_ratio(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How many times the baseline odds are a group's odds among the participants?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        0 and above; inf where only the group came. nan for n = 0 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    Notes
    -----
    [x/(n-x)] / [P/(1-P)].

    References
    ----------
    Cornfield, J. (1951). A method of estimating comparative rates from clinical data. JNCI 11, 1269-1275.

    Examples
    --------
    >>> float(odds_ratio(1, 9, 0.2))
    0.5

    """
    x, n, share = _group(x, n, share)
    share = np.where((share > 0) & (share < 1), share, np.nan)
    return out(x / (n - x) * ((1 - share) / share))


@np.errstate(all="ignore")
def log_disparity(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How far are a group's log odds among the participants from its log odds in the baseline?

    Unlike the ratio it is symmetric: the group and everybody else get the same number with opposite signs.

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        0 is parity; -inf for an absent group, inf where only the group came; nan as in `odds_ratio`.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    Notes
    -----
    logit(p) - logit(P). `normalised_parity` is its first-order term.

    References
    ----------
    Qi, M. et al. (2021). JAMIA Open 4(3), ooab077.

    Examples
    --------
    >>> round(float(log_disparity(1, 9, 0.2)), 4)
    -0.6931

    """
    x, n, share = _group(x, n, share)
    return out(_log_odds(x, n, np.where((share > 0) & (share < 1), share, np.nan)))


@np.errstate(all="ignore")
def normalised_parity(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How large is the difference in shares for a baseline share of this size?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        (p - P)/(P(1-P)); 0 is parity. nan for n = 0 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Qi, M. et al. (2021). JAMIA Open 4(3), ooab077.

    Examples
    --------
    >>> round(float(normalised_parity(13, 150, 0.18)), 4)
    -0.6323

    """
    x, n, share = _group(x, n, share)
    return out(
        (x - n * share) / (n * np.where((share > 0) & (share < 1), share * (1 - share), np.nan))
    )


@np.errstate(all="ignore")
def shortfall_people(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How many more people of the group would have made its share equal to its baseline share?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        n P - x, in people among the same n; negative where there were more than the baseline gives.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    Examples
    --------
    >>> float(shortfall_people(13, 150, 0.18))
    14.0

    """
    x, n, share = inputs(x=(x, "nonnegative"), n=(n, "nonnegative"), share=(share, "share"))
    within(x, n, ("x", "n"))
    return out(n * share - x)


@np.errstate(all="ignore")
def pearson_residual(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How large is a group's gap in units of the square root of its expected count?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        (x - nP)/sqrt(nP). Their squares add up to the chi-square statistic. nan where nothing is expected.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Pearson, K. (1900). Philosophical Magazine 50, 157-175.
    Haberman, S. J. (1973). Biometrics 29, 205-220.

    Examples
    --------
    >>> round(float(pearson_residual(13, 150, 0.18)), 3)
    -2.694

    """
    x, n, share = _group(x, n, share)
    return out((x - n * share) / np.sqrt(np.where(share > 0, n * share, np.nan)))


@np.errstate(all="ignore")
def adjusted_residual(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How many standard deviations of a fair draw is a group's count from the expected one?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        (x - nP)/sqrt(nP(1-P)): the score statistic. nan for n = 0 and for baseline shares 0 and 1.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Haberman, S. J. (1973). Biometrics 29, 205-220.

    Examples
    --------
    >>> round(float(adjusted_residual(13, 150, 0.18)), 3)
    -2.975

    """
    x, n, share = _group(x, n, share)
    inside = (share > 0) & (share < 1)
    return out((x - n * share) / np.sqrt(np.where(inside, n * share * (1 - share), np.nan)))


@np.errstate(all="ignore")
def partial_cv(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How much does one group add to the variation of participation, with its sign?

    The unconditional category partial of the coefficient of variation of participation propensities, from an
    aggregate table: the Pearson residual over the square root of n. The squares add up to the squared
    coefficient of variation, which is Cohen's w squared.

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.

    Returns
    -------
    float or ndarray
        (p - P)/sqrt(P). nan for n = 0 and for a baseline share of 0.

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and shapes that do not fit together.

    References
    ----------
    Schouten, B. and Shlomo, N. (2017). International Statistical Review. doi:10.1111/insr.12159.

    Examples
    --------
    >>> round(float(partial_cv(13, 150, 0.18)), 4)
    -0.22

    """
    x, n, share = _group(x, n, share)
    return out((x - n * share) / (n * np.sqrt(np.where(share > 0, share, np.nan))))
