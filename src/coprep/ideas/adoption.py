"""Ask whether some groups' ideas are adopted more often at equal support from outside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from scipy.special import ndtr

from coprep.errors import InputError
from coprep.ideas._decisions.adoption_data import TOTALS, AdoptionData, adoption_data, raw_rates
from coprep.ideas._decisions.regression import dummies, independent, log_odds
from coprep.ideas._decisions.stratified_comparison import (
    StratifiedComparison,
    compare_within_strata,
    mixed,
    score_test,
)
from coprep.ideas._judging.effects import CONDITIONED, Effect, Run, effective_number, ratio
from coprep.ideas._judging.eligibility import (
    LEAST_AUTHORS,
    few_people,
    fewest_authors,
    no_group_known,
)
from coprep.ideas._judging.judge import COLUMNS, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases, said
from coprep.metrics._streams import seed_of, stream
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats

_LEAST_MIXED = 0.3
_SECOND: tuple[Literal["logistic", "exchangeable"], ...] = ("logistic", "exchangeable")

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
    more="Ideas by people in {group} were adopted {gap} points more often than other ideas with "
    "the same support from outside their author's group; {odds}.",
    less="Ideas by people in {group} were adopted {gap} points less often than other ideas with "
    "the same support from outside their author's group; {odds}.",
    same="Ideas by people in {group} were adopted about as often as other ideas with the same "
    "support from outside: {odds}.",
    open="Of ideas by people in {group} beside others with the same support from outside: {odds}.",
    innocent="Ideas differ in quality, legality and feasibility, which these data do not hold, "
    "and some may have been set aside before anybody could support them.",
    next_step="Read a sample of ideas from {group} beside others with like support, and compare "
    "the reasons given for each decision.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Adoption(IdeasResult):
    """Are ideas of some groups adopted more often, given their support from outside?

    Attributes
    ----------
    rows : Table
        A row a group. ``effect`` is the Mantel-Haenszel odds ratio against all other ideas within
        strata of equal outside support; ``difference`` the same in points; ``adopted`` and
        ``adopted_others`` the shares adopted, 0 to 1, not adjusted; ``second_odds_ratio`` a second
        opinion by regression; ``compared`` the share of ideas in strata that hold ideas of the
        group and others; ``n_authors`` the authors of its ideas that were adopted, or of those that
        were not, whichever are fewer.
    raw : Table
        Ideas and adoptions by group, with the organisers' ideas and those without a known author
        apart; ``n_authors`` as in ``rows``.
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
    within: str | Sequence[str] | None = None,
    bands: int = 5,
    threshold: float | None = None,
    second: Literal["logistic", "exchangeable"] = "logistic",
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> Adoption:
    """Are ideas of some groups adopted more often than others with the same support from outside?

    *Estimand*: the odds of adoption of a group's ideas against those of all other ideas, within
    strata of equal support by people outside the author's group; also as a difference in points.

    Parameters
    ----------
    process : Process
        With participants, ideas (``adopted`` or ``status``), authors, and either ratings or
        published totals of support. A merged idea shares the fate of the idea it went into, so that
        all sources are credited.
    attribute : str
        The participants' attribute.
    within : {"topic", "cost", "stage", "session", "week", "language", "area"} or several, optional
        Compare only ideas alike in these too. By default topic, where ideas have one.
    bands : int
        Bands of outside support, at most as many as there are different values.
    threshold : float, optional
        Scores from which, or ranks to which, a rating counts as support. By default a score above
        the middle.
    second : {"logistic", "exchangeable"}
        The regression asked for a second opinion: logistic with author-clustered errors, or
        estimating equations in which ideas of one author share a working correlation (slow above
        some thousand ideas).
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
    *Test*: the score of each idea, (own - stratum mean)(adopted - stratum mean), summed by author;
    the signs of the authors' sums are flipped; the largest statistic over groups gives
    ``p_adjusted``. *Interval*: pairs of ideas added up by author, which holds for small strata too.
    An idea of several authors goes with the one of the largest share. *Robustness*: without the
    author who moves it most, with everybody's support counted (own group and own votes), by a
    regression on support corrected for how few were asked (a rate among a dozen leaves quality
    behind), by one on how many were asked and said yes (where most votes win, being seen by more
    does it), by a regression with author-clustered errors, and with ideas of unknown group counted
    on either side.

    When it is fooled: quality and legality are not observed; ideas can be held back before anybody
    votes; published totals of support contain the votes of the author's own group.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Font, J., Smith, G., Galais, C. & Alarcón,
    P. (2018). Cherry-picking participation: explaining the fate of proposals from participatory
    processes. European Journal of Political Research 57(3), 615-636.

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
        raise InputError.choice("second", second, _SECOND)
    data = adoption_data(
        process, attribute=attribute, within=within, bands=bands, threshold=threshold
    )
    scale = ratio(band)
    seed = seed_of(rng)
    groups = len(data.grouping.groups)
    p_value = np.full(groups, np.nan)
    p_adjusted = p_value
    used = 0
    if data.member.size:
        test = score_test(
            data.member,
            data.y,
            data.stratum,
            data.author,
            draws=draws,
            rng=stream(seed, "adoption"),
        )
        p_value = test.p_value
        p_adjusted = test.p_adjusted
        used = test.draws
    cases = [
        _case(data, k, float(p_value[k]), confidence=confidence, second=second)
        for k in range(groups)
    ]
    judged = judge(
        cases,
        question="adoption",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="odds of adoption against other ideas with the same support from outside the "
        "author's group",
        null="given its stratum, whether an idea is adopted does not depend on who wrote it; "
        "authors' signs flipped",
        exclusions=data.exclusions,
        p_adjusted=p_adjusted.tolist(),
        nobody=no_group_known(attribute),
    )
    axis = "odds of adoption against other ideas with the same support (ratio)"
    return Adoption(
        title=f"Adoption given support from outside, by {plainly(attribute)}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*data.notes, *judged.notes),
        settings={
            "attribute": attribute,
            "within": data.within,
            "bands": bands,
            "support": data.source,
            "second": second,
            "band": band,
            "confidence": confidence,
            "draws": used,
            "rng": seed,
        },
        picture=forest(scale, axis),
        raw=raw_rates(process, data.grouping),
    )


def _case(
    data: AdoptionData,
    k: int,
    p_value: float,
    *,
    confidence: float,
    second: Literal["logistic", "exchangeable"],
) -> Case:
    """One group's ideas against all others."""
    member = data.member[:, k]
    own = member > 0
    authors, written = np.unique(data.author[own], return_counts=True)
    found = compare_within_strata(member, data.y, data.stratum, data.author)
    compared = float(mixed(member, data.stratum).mean()) if len(member) else 0.0
    effect = Effect.from_se(
        found.odds_ratio,
        found.se_log_odds,
        p_value=p_value,
        df=found.df,
        confidence=confidence,
        log=True,
        method="Mantel-Haenszel, pairs by author",
    )
    effect = _with_extremes(effect, data, member, found.df)
    gap = Effect.from_se(
        100 * found.difference,
        100 * found.se_difference,
        p_value=p_value,
        df=found.df,
        confidence=confidence,
    )
    log_ratio, error = _second_opinion(data, member, second, data.numbers)
    opinion = Effect.from_se(
        float(np.exp(log_ratio)),
        error,
        p_value=np.nan,
        df=found.df,
        confidence=confidence,
        log=True,
    )
    few = few_people(len(authors), LEAST_AUTHORS, "author")
    return Case(
        group=data.grouping.groups[k],
        effect=effect,
        n_people=len(authors),
        n_ideas=int(own.sum()),
        n_effective=effective_number(written),
        n_votes=data.votes,
        refusal=data.refusal or few or _too_apart(compared),
        runs=_runs(data, member, found, opinion.value),
        extra={
            "adopted": _rate(member, data.y),
            "adopted_others": _rate(1 - member, data.y),
            "difference": gap.value,
            "difference_low": gap.low,
            "difference_high": gap.high,
            "rate_ratio": found.rate_ratio,
            "second_odds_ratio": opinion.value,
            "second_low": opinion.low,
            "second_high": opinion.high,
            "compared": compared,
            "n_authors": fewest_authors(data.author, own & (data.y == 1), own & (data.y == 0)),
        },
        words={"gap": f"{abs(gap.value):.0f}", "odds": _in_words(effect)},
    )


def _rate(weight: Floats, y: Floats) -> float:
    total = weight.sum()
    return float((weight * y).sum() / total) if total > 0 else float("nan")


def _too_apart(compared: float) -> str | None:
    """Why too few ideas can be compared, or None."""
    if compared >= _LEAST_MIXED:
        return None
    return (
        f"only {compared:.0%} of ideas have both kinds among those with like support; at least 30% "
        "are needed"
    )


def _in_words(effect: Effect) -> str:
    """The odds in a clause; where they are nothing or without limit, what that means."""
    if effect.value == math.inf:
        return "no other idea was adopted among those"
    if effect.value == 0.0:
        return "none of these was adopted, and others were"
    return f"their odds were {said(effect, ratio())} as high"


def _with_extremes(effect: Effect, data: AdoptionData, member: Floats, df: float) -> Effect:
    """Limits where nothing of one kind was adopted: half an idea is added to each count."""
    if effect.value not in (0.0, math.inf):
        return effect
    rows = mixed(member, data.stratum)
    inside = member[rows]
    fate = data.y[rows]
    cells = [
        float(part.sum()) + 0.5
        for part in (
            inside * fate,
            (1 - inside) * (1 - fate),
            inside * (1 - fate),
            (1 - inside) * fate,
        )
    ]
    centre = math.log(cells[0] * cells[1] / (cells[2] * cells[3]))
    worth = effective_number(np.unique(data.author[rows], return_counts=True)[1])
    error = math.sqrt(sum(1 / cell for cell in cells) * max(len(fate) / worth, 1.0))
    near = Effect.from_se(
        math.exp(centre), error, p_value=effect.p_value, df=df, confidence=effect.level, log=True
    )
    limits = {"low": near.low, "high": math.inf, "inner_low": near.inner_low}
    limits["inner_high"] = math.inf
    if effect.value == 0.0:
        limits = {"low": 0.0, "high": near.high, "inner_low": 0.0, "inner_high": near.inner_high}
    method = f"{effect.method}; limits with half an idea added to each count"
    return replace(effect, **limits, se=error, method=method)


def _second_opinion(
    data: AdoptionData,
    member: Floats,
    second: Literal["logistic", "exchangeable"],
    numbers: tuple[Floats, ...],
) -> tuple[float, float]:
    """Log odds ratio of membership and its error by regression; nan if not identified."""
    rows = np.ones(len(member), dtype=np.bool_)
    columns = [np.ones(len(member)), *numbers]
    for trait in data.traits:
        kind = np.unique(trait, return_inverse=True)[1].reshape(-1)
        yes = np.bincount(kind, weights=data.y)
        n = np.bincount(kind)
        rows &= ((yes > 0) & (yes < n))[kind]  # ideas of one fate among their like say nothing
        columns += list(dummies(trait).T)
    design = np.stack([*columns, member], axis=1)[rows]
    keep = independent(design)
    if not len(design) or not keep[-1]:
        return float("nan"), float("nan")
    return log_odds(data.y[rows], design[:, keep], data.author[rows], second)


def _runs(
    data: AdoptionData, member: Floats, found: StratifiedComparison, second: float
) -> tuple[Run, ...]:
    """Without one author, by regression, by everybody's support, whatever the unknown are."""
    runs = [
        Run("without the author who moves it most", found.without_one, n=found.clusters - 1),
        Run("by logistic regression with author-clustered errors", second),
    ]
    if data.source != TOTALS:
        name = "with everybody's support counted, own group and own votes too"
        everybody = compare_within_strata(member, data.y, data.stratum_everybody, data.author)
        runs.append(Run(name, everybody.odds_ratio))
    corrected = "with support corrected for how few were asked"
    even = "at equal numbers of people asked and of votes"
    for name, numbers in ((corrected, data.expected), (even, data.counts)):
        if numbers is not None:
            log_ratio, error = _second_opinion(data, member, "logistic", numbers)
            p_value = float(2 * ndtr(-abs(log_ratio / error))) if error > 0 else float("nan")
            odds = float(np.exp(min(log_ratio, 700.0)))
            runs.append(Run(name, odds, p_value, level=CONDITIONED))
    other = data.unknown
    if len(other.y):
        y = np.concatenate([data.y, other.y])
        stratum = np.concatenate([data.stratum, other.stratum])
        author = np.concatenate([data.author, other.author])
        for how_many, share in (("all", 1.0), ("none", 0.0)):
            name = f"if {how_many} of the ideas of unknown group were the group's"
            either = np.concatenate([member, np.full(len(other.y), share)])
            filled = compare_within_strata(either, y, stratum, author)
            runs.append(Run(name, filled.odds_ratio))
    return tuple(runs)
