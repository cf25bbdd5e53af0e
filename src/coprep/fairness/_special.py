"""Knows how to read the two metrics that are no plain rate of each group: conditional disparity and epsilon."""

from __future__ import annotations

import math
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError, listed, show
from coprep.fairness._compare import Comparison
from coprep.fairness._reading import Draws, Options, Pair, Reading
from coprep.fairness.grouptable import GroupTable
from coprep.fairness.measures import Measure
from coprep.metrics.classification import conditional_demographic_disparity, differential_fairness
from coprep.metrics.rate_moments import agresti_caffo_moments

__all__ = ["read"]

Floats = NDArray[np.float64]


def read(table: GroupTable, metric: Measure, options: Options) -> Reading:
    """The reading that a metric needs."""
    kinds = {"disparity": DisparityReading, "epsilon": EpsilonReading}
    return kinds.get(metric.form, Reading)(table, metric, options)


def _not_offered(metric: Measure, bootstrap: Draws | None) -> None:
    if bootstrap is not None:
        raise InputError.of(
            f"{metric.name} has an analytic interval only.", code="unknown_choice", param="interval", got="bootstrap"
        )


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
        return dict(zip(self.table.groups, np.where(self._present, self._each, np.nan).tolist(), strict=True))

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

    def how(self, bootstrap: Draws | None) -> str:
        """Strata are independent, and so are accepted and rejected people within each."""
        _not_offered(self.metric, bootstrap)
        return "normal, stratified Agresti-Caffo"

    @cached_property
    def _used(self) -> NDArray[np.bool_]:
        selected, total = self._selected
        accepted = selected.sum(axis=1)
        return np.asarray((accepted > 0) & (accepted < total.sum(axis=1)))

    def interval(self, confidence: float, bootstrap: Draws | None) -> Pair:
        """Limits of the value."""
        _not_offered(self.metric, bootstrap)
        if math.isnan(self.value):
            return math.nan, math.nan
        half = float(self._half_widths(confidence)[self._place])
        return self.value - half, self.value + half

    def described(self, place: int, confidence: float) -> tuple[str, Floats, Floats, Floats]:  # noqa: ARG002
        """Each group's disparity with its limits."""
        half = self._half_widths(confidence)
        each = np.where(self._present, self._each, np.nan)
        return self.metric.name, each, each - half, each + half

    def _half_widths(self, confidence: float) -> Floats:
        selected, total = self._selected
        squares = self.table.squares
        weight = np.where(self._used, total.sum(axis=1), 0.0)
        with np.errstate(invalid="ignore"):
            weight = (weight / weight.sum())[:, None]
        variance = np.zeros(total.shape[1])
        for part, q in ((selected, squares[..., 1].sum(axis=2)), (total - selected, squares[..., 0].sum(axis=2))):
            n, worth = part.sum(axis=1), q.sum(axis=1)
            size = np.divide(n**2, worth, out=np.zeros_like(n), where=worth > 0)
            share = np.divide(part, n[:, None], out=np.zeros_like(part), where=n[:, None] > 0)
            variance += (weight**2 * agresti_caffo_moments(share, size[:, None], strata=len(n))[1]).sum(axis=0)
        return np.asarray(NormalDist().inv_cdf(0.5 + confidence / 2) * np.sqrt(variance))

    @cached_property
    def _chance(self) -> float:
        """Standard deviation if, within strata, being accepted had nothing to do with the group."""
        selected, total = self._selected
        used = self._used & (total.sum(axis=1) > 1)
        n, of, a = total.sum(axis=1)[used], total[used, self._place], selected.sum(axis=1)[used]
        spread = (n / n.sum()) ** 2 * of * (n - of) / (a * (n - a) * (n - 1))
        return math.sqrt(float(spread.sum()))

    @cached_property
    def noise_floor(self) -> float:
        """The size to expect from chance alone."""
        return math.nan if math.isnan(self.value) else self._chance * math.sqrt(2 / math.pi)

    @cached_property
    def p_value(self) -> float:
        """Against no association within strata, margins held."""
        if math.isnan(self.value) or self._chance == 0:
            return math.nan
        return 2 * NormalDist().cdf(-abs(self.value) / self._chance)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Strata where nobody was accepted or nobody rejected, and too few groups."""
        if self._present.sum() < 2:
            only = [show(g) for g, here in zip(self.table.groups, self._present, strict=True) if here]
            return (f"one group only, {listed(only)}: nothing was compared.",)
        holes = [self.table.strata[s] for s in np.flatnonzero(~self._used & (self._selected[1].sum(axis=1) > 0))]
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
        return differential_fairness(counts, concentration=self.options.concentration)

    @cached_property
    def extremes(self) -> tuple[Any, ...]:
        """The groups with the lowest and the highest chance of the outcome that differs most."""
        if math.isnan(self.value):
            return ()
        lowest = min(self.comparisons, key=lambda c: math.inf if math.isnan(c.value()[0]) else c.value()[0])
        return tuple(self.table.groups[i] for i in lowest.value()[1])

    def interval(self, confidence: float, bootstrap: Draws | None) -> Pair:
        """Limits of the logarithm of the larger of the two ratios."""
        _not_offered(self.metric, bootstrap)
        if math.isnan(self.value):
            return math.nan, math.nan
        each = confidence ** (1 / 2)
        limits = [c.limits(c.critical(each)) for c in self.comparisons]
        known = [(low, high) for low, high in limits if not math.isnan(low)]
        low, high = (max((-math.log(pair[i]) if pair[i] else math.inf for pair in known), default=0.0) for i in (1, 0))
        return min(low, self.value), max(high, self.value)

    @cached_property
    def noise_floor(self) -> float:
        """Minus the logarithm of the ratio that chance alone gives for the rarer outcome."""
        from coprep.fairness._chance import noise_floor

        floors = [noise_floor([c], "worst_case") for c in self.comparisons if not math.isnan(c.value()[0])]
        floors = [floor for floor in floors if floor > 0]
        return max((-math.log(floor) for floor in floors), default=math.nan)
