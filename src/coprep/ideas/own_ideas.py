"""Ask whether people rate their own ideas higher than everybody else's ratings predict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import stdtr

from coprep.findings import Note
from coprep.ideas._authors.authorship import MOST_GROUPS
from coprep.ideas._authors.matching import flip_cases
from coprep.ideas._judging.effects import CONDITIONED, Effect, Reason, Run
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_votes,
    labels_from_outside,
    noted,
)
from coprep.ideas._judging.judge import COLUMNS, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.contexts import context_of
from coprep.ideas._votes.support import YES_OR_NO, grouping_of, preference, preference_scale
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.votes._own_rating import OwnRating, count_p_value, own_rating_excess
from coprep.metrics.votes._two_way import two_way_additive
from coprep.table import ColumnKind
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of
from coprep.wording.templates import counted

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

AUTOMATIC = 0.9
"""Where this share of authors gave all their own ideas one value, a platform may have done it."""
_PARTS = 60
_RARE = 0.01
_COLUMNS: dict[str, ColumnKind] = {**COLUMNS, "plain": "number", "who": "text"}

_PHRASES = Phrases(
    more="{Who} rate their own ideas {effect} higher than their other ratings and everybody "
    "else's lead one to expect.",
    less="{Who} rate their own ideas {effect} lower than their other ratings and everybody "
    "else's lead one to expect.",
    same="{Who} rate their own ideas about as their other ratings and everybody else's lead one "
    "to expect: a difference of {effect}.",
    open="{Who} rate their own ideas with a difference of {effect} from what their other ratings "
    "and everybody else's lead one to expect.",
    innocent="Authors know more about their ideas than others do, and most people like what they "
    "made.",
    innocent_less="Modesty, or knowing an idea's weak points, would look the same.",
    next_step="Leave ratings of own ideas out of every count, and say so before people rate.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class OwnIdeas(IdeasResult):
    """Do people rate their own ideas higher than everybody else's ratings predict?

    Attributes
    ----------
    rows : Table
        A row for all people (no group), then one a group. ``effect`` in units of the scale
        (percentage points for yes or no): own rating minus the rater's leniency and the idea's
        quality, both learned from ratings of others' ideas, averaged over people. ``plain`` is the
        mean own rating minus the mean of all others' ratings of the same ideas, whoever rated what.
        ``n_people`` are people whose own rating can be predicted.

    """

    kind: ClassVar[str] = "ideas.own_ideas"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "plain": ("Against the plain mean of others", "number"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "who",
        "effect",
        "low",
        "high",
        "plain",
        "p_adjusted",
        "n_people",
        "verdict",
    )
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "who")


def own_ideas(
    process: Process,
    *,
    attribute: str | None = None,
    ballot: str | None = None,
    material: float | None = None,
    confidence: float = 0.95,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> OwnIdeas:
    """Do people rate their own ideas higher than everybody else's ratings predict?

    *Estimand*: how much higher people rate their own idea than their leniency plus the idea's
    quality, both learned from ratings of others' ideas; mean over people.

    Parameters
    ----------
    process : Process
        With ideas, authors and ratings that include people's ratings of their own ideas.
    attribute : str, optional
        Also give the mean of each of its groups.
    ballot : str, optional
        Kind of ballot, where there are several.
    material : float, optional
        Units of the scale that do not matter; by default a twentieth of the scale that was used (5
        points for yes or no).
    confidence : float
        Level of the intervals.
    draws : int
        Random sign patterns.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    OwnIdeas
        With the columns described there.

    Raises
    ------
    InputError
        Where tables are missing.

    Notes
    -----
    *Null*: people's excesses are symmetric about 0; signs flipped by person. For yes or no the
    number of yes must also be further from what is predicted than votes of those chances would be;
    the larger p value counts. *Interval*: jackknife by person (in 60 parts where there are more
    people), each time fitting anew without their ratings and ideas. Raters need 2 ratings of
    others' ideas and ideas 2 ratings by others. *Robustness*: without the person of largest excess;
    against the plain mean of others' ratings; where topics are known, against the person's own
    ratings of others' ideas on the same topic, since people write on what they like or know. A
    platform that casts votes for authors by itself
    gives no evidence, and is refused: where the process says so, and where nine in ten authors gave
    all their own ideas one and the same value.

    References
    ----------
    Kwan, V. S. Y., John, O. P., Kenny, D. A., Bond, M. H. & Robins, R. W. (2004). Reconceptualizing
    individual differences in self-enhancement bias. Psychological Review 111(1), 94-110.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=100, ideas=60, own_ideas=0.5, rng=1)
    >>> found = own_ideas(process, attribute="group", rng=1)
    >>> round(found.rows["effect"][0]), found.findings[0].verdict.value
    (52, 'pattern')
    """
    process.require("ideas", "authors", "ratings")
    ballots = process.ballots(ballot)
    seed = seed_of(rng)
    scale, factor = preference_scale(ballots, material)
    topic = context_of(process, "topic")
    rated = _Rated(ballots, factor, seed, topic, declared=process.own_votes_automatic)
    cases, adjusted = _cases(process, rated, attribute, confidence, draws)
    judged = judge(
        cases,
        question="own_ideas",
        attribute=attribute or "",
        scale=scale,
        phrases=_PHRASES,
        estimand="own rating minus leniency of the rater and quality of the idea, both learned "
        "from ratings of others' ideas; mean over people",
        null="people's excesses are symmetric about 0; signs flipped by person",
        exclusions={"own ratings that nothing predicts": rated.found.unusable},
        p_adjusted=adjusted,
    )
    by = "" if attribute is None else f", by {plainly(attribute)}"
    axis = f"own rating above what is expected ({scale.unit})"
    return OwnIdeas(
        title=f"How people rate their own ideas{by}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*_notes(rated), *judged.notes),
        settings={
            "attribute": attribute,
            "ballot": ballots.kind,
            "material": scale.high,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, axis, label=("who",)),
    )


class _Rated:
    """Ratings as numbers, higher is better, and what own ratings exceed."""

    def __init__(
        self, ballots: Ballots, factor: float, seed: int, topic: Ints, *, declared: bool
    ) -> None:
        self.topic = topic  # of each idea, -1 unknown
        self.declared = declared  # that own votes are the platform's
        value, said = preference(ballots)
        self.ballots = ballots.where(said)
        self.seed = seed
        self.value = value[said] * factor
        self.own = np.asarray(self.ballots.is_self)
        self.found = self.excess(np.ones(len(self.value), dtype=np.bool_))

    @property
    def yes_or_no(self) -> bool:
        """Whether one can only say yes or no."""
        return self.ballots.kind in YES_OR_NO

    def excess(self, rows: Bools) -> OwnRating:
        """Own ratings against predictions from some of the rows."""
        ballots = self.ballots
        return own_rating_excess(
            ballots.person[rows], ballots.idea[rows], self.value[rows], self.own[rows]
        )

    def less_topic(self) -> tuple[Ints, Floats]:
        """Per person the excess over their own other ratings on the topics of their ideas.

        Who likes a topic, or knows it, writes on it and rates all on it alike. People who rated
        nobody else's idea on their topics are left out.
        """
        person = np.asarray(self.ballots.person, dtype=np.intp)
        topics = int(self.topic.max(initial=-1)) + 2
        place = person * topics + self.topic[self.ballots.idea] + 1
        others = ~self.own & (self.topic[self.ballots.idea] >= 0)
        size = int(self.ballots.n_people) * topics
        fit = two_way_additive(
            person[~self.own], self.ballots.idea[~self.own], self.value[~self.own]
        )
        left = np.zeros(len(person))
        left[~self.own] = fit.residual
        sums = np.bincount(place[others], left[others], minlength=size)
        many = np.bincount(place[others], minlength=size)
        mine = self.found.person * topics + self.topic[self.found.idea] + 1
        known = many[mine] > 0
        excess = self.found.excess[known] - sums[mine[known]] / many[mine[known]]
        who, row = np.unique(self.found.person[known], return_inverse=True)
        mean = np.bincount(row.reshape(-1), excess) / np.maximum(np.bincount(row.reshape(-1)), 1)
        return who, np.asarray(mean)

    def chance_of_yes(self, rows: Bools) -> float:
        """Chance of a number of yes as far from what is predicted; 0 for scales.

        Where yes is rare, excesses are far from symmetric: that nobody of six people says yes is no
        surprise, though all six excesses are below 0.
        """
        if not self.yes_or_no or not rows.any():
            return 0.0
        value = self.found.value[rows]
        likely = np.clip((value - self.found.excess[rows]) / 100.0, _RARE, 1.0 - _RARE)
        return count_p_value(round(float(value.sum()) / 100.0), likely)

    def refusal(self, people: int) -> str | None:
        """Why own ratings cannot be judged, or None."""
        if not self.own.any():
            return "nobody rated an idea of their own"
        if self.declared:
            return (
                "the platform casts votes for authors on their own ideas, so they are no evidence"
            )
        alike, authors = self._with_one_value()
        if self.ballots.kind != "rank" and alike >= AUTOMATIC * authors:
            return Reason.of(
                "{alike} of {authors} gave all their own ideas one and the same value: platforms "
                "fill these in for authors, so they are no evidence",
                alike=alike,
                authors=counted(authors, "author"),
            )
        if people < LEAST_RATERS:
            return Reason.of(
                "the own ratings of only {people} can be predicted; at least {least} are needed",
                people=counted(people, "person", "people"),
                least=LEAST_RATERS,
            )
        return enough_votes(len(self.value)).refusal

    def _with_one_value(self) -> tuple[int, int]:
        """How many authors gave their own ideas nothing but the commonest value, and of how many.

        People are counted and not votes: one host with many seeds may have changed their own. No
        platform casts a no for authors.
        """
        values, code = np.unique(self.value[self.own], return_inverse=True)
        common = values[np.argmax(np.bincount(code.reshape(-1)))]
        if self.yes_or_no:
            common = self.value.max()
        person = np.asarray(self.ballots.person)[self.own]
        others = np.unique(person[self.value[self.own] != common])
        authors = len(np.unique(person))
        return authors - len(others), authors

    def jackknife(self, people: Ints, codes: Ints, groups: int) -> tuple[Floats, float]:
        """Standard errors of means over all people and over groups, and their degrees of freedom.

        People are left out in parts, each with their ratings and ideas.
        """
        size = groups + 1
        parts = min(len(people), _PARTS)
        if parts < 2:
            return np.full(size, np.nan), 1.0
        part = np.full(int(self.ballots.n_people), -1, dtype=np.intp)
        order = stream(self.seed, "own ideas: parts").permutation(len(people))
        part[people[order]] = np.arange(len(people)) % parts
        owner = np.full(int(self.ballots.n_ideas), -1, dtype=np.intp)
        owner[self.found.idea] = part[self.found.person]
        left = np.full((parts, size), np.nan)
        for p in range(parts):
            rows = (part[self.ballots.person] != p) & (owner[self.ballots.idea] != p)
            who, values = self.excess(rows).by_person()
            for j, inside in enumerate(_inside(codes[who], groups)):
                if inside.any():
                    left[p, j] = values[inside].mean()
        known = (~np.isnan(left)).sum(axis=0)
        centre = np.nansum(left, axis=0) / np.where(known > 0, known, np.nan)
        spread = np.where(known > 0, np.nansum((left - centre) ** 2, axis=0), np.nan)
        return np.sqrt((parts - 1) / parts * spread), float(parts - 1)


def _inside(codes: Ints, groups: int) -> list[Bools]:
    """All people, then those of each group."""
    return [np.ones(len(codes), dtype=np.bool_), *(codes == k for k in range(groups))]


def _cases(
    process: Process, rated: _Rated, attribute: str | None, confidence: float, draws: int
) -> tuple[list[Case], list[float]]:
    """A case for all people, then one a group; and p values adjusted for all of them."""
    people, excess = rated.found.by_person()
    plain = rated.found.by_person(plain=True)[1]
    groups: tuple[str, ...] = ()
    codes = np.full(len(process.people), -1, dtype=np.intp)
    circular = None
    if attribute is not None:
        grouping = grouping_of(process, attribute, MOST_GROUPS)
        groups = grouping.groups
        codes = grouping.codes
        circular = labels_from_outside(process, attribute).refusal
    general = rated.refusal(len(people))
    inside = _inside(codes[people], len(groups))
    refusals = [general]
    refusals += [circular or general or _few(int(rows.sum())) for rows in inside[1:]]
    own_rows = [np.isin(rated.found.person, people[rows]) for rows in inside]
    tested = [j for j, why in enumerate(refusals) if why is None]
    if not tested and len(people):
        tested = [0]
    products = np.column_stack([np.where(rows, excess, 0.0) for rows in inside])
    flipped, largest = flip_cases(products, tested, draws, rated.seed, "own ideas")
    chance = np.array([rated.chance_of_yes(rows) for rows in own_rows])
    alone = np.maximum(flipped, chance)
    together = np.maximum(largest, chance)
    se, df = rated.jackknife(people, codes, len(groups))
    by_topic = _by_topic(rated)
    cases = []
    for j, rows in enumerate(inside):
        group = None if j == 0 else groups[j - 1]
        n = int(rows.sum())
        effect = Effect(level=confidence)
        if n:
            effect = Effect.from_se(
                float(excess[rows].mean()),
                float(se[j]),
                df=min(df, max(n - 1, 1)),
                p_value=float(alone[j]),
                confidence=confidence,
                method="jackknife by person",
            )
        cases.append(
            Case(
                group=group,
                effect=effect,
                n_people=n,
                n_ideas=len(np.unique(rated.found.idea[own_rows[j]])),
                n_effective=float(n),
                n_votes=len(rated.value),
                refusal=refusals[j],
                described=circular is None or j == 0,
                runs=()
                if refusals[j]
                else (
                    *_runs(excess[rows], plain[rows]),
                    *_run_less_topic(by_topic, people[rows]),
                ),
                details={"votes": len(rated.value)},
                extra={"plain": rated.found.naive(own_rows[j])},
                words={"Who": "People" if group is None else f"People in {show(group)}"},
            )
        )
    return cases, together.tolist()


def _few(n: int) -> str | None:
    """Why a group of ``n`` people cannot be judged, or None."""
    if n >= 5:
        return None
    return Reason.of(
        "the own ratings of only {people} of this group can be predicted",
        people=counted(n, "person", "people"),
    )


def _runs(excess: Floats, plain: Floats) -> tuple[Run, ...]:
    """Without one person; against the plain mean."""
    rest = np.delete(excess, int(np.argmax(np.abs(excess - excess.mean()))))
    return (
        Run("without the person of largest excess", *_mean_p(rest), n=len(rest)),
        Run("against the plain mean of others' ratings", *_mean_p(plain), n=len(plain)),
    )


def _by_topic(rated: _Rated) -> tuple[Ints, Floats] | None:
    """People and their excess over their own other ratings on the topic; None without topics."""
    known = bool(len(np.unique(rated.topic[rated.topic >= 0])) > 1)
    return rated.less_topic() if known and len(rated.found.person) else None


def _run_less_topic(found: tuple[Ints, Floats] | None, people: Ints) -> tuple[Run, ...]:
    """What is left of these people's excess over their other ratings on the same topic."""
    if found is None:
        return ()
    who, excess = found
    mine = excess[np.isin(who, people)]
    name = "against their own ratings of others' ideas on the same topic"
    return (Run(name, *_mean_p(mine), n=len(mine), level=CONDITIONED),)


def _mean_p(values: Floats) -> tuple[float, float]:
    """Mean and two-sided t p value."""
    n = len(values)
    if not n:
        return float("nan"), float("nan")
    mean = float(values.mean())
    if n < 2 or values.std() == 0:
        return mean, float("nan")
    t = abs(mean) / (values.std(ddof=1) / np.sqrt(n))
    return mean, float(2 * stdtr(n - 1, -t))


def _notes(rated: _Rated) -> tuple[Note, ...]:
    """Own ratings that nothing predicts, and that topics are not known."""
    unusable = rated.found.unusable
    text = (
        f"{count_of(unusable, 'own rating')} could not be predicted: the rater rated fewer than 2 "
        "ideas of others, or the idea has fewer than 2 ratings by others."
    )
    lost = Note("own_ratings_not_predicted", text, {"ratings": unusable})
    no_topics = Note(
        "topics_unknown",
        "Topics are not recorded: whether people rate their own idea higher, or all on the topic "
        "that they like, is not told apart.",
    )
    return noted(
        lost if unusable else None,
        None if (rated.topic >= 0).any() else no_topics,
    )
