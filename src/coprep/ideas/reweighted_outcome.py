"""Ask whether another list would be the result had the voters matched the community."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from coprep.errors import InputError, Problems
from coprep.findings import Estimate, Finding, Note, Verdict, counted
from coprep.ideas._consequences.cast import YES_OR_NO, Cast, cast_votes
from coprep.ideas._consequences.community import (
    Community,
    community_of,
    joint_of,
    shared_attributes,
)
from coprep.ideas._consequences.judgement import (
    LEAST_SAW,
    Asked,
    Judged,
    judged,
    made_from_votes,
    seen_by_enough,
)
from coprep.ideas._consequences.list_seen import list_seen, on_ballot, refusal_of
from coprep.ideas._consequences.sentences import Names, caveats, closest, said
from coprep.ideas._consequences.tables import (
    BY_ATTRIBUTE,
    OVERALL,
    group_rows,
    idea_rows,
    overall_row,
    places_only,
)
from coprep.ideas._judging.eligibility import exposure_note, noted
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.support import ideas_of
from coprep.metrics._checks import choice, number, share, whole
from coprep.metrics._streams import seed_of
from coprep.pictures import Slope
from coprep.results import Result
from coprep.table import Table

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.baseline.baseline import Baseline
    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Ints

_WHOM = {"population": "community", "target": "target"}
_WORTH = {"top": "places", "threshold": "places", "greedy": "money"}
_LISTS = ("idea_id", "chosen_seen", "chosen", "rank_seen", "rank", "shown", "cost")
_CLOSE = ("newcomers_assumed", "newcomers_needed", "newcomers_possible", "bound_low", "bound_high")


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ReweightedOutcome(Result):
    """Would another list be the result had the voters matched the community?

    Attributes
    ----------
    rows : Table
        A row an idea, in the order of the support seen: ``people`` who saw it; ``support_seen``,
        ``rank_seen``, ``chosen_seen`` as it was; ``support``, ``rank``, ``chosen`` with every group
        at its share, with limits; ``effect`` (support less support seen) with limits and p adjusted
        for all ideas; ``chosen_share`` of redraws that choose it; ``safe`` if it is on the list and
        stays there in nearly all; ``shown`` (loses, gains or none) beyond chance.
        ``newcomers_assumed`` is the support that those who are missing are taken to give,
        ``newcomers_needed`` that at which the idea's place changes, ``newcomers_possible`` whether
        ballots can reach it; ``bound_low`` and ``bound_high`` hold whatever they think;
        ``support_unknown_low`` and ``_high`` wherever voters of unknown group belong.
        ``fewest_on_a_side`` are the fewest voters of one group for or against it, at least 1.
    overall : Table
        One row: verdict, p_value, ``stability`` (share of redraws with the list seen), how many
        ideas change on paper, ``moved`` and ``moved_high`` (share of the money or places that goes
        elsewhere, and what it hardly exceeds), ``safe`` of ``places``, ``replaced`` (share of the
        room that is replaced), what the weights cost, the rule and the method; ``settled_by`` says
        how an all-clear was reached: matched, bounds, stable or small.
    groups : Table
        Each group's ``count`` and share of the voters and of the community, and the mean weight of
        its people.
    by_attribute : Table
        The overall row for each attribute alone.
    """

    overall: Table = field(default_factory=lambda: Table({}, {}))
    groups: Table = field(default_factory=lambda: Table({}, {}))
    by_attribute: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.reweighted_outcome"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "idea_id": ("Idea", "text"),
        "rank_seen": ("Place in the vote", "count"),
        "rank": ("Place with every group at its share", "count"),
        "support_seen": ("Support in the vote", "number"),
        "support": ("Support with every group at its share", "number"),
        "chosen_seen": ("Chosen", "truth"),
        "chosen": ("Chosen with every group at its share", "truth"),
        "safe": ("Safe", "truth"),
        "shown": ("Shown", "text"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "idea_id",
        "rank_seen",
        "rank",
        "support_seen",
        "support",
        "chosen_seen",
        "chosen",
        "safe",
        "shown",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("people", "count", "fewest_on_a_side", "unknown")
    keep_when_protected: ClassVar[tuple[str, ...]] = (*_LISTS, "reading", "attribute", "group")

    @property
    def flagged(self) -> Any:
        """The ideas that are shown to lose or to gain a place."""
        return self.rows.where(one in ("loses", "gains") for one in self.rows["shown"]).to_frame()

    def _protected_with(self, min_count: int, together: Any) -> Self:
        """A copy safe to publish: supports in whole points, and what rests on few people hidden.

        Two groups and one attribute would otherwise give every group's support for every idea back.
        Where fewer than ``min_count`` voters of a group are on one side, an idea keeps its places
        alone; how near it is to another place is told of none.
        """
        coarse = {
            name: [_whole_points(value) for value in self.rows[name]]
            for name in self.rows.names
            if name.startswith(("support", "effect")) and name != "effect_p_adjusted"
        }
        closeness: dict[str, list[Any]] = {name: [None] * len(self.rows) for name in _CLOSE}
        readings = [places_only(row) for row in self.rows.records()]
        rows = self.rows.with_columns({**coarse, **closeness, "reading": readings})
        caveats = tuple(note for note in self.notes if note.code != "assumption")
        findings = tuple(
            replace(one, caveats=tuple(n for n in one.caveats if n.code != "assumption"))
            for one in self.findings
        )
        blunt = replace(self, rows=rows, notes=caveats, findings=findings)
        return super(ReweightedOutcome, blunt)._protected_with(min_count, together)


def _seen_by_few(found: Judged) -> Note | None:
    """Ideas that are in no test, because too few people of a group saw them."""
    if found.answer is None:
        return None
    few = int((~seen_by_enough(found.answer.room)).sum())
    if not few:
        return None
    template = "In no test, because fewer than {least} people of a group saw it: {ideas}."
    return Note.of("ideas_seen_by_few", template, least=LEAST_SAW, ideas=counted(few, "idea"))


def _whole_points(value: float) -> float:
    """A share to the nearest hundredth."""
    return value if math.isnan(value) else round(value, 2)


def reweighted_outcome(
    process: Process,
    baseline: Baseline | None = None,
    *,
    attributes: str | Sequence[str] | None = None,
    method: Literal["rake", "poststratify"] | None = None,
    rule: Literal["top", "threshold", "greedy"] | None = None,
    places: int | None = None,
    threshold: float | None = None,
    budget: float | None = None,
    target: Literal["room", "community"] = "room",
    population: float | None = None,
    recode: Mapping[str, Any] | None = None,
    unknown: Iterable[str] = (),
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    min_group: int = 5,
    material: float = 0.05,
    confidence: float = 0.95,
    draws: int = 2_000,
    rng: int | Generator | None = None,
) -> ReweightedOutcome:
    """Would another list be the result had the voters matched the community?

    Every group is given its share of the community (direct standardisation; post-stratification or
    raking), and the rule is run again. That alone cannot tell a change from noise: another list on
    paper is usual where groups think alike. A change is said only where ideas are shown, jointly,
    to overtake others; that the list stays only where that is shown.

    *Estimand* (``target="room"``): the result seen plus what the mix of people alone did to it, the
    composition effect of Kitagawa (1955): for each idea the sum over groups of the difference
    between a group's shares of the community and of the room, times the support from people like
    those of the group who came. The room's own luck is held as it was: a vote is a fact, not a
    sample.

    Parameters
    ----------
    process : Process
        With participants, ideas and ratings; a budget with costs, or ideas that were adopted.
    baseline : Baseline, optional
        The community; by default the process's own. It should count who could have voted.
    attributes : str or sequence of str, optional
        What is matched. By default all that participants and baseline share, but those filled to
        targets or made from the votes. Each adds variance: name those that plausibly matter.
    method : {"rake", "poststratify"}, optional
        From each attribute's shares, or from their joint table. By default the joint table where
        the baseline has one and every combination has ``min_group`` voters.
    rule : {"top", "threshold", "greedy"}, optional
        The ideas with most support; all with a support of ``threshold``; in the order of support
        what ``budget`` can buy, too dear ones passed over. By default what the process tells of.
    places, threshold, budget : optional
        The number of the rule: ideas to choose, the support needed, the money.
    target : {"room", "community"}
        "community" asks what the whole community would have chosen, luck drawn again: a description
        with wider intervals, never a verdict, since more data make its error more confident.
    population : float, optional
        How many people the community has, where that is few.
    recode : mapping, optional
        Labels to rename, in one attribute (attribute to label to new label) or in all.
    unknown : sequence of str
        Further words that mean: we do not know.
    outside : sequence of str, or mapping of attribute to them
        Labels of people who are not of the community; they are left out of the weighted result.
    min_group : int, default 5
        Groups with fewer voters cannot be spoken for.
    material : float, default 0.05
        The share of the money (or places) that may go elsewhere without mattering.
    confidence : float, default 0.95
        Level of intervals, and of what is shown.
    draws : int, default 2000
        Redraws.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    ReweightedOutcome
        With the columns described there, and one finding.

    Raises
    ------
    InputError
        Where tables, the baseline or a rule are missing, no attribute is shared, or labels are not
        those of the baseline.

    Notes
    -----
    *Support*: approvals and agreement 1 or 0, points and scores themselves, ranks as Borda places,
    among those who were shown the idea. *Errors* given who came (Holt & Smith 1979): residuals of
    whole ballots, corrected for leverage, with the covariance of all worth three people in every
    group, and t quantiles. *Overtakings*: all losers against all winners, max-t in two steps
    (Romano, Shaikh & Wolf 2014). *Ranks*: Mogstad, Romano, Shaikh & Wilhelm (2023). *Bounds and
    tipping point*: Manski (1989); Liublinska & Rubin (2014).

    *Robustness* of a change: with trimmed weights, with group means drawn together, without votes
    for own ideas, wherever voters of unknown group belong. *Never judged*: groups below
    ``min_group``, fewer than 25 voters, weights worth fewer than 15; a group with nobody in the
    room gives bounds and no weight.

    When it is fooled: those who stayed away may think otherwise than those of their group who came,
    which no weight can know; the bounds and the tipping point say how much otherwise.

    References
    ----------
    Kitagawa, E. M. (1955). Components of a difference between two rates. JASA 50, 1168-1194.
    Romano, J. P., Shaikh, A. M. & Wolf, M. (2014). A practical two-step method for testing moment
    inequalities. Econometrica 82, 1979-2002. Mogstad, M., Romano, J. P., Shaikh, A. M. & Wilhelm,
    D. (2023). Inference for ranks. Review of Economic Studies, doi 10.1093/restud/rdad006.
    Manski, C. F. (1989). Anatomy of the selection problem. Journal of Human Resources 24, 343-360.
    Liublinska, V. & Rubin, D. B. (2014). Sensitivity analysis for a partially missing binary
    outcome. Statistics in Medicine 33, 4170-4185.

    Examples
    --------
    Three of four voters are old, in a community of which half are:

    >>> from coprep import Baseline
    >>> from coprep.data.process.process import Process
    >>> who = [f"p{i:03d}" for i in range(160)]
    >>> age = ["old"] * 120 + ["young"] * 40
    >>> votes = [["park", "bus"]] * 90 + [["bus"]] * 30 + [["rink", "bus"]] * 36 + [["park"]] * 4
    >>> process = Process(
    ...     participants={"participant_id": who, "age": age},
    ...     ideas={"idea_id": ["park", "bus", "rink"]},
    ...     ratings={
    ...         "participant_id": [p for p, ideas in zip(who, votes) for _ in ideas],
    ...         "idea_id": [idea for ideas in votes for idea in ideas],
    ...         "value": [1 for ideas in votes for _ in ideas],
    ...     },
    ... )
    >>> lives_there = Baseline.from_shares({"age": {"old": 0.5, "young": 0.5}})
    >>> found = reweighted_outcome(process, lives_there, places=2, rng=1)
    >>> found.findings[0].verdict.value
    'inconclusive'
    >>> [(row["idea_id"], round(row["support"], 3)) for row in found.rows.records()]
    [('bus', 0.95), ('park', 0.425), ('rink', 0.45)]
    """
    process.require("participants", "ideas", "ratings", why="whole ballots are weighted")
    _check_options(method, rule, target, population, min_group, material, confidence, draws)
    against = _baseline(process, baseline)
    named, notes = shared_attributes(process, against, attributes)
    seed = seed_of(rng)
    ballots = _after_mergers(process, process.ballots())
    voters = np.asarray(ballots.voters, dtype=np.intp)
    ideas = on_ballot(process, ballots)
    cast = cast_votes(ballots, voters, ideas, process.scale)
    seen = list_seen(
        process, cast, ideas, rule=rule, places=places, threshold=threshold, budget=budget
    )
    community, more = community_of(
        process,
        against,
        named,
        voters,
        recode=recode or {},
        unknown=unknown,
        outside=outside,
    )
    if process.weights is not None:
        text = "Participants' weights are not used: every voter has one vote."
        more.append(Note("weights_not_used", text))
    if ballots.kind == "score" and process.scale is None:
        template = (
            "The lowest and the highest score given, {low:number} and {high:number}, are taken as "
            "the ends of the scale; Process(scale=) says others."
        )
        more.append(Note.of("ends_of_scale", template, low=cast.low, high=cast.high))
    together, how = _method(community, against, named, method, min_group)
    made = made_from_votes(process, cast, community)
    refusal = refusal_of(seen) or _all_quotas(process, named) or next(iter(made.values()), None)
    asked = Asked(
        process=process,
        cast=cast,
        voters=voters,
        ideas=ideas,
        rule=seen.rule,
        seen=seen.seen,
        won=seen.won,
        own=_without_own(ballots, voters, ideas, process.scale),
        refusal=refusal,
        from_votes=made,
        target=target,
        joint=how == "poststratify",
        population=population,
        min_group=min_group,
        material=material,
        alpha=1 - confidence,
        draws=draws,
        seed=seed,
    )
    found = judged(asked, together)
    alone = _alone(asked, community, found)
    names = Names(
        ideas=[ideas_of(process).ids[k] for k in ideas],
        attributes=list(named),
        whom=_WHOM[against.kind],
        worth=_WORTH[seen.rule.name],
        percent=ballots.kind in YES_OR_NO,
    )
    more += noted(_seen_by_few(found))
    finding = _finding(found, asked, names, against, how)
    return ReweightedOutcome(
        title=f"The result had the voters had the {names.mix} of the {names.whom}",
        rows=idea_rows(found, asked, names, seen),
        findings=(finding,),
        notes=(*finding.caveats, *seen.notes, *notes, *more, *noted(exposure_note(ballots))),
        settings={
            "attributes": list(named),
            "method": how,
            "rule": seen.rule.name,
            "size": seen.rule.size,
            "target": target,
            "population": population,
            "min_group": min_group,
            "material": material,
            "confidence": confidence,
            "draws": draws,
            "baseline": against.described,
            "rng": seed,
        },
        picture=_picture(found, asked, names),
        overall=Table.from_records([overall_row(found, asked, how)], OVERALL),
        groups=group_rows(community, found),
        by_attribute=Table.from_records(
            [
                {
                    "attribute": one.community.attributes[0],
                    **overall_row(one, asked, "poststratify"),
                }
                for one in alone
            ],
            BY_ATTRIBUTE,
        ),
    )


def _check_options(
    method: str | None,
    rule: str | None,
    target: str,
    population: float | None,
    min_group: int,
    material: float,
    confidence: float,
    draws: int,
) -> None:
    """All options that are not what they can be, in one error."""
    problems = Problems()
    checks = (
        (method is None, lambda: choice(method, "method", ("rake", "poststratify"))),
        (rule is None, lambda: choice(rule, "rule", ("top", "threshold", "greedy"))),
        (False, lambda: choice(target, "target", ("room", "community"))),
        (population is None, lambda: number(population, "population", low=1.0)),
        (False, lambda: whole(min_group, "min_group", low=LEAST_SHOWN)),
        (False, lambda: number(material, "material", low=0.0, high=1.0)),
        (False, lambda: share(confidence, "confidence")),
        (False, lambda: whole(draws, "draws", low=100)),
    )
    for left_out, check in checks:
        if not left_out:
            try:
                check()
            except InputError as error:
                problems.take(error)
    problems.raise_if_any()


def _baseline(process: Process, baseline: Baseline | None) -> Baseline:
    """The community that was given, or the process's own."""
    from coprep.data.baseline.baseline import Baseline as Described

    found = process.baseline if baseline is None else baseline
    if found is None:
        raise InputError.of(
            "the community is not known: the process has no baseline.",
            code="missing_baseline",
            param="baseline",
            hint="pass baseline=, such as Baseline.from_counts({...}).",
        )
    if not isinstance(found, Described):
        raise InputError.of(
            "baseline must be a Baseline.",
            code="bad_type",
            param="baseline",
            hint="make one with Baseline.from_counts({attribute: {group: count}}).",
        )
    return found


def _after_mergers(process: Process, ballots: Ballots) -> Ballots:
    """Votes for merged ideas as votes for what they went into; who voted for several, once."""
    into = np.asarray(ideas_of(process).merged_into)
    if not (into >= 0).any() or not len(ballots):
        return ballots
    end = np.where(into >= 0, into, np.arange(len(into)))
    while (into[end] >= 0).any():
        end = end[end]
    idea = end[ballots.idea].astype(np.int32)
    best = np.asarray(ballots.value, dtype=float)
    if ballots.kind == "rank":
        best = -np.where(best > 0, best, np.inf)
    order = np.lexsort((-best, idea, ballots.person))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(ballots.person[order]) != 0) | (np.diff(idea[order]) != 0)
    keep = np.sort(order[first])
    chosen = np.zeros(len(ballots), dtype=np.bool_)
    chosen[keep] = True
    moved = replace(ballots, idea=idea)
    return moved.where(chosen)


def _without_own(
    ballots: Ballots, voters: Ints, ideas: Ints, scale: tuple[float, float] | None
) -> Cast | None:
    """The votes without those for own ideas, where there are any."""
    if not ballots.is_self.any():
        return None
    return cast_votes(ballots.where(~np.asarray(ballots.is_self)), voters, ideas, scale)


def _all_quotas(process: Process, named: Mapping[str, str]) -> Note | None:
    """Attributes that were filled to targets: there is nothing to reweight."""
    if process.selection == "quota" and set(named) <= set(process.quotas):
        text = "the attributes were filled to targets, so that their weights are 1 by design"
        return Note("quota_attribute", text, {"attributes": list(named)})
    return None


def _method(
    community: Community,
    baseline: Baseline,
    named: Mapping[str, str],
    method: str | None,
    min_group: int,
) -> tuple[Community, str]:
    """The attributes as one where their joint table is known and has people everywhere."""
    if len(named) == 1:
        return community, "poststratify"
    if method == "rake":
        return community, "rake"
    joint = joint_of(community, baseline, named)
    if method == "poststratify":
        baseline.joint(*named.values())  # raises where there is none, and says how to make one
        return joint or community, "poststratify"
    if joint is not None:
        sizes = joint.sizes(0)
        if (sizes[joint.shares[0] > 0] >= min_group).all():
            return joint, "poststratify"
    return community, "rake"


def _alone(asked: Asked, community: Community, found: Judged) -> list[Judged]:
    """Each attribute alone, so that it is seen which one does the work."""
    if len(community.attributes) == 1:
        return [found]
    one_by_one = replace(asked, joint=True, refusal=asked.refusal)
    return [judged(one_by_one, community.only(at)) for at in range(len(community.attributes))]


def _finding(found: Judged, asked: Asked, names: Names, baseline: Baseline, how: str) -> Finding:
    """The one answer."""
    words = said(found, asked, names)
    answer = found.answer
    estimate = None
    details: dict[str, Any] = {
        "estimand": "the list had every group had its share, support within groups as it was",
        "null": "the list seen is the result whatever the mix of people",
        "method": how,
        "settled_by": found.settled or None,
        "robustness": dict(found.checks),
    }
    if answer is not None:
        estimate = Estimate(
            answer.moved,
            0.0,
            answer.moved_high,
            level=1 - asked.alpha,
            method="redraws of the supports",
            unit="share",
        )
        details |= {"stability": answer.stability, "critical_value": answer.shown.critical}
    reason = found.refusal or found.doubt
    details["reason"] = getattr(reason, "code", None)
    p_value = None
    if found.verdict is not Verdict.NOT_ASSESSABLE and answer is not None:
        p_value = found.p_value
    return Finding(
        question="reweighted_outcome",
        attribute=" and ".join(names.attributes),
        group=None,
        verdict=found.verdict,
        estimate=estimate,
        p_value=p_value,
        p_adjusted=p_value,
        n=asked.cast.people,
        reading=words.reading,
        caveats=caveats(found, names, baseline.described),
        next_step=words.next_step,
        details=details,
        values=words.values,
    )


def _picture(found: Judged, asked: Asked, names: Names) -> Slope | None:
    """Two lists side by side; under them how far the closest idea is from another place."""
    if found.answer is None:
        return None
    strip: dict[str, Any] = {}
    near = None
    if found.absentees is not None:
        near = closest(found.absentees)
    if near is not None:
        strip = {
            "assumed": "newcomers_assumed",
            "needed": "newcomers_needed",
            "closest": names.ideas[near],
        }
    if asked.rule.name == "top":
        strip["cut"] = int(asked.won.sum())
    return Slope(
        label=("idea_id",),
        before="rank_seen",
        after="rank",
        low="rank_low",
        high="rank_high",
        chosen_before="chosen_seen",
        chosen_after="chosen",
        shown="shown",
        sides=("In the vote", f"With the {names.mix} of the {names.whom}"),
        ends=(asked.cast.low, asked.cast.high),
        below="It takes those who stayed away to think like those of their group who came.",
        **strip,
    )
