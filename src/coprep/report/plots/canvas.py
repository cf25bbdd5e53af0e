"""What every picture needs: a figure of the right size, harmless labels, and the same bytes for the same result.

Knows matplotlib and nothing of results. Sets no style: what the user chose stays, what the page needs is set for
the page alone.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from coprep.errors import InputError, show
from coprep.report.escape import shorten

__all__ = ["LABEL", "axes_for", "dress", "joined", "legend_below", "svg_of"]

LABEL = 44
WIDTH = 9.0
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
)
INK = "#333333"
# What the page's pictures are made with, whatever style the user has set.
_PAGE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "coprep",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
}


def axes_for(ax: Axes | None, height: float) -> Axes:
    """The axes that were given, or those of a new figure ``height`` inches tall.

    Parameters
    ----------
    ax : Axes or None
        Where the user wants the picture.
    height : float
        In inches.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where ``ax`` is something else.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        return plt.subplots(figsize=(WIDTH, height), layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise InputError.of(
            f"ax must be a matplotlib Axes; not {show(ax)}.",
            param="ax",
            got=type(ax).__name__,
            hint="an array of axes holds them one by one: axs[0].",
        )
    return ax


def joined(record: Mapping[str, Any], names: Sequence[str], longest: int = LABEL) -> str:
    """The label of a row: its parts joined, harmless and of bounded length.

    Parameters
    ----------
    record : mapping
        The row.
    names : sequence of str
        The columns that name it.
    longest : int
        The most characters.

    Returns
    -------
    str
    """
    return shorten(" · ".join("unknown" if record[n] is None else str(record[n]) for n in names), longest)


def dress(ax: Axes, title: str, *, grid: str = "x") -> None:
    """A left-aligned title, light grid lines, no box; and no label is ever read as mathematics.

    Parameters
    ----------
    ax : Axes
        A finished picture.
    title : str
        What it shows; nothing is written where it is empty.
    grid : {"x", "y", ""}
        Across which axis lines help reading.
    """
    if title:
        ax.set_title(shorten(title, 90), loc="left", fontsize="medium", fontweight="bold")
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


def legend_below(ax: Axes, handles: Sequence[Any], *, columns: int = 3) -> None:
    """A key under the picture: under the whole figure where it is ours to arrange, else under the axis label.

    Parameters
    ----------
    ax : Axes
        The picture.
    handles : sequence of artists
        What is explained, by their labels.
    columns : int
        Entries side by side.
    """
    if not handles:
        return
    look = {"handles": list(handles), "ncols": columns, "frameon": False, "fontsize": "small"}
    figure = ax.figure
    if isinstance(figure, Figure) and figure.get_constrained_layout() and figure.axes == [ax]:
        figure.legend(loc="outside lower left", **look)
        return
    lines = 1 + ax.get_xlabel().count("\n")
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=2.6 + 1.8 * lines, **look)


def svg_of(paint: Callable[[Axes], Axes], height: float) -> str:
    """Paint on a figure of its own and give it as SVG; the same picture gives the same bytes.

    Parameters
    ----------
    paint : callable
        Draws on the axes it is given.
    height : float
        In inches.

    Returns
    -------
    str
        With text as text, so that it is sharp and small and any script finds its font in the reader's browser.
    """
    with matplotlib.style.context(["default", _PAGE]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"(?s).*(Glyph|glyph|font)")
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        paint(figure.add_subplot())
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": "coprep"})
    return target.getvalue()
