"""Bound the result whatever those who stayed away think, and find what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coprep.ideas._consequences.rules import Rule
    from coprep.ideas._consequences.weighed import Room
    from coprep.metrics._checks import Bools, Floats

_TIE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """The people who would replace part of the room.

    ``assumed`` is the support they are taken to give to each idea, ``needed`` that at which its
    place changes, ``possible`` whether ballots can reach it; ``low`` and ``high`` bound the support
    of each idea whatever they think.
    """

    assumed: Floats
    needed: Floats
    possible: Bools
    low: Floats
    high: Floats

    def could_change(self, won: Bools, rule: Rule) -> bool:
        """Whether any opinion of theirs gives another list."""
        return another_list_possible(self.low, self.high, won, rule)


def newcomers(room: Room, rule: Rule) -> Newcomers:
    """The part of the room with weight above 1: they think what the few people like them thought.

    Bounds: Manski (1989). Tipping point: a shift of what is assumed of people who are not there
    (Rubin 1977; Liublinska & Rubin 2014).
    """
    gain = np.maximum(room.change, 0.0)
    replaced = (gain * room.shown).sum(axis=0)
    brought = (gain * room.sums).sum(axis=0)
    some = replaced > _TIE
    nothing = np.full(len(replaced), np.nan)
    assumed = np.divide(brought, replaced, out=nothing.copy(), where=some)
    stay = np.where(some, room.support - brought, room.support)
    low = stay + np.where(some, replaced * room.cast.low, 0.0)
    high = stay + np.where(some, replaced * room.cast.high, 0.0)
    mark = rule.marks(room.support)
    shift = np.divide(mark - room.support, replaced, out=nothing.copy(), where=some)
    needed = assumed + shift
    possible = (needed >= room.cast.low - _TIE) & (needed <= room.cast.high + _TIE)
    return Newcomers(assumed, needed, np.asarray(possible), low, high)


def absent_bounds(room: Room, present: float) -> tuple[Floats, Floats]:
    """Supports if a part of the community has nobody in the room: the least and the most.

    The room is weighted to the groups that are present, which are ``present`` of the community.
    """
    known = present * room.support
    rest = 1 - present
    return known + rest * room.cast.low, known + rest * room.cast.high


def another_list_possible(low: Floats, high: Floats, won: Bools, rule: Rule) -> bool:
    """Whether supports within these bounds can give another list than the one seen."""
    if rule.name == "threshold":
        below = won & (low < rule.size - _TIE)
        above = ~won & (high >= rule.size - _TIE)
        return bool((below | above).any())
    over = ~won[:, None] & won & (high[:, None] >= low - _TIE)
    return bool(rule.refuted_by(won, over).any())
