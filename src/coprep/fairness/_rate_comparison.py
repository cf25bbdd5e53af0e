"""Groups compared on one rate: with each other, with everybody, with a reference group, with the rest.

Every comparison gives a value, the groups that attain it, and limits for any critical value. All
but "between groups" are built from two independent samples: a group and its complement, or a group
and the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from coprep.errors import InputError
from coprep.fairness._numbers import extremes
from coprep.fairness._rates import PARTS, Chosen, OddsScore, Score, choose, score, shares_of
from coprep.metrics._streams import stream
from coprep.metrics.groups._classification import CONFUSION_RATES, group_difference, group_ratio
from coprep.metrics.groups._critical_values import (
    clearest_critical,
    max_t_critical,
    sidak_critical,
    sidak_p_value,
    studentised_range_quantile,
    studentised_range_sf,
)
from coprep.metrics.groups._gaps import expected_gap, fieller_limits
from coprep.metrics.groups._gaps import gap_limits as gap_interval
from coprep.metrics.groups._gaps import ratio_gap_limits as ratio_gap_interval
from coprep.metrics.inference._bootstrap import cell_bootstrap

if TYPE_CHECKING:
    from coprep.fairness._catalogue import Method
    from coprep.fairness._group_table import GroupTable

Floats = NDArray[np.float64]
_PAIRS = 2_000_000_000  # pairs of groups times replicates that a bootstrap may take
_FEW = 100  # groups whose pairs are all looked at
_SHARE = CONFUSION_RATES["accuracy"]
_MOST_CELLS = 50_000_000  # cells of all replicates that can be held
_KEPT_CELLS = 2_000_000  # and that are kept for the next metric of the same table
_DRAWS = 2_000  # of the noise floor; fewer where groups are many
_DRAWN = 1_000_000
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Comparison:
    """One rate of all groups, ready to be compared by one method, as a difference or as a ratio."""

    name: str
    chosen: Chosen
    at: NDArray[np.intp]
    groups: Score
    others: Score
    overall: float
    share: Floats
    method: Method
    ratio: bool
    reference: int | None

    @classmethod
    def of(
        cls,
        table: GroupTable,
        name: str,
        *,
        method: Method,
        ratio: bool,
        reference: Any,
        undefined: str,
        min_group_size: int,
    ) -> Comparison:
        """What ``table`` says of the rate called ``name``."""
        place = None if reference is None else table.place(reference)
        key = (name, method, place, undefined, min_group_size)
        if key not in table.kept:
            chosen = choose(table, name, undefined=undefined, min_group_size=min_group_size)
            table.kept[key] = cls._made(table, name, chosen, method, place)
        found: Comparison = table.kept[key]
        return replace(found, ratio=True) if ratio else found

    @classmethod
    def _made(
        cls, table: GroupTable, name: str, chosen: Chosen, method: Method, place: int | None
    ) -> Comparison:
        """The comparison as a difference."""
        weights, squares = table.cells_of(chosen.strata)
        every = score(weights, squares, name)
        others = _others(weights, squares, name, method=method, every=every, reference=place)
        overall = float(score(weights, squares, name, of="all").rate[0])
        at = _compared(chosen, method, place)
        share = shares_of(weights, name)[at]
        return cls(
            name, chosen, at, every.at(at), others.at(at), overall, share, method, False, place
        )

    # -- the value ---------------------------------------------------------------------------------

    @property
    def k(self) -> int:
        """How many groups are compared."""
        return len(self.chosen.groups)

    @property
    def signed(self) -> bool:
        """Whether the sign (or which side of 1) says who is better off."""
        return self.reference is not None

    @property
    def can_refer(self) -> bool:
        """Whether the reference, if there is one, is among the groups that are compared."""
        return self.reference is None or self.reference in self.chosen.groups

    def contrasts(self, rates: Floats, other: Floats) -> Floats:
        """Each group against what it is compared with, by point values."""
        with np.errstate(divide="ignore", invalid="ignore"):
            above = other if self._reversed else rates
            below = rates if self._reversed else other
            return np.asarray(above / below if self.ratio else above - below)

    @property
    def _reversed(self) -> bool:
        """Against one reference the rest is the numerator: above 0 (or 1) the rest has the higher
        rate.
        """
        return self.method == "one_vs_rest" and self.reference is not None

    def value(self) -> tuple[float, tuple[int, ...]]:
        """The difference or ratio, and the places (in the table) of the groups that attain it."""
        rates = self.groups.rate
        if self.k < 2 or not len(rates) or not self.can_refer:
            return float("nan"), ()
        if self.method == "between_groups":
            found = float((group_ratio if self.ratio else group_difference)(rates))
            ends = () if np.isnan(rates).all() else extremes(rates)
            return found, tuple(int(self.at[i]) for i in ends)
        other = self.against(self.others.rate)
        each = self.contrasts(rates, other)
        far = _far(each, self.ratio)
        if np.isnan(far).any():
            return float("nan"), ()
        place = int(np.argmax(far))
        found = float(each[place] if self.signed else far[place])
        if self.ratio and not self.signed:
            least, most = sorted((float(rates[place]), float(other[place])))
            found = least / most if most else float("nan")
        return found, (int(self.at[place]),)

    def reasons(self) -> list[str]:
        """Why the value is undefined although every rate is known: 0/0, or two infinite numbers."""
        rates = self.groups.rate
        if not len(rates) or np.isnan(rates).any() or not np.isnan(self.value()[0]):
            return []
        if not self.ratio:
            return [
                f"{self.name} is infinite in more than one group, and their difference undefined."
            ]
        if self.method == "between_groups":
            lost = "infinite" if np.isinf(rates).any() else "0"
            return [
                f"{self.name} is {lost} in every group that would be compared, so the ratio is {lost}/{lost}."
            ]
        other = self.against(self.others.rate)
        if np.isnan(other).any():
            return [f"what groups are compared with has no rows that {self.name} could be of."]
        return [
            f"{self.name} of a group and of what it is compared with are both 0, so their ratio is 0/0."
        ]

    def against(self, others: Floats) -> Floats:
        """The rates that groups are compared with: everybody's, or those of `others`."""
        return np.full(others.shape, self.overall) if self.method == "to_overall" else others

    # -- how sure ----------------------------------------------------------------------------------

    def _moments(self, of: Score) -> tuple[Floats, Floats]:
        """On the scale of the bootstrap: of the rate, or of its logarithm."""
        return of.log_moments if self.ratio else of.moments

    def _contrast_moments(self, groups: Score, other: Score) -> tuple[Floats, Floats]:
        (a, va) = self._moments(groups)
        (b, vb) = self._moments(other)
        return (b - a if self._reversed else a - b), va + vb

    @property
    def contrasts_count(self) -> int:
        """How many different comparisons are made; two groups that are everybody make one."""
        several = self.reference is None and (self.k > 2 or self.share.sum() < 1 - 1e-12)
        return len(self.groups.rate) if several or self.method == "to_reference" else 1

    def critical(self, confidence: float) -> float:
        """Standard errors to each side so that all intervals hold together."""
        if self.k < 2:
            return float("nan")
        if self.method == "between_groups":
            return studentised_range_quantile(confidence, self.k) / 2**0.5
        return sidak_critical(confidence, self.contrasts_count)

    def bootstrap_critical(self, weights: Floats, squares: Floats, confidence: float) -> float:
        """The same from replicated cells of shape (draws, strata, groups, 2, 2): the max-t
        bootstrap.
        """
        if self.k**2 * len(weights) > _PAIRS:
            raise InputError.of(
                f"a bootstrap of {self.k:,} groups in pairs is too much.",
                param="method",
                hint='use method="simultaneous", which costs next to nothing, or fewer resamples.',
            )
        kept_w = weights[:, self.chosen.strata]
        kept_q = kept_w if squares is weights else squares[:, self.chosen.strata]
        every = score(kept_w, kept_q, self.name)
        if self.method == "between_groups":
            drawn = self._moments(every.at(self.at))
            return max_t_critical(*self._moments(self.groups), *drawn, confidence=confidence)
        others = _others(
            kept_w, kept_q, self.name, method=self.method, every=every, reference=self.reference
        )
        centre, _ = self._contrast_moments(self.groups, self.others)
        drawn_centre, drawn_variance = self._contrast_moments(every.at(self.at), others.at(self.at))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(drawn_centre - centre) / np.sqrt(drawn_variance)
        return float(np.nanquantile(np.fmax.reduce(t, axis=1), confidence))

    def limits(self, critical: float, *, resampled: bool = False) -> tuple[float, float]:
        """Limits of the value: for gaps by inverting the intervals of all pairs.

        A critical value that was `resampled` goes with the moments it was resampled with.
        """
        value, places = self.value()
        if np.isnan(value) or self.k < 2:
            return float("nan"), float("nan")
        if self.method == "between_groups":
            low, high = self._gap_limits(critical, resampled=resampled)
        else:
            place = int(np.flatnonzero(self.at == places[0])[0])
            low, high = self._contrast_limits(critical, place, resampled=resampled)
        if not self.ratio and CONFUSION_RATES.get(self.name, _SHARE).is_share:
            low = max(low, -1.0)
            high = min(high, 1.0)
        return min(float(low), value), max(float(high), value)

    @property
    def as_difference(self) -> Comparison:
        """The comparison on the scale on which its limits are made: only ratios of two counts have
        one of their own.
        """
        return self if isinstance(self.groups, OddsScore) else replace(self, ratio=False)

    def _by_logarithm(self, *, resampled: bool) -> bool:
        """Whether a ratio is compared by its logarithm; else by Fieller's limits, which agree with
        the difference.
        """
        return self.ratio and (resampled or isinstance(self.groups, OddsScore))

    def _shrunken(self, of: Score, critical: float) -> tuple[Floats, Floats]:
        return of.moments_for(critical, self.overall)

    def _gap_limits(self, critical: float, *, resampled: bool) -> tuple[float, float]:
        if self._by_logarithm(resampled=resampled):
            low, high = gap_interval(*self.groups.log_moments, critical)
            return float(np.exp(-high)), float(np.exp(-low))
        moments = self.groups.moments if resampled else self._shrunken(self.groups, critical)
        return (ratio_gap_interval if self.ratio else gap_interval)(*moments, critical)

    def _contrast_limits(
        self, critical: float, place: int, *, resampled: bool
    ) -> tuple[float, float]:
        each = self._each_limit(critical, resampled=resampled)
        low, high = (self._rescaled(limit) for limit in each)
        if self.signed:
            ends = (float(low[place]), float(high[place]))
            return (float(np.exp(ends[0])), float(np.exp(ends[1]))) if self.ratio else ends
        least = max(0.0, float(low.max()), float((-high).max()))
        most = float(np.maximum(np.abs(low), np.abs(high)).max())
        return (float(np.exp(-most)), float(np.exp(-least))) if self.ratio else (least, most)

    def _each_limit(self, critical: float, *, resampled: bool) -> tuple[Floats, Floats]:
        """Limits of each contrast; of its logarithm where ratios are compared."""
        if self.ratio and not self._by_logarithm(resampled=resampled):
            above = self._shrunken(self.groups, critical)
            below = self._shrunken(self.others, critical)
            if self._reversed:
                above, below = below, above
            with np.errstate(divide="ignore"):
                low, high = (np.log(limit) for limit in fieller_limits(above, below, critical))
            return low, high
        if resampled or self.ratio:
            centre, variance = self._contrast_moments(self.groups, self.others)
        else:
            centre, variance = self._differences(critical)
        half = critical * np.sqrt(variance)
        return centre - half, centre + half

    def _differences(self, critical: float) -> tuple[Floats, Floats]:
        (a, va) = self._shrunken(self.groups, critical)
        (b, vb) = self._shrunken(self.others, critical)
        return (b - a if self._reversed else a - b), va + vb

    def _rescaled(self, limit: Floats) -> Floats:
        """From a group against the rest to the group against everybody, of whom it is a part."""
        if self.method != "to_overall":
            return limit
        if self.ratio:
            return -np.log(self.share + (1 - self.share) * np.exp(-limit))
        return (1 - self.share) * limit

    def p_value(self) -> float:
        """How often would the clearest comparison be as clear, if all groups had the same rate?"""
        known = np.isfinite(self.groups.moments[0]) & np.isfinite(self.others.moments[0])
        if self.k < 2 or not len(known) or not known.all():
            return float("nan")
        t = clearest_critical(self._shown)
        if self.method == "between_groups":
            return studentised_range_sf(2**0.5 * t, self.k)
        return sidak_p_value(2 * float(ndtr(-t)), self.contrasts_count)

    def _shown(self, critical: float) -> bool:
        """Whether any interval of a difference leaves out 0."""
        if self.method != "between_groups":
            centre, variance = self._differences(critical)
        elif self.k > _FEW:
            return gap_interval(*self._shrunken(self.groups, critical), critical)[0] > 0
        else:
            rate, spread = self._shrunken(self.groups, critical)
            centre, variance = rate[:, None] - rate, spread[:, None] + spread
        return bool((np.abs(centre) > critical * np.sqrt(variance)).any())


def _compared(chosen: Chosen, method: str, reference: int | None) -> NDArray[np.intp]:
    """The groups that make a comparison: against a reference all others, or it alone against the
    rest.
    """
    if reference is None:
        return chosen.groups
    if method == "to_reference":
        return np.asarray(chosen.groups[chosen.groups != reference])
    return np.array([reference])


def _others(
    weights: Floats, squares: Floats, name: str, *, method: str, every: Score, reference: int | None
) -> Score:
    """What each group is compared with, one for each group of the table."""
    if method == "between_groups":
        return every
    if method == "to_reference":
        return every.at([reference] * every.rate.shape[-1])
    return score(weights, squares, name, of="rest")


def _far(each: Floats, ratio: bool) -> Floats:
    """How far a contrast is from no difference; infinitely where one side of a ratio is 0."""
    if not ratio:
        return np.abs(each)
    with np.errstate(divide="ignore"):
        return np.abs(np.log(each))


# -- what chance alone gives -----------------------------------------------------------------------


def replicates(table: GroupTable, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Sums of weights and of squares of resampled rows, shape (draws, strata, groups, 2, 2).

    Without weights the cells are redrawn from a multinomial, which is the law of the row bootstrap.
    With weights a cell of N* rows gets their expected sum of weights and normal noise of the right
    variance.
    """
    if draws * table.rows.size <= _KEPT_CELLS:
        return _kept_replicates(table, draws, seed)
    if draws * table.rows.size > _MOST_CELLS:
        raise InputError.of(
            f"{draws:,} replicates of {table.rows.size:,} cells are too many to hold.",
            param="resamples",
            hint='use method="simultaneous", which costs next to nothing, or fewer resamples.',
        )
    return _replicates(table, draws, seed)


@lru_cache(maxsize=4)
def _kept_replicates(table: GroupTable, draws: int, seed: int) -> tuple[Floats, Floats]:
    """The same, kept: several metrics of one table share their draws."""
    return _replicates(table, draws, seed)


def _replicates(table: GroupTable, draws: int, seed: int) -> tuple[Floats, Floats]:
    rows = cell_bootstrap(table.rows.ravel(), resamples=draws, rng=seed).reshape(
        draws, *table.rows.shape
    )
    if not table.weighted:
        return rows, rows
    n = np.maximum(table.rows, 1)
    mean = table.weights / n
    square = table.squares / n
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    noise = stream(seed, "cell weights").standard_normal(rows.shape)
    return np.maximum(rows * mean + np.sqrt(rows) * spread * noise, 0.0), rows * square


def noise_floor(comparisons: Sequence[Comparison], agg: str) -> float:
    """The expected value of a difference (without sign) or ratio if all groups had everybody's rate.

    Exact for the gap of one rate between groups; the mean of up to 2,000 seeded draws of each
    group's counts otherwise.
    """
    if any(np.isnan(c.value()[0]) or c.k < 2 for c in comparisons):
        return float("nan")
    first = comparisons[0]
    simple = first.name not in PARTS and CONFUSION_RATES[first.name].is_share
    if len(comparisons) == 1 and simple and first.method == "between_groups" and not first.ratio:
        return expected_gap(first.overall, first.groups.size)
    drawn = np.stack([_null_values(c) for c in comparisons])
    worst = np.min if first.ratio else np.max
    joined = worst(drawn, axis=0) if agg == "worst_case" else drawn.mean(axis=0)
    return float(np.nanmean(joined)) if not np.isnan(joined).all() else float("nan")


def _null_values(comparison: Comparison) -> Floats:
    """The metric in draws in which every group has the rate of all."""
    generator = stream(_SEED, f"noise floor of {comparison.name}")
    rates = _null_rates(comparison, comparison.groups, generator)
    if comparison.method == "between_groups":
        apart = group_ratio if comparison.ratio else group_difference
        return np.asarray(apart(rates, undefined="skip"))
    with np.errstate(divide="ignore", invalid="ignore"):
        if comparison.reference is None:
            shares = comparison.share / comparison.share.sum()
            other = (rates * shares).sum(axis=1, keepdims=True)
            if comparison.method != "to_overall":
                other = (other - shares * rates) / (1 - shares)
        else:
            other = _null_rates(comparison, comparison.others.at([0]), generator)
        if comparison.ratio:
            ratios = np.minimum(rates, other) / np.maximum(rates, other)
            return np.asarray(np.fmin.reduce(ratios, axis=1))
        return np.asarray(np.fmax.reduce(np.abs(rates - other), axis=1))


def _null_rates(comparison: Comparison, of: Score, generator: np.random.Generator) -> Floats:
    """Draws of each group's rate around everybody's, as precise as the group's own."""
    size = (max(100, min(_DRAWS, _DRAWN // comparison.k)), of.rate.shape[-1])
    if comparison.name in PARTS:
        drawn = comparison.overall + np.sqrt(of.moments[1]) * generator.standard_normal(size)
        return np.clip(drawn, 0.0, 1.0)
    if not CONFUSION_RATES[comparison.name].is_share:
        return comparison.overall * np.exp(
            np.sqrt(of.log_moments[1]) * generator.standard_normal(size)
        )
    n = np.maximum(np.round(of.size), 1).astype(np.int64)
    return np.asarray(generator.binomial(n, comparison.overall, size=size) / n)
