"""Knows how any column becomes small integer codes and labels, without touching text where codes are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._pieces import coded_in_pieces, narrow
from coprep.wording.labels import show

__all__ = ["Coded", "as_coded", "code_column", "in_order", "must_be_here", "one_column"]

Codes = NDArray[Any]
_CHUNK = 1 << 16
_LARGEST = np.iinfo(np.int64).max
_FIGURES = (int, float, np.number, np.bool_)
_WIDEST = (
    1_024  # integers spread over fewer values than this are their own codes; others are hashed
)


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as integers.

    Attributes
    ----------
    codes : array of int
        Places in `labels`; below 0 where the value is missing.
    labels : tuple
        The values.
    missing : int
        How many values are missing.
    declared : bool
        Whether the labels were declared by whoever made the column, so that even those without rows count.
    places : array of int, optional
        Where the label of each code stands in `labels`, while codes are still as the engine numbered them: it is
        cheaper to bring counted cells into order than rows.
    """

    codes: Codes
    labels: tuple[Any, ...]
    missing: int = 0
    declared: bool = False
    places: Codes | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.labels) if self.places is None else len(self.places)

    def in_place(self) -> Coded:
        """The same column with codes that are places in `labels`."""
        if self.places is None:
            return self
        lookup = np.array([*self.places, -1], dtype=narrow(len(self.labels)))
        return replace(self, codes=lookup[self.codes], places=None)


def _plain(label: Any) -> Any:
    """A label as plain Python data; whole floats as integers, so that engines agree."""
    if hasattr(label, "item") and getattr(label, "shape", None) == ():
        label = label.item()
    if type(label).__name__ == "Decimal":
        label = float(label)
    return int(label) if isinstance(label, float) and label.is_integer() else label


def _rank(label: Any) -> tuple[Any, ...]:
    if isinstance(label, tuple):
        return 3, tuple(_rank(part) for part in label)
    if isinstance(label, (bool, int, float)):
        return 0, label
    return (1, label) if isinstance(label, str) else (2, type(label).__name__, str(label))


def in_order(labels: Iterable[Any]) -> list[Any]:
    """Labels sorted without comparing unlike things: numbers, then text, then the rest by type.

    >>> in_order(["b", 10, "a", 2, None])
    [2, 10, 'a', 'b', None]
    """
    return sorted(labels, key=_rank)


def _sorted(codes: Codes, labels: Sequence[Any]) -> Coded:
    """An engine's codes with its labels in order; labels that turn out equal share a place."""
    codes = codes.astype(narrow(len(labels)), copy=False)
    plain = [_plain(label) for label in labels]
    ordered = in_order(dict.fromkeys(plain))
    place = {label: i for i, label in enumerate(ordered)}
    places = (
        None if ordered == plain else np.array([place[label] for label in plain], dtype=np.intp)
    )
    return Coded(codes, tuple(ordered), _missing(codes), places=places)


def _missing(codes: Codes) -> int:
    return int((codes < 0).sum()) if codes.size and codes.min() < 0 else 0


def _kept(codes: Any, labels: Iterable[Any]) -> Coded:
    """Codes that an engine keeps already, with the labels in the order in which they were declared."""
    array = np.asarray(codes)
    return Coded(array, tuple(_plain(label) for label in labels), _missing(array), declared=True)


def _from_pandas(values: Any, name: str) -> Coded | None:
    kind = values.dtype
    if type(kind).__name__ == "CategoricalDtype":
        categorical = values.array if hasattr(values, "array") else values
        return _kept(categorical.codes, categorical.categories)
    if type(kind).__name__ == "StringDtype" and kind.storage == "pyarrow":
        return _from_arrow(
            (values.array if hasattr(values, "array") else values).__arrow_array__(), name
        )
    return _from_numpy(values.to_numpy()) if isinstance(kind, np.dtype) else None


def _from_polars(values: Any) -> Coded | None:
    import polars as pl

    if values.dtype == pl.String:
        return _from_polars_text(values)
    if not isinstance(values.dtype, (pl.Categorical, pl.Enum)):
        return None if values.null_count() else _from_numpy(values.to_numpy())
    codes = _polars_codes(values)
    return (
        _kept(codes, values.dtype.categories)
        if isinstance(values.dtype, pl.Enum)
        else _from_pool(codes, values)
    )


def _from_polars_text(values: Any) -> Coded:
    """Text in a pool of its own, where every value occurs; early versions have but one pool, which all share."""
    import polars as pl

    if not hasattr(pl, "Categories"):
        shared = values.cast(pl.Categorical)
        return _from_pool(_polars_codes(shared), shared)

    def encode(piece: slice) -> tuple[Codes, Sequence[Any]]:
        part = values[piece]
        pool = pl.Categories.random(physical=pl.UInt8)
        try:
            own = part.cast(
                pl.Categorical(pool)
            )  # held by a name: the pool is emptied with its last column
        except pl.exceptions.ComputeError:  # more values than a byte can number
            pool = pl.Categories.random()
            own = part.cast(pl.Categorical(pool))
        return _polars_codes(own), pool.to_series().to_list()

    return _sorted(*coded_in_pieces(encode, len(values)))


def _polars_codes(values: Any) -> Codes:
    import polars as pl

    physical = values.to_physical()
    codes: Codes = (
        physical.cast(pl.Int64).fill_null(-1) if values.null_count() else physical
    ).to_numpy()
    return codes


def _from_pool(codes: Codes, values: Any) -> Coded:
    """Codes into a pool that other columns share: only values that occur here become labels."""
    row = np.full(
        int(codes.max(initial=0)) + 2, -1, dtype=np.intp
    )  # one that has the code; the last serves code -1
    for start in range(0, len(codes), _CHUNK):
        part = codes[start : start + _CHUNK]
        row[part] = np.arange(start, start + len(part))
        if row[:-1].min() >= 0:
            break
    used = np.flatnonzero(row[:-1] >= 0)
    if len(used) < len(row) - 1:
        lookup = np.full(len(row), -1, dtype=narrow(len(used)))
        lookup[used] = np.arange(len(used))
        codes = lookup[codes]
    return _sorted(codes, values.gather(row[used]).cast(str).to_list())


def _from_arrow(values: Any, name: str) -> Coded:
    import pyarrow as pa

    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.DictionaryArray):
        nameless = array.dictionary.null_count  # a label that is missing is no label
        return _hashed(array.to_pylist(), name) if nameless else _kept(*_arrow_codes(array))
    if pa.types.is_nested(array.type) or pa.types.is_floating(
        array.type
    ):  # not encoded; not a number is missing
        return _hashed(array.to_pylist(), name)
    return _sorted(
        *coded_in_pieces(lambda piece: _arrow_codes(array[piece].dictionary_encode()), len(array))
    )


def _arrow_codes(array: Any) -> tuple[Codes, list[Any]]:
    indices = array.indices.fill_null(-1) if array.null_count else array.indices
    return indices.to_numpy(zero_copy_only=False), array.dictionary.to_pylist()


def _from_numpy(values: NDArray[Any]) -> Coded | None:
    if values.dtype.kind == "b" and values.size:
        low, high = bool(values.all()), bool(values.any())
        return Coded(
            (values if high > low else values & False).view(np.int8), tuple(sorted({low, high}))
        )
    if values.dtype.kind in "iu" and values.size:
        least, most = int(values.min()), int(values.max())
        if most - least < _WIDEST and most <= _LARGEST:
            return _narrow(
                values if least == 0 else values.astype(np.int64) - least, least, most - least + 1
            )
    return None


def _narrow(offsets: NDArray[Any], low: int, size: int) -> Coded:
    """Integers within a small range: they are codes already, once values that do not occur are closed up."""
    seen = np.zeros(size, dtype=bool)
    for start in range(0, len(offsets), _CHUNK):
        seen |= np.bincount(offsets[start : start + _CHUNK], minlength=size) > 0
    labels = tuple(int(i) + low for i in np.flatnonzero(seen))
    if len(labels) == size:
        return Coded(offsets, labels)
    return Coded((np.cumsum(seen) - 1).astype(narrow(size))[offsets], labels)


def _hashed(values: Any, name: str, mixed: bool = False) -> Coded:
    import pandas as pd

    if isinstance(values, (list, tuple, range)):
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
    if not mixed and any(isinstance(label, _FIGURES) and label in (0, 1) for label in labels):
        _must_stay_apart(values, name)  # which looks at every value
    return _sorted(codes, list(labels))


def _must_stay_apart(values: Any, name: str) -> None:
    """Refuse a column that holds both 1 and True, or 0 and False, which Python takes for the same."""
    kinds = set(map(type, values))
    truths = tuple(kind for kind in kinds if issubclass(kind, (bool, np.bool_)))
    figures = tuple(kind for kind in kinds - set(truths) if issubclass(kind, _FIGURES))
    if not truths or not figures:
        return
    seen = [
        {int(value) for value in values if type(value) in of and value in (0, 1)}
        for of in (truths, figures)
    ]
    for both in sorted(seen[0] & seen[1], reverse=True):
        raise InputError.of(
            f"{name} holds both {both} and {bool(both)}, which would become one.",
            code="same_name",
            param=name,
            hint="use labels of one kind, such as text.",
        )


_LAZY = {"dask", "dask_expr", "duckdb", "_duckdb", "ibis", "pyspark", "sqlframe"}


def must_be_here(values: Any, name: str) -> None:
    """Refuse columns whose values are still in an engine of their own."""
    library = type(values).__module__.partition(".")[0]
    if library in _LAZY or type(values).__name__ in ("LazyFrame", "Expr"):
        raise InputError.of(
            f"{name} is still with its engine ({library.lstrip('_')}), which has not been asked for values.",
            code="not_a_column",
            param=name,
            hint="pass the whole frame to GroupTable.from_frame, where the engine counts, and ask the table.",
        )


def one_column(values: Any, name: str) -> Any:
    """The column of a frame or array that has a single one; anything else as it is."""
    must_be_here(values, name)
    values = _unmasked(values)
    shape = getattr(values, "shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] != 1:
        return values
    if isinstance(values, np.ndarray):
        return values[:, 0]
    names = getattr(
        values, "column_names", None
    )  # an Arrow table's; other frames call them columns
    names = getattr(values, "columns", None) if names is None else names
    return values if names is None else values[names[0]]


def _unmasked(values: Any) -> Any:
    """What numpy masks is missing."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    plain = values.data.astype(object)
    plain[np.ma.getmaskarray(values)] = None
    return plain


def code_column(values: Any, name: str, *, mixed: bool = False) -> Coded:
    """Any one-dimensional column as labels and codes that are places in them.

    ``mixed`` takes 1 and True for the same, as labels of outcomes do; groups of these names are two.

    Raises
    ------
    InputError
        Where ``values`` is no column, or its values cannot be told apart.
    """
    return as_coded(values, name, mixed=mixed).in_place()


def as_coded(values: Any, name: str, *, mixed: bool = False) -> Coded:
    """The same with the codes that the engine gave, where it gave any."""
    if type(values).__module__.partition(".")[0] == "narwhals":
        values = values.to_native()
    values = _unmasked(values)
    library = type(values).__module__.partition(".")[0]
    coded: Coded | None = None
    if library == "pyarrow":
        return _from_arrow(values, name)
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__len__"):
        raise InputError.of(
            f"{name} is {show(values)}; a column with one value a row expected.",
            code="not_a_column",
            param=name,
        )
    if getattr(values, "ndim", 1) != 1:
        raise InputError.of(
            f"{name} has {values.ndim} dimensions; one expected.",
            code="shape",
            param=name,
            got=values.shape,
        )
    if library == "pandas":
        coded = _from_pandas(values, name)
    elif library == "polars":
        coded = _from_polars(values)
        values = values if coded else values.to_list()
    elif isinstance(values, np.ndarray):
        coded = _from_numpy(values)
    return coded or _hashed(values, name, mixed)
