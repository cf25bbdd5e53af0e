"""GroupTable: counts by stratum, group, label and prediction, from which every binary group metric derives.

Rows are touched once, here. What follows works on the cells, so that it costs the same for a
hundred rows and for a billion, and tables of parts (chunks, days, sites) add up to the table of the
whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import prod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from coprep.data.columns import Column, group_label, in_order, is_unknown
from coprep.data.group_counts import (
    BOTH,
    from_array,
    from_mapping,
    from_table,
    is_table,
    must_be_groups,
)
from coprep.data.labels import fold
from coprep.data.rows import Missing, Rows, must_be_countable, read_frame, read_rows
from coprep.errors import InputError
from coprep.table import Table
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    import pandas as pd

Label = Any
Cells = NDArray[Any]
_CHUNK = 1 << 16  # rows whose wide codes stay in the processor's cache
_MOST_CELLS = 1 << 22
_EXTREME = 1e150  # weights beyond which squares overflow, or vanish


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GroupTable:
    """Counts by stratum, group, label and prediction: all that the binary group metrics need.

    Make one with `from_arrays`, `from_frame` or `from_counts`; add two with ``+``.

    Attributes
    ----------
    groups : tuple
        Names of the groups, declared but absent ones among them; tuples where several attributes
        are crossed. The group ``"(unknown)"`` is counted and not compared.
    strata : tuple
        Names of the strata; ``(None,)`` where there are no control features.
    rows : array of int of shape (strata, groups, 2, 2)
        Rows by label (no, yes) and prediction (no, yes).
    weights, squares : array of float, same shape
        Sums of the rows' weights and squared weights; both equal `rows` without weights.
    attributes, controls : tuple of str
        Names of the sensitive and control features.
    has : frozenset of str
        Which of ``"y_true"`` and ``"y_pred"`` were given; ``"agreement"`` where rows only tell
        whether both are the same label, of which there may be many.
    dropped : mapping of str to int
        Rows left out by ``missing="drop"``: ``"rows"`` and, by column, how many values were
        missing.
    kept : dict
        What was worked out already and several metrics share; never part of what the table says.
    """

    groups: tuple[Label, ...]
    strata: tuple[Label, ...]
    rows: NDArray[np.int64]
    weights: NDArray[np.float64]
    squares: NDArray[np.float64]
    attributes: tuple[str, ...] = ("group",)
    controls: tuple[str, ...] = ()
    has: frozenset[str] = BOTH
    dropped: Mapping[str, int] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict, init=False)

    # -- making one --------------------------------------------------------------------------------

    @classmethod
    def from_arrays(
        cls,
        y_true: Any,
        y_pred: Any = None,
        *,
        sensitive_features: Any = None,
        control_features: Any = None,
        sample_weight: Any = None,
        pos_label: Any = None,
        labels: Sequence[Any] | None = None,
        missing: Missing = "raise",
    ) -> Self:
        """Count rows that are given as columns.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n,), or None
            Labels and predictions: bool, 0/1, or anything with ``pos_label``. Either may be None
            where it is not needed.
        sensitive_features : array-like of shape (n,), data frame, mapping or 2-D array, optional
            The groups; several columns are crossed. None puts everybody into one group. Names are
            told apart as in `coprep.representation.assess`: without case and outer blanks; words
            such as "prefer not to say" are the group ``"(unknown)"``, which is counted and not
            compared.
        control_features : the same, optional
            Strata within which groups are compared.
        sample_weight : array-like of shape (n,), optional
            Weights from 0; rows without weight are not there.
        pos_label : label, optional
            The value that counts as positive; needed unless labels are bool or 0 and 1.
        labels : sequence of labels, optional
            All that there can be: then a part in which nobody is positive, or without any rows,
            makes a table too, which adds up with those of the other parts.
        missing : {"raise", "drop", "category"}
            What to do with missing values (None, nan, NA): an error, leave the row out and count
            it, or (features only) make them a group of their own called ``"(missing)"``.

        Returns
        -------
        GroupTable

        Raises
        ------
        InputError
            Where columns differ in length or index, values are missing, labels are not understood,
            or there are no rows.

        Examples
        --------
        >>> table = GroupTable.from_arrays([1, 0, 1, 0], [1, 0, 0, 1], sensitive_features=["f", "f", "m", "m"])
        >>> table
        <GroupTable: 4 rows; 2 groups of 'group'>
        """
        flags = {"y_true": y_true, "y_pred": y_pred}
        given = {name: values for name, values in flags.items() if values is not None}
        if not given:
            raise InputError.of(
                "y_true and y_pred are both None; one is needed.", code="missing", param="y_pred"
            )
        return cls.counted(
            read_rows(
                flags=given,
                sensitive_features=sensitive_features,
                control_features=control_features,
                sample_weight=sample_weight,
                pos_label=pos_label,
                labels=labels,
                missing=missing,
            )
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        sensitive_features: str | Sequence[str],
        y_true: str | None = None,
        y_pred: str | None = None,
        control_features: str | Sequence[str] = (),
        sample_weight: str | None = None,
        count: str | None = None,
        pos_label: Any = None,
        labels: Sequence[Any] | None = None,
        missing: Missing = "raise",
    ) -> Self:
        """Count rows of a data frame; a frame that lives in an engine of its own is counted there.

        Parameters
        ----------
        frame : data frame
            pandas, Polars, PyArrow, or lazily DuckDB, Dask, Polars, PySpark, Ibis; or a mapping of
            columns.
        sensitive_features, control_features : str or sequence of str
            Columns that make the groups and the strata.
        y_true, y_pred : str, optional
            Columns of labels and predictions; at least one.
        sample_weight : str, optional
            Column of weights.
        count : str, optional
            Column that says how many rows each row stands for: published tables, the answer of a
            GROUP BY.
        pos_label, labels, missing
            As in `from_arrays`.

        Returns
        -------
        GroupTable

        Examples
        --------
        >>> published = {"sex": ["f", "f", "m", "m"], "hired": [1, 0, 1, 0], "people": [12, 28, 48, 32]}
        >>> GroupTable.from_frame(published, sensitive_features="sex", y_pred="hired", count="people")
        <GroupTable: 120 rows; 2 groups of 'sex'>
        """
        if y_true is None and y_pred is None:
            raise InputError.of(
                "y_true and y_pred are both None; one is needed.", code="missing", param="y_pred"
            )
        return cls.counted(
            read_frame(
                frame,
                {
                    "y_true": y_true,
                    "y_pred": y_pred,
                    "sample_weight": sample_weight,
                    "count": count,
                },
                features=_names(sensitive_features),
                controls=_names(control_features),
                pos_label=pos_label,
                labels=labels,
                missing=missing,
            )
        )

    @classmethod
    def from_counts(
        cls,
        counts: Any,
        *,
        groups: Sequence[Label] | None = None,
        strata: Sequence[Label] | None = None,
        attributes: str | Sequence[str] = "group",
        controls: str | Sequence[str] = "stratum",
        selected: str = "selected",
        total: str = "total",
    ) -> Self:
        """Take counts that somebody else has made.

        Parameters
        ----------
        counts : mapping, data frame, or array of shape (groups, 2, 2) or (strata, groups, 2, 2)
            By group either ``{"TN": .., "FP": .., "FN": .., "TP": ..}`` or ``{"selected": ..,
            "total": ..}``; with strata a mapping of stratum to such a mapping. A data frame has a
            row a group, as a query with GROUP BY answers, or is pandas' crosstab of groups by a
            decision of 0 and 1. Arrays are label (no, yes) by prediction (no, yes).
        groups, strata : sequence of labels, optional
            Their names, for arrays.
        attributes, controls : str or sequence of str
            What the groups and strata are; of a data frame the columns that hold them.
        selected, total : str
            Of a data frame, the columns that hold the counts.

        Returns
        -------
        GroupTable

        Examples
        --------
        >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
        >>> GroupTable.from_counts(hired).group_sizes
        {'white': 80, 'black': 40}
        >>> answer = {"sex": ["f", "m"], "applicants": [40, 80], "hired": [12, 48]}  # of a query
        >>> import pandas as pd
        >>> GroupTable.from_counts(pd.DataFrame(answer), selected="hired", total="applicants")
        <GroupTable: 120 rows; 2 groups of 'sex'>
        """
        feature_names = _names(attributes)
        control_names = _names(controls)
        if is_table(counts):
            found, feature_names, control_names = from_table(
                counts, feature_names, control_names, selected, total
            )
        elif isinstance(counts, Mapping):
            found = from_mapping(counts)
        else:
            found = from_array(counts, groups, strata)
        named_twice = groups is not None or strata is not None
        if named_twice and not isinstance(counts, (np.ndarray, list, tuple)):
            raise InputError.of(
                "counts names its groups itself; leave out groups and strata.", param="groups"
            )
        group_labels, stratum_labels, cells, has = found
        must_be_groups(group_labels, cells)
        _must_be_crossed(group_labels, feature_names, "attributes")
        layered = stratum_labels != (None,)
        if layered:
            _must_be_crossed(stratum_labels, control_names, "controls")
        return cls(
            groups=_named(group_labels, "groups"),
            strata=_named(stratum_labels, "strata") if layered else (None,),
            rows=cells,
            weights=cells.astype(np.float64),
            squares=cells.astype(np.float64),
            attributes=feature_names,
            controls=control_names if layered else (),
            has=has,
        )

    @classmethod
    def counted(cls, rows: Rows) -> Self:
        """Count rows that were checked and coded."""
        groups = rows.groups
        strata = rows.strata
        shape = (len(strata.labels), len(groups.labels), 2, 2)
        if prod(shape) > _MOST_CELLS:
            raise InputError.of(
                f"{shape[0]:,} strata by {shape[1]:,} groups are too many cells to compare.",
                code="too_many_cells",
                param="control_features" if shape[0] > shape[1] else "sensitive_features",
                hint="use features with fewer levels, or bands of numbers.",
            )
        sums = [cells.reshape(shape) for cells in _summed(rows, groups, strata, prod(shape))]
        return cls(
            groups=groups.labels,
            strata=strata.labels,
            rows=sums[0],
            weights=sums[1],
            squares=sums[2],
            attributes=tuple(rows.features) or ("group",),
            controls=tuple(rows.controls),
            has=rows.has,
            dropped=dict(rows.dropped),
        )

    def __post_init__(self) -> None:
        must_be_countable(float(self.rows.sum(dtype=np.float64)), "counts")
        if np.array_equal(self.rows, self.weights) and np.array_equal(self.rows, self.squares):
            object.__setattr__(self, "squares", self.weights)
        for cells in (self.rows, self.weights, self.squares):
            cells.setflags(write=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self) if f.init)

    # -- looking at it -----------------------------------------------------------------------------

    @property
    def n(self) -> int:
        """How many rows were counted."""
        return int(self.rows.sum())

    @property
    def group_sizes(self) -> dict[Label, int]:
        """Rows of each group."""
        return dict(zip(self.groups, map(int, self.rows.sum(axis=(0, 2, 3))), strict=True))

    @property
    def weighted(self) -> bool:
        """Whether rows counted other than once each."""
        return self.squares is not self.weights

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which groups are known, in all their parts."""
        return np.array([not is_unknown(group) for group in self.groups], dtype=bool)

    def place(self, group: Label, param: str = "reference") -> int:
        """Where a group stands in `groups`, however it is spelt."""
        return place_of(group, self.groups, param)

    def cells_of(self, strata: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums of weights and of squares in some strata; one and the same array where rows are not
        weighted.
        """
        if len(strata) == len(self.strata):
            return self.weights, self.squares
        weights = self.weights[strata]
        return weights, weights if self.squares is self.weights else self.squares[strata]

    def smallest_cell(self, place: int) -> int:
        """The smallest count above 0 in any stratum, label and prediction of one group; 0 where it
        has no rows.
        """
        cells = self.rows[:, place]
        return int(cells[cells > 0].min(initial=np.iinfo(np.int64).max)) if cells.any() else 0

    def __repr__(self) -> str:
        within = ""
        if self.controls:
            within = (
                f" in {count_of(len(self.strata), 'stratum', 'strata')} of {listed(self.controls)}"
            )
        of = " x ".join(show(name) for name in self.attributes)
        rows = count_of(self.n, "row")
        return f"<GroupTable: {rows}; {count_of(len(self.groups), 'group')} of {of}{within}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GroupTable):
            return NotImplemented
        names = ("groups", "strata", "attributes", "controls", "has")
        return all(getattr(self, name) == getattr(other, name) for name in names) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("rows", "weights", "squares")
        )

    def __hash__(self) -> int:
        return hash((self.groups, self.strata, self.n))

    # -- changing it -------------------------------------------------------------------------------

    def __add__(self, other: GroupTable) -> Self:
        """The table of the rows of both."""
        if not isinstance(other, GroupTable):
            return NotImplemented
        for what in ("attributes", "controls", "has"):
            mine = getattr(self, what)
            theirs = getattr(other, what)
            if mine != theirs:
                raise InputError.of(
                    f"tables of different {what} do not add up: {listed(mine)} and {listed(theirs)}.",
                    code="different_tables",
                    param=what,
                )
        groups = _union(self.groups, other.groups)
        strata = _union(self.strata, other.strata)
        cells: dict[str, Any] = {}
        for name in ("rows", "weights", "squares"):
            total = np.zeros((len(strata), len(groups), 2, 2), dtype=getattr(self, name).dtype)
            for table in (self, other):
                at = np.ix_(_places(strata, table.strata), _places(groups, table.groups))
                total[at] += getattr(table, name)
            cells[name] = total
        names = dict.fromkeys((*self.dropped, *other.dropped))
        dropped = {name: self.dropped.get(name, 0) + other.dropped.get(name, 0) for name in names}
        return replace(self, groups=groups, strata=strata, dropped=dropped, **cells)

    def __radd__(self, other: object) -> Self:
        """So that `sum` adds up a list of tables."""
        if other == 0:
            return self
        return NotImplemented

    def _merged(self, groups: Sequence[Label], strata: Sequence[Label]) -> dict[str, Any]:
        """Cells brought together under new labels, one for each old one."""
        new_groups = tuple(dict.fromkeys(groups))
        new_strata = tuple(dict.fromkeys(strata))
        at = np.ix_(_places(new_strata, strata), _places(new_groups, groups))
        cells: dict[str, Any] = {"groups": new_groups, "strata": new_strata}
        for name in ("rows", "weights", "squares"):
            shape = (len(new_strata), len(new_groups), 2, 2)
            total = np.zeros(shape, dtype=getattr(self, name).dtype)
            np.add.at(total, at, getattr(self, name))
            cells[name] = total
        return cells

    def without_strata(self) -> Self:
        """The same rows, not told apart by control features."""
        if not self.controls:
            return self
        return replace(self, controls=(), **self._merged(self.groups, [None] * len(self.strata)))

    def by_attribute(self, name: str) -> Self:
        """The same rows by one of several crossed attributes."""
        if name not in self.attributes:
            raise InputError.choice("attribute", name, self.attributes)
        if len(self.attributes) == 1:
            return self
        place = self.attributes.index(name)
        merged = self._merged([group[place] for group in self.groups], self.strata)
        return replace(self, attributes=(name,), **merged)

    def in_stratum(self, stratum: Label) -> Self:
        """Only the rows of one stratum."""
        place = place_of(stratum, self.strata, "stratum")
        cells = {name: getattr(self, name)[[place]] for name in ("rows", "weights", "squares")}
        return replace(self, strata=(None,), controls=(), **cells)

    def expanded(self) -> Rows:
        """Rows that the counts could have come from, for what looks at rows; weights are lost."""
        if self.weighted:
            raise InputError.of(
                "this needs one row a person, and the table's rows are weighted.",
                code="weighted",
                param="y_true",
            )
        table = self.without_strata()
        cells = table.rows[0].ravel()
        place = np.repeat(np.arange(len(cells)), cells)
        groups = place // 4
        levels = [group if len(self.attributes) > 1 else (group,) for group in self.groups]
        features = {}
        for i, name in enumerate(self.attributes):
            labels = tuple(dict.fromkeys(level[i] for level in levels))
            lookup = np.array([labels.index(level[i]) for level in levels])
            features[name] = Column(lookup[groups], labels)
        flags = {"y_true": (place // 2 % 2).astype(np.int8), "y_pred": (place % 2).astype(np.int8)}
        known = {name: flag for name, flag in flags.items() if name in self.has}
        decisions = {name: Column(flag, (0, 1)) for name, flag in known.items()}
        n = len(place)
        return Rows(n, features, {}, known, {}, decisions, dropped=self.dropped, has=self.has)

    # -- keeping it --------------------------------------------------------------------------------

    def to_table(self) -> Table:
        """The cells as a `coprep.table.Table`: stratum, group, label, prediction, rows, weights,
        squares.
        """
        places = list(np.ndindex(self.rows.shape))
        strata = label_texts(self.strata)
        groups = label_texts(self.groups)
        return Table(
            {
                "stratum": [strata[s] for s, *_ in places],
                "group": [groups[g] for _, g, *_ in places],
                "y_true": [bool(y) for _, _, y, _ in places],
                "y_pred": [bool(p) for *_, p in places],
                "rows": self.rows.ravel().tolist(),
                "weight": self.weights.ravel().tolist(),
                "weight_squared": self.squares.ravel().tolist(),
            },
            {
                "stratum": "text",
                "group": "text",
                "y_true": "truth",
                "y_pred": "truth",
                "rows": "count",
                "weight": "number",
                "weight_squared": "number",
            },
        )

    @classmethod
    def from_table(
        cls,
        table: Table,
        *,
        groups: Sequence[Label],
        strata: Sequence[Label],
        attributes: Sequence[str],
        controls: Sequence[str] = (),
        has: Sequence[str] = ("y_true", "y_pred"),
    ) -> Self:
        """The table that `to_table` described, with its groups and strata by name."""
        shape = (len(strata), len(groups), 2, 2)
        return cls(
            tuple(groups),
            tuple(strata),
            np.array(table["rows"], dtype=np.int64).reshape(shape),
            np.array(table["weight"], dtype=np.float64).reshape(shape),
            np.array(table["weight_squared"], dtype=np.float64).reshape(shape),
            attributes=tuple(attributes),
            controls=tuple(controls),
            has=frozenset(has),
        )

    def to_frame(self) -> pd.DataFrame:
        """The cells as a tidy pandas frame."""
        return self.to_table().to_frame()


# -- names -----------------------------------------------------------------------------------------


def label_text(label: Label) -> str | None:
    """A group's name as text; crossed ones joined by " x "."""
    if isinstance(label, tuple):
        return " x ".join(str(part) for part in label)
    return None if label is None else str(label)


def label_texts(labels: Sequence[Label]) -> list[str | None]:
    """The names as texts of which no two are the same: crossed ones that read alike are told apart by their parts.

    >>> label_texts([("a x b", "c"), ("a", "b x c"), ("d", "e")])
    ["('a x b', 'c')", "('a', 'b x c')", 'd x e']
    """
    texts = [label_text(label) for label in labels]
    twice = {text for text, n in Counter(texts).items() if n > 1}
    return [
        str(label) if text in twice else text for text, label in zip(texts, labels, strict=True)
    ]


def views(table: GroupTable, reference: Any = None) -> list[tuple[GroupTable, Any]]:
    """The table by each attribute, and by all crossed, with the part of a reference that belongs to it."""
    crossed = [(table, reference)]
    if len(table.attributes) == 1:
        return crossed
    each = [
        (table.by_attribute(name), part_of(reference, table.attributes, name))
        for name in table.attributes
    ]
    return each + crossed


def part_of(reference: Any, attributes: Sequence[str], name: str) -> Any:
    """The reference group among the groups of one of several attributes that are crossed."""
    if reference is None:
        return None
    if isinstance(reference, tuple) and len(reference) == len(attributes):
        return reference[attributes.index(name)]
    raise InputError.of(
        f"reference is {show(reference)}; a tuple with a label for each of {len(attributes)} attributes expected.",
        code="shape",
        param="reference",
        got=show(reference),
    )


def place_of(group: Label, groups: Sequence[Label], param: str) -> int:
    """Where a group stands among others, however it is spelt."""
    wanted = _folded(group_label(group))
    for i, name in enumerate(groups):
        if _folded(name) == wanted:
            return i
    raise InputError.choice(param, group, groups)


def _folded(group: Label) -> Any:
    if isinstance(group, tuple):
        return tuple(_folded(part) for part in group)
    return None if group is None else fold(str(group))


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _named(labels: Sequence[Label], param: str) -> tuple[Label, ...]:
    """Groups by the one rule of labels; no two of them may be one."""
    named = tuple(group_label(label) for label in labels)
    seen: dict[Any, Label] = {}
    for label, name in zip(labels, named, strict=True):
        key = _folded(name)
        if key in seen or name is None:
            raise InputError.of(
                f"{param} has {show(label)}, which "
                + (f"is the same as {show(seen[key])}." if key in seen else "names nothing."),
                code="same_name",
                param=param,
                hint="give every group a name of its own, without regard to case.",
            )
        seen[key] = label
    return named


def _must_be_crossed(labels: Sequence[Label], names: Sequence[str], param: str) -> None:
    """Labels of several features are tuples with one part each."""
    if not names:
        raise InputError.of(
            f"{param} is empty; at least one name expected.", code="empty", param=param
        )
    if len(names) == 1:
        return
    for label in labels:
        if not isinstance(label, tuple) or len(label) != len(names):
            raise InputError.of(
                f"{param} has {len(names)} names, and {show(label)} is no tuple of {len(names)} labels.",
                code="shape",
                param=param,
                got=show(label),
                hint='name crossed groups such as ("f", "young").',
            )


def _places(labels: Sequence[Label], wanted: Sequence[Label]) -> list[int]:
    place = {_folded(label): i for i, label in enumerate(labels)}
    return [place[_folded(label)] for label in wanted]


def _union(mine: tuple[Label, ...], theirs: tuple[Label, ...]) -> tuple[Label, ...]:
    """All labels: in the order of the longer list if it has them all, else sorted."""
    known = {_folded(label) for label in mine}
    new = [label for label in theirs if _folded(label) not in known]
    if not new:
        return mine
    if len(new) + len(mine) == len(theirs):
        return theirs
    return tuple(in_order([*mine, *new]))


# -- counting --------------------------------------------------------------------------------------


def _summed(rows: Rows, groups: Column, strata: Column, size: int) -> tuple[Cells, Cells, Cells]:
    """Rows, sums of weights and of squares by cell, in pieces: bincount widens the codes it
    counts.
    """
    if rows.weight is not None:
        _must_square(rows.weight)
    counted = np.zeros(size, dtype=np.int64)
    sums = np.zeros((2, size))
    for start in range(0, rows.n, _CHUNK):
        part = slice(start, start + _CHUNK)
        cell = _cells(rows, groups, strata, part)
        if rows.times is None:
            counted += np.bincount(cell, minlength=size)
        else:
            np.add.at(counted, cell, rows.times[part])  # bincount would add up as floats
        if rows.weight is not None:
            weight = rows.weight[part]
            times = 1 if rows.times is None else rows.times[part]
            sums[0] += np.bincount(cell, weights=times * weight, minlength=size)
            sums[1] += np.bincount(cell, weights=times * weight**2, minlength=size)
    if rows.weight is None:
        return counted, counted.astype(np.float64), counted.astype(np.float64)
    return counted, sums[0], sums[1]


def _cells(rows: Rows, groups: Column, strata: Column, part: slice) -> NDArray[np.intp]:
    """The place of each row's cell."""
    cell = groups.codes[part].astype(np.intp)
    if len(strata.labels) > 1:
        cell += strata.codes[part].astype(np.intp) * len(groups.labels)
    for name in ("y_true", "y_pred"):
        cell *= 2
        if name in rows.flags:
            cell += rows.flags[name][part]
    return cell


def _must_square(weights: NDArray[np.float64]) -> None:
    """Refuse weights whose squares are too large or too small for a number."""
    some = weights[weights > 0]
    if not len(some):
        return
    largest = float(some.max())
    smallest = float(some.min())
    if largest > _EXTREME or smallest < 1 / _EXTREME:
        raise InputError.of(
            f"sample_weight has {largest if largest > _EXTREME else smallest:g}; sums of its squares cannot be told "
            "from infinity or 0.",
            param="sample_weight",
            hint="divide all weights by their mean.",
        )
