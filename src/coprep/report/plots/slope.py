"""Draw two lists side by side, a line an idea, and how near the closest is to another place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from coprep.pictures import Slope
from coprep.report.plots.canvas import (
    INK,
    inches_wide,
    joined,
    legend_below,
    plain_number,
    wrapped,
)
from coprep.wording.escape import shorten
from coprep.wording.numbers import count_of

GRID = ""
_MOST = 30
_SPARE = 4  # so few more are drawn, too, rather than left out
_SHOWN: dict[str, Any] = {"color": "#b34700", "linewidth": 2.8, "zorder": 4}
_ON_PAPER: dict[str, Any] = {
    "color": INK,
    "linewidth": 1.4,
    "linestyle": (0, (5, 2.5)),
    "zorder": 3,
}
_KEPT: dict[str, Any] = {"color": "#9a9a9a", "linewidth": 1.1, "zorder": 2}
_LIMITS: dict[str, Any] = {"color": "#5c5c5c", "linewidth": 1.1, "zorder": 2}
_CHOSEN: dict[str, Any] = {"marker": "s", "markersize": 6, "markerfacecolor": INK}
_LEFT_OUT: dict[str, Any] = {"marker": "o", "markersize": 6, "markerfacecolor": "white"}
_ENDS: dict[str, Any] = {"linestyle": "none", "markeredgecolor": INK, "zorder": 5}
# The limits of the places stand in a band of their own, so that they do not cover one another.
_BAND = (1.06, 1.30)
_STRIP = 3.2  # rows between the last idea and the strip
_WIDE = 4.5  # inches from which there is room for everything
_FEW = 12


def height_of(records: Sequence[Mapping[str, Any]], picture: Slope) -> float:
    """How tall the picture should be, in inches."""
    rows = min(len(_drawable(records, picture)), _MOST + _SPARE)
    return 2.2 + 0.27 * max(rows, 2) + (0.9 if picture.closest else 0.0)


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Slope,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw both lists on the axes."""
    del values
    known = _drawable(records, picture)
    rows = _around_the_cut(known, picture)
    left = _places(rows, picture.before)
    right = _places(rows, picture.after)
    for k, row in enumerate(rows):
        look = _look(row, picture)
        ax.plot([0, 1], [left[k], right[k]], solid_capstyle="round", **look)
        for x, y, chosen in ((0, left[k], "chosen_before"), (1, right[k], "chosen_after")):
            mark = _CHOSEN if row[getattr(picture, chosen)] else _LEFT_OUT
            ax.plot([x], [y], **mark, **_ENDS)
    wide = inches_wide(ax) > _WIDE
    limits = bool(picture.low and picture.high) and (wide or len(rows) <= _FEW)
    if limits:
        _limits(ax, rows, right, picture)
    _cut(ax, rows, picture)
    bottom = len(rows) - 0.4
    if picture.closest:
        bottom = _strip(ax, known, len(rows), picture)
    ax.set_xlim(-0.06, _BAND[1] + 0.04 if limits else 1.06)
    _labels(ax, rows, left, right, picture)
    ax.set_ylim(bottom, _sides(ax, bottom, picture))
    below = [picture.below] if picture.below else []
    if len(rows) < len(known):
        left_out = count_of(len(known) - len(rows), "idea")
        below.append(f"Not drawn, further from the cut: {left_out}.")
    ax.set_xticks([])
    ax.set_xlabel("\n".join(wrapped(ax, line) for line in below), color=INK, fontsize="small")
    ax.spines["bottom"].set_visible(False)
    if legend:
        legend_below(ax, list(_key(rows, picture)))


def _sides(ax: Axes, bottom: float, picture: Slope) -> float:
    """What both lists are called, away from the lines; the height at which the picture begins."""
    row = ax.bbox.height / ax.figure.dpi / (bottom + 2)
    lines = 1
    for x, side, where in ((0.02, picture.sides[0], "right"), (0.98, picture.sides[1], "left")):
        text = wrapped(ax, side, 0.3)
        lines = max(lines, 1 + text.count("\n"))
        ax.text(x, -0.75, text, ha=where, va="bottom", fontsize="small", color=INK, in_layout=False)
    return -0.95 - 0.2 * lines / max(row, 0.05)


def _drawable(records: Sequence[Mapping[str, Any]], picture: Slope) -> list[Mapping[str, Any]]:
    """The rows that have a place in both lists."""
    return [
        row
        for row in records
        if not (math.isnan(_number(row[picture.before])) or math.isnan(_number(row[picture.after])))
    ]


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _changes(row: Mapping[str, Any], picture: Slope) -> bool:
    return bool(row[picture.chosen_before]) != bool(row[picture.chosen_after])


def _is_shown(row: Mapping[str, Any], picture: Slope) -> bool:
    return picture.shown is not None and row[picture.shown] not in (None, "none")


def _around_the_cut(
    records: Sequence[Mapping[str, Any]], picture: Slope
) -> list[Mapping[str, Any]]:
    """At most so many rows: those that change, then those nearest to where the list ends."""
    if len(records) <= _MOST + _SPARE:
        return list(records)
    chosen = [_number(row[picture.before]) for row in records if row[picture.chosen_before]]
    cut = max(chosen, default=0.0) + 0.5

    def away(row: Mapping[str, Any]) -> tuple[bool, bool, float]:
        near = min(abs(_number(row[side]) - cut) for side in (picture.before, picture.after))
        return not _is_shown(row, picture), not _changes(row, picture), near

    kept = sorted(range(len(records)), key=lambda k: (away(records[k]), k))[:_MOST]
    return [records[k] for k in sorted(kept)]


def _places(rows: Sequence[Mapping[str, Any]], column: str) -> list[float]:
    """The height of each row: its place among those that are drawn."""
    order = sorted(range(len(rows)), key=lambda k: _number(rows[k][column]))
    found = [0.0] * len(rows)
    for height, k in enumerate(order):
        found[k] = float(height)
    return found


def _look(row: Mapping[str, Any], picture: Slope) -> dict[str, Any]:
    if _is_shown(row, picture):
        return _SHOWN
    return _ON_PAPER if _changes(row, picture) else _KEPT


def _limits(
    ax: Axes, rows: Sequence[Mapping[str, Any]], heights: Sequence[float], picture: Slope
) -> None:
    """Between which places each row lies, each in a slot of its own."""
    ranks = sorted(_number(row[picture.after]) for row in rows)
    slot = (_BAND[1] - _BAND[0]) / max(len(rows) - 1, 1)
    for k, row in enumerate(rows):
        x = _BAND[0] + slot * heights[k]
        ends = [
            _height(_number(row[column]), ranks) for column in (picture.low, picture.high) if column
        ]
        if any(map(math.isnan, ends)):
            continue
        look = {**_LIMITS, "color": _look(row, picture)["color"]}
        ax.plot([x, x], ends, solid_capstyle="butt", **look)
        ax.plot([x], [heights[k]], marker="_", markersize=6, **look)


def _height(rank: float, ranks: Sequence[float]) -> float:
    """Where a place lies among the places that are drawn."""
    if math.isnan(rank):
        return math.nan
    below = sum(one < rank for one in ranks)
    exact = rank in ranks
    return min(max(float(below) - (0.0 if exact else 0.5), -0.45), len(ranks) - 0.55)


def _cut(ax: Axes, rows: Sequence[Mapping[str, Any]], picture: Slope) -> None:
    """The line under the last place, where the first ones are chosen."""
    if picture.cut is None:
        return
    above = sum(bool(row[picture.chosen_before]) for row in rows)
    look: dict[str, Any] = {"color": INK, "linewidth": 1, "linestyle": (0, (2, 2)), "zorder": 1}
    ax.plot([-0.04, 1.04], [above - 0.5, above - 0.5], **look)


def _labels(
    ax: Axes,
    rows: Sequence[Mapping[str, Any]],
    left: Sequence[float],
    right: Sequence[float],
    picture: Slope,
) -> None:
    """Names on both sides, beside the ends of their lines."""
    longest = min(44, max(10, int(4.6 * inches_wide(ax))))
    size = "small" if inches_wide(ax) > 5 else "x-small"
    bold = {k for k, row in enumerate(rows) if _is_shown(row, picture)}

    def names(column: str) -> list[str]:
        return [
            f"{_number(row[column]):.0f}  {joined(row, picture.label, longest)}" for row in rows
        ]

    ax.set_yticks(left, labels=names(picture.before), fontsize=size, color=INK)
    other = ax.secondary_yaxis("right")
    other.set_yticks(right, labels=names(picture.after), fontsize=size, color=INK)
    other.tick_params(length=0)
    other.spines["right"].set_visible(False)
    for labels in (ax.get_yticklabels(), other.get_yticklabels()):
        for k in bold:
            labels[k].set_fontweight("bold")


def _strip(ax: Axes, rows: Sequence[Mapping[str, Any]], height: int, picture: Slope) -> float:
    """What is assumed of the missing for the closest row, and what would change its place."""
    row = next((r for r in rows if r[picture.label[0]] == picture.closest), None)
    if row is None or picture.assumed is None or picture.needed is None:
        return height - 0.4
    y = height - 1 + _STRIP
    low, high = picture.ends
    span = (high - low) or 1.0
    ax.plot([0, 1], [y, y], color="#c9c9c9", linewidth=5, solid_capstyle="round", zorder=1)
    share = picture.ends == (0.0, 1.0)
    for value, mark, name, above in (
        (_number(row[picture.assumed]), "o", "assumed", True),
        (_number(row[picture.needed]), "D", "would change its place", False),
    ):
        if math.isnan(value):
            continue
        x = (value - low) / span
        face = INK if above else "#b34700"
        ax.plot([x], [y], marker=mark, color=face, markersize=8, zorder=5)
        figure = f"{100 * value:.0f}%" if share else plain_number(round(value, 2))
        place = "left"
        if x > 0.6:
            place = "right"
        ax.text(
            x,
            y - 0.45 if above else y + 0.55,
            f"{figure} {name}",
            ha=place,
            va="bottom" if above else "top",
            fontsize="small",
            color=INK,
            in_layout=False,
        )
    name = shorten(str(picture.closest), max(10, int(6 * inches_wide(ax)) - 10))
    ax.text(
        0,
        y - 1.35,
        f"Missing people's support for {name}",
        fontsize="small",
        fontweight="bold",
        color=INK,
        va="bottom",
        in_layout=False,
    )
    return y + 1.6


def _key(rows: Sequence[Mapping[str, Any]], picture: Slope) -> Iterator[Line2D]:
    yield Line2D([], [], label="chosen", **_CHOSEN, **_ENDS)
    yield Line2D([], [], label="not chosen", **_LEFT_OUT, **_ENDS)
    if any(_is_shown(row, picture) for row in rows):
        yield Line2D([], [], label="another place, beyond chance", **_SHOWN)
    if any(_changes(row, picture) and not _is_shown(row, picture) for row in rows):
        yield Line2D([], [], label="another place on paper, not shown", **_ON_PAPER)
    if picture.low:
        yield Line2D([], [], label="places it may have", marker="_", **_LIMITS)
