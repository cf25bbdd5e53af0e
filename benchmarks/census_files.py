"""How long a census file of 200 MB takes and how much memory it holds; microdata beside one bare group-by.

``python benchmarks/census_files.py [--megabytes 200] [--rows 10000000]`` writes both files into a temporary folder,
reads one place of the first, and two attributes with their joint table of the second.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from _measure import Line, clock, held, in_turns, show, traced

from coprep import read_baseline

BANDS = [f"Aged {low} to {low + 4} years" for low in range(0, 100, 5)]


def bulk(path: Path, megabytes: int) -> int:
    """A Nomis bulk file: small areas down, a total and twenty bands across, each with its single years."""
    rng = np.random.default_rng(7)
    names = ["Age: Total"]
    for at, band in enumerate(BANDS):
        names.append(f"Age: {band}")
        names += [f"Age: Aged {5 * at + year} years" for year in range(5)]
    head = ["date", "geography", "geography code", *(f"{name}; measures: Value" for name in names)]
    rows = 0
    with path.open("w", encoding="utf-8") as out:
        out.write(",".join(f'"{name}"' for name in head) + "\n")
        while out.tell() < megabytes * 1_000_000:
            years = rng.integers(0, 400, size=(1_000, len(BANDS), 5))
            bands = years.sum(axis=2, keepdims=True)
            cells = np.concatenate([bands, years], axis=2).reshape(1_000, -1)
            totals = bands.sum(axis=(1, 2))
            for total, row in zip(totals, cells, strict=True):
                figures = ",".join(map(str, row))
                out.write(f'"2021","Area {rows}","E{rows:08d}",{total},{figures}\n')
                rows += 1
    return rows


def microdata(path: Path, rows: int) -> None:
    """PUMS-like people: codes, and a weight."""
    rng = np.random.default_rng(8)
    pl.DataFrame(
        {
            "SERIALNO": np.arange(rows),
            "ST": np.full(rows, 11),
            "PWGTP": rng.integers(1, 200, rows),
            "SEX": rng.integers(1, 3, rows),
            "RAC1P": rng.integers(1, 10, rows),
        }
    ).write_parquet(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rows", type=int, default=10_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bulk.csv"
        areas = bulk(file, asked.megabytes)
        before = held()
        seconds, _ = clock(lambda: read_baseline(file, area=f"Area {areas // 2}"))
        lines = [
            Line(f"one of {areas:,} areas, from {asked.megabytes} MB", seconds, "s"),
            Line("memory held beyond what was held before", held() - before, "MB", most=250),
        ]
        show("a bulk file", lines)
        people = Path(folder) / "people.parquet"
        microdata(people, asked.rows)

        def ours() -> object:
            return read_baseline(people, attribute=["sex", "race"])

        def bare() -> object:
            frame = pl.scan_parquet(people)
            return (
                frame.group_by("SEX", "RAC1P", "ST").agg(pl.len(), pl.col("PWGTP").sum()).collect()
            )

        times = in_turns({"ours": ours, "bare": bare}, 3)
        mine, theirs = times["ours"], times["bare"]
        lines = [
            Line(f"read_baseline, {asked.rows:,} people in Parquet", mine, "s"),
            Line(
                "beside one bare group-by of Polars, by the same columns",
                mine / theirs,
                "x",
                most=1.5,
            ),
            Line("memory of Python beyond", traced(ours), "MB"),
        ]
        show("microdata", lines)


if __name__ == "__main__":
    main()
