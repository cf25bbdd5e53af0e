"""Ask whose ideas are answered, how soon and how; ideas that still wait count as waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import stdtr

from coprep.findings import Note
from coprep.ideas._decisions.acknowledgements import only_answers
from coprep.ideas._decisions.cox import cox_regression
from coprep.ideas._decisions.regression import dummies, independent
from coprep.ideas._decisions.stratified_comparison import flip_test
from coprep.ideas._decisions.time_to_response import (
    WaitingCurve,
    WaitingTimes,
    answers_table,
    log_rank_p,
    responses_of,
    waiting_times,
)
from coprep.ideas._judging.effects import CONDITIONED, Effect, Run, effective_number, ratio
from coprep.ideas._judging.eligibility import (
    LEAST_AUTHORS,
    enough_groups,
    enough_ideas,
    enough_voices,
    few_people,
    first_refusal,
    host_note,
    no_group_known,
    noted,
)
from coprep.ideas._judging.judge import COLUMNS, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._participation.waiting_by_label import waiting_by_label
from coprep.ideas._votes.contexts import contexts_of, names_of
from coprep.ideas._votes.support import grouping_of, quantile_classes
from coprep.metrics._checks import number, share
from coprep.metrics._streams import seed_of, stream
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

_IN_A_PERIOD = 20
_MOST_PERIODS = 8
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
    more="Ideas by people in {group} were answered sooner than others{by_day}: at any time their "
    "rate of being answered was {effect} that of other ideas.",
    less="Ideas by people in {group} waited longer for an answer than others{by_day}: at any "
    "time their rate of being answered was {effect} that of other ideas.",
    same="Ideas by people in {group} were answered about as soon as others: their rate of being "
    "answered was {effect} that of other ideas.",
    open="The rate at which ideas by people in {group} were answered was {effect} that of other "
    "ideas{by_day}.",
    innocent="Some questions take longer to answer, and ideas on one topic may all have gone to "
    "one busy office.",
    next_step="List the ideas from {group} that still wait, oldest first, and tell their authors "
    "when to expect an answer.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Responses(IdeasResult):
    """Whose ideas are answered, how soon and how?

    Attributes
    ----------
    rows : Table
        A row a group. ``effect`` is the ratio of the rate of being answered to that of all other
        ideas (Cox, errors clustered by author); ``median_days`` the Kaplan-Meier median, infinite
        where half still wait; ``answered_by`` the share answered within the horizon, with its
        interval, and of others; ``answered_ever`` the plain share answered so far; ``log_rank_p``
        takes ideas as independent.
    answers : Table
        What was answered, by group, "none" for ideas that still wait.
    """

    answers: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.responses"
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "answer")
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = (
        ("answered_by", "n_ideas"),
        ("answered_ever", "n_ideas"),
    )
    all_or_none: ClassVar[tuple[str, ...]] = (
        "answered_by",
        "answered_by_low",
        "answered_by_high",
        "answered_by_others",
        "answered_ever",
    )
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
    within: str | Sequence[str] | None = "topic",
    horizon: float = 30.0,
    until: object = None,
    answers: Sequence[str] | None = None,
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> Responses:
    """Whose ideas are answered, how soon and how?

    *Estimand*: the ratio of the rates at which ideas of a group and all other ideas are answered,
    among ideas that still wait; ideas without an answer are cut off at the last day of the data,
    never left out.

    Parameters
    ----------
    process : Process
        With participants, ideas (``created_at``), authors and responses.
    attribute : str
        The participants' attribute.
    within : {"topic", "stage", "session", "week", "language", "area"}, several, or None
        Compare ideas of a topic (stage, ...) with one another, where these are known.
    horizon : float
        Days by which a share answered is reported.
    until : date or text, optional
        The day of the export; by default the latest day any table names.
    answers : sequence of str, optional
        The kinds of response that are answers. By default all but acknowledgements of receipt and
        what a machine sent.
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
    *Test*: the score of each idea in the (stratified) log-rank statistic, summed by author, signs
    flipped; and the same sums in their standard errors, authors' labels exchanged within classes of
    how much they wrote. The larger p value is told; the largest statistic over groups gives
    ``p_adjusted``. Where one side has no answer at
    all the ratio is the one-step estimate exp(U / V). *Robustness*: without the author of the
    largest score, over all topics together, among ideas handed in at about the same time (answers
    slow down or speed up while a process goes on), in the share answered by the horizon, and with
    ideas of unknown group counted on either side.

    When it is fooled: an answer is not a good answer, see ``answers``; answers given in meetings
    leave no date; the ratio describes a whole course by one number, so look at the shares too where
    courses cross.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA
    53(282), 457-481. Lin, D. Y. & Wei, L. J. (1989). The robust inference for the Cox proportional
    hazards model. JASA 84, 1074-1078.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(rng=1)
    >>> found = responses(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 0.73), ('south', 1.36)]
    """
    names = names_of(within)
    process.require("participants")
    share(confidence, "confidence")
    scale = ratio(band)
    seed = seed_of(rng)
    grouping = grouping_of(process, attribute)
    told, left_out = only_answers(responses_of(process), answers)
    found = waiting_times(process, grouping, told, until)
    asked = _Asked.of(
        found, grouping, contexts_of(process, names), number(horizon, "horizon", low=0.0)
    )
    groups = len(grouping.groups)
    p_value = np.full(groups, np.nan)
    p_adjusted = p_value
    used = 0
    if asked.known.member.size:
        scored = [_scores(asked.known, member) for member in asked.known.member.T]
        observed = np.array([scores.sum() for scores, _ in scored])
        flipped = np.stack([scores * larger for scores, larger in scored], axis=1)
        rng = stream(seed, "responses")
        test = flip_test(observed, flipped, asked.known.author, draws=draws, rng=rng)
        p_value = test.p_value
        p_adjusted = test.p_adjusted
        used = test.draws
        code = np.asarray(grouping.codes)[asked.known.author]
        by_label = waiting_by_label(
            asked.known.days,
            asked.known.answered,
            asked.known.topic,
            asked.known.author,
            np.where(code < 0, groups, code),  # one beyond the last where it is not known
            groups,
            draws=draws,
            rng=stream(seed, "labels of authors"),
        )
        if by_label is not None:
            # Both must stand: flipped signs where groups differ in topics, labels where scores are
            # lopsided.
            p_value = np.fmax(p_value, np.asarray(by_label.p_value))
            p_adjusted = np.fmax(p_adjusted, np.asarray(by_label.p_adjusted))
    judged = judge(
        [_case(asked, k, float(p_value[k]), confidence) for k in range(groups)],
        question="responses",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="ratio of the rates at which ideas are answered, ideas still waiting cut off at "
        "the last day",
        null="given its topic, when an idea is answered does not depend on who wrote it; authors' "
        "signs flipped, and their labels exchanged",
        exclusions=found.exclusions,
        p_adjusted=p_adjusted.tolist(),
        nobody=no_group_known(attribute),
    )
    return Responses(
        title=f"Who is answered, and how soon, by {plainly(attribute)}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*left_out, *_notes(process, found, attribute), *judged.notes),
        settings={
            "attribute": attribute,
            "within": within,
            "horizon": horizon,
            "until": str(found.until),
            "answers": answers,
            "band": band,
            "confidence": confidence,
            "draws": used,
            "rng": seed,
        },
        picture=forest(scale, "rate of being answered by that of other ideas (ratio)"),
        answers=answers_table(told, grouping, found),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ideas:
    """Some ideas: how long each waited, whether it was answered, by whom and on what it is."""

    days: Floats
    answered: Bools
    member: Floats
    author: Ints
    topic: Ints  # what ideas are compared within
    period: Ints  # when they were handed in

    def where(self, rows: Bools) -> _Ideas:
        """Some of them."""
        return _Ideas(
            self.days[rows],
            self.answered[rows],
            self.member[rows],
            self.author[rows],
            self.topic[rows],
            self.period[rows],
        )

    def curve(self, rows: Bools) -> WaitingCurve | None:
        """How long some of them waited."""
        return WaitingCurve.of(self.days[rows], self.answered[rows])


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """All ideas, those whose authors' group is known, and why they cannot be compared."""

    every: _Ideas
    is_known: Bools
    known: _Ideas
    groups: tuple[str, ...]
    horizon: float
    refusal: str | None

    @classmethod
    def of(cls, found: WaitingTimes, grouping: Grouping, context: Ints, horizon: float) -> _Asked:
        """From the waiting times of all ideas."""
        many = int(np.clip(len(found.created) // _IN_A_PERIOD, 2, _MOST_PERIODS))
        period = quantile_classes(found.created.astype("datetime64[s]").astype(float), many)
        every = _Ideas(
            found.days, found.answered, found.member, found.author, context[found.ideas], period
        )
        is_known = np.asarray(~np.isnan(found.member).any(axis=1))
        known = every.where(is_known)
        sizes = [len(np.unique(known.author[column > 0])) for column in known.member.T]
        refusal = first_refusal(
            enough_groups(sizes),
            enough_ideas(len(known.days)),
            enough_voices(np.unique(known.author, return_counts=True)[1]),
        )
        return cls(every, is_known, known, grouping.groups, horizon, refusal)


def _scores(ideas: _Ideas, member: Floats) -> tuple[Floats, Floats]:
    """Each idea's part of the stratified log-rank score, and how much larger to take it.

    In a topic of few ideas the squares of the parts fall short of the variance of their sum,
    because the share still waiting is taken from the same ideas; the second array makes up for
    that.
    """
    score = np.zeros(len(member))
    larger = np.ones(len(member))
    for stratum in np.unique(ideas.topic):
        rows = np.flatnonzero(ideas.topic == stratum)
        score[rows], variance = _log_rank_scores(
            ideas.days[rows], ideas.answered[rows], member[rows]
        )
        squares = float((score[rows] ** 2).sum())
        if squares > 0 and variance > 0:
            larger[rows] = np.sqrt(variance / squares)
    return score, larger


def _log_rank_scores(days: Floats, answered: Bools, member: Floats) -> tuple[Floats, float]:
    """Each idea's part of the log-rank score, and the variance of the sum."""
    order = np.argsort(days)
    times, deaths = np.unique(days[answered], return_counts=True)
    if not len(times):
        return np.zeros(len(days)), 0.0
    first = np.searchsorted(days[order], times, side="left")
    waiting = (len(days) - first).astype(float)
    share_waiting = np.cumsum(member[order][::-1])[::-1][first] / waiting
    hazard = deaths / waiting
    at = np.searchsorted(times, days, side="right")
    base = np.r_[0.0, np.cumsum(hazard)][at]
    weighted = np.r_[0.0, np.cumsum(hazard * share_waiting)][at]
    when = np.minimum(np.searchsorted(times, days), len(times) - 1)
    own = np.where(answered, member - share_waiting[when], 0.0)
    tied = np.divide(waiting - deaths, waiting - 1, out=np.zeros(len(times)), where=waiting > 1)
    variance = float((deaths * share_waiting * (1 - share_waiting) * tied).sum())
    return own - (member * base - weighted), variance


def _case(asked: _Asked, k: int, p_value: float, confidence: float) -> Case:
    """One group's ideas against all others."""
    ideas = asked.known
    member = ideas.member[:, k]
    inside = member > 0.5
    authors, written = np.unique(ideas.author[member > 0], return_counts=True)
    others = np.unique(ideas.author[member < 1])
    value, se, how = _rate_ratio(ideas, member)
    curve = ideas.curve(inside)
    curve_others = ideas.curve(~inside)
    by = by_low = by_high = median = float("nan")
    by_others = median_others = float("nan")
    if curve is not None:
        by = curve.answered_by(asked.horizon)
        by_low, by_high = curve.limits(asked.horizon, confidence)
        median = curve.median
    if curve_others is not None:
        by_others = curve_others.answered_by(asked.horizon)
        median_others = curve_others.median
    by_day = ""
    if not np.isnan(by) and not np.isnan(by_others):
        by_day = f" ({by:.0%} against {by_others:.0%} within {asked.horizon:g} days)"
    return Case(
        group=asked.groups[k],
        effect=Effect.from_se(
            value,
            se,
            p_value=p_value,
            df=max(min(len(authors), len(others)) - 1, 1),
            confidence=confidence,
            log=True,
            method=how,
        ),
        n_people=len(authors),
        n_ideas=int((member > 0).sum()),
        n_effective=effective_number(written),
        refusal=asked.refusal or few_people(len(authors), LEAST_AUTHORS, "author"),
        runs=_runs(asked, k, by, by_others),
        extra={
            "median_days": median,
            "median_days_others": median_others,
            "answered_by": by,
            "answered_by_low": by_low,
            "answered_by_high": by_high,
            "answered_by_others": by_others,
            "answered_ever": ideas.answered[inside].mean() if inside.any() else np.nan,
            "log_rank_p": log_rank_p(ideas.days, ideas.answered, inside),
        },
        words={"by_day": by_day},
    )


def _rate_ratio(ideas: _Ideas, member: Floats) -> tuple[float, float, str]:
    """Ratio of rates, error of its logarithm, and how they were found."""
    score, larger = _scores(ideas, member)
    information = float(((score * larger) ** 2).sum())
    if information <= 0:
        return float("nan"), float("nan"), ""
    clusters = len(np.unique(ideas.author))
    small = np.sqrt(clusters / max(clusters - 1, 1))
    if ideas.answered[member > 0].any() and ideas.answered[member < 1].any():
        design = np.column_stack([dummies(ideas.topic), member])
        keep = independent(design - design.mean(axis=0))
        if keep[-1]:
            coef, se = cox_regression(ideas.days, ideas.answered, design[:, keep], ideas.author)
            small *= np.sqrt(information / (score**2).sum())
            method = "Cox, errors clustered by author"
            return float(np.exp(coef[-1])), float(se[-1] * small), method
    who = np.unique(ideas.author, return_inverse=True)[1].reshape(-1)
    spread = np.sqrt((np.bincount(who, weights=score * larger) ** 2).sum())
    value = float(np.exp(score.sum() / information))
    return value, float(spread * small / information), "one step from no difference"


def _runs(asked: _Asked, k: int, by: float, by_others: float) -> tuple[Run, ...]:
    """Without one author, over all topics, by the horizon, and whatever the unknown are."""
    ideas = asked.known
    member = ideas.member[:, k]
    if not len(member):
        return ()
    score = _scores(ideas, member)[0]
    names, who = np.unique(ideas.author, return_inverse=True)
    loudest = names[np.argmax(np.abs(np.bincount(who.reshape(-1), weights=score)))]
    rest = ideas.author != loudest
    without = _rate_ratio(ideas.where(rest), member[rest])[0]
    one_topic = replace(ideas, topic=np.zeros(len(member), dtype=np.intp))
    value, error, _ = _rate_ratio(replace(ideas, topic=ideas.period), member)
    sides = [len(np.unique(ideas.author[rows])) for rows in (member > 0, member < 1)]
    df = max(min(sides) - 1, 1)  # a group of ten authors has no more than nine
    p_value = float(2 * stdtr(df, -abs(np.log(value) / error))) if error > 0 else float("nan")
    same_time = "among ideas handed in at about the same time"
    runs = [
        Run("without the author of the largest score", without, n=len(names) - 1),
        Run("over all topics together", _rate_ratio(one_topic, member)[0]),
        Run(same_time, value, p_value, level=CONDITIONED),
    ]
    if by_others > 0 and not np.isnan(by):
        runs.append(Run(f"in the share answered within {asked.horizon:g} days", by / by_others))
    if not asked.is_known.all():
        for how_many, part in (("all", 1.0), ("none", 0.0)):
            filled = np.full(len(asked.is_known), part)
            filled[asked.is_known] = member
            name = f"if {how_many} of the ideas of unknown group were the group's"
            runs.append(Run(name, _rate_ratio(asked.every, filled)[0]))
    return tuple(runs)


def _notes(process: Process, found: WaitingTimes, attribute: str) -> tuple[Note, ...]:
    """What still waits, and what was left out."""
    waiting = int((~found.answered).sum())
    day = str(found.until.astype("datetime64[D]"))
    verb = "waits" if waiting == 1 else "wait"
    still = Note(
        "still_waiting",
        f"{count_of(waiting, 'idea')} of {len(found.days):,} still {verb} on {day}; they count as "
        "waiting.",
        {"ideas": waiting, "of_ideas": len(found.days), "day": day},
    )
    left = tuple(
        Note("left_out", f"Left out: {n:,} {name}.", {"ideas": n, "reason": name})
        for name, n in found.exclusions.items()
        if n and name != "ideas by the organisers"
    )
    unknown = int(np.isnan(found.member).any(axis=1).sum())
    strangers = Note(
        "unknown_group",
        f"{count_of(unknown, 'idea')} by authors of unknown {show(attribute)} are left out; "
        "robustness runs count them on either side.",
        {"ideas": unknown, "attribute": attribute},
    )
    hosts = None if process.ideas is None else host_note(process.ideas.is_host)
    return noted(still, hosts, *left, strangers if unknown else None)
