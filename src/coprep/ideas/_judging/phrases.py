"""Put effects into plain sentences; they speak of patterns and process, never of motives."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coprep.ideas._judging.effects import Effect, Scale
from coprep.wording.numbers import count_of, fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The sentences of a detector, as templates.

    Fields: ``{group}`` and ``{attribute}`` (quoted), ``{effect}`` (size with interval), ``{size}``,
    ``{people}`` and ``{ideas}`` (counts with their noun), and those of `Case.words`.
    """

    more: str  # for a pattern above the null; sizes are given without sign
    less: str  # and below
    same: str  # for no material difference
    open: str  # for an inconclusive finding; what would have been noticed is added
    innocent: str  # an explanation in which nobody did anything wrong; belongs to every verdict
    next_step: str
    # what is added to ``same`` where the effect is beyond chance all the same
    slight: str = " That is beyond chance, and less than matters here."
    innocent_less: str = ""  # the explanation for a pattern below the null, where it is another one


def said(effect: Effect, scale: Scale, *, turned: bool = False) -> str:
    """The effect with its interval in words; ``turned`` drops the sign of a negative difference.

    >>> from coprep.ideas._judging.effects import points
    >>> said(Effect.from_se(-17.2, 3.0, p_value=.01), points(), turned=True)
    '17 points (95% interval 11 to 23)'
    """
    value = effect.value
    low = effect.low
    high = effect.high
    if turned and not scale.log and value < 0:
        value, low, high = -value, -high, -low
    level = f"{100 * effect.level:g}%"
    return f"{sized(value, scale)} ({level} interval {_bare(low, scale)} to {_bare(high, scale)})"


def sized(value: float, scale: Scale) -> str:
    """A number with its unit.

    >>> from coprep.ideas._judging.effects import points, ratio
    >>> sized(17.2, points()), sized(1.353, ratio())
    ('17 points', '1.35 times')
    >>> sized(-1.0, points()), sized(129.66, ratio()), sized(0.004, ratio())
    ('−1 point', '130 times', 'under 0.01 times')
    """
    number = _bare(value, scale)
    if scale.log:
        return f"{number} times"
    if number.lstrip("−") == "1" and scale.unit in ("points", "scale points"):
        return f"{number} {scale.unit.removesuffix('s')}"
    return f"{number} {scale.unit}"


def _bare(value: float, scale: Scale) -> str:
    """A number without its unit, with as many decimals as people can use."""
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "any size"
    if scale.log and 0 < value < 0.005:
        return "under 0.01"
    size = abs(value)
    if scale.unit == "points":
        return fixed(value, 0) if size >= 9.95 else fixed(value, 1).removesuffix(".0")
    if size >= 99.95:
        return fixed(value, 0)
    text = fixed(value, 2 if size < 9.995 else 1)
    return "0" if float(text.replace("−", "-")) == 0 else text


def noticed(reason: str, seen: float, scale: Scale, people: int) -> str:
    """What an inconclusive finding could have shown.

    >>> from coprep.ideas._judging.effects import points
    >>> print(noticed("chance may explain it", 18.2, points(), 41))
    Chance may explain it; with these 41 people only a gap above 18 points would have been
    noticed reliably.
    """
    why = reason[:1].upper() + reason[1:]
    if not math.isfinite(seen):
        return f"{why}."
    these = "this" if people == 1 else "these"
    gap = f"a gap above {sized(seen, scale)}"
    if scale.log:
        inverse = _bare(1 / seen, scale)
        below = inverse if inverse.startswith("under") else f"below {inverse}"
        gap = f"a ratio above {_bare(seen, scale)} (or {below})"
    who = f"{these} {count_of(people, 'person', 'people')}"
    return f"{why}; with {who} only {gap} would have been noticed reliably."
