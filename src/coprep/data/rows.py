"""Columns of one length as checked rows: groups, strata, labels, numbers and weights, without those that lack a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.columns import (
    Column,
    amounts_of,
    columns_of,
    groups_of,
    in_order,
    narrow,
    numbers_of,
    one_column,
    values_of,
)
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

Missing = Literal["raise", "drop", "category"]
MISSING = ("raise", "drop", "category")
MISSING_LABEL = "(missing)"
MOST_ROWS = 4e18  # two tables of as many still add up in 64 bits
_CROSSED = 1 << 16  # with more combinations of levels than this, only those that occur are listed
Flags = NDArray[np.int8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked columns of one length.

    Attributes
    ----------
    n : int
        How many rows there are.
    features, controls : mapping of str to Column
        Sensitive and control features.
    flags : mapping of str to array of int8
        Binary labels: 1 where positive, else 0.
    numbers : mapping of str to array of float
        Scores, outcomes, amounts.
    decisions : mapping of str to Column
        Labels of which there may be many.
    weight : array or None
        How much each row counts.
    times : array or None
        How many rows each row stands for, where an engine or a report counted rows that are alike.
    place : array of int
        Where each row stood in what was given.
    dropped : mapping of str to int
        Rows left out, and how many values each column lacked.
    has : frozenset of str
        Which of the labels are known; see `GroupTable.has`.
    """

    n: int
    features: Mapping[str, Column]
    controls: Mapping[str, Column]
    flags: Mapping[str, Flags]
    numbers: Mapping[str, Floats]
    decisions: Mapping[str, Column]
    weight: Floats | None = None
    times: NDArray[np.int64] | None = None
    place: NDArray[np.intp] | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    has: frozenset[str] = frozenset()

    @property
    def groups(self) -> Column:
        """The groups; of several features, every combination of their levels."""
        return crossed(self.features, self.n)

    @property
    def strata(self) -> Column:
        """The strata; everybody is in one where there are no control features."""
        return crossed(self.controls, self.n)

    def counted(self, lacking: NDArray[np.bool_]) -> int:
        """How many rows some of the rows stand for."""
        return int(lacking.sum() if self.times is None else self.times[lacking].sum())

    def at(self, keep: NDArray[np.bool_], dropped: Mapping[str, int]) -> Rows:
        """Some of the rows."""

        def columns(group: Mapping[str, Column]) -> dict[str, Column]:
            return {name: column.at(keep) for name, column in group.items()}

        place = np.arange(self.n) if self.place is None else self.place
        return Rows(
            int(keep.sum()),
            columns(self.features),
            columns(self.controls),
            {name: flag[keep] for name, flag in self.flags.items()},
            {name: values[keep] for name, values in self.numbers.items()},
            columns(self.decisions),
            None if self.weight is None else self.weight[keep],
            None if self.times is None else self.times[keep],
            place[keep],
            dropped,
            self.has,
        )


def crossed(columns: Mapping[str, Column], n: int) -> Column:
    """One column of groups from several; every combination of levels is one, as long as they are
    not too many.
    """
    parts = list(columns.values())
    if not parts:
        return Column(np.zeros(n, dtype=np.int8), (None,))
    if len(parts) == 1:
        return parts[0]
    sizes = [len(part.labels) for part in parts]
    codes = np.zeros(n, dtype=np.int64)
    for part in parts:
        codes *= len(part.labels)
        codes += part.codes
    if prod(sizes) <= _CROSSED:
        labels = tuple(product(*(part.labels for part in parts)))
        return Column(codes.astype(narrow(prod(sizes))), labels)
    used, places = np.unique(codes, return_inverse=True)
    levels = zip(*np.unravel_index(used, sizes), strict=True)
    named = (tuple(p.labels[i] for p, i in zip(parts, level, strict=True)) for level in levels)
    return Column(places, tuple(named))


# -- reading ---------------------------------------------------------------------------------------


def read_rows(
    *,
    flags: Mapping[str, Any] | None = None,
    numbers: Mapping[str, Any] | None = None,
    decisions: Mapping[str, Any] | None = None,
    others: Mapping[str, Any] | None = None,
    sensitive_features: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    vouching: Any = None,
    labels: Sequence[Any] | None = None,
    missing: str = "raise",
    alike: float = 0,
) -> Rows:
    """Columns checked and coded.

    ``flags`` are binary labels, ``numbers`` are numbers, ``decisions`` labels of any number, and of
    ``others`` only the length matters. ``vouching`` is a column that is not needed, where
    ``pos_label`` may occur all the same. ``labels`` are all that there can be, so that a part in
    which some do not occur, or without any rows, is understood. ``alike`` is of how many labels at
    most it does not matter which is positive.
    """
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    given: dict[str, dict[str, Any]] = {
        kind: {name: one_column(values, name) for name, values in (columns or {}).items()}
        for kind, columns in (
            ("flags", flags),
            ("numbers", numbers),
            ("decisions", decisions),
            ("others", others),
            ("weights", weights),
        )
    }
    given["features"] = columns_of(sensitive_features, "group")
    given["controls"] = columns_of(control_features, "stratum")
    vouched = None if vouching is None else one_column(vouching, "y_true")
    return _read(
        given, pos_label=pos_label, vouched=vouched, labels=labels, missing=missing, alike=alike
    )


def read_frame(
    frame: Any,
    names: Mapping[str, str | None],
    *,
    features: Sequence[str],
    controls: Sequence[str],
    pos_label: Any,
    labels: Sequence[Any] | None,
    missing: str,
) -> Rows:
    """The same of a data frame; where rows live in an engine of their own, it counts and only cells
    come back.
    """
    from coprep.data.frames import open_frame  # narwhals is loaded only where a frame is given

    opened = open_frame(frame, what="frame")
    wanted = {name: column for name, column in names.items() if column is not None}
    every = list(dict.fromkeys([*features, *controls, *wanted.values()]))
    for column in every:
        if not opened.has(column):
            raise opened.unknown_column(column)
    each = None
    if opened.is_lazy:
        counted = opened.count(every)
        each = counted.n
        values = zip(*counted.keys, strict=True) if len(counted) else ([] for _ in every)
        columns: dict[str, Any] = {
            name: list(column) for name, column in zip(every, values, strict=True)
        }
    elif isinstance(frame, list) or not hasattr(frame, "__getitem__"):
        columns = opened.collect(every)
    else:
        columns = {name: frame[name] for name in every}  # so that codes stay codes
    given: dict[str, dict[str, Any]] = {
        "flags": {n: columns[wanted[n]] for n in ("y_true", "y_pred") if n in wanted},
        "weights": {n: columns[wanted[n]] for n in ("sample_weight", "count") if n in wanted},
        "features": {name: columns[name] for name in features},
        "controls": {name: columns[name] for name in controls},
        "numbers": {},
        "decisions": {},
        "others": {},
    }
    return _read(
        given,
        pos_label=pos_label,
        vouched=None,
        labels=labels,
        missing=missing,
        alike=0,
        each=each,
    )


def _read(
    given: Mapping[str, Mapping[str, Any]],
    *,
    pos_label: Any,
    vouched: Any,
    labels: Sequence[Any] | None,
    missing: str,
    alike: float,
    each: NDArray[np.int64] | None = None,
) -> Rows:
    if missing not in MISSING:
        raise InputError.choice("missing", missing, MISSING)
    n = _common_length([pair for columns in given.values() for pair in columns.items()])
    if n == 0 and labels is None:
        raise InputError.of(
            "there are no rows to compare.",
            code="empty",
            param=next(name for columns in given.values() for name in columns),
        )
    if alike and pos_label is None:
        flags, has = _agreeing(given["flags"], alike)
    else:
        flags = positives(given["flags"], pos_label, vouched, labels)
        has = frozenset(given["flags"])
    coded = {
        kind: {name: groups_of(values, name) for name, values in given[kind].items()}
        for kind in ("features", "controls")
    }
    weights = {name: amounts_of(values, name) for name, values in given["weights"].items()}
    times = each
    if "count" in weights:
        times = _times(given["weights"]["count"], weights["count"], each)
    rows = Rows(
        n,
        coded["features"],
        coded["controls"],
        flags,
        {name: numbers_of(values, name) for name, values in given["numbers"].items()},
        {name: values_of(values, name) for name, values in given["decisions"].items()},
        weight=weights.get("sample_weight"),
        times=times,
        has=has,
    )
    return _with_weight(_complete(rows, missing))


def _common_length(columns: Sequence[tuple[str, Any]]) -> int:
    """The number of rows of all columns, for pandas inputs also of a common index."""
    problems = Problems()
    first = None
    n = len(columns[0][1])
    for name, column in columns:
        if len(column) != n:
            problems.add(
                f"{name} has {count_of(len(column), 'row')} and {columns[0][0]} {n:,}.",
                code="length",
                param=name,
                got=len(column),
            )
        if type(column).__module__.partition(".")[0] != "pandas" or not hasattr(column, "index"):
            continue
        first = first or (name, column.index)
        same = column.index is first[1] or column.index.equals(first[1])
        if len(column) == n and not same:
            problems.add(
                f"{name} and {first[0]} have different indexes: their rows do not belong together.",
                code="index",
                param=name,
                hint="take both from one frame, join them, or pass .to_numpy() if their order is right.",
            )
    problems.raise_if_any()
    return n


def _times(given: Any, count: Floats, each: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """How many rows a row stands for: whole numbers, kept as such, since floats lose them above
    2**53.
    """
    if np.isnan(count).any():
        lacking = int(np.isnan(count).sum())
        raise InputError.of(
            f"count is missing in {count_of(lacking, 'row')}.", code="missing", param="count"
        )
    if bool((count != np.floor(count)).any()):
        raise InputError.of(
            "count must hold whole numbers.", param="count", hint="use sample_weight for weights."
        )
    must_be_countable(float((count if each is None else count * each).sum()), "count")
    array = np.asarray(given)
    whole = array if array.dtype.kind in "iu" else np.array([*map(int, array)], dtype=np.int64)
    times = whole.astype(np.int64)
    return times if each is None else times * each


def must_be_countable(rows: float, param: str) -> None:
    """Refuse more rows than whole numbers of 64 bits hold."""
    if rows > MOST_ROWS:
        raise InputError.of(
            f"{param} adds up to {rows:g} rows; at most {MOST_ROWS:g} can be counted.",
            code="too_many_rows",
            param=param,
            got=rows,
        )


# -- what is missing -------------------------------------------------------------------------------


def _complete(rows: Rows, missing: str) -> Rows:
    """The rows without missing values, by the rule that was asked for."""
    if missing == "category":
        parts = [
            {name: _with_category(column) for name, column in group.items()}
            for group in (rows.features, rows.controls)
        ]
        rows = Rows(
            rows.n,
            parts[0],
            parts[1],
            rows.flags,
            rows.numbers,
            rows.decisions,
            rows.weight,
            rows.times,
            has=rows.has,
        )
    gone = _lacking(rows)
    if not gone:
        return rows
    lost = {name: rows.counted(lacking) for name, lacking in gone.items()}
    everybody = rows.counted(np.ones(rows.n, dtype=bool))
    if missing != "drop":
        raise _missing_error(lost, everybody, set(rows.features) | set(rows.controls))
    without = np.logical_or.reduce(list(gone.values()))
    if without.all():
        raise InputError.of(
            "no row is complete: there is nothing to compare.", code="empty", param=next(iter(gone))
        )
    return rows.at(~without, {"rows": rows.counted(without), **lost})


def _lacking(rows: Rows) -> dict[str, NDArray[np.bool_]]:
    """Which rows lack a value, by column; columns of one name are told of together."""
    columns = [(name, flag < 0) for name, flag in rows.flags.items() if flag.min(initial=0) < 0]
    coded = (*rows.features.items(), *rows.controls.items(), *rows.decisions.items())
    columns += [(name, column.codes < 0) for name, column in coded if column.missing]
    columns += [(name, np.isnan(values)) for name, values in rows.numbers.items()]
    if rows.weight is not None:
        columns.append(("sample_weight", np.isnan(rows.weight)))
    gone: dict[str, NDArray[np.bool_]] = {}
    for name, lacking in columns:
        if lacking.any():
            key = show(name) if name == "rows" else name  # "rows" is the number of rows left out
            gone[key] = gone[key] | lacking if key in gone else lacking
    return gone


def _missing_error(lost: Mapping[str, int], n: int, features: set[str]) -> InputError:
    problems = Problems()
    for name, k in lost.items():
        hint = 'pass missing="drop" to leave those rows out and report them'
        if name in features:
            hint += ', or missing="category" to make them a group of their own'
        problems.add(
            f"{name} is missing in {k:,} of {count_of(n, 'row')}.",
            code="missing",
            param=name,
            got=k,
            hint=f"{hint}.",
        )
    return InputError(problems.found)


def _with_category(column: Column) -> Column:
    """The column with its missing values as a group of their own."""
    if not column.missing:
        return column
    size = len(column.labels)
    lookup = np.arange(size + 1, dtype=narrow(size + 1))  # its last place serves code -1
    return Column(lookup[column.codes], (*column.labels, MISSING_LABEL))


def _with_weight(rows: Rows) -> Rows:
    """Rows without weight are not there; a group of nothing else is listed as absent."""
    if rows.weight is None or rows.weight.min(initial=1.0) > 0 or not rows.weight.any():
        return rows
    return rows.at(rows.weight > 0, rows.dropped)


# -- binary labels ---------------------------------------------------------------------------------


def positives(
    columns: Mapping[str, Any],
    pos_label: Any,
    vouched: Any = None,
    labels: Sequence[Any] | None = None,
) -> dict[str, Flags]:
    """For ``y_true`` and ``y_pred``: 1, 0 or -1 (missing) a row.

    Raises
    ------
    InputError
        Where labels are neither bool nor 0/1 and no ``pos_label`` was given, or it does not occur,
        or a value is not among ``labels``.
    """
    plain = pos_label is None or (isinstance(pos_label, (int, np.integer)) and pos_label == 1)
    if plain and labels is None:
        quick = {name: _zero_one(values) for name, values in columns.items()}
        found = {name: flags for name, flags in quick.items() if flags is not None}
        if len(found) == len(columns):
            return found
    coded = {name: values_of(values, name) for name, values in columns.items()}
    seen = {name: column.labels for name, column in coded.items()}
    declared = () if labels is None else values_of(list(labels), "labels").labels
    if pos_label is None:
        _only_zero_one({**seen, "labels": declared})
        return {name: _flags(column, 1) for name, column in coded.items()}
    _must_be_no_scores(seen)
    elsewhere = () if vouched is None else values_of(vouched, "y_true").labels
    if labels is None:
        _must_occur(seen, pos_label, elsewhere)
    else:
        _must_occur({"labels": declared}, pos_label, ())
        _must_be_among(seen, declared)
    return {name: _flags(column, pos_label) for name, column in coded.items()}


def _zero_one(values: Any) -> Flags | None:
    """Booleans, and integers that are all 0 or 1, without a look at their labels."""
    array = values.to_numpy() if type(values).__module__.partition(".")[0] == "pandas" else values
    if not isinstance(array, np.ndarray):
        return None
    if array.dtype.kind == "b":
        return array.view(np.int8)
    if array.dtype.kind not in "iu" or not array.size:
        return None
    # Read without a sign, a negative number is a very large one: one look tells both ends.
    if array.view(array.dtype.str.replace("i", "u")).max() > 1:
        return None
    return array.view(np.int8) if array.dtype.itemsize == 1 else array.astype(np.int8)


def _agreeing(columns: Mapping[str, Any], most: float) -> tuple[dict[str, Flags], frozenset[str]]:
    """Labels of which it does not matter which is positive, and what the flags tell.

    Of two labels other than bool and 0/1 the last is taken for positive. Of more, ``y_pred`` is 1
    where it is the label of ``y_true``, and ``y_true`` 1 throughout.
    """
    coded = {name: values_of(values, name) for name, values in columns.items()}
    if all(_is_zero_one(value) for column in coded.values() for value in column.labels):
        return {name: _flags(column, 1) for name, column in coded.items()}, frozenset(columns)
    truth = coded["y_true"]
    guess = coded["y_pred"]
    _must_be_of_a_kind(truth.labels, guess.labels)
    every = list(dict.fromkeys((*truth.labels, *guess.labels)))
    if len(every) > most:
        _only_zero_one({name: column.labels for name, column in coded.items()})
    if len(every) == 2:
        last = in_order(every)[-1]
        flags = {name: _flags(column, last) for name, column in coded.items()}
        return flags, frozenset({"agreement", "two labels"})
    place = {value: i for i, value in enumerate(every)}
    same = _placed(truth, place) == _placed(guess, place)
    flags = {
        "y_true": np.where(truth.codes < 0, -1, 1).astype(np.int8),
        "y_pred": np.where(guess.codes < 0, -1, same).astype(np.int8),
    }
    return flags, frozenset({"agreement"})


def _placed(column: Column, place: Mapping[Any, int]) -> NDArray[np.intp]:
    return np.array([*(place[value] for value in column.labels), -1])[column.codes]


def _flags(column: Column, pos_label: Any) -> Flags:
    """Look each code up; the last place of the table serves code -1."""
    lookup = np.array([*(value == pos_label for value in column.labels), -1], dtype=np.int8)
    return np.asarray(lookup[column.codes])


def _is_zero_one(value: Any) -> bool:
    return not isinstance(value, str) and value in (0, 1)


def _is_figure(value: Any) -> bool:
    return isinstance(value, (int, float, np.number))


def _must_be_of_a_kind(truth: tuple[Any, ...], guess: tuple[Any, ...]) -> None:
    """Labels of both columns are words, or whole numbers, and some are the same: anything else is a
    slip.
    """
    every = (*truth, *guess)
    words = all(isinstance(value, str) for value in every)
    whole = all(isinstance(value, int) for value in every)
    if (words or whole) and set(truth) & set(guess):
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


_SCORES = (
    "these look like scores: compare them with a threshold, such as y_score >= 0.5, or ask for a metric "
    'of scores, such as "mean_score" or "roc_auc_score".'
)


def _only_zero_one(seen: Mapping[str, tuple[Any, ...]]) -> None:
    for name, values in seen.items():
        if all(map(_is_zero_one, values)):
            continue
        hint = f"say which value is positive, such as pos_label={show(values[-1])}."
        if any(isinstance(value, float) for value in values):
            hint = _SCORES
        raise InputError.of(
            f"{name} has the values {listed(values, most=6)}; without pos_label only bool or 0 and 1 are understood.",
            code="unknown_labels",
            param=name,
            got=tuple(map(str, values[:6])),
            expected="bool, or 0 and 1",
            hint=hint,
        )


def _must_be_no_scores(seen: Mapping[str, tuple[Any, ...]]) -> None:
    """Of scores ``pos_label=1`` would be those of exactly 1; two values may be labels of any kind."""
    for name, values in seen.items():
        if len(values) > 2 and any(isinstance(value, float) for value in values):
            raise InputError.of(
                f"{name} has the values {listed(values, most=6)}; labels expected.",
                code="unknown_labels",
                param=name,
                got=tuple(map(str, values[:6])),
                hint=_SCORES,
            )


def _must_be_among(seen: Mapping[str, tuple[Any, ...]], declared: tuple[Any, ...]) -> None:
    for name, values in seen.items():
        strangers = [value for value in values if value not in declared]
        if strangers:
            raise InputError.of(
                f"{name} has {listed(strangers, most=6)}; one of labels={listed(declared, most=6)} expected.",
                code="unknown_labels",
                param=name,
                got=tuple(map(str, strangers[:6])),
                expected=tuple(map(str, declared[:6])),
            )


def _must_occur(
    seen: Mapping[str, tuple[Any, ...]], pos_label: Any, elsewhere: tuple[Any, ...]
) -> None:
    """A label that is in no column is a slip; a column may lack it if another explains its
    values.
    """
    if np.ndim(pos_label) > 0:
        raise InputError.of(
            f"pos_label is {show(pos_label)}; one label expected.",
            code="shape",
            param="pos_label",
            hint="pass the comparison itself, such as numpy.isin(y_pred, labels).",
        )
    telling = [values for values in (*seen.values(), elsewhere) if pos_label in values]
    telling += [pair for pair in ((0, 1), (-1, 1)) if _is_figure(pos_label) and pos_label in pair]
    for name, values in seen.items():
        if any(set(values) <= set(other) for other in telling):
            continue
        raise InputError.of(
            f"pos_label {show(pos_label)} does not occur in {name}, which has {listed(values, most=6)}.",
            code="unknown_labels",
            param="pos_label",
            got=pos_label,
            expected=tuple(map(str, values[:6])),
            hint="use one of these values, written and typed as there; where nobody is positive, pass the comparison "
            "itself, such as y_pred == 'yes' (a GroupTable takes labels=, all that there can be).",
        )
