"""How often the self-serving detectors cry wolf, cover and see, in worlds whose truth is known.

Run ``python studies/self_serving.py`` for the full grid (1,000 worlds a cell), ``--worlds 40 --people 80`` for a look.
A cell is a world (what is true), a size and a detector; over many draws of it a row of the table gives how often p is
at most 0.05, how often the verdict is ``pattern``, how often the 95% interval holds the truth, and the mean effect.
Seeds are fixed: the same call gives the same table.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coprep.ideas.own_ideas import own_ideas
from coprep.ideas.rivals import rivals
from coprep.ideas.self_serving import self_serving
from coprep.simulate import world

GROUPS = {"g0": 0.5, "g1": 0.3, "g2": 0.2}
SMALL = {"g0": 0.6, "g1": 0.2, "g2": 0.17, "g3": 0.03}

NULLS = {
    "nothing": {},
    "need": {"need": 0.4},
    "need and specialisation": {"need": 0.4, "specialisation": 0.6},
    "activity": {"activity": 1.5},
    "loud author": {"loud": 1},
    "activity and pet causes": {"activity": 1.5, "pets": 0.3},
    "need, specialisation, activity and pet causes": {
        "need": 0.4,
        "specialisation": 0.6,
        "activity": 1.5,
        "pets": 0.3,
    },
    "ideas for everyone": {"everyone": 0.4},
    "missing groups": {"missing": 0.3, "missing_tilt": 1.0, "need": 0.3},
}
"""Worlds without self-serving bias that the obvious formulas take for it."""

RATED = {
    "popularity and generosity": {"popularity": 1.0, "generosity": 1.0},
    "confounding": {"confounding": 0.7},
    "shared tastes": {"tastes": 1.0},
    "unseen ideas": {"seen": 0.2},
    "capped ballots": {"cap": 5},
}
"""Worlds in which votes differ for innocent reasons."""


def size(people: int) -> dict[str, object]:
    """People, ideas and groups of a cell."""
    return {"people": people, "ideas": max(30, int(1.5 * people)), "groups": GROUPS, "base": 0.5}


def own_benefit(process, seed):
    """Headline row of own benefit."""
    rows = self_serving(process, attribute="group", draws=999, rng=seed).rows.records()
    return next(row for row in rows if row["part"] == "own benefit")


def outside_support(process, seed):
    """Headline row of outsiders' support."""
    rows = self_serving(process, attribute="group", draws=999, rng=seed).rows.records()
    return next(row for row in rows if row["part"] == "outside support")


def own_ratings(process, seed):
    """Headline row of own ratings."""
    return next(own_ideas(process, draws=999, rng=seed).rows.records())


def rival_ratings(process, seed):
    """Headline row of ratings of rivals."""
    return next(rivals(process, draws=999, rng=seed).rows.records())


def cell(
    ask: Callable, worlds: int, seed: int, strengths: dict[str, object], *, truth: float | None
) -> dict[str, object]:
    """Rates over draws of one world; refused worlds count as no alarm, and are counted."""
    rows = [ask(world(rng=[seed, w], **strengths)[0], w) for w in range(worlds)]
    judged = [row for row in rows if row["verdict"] != "not_assessable"]
    held = [row["low"] <= truth <= row["high"] for row in judged] if truth is not None else []
    return {
        "worlds": worlds,
        "assessed": len(judged),
        "p_at_most_5": _mean([row["p_value"] <= 0.05 for row in judged]),
        "pattern": _mean([row["verdict"] == "pattern" for row in rows]),
        "covered": _mean(held),
        "effect": _mean([row["effect"] for row in judged]),
        "truth": truth,
    }


def _mean(values):
    return float(np.mean(values)) if len(values) else None


def cells(people: int):
    """Every cell of a size: detector, name of the world, its strengths and the truth (None: not one number)."""
    base = size(people)
    few = {"seen": min(1.0, 25 / base["ideas"])}
    for name, strengths in NULLS.items():
        yield own_benefit, "own benefit", name, base | few | strengths, 0.0
    yield own_benefit, "own benefit", "a group of 3%", base | few | {"groups": SMALL, "need": 0.4}, 0.0
    for excess in (0.05, 0.1, 0.2, 0.4):
        planted = base | few | {"self_serving": excess, "need": 0.3, "specialisation": 0.3}
        yield own_benefit, "own benefit", f"planted {excess:.0%}", planted, 100 * excess
    for name, strengths in {"nothing": few, **RATED}.items():
        yield outside_support, "outside support", name, base | {"need": 0.4} | strengths, 0.0
    for less in (0.1, 0.2, 0.4):
        shunned = base | few | {"self_serving": 0.5, "shunned": less}
        yield outside_support, "outside support", f"outsiders support {less:.0%} less", shunned, None
    rated = base | few | {"kind": "score", "seen": min(1.0, 15 / base["ideas"])}
    yield own_ratings, "own ratings", "nothing", rated, 0.0
    yield own_ratings, "own ratings", "planted 20%", rated | {"own_ideas": 0.2}, None
    yield rival_ratings, "rivals", "nothing", rated, 0.0
    yield rival_ratings, "rivals", "specialisation", rated | {"specialisation": 0.6}, 0.0
    yield rival_ratings, "rivals", "planted 20%", rated | {"rivals": 0.2}, None


def grid(worlds: int, people: tuple[int, ...], *, seed: int = 20260):
    """Rows of the table."""
    for n in people:
        for ask, detector, name, strengths, truth in cells(n):
            found = cell(ask, worlds, seed, strengths, truth=truth)
            yield {"detector": detector, "world": name, "people": n, **found}


def main() -> None:
    """Run the grid and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--people", type=int, nargs="+", default=[20, 80, 300])
    parser.add_argument("--out", type=Path, default=Path("studies/results"))
    given = parser.parse_args()
    rows = []
    for row in grid(given.worlds, tuple(given.people)):
        rows.append(row)
        print({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "self_serving.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
