"""Ask how ideas are put, and whether that goes with support; a style, no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._authors.authorship import kept, teams
from coprep.ideas._authors.framing_effects import Framed, frame_cases, support_cases
from coprep.ideas._judging.effects import points, units
from coprep.ideas._judging.eligibility import left_out_notes, noted
from coprep.ideas._judging.judge import COLUMNS, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._texts.lexicon import Lexicon, Shipped, shipped
from coprep.ideas._texts.words import words_of
from coprep.ideas._votes.support import ideas_of
from coprep.metrics._streams import seed_of
from coprep.metrics.participation._words import krippendorff_alpha as nominal_alpha
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Ideas
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints


LEAST_CODED = 50
"""Ideas that people must have coded by hand before word lists are trusted."""
LEAST_ALPHA = 0.667
"""Krippendorff's alpha between word lists and people from which they are."""

_COLUMNS: dict[str, ColumnKind] = {
    "part": "text",
    "term": "text",
    **COLUMNS,
    "rate": "number",
    "rate_others": "number",
    "who": "text",
}
_AGREEMENT: dict[str, ColumnKind] = {"term": "text", "n_ideas": "count", "alpha": "number"}

_STYLE = Phrases(
    more="Ideas by people in {group} use {term} {effect} more than other people's ideas do.",
    less="Ideas by people in {group} use {term} {effect} less than other people's ideas do.",
    same="Ideas by people in {group} use {term} about as often as other people's ideas do: a "
    "difference of {effect}.",
    open="Ideas by people in {group} use {term} with a difference of {effect} from other "
    "people's ideas.",
    innocent="This is a way of writing, never on its own a sign of bias: schooling, dialect and "
    "a second language show in it.",
    next_step="Read some of these ideas aloud together before you make anything of how they are "
    "put.",
)
_SUPPORT = Phrases(
    more="Ideas with {term} are supported by others {effect} more than ideas without.",
    less="Ideas with {term} are supported by others {effect} less than ideas without.",
    same="Ideas with {term} are supported by others about as much as ideas without: a difference "
    "of {effect}.",
    open="Ideas with {term} are supported by others with a difference of {effect} from ideas "
    "without.",
    innocent="Ideas put in the first person are often about a single street or service that few "
    "others know.",
    next_step="Offer help with wording: ask what an idea would mean for others before it goes to "
    "the vote.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Framing(IdeasResult):
    """How are ideas put, and does it go with support?

    Attributes
    ----------
    rows : Table
        ``part`` is ``"style"`` (a row a kind of words and group: difference in uses per 100 words
        between the group's ideas and all others') or ``"support"`` (a row a kind of words:
        difference in support by others, in points, between ideas that hold such words and ideas
        that do not). ``rate`` and ``rate_others`` are uses per 100 words, or support in percent.
    agreement : Table
        Krippendorff's alpha between word lists and hand-coded ideas.

    """

    agreement: Table = field(default_factory=lambda: Table({}, _AGREEMENT))

    kind: ClassVar[str] = "ideas.framing"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "rate": ("Uses per 100 words, or support in %", "number"),
        "rate_others": ("Others", "number"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "part",
        "term",
        "who",
        "rate",
        "rate_others",
        "effect",
        "low",
        "high",
        "n_people",
        "verdict",
    )
    adds_up_within: ClassVar[tuple[str, ...]] = ("part", "term", "attribute")
    keep_when_protected: ClassVar[tuple[str, ...]] = ("part", "term", "attribute", "group", "who")


def framing(
    process: Process,
    *,
    attribute: str | None = None,
    language: str = "en",
    lexicon: Mapping[str, Iterable[str]] | None = None,
    coded: Mapping[str, Mapping[str, bool]] | None = None,
    material: float = 1.0,
    material_support: float = 5.0,
    confidence: float = 0.95,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Framing:
    """How are ideas put: in the first person, for everybody, for one's own group? And does it go
    with support?

    *Estimands*: (1) difference in uses per 100 words between a group's ideas and all others', for
    first-person words, community words, mentions of the own group and of other groups. (2)
    Difference in support by others between ideas with and without such words.

    Parameters
    ----------
    process : Process
        With ideas, texts and authors; with ratings for the second part.
    attribute : str, optional
        The attribute whose groups are compared; None leaves the first part out.
    language : str
        Of the word lists, see `languages`; ideas marked as another language are left out.
    lexicon : mapping of str to terms, optional
        Words that name each group of the attribute, for mentions of the own and of other groups.
    coded : mapping of idea id to mapping of str to bool, optional
        Ideas coded by people: whether each holds ``"first person"``, ``"community"``, ``"own
        group"``, ``"other groups"`` wording. From 50 ideas on, and with an alpha of 0.667, the
        answer is judged; until then it is described.
    material : float
        Uses per 100 words that do not matter.
    material_support : float
        Percentage points of support that do not matter.
    confidence : float
        Level of the intervals.
    draws : int
        Bootstrap draws of authors, and relabellings.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Framing
        With the columns described there.

    Raises
    ------
    InputError
        Where tables or texts are missing, for an unknown language, and for hand-coded ideas that do
        not exist.

    Notes
    -----
    Authors, not ideas, are resampled and relabelled; the largest departure adjusts the p values of
    each part, and where there are two parts they are doubled, so that the chance of any alarm is
    held. Support leaves out votes for one's own ideas and passes. "We" may leave out the reader: it
    counts as a community word, and a note says how much of the count it makes up. A gap in framing
    is *never* on its own a verdict of bias.

    References
    ----------
    Steenbergen, M. R. et al. (2003). Measuring political deliberation: a discourse quality index.
    Comparative European Politics 1, 21-48. Krippendorff, K. (2004). Content analysis: an
    introduction to its methodology, 2nd ed., chapter 11. Sage.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(ideas=100, words=20, rng=1)
    >>> found = framing(process, attribute="group", rng=1)
    >>> found.findings[0].verdict.value  # a word list is believed once 50 ideas are coded by hand
    'not_assessable'
    """
    process.require("ideas", "authors", "text")
    lists = shipped(language)
    seed = seed_of(rng)
    framed = _framed(
        process, attribute, lists, lexicon, seed=seed, confidence=confidence, draws=draws
    )
    agreement, refusals = _checked(framed, ideas_of(process), coded)
    frames: list[Case] = []
    frames_p: list[float] = []
    if attribute is not None:
        frames, frames_p = frame_cases(framed, attribute, refusals)
    supports, supports_p = support_cases(framed, refusals)
    # both parts are one detector: their alarms are held together
    looked = bool(frames) + bool(supports)
    scale = units(material, "uses per 100 words")
    style = judge(
        frames,
        question="framing",
        attribute=attribute or "",
        scale=scale,
        phrases=_STYLE,
        estimand="difference in uses per 100 words between a group's ideas and all others'",
        null="authors exchange groups; largest standardised difference",
        exclusions=framed.left_out,
        p_adjusted=[float(np.minimum(1.0, p * looked)) for p in frames_p],
    )
    support = judge(
        supports,
        question="framing_support",
        attribute=attribute or "",
        scale=points(material_support),
        phrases=_SUPPORT,
        estimand="difference in support by others between ideas with and without such words, in "
        "percentage points",
        null="support does not depend on such words; signs of authors' sums flipped",
        exclusions=framed.left_out,
        p_adjusted=[float(np.minimum(1.0, p * looked)) for p in supports_p],
    )
    judged = style.part("style") + support.part("support")
    by = "" if attribute is None else f", by {plainly(attribute)}"
    axis = "difference (style: uses per 100 words; support: percentage points)"
    return Framing(
        title=f"How ideas are put{by}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*framed.notes, *judged.notes),
        settings={
            "attribute": attribute,
            "language": language,
            "material": material,
            "material_support": material_support,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=replace(forest(scale, axis, label=("term", "who"), panel="part"), band=None),
        agreement=agreement,
    )


def _framed(
    process: Process,
    attribute: str | None,
    lists: Shipped,
    lexicon: Mapping[str, Iterable[str]] | None,
    *,
    seed: int,
    confidence: float,
    draws: int,
) -> Framed:
    """Count words of each kind in every idea that can be used."""
    ideas = ideas_of(process)
    wrote = process.authorship
    team = teams(wrote.idea, wrote.person, len(ideas), len(process.people))
    texts = ideas.text or ()
    tokens = [words_of(text) for text in texts]
    reasons: dict[str, Bools] = {
        "written by the organisers": ideas.is_host,
        "no author is known": team < 0,
        "no text": np.array([not words for words in tokens], dtype=np.bool_),
        f"not in {lists.name}": _other_language(ideas, lists.language),
    }
    keep, left_out = kept(reasons)
    rows = np.flatnonzero(keep)
    terms, counts, we = _counted(
        process, attribute, [tokens[i] for i in rows], rows, lists=lists, lexicon=lexicon
    )
    return Framed(
        process=process,
        attribute=attribute,
        idea=rows,
        team=np.unique(team[rows], return_inverse=True)[1].reshape(-1),
        words=np.array([len(tokens[i]) for i in rows], dtype=float),
        terms=terms,
        counts=counts,
        left_out=left_out,
        notes=(
            *left_out_notes(left_out.items()),
            *noted(_we_note(we, float(counts[:, terms.index("community")].sum()))),
            Note("word_lists", lists.note),
        ),
        seed=seed,
        confidence=confidence,
        draws=draws,
    )


def _other_language(ideas: Ideas, language: str) -> Bools:
    if ideas.language is None:
        return np.zeros(len(ideas), dtype=np.bool_)
    return np.array(
        [said is not None and said.casefold()[:2] != language for said in ideas.language],
        dtype=np.bool_,
    )


def _counted(
    process: Process,
    attribute: str | None,
    tokens: list[list[str]],
    rows: Ints,
    *,
    lists: Shipped,
    lexicon: Mapping[str, Iterable[str]] | None,
) -> tuple[tuple[str, ...], Floats, float]:
    """Names of the kinds of words, their counts in each idea, and how many are forms of "we"."""
    general = Lexicon.of({"first": lists.first_person, "we": lists.we, "all": lists.community})
    found = np.array([general.count(words) for words in tokens], dtype=float).reshape(
        len(tokens), 3
    )
    columns = {"first person": found[:, 0], "community": found[:, 1] + found[:, 2]}
    if lexicon is not None:
        columns |= _mentions(process, attribute, tokens, rows, lexicon)
    return tuple(columns), np.column_stack(list(columns.values())), float(found[:, 1].sum())


def _mentions(
    process: Process,
    attribute: str | None,
    tokens: list[list[str]],
    rows: Ints,
    lexicon: Mapping[str, Iterable[str]],
) -> dict[str, Floats]:
    """Mentions of the author's own group and of other groups."""
    if attribute is None:
        raise InputError.of(
            "lexicon names groups, but no attribute was given.",
            param="attribute",
            hint="pass attribute=, the attribute whose groups the lexicon names.",
        )
    grouping = process.grouping(attribute)
    wrote = process.authorship
    listing = Lexicon.of_groups(lexicon, grouping.groups, attribute)
    counts = np.array([listing.count(words) for words in tokens], dtype=float).reshape(
        len(tokens), len(lexicon)
    )
    place = {name: i for i, name in enumerate(listing.names)}
    own = np.zeros((len(process.ideas or ()), len(listing.names)), dtype=np.bool_)
    for k, group in enumerate(grouping.groups):
        if group in place:
            own[wrote.idea[grouping.codes[wrote.person] == k], place[group]] = True
    mine = (counts * own[rows]).sum(axis=1)
    return {"own group": mine, "other groups": counts.sum(axis=1) - mine}


def _we_note(we: float, total: float) -> Note | None:
    """How many of the community words may leave out the reader."""
    if total <= 0 or we <= 0:
        return None
    said = 'forms of "we", which may mean the writer\'s own street'
    text = f"{we / total:.0%} of the community words were {said}."
    return Note("we", text, {"share": we / total})


def _checked(
    framed: Framed, ideas: Ideas, coded: Mapping[str, Mapping[str, bool]] | None
) -> tuple[Table, dict[str, str | None]]:
    """Agreement of word lists with people, and why each kind of words is not judged, or None."""
    place = {idea: i for i, idea in enumerate(ideas.ids)}
    given = _sound(coded or {}, place)
    row_of = {int(idea): row for row, idea in enumerate(framed.idea)}
    records: list[dict[str, Any]] = []
    refusals: dict[str, str | None] = {}
    for j, term in enumerate(framed.terms):
        pairs = [
            (float(bool(codes[term])), float(framed.counts[row_of[place[idea]], j] > 0))
            for idea, codes in given.items()
            if term in codes and place[idea] in row_of
        ]
        alpha = nominal_alpha(pairs) if pairs else float("nan")
        records.append({"term": term, "n_ideas": len(pairs), "alpha": alpha})
        refusals[term] = _trusted(term, len(pairs), alpha)
    return Table.from_records(records, _AGREEMENT), refusals


def _sound(coded: object, place: Mapping[str, int]) -> dict[str, Mapping[str, bool]]:
    if not isinstance(coded, Mapping) or not all(isinstance(c, Mapping) for c in coded.values()):
        raise InputError.of(
            f"coded must map idea ids to mappings such as {{'first person': True}}; not "
            f"{show(coded)}.",
            param="coded",
        )
    given = {str(idea): codes for idea, codes in coded.items()}
    unknown = [idea for idea in given if idea not in place]
    if unknown:
        raise InputError.of(
            f"coded has {len(unknown):,} ideas that do not exist: {listed(unknown)}.",
            code="unknown_id",
            param="coded",
        )
    return given


def _trusted(term: str, n: int, alpha: float) -> str | None:
    if n < LEAST_CODED:
        return (
            f"the word list for {term} words was checked on {count_of(n, 'hand-coded idea')}; "
            f"{LEAST_CODED} are needed before it is judged"
        )
    if not alpha >= LEAST_ALPHA:
        told = f"the word list for {term} words and people agree too little (alpha {alpha:.2f})"
        return f"{told}; {LEAST_ALPHA} is needed"
    return None
