"""Compare authors' groups with the groups their ideas name, within topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.findings import Note
from coprep.ideas._authors.authorship import Authored, authored, most_influential
from coprep.ideas._judging.effects import Effect, Run, effective_number, holm
from coprep.ideas._judging.eligibility import LEAST_IDEAS, fewest_authors, noted
from coprep.ideas._judging.judge import LEAST_SHOWN, Case
from coprep.metrics._streams import stream
from coprep.metrics.inference._clustered import clustered_slope
from coprep.metrics.inference._resampling import sign_flip_test
from coprep.metrics.participation._own_benefit import OwnBenefit, blocked_matching, own_benefit
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats


LEAST_MIXED = 0.3
"""Refuse when a smaller share of ideas stands beside ideas of another group's authors."""

RUN_DRAWS = 1_999
"""Sign patterns of a robustness run."""

_OUTSIDERS = {
    "less": "People outside the group support these ideas less than others.",
    "as much or more": "People outside the group support these ideas as much as others, or more.",
    "unclear": "Whether people outside the group support these ideas as much as others is not "
    "settled here.",
    "unknown": "What people outside the group think of these ideas is not known here.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Authored ideas, whom they name, and how to compare them."""

    process: Process  # where they come from
    wrote: Authored  # the ideas
    benefit: Floats  # (ideas, groups) whom each names
    need: Floats | None  # (ideas, groups) what is to be taken out
    within: str | Sequence[str] | None  # what ideas are compared within
    confidence: float  # level of intervals, sign patterns, randomness
    draws: int
    seed: int

    @property
    def informative(self) -> Bools:
        """Ideas that name some groups but not all, beside ideas of another group's authors."""
        own = len(self.process.grouping(self.wrote.attribute).groups)
        named = self.benefit > 0
        return np.asarray(named.any(axis=1) & ~named[:, :own].all(axis=1) & self.wrote.mixed)

    def refusal(self) -> str | None:
        """Why own benefit cannot be judged, or None."""
        general = self.wrote.refusal()
        if general is not None:
            return general
        if not (self.benefit > 0).any():
            return f"no idea names a group of {show(self.wrote.attribute)} as beneficiary"
        mixed = float(self.wrote.mixed.mean())
        n = int(self.informative.sum())
        if mixed < LEAST_MIXED:
            return (
                f"only {mixed:.0%} of the ideas stand beside ideas of another group's authors; 30% "
                "are needed"
            )
        if n < LEAST_IDEAS:
            told = (
                f"only {count_of(n, 'idea')} can tell groups apart (they name some groups but not "
                "all)"
            )
            return f"{told}; at least {LEAST_IDEAS} are needed"
        return None

    @property
    def notes(self) -> tuple[Note, ...]:
        """How many ideas can tell anything, and how they were compared."""
        n = int(self.informative.sum())
        total = len(self.wrote)
        few = Note(
            "informative_ideas",
            f"{n:,} of {total:,} ideas can tell groups apart: they name some groups but not all, "
            "and stand beside ideas of another group's authors.",
            {"ideas": n, "of_ideas": total},
        )
        teams = Note("teams", "People who wrote ideas together were taken together.")
        need = Note(
            "need",
            "Ideas were compared with what follows from the stated need of their topic taken out.",
        )
        together = len(np.unique(self.wrote.team)) < self.wrote.total
        return noted(
            few if n < total else None,
            teams if together else None,
            None if self.need is None else need,
        )


def slope_effect(
    products: Floats, squares: Floats, *, left: float, p_value: float, confidence: float
) -> Effect:
    """A slope over authors as an effect in percentage points.

    ``left`` is the part of the residuals' variance that the blocks' means have not taken up.
    """
    used = squares > 1e-12 * max(float(squares.sum()), 1e-300)
    fit = (
        clustered_slope(np.where(used, products, 0.0), np.where(used, squares, 0.0))
        if used.any()
        else None
    )
    if fit is None:
        return Effect(level=confidence)
    return Effect.from_se(
        100 * float(fit.coef[0]),
        100 * float(fit.se[0]) / np.sqrt(left) if left > 0 else float("nan"),
        df=float(fit.df[0]),
        p_value=p_value,
        confidence=confidence,
        method="authors' residual sums (CR2, Satterthwaite)",
    )


def flip_cases(
    products: Floats,
    tested: list[int],
    draws: int,
    seed: int,
    name: str,
    *,
    left: Floats | None = None,
) -> tuple[Floats, Floats]:
    """P values of the tested columns, alone and for the largest; nan for other columns."""
    alone = np.full(products.shape[1], np.nan)
    together = np.full(products.shape[1], np.nan)
    if tested and len(products):
        rest = np.ones(len(tested)) if left is None else left[tested]
        test = sign_flip_test(products[:, tested], left=rest, draws=draws, rng=stream(seed, name))
        alone[tested] = np.asarray(test.p_value)
        together[tested] = np.asarray(test.p_adjusted)
    return alone, together


def own_benefit_cases(
    matching: Matching, place: str, views: Mapping[str | None, str]
) -> tuple[list[Case], list[float]]:
    """A case for the whole process, then one a group; and adjusted p values.

    Sign-flips hold for authors with causes of their own, but are too sure of small groups whose
    ideas hardly ever name the group: what varies least there is what was seen. Exchanged ideas have
    no such fault but take an author's ideas for unrelated. So the larger of the two adjusted p
    values counts.
    """
    wrote = matching.wrote
    found = own_benefit(
        matching.benefit,
        wrote.member,
        wrote.block,
        wrote.team,
        need=matching.need,
        drop_constant=True,
    )
    refusal = matching.refusal()
    groups = [k for k in range(len(wrote.groups)) if wrote.authors[k] > 0]
    refusals = {0: refusal, **{k + 1: refusal or wrote.group_refusal(k) for k in groups}}
    tested = [j for j, why in refusals.items() if why is None and np.isfinite(found.excess[j])]
    tested = tested or [0] * bool(np.isfinite(found.excess[0]))
    alone, together = flip_cases(
        found.products, tested, matching.draws, matching.seed, "self_serving: own benefit"
    )
    cases = []
    told = _told(matching)
    for j, why in refusals.items():
        effect = slope_effect(
            found.products[:, j],
            found.squares[:, j],
            left=float(found.left[j]),
            p_value=float(alone[j]),
            confidence=matching.confidence,
        )
        view = _OUTSIDERS[views.get(None if j == 0 else wrote.groups[j - 1], "unknown")]
        words = {"place": place, "outsiders": view}
        cases.append(_case(matching, found, j, effect=effect, refusal=why, words=words, told=told))
    second = [case.runs[-1].p_value if case.runs else float("nan") for case in cases]
    exchanged = second if len(groups) == 2 else holm(second)  # two groups are one question
    return cases, [float(np.fmax(together[j], p)) for j, p in zip(refusals, exchanged, strict=True)]


def _case(
    matching: Matching,
    found: OwnBenefit,
    j: int,
    *,
    effect: Effect,
    refusal: str | None,
    words: Mapping[str, str],
    told: Mapping[str, object],
) -> Case:
    wrote = matching.wrote
    group = None if j == 0 else wrote.groups[j - 1]
    mine = np.ones(len(wrote), dtype=bool) if j == 0 else wrote.member[:, j - 1] > 0
    return Case(
        group=group,
        effect=effect,
        n_people=wrote.total if j == 0 else int(wrote.authors[j - 1]),
        n_ideas=int(mine.sum()),
        n_effective=effective_number(np.bincount(wrote.team[mine])) if mine.any() else float("nan"),
        refusal=refusal,
        described=wrote.circular is None,
        runs=() if refusal else _runs(matching, found, j),
        extra={
            "own_share": _own_share(matching.benefit, wrote.member, j),
            "n_authors": fewest_authors(wrote.team, mine),
        },
        words={
            **words,
            "Ideas": "Ideas" if group is None else f"Ideas by people in {show(group)}",
            "them": "their author's own group" if group is None else show(group),
        },
        details={**told, "bounds_unknown": _bounds(matching)}
        if j == 0 and refusal is None
        else told,
    )


def _own_share(benefit: Floats, member: Floats, j: int) -> float:
    """Percentage of ideas that name their author's own group, as it stands."""
    columns = slice(None) if j == 0 else slice(j - 1, j)
    total = float(member[:, columns].sum())
    return (
        100 * float(((benefit[:, columns] > 0) * member[:, columns]).sum()) / total
        if total > 0
        else float("nan")
    )


def _columns(j: int, groups: int) -> list[int]:
    return list(range(groups)) if j == 0 else [j - 1]


def _runs(matching: Matching, found: OwnBenefit, j: int) -> tuple[Run, ...]:
    wrote = matching.wrote
    columns = _columns(j, len(matching.wrote.groups))
    loud = most_influential(found.products[:, j], found.squares[:, j])
    keep = wrote.team != loud
    need = None if matching.need is None else matching.need[keep][:, columns]
    less = own_benefit(
        matching.benefit[keep][:, columns],
        wrote.member[keep][:, columns],
        wrote.block[keep],
        wrote.team[keep],
        need=need,
        drop_constant=True,
    )
    p_less = sign_flip_test(
        less.products[:, 0], draws=RUN_DRAWS, rng=stream(matching.seed, f"run {j}")
    ).p_value
    second = blocked_matching(matching.benefit[:, columns], wrote.member[:, columns], wrote.block)
    scale = float(found.scale[j])
    return (
        Run(
            "without the most influential author",
            100 * float(less.excess[0]),
            float(p_less) if np.isfinite(less.excess[0]) else float("nan"),
            int(keep.sum()),
        ),
        Run(
            "with ideas exchanged between authors within blocks",
            100 * second.statistic / scale if scale > 0 else float("nan"),
            second.p_value,
            len(wrote),
        ),
    )


def _told(matching: Matching) -> dict[str, object]:
    """What every case's details hold."""
    wrote = matching.wrote
    return {
        "mixed_ideas": int(wrote.mixed.sum()),
        "informative_ideas": int(matching.informative.sum()),
        "authors_by_group": {
            g: int(n) for g, n in zip(wrote.groups, wrote.authors, strict=True) if n >= LEAST_SHOWN
        },
    }


def _bounds(matching: Matching) -> tuple[float, float] | None:
    """The excess in points if no, or every, unknown author were of a group the idea names."""
    wrote = matching.wrote
    process = matching.process
    lost = wrote.left_out.get("the author's group is unknown", 0)
    if not lost or matching.need is not None:
        return None
    benefit, _ = process.beneficiaries(wrote.attribute)
    every = authored(process, wrote.attribute, matching.within, groups=wrote.groups, unknown=True)
    named = benefit[every.idea] > 0
    own = len(process.grouping(wrote.attribute).groups)
    blank = np.isnan(every.member).any(axis=1)
    limits = []
    for inside in (False, True):
        member = every.member.copy()
        member[blank] = _spread((named == inside)[blank], own)
        found = own_benefit(
            benefit[every.idea], member, every.block, every.team, drop_constant=True
        )
        limits.append(100 * float(found.excess[0]))
    return min(limits), max(limits)


def _spread(allowed: Bools, own: int) -> Floats:
    """One author spread evenly over the allowed groups; over all where none is."""
    weight = allowed.astype(float)
    weight[:, own:] = 0.0
    weight[weight.sum(axis=1) == 0, :own] = 1.0
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
