"""Reads tables a column at a time, as the schema says; what is wrong is told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold, known_label, label
from coprep.data.process.tables.columns import (
    NO_MOMENT,
    Coded,
    Parsed,
    coded,
    parsed,
    positions,
    says_zone,
)
from coprep.data.process.tables.nobody import is_nobody, person_label
from coprep.data.process.tables.schema import TABLES, Layout
from coprep.data.reading import Reading
from coprep.errors import Problems
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

# More names than this are not searched for the one that was meant.
_MOST_TO_SEARCH = 10_000

_LABELS: Mapping[str, Callable[[Any], str | None]] = {"label": label, "person": person_label}
"""How labels of a kind of column are read; others by `known_label`."""


def plain_id(name: str) -> str:
    """An id without what spreadsheets change in passing: capitals, blanks, leading zeros, a final
    ".0".

    >>> [plain_id(name) for name in ("007", "7.0", " p 7", "P7", "0")]
    ['7', '7', 'p7', 'p7', '0']
    """
    text = "".join(name.casefold().split())
    text = text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text
    return text.lstrip("0") or "0" if text.isdigit() else text


def did_you_mean(name: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """The hint that names what was probably meant, if anything is close."""
    close = nearest(name, known) if len(known) <= _MOST_TO_SEARCH else None
    return f"did you mean {show(close)}?" if close else otherwise


def named_columns(kind: str) -> Iterable[tuple[str, str]]:
    """Where ids of a kind are named: tables and columns."""
    for table, spec in TABLES.items():
        for name, column in spec.columns.items():
            if column.kind == kind:
                yield table, name


class Rows:
    """The rows of one table, read a column at a time.

    ``counts`` say how many rows of the table each row here stands for, where its engine counted.
    """

    def __init__(
        self,
        reader: Reader,
        table: str,
        cells: Mapping[str, Sequence[Any]],
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        self.table: str = table
        self.n: int = len(next(iter(cells.values()), ()))
        self.weights: NDArray[np.int64] = np.ones(self.n, np.int64) if counts is None else counts
        self._reader = reader
        self._cells = cells
        self._read: dict[str, Any] = {}

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return column in self._cells

    def place(self, column: str) -> str:
        """A column as errors name it."""
        return f"{self.table}.{column}"

    def count(self, which: NDArray[np.bool_]) -> int:
        """How many rows of the table are meant by some of the rows here."""
        return int(self.weights[which].sum())

    def labels(self, column: str) -> Coded:
        """Labels, ids or words of a few; blank ids and strange words are told."""
        if column not in self._read:
            self._read[column] = self._labels(column)
        found: Coded = self._read[column]
        return found

    def _labels(self, column: str) -> Coded:
        if not self.has(column):
            return Coded(np.full(self.n, -1, dtype=np.intp), ())
        spec = TABLES[self.table].column(column)
        try:
            found = coded(self._cells[column], read=_LABELS.get(spec.kind, known_label))
        except (TypeError, ValueError):
            hint = "write one plain value a cell, not a list."
            self._unreadable(column, np.ones(self.n, dtype=bool), "text or numbers", hint)
            return Coded(np.full(self.n, -1, dtype=np.intp), ())
        nobody = self._nobody(column, found.codes < 0) if spec.kind == "person" else 0
        if spec.filled:
            blank = self.count(found.codes < 0) - nobody
            what = f"without {'an' if column[0] in 'aeiou' else 'a'} {column}"
            self._reader.refuse(self.place(column), "missing_id", what, blank, hint=spec.hint)
        return self._choices(column, found, spec.choices) if spec.choices else found

    def _nobody(self, column: str, blank: NDArray[np.bool_]) -> int:
        """How many rows name nobody in particular and are left aside; they are noted.

        Where every row must say who, one such person may be listed and is left out; several cannot
        be told apart, and their rows lack an id.
        """
        cells = self._cells[column]
        names = {row: known_label(cells[row]) for row in np.flatnonzero(blank).tolist()}
        nobody = {row: name for row, name in names.items() if name is not None and is_nobody(name)}
        named = sorted(set(nobody.values()))
        n = int(self.weights[list(nobody)].sum())
        if not n or (TABLES[self.table].column(column).filled and n > 1):
            return 0
        self._reader.note(
            "nobody_in_particular",
            "{table}: {rows} under {words:labels}, which is nobody in particular.",
            table=self.table,
            rows=counted(n, "row"),
            words=named,
        )
        return n

    def _choices(self, column: str, found: Coded, choices: tuple[str, ...]) -> Coded:
        """Words of a few, spelt as the model spells them; others are told, and say nothing."""
        spelt = [fold(name).replace(" ", "_").replace("-", "_") for name in found.labels]
        strange = [
            name for name, word in zip(found.labels, spelt, strict=True) if word not in choices
        ]
        if strange:
            n = self.count(np.isin(found.codes, [found.labels.index(name) for name in strange]))
            self._reader.problems.add(
                f"{self.table}: {count_of(n, 'row')} with a {column} of {listed(strange)}; "
                f"it may be {listed(choices, most=6)}.",
                code="unknown_choice",
                param=self.place(column),
                got=tuple(strange[:3]),
                expected=choices,
                hint=did_you_mean(strange[0], choices),
            )
        return found.translated([word if word in choices else None for word in spelt])

    def places(self, column: str) -> NDArray[np.intp]:
        """Each row's person, idea or session; -1 for none, and for hosts. Ids that are not there
        are told.
        """
        key = f"places of {column}"
        if key not in self._read:
            kind = TABLES[self.table].column(column).kind
            found, strange = positions(self.labels(column), self._reader.ids(kind))
            by_host = self.by_host(column)
            if kind == "person":
                strange = tuple(name for name in strange if name not in self._reader.hosts)
                self._reader.note_hosts(self.table, self.count(by_host))
            if strange:
                lost = (found < 0) & (self.labels(column).codes >= 0) & ~by_host
                self._reader.unknown_ids(kind, self.place(column), strange, self.count(lost))
            self._read[key] = found
        places: NDArray[np.intp] = self._read[key]
        return places

    def by_host(self, column: str) -> NDArray[np.bool_]:
        """Which rows name a host in a column of people."""
        if TABLES[self.table].column(column).kind != "person" or not self._reader.hosts:
            return np.zeros(self.n, dtype=bool)
        names = self.labels(column)
        is_host = [name in self._reader.hosts for name in names.labels]
        return np.array([*is_host, False], dtype=bool)[names.codes]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Numbers, answers, or flags as 1 and 0; nan where the cell or the column is not there."""
        if column not in self._read:
            self._read[column] = self._numbers(column)
        found: NDArray[np.float64] = self._read[column]
        return found

    def _numbers(self, column: str) -> NDArray[np.float64]:
        if not self.has(column):
            return np.full(self.n, np.nan)
        spec = TABLES[self.table].column(column)
        found = self._parsed(column, spec.kind)
        values: NDArray[np.float64] = found.values
        if spec.not_negative:
            wrong = (values < 0) | np.isinf(values)
            if spec.filled:
                wrong |= np.isnan(values) & ~found.unreadable
            lacking = "missing, " if spec.filled else ""
            self.out_of_range(column, self.count(wrong), lacking)
        return values

    def out_of_range(self, column: str, n: int, lacking: str = "") -> None:
        """Tell of ``n`` rows whose number cannot be."""
        what = f"with a {lacking}negative or infinite {column}"
        hint = TABLES[self.table].column(column).hint
        self._reader.refuse(self.place(column), "out_of_range", what, n, hint=hint)

    def out_of_scale(self, column: str, largest: float) -> None:
        """Tell of weights whose squares cannot be reckoned with."""
        self._reader.problems.add(
            f"{self.place(column)}: the largest is {largest:g}; "
            "such numbers cannot be reckoned with.",
            code="bad_weights",
            param=self.place(column),
            hint="scale them so that they add to the number of people; "
            "a scale changes nothing else.",
        )

    def moments(self, column: str) -> NDArray[np.datetime64]:
        """Moments to the second; NaT where the cell is empty or there is no such column."""
        if column not in self._read:
            nothing = np.full(self.n, NO_MOMENT)
            self._read[column] = (
                self._parsed(column, "moment").values if self.has(column) else nothing
            )
        found: NDArray[np.datetime64] = self._read[column]
        return found

    def moments_among(self, column: str) -> NDArray[np.datetime64]:
        """Moments of a column that may hold other things too, such as times of day: NaT there."""
        if not self.has(column):
            return np.full(self.n, NO_MOMENT)
        return parsed(self._cells[column], "moment").values

    def says_zone(self, column: str) -> bool:
        """Whether some moment of a column says its time zone."""
        return self.has(column) and says_zone(self._cells[column])

    def text(self, column: str) -> tuple[str | None, ...] | None:
        """Free text as it was written; None where there is no such column."""
        if not self.has(column):
            return None
        return tuple(None if label(v) is None else str(v) for v in self._cells[column])

    def _parsed(self, column: str, kind: str) -> Parsed:
        found = parsed(self._cells[column], kind)
        self._unreadable(column, found.unreadable, found.called, found.hint)
        return found

    def _unreadable(self, column: str, which: NDArray[np.bool_], called: str, hint: str) -> None:
        n = self.count(which)
        if n:
            self._reader.problems.add(
                f"{self.table}: {n:,} of {self.weights.sum():,} cells of {show(column)} "
                f"are not {called}.",
                code="unreadable_cells",
                param=self.place(column),
                got=n,
                hint=hint,
            )

    def no_repeats(self, **codes: NDArray[np.intp]) -> None:
        """Tell of rows that share the table's key; ``codes`` stand for columns."""
        spec = TABLES[self.table]
        keys = []
        for name in spec.key:
            if name in codes:
                keys.append(codes[name])
            elif spec.column(name).kind in {"person", "idea"}:
                keys.append(self.places(name))
            else:
                keys.append(self.labels(name).codes)
        self._reader.no_repeats(self.table, keys)


class Reader:
    """What was handed in, what is wrong with it so far, and what was understood.

    ``people`` and ``ideas`` are the ids, sorted, ``hosts`` those of people who run the process and
    are no part of it, and ``sessions`` those of the meetings in the order of their table; they are
    set once the tables that define them have been read. ``reading`` says how
    the labels of participants are to be understood.
    """

    def __init__(
        self,
        layouts: Mapping[str, Layout],
        problems: Problems,
        reading: Reading | None = None,
    ) -> None:
        self.layouts: Mapping[str, Layout] = layouts
        self.problems: Problems = problems
        self.reading: Reading = reading or Reading()
        self.notes: list[Note] = []
        self.people: tuple[str, ...] = ()
        self.hosts: frozenset[str] = frozenset()
        self.ideas: tuple[str, ...] = ()
        self.sessions: tuple[str, ...] = ()
        self._rows: dict[str, Rows] = {}

    def note(self, code: str, template: str, **values: Any) -> None:
        """Note what was left out, or read in a particular way."""
        self.notes.append(Note.of(code, template, **values))

    def note_some(self, code: str, template: str, **some: int) -> None:
        """Note how many rows, ideas or whatever the name says; nothing where there are none."""
        for name, n in some.items():
            if n:
                self.note(code, template, **{name: counted(n, name.removesuffix("s"))})

    def note_hosts(self, table: str, n: int) -> None:
        """Note rows by hosts."""
        template = f"{table}: {{rows}} by hosts, kept apart from those of people who take part."
        self.note_some("rows_of_hosts", template, rows=n)

    def refuse(
        self,
        place: str,
        code: str,
        what: str,
        n: int,
        *,
        noun: str = "row",
        hint: str | None = None,
    ) -> None:
        """Tell of ``n`` rows (or what the noun says) that cannot be; of none, nothing."""
        if n:
            self.problems.add(
                f"{place.partition('.')[0]}: {count_of(n, noun)} {what}.",
                code=code,
                param=place,
                got=n,
                hint=hint,
            )

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether a table was handed in, and has a column."""
        return table in self.layouts and (column is None or column in self.layouts[table].columns)

    def is_counted(self, table: str) -> bool:
        """Whether a table stays on its engine and is only counted there."""
        return table in self.layouts and self.layouts[table].frame.is_lazy

    def rows(self, table: str) -> Rows:
        """A table's rows in memory; of one on an engine, only the columns of the model."""
        if table not in self._rows:
            layout = self.layouts[table]
            names = dict(layout.columns)
            if layout.spec.others != "unused" and not layout.frame.is_lazy:
                names |= {name: name for name in layout.others if name not in names}
            held = layout.frame.collect(tuple(dict.fromkeys(names.values())))
            rows = Rows(self, table, {name: held[column] for name, column in names.items()})
            self._rows[table] = rows
            if not rows.n:
                self.no_rows(table)
        return self._rows[table]

    def counted(
        self, table: str, columns: Sequence[str], *, sums: Sequence[str] = ()
    ) -> tuple[Rows, Mapping[str, NDArray[np.float64]]]:
        """The different rows of some columns, counted on the table's engine, and sums of others."""
        layout = self.layouts[table]
        found = layout.frame.count(
            [layout.columns[name] for name in columns],
            sums={name: layout.columns[name] for name in sums},
        )
        cells = {name: [key[i] for key in found.keys] for i, name in enumerate(columns)}
        if not found.keys:
            self.no_rows(table)
        return Rows(self, table, cells, found.n), found.sums

    def no_rows(self, table: str) -> None:
        """The problem of a table without rows."""
        self.problems.add(
            f"{table} has no rows.",
            code="empty_table",
            param=table,
            got=0,
            hint="leave the table out where there is nothing to say.",
        )

    def ids(self, kind: str) -> tuple[str, ...]:
        """The ids that a column of a kind may name."""
        if kind == "person":
            return self.people
        return self.ideas if kind == "idea" else self.sessions

    def all_ids(self, kind: str) -> tuple[str, ...]:
        """The sorted ids of people or ideas that any table names."""
        found: set[str] = set()
        for table, column in named_columns(kind):
            if self.has(table, column):
                # On an engine the different ids are counted there.
                rows = (
                    self.counted(table, [column])[0] if self.is_counted(table) else self.rows(table)
                )
                found.update(rows.labels(column).labels)
        return tuple(sorted(found))

    def unknown_ids(self, kind: str, place: str, strange: Sequence[str], rows: int) -> None:
        """The problem of ids that the table which defines them lacks; people's are never quoted."""
        table, _, column = place.partition(".")
        where = f"that {'participants' if kind == 'person' else f'{kind}s'} lacks"
        if kind == "person":
            known = {plain_id(name) for name in self.people}
            nearly = sum(plain_id(name) in known for name in strange)
            hint = (
                "give everybody who wrote, voted or spoke a row in participants; "
                "groups may be left blank where they are unknown."
            )
            if nearly:
                hint = (
                    f"{nearly:,} of {len(strange):,} would be found but for capitals, blanks, "
                    "leading zeros or a final '.0': write ids in one way in all tables."
                )
            self.problems.add(
                f"{table}: {count_of(len(strange), 'participant id')} {where}, "
                f"in {count_of(rows, 'row')}.",
                code="unknown_participant",
                param=table,
                got=len(strange),
                hint=hint,
            )
            return
        names = "" if column == f"{kind}_id" else f"{column} names "
        other = f"add these {kind}s, or drop the rows."
        self.problems.add(
            f"{table}: {names}{count_of(len(strange), kind)} {where}, "
            f"in {count_of(rows, 'row')}: {listed(strange)}.",
            code=f"unknown_{kind}",
            param=place,
            got=strange[:3],
            hint=did_you_mean(strange[0], self.ids(kind), other),
        )

    def says_zone(self, place: str) -> bool:
        """Whether moments of a column, written ``table.column``, say their time zone."""
        table, _, column = place.partition(".")
        return self.has(table, column) and self.rows(table).says_zone(column)

    def aside(self) -> Reader:
        """The same tables with problems and notes of their own."""
        reader = Reader(self.layouts, Problems(), self.reading)
        reader.people = self.people
        reader.hosts = self.hosts
        reader.ideas = self.ideas
        reader.sessions = self.sessions
        return reader

    def no_repeats(
        self, table: str, keys: Sequence[NDArray[np.intp]], each: str | None = None
    ) -> None:
        """Tell where two rows share a key; rows with a part missing (-1) are not compared."""
        whole = np.logical_and.reduce([key >= 0 for key in keys])
        rows = [key[whole] for key in keys]
        order = np.lexsort(rows[::-1])
        ordered = [row[order] for row in rows]
        same = np.logical_and.reduce([row[1:] == row[:-1] for row in ordered])
        self.repeated(table, int(same.sum()), each)

    def repeated(self, table: str, extra: int, each: str | None = None) -> None:
        """Tell of ``extra`` rows that stand again; ``each`` says what may stand once."""
        spec = TABLES[table]
        *names, last = (name.removesuffix("_id") for name in spec.key)
        several = f"{', '.join(names)} and {last}" if names else spec.key[0]
        what = f"too many: each {each or several} may have one row only"
        self.refuse(table, "duplicate_key", what, extra, hint=spec.repeated)

    def left_out(self, table: str, keep: NDArray[np.bool_], why: str) -> None:
        """Note rows that say nothing."""
        self.note_some(
            "rows_left_out", f"{table}: left out {{rows}} {why}.", rows=int((~keep).sum())
        )
