"""How probably this many people are flagged, or shown in line, and how many it takes to be sure."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import special

from coprep.metrics._checks import Floats
from coprep.metrics._counts import (
    fewest_for_lower,
    highest_critical,
    last_that_fits,
    most_for_upper,
)
from coprep.metrics._tails import hypergeometric_log_cdf
from coprep.metrics.planning._detectable import critical
from coprep.metrics.shares._fair_draw import Band, FairDraw, edges_in_line

_TEETH = 5.0  # of a group's people: so wide are the teeth of the saw that rounding cuts
_MOST_AT_ONCE = 2_000  # numbers of people; where more lie between two teeth, not all are tried
_WINDOWS = 40
_LARGEST = 2.0**40


@np.errstate(all="ignore")
def counts_in_line(draw: FairDraw, band: Band, level: Floats) -> tuple[Floats, Floats]:
    """The fewest and the most people of a group with which it is shown in line; crossed for none."""
    rest = FairDraw(draw.n, 1 - draw.share, draw.se, draw.half, draw.population)
    return draw.n - _most_not_large(rest, band, level), _most_not_large(draw, band, level)


def _most_not_large(draw: FairDraw, band: Band, level: Floats) -> Floats:
    """The highest count that is shown not to be too large; -1 where there is none."""
    n, share, se, half, level = np.broadcast_arrays(draw.n, draw.share, draw.se, draw.half, level)
    _, upper = edges_in_line(share, half, band)

    def fits(x: Floats, *given: Floats) -> np.ndarray:
        n, share, se, half, most = given
        asked = FairDraw(n, share, se, half, draw.population)
        return np.asarray((x < 0) | (asked.outside(np.maximum(x, 0), band)[1] <= most))

    spread = np.sqrt(upper * (1 - upper) / n + (se * upper / share) ** 2)
    if draw.population is not None:
        left = (draw.population - n) / max(draw.population - 1, 1)
        spread = spread * np.sqrt(np.maximum(left, 0))
    guess = np.clip(np.floor(n * (upper + special.ndtri(level) * spread)), -1, n)
    return last_that_fits(fits, guess, np.full(n.shape, -1.0), n, n, share, se, half, level)


@np.errstate(all="ignore")
def chance_in_line(draw: FairDraw, band: Band, level: Floats) -> Floats:
    """How probably a group that comes in its share is shown in line."""
    fewest, most = counts_in_line(draw, band, level)
    up_to = _chance_up_to(draw, most, 1.0)
    below = _chance_up_to(draw, fewest - 1, 1.0)
    return np.where(most >= fewest, np.maximum(up_to - below, 0.0), 0.0)


@np.errstate(all="ignore")
def chance_under(draw: FairDraw, band: Band, level: Floats, ratio: float) -> Floats:
    """How probably a group that comes at ``ratio`` times its share is called under-represented."""
    count = critical(draw, band, level, "under")
    return np.where(np.isnan(count), 0.0, _chance_up_to(draw, np.nan_to_num(count), ratio))


def _chance_up_to(draw: FairDraw, count: Floats, ratio: float) -> Floats:
    """P(X <= count) where a group comes at a ratio to its share."""
    n, share = np.broadcast_arrays(draw.n, draw.share)
    possible = np.minimum(np.maximum(count, 0), n)
    if draw.population is not None:
        size = np.round(ratio * share * draw.population)
        everybody = np.full(n.shape, float(draw.population))
        chance = np.exp(hypergeometric_log_cdf(possible, n, size, everybody))
    else:
        chance = _binomial_up_to(count, n, ratio * share)
    return np.where(count >= 0, np.where(count >= n, 1.0, chance), 0.0)


def _binomial_up_to(count: Floats, n: Floats, share: Floats | float) -> Floats:
    """P(X <= count) of a binomial."""
    inside = (count >= 0) & (count < n)
    tail = special.betaincc(np.where(inside, count, 0) + 1, np.where(inside, n - count, 1), share)
    return np.where(inside, tail, np.where(count < 0, 0.0, 1.0))


# Plans for several numbers of people ask the same again.
@lru_cache(maxsize=1024)
def people_in_line(
    share: float,
    band: Band,
    level: float,
    power: float,
    *,
    half: float = 0.0,
    population: float | None = None,
) -> tuple[float, float]:
    """The first number of people among whom a group in its share is shown in line this probably,
    and the one from which on all are enough; inf where none is.
    """
    edges = edges_in_line(np.array([share]), np.array([half]), band)
    lower, upper = (float(edge[0]) for edge in edges)
    room = min(share - lower, upper - share)
    if not room > 0:
        return np.inf, np.inf
    z = -special.ndtri(level) - special.ndtri((1 - power) / 2)
    guess = z**2 * share * (1 - share) / room**2

    def chance(n: Floats) -> Floats:
        if population is None:
            fewest, most = _run_in_line(n, lower, upper, level)
            within = _binomial_up_to(most, n, share) - _binomial_up_to(fewest - 1, n, share)
            return np.where(most >= fewest, within, 0.0)
        return chance_in_line(_draw(n, share, half, population), band, np.full(n.shape, level))

    return _first_and_stable(chance, power, guess, share, population)


def _run_in_line(n: Floats, lower: float, upper: float, level: float) -> tuple[Floats, Floats]:
    """The same as `counts_in_line` for many rising numbers of people at one share.

    A count holds for a run of numbers of people: as many runs are found as there are counts.
    """
    ends = np.array([n[0], n[-1]])
    level_of = np.full(2, level)
    low_to = highest_critical(ends, np.full(2, upper), level_of)
    counts = np.arange(low_to[0], low_to[1] + 1)
    starts = fewest_for_lower(counts[1:], np.full(len(counts) - 1, upper), np.full(1, level))
    most = counts[0] + np.searchsorted(starts, n, side="right")
    high_to = ends - highest_critical(ends, np.full(2, 1 - lower), level_of)
    counts = np.arange(high_to[0], high_to[1] + 1)
    runs = most_for_upper(counts[:-1], np.full(len(counts) - 1, lower), np.full(1, level))
    fewest = counts[0] + np.searchsorted(runs, n, side="left")
    return fewest, most


@lru_cache(maxsize=1024)
def people_under(
    share: float,
    band: Band,
    level: float,
    power: float,
    *,
    ratio: float,
    half: float = 0.0,
    population: float | None = None,
) -> tuple[float, float]:
    """The same for a group at ``ratio`` times its share that is called under-represented."""
    if ratio >= band[0]:
        return np.inf, np.inf
    true = ratio * share
    away = -special.ndtri(level / 2) * np.sqrt(share * (1 - share))
    away -= special.ndtri(1 - power) * np.sqrt(true * (1 - true))
    by_test = (away / (share - true)) ** 2
    by_band = special.ndtri(power) ** 2 * true * (1 - true) / ((band[0] - ratio) * share) ** 2

    def chance(n: Floats) -> Floats:
        asked = _draw(n, share, half, population)
        return chance_under(asked, band, np.full(n.shape, level), ratio)

    return _first_and_stable(chance, power, max(by_test, by_band, 1.0), share, population)


def _draw(n: Floats, share: float, half: float, population: float | None) -> FairDraw:
    """So many people drawn from one share."""
    return FairDraw(
        n, np.full(n.shape, share), np.zeros(n.shape), np.full(n.shape, half), population
    )


def _first_and_stable(
    chance: Callable[[Floats], Floats],
    power: float,
    guess: float,
    share: float,
    population: float | None,
) -> tuple[float, float]:
    """The first number of people with this chance, and the one from which on all have it.

    The chance grows with people in the shape of a saw. Numbers around the guess are tried in
    windows as wide as its teeth: downwards to one without a hit, upwards to one without a miss.
    """
    most = _LARGEST if population is None else float(population)
    if population is not None:
        guess = guess / (1 + (guess - 1) / population)
    width = np.ceil(_TEETH / min(share, 1 - share)) + 2
    step = max(1.0, np.ceil(width / _MOST_AT_ONCE))
    start = min(max(1.0, np.floor(guess)), most)

    def tried(low: float, high: float) -> tuple[Floats, np.ndarray]:
        n = np.arange(max(1.0, low), min(high, most) + 1, step)
        return n, np.asarray(chance(n) >= power - 1e-12)

    tables = [tried(start - width, start + width)]
    for _ in range(_WINDOWS):
        n, hit = tables[-1]
        if hit.all() or n[-1] >= most:
            break
        tables.append(tried(n[-1] + step, n[-1] + step + 2 * width))
    for _ in range(_WINDOWS):
        n, hit = tables[0]
        if not hit.any() or n[0] <= 1:
            break
        tables.insert(0, tried(n[0] - 2 * width, n[0] - step))
    n = np.concatenate([table[0] for table in tables])
    hit = np.concatenate([table[1] for table in tables])
    if not hit.any():
        return np.inf, np.inf
    missed = np.flatnonzero(~hit)
    stable = n[0]
    if len(missed):
        stable = np.inf if missed[-1] == len(n) - 1 else n[missed[-1] + 1]
    return float(n[np.argmax(hit)]), float(stable)
