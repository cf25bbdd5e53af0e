"""How often a number occurs: a bar a bin, as wide as the bin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from coprep.pictures import Histogram
from coprep.report.plots.canvas import INK, plain_number, wrapped

GRID = "y"


def height_of(records: Sequence[Mapping[str, Any]], picture: Histogram) -> float:
    """How tall the picture should be, in inches."""
    del records, picture
    return 3.6


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Histogram,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the bins on the axes."""
    del legend
    bins = [
        (r[picture.low], r[picture.high], r[picture.count])
        for r in records
        if r[picture.count] is not None
    ]
    bins = [b for b in bins if all(map(math.isfinite, b))]
    bars = ax.bar(
        [low for low, _, _ in bins],
        [count for _, _, count in bins],
        width=[high - low for low, high, _ in bins],
        align="edge",
        color="#9db8d2",
        edgecolor="white",
        zorder=2,
    )
    if values and len(bins) <= 20:
        ax.bar_label(bars, fmt="{:,.0f}", fontsize="small", color=INK)
    ax.set_xlabel(wrapped(ax, picture.axis), color=INK)
    ax.xaxis.set_major_formatter(FuncFormatter(plain_number))
    ax.set_ylabel("Number", color=INK)
