"""Ask which words are a group's, and not merely its loudest author's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.findings import Note
from coprep.ideas._authors.authorship import Authored, authored
from coprep.ideas._judging.effects import ALPHA, Effect, Run, effective_number, ratio
from coprep.ideas._judging.eligibility import noted
from coprep.ideas._judging.judge import COLUMNS, LEAST_SHOWN, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._texts.word_uses import Corpus, Spread, Word
from coprep.ideas._votes.contexts import names_of, place_of
from coprep.ideas._votes.support import ideas_of
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.participation._words import DistinctiveWords, distinctive_words
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.coded import Ideas
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools


_COLUMNS: dict[str, ColumnKind] = {
    **COLUMNS,
    "word": "text",
    "log_odds": "number",
    "z": "number",
    "uses": "count",
    "uses_others": "count",
    "largest_author_share": "number",
}

_PHRASES = Phrases(
    more="Ideas by people in {group} use the word {word} {effect} as often as {others} do.",
    less="Ideas by people in {group} use the word {word} only {effect} as often as {others} do.",
    same="Ideas by people in {group} use the word {word} about as often as {others} do: {effect}.",
    open="Ideas by people in {group} use the word {word} {effect} as often as {others} do.",
    innocent="Words show what people write about and how, not what they want for whom; "
    "schooling, dialect and a second language show in them too.",
    next_step="Read the ideas in which the word stands before you make anything of it.",
)

_LANGUAGES = Note(
    "languages_apart", "Ideas are in several languages; each is compared within its language."
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Vocabulary(IdeasResult):
    """Which words are typical of each group's ideas?

    Attributes
    ----------
    rows : Table
        A row a group and word, the most typical first. ``effect`` is how many times as often the
        group uses it as all others do on the same topics (a ratio of odds, drawn towards 1 by the
        prior), ``z`` the usual statistic, ``p_adjusted`` the chance that any word of any group
        would reach this z if groups did not matter; ``low`` and ``high`` hold for all words at
        once, since the most typical were picked; ``n_people`` the authors who use it,
        ``largest_author_share`` the share of its uses that are one author's.

    """

    kind: ClassVar[str] = "ideas.vocabulary"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "z": ("z-score", "number"),
        "largest_author_share": ("One author's share of uses, at most", "percent"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "word",
        "effect",
        "z",
        "n_people",
        "largest_author_share",
        "p_adjusted",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "n_ideas", "uses", "uses_others")
    of_one_person: ClassVar[tuple[str, ...]] = ("largest_author_share",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "word")


def vocabulary(
    process: Process,
    *,
    attribute: str,
    within: str | Sequence[str] | None = "topic",
    show: int = 10,
    max_words: int = 20_000,
    min_authors: int = LEAST_SHOWN,
    leave_out: Iterable[str] = (),
    prior_total: float = 500.0,
    band: tuple[float, float] = (0.8, 1.25),
    confidence: float = 0.95,
    draws: int = 999,
    rng: int | Generator | None = None,
) -> Vocabulary:
    """Which words are a group's own, beyond its topics and its loudest author?

    *Estimand*: the odds of a word in the group's ideas by those in all others' ideas.

    Parameters
    ----------
    process : Process
        With participants, ideas with texts, and authors.
    attribute : str
        The attribute whose groups are compared, each with everybody else.
    within : {"topic", "stage", "session", "week", "language", "area"}, several of them, or None
        What each group's topics alone would give is taken off, and authors exchange groups only
        with authors who write mostly on the same topic. Where no idea has a topic, all are
        compared. Ideas in several languages are always compared within their language.
    show : int
        Words shown for each group.
    max_words : int
        Largest vocabulary; words that fewest authors use are cut first.
    min_authors : int
        Words used by fewer authors are left out.
    leave_out : iterable of str
        Words not counted, such as the place's name.
    prior_total : float
        Weight of the prior, in words; it is proportional to how often all use each word.
    band : (float, float)
        Ratios that do not matter.
    confidence : float
        Level of the intervals.
    draws : int
        Relabellings of authors.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Vocabulary
        With the columns described there.

    Raises
    ------
    InputError
        Where tables or texts are missing.

    Notes
    -----
    *Null*: authors exchange groups within topics; the largest ``|z|`` of all words and groups is
    compared, so that the chance of any false alarm is held. Words come in bundles from the same
    people: beyond-1.96 rules flag 8% of words where nothing is there. *Topics*: a group is expected
    to use a word as often as everybody does on the topics it wrote on; the odds are those beyond
    that. *Robustness*: without the author who uses the word most; with each author's rate counted
    once, which must be beyond chance too. Intervals take authors, not words, as the units.

    References
    ----------
    Monroe, B. L., Colaresi, M. P. & Quinn, K. M. (2008). Fightin' words. Political Analysis 16(4),
    372-403.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=100, ideas=150, words=15, own_words=0.3, rng=1)
    >>> found = vocabulary(process, attribute="group", rng=1)
    >>> found.rows["word"][0], round(found.rows["effect"][0], 1), found.findings[0].verdict.value
    ('ownaae', 2.9, 'pattern')
    """
    process.require("text")
    if within == "topic" and not (ideas_of(process).topic >= 0).any():
        within = None
    bilingual = _several_languages(ideas_of(process)) and "language" not in names_of(within)
    if bilingual:
        within = (*names_of(within), "language")
    wrote = authored(process, attribute, within)
    seed = seed_of(rng)
    scale = ratio(band)
    corpus = Corpus.of(process, wrote, max_words, leave_out)
    found = _compared(
        corpus, min_authors=min_authors, prior_total=prior_total, draws=draws, seed=seed
    )
    picks = _picked(found, wrote, show)
    spread = Spread.of(corpus.used, found, len(corpus.label))
    names = names_of(within)
    others = "other people's ideas"
    if names:
        others += " on the same topics" if names == ("topic",) else f" {place_of(names)}"
    cases = [
        _case(
            corpus,
            found,
            spread,
            k,
            w,
            prior_total=prior_total,
            confidence=confidence,
            others=others,
        )
        for k, w in picks
    ]
    judged = judge(
        cases or [_nothing_to_compare(wrote, min_authors)],
        question="vocabulary",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand=f"odds of a word in the group's ideas by its odds in {others}, drawn towards 1 "
        "by the prior",
        null=f"authors exchange groups within {' and '.join(names) or 'the process'}; largest |z| of all "
        "words and groups",
        exclusions=wrote.left_out,
        p_adjusted=[float(found.p_adjusted[k, w]) for k, w in picks] or [math.nan],
        family=int(np.isfinite(found.z).sum()),
    )
    return Vocabulary(
        title=f"Which words are whose, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, _COLUMNS),
        findings=judged.findings,
        notes=(
            *noted(_LANGUAGES if bilingual else None),
            *wrote.notes,
            *_notes(corpus, found, min_authors),
            *judged.notes,
        ),
        settings={
            "attribute": attribute,
            "within": within,
            "show": show,
            "max_words": max_words,
            "min_authors": min_authors,
            "prior_total": prior_total,
            "band": band,
            "confidence": confidence,
            "draws": found.draws,
            "rng": seed,
            "words": len(corpus.used.vocabulary),
        },
        picture=forest(scale, "times as often as others (ratio)", label=("word",), panel="group"),
    )


def _compared(
    corpus: Corpus, *, min_authors: int, prior_total: float, draws: int, seed: int
) -> DistinctiveWords:
    """Words of each group against those of everybody else."""
    groups = max(len(corpus.wrote.groups), 1)
    if not len(corpus.used.uses):
        none = np.zeros((groups, 0))
        nobody = np.zeros(0)
        return DistinctiveWords(
            none,
            none,
            none,
            none,
            none,
            nobody.astype(np.intp),
            nobody,
            draws=0,
            exact=True,
            largest=nobody,
        )
    return distinctive_words(
        corpus.used.author,
        corpus.used.word,
        corpus.used.uses,
        corpus.label,
        strata=corpus.stratum,
        topics=corpus.used.block,
        size=groups,
        prior_total=prior_total,
        min_authors=min_authors,
        draws=draws,
        rng=stream(seed, "vocabulary"),
    )


def _several_languages(ideas: Ideas) -> bool:
    """Whether ideas are marked as being in more than one language."""
    return len({name for name in ideas.language or () if name is not None}) > 1


def _nothing_to_compare(wrote: Authored, least: int) -> Case:
    """The one case where no word of any group can be shown."""
    return Case(
        group=None,
        effect=Effect(),
        n_people=wrote.total,
        n_ideas=len(wrote),
        n_effective=effective_number(wrote.per_team),
        refusal=wrote.refusal() or f"no word is used by {count_of(least, 'author')} or more",
        words={"word": ""},
    )


def _picked(found: DistinctiveWords, wrote: Authored, show: int) -> list[tuple[int, int]]:
    """The most typical words of each group that may be shown: highest z, then the earlier word."""
    picks = []
    for k in range(len(wrote.groups)):
        if wrote.authors[k] >= LEAST_SHOWN and found.z.shape[1]:
            z = np.where(np.isnan(found.z[k]), -np.inf, found.z[k])
            order = np.lexsort((np.arange(len(z)), -np.round(z, 9)))[:show]
            picks += [(k, int(w)) for w in order if z[w] > 0]
    return picks


def _case(
    corpus: Corpus,
    found: DistinctiveWords,
    spread: Spread,
    k: int,
    word: int,
    *,
    prior_total: float,
    confidence: float,
    others: str,
) -> Case:
    wrote = corpus.wrote
    mine = corpus.label == k
    held = Word.of(corpus, spread, word, np.ones(len(mine), dtype=np.bool_))
    refusal = wrote.refusal() or wrote.group_refusal(k)
    users = held.uses > 0
    return Case(
        group=wrote.groups[k],
        effect=_effect(found, held, k, word, mine, prior_total=prior_total, confidence=confidence),
        n_people=int(users.sum()),
        n_ideas=int(corpus.ideas[users].sum()),
        n_effective=effective_number(held.uses),
        refusal=refusal,
        runs=_runs(corpus, spread, held, word, mine),
        group_size=int(wrote.authors[k]),
        extra={
            "word": corpus.used.vocabulary[word],
            "log_odds": float(found.log_odds[k, word]) if refusal is None else math.nan,
            "z": float(found.z[k, word]) if refusal is None else math.nan,
            "uses": int(held.uses[mine].sum()),
            "uses_others": int(held.uses[~mine].sum()),
            "largest_author_share": float(found.largest_author_share[word]),
        },
        words={"word": show(corpus.used.vocabulary[word]), "others": others},
        details={"largest_author_share": float(found.largest_author_share[word])},
    )


def _effect(
    found: DistinctiveWords,
    held: Word,
    k: int,
    word: int,
    mine: Bools,
    *,
    prior_total: float,
    confidence: float,
) -> Effect:
    """The odds with intervals that hold for all words at once: those shown were picked."""
    value = float(found.log_odds[k, word])
    z = float(found.z[k, word])
    _, by_author = held.odds(mine, prior_total * held.uses.sum() / held.total.sum(), prior_total)
    by_word = abs(value / z) if z else 0.0
    error = max(by_author, by_word) if math.isfinite(by_author) else math.nan
    reach, inner = (
        error * float(np.quantile(found.largest, level)) for level in (confidence, 1 - 2 * ALPHA)
    )
    return Effect(
        value=math.exp(value),
        low=math.exp(value - reach),
        high=math.exp(min(value + reach, 700.0)),
        inner_low=math.exp(value - inner),
        inner_high=math.exp(min(value + inner, 700.0)),
        p_value=float(found.p_value[k, word]),
        se=error,
        df=max(int(min(mine.sum(), (~mine).sum())) - 1, 1),
        level=confidence,
        method="largest |z| of all words, authors as units",
    )


def _runs(corpus: Corpus, spread: Spread, held: Word, word: int, mine: Bools) -> tuple[Run, ...]:
    """Without the author who uses the word most; with each author's rate counted once."""
    rest = np.ones(len(mine), dtype=np.bool_)
    rest[int(np.argmax(held.uses))] = False
    less, _ = Word.of(corpus, spread, word, rest).odds(mine, 0.5, 1.0)
    once, p_value = held.once(mine)
    return (
        Run("without the author who uses it most", math.exp(less)),
        Run("with each author's rate counted once", once, p_value),
    )


def _notes(corpus: Corpus, found: DistinctiveWords, least: int) -> tuple[Note, ...]:
    """Which words and topics could be compared."""
    used = corpus.used
    kept = int((~np.isnan(found.z).all(axis=0)).sum()) if found.z.size else 0
    most = len(used.vocabulary)
    alone = sum(
        len(np.unique(corpus.label[corpus.stratum == s])) == 1 for s in np.unique(corpus.stratum)
    )
    compared = Note(
        "words_compared",
        f"{kept:,} of {used.distinct:,} words were compared: those that "
        f"{count_of(least, 'author')} or more use.",
        {"words": kept, "of_words": used.distinct, "least": least},
    )
    cut = Note(
        "vocabulary_cut",
        f"The vocabulary was cut to the {most:,} words that most authors use.",
        {"words": most},
    )
    one_group = Note(
        "topics_of_one_group",
        f"{count_of(alone, 'topic')} with authors of one group only could not be used for "
        "the test.",
        {"topics": alone},
    )
    return noted(compared, cut if most < used.distinct else None, one_group if alone else None)
