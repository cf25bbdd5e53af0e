"""How a group stands: what its sentences, its next step and the headline go by."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from coprep.findings import Verdict
from coprep.representation._attribute import Assessed


class State(StrEnum):
    """What can be said of a group; finer than its verdict, which follows from it."""

    FLAGGED = "flagged"
    OTHER_SIDE = "other_side"  # of a pair of which the other group says all there is to say
    IN_LINE = "in_line"
    DIFFERS_IN_BAND = "differs_in_band"  # beyond chance, and shown to be too little to matter
    DIFFERS = "differs"  # beyond chance; whether by enough to matter is open
    TURNED_BY_UNKNOWN = "turned_by_unknown"  # people of unknown group could take the verdict away
    RESTS_ON_ONE = "rests_on_one"  # one person fewer would take the verdict away
    NEAREST = "nearest"  # as near to its share as whole people allow; too few to show more
    CANNOT_TELL = "cannot_tell"
    AIMED = "aimed"  # held against a quota or a target
    NOT_COMPARED = "not_compared"

    @property
    def is_unclear(self) -> bool:
        """Whether there are too few people to tell anything."""
        return self in (State.NEAREST, State.CANNOT_TELL, State.RESTS_ON_ONE)


def states(item: Assessed, *, alpha: float) -> tuple[State, ...]:
    """How each group of an attribute stands."""
    flagged = np.array([v.is_flag for v in item.verdicts])
    settled = item.is_pair and bool((flagged | item.doubts.one_fewer).any())
    turned = item.doubts.unknown
    if item.is_pair and turned.any():
        turned = ~flagged
    counts = item.counts
    off = counts.x - counts.share * counts.n
    found = []
    for i, verdict in enumerate(item.verdicts):
        if not item.comparable[i]:
            found.append(State.NOT_COMPARED)
        elif item.untested:
            found.append(State.AIMED)
        elif turned[i]:
            found.append(State.TURNED_BY_UNKNOWN)
        elif item.doubts.one_fewer[i]:
            found.append(State.RESTS_ON_ONE)
        elif settled and not verdict.is_flag:
            found.append(State.OTHER_SIDE)
        else:
            differs = bool(item.p_adjusted[i] <= alpha)
            whole = not counts.weighted and bool(np.abs(off[i]) < 1)
            found.append(_judged(verdict, differs=differs, nearest=whole))
    return tuple(found)


def _judged(verdict: Verdict, *, differs: bool, nearest: bool) -> State:
    """The state of a group that nothing but its own numbers decides on."""
    if verdict.is_flag:
        return State.FLAGGED
    if verdict is Verdict.IN_LINE:
        return State.DIFFERS_IN_BAND if differs else State.IN_LINE
    if differs:
        return State.DIFFERS
    return State.NEAREST if nearest else State.CANNOT_TELL
