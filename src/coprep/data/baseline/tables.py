"""Reads tables that describe a community, a row a group or a row a person, as figures by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coprep.data.frames import Frame
from coprep.data.labels import known_label, label
from coprep.errors import InputError, Problems
from coprep.wording.labels import show

Cells = dict[tuple[str, ...], float]


def joint_counts(
    frame: Frame, attributes: Sequence[str], weight: str | None
) -> tuple[Cells, float]:
    """People by all attributes at once, and how many have an unknown group in one of them."""
    if weight is not None:
        _check_weights(frame, attributes, weight)
    counted = frame.count(attributes, sums={"w": weight} if weight else None)
    size = counted.sums["w"] if weight else counted.n.astype(np.float64)
    cells: Cells = {}
    dropped = 0.0
    for key, w in zip(counted.keys, size, strict=True):
        names = tuple(known_label(v) or "" for v in key)
        if all(names):
            cells[names] = cells.get(names, 0.0) + float(w)
        else:
            dropped += float(w)
    return cells, dropped


def _check_weights(frame: Frame, attributes: Sequence[str], weight: str) -> None:
    for column in (*attributes, weight):
        if not frame.has(column):
            raise frame.unknown_column(column)
    unusable = frame.weigh(attributes[:1], weight)[1] if frame.is_number(weight) else frame.rows()
    if unusable:
        raise InputError.of(
            f"{unusable:,} weights in {show(weight)} of the baseline are missing, infinite, "
            "negative or no numbers.",
            code="bad_weights",
            param="weight",
            expected="finite weights from 0",
        )


def figures_by_attribute(
    frame: Frame, attribute: str, group: str, figure: str, margin: str | None
) -> tuple[dict[str, dict[Any, Any]], dict[str, dict[Any, Any]]]:
    """Figures and margins by attribute and group; a group that stands twice is an error."""
    problems = Problems()
    columns = [attribute, group, figure, *([margin] if margin else [])]
    for column in columns:
        if not frame.has(column):
            problems.take(frame.unknown_column(column))
    problems.raise_if_any()
    data = frame.collect(columns)
    values: dict[str, dict[Any, Any]] = {}
    margins: dict[str, dict[Any, Any]] = {}
    for i, (a, g) in enumerate(zip(data[attribute], data[group], strict=True)):
        name = label(a)
        if name is None:
            problems.add(
                f"row {i + 1} of the baseline table names no attribute.", code="missing_attribute"
            )
            continue
        into = values.setdefault(name, {})
        if g in into:
            problems.add(f"{show(g)} stands twice in {show(name)}.", code="duplicate_group", got=g)
        into[g] = data[figure][i]
        if margin and label(data[margin][i]) is not None:
            margins.setdefault(name, {})[g] = data[margin][i]
    problems.raise_if_any()
    return values, margins
