"""Knows which rows are positive: bool and 0/1 as they are, anything else only when told which label is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._columns import Coded, code_column, in_order
from coprep.wording.labels import listed, show

__all__ = ["agreeing", "positives"]

Flags = NDArray[np.int8]


def positives(columns: dict[str, Any], pos_label: Any) -> dict[str, Flags]:
    """For ``y_true`` and ``y_pred``: 1, 0 or -1 (missing) a row.

    Raises
    ------
    InputError
        Where labels are neither bool nor 0/1 and no ``pos_label`` was given, or it does not occur.
    """
    plain = pos_label is None or (isinstance(pos_label, (int, np.integer)) and pos_label == 1)
    found = {name: _zero_one(values) if plain else None for name, values in columns.items()}
    if all(flags is not None for flags in found.values()):
        return {name: flags for name, flags in found.items() if flags is not None}
    coded = {name: code_column(values, name, mixed=True) for name, values in columns.items()}
    seen = {name: column.labels for name, column in coded.items()}
    if pos_label is None:
        _only_zero_one(seen)
        return {name: _flags(column, 1) for name, column in coded.items()}
    _must_occur(seen, pos_label)
    return {name: _flags(column, pos_label) for name, column in coded.items()}


def agreeing(columns: dict[str, Any], most: float) -> tuple[dict[str, Flags], frozenset[str]]:
    """The same where of so many labels it does not matter which is positive, and what the flags tell.

    Of two labels other than bool and 0/1 the last is taken for positive. Of more, ``y_pred`` is 1 where it is the
    label of ``y_true``, and ``y_true`` 1 throughout.
    """
    found = {name: _zero_one(values) for name, values in columns.items()}
    if all(flags is not None for flags in found.values()):
        return {name: flags for name, flags in found.items() if flags is not None}, frozenset(
            columns
        )
    coded = {name: code_column(values, name, mixed=True) for name, values in columns.items()}
    if all(_is_zero_one(label) for column in coded.values() for label in column.labels):
        return {name: _flags(column, 1) for name, column in coded.items()}, frozenset(columns)
    truth, guess = coded["y_true"], coded["y_pred"]
    _must_be_of_a_kind(truth.labels, guess.labels)
    place = {label: i for i, label in enumerate(dict.fromkeys((*truth.labels, *guess.labels)))}
    if len(place) > most:
        _only_zero_one({name: column.labels for name, column in coded.items()})
    if len(place) == 2:
        last = in_order(place)[-1]
        return {name: _flags(column, last) for name, column in coded.items()}, frozenset(
            {"agreement", "two labels"}
        )
    same = _placed(truth, place) == _placed(guess, place)
    flags = {
        "y_true": np.where(truth.codes < 0, -1, 1).astype(np.int8),
        "y_pred": np.where(guess.codes < 0, -1, same).astype(np.int8),
    }
    return flags, frozenset({"agreement"})


def _placed(column: Coded, place: dict[Any, int]) -> NDArray[np.intp]:
    return np.array([*(place[label] for label in column.labels), -1])[column.codes]


def _is_zero_one(label: Any) -> bool:
    return not isinstance(label, str) and label in (0, 1)


def _must_be_of_a_kind(truth: tuple[Any, ...], guess: tuple[Any, ...]) -> None:
    """Labels of both columns are words, or whole numbers, and some are the same: anything else is a slip."""
    kinds = {
        str if isinstance(label, str) else int if isinstance(label, int) else float
        for label in (*truth, *guess)
    }
    if len(kinds) == 1 and float not in kinds and set(truth) & set(guess):
        return
    raise InputError.of(
        f"y_true has the values {listed(truth, most=6)} and y_pred {listed(guess, most=6)}; the same labels, words or "
        "whole numbers, expected in both.",
        code="unknown_labels",
        param="y_pred",
        got=tuple(map(str, guess[:6])),
        expected=tuple(map(str, truth[:6])),
        hint="turn scores into decisions first, and write labels alike in both.",
    )


def _zero_one(values: Any) -> Flags | None:
    """Booleans, and integers that are all 0 or 1, without a look at their labels."""
    array = values.to_numpy() if type(values).__module__.partition(".")[0] == "pandas" else values
    if not isinstance(array, np.ndarray) or array.ndim != 1 or isinstance(array, np.ma.MaskedArray):
        return None
    if array.dtype.kind == "b":
        return array.view(np.int8)
    if array.dtype.kind in "iu" and array.size and _unsigned(array).max() <= 1:
        return array.view(np.int8) if array.dtype.itemsize == 1 else array.astype(np.int8)
    return None


def _unsigned(array: NDArray[Any]) -> NDArray[Any]:
    """The same bytes, in which a negative number is a very large one: one look tells both ends."""
    return array.view(array.dtype.str.replace("i", "u"))


def _flags(column: Coded, pos_label: Any) -> Flags:
    """Look each code up; the last place of the table serves code -1."""
    lookup = np.array([*(label == pos_label for label in column.labels), -1], dtype=np.int8)
    return np.asarray(lookup[column.codes])


def _only_zero_one(seen: dict[str, tuple[Any, ...]]) -> None:
    for name, labels in seen.items():
        if not all(map(_is_zero_one, labels)):
            raise InputError.of(
                f"{name} has the values {listed(labels, most=6)}; without pos_label only bool or 0 and 1 are "
                "understood.",
                code="unknown_labels",
                param=name,
                got=tuple(map(str, labels[:6])),
                expected="bool, or 0 and 1",
                hint=f"say which value is positive, such as pos_label={show(labels[-1])}.",
            )


def _must_occur(seen: dict[str, tuple[Any, ...]], pos_label: Any) -> None:
    """A label that is in neither column is a slip; one column may lack it if the other explains its values."""
    if np.ndim(pos_label) > 0:
        raise InputError.of(
            f"pos_label is {show(pos_label)}; one label expected.", code="shape", param="pos_label"
        )
    everything = [labels for labels in seen.values() if pos_label in labels]
    for name, labels in seen.items():
        known = any(set(labels) <= set(other) for other in everything)
        if not known:
            raise InputError.of(
                f"pos_label {show(pos_label)} does not occur in {name}, which has {listed(labels, most=6)}.",
                code="unknown_labels",
                param="pos_label",
                got=pos_label,
                expected=tuple(map(str, labels[:6])),
                hint="use one of these values, written and typed as there; where nobody is positive, pass the "
                "comparison itself, such as y_pred == 'yes'.",
            )
