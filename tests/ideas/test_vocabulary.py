"""Distinctive words: known z values, loud authors, topics, hostile texts."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas._texts.words import used_words, words_of
from coprep.ideas.vocabulary import vocabulary
from coprep.metrics.participation._words import distinctive_words, log_odds_prior
from coprep.results import Result

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def oracle(name):
    return json.loads((ORACLES / f"{name}.json").read_text())


def corpus(case):
    """Texts of a case with one author a text, and each author's group (0 is the first)."""
    texts = case["inputs"]["texts"]
    first, second = list(texts)
    rows = texts[first] + texts[second]
    label = np.r_[np.zeros(len(texts[first]), int), np.ones(len(texts[second]), int)]
    return used_words(rows, np.arange(len(rows)), len(rows), most=10_000), label


def test_flat_prior_equals_the_reference():
    case = oracle("text_fw_uniform")
    used, label = corpus(case)
    counts = np.zeros((2, len(used.vocabulary)))
    np.add.at(counts, (label[used.author], used.word), used.uses)
    z = log_odds_prior(counts[0], counts[1], prior=0.1)[1]
    found = dict(zip(used.vocabulary, z, strict=True))
    assert found.keys() == case["expected"]["z"].keys()
    for word, value in case["expected"]["z"].items():
        assert found[word] == pytest.approx(value, abs=case["tolerance"])


def test_a_loud_author_is_no_group():
    case = oracle("text_fw_loud_author")
    used, label = corpus(case)
    found = distinctive_words(used.author, used.word, used.uses, label, prior=0.1, min_authors=1)
    word = used.vocabulary.index("parking")
    assert found.exact
    assert found.draws == 252
    assert found.z[0, word] == pytest.approx(case["expected"]["z_word"], abs=case["tolerance"])
    assert found.p_value[0, word] == pytest.approx(
        case["expected"]["p_word_author_permutation"], abs=case["tolerance"]
    )
    assert found.p_adjusted[0, word] == pytest.approx(
        case["expected"]["p_max_abs_z_author_permutation"], abs=case["tolerance"]
    )


def world(
    seed=1, *, authors=120, typical=0.0, loud=0, topic=None, text=None, groups=("young", "older")
):
    rng = np.random.default_rng(seed)
    common = ["park", "bus", "street", "school", "bench", "tree", "road", "play", "light", "shop"]
    rows = []
    for a in range(authors):
        words = list(rng.choice(common, 15))
        if rng.random() < typical * (a % 2 == 0):
            words += ["skate"] * 2
        if rng.random() < 0.1:
            words.append("skate")
        if a == 0:
            words += ["parking"] * loud
        rows.append(" ".join(words))
    return Process(
        participants={
            "participant_id": [f"p{a}" for a in range(authors)],
            "age": [groups[a % 2] for a in range(authors)],
        },
        ideas={
            "idea_id": [f"i{a}" for a in range(authors)],
            "author_id": [f"p{a}" for a in range(authors)],
            "topic": [f"t{a % 3}" for a in range(authors)] if topic is None else topic,
            "text": rows if text is None else text,
        },
    )


def test_a_group_s_word_is_found_and_named_by_group():
    found = vocabulary(world(typical=0.8), attribute="age", rng=1)
    row = next(r for r in found.rows.records() if r["word"] == "skate")
    assert row["group"] == "young"
    assert row["verdict"] == "pattern"
    assert row["effect"] > 2
    assert row["low"] < row["effect"] < row["high"]
    assert "'young'" in row["reading"]
    assert "'skate'" in row["reading"]
    assert not {"class1", "class2"} & set(found.rows["group"])


def test_the_loud_author_gets_no_verdict():
    found = vocabulary(world(loud=200), attribute="age", min_authors=1, rng=1)
    row = next(r for r in found.rows.records() if r["word"] == "parking")
    assert row["z"] > 4
    assert row["low"] < 1 < row["high"]
    assert row["largest_author_share"] == 1.0
    assert row["verdict"] == "inconclusive"
    finding = next(f for f in found.findings if "'parking'" in f.reading)
    once = {run["name"]: run for run in finding.details["robustness"]}[
        "with each author's rate counted once"
    ]
    assert once["effect"] > 1 and once["p_value"] > 0.2


def test_rare_words_are_left_out():
    found = vocabulary(world(loud=200), attribute="age", rng=1)
    assert "parking" not in found.rows["word"]
    assert any("those that 5 authors or more use" in note.text for note in found.notes)


def test_innocent_texts_raise_no_alarm():
    flags = [
        f
        for seed in range(10)
        for f in vocabulary(world(seed), attribute="age", rng=seed, draws=199).findings
        if f.verdict == "pattern"
    ]
    assert not flags


def test_a_topic_is_no_group_word_within_topics():
    rng = np.random.default_rng(3)
    authors = 200
    young = rng.random(authors) < 0.5
    sport = rng.random(authors) < np.where(young, 0.85, 0.15)
    process = Process(
        participants={
            "participant_id": [f"p{a}" for a in range(authors)],
            "age": np.where(young, "young", "older").tolist(),
        },
        ideas={
            "idea_id": [f"i{a}" for a in range(authors)],
            "author_id": [f"p{a}" for a in range(authors)],
            "topic": np.where(sport, "sport", "transport").tolist(),
            "text": [
                " ".join(
                    rng.choice(["pitch", "ball", "goal"] if s else ["bus", "tram", "train"], 8)
                )
                for s in sport
            ],
        },
    )
    within = vocabulary(process, attribute="age", rng=1)
    across = vocabulary(process, attribute="age", within=None, rng=1)
    assert not [f for f in within.findings if f.verdict == "pattern"]
    assert [f for f in across.findings if f.verdict == "pattern"]


def several_topics(seed, authors=80, each=4):
    """Groups prefer different topics, authors write on several, and words depend on the topic alone."""
    rng = np.random.default_rng(seed)
    young = np.arange(authors) % 2 == 0
    author = np.repeat(np.arange(authors), each)
    sport = rng.random(len(author)) < np.where(young[author], 0.7, 0.3)
    return Process(
        participants={
            "participant_id": [f"p{a:02d}" for a in range(authors)],
            "age": np.where(young, "young", "older").tolist(),
        },
        ideas={
            "idea_id": [f"i{i:03d}" for i in range(len(author))],
            "author_id": [f"p{a:02d}" for a in author],
            "topic": np.where(sport, "sport", "transport").tolist(),
            "text": [
                " ".join(
                    rng.choice(["pitch", "ball", "goal"] if s else ["bus", "tram", "train"], 8)
                )
                for s in sport
            ],
        },
    )


@pytest.mark.parametrize("seed", range(3))
def test_authors_of_several_topics_do_not_lend_their_group_a_topic_s_words(seed):
    found = vocabulary(several_topics(seed), attribute="age", rng=1)
    assert not [f for f in found.findings if f.verdict == "pattern"]
    assert all(
        row["low"] <= 1 <= row["high"] and 0.7 < row["effect"] < 1.4 for row in found.rows.records()
    )
    assert "on the same topics" in found.findings[0].reading
    across = vocabulary(several_topics(seed), attribute="age", within=None, rng=1)
    assert [f for f in across.findings if f.verdict == "pattern"]
    assert "on the same topics" not in across.findings[0].reading


def test_intervals_hold_for_all_words_at_once():
    """Words shown were picked for their z: an interval leaves no difference out only where p adjusted is small."""
    for seed in range(20):
        for row in vocabulary(world(seed), attribute="age", rng=seed, draws=199).rows.records():
            assert row["low"] <= 1 <= row["high"] or row["p_adjusted"] <= 0.055


def test_words_are_words():
    assert words_of(None) == []
    assert words_of("") == []
    assert words_of("L'été à l'école, 3 fois; I65 \u202e<b>Bold</b>") == [
        "l'été",
        "à",
        "l'école",
        "fois",
        "b",
        "bold",
        "b",
    ]
    assert words_of("a" * 50) == []
    assert words_of("e\u0301te\u0301") == ["été"]


def test_vocabulary_is_cut_to_what_most_authors_use():
    used = used_words(["a b c", "a b", "a"], np.arange(3), 3, most=2, leave_out=[])
    assert used.vocabulary == ("a", "b")
    assert used.distinct == 3
    assert used.total.tolist() == [3, 2, 1]
    without = used_words(["a b c", "a b", "a"], np.arange(3), 3, most=2, leave_out=["A"])
    assert without.vocabulary == ("b", "c")


def test_empty_texts_one_group_and_missing_texts():
    blank = vocabulary(world(text=[None] * 119 + ["one two"]), attribute="age", rng=1)
    assert [f.verdict for f in blank.findings] == ["not_assessable"]
    silent = vocabulary(world(text=[""] * 120), attribute="age", rng=1)
    assert (
        silent.findings[0].reading == "This cannot be judged: no word is used by 5 authors or more."
    )
    alone = vocabulary(world(groups=("x", "x")), attribute="age", rng=1)
    assert all(f.verdict == "not_assessable" for f in alone.findings)
    with pytest.raises(InputError, match="text"):
        vocabulary(
            Process(
                participants={"participant_id": ["a"], "age": ["x"]},
                ideas={"idea_id": ["1"], "author_id": ["a"]},
            ),
            attribute="age",
        )


def test_ideas_without_topics_are_compared_as_they_are():
    found = vocabulary(world(typical=0.8, topic=[None] * 120), attribute="age", rng=1)
    assert found.settings["within"] is None
    assert any(f.verdict == "pattern" for f in found.findings)


def test_cut_vocabularies_are_said():
    found = vocabulary(world(), attribute="age", max_words=4, rng=1)
    assert any("cut to the 4 words" in note.text for note in found.notes)
    assert found.settings["words"] == 4


def test_topics_of_one_group_are_counted():
    topic = [f"t{a % 2}" for a in range(120)]
    assert any(
        "2 topics with authors of one group" in note
        for note in map(str, vocabulary(world(topic=topic), attribute="age", rng=1).notes)
    )


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", "{word}", "a\nb\tc", "\u202eabc", "=cmd()"]
)
def test_hostile_texts(evil):
    found = vocabulary(
        world(text=[f"{evil} park"] * 60 + ["park bus"] * 60), attribute="age", min_authors=1, rng=1
    )
    assert all("\n" not in f.reading and "\u202e" not in f.reading for f in found.findings)


def test_round_trip_seed_and_privacy():
    process = world(typical=0.5)
    found = vocabulary(process, attribute="age", rng=2)
    assert found == vocabulary(process, attribute="age", rng=2)
    assert Result.from_dict(json.loads(found.to_json())) == found
    assert not [p for p in process.people if f'"{p}"' in found.to_json()]
    assert all(math.isfinite(r["effect"]) for r in found.rows.records())


def test_the_words_of_a_language_are_no_groups_words():
    """Eight in ten ideas of one group are in another language; both say the same things."""
    english = ["we need more trees and benches in the park", "a safer bike lane on the main street"]
    spanish = ["necesitamos mas arboles y bancos en el parque", "un carril bici en la calle mayor"]
    rng = np.random.default_rng(6)
    authors = [f"p{i}" for i in range(100)]
    is_spanish = [i % 100 < 50 and rng.random() < 0.8 for i in range(200)]
    which = rng.integers(2, size=200)
    ideas = {
        "idea_id": list(range(200)),
        "author_id": [authors[i % 100] for i in range(200)],
        "text": [(spanish if s else english)[k] for s, k in zip(is_spanish, which, strict=True)],
        "language": ["es" if s else "en" for s in is_spanish],
    }
    people = {"participant_id": authors, "origin": ["migrant"] * 50 + ["local"] * 50}
    found = vocabulary(Process(people, ideas), attribute="origin", draws=199, rng=1)
    assert "languages_apart" in [note.code for note in found.notes]
    assert not [f for f in found.findings if f.verdict == "pattern"]
    del ideas["language"]
    mixed = vocabulary(Process(people, ideas), attribute="origin", draws=199, rng=1)
    assert [f for f in mixed.findings if f.verdict == "pattern"]
