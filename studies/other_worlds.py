"""Worlds of another make: nothing here is shared with `coprep.simulate`, so that neither hides a fault of the other.

A plain world has 150 people in three groups (50, 30 and 20%), 120 ideas on 5 topics by authors of very different
activity, ideas of different quality (0.7 logits), and people who saw 30% of them. In the innocent worlds nobody prefers
anybody, though much differs by group: who was there when, who writes well, who ticks several boxes, who answers at
random. In the planted worlds something is there to be found, and its size is known.

    python studies/other_worlds.py                    # ten innocent and eight planted worlds, and what is said of each
    python studies/other_worlds.py --study            # how often a pattern is told in every one: 1,000 draws of each
    python studies/other_worlds.py --study --worlds 100 --only rivals

The study goes on where it stopped: seeds are 0, 1, 2 ..., and counts with how many seeds they rest on are kept. "At most
1%" holds where the share of patterns exceeds 1% by no more than 1.645 standard errors of 1%, and a power of so much
likewise.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one core a worker
    os.environ.setdefault(_name, "1")

import numpy as np

from coprep import Process, ideas
from coprep.results import Result

Floats = np.ndarray[Any, Any]

GROUPS = tuple(f"g{k}" for k in range(8))
SHARES = (0.5, 0.3, 0.2)
TOPICS = ("homes", "parks", "roads", "care", "schools")
DAY = np.datetime64("2026-03-01")


def sigmoid(x: Floats) -> Floats:
    """Chances from log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


@dataclass
class World:
    """People, ideas and what people think of them; each step changes one thing."""

    rng: np.random.Generator
    people: int = 150
    ideas: int = 120
    shares: tuple[float, ...] = SHARES
    group: Floats = field(init=False)
    author: Floats = field(init=False)
    topic: Floats = field(init=False)
    liking: Floats = field(init=False)  # (people, ideas) log odds of a yes
    seen: Floats = field(init=False)  # (people, ideas) whether the idea was shown
    participants: dict[str, list[Any]] = field(default_factory=dict)
    columns: dict[str, list[Any]] = field(default_factory=dict)  # of ideas
    tables: dict[str, Any] = field(default_factory=dict)
    voted_at: Floats | None = None  # (people,) day of a person's votes

    def __post_init__(self) -> None:
        rng = self.rng
        labels = np.repeat(
            np.arange(len(self.shares)), np.ceil(np.array(self.shares) * self.people).astype(int)
        )
        self.group = rng.permutation(labels)[: self.people]
        activity = rng.gamma(1.0, size=self.people) + 0.1
        self.author = rng.choice(self.people, self.ideas, p=activity / activity.sum())
        self.topic = rng.integers(len(TOPICS), size=self.ideas)
        self.quality = rng.normal(0, 0.7, self.ideas)
        self.liking = rng.normal(-0.2, 0.8, (self.people, 1)) + self.quality[None, :]
        eager = np.clip(rng.beta(3, 7, self.people), 0.03, 0.95)
        self.seen = rng.random((self.people, self.ideas)) < eager[:, None]

    @property
    def by(self) -> Floats:
        """The group that wrote each idea."""
        return np.asarray(self.group[self.author])

    @property
    def same(self) -> Floats:
        """(people, ideas) whether the idea is by a person's own group."""
        return np.asarray(self.group[:, None] == self.by[None, :])

    def better(self, group: int, by: float) -> None:
        """The ideas of one group are liked more, by everybody."""
        self.liking = self.liking + np.where(self.by == group, by, 0.0)[None, :]
        self.quality = self.quality + np.where(self.by == group, by, 0.0)

    def name(self, own: float = 0.0, *, boxes: int = -1, everyone: float = 0.0) -> Floats:
        """Whom ideas name: chance of the own group beyond the usual, a group that ticks two boxes or names everybody."""
        k = len(self.shares)
        named = np.zeros((self.ideas, k), dtype=bool)
        drawn = self.rng.integers(k, size=self.ideas)
        first = np.where(self.rng.random(self.ideas) < own, self.by, drawn)
        named[np.arange(self.ideas), first] = True
        if boxes >= 0:
            second = (first + self.rng.integers(1, k, size=self.ideas)) % k
            named[np.arange(self.ideas), second] |= self.by == boxes
        if everyone:
            named |= ((self.by == 0) & (self.rng.random(self.ideas) < everyone))[:, None]
        rows, groups = np.nonzero(named)
        self.tables["beneficiaries"] = {
            "idea_id": [f"i{i}" for i in rows],
            "attribute": ["group"] * len(rows),
            "group": [GROUPS[g] for g in groups],
        }
        return named

    def votes(self) -> Floats:
        """Yes or no on everything."""
        return np.asarray(self.rng.random((self.people, self.ideas)) < sigmoid(self.liking))

    def rate(
        self, kind: str = "agree", *, only_yes: bool = False, values: Floats | None = None
    ) -> None:
        """Write down what people answered to what they saw; with ``only_yes`` nothing but their support."""
        yes = self.votes()
        answers = {"agree": np.where(yes, 1, -1), "approve": yes.astype(int)}
        value = answers.get(kind) if values is None else values
        assert value is not None
        kept = self.seen & yes if only_yes else self.seen
        who, what = np.nonzero(kept)
        table = {
            "participant_id": [f"p{v}" for v in who],
            "idea_id": [f"i{i}" for i in what],
            "value": value[who, what].tolist(),
            "kind": [kind] * len(who),
        }
        if self.voted_at is not None:
            table["at"] = [str(DAY + np.timedelta64(int(d), "D")) for d in self.voted_at[who]]
        self.tables["ratings"] = table

    def choose_one(self) -> None:
        """Everybody who saw anything chooses one idea, by how much it is liked."""
        luck = self.rng.gumbel(size=self.liking.shape) + 1.5 * self.liking
        pick = np.where(self.seen, luck, -np.inf).argmax(axis=1)
        who = np.flatnonzero(self.seen.any(axis=1))
        self.tables["ratings"] = {
            "participant_id": [f"p{v}" for v in who],
            "idea_id": [f"i{i}" for i in pick[who]],
            "value": [1] * len(who),
            "kind": ["choose_one"] * len(who),
        }

    def apart(self, part: Floats, idea_part: Floats, across: float = 0.05) -> None:
        """People see the ideas of their own part, hardly ever those of another."""
        there = (part[:, None] == idea_part[None, :]) | (self.rng.random(self.seen.shape) < across)
        self.seen = there & (self.rng.random(self.seen.shape) < 0.6)

    def process(self, *, authors: bool = True) -> Process:
        """The tables as coprep takes them."""
        names = [f"p{v}" for v in range(self.people)]
        labels = [GROUPS[g] for g in self.group]
        given = {"participant_id": names, "group": labels, **self.participants}
        columns = {"idea_id": [f"i{i}" for i in range(self.ideas)], **self.columns}
        columns.setdefault("topic", [TOPICS[t] for t in self.topic])
        if authors:
            columns["author_id"] = [f"p{v}" for v in self.author]
        return Process(participants=given, ideas=columns, **self.tables)


def plain(rng: np.random.Generator) -> Process:
    """Nothing follows the group."""
    w = World(rng)
    w.name()
    w.rate()
    return w.process()


def boxes(rng: np.random.Generator) -> Process:
    """One group ticks two boxes where others tick one."""
    w = World(rng)
    w.name(boxes=0)
    w.rate()
    return w.process()


def everyone(rng: np.random.Generator) -> Process:
    """One group writes 60% of its ideas for everyone."""
    w = World(rng)
    w.name(everyone=0.6)
    w.rate()
    return w.process()


def writes_worse(rng: np.random.Generator) -> Process:
    """One group's ideas are liked less, whomever they name."""
    w = World(rng)
    w.better(0, -1.0)
    w.name(0.3)
    w.rate()
    return w.process()


def hidden_labels(rng: np.random.Generator) -> Process:
    """The group of people who write for others is known less often."""
    w = World(rng, ideas=200)
    named = w.name()
    own = named[np.arange(w.ideas), w.by]
    others = np.bincount(w.author, ~own, minlength=w.people) / np.maximum(
        np.bincount(w.author, minlength=w.people), 1
    )
    hidden = rng.random(w.people) < 0.6 * others
    w.rate()
    process = w.process
    w.participants["group"] = [
        None if h else GROUPS[g] for g, h in zip(w.group, hidden, strict=True)
    ]
    return process()


def sessions(rng: np.random.Generator, *, recorded: bool = True) -> Process:
    """Two sessions of different composition, each with its own ideas; only yes votes are stored."""
    w = World(rng)
    part = (rng.random(w.people) < np.array([0.8, 0.4, 0.15])[w.group]).astype(int)
    idea_part = np.where(rng.random(w.ideas) < 0.95, part[w.author], 1 - part[w.author])
    w.apart(part, idea_part)
    if recorded:
        w.columns["stage"] = [f"session {s}" for s in idea_part]
    w.name()
    w.rate("approve", only_yes=True)
    return w.process()


def languages(rng: np.random.Generator) -> Process:
    """Two languages; people read the ideas in theirs; only yes votes are stored."""
    w = World(rng)
    part = (rng.random(w.people) < np.array([0.85, 0.4, 0.2])[w.group]).astype(int)
    idea_part = part[w.author]
    w.apart(part, idea_part, across=0.1)
    w.columns["language"] = [("en", "cy")[s] for s in idea_part]
    w.name()
    w.rate("approve", only_yes=True)
    return w.process()


def arrival(rng: np.random.Generator, *, one: bool = False, dated: bool = True) -> Process:
    """One group comes and writes earlier, and nobody sees what is written after they left; only yes votes are stored."""
    w = World(rng)
    early = np.array([0.0, 18.0, 24.0])[w.group]
    came = early + rng.gamma(2.0, 4.0, w.people)
    written = came[w.author] + rng.exponential(2.0, w.ideas)
    left = came + rng.exponential(6.0, w.people)
    w.seen = (written[None, :] <= left[:, None]) & (rng.random(w.seen.shape) < 0.5)
    w.columns["created_at"] = [str(DAY + np.timedelta64(int(d), "D")) for d in written]
    if dated:
        w.voted_at = left
    w.name()
    if one:
        w.voted_at = None
        w.choose_one()
    else:
        w.rate("approve", only_yes=True)
    return w.process()


def clickers(rng: np.random.Generator) -> Process:
    """One group clicks at random, another writes better."""
    w = World(rng)
    w.better(1, 1.0)
    w.liking[w.group == 0] = 0.0
    w.name()
    w.rate()
    return w.process()


def half_scale(rng: np.random.Generator) -> Process:
    """One group uses half of the scale, another writes better; scores from 0 to 100."""
    w = World(rng)
    w.better(1, 0.7)
    use = np.where(w.group == 0, 0.5, 1.0)[:, None]
    score = 50 + use * (20 * w.liking + rng.normal(0, 12, w.liking.shape))
    w.name()
    w.rate("score", values=np.clip(np.rint(score), 0, 100))
    return w.process()


def sharper(rng: np.random.Generator) -> Process:
    """One group tells good from bad ideas twice as well, and writes better."""
    w = World(rng)
    w.better(1, 0.7)
    w.liking[w.group == 1] *= 2.0
    w.name()
    w.rate()
    return w.process()


def topic_tastes(rng: np.random.Generator) -> Process:
    """Groups like, and write on, topics differently."""
    w = World(rng)
    taste = rng.normal(0, 0.7, (len(w.shares), len(TOPICS)))
    chances = np.exp(taste[w.by])
    w.topic = (
        chances.cumsum(axis=1) > rng.random(w.ideas)[:, None] * chances.sum(axis=1)[:, None]
    ).argmax(axis=1)
    w.liking = w.liking + taste[w.group][:, w.topic]
    w.name()
    w.rate()
    return w.process()


def places(rng: np.random.Generator, *, recorded: bool = True) -> Process:
    """People like ideas near their home, wherever they belong; groups live apart, on the whole."""
    w = World(rng)
    home = rng.normal(np.array([-0.7, 0.2, 0.9])[w.group], 0.7)
    where = home[w.author] + rng.normal(0, 0.15, w.ideas)
    w.liking = w.liking + 1.0 - 1.2 * np.abs(home[:, None] - where[None, :])
    if recorded:
        w.columns["area"] = [f"a{k}" for k in np.digitize(where, [-0.9, -0.3, 0.3, 0.9])]
    w.name()
    w.rate()
    return w.process()


def eight_groups(rng: np.random.Generator) -> Process:
    """Eight groups, the smallest of 4%; whose an idea is changes nothing in when it is answered."""
    w = World(rng, people=240, ideas=240, shares=(0.3, 0.2, 0.14, 0.1, 0.09, 0.07, 0.06, 0.04))
    written = rng.uniform(0, 60, w.ideas)
    return answered(w, written, np.full(w.ideas, 12.0))


def own_topics(rng: np.random.Generator, *, liking: float = 0.7) -> Process:
    """People like the topic that they write on, their own idea no more than others on it; or are stricter there."""
    w = World(rng)
    wrote = np.zeros((w.people, len(TOPICS)), dtype=bool)
    wrote[w.author, w.topic] = True
    w.liking = w.liking + liking * wrote[:, w.topic]
    score = 50 + 14 * w.liking + rng.normal(0, 10, w.liking.shape)
    w.seen[w.author, np.arange(w.ideas)] = True
    w.rate("score", values=np.clip(np.rint(score), 0, 100))
    return w.process()


def merit(rng: np.random.Generator, *, gap: float = 1.0, votes: int = 12) -> Process:
    """Better ideas by one group, adopted on merit alone; a dozen votes an idea."""
    w = World(rng)
    w.better(0, gap)
    w.seen = rng.random(w.seen.shape) < votes / w.people
    chance = sigmoid(2.0 * (w.quality - np.median(w.quality)))
    w.columns["status"] = ["adopted" if a else "rejected" for a in rng.random(w.ideas) < chance]
    w.rate()
    return w.process()


def seen_by_more(rng: np.random.Generator) -> Process:
    """The early group's ideas are seen by more people; those with most votes win."""
    w = World(rng)
    often = np.where(w.by == 0, 0.4, 0.2)
    w.seen = rng.random(w.seen.shape) < often[None, :]
    w.rate()
    counts = np.bincount(
        [
            int(i[1:])
            for i, v in zip(
                w.tables["ratings"]["idea_id"], w.tables["ratings"]["value"], strict=True
            )
            if v > 0
        ],
        minlength=w.ideas,
    )
    won = counts >= np.quantile(counts, 0.6)
    w.columns["status"] = ["adopted" if a else "rejected" for a in won]
    return w.process()


def slow_staff(rng: np.random.Generator) -> Process:
    """Staff slow down over time, and one group writes early."""
    w = World(rng)
    written = np.array([0.0, 25.0, 35.0])[w.by] + rng.gamma(2.0, 8.0, w.ideas)
    return answered(w, written, 4.0 + 0.35 * written)


def answered(w: World, written: Floats, mean: Floats) -> Process:
    """A process whose ideas are answered after so many days in the mean."""
    rng = w.rng
    wait = rng.exponential(mean)
    w.columns["created_at"] = [str(DAY + np.timedelta64(int(24 * d), "h")) for d in written]
    at = written + wait
    done = at < 120
    w.tables["responses"] = {
        "idea_id": [f"i{i}" for i in np.flatnonzero(done)],
        "at": [str(DAY + np.timedelta64(int(24 * d), "h")) for d in at[done]],
    }
    return w.process()


def clubs(rng: np.random.Generator, *, size: int = 5, recorded: bool = True) -> Process:
    """People come in clubs of one group each; clubs differ in how much they write."""
    many = 150 // size
    w = World(rng)
    club = np.arange(w.people) // size
    w.group = rng.choice(len(SHARES), size=many, p=SHARES)[club]
    keen = rng.gamma(0.7, size=many)[club] * (rng.gamma(2.0, size=w.people) + 0.05)
    w.author = rng.choice(w.people, w.ideas, p=keen / keen.sum())
    if recorded:
        w.participants["club"] = [f"c{c}" for c in club]
    w.seen = rng.random(w.seen.shape) < np.clip(0.6 * keen / keen.mean() * 0.3, 0.02, 0.9)[:, None]
    w.rate()
    return w.process()


def session_topics(rng: np.random.Generator) -> Process:
    """Each session has its topics, and sessions differ in who came."""
    w = World(rng)
    part = (rng.random(w.people) < np.array([0.75, 0.4, 0.2])[w.group]).astype(int)
    idea_part = part[w.author]
    w.topic = np.where(idea_part == 0, rng.integers(0, 3, w.ideas), rng.integers(2, 5, w.ideas))
    w.columns["stage"] = [f"session {s}" for s in idea_part]
    return w.process()


def own_benefit(rng: np.random.Generator) -> Process:
    """So many ideas name the own group that it is named 15 points more often than by chance."""
    w = World(rng)
    w.name(0.225)
    w.rate()
    return w.process()


def shunned(rng: np.random.Generator) -> Process:
    """40% of ideas name the own group only, and people outside support those by 25 points less."""
    w = World(rng)
    named = w.name(0.4)
    own = named[np.arange(w.ideas), w.by]
    yes = np.clip(sigmoid(w.liking) - 0.25 * (own[None, :] & ~w.same), 0.02, 0.98)
    w.liking = np.log(yes / (1 - yes))
    w.rate()
    return w.process()


def in_group(rng: np.random.Generator, *, by: float = 0.15, only_yes: bool = False) -> Process:
    """People support the ideas of their own group by 15 points more."""
    w = World(rng)
    yes = np.clip(sigmoid(w.liking) + by * w.same, 0.02, 0.98)
    w.liking = np.log(yes / (1 - yes))
    w.rate("approve" if only_yes else "agree", only_yes=only_yes)
    return w.process()


def own_more_or_less(rng: np.random.Generator) -> Process:
    """People support the ideas of their own group by 15 points more, give or take 15."""
    w = World(rng)
    much = np.clip(rng.normal(0.15, 0.15, w.people), -0.1, 0.6)
    yes = np.clip(sigmoid(w.liking) + much[:, None] * w.same, 0.02, 0.98)
    w.liking = np.log(yes / (1 - yes))
    w.rate()
    return w.process()


def half_as_fast(rng: np.random.Generator) -> Process:
    """The majority's ideas are answered half as fast."""
    w = World(rng, ideas=200)
    written = rng.uniform(0, 60, w.ideas)
    return answered(w, written, np.where(w.by == 0, 24.0, 12.0))


def home_topics(rng: np.random.Generator) -> Process:
    """Half of the ideas are on the group's home topics."""
    w = World(rng)
    home = np.array([0, 1, 2])[w.by]
    w.topic = np.where(rng.random(w.ideas) < 0.5, home, w.topic)
    return w.process()


def threefold(rng: np.random.Generator) -> Process:
    """One group writes three times as much a head."""
    w = World(rng)
    keen = (rng.gamma(1.0, size=w.people) + 0.1) * np.where(w.group == 1, 3.0, 1.0)
    w.author = rng.choice(w.people, w.ideas, p=keen / keen.sum())
    return w.process()


def own_rated_higher(rng: np.random.Generator) -> Process:
    """People rate their own ideas 10 of 100 higher."""
    w = World(rng)
    score = 50 + 14 * w.liking + rng.normal(0, 10, w.liking.shape)
    score[w.author, np.arange(w.ideas)] += 10
    w.seen[w.author, np.arange(w.ideas)] = True
    w.rate("score", values=np.clip(np.rint(score), 0, 100))
    return w.process()


def held_back(rng: np.random.Generator) -> Process:
    """The majority's ideas need a standard deviation more of quality to be adopted."""
    w = World(rng)
    merit_ = w.quality - 0.7 * (w.by == 0)
    w.columns["status"] = [
        "adopted" if a else "rejected" for a in merit_ > np.quantile(merit_, 0.6)
    ]
    w.rate()
    return w.process()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A world, what is asked of it, and how often a pattern may, or must, be told there."""

    name: str
    make: Callable[[np.random.Generator], Process]
    ask: Callable[..., Result]
    question: str | None = None  # which findings are looked at
    planted: bool = False
    least: float = 0.0  # the power promised


def by_group(detector: Callable[..., Result], **options: Any) -> Callable[..., Result]:
    """A detector, ready to be asked by group."""
    return partial(detector, attribute="group", **options)


OWN = by_group(ideas.self_serving)
AUTHORS = by_group(ideas.in_group, link="author", pairs=False)
NAMED = by_group(ideas.in_group, pairs=False)


def _several(
    name: str, make: Callable[..., Process], *, blocs: bool = True, **options: Any
) -> list[Case]:
    """A world of votes with the detectors that look at who supports whom."""
    made = partial(make, **options) if options else make
    asked = {"in_group": AUTHORS, "homophily": by_group(ideas.homophily)}
    if blocs:
        asked["blocs"] = by_group(ideas.blocs, link="author")
    return [Case(name=f"{detector}: {name}", make=made, ask=ask) for detector, ask in asked.items()]


CASES: list[Case] = [
    Case(name="own benefit: nothing", make=plain, ask=OWN, question="self_serving"),
    Case(name="outside support: nothing", make=plain, ask=OWN, question="outside_support"),
    Case(
        name="own benefit: one group ticks two boxes", make=boxes, ask=OWN, question="self_serving"
    ),
    Case(
        name="own benefit: one group writes for everyone",
        make=everyone,
        ask=OWN,
        question="self_serving",
    ),
    Case(
        name="own benefit: labels known by outcome",
        make=hidden_labels,
        ask=OWN,
        question="self_serving",
    ),
    Case(
        name="outside support: one group writes worse",
        make=writes_worse,
        ask=OWN,
        question="outside_support",
    ),
    *_several("nothing", plain),
    *_several("two sessions, yes votes only", sessions),
    *_several("two sessions, not recorded, yes votes only", sessions, recorded=False),
    *_several("two languages, yes votes only", languages),
    *_several("one group comes early, yes votes only", arrival),
    Case(
        name="in_group: one group comes early, choose one",
        make=partial(arrival, one=True),
        ask=AUTHORS,
    ),
    *_several("one group clicks at random", clickers),
    Case(name="in_group: one group uses half of the scale", make=half_scale, ask=AUTHORS),
    *_several("one group tells good from bad twice as well", sharper),
    Case(name="in_group: groups like topics differently", make=topic_tastes, ask=AUTHORS),
    *_several("votes follow distance, areas known", places),
    *_several("votes follow distance, not recorded", places, recorded=False),
    Case(name="own_ideas: people like their topic", make=own_topics, ask=ideas.own_ideas),
    Case(
        name="own_ideas: people are strict on their topic",
        make=partial(own_topics, liking=-0.7),
        ask=ideas.own_ideas,
    ),
    Case(name="rivals: people like their topic", make=own_topics, ask=ideas.rivals),
    Case(
        name="rivals: people are strict on their topic",
        make=partial(own_topics, liking=-0.7),
        ask=ideas.rivals,
    ),
    Case(name="adoption: merit, a dozen votes", make=merit, ask=by_group(ideas.adoption)),
    Case(
        name="adoption: merit, half a logit",
        make=partial(merit, gap=0.5),
        ask=by_group(ideas.adoption),
    ),
    Case(
        name="adoption: seen by more, most votes win",
        make=seen_by_more,
        ask=by_group(ideas.adoption),
    ),
    Case(name="responses: staff slow down", make=slow_staff, ask=by_group(ideas.responses)),
    Case(name="responses: eight groups", make=eight_groups, ask=by_group(ideas.responses)),
    Case(name="dominance, ideas: clubs of five", make=clubs, ask=by_group(ideas.dominance)),
    Case(
        name="dominance, votes: clubs of five",
        make=clubs,
        ask=by_group(ideas.dominance, currency="votes"),
    ),
    Case(
        name="dominance, votes: pairs",
        make=partial(clubs, size=2),
        ask=by_group(ideas.dominance, currency="votes"),
    ),
    Case(name="agenda: topics set by session", make=session_topics, ask=by_group(ideas.agenda)),
    Case(
        name="own benefit: 15 points",
        make=own_benefit,
        ask=OWN,
        question="self_serving",
        planted=True,
        least=0.25,
    ),
    Case(
        name="outside support: 25 points less",
        make=shunned,
        ask=OWN,
        question="outside_support",
        planted=True,
        least=0.90,
    ),
    Case(name="in_group: 15 points", make=in_group, ask=AUTHORS, planted=True, least=0.95),
    Case(
        name="in_group: 15 points, give or take 15",
        make=own_more_or_less,
        ask=AUTHORS,
        planted=True,
    ),
    Case(
        name="responses: half as fast",
        make=half_as_fast,
        ask=by_group(ideas.responses),
        planted=True,
        least=0.80,
    ),
    Case(
        name="agenda: half on home topics",
        make=home_topics,
        ask=by_group(ideas.agenda),
        planted=True,
        least=0.75,
    ),
    Case(
        name="dominance, ideas: threefold",
        make=threefold,
        ask=by_group(ideas.dominance),
        planted=True,
        least=0.60,
    ),
    Case(
        name="own_ideas: 10 of 100",
        make=own_rated_higher,
        ask=ideas.own_ideas,
        planted=True,
        least=0.95,
    ),
    Case(
        name="adoption: held back by a deviation",
        make=held_back,
        ask=by_group(ideas.adoption),
        planted=True,
    ),
]


def look(case: Case, seed: int, draws: int) -> dict[str, Any]:
    """One draw of a case: whether a pattern is told, whether a p is at most 0.05, and what is said."""
    process = case.make(np.random.default_rng([77, seed]))
    found = case.ask(process, draws=draws, rng=seed)
    findings = [
        f
        for f in found.findings
        if case.question in (None, f.question) and not f.question.endswith(".voice")
    ]
    judged = [f for f in findings if f.verdict != "not_assessable"]
    return {
        "pattern": any(f.verdict == "pattern" for f in findings),
        "alarm": any(f.p_adjusted is not None and f.p_adjusted <= 0.05 for f in judged),
        "assessed": bool(judged),
        "readings": [f.reading for f in findings],
        "verdicts": [f.verdict.value for f in findings],
    }


SHOWN = (
    "own benefit: one group ticks two boxes",
    "own benefit: one group writes for everyone",
    "outside support: one group writes worse",
    "in_group: two sessions, yes votes only",
    "in_group: one group comes early, yes votes only",
    "in_group: one group clicks at random",
    "own_ideas: people like their topic",
    "adoption: merit, a dozen votes",
    "responses: staff slow down",
    "dominance, votes: clubs of five",
)


RESULTS = Path(__file__).parent / "results" / "other_worlds.json"
MOST = 0.01
CHUNK = 50


def missed(row: dict[str, Any]) -> str:
    """What of the promise a case misses by more than chance; empty where it is kept."""
    share = row["patterns"] / row["worlds"]
    if row["planted"]:
        slack = 1.645 * (row["least"] * (1 - row["least"]) / row["worlds"]) ** 0.5
        return "" if share >= row["least"] - slack else f"found in {share:.1%}"
    slack = 1.645 * (MOST * (1 - MOST) / row["worlds"]) ** 0.5
    return "" if share <= MOST + slack else f"patterns in {share:.1%}"


def study(worlds: int, draws: int, only: tuple[str, ...], workers: int | None, out: Path) -> None:
    """Add draws to every case until each has as many as asked for; keep counts as they come."""
    held = {row["case"]: row for row in json.loads(out.read_text())} if out.exists() else {}
    asked = [case for case in CASES if not only or any(part in case.name for part in only)]
    with ProcessPoolExecutor(workers) as pool:
        for number, case in enumerate(CASES):
            if case not in asked:
                continue
            row = held.get(case.name) or {
                "case": case.name,
                "planted": case.planted,
                "least": case.least,
                "draws": draws,
                "worlds": 0,
                "patterns": 0,
                "alarms": 0,
                "assessed": 0,
            }
            while row["worlds"] < worlds:
                first = row["worlds"]
                seeds = range(first, min(first + CHUNK, worlds))
                got = list(pool.map(partial(counted, number, draws=draws), seeds, chunksize=5))
                row["worlds"] += len(got)
                for key, place in (("patterns", 0), ("alarms", 1), ("assessed", 2)):
                    row[key] += sum(one[place] for one in got)
                held[case.name] = row
                ordered = [held[c.name] for c in CASES if c.name in held]
                out.write_text(json.dumps(ordered, indent=1) + "\n")
            told = missed(row)
            print(
                f"{case.name:60}{row['worlds']:6,} worlds  pattern {row['patterns'] / row['worlds']:.3f}  "
                f"alarm {row['alarms'] / row['worlds']:.3f}  assessed {row['assessed'] / row['worlds']:.2f}"
                f"{'  MISSED: ' + told if told else ''}",
                flush=True,
            )


def counted(number: int, seed: int, *, draws: int) -> tuple[bool, bool, bool]:
    """One draw of a case by its number: pattern, alarm, assessed."""
    got = look(CASES[number], seed, draws)
    return got["pattern"], got["alarm"], got["assessed"]


def main() -> None:
    """Show one draw of each of ten innocent and eight planted worlds, or run the study."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", action="store_true")
    parser.add_argument("--worlds", type=int, default=1_000)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=1_999)
    given = parser.parse_args()
    if given.study:
        study(given.worlds, given.draws, tuple(given.only), given.workers, given.out)
    else:
        show(given.seed, given.draws)


def show(seed: int, draws: int) -> None:
    """Print what is said of one draw of each case shown."""
    for planted in (False, True):
        print("SOMETHING IS THERE" if planted else "NOTHING IS THERE")
        for case in CASES:
            if case.planted is planted and (planted or case.name in SHOWN):
                got = look(case, seed, draws)
                patterns = [
                    r
                    for r, v in zip(got["readings"], got["verdicts"], strict=True)
                    if v == "pattern"
                ]
                said = "PATTERN" if got["pattern"] else "no pattern"
                print(f"\n{case.name}\n  {said}: {(patterns or got['readings'])[0]}")
        print()


if __name__ == "__main__":
    main()
