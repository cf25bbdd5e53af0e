"""Draw a line a series, each with its own dashes and marker, and the uncertainty around it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from coprep.pictures import Lines
from coprep.report.plots.canvas import INK, legend_below, plain_number, wrapped
from coprep.wording.escape import shorten
from coprep.wording.numbers import number

GRID = "y"
_MOST = 12
_COLOURS = ("#0b4f8a", "#b34700", "#00734f", "#7a3b8f", "#5c5c5c", "#8a6d00")
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def height_of(records: Sequence[Mapping[str, Any]], picture: Lines) -> float:
    """How tall the picture should be, in inches."""
    return 4.2 + 0.25 * math.ceil(min(len(_series(records, picture)), _MOST) / 3)


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Lines,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the lines on the axes."""
    series = _series(records, picture)
    places = _places([r[picture.x] for r in records])
    looks = zip(itertools.cycle(_DASHES), itertools.cycle(_COLOURS), strict=False)
    handles: list[Line2D] = []
    for (name, points), (dash, colour), marker in zip(
        list(series.items())[:_MOST], looks, itertools.cycle(_MARKERS), strict=False
    ):
        xs = [places[r[picture.x]] for r in points]
        ys = [_number(r[picture.y]) for r in points]
        style = "steps-post" if picture.step else "default"
        handles += ax.plot(
            xs,
            ys,
            color=colour,
            linestyle=dash,
            marker=marker if len(xs) <= 40 else None,
            markersize=5,
            linewidth=1.6,
            drawstyle=style,
            label=shorten(name, 40),
        )
        _uncertainty(ax, xs, points, picture, colour)
    _marked(ax, picture)
    guides = list(_guides(ax, picture))
    ax.xaxis.set_major_formatter(FuncFormatter(plain_number))
    ax.yaxis.set_major_formatter(FuncFormatter(plain_number))
    if any(isinstance(x, str) for x in places):
        ax.set_xticks(list(places.values()), labels=[shorten(x, 24) for x in places])
    more = (
        f" ({len(series) - _MOST:,} more series not drawn)"
        if values and len(series) > _MOST
        else ""
    )
    ax.set_xlabel(wrapped(ax, picture.xaxis), color=INK)
    ax.set_ylabel(shorten(picture.axis, 60) + more, color=INK)
    if picture.direct:
        _name_ends(ax, handles)
    keyed = handles if picture.series and not picture.direct else []
    if legend and (keyed or guides):
        legend_below(ax, [*keyed, *guides])


def _name_ends(ax: Axes, handles: Sequence[Line2D]) -> None:
    """Write beside the end of each line what it is and where it ends, one below the other."""
    ends: list[tuple[float, float, Line2D]] = []
    for line in handles:
        xs, ys = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        there = np.flatnonzero(np.isfinite(ys))
        if len(there):
            ends.append((float(xs[there[-1]]), float(ys[there[-1]]), line))
    bottom, top = ax.get_ylim()
    gap = (top - bottom) / 16
    inches = ax.bbox.height / ax.figure.dpi
    below = math.inf
    for x, y, line in sorted(ends, key=lambda end: -end[1]):
        place = min(y, below - gap)
        below = place
        ax.annotate(
            f"{line.get_label()} {number(y, 2)}",
            (x, y),
            xytext=(8, (place - y) / (top - bottom) * inches * 72),
            textcoords="offset points",
            va="center",
            fontsize="small",
            color=line.get_color(),
            annotation_clip=False,
        )


def _guides(ax: Axes, picture: Lines) -> Iterator[Line2D]:
    """Lines to compare with: a level, or where both axes show the same."""
    look: dict[str, Any] = {"color": INK, "linewidth": 1, "linestyle": (0, (4, 3))}
    if picture.reference is not None:
        yield ax.axhline(
            picture.reference,
            label=picture.reference_label or f"reference: {picture.reference:g}",
            **look,
        )
    if picture.diagonal is not None:
        yield ax.axline((0, 0), slope=1, label=shorten(picture.diagonal, 40), **look)


def _marked(ax: Axes, picture: Lines) -> None:
    """A line at each place where something happened, with its name along the line."""
    for at, name in picture.marks:
        ax.axvline(at, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
        ax.annotate(
            f" {shorten(name, 28)}",
            (at, 1),
            xycoords=("data", "axes fraction"),
            rotation=90,
            ha="right",
            va="top",
            fontsize="small",
            color=INK,
        )


def _series(
    records: Sequence[Mapping[str, Any]], picture: Lines
) -> dict[str, list[Mapping[str, Any]]]:
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        gathered.setdefault(str(record[picture.series]) if picture.series else "", []).append(
            record
        )
    return gathered


def _places(values: Sequence[Any]) -> dict[Any, float]:
    """Numbers where they are; names one after another."""
    distinct = dict.fromkeys(values)
    if all(isinstance(v, (int, float)) for v in distinct):
        return {v: float(v) for v in distinct}
    return {v: float(i) for i, v in enumerate(distinct)}


def _number(value: Any) -> float:
    return float(value) if value is not None and math.isfinite(value) else math.nan


def _uncertainty(
    ax: Axes, xs: list[float], points: Sequence[Mapping[str, Any]], picture: Lines, colour: str
) -> None:
    if picture.low and picture.high:
        low, high = ([_number(r[c]) for r in points] for c in (picture.low, picture.high))
        ax.fill_between(
            xs,
            low,
            high,
            color=colour,
            alpha=0.15,
            linewidth=0,
            step="post" if picture.step else None,
        )
