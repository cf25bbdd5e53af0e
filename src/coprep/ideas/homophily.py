"""Ask whether people endorse their own group more than others alike in activity endorse it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.ideas._judging.effects import (
    BAND,
    MATERIAL,
    Effect,
    Run,
    Scale,
    at_rate,
    effective_number,
)
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_groups,
    enough_voices,
    enough_votes,
    few_people,
    first_refusal,
    labels_from_outside,
)
from coprep.ideas._judging.judge import LEAST_SHOWN, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.dyads import dyads_of
from coprep.ideas._votes.endorsement_network import Network, endorsements, network_of, replies
from coprep.ideas._votes.label_permutation import Chance, relabelled
from coprep.ideas._votes.model_fit import PremiumFit, choices_within, fit_premium
from coprep.ideas._votes.premium_rows import runs_without_tastes
from coprep.metrics._streams import seed_of
from coprep.metrics.inference._clustered import clustered_slope
from coprep.table import Table
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import percents

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints
    from coprep.table import ColumnKind

_MOST_MIXED = 30
_ROUNDING = 1e-9
_RELATIONS = ("endorsements", "replies")
_EXTRA: dict[str, ColumnKind] = {
    "who": "text",
    "own_share": "number",
    "expected_share": "number",
    "coleman": "number",
    "endorsements": "number",
}
_OVERALL: dict[str, ColumnKind] = {
    "endorsements": "number",
    "same_share": "number",
    "ei_index": "number",
    "assortativity": "number",
}
_PHRASES = Phrases(
    more="{who} give {share} of their {what} to their own group, {effect} more than the "
    "{usual} that people in general give it.",
    less="{who} give {share} of their {what} to their own group, {effect} less than the "
    "{usual} that people in general give it.",
    same="{who} give {share} of their {what} to their own group, about the {usual} that people in "
    "general give it: the difference is {effect}.",
    open="{who} give {share} of their {what} to their own group; beyond the {usual} that people in "
    "general give it: {effect}.",
    innocent="People endorse whom they know and meet, and groups that meet apart will endorse "
    "apart.",
    next_step="Mix groups when ideas are read and discussed, and look again.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Homophily(IdeasResult):
    """How much endorsement stays inside groups: a row for all together (``group`` missing), then
    one a group.

    Attributes
    ----------
    overall : Table
        One row: ``endorsements``, ``same_share``, ``ei_index`` (-1 all inside, 1 all across),
        ``assortativity``.
    mixing : Table
        ``from_group``, ``to_group``, ``endorsements``; empty above 30 groups.
    """

    overall: Table = field(default_factory=lambda: Table({}, {}))
    mixing: Table = field(default_factory=lambda: Table({}, {}))
    kind: ClassVar[str] = "ideas.homophily"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "own_share": ("Share to own group", "percent"),
        "expected_share": ("Share expected", "percent"),
    }
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "who")
    shown: ClassVar[tuple[str, ...]] = (
        "who",
        "own_share",
        "expected_share",
        "effect",
        "p_adjusted",
        "verdict",
    )


def homophily(
    process: Process,
    *,
    attribute: str,
    relation: Literal["endorsements", "replies"] = "endorsements",
    kind: str | None = None,
    threshold: float | None = None,
    exposure: bool = True,
    confidence: float = 0.95,
    material: float = MATERIAL,
    band: tuple[float, float] = BAND,
    draws: int = 4_999,
    rng: int | Generator | None = None,
) -> Homophily:
    """Do people endorse their own group more than people in general endorse it?

    Parameters
    ----------
    process : Process
        With ratings and authors, or with turns that say what they reply to.
    attribute : str
        Whose groups are compared.
    relation : {"endorsements", "replies"}
        Support for somebody's idea, or an answer to somebody's turn. Oneself never counts.
    kind : str, optional
        Which ballots, where the process has several kinds.
    threshold : float, optional
        What counts as support where ballots are scores, points or places: this or more, or this
        place or better. By default points and places that not everybody gave count as support.
    exposure : bool
        Where it is known who was shown what: count support beyond what the ideas shown would give
        by chance.
    confidence : float
        Level of the intervals.
    material : float
        Percentage points that do not matter.
    band : tuple of two ratios
        Nor do effects that leave the share between these ratios of what is expected: the smaller of
        the two limits holds.
    draws : int
        Relabellings.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    Homophily
        ``who`` is the group, or "all groups together". ``effect`` in percentage points: the share
        of a group's endorsements that stays inside, beyond what people alike in activity give that
        group. ``own_share`` and ``expected_share`` are shares; ``coleman`` is Coleman's index of
        inbreeding against group sizes; ``endorsements`` how many the group gave.

    Raises
    ------
    InputError
        Where ratings and authors, or replies, are missing.

    Notes
    -----
    The network is kept and labels of those who endorse are exchanged within strata of how much they
    endorse, so that neither a popular group nor an active one looks inbred. A pattern of
    endorsements must hold in the votes themselves too, with groups' tastes taken out for good
    ideas, for every context recorded and for what people of one group differ in, see `in_group`.
    Errors are clustered by the person who endorses. P values are adjusted for the largest of all
    rows.

    References
    ----------
    Coleman, J. S. (1958). Relational analysis. Human Organization 17(4), 28-36. Newman, M. E. J.
    (2003). Mixing patterns in networks. Physical Review E 67, 026126.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> people = [f"p{i:02d}" for i in range(24)]
    >>> area = ["North"] * 12 + ["South"] * 12
    >>> pairs = [(n, j) for n in range(24) for j in range(24) if (n < 12) == (j < 12)]
    >>> process = Process(
    ...     participants={"participant_id": people, "area": area},
    ...     ideas={"idea_id": [f"i{j}" for j in range(24)], "author_id": people},
    ...     ratings={
    ...         "participant_id": [people[n] for n, _ in pairs],
    ...         "idea_id": [f"i{j}" for _, j in pairs],
    ...         "value": [1] * len(pairs),
    ...     },
    ... )
    >>> found = homophily(process, attribute="area", rng=1)
    >>> found.rows["own_share"][0], round(found.rows["effect"][0])
    (1.0, 50)
    """
    if relation not in _RELATIONS:
        raise InputError.choice("relation", relation, _RELATIONS)
    scale = at_rate(1.0, material=material, band=band)
    seed = seed_of(rng)
    if relation == "replies":
        endorsed = replies(process)
    else:
        endorsed = endorsements(process, kind, exposure=exposure, threshold=threshold)
    network = network_of(process, attribute, endorsed)
    refusal = first_refusal(
        labels_from_outside(process, attribute),
        enough_groups(network.sizes, who="people who endorse", least=LEAST_RATERS),
        enough_votes(round(float(network.given.sum()))),
        enough_voices(network.given, who="people who endorse"),
    )
    found = None
    tastes = None
    if refusal is None:
        found = _beyond_usual(network, draws, seed)
        if relation == "endorsements":
            tastes = _WithoutTastes(process, attribute, kind, seed)
    asked: dict[str, Any] = {
        "question": "homophily",
        "attribute": attribute,
        "scale": scale,
        "phrases": _PHRASES,
        "estimand": f"the share of {network.noun} that stays inside a group, beyond what people in "
        "general give that group",
        "null": "labels of those who endorse are exchanged among people alike in activity",
        "exclusions": network.exclusions,
        "strict": True,
    }
    small = partial(at_rate, material=material, band=band)
    pooled = _pooled(network, found, confidence, refusal, tastes, small)
    if found is None:
        judged = judge([pooled], p_adjusted=[np.nan], family=1, **asked)
    else:
        shown = np.flatnonzero(network.sizes)
        groups = [_case(network, found, int(k), confidence, tastes, small) for k in shown]
        asked["family"] = found.chance.family
        judged = judge([pooled], p_adjusted=[found.chance.pooled_adjusted], **asked)
        judged += judge(groups, p_adjusted=found.chance.group_adjusted[shown].tolist(), **asked)
    axis = "own share beyond what people in general give, percentage points"
    return Homophily(
        title=f"How much support stays inside groups, by {plainly(attribute)}",
        rows=judged.table(_EXTRA),
        findings=judged.findings,
        notes=(*network.notes, *judged.notes),
        overall=_overall(network),
        mixing=_mixing(network),
        settings={
            "attribute": attribute,
            "relation": relation,
            "threshold": threshold,
            "exposure": network.by_exposure,
            "confidence": confidence,
            "material": material,
            "band": band,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, axis, label=("who",)),
    )


class _WithoutTastes:
    """Whether people still favour ideas by their own group with tastes taken out.

    The question is put to the votes themselves: a share of endorsements has no room for tastes.
    """

    def __init__(self, process: Process, attribute: str, kind: str | None, seed: int) -> None:
        dyads = dyads_of(process, attribute=attribute, kind=kind, link="author")
        fits = dyads.not_too_many_groups().passed and dyads.informative.any()
        self.dyads = dyads.narrowed()
        self.fit = fit_premium(self.dyads, within=(), seed=seed) if fits else None
        self.chosen: dict[str, PremiumFit | None] = {}
        if self.fit is not None and dyads.mode == "choice":
            self.chosen = {name: choices_within(self.dyads, name) for name in dyads.contexts}

    def runs(self, group: str | None) -> tuple[Run, ...]:
        """The runs of all groups (None) or of one."""
        if self.fit is None or group not in (None, *self.dyads.groups):
            return (Run("with votes for all ideas looked at one by one", float("nan")),)
        k = None if group is None else self.dyads.groups.index(group)
        return runs_without_tastes(self.fit, self.chosen, k, 100.0)


@dataclass(frozen=True, slots=True, eq=False)
class _BeyondUsual:
    """Each person's endorsements of each group beyond those of people alike in activity.

    ``part`` is 1 for the person's own group and 0 for others, less the group's part of what those
    alike in activity gave: the usual share rests on the group's own people too, who therefore move
    the difference by less.
    """

    score: Floats
    part: Floats
    chance: Chance
    free: Chance  # with labels exchanged among everybody


def _beyond_usual(network: Network, draws: int, seed: int) -> _BeyondUsual:
    groups = len(network.groups)
    shape = (int(network.strata.max()) + 1, groups)
    size = np.bincount(network.strata, network.given, minlength=shape[0])
    usual = np.zeros(shape)
    np.add.at(usual, network.strata, network.beyond)
    rate = usual / size[:, None]
    score = network.beyond - network.given[:, None] * rate[network.strata]
    counted = np.asarray(network.sizes >= LEAST_SHOWN)
    chance = relabelled(
        score,
        network.codes,
        strata=network.strata,
        counted=counted,
        draws=draws,
        seed=seed,
        name="homophily",
    )
    free = relabelled(
        score,
        network.codes,
        strata=np.zeros(len(network.codes), dtype=np.intp),
        counted=counted,
        draws=min(draws, 999),
        seed=seed,
        name="homophily, free",
    )
    inside = np.zeros(shape)
    np.add.at(inside, (network.strata, network.codes), network.given)
    part = np.eye(groups)[network.codes] - (inside / size[:, None])[network.strata]
    return _BeyondUsual(score, part, chance, free)


def _measured(
    network: Network, found: _BeyondUsual, columns: Ints, p: float, confidence: float
) -> Effect:
    """How much of what these groups give stays inside beyond the usual; nan if nobody is alike."""
    products = (found.part * found.score)[:, columns].sum(axis=1)
    squares = network.given * (found.part[:, columns] ** 2).sum(axis=1)
    used = squares > _ROUNDING * network.given
    if used.sum() < 2:
        return Effect(level=confidence)
    fit = clustered_slope(np.where(used, products, 0.0), np.where(used, squares, 0.0))
    of_these = network.given[np.isin(network.codes, columns)]
    scale = 100 * float(squares.sum()) / float(of_these.sum())
    return Effect.from_se(
        scale * float(fit.coef[0]),
        scale * float(fit.se[0]),
        p_value=p,
        df=float(fit.df[0]),
        confidence=confidence,
        method="clustered by the person who endorses (CR2)",
    )


def _runs(network: Network, found: _BeyondUsual, rows: Bools, free: float) -> tuple[Run, ...]:
    """Without the person who moves the share most; with labels exchanged among everybody."""
    mine = found.score[np.arange(len(network.codes)), network.codes][rows]
    given = network.given[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (mine.sum() - mine) / (given.sum() - given)
    value = float(mine.sum() / given.sum())
    without = float(left[np.argmax(np.abs(left - value))])
    n = int(rows.sum())
    return (
        Run("without the most influential person", 100 * without, n=n - 1),
        Run("without endorsements of oneself", 100 * value, n=n),
        Run("with labels exchanged among everybody", 100 * value, free),
    )


def _pooled(
    network: Network,
    found: _BeyondUsual | None,
    confidence: float,
    refusal: str | None,
    tastes: _WithoutTastes | None,
    small: Callable[[float], Scale],
) -> Case:
    """All groups together."""
    rows = np.ones(len(network.codes), dtype=np.bool_)
    own = float(network.table[np.arange(len(network.codes)), network.codes].sum())
    total = float(network.given.sum())
    share = own / total if total else float("nan")
    effect = Effect()
    runs: tuple[Run, ...] = ()
    details: dict[str, Any] = {}
    if found is not None:
        chance = found.chance
        everybody = np.arange(len(network.groups))
        effect = _measured(network, found, everybody, chance.pooled, confidence)
        runs = _runs(network, found, rows, found.free.pooled)
        runs += () if tastes is None else tastes.runs(None)
        details = {"strata": chance.strata, "draws": chance.draws}
    expected = share - effect.value / 100
    return Case(
        group=None,
        effect=_possible(effect, expected),
        scale=small(expected),
        n_people=len(network.codes),
        n_ideas=network.takers,
        n_effective=effective_number(network.given),
        n_votes=_votes(network, total),
        refusal=refusal,
        runs=runs,
        extra={
            "own_share": share,
            "expected_share": expected,
            "endorsements": total,
        },
        words={"who": "People", **_shares(network, share, expected)},
        details=details,
    )


def _possible(effect: Effect, expected: float) -> Effect:
    """The effect with limits that leave the share between nothing and everything."""
    if not np.isfinite(expected):
        return effect
    return effect.within(-100 * expected, 100 - 100 * expected)


def _shares(network: Network, share: float, expected: float) -> dict[str, str]:
    """What is given to the own group, what would be usual, and what it is."""
    usual = "an unknown share" if np.isnan(expected) else percents([expected])[0]
    return {"share": percents([share])[0], "usual": usual, "what": network.noun}


def _case(
    network: Network,
    found: _BeyondUsual,
    k: int,
    confidence: float,
    tastes: _WithoutTastes | None,
    small: Callable[[float], Scale],
) -> Case:
    """One group."""
    rows = np.asarray(network.codes == k)
    size = int(network.sizes[k])
    total = float(network.given[rows].sum())
    share = float(network.table[rows, k].sum()) / total
    p_value = float(found.chance.group[k])
    effect = _measured(network, found, np.array([k]), p_value, confidence)
    group = network.groups[k]
    expected = share - effect.value / 100
    runs = _runs(network, found, rows, float(found.free.group[k]))
    return Case(
        group=group,
        effect=_possible(effect, expected),
        scale=small(expected),
        n_people=size,
        n_ideas=network.takers,
        n_effective=effective_number(network.given[rows]),
        n_votes=_votes(network, total),
        group_size=min(size, int(network.everybody[k])),
        refusal=few_people(size, LEAST_RATERS, "person who endorses", "people who endorse"),
        runs=runs if tastes is None else (*runs, *tastes.runs(group)),
        extra={
            "own_share": share,
            "expected_share": expected,
            "coleman": float(network.indices.coleman[k]),
            "endorsements": total,
        },
        words={"who": f"People of {show(group)}", **_shares(network, share, expected)},
    )


def _votes(network: Network, given: float) -> int | None:
    """Votes that were passed on to authors; None where replies are counted."""
    return round(given) if network.noun == "endorsements" else None


def _overall(network: Network) -> Table:
    """One row of indices; none where nobody endorsed anybody."""
    if not network.given.sum():
        return Table.from_records([], _OVERALL)
    found = network.indices
    row = {
        "endorsements": float(network.given.sum()),
        "same_share": found.same_share,
        "ei_index": found.ei_index,
        "assortativity": found.assortativity,
    }
    return Table.from_records([row], _OVERALL)


def _mixing(network: Network) -> Table:
    """Who endorses whom; groups of fewer than 5 people are not shown."""
    kinds: dict[str, ColumnKind] = {
        "from_group": "text",
        "to_group": "text",
        "endorsements": "number",
    }
    if len(network.groups) > _MOST_MIXED:
        return Table.from_records([], kinds)
    shown = np.flatnonzero(network.everybody >= LEAST_SHOWN)
    mixing = network.mixing
    rows = [
        {
            "from_group": network.groups[a],
            "to_group": network.groups[b],
            "endorsements": mixing[a, b],
        }
        for a in shown
        for b in shown
    ]
    return Table.from_records(rows, kinds)
