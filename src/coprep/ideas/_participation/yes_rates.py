"""Compare how often people of a group say yes, or are there, with how often others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from coprep.ideas._judging.effects import ALPHA, Effect, holm

if TYPE_CHECKING:
    from coprep.metrics._checks import Bools, Ints


@dataclass(frozen=True, slots=True)
class YesRate:
    """How many of a group and of all others said yes."""

    yes: int
    n: int
    yes_others: int
    n_others: int

    @classmethod
    def of(cls, yes: Bools, codes: Ints, k: int) -> YesRate:
        """Group ``k`` against all others of known group."""
        mine = codes == k
        rest = (codes >= 0) & ~mine
        return cls(
            int((yes & mine).sum()), int(mine.sum()), int((yes & rest).sum()), int(rest.sum())
        )

    @property
    def share(self) -> float:
        """Of the group, from 0 to 1; nan without anybody."""
        return self.yes / self.n if self.n else float("nan")

    @property
    def share_others(self) -> float:
        """Of all others."""
        return self.yes_others / self.n_others if self.n_others else float("nan")

    @property
    def p_value(self) -> float:
        """Fisher's exact test; nan where nothing varies."""
        table = np.array(
            [
                [self.yes, self.n - self.yes],
                [self.yes_others, self.n_others - self.yes_others],
            ]
        )
        if not (table.sum(axis=0).all() and table.sum(axis=1).all()):
            return float("nan")
        from scipy.stats import fisher_exact

        return float(fisher_exact(table).pvalue)

    def effect(self, p_value: float, confidence: float) -> Effect:
        """The difference in percentage points, with limits after Agresti and Caffo.

        One yes and one no are added to each side for the limits, not for the difference itself.

        >>> found = YesRate(8, 10, 10, 20).effect(0.1, 0.95)
        >>> round(found.value), found.low < 30 < found.high
        (30, True)
        """
        if not self.n or not self.n_others:
            return Effect(level=confidence)
        mine = (self.yes + 1) / (self.n + 2)
        rest = (self.yes_others + 1) / (self.n_others + 2)
        variance = mine * (1 - mine) / (self.n + 2) + rest * (1 - rest) / (self.n_others + 2)
        centre = 100 * (mine - rest)
        error = 100 * float(np.sqrt(variance))
        outer = float(ndtri(0.5 + confidence / 2)) * error
        inner = float(ndtri(1 - ALPHA)) * error
        value = 100 * (self.share - self.share_others)
        return Effect(
            value,
            min(centre - outer, value),
            max(centre + outer, value),
            min(centre - inner, value),
            max(centre + inner, value),
            p_value=p_value,
            se=error,
            level=confidence,
            method="Agresti-Caffo",
        ).within(-100 * self.share_others, 100 - 100 * self.share_others)


def adjusted(rates: Sequence[Sequence[YesRate]], judged: Sequence[Sequence[bool]]) -> list[float]:
    """Holm's p values over all questions and groups; of two groups each asks the same once."""
    firsts: list[float] = []
    places: list[int] = []
    for several, open_ in zip(rates, judged, strict=True):
        for k, (rate, asked) in enumerate(zip(several, open_, strict=True)):
            same = len(several) == 2 and k == 1 and open_[0]
            if same:
                places.append(len(firsts) - 1)
                continue
            places.append(len(firsts))
            firsts.append(rate.p_value if asked else float("nan"))
    corrected = holm(firsts)
    return [corrected[place] for place in places]
