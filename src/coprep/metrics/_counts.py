"""Critical counts and fewest people, exactly and for whole arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coprep.metrics._checks import Floats

_MOST = 1e15  # people


def _lower(x: Floats, n: Floats, p: Floats) -> Floats:
    """P(X <= x), for whole x from -1 to n."""
    value = special.betaincc(np.maximum(x, 0) + 1, np.maximum(n - x, 1), p)
    return np.where(x < 0, 0.0, np.where(x >= n, 1.0, value))


def _upper(x: Floats, n: Floats, p: Floats) -> Floats:
    """P(X >= x), for whole x above 0 and n from x - 1."""
    return np.where(n < x, 0.0, special.betainc(x, np.maximum(n - x, 0) + 1, p))


def last_that_fits(
    fits: Callable[..., NDArray[np.bool_]],
    guess: Floats,
    lowest: Floats,
    highest: Floats,
    *given: Floats,
) -> Floats:
    """The largest whole number in lowest..highest that fits, every smaller one fitting too;
    ``lowest`` does.

    Steps out from the guess, doubling, and then halves: two evaluations where the guess is right.
    ``given`` holds the arrays that ``fits`` takes after the number.
    """
    good = np.clip(np.where(np.isfinite(guess), guess, lowest), lowest, highest)
    bad = highest + 1
    step = 1.0
    todo = good > lowest
    while todo.any():
        failing = todo.copy()
        failing[todo] = ~fits(good[todo], *(array[todo] for array in given))
        bad = np.where(failing, good, bad)
        good = np.where(failing, np.maximum(good - step, lowest), good)
        todo = failing & (good > lowest)
        step = 2 * step
    step = 1.0
    todo = bad - good > 1
    while todo.any():
        ahead = np.minimum(good + step, bad - 1)
        fit = np.zeros(good.shape, dtype=bool)
        fit[todo] = fits(ahead[todo], *(array[todo] for array in given))
        bad = np.where(todo & ~fit, ahead, bad)
        good = np.where(fit, ahead, good)
        todo = fit & (bad - good > 1)
        step = 2 * step
    while (todo := bad - good > 1).any():
        middle = np.floor((good + bad) / 2)
        fit = np.zeros(good.shape, dtype=bool)
        fit[todo] = fits(middle[todo], *(array[todo] for array in given))
        bad = np.where(todo & ~fit, middle, bad)
        good = np.where(fit, middle, good)
    return good


def _shaped(*arrays: Floats) -> tuple[tuple[int, ...], list[Floats]]:
    """The common shape, and every array flat."""
    together = np.broadcast_arrays(*arrays)
    return together[0].shape, [np.asarray(array, dtype=float).ravel() for array in together]


@np.errstate(all="ignore")
def highest_critical(n: Floats, p: Floats, level: Floats) -> Floats:
    """The largest count c with P(X <= c) <= level, -1 where even absence is likelier; nan stays
    nan.
    """
    shape, (n, p, level) = _shaped(n, p, level)
    known = ~np.isnan(n + p + level)
    n = np.where(known, n, 1.0)
    p = np.where(known, p, 0.5)
    level = np.where(known, level, 0.5)
    z = special.ndtri(level)
    guess = np.floor(n * p + z * np.sqrt(n * p * (1 - p)) - 0.5 + (1 - 2 * p) * (z * z - 1) / 6)
    found = last_that_fits(
        lambda c, n, p, level: _lower(c, n, p) <= level,
        guess,
        np.full(n.shape, -1.0),
        n,
        n,
        p,
        level,
    )
    return np.where(known, found, np.nan).reshape(shape)


@np.errstate(all="ignore")
def real_fewest_for_lower(x: Floats, p: Floats, level: Floats) -> Floats:
    """The same as `fewest_for_lower` if people came in fractions."""
    return np.asarray(x + special.btdtrib(x + 1, 1 - level, p))


@np.errstate(all="ignore")
def real_most_for_upper(x: Floats, p: Floats, level: Floats) -> Floats:
    """The same as `most_for_upper` if people came in fractions."""
    return np.asarray(x - 1 + special.btdtrib(x, level, p))


@np.errstate(all="ignore")
def fewest_for_lower(x: Floats, p: Floats, level: Floats) -> Floats:
    """The smallest n with P(X <= x) <= level, for p inside (0, 1)."""
    shape, (x, p, level) = _shaped(x, p, level)
    guess = np.floor(real_fewest_for_lower(x, p, level))
    found = last_that_fits(
        lambda n, x, p, level: _lower(x, n, p) > level,
        guess,
        x,
        np.full(x.shape, _MOST),
        x,
        p,
        level,
    )
    return (found + 1).reshape(shape)


@np.errstate(all="ignore")
def most_for_upper(x: Floats, p: Floats, level: Floats) -> Floats:
    """The largest n with P(X >= x) <= level, for p inside (0, 1) and x > 0; x - 1 where there is
    none.
    """
    shape, (x, p, level) = _shaped(x, p, level)
    guess = np.floor(real_most_for_upper(x, p, level))
    found = last_that_fits(
        lambda n, x, p, level: _upper(x, n, p) <= level,
        guess,
        x - 1,
        np.full(x.shape, _MOST),
        x,
        p,
        level,
    )
    return found.reshape(shape)
