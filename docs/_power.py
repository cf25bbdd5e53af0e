"""Draw what size of effect each detector finds among so many people, from the study's counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

INK = "#333333"
_LOOKS = (("#9a9a9a", "o", ":"), ("#5c5c5c", "s", "--"), ("#0b4f8a", "D", "-"))
_WANTED = 0.8
_APART = 0.09


def draw(rows: list[dict[str, Any]], target: Path) -> None:
    """A panel a detector, a line a size: the share of worlds in which it is called a pattern."""
    names = list(dict.fromkeys(row["detector"] for row in rows))
    figure = Figure(figsize=(9, 3.0 * ((len(names) + 1) // 2)), layout="constrained")
    panels = figure.subplots((len(names) + 1) // 2, 2, sharey=True).ravel()
    for ax, name in zip(panels, names, strict=False):
        _panel(ax, name, [row for row in rows if row["detector"] == name])
    for ax in panels[len(names) :]:
        ax.set_visible(False)
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": "coprep"})


def _panel(ax: Axes, name: str, rows: list[dict[str, Any]]) -> None:
    people = sorted({row["people"] for row in rows})
    ends: list[tuple[float, int, str, str]] = []
    for rank, (size, (colour, marker, dash)) in enumerate(
        zip(dict.fromkeys(row["size"] for row in rows), _LOOKS, strict=False)
    ):
        mine = sorted(
            (row for row in rows if row["size"] == size and row["worlds"]),
            key=lambda row: int(row["people"]),
        )
        share = [row["patterns"] / row["worlds"] for row in mine]
        at = [row["people"] for row in mine]
        ax.plot(at, share, color=colour, marker=marker, linestyle=dash, markersize=5)
        ends.append((share[-1] if share else 0.0, rank, size, colour))
    # Each line is named at its end, the largest effect uppermost, and none over another.
    height = 2.0
    for share_at_end, _, size, colour in sorted(ends, reverse=True):
        height = min(share_at_end, height - _APART)
        ax.annotate(
            size,
            (max(people), height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
            color=colour,
            annotation_clip=False,
        )
    ax.axhline(_WANTED, color=INK, linewidth=0.8, linestyle=(0, (2, 3)))
    head, _, rest = name.partition(": ")
    ax.set_title(f"{head}\n", loc="left", fontsize="medium", fontweight="bold", color=INK)
    ax.text(0, 1.03, rest, transform=ax.transAxes, fontsize="small", color=INK)
    ax.set_xscale("log")
    ax.set_xlim(min(people) * 0.85, max(people) * 2.6)
    ax.set_xticks(people, labels=[f"{n:,}" for n in people])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(-0.04, 1.04)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}%"))
    ax.set_xlabel("people", fontsize="small", color=INK)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(length=0, colors=INK, labelsize="small")


def write(home: Path, target: Path) -> None:
    """The picture, and a piece of Markdown that shows it with its numbers in words."""
    rows = json.loads((home / "studies" / "results" / "power.json").read_text(encoding="utf-8"))
    target.mkdir(exist_ok=True)
    draw(rows, target / "power.svg")
    said = "; ".join(
        f"{row['detector'].partition(':')[0]}, {row['size']}, {row['people']:,} people: "
        f"{row['patterns']} of {row['worlds']}"
        for row in rows
        if row["worlds"]
    )
    piece = ["```{figure} pictures/power.svg", f":alt: Patterns found: {said}.", "", "```", ""]
    (target / "power.md").write_text("\n".join(piece), encoding="utf-8")
