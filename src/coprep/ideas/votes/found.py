"""Knows the in-group premium in any kind of ballot, its chance under relabelling, and how firmly it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr

from coprep.ideas.votes.backing import cut
from coprep.ideas.votes.choice import choice_fit, choices_of
from coprep.ideas.votes.premium import Premium, Residuals, premium
from coprep.ideas.votes.relabel import Chance, relabelled
from coprep.metrics._streams import stream
from coprep.metrics.inference._clustered import clustered_ols
from coprep.metrics.inference._permutation import lookup_sums, permutation_test
from coprep.metrics.votes._fixed_margins import fixed_margin_test
from coprep.metrics.votes._two_way import two_way_additive, two_way_logit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.ideas.votes.cells import Cells

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Found", "PairTable", "by_pairs", "chance_of", "found_in", "stranger_bounds"]

_SAMPLED = 6_000


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The premium; effects are in units of the value (a probability for votes and choices).

    Attributes
    ----------
    effect, se, df : float
        Pooled over groups.
    p_value : float
        Of the clustered t test for ratings; nan for votes and choices, which are tested by relabelling.
    beta, beta_se : float
        Log odds ratio; nan for ratings.
    additive : float
        The same effect by least squares; nan for choices.
    base : float
        What would be expected without a premium on average: the rate of support (votes) or of own choices.
    own_rate : float
        Mean value of own-group ideas.
    spread : float
        Standard deviation of ratings left after person and idea; nan otherwise.
    group_effect, group_se, group_base : arrays of shape (groups,)
        By group.
    codes : array of int of shape (people,)
        Groups of the people who counted.
    strata : array of int of shape (people,)
        Within these labels are exchanged.
    score : array of shape (people, groups)
        What each adds to the statistic if labelled so.
    solve : array of shape (groups, groups)
        Turns sums of scores into group effects.
    group_score : array of shape (ideas, groups)
        What each idea adds to the groups' sums.
    idea_score, idea_square : arrays of shape (ideas,)
        What each idea adds to the pooled sum and its scale.
    scale : float
        The pooled sum of scores divided by this is the effect.
    pair_scale : callable
        Gives the scale of every pair of groups: sums of scores by it are effects.
    fixed : callable
        Gives the p value with all totals held fixed.
    se_by_person : float
        For ratings, the error clustered by person alone, without a small-sample factor.
    shared : bool
        Whether groups cannot be told apart.
    method : str
        How the interval was made.
    null : str
        The null, in words.
    """

    effect: float
    se: float
    df: float
    p_value: float
    beta: float
    beta_se: float
    additive: float
    base: float
    own_rate: float
    spread: float
    group_effect: Floats
    group_se: Floats
    group_base: Floats
    codes: Ints
    strata: Ints
    score: Floats
    solve: Floats
    group_score: Floats
    idea_score: Floats
    idea_square: Floats
    scale: float
    pair_scale: Callable[[], Floats]
    fixed: Callable[[], float]
    se_by_person: float
    shared: bool
    method: str
    null: str


def found_in(cells: Cells, *, within: bool, seed: int) -> Found | None:
    """Fit and measure; None where nothing varies between own and other ideas."""
    if cells.mode == "choice":
        return _in_choices(cells)
    topic = _topics(cells) if within else None
    if cells.mode == "rating":
        return _in_ratings(cells, topic)
    return _in_votes(cells, topic, seed)


def _topics(cells: Cells) -> Ints:
    """Topics without gaps; ideas of unknown topic share one."""
    return np.unique(cells.topic, return_inverse=True)[1].reshape(-1).astype(np.intp)


def _in_votes(cells: Cells, topic: Ints | None, seed: int) -> Found | None:
    fit = two_way_logit(cells.person, cells.idea, cells.value)
    left = Residuals(cells.person, cells.idea, cells.value, fit.residual, fit.weight)
    got = premium(left, cells.codes, cells.member, topic=topic)
    if got is None:
        return None
    z = got.beta / got.information_se if got.information_se > 0 else np.nan
    return _from_premium(
        cells,
        got,
        p_value=np.nan,
        fixed=lambda: _fixed(cells, z, seed) if topic is None else float(2 * ndtr(-abs(z))),
        spread=np.nan,
        method="one-step logit, clustered by person (CR2)",
        null="labels are exchanged among people alike in activity",
    )


def _fixed(cells: Cells, z: float, seed: int) -> float:
    """P value with every person's and idea's total held fixed: sampled where small and complete, else normal."""
    size = cells.people * cells.ideas
    if len(cells.person) != size or size > _SAMPLED:
        return float(2 * ndtr(-abs(z)))
    votes, own = np.zeros((cells.people, cells.ideas)), cells.member.T[cells.codes]
    votes[cells.person, cells.idea] = cells.value
    return float(
        fixed_margin_test(votes, own, most=2_000, draws=199, burn_in=50, thin=4, rng=seed).p_value
    )


def _in_ratings(cells: Cells, topic: Ints | None) -> Found | None:
    fit = two_way_additive(cells.person, cells.idea, cells.value)
    left = Residuals(cells.person, cells.idea, cells.value, fit.residual, np.ones(len(cells.value)))
    got = premium(left, cells.codes, cells.member, topic=topic)
    if got is None:
        return None
    both = clustered_ols(got.residual, got.own, cells.person, second=cells.idea)
    alone = clustered_ols(got.residual, got.own, cells.person)
    error, df = float(max(both.se[0], alone.se[0])), float(both.df[0])
    plain = clustered_ols(got.residual, got.own, cells.person, kind="CR0")
    remains = got.residual - got.beta * got.own
    freedom = max(len(cells.value) - cells.people - cells.ideas, 1)
    return _from_premium(
        cells,
        got,
        p_value=float(2 * stdtr(df, -abs(got.effect / error))) if error > 0 else np.nan,
        fixed=lambda: np.nan,
        spread=float(np.sqrt((remains**2).sum() / freedom)),
        method="two-way least squares, clustered by person and idea (CR2)",
        null="own-group ideas are rated as person and idea predict",
        se=(error, df),
        se_by_person=float(plain.se[0]),
    )


def _from_premium(
    cells: Cells,
    got: Premium,
    *,
    p_value: float,
    fixed: Callable[[], float],
    spread: float,
    method: str,
    null: str,
    se: tuple[float, float] | None = None,
    se_by_person: float = np.nan,
) -> Found:
    error, df = (got.se, got.df) if se is None else se
    own = cells.member[cells.idea, cells.codes[cells.person]]
    groups = len(cells.groups)
    asked = np.bincount(cells.codes[cells.person], minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.bincount(cells.codes[cells.person], cells.value, minlength=groups) / asked
    rating = cells.mode == "rating"
    return Found(
        effect=got.effect,
        se=error,
        df=df,
        p_value=p_value,
        beta=np.nan if rating else got.beta,
        beta_se=np.nan if rating else got.beta_se,
        additive=got.additive,
        base=float(cells.value.mean()),
        own_rate=float((own * cells.value).sum() / own.sum()),
        spread=spread,
        group_effect=got.group_effect,
        group_se=got.group_se,
        group_base=base,
        codes=cells.codes,
        strata=cells.strata(),
        score=got.score,
        solve=got.solve,
        group_score=got.group_score,
        idea_score=got.idea_score,
        idea_square=got.idea_square,
        scale=got.scale,
        pair_scale=got.plain.pair_squares,
        fixed=fixed,
        se_by_person=se_by_person,
        shared=got.shared,
        method=method,
        null=null,
    )


def _in_choices(cells: Cells) -> Found | None:
    choices, people = choices_of(
        cells.person, cells.idea, cells.value, cells.ideas, everyone=cells.everyone
    )
    codes = cells.codes[people]
    got = choice_fit(choices, codes, cells.member)
    if got is None:
        return None
    sizes = np.bincount(codes, minlength=len(cells.groups)).astype(float)
    own = got.score[np.arange(len(codes)), codes]
    expected = cells.member[choices.chosen, codes] - own
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.bincount(codes, expected, minlength=len(cells.groups)) / sizes
    effect = got.own_rate - got.expected
    by_idea = got.group_score.sum(axis=1)
    return Found(
        effect=effect,
        se=got.se,
        df=float(max(len(codes) - 1, 1)),
        p_value=np.nan,
        beta=got.beta,
        beta_se=got.beta_se,
        additive=np.nan,
        base=got.expected,
        own_rate=got.own_rate,
        spread=np.nan,
        group_effect=got.group_effect,
        group_se=got.group_se,
        group_base=base,
        codes=codes,
        strata=cut(choices.offered.sum(axis=1).astype(float)[choices.menu], 5),
        score=got.score,
        solve=got.solve,
        group_score=got.group_score,
        idea_score=by_idea,
        idea_square=np.bincount(choices.chosen, minlength=cells.ideas).astype(float),
        scale=float(len(codes)),
        pair_scale=lambda: np.repeat(sizes[:, None], len(sizes), axis=1),
        fixed=lambda: float(2 * ndtr(-abs(effect / got.se))) if got.se > 0 else np.nan,
        se_by_person=np.nan,
        shared=got.shared,
        method="share of choices, people as units",
        null="labels are exchanged among people who were shown about as many ideas",
    )


def chance_of(found: Found, *, counted: NDArray[np.bool_], draws: int, seed: int) -> Chance:
    """How often relabelling people gives as much, for all groups together and for each."""
    return relabelled(
        found.score,
        found.codes,
        strata=found.strata,
        solve=found.solve,
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


def by_pairs(found: Found, *, draws: int, seed: int) -> PairTable:
    """What each group adds to or takes from each group's ideas, tested by relabelling voters."""
    order = np.lexsort((*found.score.T[::-1], found.codes, found.strata))
    score, codes, strata = found.score[order], found.codes[order], found.strata[order]
    groups = score.shape[1]
    test = permutation_test(
        lambda rows: lookup_sums(score, rows).reshape(len(rows), -1),
        codes,
        strata=strata,
        draws=draws,
        rng=stream(seed, "pairs"),
    )
    shape = (groups, groups)
    scale = found.pair_scale()
    usable = scale > 1e-9
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(usable, np.asarray(test.statistic).reshape(shape) / scale, np.nan)
        se = np.where(usable, np.asarray(test.spread).reshape(shape) / scale, np.nan)
    p, adjusted = (
        np.where(usable, np.asarray(v).reshape(shape), np.nan)
        for v in (test.p_value, test.p_adjusted)
    )
    return PairTable(effect, se, p, adjusted)


def stranger_bounds(cells: Cells, found: Found) -> tuple[float, float]:
    """The pooled effect if all people of unknown group were labelled so as to make it smallest, and largest."""
    others = cells.strangers
    if others is None or not len(others.person):
        return found.effect, found.effect
    if cells.mode == "choice":
        return _choice_bounds(cells, others, found)
    score = _additive_scores(cells, others)
    sums = found.effect * found.scale
    grown = found.scale * (cells.people + others.people) / cells.people
    return float((sums + score.min(axis=1).sum()) / grown), float(
        (sums + score.max(axis=1).sum()) / grown
    )


def _choice_bounds(cells: Cells, others: Cells, found: Found) -> tuple[float, float]:
    picked = others.value > 0
    known, unknown = len(found.codes), int(picked.sum())
    member = cells.member[others.idea[picked]]
    total = known + unknown
    low = (found.own_rate * known + member.min(axis=1).sum()) / total
    high = (found.own_rate * known + member.max(axis=1).sum()) / total
    return float(low - found.base), float(high - found.base)


def _additive_scores(cells: Cells, others: Cells) -> Floats:
    """What strangers' answers, less their own level and the ideas' level among the others, add by label."""
    liked = np.bincount(cells.idea, cells.value, minlength=cells.ideas)
    asked = np.bincount(cells.idea, minlength=cells.ideas)
    level = np.divide(
        liked, asked, out=np.full(cells.ideas, float(cells.value.mean())), where=asked > 0
    )
    left = others.value - level[others.idea]
    people = others.people
    mine = np.bincount(others.person, left, people) / np.bincount(others.person, minlength=people)
    left = left - mine[others.person]
    columns = (left * column[others.idea] for column in cells.member.T)
    return np.stack(
        [np.bincount(others.person, column, people).astype(float) for column in columns], axis=1
    )
