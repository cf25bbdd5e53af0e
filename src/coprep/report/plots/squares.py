"""Draw the cells of crossed attributes as squares, each with its number, its people and its verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from coprep.pictures import Squares
from coprep.report.plots.canvas import INK, wrapped
from coprep.report.verdict_symbols import mark_of
from coprep.wording.escape import shorten
from coprep.wording.names import opening
from coprep.wording.numbers import fixed, number

GRID = ""
_MOST_ACROSS = 24
_MOST_DOWN = 60
_TOLD_ACROSS = 7  # squares of a line that have room for people, too
_EXPECTED_ACROSS = 4  # and for how many were to be expected
_NUMBERED = 12
_FARTHEST = 4.0  # a ratio of 4, or a quarter, has the darkest shade
_Cells = dict[tuple[str, ...], Mapping[str, Any]]


def height_of(records: Sequence[Mapping[str, Any]], picture: Squares) -> float:
    """How tall the picture should be, in inches."""
    groups = list(_crossing(records, picture)[1].values())
    down, _, panels = _axes(groups)
    lines = min(len(_groups(groups, down)), _MOST_DOWN)
    headed = 1 if panels is None else len(groups[panels]) * (lines + 1) / lines
    return 1.6 + 0.46 * lines * headed


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Squares,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the squares on the axes: of several crossings the one of most attributes."""
    del legend  # every square says its own number
    name, attributes = _crossing(records, picture)
    groups = list(attributes.values())
    called = [opening(attribute) for attribute in attributes]
    cells = _cells(records, picture, name)
    down, across, panels = _axes(groups)
    columns = _groups(groups, across)[:_MOST_ACROSS]
    lines = list(_lines(groups, down, panels))
    grid = np.full((len(lines), len(columns)), np.nan)
    for y, (panel, group) in enumerate(lines):
        for x, column in enumerate(columns):
            if group is None:
                continue
            held = cells.get(_key(groups, {down: group, across: column, panels: panel}))
            if held is None or held[picture.value] is None:
                continue
            grid[y, x] = _shade(float(held[picture.value]))
            if values and len(columns) <= _NUMBERED:
                _write(ax, x, y, held, picture, shade=grid[y, x], people=len(columns))
    reach = math.log2(_FARTHEST)
    ax.imshow(grid, cmap="PuOr_r", norm=Normalize(-reach, reach), aspect="auto")
    # White lines between squares.
    ax.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(lines) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.tick_params(which="minor", length=0)
    small = "small" if len(columns) > 4 else "medium"
    turned: dict[str, Any] = {}
    if sum(len(str(v)) for v in columns) > 44:
        turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(
        range(len(columns)), labels=[shorten(v, 20) for v in columns], fontsize=small, **turned
    )
    heads = "" if panels is None else f"{called[panels]}: "
    ax.set_yticks(
        range(len(lines)),
        labels=[shorten(f"{heads}{p}" if g is None else g, 26) for p, g in lines],
    )
    for label, (_, group) in zip(ax.get_yticklabels(), lines, strict=True):
        if group is None:
            label.set_fontweight("bold")
    below = wrapped(ax, picture.axis)
    if across is not None:
        below = f"{shorten(called[across], 40)}\n{below}"
    ax.set_xlabel(below, color=INK)
    ax.set_ylabel(shorten(called[down], 40), color=INK)


def _crossing(
    records: Sequence[Mapping[str, Any]], picture: Squares
) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """The crossing that is drawn, with the groups of its attributes: that of most attributes."""
    here = dict.fromkeys(str(record[picture.crossing]) for record in records)
    known = [(name, picture.groups[name]) for name in here if name in picture.groups]
    return max(known, key=lambda one: len(one[1]), default=("", {"": ()}))


def _cells(records: Sequence[Mapping[str, Any]], picture: Squares, name: str) -> _Cells:
    """The records of a crossing by the groups of their cells."""
    return {
        tuple(str(record[part]) for part in picture.parts if record[part] is not None): record
        for record in records
        if record[picture.crossing] == name
    }


def _axes(groups: Sequence[Sequence[str]]) -> tuple[int, int | None, int | None]:
    """Which attributes run down and across, and which makes panels: most groups down, fewest
    across.
    """
    order = sorted(range(len(groups)), key=lambda at: (-len(groups[at]), at))
    if len(order) == 1:
        return order[0], None, None
    if len(order) == 2:
        return order[0], order[1], None
    return order[0], order[2], order[1]


def _groups(groups: Sequence[Sequence[str]], at: int | None) -> list[str]:
    return [""] if at is None else list(groups[at])


def _lines(
    groups: Sequence[Sequence[str]], down: int, panels: int | None
) -> Iterator[tuple[str, str | None]]:
    """Panel and group of each line; a line without a group heads a panel."""
    for panel in _groups(groups, panels):
        if panels is not None:
            yield panel, None
        for group in list(groups[down])[:_MOST_DOWN]:
            yield panel, group


def _key(groups: Sequence[Sequence[str]], chosen: Mapping[int | None, str]) -> tuple[str, ...]:
    """The groups of a cell in the order of its attributes."""
    return tuple(chosen[at] for at in range(len(groups)))


def _shade(ratio: float) -> float:
    """How dark a ratio is, on both sides of 1."""
    reach = math.log2(_FARTHEST)
    if math.isnan(ratio):
        return math.nan
    if ratio <= 0:
        return -reach
    return max(-reach, min(reach, math.log2(ratio)))


def _write(
    ax: Axes,
    x: int,
    y: int,
    record: Mapping[str, Any],
    picture: Squares,
    *,
    shade: float,
    people: int,
) -> None:
    """The number of a square with the sign of its verdict, and under it how many people it is."""
    verdict = record.get("verdict")
    sign = ""
    if verdict in ("under", "over", "in_line"):
        sign = f" {mark_of(verdict).symbol}"
    said = f"{number(float(record[picture.value]), 2)}{sign}"
    count = record.get(picture.count) if picture.count else None
    expected = record.get(picture.expected) if picture.expected else None
    if count is not None and people <= _TOLD_ACROSS:
        said += f"\n{count:,} came"
    if count is not None and expected is not None and people <= _EXPECTED_ACROSS:
        said += f", {fixed(expected, 0 if expected >= 10 else 1)} expected"
    dark = math.isfinite(shade) and abs(shade) > 0.6 * math.log2(_FARTHEST)
    ax.text(
        x,
        y,
        said,
        ha="center",
        va="center",
        fontsize="small",
        fontweight="bold" if sign in (" ▼", " ▲") else "normal",
        color="white" if dark else "#222222",
        linespacing=1.1,
    )
