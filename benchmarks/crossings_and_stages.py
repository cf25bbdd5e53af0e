"""How long crossings and stages take: on published counts, and on a million people by six attributes of five groups.

``python benchmarks/crossings_and_stages.py [--rows 1000000] [--repeats 5]``
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from _measure import Line, clock, in_turns, show

from coprep import Baseline
from coprep.representation import intersections, stages

NAMES = [f"attribute {i}" for i in range(6)]


def people(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    labels = np.array([f"group {k}" for k in range(5)])
    shares = rng.dirichlet(np.ones(5) * 5, len(NAMES))
    return pd.DataFrame(
        {name: labels[rng.choice(5, rows, p=p)] for name, p in zip(NAMES, shares, strict=True)}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    community = Baseline.from_microdata(
        pd.DataFrame({"sex": ["F", "F", "M", "M"], "age": ["young", "old"] * 2}),
        attributes=["sex", "age"],
        complete=True,
    )
    margins = Baseline.from_counts({"sex": {"F": 50, "M": 50}, "age": {"young": 50, "old": 50}})
    came = {("F", "young"): 10, ("F", "old"): 40, ("M", "young"): 40, ("M", "old"): 10}
    calls = {
        "intersections, joint table": lambda: intersections(
            came, community, attributes=["sex", "age"]
        ),
        "intersections, margins alone": lambda: intersections(
            came, margins, attributes=["sex", "age"]
        ),
    }
    funnel = {
        "registered": {"disability": {"Yes": 60, "No": 440}},
        "attended": {"disability": {"Yes": 12, "No": 228}},
    }
    calls["stages"] = lambda: stages(funnel)
    times = in_turns(calls, asked.repeats)
    show(
        "published counts",
        [Line(name, 1e3 * seconds, "ms", most=50) for name, seconds in times.items()],
    )
    table = people(asked.rows)
    baseline = Baseline.from_microdata(people(asked.rows // 5), attributes=NAMES, complete=True)
    seconds, found = clock(lambda: intersections(table, baseline, attributes=NAMES, depth=3))
    told = f"6 attributes of 5 groups, depth 3: {len(found.rows):,} cells"
    show(f"{asked.rows:,} people", [Line(told, seconds, "s", most=10)])


if __name__ == "__main__":
    main()
