"""Knows how to read the two metrics that are no plain rate of each group: conditional disparity and epsilon."""

from __future__ import annotations

import math
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._compare import Comparison
from coprep.fairness._reading import Draws, Options, Pair, Reading
from coprep.fairness.grouptable import GroupTable
from coprep.fairness.measures import Measure
from coprep.metrics._streams import stream
from coprep.metrics.groups._classification import (
    conditional_demographic_disparity,
    differential_fairness,
)
from coprep.metrics.groups._critical_values import sidak_critical
from coprep.metrics.groups._rate_moments import agresti_caffo_moments
from coprep.wording.labels import listed, show

__all__ = ["read"]

Floats = NDArray[np.float64]
_DRAWS = 2_000  # fewer where groups and strata are many
_DRAWN = 2_000_000


def read(table: GroupTable, metric: Measure, options: Options) -> Reading:
    """The reading that a metric needs."""
    kinds = {"disparity": DisparityReading, "epsilon": EpsilonReading}
    return kinds.get(metric.form, Reading)(table, metric, options)


class DisparityReading(Reading):
    """Conditional demographic disparity: a group's share among the rejected minus among the accepted, by stratum."""

    def __init__(self, table: GroupTable, metric: Measure, options: Options) -> None:
        super().__init__(table, metric, options)
        if options.group is not None and options.group not in table.groups:
            raise InputError.choice("group", options.group, table.groups)

    @cached_property
    def _selected(self) -> tuple[Floats, Floats]:
        return self.table.weights[..., 1].sum(axis=2), self.table.weights.sum(axis=(2, 3))

    @cached_property
    def _each(self) -> Floats:
        undefined = "skip" if self.options.undefined == "skip" else "strict"
        return conditional_demographic_disparity(*self._selected, undefined=undefined)  # type: ignore[arg-type]

    @cached_property
    def _place(self) -> int:
        if self.options.group is not None:
            return self.table.groups.index(self.options.group)
        return int(np.nanargmax(np.where(self._present, self._each, -np.inf)))

    @property
    def _present(self) -> NDArray[np.bool_]:
        return np.asarray(self._selected[1].sum(axis=0) > 0)

    def by_group(self, place: int = 0) -> dict[Any, float]:  # noqa: ARG002 - there is one rate
        """Each group's disparity; they sum to 0."""
        return dict(
            zip(
                self.table.groups, np.where(self._present, self._each, np.nan).tolist(), strict=True
            )
        )

    @cached_property
    def value(self) -> float:
        """The group's disparity, or the largest."""
        if self._present.sum() < 2 or np.isnan(self._each).all():
            return math.nan
        return float(self._each[self._place])

    @cached_property
    def extremes(self) -> tuple[Any, ...]:
        """The group the value is about."""
        return () if math.isnan(self.value) else (self.table.groups[self._place],)

    def how(self, bootstrap: Draws | None) -> str:  # noqa: ARG002 - none is offered
        """Strata are independent, and so are accepted and rejected people within each."""
        return "normal, stratified Agresti-Caffo"

    @cached_property
    def _used(self) -> NDArray[np.bool_]:
        selected, total = self._selected
        accepted = selected.sum(axis=1)
        return np.asarray((accepted > 0) & (accepted < total.sum(axis=1)))

    def interval(self, confidence: float, bootstrap: Draws | None) -> Pair:  # noqa: ARG002 - none is offered
        """Limits of the value."""
        if math.isnan(self.value):
            return math.nan, math.nan
        half = self._half_widths(sidak_critical(confidence, self._comparisons))
        low, high = (side[self._looked_at] for side in (self._each - half, self._each + half))
        return (
            (float(low[0]), float(high[0]))
            if self._told
            else (max(0.0, float(low.max())), float(high.max()))
        )

    @property
    def _told(self) -> bool:
        """Whether it was said beforehand which group is meant; else it is the one that does worst."""
        return self.options.group is not None

    @property
    def _looked_at(self) -> NDArray[np.intp]:
        return np.array([self._place]) if self._told else np.flatnonzero(self._present)

    @property
    def _comparisons(self) -> int:
        """How many different disparities are looked at; of two groups one is the other's with the other sign."""
        k = len(self._looked_at)
        return 1 if k == 2 else k

    def described(self, place: int, confidence: float) -> tuple[str, Floats, Floats, Floats]:  # noqa: ARG002
        """Each group's disparity with its limits."""
        half = self._half_widths(sidak_critical(confidence, 1))
        each = np.where(self._present, self._each, np.nan)
        return self.metric.name, each, each - half, each + half

    @cached_property
    def _worth(self) -> Floats:
        """As how many rows of weight 1 those rejected, and those accepted, count in each stratum: (strata, 2)."""
        n, q = (cells.sum(axis=(1, 2)) for cells in (self.table.weights, self.table.squares))
        return np.asarray(np.divide(n**2, q, out=np.zeros_like(n), where=q > 0))

    def _half_widths(self, critical: float) -> Floats:
        """Half an interval of each group, never narrower than chance alone makes it: it agrees with the test."""
        selected, total = self._selected
        weight = np.where(self._used, total.sum(axis=1), 0.0)
        with np.errstate(invalid="ignore"):
            weight = (weight / weight.sum())[:, None]
        variance = np.zeros(total.shape[1])
        for part, size in zip((total - selected, selected), self._worth.T, strict=True):
            n = part.sum(axis=1, keepdims=True)
            share = np.divide(part, n, out=np.zeros_like(part), where=n > 0)
            variance += (
                weight**2 * agresti_caffo_moments(share, size[:, None], strata=len(n))[1]
            ).sum(axis=0)
        return np.asarray(critical * np.maximum(np.sqrt(variance), self._errors))

    @cached_property
    def _chance(self) -> tuple[Floats, Floats]:
        """If being accepted had nothing to do with the group within strata: what scales the variance of the share
        of one person in each stratum, and the shares of the groups there.
        """
        _, total = self._selected
        n = total.sum(axis=1)[self._used]
        rejected, accepted = self._worth[self._used].T
        rows = rejected + accepted
        scale = (n / n.sum()) ** 2 * (1 / rejected + 1 / accepted) * rows / (rows - 1)
        return scale, total[self._used] / n[:, None]

    @cached_property
    def _errors(self) -> Floats:
        """Standard deviation of each group's disparity by chance alone."""
        scale, shares = self._chance
        return np.asarray(np.sqrt(scale @ (shares * (1 - shares))))

    @cached_property
    def noise_floor(self) -> float:
        """The size to expect from chance alone: of one group, or of the largest disparity of any."""
        if math.isnan(self.value):
            return math.nan
        if self._comparisons == 1:
            return float(self._errors[self._place]) * math.sqrt(2 / math.pi)
        scale, shares = self._chance
        generator = stream(0, "noise floor of the largest disparity")
        size = (max(100, min(_DRAWS, _DRAWN // shares.size)), shares.shape[1])
        total = np.zeros(size)
        for c, share in zip(scale, shares, strict=True):
            drawn = np.sqrt(share) * generator.standard_normal(size)
            total += math.sqrt(c) * (drawn - drawn.sum(axis=1, keepdims=True) * share)
        return float(total[:, self._looked_at].max(axis=1).mean())

    @cached_property
    def p_value(self) -> float:
        """Against no association within strata, margins held."""
        known = self._looked_at[self._errors[self._looked_at] > 0]
        if math.isnan(self.value) or not len(known):
            return math.nan
        t = float((np.abs(self._each[known]) / self._errors[known]).max())
        return (
            float(-math.expm1(self._comparisons * math.log1p(-2 * NormalDist().cdf(-t))))
            if t > 0
            else 1.0
        )

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Strata where nobody was accepted or nobody rejected, and too few groups."""
        if self._present.sum() < 2:
            only = [
                show(g) for g, here in zip(self.table.groups, self._present, strict=True) if here
            ]
            return (f"one group only, {listed(only)}: nothing was compared.",)
        holes = [
            self.table.strata[s]
            for s in np.flatnonzero(~self._used & (self._selected[1].sum(axis=1) > 0))
        ]
        if not holes:
            return ()
        where = "" if holes == [None] else f" in {listed(holes)}"
        return (f"everybody or nobody was selected{where}, so the shares compared are 0/0 there.",)


class EpsilonReading(Reading):
    """Differential fairness: the largest logarithm of a ratio of two groups' chances of any outcome."""

    @property
    def compares(self) -> bool:
        """Groups are compared."""
        return True

    def __init__(self, table: GroupTable, metric: Measure, options: Options) -> None:
        super().__init__(table.without_strata() if table.controls else table, metric, options)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The ratios of being selected, and of not being selected."""
        o = self.options
        return tuple(
            Comparison.of(
                self.table,
                name,
                method="between_groups",
                ratio=True,
                reference=None,
                undefined=o.undefined,
                min_group_size=o.min_group_size,
            )
            for name in self.metric.rates
        )

    @cached_property
    def value(self) -> float:
        """Epsilon, smoothed as asked."""
        first = self.comparisons[0]
        if first.k < 2:
            return math.nan
        counts = self.table.weights.sum(axis=(0, 2))[first.chosen.groups]
        people = (
            self.table.n / self.table.weights.sum()
        )  # the smoothing is in people, whatever weights add up to
        return differential_fairness(counts * people, concentration=self.options.concentration)

    @cached_property
    def extremes(self) -> tuple[Any, ...]:
        """The groups with the lowest and the highest chance of the outcome that differs most."""
        if math.isnan(self.value):
            return ()
        lowest = min(
            self.comparisons, key=lambda c: math.inf if math.isnan(c.value()[0]) else c.value()[0]
        )
        return tuple(self.table.groups[i] for i in lowest.value()[1])

    def interval(self, confidence: float, bootstrap: Draws | None) -> Pair:  # noqa: ARG002 - none is offered
        """Limits of the logarithm of the larger of the two ratios."""
        if math.isnan(self.value):
            return math.nan, math.nan
        each = confidence ** (1 / 2)
        limits = [c.limits(c.critical(each)) for c in self.comparisons]
        known = [(low, high) for low, high in limits if not math.isnan(low)]
        low, high = (max((_epsilon(pair[i]) for pair in known), default=0.0) for i in (1, 0))
        return min(low, self.value), max(high, self.value)

    @cached_property
    def noise_floor(self) -> float:
        """Minus the logarithm of the ratio that chance alone gives for the rarer outcome."""
        from coprep.fairness._chance import noise_floor

        floors = [
            noise_floor([c], "worst_case") for c in self.comparisons if not math.isnan(c.value()[0])
        ]
        floors = [floor for floor in floors if floor > 0]
        return max(map(_epsilon, floors), default=math.nan)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """That too few groups were compared: an outcome that never occurs, or always, leaves epsilon defined."""
        return tuple(self._too_few())


def _epsilon(ratio: float) -> float:
    """The size of a ratio from 0 to 1 on the scale of epsilon, from 0."""
    return math.log(1 / ratio) if ratio else math.inf
