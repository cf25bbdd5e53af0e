"""Set up every picture: a figure of the right size, harmless labels, stable bytes.

Knows matplotlib and nothing of results. Sets no style: what the user chose stays, what the page
needs is set for the page alone.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from coprep.errors import InputError
from coprep.host import LOCK, quiet
from coprep.wording.escape import shorten
from coprep.wording.labels import show
from coprep.wording.templates import WAYS

_LABEL = 44
_WIDTH = 9.0
_LATIN_END = 0x24F
_SCRIPTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "Hiragino Sans",
    "WenQuanYi Zen Hei",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Arial Unicode MS",
    "Noto Emoji",
    "Segoe UI Emoji",
    "Symbola",
)
INK = "#333333"
# Columns whose values are names of this library.
_CODED = frozenset({"attribute", "metric"})
# What the page's pictures are made with, whatever style the user has set.
_PAGE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "coprep",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
}


def axes_for(ax: Axes | None, height: float) -> Axes:
    """The axes that were given, or those of a new figure ``height`` inches tall."""
    if ax is None:
        import matplotlib.pyplot as plt

        return plt.subplots(figsize=(_WIDTH, height), layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise InputError.of(
            f"ax must be a matplotlib Axes; not {show(ax)}.",
            param="ax",
            got=type(ax).__name__,
            hint="an array of axes holds them one by one: axs[0].",
        )
    return ax


def joined(record: Mapping[str, Any], names: Sequence[str], longest: int = _LABEL) -> str:
    """The label of a row: its parts joined, harmless and of bounded length."""
    return shorten(" · ".join(words(record, n) for n in names), longest)


def words(record: Mapping[str, Any], name: str) -> str:
    """One part of a label; names of metrics and attributes are said plainly, labels of groups are
    left as they are.
    """
    value = record[name]
    if value is None:
        return "unknown"
    return WAYS["name"](value) if name in _CODED else str(value)


def dress(ax: Axes, title: str, *, grid: str = "x") -> None:
    """A left-aligned title, light grid lines, no box; and no label is ever read as mathematics."""
    if title:
        ax.set_title(wrapped(ax, title), loc="left", fontsize="medium", fontweight="bold")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(length=0, colors=INK)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(visible=True, axis="x" if grid == "x" else "y", color="#e3e3e3", linewidth=0.8)
    figure = ax.figure
    texts = [*ax.findobj(Text), *(t for key in figure.legends for t in key.findobj(Text))]
    others = _other_fonts() if any(not t.get_text().isascii() for t in texts) else []
    for text in texts:
        text.set_parse_math(False)
        text.set_usetex(False)
        if others and any(ord(c) > _LATIN_END for c in text.get_text()):
            text.set_fontfamily([*text.get_fontfamily(), *others])


def _other_fonts() -> list[str]:
    """Installed fonts that know scripts which the usual font does not."""
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    return [name for name in _SCRIPTS if name in installed]


def inches_wide(ax: Axes) -> float:
    """How wide the axes are, before labels take their part."""
    return float(ax.bbox.width / ax.figure.dpi)


def wrapped(ax: Axes, text: str, part: float = 1.0) -> str:
    """Harmless text in lines no longer than the axes, or a part of them, are wide."""
    return "\n".join(textwrap.wrap(shorten(text, 120), max(20, int(13 * part * inches_wide(ax)))))


def plain_number(value: float, position: object = None) -> str:
    """A tick's number without needless zeros."""
    del position
    return f"{value:,.6g}".replace("-", "−")


def legend_below(ax: Axes, handles: Sequence[Any]) -> None:
    """A key under the picture: under the whole figure where it is ours to arrange, else under the
    axis label.
    """
    if not handles:
        return
    columns = max(1, min(3, int(inches_wide(ax) / 2)))
    look: dict[str, Any] = {
        "handles": list(handles),
        "ncols": columns,
        "frameon": False,
        "fontsize": "small",
    }
    figure = ax.figure
    if isinstance(figure, Figure) and figure.get_constrained_layout() and figure.axes == [ax]:
        figure.legend(loc="outside lower left", **look)
        return
    lines = 1 + ax.get_xlabel().count("\n")
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=2.6 + 1.8 * lines, **look)


def svg_of(paint: Callable[[Axes], Axes], height: float) -> str:
    """Paint on a figure of its own and give it as SVG; the same picture gives the same bytes."""
    return file_of(paint, height, "svg").decode("utf-8")


def file_of(paint: Callable[[Axes], Axes], height: float, form: str) -> bytes:
    """Paint on a figure of its own and give it as a file; the same picture gives the same bytes."""
    # matplotlib's settings belong to the whole program: one picture at a time changes them, and
    # puts them back.
    with LOCK, matplotlib.style.context(["default", _PAGE]), quiet(r"(?s).*(Glyph|glyph|font)"):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        canvas = FigureCanvasSVG(figure) if form == "svg" else FigureCanvasAgg(figure)
        paint(figure.add_subplot())
        target = io.BytesIO()
        told = {"Creator": "coprep"} if form != "png" else {"Software": "coprep"}
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
        canvas.print_figure(target, format=form, dpi=200, metadata={**told, **undated})
    return target.getvalue()
