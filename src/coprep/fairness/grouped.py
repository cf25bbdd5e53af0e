"""Knows how any number that each group has is compared between groups: a float that remembers the groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from coprep.fairness._cards import GroupedCard
from coprep.fairness._certainty import Certainty, widened
from coprep.fairness._contrast import Form, Method, Numbers, contrast
from coprep.fairness._shuffles import Chance
from coprep.fairness.grouptable import label_text
from coprep.findings import Estimate
from coprep.metrics._checks import share
from coprep.metrics.groups._critical_values import sidak_critical
from coprep.table import Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Form", "GroupedCard", "GroupedNumber", "Method", "Numbers"]


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
    chance : Chance or None
        For numbers that are above 0 by chance alone and whose errors are not known: what shuffled labels give.
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
    chance: Chance | None = None

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
        level = share(confidence, "confidence")
        found = contrast(
            name, form, numbers, method=method, reference=reference, undefined=undefined
        )
        skipped = found.lacking if undefined == "skip" else ()
        return cls(
            found.value, name, form, numbers, found.groups, found.method, reference, level, found.undefined, skipped,
            found.absent,
        )  # fmt: skip

    def valued(
        self,
        value: float,
        *,
        numbers: Numbers | None = None,
        groups: tuple[Any, ...] | None = None,
        chance: Chance | None = None,
    ) -> Self:
        """The same with a value that was worked out elsewhere, the groups that attain it, and what chance makes of it.

        Nothing is said of the chance of a value that is undefined or without limit.
        """
        return type(self)(
            value,
            self.name,
            self.form,
            self.numbers if numbers is None else numbers,
            self.groups if groups is None else groups,
            self.method,
            self.reference,
            self.confidence,
            self.undefined,
            self.skipped,
            self.not_compared,
            chance if math.isfinite(value) else None,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (
            self.value,
            self.name,
            self.form,
            self.numbers,
            self.groups,
            self.method,
            self.reference,
        )
        return type(self), (
            *fields,
            self.confidence,
            self.undefined,
            self.skipped,
            self.not_compared,
            self.chance,
        )

    # -- how sure --------------------------------------------------------------------------------------------

    @property
    def _certainty(self) -> Certainty:
        return Certainty(self.name, self.form, self.method, self.numbers, self.value, self.groups)

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
            a reference, Sidak's limits of the group that attains the value; for the lowest or highest group, from
            limits of all groups that hold together. Errors of groups with few rows are widened as Student's t asks
            for. Where errors are not known, limits are nan or as far as such numbers can be; see `no_limits`.
        """
        level = self.confidence if confidence is None else share(confidence, "confidence")
        certainty = self._certainty
        return Estimate(
            self.value, *certainty.limits(level), level, certainty.how, self.numbers.unit
        )

    @property
    def no_limits(self) -> str:
        """Why a limit is nan or says nothing; empty where both are known, or where the value is undefined."""
        return self._certainty.why_none

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
        """The value to expect from chance alone, if groups did not matter; nan where nothing is known of it.

        Of means and their like it follows from the errors of the groups. Of distances between curves, distributions
        and rankings it is the mean over shuffles of the group labels, made when it is first asked for.
        """
        return self._certainty.noise_floor if self.chance is None else self.chance.found.value

    @property
    def p_value(self) -> float:
        """How often the clearest pair of groups (with a reference, of it and another) would be as far apart by chance.

        Nan where fewer than two groups have errors that are known.
        """
        return self._certainty.p_value

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
        noise = (
            "" if math.isnan(self.noise_floor) else f"; {self.noise_floor:.3f} expected from noise"
        )
        return f"<{self.name}: {self.value:.3f}{limits}{noise}>"

    def __str__(self) -> str:
        return float.__repr__(self)

    def _rows(self) -> Table:
        """A row a group."""
        critical, numbers = sidak_critical(self.confidence, 1), self.numbers
        half = critical * widened(numbers.se, numbers.df, critical)
        half = np.where(np.isfinite(half), half, np.nan)
        records = [
            {
                "group": label_text(group),
                "value": float(numbers.value[i]),
                "low": numbers.inside(float(numbers.value[i] - half[i])),
                "high": numbers.inside(float(numbers.value[i] + half[i])),
                "n": int(numbers.n[i]),
                "extreme": group in self.groups,
            }
            for i, group in enumerate(numbers.labels)
        ]
        kinds = ("text", "number", "number", "number", "count", "truth")
        names = ("group", "value", "low", "high", "n", "extreme")
        return Table.from_records(records, dict(zip(names, kinds, strict=True)))  # type: ignore[arg-type]

    def to_frame(self) -> pd.DataFrame:
        """Each group's number with its own interval, as a tidy pandas frame."""
        return self._rows().to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Everything about the number as JSON-safe plain data."""
        return {
            **self.to_result().to_dict(),
            "metric": self.name,
            "form": self.form,
            "method": self.method,
        }

    def to_result(self) -> GroupedCard:
        """The same as a `coprep.Result`, to be shown, drawn, saved or protected like every other answer."""
        return GroupedCard.of(self)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw each group's number with its interval; returns the Axes."""
        return self.to_result().plot(ax, **options)

    def _repr_html_(self) -> str:
        return self.to_result()._repr_html_()
