"""Put what moved since an earlier audit into words for the page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from coprep.auditing.change import CANNOT_TELL, LARGER, NO_CHANGE, SMALLER, Change
from coprep.report.audit_page import ChangeView
from coprep.table import Table
from coprep.wording.escape import shorten
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of, fixed, times

_MOST = 12
_ACT = "act"
_STATUS = {
    "act": "called for action",
    "in_line": "was shown to be in line",
    "cannot_tell": "could not be told",
    "not_assessable": "could not be asked",
    "not_shown": "was not shown",
}
_NOT_THOSE_FLAGGED = (
    "All numbers that both audits have are compared, and not those that stood out before: a number "
    "that was flagged because it was extreme comes back towards the middle by itself."
)


def change_view(change: Change | None, family: Table, called: Any) -> ChangeView | None:
    """What moved, as the page tells it; None where there was no earlier audit."""
    if change is None:
        return None
    asked = {row["indicator"]: called(row) for row in family.records()}
    rows = list(change.rows.records())
    verdicts = Counter(row["verdict"] for row in rows)
    moved = _wholes_first([row for row in rows if row["verdict"] in (LARGER, SMALLER)])
    moved.sort(key=lambda row: (row["verdict"] != LARGER, row["p"]))
    unmoved = [row for row in rows if _other_words_same_numbers(row)]
    reasons = Counter(row["reason"] for row in change.not_compared.records())
    return ChangeView(
        lead=_lead(change, verdicts, len(rows)),
        moved=[_moved(row, asked) for row in moved[:_MOST]],
        more=_more(len(moved) - _MOST),
        unmoved=[_unmoved(row, asked) for row in unmoved[:_MOST]],
        notes=[
            *_gaps("Not collected any more", change.new_gaps),
            *_gaps("Collected now", change.closed_gaps),
            *[
                f"Not compared, {count_of(n, 'number')}: {shorten(why, 200)}."
                for why, n in reasons.items()
            ],
            _NOT_THOSE_FLAGGED,
        ],
    )


def _wholes_first(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows without the single groups of a question whose row of all groups moved itself."""
    wholes = {(r["indicator"], r["attribute"]) for r in rows if r["group"] is None}
    return [r for r in rows if r["group"] is None or (r["indicator"], r["attribute"]) not in wholes]


def _lead(change: Change, verdicts: Mapping[str, int], n: int) -> str:
    if not n:
        return (
            f"Nothing can be compared with “{shorten(change.title, 120)}”; the reasons are below."
        )
    parts = [
        f"{verdicts.get(SMALLER, 0):,} came nearer to what one would have if group did not matter",
        f"{verdicts.get(LARGER, 0):,} went further from it",
        f"{verdicts.get(NO_CHANGE, 0):,} are shown to have moved by too little to matter",
        f"of {verdicts.get(CANNOT_TELL, 0):,} nobody can tell",
    ]
    return (
        f"{count_of(n, 'number')} can be compared with “{shorten(change.title, 120)}”: "
        f"{'; '.join(parts)}."
    )


def _more(n: int) -> str:
    return f"{count_of(n, 'more number')} moved (audit.json)." if n > 0 else ""


def _gaps(what: str, gaps: tuple[str, ...]) -> list[str]:
    return [f"{what}: {'; '.join(gap[:1].lower() + gap[1:] for gap in gaps)}."] if gaps else []


def _other_words_same_numbers(row: Mapping[str, Any]) -> bool:
    """Whether only one of two audits calls for action, though no difference is shown."""
    called_then = row["status_before"] == _ACT
    called_now = row["status_now"] == _ACT
    return called_then != called_now and row["verdict"] not in (SMALLER, LARGER)


def _moved(row: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    """What a number was and is, and by how much it moved."""
    way = "nearer to none" if row["verdict"] == SMALLER else "further from none"
    return f"{_about(row, asked)}: {_numbers(row)}. That is {way}."


def _unmoved(row: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    was = _STATUS.get(row["status_before"], "")
    now = _STATUS.get(row["status_now"], "").replace("was ", "is ").replace("could", "can")
    now = now.replace("called", "calls")
    return (
        f"{_about(row, asked)}: it {was} and now {now}, but the numbers do not differ beyond chance "
        f"({_numbers(row)})."
    )


def _about(row: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    """What was asked, of whom."""
    what = asked.get(row["indicator"], plainly(row["indicator"]))
    whom = row["label"] or (f"by {plainly(row['attribute'])}" if row["attribute"] else "")
    return f"{what}, {whom}" if whom else what


def _numbers(row: Mapping[str, Any]) -> str:
    """What was seen then and now, and the difference with its range."""
    if row["unit"] == "ratio":
        seen = f"{times(row['before'])} times then, {times(row['now'])} times now"
        if not math.isfinite(row["difference"]):
            return seen
        high = "no limit" if math.isinf(row["high"]) else times(row["high"])
        return f"{seen}, {times(row['difference'])} times as high ({times(row['low'])} to {high})"
    seen = f"{_points(row['before'])} in 100 then, {_points(row['now'])} now"
    moved = f"{_points(row['difference'])} ({_points(row['low'])} to {_points(row['high'])})"
    return f"{seen}, a difference of {moved}"


def _points(value: float) -> str:
    return fixed(value, 0) if abs(value) >= 1 else fixed(value, 1)
