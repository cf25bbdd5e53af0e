"""How long justified representation, equal shares and the whole of `ideas.outcome` take on a city vote, and the memory.

``python benchmarks/ideas_outcome.py [--voters 1000 10000 50000] [--ideas 100]`` prints one line a size: seconds for the
search of under-served coalitions, for the method of equal shares, for the whole question with 1,999 relabellings, and
the largest memory of Python and numpy in it. With 10,000 voters and 100 ideas each is meant to stay below 30 seconds.
If pabutools is installed its method of equal shares runs on the same ballots, as a ratio in the same run.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import tracemalloc

import numpy as np

from coprep.data.process import Process
from coprep.ideas.outcome import outcome
from coprep.metrics.voting import equal_shares, underserved_coalitions


def ballots(voters: int, ideas: int, rng: np.random.Generator):
    """Approvals that follow popularity and the voter's group, costs, and what a greedy rule adopts for a third."""
    popularity = rng.normal(-2.0, 1.0, ideas)
    group = rng.integers(0, 4, voters)
    taste = rng.normal(0.0, 0.7, (4, ideas))
    approvals = rng.random((voters, ideas)) < 1 / (1 + np.exp(-popularity - taste[group]))
    cost = np.round(np.exp(rng.normal(11, 0.8, ideas)))
    budget, adopted = cost.sum() / 3, np.zeros(ideas, dtype=bool)
    for j in np.argsort(-approvals.sum(axis=0)):
        if cost[adopted].sum() + cost[j] <= budget:
            adopted[j] = True
    return approvals, group, cost, budget, adopted


def process_of(approvals, group, cost, adopted) -> Process:
    voter, idea = np.nonzero(approvals)
    who = np.char.add("p", np.arange(len(approvals)).astype(str))
    what = np.char.add("i", np.arange(approvals.shape[1]).astype(str))
    return Process(
        participants={"participant_id": who, "area": np.char.add("area ", group.astype(str))},
        ideas={"idea_id": what, "cost": cost, "status": np.where(adopted, "adopted", "rejected")},
        ratings={"participant_id": who[voter], "idea_id": what[idea], "value": np.ones(len(voter)), "kind": ["approve"] * len(voter)},
    )


def clock(job) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def peer(approvals, cost, budget) -> float:
    """Seconds the method of equal shares takes in pabutools."""
    from pabutools.election import ApprovalBallot, ApprovalMultiProfile, Cost_Sat, Instance, Project
    from pabutools.rules import method_of_equal_shares

    projects = [Project(str(j), int(c)) for j, c in enumerate(cost)]
    instance = Instance(projects, budget_limit=int(budget))
    profile = ApprovalMultiProfile(
        [ApprovalBallot([projects[j] for j in np.flatnonzero(row)]).frozen() for row in approvals], instance=instance
    )
    return clock(lambda: method_of_equal_shares(instance, profile, sat_class=Cost_Sat))


def line(voters: int, ideas: int) -> str:
    """What one size takes."""
    approvals, group, cost, budget, adopted = ballots(voters, ideas, np.random.default_rng(1))
    coalitions = clock(lambda: underserved_coalitions(approvals, adopted, budget=budget, costs=cost))
    shares = clock(lambda: equal_shares(approvals, budget=budget, costs=cost))
    process = process_of(approvals, group, cost, adopted)
    whole = clock(lambda: outcome(process, attribute="area", budget=budget, rng=1))
    tracemalloc.start()
    outcome(process, attribute="area", budget=budget, draws=99, rng=1)
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    told = (
        f"{voters:7,} voters x {ideas} ideas: coalitions {coalitions:.2f} s, equal shares {shares:.2f} s, "
        f"whole question {whole:.1f} s, {memory:,.0f} MB"
    )
    if importlib.util.find_spec("pabutools") is None:
        return told
    return f"{told}, pabutools / coprep {peer(approvals, cost, budget) / shares:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, nargs="*", default=[1_000, 10_000, 50_000])
    parser.add_argument("--ideas", type=int, default=100)
    given = parser.parse_args()
    for voters in given.voters:
        print(line(voters, given.ideas), flush=True)


if __name__ == "__main__":
    main()
