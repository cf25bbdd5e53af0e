"""One attribute as a whole: how far the profile of those who came is from the baseline, beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from coprep.metrics.dissimilarity import (
    dissimilarity,
    dissimilarity_p_value,
    enumeration_size,
    expected_dissimilarity,
)
from coprep.metrics.gof import cohens_w, cohens_w_interval
from coprep.metrics.planning import smallest_n_in_line
from coprep.metrics.resampling import stream
from coprep.representation.attribute import Assessed
from coprep.representation.judge import Counts, Floats, Rules

__all__ = ["Whole", "whole"]

# So many tables are enumerated in well under a second; beyond it chance is simulated.
_MOST_TABLES = 200_000
_DRAWS = 9_999


@dataclass(frozen=True, slots=True)
class Whole:
    """The profile of one attribute; `record` is its row in the table."""

    attribute: str
    total: int
    observed: float
    expected: float
    effect: float
    effect_low: float
    effect_high: float
    p_value: float
    method: str
    smallest_n: tuple[int | None, ...]

    def record(self) -> dict[str, Any]:
        """The row of `Representation.overall`."""
        known = [n for n in self.smallest_n if n is not None]
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
            "smallest_n_in_line": max(known, default=None),
        }


def whole(item: Assessed, rules: Rules, *, population: int | None, seed: int) -> Whole:
    """Dissimilarity and effect size of an attribute, with what a fair draw of the same size gives."""
    total = int(item.counts.n.max(initial=0))
    smallest = _smallest(item, rules)
    reason = _undefined(item)
    if reason:
        return Whole(item.attribute, total, *(math.nan,) * 6, reason, smallest)
    at = item.comparable
    share = item.counts.share[at] / item.counts.share[at].sum()
    observed = item.counts.observed[at]
    n = float(item.counts.effective_n[at].min())
    d = float(dissimilarity(observed, share))
    effect = float(cohens_w(observed * total, share))
    low, high = (float(v) for v in cohens_w_interval(effect, n, len(share), confidence=rules.confidence))
    if item.untested:
        return Whole(item.attribute, total, d, math.nan, effect, low, high, math.nan, f"not tested: {item.untested}", smallest)
    expected, p_value, method = _chance(item.counts, share, d, n, population, seed, item.attribute)
    return Whole(item.attribute, total, d, expected, effect, low, high, p_value, method, smallest)


def _undefined(item: Assessed) -> str:
    if item.source.overlapping or len({n for n in item.counts.n[item.comparable]}) > 1:
        return "not defined: people can be in several groups"
    if int(item.comparable.sum()) < 2:  # noqa: PLR2004
        return "not defined: fewer than two groups to compare"
    return ""


def _smallest(item: Assessed, rules: Rules) -> tuple[int | None, ...]:
    """For each group the number of participants from which it could be shown to be in line."""
    at = np.flatnonzero(item.comparable)
    found = np.full(len(item.groups), np.nan)
    if len(at):
        found[at] = smallest_n_in_line(item.counts.share[at], band=rules.band, alpha=rules.alpha)
    return tuple(int(n) if np.isfinite(n) else None for n in found)


def _chance(
    counts: Counts, share: Floats, observed: float, n: float, population: int | None, seed: int, name: str
) -> tuple[float, float, str]:
    """What a fair draw gives: expected dissimilarity, the p-value of the observed one, and how it was found."""
    plain = not (counts.weighted or counts.has_error or counts.rounding.any())
    sizes = np.round(share * population) if population is not None else None
    if sizes is not None and (not plain or sizes.sum() != population):
        sizes = None
    if plain and (population is None or sizes is not None):
        people = int(counts.n.max())
        expected = float(expected_dissimilarity(people, share if sizes is None else sizes / sizes.sum(), group_sizes=sizes))
        few = enumeration_size(people, len(share)) <= _MOST_TABLES
        p, method = dissimilarity_p_value(
            observed, people, share, group_sizes=sizes, exact=few, draws=_DRAWS, rng=stream(seed, f"dissimilarity {name}")
        )
        return expected, float(p), method
    return _simulated(counts, share, observed, n, stream(seed, f"dissimilarity {name}"))


def _simulated(
    counts: Counts, share: Floats, observed: float, n: float, generator: np.random.Generator
) -> tuple[float, float, str]:
    """Fair draws of the effective size from baselines drawn within their own error."""
    at = np.isfinite(counts.share)
    people = max(1, int(min(n, 2**31)))
    drawn = np.tile(share, (_DRAWS, 1))
    error = np.hypot(counts.baseline_se, counts.rounding / math.sqrt(3))[at]
    if error.any():
        drawn = np.clip(share + error * generator.standard_normal((_DRAWS, len(share))), 0, None)
        drawn = drawn / drawn.sum(axis=1, keepdims=True)
    came = generator.multinomial(people, drawn) / people
    d = np.abs(came - share).sum(axis=1) / 2
    hits = int((d >= observed - 1e-12).sum())
    why = "weights" if counts.weighted else "the baseline's own error"
    method = f"Monte Carlo, {_DRAWS:,} draws of {people:,} people that carry {why}"
    return float(d.mean()), (1 + hits) / (1 + _DRAWS), method
