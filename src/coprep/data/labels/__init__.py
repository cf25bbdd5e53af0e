"""The one rule by which values become group labels, and labels are told apart or brought together.

==========================  =====================================================================
a value                     becomes
==========================  =====================================================================
None, NaN, NaT, NA, ""      unknown
text                        itself, NFC-normalised, outer blanks cut, inner runs of blanks made one
"prefer not to say", ...    unknown (`unknown_words`; "None" is an answer)
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
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from coprep.data.labels.unknown_words import NOT_ASKED, QUESTIONS, UNKNOWN_WORDS

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


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which two spellings of one label are the same: no case, plain dashes and quotes.

    Examples
    --------
    >>> fold("Don’t know") == fold("DON'T  KNOW")
    True
    """
    folded = " ".join(text.translate(_DASHES).translate(_QUOTES).casefold().split())
    return re.sub(r"\s*([-/&,])\s*", r"\1", folded)


_FORMS = ("{}", "({})", "[{}]")
_CODE = re.compile(r"^[-(\[]?\d{1,4}[)\]]?\s*[-:.)=]?\s*(?=[^\W\d])")
_END_MARKS = re.compile(r"^[\s;,:]+|[\s;,:]+$|(?<=\w)[.!]$")
_FIRST_PERSON = re.compile(r"^(?:i'd|i would|i'm|i|would|we) (?=\w)")
_THE_QUESTION = re.compile(r" (?:to )?(?:this|the)? ?(?:question|my \w+)$")
_TOGETHER = re.compile(r"/|,| or | and |;|\|")
_MAY_SAY_SO = re.compile(
    r"unknown|not |n't|refus|declin|missing|prefer|rather|withheld|response|answer"
)
_QUESTION = re.compile(
    rf"^(?:{'|'.join(QUESTIONS)})\b[\s:-]*|[\s:(-]*\b(?:{'|'.join(QUESTIONS)})\)?$"
)


def folded_words(words: Iterable[str]) -> frozenset[str]:
    """The folded forms of words, bare or in brackets.

    Results name their row of the unknown in brackets; no group can have that name.

    Examples
    --------
    >>> sorted(folded_words(["Unknown"]))
    ['(unknown)', '[unknown]', 'unknown']
    """
    return frozenset(form.format(fold(word)) for word in words for form in _FORMS)


_UNKNOWN = folded_words(UNKNOWN_WORDS)
_NOT_ASKED = folded_words(NOT_ASKED)


def is_unknown(text: str, also: Collection[str] = ()) -> bool:
    """Whether a text is one of the words for "we do not know", or of the folded words ``also``.

    >>> is_unknown("Prefer not to say"), is_unknown("Race unknown"), is_unknown("None")
    (True, True, False)
    """
    if also and (fold(text) in also or _plain(text) in also):
        return True
    # Most ids hold a digit, and folding them all would take most of the time.
    if any(map(str.isdigit, text)) and not _CODE.match(text):
        return False
    return fold(text) in _UNKNOWN or _says_unknown(_plain(text))


def is_not_asked(text: str) -> bool:
    """Whether a label is of people whom the question was not put to.

    >>> is_not_asked("-8 Does not apply"), is_not_asked("None")
    (True, False)
    """
    return fold(text) in _NOT_ASKED or _plain(text) in _NOT_ASKED


def _plain(text: str) -> str:
    """A folded label without a leading code, brackets around it, and marks at its ends."""
    folded = _END_MARKS.sub("", _CODE.sub("", fold(text)))
    if folded[:1] + folded[-1:] in ("()", "[]", "<>"):
        folded = folded[1:-1].strip()
    return folded


def _says_unknown(folded: str) -> bool:
    """Whether all that a folded text says is that something is not known."""
    if folded in _UNKNOWN:
        return True
    if not _MAY_SAY_SO.search(folded):
        return False
    pieces = [piece for piece in _TOGETHER.split(folded) if piece.strip()]
    return bool(pieces) and all(_piece_says_unknown(piece.strip()) for piece in pieces)


def _piece_says_unknown(piece: str) -> bool:
    bare = _THE_QUESTION.sub("", _FIRST_PERSON.sub("", _END_MARKS.sub("", piece)))
    if bare in _UNKNOWN:
        return True
    return _QUESTION.sub("", bare).strip(" ():-") in _UNKNOWN - {"", "-"}


_MONTHS = (
    r"jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]v(?:rier)?|mar(?:ch|s)?|mär(?:z)?|apr(?:il)?|avr(?:il)?|abr|may|mai|"
    r"maj|june?|juni?|juin|july?|juli?|juil|aug(?:ust)?|août|ago|sept?(?:ember)?|oct(?:ober)?|okt(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|dez(?:ember)?|d[ée]c"
)
_DAY = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}(?:[t ]\d{{2}}:\d{{2}}.*)?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|\d{{1,2}}[-. /]+(?:{_MONTHS})\.?(?:[-. /]+\d{{2,4}})?"
    rf"|(?:{_MONTHS})[-./ ]\d{{1,4}}"
)


def is_date(text: str) -> bool:
    """Whether a label is a day, such as a spreadsheet program makes of 5-9.

    >>> [is_date(text) for text in ("09-May", "May-09", "2026-05-09", "5-9", "Mayfair")]
    [True, True, True, False, False]
    """
    return _DAY.fullmatch(fold(text)) is not None


def known_label(value: Any) -> str | None:
    """The label of a value; None also where it is one of the words for "we do not know"."""
    name = label(value)
    return None if name is None or is_unknown(name) else name
