"""Turn what a detector found into verdicts, sentences, rows and notes, by one rule.

Every detector makes one `Case` a group (or one for the whole process) and hands them to `judge`::

    cases = [Case(group="Owner", effect=Effect.from_se(17.0, 4.6, df=38, p_value=0.002), ...)]
    judged = judge(cases, question="self_serving", attribute="tenure", scale=points(5), ...)
    Table.from_records(judged.rows, COLUMNS), judged.findings, judged.notes

Verdicts are ordered by gates, never by p alone:

1. ``not_assessable``: a gate refused (`Case.refusal` holds the reason), or the effect is undefined;
2. ``no_material_difference``: the 90% interval lies within what does not matter;
3. ``pattern``: adjusted p at most 0.005 (0.01 if clear), an interval that excludes no difference,
   the effect more than what does not matter, the same sign in every robustness run (and a p there,
   where the run has one, of at most 0.05, or 0.005 where it takes out a cause that alone would do);
   so where nothing is there fewer than 1 in 100 calls of a detector on one attribute show one;
4. ``inconclusive``: otherwise, with the smallest effect that would have been noticed. With adjusted
   p at most 0.05 it is worth a look, and how many such chance alone gives is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from coprep.findings import Finding, Note, Verdict
from coprep.ideas._judging.effects import (
    ALPHA,
    SURE,
    SURE_IF_CLEAR,
    Effect,
    Reason,
    Run,
    Scale,
    clear_of,
    detectable,
    holm,
)
from coprep.ideas._judging.phrases import Phrases, noticed, said, sized
from coprep.pictures import Forest
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.verdicts import IDEAS, decide
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

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

# Columns that tell one finding about a group from another about the same group.
_ABOUT = ("part", "stage", "topic", "idea_group", "word", "term", "idea", "item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What was found about one group (None: all), and on how much it rests."""

    group: str | None
    effect: Effect
    n_people: int  # authors, raters, members
    n_ideas: int
    n_effective: float  # how many equally active people these are worth
    n_votes: int | None = None  # None where no votes are looked at
    refusal: str | None = None  # why the question cannot be put: "only 3 authors are known"
    described: bool = False  # whether the numbers of a refused case are kept as a description
    runs: tuple[Run, ...] = ()
    group_size: int | None = None  # for hiding small groups; by default ``n_people``
    extra: Mapping[str, Any] = field(default_factory=dict)  # further columns of the row
    words: Mapping[str, str] = field(default_factory=dict)  # further words for the phrases
    details: Mapping[str, Any] = field(default_factory=dict)  # further entries of the details
    scale: Scale | None = None  # where what matters is not the same for all cases

    @property
    def hidden_below(self) -> int:
        """The count that decides whether this case may be shown."""
        return self.n_people if self.group_size is None else self.group_size


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows for the table, findings, and notes about what is not shown."""

    rows: list[dict[str, Any]]
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()

    def __add__(self, other: Judged) -> Judged:
        return Judged(
            [*self.rows, *other.rows],
            (*self.findings, *other.findings),
            (*self.notes, *other.notes),
        )

    def table(self, columns: Mapping[str, ColumnKind] | None = None) -> Table:
        """The rows with further columns; ``who`` is the group, or `EVERYBODY`."""
        rows = [
            {"who": EVERYBODY if row["group"] is None else row["group"], **row} for row in self.rows
        ]
        return Table.from_records(rows, {**COLUMNS, **(columns or {})})

    def part(self, name: str) -> Judged:
        """The same with ``name`` in a column "part"."""
        return replace(self, rows=[{"part": name, **row} for row in self.rows])


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, how strong a pattern is ("moderate" or "strong"), and what decided."""

    verdict: Verdict
    strength: str | None = None
    reason: str = ""


def verdict_of(
    effect: Effect,
    *,
    p_adjusted: float,
    scale: Scale,
    refusal: str | None = None,
    runs: Iterable[Run] = (),
) -> Decision:
    """What can be said of one effect, by the one rule of verdicts.

    All robustness runs must have the effect's sign, and those with a p value must be beyond chance.

    >>> from coprep.ideas._judging.effects import points
    >>> d = verdict_of(Effect.from_se(20, 4, p_value=.001), p_adjusted=.001, scale=points())
    >>> d.verdict.value, d.strength
    ('pattern', 'strong')
    >>> verdict_of(Effect.from_se(1, 1, p_value=.3), p_adjusted=.3, scale=points()).verdict.value
    'no_material_difference'
    """
    if refusal is not None:
        return Decision(Verdict.NOT_ASSESSABLE, reason=refusal)
    doubt = _doubt(effect, p_adjusted, scale, runs)
    verdict = decide(
        IDEAS,
        effect.value,
        (scale.low, scale.high),
        p_value=p_adjusted,
        alpha=ALPHA,
        shown_small=effect.inner_low >= scale.low and effect.inner_high <= scale.high,
        doubt=doubt is not None,
    )
    if verdict is Verdict.NOT_ASSESSABLE:
        return Decision(verdict, reason="these data leave the effect undefined")
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return Decision(verdict, reason="the 90% interval lies within what does not matter")
    if verdict is Verdict.INCONCLUSIVE:
        return Decision(verdict, reason=doubt or "")
    strong = effect.low >= scale.high or effect.high <= scale.low
    why = "beyond chance, large enough to matter and found in every robustness run"
    return Decision(verdict, "strong" if strong else "moderate", why)


WORTH_A_LOOK = (
    "Worth a look, no more: where nothing is there, 5 in 100 such calls of this question on one "
    "attribute show as much"
)
"""What is said of an adjusted p value of at most 0.05 below the bar of a pattern."""


def _doubt(effect: Effect, p: float, scale: Scale, runs: Iterable[Run]) -> str | None:
    """What stands between an effect and a pattern, in plain words."""
    apart = _apart(effect, scale)
    if not p <= ALPHA:
        if not apart:
            together = " once all that was looked at is counted" if effect.p_value <= ALPHA else ""
            return f"chance alone can explain what was seen{together}"
        return (
            "the interval, which is for this one number, leaves out no difference; of all that was "
            "looked at together one as far off is no surprise"
        )
    if p > (SURE_IF_CLEAR if clear_of(effect, scale) else SURE):
        return WORTH_A_LOOK
    if not apart:
        return f"{WORTH_A_LOOK}; the interval still includes no difference"
    if not scale.matters(effect.value):
        return "what was seen is beyond chance, but perhaps too small to matter"
    sign = scale.sign(effect.value)
    turned = [run.name for run in runs if not run.agrees(sign, scale)]
    return f"what was seen does not hold {', nor '.join(turned)}" if turned else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is the same for all cases of a detector."""

    question: str
    attribute: str | None
    scale: Scale
    phrases: Phrases
    estimand: str
    null: str
    exclusions: Mapping[str, int]
    caveats: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A case with its verdict; of a refused case no number is kept unless it is described."""

    asked: _Asked
    case: Case
    decision: Decision
    p_value: float
    p_adjusted: float
    seen: float

    @property
    def scale(self) -> Scale:
        """The scale of the case, else that of all."""
        return self.case.scale or self.asked.scale

    @property
    def worth_a_look(self) -> bool:
        """Whether it is beyond chance after adjustment, yet no pattern."""
        return self.decision.verdict is Verdict.INCONCLUSIVE and self.p_adjusted <= ALPHA


def judge(
    cases: Sequence[Case],
    *,
    question: str,
    attribute: str | None,
    scale: Scale,
    phrases: Phrases,
    estimand: str,
    null: str,
    exclusions: Mapping[str, int] | None = None,
    caveats: Sequence[Note] = (),
    p_adjusted: Sequence[float] | None = None,
    strict: bool = False,
    family: int | None = None,
    least: int = LEAST_SHOWN,
    nobody: Case | None = None,
) -> Judged:
    """Verdicts, sentences and rows for the cases of one detector.

    ``p_adjusted`` are p values of a largest statistic; by default Holm's over the cases that a gate
    let through. A pattern asks for a small p value besides the adjusted one; with ``strict`` that
    must be the adjusted one too, or one of a hundred groups would be called a pattern by chance
    alone. ``family`` is how many effects were tested together, ``nobody`` the case to show where
    there is none.
    """
    if not cases and nobody is not None:
        cases = [nobody]
        p_adjusted = None
    asked = _Asked(
        question=question,
        attribute=attribute,
        scale=scale,
        phrases=phrases,
        estimand=estimand,
        null=null,
        exclusions=dict(exclusions or {}),
        caveats=tuple(caveats),
    )
    open_p = [math.nan if case.refusal is not None else case.effect.p_value for case in cases]
    adjusted = holm(open_p) if p_adjusted is None else p_adjusted
    if family is None:
        counted = adjusted if strict else open_p
        family = sum(
            case.refusal is None and math.isfinite(p)
            for case, p in zip(cases, counted, strict=True)
        )
    shown = [
        _answer(asked, case, p, family=family, strict=strict)
        for case, p in zip(cases, adjusted, strict=True)
        if case.group is None or case.hidden_below >= least
    ]
    findings = tuple(_finding(answer) for answer in shown)
    rows = [_row(answer, found.reading) for answer, found in zip(shown, findings, strict=True)]
    return Judged(rows, findings, hidden_groups(len(cases) - len(shown), least))


def _answer(asked: _Asked, case: Case, p: float, *, family: int, strict: bool) -> _Answer:
    """The verdict of a case, and the smallest effect that would have been noticed."""
    own_p = case.effect.p_value
    scale = case.scale or asked.scale
    if scale.unit == "points":
        case = replace(case, effect=case.effect.within(-100.0, 100.0))
    if strict and case.refusal is None:
        case = replace(case, effect=replace(case.effect, p_value=p))
    decision = verdict_of(
        case.effect, p_adjusted=p, scale=scale, refusal=case.refusal, runs=case.runs
    )
    if case.refusal is not None and not case.described:
        without = replace(case, effect=Effect(level=case.effect.level), runs=())
        return _Answer(asked, without, decision, math.nan, math.nan, math.nan)
    seen = detectable(case.effect.se, scale, df=case.effect.df, family=family)
    return _Answer(asked, case, decision, own_p, p if case.refusal is None else math.nan, seen)


def _words(answer: _Answer) -> dict[str, str]:
    """What the fields of the phrases stand for."""
    case = answer.case
    scale = answer.scale
    value = case.effect.value
    return {
        "group": show(case.group),
        "attribute": show(answer.asked.attribute or ""),
        "effect": said(case.effect, scale, turned=answer.decision.verdict is Verdict.PATTERN),
        "size": sized(value if scale.log else abs(value), scale),
        "people": count_of(case.n_people, "person", "people"),
        "ideas": count_of(case.n_ideas, "idea"),
        **case.words,
    }


def _apart(effect: Effect, scale: Scale) -> bool:
    """Whether the interval leaves out no difference."""
    return effect.low > scale.null or effect.high < scale.null


def _reading(answer: _Answer, words: Mapping[str, str]) -> str:
    """One plain sentence, by verdict."""
    case = answer.case
    phrases = answer.asked.phrases
    reason = answer.decision.reason
    verdict = answer.decision.verdict
    if verdict is Verdict.NOT_ASSESSABLE:
        if case.described and not math.isnan(case.effect.value):
            found = phrases.open.format_map(words)
            return f"{found} This is a description, not a verdict: {reason}."
        about = "" if case.group is None else f" for {words['group']}"
        return f"This cannot be judged{about}: {reason}."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        said = phrases.same.format_map(words)
        slight = _apart(case.effect, answer.scale) and answer.p_adjusted <= ALPHA
        return said + phrases.slight if slight else said
    if verdict is Verdict.INCONCLUSIVE:
        could = noticed(reason, answer.seen, answer.scale, case.n_people)
        return f"{phrases.open.format_map(words)} {could}"
    if case.effect.value < answer.scale.null:
        innocent = phrases.innocent_less or phrases.innocent
        return f"{phrases.less.format_map(words)} {innocent.format_map(words)}"
    return f"{phrases.more.format_map(words)} {phrases.innocent.format_map(words)}"


def _row(answer: _Answer, reading: str) -> dict[str, Any]:
    case = answer.case
    effect = case.effect
    return {
        "attribute": answer.asked.attribute,
        "group": case.group,
        "effect": effect.value,
        "low": effect.low,
        "high": effect.high,
        "inner_low": effect.inner_low,
        "inner_high": effect.inner_high,
        "p_value": answer.p_value,
        "p_adjusted": answer.p_adjusted,
        "n_people": case.n_people,
        "n_ideas": case.n_ideas,
        "n_effective": case.n_effective,
        "detectable": answer.seen,
        "strength": answer.decision.strength,
        "verdict": answer.decision.verdict,
        "reading": reading,
        **case.extra,
    }


def _finding(answer: _Answer) -> Finding:
    asked = answer.asked
    case = answer.case
    words = _words(answer)
    told = answer.decision.verdict is Verdict.PATTERN
    caveats = asked.caveats
    if not told:  # in a pattern's reading the innocent explanation stands already
        caveats = (Note("innocent", asked.phrases.innocent.format_map(words)), *caveats)
    return Finding(
        question=asked.question,
        attribute=asked.attribute,
        group=case.group,
        verdict=answer.decision.verdict,
        estimate=case.effect.estimate(answer.scale.unit),
        p_value=answer.p_value,
        p_adjusted=answer.p_adjusted,
        n=case.n_people,
        reading=_reading(answer, words),
        caveats=caveats,
        next_step=asked.phrases.next_step.format_map(words),
        details=_details(answer),
        values=_values(answer),
    )


def _values(answer: _Answer) -> dict[str, Any]:
    """Every number and label that the reading and the next step quote, by name."""
    case = answer.case
    effect = case.effect
    reason = answer.decision.reason
    return {
        "attribute": answer.asked.attribute,
        "group": case.group,
        "effect": effect.value,
        "low": effect.low,
        "high": effect.high,
        "level": effect.level,
        "people": case.n_people,
        "ideas": case.n_ideas,
        "detectable": answer.seen,
        **case.words,
        **(reason.values if isinstance(reason, Reason) else {}),
    }


def _details(answer: _Answer) -> dict[str, Any]:
    asked = answer.asked
    case = answer.case
    scale = answer.scale
    votes = {} if case.n_votes is None else {"votes": case.n_votes}
    return {
        "estimand": asked.estimand,
        "null": asked.null,
        "reason": answer.decision.reason,
        "strength": answer.decision.strength,
        "worth_a_look": answer.worth_a_look,
        "material": {"unit": scale.unit, "low": scale.low, "high": scale.high},
        "alpha": ALPHA,
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


def hidden_groups(hidden: int, least: int = LEAST_SHOWN) -> tuple[Note, ...]:
    """That some groups are too small to be shown."""
    if not hidden:
        return ()
    few = f"{count_of(hidden, 'group')} of fewer than {least} people"
    text = f"{few} is not shown; it stays in the computation."
    if hidden > 1:
        text = f"{few} are not shown; they stay in the computation."
    return (Note("small_groups", text, {"groups": hidden, "least": least}),)


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
