"""Which ideas are shown to overtake which, jointly, and whether another list is the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from coprep.ideas._consequences.rules import Rule
    from coprep.ideas._consequences.weighed import Errors
    from coprep.metrics._checks import Bools, Floats, Ints

_Draws: TypeAlias = NDArray[np.float32]
_TIE = 1e-12
_FIRST_STEP = 0.1
"""The part of the level that is spent on finding the pairs that are too far apart to count."""
_RANK_DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Overtakings:
    """What is shown of the list.

    ``over`` says which loser (row) is shown above which winner (column), ``changed`` which ideas
    show that the list is another, ``margin`` by how many standard errors each loser leads each
    winner; ``critical`` is what they had to exceed.
    """

    over: Bools
    changed: Bools
    margin: Floats
    critical: float
    p_value: float


def overtakings(
    seen: Floats,
    support: Floats,
    errors: Errors,
    z: Floats,
    won: Bools,
    rule: Rule,
    alpha: float,
    tested: Bools,
) -> Overtakings:
    """Test all losers against all winners at once, ties in the room apart.

    A tie can be broken and not overturned. Pairs that are hopelessly far apart cost nothing: a
    first step at a tenth of the level finds how far any true gap can reach (Romano, Shaikh & Wolf
    2014).
    """
    if rule.name == "threshold":
        return _crossings(support, errors, z, won, rule, alpha, tested)
    gap = support[:, None] - support
    error = errors.of_gaps()
    margin = _in_errors(gap, error)
    family = ~won[:, None] & won & (np.abs(seen[:, None] - seen) > _TIE)
    family &= tested[:, None] & tested
    family_margin = np.where(family, margin, -np.inf)
    largest = rule.largest_refuting(won, family_margin)
    live = family & (error > 0)
    critical = 0.0
    biggest = np.full(len(z), -np.inf)
    if live.any():
        draws = z.astype(np.float32)
        lowest, highest = _extremes(draws, live, error)
        reach = np.quantile(-lowest, 1 - _FIRST_STEP * alpha)
        shift = np.minimum(0.0, np.where(live, margin, 0.0) + reach)
        # A pair that even its largest error leaves below what is asked never holds the largest.
        asked = min(0.0, largest) if np.isfinite(largest) else 0.0
        biggest = _largest(draws, live & (shift + highest > asked), error, shift)
        above = np.maximum(biggest, 0.0)
        critical = float(np.quantile(above, 1 - (1 - _FIRST_STEP) * alpha))
    over = family & (margin > critical)
    return Overtakings(
        over, rule.refuted_by(won, over), margin, critical, _p_value(biggest, largest, alpha)
    )


def _noise(draws: _Draws, winner: Any, losers: Ints, error: Floats) -> _Draws:
    """For each draw the error of the gap of some losers to one winner, in standard errors."""
    scale = (1 / error[losers, winner]).astype(np.float32)
    noise: _Draws = (draws[:, losers] - draws[:, [winner]]) * scale
    return noise


def _extremes(draws: _Draws, live: Bools, error: Floats) -> tuple[Floats, float]:
    """The smallest error of all live pairs in each draw, and the largest of all."""
    lowest = np.full(len(draws), np.inf)
    highest = -np.inf
    for winner in np.flatnonzero(live.any(axis=0)):
        noise = _noise(draws, winner, np.flatnonzero(live[:, winner]), error)
        np.minimum(lowest, noise.min(axis=1), out=lowest)
        highest = max(highest, float(noise.max()))
    return lowest, highest


def _largest(draws: _Draws, live: Bools, error: Floats, shift: Floats) -> Floats:
    """For each draw the largest shifted error of the live pairs, in standard errors."""
    found = np.full(len(draws), -np.inf)
    for winner in np.flatnonzero(live.any(axis=0)):
        losers = np.flatnonzero(live[:, winner])
        noise = _noise(draws, winner, losers, error) + shift[losers, winner]
        np.maximum(found, noise.max(axis=1), out=found)
    return found


def _crossings(
    support: Floats,
    errors: Errors,
    z: Floats,
    won: Bools,
    rule: Rule,
    alpha: float,
    tested: Bools,
) -> Overtakings:
    """Test all ideas against the line they were above or below."""
    error = errors.standard_errors
    side = np.where(won, -1.0, 1.0)
    margin = np.where(tested, _in_errors(side * (support - rule.size), error), -np.inf)
    live = tested & (error > 0)
    critical = 0.0
    biggest = np.full(len(z), -np.inf)
    if live.any():
        biggest = (side[live] * z[:, live] / error[live]).max(axis=1)
        critical = float(np.quantile(biggest, 1 - alpha))
    changed = margin > critical
    none = np.zeros((len(won), len(won)), dtype=np.bool_)
    largest = float(margin.max(initial=-np.inf))
    return Overtakings(none, changed, margin, critical, _p_value(biggest, largest, alpha))


def _in_errors(gap: Floats, error: Floats) -> Floats:
    """A gap in standard errors; without error it is surely there, or surely not."""
    sure = np.where(gap > _TIE, np.inf, -np.inf)
    return np.divide(gap, error, out=sure, where=error > 0)


def _p_value(biggest: Floats, largest: float, alpha: float) -> float:
    """How often chance alone would refute the list as clearly; 1 where nothing could."""
    if not np.isfinite(largest):
        return float(largest < 0)
    tail = (1 + int((biggest >= largest).sum())) / (1 + len(biggest))
    return float(min(1.0, tail + _FIRST_STEP * alpha))


def rank_limits(support: Floats, errors: Errors, z: Floats, alpha: float) -> tuple[Ints, Ints]:
    """Between which ranks each idea lies: one more than are shown above it, and so on.

    Each idea's own confidence set (Mogstad, Romano, Shaikh & Wilhelm 2023); percentiles of redrawn
    ranks are not valid where ideas are close.
    """
    m = len(support)
    error = errors.of_gaps()
    draws = z[:_RANK_DRAWS].astype(np.float32)
    best = np.ones(m, dtype=np.intp)
    worst = np.full(m, m, dtype=np.intp)
    for idea in range(m):
        gap = support - support[idea]
        margin = _in_errors(np.abs(gap), error[idea])
        live = error[idea] > 0
        critical = 0.0
        if live.any():
            scale = (1 / error[idea, live]).astype(np.float32)
            noise = np.abs(draws[:, live] - draws[:, [idea]]) * scale
            critical = float(np.quantile(noise.max(axis=1), 1 - alpha))
        shown = margin > critical
        best[idea] += int((shown & (gap > 0)).sum())
        worst[idea] -= int((shown & (gap < 0)).sum())
    return best, worst


def effect_p_values(effect: Floats, errors: Errors, z: Floats) -> Floats:
    """Two-sided p of every effect, adjusted for all ideas by the largest of them (max-t)."""
    error = errors.standard_errors
    live = error > 0
    found = np.ones(len(effect))
    if live.any():
        biggest = (np.abs(z[:, live]) / error[live]).max(axis=1)
        t = np.abs(effect[live]) / error[live]
        ordered = np.sort(biggest)
        beyond = len(ordered) - np.searchsorted(ordered, t, side="left")
        found[live] = (1 + beyond) / (1 + len(ordered))
    return found
