"""Compare rates of words between groups, and support of ideas with and without words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtrit

from coprep.findings import Note
from coprep.ideas._authors.authorship import MOST_GROUPS
from coprep.ideas._authors.matching import flip_cases
from coprep.ideas._authors.outside_support import LEAST_OUTSIDERS, agreement
from coprep.ideas._judging.effects import Effect, Run, effective_number
from coprep.ideas._judging.eligibility import (
    LEAST_IDEAS,
    enough_groups,
    enough_voices,
    first_refusal,
    labels_from_outside,
)
from coprep.ideas._judging.judge import Case
from coprep.ideas._votes.support import grouping_of
from coprep.metrics._streams import stream
from coprep.metrics.inference._bootstrap import cluster_bootstrap
from coprep.metrics.inference._permutation import permutation_test
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Framed:
    """Ideas with the words they hold, a row each."""

    process: Process  # where they come from
    attribute: str | None  # whose groups are compared
    idea: Ints  # position among the process's ideas
    team: Ints  # author, or people who wrote together, coded from 0
    words: Floats  # words of each idea
    terms: tuple[str, ...]  # kinds of words
    counts: Floats  # (ideas, terms) how many of each kind each idea holds
    left_out: dict[str, int]  # ideas left out, by reason
    notes: tuple[Note, ...]  # the same in sentences, and what the word lists miss
    seed: int  # randomness, level of intervals, draws
    confidence: float
    draws: int


def frame_cases(
    framed: Framed, attribute: str, refusals: Mapping[str, str | None]
) -> tuple[list[Case], list[float]]:
    """A case a kind of words and group, and p values adjusted for the largest."""
    grouping = grouping_of(framed.process, attribute, MOST_GROUPS)
    teams = int(framed.team.max(initial=-1)) + 1
    label = _labels(framed, grouping.codes, len(grouping.groups), teams)
    known = label >= 0
    words = np.asarray(np.bincount(framed.team, framed.words, teams), dtype=float)[known]
    uses = np.array([np.bincount(framed.team, c, teams) for c in framed.counts.T], dtype=float).T[
        known
    ]
    ideas = np.bincount(framed.team, minlength=teams)[known]
    label = label[known]
    groups = grouping.groups
    sizes = np.bincount(label, minlength=len(groups))
    gates = [
        labels_from_outside(framed.process, attribute),
        enough_groups(sizes),
        enough_voices(words),
    ]
    general = first_refusal(*gates)
    if not len(label) or len(groups) < 2:
        return [], []
    spread = _Spread(framed, uses, words, label, len(groups))
    cases = []
    adjusted = []
    for j, term in enumerate(framed.terms):
        for k, group in enumerate(groups):
            mine = label == k
            refusal = general or refusals[term]
            cases.append(
                Case(
                    group=group,
                    effect=spread.effect(k, j),
                    n_people=int(sizes[k]),
                    n_ideas=int(ideas[mine].sum()),
                    n_effective=effective_number(words[mine]),
                    refusal=refusal,
                    described=gates[0].passed,
                    runs=() if refusal else spread.runs(k, j),
                    extra={
                        "term": term,
                        "rate": float(spread.rate[k, j]),
                        "rate_others": float(spread.rate[k, j] - spread.difference[k, j]),
                    },
                    words={"term": f"{term} words"},
                )
            )
            adjusted.append(spread.p_adjusted[k, j])
    return cases, [float(p) for p in adjusted]


def _labels(framed: Framed, codes: Ints, groups: int, teams: int) -> Ints:
    """The group of each team: the one most of its authorship is in; -1 where none is known."""
    wrote = framed.process.authorship
    team_of = np.full(len(framed.process.ideas or ()), -1, dtype=np.intp)
    team_of[framed.idea] = framed.team
    team = team_of[wrote.idea]
    code = codes[wrote.person]
    usable = (team >= 0) & (code >= 0)
    weight = np.zeros((teams, max(groups, 1)))
    np.add.at(weight, (team[usable], code[usable]), wrote.share[usable])
    return np.where(weight.sum(axis=1) > 0, weight.argmax(axis=1), -1)


class _Spread:
    """Differences in rates: intervals from resampled authors, p values from relabelled ones."""

    def __init__(
        self, framed: Framed, uses: Floats, words: Floats, label: Ints, groups: int
    ) -> None:
        self.framed = framed
        self.uses = uses
        self.words = words
        self.label = label
        sums = np.column_stack([words, uses])
        whole = sums.sum(axis=0)
        spread = (np.eye(groups)[label][:, :, None] * sums[:, None, :]).reshape(len(label), -1)
        self.sizes = np.bincount(label, minlength=groups)
        now = spread.sum(axis=0).reshape(groups, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.rate = np.asarray(100.0 * now[:, 1:] / now[:, :1])
        self.difference = _differences(now, whole)
        drawn = cluster_bootstrap(
            spread,
            strata=label,
            resamples=framed.draws,
            rng=stream(framed.seed, "framing: bootstrap"),
        ).reshape(-1, groups, sums.shape[1])
        self.drawn = _differences(drawn, drawn.sum(axis=1, keepdims=True))

        def differences(rows: Ints) -> Floats:
            inside = np.stack([(rows == g).astype(float) @ sums for g in range(groups)], axis=1)
            return _differences(inside, whole).reshape(len(rows), -1)

        test = permutation_test(
            differences, label, draws=framed.draws, rng=stream(framed.seed, "framing: labels")
        )
        shape = (groups, uses.shape[1])
        self.p_value = np.asarray(test.p_value).reshape(shape)
        self.p_adjusted = np.asarray(test.p_adjusted).reshape(shape)

    def effect(self, k: int, j: int) -> Effect:
        """The difference of one group in one kind of words."""
        few = int(min(self.sizes[k], len(self.label) - self.sizes[k]))
        drawn = self.drawn[:, k, j]
        drawn = drawn[np.isfinite(drawn)]
        low, high, inner_low, inner_high = (
            (
                float(value)
                for level in (self.framed.confidence, 0.9)
                for value in _limits(drawn, few, level)
            )
            if len(drawn)
            else [np.nan] * 4
        )
        return Effect(
            value=float(self.difference[k, j]),
            low=low,
            high=high,
            inner_low=inner_low,
            inner_high=inner_high,
            p_value=float(self.p_value[k, j]),
            se=float(drawn.std()) if len(drawn) else np.nan,
            df=max(few - 1, 1),
            level=self.framed.confidence,
            method="bootstrap of authors",
        )

    def runs(self, k: int, j: int) -> tuple[Run, ...]:
        """Without the author who uses the words most; with each author counted once."""
        rest = np.ones(len(self.words), dtype=bool)
        rest[int(np.argmax(self.uses[:, j]))] = False
        mine = self.label == k
        each = np.divide(
            self.uses[:, j], self.words, out=np.zeros(len(self.words)), where=self.words > 0
        )
        return (
            Run(
                "without the author who uses them most",
                self._difference(j, mine & rest, ~mine & rest),
            ),
            Run("with each author counted once", 100 * _gap(each[mine], each[~mine])),
        )

    def _difference(self, j: int, mine: Bools, others: Bools) -> float:
        def rate(rows: Bools) -> float:
            total = float(self.words[rows].sum())
            return 100 * float(self.uses[rows, j].sum()) / total if total > 0 else float("nan")

        return rate(mine) - rate(others)


def _differences(inside: Floats, everybody: Floats) -> Floats:
    """Uses per 100 words of each group less those of everybody else."""
    rest = everybody - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            100.0 * (inside[..., 1:] / inside[..., :1] - rest[..., 1:] / rest[..., :1])
        )


def _limits(drawn: Floats, authors: int, level: float) -> Floats:
    """Quantiles further out the fewer authors there are, as Student's t lies further out.

    Plain quantiles of resampled authors are too narrow by ``sqrt((n - 1) / n)`` and know no degrees
    of freedom.
    """
    n = max(authors, 2)
    tail = float(ndtr(stdtrit(n - 1, 0.5 - level / 2) * np.sqrt(n / (n - 1))))
    return np.asarray(np.quantile(drawn, [tail, 1.0 - tail]))


def _gap(first: Floats, second: Floats) -> float:
    return float(first.mean() - second.mean()) if len(first) and len(second) else float("nan")


def support_cases(
    framed: Framed, refusals: Mapping[str, str | None]
) -> tuple[list[Case], list[float]]:
    """A case a kind of words: support by others of ideas with and without them."""
    process = framed.process
    if not process.has("ratings") or len(process.kinds) != 1:
        return [], []
    ballots = process.ballots().complete()
    support = agreement(ballots)
    usable = ~ballots.is_self & ~np.isnan(support)
    asked = np.bincount(ballots.idea[usable], minlength=ballots.n_ideas)
    given = np.bincount(ballots.idea[usable], support[usable], ballots.n_ideas)
    rows = asked[framed.idea] >= LEAST_OUTSIDERS
    mean = given[framed.idea[rows]] / asked[framed.idea[rows]]
    holds = framed.counts[rows] > 0
    team = np.unique(framed.team[rows], return_inverse=True)[1].reshape(-1)
    if not len(team):
        return [], []
    products = np.stack(
        [_products(holds[:, j], mean, team) for j in range(len(framed.terms))], axis=1
    )
    general = enough_voices(np.bincount(team)).refusal
    reasons = {
        term: _too_few(holds[:, j]) or general or refusals[term]
        for j, term in enumerate(framed.terms)
    }
    tested = [j for j, term in enumerate(framed.terms) if _too_few(holds[:, j]) is None]
    alone, together = flip_cases(
        products, tested, max(framed.draws, 999), framed.seed, "framing: support"
    )
    votes = int(asked[framed.idea[rows]].sum())
    cases = [
        _support_case(
            framed,
            term,
            holds[:, j],
            mean,
            team,
            votes=votes,
            p_value=float(alone[j]),
            refusal=reasons[term],
        )
        for j, term in enumerate(framed.terms)
    ]
    return cases, [float(p) for p in together]


def _too_few(holds: Bools) -> str | None:
    few = int(min(holds.sum(), (~holds).sum()))
    if few < LEAST_IDEAS // 4:
        side = "with" if holds.sum() == few else "without"
        return f"only {count_of(few, 'idea')} {side} such words; {LEAST_IDEAS // 4} are needed"
    return None


def _products(holds: Bools, mean: Floats, team: Ints) -> Floats:
    """What each author adds to the difference in support."""
    x = holds - holds.mean()
    return np.asarray(np.bincount(team, x * (mean - mean.mean())), dtype=float)


def _difference(sums: Floats) -> Floats:
    """Difference of means in points from sums (n and support with, then without)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100.0 * (sums[..., 1] / sums[..., 0] - sums[..., 3] / sums[..., 2]))


def _support_case(
    framed: Framed,
    term: str,
    holds: Bools,
    mean: Floats,
    team: Ints,
    *,
    votes: int,
    p_value: float,
    refusal: str | None,
) -> Case:
    columns = (holds, holds * mean, ~holds, ~holds * mean)
    sums = np.stack([np.bincount(team, column) for column in columns], axis=1).astype(float)
    value = float(_difference(sums.sum(axis=0)))
    drawn = _difference(
        cluster_bootstrap(sums, resamples=framed.draws, rng=stream(framed.seed, f"support {term}"))
    )
    drawn = drawn[np.isfinite(drawn)]
    tail = (1 - framed.confidence) / 2
    limits = np.quantile(drawn, [tail, 1 - tail, 0.05, 0.95]) if len(drawn) else np.full(4, np.nan)
    users = len(np.unique(team[holds]))
    return Case(
        group=None,
        effect=Effect(
            value=value,
            low=float(limits[0]),
            high=float(limits[1]),
            inner_low=float(limits[2]),
            inner_high=float(limits[3]),
            p_value=p_value,
            se=float(drawn.std()) if len(drawn) else float("nan"),
            level=framed.confidence,
            method="bootstrap of authors",
        ),
        n_people=users,
        n_ideas=int(holds.sum()),
        n_effective=effective_number(np.bincount(team[holds])) if holds.any() else float("nan"),
        n_votes=votes,
        refusal=refusal,
        described=True,
        runs=() if refusal else _support_runs(sums),
        extra={
            "term": term,
            "rate": 100 * float(mean[holds].mean()) if holds.any() else float("nan"),
            "rate_others": 100 * float(mean[~holds].mean()) if (~holds).any() else float("nan"),
        },
        words={"term": f"{term} words"},
    )


def _support_runs(sums: Floats) -> tuple[Run, ...]:
    """Without the most influential author; with each author counted once."""
    total = sums.sum(axis=0)
    without = _difference(total - sums)
    far = np.abs(without - float(_difference(total)))
    loud = int(np.nanargmax(far)) if np.isfinite(far).any() else 0
    with np.errstate(divide="ignore", invalid="ignore"):
        first = sums[:, 1] / sums[:, 0]
        second = sums[:, 3] / sums[:, 2]
    first = first[np.isfinite(first)]
    second = second[np.isfinite(second)]
    return (
        Run("without the most influential author", float(without[loud])),
        Run("with each author counted once", 100 * _gap(first, second)),
    )
