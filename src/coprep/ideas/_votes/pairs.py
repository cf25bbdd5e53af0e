"""Measure how much more one group supports another's ideas than everybody outside both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.dyads import Dyads
from coprep.metrics.inference._clustered import ClusteredFit, clustered_ols
from coprep.metrics.votes._two_way import two_way_additive, two_way_logit

if TYPE_CHECKING:
    from coprep.metrics._checks import Floats, Ints


_OWNED = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Group ``a`` on ideas of group ``b``: each answer's excess over everybody outside both.

    ``level`` is the same once raters' levels and ideas' qualities are out; ``others`` the variance
    of the mean excess that comes from everybody else being a sample of raters.
    """

    a: int
    b: int
    excess: Floats
    level: Floats
    person: Ints
    idea: Ints
    others: float


def pairs_of(dyads: Dyads, few: int) -> list[Pair]:
    """Pairs of two groups with enough ideas; an idea is of the group that has most of it."""
    owner = np.where(dyads.member.max(axis=1) > _OWNED, dyads.member.argmax(axis=1), -1)
    code = dyads.codes[dyads.person]
    whose = owner[dyads.idea]
    across = np.asarray((whose >= 0) & (whose != code))
    excess = _beyond_others(dyads, dyads.value, owner)
    level = _beyond_others(dyads, _less_levels(dyads, owner), owner)
    counted = np.flatnonzero(across & np.isfinite(excess))
    order = counted[np.lexsort((whose[counted], code[counted]))]
    groups = dyads.member.shape[1]
    key = code[order] * groups + whose[order]
    pairs = []
    for p in np.split(order, np.flatnonzero(np.diff(key)) + 1) if len(order) else []:
        a = int(code[p[0]])
        b = int(whose[p[0]])
        rest = np.flatnonzero((whose == b) & across & (code != a))
        others = _variance_of_others(dyads, rest, np.bincount(dyads.idea[p], minlength=dyads.ideas))
        pairs.append(Pair(a, b, excess[p], level[p], dyads.person[p], dyads.idea[p], others))
    # both groups need enough people to be named
    return [
        p
        for p in pairs
        if len(np.unique(p.idea)) >= few and min(dyads.sizes[p.a], dyads.listed[p.b]) >= LEAST_SHOWN
    ]


def _beyond_others(dyads: Dyads, values: Floats, owner: Ints) -> Floats:
    """In every cell the value less the mean of everybody outside both groups, nan without any."""
    groups = dyads.member.shape[1]
    ideas = np.arange(dyads.ideas)
    place = dyads.idea * groups + dyads.codes[dyads.person]
    sums = np.bincount(place, values, minlength=dyads.ideas * groups).reshape(-1, groups)
    size = np.bincount(place, minlength=dyads.ideas * groups).reshape(-1, groups)
    kept = np.where(owner >= 0, owner, 0)
    total = sums.sum(axis=1) - sums[ideas, kept]
    many = size.sum(axis=1) - size[ideas, kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            values
            - (total[dyads.idea] - sums.ravel()[place]) / (many[dyads.idea] - size.ravel()[place])
        )


def _variance_of_others(dyads: Dyads, rest: Ints, times: Ints) -> float:
    """Variance of the mean of others beyond that of single answers."""
    rest = rest[times[dyads.idea[rest]] > 0]
    person = np.unique(dyads.person[rest], return_inverse=True)[1].reshape(-1)
    raters = int(person.max(initial=-1)) + 1
    if raters < 2:
        return 0.0
    idea = dyads.idea[rest]
    value = dyads.value[rest]
    many = np.maximum(np.bincount(idea, minlength=dyads.ideas), 1)
    mean = np.bincount(idea, value, dyads.ideas) / many
    part = (times / many / times.sum())[idea] * (value - mean[idea])
    together = float((np.bincount(person, part) ** 2).sum() - (part**2).sum())
    return max(together, 0.0) * raters / (raters - 1)


def _less_levels(dyads: Dyads, owner: Ints) -> Floats:
    """What raters' levels, ideas' qualities and the liking for one's own group leave.

    Answers to ideas of one's own group help to tell a generous group from one that everybody else
    is colder than; what groups in general add for their own is taken out of them. Votes are fitted
    on the logit scale, where a generous rater and a popular idea add up.
    """
    own = (owner[dyads.idea] == dyads.codes[dyads.person]).astype(float)
    idea = np.unique(dyads.idea, return_inverse=True)[1]
    fit = two_way_additive if dyads.mode == "rating" else two_way_logit
    return np.asarray(fit(dyads.person, idea, dyads.value, x=own if own.any() else None).residual)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A pair's excess, in the unit shown, with errors by the ideas' authors and by raters."""

    pair: Pair
    cluster: Ints
    values: Floats
    effect: float
    se: float
    df: float
    p_value: float
    level: float
    level_p: float


def measured(dyads: Dyads, pair: Pair, unit: float) -> Measured:
    """The mean excess of a pair, as it stands and after levels and qualities are taken out."""
    author = dyads.author[pair.idea]
    cluster = np.where(author >= 0, author, int(dyads.author.max()) + 1 + pair.idea)
    cluster = np.unique(cluster, return_inverse=True)[1].reshape(-1).astype(np.intp)
    values = pair.excess * unit
    fit = _mean(values, cluster, pair.person)
    level = _mean(pair.level * unit, cluster, pair.person)
    effect = float(fit.coef[0])
    df = float(fit.df[0])
    se = float(np.hypot(fit.se[0], unit * np.sqrt(pair.others)))
    after = float(level.coef[0])
    after_p = _p_value(after, float(level.se[0]), float(level.df[0]))
    return Measured(
        pair=pair,
        cluster=cluster,
        values=values,
        effect=effect,
        se=se,
        df=df,
        p_value=float(np.maximum(_p_value(effect, se, df), after_p)),
        level=after,
        level_p=after_p,
    )


def _mean(values: Floats, cluster: Ints, person: Ints) -> ClusteredFit:
    """Mean clustered by the ideas' authors and by raters."""
    return clustered_ols(values, np.ones(len(values)), cluster, second=person)


def _p_value(mean: float, se: float, df: float) -> float:
    """P value of the mean; of a mean without any spread, 0 or 1."""
    if se > 0:
        return float(2 * stdtr(df, -abs(mean / se)))
    return float(abs(mean) < _ROUNDING) if np.isfinite(mean) else float("nan")
