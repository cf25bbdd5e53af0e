"""How long `vocabulary` takes on many short texts, and one table of z values beside the peers that make it.

``python benchmarks/ideas_vocabulary.py [--texts 100000] [--draws 999]`` times the whole question, with the vocabulary
capped at 20,000 words: meant to stay below a minute for 100,000 texts of 18 words. Then one z table of the same words
and groups, without any test, by coprep from texts to numbers and by

- scikit-learn's CountVectorizer and the same formula in numpy, on all texts;
- ConvoKit's FightingWords, on ``--convokit-texts`` of them: it makes a dense table of texts by words.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os

import numpy as np
from _measure import Line, clock, held, installed, show

from coprep.data.process.process import Process
from coprep.ideas._texts.words import used_words
from coprep.ideas.vocabulary import vocabulary
from coprep.metrics.participation._words import log_odds_prior

PATTERN = r"(?u)[^\W\d_]+(?:'[^\W\d_]+)*"  # one rule for what a word is, for all of them
LENGTH, CAP, PRIOR = 18, 20_000, 0.1


def words(size: int, rng: np.random.Generator) -> np.ndarray:
    """Made-up words, all different."""
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    made = dict.fromkeys(
        "".join(letters[row[: 3 + i % 8]])
        for i, row in enumerate(rng.integers(0, 23, (2 * size, 10)))
    )
    return np.array(list(made)[:size], dtype=object)


def texts_of(n: int, authors: int, groups: int, topics: int, rng: np.random.Generator):
    """Texts by Zipf's law, a tenth of their words from the topic's own, a little from the group's own."""
    lexicon = words(60_000, rng)
    odds = 1.0 / np.arange(1, len(lexicon) + 1)
    author, topic = rng.integers(0, authors, n), rng.integers(0, topics, n)
    group = rng.integers(0, groups, authors)
    used = rng.choice(len(lexicon), (n, LENGTH), p=odds / odds.sum())
    for share, base, code in ((0.10, 1_000, topic), (0.01, 3_000, group[author])):
        own = base + 100 * code[:, None] + rng.integers(0, 100, (n, LENGTH))
        used = np.where(rng.random((n, LENGTH)) < share, own, used)
    return [" ".join(row) for row in lexicon[used]], author, topic, group


def process_of(texts, author, topic, group) -> Process:
    who = np.char.add("p", np.arange(len(group)).astype(str))
    what = np.char.add("i", np.arange(len(texts)).astype(str))
    return Process(
        participants={"participant_id": who, "group": np.char.add("g", group.astype(str))},
        ideas={"idea_id": what, "text": texts, "topic": np.char.add("t", topic.astype(str))},
        idea_authors={"idea_id": what, "participant_id": who[author]},
    )


def our_table(texts, mine) -> dict[str, float]:
    """z of each word, group 0 against the rest, from texts to numbers."""
    used = used_words(texts, np.where(mine, 0, 1), 2, most=CAP)
    counts = np.zeros((2, len(used.vocabulary)))
    counts[used.author, used.word] = used.uses
    z = log_odds_prior(counts[0], counts[1], prior=PRIOR)[1]
    return dict(zip(used.vocabulary, z.tolist(), strict=True))


def plain_table(texts, mine) -> dict[str, float]:
    """The same by scikit-learn's counts and the formula in numpy."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectors = CountVectorizer(token_pattern=PATTERN, max_features=CAP)
    table = vectors.fit_transform(texts).tocsr()
    y, rest = (
        np.asarray(table[rows].sum(axis=0)).ravel() + PRIOR
        for rows in (np.flatnonzero(mine), np.flatnonzero(~mine))
    )
    z = (np.log(y / (y.sum() - y)) - np.log(rest / (rest.sum() - rest))) / np.sqrt(1 / y + 1 / rest)
    return dict(zip(vectors.get_feature_names_out(), z.tolist(), strict=True))


def convokit_table(texts, mine) -> tuple[float, float, dict[str, float]]:
    """Seconds for its corpus, seconds for its words, and z; it is spared its cleaning of texts."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    from convokit import Corpus, Speaker, Utterance
    from convokit.fighting_words import FightingWords
    from sklearn.feature_extraction.text import CountVectorizer

    speakers = [Speaker(id=name) for name in ("rest", "group")]

    def corpus():
        return Corpus(
            utterances=[
                Utterance(id=str(i), speaker=speakers[int(m)], conversation_id="0", text=text)
                for i, (text, m) in enumerate(zip(texts, mine, strict=True))
            ]
        )

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        building, made = clock(corpus)
        finder = FightingWords(
            cv=CountVectorizer(token_pattern=PATTERN, max_features=CAP),
            prior=PRIOR,
            text_func=lambda said: said.text,
        )
        fitting, _ = clock(
            lambda: finder.fit(
                made,
                class1_func=lambda said: said.speaker.id == "group",
                class2_func=lambda said: said.speaker.id == "rest",
            )
        )
    return building, fitting, finder.ngram_zscores


def beside_sklearn(texts, mine) -> list[Line]:
    ours, our_z = clock(lambda: our_table(texts, mine))
    theirs, their_z = clock(lambda: plain_table(texts, mine))
    if len(our_z) < CAP:  # where neither cuts its vocabulary the words are the same
        assert all(abs(z - their_z[word]) < 1e-9 for word, z in our_z.items())
    return [
        Line("one z table by coprep, all texts", ours, "s"),
        Line("one z table by scikit-learn's counts and numpy, all texts", theirs, "s"),
        Line("scikit-learn and numpy / coprep", theirs / ours, "x"),
    ]


def beside_convokit(texts, mine) -> list[Line]:
    ours, our_z = clock(lambda: our_table(texts, mine))
    building, fitting, their_z = convokit_table(texts, mine)
    if len(our_z) < CAP:
        apart = max(abs(z - their_z[word]) for word, z in our_z.items())
        assert apart < 1e-3, apart  # ConvoKit counts in single precision
    return [
        Line(f"one z table by coprep, {len(texts):,} texts", ours, "s"),
        Line("one z table by ConvoKit, its corpus at hand", fitting, "s"),
        Line("of ConvoKit's: making the corpus", building, "s"),
        Line("ConvoKit / coprep, its corpus at hand", fitting / ours, "x"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--authors", type=int, default=20_000)
    parser.add_argument("--groups", type=int, default=4)
    parser.add_argument("--topics", type=int, default=10)
    parser.add_argument("--draws", type=int, default=999)
    parser.add_argument("--convokit-texts", type=int, default=5_000)
    asked = parser.parse_args()
    texts, author, topic, group = texts_of(
        asked.texts, asked.authors, asked.groups, asked.topics, np.random.default_rng(0)
    )
    door, process = clock(lambda: process_of(texts, author, topic, group))
    before = held()
    whole, found = clock(
        lambda: vocabulary(process, attribute="group", draws=asked.draws, max_words=CAP, rng=1)
    )
    show(
        f"{asked.texts:,} texts of {LENGTH} words, {asked.authors:,} authors, {asked.groups} groups, "
        f"{found.settings['words']:,} words kept, {found.settings['draws']:,} draws",
        [
            Line("tables checked at the door", door, "s"),
            Line("vocabulary: the whole question", whole, "s", most=60),
            Line("most memory held, data and libraries among it", held(), "MB"),
            Line("of which before the question", before, "MB"),
        ],
    )
    mine = group[author] == 0
    if installed("sklearn"):
        show("One z table, without a test", beside_sklearn(texts, mine))
    if installed("convokit", "sklearn"):
        few = slice(0, asked.convokit_texts)
        try:
            lines = beside_convokit(texts[few], mine[few])
        except ImportError as error:
            print(f"left out: convokit, which lacks {error.name}")
        else:
            show("One z table, without a test", lines)


if __name__ == "__main__":
    main()
