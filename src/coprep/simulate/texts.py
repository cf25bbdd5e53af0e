"""Write the ideas of a simulated world: common words, topics, pet words and a group's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


_COMMON = 300
_OF_TOPIC = 40
_PETS = 3
_OWN = 5
_TOPICAL = 0.4


def texts(
    author: NDArray[np.intp],
    topic: NDArray[np.intp],
    in_first: NDArray[np.bool_],
    *,
    words: float,
    pet_words: float,
    own_words: float,
    rng: np.random.Generator,
) -> tuple[str, ...]:
    """A text an idea.

    Parameters
    ----------
    author, topic : arrays of int, one an idea
        Whose pets and which topic's words are used.
    in_first : array of bool
        Whether the idea is by the first group, which has words of its own.
    words : float
        Words of an idea on average, above three.
    pet_words, own_words : float
        Part of the words that are the author's pets; part of the first group's words that are its
        own.
    rng : Generator
        Source of the draws.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.zeros(1, dtype=np.intp)
    >>> rng = np.random.default_rng(1)
    >>> say = texts(one, one, one == 0, words=5, pet_words=0.5, own_words=0, rng=rng)
    >>> len(say), set(word[:3] for word in say[0].split()) <= {"com", "top", "pet"}
    (1, True)
    """
    length = 3 + rng.poisson(words, len(author))
    idea = np.repeat(np.arange(len(author)), length)
    rank = 1.0 / np.arange(1, _COMMON + 1)
    common = rng.choice(_COMMON, size=len(idea), p=rank / rank.sum())
    chance = rng.random((3, len(idea)))
    topical = chance[0] < _TOPICAL
    own = (chance[1] < own_words) & in_first[idea]
    pet = chance[2] < pet_words
    which = rng.integers(0, [[_OF_TOPIC], [_PETS], [_OWN]], size=(3, len(idea)))
    said: list[str] = []
    for writer, theme, is_pet, is_own, on_topic, p, o, t, c in zip(
        author[idea],
        topic[idea],
        pet,
        own,
        topical,
        which[1],
        which[2],
        which[0],
        common,
        strict=True,
    ):
        if is_pet:
            said.append(f"pet{_spelt(writer)}{_spelt(p)}")
        elif is_own:
            said.append(f"own{_spelt(o)}")
        elif on_topic:
            said.append(f"top{_spelt(theme)}{_spelt(t)}")
        else:
            said.append(f"com{_spelt(c)}")
    ends = np.cumsum(length)
    return tuple(" ".join(said[end - n : end]) for end, n in zip(ends, length, strict=True))


def _spelt(number: int) -> str:
    """A number in letters: words have no digits.

    >>> _spelt(0), _spelt(27)
    ('aaa', 'abb')
    """
    return "".join(chr(97 + number // 26**place % 26) for place in (2, 1, 0))
