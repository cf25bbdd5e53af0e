"""Reads columns as fairlearn does: by position, a name for every feature, nothing recoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Features: TypeAlias = ArrayLike | Mapping[str, ArrayLike] | pd.DataFrame


def squeezed(values: ArrayLike) -> NDArray[Any]:
    """Give an array without axes of length one; one value stays an array of one."""
    array = np.asarray(values)
    if array.size == 1:
        return array.reshape(1)
    return np.squeeze(array)


def one_a_row(values: ArrayLike) -> NDArray[Any]:
    """Give an array of rows whose type does not depend on how narrow its numbers were stored."""
    array = squeezed(values)
    if array.ndim != 1:
        return array
    if array.dtype == object:
        return np.asarray(array.tolist())
    if array.dtype.kind == "i":
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    return array


def same_length(*columns: Any) -> None:
    """Refuse columns of different lengths; None is no column."""
    lengths = [_length(column) for column in columns if column is not None]
    if len(set(lengths)) > 1:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {lengths}")


def _length(column: Any) -> int:
    """Count rows; a single value is one."""
    if np.ndim(column) == 0 and not hasattr(column, "__len__"):
        return 1
    return len(column)


def weights_of(sample_weight: ArrayLike | None, rows: int) -> NDArray[Any]:
    """Give one weight a row; without weights each row counts once."""
    if sample_weight is None:
        return np.ones(rows)
    weights = squeezed(sample_weight)
    same_length(range(rows), weights)
    return weights


def usable_weights(sample_weight: ArrayLike | None, rows: int) -> NDArray[Any]:
    """Give one weight a row, of which some count."""
    weights = weights_of(sample_weight, rows)
    if not np.isfinite(weights).all():
        raise ValueError("sample_weight holds values that are missing or infinite.")
    if not weights.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weights


def read_features(features: Features, *, base: str, rows: int) -> dict[str, list[Any]]:
    """Give each feature under its own name, or under a numbered one where it has none."""
    read: dict[str, list[Any]] = {}
    for position, column in enumerate(_columns(features)):
        name = getattr(column, "name", None)
        if name is None:
            name = f"{base}{position}"
        if not isinstance(name, str):
            raise ValueError(
                f"Series name must be a string. Value '{name}' was of type {type(name)}"
            )
        if name in read:
            raise ValueError(duplicate(name))
        values = list(column)
        same_length(range(rows), values)
        if bool(pd.isna(np.asarray(values, dtype=object)).any()):
            raise ValueError(
                f"Feature '{name}' contains missing values. "
                "Remove or replace them before constructing a MetricFrame"
            )
        read[name] = values
    return read


def duplicate(name: str) -> str:
    """Say that two features have one name."""
    return f"Detected duplicate feature name: '{name}'"


def _columns(features: Features) -> list[Any]:
    """Take what was given apart into columns."""
    if isinstance(features, pd.Series):
        return [features]
    if isinstance(features, Mapping):
        try:
            frame = pd.DataFrame.from_dict(dict(features))
        except ValueError as error:
            raise ValueError(
                "DataFrame.from_dict() failed on sensitive features. "
                "Please ensure each array is strictly 1-D. "
                "The __cause__ field of this exception may contain further information."
            ) from error
        return _frame_columns(frame)
    if isinstance(features, pd.DataFrame):
        return _frame_columns(features)
    if isinstance(features, list):
        if not all(pd.api.types.is_scalar(value) for value in features):
            raise ValueError("Feature lists must be of scalar types")
        return [features]
    # Without a type of its own, a table of words and numbers would become words.
    array = np.squeeze(np.asarray(features, dtype=object))
    if array.ndim == 1:
        return [array]
    if array.ndim == 2:
        return list(array.T)
    raise ValueError("Feature array has too many dimensions")


def _frame_columns(frame: pd.DataFrame) -> list[Any]:
    """Give the columns of a frame, all of whose names are text."""
    for name in frame.columns:
        if not isinstance(name, str):
            raise ValueError(
                f"DataFrame column names must be strings. Name '{name}' is of type {type(name)}"
            )
    return [frame.iloc[:, position] for position in range(frame.shape[1])]


def merged(features: Features) -> NDArray[Any]:
    """Give one label a row: of several features their words, joined by commas."""
    if isinstance(features, Mapping):
        features = pd.DataFrame(dict(features))
    array = np.asarray(features, dtype=object)
    if array.ndim == 1 or array.shape[1] == 1:
        return array.reshape(-1)
    # With commas of their own escaped, the words can be told apart again.
    words = [[str(word).replace("\\", "\\\\").replace(",", "\\,") for word in row] for row in array]
    labels = np.array([",".join(row) for row in words], dtype=object)
    # A row whose group is not known belongs to none.
    labels[pd.isna(array).any(axis=1)] = None
    return labels
