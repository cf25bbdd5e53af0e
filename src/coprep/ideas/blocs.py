"""Ask which groups support one another's ideas more than everybody else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.ideas._judging.effects import (
    ALPHA,
    BAND,
    MATERIAL,
    Effect,
    Run,
    Scale,
    at_rate,
    effective_number,
    holm,
    points,
    units,
)
from coprep.ideas._judging.eligibility import fewest_authors, first_refusal
from coprep.ideas._judging.judge import Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.dyads import Dyads, Link, dyads_of
from coprep.ideas._votes.model_fit import PairsWithoutTastes
from coprep.ideas._votes.pairs import Measured, measured, pairs_of
from coprep.metrics._checks import whole
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.inference._resampling import sign_flip_test
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import percents

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.table import ColumnKind

_MOST_GROUPS = 100
_SMALL = 0.2
_EXTRA: dict[str, ColumnKind] = {
    "idea_group": "text",
    "direction": "text",
    "t": "number",
    "effect_level": "number",
    "n_authors": "count",
}
_PHRASES = Phrases(
    more="People of {group} support ideas {of} {other} more than everybody else supports the "
    "same ideas: by {effect}{usual}.{both}",
    less="People of {group} support ideas {of} {other} less than everybody else supports the "
    "same ideas: by {effect}{usual}.{both}",
    same="People of {group} support ideas {of} {other} about as much as everybody else does: the "
    "difference is {effect}{usual}.",
    open="For ideas {of} {other}, people of {group} depart from everybody else by {effect}{usual}.",
    innocent="Neighbours share language, taste and needs, and will like the same things without "
    "any agreement.",
    next_step="Look at the ideas behind this pair, and whether their support would carry them "
    "without it.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Blocs(IdeasResult):
    """Every group on every other group's ideas: a row a pair, ``group`` who supports,
    ``idea_group`` whose ideas.
    """

    kind: ClassVar[str] = "ideas.blocs"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "idea_group": ("Ideas of", "text"),
        "direction": ("Direction", "text"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "idea_group",
        "effect",
        "low",
        "high",
        "p_adjusted",
        "direction",
        "verdict",
    )
    adds_up_within: ClassVar[tuple[str, ...]] = ("group",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "idea_group")


def blocs(
    process: Process,
    *,
    attribute: str,
    link: Link = "auto",
    kind: str | None = None,
    threshold: float | None = None,
    least_ideas: int = 15,
    confidence: float = 0.95,
    material: float | None = None,
    band: tuple[float, float] = BAND,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Blocs:
    """Do two groups support one another's ideas more than everybody else supports the same ideas?

    Parameters
    ----------
    process : Process
        With ratings, and with authors or beneficiaries of the ideas.
    attribute : str
        Whose groups are compared, two by two.
    link : {"auto", "author", "beneficiary"}
        What makes an idea a group's.
    kind : str, optional
        Which ballots, where the process has several kinds. Scores and points are compared as given,
        and places where nearly everybody ranked nearly every idea; all others as support or none.
    threshold : float, optional
        What counts as support where ballots are scores, points or places: this or more, or this
        place or better. By default they are compared so.
    least_ideas : int
        Pairs with fewer ideas are left out.
    confidence : float
        Level of the intervals.
    material : float, optional
        Effects smaller than this do not matter: by default 5 percentage points, or for scores and
        points one fifth of their spread around the ideas' means.
    band : tuple of two ratios
        Nor do effects that leave a rate of support between these ratios of everybody else's: the
        smaller of the two limits holds.
    draws : int
        Sign-flips.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    Blocs
        A row a pair of two different groups, in both orders. ``effect``: mean excess of ``group``
        on ideas of ``idea_group`` over the mean of everybody outside both groups on the same ideas
        (percentage points, or the ballots' own unit); ``t`` its ratio to its error;
        ``effect_level`` the same after each rater's own level and each idea's quality are taken
        out. ``direction``: ``"both ways"`` where the other order departs the same way too, ``"one
        way"``, or missing where nothing departs. ``n_people`` and ``n_ideas`` are the pair's raters
        and ideas.

    Raises
    ------
    InputError
        Where ratings, authors or beneficiaries are missing, or a name is not known.

    Notes
    -----
    Errors are clustered by the idea's author and by the rater (CR2, Satterthwaite); the interval
    also knows that everybody else is a sample of raters, each with a level of their own. A pair
    departs only if it does so as it stands *and* after raters' levels and ideas' qualities are
    taken out (a generous group is no bloc): the larger of the two p values counts, by Holm over all
    pairs. It must hold with groups' tastes taken out too, for good ideas, for every context
    recorded and for what people of one group differ in, see `in_group`. An idea counts for each
    group that it is of, and for none if it is of all. Ideas of one's own group are the matter of
    `in_group` and left out.

    References
    ----------
    Bell, R. & McCaffrey, D. (2002). Bias reduction in standard errors for linear regression with
    multi-stage samples. Survey Methodology 28(2), 169-181.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> people = [f"p{i:02d}" for i in range(45)]
    >>> group = ["a", "b", "c"] * 15
    >>> others = [(n, j) for n in range(45) for j in range(45) if n != j]
    >>> scores = [(n, j, 3 + (n % 3 == 0 and j % 3 == 1)) for n, j in others]
    >>> process = Process(
    ...     participants={"participant_id": people, "group": group},
    ...     ideas={"idea_id": people, "author_id": people},
    ...     ratings={
    ...         "participant_id": [people[n] for n, _, _ in scores],
    ...         "idea_id": [people[j] for _, j, _ in scores],
    ...         "value": [v for _, _, v in scores],
    ...         "kind": ["score"] * len(scores),
    ...     },
    ... )
    >>> found = blocs(process, attribute="group", material=0.2, rng=1)
    >>> [(r["group"], r["idea_group"]) for r in found.rows.records() if abs(r["effect"] - 1) < 1e-9]
    [('a', 'b')]
    """
    seed = seed_of(rng)
    few = whole(least_ideas, "least_ideas", low=2)
    dyads = dyads_of(
        process,
        attribute=attribute,
        kind=kind,
        link=link,
        as_given=threshold is None,
        threshold=threshold,
    )
    rating = dyads.mode == "rating"
    refusal = _refusal(process, dyads)
    found: list[Measured] = []
    if refusal is None:
        unit = 1.0 if rating else 100.0
        found = [measured(dyads, pair, unit) for pair in pairs_of(dyads, few)]
        refusal = f"no group has answered to {few} ideas of another, with others to compare to"
    adjusted = holm([pair.p_value for pair in found])
    directions = _directions(found, adjusted)
    scale = _scale(dyads, material)
    tastes = PairsWithoutTastes(dyads, seed) if any(p <= ALPHA for p in adjusted) else None
    cases = [
        _case(
            dyads,
            pair,
            direction,
            confidence=confidence,
            draws=draws,
            seed=seed,
            scale=scale if rating else at_rate(pair.usual, material=scale.high, band=band),
            tastes=tastes if p <= ALPHA else None,
        )
        for pair, direction, p in zip(found, directions, adjusted, strict=True)
    ]
    judged = judge(
        cases,
        question="blocs",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="how much more a group supports another group's ideas than everybody outside both "
        "does",
        null="the group supports these ideas as everybody else does, or as its raters' own levels "
        "alone would have it",
        exclusions=dyads.exclusions,
        p_adjusted=adjusted,
        strict=True,
        nobody=_nothing(dyads, refusal),
    )
    axis = "points of the scale" if rating else "percentage points"
    label = ("group", "idea_group")
    return Blocs(
        title=f"Which groups support one another, by {plainly(attribute)}",
        rows=judged.table(_EXTRA),
        findings=judged.findings,
        notes=(*dyads.notes, *judged.notes),
        settings={
            "attribute": attribute,
            "link": dyads.link,
            "least_ideas": few,
            "threshold": threshold,
            "confidence": confidence,
            "material": material,
            "band": band,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, f"support beyond everybody else's, {axis}", label=label),
    )


def _nothing(dyads: Dyads, refusal: str) -> Case:
    """The one row of a question that cannot be put."""
    everything = np.ones(dyads.ideas, dtype=np.bool_)
    return Case(
        group=None,
        effect=Effect(),
        n_people=dyads.people,
        n_ideas=dyads.ideas,
        n_effective=effective_number(np.bincount(dyads.person, minlength=dyads.people)),
        n_votes=len(dyads.value),
        refusal=refusal,
        extra={"n_authors": fewest_authors(dyads.author, everything)},
    )


def _refusal(process: Process, dyads: Dyads) -> str | None:
    """Why pairs of groups cannot be judged here, or None."""
    groups = int((dyads.sizes > 0).sum())
    if groups > _MOST_GROUPS:
        return (
            f"{groups:,} groups make {groups * (groups - 1):,} pairs, too many to tell apart; "
            f"bring groups together, to {_MOST_GROUPS} at most"
        )
    return first_refusal(*dyads.gates(process))


def _scale(dyads: Dyads, material: float | None) -> Scale:
    """What matters: by default 5 points, or a fifth of the spread around ideas' means."""
    if dyads.mode != "rating":
        return points(MATERIAL if material is None else material)
    if material is None:
        asked = np.maximum(np.bincount(dyads.idea, minlength=dyads.ideas), 1)
        mean = np.bincount(dyads.idea, dyads.value, minlength=dyads.ideas) / asked
        left = dyads.value - mean[dyads.idea]
        material = max(_SMALL * float(left.std()) if len(left) else 0.0, 1e-12)
    return units(material, "points of the scale")


def _directions(found: list[Measured], adjusted: list[float]) -> list[str | None]:
    """Whether a pair's departure goes both ways, judged by adjusted p values and sign."""
    signs = {
        (m.pair.a, m.pair.b): int(np.sign(m.effect)) if p <= ALPHA else 0
        for m, p in zip(found, adjusted, strict=True)
        if np.isfinite(p)
    }
    answers: list[str | None] = []
    for m in found:
        here = signs.get((m.pair.a, m.pair.b), 0)
        back = signs.get((m.pair.b, m.pair.a))
        if here == 0:
            answers.append(None)
        elif back is None:
            answers.append("other way not known")
        else:
            answers.append("both ways" if here == back else "one way")
    return answers


def _case(
    dyads: Dyads,
    m: Measured,
    direction: str | None,
    *,
    confidence: float,
    draws: int,
    seed: int,
    scale: Scale,
    tastes: PairsWithoutTastes | None,
) -> Case:
    """One group on another's ideas."""
    pair = m.pair
    other = dyads.groups[pair.b]
    unit = 1.0 if dyads.mode == "rating" else 100.0
    effect = Effect.from_se(
        m.effect,
        m.se,
        p_value=m.p_value,
        df=m.df,
        confidence=confidence,
        method="mean over answers, clustered by author and rater (CR2)",
    )
    usual = ""
    if dyads.mode != "rating":
        effect = effect.within(-100 * m.usual, 100 - 100 * m.usual)
        usual = f", where {percents([m.usual])[0]} of everybody else do"
    runs = _runs(m, draws, seed)
    if tastes is not None:
        runs = (*runs, *tastes.runs(pair.a, pair.b, effect.value, unit))
    everything = np.ones(len(pair.idea), dtype=np.bool_)
    return Case(
        group=dyads.groups[pair.a],
        effect=effect,
        scale=scale,
        refusal=_one_author(m),
        n_people=len(np.unique(pair.person)),
        n_ideas=len(np.unique(pair.idea)),
        n_effective=effective_number(np.bincount(m.cluster)),
        n_votes=len(pair.person),
        group_size=int(dyads.sizes[pair.a]),
        runs=runs,
        details={"votes": len(pair.person)},
        extra={
            "idea_group": other,
            "direction": direction,
            "t": m.effect / m.se if m.se > 0 else np.nan,
            "effect_level": m.level,
            "n_authors": fewest_authors(dyads.author[pair.idea], everything),
        },
        words={
            "of": dyads.preposition,
            "other": show(other),
            "usual": usual,
            "both": " The same holds the other way round." if direction == "both ways" else "",
        },
    )


def _one_author(m: Measured) -> str | None:
    """That all of a group's ideas come from one author, or None."""
    if int(m.cluster.max()) > 0:
        return None
    return (
        "all ideas of the other group come from one author, so that nothing tells what is the "
        "group's from what is the author's; ideas by others of that group are needed"
    )


def _runs(m: Measured, draws: int, seed: int) -> tuple[Run, ...]:
    """Without one author; after raters' own levels are out; with signs flipped by author."""
    sums = np.bincount(m.cluster, m.values)
    many = np.bincount(m.cluster)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (sums.sum() - sums) / (many.sum() - many)
    without = float(left[np.argmax(np.abs(left - m.effect))])
    rng = stream(seed, f"blocs {m.pair.a} {m.pair.b}")
    flipped = sign_flip_test(sums, draws=draws, rng=rng)
    return (
        Run("without the most influential author", without, n=len(sums) - 1),
        Run("after raters' own levels and ideas' qualities are taken out", m.level, m.level_p),
        Run("with signs flipped by author", m.effect, float(flipped.p_value)),
    )
