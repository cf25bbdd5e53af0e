"""How far one group's share lies from its baseline share: ratio, differences and residuals."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, choice, inputs, out, within

DisparityMeasure = Literal[
    "absolute", "comparative", "people", "log-ratio", "log-odds", "odds-ratio", "normalised"
]
ResidualKind = Literal["adjusted", "pearson", "partial-cv"]


def _group(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Counts, totals and baseline shares, checked; a total of 0 becomes nan."""
    x, n, share = inputs(x=(x, "nonnegative"), n=(n, "nonnegative"), share=(share, "share"))
    within(x, n, ("x", "n"))
    return x, np.where(n > 0, n, np.nan), share


def _log_odds(x: Floats, n: Floats, share: Floats) -> Floats:
    """Difference of log odds; small gaps keep their digits through the odds ratio minus one."""
    gap = (x - n * share) / ((n - x) * share)  # odds ratio - 1
    direct = np.log(x) - np.log(n - x) - np.log(share) + np.log1p(-share)
    return np.asarray(np.where(np.abs(gap) < 0.5, np.log1p(gap), direct))


@np.errstate(all="ignore")
def representation_ratio(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """How many times its baseline share is a group's share of the participants?

    The participation-to-prevalence ratio. The ratio of the group's participation rate to
    everybody's, (x/K)/(n/N), is the same number.

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
        (x/n)/share, from 0; 1 is parity. nan where n or the baseline share is 0: a group that the
        baseline lacks has no ratio.

    Raises
    ------
    InputError
        For counts below 0 or above n and shares outside 0 to 1.

    References
    ----------
    Poon, R. et al. (2013). Journal of Women's Health 22, 604.
    Scott, P. E. et al. (2018). Journal of the American College of Cardiology 71, 1960.

    Examples
    --------
    >>> round(float(representation_ratio(13, 150, 0.18)), 3)
    0.481
    """
    x, n, share = _group(x, n, share)
    return out(x / n / np.where(share > 0, share, np.nan))


@np.errstate(all="ignore")
def disparity(
    x: ArrayLike, n: ArrayLike, share: ArrayLike, *, measure: DisparityMeasure = "absolute"
) -> Floats:
    """How far is a group's share of the participants from its baseline share?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.
    measure : str, default "absolute"
        The scale. "absolute": difference of the shares, in points. "comparative": the same as a
        part of the baseline share, the representation ratio minus one. "people": how many people
        are missing, ``n * share - x``. "log-ratio": logarithm of the ratio. "log-odds": difference
        of the log odds (log disparity). "odds-ratio": ratio of the odds. "normalised": the
        difference over ``share * (1 - share)``.

    Returns
    -------
    float or ndarray
        0 is parity, 1 for "odds-ratio". Below it the group is fewer than its baseline share, but
        for "people", which counts those who are missing and is negative where there are more. An
        absent group has the logarithm -inf; nan where n is 0, and where the scale has no number
        for a baseline share of 0 (or 1, for odds and "normalised").

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and unknown measures.

    References
    ----------
    Duren v. Missouri, 439 U.S. 357 (1979): absolute and comparative disparity.
    Qi, M. et al. (2021). JAMIA Open 4(3), ooab077: log disparity and normalised parity.

    Examples
    --------
    >>> round(float(disparity(13, 150, 0.18)), 4)
    -0.0933
    >>> round(float(disparity(13, 150, 0.18, measure="comparative")), 3)
    -0.519
    >>> float(disparity(13, 150, 0.18, measure="people"))
    14.0
    """
    choice(measure, "measure", get_args(DisparityMeasure))
    if measure == "log-ratio":
        return out(np.log(representation_ratio(x, n, share)))
    if measure == "people":
        x, n, share = inputs(x=(x, "nonnegative"), n=(n, "nonnegative"), share=(share, "share"))
        within(x, n, ("x", "n"))
        return out(n * share - x)
    x, n, share = _group(x, n, share)
    gap = x - n * share
    if measure == "absolute":
        return out(gap / n)
    if measure == "comparative":
        return out(gap / (n * np.where(share > 0, share, np.nan)))
    inside = np.where((share > 0) & (share < 1), share, np.nan)
    if measure == "normalised":
        return out(gap / (n * (inside * (1 - inside))))
    if measure == "log-odds":
        return out(_log_odds(x, n, inside))
    return out(x / (n - x) * ((1 - inside) / inside))


@np.errstate(all="ignore")
def residual(
    x: ArrayLike, n: ArrayLike, share: ArrayLike, *, kind: ResidualKind = "adjusted"
) -> Floats:
    """How large is a group's gap for its chance variation?

    Parameters
    ----------
    x, n, share : array_like
        As in `representation_ratio`.
    kind : {"adjusted", "pearson", "partial-cv"}, default "adjusted"
        "adjusted": standard deviations of a fair draw, ``(x - n P) / sqrt(n P (1 - P))``.
        "pearson": ``(x - n P) / sqrt(n P)``, whose squares add to the chi-square statistic.
        "partial-cv": what the group adds to the variation of participation rates, with its sign,
        ``(x - n P) / (n sqrt(P))``; its squares add to the square of `cohens_w`.

    Returns
    -------
    float or ndarray
        Below 0 where the group is fewer than expected; nan where n or the baseline share is 0
        (or 1, for "adjusted").

    Raises
    ------
    InputError
        For counts below 0 or above n, shares outside 0 to 1, and unknown kinds.

    References
    ----------
    Pearson, K. (1900). Philosophical Magazine 50, 157-175.
    Haberman, S. J. (1973). Biometrics 29, 205-220: adjusted residuals.
    Schouten, B. and Shlomo, N. (2017). International Statistical Review. doi:10.1111/insr.12159.

    Examples
    --------
    >>> round(float(residual(13, 150, 0.18)), 3)
    -2.975
    >>> round(float(residual(13, 150, 0.18, kind="pearson")), 3)
    -2.694
    """
    choice(kind, "kind", get_args(ResidualKind))
    if kind == "partial-cv":
        return partial_cv(x, n, share)
    x, n, share = _group(x, n, share)
    variance = np.where(share > 0, n * share, np.nan)
    if kind == "adjusted":
        inside = (share > 0) & (share < 1)
        variance = np.where(inside, n * share * (1 - share), np.nan)
    return out((x - n * share) / np.sqrt(variance))


@np.errstate(all="ignore")
def partial_cv(x: ArrayLike, n: ArrayLike, share: ArrayLike) -> Floats:
    """What one group adds to the variation of participation, with its sign."""
    x, n, share = _group(x, n, share)
    return out((x - n * share) / (n * np.sqrt(np.where(share > 0, share, np.nan))))
