"""Which labels name a band of ages, how two sets of bands fit into one another, and where they cross.

==============================================  =====================
a label                                         becomes
==============================================  =====================
16-24, 16 to 24, Aged 16 to 24 years, Y16-24    from 16 to below 25
Young (16-24), [16, 25), (15, 24]               from 16 to below 25
16 to under 25                                  from 16 to below 25
65+, 65 and over, ≥65, from 65, Y_GE65          from 65 on
over 65, >65                                    from 66 on
under 25, <25, younger than 25, Y_LT25          below 25
up to 24, ≤24, 24 and under                     below 25
38, 38 years, Age 38, Y38                       from 38 to below 39
==============================================  =====================
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

OLDEST = 120
"""Nobody is older: a larger number is a year of birth or a code, and no age."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_AGE = (
    r"age|aged|ages|years?|yrs?|yo|old|of|ans|años|anos|anni|jahren?|jahr|år|jaar|lat|rok|vuotta|y"
)
_AND = r"and|or|&|et|ou|und|oder|y|o|e|och|og|en|of"
_MORE = (
    r"over|above|older|up|more|plus|upwards|better|más|mas|mais|oltre|più|piu|mehr|älter|älterer|"
    r"äldre|eldre|ældre|ouder|meer|starsze"
)
_LESS = r"under|below|younger|less|moins|menos|meno|jünger|yngre|jonger"
_TO = r"-|to|bis|à|a|al|till|til|tot|do|through|until"
_ABOVE = r"over|above|older than|more than|greater than|über|más de|plus de|>"
_FROM = r"from|at least|ab|desde|dès|≥|>=|ge|=>"
_BELOW = (
    r"under|below|younger than|less than|fewer than|before|unter|menos de|moins de|meno di|"
    r"under the age of|<|lt"
)
_UP_TO = r"up to|until|at most|bis|hasta|jusqu'à|≤|<=|=<|le"
_N = r"(\d{1,3})s?"  # "over 65s"


@dataclass(frozen=True, slots=True)
class Band:
    """The ages from ``low`` to below ``high`` that a label names."""

    group: str
    low: float
    high: float

    def holds(self, other: Band) -> bool:
        """Whether all ages of another band lie within this one."""
        return self.low <= other.low and other.high <= self.high

    def overlaps(self, other: Band) -> bool:
        """Whether some age lies in both."""
        return self.low < other.high and other.low < self.high


def _two_years(first: float, second: float) -> tuple[float, float]:
    """18 and 19 years; other two numbers name no band."""
    return (first, second + 1) if second == first + 1 else (first, first)


Limits = Callable[[re.Match[str]], tuple[float, float]]
_FORMS: tuple[tuple[re.Pattern[str], Limits], ...] = tuple(
    (re.compile(pattern), limits)
    for pattern, limits in (
        (rf"{_N}", lambda m: (float(m[1]), float(m[1]) + 1)),
        (
            rf"{_N} ?(?:{_TO}) ?(?:under|below|less than|<) ?{_N}",
            lambda m: (float(m[1]), float(m[2])),
        ),
        (rf"{_N} ?(?:{_TO}|/) ?{_N}", lambda m: (float(m[1]), float(m[2]) + 1)),
        (
            rf"(?:between|from|entre|de|von) {_N} (?:and|to|bis|et|y|à|a) {_N}",
            lambda m: (float(m[1]), float(m[2]) + 1),
        ),
        (rf"{_N} and {_N}", lambda m: _two_years(float(m[1]), float(m[2]))),
        (rf"{_N} ?(?:\+|-|plus|(?:(?:{_AND}) )?(?:{_MORE}))", lambda m: (float(m[1]), math.inf)),
        (rf"(?:{_FROM}) ?{_N}", lambda m: (float(m[1]), math.inf)),
        (rf"(?:{_ABOVE}) ?{_N}", lambda m: (float(m[1]) + 1, math.inf)),
        (rf"(?:{_BELOW}) ?{_N}", lambda m: (0.0, float(m[1]))),
        (rf"(?:{_UP_TO}) ?{_N}", lambda m: (0.0, float(m[1]) + 1)),
        (rf"{_N} ?(?:{_AND}) (?:{_LESS})", lambda m: (0.0, float(m[1]) + 1)),
    )
)
_INTERVAL = re.compile(r"([\[(])\s*(-?[\d.]+|-inf)\s*,\s*([\d.]+|inf)\s*([\])])")
_AGE_WORDS = re.compile(rf"\b(?:{_AGE})\b|[:;.,]")
_NAMED = re.compile(r"[^()\d]*\(([^()]+)\)")
_CODE = re.compile(r"y(?=_|\d)_?", re.IGNORECASE)


@lru_cache(maxsize=4096)
def band_of(label: str) -> Band | None:
    """The band a label names, or None where it names none.

    >>> [(b.low, b.high) for b in map(band_of, ["Aged 16 to 24 years", "Y_GE65", "(15, 24]"]) if b]
    [(16.0, 25.0), (65.0, inf), (16.0, 25.0)]
    >>> band_of("Asian") is None
    True
    """
    text = " ".join(label.translate(_DASHES).casefold().split())
    interval = _INTERVAL.fullmatch(text)
    if interval:
        return _from_interval(label, interval)
    named = _NAMED.fullmatch(text)  # "Young (16-24)"
    if named:
        text = named[1]
    for form in (text, _AGE_WORDS.sub(" ", _CODE.sub("", text).replace("_", " "))):
        limits = _limits(" ".join(form.split()))
        if limits is not None:
            low, high = limits
            return Band(label, low, high) if low < high else None
    return None


def _limits(text: str) -> tuple[float, float] | None:
    for pattern, limits in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            return limits(found)
    return None


def _from_interval(label: str, found: re.Match[str]) -> Band | None:
    """An interval of numbers as one of whole years: (15, 24] holds the ages 16 to 24."""
    low = float(found[2])
    high = float(found[3])
    if math.isfinite(low):
        low = math.ceil(low) if found[1] == "[" else math.floor(low) + 1
    if math.isfinite(high):
        high = math.floor(high) + 1 if found[4] == "]" else math.ceil(high)
    return Band(label, max(0.0, float(low)), float(high)) if low < high else None


def all_bands(groups: Iterable[str]) -> tuple[Band, ...] | None:
    """The bands that all of ``groups`` name, youngest first, or None where one of them names none.

    Numbers alone, such as deciles, are no bands.
    """
    found = [band_of(group) for group in groups]
    known = [band for band in found if band is not None]
    ranges = [band for band in known if band.high - band.low > 1]
    if not ranges or len(known) < len(found):
        return None
    return tuple(sorted(known, key=lambda band: (band.low, band.high)))


def bands(groups: Sequence[str]) -> tuple[Band, ...] | None:
    """The bands that ``groups`` name, or None where they are not all bands, or overlap.

    >>> [(b.low, b.high) for b in bands(["16-29", "Aged 30 to 64", "65+"])]
    [(16.0, 30.0), (30.0, 65.0), (65.0, inf)]
    >>> bands(["16-25", "25-65"]) is None  # who is 25 is in both
    True
    """
    ordered = all_bands(groups)
    if ordered is None or any(first.overlaps(second) for first, second in pairwise(ordered)):
        return None
    return ordered


def holding(band: Band, others: Iterable[Band]) -> Band | None:
    """The band of ``others`` in which all ages of ``band`` lie, or None."""
    return next((other for other in others if other.holds(band)), None)


def merged(first: Sequence[Band], second: Sequence[Band]) -> tuple[Band, ...]:
    """The finest bands into which two sets of bands can both be put together.

    >>> ages = ["16-24", "25-34", "35-39", "40-64", "65+"]
    >>> [band.group for band in merged(all_bands(["16-24", "25-39", "70+"]), all_bands(ages))]
    ['16-24', '25-39', '40-64', '65+']
    """
    both = (*first, *second)
    edges = sorted({edge for band in both for edge in (band.low, band.high)})
    cuts = [edge for edge in edges if not any(band.low < edge < band.high for band in both)]
    pieces = [Band(_label(low, high), low, high) for low, high in pairwise(cuts)]
    return tuple(piece for piece in pieces if any(piece.overlaps(band) for band in both))


def _label(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{low:g}+"
    if high == low + 1:
        return f"{low:g}"
    return f"{low:g}-{high - 1:g}"
