"""Ask whose stated priorities were taken up in what was adopted, and in what was delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.effects import Effect, Run, effective_number, ratio
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_groups,
    few_people,
    fewest_authors,
    no_group_known,
    noted,
)
from coprep.ideas._judging.judge import COLUMNS, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._participation.share_ratio import ShareRatios, ratio_to_share, share_ratios
from coprep.ideas._votes.support import grouping_of, ideas_of, lead_authors
from coprep.metrics._streams import seed_of, stream
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Ideas
    from coprep.data.process.coded import Priorities as Stated
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

_COLUMNS: dict[str, ColumnKind] = {
    **COLUMNS,
    "stage": "text",
    "attention": "number",
    "attention_all": "number",
    "taken_up": "number",
    "taken_up_all": "number",
    "null_low": "number",
    "null_high": "number",
}
_TOPICS: dict[str, ColumnKind] = {
    "topic": "text",
    "priority": "number",
    "adopted": "number",
    "delivered": "number",
    "n_ideas": "count",
    "n_adopted": "count",
    "n_delivered": "count",
    "n_authors": "count",
}

_PHRASES = Phrases(
    more="What was {stage} went to the stated priorities of people in {group} {effect} as much "
    "as to those of people on average.",
    less="What was {stage} went to the stated priorities of people in {group} only {effect} as "
    "much as to those of people on average.",
    same="What was {stage} went to the stated priorities of people in {group} about as much as "
    "to those of people on average: {effect}.",
    open="What was {stage} went to the stated priorities of people in {group} {effect} as much "
    "as to those of people on average.",
    innocent="Some priorities lie outside what this process could decide, are costly, or take "
    "longer to deliver.",
    next_step="Tell people in {group} which of their priorities were taken up, which were not, "
    "and why.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Priorities(IdeasResult):
    """Whose stated priorities were taken up?

    Attributes
    ----------
    rows : Table
        A row a group and stage ("adopted", "delivered"). ``effect`` is the ratio of the group's
        mean attention to that of all; ``attention`` that mean, from 0 to 1: how much of what was
        adopted lies on a person's priorities; ``taken_up`` the mean share of a person's priorities
        on which anything was adopted.
    topics : Table
        Share of all priorities, of what was adopted and of what was delivered, by topic, and how
        many ideas those were; ``n_authors`` are the authors of all, of the adopted or of the
        delivered ideas, whichever are fewest.
    """

    topics: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.priorities"
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "stage",
        "n_people",
        "effect",
        "low",
        "high",
        "taken_up",
        "p_adjusted",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = (
        *IdeasResult.count_columns,
        "n_adopted",
        "n_delivered",
    )
    adds_up_within: ClassVar[tuple[str, ...]] = ("attribute", "stage")
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "stage", "topic")


def priorities(
    process: Process,
    *,
    attribute: str,
    weigh: Literal["cost", "count"] = "count",
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Priorities:
    """Whose stated priorities were taken up in what was adopted, and in what was delivered?

    *Estimand*: a person's priorities are shares over topics that add up to 1; what was adopted is
    shared over the same topics; their product, summed over topics, is the attention the person got.
    A group's mean attention by that of all people who stated priorities.

    Parameters
    ----------
    process : Process
        With participants, priorities (person, topic, value: higher matters more) and ideas with
        topics.
    attribute : str
        The participants' attribute.
    weigh : {"cost", "count"}
        Share adopted ideas over topics by their cost or by their number.
    band : (float, float)
        Ratios that do not matter.
    confidence : float
        Level of the intervals.
    draws : int
        Relabellings.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Priorities
        With the columns described there.

    Raises
    ------
    InputError
        Where tables are missing, nothing was adopted, or no idea has a topic.

    Notes
    -----
    *Null*: labels exchanged among people, given the topics that were adopted. It does not say that
    the choice of topics was a lottery: with three topics, chance alone can favour a group's wishes.
    *Robustness*: every topic a person named counted the same; people of known group only; adopted
    ideas weighed the other way, by number or by cost where costs are known.

    When it is fooled: topics too coarse hide that an adopted idea serves others; priorities written
    by staff; a process that could not decide on some topics.

    References
    ----------
    Jones, B. D. & Baumgartner, F. R. (2004). Representation and agenda setting. Policy Studies
    Journal 32, 1-24.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=200, priorities=0.5, rng=1)
    >>> found = priorities(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 0.92), ('south', 1.12)]
    """
    asked = _prepare(process, attribute, weigh)
    scale = ratio(band)
    seed = seed_of(rng)
    groups = len(asked.groups)
    cases: list[Case] = []
    adjusted: list[float] = []
    for stage, share in asked.shares.items():
        held = asked.wish @ share
        stage_rng = stream(seed, f"priorities: {stage}")
        found = share_ratios(held, asked.codes, groups, draws=draws, rng=stage_rng)
        for k in range(groups):
            cases.append(_case(asked, k, stage, held, found, confidence))
            adjusted.append(float(np.minimum(1.0, found.p_adjusted[k] * len(asked.shares))))
    judged = judge(
        cases,
        question="priorities",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="mean attention to a group's stated priorities by that of all people",
        null="labels exchanged among people, given what was adopted",
        exclusions=asked.exclusions,
        p_adjusted=adjusted,
        nobody=no_group_known(attribute),
    )
    axis = "attention to the group's priorities by that to all (ratio)"
    return Priorities(
        title=f"Whose stated priorities were taken up, by {plainly(attribute)}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*asked.notes, *judged.notes),
        settings={
            "attribute": attribute,
            "weigh": weigh,
            "band": band,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, axis, panel="stage"),
        topics=asked.topics,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """People's wishes over topics, and what was adopted and delivered over the same topics."""

    groups: tuple[str, ...]
    codes: Ints
    wish: Floats  # (people, topics)
    shares: Mapping[str, Floats]  # by stage, over topics
    others: Mapping[str, Floats]  # the same weighed the other way
    other: str  # which way
    ideas: Mapping[str, int]  # by stage
    topics: Table
    refusal: str | None
    exclusions: Mapping[str, int]
    notes: tuple[Note, ...]


def _prepare(process: Process, attribute: str, weigh: str) -> _Asked:
    """Read wishes and what became of them."""
    process.require("participants", "ideas", "priorities")
    if weigh not in ("cost", "count"):
        raise InputError.choice("weigh", weigh, ("cost", "count"))
    stated = process.priorities
    if stated is None:
        raise InputError.of(
            "this process has no priorities.", code="missing_table", param="priorities"
        )
    ideas = ideas_of(process)
    grouping = grouping_of(process, attribute)
    people, wish, empty = _wishes(stated)
    place = {topic: t for t, topic in enumerate(stated.topics)}
    of_stated = np.array([place.get(topic, -1) for topic in ideas.topics] + [-1], dtype=np.intp)
    topic = of_stated[ideas.topic]  # the last is that of ideas without a topic
    stages = _stages(ideas, topic)
    n = len(stated.topics)
    shares = {stage: _shared(ideas, topic, n, kept, weigh) for stage, kept in stages.items()}
    other = "count" if weigh == "cost" else "cost"
    if np.isnan(shares["adopted"]).any():
        raise InputError.of(
            "no adopted idea has a cost.", code="missing", param="cost", hint='pass weigh="count".'
        )
    codes = np.asarray(grouping.codes)[people]
    sizes = np.bincount(codes[codes >= 0], minlength=len(grouping.groups))
    topicless = int((ideas.topic < 0).sum())
    apart = sorted(set(ideas.topics) - set(stated.topics))
    return _Asked(
        groups=grouping.groups,
        codes=codes,
        wish=wish,
        shares=shares,
        others={stage: _shared(ideas, topic, n, kept, other) for stage, kept in stages.items()},
        other=other,
        ideas={stage: int(kept.sum()) for stage, kept in stages.items()},
        topics=_topics(process, stated, topic, stages, wish, shares),
        refusal=enough_groups(sizes, who="people", least=LEAST_RATERS).refusal,
        exclusions={
            "people without a stated priority": len(process.people) - len(people),
            "people whose values are all 0": empty,
            "ideas without a topic": topicless,
        },
        notes=_notes(attribute, apart, topicless=topicless, unknown=int((codes < 0).sum())),
    )


def _notes(attribute: str, apart: list[str], *, topicless: int, unknown: int) -> tuple[Note, ...]:
    """What was left out."""
    without = Note(
        "without_topic",
        f"{count_of(topicless, 'idea')} without a topic are left out.",
        {"ideas": topicless},
    )
    unasked = Note(
        "topics_nobody_could_state",
        f"Nobody could state a priority on {listed(apart)}; ideas there count as nobody's "
        "priority.",
        {"topics": apart},
    )
    strangers = Note(
        "unknown_group",
        f"{count_of(unknown, 'person', 'people')} of unknown {show(attribute)} count among all "
        "people and in no group.",
        {"people": unknown, "attribute": attribute},
    )
    return noted(
        without if topicless else None, unasked if apart else None, strangers if unknown else None
    )


def _wishes(stated: Stated) -> tuple[Ints, Floats, int]:
    """People with a priority above 0, their wishes as shares, and how many said only 0."""
    everyone, row = np.unique(stated.person, return_inverse=True)
    table = np.zeros((len(everyone), len(stated.topics)))
    np.add.at(table, (row, stated.topic), np.maximum(np.nan_to_num(stated.value), 0.0))
    total = table.sum(axis=1, keepdims=True)
    keep = total[:, 0] > 0
    return everyone[keep], table[keep] / total[keep], int((~keep).sum())


def _stages(ideas: Ideas, topic: Ints) -> dict[str, Bools]:
    """Which ideas with a topic were adopted, and which delivered."""
    own = (ideas.merged_into < 0) & (topic >= 0)
    delivered = [(status or "").casefold() == "delivered" for status in ideas.status]
    stages = {
        "adopted": own & (ideas.adopted == 1),
        "delivered": own & np.array(delivered, dtype=np.bool_),
    }
    if not stages["adopted"].any():
        raise InputError.of(
            "no idea with a topic has been adopted, so no priority can have been taken up.",
            code="nothing_adopted",
            param="ideas",
            hint="the ideas table needs 'topic', and 'adopted' or 'status'.",
        )
    return {stage: kept for stage, kept in stages.items() if kept.any()}


def _shared(ideas: Ideas, topic: Ints, topics: int, kept: Bools, weigh: str) -> Floats:
    """What was kept as shares over topics, by number or by cost; nan where no cost is known."""
    worth = np.ones(len(topic)) if weigh == "count" else np.nan_to_num(ideas.cost)
    sums = np.bincount(topic[kept], weights=worth[kept], minlength=topics)
    total = worth[kept].sum()
    return np.asarray(sums / total if total > 0 else np.full(topics, np.nan))


def _case(
    asked: _Asked, k: int, stage: str, held: Floats, found: ShareRatios, confidence: float
) -> Case:
    """One group at one stage; ``held`` is the attention each person got."""
    members = asked.codes == k
    n = int(members.sum())
    taken = asked.wish[:, asked.shares[stage] > 0].sum(axis=1)
    few = few_people(n, LEAST_RATERS, "person with a priority", "people with priorities")
    return Case(
        group=asked.groups[k],
        effect=Effect.from_se(
            float(found.ratio[k]),
            float(found.se_log[k]),
            p_value=float(found.p_value[k]),
            df=max(n - 1, 1),
            confidence=confidence,
            log=True,
            method="linearised over people",
        ),
        n_people=n,
        n_ideas=asked.ideas[stage],
        n_effective=effective_number(held[members]),
        refusal=asked.refusal or few,
        runs=_runs(asked, stage, held, k),
        extra={
            "stage": stage,
            "attention": held[members].mean() if n else np.nan,
            "attention_all": held.mean(),
            "taken_up": taken[members].mean() if n else np.nan,
            "taken_up_all": taken.mean(),
            "null_low": found.null_low[k],
            "null_high": found.null_high[k],
        },
        words={"stage": stage},
    )


def _runs(asked: _Asked, stage: str, held: Floats, k: int) -> tuple[Run, ...]:
    """Every priority counted the same, known groups only, and ideas weighed the other way."""

    def compared(held: Floats, codes: Ints) -> float:
        return float(ratio_to_share(held, codes, k + 1)[k]) if held.any() else float("nan")

    named = (asked.wish > 0) / (asked.wish > 0).sum(axis=1, keepdims=True)
    equal = compared(named @ asked.shares[stage], asked.codes)
    known = asked.codes >= 0
    runs = [
        Run("with every priority a person named counted the same", equal),
        Run("among people of known group", compared(held[known], asked.codes[known])),
    ]
    other = asked.others[stage]
    if not np.isnan(other).any():
        name = f"with adopted ideas weighed by {asked.other}"
        runs.append(Run(name, compared(asked.wish @ other, asked.codes)))
    return tuple(runs)


def _topics(
    process: Process,
    stated: Stated,
    topic: Ints,
    stages: Mapping[str, Bools],
    wish: Floats,
    shares: Mapping[str, Floats],
) -> Table:
    """What was wished, adopted and delivered by topic, and how many ideas and authors that is."""
    ideas = ideas_of(process)
    lead = lead_authors(process)
    n = len(stated.topics)
    own = ideas.merged_into < 0
    nothing = np.zeros(n)

    def count(kept: Bools | None) -> Ints:
        rows = np.zeros(0, dtype=np.intp) if kept is None else topic[kept & (topic >= 0)]
        return np.bincount(rows, minlength=n)

    sets = (own, *stages.values())
    authors = [fewest_authors(lead, *(rows & (topic == t) for rows in sets)) for t in range(n)]
    return Table(
        {
            "topic": stated.topics,
            "priority": wish.mean(axis=0) if len(wish) else nothing,
            "adopted": shares.get("adopted", nothing),
            "delivered": shares.get("delivered", nothing * np.nan),
            "n_ideas": count(own),
            "n_adopted": count(stages.get("adopted")),
            "n_delivered": count(stages.get("delivered")),
            "n_authors": authors,
        },
        _TOPICS,
    )
