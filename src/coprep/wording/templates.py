"""Make sentences from a template and its fields, each said in one way."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from coprep.wording.escape import quoted
from coprep.wording.names import opening, plainly
from coprep.wording.numbers import (
    count_of,
    fixed,
    number,
    p_value,
    percent,
    points,
    ratio,
)


class Counted(int):
    """A whole number of something, which says itself with its noun.

    >>> str(Counted(2, "author")), Counted(2, "author") + 1
    ('2 authors', 3)
    """

    noun: str
    plural: str | None

    def __new__(cls, n: int, noun: str, plural: str | None = None) -> Counted:
        """So many of what the noun names; the plural is needed where it is not the noun with an s."""
        made = super().__new__(cls, n)
        made.noun = noun
        made.plural = plural
        return made

    def __str__(self) -> str:
        return count_of(int(self), self.noun, self.plural)

    def __repr__(self) -> str:
        return int.__repr__(self)

    def __reduce__(self) -> tuple[type[Counted], tuple[int, str, str | None]]:
        return Counted, (int(self), self.noun, self.plural)


def counted(n: int, noun: str, plural: str | None = None) -> Counted:
    """A count that a template says with its noun.

    >>> say("Ideas come from only {authors}.", authors=counted(1, "author"))
    'Ideas come from only 1 author.'
    """
    return Counted(n, noun, plural)


WAYS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "name": lambda value: plainly(str(value)),
    "opening": lambda value: opening(str(value)),
    "label": lambda value: quoted([value]),
    "labels": lambda values: quoted(list(values)),
    "count": lambda value: fixed(value, 0),
    "decimal": lambda value: fixed(value, 1),
    "number": number,
    "percent": percent,
    "points": points,
    "ratio": ratio,
    "p": p_value,
    "truth": lambda value: "yes" if value else "no",
}
"""The ways to say a value: in a template after a colon, and in the columns of a table."""


class _Speaker(string.Formatter):
    """Templates as `str.format` reads them, with the ways of this library to say a number."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in WAYS:
            return WAYS[format_spec](value)
        if isinstance(value, (Counted, str)) and not format_spec:
            return str(value)
        if isinstance(value, int) and not isinstance(value, bool) and not format_spec:
            return WAYS["count"](value)
        if isinstance(value, float) and not format_spec:
            return number(value)
        return str(super().format_field(value, format_spec))


_SPEAKER = _Speaker()


def say(template: str, /, **values: Any) -> str:
    """A sentence made from its fields.

    A count says itself with its noun, a whole number has its thousands separated, a decimal has
    three significant digits, text stands as it is. After a colon a field says how: ``name`` or
    ``opening`` (an attribute), ``label`` or ``labels`` (in quotes), ``count``, ``number``,
    ``percent``, ``points``, ``ratio``, ``p``.

    >>> say("{group:label}: {n} of {all} ({share:percent}).", group="A", n=1, all=1200, share=0.0008)
    '“A”: 1 of 1,200 (0.1%).'
    """
    return _SPEAKER.vformat(template, (), values)
