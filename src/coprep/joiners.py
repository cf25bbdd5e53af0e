"""Which invisible joiners are spelling: Persian, the scripts of India and emoji are written with them."""

from __future__ import annotations

import unicodedata

__all__ = ["JOINERS", "belongs"]

_ZWNJ, _ZWJ = "\u200c", "\u200d"
JOINERS = frozenset((_ZWNJ, _ZWJ))
"""The zero-width non-joiner and joiner. Anywhere else than in spelling they make two labels look the same."""

_VIRAMA = 9  # canonical combining class; a joiner after it says how the next consonant is joined (RFC 5892, A.1-2)
_WRITTEN_WITH_JOINERS = frozenset(
    [
        "ARABIC",
        "SYRIAC",
        "MANDAIC",
        "NKO",
        "MONGOLIAN",
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
        "TAMIL",
        "TELUGU",
        "KANNADA",
        "MALAYALAM",
        "SINHALA",
        "TIBETAN",
        "MYANMAR",
        "KHMER",
        "BALINESE",
        "JAVANESE",
    ]
)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_EMOJI_LOOK = "\ufe0f"
_ARROWS = frozenset("↔↕")  # emoji that are no symbols by category


def belongs(joiner: str, before: str, after: str) -> bool:
    """Whether a joiner is spelling between two characters ("" where there is none).

    >>> belongs("\u200d", "👩", "💻"), belongs("\u200c", "ی", "خ"), belongs("\u200d", "a", "b")
    (True, True, False)
    """
    if not before:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if not after:
        return False
    script = _script(before)
    if script and script == _script(after):
        return True
    return joiner == _ZWJ and _ends_emoji(before) and (unicodedata.category(after) == "So" or after in _ARROWS)


def _script(character: str) -> str:
    """The script of a letter or mark that is written with joiners; "" of any other character."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    script = unicodedata.name(character, "").partition(" ")[0]
    return script if script in _WRITTEN_WITH_JOINERS else ""


def _ends_emoji(character: str) -> bool:
    plain = unicodedata.category(character) == "So"
    return plain or character == _EMOJI_LOOK or ord(character) in _SKIN_TONES
