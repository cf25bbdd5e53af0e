"""Hold one small, immutable table of typed columns; and turn values into plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from coprep.errors import InputError
from coprep.wording.labels import show

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ColumnKind", "Table", "json_number", "plain"]

ColumnKind = Literal["text", "count", "number", "truth"]
_DTYPES: dict[ColumnKind, Literal["string", "Int64", "float64", "boolean"]] = {
    "text": "string",
    "count": "Int64",
    "number": "float64",
    "truth": "boolean",
}
_LARGEST = 2**63 - 1


class Table:
    """A small immutable table of named, typed columns; `to_frame` gives pandas.

    Parameters
    ----------
    columns : mapping of str to iterable
        The columns, all of one length.
    kinds : mapping of str to {"text", "count", "number", "truth"}
        What each column holds. Missing values are None in text, count and truth columns, nan in
        numbers.

    >>> t = Table({"group": ["a", "b"], "n": [1, None]}, {"group": "text", "n": "count"})
    >>> t["n"]
    (1, None)
    >>> len(t)
    2
    """

    __slots__ = ("_columns", "_make", "kinds")
    _make: Callable[[], Sequence[Mapping[str, Any]]]

    def __init__(
        self, columns: Mapping[str, Iterable[Any]], kinds: Mapping[str, ColumnKind]
    ) -> None:
        self._fill(columns, kinds)

    def _fill(self, columns: Mapping[str, Iterable[Any]], kinds: Mapping[str, ColumnKind]) -> None:
        self.kinds: dict[str, ColumnKind] = dict(kinds)
        for name, kind in self.kinds.items():
            if kind not in _DTYPES:
                raise InputError.choice(f"the kind of column {show(name)}", kind, tuple(_DTYPES))
        self._columns: dict[str, tuple[Any, ...]] = {
            name: tuple(_cell(value, kind) for value in columns[name])
            for name, kind in kinds.items()
        }
        if len({len(c) for c in self._columns.values()}) > 1:
            sizes = {name: len(c) for name, c in self._columns.items()}
            raise InputError.of(
                f"columns of a table have different lengths: {sizes}.", code="ragged_table"
            )

    @classmethod
    def from_records(
        cls, records: Sequence[Mapping[str, Any]], kinds: Mapping[str, ColumnKind]
    ) -> Table:
        """A table from one mapping a row; a name that a record lacks is missing there."""
        return cls({name: [record.get(name) for record in records] for name in kinds}, kinds)

    @classmethod
    def when_read(
        cls,
        make: Callable[[], Sequence[Mapping[str, Any]]],
        kinds: Mapping[str, ColumnKind],
    ) -> Table:
        """A table whose records are worked out when somebody first looks at it."""
        table = cls.__new__(cls)
        table.kinds = dict(kinds)
        table._make = make
        return table

    def __getattr__(self, name: str) -> Any:
        """Works out the columns when they are first asked for."""
        if name != "_columns":
            raise AttributeError(name)
        records = self._make()
        self._fill({n: [record.get(n) for record in records] for n in self.kinds}, self.kinds)
        return self._columns

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles hold the columns."""
        return Table, (dict(self._columns), self.kinds)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(self._columns)

    def __getitem__(self, name: str) -> tuple[Any, ...]:
        try:
            return self._columns[name]
        except KeyError:
            raise InputError.of(
                f"the table has no column {show(name)}.",
                code="unknown_column",
                got=name,
                expected=self.names,
                hint=f"it has {', '.join(self.names)}.",
            ) from None

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def __iter__(self) -> Iterator[str]:
        """The column names, as a frame gives them; ``dict(table)`` holds the columns."""
        return iter(self._columns)

    def keys(self) -> tuple[str, ...]:
        """The column names: what makes ``dict(table)`` the columns by name."""
        return self.names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.names, len(self)))

    def __repr__(self) -> str:
        return f"<Table: {len(self)} rows; {', '.join(self.names)}>"

    def records(self) -> Iterator[dict[str, Any]]:
        """One dict a row."""
        for values in zip(*self._columns.values(), strict=True):
            yield dict(zip(self._columns, values, strict=True))

    def where(self, keep: Iterable[bool]) -> Table:
        """The rows for which ``keep`` is true."""
        chosen = [i for i, k in enumerate(keep) if k]
        return Table({n: [c[i] for i in chosen] for n, c in self._columns.items()}, self.kinds)

    def with_columns(self, columns: Mapping[str, Iterable[Any]]) -> Table:
        """A copy in which some columns are replaced."""
        return Table({**self._columns, **columns}, self.kinds)

    def to_frame(self) -> pd.DataFrame:
        """A fresh pandas frame; dtypes depend on the columns' kinds alone."""
        import pandas as pd

        return pd.DataFrame(
            {
                name: pd.Series(list(map(_held, values)), dtype=_DTYPES[self.kinds[name]])
                for name, values in self._columns.items()
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe plain data: kinds and columns; nan is null, infinities are "inf" and "-inf"."""
        return {
            "kinds": dict(self.kinds),
            "columns": {
                name: [json_number(v) for v in column] for name, column in self._columns.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Table:
        """The table that `to_dict` described."""
        return cls(data["columns"], data["kinds"])


def _cell(value: Any, kind: ColumnKind) -> Any:
    value = plain(value)
    if kind == "number":
        return math.nan if value is None else float(value)
    if value is None:
        return None
    if kind == "count":
        return _whole(value)
    return {"text": str, "truth": bool}[kind](value)


def _held(value: Any) -> Any:
    """A cell as engines can hold it: half a character of UTF-16 has no form in UTF-8."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", errors="replace").decode("utf-8")


def _whole(value: Any) -> int:
    """A count as whole as a column of 64 bits holds it."""
    number = int(value)
    if abs(number) > _LARGEST:
        raise InputError.of(
            f"a count is {show(value)}; a table holds whole numbers up to {_LARGEST:.0e}.",
            code="count_too_large",
            got=value,
        )
    return number


def json_number(value: Any) -> Any:
    """A number as JSON knows it: nan is null, infinities are words."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    if math.isnan(value):
        return None
    return "inf" if value > 0 else "-inf"


def plain(value: Any) -> Any:
    """Plain, frozen Python data: numpy and pandas scalars unwrapped, sequences as tuples, nan as
    None.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value.value if isinstance(value, StrEnum) else value
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
        if not isinstance(value, float):
            return plain(value)
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Table):
        return value
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(
            plain(v)
            for v in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)
        )
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    return str(value)
