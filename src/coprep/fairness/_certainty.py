"""Knows how sure one can be of what the numbers of groups come to: limits, test, and the gap that noise makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.fairness._contrast import Form, Numbers
from coprep.metrics._checks import Floats
from coprep.metrics.groups._critical_values import (
    clearest_critical,
    sidak_critical,
    studentised_range_quantile,
    studentised_range_sf,
    students_widening,
)
from coprep.metrics.groups._gaps import fieller_limits, gap_interval, ratio_gap_interval
from coprep.wording.labels import listed

__all__ = ["Certainty", "widened"]

_NOISE_DRAWS = 4_000
_NOTHING = math.nan, math.nan


def widened(se: Floats, df: Floats | None, critical: float) -> Floats:
    """Standard errors, widened as Student's t asks for so few rows; inf where nothing is known of them."""
    wide = 1.0 if df is None else students_widening(critical, df)
    with np.errstate(invalid="ignore"):
        return np.where(
            np.isnan(se),
            np.inf,
            np.where(se == 0, np.where(np.isinf(wide), np.inf, 0.0), se * wide),
        )


@dataclass(frozen=True)
class Certainty:
    """What is known of one comparison.

    Attributes
    ----------
    name, form, method
        What was computed and how groups were compared.
    numbers : Numbers
        Each group's number and its error.
    value : float
        What the comparison comes to.
    ends : tuple
        The groups that attain it.
    """

    name: str
    form: Form
    method: str
    numbers: Numbers
    value: float
    ends: tuple[Any, ...]

    @property
    def _compares(self) -> bool:
        return self.form in ("difference", "ratio")

    @property
    def _at(self) -> NDArray[np.intp]:
        """The groups that have a number."""
        return np.flatnonzero((self.numbers.n > 0) & ~np.isnan(self.numbers.value))

    def _used(self, critical: float = 0.0, *, chance: bool = False) -> tuple[Floats, Floats]:
        """Values and variances of the groups compared; inf where an error is not known."""
        numbers, at = self.numbers, self._at
        se, df = (numbers.chance_se, numbers.chance_df) if chance else (numbers.se, numbers.df)
        value, error = numbers.value[at], widened(se[at], None if df is None else df[at], critical)
        with np.errstate(over="ignore"):
            return value, np.where(np.isfinite(value), error, np.inf) ** 2

    # -- limits ----------------------------------------------------------------------------------------------

    @property
    def how(self) -> str:
        """What the interval is called."""
        if self.form == "overall":
            return "Student's t"
        return (
            "simultaneous pairwise"
            if self._compares and self.method == "between_groups"
            else "Sidak"
        )

    def limits(self, level: float) -> tuple[float, float]:
        """Limits of the value; nan, or as far as such numbers can be, where `why_none` says why."""
        if math.isnan(self.value) or (self._compares and self.method == "to_overall"):
            return _NOTHING
        if self.form == "overall":
            return self._of_everybody(sidak_critical(level, 1))
        k = len(self._at)
        if not self._compares:
            return self._of_the_end(sidak_critical(level, k))
        if self.method == "to_reference":
            return self._from_reference(sidak_critical(level, k - 1))
        return self._between(studentised_range_quantile(level, k) / math.sqrt(2.0))

    def _of_everybody(self, critical: float) -> tuple[float, float]:
        numbers = self.numbers
        error = float(
            widened(np.array([numbers.overall_se]), np.array([numbers.overall_df]), critical)[0]
        )
        if not math.isfinite(error + self.value):
            return _NOTHING
        return numbers.inside(self.value - critical * error), numbers.inside(
            self.value + critical * error
        )

    def _of_the_end(self, critical: float) -> tuple[float, float]:
        """Of the lowest or the highest group, from limits of all groups that hold together."""
        value, variance = self._used(critical)
        if not np.isfinite(variance).any():
            return _NOTHING
        half = critical * np.sqrt(variance)
        with np.errstate(invalid="ignore"):
            low, high = (np.where(np.isfinite(half), value + s * half, s * np.inf) for s in (-1, 1))
        end = np.min if self.form == "group_min" else np.max
        return self.numbers.inside(float(end(low))), self.numbers.inside(float(end(high)))

    def _between(self, critical: float) -> tuple[float, float]:
        """Of all pairs; groups whose error is not known may be anywhere."""
        value, variance = self._used(critical)
        known = np.isfinite(variance)
        if known.sum() < 2:
            return _NOTHING
        if self.form == "ratio":
            low, high = ratio_gap_interval(value[known], variance[known], critical)
            low = low if known.all() else 0.0
        else:
            low, high = gap_interval(value[known], variance[known], critical)
            high = high if known.all() else math.inf
        return min(low, self.value), max(min(high, self.numbers.widest), self.value)

    def _from_reference(self, critical: float) -> tuple[float, float]:
        value, variance = self._used(critical)
        far, base = (self._place(group) for group in self.ends)
        if not math.isfinite(variance[far] + variance[base]):
            return _NOTHING
        if self.form == "ratio":
            low, high = fieller_limits(
                (value[far], variance[far]), (value[base], variance[base]), critical
            )
            return float(low), float(high)
        half, widest = critical * math.sqrt(variance[far] + variance[base]), self.numbers.widest
        return max(self.value - half, -widest), min(self.value + half, widest)

    @property
    def why_none(self) -> str:
        """Why there are no limits, or one of them says nothing; empty where there is no more to say."""
        if math.isnan(self.value):
            return ""
        if self._compares and self.method == "to_overall":
            return "comparisons with everybody have no interval, because every group is part of everybody."
        if self.form == "overall":
            known = math.isfinite(self.limits(0.5)[0])
            return (
                ""
                if known
                else f"nothing is known of the error of {self.name}, so it has no interval."
            )
        _, variance = self._used(1.0)
        unknown = [self.numbers.labels[i] for i in self._at[~np.isfinite(variance)]]
        if not unknown or (self.method == "to_reference" and not set(unknown) & set(self.ends)):
            return ""
        if np.isnan(self.numbers.se[self.numbers.n > 1]).all() and (self.numbers.n > 1).any():
            return f"nothing is known of the error of {self.name}, so it has no interval."
        groups = f"group {listed(unknown)}" if len(unknown) == 1 else f"groups {listed(unknown)}"
        return f"the error of {groups} is not known: too few rows, or a number without limit."

    # -- chance ----------------------------------------------------------------------------------------------

    @property
    def noise_floor(self) -> float:
        """The gap (or ratio) between groups to expect from chance alone; nan where errors are not known."""
        value, variance = self._used(chance=True)
        if self.form == "ratio":
            with np.errstate(divide="ignore", invalid="ignore"):
                variance = variance / value**2
        known = len(value) > 1 and bool(np.isfinite(variance).all())
        if not self._compares or self.method != "between_groups" or not known:
            return math.nan
        draws = max(200, min(_NOISE_DRAWS, 4_000_000 // len(value)))
        drawn = np.random.default_rng(0).normal(size=(draws, len(value))) * np.sqrt(variance)
        gaps = np.ptp(drawn, axis=1)
        return float(
            np.exp(-gaps).mean() if self.form == "ratio" else min(gaps.mean(), self.numbers.widest)
        )

    @property
    def p_value(self) -> float:
        """How often the clearest pair would be as far apart if groups did not matter; with a reference, pairs with it.

        Groups whose error is not known are searched and never clear.
        """
        value, variance = self._used(1.0, chance=True)
        known = np.isfinite(variance)
        if known.sum() < 2 or not (variance[known] > 0).any():
            return math.nan
        if self.method == "to_reference":
            if math.isnan(self.value) or not known[self._place(self.ends[1])]:
                return math.nan
            each = 2 * _beyond(clearest_critical(self._shown_from_reference))
            return float(-np.expm1((len(value) - 1) * np.log1p(-each))) if each < 1 else 1.0
        return float(
            studentised_range_sf(clearest_critical(self._shown) * math.sqrt(2.0), len(value))
        )

    def _place(self, group: Any) -> int:
        """Where a group stands among those that have a number."""
        return int(np.searchsorted(self._at, self.numbers.labels.index(group)))

    def _shown(self, critical: float) -> bool:
        """Whether the interval of any pair's difference leaves out 0."""
        value, variance = self._used(critical, chance=True)
        known = np.isfinite(variance)
        return (
            bool(known.sum() > 1) and gap_interval(value[known], variance[known], critical)[0] > 0
        )

    def _shown_from_reference(self, critical: float) -> bool:
        """Whether the interval of any difference from the reference leaves out 0."""
        value, variance = self._used(critical, chance=True)
        base = self._place(self.ends[1])
        away = np.abs(value - value[base]) - critical * np.sqrt(variance + variance[base])
        return bool((np.delete(away, base) > 0).any())


def _beyond(critical: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(-critical))
