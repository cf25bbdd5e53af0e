"""Choose a list by the support of ideas: the top ones, all above a line, or what a budget buys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from coprep.metrics._checks import Bools, Floats, Ints

RuleName = Literal["top", "threshold", "greedy"]

# Supports that differ by less are a tie: they come from sums in another order.
_DIGITS = 12
_CENTS = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How a list is made from supports.

    ``size`` is the number of places, the support that is needed, or the budget; ``cost`` is 1 for
    every idea unless a budget is spent. Of tied ideas the one with the smaller ``place`` comes
    first.
    """

    name: RuleName
    size: float
    cost: Floats
    place: Ints

    def chosen(self, support: Floats) -> Bools:
        """The list: one for supports of shape (ideas,), one a row for (draws, ideas)."""
        rounded = np.round(support, _DIGITS)
        if self.name == "threshold":
            return np.asarray(rounded >= self.size - _CENTS)
        rows = np.atleast_2d(rounded)
        order = self.orders(rows)
        won = np.zeros(rows.shape, dtype=np.bool_)
        left = np.full(len(rows), float(self.size))
        at = np.arange(len(rows))
        for idea in order.T:
            bought = self.cost[idea] <= left + self._slack
            won[at, idea] = bought
            left -= self.cost[idea] * bought
        return won.reshape(np.shape(support))

    def orders(self, supports: Floats) -> Ints:
        """Ideas from the most to the least supported, a row a draw."""
        by_place = np.argsort(self.place, kind="stable")
        inside = np.argsort(-np.round(supports[:, by_place], _DIGITS), axis=1, kind="stable")
        return by_place[inside].astype(np.intp)

    @property
    def _slack(self) -> float:
        """What sums of money may be off by."""
        return _CENTS * max(1.0, self.size)

    def refuted_by(self, won: Bools, over: Bools) -> Bools:
        """Which losers show that the list cannot be the result, given whom each is above.

        Were the list still the result, then at a loser's turn nothing would be spent on the
        winners it is above, so that as much is left, and it would be bought if that pays for it.
        The list changes if, and only if, some loser can. (Places cost 1 each.)
        """
        left = self.size - self.cost[won].sum()
        regained = over @ np.where(won, self.cost, 0.0)
        enough = self.cost <= left + regained + self._slack
        refuted: Bools = ~won & over.any(axis=1) & enough
        return refuted

    def largest_refuting(self, won: Bools, margin: Floats) -> float:
        """The largest margin that losers must exceed at which the list is still refuted.

        ``margin`` holds by how much (in standard errors) each loser (row) is above each winner
        (column), -inf for pairs that do not count.
        """
        left = self.size - self.cost[won].sum()
        winners = np.flatnonzero(won)
        losers = np.flatnonzero(~won)
        if not len(winners) or not len(losers):
            return -np.inf
        pairs = margin[np.ix_(losers, winners)]
        order = np.argsort(-pairs, axis=1, kind="stable")
        regained = np.cumsum(self.cost[winners][order], axis=1)
        enough = self.cost[losers][:, None] <= left + regained + self._slack
        first = enough.argmax(axis=1)
        reached = np.take_along_axis(pairs, order, axis=1)[np.arange(len(losers)), first]
        return float(np.where(enough.any(axis=1), reached, -np.inf).max())

    def marks(self, support: Floats) -> Floats:
        """For each idea the support at which its own place changes, all others left as they are.

        nan where no support would: what is too dear for the whole budget is never bought.
        """
        m = len(support)
        if self.name == "threshold":
            return np.full(m, float(self.size))
        # Each idea in turn is left out, and what is left of the budget is followed along the
        # others: it only shrinks, so that one of them is the first after which nothing is left.
        order = self.orders(support[None, :])[0]
        left = np.full(m, float(self.size))
        mark = np.full(m, np.nan)
        for other in order:
            takes_part = np.arange(m) != other
            bought = takes_part & (self.cost[other] <= left + self._slack)
            could = self.cost <= left + self._slack
            left = left - np.where(bought, self.cost[other], 0.0)
            can = self.cost <= left + self._slack
            mark = np.where(could & ~can & np.isnan(mark), support[other], mark)
        return mark
