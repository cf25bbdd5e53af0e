"""Conditional demographic disparity of a table: a group's share of those rejected less its share of those accepted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coprep.fairness._group_table import label_texts
from coprep.metrics._streams import stream
from coprep.metrics.groups._classification import conditional_demographic_disparity
from coprep.metrics.groups._critical_values import sidak_critical, sidak_p_value
from coprep.metrics.groups._rate_moments import agresti_caffo_moments
from coprep.wording.labels import listed

if TYPE_CHECKING:
    from coprep.fairness._group_table import GroupTable
    from coprep.fairness._options import Options

Floats = NDArray[np.float64]
Pair = tuple[float, float]
Draws = tuple[int, int]
_DRAWS = 2_000  # fewer where groups and strata are many
_DRAWN = 2_000_000


class DisparityReading:
    """Conditional demographic disparity: a group's share among the rejected minus among the
    accepted, by stratum.
    """

    name = "conditional_demographic_disparity"
    unit = "points"
    compares = True
    chance_said = ""
    no_limits = ""
    skipped: tuple[Any, ...] = ()

    def __init__(self, table: GroupTable, options: Options, group: Any) -> None:
        self.table: GroupTable = table
        self.options: Options = options
        self.told: int | None = None if group is None else table.place(group, "group")

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
    def not_compared(self) -> tuple[Any, ...]:
        """Groups without rows, and people of whom the group is not known."""
        out = np.flatnonzero(~self._present)
        return tuple(self.table.groups[i] for i in out)

    @property
    def overall(self) -> float:
        """Nothing: disparities sum to 0."""
        return math.nan

    @cached_property
    def _selected(self) -> tuple[Floats, Floats]:
        return self.table.weights[..., 1].sum(axis=2), self.table.weights.sum(axis=(2, 3))

    @cached_property
    def _each(self) -> Floats:
        selected, total = self._selected
        return conditional_demographic_disparity(
            selected, total, undefined="skip" if self.options.undefined == "skip" else "strict"
        )

    @cached_property
    def _place(self) -> int:
        if self.told is not None:
            return self.told
        return int(np.nanargmax(np.where(self._present, self._each, -np.inf)))

    @property
    def _present(self) -> NDArray[np.bool_]:
        return np.asarray(self._selected[1].sum(axis=0) > 0) & self.table.known

    def by_group(self, place: int = 0) -> dict[Any, float]:  # noqa: ARG002 - there is one rate
        """Each group's disparity; they sum to 0."""
        each = np.where(self._present, self._each, np.nan)
        return dict(zip(self.table.groups, each.tolist(), strict=True))

    @cached_property
    def value(self) -> float:
        """The group's disparity, or the largest."""
        if self._present.sum() < 2 or np.isnan(self._each).all():
            return math.nan
        return float(self._each[self._place])

    @cached_property
    def groups(self) -> tuple[Any, ...]:
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

    def limits(self, confidence: float, bootstrap: Draws | None) -> Pair:  # noqa: ARG002 - none is offered
        """Limits of the value."""
        if math.isnan(self.value):
            return math.nan, math.nan
        half = self._half_widths(sidak_critical(confidence, self._comparisons))
        low = (self._each - half)[self._looked_at]
        high = (self._each + half)[self._looked_at]
        if self.told is not None:
            return float(low[0]), float(high[0])
        return max(0.0, float(low.max())), float(high.max())

    @property
    def _looked_at(self) -> NDArray[np.intp]:
        """The group that was meant beforehand, or all among which the one that does worst is looked
        for.
        """
        return np.flatnonzero(self._present) if self.told is None else np.array([self.told])

    @property
    def _comparisons(self) -> int:
        """How many different disparities are looked at; of two groups one is the other's with the
        other sign.
        """
        k = len(self._looked_at)
        return 1 if k == 2 else k

    def described(self, place: int, confidence: float) -> tuple[str, Floats, Floats, Floats]:  # noqa: ARG002
        """Each group's disparity with its limits."""
        half = self._half_widths(sidak_critical(confidence, 1))
        each = np.where(self._present, self._each, np.nan)
        return self.name, each, each - half, each + half

    def denominators(self, place: int = 0) -> dict[Any, float]:  # noqa: ARG002 - there is one rate
        """Weight of each group."""
        return dict(zip(self.table.groups, self._selected[1].sum(axis=0).tolist(), strict=True))

    def records(self, confidence: float) -> list[dict[str, Any]]:
        """A row a group: its disparity, limits and size."""
        _, each, low, high = self.described(0, confidence)
        below = self.denominators()
        texts = label_texts(self.labels)
        return [
            {
                "metric": self.name,
                "group": texts[i],
                "value": float(each[i]),
                "low": float(low[i]),
                "high": float(high[i]),
                "n": self.n[group],
                "denominator": below[group],
                "extreme": group in self.groups,
                "smallest": self.table.smallest_cell(i),
            }
            for i, group in enumerate(self.table.groups)
        ]

    @property
    def lines(self) -> dict[str, float]:
        """What each group's disparity is drawn beside."""
        return {self.name: 0.0}

    @cached_property
    def _worth(self) -> Floats:
        """As how many rows of weight 1 those rejected, and those accepted, count in each stratum:
        (strata, 2).
        """
        n = self.table.weights.sum(axis=(1, 2))
        q = self.table.squares.sum(axis=(1, 2))
        return np.asarray(np.divide(n**2, q, out=np.zeros_like(n), where=q > 0))

    def _half_widths(self, critical: float) -> Floats:
        """Half an interval of each group, never narrower than chance alone makes it: it agrees with
        the test.
        """
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
        """The size to expect from chance alone: of one group, or of the largest disparity of
        any.
        """
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
        return sidak_p_value(2 * NormalDist().cdf(-t), self._comparisons)

    @cached_property
    def undefined(self) -> tuple[str, ...]:
        """Strata where nobody was accepted or nobody rejected, and too few groups."""
        if self._present.sum() < 2:
            only = [g for g, here in zip(self.table.groups, self._present, strict=True) if here]
            return (f"one group only, {listed(only)}: nothing was compared.",)
        empty = self._selected[1].sum(axis=1) == 0
        holes = [self.table.strata[s] for s in np.flatnonzero(~self._used & ~empty)]
        if not holes:
            return ()
        where = "" if holes == [None] else f" in {listed(holes)}"
        return (f"everybody or nobody was selected{where}, so the shares compared are 0/0 there.",)
