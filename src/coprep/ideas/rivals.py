"""Ask whether people rate ideas that compete with their own lower than others do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._authors.authorship import MOST_CELLS, MOST_GROUPS
from coprep.ideas._judging.effects import SURE, Effect, Reason, Run, effective_number
from coprep.ideas._judging.eligibility import LEAST_RATERS, enough_votes, labels_from_outside
from coprep.ideas._judging.judge import Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.support import (
    grouping_of,
    ideas_of,
    preference,
    preference_scale,
    quantile_classes,
)
from coprep.metrics._checks import whole
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.inference._clustered import clustered_ols
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.votes._two_way import two_way_additive
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of
from coprep.wording.templates import counted

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

_MOST_AUTHORS = 5_000
_LEAST_CELLS = 50

_PHRASES = Phrases(
    more="{Who} rate ideas that compete with their own {effect} higher than other people rate "
    "them, and the more so the closer these come in rank.",
    less="{Who} rate ideas that compete with their own {effect} lower than other people rate them, "
    "and the more so the closer these come in rank.",
    same="{Who} rate ideas that compete with their own about as other people rate them: a "
    "difference of {effect}.",
    open="{Who} rate ideas that compete with their own with a difference of {effect} from how "
    "other people rate them.",
    innocent="People who have an idea on a topic know it well, and may see weaknesses that "
    "others miss.",
    innocent_less="People who have an idea on a topic know it well, and may see weaknesses that "
    "others miss.",
    next_step="Show how each idea fares without the ratings of people who have an idea on the "
    "same budget line.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Rivals(IdeasResult):
    """Do people rate ideas that compete with their own differently from how others rate them?

    Attributes
    ----------
    rows : Table
        A row for all authors (no group), then one a group. ``effect`` in units of the scale
        (percentage points for yes or no): how much higher authors rate rival ideas than their
        leniency and the ideas' quality predict. ``n_people`` are authors who rated rivals,
        ``n_ideas`` the rival ideas they rated.

    """

    kind: ClassVar[str] = "ideas.rivals"
    shown: ClassVar[tuple[str, ...]] = ("who", *IdeasResult.shown[1:])
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "who")


def rivals(
    process: Process,
    *,
    attribute: str | None = None,
    within: Literal["topic", "stage"] = "topic",
    close: int | None = None,
    ballot: str | None = None,
    material: float | None = None,
    confidence: float = 0.95,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Rivals:
    """Do people rate ideas that compete with their own lower than others rate them?

    *Estimand*: difference between authors' ratings of rival ideas and what their leniency plus the
    ideas' quality predict. An idea competes with a person's own where it stands on the same budget
    line (topic) and, if asked, close in rank.

    Parameters
    ----------
    process : Process
        With ideas, their topics and authors, and ratings.
    attribute : str, optional
        Also give the difference for authors of each of its groups.
    within : {"topic", "stage"}
        What ideas compete within.
    close : int, optional
        Only ideas at most so many places away, in mean rating, from one of the person's own. None
        takes all.
    ballot : str, optional
        Kind of ballot, where there are several.
    material : float, optional
        Units of the scale that do not matter; by default a twentieth of the scale that was used (5
        points for yes or no).
    confidence : float
        Level of the intervals.
    draws : int
        Reassignments of authorship.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Rivals
        With the columns described there. Groups only: no person is scored.

    Raises
    ------
    InputError
        Where tables or topics are missing, or more than 5,000 authors rated.

    Notes
    -----
    Ratings of own ideas are left out, then ratings are fitted as leniency + quality. *Null*:
    authorship is reassigned among authors who rated as many ideas on as many topics; nobody is
    counted as rating an idea that becomes their own. *Interval*: rival ratings regressed on being a
    rival within raters and ideas, clustered by rater and idea. *Robustness*: without the most
    influential author; by the clustered regression alone; close rivals against distant ones on the
    same line, with what an author gives to the whole line taken out: people with an idea on a topic
    like it more than others, or know it better, and that alone is no rivalry.

    When it is fooled: authors who think most of ideas that are like their own, where like ideas
    come close in rank.

    References
    ----------
    Stelmakh, I., Shah, N. B. & Singh, A. (2021). Catch me if I can: detecting strategic behaviour
    in peer assessment. AAAI 35(6), 4794-4802. Balietti, S., Goldstone, R. L. & Helbing, D. (2016).
    Peer review and competition in the Art Exhibition Game. PNAS 113(30), 8414-8419.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=150, ideas=60, rivals=0.3, rng=1)
    >>> found = rivals(process, attribute="group", rng=1)
    >>> round(found.rows["effect"][0]), found.findings[0].verdict.value
    (-19, 'pattern')
    """
    process.require("ideas", "authors", "ratings")
    if within not in {"topic", "stage"}:
        raise InputError.choice("within", within, ("topic", "stage"))
    if close is not None:
        whole(close, "close", low=1)
    ballots = process.ballots(ballot)
    seed = seed_of(rng)
    scale, factor = preference_scale(ballots, material)
    field = _Field(process, ballots, factor, within=within, close=close)
    judged = judge(
        _cases(process, field, attribute, confidence=confidence, draws=draws, seed=seed),
        question="rivals",
        attribute=attribute or "",
        scale=scale,
        phrases=_PHRASES,
        estimand="authors' ratings of ideas that compete with their own, minus leniency of the "
        "rater and quality of the idea",
        null="authorship reassigned among authors who rated comparable sets",
        exclusions={"ratings of own ideas": field.own},
    )
    notes = judged.notes
    if field.own:
        text = "Ratings of own ideas were left out."
        notes = (Note("self_votes", text, {"ratings": field.own}), *notes)
    by = "" if attribute is None else f", by {plainly(attribute)}"
    axis = f"rating of rivals above what is expected ({scale.unit})"
    return Rivals(
        title=f"How people rate ideas that compete with their own{by}",
        rows=judged.table({"who": "text"}),
        findings=judged.findings,
        notes=notes,
        settings={
            "attribute": attribute,
            "within": within,
            "close": close,
            "ballot": ballots.kind,
            "material": scale.high,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, axis, label=("who",)),
    )


class _Field:
    """Ratings of others' ideas, and whose rivals are which ideas."""

    def __init__(
        self, process: Process, ballots: Ballots, factor: float, *, within: str, close: int | None
    ) -> None:
        ideas = ideas_of(process)
        wrote = process.authorship
        value, said = preference(ballots)
        keep = said & ~np.asarray(ballots.is_self)
        self.own = int(np.asarray(ballots.is_self).sum())
        self.block = ideas.topic if within == "topic" else ideas.stage
        self.person = np.asarray(ballots.person[keep], dtype=np.intp)
        self.idea = np.asarray(ballots.idea[keep], dtype=np.intp)
        self.value = value[keep] * factor
        authors = np.unique(wrote.person[~ideas.is_host[wrote.idea]])
        self.authors = np.intersect1d(authors, self.person)
        many = len(self.authors)
        if many > _MOST_AUTHORS or many * len(ideas) > MOST_CELLS:
            raise InputError.of(
                f"{many:,} authors rated {len(ideas):,} ideas; that is too many to reassign "
                "authorship.",
                code="too_many_authors",
                param="process",
                hint="look at one topic or stage at a time.",
            )
        self.row = np.full(len(process.people), -1, dtype=np.intp)
        self.row[self.authors] = np.arange(many)
        # (authors, ideas) how many places an idea is from the nearest of the author's own
        self.apart = np.full((many, len(ideas)), np.nan)
        self.rival = self._rivals(self.row[wrote.person], wrote.idea, close)
        # which ratings are an author's of a rival idea
        row = self.row[self.person]
        mine = row >= 0
        self.is_rival = np.zeros(len(row), dtype=np.bool_)
        self.is_rival[mine] = self.rival[row[mine], self.idea[mine]]

    def _rivals(self, who: Ints, what: Ints, close: int | None) -> Bools:
        """Authors by ideas: whether the idea competes with one of the author's own."""
        rated = who >= 0
        who = who[rated]
        what = what[rated]
        rival = np.zeros((len(self.authors), len(self.block)), dtype=np.bool_)
        rank = self._ranks()
        for i in np.unique(what[self.block[what] >= 0]):
            near = self.block == self.block[i]
            places = np.abs(rank - rank[i])
            if close is not None:
                near &= places <= close
            for author in who[what == i]:
                rival[author] |= near
                self.apart[author] = np.fmin(self.apart[author], np.where(near, places, np.nan))
        rival[who, what] = False
        return rival

    def _ranks(self) -> Floats:
        """Place of each idea within its block by mean rating; nan without ratings."""
        many = len(self.block)
        asked = np.bincount(self.idea, minlength=many)
        mean = np.bincount(self.idea, self.value, many) / np.where(asked > 0, asked, np.nan)
        rank = np.full(many, np.nan)
        for b in np.unique(self.block[self.block >= 0]):
            rows = np.flatnonzero((self.block == b) & (asked > 0))
            rank[rows[np.argsort(-mean[rows], kind="stable")]] = np.arange(len(rows))
        return rank

    def refusal(self, marked: Bools) -> str | None:
        """Why these ratings of rivals cannot be judged, or None."""
        if (self.block < 0).all():
            return "no idea has a topic, so none competes with another"
        people = len(np.unique(self.person[marked]))
        if people < LEAST_RATERS:
            return Reason.of(
                "only {authors} rated rival ideas; at least {least} are needed",
                authors=counted(people, "author"),
                least=LEAST_RATERS,
            )
        ratings = int(marked.sum())
        if ratings < _LEAST_CELLS:
            what = count_of(ratings, "rating")
            return f"rival ideas have only {what}; at least {_LEAST_CELLS} are needed"
        return enough_votes(len(self.value)).refusal


def _cases(
    process: Process,
    field: _Field,
    attribute: str | None,
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> list[Case]:
    """A case for all people, then one a group."""
    everybody = np.ones(len(process.people), dtype=np.bool_)
    views: list[tuple[str | None, Bools]] = [(None, everybody)]
    circular = None
    if attribute is not None:
        grouping = grouping_of(process, attribute, MOST_GROUPS)
        views += [(group, grouping.codes == k) for k, group in enumerate(grouping.groups)]
        circular = labels_from_outside(process, attribute).refusal
    if not len(field.value):
        return [_blank(None, "there are no ratings of other people's ideas")]
    fit = two_way_additive(field.person, field.idea, field.value)
    table = _Reassigned(field, fit.residual)
    cases = []
    for j, (group, members) in enumerate(views):
        marked = field.is_rival & members[field.person]
        refusal = field.refusal(marked)
        if group is not None:
            refusal = circular or refusal
        if not marked.any():
            cases.append(_blank(group, refusal or "nobody rated a rival idea"))
            continue
        p_value = table.p_value(members, draws, stream(seed, f"rivals {j}"))
        cases.append(_case(field, group, marked, p_value, refusal, confidence))
    return cases


def _blank(group: str | None, refusal: str) -> Case:
    return Case(
        group=group,
        effect=Effect(),
        n_people=0,
        n_ideas=0,
        n_effective=float("nan"),
        refusal=refusal,
    )


def _case(
    field: _Field,
    group: str | None,
    marked: Bools,
    p_value: float,
    refusal: str | None,
    confidence: float,
) -> Case:
    """Some people's ratings of rival ideas."""
    value, se, df, p_clustered = _slope(field, marked)
    cells = np.bincount(field.person[marked])
    clustered = Run("by the clustered regression", value, p_clustered)
    near, p_near = _near_against_far(field, marked)
    closer = Run("close rivals against distant ones on the same line", near, p_near, level=SURE)
    return Case(
        group=group,
        effect=Effect.from_se(
            value,
            se,
            df=df,
            p_value=p_value,
            confidence=confidence,
            method="two-way regression, clustered by rater and idea",
        ),
        n_people=int((cells > 0).sum()),
        n_ideas=len(np.unique(field.idea[marked])),
        n_effective=effective_number(cells),
        n_votes=len(field.value),
        refusal=refusal,
        described=True,
        details={"votes": len(field.value), "votes_on_rivals": int(cells.sum())},
        runs=() if refusal else (_without_one(field, marked), clustered, closer),
        words={"Who": "People" if group is None else f"People in {show(group)}"},
    )


def _slope(field: _Field, marked: Bools) -> tuple[float, float, float, float]:
    """Difference on rivals, its standard error, degrees of freedom and p value."""
    fit = two_way_additive(field.person, field.idea, field.value, x=marked.astype(float))
    if np.isnan(fit.coef[0]):
        return float("nan"), float("nan"), 1.0, float("nan")
    errors = clustered_ols(fit.y_residual, fit.x_residual, field.person, second=field.idea)
    return float(fit.coef[0]), float(errors.se[0]), float(errors.df[0]), float(errors.p_value[0])


def _near_against_far(field: _Field, marked: Bools) -> tuple[float, float]:
    """How much lower, or higher, authors rate close rivals than distant ones, and its p value.

    Authors like, or know, the line that they write on, and rate all on it alike; what is done to
    rivals is done to those that come close. What an author gives to each line is taken out.
    """
    apart = field.apart[field.row[field.person[marked]], field.idea[marked]]
    line = field.person[marked] * (int(field.block.max()) + 1) + field.block[field.idea[marked]]
    fit = two_way_additive(field.person, field.idea, field.value)
    left = fit.residual[marked]
    known = np.isfinite(apart)
    line = np.unique(line[known], return_inverse=True)[1].reshape(-1)
    if len(line) < 2:
        return float("nan"), float("nan")
    many = np.bincount(line)
    near = -np.log1p(apart[known])
    near = near - (np.bincount(line, near) / many)[line]
    left = left[known] - (np.bincount(line, left[known]) / many)[line]
    if not float((near**2).sum()) > 0:
        return float("nan"), float("nan")
    person = field.person[marked][known]
    idea = field.idea[marked][known]
    errors = clustered_ols(left, near, person, second=idea)
    return float(errors.coef[0]), float(errors.p_value[0])


def _without_one(field: _Field, marked: Bools) -> Run:
    """Without the author whose ratings of rivals are furthest from the others'."""
    fit = two_way_additive(field.person, field.idea, field.value, x=marked.astype(float))
    pull = np.bincount(field.person, fit.x_residual[:, 0] * fit.residual)
    rest = field.person != int(np.argmax(np.abs(pull)))
    name = "without the most influential author"
    if not marked[rest].any():
        return Run(name, float("nan"))
    person = np.unique(field.person[rest], return_inverse=True)[1]
    idea = np.unique(field.idea[rest], return_inverse=True)[1]
    less = two_way_additive(person, idea, field.value[rest], x=marked[rest].astype(float))
    return Run(name, float(less.coef[0]), n=int(marked[rest].sum()))


class _Reassigned:
    """Residuals of authors' ratings of each other's rivals: the null is reassigned authorship."""

    def __init__(self, field: _Field, residual: Floats) -> None:
        from scipy.sparse import csr_array

        row = field.row[field.person]
        mine = row >= 0
        where = (row[mine], field.idea[mine])
        rivals_of = field.rival.astype(float).T

        def on_rivals(values: Floats) -> Floats:
            table = csr_array((values, where), shape=field.rival.shape)
            return np.asarray(table @ rivals_of)

        self.authors = field.authors
        self.sums = on_rivals(residual[mine])
        self.cells = on_rivals(np.ones(int(mine.sum())))
        many = len(field.authors)
        rated = np.bincount(row[mine], minlength=many).astype(float)
        pairs = np.unique(np.stack([row[mine], field.block[field.idea[mine]]]), axis=1)
        topics = np.minimum(np.bincount(pairs[0], minlength=many), 999)
        strata = quantile_classes(rated, 5) * 1000 + topics
        self.strata = np.unique(strata, return_inverse=True)[1]

    def p_value(self, members: Bools, draws: int, rng: Generator) -> float:
        """Two-sided p of the mean residual on rivals, for authors of a group."""
        mine = np.flatnonzero(members[self.authors])

        def statistic(rows: Ints) -> Floats:
            given = np.asarray(rows)[:, mine]
            sums = self.sums[mine, given].sum(axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(sums / self.cells[mine, given].sum(axis=1))

        test = permutation_test(
            statistic,
            np.arange(len(self.authors)),
            strata=self.strata,
            draws=draws,
            max_exact=1,
            rng=rng,
        )
        return float(test.p_value)
