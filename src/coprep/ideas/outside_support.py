"""Knows whether people outside a group support ideas that benefit their author's own group as much as others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics.two_way import two_way_additive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.ledger import Ballots
    from coprep.ideas.authored import Authored

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["LEAST_OUTSIDERS", "OutsideSupport", "agreement", "own_benefit_ideas", "support_from_outside"]

LEAST_OUTSIDERS = 3
"""An idea counts from this many people outside its author's group."""


@dataclass(frozen=True, slots=True, eq=False)
class OutsideSupport:
    """What outsiders think of each idea that enough of them were asked about.

    Attributes
    ----------
    row : array of int
        Position among the authored ideas.
    adjusted : array of float
        Support from 0 to 1 less what the outsiders who were asked give on average; comparable within ``part``.
    plain : array of float
        Mean support as it stands.
    part : array of int
        Which connected part of the ballots the idea is in.
    asked : array of int
        How many outsiders were asked.

    """

    row: Ints
    adjusted: Floats
    plain: Floats
    part: Ints
    asked: Ints


def agreement(ballots: Ballots) -> Floats:
    """Each answer as support from 0 to 1: yes or no, agree or disagree, else the place on the scale that was used.

    A pass on an agreement is nan: it is no answer. Scores, points and ranks are scaled from the least to the best
    value given; rank 1 is best.
    """
    value = np.asarray(ballots.value, dtype=float)
    if ballots.kind == "agree":
        return np.where(value == 0, np.nan, (value > 0).astype(float))
    if ballots.kind in {"approve", "choose_one"}:
        return (value > 0).astype(float)
    if not len(value):
        return value
    if ballots.kind == "rank":
        worst = value.max(initial=1.0)
        value = np.where(value > 0, worst - value, -1.0)
    low, high = float(value.min()), float(value.max())
    return (value - low) / (high - low) if high > low else np.full(len(value), np.nan)


def own_benefit_ideas(benefit: Floats, member: Floats, groups: int) -> Floats:
    """Part of each idea's authorship whose own group it names; 0 for ideas that name every group.

    >>> own_benefit_ideas(np.array([[1.0, 0], [1, 1]]), np.array([[1.0, 0], [1, 0]]), 2).tolist()
    [1.0, 0.0]
    """
    named = benefit > 0
    everybody = named[:, :groups].all(axis=1)
    return np.asarray(np.where(everybody, 0.0, (named * member).sum(axis=1)))


def support_from_outside(ballots: Ballots, support: Floats, wrote: Authored, codes: Ints) -> OutsideSupport:
    """Support of people of other groups than an idea's authors, adjusted for how generous each of them is.

    Parameters
    ----------
    ballots : Ballots
        Shown pairs.
    support : array
        A number from 0 to 1 a pair, see `agreement`.
    wrote : Authored
        The ideas.
    codes : array of int, one a person
        Group of each person; people of unknown group are neither inside nor outside.

    Returns
    -------
    OutsideSupport

    """
    place = np.full(ballots.n_ideas, -1, dtype=np.intp)
    place[wrote.idea] = np.arange(len(wrote))
    row, code = place[ballots.idea], codes[ballots.person]
    usable = (row >= 0) & (code >= 0) & ~ballots.is_self & ~np.isnan(support)
    usable[usable] = wrote.member[row[usable], code[usable]] == 0
    asked = np.bincount(row[usable], minlength=len(wrote))
    usable[usable] = asked[row[usable]] >= LEAST_OUTSIDERS
    if not usable.any():
        nothing = np.zeros(0)
        return OutsideSupport(nothing.astype(np.intp), nothing, nothing, nothing.astype(int), nothing.astype(int))
    rows, idea = np.unique(row[usable], return_inverse=True)
    person = np.unique(ballots.person[usable], return_inverse=True)[1]
    given = support[usable]
    fit = two_way_additive(person, idea, given)
    plain = np.bincount(idea, given) / np.bincount(idea)
    return OutsideSupport(rows, fit.idea_effect, plain, fit.idea_part, asked[rows])
