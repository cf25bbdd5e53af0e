"""Deal group labels out anew among like rows, and measure the distance between groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.metrics._checks import Floats, Ints
from coprep.metrics._streams import stream
from coprep.metrics.inference._permutation import permutation_test

_SEED = 0
_WORK = 30_000_000  # numbers touched in all, somewhat less than a second
_FEWEST = 12  # shuffles
_MOST = 400


@dataclass(frozen=True, slots=True)
class Expected:
    """What a number comes to if groups do not matter: its mean over so many shuffles, or over all
    that there are.
    """

    value: float
    shuffles: int
    exact: bool

    @property
    def said(self) -> str:
        """How it was found, in a sentence."""
        if self.exact:
            return "What chance alone would give is exact: the mean over all ways to deal out the group labels."
        return f"What chance alone would give is the mean over {self.shuffles:,} shuffles of the group labels."


class Chance:
    """What a number comes to if groups do not matter, worked out when it is first asked for and
    then kept.
    """

    def __init__(self, find: Callable[[], Expected]) -> None:
        self._find = find

    @cached_property
    def found(self) -> Expected:
        """The answer."""
        return self._find()

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, (self.found,)


def _known(found: Expected) -> Chance:
    return Chance(lambda: found)


@dataclass(frozen=True, eq=False)
class Deck:
    """Rows in an order that does not depend on how they came, and the group labels to deal out among them.

    Attributes
    ----------
    order : array of int
        Where each row stood.
    labels : array of int
        Group of each place, coded anew: groups that have as many rows in every stratum can change
        places.
    strata : array of int
        Labels stay inside these.
    place : array of int of shape (groups,)
        The new code of each group.
    """

    order: Ints
    labels: Ints
    strata: Ints
    place: Ints

    @classmethod
    def of(
        cls,
        codes: Ints,
        size: int,
        *columns: NDArray[Any] | None,
        strata: NDArray[Any] | None = None,
    ) -> Deck:
        """A deck of rows with these columns."""
        layer = (
            np.zeros(len(codes), dtype=np.intp)
            if strata is None
            else np.asarray(strata, dtype=np.intp)
        )
        order = np.lexsort((*(column for column in columns if column is not None), layer))
        layers = int(layer.max()) + 1
        rows = np.bincount(codes * layers + layer, minlength=size * layers).reshape(size, layers)
        place = np.empty(size, dtype=np.intp)
        place[np.lexsort(rows.T)] = np.arange(size)
        labels = place[codes]
        return cls(order, labels[np.lexsort((labels, layer))], layer[order], place)

    def expected(self, name: str, statistic: Callable[[Ints], float], *, work: int) -> Expected:
        """The mean of a statistic of new labels; ``work`` is how many numbers it touches beside the
        rows.
        """
        draws = int(np.clip(_WORK // (5 * len(self.labels) + work), _FEWEST, _MOST))
        found = permutation_test(
            lambda dealt: np.array([statistic(labels) for labels in dealt]),
            self.labels,
            strata=self.strata,
            alternative="greater",
            draws=draws,
            max_exact=draws,
            rng=stream(_SEED, f"noise floor of {name}"),
        )
        return Expected(float(found.centre), found.draws, found.exact)


def binned(score: Floats, most: int) -> tuple[Ints, Floats]:
    """The place of each score among all different scores, and these; neighbours share one where
    there are too many.
    """
    values, place, times = np.unique(score, return_inverse=True, return_counts=True)
    if len(values) <= most:
        return place.astype(np.intp), values
    shared = np.unique((np.cumsum(times) - 1) * most // len(score), return_inverse=True)[1]
    return shared[place].astype(np.intp), np.bincount(shared, values * times) / np.bincount(
        shared, times
    )
