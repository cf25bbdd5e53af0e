"""Hold what moved between two audits of one process."""

from __future__ import annotations

from dataclasses import dataclass, field

from coprep.table import ColumnKind, Table

SMALLER = "smaller"
LARGER = "larger"
NO_CHANGE = "no_change"
CANNOT_TELL = "cannot_tell"
ROWS: dict[str, ColumnKind] = {
    "principle": "text",
    "indicator": "text",
    "attribute": "text",
    "group": "text",
    "stage": "text",
    "against": "text",
    "label": "text",
    "unit": "text",
    "before": "number",
    "before_low": "number",
    "before_high": "number",
    "now": "number",
    "now_low": "number",
    "now_high": "number",
    "difference": "number",
    "low": "number",
    "high": "number",
    "p": "number",
    "p_adjusted": "number",
    "verdict": "text",
    "status_before": "text",
    "status_now": "text",
}
NOT_COMPARED: dict[str, ColumnKind] = {
    "indicator": "text",
    "attribute": "text",
    "group": "text",
    "reason": "text",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What moved between two audits.

    Attributes
    ----------
    title : str
        What the earlier audit was about.
    rows : Table
        A row a number that both audits have: what it was and is with its ranges, the difference
        (points; for ratios, how many times) with its range, p, p adjusted over all of them, and
        the verdict on how far the group is from none: smaller, larger, no_change (shown to have
        moved by too little to matter), cannot_tell.
    not_compared : Table
        What cannot be compared, and why.
    new_gaps, closed_gaps : tuple of str
        What is not collected any more, and what is collected now.
    """

    title: str = ""
    rows: Table = field(default_factory=lambda: Table({}, ROWS))
    not_compared: Table = field(default_factory=lambda: Table({}, NOT_COMPARED))
    new_gaps: tuple[str, ...] = ()
    closed_gaps: tuple[str, ...] = ()
