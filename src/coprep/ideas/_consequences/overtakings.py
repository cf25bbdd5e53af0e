"""Which ideas are shown to overtake which, jointly, and whether another list is the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coprep.ideas._consequences.rules import Rule
    from coprep.ideas._consequences.weighed import Errors
    from coprep.metrics._checks import Bools, Floats, Ints

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
        reach = np.quantile(_largest(z, -1.0, live, error, None), 1 - _FIRST_STEP * alpha)
        shift = np.minimum(0.0, np.where(live, margin, 0.0) + reach)
        biggest = _largest(z, 1.0, live, error, shift)
        critical = max(0.0, float(np.quantile(biggest, 1 - (1 - _FIRST_STEP) * alpha)))
    over = family & (margin > critical)
    return Overtakings(
        over, rule.refuted_by(won, over), margin, critical, _p_value(biggest, largest, alpha)
    )


def _largest(z: Floats, sign: float, live: Bools, error: Floats, shift: Floats | None) -> Floats:
    """For each draw the largest error of a gap over the live pairs, in standard errors, shifted."""
    found = np.full(len(z), -np.inf)
    for winner in np.flatnonzero(live.any(axis=0)):
        losers = np.flatnonzero(live[:, winner])
        noise = (z[:, losers] - z[:, [winner]]) * (sign / error[losers, winner])
        if shift is not None:
            noise += shift[losers, winner]
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
    """How often chance alone would refute the list as clearly."""
    if largest == np.inf:
        return 0.0
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
