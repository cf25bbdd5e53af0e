"""One metric read off a table of counts: its value, its interval, its groups, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coprep.fairness._group_table import label_texts
from coprep.fairness._rate_comparison import Comparison, noise_floor, replicates
from coprep.fairness._rates import PARTS, Chosen, Score, choose, score
from coprep.metrics.groups._classification import confusion_parts, differential_fairness
from coprep.metrics.groups._critical_values import sidak_critical, sidak_p_value
from coprep.metrics.groups._rate_moments import wilson_bounds
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.fairness._catalogue import Metric
    from coprep.fairness._group_table import GroupTable
    from coprep.fairness._options import Options

Floats = NDArray[np.float64]
Pair = tuple[float, float]
Draws = tuple[int, int]
_UNITS = {"difference": "points", "ratio": "ratio"}


class RateReading:
    """One metric of one table, worked out as it is asked for and then kept; see `MetricResult` for
    what each says.
    """

    chance_said = ""
    no_limits = ""

    def __init__(self, table: GroupTable, metric: Metric, options: Options) -> None:
        self.table: GroupTable = table
        self.metric: Metric = metric
        self.options: Options = options

    @property
    def name(self) -> str:
        """The name of the metric."""
        return self.metric.name

    @property
    def compares(self) -> bool:
        """Whether groups are compared, rather than each described."""
        return self.options.compares

    @property
    def unit(self) -> str:
        """What the value counts."""
        return _UNITS.get(self.options.between, "share")

    @property
    def labels(self) -> tuple[Any, ...]:
        """The groups."""
        return self.table.groups

    @property
    def n(self) -> dict[Any, int]:
        """Rows of each group."""
        return self.table.group_sizes

    @property
    def dropped(self) -> Mapping[str, int]:
        """Rows left out, and how many values each column lacked."""
        return self.table.dropped

    @property
    def skipped(self) -> tuple[Any, ...]:
        """Groups left out because their rate is undefined."""
        return tuple(dict.fromkeys(g for chosen in self.chosen for g in chosen.skipped))

    @property
    def not_compared(self) -> tuple[Any, ...]:
        """Groups that are too small, not known, or without rows."""
        return self.chosen[0].left_out

    @property
    def overall(self) -> float:
        """Everybody's rate (the first, where there are two)."""
        return float(self.everybody[0].rate)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """One a rate, where groups are compared."""
        o = self.options
        return tuple(
            Comparison.of(
                self.table,
                name,
                method=o.method,
                ratio=o.between == "ratio",
                reference=o.reference,
                undefined=o.undefined,
                min_group_size=o.min_group_size,
            )
            for name in self.metric.rates
        )

    @cached_property
    def chosen(self) -> tuple[Chosen, ...]:
        """Which groups take part, for each rate."""
        if self.compares:
            return tuple(c.chosen for c in self.comparisons)
        o = self.options
        return tuple(
            choose(self.table, name, undefined=o.undefined, min_group_size=o.min_group_size)
            for name in self.metric.rates
        )

    def _cells(self, place: int) -> tuple[Floats, Floats]:
        return self.table.cells_of(self.chosen[place].strata)

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """All groups of the table, for each rate."""
        return tuple(score(*self._cells(i), name) for i, name in enumerate(self.metric.rates))

    @cached_property
    def everybody(self) -> tuple[Score, ...]:
        """All groups taken together, for each rate."""
        return tuple(
            score(*self._cells(i), name, of="all").at(0) for i, name in enumerate(self.metric.rates)
        )

    def by_group(self, place: int = 0) -> dict[Any, float]:
        """Each group's rate."""
        return dict(zip(self.table.groups, self.scores[place].rate.tolist(), strict=True))

    def described(self, place: int, confidence: float) -> tuple[str, Floats, Floats, Floats]:
        """What is listed of each group: the rate's name, its values and their limits."""
        name = self.metric.rates[place]
        of = self.scores[place]
        return (name, of.rate, *bounds(of, name, confidence))

    def records(self, confidence: float) -> list[dict[str, Any]]:
        """A row a rate and group: what is listed of it, and what it is out of."""
        found = []
        texts = label_texts(self.labels)
        for place in range(len(self.metric.rates)):
            name, rates, low, high = self.described(place, confidence)
            below = self.denominators(place)
            for i, group in enumerate(self.table.groups):
                found.append(
                    {
                        "metric": name,
                        "group": texts[i],
                        "value": float(rates[i]),
                        "low": float(low[i]),
                        "high": float(high[i]),
                        "n": self.n[group],
                        "denominator": below[group],
                        "extreme": group in self.groups,
                        "smallest": self.table.smallest_cell(i),
                    }
                )
        return found

    @property
    def lines(self) -> dict[str, float]:
        """Everybody's rate, by name: what each group's is drawn beside."""
        rates = zip(self.metric.rates, self.everybody, strict=True)
        return {name: float(one.rate) for name, one in rates}

    def denominators(self, place: int = 0) -> dict[Any, float]:
        """What each group's rate is out of: rows, or their weights."""
        total = np.zeros(len(self.table.groups))
        for part in PARTS.get(self.metric.rates[place], (self.metric.rates[place],)):
            total += confusion_parts(self.table.weights, part)[1].sum(axis=0)
        return dict(zip(self.table.groups, total.tolist(), strict=True))

    # -- the value ---------------------------------------------------------------------------------

    @cached_property
    def value(self) -> float:
        """The number itself."""
        if self.options.between == "by_group":
            return self.overall
        if not self.compares:
            rates = self.scores[0].rate[self.chosen[0].groups]
            if not len(rates):
                return math.nan
            return float(rates.min() if self.options.between == "group_min" else rates.max())
        return self._joined(self._values)

    @cached_property
    def _values(self) -> list[float]:
        """One a rate, where groups are compared."""
        return [c.value()[0] for c in self.comparisons]

    @property
    def _by_sign(self) -> bool:
        """Whether values have a direction, so that the worse of two goes by size."""
        return self.options.reference is not None

    @cached_property
    def _worse(self) -> int:
        """Which rate's groups are further apart."""
        ratio = self.options.between == "ratio"
        sizes = [_size(value, ratio=ratio) for value in self._values]
        return sizes.index(max(sizes))

    def _joined(self, values: list[float]) -> float:
        """Several rates' numbers (or lower, or upper limits) as one."""
        if any(math.isnan(v) for v in values):
            return math.nan
        if self.options.agg == "worst_case":
            if self._by_sign:
                return values[self._worse]
            return min(values) if self.options.between == "ratio" else max(values)
        if self._by_size:
            values = [abs(v) for v in values]
        return float(sum(values) / len(values))

    @property
    def _by_size(self) -> bool:
        """Whether the mean is of sizes, in which opposite signs do not cancel."""
        return self.options.agg == "mean" and self.options.between == "difference"

    @cached_property
    def groups(self) -> tuple[Any, ...]:
        """The groups that attain the value: lowest and highest, or the one furthest away."""
        labels = self.table.groups
        if self.compares:
            if any(math.isnan(value) for value in self._values):
                return ()
            _, places = self.comparisons[self._worse].value()
            return tuple(labels[i] for i in places)
        if self.options.between == "by_group" or math.isnan(self.value):
            return ()
        among = self.chosen[0].groups
        rates = self.scores[0].rate[among]
        end = rates.argmin() if self.options.between == "group_min" else rates.argmax()
        return (labels[among[int(end)]],)

    # -- how sure ----------------------------------------------------------------------------------

    def how(self, bootstrap: Draws | None) -> str:
        """What the interval is called."""
        if not self.compares:
            return "Wilson"
        if bootstrap is not None:
            return "max-t cell bootstrap"
        return "studentised range" if self.options.method == "between_groups" else "Sidak"

    def limits(self, confidence: float, bootstrap: Draws | None) -> Pair:
        """Limits of the value, simultaneous over pairs of groups; ``bootstrap`` is (draws, seed) if
        asked for.
        """
        if math.isnan(self.value):
            return math.nan, math.nan
        if self.options.between == "by_group":
            low, high = bounds(self.everybody[0], self.metric.rates[0], confidence)
            return float(low), float(high)
        if not self.compares:
            return self._extreme_interval(confidence)
        each = confidence ** (1 / len(self.comparisons))
        drawn = None if bootstrap is None else replicates(self.table, *bootstrap)
        limits = [self._limits_of(c, each, drawn) for c in self.comparisons]
        if self._by_size:
            limits = [_folded(*pair) for pair in limits]
        least = self._joined([low for low, _ in limits])
        most = self._joined([high for _, high in limits])
        if math.isnan(least):
            return least, most
        return min(least, self.value), max(most, self.value)

    def _limits_of(
        self, comparison: Comparison, confidence: float, drawn: tuple[Floats, Floats] | None
    ) -> Pair:
        """Limits of one rate's comparison, by the replicates if some were drawn.

        Replicates of few rows that count very differently are too much alike: with weights, or
        within strata, they may widen the interval and not narrow it.
        """
        analytic = comparison.critical(confidence)
        if drawn is None:
            return comparison.limits(analytic)
        if self.table.weighted or len(self.table.strata) > 1:
            return comparison.limits(
                max(analytic, comparison.as_difference.bootstrap_critical(*drawn, confidence))
            )
        return comparison.limits(comparison.bootstrap_critical(*drawn, confidence), resampled=True)

    def _extreme_interval(self, confidence: float) -> Pair:
        """Of the highest or lowest rate: from intervals of all groups that hold together."""
        groups = self.chosen[0].groups
        joint = confidence ** (1 / len(groups))
        low, high = bounds(self.scores[0].at(groups), self.metric.rates[0], joint)
        take = np.min if self.options.between == "group_min" else np.max
        return float(take(low)), float(take(high))

    @cached_property
    def p_value(self) -> float:
        """Against equal rates of all groups; nan where nothing is compared."""
        if not self.compares or math.isnan(self.value):
            return math.nan
        each = [c.p_value() for c in self.comparisons]
        if any(math.isnan(p) for p in each):
            return math.nan
        return sidak_p_value(min(each), len(each))

    @cached_property
    def noise_floor(self) -> float:
        """How far from no difference the value would be on average if all groups had one rate; nan
        where nothing is compared.

        Of a signed difference its size; of a directed ratio on the side of 1 where the value is.
        """
        if not self.compares or math.isnan(self.value):
            return math.nan
        floor = noise_floor(self.comparisons, self.options.agg)
        if self._by_sign and self.options.between == "ratio" and self.value > 1:
            return 1 / floor if floor else math.inf
        return floor

    # -- what was left out -------------------------------------------------------------------------

    @cached_property
    def undefined(self) -> tuple[str, ...]:
        """Why something is undefined, or was left out of the comparison."""
        found = [reason for chosen in self.chosen for reason in chosen.undefined]
        if self.compares:
            found += self._too_few() or [why for c in self.comparisons for why in c.reasons()]
        elif not self.table.weights.any():
            found.append("no row has any weight.")
        return tuple(dict.fromkeys(found))

    def _too_few(self) -> list[str]:
        fewest = min(self.comparisons, key=lambda c: c.k)
        if not fewest.can_refer:
            reference = self.table.groups[fewest.reference or 0]
            if not self.n[reference]:
                return [f"the reference group {show(reference)} has no rows."]
            return [f"the reference group {show(reference)} is not among those compared."]
        if fewest.k > 1:
            return []
        if not fewest.k:
            return ["no group could be compared."]
        only = self.table.groups[fewest.chosen.groups[0]]
        return [f"one group only, {show(only)}: nothing was compared."]


def _size(value: float, *, ratio: bool) -> float:
    """How far a difference is from 0, or a ratio from 1 in either direction."""
    if not ratio:
        return abs(value)
    return abs(math.log(value)) if value > 0 else math.inf


def _folded(low: float, high: float) -> Pair:
    """Limits of the size of a number from limits of the number."""
    return max(0.0, low, -high), max(abs(low), abs(high))


def bounds(of: Score, name: str, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's limits of each rate; for a ratio of two counts those of its logarithm."""
    if name != "treatment_balance":
        return wilson_bounds(of.rate, of.size, confidence=confidence)
    centre, variance = of.log_moments  # of half a case more of each, so that 0 has a logarithm
    half = sidak_critical(confidence, 1) * np.sqrt(variance)
    low = np.minimum(np.exp(centre - half), of.rate)
    return low, np.maximum(np.exp(centre + half), of.rate)


class EpsilonReading(RateReading):
    """Differential fairness: the largest logarithm of a ratio of two groups' chances of any
    outcome.
    """

    def __init__(
        self, table: GroupTable, metric: Metric, options: Options, smoothing: float
    ) -> None:
        super().__init__(table.without_strata(), metric, options)
        self.smoothing: float = smoothing

    @property
    def unit(self) -> str:
        """A logarithm of a ratio."""
        return "log ratio"

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
        # The smoothing is in people, whatever weights add up to.
        people = self.table.n / self.table.weights.sum()
        return differential_fairness(counts * people, concentration=self.smoothing)

    @cached_property
    def groups(self) -> tuple[Any, ...]:
        """The groups with the lowest and the highest chance of the outcome that differs most."""
        if math.isnan(self.value):
            return ()
        found = [c.value() for c in self.comparisons]
        known = [(value, places) for value, places in found if not math.isnan(value)]
        _, places = min(known, default=(math.nan, ()))
        return tuple(self.table.groups[i] for i in places)

    def limits(self, confidence: float, bootstrap: Draws | None) -> Pair:  # noqa: ARG002 - none is offered
        """Limits of the logarithm of the larger of the two ratios."""
        if math.isnan(self.value):
            return math.nan, math.nan
        each = confidence ** (1 / 2)
        limits = [c.limits(c.critical(each)) for c in self.comparisons]
        known = [(low, high) for low, high in limits if not math.isnan(low)]
        low = max((_epsilon(most) for _, most in known), default=0.0)
        high = max((_epsilon(least) for least, _ in known), default=0.0)
        return min(low, self.value), max(high, self.value)

    @cached_property
    def noise_floor(self) -> float:
        """Minus the logarithm of the ratio that chance alone gives for the rarer outcome."""
        floors = [
            noise_floor([c], "worst_case") for c in self.comparisons if not math.isnan(c.value()[0])
        ]
        floors = [floor for floor in floors if floor > 0]
        return max(map(_epsilon, floors), default=math.nan)

    @cached_property
    def undefined(self) -> tuple[str, ...]:
        """That too few groups were compared: an outcome that never occurs, or always, leaves
        epsilon defined.
        """
        return tuple(self._too_few())


def _epsilon(ratio: float) -> float:
    """The size of a ratio from 0 to 1 on the scale of epsilon, from 0."""
    return math.log(1 / ratio) if ratio else math.inf
