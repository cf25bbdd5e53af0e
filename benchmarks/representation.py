"""How long `assess` takes beside one bare group-by of the same engine by the same five attributes.

``python benchmarks/representation.py [--rows 10000 1000000 10000000] [--repeats 5]`` prints, for each engine and size,
the median of paired runs and their ratio. Beyond a million rows the ratio is meant to stay below 1.5.
"""

from __future__ import annotations

import argparse
import statistics

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from _measure import Line, clock, held, show

from coprep import Baseline
from coprep.representation import assess

GROUPS = {"sex": 2, "age": 4, "ethnicity": 6, "disability": 3, "tenure": 5}


def people(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    labels = {name: np.array([f"{name} group {i}" for i in range(k)]) for name, k in GROUPS.items()}
    return pd.DataFrame(
        {name: labels[name][rng.integers(k, size=rows)] for name, k in GROUPS.items()}
    )


def community() -> Baseline:
    return Baseline.from_counts(
        {n: {f"{n} group {i}": 100 + i for i in range(k)} for n, k in GROUPS.items()}
    )


def engines(frame: pd.DataFrame):
    columns = list(GROUPS)
    polars = pl.from_pandas(frame)
    yield (
        "pandas",
        frame,
        lambda: frame.groupby(columns, dropna=False, observed=True, sort=False).size(),
    )
    coded = frame.astype("category")
    yield (
        "pandas, categories",
        coded,
        lambda: coded.groupby(columns, dropna=False, observed=True, sort=False).size(),
    )
    yield "polars", polars, lambda: polars.group_by(columns).len()
    relation = duckdb.from_arrow(polars.to_arrow())
    names = ", ".join(columns)
    yield "duckdb", relation, lambda: relation.aggregate(f"{names}, count(*)", names).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    base = community()
    for rows in asked.rows:
        lines = []
        for name, table, bare in engines(people(rows)):
            assess(table, base)
            bare()
            pairs = [
                (clock(lambda t=table: assess(t, base))[0], clock(bare)[0])
                for _ in range(asked.repeats)
            ]
            ours, theirs = (1e3 * statistics.median(pair[i] for pair in pairs) for i in (0, 1))
            ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
            told = f"{name}: assess {ours:,.1f} ms / bare group-by {theirs:,.1f} ms"
            lines.append(Line(told, ratio, "x", most=1.5 if rows > 1_000_000 else None))
        show(
            f"{rows:,} rows",
            [*lines, Line("most memory held so far, data and libraries among it", held(), "MB")],
        )


if __name__ == "__main__":
    main()
