"""One answer: both lists, how stable the list is, and what is shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas._consequences.overtakings import Overtakings, overtakings

if TYPE_CHECKING:
    from coprep.ideas._consequences.rules import Rule
    from coprep.ideas._consequences.weighed import Errors, Room
    from coprep.metrics._checks import Bools, Floats

_RULE_DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What one set of weights makes of the votes.

    ``won`` is the list seen, ``would`` that on paper; ``stability`` the share of redraws that give
    the list seen, ``chosen_share`` that in which each idea is on the list; ``moved`` the part of
    the money (or places) that goes elsewhere on paper, ``moved_high`` what it hardly exceeds;
    ``shifted`` and ``shifted_high`` the same of what goes elsewhere or is lost, if that is more.
    """

    room: Room
    errors: Errors
    draws: Floats
    won: Bools
    would: Bools
    shown: Overtakings
    stability: float
    chosen_share: Floats
    moved: float
    moved_high: float
    shifted: float
    shifted_high: float

    @property
    def changes(self) -> bool:
        """Whether another list is shown, and stands on paper too."""
        return bool(self.shown.changed.any() and (self.would != self.won).any())

    @property
    def stays(self) -> bool:
        """Whether the list on paper is the one seen."""
        return bool((self.would == self.won).all())

    def losing(self) -> Bools:
        """Winners that are shown to be overtaken, and not on the list on paper."""
        if self.shown.over.any():
            by = self.shown.changed[:, None] & self.shown.over
            return np.asarray(self.won & ~self.would & by.any(axis=0))
        return np.asarray(self.won & ~self.would & self.shown.changed)

    def gaining(self) -> Bools:
        """Losers that show that the list is another, and are on it on paper."""
        return np.asarray(~self.won & self.would & self.shown.changed)


def answer_of(
    room: Room,
    errors: Errors,
    rule: Rule,
    won: Bools,
    *,
    seen: Floats,
    tested: Bools,
    alpha: float,
    draws: int,
    rng: np.random.Generator,
) -> Answer:
    """Compare the list seen with the lists that the same people weighted would give.

    ``seen`` is the support that made the list, ``tested`` which ideas enough people saw.
    """
    z = errors.draws(draws, rng)
    support = room.support
    would = rule.chosen(support)
    lists = rule.chosen(support + z[:_RULE_DRAWS])
    # What is lost may stay unspent: a change is small only if what goes and what comes are.
    gained = (lists & ~won) @ rule.cost
    shifted = np.maximum(gained, (~lists & won) @ rule.cost)
    on_paper = float(rule.cost[would & ~won].sum())
    lost = float(rule.cost[won & ~would].sum())
    worth = float(rule.cost[won].sum()) or float(rule.cost.sum()) or 1.0
    return Answer(
        room=room,
        errors=errors,
        draws=z,
        won=won,
        would=would,
        shown=overtakings(seen, support, errors, z, won, rule, alpha, tested),
        stability=float((lists == won).all(axis=1).mean()),
        chosen_share=lists.mean(axis=0),
        moved=on_paper / worth,
        moved_high=float(np.quantile(gained, 1 - alpha)) / worth,
        shifted=max(on_paper, lost) / worth,
        shifted_high=float(np.quantile(shifted, 1 - alpha)) / worth,
    )
