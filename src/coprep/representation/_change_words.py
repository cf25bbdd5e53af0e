"""Says in sentences what became of a group's share between two times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from coprep.wording.names import named, plainly
from coprep.wording.numbers import percents


class State(StrEnum):
    """What can be said of a group's change; finer than its verdict."""

    CHANGED = "changed"
    NO_CHANGE = "no_change"
    DIFFERS_IN_BAND = "differs_in_band"
    DIFFERS = "differs"
    TURNED_BY_UNKNOWN = "turned_by_unknown"
    OTHER_SIDE = "other_side"
    CANNOT_TELL = "cannot_tell"
    NOT_COMPARED = "not_compared"


def reading(values: Mapping[str, Any], called: str, state: State) -> str:
    """The row in a few sentences."""
    name = named(values["group"], values["attribute"], called=called)
    if state is State.NOT_COMPARED:
        return f"{name}: cannot be compared, because nobody was there at either time."
    before, after = percents([values["share_before"], values["share_after"]])
    fact = (
        f"{name}: {values['participants_before']:,} of {values['total_before']:,} before "
        f"({before}), {values['participants_after']:,} of {values['total_after']:,} after ({after}): "
        f"from {_of_share(values['ratio_before'])} to {_of_share(values['ratio_after'])} of their "
        "share."
    )
    return f"{fact} {_judgement(values, state)}"


def _of_share(ratio: float) -> str:
    return f"{ratio:.0%}"


def _judgement(values: Mapping[str, Any], state: State) -> str:
    """What can be said of the change."""
    low, high = values["band"]
    change = float(values["change"])
    within = f"{low:g} to {high:g} times what it was"
    way = "Rose" if change > 1 else "Fell"
    size = size_of_change(change)
    match state:
        case State.CHANGED if values["beyond_band"]:
            more = f"{high - 1:.0%} more" if change > 1 else f"{1 - low:.0%} less"
            return f"{way}: {size}, shown to be by more than {more}."
        case State.CHANGED:
            return f"{way}, beyond chance: by these counts {size}."
        case State.NO_CHANGE:
            return f"No change that matters: shown to lie within {within}."
        case State.DIFFERS_IN_BAND:
            return f"Measurably another share ({size}), but shown to lie within {within}."
        case State.DIFFERS:
            return f"{way}, beyond chance: {size}. Whether by enough to matter is not settled."
        case State.OTHER_SIDE:
            return "The other side of the same comparison."
        case State.TURNED_BY_UNKNOWN:
            attribute = plainly(values["attribute"])
            return f"Cannot tell: people of unknown {attribute} could change the answer."
        case _:
            return (
                "Cannot tell whether it changed: it may be "
                f"{_times(values['change_low'])} to {_times(values['change_high'])} what it was."
            )


def _times(value: float) -> str:
    if not math.isfinite(value):
        return "any multiple of"
    return f"{value:.2f} times"


def next_step(state: State) -> str:
    """One practical suggestion."""
    match state:
        case State.CHANGED | State.DIFFERS:
            return "Ask what was done otherwise, and hold the later ratio itself against parity."
        case State.NO_CHANGE | State.DIFFERS_IN_BAND:
            return "If the aim was a change, try something else; what was done has not shown one."
        case State.OTHER_SIDE:
            return "See the other group of this pair: this one changes with it."
        case State.TURNED_BY_UNKNOWN:
            return "Ask those of unknown group once more."
        case _:
            return (
                "Look at the size of the change, and pool it with other rounds before concluding."
            )


def size_of_change(change: float) -> str:
    """How a ratio of ratios is said.

    >>> size_of_change(2.0), size_of_change(0.75), size_of_change(1.0)
    ('twice what it was', '25% less than it was', 'what it was')
    """
    if change == 0:
        return "nobody any more"
    if math.isinf(change):
        return "some, where nobody was"
    if round(100 * abs(change - 1)) == 0:
        return "what it was"
    if change < 1:
        return f"{1 - change:.0%} less than it was"
    if change < 2:
        return f"{change - 1:.0%} more than it was"
    if change < 2.05:
        return "twice what it was"
    return f"{change:.1f} times what it was"
