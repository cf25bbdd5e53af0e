"""One rule for places, points, scores, approvals and choices."""

import numpy as np
import pytest

from coprep import Process, ideas
from coprep.errors import InputError

PEOPLE = [f"u{i}" for i in range(80)]
GROUP = ["N" if i % 2 else "S" for i in range(80)]
IDEA_GROUP = ["N" if j % 2 else "S" for j in range(12)]


def process_of(rows, kind):
    """Answers to twelve ideas by two authors, one of each group."""
    table = {
        "participant_id": [p for p, _, _ in rows],
        "idea_id": [i for _, i, _ in rows],
        "value": [v for _, _, v in rows],
        "kind": [kind] * len(rows),
    }
    return Process(
        {"participant_id": [*PEOPLE, "aN", "aS"], "g": [*GROUP, "N", "S"]},
        {"idea_id": range(12), "author_id": [f"a{g}" for g in IDEA_GROUP]},
        ratings=table,
    )


def places(best_of=12, zeros=False):
    """Everybody ranks the own group's ideas first, by and large."""
    rng = np.random.default_rng(1)
    rows = []
    for person, group in zip(PEOPLE, GROUP, strict=True):
        liked = rng.normal(size=12) + np.array([1.5 * (g == group) for g in IDEA_GROUP])
        rank = (-liked).argsort().argsort() + 1
        rows += [(person, i, int(r)) for i, r in enumerate(rank) if r <= best_of]
        rows += [(person, i, 0) for i, r in enumerate(rank) if zeros and r > best_of]
    return rows


def points(least):
    """Fifty points a person; the own group's ideas get two and a half times as many."""
    rng = np.random.default_rng(1)
    rows = []
    for person, group in zip(PEOPLE, GROUP, strict=True):
        weight = rng.gamma(2, 1, 12) * np.array([2.5 if g == group else 1 for g in IDEA_GROUP])
        given = least + rng.multinomial(50 - 12 * least, weight / weight.sum())
        rows += [(person, i, int(v)) for i, v in enumerate(given)]
    return rows


def premium(process, **options):
    found = ideas.in_group(process, attribute="g", draws=199, rng=1, **options)
    note = next(n for n in found.notes if n.code == "support_rule")
    return found.findings[0], note.text


def test_full_rankings_are_compared_by_places():
    finding, rule = premium(process_of(places(), "rank"))
    assert finding.verdict == "pattern" and finding.estimate.value == pytest.approx(4.4, abs=0.1)
    assert rule.startswith("Nearly every idea was ranked by everybody")


@pytest.mark.parametrize("zeros", [False, True])
def test_partial_rankings_are_support(zeros):
    finding, rule = premium(process_of(places(9, zeros), "rank"))
    assert finding.verdict == "pattern" and finding.estimate.unit == "points"
    # Three in four ideas are ranked, so that own ideas can have 25 points more at most.
    assert 20 < finding.estimate.value <= 25
    assert rule == "Being ranked at all counts as support."


@pytest.mark.parametrize(("kind", "rows"), [("rank", places()), ("points", points(1))])
def test_support_that_does_not_vary_is_refused_as_that(kind, rows):
    process = process_of(rows, kind)
    for ask in (ideas.homophily, ideas.consensus):
        with pytest.raises(InputError, match="everybody, so support does not vary"):
            ask(process, attribute="g", draws=99, rng=1)
        ask(process, attribute="g", draws=99, rng=1, threshold=4)


def test_points_that_everybody_gives_everything_are_compared_as_amounts():
    finding, rule = premium(process_of(points(1), "points"))
    assert finding.verdict == "pattern" and 2 < finding.estimate.value < 4
    assert "how many is compared" in rule
    finding, rule = premium(process_of(points(0), "points"))
    assert finding.estimate.unit == "points" and rule == "Any point given counts as support."


@pytest.mark.parametrize(("kind", "rows"), [("rank", places()), ("points", points(1))])
def test_a_threshold_makes_votes_of_any_ballot(kind, rows):
    finding, rule = premium(process_of(rows, kind), threshold=5)
    assert finding.estimate.value > 10
    assert rule == ("Rank 5 or better" if kind == "rank" else "5 or more") + " counts as support."
    network = ideas.homophily(process_of(rows, kind), attribute="g", threshold=5, draws=99, rng=1)
    assert network.findings[0].estimate.value > 10
