"""Counts that somebody else has made, as cells by stratum, group, label and prediction: mappings, arrays, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.rows import must_be_countable
from coprep.data.totals import is_total_word
from coprep.errors import InputError
from coprep.wording.labels import listed, show

BOTH = frozenset({"y_true", "y_pred"})
_CONFUSION = ("tn", "fp", "fn", "tp")
_SURE = 1_000  # rows from which on a sum of all others is no coincidence

Published = tuple[tuple[Any, ...], tuple[Any, ...], NDArray[np.int64], frozenset[str]]
"""Groups, strata, cells, and which of label and prediction they tell."""


def from_mapping(counts: Mapping[Any, Any]) -> Published:
    """What a mapping by group, or by stratum and group, holds."""
    if not counts:
        raise InputError.of(
            "counts is empty; at least one group is needed.", code="empty", param="counts"
        )
    inner = next(iter(counts.values()))
    nested = isinstance(inner, Mapping) and any(isinstance(v, Mapping) for v in inner.values())
    by_stratum: Mapping[Any, Any] = counts if nested else {None: counts}
    labels = tuple(dict.fromkeys(group for table in by_stratum.values() for group in table))
    cells = np.zeros((len(by_stratum), len(labels), 2, 2), dtype=np.int64)
    known: set[frozenset[str]] = set()
    for s, table in enumerate(by_stratum.values()):
        for g, group in enumerate(labels):
            if group in table:
                cells[s, g], told = _published_cell(table[group], group)
                known.add(told)
    if len(known) > 1:
        raise InputError.of(
            "some groups of counts have a confusion table and others only selected and total.",
            param="counts",
        )
    return labels, tuple(by_stratum), cells, known.pop() if known else frozenset()


def _published_cell(given: Any, group: Any) -> tuple[NDArray[np.int64], frozenset[str]]:
    named = {str(k).casefold(): v for k, v in given.items()} if isinstance(given, Mapping) else {}
    if set(named) == set(_CONFUSION):
        values = _whole([named[name] for name in _CONFUSION], group)
        return values.reshape(2, 2), BOTH
    if set(named) != {"selected", "total"}:
        raise InputError.of(
            f"counts of {show(group)} are {show(given)}; a mapping with TN, FP, FN and TP, or with selected and "
            "total, expected.",
            code="unknown_counts",
            param="counts",
        )
    selected, total = _whole([named["selected"], named["total"]], group)
    if selected > total:
        raise InputError.of(
            f"{show(group)} has {selected:,} selected of {total:,}.",
            code="count_above_total",
            param="counts",
        )
    return np.array([[total - selected, selected], [0, 0]]), frozenset({"y_pred"})


def _whole(values: Any, group: Any) -> NDArray[np.int64]:
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


def from_array(
    counts: Any, groups: Sequence[Any] | None, strata: Sequence[Any] | None
) -> Published:
    """Cells from an array of groups, or of strata by groups, by label and prediction."""
    cells = _whole(counts, "the array")
    cells = cells[None] if cells.ndim == 3 else cells
    if cells.ndim != 4 or cells.shape[2:] != (2, 2) or 0 in cells.shape:
        raise InputError.of(
            f"counts has the shape {np.shape(counts)}; (groups, 2, 2) or (strata, groups, 2, 2) expected.",
            code="shape",
            param="counts",
        )
    labels: dict[str, tuple[Any, ...]] = {}
    for name, given, size in (("strata", strata, len(cells)), ("groups", groups, cells.shape[1])):
        labels[name] = tuple(range(size)) if given is None else tuple(given)
        if len(labels[name]) != size or len(set(labels[name])) != size:
            raise InputError.of(
                f"{name} must name {size} different {name}; got {show(labels[name])}.",
                code="length",
                param=name,
                got=len(labels[name]),
            )
    layers = labels["strata"]
    if strata is None and len(cells) == 1:
        layers = (None,)
    return labels["groups"], layers, cells, BOTH


# -- tables with a row a group -----------------------------------------------------------------------


def is_table(counts: Any) -> bool:
    """Whether counts come as a table with named columns, such as the answer of a GROUP BY."""
    if isinstance(counts, (Mapping, np.ndarray, list, tuple)):
        return False
    from coprep.data.frames import is_frame  # narwhals is loaded only where a frame is given

    return is_frame(counts)


def from_table(
    counts: Any, attributes: Sequence[str], controls: Sequence[str], selected: str, total: str
) -> tuple[Published, tuple[str, ...], tuple[str, ...]]:
    """What a table with a row a group holds; its names of features and of strata.

    Rows of one group are added up.
    """
    crossed = _from_crosstab(counts)
    if crossed is not None:
        return crossed
    from coprep.data.frames import open_frame

    table = open_frame(counts, what="counts")
    folded = {name.casefold(): name for name in table.columns}
    if set(_CONFUSION) <= set(folded):
        counted = {name: folded[name] for name in _CONFUSION}
    else:
        counted = {"selected": selected, "total": total}
    lacking = [name for name in counted.values() if not table.has(name)]
    if lacking:
        raise InputError.of(
            f"counts has no column {listed(lacking)}; it has {listed(table.columns, most=12)}.",
            code="unknown_column",
            param="counts",
            expected=table.columns,
            hint="say which columns hold the counts: selected='hired', total='applicants'; a table with a row for "
            "each group and label is for from_frame(count=), and a crosstab has no margins.",
        )
    controls = tuple(name for name in controls if controls != ("stratum",) or table.has(name))
    left = [name for name in table.columns if name not in (*counted.values(), *controls)]
    if tuple(attributes) == ("group",) and "group" not in left:
        if len(left) != 1:
            raise InputError.of(
                f"which columns make the groups? counts has {listed(left)} besides the counts.",
                code="missing",
                param="attributes",
                hint="name them, such as attributes='sex', or attributes=['sex', 'race'].",
            )
        attributes = left
    for name in (*attributes, *controls):
        if not table.has(name):
            raise table.unknown_column(name)
    columns = table.collect([*attributes, *controls, *counted.values()])
    groups = list(zip(*(columns[name] for name in attributes), strict=True))
    strata = list(zip(*(columns[name] for name in controls), strict=True)) or [()] * len(groups)
    each: dict[Any, dict[Any, Any]] = {}
    for i, (group, stratum) in enumerate(zip(groups, strata, strict=True)):
        label = group if len(attributes) > 1 else group[0]
        layer = stratum[0] if len(stratum) == 1 else stratum or None
        cells = {name: columns[column][i] for name, column in counted.items()}
        found = each.setdefault(layer, {})
        if label in found:
            _whole([*found[label].values(), *cells.values()], label)
            cells = {name: found[label][name] + cells[name] for name in cells}
        found[label] = cells
    return (
        from_mapping(each if controls else each.get(None, {})),
        tuple(attributes),
        tuple(controls),
    )


def _from_crosstab(counts: Any) -> tuple[Published, tuple[str, ...], tuple[str, ...]] | None:
    """What pandas' crosstab of groups by decision holds; None where a table is none."""
    names = getattr(getattr(counts, "index", None), "names", None)
    if names is None:
        return None
    decisions = list(counts.columns)
    if len(decisions) != 2 or set(decisions) != {0, 1}:
        return None
    attributes = tuple(str(name) for name in names if name is not None) or ("group",)
    by_decision = counts.to_numpy()[:, np.argsort(decisions)]
    cells = {
        group: {"selected": yes, "total": no + yes}
        for group, (no, yes) in zip(counts.index, by_decision.tolist(), strict=True)
    }
    return from_mapping(cells), attributes, ()


def must_be_groups(groups: Sequence[Any], cells: NDArray[np.int64]) -> None:
    """Refuse a row for everybody beside those of the groups: it is no group of its own."""
    if len(groups) < 3:
        return
    everybody = cells.sum(axis=1)
    for place, group in enumerate(groups):
        mine = cells[:, place]
        is_sum = bool((2 * mine == everybody).all()) and bool(mine.any())
        sure = len(groups) > 3 and mine.sum() >= _SURE
        if is_sum and (sure or is_total_word(str(group))):
            raise InputError.of(
                f"{show(group)} has the counts of all others together and is no group of its own.",
                code="total",
                param="counts",
                got=show(group),
                hint="leave it out: the total is worked out from the groups.",
            )
