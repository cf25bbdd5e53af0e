"""Knows the one table every binary group metric derives from: group x label x prediction, counted and weighted.

Rows are touched once, here. What follows works on the cells, so that it costs the same for a hundred rows and
for a billion, and tables of parts (chunks, days, sites) add up to the table of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._columns import in_order
from coprep.fairness._rows import Rows, counted_rows, gather, must_be_countable
from coprep.wording.labels import listed, show

if TYPE_CHECKING:
    import pandas as pd

    from coprep.fairness.result import MetricResult
    from coprep.table import Table

__all__ = ["GroupTable", "label_text", "label_texts"]

Missing = Literal["raise", "drop", "category"]
Label = Any
_BOTH = ("y_true", "y_pred")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GroupTable:
    """Counts by stratum, group, label and prediction: all that the binary group metrics need.

    Make one with `from_arrays`, `from_frame` or `from_counts`; add two with ``+``.

    Attributes
    ----------
    groups : tuple
        Labels of the groups, declared but absent ones among them; tuples where several attributes are crossed.
    strata : tuple
        Labels of the strata; ``(None,)`` where there are no control features.
    rows : array of int of shape (strata, groups, 2, 2)
        Rows by label (no, yes) and prediction (no, yes).
    weights, squares : array of float, same shape
        Sums of the rows' weights and squared weights; both equal `rows` without weights.
    attributes, controls : tuple of str
        Names of the sensitive and control features.
    has : frozenset of str
        Which of ``"y_true"`` and ``"y_pred"`` were given; ``"agreement"`` where rows only tell whether both are the
        same label, of which there may be many.
    dropped : mapping of str to int
        Rows left out by ``missing="drop"``: ``"rows"`` and, by column, how many values were missing.
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
    has: frozenset[str] = frozenset({"y_true", "y_pred"})
    dropped: Mapping[str, int] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict, init=False)

    # -- making one ------------------------------------------------------------------------------------------

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
        missing: Missing = "raise",
    ) -> Self:
        """Count rows that are given as columns.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n,), or None
            Labels and predictions: bool, 0/1, or anything with ``pos_label``. Either may be None where it is not
            needed.
        sensitive_features : array-like of shape (n,), data frame, mapping or 2-D array, optional
            The groups; several columns are crossed. None puts everybody into one group. Codes of pandas
            Categorical, Arrow dictionaries and Polars Categorical or Enum are used as they are.
        control_features : the same, optional
            Strata within which groups are compared.
        sample_weight : array-like of shape (n,), optional
            Weights from 0.
        pos_label : label, optional
            The value that counts as positive; needed unless labels are bool or 0 and 1.
        missing : {"raise", "drop", "category"}
            What to do with missing values: an error, leave the row out and count it, or (features only) make
            them a group of their own called ``"(missing)"``.

        Returns
        -------
        GroupTable

        Raises
        ------
        InputError
            Where columns differ in length or index, values are missing, labels are not understood, or there are
            no rows.

        Examples
        --------
        >>> table = GroupTable.from_arrays([1, 0, 1, 0], [1, 0, 0, 1], sensitive_features=["f", "f", "m", "m"])
        >>> table
        <GroupTable: 4 rows; 2 groups of 'group'>
        """
        return cls.counted(
            gather(
                y_true,
                y_pred,
                sensitive_features=sensitive_features,
                control_features=control_features,
                sample_weight=sample_weight,
                pos_label=pos_label,
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
        missing: Missing = "raise",
    ) -> Self:
        """Count the rows of a data frame; on lazy engines the engine counts.

        Parameters
        ----------
        frame : data frame
            pandas, Polars, PyArrow, or lazily DuckDB, Dask, Polars, PySpark, Ibis; or a mapping of columns.
        sensitive_features, control_features : str or sequence of str
            Columns that make the groups and the strata.
        y_true, y_pred : str, optional
            Columns of labels and predictions; at least one.
        sample_weight : str, optional
            Column of weights.
        count : str, optional
            Column that says how many rows each row stands for: published tables, the answer of a GROUP BY.
        pos_label, missing
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
        names = {"y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight, "count": count}
        return cls.counted(
            counted_rows(
                frame,
                names,
                features=_names(sensitive_features),
                controls=_names(control_features),
                pos_label=pos_label,
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
    ) -> Self:
        """Take counts that somebody else has made.

        Parameters
        ----------
        counts : mapping or array of shape (groups, 2, 2) or (strata, groups, 2, 2)
            By group either ``{"TN": .., "FP": .., "FN": .., "TP": ..}`` or ``{"selected": .., "total": ..}``; with
            strata a mapping of stratum to such a mapping. Arrays are label (no, yes) by prediction (no, yes).
        groups, strata : sequence of labels, optional
            Their names, for arrays.
        attributes, controls : str or sequence of str
            What the groups and strata are.

        Returns
        -------
        GroupTable

        Examples
        --------
        >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
        >>> GroupTable.from_counts(hired).group_sizes
        {'white': 80, 'black': 40}
        """
        from coprep.fairness._given import read_counts

        group_labels, stratum_labels, cells, has = read_counts(counts, groups, strata)
        _must_be_crossed(group_labels, _names(attributes), "attributes")
        if stratum_labels != (None,):
            _must_be_crossed(stratum_labels, _names(controls), "controls")
        return cls(
            groups=group_labels,
            strata=stratum_labels,
            rows=cells,
            weights=cells.astype(np.float64),
            squares=cells.astype(np.float64),
            attributes=_names(attributes),
            controls=_names(controls) if stratum_labels != (None,) else (),
            has=has,
        )

    @classmethod
    def counted(cls, data: Rows) -> Self:
        """Count rows that were checked and coded."""
        groups, strata, cells = data.cells()
        return cls(
            groups=groups,
            strata=strata,
            attributes=tuple(data.features) or ("group",),
            controls=tuple(data.controls),
            has=data.has or frozenset(data.flags),
            dropped=dict(data.dropped),
            **cells,
        )

    def __post_init__(self) -> None:
        must_be_countable(float(self.rows.sum(dtype=np.float64)), "counts")
        if np.array_equal(self.rows, self.weights) and np.array_equal(self.rows, self.squares):
            object.__setattr__(self, "squares", self.weights)
        for cells in (self.rows, self.weights, self.squares):
            cells.setflags(write=False)

    def __reduce__(self) -> tuple[Any, ...]:
        given = (getattr(self, f.name) for f in fields(self) if f.init)
        return type(self), tuple(given)

    # -- looking at it ---------------------------------------------------------------------------------------

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

    def cells_of(self, strata: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums of weights and of squares in some strata; one and the same array where rows are not weighted."""
        if len(strata) == len(self.strata):
            return self.weights, self.squares
        weights = self.weights[strata]
        return weights, weights if self.squares is self.weights else self.squares[strata]

    def __repr__(self) -> str:
        within = (
            f" in {len(self.strata):,} strata of {listed(self.controls)}" if self.controls else ""
        )
        of = " x ".join(show(name) for name in self.attributes)
        return f"<GroupTable: {self.n:,} rows; {len(self.groups):,} groups of {of}{within}>"

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

    # -- changing it -----------------------------------------------------------------------------------------

    def __add__(self, other: GroupTable) -> Self:
        """The table of the rows of both."""
        if not isinstance(other, GroupTable):
            return NotImplemented
        for what in ("attributes", "controls", "has"):
            mine, theirs = getattr(self, what), getattr(other, what)
            if mine != theirs:
                raise InputError.of(
                    f"tables of different {what} do not add up: {listed(mine)} and {listed(theirs)}.",
                    code="different_tables",
                    param=what,
                )
        groups, strata = _union(self.groups, other.groups), _union(self.strata, other.strata)
        cells: dict[str, Any] = {}
        for name in ("rows", "weights", "squares"):
            total = np.zeros((len(strata), len(groups), 2, 2), dtype=getattr(self, name).dtype)
            for table in (self, other):
                s, g = _places(strata, table.strata), _places(groups, table.groups)
                total[np.ix_(s, g)] += getattr(table, name)
            cells[name] = total
        names = (*self.dropped, *other.dropped)
        dropped = {
            n: self.dropped.get(n, 0) + other.dropped.get(n, 0) for n in dict.fromkeys(names)
        }
        return replace(self, groups=groups, strata=strata, dropped=dropped, **cells)

    def __radd__(self, other: object) -> Self:
        """So that `sum` adds up a list of tables."""
        if other == 0:
            return self
        return NotImplemented

    def _merged(self, groups: Sequence[Label], strata: Sequence[Label]) -> dict[str, Any]:
        """Cells brought together under new labels, one for each old one."""
        new_g, new_s = tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(strata))
        cells: dict[str, Any] = {"groups": new_g, "strata": new_s}
        at = np.ix_(_places(new_s, strata), _places(new_g, groups))
        for name in ("rows", "weights", "squares"):
            total = np.zeros((len(new_s), len(new_g), 2, 2), dtype=getattr(self, name).dtype)
            np.add.at(total, at, getattr(self, name))
            cells[name] = total
        return cells

    def without_strata(self) -> Self:
        """The same rows, not told apart by control features."""
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
        if stratum not in self.strata:
            raise InputError.choice("stratum", stratum, self.strata)
        s = self.strata.index(stratum)
        cells = {name: getattr(self, name)[[s]] for name in ("rows", "weights", "squares")}
        return replace(self, strata=(None,), controls=(), **cells)

    # -- keeping it ------------------------------------------------------------------------------------------

    def to_table(self) -> Table:
        """The cells as a `coprep.table.Table`: stratum, group, label, prediction, rows, weights, squares."""
        from coprep.table import Table

        places = list(np.ndindex(self.rows.shape))
        strata, groups = label_texts(self.strata), label_texts(self.groups)
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
        attributes: Sequence[str],
        controls: Sequence[str] = (),
        has: Sequence[str] = _BOTH,
    ) -> Self:
        """The table that `to_table` described; labels are text."""
        strata, groups = (tuple(dict.fromkeys(table[name])) for name in ("stratum", "group"))
        shape = (len(strata), len(groups), 2, 2)
        cells: dict[str, Any] = {
            name: np.array(table[column], dtype=kind).reshape(shape)
            for name, column, kind in (
                ("rows", "rows", np.int64),
                ("weights", "weight", np.float64),
                ("squares", "weight_squared", np.float64),
            )
        }
        return cls(
            groups,
            strata,
            **cells,
            attributes=_names(attributes),
            controls=_names(controls),
            has=frozenset(has),
        )

    def smallest_cell(self, place: int) -> int:
        """The smallest count above 0 in any stratum, label and prediction of one group; 0 where it has no rows."""
        cells = self.rows[:, place]
        return int(cells[cells > 0].min(initial=np.iinfo(np.int64).max)) if cells.any() else 0

    def to_frame(self) -> pd.DataFrame:
        """The cells as a tidy pandas frame."""
        return self.to_table().to_frame()

    # -- asking it -------------------------------------------------------------------------------------------

    def metric(self, name: str, **options: Any) -> MetricResult:
        """Any metric of this package from the table, by the name of its function.

        Parameters
        ----------
        name : str
            Such as ``"demographic_parity_difference"``.
        **options
            The function's keywords other than those that describe rows.

        Returns
        -------
        MetricResult

        Raises
        ------
        InputError
            Where there is no such metric, or an option is none of its own or not understood.

        Examples
        --------
        >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
        >>> float(GroupTable.from_counts(hired).metric("demographic_parity_ratio"))
        0.5
        """
        from coprep.fairness.result import MetricResult

        return MetricResult.of(self, name, **options)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


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


def label_text(label: Label) -> str | None:
    """A group's label as text; crossed ones joined by " x "."""
    if isinstance(label, tuple):
        return " x ".join(str(part) for part in label)
    return None if label is None else str(label)


def label_texts(labels: Sequence[Label]) -> list[str | None]:
    """The labels as texts of which no two are the same: 1 and "1" are told apart as Python writes them.

    >>> label_texts([1, "1", "a"])
    ['1', "'1'", 'a']
    """
    texts = [label_text(label) for label in labels]
    seen = Counter(texts)
    return [
        text if seen[text] == 1 else show(label, longest=10**6)
        for text, label in zip(texts, labels, strict=True)
    ]


def _places(labels: Sequence[Label], wanted: Sequence[Label]) -> list[int]:
    place = {label: i for i, label in enumerate(labels)}
    return [place[label] for label in wanted]


def _union(mine: tuple[Label, ...], theirs: tuple[Label, ...]) -> tuple[Label, ...]:
    """All labels: in the order of the longer list if it has them all, else sorted."""
    for longer, shorter in ((mine, theirs), (theirs, mine)):
        if set(shorter) <= set(longer):
            return longer
    return tuple(in_order({*mine, *theirs}))
