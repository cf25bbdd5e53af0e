"""Knows each group's share of an amount against its share of the people, split into heads and volume per head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas.judging.common import quote
from coprep.ideas.voices.lift import group_sums, lifts
from coprep.metrics._streams import stream
from coprep.metrics.inference._bootstrap import cluster_bootstrap
from coprep.metrics.inference._resampling import adjusted_hits, largest, monte_carlo_p
from coprep.metrics.shares._proportions import ratio_interval
from coprep.metrics.shares._share_tests import binomial_test

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Shares", "against_baseline", "against_people", "ratios"]

_BLOCK = 4_000_000
_Z = 1.959963984540054
_COMMUNITY = "each contributor's group is drawn from the community"
_STRANGERS = "people of unknown group are counted on the side that makes the departure smaller"


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares, ratios, errors and p values by group; arrays of shape (groups,).

    Attributes
    ----------
    groups : tuple of str
        Those of the participants and, against a community, its other groups too.
    people, heads : array of int
        Participants, and those of them who hold anything.
    amount, share, baseline : array
        What they hold, as a share of what people of known group hold, and the share they would be expected to hold.
    total, total_se : array
        ``share / baseline`` and the standard error of its logarithm.
    total_high : array of shape (groups, 2)
        Upper 95% and 90% limits for groups that hold nothing, nan for others.
    heads_ratio, heads_low, heads_high, heads_p : array
        The same for the share of contributors.
    volume, volume_low, volume_high, volume_p : array
        Amount per contributor to that of all contributors.
    p_value, p_adjusted : array
        Of the total; adjusted by the largest departure.
    bootstrap : array
        Two-sided p values of an author bootstrap.
    without, trimmed : array
        The total ratio without the most influential person, and with no one above the 95th percentile.
    if_none, if_all : array
        The total ratio if none, or all, people of unknown group were the group's; nan where nobody's is unknown.
    unknown : float
        Amount of people whose group is unknown.
    whom, null : str
        What the baseline is, and the null, in words.
    notes : tuple of str
        What was left out.
    """

    groups: tuple[str, ...]
    people: Ints
    heads: Ints
    amount: Floats
    share: Floats
    baseline: Floats
    total: Floats
    total_se: Floats
    total_high: Floats
    heads_ratio: Floats
    heads_low: Floats
    heads_high: Floats
    heads_p: Floats
    volume: Floats
    volume_low: Floats
    volume_high: Floats
    volume_p: Floats
    p_value: Floats
    p_adjusted: Floats
    bootstrap: Floats
    without: Floats
    trimmed: Floats
    if_none: Floats
    if_all: Floats
    unknown: float
    whom: str
    null: str
    notes: tuple[str, ...]


def against_people(amounts: Floats, grouping: Grouping, *, draws: int, rng: int) -> Shares:
    """Against everybody listed as a participant, those who hold nothing included."""
    known = grouping.codes >= 0
    amount, code, k = amounts[known], grouping.codes[known], len(grouping.groups)
    if not len(amount):
        return _nobody(float(amounts.sum()))
    sizes = np.bincount(code, minlength=k).astype(float)
    baseline = sizes / max(sizes.sum(), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = lifts(amount, code, k, draws=draws, rng=stream(rng, "total"))
        there = lifts((amount > 0).astype(float), code, k, draws=draws, rng=stream(rng, "heads"))
    half = np.exp(_Z * there.se_log)
    heads = np.bincount(code[amount > 0], minlength=k)
    upper = np.stack(
        [_upper(heads, sizes, heads.sum() / sizes.sum(), tail) for tail in (0.95, 0.9)], axis=1
    )
    return _gathered(
        amount,
        code,
        grouping.groups,
        baseline,
        p=(total.p_value, total.p_adjusted),
        se=total.se_log,
        upper=upper,
        heads_limits=(there.ratio / half, there.ratio * half),
        heads_p=there.p_value,
        unknown=amounts[~known],
        whom="the people listed",
        null="labels are exchanged among all people listed, those who contributed nothing included",
        notes=(),
        draws=draws,
        rng=rng,
        with_idle=True,
    )


def _nobody(unknown: float) -> Shares:
    """Of an attribute nobody's group is known of."""
    none, no_count = np.zeros(0), np.zeros(0, dtype=np.intp)
    numbers = [f.name for f in fields(Shares) if f.type == "Floats"]
    return Shares(
        groups=(),
        people=no_count,
        heads=no_count,
        unknown=unknown,
        whom="the people listed",
        null="",
        notes=("Nobody's group is known, so groups cannot be compared.",),
        **dict.fromkeys(numbers, none),
    )


def _upper(heads: Ints, sizes: Floats, rate: float, level: float) -> Floats:
    """Upper limit of a group's rate by that of all, where nobody of it contributed."""
    high = ratio_interval(
        np.zeros(len(sizes)), np.maximum(sizes, 1), max(rate, 1e-300), confidence=level
    )[1]
    return np.where(heads == 0, high, np.nan)


def against_baseline(
    amounts: Floats, grouping: Grouping, shares: Mapping[str, float], *, draws: int, rng: int
) -> Shares:
    """Against a community: each contributor's label is drawn from it."""
    groups = tuple(sorted({*grouping.groups, *map(str, shares)}))
    place = np.array([groups.index(g) for g in grouping.groups] or [0], dtype=np.intp)
    given = np.array([float(shares.get(g, 0.0)) for g in groups])
    baseline = given / given.sum()
    known = grouping.codes >= 0
    code = place[grouping.codes[known]]
    amount = amounts[known]
    outside = baseline[code] == 0
    notes = _outside_note([groups[i] for i in np.unique(code[outside])], int(outside.sum()))
    amount, code = amount[~outside], code[~outside]
    order = np.lexsort((amount, code))
    amount, code = amount[order], code[order]
    active = amount > 0
    k, n = len(groups), int(active.sum())
    heads = np.bincount(code[active], minlength=k)
    strangers = np.sort(amounts[~known & (amounts > 0)])
    p = _drawn_labels(amount[active], code[active], baseline, strangers, draws=draws, rng=rng)
    safe = np.where(baseline > 0, baseline, np.nan)
    low, high = ratio_interval(heads, n, safe, method="wilson")
    tops = [ratio_interval(heads, n, safe, confidence=level)[1] for level in (0.95, 0.9)]
    upper = np.where((heads == 0)[:, None], np.stack(tops, axis=1), np.nan)
    return _gathered(
        amount,
        code,
        groups,
        baseline,
        p=p,
        se=_se_of_share(amount[active], code[active], k),
        upper=upper,
        heads_limits=(np.asarray(low), np.asarray(high)),
        heads_p=np.asarray(binomial_test(heads, n, baseline, rule="minimum-likelihood")),
        unknown=strangers,
        whom="the community",
        null=_COMMUNITY if not len(strangers) else f"{_COMMUNITY}; {_STRANGERS}",
        notes=notes,
        draws=draws,
        rng=rng,
        with_idle=False,
    )


def _outside_note(labels: list[str], people: int) -> tuple[str, ...]:
    if not people:
        return ()
    named = ", ".join(quote(label) for label in labels[:3])
    return (f"{people:,} people of groups that the baseline lacks ({named}) are left out.",)


def _gathered(
    amount: Floats,
    code: Ints,
    groups: tuple[str, ...],
    baseline: Floats,
    *,
    p: tuple[Floats, Floats],
    se: Floats,
    upper: Floats,
    heads_limits: tuple[Floats, Floats],
    heads_p: Floats,
    unknown: Floats,
    whom: str,
    null: str,
    notes: tuple[str, ...],
    draws: int,
    rng: int,
    with_idle: bool,
) -> Shares:
    k, active = len(groups), amount > 0
    heads = np.bincount(code[active], minlength=k)
    sums = np.bincount(code, amount, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sums / sums.sum()
        total, there = share / baseline, heads / heads.sum() / baseline
    volume = _volume(amount[active], code[active], k, draws, rng)
    counted = amount if with_idle else amount[active]
    label = code if with_idle else code[active]
    none, every = _whatever(
        sums.astype(float), np.bincount(code, minlength=k), baseline, unknown, with_idle=with_idle
    )
    return Shares(
        groups=groups,
        people=np.bincount(code, minlength=k),
        heads=heads,
        amount=np.asarray(sums, dtype=float),
        share=share,
        baseline=baseline,
        total=total,
        total_se=se,
        total_high=upper,
        heads_ratio=there,
        heads_low=heads_limits[0],
        heads_high=heads_limits[1],
        heads_p=heads_p,
        volume=volume[0],
        volume_low=volume[1],
        volume_high=volume[2],
        volume_p=volume[3],
        p_value=p[0],
        p_adjusted=p[1],
        bootstrap=_bootstrap(
            counted, label, baseline, with_idle=with_idle, draws=min(draws, 999), rng=rng
        ),
        without=_without(counted, label, baseline, with_idle=with_idle),
        trimmed=ratios(np.minimum(counted, _cap(counted)), label, baseline, with_idle=with_idle),
        if_none=none,
        if_all=every,
        unknown=float(unknown.sum()),
        whom=whom,
        null=null,
        notes=notes,
    )


def _whatever(
    sums: Floats, sizes: Ints, baseline: Floats, unknown: Floats, *, with_idle: bool
) -> tuple[Floats, Floats]:
    """Each group's ratio if none, and if all, of the people of unknown group were its own."""
    if not len(unknown):
        nothing = np.full(len(baseline), np.nan)
        return nothing, nothing
    more, others = float(unknown.sum()), len(unknown)
    with np.errstate(divide="ignore", invalid="ignore"):
        none, every = ((sums + part) / (sums.sum() + more) for part in (0.0, more))
        if not with_idle:
            return none / baseline, every / baseline
        people = sizes.sum() + others
        return none / (sizes / people), every / ((sizes + others) / people)


def ratios(amount: Floats, code: Ints, baseline: Floats, *, with_idle: bool) -> Floats:
    """Share of the amount by share expected; with idle people counted the expected share follows the people left."""
    k = len(baseline)
    sums = np.bincount(code, amount, minlength=k)
    expected = np.bincount(code, minlength=k) / max(len(code), 1) if with_idle else baseline
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums / sums.sum() / expected)


def _cap(amount: Floats) -> float:
    active = amount[amount > 0]
    return float(np.quantile(active, 0.95)) if len(active) else 0.0


def _without(amount: Floats, code: Ints, baseline: Floats, *, with_idle: bool) -> Floats:
    """Each group's ratio without the person whose absence moves it most: its own loudest, or the loudest of others."""
    answer = np.full(len(baseline), np.nan)
    full = ratios(amount, code, baseline, with_idle=with_idle)
    for k in range(len(baseline)):
        for members in (code == k, code != k):
            if not members.any():
                continue
            loudest = np.flatnonzero(members)[np.argmax(amount[members])]
            left = np.delete(np.arange(len(amount)), loudest)
            value = ratios(amount[left], code[left], baseline, with_idle=with_idle)[k]
            if np.isnan(answer[k]) or abs(value - full[k]) > abs(answer[k] - full[k]):
                answer[k] = value
    return answer


def _volume(
    amount: Floats, code: Ints, k: int, draws: int, rng: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Amount per contributor to that of all contributors, its 95% limits and permutation p value."""
    if len(amount) < 2:
        nothing = np.full(k, np.nan)
        return nothing, nothing, nothing, nothing
    with np.errstate(divide="ignore", invalid="ignore"):
        found = lifts(amount, code, k, draws=draws, rng=stream(rng, "volume"))
    half = np.exp(_Z * found.se_log)
    return found.ratio, found.ratio / half, found.ratio * half, found.p_value


def _se_of_share(amount: Floats, code: Ints, k: int) -> Floats:
    """Standard error of the log of each group's share, contributors being the units."""
    total, n = amount.sum(), len(amount)
    sums = np.bincount(code, amount, minlength=k)
    squares = np.bincount(code, amount**2, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = squares / sums**2 - 2 * squares / (sums * total) + (amount**2).sum() / total**2
        return np.asarray(np.sqrt(variance * n / max(n - 1, 1)))


def _drawn_labels(
    amount: Floats, code: Ints, baseline: Floats, strangers: Floats, *, draws: int, rng: int
) -> tuple[Floats, Floats]:
    """P values of each group's share when every contributor's label is drawn from the community.

    Whichever groups the strangers belong to, a group's departure is at least its distance from what they could make
    of it; that distance is compared, so that labels missing more often in one group raise no alarm.
    """
    held, k = np.concatenate([amount, strangers]), len(baseline)
    generator, edges, n = stream(rng, "community"), np.cumsum(baseline)[:-1], len(held)
    step = max(1, _BLOCK // max(n, 1))
    kept = [
        group_sums(
            np.searchsorted(edges, generator.random((min(step, draws - start), n)), side="right"),
            held,
            k,
        )
        for start in range(0, draws, step)
    ]
    null, total = np.concatenate(kept), held.sum()
    least = np.bincount(code, amount, minlength=k) - baseline * total
    distance, away = (
        np.maximum(np.maximum(least, -(least + strangers.sum())), 0.0),
        null - baseline * total,
    )
    spread = null.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = (np.abs(away) >= distance - 1e-10 * total).sum(axis=0)
        maxima = largest(np.abs(away) / spread)
        adjusted = monte_carlo_p(adjusted_hits(maxima, distance / spread), draws)
    return np.asarray(monte_carlo_p(hits, draws)), np.where(spread > 0, adjusted, 1.0)


def _bootstrap(
    amount: Floats, code: Ints, baseline: Floats, *, with_idle: bool, draws: int, rng: int
) -> Floats:
    """Two-sided p values of ratio 1 when people are drawn again with replacement."""
    k = len(baseline)
    if not len(amount):
        return np.full(k, np.nan)
    table = np.zeros((len(amount), 2 * k))
    table[np.arange(len(amount)), code] = amount
    table[np.arange(len(amount)), k + code] = 1.0
    sums = cluster_bootstrap(table, draws=draws, rng=stream(rng, "bootstrap"))
    with np.errstate(divide="ignore", invalid="ignore"):
        people = sums[:, k:] / sums[:, k:].sum(axis=1, keepdims=True)
        drawn = (
            sums[:, :k]
            / sums[:, :k].sum(axis=1, keepdims=True)
            / (people if with_idle else baseline)
        )
    low, high = (drawn <= 1).sum(axis=0), (drawn >= 1).sum(axis=0)
    return np.asarray(np.minimum(1.0, 2 * (1 + np.minimum(low, high)) / (1 + draws)))
