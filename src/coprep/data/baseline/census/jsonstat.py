"""JSON-stat 2.0 (Eurostat, PxWeb, CSO, Statistics Norway): one cube of figures, dense or sparse."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from coprep.data.baseline.census.cube import Cube, CubeDimension, cube_table
from coprep.data.baseline.census.long_table import LongTable
from coprep.data.baseline.census.look import Look
from coprep.errors import InputError

_ROLES = {"geo": "area", "time": "date", "metric": "measure"}
_LARGEST = 20_000_000


def recognise(look: Look) -> bool:
    """Whether the file is an object with id, size, dimension and value."""
    if look.kind != "json" or not look.begin.lstrip("\ufeff \r\n\t").startswith("{"):
        return False
    content = look.content
    return isinstance(content, dict) and _dataset(content) is not None


def _dataset(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The data set itself; version 1 wraps it, and keeps id and size within its dimensions."""
    if {"dimension", "value"} <= set(content):
        return content
    inner = [
        v for v in content.values() if isinstance(v, dict) and {"dimension", "value"} <= set(v)
    ]
    return inner[0] if len(inner) == 1 else None


def read(look: Look) -> LongTable:
    """The cube; categories in the order of their index, whatever the order of labels."""
    data = _dataset(look.content) or {}
    about = data["dimension"]
    ids = data.get("id", about.get("id"))
    sizes = data.get("size", about.get("size"))
    roles = data.get("role", about.get("role", {}))
    role_of = {
        name: _ROLES[role] for role, names in roles.items() if role in _ROLES for name in names
    }
    dimensions = [
        CubeDimension(
            name,
            str(about[name].get("label", name)),
            _categories(about[name]),
            role_of.get(name, ""),
        )
        for name in ids
    ]
    if [len(d.categories) for d in dimensions] != [int(size) for size in sizes]:
        raise InputError.of(
            f"{look.name}: the sizes of the cube are not those of its categories.",
            code="unreadable_file",
            param="path",
        )
    return cube_table(
        Cube(dimensions, _cells(data, sizes)), source=str(data.get("source", "")), remarks=()
    )


def _categories(dimension: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Codes and labels, by index: a list of codes, an object of places, or labels alone for one
    category.
    """
    category = dimension["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = index if isinstance(index, list) else sorted(index, key=lambda code: index[code])
    return [(str(code), str(labels.get(code, code))) for code in codes]


def _cells(data: Mapping[str, Any], sizes: Sequence[int]) -> list[tuple[str, str]]:
    """Figure and flag of every place of the cube, the last dimension fastest."""
    total = 1
    for size in sizes:
        total *= int(size)
    value = data["value"]
    status = data.get("status", {})
    if total > _LARGEST or (isinstance(value, list) and len(value) != total):
        raise InputError.of(
            "the figures of the file are not as many as its dimensions say.",
            code="cut_row",
            param="path",
            hint="the file may have been cut off: download it again.",
        )
    return [
        (_text(_at(value, i)), _text(_at(status, i))) for i in itertools.islice(range(total), total)
    ]


def _at(values: Any, place: int) -> Any:
    """The value at a place of a list, of an object keyed by place, or one value for all."""
    if isinstance(values, list):
        return values[place] if place < len(values) else None
    if isinstance(values, dict):
        return values.get(str(place))
    return values


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
