"""How effects and labels are put into plain sentences; speaks of patterns and process, never of motives."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coprep.ideas.judging.effects import Effect, Scale
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

__all__ = ["Phrases", "noticed", "quote", "said", "sized"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The sentences of a detector.

    Fields of the templates: ``{group}`` and ``{attribute}`` (quoted), ``{effect}`` (size with interval),
    ``{size}``, ``{people}`` and ``{ideas}`` (counts with their noun), and those of `Case.words`.

    Attributes
    ----------
    more, less : str
        For a pattern above and below the null; sizes are given without sign.
    same : str
        For no material difference.
    open : str
        For an inconclusive finding; what would have been noticed is added.
    innocent : str
        An explanation in which nobody did anything wrong; belongs to every verdict.
    next_step : str
        One practical suggestion.
    innocent_less : str
        The explanation for a pattern below the null, where it is another one.

    """

    more: str
    less: str
    same: str
    open: str
    innocent: str
    next_step: str
    innocent_less: str = ""


def quote(label: object) -> str:
    """A label as it may stand in a sentence: quoted, one line, short."""
    return show(label)


def said(effect: Effect, scale: Scale, *, turned: bool = False) -> str:
    """The effect with its interval in words; ``turned`` drops the sign of a negative difference.

    >>> from coprep.ideas.judging.effects import points
    >>> said(Effect.from_se(-17.2, 3.0, p_value=.01), points(), turned=True)
    '17 points (95% interval 11 to 23)'
    """
    value, low, high = effect.value, effect.low, effect.high
    if turned and not scale.log and value < 0:
        value, low, high = -value, -high, -low
    inside = f"{100 * effect.level:g}% interval {_number(low, scale)} to {_number(high, scale)}"
    return f"{sized(value, scale)} ({inside})"


def sized(value: float, scale: Scale) -> str:
    """A number with its unit.

    >>> from coprep.ideas.judging.effects import points, ratio
    >>> sized(17.2, points()), sized(1.353, ratio())
    ('17 points', '1.35 times')
    >>> sized(-1.0, points()), sized(129.66, ratio()), sized(0.004, ratio())
    ('−1 point', '130 times', 'under 0.01 times')
    """
    number = _number(value, scale)
    if scale.log:
        return f"{number} times"
    one = number.lstrip("−") == "1" and scale.unit in ("points", "scale points")
    return f"{number} {scale.unit.removesuffix('s') if one else scale.unit}"


def _number(value: float, scale: Scale) -> str:
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "any size"
    if scale.log and 0 < value < 0.005:
        return "under 0.01"
    if scale.unit == "points":
        text = f"{value:.0f}" if abs(value) >= 9.95 else f"{value:.1f}".removesuffix(".0")
    else:
        text = f"{value:,.{2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0}f}"
    return "0" if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def _below(value: float, scale: Scale) -> str:
    number = _number(value, scale)
    return number if number.startswith("under") else f"below {number}"


def noticed(reason: str, seen: float, scale: Scale, people: int) -> str:
    """What an inconclusive finding could have shown.

    >>> from coprep.ideas.judging.effects import points
    >>> print(noticed("chance may explain it", 18.2, points(), 41))
    Chance may explain it; with these 41 people only a gap above 18 points would have been noticed reliably.
    """
    why = reason[:1].upper() + reason[1:]
    if not math.isfinite(seen):
        return f"{why}."
    who = f"{'this' if people == 1 else 'these'} {count_of(people, 'person', 'people')}"
    gap = f"a gap above {sized(seen, scale)}"
    if scale.log:
        gap = f"a ratio above {_number(seen, scale)} (or {_below(1 / seen, scale)})"
    return f"{why}; with {who} only {gap} would have been noticed reliably."
