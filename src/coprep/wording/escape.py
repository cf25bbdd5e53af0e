"""Labels are hostile text: the one place where text is made harmless for each thing it goes into.

Knows what a terminal, HTML, Markdown, a spreadsheet and a drawing would each make of a label, and
nothing of results.
"""

from __future__ import annotations

import html as _html
import unicodedata
from collections.abc import Sequence

from coprep.wording.joiners import JOINERS, TAGS, belongs, cut, flags_in

_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MARKDOWN = frozenset("\\`*_[]#|~$")
# First characters that make a spreadsheet read a cell as a formula, with their full-width forms.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def visible(text: object) -> str:
    r"""One line in which characters that cannot be seen, or that reorder a line, are written as
    escapes.

    >>> visible("Asian\nBritish")
    'Asian\\nBritish'
    """
    line = str(text)
    if line.isprintable():
        return line
    spelling = {i for start, end in flags_in(line) for i in range(start, end)}
    spelling |= {
        i
        for i, c in enumerate(line)
        if c in JOINERS and belongs(c, line[i - 1 : i], line[i + 1 : i + 2])
    }
    return "".join(
        _escaped(c) if _is_unseen(c) and i not in spelling else c for i, c in enumerate(line)
    )


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _SHOWN or ord(character) & 0xFFFE == 0xFFFE


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def html(text: object) -> str:
    """Text for an HTML element or a quoted attribute.

    >>> html("<b>18 & over</b>")
    '&lt;b&gt;18 &amp; over&lt;/b&gt;'
    """
    return _html.escape(visible(text), quote=True)


def markdown(text: object) -> str:
    r"""Text for a paragraph or a table cell of Markdown.

    >>> print(markdown("a|b <i> [x](y)"))
    a\|b &lt;i&gt; \[x\](y)
    """
    escaped = "".join("\\" + c if c in _MARKDOWN else c for c in visible(text))
    return _html.escape(escaped, quote=False)


def csv(text: object) -> str:
    """Text for a cell of a spreadsheet: what would be read as a formula gets a leading apostrophe.

    >>> csv("=1+1"), csv("Female")
    ("'=1+1", 'Female')
    """
    cell = str(text)
    return "'" + cell if cell.startswith(_FORMULA) else cell


def quoted(labels: Sequence[object], *, most: int = 8, more: int = 0) -> str:
    """Labels in a sentence: each in quotes, the first ``most`` of them, and how many there are
    besides.

    >>> quoted(["a", "b", "c"], most=2)
    '“a”, “b” and 1 more'
    """
    more += max(0, len(labels) - most)
    text = ", ".join(f"“{label}”" for label in distinct(labels)[:most])
    if more:
        return f"{text} and {more:,} more"
    return text


def shorten(text: object, longest: int) -> str:
    """Visible text of at most ``longest`` characters, cut in the middle so that both ends can be
    told apart.

    >>> shorten("White: English, Welsh, Scottish or Northern Irish", 20)
    'White: Engli…n Irish'
    """
    line = visible(text)
    if len(line) <= longest:
        return line
    tail = (longest - 1) * 2 // 5
    return "…".join(cut(line, longest - 1 - tail, tail))


def distinct(labels: Sequence[object], longest: int = 60) -> list[str]:
    """Labels cut to ``longest`` characters; in full where two that differ would look alike.

    >>> distinct(["Black: African", "Black: A group in between, African"], 14)
    ['Black: African', 'Black: A…rican']
    """
    short = [shorten(label, longest) for label in labels]
    full = [visible(label) for label in labels]
    meant: dict[str, set[str]] = {}
    for cut_down, whole in zip(short, full, strict=True):
        meant.setdefault(cut_down, set()).add(whole)
    return [
        cut_down if len(meant[cut_down]) == 1 else whole
        for cut_down, whole in zip(short, full, strict=True)
    ]


def width(text: str) -> int:
    """How many columns of a terminal the text takes.

    >>> width("abc"), width("日本")
    (3, 4)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character in JOINERS or character in TAGS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
