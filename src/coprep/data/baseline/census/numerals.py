"""How figures are written in a file, and what stands for no figure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from coprep.errors import InputError
from coprep.wording.labels import listed, show

Meaning = Literal["zero", "missing", "suppressed", "not_applicable", "controlled"]
Style = Literal["find out", "point", "comma", "dotted thousands"]

COMMON: Mapping[str, Meaning] = {
    "": "missing", ":": "missing", ".": "missing", "..": "missing", "...": "not_applicable",
    "na": "missing", "n/a": "missing", "#n/a": "missing", "nan": "missing", "null": "missing",
    "x": "suppressed", "c": "suppressed", "s": "suppressed", "..c": "suppressed",
    "***": "suppressed",
    "z": "not_applicable", "(x)": "not_applicable", "-": "missing", "–": "missing",
    "*": "suppressed",
    "suppressed": "suppressed", "missing": "missing", "not applicable": "not_applicable",
    "unreliable": "suppressed", "nd": "missing", "f": "suppressed",
}  # fmt: skip
"""What many offices write instead of a figure; readers say where theirs differ."""

_POINT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[-+]?\d+(,\d+)?")
_DOTTED = re.compile(r"[-+]?\d{1,3}(\.\d{3})*(,\d+)?")
_FLAGGED = re.compile(r"([-+]?[\d.,:]+)\s+([a-z]{1,4})", re.IGNORECASE)
_BELOW = re.compile(r"<\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell that was read: a value, or limits where it is hidden, and its flag."""

    value: float | None
    low: float = 0.0
    high: float = math.inf
    flag: str = ""
    why: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Numerals:
    """How the cells of one file are read.

    Attributes
    ----------
    style : {"find out", "point", "comma", "dotted thousands"}
        Decimal point (thousands may have commas), decimal comma, or dots between thousands; ``"find
        out"`` takes it from all cells together, and never from one.
    words : mapping of str to str
        What stands for no figure, beside `COMMON`.
    hidden : tuple of float
        The smallest and the largest figure that may stand behind a suppressed cell.
    base : int
        Figures are rounded to this step at random; 1 where they are not.
    """

    style: Style = "find out"
    words: Mapping[str, Meaning] = field(default_factory=dict)
    hidden: tuple[float, float] = (0.0, math.inf)
    base: int = 1

    def read(self, cell: str, *, where: str) -> Figure:
        """The figure in a cell.

        Raises
        ------
        InputError
            For a cell that is neither a figure nor a known sign for none.
        """
        text = cell.strip().replace("\u00a0", "").replace("\u202f", "").replace("−", "-")
        plain = self._plain(text)
        if plain is not None:
            return plain
        flagged = _FLAGGED.fullmatch(text)
        if flagged:
            figure = self._plain(flagged[1])
            if figure is not None:
                return Figure(figure.value, figure.low, figure.high, flagged[2], figure.why)
        below = _BELOW.fullmatch(text)
        if below:
            return Figure(None, 0.0, float(below[1]) - 1, why="suppressed")
        raise InputError.of(
            f"{where} holds {show(cell)}, which is neither a figure nor a known sign for none.",
            code="not_a_number",
            param="path",
            got=cell,
            hint="correct the cell, or read the table yourself and pass it to Baseline.from_frame.",
        )

    def _plain(self, text: str) -> Figure | None:
        """A bare number, or a sign for none."""
        folded = text.casefold()
        meaning = self.words.get(folded) or (None if _POINT.fullmatch(text) else COMMON.get(folded))
        if meaning == "zero":
            return Figure(0.0, why="zero")
        if meaning == "suppressed":
            return Figure(None, *self.hidden, why=meaning)
        if meaning is not None:
            return Figure(None, why=meaning)
        number = self.number(text)
        return None if number is None else Figure(number, number, number)

    def number(self, text: str) -> float | None:
        """A number in this style; None where it is none, or not finite."""
        if text.isascii() and text.isdigit() and len(text) <= 15:
            return float(text)
        bare = text.removesuffix("%").strip()
        if self.style == "comma" and _COMMA.fullmatch(bare):
            bare = bare.replace(",", ".")
        elif self.style == "dotted thousands" and _DOTTED.fullmatch(bare):
            bare = bare.replace(".", "").replace(",", ".")
        elif self.style == "dotted thousands":
            return None
        elif _THOUSANDS.fullmatch(bare):
            bare = bare.replace(",", "")
        if not _POINT.fullmatch(bare):
            return None
        value = float(bare)
        return value if math.isfinite(value) and abs(value) < 1e15 else None


def style_of(cells: Iterable[str], *, semicolons: bool) -> Style:
    """How the figures of a file are written, from all of its cells that are more than digits.

    Raises
    ------
    InputError
        Where the cells can be read in two ways, such as 1.640 in a file that has no other sign.

    >>> style_of(["3.506.730", "1.640"], semicolons=True)
    'dotted thousands'
    >>> style_of(["77,9", "3,25"], semicolons=True)
    'comma'
    """
    odd = list(dict.fromkeys(cell.strip().removesuffix("%").strip() for cell in cells))
    odd = [cell for cell in odd if re.search(r"\d[.,]\d", cell)]
    if not odd:
        return "point"
    point = all(_POINT.fullmatch(cell) or _THOUSANDS.fullmatch(cell) for cell in odd)
    comma = all(_COMMA.fullmatch(cell) or _POINT.fullmatch(cell) for cell in odd)
    dotted = all(_DOTTED.fullmatch(cell) for cell in odd)
    only_commas = all("." not in cell for cell in odd)
    only_dots = all("," not in cell for cell in odd)
    threes = all(re.fullmatch(r"[-+]?\d{1,3}([.,]\d{3})+", cell) for cell in odd)
    several = any(len(re.findall(r"[.,]", cell)) > 1 for cell in odd)
    if threes and only_dots and dotted and not several and not semicolons:
        raise _two_ways(odd)
    if dotted and only_dots and threes:
        return "dotted thousands"
    if threes and only_commas and semicolons and not several:
        raise _two_ways(odd)
    if point and not (only_commas and semicolons):
        return "point"
    if comma and only_commas:
        return "comma"
    if dotted and not only_commas:
        return "dotted thousands"
    raise _two_ways(odd)


def _two_ways(cells: list[str]) -> InputError:
    return InputError.of(
        f"the figures can be read in two ways, with thousands or with decimals: {listed(cells)}.",
        code="two_readings",
        param="path",
        got=tuple(cells[:3]),
        hint="save the file without signs between thousands, or read it yourself and pass it to "
        "Baseline.from_frame.",
    )
