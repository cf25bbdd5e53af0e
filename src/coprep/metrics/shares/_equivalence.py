"""Tests of a band around a baseline share: inside, below or above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out, positions, share, within
from coprep.metrics._tails import (
    binomial_log_cdf,
    binomial_log_sf,
    hypergeometric_log_cdf,
    hypergeometric_log_sf,
    normal_log_p,
)
from coprep.metrics.shares._baseline_error import baseline_tails, ratio_z
from coprep.metrics.shares._finite_population import draw_of
from coprep.wording.labels import show

EquivalenceMethod = Literal["exact", "score"]


@dataclass(frozen=True, slots=True, eq=False)
class EquivalenceTest:
    """The one-sided p values of a band (L, U) on the representation ratio.

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

    def verdict(self, alpha: float = 0.05) -> NDArray[np.str_]:
        """What the unadjusted tests say: "below", "above", "inside" or "inconclusive"."""
        level = share(alpha, "alpha")
        shown = [self.under <= level, self.over <= level, self.equivalence <= level]
        verdict: NDArray[np.str_] = np.select(shown, ["below", "above", "inside"], "inconclusive")
        return verdict


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


def _band(under: Floats, over: Floats, not_below: Floats, not_above: Floats) -> EquivalenceTest:
    """The result of four natural logarithms of p values."""
    log_p = [under, over, not_below, not_above, np.maximum(not_below, not_above)]
    return EquivalenceTest(*(out(np.exp(np.minimum(value, 0.0))) for value in log_p))


def _score(x: Floats, n: Floats, share: Floats, ratio: float, se: Floats) -> tuple[Floats, Floats]:
    """Log p of "x or fewer" and "x or more" by the normal approximation."""
    z = ratio_z(x, n, share, ratio, se)
    # Where nobody else could come, everybody is no evidence against it and anybody missing is all.
    certain = (ratio * share >= 1) & (se == 0) & ~np.isnan(n)
    z = np.where(certain & (x < n), -np.inf, z)
    certain &= x == n
    less, greater = (np.where(certain, 0.0, normal_log_p(z, side)) for side in ("less", "greater"))
    return less, greater


def _exact(x: Floats, n: Floats, share: Floats, ratio: float, se: Floats) -> tuple[Floats, Floats]:
    """Log p of "x or fewer" and "x or more"; whole counts keep their digits where p underflows."""
    if ((x == np.floor(x)) & (n == np.floor(n)) & ~(se > 0) | np.isnan(n)).all():
        margin = np.minimum(ratio * share, 1.0)
        return binomial_log_cdf(x, n, margin), binomial_log_sf(x, n, margin)
    low, high = baseline_tails(x, n, share, ratio=ratio, standard_error=se)
    return np.asarray(np.log(low)), np.asarray(np.log(high))


@np.errstate(all="ignore")
def equivalence_test(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    band: tuple[float, float] = (0.8, 1.25),
    method: EquivalenceMethod = "exact",
    population: ArrayLike | None = None,
    baseline_se: ArrayLike = 0.0,
) -> EquivalenceTest:
    """Is the group's share shown to be inside, below or above a band around its baseline share?

    Parameters
    ----------
    x, n : array_like
        People of the group, and all people whose group is known. Effective (fractional) numbers
        are taken, but not with a population.
    share : array_like
        The group's baseline share, 0 to 1.
    band : (float, float), default (0.8, 1.25)
        The ratios L and U between which a difference does not matter.
    method : {"exact", "score"}, default "exact"
        Binomial tail sums (hypergeometric with a population), or the normal approximation with the
        variance at the edge.
    population : array_like, optional
        How many people there are, if they were drawn without replacement from so few that it
        matters; the group's part of them is rounded to whole people. For "exact".
    baseline_se : array_like, default 0
        Standard error of the baseline share; averaged over by "exact".

    Returns
    -------
    EquivalenceTest
        Unadjusted one-sided p values: ``under``, ``over``, ``not_below``, ``not_above``,
        ``equivalence``, and ``verdict(alpha)``. nan where n or the share is 0.

    Raises
    ------
    InputError
        For counts above n, shares outside 0 to 1, bands that do not hold 1, and a population that
        comes with fractional counts, an uncertain baseline or the score method.

    Notes
    -----
    The upper edge U P is cut at 1: a group whose baseline share is above 1/U can never be shown to
    be over. TOST: two one-sided tests.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> tests = equivalence_test(90, 500, 0.18)
    >>> round(float(tests.equivalence), 4), round(float(tests.under), 3)
    (0.0148, 0.989)
    >>> str(tests.verdict(0.05)), str(equivalence_test(5, 500, 0.18).verdict(0.05))
    ('inside', 'below')
    """
    low, high = edges(band)
    choice(method, "method", get_args(EquivalenceMethod))
    x, n, share, se = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        baseline_se=(baseline_se, "nonnegative"),
    )
    within(x, n, ("x", "n"))
    if population is not None:
        if method != "exact" or (se > 0).any():
            raise InputError.of(
                "population goes with method 'exact' and a baseline without error.",
                param="population",
            )
        group = np.round(positions(share * np.asarray(population, dtype=float)))
        return finite_equivalence_test(x, n, group, population, band=band)
    n = np.where(n > 0, n, np.nan)
    share = np.where(share > 0, share, np.nan)
    tails = _exact if method == "exact" else _score
    under, not_below = tails(x, n, share, low, se)
    not_above, over = tails(x, n, share, high, se)
    return _band(under, over, not_below, not_above)


@np.errstate(all="ignore")
def finite_equivalence_test(
    x: ArrayLike,
    n: ArrayLike,
    group_size: ArrayLike,
    population: ArrayLike,
    *,
    band: tuple[float, float] = (0.8, 1.25),
) -> EquivalenceTest:
    """Whether a fair draw from a group L to U times this size is excluded, in a small
    population.
    """
    low, high = edges(band)
    x, n, k, size = draw_of(x, n, group_size, population)
    k = np.where(k > 0, k, np.nan)
    below = np.ceil(positions(low * k))
    above = np.minimum(np.floor(positions(high * k)), size)
    return _band(
        hypergeometric_log_cdf(x, n, below, size),
        hypergeometric_log_sf(x, n, above, size),
        hypergeometric_log_sf(x, n, np.maximum(below - 1, 0), size),
        hypergeometric_log_cdf(x, n, np.minimum(above + 1, size), size),
    )
