"""Find sentences and details that tell of few people.

Tables are protected by their counts; a sentence that says why a row cannot be judged may quote a
number that stands in no column, such as how few authors its ideas come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["QUOTED", "WORDS", "tells_of_few", "without_few"]

WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Small numbers as sentences spell them, from 2."""
QUOTED = re.compile(r"'[^']*'|“[^”]*”|\"[^\"]*\"")
"""Labels: a number in one counts nobody."""
_PEOPLE = (
    r"people|persons?|participants?|authors?|voters?|raters?|members?|respondents?|speakers?|contributors?|supporters?|"
    r"outsiders?|insiders?|writers?"
)
# A number of people, perhaps with words between; a threshold and "more people", who are not there
# yet, count nobody.
_COUNTED = re.compile(
    rf"(?<!fewer than )(?<!at least )(?<!under )(?<!below )(?<![\w.,%/–-])"
    rf"(\d+|one|a single|{'|'.join(WORDS)})(?: of [\d,]+)?(?: (?!more\b)[a-z'-]+){{0,2}}? (?:{_PEOPLE})\b(?!['’-])",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"people|person|participant|author|voter|rater|member|speaker|contributor|supporter|writer|coalition"
)


def tells_of_few(text: str, min_count: int) -> bool:
    """Whether a sentence quotes a number of people from 1 to ``min_count`` - 1.

    Parameters
    ----------
    text : str
        Any sentence; what it has in quotes is a label.
    min_count : int
        The smallest count that may be told.

    Returns
    -------
    bool

    Examples
    --------
    >>> tells_of_few("ideas come from only 2 authors", 5), tells_of_few("fewer than 5 people", 10)
    (True, False)
    """
    return any(0 < _number(word) < min_count for word in _COUNTED.findall(QUOTED.sub("''", text)))


def _number(word: str) -> int:
    low = word.lower()
    return int(low) if low.isdigit() else WORDS.index(low) + 2 if low in WORDS else 1


def without_few(details: Any, min_count: int) -> Any:
    """Details without numbers of few people, and without sentences that quote one.

    Parameters
    ----------
    details : object
        Plain data: mappings, sequences, numbers, text.
    min_count : int
        The smallest count that may be told.

    Returns
    -------
    object
        The same, with None for what would tell.

    Examples
    --------
    >>> without_few({"voters_of_unknown_group": 3, "ideas": 3}, 5)
    {'voters_of_unknown_group': None, 'ideas': 3}
    """
    if isinstance(details, Mapping):
        return {
            key: None if _counts_few(str(key), value, min_count) else without_few(value, min_count)
            for key, value in details.items()
        }
    if isinstance(details, (tuple, list)):
        return type(details)(without_few(value, min_count) for value in details)
    return None if isinstance(details, str) and tells_of_few(details, min_count) else details


def _counts_few(key: str, value: Any, min_count: int) -> bool:
    """Whether a detail is a number of people, or of whatever a run rests on, that is too small to
    be told.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < min_count:
        return False
    if isinstance(value, float):
        return key.startswith("effective")
    return key == "n" or _KEY.search(key) is not None
