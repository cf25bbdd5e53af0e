"""Reads the cells of a wide sheet as ratings: numbers, ticks, words of agreement, labelled numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coprep.data.labels import fold, known_label

Cells = Sequence[Any]

_TICKS = {
    **dict.fromkeys(("x", "✓", "✔", "✅", "☑", "yes", "y", "👍", "❤", "❤️", "ja", "oui", "sí"), 1.0),
    **dict.fromkeys(("no", "n", "👎", "❌", "✗", "nein", "non", "nee"), 0.0),
}
_STANCES = {"agree": 1.0, "disagree": -1.0, "pass": 0.0, "neutral": 0.0}
_MIDDLE = ("neither", "neither agree nor disagree", "neutral")
_FIVE = {
    "strongly disagree": 1.0,
    "disagree": 2.0,
    **dict.fromkeys(_MIDDLE, 3.0),
    "agree": 4.0,
    "strongly agree": 5.0,
}
_SLIGHTLY = ("somewhat", "slightly", "partly", "tend to")
# Where people agree somewhat or strongly, and where they can agree plainly as well.
_FIVE_SOMEWHAT = {
    "strongly disagree": 1.0,
    **{f"{word} disagree": 2.0 for word in _SLIGHTLY},
    **dict.fromkeys(_MIDDLE, 3.0),
    **{f"{word} agree": 4.0 for word in _SLIGHTLY},
    "strongly agree": 5.0,
}
_SEVEN = {
    "strongly disagree": 1.0,
    "disagree": 2.0,
    **{f"{word} disagree": 3.0 for word in _SLIGHTLY},
    **dict.fromkeys(_MIDDLE, 4.0),
    **{f"{word} agree": 5.0 for word in _SLIGHTLY},
    "agree": 6.0,
    "strongly agree": 7.0,
}
_STRONG = frozenset({"strongly agree", "strongly disagree"})
_NEITHER = "pass"
_LABELLED = re.compile(r"(-?\d+)\s*[-–—:=.)(]\s*\D.*")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_NEARLY = 0.8

Reading = Literal["rating", "nearly", "none"]


@dataclass(frozen=True, slots=True)
class Answers:
    """How answers are read: the library's words, and those a user adds (None for no answer)."""

    words: Mapping[str, float | None] = field(default_factory=dict)

    def read(self, columns: Sequence[Cells]) -> tuple[list[list[Any]], str | None]:
        """Answers as numbers, and the kind if words tell it.

        Words of agreement make a scale of five or seven where somebody agrees strongly or somewhat.
        Cells that say nothing, such as "n/a", are None; those that are no rating stay, and are
        refused at the door.
        """
        texts = [[known_label(cell) for cell in cells] for cells in columns]
        said = {fold(text) for cells in texts for text in cells if text is not None}
        scale, kind = _scale_of(said - set(self.words))
        answers = [
            [self._cell(text, cell, scale) for text, cell in zip(told, cells, strict=True)]
            for told, cells in zip(texts, columns, strict=True)
        ]
        return answers, kind

    def _cell(self, text: str | None, cell: Any, scale: Mapping[str, float]) -> Any:
        if text is None:
            return None
        word = fold(text)
        if word in self.words:
            return self.words[word]
        if not isinstance(cell, str):
            return cell
        if word in scale:
            return scale[word]
        if word in _TICKS:
            return _TICKS[word]
        labelled = _LABELLED.fullmatch(text)
        if labelled is not None:
            return float(labelled[1])
        return float(text.replace(",", ".")) if _DECIMAL_COMMA.fullmatch(text) else cell

    def alike(self, columns: Sequence[str], values: Mapping[str, Cells]) -> list[list[str]]:
        """Columns answered in words of agreement, in such words and passes, and in numbers."""
        words: list[str] = []
        passes: list[str] = []
        numbers: list[str] = []
        for column in columns:
            said = {fold(text) for text in map(known_label, values[column]) if text is not None}
            if self.read([values[column]])[1] is None:
                numbers.append(column)
            elif _NEITHER in said:
                passes.append(column)
            else:
                words.append(column)
        return [words, passes, numbers]

    def of_column(self, cells: Cells) -> tuple[Reading, list[str]]:
        """Whether a column holds ratings, nearly only ratings, or something else; and the cells
        that are none.
        """
        answers = [a for a in self.read([cells])[0][0] if a is not None]
        odd = [answer for answer in answers if not is_number(answer)]
        if not odd:
            return ("rating" if answers else "none"), []
        nearly = len(answers) - len(odd) >= _NEARLY * len(answers)
        return ("nearly" if nearly else "none"), sorted({str(answer) for answer in odd})


def _scale_of(said: set[str]) -> tuple[Mapping[str, float], str | None]:
    """What words of agreement stand for here, and the kind they make; none where there are none."""
    somewhat = any(word.startswith(_SLIGHTLY) for word in said)
    if somewhat:
        scale = _SEVEN if said & {"agree", "disagree"} else _FIVE_SOMEWHAT
    else:
        scale = _FIVE if said & _STRONG else _STANCES
    if not said & set(scale):
        return scale, None
    return scale, "agree" if scale is _STANCES else "score"


def is_number(answer: Any) -> bool:
    """Whether an answer that was read is a number."""
    try:
        return float(answer) == float(answer)
    except (TypeError, ValueError):
        return False


def is_running_number(name: str, cells: Cells) -> bool:
    """Whether a column numbers its rows or holds an id, so that its numbers rate nothing."""
    tokens = set(re.split(r"[^a-z]+", name.casefold()))
    if tokens & {"id", "ids", "index", "nr", "row", "uuid", "timestamp"}:
        return True
    numbers = [float(cell) for cell in cells if known_label(cell) is not None and is_number(cell)]
    if len(numbers) < 3 or len(set(numbers)) < len(numbers) or len(numbers) < len(cells):
        return False
    in_a_row = max(numbers) - min(numbers) == len(numbers) - 1 and all(n % 1 == 0 for n in numbers)
    large = len(numbers) > 5 and max(numbers) > 100
    return large or (in_a_row and (len(numbers) > 5 or numbers == sorted(numbers)))


def lists_several(cells: Cells) -> bool:
    """Whether cells list several things that come back in other cells: ticks in one cell."""
    parts = ticked([cell for cell in cells if known_label(cell) is not None])
    several = sum(len(names) > 1 for names in parts)
    names = [name for row in parts for name in row]
    return several >= 2 and 2 * len(set(names)) <= len(names)


def ticked(cells: Cells) -> list[list[str]]:
    """What each cell lists, parted at semicolons or lines where any cell has them, else at commas."""
    texts = [cell if isinstance(cell, str) else known_label(cell) or "" for cell in cells]
    mark = r"[;\n]" if any(re.search(r"[;\n]", text) for text in texts) else ","
    pieces = [[known_label(piece) for piece in re.split(mark, text)] for text in texts]
    return [list(dict.fromkeys(name for name in row if name is not None)) for row in pieces]
