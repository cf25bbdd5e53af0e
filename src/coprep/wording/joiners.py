"""Tell which invisible characters are spelling: some scripts, emoji and three flags use them."""

from __future__ import annotations

import re
import unicodedata

_ZWNJ, _ZWJ = "\u200c", "\u200d"
JOINERS = frozenset((_ZWNJ, _ZWJ))
"""The zero-width non-joiner and joiner. Anywhere else than in spelling they make two labels look
the same.
"""

_FLAG, _END = "\U0001f3f4", "\U000e007f"
TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
"""Invisible letters. Anywhere else than in `FLAGS` they hide text, or make two labels look the
same.
"""
FLAGS = tuple(
    _FLAG + "".join(chr(0xE0000 + ord(letter)) for letter in region) + _END
    for region in ("gbeng", "gbsct", "gbwls")
)
"""England, Scotland and Wales: a black flag with tags. Others are well-formed too, but nobody draws
them: they all look like a plain black flag.
"""
_FLAGS = re.compile("|".join(FLAGS))

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
    return (
        joiner == _ZWJ
        and _ends_emoji(before)
        and (unicodedata.category(after) == "So" or after in _ARROWS)
    )


def flags_in(text: str) -> list[tuple[int, int]]:
    """Where the flags of England, Scotland and Wales begin and end.

    >>> flags_in("a" + FLAGS[0])
    [(1, 8)]
    """
    return [found.span() for found in _FLAGS.finditer(text)]


def cut(text: str, head: int, tail: int = 0) -> tuple[str, str]:
    """The first ``head`` and the last ``tail`` characters, without a joiner or a piece of a flag
    where they are cut.

    >>> cut("ab" + FLAGS[0] + "cd", 4, 4)
    ('ab', 'cd')
    """
    first, last = head, len(text) - tail
    for start, end in flags_in(text):
        first = start if start < first < end else first
        last = end if start < last < end else last
    joiners = "".join(JOINERS)
    return text[:first].rstrip(joiners), text[last:].lstrip(joiners)


def _script(character: str) -> str:
    """The script of a letter or mark that is written with joiners; "" of any other character."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    script = unicodedata.name(character, "").partition(" ")[0]
    return script if script in _WRITTEN_WITH_JOINERS else ""


def _ends_emoji(character: str) -> bool:
    plain = unicodedata.category(character) == "So"
    return plain or character == _EMOJI_LOOK or ord(character) in _SKIN_TONES
