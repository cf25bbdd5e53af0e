"""Own-group benefit with outsiders' support: known answers, gates, hostile and empty processes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from coprep.data.baseline.baseline import Baseline
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas._authors.authorship import authored, most_influential, teams
from coprep.ideas._authors.outside_support import agreement
from coprep.ideas.self_serving import self_serving
from coprep.loading import from_json
from coprep.metrics.participation._own_benefit import own_benefit
from coprep.results import Result
from coprep.simulate import world

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("selfish", "biased person", "manipulation", "guilty")


GROUPS = {"g0": 0.5, "g1": 0.3, "g2": 0.2}


def draw(seed=1, **strengths):
    return world(rng=seed, **{"groups": GROUPS, "base": 0.5, "seen": 0.1, **strengths})[0]


def first(result, part="own benefit", group=None):
    return next(r for r in result.rows.records() if r["part"] == part and r["group"] == group)


def oracle_process():
    case = json.loads(
        (ROOT / "tests" / "oracles" / "ideas" / "self_benefit_signflip_exact.json").read_text()
    )
    given = case["inputs"]
    ids = [f"i{i:02}" for i in range(len(given["author"]))]
    pairs = [(i, g) for i, named in zip(ids, given["beneficiaries"], strict=True) for g in named]
    return case, Process(
        participants={
            "participant_id": list(given["author_group"]),
            "kind": list(given["author_group"].values()),
        },
        ideas={
            "idea_id": ids,
            "author_id": [str(a) for a in given["author"]],
            "topic": given["topic"],
        },
        beneficiaries={
            "idea_id": [i for i, _ in pairs],
            "attribute": ["kind"] * len(pairs),
            "group": [g for _, g in pairs],
        },
    )


def test_the_exhaustive_case_is_described_and_not_judged():
    case, process = oracle_process()
    row = first(self_serving(process, attribute="kind", rng=1))
    # the oracle compares within topics alone, see tests of the metric; here ideas that name as many
    # groups are compared
    assert row["effect"] > 0
    assert row["own_share"] == pytest.approx(100 * case["expected"]["own_benefit_share"])
    assert row["verdict"] == "not_assessable"
    assert "there are only 14 ideas" in row["reading"]


def test_a_planted_pattern_is_found_and_read_with_outside_support():
    result = self_serving(
        draw(people=300, ideas=400, self_serving=0.4, shunned=0.4, need=0.3, specialisation=0.4),
        attribute="group",
        rng=1,
    )
    own, outside = first(result), first(result, "outside support")
    assert own["verdict"] == "pattern"
    assert own["low"] < 40 < own["high"]
    assert outside["verdict"] == "pattern"
    assert outside["effect"] < -10
    overall = next(result.two_way.records())
    assert (overall["own_benefit"], overall["outside_support"]) == ("high", "less")
    assert "consistent with self-serving ideas" in overall["reading"]
    assert "People outside the group support these ideas less than others." in own["reading"]
    assert "lived experience" in own["reading"]


def test_experience_that_others_agree_with_reads_differently():
    result = self_serving(
        draw(people=300, ideas=400, self_serving=0.3, seen=0.4), attribute="group", rng=1
    )
    overall = next(result.two_way.records())
    assert (overall["own_benefit"], overall["outside_support"]) == ("high", "as much or more")
    assert "others agree" in overall["reading"]


@pytest.mark.parametrize(
    "innocent",
    [
        {"need": 0.5, "specialisation": 0.6},
        {"activity": 1.5, "pets": 0.3},
        {"everyone": 0.4},
        {"missing": 0.3},
    ],
)
def test_innocent_worlds_are_not_called_a_pattern(innocent):
    for seed in range(5):
        result = self_serving(
            draw(seed, people=120, **innocent), attribute="group", rng=seed, draws=499
        )
        assert first(result)["verdict"] != "pattern"


def test_need_without_topics_looks_like_own_benefit_until_need_is_told():
    rng = np.random.default_rng(4)
    n = 300
    group = rng.integers(0, 3, n)
    topic = np.where(rng.random(n) < 0.8, group, rng.integers(0, 3, n))
    named = np.where(rng.random(n) < 0.6, topic, rng.integers(0, 3, n))
    topics = [f"t{t}" for t in topic]
    process = simple(group, np.arange(n), named, topic=topics)
    assert first(self_serving(process, attribute="g", within=None, rng=1))["verdict"] == "pattern"
    assert first(self_serving(process, attribute="g", rng=1))["verdict"] != "pattern"
    need = {
        "topic": ["t0", "t1", "t2"],
        "attribute": ["g"] * 3,
        "group": ["g0", "g1", "g2"],
        "weight": [1.0] * 3,
    }
    told = simple(group, np.arange(n), named, topic=topics, need=need)
    held = self_serving(told, attribute="g", within=None, rng=1)
    assert first(held)["verdict"] != "pattern"
    assert any("stated need" in note.text for note in held.notes)


def test_one_loud_author_does_not_make_a_pattern():
    rng = np.random.default_rng(5)
    author = np.r_[np.zeros(60, int), np.arange(1, 41)]
    group = np.arange(41) % 2
    named = rng.integers(0, 2, len(author))
    named[:60] = group[0]
    result = self_serving(simple(group, author, named), attribute="g", rng=1)
    assert first(result)["verdict"] == "not_assessable"
    assert "worth only" in first(result)["reading"]


def simple(group, author, named, *, topic=None, **more):
    n = len(author)
    return Process(
        participants={
            "participant_id": [f"p{i}" for i in range(len(group))],
            "g": [f"g{k}" for k in group],
        },
        ideas={
            "idea_id": [f"i{i}" for i in range(n)],
            "author_id": [f"p{a}" for a in author],
            "topic": ["t"] * n if topic is None else list(topic),
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(n)],
            "attribute": ["g"] * n,
            "group": [f"g{k}" for k in named],
        },
        **more,
    )


def refusal(process, **options):
    found = self_serving(process, attribute="g", rng=1, **options)
    assert {f.verdict.value for f in found.findings} == {"not_assessable"}
    return first(found)["reading"]


def test_gates_refuse_with_a_reason():
    many = np.arange(40)
    assert "only 1 group has 5 authors" in refusal(
        simple(np.zeros(40, int), many, np.zeros(40, int))
    )
    topics = [f"t{k}" for k in many % 2]
    some = np.where(many < 8, 1 - many % 2, many % 2)
    assert "30% are needed" in refusal(simple(many % 2, many, some, topic=topics))
    one = refusal(simple(np.array([0, 1]), np.zeros(30, int), np.zeros(30, int)))
    assert "has 5 authors" in one
    assert "there are only 10 ideas" in refusal(
        simple(np.arange(10) % 2, np.arange(10), np.arange(10) % 2)
    )


def test_ideas_for_everyone_say_nothing():
    group, n = np.arange(40) % 2, 40
    process = Process(
        participants={"participant_id": [f"p{i}" for i in range(n)], "g": [f"g{k}" for k in group]},
        ideas={
            "idea_id": [f"i{i}" for i in range(n)],
            "author_id": [f"p{i}" for i in range(n)],
            "topic": ["t"] * n,
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(n)] * 2,
            "attribute": ["g"] * (2 * n),
            "group": ["g0"] * n + ["g1"] * n,
        },
    )
    found = self_serving(process, attribute="g", rng=1)
    assert first(found)["verdict"] == "not_assessable"
    assert math.isnan(first(found)["effect"])
    assert "0 of 40 ideas can tell groups apart" in found.notes[0].text


def test_nobody_named_in_this_attribute():
    people = [f"p{i}" for i in range(80)]
    other = Process(
        participants={"participant_id": people, "sex": ["f", "m"] * 40, "group": ["x"] * 80},
        ideas={"idea_id": [f"i{i}" for i in range(80)], "author_id": people, "topic": ["t"] * 80},
        beneficiaries={"idea_id": ["i0"], "attribute": ["group"], "group": ["x"]},
    )
    assert (
        "no idea names a group of 'sex'"
        in first(self_serving(other, attribute="sex", rng=1))["reading"]
    )


def test_missing_tables_are_one_error():
    with pytest.raises(InputError, match="beneficiaries"):
        self_serving(Process(participants={"participant_id": ["a"], "g": ["x"]}), attribute="g")
    with pytest.raises(InputError, match="within must be one of"):
        self_serving(draw(), attribute="group", within="topics")
    with pytest.raises(InputError, match="material"):
        self_serving(draw(), attribute="group", material=-1)
    with pytest.raises(InputError):
        self_serving(draw(), attribute="grp")


def test_topics_are_needed_or_set_aside():
    process = simple(np.arange(40) % 2, np.arange(40), np.arange(40) % 2, topic=[None] * 40)
    found = self_serving(process, attribute="g", rng=1)
    assert first(found)["verdict"] == "not_assessable"
    assert "40 ideas left out: no topic is known." in map(str, found.notes)
    assert first(self_serving(process, attribute="g", within=None, rng=1))[
        "effect"
    ] == pytest.approx(100)


def test_unknown_groups_are_left_out_counted_and_bounded():
    found = self_serving(draw(people=200, missing=0.3, self_serving=0.2), attribute="group", rng=1)
    headline = found.findings[0]
    low, high = headline.details["bounds_unknown"]
    assert low < first(found)["effect"] < high
    assert headline.details["exclusions"]["the author's group is unknown"] > 20


def hidden(often: float, seed: int = 3) -> Process:
    """Ideas that name one of two groups by chance; labels of those who write for others are lost so often."""
    rng = np.random.default_rng(seed)
    n = 240
    group = rng.integers(2, size=n)
    named = rng.integers(2, size=n)
    lost = (named != group) & (rng.random(n) < often)
    names = [f"p{i}" for i in range(n)]
    return Process(
        participants={
            "participant_id": names,
            "g": [None if gone else f"g{k}" for k, gone in zip(group, lost, strict=True)],
        },
        ideas={"idea_id": names, "author_id": names, "topic": ["t"] * n},
        beneficiaries={"idea_id": names, "attribute": ["g"] * n, "group": [f"g{k}" for k in named]},
    )


@pytest.mark.parametrize("often", [0.5, 0.7, 0.9])
def test_labels_lost_by_those_who_write_for_others_make_no_pattern(often):
    found = self_serving(hidden(often), attribute="g", draws=999, rng=1)
    headline = found.findings[0]
    assert headline.p_adjusted <= 0.005
    assert all(f.verdict != "pattern" for f in found.findings)
    runs = {run["name"]: run["effect"] for run in headline.details["robustness"]}
    half = runs["if authors of unknown group named their own half as often as those known"]
    twice = runs["if authors of unknown group named their own twice as often as those known"]
    low, high = headline.details["bounds_unknown"]
    assert low < half < headline.estimate.value < twice <= high
    assert headline.details["worst_case_unknown"] == half


def test_a_label_lost_now_and_then_takes_no_pattern_away():
    process = draw(2, people=300, missing=0.1, self_serving=0.5)
    assert (
        self_serving(process, attribute="group", draws=999, rng=1).findings[0].verdict == "pattern"
    )


def test_coauthors_are_taken_together():
    idea, person = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 3])
    assert teams(idea, person, 4, 5).tolist() == [0, 0, 1, -1]
    n = 60
    process = Process(
        participants={
            "participant_id": [f"p{i}" for i in range(n)],
            "g": [f"g{i % 2}" for i in range(n)],
        },
        ideas={"idea_id": [f"i{i}" for i in range(n)], "topic": ["t"] * n},
        idea_authors={
            "idea_id": [f"i{i}" for i in range(n)] + [f"i{i}" for i in range(0, n, 4)],
            "participant_id": [f"p{i}" for i in range(n)] + [f"p{i + 1}" for i in range(0, n, 4)],
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(n)],
            "attribute": ["g"] * n,
            "group": ["g0", "g1"] * (n // 2),
        },
    )
    wrote = authored(process, "g", "topic")
    assert len(np.unique(wrote.team)) == n - n // 4
    assert wrote.member[0].tolist() == [0.5, 0.5]
    found = self_serving(process, attribute="g", rng=1)
    assert "People who wrote ideas together were taken together." in map(str, found.notes)
    assert first(found)["n_people"] == n


def test_host_ideas_and_ideas_without_author_are_left_out():
    n = 50
    process = Process(
        participants={
            "participant_id": [f"p{i}" for i in range(n)],
            "g": [f"g{i % 2}" for i in range(n)],
        },
        ideas={
            "idea_id": [f"i{i}" for i in range(n)],
            "author_id": [None if i < 3 else f"p{i}" for i in range(n)],
            "topic": ["t"] * n,
            "is_host": [3 <= i < 7 for i in range(n)],
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(n)],
            "attribute": ["g"] * n,
            "group": ["g0", "g1"] * (n // 2),
        },
    )
    notes = tuple(map(str, self_serving(process, attribute="g", rng=1).notes))
    assert "4 ideas left out: written by the organisers." in notes
    assert "3 ideas left out: no author is known." in notes


def test_groups_made_from_the_votes_are_refused_without_a_number():
    group = np.arange(40) % 2
    process = simple(group, np.arange(40), group, from_votes=["g"])
    row = first(self_serving(process, attribute="g", rng=1))
    assert row["verdict"] == "not_assessable"
    assert math.isnan(row["effect"])
    assert "clustered" in row["reading"]


def test_breadth_is_described_against_the_baseline():
    process = draw(people=200, self_serving=0.3)
    tables = self_serving(process, attribute="group", rng=1).breadth
    assert set(tables.names) >= {"breadth_own", "breadth_other", "difference", "concentration"}
    assert all(0 <= b <= 1 for b in tables["breadth_own"])
    assert tables["group"][0] is None
    case, exhaustive = oracle_process()
    shares = {"x": 0.5, "y": 0.3, "z": 0.2}
    with_baseline = Process.of_contents(
        exhaustive._contents, baseline=Baseline.from_shares({"kind": shares})
    )
    row = next(self_serving(with_baseline, attribute="kind", rng=1).breadth.records())
    named = [sum(shares[g] for g in groups) for groups in case["inputs"]["beneficiaries"] if groups]
    assert row["n_own"] + row["n_other"] == len(named)
    own_breadth = [
        sum(shares[g] for g in case["inputs"]["beneficiaries"][i])
        for i in range(14)
        if case["inputs"]["beneficiaries"][i]
        and case["inputs"]["author_group"][str(case["inputs"]["author"][i])]
        in case["inputs"]["beneficiaries"][i]
        and len(case["inputs"]["beneficiaries"][i]) < 3
    ]
    assert row["breadth_own"] == pytest.approx(np.mean(own_breadth))
    assert row["n_own"] == len(own_breadth)


def test_small_groups_are_hidden_everywhere():
    rng = np.random.default_rng(3)
    group = np.r_[np.zeros(40, int), np.ones(40, int), np.full(3, 2)]
    author = np.repeat(np.arange(83), 2)
    found = self_serving(
        simple(group, author, rng.integers(0, 3, len(author))), attribute="g", rng=1
    )
    said = found.to_json()
    assert "g2" not in {row["group"] for row in found.rows.records()}
    assert "g2" not in {row["group"] for row in found.two_way.records()}
    assert "g2" not in {row["group"] for row in found.breadth.records()}
    assert '"g2"' not in said
    assert any("not shown" in note.text for note in found.notes)


def test_no_person_is_named_anywhere():
    process = draw(people=120, self_serving=0.3)
    found = self_serving(process, attribute="group", rng=1)
    said = found.to_json()
    assert not [p for p in process.people if f'"{p}"' in said]
    for word in FORBIDDEN:
        assert word not in said.casefold()


def test_names_and_order_do_not_matter():
    process = draw(7, people=100, self_serving=0.2)
    found = self_serving(process, attribute="group", rng=3)
    again = self_serving(draw(7, people=100, self_serving=0.2), attribute="group", rng=3)
    assert found == again
    assert found.settings["rng"] == 3


def test_round_trip():
    found = self_serving(draw(people=100), attribute="group", rng=1)
    back = from_json(found.to_json())
    assert isinstance(back, Result)
    assert back == found
    assert list(found.table["part"].unique()) == ["own benefit", "outside support"]


def test_support_leaves_out_passes_and_turns_ranks_round():
    process = Process(
        participants={"participant_id": ["a", "b", "c"]},
        ideas={"idea_id": ["1", "2"]},
        ratings={
            "participant_id": ["a", "a", "b", "c"],
            "idea_id": ["1", "2", "1", "1"],
            "value": [1, -1, 0, 1],
            "kind": ["agree"] * 4,
        },
    )
    assert agreement(process.ballots()).tolist() == pytest.approx(
        [1.0, 0.0, math.nan, 1.0], nan_ok=True
    )
    ranked = Process(
        participants={"participant_id": ["a"]},
        ideas={"idea_id": ["1", "2", "3"]},
        ratings={
            "participant_id": ["a"] * 3,
            "idea_id": ["1", "2", "3"],
            "value": [1, 2, 3],
            "kind": ["rank"] * 3,
        },
    )
    assert agreement(ranked.ballots()).tolist() == [1.0, 0.5, 0.0]


def test_the_most_influential_author_moves_the_slope_most():
    rng = np.random.default_rng(9)
    products, squares = rng.normal(size=20), rng.random(20) + 0.1
    moved = [
        abs(
            np.delete(products, i).sum() / np.delete(squares, i).sum()
            - products.sum() / squares.sum()
        )
        for i in range(20)
    ]
    assert most_influential(products, squares) == int(np.argmax(moved))
    assert most_influential(np.zeros(3), np.zeros(3)) == -1


def test_the_headline_is_the_kernel_s_number():
    process = draw(people=150, self_serving=0.1)
    wrote = authored(process, "group", "topic")
    benefit, _ = process.beneficiaries("group")
    kernel = own_benefit(
        benefit[wrote.idea], wrote.member, wrote.block, wrote.team, drop_constant=True
    )
    found = self_serving(process, attribute="group", rng=1)
    assert first(found)["effect"] == pytest.approx(100 * kernel.excess[0])


@pytest.mark.parametrize(
    "label", ["<script>", "{Ideas}", "a\nb", "\u202eevil", "'; DROP TABLE ideas; --"]
)
def test_hostile_labels(label):
    group = np.arange(60) % 2
    names = np.array([label, "plain"], dtype=object)[group]
    named = np.where(np.arange(60) < 4, names[::-1], names)  # most name their own, as nobody must
    n = 60
    process = Process(
        participants={"participant_id": [f"p{i}" for i in range(n)], label: list(names)},
        ideas={
            "idea_id": [f"i{i}" for i in range(n)],
            "author_id": [f"p{i}" for i in range(n)],
            "topic": [label] * n,
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(n)],
            "attribute": [label] * n,
            "group": list(named),
        },
    )
    found = self_serving(process, attribute=process.attributes[0], rng=1)
    assert all("\n" not in f.reading and "\u202e" not in f.reading for f in found.findings)
    assert first(found)["verdict"] == "pattern"


def test_ten_to_the_fifth_ideas_in_seconds():
    rng = np.random.default_rng(0)
    people, ideas, groups = 40_000, 100_000, 4
    group, author = rng.integers(0, groups, people), rng.integers(0, people, ideas)
    topic, named = rng.integers(0, 50, ideas), rng.integers(0, groups, ideas)
    process = Process(
        participants={
            "participant_id": np.arange(people),
            "g": np.array(["a", "b", "c", "d"])[group],
        },
        ideas={
            "idea_id": np.arange(ideas),
            "author_id": author,
            "topic": np.char.add("t", topic.astype(str)),
        },
        beneficiaries={
            "idea_id": np.arange(ideas),
            "attribute": np.full(ideas, "g"),
            "group": np.array(["a", "b", "c", "d"])[named],
        },
    )
    found = self_serving(process, attribute="g", rng=1)
    assert first(found)["verdict"] == "no_material_difference"


def test_an_attribute_that_tells_people_apart_is_refused():
    n = 600
    with pytest.raises(InputError, match="at most 500 can be compared"):
        self_serving(simple(np.arange(n), np.arange(n), np.arange(n)), attribute="g")


TWO = {"north": 0.6, "south": 0.4}


@pytest.mark.parametrize(("groups", "counted"), [(TWO, "taken out"), (GROUPS, "does not name")])
def test_loyal_voters_do_not_make_ideas_look_shunned(groups, counted):
    """People who like ideas for themselves: nobody minds own-benefit ideas, though outsiders cannot add what others do."""
    effects = []
    for seed in range(8):
        process = world(
            rng=seed, people=150, ideas=200, groups=groups, base=0.5, seen=0.2, in_group=0.3
        )[0]
        finding = next(
            f
            for f in self_serving(process, attribute="group", draws=499, rng=1).findings
            if f.question == "outside_support"
        )
        assert finding.verdict != "pattern"
        assert counted in finding.details["outsiders_counted"]
        assert 15 < finding.details["premium_for_own_group"] < 45
        effects.append(finding.estimate.value)
    assert abs(np.mean(effects)) < 5


@pytest.mark.parametrize("premium", [0.0, 0.2])
@pytest.mark.parametrize("groups", [TWO, GROUPS])
def test_shunned_ideas_are_found_whether_or_not_voters_are_loyal(groups, premium):
    process = world(
        rng=1,
        people=200,
        ideas=300,
        groups=groups,
        base=0.5,
        seen=0.2,
        self_serving=0.5,
        shunned=0.4,
        in_group=premium,
    )[0]
    row = first(self_serving(process, attribute="group", rng=1), "outside support")
    assert row["verdict"] == "pattern"
    assert -40 < row["effect"] < -12


def test_outsiders_who_cannot_be_told_from_beneficiaries_are_not_judged():
    """Two groups, and hardly anybody rated an idea of the own group: what outsiders mind cannot be told from what they gain."""
    process = world(
        rng=1, people=200, ideas=300, base=0.5, seen=0.2, self_serving=0.5, shunned=0.4
    )[0]
    group = process.grouping("group").codes
    author = np.empty(len(process.ideas), dtype=int)
    author[process.authorship.idea] = process.authorship.person
    ballots = process.ballots()
    across = (group[ballots.person] != group[author[ballots.idea]]) | (ballots.idea % 100 == 0)
    benefit, names = process.beneficiaries("group")
    idea, named = np.nonzero(benefit)
    blind = Process(
        participants={"participant_id": list(process.people), "group": [names[g] for g in group]},
        ideas={
            "idea_id": list(process.ideas.ids),
            "author_id": [process.people[a] for a in author],
            "topic": [process.ideas.topics[t] for t in process.ideas.topic],
        },
        beneficiaries={
            "idea_id": [process.ideas.ids[i] for i in idea],
            "attribute": ["group"] * len(idea),
            "group": [names[g] for g in named],
        },
        ratings={
            "participant_id": [process.people[p] for p in ballots.person[across]],
            "idea_id": [process.ideas.ids[i] for i in ballots.idea[across]],
            "value": ballots.value[across],
            "shown": [True] * int(across.sum()),
            "kind": ["approve"] * int(across.sum()),
        },
    )
    row = first(self_serving(blind, attribute="group", rng=1), "outside support")
    assert row["verdict"] == "not_assessable"
    assert "ask more of either" in row["reading"]
