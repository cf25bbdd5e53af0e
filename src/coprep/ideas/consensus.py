"""Ask which ideas have support in every group, and on which ideas groups differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.findings import Note
from coprep.ideas._judging.effects import Effect, Run, points
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_votes,
    no_group_known,
    noted,
)
from coprep.ideas._judging.judge import COLUMNS, LEAST_SHOWN, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.agreement import Agreement, Part, agreement
from coprep.ideas._votes.opinion_groups import opinion_halves
from coprep.ideas._votes.support import (
    Support,
    grouping_of,
    ideas_of,
    read_support,
    votes_refusal,
)
from coprep.metrics._checks import whole
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.votes._consensus import bridging_scores
from coprep.table import ColumnKind
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats

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
    more="Support for idea {idea} differs between groups of {attribute} by {effect}, from "
    "{highest} to {lowest}.",
    less="Support for idea {idea} differs between groups of {attribute} by {effect}, from "
    "{highest} to {lowest}.",
    same="Groups of {attribute} support idea {idea} about equally: at most {effect} apart.",
    open="Groups of {attribute} are {effect} apart in their support of idea {idea}.",
    innocent="An idea may touch groups differently, and people saw different ideas.",
    next_step="Before idea {idea} is put forward as common ground, talk it over with the group "
    "that supports it least.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Consensus(IdeasResult):
    """Which ideas does every group support?

    Attributes
    ----------
    rows : Table
        A row an idea, the most broadly supported first. ``support`` is its share of supporters, 0
        to 1; ``lower_bound`` the smallest over groups of the 5% posterior quantile of support, and
        ``lowest_group`` where; ``all_groups`` the probability that more than half of every group
        support it, ``broad`` whether that is at least 0.95; ``product`` the platforms' product over
        groups of (yes + 1) / (seen + 2), own votes included as platforms do, for comparison;
        ``bridging`` the intercept of the matrix factorisation and ``bridging_alone`` that without a
        factor, nan for ideas with too few ratings; ``effect`` the gap in points between the groups
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

    *Estimands*: for each idea the support of the group that supports it least, as a lower bound;
    and the gap in points between the groups that support it most and least.

    Parameters
    ----------
    process : Process
        With participants and ratings.
    attribute : str, optional
        Groups from outside the votes. None finds groups of like opinion in a random half of the
        ideas and looks at them in the other half only, both ways round.
    clusters : int
        How many groups of like opinion, from 2.
    prior : float
        Both parameters of the beta prior of each group's support: 0.5 is Jeffreys', 1 is flat.
    bridging : bool, optional
        Fit the bridging factorisation too, from several starts. By default where there are at most
        5,000 ratings.
    starts : int
        Random starts of that fit.
    least_ratings : int
        Ideas with fewer ratings get no bridging score: its penalties are means, so that a handful
        of ratings can pass any threshold.
    threshold : float, optional
        Scores from which, or ranks to which, a rating counts as support. By default a score above
        the middle.
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
    *Null*: labels exchanged among people who were shown about as many ideas; the largest chi-square
    over ideas gives ``p_adjusted``. *Robustness*: with votes for own ideas, and by the chi-square
    distribution. Own votes are left out otherwise. Groups clustered from the very votes under test
    are refused a verdict; numbers that need no test are given.

    When it is fooled: few votes of a small group pull its lower bound down whatever it thinks;
    support is not intensity; people who were not asked. Memory: 25 bytes a person and idea, and 35
    a vote.

    References
    ----------
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Statistical Science 16, 101-133. Small, C. et
    al. (2021). Polis: scaling deliberation by mapping high dimensional opinion spaces. RECERCA
    26(2). Wojcik, S. et al. (2022). Birdwatch: crowd wisdom and bridging algorithms can inform
    understanding and reduce the spread of misinformation. arXiv:2210.15723.

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
    scale = points(material)
    seed = seed_of(rng)
    name = attribute or "opinion group"
    support = read_support(process, threshold=threshold)
    with_own = read_support(process, threshold=threshold, own=True)
    halves_rng = stream(seed, "consensus: halves")
    refusal, parts = _parts(process, support, attribute, clusters, halves_rng)
    cases: list[Case] = []
    adjusted: list[float] = []
    for part in parts:
        part_rng = stream(seed, f"consensus: {len(cases)}")
        found = agreement(support, part, prior=prior, draws=draws, rng=part_rng)
        own = agreement(with_own, part, prior=prior, draws=0, rng=None)
        for j in range(len(found.ideas)):
            cases.append(_case(process, found, own, j, refusal=refusal, confidence=confidence))
            adjusted.append(float(np.minimum(1.0, found.p_adjusted[j] * len(parts))))
    if bridging is None:
        bridging = len(support.person) <= _MOST_BRIDGED
    if bridging and cases:
        bridging_rng = stream(seed, "consensus: bridging")
        cases = _bridged(support, cases, least_ratings, starts, bridging_rng)
    # the most broadly supported first
    order = sorted(
        range(len(cases)),
        key=lambda i: (-float(cases[i].extra["lower_bound"]), cases[i].extra["idea"]),
    )
    judged = judge(
        [cases[i] for i in order],
        question="consensus",
        attribute=name,
        scale=scale,
        phrases=_PHRASES,
        estimand="gap in points between the groups that support an idea most and least",
        null="labels exchanged among people who were shown about as many ideas",
        exclusions={
            "votes for own ideas": support.own,
            "people of unknown group": _unknown(support, parts),
        },
        p_adjusted=[adjusted[i] for i in order],
        nobody=no_group_known(name, idea=""),
    )
    rows = judged.table(_COLUMNS)
    broad = sum(bool(value) for value in rows["broad"])
    axis = "gap between the groups that support an idea most and least (percentage points)"
    return Consensus(
        title=f"Support across groups, by {plainly(name)}",
        rows=rows,
        findings=judged.findings,
        notes=(*_notes(support, attribute, parts, broad), *judged.notes),
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
        picture=replace(forest(scale, axis, label=("idea",)), band=(0.0, scale.high)),
        broad=broad,
    )


def _parts(
    process: Process, support: Support, attribute: str | None, clusters: int, rng: Generator
) -> tuple[str | None, list[Part]]:
    """Why groups cannot be compared, or None; and the ideas with the groups to look at them by."""
    offered = np.bincount(support.idea, minlength=support.ideas) > 0
    if attribute is not None:
        grouping = grouping_of(process, attribute)
        refusal = votes_refusal(process, grouping, support)
        if not grouping.groups:
            return refusal, []
        part = Part(np.flatnonzero(offered), np.asarray(grouping.codes), grouping.groups)
        return refusal, [part]
    names = tuple(f"opinion group {k + 1}" for k in range(whole(clusters, "clusters", low=2)))
    halves = opinion_halves(support, clusters=clusters, rng=rng)
    parts = [Part(np.flatnonzero(half.ideas & offered), half.codes, names) for half in halves]
    return enough_votes(len(support.person)).refusal, parts


def _unknown(support: Support, parts: Sequence[Part]) -> int:
    """People who voted and are of no known group."""
    return max((int((part.codes[support.voters] < 0).sum()) for part in parts), default=0)


def _case(
    process: Process,
    found: Agreement,
    own: Agreement,
    j: int,
    *,
    refusal: str | None,
    confidence: float,
) -> Case:
    """One idea; ``own`` is the same with votes for own ideas."""
    idea = ideas_of(process).ids[int(found.ideas[j])]
    answered = int(found.seen[:, j].sum())
    same = np.flatnonzero(own.ideas == found.ideas[j])
    gap = found.gap(j, confidence)
    effect = Effect()
    ends = {"highest": show(""), "lowest": show("")}
    if gap is None:
        refusal = refusal or f"fewer than two groups have {LEAST_RATERS} people who rated it"
    else:
        effect = gap.effect
        ends = {"highest": show(gap.most), "lowest": show(gap.least)}
    runs = [Run("by the chi-square distribution", found.spread(j), float(found.p_chi2[j]))]
    product = float("nan")
    if len(same):
        i = int(same[0])
        product = float(own.product[i])
        runs.append(Run("with votes for own ideas", own.spread(i), float(own.p_chi2[i])))
    return Case(
        group=None,
        effect=effect,
        n_people=answered,
        n_ideas=1,
        n_effective=float(answered),
        n_votes=answered,
        refusal=refusal,
        runs=tuple(runs),
        extra={
            "idea": idea,
            "support": found.support[j],
            "lower_bound": found.lower_bound[j],
            "lowest_group": found.shown_group(int(found.lowest[j])),
            "all_groups": found.all_groups[j],
            "broad": bool(found.all_groups[j] >= _SURE),
            "product": product,
            "fewest_votes": int(found.seen[:, j].min()),
        },
        words={"idea": show(idea), **ends},
        details={
            "position": int(found.ideas[j]),
            "lower_bound": found.lower_bound[j],
            "probability_all_groups": found.all_groups[j],
        },
    )


def _bridged(
    support: Support, cases: Sequence[Case], least: int, starts: int, rng: Generator
) -> list[Case]:
    """The cases with the intercepts of ideas that have enough ratings."""
    full = support.complete()
    yes = full.yes.astype(float)
    found = bridging_scores(full.person, full.idea, yes, starts=starts, rng=rng)

    def known(values: Floats, position: int) -> float:
        return float(values[position]) if found.ratings[position] >= least else float("nan")

    with_scores = []
    for case in cases:
        position = int(case.details["position"])
        scores = {
            "bridging": known(found.intercept, position),
            "bridging_alone": known(found.without_factor, position),
        }
        with_scores.append(replace(case, extra={**case.extra, **scores}))
    return with_scores


def _notes(
    support: Support, attribute: str | None, parts: Sequence[Part], broad: int
) -> tuple[Note, ...]:
    """What is behind the answer, and what was left out."""
    ideas = sum(len(part.ideas) for part in parts)
    have = "has" if broad == 1 else "have"
    broadly = Note(
        "broad_support",
        f"{broad:,} of {count_of(ideas, 'idea')} {have} more than half of every group behind them, "
        f"with 95% probability; support means {support.rule}.",
        {"broad": broad, "ideas": ideas, "support": support.rule},
    )
    halves = Note(
        "halves",
        "Groups were found in one half of the ideas and looked at in the other; the halves' groups "
        "differ.",
    )
    own = Note(
        "self_votes",
        f"{count_of(support.own, 'vote')} for own ideas are left out.",
        {"votes": support.own},
    )
    unknown = _unknown(support, parts)
    strangers = Note(
        "unknown_group",
        f"{count_of(unknown, 'voter')} of unknown group count in the overall support only.",
        {"voters": unknown},
    )
    small = {
        name
        for part in parts
        for name, n in zip(part.groups, part.sizes(support), strict=True)
        if n < LEAST_SHOWN
    }
    unnamed = Note(
        "small_groups",
        f"{count_of(len(small), 'group')} of fewer than {LEAST_SHOWN} people are not named.",
        {"groups": len(small), "least": LEAST_SHOWN},
    )
    return noted(
        broadly,
        halves if attribute is None else None,
        own if support.own else None,
        strangers if unknown else None,
        unnamed if small else None,
    )
