"""How long `self_serving` takes for many ideas, and beside it a permutation of the same statistic.

``python benchmarks/ideas_own_benefit.py [--ideas 100000] [--draws 9999]`` times the whole question without ratings: own
benefit (S1), its robustness runs and breadth, meant to stay below 5 s for 100,000 ideas. Then the test alone beside
exchanges of the same sum of ideas' benefits with their authors' groups, with few draws that are scaled up:

- by scipy.stats.permutation_test, which exchanges across topics, and so tests another null in about the same time;
- in numpy, within topics.

Both take ideas for independent, which they are not where people write several; coprep flips authors' sums.
"""

from __future__ import annotations

import argparse

import numpy as np
from _measure import Line, clock, held, show
from scipy import stats

from coprep.data.process.process import Process
from coprep.ideas.self_serving import self_serving
from coprep.metrics.inference._resampling import sign_flip_test
from coprep.metrics.participation._own_benefit import own_benefit


def ideas_of(n: int, authors: int, groups: int, topics: int, rng: np.random.Generator):
    """Groups specialise in topics, topics serve groups, and one idea in ten serves its author's group beyond that."""
    group = rng.integers(0, groups, authors)
    leaning, need = rng.dirichlet(np.ones(topics), groups), rng.dirichlet(np.ones(groups), topics)
    author = rng.integers(0, authors, n)
    topic = np.array(
        [rng.choice(topics, p=leaning[g]) for g in range(groups) for _ in range(n)]
    ).reshape(groups, n)
    topic = topic[group[author], np.arange(n)]
    served = (rng.random(n)[:, None] > need[topic].cumsum(axis=1)).sum(axis=1).clip(max=groups - 1)
    served = np.where(rng.random(n) < 0.1, group[author], served)
    return author, group, topic, served


def process_of(author, group, topic, served) -> Process:
    who = np.char.add("p", np.arange(len(group)).astype(str))
    what = np.char.add("i", np.arange(len(author)).astype(str))
    return Process(
        participants={"participant_id": who, "group": np.char.add("g", group.astype(str))},
        ideas={"idea_id": what, "topic": np.char.add("t", topic.astype(str))},
        idea_authors={"idea_id": what, "participant_id": who[author]},
        beneficiaries={
            "idea_id": what,
            "attribute": np.full(len(what), "group"),
            "group": np.char.add("g", served.astype(str)),
        },
    )


def one_hot(codes: np.ndarray, size: int) -> np.ndarray:
    return np.eye(size)[codes]


def within_topics(table: np.ndarray, label: np.ndarray, topic: np.ndarray, draws: int) -> float:
    """p of the sum of ``table[i, label[i]]`` if labels are exchanged within topics."""
    rng, hits = np.random.default_rng(1), 0
    members = [np.flatnonzero(topic == t) for t in np.unique(topic)]
    at = np.arange(len(label))
    now = abs(table[at, label].sum())
    for _ in range(draws):
        dealt = label.copy()
        for some in members:
            dealt[some] = rng.permutation(dealt[some])
        hits += abs(table[at, dealt].sum()) >= now
    return (hits + 1) / (draws + 1)


def beside_permutations(
    author, group, topic, served, groups: int, draws: int, few: int
) -> list[Line]:
    benefit, label = one_hot(served, groups), group[author]

    def ours():
        found = own_benefit(benefit, one_hot(label, groups), topic, author)
        return sign_flip_test(found.products, draws=draws, rng=1)

    taken, _ = clock(ours)
    size = np.bincount(topic)[:, None]
    means = np.stack([np.bincount(topic, column) for column in benefit.T], axis=1) / np.maximum(
        size, 1
    )
    table = benefit - means[topic]
    place, flat = np.arange(len(label)) * groups, table.ravel()
    scipys, _ = clock(
        lambda: stats.permutation_test(
            (label,),
            lambda codes, axis=-1: flat[codes + place].sum(axis=axis),
            permutation_type="pairings",
            vectorized=True,
            n_resamples=few,
            batch=10,
            rng=np.random.default_rng(1),
        )
    )
    numpys, _ = clock(lambda: within_topics(table, label, topic, few))
    scale = draws / few
    return [
        Line("coprep: own_benefit and sign_flip_test, all groups together and each", taken, "s"),
        Line(f"scipy.stats.permutation_test, scaled from {few:,} draws", scipys * scale, "s"),
        Line("scipy / coprep", scipys * scale / taken, "x"),
        Line(f"exchanges within topics in numpy, scaled from {few:,} draws", numpys * scale, "s"),
        Line("numpy / coprep", numpys * scale / taken, "x"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ideas", type=int, default=100_000)
    parser.add_argument("--authors", type=int, default=20_000)
    parser.add_argument("--groups", type=int, default=5)
    parser.add_argument("--topics", type=int, default=30)
    parser.add_argument("--draws", type=int, default=9_999)
    parser.add_argument("--peer-draws", type=int, default=99)
    asked = parser.parse_args()
    made = ideas_of(
        asked.ideas, asked.authors, asked.groups, asked.topics, np.random.default_rng(0)
    )
    door, process = clock(lambda: process_of(*made))
    before = held()
    whole, _ = clock(lambda: self_serving(process, attribute="group", draws=asked.draws, rng=1))
    show(
        f"{asked.ideas:,} ideas by {asked.authors:,} authors, {asked.groups} groups, {asked.topics} topics, "
        f"{asked.draws:,} sign patterns",
        [
            Line("tables checked at the door", door, "s"),
            Line("self_serving: the whole question", whole, "s", most=5),
            Line("most memory held, data and libraries among it", held(), "MB"),
            Line("of which before the question", before, "MB"),
        ],
    )
    show(
        f"The test alone, {asked.draws:,} draws",
        beside_permutations(*made, asked.groups, asked.draws, asked.peer_draws),
    )


if __name__ == "__main__":
    main()
