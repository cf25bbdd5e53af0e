"""Measure how far support for each idea reaches into every group."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from coprep.ideas._judging.effects import ALPHA, Effect
from coprep.ideas._judging.eligibility import LEAST_RATERS
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.support import Support, activity_strata, share_of_support
from coprep.metrics.groups._critical_values import studentised_range_quantile
from coprep.metrics.groups._gaps import gap_limits as gap_interval
from coprep.metrics.groups._rate_moments import agresti_caffo_moments
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.votes._consensus import cross_group_support
from coprep.metrics.votes._consensus import group_informed_consensus as group_informed

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.metrics._checks import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Ideas, and the groups (a code a person, -1 unknown) by which to look at them."""

    ideas: Ints
    codes: Ints
    groups: tuple[str, ...]

    def sizes(self, support: Support) -> Ints:
        """How many people of each group voted."""
        codes = self.codes[support.voters]
        return np.bincount(codes[codes >= 0], minlength=len(self.groups))


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap between the groups that support an idea most and least."""

    effect: Effect
    most: str
    least: str


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Support by group for each idea; arrays of shape (ideas,) unless said otherwise."""

    part: Part
    sizes: Ints  # (groups,) people who voted
    ideas: Ints  # positions of the ideas
    yes: Floats  # (groups, ideas) supporters
    seen: Floats  # (groups, ideas) people who answered
    support: Floats  # share of supporters among all who answered, unknown groups included
    lower_bound: Floats  # the smallest 5% posterior quantile over groups
    lowest: Ints  # the group with that quantile
    all_groups: Floats  # probability that all groups exceed one half
    product: Floats  # the platforms' product over groups
    p_value: Floats  # labels exchanged
    p_adjusted: Floats  # for the largest chi-square over ideas
    p_chi2: Floats  # by the chi-square distribution

    def shown_group(self, k: int) -> str | None:
        """A group's name, unless it has too few people to be shown."""
        return self.part.groups[k] if self.sizes[k] >= LEAST_SHOWN else None

    def spread(self, j: int) -> float:
        """Points between the highest and the lowest support among large enough groups."""
        n = self.seen[:, j]
        rate = self.yes[n >= LEAST_RATERS, j] / n[n >= LEAST_RATERS]
        return float(100 * np.ptp(rate)) if len(rate) > 1 else float("nan")

    def gap(self, j: int, confidence: float) -> Gap | None:
        """The gap with an interval over all pairs of groups; None without two large enough."""
        large = np.flatnonzero(self.seen[:, j] >= LEAST_RATERS)
        if len(large) < 2:
            return None
        n = self.seen[large, j]
        rate = self.yes[large, j] / n
        centre, variance = agresti_caffo_moments(rate, n)
        critical = studentised_range_quantile(confidence, len(large)) / 2**0.5
        low, high = gap_interval(centre, variance, critical)
        inner_low, inner_high = gap_interval(centre, variance, NormalDist().inv_cdf(1 - ALPHA))
        most = int(np.argmax(rate))
        least = int(np.argmin(rate))
        effect = Effect(
            value=self.spread(j),
            low=100 * low,
            high=min(100 * high, 100.0),
            inner_low=100 * inner_low,
            inner_high=min(100 * inner_high, 100.0),
            p_value=float(self.p_value[j]),
            se=100 * float(np.sqrt(variance[most] + variance[least])),
            level=confidence,
            method="Agresti-Caffo, all pairs of groups",
        )
        return Gap(effect, self.part.groups[large[most]], self.part.groups[large[least]])


def agreement(
    support: Support, part: Part, *, prior: float, draws: int, rng: Generator | None
) -> Agreement:
    """Support by group of the ideas of ``part``; without draws, without permutation p values."""
    offered = np.bincount(support.idea, minlength=support.ideas) > 0
    ideas = part.ideas[offered[part.ideas]]
    groups = len(part.groups)
    people = np.flatnonzero(support.voters & (part.codes >= 0))
    table = _Votes.of(support, people, ideas)
    label = part.codes[people]
    yes, seen = table.by_group(label[None, :], groups)
    chi2 = _chi2(yes, seen)[0]
    sure = cross_group_support(yes[0].T, seen[0].T, prior=prior)
    p_value = np.full(len(ideas), np.nan)
    p_adjusted = p_value
    if draws and len(people) and len(ideas):
        strata = activity_strata(support, people, generosity=False)
        order = np.lexsort((label, strata))
        ordered = table.take(order)
        test = permutation_test(
            lambda rows: _chi2(*ordered.by_group(rows, groups)),
            label[order],
            strata=strata[order],
            alternative="greater",
            centre=0.0,
            standardise=False,
            draws=draws,
            rng=rng,
        )
        p_value = np.asarray(test.p_value)
        p_adjusted = np.asarray(test.p_adjusted)
    answering = np.maximum((seen[0] > 0).sum(axis=0) - 1, 1)
    return Agreement(
        part=part,
        sizes=np.bincount(label, minlength=groups),
        ideas=ideas,
        yes=yes[0],
        seen=seen[0],
        support=share_of_support(support)[ideas],
        p_value=p_value,
        p_adjusted=p_adjusted,
        p_chi2=np.asarray(chdtrc(answering, chi2)),
        lower_bound=sure.lowest,
        lowest=sure.low.argmin(axis=1),
        all_groups=sure.all_above_half,
        product=group_informed(yes[0].T, seen[0].T).consensus,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Votes:
    """Yes and shown as tables people x ideas."""

    yes: NDArray[np.float32]
    shown: NDArray[np.float32] | None

    @classmethod
    def of(cls, support: Support, people: Ints, ideas: Ints) -> _Votes:
        row = np.full(support.people, -1, dtype=np.intp)
        column = np.full(support.ideas, -1, dtype=np.intp)
        row[people] = np.arange(len(people))
        column[ideas] = np.arange(len(ideas))
        keep = (row[support.person] >= 0) & (column[support.idea] >= 0)
        at = row[support.person[keep]], column[support.idea[keep]]
        yes = np.zeros((len(people), len(ideas)), dtype=np.float32)
        yes[at] = support.yes[keep]
        if not support.shown_known:
            return cls(yes, None)
        shown = np.zeros_like(yes)
        shown[at] = 1.0
        return cls(yes, shown)

    def take(self, order: Ints) -> _Votes:
        return _Votes(self.yes[order], None if self.shown is None else self.shown[order])

    def by_group(self, labels: Ints, groups: int) -> tuple[Floats, Floats]:
        """Supporters and answers (rows, groups, ideas) for labels (rows, people)."""
        yes = np.empty((len(labels), groups, self.yes.shape[1]))
        seen = np.empty_like(yes)
        for k in range(groups):
            inside = (labels == k).astype(np.float32)
            yes[:, k] = inside @ self.yes
            seen[:, k] = inside.sum(axis=1)[:, None] if self.shown is None else inside @ self.shown
        return yes, seen


def _chi2(yes: Floats, seen: Floats) -> Floats:
    """Pearson's chi-square of support by group, for each row and idea."""
    total = seen.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (yes.sum(axis=1) / total)[:, None, :]
        parts = (yes - seen * rate) ** 2 / (seen * rate * (1 - rate))
    there = np.where(seen > 0, parts, 0.0)
    return np.asarray(there.sum(axis=1))
