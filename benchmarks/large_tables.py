"""Fairness, representation and a process from more rows than memory holds, counted by DuckDB.

    python benchmarks/large_tables.py                       # 10 million rows, 10 million ratings
    python benchmarks/large_tables.py --rows 1000000000 --ratings 100000000 --folder /somewhere

Writes its own Parquet file of people (about 2 bytes a row, so 2 GB for a billion) and a DuckDB table of
ratings, unless they are in the folder already. Beside each answer stands one bare group-by of the
same engine by the same columns, and the most memory that the process held; DuckDB itself is held to 2 GB.
Every count is compared with that of the bare group-by.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from _measure import Line, clock, held, show, wall

import coprep
from coprep.fairness import GroupTable, group_metrics, metric
from coprep.representation import assess

_SEX = "['Female', 'Male']"
_AGE = "['16-34', '35-64', '65+']"
_AREA = "['North', 'East', 'South', 'West']"
_PEOPLE = 20_000
_IDEAS = 500
_MOST_ENGINE = "2GB"


def people_in(connection: duckdb.DuckDBPyConnection, file: Path, rows: int) -> None:
    """A Parquet file of made-up people with a decision and an outcome."""
    # A hash of the row number is as good as a random number, and the same on every machine.
    connection.execute(
        f"""
        copy (
            select
                {_SEX}[1 + h % 2] as sex,
                {_AGE}[1 + (h // 2) % 3] as age,
                {_AREA}[1 + (h // 6) % 4] as area,
                ((h // 24) % 100 < 30 + 5 * (h % 2))::utinyint as hired,
                ((h // 2400) % 100 < 33)::utinyint as qualified
            from (select (hash(i) // 4)::bigint as h from range({rows}) t(i))
        ) to '{file}' (format parquet, compression zstd)
        """
    )


def ratings_in(connection: duckdb.DuckDBPyConnection, rows: int) -> None:
    """A table of made-up votes: every person votes on a run of ideas."""
    each = rows // _PEOPLE
    connection.execute(
        f"""
        create table if not exists ratings as
        select
            'p' || person as participant_id,
            'i' || (person + idea) % {max(_IDEAS, each)} as idea_id,
            (hash(person * 100003 + idea) % 3 > 0)::utinyint as value
        from range({_PEOPLE}) t(person), range({each}) s(idea)
        """
    )


def from_people(connection: duckdb.DuckDBPyConnection, file: Path, rows: int) -> None:
    """The table of fairness and of representation, each beside a bare group-by."""
    relation = connection.from_parquet(str(file))
    keys = "sex, age, hired, qualified"
    bare, counted = clock(
        lambda: relation.aggregate(f"{keys}, count(*) as n", keys).fetchall(), wall
    )
    lines = [Line("size of the file", file.stat().st_size / 1e9, "GB", most=10)]
    lines.append(Line(f"bare group-by {keys}", bare, "s"))

    seconds, table = clock(
        lambda: GroupTable.from_frame(
            relation, sensitive_features=["sex", "age"], y_true="qualified", y_pred="hired"
        ),
        wall,
    )
    found = group_metrics(table, metrics=["selection_rate", "true_positive_rate"])
    _same(table, counted)
    lines.append(Line("fairness: the table of six groups", seconds, "s"))
    lines.append(Line("the same / the bare group-by", seconds / bare, "x"))
    print(found.headline)

    community = coprep.Baseline.from_shares(
        {
            "sex": {"Female": 0.51, "Male": 0.49},
            "age": {"16-34": 0.3, "35-64": 0.4, "65+": 0.3},
            "area": {"North": 0.25, "East": 0.25, "South": 0.25, "West": 0.25},
        }
    )
    seconds, who = clock(lambda: assess(relation, community), wall)
    women = next(row for row in who.rows.records() if row["group"] == "Female")
    assert women["count"] == sum(row[-1] for row in counted if row[0] == "Female")
    lines.append(Line("representation: three attributes", seconds, "s"))
    lines.append(Line("the same / the bare group-by", seconds / bare, "x"))
    lines.append(Line("most memory held by the whole process", held() / 1e3, "GB", most=4))
    show(f"{rows:,} people in Parquet", lines)


def _same(table: GroupTable, counted: list[tuple[Any, ...]]) -> None:
    """Every person is counted, in the right group."""
    selected = metric("selection_rate", table).by_group
    for (sex, age), rate in selected.items():
        mine = [row for row in counted if row[:2] == (sex, age)]
        hired = sum(row[-1] for row in mine if row[2] == 1)
        assert abs(rate - hired / sum(row[-1] for row in mine)) < 1e-12


def from_ratings(connection: duckdb.DuckDBPyConnection, rows: int) -> None:
    """A process whose ratings stay in the database, and the votes of each person."""
    ideas = max(_IDEAS, rows // _PEOPLE)
    people = [f"p{i}" for i in range(_PEOPLE)]
    bare, votes = clock(
        lambda: connection.sql(
            "select participant_id, sum(value) from ratings group by participant_id"
        ).fetchall(),
        wall,
    )
    seconds, process = clock(
        lambda: coprep.Process(
            participants={
                "participant_id": people,
                "sex": ["Female" if i % 2 else "Male" for i in range(_PEOPLE)],
            },
            ideas={
                "idea_id": [f"i{i}" for i in range(ideas)],
                "author_id": people[:ideas],
                "status": ["adopted" if i % 10 == 0 else "rejected" for i in range(ideas)],
            },
            ratings=connection.table("ratings"),
        ),
        wall,
    )
    ledger = process.ledger("votes")
    assert abs(ledger.amounts.sum() - sum(float(n) for _, n in votes)) < 0.5
    show(
        f"{rows:,} ratings in a DuckDB table",
        [
            Line("one bare group-by by person", bare, "s"),
            Line("read and check the process", seconds, "s"),
            Line("most memory held by the whole process", held() / 1e3, "GB", most=4),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--ratings", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(folder / f"ratings-{asked.ratings}.duckdb"))
        connection.execute(f"set memory_limit = '{_MOST_ENGINE}'")
        connection.execute(f"set temp_directory = '{folder}'")
        connection.execute("set preserve_insertion_order = false")
        file = folder / f"people-{asked.rows}.parquet"
        if asked.rows and not file.exists():
            people_in(connection, file, asked.rows)
        if asked.rows:
            from_people(connection, file, asked.rows)
        if asked.ratings:
            ratings_in(connection, asked.ratings)
            from_ratings(connection, asked.ratings)
        connection.close()


if __name__ == "__main__":
    main()
