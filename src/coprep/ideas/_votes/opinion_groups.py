"""Find groups of like opinion in one half of the ideas, for use in the other half only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.ideas._votes.support import Support
    from coprep.metrics._checks import Bools, Floats, Ints


_LEAST_SEEN = 3
_STARTS = 10
_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """Ideas to look at, and groups of people found in the other ideas."""

    ideas: Bools  # the ideas of this half
    # one a person: group found in the other half; -1 for people who rated fewer than 3 ideas there
    codes: Ints


def opinion_halves(support: Support, *, clusters: int, rng: Generator) -> tuple[Half, Half]:
    """Split the ideas at random; cluster people on each half, for use on the other.

    Support is centred by idea, then by person (so that groups differ in what they like, not in how
    much); what was not shown is 0; the first two principal components are scaled up for people who
    saw less; k-means is started ten times. Groups of the two halves are not the same groups.
    """
    first = np.zeros(support.ideas, dtype=np.bool_)
    first[rng.permutation(support.ideas)[: support.ideas // 2]] = True
    codes = [_clustered(support, half, clusters, rng) for half in (~first, first)]
    return Half(first, codes[0]), Half(~first, codes[1])


def _clustered(support: Support, half: Bools, clusters: int, rng: Generator) -> Ints:
    """Groups of people by what they said of the ideas of one half."""
    rows = half[support.idea]
    person = support.person[rows]
    idea = support.idea[rows]
    yes = support.yes[rows].astype(float)
    codes = np.full(support.people, -1, dtype=np.intp)
    seen = np.bincount(person, minlength=support.people)
    people = np.flatnonzero(seen >= _LEAST_SEEN)
    if len(people) < clusters:
        return codes
    column = np.cumsum(half) - 1
    place = np.full(support.people, -1, dtype=np.intp)
    place[people] = np.arange(len(people))
    keep = place[person] >= 0
    shown = np.maximum(np.bincount(idea, minlength=support.ideas), 1)
    mean = np.bincount(idea, weights=yes, minlength=support.ideas) / shown
    left = yes - mean[idea]
    usual = np.bincount(person, weights=left, minlength=support.people) / np.maximum(seen, 1)
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
    best = np.zeros(len(points), dtype=np.intp)
    spread = np.inf
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
            best = label
            spread = inside
    order = np.argsort(-np.bincount(best, minlength=clusters), kind="stable")
    return np.argsort(order)[best]
