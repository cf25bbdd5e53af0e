"""Ask `ideas.reweighted_outcome` of made-up votes whose true answer is known.

    python studies/another_result.py          # goes on where it stopped
    python studies/another_result.py 100      # at most 100 more votes of each kind

Twenty ideas; the five with most votes, or what a budget buys. The room has its groups at .72, .20 and .08 where the
community has .50, .30 and .20 (in rooms of 25, two groups at .8 and .2 against halves). Support is logistic with an
effect of each person's generosity, and groups differ in taste by 0, 0.8 or 1.5 logits an idea. The truth of a vote is
the result seen plus what the mix of people alone did to it: another list, or the same.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from coprep import Baseline, Process, ideas
from coprep.ideas._consequences.rules import Rule

KEPT = Path(__file__).parent / "results" / "another_result.json"
SEED = 20261201
IDEAS, PLACES, GENEROSITY = 20, 5, 0.5
WANTED = 400
KINDS = [
    (people, rule, taste)
    for people in (25, 100, 1000)
    for rule in ("top", "greedy")
    for taste in (0.0, 0.8, 1.5)
]


def chances(logits: np.ndarray) -> np.ndarray:
    """The share who say yes at each logit, over people's generosity."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    yes = 1 / (1 + np.exp(-(logits[..., None] + GENEROSITY * nodes)))
    return yes @ (weights / weights.sum())


def one(people: int, rule: str, taste: float, number: int) -> dict[str, Any]:
    """One vote: what was said of it, and what was true."""
    rng = np.random.default_rng(
        [SEED, people, ["top", "greedy"].index(rule), int(10 * taste), number]
    )
    room = [0.8, 0.2] if people == 25 else [0.72, 0.2, 0.08]
    lives = [0.5, 0.5] if people == 25 else [0.5, 0.3, 0.2]
    sizes = np.round(people * np.array(room)).astype(int)
    group = np.repeat(np.arange(len(room)), sizes)
    liking = rng.uniform(-2.2, 0.6, IDEAS) + taste * rng.normal(size=(len(room), IDEAS))
    if taste == 0:
        liking = np.repeat(liking[:1], len(room), axis=0)
    generous = GENEROSITY * rng.normal(size=(people, 1))
    yes = rng.random((people, IDEAS)) < 1 / (1 + np.exp(-(liking[group] + generous)))
    cost = np.ones(IDEAS)
    size = float(PLACES)
    if rule == "greedy":
        cost = rng.lognormal(0, 0.7, IDEAS)
        size = 0.3 * cost.sum()
    who = [f"p{v:04d}" for v in range(people)]
    what = [f"i{i:02d}" for i in range(IDEAS)]
    person, idea = np.indices(yes.shape).reshape(2, -1)
    process = Process(
        participants={"participant_id": who, "group": [f"g{g}" for g in group]},
        ideas={"idea_id": what, "cost": cost},
        ratings={
            "participant_id": np.array(who)[person],
            "idea_id": np.array(what)[idea],
            "value": yes.ravel().astype(int),
        },
    )
    community = Baseline.from_counts({"group": {f"g{k}": 1000 * p for k, p in enumerate(lives)}})
    asked = {"places": PLACES} if rule == "top" else {"budget": size}
    found = ideas.reweighted_outcome(process, community, rule=rule, rng=number, draws=1000, **asked)
    rows = {row["idea_id"]: row for row in found.rows.records()}
    overall = next(iter(found.overall.records()))
    effect = (np.array(lives) - sizes / people) @ chances(liking)
    seen = yes.mean(axis=0)
    made = Rule(rule, size, cost, np.arange(IDEAS))
    won = made.chosen(seen)
    truly = made.chosen(seen + effect)
    moved = max(cost[truly & ~won].sum(), cost[won & ~truly].sum()) / cost[won].sum()
    low = np.array([rows[i]["effect_low"] for i in what])
    high = np.array([rows[i]["effect_high"] for i in what])
    paper = overall["lost_on_paper"] + overall["gained_on_paper"] > 0
    another = bool((truly != won).any())
    verdict = found.findings[0].verdict.value
    stays = verdict == "no_material_difference"
    untrue = another
    if overall["settled_by"] == "small":
        untrue = moved > 0.05
    return {
        "truly_another": another,
        "on_paper": paper,
        "on_paper_untrue": paper and not another,
        "pattern": verdict == "pattern",
        "pattern_untrue": verdict == "pattern" and not another,
        "stays": stays,
        "stays_untrue": stays and untrue,
        "refused": verdict == "not_assessable",
        "coverage": float(((low <= effect) & (effect <= high)).mean()),
    }


def main(most: int) -> None:
    """Add votes of every kind until there are enough of each; kept are sums, by kind."""
    rows = [{"people": n, "rule": r, "taste": t, "votes": 0} for n, r, t in KINDS]
    if KEPT.exists():
        rows = json.loads(KEPT.read_text(encoding="utf-8"))["rows"]
    for row in rows:
        begun = time.perf_counter()
        start = row["votes"]
        for number in range(start, min(WANTED, start + most)):
            for name, value in one(row["people"], row["rule"], row["taste"], number).items():
                row[name] = row.get(name, 0.0) + float(value)
            row["votes"] = number + 1
        text = json.dumps({"rows": rows}, indent=1)
        KEPT.write_text(text + "\n", encoding="utf-8")
        print(row, f"{time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else WANTED)
