"""How numbers are said: significant digits, shares, ratios, p-values, and counts with their nouns."""

from __future__ import annotations

import math
from collections.abc import Sequence

_MOST_DECIMALS = 6
MISSING = "–"
"""What stands for a number that is not there."""


def number(value: float, digits: int = 3) -> str:
    """A number with ``digits`` significant digits, thousands separated, and a true minus sign.

    >>> number(0.04567), number(-1234.5), number(float("inf"))
    ('0.0457', '−1,234', '∞')
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    return fixed(value, max(0, digits - 1 - size))


def together(values: Sequence[float | None], digits: int = 3) -> list[str]:
    """An estimate and its limits with as many decimals each, set by the largest of them.

    >>> together([-0.0319, -8.72, 8.65])
    ['−0.03', '−8.72', '8.65']
    """
    numbers = [math.nan if v is None else float(v) for v in values]
    sizes = [abs(v) for v in numbers if math.isfinite(v) and v]
    if not math.isfinite(numbers[0]) or len(sizes) < 2 or max(sizes) < 1e-4:
        return [number(v, digits) for v in numbers]
    decimals = max(0, digits - 1 - math.floor(math.log10(max(sizes))))
    return [fixed(v, decimals) if math.isfinite(v) else number(v) for v in numbers]


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals, thousands separated, and a true minus sign; no minus before
    0.
    """
    if not math.isfinite(value):
        return number(value)
    text = f"{value:,.{decimals}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def ratio(value: float) -> str:
    """A ratio: two decimals, none from 100 on, and never 0.00 where it is not 0."""
    if value == 0:
        return "0"
    if math.isfinite(value) and 0 < abs(value) < 0.005:
        return number(value, 1)
    return fixed(value, 2 if abs(value) < 100 else 0)


def times(value: float) -> str:
    """A ratio in a sentence, as in “2.3 times their share”.

    >>> times(2.35), times(0.44)
    ('2.4', '0.44')
    """
    if not math.isfinite(value):
        return number(value)
    return f"{value:.1f}" if value >= 0.95 else f"{value:.2f}"


def percent(value: float) -> str:
    """A share as a percentage with one decimal."""
    if not math.isfinite(value):
        return number(value)
    return f"{fixed(100 * value, 1)}%"


def percents(shares: Sequence[float], *, decimals: int = 0) -> list[str]:
    """Shares that stand side by side in a sentence, as percentages with as many decimals each.

    That is ``decimals``, such as their source prints, and more where a share would look like
    nobody or everybody, or two of them alike that are more than a twentieth apart.

    >>> percents([0.23, 0.1]), percents([0.0004, 0.05]), percents([0.016, 0.02])
    (['23%', '10%'], ['0.04%', '5.00%'], ['1.6%', '2.0%'])
    """
    known = [share for share in shares if math.isfinite(share)]
    while decimals < _MOST_DECIMALS and _hides(known, decimals):
        decimals += 1
    return [f"{fixed(100 * share, decimals)}%" for share in shares]


def _hides(shares: Sequence[float], decimals: int) -> bool:
    """Whether so few decimals make a share look like nobody, everybody, or another share."""
    said: dict[str, float] = {}
    for share in sorted(shares):
        text = fixed(100 * share, decimals)
        looks = float(text.replace(",", "").replace("−", "-")) / 100
        if (looks == 0) != (share == 0) or (looks == 1) != (share == 1):
            return True
        if share > 1.05 * said.setdefault(text, share):
            return True
    return False


def expected_people(expected: float) -> str:
    """What a draw would give on average, without false precision and never as 0.0.

    >>> expected_people(27.6), expected_people(1.26), expected_people(0.02)
    ('give about 28', 'give about 1.3', 'most likely give nobody')
    """
    if expected < 0.5:
        return "most likely give nobody"
    return f"give about {fixed(expected, 0 if expected >= 3 else 1).removesuffix('.0')}"


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return ("+" if value > 0 else "") + fixed(100 * value, 1)


def p_value(value: float) -> str:
    """A p-value with three decimals, or that it is smaller than they can say."""
    if math.isnan(value):
        return MISSING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def count_of(n: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun.

    >>> count_of(1, "idea"), count_of(1200, "person", "people")
    ('1 idea', '1,200 people')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
