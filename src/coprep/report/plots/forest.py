"""Draw a row a group: estimate, interval, and the verdict as the shape of its marker."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from coprep.pictures import Forest
from coprep.report.plots.canvas import (
    INK,
    inches_wide,
    joined,
    legend_below,
    plain_number,
    words,
    wrapped,
)
from coprep.report.verdict_symbols import MARKS, NEUTRAL, Mark, mark_of, worded
from coprep.wording.escape import shorten
from coprep.wording.numbers import together
from coprep.wording.templates import WAYS

GRID = "x"
_BAND = "#dfe9f3"
_QUIET = "#5c5c5c"
_NULL: dict[str, Any] = {"color": INK, "linewidth": 1, "linestyle": (0, (4, 3)), "zorder": 1}
_EXPECTED: dict[str, Any] = {"color": "#7a3b8f", "linewidth": 2.4, "zorder": 2}
_ROOMY = 30
_INSET = 0.045
# Limits further than this from the null are drawn as arrows; so much further left reaches an axis
# with zeros.
_WIDEST, _ZERO = 32.0, 8.0
# Multiples of the null, the plainest first.
_TICKS = (1, 0.5, 2, 0.25, 4, 0.1, 10, 0.8, 1.25, 0.05, 20, 50, 100, 1000, 0.9, 1.1, 0.65, 1.5, 3)


@dataclass(frozen=True, slots=True)
class _Edges:
    """The ends of the axis, and what lies beyond them."""

    left: float
    right: float
    log: bool

    def clipped(self, value: float) -> float:
        return min(max(value, self.left), self.right)

    def beyond(self, value: float) -> bool:
        return not self.left <= value <= self.right

    def along(self, part: float) -> float:
        """The place at a part of the way from left to right."""
        if self.log:
            return float(self.left * (self.right / self.left) ** part)
        return self.left + part * (self.right - self.left)


def height_of(records: Sequence[Mapping[str, Any]], picture: Forest) -> float:
    """How tall the picture should be, in inches."""
    row = 0.38 if len(records) <= _ROOMY else 0.24
    return 1.7 + row * len(list(_slots(records, picture)))


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Forest,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the rows on the axes."""
    size = "medium" if len(records) <= _ROOMY else "small"
    edges = _edges(records, picture)
    slots = list(_slots(records, picture))
    _background(ax, picture, edges, slots)
    for y, slot in enumerate(slots):
        if isinstance(slot, str):
            _heading(ax, y, slot, size)
            continue
        _draw_row(ax, y, slot, picture, edges)
        if values:
            _write(ax, y, slot, picture, size)
    rows = [(y, _label(slot, picture)) for y, slot in enumerate(slots) if not isinstance(slot, str)]
    ax.set_yticks(
        [y for y, _ in rows], labels=[label for _, label in rows], fontsize=size, color=INK
    )
    ax.set_ylim(len(slots) - 0.4, -0.6)
    _scale(ax, picture, edges)
    if legend:
        legend_below(ax, list(_key(records, picture)))


def _slots(
    records: Iterable[Mapping[str, Any]], picture: Forest
) -> Iterator[Mapping[str, Any] | str]:
    """Rows, each panel's after its heading."""
    if picture.panel is None:
        yield from records
        return
    panels: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        panels.setdefault(words(record, picture.panel), []).append(record)
    for name, rows in panels.items():
        yield name
        yield from rows


def _label(record: Mapping[str, Any], picture: Forest) -> str:
    label = joined(record, picture.label)
    n = record.get(picture.n) if picture.n else None
    return label if n is None else f"{label}  (n = {n:,.0f})"


def _null_of(record: Mapping[str, Any], picture: Forest) -> float:
    """Where no difference lies in this row."""
    if picture.nulls is None:
        return picture.null
    return _number(picture.nulls.get(str(record[picture.panel]))) if picture.panel else math.nan


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _finite(values: Iterable[Any]) -> list[float]:
    return [v for v in map(_number, values) if math.isfinite(v)]


def _edges(records: Sequence[Mapping[str, Any]], picture: Forest) -> _Edges:
    """Wide enough for every estimate, and for limits up to a point; the rest gets arrows."""
    points = [*_finite(r[picture.value] for r in records), *(picture.band or ())]
    points += _finite(_null_of(r, picture) for r in records)
    points += _finite(r[picture.expected] for r in records) if picture.expected else []
    limits = _finite(r[c] for r in records for c in (picture.low, picture.high))
    if picture.log:
        return _log_edges([p for p in points if p > 0] or [picture.null], limits, picture.null)
    points = points or [picture.null]
    spread = 3 * (max(points) - min(points)) or 1.0
    near = [v for v in limits if min(points) - spread <= v <= max(points) + spread]
    low, high = min(points + near), max(points + near)
    room = 0.06 * (high - low or 1.0)
    return _Edges(low - room, high + room, log=False)


def _log_edges(points: list[float], limits: list[float], null: float) -> _Edges:
    near = [v for v in limits if null / _WIDEST <= v <= null * _WIDEST]
    low, high = min(points + near), max(points + near)
    if any(v <= 0 for v in limits):
        low = min(low, null / _ZERO)
    return _Edges(low / 1.2, high * 1.2, log=True)


def _background(
    ax: Axes, picture: Forest, edges: _Edges, slots: Sequence[Mapping[str, Any] | str]
) -> None:
    if picture.band:
        ax.axvspan(*picture.band, color=_BAND, linewidth=0, zorder=0)
    if picture.nulls is None:
        ax.axvline(picture.null, **_NULL)
    for y, slot in enumerate(slots):
        null = math.nan if isinstance(slot, str) else _null_of(slot, picture)
        if picture.nulls is not None and math.isfinite(null):
            ax.plot([null, null], [y - 0.5, y + 0.5], **_NULL)
    ax.set_xscale("log" if edges.log else "linear")
    ax.set_xlim(edges.left, edges.right)


def _heading(ax: Axes, y: float, name: str, size: str) -> None:
    """The name of a panel, flush with the axis, and a line that parts it from the one above."""
    across = ax.get_yaxis_transform()
    look: dict[str, Any] = {"fontsize": size, "fontweight": "bold", "color": INK}
    ax.text(0.004, y + 0.12, shorten(name, 60), transform=across, va="center", **look)
    if y:
        ax.plot([0, 1], [y - 0.5, y - 0.5], transform=across, color="#c9c9c9", linewidth=0.8)


def _draw_row(
    ax: Axes, y: float, record: Mapping[str, Any], picture: Forest, edges: _Edges
) -> None:
    value, low, high = (_number(record[c]) for c in (picture.value, picture.low, picture.high))
    mark = mark_of(record["verdict"], record.get("aim")) if "verdict" in record else NEUTRAL
    if math.isnan(value):
        _absent(ax, y, edges, picture.absent)
        return
    expected = _number(record[picture.expected]) if picture.expected else math.nan
    if math.isfinite(expected):
        ax.plot([expected, expected], [y - 0.32, y + 0.32], solid_capstyle="butt", **_EXPECTED)
    if math.isfinite(low) or math.isfinite(high):
        _interval(ax, y, (low, high), mark, edges)
    inner = [_number(record[c]) for c in (picture.inner_low, picture.inner_high) if c]
    if len(inner) == 2 and not any(map(math.isnan, inner)):
        ends = [edges.clipped(v) for v in inner]
        ax.plot(
            ends,
            [y, y],
            color=mark.colour,
            linewidth=4.5,
            alpha=0.5,
            solid_capstyle="butt",
            zorder=2,
        )
    if edges.beyond(value):
        left = value < edges.left
        value = edges.along(_INSET if left else 1 - _INSET)
        _arrow(ax, y, value, edges.left if left else edges.right, mark)
    ax.plot([value], [y], linestyle="none", clip_on=False, zorder=4, **_look(mark))


def _absent(ax: Axes, y: float, edges: _Edges, words: str) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    look: dict[str, Any] = {"fontsize": "small", "style": "italic", "color": _QUIET, "bbox": box}
    ax.text(edges.along(0.5), y, words, ha="center", va="center", **look)


def _interval(ax: Axes, y: float, limits: tuple[float, float], mark: Mark, edges: _Edges) -> None:
    """A thin line from limit to limit; one that is unknown or beyond the axis is an arrow at its
    end.
    """
    low, high = limits
    left, right = edges.left if math.isnan(low) else low, edges.right if math.isnan(high) else high
    ends = edges.clipped(left), edges.clipped(right)
    ax.plot(ends, [y, y], color=mark.colour, linewidth=1.3, solid_capstyle="butt", zorder=2)
    for end, limit, start in zip(ends, limits, (_INSET, 1 - _INSET), strict=True):
        if math.isnan(limit) or edges.beyond(limit):
            _arrow(ax, y, edges.along(start), end, mark)
        else:
            ax.plot(
                [end],
                [y],
                marker="|",
                markersize=6,
                color=mark.colour,
                markeredgewidth=1.3,
                zorder=2,
            )


def _arrow(ax: Axes, y: float, start: float, end: float, mark: Mark) -> None:
    """An open arrowhead at the end of the axis: it goes on beyond."""
    look = {"arrowstyle": "->", "color": mark.colour, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    ax.annotate(
        "", xy=(end, y), xytext=(start, y), annotation_clip=False, zorder=3, arrowprops=look
    )


def _look(mark: Mark) -> dict[str, Any]:
    """A verdict's shape: filled with a thin white rim, or an outline."""
    outline = not mark.filled or mark.shape == "x"
    return {
        "marker": mark.shape,
        "markersize": 10 if mark.shape in "v^" else 8,
        "color": mark.colour,
        "markerfacecolor": mark.colour if mark.filled else "white",
        "markeredgecolor": mark.colour if outline else "white",
        "markeredgewidth": 1.8 if outline else 0.8,
    }


def _write(ax: Axes, y: float, record: Mapping[str, Any], picture: Forest, size: str) -> None:
    """Verdict and figures beside a row: on two lines where there is room, else on one."""
    value, low, high = (_number(record[c]) for c in (picture.value, picture.low, picture.high))
    numbers = [value, low, high]
    first, *limits = map(WAYS["ratio"], numbers) if picture.log else together(numbers)
    figures = "" if math.isnan(value) else first
    if figures and (math.isfinite(low) or math.isfinite(high)):
        figures += f" ({limits[0]} to {limits[1]})"
    verdict = record.get("verdict")
    words = worded(verdict, record.get("aim"))
    if words == picture.absent:  # which stands in place of the estimate
        words = ""
    roomy = size == "medium"
    parts = [part for part in ((words, figures) if roomy else (figures, words)) if part]
    ax.annotate(
        ("\n" if roomy else "  ").join(parts),
        xy=(1, y),
        xycoords=ax.get_yaxis_transform(),
        xytext=(10, 0),
        textcoords="offset points",
        va="center",
        fontsize="small" if roomy else "x-small",
        color=INK,
        annotation_clip=False,
    )


def _scale(ax: Axes, picture: Forest, edges: _Edges) -> None:
    if edges.log:
        ax.xaxis.set_major_locator(
            FixedLocator(list(_ticks(picture.null, edges, max(0.07, 0.4 / inches_wide(ax)))))
        )
        ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(plain_number))
    sides = (
        f"\n← {shorten(picture.sides[0], 50)}   |   {shorten(picture.sides[1], 50)} →"
        if picture.sides
        else ""
    )
    below = f"\n{wrapped(ax, picture.below, 0.7)}" if picture.below else ""
    ax.set_xlabel(wrapped(ax, picture.axis) + sides + below, color=INK)


def _ticks(null: float, edges: _Edges, apart: float) -> Iterator[float]:
    """Round multiples of the null, as many as have room, the plainest first."""
    span = math.log(edges.right / edges.left)
    kept: list[float] = []
    for multiple in _TICKS:
        tick = multiple * null
        if not edges.beyond(tick) and all(abs(math.log(tick / k)) > apart * span for k in kept):
            kept.append(tick)
            yield tick


def _key(records: Sequence[Mapping[str, Any]], picture: Forest) -> Iterator[Line2D | Patch]:
    drawn = [r for r in records if not math.isnan(_number(r[picture.value]))]
    seen = dict.fromkeys((r.get("verdict"), r.get("aim")) for r in drawn)
    for verdict in MARKS:
        for aim in (aim for value, aim in seen if value == verdict):
            yield Line2D(
                [], [], linestyle="none", label=worded(verdict, aim), **_look(mark_of(verdict, aim))
            )
    level = picture.level
    outer = f"{100 * level:.3g}% interval" if level else "interval"
    if any(math.isfinite(_number(r[picture.low])) for r in records):
        yield Line2D([], [], color=INK, linewidth=1.3, label=outer)
    if picture.inner_low:
        inner = f"{100 * (2 * level - 1):.3g}% interval" if level else "narrower interval"
        yield Line2D(
            [], [], color=INK, linewidth=4.5, alpha=0.5, label=f"{inner}, for “too close to matter”"
        )
    if picture.expected:
        ticks: dict[str, Any] = {
            "linestyle": "none",
            "marker": "|",
            "markersize": 11,
            "markeredgewidth": 2.4,
        }
        yield Line2D([], [], color=_EXPECTED["color"], label="expected by chance alone", **ticks)
    if any(math.isfinite(_null_of(r, picture)) for r in records):
        yield Line2D([], [], label=picture.null_label or "no difference", **_NULL)
    if picture.band:
        low, high = map(plain_number, picture.band)
        yield Patch(color=_BAND, label=f"{low} to {high}: too close to matter")
