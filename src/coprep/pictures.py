"""Describe the picture of a result as data: columns drawn, against what, and on which axes.

A picture is data: it names columns of the result's table and holds no matplotlib.
`coprep.report.plots` draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from coprep.decoding import decode_fields
from coprep.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """A row a group: its estimate, the interval around it, and its verdict.

    Attributes
    ----------
    label : tuple of str
        Columns that name a row.
    value, low, high : str
        The estimate and its interval.
    inner_low, inner_high : str or None
        A narrower interval.
    n : str or None
        How many people a row rests on.
    log : bool
        Whether the axis is logarithmic.
    null : float
        The value that means no difference.
    band : tuple of float or None
        Values too close to ``null`` to matter.
    axis : str
        What is measured, with its unit.
    panel : str or None
        Rows are gathered under the values of this column.
    sides : tuple of str or None
        What it means to lie to the left and to the right of ``null``.
    level : float or None
        Confidence level of the interval; the narrower one has twice its error, as two one-sided
        tests use it. By default the result's ``confidence``.
    expected : str or None
        Column with what chance alone would give in each row.
    nulls : mapping of str to float or None
        Instead of ``null``: one for each panel.
    null_label : str or None
        What lies at the null; by default that there is no difference.
    below : str or None
        A second line under the axis, such as what the whole picture comes to.
    absent : str
        What is written instead of an estimate that is not there.
    """

    label: tuple[str, ...]
    value: str
    low: str
    high: str
    inner_low: str | None = None
    inner_high: str | None = None
    n: str | None = None
    log: bool = True
    null: float = 1.0
    band: tuple[float, float] | None = None
    axis: str = ""
    panel: str | None = None
    sides: tuple[str, str] | None = None
    level: float | None = None
    expected: str | None = None
    nulls: Mapping[str, float] | None = None
    null_label: str | None = None
    below: str | None = None
    absent: str = "no estimate"

    kind: ClassVar[str] = "forest"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn."""
        return _given(*self.label, self.panel)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        numbers = (self.value, self.low, self.high, self.inner_low, self.inner_high, self.expected)
        return _given(*self.names, *numbers, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A bar a row, with its interval and a tick where it would end if group did not matter.

    Attributes
    ----------
    label : tuple of str
        Columns that name a row.
    value : str
        The length of its bar.
    expected : str or None
        Where it would end if group did not matter.
    low, high : str or None
        Its interval.
    axis : str
        What is measured, with its unit.
    reference : float or None
        What everybody together has.
    reference_label : str
        What lies there.
    expected_label : str
        What the tick of each row is.
    """

    label: tuple[str, ...]
    value: str
    expected: str | None = None
    low: str | None = None
    high: str | None = None
    axis: str = ""
    reference: float | None = None
    reference_label: str = "everybody"
    expected_label: str = "expected, if group did not matter"

    kind: ClassVar[str] = "bars"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn."""
        return self.label

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        return _given(*self.label, self.value, self.expected, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A line a series over an ordered axis, with the uncertainty around it.

    Attributes
    ----------
    x, y : str
        Along and up.
    series : str or None
        A line for each value of this column.
    low, high : str or None
        The uncertainty around a line.
    xaxis, axis : str
        What is measured along and up, with units.
    reference : float or None
        A level to compare with.
    reference_label : str or None
        What lies at that level.
    diagonal : str or None
        What it means that both axes show the same number; a line is drawn there.
    step : bool
        Whether values hold until the next one.
    marks : tuple of (float, str)
        Places along the axis at which something happened, and what.
    direct : bool
        Whether each line is named, and its last value written, at its end and not in a key below.
    """

    x: str
    y: str
    series: str | None = None
    low: str | None = None
    high: str | None = None
    xaxis: str = ""
    axis: str = ""
    reference: float | None = None
    reference_label: str | None = None
    diagonal: str | None = None
    step: bool = False
    marks: tuple[tuple[float, str], ...] = ()
    direct: bool = False

    kind: ClassVar[str] = "lines"

    @property
    def value(self) -> str:
        """The column that is drawn."""
        return self.y

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn."""
        return _given(self.series, self.x)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        return _given(*self.names, self.y, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Rows against columns, a square a pair, shaded by how far it lies from the centre.

    Attributes
    ----------
    row, column, value : str
        Which square, and its value.
    axis : str
        What is measured, with its unit.
    centre : float
        The value that means no difference.
    """

    row: str
    column: str
    value: str
    axis: str = ""
    centre: float = 0.0

    kind: ClassVar[str] = "matrix"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn."""
        return (self.row, self.column)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        return (self.row, self.column, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How often a number occurs: a bar a bin, as wide as the bin.

    Attributes
    ----------
    low, high, count : str
        Where a bin begins and ends, and how many fall into it.
    axis : str
        What is measured, with its unit.
    """

    low: str
    high: str
    count: str
    axis: str = ""

    kind: ClassVar[str] = "histogram"

    @property
    def value(self) -> str:
        """The column that is drawn."""
        return self.count

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn: none, since a bin is named by its bounds."""
        return ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        return (self.low, self.high, self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A line a row from its place in one list to its place in another.

    Under it stands, for one row, what is assumed of people who are missing and what would change
    its place.

    Attributes
    ----------
    label : tuple of str
        Columns that name a row.
    before, after : str
        Its place in the first and in the second list, from 1.
    low, high : str or None
        Between which places it lies in the second list.
    chosen_before, chosen_after : str
        Whether it is chosen there.
    shown : str or None
        "none" for rows of which no change is shown beyond chance.
    sides : tuple of str
        What the two lists are called.
    cut : int or None
        How many are chosen, where the first ones are.
    assumed, needed : str or None
        For the strip: what is assumed, and at what the place of the ``closest`` row changes.
    closest : str or None
        The row of the strip, by its first label.
    ends : tuple of float
        The ends of the strip.
    axis : str
        What the strip measures.
    below : str or None
        What a reader must know, under the picture.
    """

    label: tuple[str, ...]
    before: str
    after: str
    chosen_before: str
    chosen_after: str
    low: str | None = None
    high: str | None = None
    shown: str | None = None
    sides: tuple[str, str] = ("before", "after")
    cut: int | None = None
    assumed: str | None = None
    needed: str | None = None
    closest: str | None = None
    ends: tuple[float, float] = (0.0, 1.0)
    axis: str = ""
    below: str | None = None

    kind: ClassVar[str] = "slope"

    @property
    def value(self) -> str:
        """The column that is drawn."""
        return self.after

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn, and say how."""
        return _given(*self.label, self.chosen_before, self.chosen_after, self.shown)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        places = (self.before, self.after, self.low, self.high)
        return _given(*self.names, *places, self.assumed, self.needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Squares:
    """The cells of crossed attributes: a square a cell, shaded by its ratio, with its number.

    Attributes
    ----------
    label : tuple of str
        Columns that name a row.
    crossing : str
        The column that says which crossing a row is of; of several that of most attributes is drawn.
    parts : tuple of str
        Columns with the groups of a cell, one by one.
    groups : mapping of str to mapping of str to tuple of str
        For each crossing its attributes, in the order of ``parts``, and the groups of each.
    value : str
        A ratio, of which 1 means no difference.
    count, expected : str or None
        How many people a cell holds, and how many it was expected to.
    axis : str
        What is measured, with its unit.
    """

    label: tuple[str, ...]
    crossing: str
    parts: tuple[str, ...]
    groups: Mapping[str, Mapping[str, tuple[str, ...]]]
    value: str
    count: str | None = None
    expected: str | None = None
    axis: str = ""

    kind: ClassVar[str] = "squares"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name what is drawn."""
        return _given(*self.label, self.crossing, *self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is drawn."""
        return _given(*self.names, self.value, self.count, self.expected)


Picture = Forest | Bars | Lines | Matrix | Histogram | Slope | Squares

KINDS: dict[str, type[Picture]] = {
    one.kind: one for one in (Forest, Bars, Lines, Matrix, Histogram, Slope, Squares)
}


def _given(*names: str | None) -> tuple[str, ...]:
    return tuple(name for name in names if name)


def picture_from_dict(data: Mapping[str, Any]) -> Picture:
    """The picture that JSON describes: its ``kind``, and what it draws.

    >>> picture_from_dict({"kind": "histogram", "low": "low", "high": "high", "count": "authors"}).count
    'authors'
    """
    kind = KINDS.get(str(data.get("kind")))
    if kind is None:
        raise InputError.choice("picture", data.get("kind"), tuple(KINDS))
    # What is null stands at its default, but for a null that is no number.
    given = {name: value for name, value in data.items() if value is not None or name == "null"}
    return decode_fields(given, kind, {}, "picture")
