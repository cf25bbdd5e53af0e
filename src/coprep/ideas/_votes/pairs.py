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
    from coprep.metrics._checks import Bools, Floats, Ints


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
    rows: Ints  # which answers these are
    person: Ints
    idea: Ints
    others: float


def pairs_of(dyads: Dyads, few: int) -> list[Pair]:
    """Pairs of two groups with enough ideas; an idea counts for each group that it is of.

    Ideas of everybody are nobody's, and people of a group that an idea is of are not asked.
    """
    code = dyads.codes[dyads.person]
    here = np.flatnonzero(dyads.sizes > 0)
    some = np.asarray((dyads.member > 0).any(axis=1) & ~(dyads.member[:, here] > 0).all(axis=1))
    outside = np.asarray(dyads.member[dyads.idea, code] == 0)
    excess = _beyond_others(dyads, dyads.value, outside)
    level = _beyond_others(dyads, _less_levels(dyads), outside)
    counted = outside & some[dyads.idea] & np.isfinite(excess)
    pairs = []
    for b in range(dyads.member.shape[1]):
        rows = np.flatnonzero(counted & (dyads.member[dyads.idea, b] > 0))
        if not len(rows) or dyads.listed[b] < LEAST_SHOWN:
            continue
        rows = rows[np.argsort(code[rows], kind="stable")]
        for p in np.split(rows, np.flatnonzero(np.diff(code[rows])) + 1):
            a = int(code[p[0]])
            # both groups need enough people to be named
            if len(np.unique(dyads.idea[p])) < few or dyads.sizes[a] < LEAST_SHOWN:
                continue
            rest = rows[code[rows] != a]
            times = np.bincount(dyads.idea[p], minlength=dyads.ideas)
            others = _variance_of_others(dyads, rest, times)
            who = dyads.person[p]
            pairs.append(Pair(a, b, excess[p], level[p], p, who, dyads.idea[p], others))
    return sorted(pairs, key=lambda pair: (pair.a, pair.b))


def _beyond_others(dyads: Dyads, values: Floats, outside: Bools) -> Floats:
    """In every cell the value less the mean of people outside both groups, nan without any."""
    groups = dyads.member.shape[1]
    place = dyads.idea * groups + dyads.codes[dyads.person]
    size = dyads.ideas * groups
    sums = np.bincount(place[outside], values[outside], minlength=size)
    many = np.bincount(place[outside], minlength=size)
    rest = np.bincount(dyads.idea[outside], values[outside], minlength=dyads.ideas)
    left = np.bincount(dyads.idea[outside], minlength=dyads.ideas)
    with np.errstate(divide="ignore", invalid="ignore"):
        others = (rest[dyads.idea] - sums[place]) / (left[dyads.idea] - many[place])
    return np.asarray(values - others)


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


def _less_levels(dyads: Dyads) -> Floats:
    """What raters' levels, ideas' qualities and the liking for one's own group leave.

    Answers to ideas of one's own group help to tell a generous group from one that everybody else
    is colder than; what groups in general add for their own is taken out of them. Votes are fitted
    on the logit scale, where a generous rater and a popular idea add up.
    """
    own = dyads.member[dyads.idea, dyads.codes[dyads.person]]
    idea = np.unique(dyads.idea, return_inverse=True)[1]
    fit = two_way_additive if dyads.mode == "rating" else two_way_logit
    return np.asarray(fit(dyads.person, idea, dyads.value, x=own if own.any() else None).residual)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A pair's excess, in the unit shown, with errors by the ideas' authors and by raters."""

    pair: Pair
    usual: float  # what everybody else gives the same ideas, in the unit of the answers
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
    known = len(np.unique(cluster)) > 1  # one author's ideas tell nothing about a group's
    given = dyads.value[pair.rows]
    return Measured(
        pair=pair,
        usual=float((given - pair.excess).mean()),
        cluster=cluster,
        values=values,
        effect=effect,
        se=se,
        df=df,
        p_value=float(np.maximum(_p_value(effect, se, df), after_p)) if known else float("nan"),
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
