"""Judge whether outsiders support own-benefit ideas as much as others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas._authors.authorship import most_influential
from coprep.ideas._authors.matching import RUN_DRAWS, Matching, flip_cases, slope_effect
from coprep.ideas._authors.outside_gap import Comparison, Gap
from coprep.ideas._authors.outside_support import agreement, own_benefit_ideas, support_from_outside
from coprep.ideas._judging.effects import Effect, Run, at_rate, effective_number, points
from coprep.ideas._judging.eligibility import (
    LEAST_IDEAS,
    LEAST_RATERS,
    enough_groups,
    enough_voices,
    enough_votes,
    fewest_authors,
    first_refusal,
    labels_not_from_ballot,
)
from coprep.ideas._judging.judge import LEAST_SHOWN, Case
from coprep.ideas._judging.phrases import sized
from coprep.metrics._streams import stream
from coprep.metrics.inference._resampling import sign_flip_test
from coprep.wording.labels import show
from coprep.wording.numbers import count_of, percents

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots
    from coprep.metrics._checks import Floats, Ints


_PREMIUM_SAID = 5.0
_NOTHING_LEFT = (
    "no other ideas for the same groups and by authors of the same group were judged by the same "
    "people"
)
_NO_SUPPORT = (
    "nobody outside supports any of these ideas, so that no difference could show; ballots on "
    "which people support more ideas are needed"
)
_NOBODY_SHOWS = (
    "too few people of the authors' own groups were asked about these ideas to show what people "
    "add for ideas that name their own group, and too few people whom the ideas do not name were "
    "asked; ask more of either"
)


_UNNAMED = "those whom the idea does not name"
_CORRECTED = "all, with what people add for their own group taken out"


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What was found for all ideas or a group's, who was counted, or why nothing was."""

    # the sharper of two views: of outsiders whom ideas do not name, or of all, the premium taken
    # out
    gap: Gap | None
    counted: str  # which of the two
    refusal: str | None  # why there is none
    second: Gap | None = None  # the other view, where it can be had


def outside_cases(matching: Matching, place: str) -> tuple[list[Case], list[float]]:
    """A case for the whole process, then one a group; and adjusted p values."""
    wrote = matching.wrote
    groups = [k for k in range(len(wrote.groups)) if wrote.authors[k] > 0]
    large = [k + 1 for k in groups if wrote.authors[k] >= LEAST_SHOWN]
    small = [k + 1 for k in groups if wrote.authors[k] < LEAST_SHOWN]
    compared, general = _compare(matching)
    cases, adjusted = _compared_cases(matching, compared, [0, *large], general=general, place=place)
    hidden = [
        _case(matching, None, j, _Answer(None, "", general or "too few"), Effect(), place)
        for j in small
    ]
    return cases + hidden, adjusted + [float("nan")] * len(hidden)


def _compared_cases(
    matching: Matching,
    compared: Comparison | None,
    columns: list[int],
    *,
    general: str | None,
    place: str,
) -> tuple[list[Case], list[float]]:
    """Cases of all ideas and of the groups with enough authors to be shown."""
    answers = {j: _answer(compared, j, general) for j in columns}
    tested = [j for j, answer in answers.items() if answer.refusal is None]
    count = 0 if compared is None else int(compared.team.max(initial=-1)) + 1
    products = np.zeros((count, 1 + len(matching.wrote.groups)))
    left = np.ones(products.shape[1])
    for j in tested:
        products[:, j] = _found(answers[j]).products
        left[j] = _found(answers[j]).left_in_flips
    name = "self_serving: outside support"
    alone, together = flip_cases(products, tested, matching.draws, matching.seed, name, left=left)
    cases = [
        _case(
            matching,
            compared,
            j,
            answer,
            _effect(answer, float(alone[j]), matching.confidence),
            place,
        )
        for j, answer in answers.items()
    ]
    return cases, [float(together[j]) for j in columns]


def _answer(compared: Comparison | None, j: int, general: str | None) -> _Answer:
    if compared is None or general is not None:
        return _Answer(None, "", general)
    rows = compared.usable(j)
    few = compared.too_few(j, rows)
    if few is not None:
        return _Answer(None, "", few)
    if not compared.support.outside_plain[rows].any():
        return _Answer(None, "", _NO_SUPPORT)
    views = {_UNNAMED: compared.unnamed(j, rows), _CORRECTED: compared.gap(j, rows)}
    found = {
        counted: gap for counted, gap in views.items() if gap is not None and gap.squares.sum() > 0
    }
    if not found:
        told = any(gap is not None for gap in views.values())
        return _Answer(None, "", _NOTHING_LEFT if told else _NOBODY_SHOWS)
    counted = min(found, key=lambda name: _error(found[name]))
    second = next((gap for name, gap in found.items() if name != counted), None)
    return _Answer(found[counted], counted, None, second)


def _error(gap: Gap) -> float:
    """Standard error of a difference; infinite where it cannot be told."""
    se = slope_effect(gap.products, gap.squares, left=gap.left, p_value=1.0, confidence=0.95).se
    return se if np.isfinite(se) else float("inf")


def _found(answer: _Answer) -> Gap:
    assert answer.gap is not None
    return answer.gap


def _effect(answer: _Answer, p_value: float, confidence: float) -> Effect:
    if answer.gap is None:
        return Effect(level=confidence)
    gap = answer.gap
    return slope_effect(
        gap.products, gap.squares, left=gap.left, p_value=p_value, confidence=confidence
    )


def _compare(matching: Matching) -> tuple[Comparison | None, str | None]:
    """Support of each idea from outside, and why it cannot be judged."""
    process = matching.process
    wrote = matching.wrote
    if not process.has("ratings"):
        return None, "there are no votes or ratings"
    if len(process.kinds) > 1:
        kinds = ", ".join(process.kinds)
        return (
            None,
            f"there are several kinds of ballot ({kinds}); keep one of them in the ratings table",
        )
    ballots = process.ballots().complete()
    grouping = process.grouping(wrote.attribute)
    support = agreement(ballots)
    found = support_from_outside(ballots, support, wrote, grouping.codes, benefit=matching.benefit)
    people = len(grouping.groups)
    single = own_benefit_ideas(matching.benefit, wrote.member, people)
    each = np.where(single[:, None] > 0, (matching.benefit > 0) * wrote.member, 0.0)
    own = np.column_stack([single, each])[found.row]
    block = wrote.block[found.row] * (int(found.part.max(initial=0)) + 1) + found.part
    named = (matching.benefit[found.row] > 0).astype(float)
    member = wrote.member[found.row]
    compared = Comparison(found, own, named, member, block, wrote.team[found.row])
    return compared, wrote.circular or _refusal(
        compared, wrote.attribute, ballots, support, grouping.codes
    )


def _refusal(
    compared: Comparison, attribute: str, ballots: Ballots, support: Floats, codes: Ints
) -> str | None:
    """Why outsiders' support cannot be judged, or None."""
    raters = np.bincount(codes[ballots.voters][codes[ballots.voters] >= 0])
    ideas = len(compared.own)
    yes = support > 0.5
    refusal = first_refusal(
        enough_groups(raters, who="raters", least=LEAST_RATERS),
        enough_votes(int(compared.support.asked.sum())),
        labels_not_from_ballot(
            ballots.person[yes].astype(np.intp),
            ballots.idea[yes].astype(np.intp),
            codes,
            attribute=attribute,
        ),
    )
    if refusal is not None:
        return refusal
    if ideas < LEAST_IDEAS:
        return (
            f"only {count_of(ideas, 'idea')} were put to enough people outside; at least "
            f"{LEAST_IDEAS} are needed"
        )
    return (
        compared.too_few(0, compared.usable(0)) or enough_voices(np.bincount(compared.team)).refusal
    )


def _case(
    matching: Matching,
    compared: Comparison | None,
    j: int,
    answer: _Answer,
    effect: Effect,
    place: str,
) -> Case:
    wrote = matching.wrote
    group = None if j == 0 else wrote.groups[j - 1]
    team = np.zeros(0, dtype=np.intp)
    base = float("nan")
    if compared is not None:
        base = compared.usual(j)
        team = compared.team[compared.usable(j) & (compared.own[:, j] > 0)]
    return Case(
        group=group,
        effect=effect.within(-100 * base, 100 - 100 * base) if np.isfinite(base) else effect,
        scale=at_rate(base, material=matching.material, band=matching.band),
        n_people=wrote.total if j == 0 else int(wrote.authors[j - 1]),
        n_ideas=len(team),
        n_effective=effective_number(np.bincount(team)) if len(team) else float("nan"),
        n_votes=None if compared is None else int(compared.support.asked[compared.usable(j)].sum()),
        refusal=answer.refusal,
        runs=() if answer.refusal or compared is None else _runs(matching, compared, j, answer),
        extra={
            "own_share": float("nan"),
            "n_authors": fewest_authors(team, np.ones(len(team), dtype=np.bool_)),
        },
        words={
            **_words(group, place),
            "premium": _said_premium(answer),
            "base": "an unknown share" if np.isnan(base) else percents([base])[0],
        },
        details={} if compared is None else _details(compared, answer) | {"usual_rate": 100 * base},
    )


def _words(group: str | None, place: str) -> Mapping[str, str]:
    if group is None:
        return {"place": place, "these": "ideas that name their author's own group"}
    return {"place": place, "these": f"ideas by people in {show(group)} that name {show(group)}"}


def _said_premium(answer: _Answer) -> str:
    """A sentence on the premium for the own group, where it matters."""
    if answer.gap is None:
        return ""
    if answer.counted == _UNNAMED:
        return " Only people whom an idea does not name were counted."
    if not 100 * answer.gap.premium >= _PREMIUM_SAID:
        return ""
    added = sized(100 * answer.gap.premium, points())
    return f" What people add for ideas that name their own group ({added}) is already taken out."


def _details(compared: Comparison, answer: _Answer) -> dict[str, object]:
    views = (answer.gap, answer.second)
    premium = next(
        (gap.premium for gap in views if gap is not None and np.isfinite(gap.premium)), float("nan")
    )
    return {
        "premium_for_own_group": 100 * premium,
        "outsiders_counted": answer.counted,
        "ideas_with_outside_support": len(compared.own),
        "outside_votes": int(compared.support.asked.sum()),
        "own_benefit_ideas": int((compared.own[:, 0] > 0).sum()),
    }


def _runs(matching: Matching, compared: Comparison, j: int, answer: _Answer) -> tuple[Run, ...]:
    """Without one author; with shares as they stand; holding self-interest apart otherwise."""
    rows = compared.usable(j)
    found = _found(answer)
    look = compared.unnamed if answer.counted == _UNNAMED else compared.gap
    less = rows & (compared.team != most_influential(found.products, found.squares))
    runs = (
        _run(matching, j, "without the most influential author", look(j, less)),
        _run(matching, j, "with shares of support as they stand", look(j, rows, plain=True)),
    )
    if answer.second is None:
        return runs
    name = (
        "counting all outsiders"
        if answer.counted == _UNNAMED
        else "counting only people whom ideas do not name"
    )
    return (*runs, Run(name, 100 * answer.second.value, n=answer.second.ideas))


def _run(matching: Matching, j: int, name: str, gap: Gap | None) -> Run:
    if gap is None or not gap.squares.sum() > 0:
        return Run(name, float("nan"), n=0 if gap is None else gap.ideas)
    seed = stream(matching.seed, f"{name} {j}")
    p_value = float(
        sign_flip_test(gap.products, left=gap.left_in_flips, draws=RUN_DRAWS, rng=seed).p_value
    )
    return Run(name, 100 * gap.value, p_value, gap.ideas)
