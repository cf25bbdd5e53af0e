"""Knows whether ideas of some groups are adopted more often than others with the same support from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.decisions.decided import TOTALS, Decided, decided_ideas, raw_rates
from coprep.ideas.decisions.matched import Matched, matched, mixed, score_test
from coprep.ideas.decisions.regression import dummies, independent
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
    ratio,
)
from coprep.ideas.judging.counted import fewest_authors
from coprep.ideas.judging.gates import LEAST_AUTHORS
from coprep.ideas.votes.backing import few_people, no_group_known
from coprep.metrics._streams import entropy, stream
from coprep.metrics.inference._clustered_logit import clustered_logit, exchangeable_logit
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Adoption", "adoption"]

_LEAST_MIXED = 0.3
_SECOND = {"logistic": clustered_logit, "exchangeable": exchangeable_logit}

_COLUMNS: dict[str, ColumnKind] = {
    **COLUMNS,
    "adopted": "number",
    "adopted_others": "number",
    "difference": "number",
    "difference_low": "number",
    "difference_high": "number",
    "rate_ratio": "number",
    "second_odds_ratio": "number",
    "second_low": "number",
    "second_high": "number",
    "compared": "number",
    "n_authors": "count",
}

_PHRASES = Phrases(
    more="Ideas by people in {group} were adopted {gap} points more often than other ideas with the same support from "
    "outside their author's group; their odds were {effect} as high.",
    less="Ideas by people in {group} were adopted {gap} points less often than other ideas with the same support from "
    "outside their author's group; their odds were {effect} as high.",
    same="Ideas by people in {group} were adopted about as often as other ideas with the same support from outside: "
    "their odds were {effect} as high.",
    open="The odds that ideas by people in {group} were adopted were {effect} as high as those of other ideas with the "
    "same support from outside.",
    innocent="Ideas differ in quality, legality and feasibility, which these data do not hold, and some may have been "
    "set aside before anybody could support them.",
    next_step="Read a sample of ideas from {group} beside others with like support, and compare the reasons given for "
    "each decision.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Adoption(IdeasResult):
    """Are ideas of some groups adopted more often, given their support from outside?

    Attributes
    ----------
    rows : Table
        A row a group. ``effect`` is the Mantel-Haenszel odds ratio against all other ideas within strata of equal
        outside support; ``difference`` the same in points; ``adopted`` and ``adopted_others`` the shares adopted,
        0 to 1, not adjusted; ``second_odds_ratio`` a second opinion by regression; ``compared`` the share of ideas
        in strata that hold ideas of the group and others; ``n_authors`` the authors of its ideas that were adopted,
        or of those that were not, whichever are fewer.
    raw : Table
        Ideas and adoptions by group, with the organisers' ideas and those without a known author apart; ``n_authors``
        as in ``rows``.
    """

    raw: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.adoption"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "adopted": ("Adopted", "percent"),
        "adopted_others": ("Others' ideas adopted", "percent"),
        "difference": ("Difference in percentage points", "number"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "n_people",
        "n_ideas",
        "adopted",
        "adopted_others",
        "difference",
        "effect",
        "low",
        "high",
        "p_adjusted",
        "verdict",
    )


def adoption(
    process: Process,
    *,
    attribute: str,
    within: Sequence[str] | None = None,
    bands: int = 5,
    threshold: float | None = None,
    second: Literal["logistic", "exchangeable"] = "logistic",
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> Adoption:
    """Are ideas of some groups adopted more often than others with the same support from outside?

    *Estimand*: the odds of adoption of a group's ideas against those of all other ideas, within strata of equal
    support by people outside the author's group; also as a difference in points.

    Parameters
    ----------
    process : Process
        With participants, ideas (``adopted`` or ``status``), authors, and either ratings or published totals of
        support. A merged idea shares the fate of the idea it went into, so that all sources are credited.
    attribute : str
        The participants' attribute.
    within : sequence of {"topic", "cost", "stage"}, optional
        Compare only ideas alike in these too. By default topic, where ideas have one.
    bands : int
        Bands of outside support, at most as many as there are different values.
    threshold : float, optional
        Scores from which, or ranks to which, a rating counts as support. By default a score above the middle.
    second : {"logistic", "exchangeable"}
        The regression asked for a second opinion: logistic with author-clustered errors, or estimating equations in
        which ideas of one author share a working correlation (slow above some thousand ideas).
    band : (float, float)
        Odds ratios that do not matter; 1.25 is about 5 points where half of the ideas are adopted.
    confidence : float
        Level of the intervals.
    draws : int
        Random sign patterns; up to 15 authors all are enumerated.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Adoption
        With the columns described there.

    Raises
    ------
    InputError
        Where tables are missing, no idea is decided, or nothing is known of support.

    Notes
    -----
    *Test*: the score of each idea, (own - stratum mean)(adopted - stratum mean), summed by author; the signs of the
    authors' sums are flipped; the largest statistic over groups gives ``p_adjusted``. *Interval*: pairs of ideas added
    up by author, which holds for small strata too. An idea of several authors goes with the one of the largest share.
    *Robustness*: without the author who moves it most, with everybody's support counted (own group and own votes), by
    a regression with author-clustered errors, and with ideas of unknown group counted on either side.

    When it is fooled: quality and legality are not observed; ideas can be held back before anybody votes; published
    totals of support contain the votes of the author's own group.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.
    Font, J., Smith, G., Galais, C. & Alarcón, P. (2018). Cherry-picking participation: explaining the fate of
    proposals from participatory processes. European Journal of Political Research 57(3), 615-636.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(adoption=0.4, rng=1)
    >>> found = adoption(process, attribute="group", rng=1)
    >>> [(f.group, f.verdict.value) for f in found.findings]
    [('north', 'pattern'), ('south', 'pattern')]
    >>> round(found.rows["difference"][0])
    38
    """
    if second not in _SECOND:
        raise InputError.choice("second", second, tuple(_SECOND))
    asked = decided_ideas(
        process, attribute=attribute, within=within, bands=bands, threshold=threshold
    )
    scale, seed = ratio(band), entropy(rng)
    p_value, p_adjusted, used = _tested(asked, draws, stream(seed, "adoption"))
    cases = [
        _case(asked, k, float(p_value[k]), confidence=confidence, second=second)
        for k in range(len(asked.grouping.groups))
    ]
    judged = judge(
        cases or [no_group_known(attribute)],
        question="adoption",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="odds of adoption against other ideas with the same support from outside the author's group",
        null="given its stratum, whether an idea is adopted does not depend on who wrote it; authors' signs flipped",
        exclusions=asked.exclusions,
        p_adjusted=[float(p) for p in p_adjusted] if cases else None,
    )
    return Adoption(
        title=f"Adoption given support from outside, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, _COLUMNS),
        findings=judged.findings,
        notes=as_notes((*asked.notes, *judged.notes)),
        settings={
            "attribute": attribute,
            "within": asked.within,
            "bands": bands,
            "support": asked.source,
            "second": second,
            "band": band,
            "confidence": confidence,
            "draws": used,
            "rng": seed,
        },
        picture=forest(scale, "odds of adoption against other ideas with the same support (ratio)"),
        raw=raw_rates(process, asked.grouping),
    )


def _tested(asked: Decided, draws: int, rng: Generator) -> tuple[Floats, Floats, int]:
    """P values of each group, their adjusted form, and the sign patterns used."""
    if not asked.member.size:
        nothing = np.full(asked.member.shape[1], np.nan)
        return nothing, nothing, 0
    test = score_test(asked.member, asked.y, asked.stratum, asked.author, draws=draws, rng=rng)
    return test.p_value, test.p_adjusted, test.draws


def _case(asked: Decided, k: int, p_value: float, *, confidence: float, second: str) -> Case:
    member, authors = asked.member[:, k], asked.author[asked.member[:, k] > 0]
    found = matched(member, asked.y, asked.stratum, asked.author)
    compared = float(mixed(member, asked.stratum).mean()) if len(member) else 0.0
    people, own = len(np.unique(authors)), member > 0
    effect = Effect.from_se(
        found.odds_ratio,
        found.se_log_odds,
        p_value=p_value,
        df=found.df,
        confidence=confidence,
        log=True,
        method="Mantel-Haenszel, pairs by author",
    )
    gap = Effect.from_se(
        100 * found.difference,
        100 * found.se_difference,
        p_value=p_value,
        df=found.df,
        confidence=confidence,
    )
    log_odds, error = _second(asked, member, second)
    opinion = Effect.from_se(
        float(np.exp(log_odds)), error, p_value=np.nan, df=found.df, confidence=confidence, log=True
    )
    return Case(
        group=asked.grouping.groups[k],
        effect=effect,
        n_people=people,
        n_ideas=int((member > 0).sum()),
        n_effective=effective_number(np.unique(authors, return_counts=True)[1]),
        n_votes=asked.votes,
        refusal=asked.refusal
        or few_people(people, LEAST_AUTHORS, "author")
        or _too_apart(compared),
        runs=_runs(asked, member, found, log_odds),
        extra={
            "adopted": _rate(member, asked.y),
            "adopted_others": _rate(1 - member, asked.y),
            "difference": gap.value,
            "difference_low": gap.low,
            "difference_high": gap.high,
            "rate_ratio": found.rate_ratio,
            "second_odds_ratio": opinion.value,
            "second_low": opinion.low,
            "second_high": opinion.high,
            "compared": compared,
            "n_authors": fewest_authors(asked.author, own & (asked.y == 1), own & (asked.y == 0)),
        },
        words={"gap": f"{abs(gap.value):.0f}"},
    )


def _rate(weight: Floats, y: Floats) -> float:
    total = weight.sum()
    return float((weight * y).sum() / total) if total > 0 else float("nan")


def _too_apart(compared: float) -> str | None:
    if compared >= _LEAST_MIXED:
        return None
    return f"only {compared:.0%} of ideas have both kinds among those with like support; at least 30% are needed"


def _second(asked: Decided, member: Floats, how: str) -> tuple[float, float]:
    """Log odds ratio of membership and its error by regression; nan where the data do not identify it."""
    rows = np.ones(len(member), dtype=np.bool_)
    for trait in asked.traits:
        kind = np.unique(trait, return_inverse=True)[1].reshape(-1)
        yes, n = np.bincount(kind, weights=asked.y), np.bincount(kind)
        rows &= ((yes > 0) & (yes < n))[kind]  # ideas of one fate among their like say nothing
    columns = [
        np.ones(len(member)),
        *asked.numbers,
        *(c for t in asked.traits for c in dummies(t).T),
        member,
    ]
    design = np.stack(columns, axis=1)[rows]
    keep = independent(design)
    if not len(design) or not keep[-1]:
        return float("nan"), float("nan")
    fit = _SECOND[how](asked.y[rows], design[:, keep], asked.author[rows])
    return float(fit.coef[-1]), float(fit.se[-1])


def _runs(asked: Decided, member: Floats, found: Matched, second: float) -> tuple[Run, ...]:
    runs = [
        Run("without the author who moves it most", found.without_one, n=found.clusters - 1),
        Run("by logistic regression with author-clustered errors", float(np.exp(second))),
    ]
    if asked.source != TOTALS:
        everybody = matched(member, asked.y, asked.stratum_everybody, asked.author)
        runs.append(
            Run(
                "with everybody's support counted, own group and own votes too",
                everybody.odds_ratio,
            )
        )
    other = asked.unknown
    if len(other.y):
        for name, share in (("all", 1.0), ("none", 0.0)):
            filled = matched(
                np.concatenate([member, np.full(len(other.y), share)]),
                np.concatenate([asked.y, other.y]),
                np.concatenate([asked.stratum, other.stratum]),
                np.concatenate([asked.author, other.author]),
            )
            runs.append(
                Run(f"if {name} of the ideas of unknown group were the group's", filled.odds_ratio)
            )
    return tuple(runs)
