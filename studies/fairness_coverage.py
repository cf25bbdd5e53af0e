"""How often do intervals of gaps hold the true gap, and how often do they say "more than 0" where there is none?

Run ``python studies/fairness_coverage.py`` (some minutes); it writes ``studies/results/fairness_coverage.json``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coprep import fairness
from coprep.fairness import GroupTable

LEVEL = 0.95


@dataclass(frozen=True)
class Setting:
    """Groups of given sizes and selection rates."""

    name: str
    sizes: tuple[int, ...]
    rates: tuple[float, ...]

    @property
    def gap(self) -> float:
        return max(self.rates) - min(self.rates)


UNEVEN = (600, 200, 100, 60, 30)
GRID = (
    Setting("2 groups, 500 + 500", (500, 500), (0.3, 0.3)),
    Setting("2 groups, 900 + 100", (900, 100), (0.3, 0.4)),
    Setting("5 groups, 200 each", (200,) * 5, (0.3,) * 5),
    Setting("5 groups, 600 to 30", UNEVEN, (0.3,) * 5),
    Setting("5 groups, 600 to 30", UNEVEN, (0.3, 0.35, 0.4, 0.45, 0.5)),
    Setting("20 groups of 50", (50,) * 20, (0.3,) * 20),
    Setting("20 groups of 50, rates 0.2 to 0.5", (50,) * 20, tuple(np.linspace(0.2, 0.5, 20))),
    Setting("5 groups, rate 0.05, 600 to 30", UNEVEN, (0.05,) * 5),
)


def selection(setting: Setting, rng: np.random.Generator) -> GroupTable:
    """One sample of selections."""
    sizes = np.array(setting.sizes)
    selected = rng.binomial(sizes, setting.rates)
    cells = np.zeros((len(sizes), 2, 2), dtype=np.int64)
    cells[:, 0, 1], cells[:, 0, 0] = selected, sizes - selected
    return GroupTable.from_counts(cells)


def labelled(setting: Setting, rng: np.random.Generator) -> GroupTable:
    """One sample in which true positive rates are the setting's and false positive rates half of them."""
    positive = np.array(setting.sizes) // 2
    negative = np.array(setting.sizes) - positive
    tp, fp = (
        rng.binomial(positive, setting.rates),
        rng.binomial(negative, np.array(setting.rates) / 2),
    )
    return GroupTable.from_counts(
        np.stack([negative - fp, fp, positive - tp, tp], axis=1).reshape(-1, 2, 2)
    )


def weighted(setting: Setting, rng: np.random.Generator) -> GroupTable:
    """One sample of rows with strongly skewed weights that have nothing to do with selection."""
    group = np.repeat(np.arange(len(setting.sizes)), setting.sizes)
    chosen = rng.random(len(group)) < np.array(setting.rates)[group]
    return GroupTable.from_arrays(
        None, chosen, sensitive_features=group, sample_weight=rng.lognormal(0, 0.8, len(group))
    )


def row(
    setting: Setting, draw, metric: str, method: str, sims: int, seed: int, resamples: int = 500
) -> dict:
    """Coverage, width, how often the lower limit is above 0, and the average gap that is seen."""
    rng = np.random.default_rng(seed)
    limits, values, floors = np.empty((sims, 2)), np.empty(sims), np.empty(sims)
    for i in range(sims):
        found = fairness.metric(metric, draw(setting, rng))
        e = found.interval(LEVEL, method, resamples=resamples, rng=i)
        limits[i], values[i] = (e.low, e.high), found.value
        floors[i] = found.noise_floor if i < 100 else np.nan
    gap = setting.gap
    return {
        "setting": setting.name,
        "metric": metric,
        "sample": draw.__name__,
        "method": method,
        "true_gap": round(gap, 6),
        "mean_gap_seen": round(float(values.mean()), 4),
        "noise_floor": round(float(np.nanmean(floors)), 4),
        "coverage": round(
            float(((limits[:, 0] <= gap + 1e-12) & (gap <= limits[:, 1] + 1e-12)).mean()), 4
        ),
        "width": round(float((limits[:, 1] - limits[:, 0]).mean()), 4),
        "above_zero": round(float((limits[:, 0] > 0).mean()), 4),
        "sims": sims,
    }


def study(sims: int = 1_000) -> list[dict]:
    """The whole grid by both methods, then weights and equalized odds; analytic intervals four times as often."""
    parity = "selection_rate"
    rows = [
        row(setting, selection, parity, "simultaneous", 4 * sims, seed)
        for seed, setting in enumerate(GRID)
    ]
    rows += [
        row(setting, selection, parity, "bootstrap", sims, 100 + seed)
        for seed, setting in enumerate(GRID)
    ]
    for seed, setting in enumerate((GRID[1], GRID[3], GRID[4]), start=20):
        rows.append(row(setting, weighted, parity, "simultaneous", 2 * sims, seed))
        rows.append(row(setting, labelled, "equalized_odds", "simultaneous", 2 * sims, seed))
    return rows


if __name__ == "__main__":
    rows = study(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
    target = Path(__file__).parent / "results" / "fairness_coverage.json"
    target.parent.mkdir(exist_ok=True)
    about = "Intervals of gaps between groups at a nominal level of 95%: see studies/fairness_coverage.py."
    target.write_text(json.dumps({"about": about, "level": LEVEL, "rows": rows}, indent=1) + "\n")
    for r in rows:
        print(
            f"{r['setting']:36} {r['sample']:9} {r['method']:12} {r['true_gap']:.2f} {r['coverage']:.3f} {r['width']:.3f} {r['above_zero']:.3f} {r['mean_gap_seen']:.3f} {r['noise_floor']:.3f}"
        )
