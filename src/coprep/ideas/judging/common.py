"""How a detector's cases become rows, findings and notes: one verdict logic, one wording, one set of columns.

Every detector makes one `Case` a group (or one for the whole process) and hands them to `judge`::

    cases = [Case(group="Owner", effect=Effect.from_se(17.0, 4.6, df=38, p_value=0.002), n_people=41, ...)]
    judged = judge(cases, question="self_serving", attribute="tenure", scale=points(5), phrases=PHRASES, ...)
    Table.from_records(judged.rows, COLUMNS), judged.findings, judged.notes

Verdicts are ordered by gates, never by p alone:

1. ``not_assessable``: a gate refused (`Case.refusal` holds the reason), or the effect is undefined;
2. ``no_material_difference``: the 90% interval lies within what does not matter;
3. ``pattern``: adjusted p at most 0.005 (0.01 if clear), an interval that excludes no difference, the effect at least
   material, the same sign in every robustness run (and p at most 0.05 there, where the run has one); so fewer than 1 in
   100 processes without bias show one;
4. ``inconclusive``: otherwise, with the smallest effect that would have been noticed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from coprep.findings import Finding, Verdict, as_notes
from coprep.ideas.judging.effects import (
    ALPHA,
    Effect,
    Run,
    Scale,
    detectable,
    effective_number,
    holm,
    points,
    ratio,
    units,
)
from coprep.ideas.judging.verdicts import Decision, decide
from coprep.ideas.judging.wording import Phrases, noticed, quote, said, sized
from coprep.pictures import Forest
from coprep.results import Result
from coprep.table import ColumnKind
from coprep.wording.numbers import count_of

__all__ = [
    "ALPHA",
    "COLUMNS",
    "EVERYBODY",
    "LEAST_SHOWN",
    "Case",
    "Decision",
    "Effect",
    "IdeasResult",
    "Judged",
    "Phrases",
    "Run",
    "Scale",
    "decide",
    "detectable",
    "effective_number",
    "forest",
    "holm",
    "judge",
    "named",
    "points",
    "quote",
    "ratio",
    "said",
    "sized",
    "units",
]

LEAST_SHOWN = 5
"""Groups of fewer people than this are not shown; they stay in the computation."""

EVERYBODY = "all groups together"
"""What the row without a group is called."""

COLUMNS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "effect": "number",
    "low": "number",
    "high": "number",
    "inner_low": "number",
    "inner_high": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "n_people": "count",
    "n_ideas": "count",
    "n_effective": "number",
    "detectable": "number",
    "strength": "text",
    "verdict": "text",
    "reading": "text",
}
"""The columns every detector's rows begin with; further ones come from `Case.extra`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question put to one group, or with ``group=None`` to all: what was found, and on how much.

    Attributes
    ----------
    group : str or None
        The group's label; None for a finding about the whole process.
    effect : Effect
        What was found.
    n_people, n_ideas : int
        People (authors, raters) and ideas it rests on.
    n_effective : float
        How many equally active authors these are worth, see `effective_number`.
    n_votes : int or None
        Votes or ratings it rests on; None where none are looked at.
    refusal : str or None
        The gate's reason, a plain clause ("only 3 authors are known"), where the question cannot be put.
    described : bool
        Whether the numbers of a refused case are kept as a description; by default none is.
    runs : tuple of Run
        Robustness runs.
    group_size : int or None
        People in the group, for hiding small ones; by default ``n_people``.
    extra : mapping
        Further columns of the row.
    words : mapping
        Further words for the phrases.
    details : mapping
        Further entries of `Finding.details`.

    """

    group: str | None
    effect: Effect
    n_people: int
    n_ideas: int
    n_effective: float
    n_votes: int | None = None
    refusal: str | None = None
    described: bool = False
    runs: tuple[Run, ...] = ()
    group_size: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hidden_below(self) -> int:
        """The count that decides whether this case may be shown."""
        return self.n_people if self.group_size is None else self.group_size


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows for the table, findings, and notes about what is not shown."""

    rows: list[dict[str, Any]]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is the same for all cases of a detector."""

    question: str
    attribute: str
    scale: Scale
    phrases: Phrases
    estimand: str
    null: str
    exclusions: Mapping[str, int]
    caveats: tuple[str, ...]
    alpha: float


@dataclass(frozen=True, slots=True)
class _Answer:
    """A case with its verdict; of a refused case no number is kept unless it is described."""

    asked: _Asked
    case: Case
    decision: Decision
    p_adjusted: float
    seen: float


def judge(
    cases: Sequence[Case],
    *,
    question: str,
    attribute: str,
    scale: Scale,
    phrases: Phrases,
    estimand: str,
    null: str,
    exclusions: Mapping[str, int] | None = None,
    caveats: Sequence[str] = (),
    alpha: float = ALPHA,
    p_adjusted: Sequence[float] | None = None,
    family: int | None = None,
    least: int = LEAST_SHOWN,
) -> Judged:
    """Verdicts, sentences and rows for the cases of one detector; Holm over those that a gate let through.

    Parameters
    ----------
    cases : sequence of Case
        What was found, a case a group.
    question, attribute : str
        What was asked, of which attribute.
    scale : Scale
        What matters.
    phrases : Phrases
        The detector's sentences.
    estimand, null : str
        In words, kept in every finding's details.
    exclusions : mapping of str to int, optional
        What was left out and how much of it.
    caveats : sequence of str
        What a careful reader must know besides.
    alpha : float
        Level of the verdicts.
    p_adjusted : sequence of float, optional
        Already adjusted p values, such as those of a largest statistic; by default Holm's.
    family : int, optional
        How many effects were tested together, for what could have been noticed; by default those judged here.
    least : int
        Groups of fewer people are not shown.

    Returns
    -------
    Judged

    """
    asked = _Asked(
        question=question,
        attribute=attribute,
        scale=scale,
        phrases=phrases,
        estimand=estimand,
        null=null,
        exclusions=dict(exclusions or {}),
        caveats=tuple(caveats),
        alpha=alpha,
    )
    open_p = [math.nan if case.refusal is not None else case.effect.p_value for case in cases]
    together = sum(math.isfinite(p) for p in open_p) if family is None else family
    adjusted = holm(open_p) if p_adjusted is None else p_adjusted
    shown = [
        _answer(asked, case, p, together)
        for case, p in zip(cases, adjusted, strict=True)
        if case.group is None or case.hidden_below >= least
    ]
    rows = [_row(answer) for answer in shown]
    findings = tuple(
        _finding(answer, row["reading"]) for answer, row in zip(shown, rows, strict=True)
    )
    return Judged(rows, findings, _hidden(len(cases) - len(shown), least))


def _answer(asked: _Asked, case: Case, p: float, family: int) -> _Answer:
    decision = decide(
        case.effect,
        p_adjusted=p,
        scale=asked.scale,
        refusal=case.refusal,
        runs=case.runs,
        alpha=asked.alpha,
    )
    if case.refusal is not None and not case.described:
        without = replace(case, effect=Effect(level=case.effect.level), runs=())
        return _Answer(asked, without, decision, math.nan, math.nan)
    seen = detectable(
        case.effect.se, asked.scale, df=case.effect.df, alpha=asked.alpha, family=family
    )
    return _Answer(asked, case, decision, p if case.refusal is None else math.nan, seen)


def _words(answer: _Answer) -> dict[str, str]:
    case, scale = answer.case, answer.asked.scale
    return {
        "group": quote(case.group),
        "attribute": quote(answer.asked.attribute),
        "effect": said(case.effect, scale, turned=answer.decision.verdict is Verdict.PATTERN),
        "size": sized(case.effect.value if scale.log else abs(case.effect.value), scale),
        "people": count_of(case.n_people, "person", "people"),
        "ideas": count_of(case.n_ideas, "idea"),
        **case.words,
    }


def _reading(answer: _Answer) -> str:
    words, phrases, verdict = _words(answer), answer.asked.phrases, answer.decision.verdict
    if verdict is Verdict.NOT_ASSESSABLE:
        if answer.case.described and not math.isnan(answer.case.effect.value):
            return f"{phrases.open.format_map(words)} This is a description, not a verdict: {answer.decision.reason}."
        about = "" if answer.case.group is None else f" for {words['group']}"
        return f"This cannot be judged{about}: {answer.decision.reason}."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return phrases.same.format_map(words)
    if verdict is Verdict.INCONCLUSIVE:
        could = noticed(
            answer.decision.reason, answer.seen, answer.asked.scale, answer.case.n_people
        )
        return f"{phrases.open.format_map(words)} {could}"
    sentence, innocent = phrases.more, phrases.innocent
    if answer.case.effect.value < answer.asked.scale.null:
        sentence, innocent = phrases.less, phrases.innocent_less or phrases.innocent
    return f"{sentence.format_map(words)} {innocent.format_map(words)}"


def _row(answer: _Answer) -> dict[str, Any]:
    case, effect = answer.case, answer.case.effect
    return {
        "attribute": answer.asked.attribute,
        "group": case.group,
        "effect": effect.value,
        "low": effect.low,
        "high": effect.high,
        "inner_low": effect.inner_low,
        "inner_high": effect.inner_high,
        "p_value": effect.p_value,
        "p_adjusted": answer.p_adjusted,
        "n_people": case.n_people,
        "n_ideas": case.n_ideas,
        "n_effective": case.n_effective,
        "detectable": answer.seen,
        "strength": answer.decision.strength,
        "verdict": answer.decision.verdict,
        "reading": _reading(answer),
        **case.extra,
    }


def _finding(answer: _Answer, reading: str) -> Finding:
    asked, case, words = answer.asked, answer.case, _words(answer)
    told = answer.decision.verdict is Verdict.PATTERN
    innocent = () if told else (asked.phrases.innocent.format_map(words),)
    return Finding(
        question=asked.question,
        attribute=asked.attribute,
        group=case.group,
        verdict=answer.decision.verdict,
        estimate=case.effect.estimate(asked.scale.unit),
        p_value=case.effect.p_value,
        p_adjusted=answer.p_adjusted,
        n=case.n_people,
        reading=reading,
        caveats=as_notes((*innocent, *asked.caveats)),
        next_step=asked.phrases.next_step.format_map(words),
        details=_details(answer),
    )


# Columns that tell one finding about a group from another about the same group.
_ABOUT = ("part", "stage", "topic", "idea_group", "word", "term", "idea")


def _details(answer: _Answer) -> dict[str, Any]:
    asked, case, scale = answer.asked, answer.case, answer.asked.scale
    votes = {} if case.n_votes is None else {"votes": case.n_votes}
    return {
        "estimand": asked.estimand,
        "null": asked.null,
        "reason": answer.decision.reason,
        "strength": answer.decision.strength,
        "material": {"unit": scale.unit, "low": scale.low, "high": scale.high},
        "alpha": asked.alpha,
        "n": {
            "people": case.n_people,
            "ideas": case.n_ideas,
            **votes,
            "effective_authors": case.n_effective,
        },
        "exclusions": dict(asked.exclusions),
        "robustness": [run.to_dict() for run in case.runs],
        "minimum_detectable_effect": answer.seen,
        "about": [str(case.extra[name]) for name in _ABOUT if case.extra.get(name) is not None],
        **case.details,
    }


def _hidden(hidden: int, least: int) -> tuple[str, ...]:
    if not hidden:
        return ()
    verb = "is" if hidden == 1 else "are"
    them = "it stays" if hidden == 1 else "they stay"
    few = f"{count_of(hidden, 'group')} of fewer than {least} people"
    return (f"{few} {verb} not shown; {them} in the computation.",)


def named(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with ``who``: the group, or `EVERYBODY`.

    >>> named([{"group": None}, {"group": "Owner"}])
    [{'group': None, 'who': 'all groups together'}, {'group': 'Owner', 'who': 'Owner'}]
    """
    return [{**row, "who": EVERYBODY if row["group"] is None else row["group"]} for row in rows]


def forest(
    scale: Scale,
    axis: str,
    *,
    label: Sequence[str] = ("group",),
    panel: str | None = None,
    n: str | None = "n_people",
) -> Forest:
    """The picture of effects on one scale."""
    return Forest(
        label=tuple(label),
        value="effect",
        low="low",
        high="high",
        inner_low="inner_low",
        inner_high="inner_high",
        n=n,
        log=scale.log,
        null=scale.null,
        band=(float(f"{scale.low:.3g}"), float(f"{scale.high:.3g}")),
        axis=axis,
        panel=panel,
    )


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class IdeasResult(Result):
    """What a detector of ideas answers with; rows begin with `COLUMNS`."""

    kind: ClassVar[str] = "ideas"
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "effect",
        "low",
        "high",
        "p_adjusted",
        "n_people",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "n_ideas", "n_authors")
    wholes: ClassVar[Mapping[str, str]] = {"n_people": "group"}
    adds_up_within: ClassVar[tuple[str, ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group")
