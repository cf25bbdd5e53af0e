"""How far a quota or a target was met: seats against people, as organisers count them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coprep.wording.numbers import count_of, fixed

NEAR_FROM = 5
"""Above so many seats, one more or fewer is a small part of them."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a group was to have: from ``least`` to ``most`` people.

    ``exact`` is the goal where it is a share of those who came; None where it is seats.
    """

    least: int
    most: int
    exact: float | None = None

    @classmethod
    def of_share(cls, share: float, total: int) -> Goal:
        """The whole numbers of people that are near enough to a share of the total.

        Either whole number around it; where it is small only the nearer one, since a person more or
        less is then a large part of it. Of less than one person, one is never too many.
        """
        exact = share * total
        nearest = round(exact)
        if abs(exact - nearest) < 1e-9 * max(1, total):
            return cls(nearest, nearest, float(nearest))
        if exact > NEAR_FROM:
            return cls(math.floor(exact), math.ceil(exact), exact)
        return cls(math.ceil(exact - 0.5), max(1, math.floor(exact + 0.5)), exact)

    def off(self, came: int) -> int:
        """People short of the goal (below 0) or beyond it (above 0); 0 within it."""
        if came < self.least:
            return came - self.least
        return max(0, came - self.most)

    def is_near(self, came: int) -> bool:
        """Whether a goal of many seats is missed by a single one."""
        is_seats = self.exact is None
        return is_seats and abs(self.off(came)) == 1 and came > 0 and self.least > NEAR_FROM

    @property
    def said(self) -> str:
        """The goal in words.

        >>> Goal(2, 3).said, Goal(28, 29, 28.06).said
        ('2 to 3 seats', '28.1')
        """
        if self.exact is not None:
            whole = self.exact == round(self.exact) or self.exact >= 100
            return fixed(self.exact, 0 if whole else 1)
        if self.least == self.most:
            return count_of(self.least, "seat")
        return f"{self.least:,} to {count_of(self.most, 'seat')}"


def attained(off: int, *, near: bool, seats: bool) -> str:
    """How a goal was met, missed or exceeded.

    >>> attained(-1, near=False, seats=True), attained(1, near=True, seats=True)
    ('1 seat short', 'met to within one person (+1)')
    """
    if off == 0:
        return "met"
    if near:
        return f"met to within one person ({'+' if off > 0 else '−'}1)"
    size = count_of(abs(off), "seat") if seats else f"{abs(off):,}"
    return f"{size} short" if off < 0 else f"exceeded by {size}"
