"""Whatever small process comes in, group detectors answer or refuse: no other error, no warning."""

from __future__ import annotations

import json

import numpy as np
import pytest

from coprep import ideas
from coprep.data.process.process import Process
from coprep.errors import InputError

SCALES = {
    "approve": [0, 1],
    "agree": [-1, 0, 1],
    "choose_one": [1],
    "score": [1, 3],
    "points": [0, 2, 5],
}
ASKED = {
    "in_group": lambda p: ideas.in_group(p, attribute="g", draws=9, rng=1),
    "in_group within": lambda p: ideas.in_group(
        p, attribute="g", within="topic", link="author", draws=9, rng=1
    ),
    "agenda": lambda p: ideas.agenda(p, attribute="g", draws=9, rng=1),
    "homophily": lambda p: ideas.homophily(p, attribute="g", draws=9, rng=1),
    "replies": lambda p: ideas.homophily(p, attribute="g", relation="replies", draws=9, rng=1),
    "blocs": lambda p: ideas.blocs(p, attribute="g", least_ideas=2, draws=9, rng=1),
    "ideas": lambda p: ideas.dominance(p, attribute="g", draws=9, rng=1),
    "words": lambda p: ideas.dominance(p, attribute="g", currency="words", draws=9, rng=1),
    "votes": lambda p: ideas.dominance(p, attribute="g", currency="votes", draws=9, rng=1),
    "adoptions": lambda p: ideas.dominance(p, attribute="g", currency="adoptions", draws=9, rng=1),
    "community": lambda p: ideas.dominance(
        p, attribute="g", baseline={"g0": 0.5, "none": 0.5}, draws=9, rng=1
    ),
}


def anything(seed):
    """A process of up to 30 people and 30 ideas with gaps everywhere."""
    rng = np.random.default_rng(seed)
    n, m, groups = (int(v) for v in rng.integers(1, (30, 30, 5)))
    kind = str(rng.choice(list(SCALES)))
    people = [f"p{i}" for i in range(n)]
    rows = [(p, j) for p in people for j in range(m) if rng.random() < rng.choice([0.1, 0.5, 1])]
    rows = list({p: (p, j) for p, j in rows}.values()) if kind == "choose_one" else rows
    same = rng.random() < 0.15
    tables = {
        "participants": {
            "participant_id": people,
            "g": [None if rng.random() < 0.2 else f"g{rng.integers(groups)}" for _ in people],
        },
        "ideas": {
            "idea_id": list(range(m)),
            "author_id": [
                None if rng.random() < 0.1 else str(rng.choice(people)) for _ in range(m)
            ],
            "topic": [None if rng.random() < 0.2 else f"t{rng.integers(3)}" for _ in range(m)],
            "is_host": [bool(rng.random() < 0.1) for _ in range(m)],
            "status": [str(rng.choice(["adopted", "rejected", "submitted"])) for _ in range(m)],
        },
        "turns": {
            "turn_id": list(range(m)),
            "session_id": ["s"] * m,
            "participant_id": [str(rng.choice(people)) for _ in range(m)],
            "n_words": [int(rng.integers(0, 9)) for _ in range(m)],
            "reply_to": [None, *(int(rng.integers(k)) for k in range(1, m))],
        },
    }
    if rows:
        values = [SCALES[kind][-1] if same else int(rng.choice(SCALES[kind])) for _ in rows]
        tables["ratings"] = {
            "participant_id": [p for p, _ in rows],
            "idea_id": [j for _, j in rows],
            "value": values,
            "kind": [kind] * len(rows),
        }
    return tables


@pytest.mark.parametrize("name", ASKED)
def test_every_small_process_is_answered_or_refused(name):
    answered = 0
    for seed in range(40):
        try:
            process = Process(**anything(seed))
            found = ASKED[name](process)
        except InputError:
            continue
        answered += 1
        data = json.loads(found.to_json())
        assert all(f["reading"] and f["next_step"] for f in data["findings"])
        assert all(
            r["n_people"] >= 5 or r["n_people"] == 0 or r["group"] is None
            for r in found.rows.records()
            if name != "agenda" and name != "blocs"
        )
    assert answered > 5
