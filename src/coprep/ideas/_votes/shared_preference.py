"""Ask whether a preference is shared by nearly all of a group, or follows something unrecorded.

What nobody recorded, such as living nearby, a language or the hours at which people came, goes with
the group, and differs among its people too: some of them are on the side of their own ideas and
others less so, and those who are less so are nearer to some other group's ideas than to another's.
Then a preference for the group's ideas cannot be told from what lies behind it. People who favour
their own group to different degrees do not differ in what they think of the other groups' ideas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coprep.ideas._votes.premium import Residuals
    from coprep.metrics._checks import Bools, Floats, Ints

SHARED = "as far as nearly all people of a group share it"

_NEARLY_ALL = 2.0  # of a normal spread, 39 in 40 lie on one side of so many times it
_DIFFER = 2.5  # standard errors beyond what chance makes people differ
_DIFFER_ON_OTHERS = 1.0  # besides, in what they think of the other groups' ideas
_NOTHING = 1e-9
_FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class SharedPreference:
    """How much of what each group adds for each group's ideas nearly all of its people share.

    ``part`` (voter groups, idea groups) and ``pooled``, of all groups for their own, are from 0
    to 1.
    """

    part: Floats
    pooled: float


def shared_preference(cells: Residuals, codes: Ints, member: Floats) -> SharedPreference | None:
    """How much of groups' preferences is shared; None where people of one group are not shown to
    follow something else.

    Every person's own preference is estimated from what is left in that person's cells; beyond
    their errors they vary by what people differ in (DerSimonian and Laird's moments).
    """
    groups = member.shape[1]
    everything = np.ones(len(cells.person), dtype=bool)
    found = _spread(cells, codes, member, everything, np.ones((groups, groups), dtype=bool))
    others = member[cells.idea, codes[cells.person]] == 0
    beside = _spread(cells, codes, member, others, ~np.eye(groups, dtype=bool))
    # Of two groups there are no others to think of.
    follow = groups > 2 and found.z > _DIFFER and beside.z > _DIFFER_ON_OTHERS
    if not follow:
        return None
    own = np.arange(groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.maximum(found.excess, 0.0) / found.size)
        together = found.product[own, own].sum() / found.square[own, own].sum()
        pooled = np.sqrt(max(found.excess[own, own].sum(), 0.0) / found.size[own, own].sum())
        mean = found.product / found.square
    part = _part(np.nan_to_num(mean), np.nan_to_num(spread))
    return SharedPreference(part, float(_part(together, np.nan_to_num(pooled))))


def _part(mean: Floats | float, spread: Floats | float) -> Floats:
    """What nearly all have of a mean around which people are spread, as a part of it."""
    size = np.maximum(np.abs(mean), _NOTHING)
    return np.asarray(np.clip(1.0 - _NEARLY_ALL * np.asarray(spread) / size, 0.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """How people of each group (rows) differ in what they add for each group's ideas (columns).

    ``product`` and ``square`` add up to the mean; ``excess`` are squared deviations over their
    degrees of freedom, ``size`` what a unit of variance among people would add to them; ``z`` is
    the whole excess in standard errors.
    """

    product: Floats
    square: Floats
    excess: Floats
    size: Floats
    z: float


def _spread(cells: Residuals, codes: Ints, member: Floats, where: Bools, asked: Bools) -> _Spread:
    """The spread in some cells, for the pairs that are asked about."""
    groups = member.shape[1]
    person = cells.person[where]
    idea = cells.idea[where]
    weight = cells.weight[where]
    total = np.maximum(np.bincount(person, weight, cells.people), _NOTHING)
    level = np.bincount(person, cells.residual[where], cells.people) / total
    residual = cells.residual[where] - weight * level[person]
    # A vote varies as its chance says; ratings of people who use half of the scale vary less.
    noise = np.ones(len(person))
    if not ((cells.value == 0) | (cells.value == 1)).all():
        each = np.bincount(cells.person, cells.residual**2 / cells.weight)
        many = np.bincount(cells.person)
        # A person's level is fitted to the person's own ratings, an idea's to those of many.
        left = 1 - cells.ideas / max(len(cells.person), cells.ideas + 1)
        noise = np.maximum(each / (np.maximum(many - 1, 1) * left), _NOTHING)[person]
    # Of every person: residuals times the indicator less the person's mean, and its square.
    products = np.zeros((cells.people, groups))
    squares = np.zeros_like(products)
    for b in range(groups):
        usual = np.bincount(person, weight * member[idea, b], cells.people) / total
        beside = member[idea, b] - usual[person]
        products[:, b] = np.bincount(person, residual * beside / noise, cells.people)
        squares[:, b] = np.bincount(person, weight * beside**2 / noise, cells.people)
    product, square, excess, size, freedom = np.zeros((5, groups, groups))
    for a, b in np.argwhere(asked):
        counted = (codes == a) & (squares[:, b] > _NOTHING)
        if counted.sum() < _FEWEST:
            continue
        mine = products[counted, b]
        size_of = squares[counted, b]
        product[a, b] = mine.sum()
        square[a, b] = size_of.sum()
        mean = product[a, b] / square[a, b]
        freedom[a, b] = counted.sum() - 1
        excess[a, b] = ((mine - mean * size_of) ** 2 / size_of).sum() - freedom[a, b]
        size[a, b] = size_of.sum() - (size_of**2).sum() / size_of.sum()
    # What is no idea of one group is one of the others: the columns tell one thing in part twice.
    again = 1.0 + 1.0 / max(int(asked[0].sum()) - 1, 1)
    chance = float(np.sqrt(2.0 * freedom.sum() * again))
    z = float(excess.sum() / max(chance, _NOTHING))
    return _Spread(product, square, excess, size, z)
