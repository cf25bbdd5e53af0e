"""A fair draw from a baseline: how likely counts are, and which lie inside a band of ratios.

Verdicts, what they could have seen and how many people they need all ask this one law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coprep.metrics._checks import Floats, positions
from coprep.metrics._tails import hypergeometric_log_cdf, hypergeometric_log_sf
from coprep.metrics.shares._baseline_error import baseline_tails

Band = tuple[float, float]


@dataclass(frozen=True, slots=True)
class FairDraw:
    """``n`` people drawn from a baseline in which each group has its ``share``.

    All arrays have one shape. ``se`` is the standard error of the share, ``half`` half a unit of
    its last printed digit. A finite ``population`` is drawn from without replacement; it goes with
    whole numbers of people and an exact share. Where the share of a population is no whole number
    of people, the group is the whole number on either side that is the less surprising.
    """

    n: Floats
    share: Floats
    se: Floats
    half: Floats
    population: float | None = None

    @property
    def sizes(self) -> tuple[Floats, Floats]:
        """The fewest and the most people of each group in the population."""
        people = positions(self.share * (self.population or 0))
        return np.floor(people), np.ceil(people)

    def parity(self, x: Floats) -> tuple[Floats, Floats]:
        """P(so few) and P(so many) if each group came in its share."""
        if self.population is None:
            return self.tails(x, 1.0)
        fewest, most = self.sizes
        return self._so_few(x, fewest), self._so_many(x, most)

    def tails(self, x: Floats, ratio: Floats | float) -> tuple[Floats, Floats]:
        """P(so few) and P(so many) at a ratio to the share, from a large population."""
        return baseline_tails(
            x, self.n, self.share, ratio=ratio, standard_error=self.se, rounding=self.half
        )

    def beyond(self, x: Floats, band: Band) -> tuple[Floats, Floats]:
        """P(so few) at the band's lower edge, and P(so many) at its upper.

        A ratio above 1 / share cannot be: nobody is shown to be above an edge beyond that.
        """
        if self.population is None:
            under = self.tails(x, band[0])[0]
            over = self.tails(x, band[1])[1]
            reachable = (band[1] * (self.share + self.half) < 1) | (self.se > 0)
            return under, np.where(reachable, over, 1.0)
        fewest, most = self.sizes
        lower = np.ceil(positions(band[0] * fewest))
        upper = np.floor(positions(band[1] * most))
        reachable = upper < self.population
        over = np.where(reachable, self._so_many(x, np.minimum(upper, self.population)), 1.0)
        return self._so_few(x, lower), over

    def outside(self, x: Floats, band: Band) -> tuple[Floats, Floats]:
        """P(so many) if the group were below the band or everybody else above it, and P(so few).

        Small numbers show that the group is not too small and the rest not too large, and the
        reverse. A band of ratios is wide for a large group, and then the rest is what tells.
        """
        low, high = band
        if self.population is not None:
            lower, upper = self._edges_in_people(band)
            return self._so_many(x, lower), self._so_few(x, upper)
        if (self.se > 0).any():
            rest = FairDraw(self.n, 1 - self.share, self.se, self.half)
            others = self.n - x
            not_small = np.maximum(self.tails(x, low)[1], rest.tails(others, high)[0])
            not_large = np.maximum(self.tails(x, high)[0], rest.tails(others, low)[1])
            return not_small, not_large
        lower, upper = edges_in_line(self.share, self.half, band)
        none = np.zeros(self.share.shape)
        not_small = baseline_tails(x, self.n, lower, standard_error=none)[1]
        not_large = baseline_tails(x, self.n, upper, standard_error=none)[0]
        return not_small, not_large

    def in_line(self, x: Floats, band: Band) -> Floats:
        """The largest of four one-sided p values: the group and the rest, too small and too
        large.
        """
        return np.maximum(*self.outside(x, band))

    def _edges_in_people(self, band: Band) -> tuple[Floats, Floats]:
        """The largest group that is too small, or leaves too many others; the smallest too
        large.
        """
        low, high = band
        population = self.population or 0
        fewest, most = self.sizes
        too_small = np.ceil(positions(low * most)) - 1
        rest_too_large = population - np.floor(positions(high * (population - most))) - 1
        too_large = np.floor(positions(high * fewest)) + 1
        rest_too_small = population - np.ceil(positions(low * (population - fewest))) + 1
        lower = np.maximum(too_small, rest_too_large)
        upper = np.minimum(too_large, rest_too_small)
        return np.clip(lower, 0, population), np.clip(upper, 0, population)

    def _so_few(self, x: Floats, size: Floats) -> Floats:
        everybody = np.full(x.shape, float(self.population or 0))
        return np.exp(hypergeometric_log_cdf(x, self.n, size, everybody))

    def _so_many(self, x: Floats, size: Floats) -> Floats:
        everybody = np.full(x.shape, float(self.population or 0))
        return np.exp(hypergeometric_log_sf(x, self.n, size, everybody))


def edges_in_line(share: Floats, half: Floats, band: Band) -> tuple[Floats, Floats]:
    """The shares between which a group and the rest lie inside the band, wherever it was rounded
    from.

    The two may cross where the rounding alone is as wide as the band.
    """
    low, high = band
    most = np.minimum(share + half, 1.0)
    fewest = np.maximum(share - half, 0.0)
    lower = np.maximum(low * most, 1 - high * (1 - most))
    upper = np.minimum(high * fewest, 1 - low * (1 - fewest))
    return lower, upper
