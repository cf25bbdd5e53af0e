"""Ask which groups own which topics, and whose topics came to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.findings import Note
from coprep.ideas._judging.effects import CONDITIONED, Effect, Run, effective_number, ratio
from coprep.ideas._judging.eligibility import (
    enough_groups,
    enough_ideas,
    enough_voices,
    first_refusal,
    host_note,
    noted,
    unknown_note,
)
from coprep.ideas._judging.judge import LEAST_SHOWN, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.contexts import recorded
from coprep.ideas._votes.support import ideas_of, quantile_classes
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.participation._association import table_association
from coprep.metrics.shares._proportions import proportion_interval
from coprep.wording.labels import show
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints
    from coprep.table import ColumnKind

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
_ALIKE = {
    "stage": "with labels exchanged among authors at the same stage",
    "session": "with labels exchanged among authors at the same session",
    "week": "with labels exchanged among authors of the same weeks",
    "language": "with labels exchanged among authors in the same language",
}
_PHRASES = Phrases(
    more="People of {group} are {share} of the authors on {topic} and {base} of all authors: "
    "{effect} what their number would give.{captured}{crowded}",
    less="People of {group} are only {share} of the authors on {topic} and {base} of all "
    "authors: {effect} what their number would give.{crowded}",
    same="People of {group} are {share} of the authors on {topic} and {base} of all authors, "
    "near enough the same: {effect} what their number would give.",
    open="People of {group} are {share} of the authors on {topic} and {base} of all authors: "
    "{effect} what their number would give.{crowded}",
    innocent="A topic that touches one group most will be raised by it most: to specialise is "
    "not to dominate.",
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
        ``effect`` is the location quotient: the group's share of a topic's authors (``share``, with
        Wilson limits) over its share of all authors (``share_of_authors``). ``authors`` counts its
        authors on the topic, ``topic_authors`` all of known group. ``captured``: the lower limit of
        the share is above one half and the quotient above the band. ``crowded_out``: the group
        raised the topic and none of the topic's ideas was adopted, though others were.
        ``ideas_adopted`` and ``authors_adopted`` count the topic's adopted ideas and their authors.

    Raises
    ------
    InputError
        Where authors or topics are missing.

    Notes
    -----
    An author counts once a topic. Labels are exchanged among authors who raise about as many
    topics, their topics staying with them; p values are adjusted by the largest standardised
    departure over all topics and groups. A pattern must hold with labels exchanged among authors
    alike in stage, session, week and language too, where these are recorded: sessions have topics
    of their own, and those who come differ. Topics with fewer than 5 authors are not shown.

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
    ...     ideas={
    ...         "idea_id": range(40),
    ...         "author_id": authors,
    ...         "topic": (["parks"] * 15 + ["roads"] * 5) * 2,
    ...     },
    ... )
    >>> agenda(process, attribute="area", rng=1).rows["effect"]
    (1.0, 1.0, 1.0, 1.0)
    """
    scale = ratio(band)
    seed = seed_of(rng)
    process.require("authors", "topics", why="an agenda is who raised which topic")
    raised = _raised(process, attribute)
    refusal: str | None = first_refusal(
        enough_groups(raised.authors),
        enough_ideas(raised.n_ideas),
        enough_voices(raised.per_author),
    )
    cells = raised.shown()
    if len(cells) > _MOST_CELLS:
        refusal = (
            f"there are {len(cells):,} topics by groups; bring them together, to {_MOST_CELLS:,} "
            "at most"
        )
        cells = []
    notes = list(raised.notes)
    chance = None
    if refusal is None:
        chance = _chance(raised, draws, seed)
    elif not cells:
        text = f"This cannot be judged: {refusal}."
        notes.append(Note("not_assessable", text, {"reason": refusal}))
    judged = judge(
        [
            _case(raised, chance, t, k, confidence=confidence, refusal=refusal, high=scale.high)
            for t, k in cells
        ],
        question="agenda",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand="a group's share of a topic's authors as a ratio to its share of all authors",
        null="authors' labels are exchanged among those who raise about as many topics",
        exclusions=raised.exclusions,
        p_adjusted=[np.nan if chance is None else float(chance.p_adjusted[cell]) for cell in cells],
        strict=True,
    )
    association = table_association(raised.table) if raised.table.any() else None
    axis = "share of a topic's authors by share of all authors (ratio)"
    return Agenda(
        title=f"Who raises which topic, by {plainly(attribute)}",
        rows=judged.table(_EXTRA),
        findings=judged.findings,
        notes=(*notes, *judged.notes),
        settings={
            "attribute": attribute,
            "confidence": confidence,
            "band": band,
            "draws": draws,
            "rng": seed,
            "cramers_v": float("nan") if association is None else association.cramers_v,
            "chi2": float("nan") if association is None else association.chi2,
        },
        picture=forest(scale, axis, panel="topic"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Raised:
    """Which author raised which topics, and what became of them."""

    groups: tuple[str, ...]
    topics: tuple[str, ...]
    codes: Ints  # groups of the authors
    raised: Bools  # (authors, topics)
    table: Floats  # (groups, topics) authors
    authors: Ints  # (groups,)
    sizes: Ints  # (groups,) people listed
    adopted: Ints  # (topics,) ideas
    authors_adopted: Ints  # (topics,) authors of adopted ideas
    decided: Bools  # (topics,) whether any idea was
    n_ideas: int
    per_author: Floats
    contexts: Mapping[str, Ints]  # of the authors, by name, where it is recorded
    exclusions: dict[str, int]
    notes: tuple[Note, ...]

    def shown(self) -> list[tuple[int, int]]:
        """Topics with enough authors by groups with enough people."""
        topics = np.flatnonzero(self.table.sum(axis=0) >= _LEAST_TOPIC)
        groups = np.flatnonzero(self.sizes >= LEAST_SHOWN)
        return [(int(t), int(k)) for t in topics for k in groups]


def _raised(process: Process, attribute: str) -> _Raised:
    """Read who raised which topic, an author once a topic."""
    ideas = ideas_of(process)
    wrote = process.authorship
    grouping = process.grouping(attribute)
    many = len(ideas.topics)
    counted = ~ideas.is_host & (ideas.topic >= 0)
    adopted = counted & (ideas.adopted == 1)
    decided = counted & ~np.isnan(ideas.adopted)
    rows = counted[wrote.idea]
    people, person = np.unique(wrote.person[rows], return_inverse=True)
    person = person.reshape(-1)
    codes = grouping.codes[people]
    known = codes >= 0
    raised = np.zeros((len(people), many), dtype=np.bool_)
    raised[person, ideas.topic[wrote.idea[rows]]] = True
    table = np.zeros((len(grouping.groups), many))
    np.add.at(table, codes[known], raised[known].astype(float))
    won = adopted[wrote.idea]
    pairs = np.unique(np.stack([ideas.topic[wrote.idea[won]], wrote.person[won]]), axis=1)
    without = int((~ideas.is_host & (ideas.topic < 0)).sum())
    unknown = int((~known).sum())
    few = int((table.sum(axis=0) < _LEAST_TOPIC).sum())
    topicless = Note(
        "without_topic",
        f"{without:,} ideas have no topic and are left out.",
        {"ideas": without},
    )
    small = Note(
        "small_topics",
        f"{few:,} topics with fewer than {_LEAST_TOPIC} authors are not shown.",
        {"topics": few, "least": _LEAST_TOPIC},
    )
    return _Raised(
        groups=grouping.groups,
        topics=ideas.topics,
        codes=codes[known],
        raised=raised[known],
        table=table,
        authors=np.bincount(codes[known], minlength=len(grouping.groups)),
        sizes=np.asarray(grouping.sizes, dtype=np.intp),
        adopted=np.bincount(ideas.topic[adopted], minlength=many),
        authors_adopted=np.bincount(pairs[0], minlength=many),
        decided=np.bincount(ideas.topic[decided], minlength=many) > 0,
        n_ideas=len(np.unique(wrote.idea[rows])),
        per_author=np.bincount(person, wrote.share[rows], len(people)).astype(float),
        contexts={
            name: _most_often(codes_of[wrote.idea[rows]], person, len(people))[known]
            for name, codes_of in recorded(process).items()
            if name in _ALIKE
        },
        exclusions={
            "host_ideas": int(ideas.is_host.sum()),
            "without_topic": without,
            "unknown": unknown,
        },
        notes=noted(
            host_note(ideas.is_host),
            topicless if without else None,
            unknown_note(unknown, len(people), who="authors", attribute=attribute),
            small if few else None,
        ),
    )


def _most_often(code: Ints, person: Ints, people: int) -> Ints:
    """The commonest code of each person's ideas, the first of equals; -1 where none is known."""
    table = np.zeros((people, int(code.max(initial=-1)) + 2))
    np.add.at(table, (person, code + 1), 1.0)
    table[:, 0] = np.where(table[:, 1:].any(axis=1), 0.0, 1.0)
    return np.asarray(table.argmax(axis=1) - 1, dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    """P values, arrays of shape (topics, groups): within strata, adjusted, and without strata."""

    p_value: Floats
    p_adjusted: Floats
    free: Floats
    # of labels exchanged among authors alike in each context: p values, and what is expected
    alike: Mapping[str, tuple[Floats, Floats]]


def _chance(held: _Raised, draws: int, seed: int) -> _Chance:
    """Relabel authors who raise about as many topics; and all, as a second opinion."""
    order = np.lexsort((*held.raised.T[::-1], held.codes))
    codes = held.codes[order]
    raised = held.raised[order].astype(float)
    strata = np.unique(quantile_classes(raised.sum(axis=1), 5), return_inverse=True)[1].reshape(-1)
    groups = range(len(held.groups))

    def counts(rows: Ints) -> Floats:
        by_group = np.stack([(rows == k).astype(float) @ raised for k in groups], axis=1)
        return by_group.reshape(len(rows), -1)

    def by_cell(values: object) -> Floats:
        return np.asarray(values).reshape(len(groups), raised.shape[1]).T

    main = permutation_test(counts, codes, strata=strata, draws=draws, rng=stream(seed, "agenda"))
    free = permutation_test(counts, codes, draws=min(draws, 999), rng=stream(seed, "agenda, free"))
    alike = {}
    for name, held_by in held.contexts.items():
        within = permutation_test(
            counts,
            codes,
            strata=np.unique(held_by[order], return_inverse=True)[1].reshape(-1),
            draws=min(draws, 1_999),
            rng=stream(seed, f"agenda, {name}"),
        )
        alike[name] = (by_cell(within.p_value), by_cell(within.centre))
    return _Chance(by_cell(main.p_value), by_cell(main.p_adjusted), by_cell(free.p_value), alike)


def _case(
    held: _Raised,
    chance: _Chance | None,
    t: int,
    k: int,
    *,
    confidence: float,
    refusal: str | None,
    high: float,
) -> Case:
    """One group on one topic."""
    mine = int(held.table[k, t])
    every = int(held.table[:, t].sum())
    base = float(held.authors[k] / held.authors.sum())
    share = mine / every
    limits = proportion_interval(mine, every, confidence=confidence, method="wilson")
    low, top = (float(limit) for limit in limits)
    nothing_adopted = bool(held.decided[t]) and held.adopted[t] == 0
    captured = low > _CAPTURED and share > high * base
    crowded = mine > 0 and nothing_adopted and int(held.adopted.sum()) > 0
    words = {
        "topic": show(held.topics[t]),
        "share": f"{share:.0%}",
        "base": f"{base:.0%}",
        "captured": "",
        "crowded": "",
    }
    if captured:
        words["captured"] = " More than half of its authors are of this group."
    if crowded:
        words["crowded"] = " None of the ideas on it was adopted, though others were."
    return Case(
        group=held.groups[k],
        effect=Effect() if chance is None else _effect(held, chance, t, k, confidence),
        n_people=int(held.authors[k]),
        n_ideas=held.n_ideas,
        n_effective=effective_number(held.per_author),
        group_size=int(held.sizes[k]),
        refusal=refusal,
        runs=() if chance is None else _runs(held, chance, t, k),
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
        words=words,
    )


def _effect(held: _Raised, chance: _Chance, t: int, k: int, confidence: float) -> Effect:
    """The location quotient with its interval over authors."""
    of_group = (held.codes == k).astype(float)
    on_topic = held.raised[:, t].astype(float)
    both = float(of_group @ on_topic)
    every = on_topic.sum()
    n = len(of_group)
    base = of_group.mean()
    p = float(chance.p_value[t, k])
    if base == 0:
        return Effect(p_value=p)
    if both == 0:
        tops = [
            float(proportion_interval(0, int(every), confidence=level)[1]) / base
            for level in (confidence, 0.9)
        ]
        return Effect(0.0, 0.0, tops[0], 0.0, tops[1], p_value=p, level=confidence)
    share = of_group * on_topic / both - on_topic / every
    influence = share - of_group / of_group.sum() + 1 / n
    return Effect.from_se(
        both / every / base,
        float(np.sqrt((influence**2).sum() * n / max(n - 1, 1))),
        p_value=p,
        df=max(n - 1, 1),
        confidence=confidence,
        log=True,
        method="log ratio, authors as units",
    )


def _runs(held: _Raised, chance: _Chance, t: int, k: int) -> tuple[Run, ...]:
    """Without the author who moves the quotient most towards 1; with labels exchanged freely."""
    mine = held.table[k, t]
    every = held.table[:, t].sum()
    people = held.authors[k]
    n = held.authors.sum()
    over = mine / every > people / n
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (mine - over) / (every - 1) / ((people - over) / (n - 1))
        value = float(mine / every / (people / n))
    free = float(chance.free[t, k])
    runs = [
        Run("without the most influential author", float(left), n=int(n) - 1),
        Run("with labels exchanged among all authors", value, free, n=int(n)),
    ]
    for context, (p_values, expected) in chance.alike.items():
        usual = float(expected[t, k])
        there = float(mine) / usual if usual > 0 else float("nan")
        runs.append(Run(_ALIKE[context], there, float(p_values[t, k]), level=CONDITIONED))
    return tuple(runs)
