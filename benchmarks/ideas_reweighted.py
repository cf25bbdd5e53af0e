"""Time `ideas.reweighted_outcome` on 100,000 voters and 500 ideas: `python benchmarks/ideas_reweighted.py`."""

from __future__ import annotations

import numpy as np
from _measure import Line, clock, held, show

from coprep import Baseline, Process, ideas

VOTERS, IDEAS, TICKS = 100_000, 500, 12
BUDGET = 5_000_000.0


def process(rng: np.random.Generator) -> Process:
    """Approvals of a dozen ideas a voter, with costs and two attributes that the vote depends on."""
    age = rng.choice(4, VOTERS, p=[0.05, 0.1, 0.7, 0.15])
    sex = rng.choice(2, VOTERS, p=[0.6, 0.4])
    liked = rng.gumbel(size=(4, IDEAS)) * 0.3 + rng.gumbel(size=IDEAS)
    person, idea = [], []
    for group in range(4):
        members = np.flatnonzero(age == group)
        odds = np.exp(liked[group])
        picks = rng.choice(IDEAS, size=(len(members), TICKS), p=odds / odds.sum())
        person.append(np.repeat(members, TICKS))
        idea.append(picks.ravel())
    pairs = np.unique(np.stack([np.concatenate(person), np.concatenate(idea)]), axis=1)
    return Process(
        participants={
            "participant_id": np.arange(VOTERS),
            "age": np.array(["0-14", "15-24", "25-64", "65+"])[age],
            "sex": np.array(["F", "M"])[sex],
        },
        ideas={"idea_id": np.arange(IDEAS), "cost": rng.lognormal(11, 0.8, IDEAS).round()},
        ratings={
            "participant_id": pairs[0],
            "idea_id": pairs[1],
            "value": np.ones(pairs.shape[1], int),
        },
        budget=BUDGET,
    )


if __name__ == "__main__":
    made = process(np.random.default_rng(1))
    community = Baseline.from_counts(
        {
            "age": {"0-14": 150, "15-24": 90, "25-64": 560, "65+": 200},
            "sex": {"F": 540, "M": 460},
        }
    )
    seconds, found = clock(lambda: ideas.reweighted_outcome(made, community, rng=1))
    what = f"reweighted_outcome, {VOTERS:,} voters x {IDEAS} ideas, two attributes raked"
    show(
        found.headline,
        [Line(what, seconds, "s", most=10.0), Line("most memory held", held(), "MB")],
    )
