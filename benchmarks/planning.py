"""How long planning and weighting take, and how weights compare with those of svy.

``python benchmarks/planning.py [--repeats 5]`` prints each call on published counts, warm, which is meant to take at
most 50 ms; and raking of 122 to 100,000 people beside the peer package `svy`, with the largest difference of a weight.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from _measure import Line, clock, in_turns, installed, show

from coprep import Baseline
from coprep.representation import plan, recruit, seats, weights

TOWN = Baseline.from_shares(
    {
        "disability": {"Yes": 0.23, "No": 0.77},
        "age": {"15-29": 0.243, "30-44": 0.251, "45-59": 0.235, "60+": 0.271},
    }
)
CAME = {
    "disability": {"Yes": 12, "No": 110},
    "age": {"15-29": 28, "30-44": 32, "45-59": 33, "60+": 29},
}


def calls():
    return {
        "seats": lambda: seats(TOWN, seats=25),
        "recruit, with invitations": lambda: recruit(CAME, TOWN, response_rates=0.1),
        "plan": lambda: plan(TOWN, n=122),
        "weights, one attribute": lambda: weights({"age": CAME["age"]}, TOWN),
        "weights, logit within the tightest bounds": lambda: weights(
            {"age": CAME["age"]}, TOWN, method="logit"
        ),
    }


def people(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    return pd.DataFrame(
        {
            "disability": rng.choice(["Yes", "No"], rows, p=[0.15, 0.85]),
            "age": rng.choice(["15-29", "30-44", "45-59", "60+"], rows, p=[0.15, 0.2, 0.3, 0.35]),
        }
    )


def with_svy(table: pd.DataFrame) -> np.ndarray:
    import polars as pl
    import svy

    sample = svy.Sample(
        pl.from_pandas(table).with_columns(start=pl.lit(1.0)), svy.Design(wgt="start")
    )
    controls = {
        name: {g: len(table) * p for g, p in TOWN.shares(name).items()} for name in TOWN.attributes
    }
    weighted = sample.weighting.rake(controls=controls, wgt_name="w", tol=1e-9, max_iter=1000)
    return weighted.data.get_column("w").to_numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    taken = in_turns(calls(), asked.repeats)
    show(
        "published counts, warm",
        [Line(name, 1e3 * seconds, "ms", most=50) for name, seconds in taken.items()],
    )
    peer = installed("svy")
    for rows in (122, 10_000, 100_000):
        table = people(rows)
        found = weights(table, TOWN)
        ours = clock(lambda t=table: weights(t, TOWN))[0]
        lines = [Line("weights", 1e3 * ours, "ms")]
        if peer:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with_svy(table)
                seconds, theirs = clock(lambda t=table: with_svy(t))
            lines.append(Line("svy", 1e3 * seconds, "ms"))
            off = np.abs(found.of(table) / theirs - 1).max()
            lines.append(Line("largest difference of a weight", off, "", most=1e-6))
        show(f"raking of {rows:,} people to two attributes", lines)


if __name__ == "__main__":
    main()
