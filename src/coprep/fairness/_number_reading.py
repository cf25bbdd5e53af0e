"""Numbers of groups compared: what the comparison comes to, its limits and test, and the gap that noise makes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from coprep.fairness._group_table import label_texts, place_of
from coprep.fairness._numbers import Numbers, extremes
from coprep.fairness._permutation import Chance
from coprep.metrics._checks import Floats
from coprep.metrics.groups._critical_values import (
    clearest_critical,
    sidak_critical,
    sidak_p_value,
    studentised_range_quantile,
    studentised_range_sf,
    students_widening,
)
from coprep.metrics.groups._gaps import fieller_limits
from coprep.metrics.groups._gaps import gap_limits as gap_interval
from coprep.metrics.groups._gaps import ratio_gap_limits as ratio_gap_interval
from coprep.wording.labels import listed, show
from coprep.wording.numbers import fixed

if TYPE_CHECKING:
    from coprep.fairness._options import Options

Places = NDArray[np.intp]
Pair = tuple[float, float]
_NOISE_DRAWS = 4_000
_NOTHING = (math.nan, math.nan)


def widened(se: Floats, df: Floats | None, critical: float) -> Floats:
    """Standard errors, widened as Student's t asks for so few rows; inf where nothing is known of
    them.
    """
    wide = 1.0 if df is None else students_widening(critical, df)
    with np.errstate(invalid="ignore"):
        exact = np.where(
            np.isinf(wide), np.inf, 0.0
        )  # an error of 0 is of few rows, or of all alike
        return np.where(np.isnan(se), np.inf, np.where(se == 0, exact, se * wide))


class NumberReading:
    """One number of each group, compared as asked; see `MetricResult` for what each property says.

    A ``chance`` is for numbers that are above 0 by chance alone and whose errors are not known:
    what shuffled labels give.
    """

    table = None

    def __init__(
        self, name: str, numbers: Numbers, options: Options, chance: Chance | None = None
    ) -> None:
        self.name: str = name
        self.numbers: Numbers = numbers
        self.options: Options = options
        self.chance: Chance | None = chance
        self.base: int = -1
        if options.method == "to_reference":
            self.base = place_of(options.reference, numbers.labels, "reference")

    def valued(
        self,
        value: float,
        *,
        numbers: Numbers | None = None,
        groups: tuple[Any, ...] | None = None,
        chance: Chance | None = None,
    ) -> NumberReading:
        """The same with a value that was worked out elsewhere, the groups that attain it, and what chance makes of it.

        Nothing is said of the chance of a value that is undefined or without limit.
        """
        found = NumberReading(self.name, numbers or self.numbers, self.options)
        found.chance = chance if math.isfinite(value) else None
        found.__dict__["_compared"] = (value, self.groups if groups is None else groups)
        found.__dict__["undefined"] = self.undefined
        return found

    @property
    def compares(self) -> bool:
        """Whether groups are compared, rather than each described."""
        return self.options.compares

    @property
    def unit(self) -> str:
        """What the value counts."""
        return "ratio" if self.options.between == "ratio" else self.numbers.unit

    @property
    def labels(self) -> tuple[Any, ...]:
        """The groups."""
        return self.numbers.labels

    @property
    def n(self) -> dict[Any, int]:
        """Rows of each group."""
        return dict(zip(self.labels, self.numbers.n.tolist(), strict=True))

    @property
    def dropped(self) -> Mapping[str, int]:
        """Rows left out, and how many values each column lacked."""
        return self.numbers.dropped

    @property
    def overall(self) -> float:
        """Everybody's number."""
        return self.numbers.overall

    def by_group(self) -> dict[Any, float]:
        """Each group's number."""
        return dict(zip(self.labels, map(float, self.numbers.value), strict=True))

    def denominators(self) -> dict[Any, float]:
        """Rows of each group."""
        return {group: float(n) for group, n in self.n.items()}

    @property
    def lines(self) -> dict[str, float]:
        """Everybody's number: what each group's is drawn beside."""
        return {self.name: self.overall}

    def records(self, confidence: float) -> list[dict[str, Any]]:
        """A row a group."""
        numbers = self.numbers
        critical = sidak_critical(confidence, 1)
        half = critical * widened(numbers.se, numbers.df, critical)
        half = np.where(np.isfinite(half), half, np.nan)
        texts = label_texts(numbers.labels)
        return [
            {
                "metric": self.name,
                "group": texts[i],
                "value": float(numbers.value[i]),
                "low": numbers.inside(float(numbers.value[i] - half[i])),
                "high": numbers.inside(float(numbers.value[i] + half[i])),
                "n": int(numbers.n[i]),
                "denominator": float(numbers.n[i]),
                "extreme": group in self.groups,
                "smallest": int(numbers.n[i]),
            }
            for i, group in enumerate(numbers.labels)
        ]

    # -- the value ---------------------------------------------------------------------------------

    @cached_property
    def _wanted(self) -> NDArray[np.bool_]:
        """Groups that are large enough, known, and have rows."""
        return (self.numbers.n >= max(1, self.options.min_group_size)) & self.numbers.known

    @cached_property
    def _at(self) -> Places:
        """The groups that are compared: those of them that have a number."""
        return np.flatnonzero(self._wanted & ~np.isnan(self.numbers.value))

    @property
    def compared(self) -> Places:
        """The places of the groups that are compared."""
        return self._at

    @property
    def _lost(self) -> Places:
        return np.flatnonzero(self._wanted & np.isnan(self.numbers.value))

    @property
    def skipped(self) -> tuple[Any, ...]:
        """Groups left out because their number is undefined."""
        if self.options.undefined != "skip":
            return ()
        return tuple(self.labels[i] for i in self._lost)

    @property
    def not_compared(self) -> tuple[Any, ...]:
        """Groups that are too small, not known, or without rows."""
        return tuple(self.labels[i] for i in np.flatnonzero(~self._wanted))

    @property
    def value(self) -> float:
        """The number itself."""
        return self._compared[0]

    @property
    def groups(self) -> tuple[Any, ...]:
        """The groups that attain the value: lowest and highest, or the one furthest away."""
        return self._compared[1]

    @cached_property
    def _compared(self) -> tuple[float, tuple[Any, ...]]:
        """The value, and the groups that attain it; undefined groups make it nan, or are left
        out.
        """
        if self.options.between == "by_group":
            return self.overall, ()
        if len(self._lost) and self.options.undefined == "strict":
            return math.nan, ()
        value, places = self._ends
        return value, () if math.isnan(value) else tuple(self.labels[i] for i in places)

    @cached_property
    def _ends(self) -> tuple[float, tuple[int, ...]]:
        """What a comparison of the groups that have a number comes to, and their places; nan where
        `_why_not` says why.
        """
        used = self._at
        if not len(used) or self._why_not(before=True):
            return math.nan, ()
        value = self.numbers.value
        lowest, highest = (int(used[at]) for at in extremes(value[used]))
        between = self.options.between
        if not self.compares:
            end = lowest if between == "group_min" else highest
            return float(value[end]), (end,)
        if self.options.method != "between_groups":
            return self._furthest()
        if between == "difference":
            return self._one(value[highest], value[lowest]), (lowest, highest)
        return self._one(value[lowest], value[highest]), (lowest, highest)

    def _furthest(self) -> tuple[float, tuple[int, ...]]:
        """The group furthest from everybody, or (signed, or as a directed ratio) from the
        reference.
        """
        numbers = self.numbers
        others = self._at[self._at != self.base]
        base = numbers.overall if self.base < 0 else float(numbers.value[self.base])
        each = np.array([self._one(value, base) for value in numbers.value[others]])
        if np.isnan(each).all():
            return math.nan, ()
        size = np.abs(each)
        if self.options.between == "ratio":
            with np.errstate(divide="ignore"):
                size = -np.minimum(each, 1.0 / each)
        far = int(np.nanargmax(size))
        if self.base >= 0:
            return float(each[far]), (int(others[far]), self.base)
        return float(abs(size[far])), (int(others[far]),)

    def _one(self, value: float, base: float) -> float:
        """One number less another, or over it; nan of two that are without limit, or of 0 over
        0.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.options.between == "difference":
                return float(np.float64(value) - base)
            return float(np.float64(value) / base)

    @cached_property
    def undefined(self) -> tuple[str, ...]:
        """Why the value, or a group's number, is undefined."""
        lacking = self.numbers.lacking
        reasons = []
        for i in self._lost:
            group = self.labels[i]
            of = self.name if group is None else f"{self.name} of group {show(group)}"
            reasons.append(f"{of} is undefined: it needs {lacking}.")
        if self.options.between == "by_group":
            if math.isnan(self.overall):
                reasons.insert(0, f"{self.name} is undefined: it needs {lacking}.")
        elif math.isnan(self._ends[0]):
            reasons.append(self._why_not())
        return tuple(dict.fromkeys(reasons))

    def _why_not(self, *, before: bool = False) -> str:
        """Why groups have no gap or ratio; ``before`` they are compared only that they cannot
        be.
        """
        value = self.numbers.value[self._at]
        if not len(value):
            return "no group has a defined number."
        if not self.compares:
            return ""
        if self.base >= 0 and self.base not in self._at:
            reference = show(self.labels[self.base])
            if self._wanted[self.base]:
                return f"the reference group {reference} has no defined number."
            return f"the reference group {reference} is not among those compared."
        if len(value) < 2:
            return "only one group has a defined number: nothing was compared."
        if self.options.between == "ratio" and value.min() < 0:
            lowest = self.labels[self._at[int(value.argmin())]]
            below = f"group {show(lowest)} has {fixed(float(value.min()), 3)}"
            return f"ratios need numbers from 0, and {below}."
        if before:
            return ""
        if self.options.method == "to_overall" and math.isnan(self.overall):
            return "what groups are compared with is undefined."
        if np.isinf(value).any():
            apart = f"the {self.options.between} of two such numbers is undefined"
            return f"more than one number is without limit, and {apart}."
        return "all numbers are 0, and 0 over 0 is undefined."

    def _used(self, critical: float = 0.0, *, chance: bool = False) -> tuple[Floats, Floats]:
        """Values and variances of the groups compared; inf where an error is not known."""
        numbers = self.numbers
        at = self._at
        se = numbers.chance_se if chance else numbers.se
        df = numbers.chance_df if chance else numbers.df
        value = numbers.value[at]
        error = widened(se[at], None if df is None else df[at], critical)
        with np.errstate(over="ignore"):
            return value, np.where(np.isfinite(value), error, np.inf) ** 2

    # -- limits ------------------------------------------------------------------------------------

    def how(self, bootstrap: tuple[int, int] | None = None) -> str:  # noqa: ARG002 - none is offered
        """What the interval is called."""
        if self.options.between == "by_group":
            return "Student's t"
        pairs = self.compares and self.options.method == "between_groups"
        return "simultaneous pairwise" if pairs else "Sidak"

    def limits(self, level: float, bootstrap: tuple[int, int] | None = None) -> Pair:  # noqa: ARG002
        """Limits of the value; nan, or as far as such numbers can be, where `no_limits` says
        why.
        """
        if math.isnan(self.value) or (self.compares and self.options.method == "to_overall"):
            return _NOTHING
        if self.options.between == "by_group":
            return self._of_everybody(sidak_critical(level, 1))
        k = len(self._at)
        if not self.compares:
            return self._of_the_end(sidak_critical(level, k))
        if self.options.method == "to_reference":
            return self._from_reference(sidak_critical(level, k - 1))
        return self._between(studentised_range_quantile(level, k) / math.sqrt(2.0))

    def _of_everybody(self, critical: float) -> tuple[float, float]:
        numbers = self.numbers
        error = widened(np.array([numbers.overall_se]), np.array([numbers.overall_df]), critical)
        half = critical * float(error[0])
        if not math.isfinite(half + self.value):
            return _NOTHING
        return numbers.inside(self.value - half), numbers.inside(self.value + half)

    def _of_the_end(self, critical: float) -> tuple[float, float]:
        """Of the lowest or the highest group, from limits of all groups that hold together."""
        value, variance = self._used(critical)
        if not np.isfinite(variance).any():
            return _NOTHING
        half = critical * np.sqrt(variance)
        with np.errstate(invalid="ignore"):
            low = np.where(np.isfinite(half), value - half, -np.inf)
            high = np.where(np.isfinite(half), value + half, np.inf)
        end = np.min if self.options.between == "group_min" else np.max
        return self.numbers.inside(float(end(low))), self.numbers.inside(float(end(high)))

    def _between(self, critical: float) -> tuple[float, float]:
        """Of all pairs; groups whose error is not known may be anywhere."""
        value, variance = self._used(critical)
        known = np.isfinite(variance)
        if known.sum() < 2:
            return _NOTHING
        if self.options.between == "ratio":
            low, high = ratio_gap_interval(value[known], variance[known], critical)
            low = low if known.all() else 0.0
        else:
            low, high = gap_interval(value[known], variance[known], critical)
            high = high if known.all() else math.inf
        return min(low, self.value), max(min(high, self.numbers.widest), self.value)

    def _from_reference(self, critical: float) -> tuple[float, float]:
        value, variance = self._used(critical)
        far = self._place(self.groups[0])
        base = self._place(self.groups[1])
        if not math.isfinite(variance[far] + variance[base]):
            return _NOTHING
        if self.options.between == "ratio":
            low, high = fieller_limits(
                (value[far], variance[far]), (value[base], variance[base]), critical
            )
            return float(low), float(high)
        half = critical * math.sqrt(variance[far] + variance[base])
        widest = self.numbers.widest
        return max(self.value - half, -widest), min(self.value + half, widest)

    @property
    def no_limits(self) -> str:
        """Why there are no limits, or one of them says nothing; empty where there is no more to
        say.
        """
        if math.isnan(self.value):
            return ""
        if self.compares and self.options.method == "to_overall":
            return "comparisons with everybody have no interval, because every group is part of everybody."
        if self.options.between == "by_group":
            if math.isfinite(self.limits(0.5)[0]):
                return ""
            return f"nothing is known of the error of {self.name}, so it has no interval."
        _, variance = self._used(1.0)
        unknown = [self.numbers.labels[i] for i in self._at[~np.isfinite(variance)]]
        refers = self.options.method == "to_reference"
        if not unknown or (refers and not set(unknown) & set(self.groups)):
            return ""
        if np.isnan(self.numbers.se[self.numbers.n > 1]).all() and (self.numbers.n > 1).any():
            return f"nothing is known of the error of {self.name}, so it has no interval."
        groups = f"group {listed(unknown)}" if len(unknown) == 1 else f"groups {listed(unknown)}"
        return f"the error of {groups} is not known: too few rows, or a number without limit."

    # -- chance ------------------------------------------------------------------------------------

    @property
    def chance_said(self) -> str:
        """How it was found what chance alone would give, where labels were shuffled for it."""
        return "" if self.chance is None else self.chance.found.said

    @cached_property
    def noise_floor(self) -> float:
        """The gap (or ratio) between groups to expect from chance alone; nan where errors are not
        known.
        """
        if self.chance is not None:
            return self.chance.found.value
        value, variance = self._used(chance=True)
        if self.options.between == "ratio":
            with np.errstate(divide="ignore", invalid="ignore"):
                variance = variance / value**2
        known = len(value) > 1 and bool(np.isfinite(variance).all())
        if not self.compares or self.options.method != "between_groups" or not known:
            return math.nan
        draws = max(200, min(_NOISE_DRAWS, 4_000_000 // len(value)))
        drawn = np.random.default_rng(0).normal(size=(draws, len(value))) * np.sqrt(variance)
        gaps = np.ptp(drawn, axis=1)
        if self.options.between == "ratio":
            return float(np.exp(-gaps).mean())
        return float(min(gaps.mean(), self.numbers.widest))

    @property
    def p_value(self) -> float:
        """How often the clearest pair would be as far apart if groups did not matter; with a reference, pairs with it.

        Groups whose error is not known are searched and never clear.
        """
        value, variance = self._used(1.0, chance=True)
        known = np.isfinite(variance)
        if known.sum() < 2 or not (variance[known] > 0).any():
            return math.nan
        if self.options.method == "to_reference":
            if math.isnan(self.value) or not known[self._place(self.groups[1])]:
                return math.nan
            each = 2 * float(ndtr(-clearest_critical(self._shown_from_reference)))
            return sidak_p_value(each, len(value) - 1)
        clearest = clearest_critical(self._shown) * math.sqrt(2.0)
        return float(studentised_range_sf(clearest, len(value)))

    def _place(self, group: Any) -> int:
        """Where a group stands among those that have a number."""
        return int(np.searchsorted(self._at, self.numbers.labels.index(group)))

    def _shown(self, critical: float) -> bool:
        """Whether the interval of any pair's difference leaves out 0."""
        value, variance = self._used(critical, chance=True)
        known = np.isfinite(variance)
        if known.sum() < 2:
            return False
        return gap_interval(value[known], variance[known], critical)[0] > 0

    def _shown_from_reference(self, critical: float) -> bool:
        """Whether the interval of any difference from the reference leaves out 0."""
        value, variance = self._used(critical, chance=True)
        base = self._place(self.groups[1])
        away = np.abs(value - value[base]) - critical * np.sqrt(variance + variance[base])
        return bool((np.delete(away, base) > 0).any())
