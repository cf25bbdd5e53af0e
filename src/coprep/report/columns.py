"""Tables as people read them: headings with units, sensible digits, rows cut.

Knows the names that tables of this library use. A kind of result says otherwise in its
``headings``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.findings import Verdict
from coprep.pictures import Forest
from coprep.report.verdict_symbols import HIDDEN, mark_of, spoken, worded
from coprep.table import ColumnKind, Table
from coprep.view import View
from coprep.wording.names import plainly
from coprep.wording.numbers import MISSING, together
from coprep.wording.templates import WAYS

_HEADINGS: dict[str, tuple[str, str]] = {
    "attribute": ("Attribute", "name"),
    "group": ("Group", "text"),
    "count": ("Number", "count"),
    "total": ("Out of", "count"),
    "share": ("Share of participants", "percent"),
    "baseline": ("Share of baseline", "percent"),
    "expected": ("Expected number", "decimal"),
    "difference": ("Difference in percentage points", "points"),
    "ratio": ("Ratio to baseline", "ratio"),
    "p_value": ("p-value", "p"),
    "p_adjusted": ("p-value, adjusted", "p"),
    "differs": ("Beyond chance", "truth"),
    "beyond_band": ("Large enough to matter", "truth"),
    "verdict": ("Verdict", "verdict"),
    "survives_report": ("Stands for the report as a whole", "truth"),
    "detectable_ratio": ("Smallest shortfall that would show (ratio)", "ratio"),
    "detectable_excess": ("Smallest excess that would show (ratio)", "ratio"),
    "effective_n": ("As telling as so many of equal weight", "decimal"),
    "shortfall": ("People missing", "decimal"),
    "ratio_unknown_low": ("Ratio, if no unknown belongs here", "ratio"),
    "ratio_unknown_high": ("Ratio, if all unknown belong here", "ratio"),
    "parity_among_unknown": ("Share of the unknown that would give parity", "percent"),
    "reading": ("In words", "text"),
    "dissimilarity": ("Dissimilarity (0 to 1)", "number"),
    "expected_by_chance": ("Dissimilarity expected by chance", "number"),
    "excess": ("Dissimilarity beyond chance", "number"),
    "effect_size": ("Effect size (Cohen's w)", "number"),
    "smallest_n_in_line": ("People needed to show all groups in line", "count"),
    "never_in_line": ("Why no number of people could show it", "name"),
    "method": ("Method", "text"),
    "n": ("Number", "count"),
    "n_people": ("People", "count"),
    "n_ideas": ("Ideas", "count"),
    "effect": ("Effect", "number"),
    "who": ("Group", "text"),
    "metric": ("Metric", "name"),
    "low": ("Lower limit", "number"),
    "high": ("Upper limit", "number"),
}
_NUMERIC = frozenset(WAYS) - {"text", "name", "truth"}
# Columns whose meaning the picture's axis tells, with the unit.
_BY_AXIS = ("effect",)
_OF_KIND: dict[ColumnKind, str] = {
    "text": "text",
    "count": "count",
    "number": "number",
    "truth": "truth",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One displayed column: a column of the table, or an estimate with the limits of its interval.

    Attributes
    ----------
    names : tuple of str
        One column, or value, low and high.
    heading, short : str
        For people, with the unit; and for analysts, as in the table.
    style : str
        One of `coprep.wording.templates.WAYS`, or "verdict".
    """

    names: tuple[str, ...]
    heading: str
    short: str
    style: str

    @property
    def numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.style not in ("text", "name", "verdict", "truth")

    def cell(self, record: Mapping[str, Any]) -> str:
        """What is shown of one record, not yet escaped."""
        if self.style == "verdict":
            return spoken(record[self.names[0]], record.get("aim"))
        numbers = [record[name] for name in self.names]
        alike = self.style == "number" and len(numbers) > 1
        value, *limits = together(numbers) if alike else map(self._one, numbers)
        if not limits or limits == [MISSING, MISSING]:
            return value
        return f"{value} ({limits[0]} to {limits[1]})"

    def parts(self, record: Mapping[str, Any]) -> tuple[str, str]:
        """What is shown of one record: a verdict's symbol, else nothing; and the words."""
        value = record[self.names[0]]
        if self.style != "verdict" or value not in set(Verdict):
            return "", self.cell(record)
        aim = record.get("aim")
        return mark_of(value, aim).symbol, worded(value, aim)

    def _one(self, value: Any) -> str:
        return MISSING if value is None else WAYS[self.style](value)


def shown_columns(result: View) -> tuple[Shown, ...]:
    """The columns of a result's displayed table: those its kind names, or all."""
    names = [name for name in result.shown or result.rows.names if name in result.rows.names]
    headings = {**_from_picture(result), **result.headings}
    return columns_of(result.rows, names, headings=headings, interval=_interval(result.settings))


def shown_records(result: View) -> list[dict[str, Any]]:
    """The rows as people see them: groups as people call them, and what is hidden marked as that.

    A row of a protected copy whose counts are all missing is not shown; its verdict says so.
    """
    labels = result.settings.get("labels") or {}
    counts = [name for name in result.count_columns if name in result.rows.names]
    may_hide = "protected" in result.settings and bool(counts)
    records = list(result.rows.records())
    for record in records:
        called = labels.get(record.get("attribute"), {})
        if record.get("group") in called:
            record["group"] = called[record["group"]]
        if may_hide and all(record[name] is None for name in counts):
            record["aim"] = HIDDEN
    return records


def _from_picture(result: View) -> dict[str, tuple[str, str]]:
    """What the picture's axis says of an effect: what it measures, in which unit."""
    picture = result.picture
    if picture is None or not picture.axis or picture.value not in _BY_AXIS:
        return {}
    style = "ratio" if isinstance(picture, Forest) and picture.log else "number"
    return {picture.value: (picture.axis[:1].upper() + picture.axis[1:], style)}


def _interval(settings: Mapping[str, Any]) -> str:
    level = settings.get("confidence")
    return f"{100 * level:.3g}% interval" if isinstance(level, float) else "interval"


def columns_of(
    table: Table,
    names: Sequence[str],
    *,
    headings: Mapping[str, tuple[str, str]] | None = None,
    interval: str = "interval",
) -> tuple[Shown, ...]:
    """The displayed columns of a table; an estimate takes the limits that stand beside it."""
    known = {**_HEADINGS, **(headings or {})}
    taken: set[str] = set()
    columns = []
    for name in names:
        if name in taken:
            continue
        heading, style = known.get(name) or _guess(name, table.kinds[name])
        if style in _NUMERIC and table.kinds[name] in ("text", "truth"):
            style = _OF_KIND[table.kinds[name]]
        limits = _limits(name, names) if table.kinds[name] == "number" else ()
        taken.update(limits)
        if limits:
            heading, short = f"{heading} ({interval})", f"{name} ({interval})"
        else:
            short = name
        columns.append(Shown((name, *limits), heading, short, style))
    return tuple(columns)


def _limits(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Its own limits by name, or the bare ``low, high`` that follow it."""
    own = (f"{name}_low", f"{name}_high")
    if set(own) <= set(names):
        return own
    at = names.index(name)
    return ("low", "high") if tuple(names[at + 1 : at + 3]) == ("low", "high") else ()


def _guess(name: str, kind: ColumnKind) -> tuple[str, str]:
    words = plainly(name)
    style = _OF_KIND[kind]
    if kind == "number":
        parts = name.split("_")
        style = next((s for word, s in _WORDS.items() if word in parts), "number")
    return words[:1].upper() + words[1:], style


_WORDS = {"ratio": "ratio", "share": "percent", "rate": "percent", "p": "p"}


def cut(size: int, most: int) -> tuple[Sequence[int], int, Sequence[int]]:
    """Which rows of a long table are shown: the first, how many are left out, and the last.

    >>> cut(100, 4)
    (range(0, 2), 96, range(98, 100))
    >>> cut(3, 4)
    (range(0, 3), 0, range(3, 3))
    """
    if size <= most:
        return range(size), 0, range(size, size)
    head = (most + 1) // 2
    return range(head), size - most, range(size - (most - head), size)
