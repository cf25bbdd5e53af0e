"""Turn an in-group premium into rows, findings and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from coprep.findings import Note
from coprep.ideas._judging.effects import (
    CONDITIONED,
    MATERIAL,
    Effect,
    Run,
    Scale,
    at_rate,
    effective_number,
    units,
)
from coprep.ideas._judging.eligibility import LEAST_RATERS, few_people, fewest_authors
from coprep.ideas._judging.judge import LEAST_SHOWN, Case, Judged, hidden_groups, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.dyads import Dyads
from coprep.ideas._votes.label_permutation import Chance
from coprep.ideas._votes.model_fit import PairTable, PremiumFit, stranger_bounds
from coprep.ideas._votes.shared_preference import SHARED
from coprep.table import Table
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.metrics._checks import Floats, Ints
    from coprep.table import ColumnKind

_MOST_GROUPS = 60
_CAVEAT = Note(
    "null",
    "Relabelling tests that labels are unrelated to ballots, which is more than that the premium "
    "is nil.",
)
_Z = 1.959963984540054
_SMALL = 0.2
_NOTHING_LEFT = {
    False: "no idea is of this group and not of others, so there is nothing to compare",
    True: "a liking for its own ideas cannot be told from a liking for what they are compared "
    "within; ideas of this group beside ideas of others are needed there",
}
_ESTIMANDS = {
    "vote": "how much more likely people support ideas of their own group than they and those "
    "ideas in general predict",
    "choice": "how much more often people choose an idea of their own group than those ideas' "
    "popularity predicts",
    "rating": "how much higher people rate ideas of their own group than they and those ideas in "
    "general predict",
}
CHOSEN = {
    "topic": "among ideas on the topic of the one chosen",
    "stage": "among ideas at the stage of the one chosen",
    "session": "among ideas of the session of the one chosen",
    "week": "among ideas of the week of the one chosen",
    "language": "among ideas in the language of the one chosen",
    "area": "among ideas for the area of the one chosen",
}
EXTRA: dict[str, ColumnKind] = {
    "who": "text",
    "base": "number",
    "ratio": "number",
    "odds_ratio": "number",
    "odds_low": "number",
    "odds_high": "number",
    "effect_additive": "number",
    "effect_unknown_low": "number",
    "effect_unknown_high": "number",
    "n_authors": "count",
}
PAIRS: dict[str, ColumnKind] = {
    "voter_group": "text",
    "idea_group": "text",
    "effect": "number",
    "low": "number",
    "high": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "n_people": "count",
    "n_ideas": "count",
    "n_authors": "count",
    "mutual": "truth",
}


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What was asked and found; ``dyads`` with all groups, ``few`` with those that matter."""

    dyads: Dyads
    few: Dyads
    fit: PremiumFit | None
    band: tuple[float, float]
    material: float | None
    confidence: float
    refusal: str | None
    within: bool  # whether tastes were taken out
    chosen: Mapping[str, PremiumFit | None]  # choices among ideas alike in each context

    @property
    def rating(self) -> bool:
        """Whether answers are ratings, not votes or choices."""
        return self.dyads.mode == "rating"

    @property
    def unit(self) -> float:
        """Points are percentages of 0 to 1, except for ratings."""
        return 1.0 if self.rating else 100.0

    def scale(self, base: float) -> Scale:
        """What matters, given what is usual."""
        if self.rating:
            spread = self.fit.pooled.spread if self.fit is not None else 1.0
            material = self.material
            if material is None:
                material = max(_SMALL * spread, 1e-12)
            return units(material, "points of the scale")
        material = MATERIAL if self.material is None else self.material
        return at_rate(base, material=material, band=self.band)

    def possible(self, effect: Effect, base: float) -> Effect:
        """The effect with limits that stay within what can be; ratings have no base."""
        if self.rating or not np.isfinite(base):
            return effect
        return effect.within(-100 * base, 100 - 100 * base)


def runs_without_tastes(
    fit: PremiumFit, chosen: Mapping[str, PremiumFit | None], k: int | None, unit: float
) -> tuple[Run, ...]:
    """For all (None) or a group: with tastes taken out that alone would give a premium.

    Of choices, which have no tastes to take out: among ideas alike in each context.
    """
    held = fit.conditioned
    if held is None:
        return tuple(
            _run_of_choices(CHOSEN[name], other, k, unit) for name, other in chosen.items()
        )
    if k is None:
        without = Run(held.said, held.effect * unit, held.p_value, level=CONDITIONED)
    else:
        effect = float(held.group_effect[k])
        without = Run(held.said, effect * unit, float(held.group_p[k]), level=CONDITIONED)
    if held.shared is None:
        return (without,)
    if k is None:
        shared = fit.pooled.effect * held.shared.pooled
    else:
        shared = float(fit.groups.effect[k] * held.shared.part[k, k])
    return without, Run(SHARED, shared * unit)


def _run_of_choices(name: str, fit: PremiumFit | None, k: int | None, unit: float) -> Run:
    """One run of choices among ideas alike in a context."""
    if fit is None:
        return Run(name, float("nan"))
    if k is None:
        return Run(name, fit.pooled.effect * unit, fit.pooled.p_fixed, level=CONDITIONED)
    effect = float(fit.groups.effect[k])
    error = float(fit.groups.se[k])
    p_value = float(2 * ndtr(-abs(effect / error))) if error > 0 else float("nan")
    return Run(name, effect * unit, p_value, level=CONDITIONED)


def pooled_row(asked: Asked, chance: Chance | None) -> Judged:
    """The row of all groups together, adjusted for the rows of groups beside it."""
    dyads = asked.dyads
    fit = asked.fit
    common: dict[str, Any] = {
        "group": None,
        "n_people": dyads.people,
        "n_ideas": int(dyads.informative.sum()),
        "n_effective": effective_number(_answers(dyads)),
        "n_votes": len(dyads.value),
        "refusal": asked.refusal,
    }
    extra: dict[str, Any] = {"n_authors": fewest_authors(dyads.author, dyads.informative)}
    if fit is None or chance is None:
        words = _words(asked, None, np.nan, np.nan)
        case = Case(effect=Effect(), extra=extra, words=words, **common)
        return _judged(case, asked, asked.scale(1.0), np.nan, 1)
    pooled = fit.pooled
    unit = asked.unit
    p_value = pooled.p_value if asked.rating else chance.pooled
    low, high = stranger_bounds(asked.few, fit)
    case = Case(
        effect=asked.possible(
            Effect.from_se(
                pooled.effect * unit,
                pooled.se * unit,
                p_value=p_value,
                df=pooled.df,
                confidence=asked.confidence,
                method=fit.method,
            ),
            pooled.base,
        ),
        runs=(
            *_pooled_runs(asked, fit, chance),
            *runs_without_tastes(fit, asked.chosen, None, unit),
        ),
        extra={
            **extra,
            "base": pooled.base * unit,
            "ratio": _ratio(asked, pooled.base, pooled.effect),
            "odds_ratio": _odds(pooled.beta),
            "odds_low": _odds(pooled.beta - _Z * pooled.beta_se),
            "odds_high": _odds(pooled.beta + _Z * pooled.beta_se),
            "effect_additive": pooled.additive * unit,
            "effect_unknown_low": low * unit,
            "effect_unknown_high": high * unit,
        },
        words=_words(asked, None, pooled.base, pooled.effect),
        details={
            "votes": len(dyads.value),
            "own_rate": pooled.own_rate * unit,
            "draws": chance.draws,
            "strata": chance.strata,
            "people_who_cannot_be_relabelled": chance.lone,
            "p_relabelling": chance.pooled,
            "spread": pooled.spread,
            "se_by_person_uncorrected": pooled.se_by_person * unit,
        },
        **common,
    )
    # scores are tested by their clustered errors: both tests must stand
    adjusted = float(np.fmax(chance.pooled_adjusted, p_value))
    return _judged(case, asked, asked.scale(pooled.base), adjusted, chance.family)


def _judged(case: Case, asked: Asked, scale: Scale, p_adjusted: float, family: int) -> Judged:
    """One row, by the scale that fits what is usual for it."""
    dyads = asked.dyads
    return judge(
        [case],
        question="in_group",
        attribute=dyads.attribute,
        scale=scale,
        phrases=_phrases(dyads),
        estimand=_ESTIMANDS[dyads.mode],
        null="" if asked.fit is None else asked.fit.null,
        exclusions=dyads.exclusions,
        caveats=(_CAVEAT,),
        p_adjusted=[p_adjusted],
        strict=True,
        family=family,
    )


def _answers(dyads: Dyads) -> Floats:
    """Per person: ideas supported, or rated."""
    counted = dyads.supporting.astype(float)
    return np.bincount(dyads.person, counted, minlength=dyads.people).astype(float)


def _ratio(asked: Asked, base: float, effect: float) -> float:
    """The rate with the premium by the rate without; nan for ratings."""
    if asked.rating or not base > 0 or np.isnan(effect):
        return float("nan")
    return max((base + effect) / base, 0.0)


def _odds(log_odds: float) -> float:
    return float(np.exp(np.minimum(log_odds, 700.0)))


def _pooled_runs(asked: Asked, fit: PremiumFit, chance: Chance) -> tuple[Run, ...]:
    """Without the author (or idea) that moves it most, and under another null."""
    dyads = asked.few
    unit = asked.unit
    effect = fit.pooled.effect
    scores = fit.scores
    key, whose = _keys(dyads)
    score = np.bincount(key, scores.by_idea)
    square = np.bincount(key, scores.square_by_idea)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (score.sum() - score) / (square.sum() - square) * square.sum() / scores.scale
    left = np.where(square > 0, left, effect)
    most = int(np.argmax(np.where(np.isnan(left), np.inf, np.abs(left - effect))))
    name, p_value = {
        "rating": ("relabelling people alike in activity", chance.pooled),
        "choice": ("with errors of the people", fit.pooled.p_fixed),
        "vote": ("with every person's and idea's total held fixed", fit.pooled.p_fixed),
    }[dyads.mode]
    return (
        Run(f"without the most influential {whose}", float(left[most]) * unit),
        Run("without votes for one's own ideas", effect * unit, n=len(dyads.value)),
        Run(name, effect * unit, p_value),
    )


def _keys(dyads: Dyads) -> tuple[Ints, str]:
    """Who an idea goes with when somebody is left out: its author, or itself."""
    if not (dyads.author >= 0).any():
        return np.arange(dyads.ideas), "idea"
    alone = dyads.author.max() + 1 + np.arange(dyads.ideas)
    key = np.where(dyads.author >= 0, dyads.author, alone)
    return np.unique(key, return_inverse=True)[1].reshape(-1), "author"


def group_rows(asked: Asked, fit: PremiumFit, chance: Chance) -> Judged:
    """A row for each group that has voters, each measured against what is usual for its people."""
    dyads = asked.few
    if len(dyads.groups) > _MOST_GROUPS:
        many = len(asked.dyads.groups)
        text = f"The {many:,} groups are too many for a row each."
        return Judged([], notes=(Note("too_many_groups", text, {"groups": many}),))
    key, whose = _keys(dyads)
    parts = np.zeros((key.max() + 1, len(dyads.groups)))
    np.add.at(parts, key, fit.scores.by_idea_and_group)
    left = (parts.sum(axis=0) - parts) @ fit.groups.solve.T
    judged = Judged([])
    hidden = 0
    for k, group in enumerate(dyads.groups):
        if group in dyads.merged or not dyads.sizes[k]:
            continue
        if dyads.sizes[k] < LEAST_SHOWN:
            hidden += 1
            continue
        case = _group_case(asked, fit, chance, k=k, left=left[:, k], whose=whose)
        scale = asked.scale(float(fit.groups.base[k]))
        judged += _judged(case, asked, scale, float(chance.group_adjusted[k]), chance.family)
    return judged + Judged([], notes=hidden_groups(hidden))


def _group_case(
    asked: Asked, fit: PremiumFit, chance: Chance, *, k: int, left: Floats, whose: str
) -> Case:
    """One group's premium; ``left`` is what it is without each author in turn."""
    dyads = asked.few
    unit = asked.unit
    value = float(fit.groups.effect[k])
    error = float(fit.groups.se[k])
    base = float(fit.groups.base[k])
    size = int(dyads.sizes[k])
    answers = int((dyads.codes[dyads.person] == k).sum())
    own_ideas = dyads.member[:, k] > 0
    refusal: str | None = few_people(size, LEAST_RATERS, "voter")
    without = float("nan")
    if np.isfinite(value):
        without = float(left[np.argmax(np.abs(left - value))])
    elif refusal is None and np.isnan(value):
        refusal = _NOTHING_LEFT[asked.within]
    normal = float(2 * ndtr(-abs(value / error))) if error > 0 else float("nan")
    return Case(
        group=dyads.groups[k],
        effect=asked.possible(
            Effect.from_se(
                value * unit,
                error * unit,
                p_value=float(chance.group[k]),
                df=max(size - 1, 1),
                confidence=asked.confidence,
                method=fit.method,
            ),
            base,
        ),
        n_people=size,
        n_ideas=int(own_ideas.sum()),
        n_effective=effective_number(_answers(dyads)[dyads.codes == k]),
        n_votes=answers,
        refusal=refusal,
        runs=(
            Run(f"without the most influential {whose}", without * unit),
            Run("without votes for one's own ideas", value * unit, n=answers),
            Run("with errors clustered by person instead of relabelling", value * unit, normal),
            *runs_without_tastes(fit, asked.chosen, k, unit),
        ),
        extra={
            "n_authors": fewest_authors(dyads.author, own_ideas),
            "base": base * unit,
            "ratio": _ratio(asked, base, value),
        },
        words=_words(asked, dyads.groups[k], base, value),
        details={"votes": answers},
    )


def pair_rows(asked: Asked, tested: PairTable) -> Table:
    """A row for every group on every group's ideas, of those large enough to be shown."""
    dyads = asked.few
    unit = asked.unit
    records = []
    for a, b in np.argwhere(np.isfinite(tested.effect)):
        names = (dyads.groups[a], dyads.groups[b])
        if min(dyads.sizes[a], dyads.listed[b]) < LEAST_SHOWN or set(names) & set(dyads.merged):
            continue
        value = tested.effect[a, b] * unit
        half = _Z * tested.se[a, b] * unit
        back = tested.effect[b, a]
        theirs = dyads.member[:, b] > 0
        records.append(
            {
                "voter_group": names[0],
                "idea_group": names[1],
                "effect": value,
                "low": value - half,
                "high": value + half,
                "p_value": tested.p_value[a, b],
                "p_adjusted": tested.p_adjusted[a, b],
                "n_people": int(dyads.sizes[a]),
                "n_ideas": int(theirs.sum()),
                "n_authors": fewest_authors(dyads.author, theirs),
                "mutual": None if np.isnan(back) else bool(np.sign(back) == np.sign(value)),
            }
        )
    return Table.from_records(records, PAIRS)


def _words(asked: Asked, group: str | None, base: float, effect: float) -> dict[str, str]:
    """Who, and what would be usual."""
    usual = ""
    if not asked.rating and not np.isnan(base):
        usual = f", where {100 * base:.1f}% would be usual"
        times = _ratio(asked, base, effect)
        if np.isfinite(times):
            usual += f" ({times:.2f} times that)"
    return {"who": "People" if group is None else f"People of {show(group)}", "usual": usual}


def _phrases(dyads: Dyads) -> Phrases:
    does = {"vote": "support", "choice": "choose", "rating": "rate"}[dyads.mode]
    own = f"{{who}} {does} ideas {dyads.preposition} their own group"
    higher, lower = ("higher", "lower") if dyads.mode == "rating" else ("more often", "less often")
    usual = "they and those ideas in general would lead one to expect"
    return Phrases(
        more=f"{own} {higher} than {usual}: by {{effect}}{{usual}}.",
        less=f"{own} {lower} than {usual}: by {{effect}}{{usual}}.",
        same=f"{own} about as {usual}: the difference is {{effect}}.",
        open=f"{own} with a difference of {{effect}} from what {usual}.",
        innocent="People know the needs of their own group best; living near an idea, sharing its "
        "language or hearing of it first would look the same.",
        next_step="Show beside each idea how much support it has from other groups, and ask its "
        "supporters what it would do for those.",
    )
