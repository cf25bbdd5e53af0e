"""Turns judged cells of crossings into rows and findings, and crossings into rows and notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coprep.findings import Finding, Note, Verdict, counted
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.representation._limit_words import reading_within_limits, step_within_limits
from coprep.table import ColumnKind

if TYPE_CHECKING:
    from coprep.metrics.weighting._beyond_margins import BeyondMarginsTest
    from coprep.representation._attribute import Assessed
    from coprep.representation._crossings import Crossing
    from coprep.representation._options import Options

_MOST_TOLD = 3  # crossings of which each one's own notes are told

ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "order": "count",
    "first": "text",
    "second": "text",
    "third": "text",
    "count": "count",
    "total": "count",
    "share": "number",
    "baseline": "number",
    "baseline_low": "number",
    "baseline_high": "number",
    "independent": "number",
    "expected": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "differs": "truth",
    "beyond_band": "truth",
    "verdict": "text",
    "aim": "text",
    "detectable_ratio": "number",
    "shortfall": "number",
    "expected_by_margins": "number",
    "ratio_by_margins": "number",
    "reading": "text",
}

CROSSINGS: dict[str, ColumnKind] = {
    "attribute": "text",
    "order": "count",
    "cells": "count",
    "total": "count",
    "unknown": "count",
    "outside": "count",
    "known_from": "text",
    "cells_from_nobody": "count",
    "statistic": "number",
    "df": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "beyond_margins": "truth",
    "effect_size": "number",
    "method": "text",
    "reading": "text",
}


def rows_of(
    records: Sequence[dict[str, Any]],
    findings: Sequence[Finding],
    one: Crossing,
    test: BeyondMarginsTest | None,
    method: str,
) -> Iterator[tuple[dict[str, Any], Finding | None]]:
    """A record and a finding for every cell; records of people who are not compared.

    ``records`` and ``findings`` are those of an attribute with the cells as its groups.
    """
    expected = None if test is None else test.expected.ravel()
    low = high = independent = None
    if one.limits is not None:
        low, high, independent = (
            table.ravel() for table in (one.limits.low, one.limits.high, one.limits.independent)
        )
    for i, (record, finding) in enumerate(zip(records, findings, strict=False)):
        groups = (*one.groups[i], None, None)
        named = {
            "order": one.order,
            **dict(zip(("first", "second", "third"), groups, strict=False)),
        }
        limits = {"baseline_low": record["baseline"], "baseline_high": record["baseline"]}
        if low is not None and high is not None and independent is not None:
            limits = {"baseline_low": low[i], "baseline_high": high[i]}
            limits |= {"independent": independent[i], "baseline": math.nan, "expected": math.nan}
            limits["detectable_ratio"] = math.nan
            if low[i] <= record["share"] <= high[i]:
                limits["shortfall"] = 0.0
        by_margins: dict[str, float] = {}
        if expected is not None and expected[i] > 0:
            came = record["share"] * record["total"]
            by_margins["expected_by_margins"] = expected[i] * record["total"] / expected.sum()
            by_margins["ratio_by_margins"] = came / by_margins["expected_by_margins"]
        cell = dict(zip(one.attributes, one.groups[i], strict=True))
        finding = _as_crossing(finding, one, cell, {**limits, **by_margins}, method)
        yield {**record, **named, **limits, **by_margins, "reading": finding.reading}, finding
    for record in records[len(findings) :]:
        yield {**record, "order": one.order}, None


def _as_crossing(
    finding: Finding,
    one: Crossing,
    groups: Mapping[str, str],
    figures: Mapping[str, float],
    method: str,
) -> Finding:
    """The finding of a cell: its simultaneous limits, and what its margins lead to expect."""
    estimate = finding.estimate
    if estimate is not None:
        estimate = replace(estimate, method=method)
    changed = replace(
        finding,
        question="intersections",
        estimate=estimate,
        details={**finding.details, **figures, "order": one.order, "groups": groups},
    )
    if one.limits is None or finding.verdict is Verdict.NOT_ASSESSABLE:
        return changed
    limits = (figures["baseline_low"], figures["baseline_high"])
    values = {
        **finding.values,
        "baseline_low": limits[0],
        "baseline_high": limits[1],
    }
    called = str(finding.details.get("called") or "")
    return replace(
        changed,
        reading=reading_within_limits(values, finding.verdict, limits, called=called),
        next_step=step_within_limits(values, finding.verdict, finding.next_step),
        values=values,
    )


def missing_last(record: Mapping[str, Any]) -> tuple[bool, float]:
    """Where a row stands: by how many people are missing."""
    shortfall = record.get("shortfall")
    unknown = shortfall is None or math.isnan(shortfall)
    return unknown, 0.0 if shortfall is None or unknown else -float(shortfall)


def records_of_crossings(
    assessed: Sequence[Assessed],
    crossings: Sequence[Crossing],
    beyond: Sequence[BeyondMarginsTest | None],
    options: Options,
) -> list[dict[str, Any]]:
    """A record a crossing, with the test whether it differs by more than its margins."""
    p_values = [math.nan if test is None else test.p_value for test in beyond]
    raised = list(p_values)
    at = [i for i, p in enumerate(p_values) if not math.isnan(p)]
    if at and options.adjust != "none":
        found = adjust_p_values([p_values[i] for i in at], method=options.adjust)
        for i, p in zip(at, found.tolist(), strict=True):
            raised[i] = p
    records = []
    for item, one, test, p in zip(assessed, crossings, beyond, raised, strict=True):
        record: dict[str, Any] = {
            "attribute": one.name,
            "order": one.order,
            "cells": len(one.groups),
            "total": one.total.n,
            "unknown": one.unknown.n,
            "outside": one.outside.n,
            "known_from": "joint table",
            "cells_from_nobody": int((~item.comparable).sum()),
        }
        if one.order == 1:
            record["known_from"] = "the attribute itself"
        if one.limits is not None:
            record["known_from"] = "margins"
            record["cells_from_nobody"] = int((one.limits.low == 0).sum())
        if test is not None:
            record |= {
                "statistic": test.statistic,
                "df": test.df,
                "p_value": test.p_value,
                "p_adjusted": p,
                "beyond_margins": None if math.isnan(p) else p <= options.alpha,
                "effect_size": test.effect_size,
                "method": test.method,
            }
        records.append(record)
    return records


def notes_on_crossings(
    assessed: Sequence[Assessed],
    crossings: Sequence[Crossing],
    records: Sequence[Mapping[str, Any]],
) -> Iterator[Note]:
    """Which crossings differ beyond their margins, what only limits are known of, who is left out."""
    tested = [record for record in records if record.get("beyond_margins") is not None]
    beyond = [str(record["attribute"]) for record in tested if record["beyond_margins"]]
    if beyond:
        yield Note.of(
            "beyond_margins",
            "More than each attribute alone tells: {attributes:labels} go together in other ways than "
            "in the community.",
            attributes=beyond,
        )
    elif tested:
        yield Note.of(
            "not_beyond_margins",
            "No crossing is shown to differ by more than its attributes do, each alone.",
            crossings=len(tested),
        )
    limited = [one for one in crossings if one.limits is not None]
    if limited:
        cells = sum(len(one.groups) for one in limited)
        empty = sum(int((one.limits.low == 0).sum()) for one in limited if one.limits is not None)
        yield Note.of(
            "margins_alone",
            "The baseline has no joint table of {attributes:labels}: {cells} are held against the "
            "limits that its margins leave open. In {empty} of them nobody need live, so that no "
            "shortfall can be shown there.",
            attributes=[one.name for one in limited],
            cells=counted(cells, "cell"),
            empty=empty,
        )
        yield Note.of(
            "independence",
            "The column independent has the shares if nothing tied the attributes together beyond the "
            "tables that are known (conditional independence), which nobody has shown; no verdict "
            "rests on it.",
        )
    crossed = [(item, one) for item, one in zip(assessed, crossings, strict=True) if one.order > 1]
    for item, one in zip(assessed, crossings, strict=True):
        if one.order == 1 or len(crossed) <= _MOST_TOLD:
            yield from item.notes
        if one.outside.n and one.order > 1 and len(crossed) <= _MOST_TOLD:
            yield Note.of(
                "outside_a_crossing",
                "{attribute:name}: {people} outside the comparison in one of these attributes.",
                attribute=one.name,
                people=one.outside.n,
            )
    if len(crossed) > _MOST_TOLD:
        text = (
            "Whoever is of unknown group, or outside the comparison, in one attribute is left out "
            "of its crossings; the table of crossings has the numbers."
        )
        yield Note("left_out_of_crossings", text)
