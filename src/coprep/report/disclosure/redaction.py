"""Blank in tables what is withheld, and what tells of it in other rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from coprep.findings import Finding, Verdict
from coprep.report.disclosure.suppression import (
    Block,
    Layout,
    Together,
    Withheld,
    blocks_of,
    withhold,
)
from coprep.report.disclosure.together import layout_of
from coprep.report.disclosure.values import tells_of_few, undeclared_or_few
from coprep.report.verdict_symbols import worded
from coprep.table import Table
from coprep.view import View
from coprep.wording.escape import quoted

Place = Literal["hidden", "total", "beside", "elsewhere"]
Way = Literal[
    "gone",
    "gone with total",
    "without total",
    "summary",
    "summary without total",
    "beside",
    "apart",
]
# Columns that do not depend on who came, whatever else must go.
_FREE = frozenset({"baseline", "aim"})
_NAMES = ("attribute", "group")
_WEIGHED = 1e-6  # so far off a count is a weighted share of its total


def called_or_group(finding: Finding) -> str | None:
    """What people call the group of a finding, or the group itself."""
    return finding.details.get("called") or finding.group


def few(group: str | None, min_count: int) -> str:
    """What is said of every hidden row instead of its numbers, whyever it is hidden."""
    who = quoted([group or "all together"])
    return f"{who}: not shown, so that nothing tells of fewer than {min_count} people."


def quiet(name: str | None, verdict: object, aim: object = None) -> str:
    """What is said of a row whose verdict may be told and whose numbers may not."""
    words = worded(verdict, aim) or "not shown"
    return f"{quoted([name or 'all together'])}: {words}; the figures are not shown."


def scant(name: str | None, verdict: object, min_count: int, aim: object = None) -> str:
    """What is said of a row that is shown, instead of quoting how few people it rests on."""
    words = worded(verdict, aim) or "not shown"
    what = f"fewer than {min_count} people are behind a part of it"
    return f"{quoted([name or 'all together'])}: {words}; {what}."


def discreet(finding: Finding, min_count: int) -> str:
    """The reading of a finding whose row is shown, or what is said instead of it."""
    if not undeclared_or_few(finding, min_count):
        return finding.reading
    aim = finding.details.get("aim")
    if tells_of_few(finding.values, min_count):
        return scant(called_or_group(finding), finding.verdict, min_count, aim)
    return quiet(called_or_group(finding), finding.verdict, aim)


@dataclass(frozen=True)
class Plan:
    """What is withheld of a result, and the tables without it.

    Attributes
    ----------
    result : View
        The result.
    min_count : int
        The smallest count that may be shown.
    layout : Layout
        What the columns of its table mean.
    withheld : Withheld
        What goes.
    together : Together
        What is hidden in anything that is published beside it.
    """

    result: View
    min_count: int
    layout: Layout
    withheld: Withheld
    together: Together

    @classmethod
    def of(cls, result: View, min_count: int, together: Together) -> Plan:
        """Work out what must go."""
        layout = layout_of(result)
        withheld = withhold(result.rows, layout, min_count, together)
        return cls(result, min_count, layout, withheld, together)

    @property
    def any(self) -> bool:
        """Whether anything is withheld."""
        return bool(self.withheld.rows or self.withheld.totals)

    @property
    def grouping(self) -> tuple[str, ...]:
        """The columns that name a block."""
        return self.layout.groupings[0] if self.layout.groupings else ()

    @cached_property
    def touched(self) -> dict[Block, list[int]]:
        """Blocks in which something is withheld."""
        return {
            block: rows
            for block, rows in blocks_of(self.result.rows, self.grouping).items()
            if block in self.withheld.totals or not self.withheld.rows.isdisjoint(rows)
        }

    @property
    def hidden_counts(self) -> frozenset[int]:
        """The counts that are hidden, for finding them in sentences."""
        columns = [self.result.rows[c] for c in self.layout.counts]
        return frozenset(int(c[i]) for c in columns for i in self.withheld.rows if c[i])

    def labels(self, table: Table) -> tuple[str, ...]:
        """The columns of a table that name its rows."""
        named = self.result.picture.names if self.result.picture is not None else ()
        grouped = [n for grouping in self.layout.groupings for n in grouping]
        wanted = dict.fromkeys([*_NAMES, *grouped, *named])
        return tuple(
            n for n in wanted if n in table.names and table.kinds[n] == "text" and n != "verdict"
        )

    # -- tables
    # ----------------------------------------------------------------------------------------------------

    def rows(self) -> Table:
        """The result's table without what is withheld."""
        rows = self.result.rows
        if self.parts_gone:
            gone = [name for name in self.result.all_or_none if name in rows.names]
            rows = rows.with_columns({name: [None] * len(rows) for name in gone})
        return self._discreet(
            self._veil(rows, self.withheld.rows, summary=False) if self.any else rows
        )

    @cached_property
    def parts_gone(self) -> bool:
        """Whether columns that are shown in all rows or in none would tell of few people in one."""
        rows = self.result.rows
        own = [
            name
            for name in self.result.all_or_none
            if name in rows.names and rows.kinds[name] == "count"
        ]
        told = [
            v for name in own if name not in self.layout.counts for v in rows[name] if v is not None
        ]
        few = any(0 < v < self.min_count for v in told)
        return few or any(map(self._is_small_part, self.result.parts_of_counts))

    def _is_small_part(self, pair: tuple[str, str]) -> bool:
        """Whether a part that goes from all rows or from none, or the rest of it, is few people."""
        part, whole = pair
        rows = self.result.rows
        if part not in self.result.all_or_none or not {part, whole} <= set(rows.names):
            return False
        is_share = rows.kinds[part] == "number" and all(v is None or not v > 1 for v in rows[part])
        known = [
            (round(told * n) if is_share else told, n)
            for told, n in zip(rows[part], rows[whole], strict=True)
            if told is not None and n is not None and math.isfinite(told)
        ]
        return any(0 < k < self.min_count for with_, n in known for k in (with_, n - with_))

    def _discreet(self, table: Table) -> Table:
        """Rows that are shown, without sentences that their findings do not tell either."""
        if "reading" not in table.names:
            return table
        told = {
            finding.reading: discreet(finding, self.min_count) for finding in self.result.findings
        }
        return table.with_columns({"reading": [told.get(text, text) for text in table["reading"]]})

    def other(self, table: Table) -> Table:
        """Another table of the result, in which the same rows, small counts of its own, and
        summaries are blank.
        """
        layout = Layout.of(
            table,
            self.result.count_columns,
            self.result.adds_up_within,
            parts=self.result.parts_of_counts,
            attribute=self.layout.attribute,
        )
        own = withhold(table, layout, self.min_count, self.together).rows
        if "group" in table.names:
            # What is told of a group in other tables adds up to what this one tells of it.
            groups = {table["group"][row] for row in own}
            own = frozenset(i for i in range(len(table)) if table["group"][i] in groups)
        if not self.any and not own:
            return table
        names = [n for n in self.labels(table) if n in self.result.rows.names]
        finer = [n for n in names if n not in self.grouping]
        gone = {self._key(self.result.rows, names, row) for row in self.withheld.rows}
        same = {i for i in range(len(table)) if finer and self._key(table, names, i) in gone}
        return self._veil(table, {*own, *same}, summary=not finer)

    @staticmethod
    def _key(table: Table, names: Iterable[str], row: int) -> tuple[Any, ...]:
        return tuple(table[n][row] for n in names)

    def _veil(self, table: Table, hidden: Iterable[int], *, summary: bool) -> Table:
        """Blank hidden rows; and in blocks they are in, what tells of them."""
        ways = self._ways(table, frozenset(hidden), summary=summary)
        labels = frozenset(self.labels(table))
        veiled = {
            name: [
                self._cell(name, value, way) for value, way in zip(table[name], ways, strict=True)
            ]
            for name in table.names
            if name not in labels and name != "reading"
        }
        if "reading" in table.names:
            veiled["reading"] = [
                self._reading(record, way)
                for record, way in zip(table.records(), ways, strict=True)
            ]
        return table.with_columns(veiled)

    def _ways(self, table: Table, hidden: frozenset[int], *, summary: bool) -> list[Way]:
        """How each row is treated; a summary is a table with a row a block."""
        grouped = bool(self.grouping) and set(self.grouping) <= set(table.names)
        ways: list[Way] = []
        for i in range(len(table)):
            block = self._key(table, self.grouping, i) if grouped else ()
            total = block in self.withheld.totals if grouped else bool(self.withheld.totals)
            if i in hidden:
                ways.append("gone with total" if total else "gone")
            elif not (block in self.touched if grouped else self.any):
                ways.append("apart")
            elif summary:
                ways.append("summary without total" if total else "summary")
            else:
                ways.append("without total" if total else "beside")
        return ways

    @cached_property
    def _weighted(self) -> bool:
        """Whether shares are weighted: they tell of weights, which tell of counts that are hidden."""
        rows = self.result.rows
        if not {"share", "count", "total"} <= set(rows.names):
            return False
        return any(
            abs(share * total - count) > _WEIGHED
            for share, count, total in zip(rows["share"], rows["count"], rows["total"], strict=True)
            if count is not None and total
        )

    def _cell(self, name: str, value: Any, way: Way) -> Any:
        """What remains of one cell: nothing, or what it was."""
        if way == "apart":
            return None if name == "p_adjusted" and self.mixes_attributes else value
        if way == "beside":
            free = not self._weighted or name in (*self.layout.counts, "total", *_FREE)
            told = name in self.result.told_by_others
            return value if not told and (free or isinstance(value, str)) else None
        if name in _FREE:
            return value
        if name == "verdict":
            return value if way == "without total" else Verdict.NOT_ASSESSABLE.value
        if way == "without total":
            return value if name in self.layout.counts else None
        if way == "summary":
            kept = name == "total" or name in self.result.keep_when_protected
            return value if kept or isinstance(value, str) else None
        free = (
            way == "gone"
            and name in self.result.keep_when_protected
            and name not in self.layout.counts
        )
        return value if free else None

    @property
    def mixes_attributes(self) -> bool:
        """Whether an adjusted p-value of one block tells of other blocks."""
        return self.result.settings.get("family") != "attribute"

    def _reading(self, record: Mapping[str, Any], way: Way) -> Any:
        if way in ("apart", "beside"):
            return record["reading"]
        if way == "without total":
            return quiet(self._called(record), record.get("verdict"), record.get("aim"))
        return few(self._called(record), self.min_count)

    def _called(self, record: Mapping[str, Any]) -> str | None:
        """What people call the group of a row, or the group itself."""
        names = self.result.settings.get("labels", {}).get(record.get("attribute"), {})
        group = record.get("group")
        return None if group is None else names.get(group, group)

    # -- findings
    # --------------------------------------------------------------------------------------------------

    def place_of(self, finding: Finding) -> Place:
        """Where a finding stands: on a hidden row, where totals go, beside hidden rows, or
        elsewhere.
        """
        rows = self._rows_of(finding)
        if finding.group is not None and (not rows or rows & self.withheld.rows):
            return "hidden"
        if any(self._key(self.result.rows, self.grouping, i) in self.withheld.totals for i in rows):
            return "total"
        if not rows or rows & self._touched_rows:
            return "beside"
        return "elsewhere"

    def _rows_of(self, finding: Finding) -> set[int]:
        """The rows a finding is about, by attribute and by any label that is its group."""
        attribute = finding.attribute if "attribute" in self.result.rows.names else None
        return self._index.get((attribute, finding.group), set())

    @cached_property
    def _touched_rows(self) -> set[int]:
        return {i for members in self.touched.values() for i in members}

    @cached_property
    def _index(self) -> dict[tuple[Any, Any], set[int]]:
        """Rows by attribute and label; None stands for any."""
        table = self.result.rows
        names = [n for n in self.labels(table) if n != "attribute"]
        found: dict[tuple[Any, Any], set[int]] = {}
        for i in range(len(table)):
            attributes = {None, table["attribute"][i]} if "attribute" in table.names else {None}
            for attribute in attributes:
                for label in {None, *(table[n][i] for n in names)}:
                    found.setdefault((attribute, label), set()).add(i)
        return found
