"""Split each group's share of an amount into heads and volume per head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coprep.findings import Note
from coprep.ideas._participation.share_ratio import group_sums, share_ratios
from coprep.metrics._streams import stream
from coprep.metrics.inference._bootstrap import cluster_bootstrap
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.inference._resampling import adjusted_hits, largest, monte_carlo_p
from coprep.metrics.shares._proportions import ratio_interval
from coprep.metrics.shares._share_tests import binomial_test
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.data.process.coded import Grouping
    from coprep.metrics._checks import Bools, Floats, Ints

_BLOCK = 4_000_000
_Z = 1.959963984540054
_COMMUNITY = "each contributor's group is drawn from the community"
_STRANGERS = "people of unknown group are counted on the side that makes the departure smaller"


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """A ratio by group with 95% limits and p values; arrays of shape (groups,)."""

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """Each group's share of the amount by its baseline share; arrays of shape (groups,)."""

    value: Floats
    se_log: Floats  # standard error of the logarithm
    # upper 95% and 90% limits for groups that hold nothing, nan for others
    high: Floats
    inner_high: Floats
    p_value: Floats
    p_adjusted: Floats  # by the largest departure


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """The total ratio, looked at in other ways; arrays of shape (groups,)."""

    bootstrap_p: Floats  # two-sided p values of an author bootstrap
    without: Floats  # without the most influential person
    trimmed: Floats  # with no one above the 95th percentile
    if_none: Floats  # if none of the people of unknown group were the group's; nan without any
    if_all: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Who holds how much, by group: heads times volume per head; arrays of shape (groups,)."""

    groups: tuple[str, ...]  # of the participants and, against a community, its other groups too
    people: Ints
    heads: Ints  # people who hold anything
    amount: Floats
    share: Floats  # of what people of known group hold
    baseline: Floats  # the share they would be expected to hold
    total: Total
    heads_ratio: Ratio  # of the share of contributors to the baseline
    volume: Ratio  # of the amount per contributor to that of all contributors
    again: Again
    together: Floats | None  # adjusted p values with people who came together as one; None unasked
    unknown: float  # amount of people whose group is unknown
    whom: str  # what the baseline is, in words
    null: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What people of known group hold, a code and an amount each, and what is expected.

    With ``idle`` people who hold nothing count too, and the baseline is the groups' part of them.
    """

    amount: Floats
    code: Ints
    groups: tuple[str, ...]
    baseline: Floats
    unknown: Floats  # amounts of people of unknown group
    idle: bool
    draws: int
    rng: int
    cluster: Ints | None = None  # who came together with whom; None where everybody came alone

    @property
    def active(self) -> _Held:
        """Only those who hold something."""
        rows = self.amount > 0
        cluster = None if self.cluster is None else self.cluster[rows]
        return replace(self, amount=self.amount[rows], code=self.code[rows], cluster=cluster)

    def units(self) -> tuple[Floats, Ints, Ints]:
        """Amount, label and size of each set of people of one label who came together."""
        if self.cluster is None:
            return self.amount, self.code, np.ones(len(self.code), dtype=np.intp)
        pairs = np.stack([self.cluster, self.code], axis=1)
        kinds, unit, size = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
        amount = np.bincount(unit.reshape(-1), self.amount, minlength=len(kinds))
        return np.asarray(amount, dtype=float), kinds[:, 1].astype(np.intp), size

    @property
    def sums(self) -> Floats:
        """Amount of each group."""
        return np.bincount(self.code, self.amount, minlength=len(self.groups)).astype(float)

    @property
    def sizes(self) -> Ints:
        """People of each group."""
        return np.bincount(self.code, minlength=len(self.groups))


def _clusters(cluster: Ints | None, known: Bools) -> Ints | None:
    """The clusters of some people; those of none are each one of their own."""
    if cluster is None:
        return None
    alone = int(cluster.max(initial=-1)) + 1 + np.arange(len(cluster))
    return np.asarray(np.where(cluster >= 0, cluster, alone)[known], dtype=np.intp)


def against_people(
    amounts: Floats,
    grouping: Grouping,
    *,
    draws: int,
    rng: int,
    cluster: Ints | None = None,
    only: bool = False,
) -> Shares:
    """Against everybody listed as a participant, those who hold nothing included.

    ``cluster`` says who came together. With ``only`` that is what errors and tests rest on;
    otherwise it is asked besides.
    """
    known = grouping.codes >= 0
    code = grouping.codes[known]
    groups = grouping.groups
    k = len(groups)
    if not len(code):
        return _nobody(float(amounts.sum()))
    sizes = np.bincount(code, minlength=k).astype(float)
    held = _Held(
        amounts[known],
        code,
        groups,
        sizes / max(sizes.sum(), 1.0),
        amounts[~known],
        idle=True,
        draws=draws,
        rng=rng,
        cluster=_clusters(cluster, known),
    )
    there = (held.amount > 0).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = share_ratios(held.amount, code, k, draws=draws, rng=stream(rng, "total"))
        heads = share_ratios(there, code, k, draws=draws, rng=stream(rng, "heads"))
    half = np.exp(_Z * heads.se_log)
    rate = max(there.sum() / sizes.sum(), 1e-300)
    nobody = np.zeros(k)
    tops = [
        ratio_interval(nobody, np.maximum(sizes, 1), rate, confidence=level)[1]
        for level in (0.95, 0.9)
    ]
    together = None if cluster is None else _exchanged_together(held)
    alone = (total.p_value, total.p_adjusted)
    return _shares(
        held,
        se_log=_se_together(held) if only else total.se_log,
        tops=tops,
        p=together if only and together is not None else alone,
        together=None if together is None or only else together[1],
        heads_limits=(heads.ratio / half, heads.ratio * half),
        heads_p=heads.p_value,
        whom="the people listed",
        null="labels are exchanged among all people listed, those who contributed nothing included",
    )


def _nobody(unknown: float) -> Shares:
    """Of an attribute nobody's group is known of."""
    none = np.zeros(0)
    no_count = np.zeros(0, dtype=np.intp)
    ratio = Ratio(none, none, none, none)
    return Shares(
        groups=(),
        people=no_count,
        heads=no_count,
        amount=none,
        share=none,
        baseline=none,
        total=Total(none, none, none, none, none, none),
        heads_ratio=ratio,
        volume=ratio,
        again=Again(none, none, none, none, none),
        together=None,
        unknown=unknown,
        whom="the people listed",
        null="",
        notes=(Note("no_group_known", "Nobody's group is known, so groups cannot be compared."),),
    )


def against_baseline(
    amounts: Floats,
    grouping: Grouping,
    shares: Mapping[str, float],
    *,
    draws: int,
    rng: int,
    cluster: Ints | None = None,
    only: bool = False,
) -> Shares:
    """Against a community: each contributor's label is drawn from it.

    ``cluster`` says who came together, and has one label drawn; ``only`` as in `against_people`.
    """
    groups = tuple(sorted({*grouping.groups, *map(str, shares)}))
    place = np.array([groups.index(g) for g in grouping.groups] or [0], dtype=np.intp)
    given = np.array([float(shares.get(g, 0.0)) for g in groups])
    baseline = given / given.sum()
    known = grouping.codes >= 0
    code = place[grouping.codes[known]]
    amount = amounts[known]
    outside = baseline[code] == 0
    order = np.lexsort((amount, code))
    order = order[~outside[order]]
    strangers = np.sort(amounts[~known & (amounts > 0)])
    clusters = _clusters(cluster, known)
    held = _Held(
        amount[order],
        code[order],
        groups,
        baseline,
        strangers,
        idle=False,
        draws=draws,
        rng=rng,
        cluster=None if clusters is None else clusters[order],
    )
    active = held.active
    heads = active.sizes
    n = len(active.code)
    safe = np.where(baseline > 0, baseline, np.nan)
    low, high = ratio_interval(heads, n, safe, method="wilson")
    tops = [ratio_interval(heads, n, safe, confidence=level)[1] for level in (0.95, 0.9)]
    alone = replace(active, cluster=None)
    unit = active if only else alone
    amounts_of_units, codes_of_units, _ = unit.units()
    return _shares(
        held,
        se_log=_se_of_share(amounts_of_units, codes_of_units, len(groups)),
        tops=tops,
        p=_drawn_labels(unit),
        together=None if cluster is None or only else _drawn_labels(active)[1],
        heads_limits=(np.asarray(low), np.asarray(high)),
        heads_p=np.asarray(binomial_test(heads, n, baseline, rule="minimum-likelihood")),
        whom="the community",
        null=f"{_COMMUNITY}; {_STRANGERS}" if len(strangers) else _COMMUNITY,
        notes=_outside_notes([groups[i] for i in np.unique(code[outside])], int(outside.sum())),
    )


def _outside_notes(labels: list[str], people: int) -> tuple[Note, ...]:
    if not people:
        return ()
    named = ", ".join(show(label) for label in labels[:3])
    text = f"{people:,} people of groups that the baseline lacks ({named}) are left out."
    return (Note("outside_baseline", text, {"people": people, "groups": labels[:3]}),)


def _shares(
    held: _Held,
    *,
    se_log: Floats,
    tops: list[Floats],
    p: tuple[Floats, Floats],
    together: Floats | None,
    heads_limits: tuple[Floats, Floats],
    heads_p: Floats,
    whom: str,
    null: str,
    notes: tuple[Note, ...] = (),
) -> Shares:
    """Everything that is worked out in the same way against people and against a community."""
    active = held.active
    heads = active.sizes
    sums = held.sums
    baseline = held.baseline
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sums / sums.sum()
        total = share / baseline
        there = heads / heads.sum() / baseline
    counted = held if held.idle else active
    cap = float(np.quantile(active.amount, 0.95)) if len(active.amount) else 0.0
    if_none, if_all = _whatever(held)
    return Shares(
        groups=held.groups,
        people=held.sizes,
        heads=heads,
        amount=sums,
        share=share,
        baseline=baseline,
        total=Total(
            total,
            se_log,
            np.where(heads == 0, tops[0], np.nan),
            np.where(heads == 0, tops[1], np.nan),
            *p,
        ),
        heads_ratio=Ratio(there, *heads_limits, heads_p),
        volume=_volume(active),
        again=Again(
            bootstrap_p=_bootstrap(counted),
            without=_without(counted),
            trimmed=_ratios(counted, np.minimum(counted.amount, cap), counted.code),
            if_none=if_none,
            if_all=if_all,
        ),
        together=together,
        unknown=float(held.unknown.sum()),
        whom=whom,
        null=null,
        notes=notes,
    )


def _whatever(held: _Held) -> tuple[Floats, Floats]:
    """Each group's ratio if none, and if all, of the people of unknown group were its own."""
    others = len(held.unknown)
    if not others:
        nothing = np.full(len(held.baseline), np.nan)
        return nothing, nothing
    more = float(held.unknown.sum())
    sums = held.sums
    sizes = held.sizes
    with np.errstate(divide="ignore", invalid="ignore"):
        none = sums / (sums.sum() + more)
        every = (sums + more) / (sums.sum() + more)
        if not held.idle:
            return none / held.baseline, every / held.baseline
        people = sizes.sum() + others
        return none / (sizes / people), every / ((sizes + others) / people)


def _ratios(held: _Held, amount: Floats, code: Ints) -> Floats:
    """Share of the amount by share expected; with idle people counted the expected share follows
    the people left.
    """
    k = len(held.baseline)
    sums = np.bincount(code, amount, minlength=k)
    expected = held.baseline
    if held.idle:
        expected = np.bincount(code, minlength=k) / max(len(code), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums / sums.sum() / expected)


def _without(held: _Held) -> Floats:
    """Each group's ratio without the person whose absence moves it most: its own loudest, or the
    loudest of others.
    """
    amount = held.amount
    code = held.code
    answer = np.full(len(held.baseline), np.nan)
    full = _ratios(held, amount, code)
    for k in range(len(answer)):
        for members in (code == k, code != k):
            if not members.any():
                continue
            loudest = np.flatnonzero(members)[np.argmax(amount[members])]
            value = _ratios(held, np.delete(amount, loudest), np.delete(code, loudest))[k]
            if np.isnan(answer[k]) or abs(value - full[k]) > abs(answer[k] - full[k]):
                answer[k] = value
    return answer


def _volume(active: _Held) -> Ratio:
    """Amount per contributor to that of all, its 95% limits and permutation p value."""
    k = len(active.groups)
    if len(active.amount) < 2:
        nothing = np.full(k, np.nan)
        return Ratio(nothing, nothing, nothing, nothing)
    rng = stream(active.rng, "volume")
    with np.errstate(divide="ignore", invalid="ignore"):
        found = share_ratios(active.amount, active.code, k, draws=active.draws, rng=rng)
    half = np.exp(_Z * found.se_log)
    return Ratio(found.ratio, found.ratio / half, found.ratio * half, found.p_value)


def _se_of_share(amount: Floats, code: Ints, k: int) -> Floats:
    """Standard error of the log of each group's share, contributors being the units."""
    total = amount.sum()
    n = len(amount)
    sums = np.bincount(code, amount, minlength=k)
    squares = np.bincount(code, amount**2, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = squares / sums**2 - 2 * squares / (sums * total) + (amount**2).sum() / total**2
        return np.asarray(np.sqrt(variance * n / max(n - 1, 1)))


def _drawn_labels(active: _Held) -> tuple[Floats, Floats]:
    """P values of each group's share when every contributor's label is drawn from the community.

    Whichever groups the strangers belong to, a group's departure is at least its distance from what
    they could make of it; that distance is compared, so that labels missing more often in one group
    raise no alarm.
    """
    k = len(active.baseline)
    amount = np.concatenate([active.units()[0], active.unknown])
    total = amount.sum()
    generator = stream(active.rng, "community")
    edges = np.cumsum(active.baseline)[:-1]
    n = len(amount)
    step = max(1, _BLOCK // max(n, 1))
    kept = []
    for start in range(0, active.draws, step):
        drawn = generator.random((min(step, active.draws - start), n))
        labels = np.searchsorted(edges, drawn, side="right")
        kept.append(group_sums(labels, amount, k))
    null = np.concatenate(kept)
    least = active.sums - active.baseline * total
    distance = np.maximum(np.maximum(least, -(least + active.unknown.sum())), 0.0)
    away = null - active.baseline * total
    spread = null.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = (np.abs(away) >= distance - 1e-10 * total).sum(axis=0)
        maxima = largest(np.abs(away) / spread)
        adjusted = monte_carlo_p(adjusted_hits(maxima, distance / spread), active.draws)
    return np.asarray(monte_carlo_p(hits, active.draws)), np.where(spread > 0, adjusted, 1.0)


def _exchanged_together(held: _Held) -> tuple[Floats, Floats]:
    """P values of groups' sums with labels exchanged among clusters of as many people."""
    amount, code, size = held.units()
    order = np.lexsort((amount, code, size))
    groups = len(held.groups)
    test = permutation_test(
        lambda rows: group_sums(rows, amount[order], groups),
        code[order],
        strata=np.unique(size[order], return_inverse=True)[1].reshape(-1),
        draws=held.draws,
        rng=stream(held.rng, "together"),
    )
    return np.asarray(test.p_value), np.asarray(test.p_adjusted)


def _se_together(held: _Held) -> Floats:
    """Standard error of the logarithm of each ratio, those who came together being the units."""
    cluster = held.cluster
    assert cluster is not None
    total = held.amount.sum()
    people = len(held.amount)
    unit = np.unique(cluster, return_inverse=True)[1].reshape(-1)
    many = int(unit.max()) + 1
    errors = np.full(len(held.groups), np.nan)
    for k, (mine, size) in enumerate(zip(held.sums, held.sizes, strict=True)):
        if mine > 0 and total > 0:
            inside = np.where(held.code == k, held.amount / mine - 1.0 / size, 0.0)
            influence = inside + 1.0 / people - held.amount / total
            squares = float((np.bincount(unit, influence) ** 2).sum())
            errors[k] = np.sqrt(squares * many / max(many - 1, 1))
    return errors


def _bootstrap(held: _Held) -> Floats:
    """Two-sided p values of ratio 1 when people are drawn again with replacement."""
    k = len(held.baseline)
    rows = np.arange(len(held.amount))
    if not len(rows):
        return np.full(k, np.nan)
    draws = min(held.draws, 999)
    table = np.zeros((len(rows), 2 * k))
    table[rows, held.code] = held.amount
    table[rows, k + held.code] = 1.0
    sums = cluster_bootstrap(table, resamples=draws, rng=stream(held.rng, "bootstrap"))
    expected = held.baseline
    with np.errstate(divide="ignore", invalid="ignore"):
        if held.idle:
            expected = sums[:, k:] / sums[:, k:].sum(axis=1, keepdims=True)
        drawn = sums[:, :k] / sums[:, :k].sum(axis=1, keepdims=True) / expected
    low = (drawn <= 1).sum(axis=0)
    high = (drawn >= 1).sum(axis=0)
    return np.asarray(np.minimum(1.0, 2 * (1 + np.minimum(low, high)) / (1 + draws)))
