"""Knows whose support the adopted ideas carry: equal-split shares, people left without, groups that deserve more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.decisions.justice import Justice, justice
from coprep.ideas.decisions.merges import passed_on
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
from coprep.ideas.judging.gates import LEAST_RATERS
from coprep.ideas.voices.lift import Lift, lifts
from coprep.ideas.votes.backing import (
    Backing,
    activity_strata,
    backing,
    few_people,
    grouping_of,
    ideas_of,
    no_group_known,
    votes_refusal,
)
from coprep.metrics._streams import entropy, stream
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping, Ideas
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Outcome", "outcome"]

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
    more="What was adopted carries the support of people in {group} {effect} as much as of voters on average.",
    less="What was adopted carries the support of people in {group} only {effect} as much as of voters on average.",
    same="What was adopted carries the support of people in {group} about as much as of voters on average: {effect}.",
    open="What was adopted carries the support of people in {group} {effect} as much as of voters on average.",
    innocent="Groups that agree among themselves and with others, or that are active, win more often under any "
    "rule; a group whose wishes are costly or split over many ideas wins less often.",
    next_step="Ask people in {group} which adopted ideas serve them, and look at which of the ideas they support came "
    "close to adoption.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Outcome(IdeasResult):
    """Whose support do the adopted ideas carry?

    Attributes
    ----------
    rows : Table
        A row a group. ``effect`` is the ratio of the group's share of the outcome (each adopted idea's cost split
        equally among its supporters) to its share of the voters; ``null_low`` and ``null_high`` the middle 95% of
        that ratio if labels were exchanged among people; ``at_least_one`` the share of the group's voters who
        support at least one adopted idea, ``at_least_one_all`` that of all voters; ``equal_shares_ratio`` the
        ratio had the method of equal shares decided with the same budget; ``of_people`` the voters of known group.
    coalition : Table
        If a group of voters deserves more than it got: who they are, by attribute and group, as shares of the
        coalition and of all voters.
    justified : mapping
        Whether the outcome passes, by which notion, and the size and claim of the coalition if it does not.
    gains : Table
        Ideas the method of equal shares would have adopted instead, and those it would have left.
    """

    coalition: Table = field(default_factory=lambda: Table({}, {}))
    justified: Mapping[str, Any] = field(default_factory=dict)
    gains: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.outcome"
    count_columns: ClassVar[tuple[str, ...]] = (*IdeasResult.count_columns, "count", "supporters")
    wholes: ClassVar[Mapping[str, str]] = {"n_people": "of_people"}
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

    *Estimand*: each adopted idea's cost (or 1) is split equally among its supporters; a group's share of the
    whole by its share of the voters. Supporters of ideas that were merged into it are among them.

    Parameters
    ----------
    process : Process
        With participants, ideas (``adopted`` or ``status``, better with ``cost``) and ratings.
    attribute : str
        The participants' attribute.
    weigh : {"cost", "count"}, optional
        Split costs, or 1 for each adopted idea. By default costs where all adopted ideas have one.
    budget : float, optional
        What could be spent; by default the process's own budget, else what the adopted ideas cost. Only for
        justified representation and the method of equal shares.
    threshold : float, optional
        Scores from which, or ranks to which, a rating counts as support. By default a score above the middle.
    representation : bool
        Also look for a coalition that deserves more, and at the method of equal shares. Memory: one byte more a
        voter and idea.
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
    *Null*: who carries which label has nothing to do with the ballot; people exchange labels. *Robustness*: within
    strata of equal activity, among people of known group, without votes for own ideas, without the adopted idea
    that moves the ratio most.

    When it is fooled: support is not benefit; parents vote for children; notions of justified representation
    protect any coalition that agrees, not named groups, and say nothing of people who did not vote.

    References
    ----------
    Brill, M. & Peters, J. (2023). Robust and verifiable proportionality axioms for multiwinner voting. EC '23, 301.
    Peters, D., Pierczyński, G. & Skowron, P. (2021). Proportional participatory budgeting with additive utilities.
    NeurIPS 34, 12726-12737.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=100, ideas=30, rng=1)
    >>> found = outcome(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 0.91), ('south', 1.14)]
    """
    asked = _prepare(process, attribute, weigh, threshold, entropy(rng))
    scale, groups = ratio(band), asked.grouping.groups
    found = lifts(
        asked.held, asked.codes, len(groups), draws=draws, rng=stream(asked.seed, "outcome")
    )
    reached = lifts(
        asked.reached,
        asked.codes,
        len(groups),
        draws=draws,
        rng=stream(asked.seed, "outcome: reached"),
    )
    fair = _fair(asked, budget, describe) if representation else None
    cases = [
        _case(asked, k, found, reached, fair=fair, confidence=confidence)
        for k in range(len(groups))
    ]
    judged = judge(
        cases or [no_group_known(attribute)],
        question="outcome",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand=f"share of the outcome ({asked.unit}, split equally among supporters) by share of the voters",
        null="labels exchanged among voters",
        exclusions=asked.exclusions,
        p_adjusted=[float(p) for p in found.p_adjusted] if cases else None,
    )
    return Outcome(
        title=f"Whose support the adopted ideas carry, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, _COLUMNS),
        findings=judged.findings,
        notes=as_notes((*asked.notes, *judged.notes, *(fair.notes if fair else ()))),
        settings={
            "attribute": attribute,
            "weigh": asked.unit,
            "budget": budget,
            "band": band,
            "confidence": confidence,
            "draws": found.draws,
            "rng": asked.seed,
        },
        picture=forest(scale, "share of the outcome by share of the voters (ratio)"),
        coalition=fair.coalition if fair else Table({}, {}),
        justified=fair.summary if fair else {},
        gains=fair.gains if fair else Table({}, {}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The voters, what each holds of the outcome, and how that was worked out."""

    process: Process
    grouping: Grouping
    backed: Backing
    won: Bools
    worth: Floats
    unit: str
    people: Ints
    codes: Ints
    held: Floats
    reached: Floats
    alike: Floats
    others: Floats
    refusal: str | None
    exclusions: Mapping[str, int]
    notes: tuple[str, ...]
    seed: int


def _prepare(
    process: Process, attribute: str, weigh: str | None, threshold: float | None, seed: int
) -> _Asked:
    process.require("participants", "ratings")
    ideas, grouping = ideas_of(process), grouping_of(process, attribute)
    given = backing(process, threshold=threshold, own=True)
    backed = passed_on(given, ideas.merged_into)
    won, worth, unit = _won(ideas, weigh)
    without = int((won & (backed.supporters == 0)).sum())
    people = np.flatnonzero(backed.voters)
    codes = np.asarray(grouping.codes)[people]
    held = _held(backed, won, worth)[people]
    return _Asked(
        process=process,
        grouping=grouping,
        backed=backed,
        won=won,
        worth=worth,
        unit=unit,
        people=people,
        codes=codes,
        held=held,
        reached=(_held(backed, won, np.ones(len(worth)))[people] > 0).astype(float),
        alike=_mean_within(held, activity_strata(backed, people)),
        others=_held(
            passed_on(backing(process, threshold=threshold), ideas.merged_into), won, worth
        )[people],
        refusal=votes_refusal(process, grouping, given),
        exclusions={
            "people who rated nothing": backed.people - len(people),
            "ideas not decided": int(np.isnan(ideas.adopted).sum()),
            "adopted ideas nobody supports": without,
        },
        notes=_notes(
            backed, grouping, ideas=ideas, codes=codes, won=won, without=without, unit=unit
        ),
        seed=seed,
    )


def _won(ideas: Ideas, weigh: str | None) -> tuple[Bools, Floats, str]:
    """Which ideas were adopted in their own right, what each is worth, and in what."""
    won = (ideas.adopted == 1) & (ideas.merged_into < 0)
    if not won.any():
        raise InputError.of(
            "no idea has been adopted, so there is no outcome to look at.",
            code="nothing_adopted",
            param="ideas",
            hint="the ideas table needs 'adopted' (1 or 0) or 'status' with 'adopted' for some idea.",
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


def _held(backed: Backing, won: Bools, worth: Floats) -> Floats:
    """Per person: what they hold when each adopted idea's worth is split equally among its supporters."""
    among = backed.supporters
    each = np.divide(worth, among, out=np.zeros(len(worth)), where=won & (among > 0))
    held = np.bincount(
        backed.person, weights=each[backed.idea] * backed.yes, minlength=backed.people
    )
    return held.astype(np.float64)


def _mean_within(values: Floats, strata: Ints) -> Floats:
    """Each person's expected value if values were dealt out again within strata."""
    mean = np.bincount(strata, weights=values) / np.maximum(np.bincount(strata), 1)
    return np.asarray(mean[strata])


def _notes(
    backed: Backing,
    grouping: Grouping,
    *,
    ideas: Ideas,
    codes: Ints,
    won: Bools,
    without: int,
    unit: str,
) -> tuple[str, ...]:
    adopted, unknown = count_of(int(won.sum()), "adopted idea"), int((codes < 0).sum())
    notes = [
        f"{adopted}, each split equally among its supporters by {unit}; support means {backed.rule}."
    ]
    merged = int((ideas.merged_into >= 0).sum())
    if merged:
        told = f"{count_of(merged, 'merged idea')} passed on their supporters"
        notes.append(f"{told} to the idea they went into; whoever supports both counts once.")
    if unknown:
        who = count_of(unknown, "voter")
        notes.append(
            f"{who} of unknown {quote(grouping.attribute)} count among all voters and in no group."
        )
    if without:
        notes.append(
            f"{without:,} of the adopted ideas had no supporter who voted; they are worth nothing here."
        )
    return tuple(notes)


def _fair(asked: _Asked, budget: float | None, describe: Sequence[str] | None) -> Justice:
    return justice(
        asked.process,
        asked.backed,
        attribute=asked.grouping.attribute,
        won=asked.won,
        cost=np.nan_to_num(ideas_of(asked.process).cost) if asked.unit == "cost" else None,
        budget=budget,
        describe=describe,
    )


def _case(
    asked: _Asked, k: int, found: Lift, reached: Lift, *, fair: Justice | None, confidence: float
) -> Case:
    members = asked.codes == k
    n, everyone = int(members.sum()), float(asked.reached.mean())
    equal = (
        np.nan
        if fair is None
        else _ratio(_held(asked.backed, fair.chosen, asked.worth)[asked.people], members)
    )
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
        n_votes=int(asked.backed.given[asked.people[members]].sum()),
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
    return (
        float(held[members].mean() / held.mean()) if members.any() and held.any() else float("nan")
    )


def _runs(asked: _Asked, members: Bools) -> tuple[Run, ...]:
    known = asked.codes >= 0
    alike = asked.alike[members].sum()
    return (
        Run(
            "among people who support as many ideas",
            float(asked.held[members].sum() / alike) if alike else np.nan,
        ),
        Run("among people of known group", _ratio(asked.held[known], members[known])),
        Run("without votes for one's own ideas", _ratio(asked.others, members)),
        Run("without the adopted idea that moves it most", _without_one(asked, members)),
    )


def _without_one(asked: _Asked, members: Bools) -> float:
    """The ratio without the adopted idea that changes it most; nan where only one was adopted."""
    backed, inside = asked.backed, np.zeros(asked.backed.people, dtype=np.bool_)
    inside[asked.people[members]] = True
    among = backed.supporters
    counted = asked.won & (among > 0)
    if counted.sum() < 2:
        return float("nan")
    ours = np.bincount(backed.idea[backed.yes & inside[backed.person]], minlength=backed.ideas)[
        counted
    ]
    worth = asked.worth[counted]
    part = worth * ours / among[counted]
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (part.sum() - part) / (worth.sum() - worth) / members.mean()
        return float(
            left[
                np.argmax(np.abs(np.log(left) - np.log(part.sum() / worth.sum() / members.mean())))
            ]
        )
