"""Distinctive words and framing rates against ConvoKit's values, enumeration and direct formulas."""

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.participation._words import (
    distinctive_words,
    krippendorff_alpha,
    log_odds_prior,
)

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def case_of(name):
    return json.loads((ORACLES / f"{name}.json").read_text())


def triples(texts_by_group):
    """(author, word, uses), the vocabulary and the group of each author, one text an author."""
    texts = [(g, t) for g, group in enumerate(texts_by_group) for t in group]
    split = [re.findall(r"\w+", t.lower()) for _, t in texts]
    vocabulary = sorted({w for words in split for w in words})
    rows = [
        (a, vocabulary.index(w), words.count(w))
        for a, words in enumerate(split)
        for w in set(words)
    ]
    return (*np.array(rows).T, vocabulary, [g for g, _ in texts])


def test_flat_prior_z():
    case = case_of("text_fw_uniform")
    texts = case["inputs"]["texts"]
    author, word, uses, vocabulary, group = triples([texts["young"], texts["older"]])
    found = distinctive_words(author, word, uses, group, prior=0.1, min_authors=1)
    ours = dict(zip(vocabulary, found.z[0], strict=True))
    for name, z in case["expected"]["z"].items():
        assert ours[name] == pytest.approx(z, abs=case["tolerance"]), name
    assert found.z[1] == pytest.approx(-found.z[0])


def test_informative_prior_z_and_both_variances():
    case = case_of("text_fw_conventions_counts")
    words = case["inputs"]["words"]
    y1, y2 = case["inputs"]["counts_group1"], case["inputs"]["counts_group2"]
    log_odds, z = log_odds_prior(y1, y2)
    four = log_odds_prior(y1, y2, variance="four")[1]
    for ours, key in ((log_odds, "log_odds"), (z, "z"), (four, "z_four_term_variance")):
        named = dict(zip(words, ours, strict=True))
        for name, value in case["expected"][key].items():
            assert named[name] == pytest.approx(value, abs=case["tolerance"]), (key, name)


def test_one_loud_author_is_not_a_group():
    case = case_of("text_fw_loud_author")
    texts = case["inputs"]["texts"]
    author, word, uses, vocabulary, group = triples([texts["young"], texts["older"]])
    found = distinctive_words(author, word, uses, group, prior=0.1, min_authors=1)
    at = vocabulary.index("parking")
    expected = case["expected"]
    assert found.exact and found.draws == 252
    assert found.z[0, at] == pytest.approx(expected["z_word"], abs=1e-6)
    assert found.p_value[0, at] == pytest.approx(expected["p_word_author_permutation"], abs=1e-9)
    assert found.p_adjusted[0, at] == pytest.approx(
        expected["p_max_abs_z_author_permutation"], abs=1e-9
    )
    assert found.authors[at] == 2 and found.largest_author_share[at] == pytest.approx(40 / 43)
    assert np.isnan(distinctive_words(author, word, uses, group, prior=0.1).z[0, at])


def test_enumeration_by_hand():
    rng = np.random.default_rng(0)
    counts = rng.poisson(2, size=(7, 5))
    author, word = np.nonzero(counts)
    group = np.array([0, 0, 0, 1, 1, 1, 1])
    found = distinctive_words(author, word, counts[author, word], group, min_authors=1)
    every = []
    for first in combinations(range(7), 3):
        mine = counts[list(first)].sum(axis=0)
        every.append(log_odds_prior(mine, counts.sum(axis=0) - mine)[1])
    every = np.abs(every)
    assert found.p_value[0] == pytest.approx((every >= np.abs(found.z[0]) - 1e-9).mean(axis=0))
    assert found.p_adjusted[0] == pytest.approx(
        (every.max(axis=1)[:, None] >= np.abs(found.z[0]) - 1e-9).mean(axis=0)
    )


def test_a_planted_word_is_found_and_the_rest_are_not():
    rng = np.random.default_rng(3)
    counts = rng.poisson(1.0, size=(120, 40))
    group = np.arange(120) % 3
    counts[group == 2, 7] += rng.poisson(2.0, size=40)
    author, word = np.nonzero(counts)
    found = distinctive_words(author, word, counts[author, word], group, draws=199, rng=1)
    assert found.p_adjusted[2, 7] == 1 / 200 and found.z[2, 7] > 0
    assert (np.delete(found.p_adjusted, 7, axis=1) > 0.05).all()
    assert found.uses.sum() == counts.sum() and not found.exact


def test_strata_take_topic_words_away():
    rng = np.random.default_rng(5)
    topic = np.arange(80) % 2
    group = (rng.random(80) < np.where(topic, 0.9, 0.1)).astype(int)
    counts = rng.poisson(1.0, size=(80, 20))
    counts[topic == 1, 0] += 3
    author, word = np.nonzero(counts)
    free = distinctive_words(author, word, counts[author, word], group, draws=199, rng=1)
    held = distinctive_words(
        author, word, counts[author, word], group, strata=topic, draws=199, rng=1
    )
    assert free.p_adjusted[1, 0] <= 0.02 < 0.05 < held.p_adjusted[1, 0]


def test_what_topics_alone_would_give_is_taken_off():
    rng = np.random.default_rng(4)
    counts = rng.poisson(2.0, (12, 3, 6)).astype(float)  # authors, topics, words
    group = np.r_[np.zeros(5, dtype=int), np.ones(7, dtype=int)]
    counts[group == 0, 1] *= 4.0
    author, topic, word = np.nonzero(counts)
    found = distinctive_words(
        author,
        word,
        counts[author, topic, word],
        group,
        topics=topic,
        prior_total=50,
        min_authors=1,
        draws=19,
        rng=1,
    )
    mine, pooled = counts[group == 0].sum(axis=(0, 1)), counts.sum(axis=(0, 1))
    rate = counts.sum(axis=0) / counts.sum(axis=(0, 2))[:, None]
    expected = counts[group == 0].sum(axis=(0, 2)) @ rate
    prior = 50 * pooled / pooled.sum()

    def logit(y):
        return np.log((y + prior) / (y.sum() + 50 - y - prior))

    want = logit(mine) - logit(pooled - mine) - (logit(expected) - logit(pooled - expected))
    assert found.log_odds[0] == pytest.approx(want)
    error = np.sqrt(1 / (mine + prior) + 1 / (pooled - mine + prior))
    assert found.z[0] == pytest.approx(want / error)
    assert found.largest.shape == (found.draws,) and (found.largest >= 0).all()


def test_one_topic_is_none():
    rng = np.random.default_rng(5)
    counts = rng.poisson(1.0, (20, 8))
    author, word = np.nonzero(counts)
    group, uses = np.arange(20) % 2, counts[author, word]
    plain = distinctive_words(author, word, uses, group, draws=99, rng=1)
    one = distinctive_words(
        author, word, uses, group, topics=np.zeros_like(author), draws=99, rng=1
    )
    assert one.z == pytest.approx(plain.z, nan_ok=True) and one.p_adjusted == pytest.approx(
        plain.p_adjusted, nan_ok=True
    )


@given(st.permutations(range(6)), st.permutations(range(5)))
@settings(max_examples=20, deadline=None)
def test_names_of_authors_and_words_do_not_matter(authors, words):
    counts = np.random.default_rng(1).poisson(2, size=(6, 5))
    a, w = np.nonzero(counts)
    group = np.array([0, 1, 0, 1, 0, 1])
    now = distinctive_words(a, w, counts[a, w], group, min_authors=1)
    renamed = np.empty(6, dtype=int)
    renamed[list(authors)] = group
    then = distinctive_words(
        np.array(authors)[a], np.array(words)[w], counts[a, w], renamed, min_authors=1
    )
    assert then.p_adjusted[:, list(words)] == pytest.approx(now.p_adjusted)
    assert then.z[:, list(words)] == pytest.approx(now.z)


def test_nothing_common_enough():
    found = distinctive_words([0, 1], [0, 1], [1, 1], [0, 1])
    assert np.isnan(found.z).all() and found.uses.tolist() == [[1, 0], [0, 1]] and found.draws == 0


def test_alpha_of_krippendorffs_own_example():
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, np.nan, np.nan, np.nan]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, np.nan, 3]
    c = [np.nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, np.nan]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, np.nan]
    assert krippendorff_alpha(np.array([a, b, c, d]).T) == pytest.approx(0.743, abs=5e-4)


def test_alpha_at_the_edges():
    assert krippendorff_alpha([[1, 1], [2, 2]]) == 1.0
    assert np.isnan(krippendorff_alpha([[1, 1], [1, 1]])) and np.isnan(
        krippendorff_alpha([[1, np.nan]])
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: log_odds_prior([1, 2], [1]), "number of words"),
        (lambda: log_odds_prior([1], [1], variance="six"), "variance must be one of"),
        (lambda: log_odds_prior([1, 2], [1, 2], prior=[1, 2, 3]), "one number a word"),
        (lambda: log_odds_prior([-1], [1]), "counts has -1.0"),
        (lambda: distinctive_words([0], [0, 1], [1, 1], [0]), "one length"),
        (
            lambda: distinctive_words([0, 3], [0, 1], [1, 1], [0, 1]),
            "groups one item for each author",
        ),
        (lambda: distinctive_words([0], [0], [1], [0], min_authors=0), "min_authors must be"),
        (lambda: krippendorff_alpha([1, 2]), "1 dimensions"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
