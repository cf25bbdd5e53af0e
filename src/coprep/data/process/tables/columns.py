"""What the cells of one table say: ids, numbers, days and flags, coded as arrays, with what cannot be read counted."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.frames import Frame
from coprep.data.labels import DEFAULT_UNKNOWN, fold, label, unknown_words
from coprep.errors import Problems
from coprep.wording.labels import show

__all__ = ["Cells", "Coded", "coded", "known_label", "positions"]

_UNKNOWN = unknown_words(DEFAULT_UNKNOWN)
_ZONE = re.compile(r"\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)
_YES = frozenset({"yes", "true", "1", "y", "t"})
_NO = frozenset({"no", "false", "0", "n", "f"})
_TYPES = {
    "number": "write plain numbers, such as 3 or 2.5, without currency signs and without commas.",
    "answer": "write numbers: 1 for yes or for, 0 for no or a pass, -1 for against, or points on a scale.",
    "date": "write dates as year-month-day, such as 2026-11-23, with or without a time.",
    "yes or no": "write Yes or No, or 1 or 0.",
}
_A = {"number": "a number", "answer": "a number", "date": "a date", "yes or no": "a yes or no"}


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of labels: positions in ``labels`` (sorted), -1 where the cell says nothing."""

    codes: NDArray[np.intp]
    labels: tuple[str, ...]

    def text(self) -> tuple[str | None, ...]:
        """The labels, row by row."""
        lookup = (*self.labels, None)
        return tuple(lookup[code] for code in self.codes)


def _factorized(values: Sequence[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Position of each value among the distinct ones (-1 missing), and these."""
    import pandas as pd

    array = np.empty(len(values), dtype=object)
    array[:] = values
    codes, uniques = pd.factorize(array, use_na_sentinel=True)
    return np.asarray(codes, dtype=np.intp), list(uniques)


def coded(values: Sequence[Any], *, read: Callable[[Any], str | None] = label) -> Coded:
    """Labels as sorted codes, by the one rule of what a label is.

    Examples
    --------
    >>> coded(["b", " a ", None, "b"])
    Coded(codes=array([ 1,  0, -1,  1]), labels=('a', 'b'))
    """
    codes, uniques = _factorized(values)
    names = [read(value) for value in uniques]
    labels = tuple(sorted({name for name in names if name is not None}))
    place = {name: i for i, name in enumerate(labels)}
    lookup = np.array([*(place[n] if n is not None else -1 for n in names), -1], dtype=np.intp)
    return Coded(lookup[codes], labels)


def positions(column: Coded, among: Sequence[str]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Where each row's label stands in ``among`` (-1 nowhere or missing), and the labels that are not there."""
    place = {name: i for i, name in enumerate(among)}
    lookup = np.array([*(place.get(name, -1) for name in column.labels), -1], dtype=np.intp)
    return lookup[column.codes], tuple(name for name in column.labels if name not in place)


def known_label(value: Any) -> str | None:
    """The label of a value; None also where it is one of the words for "we do not know"."""
    name = label(value)
    # No such word holds a digit, and most ids do: folding them all would take most of the time.
    return (
        None
        if name is None or (not any(map(str.isdigit, name)) and fold(name) in _UNKNOWN)
        else name
    )


def _number(value: Any) -> float:
    """A number, nan where the cell says nothing; raises ValueError where it says something else."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError
    if not isinstance(value, str):
        return math.nan if label(value) is None else float(value)
    text = value.strip()
    return math.nan if not text or fold(text) in _UNKNOWN else float(text)


def _answer(value: Any) -> float:
    """As `_number`, for what people answered: Yes and No are 1 and 0."""
    if isinstance(value, (bool, np.bool_)):
        return float(value)
    folded = value.strip().casefold() if isinstance(value, str) else ""
    if folded in _YES | _NO and not folded.isdigit():
        return float(folded in _YES)
    return _number(value)


def _moment(value: Any) -> np.datetime64:
    """A moment to the second, in UTC where a zone is given; raises ValueError where the cell is no date."""
    name = label(value)
    if name is None or fold(name) in _UNKNOWN:
        return np.datetime64("NaT", "s")
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, date):
        raise ValueError(name)  # noqa: TRY004  (counted by the caller like any unreadable cell)
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value
        return np.datetime64(datetime(*value.timetuple()[:6]), "s")  # noqa: DTZ001  (UTC or the process's own clock)
    return np.datetime64(value.isoformat(), "s")


def _says_zone(value: Any) -> bool:
    if isinstance(value, str):
        return _ZONE.search(value) is not None
    return getattr(value, "tzinfo", None) is not None


def _flag(value: Any) -> float:
    name = label(value)
    if name is None or fold(name) in _UNKNOWN:
        return math.nan
    if name.casefold() in _YES:
        return 1.0
    if name.casefold() in _NO:
        return 0.0
    raise ValueError(name)


class Cells:
    """One table whose rows are in this machine's memory, read a column at a time.

    Parameters
    ----------
    frame : Frame
        The table.
    table : str
        Its name in messages.
    columns : mapping of str to str
        For each column of the data model, the frame's own name for it; absent columns are not in it.
    problems : Problems
        Where unreadable cells are noted. Values of personal tables are never quoted.
    """

    _rows: NDArray[np.int64] | None = None

    def __init__(
        self, frame: Frame, table: str, columns: dict[str, str], problems: Problems
    ) -> None:
        self.table: str = table
        self.columns: dict[str, str] = columns
        self.problems: Problems = problems
        wanted = tuple(dict.fromkeys(columns.values()))
        self._values: dict[str, Sequence[Any]] = dict(frame.collect(wanted)) if wanted else {}
        self.n: int = len(next(iter(self._values.values()))) if self._values else 0

    @classmethod
    def of_columns(
        cls,
        table: str,
        values: Mapping[str, Sequence[Any]],
        problems: Problems,
        rows: NDArray[np.int64] | None = None,
    ) -> Cells:
        """Cells that are already in memory, by the model's column names; each may stand for several ``rows``."""
        cells = cls.__new__(cls)
        cells._rows = rows
        cells.table, cells.problems = table, problems
        cells.columns = {name: name for name in values}
        cells._values = dict(values)
        cells.n = len(next(iter(values.values()), ()))
        return cells

    @property
    def _all(self) -> int:
        return self.n if self._rows is None else int(self._rows.sum())

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return column in self.columns

    def values(self, column: str) -> Sequence[Any]:
        """The raw cells; all missing where there is no such column."""
        return self._values[self.columns[column]] if self.has(column) else [None] * self.n

    def labels(self, column: str) -> Coded:
        """Labels as they stand."""
        return self._coded(column, label)

    def groups(self, column: str) -> Coded:
        """Labels, with the words for "we do not know" as unknown."""
        return self._coded(column, known_label)

    def ids(self, column: str) -> Coded:
        """Ids; the words for "we do not know" name nobody and nothing."""
        return self.groups(column)

    def answers(self, column: str) -> NDArray[np.float64]:
        """As `numbers`, for what people answered: Yes and No are 1 and 0."""
        plain = self._plain(column)
        return (
            self._each(column, _answer, "answer", math.nan, np.dtype(np.float64))
            if plain is None
            else plain
        )

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Numbers; nan where the cell is empty or there is no such column."""
        plain = self._plain(column)
        return (
            self._each(column, _number, "number", math.nan, np.dtype(np.float64))
            if plain is None
            else plain
        )

    def _plain(self, column: str) -> NDArray[np.float64] | None:
        """The column where all its cells are plain numbers already."""
        values = self.values(column)
        if not all(type(value) in {int, float} for value in values[:1]):
            return None
        try:
            plain = np.asarray(values)
        except ValueError:
            return None
        return plain.astype(np.float64) if plain.dtype.kind in "iuf" and plain.ndim == 1 else None

    def moments(self, column: str) -> NDArray[np.datetime64]:
        """Moments to the second; NaT where the cell is empty or there is no such column."""
        missing = np.datetime64("NaT", "s")
        return self._each(column, _moment, "date", missing, np.dtype("datetime64[s]"))

    def dates_among(self, column: str) -> NDArray[np.datetime64]:
        """As `moments`, for columns that may hold other things too, such as a time of day: NaT for those."""
        quiet = copy.copy(self)
        quiet.problems = Problems()
        return quiet.moments(column)

    def zoned(self, column: str) -> bool:
        """Whether some moment of a column says its time zone."""
        values = self.values(column)
        try:
            return any(map(_says_zone, set(values)))
        except TypeError:
            return any(map(_says_zone, values))

    def flags(self, column: str) -> NDArray[np.float64]:
        """1 yes, 0 no, nan not said."""
        return self._each(column, _flag, "yes or no", math.nan, np.dtype(np.float64))

    def text(self, column: str) -> tuple[str | None, ...] | None:
        """Free text as it was written; None where there is no such column."""
        if not self.has(column):
            return None
        return tuple(None if label(v) is None else str(v) for v in self.values(column))

    def _coded(self, column: str, read: Callable[[Any], str | None]) -> Coded:
        try:
            return coded(self.values(column), read=read)
        except (TypeError, ValueError):
            self._unreadable(
                column, "text or numbers", self._all, "write one plain value a cell, not a list."
            )
            return Coded(np.full(self.n, -1, dtype=np.intp), ())

    def _each(
        self, column: str, read: Callable[[Any], Any], kind: str, missing: Any, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Every distinct cell read once; those that cannot be read are counted and left missing."""
        if not self.has(column):
            return np.full(self.n, missing, dtype=dtype)
        try:
            codes, uniques = _factorized(self.values(column))
        except (TypeError, ValueError):
            self._unreadable(column, _A[kind], self._all, _TYPES[kind])
            return np.full(self.n, missing, dtype=dtype)
        result = np.full(len(uniques) + 1, missing, dtype=dtype)
        bad: list[int] = []
        for i, value in enumerate(uniques):
            try:
                result[i] = read(value)
            except (ValueError, TypeError, OverflowError, ArithmeticError):
                bad.append(i)
        if bad:
            odd = np.isin(codes, bad)
            n = int(odd.sum() if self._rows is None else self._rows[odd].sum())
            self._unreadable(column, _A[kind], n, _TYPES[kind])
        return result[codes]

    def _unreadable(self, column: str, kind: str, rows: int, hint: str) -> None:
        self.problems.add(
            f"{self.table}: {rows:,} of {self._all:,} cells of {show(column)} are not {kind}.",
            code="unreadable_cells",
            param=f"{self.table}.{column}",
            got=rows,
            hint=hint,
        )
