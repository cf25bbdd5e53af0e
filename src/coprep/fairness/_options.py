"""Check options besides the rows; refuse those that could change nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from coprep.errors import InputError
from coprep.fairness._catalogue import (
    AGGS,
    BETWEEN,
    METHODS,
    Agg,
    Between,
    Interval,
    Method,
    Metric,
)
from coprep.metrics._checks import choice, share, whole
from coprep.metrics._streams import seed_of

INTERVALS = ("simultaneous", "bootstrap")
_DEFAULTS = {"method": "between_groups", "reference": None, "agg": "worst_case"}


@dataclass(frozen=True, slots=True)
class Options:
    """How groups are compared, what happens to those that cannot be, and how sure one wants to
    be.
    """

    between: Between = "difference"
    method: Method = "between_groups"
    reference: Any = None
    agg: Agg = "worst_case"
    undefined: str = "strict"
    min_group_size: int = 0
    confidence: float = 0.95
    interval: Interval | None = "simultaneous"
    resamples: int = 1_000
    rng: int = 0

    @property
    def compares(self) -> bool:
        """Whether groups are compared, rather than each described."""
        return self.between in ("difference", "ratio")

    def to_dict(self) -> dict[str, Any]:
        """The options by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def options_of(metric: Metric, **given: Any) -> Options:
    """The options of one metric, each checked."""
    asked = Options(**given)
    choice(asked.between, "between", BETWEEN)
    choice(asked.method, "method", METHODS)
    choice(asked.agg, "agg", AGGS)
    choice(asked.undefined, "undefined", ("strict", "skip"))
    whole(asked.min_group_size, "min_group_size")
    whole(asked.resamples, "resamples", low=1)
    share(asked.confidence, "confidence")
    if asked.interval is not None:
        choice(asked.interval, "interval", INTERVALS)
    _must_be_used(metric, asked)
    seed = seed_of(asked.rng)
    method = _method(asked)
    return Options(**{**asked.to_dict(), "method": method, "rng": seed})


def _must_be_used(metric: Metric, asked: Options) -> None:
    """Refuse options that would play no part: whoever passes them expects that they do."""
    pairs = len(metric.rates) > 1
    if pairs and not asked.compares:
        raise InputError.of(
            f"{metric.name} is of two rates; between is 'difference' or 'ratio', not {asked.between!r}.",
            code="unknown_choice",
            param="between",
            got=asked.between,
            hint=f"ask for {metric.rates[0]!r} and {metric.rates[1]!r}.",
        )
    if metric.kind == "distance" and asked.between != "difference":
        raise InputError.of(
            f"{metric.name} is a distance of two groups; between is 'difference', not {asked.between!r}.",
            code="unknown_choice",
            param="between",
            got=asked.between,
        )
    idle = [name for name, default in _DEFAULTS.items() if getattr(asked, name) != default]
    aggregates = pairs or metric.name == "total_variation_distance"
    used = {"method", "reference"} if asked.compares else set()
    if aggregates:
        used.add("agg")
    idle = [name for name in idle if name not in used]
    if asked.interval == "bootstrap" and metric.kind != "rate":
        idle.append("interval")
    if idle:
        raise InputError.of(
            f"{' and '.join(idle)} would play no part in the {asked.between} of {metric.name}.",
            code="unused_option",
            param=idle[0],
            got=getattr(asked, idle[0]),
            hint=f"leave out {' and '.join(idle)}, or ask for another metric.",
        )
    if asked.method == "one_vs_rest" and metric.kind != "rate":
        raise InputError.of(
            f"{metric.name} has no method 'one_vs_rest'.",
            code="unknown_choice",
            param="method",
            got=asked.method,
            expected=("between_groups", "to_overall", "to_reference"),
        )


def _method(asked: Options) -> Method:
    """A reference turns "between groups" into "to reference"; "to overall" can have none."""
    if asked.reference is None:
        if asked.method == "to_reference":
            raise InputError.of("method='to_reference' needs a reference group.", param="reference")
        return asked.method
    if asked.method == "to_overall":
        raise InputError.of(
            "method='to_overall' compares with everybody; leave out reference.", param="reference"
        )
    return "to_reference" if asked.method == "between_groups" else asked.method
