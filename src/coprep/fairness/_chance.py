"""Knows what chance does to a table: replicates of its cells, and the gap it makes where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._scores import INNER
from coprep.metrics._streams import stream
from coprep.metrics.groups._classification import CONFUSION_RATES, group_difference, group_ratio
from coprep.metrics.groups._gaps import expected_gap
from coprep.metrics.inference._bootstrap import cell_bootstrap

if TYPE_CHECKING:
    from coprep.fairness._compare import Comparison
    from coprep.fairness._scores import Score
    from coprep.fairness.grouptable import GroupTable

__all__ = ["noise_floor", "replicates"]

Floats = NDArray[np.float64]
_MOST = 50_000_000
_KEPT = 2_000_000
_DRAWS = 2_000  # fewer where groups are many
_DRAWN = 1_000_000
_SEED = 20_260_101


def replicates(table: GroupTable, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Sums of weights and of squares of resampled rows, shape (draws, strata, groups, 2, 2).

    Without weights the cells are redrawn from a multinomial, which is the law of the row bootstrap. With weights
    a cell of N* rows gets their expected sum of weights and normal noise of the right variance.
    """
    if draws * table.rows.size <= _KEPT:
        return _kept_replicates(table, draws, seed)
    if draws * table.rows.size > _MOST:
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
    rows = cell_bootstrap(table.rows.ravel(), draws=draws, rng=seed).reshape(
        draws, *table.rows.shape
    )
    if not table.weighted:
        return rows, rows
    n = np.maximum(table.rows, 1)
    mean, square = table.weights / n, table.squares / n
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
    simple = first.name not in INNER and CONFUSION_RATES[first.name].is_share
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
        return np.asarray(
            (group_ratio if comparison.ratio else group_difference)(rates, undefined="skip")
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        if comparison.reference is None:
            shares = comparison.share / comparison.share.sum()
            other = (rates * shares).sum(axis=1, keepdims=True)
            other = (
                other
                if comparison.method == "to_overall"
                else (other - shares * rates) / (1 - shares)
            )
        else:
            other = _null_rates(comparison, comparison.others.at([0]), generator)
        if comparison.ratio:
            return np.asarray(
                np.fmin.reduce(np.minimum(rates, other) / np.maximum(rates, other), axis=1)
            )
        return np.asarray(np.fmax.reduce(np.abs(rates - other), axis=1))


def _null_rates(comparison: Comparison, of: Score, generator: np.random.Generator) -> Floats:
    """Draws of each group's rate around everybody's, as precise as the group's own."""
    size = (max(100, min(_DRAWS, _DRAWN // comparison.k)), of.rate.shape[-1])
    if comparison.name in INNER:
        drawn = comparison.overall + np.sqrt(of.moments[1]) * generator.standard_normal(size)
        return np.clip(drawn, 0.0, 1.0)
    if not CONFUSION_RATES[comparison.name].is_share:
        return comparison.overall * np.exp(
            np.sqrt(of.log_moments[1]) * generator.standard_normal(size)
        )
    n = np.maximum(np.round(of.size), 1).astype(np.int64)
    return np.asarray(generator.binomial(n, comparison.overall, size=size) / n)
