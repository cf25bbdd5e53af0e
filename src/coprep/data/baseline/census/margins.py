"""90% margins of error of shares, from those of counts, by the rules of the U.S. Census Bureau."""

from __future__ import annotations

from coprep.data.baseline.census.breakdown import Breakdown
from coprep.data.baseline.census.cells import Cell
from coprep.findings import Note


def share_margins(part: Breakdown) -> tuple[list[float] | None, list[Note]]:
    """The margin of each group's share, or None where a margin is not known; and what must be said
    of them.

    A sum has the root of the sum of squares, of several zeros the largest once, of controlled
    figures none; the total has its own margin where the file prints one.
    """
    from coprep.metrics.weighting._margin_of_error import moe_share

    notes: list[Note] = []
    cells = list(part.groups.values())
    margins = [_of_sum(cell) for cell in cells]
    if any(margin is None for margin in margins):
        text = f"some groups of {part.attribute} have no margin of error in the file; none is used."
        return None, [Note("no_margins", text, {"attribute": part.attribute})]
    known = [margin for margin in margins if margin is not None]
    figures = [cell.value for cell in cells]
    everybody = _of_sum(part.total) if part.total is not None else None
    if everybody is None:
        everybody = _root(figures, known)
    for name, cell, margin in zip(part.groups, cells, known, strict=True):
        if cell.value == 0 and margin > 0:
            text = (
                f"{name} of {part.attribute} is estimated as 0, with a margin of error of "
                f"{margin:,g}: there may be some."
            )
            values = {"attribute": part.attribute, "group": name, "moe": margin}
            notes.append(Note("zero_with_margin", text, values))
    total = sum(figures)
    shares = [float(moe_share(v, total, m, everybody)) for v, m in zip(figures, known, strict=True)]
    return shares, notes


def _of_sum(cell: Cell) -> float | None:
    """The margin of a figure that was added up of some; its own where it is one."""
    margins = [margin for _, margin in cell.parts]
    if any(margin is None for margin in margins) or not margins:
        return None
    if len(margins) == 1:
        return margins[0]
    return _root([value for value, _ in cell.parts], [m for m in margins if m is not None])


def _root(values: list[float], margins: list[float]) -> float:
    from coprep.metrics.weighting._margin_of_error import moe_sum

    return float(moe_sum(values, margins))
