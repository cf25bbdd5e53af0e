"""Places from 1 to k have a direction, which is asked for and never guessed."""

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError


def rankings(people=12, ideas=6, best_of=None, seed=1):
    rng = np.random.default_rng(seed)
    rows = [
        (f"u{i}", j, place + 1)
        for i in range(people)
        for place, j in enumerate(rng.permutation(ideas))
        if best_of is None or place < best_of
    ]
    names = ("participant_id", "idea_id", "value")
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


@pytest.mark.parametrize("best_of", [None, 3])
def test_rankings_without_a_kind_are_asked_about(best_of):
    table = rankings(best_of=best_of)
    with pytest.raises(InputError, match="12 of 12 people gave 1, 2, 3 ... once each"):
        Process(ratings=table)
    for kind in ("rank", "score"):
        said = table | {"kind": [kind] * len(table["value"])}
        assert Process(ratings=said).kinds == (kind,)


def test_places_with_zeros_for_the_rest_are_rankings_too():
    table = rankings()
    table["value"] = [v if v <= 3 else 0 for v in table["value"]]
    with pytest.raises(InputError, match="is 1 the best place"):
        Process(ratings=table)


def test_scores_are_no_rankings():
    rng = np.random.default_rng(2)
    table = rankings(40)
    table["value"] = rng.integers(1, 6, len(table["value"])).tolist()
    assert Process(ratings=table).kinds == ("score",)


def test_a_ranking_on_an_engine_is_asked_about():
    duckdb = pytest.importorskip("duckdb")
    pd = pytest.importorskip("pandas")
    with duckdb.connect() as engine, pytest.raises(InputError, match="once each"):
        Process(ratings=engine.from_df(pd.DataFrame(rankings())))


def test_priorities_as_ranks_are_ranks():
    table = rankings(5, 4)
    table = {
        "participant_id": table["participant_id"],
        "topic": [f"t{j}" for j in table["idea_id"]],
        "value": table["value"],
    }
    with pytest.raises(InputError, match="priorities say no kind"):
        Process(priorities=table)
    n = len(table["value"])
    ranked = Process(priorities=table | {"kind": ["rank"] * n}).priorities.value
    scored = Process(priorities=table | {"kind": ["score"] * n}).priorities.value
    assert (ranked == 5 - scored).all() and sorted(set(ranked)) == [1, 2, 3, 4]
    with pytest.raises(InputError, match="priorities: 1 row with a rank that is no place"):
        Process(priorities=table | {"kind": ["rank"] * n, "value": [1.5, *table["value"][1:]]})
