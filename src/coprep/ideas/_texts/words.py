"""Split texts into words, and count who used which how often."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coprep.metrics._checks import Floats, Ints


_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:'[^\W\d_]+)*(?!\w)")
_LONGEST = 40


def words_of(text: str | None) -> list[str]:
    """The words of a text: runs of letters in lower case, with inner apostrophes.

    >>> words_of("We NEED 2 benches at I65 – don’t we?")
    ['we', 'need', 'benches', 'at', "don't", 'we']
    """
    if not text:
        return []
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return [word for word in _WORD.findall(plain) if len(word) <= _LONGEST]


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """Which author used which word how often, on which topic: sorted by author, then word."""

    # codes; words are positions in ``vocabulary``, blocks topics (or what else ideas are compared
    # within)
    author: Ints
    word: Ints
    block: Ints
    uses: Floats  # how often
    vocabulary: tuple[str, ...]  # the words kept, sorted
    distinct: int  # how many different words there were before rare ones were cut
    total: Floats  # all words each author wrote, kept or not


def used_words(
    texts: Sequence[str | None],
    author: Ints,
    authors: int,
    *,
    most: int,
    leave_out: Iterable[str] = (),
    block: Ints | None = None,
) -> Used:
    """Count the words of each author; those that fewest authors use are cut."""
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
