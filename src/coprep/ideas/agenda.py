"""Knows which groups own which topics, counting authors and not ideas, and whose topics came to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.findings import as_notes
from coprep.ideas.judging import gates
from coprep.ideas.judging.common import (
    COLUMNS,
    LEAST_SHOWN,
    Case,
    Effect,
    IdeasResult,
    Phrases,
    Run,
    effective_number,
    forest,
    judge,
    quote,
    ratio,
)
from coprep.ideas.judging.strict import adjusted_case, with_own_p
from coprep.ideas.votes.backing import cut, ideas_of
from coprep.metrics._streams import entropy, stream
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.participation._association import table_association
from coprep.metrics.shares._proportions import proportion_interval
from coprep.table import Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.process.coded import Authorship, Ideas
    from coprep.data.process.process import Process
    from coprep.table import ColumnKind

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Agenda", "agenda"]

_LEAST_TOPIC = 5
_MOST_CELLS = 2_000
_CAPTURED = 0.5
_EXTRA: dict[str, ColumnKind] = {
    "topic": "text",
    "authors": "count",
    "topic_authors": "count",
    "share": "number",
    "share_low": "number",
    "share_high": "number",
    "share_of_authors": "number",
    "ideas_adopted": "count",
    "authors_adopted": "count",
    "captured": "truth",
    "crowded_out": "truth",
}
_PHRASES = Phrases(
    more="People of {group} are {share} of the authors on {topic} and {base} of all authors: {effect} what their "
    "number would give.{captured}{crowded}",
    less="People of {group} are only {share} of the authors on {topic} and {base} of all authors: {effect} what their "
    "number would give.{crowded}",
    same="People of {group} are {share} of the authors on {topic} and {base} of all authors, near enough the same: "
    "{effect} what their number would give.",
    open="People of {group} are {share} of the authors on {topic} and {base} of all authors: {effect} what their "
    "number would give.{crowded}",
    innocent="A topic that touches one group most will be raised by it most: to specialise is not to dominate.",
    next_step="Ask people of other groups what they would add on this topic before it is decided.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Agenda(IdeasResult):
    """Who raises what: a row a topic and group."""

    kind: ClassVar[str] = "ideas.agenda"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "authors": ("Authors on the topic", "count"),
        "share": ("Share of the topic's authors", "percent"),
        "share_of_authors": ("Share of all authors", "percent"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "topic",
        "group",
        "authors",
        "share",
        "share_of_authors",
        "effect",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "authors")
    wholes: ClassVar[Mapping[str, str]] = {
        "n_people": "share_of_authors",
        "authors": "topic_authors",
    }
    all_or_none: ClassVar[tuple[str, ...]] = ("ideas_adopted", "authors_adopted")
    adds_up_within: ClassVar[tuple[str, ...]] = ("topic",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "topic", "group")


def agenda(
    process: Process,
    *,
    attribute: str,
    confidence: float = 0.95,
    band: tuple[float, float] = (0.8, 1.25),
    draws: int = 4_999,
    rng: int | Generator | None = None,
) -> Agenda:
    """Does one group own a topic, and did a group's topic come to nothing?

    Parameters
    ----------
    process : Process
        With authors and topics of ideas. Ideas of the organisers are left out.
    attribute : str
        Whose groups are compared.
    confidence : float
        Level of the intervals.
    band : tuple of two ratios
        Location quotients that do not matter.
    draws : int
        Relabellings.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    Agenda
        ``effect`` is the location quotient: the group's share of a topic's authors (``share``, with Wilson limits) over
        its share of all authors (``share_of_authors``). ``authors`` counts its authors on the topic, ``topic_authors``
        all of known group. ``captured``: the lower limit of the share is above one half and the quotient above the
        band. ``crowded_out``: the group raised the topic and none of the topic's ideas was adopted, though others were.
        ``ideas_adopted`` and ``authors_adopted`` count the topic's adopted ideas and their authors.

    Raises
    ------
    InputError
        Where authors or topics are missing.

    Notes
    -----
    An author counts once a topic. Labels are exchanged among authors who raise about as many topics, their topics
    staying with them; p values are adjusted by the largest standardised departure over all topics and groups. Topics
    with fewer than 5 authors are not shown.

    References
    ----------
    Isard, W. (1960). Methods of Regional Analysis. MIT Press.
    Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> authors = [f"p{i:02d}" for i in range(40)]
    >>> process = Process(
    ...     participants={"participant_id": authors, "area": ["North"] * 20 + ["South"] * 20},
    ...     ideas={"idea_id": range(40), "author_id": authors, "topic": (["parks"] * 15 + ["roads"] * 5) * 2},
    ... )
    >>> agenda(process, attribute="area", rng=1).rows["effect"]
    (1.0, 1.0, 1.0, 1.0)
    """
    scale, seed = ratio(band), entropy(rng)
    process.require("authors", "topics", why="an agenda is who raised which topic")
    held = _raised(process, attribute)
    refusal = gates.first_refusal(
        [
            gates.enough_groups(held.table_authors),
            gates.enough_ideas(held.n_ideas),
            gates.enough_voices(held.per_author),
        ]
    )
    cells = [
        (t, k) for t in range(len(held.topics)) for k in range(len(held.groups)) if held.shown(t, k)
    ]
    if len(cells) > _MOST_CELLS:
        refusal = f"there are {len(cells):,} topics by groups; bring them together, to {_MOST_CELLS:,} at most"
        cells = []
    chance = _chance(held, draws, seed) if refusal is None else None
    adjusted = [np.nan if chance is None else float(chance.p_adjusted[cell]) for cell in cells]
    cases = [
        _case(held, chance, cell, confidence=confidence, refusal=refusal, high=scale.high)
        for cell in cells
    ]
    judged = judge(
        [adjusted_case(case, p) for case, p in zip(cases, adjusted, strict=True)],
        question="agenda",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="a group's share of a topic's authors as a ratio to its share of all authors",
        null="authors' labels are exchanged among those who raise about as many topics",
        exclusions=held.exclusions,
        p_adjusted=adjusted,
    )
    judged = with_own_p(judged)
    found = table_association(held.table)
    return Agenda(
        title=f"Who raises which topic, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, {**COLUMNS, **_EXTRA}),
        findings=judged.findings,
        notes=as_notes((*held.notes, *_refused(refusal, cells), *judged.notes)),
        settings={
            "attribute": attribute,
            "confidence": confidence,
            "band": band,
            "draws": draws,
            "rng": seed,
            "cramers_v": found.cramers_v,
            "chi2": found.chi2,
        },
        picture=forest(
            scale, "share of a topic's authors by share of all authors (ratio)", panel="topic"
        ),
    )


def _refused(refusal: str | None, cells: list[tuple[int, int]]) -> tuple[str, ...]:
    return (f"This cannot be judged: {refusal}.",) if refusal and not cells else ()


@dataclass(frozen=True, slots=True, eq=False)
class _Raised:
    """Which author raised which topics; ``table`` counts authors (groups, topics)."""

    groups: tuple[str, ...]
    topics: tuple[str, ...]
    codes: Ints
    raised: NDArray[np.bool_]
    table: Floats
    table_authors: Ints
    sizes: Ints
    adopted: Ints
    authors_adopted: Ints
    decided: NDArray[np.bool_]
    n_ideas: int
    per_author: Floats
    exclusions: dict[str, int]
    notes: tuple[str, ...]

    def shown(self, topic: int, group: int) -> bool:
        """Whether a topic has enough authors, and a group enough people, to be shown."""
        return bool(self.table[:, topic].sum() >= _LEAST_TOPIC and self.sizes[group] >= LEAST_SHOWN)


def _raised(process: Process, attribute: str) -> _Raised:
    ideas, authors, grouping = ideas_of(process), process.authorship, process.grouping(attribute)
    counted = ~ideas.is_host & (ideas.topic >= 0)
    rows = counted[authors.idea]
    people, person = np.unique(authors.person[rows], return_inverse=True)
    topic, codes = ideas.topic[authors.idea[rows]], grouping.codes[people]
    raised = np.zeros((len(people), len(ideas.topics)), dtype=np.bool_)
    raised[person.reshape(-1), topic] = True
    per_author = np.bincount(person.reshape(-1), authors.share[rows], len(people)).astype(float)
    known = codes >= 0
    table = np.zeros((len(grouping.groups), len(ideas.topics)))
    np.add.at(table, codes[known], raised[known].astype(float))
    adopted = np.bincount(ideas.topic[counted & (ideas.adopted == 1)], minlength=len(ideas.topics))
    decided = (
        np.bincount(ideas.topic[counted & ~np.isnan(ideas.adopted)], minlength=len(ideas.topics))
        > 0
    )
    without = int((~ideas.is_host & (ideas.topic < 0)).sum())
    few = int((table.sum(axis=0) < _LEAST_TOPIC).sum())
    notes = [
        gates.host_note(ideas.is_host),
        f"{without:,} ideas have no topic and are left out." if without else None,
        gates.unknown_note(int((~known).sum()), len(people), who="authors", attribute=attribute),
        f"{few:,} topics with fewer than {_LEAST_TOPIC} authors are not shown." if few else None,
    ]
    return _Raised(
        groups=grouping.groups,
        topics=ideas.topics,
        codes=codes[known],
        raised=raised[known],
        table=table,
        table_authors=np.bincount(codes[known], minlength=len(grouping.groups)),
        sizes=np.asarray(grouping.sizes, dtype=np.intp),
        adopted=adopted,
        authors_adopted=_authors_adopted(ideas, authors, counted),
        decided=decided,
        n_ideas=len(np.unique(authors.idea[rows])),
        per_author=per_author,
        exclusions={
            "host_ideas": int(ideas.is_host.sum()),
            "without_topic": without,
            "unknown": int((~known).sum()),
        },
        notes=tuple(note for note in notes if note),
    )


def _authors_adopted(ideas: Ideas, authors: Authorship, counted: NDArray[np.bool_]) -> Ints:
    """Different authors of each topic's adopted ideas."""
    rows = (counted & (ideas.adopted == 1))[authors.idea]
    pairs = np.unique(np.stack([ideas.topic[authors.idea[rows]], authors.person[rows]]), axis=1)
    return np.bincount(pairs[0], minlength=len(ideas.topics))


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    p_value: Floats
    p_adjusted: Floats
    free: Floats


def _chance(held: _Raised, draws: int, seed: int) -> _Chance:
    """Relabel authors within strata of how many topics they raise; also without strata, as a second opinion."""
    order = np.lexsort((*held.raised.T[::-1], held.codes))
    codes, raised = held.codes[order], held.raised[order].astype(float)
    strata = np.unique(cut(raised.sum(axis=1), 5), return_inverse=True)[1].reshape(-1)
    groups, topics = len(held.groups), raised.shape[1]

    def counts(rows: Ints) -> Floats:
        return np.stack(
            [(rows == k).astype(float) @ raised for k in range(groups)], axis=1
        ).reshape(len(rows), -1)

    main = permutation_test(counts, codes, strata=strata, draws=draws, rng=stream(seed, "agenda"))
    free = permutation_test(counts, codes, draws=min(draws, 999), rng=stream(seed, "agenda, free"))
    shape = (groups, topics)
    reshaped = [
        np.asarray(v).reshape(shape).T for v in (main.p_value, main.p_adjusted, free.p_value)
    ]
    return _Chance(*reshaped)


def _case(
    held: _Raised,
    chance: _Chance | None,
    cell: tuple[int, int],
    *,
    confidence: float,
    refusal: str | None,
    high: float,
) -> Case:
    t, k = cell
    mine, every = int(held.table[k, t]), int(held.table[:, t].sum())
    base = float(held.table_authors[k] / held.table_authors.sum())
    low, top = (
        float(v) for v in proportion_interval(mine, every, confidence=confidence, method="wilson")
    )
    share = mine / every
    captured = low > _CAPTURED and share > high * base
    crowded = (
        mine > 0 and bool(held.decided[t]) and held.adopted[t] == 0 and int(held.adopted.sum()) > 0
    )
    return Case(
        group=held.groups[k],
        effect=Effect() if chance is None else _effect(held, chance, cell, confidence),
        n_people=int(held.table_authors[k]),
        n_ideas=held.n_ideas,
        n_effective=effective_number(held.per_author),
        group_size=int(held.sizes[k]),
        refusal=refusal,
        runs=() if chance is None else _runs(held, chance, cell),
        extra={
            "topic": held.topics[t],
            "authors": mine,
            "topic_authors": every,
            "share": share,
            "share_low": low,
            "share_high": top,
            "share_of_authors": base,
            "ideas_adopted": int(held.adopted[t]),
            "authors_adopted": int(held.authors_adopted[t]),
            "captured": captured,
            "crowded_out": crowded,
        },
        words={
            "topic": quote(held.topics[t]),
            "share": f"{share:.0%}",
            "base": f"{base:.0%}",
            "captured": " More than half of its authors are of this group." if captured else "",
            "crowded": " None of the ideas on it was adopted, though others were."
            if crowded
            else "",
        },
    )


def _effect(held: _Raised, chance: _Chance, cell: tuple[int, int], confidence: float) -> Effect:
    """The location quotient with its interval over authors."""
    t, k = cell
    of_group, on_topic = (held.codes == k).astype(float), held.raised[:, t].astype(float)
    both, n = float(of_group @ on_topic), len(of_group)
    base = of_group.mean()
    p = float(chance.p_value[t, k])
    if base == 0:
        return Effect(p_value=p)
    if both == 0:
        every = int(on_topic.sum())
        limits = [
            float(proportion_interval(0, every, confidence=c)[1]) / base for c in (confidence, 0.9)
        ]
        return Effect(
            value=0.0,
            low=0.0,
            high=limits[0],
            inner_low=0.0,
            inner_high=limits[1],
            p_value=p,
            level=confidence,
        )
    influence = (
        of_group * on_topic / both - on_topic / on_topic.sum() - of_group / of_group.sum() + 1 / n
    )
    return Effect.from_se(
        both / on_topic.sum() / base,
        float(np.sqrt((influence**2).sum() * n / max(n - 1, 1))),
        p_value=p,
        df=max(n - 1, 1),
        confidence=confidence,
        log=True,
        method="log ratio, authors as units",
    )


def _runs(held: _Raised, chance: _Chance, cell: tuple[int, int]) -> tuple[Run, ...]:
    """Without the author whose absence moves the quotient most towards 1; with labels exchanged freely."""
    t, k = cell
    mine, every, people, n = (
        held.table[k, t],
        held.table[:, t].sum(),
        held.table_authors[k],
        held.table_authors.sum(),
    )
    over = mine / every > people / n
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (mine - over) / (every - 1) / ((people - over) / (n - 1))
        value = mine / every / (people / n)
    return (
        Run("without the most influential author", float(left), n=int(n) - 1),
        Run(
            "with labels exchanged among all authors",
            float(value),
            float(chance.free[t, k]),
            n=int(n),
        ),
    )
