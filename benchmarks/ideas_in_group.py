"""How long `in_group` takes, and its relabelling beside scipy's permutation test of the same statistic.

``python benchmarks/ideas_in_group.py [--people 10000] [--ideas 200] [--draws 9999]`` prints the seconds of the whole
question, then those of the relabelling alone with as many draws as scipy is given, and their ratio in one run. The whole
question is meant to stay below 10 s for 10,000 people, 200 ideas and 9,999 draws on two cores.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
from scipy import stats

from coprep.data.process import Process
from coprep.ideas._cells import cells_of
from coprep.ideas._found import found_in
from coprep.ideas._relabel import relabelled
from coprep.ideas.in_group import in_group


def process_of(people: int, ideas: int, groups: int = 4) -> Process:
    """Everybody approves some ideas; a premium of 0.15 logits."""
    rng = np.random.default_rng(0)
    group, owner = rng.integers(0, groups, people), rng.integers(0, groups, ideas)
    liking = rng.normal(-1.5, 0.8, (people, 1)) + rng.normal(0, 0.8, ideas) + 0.15 * (group[:, None] == owner)
    voter, idea = np.nonzero(rng.random(liking.shape) < 1 / (1 + np.exp(-liking)))
    who, what = np.array([f"p{i:06d}" for i in range(people)]), np.array([f"i{j:05d}" for j in range(ideas)])
    return Process(
        participants={"participant_id": who, "group": [f"g{k}" for k in group]},
        ideas={"idea_id": what},
        beneficiaries={"idea_id": what, "attribute": ["group"] * ideas, "group": [f"g{k}" for k in owner]},
        ratings={"participant_id": who[voter], "idea_id": what[idea], "value": np.ones(len(voter))},
    )


def clock(job):
    """Seconds and the answer."""
    start = time.perf_counter()
    answer = job()
    return time.perf_counter() - start, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--ideas", type=int, default=200)
    parser.add_argument("--draws", type=int, default=9_999)
    parser.add_argument("--scipy-draws", type=int, default=999)
    asked = parser.parse_args()
    door, process = clock(lambda: process_of(asked.people, asked.ideas))
    whole, found = clock(lambda: in_group(process, attribute="group", draws=asked.draws, rng=1))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.people:,} people, {asked.ideas:,} ideas, {asked.draws:,} draws: checked in {door:.1f} s, answered in {whole:.1f} s")
    print(f"effect {found.rows['effect'][0]:.2f} points; at most {memory:,.0f} MB held")
    fit = found_in(cells_of(process, attribute="group", kind=None, link="auto"), within=False, seed=1)
    counted, strata = np.ones(fit.score.shape[1], dtype=bool), np.zeros(len(fit.codes), dtype=np.intp)
    ours, chance = clock(
        lambda: relabelled(fit.score, fit.codes, strata=strata, counted=counted, draws=asked.scipy_draws, seed=1)
    )
    place, flat = np.arange(len(fit.codes)) * fit.score.shape[1], fit.score.ravel()
    theirs, test = clock(
        lambda: stats.permutation_test(
            (fit.codes,),
            lambda codes, axis=-1: flat[codes + place].sum(axis=axis),
            permutation_type="pairings",
            vectorized=True,
            n_resamples=asked.scipy_draws,
            batch=100,
            rng=np.random.default_rng(1),
        )
    )
    print(f"relabelling, {asked.scipy_draws:,} draws: ours {ours:.2f} s (p {chance.pooled:.4f}, every group too), "
          f"scipy {theirs:.2f} s (p {test.pvalue:.4f}); ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
