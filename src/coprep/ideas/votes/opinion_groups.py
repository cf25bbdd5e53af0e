"""Knows how to find groups of like opinion in one half of the ideas, to be looked at in the other half only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.ideas.votes.backing import Backing

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Half", "opinion_halves"]

_LEAST_SEEN = 3
_STARTS = 10
_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """Ideas to look at, and groups of people found in the other ideas.

    Attributes
    ----------
    ideas : array of bool
        The ideas of this half.
    codes : array of int, one a person
        Group found in the other half; -1 for people who rated fewer than 3 ideas there.
    """

    ideas: Bools
    codes: Ints


def opinion_halves(backed: Backing, *, clusters: int, rng: Generator) -> tuple[Half, Half]:
    """Split the ideas at random; cluster people on each half, for use on the other.

    Notes
    -----
    Support is centred by idea, then by person (so that groups differ in what they like, not in how much); what was not
    shown is 0; the first two principal components are scaled up for people who saw less; k-means is started ten times.
    Groups of the two halves are not the same groups.
    """
    first = np.zeros(backed.ideas, dtype=np.bool_)
    first[rng.permutation(backed.ideas)[: backed.ideas // 2]] = True
    codes = [_clustered(backed, half, clusters, rng) for half in (~first, first)]
    return Half(first, codes[0]), Half(~first, codes[1])


def _clustered(backed: Backing, half: Bools, clusters: int, rng: Generator) -> Ints:
    """Groups of people by what they said of the ideas of one half."""
    rows = half[backed.idea]
    person, idea, yes = backed.person[rows], backed.idea[rows], backed.yes[rows].astype(float)
    codes = np.full(backed.people, -1, dtype=np.intp)
    seen = np.bincount(person, minlength=backed.people)
    people = np.flatnonzero(seen >= _LEAST_SEEN)
    if len(people) < clusters:
        return codes
    column = np.cumsum(half) - 1
    place = np.full(backed.people, -1, dtype=np.intp)
    place[people] = np.arange(len(people))
    keep = place[person] >= 0
    shown = np.maximum(np.bincount(idea, minlength=backed.ideas), 1)
    mean = np.bincount(idea, weights=yes, minlength=backed.ideas) / shown
    left = yes - mean[idea]
    usual = np.bincount(person, weights=left, minlength=backed.people) / np.maximum(seen, 1)
    table = np.zeros((len(people), int(half.sum())))
    table[place[person[keep]], column[idea[keep]]] = (left - usual[person])[keep]
    codes[people] = _k_means(_projected(table, seen[people]), clusters, rng)
    return codes


def _projected(table: Floats, seen: Ints) -> Floats:
    """The first two principal components, people who saw less scaled up."""
    vectors = np.linalg.eigh(table.T @ table)[1][:, -2:]
    return np.asarray(table @ vectors * np.sqrt(table.shape[1] / seen)[:, None])


def _k_means(points: Floats, clusters: int, rng: Generator) -> Ints:
    """The best of several starts; groups are numbered from the largest."""
    best, spread = np.zeros(len(points), dtype=np.intp), np.inf
    for _ in range(_STARTS):
        centre = points[rng.choice(len(points), clusters, replace=False)]
        label = best
        distance = np.zeros((len(points), clusters))
        for _ in range(_STEPS):
            distance = ((points[:, None, :] - centre[None]) ** 2).sum(axis=2)
            label = distance.argmin(axis=1)
            moved = np.stack(
                [
                    points[label == k].mean(axis=0) if (label == k).any() else centre[k]
                    for k in range(clusters)
                ]
            )
            if np.allclose(moved, centre):
                break
            centre = moved
        inside = float(distance.min(axis=1).sum())
        if inside < spread:
            best, spread = label, inside
    order = np.argsort(-np.bincount(best, minlength=clusters), kind="stable")
    return np.argsort(order)[best]
