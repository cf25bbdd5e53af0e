"""Reads the cells of a column as labels, numbers, days or flags, in arrays."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import is_unknown, known_label, label

_ZONE = re.compile(r"\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)
_YES = frozenset({"yes", "true", "1", "y", "t"})
_NO = frozenset({"no", "false", "0", "n", "f"})
NO_MOMENT = np.datetime64("NaT", "s")


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of labels: positions in ``labels`` (sorted), -1 where the cell says nothing."""

    codes: NDArray[np.intp]
    labels: tuple[str, ...]

    def text(self) -> tuple[str | None, ...]:
        """The labels, row by row."""
        lookup = (*self.labels, None)
        return tuple(lookup[code] for code in self.codes)

    def where(self, rows: NDArray[np.bool_]) -> Coded:
        """The labels of some rows."""
        return Coded(self.codes[rows], self.labels)

    def translated(self, names: Sequence[str | None]) -> Coded:
        """The rows under other labels, one for each of `labels`; None says nothing."""
        labels = tuple(sorted({name for name in names if name is not None}))
        place = {name: i for i, name in enumerate(labels)}
        lookup = [-1 if name is None else place[name] for name in names]
        return Coded(np.array([*lookup, -1], dtype=np.intp)[self.codes], labels)


def coded(values: Sequence[Any], *, read: Callable[[Any], str | None] = label) -> Coded:
    """Labels as sorted codes, by the one rule of what a label is.

    >>> coded(["b", " a ", None, "b"])
    Coded(codes=array([ 1,  0, -1,  1]), labels=('a', 'b'))
    """
    codes, uniques = _factorized(values)
    return Coded(codes, tuple(uniques)).translated([read(value) for value in uniques])


def positions(column: Coded, among: Sequence[str]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Where each row's label stands in ``among`` (-1 nowhere), and the labels not there."""
    place = {name: i for i, name in enumerate(among)}
    lookup = np.array([*(place.get(name, -1) for name in column.labels), -1], dtype=np.intp)
    return lookup[column.codes], tuple(name for name in column.labels if name not in place)


def _factorized(values: Sequence[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Position of each value among the distinct ones (-1 missing), and these."""
    import pandas as pd

    array = np.empty(len(values), dtype=object)
    array[:] = values
    codes, uniques = pd.factorize(array, use_na_sentinel=True)
    return np.asarray(codes, dtype=np.intp), list(uniques)


def _number(value: Any) -> float:
    """A number, nan where the cell says nothing; raises where it says something else."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError
    if not isinstance(value, str):
        return math.nan if label(value) is None else float(value)
    text = value.strip()
    return math.nan if not text or is_unknown(text) else float(text)


def _answer(value: Any) -> float:
    """As `_number`, for what people answered: Yes and No are 1 and 0."""
    if isinstance(value, (bool, np.bool_)):
        return float(value)
    folded = value.strip().casefold() if isinstance(value, str) else ""
    if folded in _YES | _NO and not folded.isdigit():
        return float(folded in _YES)
    return _number(value)


def _flag(value: Any) -> float:
    """1 yes, 0 no, nan where the cell says nothing."""
    name = known_label(value)
    if name is None:
        return math.nan
    if name.casefold() not in _YES | _NO:
        raise ValueError(name)
    return float(name.casefold() in _YES)


def _moment(value: Any) -> np.datetime64:
    """A moment to the second, in UTC where a zone is given; raises where the cell is no date."""
    name = known_label(value)
    if name is None:
        return NO_MOMENT
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, date):
        raise ValueError(name)  # noqa: TRY004  (counted by the caller like any unreadable cell)
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value
        # In UTC, or by the process's own clock.
        return np.datetime64(datetime(*value.timetuple()[:6]), "s")  # noqa: DTZ001
    return np.datetime64(value.isoformat(), "s")


def says_zone(values: Sequence[Any]) -> bool:
    """Whether some moment of a column says its time zone."""
    try:
        return any(map(_says_zone, set(values)))
    except TypeError:
        return any(map(_says_zone, values))


def _says_zone(value: Any) -> bool:
    if isinstance(value, str):
        return _ZONE.search(value) is not None
    return getattr(value, "tzinfo", None) is not None


@dataclass(frozen=True, slots=True)
class _Parser:
    """How cells of one kind are read, what missing ones become, and how both are said."""

    read: Callable[[Any], Any]
    missing: Any
    called: str
    hint: str


_PARSERS: Mapping[str, _Parser] = {
    "number": _Parser(
        _number,
        math.nan,
        "a number",
        "write plain numbers, such as 3 or 2.5, without currency signs and without commas.",
    ),
    "answer": _Parser(
        _answer,
        math.nan,
        "a number",
        "write numbers: 1 for yes or for, 0 for no or a pass, -1 for against, or points on a "
        "scale.",
    ),
    "flag": _Parser(_flag, math.nan, "a yes or no", "write Yes or No, or 1 or 0."),
    "moment": _Parser(
        _moment,
        NO_MOMENT,
        "a date",
        "write dates as year-month-day, such as 2026-11-23, with or without a time.",
    ),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """Cells read as numbers or moments, and which of them cannot be."""

    values: NDArray[Any]
    unreadable: NDArray[np.bool_]
    called: str
    hint: str


def parsed(cells: Sequence[Any], kind: str) -> Parsed:
    """Every distinct cell read once; what cannot be read is missing."""
    parser = _PARSERS[kind]
    dtype = np.asarray(parser.missing).dtype
    plain = _plain_numbers(cells) if kind in {"number", "answer"} else None
    if plain is not None:
        return Parsed(plain, np.zeros(len(plain), dtype=bool), parser.called, parser.hint)
    try:
        codes, uniques = _factorized(cells)
    except (TypeError, ValueError):
        nothing = np.full(len(cells), parser.missing, dtype=dtype)
        return Parsed(nothing, np.ones(len(cells), dtype=bool), parser.called, parser.hint)
    lookup = np.full(len(uniques) + 1, parser.missing, dtype=dtype)
    bad = np.zeros(len(uniques) + 1, dtype=bool)
    for i, value in enumerate(uniques):
        try:
            lookup[i] = parser.read(value)
        except (ValueError, TypeError, OverflowError, ArithmeticError):
            bad[i] = True
    return Parsed(lookup[codes], bad[codes], parser.called, parser.hint)


def _plain_numbers(cells: Sequence[Any]) -> NDArray[np.float64] | None:
    """The column where all its cells are plain numbers already."""
    if not all(type(value) in {int, float} for value in cells[:1]):
        return None
    try:
        plain = np.asarray(cells)
    except ValueError:
        return None
    return plain.astype(np.float64) if plain.dtype.kind in "iuf" and plain.ndim == 1 else None
