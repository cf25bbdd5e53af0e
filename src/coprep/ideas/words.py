"""Knows what words ideas are made of: one rule for what a word is, and who used which how often."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Used", "used_words", "words_of"]

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:'[^\W\d_]+)*(?!\w)")
_LONGEST = 40


def words_of(text: str | None) -> list[str]:
    """The words of a text: runs of letters in lower case, with inner apostrophes; what holds a digit is no word.

    >>> words_of("We NEED 2 benches at I65 – don’t we?")
    ['we', 'need', 'benches', 'at', "don't", 'we']
    """
    if not text:
        return []
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return [word for word in _WORD.findall(plain) if len(word) <= _LONGEST]


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """Which author used which word how often: triples, sorted by author, then word.

    Attributes
    ----------
    author, word : array of int
        Codes; words are positions in ``vocabulary``.
    uses : array of float
        How often.
    vocabulary : tuple of str
        The words kept, sorted.
    distinct : int
        How many different words there were before rare ones were cut.
    total : array of float
        All words each author wrote, kept or not.

    """

    author: Ints
    word: Ints
    uses: Floats
    vocabulary: tuple[str, ...]
    distinct: int
    total: Floats


def used_words(
    texts: Sequence[str | None], author: Ints, authors: int, *, most: int, leave_out: Iterable[str] = ()
) -> Used:
    """Count the words of each author; of more than ``most`` words those that fewest authors use are cut.

    Parameters
    ----------
    texts : sequence of str or None
        One an idea.
    author : array of int
        Who wrote each, coded from 0 to ``authors`` - 1.
    authors : int
        How many there are.
    most : int
        Largest vocabulary.
    leave_out : iterable of str
        Words not counted.

    Returns
    -------
    Used

    """
    counts: list[Counter[str]] = [Counter() for _ in range(authors)]
    for text, who in zip(texts, author, strict=True):
        counts[who].update(words_of(text))
    total = np.array([sum(c.values()) for c in counts], dtype=float)
    spread: Counter[str] = Counter()
    for c in counts:
        spread.update(c.keys())
    unwanted = {word for entry in leave_out for word in words_of(entry)}
    ranked = sorted((w for w in spread if w not in unwanted), key=lambda w: (-spread[w], w))
    place = {word: i for i, word in enumerate(sorted(ranked[:most]))}
    triples = [(a, place[w], n) for a, c in enumerate(counts) for w, n in c.items() if w in place]
    triples.sort()
    who, what, often = zip(*triples, strict=True) if triples else ((), (), ())
    return Used(
        np.array(who, dtype=np.intp),
        np.array(what, dtype=np.intp),
        np.array(often, dtype=float),
        tuple(place),
        len(spread),
        total,
    )
