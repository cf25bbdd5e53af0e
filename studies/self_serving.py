"""How often the self-serving detectors cry wolf, cover and see, in worlds whose truth is known.

Run ``python studies/self_serving.py --worlds 1000 --out studies/results`` for the full grid; ``--quick`` for a
look. Each cell is a world (what is true) by a size; a row of the table gives, over many draws of it, how often p is
at most 0.05, how often the verdict is ``pattern``, how often the 95% interval holds the truth, and the mean effect.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coprep.data.process import Process
from coprep.ideas.self_serving import self_serving


@dataclass(frozen=True)
class World:
    """What is true of a process.

    Attributes
    ----------
    people, groups, topics : int
        Sizes; the groups' shares fall geometrically to ``smallest``.
    smallest : float
        Share of the smallest group.
    excess : float
        Chance added to naming one's own group: the planted truth, in points / 100.
    need : float
        How much more often a group is named in the topic that concerns it.
    sorting : float
        Part of each group's ideas that go to the topic that concerns it.
    dispersion : float
        Ideas a person: negative binomial of this size (small means a few prolific people); mean ``activity``.
    pets : float
        Part of authors who name one group of their own choosing in most of their ideas.
    everyone : float
        Part of ideas that name every group.
    unknown : float
        Part of people whose group is not known.
    voters_like : float
        How much less likely outsiders support own-benefit ideas (points / 100).
    raters : int
        Ideas each person rates; 0 for no ratings.
    """

    people: int = 80
    groups: int = 3
    topics: int = 5
    smallest: float = 0.15
    excess: float = 0.0
    need: float = 0.0
    sorting: float = 0.0
    dispersion: float = 50.0
    activity: float = 1.5
    pets: float = 0.0
    everyone: float = 0.0
    unknown: float = 0.0
    voters_like: float = 0.0
    raters: int = 0


NULLS = {
    "nothing": {},
    "need": {"need": 0.4},
    "need and sorting": {"need": 0.4, "sorting": 0.6},
    "prolific authors": {"dispersion": 0.5, "activity": 3.0},
    "prolific authors with pet causes": {"dispersion": 0.5, "activity": 3.0, "pets": 0.3},
    "all of these": {"need": 0.4, "sorting": 0.6, "dispersion": 0.5, "activity": 3.0, "pets": 0.3},
    "ideas for everyone": {"everyone": 0.4},
    "unknown groups": {"unknown": 0.3, "need": 0.3, "sorting": 0.4},
}


def draw(world: World, rng: np.random.Generator) -> Process:
    """One process from a world."""
    shares = np.geomspace(1.0, world.smallest * world.groups, world.groups)
    group = rng.choice(world.groups, world.people, p=shares / shares.sum())
    rate = rng.gamma(world.dispersion, world.activity / world.dispersion, world.people)
    author = np.repeat(np.arange(world.people), rng.poisson(rate))
    if not len(author):
        author = np.zeros(1, dtype=int)
    home = group[author] % world.topics
    topic = np.where(rng.random(len(author)) < world.sorting, home, rng.integers(0, world.topics, len(author)))
    chance = np.full((len(author), world.groups), 0.3)
    chance += world.need * (topic[:, None] % world.groups == np.arange(world.groups))
    pet = np.where(rng.random(world.people) < world.pets, rng.integers(0, world.groups, world.people), -1)
    petted = pet[author][:, None] == np.arange(world.groups)
    chance = np.where(petted, 0.9, chance)
    own = group[author][:, None] == np.arange(world.groups)
    named = rng.random(chance.shape) < np.minimum(chance + world.excess * own, 1.0)
    named[rng.random(len(author)) < world.everyone] = True
    return Process(**tables(world, rng, group=group, author=author, topic=topic, named=named))


def tables(world, rng, *, group, author, topic, named):
    """The tables of a drawn process."""
    label = np.array([f"g{k}" for k in range(world.groups)], dtype=object)[group]
    label[rng.random(world.people) < world.unknown] = None
    idea, k = np.nonzero(named)
    found = {
        "participants": {"participant_id": [f"p{i}" for i in range(world.people)], "group": list(label)},
        "ideas": {
            "idea_id": [f"i{i}" for i in range(len(author))],
            "author_id": [f"p{i}" for i in author],
            "topic": [f"t{i}" for i in topic],
        },
    }
    present = {g for g in label if g is not None}
    keep = np.array([f"g{j}" in present for j in k], dtype=bool)
    if keep.any():
        found["beneficiaries"] = {
            "idea_id": [f"i{i}" for i in idea[keep]],
            "attribute": ["group"] * int(keep.sum()),
            "group": [f"g{j}" for j in k[keep]],
        }
    if world.raters:
        found["ratings"] = ratings(world, rng, group=group, author=author, named=named)
    return found


def ratings(world, rng, *, group, author, named):
    """Approvals of a random set of ideas a person: leniency, quality, and what outsiders think of own benefit."""
    shown = min(world.raters, len(author))
    person = np.repeat(np.arange(world.people), shown)
    idea = np.concatenate([rng.choice(len(author), shown, replace=False) for _ in range(world.people)])
    own = named[np.arange(len(author)), group[author]] & ~named.all(axis=1)
    outside = group[person] != group[author[idea]]
    level = 0.5 + 0.15 * rng.standard_normal(world.people)[person] + 0.1 * rng.standard_normal(len(author))[idea]
    level = level - world.voters_like * (own[idea] & outside)
    yes = (rng.random(len(person)) < np.clip(level, 0.02, 0.98)) | (author[idea] == person)
    return {
        "participant_id": [f"p{i}" for i in person],
        "idea_id": [f"i{i}" for i in idea],
        "value": yes.astype(int).tolist(),
        "kind": ["approve"] * len(person),
    }


def cell(world: World, worlds: int, seed: int, *, part: str = "own benefit", draws: int = 999) -> dict:
    """Rates over draws of one world: of p at most 0.05, of patterns, of intervals that hold the truth."""
    p, verdicts, held, effects = [], [], [], []
    truth = 100 * (world.excess if part == "own benefit" else -world.voters_like)
    for w in range(worlds):
        process = draw(world, np.random.default_rng([seed, w]))
        row = next(
            r
            for r in self_serving(process, attribute="group", draws=draws, rng=w).rows.records()
            if r["part"] == part and r["group"] is None
        )
        if row["verdict"] == "not_assessable":
            verdicts.append("not_assessable")
            continue
        p.append(row["p_value"])
        verdicts.append(row["verdict"])
        held.append(row["low"] <= truth <= row["high"])
        effects.append(row["effect"])
    return {
        "worlds": worlds,
        "assessed": len(p),
        "p_at_most_5": _mean([x <= 0.05 for x in p]),
        "pattern": _mean([v == "pattern" for v in verdicts]),
        "covered": _mean(held),
        "effect": _mean(effects),
        "truth": truth,
    }


def _mean(values):
    return float(np.mean(values)) if len(values) else float("nan")


def grid(worlds: int, *, sizes=(20, 80, 300), seed: int = 20260):
    """All cells: every null world and planted strengths, at several sizes."""
    for people in sizes:
        for name, truth in NULLS.items():
            world = World(people=people, **truth)
            yield {"world": name, "people": people, "part": "own benefit", **cell(world, worlds, seed)}
        for excess in (0.05, 0.10, 0.20, 0.40):
            world = World(people=people, excess=excess, need=0.2, sorting=0.3)
            yield {"world": f"planted {excess:.0%}", "people": people, "part": "own benefit", **cell(world, worlds, seed)}
        for less in (0.0, 0.2):
            world = replace(World(people=people, raters=25, need=0.2, sorting=0.3), voters_like=less)
            found = cell(world, worlds, seed, part="outside support")
            yield {"world": f"outsiders {less:.0%} less", "people": people, "part": "outside support", **found}


def main() -> None:
    """Run the grid and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("studies/results"))
    given = parser.parse_args()
    rows = []
    for row in grid(40 if given.quick else given.worlds, sizes=(80, 300) if given.quick else (20, 80, 300)):
        rows.append(row)
        print({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()})
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "self_serving.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
