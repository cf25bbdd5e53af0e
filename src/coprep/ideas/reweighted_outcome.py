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
from coprep.ideas._consequences.list_seen import ListSeen, list_seen, on_ballot, refusal_of
from coprep.ideas._consequences.overtakings import effect_p_values, rank_limits
from coprep.ideas._consequences.sentences import Names, caveats, closest, said
from coprep.ideas._consequences.weighed import known_rows
from coprep.ideas._judging.eligibility import exposure_note, noted
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.support import ideas_of
from coprep.metrics._checks import choice, number, share, whole
from coprep.metrics._streams import seed_of
from coprep.pictures import Slope
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.numbers import fixed, percents
from coprep.wording.templates import say

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.baseline.baseline import Baseline
    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats, Ints

_IDEAS: dict[str, ColumnKind] = {
    "idea_id": "text",
    "people": "count",
    "support_seen": "number",
    "rank_seen": "count",
    "chosen_seen": "truth",
    "support": "number",
    "support_low": "number",
    "support_high": "number",
    "effect": "number",
    "effect_low": "number",
    "effect_high": "number",
    "effect_p_adjusted": "number",
    "rank": "count",
    "rank_low": "count",
    "rank_high": "count",
    "chosen": "truth",
    "chosen_share": "number",
    "safe": "truth",
    "shown": "text",
    "newcomers_assumed": "number",
    "newcomers_needed": "number",
    "newcomers_possible": "truth",
    "bound_low": "number",
    "bound_high": "number",
    "support_unknown_low": "number",
    "support_unknown_high": "number",
    "cost": "number",
    "fewest_on_a_side": "count",
    "reading": "text",
}
_OVERALL: dict[str, ColumnKind] = {
    "verdict": "text",
    "p_value": "number",
    "stability": "number",
    "lost_on_paper": "count",
    "gained_on_paper": "count",
    "moved": "number",
    "moved_high": "number",
    "safe": "count",
    "places": "count",
    "replaced": "number",
    "design_effect": "number",
    "effective_n": "number",
    "largest_weight": "number",
    "people": "count",
    "unknown": "count",
    "rule": "text",
    "target": "text",
    "method": "text",
    "critical_value": "number",
    "draws": "count",
    "settled_by": "text",
}
_GROUPS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "share_room": "number",
    "share_community": "number",
    "mean_weight": "number",
}
_BY_ATTRIBUTE: dict[str, ColumnKind] = {"attribute": "text", **_OVERALL}
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

    def protect(self, min_count: int = 5) -> Self:
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
        readings = [_places_only(row) for row in self.rows.records()]
        rows = self.rows.with_columns({**coarse, **closeness, "reading": readings})
        caveats = tuple(note for note in self.notes if note.code != "assumption")
        findings = tuple(
            replace(one, caveats=tuple(n for n in one.caveats if n.code != "assumption"))
            for one in self.findings
        )
        blunt = replace(self, rows=rows, notes=caveats, findings=findings)
        return super(ReweightedOutcome, blunt).protect(min_count)


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
    group, and t quantiles. *Overtakings*: all losers against all winners, max-t in two steps (Romano,
    Shaikh & Wolf 2014). *Ranks*: Mogstad, Romano, Shaikh & Wilhelm (2023). *Bounds and tipping
    point*: Manski (1989); Liublinska & Rubin (2014).

    *Robustness* of a change: with trimmed weights, with group means drawn together, without votes
    for own ideas, wherever voters of unknown group belong. *Never judged*: groups below
    ``min_group``, fewer than 25 voters, weights worth fewer than 15; a group with nobody in the room
    gives bounds and no weight.

    When it is fooled: those who stayed away may think otherwise than those of their group who came,
    which no weight can know; the bounds and the tipping point say how much otherwise.

    References
    ----------
    Kitagawa, E. M. (1955). Components of a difference between two rates. JASA 50, 1168-1194.
    Romano, J. P., Shaikh, A. M. & Wolf, M. (2014). A practical two-step method for testing moment
    inequalities. Econometrica 82, 1979-2002. Mogstad, M., Romano, J. P., Shaikh, A. M. & Wilhelm, D.
    (2023). Inference for ranks. Review of Economic Studies, doi 10.1093/restud/rdad006.
    Manski, C. F. (1989). Anatomy of the selection problem. Journal of Human Resources 24, 343-360.
    Liublinska, V. & Rubin, D. B. (2014). Sensitivity analysis for a partially missing binary outcome.
    Statistics in Medicine 33, 4170-4185.

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
            "The lowest and the highest score given, {low:number} and {high:number}, are taken as the "
            "ends of the scale; Process(scale=) says others."
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
        whom="target" if against.kind == "target" else "community",
        worth="money" if seen.rule.name == "greedy" else "places",
        percent=ballots.kind in YES_OR_NO,
    )
    more += noted(_seen_by_few(found))
    finding = _finding(found, asked, names, against, how)
    return ReweightedOutcome(
        title=f"The result had the voters had the {names.mix} of the {names.whom}",
        rows=_rows(found, asked, names, seen),
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
        overall=Table.from_records([_overall(found, asked, how)], _OVERALL),
        groups=_groups(community, found),
        by_attribute=Table.from_records(
            [
                {"attribute": one.community.attributes[0], **_overall(one, asked, "rake")}
                for one in alone
            ],
            _BY_ATTRIBUTE,
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
        (False, lambda: whole(min_group, "min_group", low=2)),
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
    best = (
        ballots.value
        if ballots.kind != "rank"
        else -np.where(ballots.value > 0, ballots.value, np.inf)
    )
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
        if joint is None:
            baseline.joint(*named.values())  # raises, and says how to make one
        return (community if joint is None else joint), "poststratify"
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
    noted_reason = found.refusal or found.doubt
    details["reason"] = None if noted_reason is None else noted_reason.code
    tested = found.verdict is not Verdict.NOT_ASSESSABLE and answer is not None
    return Finding(
        question="reweighted_outcome",
        attribute=" and ".join(names.attributes),
        group=None,
        verdict=found.verdict,
        estimate=estimate,
        p_value=found.p_value if tested else None,
        p_adjusted=found.p_value if tested else None,
        n=asked.cast.people,
        reading=words.reading,
        caveats=caveats(found, names, baseline.described),
        next_step=words.next_step,
        details=details,
        values=words.values,
    )


def _rows(found: Judged, asked: Asked, names: Names, seen: ListSeen) -> Table:
    """A row an idea, in the order of the support seen."""
    m = asked.cast.ideas
    order = seen.rule.orders(seen.seen[None, :])[0]
    rank_seen = np.empty(m, dtype=np.intp)
    rank_seen[order] = np.arange(1, m + 1)
    columns: dict[str, Any] = {
        "idea_id": list(names.ideas),
        "people": asked.cast.seen_by().astype(int),
        "support_seen": seen.seen,
        "rank_seen": rank_seen,
        "chosen_seen": seen.won,
        "shown": ["none"] * m,
        "cost": seen.rule.cost if seen.rule.name == "greedy" else np.full(m, np.nan),
    }
    if found.low is not None:
        columns |= {"bound_low": found.low, "bound_high": found.high}
    if found.unknown_low is not None:
        columns |= {
            "support_unknown_low": found.unknown_low,
            "support_unknown_high": found.unknown_high,
        }
    if found.answer is not None:
        columns |= _weighted_columns(found, asked)
    nothing = [None] * m
    table = {name: list(columns.get(name, nothing)) for name in _IDEAS if name != "reading"}
    records = [{name: values[k] for name, values in table.items()} for k in order]
    for record in records:
        record["reading"] = _reading(record, percent=names.percent)
    return Table.from_records(records, _IDEAS)


def _weighted_columns(found: Judged, asked: Asked) -> dict[str, Any]:
    """What is known of each idea once the voters are weighted."""
    from scipy.special import stdtrit

    answer = found.answer
    assert answer is not None
    room = answer.room
    alpha = asked.alpha
    support = room.support
    effect = support - asked.seen
    t = float(stdtrit(min(answer.errors.df, 1e9), 1 - alpha / 2))
    half = t * answer.errors.standard_errors
    best, worst = rank_limits(support, answer.errors, answer.draws, alpha)
    order = asked.rule.orders(support[None, :])[0]
    rank = np.empty(len(support), dtype=np.intp)
    rank[order] = np.arange(1, len(support) + 1)
    shown = np.array(["none"] * len(support), dtype=object)
    if found.verdict is Verdict.PATTERN:
        shown[answer.losing()] = "loses"
        shown[answer.gaining()] = "gains"
    columns: dict[str, Any] = {
        "support": support,
        "support_low": support - half,
        "support_high": support + half,
        "effect": effect,
        "effect_low": effect - half,
        "effect_high": effect + half,
        "effect_p_adjusted": effect_p_values(effect, answer.errors, answer.draws),
        "rank": rank,
        "rank_low": best,
        "rank_high": worst,
        "chosen": answer.would,
        "chosen_share": answer.chosen_share,
        "safe": asked.won & (answer.chosen_share >= 1 - alpha),
        "shown": shown,
        "fewest_on_a_side": _fewest(room.sums, room.shown, asked.cast),
    }
    if found.absentees is not None:
        columns |= {
            "newcomers_assumed": found.absentees.assumed,
            "newcomers_needed": found.absentees.needed,
            "newcomers_possible": found.absentees.possible,
        }
    return columns


def _fewest(sums: Floats, shown: Floats, cast: Cast) -> Ints | list[None]:
    """The fewest voters of one cell on one side of each idea; at least 1, where all agree too."""
    if (cast.low, cast.high) != (0.0, 1.0):
        return [None] * cast.ideas
    sides = np.minimum(np.round(sums), np.round(shown - sums))
    return np.asarray(np.maximum(sides.min(axis=0), 1), dtype=np.intp)


def _reading(row: Mapping[str, Any], *, percent: bool) -> str:
    """One idea in a sentence."""
    if row["support"] is None or math.isnan(row["support"]):
        return _places_only(row)
    if percent:
        before, after = percents([row["support_seen"], row["support"]], decimals=1)
    else:
        before = fixed(row["support_seen"], 2)
        after = fixed(row["support"], 2)
    template = (
        "{idea:label}: a support of {before} in the vote, {after} with every group at its share; "
    )
    return say(template, idea=row["idea_id"], before=before, after=after) + _place(row) + "."


def _places_only(row: Mapping[str, Any]) -> str:
    """One idea in a sentence without its support."""
    return say("{idea:label}: ", idea=row["idea_id"]) + _place(row) + "."


def _place(row: Mapping[str, Any]) -> str:
    """What becomes of an idea's place, as a clause."""
    before = row["chosen_seen"]
    after = row["chosen"]
    if after is None:
        return "chosen in the vote" if before else "not chosen in the vote"
    if bool(before) == bool(after):
        kept = "keeps its place" if before else "stays without a place"
        return f"{kept}, safely" if row["safe"] else f"{kept} on paper"
    clause = "would lose its place" if before else "would gain a place"
    return f"{clause}, beyond chance" if row["shown"] != "none" else f"{clause} on paper, not shown"


def _overall(found: Judged, asked: Asked, how: str) -> dict[str, Any]:
    """What came out for the list, as numbers."""
    answer = found.answer
    record: dict[str, Any] = {
        "verdict": found.verdict.value,
        "people": asked.cast.people,
        "unknown": found.unknown,
        "rule": asked.rule.name,
        "target": asked.target,
        "method": how,
        "places": int(asked.won.sum()),
        "draws": asked.draws,
        "settled_by": found.settled or None,
    }
    if answer is None:
        return record
    room = answer.room
    return record | {
        "p_value": found.p_value,
        "stability": answer.stability,
        "lost_on_paper": int((asked.won & ~answer.would).sum()),
        "gained_on_paper": int((~asked.won & answer.would).sum()),
        "moved": answer.moved,
        "moved_high": answer.moved_high,
        "safe": int((asked.won & (answer.chosen_share >= 1 - asked.alpha)).sum()),
        "replaced": room.replaced,
        "design_effect": room.design_effect,
        "effective_n": float(room.people.sum() / room.design_effect),
        "largest_weight": float(room.weight.max()),
        "critical_value": answer.shown.critical,
    }


def _groups(community: Community, found: Judged) -> Table:
    """Each group of each attribute in the room and in the community."""
    rows = []
    weight = _weights_of_people(found)
    for at, attribute in enumerate(community.attributes):
        sizes = community.sizes(at)
        few = (sizes > 0) & (sizes < LEAST_SHOWN)
        if few.any():
            rows.append(
                {
                    "attribute": attribute,
                    "group": f"(groups of fewer than {LEAST_SHOWN} voters)",
                    "count": int(sizes[few].sum()),
                    "share_room": sizes[few].sum() / sizes.sum(),
                    "share_community": float(community.shares[at][few].sum()),
                }
            )
        for k, group in enumerate(community.groups[at]):
            if few[k]:
                continue
            mean = None
            if weight is not None:
                mine = (community.codes[:, at] == k) & ~np.isnan(weight)
                mean = float(weight[mine].mean()) if mine.any() else None
            rows.append(
                {
                    "attribute": attribute,
                    "group": group,
                    "count": int(sizes[k]),
                    "share_room": sizes[k] / max(sizes.sum(), 1),
                    "share_community": float(community.shares[at][k]),
                    "mean_weight": mean,
                }
            )
    return Table.from_records(rows, _GROUPS)


def _weights_of_people(found: Judged) -> Floats | None:
    """Each voter's weight, nan where the group is not known."""
    if found.answer is None:
        return None
    room = found.answer.room
    known = known_rows(found.community.codes)
    weights = np.full(len(known), np.nan)
    weights[known] = room.weight[room.cell]
    return weights


def _picture(found: Judged, asked: Asked, names: Names) -> Slope | None:
    """Two lists side by side; under them how far the closest idea is from another place."""
    if found.answer is None:
        return None
    strip = closest(found.absentees) if found.absentees is not None else None
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
        cut=int(asked.won.sum()) if asked.rule.name == "top" else None,
        assumed=None if strip is None else "newcomers_assumed",
        needed=None if strip is None else "newcomers_needed",
        closest=None if strip is None else names.ideas[strip],
        ends=(asked.cast.low, asked.cast.high),
        below="It takes those who stayed away to think like those of their group who came.",
    )
