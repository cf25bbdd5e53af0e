"""One picture a file, and which result is drawn by which; the only place that meets matplotlib.

A result says in its ``picture`` which columns are drawn, and how. Any picture can be
narrowed to one attribute, and a picture of very many rows keeps those that stand out and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes

from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.host import LOCK
from coprep.pictures import Bars, Forest, Histogram, Lines, Matrix, Picture, Slope, Squares
from coprep.report.columns import shown_records
from coprep.report.plots import bars, canvas, forest, histogram, lines, matrix, slope, squares
from coprep.view import View
from coprep.wording.escape import shorten
from coprep.wording.labels import show

__all__ = ["can_draw", "draw", "svg"]

_PAINTERS: dict[type[Picture], Any] = {
    Bars: bars,
    Forest: forest,
    Histogram: histogram,
    Lines: lines,
    Matrix: matrix,
    Slope: slope,
    Squares: squares,
}
_MOST = 80


@dataclass(frozen=True, slots=True)
class _Sketch:
    """What will be drawn: chosen rows, how, how tall, and under which title."""

    records: Sequence[Mapping[str, Any]]
    picture: Picture
    title: str

    @property
    def painter(self) -> Any:
        """The module that knows how."""
        return _PAINTERS[type(self.picture)]

    @property
    def height(self) -> float:
        """In inches."""
        return float(self.painter.height_of(self.records, self.picture))

    def paint(self, ax: Axes, **options: bool) -> Axes:
        """Draw it on the axes."""
        self.painter.paint(ax, self.records, self.picture, **options)
        canvas.dress(ax, self.title, grid=self.painter.GRID)
        return ax


def draw(
    result: View,
    ax: Axes | None = None,
    *,
    attribute: str | None = None,
    most: int = _MOST,
    values: bool | None = None,
    legend: bool = True,
    title: str | None = None,
) -> Axes:
    """Draw a result.

    Parameters
    ----------
    result : View
        Any result whose kind has a picture.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure, sized by the number of rows.
    attribute : str, optional
        Draw the rows of this attribute alone.
    most : int, default 80
        The most rows of a forest or of bars; of more, those with a verdict that calls for action
        come first.
    values : bool, optional
        Write the numbers beside the rows; by default where the figure is new, since it makes room
        for them.
    legend : bool, default True
        Explain marks and lines below the picture.
    title : str, optional
        Instead of the result's; an empty one leaves it out.

    Returns
    -------
    matplotlib Axes
        Never shown; no style is set.

    Raises
    ------
    InputError
        Where the result has no picture, or an option does not fit.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> draw(who_came).get_xlabel()
    'Share of participants as a multiple of the share of the population (1 = the same)'
    """
    sketch = _sketch(result, attribute, most, title)
    with LOCK:  # a page that is drawn in another thread has other settings of matplotlib
        axes = canvas.axes_for(ax, sketch.height)
        return sketch.paint(axes, values=ax is None if values is None else values, legend=legend)


def svg(result: View, *, attribute: str | None = None, most: int = _MOST) -> str:
    """Draw a result as SVG for a page: the same result gives the same text, whatever style is set."""
    sketch = _sketch(result, attribute, most, "")
    return canvas.svg_of(lambda ax: sketch.paint(ax, values=True, legend=True), sketch.height)


def drawn(result: View, form: str) -> bytes:
    """Draw every row that a picture takes, as a file of ``form`` (png, pdf, svg)."""
    sketch = _sketch(result, None, _MOST, None)
    return canvas.file_of(
        lambda ax: sketch.paint(ax, values=True, legend=True), sketch.height, form
    )


def can_draw(result: View, records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the result has a picture, and any of the rows a value to draw."""
    if result.picture is None:
        return False
    drawn = [record[result.picture.value] for record in records]
    return any(value is not None and not math.isnan(value) for value in drawn)


def _sketch(result: View, attribute: str | None, most: int, title: str | None) -> _Sketch:
    picture = _picture_of(result, attribute)
    records = _of_attribute(result, attribute)
    if not records:
        raise InputError.of("there is nothing to draw: the result has no rows.", code="no_rows")
    by_row = isinstance(picture, (Forest, Bars))
    kept = _most_telling(records, most, picture.value) if by_row else records
    name = result.title if title is None else title
    if len(kept) < len(records):
        name = f"{shorten(name, 50)} ({len(kept):,} of {len(records):,} rows drawn)".strip()
    return _Sketch(kept, picture, name)


def _picture_of(result: View, attribute: str | None) -> Picture:
    """The picture of a result, as it is drawn of one attribute alone or of all."""
    picture = result.picture
    if picture is None:
        raise InputError.of(
            "this result does not say which columns are drawn: it has no picture.",
            code="no_picture",
        )
    absent = [name for name in picture.columns if name not in result.rows.names]
    if absent:
        raise InputError.of(
            f"the picture {show(picture.kind)} lacks {', '.join(map(show, absent))}.",
            code="unknown_column",
            got=tuple(absent),
            expected=result.rows.names,
        )
    if not isinstance(picture, Forest):
        return picture
    level = picture.level or result.settings.get("confidence")
    alone = attribute is not None and picture.panel == "attribute"
    return replace(picture, level=level, panel=None if alone else picture.panel)


def _of_attribute(result: View, attribute: str | None) -> list[dict[str, Any]]:
    records = shown_records(result)
    if attribute is None:
        return records
    known = dict.fromkeys(result.rows["attribute"])
    if attribute not in known:
        raise InputError.choice("attribute", attribute, tuple(known))
    return [r for r in records if r["attribute"] == attribute]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _most_telling(records: list[dict[str, Any]], most: int, value: str) -> list[dict[str, Any]]:
    """At most ``most`` rows, in their order: those that call for action, then the first with
    something to draw.
    """
    if not _is_whole(most) or most < 1:
        raise InputError.of(
            f"most must be a whole number of at least 1; not {show(most)}.", param="most", got=most
        )
    if len(records) <= most:
        return records
    flagged = [r.get("verdict") in set(Verdict) and Verdict(r["verdict"]).is_flag for r in records]
    empty = [r[value] is None or r[value] != r[value] for r in records]
    order = sorted(range(len(records)), key=lambda i: (not flagged[i], empty[i], i))[:most]
    return [records[i] for i in sorted(order)]
