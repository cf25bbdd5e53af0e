"""Author scores: a distribution without names, shrunk until innocent authors do not stand out."""

import json
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.ideas.author_scores import author_scores
from coprep.metrics.inference._shrinkage import random_intercepts
from coprep.simulate import world

ROOT = Path(__file__).parents[2]


def draw(seed=1, **strengths):
    return world(rng=seed, **{"groups": {"g0": 0.5, "g1": 0.3, "g2": 0.2}, **strengths})[0]


def test_scores_are_the_reference_shrinkage():
    case = json.loads((ROOT / "tests" / "oracles" / "ideas" / "r_shrinkage.json").read_text())
    found = random_intercepts(case["inputs"]["y"], case["inputs"]["author"])
    assert found.mean == pytest.approx(case["expected"]["mu"], abs=case["tolerance"])
    assert found.between == pytest.approx(case["expected"]["var_between"], abs=case["tolerance"])
    expected = [case["expected"]["shrunk"][str(i)] for i in range(len(found.shrunk))]
    assert found.shrunk == pytest.approx(expected, abs=case["tolerance"])


def test_nobody_innocent_stands_out():
    for seed in range(6):
        found = author_scores(draw(seed, people=300, ideas=700, activity=1.0), attribute="group")
        assert found.above in {0, None}


def test_authors_of_a_group_that_everybody_names_do_not_differ_by_it():
    """Everybody names g0 in 9 of 10 ideas: authors of g0 name their own group, and are like all others."""
    rng = np.random.default_rng(5)
    author = np.repeat(np.arange(60), 6)
    named = np.where(rng.random(len(author)) < 0.9, 0, rng.integers(1, 3, len(author)))
    ids = [f"i{i}" for i in range(len(author))]
    process = Process(
        participants={
            "participant_id": [f"p{i}" for i in range(60)],
            "g": [f"g{k % 3}" for k in range(60)],
        },
        ideas={
            "idea_id": ids,
            "author_id": [f"p{a}" for a in author],
            "topic": ["t"] * len(author),
        },
        beneficiaries={
            "idea_id": ids,
            "attribute": ["g"] * len(author),
            "group": [f"g{k}" for k in named],
        },
    )
    found = author_scores(process, attribute="g", rng=1)
    assert found.above == 0 and found.findings[0].p_value > 0.05
    assert "do not differ detectably" in found.findings[0].reading


def test_the_spread_is_said_with_all_that_belongs_to_it():
    found = author_scores(
        draw(3, people=80, ideas=300, pets=0.6), attribute="group", draws=299, rng=1
    )
    finding = found.findings[0]
    assert finding.estimate.low < finding.estimate.value == found.between < finding.estimate.high
    assert finding.p_value == pytest.approx(1 / 300)
    details = finding.details
    assert details["null"] == "ideas are exchanged between authors within topics"
    assert 0 < details["minimum_detectable_effect"] < found.between
    assert [run["name"] for run in details["robustness"]] == [
        "without the most influential author",
        "with ideas exchanged across topics",
    ]
    assert 0 < details["robustness"][0]["effect"] < found.between
    assert details["n"]["effective_authors"] > 8 and finding.next_step
    assert found == author_scores(
        draw(3, people=80, ideas=300, pets=0.6), attribute="group", draws=299, rng=1
    )


def test_what_could_have_been_noticed_is_noticed_that_often():
    """Authors differ by the detectable spread: about 8 of 10 worlds have p below 0.05."""
    rng, seen, told = np.random.default_rng(4), 0, []
    author = np.repeat(np.arange(100), 4)
    ids = [f"i{i:03d}" for i in range(400)]
    for seed in range(40):
        likely = np.clip(
            0.5 + 0.5 * rng.choice([-0.32, 0.32], 100), 0, 1
        )  # a standard deviation of 16 points
        own = rng.random(400) < likely[author]
        process = Process(
            participants={
                "participant_id": [f"p{i:03d}" for i in range(100)],
                "g": ["a", "b"] * 50,
            },
            ideas={
                "idea_id": ids,
                "author_id": [f"p{a:03d}" for a in author],
                "topic": ["t"] * 400,
            },
            beneficiaries={
                "idea_id": ids,
                "attribute": ["g"] * 400,
                "group": ["ab"[int(a % 2 == o)] for a, o in zip(author, own, strict=True)],
            },
        )
        finding = author_scores(process, attribute="g", draws=99, rng=seed).findings[0]
        told.append(finding.details["minimum_detectable_effect"])
        seen += finding.p_value <= 0.05
    assert np.mean(told) == pytest.approx(16, abs=0.5) and 25 <= seen <= 38


def test_authors_who_truly_differ_are_counted_and_not_named():
    rng = np.random.default_rng(2)
    author = np.repeat(np.arange(120), 10)
    group, keen = np.arange(120) % 3, np.arange(120) < 25
    own = rng.random(len(author)) < np.where(keen, 0.95, 0.15)[author]
    named = np.where(own, group[author], (group[author] + rng.integers(1, 3, len(author))) % 3)
    process = Process(
        participants={
            "participant_id": [f"p{i}" for i in range(120)],
            "g": [f"g{k}" for k in group],
        },
        ideas={
            "idea_id": [f"i{i}" for i in range(len(author))],
            "author_id": [f"p{a}" for a in author],
            "topic": ["t"] * len(author),
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(len(author))],
            "attribute": ["g"] * len(author),
            "group": [f"g{k}" for k in named],
        },
    )
    found = author_scores(process, attribute="g")
    assert 22 <= found.above <= 28
    assert found.between > 20
    assert 0.5 < found.reliability <= 1
    assert sum(found.rows["authors"]) == 120
    assert min(found.rows["authors"]) >= 5
    assert not [p for p in process.people if f'"{p}"' in found.to_json()]
    assert "no person can be judged" in " ".join(map(str, found.findings[0].caveats))
    assert all(low < high for low, high in zip(found.rows["low"], found.rows["high"], strict=True))


def test_gates_and_bad_input():
    few = author_scores(draw(people=12, ideas=15), attribute="group")
    assert few.findings[0].verdict == "not_assessable"
    assert len(few.rows) == 0
    once = Process(
        participants={"participant_id": [f"p{i}" for i in range(40)], "g": ["a", "b"] * 20},
        ideas={
            "idea_id": [f"i{i}" for i in range(40)],
            "author_id": [f"p{i}" for i in range(40)],
            "topic": ["t"] * 40,
        },
        beneficiaries={
            "idea_id": [f"i{i}" for i in range(40)],
            "attribute": ["g"] * 40,
            "group": ["a"] * 40,
        },
    )
    assert (
        "no author has more than one idea" in author_scores(once, attribute="g").findings[0].reading
    )
    with pytest.raises(InputError):
        author_scores(Process(participants={"participant_id": ["a"], "g": ["x"]}), attribute="g")


def test_few_above_are_not_counted_out():
    found = author_scores(
        draw(3, people=200, ideas=600, activity=1.0, pets=0.05), attribute="group", threshold=1.01
    )
    assert found.above is None or found.above == 0 or found.above >= 5
