"""From an assessed attribute to table rows and findings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from coprep.errors import show
from coprep.findings import Estimate, Finding, Verdict
from coprep.metrics.planning import absence_informative_n, detectable_ratio
from coprep.metrics.ratios import partial_cv
from coprep.metrics.recruiting import recruits_needed
from coprep.metrics.unknowns import parity_among_unknown, share_bounds, sign_identified
from coprep.representation.attribute import Assessed
from coprep.representation.judge import Floats, Rules
from coprep.representation.overall import Whole
from coprep.representation.wording import Row, next_step, people, percent, reading

__all__ = ["findings_of", "records_of"]

_INTERVAL_NAMES = {"exact": "Clopper-Pearson", "wilson": "Wilson", "jeffreys": "Jeffreys", "mid-p": "mid-p"}


def records_of(item: Assessed, rules: Rules, selection: str) -> list[dict[str, Any]]:
    """A record for every group, then one for each unmatched label, then one for the unknown."""
    records = [{**r, "reading": reading(_row(item, r, i, rules, selection))} for i, r in enumerate(_numbers(item, rules))]
    for name, cell in item.source.matched.unmatched.items():
        text = f"{show(name)}: {cell.n:,} participants; the baseline has no such group, so they cannot be compared."
        records.append(_apart(item, name, cell.n, text))
    unknown = item.source.matched.unknown.n
    if unknown:
        text = f"{unknown:,} participants are of unknown {show(item.attribute)[1:-1]}."
        records.append(_apart(item, "(unknown)", unknown, text))
    return records


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
    whole = np.where(everybody, 0, np.floor(n))
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
        recruits = int(recruits_needed(min(count, total), total, share))
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
    name = f"{show(item.groups[i])} ({show(item.attribute)[1:-1]})"
    count, total, share = record["count"], record["total"], float(record["baseline"])
    if item.untested and item.comparable[i]:
        goal = "target" if item.untested == "target" else "quota"
        aim = f"the {goal} of {percent(share)} is {people(share * total)}"
        short = share * total - count
        met = "met" if abs(short) < 1 else f"{people(short)} short" if short > 0 else f"exceeded by {people(-short)}"
        return f"{name}: {count:,} of {total:,} participants; {aim}: {met}."
    if item.comparable[i]:
        return ""
    if share == 0 and count:
        return f"{name}: {count:,} participants, but the baseline says nobody is; they are outside the comparison."
    if share == 0:
        return f"{name}: nobody in the baseline and nobody among participants."
    if total == 0:
        return f"{name}: cannot be assessed, because no participant's {show(item.attribute)[1:-1]} is known."
    return f"{name}: {count:,} of {total:,} participants; the baseline has nothing to compare it with."


def findings_of(item: Assessed, as_a_whole: Whole, rules: Rules, selection: str) -> list[Finding]:
    """A finding for every group of the baseline."""
    findings = []
    for i, record in enumerate(_numbers(item, rules)):
        row = _row(item, record, i, rules, selection)
        ratio = Estimate(
            row.ratio,
            float(record["ratio_low"]),
            float(record["ratio_high"]),
            rules.confidence,
            _INTERVAL_NAMES[rules.interval],
            "ratio",
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
                reading=reading(row),
                caveats=tuple(_caveats(item, record, i, rules)),
                next_step=_step(item, row, i),
                details={**_details(item, record, as_a_whole, i, rules), "other_side": row.complement},
            )
        )
    return findings


def _step(item: Assessed, row: Row, i: int) -> str:
    if item.untested == "target" and item.comparable[i]:
        return "Hold the target itself against who lives there: a target that is met need not be the community."
    if item.untested and item.comparable[i]:
        return "Look at the attributes without a quota: that is where a quota does not help."
    return next_step(row)


def _caveats(item: Assessed, record: Mapping[str, Any], i: int, rules: Rules) -> Iterator[str]:
    if not item.comparable[i]:
        return
    unknown = item.source.matched.unknown.n
    if unknown:
        x, n = float(record["share"]) * record["total"], record["total"]
        if str(sign_identified(x, n, unknown, record["baseline"])) == "not identified":
            yield (
                f"If {float(record['parity_among_unknown']):.0%} of the {unknown:,} people of unknown group belonged "
                "here, the group would have exactly its share."
            )
    if item.tested[i] and record["count"] == 0:
        needed = int(absence_informative_n(record["baseline"], alpha=rules.alpha))
        if record["total"] < needed:
            yield f"Nobody came, but among fewer than {needed:,} people that can be chance."


def _details(item: Assessed, record: Mapping[str, Any], as_a_whole: Whole, i: int, rules: Rules) -> dict[str, Any]:
    counts = item.counts
    cv = math.nan
    if item.comparable[i]:
        x = float(record["share"]) * record["total"]
        cv = float(np.asarray(partial_cv(x, record["total"], record["baseline"])))
    return {
        "estimand": "share of participants divided by share of the baseline",
        "null": {"": "a fair draw from the baseline"}.get(item.untested, f"not tested: {item.untested}"),
        "expected": record["expected"],
        "shortfall": record["shortfall"],
        "effective_n": counts.effective_n[i] if np.isfinite(counts.effective_n[i]) else None,
        "unknown": item.source.matched.unknown.n,
        "partial_cv": cv,
        "detectable_ratio": record["detectable_ratio"],
        "smallest_n_in_line": as_a_whole.smallest_n[i],
        "p_in_line_adjusted": item.p_in_line[i],
        "p_beyond_band_adjusted": item.p_beyond[i],
        "log10_p_value": record["log10_p_value"],
        "band": rules.band,
    }
