"""How a value somebody typed is said: one short, harmless line, in quotes; what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from coprep.wording.joiners import FLAGS, belongs, cut

_LONGEST = 60
# Characters that change how the rest of a line is read: bidirectional overrides, isolates and
# marks.
_DIRECTIONAL = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A joiner as `repr` escapes it: behind an even number of backslashes, which are text.
_JOINER = re.compile(r"(?<!\\)((?:\\\\)*)\\u200([cd])")
# Flags as `repr` escapes their tags. What stands before the first backslash is the flag, so it is
# no text.
_FLAGS = {flag[0] + flag[1:].encode("unicode_escape").decode("ascii"): flag for flag in FLAGS}


def show(value: object, *, longest: int = _LONGEST) -> str:
    r"""One short, harmless line for any value: control, direction and stray characters escaped,
    long text cut.

    >>> show("Asian\nBritish")
    "'Asian\\nBritish'"
    >>> show(3.0)
    '3.0'
    """
    if getattr(value, "shape", None) == ():
        value = getattr(value, "item", lambda: value)()
    text = _JOINER.sub(_spelt, _repr(value))
    for escaped, flag in _FLAGS.items():
        text = text.replace(escaped, flag)
    text = "".join(f"\\u{ord(c):04x}" if c in _DIRECTIONAL else c for c in text)
    if "\n" in text:
        text = " ".join(text.split())
    return text if len(text) <= longest else cut(text, longest - 1)[0] + "…"


def _repr(value: object) -> str:
    """As Python writes a value; its type, where it is too large or too deep to be written."""
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _spelt(found: re.Match[str]) -> str:
    """An escaped joiner as it was, where it belongs to the spelling of a word or an emoji."""
    start, end = found.end(1), found.end()
    joiner = chr(int(f"200{found[2]}", 16))
    kept = belongs(joiner, found.string[start - 1 : start], found.string[end : end + 1])
    return found[1] + joiner if kept else found[0]


def listed(values: Iterable[object], *, most: int = 3, quoted: bool = True) -> str:
    """At most ``most`` examples, then how many more there are; quoted unless they are phrases of
    our own.

    >>> listed(["a", "b", "c", "d"])
    "'a', 'b', 'c' and 1 more"
    """
    items = list(values)
    text = ", ".join(show(item) if quoted else str(item) for item in items[:most])
    return f"{text} and {len(items) - most:,} more" if len(items) > most else text


def nearest(value: object, choices: Iterable[object]) -> str | None:
    """The choice spelt most like ``value``, if any is close; compared without case, space or
    punctuation.

    >>> nearest("Genders", ["gender", "age"])
    'gender'
    """

    def folded(item: object) -> str:
        return "".join(c for c in str(item).casefold() if c.isalnum())

    by_folded = {folded(choice): str(choice) for choice in choices}
    wanted = folded(value)
    begins = [choice for choice in by_folded if wanted and choice and choice.startswith(wanted)]
    if len(begins) == 1:
        return by_folded[begins[0]]
    close = difflib.get_close_matches(wanted, list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None
