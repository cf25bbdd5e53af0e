"""Measure support of each idea by people outside its author's group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics.votes._two_way import two_way_additive

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots
    from coprep.ideas._authors.authorship import Authored
    from coprep.metrics._checks import Bools, Floats, Ints


LEAST_OUTSIDERS = 3
"""An idea counts from this many people outside (or inside) its author's group."""


@dataclass(frozen=True, slots=True, eq=False)
class OutsideSupport:
    """What people outside and inside the author's group think of each idea."""

    row: Ints  # position among the authored ideas
    # mean support from 0 to 1, less how generous each rater is, by people outside the author's
    # group and by others of that group; ``inside`` is nan where too few were asked. Comparable
    # within ``part``
    outside: Floats
    inside: Floats
    # as ``outside``, by those outsiders whose group the idea does not name; nan where too few were
    # asked
    unnamed: Floats
    outside_plain: Floats  # means as they stand, generosity left in
    inside_plain: Floats
    unnamed_plain: Floats
    staked: Floats  # what part of the outsiders belong to a group that the idea names
    part: Ints  # which connected part of the ballots the idea is in
    asked: Ints  # how many outsiders were asked


def agreement(ballots: Ballots) -> Floats:
    """Each answer as support from 0 to 1.

    A pass on an agreement is nan: it is no answer. Scores, points and ranks are scaled from the
    least to the best value given; rank 1 is best.
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
    low = float(value.min())
    high = float(value.max())
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
    """Support of each idea by people of other groups, and by others of the authors' group.

    How generous each person is comes from all their answers, with what people add for ideas that
    name their own group held apart: otherwise those with many such ideas on their ballots would
    seem generous.
    """
    place = np.full(ballots.n_ideas, -1, dtype=np.intp)
    place[wrote.idea] = np.arange(len(wrote))
    row = place[ballots.idea]
    code = codes[ballots.person]
    usable = (row >= 0) & (code >= 0) & ~ballots.is_self & ~np.isnan(support)
    row = row[usable]
    code = code[usable]
    given = support[usable]
    named = benefit[row, code] > 0
    part_inside = wrote.member[row, code]
    outside = part_inside == 0
    inside = part_inside > 0
    person = np.unique(ballots.person[usable], return_inverse=True)[1]
    ideas, idea = np.unique(row, return_inverse=True)
    fit = two_way_additive(person, idea, given, x=named.astype(float))
    left = given - fit.person_effect[person]
    asked = np.bincount(idea[outside], minlength=len(ideas))
    enough = asked >= LEAST_OUTSIDERS

    def mean(values: Floats, by: Bools) -> Floats:
        n = np.bincount(idea[by], minlength=len(ideas))
        total = np.bincount(idea[by], values[by], minlength=len(ideas))
        return np.asarray(
            np.divide(total, n, out=np.full(len(n), np.nan), where=n >= LEAST_OUTSIDERS)[enough]
        )

    return OutsideSupport(
        row=ideas[enough],
        outside=mean(left, outside),
        inside=mean(left, inside),
        unnamed=mean(left, outside & ~named),
        outside_plain=mean(given, outside),
        inside_plain=mean(given, inside),
        unnamed_plain=mean(given, outside & ~named),
        staked=mean(named.astype(float), outside),
        part=fit.idea_part[enough],
        asked=asked[enough],
    )
