"""Author scores: a distribution without names, shrunk until innocent authors do not stand out."""

import json
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process import Process
from coprep.errors import InputError
from coprep.ideas.author_scores import author_scores
from coprep.metrics.shrinkage import random_intercepts
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


def test_authors_who_truly_differ_are_counted_and_not_named():
    rng = np.random.default_rng(2)
    author = np.repeat(np.arange(120), 10)
    group, keen = np.arange(120) % 3, np.arange(120) < 25
    own = rng.random(len(author)) < np.where(keen, 0.95, 0.15)[author]
    named = np.where(own, group[author], (group[author] + rng.integers(1, 3, len(author))) % 3)
    process = Process(
        participants={"participant_id": [f"p{i}" for i in range(120)], "g": [f"g{k}" for k in group]},
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
    assert "no person can be judged" in " ".join(found.findings[0].caveats)
    assert all(low < high for low, high in zip(found.rows["low"], found.rows["high"], strict=True))


def test_gates_and_bad_input():
    few = author_scores(draw(people=12, ideas=15), attribute="group")
    assert few.findings[0].verdict == "not_assessable"
    assert len(few.rows) == 0
    once = Process(
        participants={"participant_id": [f"p{i}" for i in range(40)], "g": ["a", "b"] * 20},
        ideas={"idea_id": [f"i{i}" for i in range(40)], "author_id": [f"p{i}" for i in range(40)], "topic": ["t"] * 40},
        beneficiaries={"idea_id": [f"i{i}" for i in range(40)], "attribute": ["g"] * 40, "group": ["a"] * 40},
    )
    assert "no author has more than one idea" in author_scores(once, attribute="g").findings[0].reading
    with pytest.raises(InputError):
        author_scores(Process(participants={"participant_id": ["a"], "g": ["x"]}), attribute="g")


def test_few_above_are_not_counted_out():
    found = author_scores(draw(3, people=200, ideas=600, activity=1.0, pets=0.05), attribute="group", threshold=1.01)
    assert found.above is None or found.above == 0 or found.above >= 5
