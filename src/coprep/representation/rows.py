"""From an assessed attribute to table rows and findings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coprep.findings import Estimate, Finding, Verdict
from coprep.metrics.planning._power import absence_informative_n, detectable_ratio
from coprep.metrics.planning._recruiting import recruits_needed
from coprep.metrics.shares._ratios import partial_cv
from coprep.metrics.shares._unknowns import (
    imbens_manski_interval,
    parity_among_unknown,
    share_bounds,
    sign_identified,
)
from coprep.representation.attribute import Assessed
from coprep.representation.judge import Floats, Rules
from coprep.representation.overall import Whole
from coprep.representation.wording import Row, named, next_step, people, percent, reading
from coprep.wording.labels import show
from coprep.wording.names import plainly

__all__ = ["told"]

_ROUNDING = 1e-9  # so that 100 people who went through a division stay 100
_INTERVAL_NAMES = {
    "exact": "Clopper-Pearson",
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "mid-p": "mid-p",
}


def told(
    item: Assessed, as_a_whole: Whole, rules: Rules, selection: str
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """A record and a finding for every group; records also for each unmatched label and for the unknown."""
    numbers = list(_numbers(item, rules))
    rows = [_row(item, record, i, rules, selection) for i, record in enumerate(numbers)]
    readings = [reading(row) for row in rows]
    records = [{**record, "reading": text} for record, text in zip(numbers, readings, strict=True)]
    for name, cell in item.source.matched.unmatched.items():
        text = f"{show(name)}: {cell.n:,} participants; the baseline has no such group, so they cannot be compared."
        records.append(_apart(item, name, cell.n, text))
    unknown = item.source.matched.unknown.n
    if unknown:
        text = f"{unknown:,} participants are of unknown {plainly(item.attribute)}."
        records.append(_apart(item, "(unknown)", unknown, text))
    return records, _findings(item, numbers, rows, readings, as_a_whole, rules)


def _apart(item: Assessed, name: str, n: int, text: str) -> dict[str, Any]:
    return {
        "attribute": item.attribute,
        "group": name,
        "count": n,
        "verdict": Verdict.NOT_ASSESSABLE,
        "reading": text,
    }


def detectable(item: Assessed, rules: Rules) -> Floats:
    """For each group the true ratio below which these participants give "under" four times in five."""
    counts = item.counts
    out = np.full(len(item.groups), np.nan)
    at = np.flatnonzero(item.tested)
    if not len(at):
        return out
    n, share = counts.effective_n[at], counts.share[at]
    chance = share * (1 - share) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        n = share * (1 - share) / (chance + counts.baseline_se[at] ** 2)
    everybody = ~np.isfinite(n)
    whole = np.where(everybody, 0, np.floor(n * (1 + _ROUNDING)))
    found = np.asarray(
        detectable_ratio(whole, share, groups=item.looks, alpha=rules.alpha, band=rules.band)
    )
    out[at] = np.where(everybody, 1.0, found)
    return out


def _numbers(item: Assessed, rules: Rules) -> Iterator[dict[str, Any]]:
    counts, judged = item.counts, item.judged
    able = detectable(item, rules)
    low, high, parity = _unknown(item)
    observed = np.where(item.comparable, counts.observed, np.nan)
    for i, group in enumerate(item.groups):
        count, total = item.source.matched.groups[group].n, int(counts.n[i])
        share = float(item.source.profile.shares[i])
        expected = share * total if share > 0 else math.nan
        yield {
            "attribute": item.attribute,
            "group": group,
            "count": count,
            "total": total,
            "share": observed[i],
            "baseline": share,
            "expected": expected,
            "difference": observed[i] - share,
            "ratio": judged.ratio[i],
            "ratio_low": judged.low[i],
            "ratio_high": judged.high[i],
            "ratio_inner_low": judged.inner_low[i],
            "ratio_inner_high": judged.inner_high[i],
            "p_value": judged.p_value[i] if item.tested[i] else math.nan,
            "p_adjusted": item.p_adjusted[i],
            "log10_p_value": judged.log10_p[i] if item.tested[i] else math.nan,
            "differs": bool(item.p_adjusted[i] <= rules.alpha) if item.tested[i] else None,
            "beyond_band": bool(item.p_beyond[i] <= rules.alpha) if item.tested[i] else None,
            "verdict": item.verdicts[i],
            "aim": (item.untested or None) if item.comparable[i] else None,
            "detectable_ratio": able[i],
            "shortfall": (share - observed[i]) * total,
            "ratio_unknown_low": low[i],
            "ratio_unknown_high": high[i],
            "parity_among_unknown": parity[i],
        }


def _unknown(item: Assessed) -> tuple[Floats, Floats, Floats]:
    """The ratio if none or all of the unknown belong to the group, and the share of them that gives parity."""
    counts, at = item.counts, item.comparable
    low, high, parity = (np.full(len(item.groups), np.nan) for _ in range(3))
    if at.any():
        x, known, share = counts.observed[at] * counts.n[at], counts.n[at], counts.share[at]
        unknown = float(item.source.matched.unknown.n)
        bounds = share_bounds(x, known, unknown)
        low[at], high[at] = bounds[0] / share, bounds[1] / share
        if unknown:
            parity[at] = parity_among_unknown(x, known, unknown, share)
    return low, high, parity


def _row(item: Assessed, record: Mapping[str, Any], i: int, rules: Rules, selection: str) -> Row:
    pair_flag = item.is_pair and any(v.is_flag for v in item.verdicts)
    verdict = item.verdicts[i]
    short = float(record["shortfall"])
    count, total, share = record["count"], record["total"], float(record["baseline"])
    recruits = None
    if verdict is Verdict.UNDER and short > 0:
        needed = float(recruits_needed(min(count, total), total, share))
        recruits = int(needed) if math.isfinite(needed) else None
    return Row(
        attribute=item.attribute,
        group=record["group"],
        count=count,
        total=total,
        share=float(record["share"]),
        baseline=share,
        expected=float(record["expected"]),
        ratio=float(record["ratio"]),
        verdict=verdict,
        differs=bool(record["differs"]),
        beyond_band=bool(record["beyond_band"]),
        detectable_ratio=float(record["detectable_ratio"]),
        band=rules.band,
        selection=selection,
        reason=_reason(item, record, i),
        complement=pair_flag and not verdict.is_flag,
        recruits=recruits,
        weighted=item.counts.weighted,
    )


def _reason(item: Assessed, record: Mapping[str, Any], i: int) -> str:
    """Why a group has no verdict, or how far a target was met."""
    name = named(item.groups[i], item.attribute)
    count, total, share = record["count"], record["total"], float(record["baseline"])
    if item.untested and item.comparable[i]:
        goal = "target" if item.untested == "target" else "quota"
        aim = f"the {goal} of {percent(share)} is {people(share * total)}"
        short = share * total - count
        met = (
            "met"
            if abs(short) < 1
            else f"{people(short)} short"
            if short > 0
            else f"exceeded by {people(-short)}"
        )
        return f"{name}: {count:,} of {total:,} participants; {aim}: {met}."
    if item.comparable[i]:
        return ""
    if share == 0 and count:
        return f"{name}: {count:,} participants, but the baseline says nobody is; they are outside the comparison."
    if share == 0:
        return f"{name}: nobody in the baseline and nobody among participants."
    if total == 0:
        return f"{name}: cannot be assessed, because no participant's {plainly(item.attribute)} is known."
    return (
        f"{name}: {count:,} of {total:,} participants; the baseline has nothing to compare it with."
    )


def _findings(
    item: Assessed,
    numbers: Sequence[Mapping[str, Any]],
    rows: Sequence[Row],
    readings: Sequence[str],
    as_a_whole: Whole,
    rules: Rules,
) -> list[Finding]:
    """A finding for every group of the baseline."""
    caveats = _caveats(item, numbers, rules)
    partial = _partial_cv(item)
    identified = _with_unknown(item, rules)
    findings = []
    for i, (record, row) in enumerate(zip(numbers, rows, strict=True)):
        low, high = float(record["ratio_low"]), float(record["ratio_high"])
        ratio = Estimate(
            row.ratio, low, high, rules.confidence, _INTERVAL_NAMES[rules.interval], "ratio"
        )
        findings.append(
            Finding(
                question="representation",
                attribute=item.attribute,
                group=row.group,
                verdict=row.verdict,
                estimate=ratio if item.comparable[i] else None,
                p_value=record["p_value"],
                p_adjusted=record["p_adjusted"],
                n=row.total,
                reading=readings[i],
                caveats=caveats[i],
                next_step=_step(item, row, i),
                details={
                    **_details(item, record, as_a_whole, i, rules),
                    "partial_cv": partial[i],
                    "ratio_with_unknown": identified[i],
                    "other_side": row.complement,
                },
            )
        )
    return findings


def _with_unknown(item: Assessed, rules: Rules) -> list[tuple[float, float] | None]:
    """Interval of each ratio that covers it wherever the unknown belong (Imbens and Manski 2004)."""
    out: list[tuple[float, float] | None] = [None] * len(item.groups)
    at, unknown = item.comparable, float(item.source.matched.unknown.n)
    if unknown and at.any():
        known, share = item.counts.n[at], item.counts.share[at]
        x = item.counts.observed[at] * known
        low, high = imbens_manski_interval(
            np.minimum(x, known), known, unknown, confidence=rules.confidence
        )
        for i, ends in zip(
            np.flatnonzero(at).tolist(), zip(low / share, high / share, strict=True), strict=True
        ):
            out[i] = (float(ends[0]), float(ends[1]))
    return out


def _partial_cv(item: Assessed) -> Floats:
    """Each group's part in the coefficient of variation of participation."""
    at, out = item.comparable, np.full(len(item.groups), np.nan)
    if at.any():
        counts = item.counts
        out[at] = partial_cv(counts.observed[at] * counts.n[at], counts.n[at], counts.share[at])
    return out


def _step(item: Assessed, row: Row, i: int) -> str:
    if item.untested == "target" and item.comparable[i]:
        return "Hold the target itself against who lives there: a target that is met need not be the community."
    if item.untested and item.comparable[i]:
        return "Look at the attributes without a quota: that is where a quota does not help."
    return next_step(row)


def _caveats(
    item: Assessed, numbers: Sequence[Mapping[str, Any]], rules: Rules
) -> list[tuple[str, ...]]:
    """What to know besides of each group: what the unknown could change, and what absence means."""
    out: list[list[str]] = [[] for _ in numbers]
    at = np.flatnonzero(item.comparable)
    unknown = item.source.matched.unknown.n
    if unknown and len(at):
        observed, n, share = item.counts.observed[at], item.counts.n[at], item.counts.share[at]
        signs = np.atleast_1d(sign_identified(observed * n, n, unknown, share))
        for i in at[signs == "not identified"].tolist():
            out[i].append(
                f"If {float(numbers[i]['parity_among_unknown']):.0%} of the {unknown:,} people of unknown group "
                "belonged here, the group would have exactly its share."
            )
    absent = [i for i in at.tolist() if item.tested[i] and numbers[i]["count"] == 0]
    if absent:
        needed = np.atleast_1d(absence_informative_n(item.counts.share[absent], alpha=rules.alpha))
        for i, most in zip(absent, needed, strict=True):
            if numbers[i]["total"] < most:
                out[i].append(
                    f"Nobody came, but among fewer than {int(most):,} people that can be chance."
                )
    for i in np.flatnonzero(item.counts.absent_unweighed & item.tested).tolist():
        out[i].append(
            "Nobody came to show what weight people of this group carry, so their absence cannot be weighed."
        )
    return [tuple(texts) for texts in out]


def _details(
    item: Assessed, record: Mapping[str, Any], as_a_whole: Whole, i: int, rules: Rules
) -> dict[str, Any]:
    counts = item.counts
    return {
        "estimand": "share of participants divided by share of the baseline",
        "null": "a fair draw from the baseline" if not item.untested else None,
        "aim": item.untested if item.comparable[i] else "",
        "expected": record["expected"],
        "shortfall": record["shortfall"],
        "effective_n": counts.effective_n[i] if np.isfinite(counts.effective_n[i]) else None,
        "unknown": item.source.matched.unknown.n,
        "detectable_ratio": record["detectable_ratio"],
        "smallest_n_in_line": as_a_whole.smallest_n[i],
        "p_in_line_adjusted": item.p_in_line[i],
        "p_beyond_band_adjusted": item.p_beyond[i],
        "log10_p_value": record["log10_p_value"],
        "band": rules.band,
    }
