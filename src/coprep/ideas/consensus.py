"""Knows which ideas have support in every group, how sure that is, and on which ideas groups differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.findings import as_notes
from coprep.ideas.judging.common import (
    COLUMNS,
    LEAST_SHOWN,
    Case,
    Effect,
    IdeasResult,
    Phrases,
    Run,
    forest,
    judge,
    points,
    quote,
)
from coprep.ideas.judging.gates import LEAST_RATERS, enough_votes, first_refusal
from coprep.ideas.votes.agreement import Agreement, Part, agreement
from coprep.ideas.votes.backing import (
    Backing,
    backing,
    grouping_of,
    ideas_of,
    no_group_known,
    votes_refusal,
)
from coprep.ideas.votes.opinion_groups import opinion_halves
from coprep.metrics._checks import whole
from coprep.metrics._streams import entropy, stream
from coprep.metrics.votes._consensus import bridging_scores
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Consensus", "consensus"]

_SURE = 0.95
_MOST_BRIDGED = 5_000
_COLUMNS: dict[str, ColumnKind] = {
    **COLUMNS,
    "idea": "text",
    "support": "number",
    "lower_bound": "number",
    "lowest_group": "text",
    "all_groups": "number",
    "broad": "truth",
    "product": "number",
    "bridging": "number",
    "bridging_alone": "number",
    "fewest_votes": "count",
}

_PHRASES = Phrases(
    more="Support for idea {idea} differs between groups of {attribute} by {effect}, from {highest} to {lowest}.",
    less="Support for idea {idea} differs between groups of {attribute} by {effect}, from {highest} to {lowest}.",
    same="Groups of {attribute} support idea {idea} about equally: at most {effect} apart.",
    open="Groups of {attribute} are {effect} apart in their support of idea {idea}.",
    innocent="An idea may touch groups differently, and people saw different ideas.",
    next_step="Before idea {idea} is put forward as common ground, talk it over with the group that supports it least.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Consensus(IdeasResult):
    """Which ideas does every group support?

    Attributes
    ----------
    rows : Table
        A row an idea, the most broadly supported first. ``support`` is its share of supporters, 0 to 1;
        ``lower_bound`` the smallest over groups of the 5% posterior quantile of support, and ``lowest_group`` where;
        ``all_groups`` the probability that more than half of every group support it, ``broad`` whether that is at
        least 0.95; ``product`` the platforms' product over groups of (yes + 1) / (seen + 2), own votes included as
        platforms do, for comparison; ``bridging`` the intercept of the matrix factorisation and ``bridging_alone``
        that without a factor, nan for ideas with too few ratings; ``effect`` the gap in points between the groups
        that support it most and least; ``fewest_votes`` the votes of the group with fewest.
    broad : int
        Ideas that are supported in every group.
    """

    broad: int = 0

    kind: ClassVar[str] = "ideas.consensus"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "support": ("Support", "percent"),
        "lower_bound": ("Support in every group, at least", "percent"),
        "all_groups": ("Chance that most of every group support it", "percent"),
        "broad": ("Supported in every group", "truth"),
        "product": ("Product over groups", "number"),
        "bridging": ("Bridging score", "number"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "idea",
        "support",
        "lower_bound",
        "all_groups",
        "broad",
        "product",
        "bridging",
        "effect",
        "p_adjusted",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "fewest_votes")
    adds_up_within: ClassVar[tuple[str, ...]] = ()
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "idea")


def consensus(
    process: Process,
    *,
    attribute: str | None = None,
    clusters: int = 2,
    prior: float = 0.5,
    bridging: bool | None = None,
    starts: int = 3,
    least_ratings: int = 10,
    threshold: float | None = None,
    material: float = 5.0,
    confidence: float = 0.95,
    draws: int = 999,
    rng: int | Generator | None = None,
) -> Consensus:
    """Which ideas does every group support, how sure is that, and on which do groups differ?

    *Estimands*: for each idea the support of the group that supports it least, as a lower bound; and the gap in points
    between the groups that support it most and least.

    Parameters
    ----------
    process : Process
        With participants and ratings.
    attribute : str, optional
        Groups from outside the votes. None finds groups of like opinion in a random half of the ideas and looks at
        them in the other half only, both ways round.
    clusters : int
        How many groups of like opinion, from 2.
    prior : float
        Both parameters of the beta prior of each group's support: 0.5 is Jeffreys', 1 is flat.
    bridging : bool, optional
        Fit the bridging factorisation too, from several starts. By default where there are at most 5,000 ratings.
    starts : int
        Random starts of that fit.
    least_ratings : int
        Ideas with fewer ratings get no bridging score: its penalties are means, so that a handful of ratings can
        pass any threshold.
    threshold : float, optional
        Scores from which, or ranks to which, a rating counts as support. By default a score above the middle.
    material : float
        A gap of fewer points does not matter.
    confidence : float
        Level of the intervals.
    draws : int
        Relabellings.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Consensus
        With the columns described there.

    Raises
    ------
    InputError
        Where tables are missing or an option is not usable.

    Notes
    -----
    *Null*: labels exchanged among people who were shown about as many ideas; the largest chi-square over ideas gives
    ``p_adjusted``.
    *Robustness*: with votes for own ideas, and by the chi-square distribution. Own votes are left out otherwise.
    Groups clustered from the very votes under test are refused a verdict; numbers that need no test are given.

    When it is fooled: few votes of a small group pull its lower bound down whatever it thinks; support is not
    intensity; people who were not asked. Memory: 25 bytes a person and idea, and 35 a vote.

    References
    ----------
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Statistical Science 16, 101-133.
    Small, C. et al. (2021). Polis: scaling deliberation by mapping high dimensional opinion spaces. RECERCA 26(2).
    Wojcik, S. et al. (2022). Birdwatch: crowd wisdom and bridging algorithms can inform understanding and reduce the
    spread of misinformation. arXiv:2210.15723.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=120, ideas=30, kind="agree", rng=1)
    >>> found = consensus(process, attribute="group", rng=1)
    >>> found.rows["idea"][:3]  # those whom the least convinced group supports most
    ('i08', 'i06', 'i20')
    """
    process.require("ratings")
    whole(least_ratings, "least_ratings", low=1)
    scale, seed, name = points(material), entropy(rng), attribute or "opinion group"
    backed = backing(process, threshold=threshold)
    everything = backing(process, threshold=threshold, own=True)
    refusal, parts = _parts(process, backed, attribute, clusters, stream(seed, "consensus: halves"))
    cases, adjusted = _cases(
        process, parts, _Asked(backed, everything, prior, draws, seed, refusal, confidence)
    )
    wanted = len(backed.person) <= _MOST_BRIDGED if bridging is None else bridging
    if wanted and cases:
        cases = _bridged(backed, cases, least_ratings, starts, stream(seed, "consensus: bridging"))
    order = sorted(
        range(len(cases)),
        key=lambda i: (-float(cases[i].extra["lower_bound"]), cases[i].extra["idea"]),
    )
    cases, adjusted = [cases[i] for i in order], [adjusted[i] for i in order]
    judged = judge(
        cases or [replace(no_group_known(name), words={"idea": ""})],
        question="consensus",
        attribute=name,
        scale=scale,
        phrases=_PHRASES,
        estimand="gap in points between the groups that support an idea most and least",
        null="labels exchanged among people who were shown about as many ideas",
        exclusions={
            "votes for own ideas": backed.own,
            "people of unknown group": _unknown(backed, parts),
        },
        p_adjusted=adjusted if cases else None,
    )
    rows = Table.from_records(judged.rows, _COLUMNS)
    broad = sum(bool(value) for value in rows["broad"])
    return Consensus(
        title=f"Support across groups, by {plainly(name)}",
        rows=rows,
        findings=judged.findings,
        notes=as_notes((*_notes(backed, attribute, parts, broad), *judged.notes)),
        settings={
            "attribute": attribute,
            "clusters": clusters if attribute is None else None,
            "prior": prior,
            "least_ratings": least_ratings,
            "material": material,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=replace(
            forest(
                scale,
                "gap between the groups that support an idea most and least (percentage points)",
                label=("idea",),
            ),
            band=(0.0, scale.high),
        ),
        broad=broad,
    )


def _parts(
    process: Process, backed: Backing, attribute: str | None, clusters: int, rng: Generator
) -> tuple[str | None, list[Part]]:
    """The ideas to look at and the groups to look at them by; or why not."""
    offered = np.bincount(backed.idea, minlength=backed.ideas) > 0
    if attribute is not None:
        grouping = grouping_of(process, attribute)
        refusal = votes_refusal(process, grouping, backed)
        return refusal, [
            Part(np.flatnonzero(offered), np.asarray(grouping.codes), grouping.groups)
        ] if grouping.groups else []
    names = tuple(f"opinion group {k + 1}" for k in range(whole(clusters, "clusters", low=2)))
    halves = opinion_halves(backed, clusters=clusters, rng=rng)
    refusal = first_refusal([enough_votes(len(backed.person))])
    return refusal, [
        Part(np.flatnonzero(half.ideas & offered), half.codes, names) for half in halves
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is the same for all ideas: votes of others, and with one's own, and how groups are compared."""

    backed: Backing
    everything: Backing
    prior: float
    draws: int
    seed: int
    refusal: str | None
    confidence: float


def _cases(
    process: Process, parts: Sequence[Part], asked: _Asked
) -> tuple[list[Case], list[float]]:
    """A case an idea, and p values adjusted over the ideas of all parts."""
    cases: list[Case] = []
    adjusted: list[float] = []
    for part in parts:
        rng = stream(asked.seed, f"consensus: {len(cases)}")
        found = agreement(asked.backed, part, prior=asked.prior, draws=asked.draws, rng=rng)
        own = agreement(asked.everything, part, prior=asked.prior, draws=0, rng=None)
        cases += [
            _case(process, found, own, j, refusal=asked.refusal, confidence=asked.confidence)
            for j in range(len(found.ideas))
        ]
        adjusted += [float(np.minimum(1.0, p * len(parts))) for p in found.p_adjusted]
    return cases, adjusted


def _unknown(backed: Backing, parts: Sequence[Part]) -> int:
    return max((int((part.codes[backed.voters] < 0).sum()) for part in parts), default=0)


def _case(
    process: Process,
    found: Agreement,
    own: Agreement,
    j: int,
    *,
    refusal: str | None,
    confidence: float,
) -> Case:
    gap = found.gap(j, confidence)
    few = (
        None
        if gap is not None
        else f"fewer than two groups have {LEAST_RATERS} people who rated it"
    )
    shown = found.shown_group(int(found.lowest[j]))
    idea = ideas_of(process).ids[int(found.ideas[j])]
    same = np.flatnonzero(own.ideas == found.ideas[j])
    most, least = (gap.most, gap.least) if gap is not None else ("", "")
    return Case(
        group=None,
        effect=gap.effect if gap is not None else Effect(),
        n_people=int(found.seen[:, j].sum()),
        n_ideas=1,
        n_effective=float(found.seen[:, j].sum()),
        n_votes=int(found.seen[:, j].sum()),
        refusal=refusal or few,
        runs=_runs(found, own, j, same),
        extra={
            "idea": idea,
            "support": found.support[j],
            "lower_bound": found.lower_bound[j],
            "lowest_group": shown,
            "all_groups": found.all_groups[j],
            "broad": bool(found.all_groups[j] >= _SURE),
            "product": own.product[same[0]] if len(same) else np.nan,
            "fewest_votes": int(found.seen[:, j].min()),
        },
        words={"idea": quote(idea), "highest": quote(most), "lowest": quote(least)},
        details={
            "position": int(found.ideas[j]),
            "lower_bound": found.lower_bound[j],
            "probability_all_groups": found.all_groups[j],
        },
    )


def _runs(found: Agreement, own: Agreement, j: int, same: Ints) -> tuple[Run, ...]:
    runs = [Run("by the chi-square distribution", found.spread(j), float(found.p_chi2[j]))]
    if len(same):
        runs.append(
            Run("with votes for own ideas", own.spread(int(same[0])), float(own.p_chi2[same[0]]))
        )
    return tuple(runs)


def _bridged(
    backed: Backing, cases: Sequence[Case], least: int, starts: int, rng: Generator
) -> list[Case]:
    """The cases with the intercepts of ideas that have enough ratings."""
    whole_ = backed.complete()
    found = bridging_scores(
        whole_.person, whole_.idea, whole_.yes.astype(float), starts=starts, rng=rng
    )
    enough = found.ratings >= least
    scores = [
        np.where(enough, values, np.nan) for values in (found.intercept, found.without_factor)
    ]
    return [
        replace(
            case, extra={**case.extra, "bridging": scores[0][j], "bridging_alone": scores[1][j]}
        )
        for case in cases
        for j in (int(case.details["position"]),)
    ]


def _notes(backed: Backing, attribute: str | None, parts: Sequence[Part], broad: int) -> list[str]:
    ideas = sum(len(part.ideas) for part in parts)
    have = "has" if broad == 1 else "have"
    head = (
        f"{broad:,} of {count_of(ideas, 'idea')} {have} more than half of every group behind them, with 95% "
        f"probability; support means {backed.rule}."
    )
    notes = [head]
    if attribute is None:
        notes.append(
            "Groups were found in one half of the ideas and looked at in the other; the halves' groups differ."
        )
    if backed.own:
        notes.append(f"{count_of(backed.own, 'vote')} for own ideas are left out.")
    unknown = _unknown(backed, parts)
    if unknown:
        notes.append(
            f"{count_of(unknown, 'voter')} of unknown group count in the overall support only."
        )
    small = sorted({name for part in parts for name, n in part.sizes(backed) if n < LEAST_SHOWN})
    if small:
        notes.append(
            f"{count_of(len(small), 'group')} of fewer than {LEAST_SHOWN} people are not named."
        )
    return notes
