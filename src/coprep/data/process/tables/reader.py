"""The desk at the door: the tables that were handed in, read once each, and where ids are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.tables.columns import Cells, Coded, coded, known_label, positions
from coprep.data.process.tables.schema import Layout
from coprep.errors import Problems
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

__all__ = ["IDEA_COLUMNS", "PERSON_COLUMNS", "Desk", "no_rows", "plain_id"]

PERSON_COLUMNS: Mapping[str, str] = {
    "ideas": "author_id",
    "idea_authors": "participant_id",
    "ratings": "participant_id",
    "turns": "participant_id",
    "attendance": "participant_id",
    "experience": "participant_id",
    "priorities": "participant_id",
}
"""Where people are named outside the participants table."""

IDEA_COLUMNS = ("idea_authors", "beneficiaries", "ratings", "responses")


def no_rows(table: str, problems: Problems) -> None:
    """The problem of a table without rows."""
    problems.add(
        f"{table} has no rows.",
        code="empty_table",
        param=table,
        got=0,
        hint="leave the table out where there is nothing to say.",
    )


def plain_id(name: str) -> str:
    """An id without what spreadsheets change in passing: capitals, blanks, leading zeros, a final ".0".

    >>> [plain_id(name) for name in ("007", "7.0", " p 7", "P7", "0")]
    ['7', '7', 'p7', 'p7', '0']
    """
    text = "".join(name.casefold().split())
    text = text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text
    return text.lstrip("0") or "0" if text.isdigit() else text


class Desk:
    """What was handed in, what is wrong with it so far, and what was understood.

    Attributes
    ----------
    layouts : mapping of str to Layout
    problems : Problems
    notes : list of str
    people, ideas : tuple of str
        The ids, sorted; set once the tables that define them have been read.
    """

    def __init__(self, layouts: Mapping[str, Layout], problems: Problems) -> None:
        self.layouts: Mapping[str, Layout] = layouts
        self.problems: Problems = problems
        self.notes: list[str] = []
        self.people: tuple[str, ...] = ()
        self.ideas: tuple[str, ...] = ()
        self._cells: dict[str, Cells] = {}

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether a table was handed in, and has a column."""
        return table in self.layouts and (column is None or column in self.layouts[table].columns)

    def is_counted(self, table: str) -> bool:
        """Whether a table stays on its engine and is only counted there."""
        return table in self.layouts and self.layouts[table].frame.is_lazy

    def cells(self, table: str) -> Cells:
        """A table's rows, brought into memory the first time."""
        if table not in self._cells:
            layout = self.layouts[table]
            columns = dict(layout.columns)
            if table in {"participants", "sessions"}:
                columns |= {name: name for name in layout.others if name not in columns}
            self._cells[table] = Cells(layout.frame, table, columns, self.problems)
            if layout.frame.is_lazy and not self._cells[table].n:
                no_rows(table, self.problems)
        return self._cells[table]

    def distinct(self, table: str, column: str) -> Coded:
        """A column's ids, one row each for a table on an engine."""
        if self.is_counted(table):
            layout = self.layouts[table]
            counted = layout.frame.count([layout.columns[column]])
            return coded([key for (key,) in counted.keys], read=known_label)
        return self.cells(table).ids(column)

    def persons(self, table: str, column: str = "participant_id") -> NDArray[np.intp]:
        """Each row's person; -1 where none is named. People that participants lacks are a problem, by count."""
        return self.look_up_persons(table, self.cells(table).ids(column))

    def look_up_persons(
        self, table: str, names: Coded, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.intp]:
        """As `persons`, for labels that were read elsewhere; ``rows`` says how many rows each stands for."""
        found, strange = positions(names, self.people)
        if strange:
            lost = (found < 0) & (names.codes >= 0)
            n = int(lost.sum() if rows is None else rows[lost].sum())
            self.problems.add(
                f"{table}: {count_of(len(strange), 'participant id')} that participants lacks, in {count_of(n, 'row')}.",
                code="unknown_participant",
                param=table,
                got=len(strange),
                hint=self._nearly(strange)
                or "give everybody who wrote, voted or spoke a row in participants; "
                "groups may be left blank where they are unknown.",
            )
        return found

    def _nearly(self, strange: Sequence[str]) -> str | None:
        """How many of the ids would be found if they were written alike; the ids themselves stay unsaid."""
        known = {plain_id(name) for name in self.people}
        n = sum(plain_id(name) in known for name in strange)
        return (
            f"{n:,} of {len(strange):,} would be found but for capitals, blanks, leading zeros or a final '.0': "
            "write ids in one way in all tables."
            if n
            else None
        )

    def of_ideas(self, table: str, column: str = "idea_id") -> NDArray[np.intp]:
        """Each row's idea; ideas that do not exist, and rows that name none, are problems."""
        return self.look_up_ideas(table, self.cells(table).ids(column))

    def look_up_ideas(
        self, table: str, names: Coded, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.intp]:
        """As `of_ideas`, for labels that were read elsewhere; ``rows`` says how many rows each stands for."""
        found, strange = positions(names, self.ideas)
        weight = np.ones(len(found), dtype=np.int64) if rows is None else rows
        blank = int(weight[names.codes < 0].sum())
        if blank:
            self.problems.add(
                f"{table}: {count_of(blank, 'row')} without an idea_id.",
                code="missing_id",
                param=f"{table}.idea_id",
                got=blank,
            )
        if strange:
            n = int(weight[(found < 0) & (names.codes >= 0)].sum())
            close = nearest(strange[0], self.ideas) if len(self.ideas) <= 10_000 else None
            self.problems.add(
                f"{table}: {count_of(len(strange), 'idea')} that ideas lacks, in {count_of(n, 'row')}: {listed(strange)}.",
                code="unknown_idea",
                param=table,
                got=strange[:3],
                hint=f"did you mean {show(close)}?"
                if close
                else "add these ideas, or drop the rows.",
            )
        return found

    def look_up(self, table: str, column: str, among: Sequence[str]) -> NDArray[np.intp]:
        """Where each row's label stands in ``among``; -1 nowhere."""
        return positions(self.cells(table).ids(column), among)[0]

    def zoned(self, table: str, column: str) -> bool:
        """Whether moments of a column say their time zone."""
        return self.has(table, column) and self.cells(table).zoned(column)

    def aside(self) -> Desk:
        """The same tables with problems and notes of their own."""
        desk = Desk(self.layouts, Problems())
        desk.people, desk.ideas = self.people, self.ideas
        return desk

    def all_labels(self, columns: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """The sorted labels of several columns together."""
        found: set[str] = set()
        for table, column in columns:
            if self.has(table, column):
                found.update(self.distinct(table, column).labels)
        return tuple(sorted(found))

    def no_repeats(self, table: str, keys: Sequence[NDArray[np.intp]], names: str) -> None:
        """A problem where two rows share a key; rows with a part missing (-1) are not compared."""
        if not keys or not len(keys[0]):
            return
        whole = np.logical_and.reduce([key >= 0 for key in keys])
        rows = [key[whole] for key in keys]
        order = np.lexsort(rows[::-1])
        ordered = [row[order] for row in rows]
        same = np.logical_and.reduce([row[1:] == row[:-1] for row in ordered])
        extra = int(same.sum())
        if extra:
            self.problems.add(
                f"{table}: {count_of(extra, 'row')} too many: each {names} may have one row only.",
                code="duplicate_key",
                param=table,
                got=extra,
                hint="drop the repeated rows.",
            )
