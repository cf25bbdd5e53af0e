"""How long justified representation, equal shares and the whole of `ideas.outcome` take on a city vote, and the memory.

``python benchmarks/ideas_outcome.py [--voters 1000 10000 50000] [--ideas 100]`` times, for each size, the search of
under-served coalitions, the method of equal shares, and the whole question with 1,999 relabellings. With 10,000 voters
and 100 ideas the search, and the whole question too, are meant to stay below 30 s. ``--vote FILE.pb`` does the same with
a real vote in Pabulib's format. Beside them, in the same run and on the same ballots:

- pabutools' method of equal shares, by cost;
- abcvoting's check of EJR+, where every project costs 1: the one general tool that can check a notion of this kind at
  the size of a city;
- pabutools' check of EJR, which goes through every set of voters and every set of projects: on a dozen voters.
"""

from __future__ import annotations

import argparse

import numpy as np
from _measure import Line, clock, held, installed, show, traced

from coprep.data.process.process import Process
from coprep.ideas.outcome import outcome
from coprep.metrics.votes._voting import equal_shares, underserved_coalitions


def ballots(voters: int, ideas: int, rng: np.random.Generator):
    """Approvals that follow popularity and the voter's group, costs, and what a greedy rule adopts for a third."""
    popularity = rng.normal(-2.0, 1.0, ideas)
    group = rng.integers(0, 4, voters)
    taste = rng.normal(0.0, 0.7, (4, ideas))
    approvals = rng.random((voters, ideas)) < 1 / (1 + np.exp(-popularity - taste[group]))
    cost = np.round(np.exp(rng.normal(11, 0.8, ideas)))
    budget, adopted = np.floor(cost.sum() / 3), np.zeros(ideas, dtype=bool)
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
        ratings={
            "participant_id": who[voter],
            "idea_id": what[idea],
            "value": np.ones(len(voter)),
            "kind": np.full(len(voter), "approve"),
        },
    )


def beside_pabutools(approvals, cost, budget, ours: float) -> list[Line]:
    """The method of equal shares in pabutools."""
    from pabutools.election import ApprovalBallot, ApprovalMultiProfile, Cost_Sat, Instance, Project
    from pabutools.rules import method_of_equal_shares

    projects = [Project(str(j), int(c)) for j, c in enumerate(cost)]
    instance = Instance(projects, budget_limit=int(budget))
    profile = ApprovalMultiProfile(
        [ApprovalBallot([projects[j] for j in np.flatnonzero(row)]).frozen() for row in approvals],
        instance=instance,
    )
    theirs, found = clock(lambda: method_of_equal_shares(instance, profile, sat_class=Cost_Sat))
    same = {int(p.name) for p in found} == set(
        equal_shares(approvals, budget=budget, costs=cost, complete=False).tolist()
    )
    return [
        Line(
            "pabutools: method of equal shares"
            + ("" if same else " (ties or rounding: another outcome)"),
            theirs,
            "s",
        ),
        Line("pabutools / coprep", theirs / ours, "x"),
    ]


def beside_abcvoting(approvals, seats: int) -> list[Line]:
    """EJR+ of what equal shares gives, where every project costs 1: a pass has to look at everything."""
    from abcvoting import properties
    from abcvoting.preferences import Profile

    committee = equal_shares(approvals, budget=seats, complete=True)
    profile = Profile(approvals.shape[1])
    profile.add_voters([np.flatnonzero(row).tolist() for row in approvals if row.any()])
    voting = approvals[approvals.any(axis=1)]
    ours, found = clock(
        lambda: underserved_coalitions(
            voting, committee, budget=len(committee), satisfaction="count"
        )
    )
    theirs, passes = clock(lambda: properties.check_EJR_plus(profile, committee.tolist()))
    assert passes == (not found)
    return [
        Line(
            f"abcvoting: EJR+ of {len(committee)} projects of cost 1 ({'passes' if passes else 'fails'})",
            theirs,
            "s",
        ),
        Line("coprep: the same, and every coalition", ours, "s"),
        Line("abcvoting / coprep", theirs / max(ours, 1e-9), "x"),
    ]


def pabutools_representation(sizes=(8, 10, 12), projects: int = 6) -> list[Line]:
    """EJR in pabutools, by number of voters."""
    from pabutools.analysis.justifiedrepresentation import is_EJR_approval
    from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project

    lines = []
    for voters in sizes:
        approvals = np.random.default_rng(voters).random((voters, projects)) < 0.5
        approvals[np.arange(voters), np.arange(voters) % projects] = True
        named = [Project(str(j), 1) for j in range(projects)]
        instance = Instance(
            named, budget_limit=projects
        )  # everything is adopted: a pass, which has to look at all
        profile = ApprovalProfile(
            [ApprovalBallot([named[j] for j in np.flatnonzero(row)]) for row in approvals]
        )
        taken, _ = clock(
            lambda instance=instance, profile=profile, named=named: is_EJR_approval(
                instance, profile, Cost_Sat, named
            )
        )
        lines.append(Line(f"pabutools: EJR, {voters} voters x {projects} projects", taken, "s"))
    return lines


def report(title: str, process: Process, attribute: str, given) -> None:
    """One vote: ours, then the peers on the same ballots."""
    approvals, cost, budget, adopted = given
    searching, _ = clock(
        lambda: underserved_coalitions(approvals, adopted, budget=budget, costs=cost)
    )
    sharing, _ = clock(lambda: equal_shares(approvals, budget=budget, costs=cost))
    whole, _ = clock(lambda: outcome(process, attribute=attribute, budget=budget, rng=1))
    real = approvals.shape[0] >= 10_000
    show(
        title,
        [
            Line(
                "justified representation: all under-served coalitions",
                searching,
                "s",
                most=30 if real else None,
            ),
            Line("method of equal shares", sharing, "s"),
            Line("outcome: the whole question", whole, "s", most=30 if real else None),
            Line(
                "memory of the search beyond the ballots",
                traced(
                    lambda: underserved_coalitions(approvals, adopted, budget=budget, costs=cost)
                ),
                "MB",
            ),
            Line(
                "memory of the whole question beyond the tables",
                traced(
                    lambda: outcome(process, attribute=attribute, budget=budget, draws=99, rng=1)
                ),
                "MB",
            ),
            Line("most memory held so far, data and libraries among it", held(), "MB"),
        ],
    )
    if installed("pabutools"):
        show("  the same ballots", beside_pabutools(approvals, cost, budget, sharing))
    if installed("abcvoting"):
        show("  the same ballots", beside_abcvoting(approvals, int(adopted.sum())))


def real_vote(path: str) -> None:
    """A vote in Pabulib's format, by the first attribute that has several groups."""
    from coprep.data.process.readers import read_pabulib

    process = read_pabulib(path)
    attribute = next(name for name in process.attributes if len(process.grouping(name).groups) > 1)
    from coprep.ideas._votes.support import ideas_of, read_support

    support, ideas = read_support(process, own=True), ideas_of(process)
    voters = np.unique(support.person)
    approvals = np.zeros((len(voters), support.ideas), dtype=bool)
    approvals[
        np.searchsorted(voters, support.person[support.yes > 0]), support.idea[support.yes > 0]
    ] = True
    cost, adopted = np.asarray(ideas.cost, dtype=float), np.asarray(ideas.adopted) > 0
    budget = process.budget or float(cost[adopted].sum())
    report(
        f"{path}: {len(voters):,} voters x {support.ideas:,} ideas",
        process,
        attribute,
        (approvals, cost, budget, adopted),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voters", type=int, nargs="*", default=[1_000, 10_000, 50_000])
    parser.add_argument("--ideas", type=int, default=100)
    parser.add_argument("--vote", help="a .pb file")
    asked = parser.parse_args()
    if asked.vote:
        real_vote(asked.vote)
    for voters in [] if asked.vote else asked.voters:
        approvals, group, cost, budget, adopted = ballots(
            voters, asked.ideas, np.random.default_rng(1)
        )
        process = process_of(approvals, group, cost, adopted)
        report(
            f"{voters:,} voters x {asked.ideas} ideas",
            process,
            "area",
            (approvals, cost, budget, adopted),
        )
    if installed("pabutools"):
        show("Checks that go through every set of voters", pabutools_representation())


if __name__ == "__main__":
    main()
