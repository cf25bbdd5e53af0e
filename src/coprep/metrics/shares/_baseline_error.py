"""How surprising a count is when the baseline share it is held against is an estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, inputs, out

# Trapezoids on the standard normal scale: a quarter apart is exact to 1e-12 for integrands this
# smooth.
_FAR = 8.5
_NODES = np.arange(-_FAR, _FAR + 0.25, 0.25)
_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
# Places and weights between 0 and 1 that crowd at both ends (double exponential): where the
# baseline share reaches nobody, or the tested share everybody, the integrand ends with a bend.
_STEP = 0.05
_STEPS = _STEP * np.arange(-64, 65)
_PLACES = special.expit(np.pi * np.sinh(_STEPS))
_PLACE_WEIGHTS = _STEP * np.pi * np.cosh(_STEPS) * _PLACES * special.expit(-np.pi * np.sinh(_STEPS))


def baseline_tails(
    x: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    ratio: ArrayLike = 1.0,
    standard_error: ArrayLike = 0.0,
    rounding: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """How likely is a count this low, and one this high, at ``ratio`` to an uncertain baseline?

    With an exact baseline these are binomial tails, written as incomplete beta functions so that
    effective counts need not be whole (Korn & Graubard 1998). A standard error is averaged over:
    the share is taken as normal about its estimate, so the tail is P(B > ratio * S) with B ~ Beta(x
    + 1, n - x) and S ~ Normal(share, se). The answer is exact as the standard error goes to 0 and
    the usual z test as the counts grow, and it does not share the z test's false alarms in small
    groups. Rounding alone, half a unit of the last printed digit, is a bound and not a chance: the
    tail is the largest over all shares that print the same. Where there are both, rounding adds its
    variance, half-width squared over 3.
    """
    x, n, share, ratio, se, half = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        ratio=(ratio, "nonnegative"),
        standard_error=(standard_error, "nonnegative"),
        rounding=(rounding, "nonnegative"),
    )
    n = np.where(n > 0, n, np.nan)
    spread = np.where(se > 0, np.hypot(se, half / np.sqrt(3)), 0.0)
    low, high = _bounded(x, n, share, ratio, np.where(se > 0, 0.0, half))
    averaged = (spread > 0) & (ratio > 0) & np.isfinite(n)
    if np.any(averaged):
        a = np.maximum(x, 0)
        b = np.maximum(n - x, 0)
        low = np.where(averaged, _beta_above(a + 1, b, share, ratio, spread), low)
        high = np.where(averaged, 1 - _beta_above(a, b + 1, share, ratio, spread), high)
    return out(np.clip(low, 0, 1)), out(np.clip(high, 0, 1))


def _bounded(
    x: Floats, n: Floats, share: Floats, ratio: Floats, half: Floats
) -> tuple[Floats, Floats]:
    """The largest tails over all shares within ``half`` of the printed one."""
    least = np.clip(ratio * np.clip(share - half, 0, 1), 0, 1)
    most = np.clip(ratio * np.clip(share + half, 0, 1), 0, 1)
    none = np.asarray(x <= 0)
    everyone = np.asarray(x >= n)
    with np.errstate(invalid="ignore"):
        low = np.where(
            everyone, 1.0, special.betainc(np.where(everyone, 1.0, n - x), x + 1, 1 - least)
        )
        high = np.where(none, 1.0, special.betainc(np.where(none, 1.0, x), n - x + 1, most))
    return np.where(np.isnan(n), np.nan, low), np.where(np.isnan(n), np.nan, high)


def _beta_above(a: Floats, b: Floats, share: Floats, ratio: Floats, se: Floats) -> Floats:
    """P(Beta(a, b) > ratio * Normal(share, se)), integrated over whichever of the two is the
    narrower.
    """
    a, b, share, ratio, se = (
        np.array(v, dtype=float) for v in np.broadcast_arrays(a, b, share, ratio, se)
    )
    asked = (se > 0) & (ratio > 0)
    everybody = asked & (b <= 0)  # ratio * share never exceeds everybody
    inside = asked & (a > 0) & (b > 0)
    total = np.where(inside, a + b, 1.0)
    beta_sd = np.sqrt(np.where(inside, a * b, 1.0) / (total**2 * (total + 1)))
    wide = inside & (beta_sd >= ratio * se)
    narrow = inside & ~wide
    tail = np.where(everybody, 1.0, 0.0)
    column = (a, b, share, ratio, se)
    if wide.any():
        p, q, mean, r, error = (v[wide][:, None] for v in column)
        lowest = np.maximum(mean - _FAR * error, 0.0)
        highest = np.minimum(mean + _FAR * error, 1 / r)
        width = np.maximum(highest - lowest, 0.0)
        drawn = lowest + width * _PLACES
        density = np.exp(-0.5 * ((drawn - mean) / error) ** 2) / (error * np.sqrt(2 * np.pi))
        above = special.betaincc(p, q, np.minimum(r * drawn, 1.0))
        inner = (above * density * width * _PLACE_WEIGHTS).sum(-1)
        # Anything is above a share below 0.
        tail[wide] = special.ndtr((lowest - mean) / error)[:, 0] + inner
    if narrow.any():
        p, q, mean, r, error = (v[narrow][:, None] for v in column)
        quantiles = special.betaincinv(p, q, special.ndtr(_NODES))
        tail[narrow] = (special.ndtr((quantiles / r - mean) / error) * _WEIGHTS).sum(-1)
    return tail


@np.errstate(all="ignore")
def ratio_z(
    x: Floats, n: Floats, share: Floats, ratio: Floats | float, standard_error: Floats
) -> Floats:
    """Standard errors between x/n and ``ratio`` times the baseline share, its variance as
    tested.
    """
    null = np.minimum(ratio * share, 1.0)
    variance = n * null * (1 - null) + (n * ratio * standard_error) ** 2
    possible = (variance > 0) & (share > 0)
    return np.asarray((x - n * null) / np.sqrt(np.where(possible, variance, np.nan)))
