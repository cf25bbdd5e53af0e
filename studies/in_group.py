"""False alarms, coverage and power of `ideas.in_group` in worlds with a known answer.

    python studies/in_group.py --worlds 1000 --out studies/results/in_group.json

Every world without a premium is drawn many times: how often is p at most 0.05, and how often is the verdict "pattern"?
A cell fails where the 99.9% lower Clopper-Pearson limit of its rate of p <= 0.05 is above 6%, or more than 1% of its
worlds are called a pattern. Worlds with a planted premium give coverage of the 95% interval and power.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from coprep.findings import Verdict
from coprep.ideas.in_group import in_group
from coprep.metrics.proportions import proportion_interval
from coprep.simulate import world

SMALL: dict[str, Any] = {"people": 150, "ideas": 40}
NULLS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "popularity and activity follow the group": {"confounding": 1.0},
    "shared tastes": {"tastes": 1.0, "confounding": 0.7},
    "capped ballots": {"cap": 5, "confounding": 0.7},
    "unseen ideas": {"seen": 0.3, "confounding": 0.7},
    "group missing, not at random": {"missing": 0.3, "missing_tilt": 2.0, "confounding": 0.7},
    "need and specialisation": {"need": 0.5, "specialisation": 0.5},
    "loud authors": {"loud": 2, "activity": 2.0, "pets": 0.5},
    "many groups, one of 3%": {"groups": {"a": 0.4, "b": 0.3, "c": 0.27, "d": 0.03}, "confounding": 0.7},
    "written by the group": {"own_is": "author", "link": "author", "confounding": 0.7, "activity": 1.0},
    "choose one": {"kind": "choose_one", "confounding": 0.7},
    "choose one, unseen": {"kind": "choose_one", "seen": 0.4, "confounding": 0.7},
    "scores": {"kind": "score", "confounding": 0.7, "tastes": 1.0},
    "scores, unseen": {"kind": "score", "seen": 0.2, "confounding": 0.7},
    "within topics": {"within": "topic", "confounding": 0.7, "tastes": 0.5},
}
PLANTED: dict[str, dict[str, Any]] = {
    f"{kind}, {100 * size:.0f} points": {"kind": kind, "in_group": size, "people": people, **more}
    for kind, more in (("approve", {}), ("choose_one", {}), ("score", {}))
    for size, people in ((0.05, 150), (0.1, 150), (0.2, 150), (0.2, 300))
}


def once(strengths: dict[str, Any], seed: int, *, draws: int) -> dict[str, float]:
    """One world: p values, verdict, and whether the interval holds what was planted."""
    asked = {"within": strengths.get("within"), "link": strengths.get("link", "auto")}
    made = {**SMALL, **{k: v for k, v in strengths.items() if k not in asked}}
    process, truth = world(rng=seed, **made)
    found = in_group(process, attribute="group", draws=draws, pairs=False, rng=seed, **asked)
    rows = list(found.rows.records())
    planted = 100 * truth["in_group_effect"]
    groups = [r["p_adjusted"] for r in rows[1:] if np.isfinite(r["p_adjusted"])]
    return {
        "p": rows[0]["p_value"],
        "group": min(groups, default=1.0),
        "pattern": any(f.verdict is Verdict.PATTERN for f in found.findings),
        "pooled": found.findings[0].verdict is Verdict.PATTERN,
        "covered": rows[0]["low"] <= planted <= rows[0]["high"],
        "error": rows[0]["effect"] - planted,
    }


def cell(strengths: dict[str, Any], worlds: int, *, draws: int, first: int = 0) -> dict[str, float]:
    """Rates over many worlds."""
    got = [once(strengths, first + seed, draws=draws) for seed in range(worlds)]
    alarms = sum(g["p"] <= 0.05 for g in got)
    return {
        "worlds": worlds,
        "rate": alarms / worlds,
        "lower": float(proportion_interval(alarms, worlds, confidence=0.998)[0]),
        "group_rate": float(np.mean([g["group"] <= 0.05 for g in got])),
        "pattern": float(np.mean([g["pattern"] for g in got])),
        "power": float(np.mean([g["pooled"] for g in got])),
        "coverage": float(np.mean([g["covered"] for g in got])),
        "bias": float(np.mean([g["error"] for g in got])),
    }


def main() -> None:
    """Print every cell as it comes, and keep them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=499)
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    for name, strengths in {**NULLS, **PLANTED}.items():
        if given.only in name:
            results[name] = cell(strengths, given.worlds, draws=given.draws)
            print(f"{name:45}", "  ".join(f"{k} {v:.3f}" for k, v in results[name].items()), flush=True)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
