"""The one rule by which values become group labels, and labels are told apart or brought together.

==========================  =====================================================================
a value                     becomes
==========================  =====================================================================
None, NaN, NaT, NA, ""      unknown
text                        itself, NFC-normalised, outer blanks cut, inner runs of blanks made one
"prefer not to say", ...    unknown (`DEFAULT_UNKNOWN`, also in brackets; "None" is an answer)
True, False, "true", ...    "Yes", "No"
3, 3.0, Decimal(3)          "3"
2.5                         "2.5"
a date                      its ISO form
anything else               its ``str``
==========================  =====================================================================
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

DEFAULT_UNKNOWN: tuple[str, ...] = (
    "unknown",
    "not known",
    "not stated",
    "not given",
    "not answered",
    "not recorded",
    "missing",
    "prefer not to say",
    "prefer not to answer",
    "prefer not to disclose",
    "rather not say",
    "refused",
    "no answer",
    "no response",
    "don't know",
    "n/a",
    "#n/a",
    "nan",
    "<na>",
    "-",
    "?",
)
"""What counts as "we do not know" in text; compared without case and outer blanks."""

AMBIGUOUS_TOTALS = frozenset({"all", "everyone", "sum"})
"""Words for a total that can be an answer too."""
TOTALS = AMBIGUOUS_TOTALS | {
    "total",
    "totals",
    "all people",
    "all persons",
    "all residents",
    "all usual residents",
}
"""Folded labels of a row that is the total of the others and no group."""

# Engines hand over a column of True, False and missing values as booleans or as text.
_TRUTH = {"true": "Yes", "false": "No"}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_QUOTES = {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'"}


def label(value: Any) -> str | None:
    """The group label a value stands for; None where the value says nothing.

    Examples
    --------
    >>> [label(v) for v in ("  Asian  British ", 3.0, True, float("nan"), "None")]
    ['Asian British', '3', 'Yes', None, 'None']
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, (float, Decimal)):
        return _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    value = str(value).encode("utf-8", errors="replace").decode("utf-8")
    text = " ".join(unicodedata.normalize("NFC", value).split())
    return _TRUTH.get(text.casefold(), text) or None


def _number(value: float | Decimal) -> str | None:
    if not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return str(int(value)) if value == int(value) else str(value)


def fold(text: str) -> str:
    """The form in which two spellings of one label are the same: no case, plain dashes and quotes.

    Examples
    --------
    >>> fold("Don’t know") == fold("DON'T  KNOW")
    True
    """
    folded = " ".join(text.translate(_DASHES).translate(_QUOTES).casefold().split())
    return re.sub(r"\s*([-/&,])\s*", r"\1", folded)


def unknown_words(words: Iterable[str]) -> frozenset[str]:
    """The folded forms of the words that mean "we do not know", bare or in brackets.

    Results name their row of the unknown in brackets; no group can have that name.

    Examples
    --------
    >>> sorted(unknown_words(["Unknown"]))
    ['(unknown)', '[unknown]', 'unknown']
    """
    return frozenset(form.format(fold(word)) for word in words for form in ("{}", "({})", "[{}]"))


_UNKNOWN = unknown_words(DEFAULT_UNKNOWN)


def is_unknown(text: str) -> bool:
    """Whether a text is one of the words for "we do not know".

    >>> is_unknown("Prefer not to say"), is_unknown("None")
    (True, False)
    """
    # No such word holds a digit, and most ids do: folding them all would take most of the time.
    return not any(map(str.isdigit, text)) and fold(text) in _UNKNOWN


def known_label(value: Any) -> str | None:
    """The label of a value; None also where it is one of the words for "we do not know"."""
    name = label(value)
    return None if name is None or is_unknown(name) else name


@dataclass(frozen=True, slots=True)
class Band:
    """An age band: the numbers from ``low`` to below ``high``."""

    group: str
    low: float
    high: float


_BAND: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[float, float]]], ...] = (
    (re.compile(r"(\d+)\s*(?:-|to|/)\s*(\d+)"), lambda m: (float(m[1]), float(m[2]) + 1)),
    (
        re.compile(r"(\d+)\s*(?:\+|plus|(?:and|or|&) (?:over|above|older|more))"),
        lambda m: (float(m[1]), math.inf),
    ),
    (re.compile(r"(?:under|below|less than|<)\s*(\d+)"), lambda m: (0.0, float(m[1]))),
    (re.compile(r"(?:over|above|more than|>)\s*(\d+)"), lambda m: (float(m[1]) + 1, math.inf)),
    (
        re.compile(r"(\d+)\s*(?:and|or|&) (?:under|below|younger|less)"),
        lambda m: (0.0, float(m[1]) + 1),
    ),
)
_WORDS = re.compile(r"\b(?:aged?|years?|yrs?|old)\b|[:.]")


def _band(group: str) -> Band | None:
    text = " ".join(_WORDS.sub(" ", group.translate(_DASHES).casefold()).split())
    for pattern, limits in _BAND:
        found = pattern.fullmatch(text)
        if found:
            low, high = limits(found)
            return Band(group, low, high) if low < high else None
    return None


def bands(groups: Sequence[str]) -> tuple[Band, ...] | None:
    """The numeric bands that ``groups`` name, or None where they are not all bands or overlap.

    Examples
    --------
    >>> [(b.low, b.high) for b in bands(["16-29", "Aged 30 to 64", "65+"])]
    [(16.0, 30.0), (30.0, 65.0), (65.0, inf)]
    >>> bands(["Asian", "Black"]) is None
    True
    """
    found = [_band(group) for group in groups]
    if not found or any(b is None for b in found):
        return None
    ordered = sorted((b for b in found if b is not None), key=lambda b: b.low)
    if any(a.high > b.low for a, b in pairwise(ordered)):
        return None
    return tuple(ordered)


def match(labels: Iterable[str], groups: Sequence[str]) -> Mapping[str, str | None]:
    """For each label the group it means: itself, or the only one spelt the same when folded.

    Examples
    --------
    >>> match(["FEMALE", "male", "Femal"], ["Female", "Male"])
    {'FEMALE': 'Female', 'male': 'Male', 'Femal': None}
    """
    exact = set(groups)
    folded: dict[str, list[str]] = {}
    for group in groups:
        folded.setdefault(fold(group), []).append(group)
    result: dict[str, str | None] = {}
    for name in labels:
        alike = [name] if name in exact else folded.get(fold(name), [])
        result[name] = alike[0] if len(alike) == 1 else None
    return result
