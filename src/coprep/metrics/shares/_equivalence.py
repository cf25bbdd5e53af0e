"""Whether a share lies inside or outside a band around its baseline share: one-sided tests at the band's edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, within
from coprep.metrics._tails import binomial_log_cdf, binomial_log_sf
from coprep.metrics.shares._share_tests import SCALES, normal_log_p, scaled
from coprep.wording.labels import show

__all__ = ["BandTests", "equivalence_test", "margin_verdict", "ratio_band_test"]


class BandTests(NamedTuple):
    """The one-sided p-values of a band (L, U) on the representation ratio.

    Attributes
    ----------
    under : float or ndarray
        Against "the ratio is L or more": small where the group is shown to be below the band.
    over : float or ndarray
        Against "U or less": small where it is shown to be above the band.
    not_below : float or ndarray
        Against "L or less": small where it is shown not to be below the band.
    not_above : float or ndarray
        Against "U or more": small where it is shown not to be above the band.
    equivalence : float or ndarray
        The larger of the last two: small where the ratio is shown to lie inside the band.

    """

    under: Floats
    over: Floats
    not_below: Floats
    not_above: Floats
    equivalence: Floats


def edges(band: tuple[float, float]) -> tuple[float, float]:
    """The two ratios of a band, checked: 0 < L <= 1 <= U."""
    try:
        low, high = (float(value) for value in band)
    except (TypeError, ValueError):
        low = high = float("nan")
    if not 0 < low <= 1 <= high < np.inf or low == high:
        raise InputError.of(
            f"band is {show(band)}; two ratios around 1 are expected, such as (0.8, 1.25).",
            param="band",
            got=band,
        )
    return low, high


def band_tests(
    under: Floats, over: Floats, not_below: Floats, not_above: Floats, scale: str
) -> BandTests:
    """The four log p-values and their equivalence on the scale asked for."""
    inside = np.maximum(not_below, not_above)
    under, over, not_below, not_above, inside = (
        scaled(value, scale) for value in (under, over, not_below, not_above, inside)
    )
    return BandTests(under, over, not_below, not_above, inside)


def _score(x: Floats, n: Floats, margin: Floats) -> tuple[Floats, Floats]:
    """Log p of "x or fewer" and "x or more" by the normal approximation at ``margin``."""
    z = (x - n * margin) / np.sqrt(n * margin * (1 - margin))
    certain = (margin == 1) & (x == n)  # everybody came where nobody else could: 0 by 0
    less, greater = (np.where(certain, 0.0, normal_log_p(z, side)) for side in ("less", "greater"))
    return less, greater


def _exact(x: Floats, n: Floats, margin: Floats) -> tuple[Floats, Floats]:
    """Log p of "x or fewer" and "x or more" at ``margin``."""
    return binomial_log_cdf(x, n, margin), binomial_log_sf(x, n, margin)


@np.errstate(all="ignore")
def equivalence_test(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    band: tuple[float, float] = (0.8, 1.25),
    method: str = "exact",
    scale: str = "p",
) -> BandTests:
    """Is the group's share shown to be inside, below or above the band around its baseline share?

    Parameters
    ----------
    x, n : array_like
        People of the group, and all participants whose group is known; whole numbers.
    share : array_like
        The group's baseline share, 0 to 1, known without error.
    band : (float, float), default (0.8, 1.25)
        The ratios L and U between which a difference does not matter.
    method : {"exact", "score"}, default "exact"
        Binomial tail sums, or the normal approximation with the variance at the edge.
    scale : {"p", "log", "log10"}, default "p"
        What is returned; logarithms do not underflow.

    Returns
    -------
    BandTests
        Unadjusted one-sided p-values: ``under``, ``over``, ``not_below``, ``not_above``, ``equivalence``. nan where
        n or the share is 0.

    Raises
    ------
    InputError
        For fractional counts, counts above n, shares outside 0 to 1, and bands that do not hold 1.

    Notes
    -----
    The upper edge U P is cut at 1: a group whose baseline share is above 1/U can never be shown to be over.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> tests = equivalence_test(90, 500, 0.18)
    >>> round(float(tests.equivalence), 4), round(float(tests.under), 3)
    (0.0148, 0.989)

    """
    low, high = edges(band)
    choice(method, "method", ("exact", "score"))
    choice(scale, "scale", SCALES)
    x, n, share = inputs(x=(x, "whole"), n=(n, "whole"), share=(share, "share"))
    within(x, n, ("x", "n"))
    n, share = np.where(n > 0, n, np.nan), np.where(share > 0, share, np.nan)
    tails = _exact if method == "exact" else _score
    under, not_below = tails(x, n, low * share)
    not_above, over = tails(x, n, np.minimum(high * share, 1.0))
    return band_tests(under, over, not_below, not_above, scale)


@np.errstate(all="ignore")
def margin_verdict(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    band: tuple[float, float] = (0.8, 1.25),
    alpha: float = 0.05,
    method: str = "exact",
) -> NDArray[np.str_]:
    """What do the four unadjusted tests at the band's edges say on their own?

    "under-represented" here means shown to be below the band, which is more than a verdict of the library asks.

    Parameters
    ----------
    x, n, share, band, method
        As in `equivalence_test`.
    alpha : float, default 0.05
        Level of each one-sided test.

    Returns
    -------
    ndarray of str
        "under-represented", "over-represented", "equivalent" or "inconclusive", in this order of precedence;
        "inconclusive" where n is 0, too.

    Raises
    ------
    InputError
        For fractional counts, counts above n, shares outside 0 to 1, bands that do not hold 1, and unknown words.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> str(margin_verdict(5, 500, 0.18))
    'under-represented'

    """
    x, n, share, level = inputs(
        x=(x, "whole"), n=(n, "whole"), share=(share, "share"), alpha=(alpha, "inside")
    )
    tests = equivalence_test(x, n, share, band=band, method=method)
    shown = [tests.under <= level, tests.over <= level, tests.equivalence <= level]
    words = ["under-represented", "over-represented", "equivalent"]
    verdict: NDArray[np.str_] = np.select(shown, words, "inconclusive")
    return verdict


@np.errstate(all="ignore")
def ratio_band_test(
    observed: ArrayLike,
    effective_n: ArrayLike,
    share: ArrayLike,
    *,
    baseline_se: ArrayLike = 0.0,
    band: tuple[float, float] = (0.8, 1.25),
    scale: str = "p",
) -> BandTests:
    """Is a share shown to be inside, below or above the band, with weights or an uncertain baseline?

    Parameters
    ----------
    observed : array_like
        The group's share of the participants, weighted if need be, 0 to 1.
    effective_n : array_like
        Effective number of people; see `effective_share_n`.
    share : array_like
        The group's baseline share, 0 to 1.
    baseline_se : array_like, default 0
        Standard error of the baseline share.
    band, scale
        As in `equivalence_test`.

    Returns
    -------
    BandTests
        As in `equivalence_test`, from the statistic of `ratio_test` at L and at U.

    Raises
    ------
    InputError
        For shares outside 0 to 1, an effective number below 0, bands that do not hold 1, and unknown words.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> tests = ratio_band_test(0.18, 900.0, 0.18, baseline_se=0.004)
    >>> round(float(tests.equivalence), 4)
    0.0015

    """
    from coprep.metrics.shares._baseline_error import ratio_statistic

    low, high = edges(band)
    choice(scale, "scale", SCALES)
    at_low = ratio_statistic(observed, effective_n, share, ratio=low, baseline_se=baseline_se)
    at_high = ratio_statistic(observed, effective_n, share, ratio=high, baseline_se=baseline_se)
    return band_tests(
        normal_log_p(at_low, "less"),
        normal_log_p(at_high, "greater"),
        normal_log_p(at_low, "greater"),
        normal_log_p(at_high, "less"),
        scale,
    )
