"""False alarms, coverage and power of what became of ideas: adoption, responses, outcome, priorities, consensus.

    python studies/outcomes.py --worlds 1000 --out studies/results/outcomes.json

Every world without a bias is drawn many times: how often is an adjusted p at most 0.05, and how often is the verdict
"pattern"? A cell fails where the 99.9% lower Clopper-Pearson limit of its rate of p <= 0.05 is above 6%, or more than
1% of its worlds are called a pattern. In worlds without bias the 95% interval should hold no effect in 93 to 97%;
worlds with a planted bias give power.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from coprep.findings import Result, Verdict
from coprep.ideas.adoption import adoption
from coprep.ideas.consensus import consensus
from coprep.ideas.outcome import outcome
from coprep.ideas.priorities import priorities
from coprep.ideas.responses import responses
from coprep.metrics.proportions import proportion_interval
from coprep.simulate import world

SMALL: dict[str, Any] = {"people": 150, "ideas": 100}
DETECTORS: dict[str, Callable[..., Result]] = {
    "adoption": adoption,
    "responses": responses,
    "outcome": lambda process, **options: outcome(process, representation=False, **options),
    "priorities": priorities,
    "consensus": lambda process, **options: consensus(process, bridging=False, **options),
}
NULLS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "need and specialisation": {"need": 0.5, "specialisation": 0.5},
    "popularity and activity follow the group": {"confounding": 1.0},
    "shared tastes": {"tastes": 1.0},
    "loud authors": {"loud": 2, "activity": 2.0, "pets": 0.5},
    "unseen ideas": {"seen": 0.3},
    "capped ballots": {"cap": 5},
    "group missing, not at random": {"missing": 0.3, "missing_tilt": 2.0},
    "many groups, one of 3%": {"groups": {"a": 0.4, "b": 0.3, "c": 0.27, "d": 0.03}},
    "large": {"people": 300, "ideas": 300},
}
# Worlds in which the question has an answer other than "no difference", though nobody favoured anybody: a group that
# says yes more often has more of the outcome and supports ideas more.
NOT_NULL: dict[str, tuple[str, ...]] = {
    "popularity and activity follow the group": ("outcome", "consensus"),
}
PLANTED: dict[str, dict[str, dict[str, Any]]] = {
    "adoption": {f"{100 * s:.0f} points": {"adoption": s, "people": 300, "ideas": 300} for s in (0.1, 0.2, 0.4)},
    "responses": {f"rate x {r}": {"answers": r, "people": 300, "ideas": 300} for r in (0.8, 0.6, 0.4)},
}


def once(detector: str, strengths: dict[str, Any], seed: int, *, draws: int) -> dict[str, float]:
    """One world: the smallest adjusted p, whether there is a pattern, and how many intervals hold no effect."""
    process, _ = world(rng=seed, **{**SMALL, **strengths})
    found = DETECTORS[detector](process, attribute="group", draws=draws, rng=seed)
    rows = [r for r in found.rows.records() if np.isfinite(r["effect"]) and np.isfinite(r["low"])]
    none = 0.0 if detector == "consensus" else 1.0  # a gap of 0 points, a ratio of 1
    held = [r["low"] <= none <= r["high"] for r in rows]
    return {
        "p": min((r["p_adjusted"] for r in rows if np.isfinite(r["p_adjusted"])), default=1.0),
        "pattern": any(f.verdict is Verdict.PATTERN for f in found.findings),
        "held": float(np.mean(held)) if held else np.nan,
        "judged": bool(rows),
    }


def cell(detector: str, strengths: dict[str, Any], worlds: int, *, draws: int, first: int = 0) -> dict[str, float]:
    """Rates over many worlds."""
    got = [once(detector, strengths, first + seed, draws=draws) for seed in range(worlds)]
    alarms = sum(g["p"] <= 0.05 for g in got)
    return {
        "worlds": worlds,
        "judged": sum(g["judged"] for g in got),
        "rate": alarms / worlds,
        "lower": float(proportion_interval(alarms, worlds, confidence=0.998)[0]),
        "pattern": float(np.mean([g["pattern"] for g in got])),
        "coverage": float(np.nanmean([g["held"] for g in got])) if any(g["judged"] for g in got) else np.nan,
    }


def study(worlds: int, *, draws: int, detectors: tuple[str, ...] = tuple(DETECTORS)) -> dict[str, dict[str, Any]]:
    """All cells of some detectors, by name."""
    found: dict[str, dict[str, Any]] = {}
    for detector in detectors:
        for name, strengths in NULLS.items():
            if detector not in NOT_NULL.get(name, ()):
                found[f"{detector}: {name}"] = cell(detector, strengths, worlds, draws=draws)
        for name, strengths in PLANTED.get(detector, {}).items():
            found[f"{detector}: planted {name}"] = cell(detector, strengths, worlds, draws=draws)
    return found


def failures(found: dict[str, dict[str, Any]]) -> list[str]:
    """Cells without bias that miss a target."""
    return [
        name
        for name, got in found.items()
        if "planted" not in name and (got["lower"] > 0.06 or got["pattern"] > 0.01)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=499)
    parser.add_argument("--detectors", nargs="*", default=tuple(DETECTORS), choices=tuple(DETECTORS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found = study(given.worlds, draws=given.draws, detectors=tuple(given.detectors))
    for name, got in found.items():
        print(
            f"{name:65s} p<=.05 {got['rate']:6.3f}  pattern {got['pattern']:6.3f}  held {got['coverage']:6.3f}  "
            f"judged {got['judged']}"
        )
    print("targets missed:", failures(found) or "none")
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(found, indent=1, allow_nan=True), encoding="utf-8")


if __name__ == "__main__":
    main()
