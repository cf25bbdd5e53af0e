"""Reach a verdict on the list: gates first, then what is shown, then what every check says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note, Verdict, counted
from coprep.ideas._consequences.answer import Answer, answer_of
from coprep.ideas._consequences.newcomers import (
    Newcomers,
    absent_bounds,
    another_list_possible,
    newcomers,
)
from coprep.ideas._consequences.weighed import Room, errors_of, known_rows, room_of
from coprep.ideas._judging.eligibility import (
    first_refusal,
    labels_from_outside,
    labels_not_from_ballot,
)
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.metrics._streams import stream
from coprep.verdicts import IDEAS, decide

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.ideas._consequences.cast import Cast
    from coprep.ideas._consequences.community import Community
    from coprep.ideas._consequences.rules import Rule
    from coprep.metrics._checks import Bools, Floats, Ints

LEAST_PEOPLE = 25
LEAST_SAW = 5
"""An idea that fewer people of a group saw is in no test."""
LEAST_EFFECTIVE = 15.0
MOST_DESIGN_EFFECT = 3.0
LARGEST_WEIGHT = 10.0
MOST_ASSOCIATION = 0.3
"""From this Cramér's V on, raking keeps what the community may not have."""

_SAME = 1e-9
_MOST_RUNS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The votes, the rule and the list seen, and how sure one wants to be."""

    process: Process
    cast: Cast
    voters: Ints
    ideas: Ints
    rule: Rule
    seen: Floats
    won: Bools
    own: Cast | None  # without votes for own ideas; None where there are none
    refusal: Note | None  # why no attribute could be judged
    from_votes: Mapping[str, Note]  # attributes that were made from the votes, and why
    target: str
    joint: bool
    population: float | None
    min_group: int
    material: float
    alpha: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judged:
    """What can be said, by one set of attributes.

    ``refusal`` is why nothing can be judged, ``doubt`` why no change can be said; ``settled`` how
    an all-clear was reached: ``"matched"``, ``"bounds"``, ``"stable"`` or ``"small"``.
    """

    verdict: Verdict
    community: Community
    p_value: float = float("nan")
    answer: Answer | None = None
    absentees: Newcomers | None = None
    refusal: Note | None = None
    doubt: Note | None = None
    settled: str = ""
    low: Floats | None = None
    high: Floats | None = None
    unknown: int = 0
    unknown_low: Floats | None = None
    unknown_high: Floats | None = None
    checks: Mapping[str, bool] = field(default_factory=dict)


def judged(asked: Asked, community: Community) -> Judged:
    """Ask one set of attributes whether another list would be the result."""
    made = [asked.from_votes[a] for a in community.attributes if a in asked.from_votes]
    refusal = asked.refusal or next(iter(made), None)
    present = known_rows(community.codes)
    unknown = int((community.codes == -1).any(axis=1).sum())
    if not present.any():
        return Judged(
            verdict=Verdict.NOT_ASSESSABLE,
            community=community,
            refusal=refusal or _nobody_known(community),
            unknown=unknown,
        )
    absent = _absent(community.of(present))
    if absent is not None:
        return _with_absent(asked, community, absent, refusal, unknown)
    try:
        room = _room(asked.cast, community, present)
    except InputError as error:
        return Judged(
            verdict=Verdict.NOT_ASSESSABLE,
            community=community,
            refusal=refusal or _contradiction(community, error),
            unknown=unknown,
        )
    answer = _answer(asked, room, community, "list")
    absentees = newcomers(room, asked.rule)
    found = Judged(
        verdict=Verdict.NOT_ASSESSABLE,
        community=community,
        answer=answer,
        absentees=absentees,
        unknown=unknown,
        p_value=answer.shown.p_value,
        low=absentees.low,
        high=absentees.high,
    )
    runs = list(_unknown_rooms(asked, community)) if unknown else []
    if unknown:
        supports = np.array([room.support, *(run.support for run in runs)])
        found = replace(found, unknown_low=supports.min(axis=0), unknown_high=supports.max(axis=0))
    exact = all(error is None for error in community.errors)
    matched = exact and room.replaced < _SAME and not unknown
    if refusal is None and not matched:
        refusal = _too_few(room, community, asked.min_group)
    if refusal is not None:
        return replace(found, refusal=refusal)
    settled = ""
    if matched:
        settled = "matched"
    elif exact and not any(
        newcomers(one, asked.rule).could_change(asked.won, asked.rule) for one in (room, *runs)
    ):
        settled = "bounds"
    doubt = _doubt(room, community, joint=asked.joint)
    if not settled and doubt is None:
        settled = _stays(asked, answer)
    if settled in ("stable", "small"):
        others = (_answer(asked, run, community, f"unknown {k}") for k, run in enumerate(runs))
        if not all(_stays(asked, other) for other in others):
            settled = ""
            doubt = _unknown_doubt(unknown)
    if asked.target == "community":
        settled = ""
        doubt = Note(
            "description",
            "A description: newcomers may think otherwise than those of their group who came.",
        )
    checks = {}
    if not settled and doubt is None and answer.changes:
        checks = _checks(asked, community, present, room, runs)
        failed = [name for name, held in checks.items() if not held]
        if failed:
            template = "The change does not stand in every check: {checks}."
            doubt = Note.of("checks_differ", template, checks=", ".join(failed))
    verdict = decide(
        IDEAS,
        float(answer.changes),
        (0.0, 0.0),
        p_value=answer.shown.p_value,
        alpha=asked.alpha,
        shown_small=bool(settled),
        doubt=doubt is not None,
    )
    return replace(found, verdict=verdict, settled=settled, doubt=doubt, checks=checks)


def _room(cast: Cast, community: Community, present: Bools) -> Room:
    return room_of(cast.of(present), community.codes[present], community.shares)


def _answer(asked: Asked, room: Room, community: Community, name: str) -> Answer:
    """Both lists of one set of weights, with errors and draws of its own."""
    errors = errors_of(
        room,
        target=asked.target,
        joint=asked.joint,
        population=asked.population,
        share_errors=community.errors,
    )
    return answer_of(
        room,
        errors,
        asked.rule,
        asked.won,
        seen=asked.seen,
        tested=seen_by_enough(room),
        alpha=asked.alpha,
        draws=asked.draws,
        rng=stream(asked.seed, f"reweighted_outcome: {name}"),
    )


def seen_by_enough(room: Room) -> Bools:
    """The ideas that enough people of every group saw to be in a test."""
    enough = np.ones(room.cast.ideas, dtype=np.bool_)
    if room.cast.shown is None:
        return enough
    for code, share in zip(room.codes.T, room.shares, strict=True):
        by_group = np.zeros((len(share), room.cast.ideas))
        np.add.at(by_group, code, room.shown)
        enough &= (by_group[share > 0] >= LEAST_SAW).all(axis=0)
    return enough


def _stays(asked: Asked, answer: Answer) -> str:
    """How the list is shown to stay, or nearly: ``"stable"``, ``"small"``, or not at all."""
    if answer.changes:
        return ""
    if answer.stays and answer.stability >= 1 - asked.alpha:
        return "stable"
    if answer.shifted_high <= asked.material:
        return "small"
    return ""


# -- gates -----------------------------------------------------------------------------------------


def made_from_votes(process: Process, cast: Cast, community: Community) -> dict[str, Note]:
    """The attributes that were made from the votes: they cannot tell what groups wanted."""
    value = cast.value.tocoo()
    person, idea = (at[value.data > 0].astype(np.intp) for at in value.coords)
    found = {}
    for at, name in enumerate(community.attributes):
        codes = np.maximum(community.codes[:, at], -1)
        refusal = first_refusal(
            labels_from_outside(process, name),
            labels_not_from_ballot(person, idea, codes, attribute=name),
        )
        if refusal is not None:
            found[name] = Note("labels_from_votes", str(refusal), {"attribute": name})
    return found


def _nobody_known(community: Community) -> Note:
    template = "nobody's {attributes:labels} is known"
    return Note.of("nobody_known", template, attributes=list(community.attributes))


@dataclass(frozen=True, slots=True)
class _Absence:
    """Groups of the community that nobody in the room belongs to."""

    attribute: int
    groups: tuple[int, ...]
    share: float


def _absent(community: Community) -> _Absence | None:
    """The attribute of which the largest share of the community is absent, if any is."""
    found = []
    for at, shares in enumerate(community.shares):
        nobody = np.flatnonzero((shares > 0) & (community.sizes(at) == 0))
        if len(nobody):
            found.append(_Absence(at, tuple(nobody.tolist()), float(shares[nobody].sum())))
    return max(found, key=lambda one: one.share, default=None)


def _with_absent(
    asked: Asked,
    community: Community,
    absent: _Absence,
    refusal: Note | None,
    unknown: int,
) -> Judged:
    """Nobody speaks for a group: bounds over whatever it thinks, and never a weight for it."""
    at = absent.attribute
    names = [community.groups[at][k] for k in absent.groups]
    template = (
        "nobody of {groups:labels} ({attribute:name}) took part, {share:percent} of the community; "
        "what they would have chosen cannot be read from others' votes"
    )
    values = {"groups": names, "attribute": community.attributes[at], "share": absent.share}
    why = Note.of("absent_group", template, **values)
    low = None
    high = None
    settled = ""
    alone = community.only(at)
    known = known_rows(alone.codes)
    if known.any() and len(community.attributes) == 1:
        room = _room(asked.cast, _without(alone, absent.groups), known)
        low, high = absent_bounds(room, 1 - absent.share)
        if (
            refusal is None
            and not unknown
            and _too_few(room, alone, asked.min_group, absent) is None
        ) and not another_list_possible(low, high, asked.won, asked.rule):
            settled = "bounds"
    verdict = Verdict.NOT_ASSESSABLE
    if settled and asked.target == "room":
        verdict = Verdict.NO_MATERIAL_DIFFERENCE
    return Judged(
        verdict=verdict,
        community=community,
        refusal=None if settled else refusal or why,
        doubt=why,
        settled=settled,
        low=low,
        high=high,
        unknown=unknown,
    )


def _without(community: Community, groups: tuple[int, ...]) -> Community:
    """One attribute whose absent groups have no share."""
    share = community.shares[0].copy()
    share[list(groups)] = 0.0
    return type(community)(
        community.attributes, community.groups, (share / share.sum(),), community.codes, (None,)
    )


def _contradiction(community: Community, error: InputError) -> Note:
    """Totals that no weights reach."""
    got = error.got
    if error.code == "out_of_reach" and isinstance(got, tuple):
        at, group = got
        template = (
            "no weights give every group its share: {group:label} ({attribute:name}) cannot have "
            "its own while the others have theirs"
        )
        name = community.groups[at][group]
        return Note.of("out_of_reach", template, group=name, attribute=community.attributes[at])
    return Note("out_of_reach", "no weights give every group its share")


def _too_few(
    room: Room, community: Community, least: int, absent: _Absence | None = None
) -> Note | None:
    """Too few people in a group, in the room, or by what their weights are worth."""
    for at, share in enumerate(room.shares):
        sizes = room.group_sizes[at]
        small = (share > 0) & (sizes < least)
        if absent is not None and at == absent.attribute:
            small[list(absent.groups)] = False
        if small.any():
            k = int(np.argmin(np.where(small, sizes, np.inf)))
            if sizes[k] < LEAST_SHOWN:
                template = (
                    "a group of {attribute:name} has fewer than {shown} voters, too few to speak "
                    "for their part of the community; merge it with another"
                )
                attribute = community.attributes[at]
                return Note.of("small_group", template, attribute=attribute, shown=LEAST_SHOWN)
            template = (
                "only {voters} in {group:label} ({attribute:name}) took part; at least {least} are "
                "needed to speak for {share:percent} of the community"
            )
            return Note.of(
                "small_group",
                template,
                voters=counted(int(sizes[k]), "voter"),
                group=community.groups[at][k],
                attribute=community.attributes[at],
                least=least,
                share=float(share[k]),
            )
    people = int(room.people.sum())
    if people < LEAST_PEOPLE:
        template = "only {voters} of known group took part; at least {least} are needed"
        voters = counted(people, "voter")
        return Note.of("few_voters", template, voters=voters, least=LEAST_PEOPLE)
    worth = people / room.design_effect
    if worth < LEAST_EFFECTIVE:
        template = (
            "weighted, {voters} are worth only {effective:.0f} equal ones; at least {least:.0f} "
            "are needed"
        )
        return Note.of(
            "few_effective",
            template,
            voters=counted(people, "voter"),
            effective=worth,
            least=LEAST_EFFECTIVE,
        )
    return None


def _doubt(room: Room, community: Community, *, joint: bool) -> Note | None:
    """Why weights alone cannot show a change, or that there is none."""
    largest = float(room.weight.max())
    if room.design_effect > MOST_DESIGN_EFFECT or largest > LARGEST_WEIGHT:
        template = (
            "one person would speak for up to {largest:.0f}: too few people for so much weight"
        )
        return Note.of("heavy_weights", template, largest=largest, design_effect=room.design_effect)
    if joint:
        return None
    for one, two in product(range(len(room.shares)), repeat=2):
        if one < two and _association(room, one, two) > MOST_ASSOCIATION:
            template = (
                "{first:name} and {second:name} go together in the room, and whether they do in "
                "the community is not known"
            )
            return Note.of(
                "associated",
                template,
                first=community.attributes[one],
                second=community.attributes[two],
                cramers_v=_association(room, one, two),
            )
    return None


def _association(room: Room, one: int, two: int) -> float:
    """Cramér's V of two attributes in the room."""
    table = np.zeros((len(room.shares[one]), len(room.shares[two])))
    np.add.at(table, (room.codes[:, one], room.codes[:, two]), room.people)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    chi_square = ((table - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi_square / table.sum() / (min(table.shape) - 1)))


def _unknown_doubt(unknown: int) -> Note:
    template = "the answer hangs on the groups of {voters} that are not known"
    return Note.of("unknown_matters", template, voters=counted(unknown, "voter"))


# -- checks ----------------------------------------------------------------------------------------


def _unknown_rooms(asked: Asked, community: Community) -> Iterator[Room]:
    """The room with everybody whose group is unknown in each group in turn."""
    inside = np.asarray((community.codes >= -1).all(axis=1))
    codes = community.codes[inside]
    cast = asked.cast.of(inside)
    gaps = [at for at in range(codes.shape[1]) if (codes[:, at] == -1).any()]
    choices = [
        [k for k in range(len(community.groups[at])) if community.shares[at][k] > 0] for at in gaps
    ]
    usual = [int(np.argmax(community.sizes(at))) for at in gaps]
    every = list(product(*choices))
    if len(every) > _MOST_RUNS:
        every = [
            tuple(k if one == at else usual[one] for one in range(len(gaps)))
            for at in range(len(gaps))
            for k in choices[at]
        ]
    for choice in every:
        filled = codes.copy()
        for at, group in zip(gaps, choice, strict=True):
            filled[filled[:, at] == -1, at] = group
        try:
            yield room_of(cast, filled, community.shares)
        except InputError:
            continue


def _checks(
    asked: Asked, community: Community, present: Bools, room: Room, runs: list[Room]
) -> dict[str, bool]:
    """Whether another list is still the result in every robustness run."""
    found = {}
    trimmed = room.trimmed()
    if not np.allclose(trimmed.weight, room.weight):
        name = "with weights of at most five times the median"
        found[name] = _answer(asked, trimmed, community, "trimmed").changes
    if room.cast.shown is None:
        would = asked.rule.chosen(room.shrunk())
        name = "with the means of groups drawn to that of all"
        found[name] = bool((would != asked.won).any())
    if asked.own is not None:
        without = _room(asked.own, community, present)
        name = "without votes for one's own ideas"
        found[name] = _answer(asked, without, community, "own votes").changes
    for k, run in enumerate(runs):
        name = "wherever people of unknown group belong"
        found[name] = _answer(asked, run, community, f"unknown {k}").changes
        if not found[name]:
            break
    return found
