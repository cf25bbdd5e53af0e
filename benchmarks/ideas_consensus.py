"""How long `consensus` takes, and beside it red-dwarf's product over groups and its groups of like opinion.

``python benchmarks/ideas_consensus.py [--people 2000] [--ideas 200] [--seen 0.3]`` times the whole question, with groups
from outside the votes and with groups of like opinion. Then, on the same votes:

- the product over groups of smoothed shares, which platforms publish, of given groups: from votes to numbers by coprep,
  from its table of votes to numbers by red-dwarf; both give the same numbers;
- two groups of like opinion: by coprep in each half of the ideas, by red-dwarf's pipeline, statistics included, in all.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
from _measure import Line, clock, held, in_turns, installed, show, traced

from coprep.data.process.process import Process
from coprep.ideas._votes.opinion_groups import opinion_halves
from coprep.ideas._votes.support import read_support
from coprep.ideas.consensus import consensus
from coprep.metrics.votes._consensus import group_informed_consensus as group_informed


def votes_of(people: int, ideas: int, seen: float, rng: np.random.Generator):
    """Two camps that differ on some ideas, each person shown some of them: agree 1, disagree -1."""
    group = rng.integers(0, 2, people)
    liking = rng.normal(0.5, 1.0, ideas) + np.where(group[:, None] == 0, 1, -1) * rng.normal(
        0, 1.0, ideas
    )
    person, idea = np.nonzero(rng.random((people, ideas)) < seen)
    agree = rng.random(len(person)) < 1 / (1 + np.exp(-liking[person, idea]))
    return group, person, idea, np.where(agree, 1, -1)


def process_of(group, person, idea, vote, ideas: int) -> Process:
    who = np.char.add("p", np.char.zfill(np.arange(len(group)).astype(str), 7))
    what = np.char.add("i", np.arange(ideas).astype(str))
    return Process(
        participants={"participant_id": who, "area": np.char.add("area ", group.astype(str))},
        ideas={"idea_id": what},
        ratings={
            "participant_id": who[person],
            "idea_id": what[idea],
            "value": vote,
            "kind": np.full(len(vote), "agree"),
        },
    )


def our_product(group, person, idea, vote, ideas: int) -> np.ndarray:
    """From votes to the product, idea by idea."""
    groups = int(group.max()) + 1
    cell = idea * groups + group[person]
    seen = np.bincount(cell, minlength=ideas * groups).reshape(ideas, groups)
    agree = np.bincount(cell[vote > 0], minlength=ideas * groups).reshape(ideas, groups)
    return group_informed(agree, seen).consensus


def beside_red_dwarf(process: Process, group, person, idea, vote, ideas: int) -> list[Line]:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from reddwarf.implementations.base import run_pipeline
        from reddwarf.utils.stats import calculate_comment_statistics_dataframes

    table = np.full((len(group), ideas), np.nan)
    table[person, idea] = vote
    matrix = pd.DataFrame(table)
    records = [
        {"participant_id": int(p), "statement_id": int(i), "vote": int(v)}
        for p, i, v in zip(person, idea, vote, strict=True)
    ]
    support = read_support(process)
    theirs = calculate_comment_statistics_dataframes(matrix, group)[1][
        "group-aware-consensus-agree"
    ].to_numpy()
    assert np.allclose(our_product(group, person, idea, vote, ideas), theirs, atol=1e-12)
    product = in_turns(
        {
            "ours": lambda: our_product(group, person, idea, vote, ideas),
            "theirs": lambda: calculate_comment_statistics_dataframes(matrix, group),
        },
        5,
    )
    ours, halves = clock(lambda: opinion_halves(support, clusters=2, rng=np.random.default_rng(1)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, found = clock(
            lambda: run_pipeline(votes=records, force_group_count=2, random_state=1)
        )
    labels = found.participants_df["cluster_id"].to_numpy(dtype=float, na_value=np.nan)
    return [
        Line("the product: coprep", product["ours"], "s"),
        Line("the product and its other statistics: red-dwarf", product["theirs"], "s"),
        Line("red-dwarf / coprep", product["theirs"] / product["ours"], "x"),
        Line("groups of like opinion: coprep, in both halves", ours, "s"),
        Line("groups of like opinion and statistics: red-dwarf", whole, "s"),
        Line("red-dwarf / coprep", whole / ours, "x"),
        Line(
            "people placed in their planted camp: coprep, worse half",
            min(placed(h.codes, group) for h in halves),
            "",
        ),
        Line(
            "people placed in their planted camp: red-dwarf, all ideas", placed(labels, group), ""
        ),
    ]


def placed(codes, group) -> float:
    """Share of the people who were placed whose group is their camp, under the better naming of the two."""
    known = np.asarray(codes) >= 0
    share = float((np.asarray(codes)[known] == group[known]).mean())
    return max(share, 1 - share)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--ideas", type=int, default=200)
    parser.add_argument("--seen", type=float, default=0.3)
    asked = parser.parse_args()
    made = votes_of(asked.people, asked.ideas, asked.seen, np.random.default_rng(0))
    process = process_of(*made, asked.ideas)
    before = held()
    given, _ = clock(lambda: consensus(process, attribute="area", rng=1))
    like, _ = clock(lambda: consensus(process, rng=1))
    show(
        f"{asked.people:,} people, {asked.ideas:,} ideas, {len(made[1]):,} votes, 999 draws",
        [
            Line("consensus: the whole question, groups from outside", given, "s"),
            Line("consensus: the whole question, groups of like opinion", like, "s"),
            Line("most memory held, data and libraries among it", held(), "MB"),
            Line("of which before the question", before, "MB"),
            Line(
                "memory beyond the tables",
                traced(lambda: consensus(process, attribute="area", draws=99, rng=1)),
                "MB",
            ),
        ],
    )
    if installed("reddwarf"):
        show("Beside red-dwarf, the same votes", beside_red_dwarf(process, *made, asked.ideas))


if __name__ == "__main__":
    main()
