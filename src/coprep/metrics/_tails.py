"""Logarithms of tail probabilities that do not underflow: binomial, beta, hypergeometric, chi-square."""

from __future__ import annotations

import numpy as np
from scipy import special

from coprep.metrics._checks import Floats

_TINY = 1e-280  # below this a tail is taken from its continued fraction instead of its value
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
_STEPS = 20_000
_CHUNK = 256


def _stirling_error(n: Floats) -> Floats:
    """Log n! minus Stirling's formula; 0 contributions are the caller's to avoid (n = 0 gives
    nan).
    """
    small = np.minimum(n, 16.0)
    exact = (
        special.gammaln(small + 1) - (small + 0.5) * np.log(small) + small - 0.5 * np.log(2 * np.pi)
    )
    big = np.maximum(n, 16.0)
    series = np.zeros_like(big)
    for coefficient in reversed(_STIRLING):
        series = series / (big * big) + coefficient
    return np.where(n < 16.0, exact, series / big)


def deviance(x: Floats, m: Floats) -> Floats:
    """The value of x log(x/m) + m - x, without cancellation where x is near m; 0 log 0 is 0."""
    v = (x - m) / (x + m)
    series = np.zeros_like(v)
    power = v * v
    for order in range(27, 1, -2):
        series = power * (series + 1 / order)
    near = (x - m) * v + 2 * x * v * series
    far = special.xlogy(x, x / m) + m - x
    return np.where(x == m, 0.0, np.where(np.abs(v) < 0.1, near, far))


@np.errstate(all="ignore")
def binomial_log_pmf(x: Floats, n: Floats, p: Floats, q: Floats | None = None) -> Floats:
    """Log P(X = x) of a binomial by Loader's saddle-point form: accurate for n up to 1e15."""
    q = 1 - p if q is None else q
    inner = _stirling_error(n) - _stirling_error(x) - _stirling_error(n - x)
    inner = inner - deviance(x, n * p) - deviance(n - x, n * q)
    inner = inner + 0.5 * np.log(n / (2 * np.pi * x * (n - x)))
    log_p = np.where(p < 0.5, np.log(p), np.log1p(-q))
    log_q = np.where(q < 0.5, np.log(q), np.log1p(-p))
    ends = np.where(x == 0, np.where(n == 0, 0.0, n * log_q), n * log_p)
    result = np.where((x == 0) | (x == n), ends, inner)
    result = np.where(
        (p <= 0) | (q <= 0), np.where(x == np.where(p <= 0, 0, n), 0.0, -np.inf), result
    )
    result = np.where((x < 0) | (x > n), -np.inf, result)
    return np.asarray(np.where(np.isnan(x) | np.isnan(n) | np.isnan(p), np.nan, result))


def _beta_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """The continued fraction of the incomplete beta function (Lentz), for x below its mean."""
    c = np.ones_like(x)
    d = 1 / (1 - (a + b) * x / (a + 1))
    h = d.copy()
    last = np.full_like(x, np.inf)
    going = np.ones(x.shape, dtype=bool)
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + even * d)
        c = 1 + even / c
        h = h * d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + odd * d)
        c = 1 + odd / c
        step = d * c
        h = np.where(going, h * step, h)
        # Rounding keeps steps of a share near 1 from ever being as small as of others.
        off = np.abs(step - 1)
        going &= ~((off < 1e-15) | ((off < 1e-12) & (off >= last)))
        if not going.any():
            break
        last = off
    return h


@np.errstate(all="ignore")
def beta_log_cdf(p: Floats, a: Floats, b: Floats) -> Floats:
    """Log P(Y <= p) of a Beta law, for p inside (0, 1) and any positive a and b."""
    p, a, b = (np.asarray(v, dtype=float) for v in np.broadcast_arrays(p, a, b))
    value = special.betainc(a, b, p)
    result = np.where(value > 0.5, np.log1p(-special.betaincc(a, b, p)), np.log(value))
    deep = (value < _TINY) & (p > 0) & (p < 1)
    if deep.any():
        front = a * np.log(p) + b * np.log1p(-p) - np.log(a) - special.betaln(a, b)
        result[deep] = front[deep] + np.log(_beta_fraction(a[deep], b[deep], p[deep]))
    return result


def _deep_log_sf(x: Floats, n: Floats, p: Floats, q: Floats) -> Floats:
    """Log P(X >= x) far above the mean: I_p(x, n-x+1) = pmf(x) q h, h the continued fraction."""
    return np.asarray(
        binomial_log_pmf(x, n, p, q) + np.log(q) + np.log(_beta_fraction(x, n - x + 1, p))
    )


def _log_upper(x: Floats, n: Floats, p: Floats, q: Floats) -> Floats:
    """Log P(X >= x) of a binomial, for 0 < x <= n and p, q inside (0, 1); one of them may be
    rounded to 1.
    """
    x, n, p, q = np.broadcast_arrays(x, n, p, q)
    flip = p > q  # keep the small one of the two shares exact
    value = np.where(flip, special.betaincc(n - x + 1, x, q), special.betainc(x, n - x + 1, p))
    other = np.where(flip, special.betainc(n - x + 1, x, q), special.betaincc(x, n - x + 1, p))
    result = np.where(value > 0.5, np.log1p(-other), np.log(value))
    deep = (value < _TINY) & np.isfinite(value)
    if deep.any():
        result[deep] = _deep_log_sf(x[deep], n[deep], p[deep], q[deep])
    return np.asarray(result)


@np.errstate(all="ignore")
def binomial_log_sf(x: Floats, n: Floats, p: Floats) -> Floats:
    """Log P(X >= x), x included, of a binomial."""
    x, n, p = (np.asarray(v, dtype=float) for v in np.broadcast_arrays(x, n, p))
    inside = (x > 0) & (x <= n) & (p > 0) & (p < 1)
    result = np.where((x <= 0) | ((p >= 1) & (x <= n)), 0.0, -np.inf)
    if inside.any():
        result[inside] = _log_upper(x[inside], n[inside], p[inside], 1 - p[inside])
    return np.asarray(np.where(np.isnan(x) | np.isnan(n) | np.isnan(p), np.nan, result))


@np.errstate(all="ignore")
def binomial_log_cdf(x: Floats, n: Floats, p: Floats) -> Floats:
    """Log P(X <= x) of a binomial."""
    x, n, p = (np.asarray(v, dtype=float) for v in np.broadcast_arrays(x, n, p))
    inside = (x >= 0) & (x < n) & (p > 0) & (p < 1)
    result = np.where((x >= n) | ((p <= 0) & (x >= 0)), 0.0, -np.inf)
    if inside.any():  # P(X <= x) is P(Y >= n - x) of those not in the group
        result[inside] = _log_upper(n[inside] - x[inside], n[inside], 1 - p[inside], p[inside])
    return np.asarray(np.where(np.isnan(x) | np.isnan(n) | np.isnan(p), np.nan, result))


@np.errstate(all="ignore")
def log_choose(n: Floats, k: Floats) -> Floats:
    """Log of n over k, -inf outside 0..n."""
    inside = (k >= 0) & (k <= n)
    value = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(np.where(inside, value, -np.inf))


@np.errstate(all="ignore")
def hypergeometric_log_pmf(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log P(X = x) when n of ``size`` people are drawn and k of them are in the group."""
    f = n / size
    value = (
        binomial_log_pmf(x, k, f)
        + binomial_log_pmf(n - x, size - k, f)
        - binomial_log_pmf(n, size, f)
    )
    outside = (x < 0) | (x > k) | (n - x > size - k) | (x > n)
    return np.asarray(np.where(outside, -np.inf, value))


def _run(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log of the sum of pmf(x) + pmf(x-1) + ..., over pmf(x): the ratios multiply down from x."""
    total = np.ones_like(x)
    last = np.ones_like(x)
    at = x.copy()
    active = np.ones(x.shape, dtype=bool)
    steps = np.arange(_CHUNK)
    while active.any():
        j = at[active][:, None] - steps
        a = n[active][:, None]
        b = k[active][:, None]
        c = size[active][:, None]
        ratio = np.maximum(j, 0) * (c - b - a + j) / ((b - j + 1) * (a - j + 1))
        terms = last[active][:, None] * np.cumprod(ratio, axis=1)
        total[active] += terms.sum(axis=1)
        last[active] = terms[:, -1]
        at[active] -= _CHUNK
        active &= last > total * 1e-18
    return np.asarray(np.log(total))


def _hypergeometric_lower(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log P(X <= x) for x below the mean and inside the support."""
    return np.asarray(hypergeometric_log_pmf(x, n, k, size) + _run(x, n, k, size))


@np.errstate(all="ignore")
def hypergeometric_log_cdf(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log P(X <= x) when n of ``size`` people are drawn without replacement and k are in the
    group.
    """
    x, n, k, size = (np.asarray(v, dtype=float) for v in np.broadcast_arrays(x, n, k, size))
    lowest = np.maximum(0, n + k - size)
    highest = np.minimum(n, k)
    result = np.where(x >= highest, 0.0, np.where(x < lowest, -np.inf, np.nan))
    inside = (x >= lowest) & (x < highest)
    below = inside & (x < n * k / size)
    above = inside & ~below
    if below.any():
        result[below] = _hypergeometric_lower(x[below], n[below], k[below], size[below])
    if above.any():  # the rest: X >= x + 1 in the group is n - x - 1 or fewer outside it
        rest = n[above] - x[above] - 1
        tail = _hypergeometric_lower(rest, n[above], size[above] - k[above], size[above])
        result[above] = np.log1p(-np.exp(np.minimum(tail, 0)))
    unknown = np.isnan(x) | np.isnan(n) | np.isnan(k) | np.isnan(size)
    return np.asarray(np.where(unknown, np.nan, np.minimum(result, 0)))


def hypergeometric_log_sf(x: Floats, n: Floats, k: Floats, size: Floats) -> Floats:
    """Log P(X >= x), x included, when n of ``size`` are drawn without replacement."""
    x, n, k, size = (np.asarray(v, dtype=float) for v in (x, n, k, size))
    return hypergeometric_log_cdf(n - x, n, size - k, size)


def _gamma_fraction(a: Floats, x: Floats) -> Floats:
    """The continued fraction of the upper incomplete gamma function (Lentz), for x above a."""
    b = x + 1 - a
    c = np.full_like(b, 1e300)
    d = 1 / b
    h = d.copy()
    for i in range(1, _STEPS):
        step_a = -i * (i - a)
        b = b + 2
        d = 1 / (step_a * d + b)
        c = b + step_a / c
        step = d * c
        h = h * step
        if np.all(np.abs(step - 1) < 1e-15):
            break
    return h


@np.errstate(all="ignore")
def chi2_log_sf(statistic: Floats, df: Floats) -> Floats:
    """Log P(chi-square with df degrees of freedom > statistic)."""
    statistic, df = (np.asarray(v, dtype=float) for v in np.broadcast_arrays(statistic, df))
    a = df / 2
    x = statistic / 2
    value = special.gammaincc(a, x)
    result = np.where(value > 0.5, np.log1p(-special.gammainc(a, x)), np.log(value))
    deep = (value < _TINY) & np.isfinite(x)
    if deep.any():
        da = a[deep]
        dx = x[deep]
        result[deep] = -dx + da * np.log(dx) - special.gammaln(da) + np.log(_gamma_fraction(da, dx))
    return np.asarray(result)


def doubled(log_less: Floats, log_greater: Floats) -> Floats:
    """Twice the smaller tail, in logarithms; above 0 in the middle, for the caller to cut."""
    return np.asarray(np.minimum(log_less, log_greater) + np.log(2))


def normal_log_p(z: Floats, alternative: str) -> Floats:
    """The log p-value of a standard normal statistic."""
    if alternative == "two-sided":
        return np.asarray(special.log_ndtr(-np.abs(z)) + np.log(2))
    return np.asarray(special.log_ndtr(z if alternative == "less" else -z))
