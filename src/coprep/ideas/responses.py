"""Knows whose ideas are answered, how soon and how, with ideas that still wait counted as waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.decisions.matched import flip_test
from coprep.ideas.decisions.regression import dummies, independent
from coprep.ideas.decisions.waits import Waits, answers_table, waits
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
from coprep.ideas.judging.gates import (
    LEAST_AUTHORS,
    enough_groups,
    enough_ideas,
    enough_voices,
    first_refusal,
    host_note,
)
from coprep.ideas.votes.backing import few_people, grouping_of, no_group_known
from coprep.metrics._checks import number
from coprep.metrics._streams import entropy, stream
from coprep.metrics.inference._survival import KaplanMeier, cox_regression, kaplan_meier, log_rank
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Responses", "responses"]

_COLUMNS: dict[str, ColumnKind] = {
    **COLUMNS,
    "median_days": "number",
    "median_days_others": "number",
    "answered_by": "number",
    "answered_by_low": "number",
    "answered_by_high": "number",
    "answered_by_others": "number",
    "answered_ever": "number",
    "log_rank_p": "number",
}

_PHRASES = Phrases(
    more="Ideas by people in {group} were answered sooner than others{by_day}: at any time their rate of being "
    "answered was {effect} that of other ideas.",
    less="Ideas by people in {group} waited longer for an answer than others{by_day}: at any time their rate of being "
    "answered was {effect} that of other ideas.",
    same="Ideas by people in {group} were answered about as soon as others: their rate of being answered was {effect} "
    "that of other ideas.",
    open="The rate at which ideas by people in {group} were answered was {effect} that of other ideas{by_day}.",
    innocent="Some questions take longer to answer, and ideas on one topic may all have gone to one busy office.",
    next_step="List the ideas from {group} that still wait, oldest first, and tell their authors when to expect an "
    "answer.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Responses(IdeasResult):
    """Whose ideas are answered, how soon and how?

    Attributes
    ----------
    rows : Table
        A row a group. ``effect`` is the ratio of the rate of being answered to that of all other ideas (Cox, errors
        clustered by author); ``median_days`` the Kaplan-Meier median, infinite where half still wait;
        ``answered_by`` the share answered within the horizon, with its interval, and of others; ``answered_ever``
        the plain share answered so far; ``log_rank_p`` takes ideas as independent.
    answers : Table
        What was answered, by group, "none" for ideas that still wait.
    """

    answers: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.responses"
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "answer")
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "median_days": ("Median days to an answer", "decimal"),
        "answered_by": ("Answered in time", "percent"),
        "answered_by_others": ("Others' ideas answered in time", "percent"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "n_people",
        "n_ideas",
        "median_days",
        "answered_by",
        "answered_by_others",
        "effect",
        "low",
        "high",
        "p_adjusted",
        "verdict",
    )


def responses(
    process: Process,
    *,
    attribute: str,
    within: Literal["topic"] | None = "topic",
    horizon: float = 30.0,
    until: object = None,
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> Responses:
    """Whose ideas are answered, how soon and how?

    *Estimand*: the ratio of the rates at which ideas of a group and all other ideas are answered, among ideas that
    still wait; ideas without an answer are cut off at the last day of the data, never left out.

    Parameters
    ----------
    process : Process
        With participants, ideas (``created_at``), authors and responses.
    attribute : str
        The participants' attribute.
    within : {"topic"} or None
        Compare ideas of a topic with one another, where ideas have topics.
    horizon : float
        Days by which a share answered is reported.
    until : date or text, optional
        The day of the export; by default the latest day any table names.
    band : (float, float)
        Ratios that do not matter.
    confidence : float
        Level of the intervals.
    draws : int
        Random sign patterns; up to 15 authors all are enumerated.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Responses
        With the columns described there.

    Raises
    ------
    InputError
        Where tables or dates are missing.

    Notes
    -----
    *Test*: the score of each idea in the (stratified) log-rank statistic, summed by author, signs flipped; the largest
    statistic over groups gives ``p_adjusted``. Where one side has no answer at all the ratio is the one-step estimate
    exp(U / V). *Robustness*: without the author of the largest score, over all topics together, in the share answered
    by the horizon, and with ideas of unknown group counted on either side.

    When it is fooled: an answer is not a good answer, see ``answers``; answers given in meetings leave no date; the
    ratio describes a whole course by one number, so look at the shares too where courses cross.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53(282), 457-481.
    Lin, D. Y. & Wei, L. J. (1989). The robust inference for the Cox proportional hazards model. JASA 84, 1074-1078.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(rng=1)
    >>> found = responses(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 0.73), ('south', 1.36)]
    """
    if within not in ("topic", None):
        raise InputError.choice("within", within, ("topic", None))
    process.require("participants")
    scale, seed = ratio(band), entropy(rng)
    grouping = grouping_of(process, attribute)
    asked = _prepare(
        waits(process, grouping, until), grouping, within, number(horizon, "horizon", low=0.0)
    )
    p_value, p_adjusted, used = _tested(asked, draws, stream(seed, "responses"))
    cases = [_case(asked, k, float(p_value[k]), confidence) for k in range(len(grouping.groups))]
    judged = judge(
        cases or [no_group_known(attribute)],
        question="responses",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="ratio of the rates at which ideas are answered, ideas still waiting cut off at the last day",
        null="given its topic, when an idea is answered does not depend on who wrote it; authors' signs flipped",
        exclusions=asked.found.exclusions,
        p_adjusted=[float(p) for p in p_adjusted] if cases else None,
    )
    return Responses(
        title=f"Who is answered, and how soon, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, _COLUMNS),
        findings=judged.findings,
        notes=as_notes((*_notes(process, asked), *judged.notes)),
        settings={
            "attribute": attribute,
            "within": within,
            "horizon": horizon,
            "until": str(asked.found.until),
            "band": band,
            "confidence": confidence,
            "draws": used,
            "rng": seed,
        },
        picture=forest(scale, "rate of being answered by that of other ideas (ratio)"),
        answers=answers_table(process, grouping, asked.found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Ideas of known group, and which are of unknown group."""

    found: Waits
    grouping: Grouping
    known: Bools
    topic: Ints
    horizon: float
    refusal: str | None

    @property
    def member(self) -> Floats:
        return self.found.member[self.known]

    @property
    def days(self) -> Floats:
        return self.found.days[self.known]

    @property
    def answered(self) -> Bools:
        return np.asarray(self.found.answered[self.known])

    @property
    def author(self) -> Ints:
        return np.asarray(self.found.author[self.known])


def _prepare(found: Waits, grouping: Grouping, within: str | None, horizon: float) -> _Asked:
    known = np.asarray(~np.isnan(found.member).any(axis=1))
    author = found.author[known]
    sizes = [
        len(np.unique(author[found.member[known, k] > 0])) for k in range(len(grouping.groups))
    ]
    written = np.unique(author, return_counts=True)[1] if len(author) else np.zeros(1)
    return _Asked(
        found=found,
        grouping=grouping,
        known=known,
        topic=found.topic if within == "topic" else np.zeros(len(found.topic), dtype=np.intp),
        horizon=horizon,
        refusal=first_refusal(
            [enough_groups(sizes), enough_ideas(int(known.sum())), enough_voices(written)]
        ),
    )


def _tested(asked: _Asked, draws: int, rng: Generator) -> tuple[Floats, Floats, int]:
    if not asked.member.size:
        nothing = np.full(asked.member.shape[1], np.nan)
        return nothing, nothing, 0
    found = [
        _scores(asked.days, asked.answered, m, asked.topic[asked.known]) for m in asked.member.T
    ]
    observed = np.array([scores.sum() for scores, _ in found])
    flipped = np.stack([scores * larger for scores, larger in found], axis=1)
    test = flip_test(observed, flipped, asked.author, draws=draws, rng=rng)
    return test.p_value, test.p_adjusted, test.draws


def _scores(days: Floats, answered: Bools, member: Floats, topic: Ints) -> tuple[Floats, Floats]:
    """Each idea's part of the stratified log-rank score, and how much larger it must be taken to be.

    In a topic of few ideas the squares of the parts fall short of the variance of their sum, because the share still
    waiting is taken from the same ideas; the second array makes up for that.
    """
    score, larger = np.zeros(len(days)), np.ones(len(days))
    for stratum in np.unique(topic):
        rows = np.flatnonzero(topic == stratum)
        score[rows], variance = _log_rank_scores(days[rows], answered[rows], member[rows])
        squares = float((score[rows] ** 2).sum())
        larger[rows] = np.sqrt(variance / squares) if squares > 0 and variance > 0 else 1.0
    return score, larger


def _log_rank_scores(days: Floats, answered: Bools, member: Floats) -> tuple[Floats, float]:
    order = np.argsort(days)
    times, deaths = np.unique(days[answered], return_counts=True)
    if not len(times):
        return np.zeros(len(days)), 0.0
    first = np.searchsorted(days[order], times, side="left")
    waiting = (len(days) - first).astype(float)
    share = np.cumsum(member[order][::-1])[::-1][first] / waiting
    hazard = deaths / waiting
    at = np.searchsorted(times, days, side="right")
    base, weighted = (np.r_[0.0, np.cumsum(part)][at] for part in (hazard, hazard * share))
    own = np.where(
        answered, member - share[np.minimum(np.searchsorted(times, days), len(times) - 1)], 0.0
    )
    tied = np.divide(waiting - deaths, waiting - 1, out=np.zeros(len(times)), where=waiting > 1)
    return own - (member * base - weighted), float((deaths * share * (1 - share) * tied).sum())


def _case(asked: _Asked, k: int, p_value: float, confidence: float) -> Case:
    member = asked.member[:, k]
    inside, authors = member > 0.5, np.unique(asked.author[member > 0])
    people = len(authors)
    value, se, how = _ratio(
        asked.days, asked.answered, member, asked.topic[asked.known], asked.author
    )
    sides = min(people, len(np.unique(asked.author[member < 1])))
    ours, others = (
        _curve(asked.days[rows], asked.answered[rows], confidence) for rows in (inside, ~inside)
    )
    by = [
        float("nan") if curve is None else curve.answered_by(asked.horizon)
        for curve in (ours, others)
    ]
    low, high = _limits(ours, asked.horizon, by[0])
    ranks = log_rank(asked.days, asked.answered, inside) if len(inside) else None
    return Case(
        group=asked.grouping.groups[k],
        effect=Effect.from_se(
            value,
            se,
            p_value=p_value,
            df=max(sides - 1, 1),
            confidence=confidence,
            log=True,
            method=how,
        ),
        n_people=people,
        n_ideas=int((member > 0).sum()),
        n_effective=effective_number(np.unique(asked.author[member > 0], return_counts=True)[1]),
        refusal=asked.refusal or few_people(people, LEAST_AUTHORS, "author"),
        runs=_runs(asked, member, by),
        extra={
            "median_days": np.nan if ours is None else ours.median,
            "median_days_others": np.nan if others is None else others.median,
            "answered_by": by[0],
            "answered_by_low": low,
            "answered_by_high": high,
            "answered_by_others": by[1],
            "answered_ever": asked.answered[inside].mean() if inside.any() else np.nan,
            "log_rank_p": np.nan if ranks is None else ranks.p_value,
        },
        words={"by_day": _by_day(by, asked.horizon)},
    )


def _by_day(by: list[float], horizon: float) -> str:
    if np.isnan(by).any():
        return ""
    return f" ({by[0]:.0%} against {by[1]:.0%} within {horizon:g} days)"


def _curve(days: Floats, answered: Bools, confidence: float) -> KaplanMeier | None:
    return kaplan_meier(days, answered, confidence=confidence) if len(days) else None


def _limits(curve: KaplanMeier | None, day: float, by: float) -> tuple[float, float]:
    """Interval of the share answered by a day."""
    if curve is None or np.isnan(by):
        return float("nan"), float("nan")
    at = int(np.searchsorted(curve.time, day, side="right"))
    return (
        (1 - float(curve.high[at - 1]), 1 - float(curve.low[at - 1])) if at else (0.0, float("nan"))
    )


def _ratio(
    days: Floats, answered: Bools, member: Floats, topic: Ints, author: Ints
) -> tuple[float, float, str]:
    """Ratio of rates, error of its logarithm, and how they were found."""
    score, larger = _scores(days, answered, member, topic)
    information = float(((score * larger) ** 2).sum())
    if information <= 0:
        return float("nan"), float("nan"), ""
    clusters = len(np.unique(author))
    small = np.sqrt(clusters / max(clusters - 1, 1))
    if all((answered & side).any() for side in (member > 0, member < 1)):
        design = np.column_stack([dummies(topic), member])
        keep = independent(design - design.mean(axis=0))
        if keep[-1]:
            fit = cox_regression(days, answered, design[:, keep], clusters=author)
            small *= np.sqrt(information / (score**2).sum())
            return (
                float(np.exp(fit.coef[-1])),
                float(fit.se[-1] * small),
                "Cox, errors clustered by author",
            )
    who = np.unique(author, return_inverse=True)[1].reshape(-1)
    spread = np.sqrt((np.bincount(who, weights=score * larger) ** 2).sum())
    value = float(np.exp(score.sum() / information))
    return value, float(spread * small / information), "one step from no difference"


def _runs(asked: _Asked, member: Floats, by: list[float]) -> tuple[Run, ...]:
    days, answered, author, topic = (
        asked.days,
        asked.answered,
        asked.author,
        asked.topic[asked.known],
    )
    if not len(days):
        return ()
    score = _scores(days, answered, member, topic)[0]
    names, who = np.unique(author, return_inverse=True)
    rest = author != names[np.argmax(np.abs(np.bincount(who.reshape(-1), weights=score)))]
    without = _ratio(days[rest], answered[rest], member[rest], topic[rest], author[rest])[0]
    together = _ratio(days, answered, member, np.zeros(len(days), dtype=np.intp), author)[0]
    runs = [
        Run("without the author of the largest score", without, n=len(names) - 1),
        Run("over all topics together", together),
    ]
    if by[1] > 0 and not np.isnan(by[0]):
        runs.append(Run(f"in the share answered within {asked.horizon:g} days", by[0] / by[1]))
    other = ~asked.known
    if other.any():
        found = asked.found
        for name, share in (("all", 1.0), ("none", 0.0)):
            filled = np.full(len(found.days), share)
            filled[asked.known] = member
            value = _ratio(found.days, found.answered, filled, asked.topic, found.author)[0]
            runs.append(Run(f"if {name} of the ideas of unknown group were the group's", value))
    return tuple(runs)


def _notes(process: Process, asked: _Asked) -> list[str]:
    found = asked.found
    waiting = int((~found.answered).sum())
    day = str(found.until.astype("datetime64[D]"))
    verb = "waits" if waiting == 1 else "wait"
    notes = [
        f"{count_of(waiting, 'idea')} of {len(found.days):,} still {verb} on {day}; they count as waiting."
    ]
    host = host_note(process.ideas.is_host) if process.ideas is not None else None
    if host:
        notes.append(host)
    left = {
        name: n for name, n in found.exclusions.items() if n and name != "ideas by the organisers"
    }
    notes += [f"Left out: {n:,} {name}." for name, n in left.items()]
    unknown = int((~asked.known).sum())
    if unknown:
        whose = f"authors of unknown {quote(asked.grouping.attribute)}"
        notes.append(
            f"{count_of(unknown, 'idea')} by {whose} are left out; robustness runs count them on either side."
        )
    return notes
