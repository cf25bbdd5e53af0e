"""How surprising a count is when the baseline share it is held against is an estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.metrics._checks import Floats, inputs, out
from coprep.metrics._tails import binomial_log_pmf

# Places and weights between 0 and 1 that crowd at both ends (double exponential): where a share
# ends at nobody or everybody, what is integrated ends with a bend, and can be infinite there.
_STEP = 0.05
_STEPS = _STEP * np.arange(-80, 81)
_PLACES = special.expit(np.pi * np.sinh(_STEPS))
_FROM_THE_END = special.expit(-np.pi * np.sinh(_STEPS))
_WEIGHTS = _STEP * np.pi * np.cosh(_STEPS) * _PLACES * _FROM_THE_END
_LARGE = 50.0
_AS_GOOD_AS_EXACT = 1e13  # people; a share that so many were asked for has no error that matters
_REST = 1e-17  # of a distribution: what lies beyond its ends is left out


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
    the share S is what a sample of the size with that error would leave open (`share_left_open`),
    so the tail is P(B > ratio * S) with B ~ Beta(x + 1, n - x). The answer is exact as the standard
    error goes to 0 and the usual z test as the counts grow. It shares neither the z test's false
    alarms in small groups nor those of a normal law, whose estimated error is too small whenever
    the estimated share is. Rounding alone, half a unit of the last printed digit, is a bound and
    not a chance: the tail is the largest over all shares that print the same. Where there are both,
    rounding adds its variance, half-width squared over 3.

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
    spread = np.where(spread**2 * _AS_GOOD_AS_EXACT > share * (1 - share), spread, 0.0)
    low, high = _bounded(x, n, share, ratio, half)
    averaged = (spread > 0) & (ratio > 0)
    c, d = share_left_open(share, spread)
    a = np.maximum(x, 0)
    b = np.maximum(n - x, 0)
    at = averaged & ~endless & np.isfinite(n)
    if at.any():
        low[at] = _beta_above(a[at] + 1, b[at], c[at], d[at], ratio[at])
        high[at] = 1 - _beta_above(a[at], b[at] + 1, c[at], d[at], ratio[at])
    at = averaged & endless
    if at.any():
        low[at] = special.betainc(c[at], d[at], np.minimum(x[at] / ratio[at], 1))
        high[at] = 1 - low[at]
    at = endless & ~averaged
    low[at] = (x >= ratio * np.maximum(share - half, 0))[at]
    high[at] = (x <= ratio * np.minimum(share + half, 1))[at]
    return out(np.clip(low, 0, 1)), out(np.clip(high, 0, 1))


def share_left_open(share: Floats, standard_error: Floats) -> tuple[Floats, Floats]:
    """The two parameters of the Beta law of a share that was estimated with this standard error.

    P(1 - P) / SE^2 people drawn at random would have told as much; Jeffreys' prior adds half a
    person to each side (Brown, Cai & DasGupta 2001), which also gives a group that the sample
    missed a share above 0. There its size is read from the spread of that law, sqrt(1/2) / size.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        people = share * (1 - share) / standard_error**2
        unseen = (share <= 0) | (share >= 1)
        people = np.where(unseen, np.sqrt(0.5) / standard_error, people)
    people = np.fmin(people, _AS_GOOD_AS_EXACT)
    return np.asarray(share * people + 0.5), np.asarray((1 - share) * people + 0.5)


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


def _beta_above(a: Floats, b: Floats, c: Floats, d: Floats, ratio: Floats) -> Floats:
    """P(Beta(a, b) > ratio * Beta(c, d)), integrated over whichever of the two is the narrower."""
    tail = np.where(b <= 0, 1.0, 0.0)  # ratio * share never exceeds everybody
    inside = (a > 0) & (b > 0)
    wide = inside & (_variance(a, b) >= ratio**2 * _variance(c, d))
    narrow = inside & ~wide
    if wide.any():
        drawn, mass = _pieces(c[wide], d[wide], 1 / ratio[wide])
        edge = np.minimum(ratio[wide][:, None] * drawn, 1.0)
        above = special.betaincc(a[wide][:, None], b[wide][:, None], edge)
        tail[wide] = (above * mass).sum(-1)
    if narrow.any():
        drawn, mass = _pieces(a[narrow], b[narrow], ratio[narrow])
        edge = np.minimum(drawn / ratio[narrow][:, None], 1.0)
        below = special.betainc(c[narrow][:, None], d[narrow][:, None], edge)
        beyond = special.betaincc(a[narrow], b[narrow], np.minimum(ratio[narrow], 1.0))
        tail[narrow] = (below * mass).sum(-1) + beyond
    return tail


def _variance(a: Floats, b: Floats) -> Floats:
    """Variance of a Beta law; where it has none, 0."""
    total = np.where(a + b > 0, a + b, 1.0)
    return np.asarray(a * b / (total**2 * (total + 1)))


def _pieces(a: Floats, b: Floats, most: Floats) -> tuple[Floats, Floats]:
    """Places between nearly all of a Beta law's mass, none above ``most``, and the mass of each."""
    low = special.betaincinv(a, b, _REST)
    # 1 less the highest place, to the last digit: much of a law can lie within 1e-8 of 1.
    above = np.maximum(special.betaincinv(b, a, _REST), 1 - most)
    width = np.maximum(1 - above - low, 0.0)[:, None]
    drawn = low[:, None] + width * _PLACES
    left = above[:, None] + width * _FROM_THE_END
    a = a[:, None]
    b = b[:, None]
    with np.errstate(all="ignore"):
        plain = special.xlogy(a - 1, drawn) + special.xlogy(b - 1, left) - special.betaln(a, b)
        # Of a large sample the three are large and nearly cancel: the binomial's form keeps digits.
        people = a + b - 2
        stable = np.log(people + 1) + binomial_log_pmf(a - 1, people, drawn, left)
    log_density = np.where(np.minimum(a, b) > _LARGE, stable, plain)
    return drawn, np.exp(log_density) * width * _WEIGHTS


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
