"""Knows whether outsiders support own-benefit ideas as others: a case for the whole process and each group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas.authored import most_influential
from coprep.ideas.common import LEAST_SHOWN, Case, Effect, Run, count_of, effective_number, points, quote, sized
from coprep.ideas.gates import (
    LEAST_IDEAS,
    LEAST_RATERS,
    enough_groups,
    enough_voices,
    enough_votes,
    first_refusal,
    labels_not_from_ballot,
)
from coprep.ideas.matching import RUN_DRAWS, Matching, flip_cases, slope_effect
from coprep.ideas.outside_support import OutsideSupport, agreement, own_benefit_ideas, support_from_outside
from coprep.metrics.resampling import sign_flip_test, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.ledger import Ballots

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["LEAST_EACH", "outside_cases"]

LEAST_EACH = 5
"""Fewer own-benefit ideas, or fewer other ideas beside them, tell nothing."""
_PREMIUM_SAID = 5.0
_NOTHING_LEFT = "no other ideas for the same groups were judged by the same people"


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Outsiders' support of ideas and which of those name their author's own group; rows are ideas with support.

    Attributes
    ----------
    own : array of shape (ideas, 1 + groups)
        1 where the idea names its author's own group: any group, then each.
    named : array of shape (ideas, groups)
        1 where the idea names the group: ideas are compared with others for the same groups.
    block : array of int
        Topic and connected part of the ballots.

    """

    matching: Matching
    support: OutsideSupport
    own: Floats
    named: Floats
    block: Ints
    team: Ints

    def usable(self, j: int) -> Bools:
        """All ideas; for one group those that do not name another group that is their author's."""
        return np.ones(len(self.own), dtype=bool) if j == 0 else (self.own[:, 0] == 0) | (self.own[:, j] > 0)

    def products(self, j: int, rows: Bools, y: Floats) -> tuple[Floats, Floats, float]:
        """What each author adds to numerator and denominator of the difference within blocks, and what is left.

        The last is the part of the variance that the blocks' means have not taken up.
        """
        count = int(self.team.max(initial=-1)) + 1
        block = np.unique(self.block[rows], return_inverse=True)[1].reshape(-1)
        x, taken = _held_fixed(_centred(self.own[rows, j], block), self.named[rows], block)
        left, _ = _held_fixed(_centred(y[rows], block), self.named[rows], block)
        team, total = self.team[rows], float((x * x).sum())
        lost = float((x * x * taken).sum())
        rest = 1.0 - lost / total if total > 0 else float("nan")
        return _summed(team, x * left, count), _summed(team, x * x, count), rest


def _held_fixed(x: Floats, named: Floats, block: Ints) -> tuple[Floats, Floats]:
    """``x`` with whom ideas name taken out, and what part of each idea's variance all that takes up."""
    if not len(x):
        return x, x
    columns = np.stack([_centred(column, block) for column in named.T], axis=1)
    vectors, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis = vectors[:, sizes > 1e-9 * max(1.0, float(sizes.max(initial=0.0)))]
    left = x - basis @ (basis.T @ x)
    taken = 1.0 / np.bincount(block)[block] + (basis**2).sum(axis=1)
    return np.where(np.abs(left) < 1e-10, 0.0, left), np.minimum(taken, 1.0)


def _summed(team: Ints, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(team, values, count), dtype=float)


def _centred(values: Floats, block: Ints) -> Floats:
    if not len(values):
        return values
    left = values - (np.bincount(block, values) / np.bincount(block))[block]
    return np.where(np.abs(left) < 1e-12, 0.0, left)


def outside_cases(matching: Matching, place: str) -> tuple[list[Case], list[float]]:
    """A case for the whole process, then one a group with authors; and p values adjusted for the largest."""
    wrote = matching.wrote
    groups = [k for k in range(len(wrote.groups)) if wrote.authors[k] > 0]
    large = [k + 1 for k in groups if wrote.authors[k] >= LEAST_SHOWN]
    small = [k + 1 for k in groups if wrote.authors[k] < LEAST_SHOWN]
    compared, general = _compare(matching)
    cases, adjusted = _compared_cases(matching, compared, [0, *large], general=general, place=place)
    hidden = [_case(matching, None, j, effect=Effect(), refusal=general or "too few", place=place) for j in small]
    return cases + hidden, adjusted + [float("nan")] * len(hidden)


def _compared_cases(
    matching: Matching, compared: _Compared | None, columns: list[int], *, general: str | None, place: str
) -> tuple[list[Case], list[float]]:
    """Cases of all ideas and of the groups with enough authors to be shown."""
    if compared is None:
        refused = [_case(matching, None, j, effect=Effect(), refusal=general, place=place) for j in columns]
        return refused, [float("nan")] * len(columns)
    refusals = {j: general or _group_refusal(compared, j) for j in columns}
    y = compared.support.adjusted
    sums = {j: compared.products(j, compared.usable(j), y) for j in columns}
    for j in columns:
        refusals[j] = refusals[j] or (None if sums[j][1].sum() > 0 else _NOTHING_LEFT)
    products = np.zeros((len(sums[0][0]), 1 + len(matching.wrote.groups)))
    for j in columns:
        products[:, j] = sums[j][0]
    tested = [j for j in columns if refusals[j] is None]
    alone, together = flip_cases(products, tested, matching.draws, matching.seed, "self_serving: outside support")
    cases = [
        _case(
            matching,
            compared,
            j,
            effect=slope_effect(
                *sums[j][:2], left=sums[j][2], p_value=float(alone[j]), confidence=matching.confidence
            ),
            refusal=refusals[j],
            place=place,
        )
        for j in columns
    ]
    return cases, [float(together[j]) for j in columns]


def _compare(matching: Matching) -> tuple[_Compared | None, str | None]:
    """Support of each idea from outside, and why it cannot be judged."""
    process, wrote = matching.process, matching.wrote
    if not process.has("ratings"):
        return None, "there are no votes or ratings"
    if len(process.kinds) > 1:
        kinds = ", ".join(process.kinds)
        return None, f"there are several kinds of ballot ({kinds}); keep one of them in the ratings table"
    ballots = process.ballots().complete()
    grouping = process.grouping(wrote.attribute)
    support = agreement(ballots)
    found = support_from_outside(ballots, support, wrote, grouping.codes, benefit=matching.benefit)
    people = len(grouping.groups)
    single = own_benefit_ideas(matching.benefit, wrote.member, people)
    each = np.where(single[:, None] > 0, (matching.benefit > 0) * wrote.member, 0.0)
    own = np.column_stack([single, each])[found.row]
    block = wrote.block[found.row] * (int(found.part.max(initial=0)) + 1) + found.part
    named = (matching.benefit[found.row] > 0).astype(float)
    compared = _Compared(matching, found, own, named, block, wrote.team[found.row])
    return compared, _refusal(compared, ballots, support, grouping.codes)


def _refusal(compared: _Compared, ballots: Ballots, support: Floats, codes: Ints) -> str | None:
    """Why outsiders' support cannot be judged, or None."""
    wrote = compared.matching.wrote
    raters = np.bincount(codes[ballots.voters][codes[ballots.voters] >= 0], minlength=len(wrote.groups))
    ideas, yes = len(compared.own), support > 0.5
    if wrote.circular is not None:
        return wrote.circular
    refusal = first_refusal([
        enough_groups(raters, who="raters", least=LEAST_RATERS),
        enough_votes(int(compared.support.asked.sum())),
        labels_not_from_ballot(
            ballots.person[yes].astype(np.intp),
            ballots.idea[yes].astype(np.intp),
            codes,
            attribute=wrote.attribute,
        ),
    ])
    if refusal is not None:
        return refusal
    if ideas < LEAST_IDEAS:
        return f"only {count_of(ideas, 'idea')} were put to enough people outside; at least {LEAST_IDEAS} are needed"
    return _group_refusal(compared, 0) or enough_voices(np.bincount(compared.team)).refusal


def _group_refusal(compared: _Compared, j: int) -> str | None:
    """Why the ideas of one group (0: of all) cannot be compared with others, or None."""
    rows = compared.usable(j)
    own = compared.own[rows, j] > 0
    few = min(int(own.sum()), int((~own).sum()))
    if few < LEAST_EACH:
        which = "name their author's own group" if int(own.sum()) == few else "do not"
        return f"only {count_of(few, 'idea')} with outside support {which}; {LEAST_EACH} are needed"
    authors = len(np.unique(compared.team[rows][own]))
    if authors < LEAST_EACH:
        return f"ideas that name their author's own group come from only {count_of(authors, 'author')}"
    return None


def _case(
    matching: Matching,
    compared: _Compared | None,
    j: int,
    *,
    effect: Effect,
    refusal: str | None,
    place: str,
) -> Case:
    wrote = matching.wrote
    group = None if j == 0 else wrote.groups[j - 1]
    team = np.zeros(0, dtype=np.intp)
    if compared is not None:
        team = compared.team[compared.usable(j) & (compared.own[:, j] > 0)]
    return Case(
        group=group,
        effect=effect,
        n_people=wrote.total if j == 0 else int(wrote.authors[j - 1]),
        n_ideas=len(team),
        n_effective=effective_number(np.bincount(team)) if len(team) else float("nan"),
        refusal=refusal,
        runs=() if refusal or compared is None else _runs(compared, j),
        extra={"own_share": float("nan")},
        words={**_words(group, place), "premium": _said_premium(compared, j)},
        details={} if compared is None else _details(compared, j),
    )


def _words(group: str | None, place: str) -> Mapping[str, str]:
    if group is None:
        return {"place": place, "these": "ideas that name their author's own group"}
    return {"place": place, "these": f"ideas by people in {quote(group)} that name {quote(group)}"}


def _without_premium(compared: _Compared, j: int) -> float:
    """The difference in points with what people add for their own group taken out."""
    products, squares, _ = compared.products(j, compared.usable(j), compared.support.without_premium)
    total = float(squares.sum())
    return 100 * float(products.sum()) / total if total > 0 else float("nan")


def _said_premium(compared: _Compared | None, j: int) -> str:
    """A sentence on the premium for the own group, where it matters."""
    if compared is None or 100 * compared.support.premium < _PREMIUM_SAID:
        return ""
    scale, rest = points(), _without_premium(compared, j)
    told = f" People in general add {sized(100 * compared.support.premium, scale)} for ideas that name their own group"
    return f"{told}; with that taken out the difference is {sized(rest, scale)}."


def _details(compared: _Compared, j: int) -> dict[str, object]:
    return {
        "premium_for_own_group": 100 * compared.support.premium,
        "effect_without_that_premium": _without_premium(compared, j),
        "ideas_with_outside_support": len(compared.own),
        "outside_votes": int(compared.support.asked.sum()),
        "own_benefit_ideas": int((compared.own[:, 0] > 0).sum()),
    }


def _runs(compared: _Compared, j: int) -> tuple[Run, ...]:
    """Without the most influential author; with shares as they stand; without the premium for the own group."""
    rows, y = compared.usable(j), compared.support.adjusted
    loud = most_influential(*compared.products(j, rows, y)[:2])
    less = rows & (compared.team != loud)
    return (
        _run(compared, j, "without the most influential author", less, y),
        _run(compared, j, "with shares of support as they stand", rows, compared.support.plain),
        Run("with what people add for their own group taken out", _without_premium(compared, j)),
    )


def _run(compared: _Compared, j: int, name: str, rows: Bools, y: Floats) -> Run:
    products, squares, _ = compared.products(j, rows, y)
    total = float(squares.sum())
    if total <= 0:
        return Run(name, float("nan"), n=int(rows.sum()))
    seed = stream(compared.matching.seed, f"{name} {j}")
    p_value = float(sign_flip_test(products, draws=RUN_DRAWS, rng=seed).p_value)
    return Run(name, 100 * float(products.sum()) / total, p_value, int(rows.sum()))
