"""The only module that touches a data frame: it counts rows by group on the frame's own engine.

Rows stay where they are. On a lazy engine (DuckDB, Dask, Polars lazy, PySpark, Ibis) only the
counts come back; `Frame.collect` is the one exception, for questions that need (person, idea,
value) triples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError, MissingExtraError
from coprep.host import quiet
from coprep.wording.labels import listed, nearest, show

_ROWS = "__coprep_rows"
_NUMBER = "__coprep_number"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a group-by gave: each cell's key values, rows, and the sums asked for."""

    keys: tuple[tuple[Any, ...], ...]
    n: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.keys)


def is_frame(value: object) -> bool:
    """Whether `open_frame` can count ``value``."""
    return isinstance(_wrapped(value), (nw.DataFrame, nw.LazyFrame, nw.Series))


def _wrapped(value: Any) -> Any:
    """The value as narwhals sees it, or as it is."""
    # A move of Dask support is announced for a release of narwhals that this version does not
    # admit.
    with quiet("Dask support is moving", FutureWarning):
        return nw.from_native(value, allow_series=True, pass_through=True)


def open_frame(value: Any, *, what: str = "participants") -> Frame:
    """A `Frame` over any supported data frame, series or mapping of columns.

    Raises
    ------
    InputError
        Where ``value`` is none of these, or two columns share a name.
    """
    if isinstance(value, Frame):
        return value
    value = getattr(value, "__coprep_frame__", lambda: value)()
    native = _with_text_columns(value, what)
    frame = _wrapped(native)
    if isinstance(frame, nw.Series):
        frame = frame.to_frame()
    if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        return Frame(frame, what)
    raise InputError.of(
        f"{what} must be a data frame; got {show(type(value).__name__)}.",
        code="not_a_frame",
        param=what,
        got=type(value).__name__,
        expected="pandas, Polars, PyArrow, DuckDB, Dask, PySpark or Ibis table",
        hint=_how_to_pass(value, what),
    )


def _how_to_pass(value: Any, what: str) -> str:
    if isinstance(value, (str, PathLike)):
        return (
            "read the file first, such as with pandas.read_csv, "
            "or a folder of tables with coprep.read_process."
        )
    if what == "participants":
        return (
            "pass a table with one row a person, "
            'or published counts such as {"sex": {"Female": 12, "Male": 9}}.'
        )
    return "pass a data frame, or a mapping of columns such as {'idea_id': [1, 2]}."


def _with_text_columns(value: Any, what: str) -> Any:
    """A pandas frame whose column names are text; a mapping of columns becomes one."""
    if isinstance(value, (Mapping, list)):
        import pandas as pd

        try:
            value = pd.DataFrame(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError.of(
                f"{what} cannot be read as a table: {show(str(error))}.",
                code="not_a_frame",
                param=what,
                hint="pass a data frame, or a mapping of columns of one length.",
            ) from None
    if type(value).__module__.partition(".")[0] != "pandas":
        return value
    if type(value).__name__ == "Series":
        value = value.to_frame(value.name if value.name is not None else "value")
    names = [str(name) for name in value.columns] if hasattr(value, "columns") else []
    twice = (
        sorted({name for name in names if names.count(name) > 1})
        if len(set(names)) < len(names)
        else []
    )
    if twice:
        raise InputError.of(
            f"{what} has several columns named {listed(twice)}.",
            code="duplicate_column",
            param=what,
            got=tuple(twice),
            hint="rename the columns so that each name stands once.",
        )
    return (
        value.set_axis(names, axis="columns") if names and list(value.columns) != names else value
    )


def _finite(column: str) -> nw.Expr:
    """The column with 0 for cells that hold no finite number, which engines add differently."""
    number = nw.col(column)
    return (
        nw.when((~number.is_null()) & number.is_finite())
        .then(number)
        .otherwise(nw.lit(0.0))
        .alias(column)
    )


class Frame:
    """A data frame on any engine, seen only as something to count.

    Parameters
    ----------
    frame : narwhals DataFrame or LazyFrame
        The table.
    what : str
        What to call it in messages.
    """

    __slots__ = ("_frame", "what")

    def __init__(self, frame: nw.DataFrame[Any] | nw.LazyFrame[Any], what: str) -> None:
        self._frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = frame
        self.what: str = what

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(self._frame.collect_schema().names())

    @property
    def is_lazy(self) -> bool:
        """Whether the rows live in an engine of their own."""
        return isinstance(self._frame, nw.LazyFrame)

    def has(self, column: str) -> bool:
        """Whether there is a column of this name."""
        return column in self.columns

    def renamed(self, names: Mapping[str, str]) -> Frame:
        """The table with some columns called otherwise; one that had such a name is left out."""
        covered = [name for name in names.values() if name in self.columns and name not in names]
        return Frame(self._frame.drop(covered).rename(dict(names)), self.what)

    def numbered(self, name: str) -> Frame:
        """The table with its rows numbered from 1 in a further column; only of one in memory."""
        frame = self._frame
        if isinstance(frame, nw.LazyFrame):
            return self
        rows = frame.with_row_index(name)
        return Frame(rows.with_columns(nw.col(name).cast(nw.Int64) + 1), self.what)

    def is_number(self, column: str) -> bool:
        """Whether a column holds numbers."""
        return bool(self._frame.collect_schema()[column].is_numeric())

    def unknown_column(self, column: str, *, param: str | None = None) -> InputError:
        """The error for a column that is not there."""
        close = nearest(column, self.columns)
        return InputError.of(
            f"{self.what} has no column {show(column)}; it has {listed(self.columns, most=12)}.",
            code="unknown_column",
            param=param or self.what,
            got=column,
            expected=self.columns,
            hint=f"did you mean {show(close)}?" if close else None,
        )

    def rows(self) -> int:
        """How many rows there are."""
        return int(self._answer(lambda: self._frame.select(nw.len().alias(_ROWS)))[_ROWS][0])

    def count(
        self,
        by: Sequence[str],
        *,
        sums: Mapping[str, str] | None = None,
        largest: Mapping[str, str] | None = None,
    ) -> Counted:
        """Rows by group, with sums, in one group-by of the engine; cells come in no particular
        order.

        Parameters
        ----------
        by : sequence of str
            The columns whose values make the cells; missing values make cells too.
        sums : mapping of str to str, optional
            Name of each sum and the numeric column it adds up; a missing or non-finite cell adds
            nothing.
        largest : mapping of str to str, optional
            The same for the largest number of each group, which comes among the sums; a missing or
            non-finite cell is 0.

        Returns
        -------
        Counted
        """
        frame = self._frame
        wanted = dict(sums or {})
        tops = dict(largest or {})
        for column in (*by, *wanted.values(), *tops.values()):
            if not self.has(column):
                raise self.unknown_column(column)
        numbers = {
            f"__coprep_{i}": column
            for i, column in enumerate(dict.fromkeys([*wanted.values(), *tops.values()]))
        }
        if numbers:
            frame = frame.with_columns(
                *(nw.col(c).cast(nw.Float64).alias(a) for a, c in numbers.items())
            )
            frame = frame.with_columns(*(_finite(a) for a in numbers))
        frame = frame.select(*(nw.col(c) for c in by), *(nw.col(a) for a in numbers))
        alias = {column: a for a, column in numbers.items()}
        totals = (
            nw.len().alias(_ROWS),
            *(nw.col(alias[c]).sum() for c in dict.fromkeys(wanted.values())),
            *(nw.col(alias[c]).max().alias(f"{alias[c]}_most") for c in tops.values()),
        )
        answer = self._answer(lambda: frame.group_by(*by).agg(*totals), by)
        named = {
            **{name: alias[c] for name, c in wanted.items()},
            **{name: f"{alias[c]}_most" for name, c in tops.items()},
        }
        return Counted(
            keys=tuple(zip(*(answer[c] for c in by), strict=True)),
            n=np.asarray(answer[_ROWS], dtype=np.int64),
            sums={name: np.asarray(answer[a], dtype=np.float64) for name, a in named.items()},
        )

    def weigh(
        self,
        by: Sequence[str],
        weight: str | None,
        *,
        sums: Mapping[str, str] | None = None,
    ) -> tuple[Counted, int]:
        """Rows, sum of weights and of squared weights and the largest weight by group (`w`, `w2`,
        `heaviest`), other sums that are asked for, and how many weights are unusable.

        A weight is unusable when it is missing, not finite or negative; such rows add nothing to
        the sums. Without a column of weights everybody counts once.
        """
        w = "__coprep_w"
        w2 = "__coprep_w2"
        bad = "__coprep_bad"
        number = nw.lit(1.0)
        if weight is not None:
            number = nw.col(weight).cast(nw.Float64)
        usable = (~nw.col(w).is_null()) & nw.col(w).is_finite() & (nw.col(w) >= 0)
        frame = self._frame.with_columns(number.alias(w))
        frame = frame.with_columns((~usable).cast(nw.Float64).alias(bad))
        frame = frame.with_columns(
            nw.when(nw.col(bad) == 0).then(nw.col(w)).otherwise(nw.lit(0.0)).alias(w)
        )
        frame = frame.with_columns((nw.col(w) * nw.col(w)).alias(w2))
        counted = Frame(frame, self.what).count(
            by, sums={"w": w, "w2": w2, "bad": bad, **(sums or {})}, largest={"heaviest": w}
        )
        return counted, int(np.nansum(counted.sums["bad"]))

    def repeated(self, column: str) -> tuple[int, int]:
        """How many values stand more than once, and how many rows hold one of them."""
        if not self.has(column):
            raise self.unknown_column(column)

        def totals() -> Any:
            known = self._frame.select(nw.col(column)).filter(~nw.col(column).is_null())
            sizes = known.group_by(column).agg(nw.len().alias(_ROWS)).filter(nw.col(_ROWS) > 1)
            return sizes.select(nw.len().alias("values"), nw.col(_ROWS).sum().alias("rows"))

        answer = self._answer(totals, [column])
        return int(answer["values"][0] or 0), int(answer["rows"][0] or 0)

    def distinct(self, columns: Sequence[str]) -> int:
        """How many different rows there are in some columns."""
        return Frame(self._frame.select(*columns).unique(), self.what).rows()

    def unusable(self, column: str) -> tuple[int, int]:
        """How many numbers of a column are missing, and how many are negative or infinite."""
        number = nw.col(column).cast(nw.Float64)
        lacks = "__coprep_lacks"
        bad = "__coprep_bad"
        frame = self._frame.select(number.alias(_NUMBER))
        missing = nw.col(_NUMBER).is_null() | nw.col(_NUMBER).is_nan()
        wrong = (nw.col(_NUMBER) < 0) | ~nw.col(_NUMBER).is_finite()
        frame = frame.with_columns(
            missing.cast(nw.Float64).alias(lacks),
            (wrong & ~missing).cast(nw.Float64).alias(bad),
        )
        answer = self._answer(
            lambda: frame.select(nw.col(lacks).sum(), nw.col(bad).sum()), [column]
        )
        return int(answer[lacks][0] or 0), int(answer[bad][0] or 0)

    def collect(self, columns: Sequence[str]) -> dict[str, list[Any]]:
        """The values of some columns, row by row, in this machine's memory."""
        for column in columns:
            if not self.has(column):
                raise self.unknown_column(column)
        return self._answer(lambda: self._frame.select(*(nw.col(c) for c in columns)), columns)

    def _answer(self, ask: Callable[[], Any], columns: Sequence[str] = ()) -> dict[str, list[Any]]:
        """The columns of what ``ask`` gives; an engine's own errors are told in our words."""
        try:
            frame = ask()
            if isinstance(frame, nw.LazyFrame):
                frame = frame.collect()
            return {name: frame.get_column(name).to_list() for name in frame.columns}
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                str(error.name), "parquet", f"Counting {self.what} on this engine"
            ) from None
        except Exception as error:  # noqa: BLE001  (an engine's own errors have no common type)
            # Its text and its traceback are not passed on: they may quote a participant's cell.
            raise InputError.of(
                f"{self.what} could not be counted by {listed(columns)}: the engine answered "
                f"{type(error).__name__}.",
                code="engine_error",
                param=self.what,
                hint="check that these columns hold plain values (text, numbers, dates), not lists "
                "or objects.",
            ) from None
