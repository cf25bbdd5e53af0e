"""A whole process drawn from stated strengths, built without a table, in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.baseline.baseline import Baseline
from coprep.data.process.coded import (
    Authorship,
    Grouping,
    Ideas,
    Priorities,
    Responses,
    Turns,
    totals,
)
from coprep.data.process.process import Process
from coprep.data.process.tables.contents import Contents
from coprep.data.process.tables.groups import Named
from coprep.data.process.tables.participants import People
from coprep.data.process.tables.ratings import Ratings, ballots_of
from coprep.data.process.tables.turns import Talk
from coprep.errors import InputError, Problems
from coprep.simulate.draws import (
    activity,
    capped,
    close_rivals,
    group_codes,
    logistic,
    mixture,
    shown,
    sorted_topics,
)
from coprep.simulate.texts import texts

KINDS = ("agree", "approve", "choose_one", "score")
"""The kinds of ballot a world can have."""

_START = np.datetime64("2026-01-05", "s")
_DAY = np.timedelta64(86_400, "s")
_OPEN_DAYS = 40
_EXPORT_DAY = 160
_MEDIAN_ANSWER = 30.0
_SESSIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """What is put into a world; see `world`."""

    people: int = 300
    ideas: int = 200
    topics: int = 6
    groups: Mapping[str, float] = field(default_factory=lambda: {"north": 0.6, "south": 0.4})
    attribute: str = "group"
    kind: Literal["agree", "approve", "choose_one", "score"] = "approve"
    base: float = 0.3
    need: float = 0.0
    specialisation: float = 0.0
    popularity: float = 0.7
    generosity: float = 0.7
    confounding: float = 0.0
    tastes: float = 0.0
    activity: float = 0.0
    loud: int = 0
    pets: float = 0.0
    everyone: float = 0.0
    seen: float = 1.0
    cap: int | None = None
    missing: float = 0.0
    missing_tilt: float = 0.0
    self_serving: float = 0.0
    shunned: float = 0.0
    in_group: float = 0.0
    own_is: Literal["beneficiary", "author"] = "beneficiary"
    own_ideas: float = 0.0
    rivals: float = 0.0
    adoption: float = 0.0
    answers: float = 1.0
    talk: float = 1.0
    priorities: float = 0.0
    words: float = 0.0
    pet_words: float = 0.0
    own_words: float = 0.0

    def check(self) -> None:
        """Refuse what no world can have."""
        problems = Problems()
        for name, least in (("people", 2), ("ideas", 1), ("topics", 1)):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < least:
                problems.add(
                    f"{name} must be a whole number, {least} or more.",
                    param=name,
                    got=getattr(self, name),
                )
        for name in _PARTS:
            if not 0 <= getattr(self, name) <= 1:
                problems.add(
                    f"{name} must be between 0 and 1.", param=name, got=getattr(self, name)
                )
        if not 0 < self.base < 1:
            problems.add("base must be above 0 and below 1.", param="base", got=self.base)
        for name in _SIZES:
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                problems.add(f"{name} must be 0 or more.", param=name, got=getattr(self, name))
        if (
            not self.groups
            or min(self.groups.values(), default=0) <= 0
            or len(self.groups) > self.people
        ):
            problems.add(
                "groups must map names to shares above 0, no more groups than people.",
                param="groups",
            )
        if self.cap is not None and self.cap < 1:
            problems.add("cap must be 1 or more.", param="cap", got=self.cap)
        for name, choices in (("kind", KINDS), ("own_is", ("beneficiary", "author"))):
            if getattr(self, name) not in choices:
                problems.take(InputError.choice(name, getattr(self, name), choices))
        problems.raise_if_any()


_PARTS = (
    "need",
    "specialisation",
    "pets",
    "everyone",
    "seen",
    "missing",
    "self_serving",
    "shunned",
    "in_group",
    "own_ideas",
    "rivals",
    "adoption",
    "priorities",
    "pet_words",
    "own_words",
)
_SIZES = (
    "popularity",
    "generosity",
    "confounding",
    "tastes",
    "activity",
    "loud",
    "missing_tilt",
    "answers",
    "talk",
    "words",
)


def world(
    *, rng: int | np.random.Generator | None = None, **strengths: Any
) -> tuple[Process, dict[str, Any]]:
    """A process in which what there is to be found was put there, and what that was.

    Parameters
    ----------
    rng : int or Generator, optional
        Seed.
    **strengths
        Sizes: ``people`` (300), ``ideas`` (200), ``topics`` (6), ``groups`` ({"north": 0.6,
        "south": 0.4}), ``attribute`` ("group"), ``kind`` of ballot ("approve", "agree",
        "choose_one", "score" from 0 to 100), ``base`` rate of support (0.3).

        Innocent: ``need`` (part of ideas that name the group their topic concerns most),
        ``specialisation`` (part of ideas on the home topic of their author's group), ``popularity``
        and ``generosity`` (spread of ideas and of voters, in logits), ``confounding`` (logits by
        which the first group is more generous and ideas for it more popular), ``tastes`` (logits,
        shared tastes unrelated to group), ``activity`` (variance of authors' zeal), ``loud``
        (authors who each write a tenth of all ideas), ``pets`` (part of authors who always name one
        group drawn at random), ``everyone`` (part of ideas that name all groups), ``seen`` (part of
        pairs shown), ``cap`` (most approvals a person), ``words`` (of an idea's text on average; 0
        for none) and ``pet_words`` (part of them that nobody but the author uses), ``missing``
        (part of people whose group is unknown) and ``missing_tilt`` (how much likelier that is in
        the first group).

        Planted, as parts of 1 (0.2 is 20 points): ``self_serving`` (part of ideas written for the
        author's own group: S1's excess), ``shunned`` (how much less outsiders support those),
        ``in_group`` (how much more people support ideas of their own group: named as beneficiary,
        or written by a member if ``own_is="author"``), ``own_ideas`` (support for one's own idea
        above all that), ``rivals`` (how much less people support others' ideas on a topic they
        wrote on, on average: the half nearest to their own, by twice as much), ``adoption`` (how
        much less likely ideas from the last group are adopted at equal support), ``answers`` (ratio
        of the last group's rate of being answered), ``talk`` (ratio of the first group's words per
        head), ``priorities`` (part of people whose first priority is their group's home topic),
        ``own_words`` (part of the first group's words that only it uses).

    Returns
    -------
    (Process, dict)
        The truth holds all strengths, the true group of each person, which ideas were written for
        the author's own group, and the effects to be found: ``self_serving_effect`` (S1's excess),
        ``in_group_effect`` and ``own_ideas_effect`` (the mean change of the probability, or of the
        score as a part of its scale, where it was planted).

    Raises
    ------
    InputError
        For strengths no world can have.

    Examples
    --------
    >>> from coprep.ideas import in_group
    >>> process, truth = world(people=150, ideas=60, in_group=0.3, rng=1)
    >>> found = in_group(process, attribute="group", rng=1)
    >>> round(100 * truth["in_group_effect"]), round(found.rows["effect"][0])
    (30, 28)
    """
    try:
        wanted = Strengths(**strengths)
    except TypeError:
        strange = next(name for name in strengths if name not in Strengths.__dataclass_fields__)
        raise InputError.choice("world", strange, tuple(Strengths.__dataclass_fields__)) from None
    wanted.check()
    return _World(wanted, np.random.default_rng(rng)).build()


class _World:
    """One draw: each method draws one part, in a fixed order."""

    def __init__(self, wanted: Strengths, rng: np.random.Generator) -> None:
        self.w = wanted
        self.rng = rng
        self.names, self.shares = mixture(wanted.groups)
        self.k = len(self.names)

    def build(self) -> tuple[Process, dict[str, Any]]:
        """Everything, tied together."""
        w = self.w
        self.group = group_codes(w.people, self.shares.tolist(), self.rng)
        self.author = activity(w.people, w.ideas, w.activity, w.loud, self.rng)
        self.topic = sorted_topics(self.group[self.author], w.topics, w.specialisation, self.rng)
        self.serving, self.named = self._beneficiaries()
        ratings, support = self._ratings()
        adopted = self._adopted(support)
        grouping = self._known()
        ideas = self._ideas(adopted)
        talk = self._talk()
        responses = self._responses()
        priorities = self._priorities()
        ideas = replace(ideas, text=self._texts())
        contents = Contents(
            people=People(_ids("p", w.people), {w.attribute: grouping}),
            ideas=ideas,
            authorship=self.authorship,
            beneficiaries={w.attribute: self._named_groups(grouping)},
            ratings=ratings,
            talk=talk,
            responses=responses,
            priorities=priorities,
            tables=(
                "participants",
                "ideas",
                "beneficiaries",
                "ratings",
                "turns",
                "responses",
                "priorities",
            ),
        )
        baseline = Baseline.from_shares(
            {w.attribute: dict(zip(self.names, self.shares.tolist(), strict=True))}
        )
        process = Process.of_contents(contents, baseline=baseline, title="A simulated process")
        return process, self._truth()

    def _truth(self) -> dict[str, Any]:
        strengths = {name: getattr(self.w, name) for name in Strengths.__dataclass_fields__}
        return strengths | {
            "true_group": tuple(self.names[g] for g in self.group),
            "written_for_own": tuple(bool(s) for s in self.serving),
            "self_serving_effect": self.w.self_serving * (1 - self.w.everyone),
            "in_group_effect": self.in_group_effect,
            "own_ideas_effect": self.own_ideas_effect,
        }

    def _beneficiaries(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which ideas were written for the author's own group, and the groups each idea names
        (ideas by groups).
        """
        w = self.w
        rng = self.rng
        named = rng.choice(self.k, size=w.ideas, p=self.shares)
        named = np.where(rng.random(w.ideas) < w.need, self.topic % self.k, named)
        pet = rng.choice(self.k, size=w.people, p=self.shares)
        has_pet = rng.random(w.people) < w.pets
        named = np.where(has_pet[self.author], pet[self.author], named)
        serving = rng.random(w.ideas) < w.self_serving
        named = np.where(serving, self.group[self.author], named)
        matrix = named[:, None] == np.arange(self.k)
        matrix |= (rng.random(w.ideas) < w.everyone)[:, None]
        return serving, matrix

    def _liking(self) -> NDArray[np.float64]:
        """How much each person likes each idea, in logits, group aside."""
        w = self.w
        rng = self.rng
        first = self.group == 0
        voter = rng.normal(0, w.generosity, w.people) + w.confounding * first
        idea = rng.normal(0, w.popularity, w.ideas) + w.confounding * self.named[:, 0]
        result = np.asarray(np.log(w.base / (1 - w.base)) + voter[:, None] + idea)
        if w.tastes > 0:
            left = rng.normal(size=(w.people, 2))
            right = rng.normal(size=(w.ideas, 2))
            result += w.tastes * (left @ right.T) / np.sqrt(2)
        return result

    def _changes(
        self, merit: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
        """What is planted for each pair, as a part of 1; which pairs are of one's own group, and
        one's own idea. ``merit`` is how much each idea is liked in general.
        """
        w = self.w
        by_own = w.own_is == "author"
        own = (
            self.group[:, None] == self.group[self.author]
            if by_own
            else self.named[:, self.group].T
        )
        mine = np.arange(w.people)[:, None] == self.author
        change = w.in_group * (own & ~mine) + w.own_ideas * mine
        if w.shunned:
            outside = self.group[:, None] != self.group[self.author]
            change = change - w.shunned * (outside & self.serving)
        if w.rivals:
            every = np.arange(w.ideas)
            near = close_rivals(self.author, every, self.topic, merit, w.people)
            change = change - 2 * w.rivals * near
        return np.asarray(change, dtype=np.float64), np.asarray(own & ~mine), mine

    def _ratings(self) -> tuple[Ratings, NDArray[np.float64]]:
        """The ballots, and each idea's support among people outside its author's group."""
        w = self.w
        liking = self._liking()
        change, own, mine = self._changes(liking.mean(axis=0))
        seen = shown(w.people, w.ideas, w.seen, self.rng) | mine
        draw = {"score": self._scores, "choose_one": self._choices}.get(w.kind, self._votes)
        value, effect = draw(liking, change, seen)
        self.in_group_effect = (
            float(effect[own & seen].mean()) if w.in_group and (own & seen).any() else 0.0
        )
        self.own_ideas_effect = float(effect[mine].mean()) if w.own_ideas else 0.0
        row, column = np.nonzero(seen)
        wrote = np.argsort(np.arange(w.ideas))
        self.authorship = Authorship(wrote, self.author, np.ones(w.ideas))
        ballots = ballots_of(
            row,
            column,
            value[row, column],
            w.kind,
            authorship=self.authorship,
            n_people=w.people,
            n_ideas=w.ideas,
            said_shown=True,
        )
        cast = totals(ballots.person.astype(np.intp), ballots.cast, w.people)
        outside = seen & (self.group[:, None] != self.group[self.author])
        with np.errstate(invalid="ignore"):
            support = np.where(outside, value, 0.0).sum(axis=0) / outside.sum(axis=0)
        return Ratings((w.kind,), cast, {w.kind: ballots}), np.nan_to_num(support)

    def _votes(
        self, liking: NDArray[np.float64], change: NDArray[np.float64], seen: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        plain = logistic(liking)
        chance = np.clip(plain + change, 0, 1)
        yes = capped((self.rng.random(chance.shape) < chance) & seen, self.w.cap, liking, self.rng)
        value = yes.astype(np.float64)
        if self.w.kind == "agree":
            value = np.where(yes, 1.0, np.where(self.rng.random(yes.shape) < 0.7, -1.0, 0.0))
        return value, chance - plain

    def _scores(
        self, liking: NDArray[np.float64], change: NDArray[np.float64], _: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        noise = self.rng.normal(0, 10, liking.shape)
        plain = 50 + 8 * liking + noise
        return np.clip(np.round(plain + 100 * change), 0, 100), change

    def _choices(
        self, liking: NDArray[np.float64], change: NDArray[np.float64], seen: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One idea a person: favoured ideas gain what is planted, in proportion."""
        weight = np.where(seen, np.exp(liking), 0.0)
        plain = weight / np.maximum(weight.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        favoured = change > 0
        had = np.where(favoured, plain, 0.0).sum(axis=1, keepdims=True)
        gain = change.max(axis=1, initial=0.0)[:, None] * ((had > 0) & (had < 1))
        wanted = np.minimum(had + gain, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(favoured, wanted / had, (1 - wanted) / (1 - had))
        chance = plain * np.where(gain > 0, factor, 1.0)
        edge = chance.cumsum(axis=1)
        chosen = (self.rng.random((len(edge), 1)) * edge[:, -1:] >= edge).sum(axis=1)
        value = np.zeros_like(chance)
        value[np.arange(len(value)), np.minimum(chosen, value.shape[1] - 1)] = 1.0
        return value, np.broadcast_to(wanted - had, chance.shape)

    def _adopted(self, support: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = support.std()
        score = (support - support.mean()) / spread if spread > 0 else np.zeros(len(support))
        chance = logistic(-0.4 + 0.9 * score) - self.w.adoption * (
            self.group[self.author] == self.k - 1
        )
        return np.asarray(self.rng.random(self.w.ideas) < chance, dtype=np.float64)

    def _known(self) -> Grouping:
        """The groups as far as they are known; fewer of the first group where missing is tilted."""
        w = self.w
        tilt = 1 + w.missing_tilt * (self.group == 0)
        lost = self.rng.random(w.people) < np.minimum(w.missing * tilt / tilt.mean(), 1)
        codes = np.where(lost, -1, self.group)
        present = np.unique(codes[codes >= 0])
        place = np.full(self.k + 1, -1, dtype=np.intp)
        place[present] = np.arange(len(present))
        return Grouping(w.attribute, tuple(self.names[g] for g in present), place[codes])

    def _named_groups(self, grouping: Grouping) -> Named:
        others = [name for name in self.names if name not in grouping.groups]
        groups = (*grouping.groups, *others)
        place = np.array([groups.index(name) for name in self.names], dtype=np.intp)
        idea, group = np.nonzero(self.named)
        return Named(groups, idea, place[group], np.ones(len(idea)))

    def _ideas(self, adopted: NDArray[np.float64]) -> Ideas:
        w = self.w
        n = self.w.ideas
        self.created = _START + (self.rng.random(n) * _OPEN_DAYS).astype(np.int64) * _DAY
        none = np.full(n, -1, dtype=np.intp)
        nan = np.full(n, np.nan)
        return Ideas(
            ids=_ids("i", n),
            topic=self.topic.astype(np.intp),
            topics=tuple(
                f"topic {chr(97 + t)}" if w.topics <= 26 else f"topic {t:04d}"
                for t in range(w.topics)
            ),
            stage=none,
            stages=(),
            adopted=adopted,
            cost=np.round(self.rng.lognormal(9, 0.6, n)),
            support=nan,
            is_host=np.zeros(n, dtype=bool),
            status=tuple("adopted" if a else "rejected" for a in adopted),
            created_at=self.created,
            text=None,
            language=None,
            merged_into=none,
            area=none,
            areas=(),
        )

    def _texts(self) -> tuple[str, ...] | None:
        """What ideas say; drawn last, so that the rest is the same without texts."""
        w = self.w
        if w.words == 0:
            return None
        in_first = self.group[self.author] == 0
        return texts(
            self.author,
            self.topic,
            in_first,
            words=w.words,
            pet_words=w.pet_words,
            own_words=w.own_words,
            rng=self.rng,
        )

    def _talk(self) -> Talk:
        w = self.w
        rng = self.rng
        zeal = rng.gamma(1.5, 1 / 1.5, w.people)
        turns = rng.poisson(4 * zeal)
        person = np.repeat(np.arange(w.people), turns)
        n = len(person)
        words = np.ceil(rng.lognormal(3, 0.7, n) * np.where(self.group[person] == 0, w.talk, 1.0))
        session = np.sort(rng.integers(0, _SESSIONS, n))
        order = rng.permutation(n)
        person = person[order]
        words = words[order].astype(np.float64)
        rows = Turns(
            ids=_ids("t", n),
            session=session,
            sessions=_ids("s", _SESSIONS),
            person=person,
            words=words,
            seconds=np.full(n, np.nan),
            text=None,
            reply_to=np.full(n, -1, dtype=np.intp),
            order=np.arange(n, dtype=np.float64),
        )
        return Talk(
            totals(person, np.ones(n), w.people), totals(person, words, w.people), None, rows
        )

    def _responses(self) -> Responses:
        """Answers until the day of the export; what would come later is not there."""
        w = self.w
        rng = self.rng
        rate = np.where(self.group[self.author] == self.k - 1, w.answers, 1.0)
        with np.errstate(divide="ignore"):
            days = rng.exponential(_MEDIAN_ANSWER / np.log(2), w.ideas) / rate
        export = (_START + _EXPORT_DAY * _DAY - self.created) / _DAY
        idea = np.flatnonzero(days <= export)
        at = self.created[idea] + np.floor(days[idea]).astype(np.int64) * _DAY
        kind = tuple(
            "reasoned" if reasoned else "decision only" for reasoned in rng.random(len(idea)) < 0.6
        )
        return Responses(idea, at, kind, (None,) * len(idea), ("officer",) * len(idea))

    def _priorities(self) -> Priorities:
        """Each person's first priority."""
        w = self.w
        rng = self.rng
        home = rng.random(w.people) < w.priorities
        topic = np.where(home, self.group % w.topics, rng.integers(0, w.topics, w.people))
        names = tuple(
            f"topic {chr(97 + t)}" if w.topics <= 26 else f"topic {t:04d}" for t in range(w.topics)
        )
        return Priorities(np.arange(w.people), topic.astype(np.intp), names, np.ones(w.people))


def _ids(letter: str, n: int) -> tuple[str, ...]:
    width = len(str(max(n - 1, 0)))
    return tuple(f"{letter}{i:0{width}d}" for i in range(n))
