"""How long `monitor` takes over many arrivals, and `compare` on published counts.

``python benchmarks/representation_over_time.py [--rows 100000 1000000] [--repeats 3]`` prints the median of each. A million
arrivals are meant to take seconds, a comparison of published counts at most 50 ms once it is warm.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from coprep import Baseline
from coprep.representation import compare, monitor

SHARES = {"White": 0.72, "Asian": 0.12, "Black": 0.08, "Mixed": 0.05, "Other": 0.03}


def arrivals(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    names = np.array(list(SHARES))
    parties = rng.choice(len(names), rows // 2, p=list(SHARES.values()))
    return pd.DataFrame(
        {
            "ethnicity": names[parties.repeat(2)],
            "household": np.arange(rows // 2).repeat(2),
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(np.sort(rng.integers(0, 365, rows // 2 * 2)), unit="D"),
        }
    )


def median(run: Callable[[], object], repeats: int) -> float:
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    lives_there = Baseline.from_shares({"ethnicity": SHARES})
    for rows in asked.rows:
        people = arrivals(rows)
        for name, options in (
            ("after every arrival", {}),
            ("day by day", {"order": "day"}),
            ("by household", {"cluster": "household"}),
        ):
            took = median(lambda p=people, o=options: monitor(p, lives_there, **o), asked.repeats)
            print(f"monitor, {rows:>9,} arrivals, {name:<20} {took:7.2f} s")
    before = {"ethnicity": {"White": 90, "Asian": 9, "Black": 5, "Mixed": 4, "Other": 2}}
    after = {"ethnicity": {"White": 70, "Asian": 19, "Black": 9, "Mixed": 6, "Other": 4}}
    compare(before, after, lives_there)
    took = median(lambda: compare(before, after, lives_there), 20)
    print(f"compare, published counts {1000 * took:24.1f} ms")


if __name__ == "__main__":
    main()
