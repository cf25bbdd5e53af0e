"""Knows whose stated priorities were taken up in what was adopted, and in what was delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.judging.common import (
    COLUMNS,
    Case,
    Effect,
    IdeasResult,
    Phrases,
    Run,
    effective_number,
    forest,
    judge,
    quote,
    ratio,
)
from coprep.ideas.judging.counted import fewest_authors
from coprep.ideas.judging.gates import LEAST_RATERS, enough_groups, first_refusal
from coprep.ideas.voices.lift import Lift, lifts, ratio_to_share
from coprep.ideas.votes.backing import (
    few_people,
    grouping_of,
    ideas_of,
    lead_authors,
    no_group_known,
)
from coprep.metrics._streams import entropy, stream
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.coded import Ideas
    from coprep.data.process.coded import Priorities as Stated
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Priorities", "priorities"]

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
    more="What was {stage} went to the stated priorities of people in {group} {effect} as much as to those of "
    "people on average.",
    less="What was {stage} went to the stated priorities of people in {group} only {effect} as much as to those of "
    "people on average.",
    same="What was {stage} went to the stated priorities of people in {group} about as much as to those of people on "
    "average: {effect}.",
    open="What was {stage} went to the stated priorities of people in {group} {effect} as much as to those of people "
    "on average.",
    innocent="Some priorities lie outside what this process could decide, are costly, or take longer to deliver.",
    next_step="Tell people in {group} which of their priorities were taken up, which were not, and why.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Priorities(IdeasResult):
    """Whose stated priorities were taken up?

    Attributes
    ----------
    rows : Table
        A row a group and stage ("adopted", "delivered"). ``effect`` is the ratio of the group's mean attention to
        that of all; ``attention`` that mean, from 0 to 1: how much of what was adopted lies on a person's
        priorities; ``taken_up`` the mean share of a person's priorities on which anything was adopted.
    topics : Table
        Share of all priorities, of what was adopted and of what was delivered, by topic, and how many ideas those were;
        ``n_authors`` are the authors of all, of the adopted or of the delivered ideas, whichever are fewest.
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

    *Estimand*: a person's priorities are shares over topics that add up to 1; what was adopted is shared over the
    same topics; their product, summed over topics, is the attention the person got. A group's mean attention by
    that of all people who stated priorities.

    Parameters
    ----------
    process : Process
        With participants, priorities (person, topic, value: higher matters more) and ideas with topics.
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
    *Null*: labels exchanged among people, given the topics that were adopted. It does not say that the choice of
    topics was a lottery: with three topics, chance alone can favour a group's wishes. *Robustness*: every topic a
    person named counted the same; people of known group only; adopted ideas weighed the other way, by number or by
    cost where costs are known.

    When it is fooled: topics too coarse hide that an adopted idea serves others; priorities written by staff; a
    process that could not decide on some topics.

    References
    ----------
    Jones, B. D. & Baumgartner, F. R. (2004). Representation and agenda setting. Policy Studies Journal 32, 1-24.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=200, priorities=0.5, rng=1)
    >>> found = priorities(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 0.92), ('south', 1.12)]
    """
    asked = _prepare(process, attribute, weigh)
    scale, seed = ratio(band), entropy(rng)
    cases, adjusted = [], []
    for stage, share in asked.shares.items():
        held = asked.wish @ share
        found = lifts(
            held,
            asked.codes,
            len(asked.groups),
            draws=draws,
            rng=stream(seed, f"priorities: {stage}"),
        )
        cases += [
            _case(asked, k, stage=stage, held=held, found=found, confidence=confidence)
            for k in range(len(asked.groups))
        ]
        adjusted += [float(np.minimum(1.0, p * len(asked.shares))) for p in found.p_adjusted]
    judged = judge(
        cases or [no_group_known(attribute)],
        question="priorities",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="mean attention to a group's stated priorities by that of all people",
        null="labels exchanged among people, given what was adopted",
        exclusions=asked.exclusions,
        p_adjusted=adjusted if cases else None,
    )
    return Priorities(
        title=f"Whose stated priorities were taken up, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, _COLUMNS),
        findings=judged.findings,
        notes=as_notes((*asked.notes, *judged.notes)),
        settings={
            "attribute": attribute,
            "weigh": weigh,
            "band": band,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(
            scale, "attention to the group's priorities by that to all (ratio)", panel="stage"
        ),
        topics=_topics(asked),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """People's wishes over topics (rows add to 1) and what was adopted and delivered, over the same topics."""

    groups: tuple[str, ...]
    codes: Ints
    topics: tuple[str, ...]
    wish: Floats
    shares: Mapping[str, Floats]
    others: Mapping[str, Floats]
    other: str
    counts: Mapping[str, Ints]
    authors: Ints
    refusal: str | None
    exclusions: Mapping[str, int]
    notes: tuple[str, ...]


def _prepare(process: Process, attribute: str, weigh: str) -> _Asked:
    process.require("participants", "ideas", "priorities")
    if weigh not in ("cost", "count"):
        raise InputError.choice("weigh", weigh, ("cost", "count"))
    stated, ideas, grouping = _stated(process), ideas_of(process), grouping_of(process, attribute)
    people, wish, empty = _wishes(stated)
    place = np.array(
        [stated.topics.index(t) if t in stated.topics else -1 for t in ideas.topics], dtype=np.intp
    )
    topic = np.where(ideas.topic >= 0, place[ideas.topic] if len(place) else -1, -1)
    stages, n = _stages(ideas, topic), len(stated.topics)
    shares = {stage: _shared(ideas, topic, n, kept, weigh) for stage, kept in stages.items()}
    other = "count" if weigh == "cost" else "cost"
    if np.isnan(shares["adopted"]).any():
        raise InputError.of(
            "no adopted idea has a cost.", code="missing", param="cost", hint='pass weigh="count".'
        )
    codes = np.asarray(grouping.codes)[people]
    sizes = np.bincount(codes[codes >= 0], minlength=len(grouping.groups))
    apart = sorted(set(ideas.topics) - set(stated.topics))
    said = [f"{count_of(int((ideas.topic < 0).sum()), 'idea')} without a topic are left out."]
    said = said if (ideas.topic < 0).any() else []
    if apart:
        said.append(
            f"Nobody could state a priority on {listed(apart)}; ideas there count as nobody's priority."
        )
    if (codes < 0).any():
        who = count_of(int((codes < 0).sum()), "person", "people")
        said.append(f"{who} of unknown {quote(attribute)} count among all people and in no group.")
    return _Asked(
        groups=grouping.groups,
        codes=codes,
        topics=stated.topics,
        wish=wish,
        shares=shares,
        others={stage: _shared(ideas, topic, n, kept, other) for stage, kept in stages.items()},
        other=other,
        counts={
            name: _count(topic, stages.get(name, np.zeros(len(ideas), dtype=np.bool_)), n)
            for name in ("adopted", "delivered")
        }
        | {"ideas": _count(topic, (ideas.merged_into < 0) & (topic >= 0), n)},
        authors=_authors(lead_authors(process), topic, n, ideas.merged_into < 0, *stages.values()),
        refusal=first_refusal([enough_groups(sizes, who="people", least=LEAST_RATERS)]),
        exclusions={
            "people without a stated priority": len(process.people) - len(people),
            "people whose values are all 0": empty,
            "ideas without a topic": int((ideas.topic < 0).sum()),
        },
        notes=tuple(said),
    )


def _stated(process: Process) -> Stated:
    found = process.priorities
    if found is None:
        raise InputError.of(
            "this process has no priorities.", code="missing_table", param="priorities"
        )
    return found


def _wishes(stated: Stated) -> tuple[Ints, Floats, int]:
    """People with a priority above 0, their wishes as shares over topics, and how many said only 0."""
    everyone, row = np.unique(stated.person, return_inverse=True)
    table = np.zeros((len(everyone), len(stated.topics)))
    np.add.at(table, (row, stated.topic), np.maximum(np.nan_to_num(stated.value), 0.0))
    keep = table.sum(axis=1) > 0
    return everyone[keep], table[keep] / table[keep].sum(axis=1, keepdims=True), int((~keep).sum())


def _stages(ideas: Ideas, topic: Ints) -> dict[str, Bools]:
    """Which ideas with a topic were adopted, and which delivered."""
    own = (ideas.merged_into < 0) & (topic >= 0)
    delivered = np.array(
        [(status or "").casefold() == "delivered" for status in ideas.status], dtype=np.bool_
    )
    stages = {"adopted": own & (ideas.adopted == 1), "delivered": own & delivered}
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
    worth = np.where(kept, 1.0 if weigh == "count" else np.nan_to_num(ideas.cost), 0.0)
    total = worth.sum()
    sums = np.bincount(topic[kept], weights=worth[kept], minlength=topics)
    return np.asarray(sums / total if total > 0 else np.full(topics, np.nan))


def _count(topic: Ints, kept: Bools, topics: int) -> Ints:
    return np.bincount(topic[kept & (topic >= 0)], minlength=topics)


def _authors(lead: Ints, topic: Ints, topics: int, *which: Bools) -> Ints:
    """Per topic the authors of those ideas of its that come from fewest."""
    each = [fewest_authors(lead, *(rows & (topic == t) for rows in which)) for t in range(topics)]
    return np.array(each, dtype=np.intp)


def _case(
    asked: _Asked, k: int, *, stage: str, held: Floats, found: Lift, confidence: float
) -> Case:
    members = asked.codes == k
    n, share = int(members.sum()), asked.shares[stage]
    taken = asked.wish[:, share > 0].sum(axis=1)
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
        n_ideas=int(asked.counts[stage].sum()),
        n_effective=effective_number(held[members]),
        refusal=asked.refusal
        or few_people(n, LEAST_RATERS, "person with a priority", "people with priorities"),
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
    named = (asked.wish > 0) / (asked.wish > 0).sum(axis=1, keepdims=True)
    known, share, other = asked.codes >= 0, asked.shares[stage], asked.others[stage]
    runs = (
        Run(
            "with every priority a person named counted the same",
            _ratio(named @ share, asked.codes, k),
        ),
        Run("among people of known group", _ratio(held[known], asked.codes[known], k)),
    )
    if np.isnan(other).any():
        return runs
    return (
        *runs,
        Run(
            f"with adopted ideas weighed by {asked.other}",
            _ratio(asked.wish @ other, asked.codes, k),
        ),
    )


def _ratio(held: Floats, codes: Ints, k: int) -> float:
    return float(ratio_to_share(held, codes, k + 1)[k]) if held.any() else float("nan")


def _topics(asked: _Asked) -> Table:
    nothing = np.zeros(len(asked.topics))
    wanted = asked.wish.mean(axis=0) if len(asked.wish) else nothing
    return Table(
        {
            "topic": asked.topics,
            "priority": wanted,
            "adopted": asked.shares.get("adopted", nothing),
            "delivered": asked.shares.get("delivered", nothing * np.nan),
            "n_ideas": asked.counts["ideas"],
            "n_adopted": asked.counts["adopted"],
            "n_delivered": asked.counts["delivered"],
            "n_authors": asked.authors,
        },
        _TOPICS,
    )
