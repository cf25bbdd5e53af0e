"""Knows how columns of numbers, binary labels and groups become checked arrays of one length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._binary import positives
from coprep.fairness._columns import Coded, code_column, one_column
from coprep.fairness._rows import MISSING, _length, columns_of, crossed, with_category
from coprep.wording.labels import show

__all__ = ["Measured", "Missing", "measured"]

Floats = NDArray[np.float64]
Missing = Literal["raise", "drop", "category"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Numbers and groups of the rows that are complete.

    Attributes
    ----------
    columns : mapping of str to array
        Numbers; binary labels as 0 and 1.
    codes : array of int
        Group of each row: a place in `labels`.
    labels : tuple
        The groups; crossed ones are tuples.
    features : mapping of str to array
        Each sensitive feature coded on its own, with its levels.
    weight : array or None
        Weight of each row.
    dropped : mapping of str to int
        Rows left out, and how many values each column lacked.
    """

    columns: Mapping[str, Floats]
    codes: NDArray[np.intp]
    labels: tuple[Any, ...]
    features: Mapping[str, Coded]
    weight: Floats | None
    dropped: Mapping[str, int]

    @property
    def size(self) -> int:
        """Number of groups."""
        return len(self.labels)


def measured(
    numeric: Mapping[str, Any],
    binary: Mapping[str, Any],
    *,
    sensitive_features: Any,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: str = "raise",
) -> Measured:
    """Columns checked, coded and, where asked for, rid of rows with missing values."""
    if missing not in MISSING:
        raise InputError.choice("missing", missing, MISSING)
    features = columns_of(sensitive_features, "group")
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    binary, numeric, weights = (
        {name: one_column(values, name) for name, values in group.items()}
        for group in (binary, numeric, weights)
    )
    given = [*binary.items(), *numeric.items(), *features.items(), *weights.items()]
    n = _length([(name, column) for name, column in given if column is not None])
    lacking = next((name for name, column in given if column is None), None)
    if lacking is not None:
        raise InputError.of(
            f"{lacking} is None; one value a row expected.", code="missing", param=lacking
        )
    columns: dict[str, Floats] = {
        name: _numbers(values, name) for name, values in {**numeric, **weights}.items()
    }
    if binary:
        for name, flags in positives(dict(binary), pos_label).items():
            columns[name] = np.where(flags < 0, np.nan, flags.astype(np.float64))
    coded = {name: code_column(values, name) for name, values in features.items()}
    return _complete(columns, coded, n, missing)


def _numbers(values: Any, name: str) -> Floats:
    """One number a row; None and nan are missing."""
    try:
        array = _as_array(values)
        texts = array.dtype.kind == "O" and any(isinstance(v, (str, bytes)) for v in array.flat)
        converted = None if texts or array.dtype.kind not in "biufO" else array.astype(np.float64)
    except (TypeError, ValueError):
        converted = None
    if converted is None or converted.ndim != 1:
        column = hasattr(values, "__len__") and not isinstance(
            values, (str, bytes)
        )  # of which no row is shown
        what = "it holds something else" if column else f"not {show(values)}"
        raise InputError.of(
            f"{name} must be a column of numbers; {what}.", code="not_numbers", param=name
        )
    if np.isinf(converted).any():
        raise InputError.of(
            f"{name} has {int(np.isinf(converted).sum()):,} infinite values.", param=name
        )
    if name == "sample_weight" and (converted < 0).any():
        raise InputError.of(
            f"sample_weight has {show(float(converted.min()))}; from 0 expected.", param=name
        )
    return converted


def _as_array(values: Any) -> NDArray[Any]:
    if (
        type(values).__module__.partition(".")[0] == "pyarrow"
    ):  # its own conversion refuses missing values
        values = (
            values.to_numpy(zero_copy_only=False)
            if hasattr(values, "is_valid")
            else values.to_numpy()
        )
    elif hasattr(values, "to_numpy"):
        values = values.to_numpy()
    return np.asarray(values)


def _complete(
    columns: dict[str, Floats], coded: dict[str, Coded], n: int, missing: str
) -> Measured:
    lost = {
        name: int(np.isnan(values).sum())
        for name, values in columns.items()
        if np.isnan(values).any()
    }
    groups_lost = {name: column.missing for name, column in coded.items() if column.missing}
    if missing == "category" and groups_lost:
        coded = {name: with_category(column, name) for name, column in coded.items()}
        groups_lost = {}
    everything = {**lost, **groups_lost}
    if everything and missing != "drop":
        name, k = next(iter(everything.items()))
        raise InputError.of(
            f"{name} is missing in {k:,} of {n:,} rows.",
            code="missing",
            param=name,
            got=k,
            hint='pass missing="drop" to leave those rows out and report them.',
        )
    keep = np.ones(n, dtype=bool)
    for values in columns.values():
        keep &= ~np.isnan(values)
    for column in coded.values():
        keep &= np.asarray(column.codes) >= 0
    if not keep.any():
        raise InputError.of("no row is complete: there is nothing to compare.", code="empty")
    kept = {
        name: Coded(np.asarray(c.codes)[keep], c.labels, 0, c.declared) for name, c in coded.items()
    }
    one = crossed(kept)
    codes = (
        np.asarray(one.codes, dtype=np.intp) if kept else np.zeros(int(keep.sum()), dtype=np.intp)
    )
    numbers = {name: values[keep] for name, values in columns.items()}
    weight = numbers.pop("sample_weight", None)
    dropped = {"rows": int(n - keep.sum()), **everything} if everything else {}
    if weight is not None and (weight == 0).any() and weight.any():
        at = (
            weight > 0
        )  # rows without weight are not there; a group of nothing else is listed as absent
        numbers, codes, weight = (
            {name: values[at] for name, values in numbers.items()},
            codes[at],
            weight[at],
        )
        kept = {
            name: Coded(np.asarray(c.codes)[at], c.labels, 0, c.declared)
            for name, c in kept.items()
        }
    return Measured(numbers, codes, one.labels, kept, weight, dropped)
