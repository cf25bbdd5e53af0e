"""Knows what can be said of a gap: pattern, no material difference, cannot tell, not assessable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from coprep.fairness._words import CAVEATS, called, next_step, phrase, reading
from coprep.fairness.grouptable import GroupTable, label_text
from coprep.fairness.result import MetricResult
from coprep.findings import Estimate, Finding, Verdict, as_notes
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.table import ColumnKind

__all__ = ["GAP_KINDS", "Gap", "Judgement", "judged"]

GAP_KINDS: dict[str, ColumnKind] = {
    "attribute": "text",
    "metric": "text",
    "comparison": "text",
    "gap": "number",
    "low": "number",
    "high": "number",
    "inner_low": "number",
    "inner_high": "number",
    "noise_floor": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "lowest_group": "text",
    "lowest_rate": "number",
    "highest_group": "text",
    "highest_rate": "number",
    "n": "count",
    "smallest": "count",
    "p_value": "number",
    "p_adjusted": "number",
    "needed_per_group": "count",
    "verdict": "text",
    "reading": "text",
}
_POWER = 0.8


@dataclass(frozen=True, slots=True)
class Judgement:
    """What counts as a gap that matters, and how sure one must be."""

    material: float
    alpha: float
    confidence: float
    undefined: Undefined
    min_group_size: int
    resamples: int | None
    rng: int

    def settings(self) -> dict[str, Any]:
        """For the result's settings."""
        return {name: getattr(self, name) for name in self.__slots__}

    def asked(self) -> dict[str, Any]:
        """The options of the metrics that are read."""
        options = {
            name: getattr(self, name) for name in ("undefined", "min_group_size", "confidence")
        }
        if self.resamples is None:
            return options
        return {**options, "interval": "bootstrap", "resamples": self.resamples, "rng": self.rng}


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap of one metric between the groups of one attribute, over all rows or within strata."""

    attribute: str
    metric: str
    within: bool
    table: GroupTable
    crude: MetricResult
    found: MetricResult
    ratio: MetricResult

    @classmethod
    def of(
        cls, attribute: str, table: GroupTable, metric: str, judgement: Judgement, *, within: bool
    ) -> Gap:
        """Read a gap off a table."""
        plain = table.without_strata() if table.controls else table
        asked = judgement.asked()
        crude = plain.metric(f"{metric}_difference", **asked)
        used = table if within else plain
        found = used.metric(f"{metric}_difference", **asked) if within else crude
        return cls(
            attribute, metric, within, used, crude, found, used.metric(f"{metric}_ratio", **asked)
        )

    @property
    def ends(self) -> tuple[Any, ...]:
        """The groups with the lowest and the highest rate."""
        return self.found.groups

    @property
    def rates(self) -> tuple[float, ...]:
        """Their rates."""
        by_group = self.found.by_group
        return tuple(by_group[group] for group in self.ends)

    def needed(self, judgement: Judgement, looked_at: int) -> int:
        """Rows of the denominator in each group to see a material gap with 80% power, after adjustment."""
        rate = float(self.found.reading.everybody[0].rate)
        gap = judgement.material / 100
        if math.isnan(rate) or gap == 0:
            return 0
        z = NormalDist().inv_cdf(
            1 - judgement.alpha / (2 * max(looked_at, 1))
        ) + NormalDist().inv_cdf(_POWER)
        spread = max(rate * (1 - rate), gap * (1 - gap) / 2)
        share = sum(self.found.denominators.values()) / float(
            self.table.weights.sum()
        )  # of rows the rate is out of
        return math.ceil(2 * spread * (z / gap) ** 2 / share)

    def verdict(self, p_adjusted: float, inner_high: float, judgement: Judgement) -> Verdict:
        """Not assessable, too small to matter, shown and large enough, or open."""
        gap = self.found.value
        if math.isnan(gap) or math.isnan(p_adjusted):
            return Verdict.NOT_ASSESSABLE
        if inner_high <= judgement.material / 100:
            return Verdict.NO_MATERIAL_DIFFERENCE
        if p_adjusted <= judgement.alpha and gap >= judgement.material / 100:
            return Verdict.PATTERN
        return Verdict.INCONCLUSIVE


def judged(
    gaps: Sequence[Gap], judgement: Judgement, *, descriptive: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """A row a gap, and a finding for each that is a question of fairness; crude ones only where not stratified."""
    stratified = any(gap.within for gap in gaps)
    asked = [gap.metric not in descriptive and gap.within == stratified for gap in gaps]
    raw = np.array(
        [gap.found.p_value if ask else math.nan for gap, ask in zip(gaps, asked, strict=True)]
    )
    adjusted = np.atleast_1d(adjust_p_values(raw))
    rows, findings = [], []
    for gap, ask, p_adjusted in zip(gaps, asked, adjusted.tolist(), strict=True):
        row = _row(gap, p_adjusted, judgement, sum(asked))
        rows.append(
            row if ask else {**row, "verdict": None, "reading": None, "needed_per_group": None}
        )
        if ask:
            findings.append(_finding(gap, row, judgement))
    return rows, findings


def _row(gap: Gap, p_adjusted: float, judgement: Judgement, looked_at: int) -> dict[str, Any]:
    found, points = gap.found, 100.0
    inner = found.interval(1 - 2 * judgement.alpha)
    verdict = gap.verdict(p_adjusted, inner.high, judgement)
    ends, rates = gap.ends, gap.rates
    return {
        "attribute": gap.attribute,
        "metric": gap.metric,
        "comparison": "within strata" if gap.within else "all rows",
        "gap": found.value * points,
        "low": found.low * points,
        "high": found.high * points,
        "inner_low": inner.low * points,
        "inner_high": inner.high * points,
        "noise_floor": found.noise_floor * points,
        "ratio": gap.ratio.value,
        "ratio_low": gap.ratio.low,
        "ratio_high": gap.ratio.high,
        "lowest_group": label_text(ends[0]) if ends else None,
        "lowest_rate": rates[0] if rates else math.nan,
        "highest_group": label_text(ends[1]) if ends else None,
        "highest_rate": rates[1] if rates else math.nan,
        "n": gap.table.n,
        "smallest": min(
            (n for i in range(len(gap.table.groups)) if (n := gap.table.smallest_cell(i))),
            default=0,
        ),
        "p_value": found.p_value,
        "p_adjusted": p_adjusted,
        "needed_per_group": gap.needed(judgement, looked_at),
        "verdict": verdict.value,
        "reading": reading(
            gap.metric, verdict, gap=found.value, ends=ends, rates=rates, noise=found.noise_floor
        ),
    }


def _finding(gap: Gap, row: dict[str, Any], judgement: Judgement) -> Finding:
    verdict, e = Verdict(row["verdict"]), gap.found.estimate
    caveats = [CAVEATS[gap.metric]] if gap.metric in CAVEATS else []
    if gap.within and not math.isnan(gap.crude.value):
        caveats.append(
            f"Without telling strata apart the groups are {100 * gap.crude.value:.1f} points apart."
        )
    return Finding(
        question="fairness",
        attribute=gap.attribute,
        group=row["highest_group"] if verdict is Verdict.PATTERN else None,
        verdict=verdict,
        estimate=Estimate(row["gap"], row["low"], row["high"], e.level, e.method, "points"),
        p_value=row["p_value"],
        p_adjusted=row["p_adjusted"],
        n=row["n"],
        reading=row["reading"],
        caveats=as_notes((*caveats, *gap.found.undefined)),
        next_step=next_step(verdict, gap.metric, needed=row["needed_per_group"]),
        details={
            "metric": gap.metric,
            "about": [called(gap.metric)],
            "estimand": f"largest minus smallest {phrase(gap.metric)}",
            "null": "all groups have the same rate"
            + (" when compared within strata" if gap.within else ""),
            "comparison": row["comparison"],
            "noise_floor": row["noise_floor"],
            "lowest_group": row["lowest_group"],
            "highest_group": row["highest_group"],
            "material": judgement.material,
            "needed_per_group": row["needed_per_group"],
        },
    )
