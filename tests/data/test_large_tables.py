"""Ten million rows in a database: counted there, in the memory of a few thousand."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from coprep import Baseline, InputError, Process
from coprep.data.process.tables import ratings as tables
from coprep.fairness import GroupTable, metric
from coprep.representation import assess

ROWS = 10_000_000
PEOPLE = 200


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    held = duckdb.connect(str(tmp_path_factory.mktemp("large") / "votes.duckdb"))
    held.execute("set memory_limit = '1GB'")
    yield held
    held.close()


def _within(call: Any, megabytes: float) -> Any:
    """The answer, after which Python and numpy held no more than this beyond what was there."""
    tracemalloc.start()
    try:
        answer = call()
        most = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert most < megabytes
    return answer


def test_ten_million_people_in_parquet_are_counted_where_they_are(
    connection: Any, tmp_path: Path
) -> None:
    file = tmp_path / "people.parquet"
    connection.execute(
        f"""
        copy (
            select
                ['Female', 'Male'][1 + (i % 2)] as sex,
                ['16-34', '35-64', '65+'][1 + (i % 3)] as age,
                (i % 10 < 3 + (i % 2))::int as hired,
                (i % 7 < 3)::int as qualified
            from range({ROWS}) t(i)
        ) to '{file}' (format parquet)
        """
    )
    people = connection.from_parquet(str(file))
    table = _within(
        lambda: GroupTable.from_frame(
            people, sensitive_features=["sex", "age"], y_true="qualified", y_pred="hired"
        ),
        60,
    )
    rates = metric("selection_rate", table).by_group
    # Of every ten in a row two women are hired and two men: i % 10 in (0, 2) and in (1, 3).
    assert rates["Female", "16-34"] == pytest.approx(0.4, abs=1e-6)
    assert metric("selection_rate", table) == pytest.approx(0.0, abs=1e-6)
    lives_there = Baseline.from_shares(
        {"sex": {"Female": 0.6, "Male": 0.4}, "age": {"16-34": 0.3, "35-64": 0.4, "65+": 0.3}}
    )
    who = _within(lambda: assess(people, lives_there), 60)
    counts = {row["group"]: row["count"] for row in who.rows.records()}
    assert counts["Female"] == ROWS // 2
    assert counts["16-34"] == (ROWS + 2) // 3


def test_ratings_in_a_database_are_counted_there_and_ballots_beyond_memory_refused(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ideas = 10_000
    connection.execute(
        f"""
        create table ratings as
        select 'p' || p as participant_id, 'i' || i as idea_id, ((p + i) % 4 = 0)::int as value
        from range({PEOPLE}) t(p), range({ideas}) s(i)
        """
    )
    people = [f"p{i}" for i in range(PEOPLE)]
    process = _within(
        lambda: Process(
            participants={"participant_id": people, "sex": ["Female", "Male"] * (PEOPLE // 2)},
            ideas={
                "idea_id": [f"i{i}" for i in range(ideas)],
                "author_id": [people[i % PEOPLE] for i in range(ideas)],
            },
            ratings=connection.table("ratings"),
        ),
        60,
    )
    votes = process.ledger("votes")
    assert votes.amounts.tolist() == [ideas / 4] * PEOPLE
    monkeypatch.setattr(tables, "MOST_BALLOTS", 1_000_000)
    with pytest.raises(InputError) as caught:
        process.ballots()
    (problem,) = caught.value.problems
    assert problem.code == "too_many_ballots"
    assert "2,000,000 ballots" in problem.what
    assert "1 GB" in problem.what
