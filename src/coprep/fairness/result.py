"""Knows the one answer every binary group metric gives: a float that remembers where it came from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from coprep.fairness._cards import forest, headline, left_out, sentence
from coprep.fairness._reading import IntervalMethod, Options, Reading, must_be_offered
from coprep.fairness._special import read
from coprep.fairness._words import called, titled
from coprep.fairness.grouptable import GroupTable, label_text, label_texts
from coprep.fairness.measures import Measure, measure
from coprep.findings import Estimate, as_notes
from coprep.metrics._checks import choice, share, whole
from coprep.metrics._streams import RNG, entropy
from coprep.pictures import Forest
from coprep.results import Result
from coprep.table import Table, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["MetricCard", "MetricResult"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MetricResult(float):
    """A number that behaves as a float and remembers counts, groups, uncertainty and what was undefined.

    Arithmetic, comparison, formatting and numpy treat it as the plain number.

    Attributes
    ----------
    value : float
        The metric; nan where it is undefined, with the reason in `undefined`.
    metric : Measure
        What was computed: name, rates, form.
    table : GroupTable
        The counts it was computed from.
    options : Options
        How: method, reference, agg, undefined, min_group_size, confidence, interval.
    """

    value: float
    metric: Measure
    table: GroupTable
    options: Options
    reading: Reading

    def __new__(cls, value: float, *_: Any, **__: Any) -> Self:
        """The plain number; everything else is in the fields."""
        return float.__new__(cls, value)

    @classmethod
    def of(cls, table: GroupTable, name: str, **options: Any) -> Self:
        """The metric called ``name`` of a table; the options are keywords of its function."""
        metric = measure(name)
        asked = Options.checked(metric, **options)
        reading = read(table, metric, asked)
        return cls(reading.value, metric, table, asked, reading)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.table, self.metric.name, self.options)

    # -- how sure --------------------------------------------------------------------------------------------

    def interval(
        self,
        confidence: float | None = None,
        method: IntervalMethod | None = None,
        *,
        resamples: int | None = None,
        rng: RNG = None,
    ) -> Estimate:
        """Between which limits does the value lie?

        Parameters
        ----------
        confidence : float, optional
            Level; by default the one asked for.
        method : {"simultaneous", "bootstrap"}, optional
            Invert pairwise intervals with the critical value of the studentised range (or Sidak's), or with that
            of the max-t cell bootstrap. The percentile interval of a gap is not offered: it cannot contain 0.
        resamples : int, optional
            Replicates of the bootstrap.
        rng : int, numpy Generator or None
            Seed of the bootstrap; by default the one asked for.

        Returns
        -------
        Estimate
            With ``value``, ``low``, ``high``, ``level``, ``method``.
        """
        o = self.options
        level = o.confidence if confidence is None else share(confidence, "confidence")
        how = (
            (o.interval or "simultaneous")
            if method is None
            else choice(method, "method", ("simultaneous", "bootstrap"))
        )
        must_be_offered(self.metric, how)
        draws = o.resamples if resamples is None else whole(resamples, "resamples", low=1)
        seed = o.rng if rng is None else entropy(rng)
        bootstrap = (draws, seed) if how == "bootstrap" else None
        low, high = self.reading.interval(level, bootstrap)
        return Estimate(self.value, low, high, level, self.reading.how(bootstrap), self._unit())

    def _unit(self) -> str:
        return {"difference": "points", "ratio": "ratio"}.get(self.metric.form, "share")

    @property
    def estimate(self) -> Estimate:
        """The value with the interval asked for; without limits if ``interval=None``."""
        if self.options.interval is None:
            return Estimate(self.value, level=self.options.confidence, unit=self._unit())
        kept = self.reading.__dict__
        if "estimate" not in kept:
            kept["estimate"] = self.interval()
        found: Estimate = kept["estimate"]
        return found

    @property
    def low(self) -> float:
        """Lower limit of the interval."""
        return self.estimate.low

    @property
    def high(self) -> float:
        """Upper limit of the interval."""
        return self.estimate.high

    @property
    def noise_floor(self) -> float:
        """The value to expect from chance alone, if all groups had the same rate."""
        return self.reading.noise_floor

    @property
    def p_value(self) -> float:
        """How often the clearest comparison would be as clear if all groups had the same rate."""
        return self.reading.p_value

    # -- where it came from ----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the metric."""
        return self.metric.name

    @property
    def method(self) -> str:
        """How groups were compared."""
        return self.options.method if self.reading.compares else "by_group"

    @property
    def groups(self) -> tuple[Any, ...]:
        """The groups that attain the value: lowest and highest, or the one furthest from what it is compared with."""
        return self.reading.extremes

    @property
    def by_group(self) -> dict[Any, float]:
        """Each group's rate (of the first rate, where the metric has two; see `to_frame`)."""
        return self.reading.by_group()

    @property
    def n(self) -> dict[Any, int]:
        """Rows of each group."""
        return self.table.group_sizes

    @property
    def denominators(self) -> dict[Any, float]:
        """What each group's rate is out of: rows, or their weights, of the (first) rate's denominator."""
        return self.reading.denominators()

    @property
    def undefined(self) -> tuple[str, ...]:
        """Why the value, or a group's rate, is undefined: group and denominator named."""
        return self.reading.reasons

    @property
    def skipped(self) -> tuple[Any, ...]:
        """Groups left out of the comparison by ``undefined="skip"``."""
        return tuple(dict.fromkeys(g for chosen in self.reading.chosen for g in chosen.skipped))

    @property
    def not_compared(self) -> tuple[Any, ...]:
        """Groups too small for ``min_group_size``, and declared groups without rows."""
        chosen = self.reading.chosen[0]
        return (*chosen.small, *chosen.absent)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Rows left out by ``missing="drop"``, and how many values were missing in each column."""
        return dict(self.table.dropped)

    # -- looking at it ---------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        if math.isnan(self.value):
            why = f": {self.undefined[0]}" if self.undefined else ""
            return f"<{self.name}: undefined{why}>"
        limits = "" if self.options.interval is None else f" [{self.low:.3f}, {self.high:.3f}]"
        noise = (
            "" if math.isnan(self.noise_floor) else f"; {self.noise_floor:.3f} expected from noise"
        )
        return f"<{self.name}: {self.value:.3f}{limits}{noise}>"

    def __str__(self) -> str:
        return float.__repr__(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything about the number as JSON-safe plain data."""
        e = self.estimate
        rows = self._rows()
        return {
            "metric": self.name,
            "value": _number(self.value),
            "low": _number(e.low),
            "high": _number(e.high),
            "confidence": e.level,
            "interval": e.method,
            "method": self.method,
            "groups": [label_text(g) for g in self.groups],
            "noise_floor": _number(self.noise_floor),
            "p_value": _number(self.p_value),
            "undefined": list(self.undefined),
            "skipped": [label_text(g) for g in self.skipped],
            "not_compared": [label_text(g) for g in self.not_compared],
            "dropped": dict(self.dropped),
            "by_group": [{k: _number(v) for k, v in record.items()} for record in rows.records()],
        }

    def _rows(self) -> Table:
        records, sizes, texts = [], self.n, label_texts(self.table.groups)
        for place in range(len(self.metric.rates)):
            name, rates, low, high = self.reading.described(place, self.options.confidence)
            below = self.reading.denominators(place)
            for i, group in enumerate(self.table.groups):
                records.append(
                    {
                        "metric": name,
                        "group": texts[i],
                        "value": float(rates[i]),
                        "low": float(low[i]),
                        "high": float(high[i]),
                        "n": sizes[group],
                        "denominator": below[group],
                        "extreme": group in self.groups,
                        "smallest": self.table.smallest_cell(i),
                    }
                )
        return Table.from_records(
            records,
            {
                "metric": "text",
                "group": "text",
                "value": "number",
                "low": "number",
                "high": "number",
                "n": "count",
                "denominator": "number",
                "extreme": "truth",
                "smallest": "count",
            },
        )

    def to_frame(self) -> pd.DataFrame:
        """Each group's rate with its interval and what it is out of, as a tidy pandas frame."""
        return self._rows().to_frame()

    def to_result(self) -> MetricCard:
        """The same as a `coprep.Result`, to be shown, drawn, saved or protected like every other answer."""
        return MetricCard.of(self)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw each group's rate with its interval; returns the Axes."""
        return self.to_result().plot(ax, **options)

    def _repr_html_(self) -> str:
        return self.to_result()._repr_html_()


def _number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def _again(cls: type[MetricResult], table: GroupTable, name: str, options: Options) -> MetricResult:
    metric = measure(name)
    reading = read(table, metric, options)
    return cls(reading.value, metric, table, options, reading)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class MetricCard(Result):
    """One metric as a result: a row a group, the metric itself in `headline`.

    Attributes
    ----------
    metric, value, low, high, noise_floor
        The metric by name, its value and interval, and what chance alone would give.
    """

    metric: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    noise_floor: float = math.nan

    kind: ClassVar[str] = "fairness.metric"
    shown: ClassVar[tuple[str, ...]] = ("metric", "group", "value", "low", "high", "n")
    count_columns: ClassVar[tuple[str, ...]] = ("smallest",)
    adds_up_within: ClassVar[tuple[str, ...]] = ("metric",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("metric", "group")

    @classmethod
    def of(cls, found: MetricResult) -> Self:
        """The card of one metric."""
        lost = left_out((*found.skipped, *found.not_compared), found.dropped)
        return cls(
            title=titled(called(found.name)),
            rows=found._rows(),
            notes=as_notes((_sentence(found), *found.undefined, *lost)),
            settings=plain({n: getattr(found.options, n) for n in Options.__slots__}),
            picture=_forest(found),
            metric=found.name,
            value=found.value,
            low=found.low,
            high=found.high,
            noise_floor=found.noise_floor,
        )

    @property
    def headline(self) -> str:
        """The number in one sentence."""
        return headline(self.metric, self.notes)


def _sentence(found: MetricResult) -> str:
    limits = (math.nan, math.nan) if found.options.interval is None else (found.low, found.high)
    return sentence(found.name, found.value, limits, found.options.confidence, found.noise_floor)


_ODDS = {"treatment_balance": "false negatives for each false positive (ratio)"}


def _forest(found: MetricResult) -> Forest:
    """Each group's rate beside everybody's; under the axis what the metric comes to, and what chance would give."""
    rates, everybody = found.metric.rates, [float(one.rate) for one in found.reading.everybody]
    several, disparity = len(rates) > 1, found.metric.form == "disparity"
    lines = (
        dict(zip(rates, everybody, strict=True)) if several or math.isnan(everybody[0]) else None
    )
    return forest(
        _axis(found),
        _sentence(found),
        null=0.0 if disparity else everybody[0],
        nulls=lines,
        null_label="no disparity" if disparity else "everybody",
        panel="metric" if several else None,
    )


def _axis(found: MetricResult) -> str:
    """What is drawn of each group, with its unit."""
    rates = found.metric.rates
    if found.metric.form == "disparity":
        return "Share of the group among those not selected less that among those selected"
    if len(rates) != 1:
        return "Rate of each group (share)"
    return _ODDS.get(rates[0], f"{titled(called(rates[0]))} of each group (share)")
