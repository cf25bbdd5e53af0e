"""Small processes with a known answer, for the tests of what becomes of ideas."""

from __future__ import annotations

from typing import Any

import numpy as np

from coprep.data.process.process import Process

GROUPS = ("north", "south")


def tables(
    seed: int = 0,
    *,
    people: int = 300,
    ideas: int = 200,
    favour: float = 0.0,
    unknown: float = 0.05,
    groups: tuple[str, ...] = GROUPS,
    topics: int = 4,
    shown: float = 0.3,
) -> dict[str, Any]:
    """Tables of a process in which adoption follows support, and log-odds ``favour`` ideas of the first group."""
    rng = np.random.default_rng(seed)
    who = [f"p{i:04d}" for i in range(people)]
    what = [f"i{i:04d}" for i in range(ideas)]
    group = rng.integers(0, len(groups), people)
    hidden = rng.random(people) < unknown
    author, topic, quality = (
        rng.integers(0, people, ideas),
        rng.integers(0, topics, ideas),
        rng.normal(0, 0.7, ideas),
    )
    seen = rng.random((people, ideas)) < shown
    yes = rng.random((people, ideas)) < 1 / (1 + np.exp(0.5 - quality))
    support = yes.mean(axis=0) - yes.mean()
    odds = 3 * support + favour * (group[author] == 0)
    won = rng.random(ideas) < 1 / (1 + np.exp(-odds))
    voter, idea = np.nonzero(seen)
    waited = rng.exponential(20, ideas)
    wish = rng.integers(0, 4, (people, topics))
    return {
        "participants": {
            "participant_id": who,
            "area": [None if h else groups[g] for h, g in zip(hidden, group, strict=True)],
            "age": [("young", "old")[a] for a in rng.integers(0, 2, people)],
        },
        "ideas": {
            "idea_id": what,
            "author_id": [who[a] for a in author],
            "topic": [f"t{t}" for t in topic],
            "status": [("adopted" if w else "rejected") for w in won],
            "cost": [float(c) for c in 1000 * rng.integers(1, 50, ideas)],
            "created_at": [f"2024-01-{1 + int(d):02d}" for d in rng.integers(0, 28, ideas)],
            "text": ["a bench for the park"] * ideas,
        },
        "ratings": {
            "participant_id": [who[v] for v in voter],
            "idea_id": [what[i] for i in idea],
            "value": yes[voter, idea].astype(int).tolist(),
            "kind": ["approve"] * len(voter),
            "shown": [True] * len(voter),
        },
        "responses": {
            "idea_id": [what[i] for i in range(ideas) if waited[i] < 45],
            "at": [
                str(np.datetime64("2024-02-01") + int(waited[i]))
                for i in range(ideas)
                if waited[i] < 45
            ],
            "kind": ["reasoned"] * int((waited < 45).sum()),
            "outcome": [
                ("accept", "reject")[int(o)] for o in rng.integers(0, 2, int((waited < 45).sum()))
            ],
        },
        "priorities": {
            "participant_id": [p for p in who for _ in range(topics)],
            "topic": [f"t{t}" for _ in who for t in range(topics)],
            "value": wish.ravel().tolist(),
        },
    }


def process(seed: int = 0, **options: Any) -> Process:
    """The same as a process."""
    return Process(**tables(seed, **options))


def relabelled(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The same tables with other names for the groups."""
    people = {
        **given["participants"],
        "area": [names.get(a, a) for a in given["participants"]["area"]],
    }
    return {**given, "participants": people}


def shuffled(given: dict[str, Any], seed: int = 1) -> dict[str, Any]:
    """The same tables with their rows in another order."""
    rng = np.random.default_rng(seed)
    turned = {}
    for name, table in given.items():
        order = rng.permutation(len(next(iter(table.values()))))
        turned[name] = {column: [values[i] for i in order] for column, values in table.items()}
    return turned
