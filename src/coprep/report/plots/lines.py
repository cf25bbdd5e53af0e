"""A line a series over an ordered axis, each with its own dashes and marker, and the uncertainty around it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from coprep.report.plots.canvas import INK, legend_below, plain_number, wrapped
from coprep.wording.escape import shorten

__all__ = ["GRID", "Spec", "height_of", "paint"]

GRID = "y"
_MOST = 12
_COLOURS = ("#0b4f8a", "#b34700", "#00734f", "#7a3b8f", "#5c5c5c", "#8a6d00")
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


@dataclass(frozen=True, slots=True)
class Spec:
    """Which columns are drawn.

    Attributes
    ----------
    x, y : str
        Along and up.
    series : str or None
        A line for each value of this column.
    low, high : str or None
        The uncertainty around a line.
    xaxis, yaxis : str
        What is measured, with units.
    reference : float or None
        A level to compare with.
    reference_label : str or None
        What lies at that level.
    diagonal : str or None
        What it means that both axes show the same number; a line is drawn there.
    step : bool
        Whether values hold until the next one.
    """

    x: str
    y: str
    series: str | None = None
    low: str | None = None
    high: str | None = None
    xaxis: str = ""
    yaxis: str = ""
    reference: float | None = None
    reference_label: str | None = None
    diagonal: str | None = None
    step: bool = False


def height_of(records: Sequence[Mapping[str, Any]], spec: Spec) -> float:
    """How tall the picture should be, in inches.

    Parameters
    ----------
    records : sequence of mapping
        The rows that will be drawn.
    spec : Spec
        How.

    Returns
    -------
    float
    """
    return 4.2 + 0.25 * math.ceil(min(len(_series(records, spec)), _MOST) / 3)


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    spec: Spec,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the lines on the axes.

    Parameters
    ----------
    ax : Axes
        Where.
    records : sequence of mapping
        The points.
    spec : Spec
        Which columns.
    values : bool, default True
        Say how many series are left out of a picture of very many.
    legend : bool, default True
        Name the lines under the picture.
    """
    series = _series(records, spec)
    places = _places([r[spec.x] for r in records])
    looks = zip(itertools.cycle(_DASHES), itertools.cycle(_COLOURS), strict=False)
    handles: list[Line2D] = []
    for (name, points), (dash, colour), marker in zip(
        list(series.items())[:_MOST], looks, itertools.cycle(_MARKERS), strict=False
    ):
        xs = [places[r[spec.x]] for r in points]
        ys = [_number(r[spec.y]) for r in points]
        style = "steps-post" if spec.step else "default"
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
        _uncertainty(ax, xs, points, spec, colour)
    guides = list(_guides(ax, spec))
    ax.xaxis.set_major_formatter(FuncFormatter(plain_number))
    ax.yaxis.set_major_formatter(FuncFormatter(plain_number))
    if any(isinstance(x, str) for x in places):
        ax.set_xticks(list(places.values()), labels=[shorten(x, 24) for x in places])
    more = (
        f" ({len(series) - _MOST:,} more series not drawn)"
        if values and len(series) > _MOST
        else ""
    )
    ax.set_xlabel(wrapped(ax, spec.xaxis), color=INK)
    ax.set_ylabel(shorten(spec.yaxis, 60) + more, color=INK)
    if legend and (spec.series or guides):
        legend_below(ax, [*(handles if spec.series else ()), *guides])


def _guides(ax: Axes, spec: Spec) -> Iterator[Line2D]:
    """Lines to compare with: a level, or where both axes show the same."""
    look: dict[str, Any] = {"color": INK, "linewidth": 1, "linestyle": (0, (4, 3))}
    if spec.reference is not None:
        yield ax.axhline(
            spec.reference, label=spec.reference_label or f"reference: {spec.reference:g}", **look
        )
    if spec.diagonal is not None:
        yield ax.axline((0, 0), slope=1, label=shorten(spec.diagonal, 40), **look)


def _series(records: Sequence[Mapping[str, Any]], spec: Spec) -> dict[str, list[Mapping[str, Any]]]:
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        gathered.setdefault(str(record[spec.series]) if spec.series else "", []).append(record)
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
    ax: Axes, xs: list[float], points: Sequence[Mapping[str, Any]], spec: Spec, colour: str
) -> None:
    if spec.low and spec.high:
        low, high = ([_number(r[c]) for r in points] for c in (spec.low, spec.high))
        ax.fill_between(
            xs, low, high, color=colour, alpha=0.15, linewidth=0, step="post" if spec.step else None
        )
