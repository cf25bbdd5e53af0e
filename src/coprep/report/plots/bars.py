"""A bar a row, with its interval and a tick where it would lie if group did not matter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from coprep.report.columns import FORMATS
from coprep.report.plots.canvas import INK, joined, legend_below, plain_number, wrapped
from coprep.report.verdict_symbols import spoken
from coprep.wording.numbers import number

__all__ = ["GRID", "Spec", "height_of", "paint"]

GRID = "x"
_BAR = "#9db8d2"
_EXPECTED = "#b34700"
_REFERENCE: dict[str, Any] = {"color": INK, "linewidth": 1, "linestyle": (0, (4, 3)), "zorder": 3}


@dataclass(frozen=True, slots=True)
class Spec:
    """Which columns are drawn.

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
    """

    label: tuple[str, ...]
    value: str
    expected: str | None = None
    low: str | None = None
    high: str | None = None
    axis: str = ""
    reference: float | None = None
    reference_label: str = "everybody"


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
    del spec
    return 1.8 + (0.36 if len(records) <= 30 else 0.25) * len(records)


def paint(
    ax: Axes,
    records: Sequence[Mapping[str, Any]],
    spec: Spec,
    *,
    values: bool = True,
    legend: bool = True,
) -> None:
    """Draw the rows on the axes.

    Parameters
    ----------
    ax : Axes
        Where.
    records : sequence of mapping
        The rows, in order from the top.
    spec : Spec
        Which columns.
    values : bool, default True
        Write number and verdict to the right of each row.
    legend : bool, default True
        Explain ticks and lines under the picture.
    """
    size = "medium" if len(records) <= 30 else "small"
    places = range(len(records))
    ax.barh(places, [_length(r[spec.value]) for r in records], color=_BAR, height=0.62, zorder=2)
    for y, record in zip(places, records, strict=True):
        _extras(ax, y, record, spec)
        if values:
            text = "  ".join(_beside(record, spec))
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
    ax.set_yticks(places, labels=[joined(r, spec.label) for r in records], fontsize=size, color=INK)
    ax.set_ylim(len(records) - 0.4, -0.6)
    ax.axvline(0, color=INK, linewidth=1)
    if spec.reference is not None and math.isfinite(spec.reference):
        ax.axvline(spec.reference, **_REFERENCE)
    ax.xaxis.set_major_formatter(FuncFormatter(plain_number))
    if all(isinstance(r[spec.value], int) for r in records if r[spec.value] is not None):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(wrapped(ax, spec.axis), color=INK)
    if legend:
        legend_below(ax, list(_key(spec)))


def _length(value: Any) -> float:
    return float(value) if value is not None and math.isfinite(value) else 0.0


def _beside(record: Mapping[str, Any], spec: Spec) -> Iterator[str]:
    value = record[spec.value]
    if value is None or math.isnan(value):
        yield "not shown"
    else:
        yield FORMATS["count"](value) if isinstance(value, int) else number(float(value))
    if record.get("verdict") is not None:
        yield spoken(record["verdict"], record.get("aim"))


def _extras(ax: Axes, y: float, record: Mapping[str, Any], spec: Spec) -> None:
    if spec.low and spec.high and None not in (ends := [record[spec.low], record[spec.high]]):
        finite = [e for e in ends if math.isfinite(e)]
        if len(finite) == 2:
            ax.plot(finite, [y, y], color=INK, linewidth=1.3, marker="|", markersize=6, zorder=3)
    expected = record[spec.expected] if spec.expected else None
    if expected is not None and math.isfinite(expected):
        ax.plot([expected] * 2, [y - 0.4, y + 0.4], color=_EXPECTED, linewidth=2.4, zorder=4)


def _key(spec: Spec) -> Iterator[Line2D]:
    if spec.expected:
        yield Line2D(
            [],
            [],
            color=_EXPECTED,
            linewidth=0,
            marker="|",
            markersize=11,
            markeredgewidth=2.4,
            label="expected, if group did not matter",
        )
    if spec.low:
        yield Line2D([], [], color=INK, linewidth=1.3, marker="|", label="interval")
    if spec.reference is not None:
        yield Line2D([], [], label=spec.reference_label, **_REFERENCE)
