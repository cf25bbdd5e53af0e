"""Down-rating of rival ideas: planted truth, innocent worlds, what competes with what, gates."""

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas.rivals import rivals


def world(n=100, seed=1, less=0.0, *, topics=5, sorting=0.0, topic=True):
    rng = np.random.default_rng(seed)
    leniency, quality, line = (
        rng.normal(size=n) * 0.5,
        rng.normal(size=n) * 0.7,
        rng.integers(0, topics, n),
    )
    person, idea = [], []
    for v in range(n):
        weight = np.where(line == line[v], 1 + 10 * sorting, 1.0)
        weight[v] = 0
        chosen = rng.choice(n, min(15, n - 1), replace=False, p=weight / weight.sum())
        person += [v] * (len(chosen) + 1)
        idea += [v, *chosen]
    person, idea = np.array(person), np.array(idea)
    rival = (line[person] == line[idea]) & (person != idea)
    value = 3 + leniency[person] + quality[idea] + rng.normal(size=len(person)) * 0.8 - less * rival
    return Process(
        participants={
            "participant_id": [f"p{i}" for i in range(n)],
            "g": [f"g{i % 2}" for i in range(n)],
        },
        ideas={
            "idea_id": [f"i{i}" for i in range(n)],
            "author_id": [f"p{i}" for i in range(n)],
            "topic": [f"t{t}" if topic else None for t in line],
        },
        ratings={
            "participant_id": [f"p{i}" for i in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": value.round(2).tolist(),
            "kind": ["score"] * len(person),
        },
    )


def head(process, **options):
    return next(rivals(process, rng=1, **options).rows.records())


def test_planted_down_rating_is_found_for_groups_only():
    found = rivals(world(less=0.6), attribute="g", rng=1)
    rows = list(found.rows.records())
    # all on the topic are rated lower, near or far: strict experts do that, and rivals too
    assert rows[0]["verdict"] == "inconclusive"
    assert "close rivals against distant ones" in rows[0]["reading"]
    assert rows[0]["low"] < -0.6 < rows[0]["high"]
    assert rows[0]["p_value"] < 0.005
    assert [r["group"] for r in rows] == [None, "g0", "g1"]
    assert '"p3"' not in found.to_json()


def test_innocent_worlds_with_and_without_sorting():
    for sorting in (0.0, 1.0):
        rows = [
            next(rivals(world(50, seed, sorting=sorting), draws=199, rng=seed).rows.records())
            for seed in range(12)
        ]
        assert sum(r["p_value"] <= 0.05 for r in rows) <= 3
        assert not [r for r in rows if r["verdict"] == "pattern"]


def test_only_close_rivals_when_asked():
    everything, near = head(world(less=0.6)), head(world(less=0.6), close=3)
    assert near["n_people"] <= everything["n_people"]
    assert near["n_ideas"] <= everything["n_ideas"]
    assert near["effect"] < 0


def test_own_ideas_are_left_out():
    found = rivals(world(), rng=1)
    assert found.findings[0].details["exclusions"]["ratings of own ideas"] == 100
    assert found.notes[0].text == "Ratings of own ideas were left out."


def test_gates():
    assert "no idea has a topic" in head(world(topic=False))["reading"]
    few = head(world(8))
    assert few["verdict"] == "not_assessable"
    assert head(world(60, topics=1))["verdict"] == "not_assessable"


def test_several_kinds_need_a_choice_and_options_are_checked():
    with pytest.raises(InputError, match="within"):
        rivals(world(), within="area")
    for close in (0, -1, True, 1.5):
        with pytest.raises(InputError, match="close"):
            rivals(world(), close=close)
    with pytest.raises(InputError):
        rivals(Process(participants={"participant_id": ["a"]}))


def test_same_seed_same_answer():
    assert rivals(world(60), attribute="g", rng=2, draws=99) == rivals(
        world(60), attribute="g", rng=2, draws=99
    )
