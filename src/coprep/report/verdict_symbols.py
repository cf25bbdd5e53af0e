"""Tell verdicts apart without colour: a symbol in text, a shape in pictures, a colour.

Nothing rests on colour: every verdict has a symbol and a shape of its own. The colours (vermilion,
blue, bluish green, grey) stay apart under the common colour-vision deficiencies, and each has a
contrast of at least 4.5 to 1 on white.
"""

from __future__ import annotations

from dataclasses import dataclass

from coprep.findings import Verdict


@dataclass(frozen=True, slots=True)
class Mark:
    """How one verdict looks.

    Attributes
    ----------
    symbol : str
        One character for text and HTML.
    shape : str
        The marker's code in pictures.
    colour : str
        As ``#rrggbb``.
    filled : bool
        Whether the shape is filled.
    """

    symbol: str
    shape: str
    colour: str
    filled: bool = True


MARKS: dict[Verdict, Mark] = {
    Verdict.UNDER: Mark("▼", "v", "#b34700"),
    Verdict.OVER: Mark("▲", "^", "#0b4f8a"),
    Verdict.IN_LINE: Mark("●", "o", "#00734f"),
    Verdict.PATTERN: Mark("◆", "D", "#b34700"),
    Verdict.DISPARITY: Mark("✚", "P", "#b34700"),
    Verdict.NO_MATERIAL_DIFFERENCE: Mark("■", "s", "#00734f"),
    Verdict.INCONCLUSIVE: Mark("○", "o", "#5c5c5c", filled=False),
    Verdict.NOT_ASSESSABLE: Mark("×", "x", "#5c5c5c"),
}
NEUTRAL = Mark("•", "o", "#333333")
HIDDEN = "protected"
"""In place of a quota or target: that an answer is there and not shown."""
_HIDDEN = Mark("□", "s", "#5c5c5c", filled=False)
_AIMED = Mark("◇", "D", "#333333", filled=False)


def mark_of(value: object, aim: object = None) -> Mark:
    """The mark of a verdict, or a neutral one for anything else.

    >>> mark_of("under").symbol
    '▼'
    """
    if aim and value == Verdict.NOT_ASSESSABLE:
        return _HIDDEN if aim == HIDDEN else _AIMED
    return MARKS[Verdict(str(value))] if value in set(Verdict) else NEUTRAL


def worded(value: object, aim: object = None) -> str:
    """A verdict in words, "" for anything else.

    >>> worded("not_assessable"), worded("not_assessable", "quota")
    ('not assessable', 'quota, not tested')
    """
    if value not in set(Verdict):
        return ""
    if not aim or value != Verdict.NOT_ASSESSABLE:
        return Verdict(str(value)).label
    return "not shown" if aim == HIDDEN else f"{aim}, not tested"


def spoken(value: object, aim: object = None) -> str:
    """A verdict as people read it: symbol and words.

    >>> spoken("in_line")
    '● in line'
    """
    if value not in set(Verdict):
        return "–" if value is None else str(value)
    return f"{mark_of(value, aim).symbol} {worded(value, aim)}"
