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
    """Which author used which word how often, on which topic: sorted by author, then word.

    Attributes
    ----------
    author, word, block : array of int
        Codes; words are positions in ``vocabulary``, blocks topics (or what else ideas are compared within).
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
    block: Ints
    uses: Floats
    vocabulary: tuple[str, ...]
    distinct: int
    total: Floats


def used_words(
    texts: Sequence[str | None],
    author: Ints,
    authors: int,
    *,
    most: int,
    leave_out: Iterable[str] = (),
    block: Ints | None = None,
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
    block : array of int, optional
        The topic of each text, coded from 0; one for all by default.

    Returns
    -------
    Used

    """
    blocks = np.zeros(len(texts), dtype=np.intp) if block is None else block
    counts: list[dict[int, Counter[str]]] = [{} for _ in range(authors)]
    for text, who, where in zip(texts, author, blocks, strict=True):
        counts[who].setdefault(int(where), Counter()).update(words_of(text))
    total = np.array([sum(sum(c.values()) for c in held.values()) for held in counts], dtype=float)
    spread: Counter[str] = Counter()
    for held in counts:
        spread.update({word for c in held.values() for word in c})
    unwanted = {word for entry in leave_out for word in words_of(entry)}
    ranked = sorted((w for w in spread if w not in unwanted), key=lambda w: (-spread[w], w))
    place = {word: i for i, word in enumerate(sorted(ranked[:most]))}
    rows = [
        (a, place[w], b, n)
        for a, held in enumerate(counts)
        for b, c in held.items()
        for w, n in c.items()
        if w in place
    ]
    rows.sort()
    who_, what, where_, often = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Used(
        np.array(who_, dtype=np.intp),
        np.array(what, dtype=np.intp),
        np.array(where_, dtype=np.intp),
        np.array(often, dtype=float),
        tuple(place),
        len(spread),
        total,
    )
