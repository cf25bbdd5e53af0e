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
    without_premium : array of float
        The same, with the premium people give ideas that name their own group taken out.
    plain : array of float
        Mean support as it stands.
    part : array of int
        Which connected part of the ballots the idea is in.
    asked : array of int
        How many outsiders were asked.
    premium : float
        How much more people support ideas that name their own group, all else equal, from -1 to 1.

    """

    row: Ints
    adjusted: Floats
    without_premium: Floats
    plain: Floats
    part: Ints
    asked: Ints
    premium: float


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


def support_from_outside(
    ballots: Ballots, support: Floats, wrote: Authored, codes: Ints, *, benefit: Floats
) -> OutsideSupport:
    """Support of people of other groups than an idea's authors, adjusted for how generous each of them is.

    Some outsiders are whom an idea is for, but never of an idea for its author's own group: what people in general
    add for ideas that name their own group is therefore worked out besides.

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
    benefit : array of shape (ideas, groups)
        Whom each authored idea names.

    Returns
    -------
    OutsideSupport

    """
    place = np.full(ballots.n_ideas, -1, dtype=np.intp)
    place[wrote.idea] = np.arange(len(wrote))
    row, code = place[ballots.idea], codes[ballots.person]
    usable = (row >= 0) & (code >= 0) & ~ballots.is_self & ~np.isnan(support)
    named = np.zeros(len(row))
    named[usable] = benefit[row[usable], code[usable]] > 0
    premium = _premium(ballots, support, named, usable)
    usable[usable] = wrote.member[row[usable], code[usable]] == 0
    asked = np.bincount(row[usable], minlength=len(wrote))
    usable[usable] = asked[row[usable]] >= LEAST_OUTSIDERS
    if not usable.any():
        nothing = np.zeros(0)
        none = nothing.astype(np.intp)
        return OutsideSupport(none, nothing, nothing, nothing, none, none, premium)
    rows, idea = np.unique(row[usable], return_inverse=True)
    person = np.unique(ballots.person[usable], return_inverse=True)[1]
    given = support[usable]
    fit = two_way_additive(person, idea, given)
    plain = np.bincount(idea, given) / np.bincount(idea)
    less = two_way_additive(person, idea, given - premium * named[usable]).idea_effect
    return OutsideSupport(rows, fit.idea_effect, less, plain, fit.idea_part, asked[rows], premium)


def _premium(ballots: Ballots, support: Floats, named: Floats, usable: Bools) -> float:
    """How much more people support ideas that name their own group, all else equal; 0 where it cannot be told."""
    if not usable.any():
        return 0.0
    person = np.unique(ballots.person[usable], return_inverse=True)[1]
    idea = np.unique(ballots.idea[usable], return_inverse=True)[1]
    premium = float(two_way_additive(person, idea, support[usable], x=named[usable]).coef[0])
    return 0.0 if np.isnan(premium) else premium
