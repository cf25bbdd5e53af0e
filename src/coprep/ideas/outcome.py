"""Ask whose support the adopted ideas carry, and who supports none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._decisions.proportionality import Proportionality, proportionality
from coprep.ideas._judging.effects import Effect, Run, effective_number, ratio
from coprep.ideas._judging.eligibility import LEAST_RATERS, few_people, no_group_known, noted
from coprep.ideas._judging.judge import COLUMNS, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._participation.share_ratio import ShareRatios, share_ratios
from coprep.ideas._votes.support import (
    Support,
    activity_strata,
    grouping_of,
    ideas_of,
    read_support,
    votes_refusal,
)
from coprep.metrics._streams import seed_of, stream
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Grouping, Ideas
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

_COLUMNS: dict[str, ColumnKind] = {
    **COLUMNS,
    "share": "number",
    "share_of_people": "number",
    "of_people": "count",
    "null_low": "number",
    "null_high": "number",
    "at_least_one": "number",
    "at_least_one_all": "number",
    "at_least_one_p": "number",
    "equal_shares_ratio": "number",
}

_PHRASES = Phrases(
    more="What was adopted carries the support of people in {group} {effect} as much as of "
    "voters on average.",
    less="What was adopted carries the support of people in {group} only {effect} as much as of "
    "voters on average.",
    same="What was adopted carries the support of people in {group} about as much as of voters "
    "on average: {effect}.",
    open="What was adopted carries the support of people in {group} {effect} as much as of "
    "voters on average.",
    innocent="Groups that agree among themselves and with others, or that are active, win more "
    "often under any rule; a group whose wishes are costly or split over many ideas wins "
    "less often.",
    next_step="Ask people in {group} which adopted ideas serve them, and look at which of the "
    "ideas they support came close to adoption.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Outcome(IdeasResult):
    """Whose support do the adopted ideas carry?

    Attributes
    ----------
    rows : Table
        A row a group. ``effect`` is the ratio of the group's share of the outcome (each adopted
        idea's cost split equally among its supporters) to its share of the voters; ``null_low`` and
        ``null_high`` the middle 95% of that ratio if labels were exchanged among people;
        ``at_least_one`` the share of the group's voters who support at least one adopted idea,
        ``at_least_one_all`` that of all voters; ``equal_shares_ratio`` the ratio had the method of
        equal shares decided with the same budget; ``of_people`` the voters of known group.
    coalition : Table
        If a group of voters deserves more than it got: who they are, by attribute and group, as
        shares of the coalition and of all voters.
    justified : mapping
        Whether the outcome passes, by which notion, and the size and claim of the coalition if it
        does not.
    gains : Table
        Ideas the method of equal shares would have adopted instead, and those it would have left.
    """

    coalition: Table = field(default_factory=lambda: Table({}, {}))
    justified: Mapping[str, Any] = field(default_factory=dict)
    gains: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.outcome"
    count_columns: ClassVar[tuple[str, ...]] = (*IdeasResult.count_columns, "count", "supporters")
    wholes: ClassVar[Mapping[str, str]] = {"n_people": "of_people"}
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = (("at_least_one", "n_people"),)
    all_or_none: ClassVar[tuple[str, ...]] = (
        "at_least_one",
        "at_least_one_all",
        "at_least_one_p",
    )
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "idea", "change")
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "null_low": ("By chance, from", "ratio"),
        "null_high": ("By chance, to", "ratio"),
        "at_least_one": ("With an adopted idea they support", "percent"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "n_people",
        "effect",
        "low",
        "high",
        "null_low",
        "null_high",
        "at_least_one",
        "p_adjusted",
        "verdict",
    )


def outcome(
    process: Process,
    *,
    attribute: str,
    weigh: Literal["cost", "count"] | None = None,
    budget: float | None = None,
    threshold: float | None = None,
    representation: bool = True,
    describe: Sequence[str] | None = None,
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Outcome:
    """Whose support do the adopted ideas carry, and who supports none of them?

    *Estimand*: each adopted idea's cost (or 1) is split equally among its supporters; a group's
    share of the whole by its share of the voters. Supporters of ideas that were merged into it are
    among them.

    Parameters
    ----------
    process : Process
        With participants, ideas (``adopted`` or ``status``, better with ``cost``) and ratings.
    attribute : str
        The participants' attribute.
    weigh : {"cost", "count"}, optional
        Split costs, or 1 for each adopted idea. By default costs where all adopted ideas have one.
    budget : float, optional
        What could be spent; by default the process's own budget, else what the adopted ideas cost.
        Only for justified representation and the method of equal shares.
    threshold : float, optional
        Scores from which, or ranks to which, a rating counts as support. By default a score above
        the middle.
    representation : bool
        Also look for a coalition that deserves more, and at the method of equal shares. Memory: one
        byte more a voter and idea.
    describe : sequence of str, optional
        Attributes that describe such a coalition beside ``attribute``; all by default.
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
    Outcome
        With the columns described there.

    Raises
    ------
    InputError
        Where tables are missing, or nothing has been adopted yet.

    Notes
    -----
    *Null*: who carries which label has nothing to do with the ballot; people exchange labels.
    *Robustness*: within strata of equal activity, among people of known group, without votes for
    own ideas, without the adopted idea that moves the ratio most.

    When it is fooled: support is not benefit; parents vote for children; notions of justified
    representation protect any coalition that agrees, not named groups, and say nothing of people
    who did not vote.

    References
    ----------
    Brill, M. & Peters, J. (2023). Robust and verifiable proportionality axioms for multiwinner
    voting. EC '23, 301. Peters, D., Pierczyński, G. & Skowron, P. (2021). Proportional
    participatory budgeting with additive utilities. NeurIPS 34, 12726-12737.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=100, ideas=30, rng=1)
    >>> found = outcome(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 0.91), ('south', 1.14)]
    """
    asked = _prepare(process, attribute, weigh, threshold)
    scale = ratio(band)
    seed = seed_of(rng)
    groups = asked.grouping.groups
    found = share_ratios(
        asked.held, asked.codes, len(groups), draws=draws, rng=stream(seed, "outcome")
    )
    reached = share_ratios(
        asked.reached, asked.codes, len(groups), draws=draws, rng=stream(seed, "outcome: reached")
    )
    fair = None
    if representation:
        cost = np.nan_to_num(ideas_of(process).cost) if asked.unit == "cost" else None
        fair = proportionality(
            process,
            asked.support,
            attribute=attribute,
            won=asked.won,
            cost=cost,
            budget=budget,
            describe=describe,
        )
    cases = [
        _case(asked, k, found, reached, fair=fair, confidence=confidence)
        for k in range(len(groups))
    ]
    judged = judge(
        cases,
        question="outcome",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand=f"share of the outcome ({asked.unit}, split equally among supporters) by share of "
        "the voters",
        null="labels exchanged among voters",
        exclusions=asked.exclusions,
        p_adjusted=found.p_adjusted.tolist(),
        nobody=no_group_known(attribute),
    )
    return Outcome(
        title=f"Whose support the adopted ideas carry, by {plainly(attribute)}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*asked.notes, *judged.notes, *(fair.notes if fair else ())),
        settings={
            "attribute": attribute,
            "weigh": asked.unit,
            "budget": budget,
            "band": band,
            "confidence": confidence,
            "draws": found.draws,
            "rng": seed,
        },
        picture=forest(scale, "share of the outcome by share of the voters (ratio)"),
        coalition=fair.coalition if fair else Table({}, {}),
        justified=fair.summary if fair else {},
        gains=fair.gains if fair else Table({}, {}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The voters, what each holds of the outcome, and how that was worked out."""

    grouping: Grouping
    support: Support
    won: Bools  # ideas adopted in their own right
    worth: Floats
    unit: str  # "cost" or "count"
    people: Ints
    codes: Ints
    held: Floats  # what each person holds
    reached: Floats  # 1 for people who support an adopted idea
    alike: Floats  # what people as active hold on average
    without_own: Floats  # what each holds without votes for own ideas
    refusal: str | None
    exclusions: Mapping[str, int]
    notes: tuple[Note, ...]


def _prepare(
    process: Process, attribute: str, weigh: str | None, threshold: float | None
) -> _Asked:
    """Split what was adopted among its supporters."""
    process.require("participants", "ratings")
    ideas = ideas_of(process)
    grouping = grouping_of(process, attribute)
    given = read_support(process, threshold=threshold, own=True)
    support = given.merged(ideas.merged_into)
    without_own = read_support(process, threshold=threshold).merged(ideas.merged_into)
    won, worth, unit = _won(ideas, weigh)
    unsupported = int((won & (support.supporters == 0)).sum())
    people = np.flatnonzero(support.voters)
    codes = np.asarray(grouping.codes)[people]
    held = _held(support, won, worth)[people]
    strata = activity_strata(support, people)
    mean = np.bincount(strata, weights=held) / np.maximum(np.bincount(strata), 1)
    return _Asked(
        grouping=grouping,
        support=support,
        won=won,
        worth=worth,
        unit=unit,
        people=people,
        codes=codes,
        held=held,
        reached=(_held(support, won, np.ones(len(worth)))[people] > 0).astype(float),
        alike=mean[strata],
        without_own=_held(without_own, won, worth)[people],
        refusal=votes_refusal(process, grouping, given),
        exclusions={
            "people who rated nothing": support.people - len(people),
            "ideas not decided": int(np.isnan(ideas.adopted).sum()),
            "adopted ideas nobody supports": unsupported,
        },
        notes=_notes(
            attribute,
            support.rule,
            unit,
            adopted=int(won.sum()),
            merged=int((ideas.merged_into >= 0).sum()),
            unknown=int((codes < 0).sum()),
            unsupported=unsupported,
        ),
    )


def _won(ideas: Ideas, weigh: str | None) -> tuple[Bools, Floats, str]:
    """Which ideas were adopted in their own right, what each is worth, and in what."""
    won = (ideas.adopted == 1) & (ideas.merged_into < 0)
    if not won.any():
        raise InputError.of(
            "no idea has been adopted, so there is no outcome to look at.",
            code="nothing_adopted",
            param="ideas",
            hint="the ideas table needs 'adopted' (1 or 0) or 'status' with 'adopted' for some "
            "idea.",
        )
    if weigh not in (None, "cost", "count"):
        raise InputError.choice("weigh", weigh, ("cost", "count"))
    unpriced = int((~(ideas.cost[won] > 0)).sum())
    if weigh == "cost" and unpriced:
        raise InputError.of(
            f"{unpriced:,} of {int(won.sum()):,} adopted ideas have no cost above 0.",
            code="missing",
            param="cost",
            hint='pass weigh="count" to count each adopted idea once.',
        )
    if weigh == "count" or unpriced:
        return won, np.ones(len(won)), "count"
    return won, np.nan_to_num(ideas.cost), "cost"


def _held(support: Support, won: Bools, worth: Floats) -> Floats:
    """Per person: what they hold when each adopted idea is split among its supporters."""
    among = support.supporters
    each = np.divide(worth, among, out=np.zeros(len(worth)), where=won & (among > 0))
    parts = each[support.idea] * support.yes
    return np.bincount(support.person, weights=parts, minlength=support.people).astype(float)


def _notes(
    attribute: str,
    rule: str,
    unit: str,
    *,
    adopted: int,
    merged: int,
    unknown: int,
    unsupported: int,
) -> tuple[Note, ...]:
    """How the outcome was split, and what that leaves out."""
    split = Note(
        "outcome_split",
        f"{count_of(adopted, 'adopted idea')}, each split equally among its supporters by {unit}; "
        f"support means {rule}.",
        {"ideas": adopted, "unit": unit, "support": rule},
    )
    joined = Note(
        "merged_ideas",
        f"{count_of(merged, 'merged idea')} passed on their supporters to the idea they went into; "
        "whoever supports both counts once.",
        {"ideas": merged},
    )
    strangers = Note(
        "unknown_group",
        f"{count_of(unknown, 'voter')} of unknown {show(attribute)} count among all voters and in "
        "no group.",
        {"voters": unknown, "attribute": attribute},
    )
    nobodys = Note(
        "adopted_without_support",
        f"{unsupported:,} of the adopted ideas had no supporter who voted; they are worth nothing "
        "here.",
        {"ideas": unsupported},
    )
    return noted(
        split,
        joined if merged else None,
        strangers if unknown else None,
        nobodys if unsupported else None,
    )


def _case(
    asked: _Asked,
    k: int,
    found: ShareRatios,
    reached: ShareRatios,
    *,
    fair: Proportionality | None,
    confidence: float,
) -> Case:
    """One group."""
    members = asked.codes == k
    n = int(members.sum())
    everyone = float(asked.reached.mean())
    equal = float("nan")
    if fair is not None:
        equal = _ratio(_held(asked.support, fair.chosen, asked.worth)[asked.people], members)
    return Case(
        group=asked.grouping.groups[k],
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
        n_ideas=int(asked.won.sum()),
        n_effective=effective_number(asked.held[members]),
        n_votes=int(asked.support.given[asked.people[members]].sum()),
        refusal=asked.refusal or few_people(n, LEAST_RATERS, "voter"),
        runs=_runs(asked, members),
        extra={
            "share": found.share[k],
            "share_of_people": found.share_of_people[k],
            "of_people": int((asked.codes >= 0).sum()),
            "null_low": found.null_low[k],
            "null_high": found.null_high[k],
            "at_least_one": reached.ratio[k] * everyone,
            "at_least_one_all": everyone,
            "at_least_one_p": reached.p_adjusted[k],
            "equal_shares_ratio": equal,
        },
    )


def _ratio(held: Floats, members: Bools) -> float:
    """Mean of the members by the mean of all."""
    if not members.any() or not held.any():
        return float("nan")
    return float(held[members].mean() / held.mean())


def _runs(asked: _Asked, members: Bools) -> tuple[Run, ...]:
    """Among people alike in activity, of known group, without own votes, without one idea."""
    known = asked.codes >= 0
    usual = asked.alike[members].sum()
    alike = float(asked.held[members].sum() / usual) if usual else float("nan")
    return (
        Run("among people who support as many ideas", alike),
        Run("among people of known group", _ratio(asked.held[known], members[known])),
        Run("without votes for one's own ideas", _ratio(asked.without_own, members)),
        Run("without the adopted idea that moves it most", _without_one(asked, members)),
    )


def _without_one(asked: _Asked, members: Bools) -> float:
    """The ratio without the adopted idea that changes it most; nan where only one was adopted."""
    support = asked.support
    counted = asked.won & (support.supporters > 0)
    if counted.sum() < 2:
        return float("nan")
    inside = np.zeros(support.people, dtype=np.bool_)
    inside[asked.people[members]] = True
    theirs = support.idea[support.yes & inside[support.person]]
    ours = np.bincount(theirs, minlength=support.ideas)[counted]
    worth = asked.worth[counted]
    part = worth * ours / support.supporters[counted]
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (part.sum() - part) / (worth.sum() - worth) / members.mean()
        usual = part.sum() / worth.sum() / members.mean()
        return float(left[np.argmax(np.abs(np.log(left) - np.log(usual)))])
