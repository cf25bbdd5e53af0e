"""Knows whether people endorse ideas (or answer turns) of their own group more than people in general do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.judging import gates
from coprep.ideas.judging.common import (
    COLUMNS,
    EVERYBODY,
    LEAST_SHOWN,
    Case,
    Effect,
    IdeasResult,
    Phrases,
    Run,
    effective_number,
    forest,
    judge,
    points,
    quote,
)
from coprep.ideas.judging.strict import adjusted_case, with_own_p
from coprep.ideas.votes.backing import few_people
from coprep.ideas.votes.net import Net, endorsed, indices_of, net_of, replies
from coprep.ideas.votes.relabel import Chance, relabelled
from coprep.metrics._streams import entropy
from coprep.metrics.inference._clustered import clustered_slope
from coprep.table import Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.process import Process
    from coprep.table import ColumnKind

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Endorsements", "homophily"]

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
    more="{who} give {share} of their {what} to their own group, {effect} more than people in general give it.",
    less="{who} give {share} of their {what} to their own group, {effect} less than people in general give it.",
    same="{who} give {share} of their {what} to their own group, about what people in general give it: "
    "the difference is {effect}.",
    open="{who} give {share} of their {what} to their own group; beyond what people in general give it: {effect}.",
    innocent="People endorse whom they know and meet, and groups that meet apart will endorse apart.",
    next_step="Mix groups when ideas are read and discussed, and look again.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Endorsements(IdeasResult):
    """How much endorsement stays inside groups: a row for all together (``group`` missing), then one a group.

    Attributes
    ----------
    overall : Table
        One row: ``endorsements``, ``same_share``, ``ei_index`` (-1 all inside, 1 all across), ``assortativity``.
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
    exposure: bool = True,
    confidence: float = 0.95,
    material: float = 5.0,
    draws: int = 4_999,
    rng: int | Generator | None = None,
) -> Endorsements:
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
    exposure : bool
        Where it is known who was shown what: count support beyond what the ideas shown would give by chance.
    confidence : float
        Level of the intervals.
    material : float
        Percentage points that do not matter.
    draws : int
        Relabellings.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    Endorsements
        ``who`` is the group, or "all groups together". ``effect`` in percentage points: the share of a group's
        endorsements that stays inside, beyond what people alike in activity give that group. ``own_share`` and
        ``expected_share`` are shares; ``coleman`` is Coleman's index of inbreeding against group sizes;
        ``endorsements`` how many the group gave.

    Raises
    ------
    InputError
        Where ratings and authors, or replies, are missing.

    Notes
    -----
    The network is kept and labels of those who endorse are exchanged within strata of how much they endorse, so that
    neither a popular group nor an active one looks inbred. Errors are clustered by the person who endorses. P values
    are adjusted for the largest of all rows.

    References
    ----------
    Coleman, J. S. (1958). Relational analysis. Human Organization 17(4), 28-36. Newman, M. E. J. (2003). Mixing
    patterns in networks. Physical Review E 67, 026126.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> people = [f"p{i:02d}" for i in range(24)]
    >>> area = ["North"] * 12 + ["South"] * 12
    >>> yes = [(p, f"i{j}") for n, p in enumerate(people) for j in range(24) if (n < 12) == (j < 12)]
    >>> process = Process(
    ...     participants={"participant_id": people, "area": area},
    ...     ideas={"idea_id": [f"i{j}" for j in range(24)], "author_id": people},
    ...     ratings={"participant_id": [p for p, _ in yes], "idea_id": [i for _, i in yes], "value": [1] * len(yes)},
    ... )
    >>> found = homophily(process, attribute="area", rng=1)
    >>> found.rows["own_share"][0], round(found.rows["effect"][0])
    (1.0, 50)
    """
    if relation not in _RELATIONS:
        raise InputError.choice("relation", relation, _RELATIONS)
    scale, seed = points(material), entropy(rng)
    given = (
        replies(process) if relation == "replies" else endorsed(process, kind, exposure=exposure)
    )
    net = net_of(process, attribute, given)
    refusal = _refusal(process, attribute, net)
    found = _found(net, draws, seed) if refusal is None else None
    asked: dict[str, Any] = {
        "question": "homophily",
        "attribute": attribute,
        "scale": scale,
        "phrases": _PHRASES,
        "estimand": f"the share of {net.noun} that stays inside a group, beyond what people in general give that group",
        "null": "labels of those who endorse are exchanged among people alike in activity",
        "exclusions": net.exclusions,
    }
    first = _pooled(net, found, confidence, refusal)
    together = float("nan") if found is None else found.chance.pooled_adjusted
    asked["family"] = 1 if found is None else found.chance.family
    pooled = with_own_p(judge([adjusted_case(first, together)], p_adjusted=[together], **asked))
    shown = [] if found is None else [k for k in range(len(net.groups)) if net.sizes[k]]
    cases = [_case(net, found, k, confidence) for k in shown if found is not None]
    p = [float(found.chance.group_adjusted[k]) for k in shown if found is not None]
    strict = [adjusted_case(case, value) for case, value in zip(cases, p, strict=True)]
    groups = with_own_p(judge(strict, p_adjusted=p, **asked))
    return Endorsements(
        title=f"How much support stays inside groups, by {plainly(attribute)}",
        rows=Table.from_records([*pooled.rows, *groups.rows], {**COLUMNS, **_EXTRA}),
        findings=(*pooled.findings, *groups.findings),
        notes=as_notes((*net.notes, *groups.notes)),
        overall=_overall(net),
        mixing=_mixing(net),
        settings={
            "attribute": attribute,
            "relation": relation,
            "exposure": net.by_exposure,
            "confidence": confidence,
            "material": material,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(
            scale,
            "own share beyond what people in general give, percentage points",
            label=("who",),
        ),
    )


def _refusal(process: Process, attribute: str, net: Net) -> str | None:
    return gates.first_refusal(
        [
            gates.labels_from_outside(process, attribute),
            gates.enough_groups(net.sizes, who="people who endorse", least=gates.LEAST_RATERS),
            gates.enough_votes(round(float(net.given.sum()))),
            gates.enough_voices(net.given, who="people who endorse"),
        ]
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Each person's endorsements of each group beyond those of people alike in activity, and their chance.

    ``part`` is 1 for the person's own group and 0 for others, less the group's part of what those alike in activity
    gave: the usual share rests on the group's own people too, who therefore move the difference by less.
    """

    score: Floats
    part: Floats
    chance: Chance
    free: Chance


def _found(net: Net, draws: int, seed: int) -> _Found:
    groups, strata = len(net.groups), int(net.strata.max()) + 1
    size = np.bincount(net.strata, net.given, minlength=strata)
    usual = np.zeros((strata, groups))
    np.add.at(usual, net.strata, net.beyond)
    rate = usual / size[:, None]
    score = net.beyond - net.given[:, None] * rate[net.strata]
    counted = np.asarray(net.sizes >= LEAST_SHOWN)
    main = relabelled(
        score,
        net.codes,
        strata=net.strata,
        counted=counted,
        draws=draws,
        seed=seed,
        name="homophily",
    )
    alone = np.zeros(len(net.codes), dtype=np.intp)
    free = relabelled(
        score,
        net.codes,
        strata=alone,
        counted=counted,
        draws=min(draws, 999),
        seed=seed,
        name="homophily, free",
    )
    inside = np.zeros((strata, groups))
    np.add.at(inside, (net.strata, net.codes), net.given)
    part = np.eye(groups)[net.codes] - (inside / size[:, None])[net.strata]
    return _Found(score, part, main, free)


def _measured(net: Net, found: _Found, columns: Ints, p: float, confidence: float) -> Effect:
    """How much of what these groups give stays inside beyond the usual; nan where nobody else is alike in activity."""
    products = (found.part * found.score)[:, columns].sum(axis=1)
    squares = net.given * (found.part[:, columns] ** 2).sum(axis=1)
    used = squares > _ROUNDING * net.given
    if used.sum() < 2:
        return Effect(level=confidence)
    fit = clustered_slope(np.where(used, products, 0.0), np.where(used, squares, 0.0))
    scale = 100 * float(squares.sum()) / float(net.given[np.isin(net.codes, columns)].sum())
    return Effect.from_se(
        scale * float(fit.coef[0]),
        scale * float(fit.se[0]),
        p_value=p,
        df=float(fit.df[0]),
        confidence=confidence,
        method="clustered by the person who endorses (CR2)",
    )


def _runs(net: Net, found: _Found, rows: NDArray[np.bool_], free: float) -> tuple[Run, ...]:
    """Without the person whose absence moves the share most; with labels exchanged among everybody."""
    mine, given = found.score[np.arange(len(net.codes)), net.codes][rows], net.given[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (mine.sum() - mine) / (given.sum() - given)
    value = mine.sum() / given.sum()
    most = int(np.argmax(np.abs(left - value)))
    return (
        Run("without the most influential person", 100 * float(left[most]), n=int(rows.sum()) - 1),
        Run("without endorsements of oneself", 100 * float(value), n=int(rows.sum())),
        Run("with labels exchanged among everybody", 100 * float(value), free),
    )


def _pooled(net: Net, found: _Found | None, confidence: float, refusal: str | None) -> Case:
    rows = np.ones(len(net.codes), dtype=np.bool_)
    own = float(net.table[np.arange(len(net.codes)), net.codes].sum())
    total = float(net.given.sum())
    share = own / total if total else float("nan")
    everybody = np.arange(len(net.groups))
    effect = (
        Effect()
        if found is None
        else _measured(net, found, everybody, found.chance.pooled, confidence)
    )
    return Case(
        group=None,
        effect=effect,
        n_people=len(net.codes),
        n_ideas=net.takers,
        n_effective=effective_number(net.given),
        n_votes=_votes(net, total),
        refusal=refusal,
        runs=() if found is None else _runs(net, found, rows, found.free.pooled),
        extra={
            "who": EVERYBODY,
            "own_share": share,
            "expected_share": share - effect.value / 100,
            "endorsements": total,
        },
        words={"who": "People", "share": f"{share:.0%}", "what": net.noun},
        details={}
        if found is None
        else {"strata": found.chance.strata, "draws": found.chance.draws},
    )


def _case(net: Net, found: _Found, k: int, confidence: float) -> Case:
    rows = np.asarray(net.codes == k)
    size, total = int(net.sizes[k]), float(net.given[rows].sum())
    share = float(net.table[rows, k].sum()) / total
    effect = _measured(net, found, np.array([k]), float(found.chance.group[k]), confidence)
    return Case(
        group=net.groups[k],
        effect=effect,
        n_people=size,
        n_ideas=net.takers,
        n_effective=effective_number(net.given[rows]),
        n_votes=_votes(net, total),
        group_size=min(size, int(net.everybody[k])),
        refusal=few_people(size, gates.LEAST_RATERS, "person who endorses", "people who endorse"),
        runs=_runs(net, found, rows, float(found.free.group[k])),
        extra={
            "who": net.groups[k],
            "own_share": share,
            "expected_share": share - effect.value / 100,
            "coleman": float(indices_of(net).coleman[k]),
            "endorsements": total,
        },
        words={
            "who": f"People of {quote(net.groups[k])}",
            "share": f"{share:.0%}",
            "what": net.noun,
        },
    )


def _votes(net: Net, given: float) -> int | None:
    """Votes that were passed on to authors; None where replies are counted."""
    return round(given) if net.noun == "endorsements" else None


def _overall(net: Net) -> Table:
    if not net.given.sum():
        return Table.from_records([], _OVERALL)
    found = indices_of(net)
    row = {
        "endorsements": float(net.given.sum()),
        "same_share": found.same_share,
        "ei_index": found.ei_index,
        "assortativity": found.assortativity,
    }
    return Table.from_records([row], _OVERALL)


def _mixing(net: Net) -> Table:
    """Who endorses whom; groups of fewer than 5 people are not shown."""
    shown = [k for k in range(len(net.groups)) if net.everybody[k] >= LEAST_SHOWN]
    kinds: dict[str, ColumnKind] = {
        "from_group": "text",
        "to_group": "text",
        "endorsements": "number",
    }
    if len(net.groups) > _MOST_MIXED:
        return Table.from_records([], kinds)
    mixing = np.zeros((len(net.groups), len(net.groups)))
    np.add.at(mixing, net.codes, net.table)
    rows = [
        {"from_group": net.groups[a], "to_group": net.groups[b], "endorsements": mixing[a, b]}
        for a in shown
        for b in shown
    ]
    return Table.from_records(rows, kinds)
