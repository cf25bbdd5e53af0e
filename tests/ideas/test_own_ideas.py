"""Own-idea inflation: known answer, automatic votes refused, groups, hostile and empty processes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas.own_ideas import own_ideas

ORACLE = Path(__file__).parents[1] / "oracles" / "ideas" / "self_enhancement_round_robin.json"


def world(n=60, seed=1, excess=0.0, *, kind="score", groups=("a", "b"), rated=15, **more):
    rng = np.random.default_rng(seed)
    leniency, quality = rng.normal(size=n) * 0.5, rng.normal(size=n) * 0.7
    person = np.repeat(np.arange(n), rated)
    idea = np.concatenate(
        [
            np.r_[v, rng.choice(np.delete(np.arange(n), v), rated - 1, replace=False)]
            for v in range(n)
        ]
    )
    level = (
        3
        + leniency[person]
        + quality[idea]
        + rng.normal(size=len(person)) * 0.8
        + excess * (person == idea)
    )
    value = np.clip(np.round(level, 1), 0, 6) if kind == "score" else (level > 3).astype(float)
    return Process(
        participants={
            "participant_id": [f"p{i}" for i in range(n)],
            "g": [groups[i % len(groups)] for i in range(n)],
        },
        ideas={"idea_id": [f"i{i}" for i in range(n)], "author_id": [f"p{i}" for i in range(n)]},
        ratings={
            "participant_id": [f"p{i}" for i in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": value.tolist(),
            "kind": [kind] * len(person),
        },
        **more,
    )


def test_the_round_robin_is_described_with_its_known_mean():
    case = json.loads(ORACLE.read_text())
    table = np.array(
        [[np.nan if v is None else v for v in row] for row in case["inputs"]["ratings"]]
    )
    person, idea = np.nonzero(~np.isnan(table))
    process = Process(
        participants={"participant_id": [f"p{i}" for i in range(7)]},
        ideas={"idea_id": [f"i{i}" for i in range(7)], "author_id": [f"p{i}" for i in range(7)]},
        ratings={
            "participant_id": [f"p{i}" for i in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": table[person, idea].tolist(),
            "kind": ["score"] * len(person),
        },
    )
    row = next(own_ideas(process, rng=1).rows.records())
    assert row["effect"] == pytest.approx(case["expected"]["mean"], abs=1e-6)
    assert row["verdict"] == "not_assessable"
    assert "only 7 people" in row["reading"]


def test_planted_inflation_is_found_in_scale_units():
    found = own_ideas(world(80, 1, 0.6), attribute="g", rng=1)
    rows = list(found.rows.records())
    assert rows[0]["verdict"] == "pattern"
    assert rows[0]["low"] < 0.6 < rows[0]["high"]
    assert "scale points" in rows[0]["reading"]
    assert [r["group"] for r in rows] == [None, "a", "b"]
    assert [run["name"] for run in found.findings[0].details["robustness"]][
        0
    ] == "without the person of largest excess"


def test_modest_people_are_described_without_a_bad_word():
    reading = next(own_ideas(world(80, 2, -0.7), rng=1).rows.records())["reading"]
    assert "lower than" in reading
    assert "Modesty" in reading


def test_innocent_ratings_are_rarely_a_pattern():
    rows = [
        next(own_ideas(world(30, 1000 + seed, rated=12), draws=499, rng=seed).rows.records())
        for seed in range(15)
    ]
    assert sum(r["p_value"] <= 0.05 for r in rows) <= 3
    assert not [r for r in rows if r["verdict"] == "pattern"]
    assert sum(r["low"] <= 0 <= r["high"] for r in rows) >= 12


def test_yes_or_no_is_in_percentage_points():
    found = own_ideas(world(90, 3, 0.9, kind="approve"), rng=1)
    row = next(found.rows.records())
    assert found.findings[0].estimate.unit == "points"
    assert 10 < row["effect"] < 60


def test_automatic_self_votes_are_no_evidence():
    found = own_ideas(world(80, 1, 50.0, kind="approve"), rng=1)
    row = next(found.rows.records())
    assert row["verdict"] == "not_assessable"
    assert "platforms fill these in for authors" in row["reading"]


def test_nobody_rated_an_own_idea():
    process = world(40)
    ballots = process.ballots()
    keep = ~ballots.is_self
    without = Process(
        participants={"participant_id": list(process.people)},
        ideas={
            "idea_id": list(process.ideas.ids),
            "author_id": [f"p{i[1:]}" for i in process.ideas.ids],
        },
        ratings={
            "participant_id": [process.people[p] for p in ballots.person[keep]],
            "idea_id": [process.ideas.ids[i] for i in ballots.idea[keep]],
            "value": ballots.value[keep].tolist(),
            "kind": ["score"] * int(keep.sum()),
        },
    )
    row = next(own_ideas(without, rng=1).rows.records())
    assert row["verdict"] == "not_assessable"
    assert math.isnan(row["effect"])
    assert "nobody rated an idea of their own" in row["reading"]


def test_own_ratings_that_nothing_predicts_are_counted():
    found = own_ideas(world(30, rated=2), rng=1)
    assert any("could not be predicted" in note.text for note in found.notes)


def test_ranks_count_the_other_way_round():
    n = 20
    pairs = [(v, (v + k) % n, 2 + k) for v in range(n) for k in range(1, 8)] + [
        (v, v, 1) for v in range(n)
    ]
    process = Process(
        participants={"participant_id": [f"p{i}" for i in range(n)]},
        ideas={"idea_id": [f"i{i}" for i in range(n)], "author_id": [f"p{i}" for i in range(n)]},
        ratings={
            "participant_id": [f"p{v}" for v, _, _ in pairs],
            "idea_id": [f"i{i}" for _, i, _ in pairs],
            "value": [r for _, _, r in pairs],
            "kind": ["rank"] * len(pairs),
        },
    )
    row = next(own_ideas(process, rng=1).rows.records())
    assert row["effect"] > 2


@pytest.mark.parametrize("label", ["<b>x</b>", "a\nb", "{Who}"])
def test_hostile_groups(label):
    found = own_ideas(world(60, 1, 0.6, groups=(label, "plain")), attribute="g", rng=1)
    assert all("\n" not in f.reading for f in found.findings)


def test_groups_of_the_votes_themselves_are_refused():
    process = world(60, 1, 0.6, from_votes=["g"])
    rows = list(own_ideas(process, attribute="g", rng=1).rows.records())
    assert rows[0]["verdict"] == "pattern"
    assert all(r["verdict"] == "not_assessable" and math.isnan(r["effect"]) for r in rows[1:])


def test_seed_order_and_privacy():
    process = world(60, 4, 0.5)
    found = own_ideas(process, attribute="g", rng=5)
    assert found == own_ideas(process, attribute="g", rng=5)
    assert not [p for p in process.people if f'"{p}"' in found.to_json()]


def test_missing_tables_and_bad_options():
    with pytest.raises(InputError):
        own_ideas(Process(participants={"participant_id": ["a"]}))
    with pytest.raises(InputError):
        own_ideas(world(), material=0)
    with pytest.raises(InputError):
        own_ideas(world(), ballot="approve")


def test_the_reference_round_robin_is_described_though_so_few_people_are_refused():
    case = json.loads(ORACLE.read_text())
    given = case["inputs"]["ratings"]
    cells = [(i, j, v) for i, row in enumerate(given) for j, v in enumerate(row) if v is not None]
    people = [f"p{i}" for i in range(len(given))]
    process = Process(
        participants={"participant_id": people},
        ideas={"idea_id": [f"i{j}" for j in range(len(given))], "author_id": people},
        ratings={
            "participant_id": [people[i] for i, _, _ in cells],
            "idea_id": [f"i{j}" for _, j, _ in cells],
            "value": [v for _, _, v in cells],
            "kind": ["score"] * len(cells),
        },
    )
    found, want = own_ideas(process, rng=1), case["expected"]
    assert found.rows["effect"][0] == pytest.approx(want["mean"], abs=case["tolerance"])
    assert found.rows["plain"][0] == pytest.approx(
        want["naive_self_minus_others"], abs=case["tolerance"]
    )
    assert found.findings[0].verdict == "not_assessable"
    assert found.findings[0].details["votes"] == 47


def test_rare_yes_is_not_taken_for_modesty():
    """Each of 20 people says yes to 2 of 19 others' ideas and to none of their own, where 2 in all were to be expected."""
    people = [f"p{i:02d}" for i in range(20)]
    cells = [(i, j) for i in range(20) for j in range(20)]
    process = Process(
        participants={"participant_id": people},
        ideas={"idea_id": people, "author_id": people},
        ratings={
            "participant_id": [people[i] for i, _ in cells],
            "idea_id": [people[j] for _, j in cells],
            "value": [int((j - i) % 20 in (1, 7)) for i, j in cells],
            "kind": ["approve"] * len(cells),
        },
    )
    found = own_ideas(process, rng=1)
    assert found.rows["effect"][0] == pytest.approx(-100 * 2 / 19)
    assert (
        found.rows["p_value"][0] == pytest.approx(2 * (17 / 19) ** 20)
        and found.findings[0].verdict == "inconclusive"
    )
