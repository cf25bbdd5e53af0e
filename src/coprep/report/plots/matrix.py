"""Draw rows against columns, a square a pair: shaded, and with its number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from coprep.pictures import Matrix
from coprep.report.plots.canvas import INK
from coprep.wording.escape import shorten
from coprep.wording.names import plainly
from coprep.wording.numbers import number

GRID = ""
_MOST = 40
_NUMBERED = 16


def height_of(records: Sequence[Mapping[str, Any]], picture: Matrix) -> float:
    """How tall the picture should be, in inches."""
    rows = min(len({r[picture.row] for r in records}), _MOST)
    return 2.4 + (0.45 if rows <= _NUMBERED else 0.25) * rows


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Matrix,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the squares on the axes."""
    down, across = (
        list(dict.fromkeys(r[c] for r in records))[:_MOST] for c in (picture.row, picture.column)
    )
    grid = [[math.nan] * len(across) for _ in down]
    for record in records:
        if (
            record[picture.row] in down
            and record[picture.column] in across
            and record[picture.value] is not None
        ):
            grid[down.index(record[picture.row])][across.index(record[picture.column])] = float(
                record[picture.value]
            )
    reach = (
        max(
            (abs(v - picture.centre) for line in grid for v in line if math.isfinite(v)),
            default=1.0,
        )
        or 1.0
    )
    norm = TwoSlopeNorm(picture.centre, picture.centre - reach, picture.centre + reach)
    image = ax.imshow(grid, cmap="PuOr_r", norm=norm, aspect="auto")
    if values and max(len(down), len(across)) <= _NUMBERED:
        _numbers(ax, grid, picture.centre, reach)
    small = "small" if max(len(down), len(across)) > 8 else "medium"
    turned: dict[str, Any] = (
        {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
        if sum(len(str(v)) for v in across) > 50
        else {}
    )
    ax.set_xticks(
        range(len(across)), labels=[shorten(v, 24) for v in across], fontsize=small, **turned
    )
    ax.set_yticks(range(len(down)), labels=[shorten(v, 32) for v in down], fontsize=small)
    ax.set_xlabel(_heading(records, picture.column), color=INK)
    ax.set_ylabel(_heading(records, picture.row), color=INK)
    if legend and ax.figure is not None:
        bar = ax.figure.colorbar(image, ax=ax, label=shorten(picture.axis, 60), pad=0.02)
        bar.outline.set_visible(False)


def _heading(records: Sequence[Mapping[str, Any]], name: str) -> str:
    words = plainly(name)
    words = words[:1].upper() + words[1:]
    size = len({r[name] for r in records})
    return words if size <= _MOST else f"{words} (first {_MOST} of {size:,})"


def _numbers(ax: Axes, grid: Sequence[Sequence[float]], centre: float, reach: float) -> None:
    for y, line in enumerate(grid):
        for x, value in enumerate(line):
            dark = math.isfinite(value) and abs(value - centre) > 0.62 * reach
            ax.text(
                x,
                y,
                number(value, 2),
                ha="center",
                va="center",
                fontsize="small",
                color="white" if dark else "#222222",
            )
