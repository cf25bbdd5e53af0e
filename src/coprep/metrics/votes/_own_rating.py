"""How much higher people rate their own idea than others' ratings predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, codes, numbers, whole, zero_one
from coprep.metrics.votes._two_way import two_way_additive

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_MANY = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class OwnRating:
    """Own ratings against what leniency and quality, both learned from everybody else, predict.

    Attributes
    ----------
    person, idea : arrays of int of shape (own ratings,)
        Whose rating of what; only those that can be predicted.
    excess : array of shape (own ratings,)
        Rating minus prediction, in units of the scale.
    plain : array of shape (own ratings,)
        Rating minus the mean of all others' ratings of the idea.
    value, others, raters : arrays of shape (own ratings,)
        The own rating, the sum of all others' ratings of the idea, and how many those are.
    unusable : int
        Own ratings that cannot be predicted.

    """

    person: Ints
    idea: Ints
    excess: Floats
    plain: Floats
    value: Floats
    others: Floats
    raters: Floats
    unusable: int

    def by_person(self, *, plain: bool = False) -> tuple[Ints, Floats]:
        """People with an own rating, and the mean excess of each."""
        people, place = np.unique(self.person, return_inverse=True)
        values = self.plain if plain else self.excess
        return people, np.bincount(place, values) / np.bincount(place) if len(people) else np.zeros(
            0
        )

    def naive(self, rows: NDArray[np.bool_] | None = None) -> float:
        """Mean own rating minus the mean of all others' ratings of these ideas, whoever rated what;
        nan without any.
        """
        kept = np.ones(len(self.value), dtype=bool) if rows is None else rows
        if not kept.any():
            return float("nan")
        return float(self.value[kept].mean() - self.others[kept].sum() / self.raters[kept].sum())


def own_rating_excess(
    person: ArrayLike,
    idea: ArrayLike,
    value: ArrayLike,
    own: ArrayLike,
    *,
    min_others: int = 2,
    min_outside: int = 2,
) -> OwnRating:
    """How much higher do people rate their own idea than their leniency and its quality predict?

    Parameters
    ----------
    person, idea : array of int of shape (cells,)
        Codes from 0; only cells that were rated.
    value : array of shape (cells,)
        Ratings.
    own : array of 0 and 1 of shape (cells,)
        1 where the person wrote the idea.
    min_others : int
        A rater must have rated so many ideas of others.
    min_outside : int
        An idea must have so many ratings by others.

    Returns
    -------
    OwnRating

    Raises
    ------
    InputError
        For arrays of different lengths, values that are not finite, and ``own`` other than 0 and 1.

    Notes
    -----
    ``rating = leniency of the rater + quality of the idea`` is fitted by least squares to ratings
    of others' ideas only; the excess is the own rating minus that sum.

    References
    ----------
    Kwan, V. S. Y., John, O. P., Kenny, D. A., Bond, M. H. & Robins, R. W. (2004). Reconceptualizing
    individual differences in self-enhancement bias. Psychological Review 111(1), 94-110.

    Examples
    --------
    >>> found = own_rating_excess([0, 0, 1, 1, 2, 2, 2], [0, 1, 0, 1, 0, 1, 2], [5, 3, 4, 4, 3, 3, 1],
    ...                           [1, 0, 0, 0, 0, 0, 0], min_others=1)
    >>> found.excess.round(6).tolist(), found.plain.tolist()
    ([2.0], [1.5])

    """
    given = numbers(value, "value", ndim=1, empty=True)
    who = codes(person, "person", n=len(given))
    what = codes(idea, "idea", n=len(given))
    mine = (
        np.zeros(0, dtype=bool)
        if not len(given)
        else zero_one(own, "own", n=len(given)).astype(bool)
    )
    if len(given) and mine.all():
        return _nothing(int(mine.sum()))
    if not len(given):
        return _nothing(0)
    rated = np.bincount(who[~mine], minlength=int(who.max()) + 1)
    asked = np.bincount(what[~mine], minlength=int(what.max()) + 1)
    total = np.bincount(what[~mine], given[~mine], int(what.max()) + 1)
    fit = two_way_additive(who[~mine], what[~mine], given[~mine])
    usable = mine & (rated[who] >= _least(min_others)) & (asked[what] >= _least(min_outside))
    usable &= _together(fit.person_part, fit.idea_part, who, what)
    rows = np.flatnonzero(usable)
    predicted = fit.predict(who[rows], what[rows]) if len(rows) else np.zeros(0)
    plain = given[rows] - total[what[rows]] / asked[what[rows]]
    return OwnRating(
        who[rows],
        what[rows],
        given[rows] - predicted,
        plain,
        given[rows],
        np.asarray(total[what[rows]], dtype=float),
        np.asarray(asked[what[rows]], dtype=float),
        int(mine.sum()) - len(rows),
    )


def _nothing(unusable: int) -> OwnRating:
    none = np.zeros(0, dtype=np.intp)
    nothing = np.zeros(0)
    return OwnRating(none, none, nothing, nothing, nothing, nothing, nothing, unusable)


def _least(value: int) -> int:
    if value < 1:
        raise InputError.of(f"at least 1 rating is needed; not {value}.", param="min_others")
    return value


def _together(person_part: Ints, idea_part: Ints, who: Ints, what: Ints) -> NDArray[np.bool_]:
    """Whether person and idea are in one connected part of the ratings of others' ideas."""
    first = np.where(who < len(person_part), person_part[np.minimum(who, len(person_part) - 1)], -1)
    second = np.where(what < len(idea_part), idea_part[np.minimum(what, len(idea_part) - 1)], -2)
    return np.asarray((first == second) & (first >= 0))


def count_p_value(hits: int, chances: ArrayLike) -> float:
    """Is the number of yes further from what is expected than chance, where every vote has a chance
    of its own?
    """
    likely = numbers(chances, "chances", "share", ndim=1, empty=True)
    if whole(hits, "hits") > len(likely):
        raise InputError.of(
            f"hits is {hits:,}; there are {len(likely):,} chances.", param="hits", got=hits
        )
    if len(likely) > _MANY:
        spread = float(np.sqrt((likely * (1.0 - likely)).sum()))
        distance = max(abs(hits - float(likely.sum())) - 0.5, 0.0)
        return (
            float(min(2.0 * ndtr(-distance / spread), 1.0)) if spread > 0 else float(distance == 0)
        )
    law = np.ones(1)
    for chance in likely:
        law = np.append(law * (1.0 - chance), 0.0) + np.append(0.0, law * chance)
    return float(min(2.0 * min(law[: hits + 1].sum(), law[hits:].sum()), 1.0))
