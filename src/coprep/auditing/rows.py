"""Lay the findings of an audit out as rows, for tables and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coprep.findings import Finding
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


def rows_of(findings: Sequence[Finding]) -> Table:
    """A row a finding, in page order."""
    records = []
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
    return Table.from_records(records, ROWS)


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
