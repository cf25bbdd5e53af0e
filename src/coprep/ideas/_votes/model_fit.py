"""Fit the in-group premium in any kind of ballot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr

from coprep.ideas._judging.effects import CONDITIONED, Run
from coprep.ideas._votes.choice import choice_fit, choices_of
from coprep.ideas._votes.conditioning import Conditioned, alike, tastes_of
from coprep.ideas._votes.label_permutation import Chance, relabelled
from coprep.ideas._votes.premium import Indicators, Premium, Residuals, premium
from coprep.ideas._votes.shared_preference import SHARED, shared_preference
from coprep.ideas._votes.support import quantile_classes
from coprep.metrics._streams import stream
from coprep.metrics.inference._clustered import clustered_ols
from coprep.metrics.inference._permutation import lookup_sums, permutation_test
from coprep.metrics.votes._fixed_margins import fixed_margin_test
from coprep.metrics.votes._two_way import two_way_additive, two_way_logit

if TYPE_CHECKING:
    from coprep.ideas._votes.dyads import Dyads
    from coprep.metrics._checks import Bools, Floats, Ints

_SAMPLED = 6_000
_NOTHING_LEFT = 1e-9
_MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The premium over all groups, in units of the value (a probability for votes and choices)."""

    effect: float
    se: float
    df: float
    p_value: float = np.nan  # of the clustered t test for ratings; votes are tested by relabelling
    p_fixed: float = np.nan  # with every person's and idea's total held fixed; nan for ratings
    base: float  # what would be expected without a premium: rate of support, or of own choices
    own_rate: float  # mean value of own-group ideas
    beta: float = np.nan  # log odds ratio; nan for ratings
    beta_se: float = np.nan
    additive: float = np.nan  # the same effect by least squares; nan for choices
    spread: float = np.nan  # standard deviation of ratings left after person and idea
    se_by_person: float = np.nan  # for ratings, clustered by person alone, uncorrected


@dataclass(frozen=True, slots=True, eq=False)
class ByGroup:
    """The premium of each group, all fitted together; arrays of shape (groups,)."""

    effect: Floats
    se: Floats
    base: Floats
    solve: Floats  # (groups, groups) turns sums of scores into effects
    shared: bool  # whether groups cannot be told apart


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What people and ideas add to the statistic: relabelling people is a look-up."""

    codes: Ints  # groups of the people who counted
    strata: Ints  # within these labels are exchanged
    by_person: Floats  # (people, groups) what each adds if labelled so
    by_idea: Floats  # what each idea adds to the pooled sum
    square_by_idea: Floats  # and to its scale
    by_idea_and_group: Floats  # (ideas, groups) what each idea adds to the groups' sums
    scale: float  # the pooled sum of scores divided by this is the effect


@dataclass(frozen=True, slots=True, eq=False)
class PremiumFit:
    """The premium in one kind of ballot: pooled, by group, and the scores it is made of."""

    pooled: Pooled
    groups: ByGroup
    scores: Scores
    indicators: Indicators | None  # None for choices
    method: str  # how the interval was made
    null: str  # in words
    conditioned: Conditioned | None = None  # None for choices

    def pair_scale(self) -> Floats:
        """The scale of every pair (voter group, idea group): sums of scores by it are effects."""
        if self.indicators is not None:
            return self.indicators.pair_squares()
        many = self.scores.by_person.shape[1]
        sizes = np.bincount(self.scores.codes, minlength=many).astype(float)
        return np.repeat(sizes[:, None], many, axis=1)


def fit_premium(dyads: Dyads, *, within: Sequence[str], seed: int) -> PremiumFit | None:
    """Fit and measure; None where nothing varies between own and other ideas.

    With ``within`` each group's taste for these contexts is taken out.
    """
    if dyads.mode == "choice":
        return _fit_choices(dyads)
    on = alike(dyads.contexts, within)
    return _fit_ratings(dyads, on, seed) if dyads.mode == "rating" else _fit_votes(dyads, on, seed)


def _conditioned(
    dyads: Dyads,
    left: Residuals,
    quality: Floats,
    on: Floats | None,
    seed: int,
    main: Premium,
) -> Conditioned:
    """The premium with all tastes taken out that are known, or show.

    Of very many answers those of some people are looked at: this only has to agree.
    """
    left, codes = _some_people(left, dyads.codes)
    tastes = tastes_of(left, codes, dyads.member, quality, dyads.contexts, seed=seed, asked=on)
    shared = shared_preference(left, codes, dyads.member)
    got = premium(left, codes, dyads.member, on=tastes.columns)
    if got is None:
        unknown = np.full(len(dyads.groups), np.nan)
        return Conditioned(tastes.said, np.nan, np.nan, unknown, unknown, shared)
    together, of_group = _by_idea_too(left, got, codes, len(dyads.groups))
    # what was taken out is known only so well
    taken = tastes.doubt * (main.effect - got.effect)
    taken_of_group = tastes.doubt * (main.group_effect - got.group_effect)
    error = np.hypot(got.se * together, taken)
    group_error = np.hypot(got.group_se * of_group, taken_of_group)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled_t = float(np.divide(got.effect, error))
        group_t = got.group_effect / group_error
    return Conditioned(
        tastes.said,
        got.effect,
        float(2 * stdtr(got.df, -abs(pooled_t))),
        got.group_effect,
        np.asarray(2 * ndtr(-np.abs(group_t))),
        shared,
    )


def _some_people(left: Residuals, codes: Ints) -> tuple[Residuals, Ints]:
    """The answers of evenly spaced people, no more than are quickly looked at; and their groups."""
    step = -(-len(left.person) // _MOST_CELLS)
    if step <= 1:
        return left, codes
    rows = np.flatnonzero(left.person % step == 0)
    if int(left.idea[rows].max(initial=-1)) + 1 < left.ideas:  # somebody must have seen them all
        return left, codes
    people, person = np.unique(left.person[rows], return_inverse=True)
    some = Residuals(
        person.reshape(-1).astype(np.intp),
        left.idea[rows],
        left.value[rows],
        left.residual[rows],
        left.weight[rows],
    )
    return some, codes[people]


def _by_idea_too(left: Residuals, got: Premium, codes: Ints, groups: int) -> tuple[float, Floats]:
    """How much larger errors are if what is left of an idea is shared by all who judged it: over
    all groups, and for each.

    What ideas have is known with error, and what is not taken out of an idea all of a group share.
    """
    each = got.own * (got.residual - got.beta * left.weight * got.own)
    code = codes[left.person]
    of_people = np.bincount(left.person, each, minlength=len(codes))
    of_ideas = np.bincount(left.idea * groups + code, each, minlength=left.ideas * groups)
    of_ideas = of_ideas.reshape(-1, groups)
    alone = np.bincount(code, each**2, minlength=groups).astype(float)
    by_person = np.bincount(codes, of_people**2, minlength=groups).astype(float)
    by_idea = (of_ideas**2).sum(axis=0)
    shared = float((of_ideas.sum(axis=1) ** 2).sum())

    def larger(idea: Floats, cell: Floats, person: Floats) -> Floats:
        more = np.maximum(idea - cell, 0.0)
        return np.sqrt(1.0 + np.divide(more, person, out=np.zeros_like(more), where=person > 0))

    pooled = larger(np.array([shared]), alone.sum(keepdims=True), by_person.sum(keepdims=True))
    return float(pooled[0]), larger(by_idea, alone, by_person)


def left_of_votes(dyads: Dyads) -> tuple[Residuals, Floats]:
    """What persons and ideas leave of every answer, and how good each idea is."""
    if dyads.mode == "rating":
        ratings = two_way_additive(dyads.person, dyads.idea, dyads.value)
        equal = np.ones(len(dyads.value))
        left = Residuals(dyads.person, dyads.idea, dyads.value, ratings.residual, equal)
        return left, ratings.idea_effect
    votes = two_way_logit(dyads.person, dyads.idea, dyads.value)
    left = Residuals(dyads.person, dyads.idea, dyads.value, votes.residual, votes.weight)
    return left, votes.idea_effect


class PairsWithoutTastes:
    """What one group adds for another's ideas once tastes are taken out, pair by pair."""

    def __init__(self, dyads: Dyads, seed: int) -> None:
        self.cells, quality = left_of_votes(dyads)
        self.codes: Ints = dyads.codes
        self.tastes = tastes_of(
            self.cells, dyads.codes, dyads.member, quality, dyads.contexts, seed=seed
        )
        weights = self.cells.matrix(self.cells.weight)
        self.indicators = Indicators(weights, dyads.codes, dyads.member, self.tastes.columns)
        self.rest: Floats = self.indicators.less_tastes(self.cells)
        self.shared = shared_preference(self.cells, dyads.codes, dyads.member)

    def runs(self, a: int, b: int, effect: float, unit: float) -> tuple[Run, ...]:
        """What group ``a`` adds for ideas of group ``b`` without tastes, and as far as shared.

        ``effect`` is what was found, on the scale of ``unit``.
        """
        without = self._without_tastes(a, b, unit)
        if self.shared is None:
            return (without,)
        return without, Run(SHARED, effect * float(self.shared.part[a, b]))

    def _without_tastes(self, a: int, b: int, unit: float) -> Run:
        """The premium of group ``a`` for ideas of group ``b``, errors by person and by idea."""
        cells = self.cells
        left = self.indicators.left_of_pair(a, b, cells.person, cells.idea)
        square = float((cells.weight * left**2).sum())
        if not square > _NOTHING_LEFT:
            return Run(self.tastes.said, float("nan"))
        beta = float((left * self.rest).sum()) / square
        each = left * (self.rest - beta * cells.weight * left)
        by_person = float((np.bincount(cells.person, each) ** 2).sum())
        by_idea = float((np.bincount(cells.idea, each) ** 2).sum())
        error = np.sqrt(by_person + max(by_idea - float((each**2).sum()), 0.0)) / square
        size = float(cells.weight.mean()) * unit
        p_value = float(2 * ndtr(-abs(beta / error))) if error > 0 else float("nan")
        return Run(self.tastes.said, beta * size, p_value, level=CONDITIONED)


def choices_within(dyads: Dyads, name: str) -> PremiumFit | None:
    """Choices among the ideas alike in one context with that chosen; None where nothing varies."""
    context = dyads.contexts[name]
    picked = dyads.value > 0
    chosen = np.full(dyads.people, -1, dtype=np.intp)
    chosen[dyads.person[picked]] = dyads.idea[picked]
    if dyads.everyone:
        who = np.flatnonzero(chosen >= 0)
        same = context[chosen[who]][:, None] == context[None, :]
        row, idea = np.nonzero(same)
        person = who[row]
    else:
        kept = (chosen[dyads.person] >= 0) & (context[dyads.idea] == context[chosen[dyads.person]])
        person = dyads.person[kept]
        idea = dyads.idea[kept]
    value = (chosen[person] == idea).astype(float)
    return _fit_choices(replace(dyads, person=person, idea=idea, value=value, everyone=False))


def _fit_votes(dyads: Dyads, on: Floats | None, seed: int) -> PremiumFit | None:
    fit = two_way_logit(dyads.person, dyads.idea, dyads.value)
    left = Residuals(dyads.person, dyads.idea, dyads.value, fit.residual, fit.weight)
    got = premium(left, dyads.codes, dyads.member, on=on)
    if got is None:
        return None
    z = got.beta / got.information_se if got.information_se > 0 else np.nan
    pooled = Pooled(
        effect=got.effect,
        se=got.se,
        df=got.df,
        p_fixed=_p_fixed(dyads, z, seed, sampled=on is None),
        base=float(dyads.value.mean()),
        own_rate=_own_rate(dyads),
        beta=got.beta,
        beta_se=got.beta_se,
        additive=got.additive,
    )
    method = "one-step logit, clustered by person (CR2)"
    null = "labels are exchanged among people alike in activity"
    conditioned = _conditioned(dyads, left, fit.idea_effect, on, seed, got)
    return _from_premium(dyads, got, pooled, method, null, conditioned)


def _p_fixed(dyads: Dyads, z: float, seed: int, *, sampled: bool) -> float:
    """P value with all totals held fixed: sampled where small and complete, else normal."""
    size = dyads.people * dyads.ideas
    if not sampled or len(dyads.person) != size or size > _SAMPLED:
        return float(2 * ndtr(-abs(z)))
    votes = np.zeros((dyads.people, dyads.ideas))
    votes[dyads.person, dyads.idea] = dyads.value
    own = dyads.member.T[dyads.codes]
    test = fixed_margin_test(votes, own, most=2_000, draws=199, burn_in=50, thin=4, rng=seed)
    return float(test.p_value)


def _fit_ratings(dyads: Dyads, on: Floats | None, seed: int) -> PremiumFit | None:
    fit = two_way_additive(dyads.person, dyads.idea, dyads.value)
    equal = np.ones(len(dyads.value))
    left = Residuals(dyads.person, dyads.idea, dyads.value, fit.residual, equal)
    got = premium(left, dyads.codes, dyads.member, on=on)
    if got is None:
        return None
    both = clustered_ols(got.residual, got.own, dyads.person, second=dyads.idea)
    alone = clustered_ols(got.residual, got.own, dyads.person)
    plain = clustered_ols(got.residual, got.own, dyads.person, kind="CR0")
    se = float(max(both.se[0], alone.se[0]))
    df = float(both.df[0])
    remains = got.residual - got.beta * got.own
    freedom = max(len(dyads.value) - dyads.people - dyads.ideas, 1)
    pooled = Pooled(
        effect=got.effect,
        se=se,
        df=df,
        p_value=float(2 * stdtr(df, -abs(got.effect / se))) if se > 0 else np.nan,
        base=float(dyads.value.mean()),
        own_rate=_own_rate(dyads),
        additive=got.additive,
        spread=float(np.sqrt((remains**2).sum() / freedom)),
        se_by_person=float(plain.se[0]),
    )
    method = "two-way least squares, clustered by person and idea (CR2)"
    null = "own-group ideas are rated as person and idea predict"
    conditioned = _conditioned(dyads, left, fit.idea_effect, on, seed, got)
    return _from_premium(dyads, got, pooled, method, null, conditioned)


def _own_rate(dyads: Dyads) -> float:
    own = dyads.member[dyads.idea, dyads.codes[dyads.person]]
    return float((own * dyads.value).sum() / own.sum())


def _from_premium(
    dyads: Dyads, got: Premium, pooled: Pooled, method: str, null: str, conditioned: Conditioned
) -> PremiumFit:
    """The fit of votes or ratings, with what is usual in each group."""
    code = dyads.codes[dyads.person]
    groups = len(dyads.groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.bincount(code, dyads.value, groups) / np.bincount(code, minlength=groups)
    return PremiumFit(
        pooled=pooled,
        groups=ByGroup(got.group_effect, got.group_se, base, got.solve, got.shared),
        scores=Scores(
            codes=dyads.codes,
            strata=dyads.strata(),
            by_person=got.score,
            by_idea=got.idea_score,
            square_by_idea=got.idea_square,
            by_idea_and_group=got.group_score,
            scale=got.scale,
        ),
        indicators=got.plain,
        method=method,
        null=null,
        conditioned=conditioned,
    )


def _fit_choices(dyads: Dyads) -> PremiumFit | None:
    choices, people = choices_of(
        dyads.person, dyads.idea, dyads.value, dyads.ideas, everyone=dyads.everyone
    )
    codes = dyads.codes[people]
    got = choice_fit(choices, codes, dyads.member)
    if got is None:
        return None
    groups = len(dyads.groups)
    own = got.score[np.arange(len(codes)), codes]
    expected = dyads.member[choices.chosen, codes] - own
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.bincount(codes, expected, groups) / np.bincount(codes, minlength=groups)
    effect = got.own_rate - got.expected
    pooled = Pooled(
        effect=effect,
        se=got.se,
        df=float(max(len(codes) - 1, 1)),
        p_fixed=float(2 * ndtr(-abs(effect / got.se))) if got.se > 0 else np.nan,
        base=got.expected,
        own_rate=got.own_rate,
        beta=got.beta,
        beta_se=got.beta_se,
    )
    shown = choices.offered.sum(axis=1).astype(float)
    scores = Scores(
        codes=codes,
        strata=quantile_classes(shown[choices.menu], 5),
        by_person=got.score,
        by_idea=got.group_score.sum(axis=1),
        square_by_idea=np.bincount(choices.chosen, minlength=dyads.ideas).astype(float),
        by_idea_and_group=got.group_score,
        scale=float(len(codes)),
    )
    return PremiumFit(
        pooled=pooled,
        groups=ByGroup(got.group_effect, got.group_se, base, got.solve, got.shared),
        scores=scores,
        indicators=None,
        method="share of choices, people as units",
        null="labels are exchanged among people who were shown about as many ideas",
    )


def chance_of(fit: PremiumFit, *, counted: Bools, draws: int, seed: int) -> Chance:
    """How often relabelling people gives as much, for all groups together and for each."""
    scores = fit.scores
    return relabelled(
        scores.by_person,
        scores.codes,
        strata=scores.strata,
        solve=fit.groups.solve,
        counted=counted,
        draws=draws,
        seed=seed,
    )


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Every group on every group's ideas; arrays of shape (voter groups, idea groups)."""

    effect: Floats
    se: Floats
    p_value: Floats
    p_adjusted: Floats


def by_pairs(fit: PremiumFit, *, draws: int, seed: int) -> PairTable:
    """What each group adds to or takes from each group's ideas, tested by relabelling voters."""
    scores = fit.scores
    order = np.lexsort((*scores.by_person.T[::-1], scores.codes, scores.strata))
    score = scores.by_person[order]
    groups = score.shape[1]
    test = permutation_test(
        lambda rows: lookup_sums(score, rows).reshape(len(rows), -1),
        scores.codes[order],
        strata=scores.strata[order],
        draws=draws,
        rng=stream(seed, "pairs"),
    )
    scale = fit.pair_scale()
    usable = scale > 1e-9

    def by_pair(values: object, unit: Floats | float = 1.0) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(usable, np.asarray(values).reshape(groups, groups) / unit, np.nan)

    return PairTable(
        effect=by_pair(test.statistic, scale),
        se=by_pair(test.spread, scale),
        p_value=by_pair(test.p_value),
        p_adjusted=by_pair(test.p_adjusted),
    )


def stranger_bounds(dyads: Dyads, fit: PremiumFit) -> tuple[float, float]:
    """The smallest and largest pooled effect, whatever the people of unknown group are."""
    others = dyads.strangers
    effect = fit.pooled.effect
    if others is None or not len(others.person):
        return effect, effect
    if dyads.mode == "choice":
        return _choice_bounds(dyads, others, fit)
    score = _additive_scores(dyads, others)
    total = effect * fit.scores.scale
    grown = fit.scores.scale * (dyads.people + others.people) / dyads.people
    low = (total + score.min(axis=1).sum()) / grown
    high = (total + score.max(axis=1).sum()) / grown
    return float(low), float(high)


def _choice_bounds(dyads: Dyads, others: Dyads, fit: PremiumFit) -> tuple[float, float]:
    picked = others.value > 0
    known = len(fit.scores.codes)
    total = known + int(picked.sum())
    member = dyads.member[others.idea[picked]]
    own = fit.pooled.own_rate * known
    low = (own + member.min(axis=1).sum()) / total
    high = (own + member.max(axis=1).sum()) / total
    return float(low - fit.pooled.base), float(high - fit.pooled.base)


def _additive_scores(dyads: Dyads, others: Dyads) -> Floats:
    """What strangers' answers, less their own and the ideas' level, add by label."""
    liked = np.bincount(dyads.idea, dyads.value, minlength=dyads.ideas)
    asked = np.bincount(dyads.idea, minlength=dyads.ideas)
    usual = np.full(dyads.ideas, float(dyads.value.mean()))
    level = np.divide(liked, asked, out=usual, where=asked > 0)
    left = others.value - level[others.idea]
    people = others.people
    mine = np.bincount(others.person, left, people) / np.bincount(others.person, minlength=people)
    left = left - mine[others.person]
    by_label = [
        np.bincount(others.person, left * column[others.idea], people) for column in dyads.member.T
    ]
    return np.stack(by_label, axis=1).astype(float)
