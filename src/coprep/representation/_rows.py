"""Turns an assessed attribute into rows of the table and findings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coprep.findings import Estimate, Finding, Note, Verdict, counted
from coprep.metrics.planning._power import smallest_n_absence as absence_informative_n
from coprep.metrics.shares._disparity import partial_cv
from coprep.metrics.shares._unknowns import (
    imbens_manski_interval,
    parity_among_unknown,
    share_bounds,
    sign_identified,
)
from coprep.representation._advice import places
from coprep.representation._attainment import Goal
from coprep.representation._attribute import Assessed
from coprep.representation._judge import Bools, Floats
from coprep.representation._options import Options
from coprep.representation._planning import detectable_ratios, never
from coprep.representation._states import State
from coprep.representation._wording import Row, next_step, reading
from coprep.wording.escape import distinct
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

_Z = 1.96  # how many standard errors an estimated share may be off
_ROUNDING = 1e-9  # so that 100 people who went through a division stay 100
_WHY_NEVER = {
    "baseline_error": "the baseline's own error",
    "baseline_rounding": "the rounding of the baseline's figures",
}
_INTERVAL_NAMES = {
    "exact": "Clopper-Pearson",
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "mid-p": "mid-p",
}


def told(
    item: Assessed, stands: Bools, options: Options
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """A record and a finding for every group; records for unmatched labels and the unknown.

    ``stands`` says whose flags would stand for the report as a whole.
    """
    records = _records(item, options)
    for record, verdict, kept in zip(records, item.verdicts, stands.tolist(), strict=True):
        record["survives_report"] = kept if verdict.is_flag else None
    rows = _rows(item, records, options)
    for record, row in zip(records, rows, strict=True):
        record["reading"] = reading(row)
    findings = _findings(item, records, rows, options)
    matched = item.source.matched
    for name, cell in matched.unmatched.items():
        text = (
            f"{show(name)}: {count_of(cell.n, 'participant')}; the baseline has no such group, "
            "so they cannot be compared."
        )
        records.append(_apart(item, name, cell.n, text))
    for name, cell in matched.outside.items():
        people = count_of(cell.n, "participant")
        text = f"{show(name)}: {people}, knowingly outside the comparison."
        records.append(_apart(item, name, cell.n, text))
    if matched.unknown.n:
        people = count_of(matched.unknown.n, "participant")
        are = "is" if matched.unknown.n == 1 else "are"
        text = f"{people} {are} of unknown {plainly(item.attribute)}."
        records.append(_apart(item, "(unknown)", matched.unknown.n, text))
    return records, findings


def _apart(item: Assessed, name: str, n: int, text: str) -> dict[str, Any]:
    """The record of people outside the comparison."""
    return {
        "attribute": item.attribute,
        "group": name,
        "count": n,
        "verdict": Verdict.NOT_ASSESSABLE,
        "reading": text,
    }


def _records(item: Assessed, options: Options) -> list[dict[str, Any]]:
    """The row of each group, without its reading."""
    counts = item.counts
    judged = item.judged
    shortfall = detectable_ratios(item, options, "under")
    excess = detectable_ratios(item, options, "over")
    unknown_low, unknown_high, parity = _unknown(item)
    observed = np.where(item.comparable, counts.observed, np.nan)
    effective = np.full(len(item.groups), np.nan)
    if counts.weighted or counts.clusters:
        effective = np.where(item.comparable, counts.weighted_n, np.nan)
    records = []
    for i, group in enumerate(item.groups):
        total = int(counts.n[i])
        share = float(item.source.profile.shares[i])
        tested = bool(item.tested[i])
        records.append(
            {
                "attribute": item.attribute,
                "group": group,
                "count": item.source.matched.groups[group].n,
                "total": total,
                "share": observed[i],
                "baseline": share,
                "expected": share * total if share > 0 else math.nan,
                "difference": observed[i] - share,
                "ratio": judged.ratio[i],
                "ratio_low": judged.low[i],
                "ratio_high": judged.high[i],
                "ratio_inner_low": judged.inner_low[i],
                "ratio_inner_high": judged.inner_high[i],
                "p_value": judged.p_value[i] if tested else math.nan,
                "p_adjusted": item.p_adjusted[i],
                "log10_p_value": judged.log10_p[i] if tested else math.nan,
                "differs": bool(item.p_adjusted[i] <= options.alpha) if tested else None,
                "beyond_band": bool(item.p_beyond[i] <= options.alpha) if tested else None,
                "verdict": item.verdicts[i],
                "aim": item.untested if item.untested and item.comparable[i] else None,
                "detectable_ratio": shortfall[i],
                "detectable_excess": excess[i],
                "effective_n": effective[i],
                "shortfall": (share - observed[i]) * total,
                "ratio_unknown_low": unknown_low[i],
                "ratio_unknown_high": unknown_high[i],
                "parity_among_unknown": parity[i],
            }
        )
    return records


def _unknown(item: Assessed) -> tuple[Floats, Floats, Floats]:
    """The ratio if none, or all, of the unknown belong here, and what share gives parity."""
    low, high, parity = (np.full(len(item.groups), np.nan) for _ in range(3))
    at = item.comparable
    if at.any():
        known = item.counts.n[at]
        share = item.counts.share[at]
        x = item.counts.observed[at] * known
        unknown = float(item.source.matched.unknown.n)
        bounds = share_bounds(x, known, unknown)
        low[at] = bounds[0] / share
        high[at] = bounds[1] / share
        if unknown:
            parity[at] = parity_among_unknown(x, known, unknown, share)
    return low, high, parity


def _rows(item: Assessed, records: Sequence[Mapping[str, Any]], options: Options) -> list[Row]:
    """What the sentences about each group need to know."""
    stand = item.states(options.alpha)
    shares = places(item.counts, item.comparable, apart=item.source.overlapping)
    sign_is_open = _sign_is_open(item)
    profile = item.source.profile
    most = profile.shares + profile.rounding + _Z * profile.standard_errors
    quotas = options.quotas if options.selection == "quota" else ()
    shown = distinct(item.groups)
    worth = item.counts.own_kish
    return [
        Row(
            attribute=item.attribute,
            group=record["group"],
            count=record["count"],
            total=record["total"],
            share=float(record["share"]),
            baseline=float(record["baseline"]),
            expected=float(record["expected"]),
            ratio=float(record["ratio"]),
            verdict=item.verdicts[i],
            state=stand[i],
            beyond_band=bool(record["beyond_band"]),
            detectable_ratio=float(record["detectable_ratio"]),
            detectable_excess=float(record["detectable_excess"]),
            band=options.band,
            selection=options.selection,
            shown=shown[i],
            decimals=_decimals(profile.rounding),
            baseline_most=min(1.0, float(most[i])),
            unknown=item.source.matched.unknown.n,
            parity_among_unknown=float(record["parity_among_unknown"]),
            sign_is_open=bool(sign_is_open[i]),
            aim=record["aim"] or "",
            goal=_goal(item, i),
            places=None if item.source.only_limits else shares[i],
            weighted=item.counts.weighted,
            effective_n=float(record["effective_n"]),
            clusters=item.counts.clusters,
            own_worth=float(worth[i]),
            quotas=item.source.follows or tuple(q for q in quotas if q != item.attribute),
            follows_quotas=bool(item.source.follows),
            called=options.labels.get(item.attribute, {}).get(record["group"], ""),
        )
        for i, record in enumerate(records)
    ]


def _goal(item: Assessed, i: int) -> Goal | None:
    """What a group was to have, where it is held against a quota or a target."""
    if not item.untested or not item.comparable[i]:
        return None
    return Goal.of_share(float(item.counts.share[i]), int(item.counts.n[i]))


def _decimals(rounding: float) -> int:
    """The decimals of percentages that are rounded by half a unit of the last one."""
    if not rounding > 0:
        return 0
    return max(0, round(-math.log10(2 * rounding)) - 2)


def _sign_is_open(item: Assessed) -> Bools:
    """Whether the unknown could bring each group to the other side of its share."""
    out = np.zeros(len(item.groups), dtype=bool)
    at = np.flatnonzero(item.comparable)
    unknown = item.source.matched.unknown.n
    if unknown and len(at):
        n = item.counts.n[at]
        came = item.counts.observed[at] * n
        signs = np.atleast_1d(sign_identified(came, n, unknown, item.counts.share[at]))
        out[at] = signs == "not identified"
    return out


def _findings(
    item: Assessed,
    records: Sequence[Mapping[str, Any]],
    rows: Sequence[Row],
    options: Options,
) -> list[Finding]:
    """A finding for every group of the baseline."""
    blind = never(item, options)
    caveats = _caveats(item, records, blind, options)
    partial = _partial_cv(item)
    with_unknown = _with_unknown(item, options)
    method = _INTERVAL_NAMES[options.interval]
    findings = []
    for i, (record, row) in enumerate(zip(records, rows, strict=True)):
        ratio = Estimate(
            row.ratio,
            float(record["ratio_low"]),
            float(record["ratio_high"]),
            options.confidence,
            method,
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
                reading=record["reading"],
                caveats=tuple(caveats[i]),
                next_step=next_step(row),
                values={**row.values(), "survives_report": record["survives_report"]},
                details={
                    **_details(item, record, i, options),
                    "never_in_line": blind[i],
                    "partial_cv": partial[i],
                    "ratio_with_unknown": with_unknown[i],
                    "other_side": row.state is State.OTHER_SIDE,
                    "pair": item.is_pair,
                    "called": row.called,
                },
            )
        )
    return findings


def _details(item: Assessed, record: Mapping[str, Any], i: int, options: Options) -> dict[str, Any]:
    effective_n = item.counts.effective_n[i]
    return {
        "estimand": "share of participants divided by share of the baseline",
        "null": None if item.untested else "a fair draw from the baseline",
        "aim": record["aim"] or "",
        "expected": record["expected"],
        "shortfall": record["shortfall"],
        "effective_n": effective_n if np.isfinite(effective_n) else None,
        "unknown": item.source.matched.unknown.n,
        "detectable_ratio": record["detectable_ratio"],
        "detectable_excess": record["detectable_excess"],
        "p_in_line_adjusted": item.p_in_line[i],
        "p_beyond_band_adjusted": item.p_beyond[i],
        "log10_p_value": record["log10_p_value"],
        "band": options.band,
    }


def _with_unknown(item: Assessed, options: Options) -> list[tuple[float, float] | None]:
    """Interval of each ratio wherever the unknown belong (Imbens and Manski 2004)."""
    out: list[tuple[float, float] | None] = [None] * len(item.groups)
    at = np.flatnonzero(item.comparable)
    unknown = float(item.source.matched.unknown.n)
    if unknown and len(at):
        known = item.counts.n[at]
        share = item.counts.share[at]
        x = np.minimum(item.counts.observed[at] * known, known)
        low, high = imbens_manski_interval(x, known, unknown, confidence=options.confidence)
        for place, i in enumerate(at.tolist()):
            out[i] = (float(low[place] / share[place]), float(high[place] / share[place]))
    return out


def _partial_cv(item: Assessed) -> Floats:
    """Each group's part in the coefficient of variation of participation."""
    out = np.full(len(item.groups), np.nan)
    at = item.comparable
    if at.any():
        counts = item.counts
        out[at] = partial_cv(counts.observed[at] * counts.n[at], counts.n[at], counts.share[at])
    return out


def _caveats(
    item: Assessed,
    records: Sequence[Mapping[str, Any]],
    blind: Sequence[str],
    options: Options,
) -> list[list[Note]]:
    """What to know besides of each group: what the unknown could change, what absence means, and
    where no number of people could show that a group is in line.
    """
    out: list[list[Note]] = [[] for _ in records]
    at = np.flatnonzero(item.comparable)
    unknown = item.source.matched.unknown.n
    for i in np.flatnonzero(_sign_is_open(item)).tolist():
        out[i].append(
            Note.of(
                "unknown_could_close_gap",
                "If {share:.0%} of the {people} of unknown group belonged here, "
                "the group would have exactly its share.",
                share=float(records[i]["parity_among_unknown"]),
                people=counted(unknown, "person", "people"),
            )
        )
    for i in at.tolist():
        if blind[i] and item.tested[i]:
            template = (
                "No number of participants could show this group to be in line: "
                f"{_WHY_NEVER[blind[i]]} leaves its share open by more than the band."
            )
            out[i].append(Note(f"never_in_line_{blind[i]}", template))
    absent = [i for i in at.tolist() if item.tested[i] and records[i]["count"] == 0]
    if absent:
        shares = item.counts.share[absent]
        needed = np.atleast_1d(absence_informative_n(shares, alpha=options.alpha))
        for i, most in zip(absent, needed, strict=True):
            if records[i]["total"] < most:
                template = "Nobody came, but among fewer than {people} people that can be chance."
                out[i].append(Note.of("absence_can_be_chance", template, people=int(most)))
    for i in np.flatnonzero(item.doubts.few_heavy & item.tested).tolist():
        template = (
            "A few people carry most of the weight here: the group's {people} count as "
            "{worth:.1f} of equal weight, and no verdict rests on so few."
        )
        own = counted(int(item.counts.x[i]), "person", "people")
        worth = float(item.counts.own_kish[i])
        out[i].append(Note.of("few_heavy_weights", template, people=own, worth=worth))
    return out
