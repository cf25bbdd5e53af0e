"""How the names of columns and attributes are said to people."""

from __future__ import annotations

from collections.abc import Sequence

from coprep.wording.escape import distinct, quoted
from coprep.wording.labels import show

_CAPITALS = {
    word.casefold(): word
    for word in ("IMD", "LGBT", "LGBTQ", "LSOA", "MSOA", "NHS", "NS-SEC", "SEND", "UK")
}


def plainly(name: str) -> str:
    """A name without quotes and underscores, on one harmless line; what is always spelt in capitals
    is.

    >>> plainly("imd_decile"), plainly("long_term_illness")
    ('IMD decile', 'long term illness')
    """
    shown = show(name)
    bare = shown[1:]
    if shown[-1:] == shown[:1]:  # a long name ends in an ellipsis
        bare = shown[1:-1]
    return " ".join(
        _CAPITALS.get(word.casefold(), word) for word in bare.replace("_", " ").split(" ")
    )


def one_line(text: str) -> str:
    """A text of somebody else's on one harmless line, with one blank between words.

    >>> one_line("Greater   Manchester")
    'Greater Manchester'
    """
    return " ".join(plainly(text).split())


def opening(name: str) -> str:
    """A name as it is said at the beginning of a sentence.

    >>> opening("age_band")
    'Age band'
    """
    said = plainly(name)
    return said[:1].upper() + said[1:]


def named(group: str, attribute: str, among: Sequence[str] = (), *, called: str = "") -> str:
    """A group with its attribute, as people say it; told apart from the groups it is ``among``.

    One that is ``called`` otherwise, such as "disabled people", needs no attribute.

    >>> named("Yes", "long_term_illness")
    '“Yes” (long term illness)'
    """
    if called:
        return quoted([called])
    shown = distinct([group, *among])[0]
    return f"“{shown}” ({plainly(attribute)})"
