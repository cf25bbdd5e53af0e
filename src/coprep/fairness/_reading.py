"""Knows how to read one metric off a table: its value, its interval, its groups, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._chance import noise_floor, replicates
from coprep.fairness._compare import METHODS, Comparison, Method
from coprep.fairness._scores import INNER, Chosen, Score, choose, score
from coprep.fairness.grouptable import GroupTable
from coprep.fairness.measures import Form, Measure
from coprep.metrics._checks import choice, number, share, whole
from coprep.metrics._streams import entropy
from coprep.metrics.groups._classification import confusion_parts
from coprep.metrics.groups._critical_values import sidak_critical
from coprep.metrics.groups._rate_moments import wilson_bounds
from coprep.wording.labels import show

__all__ = ["INTERVALS", "Draws", "IntervalMethod", "Options", "Reading", "must_be_offered"]

IntervalMethod = Literal["simultaneous", "bootstrap"]
INTERVALS = ("simultaneous", "bootstrap")
Floats = NDArray[np.float64]
Pair = tuple[float, float]
Draws = tuple[int, int]
_ONE = frozenset({"undefined", "min_group_size", "confidence", "interval"})
_SEVERAL = _ONE | {"method", "reference", "agg", "resamples", "rng"}
_USED: dict[Form, frozenset[str]] = {
    "rate": _ONE,
    "group_min": _ONE,
    "group_max": _ONE,
    "difference": _SEVERAL,
    "ratio": _SEVERAL,
    "disparity": frozenset({"group", "undefined", "confidence", "interval"}),
    "epsilon": _ONE | {"concentration"},
}
"""Which options play a part in metrics of each form."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for besides the rows, with defaults filled in."""

    method: Method = "between_groups"
    reference: Any = None
    group: Any = None
    agg: str = "worst_case"
    undefined: str = "strict"
    min_group_size: int = 0
    confidence: float = 0.95
    interval: str | None = "simultaneous"
    resamples: int = 1_000
    rng: int = 0
    concentration: float = 1.0

    @classmethod
    def checked(cls, metric: Measure, **given: Any) -> Options:
        """The options of one metric, each checked; None stands for the default."""
        asked = {
            name: value for name, value in given.items() if value is not None or name == "interval"
        }
        unknown = sorted(set(asked) - set(cls.__slots__))
        if unknown:
            raise InputError.choice("option", unknown[0], tuple(cls.__slots__))
        _must_be_used(metric, asked)
        options = cls(**{"agg": metric.agg, **asked})
        aggs = ("worst_case", "mean") if metric.agg == "worst_case" else (metric.agg,)
        choice(options.agg, "agg", aggs)
        choice(options.undefined, "undefined", ("strict", "skip"))
        whole(options.min_group_size, "min_group_size")
        number(options.concentration, "concentration", low=0.0)
        whole(options.resamples, "resamples", low=1)
        share(options.confidence, "confidence")
        if options.interval is not None:
            choice(options.interval, "interval", INTERVALS)
            must_be_offered(metric, options.interval)
        return cls(
            **{
                **{name: getattr(options, name) for name in cls.__slots__},
                "method": _method(options),
                "rng": entropy(options.rng),
            }
        )


def _must_be_used(metric: Measure, asked: Mapping[str, Any]) -> None:
    """Refuse options that could change nothing: whoever passes them expects that they do."""
    used = _USED[metric.form]
    idle = [name for name in asked if name not in used]
    if idle:
        raise InputError.of(
            f"{' and '.join(idle)} would play no part in {metric.name}, which takes {', '.join(sorted(used))}.",
            code="unused_option",
            param=idle[0],
            got=asked[idle[0]],
            expected=tuple(sorted(used)),
            hint=f"leave out {' and '.join(idle)}, or ask for another metric.",
        )


def must_be_offered(metric: Measure, interval: str) -> None:
    """Refuse the bootstrap of the two metrics that have none."""
    if interval == "bootstrap" and metric.form in ("disparity", "epsilon"):
        raise InputError.of(
            f"{metric.name} has an analytic interval only.",
            code="unknown_choice",
            param="interval",
            got=interval,
        )


def _method(options: Options) -> Method:
    """A reference turns "between groups" into "to reference"; "to overall" can have none."""
    choice(options.method, "method", METHODS)
    if options.reference is None:
        if options.method == "to_reference":
            raise InputError.of("method='to_reference' needs a reference group.", param="reference")
        return options.method
    if options.method == "to_overall":
        raise InputError.of(
            "method='to_overall' compares with everybody; leave out reference.", param="reference"
        )
    return "to_reference" if options.method == "between_groups" else options.method


class Reading:
    """One metric of one table, worked out as it is asked for and then kept."""

    def __init__(self, table: GroupTable, metric: Measure, options: Options) -> None:
        self.table: GroupTable = table
        self.metric: Measure = metric
        self.options: Options = options

    @property
    def compares(self) -> bool:
        """Whether groups are compared, rather than each described."""
        return self.metric.form in ("difference", "ratio")

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """One a rate, where groups are compared."""
        o = self.options
        return tuple(
            Comparison.of(
                self.table,
                name,
                method=o.method,
                ratio=self.metric.form == "ratio",
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
        if self.metric.name != "impact_ratio":
            return self._rates(place)
        rates = np.array([*self._rates(0).values()])
        reference, groups = self.options.reference, self.table.groups
        measures = self.chosen[0].groups if reference is None else [groups.index(reference)]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = rates / np.fmax.reduce(rates[measures], initial=0.0)
        return dict(zip(groups, ratios.tolist(), strict=True))

    def _rates(self, place: int) -> dict[Any, float]:
        return dict(zip(self.table.groups, self.scores[place].rate.tolist(), strict=True))

    def described(self, place: int, confidence: float) -> tuple[str, Floats, Floats, Floats]:
        """What is listed of each group: the rate's name, its values and their limits."""
        name, of = self.metric.rates[place], self.scores[place]
        return (name, of.rate, *bounds(of, name, confidence))

    def denominators(self, place: int = 0) -> dict[Any, float]:
        """What each group's rate is out of: rows, or their weights."""
        total = np.zeros(len(self.table.groups))
        for part in INNER.get(self.metric.rates[place], (self.metric.rates[place],)):
            total += confusion_parts(self.table.weights, part)[1].sum(axis=0)
        return dict(zip(self.table.groups, total.tolist(), strict=True))

    # -- the value -------------------------------------------------------------------------------------------

    @cached_property
    def value(self) -> float:
        """The number itself."""
        if self.metric.form == "rate":
            return float(self.everybody[0].rate)
        if not self.compares:
            rates = self.scores[0].rate[self.chosen[0].groups]
            if not len(rates):
                return math.nan
            return float(rates.min() if self.metric.form == "group_min" else rates.max())
        return self._joined([c.value()[0] for c in self.comparisons])

    def _joined(self, values: list[float]) -> float:
        """Several rates' numbers as one."""
        if any(math.isnan(v) for v in values):
            return math.nan
        if self.options.agg == "worst_case":
            return min(values) if self.metric.form == "ratio" else max(values)
        if self.metric.name == "average_odds_error":
            values = [abs(v) for v in values]
        return float(sum(values) / len(values))

    @cached_property
    def extremes(self) -> tuple[Any, ...]:
        """The groups that attain the value: lowest and highest, or the one furthest away."""
        labels = self.table.groups
        if self.compares:
            values = [c.value() for c in self.comparisons]
            if any(math.isnan(v) for v, _ in values):
                return ()
            sign = 1 if self.metric.form == "ratio" else -1
            _, places = min(values, key=lambda found: sign * abs(found[0]))
            return tuple(labels[i] for i in places)
        if self.metric.form == "rate" or math.isnan(self.value):
            return ()
        groups = self.chosen[0].groups
        rates = self.scores[0].rate[groups]
        return (
            labels[
                groups[int(rates.argmin() if self.metric.form == "group_min" else rates.argmax())]
            ],
        )

    # -- how sure --------------------------------------------------------------------------------------------

    def how(self, bootstrap: Draws | None) -> str:
        """What the interval is called."""
        if not self.compares:
            return "Wilson"
        if bootstrap is not None:
            return "max-t cell bootstrap"
        return "studentised range" if self.options.method == "between_groups" else "Sidak"

    def interval(self, confidence: float, bootstrap: Draws | None) -> Pair:
        """Limits of the value, simultaneous over pairs of groups; ``bootstrap`` is (draws, seed) if asked for."""
        if math.isnan(self.value):
            return math.nan, math.nan
        if self.metric.form == "rate":
            low, high = bounds(self.everybody[0], self.metric.rates[0], confidence)
            return float(low), float(high)
        if not self.compares:
            return self._extreme_interval(confidence)
        each = confidence ** (1 / len(self.comparisons))
        drawn = None if bootstrap is None else replicates(self.table, *bootstrap)
        limits = [self._limits(c, each, drawn) for c in self.comparisons]
        if self.metric.name == "average_odds_error":
            limits = [_folded(*pair) for pair in limits]
        least, most = (self._joined([pair[i] for pair in limits]) for i in (0, 1))
        return (
            (least, most) if math.isnan(least) else (min(least, self.value), max(most, self.value))
        )

    def _limits(
        self, comparison: Comparison, confidence: float, drawn: tuple[Floats, Floats] | None
    ) -> Pair:
        """Limits of one rate's comparison, by the replicates if some were drawn.

        Replicates of few rows that count very differently are too much alike: with weights, or within strata, they
        may widen the interval and not narrow it.
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
        take = np.min if self.metric.form == "group_min" else np.max
        return float(take(low)), float(take(high))

    @cached_property
    def p_value(self) -> float:
        """Against equal rates of all groups; nan where nothing is compared."""
        if not self.compares or math.isnan(self.value):
            return math.nan
        each = [c.p_value() for c in self.comparisons]
        if any(math.isnan(p) for p in each):
            return math.nan
        return float(-np.expm1(len(each) * np.log1p(-min(each)))) if min(each) < 1 else 1.0

    @cached_property
    def noise_floor(self) -> float:
        """What the value would be on average if all groups had one rate; nan where nothing is compared."""
        if not self.compares or math.isnan(self.value):
            return math.nan
        return noise_floor(self.comparisons, self.options.agg)

    # -- what was left out -----------------------------------------------------------------------------------

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why something is undefined, or was left out of the comparison."""
        found = [reason for chosen in self.chosen for reason in chosen.undefined]
        if self.compares:
            found += self._too_few() or [why for c in self.comparisons for why in c.reasons()]
        return tuple(dict.fromkeys(found))

    def _too_few(self) -> list[str]:
        reference, labels = self.options.reference, self.table.groups
        present = self.table.weights.sum(axis=(0, 2, 3)) > 0
        if reference is not None and not present[labels.index(reference)]:
            return [f"the reference group {show(reference)} has no rows."]
        k = min(c.k for c in self.comparisons)
        if k > 1:
            return []
        only = [show(labels[g]) for g in self.chosen[0].groups]
        return [
            f"one group only, {only[0]}: nothing was compared."
            if only
            else "no group could be compared."
        ]


def _folded(low: float, high: float) -> Pair:
    """Limits of the size of a number from limits of the number."""
    return max(0.0, low, -high), max(abs(low), abs(high))


def bounds(of: Score, name: str, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's limits of each rate; for a ratio of two counts those of its logarithm."""
    if name != "treatment_balance":
        return wilson_bounds(of.rate, of.size, confidence=confidence)
    centre, variance = of.log_moments
    half = sidak_critical(confidence, 1) * np.sqrt(variance)
    return np.exp(centre - half), np.exp(centre + half)
