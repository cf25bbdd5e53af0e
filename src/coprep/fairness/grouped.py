"""Knows how any number that each group has is compared between groups: a float that remembers the groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from coprep.errors import InputError, show
from coprep.fairness._compare import extremes
from coprep.fairness._words import number
from coprep.fairness.grouptable import label_text
from coprep.findings import Estimate, Result
from coprep.metrics._numbers import Floats, choice, share
from coprep.metrics.critical_values import (
    clearest_critical,
    sidak_critical,
    studentised_range_quantile,
    studentised_range_sf,
    students_widening,
)
from coprep.metrics.gaps import fieller_limits, gap_interval, ratio_gap_interval
from coprep.table import Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Form", "GroupedCard", "GroupedNumber", "Method", "Numbers"]

Form = Literal["overall", "difference", "ratio", "group_min", "group_max"]
Method = Literal["between_groups", "to_overall", "to_reference"]
_NOISE_DRAWS = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What is known of each group before groups are compared.

    Attributes
    ----------
    labels : tuple
        The groups.
    value, se : arrays
        Each group's number and its standard error; nan where undefined or not known.
    n : array of int
        Rows of each group.
    overall : float
        The number of everybody.
    chance_se : array
        Standard error of each group's number if groups did not matter.
    needs : str
        What a group must have for its number to be defined.
    unit : str
        What the number counts.
    dropped : mapping
        Rows left out, and why.
    df, chance_df : array or None
        Degrees of freedom behind the errors; None where the errors are as good as known.
    most : float
        The largest gap there can be.
    """

    labels: tuple[Any, ...]
    value: Floats
    se: Floats
    n: np.ndarray[Any, np.dtype[np.intp]]
    overall: float
    chance_se: Floats
    needs: str
    unit: str
    dropped: Mapping[str, int]
    df: Floats | None = None
    chance_df: Floats | None = None
    most: float = math.inf


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GroupedNumber(float):
    """A number that behaves as a float and remembers the groups behind it.

    Attributes
    ----------
    value : float
        The number; nan where it is undefined, with the reason in `undefined`.
    name : str
        What was computed.
    form : {"overall", "difference", "ratio", "group_min", "group_max"}
        What was done with the groups.
    numbers : Numbers
        Each group's number, error and size.
    groups : tuple
        Groups that attain the value: lowest and highest, or the one furthest from what it is compared with.
    method : str
        How groups were compared.
    reference : label or None
        The group all others were compared with.
    confidence : float
        Level of the interval.
    undefined : tuple of str
        Why the value, or a group's number, is undefined.
    skipped, not_compared : tuple
        Groups left out as undefined, and declared groups without rows.
    """

    value: float
    name: str
    form: Form
    numbers: Numbers
    groups: tuple[Any, ...]
    method: str
    reference: Any
    confidence: float
    undefined: tuple[str, ...]
    skipped: tuple[Any, ...]
    not_compared: tuple[Any, ...]

    def __new__(cls, value: float, *_: Any, **__: Any) -> Self:
        """The plain number; everything else is in the fields."""
        return float.__new__(cls, value)

    @classmethod
    def of(
        cls,
        name: str,
        form: Form,
        numbers: Numbers,
        *,
        method: str = "between_groups",
        reference: Any = None,
        undefined: str = "strict",
        confidence: float = 0.95,
    ) -> Self:
        """Compare the groups."""
        how = "to_reference" if reference is not None else method
        choice(how, "method", ("between_groups", "to_overall", "to_reference"))
        choice(undefined, "undefined", ("strict", "skip"))
        level = share(confidence, "confidence")
        place = _reference(numbers, reference, how)
        there, lacking = numbers.n > 0, (numbers.n > 0) & np.isnan(numbers.value)
        reasons = [f"{name} of group {show(numbers.labels[i])} is undefined: it needs {numbers.needs}."
                   for i in np.flatnonzero(lacking)]  # fmt: skip
        used = np.flatnonzero(there & ~lacking)
        value, ends = numbers.overall, tuple[int, ...]()
        if form != "overall":
            value, ends, why = _compared(form, numbers, used, how=how, place=place)
            reasons += why
            if lacking.any() and undefined == "strict":
                value, ends = math.nan, ()
        return cls(
            value,
            name,
            form,
            numbers,
            tuple(numbers.labels[end] for end in ends),
            how,
            reference,
            level,
            tuple(reasons),
            tuple(numbers.labels[i] for i in np.flatnonzero(lacking)) if undefined == "skip" else (),
            tuple(numbers.labels[i] for i in np.flatnonzero(~there)),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.value, self.name, self.form, self.numbers, self.groups, self.method, self.reference)
        return type(self), (*fields, self.confidence, self.undefined, self.skipped, self.not_compared)

    # -- how sure --------------------------------------------------------------------------------------------

    def _used(self, critical: float = 0.0, *, chance: bool = False) -> tuple[Floats, Floats]:
        """Values and variances of the groups compared, errors widened as so few rows ask for."""
        numbers = self.numbers
        at = (numbers.n > 0) & ~np.isnan(numbers.value)
        se, df = (numbers.chance_se, numbers.chance_df) if chance else (numbers.se, numbers.df)
        wide = 1.0 if df is None else students_widening(critical, df[at])
        return numbers.value[at], (se[at] * wide) ** 2

    def interval(self, confidence: float | None = None) -> Estimate:
        """Between which limits does the value lie?

        Parameters
        ----------
        confidence : float, optional
            Level; by default the one asked for.

        Returns
        -------
        Estimate
            For gaps and ratios between groups, by inverting simultaneous pairwise intervals; for comparisons with
            a reference, Sidak's limits of the group that attains the value. Errors of groups with few rows are
            widened as Student's t asks for. Without limits where errors are not known.
        """
        level = self.confidence if confidence is None else share(confidence, "confidence")
        low, high = math.nan, math.nan
        if self.form in ("difference", "ratio") and not math.isnan(self.value):
            low, high = self._limits(level)
        return Estimate(self.value, low, high, level, "simultaneous pairwise", self.numbers.unit)

    def _limits(self, level: float) -> tuple[float, float]:
        k = len(self._used()[0])
        pairwise = self.method == "between_groups"
        if k < 2 or self.method == "to_overall":
            return math.nan, math.nan
        critical = studentised_range_quantile(level, k) / math.sqrt(2.0) if pairwise else sidak_critical(level, k - 1)
        value, variance = self._used(critical)
        if not np.isfinite(np.r_[value, variance]).all() or (self.form == "ratio" and (value < 0).any()):
            return math.nan, math.nan
        if not pairwise:
            return self._from_reference(critical)
        low, high = (ratio_gap_interval if self.form == "ratio" else gap_interval)(value, variance, critical)
        return min(low, self.value), max(min(high, self.numbers.most), self.value)

    def _from_reference(self, critical: float) -> tuple[float, float]:
        wide = 1.0 if self.numbers.df is None else students_widening(critical, self.numbers.df)
        value, variance = self.numbers.value, (self.numbers.se * wide) ** 2
        far, base = (self.numbers.labels.index(group) for group in self.groups)
        if self.form == "ratio":
            low, high = fieller_limits((value[far], variance[far]), (value[base], variance[base]), critical)
            return float(low), float(high)
        half = critical * math.sqrt(variance[far] + variance[base])
        return max(self.value - half, -self.numbers.most), min(self.value + half, self.numbers.most)

    @property
    def low(self) -> float:
        """Lower limit of the interval."""
        return self.interval().low

    @property
    def high(self) -> float:
        """Upper limit of the interval."""
        return self.interval().high

    @property
    def noise_floor(self) -> float:
        """The gap (or ratio) between groups to expect from chance alone; nan where errors are not known."""
        value, variance = self._used(chance=True)
        if self.form == "ratio":
            with np.errstate(divide="ignore", invalid="ignore"):
                variance = variance / value**2
        known = len(value) > 1 and bool(np.isfinite(variance).all())
        if self.form not in ("difference", "ratio") or self.method != "between_groups" or not known:
            return math.nan
        draws = max(200, min(_NOISE_DRAWS, 4_000_000 // len(value)))
        drawn = np.random.default_rng(0).normal(size=(draws, len(value))) * np.sqrt(variance)
        gaps = np.ptp(drawn, axis=1)
        return float(np.exp(-gaps).mean() if self.form == "ratio" else min(gaps.mean(), self.numbers.most))

    @property
    def p_value(self) -> float:
        """How often the clearest pair of groups would be as far apart if groups did not matter."""
        value, variance = self._used(chance=True)
        if len(value) < 2 or not np.isfinite(np.r_[value, variance]).all() or not (variance > 0).any():
            return math.nan
        return float(studentised_range_sf(clearest_critical(self._shown) * math.sqrt(2.0), len(value)))

    def _shown(self, critical: float) -> bool:
        """Whether the interval of any pair's difference leaves out 0."""
        value, variance = self._used(critical, chance=True)
        return bool(np.isfinite(variance).all()) and gap_interval(value, variance, critical)[0] > 0

    # -- where it came from ----------------------------------------------------------------------------------

    @property
    def by_group(self) -> dict[Any, float]:
        """Each group's number."""
        return dict(zip(self.numbers.labels, (float(v) for v in self.numbers.value), strict=True))

    @property
    def n(self) -> dict[Any, int]:
        """Rows of each group."""
        return dict(zip(self.numbers.labels, (int(v) for v in self.numbers.n), strict=True))

    @property
    def overall(self) -> float:
        """The number of everybody."""
        return self.numbers.overall

    @property
    def dropped(self) -> dict[str, int]:
        """Rows left out by ``missing="drop"``, and how many values were missing in each column."""
        return dict(self.numbers.dropped)

    # -- looking at it ---------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        if math.isnan(self.value):
            why = f": {self.undefined[0]}" if self.undefined else ""
            return f"<{self.name}: undefined{why}>"
        limits = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        noise = "" if math.isnan(self.noise_floor) else f"; {self.noise_floor:.3f} expected from noise"
        return f"<{self.name}: {self.value:.3f}{limits}{noise}>"

    def __str__(self) -> str:
        return float.__repr__(self)

    def _rows(self) -> Table:
        """A row a group."""
        critical = sidak_critical(self.confidence, 1)
        wide = 1.0 if self.numbers.df is None else students_widening(critical, self.numbers.df)
        half = critical * wide * self.numbers.se
        records = [
            {
                "group": label_text(group),
                "value": float(self.numbers.value[i]),
                "low": float(self.numbers.value[i] - half[i]),
                "high": float(self.numbers.value[i] + half[i]),
                "n": int(self.numbers.n[i]),
                "extreme": group in self.groups,
            }
            for i, group in enumerate(self.numbers.labels)
        ]
        kinds = ("text", "number", "number", "number", "count", "truth")
        names = ("group", "value", "low", "high", "n", "extreme")
        return Table.from_records(records, dict(zip(names, kinds, strict=True)))  # type: ignore[arg-type]

    def to_frame(self) -> pd.DataFrame:
        """Each group's number with its own interval, as a tidy pandas frame."""
        return self._rows().to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Everything about the number as JSON-safe plain data."""
        return {**self.to_result().to_dict(), "metric": self.name, "form": self.form, "method": self.method}

    def to_result(self) -> GroupedCard:
        """The same as a `coprep.Result`, to be shown, drawn, saved or protected like every other answer."""
        return GroupedCard.of(self)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw each group's number with its interval; returns the Axes."""
        return self.to_result().plot(ax, **options)

    def _repr_html_(self) -> str:
        return self.to_result()._repr_html_()


def _reference(numbers: Numbers, reference: Any, how: str) -> int:
    if how != "to_reference":
        return -1
    if reference not in numbers.labels:
        raise InputError.choice("reference", reference, numbers.labels)
    return numbers.labels.index(reference)


def _compared(
    form: str, numbers: Numbers, used: np.ndarray[Any, np.dtype[np.intp]], *, how: str, place: int
) -> tuple[float, tuple[int, ...], list[str]]:
    """The value, the groups that attain it, and why it is undefined if it is."""
    if not len(used):
        return math.nan, (), ["no group has a defined number."]
    value = numbers.value[used]
    lowest, highest = (int(used[place]) for place in extremes(value))
    if form == "group_min":
        return float(value.min()), (lowest,), []
    if form == "group_max":
        return float(value.max()), (highest,), []
    if len(used) < 2:
        return math.nan, (), ["only one group has a defined number: nothing was compared."]
    if how == "between_groups":
        if form == "difference":
            return float(value.max() - value.min()), (lowest, highest), []
        return _ratio(float(value.min()), float(value.max())), (lowest, highest), []
    return _against(form, numbers, used, place)


def _against(
    form: str, numbers: Numbers, used: np.ndarray[Any, np.dtype[np.intp]], place: int
) -> tuple[float, tuple[int, ...], list[str]]:
    """The group furthest from everybody, or (signed, or as a directed ratio) from the reference."""
    others = used[used != place]
    base = numbers.overall if place < 0 else float(numbers.value[place])
    if math.isnan(base):
        return math.nan, (), ["what groups are compared with is undefined."]
    value = numbers.value[others]
    if form == "difference":
        far = int(np.abs(value - base).argmax())
        found = abs(float(value[far]) - base) if place < 0 else float(value[far]) - base
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.minimum(value / base, base / value)
        far = int(np.nanargmin(ratios)) if not np.isnan(ratios).all() else 0
        found = float(ratios[far]) if place < 0 else _ratio(float(value[far]), base)
    return found, (int(others[far]),) if place < 0 else (int(others[far]), place), []


def _ratio(above: float, below: float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(above) / np.float64(below))


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class GroupedCard(Result):
    """One number by group as a result; the number itself is in `headline`.

    Attributes
    ----------
    metric, value, low, high, overall, noise_floor
        The number by name, its value and interval, that of everybody, and what chance alone would give.
    """

    metric: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    overall: float = math.nan
    noise_floor: float = math.nan

    kind: ClassVar[str] = "fairness.grouped"
    picture: ClassVar[str] = "forest"
    shown: ClassVar[tuple[str, ...]] = ("group", "value", "low", "high", "n")
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("group",)

    @classmethod
    def of(cls, found: GroupedNumber) -> Self:
        """The card of one number."""
        words = found.name.replace("_", " ")
        left_out = [f"group {show(g)} was not compared." for g in (*found.skipped, *found.not_compared)]
        lost = [f"{k:,} rows left out for missing values." for what, k in found.dropped.items() if what == "rows"]
        return cls(
            title=words[0].upper() + words[1:],
            rows=found._rows(),
            notes=(_sentence(found), *found.undefined, *left_out, *lost),
            settings={"method": found.method, "confidence": found.confidence, "forest": _forest(found)},
            metric=found.name,
            value=found.value,
            low=found.low,
            high=found.high,
            overall=found.overall,
            noise_floor=found.noise_floor,
        )

    @property
    def headline(self) -> str:
        """The number in one sentence."""
        said = f"The {self.metric.replace('_', ' ')} is "
        hidden = f"{said}not shown, because it would tell of small groups."
        return next((note for note in self.notes if note.startswith(said)), hidden)


def _sentence(found: GroupedNumber) -> str:
    words = found.name.replace("_", " ")
    if math.isnan(found.value):
        return f"The {words} is undefined."
    said = f"The {words} is {number(found.value)}"
    if not math.isnan(found.low):
        said += f" ({found.confidence:.0%} interval {number(found.low)} to {number(found.high)})"
    if not math.isnan(found.noise_floor):
        said += f"; chance alone would give about {number(found.noise_floor)}"
    return said + "."


def _forest(found: GroupedNumber) -> dict[str, Any]:
    """Each group's number beside everybody's; under the axis what the comparison comes to."""
    return {
        "label": ["group"],
        "value": "value",
        "low": "low",
        "high": "high",
        "inner_low": None,
        "inner_high": None,
        "n": "n",
        "log": False,
        "null": found.overall,
        "nulls": {} if math.isnan(found.overall) else None,
        "null_label": "everybody",
        "band": None,
        "axis": f"each group's number ({found.numbers.unit})",
        "below": _sentence(found),
        "panel": None,
    }
