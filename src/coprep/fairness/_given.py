"""Knows the forms in which published counts arrive, and turns them into cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._rows import must_be_countable
from coprep.wording.labels import show

__all__ = ["read_counts"]

_CONFUSION = ("tn", "fp", "fn", "tp")
_SELECTION = ("selected", "total")
Cells = NDArray[np.int64]
Read = tuple[tuple[Any, ...], tuple[Any, ...], Cells, frozenset[str]]


def read_counts(counts: Any, groups: Sequence[Any] | None, strata: Sequence[Any] | None) -> Read:
    """Groups, strata, cells of shape (strata, groups, 2, 2), and which of label and prediction they tell."""
    if not isinstance(counts, Mapping):
        return _from_array(counts, groups, strata)
    if groups is not None or strata is not None:
        raise InputError.of(
            "counts names its groups itself; leave out groups and strata.", param="groups"
        )
    if not counts:
        raise InputError.of(
            "counts is empty; at least one group is needed.", code="empty", param="counts"
        )
    inner = next(iter(counts.values()))
    nested = isinstance(inner, Mapping) and any(isinstance(v, Mapping) for v in inner.values())
    by_stratum: Mapping[Any, Any] = counts if nested else {None: counts}
    labels = tuple(dict.fromkeys(group for table in by_stratum.values() for group in table))
    cells = np.zeros((len(by_stratum), len(labels), 2, 2), dtype=np.int64)
    known = set()
    for s, table in enumerate(by_stratum.values()):
        for g, group in enumerate(labels):
            if group in table:
                cells[s, g], told = _cell(table[group], group)
                known.add(told)
    if len(known) > 1:
        raise InputError.of(
            "some groups of counts have a confusion table and others only selected and total.",
            param="counts",
        )
    return labels, tuple(by_stratum), cells, known.pop() if known else frozenset()


def _cell(given: Any, group: Any) -> tuple[Cells, frozenset[str]]:
    named = {str(k).casefold(): v for k, v in given.items()} if isinstance(given, Mapping) else {}
    if set(named) == set(_CONFUSION):
        values = _whole([named[name] for name in _CONFUSION], group)
        return values.reshape(2, 2), frozenset({"y_true", "y_pred"})
    if set(named) == set(_SELECTION):
        selected, total = _whole([named[name] for name in _SELECTION], group)
        if selected > total:
            raise InputError.of(
                f"{show(group)} has {selected:,} selected of {total:,}.",
                code="count_above_total",
                param="counts",
            )
        return np.array([[total - selected, selected], [0, 0]]), frozenset({"y_pred"})
    raise InputError.of(
        f"counts of {show(group)} are {show(given)}; a mapping with TN, FP, FN and TP, or with selected and total, "
        "expected.",
        code="unknown_counts",
        param="counts",
    )


def _whole(values: Any, group: Any) -> Cells:
    given = np.asarray(values)
    try:
        array = given.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.full(1, np.nan)
    if not (np.isfinite(array).all() and (array >= 0).all() and (array == np.floor(array)).all()):
        raise InputError.of(
            f"counts of {show(group)} must be whole numbers from 0; not {show(values)}.",
            param="counts",
        )
    must_be_countable(float(array.sum()), "counts")
    return (given if given.dtype.kind in "iu" else array).astype(np.int64)


def _from_array(counts: Any, groups: Sequence[Any] | None, strata: Sequence[Any] | None) -> Read:
    cells = _whole(counts, "the array")
    cells = cells[None] if cells.ndim == 3 else cells
    if cells.ndim != 4 or cells.shape[2:] != (2, 2) or 0 in cells.shape:
        raise InputError.of(
            f"counts has the shape {np.shape(counts)}; (groups, 2, 2) or (strata, groups, 2, 2) expected.",
            code="shape",
            param="counts",
        )
    labels = tuple(groups) if groups is not None else tuple(range(cells.shape[1]))
    layers: tuple[Any, ...] = tuple(strata) if strata is not None else tuple(range(cells.shape[0]))
    if strata is None and cells.shape[0] == 1:
        layers = (None,)
    for name, given, size in (
        ("groups", labels, cells.shape[1]),
        ("strata", layers, cells.shape[0]),
    ):
        if len(given) != size or len(set(given)) != size:
            raise InputError.of(
                f"{name} must name {size} different {name}; got {show(given)}.",
                code="length",
                param=name,
                got=len(given),
            )
    return labels, layers, cells, frozenset({"y_true", "y_pred"})
