"""Knows how an in-group premium becomes rows, findings and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from coprep.findings import Finding
from coprep.ideas.judging.common import (
    EVERYBODY,
    LEAST_SHOWN,
    Case,
    Effect,
    Judged,
    Phrases,
    Run,
    Scale,
    effective_number,
    judge,
    quote,
    units,
)
from coprep.ideas.judging.counted import fewest_authors
from coprep.ideas.judging.gates import LEAST_RATERS
from coprep.ideas.judging.strict import adjusted_case, with_own_p
from coprep.ideas.votes.backing import few_people
from coprep.ideas.votes.cells import Cells
from coprep.ideas.votes.found import Found, PairTable, stranger_bounds
from coprep.ideas.votes.relabel import Chance
from coprep.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.table import ColumnKind

    Floats = NDArray[np.float64]

__all__ = ["EXTRA", "PAIRS", "Asked", "group_rows", "pair_rows", "pooled_row"]

_MOST_GROUPS = 60
_CAVEAT = "Relabelling tests that labels are unrelated to ballots, which is more than that the premium is nil."
_Z = 1.959963984540054
_NOTHING_LEFT = {
    False: "no idea is of this group and not of others, so there is nothing to compare",
    True: "a liking for its own ideas cannot be told from a liking for their topics; topics on which there are ideas "
    "of this group beside ideas of others are needed",
}
_SMALL = 0.2
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
    """What was asked and what was found; ``cells`` with all groups, ``few`` with those that matter.

    ``within`` says whether tastes for topics were taken out.
    """

    cells: Cells
    few: Cells
    found: Found | None
    band: Scale
    material: float | None
    confidence: float
    draws: int
    seed: int
    refusal: str | None
    within: bool

    @property
    def unit(self) -> float:
        """Points are percentages of 0 to 1, except for ratings."""
        return 1.0 if self.cells.mode == "rating" else 100.0

    def scale(self, base: float) -> Scale:
        """What matters, given what is usual."""
        if self.cells.mode == "rating":
            spread = self.found.spread if self.found is not None else 1.0
            return units(
                max(_SMALL * spread, 1e-12) if self.material is None else self.material,
                "points of the scale",
            )
        if self.material is not None:
            return units(self.material, "points")
        base = base if base > 0 else 1.0
        return Scale("points", 100 * base * (self.band.low - 1), 100 * base * (self.band.high - 1))


def _judged(case: Case, asked: Asked, scale: Scale, p_adjusted: float, family: int) -> Judged:
    found = asked.found
    judged = judge(
        [adjusted_case(case, p_adjusted)],
        question="in_group",
        attribute=asked.cells.attribute,
        scale=scale,
        phrases=_phrases(asked.cells),
        estimand=_ESTIMANDS[asked.cells.mode],
        null="" if found is None else found.null,
        exclusions=asked.cells.exclusions,
        caveats=(_CAVEAT,),
        p_adjusted=[p_adjusted],
        family=family,
    )
    return with_own_p(judged)


def pooled_row(asked: Asked, chance: Chance | None) -> Judged:
    """The row of all groups together, adjusted for the rows of groups beside it."""
    case, scale = _pooled_case(asked, chance), asked.scale(asked.found.base if asked.found else 1.0)
    if chance is None:
        return _judged(case, asked, scale, float("nan"), 1)
    # scores are tested by their clustered errors: both tests must stand
    adjusted = float(np.fmax(chance.pooled_adjusted, case.effect.p_value))
    return _judged(case, asked, scale, adjusted, chance.family)


def _pooled_case(asked: Asked, chance: Chance | None) -> Case:
    cells, found, unit = asked.cells, asked.found, asked.unit
    common: dict[str, Any] = {
        "group": None,
        "n_people": cells.people,
        "n_ideas": int(cells.informative.sum()),
        "n_effective": effective_number(_answers(cells)),
        "n_votes": len(cells.value),
        "refusal": asked.refusal,
        "words": _words(asked, None, np.nan, np.nan),
    }
    whole = {"who": EVERYBODY, "n_authors": fewest_authors(cells.author, cells.informative)}
    if found is None or chance is None:
        return Case(effect=Effect(), extra=whole, **common)
    rating = cells.mode == "rating"
    p_value = found.p_value if rating else chance.pooled
    effect = Effect.from_se(
        found.effect * unit,
        found.se * unit,
        p_value=p_value,
        df=found.df,
        confidence=asked.confidence,
        method=found.method,
    )
    low, high = stranger_bounds(asked.few, found)
    common["words"] = _words(asked, None, found.base, found.effect)
    return Case(
        effect=effect,
        runs=_runs(asked, found, chance),
        extra={
            **whole,
            "base": found.base * unit,
            "ratio": _ratio(found.base, found.effect) if not rating else np.nan,
            **_odds(found),
            "effect_additive": found.additive * unit,
            "effect_unknown_low": low * unit,
            "effect_unknown_high": high * unit,
        },
        details={
            "votes": len(cells.value),
            "own_rate": found.own_rate * unit,
            "draws": chance.draws,
            "strata": chance.strata,
            "people_who_cannot_be_relabelled": chance.lone,
            "p_relabelling": chance.pooled,
            "spread": found.spread,
            "se_by_person_uncorrected": found.se_by_person * unit,
        },
        **common,
    )


def _answers(cells: Cells) -> Floats:
    """Per person: ideas supported, or rated."""
    counted = (
        np.ones(len(cells.value)) if cells.mode == "rating" else (cells.value > 0).astype(float)
    )
    return np.asarray(np.bincount(cells.person, counted, minlength=cells.people), dtype=float)


def _ratio(base: float, effect: float) -> float:
    return max((base + effect) / base, 0.0) if base > 0 and not np.isnan(effect) else float("nan")


def _odds(found: Found) -> dict[str, float]:
    half = _Z * found.beta_se
    limits = {
        "odds_ratio": found.beta,
        "odds_low": found.beta - half,
        "odds_high": found.beta + half,
    }
    return {name: float(np.exp(np.minimum(value, 700.0))) for name, value in limits.items()}


def _runs(asked: Asked, found: Found, chance: Chance) -> tuple[Run, ...]:
    cells, unit = asked.few, asked.unit
    key, whose = _keys(cells)
    score, square = np.bincount(key, found.idea_score), np.bincount(key, found.idea_square)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (score.sum() - score) / (square.sum() - square) * square.sum() / found.scale
    left = np.where(square > 0, left, found.effect)
    most = int(np.argmax(np.where(np.isnan(left), np.inf, np.abs(left - found.effect))))
    first = Run(f"without the most influential {whose}", float(left[most]) * unit)
    clean = Run("without votes for one's own ideas", found.effect * unit, n=len(cells.value))
    if cells.mode == "rating":
        return (
            first,
            clean,
            Run("relabelling people alike in activity", found.effect * unit, chance.pooled),
        )
    name = (
        "with errors of the people"
        if cells.mode == "choice"
        else "with every person's and idea's total held fixed"
    )
    return first, clean, Run(name, found.effect * unit, found.fixed())


def _keys(cells: Cells) -> tuple[NDArray[np.intp], str]:
    """Who an idea goes with when somebody is left out: its author, or itself where authors are not known."""
    if not (cells.author >= 0).any():
        return np.arange(cells.ideas), "idea"
    alone = cells.author.max() + 1 + np.arange(cells.ideas)
    return np.unique(np.where(cells.author >= 0, cells.author, alone), return_inverse=True)[
        1
    ].reshape(-1), "author"


def group_rows(asked: Asked, found: Found, chance: Chance) -> Judged:
    """A row for each group that has voters, each measured against what is usual for its people."""
    cells = asked.few
    if len(cells.groups) > _MOST_GROUPS:
        return Judged(
            [], (), (f"The {len(asked.cells.groups):,} groups are too many for a row each.",)
        )
    key, whose = _keys(cells)
    parts = np.zeros((key.max() + 1, len(cells.groups)))
    np.add.at(parts, key, found.group_score)
    left = (parts.sum(axis=0) - parts) @ found.solve.T
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    notes, hidden = [], 0
    for k, group in enumerate(cells.groups):
        if group in cells.merged or not cells.sizes[k]:
            continue
        if cells.sizes[k] < LEAST_SHOWN:
            hidden += 1
            continue
        adjusted = float(chance.group_adjusted[k])
        case = _group_case(asked, found, chance, k=k, left=left[:, k], whose=whose)
        judged = _judged(
            case, asked, asked.scale(float(found.group_base[k])), adjusted, chance.family
        )
        rows, findings = rows + judged.rows, [*findings, *judged.findings]
    if hidden:
        verb = (
            "group of fewer than 5 people is"
            if hidden == 1
            else "groups of fewer than 5 people are"
        )
        notes.append(f"{hidden:,} {verb} not shown; they stay in the computation.")
    return Judged(rows, tuple(findings), tuple(notes))


def _group_case(
    asked: Asked, found: Found, chance: Chance, *, k: int, left: Floats, whose: str
) -> Case:
    cells, unit = asked.few, asked.unit
    value, error = float(found.group_effect[k]), float(found.group_se[k])
    base, size = float(found.group_base[k]), int(cells.sizes[k])
    asked_of = int((cells.codes[cells.person] == k).sum())
    refusal = few_people(size, LEAST_RATERS, "voter")
    if refusal is None and np.isnan(value):
        refusal = _NOTHING_LEFT[asked.within]
    effect = Effect.from_se(
        value * unit,
        error * unit,
        p_value=float(chance.group[k]),
        df=max(size - 1, 1),
        confidence=asked.confidence,
        method=found.method,
    )
    without = float(left[np.argmax(np.abs(left - value))]) if np.isfinite(value) else float("nan")
    normal = float(2 * ndtr(-abs(value / error))) if error > 0 else float("nan")
    return Case(
        group=cells.groups[k],
        effect=effect,
        n_people=size,
        n_ideas=int((cells.member[:, k] > 0).sum()),
        n_effective=effective_number(_answers(cells)[cells.codes == k]),
        n_votes=asked_of,
        refusal=refusal,
        runs=(
            Run(f"without the most influential {whose}", without * unit),
            Run("without votes for one's own ideas", value * unit, n=asked_of),
            Run("with errors clustered by person instead of relabelling", value * unit, normal),
        ),
        extra={
            "who": cells.groups[k],
            "n_authors": fewest_authors(cells.author, cells.member[:, k] > 0),
            "base": base * unit,
            "ratio": _ratio(base, value) if cells.mode != "rating" else np.nan,
        },
        words=_words(asked, cells.groups[k], base, value),
        details={"votes": asked_of},
    )


def pair_rows(asked: Asked, tested: PairTable) -> Table:
    """A row for every group on every group's ideas, of those large enough to be shown."""
    cells, unit = asked.few, asked.unit
    records = []
    for a, b in np.argwhere(np.isfinite(tested.effect)):
        names = cells.groups[a], cells.groups[b]
        if min(cells.sizes[a], cells.listed[b]) < LEAST_SHOWN or set(names) & set(cells.merged):
            continue
        value, error = tested.effect[a, b] * unit, tested.se[a, b] * unit
        back = tested.effect[b, a]
        records.append(
            {
                "voter_group": names[0],
                "idea_group": names[1],
                "effect": value,
                "low": value - _Z * error,
                "high": value + _Z * error,
                "p_value": tested.p_value[a, b],
                "p_adjusted": tested.p_adjusted[a, b],
                "n_people": int(cells.sizes[a]),
                "n_ideas": int((cells.member[:, b] > 0).sum()),
                "n_authors": fewest_authors(cells.author, cells.member[:, b] > 0),
                "mutual": None if np.isnan(back) else bool(np.sign(back) == np.sign(value)),
            }
        )
    return Table.from_records(records, PAIRS)


_ESTIMANDS: Mapping[str, str] = {
    "vote": "how much more likely people support ideas of their own group than they and those ideas in general predict",
    "choice": "how much more often people choose an idea of their own group than those ideas' popularity predicts",
    "rating": "how much higher people rate ideas of their own group than they and those ideas in general predict",
}


def _words(asked: Asked, group: str | None, base: float, effect: float) -> dict[str, str]:
    rating = asked.cells.mode == "rating"
    usual = "" if rating or np.isnan(base) else f", where {100 * base:.1f}% would be usual"
    times = _ratio(base, effect) if not rating else np.nan
    return {
        "who": "People" if group is None else f"People of {quote(group)}",
        "usual": usual + (f" ({times:.2f} times that)" if np.isfinite(times) and usual else ""),
    }


def _phrases(cells: Cells) -> Phrases:
    does = {"vote": "support", "choice": "choose", "rating": "rate"}[cells.mode]
    own = f"ideas {cells.preposition} their own group"
    higher, lower = ("higher", "lower") if cells.mode == "rating" else ("more often", "less often")
    expected = "than they and those ideas in general would lead one to expect"
    return Phrases(
        more=f"{{who}} {does} {own} {higher} {expected}: by {{effect}}{{usual}}.",
        less=f"{{who}} {does} {own} {lower} {expected}: by {{effect}}{{usual}}.",
        same=f"{{who}} {does} {own} about as they and those ideas in general would lead one to expect: the difference "
        "is {effect}.",
        open=f"{{who}} {does} {own} with a difference of {{effect}} from what they and those ideas in general would "
        "lead one to expect.",
        innocent="People know the needs of their own group best; living near an idea, sharing its language or hearing "
        "of it first would look the same.",
        next_step="Show beside each idea how much support it has from other groups, and ask its supporters what it "
        "would do for those.",
    )
