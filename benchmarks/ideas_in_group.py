"""How long `in_group` takes, and its relabelling beside scipy's permutation test of the same statistic.

``python benchmarks/ideas_in_group.py [--people 10000] [--ideas 200] [--draws 9999]`` times the whole question, meant to
stay below 10 s for 10,000 people, 200 ideas and 9,999 draws on two cores. Then the relabelling alone, with as many draws
as scipy is given: coprep gives the premium and each group's, scipy the premium.
"""

from __future__ import annotations

import argparse

import numpy as np
from _measure import Line, clock, held, show
from scipy import stats

from coprep.data.process.process import Process
from coprep.ideas._votes.dyads import dyads_of
from coprep.ideas._votes.label_permutation import relabelled
from coprep.ideas._votes.model_fit import fit_premium
from coprep.ideas.in_group import in_group


def process_of(people: int, ideas: int, groups: int = 4) -> Process:
    """Everybody approves some ideas; a premium of 0.15 logits."""
    rng = np.random.default_rng(0)
    group, owner = rng.integers(0, groups, people), rng.integers(0, groups, ideas)
    liking = (
        rng.normal(-1.5, 0.8, (people, 1))
        + rng.normal(0, 0.8, ideas)
        + 0.15 * (group[:, None] == owner)
    )
    voter, idea = np.nonzero(rng.random(liking.shape) < 1 / (1 + np.exp(-liking)))
    who, what = (
        np.array([f"p{i:06d}" for i in range(people)]),
        np.array([f"i{j:05d}" for j in range(ideas)]),
    )
    return Process(
        participants={"participant_id": who, "group": [f"g{k}" for k in group]},
        ideas={"idea_id": what},
        beneficiaries={
            "idea_id": what,
            "attribute": ["group"] * ideas,
            "group": [f"g{k}" for k in owner],
        },
        ratings={"participant_id": who[voter], "idea_id": what[idea], "value": np.ones(len(voter))},
    )


def beside_scipy(process: Process, draws: int) -> list[Line]:
    """The relabelling alone, of the same people and scores."""
    fit = fit_premium(
        dyads_of(process, attribute="group", kind=None, link="auto"), within=(), seed=1
    )
    score, codes = fit.scores.by_person, fit.scores.codes
    counted, strata = (
        np.ones(score.shape[1], dtype=bool),
        np.zeros(len(codes), dtype=np.intp),
    )
    ours, _ = clock(
        lambda: relabelled(score, codes, strata=strata, counted=counted, draws=draws, seed=1)
    )
    place, flat = np.arange(len(codes)) * score.shape[1], score.ravel()
    theirs, _ = clock(
        lambda: stats.permutation_test(
            (codes,),
            lambda codes, axis=-1: flat[codes + place].sum(axis=axis),
            permutation_type="pairings",
            vectorized=True,
            n_resamples=draws,
            batch=100,
            rng=np.random.default_rng(1),
        )
    )
    return [
        Line("coprep: the premium and each group's", ours, "s"),
        Line("scipy.stats.permutation_test: the premium", theirs, "s"),
        Line("scipy / coprep", theirs / ours, "x"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--ideas", type=int, default=200)
    parser.add_argument("--draws", type=int, default=9_999)
    parser.add_argument("--scipy-draws", type=int, default=999)
    asked = parser.parse_args()
    door, process = clock(lambda: process_of(asked.people, asked.ideas))
    before = held()
    whole, _ = clock(lambda: in_group(process, attribute="group", draws=asked.draws, rng=1))
    show(
        f"{asked.people:,} people, {asked.ideas:,} ideas, {asked.draws:,} draws",
        [
            Line("votes made up and checked at the door", door, "s"),
            Line("in_group: the whole question", whole, "s", most=10),
            Line("most memory held, data and libraries among it", held(), "MB"),
            Line("of which before the question", before, "MB"),
        ],
    )
    show(
        f"The relabelling alone, {asked.scipy_draws:,} draws",
        beside_scipy(process, asked.scipy_draws),
    )


if __name__ == "__main__":
    main()
