"""Finds attributes that tell the same groups as another, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Grouping
from coprep.data.process.tables.participants import People

_NEARLY = 0.75
_LEAST_PEOPLE = 20
_LEAST_IN_GROUP = 4


def same_groups(people: People, attributes: Sequence[str]) -> dict[str, str]:
    """Further attributes that tell the same groups as one of ``attributes``, and as which."""
    known = [name for name in attributes if name in people.attributes]
    found: dict[str, str] = {}
    for name in people.attributes if known else ():
        one = people.grouping(name)
        like = [own for own in known if tells_the_same(one, people.grouping(own))]
        if name not in known and like:
            found[name] = like[0]
    return found


def tells_the_same(one: Grouping, other: Grouping) -> bool:
    """Whether one grouping nearly follows from the other: what both tell is at least three quarters
    of what the coarser one tells (mutual information over the smaller entropy).
    """
    both = (one.codes >= 0) & (other.codes >= 0)
    n = int(both.sum())
    many = max(len(one.groups), len(other.groups))
    if n < _LEAST_PEOPLE or n < _LEAST_IN_GROUP * many:
        return False
    table = np.zeros((len(one.groups), len(other.groups)))
    np.add.at(table, (one.codes[both], other.codes[both]), 1.0 / n)
    rows = _entropy(table.sum(axis=1))
    columns = _entropy(table.sum(axis=0))
    shared = rows + columns - _entropy(table.ravel())
    return min(rows, columns) > 0 and shared >= _NEARLY * min(rows, columns)


def _entropy(share: NDArray[np.float64]) -> float:
    positive = share[share > 0]
    return float(-(positive * np.log(positive)).sum())
