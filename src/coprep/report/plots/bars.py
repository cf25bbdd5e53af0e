"""A bar a row, with its interval and a tick where it would lie if group did not matter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from coprep.pictures import Bars
from coprep.report.plots.canvas import INK, joined, legend_below, plain_number, wrapped
from coprep.report.verdict_symbols import spoken
from coprep.wording.numbers import number
from coprep.wording.templates import WAYS

GRID = "x"
_BAR = "#9db8d2"
_EXPECTED = "#b34700"
_REFERENCE: dict[str, Any] = {"color": INK, "linewidth": 1, "linestyle": (0, (4, 3)), "zorder": 3}


def height_of(records: Sequence[Mapping[str, Any]], picture: Bars) -> float:
    """How tall the picture should be, in inches."""
    del picture
    return 1.8 + (0.36 if len(records) <= 30 else 0.25) * len(records)


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    picture: Bars,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the rows on the axes."""
    size = "medium" if len(records) <= 30 else "small"
    places = range(len(records))
    ax.barh(places, [_length(r[picture.value]) for r in records], color=_BAR, height=0.62, zorder=2)
    for y, record in zip(places, records, strict=True):
        _extras(ax, y, record, picture)
        if values:
            text = "  ".join(_beside(record, picture))
            ax.annotate(
                text,
                xy=(1, y),
                xycoords=ax.get_yaxis_transform(),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
                color=INK,
                annotation_clip=False,
            )
    ax.set_yticks(
        places, labels=[joined(r, picture.label) for r in records], fontsize=size, color=INK
    )
    ax.set_ylim(len(records) - 0.4, -0.6)
    ax.axvline(0, color=INK, linewidth=1)
    if picture.reference is not None and math.isfinite(picture.reference):
        ax.axvline(picture.reference, **_REFERENCE)
    ax.xaxis.set_major_formatter(FuncFormatter(plain_number))
    if all(isinstance(r[picture.value], int) for r in records if r[picture.value] is not None):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(wrapped(ax, picture.axis), color=INK)
    if legend:
        legend_below(ax, list(_key(picture)))


def _length(value: Any) -> float:
    return float(value) if value is not None and math.isfinite(value) else 0.0


def _beside(record: Mapping[str, Any], picture: Bars) -> Iterator[str]:
    value = record[picture.value]
    if value is None or math.isnan(value):
        yield "not shown"
    else:
        yield WAYS["count"](value) if isinstance(value, int) else number(float(value))
    if record.get("verdict") is not None:
        yield spoken(record["verdict"], record.get("aim"))


def _extras(ax: Axes, y: float, record: Mapping[str, Any], picture: Bars) -> None:
    if (
        picture.low
        and picture.high
        and None not in (ends := [record[picture.low], record[picture.high]])
    ):
        finite = [e for e in ends if math.isfinite(e)]
        if len(finite) == 2:
            ax.plot(finite, [y, y], color=INK, linewidth=1.3, marker="|", markersize=6, zorder=3)
    expected = record[picture.expected] if picture.expected else None
    if expected is not None and math.isfinite(expected):
        ax.plot([expected] * 2, [y - 0.4, y + 0.4], color=_EXPECTED, linewidth=2.4, zorder=4)


def _key(picture: Bars) -> Iterator[Line2D]:
    if picture.expected:
        yield Line2D(
            [],
            [],
            color=_EXPECTED,
            linewidth=0,
            marker="|",
            markersize=11,
            markeredgewidth=2.4,
            label=picture.expected_label,
        )
    if picture.low:
        yield Line2D([], [], color=INK, linewidth=1.3, marker="|", label="interval")
    if picture.reference is not None:
        yield Line2D([], [], label=picture.reference_label, **_REFERENCE)
