"""Columns of any container, one value a row: groups as codes by the one rule of labels, labels of outcomes, numbers.

Group names follow `coprep.data.labels`: "Female" and " female" are one group, named as most rows
spell it; 3 and 3.0 are "3"; words that say nothing ("prefer not to say") are the group `UNKNOWN`;
only true nulls (None, nan, NA) are missing. Codes that an engine keeps already (pandas Categorical,
Arrow dictionaries, Polars Categorical and Enum) are used as they are, so that text is looked at
once for every different value and not once a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold, known_label, label
from coprep.errors import InputError
from coprep.wording.labels import listed, show

UNKNOWN = "(unknown)"
Codes = NDArray[Any]
_FIGURES = (int, float, np.number)
_TRUTHS = (bool, np.bool_)
_WIDEST = 1_024  # whole numbers spread over fewer values than this are their own codes
_CHUNK = 1 << 16  # codes that stay in the processor's cache
_TABULAR = {"pandas", "polars", "pyarrow", "narwhals"}
_LAZY = {"dask", "dask_expr", "duckdb", "_duckdb", "ibis", "pyspark", "sqlframe"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as whole numbers.

    Attributes
    ----------
    codes : array of int
        Places in `labels`; below 0 where the value is missing.
    labels : tuple
        The different values.
    missing : int
        How many values are missing.
    """

    codes: Codes
    labels: tuple[Any, ...]
    missing: int = 0

    def __len__(self) -> int:
        return len(self.codes)

    def at(self, rows: Any) -> Column:
        """The column of some rows; none of them may be missing."""
        return Column(self.codes[rows], self.labels)


def narrow(size: int) -> type[np.signedinteger[Any]]:
    """The smallest signed integer type that holds codes up to ``size``."""
    if size < 127:
        return np.int8
    return np.int16 if size < 32_000 else np.int64


# -- what a column is ------------------------------------------------------------------------------


def must_be_here(values: Any, name: str) -> None:
    """Refuse columns whose values are still in an engine of their own."""
    library = _library(values)
    if library in _LAZY or type(values).__name__ in ("LazyFrame", "Expr"):
        engine = library.lstrip("_")
        raise InputError.of(
            f"{name} is still with its engine ({engine}), which has not been asked for values.",
            code="not_a_column",
            param=name,
            hint="pass the whole frame to GroupTable.from_frame, where the engine counts.",
        )


def _library(values: Any) -> str:
    return type(values).__module__.partition(".")[0]


def one_column(values: Any, name: str) -> Any:
    """One value a row: the only column of a frame, what is behind a wrapper, or what any iterable
    holds.
    """
    must_be_here(values, name)
    if _library(values) == "narwhals":
        values = values.to_native()
    if isinstance(values, np.ma.MaskedArray):
        plain = values.data.astype(object)
        plain[np.ma.getmaskarray(values)] = None
        values = plain
    values = _unwrapped(values)
    shape = getattr(values, "shape", None)
    if isinstance(shape, tuple) and len(shape) == 2 and shape[1] == 1:
        names = _column_names(values)
        values = values[:, 0] if names is None else values[names[0]]
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__len__"):
        raise InputError.of(
            f"{name} is {show(values)}; a column with one value a row expected.",
            code="not_a_column",
            param=name,
        )
    if getattr(values, "ndim", 1) != 1:
        raise _not_one_dimension(values, name)
    if isinstance(values, (np.ndarray, list, tuple)) or _library(values) in _TABULAR:
        return values
    return list(values)


def _unwrapped(values: Any) -> Any:
    """What tensors and arrays of other libraries say that they hold; anything else as it is."""
    known = isinstance(values, np.ndarray) or _library(values) in _TABULAR
    return values if known or not hasattr(values, "__array__") else np.asarray(values)


def _not_one_dimension(values: Any, name: str) -> InputError:
    """That a column is none; of two columns of numbers, which to take."""
    hint = None
    if values.ndim == 2 and values.shape[1] == 2 and name in ("y_pred", "y_score"):
        hint = "predict_proba gives a column for each label; take that of the positive one: [:, 1]."
    return InputError.of(
        f"{name} has {values.ndim} dimensions; one expected.",
        code="shape",
        param=name,
        got=values.shape,
        hint=hint,
    )


def _column_names(values: Any) -> Sequence[Any] | None:
    """The columns of a frame: Arrow tables and other frames call them differently."""
    names = getattr(values, "column_names", None)
    names = getattr(values, "columns", None) if names is None else names
    return None if names is None or callable(names) else names


def columns_of(value: Any, default: str) -> dict[str, Any]:
    """The columns of a feature argument, by name."""
    if value is None:
        return {}
    must_be_here(value, default)
    named = list(_named_columns(value, default))
    if not named:
        raise InputError.of(
            f"{default} has no columns.",
            code="empty",
            param=default,
            hint="pass None for no groups.",
        )
    names = [str(name) for name, _ in named]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError.of(
            f"{len(named)} columns make {default}, and more than one is called {show(twice[0])}.",
            code="same_name",
            param=default,
            hint="give each column a name of its own.",
        )
    return {str(name): one_column(column, str(name)) for name, column in named}


def _named_columns(value: Any, default: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    names = _column_names(value)
    if names is not None:
        return ((name, value[name]) for name in names)
    name = getattr(value, "name", None)
    plain = _unwrapped(value)
    if isinstance(plain, np.ndarray) and plain.ndim == 2:
        return ((f"{default}_{i}", plain[:, i]) for i in range(plain.shape[1]))
    return [(default if name in (None, "") else name, plain)]


# -- groups ----------------------------------------------------------------------------------------


def groups_of(values: Any, name: str) -> Column:
    """A column of groups, named by the one rule of labels; declared categories keep their order.

    >>> column = groups_of(["b", "A", " a", "a", None, "prefer not to say"], "sex")
    >>> column.labels, column.codes.tolist(), column.missing
    (('a', 'b', '(unknown)'), [1, 0, 0, 0, -1, 2], 1)
    """
    codes, raw, declared = _coded(values, name, mixed=False)
    named = [_group(value) for value in raw]
    labels, places = _grouped(named, codes, declared=declared)
    if places != list(range(len(raw))):
        lookup = np.array([*places, -1], dtype=narrow(len(raw)))  # the last serves code -1
        codes = lookup[codes]
    missing = 0
    if codes.size and codes.min() < 0:
        missing = int((codes < 0).sum())
    return Column(codes, labels, missing)


def _group(value: Any) -> str | None:
    """The name of a group; None where the value is missing."""
    named = label(value)
    if named is None:
        return UNKNOWN if isinstance(value, str) else None
    return known_label(named) or UNKNOWN


def group_label(value: Any) -> Any:
    """The name by which a group that a user wrote is known; of crossed groups, each part's.

    >>> group_label(3.0), group_label((True, " f ")), group_label("n/a")
    ('3', ('Yes', 'f'), '(unknown)')
    """
    if isinstance(value, tuple):
        return tuple(group_label(part) for part in value)
    return _group(value)


def is_unknown(group: Any) -> bool:
    """Whether it is not known, in any of its parts, what a group is."""
    return group == UNKNOWN or (isinstance(group, tuple) and UNKNOWN in group)


def _grouped(
    named: Sequence[str | None], codes: Codes, *, declared: bool
) -> tuple[tuple[str, ...], list[int]]:
    """The groups in order, and for each of the engine's values its place among them, -1 where it is
    missing.
    """
    spellings: dict[str, list[str]] = {}
    for group in named:
        if group is not None:
            spellings.setdefault(fold(group), []).append(group)
    chosen = {folded: alike[0] for folded, alike in spellings.items()}
    if any(len(set(alike)) > 1 for alike in spellings.values()):
        rows = dict.fromkeys([group for group in named if group is not None], 0)
        counts = np.bincount(codes[codes >= 0], minlength=len(named)).tolist()
        for group, n in zip(named, counts, strict=True):
            if group is not None:
                rows[group] += n
        for folded, alike in spellings.items():
            chosen[folded] = min(set(alike), key=lambda group: (-rows[group], group))
    order = list(chosen.values()) if declared else in_order(chosen.values())
    if UNKNOWN in order:
        order = [*(group for group in order if group != UNKNOWN), UNKNOWN]
    place = {group: i for i, group in enumerate(order)}
    places = [-1 if group is None else place[chosen[fold(group)]] for group in named]
    return tuple(order), places


def in_order(labels: Iterable[Any]) -> list[Any]:
    """Labels sorted without comparing unlike things: numbers by size, then text, then tuples, then the rest.

    >>> in_order(["b", "10", "a", "2"]), in_order([True, "no", 0.5])
    (['2', '10', 'a', 'b'], [0.5, True, 'no'])
    """
    return sorted(labels, key=_rank)


def _rank(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return 3, tuple(_rank(part) for part in value)
    if isinstance(value, (bool, int, float)):
        return 0, value, ""
    if not isinstance(value, str):
        return 2, type(value).__name__, str(value)
    try:
        return 0, float(value), value
    except ValueError:
        return 1, value


# -- labels of outcomes ----------------------------------------------------------------------------


def values_of(values: Any, name: str) -> Column:
    """A column of outcomes: every different value as it is; whole floats are whole numbers, True is
    1.
    """
    codes, raw, _ = _coded(values, name, mixed=True)
    plain = [_plain(value) for value in raw]
    labels = tuple(in_order({value for value in plain if value is not None}))
    place = {value: i for i, value in enumerate(labels)}
    lookup = [-1 if value is None else place[value] for value in plain]
    codes = np.array([*lookup, -1], dtype=narrow(len(labels)))[codes]
    return Column(codes, labels, int((codes < 0).sum()))


def _plain(value: Any) -> Any:
    """A value as plain Python data, None where it is missing; whole floats as integers, so that
    engines agree.
    """
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if type(value).__name__ == "Decimal":
        value = float(value)
    missing = isinstance(value, float) and math.isnan(value)
    if value is None or missing or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


# -- codes as engines keep them --------------------------------------------------------------------


def _coded(values: Any, name: str, *, mixed: bool) -> tuple[Codes, list[Any], bool]:
    """Codes, the value of each, and whether the values were declared beforehand, so that absent ones count too.

    ``mixed`` takes 1 and True for the same, as labels of outcomes do; groups of these names are
    two.
    """
    library = _library(values)
    found = None
    if library == "pandas":
        found = _from_pandas(values)
    elif library == "polars":
        found = _from_polars(values)
    elif library == "pyarrow":
        found = _from_arrow(values)
    elif isinstance(values, np.ndarray):
        found = _from_numpy(values)
    return _hashed(values, name, mixed=mixed) if found is None else found


def _from_pandas(values: Any) -> tuple[Codes, list[Any], bool] | None:
    array = getattr(values, "array", values)
    kind = array.dtype
    if type(kind).__name__ == "CategoricalDtype":
        return np.asarray(array.codes), array.categories.tolist(), True
    if type(kind).__name__ == "StringDtype" and kind.storage == "pyarrow":
        return _from_arrow(array.__arrow_array__())
    return _from_numpy(values.to_numpy()) if isinstance(kind, np.dtype) else None


def _from_polars(values: Any) -> tuple[Codes, list[Any], bool] | None:
    import polars as pl

    if isinstance(values.dtype, pl.Enum):
        return _polars_codes(values), values.dtype.categories.to_list(), True
    if values.dtype == pl.String:
        values = values.cast(pl.Categorical)
    if not isinstance(values.dtype, pl.Categorical):
        return None if values.null_count() else _from_numpy(values.to_numpy())
    # Columns may share one pool of values: only those that occur here become labels.
    codes = _polars_codes(values)
    row = np.full(int(codes.max(initial=0)) + 2, -1, dtype=np.intp)  # the last place serves -1
    for start in range(0, len(codes), _CHUNK):
        part = codes[start : start + _CHUNK]
        row[part] = np.arange(start, start + len(part))
        if row[:-1].min() >= 0:
            break
    used = np.flatnonzero(row[:-1] >= 0)
    lookup = np.full(len(row), -1, dtype=narrow(len(used)))
    lookup[used] = np.arange(len(used))
    return lookup[codes], values.gather(row[used]).cast(pl.String).to_list(), False


def _polars_codes(values: Any) -> Codes:
    import polars as pl

    physical = values.to_physical()
    if values.null_count():
        physical = physical.cast(pl.Int64).fill_null(-1)
    return np.asarray(physical.to_numpy())


def _from_arrow(values: Any) -> tuple[Codes, list[Any], bool] | None:
    import pyarrow as pa

    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    declared = isinstance(array, pa.DictionaryArray)
    if not declared:
        if pa.types.is_nested(array.type) or pa.types.is_floating(array.type):
            return None
        array = array.dictionary_encode()
    indices = array.indices.fill_null(-1) if array.indices.null_count else array.indices
    return indices.to_numpy(zero_copy_only=False), array.dictionary.to_pylist(), declared


def _from_numpy(values: NDArray[Any]) -> tuple[Codes, list[Any], bool] | None:
    """Booleans and whole numbers in a small range: they are codes already, once values that do not
    occur are gone.
    """
    if not values.size or values.dtype.kind not in "biu":
        return None
    if values.dtype.kind == "b":
        return _closed_up(values.view(np.int8), [False, True])
    least = int(values.min())
    most = int(values.max())
    if most - least >= _WIDEST or most > np.iinfo(np.int64).max:
        return None
    offsets = values if least == 0 else values.astype(np.int64) - least
    return _closed_up(offsets, list(range(least, most + 1)))


def _closed_up(codes: Codes, labels: list[Any]) -> tuple[Codes, list[Any], bool]:
    seen = np.zeros(len(labels), dtype=bool)
    for start in range(0, len(codes), _CHUNK):
        seen |= np.bincount(codes[start : start + _CHUNK], minlength=len(labels)) > 0
    if seen.all():
        return codes, labels, False
    lookup = (np.cumsum(seen) - 1).astype(narrow(len(labels)))
    return lookup[codes], [labels[i] for i in np.flatnonzero(seen)], False


def _hashed(values: Any, name: str, *, mixed: bool) -> tuple[Codes, list[Any], bool]:
    import pandas as pd

    if not isinstance(values, np.ndarray) and _library(values) != "pandas":
        values = values.to_pylist() if hasattr(values, "to_pylist") else list(values)
        values = np.fromiter(values, dtype=object, count=len(values))  # 1 and "1" stay apart
    try:
        codes, labels = pd.factorize(values)
    except TypeError as error:
        raise InputError.of(
            f"{name} holds values that cannot be told apart: {show(str(error))}.",
            code="unhashable",
            param=name,
            hint="use plain labels such as text or numbers.",
        ) from None
    found = list(labels)
    if not mixed and any(isinstance(value, (*_FIGURES, *_TRUTHS)) for value in found):
        _must_stay_apart(values, name)
    return codes, found, False


def _must_stay_apart(values: Any, name: str) -> None:
    """Refuse a column that holds both 1 and True, or 0 and False, which Python takes for the
    same.
    """
    truths = {int(value) for value in values if isinstance(value, _TRUTHS)}
    if not truths:
        return
    figures = (v for v in values if isinstance(v, _FIGURES) and not isinstance(v, _TRUTHS))
    for both in sorted(truths & {value for value in figures if value in (0, 1)}, reverse=True):
        raise InputError.of(
            f"{name} holds both {both} and {bool(both)}, which would become one.",
            code="same_name",
            param=name,
            hint="use labels of one kind, such as text.",
        )


# -- numbers ---------------------------------------------------------------------------------------


def numbers_of(values: Any, name: str) -> NDArray[np.float64]:
    """One number a row; None and nan are missing."""
    converted = None
    try:
        array = _as_array(values)
        texts = array.dtype.kind == "O" and any(isinstance(v, (str, bytes)) for v in array.flat)
        if not texts and array.dtype.kind in "biufO":
            converted = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        converted = None  # what numpy says of it would tell of single rows
    if converted is None or converted.ndim != 1:
        raise InputError.of(
            f"{name} must be a column of numbers; it holds something else.",
            code="not_numbers",
            param=name,
        )
    infinite = int(np.isinf(converted).sum())
    if infinite:
        raise InputError.of(f"{name} has {infinite:,} infinite values.", param=name)
    return converted


def _as_array(values: Any) -> NDArray[Any]:
    if _library(values) == "pyarrow":
        return np.asarray(values.to_pandas())
    return np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)


def amounts_of(values: Any, name: str) -> NDArray[np.float64]:
    """One number from 0 a row; nan is missing."""
    amounts = numbers_of(values, name)
    bad = amounts[amounts < 0]
    if len(bad):
        raise InputError.of(
            f"{name} has {listed(bad.tolist())}; finite numbers from 0 expected.",
            param=name,
            got=float(bad[0]),
        )
    return amounts
