"""Compare authors' groups with the groups their ideas name, within topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from coprep.findings import Note
from coprep.ideas._authors.authorship import Authored, authored, most_influential
from coprep.ideas._judging.effects import (
    ALPHA,
    CONDITIONED,
    Effect,
    Run,
    at_rate,
    effective_number,
    holm,
)
from coprep.ideas._judging.eligibility import (
    FOLLOWS,
    LEAST_IDEAS,
    fewest_authors,
    noted,
    share_explained,
)
from coprep.ideas._judging.judge import LEAST_SHOWN, Case
from coprep.metrics._streams import stream
from coprep.metrics.inference._clustered import clustered_slope
from coprep.metrics.inference._resampling import sign_flip_test
from coprep.metrics.participation._own_benefit import (
    OwnBenefit,
    blocked_matching,
    mixed_blocks,
    own_benefit,
)
from coprep.wording.labels import show
from coprep.wording.numbers import count_of, percents

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints


LEAST_MIXED = 0.3
"""Refuse when a smaller share of ideas stands beside ideas of another group's authors."""

RUN_DRAWS = 1_999
"""Sign patterns of a robustness run."""

_Z = 1.959963984540054

_TIMES = (0.5, 2.0)

# how often authors of unknown group name their own: in words, times the known rate, and which limit
# of that rate
_OFTEN = (
    ("never", 0.0, 0),
    ("half as often as those known", 0.5, 0),
    ("twice as often as those known", 2.0, 1),
    ("always", np.inf, 1),
)

_OUTSIDERS = {
    "less": "People outside the group support these ideas less than others.",
    "slightly less": "People outside the group support these ideas a little less than others, by "
    "less than matters here.",
    "as much or more": "People outside the group support these ideas as much as others, or more.",
    "unclear": "Whether people outside the group support these ideas as much as others is not "
    "settled here.",
    "unknown": "What people outside the group think of these ideas is not known here.",
}


@dataclass(frozen=True, eq=False)
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
    material: float  # what does not matter: points, and ratios of the usual rate
    band: tuple[float, float]

    @cached_property
    def block(self) -> Ints:
        """Ideas alike in topic and in how many groups they name.

        Given how many groups an idea names, whom it names says nothing of how broad it is: those
        who tick two boxes, or write for everybody, name their own group more often and every other
        too.
        """
        return _alike(self.wrote.block, self.benefit > 0)

    @cached_property
    def everybody(self) -> _Everybody | None:
        """The ideas of authors of unknown group too, for assumptions about these."""
        return _everybody(self)

    @cached_property
    def mixed(self) -> Bools:
        """Ideas that stand beside ideas of another group's authors that name as many groups."""
        return np.asarray(mixed_blocks(self.wrote.member, self.block) > 0)

    @property
    def informative(self) -> Bools:
        """Ideas that name some groups but not all, beside ideas of another group's authors."""
        own = len(self.process.grouping(self.wrote.attribute).groups)
        named = self.benefit > 0
        return np.asarray(named.any(axis=1) & ~named[:, :own].all(axis=1) & self.mixed)

    def refusal(self) -> str | None:
        """Why own benefit cannot be judged, or None."""
        general = self.wrote.refusal()
        if general is not None:
            return general
        if not (self.benefit > 0).any():
            return f"no idea names a group of {show(self.wrote.attribute)} as beneficiary"
        rule = self.rule()
        if rule is not None:
            return rule
        mixed = float(self.mixed.mean())
        n = int(self.informative.sum())
        if mixed < LEAST_MIXED:
            return (
                f"only {mixed:.0%} of the ideas stand beside ideas of another group's authors that "
                "name as many groups; 30% are needed"
            )
        if n < LEAST_IDEAS:
            told = (
                f"only {count_of(n, 'idea')} can tell groups apart (they name some groups but not "
                "all)"
            )
            return f"{told}; at least {LEAST_IDEAS} are needed"
        return None

    def rule(self) -> str | None:
        """That whom an idea names follows from who wrote it, as where people may propose for their
        own area only; or None.
        """
        sole = self.wrote.member == 1.0
        whole = sole.any(axis=1) & (self.benefit > 0).any(axis=1)
        writes = sole[whole].argmax(axis=1)
        named = np.unique(self.benefit[whole] > 0, axis=0, return_inverse=True)[1].reshape(-1)
        if not whole.any() or share_explained(named, writes) < FOLLOWS:
            return None
        return (
            "whom ideas name follows from who wrote them: that is a rule of the process and not a "
            "choice; ask about a group that authors may name or not"
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """How many ideas can tell anything, and how they were compared."""
        n = int(self.informative.sum())
        total = len(self.wrote)
        few = Note(
            "informative_ideas",
            f"{n:,} of {total:,} ideas can tell groups apart: they name some groups but not all, "
            "and stand beside ideas of another group's authors that name as many.",
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
        matching.block,
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
    second = [case.runs[1].p_value if case.runs else float("nan") for case in cases]
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
    base = _usual(matching, j)
    runs: tuple[Run, ...] = ()
    assumed: tuple[Run, ...] = ()
    if not refusal:
        assumed = _assumed(matching, j)
        runs = (*_runs(matching, found, j), *assumed)
    return Case(
        group=group,
        effect=effect.within(-100 * base, 100 - 100 * base) if np.isfinite(base) else effect,
        scale=at_rate(base, material=matching.material, band=matching.band),
        n_people=wrote.total if j == 0 else int(wrote.authors[j - 1]),
        n_ideas=int(mine.sum()),
        n_effective=effective_number(np.bincount(wrote.team[mine])) if mine.any() else float("nan"),
        refusal=refusal,
        described=wrote.circular is None,
        runs=runs,
        extra={
            "own_share": _own_share(matching.benefit, wrote.member, j),
            "n_authors": fewest_authors(wrote.team, mine),
        },
        words={
            **words,
            "base": "an unknown share" if np.isnan(base) else percents([base])[0],
            "Ideas": "Ideas" if group is None else f"Ideas by people in {show(group)}",
            "them": "their author's own group" if group is None else show(group),
        },
        details={
            **told,
            "usual_rate": 100 * base,
            **_told_of_unknown(assumed),
        },
    )


def _told_of_unknown(assumed: Sequence[Run]) -> dict[str, object]:
    """The limits of the effect whatever authors of unknown group are, and the worst case within."""
    if not assumed:
        return {}
    within = [run.effect for run in assumed if run.level == CONDITIONED]
    every = [run.effect for run in assumed]
    return {
        "bounds_unknown": (min(every), max(every)),
        "worst_case_unknown": min(within, key=abs),
    }


def _own_share(benefit: Floats, member: Floats, j: int) -> float:
    """Percentage of ideas that name their author's own group, as it stands."""
    columns = slice(None) if j == 0 else slice(j - 1, j)
    total = float(member[:, columns].sum())
    return (
        100 * float(((benefit[:, columns] > 0) * member[:, columns]).sum()) / total
        if total > 0
        else float("nan")
    )


def _usual(matching: Matching, j: int) -> float:
    """How often other people's ideas in the same blocks name an author's group; nan without any."""
    wrote = matching.wrote
    columns = _columns(j, len(wrote.groups))
    member = wrote.member[:, columns]
    others = 1.0 - member
    count = int(matching.block.max(initial=-1)) + 1
    named = (matching.benefit[:, columns] > 0) * others
    rate = np.full((count, len(columns)), np.nan)
    for k in range(len(columns)):
        size = np.bincount(matching.block, others[:, k], minlength=count)
        sums = np.bincount(matching.block, named[:, k], minlength=count)
        np.divide(sums, size, out=rate[:, k], where=size > 0)
    usual = rate[matching.block]
    weight = np.where(np.isnan(usual), 0.0, member)
    total = float(weight.sum())
    return float((weight * np.nan_to_num(usual)).sum()) / total if total > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class _Everybody:
    """The ideas with a known author, those of unknown group too."""

    benefit: Floats  # (ideas, groups) whom each names
    member: Floats  # (ideas, groups) authorship; nan where the author's group is unknown
    blank: Bools  # which those are
    block: Ints
    team: Ints
    own: int  # the first so many groups have members

    def found(self, member: Floats, columns: list[int]) -> OwnBenefit:
        """Own benefit of the columns if authors belonged so."""
        return own_benefit(
            self.benefit[:, columns],
            member[:, columns],
            self.block,
            self.team,
            drop_constant=True,
        )


def _everybody(matching: Matching) -> _Everybody | None:
    """All ideas with an author; None where every author's group is known."""
    wrote = matching.wrote
    if not wrote.left_out.get("the author's group is unknown", 0) or matching.need is not None:
        return None
    benefit, _ = matching.process.beneficiaries(wrote.attribute)
    every = authored(
        matching.process, wrote.attribute, matching.within, groups=wrote.groups, unknown=True
    )
    named = benefit[every.idea] > 0
    return _Everybody(
        benefit[every.idea],
        every.member,
        np.asarray(np.isnan(every.member).any(axis=1)),
        _alike(every.block, named),
        every.team,
        len(matching.process.grouping(wrote.attribute).groups),
    )


def _assumed(matching: Matching, j: int) -> tuple[Run, ...]:
    """What would be found if authors of unknown group never, or always, named their own; and half,
    or twice, as often as those known.

    How often those known do is an estimate, and where a pattern shows it is rather too high: half
    is of its lower limit, twice of the upper. Never and always bound what there can be, so that
    they must hold less firmly.
    """
    every = matching.everybody
    if every is None:
        return ()
    usual = _own_rate(matching, 0)
    mine = _own_rate(matching, j)
    runs = []
    for often, times, side in _OFTEN:
        rate = np.full(len(matching.wrote.groups), min(times * usual[side], 1.0))
        if j:
            rate[j - 1] = min(times * mine[side], 1.0)
        member = _as_if(every, rate, matching.wrote.authors)
        found = every.found(member, _columns(j, len(rate)))
        runs.append(_run_assumed(found, often, matching.confidence, bound=times not in _TIMES))
    return tuple(runs)


def _own_rate(matching: Matching, j: int) -> tuple[float, float]:
    """Limits of how often authors of known group name their own, errors by author; 0 to 1."""
    wrote = matching.wrote
    columns = _columns(j, len(wrote.groups))
    wrote_it = wrote.member[:, columns]
    size = np.bincount(wrote.team, wrote_it.sum(axis=1))
    own = np.bincount(wrote.team, ((matching.benefit[:, columns] > 0) * wrote_it).sum(axis=1))
    rate = float(own.sum() / size.sum())
    half = _Z * float(np.sqrt(((own - rate * size) ** 2).sum())) / float(size.sum())
    return max(rate - half, 0.0), min(rate + half, 1.0)


def _as_if(every: _Everybody, rate: Floats, size: Ints) -> Floats:
    """Authorship if people of unknown group named their own so often: each may be of any group, by
    its size and how well whom the idea names fits.
    """
    named = every.benefit[every.blank][:, : every.own] > 0
    many = named.sum(axis=1, keepdims=True)
    # by chance alone an idea that names ``many`` of all groups names any with this odds
    odds = (every.own - many) / np.maximum(many, 1)
    inside = rate[: every.own] * odds
    fit = np.where(named, inside, 1.0 - rate[: every.own])
    fit[((many == 0) | (many == every.own)).reshape(-1)] = 1.0
    weight = fit * size[: every.own]
    weight[weight.sum(axis=1) == 0] = size[: every.own]
    member = every.member.copy()
    member[every.blank] = 0.0
    member[np.ix_(every.blank, np.arange(every.own))] = weight / weight.sum(axis=1, keepdims=True)
    return np.asarray(member)


def _run_assumed(found: OwnBenefit, often: str, confidence: float, *, bound: bool) -> Run:
    """What was found under an assumption, as a run that a pattern must survive."""
    name = f"if authors of unknown group named their own {often}"
    effect = slope_effect(
        found.products[:, 0],
        found.squares[:, 0],
        left=float(found.left[0]),
        p_value=np.nan,
        confidence=confidence,
    )
    p_value = np.nan
    if effect.se > 0:
        p_value = float(2 * stdtr(effect.df, -abs(effect.value / effect.se)))
    return Run(name, effect.value, p_value, level=ALPHA if bound else CONDITIONED)


def _alike(block: Ints, named: Bools) -> Ints:
    """Codes of ideas alike in block and in how many groups they name."""
    pairs = np.stack([block, named.sum(axis=1)], axis=1)
    return np.asarray(np.unique(pairs, axis=0, return_inverse=True)[1].reshape(-1), dtype=np.intp)


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
        matching.block[keep],
        wrote.team[keep],
        need=need,
        drop_constant=True,
    )
    p_less = sign_flip_test(
        less.products[:, 0], draws=RUN_DRAWS, rng=stream(matching.seed, f"run {j}")
    ).p_value
    second = blocked_matching(
        matching.benefit[:, columns], wrote.member[:, columns], matching.block
    )
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
        "mixed_ideas": int(matching.mixed.sum()),
        "informative_ideas": int(matching.informative.sum()),
        "authors_by_group": {
            g: int(n) for g, n in zip(wrote.groups, wrote.authors, strict=True) if n >= LEAST_SHOWN
        },
    }
