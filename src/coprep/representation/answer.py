"""The answer of `assess`, put together: rows, sentences, notes, what was asked for and how the numbers were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.findings import Finding
from coprep.representation.attribute import Assessed
from coprep.representation.judge import Rules
from coprep.representation.overall import Whole
from coprep.representation.result import OVERALL, ROWS, Representation
from coprep.representation.rows import told
from coprep.table import Table

__all__ = ["answered"]


def answered(
    assessed: Sequence[Assessed],
    wholes: Sequence[Whole],
    rules: Rules,
    baseline: Baseline,
    notes: Sequence[str],
    selection: str,
    quotas: Sequence[str],
    population: int | None,
    family: str,
    seed: int,
    title: str,
) -> Representation:
    """The result, of attributes that have been judged each and as a whole."""
    remarks = [*notes]
    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for item, as_a_whole in zip(assessed, wholes, strict=True):
        rows, sentences = told(item, as_a_whole, rules, selection)
        records += rows
        findings += sentences
        remarks += item.notes
    settings = {
        "confidence": rules.confidence,
        "band": rules.band,
        "interval": rules.interval,
        "adjust": rules.adjust,
        "family": family,
        "selection": selection,
        "quotas": tuple(quotas),
        "population": population,
        "baseline": baseline.described,
        "kind": baseline.kind,
        "rng": seed,
        "forest": _forest(rules, baseline),
        "method": _method(rules, assessed, population),
    }
    return Representation(
        title=title
        or (
            f"Who came, against {baseline.area}"
            if baseline.area
            else "Who came, against who lives there"
        ),
        rows=Table.from_records(records, ROWS),
        overall=Table.from_records([w.record() for w in wholes], OVERALL),
        findings=tuple(findings),
        notes=tuple(dict.fromkeys(remarks)),
        settings=settings,
    )


def _forest(rules: Rules, baseline: Baseline) -> dict[str, Any]:
    goal = "target" if baseline.kind == "target" else "share of the population"
    return {
        "label": ["group"],
        "value": "ratio",
        "low": "ratio_low",
        "high": "ratio_high",
        "inner_low": "ratio_inner_low",
        "inner_high": "ratio_inner_high",
        "n": "count",
        "log": True,
        "null": 1.0,
        "band": rules.band,
        "panel": "attribute",
        "axis": f"Share of participants as a multiple of the {goal} (1 = the same)",
    }


def _method(rules: Rules, assessed: Sequence[Assessed], population: int | None) -> tuple[str, ...]:
    """How the numbers were found, with sources, for the page."""
    intervals = {
        "exact": "Clopper and Pearson 1934",
        "wilson": "Wilson 1927",
        "jeffreys": "Jeffreys; Brown, Cai and DasGupta 2001",
        "mid-p": "mid-p; Agresti and Gottard 2007",
    }
    lines = [
        "Ratio: share of participants divided by share of the baseline (participation-to-prevalence ratio; Poon et "
        "al. 2013, Journal of Women's Health 22).",
        f"Interval at {rules.confidence:.0%}: {intervals[rules.interval]}; the thick line is the interval at "
        f"{1 - 2 * rules.alpha:.0%} that goes with the test of 'in line'.",
        "Test against a fair draw: exact, two-sided (twice the smaller tail), "
        f"adjusted within each family by {rules.adjust}.",
        f"In line: both one-sided tests of a ratio outside {rules.band[0]:g} to {rules.band[1]:g} are rejected "
        "(Schuirmann 1987).",
        "Dissimilarity: half the sum of absolute differences of shares (Duncan and Duncan 1955), beside what a fair "
        "draw gives by chance alone.",
    ]
    if population is not None:
        lines.append(
            f"Finite population: draws without replacement from {population:,} people (hypergeometric)."
        )
    if any(item.counts.has_error for item in assessed):
        lines.append(
            "Margins of error of the baseline are carried into tests and intervals (Donner and Zou 2012)."
        )
    if any(item.counts.rounding.any() for item in assessed):
        lines.append(
            "Published shares are rounded: the worst case within the rounding is reported."
        )
    if any(item.counts.weighted for item in assessed):
        lines.append(
            "Weights: shares are weighted, intervals use the effective number of people (Korn and Graubard 1998)."
        )
    return tuple(lines)
