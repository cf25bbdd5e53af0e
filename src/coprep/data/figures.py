"""Published figures as people write them: "1,234", "55%", "55% of 40", "22 of 40"; and the counts behind them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from coprep.errors import InputError
from coprep.wording.labels import show

__all__ = ["Figure", "counts_behind", "read_figure"]

# Thousands set apart by commas or spaces; a comma anywhere else may be a decimal one and is refused.
_GROUPED = re.compile(r"^\d{1,3}([ ,]\d{3})+(\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^\d+,\d+\s*%?$")
_LARGEST = 1e15
_OF = re.compile(r"^(?P<figure>.+?)\s+(?:of|out of|/)\s+(?P<total>[\d,]+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as printed.

    Attributes
    ----------
    value : float
        The number; for a percentage the number before the sign.
    decimals : int
        How many decimal places were printed.
    percent : bool
        Whether it was followed by a percent sign.
    total : int or None
        What it is out of, where that was said.
    """

    value: float
    decimals: int = 0
    percent: bool = False
    total: int | None = None


def read_figure(value: Any, *, where: str) -> Figure:
    """The figure that a cell or argument holds.

    Parameters
    ----------
    value : object
        A number or text such as ``"1,234"``, ``"55%"``, ``"55% of 40"`` or ``"22 of 40"``.
    where : str
        What the figure is, for the message.

    Raises
    ------
    InputError
        Where it is no finite number from 0.

    Examples
    --------
    >>> read_figure("55% of 40", where="sex: Female")
    Figure(value=55.0, decimals=0, percent=True, total=40)
    """
    text, total = value, None
    if isinstance(value, str):
        found = _OF.match(value.strip())
        if found:
            text, total = found["figure"], int(found["total"].replace(",", ""))
    percent = isinstance(text, str) and text.strip().endswith("%")
    number = _decimal(text)
    if number is None or not 0 <= float(number) <= _LARGEST:
        small = number is None or not float(number) > _LARGEST
        raise InputError.of(
            f"{where} is {show(value)}; expected a number from 0{'' if small else ' to 1e15'}.",
            code="not_a_number" if number is None or number.is_nan() else "bad_number",
            param=where,
            got=value,
            expected="a number from 0 to 1e15",
            hint="write decimals with a point: 51.5."
            if _DECIMAL_COMMA.match(str(text).strip())
            else None,
        )
    exponent = number.normalize().as_tuple().exponent
    return Figure(
        float(number), max(0, -exponent) if isinstance(exponent, int) else 0, percent, total
    )


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    if hasattr(value, "item"):
        value = value.item()
    text = (
        str(value).strip().removesuffix("%").strip().replace("\u00a0", " ").replace("\u202f", " ")
    )
    if _GROUPED.match(text):
        text = re.sub("[ ,]", "", text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def counts_behind(percent: float, *, total: int, decimals: int) -> tuple[int, int] | None:
    """The smallest and largest whole number that print as ``percent`` of ``total``; None if there is none.

    Rounding to the nearest is tried first, then cutting off, which some reports do.

    Examples
    --------
    >>> counts_behind(55, total=40, decimals=0)
    (22, 22)
    >>> counts_behind(39.28, total=56, decimals=2)
    (22, 22)
    >>> counts_behind(45.9, total=123, decimals=1) is None
    True
    """
    half = 0.5 * 10.0**-decimals
    slack = 1e-9 * max(1, total)
    for low, high in ((percent - half, percent + half), (percent, percent + 2 * half - 1e-9)):
        first = max(0, math.ceil(low * total / 100 - slack))
        last = min(total, math.floor(high * total / 100 + slack))
        if first <= last:
            return first, last
    return None
