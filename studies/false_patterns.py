"""Count pages on which `audit` names a pattern though no group does anything differently.

    python studies/false_patterns.py          # goes on where it stopped; hours
    python studies/false_patterns.py 60 100   # rooms of 60 people, at most 100 more of them

The tables are those of the synthetic programme, cut down to 30, 60 or all 300 people; ideas, words,
votes, answers and marks stay as they are, and labels are dealt out at random: those that the
community's table knows from its shares, the others (role, access need) shuffled among the people.
So nothing depends on a group, and who came is a fair draw. How active people are stays as it is,
and the most active voice is there to be found: it is no group's, so it is taken out of the family
before patterns are counted, or true findings would make room for false ones. 9,999 draws, as
`audit` takes by itself.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import coprep

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "samples" / "recovery-programme"
KEPT = Path(__file__).parent / "results" / "false_patterns.json"
SEED = 20261202
WORLDS = {30: 400, 60: 400, 300: 200}
PROMISED = 0.05
_OF_PEOPLE = ("attendance", "experience", "priorities", "ratings", "turns")


def tables() -> dict[str, pd.DataFrame]:
    """The tables of the programme; "None" is an answer."""
    names = ("participants", "ideas", "idea_authors", "beneficiaries", "responses", "sessions")
    read = {"keep_default_na": False, "na_values": [""]}
    return {
        name: pd.read_csv(SAMPLE / f"{name}.csv", **read)  # type: ignore[call-overload]
        for name in (*names, *_OF_PEOPLE)
    }


def room(
    held: dict[str, pd.DataFrame], baseline: coprep.Baseline, people: int, number: int
) -> coprep.Process:
    """A room in which labels mean nothing."""
    rng = np.random.default_rng([SEED, people, number])
    who = held["participants"].drop(columns="invited_at")
    chosen = np.sort(rng.choice(len(who), people, replace=False))
    who = who.iloc[chosen].reset_index(drop=True)
    for name in who.columns.drop("participant_id"):
        if name in baseline.attributes:
            shares = baseline.shares(name)
            weights = np.array(list(shares.values()))
            who[name] = rng.choice(list(shares), size=people, p=weights / weights.sum())
        else:
            who[name] = rng.permutation(who[name].to_numpy())
    ids = set(who["participant_id"])
    wrote = held["idea_authors"]
    wrote = wrote[wrote["participant_id"].isin(ids)]
    ideas = held["ideas"]
    ideas = ideas[ideas["idea_id"].isin(set(wrote["idea_id"]))].drop(columns=["author_id", "text"])
    there = set(ideas["idea_id"])
    cut = {name: held[name][held[name]["participant_id"].isin(ids)] for name in _OF_PEOPLE}
    cut["ratings"] = cut["ratings"][cut["ratings"]["idea_id"].isin(there)]
    cut["turns"] = cut["turns"].drop(columns="reply_to")
    for name in ("beneficiaries", "responses"):
        cut[name] = held[name][held[name]["idea_id"].isin(there)]
    return coprep.Process(
        participants=who,
        ideas=ideas,
        idea_authors=wrote,
        sessions=held["sessions"],
        baseline=baseline,
        **cut,
    )


def named(found: coprep.Audit) -> list[str]:
    """The patterns that a page of these questions would name, were nothing asked of single voices."""
    asked = [row for row in found.family.records() if row["attribute"] is not None]
    ordered = np.sort([row["p"] for row in asked if row["p"] is not None])
    limits = found.settings["q"] * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    passing = np.flatnonzero(ordered <= limits)
    if not len(passing):
        return []
    threshold = limits[passing[-1]]
    return [
        f"{row['indicator']}, {row['attribute']}"
        for row in asked
        if row["status"] == "act" and row["p"] <= threshold
    ]


def main(only: int | None = None, most: int | None = None) -> None:
    """Go on with the worlds that are not there yet, and keep every one as it is done."""
    kept: dict[str, Any] = {
        "seed": SEED,
        "draws": 9_999,
        "command": "python studies/false_patterns.py",
    }
    if KEPT.exists():
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
    held = tables()
    baseline = coprep.read_process(SAMPLE).baseline
    assert baseline is not None
    for people, worlds in WORLDS.items():
        if only not in (None, people):
            continue
        done: list[dict[str, Any]] = kept.setdefault("worlds", {}).setdefault(str(people), [])
        last = worlds if most is None else min(worlds, len(done) + most)
        for number in range(len(done), last):
            start = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", coprep.CoprepWarning)
                found = coprep.audit(room(held, baseline, people, number), rng=number, draws=9_999)
            done.append({"m": found.settings["m"], "named": named(found)})
            KEPT.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
            print(people, number, f"{time.perf_counter() - start:.0f} s", done[-1], flush=True)
    for people, done in kept["worlds"].items():
        false = sum(bool(one["named"]) for one in done)
        print(f"{people} people: {false} of {len(done)} pages name a pattern")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
