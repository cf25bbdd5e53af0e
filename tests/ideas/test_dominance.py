"""Who fills the room: heads times volume, one voice against one group, inequality against equal chances."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.baseline.baseline import Baseline
from coprep.data.process.process import Process
from coprep.data.process.readers import read_polis
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas.dominance import dominance
from coprep.loading import from_json
from coprep.simulate import world

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def oracle(name):
    return json.loads((ORACLES / f"{name}.json").read_text(encoding="utf-8"))


def written(counts, groups, baseline=None):
    """A process in which each person wrote so many ideas."""
    people = [f"p{i:03d}" for i in range(len(counts))]
    authors = [p for p, n in zip(people, counts, strict=True) for _ in range(int(n))]
    return Process(
        participants={"participant_id": people, "g": list(groups)},
        ideas={"idea_id": [f"i{j:04d}" for j in range(len(authors))], "author_id": authors},
        baseline=baseline,
    )


def by_group(found):
    return {row["group"]: row for row in found.rows.records()}


def test_one_prolific_author_is_a_voice_and_not_a_group():
    case = oracle("share_one_prolific_author")
    given, want = case["inputs"], case["expected"]
    found = dominance(
        written(given["ideas_by_author"], given["author_group"]),
        attribute="g",
        baseline=given["baseline"],
        rng=1,
    )
    a, overall = by_group(found)["a"], next(found.overall.records())
    assert a["share"] == pytest.approx(want["share_ideas_a"])
    assert a["heads_ratio"] * 0.5 == pytest.approx(want["share_authors_a"])
    assert a["heads_p"] == pytest.approx(want["p_authors"])
    assert overall["largest_share"] == pytest.approx(want["top_author_share"])
    assert overall["effective"] == pytest.approx(want["effective_authors"])
    assert [f.verdict.value for f in found.findings] == [
        "not_assessable",
        "not_assessable",
        "pattern",
    ]
    assert "worth only 2.7 equally active ones" in a["reading"]
    assert found.findings[-1].reading.startswith(
        "One voice alone holds 60% of the ideas (60 of 100)"
    )


def test_shares_against_a_community_agree_with_the_reference():
    case = oracle("share_vs_baseline")
    counts, base = case["inputs"]["ideas"], case["inputs"]["baseline"]
    groups = [f"g{k}" for k, n in enumerate(counts) for _ in range(n)]
    shares = {f"g{k}": b for k, b in enumerate(base)}
    rows = by_group(
        dominance(written([1] * 100, groups), attribute="g", baseline=shares, draws=9_999, rng=1)
    )
    want = case["expected"]
    for k, group in enumerate(shares):
        row = rows[group]
        assert row["effect"] == pytest.approx(want["ratio"][k]) == row["heads_ratio"]
        assert (row["heads_low"] * base[k], row["heads_high"] * base[k]) == pytest.approx(
            want["wilson"][k]
        )
        assert row["heads_p"] == pytest.approx(want["p_binom"][k])
        # one idea each: drawing labels from the community is the same test, up to what two-sided means
        assert row["p_value"] == pytest.approx(want["p_binom"][k], abs=0.1)


def test_inequality_agrees_with_the_reference():
    case = oracle("ineq_counts")
    found = dominance(written(case["inputs"]["x"], case["inputs"]["group"]), attribute="g", rng=1)
    row, want = next(found.overall.records()), case["expected"]
    names = {
        "gini": "gini",
        "hhi": "hhi",
        "theil": "theil_T",
        "theil_between": "theil_between",
        "theil_within": "theil_within",
    }
    for ours, theirs in {**names, "top_10_share": "top_10pct_share"}.items():
        assert row[ours] == pytest.approx(want[theirs], rel=1e-9)
    assert row["theil_between"] + row["theil_within"] == pytest.approx(row["theil"])
    assert row["people"] == 10 and row["contributors"] == 7


def test_equal_chances_alone_are_far_from_equal():
    rng = np.random.default_rng(5)
    counts = rng.multinomial(30, np.full(30, 1 / 30))
    row = next(dominance(written(counts, ["a", "b"] * 15), attribute="g", rng=1).overall.records())
    assert row["gini_expected"] == pytest.approx(0.51, abs=0.01)  # one idea a head on average
    assert row["gini_low"] < row["gini"] < row["gini_high"]


def debates(folder, *, by):
    turns = pd.read_csv(folder / "debates_2016_turns" / "turns.csv")
    turns["who"] = turns.debate + " " + turns.speaker if by == "debate" else turns.speaker
    people = turns.drop_duplicates("who")
    return Process(
        participants=pd.DataFrame({"participant_id": people.who, "gender": people.gender}),
        turns=pd.DataFrame(
            {
                "turn_id": turns.debate + turns.turn.astype(str),
                "session_id": turns.debate,
                "participant_id": turns.who,
                "n_words": turns.n_words,
            }
        ),
    )


def test_women_speak_29_percent_of_the_words_in_the_debates(reference_data):
    want = oracle("turns_debates")["expected"]
    words = by_group(
        dominance(debates(reference_data, by="debate"), attribute="gender", currency="words", rng=1)
    )
    assert words["F"]["share"] == pytest.approx(want["share_words_F"], rel=1e-9)
    assert words["F"]["amount"] == sum(d["F"] for d in want["words_by_debate_gender"].values())
    assert words["F"]["heads"] == 5 and words["F"]["verdict"] == "inconclusive"
    assert words["F"]["effect"] == pytest.approx(
        words["F"]["heads_ratio"] * words["F"]["volume_ratio"]
    )
    turns = by_group(
        dominance(debates(reference_data, by="debate"), attribute="gender", currency="turns", rng=1)
    )
    assert {g: r["amount"] for g, r in turns.items()} == {
        g: float(n) for g, n in want["turns_by_gender"].items()
    }
    people = dominance(
        debates(reference_data, by="speaker"), attribute="gender", currency="words", rng=1
    )
    assert next(people.overall.records())["gini"] == pytest.approx(
        want["gini_words_by_speaker"], rel=1e-9
    )
    assert "F" not in by_group(people)  # three women are too few to be shown


def test_bowling_green_has_a_dominant_voice_and_no_dominant_group(reference_data):
    process = read_polis(reference_data / "polis" / "american-assembly.bowling-green")
    found = dominance(process, attribute=process.attributes[0], rng=1)
    overall, voice = next(found.overall.records()), found.findings[-1]
    assert overall["total"] == 607 and overall["largest"] == 89 and overall["contributors"] == 281
    assert overall["effective"] == pytest.approx(35.3, abs=0.05)
    assert voice.question == "dominance.voice" and voice.verdict is Verdict.PATTERN
    assert "15% of the ideas (89 of 607), where equal chances would give at most 9" in voice.reading
    assert all(f.verdict is not Verdict.PATTERN for f in found.findings[:-1])


def test_votes_of_clustered_groups_are_refused(reference_data):
    process = read_polis(reference_data / "polis" / "american-assembly.bowling-green")
    found = dominance(process, attribute=process.attributes[0], currency="votes", rng=1)
    assert {f.verdict for f in found.findings[:-1]} == {Verdict.NOT_ASSESSABLE}


def test_labels_missing_more_often_in_one_group_are_no_pattern():
    """120 of 200 authors are of the first group, as in the community; half of those never gave their label."""
    labels = ["a"] * 60 + ["unknown"] * 60 + ["b"] * 80
    found = dominance(
        written([1] * 200, labels), attribute="g", baseline={"a": 0.6, "b": 0.4}, rng=1
    )
    row = by_group(found)["a"]
    assert row["effect"] == pytest.approx(60 / 140 / 0.6)
    assert row["verdict"] == "inconclusive" and row["p_value"] == row["p_adjusted"] == 1.0
    assert found.findings[0].details["exclusions"]["people_of_unknown_group"] == 60
    runs = {run["name"]: run["effect"] for run in found.findings[0].details["robustness"]}
    assert runs["if all people of unknown group were the group's"] == pytest.approx(120 / 200 / 0.6)
    assert runs["if none of the people of unknown group were the group's"] == pytest.approx(
        60 / 200 / 0.6
    )


def test_a_pattern_that_stands_whatever_the_unknown_are_is_still_found():
    labels = ["a"] * 120 + ["unknown"] * 20 + ["b"] * 60
    found = dominance(
        written([1] * 200, labels), attribute="g", baseline={"a": 0.3, "b": 0.7}, rng=1
    )
    assert by_group(found)["a"]["verdict"] == "pattern"
    listed = written([5] * 40 + [2] * 20 + [1] * 60, ["a"] * 40 + ["unknown"] * 20 + ["b"] * 60)
    row = by_group(dominance(listed, attribute="g", rng=1))["a"]
    assert row["verdict"] == "pattern"


def test_what_a_vote_finding_rests_on_counts_the_votes():
    process, _ = world(rng=3, people=60, ideas=30)
    finding = dominance(process, attribute="group", currency="votes", rng=1).findings[0]
    assert finding.details["n"]["votes"] == process.ledger("votes").amounts.sum() - _own_yes(
        process
    )
    assert "votes" not in dominance(process, attribute="group", rng=1).findings[0].details["n"]


def _own_yes(process):
    ballots = process.ballots()
    return int((ballots.is_self & (ballots.value > 0)).sum())


def test_large_numbers_of_equally_active_people_are_written_with_separators():
    note = (
        dominance(
            written([1] * 2_000, ["a"] * 1_000 + ["b"] * 1_000), attribute="g", draws=99, rng=1
        )
        .notes[-1]
        .text
    )
    assert "The 2,000 contributors are worth 2,000 equally active ones." in note


def test_more_heads_and_more_volume_are_told_apart():
    heads = written([2] * 60 + [0] * 20 + [2] * 10 + [0] * 70, ["a"] * 80 + ["b"] * 80)
    volume = written([6] * 40 + [0] * 40 + [1] * 40 + [0] * 40, ["a"] * 80 + ["b"] * 80)
    by_heads = by_group(dominance(heads, attribute="g", rng=1))["a"]
    by_volume = by_group(dominance(volume, attribute="g", rng=1))["a"]
    assert by_heads["verdict"] == by_volume["verdict"] == "pattern"
    assert by_heads["heads_ratio"] > 1.5 and by_heads["volume_ratio"] == pytest.approx(1.0)
    assert by_volume["heads_ratio"] == pytest.approx(1.0) and by_volume["volume_ratio"] > 1.5
    steps = {f.group: f.next_step for f in dominance(heads, attribute="g", rng=1).findings}
    assert "who was invited" in steps["a"]
    steps = {f.group: f.next_step for f in dominance(volume, attribute="g", rng=1).findings}
    assert "time and turns are shared" in steps["a"]


def test_a_group_that_contributed_nothing_has_a_row_with_a_limit():
    found = dominance(
        written([3] * 40 + [0] * 40, ["a"] * 40 + ["b"] * 30 + ["c"] * 10), attribute="g", rng=1
    )
    assert by_group(found)["b"]["verdict"] == "not_assessable"  # one group alone has authors
    wide = dominance(
        written([3] * 80 + [0] * 40, ["a"] * 40 + ["b"] * 40 + ["c"] * 40), attribute="g", rng=1
    )
    row = by_group(wide)["c"]
    assert (
        row["effect"] == 0
        and row["low"] == 0
        and 0 < row["high"] < 0.5
        and row["verdict"] == "pattern"
    )


def test_groups_of_the_community_that_nobody_is_of_have_a_row():
    base = Baseline.from_shares({"g": {"a": 0.4, "b": 0.4, "absent": 0.2}})
    found = dominance(written([1] * 60, ["a", "b"] * 30, base), attribute="g", rng=1)
    row = by_group(found)["absent"]
    assert found.settings["against"] == "the community"
    assert row["n_people"] == 0 and row["share"] == 0 and row["verdict"] == "pattern"


def test_unknown_people_give_bounds():
    groups = ["a"] * 30 + ["b"] * 30 + [None] * 20
    row = by_group(dominance(written([1] * 80, groups), attribute="g", rng=1))["a"]
    assert row["share"] == 0.5
    assert (row["share_unknown_low"], row["share_unknown_high"]) == (30 / 80, 50 / 80)


def test_ideas_of_the_organisers_are_left_out():
    process = Process(
        participants={
            "participant_id": ["host", *map(str, range(40))],
            "g": ["a", *["a", "b"] * 20],
        },
        ideas={
            "idea_id": range(100),
            "author_id": ["host"] * 60 + [str(i) for i in range(40)],
            "is_host": [True] * 60 + [False] * 40,
        },
    )
    found = dominance(process, attribute="g", rng=1)
    assert found.findings[-1].verdict is not Verdict.PATTERN
    assert next(found.overall.records())["total"] == 40
    assert "60 ideas by the organisers were left out." in map(str, found.notes)


def test_an_attribute_nobody_is_known_by_leaves_the_voices():
    found = dominance(written([1] * 30, [None] * 30), attribute="g", rng=1)
    assert len(found.rows) == 0 and [f.question for f in found.findings] == ["dominance.voice"]
    assert "Nobody's group is known, so groups cannot be compared." in map(str, found.notes)


@pytest.mark.parametrize("counts", [[1], [2] * 30, [0] * 29 + [5]])
def test_degenerate_amounts_are_answered_without_a_pattern(counts):
    found = dominance(
        written(counts, (["a", "b"] * 15)[: len(counts)]), attribute="g", draws=19, rng=1
    )
    assert not any(f.verdict is Verdict.PATTERN for f in found.findings if f.group is not None)


@given(st.integers(0, 10_000))
def test_total_is_heads_times_volume(seed):
    rng = np.random.default_rng(seed)
    found = dominance(
        written(rng.poisson(1.5, 60), rng.choice(["a", "b", "c"], 60)),
        attribute="g",
        draws=19,
        rng=1,
    )
    for row in found.rows.records():
        if np.isfinite(row["volume_ratio"]) and np.isfinite(row["effect"]):
            assert row["effect"] == pytest.approx(row["heads_ratio"] * row["volume_ratio"])


@pytest.mark.parametrize("currency", ["ideas", "words", "turns", "votes", "adoptions"])
def test_every_currency_of_a_fair_world_is_no_pattern(currency):
    process, _ = world(rng=6, people=200, ideas=150)
    found = dominance(process, attribute="group", currency=currency, draws=499, rng=1)
    assert not any(f.verdict is Verdict.PATTERN for f in found.findings)


def test_talk_that_was_planted_is_found():
    process, _ = world(rng=7, people=300, groups={"north": 0.3, "south": 0.7}, talk=2.5)
    rows = by_group(dominance(process, attribute="group", currency="words", rng=1))
    assert rows["north"]["verdict"] == "pattern" and rows["north"]["effect"] > 1.2
    assert rows["south"]["verdict"] == "pattern" and rows["south"]["effect"] < 0.8


def test_the_answer_does_not_depend_on_order():
    rng = np.random.default_rng(3)
    counts, groups = rng.poisson(1.5, 80), rng.choice(["a", "b"], 80)
    people = [f"p{i:03d}" for i in range(80)]
    authors = [p for p, n in zip(people, counts, strict=True) for _ in range(n)]
    order, turn = rng.permutation(80), rng.permutation(len(authors))
    one = Process(
        participants={"participant_id": people, "g": list(groups)},
        ideas={"idea_id": list(range(len(authors))), "author_id": authors},
    )
    other = Process(
        participants={
            "participant_id": [people[i] for i in order],
            "g": [groups[i] for i in order],
        },
        ideas={"idea_id": [int(j) for j in turn], "author_id": [authors[j] for j in turn]},
    )
    assert dominance(one, attribute="g", rng=1) == dominance(other, attribute="g", rng=1)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"attribute": "h"}, "attribute"),
        ({"currency": "money"}, "currency"),
        ({"baseline": {"x": 1.0}}, "baseline"),
        ({"baseline": {"a": "much"}}, "baseline"),
        ({"baseline": {"a": -1.0, "b": 2.0}}, "baseline"),
        ({"band": (2.0, 3.0)}, "band"),
        ({"draws": 0}, "draws"),
    ],
)
def test_bad_questions_are_refused_by_name(asked, param):
    with pytest.raises(InputError) as error:
        dominance(written([1] * 40, ["a", "b"] * 20), **{"attribute": "g", **asked})
    assert error.value.param == param


@pytest.mark.parametrize("currency", ["words", "votes", "adoptions"])
def test_missing_tables_are_named(currency):
    with pytest.raises(InputError):
        dominance(written([1] * 40, ["a", "b"] * 20), attribute="g", currency=currency)


def test_result_survives_json_and_names_nobody():
    found = dominance(written([9] + [1] * 59, ["a", "b"] * 30), attribute="g", draws=99, rng=1)
    assert from_json(found.to_json()) == found
    assert "p000" not in found.to_json()


@pytest.mark.parametrize(
    "counts, said",
    [
        (
            [20] + [2] * 140,
            "where equal chances would give at most 8: more than that, but by too little to matter.",
        ),
        ([2] * 150, "where equal chances would give at most 8: no more than that."),
    ],
)
def test_a_voice_that_does_not_matter_is_said_to_be_above_chance_or_not(counts, said):
    groups = ["a" if person % 2 else "b" for person in range(len(counts))]
    voice = dominance(written(counts, groups), attribute="g", rng=1).findings[-1]
    assert voice.verdict is Verdict.NO_MATERIAL_DIFFERENCE
    assert voice.reading.endswith(said)
