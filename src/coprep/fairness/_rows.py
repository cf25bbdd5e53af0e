"""Knows how rows, given as columns or counted by an engine, become the cells of a GroupTable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError, Problems
from coprep.fairness._binary import agreeing, positives
from coprep.fairness._columns import Coded, as_coded, code_column, must_be_here, one_column
from coprep.fairness._pieces import narrow
from coprep.wording.labels import listed, show

__all__ = ["Rows", "counted_rows", "gather"]

MISSING_LABEL = "(missing)"
MISSING = ("raise", "drop", "category")
_CHUNK = 1 << 16
_CELLS = 1 << 22
_BYTE = 1 << 8
_CROSSED = 1 << 16  # with more combinations of levels than this, only those that occur are listed
_MOST = 4e18  # rows; two tables of as many still add up in 64 bits
_EXTREME = 1e150  # weights beyond which squares overflow, or vanish
_WHOLE = Coded(np.zeros(0, dtype=np.int8), (None,))
Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked columns of one length: groups, strata, labels and predictions, and how much each row counts."""

    features: Mapping[str, Coded]
    controls: Mapping[str, Coded]
    flags: Mapping[str, NDArray[np.int8]]
    n: int
    weight: Column | None = None
    times: Column | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    has: frozenset[str] | None = None

    def cells(self) -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Column]]:
        """Groups, strata, and by (stratum, group, label, prediction) rows, sums of weights and of squares."""
        groups, strata = crossed(self.features), crossed(self.controls)
        shape = (len(strata.labels), len(groups.labels), 2, 2)
        if prod(shape) > _CELLS:
            raise InputError.of(
                f"{shape[0]:,} strata by {shape[1]:,} groups are too many cells to compare.",
                code="too_many_cells",
                param="control_features" if shape[0] > shape[1] else "sensitive_features",
                hint="use features with fewer levels, or bands of numbers.",
            )
        given = (strata.size, groups.size, 2, 2)
        sums = [np.reshape(s, given) for s in self._summed(groups, strata, prod(given))]
        cells = [_in_place(_in_place(s, strata, 0), groups, 1) for s in sums]
        return (
            groups.labels,
            strata.labels,
            dict(zip(("rows", "weights", "squares"), cells, strict=True)),
        )

    def counted(self, part: slice | NDArray[np.bool_]) -> int:
        """How many rows some of the rows stand for."""
        if self.times is not None:
            return int(self.times[part].sum())
        return self.n if isinstance(part, slice) else int(part.sum())

    def _summed(self, groups: Coded, strata: Coded, size: int) -> tuple[Column, Column, Column]:
        """Count in pieces that stay in the processor's cache, because bincount needs wide integers."""
        if self.times is None and self.weight is None:
            count = _counted_by_twos if size <= _BYTE else np.bincount
            kind, step = (np.uint8, 4 * _CHUNK) if size <= _BYTE else (np.intp, _CHUNK)
            rows = np.zeros(size, dtype=np.int64)
            for part in self._pieces(step):
                rows += count(self._cell(groups, strata, part, kind), minlength=size)
            return rows, rows.astype(np.float64), rows.astype(np.float64)
        rows, sums = np.zeros(size, dtype=np.int64), np.zeros((2, size))
        for part in self._pieces(_CHUNK):
            cell = self._cell(groups, strata, part, np.intp)
            times: Column | int = 1 if self.times is None else self.times[part]
            np.add.at(rows, cell, times)
            if self.weight is not None:
                w = self.weight[part]
                for total, values in zip(sums, (times * w, times * w * w), strict=True):
                    total += np.bincount(cell, weights=values, minlength=size)
        if self.weight is None:
            return rows, rows.astype(np.float64), rows.astype(np.float64)
        return rows, sums[0], sums[1]

    def _pieces(self, step: int) -> list[slice]:
        return [slice(start, start + step) for start in range(0, self.n, step)]

    def _cell(
        self, groups: Coded, strata: Coded, part: slice, kind: type[np.integer[Any]]
    ) -> Column:
        """The place of each row's cell; label and prediction are joined while they are still single bytes."""
        pair: NDArray[np.int8] | int = 0
        for name in ("y_true", "y_pred"):
            if name in self.flags:
                bit = self.flags[name][part]
                pair = bit if isinstance(pair, int) else pair + pair + bit
            elif not isinstance(pair, int):
                pair = pair + pair
        cell = np.zeros(0, dtype=kind)
        if groups.size > 1:
            cell = groups.codes[part].astype(kind)
        if strata.size > 1:
            outer = strata.codes[part].astype(kind)
            outer *= groups.size
            cell = outer + cell if len(cell) else outer
        if not len(cell):
            return np.asarray(pair, dtype=kind)
        cell *= 4  # quicker than a shift, which numpy does byte by byte
        cell += np.asarray(pair, dtype=kind)
        return cell


def must_be_countable(rows: float, param: str) -> None:
    """Refuse more rows than whole numbers of 64 bits hold."""
    if rows > _MOST:
        raise InputError.of(
            f"{param} adds up to {rows:g} rows; at most {_MOST:g} can be counted.",
            code="too_many_rows",
            param=param,
            got=rows,
        )


def _counted_by_twos(cells: NDArray[np.uint8], minlength: int) -> NDArray[np.intp]:
    """Count single bytes two at a time: half the work of bincount, which widens and visits every number."""
    even = len(cells) & ~1
    both = np.bincount(cells[:even].view(np.uint16), minlength=minlength * _BYTE).reshape(-1, _BYTE)
    counts = np.bincount(cells[even:], minlength=minlength)
    counts += both.sum(axis=1)
    counts += both.sum(axis=0)[:minlength]
    return counts


def _in_place(cells: Column, column: Coded, axis: int) -> Column:
    """Cells counted by an engine's codes, brought into the order of the labels."""
    if column.places is None:
        return cells
    order = np.argsort(column.places, kind="stable")
    first = np.flatnonzero(np.diff(column.places[order], prepend=-1))
    return np.asarray(np.add.reduceat(cells.take(order, axis=axis), first, axis=axis))


def crossed(columns: Mapping[str, Coded]) -> Coded:
    """One column of groups from several; every combination of levels is one, as long as they are not too many."""
    if len(columns) < 2:
        return next(iter(columns.values()), _WHOLE)
    parts = [column.in_place() for column in columns.values()]
    codes = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        codes *= len(part.labels)
        codes += part.codes
    sizes = [len(part.labels) for part in parts]
    if prod(sizes) <= _CROSSED:
        return Coded(
            codes.astype(narrow(prod(sizes))), tuple(product(*(part.labels for part in parts)))
        )
    used, places = np.unique(codes, return_inverse=True)
    levels = zip(*(np.unravel_index(used, sizes)), strict=True)
    labels = (tuple(p.labels[i] for p, i in zip(parts, level, strict=True)) for level in levels)
    return Coded(places, tuple(labels))


def columns_of(value: Any, default: str) -> dict[str, Any]:
    """The columns of a feature argument, by name."""
    if value is None:
        return {}
    must_be_here(value, default)
    named = list(_named_columns(value, default))
    columns = {str(name): column for name, column in named}
    if not named:
        raise InputError.of(
            f"{default} has no columns.",
            code="empty",
            param=default,
            hint="pass None for no groups.",
        )
    if len(columns) < len(named):
        names = [str(name) for name, _ in named]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError.of(
            f"{len(named)} columns make {default}, and more than one of them is called {show(twice)}.",
            code="same_name",
            param=default,
            hint="give each column a name of its own.",
        )
    return columns


def _named_columns(value: Any, default: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, np.ndarray):
        if value.ndim != 2:
            return [(default, value)]
        return ((f"{default}_{i}", value[:, i]) for i in range(value.shape[1]))
    names = getattr(value, "column_names", None)  # an Arrow table's; other frames call them columns
    names = getattr(value, "columns", None) if names is None else names
    if names is not None and not callable(names):
        return ((name, value[name]) for name in names)
    name = getattr(value, "name", None)
    return [(name if name not in (None, "") else default, value)]


def gather(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    control_features: Any,
    sample_weight: Any,
    pos_label: Any,
    missing: str,
    alike: float = 0,
) -> Rows:
    """Columns checked and coded: `GroupTable.from_arrays` says what each is.

    ``alike`` is of how many labels at most it does not matter which is positive.
    """
    labels = {n: v for n, v in (("y_true", y_true), ("y_pred", y_pred)) if v is not None}
    extra = {} if sample_weight is None else {"sample_weight": sample_weight}
    features, controls = (
        columns_of(sensitive_features, "group"),
        columns_of(control_features, "stratum"),
    )
    alike = alike if pos_label is None else 0
    return _checked(
        labels, features, controls, extra, pos_label=pos_label, missing=missing, alike=alike
    )


def _checked(
    labels: dict[str, Any],
    features: dict[str, Any],
    controls: dict[str, Any],
    extra: dict[str, Any],
    *,
    pos_label: Any,
    missing: str,
    alike: float = 0,
    each: Column | None = None,
) -> Rows:
    if missing not in MISSING:
        raise InputError.choice("missing", missing, MISSING)
    if not labels:
        raise InputError.of(
            "y_true and y_pred are both None; one is needed.", code="missing", param="y_pred"
        )
    labels, extra = (
        {name: one_column(v, name) for name, v in group.items()} for group in (labels, extra)
    )
    columns = [*labels.items(), *features.items(), *controls.items(), *extra.items()]
    for name, column in columns:
        must_be_here(column, name)
    n = _length(columns)
    flags, has = (
        agreeing(labels, alike) if alike else (positives(labels, pos_label), frozenset(labels))
    )
    coded = [
        {name: as_coded(v, name) for name, v in group.items()} for group in (features, controls)
    ]
    numbers = {name: _amounts(values, name, missing) for name, values in extra.items()}
    rows = Rows(
        coded[0],
        coded[1],
        flags,
        n,
        weight=numbers.get("sample_weight"),
        times=_times(numbers.get("count"), each),
        has=has,
    )
    return _complete(rows, missing)


def _length(columns: Sequence[tuple[str, Any]]) -> int:
    """The common number of rows, for pandas inputs also of a common index."""
    problems, first = Problems(), None
    for name, column in columns:
        if not hasattr(column, "__len__") or isinstance(column, (str, bytes)):
            code_column(column, name)
    n = len(columns[0][1])
    for name, column in columns:
        if len(column) != n:
            problems.add(
                f"{name} has {len(column):,} rows and {columns[0][0]} {n:,}.",
                code="length",
                param=name,
                got=len(column),
            )
        if type(column).__module__.partition(".")[0] == "pandas" and hasattr(column, "index"):
            first = first or (name, column)
            if (
                len(column) == n
                and column.index is not first[1].index
                and not column.index.equals(first[1].index)
            ):
                problems.add(
                    f"{name} and {first[0]} have different indexes, so that their rows do not belong together.",
                    code="index",
                    param=name,
                    hint="take both from one frame, join them, or pass .to_numpy() if their order is right.",
                )
    problems.raise_if_any()
    if n == 0:
        raise InputError.of("there are no rows to compare.", code="empty", param=columns[0][0])
    return n


def _amounts(values: Any, name: str, missing: str) -> Column:
    """Weights, or counts as whole numbers: finite and not negative; missing weights are nan where rows may be dropped.

    Counts stay integers, because floats do not tell whole numbers above 2**53 apart.
    """
    given, array = _as_floats(values, name)
    if array.ndim != 1:
        raise InputError.of(
            f"{name} must have one number a row.", code="shape", param=name, got=array.shape
        )
    unknown = int(np.isnan(array).sum())
    if unknown and (missing != "drop" or name == "count"):
        raise InputError.of(f"{name} is missing in {unknown:,} rows.", code="missing", param=name)
    if name == "sample_weight":
        _must_square(array)
    bad = array[(array < 0) | np.isinf(array)]
    if len(bad):
        raise InputError.of(
            f"{name} has {listed(bad.tolist())}; finite numbers from 0 expected.",
            param=name,
            got=float(bad[0]),
        )
    if name != "count":
        return array
    if bool((array != np.floor(array)).any()):
        raise InputError.of(
            "count must hold whole numbers.", param="count", hint="use sample_weight for weights."
        )
    must_be_countable(float(array.sum()), name)
    return (
        np.array([*map(int, given)], dtype=np.int64)
        if given.dtype.kind == "O"
        else given.astype(np.int64)
    )


def _as_floats(values: Any, name: str) -> tuple[Column, Column]:
    """A column of numbers as it came, and as floats."""
    try:
        given = np.asarray(values)
        words = given.dtype.kind == "O" and any(
            isinstance(value, (str, bytes)) for value in given.flat
        )
        if given.dtype.kind in "biufO" and not words:
            return given, given.astype(np.float64)
    except (TypeError, ValueError):
        pass  # what numpy says of it would tell of single rows
    raise InputError.of(f"{name} must hold numbers.", code="not_numbers", param=name)


def _must_square(weights: Column) -> None:
    """Refuse weights whose squares are too large or too small for a number."""
    size = weights[np.isfinite(weights) & (weights > 0)]
    if len(size) and (size.max() > _EXTREME or size.min() < 1 / _EXTREME):
        raise InputError.of(
            f"sample_weight has {size.max() if size.max() > _EXTREME else size.min():g}; sums of its squares cannot "
            "be told from infinity or 0.",
            param="sample_weight",
            hint="divide all weights by their mean.",
        )


def _complete(rows: Rows, missing: str) -> Rows:
    """The rows without missing values, by the rule that was asked for."""
    features = [*rows.features.values(), *rows.controls.values()]
    unlabelled = any(flag.min(initial=0) < 0 for flag in rows.flags.values())
    unweighted = rows.weight is not None and bool(np.isnan(rows.weight).any())
    if not (unlabelled or unweighted or any(column.missing for column in features)):
        return rows
    placed = [
        {name: c.in_place() for name, c in group.items()}
        for group in (rows.features, rows.controls)
    ]
    rows = replace(rows, features=placed[0], controls=placed[1])
    if missing == "category":
        parts = [
            {n: with_category(c, n) for n, c in group.items()}
            for group in (rows.features, rows.controls)
        ]
        rows = replace(rows, features=parts[0], controls=parts[1])
    gone = _gaps(rows)
    if gone and missing != "drop":
        raise _missing_error(
            {name: rows.counted(lacking) for name, lacking in gone.items()},
            rows.counted(slice(None)),
        )
    return _dropped(rows, gone) if gone else rows


def _gaps(rows: Rows) -> dict[str, NDArray[np.bool_]]:
    """Which rows lack a value, by column; columns of one name are told of together."""
    columns = [(name, flag < 0) for name, flag in rows.flags.items()]
    columns += [
        (name, c.codes < 0) for group in (rows.features, rows.controls) for name, c in group.items()
    ]
    if rows.weight is not None:
        columns.append(("sample_weight", np.isnan(rows.weight)))
    gone: dict[str, NDArray[np.bool_]] = {}
    for name, lacking in columns:
        if lacking.any():
            key = show(name) if name == "rows" else name  # "rows" is the number of rows left out
            gone[key] = gone[key] | lacking if key in gone else lacking
    return gone


def _missing_error(lost: Mapping[str, int], n: int) -> InputError:
    problems = Problems()
    for name, k in lost.items():
        problems.add(
            f"{name} is missing in {k:,} of {n:,} rows.",
            code="missing",
            param=name,
            got=k,
            hint='pass missing="drop" to leave those rows out and report them, or missing="category" to make '
            "missing features a group of their own.",
        )
    return InputError(problems.found)


def with_category(column: Coded, name: str) -> Coded:
    """The column with its missing values as a group of their own."""
    if not column.missing:
        return column
    if MISSING_LABEL in column.labels:
        raise InputError.of(
            f"{name} has missing values and a group called {show(MISSING_LABEL)}, which would become one.",
            code="same_name",
            param=name,
            hint='rename that group, or pass missing="drop".',
        )
    size = len(column.labels)
    lookup = np.arange(size + 1, dtype=narrow(size + 1))  # its last place serves code -1
    return Coded(lookup[column.codes], (*column.labels, MISSING_LABEL), 0, column.declared)


def _dropped(rows: Rows, gone: Mapping[str, NDArray[np.bool_]]) -> Rows:
    lost = np.logical_or.reduce(list(gone.values()))
    keep = ~lost
    n = int(keep.sum())
    if n == 0:
        raise InputError.of(
            "no row is complete: there is nothing to compare.", code="empty", param=next(iter(gone))
        )
    parts = [
        {name: Coded(c.codes[keep], c.labels, 0, c.declared) for name, c in group.items()}
        for group in (rows.features, rows.controls)
    ]
    weight, times = (None if v is None else v[keep] for v in (rows.weight, rows.times))
    flags = {name: column[keep] for name, column in rows.flags.items()}
    dropped = {
        "rows": rows.counted(lost),
        **{name: rows.counted(lacking) for name, lacking in gone.items()},
    }
    return Rows(parts[0], parts[1], flags, n, weight, times, dropped, rows.has)


def counted_rows(
    frame: Any,
    names: Mapping[str, str | None],
    *,
    features: Sequence[str],
    controls: Sequence[str],
    pos_label: Any,
    missing: str,
) -> Rows:
    """The same from a data frame; where rows live in an engine of their own, it counts and only cells come back."""
    from coprep.data.frames import open_frame

    opened = open_frame(frame, what="frame")
    wanted = {name: column for name, column in names.items() if column is not None}
    every = list(dict.fromkeys([*features, *controls, *wanted.values()]))
    for column in every:
        if not opened.has(column):
            raise opened.unknown_column(column)
    columns, each = _by_engine(opened, every) if opened.is_lazy else (_by_name(frame, every), None)
    columns = columns or opened.collect(every)
    labels: dict[str, Any] = {n: columns[wanted[n]] for n in ("y_true", "y_pred") if n in wanted}
    extra: dict[str, Any] = {
        n: columns[wanted[n]] for n in ("sample_weight", "count") if n in wanted
    }
    parts = [{name: columns[name] for name in group} for group in (features, controls)]
    return _checked(
        labels, parts[0], parts[1], extra, pos_label=pos_label, missing=missing, each=each
    )


def _by_name(frame: Any, every: Sequence[str]) -> dict[str, Any]:
    """Columns as the frame keeps them, so that codes stay codes; none where it holds records."""
    if isinstance(frame, list) or not hasattr(frame, "__getitem__"):
        return {}
    return {name: frame[name] for name in every}


def _by_engine(opened: Any, every: list[str]) -> tuple[dict[str, Any], Column]:
    """The distinct combinations of values and how many rows have each."""
    counted = opened.count(every)
    if not len(counted):
        raise InputError.of("there are no rows to compare.", code="empty", param="frame")
    columns = {
        name: list(values)
        for name, values in zip(every, zip(*counted.keys, strict=True), strict=True)
    }
    return columns, counted.n


def _times(count: Column | None, each: Column | None) -> Column | None:
    """How many rows a row stands for, of which an engine found several alike."""
    if count is None or each is None:
        return each if count is None else count
    must_be_countable(float((count.astype(np.float64) * each).sum()), "count")
    return count * each
