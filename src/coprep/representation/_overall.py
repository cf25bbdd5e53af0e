"""Tells how far the profile of those who came is from the baseline, beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from coprep.metrics._checks import positions
from coprep.metrics._streams import stream
from coprep.metrics.shares._dissimilarity import dissimilarity_test
from coprep.metrics.shares._distances import dissimilarity
from coprep.metrics.shares._goodness_of_fit import cohens_w, cohens_w_interval
from coprep.metrics.shares._outcomes import number_of_outcomes
from coprep.representation._attribute import Assessed
from coprep.representation._judge import Counts, Floats
from coprep.representation._options import Options
from coprep.representation._planning import never, smallest_n

# So many tables are enumerated in well under a second; beyond it chance is simulated.
_MOST_TABLES = 200_000
_DRAWS = 9_999
# With very many groups fewer draws keep the work in bounds; a p-value then has fewer digits, not
# another meaning.
_MOST_CELLS = 10_000_000


def _draws(groups: int) -> int:
    return max(199, min(_DRAWS, _MOST_CELLS // groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The profile of one attribute; `record` is its row in the table."""

    attribute: str
    total: int
    smallest_n: int | None
    never_in_line: str
    method: str
    observed: float = math.nan
    expected: float = math.nan
    effect: float = math.nan
    effect_low: float = math.nan
    effect_high: float = math.nan
    p_value: float = math.nan

    def record(self) -> dict[str, Any]:
        """The row of `Representation.overall`."""
        return {
            "attribute": self.attribute,
            "total": self.total,
            "dissimilarity": self.observed,
            "expected_by_chance": self.expected,
            "excess": self.observed - self.expected,
            "effect_size": self.effect,
            "effect_size_low": self.effect_low,
            "effect_size_high": self.effect_high,
            "p_value": self.p_value,
            "method": self.method,
            "smallest_n_in_line": self.smallest_n,
            "never_in_line": self.never_in_line or None,
        }


def whole(item: Assessed, options: Options, *, seed: int) -> Whole:
    """Dissimilarity and effect size of an attribute, with what a fair draw gives."""
    total = int(item.counts.n.max(initial=0))
    people = smallest_n(item, options)
    planned: dict[str, Any] = {
        "smallest_n": int(people) if math.isfinite(people) else None,
        "never_in_line": next((why for why in never(item, options) if why), ""),
    }
    reason = _undefined(item)
    if reason:
        return Whole(attribute=item.attribute, total=total, method=reason, **planned)
    at = item.comparable
    share = item.counts.share[at] / item.counts.share[at].sum()
    observed = item.counts.observed[at]
    n = float(item.counts.effective_n[at].min())
    distance = float(dissimilarity(observed * n if math.isfinite(n) else observed, share))
    effect = float(cohens_w(observed * total, share))
    low = high = effect
    if math.isfinite(n):  # when everybody took part nothing is left to chance
        ends = cohens_w_interval(observed * n, share, confidence=options.confidence)
        low, high = (float(end) for end in ends)
        # A fit so close that no effect size makes it likely is not one that is known to be 0.
        if high == 0.0:
            low = high = math.nan
    expected = p_value = math.nan
    method = f"not tested: {item.untested}"
    if not item.untested:
        expected, p_value, method = _chance(item, share, distance, n, options, seed)
    return Whole(
        attribute=item.attribute,
        total=total,
        method=method,
        **planned,
        observed=distance,
        expected=expected,
        effect=effect,
        effect_low=low,
        effect_high=high,
        p_value=p_value,
    )


def _undefined(item: Assessed) -> str:
    if item.source.overlapping or len(set(item.counts.n[item.comparable].tolist())) > 1:
        return "not defined: people can be in several groups"
    if int(item.comparable.sum()) < 2:
        return "not defined: fewer than two groups to compare"
    return ""


def _chance(
    item: Assessed, share: Floats, observed: float, n: float, options: Options, seed: int
) -> tuple[float, float, str]:
    """What a fair draw gives: expected dissimilarity, the p-value of the observed one, and how."""
    counts = item.counts
    population = options.population
    generator = stream(seed, f"dissimilarity {item.attribute}")
    there = np.isfinite(counts.share)
    sizes = positions(counts.share * (population or 0))[there]
    plain = not (counts.weighted or counts.clusters or counts.has_error or counts.rounding.any())
    whole_people = bool((sizes == np.round(sizes)).all()) and sizes.sum() == population
    if not plain or (population is not None and not whole_people):
        return _simulated(counts, share, observed, n, generator)
    x = counts.x[there]
    few = number_of_outcomes(x.sum(), len(x)) <= _MOST_TABLES
    test = dissimilarity_test(
        x,
        share if population is None else sizes,
        replacement=population is None,
        method="exact" if few else "monte-carlo",
        draws=_draws(len(share)),
        rng=generator,
    )
    how = f"Monte Carlo, {test.draws:,} draws"
    if test.method == "exact":
        how = f"exact, all {test.draws:,} outcomes"
    return test.expected, test.p_value, how


def _simulated(
    counts: Counts, share: Floats, observed: float, n: float, generator: np.random.Generator
) -> tuple[float, float, str]:
    """Fair draws of the effective size from baselines drawn within their own error."""
    at = np.isfinite(counts.share)
    people = max(1, int(min(n, 2**31)))
    draws = _draws(len(share))
    drawn = np.tile(share, (draws, 1))
    error = np.hypot(counts.baseline_se, counts.rounding / math.sqrt(3))[at]
    if error.any():
        drawn = np.clip(share + error * generator.standard_normal((draws, len(share))), 0, None)
        drawn = drawn / drawn.sum(axis=1, keepdims=True)
    came = generator.multinomial(people, drawn) / people
    d = np.abs(came - share).sum(axis=1) / 2
    hits = int((d >= observed - 1e-12).sum())
    why = "the baseline's own error"
    if counts.weighted or counts.clusters:
        why = "weights" if counts.weighted else "clusters"
    method = f"Monte Carlo, {draws:,} draws of {people:,} people that carry {why}"
    return float(d.mean()), (1 + hits) / (1 + draws), method
