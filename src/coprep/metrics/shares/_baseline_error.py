"""How surprising a count is when the baseline share it is held against is an estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, inputs, out
from coprep.metrics.shares._share_laws import (
    AS_GOOD_AS_EXACT,
    BetaShare,
    ShareLaw,
    beta_variance,
    laws,
)


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
    the tail is P(B > ratio * S) with B ~ Beta(x + 1, n - x) and S by the law of the share that is
    the less sure of the two in `laws`. The answer is exact as the standard error goes to 0 and the
    usual z test as the counts grow, without the z test's false alarms in small groups. Rounding
    alone, half a unit of the last printed digit, is a bound and not a chance: the tail is the
    largest over all shares that print the same. Where there are both, rounding adds its variance,
    half-width squared over 3.

    Where ``n`` is infinite nothing is left to chance but the baseline, and ``x`` is the share.
    """
    endless = np.isinf(np.asarray(n, dtype=float))
    x, n, share, ratio, se, half, endless = inputs(
        x=(x, "nonnegative"),
        n=(np.where(endless, 1.0, n), "nonnegative"),
        share=(share, "share"),
        ratio=(ratio, "nonnegative"),
        standard_error=(standard_error, "nonnegative"),
        rounding=(rounding, "nonnegative"),
        endless=(endless.astype(float), "zero_one"),
    )
    endless = endless > 0
    n = np.where(n > 0, n, np.nan)
    spread = np.where(se > 0, np.hypot(se, half / np.sqrt(3)), 0.0)
    half = np.where(se > 0, 0.0, half)
    spread = np.where(spread**2 * AS_GOOD_AS_EXACT > share * (1 - share), spread, 0.0)
    low, high = _bounded(x, n, share, ratio, half)
    averaged = (spread > 0) & (ratio > 0)
    a = np.maximum(x, 0)
    b = np.maximum(n - x, 0)
    low[averaged] = np.nan
    high[averaged] = np.nan
    for law in laws(share, spread):
        at = averaged & ~endless & np.isfinite(n)
        if at.any():
            part = law.at(at)
            few = _above(a[at] + 1, b[at], ratio[at], part)
            many = 1 - _above(a[at], b[at] + 1, ratio[at], part)
            low[at] = np.fmax(low[at], few)
            high[at] = np.fmax(high[at], many)
        at = averaged & endless
        if at.any():
            below = law.at(at).below(np.minimum(x[at] / ratio[at], 1))
            low[at] = np.fmax(low[at], below)
            high[at] = np.fmax(high[at], 1 - below)
    at = endless & ~averaged
    low[at] = (x >= ratio * np.maximum(share - half, 0))[at]
    high[at] = (x <= ratio * np.minimum(share + half, 1))[at]
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


def _above(a: Floats, b: Floats, ratio: Floats, law: ShareLaw) -> Floats:
    """P(Beta(a, b) > ratio * S), integrated over whichever of the two is the narrower."""
    tail = np.where(b <= 0, 1.0, 0.0)  # ratio * share never exceeds everybody
    inside = (a > 0) & (b > 0)
    wide = inside & (beta_variance(a, b) >= ratio**2 * law.variance)
    narrow = inside & ~wide
    if wide.any():
        part = law.at(wide)
        drawn, mass = part.pieces(1 / ratio[wide])
        edge = np.minimum(ratio[wide][:, None] * drawn, 1.0)
        above = special.betaincc(a[wide][:, None], b[wide][:, None], edge)
        # Anything is above a share below 0.
        tail[wide] = (above * mass).sum(-1) + part.below(np.zeros(1))
    if narrow.any():
        certain = np.minimum(ratio[narrow] * law.highest, 1.0)  # no ratio * share is beyond it
        drawn, mass = BetaShare(a[narrow], b[narrow]).pieces(certain)
        below = law.at(narrow, column=True).below(drawn / ratio[narrow][:, None])
        beyond = special.betaincc(a[narrow], b[narrow], certain)
        tail[narrow] = (below * mass).sum(-1) + beyond
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
