"""Knows how any column becomes small integer codes and labels, without touching text where codes are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError, show

__all__ = ["Coded", "code_column", "in_order", "one_column"]

Codes = NDArray[Any]
_CHUNK = 1 << 16
_WIDEST = 1_024  # integers spread over fewer values than this are their own codes; others are hashed


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
    """

    codes: Codes
    labels: tuple[Any, ...]
    missing: int = 0
    declared: bool = False

    def __len__(self) -> int:
        return len(self.codes)


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


def narrow(size: int) -> type[np.signedinteger[Any]]:
    """The smallest signed integer type that holds codes up to ``size``."""
    return np.int8 if size < 127 else np.int16 if size < 32_000 else np.int64


def _sorted(codes: Codes, labels: Sequence[Any], missing: int, *, declared: bool = False) -> Coded:
    """The same column with its labels in order; labels that turn out equal share a code."""
    plain = [_plain(label) for label in labels]
    ordered = in_order(dict.fromkeys(plain))
    if ordered == plain:
        return Coded(codes, tuple(ordered), missing, declared)
    place = {label: i for i, label in enumerate(ordered)}
    lookup = np.array([*(place[label] for label in plain), -1], dtype=narrow(len(ordered)))
    return Coded(lookup[codes], tuple(ordered), missing, declared)


def _missing(codes: Codes) -> int:
    return int((codes < 0).sum()) if codes.size and codes.min() < 0 else 0


def _kept(codes: Any, labels: Iterable[Any]) -> Coded:
    """Codes that an engine keeps already, with the labels in the order in which they were declared."""
    array = np.asarray(codes)
    return Coded(array, tuple(_plain(label) for label in labels), _missing(array), declared=True)


def _from_pandas(values: Any) -> Coded | None:
    kind = values.dtype
    if type(kind).__name__ == "CategoricalDtype":
        categorical = values.array if hasattr(values, "array") else values
        return _kept(categorical.codes, categorical.categories)
    return _from_numpy(values.to_numpy()) if isinstance(kind, np.dtype) else None


def _from_polars(values: Any) -> Coded | None:
    import polars as pl

    if values.dtype == pl.String:
        values = values.cast(pl.Categorical)
    if not isinstance(values.dtype, (pl.Categorical, pl.Enum)):
        return None if values.null_count() else _from_numpy(values.to_numpy())
    physical = values.to_physical()
    codes = physical.cast(pl.Int64).fill_null(-1).to_numpy() if values.null_count() else physical.to_numpy()
    if isinstance(values.dtype, pl.Enum):
        return _kept(codes, values.dtype.categories)
    return _from_pool(codes, values.drop_nulls().unique(), values.null_count())


def _from_pool(codes: Codes, used: Any, missing: int) -> Coded:
    """Codes into a pool that other columns share: only the values ``used`` here become labels."""
    places = used.to_physical().to_numpy().astype(np.int64)
    lookup = np.full(int(places.max(initial=-1)) + 2, -1, dtype=narrow(len(places)))
    lookup[places] = np.arange(len(places))
    return _sorted(lookup[codes], used.cast(str).to_list(), missing)


def _from_arrow(values: Any) -> Coded:
    array = values.combine_chunks() if hasattr(values, "combine_chunks") else values
    given = type(array).__name__ == "DictionaryArray"
    array = array if given else array.dictionary_encode()
    if not array.dictionary.null_count:
        indices = array.indices.fill_null(-1) if array.null_count else array.indices
        codes = indices.to_numpy(zero_copy_only=False)
        labels = array.dictionary.to_pylist()
        return _kept(codes, labels) if given else _sorted(codes, labels, _missing(codes))
    return _hashed(array.to_pylist(), "column")


def _from_numpy(values: NDArray[Any]) -> Coded | None:
    if values.dtype.kind == "b" and values.size:
        low, high = bool(values.all()), bool(values.any())
        return Coded((values if high > low else values & False).view(np.int8), tuple(sorted({low, high})))
    if values.dtype.kind in "iu" and values.size:
        least, most = int(values.min()), int(values.max())
        if most - least < _WIDEST:
            return _narrow(values if least == 0 else values.astype(np.int64) - least, least, most - least + 1)
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


def _hashed(values: Any, name: str) -> Coded:
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
    return _sorted(codes, list(labels), _missing(codes))


def one_column(values: Any) -> Any:
    """The column of a frame or array that has a single one; anything else as it is."""
    shape = getattr(values, "shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] != 1:
        return values
    if isinstance(values, np.ndarray):
        return values[:, 0]
    names = getattr(values, "column_names", None)  # an Arrow table's; other frames call them columns
    names = getattr(values, "columns", None) if names is None else names
    return values if names is None else values[names[0]]


def code_column(values: Any, name: str) -> Coded:
    """Any one-dimensional column as codes and labels.

    Raises
    ------
    InputError
        Where ``values`` is no column, or its values cannot be told apart.
    """
    if type(values).__module__.partition(".")[0] == "narwhals":
        values = values.to_native()
    library = type(values).__module__.partition(".")[0]
    coded: Coded | None = None
    if library == "pyarrow":
        return _from_arrow(values)
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__len__"):
        raise InputError.of(
            f"{name} is {show(values)}; a column with one value a row expected.", code="not_a_column", param=name
        )
    if getattr(values, "ndim", 1) != 1:
        raise InputError.of(
            f"{name} has {values.ndim} dimensions; one expected.", code="shape", param=name, got=values.shape
        )
    if library == "pandas":
        coded = _from_pandas(values)
    elif library == "polars":
        coded = _from_polars(values)
        values = values if coded else values.to_list()
    elif isinstance(values, np.ndarray):
        coded = _from_numpy(values)
    return coded or _hashed(values, name)
