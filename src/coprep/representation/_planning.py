"""Says what so many people could show, and how many it takes, by the law of the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics.planning import apportion
from coprep.metrics.planning._detectable import Side, detectable
from coprep.metrics.planning._in_line import (
    best_in_line,
    fewest_in_line,
    first_shown,
    never_in_line,
    saw_of,
)
from coprep.metrics.shares._fair_draw import FairDraw
from coprep.representation._judge import Bools, Floats
from coprep.representation._options import Options

if TYPE_CHECKING:
    from coprep.representation._attribute import Assessed

_POWER = 0.8
_ROUNDING = 1e-9  # so that 100 people who went through a division stay 100
_ENDLESS = 2.0**40  # people, where everybody took part and nothing is left to chance


def levels(adjust: str, alpha: float, own: int, family: int) -> Floats:
    """What the smallest, second smallest, ... of ``own`` p values may be so that all are adjusted
    to alpha at most.

    The others of the ``family`` are taken to show nothing. One value is the level of a group that
    stands alone.
    """
    one = np.full(own, alpha)
    if adjust == "none" or (adjust == "hommel" and own == family):
        return one
    if adjust == "bonferroni":
        return one / family
    if adjust in ("bh", "by"):
        together = one * own / family
        return together if adjust == "bh" else together / (1 / np.arange(1, family + 1)).sum()
    return one / (family - np.arange(own))  # Holm's steps; Hommel's are never smaller


def whole_draw(item: Assessed, at: np.ndarray) -> FairDraw:
    """The draw of some groups, with effective numbers of people taken down to whole ones."""
    draw = _only(item.counts.draw, at)
    people = np.where(np.isfinite(draw.n), np.floor(draw.n * (1 + _ROUNDING)), _ENDLESS)
    return replace(draw, n=np.where(people > 0, people, np.nan))


def detectable_ratios(item: Assessed, options: Options, side: Side) -> Floats:
    """For each group the true ratio beyond which these people give a flag four times in five."""
    out = np.full(len(item.groups), np.nan)
    at = np.flatnonzero(item.tested)
    if not len(at):
        return out
    draw = whole_draw(item, at)
    level = levels(options.adjust, options.alpha, 1, item.family_size)
    out[at] = detectable(draw, options.band, level, np.full(len(at), _POWER), side)
    return out


def never(item: Assessed, options: Options) -> tuple[str, ...]:
    """Why no number of people could show a group to be in line; "" where some number can."""
    counts = item.counts
    level = levels(options.adjust, options.alpha, 1, item.family_size)
    share = np.where(item.comparable, counts.share, 0.5)
    given = (share, np.broadcast_to(level, share.shape), options.band)
    hopeless = never_in_line(*given, counts.baseline_se, counts.rounding) & item.comparable
    told = np.where(counts.baseline_se > 0, "baseline_error", "baseline_rounding")
    return tuple(str(why) if no else "" for why, no in zip(told, hopeless, strict=True))


def smallest_n(item: Assessed, options: Options) -> float:
    """From how many participants on every group of an attribute can be shown to be in line.

    A pair can with the count that shows it best; several groups share out whole people as near to
    the baseline as they go, and so many numbers in a row as there are groups must do: then
    rounding stands in nobody's way. nan where there is nothing to compare, inf where none do.
    """
    at = np.flatnonzero(item.comparable)
    if not len(at):
        return float("nan")
    if item.is_pair:
        at = at[:1]
    if any(why for i, why in enumerate(never(item, options)) if i in at):
        return float("inf")
    draw = _only(item.counts.draw, at)
    # So many participants for one who counts in full.
    worth = np.where(np.isfinite(draw.n), draw.n, item.counts.n[at]) / item.counts.n[at]
    allowed = levels(options.adjust, options.alpha, len(at), max(item.family_size, len(at)))
    plain = fewest_in_line(
        draw.share, allowed[-1:].repeat(len(at)), options.band, draw.se * 0, draw.half
    )
    start = float((plain / worth).max())
    if not np.isfinite(start):
        return start
    exact = draw.population is None and not (draw.se > 0).any()
    if len(at) == 1 and exact:
        return float(np.ceil(start))

    def shown(people: Floats) -> Bools:
        n = people[:, None] * worth
        share, se, half = (np.broadcast_to(v, n.shape) for v in (draw.share, draw.se, draw.half))
        asked = FairDraw(n, share, se, half, draw.population)
        if len(at) == 1:
            return np.asarray(best_in_line(asked, options.band)[:, 0] <= allowed[0])
        x = np.array([_shared_out(item, p, draw.share) for p in people.tolist()]) * worth
        p_values = np.sort(asked.in_line(x, options.band), axis=1)
        return np.asarray((p_values <= allowed).all(axis=1))

    return first_shown(
        shown,
        np.floor(start),
        saw=saw_of(draw.share),
        population=draw.population,
        in_a_row=len(at),
    )


def _shared_out(item: Assessed, people: float, share: Floats) -> Floats:
    """Whole people in each group, as near to the baseline as they go."""
    if item.source.overlapping:
        return np.round(people * share)
    return apportion(share, int(people)).astype(float)


def _only(draw: FairDraw, at: np.ndarray) -> FairDraw:
    """The same draw of some of the groups."""
    return FairDraw(draw.n[at], draw.share[at], draw.se[at], draw.half[at], draw.population)
