"""Deal labels out at random, and plant a bias of known size in a process.

A plant takes (process, attribute, share, rng) and gives a process in which ``share`` of what it
touches is bent: 0.1 is 10 points. It bends only what is there; without the table it needs it gives
the process back as it was. Plants that favour or slight one group use the same one: the largest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.data.process.coded import Authorship, Ballots, Grouping
from coprep.data.process.process import Process
from coprep.data.process.tables.participants import People
from coprep.simulate.draws import close_rivals

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.metrics._checks import Bools, Floats, Ints


Plant = Callable[[Process, str, float, "Generator"], Process]


def placebo(
    process: Process, attribute: str, rng: Generator, strata: Ints | None = None
) -> Process:
    """The same process with the labels of one attribute dealt out again among people.

    With ``strata`` only among people of one stratum.
    """
    grouping = process.grouping(attribute)
    codes = np.array(grouping.codes)
    kind = np.zeros(len(codes), dtype=np.intp) if strata is None else strata
    for stratum in np.unique(kind):
        rows = np.flatnonzero((codes >= 0) & (kind == stratum))
        codes[rows] = rng.permutation(codes[rows])
    return _relabelled(process, Grouping(attribute, grouping.groups, codes))


def drawn(process: Process, attribute: str, shares: Mapping[str, float], rng: Generator) -> Process:
    """The same process with everybody's known label drawn from a community."""
    groups = tuple(sorted(shares))
    chance = np.array([shares[group] for group in groups])
    known = np.asarray(process.grouping(attribute).codes >= 0)
    labels = rng.choice(len(groups), size=len(known), p=chance / chance.sum())
    used = np.unique(labels[known])
    codes = np.where(known, np.searchsorted(used, labels), -1).astype(np.intp)
    return _relabelled(process, Grouping(attribute, tuple(groups[k] for k in used), codes))


def _relabelled(process: Process, grouping: Grouping) -> Process:
    people = process._contents.people
    attribute = grouping.attribute
    groupings = {name: process.grouping(name) for name in process.attributes}
    groupings[attribute] = grouping
    made = People(people.ids, groupings)
    made.numbers = people.numbers
    made.invited_at = people.invited_at
    return _changed(process, people=made)


def dealt(
    process: Process,
    attribute: str,
    detector: str,
    rng: Generator,
    *,
    strata: Ints | None = None,
    community: Mapping[str, float] | None = None,
) -> Process:
    """A process in which a detector has nothing to find: labels (or authors) dealt out.

    ``strata`` are people among whom labels are dealt; ``community`` are shares from which they are
    drawn instead.
    """
    if community is None:
        world = placebo(process, attribute, rng, strata)
    else:
        world = drawn(process, attribute, community, rng)
    return _authors_dealt(world, rng) if detector in _ABOUT_AUTHORS else world


def _authors_dealt(process: Process, rng: Generator) -> Process:
    """Each idea given to people who rated it; what its authors said of it is taken out."""
    ideas = process.ideas
    wrote = process.authorship
    ratings = process._contents.ratings
    if ideas is None or ratings is None:
        return process
    others = _with_ballots(process, lambda ballots: ballots.where(~ballots.is_self))
    rated = np.zeros((len(process.people), len(ideas)), dtype=np.bool_)
    for kind in ratings.kinds:
        full = others.ballots(kind).complete()
        rated[full.person, full.idea] = True
    person = np.array(wrote.person)
    for idea in np.unique(wrote.idea):
        rows = np.flatnonzero(wrote.idea == idea)
        raters = np.flatnonzero(rated[:, idea])
        if len(raters) >= len(rows):
            person[rows] = rng.choice(raters, len(rows), replace=False)
    return _with_authors(others, person)


def focal_group(process: Process, attribute: str) -> int:
    """The group that one-sided plants favour or slight: the largest, of equals the first."""
    sizes = process.grouping(attribute).sizes
    return int(np.argmax(sizes)) if len(sizes) else -1


def _changed(process: Process, **changes: Any) -> Process:
    """A process with some contents replaced; labels no longer follow from the votes."""
    return Process.of_contents(
        replace(process._contents, **changes),
        baseline=process.baselines or None,
        title=process.title,
        selection=process.selection,
        budget=process.budget,
    )


def _own(process: Process, attribute: str) -> Bools:
    """Ideas by groups: whether the idea is for the group or, where nobody is named, by it."""
    if attribute in process.named_attributes:
        weights = process.beneficiaries(attribute)[0][:, : len(process.grouping(attribute).groups)]
        return np.asarray(weights > 0)
    return _by(process, attribute)


def _by(process: Process, attribute: str) -> Bools:
    """Ideas by groups: whether an author of the idea belongs to the group."""
    grouping = process.grouping(attribute)
    wrote = process.authorship
    table = np.zeros((len(process.ideas or ()), len(grouping.groups)), dtype=np.bool_)
    code = grouping.codes[wrote.person]
    table[wrote.idea[code >= 0], code[code >= 0]] = True
    return table


def _focal_ideas(process: Process, attribute: str) -> Bools:
    """Which ideas have an author in the focal group."""
    focal = focal_group(process, attribute)
    return (
        _by(process, attribute)[:, focal]
        if focal >= 0
        else np.zeros(len(process.ideas or ()), dtype=np.bool_)
    )


def _focal_people(process: Process, attribute: str) -> Bools:
    """Who belongs to the focal group."""
    focal = focal_group(process, attribute)
    return np.asarray((process.grouping(attribute).codes == focal) & (focal >= 0))


def _chance(share: float, base: float) -> float:
    """The chance with which a no must turn into a yes for the rate to rise by ``share``."""
    return min(1.0, share / (1.0 - base)) if base < 1 else 0.0


# -- what people say ideas are for
# ---------------------------------------------------------------------------


def _beneficiaries(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """Ideas name their author's own group ``share`` more often."""
    named = process._contents.beneficiaries.get(attribute)
    if named is None or process.ideas is None:
        return process
    by = _by(process, attribute)
    weight = named.matrix(len(process.ideas))
    own = weight[:, : by.shape[1]]
    base = float((own[by] > 0).mean()) if by.any() else 1.0
    silent = by & (own == 0)
    own[silent & (rng.random(by.shape) < _chance(share, base))] = 1.0
    idea, group = np.nonzero(weight)
    bent = replace(named, idea=idea, group=group, weight=weight[idea, group])
    return _changed(process, beneficiaries={**process._contents.beneficiaries, attribute: bent})


# -- votes and ratings
# ---------------------------------------------------------------------------------------


def _with_ballots(process: Process, bend: Callable[[Ballots], Ballots]) -> Process:
    """A process in which each kind of ballot has been bent."""
    ratings = process._contents.ratings
    if ratings is None:
        return process
    return _changed(
        process,
        ratings=replace(
            ratings, ballots={kind: bend(ratings.of_kind(kind)) for kind in ratings.kinds}
        ),
    )


def _votes(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """People support ideas for (or by) their own group ``share`` more often."""
    codes = process.grouping(attribute).codes
    own = _own(process, attribute)

    def bend(ballots: Ballots) -> Ballots:
        if ballots.kind == "choose_one":
            return _chosen_again(ballots, codes, own, share, rng)
        full = ballots if ballots.kind == "points" else ballots.complete()
        return _lifted(full, _is_own(full, codes, own), share, rng)

    return _with_ballots(process, bend)


def _is_own(ballots: Ballots, codes: Ints, own: Bools) -> Bools:
    code = codes[ballots.person]
    inside = code >= 0
    inside[inside] = own[ballots.idea[inside], code[inside]]
    return np.asarray(inside)


def _lifted(
    ballots: Ballots, chosen: Bools, share: float, rng: Generator, *, down: bool = False
) -> Ballots:
    """Some pairs rated higher, or lower: a no turned into a yes, or a score moved."""
    value = ballots.value.astype(np.float64)
    if not chosen.any():
        return ballots
    if ballots.kind in {"score", "rank", "points"}:
        low = float(value.min())
        high = float(value.max())
        better = -1.0 if (ballots.kind == "rank") != down else 1.0
        value[chosen] = np.clip(value[chosen] + better * share * (high - low), low, high)
        return replace(ballots, value=value)
    yes = value > 0
    rate = float(yes[chosen].mean())
    turned = chosen & (yes if down else ~yes)
    turned &= rng.random(len(value)) < (
        min(1.0, share / rate) if down and rate else _chance(share, rate)
    )
    against = -1.0 if ballots.kind == "agree" else 0.0
    value[turned] = against if down else 1.0
    return replace(ballots, value=value)


def _chosen_again(
    ballots: Ballots, codes: Ints, own: Bools, share: float, rng: Generator
) -> Ballots:
    """``share`` of voters for others' ideas choose one of their own group's instead."""
    idea = np.array(ballots.idea)
    offered = np.zeros(ballots.n_ideas, dtype=np.bool_)
    offered[ballots.idea] = True
    elsewhere = (ballots.value > 0) & ~_is_own(ballots, codes, own) & (codes[ballots.person] >= 0)
    moved = np.flatnonzero(
        elsewhere & (rng.random(len(idea)) < _chance(share, 1.0 - float(elsewhere.mean())))
    )
    for k in range(own.shape[1]):
        options = np.flatnonzero(own[:, k] & offered)
        rows = moved[codes[ballots.person[moved]] == k]
        if len(options):
            idea[rows] = rng.choice(options, len(rows))
    return replace(ballots, idea=idea)


def _taste(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """The focal group supports a random half of the ideas more, the other half less."""
    inside = _focal_people(process, attribute)
    liked = rng.permutation(len(process.ideas or ())) % 2 == 0

    def bend(ballots: Ballots) -> Ballots:
        full = ballots.complete()
        theirs = inside[full.person]
        up = _lifted(full, theirs & liked[full.idea], share, rng)
        return _lifted(up, theirs & ~liked[full.idea], share, rng, down=True)

    return _with_ballots(process, bend)


def _own_ideas(process: Process, _attribute: str, share: float, rng: Generator) -> Process:
    """People rate their own ideas higher by ``share`` of the scale."""
    return _with_ballots(process, lambda ballots: _lifted(ballots, ballots.is_self, share, rng))


def _rivals(process: Process, _attribute: str, share: float, rng: Generator) -> Process:
    """People rate others' ideas on a topic they wrote on lower by ``share`` of the scale on average:
    those of the half nearest to their own in mean rating, by twice that.
    """
    ideas = process.ideas
    wrote = process.authorship
    if ideas is None or not ideas.topics:
        return process

    def bend(ballots: Ballots) -> Ballots:
        many = np.maximum(np.bincount(ballots.idea, minlength=len(ideas)), 1)
        mean = np.bincount(ballots.idea, ballots.value, minlength=len(ideas)) / many
        near = close_rivals(wrote.person, wrote.idea, ideas.topic, mean, len(process.people))
        rival = near[ballots.person, ballots.idea] & ~ballots.is_self
        return _lifted(ballots, rival, min(2 * share, 1.0), rng, down=True)

    return _with_ballots(process, bend)


def _outcome(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """``share`` of the focal group's votes for adopted ideas go to ideas not adopted."""
    if process.ideas is None:
        return process
    inside = _focal_people(process, attribute)
    won = process.ideas.adopted == 1

    def bend(ballots: Ballots) -> Ballots:
        value = ballots.value.astype(np.float64)
        lost = (
            inside[ballots.person]
            & won[ballots.idea]
            & (value > 0)
            & (rng.random(len(value)) < share)
        )
        value[lost] = 0.0
        return replace(ballots, value=value)

    return _with_ballots(process, bend)


# -- what became of ideas
# ------------------------------------------------------------------------------------


def _adoption(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """Ideas of the focal group are adopted ``share`` more often."""
    ideas = process.ideas
    if ideas is None:
        return process
    theirs = _focal_ideas(process, attribute) & ~np.isnan(ideas.adopted)
    adopted = ideas.adopted.copy()
    if theirs.any():
        chance = _chance(share, float(adopted[theirs].mean()))
        adopted[theirs & (adopted == 0) & (rng.random(len(adopted)) < chance)] = 1.0
    return _changed(process, ideas=replace(ideas, adopted=adopted))


def _responses(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """Ideas of the focal group are answered ``share`` less often."""
    told = process.responses
    ideas = process.ideas
    if told is None or ideas is None:
        return process
    theirs = _focal_ideas(process, attribute)
    answered = np.bincount(told.idea, minlength=len(ideas)) > 0
    base = float(answered[theirs].mean()) if theirs.any() else 0.0
    silent = theirs & (rng.random(len(ideas)) < (min(1.0, share / base) if base else 0.0))
    keep = ~silent[told.idea]
    texts = {
        name: tuple(text for text, kept in zip(getattr(told, name), keep, strict=True) if kept)
        for name in ("kind", "outcome", "responder_role")
    }
    return _changed(
        process, responses=replace(told, idea=told.idea[keep], at=told.at[keep], **texts)
    )


def _priorities(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """``share`` of the focal group want only what was adopted least."""
    stated = process.priorities
    ideas = process.ideas
    if stated is None or ideas is None:
        return process
    won = [ideas.topics[t] for t in ideas.topic[(ideas.adopted == 1) & (ideas.topic >= 0)]]
    least = int(np.argmin([won.count(topic) for topic in stated.topics]))
    inside = _focal_people(process, attribute)
    moved = inside & (rng.random(len(inside)) < share)
    topic = np.where(moved[stated.person], least, stated.topic)
    return _changed(process, priorities=replace(stated, topic=topic))


# -- whose voice
# ---------------------------------------------------------------------------------------------


def _authors(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """The focal group writes ``share`` more of the ideas."""
    wrote = process.authorship
    codes = process.grouping(attribute).codes
    return _with_authors(
        process, _handed_over(wrote.person, codes, focal_group(process, attribute), share, rng)
    )


def _with_authors(process: Process, person: Ints) -> Process:
    """The same ideas written by others, and ballots that know whose ideas they are now."""
    wrote = process.authorship
    n = max(len(process.ideas or ()), 1)
    bent = _changed(process, authorship=Authorship(wrote.idea, person, wrote.share))
    own = person * np.int64(n) + wrote.idea

    def marked(ballots: Ballots) -> Ballots:
        return replace(ballots, is_self=np.isin(ballots.person * np.int64(n) + ballots.idea, own))

    return _with_ballots(bent, marked)


def _turns(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """The focal group takes ``share`` more of the turns."""
    talk = process._contents.talk
    if talk is None:
        return process
    turns = talk.fetch()
    codes = process.grouping(attribute).codes
    people = len(process.people)
    person = _handed_over(turns.person, codes, focal_group(process, attribute), share, rng)
    known = person >= 0

    def by_person(amount: Floats | None) -> Floats:
        given = None if amount is None else np.nan_to_num(amount[known])
        return np.bincount(person[known], given, minlength=people).astype(float)

    words = None if talk.words is None else by_person(turns.words)
    seconds = None if talk.seconds is None else by_person(turns.seconds)
    rows = replace(turns, person=person)
    return _changed(
        process, talk=replace(talk, turns=by_person(None), words=words, seconds=seconds, rows=rows)
    )


def _handed_over(person: Ints, codes: Ints, focal: int, share: float, rng: Generator) -> Ints:
    """Rows of others given to people of the focal group (who have rows, if any do)."""
    known = np.flatnonzero((person >= 0) & (codes[np.maximum(person, 0)] >= 0))
    theirs = codes[person[known]] == focal
    pool = (
        np.unique(person[known[theirs]])
        if theirs.any()
        else np.flatnonzero((codes == focal) & (focal >= 0))
    )
    given = known[
        ~theirs
        & (rng.random(len(known)) < _chance(share, float(theirs.mean()) if len(known) else 1.0))
    ]
    new = np.array(person)
    new[given] = rng.choice(pool, len(given)) if len(pool) else person[given]
    return new


def _topics(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """``share`` of the focal group's ideas go to the most frequent topic."""
    ideas = process.ideas
    if ideas is None or not ideas.topics:
        return process
    theirs = _focal_ideas(process, attribute) & (ideas.topic >= 0)
    most = int(np.argmax(np.bincount(ideas.topic[ideas.topic >= 0], minlength=len(ideas.topics))))
    moved = theirs & (rng.random(len(ideas)) < share)
    return _changed(process, ideas=replace(ideas, topic=np.where(moved, most, ideas.topic)))


def _text(process: Process, attribute: str, share: float, rng: Generator) -> Process:
    """``share`` of the focal group's ideas say "I" and "my" once more."""
    ideas = process.ideas
    if ideas is None or ideas.text is None:
        return process
    theirs = _focal_ideas(process, attribute)
    more = theirs & (rng.random(len(ideas)) < share)
    text = tuple(
        f"{said} I my" if said and m else said for said, m in zip(ideas.text, more, strict=True)
    )
    return _changed(process, ideas=replace(ideas, text=text))


PLANTS: Mapping[str, Plant] = {
    "adoption": _adoption,
    "authors": _authors,
    "beneficiaries": _beneficiaries,
    "outcome": _outcome,
    "own_ideas": _own_ideas,
    "priorities": _priorities,
    "responses": _responses,
    "rivals": _rivals,
    "taste": _taste,
    "text": _text,
    "topics": _topics,
    "turns": _turns,
    "votes": _votes,
}
"""What can be planted, by name."""

UNLABELLED = frozenset({"dominance.voice", "framing_support"})
"""Questions whose answer does not depend on who is in which group: dealing labels takes nothing."""

_ABOUT_AUTHORS = frozenset({"own_ideas", "rivals"})

FITTING: Mapping[str, tuple[str, ...]] = {
    "adoption": ("adoption",),
    "agenda": ("topics",),
    "blocs": ("votes",),
    "consensus": ("taste",),
    "dominance": ("authors", "turns"),
    "framing": ("text",),
    "homophily": ("votes",),
    "in_group": ("votes",),
    "outcome": ("outcome",),
    "own_ideas": ("own_ideas",),
    "priorities": ("priorities",),
    "responses": ("responses",),
    "rivals": ("rivals",),
    "self_serving": ("beneficiaries",),
    "vocabulary": ("text",),
}
"""What is planted for which detector, by its name."""
