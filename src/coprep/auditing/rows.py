"""Lay the findings of an audit out as rows, for tables and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from coprep.findings import Finding
from coprep.results import Result
from coprep.table import ColumnKind, Table

ROWS: dict[str, ColumnKind] = {
    "principle": "text",
    "indicator": "text",
    "stage": "text",
    "against": "text",
    "attribute": "text",
    "group": "text",
    "label": "text",
    "count": "count",
    "total": "count",
    "share": "number",
    "baseline": "number",
    "expected": "number",
    "estimate": "number",
    "low": "number",
    "high": "number",
    "unit": "text",
    "n": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "status": "text",
    "verdict": "text",
    "reading": "text",
}


def rows_of(findings: Sequence[Finding], parts: Sequence[Result]) -> Table:
    """A row a finding, in page order; then the people who were counted and not compared."""
    records: list[dict[str, Any]] = []
    for finding in findings:
        estimate = finding.estimate
        records.append(
            {
                "principle": finding.details["principle"],
                "indicator": finding.details["indicator"],
                "stage": finding.details.get("stage"),
                "against": finding.details.get("against"),
                "attribute": finding.attribute,
                "group": finding.group,
                "label": finding.details["label"],
                **_counts(finding),
                "estimate": None if estimate is None else estimate.value,
                "low": None if estimate is None else estimate.low,
                "high": None if estimate is None else estimate.high,
                "unit": None if estimate is None else estimate.unit,
                "n": finding.n,
                "p_value": finding.p_value,
                "p_adjusted": finding.p_adjusted,
                "status": finding.details["status"],
                "verdict": str(finding.verdict),
                "reading": finding.reading,
            }
        )
    return Table.from_records([*records, *_not_compared(parts)], ROWS)


def _not_compared(parts: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """People of unknown group, of other answers, or knowingly outside, as a comparison counts them."""
    for part in parts:
        if part.kind != "representation":
            continue
        judged = {(finding.attribute, finding.group) for finding in part.findings}
        for row in part.rows.records():
            if (row["attribute"], row["group"]) in judged:
                continue
            about = ", ".join(
                filter(None, (part.settings.get("stage"), part.settings.get("against")))
            )
            yield {
                "principle": "diversity",
                "indicator": f"representation:{about}" if about else "representation",
                "stage": part.settings.get("stage"),
                "against": part.settings.get("against"),
                "attribute": row["attribute"],
                "group": row["group"],
                "count": row["count"],
                "reading": row["reading"],
            }


def _counts(finding: Finding) -> dict[str, Any]:
    """How many of how many, where a finding is about people who are counted."""
    values = finding.values
    if "participants" in values:
        return {
            "count": values["participants"],
            "total": values.get("total"),
            "share": values.get("share"),
            "baseline": values.get("baseline"),
            "expected": values.get("expected"),
        }
    if "yes" in values:
        return {"count": values["yes"], "total": values["of"]}
    return {}
